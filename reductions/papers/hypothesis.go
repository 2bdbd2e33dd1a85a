package papers

import (
	"fmt"
	"strings"
)

// Sizes are the numbers that a statement speaks of, by name.
type Sizes map[string]int

// Range is a size of a hypothesis, and the values among which it is looked for.
type Range struct {
	Name     string
	From, To int
	// Most is the largest value that anybody has; above it a statement is vacuous.
	// 0: To.
	Most int
}

// Hypothesis is what a statement assumes, as a predicate on sizes. The zero
// Hypothesis assumes nothing.
type Hypothesis struct {
	Text string
	// Over are the sizes; Holds, when not nil, decides at given ones. Sizes are tried
	// in increasing order, the first of them slowest.
	Over  []Range
	Holds func(at Sizes) bool
	// Never says, in a line, why no sizes at all satisfy it, also beyond Over.
	Never string
}

// Smallest is the first point of the ranges at which the hypothesis holds.
func (h Hypothesis) Smallest() (Sizes, bool) {
	if h.Holds == nil {
		return nil, false
	}
	at := Sizes{}
	var search func(k int) bool
	search = func(k int) bool {
		if k == len(h.Over) {
			return h.Holds(at)
		}
		for v := h.Over[k].From; v <= h.Over[k].To; v++ {
			at[h.Over[k].Name] = v
			if search(k + 1) {
				return true
			}
		}
		return false
	}
	return at, search(0)
}

// Satisfiable says in words where the hypothesis first holds, and whether nobody
// has such sizes.
func (h Hypothesis) Satisfiable() (words string, vacuous bool) {
	switch {
	case h.Text == "":
		return "every size", false
	case h.Holds == nil:
		return "not stated", false
	}
	at, found := h.Smallest()
	var parts []string
	for _, r := range h.Over {
		if found {
			parts = append(parts, fmt.Sprintf("%s = %d", r.Name, at[r.Name]))
			vacuous = vacuous || r.Most > 0 && at[r.Name] > r.Most
		} else {
			parts = append(parts, fmt.Sprintf("%s = %d", r.Name, r.To))
		}
	}
	where := strings.Join(parts, ", ")
	switch {
	case found && vacuous:
		return where + " and not below, beyond every size that exists", true
	case found:
		return where, false
	case h.Never != "":
		return fmt.Sprintf("never: %s (and nowhere up to %s)", h.Never, where), true
	}
	return "nowhere up to " + where, true
}

// Validate refuses a predicate that has nothing to range over, and a proof that
// there is nothing where something is found.
func (h Hypothesis) Validate() error {
	if h.Holds == nil {
		return nil
	}
	if h.Text == "" || len(h.Over) == 0 {
		return fmt.Errorf("a predicate needs a text and sizes")
	}
	for _, r := range h.Over {
		if r.Name == "" || r.From > r.To {
			return fmt.Errorf("size %q ranges over %d..%d", r.Name, r.From, r.To)
		}
	}
	return nil
}
