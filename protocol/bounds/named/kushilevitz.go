package named

import "math/bits"

// Kushilevitz: a function of six bits that every change of one bit of 0 changes, and that is
// a polynomial of degree 3 only; applied to x AND y. Its leaves are matrices again.
var _ = register(&Family{
	Name:  "kushilevitz",
	Doc:   "1 iff the word x AND y of 6^n bits is taken to 1 by n levels of Kushilevitz's function of six bits, of degree 3",
	Cite:  []string{"NisanWigderson1995"},
	Least: 1, Most: 1, // n = 2 has 2^36 rows
	Lines: func(int) (rows, cols int) { return 1 << 6, 1 << 6 },
	At:    total(func(_, i, j int) bool { return kushilevitz(uint(i & j)) }),
})

// kushilevitz is the polynomial: the sum of the bits, less the sum of the products of
// two, plus the sum of these ten products of three.
func kushilevitz(word uint) bool {
	k := bits.OnesCount(word)
	value := k - k*(k-1)/2
	for _, three := range [10][3]uint{
		{1, 3, 4}, {1, 2, 5}, {1, 4, 5}, {2, 3, 4}, {2, 3, 5}, {1, 2, 6}, {1, 3, 6}, {2, 4, 6}, {3, 5, 6}, {4, 5, 6},
	} {
		all := uint(0)
		for _, b := range three {
			all |= 1 << (b - 1)
		}
		if word&all == all {
			value++
		}
	}
	if value != 0 && value != 1 {
		panic("kushilevitz: the polynomial is no function of bits")
	}
	return value == 1
}
