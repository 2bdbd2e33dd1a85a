package audit

import (
	"fmt"
	"strconv"

	"crosscut/protocol/problems"
	"crosscut/report"
)

// Report is what an architecture moves past a cut, and from where on the claims
// exclude anything.
type Report struct {
	Type      string    `json:"model_type"`
	Rows      []Row     `json:"rows"`
	StateBits int       `json:"state_bits"`           // carried whatever the context is
	CacheBits int       `json:"cache_bits_per_token"` // of all layers together
	Dtype     string    `json:"dtype"`
	BitsPer   int       `json:"bits_per_number"`
	Layers    []Carried `json:"layers"`
	Sizes     []Size    `json:"sizes"` // of the whole model's memory, by context
	Warnings  []string  `json:"warnings"`
}

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

// Size is what the whole model carries after so many tokens.
type Size struct {
	Context   int `json:"context"`
	StateBits int `json:"state_bits"`
	CacheBits int `json:"cache_bits"` // of all tokens that are still kept
}

// Carried is a group of layers with what each layer carries.
type Carried struct {
	Kind        string `json:"kind"`
	Count       int    `json:"count"`
	What        string `json:"what"`
	Elements    int    `json:"elements"` // a layer, or a layer and token
	Bits        int    `json:"bits"`
	PerToken    bool   `json:"per_token"`
	Window      int    `json:"window"` // 0: none
	FormulaText string `json:"formula_text"`
}

// accumulator is the width, in bits, of the sums in the online softmax of real
// kernels: float32 whatever the width of weights.
const accumulator = 32

// defaultContext serves configs that state none.
const defaultContext = 8192

// Audit counts for one config. contexts are sequence lengths; none: the config's.
func Audit(raw []byte, contexts []int) (*Report, error) {
	c, a, err := ParseConfig(raw)
	if err != nil {
		return nil, err
	}
	layers, err := a.Layers(c)
	if err != nil {
		return nil, fmt.Errorf("audit: %s: %w", c.Type, err)
	}
	r := &Report{Type: c.Type, Dtype: c.Dtype, BitsPer: c.Bits(), Warnings: append([]string{}, c.Notes...)}
	for _, l := range layers {
		r.carry(l, c.Bits())
	}
	if len(contexts) == 0 {
		contexts = []int{c.Context}
		if c.Context == 0 {
			contexts = []int{defaultContext}
			r.Warnings = append(r.Warnings, fmt.Sprintf("the config states no context length: shown at %d", defaultContext))
		}
	}
	attention := 0
	for _, l := range layers {
		if l.Heads > 0 {
			attention += l.Count
		}
	}
	for _, n := range contexts {
		if n < 1 || n > 1<<40 {
			return nil, fmt.Errorf("audit: a context of %d tokens is outside 1..2^40", n)
		}
		for _, l := range layers {
			if l.Heads > 0 && l.Count > 0 {
				r.Rows = append(r.Rows, match3(l, n), averaging(c, n))
			}
		}
		r.Rows = append(r.Rows, memory(layers, c.Bits(), n))
		r.Sizes = append(r.Sizes, Size{n, r.StateBits, carried(layers, c.Bits(), n) - r.StateBits})
	}
	if attention > 1 {
		r.Warnings = append(r.Warnings, "theorems 4 and 7 speak of one attention layer between token-wise maps; they are shown for a single layer and say nothing about the whole model")
	}
	return r, nil
}

func (r *Report) carry(l Layer, bits int) {
	if l.Count == 0 {
		return
	}
	for _, p := range l.Fixed {
		r.StateBits += l.Count * p.Elements * bits
		r.Layers = append(r.Layers, Carried{l.Kind, l.Count, p.Name, p.Elements, p.Elements * bits, false, l.Window, p.Formula})
	}
	for _, p := range l.Cached {
		r.CacheBits += l.Count * p.Elements * bits
		r.Layers = append(r.Layers, Carried{l.Kind, l.Count, p.Name, p.Elements, p.Elements * bits, true, l.Window, p.Formula})
	}
}

// match3 is Theorem 7: a layer that computes match3 must move n = floor((N-3)/2)
// bits; as an online softmax it moves its accumulators.
func match3(l Layer, n int) Row {
	bits := l.Heads * (l.Width + 2) * accumulator
	need := max(0, (n-3)/2)
	bites := 2*(bits+1) + 3
	return Row{
		Claim: "theorem 7", Scope: "layer", Bits: bits, PerHead: (l.Width + 2) * accumulator,
		Formula: "H (d_v + 2) 32: per head the largest score, the normaliser and d_v numerators in float32",
		Context: n, Needed: need, BitesFrom: &bites, Vacuous: bits >= need, Basis: problems.Proved,
	}
}

