package bounds

import (
	"context"
	"math"
	"math/big"
	"math/bits"

	"crosscut/internal/exact"
	"crosscut/internal/par"
)

const mersenne = exact.Mersenne

// eliminated is the outcome of an elimination: the rank, and the rows and columns
// of a minor of that size whose determinant is not 0 modulo the prime. The
// determinant of the integers is then not 0 either.
type eliminated struct {
	prime      uint64
	rank       int
	rows, cols []int
	done       bool // false: ctx ended first; the minor found so far still stands
}

// rankMersenne eliminates a matrix of integers modulo 2^31 - 1. Work is done on
// panels of columns; the rest of the matrix is updated once per panel, by all
// workers. Panel pivots are at most panel rows, so an update of an entry is a sum
// of at most panel products below 2^62, reduced every three.
func rankMersenne(ctx context.Context, rows, cols int, at func(i, j int) int64) eliminated {
	const panel = 64
	a := make([][]uint32, rows)
	store := make([]uint32, rows*cols)
	for i := range a {
		if ctx.Err() != nil {
			return eliminated{prime: mersenne} // no pivot
		}
		a[i] = store[i*cols : (i+1)*cols : (i+1)*cols]
		for j := range a[i] {
			v := at(i, j) % mersenne
			if v < 0 {
				v += mersenne
			}
			a[i][j] = uint32(v)
		}
	}
	of := exact.UpTo(rows)
	e := eliminated{prime: mersenne}
	for start := 0; start < cols && e.rank < rows; start += panel {
		end := min(start+panel, cols)
		top := e.rank
		// Factor the panel: pivot rows top.., with the multipliers left in f.
		f := make([][]uint32, rows) // f[i][k]: multiple of pivot row k taken from row i
		for j := start; j < end && e.rank < rows; j++ {
			if ctx.Err() != nil {
				return e // the minor of the pivots so far stands
			}
			p := -1
			for i := e.rank; i < rows; i++ {
				if a[i][j] != 0 {
					p = i
					break
				}
			}
			if p < 0 {
				continue
			}
			a[p], a[e.rank] = a[e.rank], a[p]
			of[p], of[e.rank] = of[e.rank], of[p]
			f[p], f[e.rank] = f[e.rank], f[p]
			inv := inverse31(uint64(a[e.rank][j]))
			pivot := a[e.rank][:end]
			for i := e.rank + 1; i < rows; i++ {
				m := fold31(uint64(a[i][j]) * inv)
				f[i] = append(f[i], uint32(m))
				if m == 0 {
					continue
				}
				neg, row := mersenne-m, a[i][:end]
				for k := j; k < end; k++ {
					row[k] = uint32(fold31(uint64(row[k]) + neg*uint64(pivot[k])))
				}
			}
			e.rows, e.cols = append(e.rows, of[e.rank]), append(e.cols, j)
			e.rank++
		}
		if end == cols || e.rank == top {
			continue
		}
		// The pivot rows among themselves, then all rows below.
		for i := top + 1; i < e.rank; i++ {
			update31(a[i][end:], a[top:i], end, f[i])
		}
		const chunk = 64
		if par.Each(ctx, (rows-e.rank+chunk-1)/chunk, func(c int) error {
			from := e.rank + c*chunk
			// Columns in tiles, so that the pivot rows' tile stays in cache.
			const tile = 512
			for at := end; at < cols; at += tile {
				to := min(at+tile, cols)
				for i := from; i < min(from+chunk, rows); i++ {
					update31(a[i][at:to], a[top:e.rank], at, f[i])
				}
			}
			return nil
		}) != nil {
			return e
		}
	}
	e.done = true
	return e
}

// update31 subtracts from row the multiples f of the pivots' parts that start at
// column at.
func update31(row []uint32, pivots [][]uint32, at int, f []uint32) {
	k, n := 0, len(row)
	for ; k+3 <= len(f) && k+3 <= len(pivots); k += 3 {
		f0, f1, f2 := uint64(mersenne-f[k]), uint64(mersenne-f[k+1]), uint64(mersenne-f[k+2])
		p0, p1, p2 := pivots[k][at:at+n], pivots[k+1][at:at+n], pivots[k+2][at:at+n]
		for j := range row {
			// below 2^31 + 3 (2^31)^2 < 2^64
			v := uint64(row[j]) + f0*uint64(p0[j]) + f1*uint64(p1[j]) + f2*uint64(p2[j])
			v = v&mersenne + v>>31
			v = v&mersenne + v>>31
			row[j] = uint32(v) // at most 2^31: congruent, and small enough to go on
		}
	}
	for ; k < len(f) && k < len(pivots); k++ {
		f0, p0 := uint64(mersenne-f[k]), pivots[k][at:at+n]
		for j := range row {
			v := uint64(row[j]) + f0*uint64(p0[j])
			v = v&mersenne + v>>31
			row[j] = uint32(v&mersenne + v>>31)
		}
	}
	for j, v := range row { // the one representative below the prime
		if v >= mersenne {
			row[j] = v - mersenne
		}
	}
}

// fold31 reduces v modulo 2^31 - 1.
func fold31(v uint64) uint64 {
	v = v&mersenne + v>>31
	v = v&mersenne + v>>31
	if v >= mersenne {
		v -= mersenne
	}
	return v
}

