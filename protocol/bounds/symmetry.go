package bounds

import (
	"cmp"
	"context"
	"math"
	"math/big"
	"slices"

	"crosscut/internal/exact"
	"crosscut/protocol/bounds/check"
)

// The best distribution may be taken the same on all entries of an orbit: the mean over
// a group of symmetries is no worse. The program of the game then has one variable for
// each orbit of entries, and one row for each rectangle met so far, whose entries are its
// shares of the orbits; the next rectangle is the heaviest under the distribution found.
// What is found in floating point is rounded to small fractions, and the checker says
// what they prove.

// Sizes up to which symmetries are looked for and used.
const (
	symmetrySide   = 64
	symmetryOrbits = 60
	symmetrySets   = 1 << 20 // of rows, that are tried for the heaviest rectangle
)

// orbitGame is the game on the orbits of a matrix.
type orbitGame struct {
	entryGame  // a variable is an orbit
	ctx        context.Context
	symmetries []check.Symmetry
	blocks     [][]int // of exchangeable rows
	swaps      []check.Symmetry
	// The best solutions.
	weights []float64 // of the rectangles
	mu      []float64 // of an orbit, all its entries together
	closed  bool      // the ends meet
}

// newOrbitGame finds symmetries of the matrix; nil: it is too large, or they are too few.
func newOrbitGame(ctx context.Context, a *analysis) *orbitGame {
	if max(a.Rows, a.Cols) > symmetrySide {
		return nil
	}
	g := &orbitGame{ctx: ctx}
	for i := range a.Rows {
		g.sign = append(g.sign, make([]float64, a.Cols))
		for j := range a.Cols {
			switch k := a.m.Index(i, j); {
			case k < 0:
			case k == a.zero:
				g.sign[i][j] = -1
			default:
				g.sign[i][j] = 1
			}
		}
	}
	g.exchanges()
	g.symmetries = append(append([]check.Symmetry{}, g.byBits()...), g.swaps...)
	if !g.divide() {
		return nil
	}
	return g
}

// keeps says whether permuting rows and columns leaves the signs as they are.
func (g *orbitGame) keeps(s check.Symmetry) bool {
	for i, row := range g.sign {
		for j, v := range row {
			if g.sign[s.Rows[i]][s.Cols[j]] != v {
				return false
			}
		}
	}
	return true
}

// exchanges finds rows that can be exchanged when the columns are permuted suitably, in
// blocks; and for neighbours in a block the exchange.
func (g *orbitGame) exchanges() {
	rows, cols := len(g.sign), len(g.sign[0])
	column := func(j, x, y int) string {
		b := make([]byte, rows)
		for i := range b {
			k := i
			switch i {
			case x:
				k = y
			case y:
				k = x
			}
			b[i] = byte(g.sign[k][j] + 1)
		}
		return string(b)
	}
	plain := map[string][]int{}
	for j := range cols {
		key := column(j, -1, -1)
		plain[key] = append(plain[key], j)
	}
	exchange := func(x, y int) (s check.Symmetry, ok bool) {
		s = check.Symmetry{Rows: exact.UpTo(rows), Cols: make([]int, cols)}
		s.Rows[x], s.Rows[y] = y, x
		used := map[string]int{}
		for j := range cols {
			// Column j goes to a column that looks like it with x and y exchanged.
			key := column(j, x, y)
			if used[key] == len(plain[key]) {
				return s, false
			}
			s.Cols[j] = plain[key][used[key]]
			used[key]++
		}
		return s, g.keeps(s)
	}
	taken := make([]bool, rows)
	for x := range rows {
		if taken[x] {
			continue
		}
		block := []int{x}
		var swaps []check.Symmetry
		for y := x + 1; y < rows && g.ctx.Err() == nil; y++ {
			if s, ok := exchange(block[len(block)-1], y); !taken[y] && ok {
				block, swaps = append(block, y), append(swaps, s)
				taken[y] = true
			}
		}
		if len(block) > 1 {
			g.blocks, g.swaps = append(g.blocks, block), append(g.swaps, swaps...)
		}
	}
}

