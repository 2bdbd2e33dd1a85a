package attention

import (
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"crosscut/models"
	"crosscut/models/run"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// declared is a layer in which token j writes its value into number (j - 1) mod 3 alone,
// declared as of the given width, with weights that are equal or not.
func declared(t *testing.T, n int, equal bool, high int64) models.Machine {
	t.Helper()
	sh, err := tasks.Match2.Shape(n, tasks.Params{"M": 8})
	if err != nil {
		t.Fatal(err)
	}
	l := &Layer{
		Heads: 1, Width: 1, Values: 3, Block: 1, Embed: 1, P: 8, F: 3, Equal: equal,
		Query: func(_, _ int, _, q Ints) error { q.Set(0, 1); return nil },
		Key: func(_, pos int, _, k Ints) error {
			if !equal {
				k.Set(0, -int64(pos%2))
			}
			return nil
		},
		Value:   func(_, pos int, e, v Ints) (int, error) { v.Copy(e); return (pos - 1) % 3, nil },
		Slots:   func(_, pos int) (int, int, Range) { return (pos - 1) % 3, 1, Range{new(big.Int), big.NewInt(high)} },
		Queries: []Dependence{OnNothing},
	}
	m, err := New(&Stack{
		Shape: sh, Layers: []*Layer{l},
		In: func(_ int, tok tasks.Token, e Ints) error { e.Set(0, int64(tok.X-1)); return nil },
		Out: func(_ int, _ Ints, heads []Average) (tasks.Value, error) {
			return tasks.Value{heads[0].Float(0, 0), heads[0].Float(1, 0), heads[0].Float(2, 0)}, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// TestExactRanges: cut and uncut runs agree, the meter is the formula, and the formula
// is the sum of the exact ranges over the sender's positions.
func TestExactRanges(t *testing.T) {
	for _, equal := range []bool{true, false} {
		for _, c := range []struct {
			alice string
			equal protocol.Bits
		}{
			{"alice:1,bob:2-7", 3},        // one slot of 0..7
			{"alice:1-2,bob:3-7", 6},      // two slots
			{"alice:1,4,bob:2-3,5-7", 4},  // one slot of 0..14
			{"alice:1-6,bob:7", 12},       // three slots of 0..14
			{"alice:1-7,bob:", 5 + 4 + 4}, // 0..21 and twice 0..14
			{"bob:1-7", 0},                // nothing of hers
		} {
			m := declared(t, 7, equal, 7)
			split, err := m.Shape().ParseSplit(c.alice)
			if err != nil {
				continue // an empty part is no split
			}
			job := models.Job{Split: split, Read: []int{1}, Answer: models.ByBob}
			rng := rand.New(rand.NewPCG(1, 1))
			for range 20 {
				seq := make([]tasks.Token, 7)
				for k := range seq {
					seq[k].X = 1 + rng.IntN(8)
				}
				r, err := run.Do(t.Context(), m, job, seq)
				if err != nil {
					t.Fatal(err)
				}
				prog, err := m.Compile(job)
				if err != nil {
					t.Fatal(err)
				}
				if !r.Agree || r.Transcript.Cost() != prog.Bits[0]+prog.Bits[1] {
					t.Errorf("%s, equal %v: agree %v, %d bits, formula %v", c.alice, equal, r.Agree, r.Transcript.Cost(), prog.Bits)
				}
				if equal && prog.Bits[protocol.Alice] != c.equal || !equal && prog.Bits[protocol.Alice] < c.equal {
					t.Errorf("%s, equal %v: %v bits, want %d", c.alice, equal, prog.Bits, c.equal)
				}
			}
		}
	}
	// A value outside what is declared stops the run.
	m := declared(t, 7, true, 3)
	seq := make([]tasks.Token, 7)
	for k := range seq {
		seq[k].X = 8
	}
	if _, err := run.Do(t.Context(), m, models.Job{Split: m.Shape().Half(), Read: []int{1}, Answer: models.ByBob}, seq); err == nil || !strings.Contains(err.Error(), "outside its declared range") {
		t.Errorf("a value beyond its slot: %v", err)
	}
}
