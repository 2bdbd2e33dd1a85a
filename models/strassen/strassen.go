// Package strassen evaluates Strassen attention exactly: a softmax over pairs (j, k) of
// tokens whose score is built from pairwise products alone,
//
//	f_i . g_j + g'_j . h_k + h'_k . f'_i,
//
// and whose value is the coordinate-wise product V_j * W_k. The form of the layer is the
// one of Strassen attention (arXiv 2501.19215), recalled and not checked against its
// text; the encodings of the four tasks are this project's own, in integers, with weights
// 2^score and exact sums.
package strassen

import "math/big"

// Token is what a token gives to one head.
type Token struct {
	F, F2 []int64 // as the query: with the first of a pair, with the second
	G, G2 []int64 // as the first of a pair: with the query, with the second
	H, H2 []int64 // as the second of a pair: with the first, with the query
	V, W  []int64 // values of the first and of the second
}

// Ends drops one of the three products, which leaves plain attention of pairs; tests and
// controls show that nothing works then.
type Ends struct{ NoQueryFirst, NoPair, NoQuerySecond bool }

// Average is the head's output at query i, one number a coordinate.
func Average(tokens []Token, i int, without Ends) []*big.Rat {
	dot := func(a, b []int64) (s int64) {
		for c, v := range a {
			s += v * b[c]
		}
		return s
	}
	q := tokens[i]
	scores, top := make([]int64, 0, len(tokens)*len(tokens)), int64(-1)<<62
	for _, j := range tokens {
		for _, k := range tokens {
			s := int64(0)
			if !without.NoQueryFirst {
				s += dot(q.F, j.G)
			}
			if !without.NoPair {
				s += dot(j.G2, k.H)
			}
			if !without.NoQuerySecond {
				s += dot(q.F2, k.H2)
			}
			scores, top = append(scores, s), max(top, s)
		}
	}
	// Weights 2^(score - top), scaled by 2^depth; lower ones are exact too.
	depth := int64(0)
	for _, s := range scores {
		depth = max(depth, top-s)
	}
	sum, out := new(big.Int), make([]*big.Int, len(q.V))
	for c := range out {
		out[c] = new(big.Int)
	}
	at := 0
	for _, j := range tokens {
		for _, k := range tokens {
			w := new(big.Int).Lsh(big.NewInt(1), uint(depth-(top-scores[at])))
			at++
			sum.Add(sum, w)
			for c := range out {
				if v := j.V[c] * k.W[c]; v != 0 {
					out[c].Add(out[c], new(big.Int).Mul(w, big.NewInt(v)))
				}
			}
		}
	}
	mean := make([]*big.Rat, len(out))
	for c := range out {
		mean[c] = new(big.Rat).SetFrac(out[c], sum)
	}
	return mean
}

// sharp makes the weight of everything that does not match negligible: 2^-sharp for each unit of
// score, against the weights and values of at most 2^8 pairs.
const sharp = 20

// square writes -sharp (a - b)^2 as a product of what a and what b know: three coordinates.
func square(a, b int64) (left, right []int64) {
	return []int64{-sharp * a * a, 2 * sharp * a, -sharp}, []int64{1, b, b * b}
}

func squareLeft(a int64) []int64  { l, _ := square(a, 0); return l }
func squareRight(b int64) []int64 { _, r := square(0, b); return r }

