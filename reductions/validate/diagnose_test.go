package validate

import (
	"fmt"
	"math/big"
	"strings"
	"testing"

	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/reductions"
	"crosscut/report"
)

// rewords changes a player's inputs on their way into the tokens.
func rewords(who protocol.Player, change func(w protocol.Word) protocol.Word) func(s *Subject) {
	return func(s *Subject) {
		write := s.Write
		s.Write = func(p protocol.Player, ins []protocol.Word) ([][]tasks.Token, error) {
			if p == who {
				changed := make([]protocol.Word, len(ins))
				for k, w := range ins {
					changed[k] = change(w)
				}
				ins = changed
			}
			return write(p, ins)
		}
	}
}

// by answers by the output at one position alone.
func by(pos int, yes func(v float64) bool) func(s *Subject) {
	return func(s *Subject) {
		s.got, s.Reads = nil, []int{pos}
		s.Answer = func(_ protocol.Word, output func(int) (tasks.Value, error)) (protocol.Value, error) {
			v, err := output(pos)
			return protocol.BoolValue(err == nil && yes(v[0])), err
		}
	}
}

// moved lists the bits of a word in another order.
func moved(order func(n, k int) int) func(w protocol.Word) protocol.Word {
	return func(w protocol.Word) protocol.Word {
		n := int(w.Len())
		return fill(n, func(k int) bool { return w.Bit(order(n, k)) })
	}
}

// TestCauses: what makes a wrong map right is named, where one thing does.
func TestCauses(t *testing.T) {
	two := func(both ...func(s *Subject)) func(s *Subject) {
		return func(s *Subject) {
			for _, one := range both {
				one(s)
			}
		}
	}
	constant := func(protocol.Word) protocol.Word { return fill(4, func(int) bool { return false }) }
	for name, c := range map[string]struct {
		change func(s *Subject)
		want   string
	}{
		"inverted":         {faults["answer inverted"], "right if the answer is inverted, on all 256 pairs tried"},
		"read elsewhere":   {by(2, func(v float64) bool { return v == 1 }), "right if the answer is read at position 1 instead of 2, on all 256 pairs tried"},
		"off by one":       {by(1, func(v float64) bool { return v == 2 }), "off by one: right if +1 is added to the output of position 1, on all 256 pairs tried"},
		"off by minus one": {by(1, func(v float64) bool { return v == 0 }), "right if the answer is inverted, on all 256 pairs tried"},
		"reversed":         {rewords(protocol.Bob, moved(func(n, k int) int { return n - 1 - k })), "right if x is reversed on its way into the tokens, on all 256 pairs tried"},
		"complemented": {rewords(protocol.Alice, func(w protocol.Word) protocol.Word { return fill(int(w.Len()), func(k int) bool { return !w.Bit(k) }) }),
			"right if x is complemented on its way into the tokens, on all 256 pairs tried"},
		"transposed":            {rewords(protocol.Alice, moved(func(_, k int) int { return k%2*2 + k/2 })), "right if x is transposed, as a square on its way into the tokens, on all 256 pairs tried"},
		"Alice is deaf":         {rewords(protocol.Alice, constant), "the split: none of Alice's tokens depends on x, on 64 random x"},
		"Bob is deaf":           {rewords(protocol.Bob, constant), "the split: none of Bob's tokens depends on y, on 64 random y"},
		"Bob is deaf, and asks": {two(rewords(protocol.Bob, constant), func(s *Subject) { s.AnswerUsesY, s.got = true, nil }), ""},
		"nothing":               {faults["Bob forgets his last"], ""},
		"reads that were found": {two(by(1, func(v float64) bool { return v == 2 }), func(s *Subject) { s.Declared, s.Found = false, func() []int { return []int{1} } }), ""},
	} {
		r := run(t, broken(t, 4, c.change), Options{Plain: true})
		if r.Failures == 0 || r.Cause != c.want {
			t.Errorf("%s: %d failures, %q, want %q", name, r.Failures, r.Cause, c.want)
		}
	}
	large := run(t, broken(t, 12, faults["answer inverted"]), Options{Budget: 200})
	if !strings.HasPrefix(large.Cause, "right if the answer is inverted, on all ") {
		t.Errorf("a sampled map: %q", large.Cause)
	}
	s := instance(t, reductions.DisjMatch3, 2)
	for name, same := range map[string]bool{"numbers": false, "lists of one": false, "lists": true} {
		v := map[string]protocol.Value{"numbers": protocol.IntValue(3), "lists of one": protocol.Ints(3), "lists": protocol.Ints(3, 4)}[name]
		if _, ok := rewritings[0].of(protocol.Domain{}, v); ok != same {
			t.Errorf("%s are reversed: %v", name, ok)
		}
		if _, ok := rewritings[2].of(protocol.Domain{}, v); ok {
			t.Errorf("%s are a square", name)
		}
	}
	if s.nameOf(0) != "x" || s.nameOf(1) != "y" {
		t.Error("inputs are called otherwise")
	}
}

