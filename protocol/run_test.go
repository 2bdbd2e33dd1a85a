package protocol

import (
	"errors"
	"fmt"
	"strings"
	"testing"
)

// wordOf is a word for tests, from 0s and 1s.
func wordOf(s string) Word {
	w, err := ParseWord(s)
	if err != nil {
		panic(err)
	}
	return w
}

// conversation is two rounds: Alice writes a word, Bob answers with its complement,
// Alice says whether she is content.
func conversation(x, y string) []func(*Port) string {
	return []func(*Port) string{
		func(p *Port) string {
			p.Send("x", wordOf(x))
			got := p.Recv(Bob, Bits(len(y)))
			p.Send("content", UintWord(1, 1))
			return "alice read " + got.String()
		},
		func(p *Port) string {
			got := p.Recv(Alice, Bits(len(x)))
			p.Send("y", wordOf(y))
			if !p.Recv(Alice, 1).Bit(0) {
				return "discontent"
			}
			return "bob read " + got.String()
		},
	}
}

func TestRun(t *testing.T) {
	outs, tr, err := Run(t.Context(), nil, conversation("101", "01")...)
	if err != nil || outs[0] != "alice read 01" || outs[1] != "bob read 101" {
		t.Fatalf("%v, %v", outs, err)
	}
	if tr.Cost() != 6 || tr.By(Alice) != 4 || tr.By(Bob) != 2 || tr.Rounds() != 3 || tr.Setting() != TwoWay || tr.Players != 2 {
		t.Errorf("cost %d, by Alice %d, by Bob %d, %d rounds, %s", tr.Cost(), tr.By(Alice), tr.By(Bob), tr.Rounds(), tr.Setting())
	}
	var log strings.Builder
	for _, m := range tr.Messages {
		fmt.Fprintf(&log, "%d %v %s %v;", m.Round, m.From, m.Label, m.Word)
	}
	if want := "1 alice x 101;2 bob y 01;3 alice content 1;"; log.String() != want {
		t.Errorf("transcript %s, want %s", log.String(), want)
	}
	if _, again, _ := Run(t.Context(), nil, conversation("101", "01")...); fmt.Sprint(again) != fmt.Sprint(tr) {
		t.Error("the same players wrote another transcript")
	}
}

func TestOneWay(t *testing.T) {
	_, tr, err := Run(t.Context(), nil,
		func(p *Port) int { p.Send("a", wordOf("1")); p.Send("b", wordOf("00")); return 0 },
		func(p *Port) int { return int(p.Recv(Alice, 1).Len() + p.Recv(Alice, 2).Len()) })
	if err != nil || tr.Setting() != OneWay || tr.Rounds() != 1 || tr.Cost() != 3 {
		t.Errorf("%v %v, %d rounds, %d bits", err, tr.Setting(), tr.Rounds(), tr.Cost())
	}
	_, tr, err = Run(t.Context(), nil, func(*Port) int { return 1 }, func(*Port) int { return 2 })
	if err != nil || tr.Cost() != 0 || tr.Rounds() != 0 || tr.Setting() != OneWay {
		t.Errorf("silence: %v, %v", tr, err)
	}
}

// TestThreePlayers: everybody reads the blackboard, at its own pace.
func TestThreePlayers(t *testing.T) {
	player := func(self Player, in uint64) func(*Port) uint64 {
		return func(p *Port) uint64 {
			if p.Self() != self {
				t.Errorf("%v sits in the place of %v", self, p.Self())
			}
			p.Send("mine", UintWord(in, 4))
			sum := in
			for other := range Player(3) {
				if other != self {
					sum += p.Recv(other, 4).Unpack().Uint(4)
				}
			}
			return sum
		}
	}
	outs, tr, err := Run(t.Context(), nil, player(0, 3), player(1, 5), player(2, 9))
	if err != nil || fmt.Sprint(outs) != "[17 17 17]" || tr.Cost() != 12 || tr.Rounds() != 1 || tr.By(2) != 4 {
		t.Errorf("%v, %v, %d bits in %d rounds", outs, err, tr.Cost(), tr.Rounds())
	}
	if Player(2).String() != "player 3" {
		t.Error(Player(2).String())
	}
}

