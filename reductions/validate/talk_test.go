package validate

import (
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"

	"crosscut/protocol"
)

// tableOf is a table of so many inputs of each player.
func tableOf(counts []int, value func(in []int) protocol.Value) *table {
	t := &table{counts: counts, byKey: map[string]int32{}}
	in := make([]int, len(counts))
	for {
		t.ids = append(t.ids, t.id(value(in)))
		who := len(in) - 1
		for ; who >= 0; who-- {
			if in[who]++; in[who] < counts[who] {
				break
			}
			in[who] = 0
		}
		if who < 0 {
			return t
		}
	}
}

// plainly is the least cost by going through all protocols: every player may say a bit at any time. right are the
// answers that are right at each entry, as bits.
func plainly(counts, right []int, lines string, known map[string]int) int {
	if c, ok := known[lines]; ok {
		return c
	}
	last, from := len(counts)-1, make([]int, len(counts))
	for who := range last {
		from[who+1] = from[who] + counts[who]
	}
	done := true
	for j := range counts[last] {
		all, in := -1, make([]int, len(counts))
		for i, r := range right {
			inside := i%counts[last] == j
			for who, rest := last, i; who >= 0; who-- {
				in[who] = rest % counts[who]
				inside, rest = inside && lines[from[who]+in[who]] == '1', rest/counts[who]
			}
			if inside {
				all &= r
			}
		}
		done = done && all != 0
	}
	if done {
		known[lines] = 0
		return 0
	}
	best := 99
	for who, n := range counts {
		var mine []int
		for i := range n {
			if lines[from[who]+i] == '1' {
				mine = append(mine, from[who]+i)
			}
		}
		for part := 1; part < 1<<len(mine)-1; part++ {
			one, other := []byte(lines), []byte(lines)
			for k, at := range mine {
				if part>>k&1 == 1 {
					one[at] = '0'
				} else {
					other[at] = '0'
				}
			}
			best = min(best, 1+max(plainly(counts, right, string(one), known), plainly(counts, right, string(other), known)))
		}
	}
	known[lines] = best
	return best
}

// The search finds what going through all protocols finds: for functions, promises and relations, of two players and
// of three. Turns and rounds never make it less, and as many rounds as bits make it no more.
func TestCheapest(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	seen := map[int]bool{}
	for trial := range 60 {
		counts := []int{2 + r.IntN(4), 2 + r.IntN(4)}
		if trial%2 == 1 {
			counts = []int{2 + r.IntN(2), 2 + r.IntN(2), 2 + r.IntN(2)}
		}
		values := 2 + r.IntN(3)
		var right []int
		kind := trial % 3 // a function, a promise, a relation
		table := tableOf(counts, func([]int) protocol.Value {
			a := r.IntN(values)
			if kind == 1 && r.IntN(3) == 0 {
				right = append(right, 1<<values-1)
				return protocol.Value{}
			}
			if kind == 2 {
				b := r.IntN(values)
				right = append(right, 1<<a|1<<b)
				return protocol.OneOfValue(protocol.IntValue(a), protocol.IntValue(b))
			}
			right = append(right, 1<<a)
			return protocol.IntValue(a)
		})
		lines := 0
		for _, n := range counts {
			lines += n
		}
		want := plainly(counts, right, string(slices.Repeat([]byte{'1'}, lines)), map[string]int{})
		seen[want] = true
		lower, exact, _ := table.box().least(t.Context())
		if got, sure := table.box().cheapest(t.Context(), false, -1, 9, nil); got != want || !sure || lower != want || !exact {
			t.Errorf("%v, %v: found %d (%v), least %d (%v), want %d", counts, right, got, sure, lower, exact, want)
		}
		if got, _ := table.box().cheapest(t.Context(), false, want, 9, nil); got != want {
			t.Errorf("%v, %v: in %d rounds %d, want %d", counts, right, want, got, want)
		}
		before := 99
		for rounds := range 3 {
			got, _ := table.box().cheapest(t.Context(), false, rounds+1, 9, nil)
			if got > before || got < want {
				t.Errorf("%v, %v: in %d rounds %d, before %d, with any %d", counts, right, rounds+1, got, before, want)
			}
			before = got
		}
		turns, _ := table.box().cheapest(t.Context(), true, -1, 9, nil)
		if turns < want {
			t.Errorf("%v, %v: in turn %d, in any order %d", counts, right, turns, want)
		}
		if len(counts) == 2 {
			if c := table.behind(t.Context(), 1); c.lower == c.upper && turns != protocol.Width(uint64(c.upper)) {
				t.Errorf("%v, %v: one way %d, of %d messages", counts, right, turns, c.upper)
			}
		}
	}
	if len(seen) < 4 {
		t.Errorf("costs that were met: %v", seen)
	}
}

