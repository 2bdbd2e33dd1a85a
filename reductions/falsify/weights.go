package falsify

import (
	"fmt"
	"slices"

	"crosscut/models/tasks"
	"crosscut/models/trained"
	"crosscut/protocol"
	"crosscut/reductions"
)

// Weights lays a reduction over the inputs that an imported model was trained on:
// N and n as trained, x in the stored tokens with the stored values that the config
// names, Bob's queries in the query tokens. A reduction that puts its tokens
// elsewhere is refused. n = 0: as trained.
func Weights(m *trained.Model, r *reductions.Reduction, n int) (*reductions.Instance, error) {
	sh := m.Shape
	if !sh.Task.Is(r.To) {
		return nil, fmt.Errorf("falsify: %s speaks of %s, and these weights are of %s", r.Name, r.To.Name, sh.Task.Name)
	}
	own := r.Fits(sh.N)
	if n != 0 && n != own {
		return nil, fmt.Errorf("falsify: n = %d, but these weights were trained for N = %d, where n = %d", n, sh.N, own)
	}
	set := tasks.Params{}
	for _, p := range sh.Task.Params {
		if !p.Judges { // the config's threshold decides
			set[p.Name] = sh.Params[p.Name]
		}
	}
	in, err := r.Instance(own, sh.N, set)
	if err != nil {
		return nil, err
	}
	if d := m.Config.Domain; d != nil {
		if err := domain(in, d); err != nil {
			return nil, err
		}
		in.Reduction = stored(in.Reduction, d.Values)
	}
	if t := m.Config.Threshold; t != nil {
		in.Reduction = judged(in.Reduction, *t)
	}
	in.Shape = sh
	return in, nil
}

// domain fails where Alice's tokens are not the stored ones, or Bob's not the
// queries.
func domain(in *reductions.Instance, d *trained.Domain) error {
	for _, part := range []struct {
		what string
		who  protocol.Player
		at   []int
	}{{"stored", protocol.Alice, d.Stored}, {"query", protocol.Bob, d.Queries}} {
		var want []int
		for i := part.at[0]; i <= part.at[1]; i++ {
			want = append(want, i)
		}
		if got := in.At.Positions(part.who); !slices.Equal(got, want) {
			return fmt.Errorf("falsify: %s gives %v the tokens %s, but the model's %s tokens are %s",
				in.Name, part.who, tasks.Ranges(got), part.what, tasks.Ranges(want))
		}
	}
	return nil
}

// stored is the reduction with the least and the largest stored value in the
// places of -1 and +1.
func stored(r *reductions.Reduction, values []float64) *reductions.Reduction {
	low, high := slices.Min(values), slices.Max(values)
	if low == -1 && high == 1 {
		return r
	}
	return r.Changed(func(own *reductions.Reduction) {
		plain := own.Alice
		own.Alice = func(n int, sh tasks.Shape, x protocol.Word) []tasks.Token {
			ts := plain(n, sh, x)
			for k := range ts {
				ts[k].Z = slices.Clone(ts[k].Z)
				for c, z := range ts[k].Z {
					switch z {
					case -1:
						ts[k].Z[c] = low
					case 1:
						ts[k].Z[c] = high
					}
				}
			}
			return ts
		}
	})
}

// judged is the reduction that reads outputs by the config's threshold.
func judged(r *reductions.Reduction, threshold float64) *reductions.Reduction {
	return r.Changed(func(own *reductions.Reduction) {
		plain := own.Answer
		own.Answer = func(n int, sh tasks.Shape, out []tasks.Value) bool {
			sides := make([]tasks.Value, len(out))
			for k, v := range out {
				sides[k] = make(tasks.Value, len(v))
				for c, x := range v {
					sides[k][c] = -1
					if x > threshold {
						sides[k][c] = 1
					}
				}
			}
			return plain(n, sh, sides)
		}
	})
}
