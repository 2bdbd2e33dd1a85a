package matrix

import (
	"fmt"

	"crosscut/protocol/bounds"
	"crosscut/protocol/bounds/named"
	"crosscut/report"
)

// KnownValue is a value of the literature beside what was computed.
type KnownValue struct {
	Measure  string       `json:"measure"` // as certificates name it; of the ones or the zeros where that matters
	Of       string       `json:"of,omitempty"`
	Value    int          `json:"value"`
	Formula  string       `json:"formula"`
	Source   string       `json:"source"`
	Computed bounds.Range `json:"computed"`
	Verdict  string       `json:"verdict"` // "closed", "open", or "refuted"
}

// Named is a result about a matrix of the literature.
func Named(f *named.Family, n int) *Result {
	return &Result{Source: fmt.Sprintf("%s, n = %d", f.Name, n), family: f, size: n}
}

// compare puts what is known of the family beside the report.
func (r *Result) compare() {
	if r.family == nil {
		return
	}
	n := r.size
	for _, k := range r.family.Known {
		if n < k.From {
			continue
		}
		v := KnownValue{Measure: k.Measure, Of: k.Of, Value: k.Value(n), Formula: k.Formula, Source: k.Source, Verdict: "open"}
		lower, upper, ok := k.Computed(r.Report)
		if !ok {
			continue
		}
		v.Computed = bounds.Range{Lower: lower, Upper: upper}
		switch {
		case lower > v.Value || upper < v.Value:
			v.Verdict = "refuted"
		case lower == upper:
			v.Verdict = "closed"
		}
		r.Known = append(r.Known, v)
	}
}

// known is the table of what the literature knows.
func (r *Result) known() report.Grid {
	g := report.Grid{Title: "what the literature knows", Columns: []report.Column{
		{Name: "measure"}, {Name: "of"}, {Name: "known", Right: true}, {Name: "computed", Right: true}, {Name: "verdict"}, {Name: "for every n", Long: true}, {Name: "source", Long: true, Fact: true}}}
	for _, k := range r.Known {
		g.Add(k.Measure, k.Of, fmt.Sprint(k.Value), k.Computed.String(), k.Verdict, k.Formula, k.Source)
	}
	return g
}
