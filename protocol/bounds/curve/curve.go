// Package curve computes the best probability of a right answer when Alice speaks s bits
// once and Bob answers, over a uniform input: success against bits.
//
// After a message Bob's answers are a word with one answer for each of his inputs, so the best
// success is that of 2^s words, each of Alice's inputs using the best one: for index a
// covering code that minimises the mean distance. The lower end is a set of words, found by local
// search; the upper end a dual solution (see check.Prices), for index the sphere-packing bound.
// Both are checked by protocol/bounds/check.
package curve

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/bits"
	"math/rand/v2"
	"slices"

	"crosscut/protocol/bounds"
	"crosscut/protocol/bounds/check"
)

// Point is the success with so many bits, of one answer to a uniform question.
type Point struct {
	Bits         int
	Lower, Upper *big.Rat
	Fano         float64 // no scheme exceeds this, from the entropy of the answers alone; 0 where it says nothing

	words     [][]int
	prices    []int64
	exhausted bool // the upper end is by trying all sets of words
}

// Exact says that both ends meet.
func (p Point) Exact() bool { return p.Lower.Cmp(p.Upper) == 0 }

// Selection is the success when Alice keeps a sub-multiset of her tokens, which here are the answers
// themselves: every row of the matrix is a list of tokens, and all lists occur.
type Selection struct {
	Kept         int
	Bits         float64 // log2 of the number of messages that keep so many tokens
	Lower, Upper *big.Rat

	keepers []check.Keeper
	price   int64 // of every row
	floor   int   // where the upper end is by trying all words of the messages: what every row is granted; -1: it is not
}

// Curve is the success for every whole number of bits from 0 to the one-way cost.
type Curve struct {
	Points    []Point
	Selection []Selection
	matrix    *bounds.Matrix
}

// maxWords bounds the words of answers that are tried.
const maxWords = 1 << 16

// problem is the matrix as a gain of every word for every row.
type problem struct {
	rows, cols int
	all        int64     // defined entries
	words      [][]int   // all words of answers
	gain       [][]int32 // [word][row] right answers
	rng        *rand.Rand
}

// Of computes the curve. It stops with what is finished when ctx ends.
func Of(ctx context.Context, m *bounds.Matrix) (*Curve, error) {
	if m == nil {
		return nil, errors.New("curve: too many inputs")
	}
	p, err := prepare(m)
	if err != nil {
		return nil, err
	}
	c := &Curve{matrix: m}
	distinct := map[string]bool{}
	for i := range p.rows {
		distinct[fmt.Sprint(rowOf(m, i))] = true
	}
	last := bits.Len(uint(len(distinct) - 1))
	for s := 0; s <= last; s++ {
		if ctx.Err() != nil {
			return c, ctx.Err()
		}
		c.Points = append(c.Points, p.point(ctx, s, fano(m, s)))
	}
	c.Selection = p.selection(ctx, m)
	return c, ctx.Err()
}

func rowOf(m *bounds.Matrix, i int) []int {
	row := make([]int, 0, 2*m.Cols())
	for j := range m.Cols() {
		v, ok := m.At(i, j)
		row = append(row, v, map[bool]int{false: 0, true: 1}[ok])
	}
	return row
}

func prepare(m *bounds.Matrix) (*problem, error) {
	p := &problem{rows: m.Rows(), cols: m.Cols(), rng: rand.New(rand.NewPCG(1, 1)), words: m.AnswerWords(maxWords)}
	if p.words == nil {
		return nil, fmt.Errorf("curve: more than %d words of answers: %d columns are too many", maxWords, p.cols)
	}
	if len(p.words)*p.rows > 1<<26 {
		return nil, errors.New("curve: too many inputs for this many answers")
	}
	p.gain = make([][]int32, len(p.words))
	for k, w := range p.words {
		p.gain[k] = make([]int32, p.rows)
		for i := range p.rows {
			for j, v := range w {
				if got, ok := m.At(i, j); ok && got == v {
					p.gain[k][i]++
				}
			}
		}
	}
	for i := range p.rows {
		for j := range p.cols {
			if _, ok := m.At(i, j); ok {
				p.all++
			}
		}
	}
	if p.all == 0 {
		return nil, errors.New("curve: no entry is inside the promise")
	}
	return p, nil
}

