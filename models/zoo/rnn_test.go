package zoo

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"crosscut/models"
	"crosscut/models/laws"
	"crosscut/models/run"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// memoryInput is the input of Theorem 11: a dummy, n stored values a_i in {-1, 1},
// n queries that ask for value i where b_i is set, and for the dummy where not.
func memoryInput(n int, a, b uint64) []tasks.Token {
	seq := []tasks.Token{{Z: []float64{0}, Y: []int{1}}}
	for i := range n {
		seq = append(seq, tasks.Token{Z: []float64{2*float64(a>>i&1) - 1}, Y: []int{1}})
	}
	for i := range n {
		y := 1
		if b>>i&1 == 1 {
			y = i + 2
		}
		seq = append(seq, tasks.Token{Z: []float64{0}, Y: []int{y}})
	}
	return seq
}

func memoryJob(n int, sh tasks.Shape) models.Job {
	s := tasks.Split{Owner: make([]protocol.Player, sh.N)}
	var read []int
	for i := n + 1; i < sh.N; i++ {
		s.Owner[i] = protocol.Bob
		read = append(read, i+1)
	}
	return models.Job{Split: s, Read: read, Answer: models.ByBob}
}

// recurrentMemories are models with the sizes at which they hold n one-bit values.
func recurrentMemories(n int) map[string]tasks.Params {
	return map[string]tasks.Params{
		"rnn":              {"from": 2, "m": float64(n), "p": 1},
		"ssm":              {"p": 1},
		"kv-cache":         {"p": 1},
		"linear-attention": {"p": 1},
		"sliding-window":   nil,
	}
}

// Theorem 11 from above: with n one-bit values every pair (a, b) is answered
// right, the message is the state, and 2^n strings have 2^n messages. The rnn of
// n bits has exactly the bits that are needed.
func TestTheorem11Meets(t *testing.T) {
	const n = 5
	sh := laws.Shape(t, "qsa", 2*n+1, tasks.Params{"q": 1})
	job := memoryJob(n, sh)
	for model, sizes := range recurrentMemories(n) {
		m := mustBuild(t, model, sh, sizes, nil)
		words := map[protocol.Word]uint64{}
		for a := range uint64(1 << n) {
			for b := range uint64(1 << n) {
				r, err := run.Do(t.Context(), m, job, memoryInput(n, a, b))
				if err != nil {
					t.Fatal(err)
				}
				if !r.Agree || !r.Correct {
					t.Fatalf("%s: a %b, b %b: %v, want %v", model, a, b, r.Output, r.Expected)
				}
				w := r.Transcript.Messages[0].Word
				if was, ok := words[w]; ok && was != a {
					t.Fatalf("%s: %b and %b have the same state, and yet every answer was right", model, was, a)
				}
				words[w] = a
				if r.Transcript.Cost() < n || model == "rnn" && r.Transcript.Cost() != n {
					t.Fatalf("%s: %d bits for %d stored ones", model, r.Transcript.Cost(), n)
				}
			}
		}
		if len(words) != 1<<n {
			t.Errorf("%s: %d states for %d strings", model, len(words), 1<<n)
		}
	}
}

// A stack of D layers stores what one layer of D times the width does, and sends
// it in one message.
func TestStackedMemory(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	sh := laws.Shape(t, "qsa", 12, tasks.Params{"q": 2, "d": 3})
	one := mustBuild(t, "rnn", sh, nil, nil)
	for _, layers := range []float64{1, 2, 3, 5, 40} {
		m := mustBuild(t, "rnn", sh, tasks.Params{"D": layers}, nil)
		for range 20 {
			seq := sh.Task.Generate(sh, rng)
			read := pointBack(sh, seq, sh.All(), rng)
			job := models.Job{Split: sh.Half(), Read: read, Answer: models.ByBob}
			a, err := run.Do(t.Context(), one, job, seq)
			if err != nil {
				t.Fatal(err)
			}
			b, err := run.Do(t.Context(), m, job, seq)
			if err != nil {
				t.Fatal(err)
			}
			if !b.Agree || !b.Correct || !slices.EqualFunc(a.Output, b.Output, slices.Equal[tasks.Value]) {
				t.Fatalf("D %v: %v, one layer %v", layers, b.Output, a.Output)
			}
			if a.Formula != b.Formula || len(b.Transcript.Messages) != len(a.Transcript.Messages) {
				t.Fatalf("D %v: %v bits, one layer %v", layers, b.Formula, a.Formula)
			}
		}
	}
}

