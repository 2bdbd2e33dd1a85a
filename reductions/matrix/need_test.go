package matrix_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/reductions"
	"crosscut/reductions/matrix"
)

// TestNeedsAreAtMostTheExactCost is the law that keeps every need honest: for every
// task whose matrix is small enough to enumerate, every way to cut it in two and every
// setting, what is said to be needed is at most what sending one of the exact number of
// messages costs. Two-way, the same message is a protocol.
func TestNeedsAreAtMostTheExactCost(t *testing.T) {
	sizes := map[string][]tasks.Params{
		"match2": {{"M": 4}, {"M": 7}}, "match3": {{"M": 4}, {"M": 5}, {"M": 6}, {"M": 7}}, "match-s": {{"M": 5}}, "match3-bigram": {{"M": 5}}, "match3-local": {{"M": 5}},
		"cycle3": {{"nodes": 4}}, "cycle5": {{"nodes": 4}}, "qsa": {{"q": 1}, {"q": 2}, {"q": 1, "eps": 0.25}, {"q": 3}},
	}
	judged, tight := 0, 0
	for task := range tasks.Catalog().All() {
		sets := sizes[task.Name]
		if sets == nil {
			sets = []tasks.Params{{}}
		}
		for _, set := range sets {
			for n := 2; n <= 5; n++ {
				sh, err := task.Shape(n, set)
				if err != nil {
					continue
				}
				specs := []string{"half"}
				for k := 1; k < n; k++ {
					specs = append(specs, fmt.Sprintf("prefix:%d", k))
				}
				for _, spec := range specs {
					split, err := sh.ParseSplit(spec)
					if err != nil {
						continue
					}
					for read := 1; read <= n; read++ {
						j, g := needsOf(t, sh, split, read)
						judged, tight = judged+j, tight+g
					}
				}
			}
		}
	}
	if judged < 100 || tight < 20 {
		t.Errorf("%d needs were judged, %d of them tight: too few to mean anything", judged, tight)
	}
}

// needsOf judges all needs at one cut.
func needsOf(t *testing.T, sh tasks.Shape, split tasks.Split, read int) (judged, tight int) {
	t.Helper()
	needs := map[string]reductions.Need{}
	for _, setting := range []protocol.Setting{protocol.OneWay, protocol.TwoWay} {
		for _, speaker := range []protocol.Player{protocol.Alice, protocol.Bob} {
			if need, ok := reductions.OwnNeed(sh, split, []int{read}, setting, speaker); ok {
				needs[fmt.Sprintf("%v, %v", setting, speaker)] = need
			}
			if at, ok := reductions.NeededAt(sh, split, read, setting, speaker); ok && (split.Count(tasks.Public) == 0 || sh.Task.Terms != nil) {
				needs[fmt.Sprintf("%v, %v, by reduction", setting, speaker)] = at.Need
			}
		}
	}
	if len(needs) == 0 {
		return 0, 0
	}
	cut, err := matrix.NewCut(sh, split, []int{read})
	if err != nil || float64(cut.Rows())*float64(cut.Cols()) > 1<<18 {
		return 0, 0
	}
	table, err := cut.Tabulate(context.Background(), nil)
	if err != nil {
		return 0, 0
	}
	alice, bob := table.Messages(context.Background(), cut)
	exact := [2]int{protocol.Width(uint64(alice.Upper)), protocol.Width(uint64(bob.Upper))}
	exceeds := func(need reductions.Need, who protocol.Player) bool { return int(need.Bits) > exact[who] }
	for name, need := range needs {
		for _, who := range []protocol.Player{protocol.Alice, protocol.Bob} {
			speaks := fmt.Sprintf("%v, %v", need.Setting, who)
			if len(name) < len(speaks) || name[:len(speaks)] != speaks {
				continue
			}
			judged++
			if exceeds(need, who) {
				t.Errorf("%s at N = %d, %v, %v, read %d, %s: %d bits needed by %s, and %d are enough", sh.Task.Name, sh.N, sh.Params, split, read, name, need.Bits, need.Of, exact[who])
			}
			if int(need.Bits) == exact[who] { // then one bit more is too much, and is seen
				tight++
				if need.Bits++; !exceeds(need, who) {
					t.Errorf("%s at N = %d: a need that is planted one bit too large is not seen", sh.Task.Name, sh.N)
				}
			}
		}
	}
	return judged, tight
}

