package bounds

import (
	"fmt"
	"math/big"
)

// crossCheck compares all results with each other. Each rule is a theorem
// (docs/bounds.md, "cross-checks"); the ends used are those that make it a
// contradiction: the lower end of what must be small against the upper end of
// what must be large.
func (a *analysis) crossCheck() error {
	var bad error
	most := func(small int, what string, large int, than string) {
		if small > large && bad == nil {
			bad = &Contradiction{fmt.Sprintf("%s is at least %d, but %s is at most %d", what, small, than, large)}
		}
	}
	leaves := 0
	fool := 0
	for _, p := range a.PerValue {
		v := fmt.Sprintf(" of %d", p.Value)
		most(p.Fooling.Lower, "the fooling number"+v, p.Cover.Upper, "the cover number")
		most(p.Cover.Lower, "the cover number"+v, p.Partition.Upper, "the partition number")
		most(p.Fooling.Lower, "the fooling number"+v, p.Fooling.Upper, "itself")
		most(p.Cover.Lower, "the cover number"+v, p.Cover.Upper, "itself")
		most(p.Partition.Lower, "the partition number"+v, p.Partition.Upper, "itself")
		most(p.Rectangle.Lower, "the largest rectangle"+v, p.Rectangle.Upper, "itself")
		if p.Rank != nil {
			most(p.Rank.Lower, "the rank"+v, p.Partition.Upper, "the partition number")
		}
		if p.Rectangle.Upper > 0 {
			most((p.Entries+p.Rectangle.Upper-1)/p.Rectangle.Upper, "entries by the largest rectangle"+v, p.Cover.Upper, "the cover number")
		}
		leaves += p.Partition.Lower
		fool += p.Fooling.Lower
	}
	for _, e := range a.Embedded {
		most(e.Exact.Needs, "what the embedded "+e.Problem+" needs", e.Exact.Cost.Upper, e.Exact.Of)
	}
	d := a.Deterministic
	most(width(leaves), "the number of leaves, in bits,", d.Upper, "D")
	most(width(fool), "the sum of fooling sets, in bits,", d.Upper, "D")
	most(d.Lower, "D", d.Upper, "itself")
	if a.Values > 1 {
		most(d.Lower, "D", min(a.OneWay.Alice.Upper, a.OneWay.Bob.Upper)+width(a.Values), "the cheaper one-way cost and the answer")
	}
	if a.Tree != nil {
		most(a.Tree.Depth(), "the depth of the tree", d.Upper, "D")
		most(d.Upper, "D", a.Tree.Depth(), "the depth of the tree")
		if a.Values > 0 {
			bad = firstError(bad, a.checkTree())
		}
	}
	if r := a.Rank; r != nil && a.two && len(a.PerValue) == 2 {
		m, c := a.PerValue[a.one].rank(), a.PerValue[a.zero].rank()
		if d.Upper < 60 {
			most(m.Lower+c.Lower, "rank(M) + rank(J - M)", 1<<d.Upper, "2^D")
		}
		if r.Complement != nil && r.Sign != nil {
			most(r.Sign.Lower-m.Upper, "rank(J - 2M) - rank(M)", 1, "1")
			most(m.Lower-r.Sign.Upper, "rank(M) - rank(J - 2M)", 1, "1")
			most(r.Complement.Lower, "rank(J - M)", a.PerValue[a.zero].Partition.Upper, "the partition number of the zeros")
		}
		if r.GF2 != nil {
			most(r.GF2.Lower, "the rank over GF(2)", a.PerValue[a.one].Partition.Upper, "the partition number of the ones")
			most(r.GF2.Lower, "the rank over GF(2)", m.Upper, "the rank of the ones")
		}
		if a.Gamma2 != nil && r.Sign != nil {
			square := new(big.Rat).Mul(a.Gamma2.Lower, a.Gamma2.Lower)
			if square.Cmp(ratio(r.Sign.Upper, 1)) > 0 {
				bad = firstError(bad, &Contradiction{fmt.Sprintf("gamma_2 squared is at least %s, but the rank of the signs is at most %d", square.FloatString(6), r.Sign.Upper)})
			}
		}
	}
	if a.Shattered != nil {
		most(a.Shattered.Alice.Lower, "the embedded INDEX of Alice", a.OneWay.Alice.Upper, "her one-way cost")
		most(a.Shattered.Bob.Lower, "the embedded INDEX of Bob", a.OneWay.Bob.Upper, "his one-way cost")
	}
	if g := a.Gamma2; g != nil && g.Lower.Cmp(g.Upper) > 0 {
		bad = firstError(bad, &Contradiction{"gamma_2 is at least " + g.Lower.FloatString(9) + " and at most " + g.Upper.FloatString(9)})
	}
	if q := a.Discrepancy; q != nil {
		bad = firstError(bad, a.checkDiscrepancy(q))
	}
	return bad
}

