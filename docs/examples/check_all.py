#!/usr/bin/env python3
"""check.py with the kinds of evidence that it has no function for, but one; from docs/certificates.md too.

    python3 check_all.py FILE...

Clauses and unit propagation; the largest rectangle without a search; factors of a minor; one message; coin strings.
"""
import sys
from fractions import Fraction
from itertools import combinations, product
from math import isqrt, prod
import check
from check import (take, need, keys, integer, ints, index_set, box, spend, cap, differ, along, bits, other, fooling_set, total, turn,
                   signs, defined, shape, rank_modulo, ranked, number, prove, graded, right)

# Clauses: a list of literals, a negative number denies.
def propagate(clauses, true):
    """Whether unit propagation from the literals in true ends in a contradiction."""
    true, watch = list(true), {}
    known = set(true)
    if any(-l in known for l in known) or any(not c for c in clauses): return True
    for k, c in enumerate(clauses):
        for l in set(c): watch.setdefault(-l, []).append(k)
    todo = list(range(len(clauses)))
    while todo:
        c = clauses[todo.pop()]
        spend(len(c) + 1)
        if any(l in known for l in c): continue
        free = {l for l in c if -l not in known}
        if not free: return True
        if len(free) == 1:
            l = free.pop()
            known.add(l)
            todo += watch.get(l, [])
    return False
def refuted(clauses, variables, lemmas):
    need(isinstance(lemmas, list), "want lemmas")
    for lemma in lemmas:
        need(all(1 <= abs(l) <= variables for l in ints(lemma)), "a literal")
        need(propagate(clauses, [-l for l in lemma]), "a lemma does not follow")
        clauses.append(lemma)
    need(propagate(clauses, []), "no contradiction at the end")
def colouring(a, m, end, v, e):
    k, lines, apart, lemmas = take(e, end == "lower" and m in ("one_way.alice", "one_way.bob"), "k", "lines", "apart", "lemmas")
    u = a if m == "one_way.alice" else turn(a)
    n, clash = len(index_set(lines, len(u))), lambda i, j: differ(u[lines[i]], u[lines[j]], False)
    need(0 < n and len(index_set(apart, n)) <= integer(k) and k > 0, "lines and classes")
    need(all(clash(i, j) for i, j in combinations(apart, 2)), "two lines may share a class")
    cap(n * n * k)
    clauses = [[i * k + c + 1 for c in range(k)] for i in range(n)] + [[i * k + c + 1] for c, i in enumerate(apart)]
    clauses += [[-(i * k + c + 1), -(j * k + c + 1)] for i, j in combinations(range(n), 2) if clash(i, j) for c in range(k)]
    refuted(clauses, n * k, lemmas)
    return bits(k + 1)
def covering(a, m, end, v, e):
    k, rows, cols, fooling, lemmas = take(e, end == "lower" and m in ("cover", "partition"), "k", "rows", "cols", "fooling", "lemmas")
    box(a, rows, cols)
    r, c = len(rows), len(cols)
    need(isinstance(fooling, list) and len(fooling) <= integer(k), "more fooling entries than rectangles")
    need(all(len(ints(x)) == 2 and 0 <= x[0] < r and 0 <= x[1] < c for x in fooling), "a fooling entry outside the part")
    fooling_set(a, v, [[rows[i], cols[j]] for i, j in fooling])
    row, col = lambda q, i: q * (r + c) + i + 1, lambda q, j: q * (r + c) + r + j + 1
    clauses = [x for q, (i, j) in enumerate(fooling) for x in ([row(q, i)], [col(q, j)])]
    cap((r + 1) * (c + 1) * (k + 1) ** 2)
    last = k * (r + c)
    for i, j in product(range(r), range(c)):
        x = a[rows[i]][cols[j]]
        if other(x, v): clauses += [[-row(q, i), -col(q, j)] for q in range(k)]
        if x == v:
            here = [last + q + 1 for q in range(k)]
            clauses += [here] + [[-h, line(q, at)] for q, h in enumerate(here) for line, at in ((row, i), (col, j))]
            if m == "partition":
                clauses += [[h, -row(q, i), -col(q, j)] for q, h in enumerate(here)] + [[-x, -y] for x, y in combinations(here, 2)]
            last += k
    refuted(clauses, last, lemmas)
    return k + 1
