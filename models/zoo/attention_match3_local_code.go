package zoo

import (
	"crosscut/models"
	"crosscut/models/attention"
	"crosscut/models/keys"
	"crosscut/models/tasks"
)

// Statement. sanford2023, Theorem 9: one layer computes Match3Local with window K;
// it is sparse averaging over windows.
//
// Construction (the paper's idea with other keys). The window of i is a set of at
// most q = 2K + 1 positions, so any keys that serve sparse averaging over q
// positions serve here; those of a Reed-Solomon code certify every set (keys_code.go,
// docs/qsa.md), hence all N windows, also the short ones at the ends. Values and
// the output map are those of match3-local.
//
// Sizes. m = T P with T = r (2q-1) + 1 points, or m = N with orthonormal keys where
// that is narrower; keys are 0 and 1, queries 0 and exact.Vanish(f), so p = O(log M) is all
// about tokens. The paper's random signs need only m = O(K log N).
//
// Cost. H (B_Z + d_v B_N) with H = 1, d_v = 2K + 1; no query crosses.
var AttentionMatch3LocalCode = construct(&models.Construction{
	Name:  "match3-local-code",
	Model: "attention",
	Tasks: []string{"match3-local"},
	Rank:  1,
	Doc: "Match3Local as sparse averaging over windows: keys from a Reed-Solomon code or orthonormal ones, certified for " +
		"every window; keys and queries are tiny, so p is the size of a token.",
	Cite:    []string{"SanfordHsuTelgarsky2023", "DeVore2007", "derived here: docs/attention.md"},
	Params:  windowParams,
	Choices: []models.Choice{arithmeticChoice},
	New: func(sh tasks.Shape, set models.Settings) (models.Machine, error) {
		return codeWindows(sh, set, "match3-local-code", keys.SmallestCode(sh.N, min(2*windowReach(sh)+1, sh.N)))
	},
})

// codeWindows is the layer with the keys of a code that certifies every window.
func codeWindows(sh tasks.Shape, set models.Settings, name string, code keys.Code) (models.Machine, error) {
	k, f := windowReach(sh), set.Int("f", 0)
	c := code.Layer(0, f, 0)
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
