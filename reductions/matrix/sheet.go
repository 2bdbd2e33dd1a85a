package matrix

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"crosscut/models/tasks"
	"crosscut/protocol/bounds"
	"crosscut/protocol/bounds/named"
	"crosscut/report"
)

// Result is what `crosscut bounds` prints.
type Result struct {
	*bounds.Report
	Source string      `json:"source"` // where the matrix comes from, in words
	Task   *TaskResult `json:"task,omitempty"`
	// Near is the one-way cost at the distance that the task allows; nil where
	// outputs are exact.
	Near *bounds.Both `json:"-"`
	// Embedded are the report's, with what a task makes of them.
	Embedded []Embedding `json:"embedded"`
	compiled []compiled
	// Best is the split that was found best among those Tried; "": one was given.
	Best    string     `json:"best_split,omitempty"`
	Tried   []Tried    `json:"splits,omitempty"`
	Checked *Certified `json:"certificate,omitempty"`
	Drawn   *Drawn     `json:"tree,omitempty"`
	// Known is what the literature knows of a matrix with a name.
	Known  []KnownValue `json:"known,omitempty"`
	family *named.Family
	size   int
	// Names are how pictures write the inputs; empty: rows and columns are numbered.
	Names   bounds.InputNames `json:"-"`
	Command string            `json:"command,omitempty"`
}

// TaskResult says how the task was cut, and what follows for recurrent models.
type TaskResult struct {
	Name       string         `json:"name"`
	N          int            `json:"N"`
	Params     map[string]any `json:"params"`
	Split      string         `json:"split"`
	Read       []int          `json:"read"`
	Public     []any          `json:"public"` // the fixed tokens, as input files write them
	QueryFixed bool           `json:"query_fixed"`
	Contiguous bool           `json:"contiguous"`
	// Outputs says what the matrix's entries stand for, where they are not the
	// outputs themselves.
	Outputs []any `json:"outputs,omitempty"`
	// Profile is the least state of a recurrent model after each prefix; null when
	// the function has too many inputs to tabulate.
	Profile   []State `json:"profile"`
	StateBits *int    `json:"state_bits"` // the largest lower end in Profile
	Tolerance string  `json:"tolerance,omitempty"`
	// Distance says what one-way costs and states tell apart, where not by equality.
	Distance string `json:"distance,omitempty"`
}

// MaxCertified is the most entries of a matrix that the checker reads.
const MaxCertified = 1 << 25

// Certified says what the independent checker made of the certificate.
type Certified struct { // no claims: no file
	File    string   `json:"file"`
	Claims  int      `json:"claims"`
	LeftOut []string `json:"left_out"` // ends that rest on a search alone
}

// Describe says how a task was cut.
func (c *Cut) Describe(t *Table, profile []State) *TaskResult {
	r := &TaskResult{
		Name: c.Shape.Task.Name, N: c.Shape.N, Params: map[string]any{}, Split: c.Split.String(), Read: c.Read, Public: []any{},
		QueryFixed: c.QueryFixed(), Contiguous: c.Split.Contiguous(), Profile: profile, Distance: c.distance(),
	}
	for name, v := range c.Shape.Params {
		r.Params[name] = v
	}
	for _, tok := range c.Public {
		r.Public = append(r.Public, c.Shape.Task.FormatToken(c.Shape, tok))
	}
	if t != nil && !t.Numbers {
		for _, out := range t.Outputs {
			r.Outputs = append(r.Outputs, out)
		}
	}
	if len(profile) > 0 {
		most := 0
		for _, s := range profile {
			most = max(most, s.Bits.Lower)
		}
		r.StateBits = &most
	}
	if t != nil {
		r.Tolerance = c.tolerance(t)
	}
	return r
}

// tolerance warns where a task accepts one output for two different entries, so
// that a model need not tell them apart.
func (c *Cut) tolerance(t *Table) string {
	if c.Shape.Task.Correct == nil {
		return ""
	}
	const most = 256
	if len(t.Outputs) > most {
		return fmt.Sprintf("there are more than %d outputs: it was not checked whether one answer is acceptable for two of them", most)
	}
	for a, x := range t.Outputs {
		for _, y := range t.Outputs[:a] {
			close := true
			for k := range x {
				middle := slices.Clone(x[k])
				for i := range middle {
					middle[i] = (x[k][i] + y[k][i]) / 2
				}
				close = close && c.Shape.Correct(middle, x[k]) && c.Shape.Correct(middle, y[k])
			}
			if close {
				return "all bounds but one-way costs and states are for exact outputs: within the allowed error one answer is right for two different entries, so a model that errs that much need not tell them apart; a smaller eps makes it"
			}
		}
	}
	return ""
}

