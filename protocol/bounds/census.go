package bounds

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"

	"crosscut/internal/par"
	"crosscut/internal/units"
)

// Limits of the census. With at most 8 rows or at most 8 columns D(f) is at most
// 4, and whether it is at most 3 is a quick test; see docs/census.md.
const (
	CensusShort = 8  // largest smaller side
	CensusLong  = 32 // largest larger side
)

// CensusResult counts all rows x cols 0/1 matrices by D(f), or those of a part of
// the work.
type CensusResult struct {
	Rows int `json:"rows"`
	Cols int `json:"cols"`
	// Counts[k] is the number of matrices with D = k.
	Counts []*big.Int `json:"counts"`
	// Classes is the number of classes up to permutations of rows and columns.
	Classes *big.Int `json:"classes"`
	// ClassesByDepth[k] is the number of classes with D = k.
	ClassesByDepth []*big.Int `json:"classes_by_depth"`
	// Shard says which part of the whole this is: "2/4", or "1/1".
	Shard string `json:"shard"`
	// Complete says that every item of the shard (of the whole, for "1/1") is
	// counted. Only then are the numbers final.
	Complete bool `json:"complete"`
	// Done counts the finished items of the shard, out of Units.
	Done  int `json:"done"`
	Units int `json:"units"`
}

// CensusCounts is what a unit of a census counts: matrices and classes by D.
type CensusCounts struct {
	Matrices []*big.Int `json:"matrices,omitempty"`
	Classes  []*big.Int `json:"classes,omitempty"`
}

// CensusKind is the census as work that can be cut into units.
var CensusKind = units.Register(&units.Kind[CensusCounts]{
	Name: "census",
	Doc:  "all matrices of one shape by D(f): an item is the formulas, or the orbits of sets of lines that begin alike",
	Add: func(a, b CensusCounts) CensusCounts {
		return CensusCounts{addUp(a.Matrices, b.Matrices), addUp(a.Classes, b.Classes)}
	},
})

// ErrCensus says that a census was asked for that cannot be run or merged.
var ErrCensus = errors.New("no such census")

// Census makes the work of counting the 0/1 matrices of rows x cols by D(f), on
// some workers (0: one per processor).
//
// Method (derived in docs/census.md): D depends only on the matrix without
// duplicate lines. Folded matrices of most shapes r x c have the same D, and are
// counted by formulas. The others, where min(r, c) is 5 or 6 and max(r, c) at
// most 8, are listed up to permutations, and D is 3 or 4.
func Census(rows, cols, workers int) (*units.Work[CensusCounts], error) {
	if rows < 1 || cols < 1 || min(rows, cols) > CensusShort || max(rows, cols) > CensusLong {
		return nil, fmt.Errorf("bounds: census of %d x %d: %w: the smaller side is 1 to %d, the larger at most %d",
			rows, cols, ErrCensus, CensusShort, CensusLong)
	}
	c := &census{CensusResult: CensusResult{Rows: rows, Cols: cols}, workers: workers}
	c.items = mixed(c.allUnits())
	return &units.Work[CensusCounts]{
		Kind: CensusKind, Params: map[string]any{"rows": rows, "cols": cols}, Items: len(c.items), Step: censusStep,
		Do: c.count, Sane: c.sane, Total: c.total,
	}, nil
}

// CensusOf lays out the counts of one shard, of which done of all its items are counted.
func CensusOf(rows, cols int, counts CensusCounts, shard units.Shard, done, all int) CensusResult {
	r := CensusResult{Rows: rows, Cols: cols, Shard: shard.String(), Done: done, Units: all, Complete: done == all}
	r.Counts, r.ClassesByDepth = addUp(zeros(r.depths()), counts.Matrices), addUp(zeros(r.depths()), counts.Classes)
	r.Classes = new(big.Int)
	for _, n := range r.ClassesByDepth {
		r.Classes.Add(r.Classes, n)
	}
	return r
}

// addUp adds two lists of numbers; a list that is too short has zeros.
func addUp(a, b []*big.Int) []*big.Int {
	sum := zeros(max(len(a), len(b)))
	for k := range sum {
		if k < len(a) {
			sum[k].Add(sum[k], a[k])
		}
		if k < len(b) {
			sum[k].Add(sum[k], b[k])
		}
	}
	return sum
}

