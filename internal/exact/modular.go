package exact

import "fmt"

// Mersenne is the prime 2^31 - 1, by which a word is reduced with a shift and an
// addition. Ranks modulo it are at most those over the rationals, so they prove no less.
const Mersenne = 1<<31 - 1

// RankModulo is the rank of m modulo a prime below 2^32, so that products fit 64
// bits: at most the rank over the rationals, and only equality needs luck. Rows
// have equal length and entries in 0..prime-1; m is destroyed.
func RankModulo(m [][]uint64, prime uint64) int {
	if prime < 2 || prime >= 1<<32 {
		panic(fmt.Sprintf("exact: %d is no prime below 2^32", prime))
	}
	r := 0
	for c := 0; r < len(m) && c < len(m[0]); c++ {
		lead := r
		for lead < len(m) && m[lead][c] == 0 {
			lead++
		}
		if lead == len(m) {
			continue
		}
		m[r], m[lead] = m[lead], m[r]
		inverse := power(m[r][c], prime-2, prime)
		for i := r + 1; i < len(m); i++ {
			if m[i][c] == 0 {
				continue
			}
			factor := prime - m[i][c]*inverse%prime
			for k := c; k < len(m[i]); k++ {
				m[i][k] = (m[i][k] + factor*m[r][k]) % prime
			}
		}
		r++
	}
	return r
}

// power is a^e modulo m.
func power(a, e, m uint64) uint64 {
	r := uint64(1)
	for ; e > 0; e >>= 1 {
		if e&1 == 1 {
			r = r * a % m
		}
		a = a * a % m
	}
	return r
}
