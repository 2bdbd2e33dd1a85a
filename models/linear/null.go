package linear

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"

	"crosscut/internal/exact"
	"crosscut/models"
	"crosscut/models/tasks"
)

// Null is a pair of qsa inputs that a first layer cannot tell apart (Theorem 10).
//
// Let R be tokens 1..floor(N/2), and u != 0 supported on R with W_z u = 0. Let j be
// the token with the longest u_j, and let token 1 ask for j and q - 1 tokens outside
// R, where z = 0. Inputs z = +u and z = -u have the same W vec(X), since their y
// are the same, so any g gives both the same output; their targets at token 1 are
// +u_j/q and -u_j/q. So one of the two errors is at least |u_j|/q, for every g.
type Null struct {
	Of tasks.Shape
	W  [][]*big.Int // h1 rows, the z-columns of tokens 1..floor(N/2) or of all: column (i - 1) d + c
	U  []*big.Int   // the null vector, an integer for each column
	J  int          // the token with the longest part of U
	Y  []int        // the set of token 1
}

// NullPair finds the pair for a first layer, given the z-columns of the first
// floor(N/2) tokens (floor(N/2) d columns; rational rows through
// exact.ClearDenominators). It returns nil when those columns are independent:
// then the theorem says nothing. Every result has passed [Null.Verify].
func NullPair(sh tasks.Shape, w [][]*big.Int) (*Null, error) {
	if sh.Task.Asks == nil {
		return nil, models.Unsupportedf("the null vector speaks of qsa, not of %s", sh.Task.Name)
	}
	half, d, q := sh.N/2, sh.Int("d"), sh.Int("q")
	if q-1 > sh.N-half || half == 0 {
		return nil, models.Unsupportedf("N = %d holds no %d tokens beside its first half", sh.N, q-1)
	}
	for r, row := range w {
		if len(row) != half*d {
			return nil, fmt.Errorf("models: row %d of the z-columns has %d entries, want floor(N/2) d = %d", r+1, len(row), half*d)
		}
	}
	u := exact.NullVector(w, half*d)
	if u == nil {
		return nil, nil
	}
	n := &Null{Of: sh, W: w, U: u, J: 1}
	for j := 2; j <= half; j++ {
		if n.square(j).Cmp(n.square(n.J)) > 0 {
			n.J = j
		}
	}
	n.Y = []int{n.J}
	for i := range q - 1 {
		n.Y = append(n.Y, half+1+i)
	}
	return n, n.Verify()
}

// square is |u_j|^2, an integer.
func (n *Null) square(j int) *big.Int {
	d := n.Of.Int("d")
	sum := new(big.Int)
	for _, x := range n.U[(j-1)*d : j*d] {
		sum.Add(sum, new(big.Int).Mul(x, x))
	}
	return sum
}

// scale is the least power of two that brings every u_j into the unit ball; then
// the longest is longer than 1/2.
func (n *Null) scale() *big.Int {
	s := big.NewInt(1)
	for new(big.Int).Mul(s, s).Cmp(n.square(n.J)) < 0 {
		s.Lsh(s, 1)
	}
	return s
}

// Vectors are the z of the input with the given sign, exactly, for all N tokens.
func (n *Null) Vectors(sign int64) [][]*big.Rat {
	d := n.Of.Int("d")
	z := make([][]*big.Rat, n.Of.N)
	for i := range z {
		z[i] = make([]*big.Rat, d)
		for c := range z[i] {
			z[i][c] = new(big.Rat)
			if at := i*d + c; at < len(n.U) {
				z[i][c].SetFrac(new(big.Int).Mul(n.U[at], big.NewInt(sign)), n.scale())
			}
		}
	}
	return z
}

// GapSquared is the square of the mean of u over the set Y, at the scale of Vectors:
// every g is wrong on one of the two inputs for every eps below its root. Where u
// stands on the first half, the mean is u_j / q with |u_j| > 1/2, so it is for 1/(2q).
func (n *Null) GapSquared() *big.Rat {
	d := n.Of.Int("d")
	total := new(big.Int)
	for c := range d {
		sum := new(big.Int)
		for _, j := range n.Y {
			if at := (j-1)*d + c; at < len(n.U) {
				sum.Add(sum, n.U[at])
			}
		}
		total.Add(total, sum.Mul(sum, sum))
	}
	under := new(big.Int).Mul(n.scale(), big.NewInt(int64(n.Of.Int("q"))))
	return new(big.Rat).SetFrac(total, under.Mul(under, under))
}

