package bounds

import (
	"cmp"
	"context"
	"math"
	"math/big"
	"math/bits"
	"slices"

	"crosscut/protocol/bounds/check"
)

// The discrepancy under the best distribution is the value of a game: one player
// picks a distribution on the entries, the other a signed rectangle, which pays
// the sum of sign x (sign of the entry) over the entries in it. The linear program
// of the game is solved on few rectangles, and the rectangle that pays most under
// the distribution found is added, until none pays more.

// Sizes up to which the game is solved: the shorter side (all its subsets are
// tried for the best rectangle), and the entries.
const (
	gameSide    = 16
	gameEntries = 256
	bestEntries = 1 << 16 // of the whole matrix, for any bound at all
)

// best bounds the discrepancy under the best distribution, in a part of the time: always by
// the partitions into rectangles (below) and the uniform distribution (above), and by
// the game where it is small enough. Called again it goes on where time stopped the game.
func (a *analysis) best(part float64) {
	ctx, cancel := a.share(part)
	defer cancel()
	a.bestUntil(ctx)
}

// bestUntil is best with a context of its own.
func (a *analysis) bestUntil(ctx context.Context) {
	a.say("best distribution")
	q := a.Discrepancy
	if len(a.PerValue) == 0 || a.Rows*a.Cols > bestEntries {
		return
	}
	b := &Span{Lower: new(big.Rat), Upper: q.Uniform.Upper}
	mixture := check.Mixture{Kind: "mixture", Rectangles: []check.Signed{}}
	for k, p := range a.PerValue {
		sign := int64(1)
		if k == a.zero {
			sign = -1
		}
		for _, r := range p.found.partition.rects {
			rows, cols := p.found.aspect.original(r)
			mixture.Rectangles = append(mixture.Rectangles, check.Signed{Weight: 1, Sign: sign, Rectangle: check.Rectangle{Rows: rows, Cols: cols}})
		}
	}
	claims := []check.Claim{{Measure: check.DiscBest, End: check.Lower, Evidence: marshal(mixture)}}
	if q.Exact {
		claims = append(claims, check.Claim{Measure: check.DiscBest, End: check.Upper, Number: q.Uniform.Upper.RatString(), Evidence: marshal(check.Exhaustion{Kind: "exhaustion"})})
	} else {
		claims = append(claims, check.Claim{Measure: check.DiscBest, End: check.Upper, Evidence: marshal(check.Spectral{Kind: "spectral"})})
	}
	var alike []check.Claim
	closed := false
	if !a.opts.noGame && a.game == nil {
		if g := newOrbitGame(ctx, a); g != nil && g.solve() {
			alike, closed = g.claims(), g.closed && len(g.symmetries) > 0
		}
	}
	if f := a.f; !a.opts.noGame && !closed && min(f.Rows(), f.Cols()) <= gameSide && f.Rows()*f.Cols() <= gameEntries {
		if a.game == nil {
			a.game = newPayoff(a)
		}
		g := a.game
		g.solve(ctx)
		claims = append(claims,
			check.Claim{Measure: check.DiscBest, End: check.Lower, Evidence: marshal(g.mixture(a.f))},
			check.Claim{Measure: check.DiscBest, End: check.Upper, Evidence: marshal(g.distribution(a.f))})
	}
	claims = append(claims, alike...)
	a.claims = slices.DeleteFunc(a.claims, func(c pending) bool {
		before := c.Measure == check.DiscBest
		if before {
			claims = append(claims, c.full())
		}
		return before
	})
	kept := map[string]check.Claim{}
	for _, c := range claims {
		v, known := new(big.Rat).SetString(c.Number)
		if !known { // the checker says what it proves
			var err error
			if v, err = check.Prove(a.checked(), c); err != nil {
				continue
			}
			c.Number = v.RatString()
		}
		if c.End == check.Lower && v.Cmp(b.Lower) > 0 {
			b.Lower = v
			kept[c.End] = c
		} else if c.End == check.Upper && v.Cmp(b.Upper) <= 0 {
			b.Upper = v
			kept[c.End] = c
		}
	}
	for _, end := range []string{check.Lower, check.Upper} {
		if c, ok := kept[end]; ok {
			a.claims = append(a.claims, pending{Claim: c, evidence: given(c.Evidence)})
		}
	}
	q.Best = b
}

