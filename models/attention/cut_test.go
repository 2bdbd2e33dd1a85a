package attention

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"

	"crosscut/models"
	"crosscut/models/laws"
	"crosscut/models/run"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// deepStack puts a second random layer on a random one; every third is causal with
// the maximum, the shape of an induction head.
func deepStack(rng *rand.Rand, sh tasks.Shape, a Arithmetic, causal bool) *Stack {
	s := stackOf(rng, sh, a, 0)
	t := stackOf(rng, sh, a, 0)
	if causal {
		for _, l := range []*Layer{s.Layers[0], t.Layers[0]} {
			l.Mask = func(i, j int) bool { return j <= i }
		}
	}
	first, second := s.Layers[0], t.Layers[0]
	s.Layers = append(s.Layers, second)
	s.Residual, s.Out = t.Residual, t.Out
	s.Next = []func(int, Ints, []Average, Ints) error{
		func(pos int, e Ints, heads []Average, next Ints) error {
			for c := range next.Len() {
				x := e.At(0) + int64(pos*c)
				for _, a := range heads {
					x += a.Nearest(c%first.Values, 7)
				}
				next.Set(c, (x%2+2)%2)
			}
			return nil
		},
	}
	return s
}

func jobOf(rng *rand.Rand, n int) models.Job {
	job := models.Job{Split: laws.Split(rng, n), Answer: []models.Answer{models.ByAlice, models.ByBob, models.ByOwner}[rng.IntN(3)]}
	for i := 1; i <= n; i++ {
		if rng.IntN(2) == 0 {
			job.Read = append(job.Read, i)
		}
	}
	return job
}

// TestDeepCut: with several layers the cut run equals the whole run, the meter the
// formula, and no player's first words depend on the other's tokens.
func TestDeepCut(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 1))
	for trial := range 600 {
		n := 1 + rng.IntN(5)
		sh := tinyShape(n, 4)
		m, err := New(deepStack(rng, sh, arithmetics[trial%4], trial%3 == 0))
		if err != nil {
			t.Fatal(err)
		}
		job := jobOf(rng, n)
		if err := laws.Check(m, job, rng, false); err != nil {
			t.Fatalf("trial %d (%v, read %v by %s): %v", trial, job.Split, job.Read, job.Answer, err)
		}
	}
}

func TestFirstWords(t *testing.T) {
	rng := rand.New(rand.NewPCG(10, 1))
	for trial := range 400 {
		n := 2 + rng.IntN(4)
		sh := tinyShape(n, 4)
		m, err := New(stackOf(rng, sh, arithmetics[trial%4], 0))
		if err != nil {
			t.Fatal(err)
		}
		job := jobOf(rng, n)
		if err := laws.Check(m, job, rng, false); err != nil {
			t.Fatalf("trial %d (%v, read %v by %s): %v", trial, job.Split, job.Read, job.Answer, err)
		}
	}
}

// audited runs every input of a small world through the audit.
func audited(m models.Machine, job models.Job, tokens int) error {
	sh := m.Shape()
	prog, err := m.Compile(job)
	if err != nil {
		return err
	}
	var a protocol.Audit
	seq := make([]tasks.Token, sh.N)
	for code := 0; ; code++ {
		rest := code
		for i := range seq {
			seq[i] = tasks.Token{X: 1 + rest%tokens}
			rest /= tokens
		}
		if rest > 0 {
			return nil
		}
		h := job.Split.Deal(sh, seq)
		outs, t, err := protocol.Run(context.Background(), nil, prog.Player(h[0]), prog.Player(h[1]))
		if err != nil {
			return err
		}
		var inputs, outputs []string
		for p := range h {
			var in strings.Builder
			h[p].Each(func(i int, t tasks.Token) {
				fmt.Fprintf(&in, "%d:%d ", i, t.X)
			})
			inputs, outputs = append(inputs, in.String()), append(outputs, fmt.Sprint(outs[p]))
		}
		if err := a.Add(inputs, t, outputs); err != nil {
			return err
		}
	}
}

