package bounds

import (
	"context"
	"encoding/json"
	"fmt"
	"math/big"
	"time"

	"crosscut/internal/exact"
	"crosscut/protocol/bounds/check"
)

// Options limit an analysis. The zero value is ready: no limit of time, and the
// default memory of [Deterministic].
type Options struct {
	Time      time.Duration // in all; 0: none but the context's
	MaxMemory int64         // bytes for the search of D(f); 0: its default
	// Problem and N, when set, are where the matrix comes from: a certificate then
	// names them instead of the entries.
	Problem string
	N       int
	// Factors, if not nil, are known square parts of the 0/1 matrix of a value, as products. They
	// stand in a certificate where they prove as much as the minor that was found.
	Factors func(value int) *check.Unitriangular
	// NoFloats leaves out gamma_2 and the best distribution, whose evidence is found in
	// floating point (and verified exactly): two machines may find different intervals,
	// both true. All else is the same everywhere, while time suffices.
	NoFloats bool
	// Game, if not nil, has the best distribution looked for all the same, until this context
	// ends, whatever time is left for all else.
	Game context.Context
	// Errors asks for bounds on public-coin protocols of these errors, above 0 and below 1/2,
	// as fractions.
	Errors []string
	noGame bool // tests: leave the best distribution to its cheap bounds
	// Progress, if not nil, hears what is being computed.
	Progress func(what string)
}

// analysis is one run of Analyze.
type analysis struct {
	*Report
	ctx  context.Context
	opts Options
	m    *Matrix
	f    *Folded
	t    *Folded // the transpose
	// Places of the two values among Matrix.Values; -1: none. two: at most two values.
	zero, one int
	two       bool
	proof     *Refutation   // of the lower end of D(f); nil: the partition numbers give it
	found     [2]shattering // of Alice, of Bob
	minors    []*eliminated // by place of the value, with the ranks; nil: not computed
	rankOf    []Range
	game      *payoff // of the best distribution; nil: it is too large
}

// Analyze computes every measure. When ctx or the time ends it returns what is
// known: each interval is true. The error is a *Contradiction when two results
// cannot both be right, which would be a fault of this package.
func Analyze(ctx context.Context, m *Matrix, opts Options) (*Report, error) {
	if opts.Time > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, opts.Time)
		defer cancel()
	}
	a := newAnalysis(ctx, m, opts)
	if err := a.crossCheck(); err != nil {
		return nil, err
	}
	return a.Report, nil
}

// startAnalysis folds a matrix; nothing is computed yet.
func startAnalysis(ctx context.Context, m *Matrix, opts Options) *analysis {
	a := &analysis{Report: &Report{matrix: m}, ctx: ctx, opts: opts, m: m}
	a.say("folding")
	a.f = m.Fold()
	a.t = a.f.flip()
	a.shape()
	return a
}

// newAnalysis computes every measure; nothing is compared yet.
func newAnalysis(ctx context.Context, m *Matrix, opts Options) *analysis {
	a := startAnalysis(ctx, m, opts)
	a.lines()
	a.ranks()
	a.values()
	if a.two {
		a.shatter()
		a.discrepancy()
		if opts.Game != nil {
			a.bestUntil(opts.Game)
		} else if !opts.NoFloats {
			a.best(.25)
		}
		if !opts.NoFloats {
			a.gamma2()
		}
	}
	a.approximate()
	a.depth()
	a.again()
	a.finish()
	a.derived()
	a.embed()
	a.shortfalls()
	if a.two && !opts.NoFloats && a.game != nil && !a.game.closed && ctx.Err() == nil {
		a.best(1)
	}
	a.randomised()
	a.follows()
	a.Interrupted = ctx.Err() != nil
	return a
}

func (a *analysis) say(what string) {
	if a.opts.Progress != nil {
		a.opts.Progress(what)
	}
}

// share is a context for one measure: a part of the time that is left.
func (a *analysis) share(part float64) (context.Context, context.CancelFunc) {
	return shareOf(a.ctx, part)
}

// shareOf is a context that ends after a part of the time that ctx has left.
func shareOf(ctx context.Context, part float64) (context.Context, context.CancelFunc) {
	if end, ok := ctx.Deadline(); ok {
		return context.WithTimeout(ctx, time.Duration(float64(time.Until(end))*part))
	}
	return ctx, func() {}
}

