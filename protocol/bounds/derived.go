package bounds

import (
	"fmt"

	"crosscut/protocol/bounds/check"
)

// Derived is what is known of a measure that the checker defines by another one. The numbers
// are exact and written as in claims; "" where nothing was found.
type Derived struct {
	Name  string `json:"name"`
	Doc   string `json:"meaning"`
	Value *int   `json:"value,omitempty"`
	Lower string `json:"lower"`
	Upper string `json:"upper"`
}

// String names the measure.
func (d Derived) String() string {
	if d.Value != nil {
		return fmt.Sprintf("%s of %d", d.Name, *d.Value)
	}
	return d.Name
}

// Ends writes the number, or both ends.
func (d Derived) Ends() string {
	if d.Lower == d.Upper {
		return d.Lower
	}
	return d.Lower + ".." + d.Upper
}

// findingsOf are the steps that claim measures which others are defined by.
var findingsOf = map[string]func(*analysis){
	check.DistinctRows: (*analysis).lines, check.DistinctCols: (*analysis).lines,
	check.OneWayAlice: (*analysis).lines, check.OneWayBob: (*analysis).lines,
	check.RankRational: (*analysis).ranks, check.RankGF2: (*analysis).ranks,
	check.Fooling: (*analysis).values, check.LargestRect: (*analysis).values, check.Cover: (*analysis).values, check.Partition: (*analysis).values,
	check.ShatterAlice: (*analysis).shatter, check.ShatterBob: (*analysis).shatter,
}

// derived analyses, for each measure that is another one of a matrix with other entries, that
// matrix as far as the other measure needs. Lines keep their places, so its evidence serves.
func (a *analysis) derived() {
	for _, m := range check.Measures() {
		if late(a.ctx, a.Rows*a.Cols) { // another matrix would be made and folded
			return
		}
		step := findingsOf[m.Of]
		if step == nil || m.Two && !a.two || m.Total && !a.m.Total() {
			continue
		}
		a.say(m.Name)
		o := startAnalysis(a.ctx, a.m.relabel(func(k int) int { return m.Entry(a.m.values[k]) }), a.opts)
		step(o)
		at := map[string]int{}
		for _, claim := range o.claims {
			if claim.Measure != m.Of {
				continue
			}
			claim.Measure = m.Name
			a.claims = append(a.claims, claim)
			d := Derived{Name: m.Name, Doc: m.Doc, Value: claim.Value}
			k, seen := at[d.String()]
			if !seen {
				k = len(a.Derived)
				at[d.String()] = k
				a.Derived = append(a.Derived, d)
			}
			if claim.End == check.Lower {
				a.Derived[k].Lower = claim.Number
			} else {
				a.Derived[k].Upper = claim.Number
			}
		}
	}
}