// TestAttentionAudit: on every input of small worlds, under every arithmetic and
// many splits, no information passes but through metered bits. Public tokens
// would make the audit one per public string, so here there are none.
func TestAttentionAudit(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 1))
	for trial := range 160 {
		n := 2 + rng.IntN(2)
		sh := tinyShape(n, 3)
		s := stackOf(rng, sh, arithmetics[trial%4], 0)
		if trial%5 == 0 {
			s = deepStack(rng, sh, arithmetics[trial/5%4], trial%10 == 0)
		}
		m, err := New(s)
		if err != nil {
			t.Fatal(err)
		}
		job := jobOf(rng, n)
		for i, o := range job.Split.Owner {
			job.Split.Owner[i] = max(o, 0)
		}
		if err := audited(m, job, 3); err != nil {
			t.Fatalf("trial %d (%s, %v, read %v by %s): %v", trial, s.Layers[0].Arithmetic, job.Split, job.Read, job.Answer, err)
		}
	}
}

// leaky is a machine whose players share memory: Bob reads what Alice stored.
type leaky struct{ models.Machine }

func (m leaky) Compile(job models.Job) (*models.Program, error) {
	prog, err := m.Machine.Compile(job)
	if err != nil {
		return nil, err
	}
	stash := 0
	play := prog.Player
	prog.Player = func(h tasks.Half) func(*protocol.Port) map[int]tasks.Value {
		if h.Self == protocol.Alice {
			h.Each(func(_ int, t tasks.Token) { stash += t.X })
		}
		return func(p *protocol.Port) map[int]tasks.Value {
			out := play(h)(p)
			for i := range out {
				out[i] = tasks.Value{float64(stash)}
			}
			return out
		}
	}
	return prog, nil
}

func TestAuditCatchesALeak(t *testing.T) {
	sh := tinyShape(3, 3)
	s := stackOf(rand.New(rand.NewPCG(1, 5)), sh, WithShift, 0)
	l := s.Layers[0]
	l.F, l.Values, l.Block = 0, 1, 1 // sums that say less than the tokens
	l.Value = func(_, _ int, _, _ Ints) (int, error) { return 0, nil }
	m, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	var cheat *protocol.AuditError
	job := models.Job{Split: tasks.Split{Owner: []protocol.Player{0, 0, 1}}, Read: []int{3}, Answer: models.ByBob}
	if err := audited(leaky{m}, job, 3); !errors.As(err, &cheat) {
		t.Errorf("a machine with shared memory: %v", err)
	}
}

