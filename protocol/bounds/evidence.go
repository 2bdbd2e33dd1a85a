package bounds

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"

	"crosscut/protocol/bounds/check"
)

// claim notes one end of a measure with its evidence.
func (r *Report) claim(measure string, value *int, end string, number *big.Rat, evidence any) {
	raw, err := json.Marshal(evidence)
	if err != nil {
		panic(err) // evidence is plain data
	}
	r.claims = append(r.claims, check.Claim{Measure: measure, Value: value, End: end, Number: number.RatString(), Evidence: raw})
}

// claimRank notes a minor, and the upper end when it is exact.
func (a *analysis) claimRank(measure string, value *int, e *eliminated, r Range) {
	if e.rank == 0 && r.Upper > 0 {
		return
	}
	minor := check.Minor{Kind: "minor", Prime: mersenne, Rows: pick(a.f.RowFirst, e.rows), Cols: pick(a.f.ColFirst, e.cols)}
	if measure == check.RankGF2 {
		minor.Prime = 2
	}
	a.claim(measure, value, check.Lower, ratio(r.Lower, 1), minor)
	if r.Exact() {
		a.claim(measure, value, check.Upper, ratio(r.Upper, 1), check.Elimination{Kind: "elimination"})
	}
}

func (a *analysis) claimShattered(side int, s shattering) {
	measure := check.ShatterAlice
	if side == 1 {
		measure = check.ShatterBob
	}
	a.claim(measure, nil, check.Lower, ratio(s.size.Lower, 1), check.Patterns{Kind: "patterns", Columns: s.cols, Lines: s.rows})
	a.claim(measure, nil, check.Upper, ratio(s.size.Upper, 1), check.Exhaustion{Kind: "exhaustion", Size: s.size.Upper})
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
func (r *Report) claimValue(p *PerValue) {
	f, s := &p.found, p.found.aspect
	value := &p.Value
	entries := make([]check.Entry, len(f.fooling))
	for k, e := range f.fooling {
		entries[k] = check.Entry{s.lines[0][e[0]][0], s.lines[1][e[1]][0]}
	}
	set := check.FoolingSet{Kind: "fooling", Entries: entries}
	rects := func(all []rect) check.Rectangles {
		out := check.Rectangles{Kind: "rectangles", Rectangles: []check.Rectangle{}}
		for _, q := range all {
			rows, cols := s.original(q)
			out.Rectangles = append(out.Rectangles, check.Rectangle{Rows: rows, Cols: cols})
		}
		return out
	}
	exhaustion := func(n int) check.Exhaustion { return check.Exhaustion{Kind: "exhaustion", Size: n} }

	r.claim(check.Fooling, value, check.Lower, ratio(p.Fooling.Lower, 1), set)
	if p.Fooling.Upper >= f.cover.upper {
		r.claim(check.Fooling, value, check.Upper, ratio(f.cover.upper, 1), rects(f.cover.rects))
	} else {
		r.claim(check.Fooling, value, check.Upper, ratio(p.Fooling.Upper, 1), exhaustion(p.Fooling.Upper))
	}
	rows, cols := s.original(f.rect)
	r.claim(check.LargestRect, value, check.Lower, ratio(p.Rectangle.Lower, 1), check.OneRectangle{Kind: "rectangle", Rectangle: check.Rectangle{Rows: rows, Cols: cols}})
	r.claim(check.LargestRect, value, check.Upper, ratio(p.Rectangle.Upper, 1), exhaustion(p.Rectangle.Upper))

	for _, c := range []struct {
		measure string
		*covering
	}{{check.Cover, &f.cover}, {check.Partition, &f.partition}} {
		r.claim(c.measure, value, check.Upper, ratio(c.upper, 1), rects(c.rects))
		lower := ratio(c.lower, 1)
		var why any = set
		switch c.by {
		case "antichain":
			axis := 0
			if sperner(len(f.chain[1])) > sperner(len(f.chain[0])) {
				axis = 1
			}
			chain := check.Antichain{Kind: "antichain", Axis: [2]string{"rows", "columns"}[axis]}
			for _, i := range f.chain[axis] {
				chain.Lines = append(chain.Lines, s.lines[axis][i][0])
			}
			why = chain
		case "rank":
			m := check.Minor{Kind: "minor", Prime: mersenne}
			for _, i := range f.minor.rows {
				m.Rows = append(m.Rows, s.lines[0][i][0])
			}
			for _, j := range f.minor.cols {
				m.Cols = append(m.Cols, s.lines[1][j][0])
			}
			why = m
		case "search", "area":
			why = exhaustion(c.lower)
		}
		r.claim(c.measure, value, check.Lower, lower, why)
	}
}

// Certificate collects the evidence for every end that has some which the checker
// accepts within its limits, and says which ends are left out: those rest on a
// search that only this package makes. Problem and n, when given, stand for the
// entries of a matrix that came from a base problem. An error that is no
// cancellation is a *Contradiction.
func (r *Report) Certificate(ctx context.Context, problem string, n int) (*check.Certificate, []string, error) {
	table := check.NewTable(r.matrix.Rows(), r.matrix.Cols(), r.matrix.At)
	c := &check.Certificate{Format: check.Format, Matrix: check.Source{SHA256: table.Hash()}}
	if problem != "" {
		c.Matrix.Problem, c.Matrix.N = problem, n
	} else {
		c.Matrix.Entries = table.Lines()
	}
	var out []string
	for _, claim := range r.claims {
		if ctx.Err() != nil {
			return nil, nil, fmt.Errorf("bounds: certificate: %w", ctx.Err())
		}
		name := claim.Measure + " " + claim.End
		if claim.Value != nil {
			name = fmt.Sprintf("%s of %d, %s", claim.Measure, *claim.Value, claim.End)
		}
		proved, err := check.Prove(table, claim)
		if errors.Is(err, check.ErrLimit) {
			out = append(out, name)
			continue
		}
		if err != nil {
			return nil, nil, &Contradiction{fmt.Sprintf("the checker rejects the evidence for %s %s: %v", name, claim.Number, err)}
		}
		want, _ := new(big.Rat).SetString(claim.Number)
		if s := proved.Cmp(want); claim.End == check.Lower && s < 0 || claim.End == check.Upper && s > 0 {
			return nil, nil, &Contradiction{fmt.Sprintf("for %s the evidence proves %s, not %s", name, proved.RatString(), claim.Number)}
		}
		c.Claims = append(c.Claims, claim)
	}
	return c, out, nil
}