// Theorem 11 from below: with one bit less, two strings share a state; where they
// differ, one of the two is answered wrong. The test finds the pair by hashing
// messages and looks at the failing input.
func TestTheorem11Errs(t *testing.T) {
	const n = 8
	sh := laws.Shape(t, "qsa", 2*n+1, tasks.Params{"q": 1})
	job := memoryJob(n, sh)
	small := map[string]tasks.Params{
		"rnn":              {"from": 2, "m": n - 1, "p": 1},
		"ssm":              {"m": n - 1, "p": 1},
		"kv-cache":         {"slots": n - 1, "p": 1},
		"linear-attention": {"m": n / 2, "p": 1},
		"sliding-window":   {"w": n - 1},
	}
	for model, sizes := range small {
		m := mustBuild(t, model, sh, sizes, nil)
		words := map[protocol.Word]uint64{}
		found := false
		for a := range uint64(1 << n) {
			r, err := run.Do(t.Context(), m, job, memoryInput(n, a, 0))
			if err != nil {
				t.Fatal(err)
			}
			w := r.Transcript.Messages[0].Word
			was, ok := words[w]
			words[w] = a
			if !ok {
				continue
			}
			b := (a ^ was) & -(a ^ was)
			wrong := 0
			for _, x := range []uint64{a, was} {
				r, err := run.Do(t.Context(), m, job, memoryInput(n, x, b))
				if err != nil {
					t.Fatal(err)
				}
				if !r.Agree {
					t.Fatalf("%s: cut and whole differ", model)
				}
				if !r.Correct {
					wrong++
				}
			}
			if wrong == 0 {
				t.Fatalf("%s: %b and %b share a state, differ at %b, and both are right", model, a, was, b)
			}
			found = true
			break
		}
		if !found {
			t.Errorf("%s: no two strings share a state", model)
		}
	}
}

// The default p, by hand.
func TestPrecisionIsLeast(t *testing.T) {
	for _, c := range []struct{ q, d, p int }{{1, 1, 1}, {2, 1, 2}, {3, 1, 3}, {4, 1, 3}, {1, 2, 2}, {2, 4, 4}} {
		sh := laws.Shape(t, "qsa", 8, tasks.Params{"q": float64(c.q), "d": float64(c.d)})
		p, err := sh.Precision(0)
		if err != nil {
			t.Fatal(err)
		}
		if p != c.p { // in the last case equality would do, but for the definition's roundings
			t.Errorf("q %d, d %d: p = %d, want %d", c.q, c.d, p, c.p)
		}
	}
}

// Any eps that float64 outputs can meet is met: random inputs at odd and tiny eps.
func TestEverySmallEps(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	for _, eps := range []float64{0.5, 0.25, 0.3, 0.1, 1.0 / 3, 1e-3, 1e-6, 1e-9, 1e-12} {
		for range 12 {
			q, d := 1+rng.IntN(4), 1+rng.IntN(3)
			sh := laws.Shape(t, "qsa", 9, tasks.Params{"q": float64(q), "d": float64(d), "eps": eps})
			for _, model := range foldModels {
				m := mustBuild(t, model, sh, nil, nil)
				seq := sh.Task.Generate(sh, rng)
				read := pointBack(sh, seq, sh.All(), rng)
				r, err := run.Do(t.Context(), m, models.Job{Split: laws.Split(rng, sh.N), Read: read, Answer: models.ByOwner}, seq)
				if err != nil {
					t.Fatal(err)
				}
				if !r.Agree || !r.Correct {
					t.Fatalf("%s, q %d, d %d, eps %v, %v: output %v, expected %v", model, q, d, eps, m.Params(), r.Output, r.Expected)
				}
			}
		}
	}
	sh := laws.Shape(t, "qsa", 9, tasks.Params{"q": 3, "eps": 1e-18})
	if _, err := Build("rnn", sh, models.Settings{}); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("eps = 1e-18: %v", err)
	}
}