// still is a machine of which only the shape matters.
type still struct {
	models.Machine
	sh tasks.Shape
}

func (m still) Shape() tasks.Shape { return m.sh }

// picky may refuse inputs.
type picky struct {
	still
	refuses func() bool
}

func (m picky) CheckInput([]tasks.Token, []int) error {
	if m.refuses() {
		return errors.New("planted")
	}
	return nil
}

// TestWhereRowsAreCounted: up to 2^14 entries, of tasks that are defined on all sequences and have one right output on each, of at most 16 tokens.
func TestWhereRowsAreCounted(t *testing.T) {
	for _, c := range []struct {
		task    string
		N       int
		set     tasks.Params
		private int // the first half of them Alice's; the last token is read, and public
		setting protocol.Setting
		bits    int // -1: not counted
	}{
		{"majority", 3, nil, 2, protocol.OneWay, 1}, {"majority", 3, nil, 2, protocol.TwoWay, -1}, {"majority", 16, nil, 14, protocol.OneWay, 3}, {"majority", 16, nil, 15, protocol.OneWay, -1}, {"majority", 17, nil, 2, protocol.OneWay, -1},
		{"match2", 2, tasks.Params{"M": 1 << 14}, 0, protocol.OneWay, 0}, {"match2", 2, tasks.Params{"M": 1<<14 + 1}, 0, protocol.OneWay, -1}, {"qsa", 3, tasks.Params{"q": 1}, 2, protocol.OneWay, -1}, {"cycle3", 2, nil, 2, protocol.OneWay, -1},
	} {
		task, err := tasks.Catalog().Get(c.task)
		if err != nil {
			t.Fatal(err)
		}
		sh, err := task.Shape(c.N, c.set)
		if err != nil {
			t.Fatal(err)
		}
		at := tasks.Split{Owner: make([]protocol.Player, c.N)}
		for i := range at.Owner {
			switch {
			case i >= c.private:
				at.Owner[i] = tasks.Public
			case i >= c.private/2:
				at.Owner[i] = protocol.Bob
			}
		}
		need, why := matrix.Need(t.Context(), still{sh: sh}, models.Job{Split: at, Read: []int{c.N}}, c.setting, protocol.Alice)
		if why == "" != (c.bits >= 0) || why == "" && int(need.Bits) != c.bits {
			t.Errorf("%+v: %+v, %v", c, need, why)
		}
		for _, refuses := range []bool{false, true} { // the last of all inputs
			met := 0
			m := picky{still{sh: sh}, func() bool { met++; return refuses && met == 1<<c.private }}
			need, said := matrix.Need(t.Context(), m, models.Job{Split: at, Read: []int{c.N}}, c.setting, protocol.Alice)
			if c.task == "majority" && c.bits >= 0 && (refuses != strings.Contains(said, "refuses inputs, and need not serve all rows: planted") || !refuses && int(need.Bits) != c.bits) {
				t.Errorf("a machine that refuses inputs (%v): %+v, %q", refuses, need, said)
			}
		}
		own := *task
		own.Partial, sh.Task = true, &own
		if need, why := matrix.Need(t.Context(), still{sh: sh}, models.Job{Split: at, Read: []int{c.N}}, c.setting, protocol.Alice); why == "" {
			t.Errorf("a partial %s: %+v", c.task, need)
		}
	}
}

