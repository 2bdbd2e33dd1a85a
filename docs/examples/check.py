#!/usr/bin/env python3
"""A second checker of certificates, written from docs/certificates.md alone.

    python3 check.py FILE...

It shares nothing with crosscut but the format, and is meant to be read: it is slow,
and refuses evidence that would need long searches. Exit status 1: a file is refused.
"""
import hashlib, json, re, sys
from fractions import Fraction
from itertools import combinations, product
from math import comb, isqrt

sys.setrecursionlimit(20000)
STEPS = 2_000_000  # of one search
PER_VALUE = {"rank.value", "fooling", "rectangle", "cover", "partition"}
OTHER = {"distinct.rows", "distinct.cols", "one_way.alice", "one_way.bob", "rank.rational", "rank.gf2",
         "shattered.alice", "shattered.bob", "discrepancy.uniform", "discrepancy.best", "gamma2", "deterministic"}

class Refused(Exception): pass

def need(truth, why):
    if not truth:
        raise Refused(why)

# Reading: exact keys, none twice, nothing but integers where integers belong.
def pairs(items):
    need(len(dict(items)) == len(items), "a key stands twice")
    return dict(items)
def keys(obj, required, optional=()):
    need(isinstance(obj, dict), "want an object")
    unknown = set(obj) - set(required) - set(optional)
    need(not unknown, f"unknown keys {sorted(unknown)}")
    need(set(required) <= set(obj), f"missing keys {sorted(set(required) - set(obj))}")
    return [obj.get(k) for k in (*required, *optional)]
def integer(x):
    need(type(x) is int, f"{x!r} is no integer")
    return x
def ints(xs):
    need(isinstance(xs, list), "want a list")
    return [integer(x) for x in xs]
def index_set(xs, n):
    need(all(0 <= i < n for i in ints(xs)) and len(set(xs)) == len(xs), f"indices of 0..{n - 1}, each once")
    return xs
def number(s):
    need(isinstance(s, str) and len(s) <= 4096 and re.fullmatch(r"(0|-?[1-9][0-9]*)(/[1-9][0-9]*)?", s), "no exact number")
    return Fraction(s)
def matrix(src):
    need(isinstance(src, dict), "want an object")
    if "problem" in src:
        name, n, digest = keys(src, ("problem", "n", "sha256"))
        need(1 <= integer(n) <= 8, "this checker makes problems up to n = 8")
        two = range(2 ** n)
        known = {"disj": lambda x, y: int(x & y != 0), "eq": lambda x, y: int(x == y), "gt": lambda x, y: int(x > y),
                 "ip": lambda x, y: bin(x & y).count("1") & 1, "index": lambda x, y: x >> (n - 1 - y) & 1}
        need(name in known, f"unknown problem {name!r}")
        rows = [[known[name](x, y) for y in (range(n) if name == "index" else two)] for x in two]
    else:
        lines, digest = keys(src, ("entries", "sha256"))
        need(isinstance(lines, list) and lines and all(isinstance(r, str) for r in lines), "want rows")
        split = [r.split(" ") for r in lines]
        for f in (f for r in split for f in r):
            need(f == "*" or re.fullmatch(r"0|-?[1-9][0-9]{0,9}", f) and -2 ** 31 <= int(f) < 2 ** 31, f"entry {f!r}")
        rows = [[None if f == "*" else int(f) for f in r] for r in split]
    need(len({len(r) for r in rows}) == 1, "the rows differ in length")
    text = "".join(" ".join("*" if v is None else str(v) for v in r) + "\n" for r in rows)
    need(hashlib.sha256(text.encode()).hexdigest() == digest, "the hash is another")
    need(any(v is not None for r in rows for v in r), "no entry is defined")
    return rows
def turn(a): return [list(c) for c in zip(*a)]
def pair(a):
    values = sorted({v for r in a for v in r if v is not None})
    need(len(values) <= 2, "more than two values")
    return values if len(values) == 2 else [0, 1] if values == [0] else [values[0] - 1, values[0]]
