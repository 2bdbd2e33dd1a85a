package matrix_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"crosscut/internal/long"
	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/reductions"
	"crosscut/reductions/matrix"
	"crosscut/reductions/papers"
	"crosscut/report"
)

// law compares what is said to be needed with the exact cost of the same cut.
type law struct {
	*testing.T
	exact                 map[string][2]int
	judged, tight, unlike int
}

// bits is what one message from each player costs, exactly; ok is false where the matrix is too
// large. The public tokens are those that are given, or if nil the first that the task allows.
func (l *law) bits(sh tasks.Shape, at tasks.Split, reads []int, public []tasks.Token) (both [2]int, ok bool) {
	key := fmt.Sprint(sh.Task.Name, sh.N, sh.Params, at, reads, public)
	if both, ok := l.exact[key]; ok {
		return both, both[0] >= 0
	}
	l.exact[key] = [2]int{-1}
	cut, err := matrix.NewCut(sh, at, reads)
	if err != nil || float64(cut.Rows())*float64(cut.Cols()) > float64(long.Of(1<<14, 1<<18)) {
		return both, false
	}
	if public != nil {
		cut.Public = public
	}
	table, err := cut.Tabulate(l.Context(), nil)
	if err != nil {
		return both, false
	}
	alice, bob := table.Messages(l.Context(), cut)
	both = [2]int{protocol.Width(uint64(alice.Upper)), protocol.Width(uint64(bob.Upper))}
	l.exact[key] = both
	return both, true
}

// judge is the law, and that it notices one bit too many wherever a need is tight.
func (l *law) judge(where string, needed, exact int) {
	l.judged++
	exceeds := func(n int) bool { return n > exact }
	if exceeds(needed) {
		l.Errorf("%s: %d bits needed, and %d are enough", where, needed, exact)
	}
	if needed == exact {
		if l.tight++; !exceeds(needed + 1) {
			l.Errorf("%s: a need that is one bit too large is not seen", where)
		}
	}
}

// row judges a row that a table or a claim prints, at the cut that it names. Rows that name neither a
// cut nor a map speak of something else (prefix oracles, which are enumerated there).
func (l *law) row(r report.Row) {
	if r.Needed == nil || r.N == nil || !strings.Contains(r.NeededBy, "alice:") && r.Reduction == "" {
		return
	}
	task, err := tasks.Catalog().Get(r.Task)
	if err != nil {
		return // what another paper counts
	}
	sizes := tasks.Params{}
	for _, p := range task.Params {
		if v, ok := r.Params[p.Name].(float64); ok {
			sizes[p.Name] = v
		}
	}
	var at tasks.Split
	var reads []int
	var public []tasks.Token
	sh, err := task.Shape(*r.N, sizes)
	if err != nil {
		l.Fatalf("%+v: %v", r, err)
	}
	if r.Reduction != "" {
		red, err := reductions.Catalog().Get(r.Reduction)
		if err != nil {
			return // a map of a file
		}
		in, err := red.Instance(*r.N0, *r.N, sizes)
		if err != nil {
			l.Fatalf("%+v: %v", r, err)
		}
		at, reads, public = in.At, in.Reads, in.Public(in.Size, in.Shape)
	} else if at, reads = sh.Half(), []int{sh.DefaultRead()}; strings.Contains(r.NeededBy, "alice:1,") {
		at, reads = tasks.Split{Owner: make([]protocol.Player, sh.N)}, []int{1}
		for k := range at.Owner {
			at.Owner[k] = protocol.Bob
		}
		at.Owner[0] = protocol.Alice
	}
	said := "alice:" + tasks.Ranges(at.Positions(protocol.Alice)) + ","
	if said = said[:min(len(said), 60)]; !strings.Contains(r.NeededBy, said) && r.NeededBy != "" {
		if l.unlike++; testing.Verbose() {
			l.Logf("%s by %s at N = %d: %q is not said of %s", r.Task, r.Model, *r.N, r.NeededBy, said)
		}
		return
	}
	if both, ok := l.bits(sh, at, reads, public); ok {
		l.judge(fmt.Sprintf("%s %s by %s at N = %d, %v: %s", r.Claim, r.Task, r.Model, *r.N, r.Params, r.NeededBy), int(*r.Needed), both[protocol.Alice])
	}
}

