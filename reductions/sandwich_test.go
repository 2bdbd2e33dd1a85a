package reductions

import (
	"testing"

	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/models/zoo"
	"crosscut/protocol"
)

// TestSandwichRatios: at N = 4,096 what the construction moves is within a constant of
// what is needed at the same split, by the formulas that every run is metered against.
func TestSandwichRatios(t *testing.T) {
	const n = 4096
	for _, c := range []struct {
		task *tasks.Task
		set  tasks.Params
		most float64
	}{{tasks.Match3, tasks.Params{"M": n * n}, 3}, {tasks.QSA, tasks.Params{"q": 2}, 12}} {
		sh, err := c.task.Shape(n, c.set)
		if err != nil {
			t.Fatal(err)
		}
		m, err := zoo.Build("attention", sh, models.Settings{})
		if err != nil {
			t.Fatal(err)
		}
		split := sh.Half()
		if c.task == tasks.QSA {
			split = owners(n, [2]int{1, 1}, [2]int{2, n})
		}
		prog, err := m.Compile(models.Job{Split: split, Read: []int{1}, Answer: models.ByBob})
		if err != nil {
			t.Fatal(err)
		}
		need, ok := OwnNeed(sh, split, []int{1}, protocol.OneWay, protocol.Alice)
		ratio := float64(prog.Bits[protocol.Alice]) / float64(need.Bits)
		if !ok || prog.Bits[protocol.Bob] != 0 || ratio < 1 || ratio > c.most {
			t.Errorf("%s: %v bits for %d needed: ratio %.2f, at most %v wanted", c.task.Name, prog.Bits, need.Bits, ratio, c.most)
		}
	}
}
