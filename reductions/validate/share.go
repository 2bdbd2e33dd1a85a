package validate

import (
	"context"
	"errors"
	"fmt"
	"math/bits"
)

// Units share the writing of y. A column over all y is most often read off a few of
// them: it is constant, or tells whether some of certain bits of y are 1, or 0. So a
// unit takes the columns that a few y suggest, counts its x against them, and writes
// the y of its share, which must have these very columns. All units together then
// write every y once, as one process does, and their sum is as exact as its.

// ErrOwnWay marks maps that write some y otherwise than the y before suggest: their units
// cannot share the writing.
var ErrOwnWay = errors.New("units cannot share the writing of y")

// anyOf is a column: on where some bit of mask, in the number of y, is bit, and else not on.
type anyOf struct {
	mask, bit uint64
	on        bool
}

func (a anyOf) at(y uint64) bool { return ((y^^(-a.bit))&a.mask != 0) == a.on }

// fill packs the column of all y, from 0 to 64 times the words; there are more than 6 bits.
func (a anyOf) fill(column []uint64) {
	low := [6]uint64{0xaaaaaaaaaaaaaaaa, 0xcccccccccccccccc, 0xf0f0f0f0f0f0f0f0, 0xff00ff00ff00ff00, 0xffff0000ffff0000, 0xffffffff00000000}
	for w := range column {
		var some uint64
		for left := a.mask; left != 0; left &= left - 1 {
			j := bits.TrailingZeros64(left)
			has := -(uint64(w) >> max(0, j-6) & 1)
			if j < 6 {
				has = low[j]
			}
			some |= has ^ ^(-a.bit)
		}
		if !a.on {
			some = ^some
		}
		column[w] = some
	}
}

// tries are drawn besides the y that suggest a column.
const tries = 1 << 10

// suggest fills the columns with what few y suggest, and says whether it could: all
// of these y have them.
func (f *fast) suggest(ctx context.Context) (bool, error) {
	if f.ys < 4*tries { // as quickly written
		return false, nil
	}
	last := uint64(f.ys - 1)
	n := bits.Len64(last)
	ys := []uint64{0, last}
	for j := range n {
		ys = append(ys, 1<<j, last^1<<j)
	}
	for k := range uint64(tries) {
		ys = append(ys, k*0x9e3779b97f4a7c15>>32&last)
	}
	got, want, err := f.written(ctx, len(ys), func(k int) int { return int(ys[k]) })
	if err != nil {
		return false, err
	}
	var all [2][][]uint64
	for side, part := range [][][]uint64{got, want} {
		all[side] = make([][]uint64, len(part))
		for k, col := range part {
			if col == nil {
				continue
			}
			a, ok := suggested(ys, n, col)
			if !ok {
				return false, nil
			}
			all[side][k] = make([]uint64, f.ys/64)
			a.fill(all[side][k])
		}
	}
	f.got, f.want = all[0], all[1]
	return true, nil
}

// suggested is the column that has these values at ys: 0, all ones, the single bits and
// the single gaps of n bits in turns, and more.
func suggested(ys []uint64, n int, values []uint64) (anyOf, bool) {
	on := func(k int) bool { return values[k/64]>>(k%64)&1 == 1 }
	a, b := anyOf{on: !on(0), bit: 1}, anyOf{on: !on(1)}
	for j := range n {
		if on(2+2*j) != on(0) {
			a.mask |= 1 << j
		}
		if on(3+2*j) != on(1) {
			b.mask |= 1 << j
		}
	}
	for _, c := range []anyOf{a, b} {
		right := true
		for k, y := range ys {
			right = right && c.at(y) == on(k)
		}
		if right {
			return c, true
		}
	}
	return anyOf{}, false
}

// part counts the x numbered from..to-1 against all y, as a unit does.
func (f *fast) part(ctx context.Context, opt Options, from, to int) (tally, error) {
	if f.got == nil && !f.alone {
		ok, err := f.suggest(ctx)
		if err != nil {
			return tally{}, err
		}
		f.alone = !ok
	}
	t, err := f.run(ctx, opt, from, to)
	if err == nil && !f.alone {
		err = f.confirm(ctx, opt, f.share(from), f.share(to))
	}
	return t, err
}

// share is the first y that belongs to the x from number x on: these y are shared among the
// x in order, 64 at a time.
func (f *fast) share(x int) int {
	xs := f.s.xs()
	hi, lo := bits.Mul64(uint64(f.ys/64), uint64(x))
	at, _ := bits.Div64(hi, lo, uint64(xs))
	return 64 * int(at)
}

// confirm writes y numbered from..to-1, which must have the columns.
func (f *fast) confirm(ctx context.Context, opt Options, from, to int) error {
	return f.blocks(ctx, opt, from, to, func(first int, got, want [][]uint64) error {
		for side, part := range [][][]uint64{got, want} {
			all := [][][]uint64{f.got, f.want}[side]
			for k, col := range part {
				for w := range (min(first+blockYs, to) - first) / 64 {
					var is, was uint64
					if col != nil {
						is = col[w]
					}
					if all[k] != nil {
						was = all[k][first/64+w]
					}
					if is != was {
						y := f.s.Problem.Y(f.s.Size, first+64*w+bits.TrailingZeros64(is^was))
						return fmt.Errorf("validate: %w: the tokens for y = %s are none that other y suggest", ErrOwnWay, y)
					}
				}
			}
		}
		return nil
	})
}
