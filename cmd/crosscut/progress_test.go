package main

import (
	"strings"
	"testing"
	"time"
)

// A bar stands on a terminal; elsewhere lines are said of long work, ever fewer.
func TestProgress(t *testing.T) {
	for name, c := range map[string]struct {
		bar  bool
		unit time.Duration // in which one of 100 parts is done
		want []string
	}{
		"short": {false, 800 * time.Millisecond, nil},
		"long": {false, 3 * time.Second, []string{
			"pairs: 5% after 15s, about 5m left", "pairs: 10% after 30s, about 5m left", "pairs: 20% after 1m0s, about 4m left",
			"pairs: 40% after 2m0s, about 3m left", "pairs: 80% after 4m0s, about 1m left"}},
		"bar": {true, 20 * time.Second, []string{"pairs [..............................] 1/100, about 33m left"}},
	} {
		var out strings.Builder
		now := time.Unix(0, 0)
		m := newMeter(&out, "pairs", c.bar, func() time.Time { return now })
		for done := 1; done <= 100; done++ {
			now = now.Add(c.unit)
			m.show(done, 100)
		}
		got := strings.ReplaceAll(out.String(), "\r\x1b[K", "\n")
		if c.bar {
			if lines := strings.Split(got, "\n"); lines[1] != c.want[0] || len(lines) != 101 || lines[100] != "" {
				t.Errorf("%s: %q", name, lines)
			}
			continue
		}
		if want := strings.Join(append(c.want, ""), "\n"); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}
