package proof

import "math/bits"

// Pairs is which of n prefixes are apart: with some suffix that was seen, no answer is
// right for both.
type Pairs struct {
	n, words int
	apart    []uint64 // a line of words for each prefix; a pair stands in one of its two lines
}

// MostPairs is the most prefixes that are compared.
const MostPairs = 1 << 15

// NewPairs is n prefixes before any suffix.
func NewPairs(n int) *Pairs {
	words := (n + 63) / 64
	return &Pairs{n, words, make([]uint64, n*words)}
}

// Saw adds a suffix with which prefix k has output of[k], a number from 0 on, or -1
// where that is no input; clash says that no answer is right for two outputs. Of two
// that clash one is not the most frequent: only its line is written.
func (p *Pairs) Saw(of []int, clash func(u, v int) bool) {
	var with [][]uint64 // the prefixes with each output
	var many []int
	for k, u := range of {
		for u >= len(with) {
			with, many = append(with, make([]uint64, p.words)), append(many, 0)
		}
		if u >= 0 {
			with[u][k/64] |= 1 << (k % 64)
			many[u]++
		}
	}
	most := 0
	for u, m := range many {
		if m > many[most] {
			most = u
		}
	}
	against := make([][]uint64, len(with))
	for k, u := range of {
		if u < 0 || u == most {
			continue
		}
		if against[u] == nil {
			against[u] = make([]uint64, p.words)
			for v := range with {
				if many[v] > 0 && clash(u, v) {
					for i, word := range with[v] {
						against[u][i] |= word
					}
				}
			}
		}
		line := p.apart[k*p.words : (k+1)*p.words]
		for i, word := range against[u] {
			line[i] |= word
		}
	}
}

// Alike calls f with every two prefixes that are not apart, the smaller number last,
// until it returns false.
func (p *Pairs) Alike(f func(k, l int) bool) {
	for k := range p.n {
		line := p.apart[k*p.words:]
		for i := range (k + 63) / 64 {
			left := ^line[i]
			if 64*i+64 > k {
				left &= 1<<(k-64*i) - 1
			}
			for ; left != 0; left &= left - 1 {
				l := 64*i + bits.TrailingZeros64(left)
				if p.apart[l*p.words+k/64]>>(k%64)&1 == 0 && !f(k, l) {
					return
				}
			}
		}
	}
}
