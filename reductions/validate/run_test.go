package validate

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/protocol/problems"
	"crosscut/reductions"
	"crosscut/report"
)

// playing is a subject of one's own problem with a map: each player writes three tokens, and the answer is always yes.
func playing(t *testing.T, counts []int, value func(at []int) protocol.Value) *Subject {
	s := tabled(counts, value)
	s.Name, s.Shape, s.Reads = "mine", instance(t, reductions.DisjMatch3, 3).Shape, []int{1}
	for i := range s.Shape.N {
		s.Split.Owner = append(s.Split.Owner, protocol.Player(i%len(counts)))
	}
	s.Write = func(who protocol.Player, ins []protocol.Word) (all [][]tasks.Token, err error) {
		for range ins {
			all = append(all, slices.Repeat([]tasks.Token{{X: 1}}, len(s.Split.Positions(who))))
		}
		return all, nil
	}
	s.Outputs = func(seq []tasks.Token, read []int) ([]tasks.Value, error) { return s.Shape.Eval(seq, read), nil }
	s.Answer = func(protocol.Word, func(int) (tasks.Value, error)) (protocol.Value, error) {
		return protocol.BoolValue(true), nil
	}
	return s
}

// TestBoxesOfThree: where the inputs of the players but the first are too many for one box, each is counted once and in its place.
func TestBoxesOfThree(t *testing.T) {
	counts := []int{2, 250, 150}
	wrong := func(at []int) bool { return at[0]+at[1]+at[2] == 300 || at[0] == 1 && at[1] == 249 && at[2] == 149 }
	s := playing(t, counts, func(at []int) protocol.Value { return protocol.BoolValue(!wrong(at)) })
	note := s.newTable(tableMost)
	got, err := s.plain(t.Context(), Options{Workers: 2, table: note}, 0, 2)
	if err != nil || got.checked != 2*250*150 || got.failures != 200 {
		t.Errorf("%d of %d inputs fail, %v", got.failures, got.checked, err)
	}
	at := make([]int, 3)
	for k, id := range note.ids {
		if note.values[id].True() == wrong(at) {
			t.Fatalf("input %d, %v, has %v", k, at, note.values[id])
		}
		succeed(at, counts)
	}
	if in := s.show(got.worst.in); fmt.Sprint(in) != "[0 151 149]" || got.worst.at != [2]int{0, 151*150 + 149} {
		t.Errorf("the first failing input is %v, number %v", in, got.worst.at)
	}
	one, err := s.plain(t.Context(), Options{Workers: 1}, 1, 2)
	if err != nil || one.checked != 250*150 || one.worst.at != [2]int{1, 150*150 + 149} {
		t.Errorf("%d inputs of the second, %v, %+v", one.checked, err, one.worst)
	}
}

// TestBetter: of two failing inputs the one with fewer ones, then the first, player by player.
func TestBetter(t *testing.T) {
	p := func(ones int, in ...uint64) *pair {
		p := &pair{ones: ones}
		for _, v := range in {
			p.in = append(p.in, protocol.UintWord(v, 4))
		}
		return p
	}
	for _, c := range []struct {
		a, b *pair
		want bool
	}{
		{nil, nil, false}, {p(1, 8, 1), nil, true}, {nil, p(1, 8, 1), false}, {p(1, 9, 9), p(2, 1, 1), true}, {p(2, 1, 1), p(1, 9, 9), false},
		{p(1, 1, 9), p(1, 2, 3), true}, {p(1, 2, 3), p(1, 1, 9), false}, {p(1, 2, 3), p(1, 2, 4), true}, {p(1, 2, 4), p(1, 2, 3), false}, {p(1, 2, 3), p(1, 2, 3), false},
	} {
		if got := c.a.better(c.b); got != c.want {
			t.Errorf("%+v is better than %+v: %v", c.a, c.b, got)
		}
		all := tally{worst: c.b, silent: c.b}
		if all.add(tally{worst: c.a, silent: c.a}); (all.worst == c.a) != (c.want || c.a == c.b) || all.silent != all.worst {
			t.Errorf("%+v and %+v: %+v, %+v", c.a, c.b, all.worst, all.silent)
		}
	}
}