// TestCutFormulas writes down what the exchange must cost in the cases that the
// proofs use, apart from the code that plans it.
func TestCutFormulas(t *testing.T) {
	log2 := func(x *big.Int) int { // ceil(log2 x) for x >= 1
		return new(big.Int).Sub(x, big.NewInt(1)).BitLen()
	}
	pow := func(e int) *big.Int { return new(big.Int).Lsh(big.NewInt(1), uint(e)) }
	plus1 := func(x *big.Int) *big.Int { return new(big.Int).Add(x, big.NewInt(1)) }
	times := func(a int, x *big.Int) *big.Int { return new(big.Int).Mul(big.NewInt(int64(a)), x) }
	minus1 := func(x *big.Int) *big.Int { return new(big.Int).Sub(x, big.NewInt(1)) }
	for _, c := range []struct{ h, m, dv, p, f, a, b int }{
		{1, 3, 1, 24, 16, 3, 3}, {1, 1, 1, 8, 8, 37, 38}, {4, 16, 5, 16, 16, 5, 2}, {2, 3, 7, 3, 0, 1, 9}, {1, 2, 70, 5, 4, 6, 6},
	} {
		sh := tinyShape(c.a+c.b+1, 4)
		build := func(a Arithmetic, query Dependence, residual int) *Stack {
			l := &Layer{
				Heads: c.h, Width: c.m, Values: c.dv, Embed: 2, P: c.p, F: c.f, Arithmetic: a,
				Query: func(_, _ int, e, q Ints) error {
					if e.Len() > 0 {
						q.Set(0, e.At(0)%2)
					}
					return nil
				},
				Key:   func(_, _ int, e, k Ints) error { k.Set(0, e.At(0)%2); return nil },
				Value: func(_, _ int, e, v Ints) (int, error) { v.Set(0, e.At(0)%2); return 0, nil },
			}
			for range c.h {
				l.Queries = append(l.Queries, query)
			}
			return &Stack{Shape: sh, Layers: []*Layer{l}, Residual: residual,
				In:  func(_ int, t tasks.Token, e Ints) error { e.Set(0, int64(t.X%2)); return nil },
				Out: func(_ int, _ Ints, h []Average) (tasks.Value, error) { return tasks.Value{h[0].Float(0, 0)}, nil }}
		}
		split := func(first protocol.Player) tasks.Split {
			s := tasks.Split{Owner: []protocol.Player{first}}
			for i := range c.a + c.b {
				s.Owner = append(s.Owner, protocol.Player(max(0, min(1, i+1-c.a))))
			}
			return s
		}
		bz := func(a int) int { return log2(plus1(times(a, pow(c.f)))) }
		bn := func(a, w int) int {
			return log2(plus1(times(a, new(big.Int).Mul(pow(w), minus1(pow(c.p))))))
		}
		bs := log2(plus1(times(c.m, new(big.Int).Sub(pow(2*c.p-1), pow(c.p-1)))))
		sums := func(a int) int { return c.h * (bz(a) + c.dv*bn(a, c.f)) }
		token, queries := 2*c.p, c.h*c.m*c.p
		for _, k := range []struct {
			name       string
			a          Arithmetic
			query      Dependence
			owner      protocol.Player // of the read token
			residual   int
			alice, bob int
		}{
			{"X3, public query", WithShift, OnToken, tasks.Public, 2, sums(c.a), 0},
			{"X3, Bob's query", WithShift, OnToken, protocol.Bob, 1, sums(c.a), min(token, queries)},
			{"X3, Bob's query is no function of his token", WithShift, OnPosition, protocol.Bob, 1, sums(c.a), 0},
			{"X3, Alice's query", WithShift, OnToken, protocol.Alice, 1, min(token+sums(c.a), queries+c.p+sums(c.a+1)), 0},
			{"X2, public query", WithMax, OnToken, tasks.Public, 0, c.h*bs + sums(c.a), c.h * bs},
			{"X4, public query", WithRounded, OnToken, tasks.Public, 0, c.h * (bz(c.a) + c.dv*bn(c.a, c.p)), c.h * bz(c.b)},
		} {
			s := build(k.a, k.query, k.residual)
			m, err := New(s)
			if err != nil {
				t.Fatal(err)
			}
			job := models.Job{Split: split(k.owner), Read: []int{1}, Answer: models.ByBob}
			r, err := run.Do(t.Context(), m, job, tokensOf(rand.New(rand.NewPCG(1, 1)), sh.N, 4))
			if err != nil {
				t.Fatalf("%+v, %s: %v", c, k.name, err)
			}
			if got := [2]protocol.Bits{r.Transcript.By(0), r.Transcript.By(1)}; got != [2]protocol.Bits{protocol.Bits(k.alice), protocol.Bits(k.bob)} {
				t.Errorf("%+v, %s: %d bits, want %d and %d (%s)", c, k.name, got, k.alice, k.bob, r.FormulaIn)
			}
		}
		// X1: one state of H (d_v + 2) numbers when Alice's tokens come first, one
		// more for each further change of owner.
		s := build(WithFold, OnNothing, 0)
		m, err := New(s)
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range []struct {
			owners string
			states int
		}{{"ab", 1}, {"ba", 2}, {"aba", 3}, {"pab", 1}, {"apb", 1}, {"abp", 1}, {"p", 0}, {"b", 0}, {"a", 1}} {
			job := models.Job{Split: tasks.Split{}, Read: []int{1}, Answer: models.ByBob}
			for i := range sh.N {
				o := k.owners[min(i, len(k.owners)-1)]
				job.Split.Owner = append(job.Split.Owner, map[byte]protocol.Player{'a': 0, 'b': 1, 'p': tasks.Public}[o])
			}
			if len(k.owners) > sh.N {
				continue
			}
			prog, err := m.Compile(job)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := prog.Bits[0]+prog.Bits[1], protocol.Bits(k.states*c.h*(c.dv+2)*s.Layers[0].foldBits); got != want {
				t.Errorf("%+v, fold over %s: %d bits, want %d", c, k.owners, got, want)
			}
		}
	}
}

