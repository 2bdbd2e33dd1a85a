package matrix

import (
	"fmt"
	"math"

	"crosscut/models/tasks"
	"crosscut/protocol"
)

// inputs lists everything that one owner's positions can hold, in lexicographic
// order, the first position counting most. Sequences that the task forbids (an
// edge twice) are left out.
type inputs struct {
	pos      []int           // positions, increasing
	alphabet [][]tasks.Token // of each position
	valid    []int           // numbers of the allowed ones; nil: all
	count    int
}

// product is how many words there are, as a float so that it cannot overflow.
func product(sh tasks.Shape, positions int) float64 {
	return math.Pow(alphabetSize(sh), float64(positions))
}

func alphabetSize(sh tasks.Shape) float64 {
	if sh.Task.AlphabetSize != nil {
		return sh.Task.AlphabetSize(sh)
	}
	return float64(len(sh.Task.Alphabet(sh, 1)))
}

// allInputs lists the inputs at some positions without leaving any out.
func allInputs(sh tasks.Shape, pos []int) (*inputs, error) {
	in := &inputs{pos: pos, count: 1}
	for _, i := range pos {
		a := sh.Task.Alphabet(sh, i)
		if len(a) == 0 {
			return nil, fmt.Errorf("matrix: %s: no token can stand at position %d", sh.Task.Name, i)
		}
		in.alphabet = append(in.alphabet, a)
		in.count *= len(a)
	}
	return in, nil
}

// newInputs lists the inputs at some positions; public tokens are in seq. The
// number of words was checked to be small.
func newInputs(sh tasks.Shape, split tasks.Split, who protocol.Player, seq []tasks.Token) (*inputs, error) {
	in, err := allInputs(sh, split.Positions(who))
	if err != nil {
		return nil, err
	}
	if sh.Task.CheckSeq == nil {
		return in, nil
	}
	public := split.Positions(tasks.Public)
	seen := make([]tasks.Token, 0, sh.N)
	var at []int
	for i, o := range split.Owner {
		if o == who || o == tasks.Public {
			at = append(at, i+1)
		}
	}
	work := make([]tasks.Token, sh.N)
	for _, i := range public {
		work[i-1] = seq[i-1]
	}
	c := cursor{in: in, at: -1}
	valid := []int{}
	for k := range in.count {
		c.put(work, k)
		seen = seen[:0]
		for _, i := range at {
			seen = append(seen, work[i-1])
		}
		if sh.Task.CheckSeq(sh, at, seen) == nil {
			valid = append(valid, k)
		}
	}
	in.valid, in.count = valid, len(valid)
	if in.count == 0 {
		return nil, fmt.Errorf("matrix: %s: %v has no allowed input", sh.Task.Name, who)
	}
	return in, nil
}

// tokens is input k.
func (in *inputs) tokens(k int) []tasks.Token {
	seq := make([]tasks.Token, 0, len(in.pos))
	if in.valid != nil {
		k = in.valid[k]
	}
	digits := make([]int, len(in.pos))
	for p := len(in.pos) - 1; p >= 0; p-- {
		digits[p] = k % len(in.alphabet[p])
		k /= len(in.alphabet[p])
	}
	for p, d := range digits {
		seq = append(seq, in.alphabet[p][d])
	}
	return seq
}

// cursor writes inputs into a sequence; consecutive ones cost little.
type cursor struct {
	in    *inputs
	at    int // the word that stands in the sequence; -1: none
	digit []int
}

// put writes input k.
func (c *cursor) put(seq []tasks.Token, k int) {
	in := c.in
	if in.valid != nil {
		k = in.valid[k]
	}
	if c.digit == nil {
		c.digit = make([]int, len(in.pos))
	}
	switch {
	case k == c.at:
		return
	case c.at >= 0 && k == c.at+1:
		for p := len(in.pos) - 1; p >= 0; p-- {
			c.digit[p]++
			if c.digit[p] < len(in.alphabet[p]) {
				seq[in.pos[p]-1] = in.alphabet[p][c.digit[p]]
				break
			}
			c.digit[p] = 0
			seq[in.pos[p]-1] = in.alphabet[p][0]
		}
	default:
		rest := k
		for p := len(in.pos) - 1; p >= 0; p-- {
			c.digit[p] = rest % len(in.alphabet[p])
			rest /= len(in.alphabet[p])
			seq[in.pos[p]-1] = in.alphabet[p][c.digit[p]]
		}
	}
	c.at = k
}