// flip is the transpose, folded alike.
func (f *Folded) flip() *Folded {
	return &Folded{
		Matrix: f.Transpose(),
		RowOf:  f.ColOf, ColOf: f.RowOf,
		RowCount: f.ColCount, ColCount: f.RowCount,
		RowFirst: f.ColFirst, ColFirst: f.RowFirst,
	}
}

func (a *analysis) shape() {
	a.Rows, a.Cols, a.Values = a.m.Rows(), a.m.Cols(), len(a.m.Values())
	defined := 0
	for v := range a.m.Values() {
		defined += a.m.Count(v)
	}
	a.Undefined = a.Rows*a.Cols - defined
	a.zero, a.one, a.two = roles(a.m.Values())
	if a.two {
		n := 0
		if a.one >= 0 {
			n = a.m.Count(a.one)
		}
		a.Ones = &n
	}
}

// roles finds which places of values are "zeros" and "ones".
func roles(values []int) (zero, one int, two bool) {
	switch len(values) {
	case 0:
		return -1, -1, true
	case 1:
		if values[0] == 0 {
			return 0, -1, true
		}
		return -1, 0, true
	case 2:
		return 0, 1, true
	}
	return -1, -1, false
}

// lines counts different rows and columns, and the messages of one-way protocols.
func (a *analysis) lines() {
	a.say("different rows and columns")
	a.Distinct = Lines{a.f.Rows(), a.f.Cols()}
	for side, f := range [2]*Folded{a.f, a.t} {
		ctx, cancel := a.share(.2)
		of, apart, lower, upper, refuted := f.messages(ctx)
		cancel()
		r := Range{width(lower), width(upper)}
		measure, distinct := check.OneWayAlice, check.DistinctRows
		if side == 0 {
			a.OneWay.Alice = r
		} else {
			a.OneWay.Bob = r
			measure, distinct = check.OneWayBob, check.DistinctCols
		}
		a.claim(distinct, nil, check.Lower, ratio(f.Rows(), 1), given(check.Apart{Kind: "apart", Lines: f.RowFirst}))
		a.claim(distinct, nil, check.Upper, ratio(f.Rows(), 1), given(check.Classes{Kind: "classes", Of: f.RowOf}))
		if refuted != nil {
			a.claim(measure, nil, check.Lower, ratio(r.Lower, 1), given(refuted))
		} else {
			a.claim(measure, nil, check.Lower, ratio(r.Lower, 1), given(check.Apart{Kind: "apart", Lines: apart}))
		}
		a.claim(measure, nil, check.Upper, ratio(r.Upper, 1), given(check.Classes{Kind: "classes", Of: of}))
	}
}

// rankEntries is the most entries of a folded matrix whose rank is computed.
const rankEntries = 1 << 26

// ranks finds the ranks of a total matrix, and of the 0/1 matrix of each value.
func (a *analysis) ranks() {
	values := a.f.Values()
	a.minors = make([]*eliminated, len(values))
	a.rankOf = make([]Range, len(values))
	if !a.m.Total() || a.f.Rows()*a.f.Cols() > rankEntries {
		return
	}
	a.say("rank")
	a.Rank = &Ranks{}
	ctx, cancel := a.share(.4)
	defer cancel()
	// Parities first: they are quick, and often enough.
	entry := func(v int) func(i, j int) int64 {
		return func(i, j int) int64 { return int64(a.f.planes[(v*a.f.rows+i)*a.f.words+j>>6] >> (j & 63) & 1) }
	}
	odd := make([]eliminated, len(values))
	for v := range values {
		odd[v] = rankGF2(ctx, a.f.lines(v))
	}
	find := func(ctx context.Context, at func(i, j int) int64, odd eliminated) (*eliminated, Range) {
		e, upper := rational(ctx, a.f.Rows(), a.f.Cols(), at, odd)
		return &e, Range{e.rank, upper}
	}
	for v := range values {
		part, stop := shareOf(ctx, 1/float64(len(values)-v))
		a.minors[v], a.rankOf[v] = find(part, entry(v), odd[v])
		stop()
	}
	whole, r := (*eliminated)(nil), Range{}
	if a.m.Boolean() && a.one >= 0 {
		whole, r = a.minors[a.one], a.rankOf[a.one]
	} else {
		at := func(i, j int) int64 { return int64(values[a.f.Index(i, j)]) }
		whole, r = find(ctx, at, rankGF2(ctx, oddLines(ctx, a.f.Rows(), a.f.Cols(), at)))
	}
	a.Rank.Rational = r
	a.claimRank(check.RankRational, whole, r)
	if !a.two || len(values) == 0 {
		return
	}
	g, b := Range{0, 0}, eliminated{prime: 2}
	if a.one >= 0 {
		if b, g = odd[a.one], point(odd[a.one].rank); !b.done {
			g.Upper = a.rankOf[a.one].Upper
		}
	}
	a.claimRank(check.RankGF2, &b, g)
	a.Rank.GF2 = &g
	if len(values) == 2 {
		a.Rank.Complement = &a.rankOf[a.zero]
		if a.f.Rows()*a.f.Cols() <= 1<<18 {
			_, s := find(ctx, func(i, j int) int64 { return int64(2*a.f.Index(i, j) - 1) }, eliminated{prime: 2})
			a.Rank.Sign = &s
		}
	}
}