// TestVerdicts: what was tried, and on which path, decides what is said.
func TestVerdicts(t *testing.T) {
	right := func(n int) *Subject { return instance(t, reductions.DisjMatch3, n) }
	mine := func(n int) *Subject { return own(right(n)) }
	const nothing = "no input that was tried keeps the promise: nothing was checked"
	declared := mine(3)
	declared.Need = &Need{Bits: 2, Setting: protocol.OneWay, Basis: problems.Quoted}
	outside := right(3)
	outside.Want = func(...protocol.Word) (protocol.Value, bool, error) { return protocol.Value{}, false, nil }
	silent := broken(t, 3, func(s *Subject) {
		s.got, s.Answer = nil, func(protocol.Word, func(int) (tasks.Value, error)) (protocol.Value, error) {
			return protocol.Value{}, nil
		}
	})
	numbers := broken(t, 3, func(s *Subject) {
		s.got, s.Answer = nil, func(protocol.Word, func(int) (tasks.Value, error)) (protocol.Value, error) {
			return protocol.IntValue(2), nil
		}
	})
	elsewhere := broken(t, 3, func(s *Subject) {
		answer := s.Answer
		s.got, s.Answer = nil, func(y protocol.Word, output func(int) (tasks.Value, error)) (protocol.Value, error) {
			_, _ = output(2)
			return answer(y, output)
		}
	})
	knows := broken(t, 3, func(s *Subject) { s.AnswerUsesY = true })
	for name, c := range map[string]struct {
		s          *Subject
		opt        Options
		path       string
		exhaustive bool
		checked    int64
		verdict    report.Verdict
		needed     int // bits; -1: none
		warning    string
		told       bool
	}{
		"all":                      {right(3), Options{}, "bit-parallel", true, 64, report.Meets, 3, "", true},
		"one at a time":            {right(3), Options{Plain: true}, "plain", true, 64, report.Meets, 3, "", true},
		"just so many":             {right(3), Options{Budget: 64}, "bit-parallel", true, 64, report.Meets, 3, "", true},
		"one more":                 {right(3), Options{Budget: 63}, "sampled", false, 63, report.Meets, 3, "sampled: 63 of 64 pairs; a sample proves nothing about the others", true},
		"many":                     {right(14), Options{}, "bit-parallel", true, 1 << 28, report.Meets, 14, "", true},
		"wrong, a sample":          {broken(t, 3, faults["always yes"]), Options{Budget: 40}, "sampled", false, 40, report.Errs, 3, "", false},
		"outside the promise":      {outside, Options{Plain: true}, "plain", true, 64, report.Unknown, 3, nothing, false},
		"own problem":              {mine(4), Options{}, "plain", true, 256, report.Meets, 4, "", true},
		"own problem, large":       {mine(9), Options{}, "plain", true, 1 << 18, report.Meets, 9, "", true},
		"own problem, a sample":    {mine(4), Options{Budget: 40}, "sampled", false, 40, report.Meets, 4, "sampled: 40 of 256 pairs; a sample proves nothing about the others", true},
		"own problem, in units":    {mine(4), Options{Counted: &Counts{Pairs: 256, Inside: 256}}, "plain", true, 256, report.Meets, 4, "", true},
		"declared":                 {declared, Options{}, "plain", true, 64, report.Meets, 2, "", false},
		"in units":                 {right(3), Options{Counted: &Counts{Pairs: 64, Inside: 64}}, "bit-parallel", true, 64, report.Meets, 3, "", true},
		"not all in units":         {right(3), Options{Counted: &Counts{Pairs: 63, Inside: 63}}, "bit-parallel", false, 63, report.Unknown, 3, "", false},
		"no yes or no":             {numbers, Options{}, "plain", true, 64, report.Errs, 3, "", false},
		"reads elsewhere":          {elsewhere, Options{}, "plain", true, 64, report.Meets, 3, "", true},
		"the answer may look at y": {knows, Options{}, "plain", true, 64, report.Meets, 3, "", true},
	} {
		told := false
		c.opt.Told = func(*Result) { told = true }
		r := run(t, c.s, c.opt)
		needed := -1
		if r.Needed != nil {
			needed = r.Needed.Bits
		}
		if r.Path != c.path || r.Exhaustive != c.exhaustive || r.Checked != c.checked || r.Verdict != c.verdict || needed != c.needed || told != c.told || strings.Join(r.Warnings, ", ") != c.warning {
			t.Errorf("%s: %s, %v, %d, %s, needs %d, told %v, %q", name, r.Path, r.Exhaustive, r.Checked, r.Verdict, needed, told, r.Warnings)
		}
	}
	if r, err := Run(t.Context(), silent, Options{Plain: true}); err == nil || r.Exhaustive || r.Checked != 64 {
		t.Errorf("no answer: %+v, %v", r, err)
	}
	// Of two inputs one is drawn, as was asked for.
	if r := run(t, playing(t, []int{1, 2}, func([]int) protocol.Value { return protocol.BoolValue(true) }), Options{Budget: 1}); r.Exhaustive || r.Checked != 1 {
		t.Errorf("%+v", r)
	}
}

