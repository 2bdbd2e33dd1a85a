package bounds

import (
	"math"

	"crosscut/protocol/bounds/check"
)

// newman claims how many coin strings stand for all where the error may grow by e (see check.Newman).
func (a *analysis) newman(e string) {
	right, err := (&check.Claim{Error: e}).Right()
	if err != nil {
		return
	}
	edge, _ := right.Float64()
	grow, inputs := (1-edge)/2, 0
	for v := range a.f.Values() {
		inputs += a.f.Count(v)
	}
	if inputs == 0 {
		return
	}
	strings := int64(math.Log(float64(inputs))/(2*grow*grow)) + 1
	upper := func(t int64) check.Claim {
		return check.Claim{Measure: check.Newman, Error: e, End: check.Upper, Evidence: marshal(check.Union{Kind: "union", Strings: t})}
	}
	if _, err := check.Prove(a.checked(), upper(strings)); err != nil {
		strings++ // the logarithm was rounded
	}
	a.keep(check.Claim{}, upper(strings))
}
