package validate

import (
	"context"
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"

	"crosscut/protocol"
)

// tableOf is a table of so many inputs of each player.
func tableOf(counts []int, value func(in []int) protocol.Value) *table {
	t := &table{counts: counts, byKey: map[string]int32{}}
	in, all := make([]int, len(counts)), 1
	for _, n := range counts {
		all *= n
	}
	for range all {
		t.ids = append(t.ids, t.id(value(in)))
		succeed(in, counts)
	}
	return t
}

// plain goes through all protocols in which a player says one bit at a time. right are the answers that are right
// at each entry, as bits.
type plain struct {
	counts, right []int
	chain         bool
	known         map[lines]int
}

// lines are those that are left of each player, as bits, and who has the word.
type lines struct {
	of [3]int
	at turn
}

// least is what such a protocol costs, 99 where none is allowed.
func (p *plain) least(left lines) int {
	if c, ok := p.known[left]; ok {
		return c
	}
	last := len(p.counts) - 1
	rest, in, best := slices.Repeat([]int{-1}, p.counts[last]), make([]int, len(p.counts)), 0
	for _, r := range p.right {
		inside := true
		for who, i := range in {
			inside = inside && left.of[who]>>i&1 == 1
		}
		if inside {
			if rest[in[last]] &= r; rest[in[last]] == 0 {
				best = 99
			}
		}
		succeed(in, p.counts)
	}
	for who := 0; who < len(p.counts) && best > 0; who++ {
		next := left
		next.at.speaker = who
		switch {
		case p.chain && (who < left.at.speaker || who == last), !p.chain && who != left.at.speaker && left.at.rounds == 0:
			continue
		case who != left.at.speaker && left.at.rounds > 0:
			next.at.rounds--
		}
		all := left.of[who]
		for part := (all - 1) & all; part > all-part; part = (part - 1) & all {
			one, other := next, next
			one.of[who], other.of[who] = part, all-part
			best = min(best, 1+max(p.least(one), p.least(other)))
		}
	}
	p.known[left] = best
	return best
}

// The search finds what going through all protocols finds, in any order, in turn and in few rounds: for functions,
// promises and relations, of two players and of three. In a round all may speak at once, which may cost less than
// one after the other, and never less than in as many rounds for each. What it says without time to end is true.
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
		any, chain := &plain{counts, right, false, map[lines]int{}}, &plain{counts, right, true, map[lines]int{}}
		var all [3]int
		for who, n := range counts {
			all[who] = 1<<n - 1
		}
		least := func(p *plain, rounds int) int { return p.least(lines{all, turn{-1, rounds}}) }
		want, b := least(any, -1), table.box()
		seen[want] = true
		if lower, exact, _ := b.least(t.Context()); lower != want || !exact {
			t.Errorf("%v, %v: least %d (%v), want %d", counts, right, lower, exact, want)
		}
		own, atOnce := table.atOnce(t.Context()).Bits, least(any, 1)
		if kind == 0 { // what each tells apart, it tells at once with the others
			atOnce = own
		}
		for _, c := range []struct {
			chain             bool
			rounds, low, high int
		}{
			{false, -1, want, want}, {true, -1, least(chain, -1), least(chain, -1)}, {false, want, want, want},
			{false, 1, max(own, least(any, len(counts))), atOnce}, {false, 2, least(any, 2*len(counts)), least(any, 2)},
		} {
			got, sure := b.cheapest(t.Context(), c.chain, c.rounds, 9, nil)
			if got < c.low || got > c.high || !sure {
				t.Errorf("%v, %v, in turn %v, %d rounds: %d (%v), want %d to %d", counts, right, c.chain, c.rounds, got, sure, c.low, c.high)
			}
			for _, steps := range []int{100, 1000, 10000} {
				for most := range c.high + 1 {
					k := talk{ctx: t.Context(), chain: c.chain, ways: 2 + r.IntN(talkTries), all: r.IntN(2) == 0, steps: steps, known: map[string]outcome{}}
					if ok, sure := k.within(b, turn{-1, c.rounds}, most); ok && most < c.low || sure && !ok && most >= c.high {
						t.Errorf("%v, %v, in turn %v, %d rounds, %d steps: within %d bits: %v (%v), want %d to %d", counts, right, c.chain, c.rounds, steps, most, ok, sure, c.low, c.high)
					}
				}
			}
		}
		if len(counts) == 2 {
			turns, _ := b.cheapest(t.Context(), true, -1, 9, nil)
			if c := table.behind(t.Context(), 1); c.lower == c.upper && turns != protocol.Width(uint64(c.upper)) {
				t.Errorf("%v, %v: one way %d, of %d messages", counts, right, turns, c.upper)
			}
		}
	}
	if len(seen) < 4 {
		t.Errorf("costs that were met: %v", seen)
	}
}

