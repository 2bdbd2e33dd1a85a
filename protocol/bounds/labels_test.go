package bounds

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func neq(n int) *Matrix {
	return Of(1<<n, 1<<n, func(i, j int) int { return b2i(i != j) })
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func ones(m *Matrix) *aspect { return aspectOf(m.Fold(), m.Place(1)) }

// plainCover is the cover or partition number by trying every set of rectangles.
func plainCover(a *aspect, exactly bool) int {
	var rects []rect
	for rows := 1; rows < 1<<a.n[0]; rows++ {
		ok := fullBitset(a.n[1])
		rs := newBitset(a.n[0])
		for i := range a.n[0] {
			if rows>>i&1 == 1 {
				ok.andNot(a.not[0][i])
				rs.add(i)
			}
		}
		list := slices.Collect(ok.all())
		for pick := 1; pick < 1<<len(list); pick++ {
			if !exactly && pick != 1<<len(list)-1 {
				continue
			}
			cs := newBitset(a.n[1])
			for k, j := range list {
				if pick>>k&1 == 1 {
					cs.add(j)
				}
			}
			rects = append(rects, rect{rs, cs})
		}
	}
	var todo []place
	for i := range a.n[0] {
		for j := range a.is[0][i].all() {
			todo = append(todo, place{i, j})
		}
	}
	best := len(todo)
	var walk func(done map[place]bool, used int)
	walk = func(done map[place]bool, used int) {
		if used >= best {
			return
		}
		first := -1
		for k, p := range todo {
			if !done[p] {
				first = k
				break
			}
		}
		if first < 0 {
			best = used
			return
		}
		for _, r := range rects {
			if !r.rows.has(todo[first][0]) || !r.cols.has(todo[first][1]) {
				continue
			}
			next := map[place]bool{}
			clash := false
			for p := range done {
				next[p] = true
			}
			for _, p := range todo {
				if r.rows.has(p[0]) && r.cols.has(p[1]) {
					clash = clash || exactly && done[p]
					next[p] = true
				}
			}
			if !clash {
				walk(next, used+1)
			}
		}
	}
	walk(map[place]bool{}, 0)
	return best
}

func TestLabellingAgainstAllSetsOfRectangles(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	for range 60 {
		m := random(rng, 1+rng.IntN(4), 1+rng.IntN(4), 2, []float64{0, 0.2}[rng.IntN(2)])
		for v := range m.Values() {
			a := aspectOf(m.Fold(), v)
			for _, exactly := range []bool{false, true} {
				want := plainCover(a, exactly)
				for k := range want + 2 {
					found, decided := a.labelling(context.Background(), k, exactly, 1<<40)
					if !decided || (found != nil) != (k >= want) {
						t.Fatalf("%v, value %d, exactly %v: %d rectangles: %v, want %d", m.Lines(), m.Values()[v], exactly, k, found != nil, want)
					}
					set, _ := a.fooling(context.Background(), want)
					for _, seeds := range [][]place{nil, set} {
						found, decided := a.seeded(context.Background(), k, exactly, seeds, 1<<40)
						if !decided || (found != nil) != (k >= want) {
							t.Fatalf("%v, value %d, exactly %v, %d seeds: %d rectangles: %v, want %d", m.Lines(), m.Values()[v], exactly, len(seeds), k, found != nil, want)
						}
					}
				}
			}
		}
	}
}

func TestNEQ4Labelling(t *testing.T) {
	for n, want := range map[int]int{2: 4, 3: 5, 4: 6} {
		for k := want - 1; k <= want; k++ {
			start := time.Now()
			found, decided := ones(neq(n)).labelling(context.Background(), k, false, 1<<40)
			t.Logf("NEQ_%d, %d rectangles: %v, %v", n, k, found != nil, time.Since(start))
			if !decided || (found != nil) != (k == want) {
				t.Errorf("NEQ_%d: %d rectangles: %v", n, k, found != nil)
			}
		}
	}
}