// TestWhoSpeaks: the rows are the speaker's, and what is public stays so.
func TestWhoSpeaks(t *testing.T) {
	task, err := tasks.Catalog().Get("majority")
	if err != nil {
		t.Fatal(err)
	}
	sh, err := task.Shape(5, nil)
	if err != nil {
		t.Fatal(err)
	}
	at := tasks.Split{Owner: []protocol.Player{protocol.Alice, protocol.Bob, protocol.Bob, protocol.Bob, tasks.Public}}
	for speaker, want := range map[protocol.Player]int{protocol.Alice: 2, protocol.Bob: 3} {
		if need, why := matrix.Need(t.Context(), still{sh: sh}, models.Job{Split: at, Read: []int{5}}, protocol.OneWay, speaker); why != "" || need.Formula != fmt.Sprintf("ceil(log2 of %d different rows)", want) {
			t.Errorf("%v speaks: %+v, %v", speaker, need, why)
		}
	}
	in, err := reductions.DisjMatch3.Instance(2, 0, nil) // here the closed form says more than the map
	if err != nil {
		t.Fatal(err)
	}
	tr := protocol.Transcript{Messages: []protocol.Message{{From: protocol.Alice}}}
	if need, why := matrix.Pressing(t.Context(), still{sh: in.Shape}, models.Job{Split: in.At, Read: in.Reads}, tr); why != "" || need.Of != "match3-hands" || need.Bits <= 2 {
		t.Errorf("%+v, %v", need, why)
	}
}

// TestWhatPresses: the strongest of all bounds, a map's before one that is only as large; none that says 0 bits; maps up to 512 tokens.
func TestWhatPresses(t *testing.T) {
	shape := func(name string, N int, set tasks.Params) tasks.Shape {
		task, err := tasks.Catalog().Get(name)
		if err != nil {
			t.Fatal(err)
		}
		sh, err := task.Shape(N, set)
		if err != nil {
			t.Fatal(err)
		}
		return sh
	}
	for name, c := range map[string]struct {
		sh    tasks.Shape
		alice [2]int // her positions; the last token is Bob's, the others public
		reply bool
		of    string
		bits  int
	}{
		"a map and a closed form": {shape("qsa", 5, tasks.Params{"q": 1}), [2]int{2, 3}, false, "index-qsa-last", 2},
		"one of two two-way":      {shape("qsa", 5, tasks.Params{"q": 1}), [2]int{2, 3}, true, "index-qsa-last", 1},
		"one of one two-way":      {shape("qsa", 5, tasks.Params{"q": 1}), [2]int{2, 2}, true, "", 0},
		"nothing":                 {shape("qsa", 5, tasks.Params{"q": 1}), [2]int{1, 0}, true, "", 0},
		"counted":                 {shape("majority", 4, nil), [2]int{1, 3}, false, "own-matrix", 2},
		"512 tokens":              {shape("k-hop", 512, tasks.Params{"k": 1, "V": 600}), [2]int{1, 511}, false, "index-hop", 254},
		"513 tokens":              {shape("k-hop", 513, tasks.Params{"k": 1, "V": 600}), [2]int{1, 512}, false, "", 0},
	} {
		at := tasks.Split{Owner: make([]protocol.Player, c.sh.N)}
		for i := range at.Owner {
			if at.Owner[i] = tasks.Public; c.alice[0] <= i+1 && i+1 <= c.alice[1] {
				at.Owner[i] = protocol.Alice
			}
		}
		at.Owner[c.sh.N-1] = protocol.Bob
		tr := protocol.Transcript{Messages: []protocol.Message{{From: protocol.Alice}}}
		if c.reply {
			tr.Messages = append(tr.Messages, protocol.Message{From: protocol.Bob})
		}
		need, why := matrix.Pressing(t.Context(), still{sh: c.sh}, models.Job{Split: at, Read: []int{c.sh.N}}, tr)
		if (why == "") != (c.of != "") || need.Of != c.of || int(need.Bits) != c.bits || why != "" && !strings.HasPrefix(why, "none known: no reduction or formula gives one here, and ") && !strings.HasPrefix(why, "0: all rows") {
			t.Errorf("%s: %+v, %v", name, need, why)
		}
	}
}
