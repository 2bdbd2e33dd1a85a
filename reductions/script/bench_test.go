package script

import (
	"context"
	"testing"

	"crosscut/internal/beside"
	"crosscut/reductions"
	"crosscut/reductions/validate"
)

// BenchmarkOverhead validates each built-in reduction at n = 10 as a user's file,
// beside the same map in Go, both on the plain path; all work counts, from reading
// the file on. The file's encoders run 2 * 2^n times, the rest 4^n times.
func BenchmarkOverhead(b *testing.B) {
	for _, r := range []*reductions.Reduction{reductions.DisjMatch3, reductions.DisjCycle3, reductions.DisjQSA, reductions.DisjQSAMemory} {
		b.Run(r.Name, func(b *testing.B) {
			in, err := r.Instance(10, 0, nil)
			if err != nil {
				b.Fatal(err)
			}
			plain := func(s *validate.Subject) error {
				_, err := validate.Run(context.Background(), s, validate.Options{Seed: 1, Plain: true})
				return err
			}
			beside.Run(b, "file/go", func() error {
				f, err := Load(context.Background(), "../../docs/examples/"+r.Name+".star", Limits{})
				if err != nil {
					return err
				}
				defer f.Close()
				s, err := f.Subject(10)
				if err != nil {
					return err
				}
				return plain(s)
			}, func() error { return plain(validate.FromInstance(in)) })
		})
	}
}

// BenchmarkOwnTask validates maps whose task, problem and answer are all the file's, which
// are called for every pair, and reports pairs a second.
func BenchmarkOwnTask(b *testing.B) {
	for name, n := range map[string]int{"composition": 4, "mqar": 7} {
		b.Run(name, func(b *testing.B) {
			pairs := int64(0)
			for b.Loop() {
				f, err := Load(context.Background(), "../../docs/examples/"+name+".star", Limits{})
				if err != nil {
					b.Fatal(err)
				}
				s, err := f.Subject(n)
				if err != nil {
					b.Fatal(err)
				}
				r, err := validate.Run(context.Background(), s, validate.Options{Seed: 1})
				f.Close()
				if err != nil || r.Failures > 0 {
					b.Fatal(err, r.Failures)
				}
				pairs += r.Checked
			}
			b.ReportMetric(float64(pairs)/b.Elapsed().Seconds(), "pairs/s")
		})
	}
}
