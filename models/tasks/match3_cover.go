package tasks

import (
	"crosscut/protocol"
	"slices"
)

// match3Cover covers the ones of match3 at a public position by M + 2 rectangles:
// the two partners are both on Alice's side (public tokens count there), both on
// Bob's, or Alice has a residue u and Bob what u lacks.
func match3Cover(sh Shape, s Split, public []Token, pos int) (protocol.Cover[[]Token, []Token], bool) {
	const aliceAlone, bobAlone, mixed = 0, 1, 2
	if s.Of(pos) != Public {
		return protocol.Cover[[]Token, []Token]{}, false
	}
	m := sh.Int("M")
	if m > 1<<20 { // the cover would not be small
		return protocol.Cover[[]Token, []Token]{}, false
	}
	query := 0
	for k, i := range s.Positions(Public) {
		if i == pos {
			query = public[k].X
		}
	}
	rest := (2*m - query%m) % m // what the partners must sum to, mod M
	pair := func(has []bool, toks []Token) bool {
		return slices.ContainsFunc(toks, func(t Token) bool { return has[(rest+m-t.X%m)%m] })
	}
	side := func(toks []Token, alone, always int, both []Token, residue func(r int) int, mark func(int)) {
		has := make([]bool, m)
		for _, t := range both {
			has[t.X%m] = true
		}
		for _, t := range toks {
			has[t.X%m] = true
		}
		if pair(has, toks) || len(both) > 0 && pair(has, both) {
			mark(alone)
		}
		mark(always)
		for r, h := range has {
			if h {
				mark(mixed + residue(r))
			}
		}
	}
	return protocol.Cover[[]Token, []Token]{
		Size: mixed + m,
		Alice: func(toks []Token, mark func(int)) {
			side(toks, aliceAlone, bobAlone, public, func(r int) int { return r }, mark)
		},
		Bob: func(toks []Token, mark func(int)) {
			side(toks, bobAlone, aliceAlone, nil, func(r int) int { return (rest + m - r) % m }, mark)
		},
	}, true
}
