package audit

import (
	"fmt"

	"crosscut/protocol/problems"
)

// Row is one claim at one context.
type Row struct {
	Claim   string `json:"claim"`
	Scope   string `json:"scope"` // "layer" or "model"
	Bits    int    `json:"bits"`  // what the compiled protocol moves
	PerHead int    `json:"per_head,omitempty"`
	Formula string `json:"formula_text"`
	Context int    `json:"context"`
	Needed  int    `json:"needed"` // at this context
	// BitesFrom is the shortest sequence at which Bits is below the need; nil: never.
	BitesFrom *int           `json:"bites_from"`
	Vacuous   bool           `json:"vacuous"` // nothing is excluded at this context
	Basis     problems.Basis `json:"basis"`
	Note      string         `json:"note,omitempty"`
}

// accumulator is the width, in bits, of the sums in the online softmax of real
// kernels: float32 whatever the width of weights, unless that is larger.
const accumulator = 32

// match3 is Theorem 7: a layer that computes match3 must move n = floor((N-3)/2)
// bits; as an online softmax it moves its accumulators.
func match3(l Layer, n int) Row {
	wide := accumulator
	for _, p := range l.Cached {
		wide = max(wide, p.Pass.Bits())
	}
	bits := l.Heads*(l.Width+2)*wide + l.fixed()
	need := max(0, (n-3)/2)
	bites := 2*(bits+1) + 3
	return Row{
		Claim: "theorem 7", Scope: "layer", Bits: bits, PerHead: (l.Width + 2) * wide,
		Formula: fmt.Sprintf("H (d_v + 2) %d: per head the largest score, the normaliser and d_v numerators%s", wide, beside(l)),
		Context: n, Needed: need, BitesFrom: &bites, Vacuous: bits >= need, Basis: problems.Proved,
	}
}

// fixed is what the layer carries beside its attention, in bits inside a pass: a hybrid layer's scan.
func (l Layer) fixed() int {
	total := 0
	for _, p := range l.Fixed {
		if !p.Beyond {
			total += p.Bits(Pass)
		}
	}
	return total
}

func beside(l Layer) string {
	if l.fixed() == 0 {
		return ""
	}
	return ", and the scan beside them"
}

// averaging is Theorem 4: a layer that averages q positions must tell its query
// apart from all others, N = 2q + 1.
func averaging(c *Config, l Layer, n int) (Row, bool) {
	d := 0
	for _, name := range []string{"hidden_size", "n_embd", "d_model", "n_embed"} {
		if v, err := whole(c.fields[name]); err == nil && d == 0 {
			d = v
		}
	}
	bits := d*c.Dtype.Bits() + l.fixed()
	need := max(0, (n-1)/2)
	bites := 2*(bits+1) + 1
	return Row{
		Claim: "theorem 4", Scope: "layer", Bits: bits, Formula: "d p: the embedded query token" + beside(l),
		Context: n, Needed: need, BitesFrom: &bites, Vacuous: bits >= need, Basis: problems.Proved,
		Note: "needed is the largest q at this context",
	}, d > 0
}

// memory is Theorem 11: a model that reads in order and averages one earlier
// position carries n = floor((N-1)/2) bits past the middle.
func memory(m *Model, n int) (Row, error) {
	need := max(0, (n-1)/2)
	bits, err := m.Holds(need + 1)
	row := Row{
		Claim: "theorem 11", Scope: "model", Bits: bits, Formula: "all states, and the cache of the (N + 1)/2 tokens before the middle",
		Context: n, Needed: need, Basis: problems.Proved, Vacuous: bits >= need,
	}
	if err != nil {
		return row, err
	}
	ceiling, bounded := m.Bounded()
	if !bounded {
		row.Note = "the cache grows with the context by more than a bit a token: never excluded"
		return row, nil
	}
	from := 2*(ceiling+1) + 1
	row.BitesFrom = &from
	if scan := m.Scan(); scan > 1 {
		row.Note = fmt.Sprintf("computed %d tokens at a time: the state alone determines the rest bit for bit at a multiple of that, elsewhere in exact arithmetic", scan)
	}
	return row, nil
}

// Scan is the largest number of tokens that a layer handles at once; 1: token by token.
func (m *Model) Scan() int {
	scan := 1
	for _, l := range m.Layers {
		scan = max(scan, l.Scan)
	}
	return scan
}