// Every number is within 2^-p of its cell's middle, the ends of [-1, 1] included.
func TestGrid(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for p := 1; p <= tasks.MaxPrecision; p++ {
		g := grid{p}
		step := 1 / float64(uint64(1)<<p)
		zs := []float64{-1, 1, 0, 1e-300, -1e-300, step, -step, 2 * step, 1 - step}
		for range 100 {
			zs = append(zs, 2*rng.Float64()-1)
		}
		for _, z := range zs {
			k := g.index(z)
			if k >= 1<<p {
				t.Fatalf("p %d: cell %d of %v", p, k, z)
			}
			if got := g.mean(k, 1); got-z > step || z-got > step {
				t.Fatalf("p %d: %v stands for %v", p, got, z)
			}
		}
		if g.index(0) != g.zero() {
			t.Fatalf("p %d: zero is cell %d, not %d", p, g.index(0), g.zero())
		}
	}
}

// Models that read forward only refuse what lies ahead, and say so; so does the
// player who sees the token.
func TestForwardSetsAreRefused(t *testing.T) {
	sh := laws.Shape(t, "qsa", 6, tasks.Params{"q": 1})
	seq := memoryInput(2, 0, 0)[:5]
	seq = append(seq, tasks.Token{Z: []float64{0}, Y: []int{1}})
	seq[2].Y = []int{5}
	for _, model := range []string{"rnn", "ssm", "kv-cache", "linear-attention", "sliding-window"} {
		m := mustBuild(t, model, sh, nil, nil)
		job := models.Job{Split: sh.Half(), Read: []int{3}, Answer: models.ByBob}
		if _, err := run.Do(t.Context(), m, job, seq); !errors.Is(err, errors.ErrUnsupported) || errors.As(err, new(run.Broken)) {
			t.Errorf("%s: %v, which must not read as a bug of ours", model, err)
		}
		prog, err := m.Compile(job)
		if err != nil {
			t.Fatal(err)
		}
		h := job.Split.Deal(sh, seq)
		if _, _, err := protocol.Run(t.Context(), nil, prog.Player(h[0]), prog.Player(h[1])); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("%s: the players ran: %v", model, err)
		}
		if _, err := run.Do(t.Context(), m, models.Job{Split: sh.Half(), Read: []int{6}, Answer: models.ByBob}, seq); err != nil {
			t.Errorf("%s: reading 6 only: %v", model, err)
		}
	}
	both := mustBuild(t, "rnn", sh, tasks.Params{"directions": 2}, nil) // rnn-qsa has no such parameter: rnn-memory
	if r, err := run.Do(t.Context(), both, models.Job{Split: sh.Half(), Read: []int{3}, Answer: models.ByBob}, seq); err != nil || !r.Correct {
		t.Errorf("both ways: %v", err)
	}
	one := mustBuild(t, "rnn", laws.Shape(t, "match2", 6, nil), tasks.Params{"directions": 1}, nil)
	mseq := one.Shape().Task.Generate(one.Shape(), rand.New(rand.NewPCG(1, 1)))
	if _, err := run.Do(t.Context(), one, models.Job{Split: one.Shape().Half(), Read: []int{1}, Answer: models.ByBob}, mseq); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("match2 read at 1, one way: %v", err)
	}
	if r, err := run.Do(t.Context(), one, models.Job{Split: one.Shape().Half(), Read: []int{6}, Answer: models.ByBob}, mseq); err != nil || !r.Correct {
		t.Errorf("match2 read at N, one way: %v", err)
	}
}

