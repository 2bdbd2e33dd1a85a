package falsify

import (
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"crosscut/models"
	"crosscut/models/run"
	"crosscut/models/tasks"
	"crosscut/models/trained"
	"crosscut/models/zoo"
	"crosscut/protocol"
	"crosscut/reductions"
	"crosscut/report"
)

const folders = "../../testdata/trained"

func imported(t *testing.T) map[string]*trained.Model {
	t.Helper()
	dirs, err := os.ReadDir(folders)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]*trained.Model{}
	for _, d := range dirs {
		if all[d.Name()], err = trained.Load(filepath.Join(folders, d.Name())); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// Rounded to few bits, a trained model is forced to fail just where two of the 2^n
// messages coincide, as full runs of all inputs say.
func TestForcedJustWhereMessagesCoincide(t *testing.T) {
	for name, m := range imported(t) {
		for _, p := range []trained.Precision{1, 2, 8} {
			in, err := Weights(m, reductions.DisjQSAMemory, 0)
			if err != nil {
				t.Fatal(err)
			}
			machine, err := m.Quantised(t.Context(), p, in.At, 1)
			if err != nil {
				t.Fatal(err)
			}
			f, err := Find(t.Context(), machine, in, Options{Only: []string{"exhaustive", "same-query", "sample"}, Pairs: 64})
			if err != nil {
				t.Fatal(err)
			}
			if f.Kind != None {
				witness(t, machine, in, f)
			}
			if m.Config.Architecture == "attention" {
				if f.Setting != protocol.TwoWay || f.Kind == Forced {
					t.Errorf("%s at p = %d: %s in %s", name, p, f.Kind, f.Setting)
				}
				continue
			}
			seen, coincide := map[protocol.Word]bool{}, false
			for k := range 1 << in.Size {
				seq := in.Encode(in.From.X(in.Size, k), flat(in.Size))
				r, err := run.Do(t.Context(), machine, models.Job{Split: in.At, Read: in.Reads, Answer: models.ByBob}, seq)
				if err != nil {
					t.Fatal(err)
				}
				w := words(r.Transcript)
				coincide = coincide || seen[w]
				seen[w] = true
				if coincide {
					break
				}
			}
			if (f.Kind == Forced) != coincide {
				t.Errorf("%s at p = %d: %s, and messages coincide: %v", name, p, f.Kind, coincide)
			}
			if short := int(f.MessageBits) < in.Size; short && f.Kind != Forced {
				t.Errorf("%s at p = %d: %d bits for n = %d, and yet %s", name, p, f.MessageBits, in.Size, f.Kind)
			}
		}
	}
}

// Imperfect models are found out, plainly; and a failure is never called forced
// when it is not.
func TestFoundErrorsOfTrainedModels(t *testing.T) {
	for name, m := range imported(t) {
		if m.Config.Measured.TokenAccuracy == 1 {
			continue
		}
		in, err := Weights(m, reductions.IndexQSAMemory, m.Shape.N/2)
		if err != nil {
			t.Fatal(err)
		}
		machine, err := m.Quantised(t.Context(), 0, in.At, 1)
		if err != nil {
			t.Fatal(err)
		}
		f, err := Find(t.Context(), machine, in, Options{})
		if err != nil || f.Kind != Found || f.Twin != nil {
			t.Errorf("%s: %+v, %v", name, f, err)
			continue
		}
		witness(t, machine, in, f)
		// Minimised: no single one of x can be cleared any more.
		target, err := NewTarget(machine, in)
		if err != nil {
			t.Fatal(err)
		}
		for i := range in.Size {
			if f.At.X.Bit(i) {
				if m, err := target.margin(t.Context(), Point{flip(f.At.X, i), f.At.Y}); err != nil || m <= 0 {
					t.Errorf("%s: bit %d of x = %s is not needed: %v, %v", name, i+1, f.At.X, m, err)
				}
			}
		}
	}
}

func TestWeightsOfOtherInputsAreRefused(t *testing.T) {
	m := imported(t)["lstm-n8-h16-s1"]
	for _, tc := range []struct {
		r    *reductions.Reduction
		n    int
		want string
	}{
		{reductions.DisjQSA, 0, "q"}, {reductions.DisjMatch3, 0, "disj-match3 speaks of match3"}, {reductions.DisjQSAMemory, 7, "n = 8"},
	} {
		if _, err := Weights(m, tc.r, tc.n); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s at n = %d: %v", tc.r.Name, tc.n, err)
		}
	}
	moved := *m
	config := *m.Config
	config.Domain = &trained.Domain{Dummy: []int{1}, Stored: []int{3, 10}, Queries: []int{11, 17}, Values: []float64{-1, 1}}
	moved.Config = &config
	if _, err := Weights(&moved, reductions.DisjQSAMemory, 0); err == nil || !strings.Contains(err.Error(), "stored tokens are 3-10") {
		t.Errorf("stored tokens elsewhere: %v", err)
	}
}