// Sheet lays the result out.
func (r *Result) Sheet() *report.Sheet {
	s := &report.Sheet{Title: fmt.Sprintf("%s: %d x %d, %s", r.Source, r.Rows, r.Cols, report.Plural(r.Values, "value")), Value: r}
	add := func(name, value string) {
		if value != "" {
			s.Fields = append(s.Fields, report.Field{Name: name, Value: value})
		}
	}
	if t := r.Task; t != nil {
		add("sizes", report.Params(t.Params))
		add("split", t.Split)
		add("read", tasks.Ranges(t.Read))
		if len(t.Public) > 0 {
			add("public tokens", fmt.Sprint(t.Public...))
		}
		add("query fixed", report.Yes(t.QueryFixed))
		add("contiguous prefix", report.Yes(t.Contiguous))
		if len(t.Outputs) > 0 {
			add("entries stand for", legendText(t.Outputs))
		}
		if t.StateBits != nil {
			add("recurrent models", fmt.Sprintf("at least %d bits of state, whatever the transitions (the largest cut below)", *t.StateBits))
		}
	}
	d := r.Deterministic
	add("deterministic D(f)", fmt.Sprintf("%v (%s); every leaf labelled, both players know the answer", bounds.Range{Lower: d.Lower, Upper: d.Upper}, d.By))
	add("in few rounds", fewRounds(r.InRounds))
	apart := ""
	if r.Task != nil && r.Task.Distance != "" {
		apart = "; one-way costs and states tell apart " + r.Task.Distance
	}
	add("one-way", fmt.Sprintf("%v bits when Alice speaks once and Bob answers, %v the other way%s", r.OneWay.Alice, r.OneWay.Bob, apart))
	s.Append(r.measures())
	if r.Task != nil {
		s.Append(profileGrid(r.Task.Profile))
	}
	s.Append(r.perValue(), r.tried(), r.embedded())
	if len(r.Embedded) > 0 {
		s.Append(r.architectures())
	}
	s.Append(r.approximate(), r.randomised(), r.known())
	if r.Tree != nil && r.Tree.Leaves() <= shownLeaves {
		s.Grids = append(s.Grids, r.tree())
	}
	if r.Interrupted {
		s.Warnings = append(s.Warnings, "the time ran out: the intervals are true, a larger --time narrows them")
	}
	for _, what := range r.TooLarge {
		s.Warnings = append(s.Warnings, "too large: "+what)
	}
	if r.Task != nil && r.Task.Tolerance != "" {
		s.Warnings = append(s.Warnings, r.Task.Tolerance)
	}
	if d := r.Drawn; d != nil {
		add("protocol tree", d.String())
	}
	if c := r.Checked; c != nil {
		text := fmt.Sprintf("%s: %d claims, each accepted by the checker", c.File, c.Claims)
		if c.Claims == 0 {
			text = "none is written: no evidence could be checked in this time, raise --time"
		}
		s.Fields = append(s.Fields, report.Field{Name: "certificate", Value: text})
		if len(c.LeftOut) > 0 {
			s.Warnings = append(s.Warnings, "not in the certificate, because checking would take too long: "+strings.Join(c.LeftOut, "; "))
		}
	}
	s.Flat = r.flat()
	return s
}

// legendText says what entries stand for.
func legendText(outputs []any) string {
	var words []string
	for k, out := range outputs {
		if k == shownValues {
			words = append(words, fmt.Sprintf("... (%d)", len(outputs)))
			break
		}
		words = append(words, fmt.Sprintf("%d: %v", k, out))
	}
	return strings.Join(words, ", ")
}

// shownLeaves is the largest protocol tree that is printed.
const shownLeaves = 16

