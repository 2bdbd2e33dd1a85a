package quantise

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"crosscut/models"
	"crosscut/models/run"
	"crosscut/models/trained"
	"crosscut/protocol"
	"crosscut/reductions"
	"crosscut/reductions/falsify"
)

const folders = "../../testdata/trained"

func load(t *testing.T, name string) *trained.Model {
	t.Helper()
	m, err := trained.Load(filepath.Join(folders, name))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// The bound is met with equality where it can be, at no bits and at n, and no
// message of B bits beats it: all of them at n = 3, B = 1 and 2, with the best answers.
func TestOptimum(t *testing.T) {
	if got := Optimum(5, 0); math.Abs(got-0.5) > 1e-7 {
		t.Errorf("no bits: %v", got)
	}
	if got := Optimum(5, 5); got != 1 {
		t.Errorf("n bits: %v", got)
	}
	before := 0.0
	for b := range 20 {
		got := Optimum(20, b)
		if got <= before || got > 1 {
			t.Errorf("%d bits: %v after %v", b, got, before)
		}
		if e := 1 - got; math.Abs(-e*math.Log2(e)-(1-e)*math.Log2(1-e)-(1-float64(b)/20)) > 1e-6 {
			t.Errorf("%d bits: H2(%v) is off", b, e)
		}
		before = got
	}
	const n = 3
	for bits := 1; bits <= 2; bits++ {
		values := 1 << bits
		best := 0
		message := make([]int, 1<<n)
		var all func(k int)
		all = func(k int) {
			if k == len(message) {
				right := 0
				for v := range values {
					for i := range n {
						count := [2]int{}
						for x, m := range message {
							if m == v {
								count[x>>i&1]++
							}
						}
						right += max(count[0], count[1])
					}
				}
				best = max(best, right)
				return
			}
			for v := range values {
				message[k] = v
				all(k + 1)
			}
		}
		all(0)
		if got := float64(best) / (n << n); got > Optimum(n, bits) {
			t.Errorf("%d bits about %d: a message reaches %v, above %v", bits, n, got, Optimum(n, bits))
		}
	}
}

func TestMeasure(t *testing.T) {
	dirs, err := os.ReadDir(folders)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range dirs {
		m := load(t, d.Name())
		c, err := Measure(t.Context(), m, []trained.Precision{1, 32}, Options{Runs: 300, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		if c.N != (m.Shape.N-1)/2 || len(c.Points) != 2 || len(c.Warnings) == 0 {
			t.Errorf("%s: %+v", d.Name(), c)
		}
		for _, p := range c.Points {
			if p.Beats() || p.Bits != p.P*c.Numbers || p.Of != 1<<c.N || !p.Exact || !(p.Low <= p.Accuracy && p.Accuracy <= p.High) {
				t.Errorf("%s: %+v", d.Name(), p)
			}
			if (p.Optimum != nil) != (p.Bits < c.N) {
				t.Errorf("%s: a bound at %d bits: %v", d.Name(), p.Bits, p.Optimum)
			}
		}
		if math.Abs(c.AsTrained-*c.Reported) > 0.04 {
			t.Errorf("%s: %v as trained, reported %v", d.Name(), c.AsTrained, *c.Reported)
		}
		if (c.Setting == protocol.OneWay) == (m.Config.Architecture == "attention") {
			t.Errorf("%s: %s", d.Name(), c.Setting)
		}
	}
}

// The count of messages is what all runs say, one by one.
func TestMessagesAreCounted(t *testing.T) {
	m := load(t, "rnn-n6-h16-s1")
	c, err := Measure(t.Context(), m, []trained.Precision{1}, Options{Runs: 10, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	in, err := falsify.Weights(m, reductions.IndexQSAMemory, 0)
	if err != nil {
		t.Fatal(err)
	}
	machine, err := m.Quantised(t.Context(), 1, in.At, 1)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[protocol.Word]bool{}
	for k := range 1 << in.Size {
		r, err := run.Do(t.Context(), machine, models.Job{Split: in.At, Read: in.Reads, Answer: models.ByBob}, in.Encode(in.From.X(in.Size, k), in.From.Y(in.Size, 0)))
		if err != nil {
			t.Fatal(err)
		}
		seen[r.Transcript.Messages[0].Word] = true
	}
	if got := c.Points[0].Messages; got != uint64(len(seen)) {
		t.Errorf("%d messages, runs say %d", got, len(seen))
	}
}

// The verdict that must never come: a point above the curve, had one been measured.
func TestBeatingTheBoundIsSeen(t *testing.T) {
	best := Optimum(12, 8)
	if !(Point{Bits: 8, Low: best + 0.01, Optimum: &best}).Beats() {
		t.Error("a point wholly above the bound passes")
	}
	if (Point{Bits: 8, Low: best - 0.01, Accuracy: 1, High: 1, Optimum: &best}).Beats() || (Point{Low: 1}).Beats() {
		t.Error("a point that refutes nothing is called a contradiction")
	}
}

func TestInputsAreUniformAndOfTheSeed(t *testing.T) {
	m := load(t, "gru-n8-h16-s1")
	in, err := falsify.Weights(m, reductions.IndexQSAMemory, 0)
	if err != nil {
		t.Fatal(err)
	}
	inputs := draw(m, in, Options{Runs: 4000, Seed: 1})
	ones, asked := make([]int, 18), make([]int, 18)
	for _, seq := range inputs {
		for i, tok := range seq {
			if tok.Z[0] > 0 {
				ones[i+1]++
			}
			if i >= 9 {
				asked[tok.Y[0]]++
			}
		}
	}
	for i := 2; i <= 9; i++ {
		if math.Abs(float64(ones[i])/4000-0.5) > 0.05 || math.Abs(float64(asked[i])/32000-1./8) > 0.02 {
			t.Errorf("token %d: %d ones, asked %d times", i, ones[i], asked[i])
		}
	}
	if asked[1] != 0 || slices.Max(ones[10:]) != 0 {
		t.Error("the dummy is asked for, or a query stores something")
	}
}

func TestInterrupted(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if c, err := Measure(ctx, load(t, "rnn-n6-h16-s1"), []trained.Precision{1}, Options{Runs: 10}); !errors.Is(err, context.Canceled) || c != nil && len(c.Points) > 0 {
		t.Errorf("%+v, %v", c, err)
	}
}
