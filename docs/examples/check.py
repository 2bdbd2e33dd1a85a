#!/usr/bin/env python3
"""A second checker of certificates, written from docs/certificates.md alone.

    python3 check.py FILE...

It shares nothing with crosscut but the format, and is meant to be read: it is slow, and refuses what takes
too many steps. What it has no function for is not looked at. Status 1: a file is refused, 2: not wholly looked at.
"""
import hashlib, json, re, sys
from fractions import Fraction
from itertools import combinations, product
from math import comb, isqrt, prod
sys.setrecursionlimit(20000)
STEPS, FILE = 2_000_000, 20_000_000  # steps of one search, and of a file
left = FILE
OF_ERROR = {"gamma2.approx", "corruption", "smooth_rectangle", "randomised"}
OF_BITS = {"success", "success.kept"}
PER_VALUE = {"rank.value", "fooling", "rectangle", "cover", "partition", "corruption", "smooth_rectangle"}
OTHER = {"distinct.rows", "distinct.cols", "one_way.alice", "one_way.bob", "rank.rational", "rank.gf2",
         "shattered.alice", "shattered.bob", "discrepancy.uniform", "discrepancy.best", "gamma2", "deterministic",
         "gamma2.approx", "gamma2.infinity", "randomised"}
LISTS = set("claims entries lines of rows cols columns rectangles parts lemmas fooling ones weights symmetries blocks x y o a b pad words word messages tokens".split())
class Refused(Exception): pass
class Unseen(Exception): pass
def need(truth, why):
    if not truth: raise Refused(why)
def spend(n):
    global left
    left -= n
    need(left > 0, "too many steps")
# Reading: exact keys, none twice, nothing but integers where integers belong.
def pairs(items): return need(len(dict(items)) == len(items), "a key stands twice") or dict(items)
def keys(obj, required, optional=()):
    need(isinstance(obj, dict), "want an object")
    need(set(required) <= set(obj) <= {*required, *optional}, f"keys {sorted(obj)}, want {sorted(required)}")
    need(all(x is not None and (k not in LISTS or isinstance(x, list)) for k, x in obj.items()), "null, or want a list")
    return [obj.get(k) for k in (*required, *optional)]
def integer(x): return x if type(x) is int else need(False, f"{x!r} is no integer")
def ints(xs): return need(isinstance(xs, list), "want a list") or spend(len(xs)) or [integer(x) for x in xs]
def index_set(xs, n): return need(all(0 <= i < n for i in ints(xs)) and len(set(xs)) == len(xs), f"indices of 0..{n - 1}, each once") or xs
def box(a, rows, cols): return spend(len(index_set(rows, len(a))) * len(index_set(cols, len(a[0])))) or (rows, cols)
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
def take(e, fits, *names):
    need(fits, "of another measure or end")
    return keys(e, ("kind", *names))[1:]
# Evidence. Each verifier returns what is proved about (measure, end).
def fooling_set(a, v, entries):
    spend(len(need(isinstance(entries, list), "want entries") or entries) ** 2)
    for k, e in enumerate(entries):
        need(len(ints(e)) == 2 and 0 <= e[0] < len(a) and 0 <= e[1] < len(a[0]) and a[e[0]][e[1]] == v, f"{e} is no entry of {v}")
        for d in entries[:k]: need(other(a[e[0]][d[1]], v) or other(a[d[0]][e[1]], v), f"{d} and {e} fit one rectangle")
    return len(entries)
def fooling(a, m, end, v, e): return fooling_set(a, v, *take(e, end == "lower" and m in ("fooling", "cover", "partition"), "entries"))
def pure(a, v, rows, cols):
    need(not any(other(a[i][j], v) for i, j in product(*box(a, rows, cols))), "another value in a rectangle")
    return rows, cols
