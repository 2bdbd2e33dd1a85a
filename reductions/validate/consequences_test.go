package validate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/protocol/problems"
	"crosscut/reductions"
	"crosscut/reductions/rules"
)

// priced is a rule without a width whose protocols cost what is said, by the length of the sequence.
func priced(t *testing.T, protocolOf func(N int) (*rules.Protocol, error)) rules.Sized {
	t.Helper()
	sized, err := rules.Parse("feed-forward h1=64 p=8 d=3")
	if err != nil {
		t.Fatal(err)
	}
	rule := *sized.Rule
	rule.Width, rule.New, rule.Compile = "", nil, func(cut rules.Cut, _ models.Settings) (*rules.Protocol, error) { return protocolOf(cut.Shape.N) }
	sized.Rule = &rule
	return sized
}

// oneWay costs bits by n, of sequences of 2n + 3 tokens.
func oneWay(t *testing.T, bits func(n int) int) rules.Sized {
	return priced(t, func(N int) (*rules.Protocol, error) {
		return &rules.Protocol{Bits: []protocol.Bits{protocol.Bits(bits((N - 3) / 2)), 0}, Setting: protocol.OneWay}, nil
	})
}

// only is the one row that follows for a rule.
func only(t *testing.T, ctx context.Context, s *Subject, family func(n int) (*Subject, error), rule rules.Sized) Consequence {
	t.Helper()
	list, err := Consequences(ctx, s, family, rule)
	if err != nil || len(list) != 1 {
		t.Fatalf("%+v, %v", list, err)
	}
	return list[0]
}

// TestWhereItBites: the smallest n of those that are compared at which a model is impossible, and what is said of it. The need is n.
func TestWhereItBites(t *testing.T) {
	always := func(bits int) func(int) int { return func(int) int { return bits } }
	but := func(bits int, at map[int]int) func(int) int {
		return func(n int) int {
			if b, ok := at[n]; ok {
				return b
			}
			return bits
		}
	}
	itself := func(n int) int { return n }
	const right, beyond, proved = "if the map is right at that n, as a sample of 1024 was; checked: n = ", "; what bites at n = ", " bits, one-way deterministic (proved: n: the sets {1}, ..., {n} are shattered: INDEX_n embeds)"
	for name, c := range map[string]struct {
		own     int
		bits    func(n int) int
		defined func(n int) bool
		wrong   int // n at which the map is
		bites   int
		note    string
		bound   string // what N is, solved
	}{
		"later":                   {own: 4, bits: always(10), bites: 11, note: right + "4; the need there is 11" + proved, bound: "N <= 23 (n <= 10) for a model of these sizes, if larger n bite too"},
		"here":                    {own: 6, bits: always(5), bites: 6, bound: "N <= 13 (n <= 5) for a model of these sizes, if larger n bite too"},
		"before":                  {own: 8, bits: always(5), bites: 6, note: right + "8", bound: "N <= 13 (n <= 5) for a model of these sizes, if larger n bite too"},
		"from the least on":       {own: 4, bits: always(3), defined: func(n int) bool { return n >= 4 }, bites: 4, bound: "excluded from N = 11 (n = 4) on, if larger n bite too"},
		"wrong before":            {own: 8, bits: always(5), wrong: 5, bites: 6, note: right + "8", bound: "N <= 13 (n <= 5) for a model of these sizes, if larger n bite too"},
		"wrong between":           {own: 4, bits: always(10), wrong: 6, note: "where it bites is not known: the map is wrong at n = 6, on x = "},
		"wrong above":             {own: 4, bits: always(10), wrong: 16, bites: 11, note: right + "4; the need there is 11" + proved, bound: "N <= 23 (n <= 10) for a model of these sizes, if larger n bite too"},
		"wrong there":             {own: 8, bits: always(5), wrong: 6, note: "where it bites is not known: the map is wrong at n = 6, on x = "},
		"nowhere":                 {own: 4, bits: itself, note: "no bite at n = 1, 2, 4, .., 16384"},
		"nowhere up to 6":         {own: 6, bits: itself, defined: func(n int) bool { return n <= 6 }, note: "no bite at n = 1, 2, 4, 6; the map is not defined at n = 8: planted"},
		"nowhere, of one size":    {own: 6, bits: itself, defined: func(n int) bool { return n == 6 }, note: "where it bites is not known: the map is not defined at n = 1: planted"},
		"at squares":              {own: 9, bits: always(20), defined: square, bites: 25, note: right + "9; the need there is 25" + proved, bound: "excluded from N = 53 (n = 25) on, if larger n bite too"},
		"here, at squares":        {own: 49, bits: always(10), defined: square, bites: 16, note: right + "49", bound: "excluded from N = 35 (n = 16) on, if larger n bite too"},
		"not a little above":      {own: 4, bits: but(5, map[int]int{9: 99}), bites: 6, note: right + "4" + beyond + "6 does not at n = 9"},
		"not where nobody looks":  {own: 4, bits: but(5, map[int]int{10: 99}), bites: 6, note: right + "4", bound: "N <= 13 (n <= 5) for a model of these sizes, if larger n bite too"},
		"a little before":         {own: 4, bits: but(10, map[int]int{7: 3, 8: 10}), bites: 7, note: right + "4" + beyond + "7 does not at n = 8"},
		"before where one looks":  {own: 4, bits: but(10, map[int]int{6: 3}), bites: 11, note: right + "4; the need there is 11" + proved, bound: "N <= 23 (n <= 10) for a model of these sizes, if larger n bite too"},
		"here, whatever is above": {own: 4, bits: but(99, map[int]int{4: 3}), bites: 4, note: "what bites at n = 4 does not at n = 5"},
	} {
		family := func(n int) (*Subject, error) {
			if n < 1 || c.defined != nil && !c.defined(n) {
				return nil, errPlanted
			}
			fault := "right"
			if n == c.wrong {
				fault = "always yes"
			}
			return broken(t, n, faults[fault]), nil
		}
		s, err := family(c.own)
		if err != nil {
			t.Fatal(err)
		}
		row := only(t, t.Context(), s, family, oneWay(t, c.bits))
		bites, bound := 0, ""
		if row.BitesFrom != nil {
			if bites = *row.BitesFrom; *row.BitesAtN != 2*bites+3 {
				t.Errorf("%s: N = %d", name, *row.BitesAtN)
			}
		}
		if len(row.Solved) > 0 {
			bound = row.Solved[0].Text
		}
		if bites != c.bites || row.Note != c.note && (c.wrong == 0 || !strings.HasPrefix(row.Note, c.note)) || bound != c.bound {
			t.Errorf("%s: from n = %d, %q, %q", name, bites, row.Note, bound)
		}
		if row.Vacuous != (c.bits(c.own) >= c.own) || *row.Bits != c.bits(c.own) || *row.Needed != c.own {
			t.Errorf("%s: %+v", name, row)
		}
	}
}

