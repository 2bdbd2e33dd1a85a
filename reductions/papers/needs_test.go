package papers

import (
	"testing"

	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/models/zoo"
	"crosscut/protocol"
	"crosscut/reductions"
	"crosscut/reductions/matrix"
)

// TestRowsTakeTheBestNeed: at N = 2..9 the need of every task's and model's row is at least each one that is known of its
// split, its read positions and its setting, and where the task's own matrix can be counted one way, exactly that.
func TestRowsTakeTheBestNeed(t *testing.T) {
	rows, counted, own, reduced := 0, 0, 0, 0
	for task := range tasks.Catalog().All() {
		for model := range zoo.Catalog().All() {
			for n := 2; n <= 9 && len(zoo.For(model.Name, task.Name)) > 0; n++ {
				spec := TableSpec{Task: task.Name, Models: []string{model.Name}, Ns: []int{n}, Set: models.Settings{Seed: 1}}
				columns, err := spec.columns(task)
				if err != nil {
					t.Fatal(err)
				}
				at, err := columns[0].trial(n)
				if err != nil {
					continue // nothing is built there
				}
				row, err := at.unrun("")
				if err != nil {
					t.Fatal(err)
				}
				rows++
				have := protocol.Bits(0)
				if row.Needed != nil {
					have = protocol.Bits(*row.Needed)
				}
				sh, split, read := at.machine.Shape(), at.job.Split, at.job.Read
				least := func(need reductions.Need, ok bool, count *int) {
					if !ok {
						return
					}
					*count++
					if have < need.Bits {
						t.Errorf("%s by %s at N = %d needs %d bits by %q, and %s says %d", task.Name, model.Name, n, have, row.NeededBy, need.Of, need.Bits)
					}
				}
				need, ok := reductions.OwnNeed(sh, split, read, row.Setting, protocol.Alice)
				least(need, ok, &own)
				if len(read) == 1 {
					inside, ok := reductions.NeededAt(sh, split, read[0], row.Setting, protocol.Alice)
					least(inside.Need, ok, &reduced)
				}
				need, why := matrix.Need(t.Context(), at.machine, at.job, row.Setting, protocol.Alice)
				ok = why == ""
				least(need, ok, &counted)
				if ok && have > need.Bits {
					t.Errorf("%s by %s at N = %d: %d bits by %q, and the matrix has %s", task.Name, model.Name, n, have, row.NeededBy, need.Formula)
				}
			}
		}
	}
	if rows < 500 || counted < 100 || own < 100 || reduced < 100 {
		t.Errorf("%d rows, %d counted, %d of the task's own, %d of reductions: too few to mean anything", rows, counted, own, reduced)
	}
	t.Log(rows, counted, own, reduced)
}

// TestTablesChooseWhereNeedsHaveComeApart: the reduction of a table is that which presses hardest at its longest sequence, not
// at its shortest, and a sequence that holds none of its instances has a row all the same.
func TestTablesChooseWhereNeedsHaveComeApart(t *testing.T) {
	table, err := Table(t.Context(), TableSpec{Task: "qsa", Models: []string{"mlp"}, Ns: []int{2, 5, 64}, Set: models.Settings{Seed: 1}})
	if err != nil {
		t.Fatal(err)
	}
	if len(table.Rows) != 3 || *table.Rows[2].Needed != 62 || table.Rows[1].Reduction != table.Rows[2].Reduction || table.Rows[0].Runs == 0 {
		t.Errorf("%+v", table.Rows)
	}
}

// TestRowsNameTheRank: a feed-forward row on sparse averages names the rank N d where the proof holds, a wrong network has
// none to show, and its size is held against so many rows.
func TestRowsNameTheRank(t *testing.T) {
	for _, c := range []struct {
		set          tasks.Params
		rank, needed float64 // 0: none
	}{{tasks.Params{"q": 1}, 16, 8}, {tasks.Params{"q": 2, "d": 2}, 32, 16}, {tasks.Params{"q": 1, "h1": 9}, 0, 8}, {tasks.Params{"q": 8}, 72, 0}, {tasks.Params{"q": 2, "eps": 0.34}, 24, 0}} {
		table, err := Table(t.Context(), TableSpec{Task: "qsa", Models: []string{"mlp"}, Ns: []int{8}, Set: models.Settings{Num: c.set, Seed: 1}})
		if err != nil {
			t.Fatal(err)
		}
		row := table.Rows[0]
		if c.needed == 0 {
			if row.Rank != nil || row.RankNeeded != nil {
				t.Errorf("%v: rank %v, %v needed", c.set, *row.Rank, *row.RankNeeded)
			}
			continue
		}
		if row.RankNeeded == nil || *row.RankNeeded != c.needed || (row.Rank == nil) != (c.rank == 0) || row.Rank != nil && *row.Rank != c.rank || (row.Wrong > 0) != (c.rank == 0) {
			t.Errorf("%v: %+v", c.set, row)
		}
		if p := row.Params["p"].(float64); row.SizeNeeded == nil || *row.SizeNeeded != c.needed*p {
			t.Errorf("%v: a size of %v needs %v, p = %v", c.set, *row.Size, row.SizeNeeded, p)
		}
	}
}
