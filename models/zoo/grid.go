package zoo

import (
	"errors"
	"fmt"
	"math"

	"crosscut/models"
	"crosscut/models/fold"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// What the recurrent constructions for qsa share: the grid on which a value in
// [-1, 1] becomes a p-bit number, and the output rule of a causal model.

// grid splits [-1, 1] into 2^p equal cells (the upper end belongs to the cell)
// and stands for each by its middle. So every number is within 2^-p, 1 and -1
// take one bit each where eps is 1/2, and 0 goes below the middle.
type grid struct{ p int }

// index is the number of z's cell, 0..2^p - 1. Scaling by a power of two is
// exact, so no rounding moves a value across a border.
func (g grid) index(z float64) uint64 {
	half := float64(uint64(1) << (g.p - 1))
	k := math.Ceil(z*half) + half - 1
	return uint64(min(max(k, 0), 2*half-1))
}

// zero is the cell of 0, which stands for a value that was not kept.
func (g grid) zero() uint64 { return 1<<(g.p-1) - 1 }

// mean is the average of count values whose cell numbers sum to sum: the
// numerator is an exact integer, the quotient is rounded once.
func (g grid) mean(sum uint64, count int) float64 {
	cells := int64(1) << g.p
	return float64(2*int64(sum)+int64(count)*(1-cells)) / (float64(count) * float64(cells))
}

// gridFor is the grid of the settings: p as set, else the smallest whose error
// sqrt(d) 2^-p in the Euclidean norm, that of each value and so that of every
// average, is at most eps.
func gridFor(sh tasks.Shape, set models.Settings) (grid, error) {
	p, err := set.Int("p", 0), error(nil)
	if p == 0 {
		if p, err = sh.Precision(0); err != nil {
			return grid{}, err
		}
	}
	if q := sh.Int("q"); math.Ldexp(float64(q), p) > 0x1p52 {
		return grid{}, models.Unsupportedf("q = %d numbers of %d bits have sums beyond exact float64", q, p)
	}
	return grid{p}, nil
}

var gridParam = tasks.Param{Name: "p", Doc: "bits of a stored number; default: the least with sqrt(d) 2^-p <= eps", Min: 1, Max: tasks.MaxPrecision}

// codec writes an average of q grid values as the sum of their cells, exactly.
func (g grid) codec(q, d int) fold.Codec {
	most := uint64(q) * (1<<g.p - 1)
	width := protocol.Width(most + 1)
	scale := float64(q) * float64(uint64(1)<<g.p)
	return fold.Codec{
		Bits: protocol.Bits(d * width),
		Put: func(w *protocol.Packer, v tasks.Value) {
			for _, x := range v {
				w.Uint((uint64(int64(math.Round(x*scale))+int64(most)))/2, width)
			}
		},
		Get: func(u *protocol.Unpacker) tasks.Value {
			v := make(tasks.Value, d)
			for c := range v {
				v[c] = g.mean(u.Uint(width), q)
			}
			return v
		},
	}
}

// reachBack refuses sets that point forward: a causal model outputs position i
// when it has seen tokens 1..i and no more.
func reachBack(sh tasks.Shape, hint string) func(int, tasks.Token) error {
	return func(pos int, t tasks.Token) error {
		if last := sh.LastNeeded(pos, t); last > pos {
			return &aheadError{pos, last, hint}
		}
		return nil
	}
}

// aheadError is a read position whose output needs a later token.
type aheadError struct {
	pos, needs int
	hint       string
}

func (e *aheadError) Error() string {
	return fmt.Sprintf("models: output %d needs token %d: a causal model outputs position i when it has read tokens 1..i only", e.pos, e.needs)
}

// Unwrap says that this is no error of the model: the combination makes no sense.
func (e *aheadError) Unwrap() error { return errors.ErrUnsupported }

// Hint says what to ask instead.
func (e *aheadError) Hint() string { return e.hint }

// What to do about an output that lies ahead.
const (
	hintReads      = "read positions that need no later token (--read)"
	hintDirections = hintReads + ", or read from both ends: --set directions=2"
)
