package reductions

import (
	"maps"
	"slices"

	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/protocol/problems"
)

// NeedAt is a bound on every protocol for a task at a split, with the reduction
// that gives it.
type NeedAt struct {
	Need
	Reduction string
	Size      int // n of the problem that is embedded
}

// NeededAt is the strongest bound that a reduction from DISJ or INDEX gives for a
// task, a split of the user's own and one read position.
//
// Take an instance of the reduction at this shape, and the set S of those i for
// which every position that depends on x_i is Alice's and every position that
// depends on y_i is Bob's. Fix all other bits to 0. Tokens at positions that the
// user gave to somebody else are then constant, so a protocol for the user's split
// solves DISJ on |S| bits. For INDEX Bob's position runs over S, and whatever it
// changes must be Bob's. Public positions must be constant in any case. That the
// bits found one flip at a time are all on which a position depends is a property
// of the built-in maps, which a test checks by enumeration.
func NeededAt(sh tasks.Shape, at tasks.Split, read int, setting protocol.Setting, speaker protocol.Player) (best NeedAt, ok bool) {
	for r := range Catalog().All() {
		if r.To != sh.Task || r.From != problems.Disj && r.From != problems.Index {
			continue
		}
		in := r.largest(sh)
		if in == nil || in.BobAnswer != nil && speaker != protocol.Alice || len(in.Reads) != 1 || in.Reads[0] != read {
			continue
		}
		n := len(in.survivors(at))
		if n == 0 {
			continue
		}
		if need, found := NeededFor(r.From, n, setting, speaker); found && (!ok || need.Bits > best.Bits) {
			best, ok = NeedAt{need, r.Name, n}, true
		}
	}
	return best, ok
}

// InOrder is the largest need that is known where all of Alice's tokens stand before Bob's, what a model that
// reads the tokens in order carries past the last of hers: the task's own where only the last token is Bob's, and
// those of maps into just this shape. Tokens of first, from position 1 on, must be those of the map, public.
func InOrder(sh tasks.Shape, read int, first []tasks.Token) (best NeedAt, ok bool) {
	if sh.N < 2 {
		return best, false
	}
	last := owners(sh.N, [2]int{len(first) + 1, sh.N - 1}, [2]int{sh.N, sh.N})
	best.Need, ok = OwnNeed(sh, last, []int{read}, protocol.OneWay, protocol.Alice)
	for r := range Catalog().All() {
		if r.To != sh.Task {
			continue
		}
		in := r.largest(sh)
		if in == nil || !slices.Equal(in.Reads, []int{read}) {
			continue
		}
		alice, bob, seq := in.At.Positions(protocol.Alice), in.At.Positions(protocol.Bob), in.Encode(in.Sample(1, 0))
		if alice[len(alice)-1] > bob[0] || !in.At.Public(sh.All()[:len(first)]) || !slices.EqualFunc(first, seq[:len(first)], tasks.Token.Equal) {
			continue
		}
		if need, _, found := in.Best(protocol.OneWay, protocol.Alice); found && need.Bits > best.Bits {
			best, ok = NeedAt{need, r.Name, in.Size}, true
		}
	}
	return best, ok
}

// largest is the largest instance with exactly this shape, or nil.
func (r *Reduction) largest(sh tasks.Shape) *Instance {
	for n := min(r.Fits(sh.N), 1<<10); n >= 1; n-- {
		in, err := r.Instance(n, sh.N, sh.Params)
		if err == nil && maps.Equal(in.Shape.Params, sh.Params) {
			return in
		}
	}
	return nil
}

// survivors lists the i, from 0, whose tokens stay with the right player when the
// positions belong to whom at says.
func (in *Instance) survivors(at tasks.Split) []int {
	p, n := in.From, in.Size
	width := p.XBits(n)
	index := !p.Strings(n)
	zero, y0 := p.X(n, 0), p.Y(n, 0)
	base := in.Encode(zero, y0)
	moves := func(seq []tasks.Token, whose protocol.Player) bool {
		for k := range seq {
			if !seq[k].Equal(base[k]) && at.Owner[k] != whose {
				return true
			}
		}
		return false
	}
	var left []int
	for i := range width {
		one := Unit(width, i)
		if !moves(in.Encode(one, y0), protocol.Alice) && (index || !moves(in.Encode(zero, one), protocol.Bob)) {
			left = append(left, i)
		}
	}
	if index && len(left) > 0 { // Bob's first position must be one of those left
		base = in.Encode(zero, p.Y(n, left[0]))
		for _, i := range left {
			if moves(in.Encode(zero, p.Y(n, i)), protocol.Bob) {
				return nil
			}
		}
	}
	return left
}
