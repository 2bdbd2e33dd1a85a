package check

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"
)

// signs is +1 for the larger of the two values, -1 for the smaller, 0 outside the
// promise.
func (t *Table) signs() ([][]int64, error) {
	low, _, _, err := t.pair()
	if err != nil {
		return nil, err
	}
	a := make([][]int64, t.Rows)
	for i := range a {
		a[i] = make([]int64, t.Cols)
		for j := range a[i] {
			switch v, ok := t.At(i, j); {
			case !ok:
			case v == low:
				a[i][j] = -1
			default:
				a[i][j] = 1
			}
		}
	}
	return a, nil
}

// signs are those of the table, and count as steps.
func (t *work) signs() ([][]int64, error) {
	if err := t.spend(t.Rows, t.Cols); err != nil {
		return nil, err
	}
	return t.Table.signs()
}

// Gap is a rectangle: the |sum of signs| in it, by the number of entries, bounds
// the discrepancy under the uniform distribution from below.
type Gap struct {
	Kind string `json:"kind"` // "gap"
	Rectangle
}

var _ = register("gap", about(Lower, []string{DiscUniform}, func(t *work, c Claim, e *Gap) (*big.Rat, error) {
	a, err := t.signs()
	if err != nil {
		return nil, err
	}
	if err := errors.Join(indices(e.Rows, t.Rows), indices(e.Cols, t.Cols)); err != nil {
		return nil, err
	}
	if err := t.spend(len(e.Rows)+1, len(e.Cols)+1); err != nil {
		return nil, err
	}
	sum := int64(0)
	for _, i := range e.Rows {
		for _, j := range e.Cols {
			sum += a[i][j]
		}
	}
	return big.NewRat(max(sum, -sum), t.inside()), nil
}))

// Spectral asks the checker for a bound by matrix norms. With K = A A^T, the
// |sum of signs| in a rectangle is at most sqrt(rows cols) sigma, sigma the
// largest singular value, and sigma^4 is at most the largest absolute row sum of
// K^2 (sigma^8 that of K^4, for up to 64 lines). Floors may be taken: the |sum| is an integer. The best distribution does at
// least as well as the uniform one.
type Spectral struct {
	Kind string `json:"kind"` // "spectral"
}

var _ = register("spectral", about(Upper, []string{DiscUniform, DiscBest}, func(t *work, c Claim, e *Spectral) (*big.Rat, error) {
	u := t.wide()
	if u.Rows > 256 {
		return nil, ErrLimit
	}
	if err := t.spend(u.Rows, u.Rows, u.Cols+64*u.Rows); err != nil {
		return nil, err
	}
	a, err := u.signs()
	if err != nil {
		return nil, err
	}
	// The entries of K^2 are below rows cols^2, far from overflow.
	square, err := gramSquared(t.ctx, a)
	if err != nil {
		return nil, err
	}
	k, power := big2(square), int64(2)
	if u.Rows <= 64 {
		k, power = multiply(k, k), 4
	}
	most := new(big.Int)
	for i := range k {
		sum := new(big.Int)
		for _, v := range k[i] {
			sum.Add(sum, new(big.Int).Abs(v))
		}
		most = largest(most, sum)
	}
	area := big.NewInt(int64(t.Rows) * int64(t.Cols))
	most.Mul(most, area.Exp(area, big.NewInt(power), nil))
	for ; power >= 1; power /= 2 {
		most.Sqrt(most)
	}
	all := big.NewInt(t.inside())
	return new(big.Rat).SetFrac(smallest(most, all), all), nil
}))

// gramSquared is (A A^T)^2.
func gramSquared(ctx context.Context, a [][]int64) ([][]int64, error) {
	k, err := gram(ctx, a)
	if err != nil {
		return nil, err
	}
	return gram(ctx, k)
}

// gram is a times its transpose; for a symmetric a, its square.
func gram(ctx context.Context, a [][]int64) ([][]int64, error) {
	k := make([][]int64, len(a))
	for i := range k {
		k[i] = make([]int64, len(a))
		for l := range a {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			for j, v := range a[i] {
				k[i][l] += v * a[l][j]
			}
		}
	}
	return k, nil
}

func big2(a [][]int64) [][]*big.Int {
	b := make([][]*big.Int, len(a))
	for i, row := range a {
		for _, v := range row {
			b[i] = append(b[i], big.NewInt(v))
		}
	}
	return b
}

func multiply(a, b [][]*big.Int) [][]*big.Int {
	c := make([][]*big.Int, len(a))
	product := new(big.Int)
	for i := range c {
		c[i] = make([]*big.Int, len(b))
		for l := range b {
			sum := new(big.Int)
			for j := range b {
				sum.Add(sum, product.Mul(a[i][j], b[j][l]))
			}
			c[i][l] = sum
		}
	}
	return c
}

// Distribution weighs the entries (0 outside the promise): the largest |weighted
// sum of signs| in a rectangle, by the total weight, bounds the discrepancy under
// the best distribution from above. The checker tries all sets of the shorter side.
type Distribution struct {
	Kind    string    `json:"kind"` // "distribution"
	Weights [][]int64 `json:"weights"`
}

var _ = register("distribution", about(Upper, []string{DiscBest}, func(t *work, c Claim, e *Distribution) (*big.Rat, error) {
	a, total, err := t.weighed(e.Weights)
	if err != nil {
		return nil, err
	}
	up, down, err := t.heaviest(a)
	if err != nil {
		return nil, err
	}
	return big.NewRat(max(up, down), total), nil
}))

