package validate

import (
	"fmt"
	"math/big"
	"strings"
	"testing"

	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/protocol/problems"
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
		return reductions.Word(n, func(k int) bool { return w.Bit(order(n, k)) })
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
	constant := func(protocol.Word) protocol.Word { return reductions.Word(4, func(int) bool { return false }) }
	for name, c := range map[string]struct {
		change func(s *Subject)
		want   string
	}{
		"inverted":         {faults["answer inverted"], "right if the answer is inverted, on all 256 pairs tried"},
		"read elsewhere":   {by(2, func(v float64) bool { return v == 1 }), "right if the answer is read at position 1 instead of 2, on all 256 pairs tried"},
		"off by one":       {by(1, func(v float64) bool { return v == 2 }), "off by one: right if +1 is added to the output of position 1, on all 256 pairs tried"},
		"off by minus one": {by(1, func(v float64) bool { return v == 0 }), "right if the answer is inverted, on all 256 pairs tried"},
		"reversed":         {rewords(protocol.Bob, moved(func(n, k int) int { return n - 1 - k })), "right if x is reversed on its way into the tokens, on all 256 pairs tried"},
		"complemented": {rewords(protocol.Alice, func(w protocol.Word) protocol.Word {
			return reductions.Word(int(w.Len()), func(k int) bool { return !w.Bit(k) })
		}),
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
	for named, want := range map[bool]string{false: "inequality ", true: "arithmetic for N: N < 5 $L$; $N < 5$ exact"} {
		players.Named, players.Consequences[1].Latex, players.Consequences[1].Arithmetic = named, "L", "exact"
		g := players.Sheet().Grids[2]
		if got := g.Columns[len(g.Columns)-1].Name + " " + strings.Join(g.Rows[1].Cells[10:], " "); got != want {
			t.Errorf("named: %v: %q", named, got)
		}
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

// TestRestIsSaidOnce: what is needed stands with the verdict where it was known then, else with what follows.
func TestRestIsSaidOnce(t *testing.T) {
	need := Need{Bits: 3, Setting: protocol.OneWay, Basis: "checked", By: "rows"}
	for name, told := range map[string]bool{"with the verdict": true, "later": false} {
		r := run(t, instance(t, reductions.DisjMatch3, 2), Options{})
		if r.Needed = nil; told {
			r.Needed = &need
		}
		r.Verdicts()
		r.Needed = &need
		said := ""
		for _, f := range r.Rest().Fields {
			said += f.Value
		}
		if want := map[bool]string{true: "", false: "3 bits, one-way deterministic (checked: rows)"}[told]; said != want {
			t.Errorf("needed, told %s: %q, want %q", name, said, want)
		}
	}
}

// mapped is a map in which each player writes the place of a member of its domain, and the task is the problem.
func mapped(t *testing.T, domains []protocol.Domain, value func(v []protocol.Value) bool, write func(who int, v protocol.Value) protocol.Value, task func(v []protocol.Value) bool) *Subject {
	s := &Subject{Name: "mine", Size: 1, Declared: true, Reads: []int{1}, Shape: instance(t, reductions.DisjMatch3, 40).Shape}
	s.Problem = &problems.Problem{Name: "mine", Inputs: func(int) []protocol.Domain { return domains }}
	for i := range s.Shape.N {
		if i < len(domains) {
			s.Split.Owner = append(s.Split.Owner, protocol.Player(i))
			continue
		}
		s.Split.Owner, s.Public = append(s.Split.Owner, tasks.Public), append(s.Public, tasks.Token{X: 1})
	}
	s.Write = func(who protocol.Player, ins []protocol.Word) (all [][]tasks.Token, err error) {
		d := domains[who]
		for _, w := range ins {
			w, ok := d.Word(write(int(who), d.Value(w)))
			for k := range d.Len() {
				if d.Nth(k) == w {
					all = append(all, []tasks.Token{{X: k + 1}})
				}
			}
			if !ok {
				t.Errorf("%v is no member of %s", w, d.Name())
			}
		}
		return all, nil
	}
	s.Outputs = func(seq []tasks.Token, read []int) (all []tasks.Value, err error) {
		var v []protocol.Value
		for who, d := range domains {
			v = append(v, d.Value(d.Nth(seq[who].X-1)))
		}
		for _, pos := range read {
			out := 7.
			if pos == 1 {
				if out = 0; task(v) {
					out = 1
				}
			}
			all = append(all, tasks.Value{out})
		}
		return all, nil
	}
	s.Answer = func(_ protocol.Word, output func(int) (tasks.Value, error)) (protocol.Value, error) {
		out, err := output(1)
		return protocol.BoolValue(err == nil && out[0] == 1), err
	}
	s.Want = func(in ...protocol.Word) (protocol.Value, bool, error) {
		var v []protocol.Value
		for who, d := range domains {
			v = append(v, d.Value(in[who]))
		}
		return protocol.BoolValue(value(v)), true, nil
	}
	return s
}

// TestCausesOfLists: inputs of other kinds than bit strings, and of more players, are written in another way than they are meant.
func TestCausesOfLists(t *testing.T) {
	list := func(v protocol.Value, item func(k int) int) protocol.Value {
		var items []int
		for k := range v.Len() {
			items = append(items, item(k))
		}
		return protocol.Ints(items...)
	}
	backwards := func(v protocol.Value) protocol.Value {
		return list(v, func(k int) int { return v.At(v.Len() - 1 - k).Int() })
	}
	from := func(ends int) func(v protocol.Value) protocol.Value {
		return func(v protocol.Value) protocol.Value { return list(v, func(k int) int { return ends - v.At(k).Int() }) }
	}
	inverse := func(v protocol.Value) protocol.Value {
		return list(v, func(k int) int {
			for at := range v.Len() {
				if v.At(at).Int() == k+1 {
					return at + 1
				}
			}
			return 0
		})
	}
	number := func(v protocol.Value) (n int) {
		for k := range v.Len() {
			n = 7*n + v.At(k).Int()
		}
		return n
	}
	larger := func(v []protocol.Value) bool { return number(v[0]) > number(v[len(v)-1]) }
	beyond := func(a, b protocol.Value) bool { return number(a) > number(b)*number(b) }
	first := func(v []protocol.Value) bool { return beyond(v[0], v[len(v)-1]) }
	last := func(v []protocol.Value) bool { return beyond(v[len(v)-1], v[0]) }
	either := func(v []protocol.Value) bool { return (v[0].Len() > 0) == (number(v[1]) == 0) }
	id := func(v protocol.Value) protocol.Value { return v }
	seven := func(protocol.Value) protocol.Value { return protocol.Ints(7) }
	words, some := protocol.Words(2, 3), func(list ...protocol.Domain) []protocol.Domain { return list }
	for name, c := range map[string]struct {
		domains     []protocol.Domain
		value, task func(v []protocol.Value) bool
		first       func(v protocol.Value) protocol.Value
		all         bool // rewrite, not the first alone
		want        string
	}{
		"words reversed":              {some(words, words), larger, larger, backwards, false, "right if x is reversed on its way into the tokens, on all 81 pairs tried"},
		"all reversed":                {some(words, words), larger, larger, backwards, true, "right if every input is reversed on its way into the tokens, on all 81 pairs tried"},
		"words complemented":          {some(words, words), larger, larger, from(2), false, "right if x is complemented on its way into the tokens, on all 81 pairs tried"},
		"tables complemented":         {some(protocol.Tables(2, 3), protocol.Tables(2, 3)), larger, larger, from(4), false, "right if x is complemented on its way into the tokens, on all 81 pairs tried"},
		"permutations inverted":       {some(protocol.Permutations(3), protocol.Permutations(3)), larger, larger, inverse, false, "right if x is inverted as a permutation on its way into the tokens, on all 36 pairs tried"},
		"exchanged":                   {some(words, words), first, last, id, false, "right if x and y are exchanged on their way into the tokens, on all 81 pairs tried"},
		"three in opposite order":     {some(words, words, words), first, last, id, false, "right if the players' inputs are taken in the opposite order on their way into the tokens, on all 729 pairs tried"},
		"of other domains":            {some(words, protocol.Words(3, 2)), first, last, id, false, ""},
		"numbers, which are no lists": {some(protocol.Numbers(0, 3), protocol.Numbers(0, 3)), func([]protocol.Value) bool { return true }, func(v []protocol.Value) bool { return v[0].Int()+v[1].Int() < 6 }, id, false, ""},
		"one is empty":                {some(protocol.Choices(protocol.Ints(), protocol.Ints(7)), words), either, either, seven, false, "the split: none of Alice's tokens depends on x, on 64 random x"},
		"the last is empty":           {some(protocol.Choices(protocol.Ints(7), protocol.Ints()), words), either, either, seven, false, "the split: none of Alice's tokens depends on x, on 64 random x"},
		"the second of three is off":  {some(words, words, words), func(v []protocol.Value) bool { return number(v[1]) > number(v[2]) }, func(v []protocol.Value) bool { return number(backwards(v[1])) > number(v[2]) }, id, false, "right if the input of player 2 is reversed on its way into the tokens, on all 729 pairs tried"},
	} {
		s := mapped(t, c.domains, c.value, func(who int, v protocol.Value) protocol.Value {
			if who == 0 || c.all {
				return c.first(v)
			}
			return v
		}, c.task)
		if r := run(t, s, Options{}); r.Failures == 0 || r.Cause != c.want {
			t.Errorf("%s: %d failures, %q, want %q", name, r.Failures, r.Cause, c.want)
		}
	}
}

// TestCausesThatAreNone: answers that are no truth values are not inverted, outputs that fail are not read, and of a right map a
// query that never changes is named.
func TestCausesThatAreNone(t *testing.T) {
	just := func(v protocol.Value) func(...protocol.Word) (protocol.Value, bool, error) {
		return func(...protocol.Word) (protocol.Value, bool, error) { return v, true, nil }
	}
	for name, c := range map[string]struct {
		n      int
		change func(s *Subject)
		want   string
	}{
		"a truth value for a number": {3, func(s *Subject) { s.Want = just(protocol.IntValue(2)) }, ""},
		"a number for a truth value": {3, func(s *Subject) {
			s.got, s.Answer = nil, func(protocol.Word, func(int) (tasks.Value, error)) (protocol.Value, error) {
				return protocol.IntValue(2), nil
			}
		}, ""},
		"just so many pairs": {7, faults["answer inverted"], "right if the answer is inverted, on all 16384 pairs tried"},
		"of no square":       {3, func(s *Subject) { s.Want = just(protocol.BoolValue(true)) }, ""},
		"no other output": {4, func(s *Subject) {
			by(2, func(v float64) bool { return v == 1 })(s)
			outputs := s.Outputs
			s.Outputs = func(seq []tasks.Token, read []int) ([]tasks.Value, error) {
				if len(read) != 1 || read[0] != 2 {
					return nil, errPlanted
				}
				return outputs(seq, read)
			}
		}, ""},
		"outputs of two numbers": {4, func(s *Subject) {
			by(1, func(v float64) bool { return v == 2 })(s)
			outputs := s.Outputs
			s.Outputs = func(seq []tasks.Token, read []int) (all []tasks.Value, err error) {
				all, err = outputs(seq, read)
				for k := range all {
					all[k] = append(all[k], 1)
				}
				return all, err
			}
		}, ""},
	} {
		r := run(t, broken(t, c.n, c.change), Options{Plain: true})
		if r.Failures == 0 || r.Cause != c.want {
			t.Errorf("%s: %d failures, %q, want %q", name, r.Failures, r.Cause, c.want)
		}
	}
	if r := run(t, playing(t, []int{1, 2}, func([]int) protocol.Value { return protocol.BoolValue(true) }), Options{}); r.Cause != "" {
		t.Errorf("of a player with one input: %q", r.Cause)
	}
	asked := instance(t, reductions.DisjMatch3, 3)
	asked.Split.Owner = append([]protocol.Player{}, asked.Split.Owner...)
	asked.Split.Owner[0], asked.Public = protocol.Alice, asked.Public[1:]
	write := asked.Write
	asked.Write = func(who protocol.Player, ins []protocol.Word) ([][]tasks.Token, error) {
		all, err := write(who, ins)
		for k := range all {
			if who == protocol.Alice {
				all[k] = append([]tasks.Token{{X: 1}}, all[k]...)
			}
		}
		return all, err
	}
	if r := run(t, asked, Options{}); r.Verdict != report.Meets || !strings.HasPrefix(r.Cause, "one way for attention, right if the token at position 1 is public: ") {
		t.Errorf("%s, %q", r.Verdict, r.Cause)
	}
	asked.Write = func(protocol.Player, []protocol.Word) ([][]tasks.Token, error) { return nil, errPlanted }
	if constant, deaf := asked.constant(), asked.deaf(); constant != "" || deaf != "" {
		t.Errorf("a map that fails: %q, %q", constant, deaf)
	}
}
