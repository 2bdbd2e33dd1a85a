package falsify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/models/zoo"
	"crosscut/protocol"
	"crosscut/protocol/problems"
	"crosscut/reductions"
	"crosscut/report"
)

func facing(t *testing.T, m models.Machine, in *reductions.Instance) *Target {
	t.Helper()
	target, err := NewTarget(m, in)
	if err != nil {
		t.Fatal(err)
	}
	return target
}

// meeting is memory that faces disj-meet.
func meeting(t *testing.T, n, keeps, ack int) *Target {
	in := instance(t, disjMeet, n)
	return facing(t, memory{sh: in.Shape, keeps: keeps, ack: ack}, in)
}

// TestWhereStrategiesApply: exhaustive search up to 2^20 inputs and the others beyond, birthdays only where a message of at
// most 62 bits has too few, what is one-way only there, and pairs that are all tried up to 2^16.
func TestWhereStrategiesApply(t *testing.T) {
	for _, c := range []struct {
		n, keeps, ack int
		want          string
	}{
		{8, 7, 0, "[exhaustive all-pairs]"}, {9, 7, 0, "[exhaustive sample]"},
		{20, 19, 0, "[exhaustive sample]"}, {21, 20, 0, "[forgetting kernel hash birthday sample]"}, {21, 21, 0, "[forgetting kernel hash sample]"},
		{64, 62, 0, "[forgetting kernel hash birthday sample]"}, {64, 63, 0, "[forgetting kernel hash sample]"},
		{20, 18, 1, "[exhaustive same-query sample]"}, {21, 18, 1, "[hash same-query sample]"},
	} {
		target := meeting(t, c.n, c.keeps, c.ack)
		var got []string
		for _, s := range Strategies() {
			if s.Applies(target) {
				got = append(got, s.Name)
			}
		}
		if fmt.Sprint(got) != c.want {
			t.Errorf("n = %d, %d bits, %d of Bob's: %v, want %s", c.n, c.keeps, c.ack, got, c.want)
		}
	}
	in := instance(t, reductions.DisjQSAMemory, 24)
	for n, want := range map[int]bool{8: false, 24: true} {
		in := instance(t, reductions.DisjQSAMemory, n)
		if got := localSearch.Applies(facing(t, narrow{scrambler(in.Shape, 4), in}, in)); got != want {
			t.Errorf("local search at n = %d: %v", n, got)
		}
	}
	if localSearch.Applies(facing(t, scrambler(in.Shape, 4), in)) {
		t.Error("local search without a margin to follow")
	}
	// One input or none of a player's.
	for _, c := range []struct {
		x, y protocol.Domain
		want uint64
	}{{protocol.BitStrings(0), protocol.BitStrings(3), 8}, {protocol.BitStrings(3), protocol.BitStrings(0), 8}, {protocol.BitStrings(70), protocol.BitStrings(3), 0}, {protocol.BitStrings(3), protocol.BitStrings(70), 0}} {
		p := &problems.Problem{Inputs: func(int) []protocol.Domain { return []protocol.Domain{c.x, c.y} }}
		if got := (&Target{Instance: &reductions.Instance{Reduction: &reductions.Reduction{From: p}, Size: 1}}).pairs(); got != c.want {
			t.Errorf("%v x %v: %d pairs, want %d", c.x.Count(), c.y.Count(), got, c.want)
		}
	}
	if _, err := meeting(t, 6, 5, 0).Find(t.Context(), Options{Only: []string{"null-vector"}}); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("a strategy that does not apply: %v", err)
	}
}

