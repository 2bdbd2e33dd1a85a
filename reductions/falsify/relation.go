package falsify

import (
	"context"
	"math/big"
)

// relation looks for z in {-1, 0, 1}^n, not 0, with sum_i z_i delta_i = 0, by the
// lattice reduction of Lenstra, Lenstra and Lovasz (1982) in exact integers: the
// rows (e_i, C delta_i) with a large C span a lattice whose short vectors are
// relations with small coefficients. nil: none of the reduced vectors is one.
func relation(ctx context.Context, delta []*big.Int) ([]int, error) {
	const most = 48 // bits of x that are used; reduction takes cubic time and more
	n := min(len(delta), most)
	var weight big.Int // C: larger than any short relation's length
	weight.SetInt64(int64(4 * n))
	l := &lattice{}
	for i := range n {
		row := make([]*big.Int, n+1)
		for j := range row {
			row[j] = new(big.Int)
		}
		row[i].SetInt64(1)
		row[n].Mul(delta[i], &weight)
		l.rows = append(l.rows, row)
	}
	if err := l.reduce(ctx); err != nil {
		return nil, err
	}
	for _, row := range l.rows {
		if z := small(row, n, len(delta)); z != nil {
			return z, nil
		}
	}
	for i, a := range l.rows { // sums and differences of two reduced vectors
		for _, b := range l.rows[:i] {
			for _, sign := range []int64{1, -1} {
				sum := make([]*big.Int, n+1)
				for j := range sum {
					sum[j] = new(big.Int).Add(a[j], new(big.Int).Mul(b[j], big.NewInt(sign)))
				}
				if z := small(sum, n, len(delta)); z != nil {
					return z, nil
				}
			}
		}
	}
	return nil, nil
}

// small reads a relation off a row, or nil where a coefficient is too large.
func small(row []*big.Int, n, full int) []int {
	if row[n].Sign() != 0 {
		return nil
	}
	z := make([]int, full)
	some := false
	for i := range n {
		if !row[i].IsInt64() || row[i].Int64() > 1 || row[i].Int64() < -1 {
			return nil
		}
		z[i] = int(row[i].Int64())
		some = some || z[i] != 0
	}
	if !some {
		return nil
	}
	return z
}

// lattice is a basis under reduction, with the integers of de Weger's variant: d_k
// is the Gram determinant of the first k rows, and lambda_kj = d_(j+1) mu_kj.
type lattice struct {
	rows   [][]*big.Int
	d      []*big.Int   // d[0] = 1
	lambda [][]*big.Int // below the diagonal
}

func dot(a, b []*big.Int) *big.Int {
	sum, p := new(big.Int), new(big.Int)
	for k := range a {
		sum.Add(sum, p.Mul(a[k], b[k]))
	}
	return sum
}

func (l *lattice) reduce(ctx context.Context) error {
	n := len(l.rows)
	l.d = make([]*big.Int, n+1)
	l.d[0] = big.NewInt(1)
	l.lambda = make([][]*big.Int, n)
	for k := range n {
		l.lambda[k] = make([]*big.Int, k)
		l.project(k)
	}
	for k := 1; k < n; {
		if err := ctx.Err(); err != nil {
			return err
		}
		l.subtract(k, k-1)
		// Swap while |b*_k|^2 < (3/4 - mu^2) |b*_(k-1)|^2, cleared of denominators.
		left := new(big.Int).Mul(l.d[k+1], l.d[k-1])
		left.Add(left, new(big.Int).Mul(l.lambda[k][k-1], l.lambda[k][k-1]))
		left.Lsh(left, 2)
		right := new(big.Int).Mul(l.d[k], l.d[k])
		right.Mul(right, big.NewInt(3))
		if left.Cmp(right) < 0 {
			l.swap(k)
			k = max(k-1, 1)
			continue
		}
		for j := k - 2; j >= 0; j-- {
			l.subtract(k, j)
		}
		k++
	}
	return nil
}

// project computes lambda and d of row k from those of the rows before it.
func (l *lattice) project(k int) {
	for j := 0; j <= k; j++ {
		u := dot(l.rows[k], l.rows[j])
		for i := range j {
			u.Mul(u, l.d[i+1])
			li := l.lambda[j]
			var x *big.Int
			if j == k {
				x = new(big.Int).Mul(l.lambda[k][i], l.lambda[k][i])
			} else {
				x = new(big.Int).Mul(l.lambda[k][i], li[i])
			}
			u.Sub(u, x)
			u.Quo(u, l.d[i])
		}
		if j < k {
			l.lambda[k][j] = u
		} else {
			l.d[k+1] = u
		}
	}
}

// subtract makes |mu_kj| at most 1/2.
func (l *lattice) subtract(k, j int) {
	twice := new(big.Int).Lsh(l.lambda[k][j], 1)
	if twice.CmpAbs(l.d[j+1]) <= 0 {
		return
	}
	q := new(big.Int).Add(twice, l.d[j+1])
	q.Div(q, new(big.Int).Lsh(l.d[j+1], 1)) // nearest integer to lambda / d
	p := new(big.Int)
	for c := range l.rows[k] {
		l.rows[k][c].Sub(l.rows[k][c], p.Mul(q, l.rows[j][c]))
	}
	l.lambda[k][j].Sub(l.lambda[k][j], p.Mul(q, l.d[j+1]))
	for i := range j {
		l.lambda[k][i].Sub(l.lambda[k][i], p.Mul(q, l.lambda[j][i]))
	}
}

// swap exchanges rows k-1 and k.
func (l *lattice) swap(k int) {
	l.rows[k], l.rows[k-1] = l.rows[k-1], l.rows[k]
	for j := range k - 1 {
		l.lambda[k][j], l.lambda[k-1][j] = l.lambda[k-1][j], l.lambda[k][j]
	}
	lam := l.lambda[k][k-1]
	b := new(big.Int).Mul(l.d[k-1], l.d[k+1])
	b.Add(b, new(big.Int).Mul(lam, lam))
	b.Quo(b, l.d[k])
	for i := k + 1; i < len(l.rows); i++ {
		t := l.lambda[i][k]
		u := l.lambda[i][k-1]
		newK := new(big.Int).Mul(l.d[k+1], u)
		newK.Sub(newK, new(big.Int).Mul(lam, t))
		newK.Quo(newK, l.d[k])
		newK1 := new(big.Int).Mul(b, t)
		newK1.Add(newK1, new(big.Int).Mul(lam, newK))
		newK1.Quo(newK1, l.d[k+1])
		l.lambda[i][k], l.lambda[i][k-1] = newK, newK1
	}
	l.d[k] = b
}