def signs(a):
    low = pair(a)[0]
    return [[0 if v is None else -1 if v == low else 1 for v in r] for r in a]
def total(a): need(all(v is not None for r in a for v in r), "the matrix is partial")
def defined(a): return sum(v is not None for r in a for v in r)
def other(x, v): return x is not None and x != v
def bits(n): return max(n - 1, 0).bit_length()

# Evidence. Each verifier returns what is proved about (measure, end).
def fooling_set(a, v, entries):
    need(isinstance(entries, list), "want entries")
    for k, e in enumerate(entries):
        need(len(ints(e)) == 2 and 0 <= e[0] < len(a) and 0 <= e[1] < len(a[0]) and a[e[0]][e[1]] == v, f"{e} is no entry of {v}")
        for d in entries[:k]:
            need(other(a[e[0]][d[1]], v) or other(a[d[0]][e[1]], v), f"{d} and {e} fit one rectangle")
    return len(entries)
def fooling(a, m, end, v, e):
    _, entries = keys(e, ("kind", "entries"))
    need(end == "lower" and m in ("fooling", "cover", "partition"), "of another measure")
    return fooling_set(a, v, entries)
def pure(a, v, rows, cols):
    index_set(rows, len(a)), index_set(cols, len(a[0]))
    need(not any(other(a[i][j], v) for i in rows for j in cols), "another value in a rectangle")
def rectangles(a, m, end, v, e):
    _, rects = keys(e, ("kind", "rectangles"))
    need(end == "upper" and m in ("fooling", "cover", "partition"), "of another measure")
    times = {}
    for r in rects:
        rows, cols = keys(r, ("rows", "cols"))
        pure(a, v, rows, cols)
        for at in product(rows, cols):
            times[at] = times.get(at, 0) + 1
    for i, r in enumerate(a):
        for j, x in enumerate(r):
            n = times.get((i, j), 0)
            need(x != v or n == 1 or n > 1 and m != "partition", f"({i}, {j}) is covered {n} times")
    return len(rects)
def rectangle(a, m, end, v, e):
    _, rows, cols = keys(e, ("kind", "rows", "cols"))
    need(end == "lower" and m == "rectangle", "of another measure")
    pure(a, v, rows, cols)
    return sum(a[i][j] == v for i in rows for j in cols)
