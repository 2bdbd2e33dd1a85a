package bounds

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"

	"crosscut/internal/exact"
	"crosscut/protocol/bounds/check"
)

// pending is a claim whose evidence is written out only when it is asked for: that
// may be long.
type pending struct {
	check.Claim
	evidence func() any
	// weaker are kinds of evidence that prove less, perhaps, and take the checker no search:
	// where the other cannot be checked, the claim is what they prove.
	weaker []func() any
	// size is how many lines its rectangles list; 0: few, or none.
	size int
}

// listed is the most lines that evidence lists where time is limited: so many are written and
// checked in a part of a second.
const listed = 1 << 21

// full is the claim with its evidence.
func (p pending) full() check.Claim {
	c := p.Claim
	c.Evidence = marshal(p.evidence())
	return c
}

// claim notes one end of a measure with its evidence.
func (r *Report) claim(measure string, value *int, end string, number *big.Rat, evidence func() any, weaker ...func() any) {
	r.claims = append(r.claims, pending{check.Claim{Measure: measure, Value: value, End: end, Number: number.RatString()}, evidence, weaker, 0})
}

// proved lets the checker say what the evidence of a claim proves, and notes the claim with that
// number; nil where it is refused.
func (a *analysis) proved(c *check.Claim) *big.Rat {
	v, err := check.Prove(a.checked(), *c)
	if err != nil {
		return nil
	}
	c.Number = v.RatString()
	a.claims = append(a.claims, pending{Claim: *c, evidence: given(c.Evidence)})
	return v
}

// given is evidence that is at hand.
func given(evidence any) func() any { return func() any { return evidence } }

func marshal(evidence any) json.RawMessage {
	raw, err := json.Marshal(evidence)
	if err != nil {
		panic(err) // plain data
	}
	return raw
}

// claimRank notes a minor, and the upper end when it is exact.
func (a *analysis) claimRank(measure string, e *eliminated, r Range) {
	value := -1 // of a matrix of 0 and 1 the rank is that of its ones
	if measure == check.RankRational && a.m.Boolean() {
		value = 1
	}
	a.claim(measure, nil, check.Lower, ratio(r.Lower, 1), func() any { return a.minor(e, value) })
	if r.Exact() {
		a.claim(measure, nil, check.Upper, ratio(r.Upper, 1), given(check.Elimination{Kind: "elimination"}))
	}
}

// minor writes a minor of the folded matrix in lines of the whole one, or the factors that are known of a value.
func (a *analysis) minor(e *eliminated, value int) any {
	if a.opts.Factors != nil && value >= 0 && e.rank <= 1<<11 {
		if f := a.opts.Factors(value); len(f.Rows) >= e.rank {
			return f
		}
	}
	return check.Minor{Kind: "minor", Prime: e.prime, Rows: pick(a.f.RowFirst, e.rows), Cols: pick(a.f.ColFirst, e.cols)}
}

func (a *analysis) claimShattered(side int, s shattering) {
	measure := check.ShatterAlice
	if side == 1 {
		measure = check.ShatterBob
	}
	a.claim(measure, nil, check.Lower, ratio(s.size.Lower, 1), given(check.Patterns{Kind: "patterns", Columns: s.cols, Lines: s.rows}))
	a.claim(measure, nil, check.Upper, ratio(s.size.Upper, 1), given(check.Exhaustion{Kind: "exhaustion", Size: s.size.Upper}))
}

// pick maps places of a folded matrix to lines of the whole one. It is never nil,
// so that JSON shows an empty list.
func pick(first, set []int) []int {
	all := make([]int, len(set))
	for k, c := range set {
		all[k] = first[c]
	}
	return all
}

