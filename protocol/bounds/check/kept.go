package check

import (
	"fmt"
	"math/big"
	"math/bits"
)

// SuccessKept of value k is the best probability of a right answer when Alice's message is k of her tokens with
// their places, over a uniform entry of a total matrix whose rows are the lists of her tokens. Only a row that has
// these tokens there may send a message; which of them a row sends is hers to choose.
var SuccessKept = measure(&Measure{Name: "success.kept", Doc: "best probability of a right answer when Alice's message is so many of her tokens with their places, over a uniform entry", PerValue: true, Bits: true, Total: true})

// Keepers are messages, each with the word of answers that Bob gives after it: what they achieve is a lower end.
type Keepers struct {
	Kind     string   `json:"kind"` // "keepers"
	Messages []Keeper `json:"messages"`
}

// Keeper is one message and its answers.
type Keeper struct {
	Columns []int `json:"columns"` // the places of the kept tokens, from 0, increasing
	Tokens  []int `json:"tokens"`  // what stands there
	Word    []int `json:"word"`    // an answer for each column
}

// KeptPrices are a dual solution, an upper end. With u_i = Rows[i] / Unit, a row that sends message m gets at most
// u_i + max(0, g(i, word of m) - u_i); so in all at most the sum of u_i and, over all messages m, of
// max_c sum_i max(0, g(i, c) - u_i) over the rows i that may send m. The checker lists the messages and the words itself.
type KeptPrices struct {
	Kind string  `json:"kind"` // "kept-prices"
	Unit int64   `json:"unit"`
	Rows []int64 `json:"rows"`
}

var (
	_ = register("keepers", func(t *work, c Claim, e *Keepers) (*big.Rat, error) {
		k, err := t.keptClaim(c, Lower)
		if err != nil {
			return nil, err
		}
		if err := t.spend(len(e.Messages)+1, t.Rows, 2*t.Cols); err != nil {
			return nil, err
		}
		best := make([]int64, t.Rows)
		for i, m := range e.Messages {
			if len(m.Columns) != k || len(m.Tokens) != k || len(m.Word) != t.Cols {
				return nil, fmt.Errorf("message %d keeps %d places and %d tokens and has %d answers: want %d, %d and %d", i, len(m.Columns), len(m.Tokens), len(m.Word), k, k, t.Cols)
			}
			for j, at := range m.Columns {
				if at < 0 || at >= t.Cols || j > 0 && at <= m.Columns[j-1] {
					return nil, fmt.Errorf("message %d: places %v are not increasing within 0..%d", i, m.Columns, t.Cols-1)
				}
			}
			for row := range t.Rows {
				if t.agrees(row, m.Columns, m.Tokens) == k {
					best[row] = max(best[row], int64(t.agrees(row, nil, m.Word)))
				}
			}
		}
		total := int64(0)
		for _, b := range best {
			total += b
		}
		return share(t.Table, total), nil
	})
	_ = register("kept-prices", func(t *work, c Claim, e *KeptPrices) (*big.Rat, error) {
		k, err := t.keptClaim(c, Upper)
		if err != nil {
			return nil, err
		}
		sum, err := t.priced(e.Unit, e.Rows)
		if err != nil {
			return nil, err
		}
		if t.Cols > 20 {
			return nil, fmt.Errorf("%w: %d tokens to keep", ErrLimit, t.Cols)
		}
		words, err := t.words()
		if err != nil {
			return nil, err
		}
		for set := range uint(1) << t.Cols {
			if bits.OnesCount(set) != k {
				continue
			}
			if err := t.spend(len(words), t.Rows, 2); err != nil {
				return nil, err
			}
			for _, rows := range t.sameTokens(set) {
				most := int64(0)
				for _, gain := range words {
					over := int64(0)
					for _, i := range rows {
						over += max(0, e.Unit*int64(gain[i])-e.Rows[i])
					}
					most = max(most, over)
				}
				sum += most
			}
		}
		return share(t.Table, min(sum/e.Unit, t.inside())), nil
	})
)

// keptClaim reads evidence of how many tokens are kept: no more than there are, since
// no message keeps more.
func (t *work) keptClaim(c Claim, end string) (int, error) {
	k, err := curveClaim(c, SuccessKept, end)
	if err == nil && k > t.Cols {
		err = fmt.Errorf("%d tokens are kept of %d", k, t.Cols)
	}
	return k, err
}

// agrees counts the columns (nil: all) at which a row has these values.
func (t *work) agrees(row int, columns, values []int) int {
	n := 0
	for k, v := range values {
		at := k
		if columns != nil {
			at = columns[k]
		}
		if t.Is(row, at, v) {
			n++
		}
	}
	return n
}

// sameTokens groups the rows by their tokens at the places of a set: a group for each message.
func (t *work) sameTokens(set uint) [][]int {
	at := map[string]int{}
	var out [][]int
	for i := range t.Rows {
		var key []int
		for j := range t.Cols {
			if set>>j&1 == 1 {
				v, _ := t.At(i, j)
				key = append(key, v)
			}
		}
		name := fmt.Sprint(key)
		k, seen := at[name]
		if !seen {
			k, at[name] = len(out), len(out)
			out = append(out, nil)
		}
		out[k] = append(out[k], i)
	}
	return out
}
