package bounds

import (
	"context"

	"crosscut/protocol/bounds/check"
)

// coded is the question whether k rectangles without another value cover the entries
// of v (exactly: each once), as clauses. A variable says that a rectangle has a row, or
// a column; one for each entry of v and each rectangle says that it is in there.
type coded struct {
	*aspect
	k        int
	row, col [][]int // variable by rectangle and line
	*solver
}

// codedMost is the most variables of a coded question.
const codedMost = 1 << 17

// code writes the clauses, or returns nil where they are too many. Each entry of the
// fooling set lies in a rectangle of its own.
func (a *aspect) code(k int, exactly bool, set []place) *coded {
	entries := 0
	for _, line := range a.is[0] {
		entries += line.count()
	}
	total := k * (a.n[0] + a.n[1] + entries)
	if total > codedMost || k*a.n[0]*a.n[1] > 1<<20 || exactly && entries*k*k > 1<<21 {
		return nil
	}
	c := &coded{aspect: a, k: k, solver: newSolver(total)}
	fresh := 0
	next := func() int { fresh++; return fresh - 1 }
	for r := range k {
		c.row, c.col = append(c.row, nil), append(c.col, nil)
		for range a.n[0] {
			c.row[r] = append(c.row[r], next())
		}
		for range a.n[1] {
			c.col[r] = append(c.col[r], next())
		}
	}
	for r, p := range set[:min(k, len(set))] {
		c.add(yes(c.row[r][p[0]]))
		c.add(yes(c.col[r][p[1]]))
	}
	for i := range a.n[0] {
		for j := range a.not[0][i].all() {
			for r := range k {
				c.add(no(c.row[r][i]), no(c.col[r][j]))
			}
		}
		for j := range a.is[0][i].all() {
			some := make([]literal, k)
			for r := range k {
				in := next()
				some[r] = yes(in)
				c.add(no(in), yes(c.row[r][i]))
				c.add(no(in), yes(c.col[r][j]))
				if exactly {
					c.add(yes(in), no(c.row[r][i]), no(c.col[r][j]))
				}
			}
			c.add(some...)
			if exactly {
				for r := range k {
					for q := range r {
						c.add(some[r].not(), some[q].not())
					}
				}
			}
		}
	}
	return c
}

// refutation is the evidence that k rectangles are not enough, once that was decided.
func (c *coded) refutation(set []place) *check.Covering {
	e := &check.Covering{Kind: "covering", K: c.k, Fooling: []check.Entry{}, Lemmas: lemmas(c.learnt)}
	for axis, lines := range [2]*[]int{&e.Rows, &e.Cols} {
		for _, originals := range c.lines[axis] {
			*lines = append(*lines, originals[0])
		}
	}
	for _, p := range set[:min(c.k, len(set))] {
		e.Fooling = append(e.Fooling, check.Entry{p[0], p[1]})
	}
	return e
}

// decide goes on with the search for so many conflicts.
func (c *coded) decide(ctx context.Context, conflicts int) (found []rect, decided bool) {
	if c == nil {
		return nil, false
	}
	satisfied, decided := c.solve(ctx, conflicts)
	if !satisfied {
		return nil, decided
	}
	for r := range c.k {
		q := rect{newBitset(c.n[0]), newBitset(c.n[1])}
		for i, v := range c.row[r] {
			if c.holds(v) {
				q.rows.add(i)
			}
		}
		for j, v := range c.col[r] {
			if c.holds(v) {
				q.cols.add(j)
			}
		}
		if !q.rows.empty() && !q.cols.empty() {
			found = append(found, q)
		}
	}
	return found, true
}

// colourable decides whether k colours are enough for g, of which a clique has its
// colours given. Variable k v + c says that vertex v has colour c. refuted are the
// clauses learnt on the way to a no.
func (g *graph) colourable(ctx context.Context, k int, clique []int) (colours []int, refuted [][]literal, decided bool) {
	n := len(g.near)
	if len(clique) > k {
		return nil, nil, true
	}
	s := newSolver(n * k)
	for v := range n {
		some := make([]literal, k)
		for c := range k {
			some[c] = yes(v*k + c)
			for u := range g.near[v].all() {
				if u < v {
					s.add(no(v*k+c), no(u*k+c))
				}
			}
		}
		s.add(some...)
	}
	for c, v := range clique {
		s.add(yes(v*k + c))
	}
	for ctx.Err() == nil {
		satisfied, decided := s.solve(ctx, 1<<12)
		if !decided {
			continue
		}
		if !satisfied {
			return nil, s.learnt, true
		}
		colours = make([]int, n)
		for v := range n {
			for c := range k {
				if s.holds(v*k + c) {
					colours[v] = c
				}
			}
		}
		return colours, nil, true
	}
	return nil, nil, false
}