// TestNotesAreTrue: what a finding says of how it came about.
func TestNotesAreTrue(t *testing.T) {
	for _, c := range []struct {
		n, keeps, ack int
		stubborn      bool
		o             Options
		want          string
	}{
		{6, 5, 0, false, Options{}, "exhaustive: two of the first 2 inputs of Alice's share all words"},
		{6, 5, 0, false, Options{Only: []string{"all-pairs"}}, "all-pairs: pair 66 of those tried is wrong"},
		{6, 6, 0, true, Options{Only: []string{"all-pairs"}}, "all-pairs: pair 66 of those tried is wrong"},
		{24, 20, 0, false, Options{Only: []string{"forgetting"}}, "forgetting: 4 of the 24 bits of this x do not move the message at all"},
		{24, 24, 0, false, Options{Only: []string{"forgetting"}}, "forgetting: on 8 random x every single bit moves the message; no conclusion: inputs that were not tried may fail"},
		{24, 24, 0, false, Options{Only: []string{"sample"}, Pairs: 128}, "sample: 128 sampled input pairs are right; no conclusion: inputs that were not tried may fail"},
		{12, 12, 0, false, Options{Only: []string{"exhaustive", "hash"}}, "exhaustive: all 2^12 inputs of Alice's were tried and no two that must be told apart share their words; all of Alice's messages differ where they must, so no failure is forced; errors of the rest of the model were sampled only"},
		{6, 6, 1, false, Options{Only: []string{"same-query"}}, "same-query: for 6 inputs of Bob's, all inputs of Alice's: no two that must be told apart share a transcript; no conclusion: inputs that were not tried may fail"},
		{12, 12, 1, false, Options{Only: []string{"same-query"}}, "same-query: for 12 inputs of Bob's, sampled inputs of Alice's: no two that must be told apart share a transcript; no conclusion: inputs that were not tried may fail"},
		{24, 24, 0, true, Options{Only: []string{"sample"}}, "sample: pair 3 of those tried is wrong"},
		{24, 23, 0, false, Options{Only: []string{"hash"}, Messages: 1}, "hash: 1 inputs of Alice's that differ in the 1 bits read last, and no two that must be told apart share their words; no conclusion: the message has fewer bits than needed, so some input must fail; none was found"},
		{24, 24, 0, false, Options{Only: []string{"hash"}, Messages: 3}, "hash: 3 inputs of Alice's that differ in the 2 bits read last, and no two that must be told apart share their words; no conclusion: inputs that were not tried may fail"},
		{5, 5, 1, false, Options{Only: []string{"exhaustive"}}, "exhaustive: the transcripts of all 2^5 fooling pairs differ; no conclusion: inputs that were not tried may fail"},
	} {
		f := find(t, c.n, memory{keeps: c.keeps, ack: c.ack, stubborn: c.stubborn}, c.o)
		if c.stubborn && (strings.Count(f.At.X.String(), "1") != 1 || f.At.X != f.At.Y) {
			t.Errorf("n = %d: a pair that meets more than once: %v", c.n, f.At)
		}
		if f.Note != c.want {
			t.Errorf("n = %d, %d bits, %v: %q, want %q", c.n, c.keeps, c.o.Only, f.Note, c.want)
		}
	}
	for k, want := range map[int]string{0: "x = 10", 1: "the inputs found"} {
		if got := (Lead{Candidates: []Point{{X: reductions.Unit(2, 0)}}}).at(k); got != want {
			t.Errorf("candidate %d is %q", k, got)
		}
	}
	if long := showX(flat(80)); len(long) != 80 {
		t.Errorf("80 bits are shortened: %s", long)
	}
	// A second strategy of a kind that is settled is not asked: nothing more can come of it.
	in := instance(t, disjMeet, 6)
	f, err := Find(t.Context(), memory{sh: in.Shape, keeps: 6}, in, Options{Only: []string{"exhaustive", "all-pairs"}})
	if err != nil || f.Verdict != report.Meets || !strings.Contains(f.Note, "all 4096 input pairs of the reduction are right") {
		t.Errorf("%+v, %v", f, err)
	}
	// Where the time is over and one strategy was asked for, no other is tried.
	ctx, cancel := context.WithDeadline(t.Context(), time.Unix(0, 0))
	defer cancel()
	long := instance(t, disjMeet, 40)
	f, err = Find(ctx, memory{sh: long.Shape, keeps: 40, stubborn: true}, long, Options{Only: []string{"forgetting"}})
	if err != nil || f.Kind != None || f.Strategy != "forgetting" {
		t.Errorf("%+v, %v", f, err)
	}
	// and the last look at a few pairs tells its errors.
	for at := int64(2); at < 80; at += 10 {
		if _, err := Find(ctx, faulty{memory{sh: long.Shape, keeps: 40}, new(atomic.Int64), at}, long, Options{}); at < 66 != errors.Is(err, errPlanted) {
			t.Errorf("call %d fails: %v", at, err)
		}
	}
	misleading := misled{memory{sh: long.Shape, keeps: 40}, func(seq []tasks.Token) tasks.Value {
		return tasks.Value{1 - meet.Eval(long.Shape, seq, 1)[0]}
	}, nil}
	if _, err := Find(ctx, misleading, long, Options{}); err == nil || !strings.Contains(err.Error(), "differs from the uncut model's") {
		t.Errorf("a last look that does not hold: %v", err)
	}
}