func (p *problem) point(ctx context.Context, s int, fano float64) Point {
	pt := Point{Bits: s, Fano: fano}
	upper, prices := p.dual(int64(1) << s)
	pt.prices, pt.Upper = prices, big.NewRat(min(upper, p.all), p.all)
	lower, chosen := p.search(ctx, 1<<s, min(upper, p.all))
	for lower < min(upper, p.all) {
		better, all := p.exhaust(ctx, 1<<s, lower, prices)
		if !all {
			break
		}
		if better == nil {
			pt.exhausted, pt.Upper = true, big.NewRat(lower, p.all)
			break
		}
		lower, chosen = p.improve(ctx, better), better
	}
	for _, k := range chosen {
		pt.words = append(pt.words, p.words[k])
	}
	pt.Lower = big.NewRat(lower, p.all)
	return pt
}

// search chooses k words: greedily, then by exchanges, from a few starts, until target is met.
func (p *problem) search(ctx context.Context, k int, target int64) (best int64, words []int) {
	k = min(k, len(p.words))
	for start := range 24 {
		chosen := p.greedy(k, start)
		total := p.improve(ctx, chosen)
		if total > best {
			best, words = total, append([]int{}, chosen...)
		}
		if best >= target || ctx.Err() != nil {
			break
		}
	}
	return best, words
}

// searchWork bounds the gains that a search over all sets of words may look at.
const searchWork = 1 << 31

// exhaust looks for k words with more than target right answers among all sets of words, leaving out those whose
// dual bound is not above. all is false where the search is too long.
func (p *problem) exhaust(ctx context.Context, k int, target int64, prices []int64) (better []int, all bool) {
	left := int64(searchWork)
	var chosen []int
	var walk func(from, more int, have []int64) (found, done bool)
	walk = func(from, more int, have []int64) (bool, bool) {
		if left -= int64(len(p.words)-from) * int64(p.rows); left < 0 || ctx.Err() != nil {
			return false, false
		}
		total, sum, most := int64(0), int64(0), int64(0)
		floor := make([]int32, p.rows)
		for i, h := range have {
			total += h
			floor[i] = int32(max(h, prices[i]))
			sum += int64(floor[i])
		}
		if total > target {
			return true, true
		}
		if more == 0 {
			return false, true
		}
		for _, gain := range p.gain[from:] {
			over := int64(0)
			for i, g := range gain {
				if d := g - floor[i]; d > 0 {
					over += int64(d)
				}
			}
			most = max(most, over)
		}
		if sum+int64(more)*most <= target {
			return false, true
		}
		for w := from; w < len(p.words); w++ {
			next := make([]int64, p.rows)
			for i, h := range have {
				next[i] = max(h, int64(p.gain[w][i]))
			}
			chosen = append(chosen, w)
			if found, done := walk(w+1, more-1, next); found || !done {
				return found, done
			}
			chosen = chosen[:len(chosen)-1]
		}
		return false, true
	}
	found, done := walk(0, min(k, len(p.words)), make([]int64, p.rows))
	if !found {
		return nil, done
	}
	return append([]int{}, chosen...), true
}

// greedy adds the word that helps most; later starts begin at random words.
func (p *problem) greedy(k, start int) []int {
	have := make([]int32, p.rows)
	var chosen []int
	add := func(w int) {
		chosen = append(chosen, w)
		for i, g := range p.gain[w] {
			have[i] = max(have[i], g)
		}
	}
	for range min(k, start) {
		add(p.rng.IntN(len(p.words)))
	}
	for len(chosen) < k {
		best, at := int64(-1), 0
		for w, gain := range p.gain {
			more := int64(0)
			for i, g := range gain {
				more += int64(max(0, g-have[i]))
			}
			if more > best {
				best, at = more, w
			}
		}
		add(at)
	}
	return chosen
}

