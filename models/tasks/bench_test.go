package tasks

import (
	"math/rand/v2"
	"testing"
)

// BenchmarkEval evaluates every task with a fast way at one position and at all.
func BenchmarkEval(b *testing.B) {
	for _, c := range []struct {
		task *Task
		n    int
		all  bool
	}{
		{Match2, 1 << 20, false}, {Match2, 1 << 20, true}, {Match3, 1 << 20, false}, {Match3, 2048, true}, {MatchS, 2048, false},
		{Match3Bigram, 1 << 20, true}, {Match3Local, 1 << 20, true}, {Cycle3, 1 << 20, false}, {Cycle3, 1 << 16, true}, {Cycle5, 1 << 20, false}, {Cycle5, 1 << 16, true},
	} {
		name := c.task.Name + "/one"
		sh, err := c.task.Shape(c.n, nil)
		if err != nil {
			b.Fatal(err)
		}
		read := []int{sh.DefaultRead()}
		if c.all {
			name, read = c.task.Name+"/all", sh.All()
		}
		seq := c.task.Generate(sh, rand.New(rand.NewPCG(1, 1)))
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				sh.Eval(seq, read)
			}
		})
	}
}
