package reductions

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"crosscut/internal/long"
	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/protocol/problems"
)

// failures is the law task(encode(x, y)) = problem(x, y) on all pairs: how many
// break it, of how many.
func failures(t *testing.T, in *Instance) (wrong, pairs int) {
	t.Helper()
	p, n := in.From, in.Size
	for i := range p.Xs(n) {
		for j := range p.Ys(n) {
			pairs++
			if !holds(t, in, p.X(n, i), p.Y(n, j)) {
				wrong++
			}
		}
	}
	return wrong, pairs
}

// holds evaluates the law by the task's slow definition. For vector tasks the
// answer must also survive the worst allowed error in the direction of the read.
func holds(t *testing.T, in *Instance, x, y protocol.Word) bool {
	t.Helper()
	seq := in.Encode(x, y)
	if err := in.Shape.Check(seq); err != nil {
		t.Fatalf("%s, n = %d, %v: %v", in.Name, in.Size, in.Shape.Params, err)
	}
	out := make([]tasks.Value, len(in.Reads))
	for k, pos := range in.Reads {
		out[k] = in.To.Eval(in.Shape, seq, pos)
	}
	if fast := in.Shape.Eval(seq, in.Reads); !reflect.DeepEqual(fast, out) {
		t.Fatalf("%s: %v in the fast way, %v by definition", in.Name, fast, out)
	}
	want := in.Want(x, y)
	if in.Got(y, out) != want {
		return false
	}
	if in.To.Vector {
		for _, sign := range []float64{-1, 1} {
			off := make([]tasks.Value, len(out))
			for k, v := range out {
				off[k] = slices.Clone(v)
				off[k][0] += sign * in.Shape.Params["eps"]
			}
			if in.Got(y, off) != want {
				return false
			}
		}
	}
	return true
}

// instances lists sizes at which the law is enumerated: the shortest sequence and
// padded ones; for match3, every M from N + 1 to N + 7.
func instances(t *testing.T, r *Reduction, n int) []*Instance {
	t.Helper()
	var ins []*Instance
	add := func(N int, set tasks.Params) {
		in, err := r.Instance(n, N, set)
		if err != nil {
			t.Fatal(err)
		}
		ins = append(ins, in)
	}
	for pad := range 4 {
		N := r.MinN(n) + pad
		switch {
		case r == SDisjMatch3:
			for m := 2*n + 2; m <= 2*n+6; m++ { // the least the proof allows, even and odd
				add(N, tasks.Params{"M": float64(m)})
				for a := 1; a <= n; a++ {
					add(0, tasks.Params{"M": float64(m), "a": float64(a)})
					add(2*a+1+pad, tasks.Params{"M": float64(m), "a": float64(a)})
				}
			}
		case r == SetQSA:
			for q := 1; q <= n; q++ {
				add(0, tasks.Params{"q": float64(q), "d": float64(1 + pad)})
			}
		case r == DisjQSAMemory || r == IndexQSAMemory || r == IndexQSALast:
			for q := 1; q <= 4; q++ {
				add(N-1+q, tasks.Params{"q": float64(q), "d": float64(1 + pad)})
			}
		case r.To == tasks.Match3:
			add(N, tasks.Params{"M": float64(2*n + 4)}) // the least the proof allows
			for m := N + 1; m <= N+7; m++ {
				add(N, tasks.Params{"M": float64(m)})
			}
		case r.To == tasks.QSA:
			add(N, tasks.Params{"d": float64(1 + pad)})
		default:
			add(N, nil)
		}
	}
	add(0, nil)
	return ins
}

func TestLawExhaustively(t *testing.T) {
	for r := range Catalog().All() {
		for n := 1; n <= 3; n++ {
			for _, in := range instances(t, r, n) {
				if wrong, pairs := failures(t, in); wrong != 0 {
					t.Errorf("%s, n = %d, N = %d, %v: wrong on %d of %d pairs", r.Name, n, in.Shape.N, in.Shape.Params, wrong, pairs)
				}
			}
		}
		size := long.Of(4, 6)
		in, err := r.Instance(size, 0, nil)
		if err != nil {
			t.Fatal(err)
		}
		wrong, pairs := failures(t, in)
		want := 1 << (2 * size)
		switch r {
		case SDisjMatch3:
			want = long.Of(81*81, 729*729)
		case SetQSA:
			want = size * size
		}
		if r.From == problems.Index {
			want = size << size
		}
		if wrong != 0 || pairs != want {
			t.Errorf("%s, n = %d: wrong on %d of %d pairs, want 0 of %d", r.Name, size, wrong, pairs, want)
		}
	}
	if in, _ := DisjMatch3.Instance(6, 0, nil); in.Shape.N != 15 || in.Shape.Int("M") != 16 {
		t.Errorf("n = 6 gives N = %d, M = %d, want 15 and 16", in.Shape.N, in.Shape.Int("M"))
	}
}

