package tasks

import (
	"math"
	"math/bits"
)

// residues is a set of residues mod m: a bitmap where m is at most 64 times the
// size that was announced, else a hash table.
type residues struct {
	m      int
	list   []int // the members, each once
	bitmap []uint64
	table  []int // open addressing; member + 1, 0 where free
}

func newResidues(m, size int) *residues {
	s := &residues{m: m, list: make([]int, 0, min(m, size, 1<<16))}
	if m/64 <= max(size, 1024) {
		s.bitmap = make([]uint64, (m+63)/64)
	} else {
		s.table = make([]int, 1<<bits.Len(uint(2*size)))
	}
	return s
}

// slot finds where r stands in the table, or the free place where it would.
func (s *residues) slot(r int) int {
	k := int(uint64(r) * 0x9e3779b97f4a7c15 >> (64 - bits.Len(uint(len(s.table)-1))))
	for s.table[k] != 0 && s.table[k] != r+1 {
		k = (k + 1) & (len(s.table) - 1)
	}
	return k
}

func (s *residues) has(r int) bool {
	if s.bitmap != nil {
		return s.bitmap[r>>6]>>(r&63)&1 == 1
	}
	return s.table[s.slot(r)] != 0
}

func (s *residues) add(r int) {
	if s.has(r) {
		return
	}
	s.list = append(s.list, r)
	if s.bitmap != nil {
		s.bitmap[r>>6] |= 1 << (r & 63)
		return
	}
	if 2*len(s.list) > len(s.table) {
		s.table = make([]int, 2*len(s.table))
		for _, r := range s.list {
			s.table[s.slot(r)] = r + 1
		}
		return
	}
	s.table[s.slot(r)] = r + 1
}

// plus is the set of all sums of a member of a and a member of b.
func (a *residues) plus(b *residues) *residues {
	sum := newResidues(a.m, sumSize(a, b))
	if a.bitmap == nil || len(a.list) <= len(a.bitmap) || sum.bitmap == nil {
		for _, u := range a.list {
			for _, v := range b.list {
				sum.add((u + v) % a.m)
			}
		}
		return sum
	}
	for _, v := range b.list { // a rotated by v, 64 members at a time
		orShifted(sum.bitmap, a.bitmap, v)
		orShifted(sum.bitmap, a.bitmap, v-a.m)
	}
	if r := a.m & 63; r != 0 {
		sum.bitmap[len(sum.bitmap)-1] &= 1<<r - 1
	}
	for k, word := range sum.bitmap {
		for ; word != 0; word &= word - 1 {
			sum.list = append(sum.list, k<<6+bits.TrailingZeros64(word))
		}
	}
	return sum
}

// orShifted ors src, shifted up by n places (down if n < 0), into dst.
func orShifted(dst, src []uint64, n int) {
	words, r := n>>6, n&63 // floor and remainder, also for n < 0
	for k := max(0, words); k < len(dst) && k-words-1 < len(src); k++ {
		if j := k - words; j < len(src) {
			dst[k] |= src[j] << r
		}
		if j := k - words - 1; r != 0 && j >= 0 {
			dst[k] |= src[j] >> (64 - r)
		}
	}
}

func sumSize(a, b *residues) int {
	return int(min(float64(a.m), float64(len(a.list))*float64(len(b.list))))
}

// sumCost is about how many steps a.plus(b) takes.
func sumCost(a, b *residues) float64 {
	each := float64(len(a.list))
	if a.bitmap != nil {
		each = min(each, float64(len(a.bitmap)))
	}
	return each * float64(len(b.list))
}

// reach answers whether k tokens sum to t mod m, repeats allowed.
type reach struct {
	m    int
	fold []*residues // fold[j-1]: all sums of j tokens
}

// newReach collects the residues of seq, and the sums of 2, 3, ... of them while
// that is cheaper than searching for each of the asked sums of k.
func newReach(m int, seq []Token, k, asked int) *reach {
	one := newResidues(m, len(seq))
	for _, t := range seq {
		one.add(t.X % m)
	}
	r := &reach{m, []*residues{one}}
	for j := 2; j <= k; j++ {
		last := r.fold[j-2]
		search := float64(asked) * math.Pow(float64(len(one.list)), float64(k-j+1))
		if sumSize(last, one) > 1<<21 || sumCost(last, one) >= search {
			break
		}
		r.fold = append(r.fold, last.plus(one))
	}
	return r
}

func (r *reach) hits(k, t int) bool {
	if k <= len(r.fold) {
		return r.fold[k-1].has(t)
	}
	for _, u := range r.fold[0].list {
		rest := t - u
		if rest < 0 {
			rest += r.m
		}
		if r.hits(k-1, rest) {
			return true
		}
	}
	return false
}
