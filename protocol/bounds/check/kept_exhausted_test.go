package check

import (
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"
)

// keptMessages lists the messages of k entries of a row: for each message the rows that may send it.
func keptMessages(t *Table, k int) (all [][]int) {
	seen := map[string]int{}
	for i := range t.Rows {
		for set := range 1 << t.Cols {
			m, kept := fmt.Sprint(set, ":"), 0
			for j := range t.Cols {
				if set>>j&1 == 1 {
					v, _ := t.At(i, j)
					m, kept = m+fmt.Sprint(" ", v), kept+1
				}
			}
			if kept != k {
				continue
			}
			if _, there := seen[m]; !there {
				seen[m], all = len(all), append(all, nil)
			}
			all[seen[m]] = append(all[seen[m]], i)
		}
	}
	return all
}

// everyWord lists all words over the values of a table.
func everyWord(t *Table) [][]int {
	words := [][]int{{}}
	for range t.Cols {
		var longer [][]int
		for _, v := range t.Values() {
			for _, w := range words {
				longer = append(longer, append(slices.Clone(w), v))
			}
		}
		words = longer
	}
	return words
}

// keptBest is the most right answers when each row sends k of its entries, by the definition: all words for all messages.
func keptBest(t *Table, k int) int {
	all, words := keptMessages(t, k), everyWord(t)
	of := make([][]int, t.Rows)
	for m, rows := range all {
		for _, i := range rows {
			of[i] = append(of[i], m)
		}
	}
	gain := make([][]int, t.Rows)
	for i := range gain {
		for _, w := range words {
			gain[i] = append(gain[i], hits(t, i, w))
		}
	}
	choice, best := make([]int, len(all)), 0
	for {
		total := 0
		for i := range t.Rows {
			most := 0
			for _, m := range of[i] {
				most = max(most, gain[i][choice[m]])
			}
			total += most
		}
		best = max(best, total)
		m := 0
		for ; m < len(all); m++ {
			if choice[m]++; choice[m] < len(words) {
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
				if !proves(all) {
					t.Errorf("%v, %d kept, floor %d: not even that all answers may be right is proved", table.Lines(), k, floor)
				}
			}
		}
	}
}

// TestKeptPricesAndKeepers: prices prove the dual bound, and messages what they achieve, by their formulas.
func TestKeptPricesAndKeepers(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 10))
	for range 60 {
		rows, cols, values := 1+rng.IntN(6), 1+rng.IntN(4), 2+rng.IntN(2)
		table := NewTable(rows, cols, func(i, j int) (int, bool) { return rng.IntN(values), true })
		k := rng.IntN(cols + 1)
		proves := func(end string, evidence any, right int64) {
			raw, _ := json.Marshal(evidence)
			got, err := Prove(table, Claim{Measure: SuccessKept, Value: &k, End: end, Number: "1", Evidence: raw})
			if want := big.NewRat(right, int64(rows*cols)); err != nil || got.Cmp(want) != 0 {
				t.Errorf("%v, %d kept: %s proves %v, want %v; %v", table.Lines(), k, raw, got, want, err)
			}
		}
		prices, sum := make([]int64, rows), int64(0)
		for i := range prices {
			prices[i] = int64(rng.IntN(3*cols + 1))
			sum += prices[i]
		}
		for _, m := range keptMessages(table, k) {
			most := int64(0)
			for _, w := range everyWord(table) {
				over := int64(0)
				for _, i := range m {
					over += max(0, 3*int64(hits(table, i, w))-prices[i])
				}
				most = max(most, over)
			}
			sum += most
		}
		proves(Upper, KeptPrices{"kept-prices", 3, prices}, min(sum/3, int64(rows*cols)))
		best := make([]int, rows)
		e := Keepers{Kind: "keepers", Messages: []Keeper{}}
		for range rng.IntN(4) {
			m := Keeper{Columns: rng.Perm(cols)[:k], Tokens: []int{}}
			slices.Sort(m.Columns)
			from := rng.IntN(rows)
			for _, j := range m.Columns {
				v, _ := table.At(from, j)
				m.Tokens = append(m.Tokens, v)
			}
			for range cols {
				m.Word = append(m.Word, rng.IntN(values))
			}
			for i := range best {
				may := true
				for n, j := range m.Columns {
					may = may && table.Is(i, j, m.Tokens[n])
				}
				if may {
					best[i] = max(best[i], hits(table, i, m.Word))
				}
			}
			e.Messages = append(e.Messages, m)
		}
		total := 0
		for _, b := range best {
			total += b
		}
		proves(Lower, e, int64(total))
	}
}

// TestRenamingChangesNothing: where the rows are all words, the search looks at some words for the first messages
// only; where each row stands twice it looks at all, and finds twice as many right answers.
func TestRenamingChangesNothing(t *testing.T) {
	for _, c := range [][3]int{{2, 2, 0}, {2, 2, 1}, {3, 2, 0}, {3, 2, 1}, {3, 2, 2}, {2, 3, 1}, {2, 4, 1}, {3, 3, 2}, {4, 2, 1}} {
		cols, q, k := c[0], c[1], c[2]
		most := func(times int) int {
			table := NewTable(int(math.Pow(float64(q), float64(cols)))*times, cols, func(i, j int) (int, bool) {
				return i / times / int(math.Pow(float64(q), float64(j))) % q, true
			})
			right := 0
			w := newWork(t.Context(), table, 1<<40)
			for above := true; above; right++ {
				var err error
				if above, err = w.keptExceed(k, times*right, 0); err != nil {
					t.Fatal(err)
				}
			}
			return right - 1
		}
		if one, two := most(1), most(2); one != two {
			t.Errorf("all words of %d out of %d symbols, %d kept: %d right answers, without renaming %d", cols, q, k, one, two)
		}
	}
}

// TestPlainest: the words of docs/certificates.md that a search must try, where the rows are all words.
func TestPlainest(t *testing.T) {
	const first = 1 // the first message keeps place 0
	for word := range 27 {
		digits := []int{word % 3, word / 3 % 3, word / 9}
		for set := range uint(8) {
			var free []int
			for j, d := range digits {
				if set>>j&1 == 0 {
					free = append(free, d)
				}
			}
			for k := range 4 {
				want := true
				switch {
				case k == 0:
					want = !slices.ContainsFunc(free, func(d int) bool { return d > 0 })
				case k == 1 && set == first:
					want = slices.IsSorted(free) && !slices.Contains(free, 2)
				}
				if plainest(digits, set, k, first) != want {
					t.Errorf("message %d of places %03b has the word %v: %v", k, set, digits, !want)
				}
			}
		}
	}
}
