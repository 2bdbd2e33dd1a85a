package keys

import (
	_ "embed"
	"fmt"
	"iter"
	"math/big"
	"math/bits"
	"strings"

	"crosscut/models"

	"gonum.org/v1/gonum/stat/combin"
)

// Enumerated are random signs whose least-norm queries were looked at for every one
// of the C(N, q) sets, in integers. For a set with Gram matrix G the coefficients are
// c = adj(G) 1 (Cramer's rule): members score det G, j outside scores
// sum_l c_l <u_l, u_j>. Off is the largest score outside over that inside. Off < 1
// separates; a larger Off costs precision, not width: top scores grow like 1/(1 - Off).
// Keys depend on seed and position alone, so what holds for N holds for all below.
// Above the largest N of the list nothing is claimed: coherence (guarantee=uniform) or
// the code keys prove every set there, at a greater width.
type Enumerated struct {
	Q, N, M int
	Seed    uint64
	Off     Ratio // the largest over all sets
	Norm    Ratio // the largest sum_l |c_l| / det G: bounds a query's entries
}

// Ratio is Num/Den, Den > 0, Num >= 0.
type Ratio struct{ Num, Den int64 }

func (r Ratio) Float() float64 { return float64(r.Num) / float64(r.Den) }

// less compares without rounding.
func (r Ratio) less(s Ratio) bool {
	ah, al := bits.Mul64(uint64(r.Num), uint64(s.Den))
	bh, bl := bits.Mul64(uint64(s.Num), uint64(r.Den))
	return ah < bh || ah == bh && al < bl
}

//go:embed enumerated.txt
var enumeratedText string

// Enumerations are the keys found, in the order of the file: q, then N, then M.
func Enumerations() []Enumerated {
	list, err := parseEnumerated(enumeratedText)
	if err != nil {
		panic(err)
	}
	return list
}

func parseEnumerated(text string) (list []Enumerated, err error) {
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		var e Enumerated
		if _, err := fmt.Sscanf(line, "%d %d %d %d %d/%d %d/%d", &e.Q, &e.N, &e.M, &e.Seed, &e.Off.Num, &e.Off.Den, &e.Norm.Num, &e.Norm.Den); err != nil {
			return nil, fmt.Errorf("keys: enumerated keys %q: %w", line, err)
		}
		list = append(list, e)
	}
	return list, nil
}

// Work is the number of scores without pruning, N C(N, q).
func (e Enumerated) Work() int {
	w := e.N
	for i := range e.Q {
		w = w * (e.N - i) / (i + 1)
	}
	return w
}

// Verify enumerates the sets again, every step-th of them, and refuses a set that
// scores higher than is stated; of all sets (step 1) the worst must be as stated.
func (e Enumerated) Verify(step int) error {
	if e.Q < 1 || e.Q > 4 || e.N < e.Q || e.M < 1 || e.M > 1<<12 || e.Off.Den < 1 || e.Norm.Den < 1 || !e.Off.less(Ratio{1, 1}) {
		return fmt.Errorf("keys: %+v: sizes or a margin that certify nothing", e)
	}
	got, y := e.worst(e.Off, max(step, 1))
	switch {
	case y != nil:
		return fmt.Errorf("keys: q = %d, N = %d, m = %d: the set %v does not separate to within %d/%d", e.Q, e.N, e.M, y, e.Off.Num, e.Off.Den)
	case e.Norm.less(got.Norm), step <= 1 && (got.Off.less(e.Off) || got.Norm.less(e.Norm)):
		return fmt.Errorf("keys: q = %d, N = %d, m = %d: stated %+v %+v, found %+v %+v", e.Q, e.N, e.M, e.Off, e.Norm, got.Off, got.Norm)
	}
	return nil
}

// worst measures Off and Norm over every step-th set. It stops at the first set
// that is dependent or scores above limit, and returns it.
func (e Enumerated) worst(limit Ratio, step int) (got Enumerated, y []int) {
	gram, most := e.gram()
	got, i := e, 0
	got.Off, got.Norm = Ratio{0, 1}, Ratio{0, 1}
	for y := range choose(e.N, e.Q) {
		if i++; i%step != 0 {
			continue
		}
		c, det := cramer(gram, y)
		if det <= 0 {
			return got, y
		}
		var norm, bound int64
		for l, j := range y {
			a := max(c[l], -c[l])
			norm += a
			bound += a * int64(most[j])
		}
		if n := (Ratio{norm, det}); got.Norm.less(n) {
			got.Norm = n
		}
		if !got.Off.less(Ratio{bound, det}) {
			continue // no score of this set can be the worst
		}
		if off := (Ratio{highest(gram, y, c), det}); got.Off.less(off) {
			if got.Off = off; limit.less(off) || !off.less(Ratio{1, 1}) {
				return got, y
			}
		}
	}
	return got, nil
}