// mixed puts items in such an order that every stretch of them costs about the same:
// the item that is i-th by weight goes to place i s mod n, where s is near n times the
// golden ratio, so that a stretch holds heavy and light ones evenly.
func mixed(items []unit) []unit {
	slices.SortStableFunc(items, func(a, b unit) int { return cmp.Compare(b.weight, a.weight) })
	n := len(items)
	s := max(1, int(0.6180339887*float64(n)))
	for gcd(s, n) != 1 {
		s++
	}
	out := make([]unit, n)
	for i, u := range items {
		out[i*s%n] = u
	}
	return out
}

// censusStep is how many items are done between two states that are saved.
const censusStep = 256

// census is one run.
type census struct {
	CensusResult
	workers int
	items   []unit
}

// unit is a piece of work: the shapes that formulas count, or all orbits of p
// lines of length q that begin with one short list.
type unit struct {
	p, q   int // 0: the formulas
	o      *orbits
	start  []uint64
	weight int // about what it costs, in no unit; the same on every machine
}

// listed are the shapes that must be listed: p lines of length q <= p.
var listedShapes = [][2]int{{5, 5}, {6, 5}, {7, 5}, {8, 5}, {6, 6}, {7, 6}, {8, 6}}

// startLines is how many lines the start of p lines has: more where there is more to
// list behind it.
func startLines(p int) int { return max(3, p-3) }

// short and long are the sides, the smaller first.
func (c *census) short() int { return min(c.Rows, c.Cols) }
func (c *census) long() int  { return max(c.Rows, c.Cols) }

// depths is 1 + the largest D that occurs.
func (r *CensusResult) depths() int {
	short, long := min(r.Rows, r.Cols), max(r.Rows, r.Cols)
	switch {
	case long == 1:
		return 1
	case short == 1:
		return 2
	case short == 2:
		return 3
	case short <= 4:
		return 4
	}
	return 5
}

func (c *census) allUnits() []unit {
	items := []unit{{}}
	for _, s := range listedShapes {
		if s[1] > c.short() || s[0] > c.long() {
			continue
		}
		o := newOrbits(s[1])
		o.empty().each(startLines(s[0]), func(b orbit) bool {
			last, more := b.list[len(b.list)-1], s[0]-len(b.list)
			weight := 1000 // times the ways to go on, without those that a symmetry makes alike
			for k := range more {
				weight = weight * (1<<s[1] - 1 - int(last) - k) / (k + 1)
			}
			weight /= b.stabilizer(func(_, _ []int) {})
			items = append(items, unit{s[0], s[1], o, slices.Clone(b.list), weight})
			return true
		})
	}
	return items
}

// count does items from..to-1, in parallel, and adds their tallies.
func (c *census) count(ctx context.Context, from, to int) (CensusCounts, error) {
	tallies := make([]*tally, to-from)
	heavy := make([]int, to-from) // first, so that the last ones to end are light
	for i := range heavy {
		heavy[i] = i
	}
	slices.SortFunc(heavy, func(i, j int) int { return cmp.Compare(c.items[from+j].weight, c.items[from+i].weight) })
	if _, err := par.With(ctx, c.workers, to-from, func() struct{} { return struct{}{} }, func(_ struct{}, k int) error {
		i := heavy[k]
		tallies[i] = c.do(ctx, c.items[from+i])
		return ctx.Err()
	}); err != nil {
		return CensusCounts{}, err
	}
	sum := CensusCounts{zeros(c.depths()), zeros(c.depths())}
	for _, t := range tallies {
		sum = CensusKind.Add(sum, CensusCounts{t.matrices, t.classes})
	}
	return sum, nil
}

// tally is what one unit adds, by depth.
type tally struct{ matrices, classes []*big.Int }

func (c *census) do(ctx context.Context, u unit) *tally {
	t := &tally{zeros(c.depths()), zeros(c.depths())}
	if u.p == 0 {
		c.formulas(t)
	} else {
		c.list(ctx, u, t)
	}
	return t
}

// formulas adds all shapes whose depth is known from the shape.
func (c *census) formulas(t *tally) {
	for r := 1; r <= c.short(); r++ {
		for s := 1; s <= min(c.long(), 1<<r); s++ {
			if s < 64 && r > 1<<s {
				continue
			}
			k := shapeDepth(r, s)
			if k < 0 {
				continue
			}
			n := separated(r, s)
			if n.Sign() == 0 {
				continue
			}
			n.Mul(n, stirling2(c.short(), r))
			n.Mul(n, stirling2(c.long(), s))
			t.matrices[k].Add(t.matrices[k], n)
			t.classes[k].Add(t.classes[k], shapeClasses(c.short(), c.long(), r, s))
		}
	}
}

