package validate

import (
	"cmp"
	"maps"
	"math/bits"
	"slices"
	"strconv"

	"crosscut/protocol"
	"crosscut/protocol/bounds"
)

// cutApart finds entries no two of which fit in one transcript, until they are enough: with both, a transcript holds all
// inputs that are mixed from them, and in a column of one of them nothing is right for all.
func (b *box) cutApart(enough int) {
	n, k := len(b.right), len(b.counts)
	entries, at := make([][]int32, n), make([]int, k)
	flat := make([]int32, n*k)
	for i := range entries {
		entries[i] = flat[i*k : (i+1)*k]
		for who := range at {
			entries[i][who] = int32(at[who])
		}
		succeed(at, b.counts)
	}
	grow := func(list [][]int32, steps int) {
		for i := range entries {
			if steps > 0 && len(list) < enough && !slices.ContainsFunc(list, func(f []int32) bool { steps--; return !b.clash(entries[i], f) }) {
				list = append(list, entries[i])
			}
		}
		b.apart = slices.MaxFunc([][][]int32{b.apart, list}, func(u, v [][]int32) int { return len(u) - len(v) })
	}
	among := func(some [][]int32) (list [][]int32) {
		for _, i := range bounds.Clique(len(some), enough, func(u, v int) bool { return b.clash(some[u], some[v]) }) {
			list = append(list, some[i])
		}
		return list
	}
	of := map[int32][][]int32{}
	for i, id := range b.right {
		if n <= cutEntries {
			id = 0 // all together
		}
		of[id] = append(of[id], entries[i])
	}
	grow(nil, cutSteps)
	rare := slices.SortedFunc(maps.Keys(of), func(a, c int32) int {
		return cmp.Or(cmp.Compare(len(of[a]), len(of[c])), cmp.Compare(a, c))
	})
	for _, id := range rare[:min(len(rare), 4)] {
		if len(b.apart) < enough {
			some := make([][]int32, min(len(of[id]), cutEntries))
			for i := range some {
				some[i] = of[id][i*len(of[id])/len(some)]
			}
			grow(among(some), cutSteps)
		}
	}
}

// clash says that two entries fit in no transcript.
func (b *box) clash(e, f []int32) bool {
	last, both := len(e)-1, [2][]int32{e, f}
	if n := int32(b.counts[last]); last == 1 { // as below, without a loop
		u, v, w, x := b.right[e[0]*n+e[1]], b.right[f[0]*n+e[1]], b.right[e[0]*n+f[1]], b.right[f[0]*n+f[1]]
		if !b.loose {
			return u != v || w != x
		}
		return b.sets.meet(u, v) == 0 || b.sets.meet(w, x) == 0
	}
	for _, j := range []int32{e[last], f[last]} {
		right := int32(1)
		for mix := range 1 << last {
			at := 0
			for who, n := range b.counts[:last] {
				at = at*n + int(both[mix>>who&1][who])
			}
			if right = b.sets.meet(right, b.right[at*b.counts[last]+int(j)]); right == 0 {
				return true
			}
		}
		if e[last] == f[last] {
			break
		}
	}
	return false
}

// answerHalves are ways to halve the answers that are right somewhere.
func (b *box) answerHalves() (list [][2]int32) {
	here := make(answers, len(b.sets.of[1]))
	for _, id := range b.right {
		for k, w := range b.sets.of[id] {
			here[k] |= w
		}
	}
	var all []int
	for k, w := range here {
		for ; w > 0; w &= w - 1 {
			all = append(all, 64*k+bits.TrailingZeros64(w))
		}
	}
	add := func(side func(k int) int) {
		half := [2]answers{make(answers, len(here)), make(answers, len(here))}
		for k, a := range all {
			half[side(k)][a/64] |= 1 << (a % 64)
		}
		list = append(list, [2]int32{b.sets.number(half[0]), b.sets.number(half[1])})
	}
	n := len(all)
	if n <= 5 {
		for part := 1; part < 1<<n/2; part++ {
			add(func(k int) int { return part >> k & 1 })
		}
		return list
	}
	add(func(k int) int { return 2 * k / n })
	for j := range bits.Len(uint(n-1)) - 1 {
		add(func(k int) int { return k >> j & 1 })
	}
	return list
}

// parity is a bit for each line of each player, so that where their sum is even an answer of the first half is
// right, and where it is odd one of the second; nil: there is none. It solves linear equations modulo 2, of
// which every entry that has right answers in one half only is one.
func (b *box) parity(half [2]int32) [][]bool {
	lines := 0
	var from []int
	for _, n := range b.counts {
		from = append(from, lines)
		lines += n
	}
	words := lines/64 + 1 // bit number lines is the right side
	pivots := make([]answers, lines)
	at, eq := make([]int, len(b.counts)), make(answers, words)
	for _, id := range b.right {
		even, odd := b.sets.meet(id, half[0]) != 0, b.sets.meet(id, half[1]) != 0
		if even != odd {
			clear(eq)
			for who, i := range at {
				v := from[who] + i
				eq[v/64] ^= 1 << (v % 64)
			}
			if odd {
				eq[lines/64] ^= 1 << (lines % 64)
			}
			for v := range lines {
				if eq[v/64]>>(v%64)&1 == 0 {
					continue
				}
				if pivots[v] == nil {
					pivots[v] = slices.Clone(eq)
					clear(eq)
					break
				}
				for k, w := range pivots[v] {
					eq[k] ^= w
				}
			}
			if eq[lines/64]>>(lines%64)&1 == 1 {
				return nil
			}
		}
		succeed(at, b.counts)
	}
	value := make([]bool, lines)
	for v, p := range slices.Backward(pivots) { // what is free is 0
		if p != nil {
			value[v] = p[lines/64]>>(lines%64)&1 == 1
			for u := v + 1; u < lines; u++ {
				value[v] = value[v] != (value[u] && p[u/64]>>(u%64)&1 == 1)
			}
		}
	}
	bit := make([][]bool, len(b.counts))
	for who, n := range b.counts {
		bit[who] = value[from[who]:][:n]
	}
	return bit
}

// Of what a player holds at most so many parts are said, and so many digits of a number.
const (
	partsMost  = 32
	digitsMost = 20
)

// partsOf are the parts of what each player may hold, numbered for every input: the entries of a list, also of lists
// in it, and the binary digits of a number.
func partsOf(domains []protocol.Domain) [][][]int32 {
	all := make([][][]int32, len(domains))
	for who, d := range domains {
		var ids []map[string]int32
		add := func(in, part int, key string) {
			if part >= partsMost {
				return
			}
			if part == len(ids) {
				ids, all[who] = append(ids, map[string]int32{}), append(all[who], make([]int32, d.Len()))
			}
			id, known := ids[part][key]
			if !known {
				id = int32(len(ids[part])) + 1 // 0: it has no such part
				ids[part][key] = id
			}
			all[who][part][in] = id
		}
		for in := range d.Len() {
			v, part := d.Value(d.Nth(in)), 0
			if v.Kind() == protocol.Int {
				for ; part < digitsMost; part++ {
					add(in, part, strconv.Itoa(v.Int()>>part&1))
				}
			}
			var walk func(v protocol.Value)
			walk = func(v protocol.Value) {
				for k := range v.Len() {
					if e := v.At(k); e.Kind() == protocol.Tuple {
						walk(e)
					} else {
						add(in, part, e.Key())
						part++
					}
				}
			}
			walk(v)
		}
	}
	return all
}
