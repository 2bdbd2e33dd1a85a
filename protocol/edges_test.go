package protocol

import (
	"encoding/json"
	"errors"
	"math/big"
	"strings"
	"testing"
)

// A word that goes on is not two words of the same bits, and a run that ends here is not one that goes on.
func TestAuditTellsWordsApart(t *testing.T) {
	run := func(words ...string) (tr Transcript) {
		tr.Players = 2
		for k, w := range words {
			tr.Messages = append(tr.Messages, Message{k + 1, Alice, "", wordOf(w)})
		}
		return tr
	}
	for name, c := range map[string]struct {
		first, second Transcript
		want          AuditError
	}{
		"one word or two": {run("10"), run("1", "0"), AuditError{"who writes next", "", "alice goes on", "alice begins a word", "1"}},
		"a shorter run":   {run("1", "0"), run("1"), AuditError{"who writes next", "", "alice begins a word", "the end", "1"}},
	} {
		var a Audit
		if err := a.Add([]string{"x", "y"}, c.first, nil); err != nil {
			t.Fatal(err)
		}
		var got *AuditError
		if err := a.Add([]string{"x", "y"}, c.second, nil); !errors.As(err, &got) || *got != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCoverAndGrowth(t *testing.T) {
	for _, c := range []struct {
		alice, bob []int
		want       bool
	}{{[]int{0}, []int{0, 1}, true}, {[]int{0}, []int{1, 0}, true}, {[]int{0}, []int{1}, false}, {nil, []int{0, 1}, false}} {
		mark := func(list []int, mark func(int)) {
			for _, k := range list {
				mark(k)
			}
		}
		cover := Cover[[]int, []int]{2, mark, mark}
		if got := cover.Eval(c.alice, c.bob); got != c.want {
			t.Errorf("%v and %v: %v", c.alice, c.bob, got)
		}
	}
	for want, g := range map[string]Growth{"": {}, "N": {1, 0}, "log N": {0, 1}, "N log N": {1, 1}, "N^2 log^3 N": {2, 3}} {
		if g.String() != want {
			t.Errorf("%+v is %q, want %q", g, g, want)
		}
	}
}

// What has the shape of a member and is none.
func TestNoMembers(t *testing.T) {
	huge := BigValue(new(big.Int).Lsh(big.NewInt(1), 70))
	two := TupleValue(IntValue(1), IntValue(2))
	for _, c := range []struct {
		d    Domain
		in   Value
		outs []Value
	}{
		{Words(2, 3), two, []Value{TupleValue(BoolValue(true), IntValue(2)), TupleValue(huge, IntValue(2)), OneOfValue(IntValue(1), IntValue(2))}},
		{Subsets(4, 2), two, []Value{TupleValue(BoolValue(true), IntValue(2)), TupleValue(IntValue(1), huge), Ints(2, 2), Ints(2, 1), OneOfValue(IntValue(1), IntValue(2))}},
		{Signed(6, 4), Ints(1, 0, -1, 0, 0, 0), []Value{Ints(-2, 0, 0, 0, 0, 0), Ints(2, 0, 0, 0, 0, 0), Ints(0), TupleValue(BoolValue(true), huge, IntValue(0), IntValue(0), IntValue(0), IntValue(0)),
			TupleValue(huge, IntValue(0), IntValue(0), IntValue(0), IntValue(0), IntValue(0)), TupleValue(BoolValue(true), IntValue(0), IntValue(0), IntValue(0), IntValue(0), IntValue(0)),
			OneOfValue(IntValue(0), IntValue(0), IntValue(0), IntValue(0), IntValue(0), IntValue(0))}},
		{Permutations(2), two, []Value{TupleValue(BoolValue(true), IntValue(2)), OneOfValue(IntValue(1), IntValue(2))}},
		{Product(Words(1, 3), Words(1, 3)), TupleValue(Ints(1), Ints(2)), []Value{OneOfValue(Ints(1), Ints(2)), TupleValue(Ints(1))}},
	} {
		if _, ok := c.d.Word(c.in); !ok {
			t.Errorf("%s has no %v", c.d.Name(), c.in)
		}
		for _, v := range c.outs {
			if _, ok := c.d.Word(v); ok {
				t.Errorf("%s has %v", c.d.Name(), v)
			}
		}
	}
	if BitStrings(61).Len() != 1<<61 || BitStrings(62).Len() != -1 {
		t.Errorf("2^61 are %d, 2^62 are %d", BitStrings(61).Len(), BitStrings(62).Len())
	}
	if Words(1, 3).Has(UintWord(3, 2)) || !Words(1, 3).Has(UintWord(2, 2)) {
		t.Error("three members are 0, 1 and 2")
	}
	for _, c := range []struct {
		d    Domain
		want [2]string
	}{{BitStrings(3), [2]string{"101", `"101"`}}, {Words(1, 6), [2]string{"[5]", "[5]"}}} {
		d, want := c.d, c.want
		raw, err := json.Marshal(d.JSON(wordOf("101")))
		if err != nil || d.Show(wordOf("101")) != want[0] || string(raw) != want[1] {
			t.Errorf("%s shows %s and %s, want %q", d.Name(), d.Show(wordOf("101")), raw, want)
		}
	}
}

func TestEdgesOfSettings(t *testing.T) {
	for text, ok := range map[string]bool{
		"1 rounds deterministic": true, "one-way randomised, error 0": true, "one-way deterministic, 1048576 players": true, "one-way deterministic, 1048577 players": false,
		", 3 players": false, "one-way deterministic, x players": false,
	} {
		s, err := ParseSetting(text)
		if (err == nil) != ok || ok && s.String() != text {
			t.Errorf("%q: %v, %v", text, s, err)
		}
	}
	if (Setting{}).Deterministic() || OneWay.Randomised("1/3").Deterministic() || !TwoWay.Deterministic() || (Setting{Order: Chain, Players: 2}).String() != "one-way deterministic" {
		t.Error("deterministic, or two players, is something else")
	}
	for _, s := range []Setting{{}, OneWay, TwoWay.Among(3)} {
		raw, _ := s.MarshalText()
		got := TwoWay
		if err := got.UnmarshalText(raw); err != nil || got != s {
			t.Errorf("%q is read as %q, %v", s, got, err)
		}
	}
	for want, from := range map[Setting][]Player{OneWay.Among(3): {0, 1, 2}, TwoWay.Among(3): {0, 2, 1}, OneWay: {0, 0}, TwoWay: {0, 1}} {
		tr := Transcript{Players: max(2, want.Players)}
		for _, p := range from {
			tr.Messages = append(tr.Messages, Message{From: p})
		}
		if got := tr.Setting(); got != want {
			t.Errorf("%v: %s, want %s", from, got, want)
		}
	}
}

// Players who read what nobody wrote, alone and together; and two who say nothing.
func TestReadingNothing(t *testing.T) {
	silent := func(*Port) int { return 7 }
	if outs, tr, err := Run(t.Context(), nil, silent, silent); err != nil || outs[1] != 7 || tr.Cost() != 0 {
		t.Errorf("two who say nothing: %v, %v", outs, err)
	}
	reads := func(from Player, n Bits, times int) func(*Port) int {
		return func(p *Port) int {
			for range times {
				p.Recv(from, n)
			}
			return 0
		}
	}
	one := Transcript{2, []Message{{1, Bob, "", wordOf("1")}}}
	for name, c := range map[string]struct {
		from  Player
		n     Bits
		times int
		want  string
	}{
		"the next player after the last": {2, 1, 1, "no word of player 3"}, "a player before the first": {-1, 1, 1, "no word of"}, "oneself": {0, 1, 1, "no word of alice for alice"},
		"once more": {Bob, 1, 2, "no further word"}, "a longer word": {Bob, 2, 1, "has 1 bits"},
	} {
		if _, err := Replay(t.Context(), one, Alice, nil, reads(c.from, c.n, c.times)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("replayed, %s: %v", name, err)
		}
		if name == "once more" || name == "a longer word" {
			continue
		}
		if _, _, err := Run(t.Context(), nil, reads(c.from, c.n, c.times), silent); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("run, %s: %v", name, err)
		}
	}
	twice := func(p *Port) int { p.Send("", wordOf("1")); p.Send("", wordOf("1")); return 0 }
	if _, err := Replay(t.Context(), one, Bob, nil, twice); !errors.Is(err, ErrReplay) {
		t.Errorf("a word is written twice that stands there once: %v", err)
	}
}

func TestEdgesOfValues(t *testing.T) {
	huge := BigValue(new(big.Int).Lsh(big.NewInt(1), 70))
	for _, c := range []struct {
		v    Value
		text string
		yes  bool
	}{
		{BoolValue(true), "True", true}, {BoolValue(false), "False", false}, {IntValue(3), "3", true}, {IntValue(0), "0", false}, {huge, "1180591620717411303424", true},
		{TextValue("a"), `"a"`, false}, {OneOfValue(IntValue(1), IntValue(2)), "one_of([1, 2])", false}, {Ints(1, 2), "[1, 2]", false}, {Value{}, "None", false},
	} {
		if c.v.String() != c.text || c.v.True() != c.yes {
			t.Errorf("%s is %s, true: %v", c.text, c.v, c.v.True())
		}
		raw, err := json.Marshal(c.v)
		var back Value
		if err != nil || json.Unmarshal(raw, &back) != nil || !back.Equal(c.v) {
			t.Errorf("%s comes back as %v from %s", c.text, back, raw)
		}
	}
	for _, bad := range []string{"{", "[1.5]", `{"one_of":[1.5]}`, `{"a":1}`, ""} {
		if err := new(Value).UnmarshalJSON([]byte(bad)); err == nil {
			t.Errorf("%q is a value", bad)
		}
	}
	for _, width := range []int{-1, 65} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%d bits were read at once", width)
				}
			}()
			BitStrings(80).Nth(5).Unpack().Uint(width)
		}()
	}
}
