package linear

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"crosscut/internal/exact"
	"crosscut/models"
	"crosscut/models/laws"
	"crosscut/models/run"
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
		sh := laws.Shape(t, "match2", 1+rng.IntN(6), tasks.Params{"M": 16})
		m := denseNet(sh, 1+rng.IntN(4), rng)
		job := models.Job{Split: laws.Split(rng, sh.N), Read: sh.All(), Answer: []models.Answer{models.ByAlice, models.ByBob, models.ByOwner}[rng.IntN(3)]}
		r, err := run.Do(t.Context(), m, job, sh.Task.Generate(sh, rng))
		if err != nil {
			t.Fatal(err)
		}
		if !r.Agree {
			t.Fatalf("split %v: cut %v, whole %v", job.Split, r.Output, r.Whole)
		}
	}
	sh := laws.Shape(t, "match2", 3, tasks.Params{"M": 16})
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
	sh := laws.Shape(t, "match2", 3, tasks.Params{"M": 16})
	m := denseNet(sh, 1, rand.New(rand.NewPCG(1, 1)))
	m.Rows[0][0].Weight = 1 << 61
	if _, err := m.Compile(models.Job{Split: sh.Half(), Read: []int{1}, Answer: models.ByBob}); err == nil {
		t.Error("an overflowing row was compiled")
	}
	m.Rows[0][0] = Term{6, 1}
	if _, err := m.Whole(t.Context(), make([]tasks.Token, 3), []int{1}); err == nil {
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
		sh := laws.Shape(t, "qsa", n, tasks.Params{"q": float64(q), "d": float64(d)})
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
	sh := laws.Shape(t, "qsa", 6, tasks.Params{"q": 2})
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
	if _, err := NullPair(laws.Shape(t, "match2", 6, nil), nil); err == nil {
		t.Error("a null vector for match2")
	}
	if _, err := NullPair(sh, exact.Ints([][]int64{{1, 2}})); err == nil {
		t.Error("rows of the wrong length")
	}
}