// NullOverAll is NullPair with the z-columns of all N tokens (derived here;
// docs/feedforward.md). Let u_j be the longest block of a null vector, of length 1.
// The blocks' parts along u_j are numbers t in -1..1, and some q-set of them has a sum
// of at least q/(2q-1) in absolute value: the q largest or the q smallest. So inputs
// z = +u and z = -u with that set give targets 2/(2q-1) apart, and a rank below N d'
// excludes every eps < 1/(2q-1). It returns nil when the columns are independent, or no set
// tells the inputs apart.
func NullOverAll(sh tasks.Shape, w [][]*big.Int) (*Null, error) {
	if sh.Task.Asks == nil {
		return nil, models.Unsupportedf("the null vector speaks of qsa, not of %s", sh.Task.Name)
	}
	d, q := sh.Int("d"), sh.Int("q")
	u := exact.NullVector(w, sh.N*d)
	if u == nil {
		return nil, nil
	}
	n := &Null{Of: sh, W: w, U: u, J: 1}
	order := make([]int, sh.N)
	for j := range order {
		order[j] = j + 1
		if n.square(j+1).Cmp(n.square(n.J)) > 0 {
			n.J = j + 1
		}
	}
	along := func(j int) *big.Int {
		sum := new(big.Int)
		for c := range d {
			sum.Add(sum, new(big.Int).Mul(u[(j-1)*d+c], u[(n.J-1)*d+c]))
		}
		return sum
	}
	slices.SortStableFunc(order, func(a, b int) int { return along(a).Cmp(along(b)) })
	low, high := *n, *n
	low.Y, high.Y = slices.Clone(order[:q]), slices.Clone(order[sh.N-q:])
	slices.Sort(low.Y)
	slices.Sort(high.Y)
	best := &high
	if low.GapSquared().Cmp(high.GapSquared()) > 0 {
		best = &low
	}
	if best.GapSquared().Sign() == 0 { // so few tokens are beside the set that u sums to nothing on it
		return nil, nil
	}
	return best, best.Verify()
}

// Gap is the root of GapSquared, rounded down a little.
func (n *Null) Gap() float64 {
	f, _ := n.GapSquared().Float64()
	return math.Sqrt(f) * (1 - 1e-15)
}

// Verify checks the pair from the definitions, in exact arithmetic, and needs
// nothing of how it was found.
func (n *Null) Verify() error {
	d, q := n.Of.Int("d"), n.Of.Int("q")
	plus, minus := n.Vectors(1), n.Vectors(-1)
	for r, row := range n.W { // both inputs reach the same pre-activations
		a, b := new(big.Rat), new(big.Rat)
		for at, w := range row {
			weight := new(big.Rat).SetInt(w)
			a.Add(a, new(big.Rat).Mul(weight, plus[at/d][at%d]))
			b.Add(b, new(big.Rat).Mul(weight, minus[at/d][at%d]))
		}
		if a.Cmp(b) != 0 {
			return fmt.Errorf("models: row %d of the first layer tells the two inputs apart", r+1)
		}
	}
	one := big.NewRat(1, 1)
	for i := range plus { // both are inputs: z in the unit ball
		norm := new(big.Rat)
		for _, x := range plus[i] {
			norm.Add(norm, new(big.Rat).Mul(x, x))
		}
		if norm.Cmp(one) > 0 {
			return fmt.Errorf("models: z of token %d is outside the unit ball", i+1)
		}
	}
	if len(n.Y) != q || !slices.IsSorted(n.Y) || len(slices.Compact(slices.Clone(n.Y))) != q || n.Y[0] < 1 || n.Y[q-1] > n.Of.N {
		return fmt.Errorf("models: %v is no set of %d positions", n.Y, q)
	}
	apart := new(big.Rat) // |target(+u) - target(-u)|^2, by the task's definition
	for c := range d {
		diff := new(big.Rat)
		for _, j := range n.Y {
			diff.Add(diff, plus[j-1][c])
			diff.Sub(diff, minus[j-1][c])
		}
		diff.Quo(diff, big.NewRat(int64(q), 1))
		apart.Add(apart, diff.Mul(diff, diff))
	}
	if apart.Sign() == 0 {
		return errors.New("models: both inputs have the same target")
	}
	if apart.Cmp(new(big.Rat).Mul(big.NewRat(4, 1), n.GapSquared())) != 0 {
		return errors.New("models: the targets are not 2 |u_j| / q apart")
	}
	return nil
}

// Inputs are the two token sequences. ok is false when a coordinate of u does not
// fit a float64 exactly (beyond 2^53); Vectors always has them.
func (n *Null) Inputs() (plus, minus []tasks.Token, ok bool) {
	ok = true
	q := n.Of.Int("q")
	fixed := make([]int, q)
	for k := range fixed {
		fixed[k] = k + 1
	}
	make1 := func(sign int64) []tasks.Token {
		seq := make([]tasks.Token, n.Of.N)
		for i, z := range n.Vectors(sign) {
			seq[i].Y = fixed
			if i == 0 {
				seq[i].Y = n.Y
			}
			for _, x := range z {
				f, exact := x.Float64()
				ok = ok && exact
				seq[i].Z = append(seq[i].Z, f)
			}
		}
		return seq
	}
	return make1(1), make1(-1), ok
}

// ZColumns are the first-layer columns of the z of tokens 1..floor(N/2), for
// networks whose tokens begin with their d coordinates.
func (m *FeedForward) ZColumns() [][]*big.Int { return m.ZColumnsOf(m.Of.N / 2) }

// ZColumnsOf are the first-layer columns of the z of the first tokens.
func (m *FeedForward) ZColumnsOf(half int) [][]*big.Int {
	d := m.Of.Int("d")
	w := make([][]int64, len(m.Rows))
	for r, row := range m.Rows {
		w[r] = make([]int64, half*d)
		for _, t := range row {
			if pos, k := t.Column/m.Numbers, t.Column%m.Numbers; pos < half && k < d {
				w[r][pos*d+k] += t.Weight
			}
		}
	}
	return exact.Ints(w)
}

// Pre are the first layer's pre-activations on an input.
func (m *FeedForward) Pre(seq []tasks.Token) []int64 {
	return m.part(func(f func(int, tasks.Token)) {
		for i, t := range seq {
			f(i+1, t)
		}
	})
}