// measures are the numbers about the whole matrix.
func (r *Result) measures() report.Grid {
	g := report.Grid{Title: "measures", Columns: []report.Column{{Name: "measure"}, {Name: "value", Right: true}, {Name: "meaning", Long: true}}}
	add := func(name, value, meaning string) { g.Add(name, value, meaning) }
	if r.Ones != nil {
		add("ones", strconv.Itoa(*r.Ones), "entries with the larger value")
	}
	if r.Undefined > 0 {
		add("undefined", strconv.Itoa(r.Undefined), "entries outside the promise")
	}
	add("different rows", strconv.Itoa(r.Distinct.Rows), "")
	add("different columns", strconv.Itoa(r.Distinct.Cols), "")
	if r.Rank != nil {
		add("rank over Q", r.Rank.Rational.String(), "D >= log2 of the rank")
		for _, k := range []struct {
			name string
			r    *bounds.Range
		}{{"rank over GF(2)", r.Rank.GF2}, {"rank of the complement", r.Rank.Complement}, {"rank of the signs", r.Rank.Sign}} {
			if k.r != nil {
				add(k.name, k.r.String(), "")
			}
		}
	}
	size := strconv.Itoa(r.Fooling.Size)
	if r.Fooling.Upper != nil {
		size = fmt.Sprintf("%d..%d", r.Fooling.Size, *r.Fooling.Upper)
	}
	add("fooling set", size, fmt.Sprintf("of the value %d", r.Fooling.Value))
	if r.Shattered != nil {
		add("shattered, Alice", r.Shattered.Alice.String(), "the largest INDEX inside, Alice holding the string")
		add("shattered, Bob", r.Shattered.Bob.String(), "the same with Bob holding it")
	}
	if r.Discrepancy != nil {
		add("discrepancy, uniform", r.Discrepancy.Uniform.String(), "largest |ones - zeros| in a rectangle, by the number of entries")
		if b := r.Discrepancy.Best; b != nil {
			add("discrepancy, best", b.String(), "under the distribution that makes it smallest")
		}
	}
	if r.Gamma2 != nil {
		add("gamma_2 of the signs", r.Gamma2.String(), "")
	}
	if n := r.Nondeterministic; n != nil {
		add("nondeterministic N1 N0", fmt.Sprintf("%v %v", n.N1, n.N0), "bits: ceil(log2) of the cover numbers of ones and zeros")
		add("unambiguous U1 U0", fmt.Sprintf("%v %v", n.U1, n.U0), "bits: ceil(log2) of the partition numbers")
	}
	for _, d := range r.Derived {
		add(d.String(), d.Ends(), d.Doc)
	}
	return g
}

func (r *Result) perValue() report.Grid {
	g := report.Grid{Title: "by value", Columns: []report.Column{{Name: "value", Right: true}, {Name: "entries", Right: true}, {Name: "fooling", Right: true},
		{Name: "largest rectangle", Right: true}, {Name: "cover", Right: true}, {Name: "partition", Right: true}, {Name: "rank", Right: true},
		{Name: "cover by"}, {Name: "partition by"}}}
	for k, p := range r.PerValue {
		if k == shownValues && len(r.PerValue) > shownValues+1 {
			g.Title += fmt.Sprintf(" (the first %d of %d; JSON lists all)", shownValues, len(r.PerValue))
			break
		}
		g.Add(strconv.Itoa(p.Value), strconv.Itoa(p.Entries), p.Fooling.String(), p.Rectangle.String(), p.Cover.String(), p.Partition.String(), report.Known(p.Rank, bounds.Range.String), p.CoverBy, p.PartBy)
	}
	return g
}

// shownValues is how many values are written out for people.
const shownValues = 12

func (r *Result) approximate() report.Grid {
	g := report.Grid{Title: "what protocols that may err have to approximate", Columns: []report.Column{{Name: "measure"}, {Name: "of value", Right: true}, {Name: "error"}, {Name: "size", Right: true}}}
	for _, m := range r.Approximate {
		g.Add(m.Measure, report.Known(m.Value, strconv.Itoa), m.Error, m.Span.String())
	}
	return g
}

func (r *Result) randomised() report.Grid {
	g := report.Grid{Title: "needed by public-coin protocols that may err", Columns: []report.Column{
		{Name: "setting"}, {Name: "error"}, {Name: "bits", Right: true}, {Name: "by"}, {Name: "formula", Long: true}}}
	for _, b := range r.Randomised {
		g.Add(b.Setting, b.Error, strconv.Itoa(b.Bits), b.By, b.Formula)
	}
	return g
}

func profileGrid(profile []State) report.Grid {
	g := report.Grid{Title: "least state of a recurrent model, after each prefix", Columns: []report.Column{
		{Name: "after", Right: true}, {Name: "states", Right: true}, {Name: "bits", Right: true}, {Name: ""}}}
	most := 1
	for _, s := range profile {
		most = max(most, s.Bits.Upper)
	}
	for _, s := range profile {
		g.Add(strconv.Itoa(s.After), s.States.String(), s.Bits.String(), report.Bar(float64(s.Bits.Lower), float64(most), 24))
	}
	return g
}

// tree is the best protocol found, as text.
func (r *Result) tree() report.Grid {
	var b strings.Builder
	if err := r.Tree.Text(&b, bounds.InputNames{}); err != nil {
		panic(err) // a strings.Builder does not fail
	}
	g := report.Grid{Title: fmt.Sprintf("protocol tree: %d bits, %s, %s", r.Tree.Depth(), report.Plural(r.Tree.Leaves(), "leaf", "leaves"), report.Plural(r.Tree.Rounds(), "round")),
		Columns: []report.Column{{Name: "bit 0 above bit 1"}}}
	for _, line := range strings.Split(strings.TrimRight(b.String(), "\n"), "\n") {
		g.Add(line)
	}
	return g
}

