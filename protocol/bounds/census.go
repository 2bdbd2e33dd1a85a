package bounds

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"runtime"
	"strconv"
	"strings"
	"sync"
)

// Limits of the census. With at most 8 rows or at most 8 columns D(f) is at most
// 4, and whether it is at most 3 is a quick test; see docs/census.md.
const (
	CensusShort = 8  // largest smaller side
	CensusLong  = 32 // largest larger side
)

// CensusResult counts all rows x cols 0/1 matrices by D(f). It is also the state
// from which an interrupted census goes on.
type CensusResult struct {
	Rows int `json:"rows"`
	Cols int `json:"cols"`
	// Counts[k] is the number of matrices with D = k.
	Counts []*big.Int `json:"counts"`
	// Classes is the number of classes up to permutations of rows and columns.
	Classes *big.Int `json:"classes"`
	// ClassesByDepth[k] is the number of classes with D = k.
	ClassesByDepth []*big.Int `json:"classes_by_depth"`
	// Shard says which part of the whole this is: "2/4", or "1,3/4" after a
	// merge, or "1/1".
	Shard string `json:"shard"`
	// Complete says that every unit of work of the shard (of the whole, for
	// "1/1") is counted. Only then are the numbers final.
	Complete bool `json:"complete"`
	// Done counts the finished units of the shard, out of Units.
	Done  int `json:"done"`
	Units int `json:"units"`
}

// CensusOptions say how to run a census. The zero value runs the whole.
type CensusOptions struct {
	// Shard and Of choose part Shard of Of, counting from 1. Zero: the whole.
	Shard, Of int
	// Workers is the number of goroutines; 0: one per processor. The result does
	// not depend on it.
	Workers int
	// Resume goes on from an earlier state of the same shard.
	Resume *CensusResult
	// Save, if not nil, is given the state now and then, and once at the end.
	// Its error ends the census.
	Save func(CensusResult) error
	// Progress, if not nil, hears how many units are done.
	Progress func(done, units int)
}

// ErrCensus says that a census was asked for that cannot be run or merged.
var ErrCensus = errors.New("no such census")

// Census counts the 0/1 matrices of rows x cols by D(f). When ctx ends it
// returns the state so far together with the context's error.
//
// Method (derived in docs/census.md): D depends only on the matrix without
// duplicate lines. Folded matrices of most shapes r x c have the same D, and are
// counted by formulas. The others, where min(r, c) is 5 or 6 and max(r, c) at
// most 8, are listed up to permutations, and D is 3 or 4.
func Census(ctx context.Context, rows, cols int, opts CensusOptions) (CensusResult, error) {
	c, err := newCensus(rows, cols, opts)
	if err != nil {
		return CensusResult{}, err
	}
	for c.Done < c.Units {
		if err := c.batch(ctx, min(c.Units-c.Done, censusBatch)); err != nil {
			return c.CensusResult, err
		}
		if opts.Progress != nil {
			opts.Progress(c.Done, c.Units)
		}
		c.Complete = c.Done == c.Units
		if opts.Save != nil {
			if err := opts.Save(c.CensusResult.clone()); err != nil {
				return c.CensusResult, err
			}
		}
	}
	if c.Complete && c.Shard == "1/1" {
		return c.CensusResult, c.verify()
	}
	return c.CensusResult, nil
}

// censusBatch is how many units are done between two states that are saved.
const censusBatch = 32

// census is one run.
type census struct {
	CensusResult
	workers int
	units   []unit // those of this shard
}

// unit is a piece of work: the shapes that formulas count, or all orbits of p
// lines of length q that begin with one short list.
type unit struct {
	p, q  int // 0: the formulas
	start orbit
}

// listed are the shapes that must be listed: p lines of length q <= p.
var listedShapes = [][2]int{{5, 5}, {6, 5}, {7, 5}, {8, 5}, {6, 6}, {7, 6}, {8, 6}}

// startLines is how many lines a unit's start has.
const startLines = 3