// claimValue notes what was found of one value.
func (a *analysis) claimValue(p *PerValue) {
	f, s := &p.found, p.found.aspect
	value := &p.Value
	if s == nil { // it was only glanced at
		for _, measure := range []string{check.Fooling, check.Cover, check.Partition} {
			a.claim(measure, value, check.Lower, ratio(1, 1), f.cheap, f.cheap)
		}
		return
	}
	set := func() any {
		entries := make([]check.Entry, len(f.fooling))
		for k, e := range f.fooling {
			entries[k] = check.Entry{s.lines[0][e[0]][0], s.lines[1][e[1]][0]}
		}
		return check.FoolingSet{Kind: "fooling", Entries: entries}
	}
	rects := func(all []rect) func() any {
		return func() any {
			out := check.Rectangles{Kind: "rectangles", Rectangles: []check.Rectangle{}}
			for _, q := range all {
				out.Rectangles = append(out.Rectangles, s.rectangle(q))
			}
			return out
		}
	}
	count := func(all []rect) (n int) {
		for _, q := range all {
			n += q.rows.count() + q.cols.count()
		}
		return n
	}
	exhaustion := func(n int) func() any { return given(check.Exhaustion{Kind: "exhaustion", Size: n}) }

	a.claim(check.Fooling, value, check.Lower, ratio(p.Fooling.Lower, 1), set)
	if p.Fooling.Upper >= f.cover.upper {
		a.claim(check.Fooling, value, check.Upper, ratio(f.cover.upper, 1), rects(f.cover.rects))
		a.claims[len(a.claims)-1].size = count(f.cover.rects)
	} else {
		a.claim(check.Fooling, value, check.Upper, ratio(p.Fooling.Upper, 1), exhaustion(p.Fooling.Upper))
	}
	a.claim(check.LargestRect, value, check.Lower, ratio(p.Rectangle.Lower, 1), func() any {
		return check.OneRectangle{Kind: "rectangle", Rectangle: s.rectangle(f.rect)}
	})
	capped := f.capped.evidence != nil && f.capped.most <= p.Rectangle.Upper
	size := exhaustion(p.Rectangle.Upper)
	if capped {
		size = given(f.capped.evidence)
	}
	a.claim(check.LargestRect, value, check.Upper, ratio(p.Rectangle.Upper, 1), size)
	for _, c := range []struct {
		measure string
		*covering
	}{{check.Cover, &f.cover}, {check.Partition, &f.partition}} {
		a.claim(c.measure, value, check.Upper, ratio(c.upper, 1), rects(c.rects))
		a.claims[len(a.claims)-1].size = count(c.rects)
		why := set
		switch c.by {
		case "antichain":
			why = func() any { return f.antichain(s) }
		case "rank":
			why = func() any { return a.minor(f.minor, p.Value) }
		case "area":
			why = given(check.Area{Kind: "area", Size: p.Rectangle.Upper})
			if capped {
				why = given(check.Share{Kind: "share", Size: p.Rectangle.Upper, Evidence: marshal(f.capped.evidence)})
			}
		case "search":
			if why = exhaustion(c.lower); c.refuted != nil {
				why = given(c.refuted)
			}
		}
		weaker := []func() any{set}
		if len(f.chain[0])+len(f.chain[1]) > 0 {
			weaker = append(weaker, func() any { return f.antichain(s) })
		}
		if c.measure == check.Partition {
			f.why, f.cheap, f.leaves = why, set, p.Fooling.Lower
			if f.minor != nil {
				least := func() any { return a.minor(f.minor, p.Value) }
				weaker = append(weaker, least)
				if p.Rank.Lower > f.leaves {
					f.cheap, f.leaves = least, p.Rank.Lower
				}
			}
		}
		a.claim(c.measure, value, check.Lower, ratio(c.lower, 1), why, weaker...)
	}
}

// antichain writes the better of the two antichains.
func (f *findings) antichain(s *aspect) check.Antichain {
	axis := 0
	if len(f.chain[1]) > len(f.chain[0]) {
		axis = 1
	}
	chain := check.Antichain{Kind: "antichain", Axis: [2]string{"rows", "columns"}[axis]}
	for _, i := range f.chain[axis] {
		chain.Lines = append(chain.Lines, s.lines[axis][i][0])
	}
	return chain
}

// rectangle writes a rectangle in lines of the whole matrix.
func (a *aspect) rectangle(r rect) check.Rectangle {
	rows, cols := a.original(r)
	return check.Rectangle{Rows: rows, Cols: cols}
}

