package matrix

import (
	"context"
	"testing"

	"crosscut/models/tasks"
)

// BenchmarkTabulate measures entries of a task's matrix.
func BenchmarkTabulate(b *testing.B) {
	for _, w := range []struct {
		task string
		n    int
		set  tasks.Params
	}{{"match3", 5, tasks.Params{"M": 25}}, {"match2", 5, tasks.Params{"M": 25}}, {"qsa", 4, tasks.Params{"q": 2}}, {"cycle3", 4, tasks.Params{"nodes": 4}}} {
		b.Run(w.task, func(b *testing.B) {
			t, err := tasks.Catalog().Get(w.task)
			if err != nil {
				b.Fatal(err)
			}
			sh, err := t.Shape(w.n, w.set)
			if err != nil {
				b.Fatal(err)
			}
			c, err := NewCut(sh, sh.Half(), []int{sh.DefaultRead()})
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if _, err := c.Tabulate(context.Background(), nil); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*c.Rows()*c.Cols()), "ns/entry")
		})
	}
}
