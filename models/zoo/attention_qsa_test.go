package zoo

import (
	"fmt"
	"math"
	"math/big"
	"math/bits"
	"math/rand/v2"
	"testing"

	"crosscut/models"
	"crosscut/models/attention"
	"crosscut/models/keys"
	"crosscut/models/laws"
	"crosscut/models/run"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

func qsaMust(t testing.TB, name string, sh tasks.Shape, num tasks.Params, choice map[string]string) models.Machine {
	t.Helper()
	c := map[string]string{"construction": name}
	for k, v := range choice {
		c[k] = v
	}
	m, err := Build("attention", sh, models.Settings{Num: num, Choice: c, Seed: 1})
	if err != nil {
		t.Fatalf("%s %v %v: %v", name, num, choice, err)
	}
	return m
}

// worst is the largest Euclidean error over the outputs.
func worst(got, want []tasks.Value) float64 {
	w := 0.0
	for k := range got {
		s := 0.0
		for c := range got[k] {
			d := got[k][c] - want[k][c]
			s += d * d
		}
		w = max(w, math.Sqrt(s))
	}
	return w
}

// uniformKinds are the constructions with a guarantee for every set.
var uniformKinds = []struct {
	name   string
	choice map[string]string
}{
	{"qsa-code", nil},
	{"qsa-code", map[string]string{"keys": "devore"}},
	{"qsa-code", map[string]string{"keys": "orthonormal"}},
	{"qsa-moment", nil},
	{"qsa-random-sign", nil},
}

// TestQSAEverySet asks for every q-subset of small worlds at once, in every
// arithmetic: position i asks for the i-th set. z is the hardest there is for one
// coordinate (halves of the last fractional bit) and random beyond.
func TestQSAEverySet(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for n := 1; n <= 7; n++ {
		for q := 1; q <= n; q++ {
			for _, kind := range uniformKinds {
				if kind.name == "qsa-random-sign" && q > 3 {
					continue // thousands of coordinates for what orthonormal keys do with 7
				}
				for _, d := range []int{1, 3} {
					for _, arithmetic := range arithmeticChoice.Of {
						set := tasks.Params{"q": float64(q), "d": float64(d)}
						if d == 3 {
							set["eps"] = 0.01
						}
						sh := laws.Shape(t, "qsa", n, set)
						choice := map[string]string{"arithmetic": arithmetic}
						for k, v := range kind.choice {
							choice[k] = v
						}
						m := qsaMust(t, kind.name, sh, nil, choice)
						seq := sh.Task.Generate(sh, rng)
						at, bad := 0, 0.0
						check := func() {
							got, err := m.Whole(t.Context(), seq, sh.All())
							if err != nil {
								t.Fatal(err)
							}
							bad = max(bad, worst(got, sh.Eval(seq, sh.All())))
						}
						eachSet(n, q, func(y []int) {
							seq[at].Y = append([]int{}, y...)
							if at++; at == n {
								check()
								at = 0
							}
						})
						check()
						if bad > sh.Params["eps"] {
							t.Fatalf("%s %v N = %d q = %d d = %d: worst error %g, eps = %g", kind.name, choice, n, q, d, bad, sh.Params["eps"])
						}
						if w := m.(*attention.Machine).Warnings(seq, sh.All()); len(w) > 0 {
							t.Fatalf("%s %v: %v", kind.name, choice, w)
						}
					}
				}
			}
		}
	}
}

// TestQSARandom runs seeded inputs at the sizes users ask for, with eps from tiny
// to large, through the protocol.
func TestQSARandom(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 1))
	for _, c := range []struct {
		name    string
		n, q, d int
		eps     float64
		choice  map[string]string
	}{
		{"qsa-code", 40, 3, 4, 0, nil},
		{"qsa-code", 40, 40, 2, 1e-12, nil},
		{"qsa-code", 40, 1, 1, 2, nil},
		{"qsa-code", 700, 2, 2, 0, nil},
		{"qsa-code", 40, 3, 4, 1e-9, map[string]string{"arithmetic": "rounded"}},
		{"qsa-code", 40, 3, 4, 0, map[string]string{"arithmetic": "fold"}},
		{"qsa-moment", 40, 3, 4, 0, nil},
		{"qsa-moment", 40, 9, 1, 1e-10, nil},
		{"qsa-random-sign", 40, 3, 4, 0, nil},
		{"qsa-random-sign", 30, 2, 1, 1e-7, map[string]string{"arithmetic": "max"}},
		{"qsa-random-sign", 60, 4, 2, 0, map[string]string{"guarantee": "lazy"}},
	} {
		set := tasks.Params{"q": float64(c.q), "d": float64(c.d)}
		if c.eps > 0 {
			set["eps"] = c.eps
		}
		sh := laws.Shape(t, "qsa", c.n, set)
		m := qsaMust(t, c.name, sh, nil, c.choice)
		seq := sh.Task.Generate(sh, rng)
		for _, job := range []models.Job{{Split: sh.Half(), Read: sh.All(), Answer: models.ByOwner}, {Split: sh.Half(), Read: []int{c.n}, Answer: models.ByBob}, {Split: sh.Half(), Read: []int{c.n}, Answer: models.ByAlice}} {
			r, err := run.Do(t.Context(), m, job, seq)
			if err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			if !r.Agree || (!r.Correct && len(r.Warnings) == 0) {
				t.Fatalf("%s %v N = %d q = %d: agree %v, correct %v, worst %g", c.name, c.choice, c.n, c.q, r.Agree, r.Correct, worst(r.Output, r.Expected))
			}
			if len(r.Warnings) > 0 && c.choice["guarantee"] != "lazy" {
				t.Errorf("%s: %v", c.name, r.Warnings)
			}
		}
	}
}