// payoff is the restricted game on the defined entries of the folded matrix, with
// its shorter side as rows. A reflection that exchanges rows with columns and keeps the
// signs makes one variable of an entry and its image: a mean of a distribution and its
// image is no worse, and a rectangle is weighed together with its image.
type payoff struct {
	entryGame
	flipped    bool
	rows, cols int
	reflect    func(k int) int // (i, j) has the image (reflect(j), reflect(i)); nil: none keeps the signs
	known      map[string]bool
	// The best solutions: a distribution on the entries, as the weight of all of a variable's, and weights
	// p of the rectangles weighed; and what they prove.
	mu, p        []float64
	weighed      []signedRect
	upper, lower float64
	closed       bool // nothing is left to add
}

func newPayoff(a *analysis) *payoff {
	f := a.f
	g := &payoff{rows: f.Rows(), cols: f.Cols(), known: map[string]bool{}}
	if g.rows > g.cols {
		g.flipped, g.rows, g.cols = true, g.cols, g.rows
	}
	for i := range g.rows {
		g.sign = append(g.sign, make([]float64, g.cols))
		g.at = append(g.at, make([]int, g.cols))
		for j := range g.cols {
			k := f.Index(i, j)
			if g.flipped {
				k = f.Index(j, i)
			}
			switch {
			case k == a.zero:
				g.sign[i][j] = -1
			case k >= 0:
				g.sign[i][j] = 1
			}
		}
	}
	g.reflect = g.reflection()
	for i := range g.rows {
		for j := range g.cols {
			if g.at[i][j] = -1; g.sign[i][j] == 0 {
				continue
			}
			if g.reflect != nil {
				if r, c := g.reflect(j), g.reflect(i); r*g.cols+c < i*g.cols+j {
					g.at[i][j] = g.at[r][c]
					g.size[g.at[i][j]]++
					continue
				}
			}
			g.at[i][j] = len(g.size)
			g.size = append(g.size, 1)
			g.add(signedRect{g.sign[i][j], []int{i}, []int{j}})
		}
	}
	return g
}

// reflection tries the two that matrices of functions of two numbers or words often have:
// exchanging the two, and that followed by counting both downwards.
func (g *payoff) reflection() func(k int) int {
	if g.rows != g.cols {
		return nil
	}
	for _, r := range []func(k int) int{func(k int) int { return k }, func(k int) int { return g.rows - 1 - k }} {
		keeps := true
		for i := range g.rows {
			for j := range g.cols {
				keeps = keeps && g.sign[i][j] == g.sign[r(j)][r(i)]
			}
		}
		if keeps {
			return r
		}
	}
	return nil
}

// image is the rectangle's image under the reflection.
func (g *payoff) image(r signedRect) signedRect {
	turn := func(lines []int) []int {
		out := make([]int, len(lines))
		for k, i := range lines {
			out[k] = g.reflect(i)
		}
		slices.Sort(out)
		return out
	}
	return signedRect{r.sign, turn(r.cols), turn(r.rows)}
}

func (g *payoff) add(r signedRect) bool {
	key := make([]byte, 0, 64)
	key = append(key, byte(r.sign+2))
	for _, i := range r.rows {
		key = append(key, byte(i))
	}
	key = append(key, 255)
	for _, j := range r.cols {
		key = append(key, byte(j), byte(j>>8))
	}
	if g.known[string(key)] {
		return false
	}
	g.known[string(key)] = true
	g.rects = append(g.rects, r)
	return true
}

// solve alternates between the restricted program and the best answers to it. The
// answers are sought halfway between its distribution and the best one so far,
// which keeps the distributions from swinging; rectangles without weight are
// dropped. It ends when the ends agree to 1e-7.
func (g *payoff) solve(ctx context.Context) {
	if g.mu == nil {
		entries := 0.0
		for _, n := range g.size {
			entries += n
		}
		for _, n := range g.size {
			g.mu = append(g.mu, n/entries)
		}
		g.upper = g.pays(g.mu)
	}
	failed := 0
	for round := 0; round < 200 && !g.closed && ctx.Err() == nil; round++ {
		p, mu, value, ok := g.restricted(ctx)
		if !ok {
			if failed++; mu == nil || failed > 3 {
				return
			}
			value = 0 // not to be trusted, but the distribution can be asked
		}
		progress := value > g.lower+1e-6
		if value > g.lower {
			g.lower, g.p, g.weighed = value, p, slices.Clone(g.rects)
		}
		if progress { // else dropping could go round in circles
			g.drop(p)
		}
		added := false
		for _, mix := range []float64{.5, 1} {
			query := make([]float64, len(mu))
			for t := range query {
				query[t] = mix*mu[t] + (1-mix)*g.mu[t]
			}
			rects, pays := g.answers(query, value)
			for _, r := range rects {
				added = g.add(r) || added
			}
			if pays < g.upper {
				g.upper, g.mu = pays, query
			}
			if g.closed = g.upper-g.lower < 1e-7*g.upper; g.closed || added || ctx.Err() != nil {
				break
			}
		}
		g.closed = g.closed || !added && ctx.Err() == nil
	}
}

