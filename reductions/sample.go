package reductions

import (
	"math/rand/v2"

	"crosscut/protocol"
)

// Sample is input pair k of a fixed sequence for the seed. Uniform pairs almost
// never have the rare answer (two random sets intersect), so the sequence takes
// turns: uniform; x beside its complement, alone and with one bit flipped; x
// beside itself, alone and with one bit flipped; two single ones. Where the inputs are
// no bit strings of one length, every other pair is the first of 64 with the
// answer 1, if there is one and answers are 0 and 1.
func (in *Instance) Sample(seed, k uint64) (x, y protocol.Word) {
	p, n := in.From, in.Size
	rng := rand.New(rand.NewPCG(seed, k))
	width := p.XBits(n)
	x = p.RandomX(n, rng)
	if !p.Strings(n) {
		y = p.RandomY(n, rng)
		for tries := 0; p.YesNo() && k%2 == 1 && tries < 64 && !p.Holds(n, x, y); tries++ {
			y = p.RandomY(n, rng)
		}
		return x, y
	}
	one := rng.IntN(width)
	switch k % 6 {
	case 0:
		return x, Flip(x, func(int) bool { return true })
	case 1:
		return x, Flip(x, func(i int) bool { return i != one })
	case 2:
		return x, p.RandomY(n, rng)
	case 3:
		return x, x
	case 4:
		return x, Flip(x, func(i int) bool { return i == one })
	}
	two := one
	if rng.IntN(2) == 0 {
		two = rng.IntN(width)
	}
	return Unit(width, one), Unit(width, two)
}

// Word is the word of width bits in which those are 1 that one names, counting from 0.
func Word(width int, one func(i int) bool) protocol.Word {
	var p protocol.Packer
	for i := range width {
		bit := uint64(0)
		if one(i) {
			bit = 1
		}
		p.Uint(bit, 1)
	}
	return p.Word()
}

// Flip returns w with the bits flipped that flip names, counting from 0.
func Flip(w protocol.Word, flip func(i int) bool) protocol.Word {
	return Word(int(w.Len()), func(i int) bool { return w.Bit(i) != flip(i) })
}

// Unit is the word of width bits in which bit i alone is 1, counting from 0.
func Unit(width, i int) protocol.Word {
	return Word(width, func(k int) bool { return k == i })
}
