package tasks

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"crosscut/internal/long"
	"crosscut/protocol"
)

// small lists shapes of every task whose worlds can be enumerated or sampled fast.
func small(t *testing.T) []Shape {
	t.Helper()
	var shapes []Shape
	for task := range Catalog().All() {
		for n := 1; n <= 4; n++ {
			sets := []Params{{}}
			for _, p := range task.Params {
				var more []Params
				for _, set := range sets {
					for _, v := range p.Small {
						more = append(more, set.With(Params{p.Name: v}))
					}
				}
				if len(more) > 0 {
					sets = more
				}
			}
			fit := 0
			for _, set := range sets {
				if sh, err := task.Shape(n, set); err == nil {
					shapes = append(shapes, sh)
					fit++
				}
			}
			if fit == 0 {
				t.Errorf("%s: no small size fits N = %d", task.Name, n)
			}
		}
	}
	return shapes
}

// world yields every input of a shape over its alphabet, up to a limit.
func world(sh Shape, limit int, yield func([]Token)) {
	seq := make([]Token, sh.N)
	var fill func(i int)
	fill = func(i int) {
		if limit <= 0 {
			return
		}
		if i == sh.N {
			if sh.Check(seq) == nil {
				limit--
				yield(seq)
			}
			return
		}
		for _, a := range sh.Task.Alphabet(sh, i+1) {
			seq[i] = a
			fill(i + 1)
		}
	}
	fill(0)
}

func TestFastIsTheDefinition(t *testing.T) {
	for _, sh := range small(t) {
		if sh.Task.Fast == nil {
			continue
		}
		world(sh, 1<<13, func(seq []Token) { sameAsEval(t, sh, seq, sh.All()) })
	}
}

func sameAsEval(t *testing.T, sh Shape, seq []Token, read []int) {
	t.Helper()
	all := sh.Task.Fast(sh, seq, read)
	for k, i := range read {
		want := sh.Task.Eval(sh, seq, i)
		one := sh.Task.Fast(sh, seq, []int{i})
		if !slices.Equal(all[k], want) || !slices.Equal(one[0], want) {
			t.Fatalf("%s %v: position %d of %v: Fast %v (alone %v), Eval %v", sh.Task.Name, sh.Params, i, seq, all[k], one[0], want)
		}
	}
}

// TestFastOnLargerInputs crosses every representation: bitmaps and hash tables,
// stored sums and searches, on generated and on uniform tokens.
func TestFastOnLargerInputs(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 0))
	for task := range Catalog().All() {
		if task.Fast == nil {
			continue
		}
		for round := range 60 {
			n := 1 + rng.IntN(30)
			set := Params{}
			switch {
			case task.Params[0].Name == "nodes":
				least := 2
				for n > edgeCount(least, task == Cycle3) {
					least++
				}
				set["nodes"] = float64(least + rng.IntN(12))
			case task.Params[0].Name != "M":
			case task == MatchS:
				n = 1 + rng.IntN(8)
				set["s"] = float64(2 + rng.IntN(4))
				fallthrough
			default:
				set["M"] = float64([]int{1 + rng.IntN(40), 1 + rng.IntN(1000), 100_000 + rng.IntN(1<<20), 1<<53 - rng.IntN(100)}[round%4])
				if task == Match3Local {
					set["K"] = float64(rng.IntN(30))
				}
			}
			sh, err := task.Shape(n, set)
			if err != nil {
				t.Fatal(err)
			}
			seq := task.Generate(sh, rng)
			if err := sh.Check(seq); err != nil {
				t.Fatalf("%s: generated: %v", task.Name, err)
			}
			sameAsEval(t, sh, seq, sh.All())
			if m := sh.Int("M"); m > 0 {
				for i := range seq {
					seq[i].X = 1 + rng.IntN(m)
				}
				sameAsEval(t, sh, seq, sh.All())
			}
		}
	}
}

