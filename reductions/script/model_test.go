package script

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"

	"crosscut/models"
	"crosscut/models/run"
	"crosscut/models/tasks"
	"crosscut/models/zoo"
)

func example(t *testing.T, name string) *File {
	t.Helper()
	f, err := Load(context.Background(), "../../docs/examples/"+name, Limits{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return f
}

// A user's model obeys the laws of ours: cut = whole, meter = formula, whatever
// the split, the reads and the answering player.
func TestUsersModelsAreCutLikeOurs(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, tc := range []struct {
		file  string
		task  *tasks.Task
		right bool
	}{{"rnn-parity.star", tasks.QSA, false}, {"attention-match2.star", tasks.Match2, true}} {
		f := example(t, tc.file)
		for _, n := range []int{1, 2, 5, 8} {
			sh, err := tc.task.Shape(n, nil)
			if err != nil {
				t.Fatal(err)
			}
			m, err := f.Machine(sh)
			if err != nil {
				t.Fatal(err)
			}
			for _, answer := range []string{"alice", "bob", "owner"} {
				for _, read := range []string{"", "all"} {
					job, err := run.ParseJob(sh, "half", read, answer)
					if err != nil {
						t.Fatal(err)
					}
					seq := tc.task.Generate(sh, rng)
					r, err := run.Do(t.Context(), m, job, seq)
					if err != nil {
						t.Fatalf("%s, N = %d: %v", tc.file, n, err)
					}
					if !r.Agree || tc.right && !r.Correct {
						t.Errorf("%s, N = %d: %+v", tc.file, n, r)
					}
				}
			}
		}
	}
}

// The user's Match2 equals our construction with the same weights, bit for bit.
func TestUsersAttentionEqualsOurs(t *testing.T) {
	f := example(t, "attention-match2.star")
	rng := rand.New(rand.NewPCG(1, 1))
	sh, err := tasks.Match2.Shape(12, nil)
	if err != nil {
		t.Fatal(err)
	}
	own, err := f.Machine(sh)
	if err != nil {
		t.Fatal(err)
	}
	ours, err := zoo.Build("attention", sh, models.Settings{Num: tasks.Params{"p": 24}})
	if err != nil {
		t.Fatal(err)
	}
	job, err := run.ParseJob(sh, "half", "", "bob")
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		seq := sh.Task.Generate(sh, rng)
		a, err := run.Do(t.Context(), own, job, seq)
		if err != nil {
			t.Fatal(err)
		}
		b, err := run.Do(t.Context(), ours, job, seq)
		if err != nil {
			t.Fatal(err)
		}
		if len(a.Transcript.Messages) != len(b.Transcript.Messages) || a.Transcript.Messages[0].Word != b.Transcript.Messages[0].Word ||
			a.Transcript.Cost() != b.Transcript.Cost() || a.Output[0][0] != b.Output[0][0] {
			t.Fatalf("transcripts differ: %+v and %+v", a.Transcript, b.Transcript)
		}
	}
}

func TestBadModels(t *testing.T) {
	good := `
def state_bits(n): return 2
def init(n): return 0
def step(n, state, position, token): return (state + 1) % 4
def output(n, state, position, token): return 1 if state else 0
`
	layer := `
p = 8
def query(n, position, token): return [1]
def key(n, position, token): return [position]
def value(n, position, token): return [1]
def output(n, fraction, position, token): return 1
`
	for _, tc := range []struct{ name, source, want string }{
		{"arguments in another order", strings.Replace(good, "step(n, state, position", "step(n, position, state", 1), "user.star:4: def step(n, position, state, token): a model's"},
		{"a state too large", strings.Replace(good, "% 4", "% 5", 1), "at most 2 bits"},
		{"a negative state", strings.Replace(good, "return 0\ndef step", "return -1\ndef step", 1), "at most 2 bits"},
		{"no output", strings.Replace(good, "def output", "def otput", 1), "def output"},
		{"output is no number", strings.Replace(good, "1 if state else 0", "\"x\"", 1), "want a number"},
		{"state_bits is no number", strings.Replace(good, "return 2", "return \"2\"", 1), "state_bits"},
		{"an error in step", strings.Replace(good, "(state + 1) % 4", "token[9]", 1), "user.star:4"},
		{"a key out of p bits", strings.Replace(layer, "[position]", "[200 * position]", 1), "does not fit p = 8"},
		{"a key of another width", strings.Replace(layer, "[position]", "[1, 2]", 1), "returned 2 integers"},
		{"no list", strings.Replace(layer, "[position]", "position", 1), "want a list of integers"},
		{"f too large", "f = 99\n" + layer, "f = 99"},
		{"no model", "x = 1", "no model"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			f := parse(t, tc.source)
			sh, err := tasks.Match2.Shape(4, nil)
			if err != nil {
				t.Fatal(err)
			}
			m, err := f.Machine(sh)
			if err == nil {
				var job models.Job
				if job, err = run.ParseJob(sh, "half", "all", ""); err != nil {
					t.Fatal(err)
				}
				_, err = run.Do(t.Context(), m, job, sh.Task.Generate(sh, rand.New(rand.NewPCG(1, 1))))
			}
			if err == nil || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %v, want %q", err, tc.want)
			}
		})
	}
}