func TestErrors(t *testing.T) {
	send := func(words ...string) func(*Port) int {
		return func(p *Port) int {
			for _, w := range words {
				p.Send("word", wordOf(w))
			}
			return 0
		}
	}
	recv := func(from Player, lengths ...Bits) func(*Port) int {
		return func(p *Port) int {
			for _, n := range lengths {
				p.Recv(from, n)
			}
			return 0
		}
	}
	own := errors.New("a player's own error")
	for name, c := range map[string]struct {
		programs []func(*Port) int
		want     error
		names    string
	}{
		"both wait":         {[]func(*Port) int{recv(Bob, 1), recv(Alice, 1)}, ErrStuck, "alice waits for 1 bits of bob; bob waits for 1 bits of alice"},
		"one waits forever": {[]func(*Port) int{send("1"), recv(Alice, 1, 1)}, ErrStuck, "bob waits for 1 bits of alice"},
		"a cycle of three":  {[]func(*Port) int{recv(1, 1), recv(2, 1), recv(0, 1)}, ErrStuck, "player 3"},
		"unread":            {[]func(*Port) int{send("1", "0"), recv(Alice, 1)}, ErrUnread, "1 bits"},
		"too short a word":  {[]func(*Port) int{send("1"), recv(Alice, 2)}, ErrLength, "has 1 bits, bob expects 2"},
		"too long a word":   {[]func(*Port) int{send("11"), recv(Alice, 1)}, ErrLength, "has 2 bits, bob expects 1"},
		"reading oneself":   {[]func(*Port) int{recv(Alice, 1), send()}, nil, "no word of alice for alice"},
		"no such player":    {[]func(*Port) int{recv(7, 1), send()}, nil, "no word of player 8"},
		"a coin":            {[]func(*Port) int{func(p *Port) int { p.Coin(0); return 0 }, send()}, ErrCoins, "coin"},
		"failing":           {[]func(*Port) int{send(), func(p *Port) int { p.Fail(own); return 0 }}, own, "bob"},
	} {
		outs, _, err := Run(t.Context(), nil, c.programs...)
		if err == nil || outs != nil || c.want != nil && !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.names) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: %v, %v; want an error that names %q", name, outs, err, c.names)
		}
	}
}

// TestPanicsPass: a bug in a player is no protocol error.
func TestPanicsPass(t *testing.T) {
	defer func() {
		if r := recover(); r != "bug" {
			t.Errorf("recovered %v", r)
		}
	}()
	Run(t.Context(), nil, func(p *Port) int { p.Recv(Bob, 1); return 0 }, func(*Port) int { panic("bug") })
}

func TestCoins(t *testing.T) {
	toss := func(p *Port) string {
		s := ""
		for i := range 64 {
			if p.Coin(i) {
				s += "1"
			} else {
				s += "0"
			}
		}
		return s
	}
	outs, tr, err := Run(t.Context(), Seeded(7), toss, func(p *Port) string { p.Coin(1000); return toss(p) })
	if err != nil || outs[0] != outs[1] || tr.Cost() != 0 {
		t.Errorf("public coins differ: %v, %v", outs, err)
	}
	if other, _, _ := Run(t.Context(), Seeded(8), toss, toss); other[0] == outs[0] || !strings.Contains(other[0], "0") || !strings.Contains(other[0], "1") {
		t.Errorf("coins of another seed: %s", other[0])
	}
}

func TestReplay(t *testing.T) {
	programs := conversation("101", "01")
	outs, tr, err := Run(t.Context(), nil, programs...)
	if err != nil {
		t.Fatal(err)
	}
	for self, program := range programs {
		if out, err := Replay(t.Context(), tr, Player(self), nil, program); err != nil || out != outs[self] {
			t.Errorf("%v: %q, %v", Player(self), out, err)
		}
	}
	alter := func(change func(ms []Message) []Message) Transcript {
		return Transcript{tr.Players, change(append([]Message(nil), tr.Messages...))}
	}
	for name, c := range map[string]struct {
		t      Transcript
		caught Player
	}{
		"a bit of Alice's": {alter(func(ms []Message) []Message { ms[0].Word = wordOf("100"); return ms }), Alice},
		"a bit of Bob's":   {alter(func(ms []Message) []Message { ms[1].Word = wordOf("11"); return ms }), Bob},
		"a longer word":    {alter(func(ms []Message) []Message { ms[1].Word = wordOf("010"); return ms }), Bob},
		"a missing word":   {alter(func(ms []Message) []Message { return ms[:2] }), Alice},
		"an extra word": {alter(func(ms []Message) []Message {
			return append(ms, Message{3, Alice, "more", wordOf("1")})
		}), Alice},
		"another writer":       {alter(func(ms []Message) []Message { ms[2].From = Bob; return ms }), Bob},
		"an answer too early":  {alter(func(ms []Message) []Message { ms[0], ms[1] = ms[1], ms[0]; return ms }), Bob},
		"a round that was not": {alter(func(ms []Message) []Message { ms[1].Round = 1; return ms }), Bob},
	} {
		if _, err := Replay(t.Context(), c.t, c.caught, nil, programs[c.caught]); err == nil {
			t.Errorf("%s: %v's replay finds nothing", name, c.caught)
		}
	}
	// A player with another input does not write this transcript.
	if _, err := Replay(t.Context(), tr, Bob, nil, conversation("101", "11")[1]); !errors.Is(err, ErrReplay) {
		t.Errorf("another y: %v", err)
	}
	// The label decides nothing.
	relabelled := alter(func(ms []Message) []Message { ms[0].Label = "other"; return ms })
	if _, err := Replay(t.Context(), relabelled, Alice, nil, programs[0]); err != nil {
		t.Errorf("another label: %v", err)
	}
}