func TestKnownValues(t *testing.T) {
	match := func(xs ...int) []Token {
		seq := make([]Token, len(xs))
		for i, x := range xs {
			seq[i].X = x
		}
		return seq
	}
	graph := func(es ...[2]int) []Token {
		seq := make([]Token, len(es))
		for i, e := range es {
			seq[i] = Token{X: e[0], To: e[1]}
		}
		return seq
	}
	for _, c := range []struct {
		task *Task
		set  Params
		seq  []Token
		want []Value
	}{
		{Match2, Params{"M": 10}, match(3, 7, 5, 10, 1), []Value{{1}, {1}, {1}, {1}, {0}}},
		{Match3, Params{"M": 10}, match(1, 2, 7), []Value{{1}, {1}, {1}}},
		{Match3, Params{"M": 37}, match(3, 14, 15, 9), []Value{{0}, {1}, {0}, {1}}}, // 14 + 14 + 9 = 37
		{MatchS, Params{"M": 10, "s": 4}, match(1, 5), []Value{{0}, {1}}},           // 5 + 5 + 5 + 5
		{MatchS, Params{"M": 10, "s": 4}, match(1, 7), []Value{{1}, {1}}},           // 1 + 1 + 1 + 7
		{Match3Bigram, Params{"M": 10}, match(1, 2, 7), []Value{{1}, {0}, {1}}},
		{Match3Bigram, Params{"M": 1}, match(1), []Value{{0}}},
		{Match3Local, Params{"M": 10, "K": 1}, match(1, 2, 7), []Value{{0}, {1}, {0}}},
		{Match3Local, Params{"M": 3, "K": 0}, match(1, 2), []Value{{1}, {1}}},
		{Cycle3, Params{}, graph([2]int{1, 2}, [2]int{2, 3}, [2]int{3, 1}, [2]int{2, 1}), []Value{{1}, {1}, {1}, {0}}},
		{Cycle3, Params{}, graph([2]int{1, 2}, [2]int{2, 3}, [2]int{1, 3}), []Value{{0}, {0}, {0}}},
		{Cycle5, Params{}, graph([2]int{1, 2}, [2]int{3, 2}, [2]int{3, 4}, [2]int{5, 4}, [2]int{5, 1}, [2]int{1, 3}),
			[]Value{{1}, {1}, {1}, {1}, {1}, {0}}},
		// Two triangles at a common vertex: a closed walk of five edges, but no 5-cycle.
		{Cycle5, Params{}, graph([2]int{1, 2}, [2]int{2, 3}, [2]int{3, 1}, [2]int{1, 4}), []Value{{0}, {0}, {0}, {0}}},
		{QSA, Params{"q": 2}, []Token{{Z: []float64{1}, Y: []int{1, 3}}, {Z: []float64{-1}, Y: []int{2, 3}}, {Z: []float64{0.5}, Y: []int{1, 2}}},
			[]Value{{0.75}, {-0.25}, {0}}},
	} {
		sh, err := c.task.Shape(len(c.seq), c.set)
		if err != nil {
			t.Fatal(err)
		}
		if err := sh.Check(c.seq); err != nil {
			t.Fatal(err)
		}
		if got := sh.Eval(c.seq, sh.All()); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s %v of %v = %v, want %v", c.task.Name, sh.Params, c.seq, got, c.want)
		}
		for k, i := range sh.All() {
			if got := sh.Task.Eval(sh, c.seq, i); !slices.Equal(got, c.want[k]) {
				t.Errorf("%s: definition at %d of %v = %v, want %v", c.task.Name, i, c.seq, got, c.want[k])
			}
		}
	}
}

