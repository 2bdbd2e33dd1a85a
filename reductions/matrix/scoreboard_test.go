package matrix

import (
	"context"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"crosscut/docs"
	"crosscut/internal/long"
	"crosscut/protocol/bounds"
	"crosscut/protocol/bounds/check"
	"crosscut/protocol/bounds/named"
)

// TestLargerSizes: the table of larger sizes in docs/scoreboard.md contradicts no value that is known, and in the
// long form no new analysis.
func TestLargerSizes(t *testing.T) {
	text, ok := docs.Text("scoreboard")
	if !ok {
		t.Fatal("there is no docs/scoreboard.md")
	}
	ends := func(s string) bounds.Range {
		low, high, open := strings.Cut(s, "..")
		if !open {
			high = low
		}
		l, err := strconv.Atoi(low)
		u, err2 := strconv.Atoi(high)
		if err != nil || err2 != nil || l > u {
			t.Fatalf("%q is no interval", s)
		}
		return bounds.Range{Lower: l, Upper: u}
	}
	pair := func(s string) [2]bounds.Range {
		a, b, _ := strings.Cut(s, " ")
		return [2]bounds.Range{ends(a), ends(b)}
	}
	rows, compared := 0, 0
	for _, m := range regexp.MustCompile(`(?m)^\| ([a-z-]+) \| (\d+) \| (\d+) x (\d+) \| (\S+) \| (\S+ \S+) \| (\S+ \S+) \| (\S+ \S+) \| (\d*) \|$`).FindAllStringSubmatch(text, -1) {
		rows++
		f, err := named.Catalog().Get(m[1])
		if err != nil {
			t.Fatal(err)
		}
		n, _ := strconv.Atoi(m[2])
		if r, c := f.Lines(n); strconv.Itoa(r) != m[3] || strconv.Itoa(c) != m[4] {
			t.Errorf("%s, n = %d: %d x %d", f.Name, n, r, c)
		}
		d, oneWay, cover, parts := ends(m[5]), pair(m[6]), pair(m[7]), pair(m[8])
		open := 0
		for _, r := range []bounds.Range{d, oneWay[0], oneWay[1], cover[0], cover[1], parts[0], parts[1]} {
			if !r.Exact() {
				open++
			}
		}
		if word := strings.TrimSuffix(strconv.Itoa(open), "0"); word != m[9] {
			t.Errorf("%s, n = %d: %d measures are open, the page says %q", f.Name, n, open, m[9])
		}
		page := bounds.Report{
			Deterministic: bounds.Depth{Lower: d.Lower, Upper: d.Upper},
			OneWay:        bounds.Both{Alice: oneWay[0], Bob: oneWay[1]},
			Cover:         &bounds.Covers{Ones: bounds.Ends(cover[0]), Zeros: bounds.Ends(cover[1])},
			Partition:     &bounds.Covers{Ones: bounds.Ends(parts[0]), Zeros: bounds.Ends(parts[1])},
		}
		for _, k := range f.Known {
			switch k.Measure {
			case check.Deterministic, check.OneWayAlice, check.OneWayBob, check.Cover, check.Partition:
				lower, upper, _ := k.Computed(&page)
				if v := k.Value(n); n >= k.From && (v < lower || v > upper) {
					t.Errorf("%s, n = %d: %s %s is %d, the page says %d..%d", f.Name, n, k.Measure, k.Of, v, lower, upper)
				}
				compared++
			}
		}
		if !long.Tests() {
			continue
		}
		matrix, err := f.Matrix(n)
		if err != nil {
			t.Fatal(err)
		}
		got, err := bounds.Analyze(context.Background(), matrix, bounds.Options{Time: 20 * time.Second, NoFloats: true})
		if err != nil {
			t.Fatal(err)
		}
		for k, x := range [][2]bounds.Range{
			{d, {Lower: got.Deterministic.Lower, Upper: got.Deterministic.Upper}}, {oneWay[0], got.OneWay.Alice}, {oneWay[1], got.OneWay.Bob},
			{cover[0], bounds.Range(got.Cover.Ones)}, {cover[1], bounds.Range(got.Cover.Zeros)}, {parts[0], bounds.Range(got.Partition.Ones)}, {parts[1], bounds.Range(got.Partition.Zeros)},
		} {
			if x[0].Lower > x[1].Upper || x[0].Upper < x[1].Lower {
				t.Errorf("%s, n = %d, number %d: the page says %v, an analysis %v", f.Name, n, k+1, x[0], x[1])
			}
		}
	}
	if rows < 15 || compared < 15 {
		t.Errorf("%d rows, %d known values", rows, compared)
	}
}