// Stored values need not be -1 and +1.
func TestStoredValues(t *testing.T) {
	r := stored(reductions.DisjQSAMemory, []float64{0, 0.5})
	in, err := r.Instance(3, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	x, err := protocol.ParseWord("101")
	if err != nil {
		t.Fatal(err)
	}
	for k, tok := range in.Alice(3, in.Shape, x) {
		if want := []float64{0.5, 0, 0.5}[k]; tok.Z[0] != want {
			t.Errorf("token %d stores %v, want %v", k+1, tok.Z[0], want)
		}
	}
}

// The config's threshold reads outputs, which are below it where they reach it.
func TestThreshold(t *testing.T) {
	m := *imported(t)["lstm-n8-h16-s1"]
	config, threshold := *m.Config, 0.25
	config.Threshold = &threshold
	m.Config = &config
	in, err := Weights(&m, reductions.DisjQSAMemory, 0)
	if err != nil {
		t.Fatal(err)
	}
	sides := func(v float64) bool { return in.Answer(in.Size, in.Shape, []tasks.Value{{v}}) }
	plain := func(v float64) bool { return reductions.DisjQSAMemory.Answer(in.Size, in.Shape, []tasks.Value{{v}}) }
	if plain(-1) == plain(1) || sides(0.2) != plain(-1) || sides(0.25) != plain(-1) || sides(0.3) != plain(1) {
		t.Errorf("%v %v %v", sides(0.2), sides(0.25), sides(0.3))
	}
	values := instance(t, stored(reductions.DisjQSAMemory, []float64{-1, 0.5}), 2)
	if ts := values.Alice(2, values.Shape, reductions.Unit(2, 0)); ts[0].Z[0] != 0.5 || ts[1].Z[0] != -1 {
		t.Errorf("stored as %v", ts)
	}
}

// narrow errs on one x only, and its margin leads there.
type narrow struct {
	models.Machine
	at *reductions.Instance
}

func (m narrow) Margin(got, want tasks.Value) float64 { return 0.5 - math.Abs(got[0]-want[0]) }

func (m narrow) Whole(ctx context.Context, seq []tasks.Token, read []int) ([]tasks.Value, error) {
	out := m.at.Shape.Eval(seq, read)
	ones := 0
	for i := 2; i <= m.at.Size+1; i++ {
		if seq[i-1].Z[0] > 0 {
			ones++
		}
	}
	for k := range out {
		out[k] = tasks.Value{out[k][0] + 0.6*float64(ones)/float64(m.at.Size)}
	}
	return out, nil
}

func TestLocalSearchFollowsTheMargin(t *testing.T) {
	in, err := reductions.DisjQSAMemory.Instance(24, 0, tasks.Params{"eps": 0.49})
	if err != nil {
		t.Fatal(err)
	}
	m, err := zoo.Build("trivial", in.Shape, models.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	target := &Target{Machine: narrow{m, in}, Instance: in, job: models.Job{Split: in.At, Read: in.Reads, Answer: models.ByBob}}
	lead, err := localSearch.Search(t.Context(), target, Options{}.withDefaults())
	if err != nil || len(lead.Candidates) != 1 {
		t.Fatalf("%+v, %v", lead, err)
	}
	if got, err := target.margin(t.Context(), lead.Candidates[0]); err != nil || got > 0 {
		t.Errorf("margin %v, %v", got, err)
	}
}

// A layer over real numbers is judged under every change of at most tau: of a small one on all pairs, in spite of the
// message; of a larger one an input is found on which some change is wrong; of the largest two inputs share their words. The
// outputs that are printed are wrong, and at a third of that tau they are not.
func TestRealLayersAreJudged(t *testing.T) {
	m := imported(t)["attention-n8-h24-s1"]
	for _, c := range []struct {
		tau     float64
		kind    Kind
		verdict report.Verdict
	}{{1.0 / 256, None, report.Meets}, {1.0 / 8, Found, report.Errs}, {1, Forced, report.Errs}} {
		in, err := Weights(m, reductions.IndexQSAMemory, 0)
		if err != nil {
			t.Fatal(err)
		}
		real, err := m.Real(c.tau)
		if err != nil {
			t.Fatal(err)
		}
		f, err := Find(t.Context(), real, in, Options{})
		if err != nil || f.Kind != c.kind || f.Verdict != c.verdict || f.Exhaustive != (c.kind == None) || !strings.Contains(f.Note, "every change of at most tau = ") {
			t.Errorf("tau = %v: %+v, %v", c.tau, f, err)
			continue
		}
		if f.Kind == None {
			continue
		}
		if in.Shape.Correct(f.Output[0], f.Expected[0]) || !strings.Contains(f.Note, "some change of at most tau leaves it") {
			t.Errorf("tau = %v: output %v is right: %v; %s", c.tau, f.Output, f.Expected, f.Note)
		}
		job := models.Job{Split: in.At, Read: in.Reads, Answer: models.ByBob}
		var fragile *trained.Fragile
		if r, err := run.Do(t.Context(), real, job, f.Input); !errors.As(err, &fragile) || fragile.Moved == nil || r.Output == nil {
			t.Errorf("tau = %v: the input is within the assumption: %v", c.tau, err)
		}
		less, err := m.Real(c.tau / 3)
		if err != nil {
			t.Fatal(err)
		}
		if r, err := run.Do(t.Context(), less, job, f.Input); c.kind == Found && (err != nil || !r.Correct) {
			t.Errorf("tau = %v / 3: %v", c.tau, err)
		}
	}
}
