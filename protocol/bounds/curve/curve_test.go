package curve

import (
	"context"
	"encoding/json"
	"math/big"
	"math/bits"
	"testing"

	"crosscut/internal/long"
	"crosscut/protocol/bounds"
	"crosscut/protocol/bounds/check"
)

// words is the matrix of copying: all words of n symbols over v, a place is asked.
func words(t *testing.T, n, v int) *bounds.Matrix {
	t.Helper()
	rows := 1
	for range n {
		rows *= v
	}
	m, err := bounds.New(rows, n, func(i, j int) (int, bool) {
		for range j {
			i /= v
		}
		return i % v, true
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func of(t *testing.T, m *bounds.Matrix) *Curve {
	t.Helper()
	c, err := Of(context.Background(), m)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// verified gives the certificate of a curve, every claim of which the checker accepts.
func verified(t *testing.T, c *Curve) *check.Certificate {
	t.Helper()
	cert, err := c.Certificate()
	if err != nil {
		t.Fatal(err)
	}
	findings, err := check.Verify(cert)
	if err != nil {
		t.Fatal(err)
	}
	for k, f := range findings {
		if f.Err != nil {
			t.Errorf("claim %d: %v", k, f.Err)
		}
	}
	return cert
}

// Certificates of every size that is promised are accepted, and all their points are exact.
func TestCertified(t *testing.T) {
	for _, size := range [][2]int{{1, 2}, {2, 2}, {3, 2}, {4, 2}, {5, 2}, {6, 2}, {2, 3}, {3, 3}, {4, 3}} {
		if k, q := size[0], size[1]; k*q > long.Of(10, 12) {
			continue
		}
		c := of(t, words(t, size[0], size[1]))
		verified(t, c)
		for k, p := range c.Points {
			if p.Lower.Cmp(p.Upper) > 0 || k > 0 && p.Lower.Cmp(c.Points[k-1].Lower) < 0 {
				t.Errorf("%v at %d bits: %v..%v", size, p.Bits, p.Lower, p.Upper)
			}
			if f, _ := p.Lower.Float64(); f > p.Fano+1e-9 {
				t.Errorf("%v at %d bits: %v is above Fano's %v", size, p.Bits, f, p.Fano)
			}
		}
		for _, p := range c.Points {
			if !p.Exact() {
				t.Errorf("%v at %d bits: %v..%v is no number", size, p.Bits, p.Lower, p.Upper)
			}
		}
		first, last := c.Points[0], c.Points[len(c.Points)-1]
		if !first.Exact() || first.Lower.Cmp(big.NewRat(1, int64(size[1]))) != 0 || !last.Exact() || last.Lower.Cmp(big.NewRat(1, 1)) != 0 {
			t.Errorf("%v: ends %v and %v", size, first, last)
		}
	}
}

// The lower end is the optimum, found by trying all sets of words; the upper end is above it.
func TestAgainstAllSets(t *testing.T) {
	for _, size := range [][2]int{{2, 2}, {3, 2}, {2, 3}} {
		m := words(t, size[0], size[1])
		p, err := prepare(m)
		if err != nil {
			t.Fatal(err)
		}
		for _, pt := range of(t, m).Points {
			k := min(1<<pt.Bits, len(p.words))
			best := int64(0)
			var try func(from int, chosen []int)
			try = func(from int, chosen []int) {
				if len(chosen) == k {
					total := int64(0)
					for i := range p.rows {
						most := int32(0)
						for _, w := range chosen {
							most = max(most, p.gain[w][i])
						}
						total += int64(most)
					}
					best = max(best, total)
					return
				}
				for w := from; w < len(p.words); w++ {
					try(w+1, append(chosen, w))
				}
			}
			try(0, nil)
			if got := big.NewRat(best, p.all); pt.Lower.Cmp(got) != 0 || pt.Upper.Cmp(got) < 0 {
				t.Errorf("%v at %d bits: %v..%v, the best set gives %v", size, pt.Bits, pt.Lower, pt.Upper, got)
			}
		}
	}
}

// The repetition code is perfect: with one bit, three quarters of the answers for three bits are right.
func TestPerfectCode(t *testing.T) {
	p := of(t, words(t, 3, 2)).Points[1]
	if !p.Exact() || p.Lower.Cmp(big.NewRat(3, 4)) != 0 {
		t.Errorf("index 3 with one bit: %v..%v, want 3/4", p.Lower, p.Upper)
	}
}

// Every forged piece of evidence is refused.
func TestForged(t *testing.T) {
	honest, err := of(t, words(t, 3, 2)).Certificate()
	if err != nil {
		t.Fatal(err)
	}
	one, two := 1, 2
	for name, claim := range map[string]check.Claim{
		"lower above its words":       {Measure: check.Success, Value: &one, End: check.Lower, Number: "7/8", Evidence: honest.Claims[2].Evidence},
		"upper below its dual":        {Measure: check.Success, Value: &one, End: check.Upper, Number: "1/2", Evidence: honest.Claims[3].Evidence},
		"too many words":              {Measure: check.Success, Value: new(int), End: check.Lower, Number: "1/2", Evidence: honest.Claims[2].Evidence},
		"no words":                    {Measure: check.Success, Value: &one, End: check.Lower, Number: "1/2", Evidence: json.RawMessage(`{"kind":"centres","words":[]}`)},
		"a short word":                {Measure: check.Success, Value: &one, End: check.Lower, Number: "1/2", Evidence: json.RawMessage(`{"kind":"centres","words":[[0]]}`)},
		"a negative price":            {Measure: check.Success, Value: &one, End: check.Upper, Number: "1", Evidence: json.RawMessage(`{"kind":"prices","unit":1,"rows":[-1,0,0,0,0,0,0,0]}`)},
		"a missing price":             {Measure: check.Success, Value: &one, End: check.Upper, Number: "1", Evidence: json.RawMessage(`{"kind":"prices","unit":1,"rows":[0]}`)},
		"no unit":                     {Measure: check.Success, Value: &one, End: check.Upper, Number: "1", Evidence: json.RawMessage(`{"kind":"prices","unit":0,"rows":[0,0,0,0,0,0,0,0]}`)},
		"exhausted below the optimum": {Measure: check.Success, Value: &one, End: check.Upper, Number: "2/3", Evidence: json.RawMessage(`{"kind":"exhausted","unit":1,"rows":[2,2,2,2,2,2,2,2]}`)},
		"exhausted with no prices":    {Measure: check.Success, Value: &one, End: check.Upper, Number: "1", Evidence: json.RawMessage(`{"kind":"exhausted","unit":1,"rows":[]}`)},
		"exhausted as a lower end":    {Measure: check.Success, Value: &one, End: check.Lower, Number: "1/2", Evidence: json.RawMessage(`{"kind":"exhausted","unit":1,"rows":[2,2,2,2,2,2,2,2]}`)},
		"exhausted beyond 1":          {Measure: check.Success, Value: &one, End: check.Upper, Number: "5/4", Evidence: json.RawMessage(`{"kind":"exhausted","unit":1,"rows":[2,2,2,2,2,2,2,2]}`)},
		"another measure":             {Measure: check.Fooling, Value: &one, End: check.Lower, Number: "1", Evidence: honest.Claims[2].Evidence},
		"the wrong end":               {Measure: check.Success, Value: &one, End: check.Upper, Number: "1", Evidence: honest.Claims[2].Evidence},
		"kept: above its words":       {Measure: check.SuccessKept, Value: &one, End: check.Lower, Number: "1", Evidence: keepers(t, honest, 1)},
		"kept: as generation":         {Measure: check.Success, Value: &one, End: check.Lower, Number: "1/2", Evidence: keepers(t, honest, 1)},
		"kept: another number":        {Measure: check.SuccessKept, Value: new(int), End: check.Lower, Number: "1/2", Evidence: keepers(t, honest, 1)},
		"kept: a token of no row":     {Measure: check.SuccessKept, Value: &one, End: check.Lower, Number: "1/2", Evidence: json.RawMessage(`{"kind":"keepers","messages":[{"columns":[0],"tokens":[7],"word":[0,0,0]}]}`)},
		"kept: no such place":         {Measure: check.SuccessKept, Value: &one, End: check.Lower, Number: "0", Evidence: json.RawMessage(`{"kind":"keepers","messages":[{"columns":[3],"tokens":[0],"word":[0,0,0]}]}`)},
		"kept: one place twice":       {Measure: check.SuccessKept, Value: &two, End: check.Lower, Number: "0", Evidence: json.RawMessage(`{"kind":"keepers","messages":[{"columns":[1,1],"tokens":[0,0],"word":[0,0,0]}]}`)},
		"kept: a short word":          {Measure: check.SuccessKept, Value: &one, End: check.Lower, Number: "0", Evidence: json.RawMessage(`{"kind":"keepers","messages":[{"columns":[0],"tokens":[0],"word":[0,0]}]}`)},
		"kept: upper below its dual":  {Measure: check.SuccessKept, Value: &one, End: check.Upper, Number: "5/6", Evidence: json.RawMessage(`{"kind":"kept-prices","unit":1,"rows":[3,3,3,3,3,3,3,3]}`)},
		"kept: a missing price":       {Measure: check.SuccessKept, Value: &one, End: check.Upper, Number: "1", Evidence: json.RawMessage(`{"kind":"kept-prices","unit":1,"rows":[3]}`)},
		"kept: prices as a lower end": {Measure: check.SuccessKept, Value: &one, End: check.Lower, Number: "1/2", Evidence: json.RawMessage(`{"kind":"kept-prices","unit":1,"rows":[3,3,3,3,3,3,3,3]}`)},
		"no bits":                     {Measure: check.Success, End: check.Lower, Number: "1/2", Evidence: honest.Claims[2].Evidence},
	} {
		forged := *honest
		forged.Claims = []check.Claim{claim}
		findings, err := check.Verify(&forged)
		if err != nil {
			t.Fatal(err)
		}
		if findings[0].Err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

// keepers is the evidence that a certificate has for the lower end of k kept tokens.
func keepers(t *testing.T, c *check.Certificate, k int) json.RawMessage {
	t.Helper()
	for _, claim := range c.Claims {
		if claim.Measure == check.SuccessKept && *claim.Value == k && claim.End == check.Lower {
			return claim.Evidence
		}
	}
	t.Fatalf("no lower end of %d kept tokens", k)
	return nil
}

// Keeping 1 of 4 symbols out of 3: the prices stop at 85/108, the search closes on what was found.
func TestKeptSearchCloses(t *testing.T) {
	if !long.Tests() {
		t.Skip("searches and checks for half a minute")
	}
	c := of(t, words(t, 4, 3))
	if s := c.Selection[1]; s.Lower.RatString() != "83/108" || s.Upper.RatString() != "83/108" || s.floor < 0 {
		t.Errorf("%v..%v with floor %d", s.Lower, s.Upper, s.floor)
	}
	verified(t, c)
}

// What keeping k tokens achieves is checked with the rest, and equals the best over everything: which message
// every row sends, and which word every message is answered by.
func TestSelectionIsCertified(t *testing.T) {
	for _, size := range [][2]int{{2, 2}, {3, 2}, {4, 2}, {2, 3}, {3, 3}} {
		c := of(t, words(t, size[0], size[1]))
		kept := 0
		for _, claim := range verified(t, c).Claims {
			if claim.Measure == check.SuccessKept {
				kept++
			}
		}
		if kept != 2*(size[0]+1) {
			t.Errorf("%v: %d claims about kept tokens", size, kept)
		}
	}
	// Two bits, one of them kept: there are four messages; over all ways to answer them.
	best := 0
	for words := range 1 << 8 { // two answers for each of the messages (place, bit)
		total := 0
		for x := range 4 {
			most := 0
			for place := range 2 {
				msg := 2*place + x>>place&1
				word := words >> (2 * msg) & 3
				most = max(most, 2-bits.OnesCount(uint(word^x)))
			}
			total += most
		}
		best = max(best, total)
	}
	if s := of(t, words(t, 2, 2)).Selection[1]; s.Lower.Cmp(big.NewRat(int64(best), 8)) != 0 || s.Upper.Cmp(s.Lower) < 0 {
		t.Errorf("one of two bits kept: %v..%v, the best is %d/8", s.Lower, s.Upper, best)
	}
}

// TestNoPromise: where no entry is inside the promise there is no success to speak of, and no division by none.
func TestNoPromise(t *testing.T) {
	m, err := bounds.New(2, 2, func(int, int) (int, bool) { return 0, false })
	if err != nil {
		t.Fatal(err)
	}
	if c, err := Of(t.Context(), m); err == nil || c != nil {
		t.Errorf("%v, %v", c, err)
	}
}