// values treats every value by itself: fooling sets, rectangles, covers,
// partitions.
func (a *analysis) values() {
	n := len(a.m.Values())
	for v, value := range a.m.Values() {
		a.say(fmt.Sprintf("value %d", value))
		p := PerValue{Value: value, Entries: a.m.Count(v)}
		if late(a.ctx, a.f.Rows()*a.f.Cols()) {
			a.glance(&p, v)
		} else {
			p.found.aspect = aspectOf(a.f, v)
			ctx, cancel := a.share(.45 / float64(n-v))
			a.value(ctx, &p)
			cancel()
		}
		a.PerValue = append(a.PerValue, p)
	}
	best := 0
	upper := 0
	for k, p := range a.PerValue {
		if p.Fooling.Lower > a.PerValue[best].Fooling.Lower {
			best = k
		}
		upper = max(upper, p.Fooling.Upper)
	}
	if n > 0 {
		size := a.PerValue[best].Fooling.Lower
		a.Fooling = FoolingReport{Size: size, Value: a.PerValue[best].Value, Optimal: size == upper}
		if size < upper {
			a.Fooling.Upper = &upper
		}
	}
}

// value narrows all measures of one value. Later measures help earlier ones: a
// fooling set is no larger than a cover.
func (a *analysis) value(ctx context.Context, p *PerValue) {
	part := func(share float64) (context.Context, context.CancelFunc) { return shareOf(ctx, share) }
	s := p.found.aspect
	f := &p.found
	f.cover.rects, f.partition.rects = nil, nil
	side := min(s.n[0], s.n[1])

	// What is cheap: a greedy fooling set, line covers, the rank, antichains.
	f.fooling = s.foolingGreedy(ctx, side)
	f.cover.raise(len(f.fooling), "fooling")
	f.partition.raise(len(f.fooling), "fooling")
	if v := a.m.Place(p.Value); a.Rank != nil {
		p.Rank, f.minor = &a.rankOf[v], a.minors[v]
		f.partition.raise(p.Rank.Lower, "rank")
	}
	for axis, side := range [2]*aspect{s, s.flip()} {
		if sperner(side.n[0]) > f.cover.lower { // else it cannot help
			c, cancel := part(.1)
			f.chain[axis] = side.antichain(c)
			cancel()
			if n := len(f.chain[axis]); n > 1 {
				f.cover.raise(sperner(n), "antichain")
			}
		}
	}
	f.partition.follow(&f.cover)
	c, cancel := part(.3)
	s.covers(c, &f.cover, false)
	s.covers(c, &f.partition, true)
	cancel()
	if f.partition.upper < f.cover.upper {
		f.cover.take(f.partition.rects)
	}

	// A largest fooling set, when a cover leaves room for it.
	c, cancel = part(.3)
	set, proved := s.fooling(c, f.cover.upper)
	cancel()
	if len(set) > len(f.fooling) {
		f.fooling = set
	}
	p.Fooling = Range{len(f.fooling), min(side, f.cover.upper)}
	if proved {
		p.Fooling.Upper = len(f.fooling)
	}
	f.cover.raise(len(f.fooling), "fooling")
	f.partition.raise(len(f.fooling), "fooling")

	c, cancel = part(.3)
	a.largestOf(c, p)
	cancel()
	a.narrowed(ctx, p)
}

