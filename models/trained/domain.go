package trained

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"

	"crosscut/models/tasks"
)

var errDomain = errors.New("trained: the config has no domain, so it is not known what the model was trained on")

// Draw draws an input of the domain: uniform stored values, and queries that each
// ask for q different uniform positions that are stored or dummy.
func (m *Model) Draw(rng *rand.Rand) ([]tasks.Token, error) {
	d := m.Config.Domain
	if d == nil || !m.Shape.Task.Vector {
		return nil, errDomain
	}
	sh := m.Shape
	dim, q := sh.Int("d"), sh.Int("q")
	var askable []int
	askable = append(askable, d.Dummy...)
	for i := d.Stored[0]; i <= d.Stored[1]; i++ {
		askable = append(askable, i)
	}
	first := make([]int, q)
	for k := range first {
		first[k] = k + 1
	}
	seq := make([]tasks.Token, sh.N)
	for i := range seq {
		seq[i] = tasks.Token{Z: make([]float64, dim), Y: first}
		switch pos := i + 1; {
		case pos >= d.Stored[0] && pos <= d.Stored[1]:
			for k := range dim {
				seq[i].Z[k] = d.Values[rng.IntN(len(d.Values))]
			}
		case pos >= d.Queries[0] && pos <= d.Queries[1]:
			seq[i].Y = choose(askable, q, rng)
		}
	}
	return seq, nil
}

// Sample is one input drawn with a seed: of the domain where the config has one,
// else of the task.
func (m *Model) Sample(seed uint64) ([]tasks.Token, error) {
	return m.sample(rand.New(rand.NewPCG(seed, 0)))
}

func (m *Model) sample(rng *rand.Rand) ([]tasks.Token, error) {
	if m.Config.Domain == nil || !m.Shape.Task.Vector {
		return m.Shape.Task.Generate(m.Shape, rng), nil
	}
	return m.Draw(rng)
}

// Name is the architecture, which users know the model by.
func (m *Model) Name() string { return m.Config.Architecture }

// choose draws q different elements, in their order.
func choose(from []int, q int, rng *rand.Rand) []int {
	var set []int
	for k, left := 0, q; k < len(from) && left > 0; k++ {
		if rng.IntN(len(from)-k) < left {
			set = append(set, from[k])
			left--
		}
	}
	return set
}

// Queries lists the positions whose outputs the domain asks for.
func (m *Model) Queries() ([]int, error) {
	d := m.Config.Domain
	if d == nil {
		return nil, errDomain
	}
	var at []int
	for i := d.Queries[0]; i <= d.Queries[1]; i++ {
		at = append(at, i)
	}
	return at, nil
}

// Outside says where an input is none of those that the model was trained on; known is false where the
// config has no domain. A model need not be right there.
func (m *Model) Outside(seq []tasks.Token) (why []string, known bool) {
	d := m.Config.Domain
	if d == nil || !m.Shape.Task.Vector {
		return nil, false
	}
	zero := func(t tasks.Token) bool { return !slices.ContainsFunc(t.Z, func(z float64) bool { return z != 0 }) }
	within := func(pos int, r []int) bool { return pos >= r[0] && pos <= r[1] }
	for i, t := range seq {
		pos := i + 1
		switch {
		case within(pos, d.Stored):
			if k := slices.IndexFunc(t.Z, func(z float64) bool { return !slices.Contains(d.Values, z) }); k >= 0 {
				why = append(why, fmt.Sprintf("token %d stores %v, and the stored values are %v", pos, t.Z[k], d.Values))
			}
		case !zero(t):
			why = append(why, fmt.Sprintf("token %d has z = %v, and only tokens %d..%d store values", pos, t.Z, d.Stored[0], d.Stored[1]))
		case within(pos, d.Queries):
			if k := slices.IndexFunc(t.Y, func(y int) bool { return !within(y, d.Stored) && !slices.Contains(d.Dummy, y) }); k >= 0 {
				why = append(why, fmt.Sprintf("token %d asks for position %d, which is neither stored nor a dummy", pos, t.Y[k]))
			}
		}
	}
	return why, true
}

// noise warns of a threshold that the definition takes as a value: such an output is judged by the
// sign of rounding errors.
func (c *Config) noise(sh tasks.Shape) []string {
	if c.Threshold == nil {
		return nil
	}
	t := *c.Threshold
	meets, what := false, ""
	switch d := c.Domain; {
	case sh.Task.Vector && d != nil:
		values := slices.Clone(d.Values)
		if len(d.Dummy) > 0 {
			values = append(values, 0)
		}
		sums := map[float64]bool{0: true} // of k values
		for range c.Q {
			next := map[float64]bool{}
			for s := range sums {
				for _, v := range values {
					next[s+v] = true
				}
			}
			if sums = next; len(sums) > 1<<12 {
				break
			}
		}
		for s := range sums {
			if s/float64(c.Q) == t {
				meets, what = true, "a mean of stored values"
				if slices.Contains(d.Dummy, 1) && t == 0 && c.Q == 1 {
					what = "a dummy's"
				}
			}
		}
	case sh.Task.Binary:
		meets, what = t == 0 || t == 1, "one of its two"
	case sh.Task.Symbols != nil:
		meets, what = t == float64(int(t)) && t >= 0 && int(t) < sh.Task.Symbols(sh), "a symbol"
	}
	if !meets {
		return nil
	}
	return []string{fmt.Sprintf("threshold %v is a value that the definition takes (%s): an output that should be %v is judged by the sign of noise; put the threshold between the values", t, what, t)}
}
