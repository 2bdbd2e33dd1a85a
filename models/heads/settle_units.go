package heads

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"crosscut/internal/units"
)

// Settled is what is known of some classes of functions.
type Settled struct {
	Classes   []int `json:"classes"`   // closed, with 0, 1, ... heads
	Functions []int `json:"functions"` // in those classes
	Open      []Gap `json:"open"`      // in the order of the list
}

// Gap is a class whose head number lies between two numbers: Lower by a dual, Upper by weights.
type Gap struct {
	Table uint64 `json:"table"` // of its first member
	Lower int    `json:"lower"`
	Upper int    `json:"upper"`
	Size  int    `json:"size"` // functions in the class
}

// UnitKind is the head numbers of all functions of n bits as work that can be cut into units.
var UnitKind = units.RegisterList[Settled]("heads", "the number of heads of every function of n bits, up to symmetry: an item is a stretch of classes")

func init() {
	UnitKind.Say = func(parts units.Answers[Settled]) string {
		s := Together(parts)
		var heads []string
		closed := 0
		for k, classes := range s.Classes {
			closed += classes
			heads = append(heads, fmt.Sprintf("%d with %d", classes, k))
		}
		return fmt.Sprintf("%d classes closed (%s heads), %d open", closed, strings.Join(heads, ", "), len(s.Open))
	}
}

// stretch is how many tables of second halves an item goes through.
const stretch = 1 << 12

// Work settles all functions of n bits, each by as many draws of weights as tries for one
// number of heads.
func Work(n, tries int, seed uint64) (*units.Work[units.Answers[Settled]], error) {
	if n < 1 || n > MaxClasses {
		return nil, fmt.Errorf("heads: n = %d is outside 1..%d", n, MaxClasses)
	}
	classes, duals := NewClasses(n), NewDuals(n)
	parts := max(1, 1<<classes.half/stretch)
	return units.List(UnitKind, map[string]any{"n": n, "tries": tries, "seed": seed}, len(classes.First)*parts,
		func(ctx context.Context, item int) (Settled, error) {
			s := Settled{Classes: make([]int, n+1), Functions: make([]int, n+1), Open: []Gap{}}
			from := uint64(item % parts * stretch)
			for c := range classes.Of(item/parts, from, from+stretch) {
				lower, upper := duals.Settle(ctx, c.First, tries, seed)
				if err := ctx.Err(); err != nil {
					return s, err
				}
				if lower < upper {
					s.Open = append(s.Open, Gap{c.First.Table, lower, upper, c.Size})
					continue
				}
				s.Classes[lower]++
				s.Functions[lower] += c.Size
			}
			return s, nil
		},
		func(item int, s Settled) error {
			if len(s.Classes) != n+1 || len(s.Functions) != n+1 {
				return fmt.Errorf("numbers of heads other than 0..%d", n)
			}
			for _, g := range s.Open {
				f := Function{n, g.Table}
				half, h := g.Table&(1<<classes.half-1), g.Table>>classes.half
				if g.Lower < 1 || g.Lower >= g.Upper || g.Upper > n || half != classes.First[item/parts] || h/stretch != uint64(item%parts) || classes.first(f, item/parts, h) == 0 {
					return fmt.Errorf("%0*b is no open class of this stretch", f.Points(), g.Table)
				}
			}
			return nil
		}), nil
}

// Together adds stretches up, in the order of the list.
func Together(parts units.Answers[Settled]) Settled {
	all := Settled{Open: []Gap{}}
	for _, item := range slices.Sorted(maps.Keys(parts)) {
		s := parts[item]
		for len(all.Classes) < len(s.Classes) {
			all.Classes, all.Functions = append(all.Classes, 0), append(all.Functions, 0)
		}
		for k := range s.Classes {
			all.Classes[k] += s.Classes[k]
			all.Functions[k] += s.Functions[k]
		}
		all.Open = append(all.Open, s.Open...)
	}
	return all
}
