package matrix_test

import (
	"context"
	"fmt"
	"testing"

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
