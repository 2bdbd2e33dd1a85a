package reductions

import (
	"encoding/json"
	"slices"
	"testing"

	"crosscut/internal/long"
	"crosscut/protocol/bounds/check"
)

// TestMatch3RankIsCertified: the factors of docs/sanford2023.md, written down without the closed form from the hands
// themselves, are what the checker finds in the task's own matrix; so its rank is at least the number of rows.
func TestMatch3RankIsCertified(t *testing.T) {
	for _, c := range [][2]int{{5, 4}, {5, 5}, {5, 6}, {5, 9}, {6, 8}, {7, 8}, {7, 9}} {
		n, m := c[0], c[1]
		if n == 7 && !long.Tests() {
			continue
		}
		matrix := hands(t, n, m)
		table := check.NewTable(len(matrix), len(matrix[0]), func(i, j int) (int, bool) { return matrix[i][j], true })
		alice, bob := (n-1)/2, n-1-(n-1)/2
		rows, cols := signedHands(alice, alice, m), signedHands(bob, alice, m)
		e := check.Unitriangular{Kind: "unitriangular", Rows: []int{always(matrix)}, Cols: []int{always(turned(matrix))}, Lower: [][]check.Entry{{}}, Diagonal: []int{1}}
		for i, x := range rows {
			line, sign := []check.Entry{{0, 1}}, -1
			for k, s := range rows[:i] {
				if within(s.values, x.values) {
					line = append(line, check.Entry{1 + k, 1})
				}
			}
			for range x.values {
				sign = -sign
			}
			partner := slices.IndexFunc(cols, func(z signedHand) bool { return slices.Equal(z.values, partners(x.values, m)) })
			e.Rows, e.Cols = append(e.Rows, x.at), append(e.Cols, cols[partner].at)
			e.Lower, e.Diagonal = append(e.Lower, line), append(e.Diagonal, sign)
		}
		e.Upper = e.Lower
		raw, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		claim := check.Claim{Measure: check.RankRational, End: check.Lower, Evidence: raw}
		proved, err := check.Prove(table, claim)
		if want := Match3Rows(alice, m); err != nil || proved.Num().Cmp(want) != 0 {
			t.Errorf("N = %d, M = %d: rank %v (%v), want %v", n, m, proved, err, want)
		}
		e.Diagonal[len(e.Diagonal)-1] *= -1
		if claim.Evidence, err = json.Marshal(e); err != nil {
			t.Fatal(err)
		}
		if _, err := check.Prove(table, claim); err == nil {
			t.Errorf("N = %d, M = %d: a wrong sign is accepted", n, m)
		}
	}
}

// signedHand is a hand that does not always match: its values other than 1, and where it stands among all hands.
type signedHand struct {
	values []int
	at     int
}

// signedHands lists, fewest values first, the hands of k tokens with at most so many values, of different pairs and each
// once, in the order in which hands makes them.
func signedHands(k, most, m int) (all []signedHand) {
	at := 0
	var visit func(hand []int)
	visit = func(hand []int) {
		if len(hand) == k {
			values := slices.DeleteFunc(slices.Clone(hand), func(v int) bool { return v == 1 })
			proper := len(values) <= most
			for i, v := range values {
				proper = proper && v != m-2 && 2*v%m != (m-1)%m && !slices.ContainsFunc(values[:i], func(u int) bool { return u == v || (1+u+v)%m == 0 })
			}
			if proper {
				all = append(all, signedHand{values, at})
			}
			at++
			return
		}
		least := 1
		if len(hand) > 0 {
			least = hand[len(hand)-1]
		}
		for v := least; v <= m; v++ {
			visit(append(hand[:len(hand):len(hand)], v))
		}
	}
	visit(nil)
	slices.SortStableFunc(all, func(x, y signedHand) int { return len(x.values) - len(y.values) })
	return all
}

// partners are the values that match with some of these, sorted.
func partners(values []int, m int) (all []int) {
	for _, v := range values {
		w := (2*m - 1 - v) % m
		if w == 0 {
			w = m
		}
		all = append(all, w)
	}
	slices.Sort(all)
	return all
}

// within says whether all of s stands in x.
func within(s, x []int) bool {
	return !slices.ContainsFunc(s, func(v int) bool { return !slices.Contains(x, v) })
}

// always is the first row of ones.
func always(matrix [][]int) int {
	return slices.IndexFunc(matrix, func(row []int) bool { return !slices.Contains(row, 0) })
}

func turned(matrix [][]int) [][]int {
	all := make([][]int, len(matrix[0]))
	for j := range all {
		for i := range matrix {
			all[j] = append(all[j], matrix[i][j])
		}
	}
	return all
}
