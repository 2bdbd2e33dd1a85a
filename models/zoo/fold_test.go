package zoo

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"crosscut/models"
	"crosscut/models/fold"
	"crosscut/models/laws"
	"crosscut/models/run"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// foldModels are the constructions of this file's tests.
var foldModels = []string{"trivial", "rnn", "ssm", "sliding-window", "kv-cache", "linear-attention", "mlp"}

// randomRead is a random list of positions, unsorted.
func randomRead(n int, rng *rand.Rand) []int {
	return rng.Perm(n)[:1+rng.IntN(n)]
}
func plusOne(read []int) []int {
	for k := range read {
		read[k]++
	}
	return read
}

// pointBack makes sets that do not point forward, for causal models.
func pointBack(sh tasks.Shape, seq []tasks.Token, read []int, rng *rand.Rand) []int {
	q := sh.Int("q")
	read = slices.DeleteFunc(read, func(i int) bool { return i < q })
	if len(read) == 0 {
		read = []int{sh.N}
	}
	for _, i := range read {
		y := rng.Perm(i)[:q]
		slices.Sort(y)
		seq[i-1].Y = plusOne(y)
	}
	return read
}

func mustBuild(t testing.TB, model string, sh tasks.Shape, num tasks.Params, choice map[string]string) models.Machine {
	t.Helper()
	m, err := Build(model, sh, models.Settings{Num: num, Choice: choice, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// Every construction, every task it has, default sizes: the cut model is the
// whole model, the meter is the formula, and the output is right, at random
// splits, read positions and answerers.
func TestFoldLaws(t *testing.T) {
	for c := range Constructions().All() {
		if !slices.Contains(foldModels, c.Model) {
			continue
		}
		for task := range tasks.Catalog().All() {
			if !slices.Contains(c.Tasks, task.Name) && !slices.Contains(c.Tasks, "*") {
				continue
			}
			t.Run(c.Name+"/"+task.Name, func(t *testing.T) {
				rng := rand.New(rand.NewPCG(1, 2))
				refused, ran := 0, 0
				for range 60 {
					n := 2 + rng.IntN(11)
					set := tasks.Params{}
					if task.Name == "qsa" {
						set["q"], set["d"] = float64(1+rng.IntN(min(3, n))), float64(1+rng.IntN(3))
					}
					sh, err := task.Shape(n, set)
					if err != nil {
						continue
					}
					m := mustBuild(t, c.Model, sh, nil, map[string]string{"construction": c.Name})
					seq := task.Generate(sh, rng)
					read := plusOne(randomRead(n, rng))
					if task.Name == "qsa" && rng.IntN(4) > 0 {
						read = pointBack(sh, seq, read, rng)
					}
					job := models.Job{Split: laws.Split(rng, n), Read: read, Answer: []models.Answer{models.ByAlice, models.ByBob, models.ByOwner}[rng.IntN(3)]}
					r, err := run.Do(t.Context(), m, job, seq)
					if errors.Is(err, errors.ErrUnsupported) {
						refused++
						continue
					}
					if err != nil {
						t.Fatalf("split %v, read %v: %v", job.Split, read, err)
					}
					ran++
					if !r.Agree || !r.Correct {
						t.Fatalf("N %d, split %v, read %v, answer %v: output %v, whole %v, expected %v (agree %v, correct %v)",
							n, job.Split, read, job.Answer, r.Output, r.Whole, r.Expected, r.Agree, r.Correct)
					}
				}
				if ran < 20 {
					t.Errorf("only %d runs, %d refused", ran, refused)
				}
			})
		}
	}
}

// slowCost counts the message bits of a causal fold position by position: the
// state moves whenever the next private token is another player's.
func slowCost(bits func(int) protocol.Bits, s tasks.Split, last int) (cost [2]protocol.Bits) {
	holder := tasks.Public
	for i := 1; i <= last; i++ {
		o := s.Of(i)
		if o == tasks.Public {
			continue
		}
		if holder != tasks.Public && o != holder {
			cost[holder] += bits(i - 1)
		}
		holder = o
	}
	return cost
}

func TestFoldCost(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		n := 2 + rng.IntN(9)
		sh := laws.Shape(t, "qsa", n, tasks.Params{"q": 1})
		m := mustBuild(t, "rnn", sh, tasks.Params{"p": 3}, nil)
		read := 1 + rng.IntN(n)
		s := laws.Split(rng, n)
		prog, err := m.Compile(models.Job{Split: s, Read: []int{read}, Answer: models.ByOwner})
		if err != nil {
			t.Fatal(err)
		}
		if s.Of(read) == tasks.Public {
			continue // an output may cross
		}
		want := slowCost(func(t int) protocol.Bits { return protocol.Bits(3 * min(t, n-1)) }, s, read)
		if prog.Bits != want {
			t.Fatalf("split %v, read %d: %v bits, want %v", s, read, prog.Bits, want)
		}
	}
}

// toy is a recurrent stack on match2 tokens with rounding at every step: state
// and features are numbers mod 2^p, and nothing about it is linear.
func toy(sh tasks.Shape, p int, directions []int) *fold.Recurrent[uint64, uint64] {
	mask := uint64(1)<<p - 1
	r := &fold.Recurrent[uint64, uint64]{
		Of: sh, Sizes: tasks.Params{"p": float64(p)}, State: "D p",
		Embed:  func(_ int, t tasks.Token) uint64 { return uint64(t.X) & mask },
		Output: func(_ int, f uint64) tasks.Value { return tasks.Value{float64(f)} },
	}
	for k, dir := range directions {
		f := fold.Fold[uint64, uint64]{
			Bits: func(int) protocol.Bits { return protocol.Bits(p) },
			Init: func() uint64 { return uint64(k+1) & mask },
			Step: func(s uint64, pos int, in uint64) uint64 { return (3*s*s + 5*in*s + in + uint64(pos)) >> 1 & mask },
			Emit: func(s uint64, pos int, in uint64) uint64 { return (s + 7*in + uint64(pos)) & mask },
			Put:  func(w *protocol.Packer, _ int, s uint64) { w.Uint(s, p) },
			Get:  func(u *protocol.Unpacker, _ int) uint64 { return u.Uint(p) },
		}
		l := fold.Layer[uint64, uint64]{Forward: f}
		if dir == 2 {
			l.Backward = &f
			l.Join = func(pos int, a, b uint64) uint64 { return (a ^ 3*b) & mask }
		}
		r.Layers = append(r.Layers, l)
	}
	return r
}

// slowToy evaluates the toy layer by layer on full arrays.
func slowToy(r *fold.Recurrent[uint64, uint64], seq []tasks.Token) []uint64 {
	n := len(seq)
	feats := make([]uint64, n)
	for i, t := range seq {
		feats[i] = r.Embed(i+1, t)
	}
	for _, l := range r.Layers {
		out := make([]uint64, n)
		s := l.Forward.Init()
		for i := range n {
			s = l.Forward.Step(s, i+1, feats[i])
			out[i] = l.Forward.Emit(s, i+1, feats[i])
		}
		if l.Backward != nil {
			s := l.Backward.Init()
			for i := n - 1; i >= 0; i-- {
				s = l.Backward.Step(s, i+1, feats[i])
				out[i] = l.Join(i+1, out[i], l.Backward.Emit(s, i+1, feats[i]))
			}
		}
		feats = out
	}
	return feats
}

// Stacked, bidirectional and mixed stacks, every split into three owners at
// N = 5: cut = whole = the array evaluation, meter = formula.
func TestStacks(t *testing.T) {
	const n, p = 5, 4
	sh := laws.Shape(t, "match2", n, tasks.Params{"M": 16})
	for _, dirs := range [][]int{{1}, {2}, {1, 1, 1}, {2, 2}, {1, 2}, {2, 1}, {1, 1, 2, 1, 2}} {
		t.Run(fmt.Sprint(dirs), func(t *testing.T) {
			m := toy(sh, p, dirs)
			rng := rand.New(rand.NewPCG(5, 6))
			for code := range 243 {
				s := tasks.Split{Owner: make([]protocol.Player, n)}
				for i, c := 0, code; i < n; i, c = i+1, c/3 {
					s.Owner[i] = protocol.Player(c%3 - 1)
				}
				for _, answer := range []models.Answer{models.ByAlice, models.ByBob, models.ByOwner} {
					seq := sh.Task.Generate(sh, rng)
					read := plusOne(randomRead(n, rng))
					r, err := run.Do(t.Context(), m, models.Job{Split: s, Read: read, Answer: answer}, seq)
					if err != nil {
						t.Fatalf("split %v read %v answer %v: %v", s, read, answer, err)
					}
					if !r.Agree {
						t.Fatalf("split %v read %v answer %v: %v, whole %v", s, read, answer, r.Output, r.Whole)
					}
					slow := slowToy(m, seq)
					for k, i := range read {
						if r.Whole[k][0] != float64(slow[i-1]) {
							t.Fatalf("position %d: %v, array evaluation %v", i, r.Whole[k], slow[i-1])
						}
					}
				}
			}
		})
	}
}

// At one cut a bidirectional stack of D layers exchanges 2 D m p bits in D rounds
// when both sides read, a causal one sends D m p in one message.
func TestStackBits(t *testing.T) {
	sh := laws.Shape(t, "match2", 6, tasks.Params{"M": 16})
	split, _ := sh.ParseSplit("prefix:3")
	for _, c := range []struct {
		dirs         []int
		bits         protocol.Bits
		words, round int
	}{{[]int{1}, 4, 1, 1}, {[]int{1, 1, 1}, 12, 1, 1}, {[]int{2}, 8, 2, 1}, {[]int{2, 2, 2}, 24, 6, 3}} {
		r, err := run.Do(t.Context(), toy(sh, 4, c.dirs), models.Job{Split: split, Read: sh.All(), Answer: models.ByOwner}, sh.Task.Generate(sh, rand.New(rand.NewPCG(1, 1))))
		if err != nil {
			t.Fatal(err)
		}
		if r.Transcript.Cost() != c.bits || len(r.Transcript.Messages) != c.words || r.Transcript.Rounds() != c.round {
			t.Errorf("%v: %d bits, %d words, %d rounds, want %+v", c.dirs, r.Transcript.Cost(), len(r.Transcript.Messages), r.Transcript.Rounds(), c)
		}
	}
}

// audit runs a machine on every input of a small world and feeds the audit.
func audit(t *testing.T, m models.Machine, job models.Job) (err error) {
	t.Helper()
	sh := m.Shape()
	var a protocol.Audit
	prog, err := m.Compile(job)
	if err != nil {
		t.Fatal(err)
	}
	seq := make([]tasks.Token, sh.N)
	var visit func(i int) error
	visit = func(i int) error {
		if i < sh.N {
			for _, tok := range sh.Task.Alphabet(sh, i+1) {
				seq[i] = tok
				if err := visit(i + 1); err != nil {
					return err
				}
			}
			return nil
		}
		if sh.Check(seq) != nil {
			return nil
		}
		if c, ok := m.(models.Checker); ok && c.CheckInput(seq, job.Read) != nil {
			return nil
		}
		h := job.Split.Deal(sh, seq)
		outs, tr, err := protocol.Run(t.Context(), nil, prog.Player(h[0]), prog.Player(h[1]))
		if err != nil {
			t.Fatal(err)
		}
		var in, out [2]string
		for p := range h {
			h[p].Each(func(i int, tok tasks.Token) { in[p] += fmt.Sprint(i, tok) })
			out[p] = fmt.Sprint(outs[p])
		}
		return a.Add(in[:], tr, out[:])
	}
	return visit(0)
}

func TestFoldAudit(t *testing.T) {
	for _, model := range foldModels {
		for _, task := range []string{"match2", "qsa", "cycle3"} {
			if len(For(model, task)) == 0 {
				continue
			}
			n, set := 3, tasks.Params{"M": 3}
			switch task {
			case "qsa":
				set = tasks.Params{"q": 1}
			case "cycle3":
				set = tasks.Params{"nodes": 3}
			}
			sh := laws.Shape(t, task, n, set)
			for _, spec := range []string{"prefix:1", "alice:2,bob:1,3", "alice:1,3,bob:2"} {
				split, err := sh.ParseSplit(spec)
				if err != nil {
					t.Fatal(err)
				}
				for _, answer := range []models.Answer{models.ByBob, models.ByOwner} {
					m := mustBuild(t, model, sh, nil, nil)
					if err := audit(t, m, models.Job{Split: split, Read: sh.All(), Answer: answer}); err != nil {
						t.Errorf("%s on %s, split %s: %v", model, task, spec, err)
					}
				}
			}
		}
	}
}

// Every input of a tiny world, every split into three owners: right, the same cut
// and whole, and as long as the formula says.
func TestFoldExhaustive(t *testing.T) {
	for _, model := range foldModels {
		for task, set := range map[string]tasks.Params{"match2": {"M": 3}, "match3": {"M": 3}, "cycle3": {"nodes": 3}, "qsa": {"q": 1}} {
			if len(For(model, task)) == 0 {
				continue
			}
			const n = 3
			sh := laws.Shape(t, task, n, set)
			m := mustBuild(t, model, sh, nil, nil)
			splits := 27
			if task == "qsa" {
				splits = 9 // of 27: token 3 public
			}
			ran := 0
			var visit func(seq []tasks.Token)
			visit = func(seq []tasks.Token) {
				if len(seq) < n {
					for _, tok := range sh.Task.Alphabet(sh, len(seq)+1) {
						visit(append(seq[:len(seq):len(seq)], tok))
					}
					return
				}
				if sh.Check(seq) != nil {
					return
				}
				for code := range splits {
					s := tasks.Split{Owner: make([]protocol.Player, n)}
					for i, c := 0, code; i < n; i, c = i+1, c/3 {
						s.Owner[i] = protocol.Player(c%3 - 1)
					}
					r, err := run.Do(t.Context(), m, models.Job{Split: s, Read: sh.All(), Answer: models.ByOwner}, seq)
					if errors.Is(err, errors.ErrUnsupported) {
						return // the sets point forward, whatever the split
					}
					if err != nil {
						t.Fatal(err)
					}
					if !r.Agree || !r.Correct {
						t.Fatalf("%s on %s, split %v, input %v: %v, whole %v, want %v", model, task, s, seq, r.Output, r.Whole, r.Expected)
					}
					ran++
				}
			}
			visit(nil)
			if ran == 0 {
				t.Errorf("%s on %s: nothing ran", model, task)
			}
		}
	}
}

// The audit sees a fold that hides a bit in state shared by the two players.
func TestAuditCatchesSharedState(t *testing.T) {
	sh := laws.Shape(t, "match2", 2, tasks.Params{"M": 2})
	m := toy(sh, 1, []int{1})
	var leak int
	m.Embed = func(pos int, tok tasks.Token) uint64 {
		if pos == 1 {
			leak = tok.X
		}
		return 0
	}
	m.Output = func(int, uint64) tasks.Value { return tasks.Value{float64(leak)} }
	split, _ := sh.ParseSplit("prefix:1")
	if err := audit(t, m, models.Job{Split: split, Read: []int{2}, Answer: models.ByBob}); err == nil {
		t.Error("a leak through shared memory went unseen")
	}
}

// A state that does not fit its announced bits ends the run with an error.
func TestStateMustFit(t *testing.T) {
	sh := laws.Shape(t, "match2", 4, nil)
	m := toy(sh, 4, []int{1})
	m.Layers[0].Forward.Put = func(w *protocol.Packer, _ int, s uint64) { w.Uint(s, 5) }
	split, _ := sh.ParseSplit("prefix:2")
	if _, err := run.Do(t.Context(), m, models.Job{Split: split, Read: []int{4}, Answer: models.ByBob}, sh.Task.Generate(sh, rand.New(rand.NewPCG(1, 1)))); err == nil {
		t.Error("a state of 5 bits crossed as 4")
	}
	m.Layers[0].Forward.Step = func(uint64, int, uint64) uint64 { fold.Abort(errors.New("boom")); return 0 }
	if _, err := m.Whole(t.Context(), sh.Task.Generate(sh, rand.New(rand.NewPCG(1, 1))), []int{4}); err == nil {
		t.Error("an aborted step went unseen by Whole")
	}
	if _, err := run.Do(t.Context(), m, models.Job{Split: split, Read: []int{4}, Answer: models.ByBob}, sh.Task.Generate(sh, rand.New(rand.NewPCG(1, 1)))); err == nil {
		t.Error("an aborted step went unseen by Run")
	}
}
