package rules

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"crosscut/docs"
	"crosscut/internal/long"
	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// trial is a protocol on every sequence of a small world, or on some. cheat, when set,
// changes what player 0 is dealt: laws must then fail.
type trial struct {
	c     Cut
	p     *Protocol
	cheat func(seq []tasks.Token) []tasks.Token
}

// deal is what one player holds.
func deal(c Cut, who protocol.Player, seq []tasks.Token) (tasks.Half, error) {
	var pos []int
	var tok []tasks.Token
	for i, o := range c.Split.Owner {
		if o == who || o == tasks.Public {
			pos, tok = append(pos, i+1), append(tok, seq[i])
		}
	}
	return tasks.NewHalf(c.Shape, c.Split, who, pos, tok)
}

// laws runs the protocol on the sequences and compares it with the plain forward pass,
// the meter with the formula, and all runs with each other.
func (t trial) laws(seqs [][]tasks.Token) error {
	var audit protocol.Audit
	k := t.c.players()
	for _, seq := range seqs {
		want, err := t.p.Whole(context.Background(), seq)
		if err != nil {
			return err
		}
		programs, inputs := make([]func(*protocol.Port) []tasks.Value, k), make([]string, k)
		for who := range k {
			dealt := seq
			if t.cheat != nil && who == 0 {
				dealt = t.cheat(seq)
			}
			h, err := deal(t.c, protocol.Player(who), dealt)
			if err != nil {
				return err
			}
			programs[who] = t.p.Player(h)
			for i, o := range t.c.Split.Owner { // what it holds in truth
				if o == protocol.Player(who) || o == tasks.Public {
					inputs[who] += fmt.Sprint(seq[i].X, " ")
				}
			}
		}
		out, run, err := protocol.Run(context.Background(), nil, programs...)
		if err != nil {
			return err
		}
		for who := range k {
			if got := run.By(protocol.Player(who)); got != t.p.Bits[who] {
				return fmt.Errorf("meter: player %d wrote %d bits, the rule says %d (%s)", who+1, got, t.p.Bits[who], t.p.Formula)
			}
		}
		if err := within(run, t.p.Setting); err != nil {
			return err
		}
		shown := make([]string, k)
		for who := range shown {
			shown[who] = fmt.Sprint(out[who])
		}
		if err := audit.Add(inputs, run, shown); err != nil {
			return err
		}
		if fmt.Sprint(out[k-1]) != fmt.Sprint(want) {
			return fmt.Errorf("output: %v by the protocol, %v by the plain forward pass, on %v", out[k-1], want, seq)
		}
	}
	return nil
}

// within says whether a run keeps the setting that its rule claims.
func within(run protocol.Transcript, s protocol.Setting) error {
	k := max(2, s.Players)
	switch {
	case run.Players != k:
		return fmt.Errorf("setting: %d players, the rule says %d", run.Players, k)
	case s.Order == protocol.InRounds && run.Rounds() > s.Rounds:
		return fmt.Errorf("setting: %d rounds, the rule says %d", run.Rounds(), s.Rounds)
	case s.Order == protocol.Chain && run.Setting().Order != protocol.Chain:
		return fmt.Errorf("setting: the rule says %v, the run was %v", s, run.Setting())
	case s.Order == 0:
		return errors.New("setting: the rule states none")
	}
	return nil
}

// world lists all sequences of N tokens over two symbols, thinned out to at most most.
func world(t testing.TB, N, most int) (tasks.Shape, [][]tasks.Token) {
	sh, err := tasks.InductionHeads.Shape(N, tasks.Params{"V": 2})
	if err != nil {
		t.Fatal(err)
	}
	var seqs [][]tasks.Token
	for k := range 1 << N {
		if most < 1<<N && draw(uint64(k))%(1<<N) >= uint64(most) {
			continue
		}
		seq := make([]tasks.Token, N)
		for i := range seq {
			seq[i].X = 1 + (k*37%(1<<N))>>i&1 // scattered: any few of them differ everywhere
		}
		seqs = append(seqs, seq)
	}
	return sh, seqs
}

