package zoo

import (
	"math"

	"crosscut/models"
	"crosscut/models/keys"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// AttentionQSAMoment is that of Theorem 3: sets of q are separated by keys in 2q dimensions, the vertices of a
// cyclic polytope, if precision is no object. "Infinite" precision means here
// p of about 2q log2 N bits, the size of N^2q and of the coefficients of prod (t - l)^2.
//
// Keys (1, j, ..., j^2q), m = 2q + 1: scores are -beta P_y(j), 0 on y and at most
// -beta elsewhere, beta = exact.Vanish(f), top 0 (models/keys/moment.go). With m <= 2q the
// polynomial is cut short and, by Radon's theorem, no query would do: see Radon.
var AttentionQSAMoment = construct(&models.Construction{
	Name:    "qsa-moment",
	Model:   "attention",
	Tasks:   []string{"qsa"},
	Doc:     "one head, keys on the moment curve, m = 2q + 1, exact integers of about 2q log2 N bits: right for every set y",
	Cite:    []string{"SanfordHsuTelgarsky2023", "derived here: docs/qsa.md"},
	Rank:    1,
	Params:  qsaParams,
	Choices: []models.Choice{arithmeticChoice},
	New: func(sh tasks.Shape, set models.Settings) (models.Machine, error) {
		n, q := sh.N, sh.Int("q")
		if q > 256 {
			return nil, models.Unsupportedf("the moment curve at q = %d has coefficients of about 2q log2 N = %.0f bits: q is at most 256", q, 2*float64(q)*math.Log2(float64(n)))
		}
		k, f := keys.NewMoment(n, q, set.Int("m", 2*q+1)), set.Int("f", 0)
		return qsaMachine(sh, set, protocol.Growth{Logs: 1}, func(p int) keys.Family { return k.Layer(f, p) })
	},
})
