package reductions

import (
	"math"

	"crosscut/models/tasks"
)

// family registers a map with sizes besides n: how many tokens Alice owns, the size of
// a set. at makes the map where set tells these sizes, and says what is left of set for
// the task; N is 0 where the length is not given either. The entry itself is the map
// at the sizes that hold where nothing is set.
func family(at func(n, N int, set tasks.Params) (*Reduction, tasks.Params, error)) *Reduction {
	r, _, err := at(1, 0, nil)
	if err != nil {
		panic(err)
	}
	r.at = at
	return register(r)
}

// Changed is the map with something else in the place of what change overwrites, at
// every size.
func (r *Reduction) Changed(change func(r *Reduction)) *Reduction {
	own := *r
	if r.at == nil {
		change(&own)
		return &own
	}
	own.at = func(n, N int, set tasks.Params) (*Reduction, tasks.Params, error) {
		fixed, rest, err := r.at(n, N, set)
		if err == nil {
			change(fixed)
		}
		return fixed, rest, err
	}
	return &own
}

// whole is a size that set gives or def, and whether it is a whole number from 1 on.
func whole(set tasks.Params, name string, def int) (int, bool) {
	v := unless(set, name, float64(def))
	return int(v), v >= 1 && v < 1<<31 && v == math.Trunc(v)
}
