package reductions

import (
	"strings"
	"testing"

	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/protocol/problems"
)

// TestParametersAreRefused: what a map cannot work with is named.
func TestParametersAreRefused(t *testing.T) {
	for _, c := range []struct {
		r    *Reduction
		N    int
		set  tasks.Params
		says string
	}{
		{DisjQSAMemory, 0, tasks.Params{"q": 1.5}, "q = 1.5: want a whole number"}, {DisjQSAMemory, 0, tasks.Params{"q": 1 << 31}, "want a whole number"}, {DisjQSAMemory, 0, tasks.Params{"q": 2}, ""},
		{EqDyck, 0, tasks.Params{"k": 1}, "two bracket types"}, {EqDyck, 0, tasks.Params{"k": 2}, ""},
		{IndexHop, 0, tasks.Params{"k": 0.5}, "want a number of hops"}, {IndexHop, 0, tasks.Params{"V": 5}, "V = 5 is too small"}, {IndexHop, 0, tasks.Params{"V": 6}, ""},
		{IndexInduction, 0, tasks.Params{"V": 2}, "V = 2"}, {IndexInduction, 0, tasks.Params{"V": 3}, ""}, {IndexMQAR, 0, tasks.Params{"V": 5}, "V = 5"}, {IndexMQAR, 0, tasks.Params{"V": 6}, ""},
		{IndexQSALast, 0, tasks.Params{"q": 1.5}, "q = 1.5: want a whole number"},
		{SDisjMatch3, 8, tasks.Params{"a": 4}, "as many of Bob's"}, {SDisjMatch3, 9, tasks.Params{"a": 4}, ""}, {SDisjMatch3, 9, tasks.Params{"a": 0.5}, "want a number of tokens"}, {SetQSA, 3, tasks.Params{"q": 0.5}, "want a whole number"},
	} {
		_, err := c.r.Instance(3, c.N, c.set)
		if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s with %v: %v, want %q", c.r.Name, c.set, err, c.says)
		}
	}
	whole := Own{Name: "a", Doc: "b", Cite: []string{"c"}, Of: tasks.QSA, Need: QSASets.Need}
	for name, spoil := range map[string]func(o *Own){
		"name": func(o *Own) { o.Name = "" }, "doc": func(o *Own) { o.Doc = "" }, "citation": func(o *Own) { o.Cite = nil }, "task": func(o *Own) { o.Of = nil }, "need": func(o *Own) { o.Need = nil }, "": func(*Own) {},
	} {
		o := whole
		if spoil(&o); (o.Validate() == nil) != (name == "") {
			t.Errorf("a cost without %q: %v", name, o.Validate())
		}
	}
}

// TestDirections: a transcript is judged one way only where nobody but the speaker wrote.
func TestDirections(t *testing.T) {
	for says, from := range map[string][]protocol.Player{"one-way": {0, 0}, "two-way": {0, 1}, "two-way ": {1}, "one-way ": {}} {
		var tr protocol.Transcript
		for _, p := range from {
			tr.Messages = append(tr.Messages, protocol.Message{From: p})
		}
		setting, speaker := Direction(tr, protocol.Bob)
		if speaker != protocol.Alice || (setting == protocol.OneWay) != strings.HasPrefix(says, "one") {
			t.Errorf("%v: %v, %v", from, setting, speaker)
		}
	}
}