// TestTrails: a trail ends where it says, units of trails are counted in full, and trails that met where nothing must be told
// apart end nothing.
func TestTrails(t *testing.T) {
	// A machine that says the same always has trails that never end: they are given up at the limit.
	target := meeting(t, 64, 62, 0)
	r := target.trails(1)
	var silent uint64
	for r.ends(silent) {
		silent++
	}
	same := func(uint64) (uint64, error) { return silent, nil }
	one, err := r.walk(t.Context(), same, 0)
	if err != nil || one.Length != r.limit() || one.Length < 1<<20 || one.End != silent {
		t.Errorf("%+v, %v, want %d", one, err, r.limit())
	}
	if _, err := r.walk(&ending{Context: t.Context(), n: 3}, same, 0); !errors.Is(err, context.Canceled) {
		t.Errorf("a trail goes on: %v", err)
	}
	w, err := target.Birthday(Options{Seed: 1}, map[string]any{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		trails []Trail
		says   string
	}{
		{[]Trail{{r.limit(), silent}}, ""}, {[]Trail{{r.limit() + 1, silent}}, "cannot have length"}, {[]Trail{{r.limit() - 1, silent}}, "cannot have length"},
		{nil, "0 trails, want 1"},
	} {
		if err := w.Sane(0, 1, &Trails{[]Run{{0, c.trails}}}); (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%v: %v, want %q", c.trails, err, c.says)
		}
	}
	// Units name trails by number: how many there are is as it was.
	for bits, want := range map[int]int{16: 1024, 30: 1 << 17, 32: 1 << 17, 40: 1 << 17} {
		if got := newTrails(r.s, bits, 1, nil).count; got != want {
			t.Errorf("%d bits: %d trails, want %d", bits, got, want)
		}
	}
	a, b := Trail{1, 2}, Trail{3, 4}
	apart, err := json.Marshal(Trails{[]Run{{0, []Trail{a}}, {1, []Trail{b}}, {3, []Trail{a}}}})
	if want := `{"runs":[{"from":0,"trails":[{"length":1,"end":2},{"length":3,"end":4}]},{"from":3,"trails":[{"length":1,"end":2}]}]}`; err != nil || string(apart) != want {
		t.Errorf("%s, %v, want %s", apart, err, want)
	}
	for fails := range 9 { // two steps to where both trails are as long, then three each
		made := 0
		_, _, err := r.meet(func(v uint64) (uint64, error) {
			if made++; made == fails {
				return 0, errPlanted
			}
			return v, nil
		}, 1, 2, 3, 5)
		if (fails > 0) != errors.Is(err, errPlanted) {
			t.Errorf("call %d fails: %v", fails, err)
		}
	}

	// Disjointness of all bits but the last: the inputs of a message differ in that bit, or not at all.
	blind := *disjMeet
	blind.From = &problems.Problem{Name: "blind", Inputs: problems.Disj.Inputs, Costs: problems.Disj.Costs, Doc: "toy", Cite: []string{"none"},
		Words: func(n int, x, y protocol.Word) bool {
			return problems.Disj.Holds(n, x, reductions.Flip(y, func(i int) bool { return i == n-1 && y.Bit(i) }))
		}}
	in := instance(t, &blind, 24)
	target = facing(t, memory{sh: in.Shape, keeps: 23}, in)
	s := target.space(flat(24), 64)
	say := func(v uint64) (uint64, error) { return mix(v>>1) & 0xfff, nil }
	lead, err := newTrails(s, 12, 1, func(context.Context) voice { return say }).search(t.Context(), nil, nil)
	if err != nil || lead.Candidates != nil || lead.Note != "" {
		t.Errorf("%+v, %v", lead, err)
	}
}

// TestApart: a question that tells two inputs apart is found where all are asked, and pairs that fool are recognised.
func TestApart(t *testing.T) {
	of := func(xs, ys int, words func(x, y protocol.Word) bool) *reductions.Instance {
		p := &problems.Problem{Name: "toy", Inputs: func(int) []protocol.Domain {
			return []protocol.Domain{protocol.BitStrings(xs), protocol.BitStrings(ys)}
		},
			Words: func(_ int, x, y protocol.Word) bool { return words(x, y) }}
		return &reductions.Instance{Reduction: &reductions.Reduction{From: p}, Size: 1}
	}
	all := []*reductions.Instance{of(3, 17, func(x, y protocol.Word) bool { return x.Bit(0) && y.Bit(9) })}
	for k := range 6 {
		only := protocol.UintWord(uint64(65535-k*9999), 16)
		all = append(all, of(3, 16, func(x, y protocol.Word) bool { return x.Bit(0) && y == only }))
	}
	for _, in := range all {
		target := &Target{Instance: in}
		if y, ok := target.separate(flat(3), reductions.Unit(3, 0), seeded(1)); !ok || !in.From.Holds(1, reductions.Unit(3, 0), y) {
			t.Errorf("%d bits of Bob's: nothing tells them apart", in.From.YBits(1))
		}
		if _, ok := target.separate(flat(3), reductions.Unit(3, 1), seeded(1)); ok {
			t.Errorf("%d bits of Bob's: what is alike is told apart", in.From.YBits(1))
		}
	}
	x := reductions.Unit(6, 2)
	for name, c := range map[string]struct {
		words func(x, y protocol.Word) bool
		want  string
	}{
		"disj": {func(x, y protocol.Word) bool { return problems.Disj.Holds(6, x, y) }, "110111"}, "eq": {func(x, y protocol.Word) bool { return x == y }, "001000"},
		"constant": {func(x, y protocol.Word) bool { return true }, ""}, "alice's": {func(x, y protocol.Word) bool { return x.Bit(0) }, ""}, "greater": {func(x, y protocol.Word) bool { return x.String() > y.String() }, "001000"},
	} {
		got := ""
		if pair := foolingPair(of(6, 6, c.words)); pair != nil {
			got = pair(x).String()
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestCodes: tokens follow from x where every bit decides one token of its own, by whatever part of it.
func TestCodes(t *testing.T) {
	for name, c := range map[string]struct {
		alice func(x protocol.Word) []tasks.Token
		reads bool
	}{
		"a bit a token":               {toTokens, true},
		"a bit an edge":               {func(x protocol.Word) []tasks.Token { return edges(toTokens(x)) }, true},
		"a bit in two tokens":         {func(x protocol.Word) []tasks.Token { ts := toTokens(x); ts[1] = ts[0]; return ts }, false},
		"a token of two bits":         {func(x protocol.Word) []tasks.Token { ts := toTokens(x); ts[1].X += ts[0].X - 1; ts[0].X = 1; return ts }, false},
		"a token of bits that differ": {func(x protocol.Word) []tasks.Token { ts := toTokens(x); ts[1].X = 1 + (ts[0].X+ts[1].X)%2; return ts }, false},
		"a product": {func(x protocol.Word) []tasks.Token {
			ts := toTokens(x)
			ts[1].X *= ts[0].X
			ts[1].X += ts[1].X % 3
			return ts
		}, false},
	} {
		r := *disjMeet
		r.Alice = func(_ int, _ tasks.Shape, x protocol.Word) []tasks.Token { return c.alice(x) }
		in := instance(t, &r, 6)
		if got := facing(t, memory{sh: in.Shape, keeps: 3}, in).code; (got != nil) != c.reads || got != nil && len(got.order) != 6 {
			t.Errorf("%s: %+v", name, got)
		}
	}
	behind := *disjMeet // Alice's last token stands behind Bob's, whatever x is
	behind.MinN = func(n int) int { return 2*n + 1 }
	behind.Split = func(n int, sh tasks.Shape) tasks.Split {
		s := disjMeet.Split(n, sh)
		s.Owner[sh.N-1] = protocol.Alice
		return s
	}
	behind.Alice = func(_ int, _ tasks.Shape, x protocol.Word) []tasks.Token {
		return append(toTokens(x), tasks.Token{X: 1})
	}
	if in := instance(t, &behind, 6); facing(t, memory{sh: in.Shape, keeps: 3}, in).code != nil {
		t.Error("a token behind Bob's is read ahead")
	}
	if target := meeting(t, 6, 3, 1); target.code != nil {
		t.Error("a two-way protocol is read ahead")
	}
}

func edges(ts []tasks.Token) []tasks.Token {
	for k := range ts {
		ts[k] = tasks.Token{X: 1, To: ts[k].X}
	}
	return ts
}

// TestDistinctIsExact: counts of all messages, of transcripts too, and of a sample where there are too many.
func TestDistinctIsExact(t *testing.T) {
	for _, c := range []struct {
		n, keeps, ack int
		messages, of  uint64
		exact         bool
	}{{6, 6, 0, 64, 64, true}, {6, 5, 0, 32, 64, true}, {4, 4, 2, 16, 16, true}, {5, 3, 2, 8, 32, true}, {11, 2, 2, 4, sampledMessages / 16, false}, {70, 70, 0, sampledMessages, sampledMessages, false}} {
		messages, of, exact, err := meeting(t, c.n, c.keeps, c.ack).Distinct(t.Context(), 1)
		if messages != c.messages || of != c.of || exact != c.exact || err != nil {
			t.Errorf("%+v: %d of %d, %v, %v", c, messages, of, exact, err)
		}
	}
	few := *disjMeet // as many transcripts as are all counted: of 2^13 inputs with two questions
	few.From = &problems.Problem{Inputs: func(n int) []protocol.Domain {
		return []protocol.Domain{protocol.BitStrings(n), protocol.BitStrings(1)}
	},
		Words: func(n int, x, y protocol.Word) bool { return x.Bit(0) && y.Bit(0) }}
	few.Bob = func(n int, _ tasks.Shape, y protocol.Word) []tasks.Token { return toTokens(flat(n)) }
	two := instance(t, &few, 13)
	if messages, of, exact, err := facing(t, memory{sh: two.Shape, keeps: 2, ack: 1}, two).Distinct(t.Context(), 1); messages != 4 || of != 1<<13 || !exact || err != nil {
		t.Errorf("%d of %d, %v, %v", messages, of, exact, err)
	}
	in := instance(t, reductions.DisjQSAMemory, exhaustiveLimit)
	if messages, of, exact, err := facing(t, scrambler(in.Shape, 3), in).Distinct(t.Context(), 1); messages != 5 || of != 1<<exhaustiveLimit || !exact || err != nil {
		t.Errorf("%d of %d, %v, %v", messages, of, exact, err)
	}
	in = instance(t, reductions.DisjQSAMemory, 14)
	target := facing(t, scrambler(in.Shape, 3), in)
	for at := int64(1); at < 12; at++ {
		if _, _, _, err := target.Distinct(&ending{Context: t.Context(), n: at}, 1); !errors.Is(err, context.Canceled) {
			t.Errorf("it ends when asked for the %d-th time: %v", at, err)
		}
	}
}

// TestMembers: inputs that are no strings are all tried, or the first of them.
func TestMembers(t *testing.T) {
	in := instance(t, reductions.SetQSA, 4)
	all, err := zoo.Build("trivial", in.Shape, models.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	target := facing(t, all, in)
	count := in.From.Xs(4)
	for messages, want := range map[int]int{count - 1: count - 1, count: count, count + 1: count} {
		lead, err := members.Search(t.Context(), target, Options{Messages: messages})
		if err != nil || lead.Candidates != nil || lead.Tried != uint64(want) || lead.Settled != (messages >= count) {
			t.Errorf("%d of %d: %+v, %v", messages, count, lead, err)
		}
	}
	if lead, err := members.Search(t.Context(), facing(t, scrambler(in.Shape, 1), in), Options{Messages: 5}); err != nil || lead.Candidates == nil || lead.Settled || !strings.Contains(lead.Note, "share all words") {
		t.Errorf("%+v, %v", lead, err)
	}
	// With one question of Bob's after the other, all inputs of Alice's are tried where they are few: here as many as may be.
	toy := *disjMeet
	toy.From = &problems.Problem{Name: "toy", Inputs: func(n int) []protocol.Domain {
		return []protocol.Domain{protocol.BitStrings(n), protocol.BitStrings(1)}
	},
		Words: func(n int, x, y protocol.Word) bool { return x.Bit(0) && y.Bit(0) }}
	toy.Bob = func(n int, _ tasks.Shape, y protocol.Word) []tasks.Token {
		return toTokens(reductions.Flip(flat(n), func(i int) bool { return i == 0 && y.Bit(0) }))
	}
	two := instance(t, &toy, 12)
	var mu sync.Mutex
	seen := map[string]bool{}
	m := misled{memory: memory{sh: two.Shape, keeps: 12, ack: 1}, program: func(p *models.Program) {
		play := p.Player
		p.Player = func(h tasks.Half) func(*protocol.Port) map[int]tasks.Value {
			if h.Self == protocol.Alice {
				mu.Lock()
				seen[fmt.Sprint(h.Span(1, 12))] = true
				mu.Unlock()
			}
			return play(h)
		}
	}}
	lead, err := sameQuery.Search(t.Context(), facing(t, m, two), Options{})
	if err != nil || len(seen) != 1<<12 || !strings.Contains(lead.Note, "for 2 inputs of Bob's, all inputs") {
		t.Errorf("%d inputs of Alice's, %+v, %v", len(seen), lead, err)
	}
}

// TestLocalSearchEnds: it looks at no more pairs than it may, and begins anew where no neighbour is nearer to an error.
func TestLocalSearchEnds(t *testing.T) {
	in := instance(t, disjMeet, 24)
	for keeps, want := range map[bool]uint64{false: 49, true: 3} {
		target := facing(t, faulty{memory{sh: in.Shape, keeps: 24, stubborn: keeps}, new(atomic.Int64), 0}, in)
		lead, err := localSearch.Search(t.Context(), target, Options{Pairs: 49})
		if err != nil || keeps != (lead.Candidates != nil) || !keeps && lead.Tried != want {
			t.Errorf("always 0: %v: %+v, %v", keeps, lead, err)
		}
	}
	// Where Bob holds no string of Alice's length, some of his inputs are drawn.
	index := instance(t, reductions.IndexQSAMemory, 24)
	lead, err := localSearch.Search(t.Context(), facing(t, narrow{scrambler(index.Shape, 4), index}, index), Options{Pairs: 40})
	if err != nil || lead.Tried < 24+8 || !in.From.Strings(24) || index.From.Strings(24) {
		t.Errorf("%+v, %v", lead, err)
	}
}

// TestMessagesAreJudged: what a table of messages shows, by what is right in it.
func TestMessagesAreJudged(t *testing.T) {
	in := instance(t, reductions.IndexQSAMemory, 3)
	y := in.From.Y(3, 1)
	right, wrong := in.Shape.Eval(in.Encode(reductions.Unit(3, 1), y), in.Reads)[0][0], in.Shape.Eval(in.Encode(flat(3), y), in.Reads)[0][0]
	row := func(input, message string, output float64) string {
		return fmt.Sprintf(`{"input":"%s","message":"%s","y":"%s","output":%v}`+"\n", input, message, y, output)
	}
	for _, c := range []struct {
		table, want string
		kind        Kind
	}{
		{row("010", "00", right) + row("000", "01", wrong), "no two of them with one message must be told apart; inputs that are not in the table were not looked at", None},
		{row("010", "00", wrong), "1 of the table's 1 output are wrong, this is the first", Found},
		{row("010", "00", wrong) + row("000", "01", right), "2 of the table's 2 outputs are wrong, this is the first", Found},
		{row("010", "00", right) + row("000", "00", right), "one message for both, and the right answers are False for the input and True for its twin", Forced},
		{row("010", "00", right) + row("110", "00", right), "one message for both, and the right answers are True for the input and False for its twin", Forced},
	} {
		g, err := ReadMessages(in, []byte(c.table))
		if err != nil {
			t.Fatal(err)
		}
		f := Messages(g)
		if f.Kind != c.kind || !strings.HasSuffix(f.Note, c.want) || f.Needed == nil || f.Needed.Bits != 3 {
			t.Errorf("%s%s: %s, needed %v, want %s", c.table, f.Kind, f.Note, f.Needed, c.want)
		}
	}
	// All of Alice's inputs are written where they are few, each once.
	for count, want := range map[int]int{7: 0, 8: 8, 9: 8, 1: 0, MaxMessages: 8} {
		var out bytes.Buffer
		n, err := WriteInputs(&out, in, count, 1)
		different := map[string]bool{}
		for l := range strings.Lines(out.String()) {
			different[l[:len(`{"input":"000"`)]] = true
		}
		if err != nil || want > 0 && (n != 8 || len(different) != 8) || want == 0 && n != count {
			t.Errorf("%d inputs: %d written, %d different, %v", count, n, len(different), err)
		}
	}
	long := instance(t, reductions.IndexQSAMemory, 64)
	if n, err := WriteInputs(&bytes.Buffer{}, long, 2, 1); n != 2 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	for alices, want := range map[int]bool{0: false, 4: true, 8: false} {
		r := *disjMeet
		r.Read = func(int, tasks.Shape) []int { return []int{8} }
		r.Split = func(_ int, sh tasks.Shape) tasks.Split { return disjMeet.Split(alices, sh) }
		if _, err := cutOf(instance(t, &r, 4)); (err == nil) != want {
			t.Errorf("Alice has %d tokens of 8: %v", alices, err)
		}
	}
	if s := strings.Repeat("a", 40); clip(s) != s || clip(s+"a") != s+"..." {
		t.Errorf("%s, %s", clip(s), clip(s+"a"))
	}
}

// TestSheets: a finding is laid out in full, as a sheet and as JSON, and what it lacks is not.
func TestSheets(t *testing.T) {
	in := instance(t, disjMeet, 2)
	x, y := reductions.Unit(2, 1), reductions.Unit(2, 1)
	seq := in.Encode(x, y)
	whole := &Finding{in: in, Kind: Forced, Strategy: "s", Shape: in.Shape, Read: []int{1}, Verdict: report.Errs, Needed: &reductions.Need{Bits: 2, Formula: "n", Basis: "proved", Why: "w"},
		Input: seq, Twin: in.Encode(flat(2), y), At: Point{x, y}, TwinAt: &Point{flat(2), y}, Output: []tasks.Value{{0}}, Expected: []tasks.Value{{1}}, Domain: true}
	other := func(change func(f *Finding)) *Finding { f := *whole; change(&f); return &f }
	for name, c := range map[string]struct {
		f            *Finding
		fields, json string
	}{
		"forced": {whole, "kind strategy message needed setting tried x y twin's x read output definition domain input twin verdict note", `"needed":2 "in_domain":true "x":"01" "y":"01" "twin_x":"00" "input":{ "twin":{`},
		"found": {other(func(f *Finding) { f.Kind, f.Twin, f.TwinAt, f.Outside = Found, nil, nil, []string{"a", "b"} }),
			"kind strategy message needed setting tried x y read output definition domain input verdict note", `"in_domain":false "outside_domain":["a","b"] "input":{ "twin":null`},
		"of the task": {other(func(f *Finding) { f.At, f.TwinAt, f.Output, f.Domain = Point{}, nil, nil, false }),
			"kind strategy message needed setting tried read definition input twin verdict note", `"in_domain":null "twin":{ "output":[]`},
		"none": {&Finding{in: in, Kind: None, Shape: in.Shape}, "kind strategy message needed setting tried verdict note", `"needed":null "input":null "output":null`},
	} {
		s := c.f.Sheet("m", "r")
		var names, values []string
		for _, field := range s.Fields {
			names, values = append(names, field.Name), append(values, field.Value)
		}
		if strings.Join(names, " ") != c.fields {
			t.Errorf("%s: fields %q, want %q", name, strings.Join(names, " "), c.fields)
		}
		raw, err := json.Marshal(c.f)
		for _, part := range strings.Split(c.json, " ") {
			if err != nil || !strings.Contains(string(raw), part) {
				t.Errorf("%s: no %s in %s, %v", name, part, raw, err)
			}
		}
		if all := strings.Join(values, "\n"); strings.Contains(all, "outside what the model was trained on: a (2 such tokens)") != (name == "found") || strings.Contains(all, "one of those that the model was trained on") != (name == "forced") ||
			strings.Contains(all, "nothing is known in this setting") != (name == "none") {
			t.Errorf("%s: %s", name, all)
		}
		if (c.f.InputFile() != nil) != (c.f.Kind != None) || (c.f.TwinFile() != nil) != (c.f.Twin != nil) {
			t.Errorf("%s: files", name)
		}
	}
	index := instance(t, reductions.SetQSA, 4) // whose inputs are no strings: no word is none
	if raw, err := json.Marshal(&Finding{in: index, Kind: Forced, Shape: index.Shape}); err != nil || strings.Contains(string(raw), `"x":`) {
		t.Errorf("%s, %v", raw, err)
	}
	for want, f := range map[string]*Finding{
		"whatever the rest": {Kind: Forced, assumes: true}, "in the sense of the note": {Kind: Found, assumes: true}, "a plain error": {Kind: Found}, "is right; this says nothing": {Kind: None, Exhaustive: true}, "proves nothing": {Kind: None, assumes: true},
	} {
		if got := meaning(f); !strings.Contains(got, want) {
			t.Errorf("%+v: %s", f, got)
		}
	}
}

// TestMemoryIsKept: a table of messages is as large as is likely to hold two equal ones, and no larger than memory allows.
func TestMemoryIsKept(t *testing.T) {
	for _, c := range []struct {
		n, bits, memory int
		want            uint64
	}{
		{64, 36, 0, 1 << 21}, {64, 37, 0, widest}, {64, 50, 0, widest}, {64, 51, 0, 1 << 21}, // a table is of use
		{64, 40, int(2 * tableBytes(widest)), widest}, {64, 40, int(2*tableBytes(widest)) - 2, widest / 2}, {64, 40, 1, widest / 32}, {64, 40, 2, widest / 2},
		{64, 64, 0, 1 << 18}, // nothing says that there are two
		{21, 20, 0, 1 << 21}, {39, 37, 0, widest}, {21, 21, 0, 1 << 18},
	} {
		in := instance(t, reductions.DisjQSAMemory, c.n)
		o := Options{Memory: uint64(c.memory)}.withDefaults()
		if c.memory == 2 {
			o.Messages = widest / 2
		}
		if got := facing(t, scrambler(in.Shape, c.bits), in).hashed(o); got != c.want {
			t.Errorf("%+v: %d messages", c, got)
		}
	}
	// Played ones are slow.
	for keeps, want := range map[int]uint64{40: 1 << 21, 64: 1 << 14} {
		if got := meeting(t, 64, keeps, 0).hashed(Options{}.withDefaults()); got != want && keeps == 64 {
			t.Errorf("%d bits: %d messages", keeps, got)
		}
	}
	for _, count := range []uint64{11, 12, 13, 24, 25} {
		if tab := newTable(count); uint64(len(tab.slots))*3/4 < count || 8*uint64(len(tab.slots)) != tableBytes(count) || len(tab.slots) > 16 && uint64(len(tab.slots))*3/8 >= count {
			t.Errorf("%d entries in %d slots, %d bytes", count, len(tab.slots), tableBytes(count))
		}
	}
	if got := keyOf(64, []byte{0, 0, 0, 0, 0, 0, 0, 5}, 1); got != 5 {
		t.Errorf("a message of 64 bits is not its own key: %d", got)
	}
}
