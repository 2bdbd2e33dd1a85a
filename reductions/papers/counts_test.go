package papers

import (
	"maps"
	"math/bits"
	"slices"
	"testing"

	"crosscut/protocol/bounds"
)

// How often the printed recursion of k hops is wrong on the binary sequences of at most 8 tokens,
// as a program that shares nothing with this one counted.
func TestHopCounts(t *testing.T) {
	got := map[int]int{}
	for _, r := range quickly(t, hopPrinted).Rows {
		if k, ok := r.Params["k"].(int); ok && r.Printed {
			got[k] = r.Wrong
		}
	}
	if want := map[int]int{2: 438, 3: 326, 4: 326, 5: 186, 6: 186, 7: 74, 8: 74}; !maps.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// The printed recursion makes half the hops, rounded up, and with each bit's own worth all of them.
func TestHopsOfTheRecursion(t *testing.T) {
	for n := range 9 {
		for _, seq := range hopBits(n) {
			f := finds(seq)
			for k := range 17 {
				printed, mended := doubled(f, k, false), doubled(f, k, true)
				for i := range f {
					ends := []int{i}
					for hop := range k {
						ends = append(ends, f[ends[hop]])
					}
					if printed[i] != ends[(k+1)/2] || mended[i] != ends[k] {
						t.Fatalf("k = %d, %s, position %d: the recursion gives %d and mended %d; the hops are %v", k, symbolsOf(seq), i, printed[i], mended[i], ends)
					}
				}
			}
		}
	}
}

// Runs and failures of whole domains, as a program that shares nothing with this one counted them:
// where a fault is planted, on how many members of the domain it shows.
func TestCountedElsewhere(t *testing.T) {
	for _, c := range []struct {
		of   *Claim
		want [][2]int // runs and wrong, row by row
	}{
		{composeNeeds, [][2]int{{4, 0}, {4, 2}, {27, 0}, {27, 18}, {256, 0}, {256, 192}}},
		{composeErrs, [][2]int{{1, 0}, {1, 1}, {16, 0}, {16, 12}, {1, 0}, {1, 1}}},
		{composeChain, [][2]int{{160, 0}, {160, 72}, {10935, 0}, {10935, 6912}}},
		{composeThoughts, [][2]int{{32, 0}, {32, 16}, {2187, 0}, {2187, 1458}, {128, 0}, {128, 64}}},
		{hybridState, [][2]int{{1910, 0}, {1910, 150}}},
		{hybridTwins, [][2]int{{276, 0}, {272, 196}}},
		{compactionSelection, [][2]int{{96, 0}}},
	} {
		rows := quickly(t, c.of).Rows
		for k, want := range c.want {
			if k >= len(rows) || rows[k].Runs != want[0] || rows[k].Wrong != want[1] || !rows[k].Exhaustive {
				t.Errorf("%s, row %d: %+v, want %d runs, %d wrong", c.of.ID, k, rows[k:min(k+1, len(rows))], want[0], want[1])
			}
		}
	}
	// A cache of n pairs without the first answers right where all it can still read is the same.
	counts := map[[2]int]int{}
	for _, r := range quickly(t, cacheStream).Rows {
		if r.Exhaustive && r.Wrong > 0 && r.Runs > *r.N0 {
			counts[[2]int{r.Runs, r.Wrong}]++
		}
	}
	if want := map[[2]int]int{{16, 12}: 1, {256, 240}: 1}; !maps.Equal(counts, want) {
		t.Errorf("evicted pairs: %v, want %v", counts, want)
	}
}

// With both knowing the answer, at edges or bits 1 to 3 against the rest.
func TestSmallTasksBothWays(t *testing.T) {
	for name, f := range map[string]func([]int) bool{"triangle": triangle, "connectivity": connected, "palindrome": palindrome} {
		m := bounds.Of(8, 8, func(a, b int) int {
			word := make([]int, 6)
			for i := range word {
				word[i] = (a | b<<3) >> i & 1
			}
			if f(word) {
				return 1
			}
			return 0
		})
		if d := bounds.Deterministic(t.Context(), m, bounds.DeterministicOptions{}); !d.Exact || d.Lower != 4 {
			t.Errorf("%s: D in %d..%d, want 4", name, d.Lower, d.Upper)
		}
	}
}

// shatteredSlowly goes through all sets of words, and all patterns of each, one by one.
func shatteredSlowly(sizes []int, f func([]int) bool) (best int) {
	n := len(sizes)
	at := func(own, which int, word []int) {
		for i, s := range sizes {
			if own>>i&1 == 1 {
				word[i] = which % s
				which /= s
			}
		}
	}
	count := func(own int) int {
		k := 1
		for i, s := range sizes {
			if own>>i&1 == 1 {
				k *= s
			}
		}
		return k
	}
	for own := 1; own < 1<<n-1; own++ {
		other := 1<<n - 1 ^ own
		word := make([]int, n)
		columns := make([][]bool, count(other))
		for c := range columns {
			at(other, c, word)
			for r := range count(own) {
				at(own, r, word)
				columns[c] = append(columns[c], f(word))
			}
		}
		var grow func(rows []int)
		grow = func(rows []int) {
			seen := map[int]bool{}
			for _, c := range columns {
				p := 0
				for i, r := range rows {
					if c[r] {
						p |= 1 << i
					}
				}
				seen[p] = true
			}
			if bits.OnesCount(uint(len(seen))) != 1 || len(seen) != 1<<len(rows) {
				return
			}
			best = max(best, len(rows))
			next := 0
			if len(rows) > 0 {
				next = rows[len(rows)-1] + 1
			}
			for r := next; r < count(own); r++ {
				grow(append(slices.Clone(rows), r))
			}
		}
		grow(nil)
	}
	return best
}

// The dimensions of small tasks by going through all sets of words.
func TestSmallTasksSlowly(t *testing.T) {
	for _, k := range insides {
		if words := inputsOf(k.sizes); words <= 256 {
			if got := shatteredSlowly(k.sizes, k.f); got != k.index {
				t.Errorf("%s: %d, want %d", k.name, got, k.index)
			}
		}
	}
}
