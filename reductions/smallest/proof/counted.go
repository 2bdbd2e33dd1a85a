package proof

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"

	"crosscut/models/tasks"
)

// Counted bounds the values of a head with equal weights by the sums that tokens at positions At
// take, the read one not among them. Heads, tokens at a set of positions, are one row where no
// tokens elsewhere tell them apart; rows share no sum. With a token put at one more position,
// heads of different rows keep different sums: so a row takes at least as many sums as
// all the rows together that some token leads to it. The checker tabulates the task and counts.
type Counted struct {
	Kind string `json:"kind"` // "counted"
	At   []int  `json:"at"`   // ascending
}

// SumBits is the least p for which the sums of so many values of p bits are so many kinds.
func SumBits(values, kinds int) (p int) {
	for (1<<p-1)*values+1 < kinds {
		p++
	}
	return p
}

var _ = register("counted", kind{model: "attention", unit: ValueBits, end: "lower", verify: evidence(func(ctx context.Context, f *File, sh tasks.Shape, e *Counted) (int, error) {
	w, err := NewWorld(sh, sh.DefaultRead(), sh.DefaultRead(), 0)
	if err != nil {
		return 0, err
	}
	of := 0
	if len(e.At) == 0 {
		return 0, errors.New("no positions")
	}
	for k, pos := range e.At {
		if pos < 1 || pos > sh.N || pos == w.Read || k > 0 && pos <= e.At[k-1] {
			return 0, fmt.Errorf("positions %v are not ascending ones that are not read", e.At)
		}
		of |= 1 << (pos - 1)
	}
	kinds, err := SumKinds(ctx, w, of)
	if err != nil {
		return 0, err
	}
	return SumBits(len(e.At), kinds[of]), nil
})})

// SumKinds is how many sums the tokens at each set of positions take at least, for all
// sets within one. Sets are bits: 1 is position 1.
func SumKinds(ctx context.Context, w *World, within int) (map[int]int, error) {
	if w.Shape.Task.CheckSeq != nil || w.Shape.Task.Correct != nil || w.Shape.N > 16 {
		return nil, errors.New("rows are counted where every sequence is an input and one answer is right, up to N = 16")
	}
	out, err := outputs(ctx, w, inOrder(w.Shape.N, nil))
	if err != nil || len(out)<<bits.OnesCount(uint(within)) > MaxWork {
		return nil, errors.Join(err, ErrLarge)
	}
	weight := make([]int, w.Shape.N) // what a choice at a position adds to the number of an input
	for pos, left := 0, len(out); pos < w.Shape.N; pos++ {
		left /= len(w.Choices[pos])
		weight[pos] = left
	}
	spelled := func(set int) []int { // what all words at these positions add
		words := []int{0}
		for pos, c := range w.Choices {
			if set>>pos&1 == 1 {
				var longer []int
				for _, word := range words {
					for k := range c {
						longer = append(longer, word+k*weight[pos])
					}
				}
				words = longer
			}
		}
		return words
	}
	type rows struct {
		first []int // a head of each row
		sums  []int // how many it takes at least
	}
	found, kinds := map[int]rows{}, map[int]int{}
	for set := 0; set <= within; set++ { // after all sets within it
		if set&^within != 0 {
			continue
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		rests, row, index, own := spelled((1<<w.Shape.N-1)&^set), map[int]int{}, map[string]int{}, rows{}
		for _, head := range spelled(set) {
			key := make([]byte, 0, 2*len(rests))
			for _, rest := range rests {
				key = binary.LittleEndian.AppendUint16(key, out[head+rest])
			}
			r, ok := index[string(key)]
			if !ok {
				r = len(own.first)
				index[string(key)] = r
				own.first, own.sums = append(own.first, head), append(own.sums, 1)
			}
			row[head] = r
		}
		for pos, c := range w.Choices {
			before := found[set&^(1<<pos)]
			for k := 0; set>>pos&1 == 1 && k < len(c); k++ {
				led := make([]int, len(own.sums))
				for r, head := range before.first {
					led[row[head+k*weight[pos]]] += before.sums[r]
				}
				for r, sums := range led {
					own.sums[r] = max(own.sums[r], sums)
				}
			}
		}
		for _, sums := range own.sums {
			kinds[set] += sums
		}
		found[set] = own
	}
	return kinds, nil
}
