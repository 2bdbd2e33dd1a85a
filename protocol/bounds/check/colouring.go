package check

import (
	"errors"
	"fmt"
	"math/big"
)

// Colouring refutes that few messages are enough one way: that Lines can be put into
// K classes such that lines of one class have equal values wherever both are defined.
// The clauses are: line i has a class, (i, 1) or ... or (i, K); two lines that differ
// somewhere do not share one, not (i, c) or not (k, c). Apart are places in Lines, no two of
// which may share a class: the first has class 1, the second class 2, ... Each lemma follows from
// the clauses and lemmas before it by unit propagation, and at the end so does a contradiction.
type Colouring struct {
	Kind  string `json:"kind"` // "colouring"
	K     int    `json:"k"`
	Lines []int  `json:"lines"`
	Apart []int  `json:"apart"`
	// Lemmas: K i + c (from 1) says that line i of Lines (from 0) has class c; a minus
	// denies it.
	Lemmas [][]int `json:"lemmas"`
}

var _ = register("colouring", func(t *work, c Claim, e *Colouring) (*big.Rat, error) {
	u, exact, inBits, err := line(t.Table, c.Measure)
	if err != nil || exact || c.End != Lower {
		return nil, errOther
	}
	if err := errors.Join(indices(e.Lines, u.Rows), indices(e.Apart, len(e.Lines))); err != nil {
		return nil, err
	}
	n := len(e.Lines)
	if e.K < 1 || n == 0 || len(e.Apart) > e.K {
		return nil, fmt.Errorf("%d lines and %d apart in %d classes", n, len(e.Apart), e.K)
	}
	if n > 1024 || e.K > 1024 || n*e.K > 1<<14 || n*n*(u.Cols+e.K) > 1<<28 {
		return nil, ErrLimit
	}
	p := newPropagator(n * e.K)
	defer func() { t.charge(int64(8*maxSteps - max(p.left, 0))) }()
	if err := t.spend(n, n, u.Cols+e.K); err != nil {
		return nil, err
	}
	apart := func(i, k int) bool { return u.clash(e.Lines[i], e.Lines[k], false) }
	for i := range n {
		some := make([]int, e.K)
		for c := range e.K {
			some[c] = i*e.K + c + 1
		}
		p.add(some)
		for k := range i {
			if !apart(i, k) {
				continue
			}
			for c := range e.K {
				p.add([]int{-(i*e.K + c + 1), -(k*e.K + c + 1)})
			}
		}
	}
	for c, i := range e.Apart {
		for _, k := range e.Apart[:c] {
			if !apart(i, k) {
				return nil, fmt.Errorf("lines %d and %d may share a class", e.Lines[k], e.Lines[i])
			}
		}
		p.add([]int{i*e.K + c + 1})
	}
	if err := t.refute(p, e.Lemmas); err != nil {
		return nil, err
	}
	return count(e.K+1, inBits), nil
})

// refute says whether each lemma follows from the clauses and the lemmas before it by
// unit propagation, and in the end a contradiction.
func (t *work) refute(p *propagator, lemmas [][]int) error {
	if t.formulas != nil {
		t.formulas(Formula{Variables: p.variables, Clauses: p.all(), Lemmas: lemmas})
	}
	for at, lemma := range lemmas {
		if p.follows(nil) {
			break
		}
		if err := t.ctx.Err(); err != nil {
			return err
		}
		for _, l := range lemma {
			if l == 0 || l < -p.variables || l > p.variables { // -l may be out of range
				return fmt.Errorf("lemma %d: literal %d", at, l)
			}
		}
		if !p.follows(lemma) {
			return p.open(fmt.Errorf("lemma %d does not follow by unit propagation", at))
		}
		p.add(lemma)
	}
	if !p.follows(nil) {
		return p.open(errors.New("the lemmas end without a contradiction"))
	}
	return nil
}

// propagator follows unit clauses, from assumptions that it takes back.
type propagator struct {
	clauses   [][]int
	in        map[int][]int // literal: the clauses that watch it
	variables int
	value     []int8 // by literal, from -variables: 1, -1, or 0 open
	trail     []int
	units     []int // literals that hold for good
	empty     bool
	left      int // steps
}

func newPropagator(variables int) *propagator {
	return &propagator{in: map[int][]int{}, variables: variables, value: make([]int8, 2*variables+1), left: 8 * maxSteps}
}

// open is why something was not found to follow: for want of steps, or as given.
func (p *propagator) open(why error) error {
	if p.left <= 0 {
		return ErrLimit
	}
	return why
}

func (p *propagator) of(l int) int8 { return p.value[p.variables+l] }

func (p *propagator) put(l int, v int8) { p.value[p.variables+l], p.value[p.variables-l] = v, -v }

// add gives a clause. Its first two literals are watched: no value is set now.
func (p *propagator) add(c []int) {
	switch len(c) {
	case 0:
		p.empty = true
	case 1:
		p.units = append(p.units, c[0])
	default:
		k := len(p.clauses)
		p.clauses = append(p.clauses, append([]int{}, c...))
		p.in[c[0]] = append(p.in[c[0]], k)
		p.in[c[1]] = append(p.in[c[1]], k)
	}
}

// set makes a literal true; false when it is false already.
func (p *propagator) set(l int) bool {
	switch p.of(l) {
	case -1:
		return false
	case 0:
		p.trail = append(p.trail, l)
		p.put(l, 1)
	}
	return true
}

// follows reports that unit propagation from the negation of the clause ends in a
// contradiction.
func (p *propagator) follows(clause []int) bool {
	if p.empty {
		return true
	}
	defer func() {
		for _, l := range p.trail {
			p.put(l, 0)
		}
		p.trail = p.trail[:0]
	}()
	for _, l := range p.units {
		if !p.set(l) {
			return true
		}
	}
	for _, l := range clause {
		if !p.set(-l) {
			return true
		}
	}
	for head := 0; head < len(p.trail); head++ {
		if p.visit(-p.trail[head]) {
			return true
		}
		if p.left <= 0 {
			return false
		}
	}
	return false
}

// visit looks at the clauses that watch l, which is false, and sets what they force;
// true: one of them is false.
func (p *propagator) visit(l int) bool {
	list := p.in[l]
	kept := list[:0]
	for at, k := range list {
		c := p.clauses[k]
		if c[0] == l {
			c[0], c[1] = c[1], c[0]
		}
		if p.of(c[0]) > 0 {
			kept = append(kept, k)
			continue
		}
		moved := false
		for i := 2; i < len(c) && !moved; i++ {
			p.left--
			if p.of(c[i]) >= 0 {
				c[1], c[i] = c[i], c[1]
				p.in[c[1]] = append(p.in[c[1]], k)
				moved = true
			}
		}
		if moved {
			continue
		}
		p.left--
		kept = append(kept, k)
		if !p.set(c[0]) {
			p.in[l] = append(kept, list[at+1:]...)
			return true
		}
	}
	p.in[l] = kept
	return false
}