// averaging is Theorem 4: a layer that averages q positions must tell its query
// apart from all others, N = 2q + 1.
func averaging(c Config, n int) Row {
	d := c.Int("hidden_size")
	if d == 0 {
		d = c.Int("n_embd")
	}
	bits := d * c.Bits()
	need := max(0, (n-1)/2)
	bites := 2*(bits+1) + 1
	return Row{
		Claim: "theorem 4", Scope: "layer", Bits: bits, Formula: "d p: the embedded query token",
		Context: n, Needed: need, BitesFrom: &bites, Vacuous: bits >= need, Basis: problems.Proved,
		Note: "needed is the largest q at this context",
	}
}

// carried is what all layers carry after so many tokens.
func carried(layers []Layer, bits, read int) int {
	total := 0
	for _, l := range layers {
		for _, p := range l.Fixed {
			total += l.Count * p.Elements * bits
		}
		kept := read
		if l.Window > 0 {
			kept = min(kept, l.Window)
		}
		for _, p := range l.Cached {
			total += l.Count * p.Elements * bits * kept
		}
	}
	return total
}

// memory is Theorem 11: a model that reads in order and averages one earlier
// position carries n = floor((N-1)/2) bits past the middle.
func memory(layers []Layer, bits, n int) Row {
	need := max(0, (n-1)/2)
	row := Row{
		Claim: "theorem 11", Scope: "model", Bits: carried(layers, bits, need+1), Formula: "all states, and the cache of the (N + 1)/2 tokens before the middle",
		Context: n, Needed: need, Basis: problems.Proved,
	}
	row.Vacuous = row.Bits >= need
	ceiling, bounded := 0, true
	for _, l := range layers {
		bounded = bounded && (len(l.Cached) == 0 || l.Window > 0 || l.Count == 0)
	}
	if !bounded {
		row.Note = "the cache grows with the context by more than a bit a token: never excluded"
		return row
	}
	ceiling = carried(layers, bits, 1<<40)
	from := 2*(ceiling+1) + 1
	row.BitesFrom = &from
	return row
}

// Sheet lays the report out for all formats.
func (r *Report) Sheet() *report.Sheet {
	s := &report.Sheet{Title: "audit of a " + r.Type + " model", Warnings: r.Warnings, Value: r}
	s.Fields = []report.Field{
		{Name: "numbers", Value: fmt.Sprintf("%s, %d bits each", r.Dtype, r.BitsPer)},
		{Name: "state", Value: fmt.Sprintf("%d bits, whatever the context", r.StateBits)},
		{Name: "cache", Value: fmt.Sprintf("%d bits a token", r.CacheBits)},
	}
	parts := report.Grid{Title: "what is carried", Columns: []report.Column{
		{Name: "layers"}, {Name: "count", Right: true}, {Name: "what"}, {Name: "numbers", Right: true}, {Name: "bits", Right: true}, {Name: "per"}, {Name: "formula", Long: true}}}
	for _, l := range r.Layers {
		per := "layer"
		if l.PerToken {
			per = "layer and token"
			if l.Window > 0 {
				per += fmt.Sprintf(", the last %d", l.Window)
			}
		}
		parts.Add(l.Kind, strconv.Itoa(l.Count), l.What, strconv.Itoa(l.Elements), strconv.Itoa(l.Bits), per, l.FormulaText)
	}
	sizes := report.Grid{Title: "memory of the whole model by context", Columns: []report.Column{
		{Name: "context", Right: true}, {Name: "state bits", Right: true}, {Name: "cache bits", Right: true}}}
	for _, z := range r.Sizes {
		sizes.Add(strconv.Itoa(z.Context), strconv.Itoa(z.StateBits), strconv.Itoa(z.CacheBits))
	}
	claims := report.Grid{Title: "claims", Columns: []report.Column{
		{Name: "claim"}, {Name: "scope"}, {Name: "context", Right: true}, {Name: "bits", Right: true}, {Name: "per head", Right: true}, {Name: "needed", Right: true},
		{Name: "here"}, {Name: "bites from N", Right: true}, {Name: "basis"}, {Name: "formula", Long: true}}}
	for _, row := range r.Rows {
		from, here, head := "never", "impossible", ""
		if row.PerHead > 0 {
			head = strconv.Itoa(row.PerHead)
		}
		if row.BitesFrom != nil {
			from = strconv.Itoa(*row.BitesFrom)
		}
		if row.Vacuous {
			here = "vacuous"
		}
		line := report.Line{Cells: []string{row.Claim, row.Scope, strconv.Itoa(row.Context), strconv.Itoa(row.Bits), head, strconv.Itoa(row.Needed), here, from, string(row.Basis), row.Formula}}
		if row.Note != "" {
			line.Notes = []string{row.Note}
		}
		claims.Rows = append(claims.Rows, line)
	}
	s.Grids = []report.Grid{parts, sizes, claims}
	s.Flat = &claims
	return s
}