// Entries no two of which fit in one transcript are looked for until they are enough: of equality all that are equal, among
// few entries and among many. Of few all are compared at once: among those of one value and then the others fewer are found here.
func TestCutApart(t *testing.T) {
	for _, n := range []int{16, 64} {
		for enough, want := range map[int]int{5: 5, n: n, n * n: n} {
			b := tableOf([]int{n, n}, func(in []int) protocol.Value { return protocol.BoolValue(in[0] == in[1]) }).box()
			if b.cutApart(enough); len(b.apart) != want {
				t.Errorf("%d entries of %d times %d, want %d", len(b.apart), n, n, want)
			}
			for i, e := range b.apart {
				for _, f := range b.apart[:i] {
					if !b.clash(e, f) {
						t.Errorf("%v and %v fit in one transcript", e, f)
					}
				}
			}
		}
	}
	r := rand.New(rand.NewPCG(1, 16))
	b := tableOf([]int{16, 16}, func([]int) protocol.Value { return protocol.IntValue(r.IntN(2)) }).box()
	if b.cutApart(256); len(b.apart) != 14 {
		t.Errorf("%d entries of 16 times 16 at random", len(b.apart))
	}
}

// differ is where an even string of n bits and an odd one, of the first and the last player, differ. Other players hold
// one of as many inputs, which does not matter.
func differ(n int, others ...int) *table {
	counts := append(append([]int{1 << (n - 1)}, others...), 1<<(n-1))
	return tableOf(counts, func(in []int) protocol.Value {
		var list []protocol.Value
		a, b := in[0], in[len(in)-1]
		x, y := a<<1|bits.OnesCount(uint(a))&1, b<<1|1-bits.OnesCount(uint(b))&1
		for i := range n {
			if (x^y)>>i&1 == 1 {
				list = append(list, protocol.IntValue(i))
			}
		}
		return protocol.OneOfValue(list...)
	})
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
	if many := partsOf([]protocol.Domain{protocol.Words(partsMost+1, 1)}); len(parts[0]) != digitsMost || len(many[0]) != partsMost {
		t.Errorf("%d digits of a number, %d entries of a list", len(parts[0]), len(many[0]))
	}
	if len(parts[1]) != 4 || !slices.Equal(parts[1][2], []int32{1, 1, 2, 2, 1, 1, 2, 2, 1, 1, 2, 2, 1, 1, 2, 2}) {
		t.Errorf("of a table, a number and a table: %v", parts[1])
	}
	if len(parts[2]) != 1 || !slices.Equal(parts[2][0], []int32{0, 1}) {
		t.Errorf("of a list of none or of one: %v", parts[2])
	}
}

// A search ends where it is told to, and says nothing for certain then. Of 2^16 entries of a table all are compared, of more none.
func TestSearchesEnd(t *testing.T) {
	same := func(in []int) protocol.Value { return protocol.BoolValue(in[0] == in[1]) }
	for rows, want := range map[int]struct {
		lower int
		sure  bool
	}{256: {8, true}, 257: {0, false}} {
		b := tableOf([]int{rows, 256}, same).box()
		if found, sure := b.cheapest(t.Context(), false, -1, 7, nil); found != 8 || sure != want.sure {
			t.Errorf("%d rows: %d (%v)", rows, found, sure)
		}
		over, stop := context.WithCancel(t.Context())
		stop()
		if lower, _, by := b.least(over); lower != want.lower || (by == "") == want.sure {
			t.Errorf("%d rows: at least %d by %q", rows, lower, by)
		}
		// One player has three classes, which cannot be told in a bit, but there is no time to find that out.
		k := talk{ctx: over, ways: talkTries, all: true, steps: talkSteps, known: map[string]outcome{}}
		if ok, sure := k.search(tableOf([]int{3, 3, 3}, func(in []int) protocol.Value { return protocol.IntValue(in[0]) }).box(), turn{-1, -1}, 1); ok || sure {
			t.Errorf("without time: within a bit %v (%v)", ok, sure)
		}
	}
}