// Undersized models build, run, and are wrong somewhere.
func TestUndersizedErr(t *testing.T) {
	for _, c := range []struct {
		model, task string
		set         tasks.Params
	}{
		{"rnn", "match2", tasks.Params{"m": 2}}, {"rnn", "match3", tasks.Params{"m": 0}}, {"rnn", "cycle3", tasks.Params{"m": 2}},
		{"rnn", "cycle5", tasks.Params{"m": 2}}, {"rnn", "qsa", tasks.Params{"m": 3}}, {"rnn", "qsa", tasks.Params{"p": 1}},
		{"rnn", "match3-bigram", tasks.Params{"m": 2}}, {"rnn", "match3-local", tasks.Params{"m": 2}}, {"rnn", "match-s", tasks.Params{"m": 1}},
		{"sliding-window", "match3-local", tasks.Params{"w": 1}}, {"sliding-window", "cycle3", tasks.Params{"w": 3}},
		{"linear-attention", "match2", tasks.Params{"m": 3}}, {"linear-attention", "qsa", tasks.Params{"m": 3}},
		{"kv-cache", "qsa", tasks.Params{"slots": 2}}, {"ssm", "qsa", tasks.Params{"m": 2}},
		{"mlp", "qsa", tasks.Params{"h1": 1}}, {"mlp", "qsa", tasks.Params{"h1": 12}}, {"mlp", "qsa", tasks.Params{"h1": 28}},
		{"mlp", "match3", tasks.Params{"h1": 4}}, {"mlp", "cycle3", tasks.Params{"h1": 4}}, {"mlp", "cycle5", tasks.Params{"h1": 4}},
	} {
		rng := rand.New(rand.NewPCG(7, 7))
		sh := laws.Shape(t, c.task, 10, nil)
		m := mustBuild(t, c.model, sh, c.set, nil)
		wrong := 0
		for range 60 {
			seq := sh.Task.Generate(sh, rng)
			read := sh.All()
			if c.task == "qsa" {
				read = pointBack(sh, seq, read, rng)
			}
			r, err := run.Do(t.Context(), m, models.Job{Split: laws.Split(rng, sh.N), Read: read, Answer: models.ByOwner}, seq)
			if err != nil {
				t.Fatalf("%s on %s with %v: %v", c.model, c.task, c.set, err)
			}
			if !r.Agree {
				t.Fatalf("%s on %s with %v: cut and whole differ", c.model, c.task, c.set)
			}
			if !r.Correct {
				wrong++
			}
		}
		if wrong == 0 {
			t.Errorf("%s on %s with %v is never wrong", c.model, c.task, c.set)
		}
	}
}

// Sizes are what the claims measure.
func TestFoldSizes(t *testing.T) {
	qsa := laws.Shape(t, "qsa", 17, tasks.Params{"q": 1, "d": 2, "eps": 0.5})
	match := laws.Shape(t, "match2", 8, tasks.Params{"M": 16})
	for _, c := range []struct {
		model string
		sh    tasks.Shape
		set   tasks.Params
		want  protocol.Bits
	}{
		{"rnn", qsa, nil, 16 * 2 * 2}, {"rnn", qsa, tasks.Params{"m": 5, "p": 3}, 15},
		{"ssm", qsa, nil, 17 * 2 * 2}, {"kv-cache", qsa, nil, 17 * (5 + 4)}, {"linear-attention", qsa, nil, 17 * (1 + 4)},
		{"mlp", qsa, nil, 17 * 3 * 5}, {"trivial", match, nil, 32}, {"rnn", match, nil, 64}, {"sliding-window", match, tasks.Params{"w": 3}, 24},
		{"mlp", match, nil, 32},
	} {
		m := mustBuild(t, c.model, c.sh, c.set, nil)
		if got, words := m.Size(); got != c.want || words == "" {
			t.Errorf("%s on %s with %v: size %d (%s), want %d", c.model, c.sh.Task.Name, c.set, got, words, c.want)
		}
	}
}
