package validate

import (
	"errors"
	"strconv"
	"strings"
	"testing"

	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/reductions"
	"crosscut/reductions/rules"
)

// TestRecordsOfUnitsAreJudged: what a record says of its unit is possible, and the units together are all pairs.
func TestRecordsOfUnitsAreJudged(t *testing.T) {
	w, err := instance(t, reductions.DisjMatch3, 3).Work(Options{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	at := func(x, y int) *Place { return &Place{x, y} }
	for _, c := range []struct {
		counts Counts
		says   string
	}{
		{Counts{Pairs: 16, Inside: 16, Failures: 1, Worst: at(2, 7)}, ""}, {Counts{Pairs: 16, Inside: 16, Failures: 16, Worst: at(3, 0)}, ""}, {Counts{Pairs: 16}, ""}, {Counts{Pairs: 16, Inside: 9}, ""},
		{Counts{Pairs: 15, Inside: 15}, "15 pairs, where these x have 16"}, {Counts{Pairs: 17, Inside: 16}, "17 pairs"},
		{Counts{Pairs: 16, Inside: 16, Failures: -1}, "does not go with"}, {Counts{Pairs: 16, Inside: 3, Failures: 4, Worst: at(2, 0)}, "does not go with"}, {Counts{Pairs: 16, Inside: 17}, "does not go with"},
		{Counts{Pairs: 16, Inside: 16, Failures: 1}, "does not go with"}, {Counts{Pairs: 16, Inside: 16, Worst: at(2, 0)}, "does not go with"},
		{Counts{Pairs: 16, Inside: 16, Failures: 1, Worst: at(1, 0)}, "not of this unit"}, {Counts{Pairs: 16, Inside: 16, Failures: 1, Worst: at(4, 0)}, "not of this unit"},
		{Counts{Pairs: 16, Inside: 16, Failures: 1, Worst: at(2, -1)}, "not of this unit"}, {Counts{Pairs: 16, Inside: 16, Failures: 1, Worst: at(2, 8)}, "not of this unit"},
		{Counts{Pairs: 16, Reads: []int{1, 9}}, ""}, {Counts{Pairs: 16, Reads: []int{0, 9}}, "are read, of 1..9"}, {Counts{Pairs: 16, Reads: []int{1, 10}}, "are read, of 1..9"}, {Counts{Pairs: 16, Reads: []int{1, 3, 2}}, "are read, of 1..9"},
	} {
		if err := w.Sane(2, 4, &c.counts); (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%+v: %v, want %q", c.counts, err, c.says)
		}
	}
	for pairs, want := range map[int64]bool{63: false, 64: true, 65: false} {
		if err := w.Total(Counts{Pairs: pairs}); (err == nil) != want {
			t.Errorf("%d of 64 pairs: %v", pairs, err)
		}
	}
	for n, want := range map[int]bool{30: true, 31: false} {
		if _, err := instance(t, reductions.DisjMatch3, n).Work(Options{Plain: true}, nil); (err == nil) != want {
			t.Errorf("2^%d pairs: %v", 2*n, err)
		}
	}
	for _, c := range []struct {
		gots, wants uint
		strange     bool
	}{{1 << protocol.Text, 1 << protocol.Int, true}, {1 << protocol.Text, 0, false}, {1 << protocol.Int, 1<<protocol.Int | 1<<protocol.Text, false}, {1<<protocol.Int | 1<<protocol.Tuple, 1 << protocol.Int, true}} {
		if err := (&Counts{Gots: c.gots, Wants: c.wants}).strange("mine.star:9"); (err != nil) != c.strange {
			t.Errorf("%+v: %v", c, err)
		}
	}
	for declared, want := range map[bool]int{true: 0, false: 2} { // what is read is found where nobody says it
		s := instance(t, reductions.DisjMatch3, 3)
		s.Declared, s.Found = declared, func() []int { return []int{1, 4} }
		w, err := s.Work(Options{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if c, err := w.Do(t.Context(), 0, 1); err != nil || len(c.Reads) != want {
			t.Errorf("declared %v: %+v, %v", declared, c, err)
		}
	}
	failing := instance(t, reductions.DisjMatch3, 3)
	failing.Answer = func(protocol.Word, func(int) (tasks.Value, error)) (protocol.Value, error) {
		return protocol.Value{}, errPlanted
	}
	if _, err := failing.Work(Options{}, nil); !errors.Is(err, errPlanted) {
		t.Errorf("an answer that fails: %v", err)
	}
}

// TestOtherSizesAreTried: a map that is wrong where it is tried is not trusted, and the longest size that fits is found.
func TestOtherSizesAreTried(t *testing.T) {
	if err := broken(t, 4, faults["always yes"]).Trust(t.Context()); err == nil || !strings.Contains(err.Error(), "the map is wrong at n = 4, on x = ") {
		t.Errorf("a wrong map is trusted: %v", err)
	}
	if err := broken(t, 4, faults["right"]).Trust(t.Context()); err != nil {
		t.Error(err)
	}
	public := func(s *Subject) { s.Public = []tasks.Token{{X: 99}} }
	if err := broken(t, 4, public).Trust(t.Context()); err == nil || !strings.Contains(err.Error(), "tokens are in the task's range at position 1: 99 is outside") {
		t.Errorf("a public token out of range: %v", err)
	}
	squares := func(n int) (*Subject, error) { // n = 4, 9, 16, ..., of 2n + 3 tokens
		for k := 2; k*k <= n; k++ {
			if k*k == n {
				return instance(t, reductions.DisjMatch3, n), nil
			}
		}
		return nil, errPlanted
	}
	for N, want := range map[int]int{11: 4, 20: 4, 21: 9, 101: 49, 199: 81} {
		if s, err := Longest(t.Context(), N, squares); err != nil || s.Size != want {
			t.Errorf("at most %d tokens: %+v, %v", N, s, err)
		}
	}
	every := func(n int) (*Subject, error) { return instance(t, reductions.DisjMatch3, n), nil }
	if s, err := Longest(t.Context(), 13, every); err != nil || s.Size != 5 {
		t.Errorf("at most 13 tokens, of all sizes: %+v, %v", s, err)
	}
	if _, err := Longest(t.Context(), 8, squares); err == nil || !strings.Contains(err.Error(), "no sequence is as short as N = 8") {
		t.Errorf("at most 8 tokens: %v", err)
	}
	if _, err := Longest(t.Context(), 8, func(int) (*Subject, error) { return nil, errPlanted }); !errors.Is(err, errPlanted) {
		t.Errorf("a map that is defined nowhere: %v", err)
	}
	ended := &ending{Context: t.Context(), n: 1}
	if _, err := newSearch(ended, squares).at(4); !errors.Is(err, errLate) {
		t.Errorf("a size is looked at when the time is over: %v", err)
	}
	// From where a model bites the map must be right.
	family := func(n int) (*Subject, error) {
		s := broken(t, n, faults[map[bool]string{true: "right", false: "always yes"}[n == 3]])
		s.Declared = true
		return s, nil
	}
	s, _ := family(3)
	list, err := Consequences(t.Context(), s, family)
	if err != nil {
		t.Fatal(err)
	}
	said := 0
	for _, c := range list {
		if c.BitesFrom != nil && *c.BitesFrom != 3 {
			t.Errorf("%s bites from n = %d, where the map is wrong", c.Rule, *c.BitesFrom)
		}
		if strings.Contains(c.Note, "the map is wrong at n = ") {
			said++
		}
	}
	if said == 0 {
		t.Errorf("no row says that the map is wrong at other n: %+v", list)
	}
}

// TestTokensOfOtherSizes: tokens that are none of the task break an obligation on every path, and answers of another type are a
// fault of the file.
func TestTokensOfOtherSizes(t *testing.T) {
	for _, opt := range []Options{{}, {Plain: true}, {Budget: 40}} {
		r := run(t, broken(t, 4, func(s *Subject) {
			rewritten(s, func(who protocol.Player, _ protocol.Word, ts []tasks.Token) { ts[0].X = -1 })
		}), opt)
		if r.Violation == nil || r.Violation.Obligation != InRange {
			t.Errorf("%+v: %+v", opt, r)
		}
	}
	var odd tally
	odd.gots.see(protocol.TextValue("yes"))
	if err := odd.strange("mine.star:9"); err != nil {
		t.Errorf("the problem has no value: %v", err)
	}
	odd.wants.see(protocol.IntValue(1))
	if err := odd.strange("mine.star:9"); err == nil || !strings.Contains(err.Error(), "mine.star:9: answer gives ") {
		t.Errorf("text where numbers are wanted: %v", err)
	}
	odd.wants.see(protocol.TextValue("no"))
	if err := odd.strange(""); err != nil {
		t.Errorf("text where text is wanted: %v", err)
	}
	for raw, want := range map[string][2]int{`[1, [2, "a"], {"x": 255}]`: {5, 8}, `7`: {1, 3}, `-8`: {1, 4}, `[]`: {0, 0}, `1.5`: {1, 64}, `"a"`: {1, 7}, `"0110"`: {1, 30}, `""`: {1, 0}, `true`: {1, 1}} {
		if got := measure([]byte(raw)); got != (tokenSize{want[0], want[1], raw == `-8`}) {
			t.Errorf("%s: %+v", raw, got)
		}
	}
}

// TestTokensFitTheRule: a rule that takes tokens for d numbers of p bits says nothing of a user's tokens that hold more.
func TestTokensFitTheRule(t *testing.T) {
	raw, err := rules.Parse("feed-forward h1=64 p=8 d=3")
	if err != nil {
		t.Fatal(err)
	}
	const p = 8
	for _, c := range []struct {
		token any
		says  string
	}{{[]int{1, 2, 1<<p - 1}, ""}, {[]int{1, 2, 3, 4}, "holds 4 numbers, and d = 3"}, {[]int{1 << p}, "has " + strconv.Itoa(p+1) + " bits"},
		{[]int{1<<p - 1, -1}, "has " + strconv.Itoa(p+1) + " bits"}, {[]int{1<<(p-1) - 1, -1}, ""}, {"é", "has 16 bits"}} {
		s := instance(t, reductions.DisjMatch3, 3)
		own := *s.Shape.Task
		own.TokenBits, own.FormatToken = nil, func(tasks.Shape, tasks.Token) any { return c.token }
		s.Shape.Task = &own
		if why, _, err := s.tooLarge(raw); err != nil || !strings.Contains(why, c.says) || (why == "") != (c.says == "") {
			t.Errorf("%v: %q, %v", c.token, why, err)
		}
		if row := only(t, t.Context(), s, func(int) (*Subject, error) { return nil, errPlanted }, raw); (row.Bits == nil) != (c.says != "") || !strings.Contains(row.Note, c.says) {
			t.Errorf("%v: %+v", c.token, row)
		}
		late := &Consequence{}
		if c.says != "" { // nor of sizes at which they do
			s.Declared, s.Need = true, &Need{Bits: 1 << 20, Setting: protocol.TwoWay}
			if err := late.lookAhead(s, raw, newSearch(t.Context(), func(int) (*Subject, error) { return s, nil }), *s.Need); err == nil || !strings.Contains(err.Error(), c.says) || late.BitesFrom != nil {
				t.Errorf("%v: %v, %+v", c.token, err, late)
			}
		}
		s.Write, s.measured = func(protocol.Player, []protocol.Word) ([][]tasks.Token, error) { return nil, errPlanted }, nil
		tried := newSearch(t.Context(), func(int) (*Subject, error) { return s, nil })
		tried.samples[s.Size] = nil
		s.Declared, s.Need = true, &Need{Bits: 1 << 20, Setting: protocol.TwoWay}
		if err := new(Consequence).lookAhead(s, raw, tried, *s.Need); !errors.Is(err, errPlanted) {
			t.Errorf("a map that fails there: %v", err)
		}
		if _, err := Consequences(t.Context(), s, nil, raw); !errors.Is(err, errPlanted) {
			t.Errorf("a map that fails: %v", err)
		}
		if _, _, err := s.tooLarge(raw); !errors.Is(err, errPlanted) {
			t.Errorf("a map that fails: %v", err)
		}
		own.TokenBits = tasks.Match3.TokenBits
		if why, _, err := s.tooLarge(raw); why != "" || err != nil {
			t.Errorf("tokens that a task counts itself: %q, %v", why, err)
		}
	}
}

// TestMeasuredInputs: all of Alice's inputs are written to measure her tokens, or of many [sizeInputs], each once.
func TestMeasuredInputs(t *testing.T) {
	raw, err := rules.Parse("feed-forward h1=64 p=8 d=3")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		domain, bob protocol.Domain
		want        int
		all         bool
	}{
		"few": {protocol.Numbers(1, 3), protocol.Numbers(1, 3), 3, true}, "just as many": {protocol.Numbers(1, sizeInputs), protocol.Numbers(1, sizeInputs), sizeInputs, true},
		"one more": {protocol.BitStrings(7), protocol.BitStrings(7), sizeInputs, false}, "very many": {protocol.BitStrings(70), protocol.BitStrings(70), sizeInputs, false},
		"each beside many of Bob's": {protocol.Tables(20, 20), protocol.BitStrings(7), sizeInputs, false}, "all but one": {protocol.Numbers(1, sizeInputs+1), protocol.BitStrings(7), sizeInputs, false},
	} {
		s := drawn(1, c.domain, c.bob)
		met, write := map[protocol.Word]int{}, s.Write
		s.Write = func(who protocol.Player, ins []protocol.Word) ([][]tasks.Token, error) {
			for _, in := range ins {
				met[in]++
			}
			return write(who, ins)
		}
		why, all, err := s.tooLarge(raw)
		if why != "" || err != nil || all != c.all || len(met) != c.want || c.domain.Plain() && met[c.domain.Nth(0)] == 0 { // the first, where a map is likely to show itself, is among them
			t.Errorf("%s: %d inputs, all: %v, %q, %v", name, len(met), all, why, err)
		}
		for in, times := range met {
			if times != 1 {
				t.Errorf("%s: %v is written %d times", name, in, times)
			}
		}
	}
}

// TestRulesThatFail: a rule that fails here is told, and so is one that fails for another width; at another size nothing follows.
func TestRulesThatFail(t *testing.T) {
	sized, err := rules.Parse("feed-forward h1=64 p=8 d=3")
	if err != nil {
		t.Fatal(err)
	}
	s := instance(t, reductions.DisjMatch3, 3)
	s.Declared = true
	family := func(n int) (*Subject, error) { return instance(t, reductions.DisjMatch3, n), nil }
	for name, c := range map[string]struct {
		fails func(c rules.Cut, set models.Settings) bool
		told  bool
	}{
		"nowhere": {func(rules.Cut, models.Settings) bool { return false }, false}, "here": {func(rules.Cut, models.Settings) bool { return true }, true},
		"at another size": {func(c rules.Cut, _ models.Settings) bool { return c.Shape.N != s.Shape.N }, false}, "at another width": {func(_ rules.Cut, set models.Settings) bool { return set.Num.Int("h1") != 64 }, true},
	} {
		rule, bad := *sized.Rule, sized
		rule.Compile = func(cut rules.Cut, set models.Settings) (*rules.Protocol, error) {
			if c.fails(cut, set) {
				return nil, errPlanted
			}
			return sized.At(cut, 0)
		}
		bad.Rule = &rule
		list, err := Consequences(t.Context(), s, family, bad)
		if errors.Is(err, errPlanted) != c.told || !c.told && (err != nil || (list[0].BitesFrom != nil) != (name == "nowhere") || strings.Contains(list[0].Note, "planted") != (name == "at another size")) {
			t.Errorf("a rule that fails %s: %+v, %v", name, list, err)
		}
	}
}
