package attention

import (
	"math/big"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/blas64"

	"golang.org/x/exp/constraints"

	"crosscut/internal/exact"
)

// arith is exact arithmetic on scores: C is a coordinate of a query or key, S a
// score. There are four, told apart only by how far their integers reach.
type arith[C, S any] interface {
	load(v Ints, dst []C)
	// scores fills out[r*n+t] with the product of query r and key t.
	scores(q []C, rows int, k []C, n, m int, out []S)
	// gather does the same for keys of zeros and ones: at[t] lists the ones of key t.
	gather(q []C, rows int, at [][]int32, m int, out []S)
	newScores(n int) []S
	newCoordinates(n int) []C
	fromBig(x *big.Int) S
	toBig(s S) *big.Int
	clone(s S) S
	less(a, b S) bool
	// weights fills w[t] = T[floor((top - row[t]) 2^(g-scale))], the index clipped
	// to the table on both sides.
	weights(row []S, top S, w []int64)
}

// newScorer picks the arithmetic for a layer whose bounds are known.
func (l *Layer) newScorer(c *compiled, sums *big.Int) scorer {
	bound := c.scoreMax()
	reach := new(big.Int).Add(bound, new(big.Int).Abs(l.Top))
	if twice := new(big.Int).Lsh(bound, 1); twice.Cmp(reach) > 0 {
		reach = twice // top may be a score itself
	}
	narrow := true
	for i := range c.q {
		narrow = narrow && c.q[i].lo.IsInt64() && c.k[i].lo.IsInt64()
	}
	ix := index{table: c.table, last: int64(len(c.table) - 1), up: l.G - l.Scale}
	exactFloat := func(x *big.Int) bool { return x.BitLen() <= 53 }
	switch {
	case narrow && exactFloat(reach):
		c.floatSums = exactFloat(sums) && l.Block == l.Values
		return &sweep[float64, float64]{l, float53{ix}, false}
	case narrow && reach.BitLen() < 63:
		return &sweep[int64, int64]{l, int63{ix}, false}
	case narrow && reach.BitLen() < 126:
		return &sweep[int64, exact.Int128]{l, int127{ix}, false}
	}
	return &sweep[*big.Int, *big.Int]{l, unlimited{ix}, true}
}

// index turns top - score into a place in the table.
type index struct {
	table []int64
	last  int64 // the last entry, which is 0
	up    int   // g - scale: the shift of a difference, to the left
}

func (x index) at(d int64) int64 {
	switch {
	case d <= 0:
		return x.table[0]
	case x.up <= 0:
		return x.table[min(d>>uint(-x.up), x.last)]
	case d > x.last>>uint(x.up):
		return 0
	}
	return x.table[d<<uint(x.up)]
}

// float53 is exact while every integer is at most 2^53 in magnitude: then a BLAS
// product has the same bits in any order of summation.
type float53 struct{ index }

func (float53) load(v Ints, dst []float64) {
	for c, x := range v.narrow {
		dst[c] = float64(x)
	}
}

func (float53) scores(q []float64, rows int, k []float64, n, m int, out []float64) {
	a := blas64.General{Rows: rows, Cols: m, Stride: m, Data: q}
	b := blas64.General{Rows: n, Cols: m, Stride: m, Data: k}
	if rows == 1 {
		blas64.Gemv(blas.NoTrans, 1, b, blas64.Vector{N: m, Inc: 1, Data: q}, 0, blas64.Vector{N: n, Inc: 1, Data: out})
		return
	}
	blas64.Gemm(blas.NoTrans, blas.Trans, 1, a, b, 0, blas64.General{Rows: rows, Cols: n, Stride: n, Data: out})
}

func (float53) gather(q []float64, rows int, at [][]int32, m int, out []float64) {
	gather(q, rows, at, m, out)
}

// gather adds up the entries of each query at the ones of each key.
func gather[T constraints.Signed | constraints.Float](q []T, rows int, at [][]int32, m int, out []T) {
	for r := range rows {
		a := q[r*m : r*m+m]
		for t, ones := range at {
			var s T
			for _, c := range ones {
				s += a[c]
			}
			out[r*len(at)+t] = s
		}
	}
}

func (float53) newScores(n int) []float64      { return make([]float64, n) }
func (float53) newCoordinates(n int) []float64 { return make([]float64, n) }
func (float53) fromBig(x *big.Int) float64     { return float64(x.Int64()) }
func (float53) toBig(s float64) *big.Int       { return big.NewInt(int64(s)) }
func (float53) clone(s float64) float64        { return s }
func (float53) less(a, b float64) bool         { return a < b }

func (x float53) weights(row []float64, top float64, w []int64) {
	if x.up > 0 {
		for t, s := range row {
			w[t] = x.at(int64(top - s))
		}
		return
	}
	down, last, table := uint(-x.up), x.last, x.table
	for t, s := range row {
		w[t] = table[min(max(int64(top-s)>>down, 0), last)]
	}
}

// int63 serves sums below 2^63.
type int63 struct{ index }