func TestLawSampled(t *testing.T) {
	for r := range Catalog().All() {
		for _, n := range []int{17, 64, 200} {
			for _, pad := range []int{0, 5} {
				if r == SetQSA && pad > 0 {
					continue // its labels are the positions
				}
				in, err := r.Instance(n, r.MinN(n)+pad, nil)
				if err != nil {
					t.Fatal(err)
				}
				for k := range uint64(12) {
					x, y := in.Sample(1, k)
					seq := in.Encode(x, y)
					if err := in.Shape.Check(seq); err != nil {
						t.Fatal(err)
					}
					if got := in.Got(y, in.Shape.Eval(seq, in.Reads)); got != in.Want(x, y) {
						t.Fatalf("%s, n = %d: wrong on x = %v, y = %v", r.Name, n, x, y)
					}
				}
			}
		}
	}
}

// TestEncodersOwnTheirTokens: Alice's positions depend on x alone, Bob's on y
// alone, the public ones on neither.
func TestEncodersOwnTheirTokens(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	for r := range Catalog().All() {
		pad := 3
		if r == SetQSA {
			pad = 0
		}
		in, err := r.Instance(9, r.MinN(9)+pad, nil)
		if err != nil {
			t.Fatal(err)
		}
		p := in.From
		for range 20 {
			x, x2, y, y2 := p.RandomX(9, rng), p.RandomX(9, rng), p.RandomY(9, rng), p.RandomY(9, rng)
			a, b, c := in.Encode(x, y), in.Encode(x2, y), in.Encode(x, y2)
			for i := range a {
				owner := in.At.Of(i + 1)
				if owner != protocol.Alice && !reflect.DeepEqual(a[i], b[i]) || owner != protocol.Bob && !reflect.DeepEqual(a[i], c[i]) {
					t.Fatalf("%s: position %d of %v changes with the other input", r.Name, i+1, owner)
				}
			}
		}
	}
}

func TestShapesOfReductions(t *testing.T) {
	for r := range Catalog().All() {
		for n := 1; n <= 50; n++ {
			N := r.MinN(n)
			if r.Fits(N) != n || r.Fits(N-1) != n-1 {
				t.Errorf("%s: n = %d needs N = %d, which fits %d, and N - 1 fits %d", r.Name, n, N, r.Fits(N), r.Fits(N-1))
			}
		}
		in, err := r.Instance(5, 0, nil)
		if err != nil {
			t.Fatal(err)
		}
		// What the setting of each bound rests on, for the reductions named here.
		named, ok := map[string][2]bool{
			"disj-match3": {true, true}, "disj-cycle3": {true, true}, "disj-cycle5": {true, true}, "disj-qsa": {false, false}, "index-qsa": {false, false},
			"disj-qsa-memory": {false, true}, "index-qsa-memory": {false, true}, "index-induction": {true, false},
			"sdisj-match3": {true, true}, "set-qsa": {false, true},
		}[r.Name]
		fixed, contiguous := named[0], named[1]
		if ok && (in.QueryFixed() != fixed || in.At.Contiguous() != contiguous) {
			t.Errorf("%s: query fixed %v, contiguous %v", r.Name, in.QueryFixed(), in.At.Contiguous())
		}
	}
	in, _ := IndexQSAMemory.Instance(5, 0, nil)
	if in.At.String() != "alice:2-6,bob:7-11,public:1" || !slices.Equal(in.Reads, []int{11}) {
		t.Errorf("index-qsa-memory, n = 5: %v, reads %v", in.At, in.Reads)
	}
}

// TestMemoryReadsBackwards: no query of the memory maps points forward.
func TestMemoryReadsBackwards(t *testing.T) {
	for _, r := range []*Reduction{DisjQSAMemory, IndexQSAMemory} {
		in, err := r.Instance(6, 16, nil)
		if err != nil {
			t.Fatal(err)
		}
		for k := range uint64(30) {
			for i, tok := range in.Encode(in.Sample(2, k)) {
				if slices.Max(tok.Y) > i+1 {
					t.Fatalf("%s: token %d reads %v", r.Name, i+1, tok.Y)
				}
			}
		}
	}
}