func newCensus(rows, cols int, opts CensusOptions) (*census, error) {
	if rows < 1 || cols < 1 || min(rows, cols) > CensusShort || max(rows, cols) > CensusLong {
		return nil, fmt.Errorf("bounds: census of %d x %d: %w: the smaller side is 1 to %d, the larger at most %d",
			rows, cols, ErrCensus, CensusShort, CensusLong)
	}
	shard, of := opts.Shard, opts.Of
	if shard == 0 && of == 0 {
		shard, of = 1, 1
	}
	if of < 1 || of > 1<<20 || shard < 1 || shard > of {
		return nil, fmt.Errorf("bounds: census: shard %d/%d: %w: want 1/k to k/k", shard, of, ErrCensus)
	}
	c := &census{workers: opts.Workers}
	if c.workers <= 0 {
		c.workers = runtime.GOMAXPROCS(0)
	}
	c.Rows, c.Cols = rows, cols
	c.Shard = fmt.Sprintf("%d/%d", shard, of)
	for i, u := range c.allUnits() {
		if i%of == shard-1 {
			c.units = append(c.units, u)
		}
	}
	c.Units = len(c.units)
	c.Complete = c.Units == 0
	c.Counts, c.ClassesByDepth = zeros(c.depths()), zeros(c.depths())
	c.Classes = new(big.Int)
	if r := opts.Resume; r != nil {
		if r.Rows != rows || r.Cols != cols || r.Shard != c.Shard || r.Units != c.Units {
			return nil, fmt.Errorf("bounds: census: going on from a state of %d x %d, shard %s: %w: this is %d x %d, shard %s",
				r.Rows, r.Cols, r.Shard, ErrCensus, rows, cols, c.Shard)
		}
		if err := r.check(); err != nil {
			return nil, err
		}
		c.CensusResult = r.clone()
	}
	return c, nil
}

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
	units := []unit{{}}
	for _, s := range listedShapes {
		if s[1] > c.short() || s[0] > c.long() {
			continue
		}
		newOrbits(s[1]).empty().each(startLines, func(b orbit) bool {
			units = append(units, unit{p: s[0], q: s[1], start: b.clone()})
			return true
		})
	}
	return units
}

