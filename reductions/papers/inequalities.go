package papers

import (
	"fmt"
	"sync"
	"sync/atomic"

	"crosscut/internal/catalog"
	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/reductions"
	"crosscut/reductions/rules"
)

// Inequality is a lower bound as one formula: the cost of a rule of two players through
// a reduction at size n, against the n bits that every right model moves. Where the
// cost is less, no model of these sizes is right on all inputs.
type Inequality struct {
	Name      string // "one-layer"
	Title     string
	Formula   string // what the rule's inequality is at this reduction: "H (B_Z + d_v B_N) >= n"
	Rule      *rules.Rule
	Reduction *reductions.Reduction
	Sliders   []string // the rule's sizes that may be set
	MaxN      int      // the longest sequence that curves are drawn to

	Paper *Paper // whose claim it is: set with the paper's registration
	Claim *Claim

	raw  sync.Map // {N, p} -> Alice's raw tokens in bits: a curve asks for the same ones again
	held atomic.Int64

	_ struct{}
}

// Size is one size of the model, as a slider shows it.
type Size struct {
	Name string `json:"name"`
	Doc  string `json:"doc"`
	Min  int    `json:"min"`
	Max  int    `json:"max"`
	Def  int    `json:"default"`
}

// ID is the inequality's name.
func (q *Inequality) ID() string { return q.Name }

// Validate refuses an incomplete inequality.
func (q *Inequality) Validate() error {
	if q.Name == "" || q.Title == "" || q.Formula == "" || q.Reduction == nil || q.Rule == nil || len(q.Sizes()) != len(q.Sliders) || len(q.Sliders) == 0 || q.MaxN < 1 {
		return fmt.Errorf("inequality %q is incomplete", q.Name)
	}
	return nil
}

// Sizes are the sizes that may be set, with the ranges of the rule.
func (q *Inequality) Sizes() []Size {
	var list []Size
	def, err := q.Rule.With(models.Settings{})
	if err != nil {
		return nil
	}
	for _, name := range q.Sliders {
		for _, p := range q.Rule.Params {
			if p.Name == name {
				list = append(list, Size{p.Name, p.Doc, int(p.Min), int(p.MostInLab()), def.Int(name)})
			}
		}
	}
	return list
}

// at is the rule at these sizes.
func (q *Inequality) at(v map[string]int) (rules.Sized, error) {
	set := models.Settings{Num: tasks.Params{}}
	for name, x := range v {
		set.Num[name] = float64(x)
	}
	return q.Rule.With(set)
}

// Cost is what crosses the cut at problem size n, in bits.
func (q *Inequality) Cost(v map[string]int, n int) (protocol.Bits, error) {
	a, err := q.at(v)
	if err != nil {
		return 0, err
	}
	return costOf(a, q.Reduction, n)
}

// costOf is what a rule's protocol costs through a reduction at size n.
func costOf(a rules.Sized, r *reductions.Reduction, n int) (protocol.Bits, error) {
	in, err := r.Instance(n, 0, nil)
	if err != nil {
		return 0, err
	}
	p, err := a.At(rules.Cut{Shape: in.Shape, Split: in.At, Read: in.Reads}, 0)
	if err != nil {
		return 0, err
	}
	return p.Total(), nil
}

// bites is the least n, up to limit, at which the inequality "cost >= n" says
// something about models of these sizes. The cost never falls as n grows, so where it
// is c >= n, nothing up to c bites.
func bites(a rules.Sized, r *reductions.Reduction, limit int) (n int, ok bool, err error) {
	for n = 1; n <= limit; {
		c, err := costOf(a, r, n)
		if err != nil {
			return 0, false, err
		}
		if int(c) < n {
			return n, true, nil
		}
		n = int(c) + 1
	}
	return 0, false, nil
}

// Complete fills in sizes that are not given, and refuses those out of range.
func (q *Inequality) Complete(given map[string]int) (map[string]int, error) {
	v := map[string]int{}
	var known []string
	for _, s := range q.Sizes() {
		known = append(known, s.Name)
		v[s.Name] = s.Def
		if x, ok := given[s.Name]; ok {
			if x < s.Min || x > s.Max {
				return nil, fmt.Errorf("papers: %s: %s = %d is outside %d..%d", q.Name, s.Name, x, s.Min, s.Max)
			}
			v[s.Name] = x
		}
	}
	for name := range given {
		if _, ok := v[name]; !ok {
			return nil, catalog.Unknown("size of "+q.Name, name, known)
		}
	}
	return v, nil
}

// Bites is the least n, up to limit, at which the inequality says something.
func (q *Inequality) Bites(v map[string]int, limit int) (n int, ok bool, err error) {
	a, err := q.at(v)
	if err != nil {
		return 0, false, err
	}
	return bites(a, q.Reduction, limit)
}

// Inequalities lists the lower bounds of all papers that are one formula.
func Inequalities() *catalog.Catalog[*Inequality] { return inequalities }

var inequalities = catalog.New[*Inequality]("inequality")

// oneLayerInequality is H (B_Z + d_v B_N) >= n for a reduction whose query is public.
func oneLayerInequality(name, title string, r *reductions.Reduction) *Inequality {
	return &Inequality{
		Name: name, Title: title, Reduction: r, Rule: rules.Attention,
		Formula: "H (B_Z + m B_N) >= n, B_Z = ceil(log2(n 2^f + 1)), B_N = ceil(log2(n 2^f (2^p - 1) + 1))",
		Sliders: []string{"H", "m", "p", "f"},
		MaxN:    1 << 16,
	}
}

// At is the inequality at sequence length N: the largest instance that fits, its
// cost, and Alice's raw tokens in bits. ok is false where no instance fits.
func (q *Inequality) At(v map[string]int, N int) (n int, cost, trivial protocol.Bits, ok bool) {
	if n = q.Reduction.Fits(N); n < 1 {
		return 0, 0, 0, false
	}
	cost, err := q.Cost(v, n)
	if err != nil {
		return 0, 0, 0, false
	}
	key := [2]int{N, v["p"]}
	if t, known := q.raw.Load(key); known {
		return n, cost, t.(protocol.Bits), true
	}
	in, err := q.Reduction.Instance(n, N, nil)
	if err != nil {
		return 0, 0, 0, false
	}
	trivial = protocol.Bits(in.Shape.RawBits(in.At, v["p"]))
	if q.held.Add(1) <= rawMost {
		q.raw.Store(key, trivial)
	}
	return n, cost, trivial, true
}

// rawMost bounds how many sizes of raw tokens an inequality remembers.
const rawMost = 1 << 12

// Shortest is the shortest sequence that holds a problem of size n.
func (q *Inequality) Shortest(n int) int { return q.Reduction.MinN(n) }
