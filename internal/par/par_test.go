package par

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"
)

func TestEach(t *testing.T) {
	for _, n := range []int{0, 1, 2, 1000} {
		done := make([]int, n)
		if err := Each(t.Context(), n, func(i int) error { done[i]++; return nil }); err != nil {
			t.Fatal(err)
		}
		for i, d := range done {
			if d != 1 {
				t.Fatalf("n = %d: item %d was done %d times", n, i, d)
			}
		}
	}
}

// TestFirstError: of several errors that of the smallest index is returned, and what
// comes long after it does not begin.
func TestFirstError(t *testing.T) {
	for range 50 {
		var began atomic.Int64
		err := Each(t.Context(), 100000, func(i int) error {
			began.Add(1)
			if i >= 10 {
				return fmt.Errorf("item %d", i)
			}
			return nil
		})
		if err == nil || err.Error() != "item 10" {
			t.Fatalf("%v, want that of item 10", err)
		}
		if began.Load() > 20000 {
			t.Fatalf("%d items began", began.Load())
		}
	}
}

func TestWith(t *testing.T) {
	sums, err := With(t.Context(), 3, 1000, func() *int { return new(int) }, func(own *int, i int) error { *own += i; return nil })
	total := 0
	for _, s := range sums {
		total += *s
	}
	if err != nil || len(sums) != 3 || total != 999*1000/2 {
		t.Errorf("%d workers, sum %d, %v", len(sums), total, err)
	}
}

// TestCancelled: a context that ends stops the work, with its cause, and no
// goroutine stays.
func TestCancelled(t *testing.T) {
	before := runtime.NumGoroutine()
	own := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	err := Each(ctx, 1<<40, func(i int) error {
		if i == 1000 {
			cancel(own)
		}
		return nil
	})
	if !errors.Is(err, own) {
		t.Errorf("%v, want the cause", err)
	}
	if err := Each(ctx, 1, func(int) error { t.Error("began"); return nil }); !errors.Is(err, own) {
		t.Errorf("%v after the end", err)
	}
	if after := runtime.NumGoroutine(); after > before+1 { // the one that cancel itself may have begun
		t.Errorf("%d goroutines, %d before", after, before)
	}
	if err := Each(ctx, 0, func(int) error { return nil }); err != nil {
		t.Errorf("no work is done, whatever the context: %v", err)
	}
}

// TestPanic: what a worker panics with is the caller's to recover.
func TestPanic(t *testing.T) {
	for _, n := range []int{1, 100} {
		func() {
			defer func() {
				if r := recover(); r != "bug" {
					t.Errorf("n = %d: recovered %v", n, r)
				}
			}()
			Each(t.Context(), n, func(i int) error {
				if i == n/2 {
					panic("bug")
				}
				return nil
			})
			t.Errorf("n = %d: no panic", n)
		}()
	}
}
