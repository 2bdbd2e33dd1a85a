package reductions

import (
	"testing"

	"crosscut/models/tasks"
	"crosscut/protocol"
)

// TestWindowsAndPartners: at a public 1 the closed forms are the number of different rows, by the definition, of all hands
// of small worlds, whichever token is read.
func TestWindowsAndPartners(t *testing.T) {
	for _, c := range []struct {
		task           *tasks.Task
		n, m, k, alice int
		read           int
		rows           int
	}{
		{tasks.Match2, 3, 3, 0, 1, 1, 2}, {tasks.Match2, 4, 5, 0, 2, 1, 2}, {tasks.Match2, 3, 2, 0, 1, 1, 0},
		{tasks.Match3Local, 4, 5, 1, 1, 1, 2}, {tasks.Match3Local, 4, 4, 2, 1, 1, 4}, {tasks.Match3Local, 5, 6, 2, 2, 1, 2},
		{tasks.Match3Local, 5, 6, 1, 2, 3, 6}, {tasks.Match3Local, 5, 6, 4, 2, 3, 10}, {tasks.Match3Local, 5, 3, 1, 2, 3, 0}, {tasks.Match3Local, 5, 6, 0, 2, 3, 0},
		{tasks.Match3, 4, 2, 0, 1, 1, 2}, {tasks.Match3, 4, 2, 0, 3, 2, 2}, {tasks.Match3, 4, 5, 0, 3, 4, 2}, {tasks.Match3, 4, 3, 0, 2, 1, 0}, {tasks.Match3Local, 4, 2, 1, 1, 2, 2},
	} {
		set := tasks.Params{"M": float64(c.m)}
		if c.task == tasks.Match3Local {
			set["K"] = float64(c.k)
		}
		sh, err := c.task.Shape(c.n, set)
		if err != nil {
			t.Fatal(err)
		}
		split, seat := tasks.Split{Owner: make([]protocol.Player, c.n)}, 0
		for i := range c.n {
			switch {
			case i+1 == c.read:
				split.Owner[i] = tasks.Public
				continue
			case seat >= c.alice:
				split.Owner[i] = protocol.Bob
			}
			seat++
		}
		need, ok := OwnNeed(sh, split, []int{c.read}, protocol.OneWay, protocol.Alice)
		if ok != (c.rows > 0) || ok && int(need.Bits) != protocol.Width(uint64(c.rows)) {
			t.Errorf("%s %+v: %+v, %v", c.task.Name, c, need, ok)
		}
		if two, _ := OwnNeed(sh, split, []int{c.read}, protocol.TwoWay, protocol.Alice); two.Bits > need.Bits || ok && two.Bits < 1 {
			t.Errorf("%s %+v: %d bits two-way", c.task.Name, c, two.Bits)
		}
		rows := map[string]map[string]byte{}
		seq := make([]tasks.Token, c.n)
		var all func(at int, x, y string)
		all = func(at int, x, y string) {
			switch {
			case at == c.n:
				if rows[x] == nil {
					rows[x] = map[string]byte{}
				}
				rows[x][y] = '0' + byte(sh.Task.Eval(sh, seq, c.read)[0])
			case split.Owner[at] == tasks.Public:
				seq[at].X = 1
				all(at+1, x, y)
			default:
				for v := 1; v <= c.m; v++ {
					seq[at].X = v
					if split.Owner[at] == protocol.Alice {
						all(at+1, x+string(rune(v)), y)
					} else {
						all(at+1, x, y+string(rune(v)))
					}
				}
			}
		}
		all(0, "", "")
		distinct := map[string]bool{}
		for _, row := range rows {
			line, y := []byte{}, []string{""}
			for range c.n - 1 - c.alice {
				var next []string
				for _, p := range y {
					for v := 1; v <= c.m; v++ {
						next = append(next, p+string(rune(v)))
					}
				}
				y = next
			}
			for _, k := range y {
				line = append(line, row[k])
			}
			distinct[string(line)] = true
		}
		if c.rows > 0 && len(distinct) != c.rows {
			t.Errorf("%s %+v: %d different rows", c.task.Name, c, len(distinct))
		}
	}
}
