package matrix

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"crosscut/protocol/bounds"
	"crosscut/protocol/bounds/named"
	"crosscut/report"
)

// Scoreboard is what the literature knows of the named matrices against what is computed.
type Scoreboard struct {
	Rows   []Score  `json:"rows"`
	Larger []string `json:"larger"` // matrices that have more entries at their least size: all is open
}

// Score is one matrix.
type Score struct {
	Name  string        `json:"name"`
	N     int           `json:"n"`
	Rows  int           `json:"rows"`
	Cols  int           `json:"cols"`
	D     bounds.Range  `json:"deterministic"`
	Cover bounds.Covers `json:"cover"`
	Parts bounds.Covers `json:"partition"`
	Known []KnownValue  `json:"known"`
	Open  []string      `json:"open"` // measures whose ends do not meet
	OneW  bounds.Both   `json:"one_way"`
}

// NewScoreboard analyses every named matrix at its largest size of at most so many entries,
// without floating point and without a limit of time but ctx's: what it says is the same
// on every machine.
func NewScoreboard(ctx context.Context, entries int, progress func(done, total int)) (*Scoreboard, error) {
	b, done := &Scoreboard{Larger: []string{}}, 0
	for f := range named.All() {
		n := f.Least
		for n < f.Most {
			if rows, cols := f.Lines(n + 1); rows*cols > entries {
				break
			}
			n++
		}
		if rows, cols := f.Lines(n); rows*cols > entries {
			b.Larger = append(b.Larger, fmt.Sprintf("%s, n = %d (%d x %d)", f.Name, n, rows, cols))
			continue
		}
		done++
		progress(done, len(named.Catalog().Names()))
		m, err := f.Matrix(n)
		if err != nil {
			return nil, err
		}
		report, err := bounds.Analyze(ctx, m, bounds.Options{NoFloats: true})
		if err != nil {
			return b, err
		}
		if ctx.Err() != nil {
			return b, ctx.Err()
		}
		r := Named(f, n)
		r.Analysed(report)
		s := Score{Name: f.Name, N: n, Rows: r.Rows, Cols: r.Cols, D: bounds.Range{Lower: r.Deterministic.Lower, Upper: r.Deterministic.Upper}, OneW: r.OneWay,
			Cover: *r.Cover, Parts: *r.Partition, Known: append([]KnownValue{}, r.Known...), Open: []string{}}
		for _, x := range []struct {
			name string
			r    bounds.Range
		}{{"D", s.D}, {"one-way, Alice", s.OneW.Alice}, {"one-way, Bob", s.OneW.Bob}, {"cover of ones", bounds.Range(s.Cover.Ones)}, {"cover of zeros", bounds.Range(s.Cover.Zeros)},
			{"partition of ones", bounds.Range(s.Parts.Ones)}, {"partition of zeros", bounds.Range(s.Parts.Zeros)}} {
			if !x.r.Exact() {
				s.Open = append(s.Open, x.name)
			}
		}
		b.Rows = append(b.Rows, s)
	}
	return b, nil
}

// Sheet lays the scoreboard out: what is computed, with intervals where it is open, and
// each value that is known.
func (b *Scoreboard) Sheet() *report.Sheet {
	s := &report.Sheet{Title: "named matrices: known against computed", Value: b}
	computed := report.Grid{Title: "computed (an interval is open)", Columns: []report.Column{{Name: "matrix"}, {Name: "n", Right: true}, {Name: "shape"}, {Name: "D", Right: true},
		{Name: "one-way A B", Right: true}, {Name: "cover 1 0", Right: true}, {Name: "partition 1 0", Right: true}, {Name: "open"}}}
	known := report.Grid{Title: "known", Columns: []report.Column{{Name: "matrix"}, {Name: "n", Right: true}, {Name: "measure"}, {Name: "of"}, {Name: "known", Right: true},
		{Name: "computed", Right: true}, {Name: "verdict"}, {Name: "source"}}}
	open := 0
	for _, r := range b.Rows {
		word := ""
		if open += len(r.Open); len(r.Open) > 0 {
			word = "open"
		}
		pair := func(x, y fmt.Stringer) string { return x.String() + " " + y.String() }
		covers := func(c bounds.Covers) string { return pair(bounds.Range(c.Ones), bounds.Range(c.Zeros)) }
		computed.Add(r.Name, strconv.Itoa(r.N), fmt.Sprintf("%d x %d", r.Rows, r.Cols), r.D.String(), pair(r.OneW.Alice, r.OneW.Bob), covers(r.Cover), covers(r.Parts), word)
		for _, k := range r.Known {
			known.Add(r.Name, strconv.Itoa(r.N), k.Measure, k.Of, strconv.Itoa(k.Value), k.Computed.String(), k.Verdict, k.Source)
		}
	}
	s.Fields = []report.Field{{Name: "open", Value: report.Plural(open, "measure")}, {Name: "larger, not looked at", Value: strings.Join(b.Larger, "; ")}}
	s.Grids = []report.Grid{computed, known}
	return s
}