// narrowed searches covers and partitions between their ends.
func (a *analysis) narrowed(ctx context.Context, p *PerValue) {
	s, f := p.found.aspect, &p.found
	c, cancel := shareOf(ctx, .6)
	s.narrow(c, &f.cover, false, f.fooling)
	cancel()
	f.partition.follow(&f.cover)
	s.narrow(ctx, &f.partition, true, f.fooling)
	if f.partition.upper < f.cover.upper {
		f.cover.take(f.partition.rects)
	}
	p.Fooling.Upper = min(p.Fooling.Upper, f.cover.upper)
	p.Cover = Range{f.cover.lower, f.cover.upper}
	p.Partition = Range{f.partition.lower, f.partition.upper}
	p.CoverBy, p.PartBy = f.cover.by, f.partition.by
}

// shattering is a largest shattered set, in lines of the whole matrix: for Alice
// rows by pattern and columns, for Bob the reverse.
type shattering struct {
	rows, cols []int
	size       Range
}

// shatter finds the largest embedded INDEX in either direction.
func (a *analysis) shatter() {
	a.say("embedded INDEX")
	for side, f := range [2]*Folded{a.f, a.t} {
		g := f.Matrix
		if !a.m.Boolean() {
			g = f.relabel(func(k int) int { return int(b2u(k != a.zero)) })
		}
		ctx, cancel := a.share(.15)
		cols, rows, upper := shattered(ctx, g)
		cancel()
		s := shattering{pick(f.RowFirst, rows), pick(f.ColFirst, cols), Range{len(cols), upper}}
		a.found[side] = s
		a.claimShattered(side, s)
	}
	a.Shattered = &Both{a.found[0].size, a.found[1].size}
}

// discrepancy finds the uniform discrepancy, and the best distribution.
func (a *analysis) discrepancy() {
	a.Discrepancy = &Discrepancy{}
	a.say("discrepancy")
	total := a.Rows*a.Cols - a.Undefined
	if total == 0 {
		zero := new(big.Rat)
		a.Discrepancy.Uniform, a.Discrepancy.Exact, a.Discrepancy.Fraction = Real{zero, zero}, true, "0"
		return
	}
	ctx, cancel := a.share(.3)
	rows, cols, gap, upper := a.heaviest(ctx, total)
	cancel()
	d := Real{ratio(gap, total), ratio(upper, total)}
	if gap < upper && min(a.Rows, a.Cols) <= 256 && !late(a.ctx, a.Rows*a.Cols) {
		claim := check.Claim{Measure: check.DiscUniform, End: check.Upper, Evidence: json.RawMessage(`{"kind":"spectral"}`)}
		if v, err := check.Prove(a.checked(), claim); err == nil {
			d.Upper = v
			a.claim(check.DiscUniform, nil, check.Upper, v, given(check.Spectral{Kind: "spectral"}))
		}
	} else if gap == upper {
		a.claim(check.DiscUniform, nil, check.Upper, d.Upper, given(check.Exhaustion{Kind: "exhaustion"}))
	}
	a.Discrepancy.Uniform, a.Discrepancy.Exact, a.Discrepancy.Fraction = d, gap == upper, d.Lower.RatString()
	a.claim(check.DiscUniform, nil, check.Lower, d.Lower, given(check.Gap{Kind: "gap", Rectangle: check.Rectangle{
		Rows: unfold(a.f.RowOf, rows), Cols: unfold(a.f.ColOf, cols),
	}}))
}

// heaviest is a rectangle of large |ones - zeros|; upper is that number when it is known
// to be the largest. When time is over the rectangle is the whole matrix.
func (a *analysis) heaviest(ctx context.Context, total int) (rows, cols []int, gap, upper int) {
	if s := uniform(ctx, a.f); s != nil {
		return s.heaviest(ctx)
	}
	ones := *a.Ones
	return exact.UpTo(a.f.Rows()), exact.UpTo(a.f.Cols()), max(2*ones-total, total-2*ones), total
}

// checked is the matrix as the checker sees it.
func (r *Report) checked() *check.Table {
	if r.table == nil {
		r.table = r.matrix.Table()
	}
	return r.table
}

