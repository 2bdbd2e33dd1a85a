package audit

import (
	"fmt"
	"math"
	"sort"

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

// match3 is Theorem 7: a layer that computes Match3 moves, as an online softmax, its accumulators.
func match3(l Layer, n int) Row {
	wide := accumulator
	for _, p := range l.Cached {
		wide = max(wide, p.Pass.Bits())
	}
	bits := l.Heads*(l.Width+2)*wide + l.fixed()
	row := Row{
		Claim: "theorem 7", Scope: "layer", Bits: bits, PerHead: (l.Width + 2) * wide,
		Formula: fmt.Sprintf("H (d_v + 2) %d: per head the largest score, the normaliser and d_v numerators%s", wide, beside(l)),
		Note:    "needed is the number of hands at M = N^2 and the half split, by its largest term",
	}
	row.judge(n, HandsNeed)
	return row
}

// judge holds the bits of a row against a need that no longer context lowers.
func (r *Row) judge(n int, need func(n int) int) {
	bites := 1 + sort.Search(2*r.Bits+64, func(k int) bool { return need(k+1) > r.Bits })
	r.Context, r.Needed, r.BitesFrom, r.Basis = n, need(n), &bites, problems.Proved
	r.Vacuous = r.Bits >= r.Needed
}

// HandsNeed is what Match3 needs at M = N^2 and the half split, one way and two-way: log2 of C(P, a) 2^a hands of a =
// floor((N - 1)/2) tokens, P = floor((M - 2)/2) or one less (docs/sanford2023.md). C(P, a) is at least P^a/a! times
// exp(-a(a - 1)/(2P) - a^3/(3P^2)), since ln(1 - x) >= -x - x^2 up to 1/2.
func HandsNeed(n int) int {
	a := float64((n - 1) / 2)
	if a < 1 {
		return 0
	}
	p := math.Floor(float64(n)*float64(n)-2-float64(n%2)) / 2
	return bitsOf(a*math.Log(2*p) - a*(a-1)/(2*p) - a*a*a/(3*p*p) - lnFactorial(a, 1/(12*a)))
}

// SetsNeed is what the sets of q = floor((N - 1)/2) of N positions need: log2 C(N, q) bits of the embedded query
// (docs/qsa.md).
func SetsNeed(n int) int {
	N, q := float64(n), float64((n-1)/2)
	if q < 1 {
		return 0
	}
	return bitsOf(lnFactorial(N, 1/(12*N+1)) - lnFactorial(q, 1/(12*q)) - lnFactorial(N-q, 1/(12*(N-q))))
}

// lnFactorial is ln n! by Stirling with a remainder, which lies between 1/(12n + 1) and 1/(12n) (Robbins 1955).
func lnFactorial(n, remainder float64) float64 {
	return n*math.Log(n) - n + math.Log(2*math.Pi*n)/2 + remainder
}

// bitsOf is ceil(log2 e^x), a bit less where rounding leaves it open.
func bitsOf(x float64) int { return int(min(max(0, math.Ceil(x/math.Ln2*(1-1e-12)-1e-6)), 1<<62)) }

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

// averaging is Theorem 4: a layer that averages q positions must tell its set apart from all others.
func averaging(c *Config, l Layer, n int) (Row, bool) {
	d := 0
	for _, name := range []string{"hidden_size", "n_embd", "d_model", "n_embed"} {
		if v, err := whole(c.fields[name]); err == nil && d == 0 {
			d = v
		}
	}
	row := Row{
		Claim: "theorem 4", Scope: "layer", Bits: d*c.Dtype.Bits() + l.fixed(), Formula: "d p: the embedded query token" + beside(l),
		Note: "needed is log2 of the sets of floor((N - 1)/2) positions",
	}
	row.judge(n, SetsNeed)
	return row, d > 0
}

// memory is Theorem 11, sharpened: a model that reads in order and averages one earlier position at the last token
// carries N - 1 bits to it.
func memory(m *Model, n int) (Row, error) {
	need := n - 1
	bits, err := m.Holds(need)
	row := Row{
		Claim: "theorem 11", Scope: "model", Bits: bits, Formula: "all states, and the cache of the N - 1 tokens before the last",
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
	from := ceiling + 2
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