// One player's lines are divided in all ways while they are few, else in some. What random protocols of 4 bits compute, of
// 32 inputs each, is found in few bits by these; the number is what was found.
func TestDivisions(t *testing.T) {
	for n, want := range map[int]int{2: 1, 10: 511, 11: 6} {
		b := tableOf([]int{n, n}, func(in []int) protocol.Value { return protocol.BoolValue(in[0] < in[1]) }).box()
		k := talk{ctx: t.Context(), ways: 6, all: true, steps: talkSteps}
		if ways, all := k.divisions(b, 0); len(ways) != want || all != (n < 11) {
			t.Errorf("%d lines are divided in %d ways, all %v", n, len(ways), all)
		}
		k.all, k.steps = false, talkSteps
		if ways, all := k.divisions(b, 0); len(ways) != min(n-1, 6) || all {
			t.Errorf("%d lines are divided in %d of the ways, all %v", n, len(ways), all)
		}
		cost := talkSteps - k.steps
		for _, left := range []int{1, 0} { // without steps only parts that are done pass
			k.steps = cost + left
			if ways, all := k.divisions(b, 0); (ways != nil) != (left > 0 || n == 2) || all {
				t.Errorf("%d lines are divided in %d ways with %d steps left, all %v", n, len(ways), left, all)
			}
		}
		k.ways = 0
		if ways, all := k.divisions(b, 0); ways != nil || all {
			t.Errorf("%d lines are divided in %d ways of none, all %v", n, len(ways), all)
		}
	}
	// Bob says which of two digits his question is about, and Alice the digit: all that she holds are 4 bits.
	digits := tableOf([]int{9, 6}, func(in []int) protocol.Value {
		digit := []int{in[0] % 3, in[0] / 3}[in[1]/3]
		return protocol.BoolValue(digit == in[1]%3)
	}).box()
	k := talk{ctx: t.Context(), ways: talkTries, all: true, steps: 4 * talkSteps, known: map[string]outcome{}}
	if ok, _ := k.within(digits, turn{-1, -1}, 3); !ok {
		t.Error("a question about one of two digits: more than 3 bits")
	}
	r, sum := rand.New(rand.NewPCG(1, 2)), 0
	for range 20 {
		const n = 32
		value, next := make([]int, n*n), 0
		var say func(of [2][]int, bits int)
		say = func(of [2][]int, bits int) {
			who := r.IntN(2)
			if len(of[who]) < 2 {
				who = 1 - who
			}
			mine := of[who]
			if bits == 0 || len(mine) < 2 {
				next++
				for _, x := range of[0] {
					for _, y := range of[1] {
						value[x*n+y] = next % 3
					}
				}
				return
			}
			at := 1 + r.IntN(len(mine)-1)
			for _, half := range [][]int{mine[:at], mine[at:]} {
				of[who] = half
				say(of, bits-1)
				r.Shuffle(len(half), func(i, j int) { half[i], half[j] = half[j], half[i] })
			}
		}
		say([2][]int{r.Perm(n), r.Perm(n)}, 4)
		b := tableOf([]int{n, n}, func(in []int) protocol.Value { return protocol.IntValue(value[in[0]*n+in[1]]) }).box()
		most, ok := -1, false
		for !ok {
			most++
			k := talk{ctx: t.Context(), ways: 6, steps: talkSteps / 8, known: map[string]outcome{}}
			ok, _ = k.within(b, turn{-1, -1}, most)
		}
		sum += most
	}
	if sum != 71 {
		t.Errorf("%d bits in all", sum)
	}
}

// What players say: their classes at once, which those may who have the word; words of which all are used; parts of what
// they hold, of which 5 bits follow a pointer to a pointer to a bit, 64 inputs to 256, where classes take 6.
func TestSayings(t *testing.T) {
	b := tableOf([]int{1, 4, 2, 1}, func(in []int) protocol.Value { return protocol.IntValue(2*in[1] + in[2]) }).box()
	for speaker, want := range map[int]int{0: 3, 1: 3, 2: math.MaxInt32} {
		if bits := (&talk{ctx: t.Context(), chain: true}).silent(b, turn{speaker, -1}); bits != want {
			t.Errorf("from player %d on: %d bits", speaker+1, bits)
		}
	}
	for n, want := range map[int]int{8: 2, 9: 9} { // lines in pairs, each at odds with one of every other pair: of few the least is looked for
		b := tableOf([]int{2 * n, n}, func(in []int) protocol.Value {
			if in[0] == 2*in[1] || in[0]%2 == 1 && in[0] != 2*in[1]+1 {
				return protocol.IntValue(in[0] % 2)
			}
			return protocol.Value{}
		}).box()
		if c := (&talk{ctx: t.Context()}).classes(b, 0); c.counts[0] != want {
			t.Errorf("%d classes of %d lines", c.counts[0], 2*n)
		}
	}
	for n, want := range map[int]int{1: 0, 2: 1, 3: 2, 4: 2, 5: 3} {
		for most := range 4 {
			k := talk{ctx: t.Context()}
			if got := k.words(n, func(int) *box { return b.with(1, nil) }, turn{-1, -1}, most, 0); got != (most >= want) {
				t.Errorf("%d words in %d bits: %v", n, most, got)
			}
		}
	}
	// After the first digit of a number nothing is left to say, or which of four: two bits more than none, of three.
	b = tableOf([]int{8, 1}, func(in []int) protocol.Value { return protocol.IntValue(in[0] / 4 * in[0]) }).box()
	b.from = [][]int32{{0, 1, 2, 3, 4, 5, 6, 7}, {0}}
	for most, want := range map[int]bool{2: false, 3: true} {
		k := talk{ctx: t.Context(), parts: [][][]int32{{{0, 0, 0, 0, 1, 1, 1, 1}}, nil}, steps: talkSteps, known: map[string]outcome{}}
		if got := k.tells(b, turn{-1, -1}, most); got != want {
			t.Errorf("a digit and what is left, in %d bits: %v", most, got)
		}
	}
	domains := []protocol.Domain{protocol.Product(protocol.Numbers(0, 3), protocol.Tables(4, 2)), protocol.Tables(4, 4)}
	far := tableOf([]int{64, 256}, func(in []int) protocol.Value {
		list, table := domains[0].Value(domains[0].Nth(in[0])), domains[1].Value(domains[1].Nth(in[1]))
		return list.At(1).At(table.At(list.At(0).Int()).Int() - 1)
	}).box()
	for k, c := range []struct {
		chain bool
		parts [][][]int32
		want  int
	}{{false, partsOf(domains), 5}, {true, partsOf(domains), 6}} {
		if got, _ := far.cheapest(t.Context(), c.chain, -1, 6, c.parts); got != c.want {
			t.Errorf("%d: a pointer to a pointer to a bit is followed in %d bits", k, got)
		}
	}
}

