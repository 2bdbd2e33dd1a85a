package bounds

import (
	"context"
	"testing"
	"time"
)

func intersecting(n int) *Matrix {
	return Of(1<<n, 1<<n, func(i, j int) int { return b2i(i&j != 0) })
}

func index(n int) *Matrix {
	return Of(1<<n, n, func(i, j int) int { return i >> j & 1 })
}

// halfCirculant has k consecutive ones per row, 2k x 2k.
func halfCirculant(k int) *Matrix {
	return Of(2*k, 2*k, func(i, j int) int { return b2i((j-i+2*k)%(2*k) < k) })
}

// TestOracles checks values that the literature, or a short proof, gives.
func TestOracles(t *testing.T) {
	full := func(m *Matrix) *Report {
		start := time.Now()
		r := analyze(t, m, Options{Time: 60 * time.Second, noGame: true})
		if m.Rows() <= 8 {
			certify(t, m, r)
		}
		t.Logf("%d x %d: %v", m.Rows(), m.Cols(), time.Since(start))
		return r
	}
	of := func(r *Report, v int) PerValue {
		for _, p := range r.PerValue {
			if p.Value == v {
				return p
			}
		}
		t.Fatalf("no value %d", v)
		return PerValue{}
	}
	is := func(what string, got Range, want int) {
		t.Helper()
		if got != point(want) {
			t.Errorf("%s = %v, want %d", what, got, want)
		}
	}
	d := func(what string, r *Report, want int) {
		t.Helper()
		is(what, Range{r.Deterministic.Lower, r.Deterministic.Upper}, want)
	}
	for n := 1; n <= 4; n++ {
		for name, m := range map[string]*Matrix{"D(EQ)": eq(n), "D(DISJ)": disjoint(n), "D(GT)": gt(n), "D(IP)": ip(n)} {
			r := Deterministic(t.Context(), m, DeterministicOptions{})
			is(name, Range{r.Lower, r.Upper}, n+1)
		}
		r := full(index(n))
		is("one-way INDEX", r.OneWay.Alice, n)
		is("one-way INDEX, back", r.OneWay.Bob, width(n))
		is("embedded INDEX", r.Shattered.Alice, n)
		if n >= 2 {
			d("D(INDEX)", r, []int{2, 3, 3}[n-2])
		}
	}
	for _, c := range []struct {
		name      string
		m         *Matrix
		ones, not int
	}{{"EQ_3", eq(3), 8, 3}, {"GT_3", gt(3), 7, 8}, {"DISJ_3", disjoint(3), 8, 3}, {"IP_3", ip(3), 7, 7}} {
		r := full(c.m)
		is("fooling 1 of "+c.name, of(r, 1).Fooling, c.ones)
		is("fooling 0 of "+c.name, of(r, 0).Fooling, c.not)
	}
	for n, want := range map[int]int{2: 4, 3: 5, 4: 6} {
		is("cover of NEQ", of(full(neq(n)), 1).Cover, want)
	}
	is("cover of IP_3", of(full(ip(3)), 1).Cover, 7)
	is("cover of IP_4", oneValue(t.Context(), ip(4)).Cover, 15)
	for n := 2; n <= 4; n++ {
		r := full(intersecting(n))
		is("cover of intersecting", of(r, 1).Cover, n)
		is("partition of intersecting", of(r, 1).Partition, 1<<n-1)
	}
	r := full(neq(3))
	is("rank of NEQ_3", r.Rank.Rational, 8)
	is("partition of NEQ_3", of(r, 1).Partition, 8)
	for k := 3; k <= 9; k++ {
		r := full(halfCirculant(k))
		is("rank of C(2k,k)", r.Rank.Rational, k+1)
		is("partition of C(2k,k)", of(r, 1).Partition, 2*k)
		d("D(C(2k,k))", r, []int{4, 4, 5, 5, 5, 5, 6}[k-3])
	}
}

// oneValue narrows the measures of the ones only.
func oneValue(ctx context.Context, m *Matrix) PerValue {
	f := m.Fold()
	p := PerValue{Value: 1, Entries: m.Count(m.Place(1))}
	p.found.aspect = aspectOf(f, m.Place(1))
	a := &analysis{Report: &Report{}, ctx: ctx, m: m, f: f}
	a.shape()
	a.ranks()
	a.value(ctx, &p)
	return p
}

func benchmarkValue(b *testing.B, m *Matrix, want int, measure func(PerValue) Range) {
	for b.Loop() {
		if got := measure(oneValue(b.Context(), m)); got != point(want) {
			b.Fatal(got)
		}
	}
}

// BenchmarkCoverPlain compares the labelling search with trying all sets of
// rectangles, on "x differs from y" for four inputs.
func BenchmarkCoverPlain(b *testing.B) {
	a := ones(neq(2))
	b.Run("labels", func(b *testing.B) {
		for b.Loop() {
			for k := 3; k <= 4; k++ {
				a.labelling(b.Context(), k, false, 1<<40)
			}
		}
	})
	b.Run("plain", func(b *testing.B) {
		for b.Loop() {
			plainCover(a, false)
		}
	})
}

// BenchmarkFoolingPlain compares the clique search with trying all sets.
func BenchmarkFoolingPlain(b *testing.B) {
	m := gt(3)
	b.Run("clique", func(b *testing.B) {
		for b.Loop() {
			ones(m).fooling(b.Context(), 99)
		}
	})
	b.Run("plain", func(b *testing.B) {
		for b.Loop() {
			plainFooling(m, 1)
		}
	})
}

func BenchmarkCoverNEQ4(b *testing.B) {
	benchmarkValue(b, neq(4), 6, func(p PerValue) Range { return p.Cover })
}

func BenchmarkPartitionNEQ3(b *testing.B) {
	benchmarkValue(b, neq(3), 8, func(p PerValue) Range { return p.Partition })
}

func BenchmarkPartitionIntersecting4(b *testing.B) {
	benchmarkValue(b, intersecting(4), 15, func(p PerValue) Range { return p.Partition })
}

func BenchmarkPartitionHalfCirculant16(b *testing.B) {
	benchmarkValue(b, halfCirculant(8), 16, func(p PerValue) Range { return p.Partition })
}