// flat is the result as one row of CSV.
func (r *Result) flat() *report.Grid {
	g := &report.Grid{}
	add := g.Put
	add("source", r.Source)
	add("rows", strconv.Itoa(r.Rows))
	add("cols", strconv.Itoa(r.Cols))
	add("values", strconv.Itoa(r.Values))
	ends := func(name string, e bounds.Range) {
		add(name+"_lower", strconv.Itoa(e.Lower))
		add(name+"_upper", strconv.Itoa(e.Upper))
	}
	add("distinct_rows", strconv.Itoa(r.Distinct.Rows))
	add("distinct_cols", strconv.Itoa(r.Distinct.Cols))
	ends("one_way_alice", r.OneWay.Alice)
	ends("one_way_bob", r.OneWay.Bob)
	if r.Rank != nil {
		ends("rank", r.Rank.Rational)
	}
	add("fooling", strconv.Itoa(r.Fooling.Size))
	add("fooling_value", strconv.Itoa(r.Fooling.Value))
	if r.Shattered != nil {
		ends("shattered_alice", r.Shattered.Alice)
		ends("shattered_bob", r.Shattered.Bob)
	}
	if r.Cover != nil {
		ends("cover_ones", bounds.Range(r.Cover.Ones))
		ends("cover_zeros", bounds.Range(r.Cover.Zeros))
		ends("partition_ones", bounds.Range(r.Partition.Ones))
		ends("partition_zeros", bounds.Range(r.Partition.Zeros))
	}
	ends("deterministic", bounds.Range{Lower: r.Deterministic.Lower, Upper: r.Deterministic.Upper})
	add("by", r.Deterministic.By)
	return g
}

// OneWayResult is what `crosscut bounds --one-way` prints: the rows counted, and
// nothing else.
type OneWayResult struct {
	Rows     int `json:"rows"`
	Cols     int `json:"cols"`
	Distinct struct {
		Rows int  `json:"rows"`
		Cols *int `json:"cols"`
	} `json:"distinct"`
	OneWay struct {
		Alice bounds.Range  `json:"alice"`
		Bob   *bounds.Range `json:"bob"`
	} `json:"one_way"`
	// Distance says what rows were told apart by, where not by equality.
	Distance string      `json:"distance,omitempty"`
	Source   string      `json:"source"`
	Task     *TaskResult `json:"task,omitempty"`
}

// CountRows is the same of a matrix that is no task's.
func CountRows(ctx context.Context, m *bounds.Matrix, source string) *OneWayResult {
	r := &OneWayResult{Rows: m.Rows(), Cols: m.Cols(), Source: source}
	r.Distinct.Rows, r.OneWay.Alice = m.Fold().OneWay(ctx)
	return r
}

// NewOneWay lays out a count of the different rows of a task's matrix.
func (c *Cut) NewOneWay(found OneWay) *OneWayResult {
	r := &OneWayResult{Rows: c.Rows(), Cols: c.Cols(), Task: c.Describe(nil, nil), Distance: found.Distance}
	r.Distinct.Rows, r.OneWay.Alice = found.Different, found.Bits
	r.Source = c.Source()
	return r
}

// Source names the matrix in words.
func (c *Cut) Source() string { return fmt.Sprintf("%s, N = %d", c.Shape.Task.Name, c.Shape.N) }

// exact marks an interval that is closed.
func exact(r bounds.Range) string {
	if r.Lower == r.Upper {
		return " (exact)"
	}
	return ""
}

// Sheet lays the count out.
func (r *OneWayResult) Sheet() *report.Sheet {
	s := &report.Sheet{Title: fmt.Sprintf("%s: %d x %d, the rows counted", r.Source, r.Rows, r.Cols), Value: r}
	says := ""
	if t := r.Task; t != nil {
		s.Fields = []report.Field{{Name: "sizes", Value: report.Params(t.Params)}, {Name: "split", Value: t.Split}, {Name: "read", Value: tasks.Ranges(t.Read)}}
		if t.Contiguous {
			says = fmt.Sprintf("; Alice owns a prefix: a recurrent model that solves the task has at least %d bits of state at the cut", r.OneWay.Alice.Lower)
		}
		if t.QueryFixed {
			says += fmt.Sprintf("; the read tokens are public: what Alice's tokens add to one attention layer is at least %d bits", r.OneWay.Alice.Lower)
		}
	}
	s.Fields = append(s.Fields, report.Field{Name: "different rows", Value: strconv.Itoa(r.Distinct.Rows)},
		report.Field{Name: "told apart", Value: r.Distance},
		report.Field{Name: "one-way", Value: fmt.Sprintf("%v bits when Alice speaks once and Bob answers%s%s", r.OneWay.Alice, exact(r.OneWay.Alice), says)})
	return s
}