// gram lists all inner products, and for each key the largest magnitude of another's.
func (e Enumerated) gram() (g [][]int16, most []int16) {
	k := Signs{n: e.N, q: e.Q, m: e.M, seed: e.Seed}
	u := make([][]uint64, e.N)
	g, most = make([][]int16, e.N), make([]int16, e.N)
	for i := range u {
		u[i], g[i] = make([]uint64, k.words()), make([]int16, e.N)
		k.packed(i+1, u[i])
	}
	for i := range u {
		for j := range u {
			d := int16(k.dot(u[i], u[j]))
			if g[i][j] = d; i != j {
				most[i] = max(most[i], d, -d)
			}
		}
	}
	return g, most
}

// cramer is c = adj(G) 1 and det G for the keys of y; within 24 m^4, so 64 bits hold it.
func cramer(gram [][]int16, y []int) (c [4]int64, det int64) {
	var g [4][4]int64
	for a, i := range y {
		for b, j := range y {
			g[a][b] = int64(gram[i][j])
		}
	}
	for l := range y {
		r := g
		for a := range y {
			r[a][l] = 1
		}
		c[l] = determinant(&r, 0, 1<<len(y)-1)
		det += c[l] * g[0][l]
	}
	return c, det
}

// determinant of the rows from row on and the columns of a mask, by expansion.
func determinant(a *[4][4]int64, row int, columns uint) (d int64) {
	if columns == 0 {
		return 1
	}
	sign := int64(1)
	for left := columns; left != 0; left &= left - 1 {
		c := bits.TrailingZeros(left)
		d += sign * a[row][c] * determinant(a, row+1, columns&^(1<<c))
		sign = -sign
	}
	return d
}

// highest is the largest score outside y, at least 0.
func highest(gram [][]int16, y []int, c [4]int64) (top int64) {
	next := 0
	for j := range gram {
		if next < len(y) && y[next] == j {
			next++
			continue
		}
		var s int64
		for l, i := range y {
			s += c[l] * int64(gram[i][j])
		}
		top = max(top, s)
	}
	return top
}

// choose yields the q-subsets of 0..n-1, increasing, in one slice.
func choose(n, q int) iter.Seq[[]int] {
	return func(yield func([]int) bool) {
		y, sets := make([]int, q), combin.NewCombinationGenerator(n, q)
		for sets.Next() && yield(sets.Combination(y)) {
		}
	}
}

// EnumeratedSigns are the narrowest keys of the list that cover N and q (m > 0: those
// of that width).
func EnumeratedSigns(n, q, m, f, g int) (Signs, error) {
	var best *Enumerated
	for _, e := range Enumerations() {
		if e.Q == q && e.N >= n && (m == 0 || m == e.M) && (best == nil || e.M < best.M) {
			best = &e
		}
	}
	if best == nil {
		return Signs{}, models.Unsupportedf("no enumerated keys for N = %d, q = %d, m = %d (0: any): docs/qsa.md lists those there are; guarantee=uniform proves every set at a greater width", n, q, m)
	}
	return best.signs(n, f, g), nil
}

// Margin is 1 - Off in lowest terms.
func (e Enumerated) Margin() *big.Rat { return big.NewRat(e.Off.Den-e.Off.Num, e.Off.Den) }

// Narrowest are, of a list in its order, the narrowest keys for q whose queries fit in p bits, for
// each N that has some.
func Narrowest(list []Enumerated, q, p int) (found []Enumerated) {
	for _, e := range list {
		if e.Q == q && e.Bits() <= p && (len(found) == 0 || found[len(found)-1].N != e.N) {
			found = append(found, e)
		}
	}
	return found
}

// Bits is p, what every entry of a query fits in, at f = g = 0. A margin 1 - Off that is
// halved costs one bit.
func (e Enumerated) Bits() int { return e.signs(e.N, 0, 0).bits() }

// signs are the keys as a family for sets of 1..n.
func (e Enumerated) signs(n, f, g int) Signs {
	k := newSignKeys(n, e.Q, e.M, f, g, e.M, e.Q, e.Seed)
	k.listed = &e
	// A (1 - Off) >= gap + 2e, as members may lose e and the others gain e.
	k.a = k.scaled(Ratio{e.Off.Den, e.Off.Den - e.Off.Num}, (k.a+1)/2)
	return k
}

// scaled is x r, rounded up.
func (k Signs) scaled(r Ratio, x int64) int64 {
	hi, lo := bits.Mul64(uint64(x), uint64(r.Num))
	quo, rem := bits.Div64(hi, lo, uint64(r.Den))
	if rem > 0 {
		quo++
	}
	return int64(quo)
}
