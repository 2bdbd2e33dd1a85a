package validate

import (
	"context"
	"errors"
	"fmt"
	"math/bits"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/protocol/problems"
)

// tabled is a subject of one's own problem, as a table in which the last player's input goes fastest; -1: outside the promise.
func tabled(counts []int, value func(at []int) protocol.Value) *Subject {
	domains := make([]protocol.Domain, len(counts))
	for who, n := range counts {
		domains[who] = protocol.Numbers(0, n-1)
	}
	return &Subject{Size: 1, Problem: &problems.Problem{Name: "mine", Inputs: func(int) []protocol.Domain { return domains }}, Want: func(in ...protocol.Word) (protocol.Value, bool, error) {
		at := make([]int, len(in))
		for who := range in {
			at[who] = domains[who].Value(in[who]).Int()
		}
		v := value(at)
		return v, v.Kind() != protocol.None, nil
	}}
}

func shown(t *testing.T, s *Subject) *table {
	t.Helper()
	table, err := s.small(t.Context())
	if err != nil || table == nil {
		t.Fatal(table, err)
	}
	return table
}

var equal = func(at []int) protocol.Value { return protocol.BoolValue(at[0] == at[len(at)-1]) }

// TestTablesAreExact: tables of just so many inputs, their values' numbers, and their two sides whichever players are one.
func TestTablesAreExact(t *testing.T) {
	s := tabled([]int{8, 4}, equal)
	for most, want := range map[int]bool{31: false, 32: true} {
		if got, err := s.tabulate(t.Context(), most); err != nil || (got != nil) != want {
			t.Errorf("32 inputs of at most %d: %v, %v", most, got, err)
		}
	}
	if (&Subject{Size: 1, Problem: &problems.Problem{Inputs: func(int) []protocol.Domain { return []protocol.Domain{protocol.BitStrings(80)} }}}).newTable(1<<30) != nil {
		t.Error("2^80 inputs are tabulated")
	}
	list := []protocol.Value{{}, protocol.IntValue(0), protocol.IntValue(1), protocol.Ints(3), protocol.BoolValue(true), protocol.TextValue("1"), protocol.IntValue(63), protocol.IntValue(64), protocol.IntValue(-1), protocol.IntValue(63)}
	plain := &table{byKey: map[string]int32{}}
	note := &noted{table: &table{byKey: map[string]int32{}}}
	for range 2 {
		for _, v := range list {
			if a, b := plain.id(v), note.id(v); a != b {
				t.Errorf("%v has the numbers %d and %d", v, a, b)
			}
		}
	}
	counts := []int{2, 3, 4}
	three := shown(t, tabled(counts, func(at []int) protocol.Value { return protocol.IntValue(100*at[0] + 10*at[1] + at[2]) }))
	for _, group := range [][]int{{0}, {1}, {0, 1}, {1, 0}, {2}} {
		order := append([]int{}, group...)
		for who := range counts {
			if !strings.Contains(fmt.Sprint(group), fmt.Sprint(who)) {
				order = append(order, who)
			}
		}
		u := three.split(group)
		if len(u.ids) != 24 {
			t.Fatalf("%v: %d entries", group, len(u.ids))
		}
		for k, id := range u.ids {
			want, weight, rest := 0, []int{100, 10, 1}, k
			for i := len(order) - 1; i >= 0; i-- {
				want += weight[order[i]] * (rest % counts[order[i]])
				rest /= counts[order[i]]
			}
			if u.values[id].Int() != want {
				t.Fatalf("%v: entry %d is %v, want %d", group, k, u.values[id], want)
			}
		}
	}
	accepts := shown(t, tabled([]int{2, 2}, func(at []int) protocol.Value {
		return protocol.OneOfValue(protocol.IntValue(at[0]), protocol.IntValue(7))
	}))
	if accepts.matrix() != nil || shown(t, s).matrix() == nil {
		t.Error("a relation is a matrix, or a function is none")
	}
	// What was not finished is not kept.
	u, over := shown(t, s), func() context.Context { ctx, stop := context.WithCancel(t.Context()); stop(); return ctx }()
	if c := u.behind(over, 1); c.lower != 1 {
		t.Errorf("%+v", c)
	}
	if c := u.behind(t.Context(), 1); c.lower != 5 || c.upper != 5 {
		t.Errorf("%+v", c)
	}
}