// TestQSABudget: the error budget is no excess. With z half way between two
// multiples of 2^-s the worst error comes within a third of the allowance.
func TestQSABudget(t *testing.T) {
	for _, eps := range []float64{0.25, 0.01, 1e-6, 1e-12} {
		sh := laws.Shape(t, "qsa", 6, tasks.Params{"q": 2, "eps": eps})
		m := qsaMust(t, "qsa-code", sh, nil, nil)
		half := math.Ldexp(1, -qsaFraction(m.Params().Int("p"))-1)
		seq := make([]tasks.Token, 6)
		for i := range seq {
			seq[i] = tasks.Token{Z: []float64{half}, Y: []int{1, 2}}
		}
		got, err := m.Whole(t.Context(), seq, []int{1})
		if err != nil {
			t.Fatal(err)
		}
		e := worst(got, sh.Eval(seq, []int{1}))
		if e > eps || e < eps/3 && m.Params().Int("p") > 3 {
			t.Errorf("eps = %g: error %g with p = %v", eps, e, m.Params()["p"])
		}
	}
	sh := laws.Shape(t, "qsa", 6, tasks.Params{"eps": 1e-300})
	if _, err := Build("attention", sh, models.Settings{}); err == nil {
		t.Error("eps = 1e-300 is accepted")
	}
}

// TestQSAUndersized: machines that are too small are built, say so, and fail.
func TestQSAUndersized(t *testing.T) {
	sh := laws.Shape(t, "qsa", 9, tasks.Params{"q": 2})
	for _, c := range []struct {
		name   string
		num    tasks.Params
		choice map[string]string
	}{
		{"qsa-code", tasks.Params{"m": 4}, nil},
		{"qsa-code", tasks.Params{"m": 1}, nil},
		{"qsa-code", tasks.Params{"p": 2, "f": 8}, nil},
		{"qsa-moment", tasks.Params{"m": 4}, nil},
		{"qsa-moment", tasks.Params{"p": 6}, nil},
		{"qsa-random-sign", tasks.Params{"m": 3}, map[string]string{"guarantee": "lazy"}},
		{"qsa-random-sign", tasks.Params{"p": 3}, map[string]string{"guarantee": "lazy"}},
	} {
		m := qsaMust(t, c.name, sh, c.num, c.choice)
		wrong, silent := 0, 0
		eachSet(9, 2, func(y []int) {
			seq := make([]tasks.Token, 9)
			for one := range 9 {
				for i := range seq {
					seq[i] = tasks.Token{Z: []float64{-1}, Y: y}
				}
				seq[one].Z = []float64{1}
				got, err := m.Whole(t.Context(), seq, []int{9})
				if err != nil {
					t.Fatal(err)
				}
				if !sh.Correct(got[0], sh.Eval(seq, []int{9})[0]) {
					wrong++
					if len(m.(*attention.Machine).Warnings(seq, []int{9})) == 0 {
						silent++
					}
				}
			}
		})
		if wrong == 0 || silent > 0 {
			t.Errorf("%s %v: %d wrong outputs, %d without a warning", c.name, c.num, wrong, silent)
		}
	}
}