func (int63) load(v Ints, dst []int64) { copy(dst, v.narrow) }

func (int63) scores(q []int64, rows int, k []int64, n, m int, out []int64) {
	for r := range rows {
		a := q[r*m : r*m+m]
		for t := range n {
			var s int64
			for c, y := range k[t*m : t*m+m] {
				s += a[c] * y
			}
			out[r*n+t] = s
		}
	}
}

func (int63) gather(q []int64, rows int, at [][]int32, m int, out []int64) {
	gather(q, rows, at, m, out)
}

func (int63) newScores(n int) []int64      { return make([]int64, n) }
func (int63) newCoordinates(n int) []int64 { return make([]int64, n) }
func (int63) fromBig(x *big.Int) int64     { return x.Int64() }
func (int63) toBig(s int64) *big.Int       { return big.NewInt(s) }
func (int63) clone(s int64) int64          { return s }
func (int63) less(a, b int64) bool         { return a < b }

func (x int63) weights(row []int64, top int64, w []int64) {
	for t, s := range row {
		w[t] = x.at(top - s)
	}
}

// int127 serves 64-bit coordinates whose sums of products need 128 bits.
type int127 struct{ index }

func (int127) load(v Ints, dst []int64) { copy(dst, v.narrow) }

func (int127) scores(q []int64, rows int, k []int64, n, m int, out []exact.Int128) {
	for r := range rows {
		a := q[r*m : r*m+m]
		for t := range n {
			var s exact.Int128
			for c, y := range k[t*m : t*m+m] {
				s = s.Add(exact.Mul64(a[c], y))
			}
			out[r*n+t] = s
		}
	}
}

func (int127) gather(q []int64, rows int, at [][]int32, m int, out []exact.Int128) {
	for r := range rows {
		for t, ones := range at {
			var s exact.Int128
			for _, c := range ones {
				s = s.Add(exact.From64(q[r*m+int(c)]))
			}
			out[r*len(at)+t] = s
		}
	}
}

func (int127) newScores(n int) []exact.Int128    { return make([]exact.Int128, n) }
func (int127) newCoordinates(n int) []int64      { return make([]int64, n) }
func (int127) fromBig(x *big.Int) exact.Int128   { return exact.BigInt128(x) }
func (int127) toBig(s exact.Int128) *big.Int     { return s.Big() }
func (int127) clone(s exact.Int128) exact.Int128 { return s }
func (int127) less(a, b exact.Int128) bool       { return a.Less(b) }

func (x int127) weights(row []exact.Int128, top exact.Int128, w []int64) {
	for t, s := range row {
		d := top.Sub(s)
		switch {
		case d.Hi < 0:
			w[t] = x.table[0]
		case x.up <= 0:
			v, ok := d.Rsh(uint(-x.up)).Int64()
			if !ok {
				v = x.last
			}
			w[t] = x.table[min(v, x.last)]
		default:
			v, ok := d.Int64()
			if !ok {
				v = x.last + 1
			}
			w[t] = x.at(v)
		}
	}
}

// unlimited serves everything else.
type unlimited struct{ index }

func (unlimited) load(v Ints, dst []*big.Int) {
	for c := range dst {
		dst[c].Set(v.Big(c))
	}
}

func (unlimited) scores(q []*big.Int, rows int, k []*big.Int, n, m int, out []*big.Int) {
	var product big.Int
	for r := range rows {
		for t := range n {
			s := out[r*n+t].SetInt64(0)
			for c, y := range k[t*m : t*m+m] {
				s.Add(s, product.Mul(q[r*m+c], y))
			}
		}
	}
}

func (unlimited) gather(q []*big.Int, rows int, at [][]int32, m int, out []*big.Int) {
	for r := range rows {
		for t, ones := range at {
			s := out[r*len(at)+t].SetInt64(0)
			for _, c := range ones {
				s.Add(s, q[r*m+int(c)])
			}
		}
	}
}

func bigs(n int) []*big.Int { return NewInts(n, true).wide }

func (unlimited) newScores(n int) []*big.Int      { return bigs(n) }
func (unlimited) newCoordinates(n int) []*big.Int { return bigs(n) }
func (unlimited) fromBig(x *big.Int) *big.Int     { return x }
func (unlimited) toBig(s *big.Int) *big.Int       { return new(big.Int).Set(s) }
func (unlimited) clone(s *big.Int) *big.Int       { return new(big.Int).Set(s) }
func (unlimited) less(a, b *big.Int) bool         { return a.Cmp(b) < 0 }

func (x unlimited) weights(row []*big.Int, top *big.Int, w []int64) {
	var d big.Int
	for t, s := range row {
		if d.Sub(top, s); x.up < 0 {
			d.Rsh(&d, uint(-x.up)) // floors
		} else {
			d.Lsh(&d, uint(x.up))
		}
		at := x.last
		if d.IsInt64() {
			at = min(max(d.Int64(), 0), x.last)
		} else if d.Sign() < 0 {
			at = 0
		}
		w[t] = x.table[at]
	}
}