// TestSettings: a query of Bob's, and tokens of Alice's after his, are told.
func TestSettings(t *testing.T) {
	const A, B, P = protocol.Alice, protocol.Bob, tasks.Public
	for _, c := range []struct {
		owner []protocol.Player
		reads []int
		want  string
	}{
		{[]protocol.Player{P, A, B}, []int{1}, ""}, {[]protocol.Player{P, A, B}, []int{2}, ""}, {[]protocol.Player{P, B, B}, []int{1, 2, 3}, "the query at position 2 is Bob's"},
		{[]protocol.Player{B, A, P}, []int{3}, "some of Alice's tokens come after Bob's"}, {[]protocol.Player{B, A, P}, []int{1, 3}, "the query at position 1 is Bob's, some of Alice's tokens come after Bob's"},
	} {
		var got []string
		for _, note := range (&Subject{Split: tasks.Split{Owner: c.owner}, Reads: c.reads}).settings() {
			note, _, _ = strings.Cut(note, ":")
			got = append(got, note)
		}
		if strings.Join(got, ", ") != c.want {
			t.Errorf("%v, read at %v: %q", c.owner, c.reads, got)
		}
	}
}

// TestCounterexamples: a failing input is written out with whose each token is.
func TestCounterexamples(t *testing.T) {
	r := run(t, broken(t, 1, faults["always yes"]), Options{})
	if c := r.Counterexample; c == nil || c.X != "0" || c.Y != "0" || c.Inputs != nil || strings.Join(c.Owners, " ") != "public alice bob public public" {
		t.Errorf("%+v", c)
	}
	r = run(t, playing(t, []int{2, 2, 2}, func([]int) protocol.Value { return protocol.BoolValue(false) }), Options{})
	if c := r.Counterexample; c == nil || c.X != nil || fmt.Sprint(c.Inputs) != "[0 0 0]" || strings.Join(c.Owners[:4], ", ") != "player 1, player 2, player 3, player 1" {
		t.Errorf("%+v", c)
	}
	one := playing(t, []int{2, 2}, func([]int) protocol.Value { return protocol.BoolValue(false) })
	one.Split.Owner[1] = tasks.Public
	one.Public = []tasks.Token{{X: 1}}
	if c := run(t, one, Options{}).Counterexample; c == nil || strings.Join(c.Owners[:3], ", ") != "alice, public, alice" {
		t.Errorf("%+v", c)
	}
}

