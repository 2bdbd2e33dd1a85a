package validate

import (
	"context"
	"errors"
	"reflect"
	"sync/atomic"
	"testing"

	"crosscut/internal/units"
	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/reductions"
)

// inUnits counts a subject in k units and merges them.
func inUnits(s *Subject, k int) (Counts, error) {
	var records []*units.Record
	for i := 1; i <= k; i++ {
		w, err := s.Work(Options{}, nil)
		if err != nil {
			return Counts{}, err
		}
		w.Command = []string{"validate"}
		r, err := w.Run(context.Background(), units.Shard{I: i, K: k}, nil, nil)
		if err != nil {
			return Counts{}, err
		}
		records = append(records, r)
	}
	w, err := s.Work(Options{}, nil)
	if err != nil {
		return Counts{}, err
	}
	return w.Merge(records)
}

// written counts the y that a subject writes.
func written(s *Subject) *atomic.Int64 {
	var count atomic.Int64
	rewritten(s, func(who protocol.Player, _ protocol.Word, _ []tasks.Token) {
		if who == protocol.Bob {
			count.Add(1)
		}
	})
	return &count
}

// TestUnitsShareWriting: units together write every y once, and a few of them each more;
// their counts are those of one process, also for a map that is wrong.
func TestUnitsShareWriting(t *testing.T) {
	const n, k = 12, 7 // the least at which units share
	right := instance(t, reductions.DisjMatch3, n)
	wrong := instance(t, reductions.DisjMatch3, n)
	rewritten(wrong, func(who protocol.Player, _ protocol.Word, tok []tasks.Token) {
		if who == protocol.Bob {
			tok[n-1].X = 1 // y_n is not told
		}
	})
	for _, s := range []*Subject{right, wrong} {
		whole := run(t, s, Options{})
		count := written(s)
		got, err := inUnits(s, k)
		if err != nil {
			t.Fatal(err)
		}
		if got.Pairs != 1<<(2*n) || got.Failures != whole.Failures || (got.Failures > 0) != (s == wrong) {
			t.Errorf("%+v in units, %d failures in one process", got, whole.Failures)
		}
		if got.rank != nil && !reflect.DeepEqual(got.rank.in, whole.Counterexample.in) {
			t.Errorf("smallest failing pair %v in units, %v in one process", got.rank.in, whole.Counterexample.in)
		}
		if most := int64(1<<n + k*(tries+2*n+2)); count.Load() > most || count.Load() < 1<<n {
			t.Errorf("%d y were written, want 2^n and at most %d", count.Load(), most)
		}
	}
}

// TestUnitsMissNoY: a y that is written in a way of its own, whichever it is, is found by
// the unit whose share it is in, and counted by one process.
func TestUnitsMissNoY(t *testing.T) {
	const n = 12
	for _, odd := range []int{1<<n - 3, 2730, 64, 63, 5} {
		s := instance(t, reductions.DisjMatch3, n)
		at := s.Problem.Y(n, odd)
		rewritten(s, func(who protocol.Player, in protocol.Word, tok []tasks.Token) {
			if who == protocol.Bob && in == at {
				for k := range tok {
					tok[k].X = 1
				}
			}
		})
		whole := run(t, s, Options{})
		if got, err := inUnits(s, 5); err == nil && got.Failures != whole.Failures || err != nil && !errors.Is(err, ErrOwnWay) {
			t.Errorf("y number %d: %+v, %v in units, %d failures in one process", odd, got, err, whole.Failures)
		}
		if whole.Failures == 0 {
			t.Errorf("y number %d: no failure", odd)
		}
	}
}

// TestColumnsOfSomeBits: a column by its rule is that rule at every y, and is found again.
func TestColumnsOfSomeBits(t *testing.T) {
	const n = 9
	ys := []uint64{0, 1<<n - 1}
	for j := range n {
		ys = append(ys, 1<<j, (1<<n-1)^1<<j)
	}
	for y := range uint64(1 << n) {
		ys = append(ys, y)
	}
	for _, a := range []anyOf{{}, {on: true}, {1, 1, true}, {1 << 8, 0, true}, {0b101000011, 1, false}, {0b101000011, 0, true}, {1<<n - 1, 0, false}} {
		column := make([]uint64, 1<<n/64)
		a.fill(column)
		values := make([]uint64, len(ys)/64+1)
		for k, y := range ys {
			if a.at(y) {
				values[k/64] |= 1 << (k % 64)
			}
			if on := column[y/64]>>(y%64)&1 == 1; on != a.at(y) {
				t.Fatalf("%+v: y = %b is %v in the column", a, y, on)
			}
		}
		b, ok := suggested(ys, n, values)
		again := make([]uint64, len(column))
		b.fill(again)
		if !ok || !reflect.DeepEqual(column, again) {
			t.Errorf("%+v came back as %+v, %v", a, b, ok)
		}
		values[(len(ys)-2)/64] ^= 1 << ((len(ys) - 2) % 64)
		if b, ok := suggested(ys, n, values); ok {
			t.Errorf("%+v with another y came back as %+v", a, b)
		}
	}
}

// TestSuggestedOnce: the columns that a few y suggest serve all parts of a unit; then each part writes its share alone.
func TestSuggestedOnce(t *testing.T) {
	s := instance(t, reductions.DisjMatch3, 12)
	count := written(s)
	w, err := s.Work(Options{Workers: 1}, nil)
	if err != nil {
		t.Fatal(err)
	}
	first := int64(tries + 2*12 + 2)
	for part := range 4 {
		before := count.Load()
		if _, err := w.Do(t.Context(), 64*part, 64*part+64); err != nil {
			t.Fatal(err)
		}
		if got := count.Load() - before; got != first+64 {
			t.Errorf("part %d: %d y were written", part, got)
		}
		first = 0
	}
}
