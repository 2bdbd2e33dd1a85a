package check

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
)

// maxCurveWork bounds the words times rows that are tried.
const maxCurveWork = 1 << 28

// Centres are at most 2^s words of answers: what they achieve is a lower end.
type Centres struct {
	Kind  string  `json:"kind"`  // "centres"
	Words [][]int `json:"words"` // an answer for each column
}

// Prices are a dual solution, an upper end. With u_i = Rows[i] / Unit, some words c_1..c_K get from row i at
// most max_k g(i, c_k) <= u_i + sum_k max(0, g(i, c_k) - u_i), where g counts right answers; so in all
// at most sum_i u_i + K max_c sum_i max(0, g(i, c) - u_i). The checker finds that maximum itself, over all words.
type Prices struct {
	Kind string  `json:"kind"` // "prices"
	Unit int64   `json:"unit"`
	Rows []int64 `json:"rows"`
}

// Exhausted says that no words have more right answers than the claim's number, because the checker tries them
// all; the prices, as in Prices, spare it those that cannot.
type Exhausted struct {
	Kind string  `json:"kind"` // "exhausted"
	Unit int64   `json:"unit"`
	Rows []int64 `json:"rows"`
}

var (
	_ = register("centres", func(t *work, c Claim, e *Centres) (*big.Rat, error) {
		k, err := curveClaim(c, Success, Lower)
		if err != nil {
			return nil, err
		}
		if len(e.Words) == 0 || len(e.Words) > k {
			return nil, fmt.Errorf("%d words of answers: want 1 to %d", len(e.Words), k)
		}
		for i, w := range e.Words {
			if len(w) != t.Cols {
				return nil, fmt.Errorf("word %d has %d answers for %d columns", i, len(w), t.Cols)
			}
		}
		if err := t.spend(len(e.Words), t.Rows, t.Cols); err != nil {
			return nil, err
		}
		total := int64(0)
		for i := range t.Rows {
			best := int64(0)
			for _, w := range e.Words {
				right := int64(0)
				for j, v := range w {
					if t.Is(i, j, v) {
						right++
					}
				}
				best = max(best, right)
			}
			total += best
		}
		return share(t.Table, total), nil
	})
	_ = register("exhausted", func(t *work, c Claim, e *Exhausted) (*big.Rat, error) {
		k, err := curveClaim(c, Success, Upper)
		if err != nil {
			return nil, err
		}
		if _, err := t.priced(e.Unit, e.Rows); err != nil {
			return nil, err
		}
		target, err := t.claimed(c)
		if err != nil {
			return nil, err
		}
		above, err := t.exceed(k, target, e.Unit, e.Rows)
		if err != nil {
			return nil, err
		}
		if above {
			return nil, fmt.Errorf("some %d words have more than %d right answers", k, target)
		}
		return share(t.Table, target), nil
	})
	_ = register("prices", func(t *work, c Claim, e *Prices) (*big.Rat, error) {
		k, err := curveClaim(c, Success, Upper)
		if err != nil {
			return nil, err
		}
		sum, err := t.priced(e.Unit, e.Rows)
		if err != nil {
			return nil, err
		}
		most, err := t.dearest(e.Unit, e.Rows)
		if err != nil {
			return nil, err
		}
		bound := new(big.Int).Mul(big.NewInt(int64(k)), big.NewInt(most))
		bound.Add(bound, big.NewInt(sum))
		bound.Quo(bound, big.NewInt(e.Unit)) // the number of right answers is whole
		return share(t.Table, smallest(bound, big.NewInt(t.inside())).Int64()), nil
	})
)

// curveClaim reads evidence about success and returns the number of messages, for SuccessKept that of kept tokens.
func curveClaim(c Claim, measure, end string) (int, error) {
	if c.Measure != measure || c.End != end {
		return 0, fmt.Errorf("this evidence speaks of the %s end of %s only", end, measure)
	}
	if *c.Value < 0 || *c.Value > 20 {
		return 0, errors.New("the value of a success claim is a number of bits or tokens, 0 to 20")
	}
	if measure == SuccessKept {
		return *c.Value, nil
	}
	return 1 << *c.Value, nil
}

// claimed is the number of right answers that a claim's probability allows.
func (t *work) claimed(c Claim) (int64, error) {
	p, ok := new(big.Rat).SetString(c.Number)
	if !ok || p.Sign() < 0 || p.Cmp(big.NewRat(1, 1)) > 0 {
		return 0, fmt.Errorf("%q is no probability", c.Number)
	}
	p.Mul(p, new(big.Rat).SetInt64(t.inside()))
	return new(big.Int).Quo(p.Num(), p.Denom()).Int64(), nil
}

// share is a number of right answers as a probability.
func share(t *Table, right int64) *big.Rat { return big.NewRat(right, t.inside()) }