// weighed is the signs, each times its weight, and the sum of all weights.
func (t *work) weighed(weights [][]int64) (a [][]int64, total int64, err error) {
	if a, err = t.signs(); err != nil {
		return nil, 0, err
	}
	if len(weights) != t.Rows {
		return nil, 0, fmt.Errorf("%d rows of weights for %d rows", len(weights), t.Rows)
	}
	for i, row := range weights {
		if len(row) != t.Cols {
			return nil, 0, fmt.Errorf("row %d has %d weights for %d columns", i, len(row), t.Cols)
		}
		for j, w := range row {
			if w < 0 || w > 1<<40 || w > 0 && a[i][j] == 0 {
				return nil, 0, fmt.Errorf("entry %v has weight %d", Entry{i, j}, w)
			}
			a[i][j] *= w
			if total += w; total > 1<<60 {
				return nil, 0, errors.New("the weights are too large")
			}
		}
	}
	if total == 0 {
		return nil, 0, errors.New("no weight at all")
	}
	return a, total, nil
}

// heaviest is the largest sum over a rectangle, and the largest of the negated matrix,
// by trying all sets of the shorter side in Gray order.
func (t *work) heaviest(a [][]int64) (most, least int64, err error) {
	zero := func(row []int64) bool { return !slices.ContainsFunc(row, func(v int64) bool { return v != 0 }) }
	a = turn(slices.DeleteFunc(turn(slices.DeleteFunc(a, zero)), zero))
	if len(a) == 0 {
		return 0, 0, nil
	}
	if len(a) > len(a[0]) {
		a = turn(a)
	}
	if len(a[0]) > 8*maxSteps>>len(a) {
		return 0, 0, ErrLimit
	}
	if err := t.spend(len(a[0]), 1<<len(a)); err != nil {
		return 0, 0, err
	}
	sum := make([]int64, len(a[0]))
	in := make([]bool, len(a))
	for g := 1; g < 1<<len(a); g++ {
		if err := every(t.ctx, 1024, g); err != nil {
			return 0, 0, err
		}
		i := 0
		for g>>i&1 == 0 {
			i++
		}
		sign := int64(1)
		if in[i] {
			sign = -1
		}
		in[i] = !in[i]
		up, down := int64(0), int64(0)
		for j, v := range a[i] {
			sum[j] += sign * v
			up += max(sum[j], 0)
			down -= min(sum[j], 0)
		}
		most, least = max(most, up), max(least, down)
	}
	return most, least, nil
}

// turn exchanges rows and columns; without rows there are no columns.
func turn(a [][]int64) [][]int64 {
	var b [][]int64
	for i := range a {
		if b == nil {
			b = make([][]int64, len(a[0]))
		}
		for j, v := range a[i] {
			b[j] = append(b[j], v)
		}
	}
	return b
}

// Mixture weighs signed rectangles. If for every entry within the promise the sum
// of Weight Sign (sign of the entry), over the rectangles that hold it, is at
// least d, then under every distribution some rectangle has discrepancy at least
// d divided by the total weight.
type Mixture struct {
	Kind       string   `json:"kind"` // "mixture"
	Rectangles []Signed `json:"rectangles"`
}

// Signed is a rectangle of a Mixture.
type Signed struct {
	Weight int64 `json:"weight"`
	Sign   int64 `json:"sign"`
	Rectangle
}

var _ = register("mixture", func(t *work, c Claim, e *Mixture) (*big.Rat, error) {
	return t.mean(c, e.Rectangles, nil)
})

// mean is what rectangles pay at least for an orbit of entries under symmetries of the
// signs (without any: for an entry), on average and over the sum of their weights.
func (t *work) mean(c Claim, rectangles []Signed, symmetries []Symmetry) (*big.Rat, error) {
	if c.Measure != DiscBest || c.End != Lower {
		return nil, errOther
	}
	a, err := t.signs()
	if err != nil {
		return nil, err
	}
	got, total, err := t.mixed(a, rectangles)
	if err != nil || total == 0 {
		return new(big.Rat), err
	}
	orbit, size, err := t.orbits(a, symmetries)
	if err != nil {
		return nil, err
	}
	sum := map[int]*big.Int{}
	for k, p := range t.cells {
		if p != 0 {
			if sum[orbit[k]] == nil {
				sum[orbit[k]] = new(big.Int)
			}
			sum[orbit[k]].Add(sum[orbit[k]], big.NewInt(got[k]))
		}
	}
	least := big.NewRat(1, 1) // no entry is paid more
	for o, s := range sum {
		least = smallest(least, new(big.Rat).SetFrac(s, new(big.Int).Mul(big.NewInt(total), big.NewInt(size[o]))))
	}
	return least, nil
}

// mixed is what the rectangles pay for every entry, and the sum of their weights.
func (t *work) mixed(a [][]int64, rectangles []Signed) (got []int64, total int64, err error) {
	if err := t.spend(t.Rows, t.Cols); err != nil {
		return nil, 0, err
	}
	got = make([]int64, t.Rows*t.Cols)
	for _, r := range rectangles {
		if r.Weight <= 0 || r.Weight > 1<<40 || r.Sign != 1 && r.Sign != -1 || len(rectangles) > 1<<20 {
			return nil, 0, fmt.Errorf("weight %d, sign %d", r.Weight, r.Sign)
		}
		if err := errors.Join(indices(r.Rows, t.Rows), indices(r.Cols, t.Cols)); err != nil {
			return nil, 0, err
		}
		if err := t.spend(len(r.Rows)+1, len(r.Cols)+1); err != nil {
			return nil, 0, err
		}
		total += r.Weight
		for _, i := range r.Rows {
			for _, j := range r.Cols {
				got[i*t.Cols+j] += r.Weight * r.Sign * a[i][j]
			}
		}
	}
	return got, total, nil
}
