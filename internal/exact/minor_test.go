package exact

import (
	"fmt"
	"math/big"
	"math/bits"
)

// Prime61 is the Mersenne prime 2^61 - 1, large enough that a rank modulo it
// rarely falls short of the rank over the rationals.
const Prime61 uint64 = 1<<61 - 1

// Minor is a second way to a rank, with a witness. It finds a square submatrix of a that is regular modulo the prime, as large
// as any: its rows and columns, increasing. A minor that is not 0 modulo a prime
// is not 0, so len(rows) is a lower bound on the rank over the rationals that
// anybody can check from the minor alone; only equality needs luck.
func Minor(a [][]*big.Int, prime uint64) (rows, cols []int) {
	if prime < 2 || prime >= 1<<63 {
		panic(fmt.Sprintf("exact: %d is no prime below 2^63", prime))
	}
	if len(a) == 0 {
		return nil, nil
	}
	p := new(big.Int).SetUint64(prime)
	m := make([][]uint64, len(a))
	at := make([]int, len(a)) // at[k]: which row of a stands in row k
	var t big.Int
	for i, row := range a {
		at[i] = i
		m[i] = make([]uint64, len(row))
		for j, v := range row {
			m[i][j] = t.Mod(v, p).Uint64()
		}
	}
	k := 0
	for c := 0; c < len(a[0]) && k < len(m); c++ {
		lead := k
		for lead < len(m) && m[lead][c] == 0 {
			lead++
		}
		if lead == len(m) {
			continue
		}
		m[k], m[lead] = m[lead], m[k]
		at[k], at[lead] = at[lead], at[k]
		inv := invMod(m[k][c], prime)
		for i := k + 1; i < len(m); i++ {
			if m[i][c] == 0 {
				continue
			}
			f := mulMod(m[i][c], inv, prime)
			for j := c; j < len(m[i]); j++ {
				m[i][j] = subMod(m[i][j], mulMod(f, m[k][j], prime), prime)
			}
		}
		cols = append(cols, c)
		k++
	}
	in := make([]bool, len(a))
	for _, i := range at[:k] {
		in[i] = true
	}
	for i, yes := range in {
		if yes {
			rows = append(rows, i)
		}
	}
	return rows, cols
}

func mulMod(a, b, p uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	_, r := bits.Div64(hi, lo, p)
	return r
}

func subMod(a, b, p uint64) uint64 {
	if a >= b {
		return a - b
	}
	return a + (p - b)
}

// invMod is a^(p-2), the inverse modulo a prime.
func invMod(a, p uint64) uint64 {
	r := uint64(1) % p
	for e := p - 2; e > 0; e >>= 1 {
		if e&1 == 1 {
			r = mulMod(r, a, p)
		}
		a = mulMod(a, a, p)
	}
	return r
}