// Match3 decides at token i whether x_i + x_j + x_k = 0 mod m for some j, k (repeats allowed), values
// 1..m-1. The sum is m or 2m, a head each, whose score is -sharp (x_i + x_j + x_k - target)^2: squares and
// linear terms of a token go into one of its two products. A blank token is appended; its pair with
// itself scores -sharp/2 and has value 0, a pair of it with a token scores far below everything. So
// the average is above 1/2 if and only if a pair matches.
func Match3(x []int64, m int64, i int, without Ends) bool {
	far := 64 * sharp * m * m
	for _, target := range []int64{m, 2 * m} {
		var tokens []Token
		for _, v := range x {
			own := -sharp*v*v + 2*sharp*target*v
			tokens = append(tokens, Token{
				F: []int64{-2 * sharp * v, own}, G: []int64{v, 1},
				F2: []int64{-2 * sharp * v, 1}, H2: []int64{v, own},
				G2: []int64{-2 * sharp * v, own - sharp*target*target, 0, -far}, H: []int64{v, 1, 1, 0},
				V: []int64{1}, W: []int64{1},
			})
		}
		tokens = append(tokens, Token{
			G: []int64{0, 0}, H2: []int64{0, 0}, G2: []int64{0, 0, -far, -sharp / 2}, H: []int64{0, 0, 0, 1},
			V: []int64{0}, W: []int64{0},
		})
		if Average(tokens, i, without)[0].Cmp(big.NewRat(1, 2)) > 0 {
			return true
		}
	}
	return false
}

// Compose gives f(g(x)) from the tables of g and f over 0..n-1 and x: tokens (a, g(a)), then
// (b, f(b)), then x, which is the query.
func Compose(g, f []int64, x int64, without Ends) int64 {
	n := len(g)
	var tokens []Token
	kind := func(first, second bool, in, out int64) Token {
		// The first of a pair matches what comes in with the query and hands on what goes out; the second
		// matches what comes in with what is handed on. Others pay one unit of score.
		t := Token{F: append(squareLeft(in), 1), G: append(squareRight(in), -sharp), G2: squareLeft(out), H: squareRight(in), F2: []int64{1}, H2: []int64{-sharp}, V: []int64{1}, W: []int64{out}}
		if first {
			t.G[3] = 0
		}
		if second {
			t.H2[0] = 0
		}
		return t
	}
	for a := range n {
		tokens = append(tokens, kind(true, false, int64(a), g[a]))
	}
	for b := range n {
		tokens = append(tokens, kind(false, true, int64(b), f[b]))
	}
	tokens = append(tokens, kind(false, false, x, x))
	out := Average(tokens, 2*n, without)[0]
	twice := new(big.Int).Add(new(big.Int).Mul(out.Num(), big.NewInt(2)), out.Denom())
	return new(big.Int).Quo(twice, new(big.Int).Mul(out.Denom(), big.NewInt(2))).Int64() // the nearest integer; out >= 0
}

// Relation decides at cell (i, j) of two m x m relations whether A(i, k) and B(k, j) for some k; with colours,
// whether A(i, k) and B(l, j) for some k != l of one colour. Tokens are the cells (r, c) with A(r, c),
// B(r, c) and the colours of r and c. The value A B (k - l)^2 is a sum of three coordinate-wise
// products, so that k = l counts for nothing.
func Relation(a, b [][]int64, colour []int64, i, j int, without Ends) bool {
	m := len(a)
	var tokens []Token
	for r := range m {
		for c := range m {
			link, back := int64(c), int64(r)
			if colour != nil {
				link, back = colour[c], colour[r]
			}
			t := Token{
				F: squareLeft(int64(r)), G: squareRight(int64(r)), // the first is in my row
				G2: squareLeft(link), H: squareRight(back), // its column is the second's row, or has its colour
				F2: squareLeft(int64(c)), H2: squareRight(int64(c)), // the second is in my column
				V: []int64{a[r][c]}, W: []int64{b[r][c]},
			}
			if colour != nil {
				k, l := int64(c), int64(r)
				t.V, t.W = []int64{a[r][c] * k * k, -2 * a[r][c] * k, a[r][c]}, []int64{b[r][c], b[r][c] * l, b[r][c] * l * l}
			}
			tokens = append(tokens, t)
		}
	}
	sum := new(big.Rat)
	for _, v := range Average(tokens, i*m+j, without) {
		sum.Add(sum, v)
	}
	return sum.Cmp(big.NewRat(1, 2*int64(m*m))) > 0
}