// cuts are small layouts of k players; the last one owns the last position.
func cuts(t testing.TB, sh tasks.Shape, k int) []Cut {
	const P = -1 // public
	owners := [][]int{{0, 0, 0, 1, 1, 1}, {0, 0, 0, 0, 0, 1}, {P, 0, 0, 1, 1, P}, {0, 1, 0, 1, 0, 1}, {1, 1, 0, 0, P, 1}, {0, 0, 1, 1, 0, 0}}
	if k == 3 {
		owners = [][]int{{0, 0, 1, 1, 2, 2}, {0, 1, 1, 1, 2, 2}, {P, 0, 0, 1, 1, 2}, {0, 0, 1, 1, 2, P}}
	}
	var all []Cut
	for n, list := range owners {
		s := tasks.Split{}
		for _, o := range list {
			s.Owner = append(s.Owner, protocol.Player(o))
		}
		for _, read := range [][]int{{sh.N}, {1}, {2, 5}} {
			if n > 2 && len(read) > 1 {
				continue
			}
			all = append(all, Cut{Shape: sh, Split: s, Read: read, Players: k})
		}
	}
	return all
}

// sizes are the rule's examples, cut down, and small draws.
func sizes(t testing.TB, r *Rule) []models.Settings {
	rng := rand.New(rand.NewPCG(1, uint64(len(r.Name))))
	var list []models.Settings
	for try := range 3 {
		set := models.Settings{Num: tasks.Params{}, Choice: map[string]string{}, Seed: uint64(try)}
		for _, p := range r.Params {
			small := []float64{p.Min, p.Min + 1, p.Min + 2}
			if len(p.Small) > 0 {
				small = p.Small
			}
			v := small[rng.IntN(len(small))]
			if try == 2 && len(p.Small) == 0 {
				v = p.Min + 2
			}
			if p.Max > 0 {
				v = min(v, p.Max)
			}
			set.Num[p.Name] = v
		}
		for _, c := range r.Choices {
			set.Choice[c.Name] = c.Of[try%len(c.Of)]
		}
		list = append(list, set)
	}
	return list
}

// TestEveryRule: on every sequence of a small world the protocol gives what the plain
// forward pass gives, the meter reads what the formula says, the setting is kept, and the
// audit is silent; and each of these laws fails for a player who cheats.
func TestEveryRule(t *testing.T) {
	const N = 6
	sh, seqs := world(t, N, 1<<N)
	for r := range every(t) {
		t.Run(r.Name, func(t *testing.T) {
			if r.Outside != "" {
				if _, err := (Sized{Rule: r}).Machine(sh, 1); !errors.Is(err, errors.ErrUnsupported) {
					t.Errorf("%v", err)
				}
				return
			}
			ran, peeked, stale, alive, early, ahead := 0, 0, 0, 0, 0, 0
			for _, set := range sizes(t, r) {
				s, err := r.With(set)
				if err != nil {
					t.Fatal(err)
				}
				for _, k := range []int{2, 3} {
					for _, c := range cuts(t, sh, k) {
						p, err := s.At(c, set.Seed)
						if errors.Is(err, errors.ErrUnsupported) {
							continue
						}
						if err != nil {
							t.Fatalf("%v, %v: %v", s, c.Split, err)
						}
						ran++
						// The audit compares words of this length; long ones on fewer sequences.
						seqs := seqs[:min(len(seqs), max(4, long.Of(1000, 3000)/int(p.Total()+1)))]
						if err := (trial{c: c, p: p}).laws(seqs); err != nil {
							t.Fatalf("%v at %v, reading %v: %v", s, c.Split.Owner, c.Read, err)
						}
						if c.Read[0] == 1 { // what is read there when all later tokens change
							later := slices.Clone(seqs[0])
							for i := range later[1:] {
								later[i+1].X = 3 - later[i+1].X
							}
							one, err := p.Whole(t.Context(), seqs[0])
							two, other := p.Whole(t.Context(), later)
							if err != nil || other != nil {
								t.Fatal(err, other)
							}
							if early++; !slices.EqualFunc(one, two, slices.Equal[tasks.Value]) {
								ahead++
							}
						}
						if p.Bits[0] == 0 {
							continue
						}
						alive++
						// A player who knows another's token and speaks of it.
						other := slices.Index(c.Split.Owner, 1)
						if err := (trial{c: c, p: p, cheat: func(seq []tasks.Token) []tasks.Token {
							seq = slices.Clone(seq)
							for i, o := range c.Split.Owner {
								if o == 0 {
									seq[i].X = 3 - seq[other].X
								}
							}
							return seq
						}}).laws(seqs); err != nil {
							peeked++
						}
						// A player who speaks of other tokens than its own.
						if err := (trial{c: c, p: p, cheat: func(seq []tasks.Token) []tasks.Token {
							seq = slices.Clone(seq)
							for i, o := range c.Split.Owner {
								if o == 0 {
									seq[i].X = 1
								}
							}
							return seq
						}}).laws(seqs); err != nil {
							stale++
						}
						// A formula that forgets a bit.
						less := *p
						less.Bits = slices.Clone(p.Bits)
						less.Bits[0]--
						if err := (trial{c: c, p: &less}).laws(seqs); err == nil {
							t.Errorf("%v: a cost of one bit less passes", s)
						}
					}
				}
			}
			if ran == 0 || alive == 0 || 2*peeked < alive || 2*stale < alive {
				t.Errorf("%d runs, in %d of which player 1 speaks; %d peeking and %d lying players were caught", ran, alive, peeked, stale)
			}
			if early > 0 && r.Causal != (ahead == 0) {
				t.Errorf("causal is %v, and %d of %d outputs at token 1 change with later tokens", r.Causal, ahead, early)
			}
			t.Logf("%d protocols, %d with words of player 1, peeking caught in %d, lies in %d", ran, alive, peeked, stale)
		})
	}
}

