package validate

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"crosscut/internal/beside"
	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/protocol/problems"
	"crosscut/reductions"
	"crosscut/report"
)

func instance(t testing.TB, r *reductions.Reduction, n int) *Subject {
	t.Helper()
	in, err := r.Instance(n, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	return FromInstance(in)
}

func run(t testing.TB, s *Subject, opt Options) *Result {
	t.Helper()
	r, err := Run(context.Background(), s, opt)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestBuiltIns(t *testing.T) {
	for r := range reductions.Catalog().All() {
		for n := 1; n <= 5; n++ {
			s := instance(t, r, n)
			got := run(t, s, Options{})
			pairs := int64(s.Problem.Xs(n)) * int64(s.Problem.Ys(n))
			if got.Verdict != report.Meets || !got.Exhaustive || got.Checked != pairs || got.Pairs.Int64() != pairs {
				t.Errorf("%s, n = %d: %+v", r.Name, n, got)
			}
		}
		large := run(t, instance(t, r, 40), Options{Budget: 1500, Seed: 1})
		if large.Verdict != report.Meets || large.Exhaustive || large.Path != "sampled" || large.Interval == nil || large.Interval.High <= 0 || len(large.Warnings) == 0 {
			t.Errorf("%s, n = 40: %+v", r.Name, large)
		}
		if f := large.Sheet().Fields; !slices.Contains(f, report.Field{Name: "verdict", Value: "meets (sampled: right on what was tried)"}) {
			t.Errorf("%s, n = 40: %v", r.Name, f)
		}
	}
}

// broken is disj-match3 with one thing changed.
func broken(t testing.TB, n int, change func(s *Subject)) *Subject {
	s := instance(t, reductions.DisjMatch3, n)
	change(s)
	return s
}

var faults = map[string]func(s *Subject){
	"right": func(*Subject) {},
	"answer inverted": func(s *Subject) {
		answer := s.Answer
		s.got, s.Answer = nil, func(y protocol.Word, output func(int) (tasks.Value, error)) (protocol.Value, error) {
			a, err := answer(y, output)
			return protocol.BoolValue(!a.True()), err
		}
	},
	"always yes": func(s *Subject) {
		s.got, s.Answer = nil, func(protocol.Word, func(int) (tasks.Value, error)) (protocol.Value, error) {
			return protocol.BoolValue(true), nil
		}
	},
	"one value off": func(s *Subject) {
		rewritten(s, func(who protocol.Player, _ protocol.Word, ts []tasks.Token) {
			if who == protocol.Alice && len(ts) > 1 && ts[1].X != 1 {
				ts[1].X++
			}
		})
	},
	"the query is M": func(s *Subject) { s.Public[0].X = s.Shape.Int("M") },
	"Bob forgets his last": func(s *Subject) {
		rewritten(s, func(who protocol.Player, _ protocol.Word, ts []tasks.Token) {
			if who == protocol.Bob {
				ts[len(ts)-1].X = 1
			}
		})
	},
}

// rewritten changes what a subject writes.
func rewritten(s *Subject, change func(who protocol.Player, in protocol.Word, toks []tasks.Token)) {
	write := s.Write
	s.Write = func(who protocol.Player, ins []protocol.Word) ([][]tasks.Token, error) {
		all, err := write(who, ins)
		for k := range all {
			change(who, ins[k], all[k])
		}
		return all, err
	}
}

// The bit-parallel path counts the same failures and finds the same smallest
// counterexample as the plain path, for right and for broken maps.
func TestFastEqualsPlain(t *testing.T) {
	for name, fault := range faults {
		for n := 1; n <= 6; n++ {
			fast := run(t, broken(t, n, fault), Options{})
			plain := run(t, broken(t, n, fault), Options{Plain: true})
			if fast.Path != "bit-parallel" || plain.Path != "plain" {
				t.Fatalf("paths %s and %s", fast.Path, plain.Path)
			}
			show := func(r *Result) string {
				c := r.Counterexample
				if c == nil {
					return fmt.Sprint(r.Checked, r.Failures, r.Verdict)
				}
				return fmt.Sprint(r.Checked, r.Failures, r.Verdict, c.X, c.Y, c.Got, c.Want, c.Tokens, r.Cause)
			}
			if show(fast) != show(plain) {
				t.Errorf("%s, n = %d:\nfast  %s\nplain %s", name, n, show(fast), show(plain))
			}
			if (name == "right") != (fast.Verdict == report.Meets) && n > 1 {
				t.Errorf("%s, n = %d: %s", name, n, fast.Verdict)
			}
		}
	}
}

// The smallest counterexample is the first by ones, then by x, then by y.
func TestSmallestCounterexample(t *testing.T) {
	for name, fault := range faults {
		s := broken(t, 4, fault)
		r := run(t, s, Options{})
		var best *pair
		m := s.merger()
		for i := range 16 {
			for j := range 16 {
				x, y := protocol.UintWord(uint64(i), 4), protocol.UintWord(uint64(j), 4)
				in := []protocol.Word{x, y}
				if err := s.inputAt(m, in); err != nil {
					t.Fatal(err)
				}
				if got, want, err := s.check(m, in); err != nil {
					t.Fatal(err)
				} else if p := (&pair{ones: x.Ones() + y.Ones(), in: in}); !want.Accepts(got) && p.better(best) {
					best = p
				}
			}
		}
		if (best == nil) != (r.Counterexample == nil) || best != nil && (best.in[0].String() != r.Counterexample.X || best.in[1].String() != r.Counterexample.Y) {
			t.Errorf("%s: %+v, want %+v", name, r.Counterexample, best)
		}
	}
}

// Every task cover is the task: on small shapes, every token sequence.
func TestCoversEqualTheTask(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for task := range tasks.Catalog().All() {
		if task.Cover == nil {
			continue
		}
		for range 400 {
			n := 3 + rng.IntN(6)
			sh, err := task.Shape(n, tasks.Params{"M": float64(1 + rng.IntN(12))})
			if err != nil {
				t.Fatal(err)
			}
			seq := make([]tasks.Token, n)
			s := tasks.Split{Owner: make([]protocol.Player, n)}
			parts := map[protocol.Player][]tasks.Token{}
			for i := range seq {
				seq[i].X = 1 + rng.IntN(sh.Int("M"))
				s.Owner[i] = protocol.Player(rng.IntN(3) - 1)
				parts[s.Owner[i]] = append(parts[s.Owner[i]], seq[i])
			}
			for pos := 1; pos <= n; pos++ {
				c, ok := task.Cover(sh, s, parts[tasks.Public], pos)
				if !ok {
					continue
				}
				got := c.Eval(parts[protocol.Alice], parts[protocol.Bob])
				if want := task.Eval(sh, seq, pos)[0] == 1; got != want {
					t.Fatalf("%s, M = %d, %v, split %v, position %d: cover %v, task %v", task.Name, sh.Int("M"), seq, s, pos, got, want)
				}
			}
		}
	}
}

func TestProblemCovers(t *testing.T) {
	for p := range problems.Catalog().All() {
		if p.Cover == nil {
			continue
		}
		c := p.Cover(4)
		for i := range p.Xs(4) {
			for j := range p.Ys(4) {
				if x, y := p.X(4, i), p.Y(4, j); c.Eval(x, y) != p.Holds(4, x, y) {
					t.Fatalf("%s: x = %v, y = %v", p.Name, x, y)
				}
			}
		}
	}
}

// An interrupt prints what was counted and claims nothing.
func TestInterrupt(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Millisecond)
	defer cancel()
	r, err := Run(ctx, instance(t, reductions.DisjMatch3, 18), Options{Budget: 1 << 40})
	if err == nil || r == nil || r.Exhaustive || r.Verdict == report.Meets {
		t.Errorf("%+v, %v", r, err)
	}
}

// A task that evaluates wrongly on the plain path only is not blamed on the map.
func TestPathsMustAgree(t *testing.T) {
	s := broken(t, 3, faults["one value off"])
	s.Outputs = func([]tasks.Token, []int) ([]tasks.Value, error) { return []tasks.Value{{0}}, nil }
	s.Want = func(...protocol.Word) (protocol.Value, bool, error) {
		return protocol.BoolValue(false), true, nil
	}
	if _, err := Run(context.Background(), s, Options{}); err == nil {
		t.Error("a disagreement of the two paths went unnoticed")
	}
}

func TestConsequences(t *testing.T) {
	at := func(n int) (*Subject, error) {
		in, err := reductions.DisjMatch3.Instance(n, 0, nil)
		if err != nil {
			return nil, err
		}
		return FromInstance(in), nil
	}
	s, err := at(6)
	if err != nil {
		t.Fatal(err)
	}
	all, err := Consequences(t.Context(), s, at)
	if err != nil {
		t.Fatal(err)
	}
	// The smallest n at which one attention layer of these sizes is impossible.
	for k, want := range []int{37, 145, 2929} {
		if c := all[k]; c.BitesFrom == nil || *c.BitesFrom != want || !c.Vacuous {
			t.Errorf("%v: %+v, want n = %d", c.Sizes, c, want)
		}
	}
	for _, c := range all {
		if c.BitesFrom == nil {
			continue
		}
		for _, n := range []int{*c.BitesFrom - 1, *c.BitesFrom} {
			if n == 0 {
				continue
			}
			s, err := at(n)
			if err != nil {
				t.Fatal(err)
			}
			ended, end := context.WithCancel(t.Context()) // no bite is looked for again
			end()
			here, err := Consequences(ended, s, at)
			if err != nil {
				t.Fatal(err)
			}
			for _, h := range here {
				if h.Inequality == c.Inequality && report.Params(h.Sizes) == report.Params(c.Sizes) && h.Vacuous != (n < *c.BitesFrom) {
					t.Errorf("%s at n = %d: vacuous %v, bites from %d", c.Architecture, n, h.Vacuous, *c.BitesFrom)
				}
			}
		}
	}
}

// BenchmarkExhaustive validates disj-match3 on all 4^n pairs, 64 at a time.
func BenchmarkExhaustive(b *testing.B) {
	for _, n := range []int{12, 14, 16, 18} {
		b.Run(fmt.Sprintf("n=%d", n), func(b *testing.B) {
			s := instance(b, reductions.DisjMatch3, n)
			for b.Loop() {
				if r := run(b, s, Options{Budget: 1 << 36}); !r.Exhaustive {
					b.Fatalf("%+v", r)
				}
			}
			b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s")
		})
	}
}

// BenchmarkPlain validates all pairs one at a time, N = 25; the metric is pairs/s.
func BenchmarkPlain(b *testing.B) {
	for _, bench := range []struct {
		r *reductions.Reduction
		n int
	}{{reductions.DisjMatch3, 11}, {reductions.DisjCycle3, 12}, {reductions.DisjQSA, 12}, {reductions.DisjQSAMemory, 12}} {
		b.Run(bench.r.Name, func(b *testing.B) {
			s := instance(b, bench.r, bench.n)
			for b.Loop() {
				run(b, s, Options{Plain: true})
			}
			b.ReportMetric(float64(b.N)*float64(int(1)<<(2*bench.n))/b.Elapsed().Seconds(), "pairs/s")
		})
	}
}

// BenchmarkPaths runs both paths on the same pairs, in turns.
func BenchmarkPaths(b *testing.B) {
	s := instance(b, reductions.DisjMatch3, 10)
	path := func(opt Options) func() error {
		return func() error { run(b, s, opt); return nil }
	}
	beside.Run(b, "plain/fast", path(Options{Plain: true}), path(Options{}))
}

// TestEveryJobCounts: a worker that skips one of its jobs, or leaves one halfway, is an
// error, whoever else was done.
func TestEveryJobCounts(t *testing.T) {
	const jobs, each = 9, 5
	for name, lost := range map[string]int64{"all": 0, "a chunk": each, "one input": 1} {
		for _, workers := range []int{1, 3} {
			got, err := parallel(t.Context(), Options{Workers: workers}, jobs, jobs*each, func() func(int) (tally, error) {
				return func(k int) (tally, error) {
					u := tally{checked: each, inside: each}
					if k == jobs-1 {
						u.checked -= lost
					}
					return u, nil
				}
			})
			if (err == nil) != (lost == 0) || got.checked != jobs*each-lost {
				t.Errorf("%s, %d workers: %d inputs, %v", name, workers, got.checked, err)
			}
		}
	}
}

// TestInterruptInTheLastJob: when all jobs began, one that stopped halfway is still no
// verdict.
func TestInterruptInTheLastJob(t *testing.T) {
	for name, c := range map[string]struct {
		n     int
		opt   Options
		after int // inputs of the first player that are written before the interrupt
	}{
		"sampled":      {40, Options{Budget: 300}, 200},
		"bit-parallel": {6, Options{}, 64},
	} {
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		left := c.after
		s := broken(t, c.n, func(s *Subject) {
			rewritten(s, func(who protocol.Player, _ protocol.Word, _ []tasks.Token) {
				if who == protocol.Alice {
					if left--; left == 0 {
						stop()
					}
				}
			})
		})
		c.opt.Workers = 1
		r, err := Run(ctx, s, c.opt)
		if r == nil || r.Path != name || !errors.Is(err, context.Canceled) || r.Verdict != report.Unknown {
			t.Errorf("%s: %+v, %v", name, r, err)
		}
	}
}

// TestSampleTriesTheEdges: a map that is wrong on a few inputs that no uniform sample meets
// is refuted where these are among those on which such maps tend to fail.
func TestSampleTriesTheEdges(t *testing.T) {
	const n = 20
	for name, wrong := range map[string]func(x, y protocol.Word) bool{
		"no ones":                  func(x, y protocol.Word) bool { return x.Ones()+y.Ones() == 0 },
		"all ones":                 func(x, y protocol.Word) bool { return x.Ones()+y.Ones() == 2*n },
		"all ones, none":           func(x, y protocol.Word) bool { return x.Ones() == n && y.Ones() == 0 },
		"none, all ones":           func(x, y protocol.Word) bool { return x.Ones() == 0 && y.Ones() == n },
		"none, the last":           func(x, y protocol.Word) bool { return x.Ones() == 0 && y.Ones() == 1 && y.Bit(n-1) },
		"all ones, the last":       func(x, y protocol.Word) bool { return x.Ones() == n && y.Ones() == 1 && y.Bit(n-1) },
		"the last, the last":       func(x, y protocol.Word) bool { return x.Ones() == 1 && y.Ones() == 1 && x.Bit(n-1) && y.Bit(n-1) },
		"the first, the last":      func(x, y protocol.Word) bool { return x.Ones() == 1 && y.Ones() == 1 && x.Bit(0) && y.Bit(n-1) },
		"a hole and what fills it": func(x, y protocol.Word) bool { return x.Ones() == n-1 && y.Ones() == 1 && !x.Bit(7) && y.Bit(7) },
		"a hole and the next":      func(x, y protocol.Word) bool { return x.Ones() == n-1 && y.Ones() == 1 && !x.Bit(7) && y.Bit(8) },
		"complements": func(x, y protocol.Word) bool {
			return x.Ones()+y.Ones() == n && x.Ones() > 4 && y.Ones() > 4 && apart(x, y)
		},
		"one in common": func(x, y protocol.Word) bool {
			return x.Ones()+y.Ones() == n+1 && x.Ones() > 4 && y.Ones() > 4 && !apart(x, y)
		},
		"equal": func(x, y protocol.Word) bool { return x == y && x.Ones() > 4 && x.Ones() < n },
	} {
		s := broken(t, n, func(s *Subject) {
			want := s.Want
			s.Want = func(in ...protocol.Word) (protocol.Value, bool, error) {
				v, inside, err := want(in...)
				if wrong(in[0], in[1]) {
					v = protocol.BoolValue(!v.True())
				}
				return v, inside, err
			}
		})
		got, _, err := s.sample(t.Context(), Options{Budget: 2400, Seed: 1})
		if err != nil || got.failures == 0 || got.checked != 2400 {
			t.Errorf("%s: %d of %d inputs fail, %v", name, got.failures, got.checked, err)
		}
	}
}

// apart says that no place is 1 in both.
func apart(x, y protocol.Word) bool {
	for i := range int(x.Len()) {
		if x.Bit(i) && y.Bit(i) {
			return false
		}
	}
	return true
}