// TestPrintedNeedsAreAtMostTheExactCost: what a map, a row of a table or a row of a claim says is
// needed is at most what one message from the same player costs at the same cut, over every input
// of the task. Which model it is matters to the setting alone.
func TestPrintedNeedsAreAtMostTheExactCost(t *testing.T) {
	t.Run("maps", func(t *testing.T) {
		l := &law{T: t, exact: map[string][2]int{}}
		for r := range reductions.Catalog().All() {
			for n := 1; n <= long.Of(4, 6); n++ {
				for _, set := range []tasks.Params{nil, {"q": 2}} {
					in, err := r.Instance(n, 0, set)
					if err != nil {
						continue
					}
					both, ok := l.bits(in.Shape, in.At, in.Reads, in.Public(in.Size, in.Shape))
					if !ok {
						continue
					}
					for _, setting := range []protocol.Setting{protocol.OneWay, protocol.TwoWay} {
						for _, who := range []protocol.Player{protocol.Alice, protocol.Bob} {
							where := fmt.Sprintf("%s at n = %d, %v, %v speaks", r.Name, n, setting, who)
							if need, _, ok := in.Best(setting, who); ok {
								l.judge(where, int(need.Bits), both[who])
							}
							if need, ok := in.Needed(setting, who); ok { // as falsify and the lab's room Break take it
								l.judge(where, int(need.Bits), both[who])
							}
						}
					}
				}
			}
		}
		l.enough(80, 30)
	})
	t.Run("tables", func(t *testing.T) {
		l := &law{T: t, exact: map[string][2]int{}}
		for task := range tasks.Catalog().All() {
			sets := []tasks.Params{nil}
			for _, p := range task.Params {
				switch p.Name {
				case "q":
					sets = append(sets, tasks.Params{"q": 1}, tasks.Params{"q": 3}, tasks.Params{"q": 2, "eps": 0.1})
				case "M":
					sets = append(sets, tasks.Params{"M": 4}, tasks.Params{"M": 5}, tasks.Params{"M": 8})
				}
			}
			for _, set := range sets {
				table, err := papers.Table(t.Context(), papers.TableSpec{Task: task.Name, Ns: []int{3, 4, 5, 6}, Set: models.Settings{Seed: 1, Num: set}})
				if err != nil {
					continue // no model takes these sizes
				}
				for _, r := range table.Rows {
					l.row(r)
				}
			}
		}
		l.enough(80, 30)
	})
	t.Run("claims", func(t *testing.T) {
		if !long.Tests() {
			t.Skip("every claim of every paper is run; CROSSCUT_LONG is not set")
		}
		l := &law{T: t, exact: map[string][2]int{}}
		for p := range papers.Catalog().All() {
			for _, c := range p.Claims {
				out, err := c.Run(t.Context(), papers.Effort{Level: papers.Quick, Seed: 1})
				if err != nil {
					t.Errorf("%s, %s: %v", p.Name, c.ID, err)
				}
				for _, r := range out.Rows {
					l.row(r)
				}
			}
		}
		l.enough(10, 3)
	})
}

// enough says that the law was not kept by looking at nothing.
func (l *law) enough(judged, tight int) {
	l.Logf("%d needs judged, %d tight, %d at a cut that is not the row's", l.judged, l.tight, l.unlike)
	if l.judged < judged || l.tight < tight || slices.Max([]int{l.unlike * 4, l.judged}) != l.judged {
		l.Errorf("%d needs were judged, %d of them tight, %d could not be placed: too few to mean anything", l.judged, l.tight, l.unlike)
	}
}
