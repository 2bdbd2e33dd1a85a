package problems

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"crosscut/docs"
	"crosscut/internal/exact"
	"crosscut/internal/long"
	"crosscut/protocol"
)

// TestEvidence enumerates the evidence of every cost up to n = 10.
func TestEvidence(t *testing.T) {
	for p := range Catalog().All() {
		for _, c := range p.Costs {
			if c.Evidence == nil {
				if c.Exact {
					t.Errorf("%s, %s: an exact cost without evidence", p.Name, c.Setting)
				}
				continue
			}
			for n := 1; n <= long.Of(8, 10); n++ {
				if n > 2 && !p.enumerable(n) {
					break
				}
				if err := c.Check(p, n); err != nil {
					t.Error(err)
				}
			}
		}
	}
}

// TestExactCostsAreReached runs the protocols that send an input whole: together
// with the evidence they make the exact costs exact.
func TestExactCostsAreReached(t *testing.T) {
	for p := range Catalog().All() {
		for _, c := range p.Costs {
			if !c.Exact {
				continue
			}
			for n := 1; n <= 4; n++ {
				if p.Xs(n)*p.Ys(n) > 1<<12 {
					break
				}
				best := protocol.Bits(math.MaxInt)
				for _, sender := range []protocol.Player{protocol.Alice, protocol.Bob} {
					if c.Setting == protocol.OneWay && c.From != sender {
						continue
					}
					best = min(best, sendAll(t, p, n, sender, c.BothKnow))
				}
				if best != c.Bits(n) {
					t.Errorf("%s, n = %d, %s (%v, both know: %v): a protocol costs %d, the cost is given as %d",
						p.Name, n, c.Setting, c.From, c.BothKnow, best, c.Bits(n))
				}
			}
		}
	}
}

// sendAll is the cost of sending an input whole, after a run on all input pairs
// that is right and audited.
func sendAll(t *testing.T, p *Problem, n int, sender protocol.Player, bothKnow bool) protocol.Bits {
	t.Helper()
	lengths := [2]protocol.Bits{protocol.Bits(p.XBits(n)), protocol.Bits(p.YBits(n))}
	player := func(self protocol.Player, in protocol.Word) func(*protocol.Port) bool {
		return func(port *protocol.Port) bool {
			if self == sender {
				port.Send("input", in)
				return bothKnow && port.Recv(1-self, 1).Bit(0)
			}
			var answer bool
			if other := port.Recv(sender, lengths[sender]); self == protocol.Bob {
				answer = holds(p, n, other, in)
			} else {
				answer = holds(p, n, in, other)
			}
			if bothKnow {
				bit := uint64(0)
				if answer {
					bit = 1
				}
				port.Send("answer", protocol.UintWord(bit, 1))
			}
			return answer
		}
	}
	var audit protocol.Audit
	var cost protocol.Bits
	for i := range p.Xs(n) {
		for j := range p.Ys(n) {
			x, y := p.X(n, i), p.Y(n, j)
			outs, tr, err := protocol.Run(t.Context(), nil, player(protocol.Alice, x), player(protocol.Bob, y))
			if err != nil {
				t.Fatal(err)
			}
			if want := holds(p, n, x, y); outs[1-sender] != want || bothKnow && outs[sender] != want {
				t.Fatalf("%s(%v, %v): output %v", p.Name, x, y, outs)
			}
			if err := audit.Add([]string{x.String(), y.String()}, tr, []string{fmt.Sprint(outs[0]), fmt.Sprint(outs[1])}); err != nil {
				t.Fatal(err)
			}
			cost = max(cost, tr.Cost())
		}
	}
	return cost
}

// holds is a bit of the answer that stands for it where there are more than two: the
// protocols here send an input whole, so whoever hears it knows all of it.
func holds(p *Problem, n int, x, y protocol.Word) bool {
	v, _ := p.Value(n, x, y)
	return strings.Count(v.Key(), "1")%2 == 1
}