def rectangles(a, m, end, v, e):
    rects, = take(e, end == "upper" and m in ("fooling", "cover", "partition"), "rectangles")
    times = {}
    for r in rects:
        for at in product(*pure(a, v, *keys(r, ("rows", "cols")))): times[at] = times.get(at, 0) + 1
    for i, r in enumerate(a):
        for j, x in enumerate(r):
            n = times.get((i, j), 0)
            need(x != v or n == 1 or n > 1 and m != "partition", f"({i}, {j}) is covered {n} times")
    return len(rects)
def rectangle(a, m, end, v, e):
    rows, cols = pure(a, v, *take(e, end == "lower" and m == "rectangle", "rows", "cols"))
    return sum(a[i][j] == v for i in rows for j in cols)
def antichain(a, m, end, v, e):
    _, axis, lines = keys(e, ("kind", "axis", "lines"))
    need(end == "lower" and m in ("cover", "partition") and axis in ("rows", "columns"), "of another measure or axis")
    u = a if axis == "rows" else turn(a)
    beyond = lambda i, k: any(x == v and other(y, v) for x, y in zip(u[i], u[k]))
    spend(len(index_set(lines, len(u))) ** 2 * len(u[0]))
    need(all(beyond(i, k) and beyond(k, i) for i, k in combinations(lines, 2)), "comparable lines")
    return next(k for k in range(1, 99) if comb(k, k // 2) >= len(lines)) if len(lines) > 1 else 0
def along(a, m, e, fits, name):
    lines, = take(e, fits and m in ("distinct.rows", "distinct.cols", "one_way.alice", "one_way.bob"), name)
    exact = m.startswith("distinct")
    return (a if m in ("distinct.rows", "one_way.alice") else turn(a)), exact, (lambda n: n) if exact else bits, lines
def differ(x, y, exact): return spend(len(x)) or any(p != q and (exact or p is not None and q is not None) for p, q in zip(x, y))
def classes(a, m, end, v, e):
    u, exact, count, of = along(a, m, e, end == "upper", "of")
    need(len(ints(of)) == len(u), "not of all lines")
    need(not any(of[i] == of[k] and differ(u[i], u[k], exact) for i, k in combinations(range(len(u)), 2)), "a class differs")
    return count(len(set(of)))
def apart(a, m, end, v, e):
    u, exact, count, lines = along(a, m, e, end == "lower", "lines")
    need(all(differ(u[i], u[k], exact) for i, k in combinations(index_set(lines, len(u)), 2)), "two lines do not differ")
    return count(len(lines))
def patterns(a, m, end, v, e):
    cols, lines = take(e, end == "lower" and m in ("shattered.alice", "shattered.bob"), "columns", "lines")
    u, values = a if m == "shattered.alice" else turn(a), pair(a)
    need(len(ints(lines)) == 2 ** len(index_set(cols, len(u[0]))) and all(0 <= i < len(u) for i in lines), "lines")
    need(all(u[i][j] == values[p >> k & 1] for p, i in enumerate(lines) for k, j in enumerate(cols)), "a pattern is not shown")
    return len(cols)
def prime(p): return p > 1 and all(p % d for d in range(2, isqrt(p) + 1))
def rank_modulo(a, p):  # over the rationals where p is None
    number = (lambda x: x % p) if p else Fraction
    a, rank = [[number(x) for x in r] for r in a], spend(len(a) ** 2 * len(a[0]) if a else 0) or 0
    for j in range(len(a[0]) if a else 0):
        k = next((k for k in range(rank, len(a)) if a[k][j]), None)
        if k is None: continue
        a[rank], a[k] = a[k], a[rank]
        inv = pow(a[rank][j], -1, p) if p else 1 / a[rank][j]
        for i in range(rank + 1, len(a)):
            f = number(a[i][j] * inv)
            if f: a[i] = [number(x - f * y) for x, y in zip(a[i], a[rank])]
        rank += 1
    return rank
def ranked(a, m, v):
    total(a)
    if m == "rank.rational": return a
    need(m in ("rank.gf2", "rank.value", "partition"), "of another measure")
    v = pair(a)[1] if m == "rank.gf2" else v
    return [[int(x == v) for x in r] for r in a]
def minor(a, m, end, v, e):
    (_, p, rows, cols), b = keys(e, ("kind", "prime", "rows", "cols")), ranked(a, m, v)
    need(end == "lower" and 2 <= integer(p) < 2 ** 31 and prime(p) and (m != "rank.gf2" or p == 2), "of another end, or no prime")
    need(len(box(a, rows, cols)[0]) == len(cols) and rank_modulo([[b[i][j] for j in cols] for i in rows], p) == len(rows), "a singular minor")
    return len(rows)
def elimination(a, m, end, v, e):
    return take(e, end == "upper" and m != "partition") or rank_modulo(ranked(a, m, v), 2 if m == "rank.gf2" else None)
def leaves(a, m, end, v, e):
    parts, = take(e, end == "lower" and m == "deterministic", "parts")
    got = [keys(p, ("value", "evidence")) for p in parts]
    need(len({w for w, _ in got}) == len(got), "a value occurs twice")
    return bits(sum(prove(a, "partition", "lower", w, f) for w, f in got))
def tree(a, m, end, v, e):
    root, = take(e, end == "upper" and m in ("deterministic", "partition"), "tree")
    count = {}
    def walk(n, rows, cols, left):
        need(isinstance(n, dict) and left >= 0, "a node is missing, or the tree is deeper than 64")
        if "value" in n:
            w, = keys(n, ("value",))
            need(not any(other(a[i][j], integer(w)) for i in rows for j in cols), "a wrong leaf")
            count[w] = count.get(w, 0) + 1
            return 0
        speaker, ones, zero, one = keys(n, ("speaker", "ones", "zero", "one"))
        bob = need(speaker in ("alice", "bob"), "a speaker is alice or bob") or speaker == "bob"
        s = set(index_set(ones, len(a[0]) if bob else len(a)))
        side = lambda lines, bit, speaks: [i for i in lines if (i in s) == bit] if speaks else lines
        return 1 + max(walk(n, side(rows, bit, not bob), side(cols, bit, bob), left - 1) for bit, n in enumerate((zero, one)))
    depth = walk(root, range(len(a)), range(len(a[0])), 64)  # counts
    return depth if m == "deterministic" else count.get(v, 0)
def shapes(n):
    every = {(1, 1)}
    for _ in range(n): every = {s for p, q in product(every, every) for s in ((p[0] + q[0], p[1] * q[1]), (p[0] * q[0], p[1] + q[1]))}
    return every
def greedy(lines):
    taken = []
    for x in lines: taken += [x] if all(differ(x, y, False) for y in taken) else []
    return len(taken)
def refutation(a, m, end, v, e):
    (lemmas,), done = take(e, end == "lower" and m == "deterministic", "lemmas"), []
    for l in lemmas:
        rows, cols, b, sets, by_rows, by_cols = keys(l, ("rows", "cols", "bits"), ("fooling", "by_rows", "by_cols"))
        box(a, rows, cols)
        need(0 <= integer(b) <= 30, "bits out of range")
        if by_rows is None and by_cols is None:
            part = [[a[i][j] for j in cols] for i in rows]
            bound = {x: 1 for r in part for x in r if x is not None}
            for s in (s or [] for s in sets or ()):  # null: of version 0.1.0
                need(all(len(ints(x)) == 2 and x[0] in rows and x[1] in cols for x in s), "an entry outside")
                w = a[s[0][0]][s[0][1]] if s else None
                need(not s or w is not None, "an undefined entry")
                if s: bound[w] = max(bound[w], fooling_set(a, w, s))
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
    rows, cols = take(e, end == "lower" and m == "discrepancy.uniform", "rows", "cols")
    s = signs(a)
    return Fraction(abs(sum(s[i][j] for i, j in product(*box(a, rows, cols)))), defined(a))
def heaviest(s, both=True):
    s = s if len(s) <= len(s[0]) else turn(s)
    cap(2 ** min(len(s), 99) * len(s) * len(s[0]))
    return max(swing([r for r, take in zip(s, rows) if take], both) for rows in product((0, 1), repeat=len(s)))
def swing(rows, both):
    sums = spend(len(rows)) or [sum(c) for c in zip(*rows)]
    return max(sum(x for x in sums if x > 0), -both * sum(x for x in sums if x < 0))
def spectral(a, m, end, v, e):
    keys(e, ("kind",))
    need(end == "upper" and m in ("discrepancy.uniform", "discrepancy.best"), "of another measure")
    s = signs(a) if len(a) <= len(a[0]) else turn(signs(a))
    need(len(s) <= 256, "too long a computation")
    square = lambda x: [[sum(p * q for p, q in zip(r, c)) for c in x] for r in x]  # x times its transpose
    k, power = square(square(s)), 2
    if len(s) <= 64: k, power = square(k), 4
    most = max(sum(map(abs, r)) for r in k) * (len(a) * len(a[0])) ** power
    while power >= 1: most, power = isqrt(most), power // 2
    return Fraction(min(most, defined(a)), defined(a))
def distribution(a, m, end, v, e, only_sum=False):
    (w,), s = take(e, end == "upper" and m == "discrepancy.best", "weights"), signs(a)
    shape(w, len(a), len(a[0]))
    need(all(0 <= x <= 2 ** 40 and (x == 0 or y) for r, t in zip(w, s) for x, y in zip(r, t)), "a weight")
    every = sum(map(sum, w))
    need(0 < every <= 2 ** 60, "the weights")
    if only_sum: return every
    return Fraction(heaviest([[x * y for x, y in zip(r, t)] for r, t in zip(w, s)]), every)
def paid(a, rects):
    s, every, got = signs(a), 0, [[0] * len(a[0]) for _ in a]
    for r in rects:
        weight, sign, rows, cols = keys(r, ("weight", "sign", "rows", "cols"))
        need(0 < integer(weight) <= 2 ** 40 and integer(sign) in (1, -1), "a weight or sign")
        every += weight
        for i, j in product(*box(a, rows, cols)): got[i][j] += weight * sign * s[i][j]
    return got, every
def mixture(a, m, end, v, e):
    rects, = take(e, end == "lower" and m == "discrepancy.best", "rectangles")
    got, every = paid(a, rects)
    least = min(g for r, t in zip(got, a) for g, x in zip(r, t) if x is not None)
    return Fraction(least, every) if every else 0
def symmetry(a, s):
    rows, cols = box(a, *keys(s, ("rows", "cols")))
    need(len(rows) == len(a) and len(cols) == len(a[0]), "the shape of a symmetry")
    need(all(a[r][c] == x for r, line in zip(rows, a) for c, x in zip(cols, line)), "no symmetry")
    return rows, cols
def orbits(a, m, end, v, e):
    rects, moves = take(e, end == "lower" and m == "discrepancy.best", "rectangles", "symmetries")
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
        if orbit and a[start[0]][start[1]] is not None: means.append(Fraction(sum(got[i][j] for i, j in orbit), len(orbit)))
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
    cap(prod(map(len, heads)) * len(a) * len(a[0]))
    return Fraction(max(swing([r for h in rows for r in h], True) for rows in product(*heads)), every)
def shape(x, rows, cols): need(isinstance(x, list) and len(x) == rows and all(len(ints(r)) == cols for r in x), "the shape")
def dot(x, y): return spend(len(x)) or sum(p * q for p, q in zip(x, y))
def edge(error): return need(0 <= number(error) < Fraction(1, 2), "an error is below 1/2") or 1 - 2 * number(error)
def near(a, m, error):
    return need(m != "gamma2" or total(a) is None, "") or (signs(a), {"gamma2": 1, "gamma2.infinity": None}[m] if m != "gamma2.approx" else 1 / edge(error))
def factors(a, m, end, v, e, error):
    scale, x, y = take(e, end == "upper" and m.startswith("gamma2"), "scale", "x", "y")
    s, most = near(a, m, error)
    need(0 <= integer(scale) <= 62 and x, "scale")
    shape(x, len(a), len(x[0])), shape(y, len(a[0]), len(x[0]))
    one, off = 4 ** scale, 0
    for (i, p), (j, q) in product(enumerate(x), enumerate(y)):
        b = Fraction(dot(p, q), one) * (s[i][j] or 1)
        off = max(off, 1 - b if s[i][j] else 0, 0 if most is None else (b if s[i][j] else abs(b)) - most)
    return Fraction(max(dot(p, p) for p in x) + max(dot(q, q) for q in y), 2 * one) + off * min(len(a), len(a[0]))
def witness(a, m, end, v, e, error):
    need(end == "lower" and m.startswith("gamma2"), "of another measure")
    _, scale, o, p, q, pad = keys(e, ("kind", "scale", "o", "a", "b"), ("pad",))
    s, most = near(a, m, error)
    need(0 <= integer(scale) <= 62 and len(ints(p)) == len(a) and len(ints(q)) == len(a[0]), "scale or shapes")
    shape(o, len(a), len(a[0]))
    value = 0
    for i, j in product(range(len(a)), range(len(a[0]))):
        w = p[i] * o[i][j] * q[j]
        need(w * s[i][j] > 0 or w == 0 or most is not None, "a weight without a limit")
        value += abs(w) if w * s[i][j] > 0 else -abs(w) * (most or 0)
    lines = o if len(a) <= len(a[0]) else turn(o)
    if pad:
        shape(pad, len(lines), len(pad[0]))
        lines = [x + y for x, y in zip(lines, pad)]
    norm = max(sum(abs(dot(x, y)) for y in lines) for x in lines)
    return 0 if value <= 0 or norm == 0 else Fraction(value * 2 ** (scale + 2)) / ((norm + 4 ** scale) * (dot(p, p) + dot(q, q)))
# Protocols that may err.
def fractions(a, m, end, v, e, error):
    unit, rects = take(e, end == "upper" and m in ("corruption", "smooth_rectangle"), "unit", "rectangles")
    right, every, got = (1 + edge(error)) / 2, 0, {}
    need(1 <= integer(unit) <= 2 ** 40, "the unit")
    for r in rects:
        weight, rows, cols = keys(r, ("weight", "rows", "cols"))
        need(1 <= integer(weight) <= 2 ** 40, "a weight")
        every += weight
        for at in product(*box(a, rows, cols)): got[at] = got.get(at, 0) + weight
    for (i, r), j in product(enumerate(a), range(len(a[0]))):
        g = Fraction(got.get((i, j), 0), unit)
        need(r[j] != v or g >= right and (g <= 1 or m == "corruption"), f"({i}, {j}) has {g}")
        need(not other(r[j], v) or g <= 1 - right, f"({i}, {j}) has {g}")
    return Fraction(every, unit)
def weighing(a, m, end, v, e, error):
    w, = take(e, end == "lower" and m in ("corruption", "smooth_rectangle"), "weights")
    right, got = (1 + edge(error)) / 2, shape(w, len(a), len(a[0])) or 0
    for x, y in ((x, y) for r, t in zip(w, a) for x, y in zip(r, t)):
        need(abs(x) <= 2 ** 40 and (x == 0 or other(y, v) and x < 0 or y == v and (x > 0 or m != "corruption")), "a weight")
        got += x * (1 - right if y != v else right if x > 0 else 1)
    most = heaviest(w, False)
    return Fraction(max(got, 0)) / most if most else 0
def follows(a, m, end, v, e, error):
    parts, = take(e, end == "lower" and m == "randomised", "parts")
    got = [keys(p, ("measure", "evidence"), ("value",)) for p in parts]
    sums = all(n in ("corruption", "smooth_rectangle") for n, _, _ in got)
    need(got and sums and len({w for _, _, w in got}) == len(got) or len(got) == 1, "no part, a value twice, or what does not add up")
    x = [prove(a, n, "upper" if n.startswith("disc") else "lower", w, f, error if n in OF_ERROR else None) for n, f, w in got]
    if not sums:
        need(got[0][0] in ("gamma2.approx", "gamma2.infinity") or got[0][0].startswith("disc") and x[0] > 0, "of another measure")
        x = [edge(error) / x[0] if got[0][0].startswith("disc") else (edge(error) * x[0]) ** 2]
    return bits(-(-sum(x) // 1))
# Success: Bob's answers after a message are a word; the value is a number of bits, or of kept tokens.
def graded(a, m, end, v, e, of, *names):
    need(of == (m, end) and 0 <= v <= 20 and (m == "success" or total(a) is None and v <= len(a[0])), "of another measure, or a value")
    return keys(e, ("kind", *names))[1:]
def right(row, word): return spend(len(row)) or sum(x == y for x, y in zip(row, word))
def gains(a, unit, rows):  # the right answers of each row, under all words of answers that are right somewhere
    need(1 <= integer(unit) <= 2 ** 20 and len(ints(rows)) == len(a) and all(0 <= u <= unit * len(a[0]) for u in rows), "prices")
    columns = [sorted({x for x in c if x is not None}) or [0] for c in turn(a)]
    cap(prod(map(len, columns)) * len(a))
    return sorted({tuple(right(r, w) for r in a) for w in product(*columns)})
def dearest(all, unit, rows, who): return max(sum(max(0, unit * g[i] - rows[i]) for i in who) for g in all)
def centres(a, m, end, v, e):
    words, = graded(a, m, end, v, e, ("success", "lower"), "words")
    need(1 <= len(words) <= 2 ** v and all(len(ints(w)) == len(a[0]) for w in words), "words")
    return Fraction(sum(max(right(r, w) for w in words) for r in a), defined(a))
def prices(a, m, end, v, e):
    unit, rows = graded(a, m, end, v, e, ("success", "upper"), "unit", "rows")
    return Fraction(min((sum(rows) + 2 ** v * dearest(gains(a, unit, rows), unit, rows, range(len(a)))) // unit, defined(a)), defined(a))
def exhausted(a, m, end, v, e):  # by trying all, without the prices
    all = gains(a, *graded(a, m, end, v, e, ("success", "upper"), "unit", "rows"))
    cap(comb(len(all), k := min(2 ** v, len(all))) * k * len(a))
    return Fraction(max(sum(map(max, zip(*s))) for s in combinations(all, k)), defined(a))
def keepers(a, m, end, v, e):
    messages, = graded(a, m, end, v, e, ("success.kept", "lower"), "messages")
    best = [0] * len(a)
    for cols, tokens, word in (keys(x, ("columns", "tokens", "word")) for x in messages):
        need(len(index_set(cols, len(a[0]))) == len(ints(tokens)) == v and cols == sorted(cols) and len(ints(word)) == len(a[0]), "a message")
        best = [max(b, right(r, word)) if [r[j] for j in cols] == tokens else b for b, r in zip(best, a)]
    return Fraction(sum(best), defined(a))
def kept_prices(a, m, end, v, e):
    unit, rows = graded(a, m, end, v, e, ("success.kept", "upper"), "unit", "rows")
    all, most = gains(a, unit, rows), sum(rows)
    for cols in combinations(range(len(a[0])), v):
        same = {}
        for i, r in enumerate(a): same.setdefault(tuple(r[j] for j in cols), []).append(i)
        most += spend(len(all) * len(a)) or sum(dearest(all, unit, rows, who) for who in same.values())
    return Fraction(min(most // unit, defined(a)), defined(a))
# Searches, as plain as possible.
def cap(n): need(n <= STEPS, "too long a search") or spend(n)
def exhaustion(a, m, end, v, e):
    _, size = keys(e, ("kind", "size"))
    if end == "upper" and m in ("discrepancy.uniform", "discrepancy.best"): return Fraction(heaviest(signs(a)), defined(a))
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
    elif end == "upper" and m == "rectangle": largest(a, v, size)
    elif end == "lower" and m in ("cover", "partition"):
        need(size == 0 or not coverable(a, v, size - 1, m == "partition"), "a search finds better")
    else: raise Refused("of another measure")
    return size
def largest(a, v, size):
    u = min(a, turn(a), key=len)
    cap(2 ** len(u) * len(u[0]))
    for rows in product((0, 1), repeat=len(u)):
        lines = [r for r, take in zip(u, rows) if take]
        need(sum(sum(x == v for x in c) for c in zip(*lines) if not any(other(x, v) for x in c)) <= size, "a search finds better")
def coverable(a, v, n, exactly):
    need(n <= 10, "too long a search")
    cap(2 ** n * len(a[0]))
    def label(i, open_):
        if i == len(a): return True
        for s in range(2 ** n):
            spend(sum(map(len, open_)))
            left = []
            for x, sets in zip(a[i], open_):
                fits = lambda t: (bin(s & t).count("1") == 1 if exactly else s & t) if x == v else x is None or not s & t
                left.append([t for t in sets if fits(t)])
                if not left[-1]: break
            else:
                if label(i + 1, left): return True
        return False
    return label(0, [range(2 ** n)] * len(a[0]))
def area(a, m, end, v, e):
    _, size = keys(e, ("kind", "size"))
    need(end == "lower" and m in ("cover", "partition") and 1 <= integer(size) <= 2 ** 30, "of another measure")
    largest(a, v, size)
    return -(-sum(x == v for r in a for x in r) // size)
KINDS = {f.__name__: f for f in (fooling, rectangles, rectangle, antichain, classes, apart, patterns, minor, elimination, leaves, tree,
                                 refutation, gap, spectral, distribution, mixture, orbits, blocks, exhaustion, area,
                                 centres, prices, exhausted, keepers, kept_prices)}
ERRING = {f.__name__: f for f in (factors, witness, fractions, weighing, follows)}
UNSEEN = set("colouring covering kept-exhausted span matching lindsey share tilt channel unitriangular union".split())
def prove(a, m, end, v, e, error=None):
    if isinstance(e, dict) and e.get("kind") in UNSEEN: raise Unseen(e["kind"])
    occurs = v is not None and any(v == x for r in a for x in r)
    need(m in OTHER and v is None or type(v) is int and (m in OF_BITS or m in PER_VALUE and occurs), "a measure and its value")
    need((m in OF_ERROR) == (error is not None), "a measure and its error")
    need(end in ("lower", "upper") and isinstance(e, dict) and isinstance(e.get("kind"), str), "an end and a kind")
    kind = e["kind"].replace("kept-", "kept_")
    need(kind in KINDS or kind in ERRING, "no such kind")
    return ERRING[kind](a, m, end, v, e, error) if kind in ERRING else KINDS[kind](a, m, end, v, e)
def check(text):
    spend(left - FILE)  # all are left again
    need(not text.startswith("\ufeff"), "a byte order mark")
    cert = json.loads(text, object_pairs_hook=pairs)
    form, src, claims = keys(cert, ("format", "matrix", "claims"))
    need(form == "crosscut bounds 1" and isinstance(claims, list) and claims, "format, or no claims")
    a = matrix(src)
    unseen = []
    for c in claims:
        m, end, claimed, e, v, error = keys(c, ("measure", "end", "number", "evidence"), ("value", "error"))
        claimed = number(claimed)
        need(m not in OF_BITS or 0 <= claimed <= 1, "no probability")
        try: proved = prove(a, m, end, v, e, error)
        except Unseen as kind: proved = unseen.append(str(kind)) or claimed
        need(proved >= claimed if end == "lower" else proved <= claimed, f"{m} {end}: claimed {claimed}, proved {proved}")
    return len(claims), unseen
def main(files):
    status = 0
    for name in files:
        try:
            n, unseen = check(open(name, encoding='utf-8').read())
            word, why = "not looked at" if unseen else "accepted", f"{n} claims"
            if unseen: status, why = status or 2, f"{len(unseen)} of {why}, {', '.join(sorted(set(unseen)))}"
        except (Refused, ValueError, KeyError, TypeError, RecursionError) as e:
            status, word, why = 1, "refused", e or type(e).__name__
        print(f"{word} {name}: {why}")
    return status
if __name__ == "__main__": sys.exit(main(sys.argv[1:]))