# The largest rectangle without a search, and what follows for covers.
def matching(a, m, end, v, e):
    entries, = take(e, end == "upper" and m == "rectangle", "entries")
    need(entries and all(len(ints(x)) == 2 for x in entries), "no entries")
    rows, cols = box(a, *map(list, zip(*entries)))
    need(all(other(a[i][j], v) for i, j in zip(rows, cols)), "an entry of no other value")
    lines = len(a) + len(a[0]) - len(entries)
    side = min(lines // 2, len(a), len(a[0]))
    return side * (lines - side)
def span(a, m, end, v, e):
    rank, rest = take(e, end == "upper" and m == "rectangle" and total(a) is None, "rank", "other")
    own = [[int(x == v) for x in r] for r in a]
    need(integer(rank) >= 1 and integer(rest) == rank_modulo([[1 - x for x in r] for r in own], 2), "the rank of the others")
    need(rank == rank_modulo(own, 2), "the rank")
    return max(map(own.count, own)) * max(map(turn(own).count, turn(own))) * 2 ** min(rank - 1, rest)
def lindsey(a, m, end, v, e):
    size, = take(e, end == "upper" and m == "rectangle" and total(a) is None, "size")
    s = min(signs(a), turn(signs(a)), key=len)
    for _ in range(2): s = [[check.dot(x, y) for y in s] for x in s]  # K, then its square
    need(0 < isqrt(max(sum(map(abs, r)) for r in s)) <= integer(size), "the norm is larger")
    return size
def share(a, m, end, v, e):
    size, inner = take(e, end == "lower" and m in ("cover", "partition"), "size", "evidence")
    need(integer(size) >= 1 and prove(a, "rectangle", "upper", v, inner) <= size, "larger rectangles")
    return -(-sum(x == v for r in a for x in r) // size)
# A minor as L D U.
def unitriangular(a, m, end, v, e):
    rows, cols, d, low, up = take(e, end == "lower", "rows", "cols", "diagonal", "lower", "upper")
    b, n = ranked(a, m, v), len(ints(d))
    need(len(box(a, rows, cols)[0]) == len(cols) == len(low) == len(up) == n, "no square")
    need(all(0 < abs(x) <= 4096 and (m != "rank.gf2" or x % 2) for x in d), "the diagonal")
    def line(pairs, i):
        need(all(len(ints(p)) == 2 and 0 <= p[0] < i and abs(p[1]) <= 4096 for p in pairs), "a factor")
        places = [k for k, _ in pairs]
        need(places == sorted(set(places)), "the places of a factor")
        return {**dict(map(tuple, pairs)), i: 1}
    low, up = [line(x, i) for i, x in enumerate(low)], [line(x, i) for i, x in enumerate(up)]
    for i, j in product(range(n), repeat=2):
        spend(len(low[i]))
        need(sum(x * d[k] * up[j].get(k, 0) for k, x in low[i].items()) == b[rows[i]][cols[j]], "another product")
    return n
# One message. Logarithms to 40 binary places, rounded down.
def log2(x):
    whole = 0
    while x >= 2: x, whole = x / 2, whole + 1
    while x < 1: x, whole = x * 2, whole - 1
    x, digits = int(x * 2 ** 200), whole
    for _ in range(40):
        x, digits = x * x >> 200, 2 * digits
        if x >= 2 ** 201: x, digits = x >> 1, digits + 1
    return Fraction(digits, 2 ** 40)
def up(x, places): return Fraction(-(-x * 2 ** places // 1), 2 ** places)
def missed(row, word): return spend(len(row)) or sum(other(x, y) for x, y in zip(row, word))
def spoken(a, m, error):
    need(0 <= number(error) < Fraction(1, 2), "an error is below 1/2")
    return a if m.endswith(".alice") else turn(a), number(error) * defined(a)
def tilt(a, m, end, v, e, error):
    fits = end == "lower" and m in ("information.alice", "information.bob", "randomised.alice", "randomised.bob")
    l, over, under = take(e, fits, "rows", "over", "under")
    u, wrong = spoken(a, m, error)
    need(len(ints(l)) == len(u) and all(x >= 1 for x in l) and sum(l) <= 2 ** 30 and 0 <= integer(over) <= integer(under) <= 2 ** 20 and under, "weights or b")
    if over == 0 and wrong: return 0
    power = [up(Fraction(over, under) ** k, 32) for k in range(len(u[0]) + 1)]
    answers = [sorted({x for x in c if x is not None}) or [0] for c in turn(u)]
    cap(prod(map(len, answers)) * len(u))
    most = max(sum(x * power[missed(r, w)] for x, r in zip(l, u)) for w in product(*answers))
    got = max(0, (sum(log2(x * len(u) / most) for x in l) + (wrong * log2(Fraction(over, under)) if over else 0)) / len(u))
    return -(-got // 1) if m.startswith("randomised") else got
def channel(a, m, end, v, e, error):
    words, weights = take(e, end == "upper" and m in ("information.alice", "information.bob"), "words", "weights")
    u, allowed = spoken(a, m, error)
    shape(weights, len(u), len(words))
    need(all(len(ints(w)) == len(u[0]) for w in words) and all(0 <= x <= 2 ** 40 for r in weights for x in r) and all(map(sum, weights)), "words or weights")
    given = [[Fraction(x, sum(r)) for x in r] for r in weights]
    mean = [sum(c) / len(u) for c in zip(*given)]
    need(sum(p * missed(r, w) for line, r in zip(given, u) for p, w in zip(line, words) if p) <= allowed, "too many wrong answers")
    return up(sum(-p * log2(q / p) for line in given for p, q in zip(line, mean) if p) / len(u), 32)
# Coin strings that stand for all.
def union(a, m, end, v, e, error):
    t, = take(e, end == "upper" and m == "newman", "strings")
    need(1 <= integer(t) <= 2 ** 40 and 0 <= number(error) < Fraction(1, 2), "coin strings or error")
    once = list(zip(*dict.fromkeys(zip(*dict.fromkeys(map(tuple, a))))))  # different rows, then different columns
    x, partial, term = 2 * t * number(error) ** 2, 0, Fraction(1)
    for k in range(1, 401):
        partial += term
        if partial > defined(once): return t
        term = Fraction(term * x / k * 2 ** 64 // 1, 2 ** 64)
    need(False, "too few coin strings")
check.KINDS.update({f.__name__: f for f in (colouring, covering, matching, span, lindsey, share, unitriangular)})
check.ERRING.update({f.__name__: f for f in (tilt, channel, union)})
check.UNSEEN = {"kept-exhausted"}
check.OF_ERROR |= (more := {"newman", "information.alice", "information.bob", "randomised.alice", "randomised.bob"})
check.OTHER |= more
if __name__ == "__main__": sys.exit(check.main(sys.argv[1:]))
