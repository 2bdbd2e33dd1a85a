// Package bapo decides, at small sizes, how many bits a bounded-attention prefix oracle
// needs (arXiv 2505.08140). A word is cut after k tokens. The prefix oracle f says a bits
// about the prefix; the attention g, which knows the suffix and k alone, marks pairs
// (token, position); the suffix oracle h sees f, the suffix, and min(b, marked) of the
// prefix's marked tokens with their positions, and must give the answer whichever marked
// tokens it is shown. All three are arbitrary.
//
// f sees nothing but the prefix, so cuts are independent: a(n, b) is the largest over
// cuts. At one cut f is a colouring of the prefixes; it serves if for every suffix some
// set of marks leaves no two prefixes of one colour with different answers and one view
// in common.
package bapo

import (
	"context"
	"crosscut/internal/exact"
	"errors"
	"fmt"
	"math/bits"
	"slices"
)

// Function is a function of words; position i holds one of Sizes[i] tokens.
type Function struct {
	Sizes []int
	At    func(word []int) int
}

// Cut is a function cut after K tokens, with B tokens attended; one goroutine uses it.
type Cut struct {
	K, B     int
	prefixes [][]int
	suffixes [][]int
	tokens   []uint32 // of each prefix: the pairs (position, token) that it holds, as bits
	marks    int      // the number of pairs
	answer   [][]int  // [suffix][prefix]
	views    map[[2]int][]uint64
}

// MaxMarks bounds the pairs (position, token) of a prefix: all 2^MaxMarks sets are tried.
const MaxMarks = 15

// Cut cuts f after k tokens; b are attended.
func (f Function) Cut(k, b int) (*Cut, error) {
	c := &Cut{K: k, B: b, prefixes: words(f.Sizes[:k]), suffixes: words(f.Sizes[k:]), views: map[[2]int][]uint64{}}
	for _, s := range f.Sizes[:k] {
		c.marks += s
	}
	if b == 0 {
		c.marks = 0 // nothing is shown, whatever is marked
	}
	if c.marks > MaxMarks {
		return nil, fmt.Errorf("bapo: %d pairs of position and token at cut %d, more than %d", c.marks, k, MaxMarks)
	}
	for _, p := range c.prefixes {
		mask, at := uint32(0), 0
		for i, v := range p {
			mask |= 1 << (at + v)
			at += f.Sizes[i]
		}
		c.tokens = append(c.tokens, mask)
	}
	for _, s := range c.suffixes {
		row := make([]int, len(c.prefixes))
		for i, p := range c.prefixes {
			row[i] = f.At(slices.Concat(p, s))
		}
		c.answer = append(c.answer, row)
	}
	return c, nil
}

func words(sizes []int) [][]int {
	all := [][]int{{}}
	for _, s := range sizes {
		var longer [][]int
		for _, w := range all {
			for v := range s {
				longer = append(longer, append(slices.Clone(w), v))
			}
		}
		all = longer
	}
	return all
}

// share says whether two prefixes can show one view when the pairs in marks are marked.
func (c *Cut) share(i, j int, marks uint32) bool {
	a, b := c.tokens[i]&marks, c.tokens[j]&marks
	if bits.OnesCount32(a) >= c.B && bits.OnesCount32(b) >= c.B {
		return bits.OnesCount32(a&b) >= c.B
	}
	return a == b
}

// clash are the sets of marks, as bits, under which two prefixes can show one view.
func (c *Cut) clash(i, j int) []uint64 {
	set := c.views[[2]int{i, j}]
	if set == nil {
		set = make([]uint64, (1<<c.marks+63)/64)
		for m := range 1 << c.marks {
			if c.share(i, j, uint32(m)) {
				set[m/64] |= 1 << (m % 64)
			}
		}
		c.views[[2]int{i, j}] = set
	}
	return set
}

// Scheme is an upper bound at one cut: a colour for each prefix, and the marks for each suffix.
type Scheme struct {
	Colours int
	Colour  []int
	Marks   []uint32
}

// Core is a lower bound at one cut: prefixes and suffixes, by number, such that no colouring of
// these prefixes with Colours colours serves all these suffixes.
type Core struct {
	Colours            int
	Prefixes, Suffixes []int
}

// search colours prefixes; alive are, for each suffix, the sets of marks that still serve.
type search struct {
	*Cut
	ctx      context.Context
	colours  int
	prefixes []int
	suffixes []int
	clash    [][][][]uint64 // [suffix][i][j < i]: sets of marks under which i and j clash; nil: none
	colour   []int
	same     []int // prefixes of one colour, for with
	used     int
	steps    int
}

// errStopped says that a search ended early.
var errStopped = errors.New("bapo: stopped")