// TestNothingCrosses: whoever sees everything that an output needs gets no bits.
func TestNothingCrosses(t *testing.T) {
	rng := rand.New(rand.NewPCG(12, 1))
	for trial := range 60 {
		n := 1 + rng.IntN(5)
		m, err := New(stackOf(rng, tinyShape(n, 4), arithmetics[trial%4], 0))
		if err != nil {
			t.Fatal(err)
		}
		job := models.Job{Split: tasks.Split{Owner: make([]protocol.Player, n)}, Read: []int{1 + rng.IntN(n)}, Answer: models.ByBob}
		for i := range n {
			job.Split.Owner[i] = []protocol.Player{protocol.Bob, tasks.Public}[rng.IntN(2)]
		}
		prog, err := m.Compile(job)
		if err != nil {
			t.Fatal(err)
		}
		if prog.Bits != [2]protocol.Bits{} {
			t.Errorf("split %v, read %v: %d bits cross", job.Split, job.Read, prog.Bits)
		}
	}
}

// TestProcessors: the same sums on one processor and on many, whether the sweep is
// dealt by tokens or by rows, dense or in blocks.
func TestProcessors(t *testing.T) {
	sh := tinyShape(5000, 50)
	seq := tokensOf(rand.New(rand.NewPCG(3, 3)), sh.N, 50)
	few, many := []int{1, 77, 5000}, sh.All()[:80]
	for _, values := range []int{3, 9} {
		for _, a := range arithmetics {
			s := denseStack(sh, 2, 4, values, 12, 10, 3)
			s.Layers[0].Arithmetic = a
			if values == 9 {
				s.Layers[0].Block = 3
				value := s.Layers[0].Value
				s.Layers[0].Value = func(h, pos int, e, v Ints) (int, error) {
					_, err := value(h, pos, e, v)
					return pos % 7, err
				}
			}
			m, err := New(s)
			if err != nil {
				t.Fatal(err)
			}
			for _, read := range [][]int{few, many} {
				got, err := m.Whole(t.Context(), seq, read)
				if err != nil {
					t.Fatal(err)
				}
				was := runtime.GOMAXPROCS(1)
				alone, err := m.Whole(t.Context(), seq, read)
				runtime.GOMAXPROCS(was)
				if err != nil {
					t.Fatal(err)
				}
				for k := range read {
					if !slices.Equal(got[k], alone[k]) {
						t.Fatalf("%s, d_v = %d: position %d: %v on many processors, %v on one", a, values, read[k], got[k], alone[k])
					}
				}
				at := func(i int) Ints {
					e := NewInts(1, false)
					s.In(i, seq[i-1], e)
					return e
				}
				if want, _ := s.Out(read[1], Ints{}, slowLayer(s.Layers[0], sh.N, read[1], at)); !slices.Equal(got[1], want) {
					t.Fatalf("%s, d_v = %d: position %d: %v, by definition %v", a, values, read[1], got[1], want)
				}
			}
		}
	}
}

// TestFloatSumsDiffer documents why sums are integers: the same layer with float64
// weights and sums, cut at the same place, gives other bits than uncut.
func TestFloatSumsDiffer(t *testing.T) {
	const n, inputs = 9, 50
	sh := tinyShape(n, 1000)
	s := denseStack(sh, 1, 4, 1, 12, 10, 3)
	m, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	l := s.Layers[0]
	rng := rand.New(rand.NewPCG(13, 1))
	differ := 0
	for range inputs {
		seq := tokensOf(rng, n, 1000)
		if r, err := run.Do(t.Context(), m, models.Job{Split: sh.Half(), Read: []int{1}, Answer: models.ByBob}, seq); err != nil || !r.Agree {
			t.Fatalf("integers: %v", err)
		}
		e, q, k, v := NewInts(1, false), NewInts(4, false), NewInts(4, false), NewInts(1, false)
		s.In(1, seq[0], e)
		l.Query(0, 1, e, q)
		var whole, half [2][2]float64 // [0]: the whole, or Alice's half; [1]: Bob's half
		for j, token := range seq {
			s.In(j+1, token, e)
			l.Key(0, j+1, e, k)
			l.Value(0, j+1, e, v)
			score := 0.0
			for c := range 4 {
				score += float64(q.At(c) * k.At(c))
			}
			w := math.Exp(math.Ldexp(score, -l.Scale))
			owner := max(0, sh.Half().Of(j+1))
			for _, sum := range []*[2]float64{&whole[0], &half[owner]} {
				sum[0], sum[1] = sum[0]+w, sum[1]+w*float64(v.At(0))
			}
		}
		if whole[0][1]/whole[0][0] != (half[0][1]+half[1][1])/(half[0][0]+half[1][0]) {
			differ++
		}
	}
	if differ == 0 {
		t.Error("float64 sums agreed on every cut: this test no longer shows why sums are integers")
	}
	t.Logf("float64 sums: cut and whole differ on %d of %d inputs", differ, inputs)
}