// TestStrongestNeed: of the known costs that hold in a setting the largest counts, the first of equal ones; quoted ones, those
// of other settings and of other speakers do not.
func TestStrongestNeed(t *testing.T) {
	cost := func(formula string, bits int, setting protocol.Setting, from protocol.Player, basis problems.Basis, both bool) problems.Cost {
		return problems.Cost{Formula: formula, Bits: func(int) protocol.Bits { return protocol.Bits(bits) }, Setting: setting, From: from, Basis: basis, BothKnow: both}
	}
	p := &problems.Problem{Name: "toy", Inputs: problems.Disj.Inputs, Costs: []problems.Cost{
		cost("none", 0, protocol.TwoWay, protocol.Bob, problems.Proved, false),
		cost("small", 3, protocol.OneWay, protocol.Alice, problems.Proved, false), cost("large", 5, protocol.OneWay, protocol.Alice, problems.Proved, false), cost("as large", 5, protocol.OneWay, protocol.Alice, problems.Proved, false),
		cost("both", 6, protocol.OneWay, protocol.Alice, problems.Proved, true), cost("quoted", 9, protocol.OneWay, protocol.Alice, problems.Quoted, false), cost("Bob's", 8, protocol.OneWay, protocol.Bob, problems.Proved, false),
		cost("two", 1, protocol.TwoWay, protocol.Bob, problems.Proved, false),
	}}
	for _, c := range []struct {
		setting protocol.Setting
		speaker protocol.Player
		formula string
		bits    int
	}{{protocol.OneWay, protocol.Alice, "large", 5}, {protocol.OneWay, protocol.Bob, "Bob's", 8}, {protocol.TwoWay, protocol.Alice, "two", 1}, {protocol.TwoWay.Randomised("1/3"), protocol.Alice, "", 0}} {
		need, ok := NeededFor(p, 4, c.setting, c.speaker)
		if ok != (c.formula != "") || need.Formula != c.formula || int(need.Bits) != c.bits || ok && need.Basis != problems.Proved {
			t.Errorf("%v, %v: %+v, %v, want %s", c.setting, c.speaker, need, ok, c.formula)
		}
	}
	p.Costs = p.Costs[:1]
	if need, ok := NeededFor(p, 4, protocol.TwoWay, protocol.Alice); !ok || need.Formula != "none" {
		t.Errorf("nothing is proved to be needed, and that is known: %+v, %v", need, ok)
	}
	for n, want := range map[int]problems.Basis{4: problems.Checked, CheckLimit: problems.Checked, CheckLimit + 1: problems.Proved} {
		if need, ok := NeededFor(problems.Disj, n, protocol.OneWay, protocol.Alice); !ok || need.Basis != want {
			t.Errorf("n = %d: %+v, want %s", n, need, want)
		}
	}
}

// TestBestNeed: the closed form of a task's matrix counts where it is larger than what the reduction says.
func TestBestNeed(t *testing.T) {
	toy, lone := &tasks.Task{Name: "toy-of-costs"}, &tasks.Task{Name: "toy-without-costs"}
	least := protocol.Growth{Power: 1}
	for name, bits := range map[string]int{"toy-1": 3, "toy-2": 5, "toy-3": 5, "toy-4": 4} {
		owns.Add(&Own{Name: name, Doc: "toy", Cite: []string{"none"}, Of: toy, Need: func(tasks.Shape, tasks.Split, []int, protocol.Setting, protocol.Player) (Need, bool) {
			return Need{Bits: protocol.Bits(bits), Least: least}, true
		}})
	}
	for _, c := range []struct {
		task    *tasks.Task
		known   int // -1: nothing
		least   protocol.Growth
		of      string
		ofTask  bool
		atLeast protocol.Growth
	}{
		{toy, -1, protocol.Growth{}, "toy-2", true, least}, {toy, 4, protocol.Growth{}, "toy-2", true, least}, {toy, 5, protocol.Growth{}, "map", false, least},
		{toy, 6, protocol.Growth{Logs: 1}, "map", false, protocol.Growth{Logs: 1}}, {lone, 0, protocol.Growth{}, "map", false, protocol.Growth{}}, {lone, -1, protocol.Growth{}, "", false, protocol.Growth{}},
	} {
		in := &Instance{Reduction: &Reduction{}, Shape: tasks.Shape{Task: c.task}, Known: func(protocol.Setting) (Need, bool) {
			if c.known < 0 {
				return Need{}, false
			}
			return Need{Bits: protocol.Bits(c.known), Of: "map", Least: c.least}, true
		}}
		best, ofTask, ok := in.Best(protocol.OneWay, protocol.Alice)
		if best.Of != c.of || ofTask != c.ofTask || ok != (c.of != "") || best.Least != c.atLeast {
			t.Errorf("%s, %d bits known: %+v, of the task: %v, %v", c.task.Name, c.known, best, ofTask, ok)
		}
		// A user's need one way is of Alice's message.
		if _, ok := in.Needed(protocol.OneWay, protocol.Bob); ok {
			t.Errorf("%s, %d bits known: Bob's message needs them", c.task.Name, c.known)
		}
		if need, ok := in.Needed(protocol.TwoWay, protocol.Bob); ok != (c.known >= 0) || ok && int(need.Bits) != c.known {
			t.Errorf("%s: two-way %+v, %v", c.task.Name, need, ok)
		}
	}
}

