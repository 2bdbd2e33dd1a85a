package check

import (
	"context"
	"fmt"
	"math/big"
	"math/bits"
	"slices"
)

// KeptExhausted says that messages of k kept tokens have no more right answers than the claim's number, because the
// checker tries all words for them. Every row is granted Floor right answers, so that it counts only what messages
// add to that: what is true may stay unproved, nothing false is proved.
type KeptExhausted struct {
	Kind  string `json:"kind"` // "kept-exhausted"
	Floor int    `json:"floor"`
}

var _ = register("kept-exhausted", func(t *work, c Claim, e *KeptExhausted) (*big.Rat, error) {
	k, err := t.keptClaim(c, Upper)
	if err != nil {
		return nil, err
	}
	if e.Floor < 0 || e.Floor > t.Cols {
		return nil, fmt.Errorf("a floor of %d right answers is outside 0..%d", e.Floor, t.Cols)
	}
	target, err := t.claimed(c)
	if err != nil {
		return nil, err
	}
	above, err := t.keptExceed(k, int(target), e.Floor)
	if err != nil {
		return nil, err
	}
	if above {
		return nil, fmt.Errorf("with a floor of %d a search finds more than %d right answers", e.Floor, target)
	}
	return share(t.Table, target), nil
})

// KeptAtMost says whether the search of KeptExhausted proves that so many right answers are the most, within steps.
func KeptAtMost(ctx context.Context, t *Table, k int, right int64, floor int, steps int64) bool {
	above, err := newWork(ctx, t, steps).keptExceed(k, int(right), floor)
	return err == nil && !above
}

// keptSearch goes through the words of all messages. A cover has a bit for each row and each number of right
// answers above the floor: level by level, of blocks words of 64 rows.
type keptSearch struct {
	*work
	words  [][][]uint64 // [message][word] what it covers of the rows that may send the message
	target int
	chosen []bool
	scores [][][]int  // [depth][message][word] what a word adds
	covers [][]uint64 // [depth]
}

// maxKeptCells bounds the memory of a search; tests lower it.
var maxKeptCells = 1 << 22

// keptExceed says whether some words of the messages have more than target right answers, rows having floor of them
// for nothing. A message's word has its tokens: another would be no better for any row that may send it.
func (t *work) keptExceed(k, target, floor int) (bool, error) {
	columns, count, err := t.answers(maxSearchWords)
	if err != nil {
		return false, err
	}
	gains, err := t.words()
	if err != nil {
		return false, err
	}
	if t.Cols > 20 {
		return false, fmt.Errorf("%w: %d tokens to keep", ErrLimit, t.Cols)
	}
	// Whether the rows are all words over the columns' values, of which every column has as many.
	alike := int(count) == t.Rows && len(t.firsts()) == t.Rows && !slices.ContainsFunc(columns, func(v []int) bool { return len(v) != len(columns[0]) })
	blocks, levels := (t.Rows+63)/64, t.Cols-floor
	s := &keptSearch{work: t, target: target}
	first, all := uint(1)<<k-1, 0
	for set := range uint(1) << t.Cols {
		if bits.OnesCount(set) != k {
			continue
		}
		for _, rows := range t.sameTokens(set) {
			if err := t.spend(len(gains), len(rows)+t.Cols); err != nil {
				return false, err
			}
			var words [][]uint64
			for w, gain := range gains {
				digits := digitsOf(w, columns)
				has := true
				for j, d := range digits {
					has = has && (set>>j&1 == 0 || t.Is(rows[0], j, columns[j][d]))
				}
				if !has || alike && !plainest(digits, set, len(s.words), first) {
					continue
				}
				cover := make([]uint64, levels*blocks)
				for _, i := range rows {
					for l := range int(gain[i]) - floor {
						cover[l*blocks+i/64] |= 1 << (i % 64)
					}
				}
				words = append(words, cover)
				if all++; all*(levels*blocks+1+len(s.words)) > maxKeptCells { // with its scores for every message
					return false, fmt.Errorf("%w: too many words for this matrix", ErrLimit)
				}
			}
			s.words = append(s.words, words)
		}
	}
	s.chosen = make([]bool, len(s.words))
	for range len(s.words) + 1 {
		scores := make([][]int, len(s.words))
		for m, words := range s.words {
			scores[m] = make([]int, len(words))
		}
		s.scores, s.covers = append(s.scores, scores), append(s.covers, make([]uint64, levels*blocks))
	}
	return s.above(0, floor*t.Rows)
}

// digitsOf is the w-th word of words(), by the places of its values in their columns.
func digitsOf(w int, columns [][]int) []int {
	digits := make([]int, len(columns))
	for j, values := range columns {
		digits[j], w = w%len(values), w/len(values)
	}
	return digits
}

// plainest says that a word of the k-th message must be tried where the rows are all words. Then renaming the values of a
// column that the first message does not keep changes nothing, so its word has the first value there; a second
// message of the same places is left with renamings that fix this value, and with permutations of these columns.
func plainest(digits []int, set uint, k int, first uint) bool {
	if k > 1 || k == 1 && set != first {
		return true
	}
	last := 0
	for j, d := range digits {
		if set>>j&1 == 0 {
			if d > k || d < last {
				return false
			}
			last = d
		}
	}
	return true
}

// above tries the words of the messages that are left. The message with the fewest words that could still lead beyond
// the target comes first; no message adds more than its best word does now.
func (s *keptSearch) above(depth, total int) (bool, error) {
	if total > s.target {
		return true, nil
	}
	cover, scores := s.covers[depth], s.scores[depth]
	most, work := 0, 1
	for m, words := range s.words {
		if s.chosen[m] {
			continue
		}
		work += len(words)
		best := 0
		for w, mask := range words {
			add := 0
			for b, bit := range mask {
				add += bits.OnesCount64(bit &^ cover[b])
			}
			scores[m][w], best = add, max(best, add)
		}
		most += best
	}
	if err := s.spend(work, len(cover)+1); err != nil {
		return false, err
	}
	slack := total + most - s.target - 1
	if slack < 0 {
		return false, nil
	}
	var left []int
	count := make([]int, len(scores))
	for m, add := range scores {
		if s.chosen[m] {
			continue
		}
		left = append(left, m)
		best := slices.Max(add)
		for _, a := range add {
			if a >= best-slack {
				count[m]++
			}
		}
	}
	next := slices.MinFunc(left, func(a, b int) int { return count[a] - count[b] })
	best := slices.Max(scores[next])
	s.chosen[next] = true
	defer func() { s.chosen[next] = false }()
	for add := best; add >= max(0, best-slack); add-- {
		for w, mask := range s.words[next] {
			if scores[next][w] != add {
				continue
			}
			for b, bit := range mask {
				s.covers[depth+1][b] = cover[b] | bit
			}
			if found, err := s.above(depth+1, total+add); found || err != nil {
				return found, err
			}
		}
	}
	return false, nil
}
