package curve

import (
	"context"
	"fmt"
	"math"
	"math/big"
	"math/bits"
	"slices"

	"crosscut/protocol/bounds"
	"crosscut/protocol/bounds/check"
)

// selection is what keeping k tokens achieves. A message is a set of k places with Alice's symbols there, and only
// inputs that have these symbols may send it; which one an input sends is hers to choose, so the choice speaks too.
// Below, the best of a local search over who sends what; above, a dual solution as for words, of all messages, and where
// the two differ the checker's own search, which closes on what was found or says nothing.
func (p *problem) selection(ctx context.Context, m *bounds.Matrix) []Selection {
	if !product(m) {
		return nil
	}
	var out []Selection
	for k := range p.cols + 1 {
		msgs := p.messages(m, k)
		s := Selection{Kept: k, Bits: math.Log2(float64(len(msgs))), floor: -1}
		upper, price := p.selectionDual(msgs)
		upper = min(p.all, upper)
		lower, words := p.selectionSearch(msgs, upper)
		if floor := int(price) - 1; lower < upper && floor >= 0 &&
			check.KeptAtMost(ctx, check.NewTable(m.Rows(), m.Cols(), m.At), k, lower, floor, exhaustSteps) {
			s.floor, upper = floor, lower
		}
		for i, msg := range msgs {
			s.keepers = append(s.keepers, check.Keeper{Columns: msg.columns, Tokens: msg.tokens, Word: p.words[words[i]]})
		}
		s.price, s.Lower, s.Upper = price, big.NewRat(lower, p.all), big.NewRat(upper, p.all)
		out = append(out, s)
	}
	return out
}

// exhaustSteps bounds the search for a proof that what was found is the most.
const exhaustSteps = 1 << 32

// kept is a message of tokens with their places, and the rows that have them.
type kept struct {
	columns, tokens, rows []int
}

// messages lists, for every set of k places and symbols there, the rows that have them.
func (p *problem) messages(m *bounds.Matrix, k int) []kept {
	var out []kept
	for set := uint(0); set < 1<<p.cols; set++ {
		if bits.OnesCount(set) != k {
			continue
		}
		columns := []int{}
		for j := range p.cols {
			if set>>j&1 == 1 {
				columns = append(columns, j)
			}
		}
		at := map[string]int{}
		for i := range p.rows {
			tokens := []int{}
			for _, j := range columns {
				v, _ := m.At(i, j)
				tokens = append(tokens, v)
			}
			key := fmt.Sprint(tokens)
			if _, seen := at[key]; !seen {
				at[key] = len(out)
				out = append(out, kept{columns: columns, tokens: tokens})
			}
			out[at[key]].rows = append(out[at[key]].rows, i)
		}
	}
	return out
}

// selectionDual is sum_i u + sum over messages of max_c sum over their rows of max(0, g(i, c) - u), the least over u.
func (p *problem) selectionDual(msgs []kept) (best, price int64) {
	best, price = p.all, int64(p.cols)
	for u := range int64(p.cols) + 1 {
		total := u * int64(p.rows)
		for _, msg := range msgs {
			most := int64(0)
			for _, gain := range p.gain {
				over := int64(0)
				for _, i := range msg.rows {
					over += max(0, int64(gain[i])-u)
				}
				most = max(most, over)
			}
			total += most
		}
		if total < best {
			best, price = total, u
		}
	}
	return best, price
}

// selectionSearch alternates: every row sends the message whose word answers it best, every message takes the
// word that answers its senders best; from several starts, until target is met.
func (p *problem) selectionSearch(msgs []kept, target int64) (best int64, words []int) {
	may := make([][]int, p.rows)
	for k, msg := range msgs {
		for _, i := range msg.rows {
			may[i] = append(may[i], k)
		}
	}
	for start := range 64 {
		if start > 0 && best >= target {
			break
		}
		word := make([]int, len(msgs))
		for k, msg := range msgs {
			switch {
			case start == 0: // the word that suits all who may send it
				word[k] = p.suits(msg.rows)
			default:
				word[k] = p.suits(msg.rows[p.rng.IntN(len(msg.rows)):][:1])
			}
		}
		for last := int64(-1); ; {
			senders := make([][]int, len(msgs))
			total := int64(0)
			for _, i := range p.rng.Perm(p.rows) {
				at := may[i][0]
				for _, k := range may[i] {
					if a, b := p.gain[word[k]][i], p.gain[word[at]][i]; a > b || a == b && len(senders[k]) < len(senders[at]) {
						at = k
					}
				}
				senders[at] = append(senders[at], i)
				total += int64(p.gain[word[at]][i])
			}
			if total > best || words == nil {
				best, words = total, slices.Clone(word)
			}
			if total <= last {
				break
			}
			last = total
			for k, rows := range senders {
				if len(rows) > 0 {
					word[k] = p.suits(rows)
				}
			}
		}
	}
	if best < target {
		if total, word := p.anneal(msgs, may, target); total > best {
			best, words = total, word
		}
	}
	return best, words
}

// annealWork bounds the gains that anneal looks at.
const annealWork = 1 << 29

// anneal changes one message's word at a time to one of its own rows, and keeps what is worse the more rarely the
// longer it goes, in rounds, until target is met. It reaches what no step that only improves does.
func (p *problem) anneal(msgs []kept, may [][]int, target int64) (best int64, words []int) {
	own := make([]int, p.rows) // the word that a row is
	for w, gain := range p.gain {
		for i, g := range gain {
			if int(g) == p.cols {
				own[i] = w
			}
		}
	}
	word := make([]int, len(msgs))
	for k, msg := range msgs {
		word[k] = own[msg.rows[p.rng.IntN(len(msg.rows))]]
	}
	have := func(i int) int64 {
		most := int32(0)
		for _, k := range may[i] {
			most = max(most, p.gain[word[k]][i])
		}
		return int64(most)
	}
	total := int64(0)
	for i := range p.rows {
		total += have(i)
	}
	const round = 1 << 17
	for step := range annealWork / (len(msgs[0].rows) * len(may[0])) {
		heat := 0.15 + 1.2*(1-float64(step%round)/round)
		k := p.rng.IntN(len(msgs))
		before, old := int64(0), word[k]
		for _, i := range msgs[k].rows {
			before += have(i)
		}
		word[k] = own[msgs[k].rows[p.rng.IntN(len(msgs[k].rows))]]
		change := -before
		for _, i := range msgs[k].rows {
			change += have(i)
		}
		if change < 0 && p.rng.Float64() >= math.Exp(float64(change)/heat) {
			word[k] = old
			continue
		}
		if total += change; total > best {
			best, words = total, slices.Clone(word)
		}
		if best >= target {
			break
		}
	}
	return best, words
}

// suits is the word that answers rows best.
func (p *problem) suits(rows []int) int {
	best, at := int64(-1), 0
	for w, gain := range p.gain {
		sum := int64(0)
		for _, i := range rows {
			sum += int64(gain[i])
		}
		if sum > best {
			best, at = sum, w
		}
	}
	return at
}
