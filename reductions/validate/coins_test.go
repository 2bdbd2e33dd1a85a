package validate

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"

	"crosscut/protocol"
	"crosscut/protocol/bounds"
)

// What coins are said to cost is what one of the two protocols costs, played out over all
// coins on every input, and no less than any lower bound.
func TestCoins(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 7))
	said := map[string]int{}
	for trial := range 400 {
		k, m, v := 2+rng.IntN(5), 1+rng.IntN(5), 2+rng.IntN(2)
		tab := &table{counts: []int{k, m}}
		for a := range v {
			tab.values = append(tab.values, protocol.IntValue(a))
		}
		for range k * m {
			id := int32(rng.IntN(v))
			if trial%2 == 0 && rng.IntN(3) > 0 { // columns in which few rows differ
				id = 0
			}
			if trial%5 == 0 && rng.IntN(4) == 0 {
				id = -1
			}
			tab.ids = append(tab.ids, id)
		}
		wrong := big.NewRat(int64(rng.IntN(11)), 20)
		f, _ := wrong.Float64()
		bits := 99
		tab.withCoins(wrong, func(cost int, why string) {
			bits = min(bits, cost)
			said[why[:18]]++
			if worst := min(dealt(tab, cost, why), named(tab, cost, why)); worst > f+1e-9 {
				t.Errorf("%v: %d bits for an error of %v, but it is %v: %s", tab.ids, cost, wrong, worst, why)
			}
		})
		if mat := tab.matrix(); mat != nil && !tab.partial() && wrong.Cmp(big.NewRat(1, 2)) < 0 {
			if d := bounds.Deterministic(t.Context(), mat, bounds.DeterministicOptions{}); wrong.Sign() == 0 && bits+protocol.Width(uint64(v)) < d.Lower {
				t.Errorf("%v: %d bits without an error, D(f) >= %d", tab.ids, bits, d.Lower)
			}
		}
	}
	if len(said) != 2 || said["public coins name "] != said["public coins deal "] {
		t.Errorf("the protocols that were looked at: %v", said)
	}
}

// named is the greatest error of the protocol whose coins name columns, where it is that one.
func named(t *table, bits int, why string) float64 {
	var of, most int
	s := 0
	if _, err := fmt.Sscanf(why, "public coins name %d of Bob's %d columns, Alice tells which of at most %d", &s, &of, &most); err != nil {
		return 2
	}
	b := t.box().folded(0).folded(1)
	k, m := b.counts[0], b.counts[1]
	worst := 0.0
	for j := range m {
		out := 0 // starts that leave this column out
		for from := range m {
			seen := map[string]bool{}
			for i := range k {
				text := ""
				for c := range s {
					text += fmt.Sprint(b.right[i*m+(from+c)%m], " ")
				}
				seen[text] = true
			}
			if protocol.Width(uint64(len(seen))) > bits {
				return 2
			}
			if (j-from+m)%m >= s {
				out++
			}
		}
		v := float64(len(t.answers()))
		worst = max(worst, float64(out)/float64(m)*(v-1)/v)
	}
	return worst
}

// dealt is the greatest error of the protocol whose coins deal rows into classes of equal
// size, over all ways to deal.
func dealt(t *table, bits int, why string) float64 {
	var rows, classes int
	if _, err := fmt.Sscanf(why, "public coins deal %d rows into %d classes", &rows, &classes); err != nil {
		return 2
	}
	if protocol.Width(uint64(classes)) > bits {
		return 2
	}
	b := t.box().folded(0).folded(1)
	k, m := b.counts[0], b.counts[1]
	each := (k + classes - 1) / classes
	bad, all := make([]int, k*m), 0
	class, size := make([]int, k), make([]int, classes)
	var deal func(i int)
	deal = func(i int) {
		if i < k {
			for c := range classes {
				if size[c] < each {
					class[i] = c
					size[c]++
					deal(i + 1)
					size[c]--
				}
			}
			return
		}
		all++
		for j := range m {
			count := map[int32]int{}
			for x := range k {
				count[b.right[x*m+j]]++
			}
			usual := int32(1)
			for id, n := range count {
				if id != 1 && (usual == 1 || n > count[usual] || n == count[usual] && id < usual) {
					usual = id
				}
			}
			for x := range k {
				says := usual
				for y := range k {
					if id := b.right[y*m+j]; class[y] == class[x] && id != usual && id != 1 {
						says = id
					}
				}
				if id := b.right[x*m+j]; id != 1 && id != says {
					bad[x*m+j]++
				}
			}
		}
	}
	deal(0)
	worst := 0.0
	for _, n := range bad {
		worst = max(worst, float64(n)/float64(all))
	}
	return worst
}
