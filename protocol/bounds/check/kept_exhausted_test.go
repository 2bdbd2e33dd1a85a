package check

import (
	"encoding/json"
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"
)

// keptBest is the most right answers when each row sends k of its entries, by the definition: all words for all messages.
func keptBest(t *Table, k int) int {
	type message struct{ columns, tokens string }
	of := make([][]message, t.Rows)
	var all []message
	seen := map[message]int{}
	for i := range t.Rows {
		for set := range 1 << t.Cols {
			m, kept := message{columns: fmt.Sprint(set)}, 0
			for j := range t.Cols {
				if set>>j&1 == 1 {
					v, _ := t.At(i, j)
					m.tokens, kept = m.tokens+fmt.Sprint(v, " "), kept+1
				}
			}
			if kept != k {
				continue
			}
			if _, there := seen[m]; !there {
				seen[m] = len(all)
				all = append(all, m)
			}
			of[i] = append(of[i], m)
		}
	}
	values, words := t.Values(), 1
	for range t.Cols {
		words *= len(values)
	}
	gain := func(i, w int) (n int) {
		for j := range t.Cols {
			if t.Is(i, j, values[w%len(values)]) {
				n++
			}
			w /= len(values)
		}
		return n
	}
	choice, best := make([]int, len(all)), 0
	for {
		total := 0
		for i := range t.Rows {
			most := 0
			for _, m := range of[i] {
				most = max(most, gain(i, choice[seen[m]]))
			}
			total += most
		}
		best = max(best, total)
		m := 0
		for ; m < len(all); m++ {
			if choice[m]++; choice[m] < words {
				break
			}
			choice[m] = 0
		}
		if m == len(all) {
			return best
		}
	}
}

// TestKeptIsTheDefinition: the search proves the best over everything and never less, with and without the renaming of
// symbols, whose tables hold all words.
func TestKeptIsTheDefinition(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 9))
	words := func(n, q int) *Table {
		count := 1
		for range n {
			count *= q
		}
		order := rng.Perm(count)
		return NewTable(count, n, func(i, j int) (int, bool) {
			w := order[i]
			for range j {
				w /= q
			}
			return w % q, true
		})
	}
	tables := []*Table{words(2, 2), words(2, 3), words(1, 3), words(3, 2)}
	for range 12 {
		rows, cols, values := 1+rng.IntN(4), 1+rng.IntN(2), 2+rng.IntN(2)
		cells := make([]int, rows*cols)
		for i := range cells {
			cells[i] = rng.IntN(values)
		}
		tables = append(tables, NewTable(rows, cols, func(i, j int) (int, bool) { return cells[i*cols+j], true }))
	}
	for _, table := range tables {
		all := int64(table.Rows * table.Cols)
		for k := range min(table.Cols, 2) + 1 {
			if table.Cols == 3 && k > 1 || table.Cols == 2 && k == 2 && table.Rows > 4 {
				continue // more choices than a test goes through
			}
			truth := int64(keptBest(table, k))
			for floor := range table.Cols + 1 {
				proves := func(right int64) bool {
					raw, _ := json.Marshal(KeptExhausted{"kept-exhausted", floor})
					got, err := Prove(table, Claim{Measure: SuccessKept, Value: &k, End: Upper, Number: big.NewRat(right, all).RatString(), Evidence: raw})
					return err == nil && got.Cmp(big.NewRat(right, all)) == 0
				}
				if floor == 0 && !proves(truth) {
					t.Errorf("%v, %d kept: %d right answers are the most, and refused", table.Lines(), k, truth)
				}
				if truth > 0 && proves(truth-1) {
					t.Errorf("%v, %d kept, floor %d: fewer than %d right answers are proved", table.Lines(), k, floor, truth)
				}
			}
		}
	}
}