// TestTokenBits checks that a token is written in exactly TokenBits bits, comes
// back unchanged, and that no two tokens share a word.
func TestTokenBits(t *testing.T) {
	for _, sh := range small(t) {
		for _, p := range []int{2, 3, 16, 62} {
			words := map[protocol.Word]bool{}
			alphabet := sh.Task.Alphabet(sh, 1)
			for _, tok := range alphabet {
				var w protocol.Packer
				sh.Task.PutToken(sh, p, &w, tok)
				if int(w.Len()) != sh.Task.TokenBits(sh, p) {
					t.Fatalf("%s %v: %d bits, TokenBits says %d", sh.Task.Name, sh.Params, w.Len(), sh.Task.TokenBits(sh, p))
				}
				if back := sh.Task.GetToken(sh, p, w.Word().Unpack()); !reflect.DeepEqual(back, tok) {
					t.Fatalf("%s %v, p = %d: %v came back as %v", sh.Task.Name, sh.Params, p, tok, back)
				}
				words[w.Word()] = true
			}
			if sh.Task.AlphabetSize(sh) != float64(len(alphabet)) {
				t.Fatalf("%s %v: %d tokens, AlphabetSize says %v", sh.Task.Name, sh.Params, len(alphabet), sh.Task.AlphabetSize(sh))
			}
			if len(words) != len(alphabet) {
				t.Fatalf("%s %v: %d words for %d tokens", sh.Task.Name, sh.Params, len(words), len(alphabet))
			}
		}
	}
	for _, c := range []struct {
		task    *Task
		n       int
		set     Params
		p, want int
	}{
		{Match2, 7, Params{"M": 14}, 0, 4}, {Match2, 7, Params{"M": 16}, 0, 4}, {Match2, 7, Params{"M": 17}, 0, 5},
		{Match3, 1, nil, 0, 0}, {Cycle3, 4, Params{"nodes": 9}, 0, 8}, {Cycle5, 8, nil, 0, 8},
		{QSA, 8, Params{"q": 2, "d": 3}, 16, 48 + 5}, {QSA, 5, Params{"q": 5}, 8, 8},
		{QSA, 200, Params{"q": 100}, 8, 8 + 196}, // C(200, 100) = 9.05 10^58, log2 = 195.8
	} {
		sh, err := c.task.Shape(c.n, c.set)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.task.TokenBits(sh, c.p); got != c.want {
			t.Errorf("%s N = %d %v, p = %d: %d bits, want %d", c.task.Name, c.n, c.set, c.p, got, c.want)
		}
	}
}

func TestRanksCountSets(t *testing.T) {
	for n := 1; n <= 8; n++ {
		for q := 1; q <= n; q++ {
			seen := map[int64]bool{}
			for y := range Sets(n, q) {
				r := rankSet(y)
				if back := unrankSet(r, n, q); !slices.Equal(back, y) {
					t.Fatalf("n = %d: %v has rank %v, which is %v", n, y, r, back)
				}
				seen[r.Int64()] = true
			}
			for k := range len(seen) {
				if !seen[int64(k)] {
					t.Fatalf("C(%d, %d): rank %d is missing", n, q, k)
				}
			}
		}
	}
}

// TestGenerators: valid, a function of the seed, and with both labels common at
// the default read position and over all positions.
func TestGenerators(t *testing.T) {
	for task := range Catalog().All() {
		for _, n := range []int{1, 2, 7, long.Of(40, 200)} {
			for _, factor := range []float64{0, 1, 2} { // M: default, N, 2N
				set := Params{}
				if factor > 0 {
					if len(task.Params) == 0 || task.Params[0].Name != "M" {
						continue
					}
					set["M"] = factor * float64(n)
				}
				sh, err := task.Shape(n, set)
				if err != nil {
					t.Fatal(err)
				}
				ones, first, seeds := 0, 0, 60
				for seed := range seeds {
					seq := task.Generate(sh, rand.New(rand.NewPCG(uint64(seed), 7)))
					again := task.Generate(sh, rand.New(rand.NewPCG(uint64(seed), 7)))
					if !reflect.DeepEqual(seq, again) {
						t.Fatalf("%s: one seed, two sequences", task.Name)
					}
					if err := sh.Check(seq); err != nil {
						t.Fatalf("%s %v: %v", task.Name, sh.Params, err)
					}
					if !task.Binary {
						continue
					}
					for k, v := range sh.Eval(seq, sh.All()) {
						ones += int(v[0])
						if k+1 == sh.DefaultRead() {
							first += int(v[0])
						}
					}
				}
				if !task.Binary || n < 7 {
					continue
				}
				rate, at1 := float64(ones)/float64(seeds*n), float64(first)/float64(seeds)
				if rate < 0.15 || rate > 0.85 || at1 < 0.15 || at1 > 0.85 {
					t.Errorf("%s N = %d %v: label rate %.2f, at the read position %.2f", task.Name, n, sh.Params, rate, at1)
				}
			}
		}
	}
}

