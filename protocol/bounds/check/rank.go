package check

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"
)

// Minor lists rows and columns of a square part whose determinant is not 0 modulo
// Prime: so it is not 0 as an integer, and the rank is at least its size. For
// rank.gf2 the prime is 2. The number of rectangles of v that partition its
// entries is at least the rank of the 0/1 matrix of v, over any field.
type Minor struct {
	Kind  string `json:"kind"` // "minor"
	Prime uint64 `json:"prime"`
	Rows  []int  `json:"rows"`
	Cols  []int  `json:"cols"`
}

// Elimination asks the checker to eliminate by itself. Over the rationals it
// eliminates modulo primes whose product exceeds every minor that is larger than
// the largest rank it met: then all those minors are 0.
type Elimination struct {
	Kind string `json:"kind"` // "elimination"
}

// entries is the matrix of integers whose rank a claim speaks of.
func entries(t *work, c Claim) (func(i, j int) int64, error) {
	if t.partial { // partition has a value here too
		return nil, errors.New("the rank of a partial matrix is not defined")
	}
	indicator := func(v int) func(i, j int) int64 {
		return func(i, j int) int64 {
			if t.Is(i, j, v) {
				return 1
			}
			return 0
		}
	}
	switch c.Measure {
	case RankRational:
		return func(i, j int) int64 {
			v, _ := t.At(i, j)
			return int64(v)
		}, nil
	case RankGF2:
		_, high, some, err := t.pair()
		if err != nil {
			return nil, err
		}
		if !some {
			return func(i, j int) int64 { return 0 }, nil
		}
		return indicator(high), nil
	case RankOfValue, Partition:
		return indicator(*c.Value), nil
	}
	return nil, errOther
}

var _ = register("minor", func(t *work, c Claim, e *Minor) (*big.Rat, error) {
	at, err := entries(t, c)
	if err != nil || c.End != Lower {
		return nil, errors.Join(err, errOther)
	}
	if e.Prime > 1<<31-1 || !new(big.Int).SetUint64(e.Prime).ProbablyPrime(0) { // exact below 2^64
		return nil, fmt.Errorf("%d is no prime below 2^31", e.Prime)
	}
	if c.Measure == RankGF2 && e.Prime != 2 {
		return nil, errors.New("the rank over GF(2) needs the prime 2")
	}
	if len(e.Rows) != len(e.Cols) {
		return nil, fmt.Errorf("%d rows and %d columns are no square", len(e.Rows), len(e.Cols))
	}
	if err := errors.Join(indices(e.Rows, t.Rows), indices(e.Cols, t.Cols)); err != nil {
		return nil, err
	}
	n := len(e.Rows)
	rank, err := t.rankModulo(n, n, func(i, j int) int64 { return at(e.Rows[i], e.Cols[j]) }, e.Prime)
	if err != nil {
		return nil, err
	}
	if rank != n {
		return nil, errors.New("the determinant is 0 modulo the prime")
	}
	return big.NewRat(int64(n), 1), nil
})

var _ = register("elimination", func(t *work, c Claim, e *Elimination) (*big.Rat, error) {
	at, err := entries(t, c)
	if err != nil || c.End != Upper || c.Measure == Partition {
		return nil, errors.Join(err, errOther)
	}
	if c.Measure == RankGF2 {
		rank, err := t.rankModulo(t.Rows, t.Cols, at, 2)
		return big.NewRat(int64(rank), 1), err
	}
	// The square of a minor of r + 1 rows is at most the (r+1)-st power of the
	// largest squared length of a row (Hadamard).
	length := new(big.Int)
	for i := range t.Rows {
		if err := t.spend(4, t.Cols); err != nil {
			return nil, err
		}
		sum, v := new(big.Int), new(big.Int)
		for j := range t.Cols {
			v.SetInt64(at(i, j))
			sum.Add(sum, v.Mul(v, v))
		}
		length = largest(length, sum)
	}
	rows, err := t.lines(t.Rows, t.Cols, at)
	if err != nil {
		return nil, err
	}
	cols, err := t.lines(t.Cols, t.Rows, func(i, j int) int64 { return at(j, i) })
	if err != nil {
		return nil, err
	}
	full := min(rows, cols)
	rank, product := 0, big.NewInt(1) // product of the squares of the primes
	for p := uint64(1<<31 - 1); rank < full && product.Cmp(new(big.Int).Exp(length, big.NewInt(int64(rank+1)), nil)) <= 0; p -= 2 {
		q := new(big.Int).SetUint64(p)
		if q.ProbablyPrime(0) {
			r, err := t.rankModulo(t.Rows, t.Cols, at, p)
			if err != nil {
				return nil, err
			}
			rank = max(rank, r)
			product.Mul(product, q.Mul(q, q))
		}
	}
	return big.NewRat(int64(rank), 1), nil
})

// lines counts the different rows that are not zero: the rank is at most that.
func (t *work) lines(rows, cols int, at func(i, j int) int64) (int, error) {
	seen := map[string]bool{}
	for i := range rows {
		if err := t.spend(cols); err != nil {
			return 0, err
		}
		key := make([]byte, 0, 8*cols)
		zero := true
		for j := range cols {
			key = binary.LittleEndian.AppendUint64(key, uint64(at(i, j)))
			zero = zero && at(i, j) == 0
		}
		if !zero {
			seen[string(key)] = true
		}
	}
	return len(seen), nil
}

// rankModulo is the rank modulo a prime below 2^31, by elimination.
func (t *work) rankModulo(rows, cols int, at func(i, j int) int64, p uint64) (int, error) {
	a := make([][]uint64, rows)
	for i := range a {
		if err := t.spend(cols); err != nil {
			return 0, err
		}
		a[i] = make([]uint64, cols)
		for j := range a[i] {
			a[i][j] = uint64((at(i, j)%int64(p) + int64(p)) % int64(p))
		}
	}
	rank := 0
	for j := range cols {
		k := rank
		for k < rows && a[k][j] == 0 {
			k++
		}
		if k == rows {
			continue
		}
		if err := t.spend(rows-rank, cols-j); err != nil {
			return 0, err
		}
		a[k], a[rank] = a[rank], a[k]
		inverse := new(big.Int).ModInverse(new(big.Int).SetUint64(a[rank][j]), new(big.Int).SetUint64(p)).Uint64()
		for i := rank + 1; i < rows; i++ {
			if a[i][j] == 0 {
				continue
			}
			f := p - a[i][j]*inverse%p
			for l := j; l < cols; l++ {
				a[i][l] = (a[i][l] + f*a[rank][l]) % p
			}
		}
		rank++
	}
	return rank, nil
}