// TestSheets: a result lays out what it has, and no more.
func TestSheets(t *testing.T) {
	need, field := Need{Bits: 3, Setting: protocol.OneWay, Basis: "checked", By: "rows"}, func(r *Result, name string) string {
		for _, f := range r.Sheet().Fields {
			if f.Name == name {
				return f.Value
			}
		}
		return "-"
	}
	right, wrong := run(t, instance(t, reductions.DisjMatch3, 4), Options{}), run(t, broken(t, 4, faults["answer inverted"]), Options{Plain: true})
	drawn := run(t, instance(t, reductions.DisjMatch3, 4), Options{Budget: 40})
	odd := run(t, broken(t, 4, func(s *Subject) {
		rewritten(s, func(_ protocol.Player, _ protocol.Word, ts []tasks.Token) { ts[0].X = -1 })
	}), Options{})
	part := *right
	part.Exhaustive = false
	players := &Result{Pairs: right.Pairs, Counterexample: &Counterexample{Inputs: []any{1, 2, 3}, Got: protocol.IntValue(2), Want: protocol.BoolValue(true)}, Needed: &need, Needs: []Need{need, need},
		Consequences: []Consequence{{Architecture: "a", Vacuous: true, Note: "why"}, {Architecture: "b", Solved: []Solution{{For: "N", Text: "N < 5", Latex: "N < 5"}}}}}
	for name, c := range map[string]struct {
		r    *Result
		want map[string]string
	}{
		"right": {right, map[string]string{"checked": "256 (every pair, bit-parallel)", "verdict": "meets", "failure rate": "-", "violation": "-", "cause": "-", "x": "-", "got": "-", "needed": "4 bits, one-way deterministic (checked: n: the sets {1}, ..., {n} are shattered: INDEX_n embeds)"}},
		"wrong": {wrong, map[string]string{"checked": "256 (every pair, plain)", "verdict": "errs", "x": "0000", "y": "0000", "got": "true", "want": "false", "cause": "right if the answer is inverted, on all 256 pairs tried", "input 1": "-"}},
		"drawn": {drawn, map[string]string{"checked": "40 (sampled)", "verdict": "meets (sampled: right on what was tried)", "failure rate": "between 0 and 0.162 under uniform inputs, with 99% confidence (0 of 30 uniform samples failed)"}},
		"odd":   {odd, map[string]string{"verdict": "errs", "token": "-1"}},
		"part":  {&part, map[string]string{"checked": "256 (not all, bit-parallel)"}},
		"three": {players, map[string]string{"x": "-", "input 1": "1", "input 3": "3", "got": "2", "want": "true", "needed": "3 bits, one-way deterministic (checked: rows)"}},
	} {
		for field0, want := range c.want {
			if got := field(c.r, field0); got != want {
				t.Errorf("%s: %s is %q, want %q", name, field0, got, want)
			}
		}
		if (len(c.r.Sheet().Grids) == 3) != (name == "three") {
			t.Errorf("%s: %d tables", name, len(c.r.Sheet().Grids))
		}
	}
	titles := func(s []report.Grid) (all []string) {
		for _, g := range s {
			all = append(all, g.Title)
		}
		return all
	}
	if got := fmt.Sprintf("%v %v %v", titles(players.Rest().Grids), players.Rest().Fields[0].Value == "", titles(players.Verdicts().Grids)); got != "[needed, as the table of the problem shows what follows] true [tokens of the counterexample]" {
		t.Error(got)
	}
	if rest := players.Rest(); rest.Fields != nil || rest.Text != "\n" { // what is needed was told with the verdict
		t.Errorf("%+v", rest)
	}
	g := players.Sheet().Grids[2]
	if a, b := g.Rows[0], g.Rows[1]; fmt.Sprintf("%v %v %s %s", a.Notes, b.Notes, a.Cells[6], b.Cells[6]) != "[why] [] vacuous impossible" {
		t.Errorf("%+v", g.Rows)
	}
	players.Consequences, players.Needs = nil, []Need{need}
	if n := len(players.Sheet().Grids); n != 1 {
		t.Errorf("%d tables where nothing follows", n)
	}
	for bits, want := range map[uint]string{63: "9223372036854775808", 64: "about 2^64"} {
		if got := domainText(new(big.Int).Lsh(big.NewInt(1), bits)); got != want {
			t.Errorf("2^%d is written %s", bits, got)
		}
	}
}