// TestQSAMessage: Alice, who holds only the query token, sends it embedded: d' + m
// numbers (Theorem 4's message), each by its range: z in p bits, and at f = 0 queries of
// codes are 0 and 1.
func TestQSAMessage(t *testing.T) {
	sh := laws.Shape(t, "qsa", 21, tasks.Params{"q": 10})
	split, err := sh.ParseSplit("alice:21,bob:1-20")
	if err != nil {
		t.Fatal(err)
	}
	m := qsaMust(t, "qsa-code", sh, nil, nil)
	prog, err := m.Compile(models.Job{Split: split, Read: []int{21}, Answer: models.ByBob})
	if err != nil {
		t.Fatal(err)
	}
	p := m.Params()
	if want := protocol.Bits(p.Int("p") + p.Int("m")); prog.Bits != [2]protocol.Bits{want, 0} {
		t.Errorf("message %v, want p + m = %d from Alice", prog.Bits, want)
	}
}

// TestQSAGrowth: the widths and precisions whose orders the constructions declare, with the
// constants of docs/qsa.md, and that the asking token's message is at most twice the size.
func TestQSAGrowth(t *testing.T) {
	for q := 1; q <= 4; q++ {
		for _, n := range []int{8, 64, 1024, 1 << 14, 1 << 20} {
			c, log := keys.SmallestCode(n, q), bits.Len(uint(n-1))
			if bound := (2*q-1)*log + 1; !c.Uniform() || c.Width() > min(n, 2*bound*bound) {
				t.Errorf("N = %d q = %d: %+v, want m at most N and 2 %d^2", n, q, c, bound)
			}
			if p := keys.NewMoment(n, q, 2*q+1).Layer(0, 0).Bits(); p > 2*q*bits.Len(uint(n))+1 {
				t.Errorf("N = %d q = %d: p = %d", n, q, p)
			}
		}
	}
	sh := laws.Shape(t, "qsa", 64, tasks.Params{"q": 2})
	for name, want := range map[string]protocol.Growth{"qsa-code": {Logs: 2}, "qsa-moment": {Logs: 1}, "qsa-random-sign": {}} {
		for split, asks := range map[string]bool{"alice:1,bob:2-64": true, "alice:1-32,bob:33-64": false} {
			at, err := sh.ParseSplit(split)
			if err != nil {
				t.Fatal(err)
			}
			job := models.Job{Split: at, Read: []int{1}, Answer: models.ByBob}
			m := qsaMust(t, name, sh, nil, nil)
			most := m.(models.Grower).Orders(job).Size
			if asks && most != want || !asks && most != (protocol.Growth{}) {
				t.Errorf("%s at %s: %v", name, split, most)
			}
		}
	}
}