// TestRefusals: sizes for which a map is wrong are refused, in words.
func TestRefusals(t *testing.T) {
	for _, c := range []struct {
		r     *Reduction
		n, N  int
		set   tasks.Params
		names string
	}{
		{DisjMatch3, 6, 14, nil, "n = 6 needs N >= 15"}, {DisjMatch3, 6, 0, tasks.Params{"M": 15}, "M >= 2n + 4 = 16"}, {DisjMatch3, 0, 0, nil, "n = 0"},
		{DisjMatch3, 6, 0, tasks.Params{"K": 1}, `"K"`}, {DisjQSA, 3, 0, tasks.Params{"q": 2}, "q = 3"}, {DisjQSA, 4, 0, tasks.Params{"eps": 0.25}, "eps < 1/q"},
		{DisjQSA, 4, 0, tasks.Params{"eps": math.NaN()}, "eps"}, {DisjQSAMemory, 4, 9, tasks.Params{"q": 2}, "N >= 10"}, {DisjQSAMemory, 4, 0, tasks.Params{"eps": 0.5}, "eps < 0.5"}, {DisjQSAMemory, 4, 0, tasks.Params{"q": 2, "eps": 0.25}, "eps < 0.25"},
		{SDisjMatch3, 3, 0, tasks.Params{"M": 7}, "M >= 2n + 2 = 8"}, {SDisjMatch3, 3, 4, tasks.Params{"a": 2}, "N >= 5"}, {SDisjMatch3, 3, 0, tasks.Params{"a": 0}, "a = 0"}, {SDisjMatch3, 3, 0, tasks.Params{"b": 1}, `"b"`},
		{SetQSA, 5, 6, nil, "N = n"}, {SetQSA, 5, 0, tasks.Params{"q": 6}, "q <= n"}, {SetQSA, 5, 0, tasks.Params{"q": 2, "eps": 0.5}, "eps < 0.5"}, {IndexQSALast, 4, 0, tasks.Params{"q": 1.5}, "q = 1.5"},
		{IndexQSAMemory, 4, 0, tasks.Params{"eps": 1}, "eps < 1"}, {IndexQSAMemory, 4, 0, tasks.Params{"q": 2, "eps": 0.5}, "eps < 0.5"}, {DisjCycle3, 4, 0, tasks.Params{"nodes": 7}, "8 vertices"}, {DisjCycle5, 4, 16, tasks.Params{"nodes": 14}, "15 vertices"},
	} {
		if _, err := c.r.Instance(c.n, c.N, c.set); err == nil || !strings.Contains(err.Error(), c.names) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s, n = %d, N = %d, %v: %v, want an error that names %q", c.r.Name, c.n, c.N, c.set, err, c.names)
		}
	}
	// The least numbers of vertices suffice.
	for _, c := range []struct {
		r     *Reduction
		N     int
		nodes float64
	}{{DisjCycle3, 9, 8}, {DisjCycle3, 11, 10}, {DisjCycle5, 14, 13}, {DisjCycle5, 16, 15}} {
		in, err := c.r.Instance(4, c.N, tasks.Params{"nodes": c.nodes})
		if err != nil {
			t.Fatal(err)
		}
		if wrong, _ := failures(t, in); wrong != 0 {
			t.Errorf("%s with %v nodes: %d wrong", c.r.Name, c.nodes, wrong)
		}
	}
}