func TestBadTokens(t *testing.T) {
	one := func(z float64, y ...int) Token { return Token{Z: []float64{z}, Y: y} }
	for _, c := range []struct {
		task *Task
		tok  Token
	}{
		{Match2, Token{X: 0}}, {Match2, Token{X: 9}}, {Match2, Token{X: -1}}, {Match2, Token{X: 1, To: 2}}, {Match3, Token{X: 17}},
		{Cycle3, Token{X: 1, To: 1}}, {Cycle3, Token{X: 0, To: 1}}, {Cycle3, Token{X: 1, To: 9}}, {Cycle5, Token{X: 9, To: 1}},
		{QSA, one(1)}, {QSA, one(1, 1)}, {QSA, one(1, 2, 2)}, {QSA, one(1, 3, 2)}, {QSA, one(1, 0, 2)}, {QSA, one(1, 1, 5)},
		{QSA, one(1.001, 1, 2)}, {QSA, one(nan, 1, 2)}, {QSA, Token{Z: []float64{0, 0}, Y: []int{1, 2}}}, {QSA, Token{X: 1, Z: []float64{0}, Y: []int{1, 2}}},
	} {
		sh, err := c.task.Shape(4, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.task.CheckToken(sh, 1, c.tok); err == nil {
			t.Errorf("%s accepts %v", c.task.Name, c.tok)
		}
	}
	for _, task := range []*Task{Cycle3, Cycle5} {
		sh, _ := task.Shape(3, nil)
		if err := sh.Check([]Token{{X: 1, To: 2}, {X: 2, To: 3}, {X: 1, To: 2}}); err == nil {
			t.Errorf("%s accepts a repeated edge", task.Name)
		}
		err := sh.Check([]Token{{X: 1, To: 2}, {X: 2, To: 3}, {X: 2, To: 1}})
		if (err == nil) != (task == Cycle3) {
			t.Errorf("%s, reversed edge: %v", task.Name, err)
		}
	}
}

var nan = func() float64 { z := 0.0; return z / z }()

func TestBadShapes(t *testing.T) {
	for _, c := range []struct {
		task *Task
		n    int
		set  Params
	}{
		{Match2, 0, nil}, {Match2, MaxN + 1, nil}, {Match2, 4, Params{"M": 0}}, {Match2, 4, Params{"M": 2.5}}, {Match2, 4, Params{"M": 1 << 54}},
		{Match2, 4, Params{"m": 3}}, {MatchS, 4, Params{"s": 1}}, {Match3Local, 4, Params{"K": -1}}, {QSA, 4, Params{"q": 5}}, {QSA, 4, Params{"q": 0}},
		{QSA, 4, Params{"eps": 0}}, {QSA, 4, Params{"eps": nan}}, {QSA, 4, Params{"d": 0}}, {Cycle3, 7, Params{"nodes": 3}}, {Cycle5, 4, Params{"nodes": 3}},
	} {
		if _, err := c.task.Shape(c.n, c.set); err == nil {
			t.Errorf("%s: N = %d, %v is accepted", c.task.Name, c.n, c.set)
		}
	}
}

func TestCorrectQSA(t *testing.T) {
	sh, _ := QSA.Shape(4, Params{"d": 2}) // eps = 1/4
	for _, c := range []struct {
		got  Value
		want bool
	}{{Value{0.25, 0}, true}, {Value{0.2, 0.2}, false}, {Value{0.26, 0}, false}, {Value{0}, false}, {Value{nan, 0}, false}} {
		if sh.Correct(c.got, Value{0, 0}) != c.want {
			t.Errorf("%v is judged %v", c.got, !c.want)
		}
	}
}

func TestLongSequences(t *testing.T) {
	n := long.Of(1<<16, 1<<18) // what takes quadratic time would never end
	for _, task := range []*Task{Match2, Match3, Match3Bigram, Cycle3, Cycle5, QSA} {
		for _, m := range []float64{float64(n + 1), float64(n * n)} {
			set := Params{}
			if task.Params[0].Name == "M" {
				set["M"] = m
			} else if m > float64(n+1) {
				continue
			}
			sh, err := task.Shape(n, set)
			if err != nil {
				t.Fatal(err)
			}
			seq := task.Generate(sh, rand.New(rand.NewPCG(1, 1)))
			if got := sh.Eval(seq, []int{sh.DefaultRead()}); len(got) != 1 {
				t.Fatal(fmt.Errorf("%s: %v", task.Name, got))
			}
		}
	}
}

// TestDeclared: an output is one of the symbols that its task declares, and does not
// depend on tokens that the task says it does not need.
func TestDeclared(t *testing.T) {
	rng := rand.New(rand.NewPCG(9, 1))
	for _, sh := range small(t) {
		world(sh, 200, func(seq []Token) {
			if err := declared(sh, seq, rng); err != nil {
				t.Errorf("%s, N = %d, %v: %v", sh.Task.Name, sh.N, sh.Params, err)
			}
		})
	}
	lying := *InductionHeads
	lying.Window = func(Shape) (back, ahead int) { return 0, 0 }
	short := *InductionHeads
	short.Symbols = func(Shape) int { return 2 }
	for _, task := range []*Task{&lying, &short} {
		sh, err := task.Shape(4, nil)
		if err != nil {
			t.Fatal(err)
		}
		caught := false
		world(sh, 200, func(seq []Token) { caught = caught || declared(sh, seq, rng) != nil })
		if !caught {
			t.Error("a wrong declaration passed")
		}
	}
}

func declared(sh Shape, seq []Token, rng *rand.Rand) error {
	for pos := 1; pos <= sh.N; pos++ {
		want := sh.Task.Eval(sh, seq, pos)
		if n := sh.Outputs(); n > 0 && (len(want) != 1 || want[0] < 0 || want[0] >= float64(n) || want[0] != float64(int(want[0]))) {
			return fmt.Errorf("output %v is none of 0..%d", want, n-1)
		}
		other := slices.Clone(seq)
		back, ahead := sh.Window()
		for j := range other {
			needed := j+1 >= pos-back && j+1 <= pos+ahead
			if sh.Task.Asks != nil {
				needed = j+1 == pos || slices.Contains(sh.Task.Asks(seq[pos-1]), j+1)
			}
			if a := sh.Task.Alphabet(sh, j+1); !needed || j+1 > max(pos, sh.LastNeeded(pos, seq[pos-1])) {
				other[j] = a[rng.IntN(len(a))]
			}
		}
		if sh.Check(other) == nil && !slices.Equal(sh.Task.Eval(sh, other, pos), want) {
			return fmt.Errorf("output %d of %v and of %v differ outside of what it needs", pos, seq, other)
		}
	}
	return nil
}

// TestLastNeeded: the end of a window, not beyond the sequence; the last that is asked for;
// the position itself in a causal task.
func TestLastNeeded(t *testing.T) {
	for _, tc := range []struct {
		task      *Task
		set       Params
		t         Token
		pos, want int
	}{
		{Match3Local, Params{"K": 2}, Token{X: 1}, 3, 5},
		{Match3Local, Params{"K": 2}, Token{X: 1}, 7, 9},
		{Match3Local, Params{"K": 2}, Token{X: 1}, 8, 9},
		{Match3Local, Params{"K": 2}, Token{X: 1}, 9, 9},
		{Match3Local, Params{"K": 20}, Token{X: 1}, 1, 9},
		{InductionHeads, nil, Token{X: 1}, 4, 4},
		{InductionHeads, nil, Token{X: 1}, 9, 9},
		{Match2, nil, Token{X: 1}, 1, 9},
		{Match2, nil, Token{X: 1}, 9, 9},
		{QSA, Params{"q": 2}, Token{Y: []int{2, 5}}, 1, 5},
		{QSA, Params{"q": 2}, Token{Y: []int{2, 5}}, 7, 5},
	} {
		sh, err := tc.task.Shape(9, tc.set)
		if err != nil {
			t.Fatal(err)
		}
		if got := sh.LastNeeded(tc.pos, tc.t); got != tc.want {
			t.Errorf("%s %v, position %d: %d, want %d", tc.task.Name, tc.set, tc.pos, got, tc.want)
		}
	}
}

// TestUnorderedTasks: an output does not move when other tokens change places, or when
// one of two equal tokens becomes a copy of a third.
func TestUnorderedTasks(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 1))
	seen := 0
	for _, sh := range small(t) {
		if !sh.Task.Unordered {
			continue
		}
		for range 40 {
			seq := sh.Task.Generate(sh, rng)
			other := slices.Clone(seq)
			rng.Shuffle(sh.N-1, func(i, j int) { other[1+i], other[1+j] = other[1+j], other[1+i] })
			for i := 1; i < sh.N; i++ {
				for j := 1; j < i; j++ {
					if reflect.DeepEqual(other[i], other[j]) && sh.Task.CheckSeq == nil {
						other[i] = other[rng.IntN(i)]
					}
				}
			}
			if a, b := sh.Task.Eval(sh, seq, 1), sh.Task.Eval(sh, other, 1); !slices.Equal(a, b) {
				t.Fatalf("%s, N = %d: %v on %v, %v on %v", sh.Task.Name, sh.N, a, seq, b, other)
			}
			seen++
		}
	}
	if seen < 100 || InductionHeads.Unordered || Match3Bigram.Unordered || QSA.Unordered {
		t.Errorf("%d inputs of unordered tasks", seen)
	}
}

