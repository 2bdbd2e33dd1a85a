package run

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"crosscut/internal/catalog"
	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/models/zoo"
	"crosscut/report"
)

func TestReadPositions(t *testing.T) {
	sh, err := tasks.QSA.Shape(9, nil)
	if err != nil {
		t.Fatal(err)
	}
	for spec, want := range map[string][]int{"": {9}, "3": {3}, "all": {1, 2, 3, 4, 5, 6, 7, 8, 9}, "9,1, 4-6": {1, 4, 5, 6, 9}} {
		if got, err := ParseRead(sh, spec); err != nil || !slices.Equal(got, want) {
			t.Errorf("%q: %v, %v", spec, got, err)
		}
	}
	for _, spec := range []string{"0", "10", "-1", "1,1", "2-4,3", "5-4", "x", "1,", "1-2-3", "99999999999999999999"} {
		if got, err := ParseRead(sh, spec); err == nil {
			t.Errorf("%q: %v", spec, got)
		}
	}
}

func TestWhoAnswersByDefault(t *testing.T) {
	sh, err := tasks.Match2.Shape(1, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		read, answer string
		want         models.Answer
	}{{"", "", models.ByBob}, {"1", "", models.ByBob}, {"all", "", models.ByOwner}, {"all", "alice", models.ByAlice}} {
		job, err := ParseJob(sh, "half", c.read, c.answer)
		if err != nil || job.Answer != c.want {
			t.Errorf("%+v: %v, %v", c, job.Answer, err)
		}
	}
}

// Settings go where they are declared; what the input fixes cannot be set to
// something else.
func TestSettingsMeetTheInput(t *testing.T) {
	input := []byte(`{"task":"match2","M":14,"tokens":[3,11,1,13]}`)
	for _, c := range []struct {
		set  tasks.Params
		ok   bool
		says string
	}{
		{nil, true, ""},
		{tasks.Params{"M": 14}, true, ""},
		{tasks.Params{"M": 15}, false, "15"},
		{tasks.Params{"zz": 1}, false, "zz"},
	} {
		r := &Request{Model: "trivial", Build: zoo.Builder("trivial"), Set: models.Settings{Num: c.set, Seed: 1}}
		err := r.ReadInput(input)
		if err == nil {
			_, err = r.Prepare()
		}
		if (err == nil) != c.ok || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%v: %v", c.set, err)
		}
	}
	r := &Request{Task: tasks.Match3, Model: "trivial", Build: zoo.Builder("trivial")}
	if err := r.ReadInput(input); err == nil || !strings.Contains(err.Error(), "match2") {
		t.Errorf("another task: %v", err)
	}
}

// A parameter that neither task nor model has is compared with those of both.
func TestUnknownParametersNameBoth(t *testing.T) {
	r := &Request{Task: tasks.Match3Local, Model: "trivial", Build: zoo.Builder("trivial"), N: 5, Set: models.Settings{Num: tasks.Params{"k": 1}}}
	_, err := r.Prepare()
	var u *catalog.UnknownError
	if !errors.As(err, &u) || !slices.Contains(u.Known, "K") || !slices.Contains(u.Known, "p") {
		t.Errorf("%v", err)
	}
}

func TestTooMuchIsRefusedBeforeTokensAreDrawn(t *testing.T) {
	drawn := false
	task := *tasks.Match3
	task.Generate = func(tasks.Shape, *rand.Rand) []tasks.Token { drawn = true; return nil }
	tooMuch := errors.New("too much")
	r := &Request{Task: &task, Model: "attention", Build: zoo.Builder("attention"), N: 1000, Read: "all", Allow: func(e models.Effort) error {
		if e.Steps >= 1e6 {
			return tooMuch
		}
		return nil
	}}
	if _, err := r.Prepare(); !errors.Is(err, tooMuch) || drawn {
		t.Errorf("%v, drawn %v", err, drawn)
	}
}