// TestFalseEvidence: every kind of evidence can fail.
func TestFalseEvidence(t *testing.T) {
	word := func(s string) protocol.Word { w, _ := protocol.ParseWord(s); return w }
	for name, e := range map[string]*Evidence{
		"fooling":   {Fooling: func(int) [][2]protocol.Word { return pairs(3, func(uint64) uint64 { return 0 }) }},
		"shattered": {Shattered: func(int) []protocol.Word { return []protocol.Word{word("100"), word("110")} }},
		"rows":      {DistinctRows: true},
		"columns":   {DistinctColumns: true},
		"factors": {Factors: func(int, bool) Factors {
			return Factors{[]int{0}, []int{0}, [][][2]int{{}}, [][][2]int{{}}, []int{1}}
		}},
	} {
		p := &Problem{Name: "disj", Inputs: bitStrings, Words: Disj.Words}
		if name == "rows" || name == "columns" {
			p.Words = func(n int, x, y protocol.Word) bool { return x.Bit(0) && y.Bit(0) }
		}
		if found, err := e.Verify(p, 3); err == nil || found != (Found{}) {
			t.Errorf("%s: false evidence proves %v, %v", name, found, err)
		}
	}
	short := Disj.Costs[0]
	short.Evidence = &Evidence{Fooling: func(n int) [][2]protocol.Word { return disjFooling(n)[1:] }}
	if err := short.Check(Disj, 3); err == nil || !strings.Contains(err.Error(), "3 bits of 4") {
		t.Errorf("a fooling set one pair short: %v", err)
	}
	if found, err := (*Evidence)(nil).Verify(Disj, 3); err != nil || found != (Found{}) {
		t.Errorf("no evidence proves %v, %v", found, err)
	}
	if err := fano("1/3", 817, "-").Check(Disj, 13); err == nil {
		t.Error("no evidence passes for a check")
	}
	if err := Disj.Costs[0].Check(Disj, 100); err == nil || !strings.Contains(err.Error(), "too large") {
		t.Errorf("n = 100: %v", err)
	}
}

// TestFactors: at other parameters too the factors have the rank that elimination finds, and with one number changed they
// are refused.
func TestFactors(t *testing.T) {
	for _, c := range []struct {
		of  *Problem
		set map[string]int
	}{{SDisj, map[string]int{"a": 2, "b": 2}}, {SDisj, map[string]int{"a": 1, "b": 3}}, {SDisj, map[string]int{"a": 3, "b": 2}},
		{Set, map[string]int{"q": 1}}, {Set, map[string]int{"q": 2}}, {Set, map[string]int{"q": 3}}, {Set, map[string]int{"q": 4}}} {
		p, err := c.of.With(c.set)
		if err != nil {
			t.Fatal(err)
		}
		e := &Evidence{Factors: p.Factors()}
		for n := 1; n <= long.Of(5, 7); n++ {
			found, err := e.Verify(p, n)
			want, _ := (&Evidence{Ranks: true}).Verify(p, n)
			if err != nil || found != want {
				t.Errorf("%s, %v, n = %d: factors of %v (%v), ranks %v", p.Name, c.set, n, found, err, want)
			}
			for _, one := range []bool{true, false} {
				f := p.Factors()(n, one)
				for k := range f.Diagonal {
					f.Diagonal[k]++
					if f.prove(p, n, one) == nil {
						t.Errorf("%s, %v, n = %d: number %d of the diagonal may be another", p.Name, c.set, n, k)
					}
					f.Diagonal[k]--
				}
			}
		}
	}
	if Disj.Factors() != nil {
		t.Error("disj has factors")
	}
	flat := Factors{[]int{0}, []int{0}, [][][2]int{{}}, [][][2]int{{}}, []int{0}}
	if flat.prove(Disj, 3, true) == nil { // the entry is 0 indeed
		t.Error("a 0 on the diagonal passes")
	}
}

func TestRank(t *testing.T) {
	for n := 1; n <= 6; n++ {
		found, err := (&Evidence{Ranks: true}).Verify(IP, n)
		if err != nil || found.Ones != 1<<n-1 || found.Zeros != 1<<n {
			t.Errorf("ip, n = %d: ranks %v, %v", n, found, err)
		}
	}
	if r := exact.RankModulo([][]uint64{{1, 2, 3}, {2, 4, 6}, {0, 0, 1}, {1, 2, 4}}, exact.Mersenne); r != 2 {
		t.Errorf("rank %d, want 2", r)
	}
}