// TestBrokenMaps: maps that look right and are not. The law must see each fail.
func TestBrokenMaps(t *testing.T) {
	matchParams := func(m int) func(int, int, tasks.Params) (tasks.Params, error) {
		return func(int, int, tasks.Params) (tasks.Params, error) { return tasks.Params{"M": float64(m)}, nil }
	}
	zeroQuery := *DisjMatch3 // x_1 = M completes itself
	zeroQuery.Public = func(n int, sh tasks.Shape) []tasks.Token {
		ts := DisjMatch3.Public(n, sh)
		ts[0].X = sh.Int("M")
		return ts
	}

	crowded := func(m int) *Reduction { // n = (N - 1)/2: no padding, so M = N + 1 = 2n + 2 is too small
		r := *DisjMatch3
		r.MinN = func(n int) int { return 2*n + 1 }
		r.Params = matchParams(m)
		return &r
	}

	tight := *DisjMatch3 // M = 2n + 3, one below what Params demands
	tight.Params = matchParams(2*5 + 3)

	swapped := *DisjQSA // Alice reads the slots of the complement
	swapped.Alice = func(n int, sh tasks.Shape, x protocol.Word) []tasks.Token {
		return slotsAlice(n, sh, Flip(x, func(int) bool { return true }))
	}

	slack := *DisjQSA // an allowed error of 1/q reaches the threshold
	slack.Params = func(n, _ int, _ tasks.Params) (tasks.Params, error) {
		return tasks.Params{"q": float64(n), "eps": 1 / float64(n)}, nil
	}

	touching := DisjQSAMemory.Changed(func(r *Reduction) { // at the task's default eps = 1/2 the answers touch
		r.Params = func(int, int, tasks.Params) (tasks.Params, error) { return tasks.Params{"q": 1}, nil }
	})

	crossed := *DisjCycle5 // v_i meets the wrong w
	crossed.Public = func(n int, sh tasks.Shape) []tasks.Token {
		ts := DisjCycle5.Public(n, sh)
		for i := range n {
			ts[2+i].To = c5w(n - 1 - i)
		}
		return ts
	}

	leaky := *DisjCycle3 // Alice's idle edges come from t
	leaky.Alice = func(n int, _ tasks.Shape, x protocol.Word) []tasks.Token {
		ts := make([]tasks.Token, n)
		for i := range ts {
			ts[i] = tasks.Token{X: c3t, To: cycle3Extra + i + 1}
		}
		return ts
	}

	reserved := SDisjMatch3.Changed(func(r *Reduction) { // M - 2 completes token 1 alone
		r.Params = matchParams(2*4 + 1)
	})

	unsigned := SDisjMatch3.Changed(func(r *Reduction) { // Bob writes what Alice would
		own := r.Alice
		r.Bob = func(n int, sh tasks.Shape, y protocol.Word) []tasks.Token { return own(n, sh, y) }
	})

	blind := SetQSA.Changed(func(r *Reduction) { // Bob forgets that token 1 is not his
		r.BobAnswer, r.Answer = nil, slotsAnswer
	})

	short := IndexQSALast.Changed(func(r *Reduction) { // at q = 2, eps = 1/2 the answers touch
		r.Params = func(int, int, tasks.Params) (tasks.Params, error) { return tasks.Params{"q": 1, "eps": 1}, nil }
	})

	for name, c := range map[string]struct {
		r     *Reduction
		n     int
		right bool
	}{
		"sdisj with M = 2n + 1":        {reserved, 4, false},
		"sdisj without partners":       {unsigned, 3, false},
		"set-qsa that ignores y":       {blind, 3, false},
		"the last token at eps = 1/q":  {short, 4, false},
		"sdisj as it is, for control":  {SDisjMatch3, 3, true},
		"x_1 = M":                      {&zeroQuery, 4, false},
		"n = (N-1)/2, M = N + 1":       {crowded(2*5 + 2), 5, false},
		"n = (N-1)/2, M = N + 2":       {crowded(2*5 + 3), 5, false},
		"n = (N-1)/2, M = N + 3":       {crowded(2*5 + 4), 5, true},
		"M = 2n + 3":                   {&tight, 5, false},
		"the complement":               {&swapped, 4, false},
		"eps = 1/q":                    {&slack, 4, false},
		"eps = 1/2 without a margin":   {touching, 4, false},
		"cycle5 with crossed pairs":    {&crossed, 4, false},
		"cycle3 without x":             {&leaky, 4, false},
		"match3 as it is, for control": {DisjMatch3, 5, true},
	} {
		in, err := c.r.Instance(c.n, 0, nil)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if wrong, pairs := failures(t, in); (wrong == 0) != c.right {
			t.Errorf("%s: wrong on %d of %d pairs", name, wrong, pairs)
		}
	}
}

