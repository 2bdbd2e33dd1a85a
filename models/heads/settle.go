package heads

import (
	"context"
	"math/rand/v2"
	"slices"
)

// Duals are the duals found so far, for all functions of n bits: a dual shows every function
// that agrees with its signs where it is not 0, and so do its images under the symmetries.
type Duals struct {
	symmetries []Symmetry
	above      [][]pattern // above[r]: those that show a sign degree above r
}

// pattern is where a dual is not 0, and where it is negative.
type pattern struct{ at, negative uint64 }

func (p pattern) shows(f Function) bool { return (f.Table^p.negative)&p.at == 0 }

// NewDuals knows none yet.
func NewDuals(n int) *Duals {
	return &Duals{symmetries: Symmetries(n), above: make([][]pattern, n)}
}

// show says whether f has a sign degree above r; it looks among the known duals, and then
// for a new one, if search is set.
func (d *Duals) show(f Function, r int, search bool) bool {
	known := d.above[r]
	if k := slices.IndexFunc(known, func(p pattern) bool { return p.shows(f) }); k >= 0 {
		known[k], known[k/2] = known[k/2], known[k] // those that are often asked for come first
		return true
	}
	if !search {
		return false
	}
	psi := Above(f, r)
	if psi == nil || !psi.Check(f, r) {
		return false
	}
	fresh := map[pattern]bool{}
	for _, s := range d.symmetries {
		var p pattern
		for x, v := range s.Dual(psi) {
			if v.Sign() != 0 {
				p.at |= 1 << x
			}
			if v.Sign() < 0 {
				p.negative |= 1 << x
			}
		}
		fresh[p] = true
	}
	for p := range fresh {
		d.above[r] = append(d.above[r], p)
	}
	return true
}

// Settle bounds the number of heads of f from both sides. At least lower heads are needed, by
// a dual; heads is the number that was found to suffice, the same if f is closed. tries
// bounds the draws for each number of heads; they depend on f and that number alone, and so
// does the result: which duals are known already says only what is tried first. When ctx
// ends, it means nothing.
func (d *Duals) Settle(ctx context.Context, f Function, tries int, seed uint64) (lower, heads int) {
	if f.Constant() {
		return 0, 0
	}
	find := func(k, tries int) bool {
		w, ok := Find(ctx, f, k, tries, rand.New(rand.NewPCG(seed+uint64(k)<<32, f.Table)))
		return ok && w.Check(f)
	}
	lower = 1
	for lower < f.N && d.show(f, lower, false) {
		lower++
	}
	if find(lower, min(tries, 20)) {
		return lower, lower
	}
	for lower < f.N && d.show(f, lower, true) {
		lower++
	}
	for heads = lower; ; heads++ {
		if find(heads, tries) || ctx.Err() != nil {
			return lower, heads
		}
	}
}