// TestBrokenLayersAreCaught: numbers outside their declared range, and sums that
// are cut wrongly, do not pass.
func TestBrokenLayersAreCaught(t *testing.T) {
	sh := tinyShape(4, 4)
	seq := tokensOf(rand.New(rand.NewPCG(1, 1)), 4, 4)
	break1 := func(change func(s *Stack)) error {
		s := denseStack(sh, 1, 2, 2, 8, 4, 0)
		change(s)
		m, err := New(s)
		if err != nil {
			return err
		}
		_, err = m.Whole(t.Context(), seq, []int{1})
		return err
	}
	between := func(x int64) func(s *Stack) { // a second layer, which the first hands x
		return func(s *Stack) {
			second := *s.Layers[0]
			s.Layers = append(s.Layers, &second)
			s.Next = []func(int, Ints, []Average, Ints) error{func(_ int, _ Ints, _ []Average, next Ints) error { next.Set(0, x); return nil }}
		}
	}
	for name, change := range map[string]func(s *Stack){
		"128 between layers, p = 8":  between(128),
		"-129 between layers, p = 8": between(-129),
		"a query of p + 1 bits":      func(s *Stack) { s.Layers[0].Query = func(_, _ int, _, q Ints) error { q.Set(0, 128); return nil } },
		"a key of p + 1 bits":        func(s *Stack) { s.Layers[0].Key = func(_, _ int, _, k Ints) error { k.Set(1, -129); return nil } },
		"a key beyond its bound":     func(s *Stack) { s.Layers[0].KeyMax = []*big.Int{new(big.Int), new(big.Int)} },
		"a value beyond its bound":   func(s *Stack) { s.Layers[0].ValueMax = big.NewInt(1) },
		"a block that does not fit": func(s *Stack) {
			s.Layers[0].Value = func(_, _ int, _, _ Ints) (int, error) { return 1, nil }
		},
		"an embedding of p + 1 bits": func(s *Stack) {
			s.In = func(_ int, _ tasks.Token, e Ints) error { e.Set(0, 1<<20); return nil }
		},
		"a table beyond all bounds": func(s *Stack) { s.Layers[0].F, s.Layers[0].G = 62, 30 },
		"no heads":                  func(s *Stack) { s.Layers[0].Heads = 0 },
	} {
		if err := break1(change); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	for name, change := range map[string]func(s *Stack){"one layer": func(*Stack) {}, "127 between layers": between(127), "-128 between layers": between(-128)} {
		if err := break1(change); err != nil {
			t.Errorf("the sound %s: %v", name, err)
		}
	}

	// A map that looks at more than its own token breaks the cut: here the value
	// depends on how many tokens were seen before it.
	s := denseStack(sh, 1, 2, 2, 8, 4, 0)
	calls := 0
	s.Layers[0].Value = func(_, _ int, _, v Ints) (int, error) { calls++; v.Set(0, int64(calls%100)); return 0, nil }
	m, err := New(s)
	if err != nil {
		t.Fatal(err)
	}
	if r, err := run.Do(t.Context(), m, models.Job{Split: sh.Half(), Read: []int{1}, Answer: models.ByBob}, seq); err == nil && r.Agree {
		t.Error("a layer with memory outside its tokens passed cut = whole")
	}
}
