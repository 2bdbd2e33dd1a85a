package models

import (
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"crosscut/internal/exact"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// denseNet is a network with random p-bit signed weights on two numbers of 0..3
// a token; its continuation gives all pre-activations out.
func denseNet(sh tasks.Shape, h1 int, rng *rand.Rand) *FeedForward {
	m := &FeedForward{
		Of: sh, Sizes: tasks.Params{}, Numbers: 2, Low: []int64{0, -1}, High: []int64{3, 2}, Bits: 2,
		Vec: func(t tasks.Token) []int64 { return []int64{int64(t.X) % 4, int64(t.X)/4%4 - 1} },
		Continue: func(pre []int64, read []int) []tasks.Value {
			out := make([]tasks.Value, len(read))
			for k := range out {
				for _, x := range pre {
					out[k] = append(out[k], float64(x))
				}
			}
			return out
		},
	}
	for range h1 {
		var row []Term
		for c := range sh.N * 2 {
			row = append(row, Term{c, rng.Int64N(16) - 8})
		}
		m.Rows = append(m.Rows, row)
	}
	return m
}

// With dense weights the cut network is the whole one, at random splits, and the
// widths are tight: each player's part takes its least and its greatest value.
func TestFeedForwardDense(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 9))
	for range 100 {
		sh := mustShape(t, "match2", 1+rng.IntN(6), tasks.Params{"M": 16})
		m := denseNet(sh, 1+rng.IntN(4), rng)
		job := Job{randomSplit(sh.N, rng), sh.All(), []Answer{ByAlice, ByBob, ByOwner}[rng.IntN(3)]}
		r, err := Run(m, job, sh.Task.Generate(sh, rng))
		if err != nil {
			t.Fatal(err)
		}
		if !r.Agree {
			t.Fatalf("split %v: cut %v, whole %v", job.Split, r.Output, r.Whole)
		}
	}
	sh := mustShape(t, "match2", 3, tasks.Params{"M": 16})
	m := denseNet(sh, 2, rng)
	split, _ := sh.ParseSplit("prefix:2")
	least, width := m.ranges(split, protocol.Alice)
	for r := range m.Rows {
		lo, hi := int64(1<<60), int64(-1<<60)
		for a := 1; a <= 16; a++ {
			for b := 1; b <= 16; b++ {
				v := m.part(func(f func(int, tasks.Token)) { f(1, tasks.Token{X: a}); f(2, tasks.Token{X: b}) })[r]
				lo, hi = min(lo, v), max(hi, v)
			}
		}
		if least[r] != lo || width[r] != protocol.Width(uint64(hi-lo)+1) {
			t.Errorf("row %d: least %d in %d bits, enumeration %d..%d", r, least[r], width[r], lo, hi)
		}
	}
}

// Weights that could overflow, and columns that do not exist, are refused.
func TestFeedForwardRefuses(t *testing.T) {
	sh := mustShape(t, "match2", 3, tasks.Params{"M": 16})
	m := denseNet(sh, 1, rand.New(rand.NewPCG(1, 1)))
	m.Rows[0][0].Weight = 1 << 61
	if _, err := m.Compile(Job{sh.Half(), []int{1}, ByBob}); err == nil {
		t.Error("an overflowing row was compiled")
	}
	m.Rows[0][0] = Term{6, 1}
	if _, err := m.Whole(make([]tasks.Token, 3), []int{1}); err == nil {
		t.Error("column 7 of 6 was read")
	}
}

// Theorem 10 on random first layers with fewer rows than columns, dense and of
// low rank: a verified pair exists, and its gap beats eps = 1/(2q).
func TestNullPair(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 10))
	for range 60 {
		d, n := 1+rng.IntN(3), 4+rng.IntN(9)
		q := 1 + rng.IntN(n/2)
		sh := mustShape(t, "qsa", n, tasks.Params{"q": float64(q), "d": float64(d)})
		cols := n / 2 * d
		h1 := rng.IntN(cols)
		w := make([][]int64, h1)
		for r := range w {
			w[r] = make([]int64, cols)
			for c := range w[r] {
				w[r][c] = rng.Int64N(15) - 7
			}
			if r > 1 && rng.IntN(3) == 0 { // a dependent row
				for c := range w[r] {
					w[r][c] = 2*w[r-1][c] - w[r-2][c]
				}
			}
		}
		null, err := NullPair(sh, exact.Ints(w))
		if err != nil || null == nil {
			t.Fatalf("N %d, q %d, d %d, h1 %d: %v, %v", n, q, d, h1, null, err)
		}
		if null.Gap() <= 1/(2*float64(q)) {
			t.Errorf("gap %v at q = %d", null.Gap(), q)
		}
		plus, minus, ok := null.Inputs()
		if !ok {
			continue
		}
		for _, seq := range [][]tasks.Token{plus, minus} {
			if err := sh.Check(seq); err != nil {
				t.Fatal(err)
			}
		}
		// No output is within eps of both targets: take the middle, the best there is.
		a, b := sh.Task.Eval(sh, plus, 1), sh.Task.Eval(sh, minus, 1)
		mid := make(tasks.Value, d)
		for c := range mid {
			mid[c] = (a[c] + b[c]) / 2
		}
		if sh.Correct(mid, a) && sh.Correct(mid, b) {
			t.Errorf("N %d, q %d, d %d: %v serves both %v and %v", n, q, d, mid, a, b)
		}
	}
}

