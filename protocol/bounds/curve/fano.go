package curve

import "math"

// PerAnswer is how many bits one of values equally likely answers needs when it is right with
// probability 1 - e: Fano's log2 V - h(e) - e log2(V - 1), never below 0.
func PerAnswer(values int, e float64) float64 {
	v := float64(values)
	if e >= 1-1/v {
		return 0
	}
	bits := math.Log2(v)
	if e > 0 {
		bits -= -e*math.Log2(e) - (1-e)*math.Log2(1-e) + e*math.Log2(v-1)
	}
	return max(0, bits)
}

// Fano is the largest mean share of right answers to that many independent uniform questions of
// values answers each, when bits are known about them: with error e_i at question i,
// PerAnswer(e_i) <= I(i; message), whose sum is at most bits, and PerAnswer is convex. Rounded up a little.
func Fano(values, questions int, bits float64) float64 {
	low, high := 0.0, 1-1/float64(values) // of the error
	for range 60 {
		if e := (low + high) / 2; PerAnswer(values, e)*float64(questions) > bits {
			low = e
		} else {
			high = e
		}
	}
	if low == 0 {
		return 1
	}
	return min(1, 1-low+1e-12)
}