// The JSON of a run has the fields that scripts read, whatever the task, model and
// split, and its numbers agree with each other.
func TestRecords(t *testing.T) {
	fields := strings.Fields("task model n params split seed read answer output expected whole agree correct bits messages setting warnings")
	for task := range tasks.Catalog().All() {
		for _, model := range []string{"attention", "rnn", "trivial"} {
			for _, read := range []string{"", "all"} {
				r := &Request{Task: task, Model: model, Build: zoo.Builder(model), N: 6, Set: models.Settings{Seed: 3}, Split: "prefix:2", Read: read}
				p, err := r.Prepare()
				if err != nil {
					t.Fatal(err)
				}
				res, err := p.Run(t.Context())
				if errors.Is(err, errors.ErrUnsupported) {
					continue // a causal model on sets that point forward
				}
				if err != nil {
					t.Fatalf("%s, %s: %v", task.Name, model, err)
				}
				rec := NewRecord(model, p.Machine, res, 3)
				var b bytes.Buffer
				if err := report.Write(&b, "json", rec.Sheet(), report.Style{}); err != nil {
					t.Fatal(err)
				}
				var v map[string]any
				if err := json.Unmarshal(b.Bytes(), &v); err != nil {
					t.Fatal(err)
				}
				for _, name := range fields {
					if x, ok := v[name]; !ok || x == nil {
						t.Errorf("%s, %s: field %q is %v", task.Name, model, name, x)
					}
				}
				sum := 0
				for _, w := range rec.Messages {
					sum += w.Bits
				}
				if sum != rec.Bits.Total || sum != rec.Bits.Formula || sum != rec.Bits.ByPlayer["alice"]+rec.Bits.ByPlayer["bob"] {
					t.Errorf("%s, %s: messages of %d bits, %+v", task.Name, model, sum, rec.Bits)
				}
				if len(rec.Output) != len(rec.Read) || len(rec.Whole) != len(rec.Read) || len(rec.Expected) != len(rec.Read) {
					t.Errorf("%s, %s: %d outputs for %d positions", task.Name, model, len(rec.Output), len(rec.Read))
				}
				if !*rec.Agree || !*rec.Correct {
					t.Errorf("%s, %s: agree %v, correct %v", task.Name, model, *rec.Agree, *rec.Correct)
				}
				for _, format := range report.Formats {
					if err := report.Write(&b, format, rec.Sheet(), report.Style{}); err != nil {
						t.Errorf("%s: %v", format, err)
					}
				}
			}
		}
	}
}

// Raw tokens: ceil(log2 M) bits for a match token, d p + ceil(log2 C(N, q)) for a
// set, twice ceil(log2 nodes) for an edge.
func TestRawBits(t *testing.T) {
	for _, c := range []struct {
		task, model string
		n           int
		set         tasks.Params
		want        int
	}{
		{"match2", "attention", 7, tasks.Params{"M": 14}, 3 * 4},
		{"match3", "trivial", 5, tasks.Params{"M": 17}, 2 * 5},
		{"cycle3", "trivial", 7, tasks.Params{"nodes": 9}, 3 * 8},
		{"qsa", "trivial", 8, tasks.Params{"q": 3, "d": 2, "p": 5}, 4 * (2*5 + 6)},
	} {
		r := &Request{Task: task(t, c.task), Model: c.model, Build: zoo.Builder(c.model), N: c.n, Set: models.Settings{Num: c.set, Seed: 1}}
		p, err := r.Prepare()
		if err != nil {
			t.Fatal(err)
		}
		if got := models.RawBits(p.Machine, p.Job.Split); int(got) != c.want {
			t.Errorf("%s: %d, want %d", c.task, got, c.want)
		}
	}
}

func FuzzReadAndSplit(f *testing.F) {
	for _, s := range []string{"all", "1,2-3", "9"} {
		f.Add(s, "half", "bob")
	}
	f.Add("", "alice:1-4,bob:5-9", "owner")
	f.Add("", "prefix:3", "alice")
	sh, err := tasks.Match2.Shape(9, nil)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, read, split, answer string) {
		job, err := ParseJob(sh, split, read, answer)
		if err != nil {
			return
		}
		if err := job.Check(sh); err != nil || len(job.Read) == 0 || len(job.Split.Owner) != sh.N {
			t.Errorf("%q, %q, %q: %+v, %v", read, split, answer, job, err)
		}
	})
}

// A word where a number is wanted, or the reverse, is no unknown name.
func TestSettingsOfTheWrongKind(t *testing.T) {
	for want, set := range map[string]models.Settings{
		`p = "abc": want a number`:                              {Choice: map[string]string{"p": "abc"}},
		`want a number for M`:                                   {Choice: map[string]string{"M": "abc"}},
		`arithmetic = 3: want one of shift max fold rounded`:    {Num: tasks.Params{"arithmetic": 3}},
		`unknown parameter of match2-integer or of task match2`: {Num: tasks.Params{"zz": 3}},
	} {
		r := &Request{Task: tasks.Match2, Model: "attention", Build: zoo.Builder("attention"), N: 4, Set: set}
		if _, err := r.Prepare(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v: %v, want %q", set, err, want)
		}
	}
}

func task(t *testing.T, name string) *tasks.Task {
	t.Helper()
	tk, err := tasks.Catalog().Get(name)
	if err != nil {
		t.Fatal(err)
	}
	return tk
}