// byBits tries what matrices of functions of words often have: exchanging two places of
// both words, and flipping a place in both.
func (g *orbitGame) byBits() []check.Symmetry {
	size := len(g.sign)
	if size != len(g.sign[0]) || size&(size-1) != 0 {
		return nil
	}
	var found []check.Symmetry
	try := func(to func(k int) int) {
		s := check.Symmetry{Rows: make([]int, size), Cols: make([]int, size)}
		for k := range size {
			s.Rows[k], s.Cols[k] = to(k), to(k)
		}
		if g.keeps(s) {
			found = append(found, s)
		}
	}
	for b := 1; b < size; b *= 2 {
		try(func(k int) int { return k ^ b })
		if b > 1 {
			try(func(k int) int {
				if (k/b^2*k/b)&1 != 0 { // bits b and b/2 differ
					return k ^ b ^ b/2
				}
				return k
			})
		}
	}
	return found
}

// divide numbers the orbits of entries; false when they are too many.
func (g *orbitGame) divide() bool {
	rows, cols := len(g.sign), len(g.sign[0])
	next := exact.UpTo(rows * cols)
	root := func(k int) int {
		for next[k] != k {
			next[k] = next[next[k]]
			k = next[k]
		}
		return k
	}
	for _, s := range g.symmetries {
		for k := range next {
			next[root(k)] = root(s.Rows[k/cols]*cols + s.Cols[k%cols])
		}
	}
	number := map[int]int{}
	for i := range rows {
		g.at = append(g.at, make([]int, cols))
		for j := range cols {
			if g.at[i][j] = -1; g.sign[i][j] == 0 {
				continue
			}
			r := root(i*cols + j)
			o, ok := number[r]
			if !ok {
				if o = len(number); o == symmetryOrbits {
					return false
				}
				number[r] = o
				g.size = append(g.size, 0)
			}
			g.at[i][j] = o
			g.size[o]++
		}
	}
	return true
}

// sets counts the row sets that are tried: all, or one for each number from every block.
func (g *orbitGame) sets() int {
	n, single := 1, len(g.sign)
	for _, b := range g.blocks {
		n, single = n*(len(b)+1), single-len(b)
		if n > symmetrySets {
			return math.MaxInt
		}
	}
	if single > 20 {
		return math.MaxInt
	}
	return n << single
}

// answers is how many rectangles are kept of those that pay most.
const answers = 16

// heaviest tries the row sets for the rectangles that pay most under mu, the best first.
func (g *orbitGame) heaviest(mu []float64) (best []signedRect, pays float64) {
	weighted := g.weighted(mu)
	parts := slices.Clone(g.blocks)
	in := map[int]bool{}
	for _, b := range parts {
		for _, i := range b {
			in[i] = true
		}
	}
	for i := range g.sign {
		if !in[i] {
			parts = append(parts, []int{i})
		}
	}
	var most []float64
	var rows []int
	sums := make([][]float64, len(parts)) // of the columns, one for each part: calls reuse them
	var extend func(part int, sum []float64)
	extend = func(part int, sum []float64) {
		if part == len(parts) {
			var pay [2]float64
			for _, v := range sum {
				pay[0] += max(v, 0)
				pay[1] -= min(v, 0)
			}
			for k, sign := range [2]float64{1, -1} {
				if pay[k] <= 0 || len(most) == answers && pay[k] <= most[answers-1] {
					continue
				}
				at, known := slices.BinarySearchFunc(most, pay[k], func(a, b float64) int { return cmp.Compare(b, a) })
				if known { // most likely an image under a symmetry
					continue
				}
				r := signedRect{sign: sign, rows: slices.Clone(rows)}
				for j, v := range sum {
					if v*sign > 0 {
						r.cols = append(r.cols, j)
					}
				}
				most, best = slices.Insert(most, at, pay[k]), slices.Insert(best, at, r)
				if len(most) > answers {
					most, best = most[:answers], best[:answers]
				}
			}
			return
		}
		extend(part+1, sum)
		sums[part] = append(sums[part][:0], sum...)
		sum = sums[part]
		before := len(rows)
		for _, i := range parts[part] {
			rows = append(rows, i)
			for j, v := range weighted[i] {
				sum[j] += v
			}
			extend(part+1, sum)
		}
		rows = rows[:before]
	}
	extend(0, make([]float64, len(g.sign[0])))
	return best, most[0]
}

