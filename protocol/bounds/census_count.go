package bounds

import (
	"math/big"
	"math/bits"
	"slices"
)

// This file counts folded matrices without listing them. docs/census.md derives
// the formulas. A matrix has shape r x c if it has r different rows and c
// different columns; its fold is an r x c matrix whose rows all differ and whose
// columns all differ, "separated" for short.

// binomial is n over k, 0 outside Pascal's triangle.
func binomial(n, k int) *big.Int {
	if k < 0 || n < k {
		return new(big.Int)
	}
	return new(big.Int).Binomial(int64(n), int64(k))
}

func factorial(n int) *big.Int { return new(big.Int).MulRange(1, int64(n)) }

// stirling2 is the number of ways to divide n things into k unnamed heaps.
func stirling2(n, k int) *big.Int {
	row := []*big.Int{big.NewInt(1)}
	for i := 1; i <= n; i++ {
		next := make([]*big.Int, i+1)
		for j := range next {
			next[j] = new(big.Int)
			if j < len(row) {
				next[j].Mul(row[j], big.NewInt(int64(j)))
			}
			if j > 0 {
				next[j].Add(next[j], row[j-1])
			}
		}
		row = next
	}
	if k < 0 || k > n {
		return new(big.Int)
	}
	return row[k]
}

// separated is the number of r x c 0/1 matrices whose rows all differ and whose
// columns all differ. Matrices with r rows and c different columns number
// (2^r)(2^r - 1)...(2^r - c + 1), and are matrices with different rows after
// equal rows are put together: hence the sum over r' < r is taken away.
func separated(r, c int) *big.Int {
	n := big.NewInt(1)
	side := new(big.Int).Lsh(n, uint(r))
	for k := range c {
		n = new(big.Int).Mul(n, new(big.Int).Sub(side, big.NewInt(int64(k))))
	}
	for k := 1; k < r; k++ {
		n = new(big.Int).Sub(n, new(big.Int).Mul(stirling2(r, k), separated(k, c)))
	}
	return n
}

// cycles is the cycle type of a permutation: cycles[l] cycles of length l.
type cycles []int

// cyclesOf is the cycle type of p.
func cyclesOf(p []int) cycles {
	t := make(cycles, len(p)+1)
	var seen uint64
	for i := range p {
		n := 0
		for j := i; seen>>j&1 == 0; j = p[j] {
			seen |= 1 << j
			n++
		}
		if n > 0 {
			t[n]++
		}
	}
	return t
}

// weights is the number of ways to give each of the permuted things a positive
// whole number, the same along a cycle, with sum total.
func (t cycles) weights(total int) int64 {
	ways := make([]int64, total+1)
	ways[0] = 1
	for l, n := range t {
		for range n {
			next := make([]int64, total+1)
			for s := l; s <= total; s++ {
				next[s] = ways[s-l] + next[s-l]
			}
			ways = next
		}
	}
	return ways[total]
}

