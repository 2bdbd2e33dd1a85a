package main

import (
	"strings"
	"testing"
	"time"
)

// A bar says what is left, and is gone at the end. Where stderr is no terminal there is none, however long the work takes.
func TestProgress(t *testing.T) {
	for _, terminal := range []bool{true, false} {
		var out strings.Builder
		now := time.Unix(0, 0)
		show := bar(&out, "pairs", terminal, func() time.Time { return now })
		for done := 1; done <= 100; done++ {
			now = now.Add(20 * time.Second)
			show(done, 100)
		}
		if !terminal {
			if out.Len() > 0 {
				t.Errorf("no terminal: %q", out.String())
			}
			continue
		}
		lines := strings.Split(out.String(), "\r\x1b[K")
		if want := "pairs [..............................] 1/100, about 33m left"; lines[1] != want || len(lines) != 101 || lines[100] != "" {
			t.Errorf("%q", lines)
		}
	}
}
