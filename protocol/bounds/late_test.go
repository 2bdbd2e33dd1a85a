package bounds

import (
	"context"
	"testing"
	"time"
)

// What the first pass leaves open is searched again with the time that other measures left.
func TestTimeIsHandedOn(t *testing.T) {
	m, err := New(16, 16, func(i, j int) (int, bool) { return min((i-j)*(i-j), 1), true })
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	a := startAnalysis(ctx, m, Options{})
	a.ranks()
	p := PerValue{Value: 1, Entries: 240}
	p.found.aspect = aspectOf(a.f, 1)
	ended, stop := context.WithCancel(ctx)
	stop()
	a.value(ended, &p)
	if p.Cover.Exact() && p.Rectangle.Exact() {
		t.Fatal("an ended search closed everything: nothing is left to look at")
	}
	a.PerValue = []PerValue{p}
	a.again()
	if p = a.PerValue[0]; p.Cover != point(6) || p.Partition != point(16) || p.Rectangle != point(64) {
		t.Errorf("cover %v, partition %v, rectangle %v; want 6, 16, 64", p.Cover, p.Partition, p.Rectangle)
	}
}

// A search of a short side that time ended leaves the bound that needs no search: of
// "x differs from y" on 20 inputs no rectangle of ones has more than 100 entries.
func TestEndedRectangleIsBounded(t *testing.T) {
	m, err := New(20, 20, func(i, j int) (int, bool) { return min((i-j)*(i-j), 1), true })
	if err != nil {
		t.Fatal(err)
	}
	a := startAnalysis(context.Background(), m, Options{})
	p := PerValue{Value: 1, Entries: 380}
	p.found.aspect = aspectOf(a.f, 1)
	ended, stop := context.WithCancel(context.Background())
	stop()
	a.largestOf(ended, &p)
	if p.Rectangle.Upper != 100 {
		t.Errorf("rectangle %v, want at most 100", p.Rectangle)
	}
}
