package units

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
)

// ErrForeign marks records that do not belong to the work: another kind, input,
// version or number of units, or counts that no such unit can have.
var ErrForeign = errors.New("foreign record")

// Gaps says why records do not make a whole: units that are missing, that ended
// early, or that were counted twice with different results.
type Gaps struct {
	K                          int
	Missing, Partial, Conflict []int
	Done, Items                int    // items that the other units have, and all
	Found                      string // what their counts say, where the kind of work says it
}

func (g *Gaps) Error() string {
	var parts []string
	add := func(what string, list []int) {
		if len(list) > 0 {
			parts = append(parts, fmt.Sprintf("%d of %d units %s: %s", len(list), g.K, what, ranges(list)))
		}
	}
	add("missing", g.Missing)
	add("ended early (run them again with --resume)", g.Partial)
	add("in conflict (counted twice, differently)", g.Conflict)
	have := fmt.Sprintf("%d of %d items are counted", g.Done, g.Items)
	if g.Done == g.Items {
		have += " (these units have none)"
	}
	if g.Found != "" {
		have += ": " + g.Found
	}
	return strings.Join(append(parts, have), "; ")
}

// ranges writes increasing numbers as 1-3,7, the way job arrays are asked for.
func ranges(list []int) string {
	var out []string
	for k := 0; k < len(list); {
		last := k
		for last+1 < len(list) && list[last+1] == list[last]+1 {
			last++
		}
		if last > k {
			out = append(out, fmt.Sprintf("%d-%d", list[k], list[last]))
		} else {
			out = append(out, fmt.Sprint(list[k]))
		}
		k = last + 1
	}
	return strings.Join(out, ",")
}

// Merge adds the records of all units. Its error is a *Gaps when the records are
// true of this work but no whole, and wraps ErrForeign when one is not of this work.
// Units that nobody needs, because those before them are enough, are not asked for.
// The sum is checked by Total.
func (w *Work[C]) Merge(records []*Record) (C, error) {
	var zero C
	var g Gaps
	type unit struct {
		record *Record
		counts C
		done   int
	}
	var whole []*unit       // by number; nil: not there
	var early map[int]*unit // the longest part of one that ended early
	var clash map[int]bool
	for _, r := range records {
		s, c, done, err := w.Open(r)
		if err != nil {
			return zero, fmt.Errorf("%w: %w", ErrForeign, err)
		}
		if whole == nil {
			g.K, whole, early, clash = s.K, make([]*unit, s.K), map[int]*unit{}, map[int]bool{}
		}
		if s.K != g.K {
			return zero, fmt.Errorf("%w: unit %s among units of %d", ErrForeign, s, g.K)
		}
		switch known := whole[s.I-1]; {
		case !r.Complete:
			if part := early[s.I]; part == nil || part.done < done {
				early[s.I] = &unit{r, c, done}
			}
		case known == nil:
			whole[s.I-1] = &unit{r, c, done}
		case !bytes.Equal(known.record.Counts, r.Counts) && !bytes.Equal(raw(known.counts), raw(c)):
			clash[s.I] = true
		}
	}
	total := zero // of the first units, and of the part that follows them
	have := zero  // of all that there are
	g.Items = w.Items
	for k, u := range whole {
		first := g.Missing == nil && g.Partial == nil
		i := k + 1
		switch {
		case clash[i]:
			g.Conflict = append(g.Conflict, i)
		case u != nil:
		case early[i] != nil:
			g.Partial = append(g.Partial, i)
			u = early[i]
		default:
			g.Missing = append(g.Missing, i)
		}
		if u != nil && first {
			total = w.Kind.Add(total, u.counts)
		}
		if u != nil && !clash[i] {
			from, _ := Shard{i, g.K}.Range(w.Items)
			have, g.Done = w.Kind.Add(have, u.counts), g.Done+u.done-from
		}
	}
	if w.Kind.Say != nil {
		g.Found = w.Kind.Say(have)
	}
	switch {
	case whole == nil:
		return zero, fmt.Errorf("%w: no records", ErrForeign)
	case g.Conflict != nil:
		return zero, &g
	case g.Missing != nil || g.Partial != nil:
		if w.Enough == nil {
			return zero, &g
		}
		if enough, err := w.Enough(total); err != nil || !enough {
			return zero, errors.Join(err, &g)
		}
	}
	if err := w.Total(total); err != nil {
		return zero, fmt.Errorf("the units do not add up: %w", err)
	}
	return total, nil
}