func (c *Cut) find(ctx context.Context, colours int, prefixes, suffixes []int) (s *Scheme, err error) {
	t := &search{Cut: c, ctx: ctx, colours: colours, prefixes: prefixes, suffixes: suffixes}
	all := make([]uint64, (1<<c.marks+63)/64)
	for m := range 1 << c.marks {
		all[m/64] |= 1 << (m % 64)
	}
	alive := make([][]uint64, len(suffixes))
	for y, suffix := range suffixes {
		alive[y] = all
		rows := make([][][]uint64, len(prefixes))
		for i := range rows {
			rows[i] = make([][]uint64, i)
			for j := range i {
				if p, q := prefixes[i], prefixes[j]; c.answer[suffix][p] != c.answer[suffix][q] {
					rows[i][j] = c.clash(p, q)
				}
			}
		}
		t.clash = append(t.clash, rows)
	}
	t.colour = slices.Repeat([]int{-1}, len(prefixes))
	last, err := t.expand(alive)
	if err != nil || last == nil {
		return nil, err
	}
	s = &Scheme{Colours: colours, Colour: t.colour}
	for _, set := range last {
		for w, v := range set {
			if v != 0 {
				s.Marks = append(s.Marks, uint32(64*w+bits.TrailingZeros64(v)))
				break
			}
		}
	}
	return s, nil
}

// expand colours one prefix more: the one with the fewest colours left. It returns the marks that
// are alive when all are coloured, nil where there is no way.
func (t *search) expand(alive [][]uint64) ([][]uint64, error) {
	if t.steps++; t.steps%64 == 0 && t.ctx.Err() != nil {
		return nil, errStopped
	}
	pick, least := -1, t.colours+2
	var options [][][]uint64
	for i, have := range t.colour {
		if have >= 0 {
			continue
		}
		var left [][][]uint64
		count := 0
		for c := range min(t.used+1, t.colours) {
			next := t.with(alive, i, c)
			if left = append(left, next); next == nil {
				continue
			}
			if count++; count == least { // another has as few
				break
			}
		}
		if count < least {
			if pick, least, options = i, count, left; count == 0 {
				return nil, nil
			}
		}
	}
	if pick < 0 {
		return alive, nil
	}
	for c, next := range options {
		if next == nil {
			continue
		}
		used := t.used
		t.colour[pick], t.used = c, max(t.used, c+1)
		if done, err := t.expand(next); done != nil || err != nil {
			return done, err
		}
		t.colour[pick], t.used = -1, used
	}
	return nil, nil
}

// with is what stays alive when prefix i gets colour c; nil where some suffix has no marks left.
func (t *search) with(alive [][]uint64, i, c int) [][]uint64 {
	out := make([][]uint64, len(alive))
	t.same = t.same[:0]
	for j, have := range t.colour {
		if have == c {
			t.same = append(t.same, j)
		}
	}
	var room []uint64 // for what becomes less, all in one piece
	for y, set := range alive {
		next, fresh := set, false
		for _, j := range t.same {
			clash := t.clash[y][max(i, j)][min(i, j)]
			if clash == nil {
				continue
			}
			if !fresh {
				if room == nil {
					room = make([]uint64, (len(alive)-y)*len(set))
				}
				next, room, fresh = room[:copy(room, set)], room[len(set):], true
			}
			for w := range next {
				next[w] &^= clash[w]
			}
		}
		if fresh && !slices.ContainsFunc(next, func(v uint64) bool { return v != 0 }) {
			return nil
		}
		out[y] = next
	}
	return out
}

// Bits is the least a at one cut, with the scheme that uses 2^a colours, and for a > 0 a core
// that shows that half as many do not do.
func (c *Cut) Bits(ctx context.Context) (a int, s *Scheme, core *Core, err error) {
	prefixes, suffixes := exact.UpTo(len(c.prefixes)), c.different()
	for a = 0; ; a++ {
		if s, err = c.find(ctx, 1<<a, prefixes, suffixes); err != nil {
			return a, nil, nil, err
		}
		if s != nil {
			break
		}
		core = &Core{1 << a, prefixes, suffixes}
	}
	// The marks of every suffix, equal columns sharing theirs.
	full := make([]uint32, len(c.suffixes))
	for y := range c.suffixes {
		for k, z := range suffixes {
			if slices.Equal(c.answer[y], c.answer[z]) {
				full[y] = s.Marks[k]
			}
		}
	}
	s.Marks = full
	if core == nil {
		return a, s, nil, nil
	}
	for _, list := range []*[]int{&core.Suffixes, &core.Prefixes} {
		for k := 0; k < len(*list); {
			whole := *list
			*list = slices.Delete(slices.Clone(whole), k, k+1)
			if t, err := c.find(ctx, core.Colours, core.Prefixes, core.Suffixes); err != nil {
				return a, s, nil, err
			} else if t != nil || len(*list) == 0 {
				*list = whole
				k++
			}
		}
	}
	return a, s, core, nil
}

// different lists the suffixes with different answers, constants left out.
func (c *Cut) different() []int {
	var out []int
	for y, row := range c.answer {
		varies := slices.ContainsFunc(row, func(v int) bool { return v != row[0] })
		if varies && !slices.ContainsFunc(out, func(z int) bool { return slices.Equal(row, c.answer[z]) }) {
			out = append(out, y)
		}
	}
	return out
}
