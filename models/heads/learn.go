package heads

import (
	"math"
	"math/rand/v2"

	"crosscut/internal/exact"
)

// learn looks for k heads that compute f by gradient descent (Adam) on the logistic loss, from
// weights drawn at random; on its way it asks every few steps whether the denominators do
// with better numerators. A denominator is a sum of positive weights, one for each variable and
// value. Every product is rounded before it is added, so that all machines take the same path.
func learn(f Function, k, steps int, rng *rand.Rand) (Weights, bool) {
	n := f.N
	size := 3*n + 1 // a head: logarithms of n pairs of weights, then n + 1 numerators
	theta, grad := make([]float64, k*size), make([]float64, k*size)
	mean, square := make([]float64, k*size), make([]float64, k*size)
	for i := range theta {
		theta[i] = 3 * (rng.Float64() - 0.5)
	}
	weight := make([]float64, k*size)
	one, two := 1.0, 1.0
	for step := range steps {
		for i := range theta {
			grad[i] = 0
			if i%size < 2*n {
				weight[i] = exact.Exp(theta[i])
			}
		}
		for x := range f.Points() {
			sum := 0.0
			var num, den [8]float64
			for j := range k {
				h := theta[j*size:]
				w := weight[j*size:]
				num[j] = h[2*n]
				for i := range n {
					b := x >> i & 1
					den[j] += w[2*i+b]
					num[j] += float64(h[2*n+1+i] * float64(b))
				}
				sum += num[j] / den[j]
			}
			sign := float64(f.sign(x))
			pull := -sign / (1 + exact.Exp(math.Min(sum*sign, 500)))
			for j := range k {
				g := grad[j*size:]
				w := weight[j*size:]
				by := pull / den[j]
				g[2*n] += by
				down := float64(by * num[j] / den[j])
				for i := range n {
					b := x >> i & 1
					g[2*i+b] -= float64(down * w[2*i+b])
					g[2*n+1+i] += float64(by * float64(b))
				}
			}
		}
		if step%10 == 9 {
			if w, ok := numerators(f, rounded(weight, n, k)); ok {
				return w, true
			}
		}
		one, two = one*0.9, two*0.99
		for i, g := range grad {
			mean[i] = float64(0.9*mean[i]) + float64(0.1*g)
			square[i] = float64(0.99*square[i]) + float64(0.01*float64(g*g))
			theta[i] -= 0.05 * (mean[i] / (1 - one)) / (math.Sqrt(square[i]/(1-two)) + 1e-9)
			if i%size < 2*n {
				theta[i] = math.Max(-8, math.Min(8, theta[i]))
			}
		}
	}
	return Weights{}, false
}

// rounded are the denominators of weights, as integers.
func rounded(weight []float64, n, k int) [][]int64 {
	size := 3*n + 1
	d := make([][]int64, k)
	for j := range d {
		d[j] = make([]int64, n+1)
		large := 0.0
		for i := range 2 * n {
			large = math.Max(large, weight[j*size+i])
		}
		for i := range n {
			low := 1 + int64(math.Round(1000*weight[j*size+2*i]/large))
			high := 1 + int64(math.Round(1000*weight[j*size+2*i+1]/large))
			d[j][0] += low
			d[j][i+1] = high - low
		}
	}
	return d
}
