package exact

import "math/big"

// SignedBits is the number of bits p with -2^(p-1) <= v <= 2^(p-1) - 1.
func SignedBits(v int64) int {
	if v < 0 {
		v = -(v + 1)
	}
	return big.NewInt(v).BitLen() + 1
}

// BigSignedBits is signedBits for big integers.
func BigSignedBits(v *big.Int) int {
	if v.Sign() < 0 {
		return new(big.Int).Not(v).BitLen() + 1
	}
	return v.BitLen() + 1
}
