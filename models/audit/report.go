package audit

import (
	"fmt"
	"strconv"

	"crosscut/report"
)

// Report is what an architecture moves past a cut, and from where on the claims
// exclude anything.
type Report struct {
	Type      string    `json:"model_type"`
	Verdict   string    `json:"verdict,omitempty"` // "outside", "refused"
	Reason    string    `json:"reason,omitempty"`
	Rows      []Row     `json:"rows"`
	StateBits int       `json:"state_bits"`           // carried whatever the context is, at this cut
	CacheBits int       `json:"cache_bits_per_token"` // of all layers without a window
	Cut       Cut       `json:"cut"`
	Pass      int       `json:"state_bits_pass"`
	Stored    int       `json:"state_bits_stored"`
	Beyond    int       `json:"beyond_bits_per_token"` // what the reference stores beyond the information
	Besides   int       `json:"beyond_bits"`           // the same, whatever the context is
	Rank      *int      `json:"rank"`                  // of one linear reading; null where softmax reads, or nothing is read linearly
	Class     string    `json:"reference"`
	Dtype     Dtype     `json:"dtype"`
	BitsPer   int       `json:"bits_per_number"`
	Parts     []Holding `json:"parts"`
	Layers    []Carried `json:"layers"`
	Sizes     []Size    `json:"sizes"` // of the whole model's memory, by context
	Warnings  []string  `json:"warnings"`
	Idle      []string  `json:"-"` // flags of types of what the model does not hold
}

// Holding is one part of one layer.
type Holding struct {
	Layer    int    `json:"layer"` // from 1
	Kind     string `json:"kind"`
	What     string `json:"what"`
	Elements int    `json:"elements"`
	Dtype    Dtype  `json:"dtype"`
	Bits     int    `json:"bits"`
	PerToken bool   `json:"per_token"`
	Tokens   int    `json:"tokens_kept,omitempty"` // of a window; 0: all
	Beyond   bool   `json:"beyond,omitempty"`      // stored by the reference, but a function of the rest
}

// Size is what the whole model carries after so many tokens.
type Size struct {
	Context   int `json:"context"`
	StateBits int `json:"state_bits"`
	CacheBits int `json:"cache_bits"`  // of all tokens that are still kept
	Bytes     int `json:"bytes"`       // of both, rounded up
	Beyond    int `json:"beyond_bits"` // what the reference stores beyond that
}

// Carried is a group of equal layers with what each layer carries.
type Carried struct {
	Kind        string `json:"kind"`
	Count       int    `json:"count"`
	What        string `json:"what"`
	Elements    int    `json:"elements"` // a layer, or a layer and token
	Bits        int    `json:"bits"`
	Dtype       Dtype  `json:"dtype"`
	PerToken    bool   `json:"per_token"`
	Window      int    `json:"window"` // 0: none
	Beyond      bool   `json:"beyond,omitempty"`
	FormulaText string `json:"formula_text"`
}

// defaultContext serves configs that state none.
const defaultContext = 8192

// Refused stands in a comparison for a file that could not be counted.
func Refused(err error) *Report {
	return &Report{Verdict: "refused", Reason: err.Error(), Rows: []Row{}, Parts: []Holding{}, Layers: []Carried{}, Sizes: []Size{}, Warnings: []string{}}
}

// Report lays a counted model out. contexts are sequence lengths; none: the config's.
func (m *Model) Report(contexts []int) (*Report, error) {
	c := m.Config
	r := &Report{Type: c.Type, Cut: m.Cut, Class: m.Arch.Class, Dtype: c.Dtype, BitsPer: c.Dtype.Bits(), Warnings: append([]string{}, c.Notes...), Idle: m.Idle,
		Rows: []Row{}, Parts: []Holding{}, Layers: []Carried{}, Sizes: []Size{}}
	if m.Arch.Outside != "" {
		r.Verdict, r.Reason = "outside", m.Arch.Outside
		return r, nil
	}
	pass, stored := *m, *m
	pass.Cut, stored.Cut = Pass, Stored
	r.StateBits, r.Pass, r.Stored = m.State(), pass.State(), stored.State()
	r.CacheBits, r.Beyond = m.Cache()
	r.Besides = m.Beyond(0)
	if rank, attends := m.Rank(); rank > 0 && !attends {
		r.Rank = &rank
	}
	for i, l := range m.Layers {
		r.hold(i+1, l)
	}
	groups := m.groups()
	for _, g := range groups {
		r.carry(g)
	}
	if len(contexts) == 0 {
		contexts = []int{c.Context}
		if c.Context == 0 {
			contexts = []int{defaultContext}
			r.Warnings = append(r.Warnings, fmt.Sprintf("the config states no context length: shown at %d", defaultContext))
		}
	}
	for _, n := range contexts {
		if err := r.at(m, groups, n); err != nil {
			return nil, err
		}
	}
	attention := 0
	for _, g := range groups {
		if g.Heads > 0 {
			attention += g.count
		}
	}
	if attention > 1 {
		r.Warnings = append(r.Warnings, "theorems 4 and 7 speak of one attention layer between token-wise maps; they are shown for a single layer and say nothing about the whole model")
	}
	return r, nil
}