// TestClosedForms: where they hold, and their orders.
func TestClosedForms(t *testing.T) {
	for _, c := range []struct {
		N, M, hers, his int
		ok              bool
		least           protocol.Growth
	}{
		{4, 3, 1, 1, false, protocol.Growth{}}, {4, 4, 1, 1, true, protocol.Growth{}}, {4, 2, 1, 1, true, protocol.Growth{}}, {4, 16, 0, 1, false, protocol.Growth{}}, {4, 16, 1, 0, true, protocol.Growth{}},
		{4, 16, 1, 1, true, protocol.Growth{Power: 1, Logs: 1}}, {5, 25, 1, 1, true, protocol.Growth{Logs: 1}}, {3, 9, 1, 1, true, protocol.Growth{Power: 1, Logs: 1}},
	} {
		sh := tasks.Shape{Task: tasks.Match3, N: c.N, Params: tasks.Params{"M": float64(c.M)}}
		at := tasks.Split{Owner: make([]protocol.Player, c.N)}
		for i := range at.Owner {
			switch {
			case i < c.hers:
			case i < c.hers+c.his:
				at.Owner[i] = protocol.Bob
			default:
				at.Owner[i] = tasks.Public
			}
		}
		need, ok := Match3Hands.Need(sh, at, []int{c.N}, protocol.OneWay, protocol.Alice)
		if ok != c.ok || need.Least != c.least {
			t.Errorf("%+v: %+v, %v", c, need, ok)
		}
	}
	for _, c := range []struct {
		q       int
		setting protocol.Setting
		read    []int
		bits    int // -1: not known
	}{
		{2, protocol.OneWay, []int{1}, 3}, {2, protocol.TwoWay, []int{1}, -1}, {2, protocol.OneWay, []int{1, 2}, -1}, {2, protocol.OneWay, []int{2}, -1}, {4, protocol.OneWay, []int{1}, -1}, {3, protocol.OneWay, []int{1}, 2},
	} {
		sh := tasks.Shape{Task: tasks.QSA, N: 4, Params: tasks.Params{"q": float64(c.q), "eps": 0.1}}
		at := tasks.Split{Owner: []protocol.Player{0, 1, 1, 1}}
		need, ok := QSASets.Need(sh, at, c.read, c.setting, protocol.Alice)
		if ok != (c.bits >= 0) || ok && int(need.Bits) != c.bits {
			t.Errorf("%+v: %+v, %v", c, need, ok)
		}
	}
	for _, c := range []struct {
		N, q, b int
		formula string
	}{{4, 2, 3, "ceil(log2 C(4, 2))"}, {4, 2, 2, "ceil(log2 of the 4 traces of a set on 2 positions)"}, {35, 15, 33, "ceil(log2 of the 2429133960 traces of a set on 33 positions)"}, {60, 30, 50, "ceil(log2 of the traces of a set on 50 positions)"}} {
		sh := tasks.Shape{Task: tasks.QSA, N: c.N, Params: tasks.Params{"q": float64(c.q), "eps": 0.001}}
		at := tasks.Split{Owner: make([]protocol.Player, c.N)}
		for i := range c.b {
			at.Owner[c.N-1-i] = protocol.Bob
		}
		if need, ok := QSASets.Need(sh, at, []int{1}, protocol.OneWay, protocol.Alice); !ok || need.Formula != c.formula {
			t.Errorf("%+v: %+v", c, need)
		}
	}
	for _, c := range []struct {
		q    int
		eps  float64
		bits int
	}{{4, 0.1, 1}, {3, 0.1, 2}, {2, 0.5, -1}, {2, 0.25, 2}} {
		sh := tasks.Shape{Task: tasks.QSA, N: 4, Params: tasks.Params{"q": float64(c.q), "eps": c.eps}}
		need, ok := QSAMemory.Need(sh, tasks.Split{Owner: []protocol.Player{0, 0, 1, 1}}, []int{4}, protocol.OneWay, protocol.Alice)
		if ok != (c.bits >= 0) || ok && int(need.Bits) != c.bits {
			t.Errorf("%+v: %+v, %v", c, need, ok)
		}
	}
	for m := 4; m < 60; m++ {
		for a := 1; a < 40; a++ {
			if got, want := handBits(Match3Pairs(m), a, 2, 1), widthOf(Match3Rows(a, m)); got != want {
				t.Fatalf("a = %d, M = %d: %d bits, want %d", a, m, got, want)
			}
		}
	}
}