// Full rank: nothing to say. A corrupted pair does not verify.
func TestNullPairFailsClosed(t *testing.T) {
	sh := mustShape(t, "qsa", 6, tasks.Params{"q": 2})
	null, err := NullPair(sh, exact.Ints([][]int64{{1, 0, 0}, {0, 1, 0}, {1, 1, 1}}))
	if null != nil || err != nil {
		t.Errorf("full rank: %v, %v", null, err)
	}
	null, err = NullPair(sh, exact.Ints([][]int64{{1, 2, 3}, {0, 1, 1}}))
	if err != nil {
		t.Fatal(err)
	}
	was := new(big.Int).Set(null.U[1]) // not the longest part: all but the first check still hold
	null.U[1].SetInt64(0)
	if null.Verify() == nil {
		t.Error("a vector that W sees was verified")
	}
	null.U[1].Set(was)
	if err := null.Verify(); err != nil {
		t.Error(err)
	}
	null.Y = []int{5, 6}
	if null.Verify() == nil {
		t.Error("a set outside the support was verified")
	}
	for c := range null.U {
		null.U[c].SetInt64(0)
	}
	null.Y = []int{1, 4}
	if null.Verify() == nil {
		t.Error("the zero vector was verified")
	}
	if _, err := NullPair(mustShape(t, "match2", 6, nil), nil); err == nil {
		t.Error("a null vector for match2")
	}
	if _, err := NullPair(sh, exact.Ints([][]int64{{1, 2}})); err == nil {
		t.Error("rows of the wrong length")
	}
}

// The construction with fewer than N d / 2 rows for z has such a pair; run on it,
// the network itself gives both inputs the same output and one is wrong.
func TestTheorem10OnTheConstruction(t *testing.T) {
	for _, d := range []int{1, 2} {
		const n, q = 10, 2
		sh := mustShape(t, "qsa", n, tasks.Params{"q": q, "d": float64(d)})
		full := mustBuild(t, "mlp", sh, nil, nil).(*FeedForward)
		if null, err := NullPair(sh, full.ZColumns()); null != nil || err != nil {
			t.Errorf("identity: %v, %v", null, err)
		}
		if r := exact.Rank(full.ZColumns()); r != n/2*d {
			t.Errorf("identity: rank %d, want %d", r, n/2*d)
		}
		for rows := 1; rows < n/2*d; rows++ {
			m := mustBuild(t, "mlp", sh, tasks.Params{"h1": float64(n*q + rows)}, nil).(*FeedForward)
			null, err := NullPair(sh, m.ZColumns())
			if err != nil || null == nil {
				t.Fatalf("d %d, %d rows: %v, %v", d, rows, null, err)
			}
			plus, minus, ok := null.Inputs()
			if !ok {
				t.Fatal("a vector of 0 and 1 does not fit a float64")
			}
			var out []tasks.Value
			wrong := 0
			for _, seq := range [][]tasks.Token{plus, minus} {
				r, err := Run(m, Job{sh.Half(), []int{1}, ByBob}, seq)
				if err != nil {
					t.Fatal(err)
				}
				out = append(out, r.Output[0])
				if !r.Correct {
					wrong++
				}
			}
			if !slices.Equal(out[0], out[1]) || wrong == 0 {
				t.Errorf("d %d, %d rows: outputs %v, %d wrong", d, rows, out, wrong)
			}
		}
	}
}

// The trivial protocol sends the private tokens of one player, once, and only to
// a player who answers.
func TestTrivialCost(t *testing.T) {
	sh := mustShape(t, "match2", 7, tasks.Params{"M": 14})
	m := mustBuild(t, "trivial", sh, nil, nil)
	seq := sh.Task.Generate(sh, rand.New(rand.NewPCG(1, 1)))
	for _, c := range []struct {
		read   []int
		answer Answer
		want   [2]protocol.Bits
	}{
		{[]int{1}, ByBob, [2]protocol.Bits{12, 0}}, {[]int{1}, ByAlice, [2]protocol.Bits{0, 12}},
		{sh.All(), ByOwner, [2]protocol.Bits{12, 12}}, {[]int{2}, ByOwner, [2]protocol.Bits{0, 12}},
	} {
		r, err := Run(m, Job{sh.Half(), c.read, c.answer}, seq)
		if err != nil {
			t.Fatal(err)
		}
		if r.Formula != c.want || !r.Agree || !r.Correct {
			t.Errorf("read %v, answer %v: %v bits, want %v", c.read, c.answer, r.Formula, c.want)
		}
	}
}