// at adds the claims and the memory at a context of n tokens.
func (r *Report) at(m *Model, groups []group, n int) error {
	if n < 1 || n > 1<<40 {
		return fmt.Errorf("audit: a context of %d tokens is outside 1..2^40", n)
	}
	for _, g := range groups {
		if g.Heads > 0 {
			r.Rows = append(r.Rows, match3(g.Layer, n))
			if row, ok := averaging(m.Config, g.Layer, n); ok {
				r.Rows = append(r.Rows, row)
			}
		}
	}
	row, err := memory(m, n)
	if err != nil {
		return err
	}
	r.Rows = append(r.Rows, row)
	all, err := m.Holds(n)
	if err != nil {
		return err
	}
	size := Size{Context: n, StateBits: r.StateBits, CacheBits: all - r.StateBits, Beyond: m.Beyond(n)}
	for _, g := range groups { // a chunk's cache is emptied at its end
		for _, p := range g.Cached {
			if g.Chunked {
				size.CacheBits -= g.count * p.Bits(m.Cut) * (g.kept(n) - n%(g.Window+1))
			}
		}
	}
	size.Bytes = (size.StateBits + size.CacheBits + 7) / 8
	r.Sizes = append(r.Sizes, size)
	return nil
}

func (r *Report) hold(at int, l Layer) {
	add := func(parts []Part, perToken bool) {
		for _, p := range parts {
			tokens := 0
			if perToken {
				tokens = l.Window
			}
			r.Parts = append(r.Parts, Holding{at, l.Kind, p.Name, p.Elements, p.dtype(r.Cut), p.Bits(r.Cut), perToken, tokens, p.Beyond})
		}
	}
	add(l.Fixed, false)
	add(l.Cached, true)
}

// group is a set of equal layers.
type group struct {
	Layer
	count int
}

// groups joins equal layers, in the order of their first.
func (m *Model) groups() []group {
	var out []group
	index := map[string]int{}
	for _, l := range m.Layers {
		key := fmt.Sprintf("%+v", l)
		if k, ok := index[key]; ok {
			out[k].count++
			continue
		}
		index[key] = len(out)
		out = append(out, group{l, 1})
	}
	return out
}

func (r *Report) carry(g group) {
	add := func(parts []Part, perToken bool) {
		for _, p := range parts {
			window := 0
			if perToken {
				window = g.Window
			}
			r.Layers = append(r.Layers, Carried{g.Kind, g.count, p.Name, p.Elements, p.Bits(r.Cut), p.dtype(r.Cut), perToken, window, p.Beyond, p.Formula})
		}
	}
	add(g.Fixed, false)
	add(g.Cached, true)
}

// Sheet lays the report out for all formats.
func (r *Report) Sheet() *report.Sheet {
	s := &report.Sheet{Title: "audit of " + An(r.Type) + " model", Warnings: r.Warnings, Value: r}
	if r.Verdict != "" {
		s.Fields = []report.Field{{Name: "verdict", Value: r.Verdict}, {Name: "reason", Value: r.Reason}, {Name: "reference", Value: r.Class}}
		return s
	}
	s.Fields = []report.Field{
		{Name: "numbers", Value: fmt.Sprintf("%s, %d bits each", r.Dtype, r.BitsPer)},
		{Name: "state", Value: fmt.Sprintf("%d bits, whatever the context", r.StateBits)},
		{Name: "cache", Value: fmt.Sprintf("%d bits a token", r.CacheBits)},
		{Name: "cut", Value: map[Cut]string{Pass: "inside one pass", Stored: "stored between prefill and decoding"}[r.Cut]},
		{Name: "reference", Value: r.Class},
	}
	if r.Pass != r.Stored {
		s.Fields = append(s.Fields, report.Field{Name: "state by cut", Value: fmt.Sprintf("%d bits inside a pass, %d stored", r.Pass, r.Stored)})
	}
	if r.Beyond > 0 || r.Besides > 0 {
		s.Fields = append(s.Fields, report.Field{Name: "stored beyond", Value: fmt.Sprintf("%d bits, and %d a token: no part of what is carried", r.Besides, r.Beyond)})
	}
	if r.Rank != nil {
		s.Fields = append(s.Fields, report.Field{Name: "rank", Value: fmt.Sprintf("%d: one layer's linear reading returns at most so many independent values exactly", *r.Rank)})
	}
	claims := r.claimGrid()
	s.Grids = []report.Grid{r.partGrid(), r.sizeGrid(), claims}
	s.Flat = &claims
	return s
}

func (r *Report) partGrid() report.Grid {
	parts := report.Grid{Title: "what is carried", Columns: []report.Column{
		{Name: "layers"}, {Name: "count", Right: true}, {Name: "what"}, {Name: "numbers", Right: true}, {Name: "type"}, {Name: "bits", Right: true}, {Name: "stored beyond", Right: true}, {Name: "per"}, {Name: "formula", Long: true}}}
	for _, l := range r.Layers {
		per := "layer"
		if l.PerToken {
			per = "layer and token"
			if l.Window > 0 {
				per += fmt.Sprintf(", the last %d", l.Window)
			}
		}
		bits, beyond := strconv.Itoa(l.Bits), ""
		if l.Beyond {
			bits, beyond = beyond, bits
		}
		parts.Add(l.Kind, strconv.Itoa(l.Count), l.What, strconv.Itoa(l.Elements), string(l.Dtype), bits, beyond, per, l.FormulaText)
	}
	return parts
}

func (r *Report) sizeGrid() report.Grid {
	sizes := report.Grid{Title: "memory of the whole model by context", Columns: []report.Column{
		{Name: "context", Right: true}, {Name: "state bits", Right: true}, {Name: "cache bits", Right: true}, {Name: "bytes", Right: true}, {Name: "stored beyond", Right: true}}}
	for _, z := range r.Sizes {
		sizes.Add(strconv.Itoa(z.Context), strconv.Itoa(z.StateBits), strconv.Itoa(z.CacheBits), strconv.Itoa(z.Bytes), strconv.Itoa(z.Beyond))
	}
	return sizes
}

func (r *Report) claimGrid() report.Grid {
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
	return claims
}