// rank is the rank of the value's 0/1 matrix, or an interval without content.
func (p *PerValue) rank() Range {
	if p.Rank != nil {
		return *p.Rank
	}
	return Range{0, p.Entries}
}

func firstError(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// checkTree follows every defined entry of the folded matrix down the tree.
func (a *analysis) checkTree() error {
	if a.f.Rows()*a.f.Cols() > 1<<20 {
		return nil
	}
	for i, r := range a.f.RowFirst {
		for j, c := range a.f.ColFirst {
			if v, ok := a.f.At(i, j); ok && a.Tree.At(r, c) != v {
				return &Contradiction{fmt.Sprintf("the protocol tree answers %d at row %d, column %d, where the matrix has %d", a.Tree.At(r, c), r+1, c+1, v)}
			}
		}
	}
	return nil
}

// normSide is the longest shorter side for which the infinity-to-one norm is
// computed to check the discrepancy.
const normSide = 12

// infinityToOne is the largest sum of x_i s_ij y_j over signs x and y, for the
// weighted signs s: the best y is the sign of each column sum.
func (s *signs) infinityToOne() int {
	if s.rows > s.cols {
		return s.flip().infinityToOne()
	}
	best := 0
	sums := make([]int, s.cols)
	for x := range 1 << max(s.rows-1, 0) { // x and -x give the same
		clear(sums)
		for i, row := range s.a {
			for j, v := range row {
				if x>>i&1 == 1 {
					v = -v
				}
				sums[j] += v
			}
		}
		norm := 0
		for _, v := range sums {
			norm += max(v, -v)
		}
		best = max(best, norm)
	}
	return best
}

// checkDiscrepancy compares the cut norm (the discrepancy times the entries) with
// the infinity-to-one norm, which is at least it and at most four times it, and
// the best distribution with the uniform one and with the leaves of a protocol.
func (a *analysis) checkDiscrepancy(q *Discrepancy) error {
	if min(a.f.Rows(), a.f.Cols()) <= normSide && a.f.Rows()*a.f.Cols() <= 1<<12 {
		s := uniform(a.ctx, a.f)
		norm := ratio(s.infinityToOne(), max(s.total, 1))
		if q.Uniform.Lower.Cmp(norm) > 0 || new(big.Rat).Mul(q.Uniform.Upper, ratio(4, 1)).Cmp(norm) < 0 {
			return &Contradiction{fmt.Sprintf("the discrepancy is in %v, but the infinity-to-one norm by the entries is %s", q.Uniform, norm.RatString())}
		}
	}
	if q.Uniform.Lower.Cmp(q.Uniform.Upper) > 0 {
		return &Contradiction{"the uniform discrepancy is at least " + q.Uniform.Lower.RatString() + " and at most " + q.Uniform.Upper.RatString()}
	}
	if b := q.Best; b != nil {
		if b.Lower.Cmp(b.Upper) > 0 || b.Lower.Cmp(q.Uniform.Upper) > 0 {
			return &Contradiction{"the best discrepancy is at least " + b.Lower.FloatString(9) + ", at most " + b.Upper.FloatString(9) + ", the uniform one at most " + q.Uniform.Upper.RatString()}
		}
		// Under every distribution some leaf of a protocol with D bits has 2^-D.
		if d := a.Deterministic.Upper; d < 60 && new(big.Rat).Mul(b.Upper, ratio(1<<d, 1)).Cmp(ratio(1, 1)) < 0 {
			return &Contradiction{fmt.Sprintf("the best discrepancy %s is below 2^-%d", b.Upper.RatString(), d)}
		}
	}
	return nil
}