// improve exchanges one word at a time while that helps.
func (p *problem) improve(ctx context.Context, chosen []int) int64 {
	for better := true; better && ctx.Err() == nil; {
		better = false
		for k := range chosen {
			rest := make([]int32, p.rows)
			for l, w := range chosen {
				if l == k {
					continue
				}
				for i, g := range p.gain[w] {
					rest[i] = max(rest[i], g)
				}
			}
			value := func(w int) (sum int64) {
				for i, g := range p.gain[w] {
					sum += int64(max(0, g-rest[i]))
				}
				return sum
			}
			now := value(chosen[k])
			for w := range p.words {
				if v := value(w); v > now {
					now, chosen[k], better = v, w, true
				}
			}
		}
	}
	total := int64(0)
	for i := range p.rows {
		best := int32(0)
		for _, w := range chosen {
			best = max(best, p.gain[w][i])
		}
		total += int64(best)
	}
	return total
}

// dual finds prices, first one for all rows, then row by row.
func (p *problem) dual(k int64) (int64, []int64) {
	value := func(u []int64) int64 {
		sum, most := int64(0), int64(0)
		for _, x := range u {
			sum += x
		}
		for _, gain := range p.gain {
			over := int64(0)
			for i, g := range gain {
				over += max(0, int64(g)-u[i])
			}
			most = max(most, over)
		}
		return sum + k*most
	}
	best, prices := int64(math.MaxInt64), []int64(nil)
	for level := range int64(p.cols) + 1 {
		u := slices.Repeat([]int64{level}, p.rows)
		if v := value(u); v < best {
			best, prices = v, u
		}
	}
	if len(p.words)*p.rows*p.rows > 1<<24 {
		return best, prices
	}
	for i := range prices {
		for _, step := range []int64{-1, 1} {
			prices[i] += step
			if v := value(prices); prices[i] >= 0 && prices[i] <= int64(p.cols) && v < best {
				best = v
			} else {
				prices[i] -= step
			}
		}
	}
	return best, prices
}

// fano is the ceiling from entropy alone, for matrices whose rows are all words over V answers; 0 elsewhere.
func fano(m *bounds.Matrix, s int) float64 {
	if !product(m) {
		return 0
	}
	return Fano(len(m.Values()), m.Cols(), float64(s))
}

// product says that the rows are all words over the values, each once.
func product(m *bounds.Matrix) bool {
	v, want := len(m.Values()), 1
	for range m.Cols() {
		if want *= v; want > m.Rows() {
			return false
		}
	}
	if v < 2 || want != m.Rows() || !m.Total() {
		return false
	}
	seen := map[string]bool{}
	for i := range m.Rows() {
		seen[fmt.Sprint(rowOf(m, i))] = true
	}
	return len(seen) == want
}

// Certificate holds both ends of every point and selection, for crosscut check.
func (c *Curve) Certificate() (*check.Certificate, error) {
	t := c.matrix.Table()
	out := &check.Certificate{Format: check.Format, Matrix: check.Source{Entries: t.Lines(), SHA256: t.Hash()}}
	claim := func(measure string, value int, end string, number *big.Rat, evidence any) error {
		raw, err := json.Marshal(evidence)
		out.Claims = append(out.Claims, check.Claim{Measure: measure, Value: &value, End: end, Number: number.RatString(), Evidence: raw})
		return err
	}
	var err error
	for _, p := range c.Points {
		kind := "prices"
		if p.exhausted {
			kind = "exhausted"
		}
		err = errors.Join(err, claim(check.Success, p.Bits, check.Lower, p.Lower, check.Centres{Kind: "centres", Words: p.words}),
			claim(check.Success, p.Bits, check.Upper, p.Upper, check.Prices{Kind: kind, Unit: 1, Rows: p.prices}))
	}
	for _, s := range c.Selection {
		var upper any = check.KeptPrices{Kind: "kept-prices", Unit: 1, Rows: slices.Repeat([]int64{s.price}, c.matrix.Rows())}
		if s.floor >= 0 {
			upper = check.KeptExhausted{Kind: "kept-exhausted", Floor: s.floor}
		}
		err = errors.Join(err, claim(check.SuccessKept, s.Kept, check.Lower, s.Lower, check.Keepers{Kind: "keepers", Messages: s.keepers}),
			claim(check.SuccessKept, s.Kept, check.Upper, s.Upper, upper))
	}
	return out, err
}