// TestWhatIsLeftOut: the output at a position stays when a prefix is exchanged for another
// with the same rest, and when tokens are exchanged for others with the same stand-in.
func TestWhatIsLeftOut(t *testing.T) {
	rests, same := 0, 0
	rng := rand.New(rand.NewPCG(7, 2))
	for _, sh := range small(t) {
		draw := func() []Token { return sh.Task.Generate(sh, rng) }
		for range 60 {
			a, b := draw(), draw()
			if sh.Task.Rest != nil {
				for cut := 1; cut < sh.N; cut++ {
					a[0] = b[0] // read there
					if !slices.Equal(sh.Task.Rest(sh, 1, a[:cut]), sh.Task.Rest(sh, 1, b[:cut])) {
						continue
					}
					c := append(slices.Clone(b[:cut]), a[cut:]...)
					if x, y := sh.Task.Eval(sh, a, 1), sh.Task.Eval(sh, c, 1); !slices.Equal(x, y) {
						t.Fatalf("%s: %v on %v, %v on %v", sh.Task.Name, x, a, y, c)
					}
					rests++
				}
			}
			if sh.Task.Same != nil {
				c := slices.Clone(a)
				for i := 1; i < sh.N; i++ {
					for _, u := range sh.Task.Alphabet(sh, i+1) {
						was := c[i]
						if c[i] = u; !reflect.DeepEqual(sh.Task.Same(a[0], u), sh.Task.Same(a[0], a[i])) || sh.Check(c) != nil {
							c[i] = was
						}
					}
				}
				if x, y := sh.Task.Eval(sh, a, 1), sh.Task.Eval(sh, c, 1); !slices.Equal(x, y) {
					t.Fatalf("%s: %v on %v, %v on %v", sh.Task.Name, x, a, y, c)
				}
				if !reflect.DeepEqual(a, c) {
					same++
				}
			}
		}
	}
	if rests < 100 || same < 100 {
		t.Errorf("%d prefixes and %d tokens were exchanged", rests, same)
	}
}

// TestDiffers: another task, length or size is another kind of input; what only judges outputs is not.
func TestDiffers(t *testing.T) {
	of := func(task *Task, n int, set Params) Shape {
		sh, err := task.Shape(n, set)
		if err != nil {
			t.Fatal(err)
		}
		return sh
	}
	own := of(QSA, 9, Params{"q": 2})
	judged := *QSA
	judged.Correct = func(Shape, Value, Value) bool { return true }
	for want, o := range map[string]Shape{
		"match2, not qsa": of(Match2, 9, nil), "N = 8, not 9": of(QSA, 8, Params{"q": 2}), "q = 1, not 2": of(QSA, 9, Params{"q": 1}), "d = 3, not 1": of(QSA, 9, Params{"q": 2, "d": 3}),
	} {
		if err := own.Differs(o); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	for _, o := range []Shape{own, of(QSA, 9, Params{"q": 2, "eps": .01}), of(&judged, 9, Params{"q": 2})} {
		if err := own.Differs(o); err != nil {
			t.Error(err)
		}
	}
}
