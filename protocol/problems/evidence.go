package problems

import (
	"fmt"

	"crosscut/internal/exact"
	"crosscut/protocol"
)

// rankPrime is the prime modulo which ranks are counted: they are at most the ranks
// over the rationals, so they prove no less.
const rankPrime = 1<<31 - 1

// Evidence is what forces a cost, given as a function of n so that one definition
// serves every size. Exactly one field is set.
type Evidence struct {
	// Fooling lists pairs (x, y). Of two pairs with the same value of f, a crossed
	// pair has the other value, so that no two pairs share a leaf of a protocol.
	Fooling func(n int) [][2]protocol.Word
	// Ranks: the ranks of f and of 1 - f as matrices. A leaf is a rectangle of ones
	// or of zeros and adds at most 1 to its rank.
	Ranks bool
	// Shattered lists words y_1..y_k such that every pattern in {0,1}^k occurs as
	// (f(x, y_1), ..., f(x, y_k)) for some x: INDEX_k embeds, Alice holding the string.
	Shattered func(n int) []protocol.Word
	// DistinctRows: all rows of f differ, so Alice's messages must; DistinctColumns:
	// all columns differ, so Bob's must.
	DistinctRows, DistinctColumns bool
}

// Found is what evidence proves to be needed at one size. Nothing proves 0.
type Found struct {
	Zeros, Ones int // leaves of a two-way protocol with that answer
	Messages    int // different messages of a one-way protocol
}

// bits is the cost that follows in the setting of c: where both players know the
// answer every leaf has a label; where one does, leaves of one value must differ.
func (f Found) bits(c Cost) protocol.Bits {
	count := f.Messages
	switch {
	case c.Setting == protocol.TwoWay && c.BothKnow:
		count = f.Zeros + f.Ones
	case c.Setting == protocol.TwoWay:
		count = max(f.Zeros, f.Ones)
	}
	return protocol.Bits(protocol.Width(uint64(count)))
}

// Check enumerates the evidence of a cost at size n and fails unless it proves the
// whole cost. It takes 2^(XBits + YBits) steps, and 2^(2 XBits) for fooling pairs,
// and refuses beyond 2^26.
func (c Cost) Check(p *Problem, n int) error {
	if x := p.XBits(n); 2*x > 26 || x+p.YBits(n) > 26 {
		return fmt.Errorf("problems: %s, n = %d: too large to enumerate", p.Name, n)
	}
	found, err := c.Evidence.Verify(p, n)
	if err != nil {
		return err
	}
	if got := found.bits(c); got < c.Bits(n) {
		return fmt.Errorf("problems: %s, n = %d, %s: the evidence proves %d bits of %d", p.Name, n, c.Setting, got, c.Bits(n))
	}
	return nil
}

// Verify checks the evidence at size n by enumeration.
func (e *Evidence) Verify(p *Problem, n int) (Found, error) {
	var none Found
	switch {
	case e == nil:
		return none, nil
	case e.Fooling != nil:
		return verifyFooling(p, n, e.Fooling(n))
	case e.Ranks:
		ones, zeros := p.matrix(n), p.matrix(n)
		for _, row := range zeros {
			for k := range row {
				row[k] = 1 - row[k]
			}
		}
		return Found{Zeros: exact.RankModulo(zeros, rankPrime), Ones: exact.RankModulo(ones, rankPrime)}, nil
	case e.Shattered != nil:
		ys := e.Shattered(n)
		seen := map[string]bool{}
		for k := range p.Xs(n) {
			seen[pattern(p, n, p.X(n, k), ys)] = true
		}
		if len(seen) != 1<<len(ys) {
			return none, fmt.Errorf("problems: %s, n = %d: %d of 2^%d patterns occur", p.Name, n, len(seen), len(ys))
		}
		return Found{Messages: len(seen)}, nil
	case e.DistinctRows:
		return distinct(p, n, "rows", p.matrix(n))
	case e.DistinctColumns:
		return distinct(p, n, "columns", transpose(p.matrix(n)))
	}
	return none, nil
}

func verifyFooling(p *Problem, n int, set [][2]protocol.Word) (Found, error) {
	values := make([]bool, len(set))
	var found Found
	for i, a := range set {
		values[i] = p.Holds(n, a[0], a[1])
		if values[i] {
			found.Ones++
		} else {
			found.Zeros++
		}
		for j, b := range set[:i] {
			if v := values[i]; v == values[j] && p.Holds(n, a[0], b[1]) == v && p.Holds(n, b[0], a[1]) == v {
				return Found{}, fmt.Errorf("problems: %s, n = %d: pairs %d and %d fit one rectangle", p.Name, n, i+1, j+1)
			}
		}
	}
	return found, nil
}

func distinct(p *Problem, n int, what string, rows [][]uint64) (Found, error) {
	seen := map[string]bool{}
	for _, row := range rows {
		seen[fmt.Sprint(row)] = true
	}
	if len(seen) != len(rows) {
		return Found{}, fmt.Errorf("problems: %s, n = %d: %d of %d %s are distinct", p.Name, n, len(seen), len(rows), what)
	}
	return Found{Messages: len(rows)}, nil
}

func pattern(p *Problem, n int, x protocol.Word, ys []protocol.Word) string {
	row := make([]byte, len(ys))
	for j, y := range ys {
		row[j] = '0'
		if p.Holds(n, x, y) {
			row[j] = '1'
		}
	}
	return string(row)
}

// matrix is f at size n: a row for each x, a column for each valid y.
func (p *Problem) matrix(n int) [][]uint64 {
	m := make([][]uint64, p.Xs(n))
	for i := range m {
		x := p.X(n, i)
		m[i] = make([]uint64, p.Ys(n))
		for j := range m[i] {
			if p.Holds(n, x, p.Y(n, j)) {
				m[i][j] = 1
			}
		}
	}
	return m
}

func transpose(m [][]uint64) [][]uint64 {
	t := make([][]uint64, len(m[0]))
	for j := range t {
		t[j] = make([]uint64, len(m))
		for i := range m {
			t[j][i] = m[i][j]
		}
	}
	return t
}