// TestEntriesAreWhole: a map without one of its parts is refused.
func TestEntriesAreWhole(t *testing.T) {
	for name, spoil := range map[string]func(r *Reduction){
		"": func(*Reduction) {}, "name": func(r *Reduction) { r.Name = "" }, "doc": func(r *Reduction) { r.Doc = "" }, "citation": func(r *Reduction) { r.Cite = nil }, "problem": func(r *Reduction) { r.From = nil }, "task": func(r *Reduction) { r.To = nil },
		"MinN": func(r *Reduction) { r.MinN = nil }, "Fits": func(r *Reduction) { r.Fits = nil }, "Params": func(r *Reduction) { r.Params = nil }, "Split": func(r *Reduction) { r.Split = nil }, "Read": func(r *Reduction) { r.Read = nil },
		"Public": func(r *Reduction) { r.Public = nil }, "Alice": func(r *Reduction) { r.Alice = nil }, "Bob": func(r *Reduction) { r.Bob = nil }, "Answer": func(r *Reduction) { r.Answer = nil },
	} {
		r := *DisjMatch3
		if spoil(&r); (r.Validate() == nil) != (name == "") {
			t.Errorf("a map without %q: %v", name, r.Validate())
		}
	}
	bobs := *DisjMatch3
	bobs.Answer, bobs.BobAnswer = nil, SetQSA.BobAnswer
	if err := bobs.Validate(); err != nil {
		t.Errorf("Bob's answer is none: %v", err)
	}
}

// TestSampleTakesTurns: where answers are seldom 1, every other pair looks for one; the others are as they come.
func TestSampleTakesTurns(t *testing.T) {
	in, err := SetQSA.Instance(40, 40, nil)
	if err != nil {
		t.Fatal(err)
	}
	yes := [2]int{}
	for k := range uint64(200) {
		if x, y := in.Sample(1, k); in.From.Holds(in.Size, x, y) {
			yes[k%2]++
		}
	}
	if yes[0] > 20 || yes[1] < 50 {
		t.Errorf("%v answers of 100 each are 1", yes)
	}
}

// TestNeedsWithin: a bound holds for the message of either player, down to one bit, and in the settings that are known alone.
func TestNeedsWithin(t *testing.T) {
	for n := 1; n <= 3; n++ {
		in, err := DisjMatch3.Instance(n, 0, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, speaker := range []protocol.Player{protocol.Alice, protocol.Bob} {
			if at, ok := NeededAt(in.Shape, in.At, in.Reads[0], protocol.OneWay, speaker); !ok || at.Size != n || int(at.Bits) != n {
				t.Errorf("n = %d, %v speaks: %+v, %v", n, speaker, at, ok)
			}
			if at, ok := NeededAt(in.Shape, in.At, in.Reads[0], protocol.TwoWay.Randomised("1/1000"), speaker); ok {
				t.Errorf("n = %d: %+v", n, at)
			}
		}
	}
}

// TestStrongestWithin: of all maps that lead to a split the one that says most is named, the first of equal ones.
func TestStrongestWithin(t *testing.T) {
	const N = 5
	for _, q := range []float64{1, 2} {
		sh, err := tasks.QSA.Shape(N, tasks.Params{"q": q})
		if err != nil {
			t.Fatal(err)
		}
		for owners := range 81 {
			at := tasks.Split{Owner: make([]protocol.Player, N)} // the last token is Bob's
			at.Owner[N-1] = protocol.Bob
			for i := range N - 1 {
				at.Owner[i] = []protocol.Player{protocol.Alice, protocol.Bob, tasks.Public}[owners%3]
				owners /= 3
			}
			for read := 1; read <= N; read++ {
				for _, setting := range []protocol.Setting{protocol.OneWay, protocol.TwoWay} {
					most, name := protocol.Bits(-1), ""
					for r := range Catalog().All() {
						if r.To != tasks.QSA || r.From != problems.Disj && r.From != problems.Index {
							continue
						}
						in := r.largest(sh)
						if in == nil || len(in.Reads) != 1 || in.Reads[0] != read || len(in.survivors(at)) == 0 {
							continue
						}
						if need, ok := NeededFor(r.From, len(in.survivors(at)), setting, protocol.Alice); ok && need.Bits > most {
							most, name = need.Bits, r.Name
						}
					}
					if best, ok := NeededAt(sh, at, read, setting, protocol.Alice); ok != (name != "") || ok && (best.Bits != most || best.Reduction != name) {
						t.Errorf("q = %v, %v, read %d, %v: %+v, want %d bits by %s", q, at, read, setting, best, most, name)
					}
				}
			}
		}
	}
}
