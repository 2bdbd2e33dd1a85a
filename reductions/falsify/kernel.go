package falsify

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"

	"crosscut/models/linear"
	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/reductions"
)

// A message is linear when, read as one integer, it is M(0) + sum_i x_i delta_i:
// sums of fixed-width fields, as the integer arithmetic of attention, linear
// states and first layers give them, are. Then two equal messages are an integer
// relation sum_i z_i delta_i = 0 with coefficients z_i in -1, 0, 1: x has its ones
// where z is 1, x' where z is -1.

var kernel = register(&Strategy{
	Name:    "kernel",
	Rank:    40,
	Strings: true,
	Doc:     "where the message is a linear function of x, find an integer relation between the parts that the bits contribute",
	Kind:    Forced,
	Applies: func(t *Target) bool { return t.OneWay() && t.xbits() > exhaustiveLimit },
	Search: func(ctx context.Context, t *Target, o Options) (Lead, error) {
		base, delta, err := t.linear(ctx, o.Seed)
		if err != nil {
			return Lead{}, err
		}
		if delta == nil {
			return Lead{Note: "the message is no linear function of x"}, nil
		}
		return t.relate(ctx, base, delta, o)
	},
})

// linear gives M(0) and the delta_i, or nil when messages are not linear on random
// inputs.
func (t *Target) linear(ctx context.Context, seed uint64) (base *big.Int, delta []*big.Int, err error) {
	n := t.xbits()
	value := func(x protocol.Word) (*big.Int, error) {
		w, err := t.key(ctx, x)
		if err != nil {
			return nil, err
		}
		return w.Unpack().Big(int(w.Len())), nil
	}
	if base, err = value(flat(n)); err != nil {
		return nil, nil, err
	}
	for i := range n {
		v, err := value(reductions.Unit(n, i))
		if err != nil {
			return nil, nil, err
		}
		delta = append(delta, v.Sub(v, base))
	}
	rng := seeded(seed)
	for range codeTests {
		x := t.Instance.From.RandomX(t.Instance.Size, rng)
		got, err := value(x)
		if err != nil {
			return nil, nil, err
		}
		want := new(big.Int).Set(base)
		for i, d := range delta {
			if x.Bit(i) {
				want.Add(want, d)
			}
		}
		if got.Cmp(want) != 0 {
			return nil, nil, nil
		}
	}
	return base, delta, nil
}

// relate looks for a relation: between one or two bits, by reduction of the
// lattice of all relations, and by a birthday search on the sums.
func (t *Target) relate(ctx context.Context, base *big.Int, delta []*big.Int, o Options) (Lead, error) {
	var lead Lead
	try := func(z []int, how string) (bool, error) {
		lead.Tried++
		candidates, err := t.twins(ctx, support(z, 1), support(z, -1), seeded(o.Seed))
		if candidates != nil {
			lead.Candidates, lead.Note = candidates, how
		}
		return candidates != nil, err
	}
	n := len(delta)
	for i := range n {
		if delta[i].Sign() == 0 {
			z := make([]int, n)
			z[i] = 1
			if ok, err := try(z, fmt.Sprintf("bit %d of x contributes nothing to the message", i+1)); ok || err != nil {
				return lead, err
			}
		}
		for j := range i {
			if sign := delta[i].Cmp(delta[j]); sign == 0 || delta[i].CmpAbs(delta[j]) == 0 {
				z := make([]int, n)
				z[i], z[j] = 1, 1
				if sign == 0 {
					z[j] = -1
				}
				if ok, err := try(z, fmt.Sprintf("bits %d and %d of x contribute the same to the message", j+1, i+1)); ok || err != nil {
					return lead, err
				}
			}
		}
	}
	z, err := relation(ctx, delta)
	if err != nil {
		return lead, err
	}
	if z != nil {
		if ok, err := try(z, "an integer relation between the parts of the message that the bits contribute, by lattice reduction"); ok || err != nil {
			return lead, err
		}
	}
	if !t.short() || t.Bits() > birthdayLimit {
		lead.Note = "the message is a linear function of x, and lattice reduction gave no relation with coefficients -1, 0, 1"
		return lead, nil
	}
	s := t.space(flat(n), 64)
	sums := newSums(s, base, delta, int(t.Bits()))
	lead, err = newTrails(s, int(t.Bits()), o.Seed, func(context.Context) voice { return sums.say }).search(ctx, nil, o.Progress)
	lead.Note = "the message is a linear function of x, so its sums were searched; " + lead.Note
	return lead, err
}

// support is the word whose ones stand where z has the given value.
func support(z []int, v int) protocol.Word {
	return reductions.Word(len(z), func(i int) bool { return z[i] == v })
}

// sums computes linear messages of at most 64 bits, eight bits of x at a time.
type sums struct {
	base  uint64
	mask  uint64
	parts [8][256]uint64
}

func newSums(s *space, base *big.Int, delta []*big.Int, bits int) *sums {
	word := func(v *big.Int) uint64 { // modulo 2^64, which sums respect
		m := new(big.Int).And(v, new(big.Int).SetUint64(^uint64(0)))
		return m.Uint64()
	}
	u := &sums{base: word(base), mask: 1<<bits - 1}
	for b := range u.parts {
		for v := range u.parts[b] {
			for k := range 8 {
				place := len(s.free) - 1 - (8*b + k)
				if v>>k&1 == 1 && place >= 0 {
					u.parts[b][v] += word(delta[s.free[place]])
				}
			}
		}
	}
	return u
}

func (u *sums) say(v uint64) (uint64, error) {
	m := u.base
	for b := range u.parts {
		m += u.parts[b][v>>(8*b)&255]
	}
	return m & u.mask, nil
}

// network is the machine as a feed-forward network on qsa, or nil.
func (t *Target) network() *linear.FeedForward {
	m, ok := t.Machine.(*linear.FeedForward)
	if !ok || t.Instance.Shape.Task.Asks == nil {
		return nil
	}
	return m
}

// null looks for two inputs z = +u and z = -u of the task with one first layer
// (Theorem 10).
func (t *Target) null() (Lead, error) {
	m := t.network()
	sh := t.Instance.Shape
	pair, err := linear.NullPair(sh, m.ZColumns())
	weak := func() bool { return pair == nil || pair.Gap() <= tasks.Allowed(sh) }
	if errors.Is(err, errors.ErrUnsupported) || err == nil && weak() { // all tokens may still do
		pair, err = linear.NullOverAll(sh, m.ZColumnsOf(sh.N))
	}
	switch {
	case err != nil:
		return Lead{}, err
	case weak():
		return Lead{Note: "no null vector of the first layer separates targets by more than 2 eps"}, nil
	}
	plus, minus, ok := pair.Inputs()
	if !ok || !slices.Equal(m.Pre(plus), m.Pre(minus)) {
		return Lead{Note: "the first layer has a null vector whose numbers the network's p bits do not hold"}, nil
	}
	return Lead{
		Tried: 1, Inputs: [][]tasks.Token{plus, minus}, Read: []int{1},
		Note: fmt.Sprintf("an exact null vector of the first layer, largest at token %d: every continuation errs by at least %.4g on z = +u or z = -u", pair.J, pair.Gap()),
	}, nil
}