def antichain(a, m, end, v, e):
    _, axis, lines = keys(e, ("kind", "axis", "lines"))
    need(end == "lower" and m in ("cover", "partition") and axis in ("rows", "columns"), "of another measure or axis")
    u = a if axis == "rows" else turn(a)
    index_set(lines, len(u))
    beyond = lambda i, k: any(x == v and other(y, v) for x, y in zip(u[i], u[k]))
    need(all(beyond(i, k) and beyond(k, i) for i, k in combinations(lines, 2)), "comparable lines")
    k = 1
    while comb(k, k // 2) < len(lines):
        k += 1
    return k if len(lines) > 1 else 0
def along(a, m):
    need(m in ("distinct.rows", "distinct.cols", "one_way.alice", "one_way.bob"), "of another measure")
    return (a if m in ("distinct.rows", "one_way.alice") else turn(a)), m.startswith("distinct"), (lambda n: n) if m.startswith("distinct") else bits
def differ(x, y, exact): return any(p != q and (exact or p is not None and q is not None) for p, q in zip(x, y))
def classes(a, m, end, v, e):
    _, of = keys(e, ("kind", "of"))
    u, exact, count = along(a, m)
    need(end == "upper" and len(ints(of)) == len(u), "of another end, or not of all lines")
    need(not any(of[i] == of[k] and differ(u[i], u[k], exact) for i, k in combinations(range(len(u)), 2)), "a class differs")
    return count(len(set(of)))
def apart(a, m, end, v, e):
    _, lines = keys(e, ("kind", "lines"))
    u, exact, count = along(a, m)
    need(end == "lower", "of another end")
    index_set(lines, len(u))
    need(all(differ(u[i], u[k], exact) for i, k in combinations(lines, 2)), "two lines do not differ")
    return count(len(lines))
def patterns(a, m, end, v, e):
    _, cols, lines = keys(e, ("kind", "columns", "lines"))
    need(end == "lower" and m in ("shattered.alice", "shattered.bob"), "of another measure")
    u, values = a if m == "shattered.alice" else turn(a), pair(a)
    index_set(cols, len(u[0]))
    need(len(ints(lines)) == 2 ** len(cols) and all(0 <= i < len(u) for i in lines), "lines")
    need(all(u[i][j] == values[p >> k & 1] for p, i in enumerate(lines) for k, j in enumerate(cols)), "a pattern is not shown")
    return len(cols)
def prime(p): return p > 1 and all(p % d for d in range(2, isqrt(p) + 1))
def rank_modulo(a, p):
    a, rank = [[x % p for x in r] for r in a], 0
    for j in range(len(a[0]) if a else 0):
        k = next((k for k in range(rank, len(a)) if a[k][j]), None)
        if k is None:
            continue
        a[rank], a[k] = a[k], a[rank]
        inv = pow(a[rank][j], -1, p)
        for i in range(rank + 1, len(a)):
            f = a[i][j] * inv % p
            if f:
                a[i] = [(x - f * y) % p for x, y in zip(a[i], a[rank])]
        rank += 1
    return rank
def ranked(a, m, v):
    total(a)
    if m == "rank.rational":
        return a
    need(m in ("rank.gf2", "rank.value", "partition"), "of another measure")
    v = pair(a)[1] if m == "rank.gf2" else v
    return [[int(x == v) for x in r] for r in a]
def minor(a, m, end, v, e):
    _, p, rows, cols = keys(e, ("kind", "prime", "rows", "cols"))
    b = ranked(a, m, v)
    need(end == "lower" and 2 <= integer(p) < 2 ** 31 and prime(p) and (m != "rank.gf2" or p == 2), "of another end, or no prime")
    index_set(rows, len(a)), index_set(cols, len(a[0]))
    need(len(rows) == len(cols) and rank_modulo([[b[i][j] for j in cols] for i in rows], p) == len(rows), "a singular minor")
    return len(rows)
def elimination(a, m, end, v, e):
    keys(e, ("kind",))
    b = ranked(a, m, v)
    need(end == "upper" and m != "partition", "of another measure")
    if m == "rank.gf2":
        return rank_modulo(b, 2)
    rows, rank = [[Fraction(x) for x in r] for r in b], 0
    for j in range(len(rows[0])):
        k = next((k for k in range(rank, len(rows)) if rows[k][j]), None)
        if k is not None:
            rows[rank], rows[k] = rows[k], rows[rank]
            for i in range(rank + 1, len(rows)):
                f = rows[i][j] / rows[rank][j]
                rows[i] = [x - f * y for x, y in zip(rows[i], rows[rank])]
            rank += 1
    return rank
def leaves(a, m, end, v, e):
    _, parts = keys(e, ("kind", "parts"))
    need(end == "lower" and m == "deterministic", "of another measure")
    got = [keys(p, ("value", "evidence")) for p in parts]
    need(len({w for w, _ in got}) == len(got), "a value occurs twice")
    return bits(sum(prove(a, "partition", "lower", w, f) for w, f in got))
def tree(a, m, end, v, e):
    _, root = keys(e, ("kind", "tree"))
    need(end == "upper" and m in ("deterministic", "partition"), "of another measure")
    count = {}

    def walk(n, rows, cols, left):
        need(isinstance(n, dict) and left >= 0, "a node is missing, or the tree is deeper than 64")
        if "value" in n:
            (w,) = keys(n, ("value",))
            need(not any(other(a[i][j], integer(w)) for i in rows for j in cols), "a wrong leaf")
            count[w] = count.get(w, 0) + 1
            return 0
        speaker, ones, zero, one = keys(n, ("speaker", "ones", "zero", "one"))
        need(speaker in ("alice", "bob"), "a speaker is alice or bob")
        if speaker == "alice":
            s = set(index_set(ones, len(a)))
            zr, orr, zc, oc = [i for i in rows if i not in s], [i for i in rows if i in s], cols, cols
        else:
            s = set(index_set(ones, len(a[0])))
            zr, orr, zc, oc = rows, rows, [j for j in cols if j not in s], [j for j in cols if j in s]
        return 1 + max(walk(zero, zr, zc, left - 1), walk(one, orr, oc, left - 1))

    depth = walk(root, range(len(a)), range(len(a[0])), 64)
    return depth if m == "deterministic" else count.get(v, 0)
def shapes(n):
    every = {(1, 1)}
    for _ in range(n):
        every = {s for p, q in product(every, every) for s in ((p[0] + q[0], p[1] * q[1]), (p[0] * q[0], p[1] + q[1]))}
    return every
def greedy(lines):
    taken = []
    for x in lines:
        if all(differ(x, y, False) for y in taken):
            taken.append(x)
    return len(taken)
def refutation(a, m, end, v, e):
    _, lemmas = keys(e, ("kind", "lemmas"))
    need(end == "lower" and m == "deterministic", "of another measure")
    done = []
    for l in lemmas:
        rows, cols, b, sets, by_rows, by_cols = keys(l, ("rows", "cols", "bits"), ("fooling", "by_rows", "by_cols"))
        index_set(rows, len(a)), index_set(cols, len(a[0]))
        need(0 <= integer(b) <= 30, "bits out of range")
        if by_rows is None and by_cols is None:
            part = [[a[i][j] for j in cols] for i in rows]
            bound = {x: 1 for r in part for x in r if x is not None}
            for s in sets or []:
                need(all(len(ints(x)) == 2 and x[0] in rows and x[1] in cols for x in s), "an entry outside")
                if s:
                    w = a[s[0][0]][s[0][1]]
                    need(w is not None, "an undefined entry")
                    bound[w] = max(bound[w], fooling_set(a, w, s))
            enough = sum(bound.values()) > 2 ** b or b <= 5 and not any(greedy(part) <= r and greedy(turn(part)) <= c for r, c in shapes(b))
            if not enough and all(x is not None for r in part for x in r):
                enough = sum(max(n, rank_modulo([[int(x == w) for x in r] for r in part], 2 ** 31 - 1)) for w, n in bound.items()) > 2 ** b
            need(enough, "too few leaves")
        else:
            need(not sets and b > 0, "a lemma counts or divides")
            for axis, branch in enumerate((by_rows, by_cols)):
                divide(branch, axis, set((rows, cols)[axis]), (set(), set()), set((rows, cols)[1 - axis]), b - 1, done)
        done.append(((rows, cols), b))
    return done[-1][1] + 1 if done else 0
def divide(branch, axis, free, side, across, b, done):
    need(isinstance(branch, list) and len(branch) in (2, 3), "a branch has two or three parts")
    if len(branch) == 2:
        s, k = ints(branch)
        need(s in (0, 1) and 0 <= k < len(done), "no side or earlier lemma")
        lines, proved = done[k]
        need(proved >= b and set(lines[axis]) <= side[s] and set(lines[1 - axis]) <= across, "the lemma does not speak of this side")
        return
    line = integer(branch[0])
    need(line in free, "a line is not free")
    first = not side[0] and not side[1]
    for s in (0, 1):
        if not (s == 1 and first and branch[2] is None):
            sides = (side[0] | {line}, side[1]) if s == 0 else (side[0], side[1] | {line})
            divide(branch[1 + s], axis, free - {line}, sides, across, b, done)
def gap(a, m, end, v, e):
    _, rows, cols = keys(e, ("kind", "rows", "cols"))
    need(end == "lower" and m == "discrepancy.uniform", "of another measure")
    s = signs(a)
    index_set(rows, len(a)), index_set(cols, len(a[0]))
    return Fraction(abs(sum(s[i][j] for i in rows for j in cols)), defined(a))
def heaviest(s):
    s = s if len(s) <= len(s[0]) else turn(s)
    need(2 ** len(s) * len(s) * len(s[0]) <= STEPS, "too long a search")
    most = 0
    for rows in product((0, 1), repeat=len(s)):
        sums = [sum(x for x, take in zip(c, rows) if take) for c in zip(*s)]
        most = max(most, sum(x for x in sums if x > 0), -sum(x for x in sums if x < 0))
    return most
def spectral(a, m, end, v, e):
    keys(e, ("kind",))
    need(end == "upper" and m in ("discrepancy.uniform", "discrepancy.best"), "of another measure")
    s = signs(a) if len(a) <= len(a[0]) else turn(signs(a))
    need(len(s) <= 256, "too long a computation")
    square = lambda x: [[sum(p * q for p, q in zip(r, c)) for c in x] for r in x]  # x times its transpose
    k, power = square(square(s)), 2
    if len(s) <= 64:
        k, power = square(k), 4
    most = max(sum(map(abs, r)) for r in k) * (len(a) * len(a[0])) ** power
    while power >= 1:
        most, power = isqrt(most), power // 2
    return Fraction(min(most, defined(a)), defined(a))
def distribution(a, m, end, v, e, only_sum=False):
    _, w = keys(e, ("kind", "weights"))
    need(end == "upper" and m == "discrepancy.best", "of another measure")
    s = signs(a)
    shape(w, len(a), len(a[0]))
    need(all(0 <= x <= 2 ** 40 and (x == 0 or y) for r, t in zip(w, s) for x, y in zip(r, t)), "a weight")
    every = sum(map(sum, w))
    need(0 < every <= 2 ** 60, "the weights")
    if only_sum:
        return every
    return Fraction(heaviest([[x * y for x, y in zip(r, t)] for r, t in zip(w, s)]), every)
def paid(a, rects):
    s, every, got = signs(a), 0, [[0] * len(a[0]) for _ in a]
    for r in rects:
        weight, sign, rows, cols = keys(r, ("weight", "sign", "rows", "cols"))
        need(0 < integer(weight) <= 2 ** 40 and integer(sign) in (1, -1), "a weight or sign")
        index_set(rows, len(a)), index_set(cols, len(a[0]))
        every += weight
        for i, j in product(rows, cols):
            got[i][j] += weight * sign * s[i][j]
    return got, every
def mixture(a, m, end, v, e):
    _, rects = keys(e, ("kind", "rectangles"))
    need(end == "lower" and m == "discrepancy.best", "of another measure")
    got, every = paid(a, rects)
    least = min(g for r, t in zip(got, a) for g, x in zip(r, t) if x is not None)
    return Fraction(least, every) if every else 0
def symmetry(a, s):
    rows, cols = keys(s, ("rows", "cols"))
    index_set(rows, len(a)), index_set(cols, len(a[0]))
    need(len(rows) == len(a) and len(cols) == len(a[0]), "the shape of a symmetry")
    need(all(a[r][c] == x for r, line in zip(rows, a) for c, x in zip(cols, line)), "no symmetry")
    return rows, cols
def orbits(a, m, end, v, e):
    _, rects, moves = keys(e, ("kind", "rectangles", "symmetries"))
    need(end == "lower" and m == "discrepancy.best", "of another measure")
    (got, every), moves = paid(a, rects), [symmetry(signs(a), s) for s in moves]
    seen, means = set(), []
    for start in product(range(len(a)), range(len(a[0]))):
        orbit, todo = set(), [start]
        while todo and start not in seen:  # a power of each move takes it back
            i, j = todo.pop()
            if (i, j) not in orbit:
                orbit.add((i, j))
                todo += [(rows[i], cols[j]) for rows, cols in moves]
        seen |= orbit
        if orbit and a[start[0]][start[1]] is not None:
            means.append(Fraction(sum(got[i][j] for i, j in orbit), len(orbit)))
    return min(means) / every if every else 0
def blocks(a, m, end, v, e):
    _, w, parts, moves = keys(e, ("kind", "weights", "blocks", "symmetries"))
    every = distribution(a, m, end, v, {"kind": "", "weights": w}, True)  # all is well with the weights
    s = [[x * y for x, y in zip(r, t)] for r, t in zip(w, signs(a))]
    moved = [{i for i, k in enumerate(symmetry(s, x)[0]) if i != k} for x in moves]
    index_set([i for b in parts for i in b], len(a))
    need(all({x, y} in moved for b in parts for x, y in zip(b, b[1:])), "an exchange is missing")
    parts = parts + [[i] for i in range(len(a)) if not any(i in b for b in parts)]
    heads = [[[s[i] for i in b[:k]] for k in range(len(b) + 1)] for b in parts]
    size = 1
    for h in heads:
        size *= len(h)
        need(size * len(a) * len(a[0]) <= STEPS, "too long a search")
    most = 0
    for rows in product(*heads):
        sums = [sum(c) for c in zip(*(r for h in rows for r in h))]
        most = max(most, sum(x for x in sums if x > 0), -sum(x for x in sums if x < 0))
    return Fraction(most, every)
def shape(x, rows, cols):
    need(isinstance(x, list) and len(x) == rows and all(len(ints(r)) == cols for r in x), "the shape")
def dot(x, y): return sum(p * q for p, q in zip(x, y))
def factors(a, m, end, v, e):
    _, scale, x, y = keys(e, ("kind", "scale", "x", "y"))
    need(end == "upper" and m == "gamma2", "of another measure")
    s = total(a) or signs(a)
    need(0 <= integer(scale) <= 62 and x, "scale")
    shape(x, len(a), len(x[0])), shape(y, len(a[0]), len(x[0]))
    one = 4 ** scale
    off = max(abs(dot(p, q) - one * s[i][j]) for i, p in enumerate(x) for j, q in enumerate(y))
    return Fraction(max(dot(p, p) for p in x) + max(dot(q, q) for q in y) + 2 * off * min(len(a), len(a[0])), 2 * one)
def witness(a, m, end, v, e):
    _, scale, o, p, q = keys(e, ("kind", "scale", "o", "a", "b"))
    need(end == "lower" and m == "gamma2", "of another measure")
    s = total(a) or signs(a)
    need(0 <= integer(scale) <= 62 and len(ints(p)) == len(a) and len(ints(q)) == len(a[0]), "scale or shapes")
    shape(o, len(a), len(a[0]))
    value = sum(p[i] * s[i][j] * o[i][j] * q[j] for i in range(len(a)) for j in range(len(a[0])))
    lines = o if len(a) <= len(a[0]) else turn(o)
    norm = max(sum(abs(dot(x, y)) for y in lines) for x in lines)
    if value <= 0 or norm == 0:
        return 0
    return Fraction(value << scale + 2, (norm + 4 ** scale) * (dot(p, p) + dot(q, q)))

# Searches, as plain as possible.
def cap(n): need(n <= STEPS, "too long a search")
def exhaustion(a, m, end, v, e):
    _, size = keys(e, ("kind", "size"))
    if end == "upper" and m in ("discrepancy.uniform", "discrepancy.best"):
        return Fraction(heaviest(signs(a)), defined(a))
    need(0 <= integer(size) <= 2 ** 30, "size")
    if end == "upper" and m in ("shattered.alice", "shattered.bob"):
        u, k = a if m == "shattered.alice" else turn(a), size + 1
        values = pair(u)
        if 2 ** k <= len(u):
            cap(comb(len(u[0]), k) * len(u))
            for cols in combinations(range(len(u[0])), k):
                shown = {tuple(r[j] for j in cols) for r in u}
                need(not all(p in shown for p in product(values, repeat=k)), "a search finds better")
    elif end == "upper" and m == "fooling":
        spots = [(i, j) for i, r in enumerate(a) for j, x in enumerate(r) if x == v]
        if size + 1 <= min(len(a), len(a[0])):
            cap(comb(len(spots), size + 1))
            for s in combinations(spots, size + 1):
                need(not all(other(a[i][l], v) or other(a[k][j], v) for (i, j), (k, l) in combinations(s, 2)), "a search finds better")
    elif end == "upper" and m == "rectangle":
        largest(a, v, size)
    elif end == "lower" and m in ("cover", "partition"):
        need(size == 0 or not coverable(a, v, size - 1, m == "partition"), "a search finds better")
    else:
        raise Refused("of another measure")
    return size

def largest(a, v, size):
    u = a if len(a) <= len(a[0]) else turn(a)
    cap(2 ** len(u) * len(u[0]))
    for rows in product((0, 1), repeat=len(u)):
        lines = [r for r, take in zip(u, rows) if take]
        need(sum(sum(x == v for x in c) for c in zip(*lines) if not any(other(x, v) for x in c)) <= size, "a search finds better")

def coverable(a, v, n, exactly):
    need(n <= 10, "too long a search")
    cap(2 ** n * len(a[0]))
    steps = 0

    def label(i, open_):
        nonlocal steps
        if i == len(a):
            return True
        for s in range(2 ** n):
            steps += sum(map(len, open_))
            cap(steps)
            left = []
            for x, sets in zip(a[i], open_):
                fits = lambda t: (bin(s & t).count("1") == 1 if exactly else s & t) if x == v else x is None or not s & t
                left.append([t for t in sets if fits(t)])
                if not left[-1]:
                    break
            else:
                if label(i + 1, left):
                    return True
        return False

    return label(0, [range(2 ** n)] * len(a[0]))

def area(a, m, end, v, e):
    _, size = keys(e, ("kind", "size"))
    need(end == "lower" and m in ("cover", "partition") and 1 <= integer(size) <= 2 ** 30, "of another measure")
    largest(a, v, size)
    return -(-sum(x == v for r in a for x in r) // size)

KINDS = {f.__name__: f for f in (fooling, rectangles, rectangle, antichain, classes, apart, patterns, minor, elimination, leaves, tree,
                                 refutation, gap, spectral, distribution, mixture, orbits, blocks, factors, witness, exhaustion, area)}

def prove(a, m, end, v, e):
    need(m in OTHER and v is None or m in PER_VALUE and type(v) is int and any(v == x for r in a for x in r), "a measure and its value")
    need(end in ("lower", "upper") and isinstance(e, dict) and isinstance(e.get("kind"), str) and e["kind"] in KINDS, "an end and a kind")
    return KINDS[e["kind"]](a, m, end, v, e)

def check(text):
    need(not text.startswith("\ufeff"), "a byte order mark")
    cert = json.loads(text, object_pairs_hook=pairs)
    form, src, claims = keys(cert, ("format", "matrix", "claims"))
    need(form == "crosscut bounds 1" and isinstance(claims, list) and claims, "format, or no claims")
    a = matrix(src)
    for c in claims:
        m, end, claimed, e, v = keys(c, ("measure", "end", "number", "evidence"), ("value",))
        claimed, proved = number(claimed), prove(a, m, end, v, e)
        need(proved >= claimed if end == "lower" else proved <= claimed, f"{m} {end}: claimed {claimed}, proved {proved}")
    return len(claims)

def main(files):
    status = 0
    for name in files:
        try:
            print(f"accepted {name}: {check(open(name, encoding='utf-8').read())} claims")
        except (Refused, ValueError, KeyError, TypeError, RecursionError) as why:
            print(f"refused {name}: {why or type(why).__name__}")
            status = 1
    return status

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
