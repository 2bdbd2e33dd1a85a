package trained

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"crosscut/models"
	"crosscut/models/run"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

const folders = "../../testdata/trained"

type probe struct {
	Z      [][]float64 `json:"z"`
	Y      [][]int     `json:"y"`
	Output [][]float64 `json:"output"`
}

func load(t *testing.T, name string) *Model {
	t.Helper()
	m, err := Load(filepath.Join(folders, name))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func names(t *testing.T) []string {
	dirs, err := os.ReadDir(folders)
	if err != nil || len(dirs) == 0 {
		t.Fatal("no trained folders", err)
	}
	var all []string
	for _, d := range dirs {
		all = append(all, d.Name())
	}
	return all
}

// The forward pass gives what PyTorch gave, to 1e-5.
func TestProbes(t *testing.T) {
	for _, name := range names(t) {
		m := load(t, name)
		raw, err := os.ReadFile(filepath.Join(folders, name, "probe.json"))
		if err != nil {
			t.Fatal(err)
		}
		var p probe
		if err := json.Unmarshal(raw, &p); err != nil {
			t.Fatal(err)
		}
		machine, err := m.Machine(nil)
		if err != nil {
			t.Fatal(err)
		}
		worst := 0.0
		for k := range p.Z {
			seq := make([]tasks.Token, m.Config.N)
			for i := range seq {
				seq[i] = tasks.Token{Z: []float64{p.Z[k][i]}, Y: []int{p.Y[k][i] + 1 - m.Config.IndexBase}}
			}
			out, err := machine.Whole(t.Context(), seq, m.Shape.All())
			if err != nil {
				t.Fatal(err)
			}
			for i, v := range out {
				worst = max(worst, math.Abs(v[0]-p.Output[k][i]))
			}
		}
		t.Logf("%s: worst difference %.2g", name, worst)
		if worst > 1e-5 {
			t.Errorf("%s: differs from PyTorch by %v", name, worst)
		}
	}
}

// The accuracies that training reported are those of the domain and threshold as
// read here.
func TestMeasuredAccuracy(t *testing.T) {
	const samples = 2000
	rng := rand.New(rand.NewPCG(1, 1))
	for _, name := range names(t) {
		m := load(t, name)
		machine, err := m.Machine(nil)
		if err != nil {
			t.Fatal(err)
		}
		read, err := m.Queries()
		if err != nil {
			t.Fatal(err)
		}
		tokens, sequences := 0, 0
		for range samples {
			seq, err := m.Draw(rng)
			if err != nil {
				t.Fatal(err)
			}
			out, err := machine.Whole(t.Context(), seq, read)
			if err != nil {
				t.Fatal(err)
			}
			right := 0
			for k, want := range m.Shape.Eval(seq, read) {
				if m.Shape.Correct(out[k], want) {
					right++
				}
			}
			tokens += right
			if right == len(read) {
				sequences++
			}
		}
		got := Measured{TokenAccuracy: float64(tokens) / float64(samples*len(read)), SequenceAccuracy: float64(sequences) / samples}
		want := m.Config.Measured
		if math.Abs(got.TokenAccuracy-want.TokenAccuracy) > 0.015 || math.Abs(got.SequenceAccuracy-want.SequenceAccuracy) > 0.04 {
			t.Errorf("%s: accuracies %.4f and %.4f, training reported %.4f and %.4f", name, got.TokenAccuracy, got.SequenceAccuracy, want.TokenAccuracy, want.SequenceAccuracy)
		}
	}
}

func randomInput(m *Model, rng *rand.Rand) []tasks.Token {
	seq := make([]tasks.Token, m.Config.N)
	for i := range seq {
		seq[i] = tasks.Token{Z: []float64{float64(rng.IntN(3) - 1)}, Y: []int{1 + rng.IntN(m.Config.N)}}
	}
	return seq
}

// A cut run equals the uncut one bit for bit, at every split, and the meter the
// formula.
func TestCutEqualsWhole(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, name := range names(t) {
		m := load(t, name)
		for _, split := range []string{"half", "prefix:0", "prefix:5", "", "alice:1,4-6,bob:2-3,7-8,public:9-" + itoa(m.Config.N)} {
			for _, read := range []string{"", "all", "3,5"} {
				for _, answer := range []string{"alice", "bob", "owner"} {
					job, err := run.ParseJob(m.Shape, split, read, answer)
					if err != nil {
						t.Fatal(err)
					}
					machine, err := m.Machine(nil)
					if err != nil {
						t.Fatal(err)
					}
					checkRun(t, name, machine, job, randomInput(m, rng))
				}
			}
		}
	}
}

func itoa(n int) string { b, _ := json.Marshal(n); return string(b) }

func checkRun(t *testing.T, name string, machine models.Machine, job models.Job, seq []tasks.Token) *run.Result {
	t.Helper()
	r, err := run.Do(t.Context(), machine, job, seq)
	if err != nil {
		t.Fatalf("%s, %v: %v", name, job.Split, err)
	}
	if !r.Agree || !reflect.DeepEqual(r.Output, r.Whole) {
		t.Errorf("%s, %v, read %v by %s: cut %v, whole %v", name, job.Split, job.Read, job.Answer, r.Output, r.Whole)
	}
	return r
}

// Quantised to few bits, the message is that short and the run still agrees.
func TestQuantised(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, name := range names(t) {
		m := load(t, name)
		var inputs [][]tasks.Token
		for range 20 {
			inputs = append(inputs, randomInput(m, rng))
		}
		job, err := run.ParseJob(m.Shape, "half", "", "bob")
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range []Precision{1, 3, 8, 31, 32} {
			q, err := m.Quantiser(t.Context(), p, job.Split, inputs)
			if err != nil {
				t.Fatal(err)
			}
			machine, err := m.Machine(q)
			if err != nil {
				t.Fatal(err)
			}
			r := checkRun(t, name, machine, job, inputs[0])
			want := protocol.Bits(0)
			if m.att != nil {
				want = protocol.Bits(p.Bits() * m.att.numbers())
				if job.Split.Of(m.Config.N) == protocol.Bob {
					want += m.att.queryBits()
				}
			} else {
				want = protocol.Bits(p.Bits() * m.layers[0].forward.numbers(0))
			}
			if r.Transcript.Cost() != want {
				t.Errorf("%s at %d bits: %d bits crossed, want %d", name, p, r.Transcript.Cost(), want)
			}
			if p < 32 {
				other, err := m.Shape.ParseSplit("prefix:2")
				if err != nil {
					t.Fatal(err)
				}
				if _, err := machine.Compile(models.Job{Split: other, Read: job.Read, Answer: models.ByBob}); err == nil {
					t.Error("a quantised model was cut where it is not rounded")
				}
			}
		}
	}
}
