package main

import (
	"fmt"
	"strings"
	"time"
)

// progress returns a function that packages call as they work; calls are cheap.
// It draws a bar on stderr when that is a terminal and the work goes on for a
// while, and nothing otherwise. Call it with done == total at the end to clear it.
func (c *call) progress(label string) func(done, total int) {
	if c.Bool("quiet") || !isTerminal(c.stderr) {
		return func(int, int) {}
	}
	start := time.Now()
	var last time.Time
	return func(done, total int) {
		now := time.Now()
		if now.Sub(start) < time.Second || now.Sub(last) < 100*time.Millisecond && done < total {
			return
		}
		if done >= total {
			if !last.IsZero() {
				fmt.Fprint(c.stderr, "\r\x1b[K")
			}
			return
		}
		last = now
		const width = 30
		full := done * width / max(total, 1)
		fmt.Fprintf(c.stderr, "\r\x1b[K%s [%s%s] %d/%d", label, strings.Repeat("#", full), strings.Repeat(".", width-full), done, total)
	}
}

// clock is progress for work that ends at the latest after a time: a bar that
// fills as the time passes. Call stop when the work is done.
func (c *call) clock(label string, limit time.Duration) (stop func()) {
	if limit <= 0 || c.Bool("quiet") || !isTerminal(c.stderr) {
		return func() {}
	}
	draw := c.progress(label)
	start := time.Now()
	done, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		tick := time.NewTicker(200 * time.Millisecond)
		defer tick.Stop()
		const parts = 100
		for {
			select {
			case <-done:
				draw(parts, parts)
				return
			case <-tick.C:
				draw(min(parts-1, int(parts*time.Since(start)/limit)), parts)
			}
		}
	}()
	return func() {
		close(done)
		<-gone
	}
}
