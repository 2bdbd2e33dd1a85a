package main

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"time"
)

// progress returns a function that packages call as they work, from any goroutine; calls are
// cheap. On a terminal it draws a bar on stderr when the work goes on for a while. Call it with
// done == total at the end to clear the bar.
func (c *call) progress(label string) func(done, total int) {
	return bar(c.stderr, label, isTerminal(c.stderr) && !c.Bool("quiet"), time.Now)
}

// meter says how far some work has come.
type meter struct {
	w     io.Writer
	label string
	now   func() time.Time
	start time.Time

	mu   sync.Mutex
	last time.Time // when the bar was drawn; zero: it was not
}

// firstTold is after how long it is said what is left.
const firstTold = 15 * time.Second

// bar draws, if it is wanted.
func bar(w io.Writer, label string, wanted bool, now func() time.Time) func(done, total int) {
	if !wanted {
		return func(int, int) {}
	}
	return (&meter{w: w, label: label, now: now, start: now()}).show
}

func (m *meter) show(done, total int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.now()
	took := now.Sub(m.start)
	if took < time.Second || now.Sub(m.last) < 100*time.Millisecond && done < total {
		return
	}
	if done >= total {
		if !m.last.IsZero() {
			fmt.Fprint(m.w, "\r\x1b[K")
		}
		return
	}
	m.last = now
	const width = 30
	full := done * width / max(total, 1)
	fmt.Fprintf(m.w, "\r\x1b[K%s [%s%s] %d/%d", m.label, strings.Repeat("#", full), strings.Repeat(".", width-full), done, total)
	if done > 0 && took >= firstTold {
		left := (time.Duration(float64(took)/float64(done)*float64(total)) - took).Round(time.Second)
		if left > 2*time.Minute {
			left = left.Round(time.Minute)
		}
		text := left.String()
		if strings.HasSuffix(text, "m0s") {
			text = strings.TrimSuffix(text, "0s")
		}
		fmt.Fprintf(m.w, ", about %s left", text)
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
