package zoo

import (
	"math/big"
	"math/bits"

	"crosscut/internal/exact"
	"crosscut/models"
	"crosscut/models/attention"
	"crosscut/models/keys"
	"crosscut/models/tasks"
)

// Statement. sanford2023, Theorem 9: one layer computes Match3Local with window K,
// with m = O(K log N) and p = O(log(K log N)) besides the log M of a token.
//
// Construction (derived here). As match3-local, with the block of a position written in
// binary, by signs: position j = b L + s, L = 2K + 1, has the c signs of b in the c
// coordinates of s and 0 elsewhere. The query of i has, for each s of a position of its
// window, B times the signs of that position's block. So a token of the window scores B c,
// which is top, another one at most B (c - 2), and B >= (f+1) ln 2 makes its weight 0; so
// it does where the window has no position at s, where tokens score 0.
//
// Sizes. m = L c, c = ceil(log2(floor(N/L) + 1)) and at least 1, or m = N with orthonormal
// keys where that is no wider. Keys are signs and queries B times signs, so p = O(log M) is
// all about tokens: the paper's m, and its p without the log(K log N).
//
// Cost. H (B_Z + d_v B_N) with H = 1, d_v = 2K + 1; no query crosses.
var AttentionMatch3LocalCode = construct(&models.Construction{
	Name:  "match3-local-code",
	Model: "attention",
	Tasks: []string{"match3-local"},
	Rank:  1,
	Doc: "Match3Local by an exact window: the key holds a position's block in binary, by signs, in the coordinates of its place; " +
		"m = O(K log N), keys and queries are tiny, so p is the size of a token.",
	Cite:    []string{"SanfordHsuTelgarsky2023", "derived here: docs/attention.md"},
	Params:  windowParams,
	Choices: []models.Choice{arithmeticChoice},
	New:     newMatch3LocalCode,
})

func newMatch3LocalCode(sh tasks.Shape, set models.Settings) (models.Machine, error) {
	k, f := windowReach(sh), set.Int("f", 0)
	length := 2*k + 1
	digits := max(1, bits.Len(uint(sh.N/length)))
	if length*digits >= sh.N {
		return orthonormalWindows(sh, set, "match3-local-code")
	}
	factor := int64(exact.Vanish(f))
	write := func(j int, by int64, to attention.Ints) {
		b, s := block(j, length)
		for t := range digits {
			to.Set(s*digits+t, by*(2*(b>>t&1)-1))
		}
	}
	w := windowKeys{
		name: "match3-local-code", width: length * digits, top: big.NewInt(factor * int64(digits)),
		bits: exact.SignedBits(factor),
		query: func(pos int, q attention.Ints) {
			for j := max(1, pos-k); j <= min(sh.N, pos+k); j++ {
				write(j, factor, q)
			}
		},
		key: func(pos int, key attention.Ints) { write(pos, 1, key) },
	}
	for range w.width {
		w.queryMax, w.keyMax = append(w.queryMax, big.NewInt(factor)), append(w.keyMax, big.NewInt(1))
	}
	return w.machine(sh, set, f)
}

// orthonormalWindows is the layer with a coordinate for each position.
func orthonormalWindows(sh tasks.Shape, set models.Settings, name string) (models.Machine, error) {
	k, f := windowReach(sh), set.Int("f", 0)
	c := keys.NewCode(sh.N, min(2*k+1, sh.N), 0, 1).Layer(0, f, 0)
	w := windowKeys{
		name: name, width: c.Width(), bits: c.Bits(), top: c.Top(),
		query: func(pos int, q attention.Ints) {
			var window []int
			for j := max(1, pos-k); j <= min(sh.N, pos+k); j++ {
				window = append(window, j)
			}
			c.Query(window, q)
		},
		key:   c.Key,
		ones:  c.Ones,
		extra: c.Sizes(),
	}
	delete(w.extra, "K") // here K is the task's
	w.queryMax, w.keyMax = c.Bounds()
	return w.machine(sh, set, f)
}