// onVectors is the cycle type on the 0/1 vectors of a permutation of their
// coordinates: a vector is fixed by the d-th power if it is constant on that
// power's cycles.
func (t cycles) onVectors() cycles {
	order := 1
	for l, n := range t {
		if n > 0 && l > 0 {
			order = order / gcd(order, l) * l
		}
	}
	out := make(cycles, order+1)
	for l := 1; l <= order; l++ {
		if order%l != 0 {
			continue
		}
		fixed := 0
		for m, n := range t {
			if m > 0 {
				fixed += n * gcd(m, l)
			}
		}
		period := 1 << fixed
		for d := 1; d < l; d++ {
			if l%d == 0 {
				period -= d * out[d]
			}
		}
		out[l] = period / l
	}
	return out
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// multisets is the number of multisets of total columns, different of them
// different, out of the 0/1 vectors of length r, that a row permutation of type
// t maps to themselves: from n cycles of length l choose j, and give them
// multiplicities with sum m, in binomial(n, j) binomial(m-1, j-1) ways.
func (t cycles) multisets(total, different int) *big.Int {
	type at struct{ total, different int }
	ways := map[at]*big.Int{{}: big.NewInt(1)}
	for l, n := range t.onVectors() {
		if n == 0 {
			continue
		}
		next := map[at]*big.Int{}
		for a, w := range ways {
			for j := 0; j <= n && a.different+l*j <= different; j++ {
				for m := j; a.total+l*m <= total; m++ {
					if j == 0 && m > 0 {
						break
					}
					f := new(big.Int).Mul(w, binomial(n, j))
					if j > 0 {
						f.Mul(f, binomial(m-1, j-1))
					}
					k := at{a.total + l*m, a.different + l*j}
					if next[k] == nil {
						next[k] = new(big.Int)
					}
					next[k].Add(next[k], f)
				}
			}
		}
		ways = next
	}
	if w := ways[at{total, different}]; w != nil {
		return w
	}
	return new(big.Int)
}

// shapeClasses is the number of classes, up to permutations of rows and columns,
// of rows x cols matrices of shape r x c, by Burnside's lemma over the
// permutations of the r different rows.
func shapeClasses(rows, cols, r, c int) *big.Int {
	sum := new(big.Int)
	known := map[string]*big.Int{}
	for _, p := range onePerType(r) {
		t := cyclesOf(p)
		term := separating(p, cols, c, known)
		term = new(big.Int).Mul(term, big.NewInt(t.weights(rows)))
		sum.Add(sum, term.Mul(term, t.size()))
	}
	return sum.Quo(sum, factorial(r))
}

// size is the number of permutations of this type.
func (t cycles) size() *big.Int {
	n := 0
	d := big.NewInt(1)
	for l, k := range t {
		n += l * k
		d.Mul(d, factorial(k))
		for range k {
			d.Mul(d, big.NewInt(int64(max(l, 1))))
		}
	}
	return d.Quo(factorial(n), d)
}

// onePerType lists one permutation of n things for each cycle type.
func onePerType(n int) [][]int {
	var all [][]int
	var grow func(p []int, left, most int)
	grow = func(p []int, left, most int) {
		if left == 0 {
			all = append(all, append([]int{}, p...))
			return
		}
		for l := min(left, most); l > 0; l-- {
			q := append([]int{}, p...)
			for k := range l {
				q = append(q, len(p)+(k+1)%l)
			}
			grow(q, left-l, l)
		}
	}
	grow(nil, n, n)
	return all
}

// separating is the number of multisets of total columns, different of them
// different, fixed by the row permutation p, that tell all rows apart. The rows
// that a fixed multiset does not tell apart form a partition that p maps to
// itself, and the multiset is then a separating one on its blocks.
func separating(p []int, total, different int, known map[string]*big.Int) *big.Int {
	t := cyclesOf(p)
	key := string(encode(t))
	if n, ok := known[key]; ok {
		return n
	}
	n := t.multisets(total, different)
	for _, q := range quotients(p) {
		n = new(big.Int).Sub(n, separating(q, total, different, known))
	}
	known[key] = n
	return n
}

func encode(t cycles) []byte {
	b := make([]byte, len(t))
	for i, n := range t {
		b[i] = byte(n)
	}
	return b
}

// quotients lists, for every partition of the points into fewer blocks that p
// maps to itself, the permutation of the blocks.
func quotients(p []int) [][]int {
	var all [][]int
	block := make([]int, len(p))
	var grow func(i, blocks int)
	grow = func(i, blocks int) {
		if i < len(p) {
			for b := 0; b <= blocks; b++ {
				block[i] = b
				grow(i+1, max(blocks, b+1))
			}
			return
		}
		if blocks == len(p) {
			return
		}
		q := slices.Repeat([]int{-1}, blocks)
		for i, to := range p {
			if b := block[i]; q[b] >= 0 && q[b] != block[to] {
				return
			}
			q[block[i]] = block[to]
		}
		all = append(all, q)
	}
	grow(0, 0)
	return all
}

// allClasses is the number of rows x cols 0/1 matrices up to permutations of
// rows and columns: a pair of permutations fixes 2^(cycles on entries) of them.
func allClasses(rows, cols int) *big.Int {
	sum := new(big.Int)
	left, right := onePerType(rows), onePerType(cols)
	for _, p := range left {
		a := cyclesOf(p)
		for _, q := range right {
			b := cyclesOf(q)
			n := 0
			for l, x := range a {
				for m, y := range b {
					if x > 0 && y > 0 {
						n += x * y * gcd(l, m)
					}
				}
			}
			term := new(big.Int).Lsh(big.NewInt(1), uint(n))
			term.Mul(term, a.size())
			sum.Add(sum, term.Mul(term, b.size()))
		}
	}
	sum.Quo(sum, factorial(rows))
	return sum.Quo(sum, factorial(cols))
}

// shapeDepth is D of every separated r x c matrix, if the shape alone decides it
// (docs/census.md), else -1. It is valid when r or c is at most 8.
func shapeDepth(r, c int) int {
	small, large := min(r, c), max(r, c)
	switch {
	case large == 1:
		return 0
	case small == 1:
		return 1
	case small == 2:
		return 2
	case small <= 4:
		return 3
	case small <= 6 && large <= 8:
		return -1
	}
	return 4
}

// separatedLines says whether the lines (c-bit words) are different on every pair
// of their c places, and returns the places as words over the lines.
func separatedLines(line []uint64, c int) (place [boardLines]uint64, ok bool) {
	for k, w := range line {
		for ; w != 0; w &= w - 1 {
			place[bits.TrailingZeros64(w)] |= 1 << k
		}
	}
	for j := range c {
		for i := range j {
			if place[i] == place[j] {
				return place, false
			}
		}
	}
	return place, true
}
