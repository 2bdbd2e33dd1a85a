package named

// NisanWigderson: 1 iff the word x AND y of 3^n bits is taken to 1 by n levels of: exactly one or two of three are 1.
var _ = register(&Family{
	Name:  "nisan-wigderson",
	Doc:   "1 iff the word x AND y of 3^n bits is taken to 1 by n levels of: exactly one or two of three are 1",
	Cite:  []string{"NisanWigderson1995"},
	Least: 1, Most: 2,
	Lines: func(n int) (rows, cols int) { return 1 << leaves(n), 1 << leaves(n) },
	At:    total(func(n, i, j int) bool { return mixed(uint(i&j), leaves(n)) }),
})

// leaves is the number of bits of n levels of threes.
func leaves(n int) int {
	k := 1
	for range n {
		k *= 3
	}
	return k
}

// mixed is the function of Nisan and Wigderson on so many bits, a power of 3.
func mixed(word uint, size int) bool {
	if size == 1 {
		return word&1 == 1
	}
	ones := 0
	for k := range 3 {
		if mixed(word>>(k*size/3), size/3) {
			ones++
		}
	}
	return ones == 1 || ones == 2
}
