// Package par shares work among the processors: the one worker pool of the project.
// Results must not depend on how many there are.
package par

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

// Workers is how many goroutines share a piece of work.
func Workers() int { return runtime.GOMAXPROCS(0) }

// Each calls do(0), ..., do(n-1), begun in that order. After an error, or when ctx ends, no
// further call begins; those that began are waited for, so that nothing is left
// running. The error is that of the smallest index that has one, the same on every
// machine, else that of ctx. A panic of do is raised again here.
func Each(ctx context.Context, n int, do func(i int) error) error {
	_, err := With(ctx, 0, n, func() struct{} { return struct{}{} }, func(_ struct{}, i int) error { return do(i) })
	return err
}

// With is Each in which every goroutine has something of its own, made by start: a
// buffer, a tally. It returns them all, to be added up. workers is the most
// goroutines, 0 for one a processor; a single one is the caller's.
func With[W any](ctx context.Context, workers, n int, start func() W, do func(own W, i int) error) ([]W, error) {
	if workers <= 0 {
		workers = Workers()
	}
	workers = min(workers, n)
	var (
		own    = make([]W, max(workers, 0))
		next   atomic.Int64
		mu     sync.Mutex
		failed = n // the smallest index that failed
		first  error
		broken any // what a call panicked with
		halt   atomic.Bool
		wait   sync.WaitGroup
	)
	work := func(w int) {
		defer func() {
			if r := recover(); r != nil {
				halt.Store(true)
				mu.Lock()
				defer mu.Unlock()
				if broken == nil {
					broken = r
				}
			}
		}()
		own[w] = start()
		for !halt.Load() && ctx.Err() == nil {
			i := int(next.Add(1)) - 1
			if i >= n {
				return
			}
			if err := do(own[w], i); err != nil {
				halt.Store(true)
				mu.Lock()
				if i < failed {
					failed, first = i, err
				}
				mu.Unlock()
			}
		}
	}
	if workers == 1 {
		work(0)
	} else {
		for w := range workers {
			wait.Go(func() { work(w) })
		}
		wait.Wait()
	}
	switch {
	case broken != nil:
		panic(broken)
	case first != nil:
		return own, first
	case int(next.Load()) < n: // not all began
		return own, context.Cause(ctx)
	}
	return own, nil
}
