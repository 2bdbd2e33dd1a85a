package attention

import (
	"fmt"
	"math/big"

	"crosscut/protocol"
)

// Range holds the integers from Low to High. A number that is known to lie in one costs
// ceil(log2(High - Low + 1)) bits, none where the ends are equal.
type Range struct{ Low, High *big.Int }

// bits is what a number of the range costs.
func (r Range) bits() int { return new(big.Int).Sub(r.High, r.Low).BitLen() }

// widthOf is what a list of numbers costs: p bits each where no ranges are declared.
func widthOf(ranges []Range, n, p int) int {
	if ranges == nil {
		return n * p
	}
	sum := 0
	for _, r := range ranges {
		sum += r.bits()
	}
	return sum
}

// packIn writes numbers by their ranges, offset by the least; outside one is an error.
func (v Ints) packIn(w *protocol.Packer, ranges []Range, p int) error {
	if ranges == nil {
		v.pack(w, p)
		return nil
	}
	for c, r := range ranges {
		x := new(big.Int).Sub(v.Big(c), r.Low)
		if x.Sign() < 0 || v.Big(c).Cmp(r.High) > 0 {
			return fmt.Errorf("models: attention: number %d is %v, outside %v..%v", c+1, v.Big(c), r.Low, r.High)
		}
		w.Big(x, r.bits())
	}
	return nil
}

// unpackIn reads what packIn wrote.
func (v Ints) unpackIn(u *protocol.Unpacker, ranges []Range, p int) {
	if ranges == nil {
		v.unpack(u, p)
		return
	}
	for c, r := range ranges {
		x := u.Big(r.bits())
		v.SetBig(c, x.Add(x, r.Low))
	}
}

// exact says that a head's sums cross by the ranges that Slots declares. Where all
// weights are equal the normaliser is known, and a numerator is a multiple of the
// weight; so only what tokens hold is sent.
func (l *Layer) exact() bool { return l.Slots != nil && l.Arithmetic == WithShift }

// inSlot checks a value against what Slots declares of its position.
func (l *Layer) inSlot(h, pos, first int, v Ints) error {
	at, count, of := l.Slots(h, pos)
	for c := range v.Len() {
		x := v.Big(c)
		if k := first + c; x.Sign() != 0 && (k < at || k >= at+count || x.Cmp(of.Low) < 0 || x.Cmp(of.High) > 0) {
			return rangeError("value", h, pos, k, x)
		}
	}
	return nil
}

// numerators are the ranges of a head's numerators, over the tokens that player p sums
// for a group: the sum of the ranges of the tokens' values, times the weight where
// weights differ. A number that none of her tokens can touch is 0.
func (x *cut) numerators(p protocol.Player, k, h int) []Range {
	if x.l.Mask == nil {
		k = -1
	}
	key := [3]int{int(p), k, h}
	if rs, ok := x.ranges[key]; ok {
		return rs
	}
	rs := make([]Range, x.l.Values)
	zero := new(big.Int)
	for c := range rs {
		rs[c] = Range{zero, zero}
	}
	for i := 1; i <= x.l.n; i++ {
		if x.split.Of(i) != p || x.sent[i] || k >= 0 && !x.l.sees(x.reads[k].pos, i) {
			continue
		}
		first, count, of := x.l.Slots(h, i)
		if !x.l.Equal { // the weight is any from 0 to 2^f
			one := new(big.Int).Lsh(big.NewInt(1), uint(x.l.F))
			of = Range{new(big.Int).Mul(one, minBig(of.Low, zero)), new(big.Int).Mul(one, maxBig(of.High, zero))}
		}
		for c := first; c < first+count; c++ {
			rs[c] = Range{new(big.Int).Add(rs[c].Low, of.Low), new(big.Int).Add(rs[c].High, of.High)}
		}
	}
	if x.ranges == nil {
		x.ranges = map[[3]int][]Range{}
	}
	x.ranges[key] = rs
	return rs
}

func minBig(a, b *big.Int) *big.Int {
	if a.Cmp(b) < 0 {
		return a
	}
	return b
}

func maxBig(a, b *big.Int) *big.Int {
	if a.Cmp(b) > 0 {
		return a
	}
	return b
}

// slotWeight is what a numerator that crosses by its range is a multiple of.
func (l *Layer) slotWeight() *big.Int {
	if l.Equal {
		return new(big.Int).Lsh(big.NewInt(1), uint(l.F))
	}
	return big.NewInt(1)
}

// packSlots writes numerators of row r, from c on, by their ranges.
func (l *Layer) packSlots(w *protocol.Packer, t *tally, r, c int, ranges []Range) error {
	numerators, weight := t.average(r), l.slotWeight()
	for k, of := range ranges {
		if of.bits() == 0 {
			continue
		}
		x, rest := new(big.Int).QuoRem(numerators.Numerator(c+k), weight, new(big.Int))
		if rest.Sign() != 0 || x.Cmp(of.Low) < 0 || x.Cmp(of.High) > 0 {
			return fmt.Errorf("numerator %d is outside its declared range", c+k+1)
		}
		w.Big(x.Sub(x, of.Low), of.bits())
	}
	return nil
}

// unpackSlots adds what packSlots wrote.
func (l *Layer) unpackSlots(u *protocol.Unpacker, t *tally, r, c int, ranges []Range) {
	weight := l.slotWeight()
	for k, of := range ranges {
		if x := u.Big(of.bits()); of.bits() > 0 || of.Low.Sign() != 0 {
			t.addBig(r, c+k, x.Mul(x.Add(x, of.Low), weight))
		}
	}
}