// quickly is how many steps the checker spends on a claim before all others had their
// turn.
const quickly = 1 << 26

// Certificate collects the evidence for every end that has some which the checker
// accepts within its limits and before ctx's deadline, and says which ends are left
// out: those rest on a search that only this package makes, or take the checker
// longer. A weaker end stands for them where some evidence proves one at once. Problem and n, when given, stand for the entries of a matrix that came from
// a base problem. An error that is no cancellation is a *Contradiction.
func (r *Report) Certificate(ctx context.Context, problem string, n int) (*check.Certificate, []string, error) {
	// A large matrix takes a part of a second in each of these steps.
	var table *check.Table
	var lines []string
	var prover *check.Prover
	c := &check.Certificate{Format: check.Format}
	for _, step := range []func(){
		func() { table = r.checked() }, func() { lines = table.Lines() }, func() { c.Matrix.SHA256 = check.HashLines(lines) }, func() { prover = check.NewProver(ctx, table) },
	} {
		if step(); errors.Is(ctx.Err(), context.Canceled) {
			return nil, nil, fmt.Errorf("bounds: certificate: %w", ctx.Err())
		}
	}
	if problem != "" {
		c.Matrix.Problem, c.Matrix.N = problem, n
	} else {
		c.Matrix.Entries = lines
	}
	full := make([]check.Claim, len(r.claims))
	good := make([]bool, len(r.claims))
	left := exact.UpTo(len(r.claims)) // claims that no step limit has settled
	for _, steps := range []int64{quickly, math.MaxInt64} {
		turn := left
		left = nil
		for _, k := range turn {
			if errors.Is(ctx.Err(), context.Canceled) {
				return nil, nil, fmt.Errorf("bounds: certificate: %w", ctx.Err())
			}
			if _, limited := ctx.Deadline(); limited && r.claims[k].size > listed {
				left = append(left, k)
				continue
			}
			if full[k].Evidence == nil && ctx.Err() == nil {
				full[k] = r.claims[k].full()
			}
			proved, err := prover.Prove(full[k], steps)
			switch {
			case ctx.Err() != nil, errors.Is(err, check.ErrLimit), errors.Is(err, check.ErrEmpty):
				left = append(left, k)
				continue
			case err != nil:
				return nil, nil, &Contradiction{fmt.Sprintf("the checker rejects the evidence for %s %s: %v", r.claims[k].name(), full[k].Number, err)}
			}
			want, _ := new(big.Rat).SetString(full[k].Number)
			if s := proved.Cmp(want); full[k].End == check.Lower && s < 0 || full[k].End == check.Upper && s > 0 {
				return nil, nil, &Contradiction{fmt.Sprintf("for %s the evidence proves %s, not %s", r.claims[k].name(), proved.RatString(), full[k].Number)}
			}
			good[k] = true
		}
	}
	var out []string
	anyhow := prover.Within(context.WithoutCancel(ctx))
	for k, claim := range full {
		if errors.Is(ctx.Err(), context.Canceled) {
			return nil, nil, fmt.Errorf("bounds: certificate: %w", ctx.Err())
		}
		if !good[k] {
			out = append(out, r.claims[k].name())
			if claim = r.claims[k].less(anyhow); claim.Evidence == nil {
				continue
			}
		}
		c.Claims = append(c.Claims, claim)
	}
	return c, out, nil
}

// atOnce is how many steps the checker spends on weaker evidence, however late it is.
const atOnce = 1 << 22

// less is the lower end that the best of the weaker kinds of evidence proves; without evidence when
// none proves more than 0.
func (p pending) less(prover *check.Prover) (best check.Claim) {
	most := new(big.Rat)
	for _, evidence := range p.weaker {
		c := p.Claim
		c.Evidence = marshal(evidence())
		if v, err := prover.Prove(c, atOnce); err == nil && v.Cmp(most) > 0 {
			c.Number = v.RatString()
			most, best = v, c
		}
	}
	return best
}

// name is the end of the measure that is claimed.
func (p pending) name() string { return p.Of() + ", " + p.End }
