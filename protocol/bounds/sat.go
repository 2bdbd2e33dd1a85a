package bounds

import (
	"context"
	"crosscut/internal/exact"
	"slices"
)

// literal is a variable of a [solver], 2v, or its negation, 2v + 1.
type literal int32

func yes(v int) literal          { return literal(2 * v) }
func no(v int) literal           { return literal(2*v + 1) }
func (l literal) not() literal   { return l ^ 1 }
func (l literal) variable() int  { return int(l >> 1) }
func (l literal) asserted() bool { return l&1 == 0 }

// solver decides whether clauses can be satisfied together, by conflict-driven
// learning: two watched literals per clause, first unique implication points,
// activities, saved phases, Luby restarts (as MiniSat, EenSorensson2003). Learnt
// follows from the clauses before it by unit propagation, one after the other.
type solver struct {
	learnt [][]literal

	clauses  []*satClause
	watches  [][]*satClause // by literal: clauses that watch its negation
	value    []int8         // by literal: 1 true, -1 false, 0 open
	level    []int
	reason   []*satClause
	trail    []literal
	limits   []int // length of the trail at each decision
	head     int   // of the trail, before which everything is propagated
	activity []float64
	bump     float64
	saved    []bool
	heap     []int // variables, the most active first
	at       []int // place in heap, or -1
	seen     []bool
	restarts int
	kept     int // learnt clauses now in use
	most     int // learnt clauses before some are dropped
	broken   bool
	steps    uint
}

type satClause struct {
	lits   []literal
	spread int // different levels when it was learnt; 0: given
}

func newSolver(variables int) *solver {
	s := &solver{
		watches: make([][]*satClause, 2*variables), value: make([]int8, 2*variables),
		level: make([]int, variables), reason: make([]*satClause, variables),
		activity: make([]float64, variables), bump: 1, saved: make([]bool, variables),
		at: make([]int, variables), seen: make([]bool, variables), most: 4000,
	}
	s.heap = exact.UpTo(variables)
	copy(s.at, s.heap)
	return s
}

// add gives a clause, before the search, with no literal twice.
func (s *solver) add(lits ...literal) {
	switch len(lits) {
	case 0:
		s.broken = true
	case 1:
		if s.value[lits[0]] < 0 {
			s.broken = true
		} else if s.value[lits[0]] == 0 {
			s.set(lits[0], nil)
		}
	default:
		s.attach(&satClause{lits: slices.Clone(lits)})
	}
}

func (s *solver) attach(c *satClause) {
	s.clauses = append(s.clauses, c)
	for _, l := range c.lits[:2] {
		s.watches[l.not()] = append(s.watches[l.not()], c)
	}
}

func (s *solver) set(l literal, why *satClause) {
	s.value[l], s.value[l.not()] = 1, -1
	v := l.variable()
	s.level[v], s.reason[v] = len(s.limits), why
	s.trail = append(s.trail, l)
}

// propagate follows unit clauses; it returns a clause all of which is false, or nil.
func (s *solver) propagate() *satClause {
	for s.head < len(s.trail) {
		l := s.trail[s.head]
		s.head++
		list := s.watches[l]
		kept := list[:0]
		for n, c := range list {
			if c.lits[0] == l.not() {
				c.lits[0], c.lits[1] = c.lits[1], c.lits[0]
			}
			if s.value[c.lits[0]] > 0 {
				kept = append(kept, c)
				continue
			}
			moved := false
			for k := 2; k < len(c.lits); k++ {
				if s.value[c.lits[k]] >= 0 {
					c.lits[1], c.lits[k] = c.lits[k], c.lits[1]
					s.watches[c.lits[1].not()] = append(s.watches[c.lits[1].not()], c)
					moved = true
					break
				}
			}
			if moved {
				continue
			}
			kept = append(kept, c)
			if s.value[c.lits[0]] < 0 {
				kept = append(kept, list[n+1:]...)
				s.watches[l] = kept
				return c
			}
			s.set(c.lits[0], c)
		}
		s.watches[l] = kept
	}
	return nil
}

// solve searches until it decides, ctx ends, or so many conflicts were met; it may
// be called again to go on. After (true, true), holds tells the assignment.
func (s *solver) solve(ctx context.Context, conflicts int) (satisfied, decided bool) {
	if s.broken {
		return false, true
	}
	left := 64 * luby(s.restarts)
	for {
		if c := s.propagate(); c != nil {
			if len(s.limits) == 0 {
				s.broken = true
				return false, true
			}
			s.learn(c)
			conflicts--
			left--
			if ctx.Err() != nil {
				s.cancel(0)
				return false, false
			}
			continue
		}
		if s.steps++; conflicts <= 0 || s.steps&15 == 0 && ctx.Err() != nil {
			s.cancel(0)
			return false, false
		}
		if left <= 0 {
			s.restarts++
			left = 64 * luby(s.restarts)
			s.cancel(0)
			s.reduce()
			continue
		}
		v := s.next()
		if v < 0 {
			return true, true
		}
		s.limits = append(s.limits, len(s.trail))
		if s.saved[v] {
			s.set(yes(v), nil)
		} else {
			s.set(no(v), nil)
		}
	}
}

func (s *solver) holds(v int) bool { return s.value[yes(v)] > 0 }