func square(n int) bool {
	for k := range n + 1 {
		if k*k == n {
			return true
		}
	}
	return false
}

// TestWhatARowSays: of a sample, of rules and needs that are not known elsewhere, of time that ends, of sizes of one N.
func TestWhatARowSays(t *testing.T) {
	family := func(n int) (*Subject, error) {
		in, err := reductions.DisjMatch3.Instance(n, 0, nil)
		if err != nil {
			return nil, err
		}
		return FromInstance(in), nil
	}
	at := func(n int, family func(n int) (*Subject, error)) *Subject {
		s, err := family(n)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	five, itself := oneWay(t, func(int) int { return 5 }), oneWay(t, func(n int) int { return n })
	s := at(6, family)
	s.sampled = true
	if got := only(t, t.Context(), s, family, five).Note; got != "if the map is right; sampled: n = 6" {
		t.Errorf("of a sample: %q", got)
	}
	upTo4 := priced(t, func(N int) (*rules.Protocol, error) {
		if N > 11 {
			return nil, errPlanted
		}
		return &rules.Protocol{Bits: []protocol.Bits{99, 0}, Setting: protocol.OneWay}, nil
	})
	if got := only(t, t.Context(), at(4, family), family, upTo4).Note; got != "no bite at n = 1, 2, 4; at n = 8: rules: feed-forward: planted" {
		t.Errorf("a rule that fails elsewhere: %q", got)
	}
	owned := func(n int) (*Subject, error) { // whose table is small up to n = 8
		s, err := family(n)
		if err == nil {
			s = own(s)
		}
		return s, err
	}
	if got := only(t, t.Context(), at(4, owned), owned, itself).Note; got != "no bite at n = 1, 2, 4, 8; no bound on the problem is known at n = 16" {
		t.Errorf("a need that is not known elsewhere: %q", got)
	}
	if got := only(t, t.Context(), at(10, owned), owned, itself); got.Note != "no bound on the problem is known here in this setting" || got.Needed != nil || !got.Vacuous || *got.Bits != 10 {
		t.Errorf("a need that is not known: %+v", got)
	}
	spoilt := func(n int) (*Subject, error) {
		s, err := owned(n)
		if n == 2 {
			s.Want = func(...protocol.Word) (protocol.Value, bool, error) { return protocol.Value{}, false, errPlanted }
		}
		return s, err
	}
	if got := only(t, t.Context(), at(4, spoilt), spoilt, itself).Note; got != "no bite at n = 1, 4; planted" {
		t.Errorf("a problem that fails elsewhere: %q", got)
	}
	undeclared := func(n int) (*Subject, error) {
		s, err := family(n)
		if n > 8 {
			s.Declared, s.Unread = false, "it is not said what is read"
		}
		return s, err
	}
	if got := only(t, t.Context(), at(4, undeclared), undeclared, oneWay(t, func(int) int { return 10 })); got.BitesFrom != nil || got.Note != "no bite at n = 1, 2, 4, 8; at n = 16 it is not said what is read" {
		t.Errorf("what is read is not known elsewhere: %+v", got)
	}
	// All problems of these sizes have one N.
	fixed := func(n int) (*Subject, error) {
		in, err := reductions.DisjMatch3.Instance(n, 43, nil)
		if err != nil {
			return nil, err
		}
		return FromInstance(in), nil
	}
	row := only(t, t.Context(), at(4, fixed), fixed, priced(t, func(int) (*rules.Protocol, error) {
		return &rules.Protocol{Bits: []protocol.Bits{5, 0}, Setting: protocol.OneWay}, nil
	}))
	if len(row.Solved) != 1 || row.Solved[0].For != "n" || *row.Solved[0].Bound != 5 || row.Solved[0].Text != "n <= 5 for a model of these sizes, if larger n bite too" || row.Solved[0].Latex != `n \le 5` {
		t.Errorf("of one N: %+v", row.Solved)
	}
	// Time ends while no bite is known, and between a size where it bites and one where it does not.
	for name, ends := range map[string]int{"before a bite is known": 2, "when one is known": 3} {
		ctx, stop := context.WithCancel(t.Context())
		row := only(t, ctx, at(4, family), func(n int) (*Subject, error) {
			if n == ends {
				stop()
			}
			return family(n)
		}, oneWay(t, func(n int) int { return map[bool]int{true: 99, false: 2}[ends == 2] }))
		if row.BitesFrom != nil || row.Note != "where it bites is not known: "+errLate.Error() {
			t.Errorf("time ends %s: %+v", name, row)
		}
		stop()
	}
	// An output that is due before anything crosses, and windows that do not reach what would.
	for spec, want := range map[string]string{
		"recurrent m=1 p=8": "an artefact of the read position, no bound: no token of Alice's matters to the output there, and one does at the end; read there instead",
		"longformer w=0":    "nothing crosses: at these sizes no token of Alice's reaches a position that is read, nor the end",
	} {
		a, err := rules.Parse(spec)
		if err != nil {
			t.Fatal(err)
		}
		s := at(4, family)
		if a.Name == "longformer" { // the last player answers
			s.Reads = []int{s.Shape.N}
		}
		row := only(t, t.Context(), s, family, a)
		if artefact := row.BitesFrom == nil; row.Bits == nil || *row.Bits != 0 || row.Vacuous != artefact || artefact != strings.HasPrefix(want, "an artefact") || !strings.HasPrefix(row.Note, want) {
			t.Errorf("%s, 0 bits for a need of 4: %+v", spec, row)
		}
	}
	free := oneWay(t, func(int) int { return 0 })
	nothing := at(4, owned)
	nothing.Want = func(...protocol.Word) (protocol.Value, bool, error) { return protocol.BoolValue(true), true, nil }
	nothing.Declared, nothing.allRead = false, true
	if row := only(t, t.Context(), nothing, owned, free); !row.Vacuous || *row.Needed != 0 || strings.Contains(row.Note, "crosses") {
		t.Errorf("0 bits for a need of 0: %+v", row)
	}
}

// TestDeclaredNeeds: a row says where its need is declared, and neither computed nor held against all protocols; a need that
// is more than the players hold is none.
func TestDeclaredNeeds(t *testing.T) {
	need := func(bits int) *Need {
		return &Need{Bits: bits, Setting: protocol.OneWay, Basis: problems.Quoted, By: "declared"}
	}
	const unproved = "its need is declared, not proved here: no protocol that was tried at n = 3 costs less than 4 bits, and 3 are what was computed to be needed"
	for name, c := range map[string]struct {
		declared, is *Need
		judged, met  bool
		want         string
	}{
		"none declared": {nil, need(4), true, false, ""}, "another": {need(3), need(4), true, false, ""}, "met": {need(4), need(4), true, true, ""}, "another, met": {need(3), need(4), true, true, ""},
		"not judged": {need(4), need(4), false, false, "its need is declared, not judged at n = 3"}, "not proved": {need(4), need(4), true, false, unproved}, "computed": {need(3), need(3), true, false, ""},
	} {
		s := own(instance(t, reductions.DisjMatch3, 3))
		s.Need, s.judged, s.met = c.declared, c.judged, c.met
		row := &Consequence{}
		if row.rests(t.Context(), s, *c.is); row.Note != c.want {
			t.Errorf("%s: %q, want %q", name, row.Note, c.want)
		}
	}
	const right = "if the map is right at that n, as a sample of 1024 was; checked: n = 4"
	for name, c := range map[string]struct {
		need   func(n int) *Need
		bits   int
		judged bool
		note   string
	}{
		"here, and judged":     {func(n int) *Need { return need(n) }, 3, true, ""},
		"here and before":      {func(n int) *Need { return need(n) }, 2, false, right + "; its need is declared, not judged at n = 3; its need is declared, not judged at n = 4"},
		"later":                {func(n int) *Need { return need(n) }, 8, false, right + "; its need is declared, not judged at n = 9"},
		"later, another basis": {func(n int) *Need { return need(max(1, n-1)) }, 8, false, right + "; the need there is 9 bits, one-way deterministic (quoted: declared); its need is declared, not judged at n = 10"},
		"later, another setting": {func(n int) *Need {
			return &Need{Bits: n, Setting: protocol.TwoWay, Basis: problems.Checked, By: "declared"}
		}, 8, false, right + "; the need there is 9 bits, two-way deterministic (checked: declared); its need is declared, not judged at n = 9"},
		"more than there is": {func(n int) *Need { return need(n + n/9) }, 8, false, "where it bites is not known: at n = 9, 10 bits are declared (one-way deterministic), and 9 are enough: Alice has 512 inputs and sends hers"},
	} {
		family := func(n int) (*Subject, error) {
			if n < 1 {
				return nil, errPlanted
			}
			s := own(instance(t, reductions.DisjMatch3, n))
			s.Need = c.need(n)
			return s, nil
		}
		s, err := family(4)
		if err != nil {
			t.Fatal(err)
		}
		s.judged = c.judged
		if row := only(t, t.Context(), s, family, oneWay(t, func(int) int { return c.bits })); row.Note != c.note {
			t.Errorf("%s: %q, want %q", name, row.Note, c.note)
		}
	}
}

// TestWidthsAreSolved: the least width that is not excluded, where one is in range.
func TestWidthsAreSolved(t *testing.T) {
	sized, err := rules.Parse("feed-forward h1=64 p=8 d=3")
	if err != nil {
		t.Fatal(err)
	}
	s := instance(t, reductions.DisjMatch3, 3)
	for want, moved := range map[string]func(*rules.Protocol) protocol.Bits{"; here h1 >= 1": (*rules.Protocol).Total, "; here no h1 in range": func(*rules.Protocol) protocol.Bits { return 2 }} {
		c := &Consequence{}
		if err := s.solveWidth(c, sized, 3, moved); err != nil || len(c.Solved) != 1 || !strings.HasSuffix(c.Solved[0].Text, want) || (c.Solved[0].Bound != nil) != strings.Contains(want, ">=") {
			t.Errorf("%+v, %v, want %q", c.Solved, err, want)
		}
	}
}

// TestCompared: the sizes that were compared, in few words, and the first above a bite that does not bite.
func TestCompared(t *testing.T) {
	c := compared{}
	for _, n := range []int{8, 1, 4, 2, 3} {
		c[n] = n >= 3
	}
	if c.String() != "1, 2, 3, 4, 8" || c.gap(3) != 0 {
		t.Errorf("%v, %d", c, c.gap(3))
	}
	if c[6] = false; c.String() != "1, 2, 3, .., 8" || c.gap(3) != 6 || c.gap(8) != 0 {
		t.Errorf("%v, %d", c, c.gap(3))
	}
}

// TestStatesOfPlayers: of a state that players pass on, what crosses one cut is held against the need there where that falls further
// short than all of it.
func TestStatesOfPlayers(t *testing.T) {
	own := func(counts ...int) *Subject {
		s := tabled(counts, equal)
		s.Shape = instance(t, reductions.DisjMatch3, 3).Shape
		s.Split = tasks.Split{Owner: slices.Repeat([]protocol.Player{0, 1, 2}, 3)}
		return s
	}
	in3 := protocol.OneWay.Among(3)
	for name, c := range map[string]struct {
		s            *Subject
		bits, behind []protocol.Bits
		want         string
	}{
		"the first cut":      {own(8, 2, 8), []protocol.Bits{2, 4, 0}, []protocol.Bits{2, 4}, fmt.Sprint("2 of 3, ", protocol.OneWay, " false")},
		"the second":         {own(8, 2, 8), []protocol.Bits{4, 1, 0}, []protocol.Bits{4, 1}, fmt.Sprint("1 of 3, ", protocol.OneWay, " false")},
		"all of it":          {own(8, 2, 8), []protocol.Bits{2, 0, 0}, []protocol.Bits{2, 2}, fmt.Sprint("2 of 3, ", in3, " false")},
		"all that is said":   {own(8, 2, 8), []protocol.Bits{2, 4, 0}, nil, fmt.Sprint("6 of 3, ", in3, " true")},
		"enough":             {own(8, 2, 8), []protocol.Bits{3, 3, 0}, []protocol.Bits{3, 3}, fmt.Sprint("3 of 3, ", protocol.OneWay, " true")},
		"no table":           {own(128, 8, 128), []protocol.Bits{3, 3, 0}, []protocol.Bits{3, 3}, "no bound on the problem is known here in this setting"},
		"no token of theirs": {own(8, 2, 8), []protocol.Bits{0, 0, 0}, nil, fmt.Sprint("0 of 3, ", in3, " false")},
	} {
		row := only(t, t.Context(), c.s, nil, priced(t, func(int) (*rules.Protocol, error) {
			return &rules.Protocol{Bits: c.bits, Behind: c.behind, Setting: in3}, nil
		}))
		got := row.Note
		if row.Needed != nil {
			got = fmt.Sprint(*row.Bits, " of ", *row.Needed, ", ", row.Setting, " ", row.Vacuous)
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestEarlyReads: Alice's token asks for later ones, so a causal model that is read there is not right; one that sees all tokens,
// and one that is read at the end, may be.
func TestEarlyReads(t *testing.T) {
	for _, c := range []struct {
		reduction, spec string
		early           bool
	}{{"set-qsa", "recurrent m=16 p=16", true}, {"set-qsa", "lstm", true}, {"set-qsa", "tensor p=16", false}, {"index-qsa-last", "recurrent m=16 p=16", false}} {
		r, err := reductions.Catalog().Get(c.reduction)
		if err != nil {
			t.Fatal(err)
		}
		in, err := r.Instance(6, 0, nil)
		a, err2 := rules.Parse(c.spec)
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		row := only(t, t.Context(), FromInstance(in), func(n int) (*Subject, error) {
			if n > 8 {
				return nil, fmt.Errorf("n = %d", n)
			}
			other, err := r.Instance(n, 0, nil)
			if err != nil {
				return nil, err
			}
			return FromInstance(other), nil
		}, a)
		if got := strings.HasPrefix(row.Note, "no bound: two inputs agree"); got != c.early || got && (!row.Vacuous || row.BitesFrom != nil) {
			t.Errorf("%+v: %+v", c, row)
		}
	}
}

// TestEarlyNeedsBoth: nothing is shown by positions that vary, by one whose output is the same, nor by an input that the file could not answer or write.
func TestEarlyNeedsBoth(t *testing.T) {
	r, err := reductions.Catalog().Get("set-qsa")
	if err != nil {
		t.Fatal(err)
	}
	in, err := r.Instance(6, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !FromInstance(in).early() {
		t.Error("token 1 asks for later ones")
	}
	varies, elsewhere, unanswered, unwritten := FromInstance(in), FromInstance(in), FromInstance(in), FromInstance(in)
	varies.ReadsVary, elsewhere.Reads = true, []int{3}
	calls, want := 0, unanswered.Want
	unanswered.Want = func(x ...protocol.Word) (protocol.Value, bool, error) {
		v, inside, err := want(x...)
		if calls++; calls%2 == 1 {
			err = errors.New("no answer")
		}
		return v, inside, err
	}
	write := unwritten.Write
	unwritten.Write = func(who protocol.Player, ins []protocol.Word) ([][]tasks.Token, error) {
		seqs, err := write(who, ins)
		if calls++; who == protocol.Bob && calls%4 < 2 {
			err = errors.New("not written")
		}
		return seqs, err
	}
	for k, s := range []*Subject{varies, elsewhere, unanswered, unwritten} {
		if calls = 0; s.early() {
			t.Errorf("%d: two inputs are shown", k)
		}
	}
}