// TestViolations: what is broken is said with whose input it is, in words and as JSON, and no more than is known.
func TestViolations(t *testing.T) {
	said := func(s *Subject) string {
		r := run(t, s, Options{Plain: true})
		if r.Violation == nil {
			return fmt.Sprintf("%+v", r)
		}
		raw, err := json.Marshal(r.Violation)
		return fmt.Sprint(r.Violation, " ", string(raw), " ", err)
	}
	wrong := func(counts ...int) *Subject {
		s := playing(t, counts, equal)
		s.Write = func(who protocol.Player, ins []protocol.Word) (all [][]tasks.Token, err error) {
			for range ins {
				all = append(all, slices.Repeat([]tasks.Token{{X: 1 - int(who)}}, len(s.Split.Positions(who))))
			}
			return all, nil
		}
		return s
	}
	public := instance(t, reductions.DisjMatch3, 3)
	public.Public[0].X = 0
	extra := playing(t, []int{2, 2}, equal)
	write := extra.Write
	extra.Write = func(who protocol.Player, ins []protocol.Word) ([][]tasks.Token, error) {
		all, err := write(who, ins)
		all[0] = append(all[0], tasks.Token{X: 1})
		return all, err
	}
	sequence := func(counts ...int) *Subject {
		s := playing(t, counts, equal)
		own := *s.Shape.Task
		own.CheckSeq = func(tasks.Shape, []int, []tasks.Token) error { return errPlanted }
		s.Shape.Task = &own
		return s
	}
	for name, c := range map[string]struct {
		s    *Subject
		want string
	}{
		"public":   {public, `violates tokens are in the task's range at position 1: 0 is outside 1..10 {"obligation":"tokens are in the task's range","x":null,"y":null,"position":1,"token":0,"detail":"0 is outside 1..10"} <nil>`},
		"Bob's":    {wrong(2, 2), `violates tokens are in the task's range at position 2, y = 0: 0 is outside 1..10 {"obligation":"tokens are in the task's range","x":null,"y":0,"position":2,"token":0,"detail":"0 is outside 1..10"} <nil>`},
		"theirs":   {wrong(2, 2, 2), `violates tokens are in the task's range at position 2, input 0 of player 2: 0 is outside 1..10 {"obligation":"tokens are in the task's range","x":null,"y":null,"position":2,"token":0,"detail":"0 is outside 1..10","player":2,"input":0} <nil>`},
		"too many": {extra, `violates the positions are 1..N, each once, y = 0: 5 tokens for 4 positions {"obligation":"the positions are 1..N, each once","x":null,"y":0,"position":null,"token":null,"detail":"5 tokens for 4 positions"} <nil>`},
		"together": {sequence(2, 2), `violates tokens are in the task's range, x = 0, y = 0: planted {"obligation":"tokens are in the task's range","x":0,"y":0,"position":null,"token":null,"detail":"planted"} <nil>`},
		"of three": {sequence(2, 2, 2), `violates tokens are in the task's range: planted {"obligation":"tokens are in the task's range","x":null,"y":null,"position":null,"token":null,"detail":"planted","input":[0,0,0]} <nil>`},
	} {
		if got := said(c.s); got != c.want {
			t.Errorf("%s: %s", name, got)
		}
	}
	v := &Violation{}
	if v.Input(3, tasks.Public, 7); v.Player != 0 || v.Own != nil || v.X != nil {
		t.Errorf("%+v", v)
	}
}

// TestRefuted: a broken obligation is a verdict, also inside another error, and no other error is.
func TestRefuted(t *testing.T) {
	v := &Violation{Obligation: Defined}
	if r := Refuted(fmt.Errorf("asking: %w", v)); r == nil || r.Violation != v || r.Verdict != report.Errs {
		t.Errorf("%+v", r)
	}
	for pairs, r := range map[string]*Result{"": Refuted(v), "64": run(t, instance(t, reductions.DisjMatch3, 3), Options{})} {
		said := ""
		for _, f := range r.Sheet().Fields {
			if f.Name == "pairs" {
				said = f.Value
			}
		}
		if said != pairs {
			t.Errorf("pairs %q, want %q", said, pairs)
		}
	}
	if r := Refuted(errPlanted); r != nil {
		t.Errorf("%+v", r)
	}
}

// TestReadsThatAreFound: what an answer was seen to read is all that it reads where every pair was tried, and only there.
func TestReadsThatAreFound(t *testing.T) {
	for name, c := range map[string]struct {
		declared bool
		budget   int64
		found    bool
	}{"every pair": {false, 0, true}, "some": {false, 40, false}, "declared": {true, 0, false}} {
		s := instance(t, reductions.DisjMatch3, 4)
		found := slices.Clone(s.Reads)
		s.Reads, s.got = append([]int{1}, found...), nil // one more than is read
		s.Declared, s.Found = c.declared, func() []int { return found }
		want := map[bool][]int{true: found, false: s.Reads}[c.found]
		if run(t, s, Options{Plain: true, Budget: c.budget}); s.allRead != c.found || !slices.Equal(s.Reads, want) {
			t.Errorf("%s: %v, all: %v", name, s.Reads, s.allRead)
		}
	}
}