// A bit of each player halves the answers: that the last player knows its own, or another one's does not change, costs nothing.
func TestHalves(t *testing.T) {
	for name, c := range map[string]struct {
		table       *table
		want, steps int
	}{
		"of 2 bits": {differ(2), 1, 16}, "of 3": {differ(3), 3, 104}, "of 3, of four players": {differ(3, 2, 2), 3, 344},
		"of 4": {differ(4), 3, 1040}, "of 4, of three players": {differ(4, 3), 3, 2752}, "of 8": {differ(8), 5, 66816},
	} {
		b, last := c.table.box(), turn{-1, -1}
		if k := (talk{ctx: t.Context(), steps: c.steps + 1, known: map[string]outcome{}}); !k.halves(b, last, c.want) {
			t.Errorf("%s: nothing in %d bits and %d steps", name, c.want, c.steps)
		}
		if k := (talk{ctx: t.Context(), steps: talkSteps, known: map[string]outcome{}}); k.halves(b, last, c.want-1) {
			t.Errorf("%s: less than %d bits", name, c.want)
		}
	}
	if turns, _ := differ(8).box().cheapest(t.Context(), true, -1, 9, nil); turns != 7 {
		t.Errorf("of 8, one way: %d bits", turns)
	}
}

// A bit for each line of each player, whose sum says in which half an answer is right: there is one where going through all
// bits finds one, and it is right.
func TestParity(t *testing.T) {
	r, found := rand.New(rand.NewPCG(4, 4)), 0
	for range 300 {
		counts := []int{1 + r.IntN(3), 1 + r.IntN(3), 1 + r.IntN(3)}
		b := tableOf(counts, func([]int) protocol.Value {
			if r.IntN(3) == 0 {
				return protocol.OneOfValue(protocol.IntValue(0), protocol.IntValue(1))
			}
			return protocol.IntValue(r.IntN(2))
		}).box()
		halves := b.answerHalves()
		if len(halves) == 0 {
			continue
		}
		fits := func(bit func(who, i int) bool) bool {
			in := make([]int, 3)
			for _, id := range b.right {
				sum := 0
				for who, i := range in {
					if bit(who, i) {
						sum++
					}
				}
				if b.sets.meet(id, halves[0][sum%2]) == 0 {
					return false
				}
				succeed(in, counts)
			}
			return true
		}
		is := false
		for all := range 1 << 9 {
			is = is || fits(func(who, i int) bool { return all>>(3*who+i)&1 == 1 })
		}
		odd := b.parity(halves[0])
		if (odd != nil) != is || is && !fits(func(who, i int) bool { return odd[who][i] }) {
			t.Fatalf("%v: %v, there is one: %v", b.right, odd, is)
		}
		if is {
			found++
		}
	}
	if found < 20 || found > 280 {
		t.Errorf("%d have such bits", found)
	}
	for n, want := range []int{0, 0, 1, 3, 7, 15, 3, 3, 3, 4} {
		b := tableOf([]int{1, n}, func(in []int) protocol.Value { return protocol.IntValue(in[1]) }).box()
		seen := map[[2]int32]bool{}
		for _, half := range b.answerHalves() {
			if b.sets.meet(half[0], half[1]) != 0 || seen[half] || seen[[2]int32{half[1], half[0]}] {
				t.Errorf("%d answers: halves %v again", n, half)
			}
			seen[half] = true
		}
		if len(seen) != want {
			t.Errorf("%d answers are halved in %d ways", n, len(seen))
		}
	}
}