// every yields the catalogue, and the rules of published configs.
func every(t *testing.T) func(yield func(*Rule) bool) {
	return func(yield func(*Rule) bool) {
		for r := range Catalog().All() {
			if !yield(r) {
				return
			}
		}
		for _, config := range []string{
			`{"model_type": "mamba", "hidden_size": 1, "num_hidden_layers": 1, "state_size": 1, "conv_kernel": 2, "expand": 1, "torch_dtype": "float16"}`,
			`{"model_type": "mistral", "hidden_size": 2, "num_hidden_layers": 1, "num_attention_heads": 1, "num_key_value_heads": 1, "sliding_window": 3, "torch_dtype": "float16"}`,
		} {
			s, err := Config([]byte(config))
			if err != nil {
				t.Fatal(err)
			}
			if !yield(s.Rule) {
				return
			}
		}
	}
}

// TestParse: sizes are complete, checked, and named in the error.
func TestParse(t *testing.T) {
	s, err := Parse("mamba d=5120, state=16 layers=48 p=16")
	if err != nil || s.Int("conv") != 4 || s.String() != "mamba layers=48 d=5120 state=16 conv=4 p=16" {
		t.Errorf("%v, %v", s, err)
	}
	sh, _ := world(t, 6, 1)
	c := Cut{Shape: sh, Split: sh.Half(), Read: []int{6}}
	p, err := s.At(c, 1)
	if err != nil || p.Total() != 48*(5120*16+3*5120)*16 || p.Setting != protocol.OneWay {
		t.Errorf("%+v, %v", p, err)
	}
	for _, bad := range []string{"", "mambo", "mamba width=3", "mamba d", "mamba d=0", "mamba d=1.5", "mamba d=x", "mamba d=1 d=2", "attention arithmetic=round", "attention arithmetic=3", "long-convolution d=1"} {
		if s, err := Parse(bad); err == nil {
			t.Errorf("%q: %v", bad, s)
		}
	}
	if s, err := Parse("long-convolution"); err != nil {
		t.Error(err)
	} else if _, err := s.At(c, 1); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("%v", err)
	}
}

// TestDocs: the page of rules names every rule, or the page that it cites as its own does.
func TestDocs(t *testing.T) {
	for r := range Catalog().All() {
		page := docs.Home(r.Cite, "rules")
		if text, _ := docs.Text(page); !strings.Contains(text, "`"+r.Name+"`") {
			t.Errorf("docs/%s.md does not name %s", page, r.Name)
		}
	}
}

// TestWithinSeesAnotherSetting: a run of other players, more rounds, or words back fails the
// setting that its rule claims.
func TestWithinSeesAnotherSetting(t *testing.T) {
	say := func(round int, from protocol.Player) protocol.Message {
		return protocol.Message{Round: round, From: from, Word: protocol.UintWord(1, 1)}
	}
	there := protocol.Transcript{Players: 2, Messages: []protocol.Message{say(1, 0)}}
	back := protocol.Transcript{Players: 2, Messages: []protocol.Message{say(1, 0), say(2, 1)}}
	inRounds := func(r int) protocol.Setting { return protocol.Setting{Order: protocol.InRounds, Rounds: r} }
	for _, tc := range []struct {
		run   protocol.Transcript
		s     protocol.Setting
		keeps bool
	}{
		{there, protocol.OneWay, true}, {there, inRounds(1), true}, {back, protocol.TwoWay, true}, {back, inRounds(2), true},
		{back, protocol.OneWay, false}, {back, inRounds(1), false}, {there, protocol.OneWay.Among(3), false}, {there, protocol.Setting{}, false},
	} {
		if err := within(tc.run, tc.s); (err == nil) != tc.keeps {
			t.Errorf("%d words in setting %v: %v", len(tc.run.Messages), tc.s, err)
		}
	}
}