// Costs that are known: three sets meet, in words of different lengths; the place where an even and an odd string
// differ, by halving; the larger of two numbers.
func TestCheapestKnown(t *testing.T) {
	sets := func(n, players int) *table {
		counts := make([]int, players)
		for k := range counts {
			counts[k] = 1 << n
		}
		return tableOf(counts, func(in []int) protocol.Value {
			all := 1<<n - 1
			for _, s := range in {
				all &= s
			}
			return protocol.BoolValue(all != 0)
		})
	}
	differ := func(n int) *table {
		return tableOf([]int{1 << (n - 1), 1 << (n - 1)}, func(in []int) protocol.Value {
			var list []protocol.Value
			x, y := in[0]<<1|bits.OnesCount(uint(in[0]))&1, in[1]<<1|1-bits.OnesCount(uint(in[1]))&1
			for i := range n {
				if (x^y)>>i&1 == 1 {
					list = append(list, protocol.IntValue(i))
				}
			}
			return protocol.OneOfValue(list...)
		})
	}
	for name, tc := range map[string]struct {
		table        *table
		lower, found int
	}{
		"three sets of 3":   {sets(3, 3), 5, 5},
		"two sets of 5":     {sets(5, 2), 5, 5},
		"parity of 4 bits":  {differ(4), 3, 3},
		"parity of 8 bits":  {differ(8), 4, 5},
		"the larger number": {tableOf([]int{64, 64}, func(in []int) protocol.Value { return protocol.BoolValue(in[0] > in[1]) }), 6, 6},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, _ := tc.table.box().cheapest(t.Context(), false, -1, 7, nil); got != tc.found {
				t.Errorf("found %d, want %d", got, tc.found)
			}
			if got, exact, by := tc.table.box().least(t.Context()); got != tc.lower || exact != (tc.lower == tc.found) {
				t.Errorf("least %d (%v) by %s, want %d", got, exact, by, tc.lower)
			}
		})
	}
}

// Parts of what a player holds are the entries of a list, of lists in it one by one, and the binary digits of a number.
func TestPartsOf(t *testing.T) {
	parts := partsOf([]protocol.Domain{protocol.Numbers(1, 6), protocol.Product(protocol.Tables(1, 2), protocol.Numbers(5, 6), protocol.Tables(2, 2)), protocol.Choices(protocol.Ints(), protocol.Ints(7))})
	for part, want := range [][]int32{{1, 2, 1, 2, 1, 2}, {1, 2, 2, 1, 1, 2}, {1, 1, 1, 2, 2, 2}, {1, 1, 1, 1, 1, 1}} {
		if !slices.Equal(parts[0][part], want) {
			t.Errorf("digit %d of 1 to 6: %v, want %v", part, parts[0][part], want)
		}
	}
	if len(parts[1]) != 4 || !slices.Equal(parts[1][2], []int32{1, 1, 2, 2, 1, 1, 2, 2, 1, 1, 2, 2, 1, 1, 2, 2}) {
		t.Errorf("of a table, a number and a table: %v", parts[1])
	}
	if len(parts[2]) != 1 || !slices.Equal(parts[2][0], []int32{0, 1}) {
		t.Errorf("of a list of none or of one: %v", parts[2])
	}
}