func inverse31(a uint64) uint64 {
	r := uint64(1)
	for e := mersenne - 2; e > 0; e >>= 1 {
		if e&1 == 1 {
			r = fold31(r * a)
		}
		a = fold31(a * a)
	}
	return r
}

// rankModulo eliminates modulo any prime below 2^31, plainly.
func rankModulo(rows, cols int, at func(i, j int) int64, prime uint64) int {
	a := make([][]uint64, rows)
	for i := range a {
		a[i] = make([]uint64, cols)
		for j := range a[i] {
			v := at(i, j) % int64(prime)
			if v < 0 {
				v += int64(prime)
			}
			a[i][j] = uint64(v)
		}
	}
	return exact.RankModulo(a, prime)
}

// rankWork is the most entry updates spent on proving an upper end of a rank.
const rankWork = 4e10

// rational finds the rank over the rationals of a matrix of integers: a minor for
// the lower end; for the upper end full rank, or vanishing of all larger minors.
//
// A minor of r + 1 rows is an integer of absolute value at most the product of
// the lengths of its rows (Hadamard). If the rank is at most r modulo primes whose
// product exceeds that bound, every such minor is 0. (docs/bounds.md, "rank".)
//
// odd is a minor whose determinant is odd, as far as one is known: it is not 0.
func rational(ctx context.Context, rows, cols int, at func(i, j int) int64, odd eliminated) (e eliminated, upper int) {
	if late(ctx, rows*cols) {
		return odd, min(rows, cols)
	}
	full := nonzeroLines(rows, cols, at)
	if odd.rank == full { // the quick way out
		return odd, full
	}
	e = rankMersenne(ctx, rows, cols, at)
	if e.rank < odd.rank {
		e = odd // the better minor; done says whether the other elimination ended
	}
	if !e.done || e.rank == full || e.prime == 2 {
		return e, full
	}
	primes := hadamardPrimes(rows, cols, at, e.rank)
	if float64(len(primes))*float64(rows)*float64(cols)*float64(e.rank+1) > rankWork {
		return e, full
	}
	for _, p := range primes {
		if ctx.Err() != nil || rankModulo(rows, cols, at, p) > e.rank {
			return e, full
		}
	}
	return e, e.rank
}

// hadamardPrimes lists primes, from 2^31 down, whose product exceeds every minor
// of r + 1 rows.
func hadamardPrimes(rows, cols int, at func(i, j int) int64, r int) []uint64 {
	most := 0.0 // the largest squared length of a row, and of a column
	for i := range rows {
		sum := 0.0
		for j := range cols {
			v := float64(at(i, j))
			sum += v * v
		}
		most = max(most, sum)
	}
	need := float64(r+1)*math.Log2(most+1)/2 + 1 // + 1 covers the rounding of the sum of logarithms
	var primes []uint64
	for p := uint64(mersenne); need > 0; p -= 2 {
		if new(big.Int).SetUint64(p).ProbablyPrime(0) { // exact below 2^64
			primes = append(primes, p)
			need -= 30.9
		}
	}
	return primes
}

// nonzeroLines is the smaller number of rows and of columns that are not zero.
func nonzeroLines(rows, cols int, at func(i, j int) int64) int {
	row, col := newBitset(rows), newBitset(cols)
	for i := range rows {
		for j := range cols {
			if at(i, j) != 0 {
				row.add(i)
				col.add(j)
			}
		}
	}
	return min(row.count(), col.count())
}

// oddLines packs the parities of the entries, row by row until ctx ends.
func oddLines(ctx context.Context, rows, cols int, at func(i, j int) int64) []bitset {
	lines := make([]bitset, rows)
	for i := range lines {
		if late(ctx, rows*cols) {
			return lines[:i]
		}
		lines[i] = newBitset(cols)
		for j := range cols {
			if at(i, j)&1 != 0 {
				lines[i].add(j)
			}
		}
	}
	return lines
}

// lines copies the packed rows of a value.
func (m *Matrix) lines(v int) []bitset {
	all := make([]bitset, m.rows)
	for i := range all {
		all[i] = bitset(m.Row(v, i)).clone()
	}
	return all
}

// rankGF2 is the rank over GF(2) of packed rows, with a minor. It uses up lines.
func rankGF2(ctx context.Context, lines []bitset) eliminated {
	e := eliminated{prime: 2, done: true}
	// pivot[c] is the reduced row whose first entry is at column c.
	var pivot []bitset
	if len(lines) > 0 {
		pivot = make([]bitset, 64*len(lines[0]))
	}
	for i, row := range lines {
		if ctx.Err() != nil {
			e.done = false
			return e
		}
		for k := 0; k < len(row); {
			if row[k] == 0 {
				k++
				continue
			}
			c := k<<6 + bits.TrailingZeros64(row[k])
			p := pivot[c]
			if p == nil {
				pivot[c] = row
				e.rows, e.cols = append(e.rows, i), append(e.cols, c)
				e.rank++
				break
			}
			for l := k; l < len(row); l++ {
				row[l] ^= p[l]
			}
		}
	}
	return e
}