// TestOnes: keys given by their ones and written out give the same sums, for scores
// of every size.
func TestOnes(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 1))
	for _, p := range []int{8, 31, 60, 100} {
		for _, arithmetic := range arithmeticChoice.Of {
			if arithmetic == string(attention.WithRounded) && p > 62 {
				continue
			}
			sh := laws.Shape(t, "match2", 30, tasks.Params{"M": 50})
			const m = 12
			keys := make([][]int32, 31)
			for j := range keys {
				for c := range int32(m) {
					if rng.IntN(3) == 0 {
						keys[j] = append(keys[j], c)
					}
				}
			}
			build := func(ones bool) models.Machine {
				l := &attention.Layer{Heads: 2, Width: m, Values: 1, Embed: 1, P: p, F: 10, G: 2, Scale: p, Arithmetic: attention.Arithmetic(arithmetic),
					Top: new(big.Int).Lsh(big.NewInt(3), uint(p)),
					Query: func(h, pos int, e, q attention.Ints) error {
						for c := range m {
							x := big.NewInt(int64((pos*31+c*17+h*5)%64) - 32)
							q.SetBig(c, x.Lsh(x, uint(p-7)))
						}
						return nil
					},
					Value: func(_, _ int, e, v attention.Ints) (int, error) { v.Set(0, e.At(0)); return 0, nil },
				}
				if ones {
					l.Ones = func(_, pos int, at []int32) []int32 { return append(at, keys[pos]...) }
				} else {
					l.Key = func(_, pos int, _, k attention.Ints) error {
						for _, c := range keys[pos] {
							k.Set(int(c), 1)
						}
						return nil
					}
				}
				machine, err := attention.New(&attention.Stack{Shape: sh, Layers: []*attention.Layer{l},
					In: func(_ int, x tasks.Token, e attention.Ints) error { e.Set(0, int64(x.X)); return nil },
					Out: func(_ int, _ attention.Ints, heads []attention.Average) (tasks.Value, error) {
						return tasks.Value{heads[0].Float(0, 0) + heads[1].Float(0, 0)}, nil
					},
				})
				if err != nil {
					t.Fatal(err)
				}
				return machine
			}
			seq := sh.Task.Generate(sh, rng)
			a, err := build(true).Whole(t.Context(), seq, sh.All())
			if err != nil {
				t.Fatal(err)
			}
			b, err := build(false).Whole(t.Context(), seq, sh.All())
			if err != nil {
				t.Fatal(err)
			}
			different := map[float64]bool{}
			for k := range a {
				different[a[k][0]] = true
				if a[k][0] != b[k][0] {
					t.Fatalf("p = %d %s: position %d gives %v by ones, %v written out", p, arithmetic, k+1, a[k], b[k])
				}
			}
			if len(different) < 5 {
				t.Errorf("p = %d %s: only %d different outputs", p, arithmetic, len(different))
			}
		}
	}
	sh := laws.Shape(t, "match2", 4, nil)
	bad, err := attention.New(&attention.Stack{Shape: sh, Layers: []*attention.Layer{{Heads: 1, Width: 2, Values: 1, Embed: 1, P: 8,
		Query: func(_, _ int, _, _ attention.Ints) error { return nil },
		Value: func(_, _ int, _, _ attention.Ints) (int, error) { return 0, nil },
		Ones:  func(_, _ int, at []int32) []int32 { return append(at, 2) }}},
		In:  func(int, tasks.Token, attention.Ints) error { return nil },
		Out: func(int, attention.Ints, []attention.Average) (tasks.Value, error) { return tasks.Value{0}, nil }})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bad.Whole(t.Context(), make([]tasks.Token, 4), []int{1}); err == nil {
		t.Error("a coordinate outside the key is accepted")
	}
}

func BenchmarkQSA(b *testing.B) {
	sh := laws.Shape(b, "qsa", 1<<20, tasks.Params{"q": 3})
	seq := sh.Task.Generate(sh, rand.New(rand.NewPCG(1, 1)))
	for _, name := range []string{"qsa-code", "qsa-moment", "qsa-random-sign"} {
		choice := map[string]string{}
		if name == "qsa-random-sign" {
			choice["guarantee"] = "lazy"
		}
		m := qsaMust(b, name, sh, nil, choice)
		b.Run(fmt.Sprintf("%s/m=%d", name, m.Params().Int("m")), func(b *testing.B) {
			for b.Loop() {
				if _, err := m.Whole(b.Context(), seq, []int{1 << 20}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// eachSet calls f with every q-subset of 1..n.
func eachSet(n, q int, f func(y []int)) {
	for word := range 1 << n {
		if bits.OnesCount(uint(word)) != q {
			continue
		}
		var y []int
		for j := range n {
			if word>>j&1 == 1 {
				y = append(y, j+1)
			}
		}
		f(y)
	}
}
