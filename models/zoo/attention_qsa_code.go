package zoo

import (
	"crosscut/models"
	"crosscut/models/keys"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// AttentionQSACode is sparse averaging that is right on every input: keys from a Reed-Solomon code or,
// where they are narrower, orthonormal ones (which are its degree 0). Everything
// is a small whole number: keys 0 and 1, queries 0 and beta, a member's score
// beta K, any other score at most beta (K - 1), with beta = exact.Vanish(f). The proof for all y
// at once is in keys_code.go and docs/qsa.md.
var AttentionQSACode = construct(&models.Construction{
	Name:  "qsa-code",
	Model: "attention",
	Tasks: []string{"qsa"},
	Doc: "one head, keys from a Reed-Solomon code or orthonormal ones, whichever is narrower: right for every set y, " +
		"with m = T P, T = r (2q-1) + 1, N <= P^(r+1)",
	Cite:   []string{"SanfordHsuTelgarsky2023", "DeVore2007", "derived here: docs/qsa.md"},
	Rank:   0,
	Params: qsaParams,
	Choices: []models.Choice{
		{Name: "keys", Doc: "the narrower family, or one by name", Of: []string{"smallest", "devore", "orthonormal"}},
		arithmeticChoice,
	},
	New: func(sh tasks.Shape, set models.Settings) (models.Machine, error) {
		m, f := set.Int("m", 0), set.Int("f", 0)
		family, most := set.Pick("keys", "smallest"), protocol.Growth{Logs: 2} // docs/qsa.md, "Growth"
		if family == "orthonormal" {
			most = protocol.Growth{Power: 1}
		}
		c, err := keys.CodeNamed(family, sh.N, sh.Int("q"), m)
		if err != nil {
			return nil, err
		}
		return qsaMachine(sh, set, most, func(p int) keys.Family { return c.Layer(m, f, p) })
	},
})