// solve goes on until no rectangle pays more than the value found, or ctx ends.
func (g *orbitGame) solve() bool {
	if g.sets() > symmetrySets {
		return false
	}
	for o := range g.size { // an entry of each orbit: the program has a solution
		for i := range g.sign {
			if j := slices.Index(g.at[i], o); j >= 0 {
				g.rects = append(g.rects, signedRect{g.sign[i][j], []int{i}, []int{j}})
				break
			}
		}
	}
	upper, lower := math.Inf(1), 0.0
	for range 200 {
		p, mu, value, ok := g.restricted(g.ctx)
		if mu == nil {
			return false
		}
		if value > lower || g.weights == nil {
			lower, g.weights = value, p
		}
		// Halfway to the best distribution so far: that keeps them from swinging.
		if g.mu != nil && ok {
			for o := range mu {
				mu[o] = (mu[o] + g.mu[o]) / 2
			}
		}
		best, pays := g.heaviest(mu)
		if pays < upper {
			upper, g.mu = pays, mu
		}
		if g.closed = upper <= lower+1e-9; g.closed || g.ctx.Err() != nil {
			return true
		}
		g.rects = append(g.rects, best...)
	}
	return true
}

// claims writes both ends: the numbers rounded to small fractions with one denominator,
// and as binary fractions; the checker says which prove more.
func (g *orbitGame) claims() []check.Claim {
	var all []check.Claim
	for _, round := range []func([]float64) []int64{simple, inPlaces} {
		m := check.Orbits{Kind: "orbits", Rectangles: []check.Signed{}, Symmetries: g.symmetries}
		for k, w := range round(g.weights) {
			if w > 0 {
				r := g.rects[k]
				m.Rectangles = append(m.Rectangles, check.Signed{Weight: w, Sign: int64(r.sign), Rectangle: check.Rectangle{Rows: r.rows, Cols: r.cols}})
			}
		}
		all = append(all, check.Claim{Measure: check.DiscBest, End: check.Lower, Evidence: marshal(m)})

		each := make([]float64, len(g.mu))
		for o, v := range g.mu {
			each[o] = v / g.size[o]
		}
		weights := round(each)
		d := check.Blocks{Kind: "blocks", Weights: make([][]int64, len(g.sign)), Blocks: append([][]int{}, g.blocks...), Symmetries: g.symmetries[len(g.symmetries)-len(g.swaps):]}
		for i := range g.sign {
			d.Weights[i] = make([]int64, len(g.sign[0]))
			for j, o := range g.at[i] {
				if o >= 0 {
					d.Weights[i][j] = weights[o]
				}
			}
		}
		var upper any = d
		if len(g.blocks) == 0 {
			upper = check.Distribution{Kind: "distribution", Weights: d.Weights}
		}
		all = append(all, check.Claim{Measure: check.DiscBest, End: check.Upper, Evidence: marshal(upper)})
	}
	return all
}

// inPlaces scales to integers of up to 34 binary places beside the largest.
func inPlaces(v []float64) []int64 {
	out := make([]int64, len(v))
	most := slices.Max(v)
	for k, x := range v {
		out[k] = int64(math.Round(max(0, x) / most * (1 << gameScale)))
	}
	return out
}

// simple finds integers in the ratios of v, where those are small fractions to within
// what the program's numbers can be trusted.
func simple(v []float64) []int64 {
	most := slices.Max(v)
	lcm := big.NewInt(1)
	fractions := make([]*big.Rat, len(v))
	for k, x := range v {
		fractions[k] = nearby(max(0, x)/most, 1e-5)
		d := fractions[k].Denom()
		lcm.Div(new(big.Int).Mul(lcm, d), new(big.Int).GCD(nil, nil, lcm, d))
		if lcm.BitLen() > 38 {
			return inPlaces(v)
		}
	}
	out := make([]int64, len(v))
	for k, f := range fractions {
		out[k] = new(big.Int).Div(new(big.Int).Mul(f.Num(), lcm), f.Denom()).Int64()
	}
	return out
}

// nearby is the first convergent of x within tolerance.
func nearby(x, tolerance float64) *big.Rat {
	a, b, c, d := int64(0), int64(1), int64(1), int64(0) // a/b, c/d: the last two convergents
	for y := x; ; {
		whole := math.Floor(y)
		a, b, c, d = c, d, int64(whole)*c+a, int64(whole)*d+b
		if rest := y - whole; math.Abs(float64(c)/float64(d)-x) < tolerance || rest < 1e-12 || d > 1<<20 {
			return big.NewRat(c, d)
		} else {
			y = 1 / rest
		}
	}
}