// TestShares: 1 - H2(1/3) = 5/3 - log2 3 and 1 - H2(1/10) = 1 + 1.8 log2 3 - log2
// 10, so that the shares are comparisons of powers, done exactly.
func TestShares(t *testing.T) {
	pow := func(b, e int64) *big.Int { return new(big.Int).Exp(big.NewInt(b), big.NewInt(e), nil) }
	third := func(share int64) bool { // 5/3 - log2 3 >= share/10000, times 30,000
		return new(big.Int).Mul(pow(3, 30000), pow(2, 3*share)).Cmp(pow(2, 50000)) <= 0
	}
	tenth := func(share int64) bool { // times 10,000
		return new(big.Int).Mul(pow(2, 10000-share), pow(3, 18000)).Cmp(pow(10, 10000)) >= 0
	}
	if !third(817) || third(818) || !tenth(5310) || tenth(5311) {
		t.Error("the shares 0.0817 and 0.5310 are not the largest with four places")
	}
	if got := fano("1/3", 817, "-").Bits(100); got != 9 {
		t.Errorf("Fano at n = 100: %d bits, want ceil(8.17)", got)
	}
}

func TestFormulas(t *testing.T) {
	for _, c := range []struct{ n, both, bob int }{{1, 1, 0}, {2, 2, 1}, {3, 3, 2}, {4, 3, 2}, {5, 4, 3}, {1000, 11, 10}} {
		if both, bob := Index.Costs[0].Bits(c.n), Index.Costs[3].Bits(c.n); int(both) != c.both || int(bob) != c.bob {
			t.Errorf("index, n = %d: %d and %d bits, want %d and %d", c.n, both, bob, c.both, c.bob)
		}
	}
	for n, want := range map[int]int{1: 0, 2: 0, 3: 0, 4: 1, 5: 1, 100: 49, 101: 49} {
		if got := int(IP.Costs[5].Bits(n)); got != want || float64(got) < float64(n)/2-math.Log2(3) {
			t.Errorf("ip randomised, n = %d: %d bits, want %d", n, got, want)
		}
	}
}

func TestIndexWords(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{1, 2, 3, 7, 100} {
		for range 200 {
			x, y := Index.RandomX(n, rng), Index.RandomY(n, rng)
			at := Position(n, y)
			if at < 1 || at > n || Index.Holds(n, x, y) != x.Bit(at-1) || Index.ShowY(n, y) != fmt.Sprint(at) {
				t.Fatalf("n = %d: position %d of %v, shown as %s", n, at, y, Index.ShowY(n, y))
			}
		}
	}
	for p := range Catalog().All() {
		if x := p.RandomX(130, rng); int(x.Len()) != p.XBits(130) {
			t.Errorf("%s: x has %d bits", p.Name, x.Len())
		}
	}
}

// TestCovers: a cover is the function, on all inputs.
func TestCovers(t *testing.T) {
	if Disj.Cover == nil {
		t.Error("disj has lost its cover, and checks their fast path")
	}
	for p := range Catalog().All() {
		if p.Cover == nil {
			continue
		}
		for n := 1; n <= 5; n++ {
			c := p.Cover(n)
			for i := range p.Xs(n) {
				for j := range p.Ys(n) {
					if x, y := p.X(n, i), p.Y(n, j); c.Eval(x, y) != p.Holds(n, x, y) {
						t.Fatalf("%s, n = %d: the cover is wrong at %v, %v", p.Name, n, x, y)
					}
				}
			}
		}
	}
}

// TestProofsAreWritten: every problem has its section in docs/problems.md, or its name on the page
// that it cites as its own.
func TestProofsAreWritten(t *testing.T) {
	for p := range Catalog().All() {
		page, want := docs.Home(p.Cite, "problems"), "## "+p.Name+"\n"
		if page != "problems" {
			want = "`" + p.Name + "`"
		}
		if text, _ := docs.Text(page); !strings.Contains(text, want) {
			t.Errorf("docs/%s.md has no %q", page, want)
		}
		for _, c := range p.Costs {
			if c.Basis == Quoted && len(c.Cite) == 0 {
				t.Errorf("%s, %s: quoted without a source", p.Name, c.Setting)
			}
		}
	}
}