// TestKeptTokens: what was written is kept while it is little.
func TestKeptTokens(t *testing.T) {
	in, err := reductions.DisjMatch3.Instance(14, 32, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := FromInstance(in)
	for kept, want := range map[int]int{togetherTokens/32 - 1: togetherTokens / 32, togetherTokens / 32: togetherTokens / 32} {
		m := s.merger()
		m.written[0] = map[protocol.Word][]tasks.Token{}
		for k := range kept {
			m.written[0][s.domainOf(0).Nth(k)] = nil
		}
		if err := s.inputAt(m, []protocol.Word{s.domainOf(0).Nth(1<<14 - 1), s.domainOf(1).Nth(0)}); err != nil || len(m.written[0]) != want || m.written[1] != nil {
			t.Errorf("of %d words %d are kept, %v", kept, len(m.written[0]), err)
		}
	}
}

// TestExtremes: the first and the last inputs of every player are tried.
func TestExtremes(t *testing.T) {
	ones := func(s *Subject, who protocol.Player) *Subject {
		write := s.Write
		s.Write = func(p protocol.Player, ins []protocol.Word) ([][]tasks.Token, error) {
			if p == who && ins[0].Ones() == int(ins[0].Len()) {
				return nil, errPlanted
			}
			return write(p, ins)
		}
		return s
	}
	for name, s := range map[string]*Subject{
		"70 ones of Alice's": ones(instance(t, reductions.DisjMatch3, 70), protocol.Alice), "3 ones of Bob's": ones(instance(t, reductions.DisjMatch3, 3), protocol.Bob), "the last of 4": ones(playing(t, []int{2, 4}, equal), protocol.Bob),
	} {
		if err := s.Extremes(); !errors.Is(err, errPlanted) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := instance(t, reductions.DisjMatch3, 70).Extremes(); err != nil {
		t.Error(err)
	}
}

// TestCovers: where there is a fast path, and what it finds where failing inputs have as many ones.
func TestCovers(t *testing.T) {
	for n, want := range map[int]bool{30: true, 31: false} {
		if f, err := instance(t, reductions.DisjMatch3, n).covers(Options{}); err != nil || (f != nil) != want {
			t.Errorf("n = %d: %v, %v", n, f, err)
		}
	}
	s := instance(t, reductions.DisjMatch3, 7)
	f := &fast{s: s, ys: 1 << 7, on1: true}
	at := func(x, y int) []protocol.Word { return []protocol.Word{s.domainOf(0).Nth(x), s.domainOf(1).Nth(y)} }
	found := tally{worst: &pair{ones: 2, in: at(2, 1)}}
	f.compare(&found, at(1, 0)[0], 1, 1, []uint64{1}, []uint64{0})
	if got := s.show(found.worst.in); fmt.Sprint(got) != "[0000001 1000000]" || found.failures != 1 || found.checked != 64 {
		t.Errorf("%v, %+v", got, found)
	}
}

// TestUnitsOfWork: how large a unit is at least, and how many pairs are too many; the types that were met.
func TestUnitsOfWork(t *testing.T) {
	for plain, want := range map[bool]int{true: plainStep / 8, false: fastStep / 8} {
		w, err := instance(t, reductions.DisjMatch3, 3).Work(Options{Plain: plain}, nil)
		if err != nil || w.Step != want {
			t.Fatalf("%+v, %v", w, err)
		}
		if c, err := w.Do(t.Context(), 0, 8); err != nil || c.Pairs != 64 {
			t.Errorf("%+v, %v", c, err)
		}
	}
	for bits, want := range map[int]bool{30: true, 31: false} {
		s := &Subject{Size: 1, Shape: instance(t, reductions.DisjMatch3, 3).Shape, Problem: &problems.Problem{Name: "mine", Inputs: func(int) []protocol.Domain {
			return []protocol.Domain{protocol.BitStrings(bits), protocol.BitStrings(31)}
		}}}
		if _, err := s.Work(Options{}, nil); (err == nil) != want {
			t.Errorf("2^%d pairs: %v", bits+31, err)
		}
	}
	var k kinds
	k.see(protocol.IntValue(1))
	k.see(protocol.TextValue("a"))
	if got := k.types(); got != 1<<protocol.Int|1<<protocol.Text {
		t.Errorf("types %b", got)
	}
}

// TestJobs: where no file is asked there are some jobs for each worker, else as few as there can be.
func TestJobs(t *testing.T) {
	for name, c := range map[string]struct {
		change func(s *Subject)
		want   int64
	}{"alone": {func(s *Subject) { s.Answers, s.Wants = nil, nil }, 8}, "wanted at once": {func(s *Subject) { s.Answers = nil }, 1}, "answered at once": {func(s *Subject) { s.Wants = nil }, 1}} {
		s := manyAtOnce(instance(t, reductions.DisjMatch3, 6))
		c.change(s)
		jobs := int64(0)
		if run(t, s, Options{Plain: true, Workers: 2, Progress: func(_, of int64) { atomic.StoreInt64(&jobs, of) }}); jobs != c.want {
			t.Errorf("%s: %d jobs, want %d", name, jobs, c.want)
		}
	}
}