// list adds the matrices whose fold is, up to permutations, one of the unit's
// orbits: p lines of length q. The p lines are rows, or columns, or (p = q) both
// at once, which is the same list. When ctx ends the tally is not to be used.
func (c *census) list(ctx context.Context, u unit, t *tally) {
	p, q := u.p, u.q
	group := int64(len(u.o.perm))
	w := newUnfoldings(c, p, q)
	var sets, classes [5]int64
	seen := 0
	u.o.at(u.start).each(p, func(b orbit) bool {
		if seen++; seen&1023 == 0 && ctx.Err() != nil {
			return false // the tally is thrown away
		}
		place, ok := separatedLines(b.list, q)
		if !ok {
			return true
		}
		k := 4
		if halves(b.list, below(q)) || halves(place[:q], below(p)) {
			k = 3
		}
		var fixed int64
		n := b.stabilizer(func(coordinates, list []int) { fixed += w.fixed(coordinates, list) })
		sets[k] += group / int64(n)
		classes[k] += fixed / int64(n)
		return true
	})
	per := w.perSet()
	for k := 3; k <= 4; k++ {
		t.matrices[k].Add(t.matrices[k], new(big.Int).Mul(per, big.NewInt(sets[k])))
		t.classes[k].Add(t.classes[k], big.NewInt(classes[k]))
	}
}

// unfoldings counts the ways to give the lines of a p x q fold multiplicities, so
// that they make up the matrix. The shape lies in the matrix one way or two.
type unfoldings struct {
	p, q int
	ways [][2]int // for each way, how many lines the p and the q become
	memo map[string]int64
}

func newUnfoldings(c *census, p, q int) *unfoldings {
	w := &unfoldings{p: p, q: q, memo: map[string]int64{}}
	if p <= c.short() && q <= c.long() {
		w.ways = append(w.ways, [2]int{c.short(), c.long()})
	}
	if p != q && q <= c.short() && p <= c.long() {
		w.ways = append(w.ways, [2]int{c.long(), c.short()})
	}
	return w
}

// fixed is the number of multiplicities that the two permutations keep.
func (w *unfoldings) fixed(coordinates, list []int) int64 {
	a, b := cyclesOf(list), cyclesOf(coordinates)
	key := string(encode(a)) + string(encode(b))
	n, ok := w.memo[key]
	if !ok {
		for _, way := range w.ways {
			n += a.weights(way[0]) * b.weights(way[1])
		}
		w.memo[key] = n
	}
	return n
}

// perSet is the number of matrices that one set of p lines stands for: its lines
// in any order, each with its multiplicity.
func (w *unfoldings) perSet() *big.Int {
	sum := new(big.Int)
	for _, way := range w.ways {
		n := factorial(w.p)
		n.Mul(n, stirling2(way[0], w.p))
		sum.Add(sum, n.Mul(n, stirling2(way[1], w.q)))
	}
	return sum
}

// total compares a whole census with counts made another way: all matrices, and
// all classes by Burnside's lemma.
func (c *census) total(counts CensusCounts) error {
	matrices, classes := new(big.Int), new(big.Int)
	for _, n := range counts.Matrices {
		matrices.Add(matrices, n)
	}
	for _, n := range counts.Classes {
		classes.Add(classes, n)
	}
	if want := new(big.Int).Lsh(big.NewInt(1), uint(c.Rows*c.Cols)); matrices.Cmp(want) != 0 {
		return fmt.Errorf("bounds: census of %d x %d: the counts add up to %v, not to %v", c.Rows, c.Cols, matrices, want)
	}
	if want := allClasses(c.Rows, c.Cols); classes.Cmp(want) != 0 {
		return fmt.Errorf("bounds: census of %d x %d: %v classes were counted, there are %v", c.Rows, c.Cols, classes, want)
	}
	return nil
}

// sane refuses counts that no items can have.
func (c *census) sane(from, to int, counts *CensusCounts) error {
	if from == to && counts.Matrices == nil && counts.Classes == nil {
		return nil
	}
	if len(counts.Matrices) != c.depths() || len(counts.Classes) != c.depths() {
		return fmt.Errorf("%w: counts for %d and %d depths, want %d", ErrCensus, len(counts.Matrices), len(counts.Classes), c.depths())
	}
	for k := range counts.Matrices {
		n, m := counts.Matrices[k], counts.Classes[k]
		if n == nil || m == nil || m.Sign() < 0 || n.Cmp(m) < 0 {
			return fmt.Errorf("%w: fewer matrices than classes at D = %d", ErrCensus, k)
		}
	}
	return nil
}

func zeros(n int) []*big.Int {
	all := make([]*big.Int, n)
	for i := range all {
		all[i] = new(big.Int)
	}
	return all
}
