package exact

import (
	"math"
	"math/big"
)

// Propose looks for the normal of [Separate] with floating-point numbers, much faster, and
// gives one only if integers confirm it. Nil says nothing: there may be one.
func Propose(points [][]int64) []*big.Int {
	dims, n := len(points[0]), len(points)
	rows, cols := dims+1, n+dims+1
	t := make([][]float64, rows+1) // as in Separate, the cost row last
	basis := make([]int, rows)
	for r := range t {
		t[r] = make([]float64, cols+1)
	}
	for i, p := range points {
		long := 0.0
		for _, v := range p {
			long = max(long, math.Abs(float64(v)))
		}
		for r, v := range p {
			t[r][i] = float64(v) / max(long, 1)
		}
		t[dims][i] = 1
	}
	for r := range basis {
		t[r][n+r], basis[r] = 1, n+r
	}
	t[dims][cols] = 1
	cost := t[rows]
	for c := range cost {
		if c < n || c == cols {
			for r := range basis {
				cost[c] -= t[r][c]
			}
		}
	}
	const tiny = 1e-9
	for range 8 * cols { // more steps than any of these took; then it has cycled
		enter := -1
		for c := range n {
			if cost[c] < -tiny && (enter < 0 || cost[c] < cost[enter]) {
				enter = c
			}
		}
		if enter < 0 {
			break
		}
		leave := -1
		for r := range basis {
			if t[r][enter] > tiny && (leave < 0 || t[r][cols]*t[leave][enter] < t[leave][cols]*t[r][enter]) {
				leave = r
			}
		}
		if leave < 0 {
			return nil
		}
		pivot := t[leave][enter]
		for c := range t[leave] {
			t[leave][c] /= pivot
		}
		for r, row := range t {
			if f := row[enter]; r != leave && f != 0 {
				for c, v := range t[leave] {
					row[c] -= float64(f * v) // rounded alike on every machine: not fused
				}
			}
		}
		basis[leave] = enter
	}
	if -cost[cols] < tiny { // a combination seems to cancel
		return nil
	}
	large := 0.0
	for r := range dims {
		large = max(large, math.Abs(cost[n+r]-1))
	}
	w := make([]*big.Int, dims)
	for r := range w {
		w[r] = big.NewInt(int64(math.Round((cost[n+r] - 1) / large * (1 << 24))))
	}
	if !CheckSeparation(points, w, nil) {
		return nil
	}
	return w
}
