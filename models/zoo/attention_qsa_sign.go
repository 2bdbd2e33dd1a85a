package zoo

import (
	"crosscut/models"
	"crosscut/models/keys"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// Theorem 2 as the paper has it: keys of random signs, queries of least norm. Three
// guarantees, kept apart:
//
//   - uniform: the inner products of all pairs of keys were measured when the
//     machine was built, and are at most m/(3q-1); then every set has a certificate
//     (keys_sign.go, docs/qsa.md). m grows like q^2 log N.
//   - lazy: nothing is known of all sets; the sets at the read positions are checked
//     one by one, and those without a certificate are named in a warning. m is of
//     order q log N. This is no theorem about all inputs.
//   - enumerated: all C(N, q) sets were looked at when the keys were found
//     (keys.Enumerated), up to the N of that list. m is about 8 log2 N at q = 2.
//
// For N <= m orthonormal keys (qsa-code with keys=orthonormal) are narrower and
// always right; the machine says so.
var _ = construct(&models.Construction{
	Name:   "qsa-random-sign",
	Model:  "attention",
	Tasks:  []string{"qsa"},
	Doc:    "one head, keys of m random signs, least-norm queries; right for every set (guarantee=uniform, coherence measured; enumerated, all sets looked at) or checked set by set (guarantee=lazy)",
	Cite:   []string{"SanfordHsuTelgarsky2023", "CandesTao2005", "derived here: docs/qsa.md"},
	Rank:   2,
	Params: qsaParams,
	Choices: []models.Choice{
		{Name: "guarantee", Doc: "for which sets the queries are certified", Of: []string{"uniform", "lazy", "enumerated"}},
		arithmeticChoice,
	},
	New: func(sh tasks.Shape, set models.Settings) (models.Machine, error) {
		guarantee := set.Pick("guarantee", "uniform")
		n, q, m, f, g := sh.N, sh.Int("q"), set.Int("m", 0), set.Int("f", 0), set.Int("g", 0)
		k, err := keys.EnumeratedSigns(n, q, m, f, g)
		if guarantee != "enumerated" {
			k, err = keys.RandomSigns(n, q, m, f, g, guarantee == "lazy", set.Seed)
		}
		if err != nil {
			return nil, err
		}
		memo := keys.NewMemo()
		return qsaMachine(sh, set, protocol.Growth{}, func(p int) keys.Family { return k.Layer(p, memo) })
	},
})