// batch does the next n units, in parallel, and adds their tallies; all of them,
// or, when ctx ends first, none.
func (c *census) batch(ctx context.Context, n int) error {
	next := c.units[c.Done : c.Done+n]
	tallies := make([]*tally, n)
	var wg sync.WaitGroup
	turn := make(chan int)
	for range min(c.workers, n) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for i := range turn {
				tallies[i] = c.do(ctx, next[i])
			}
		}()
	}
	for i := range next {
		turn <- i
	}
	close(turn)
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	for _, t := range tallies {
		for k := range c.Counts {
			c.Counts[k].Add(c.Counts[k], t.matrices[k])
			c.ClassesByDepth[k].Add(c.ClassesByDepth[k], t.classes[k])
			c.Classes.Add(c.Classes, t.classes[k])
		}
	}
	c.Done += n
	return nil
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
	group := int64(len(u.start.o.perm))
	w := newUnfoldings(c, p, q)
	var sets, classes [5]int64
	seen := 0
	u.start.each(p, func(b orbit) bool {
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

// verify compares a whole census with counts made another way: all matrices, and
// all classes by Burnside's lemma.
func (r *CensusResult) verify() error {
	sum := new(big.Int)
	for _, n := range r.Counts {
		sum.Add(sum, n)
	}
	if want := new(big.Int).Lsh(big.NewInt(1), uint(r.Rows*r.Cols)); sum.Cmp(want) != 0 {
		return fmt.Errorf("bounds: census of %d x %d: the counts add up to %v, not to %v", r.Rows, r.Cols, sum, want)
	}
	if want := allClasses(r.Rows, r.Cols); r.Classes.Cmp(want) != 0 {
		return fmt.Errorf("bounds: census of %d x %d: %v classes were counted, there are %v", r.Rows, r.Cols, r.Classes, want)
	}
	return nil
}

// Merge adds the results of different shards of one census. The result is
// complete, and verified, when all shards are there and complete.
func Merge(parts ...CensusResult) (CensusResult, error) {
	if len(parts) == 0 {
		return CensusResult{}, fmt.Errorf("bounds: merging: %w: no parts", ErrCensus)
	}
	out := parts[0].clone()
	out.Counts, out.ClassesByDepth = zeros(out.depths()), zeros(out.depths())
	out.Classes = new(big.Int)
	out.Complete, out.Done, out.Units = false, 0, 0
	seen := map[int]bool{}
	of := 0
	for _, p := range parts {
		if err := p.check(); err != nil {
			return CensusResult{}, err
		}
		shards, n, err := parseShards(p.Shard)
		if err != nil {
			return CensusResult{}, err
		}
		if of == 0 {
			of = n
		}
		if p.Rows != out.Rows || p.Cols != out.Cols || n != of {
			return CensusResult{}, fmt.Errorf("bounds: merging: %w: %d x %d, shard %s, does not go with %d x %d, shards of %d",
				ErrCensus, p.Rows, p.Cols, p.Shard, out.Rows, out.Cols, of)
		}
		for _, s := range shards {
			if seen[s] {
				return CensusResult{}, fmt.Errorf("bounds: merging: %w: shard %d/%d is there twice", ErrCensus, s, of)
			}
			seen[s] = true
		}
		for k := range out.Counts {
			out.Counts[k].Add(out.Counts[k], p.Counts[k])
			out.ClassesByDepth[k].Add(out.ClassesByDepth[k], p.ClassesByDepth[k])
		}
		out.Classes.Add(out.Classes, p.Classes)
		out.Done += p.Done
		out.Units += p.Units
	}
	if len(seen) == of {
		out.Shard = "1/1"
		out.Complete = out.Done == out.Units
		if out.Complete {
			return out, out.verify()
		}
		return out, nil
	}
	var have []string
	for s := 1; s <= of; s++ {
		if seen[s] {
			have = append(have, strconv.Itoa(s))
		}
	}
	out.Shard = strings.Join(have, ",") + "/" + strconv.Itoa(of)
	return out, nil
}

// parseShards reads "2/4" or "1,3/4".
func parseShards(s string) ([]int, int, error) {
	bad := fmt.Errorf("bounds: census: %q is no shard: %w", s, ErrCensus)
	left, right, ok := strings.Cut(s, "/")
	of, err := strconv.Atoi(right)
	if !ok || err != nil || of < 1 || of > 1<<20 {
		return nil, 0, bad
	}
	var shards []int
	for f := range strings.SplitSeq(left, ",") {
		n, err := strconv.Atoi(f)
		if err != nil || n < 1 || n > of {
			return nil, 0, bad
		}
		shards = append(shards, n)
	}
	return shards, of, nil
}

// check refuses states that no census can have written.
func (r *CensusResult) check() error {
	if r.Rows < 1 || r.Cols < 1 || min(r.Rows, r.Cols) > CensusShort || max(r.Rows, r.Cols) > CensusLong ||
		len(r.Counts) != r.depths() || len(r.ClassesByDepth) != r.depths() || r.Classes == nil ||
		r.Done < 0 || r.Done > r.Units {
		return fmt.Errorf("bounds: census: %w: the state is damaged", ErrCensus)
	}
	sum := new(big.Int)
	for k, n := range r.Counts {
		c := r.ClassesByDepth[k]
		if n == nil || c == nil || n.Sign() < 0 || c.Sign() < 0 {
			return fmt.Errorf("bounds: census: %w: the state is damaged", ErrCensus)
		}
		sum.Add(sum, c)
	}
	if sum.Cmp(r.Classes) != 0 {
		return fmt.Errorf("bounds: census: %w: the state is damaged", ErrCensus)
	}
	return nil
}

func (r CensusResult) clone() CensusResult {
	r.Counts, r.ClassesByDepth = copies(r.Counts), copies(r.ClassesByDepth)
	r.Classes = new(big.Int).Set(r.Classes)
	return r
}

func zeros(n int) []*big.Int {
	all := make([]*big.Int, n)
	for i := range all {
		all[i] = new(big.Int)
	}
	return all
}

func copies(a []*big.Int) []*big.Int {
	all := make([]*big.Int, len(a))
	for i := range all {
		all[i] = new(big.Int).Set(a[i])
	}
	return all
}
