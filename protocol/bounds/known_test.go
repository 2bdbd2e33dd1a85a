package bounds

import (
	"context"
	"encoding/json"
	"math"
	"math/big"
	"math/bits"
	"testing"

	"crosscut/protocol/bounds/check"
)

func gapHamming(n int) *Matrix {
	m, err := New(1<<n, 1<<n, func(i, j int) (int, bool) {
		d, root := float64(bits.OnesCount(uint(i^j))), math.Sqrt(float64(n))
		switch {
		case d <= (float64(n)-root)/2:
			return 0, true
		case d >= (float64(n)+root)/2:
			return 1, true
		}
		return 0, false
	})
	if err != nil {
		panic(err)
	}
	return m
}

// Values known from the literature, beyond the reach of plain searches, and the evidence that
// they rest on.
func TestKnownValues(t *testing.T) {
	kinds := map[string]bool{}
	seen := func(m *Matrix, r *Report) {
		c, _ := certify(t, m, r)
		for _, k := range c.Claims {
			var head struct{ Kind string }
			if err := json.Unmarshal(k.Evidence, &head); err != nil {
				t.Fatal(err)
			}
			kinds[head.Kind] = true
		}
	}
	for _, n := range []int{5, 6} {
		a := newAnalysisOf(gapHamming(n))
		a.lines()
		if a.OneWay.Alice != point(3) || a.OneWay.Bob != point(3) {
			t.Errorf("gap Hamming %d: one-way %v, want 3 and 3", n, a.OneWay)
		}
		seen(a.m, a.Report)
	}
	for _, c := range []struct {
		name        string
		m           *Matrix
		value, area int
	}{{"IP_7 ones", ip(7), 1, 64}, {"IP_7 zeros", ip(7), 0, 128}, {"NEQ on 32 inputs", neq(5), 1, 256}} {
		a := newAnalysisOf(c.m)
		s := aspectOf(a.f, a.m.Place(c.value))
		f := a.capRectangles(context.Background(), c.value)
		if _, area, upper := s.largest(context.Background(), f.most); area != c.area || upper != c.area {
			t.Errorf("%s: largest rectangle %d..%d, want %d", c.name, area, upper, c.area)
		}
	}
}

// The least cover of the square of the 4 x 4 NEQ needs 12 rectangles: learning clauses decides it.
func TestCoverOfASquare(t *testing.T) {
	square := Of(16, 16, func(i, j int) int { return b2i(i/4 != j/4 && i%4 != j%4) })
	a := aspectOf(square.Fold(), 1)
	set, _ := a.fooling(context.Background(), 12)
	for k, want := range map[int]bool{11: false, 12: true} {
		found, decided := a.code(k, false, set).decide(context.Background(), 1<<20)
		if !decided || (found != nil) != want || want && !a.covered(found) {
			t.Errorf("%d rectangles: %v (decided: %v), want %v", k, found != nil, decided, want)
		}
		if want {
			continue
		}
		// The checker follows the refutation, and refuses it when a lemma is missing or k is larger.
		evidence := a.code(k, false, set)
		evidence.decide(context.Background(), 1<<20)
		e := evidence.refutation(set)
		value := 1
		claim := func(e check.Covering) (*big.Rat, error) {
			return check.Prove(newAnalysisOf(square).checked(), check.Claim{Measure: check.Cover, Value: &value, End: check.Lower, Evidence: marshal(e)})
		}
		if v, err := claim(*e); err != nil || v.Cmp(big.NewRat(12, 1)) != 0 {
			t.Errorf("the refutation proves %v: %v", v, err)
		}
		short := *e
		short.Lemmas = e.Lemmas[:0]
		larger := *e
		larger.K++
		for what, forged := range map[string]check.Covering{"without lemmas": short, "of more rectangles": larger} {
			if v, err := claim(forged); err == nil {
				t.Errorf("%s it is accepted: %v", what, v)
			}
		}
	}
}

// newAnalysisOf is an analysis that has computed nothing yet.
func newAnalysisOf(m *Matrix) *analysis {
	a := &analysis{Report: &Report{matrix: m}, ctx: context.Background(), m: m}
	a.f = m.Fold()
	a.t = a.f.flip()
	a.shape()
	return a
}