// TestNeedsSayWhy: the argument of a need says whose it is.
func TestNeedsSayWhy(t *testing.T) {
	two, three := shown(t, tabled([]int{8, 4}, equal)), shown(t, tabled([]int{4, 2, 4}, equal))
	for want, got := range map[string]string{
		"5 different rows of 8": two.atCut(t.Context(), 1).By, "at the cut behind player 1: 4 different rows of 4": three.atCut(t.Context(), 1).By,
		"each player's own: 4 different rows of 4; 1 different rows of 2": three.atOnce(t.Context()).By, "each player's own: 5 different rows of 8": two.atOnce(t.Context()).By,
		"player 2 against the others": groupText([]int{1}), "players 1, 3 against the others": groupText([]int{0, 2}),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestHoldsIn: bounds hold for weaker protocols, never for stronger ones.
func TestHoldsIn(t *testing.T) {
	rounds := func(k int) protocol.Setting { return protocol.Setting{Order: protocol.InRounds, Rounds: k} }
	one, two := protocol.OneWay, protocol.TwoWay
	for _, c := range []struct {
		need, setting protocol.Setting
		want          bool
	}{
		{two, two, true}, {two, one, true}, {two, rounds(3), true}, {one, one, true}, {one, two, false}, {one, rounds(1), true}, {one, rounds(2), false},
		{rounds(2), rounds(2), true}, {rounds(2), rounds(1), true}, {rounds(2), rounds(3), false}, {rounds(2), two, false}, {rounds(1), one, true}, {rounds(1).Among(3), one.Among(3), false}, {rounds(2).Among(3), one.Among(3), true},
		{two.Among(3), two, false}, {two, two.Among(3), false}, {two.Randomised("1/3"), two, true}, {two.Randomised("1/3"), two.Randomised("1/3"), true}, {two.Randomised("1/3"), two.Randomised("1/4"), false}, {two, two.Randomised("1/3"), false},
		{two.Randomised("1/3").Among(3), two, false},
	} {
		if got := holdsIn(c.need, c.setting); got != c.want {
			t.Errorf("a bound for %v holds in %v: %v", c.need, c.setting, got)
		}
	}
}

// equalTo says whether the first two numbers together are the last one; inAll whether sets, as bits, have a common element.
func equalTo(n int) func(at []int) protocol.Value {
	return func(at []int) protocol.Value { return protocol.BoolValue((at[0]*4+at[1])%n == at[2]) }
}

func inAll(at []int) protocol.Value { return protocol.BoolValue(at[0]&at[1]&at[2] != 0) }

// TestNeedsAreHeldAgainstProtocols: a declared need is refuted by what a protocol of its own setting costs, and by no other; it is right for certain
// only where all protocols of that setting were looked at.
func TestNeedsAreHeldAgainstProtocols(t *testing.T) {
	const none = ""
	rounds := func(k int) protocol.Setting { return protocol.Setting{Order: protocol.InRounds, Rounds: k} }
	one, two := protocol.OneWay, protocol.TwoWay
	index := func(at []int) protocol.Value { return protocol.BoolValue(at[0]>>at[1]&1 == 1) }
	// Alice says which of Bob's numbers names one of her bits.
	asked := func(at []int) protocol.Value {
		return protocol.BoolValue(at[0]>>(1+at[1]>>(2*(at[0]&1))&3)&1 == 1)
	}
	either := func(at []int) protocol.Value { return protocol.IntValue(4*at[0] + at[1]) }
	over, stop := context.WithCancel(t.Context())
	stop()
	for name, c := range map[string]struct {
		counts      []int
		value       func(at []int) protocol.Value
		setting     protocol.Setting
		need        int
		said        string
		judged, met bool
		ctx         context.Context
	}{
		"just what is needed":              {[]int{4, 4}, equal, one, 2, none, true, true, nil},
		"more than Alice's inputs":         {[]int{4, 4}, equal, one, 3, "3 bits are declared (one-way deterministic), and 2 are enough: Alice has 4 inputs and sends hers", true, true, nil},
		"more than rows":                   {[]int{16, 2}, func(at []int) protocol.Value { return protocol.BoolValue(at[0]%2 == at[1]) }, one, 2, "and 1 are enough: one-way, 2 different rows of 16", true, true, nil},
		"a bit":                            {[]int{2, 2}, equal, two, 1, none, true, true, nil},
		"one way Bob says nothing":         {[]int{16, 4}, index, one, 4, none, true, true, nil},
		"many rows one way":                {[]int{256, 8}, index, one, 8, none, true, true, nil},
		"in one round too":                 {[]int{16, 4}, index, rounds(1), 4, none, true, false, nil},
		"in two rounds he does":            {[]int{16, 4}, index, rounds(2), 4, "and 3 are enough: Bob sends all that he holds, and Alice the answer", true, false, nil},
		"in any order":                     {[]int{16, 4}, index, two, 4, "and 3 are enough: Bob sends all that he holds, and Alice the answer", true, true, nil},
		"in two rounds, right":             {[]int{16, 4}, index, rounds(2), 3, none, true, false, nil},
		"with an error":                    {[]int{4, 4}, equal, one.Randomised("0"), 2, none, true, false, nil},
		"two bits with an error":           {[]int{4, 4}, equal, one.Randomised("1/3"), 2, "and 1 are enough: public coins", true, false, nil},
		"found by a search":                {[]int{32, 16}, asked, two, 5, "and 4 are enough: a search found", true, true, nil},
		"one way no search helps":          {[]int{32, 16}, asked, one, 5, none, true, true, nil},
		"found by a search of three":       {[]int{8, 8, 8}, inAll, two.Among(3), 6, "and 5 are enough: a search found", true, true, nil},
		"three, right":                     {[]int{8, 8, 8}, inAll, two.Among(3), 5, none, true, true, nil},
		"three in turn":                    {[]int{2, 4, 2}, either, one.Among(3), 3, none, true, true, nil},
		"more than three hold":             {[]int{2, 4, 2}, either, one.Among(3), 4, "and 3 are enough: the players but the last send all that they hold", true, true, nil},
		"three in turn, no time":           {[]int{4, 4, 2}, func(at []int) protocol.Value { return protocol.BoolValue(at[0] == at[1]) }, one.Among(3), 4, "and 3 are enough: each player passes on", false, false, over},
		"three in any order, no time":      {[]int{4, 4, 2}, func(at []int) protocol.Value { return protocol.BoolValue(at[0] == at[1]) }, two.Among(3), 4, none, false, false, over},
		"too large to be tabulated":        {[]int{512, 256}, equal, two, 9, none, false, false, nil},
		"too large, more than Alice sends": {[]int{512, 256}, equal, one, 10, "and 9 are enough: Alice has 512 inputs", false, false, nil},
	} {
		s := tabled(c.counts, c.value)
		s.Need = &Need{Bits: c.need, Setting: c.setting, Basis: problems.Quoted}
		table, err := s.tabulate(t.Context(), tabulateMost)
		if err != nil {
			t.Fatal(err)
		}
		ctx := c.ctx
		if ctx == nil {
			ctx = t.Context()
		}
		need, broken, err := s.settle(ctx, table)
		said := ""
		if broken != nil {
			said = broken.Detail
		}
		if err != nil || need != s.Need || (said == "") != (c.said == "") || !strings.Contains(said, c.said) || s.judged != c.judged || c.said == "" && s.met != c.met {
			t.Errorf("%s: %q, judged %v, met %v, %v", name, said, s.judged, s.met, err)
		}
	}
	// Also where an entry says what is needed.
	s := &Subject{Size: 3, Problem: problems.Disj, Need: &Need{Bits: 4, Setting: one}}
	s.Want = func(in ...protocol.Word) (protocol.Value, bool, error) {
		v, inside := problems.Disj.Value(3, in...)
		return v, inside, nil
	}
	if _, broken, err := s.settle(t.Context(), nil); err != nil || broken == nil || broken.Obligation != NeedTooLarge {
		t.Errorf("%v, %v", broken, err)
	}
}

// TestMessagesOfParts: how many messages tell rows apart that need not be told apart always, and how that is said.
func TestMessagesOfParts(t *testing.T) {
	differ := func(at []int) int { return bits.OnesCount(uint(at[0] ^ at[1])) }
	for want, s := range map[string]*Subject{
		"under a promise, 2 messages tell 4 different rows apart as needed, and no fewer": tabled([]int{4, 4}, func(at []int) protocol.Value {
			if d := differ(at); d != 1 {
				return protocol.BoolValue(d == 0)
			}
			return protocol.Value{}
		}),
		"under a relation, 2 messages tell 4 different rows apart as needed, and no fewer": tabled([]int{4, 4}, func(at []int) protocol.Value {
			if d := differ(at); d != 1 {
				return protocol.BoolValue(d == 0)
			}
			return protocol.OneOfValue(protocol.BoolValue(false), protocol.BoolValue(true))
		}),
		// Too many classes for the search that takes sets of answers, not for colours.
		"under a promise, 8 messages tell 128 different rows apart as needed, and no fewer": tabled([]int{128, 128}, func(at []int) protocol.Value {
			if d := differ(at); d == 0 || d == 4 {
				return protocol.BoolValue(d == 0)
			}
			return protocol.Value{}
		}),
	} {
		if got := shown(t, s).behind(t.Context(), 1); got.by != want || got.lower != got.upper {
			t.Errorf("%+v, want %q", got, want)
		}
	}
	eight := shown(t, tabled([]int{8, 8}, func(at []int) protocol.Value { // a pentagon, and three that differ from all
		if max(at[0], at[1]) < 5 {
			return fifth(at)
		}
		return protocol.BoolValue(at[0] == at[1])
	}))
	said := map[bool]int{}
	for n := range int64(40) {
		if lower, upper, by := eight.messages(&ending{Context: t.Context(), n: n + 1}); by != "" {
			said[lower == upper]++
			if lower > 6 || upper < 6 || strings.Contains(by, "at least") != (lower < upper) {
				t.Errorf("%d to %d: %q", lower, upper, by)
			}
		}
	}
	if len(said) != 2 {
		t.Error("a search that ends early finds out all, or nothing ever", said)
	}
}

// fifth is a pentagon: two neighbours may share.
func fifth(at []int) protocol.Value {
	if d := (at[0] - at[1] + 5) % 5; d == 0 || d == 2 || d == 3 {
		return protocol.IntValue(min(d, 1))
	}
	return protocol.Value{}
}

// TestNeedInASetting: the strongest bound that holds there, that of the very setting before one that is only as large.
func TestNeedInASetting(t *testing.T) {
	rounds := func(k int) protocol.Setting { return protocol.Setting{Order: protocol.InRounds, Rounds: k} }
	declared := func(bits int, setting protocol.Setting) *Subject {
		s := tabled([]int{4, 4}, equal)
		s.Need = &Need{Bits: bits, Setting: setting, Basis: problems.Quoted, By: "declared"}
		return s
	}
	for name, c := range map[string]struct {
		s       *Subject
		setting protocol.Setting
		bits    int
		by      string
	}{
		"counted":                     {tabled([]int{4, 4}, equal), protocol.OneWay, 2, "4 different rows"},
		"counted, a larger declared":  {declared(3, protocol.OneWay), protocol.OneWay, 3, "declared"},
		"counted, as large for more":  {declared(2, protocol.TwoWay), protocol.OneWay, 2, "4 different rows"},
		"counted, as large declared":  {declared(2, protocol.OneWay), protocol.OneWay, 2, "declared"},
		"two-way":                     {tabled([]int{4, 4}, equal), protocol.TwoWay, 2, "4 entries no two of which fit"},
		"counted, a smaller declared": {declared(1, protocol.OneWay), protocol.OneWay, 2, "4 different rows"},
		"nothing to tell":             {tabled([]int{4, 4}, func(at []int) protocol.Value { return protocol.IntValue(at[1]) }), protocol.OneWay, 0, "1 different rows"},
		"at the second cut":           {tabled([]int{2, 4, 8}, equalTo(8)), protocol.OneWay.Among(3), 3, "at the cut behind player 2"},
		"of three in any order":       {tabled([]int{8, 8, 8}, inAll), protocol.OneWay.Among(3), 5, "27 entries no two of which fit"},
		"at once":                     {tabled([]int{4, 4}, equal), rounds(1), 2, "each player's own"},
		"in two rounds":               {tabled([]int{4, 4}, equal), rounds(2), 2, "4 entries no two of which fit"},
		"of three in turn":            {tabled([]int{4, 1, 4}, equal), protocol.OneWay.Among(3), 2, "at the cut behind player 1"},
		"of three two-way":            {tabled([]int{4, 1, 4}, equal), protocol.TwoWay.Among(3), 2, "4 entries no two of which fit"},
		"of an entry, in some rounds": {&Subject{Size: 5, Problem: problems.Disj}, rounds(2), 5, ""},
		"of an entry, one way":        {&Subject{Size: 5, Problem: problems.Disj}, protocol.OneWay, 5, ""},
	} {
		need, ok, err := c.s.NeedIn(t.Context(), c.setting)
		if err != nil || !ok || need.Bits != c.bits || !strings.Contains(need.By, c.by) || c.by != "" && strings.Contains(need.By, "declared") != (c.by == "declared") {
			t.Errorf("%s: %+v, %v, %v", name, need, ok, err)
		}
	}
	// Where nothing is known nothing is stated.
	s := tabled([]int{4, 4}, func([]int) protocol.Value { return protocol.BoolValue(true) })
	s.Rounds = 2
	if need, broken, err := s.settle(t.Context(), nil); need != nil || broken != nil || err != nil {
		t.Errorf("%+v, %v, %v", need, broken, err)
	}
	failing := tabled([]int{4, 4}, equal)
	failing.Want = func(...protocol.Word) (protocol.Value, bool, error) { return protocol.Value{}, false, errPlanted }
	if _, _, err := failing.settle(t.Context(), nil); !errors.Is(err, errPlanted) {
		t.Errorf("a table that fails: %v", err)
	}
}

// TestOverdrawnAtOtherSizes: a declared need is held against what is found at each size, with its table up to 16; sizes at which
// the file fails or declares nothing say nothing.
func TestOverdrawnAtOtherSizes(t *testing.T) {
	family := func(at map[int]int) func(n int) (*Subject, error) { // bits declared where one is enough
		return func(n int) (*Subject, error) {
			if n == 3 {
				return nil, errPlanted
			}
			s := tabled([]int{4, 2}, func(at []int) protocol.Value { return protocol.BoolValue(at[0]%2 == at[1]) })
			s.Size = n
			if n != 5 {
				s.Need = &Need{Bits: max(at[n], 1), Setting: protocol.OneWay, Basis: problems.Quoted}
			}
			return s, nil
		}
	}
	for name, c := range map[string]struct {
		bits map[int]int
		want string
	}{
		"nowhere": {nil, ""}, "at 4 and 7": {map[int]int{4: 2, 7: 2}, "at n = 7 "}, "at 16": {map[int]int{16: 2}, "at n = 16 "}, "at 24, beyond tables": {map[int]int{24: 2}, ""}, "at 24, beyond all that is held": {map[int]int{24: 3}, "at n = 24 "},
		"at the size itself": {map[int]int{6: 2}, ""}, "at 121, the last": {map[int]int{121: 3}, "at n = 121 "}, "at 122": {map[int]int{122: 3}, ""},
	} {
		s, err := family(c.bits)(6)
		if err != nil {
			t.Fatal(err)
		}
		if said := Overdrawn(t.Context(), s, family(c.bits)); (said == "") != (c.want == "") || !strings.HasPrefix(said, c.want) {
			t.Errorf("overdrawn %s: %q", name, said)
		}
		said, held := Hold(t.Context(), s, family(c.bits))
		other, err := held(7)
		if err != nil || (said == "") != (c.want == "") || (s.Need == nil) != (c.want != "") || (other.Need == nil) != (c.want != "") {
			t.Errorf("overdrawn %s: held %v and %v, %v", name, s.Need, other.Need, err)
		}
		if _, err := held(3); !errors.Is(err, errPlanted) {
			t.Errorf("overdrawn %s: %v where the file fails", name, err)
		}
	}
}

// TestClassesAreFewest: rows that may share a message are put into as few classes as there can be, and in each column of a class
// some answer is right for all of it. Without a search the numbers are bounds.
func TestClassesAreFewest(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 9))
	greedy, clique := 0, 0
	for trial := range 300 {
		rows, cols := 1+rng.IntN(6), 1+rng.IntN(4)
		ids := make([]protocol.Value, rows*cols)
		for k := range ids {
			switch a := rng.IntN(6); a {
			case 0:
			case 1, 2:
				ids[k] = protocol.OneOfValue(protocol.IntValue(a), protocol.IntValue(rng.IntN(3)))
			default:
				ids[k] = protocol.IntValue(a - 3)
			}
		}
		b := shown(t, tabled([]int{rows, cols}, func(at []int) protocol.Value { return ids[at[0]*cols+at[1]] })).box()
		lines := b.lines(0)
		c := &classing{sets: b.sets, rows: lines}
		least := rows
		var assign func(k int, classes [][]int32)
		assign = func(k int, classes [][]int32) {
			if k == rows {
				least = min(least, len(classes))
				return
			}
			for i, class := range classes {
				if c.fits(class, lines[k]) {
					next := append([][]int32{}, classes...)
					next[i] = c.join(class, lines[k])
					assign(k+1, next)
				}
			}
			assign(k+1, append(append([][]int32{}, classes...), lines[k]))
		}
		assign(0, nil)
		for _, steps := range []int{0, classSteps} {
			lower, classes := (&classing{sets: b.sets, rows: lines}).least(t.Context(), steps)
			if lower > least || len(classes) < least || steps > 0 && (lower != least || len(classes) != least) || lower < 1 {
				t.Fatalf("trial %d, %d steps: %d to %d classes, %d are fewest", trial, steps, lower, len(classes), least)
			}
			if steps == 0 && len(classes) > least {
				greedy++
			}
			if steps == 0 && lower < least {
				clique++
			}
			for _, row := range lines {
				if !slices.ContainsFunc(classes, func(class []int32) bool {
					for j := range class {
						if b.sets.meet(class[j], row[j]) != class[j] || class[j] == 0 {
							return false
						}
					}
					return true
				}) {
					t.Fatalf("trial %d, %d steps: a row is in no class", trial, steps)
				}
			}
		}
	}
	if greedy == 0 || clique == 0 {
		t.Errorf("greedy classes are too many %d times, the lower bound too low %d times: this tests no search", greedy, clique)
	}
	// A search without time says what it knows.
	over, stop := context.WithCancel(t.Context())
	stop()
	b := shown(t, tabled([]int{5, 5}, fifth)).box()
	for ctx, want := range map[context.Context][2]int{t.Context(): {3, 3}, over: {2, 3}} {
		if lower, classes := (&classing{sets: b.sets, rows: b.lines(0)}).least(ctx, classSteps); lower != want[0] || len(classes) != want[1] {
			t.Errorf("a pentagon: %d to %d classes, want %v", lower, len(classes), want)
		}
	}
}

// TestBackAndForth: a state crosses both ways where Alice has a token behind one of Bob's, before what is read.
func TestBackAndForth(t *testing.T) {
	const A, B = protocol.Alice, protocol.Bob
	for _, c := range []struct {
		owner []protocol.Player
		reads []int
		want  bool
	}{{[]protocol.Player{A, A, B, B}, []int{4}, false}, {[]protocol.Player{A, B, A, B}, []int{4}, true}, {[]protocol.Player{A, B, A, B}, []int{3}, true}, {[]protocol.Player{A, B, A, B}, []int{1, 2}, false}, {[]protocol.Player{A, B, A, B}, nil, false}, {[]protocol.Player{B, B, A}, []int{1, 3}, true}} {
		s := &Subject{Split: tasks.Split{Owner: c.owner}, Reads: c.reads}
		if got := s.backAndForth(); got != c.want {
			t.Errorf("%v, read %v: %v", c.owner, c.reads, got)
		}
	}
}