// TestProblemsOfFamilies: the problem of an instance has the instance's sizes, and
// what it needs is the exact count of rows of its matrix.
func TestProblemsOfFamilies(t *testing.T) {
	for _, c := range []struct {
		r    *Reduction
		n    int
		set  tasks.Params
		N    int
		need protocol.Bits
	}{
		{SDisjMatch3, 4, nil, 9, 7},                    // 3^4 = 81 rows
		{SDisjMatch3, 4, tasks.Params{"a": 2}, 5, 6},   // 1 + 8 + 24 = 33
		{SDisjMatch3, 31, tasks.Params{"a": 3}, 7, 16}, // 1 + 62 + 1860 + 35960 = 37883
		{SetQSA, 5, tasks.Params{"q": 2}, 5, 4},        // 10 sets
		{SetQSA, 64, tasks.Params{"q": 3}, 64, 16},     // 41664 sets
		{IndexQSALast, 5, tasks.Params{"q": 3}, 8, 5},
		{IndexQSAMemory, 5, tasks.Params{"q": 3}, 13, 5},
		{DisjQSAMemory, 5, tasks.Params{"q": 2}, 12, 5},
	} {
		in, err := c.r.Instance(c.n, 0, c.set)
		if err != nil {
			t.Fatal(err)
		}
		need, ok := in.Needed(protocol.OneWay, protocol.Alice)
		if !ok || need.Bits != c.need || in.Shape.N != c.N {
			t.Errorf("%s, n = %d, %v: N = %d and %d bits, want %d and %d", c.r.Name, c.n, c.set, in.Shape.N, need.Bits, c.N, c.need)
		}
		if in.From.Xs(c.n) > 0 && c.n < 6 {
			rows := map[string]bool{}
			for i := range in.From.Xs(c.n) {
				row := ""
				for j := range in.From.Ys(c.n) {
					row += fmt.Sprint(in.Want(in.From.X(c.n, i), in.From.Y(c.n, j)))
				}
				rows[row] = true
			}
			if protocol.Bits(protocol.Width(uint64(len(rows)))) != need.Bits {
				t.Errorf("%s, n = %d, %v: %d rows, %d bits needed", c.r.Name, c.n, c.set, len(rows), need.Bits)
			}
		}
	}
}

func TestLongSequences(t *testing.T) {
	N := long.Of(100_000, 1_000_000)
	rng := rand.New(rand.NewPCG(9, 9))
	for r := range Catalog().All() {
		n := r.Fits(N)
		if r.To == tasks.QSA && r.Read(n, tasks.Shape{N: N})[0] == 2*n+1 {
			n = long.Of(400, 2000) // q = n: one list of q positions a token, and q-sets are checked one by one
		}
		in, err := r.Instance(n, 0, nil)
		if err != nil {
			t.Fatal(err)
		}
		x, y := in.From.RandomX(n, rng), in.From.RandomY(n, rng)
		seq := in.Encode(x, y)
		if got := in.Got(y, in.Shape.Eval(seq, in.Reads)); got != in.Want(x, y) {
			t.Error(fmt.Errorf("%s, n = %d: wrong", r.Name, n))
		}
	}
}

// The order that a reduction declares of its need, at the largest n of many N: at least a quarter
// of it, so that a higher order would fail. n that N does not fill have none.
func TestLeastOrders(t *testing.T) {
	declared := 0
	for r := range all.All() {
		if r.Least == (protocol.Growth{}) {
			continue
		}
		declared++
		for N := 64; N <= 1<<14; N *= 4 {
			in, err := r.Instance(r.Fits(N), N, nil)
			if err != nil {
				t.Fatalf("%s: %v", r.Name, err)
			}
			order := math.Pow(float64(N), float64(r.Least.Power)) * math.Pow(math.Log2(float64(N)), float64(r.Least.Logs))
			if need, ok := in.Needed(protocol.OneWay, protocol.Alice); !ok || need.Least != r.Least || float64(need.Bits) < order/4 {
				t.Errorf("%s at N = %d: %+v, want at least a quarter of %v", r.Name, N, need, order)
			}
			if need, ok := in.Needed(protocol.TwoWay, protocol.Alice); ok && need.Least != (protocol.Growth{}) {
				t.Errorf("%s at N = %d: %v two-way", r.Name, N, need)
			}
		}
	}
	if declared == 0 {
		t.Error("no reduction declares an order")
	}
	for n, want := range map[int]protocol.Growth{63: IndexQSALast.Least, 8: {}} {
		in, err := IndexQSALast.Instance(n, 64, nil)
		if err != nil {
			t.Fatal(err)
		}
		if need, _ := in.Needed(protocol.OneWay, protocol.Alice); need.Least != want {
			t.Errorf("n = %d of N = 64: %v", n, need)
		}
	}
}