// priced checks prices and adds them.
func (t *work) priced(unit int64, rows []int64) (sum int64, err error) {
	if len(rows) != t.Rows || unit < 1 || unit > 1<<20 {
		return 0, fmt.Errorf("%d prices with unit %d: want one for each of %d rows", len(rows), unit, t.Rows)
	}
	for i, u := range rows {
		if u < 0 || u > unit*int64(t.Cols) {
			return 0, fmt.Errorf("price %d of row %d is outside 0..%d", u, i, unit*int64(t.Cols))
		}
		sum += u
	}
	return sum, nil
}

// exceed says whether some k words have more than target right answers: it tries all sets, in the order
// of the words, and leaves out those whose dual bound, at the larger of price and what a row has already, is not above.
func (t *work) exceed(k int, target, unit int64, price []int64) (bool, error) {
	words, err := t.words()
	if err != nil {
		return false, err
	}
	var try func(from, left int, have []int64) (bool, error)
	try = func(from, left int, have []int64) (bool, error) {
		if err := t.spend(max(1, len(words)-from), t.Rows, 2); err != nil {
			return false, err
		}
		total, base := int64(0), int64(0)
		for i, h := range have {
			total += h
			base += max(unit*h, price[i])
		}
		if total > target {
			return true, nil
		}
		if left == 0 {
			return false, nil
		}
		most := int64(0)
		for _, gain := range words[from:] {
			over := int64(0)
			for i, g := range gain {
				over += max(0, unit*int64(g)-max(unit*have[i], price[i]))
			}
			most = max(most, over)
		}
		if base+int64(left)*most < unit*(target+1) {
			return false, nil
		}
		for w := from; w < len(words); w++ {
			next := make([]int64, len(have))
			for i, h := range have {
				next[i] = max(h, int64(words[w][i]))
			}
			if above, err := try(w+1, left-1, next); above || err != nil {
				return above, err
			}
		}
		return false, nil
	}
	return try(0, min(k, len(words)), make([]int64, t.Rows))
}

// maxSearchWords bounds the words times rows of a search.
const maxSearchWords = 1 << 22

// answers lists the values of every column, 0 where none is defined, and counts the
// words with one of them from each; it refuses more than limit words times rows.
func (t *Table) answers(limit int64) (columns [][]int, words int64, err error) {
	columns, words = make([][]int, t.Cols), 1
	for j := range columns {
		for i := range t.Rows {
			if v, ok := t.At(i, j); ok && !slices.Contains(columns[j], v) {
				if columns[j] = append(columns[j], v); words*int64(len(columns[j])*t.Rows) > limit {
					return nil, 0, fmt.Errorf("%w: too many words of answers", ErrLimit)
				}
			}
		}
		if columns[j] == nil {
			columns[j] = []int{0}
		}
		words *= int64(len(columns[j]))
	}
	return columns, words, nil
}

// words lists the right answers of every row under every word.
func (t *work) words() (all [][]uint8, err error) {
	if t.Cols > 255 {
		return nil, fmt.Errorf("%w: %d columns", ErrLimit, t.Cols)
	}
	err = t.tallied(t.Table, maxSearchWords, t.Is, func(right []int64) {
		gain := make([]uint8, t.Rows)
		for i, n := range right {
			gain[i] = uint8(n)
		}
		all = append(all, gain)
	})
	return all, err
}

// dearest is the largest sum over rows of max(0, unit g(i, c) - price_i), over all words c.
func (t *work) dearest(unit int64, price []int64) (most int64, err error) {
	err = t.tallied(t.Table, maxCurveWork, t.Is, func(right []int64) {
		sum := int64(0)
		for i, g := range right {
			sum += max(0, unit*g-price[i])
		}
		most = max(most, sum)
	})
	return most, err
}

// tallied goes through all words of answers, one of each column's, those of the first column changing
// fastest, and calls f with the number of entries in every row that count against the word.
func (t *work) tallied(u *Table, limit int64, counts func(i, j, v int) bool, f func(rows []int64)) error {
	if err := t.spend(u.Rows, u.Cols); err != nil {
		return err
	}
	columns, words, err := u.answers(limit)
	if err != nil {
		return err
	}
	if err := t.spend(int(words), u.Rows, 3); err != nil {
		return err
	}
	rows := make([]int64, u.Rows)
	add := func(j, v int, by int64) {
		for i := range rows {
			if counts(i, j, v) {
				rows[i] += by
			}
		}
	}
	var open []int // the columns with a choice
	for j, values := range columns {
		if len(values) > 1 {
			open = append(open, j)
		} else {
			add(j, values[0], 1)
		}
	}
	var walk func(k int)
	walk = func(k int) {
		if k == 0 {
			f(rows)
			return
		}
		j := open[k-1]
		for _, v := range columns[j] {
			add(j, v, 1)
			walk(k - 1)
			add(j, v, -1)
		}
	}
	walk(len(open))
	return nil
}
