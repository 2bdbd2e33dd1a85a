// Package beside times two pieces of work against each other: in turns, so that
// what else the machine does touches both.
package beside

import (
	"slices"
	"testing"
	"time"
)

// Run runs one and other in turns and reports the median of the ratios of their
// times under the given name, and the median times of each in milliseconds.
func Run(b *testing.B, name string, one, other func() error) {
	b.Helper()
	var ratios []float64
	var took [2][]float64
	for b.Loop() {
		for k, f := range []func() error{one, other} {
			begin := time.Now()
			if err := f(); err != nil {
				b.Fatal(err)
			}
			took[k] = append(took[k], time.Since(begin).Seconds()*1e3)
		}
		last := len(ratios)
		ratios = append(ratios, took[0][last]/took[1][last])
	}
	b.ReportMetric(median(ratios), name)
	b.ReportMetric(median(took[0]), "ms/one")
	b.ReportMetric(median(took[1]), "ms/other")
	b.ReportMetric(0, "ns/op") // the time of both together says nothing
}

func median(x []float64) float64 {
	slices.Sort(x)
	return x[len(x)/2]
}