// depth finds D(f), with the lower end that the partition numbers give.
func (a *analysis) depth() {
	a.say("deterministic cost")
	fooling, rank, leaves := 0, 0, 0
	for _, p := range a.PerValue {
		fooling += p.Fooling.Lower
		if p.Rank != nil {
			rank += p.Rank.Lower
		}
		leaves += p.Partition.Lower
	}
	by := "partition"
	switch width(leaves) {
	case width(fooling):
		by = "fooling"
	case width(rank):
		by = "rank"
	}
	ctx, cancel := a.share(.8)
	defer cancel()
	r := Deterministic(ctx, a.m, DeterministicOptions{MaxMemory: a.opts.MaxMemory, Floor: width(leaves), FloorBy: by, Prove: true})
	a.Deterministic = Depth{r.Lower, r.Upper, r.Exact, r.By}
	a.Tree = r.Tree
	a.proof = r.Proof
	a.say("few rounds")
	few, stop := a.share(.2)
	defer stop()
	// k bits have at most k rounds: beyond the best depth more rounds do not help.
	a.InRounds = InRounds(few, a.m, max(1, r.Upper), r, DeterministicOptions{MaxMemory: a.opts.MaxMemory, MaxSteps: 1 << 18})
}

// claimDepth notes the tree, and for the lower end the proof of the search or the
// partition numbers, whose evidence was noted before.
func (a *analysis) claimDepth() {
	d := a.Deterministic
	if a.Tree != nil {
		a.claim(check.Deterministic, nil, check.Upper, ratio(d.Upper, 1), given(check.Tree{Kind: "tree", Tree: a.Tree}))
	}
	sum, cheap := 0, 0
	for _, p := range a.PerValue {
		sum += p.Partition.Lower
		cheap += p.found.leaves
	}
	leaves := func(part func(*findings) func() any) func() any {
		return func() any {
			l := check.Leaves{Kind: "leaves", Parts: []check.LeavesPart{}}
			for k := range a.PerValue {
				p := &a.PerValue[k]
				l.Parts = append(l.Parts, check.LeavesPart{Value: p.Value, Evidence: marshal(part(&p.found)())})
			}
			return l
		}
	}
	atOnce := leaves(func(f *findings) func() any { return f.cheap })
	switch {
	case a.proof != nil:
		a.claim(check.Deterministic, nil, check.Lower, ratio(d.Lower, 1), given(struct {
			Kind string `json:"kind"`
			*Refutation
		}{"refutation", a.proof}), atOnce)
	case width(cheap) >= d.Lower: // partitions by search may take the checker too long
		a.claim(check.Deterministic, nil, check.Lower, ratio(d.Lower, 1), atOnce)
	case width(sum) >= d.Lower:
		a.claim(check.Deterministic, nil, check.Lower, ratio(d.Lower, 1), leaves(func(f *findings) func() any { return f.why }), atOnce)
	default:
		a.claim(check.Deterministic, nil, check.Lower, ratio(width(cheap), 1), atOnce)
	}
}

// finish fills the parts of the record that are read off others.
func (a *analysis) finish() {
	for k := range a.PerValue {
		a.claimValue(&a.PerValue[k])
	}
	a.claimDepth()
	if !a.two {
		return
	}
	a.Rectangle, a.Cover, a.Partition = &Rectangles{}, &Covers{}, &Covers{}
	for k, p := range a.PerValue {
		r := Rect{Rows: 1, Cols: 1, Area: p.Rectangle.Lower}
		if s := p.found.aspect; s != nil {
			rows, cols := s.original(p.found.rect)
			r.Rows, r.Cols = len(rows), len(cols)
		}
		optimal := p.Rectangle.Exact()
		if r.Optimal = &optimal; !optimal {
			r.Upper = &p.Rectangle.Upper
		}
		cover, partition := Ends(p.Cover), Ends(p.Partition)
		if k == a.zero {
			a.Rectangle.Zeros, a.Cover.Zeros, a.Partition.Zeros = r, cover, partition
		} else {
			a.Rectangle.Ones, a.Cover.Ones, a.Partition.Ones = r, cover, partition
		}
	}
	cost := func(e Ends) Range { return Range{width(e.Lower), width(e.Upper)} }
	a.Nondeterministic = &Nondeterministic{
		N1: cost(a.Cover.Ones), N0: cost(a.Cover.Zeros),
		U1: cost(a.Partition.Ones), U0: cost(a.Partition.Zeros),
	}
}
