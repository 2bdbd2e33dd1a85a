package problems

import (
	"errors"
	"fmt"
	"strings"

	"crosscut/internal/exact"
	"crosscut/protocol"
)

// Evidence is what forces a cost, given as a function of n so that one definition
// serves every size. Exactly one field is set.
type Evidence struct {
	// Fooling lists pairs (x, y). Of two pairs with the same value of f, a crossed
	// pair has the other value, so that no two pairs share a leaf of a protocol.
	Fooling func(n int) [][2]protocol.Word
	// Ranks: the ranks of f and of 1 - f as matrices. A leaf is a rectangle of ones
	// or of zeros and adds at most 1 to its rank.
	Ranks bool
	// Factors writes a square part of the matrix of f, or of 1 - f, as a product that shows its rank, like Ranks
	// at every size.
	Factors func(n int, one bool) Factors
	// Shattered lists words y_1..y_k such that every pattern in {0,1}^k occurs as
	// (f(x, y_1), ..., f(x, y_k)) for some x: INDEX_k embeds, Alice holding the string.
	Shattered func(n int) []protocol.Word
	// DistinctRows: all rows of f differ, so Alice's messages must (of more players, the
	// first one's); DistinctColumns: all columns differ, so Bob's must.
	DistinctRows, DistinctColumns bool
}

// Factors are a square part of a 0/1 matrix as L D U: L has ones on the diagonal and nothing above it, U has ones on it
// and nothing below, D is diagonal without a 0. So the part has full rank over the rationals.
type Factors struct {
	Rows, Cols   []int      // places of x and y in their domains
	Lower, Upper [][][2]int // of row i of L, and of column j of U, without the 1: pairs k, entry, k growing and below i (j)
	Diagonal     []int
}

// place is where a member stands in its domain.
func place(d protocol.Domain, v protocol.Value) int {
	w, _ := d.Word(v)
	return int(w.Unpack().Big(d.Bits()).Int64())
}

// prove fails unless the product is what f, or 1 - f, has there.
func (e Factors) prove(p *Problem, n int, one bool) error {
	row := make([]int, len(e.Rows)) // of L D
	for i, x := range e.Rows {
		clear(row)
		row[i] = e.Diagonal[i]
		for _, l := range e.Lower[i] {
			row[l[0]] = l[1] * e.Diagonal[l[0]]
		}
		for j, y := range e.Cols {
			sum := row[j]
			for _, u := range e.Upper[j] {
				sum += row[u[0]] * u[1]
			}
			if want := p.Holds(n, p.X(n, x), p.Y(n, y)) == one; e.Diagonal[i] == 0 || sum != map[bool]int{true: 1}[want] {
				return fmt.Errorf("problems: %s, n = %d: the factors give %d in row %d, column %d", p.Name, n, sum, x, y)
			}
		}
	}
	return nil
}

// Factors makes those of f, or of 1 - f, that stand behind a cost; nil: none do.
func (p *Problem) Factors() func(n int, one bool) Factors {
	for _, c := range p.Costs {
		if c.Evidence != nil && c.Evidence.Factors != nil {
			return c.Evidence.Factors
		}
	}
	return nil
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
	if !p.enumerable(n) {
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

// enumerable says whether evidence at size n can be enumerated.
func (p *Problem) enumerable(n int) bool {
	all, most := 0, 0
	for _, d := range p.Domains(n) {
		all, most = all+d.Bits(), max(most, 2*d.Bits())
	}
	return all <= 26 && most <= 26
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
		return Found{Zeros: exact.RankModulo(zeros, exact.Mersenne), Ones: exact.RankModulo(ones, exact.Mersenne)}, nil
	case e.Factors != nil:
		ones, zeros := e.Factors(n, true), e.Factors(n, false)
		if err := errors.Join(ones.prove(p, n, true), zeros.prove(p, n, false)); err != nil {
			return none, err
		}
		return Found{Zeros: len(zeros.Rows), Ones: len(ones.Rows)}, nil
	case e.Shattered != nil:
		ys := e.Shattered(n)
		seen := map[string]bool{}
		for k := range p.Xs(n) {
			seen[pattern(p, n, p.X(n, k), ys)] = true
		}
		patterns := 0
		for row := range seen {
			if !strings.Contains(row, "*") {
				patterns++
			}
		}
		if len(seen) != patterns || patterns != 1<<len(ys) {
			return none, fmt.Errorf("problems: %s, n = %d: %d of 2^%d patterns occur", p.Name, n, len(seen), len(ys))
		}
		return Found{Messages: len(seen)}, nil
	case e.DistinctRows:
		return distinct(p, n, "rows", protocol.Alice)
	case e.DistinctColumns:
		return distinct(p, n, "columns", protocol.Bob)
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

// distinct fails unless every two inputs of one player have different values with
// some inputs of the others. Under a promise they must differ where both keep it, which
// is no equivalence: such problems are refused.
func distinct(p *Problem, n int, what string, who protocol.Player) (Found, error) {
	seen := map[string]bool{}
	own := p.Domain(n, who).Len()
	for k := range own {
		row, total := p.row(n, who, p.Domain(n, who).Nth(k))
		if !total {
			return Found{}, fmt.Errorf("problems: %s, n = %d: differing %s prove nothing under a promise", p.Name, n, what)
		}
		seen[row] = true
	}
	if len(seen) != own {
		return Found{}, fmt.Errorf("problems: %s, n = %d: %d of %d %s are distinct", p.Name, n, len(seen), own, what)
	}
	return Found{Messages: own}, nil
}

// row is the values of f at one input of one player, over all inputs of the others;
// total is false where some are outside the promise.
func (p *Problem) row(n int, who protocol.Player, own protocol.Word) (row string, total bool) {
	domains := p.Domains(n)
	in := make([]protocol.Word, len(domains))
	var b []byte
	total = true
	var fill func(at int)
	fill = func(at int) {
		switch {
		case at == len(domains):
			v, inside := p.Value(n, in...)
			total = total && inside
			b = append(b, v.Key()...)
		case protocol.Player(at) == who:
			in[at] = own
			fill(at + 1)
		default:
			for k := range domains[at].Len() {
				in[at] = domains[at].Nth(k)
				fill(at + 1)
			}
		}
	}
	fill(0)
	return string(b), total
}

func pattern(p *Problem, n int, x protocol.Word, ys []protocol.Word) string {
	row := make([]byte, len(ys))
	for j, y := range ys {
		row[j] = '0'
		if v, inside := p.Value(n, x, y); !inside {
			row[j] = '*'
		} else if v.True() {
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
