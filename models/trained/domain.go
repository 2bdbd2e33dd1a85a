package trained

import (
	"errors"
	"math/rand/v2"

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