// drop forgets rectangles without weight, once there are many.
func (g *payoff) drop(p []float64) {
	if len(g.rects) < 3*len(g.size) {
		return
	}
	old := g.rects
	g.rects, g.known = nil, map[string]bool{}
	for k, r := range old {
		if p[k] > 1e-9 || len(r.rows)*len(r.cols) == 1 {
			g.add(r)
		}
	}
}

// answers lists signed rectangles that pay more than value under mu, as heavy does.
func (g *payoff) answers(mu []float64, value float64) (rects []signedRect, pays float64) {
	return heavy(g.weighted(mu), value, true)
}

// heavy lists rectangles whose weights sum to more than value, with sign -1 (if both is set) those of the
// negated weights: the best first, at most one for each set of rows and sign, and not
// too many; and the best sum of all. All sets of rows are tried.
func heavy(weighted [][]float64, value float64, both bool) (rects []signedRect, pays float64) {
	type answer struct {
		pay  float64
		rows int
		sign float64
	}
	var all []answer
	sum := make([]float64, len(weighted[0]))
	for gray := 1; gray < 1<<len(weighted); gray++ {
		set := gray ^ gray>>1
		i := bits.TrailingZeros64(uint64(gray))
		sign := float64(set>>i&1)*2 - 1
		up, down := 0.0, 0.0
		for j, v := range weighted[i] {
			sum[j] += sign * v
			up += max(sum[j], 0)
			down -= min(sum[j], 0)
		}
		for _, c := range []answer{{up, set, 1}, {down, set, -1}} {
			if !both && c.sign < 0 {
				continue
			}
			if pays = max(pays, c.pay); c.pay > value+1e-10 {
				all = append(all, c)
			}
		}
	}
	slices.SortStableFunc(all, func(x, y answer) int { return cmp.Compare(y.pay, x.pay) })
	for _, c := range all[:min(len(all), 60)] {
		r := signedRect{sign: c.sign}
		clear(sum)
		for i := range weighted {
			if c.rows>>i&1 == 1 {
				r.rows = append(r.rows, i)
				for j, v := range weighted[i] {
					sum[j] += v
				}
			}
		}
		for j, v := range sum {
			if v*c.sign > 1e-12 {
				r.cols = append(r.cols, j)
			}
		}
		rects = append(rects, r)
	}
	return rects, pays
}

// pays is what the best answer to mu pays.
func (g *payoff) pays(mu []float64) float64 {
	_, pays := g.answers(mu, 2)
	return pays
}

// gameScale is the number of binary places of rounded weights.
const gameScale = 34

// mixture writes the weights of the rectangles, on all lines of the whole matrix; images
// under the reflection have half each.
func (g *payoff) mixture(f *Folded) check.Mixture {
	m := check.Mixture{Kind: "mixture", Rectangles: []check.Signed{}}
	for k, w := range g.p {
		weight := int64(math.Round(w * (1 << gameScale)))
		if weight <= 0 {
			continue
		}
		all := []signedRect{g.weighed[k]}
		if g.reflect != nil {
			all = append(all, g.image(all[0]))
		}
		for _, r := range all {
			rows, cols := r.rows, r.cols
			if g.flipped {
				rows, cols = cols, rows
			}
			m.Rectangles = append(m.Rectangles, check.Signed{
				Weight: weight, Sign: int64(r.sign),
				Rectangle: check.Rectangle{Rows: unfold(f.RowOf, rows), Cols: unfold(f.ColOf, cols)},
			})
		}
	}
	return m
}

// distribution writes the weights of the entries; repeated lines get none.
func (g *payoff) distribution(f *Folded) check.Distribution {
	d := check.Distribution{Kind: "distribution", Weights: make([][]int64, len(f.RowOf))}
	for i := range d.Weights {
		d.Weights[i] = make([]int64, len(f.ColOf))
	}
	for i, line := range g.at {
		for j, t := range line {
			if t < 0 {
				continue
			}
			r, c := i, j
			if g.flipped {
				r, c = j, i
			}
			d.Weights[f.RowFirst[r]][f.ColFirst[c]] = int64(math.Round(g.mu[t] / g.size[t] * (1 << gameScale)))
		}
	}
	return d
}
