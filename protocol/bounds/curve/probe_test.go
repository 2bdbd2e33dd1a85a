package curve

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"crosscut/protocol"
	"crosscut/protocol/bounds"
	"crosscut/protocol/problems"
)

func source(t *testing.T, name string, n int, set map[string]int) *Source {
	t.Helper()
	p, err := problems.Catalog().Get(name)
	if err == nil {
		p, err = p.With(set)
	}
	if err != nil {
		t.Fatal(err)
	}
	s, err := ProblemSource(p, n)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Only problems whose answers are independent and uniform let bits follow from an accuracy; at small sizes the
// matrix says the same.
func TestWhichAnswersAreIndependent(t *testing.T) {
	for p := range problems.Catalog().All() {
		if len(p.Domains(2)) != 2 {
			continue
		}
		for n := 2; n <= 3; n++ {
			if len(p.Domains(n)) != 2 {
				continue
			}
			s, err := ProblemSource(p, n)
			if err != nil {
				t.Fatal(err)
			}
			m, err := bounds.FromProblem(p, n)
			if err != nil {
				continue
			}
			if got := s.Questions > 0; got && !product(m) {
				t.Errorf("%s at n = %d: said to be independent, and is not", p.Name, n)
			}
			if v := p.Values(n); v > 0 && len(m.Values()) > v {
				t.Errorf("%s at n = %d has %d values, and says %d", p.Name, n, len(m.Values()), v)
			}
		}
	}
	for name, want := range map[string]int{"index": 5, "symbols": 5, "set": 0, "disj": 0} {
		if got := source(t, name, 5, nil).Questions; got != want {
			t.Errorf("%s: %d questions, want %d", name, got, want)
		}
	}
	if e := source(t, "symbols", 16, map[string]int{"V": 10}).Entropy(); math.Abs(e-16*math.Log2(10)) > 1e-9 {
		t.Errorf("entropy %v", e)
	}
}

// answered fills a probe in.
func answered(t *testing.T, s *Source, answer func(k int, want protocol.Value) string) *Probe {
	t.Helper()
	p, err := s.NewProbe("index", 8, nil, 3, 400)
	if err != nil {
		t.Fatal(err)
	}
	_, want, err := s.items(3, 400)
	if err != nil {
		t.Fatal(err)
	}
	for k := range p.Items {
		p.Items[k].Answer = json.RawMessage(answer(k, want[k]))
	}
	raw, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	if p, err = ReadProbe(raw); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestGrade(t *testing.T) {
	s := source(t, "index", 8, nil)
	right := func(_ int, want protocol.Value) string {
		if want.True() {
			return "1"
		}
		return "false"
	}
	g, err := s.Grade(answered(t, s, right))
	if err != nil || g.Right != 400 || *g.Estimate != 8 || *g.AtLeast < 7 || *g.AtLeast >= 8 || g.High != 1 {
		t.Errorf("all right: %+v, %v", g, err)
	}
	g, err = s.Grade(answered(t, s, func(int, protocol.Value) string { return "0" }))
	if err != nil || *g.AtLeast != 0 || g.Accuracy < 0.4 || g.Accuracy > 0.6 {
		t.Errorf("always 0: %+v, %v", g, err)
	}
	g, err = s.Grade(answered(t, s, func(k int, want protocol.Value) string {
		if k%2 == 0 {
			return "null"
		}
		return right(k, want)
	}))
	if err != nil || g.Right != 200 || g.Unanswered != 200 || len(g.Warnings) == 0 {
		t.Errorf("half answered: %+v, %v", g, err)
	}
	for what, edit := range map[string]func(p *Probe){
		"another x":  func(p *Probe) { p.Items[7].X = json.RawMessage(`"00000000"`) },
		"another y":  func(p *Probe) { p.Items[7].Y = json.RawMessage(`99`) },
		"other seed": func(p *Probe) { p.Seed = 4 },
		"a string":   func(p *Probe) { p.Items[7].Answer = json.RawMessage(`"1"`) },
		"no answers": func(p *Probe) {
			for k := range p.Items {
				p.Items[k].Answer = json.RawMessage("null")
			}
		},
	} {
		p := answered(t, s, right)
		edit(p)
		if g, err := s.Grade(p); err == nil {
			t.Errorf("%s: graded %+v", what, g)
		}
	}
	for _, raw := range []string{`{}`, `{"items":[]}`, `{"items":[{"x":1,"y":1,"answer":1}],"extra":1}`, `[]`} {
		if _, err := ReadProbe([]byte(raw)); err == nil {
			t.Errorf("%s was read", raw)
		}
	}
}

// Keeping tokens: the choice of which to keep speaks too, so two of four bits already name all inputs; what is
// achieved is never above what is possible, nor below keeping fixed places and guessing.
func TestSelection(t *testing.T) {
	for _, size := range [][2]int{{1, 2}, {2, 2}, {3, 2}, {4, 2}, {5, 2}, {2, 3}, {3, 3}} {
		n, v := size[0], size[1]
		for _, s := range of(t, words(t, n, v)).Selection {
			lower, _ := s.Lower.Float64()
			if s.Lower.Cmp(s.Upper) > 0 || lower < float64(s.Kept*v+n-s.Kept)/float64(v*n)-1e-12 {
				t.Errorf("%v, %d kept: %v..%v", size, s.Kept, s.Lower, s.Upper)
			}
			if s.Kept == n && s.Lower.Cmp(s.Upper) != 0 {
				t.Errorf("%v, all kept: %v..%v", size, s.Lower, s.Upper)
			}
		}
	}
	if s := of(t, words(t, 4, 2)).Selection[2]; s.Lower.RatString() != "1" {
		t.Errorf("two of four bits kept: %v", s.Lower)
	}
	if !strings.Contains(how, "without x") {
		t.Error("the probe must say that y comes without x")
	}
}

// Against all ways to send and to answer, where they can be tried.
func TestSelectionAgainstAllAssignments(t *testing.T) {
	m := words(t, 3, 2)
	p, err := prepare(m)
	if err != nil {
		t.Fatal(err)
	}
	msgs := p.messages(m, 1)
	best := int64(0)
	send := make([]int, p.rows)
	var try func(i int)
	try = func(i int) {
		if i == p.rows {
			total := int64(0)
			for k := range msgs {
				var rows []int
				for i, at := range send {
					if at == k {
						rows = append(rows, i)
					}
				}
				w := p.suits(rows)
				for _, i := range rows {
					total += int64(p.gain[w][i])
				}
			}
			best = max(best, total)
			return
		}
		for k, msg := range msgs {
			for _, r := range msg.rows {
				if r == i {
					send[i] = k
					try(i + 1)
				}
			}
		}
	}
	try(0)
	s := of(t, m).Selection[1]
	if got := s.Lower.Num().Int64() * p.all / s.Lower.Denom().Int64(); got != best {
		t.Errorf("one of three bits kept: %v found, the best is %d of %d", s.Lower, best, p.all)
	}
}