// learn resolves a false clause to its first unique implication point, goes back to
// where the result is unit, and sets that.
func (s *solver) learn(c *satClause) {
	lits := []literal{0}
	open, at := 0, len(s.trail)
	var pivot literal = -1
	for {
		for _, l := range c.lits {
			v := l.variable()
			if l == pivot || s.seen[v] || s.level[v] == 0 {
				continue
			}
			s.seen[v] = true
			s.active(v)
			if s.level[v] == len(s.limits) {
				open++
			} else {
				lits = append(lits, l)
			}
		}
		for at--; !s.seen[s.trail[at].variable()]; at-- {
		}
		pivot = s.trail[at]
		s.seen[pivot.variable()] = false
		if open--; open == 0 {
			break
		}
		c = s.reason[pivot.variable()]
	}
	lits[0] = pivot.not()
	back, levels := 0, map[int]bool{}
	for k, l := range lits[1:] {
		v := l.variable()
		s.seen[v] = false
		levels[s.level[v]] = true
		if s.level[v] > back {
			back = s.level[v]
			lits[1], lits[k+1] = lits[k+1], lits[1]
		}
	}
	s.cancel(back)
	s.learnt = append(s.learnt, slices.Clone(lits))
	if len(lits) == 1 {
		s.set(lits[0], nil)
	} else {
		k := &satClause{lits, len(levels) + 1}
		s.attach(k)
		s.kept++
		s.set(lits[0], k)
	}
	s.bump /= .95
}

// cancel takes back all decisions beyond a level.
func (s *solver) cancel(level int) {
	if len(s.limits) <= level {
		return
	}
	for _, l := range s.trail[s.limits[level]:] {
		s.value[l], s.value[l.not()] = 0, 0
		v := l.variable()
		s.saved[v] = l.asserted()
		if s.at[v] < 0 {
			s.at[v] = len(s.heap)
			s.heap = append(s.heap, v)
			s.up(s.at[v])
		}
	}
	s.trail = s.trail[:s.limits[level]]
	s.limits, s.head = s.limits[:level], len(s.trail)
}

// reduce drops half of the learnt clauses, those of many levels, once there are too
// many. It is called without decisions.
func (s *solver) reduce() {
	if s.kept < s.most {
		return
	}
	s.most += 500
	var spreads []int
	for _, c := range s.clauses {
		if c.spread > 2 {
			spreads = append(spreads, c.spread)
		}
	}
	if len(spreads) == 0 {
		return
	}
	slices.Sort(spreads)
	limit := max(spreads[len(spreads)/2], 3)
	old := s.clauses
	s.clauses, s.kept = nil, 0
	for l := range s.watches {
		s.watches[l] = s.watches[l][:0]
	}
	for _, c := range old {
		if c.spread < limit {
			s.attach(c)
			if c.spread > 0 {
				s.kept++
			}
		}
	}
	// What is set for good was set before these watches: look again.
	s.head = 0
	for _, c := range s.clauses { // open literals first, so that the watches are right
		at := 0
		for k, l := range c.lits {
			if s.value[l] >= 0 && at < 2 {
				if k >= 2 || at != k {
					s.rewatch(c, at, k)
				}
				at++
			}
		}
	}
}

// rewatch exchanges two literals of a clause, and its watches with them.
func (s *solver) rewatch(c *satClause, a, b int) {
	c.lits[a], c.lits[b] = c.lits[b], c.lits[a]
	if a < 2 && b >= 2 {
		old := c.lits[b].not()
		s.watches[old] = slices.DeleteFunc(s.watches[old], func(d *satClause) bool { return d == c })
		s.watches[c.lits[a].not()] = append(s.watches[c.lits[a].not()], c)
	}
}

// active raises a variable's activity.
func (s *solver) active(v int) {
	if s.activity[v] += s.bump; s.activity[v] > 1e100 {
		for u := range s.activity {
			s.activity[u] *= 1e-100
		}
		s.bump *= 1e-100
	}
	if s.at[v] >= 0 {
		s.up(s.at[v])
	}
}

// next takes the most active open variable, or -1.
func (s *solver) next() int {
	for len(s.heap) > 0 {
		v := s.heap[0]
		last := len(s.heap) - 1
		s.exchange(0, last)
		s.heap, s.at[v] = s.heap[:last], -1
		s.down(0)
		if s.value[yes(v)] == 0 {
			return v
		}
	}
	return -1
}

func (s *solver) exchange(i, k int) {
	h := s.heap
	h[i], h[k] = h[k], h[i]
	s.at[h[i]], s.at[h[k]] = i, k
}

func (s *solver) up(i int) {
	for i > 0 && s.activity[s.heap[i]] > s.activity[s.heap[(i-1)/2]] {
		s.exchange(i, (i-1)/2)
		i = (i - 1) / 2
	}
}

func (s *solver) down(i int) {
	for {
		k := 2*i + 1
		if k >= len(s.heap) {
			return
		}
		if k+1 < len(s.heap) && s.activity[s.heap[k+1]] > s.activity[s.heap[k]] {
			k++
		}
		if s.activity[s.heap[k]] <= s.activity[s.heap[i]] {
			return
		}
		s.exchange(i, k)
		i = k
	}
}

// luby is the i-th number of 1 1 2 1 1 2 4 1 1 2 1 1 2 4 8 ..., from i = 0.
func luby(i int) int {
	size, power := 1, 1
	for size < i+1 {
		size, power = 2*size+1, 2*power
	}
	for size-1 != i {
		size = (size - 1) / 2
		power /= 2
		i %= size
	}
	return power
}
