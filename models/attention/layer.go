// Package attention is integer attention: exact sums over tokens, which may be cut
// anywhere because the sums of the players add up to the whole sum.
package attention

import (
	"fmt"
	"math"
	"math/big"
	"slices"

	"crosscut/internal/exact"
	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// Arithmetic is what a layer does with its exact integer scores. All four are
// token-local maps and reductions over a commutative monoid (or a left fold), so
// a cut run can equal the whole run bit for bit; docs/attention.md has the
// message sizes.
type Arithmetic string

// The arithmetics. W_j is the weight of token j, T the table round(2^f exp(-t)).
const (
	// WithShift: W_j = T[top - s_j] with a constant top, clipped to 2^f; the output is
	// sum W_j v_j / sum W_j. One message.
	WithShift Arithmetic = "shift"
	// WithMax: the same with top the largest score of all tokens. Two messages.
	WithMax Arithmetic = "max"
	// WithFold: an online softmax, token by token, with state (max, Z, numerators),
	// rounded at each step as kernels do. The state is the message.
	WithFold Arithmetic = "fold"
	// WithRounded: probabilities round(2^p W_j / Z), then sum A_j v_j / 2^p. Z is
	// exchanged before the numerators.
	WithRounded Arithmetic = "rounded"
)

// Dependence says what a head's query is a function of, besides the head.
type Dependence int

// What a query depends on. A query that is no function of the token need not be
// sent; one that is constant (and no mask) gives every position the same sums.
const (
	OnToken Dependence = iota
	OnPosition
	OnNothing
)

// Layer is one integer attention layer. Positions count from 1; the blank, when
// there is one, is position N+1 with an empty embedding, and public. Every number
// that a map sets is a signed number of P bits and is checked.
type Layer struct {
	Heads  int // H
	Width  int // m: numbers of a query and of a key
	Values int // d_v: numbers of a value
	// Block is how many neighbouring numbers of its value one token can set, the
	// others being 0; 0 means all d_v.
	Block int
	// Embed is how many P-bit numbers of a token the maps read. What depends on the
	// position alone is not among them: positions are public.
	Embed int
	// Front is how many of them, the first, the maps of keys and values read; 0
	// means all. Sweeps ask the token-wise map before the layer for no more, so that
	// what only queries read costs nothing for tokens that do not ask.
	Front int

	P     int      // bits of a number; also the precision of rounded probabilities
	F     int      // fractional bits of a weight
	G     int      // fractional bits to which top - score is floored
	Scale int      // fractional bits of a score
	Top   *big.Int // the constant of WithShift and WithRounded, in units of a score; nil: 0

	Arithmetic Arithmetic // "" is WithShift
	Blank      bool
	// Mask says whether position i sees token j; public. nil: always. The blank is
	// always seen.
	Mask func(i, j int) bool
	// Queries says what each head's query depends on; nil: all OnToken.
	Queries []Dependence

	// QueryMax and KeyMax bound |q_c| and |k_c| for each coordinate, ValueMax all
	// values; nil: what P bits allow. From them the score arithmetic is chosen.
	QueryMax, KeyMax []*big.Int
	ValueMax         *big.Int

	// EmbedRange and QueryRange declare what the numbers of an embedded token, and of a
	// query, can be: they cross in the bits of their ranges. nil: P bits each.
	EmbedRange, QueryRange []Range
	// Slots says which numbers of its value a token at pos can set, count from first
	// (from 0), and what they can be; all others are 0. Then sums cross by their exact
	// ranges over the sender's positions. nil: any number of P bits anywhere.
	Slots func(h, pos int) (first, count int, of Range)
	// Equal says that all scores are the top, whatever the tokens are, so that all
	// weights are 2^f and the normaliser is known.
	Equal bool

	// Query, Key and Value are the token-local maps of head h (from 0): e is the
	// token's embedding, the last argument is zeroed and to be filled. A query that
	// does not depend on the token gets an empty e. Value returns the first
	// coordinate of the block that it filled.
	Query func(h, pos int, e, q Ints) error
	Key   func(h, pos int, e, k Ints) error
	// Ones may stand in for Key where keys are 0 and 1 and depend on the position
	// alone: it appends to at the coordinates, from 0, that are 1. Scores then cost as
	// many additions as there are ones, and no key is written out.
	Ones  func(h, pos int, at []int32) []int32
	Value func(h, pos int, e, v Ints) (first int, err error)

	*compiled
}

// compiled is what is derived once from a layer's sizes.
type compiled struct {
	n         int
	table     []int64
	q, k      []interval
	v         interval
	wideEmbed bool
	wideSums  bool
	floatSums bool
	unit      scorer
	foldBits  int // p_acc
}

// prepare checks the layer's sizes for sequences of n tokens and chooses its
// arithmetic: float64 while every partial sum is an integer of at most 2^53 in
// magnitude, else 64, 128 or unlimited bits.
func (l *Layer) prepare(n int) error {
	if l.Heads < 1 || l.Width < 1 || l.Values < 1 || l.P < 1 || l.Embed < 0 || l.Scale < 0 || n < 1 {
		return fmt.Errorf("models: attention: H = %d, m = %d, d_v = %d, p = %d must be positive", l.Heads, l.Width, l.Values, l.P)
	}
	if l.P > 1<<16 {
		return fmt.Errorf("models: attention: p = %d is more than %d bits", l.P, 1<<16)
	}
	switch l.Arithmetic {
	case "":
		l.Arithmetic = WithShift
	case WithShift, WithMax, WithFold, WithRounded:
	default:
		return fmt.Errorf("models: attention: unknown arithmetic %q", l.Arithmetic)
	}
	if l.Arithmetic == WithRounded && l.P > 62 {
		return models.Unsupportedf("rounded probabilities of p = %d bits: at most 62", l.P)
	}
	if l.Block == 0 {
		l.Block = l.Values
	}
	if l.Block < 0 || l.Block > l.Values {
		return fmt.Errorf("models: attention: a block of %d numbers in a value of %d", l.Block, l.Values)
	}
	if l.Front < 0 || l.Front > l.Embed {
		return fmt.Errorf("models: attention: keys and values read %d of %d numbers", l.Front, l.Embed)
	}
	if l.Front == 0 {
		l.Front = l.Embed
	}
	if l.EmbedRange != nil && len(l.EmbedRange) != l.Embed || l.QueryRange != nil && len(l.QueryRange) != l.Width {
		return fmt.Errorf("models: attention: %d and %d ranges for %d and %d numbers", len(l.EmbedRange), len(l.QueryRange), l.Embed, l.Width)
	}
	if l.Queries == nil {
		l.Queries = make([]Dependence, l.Heads)
	}
	if l.Top == nil {
		l.Top = new(big.Int)
	}
	c := &compiled{n: n}
	var err error
	if c.table, err = exact.ExpTable(l.F, l.G); err != nil {
		return err
	}
	if c.q, err = l.intervals(l.QueryMax); err != nil {
		return err
	}
	if c.k, err = l.intervals(l.KeyMax); err != nil {
		return err
	}
	c.v = signed(l.P, l.ValueMax)
	// The widest sums: n+1 tokens, weights 2^f (2^p when rounded), values vMax.
	one := l.F
	if l.Arithmetic == WithRounded {
		one = max(l.P, l.F)
	}
	sums := new(big.Int).Mul(big.NewInt(int64(n+1)), new(big.Int).Lsh(big.NewInt(1), uint(one)))
	if c.v.magnitude().Sign() > 0 {
		sums.Mul(sums, c.v.magnitude())
	}
	c.wideSums = sums.BitLen() > 62
	c.wideEmbed = l.P > 64
	c.foldBits = max(l.scoreBits(), l.normaliserBits(n+1), l.numeratorBits(n+1))
	c.unit = l.newScorer(c, sums)
	l.compiled = c
	return nil
}

// scoreMax bounds the magnitude of a score.
func (c *compiled) scoreMax() *big.Int {
	sum := new(big.Int)
	for i := range c.q {
		sum.Add(sum, new(big.Int).Mul(c.q[i].magnitude(), c.k[i].magnitude()))
	}
	return sum
}

// interval is a range of integers; narrow ends are clipped to 64 bits, which
// loses nothing for numbers that are 64-bit integers.
type interval struct {
	lo, hi     *big.Int
	lo64, hi64 int64
}

// signed is the range of p-bit numbers of magnitude at most bound (nil: any).
func signed(p int, bound *big.Int) interval {
	hi := new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), uint(p-1)), big.NewInt(1))
	lo := new(big.Int).Not(hi)
	if bound != nil && bound.Cmp(hi) < 0 {
		hi, lo = bound, new(big.Int).Neg(bound)
	}
	r := interval{lo, hi, math.MinInt64, math.MaxInt64}
	if lo.IsInt64() {
		r.lo64 = lo.Int64()
	}
	if hi.IsInt64() {
		r.hi64 = hi.Int64()
	}
	return r
}

func (r interval) magnitude() *big.Int { return new(big.Int).Neg(r.lo) }

func (l *Layer) intervals(bound []*big.Int) ([]interval, error) {
	if bound != nil && len(bound) != l.Width {
		return nil, fmt.Errorf("models: attention: %d bounds for %d coordinates", len(bound), l.Width)
	}
	rs := slices.Repeat([]interval{signed(l.P, nil)}, l.Width)
	for c, b := range bound {
		rs[c] = signed(l.P, b)
	}
	return rs, nil
}

// check returns an error for a number outside its declared range.
func check(what string, h, pos int, v Ints, in []interval) error {
	for c, x := range v.narrow {
		if r := &in[c]; x < r.lo64 || x > r.hi64 {
			return rangeError(what, h, pos, c, v.Big(c))
		}
	}
	for c, x := range v.wide {
		if r := &in[c]; x.Cmp(r.lo) < 0 || x.Cmp(r.hi) > 0 {
			return rangeError(what, h, pos, c, x)
		}
	}
	return nil
}

// The exact widths of what crosses a cut. a is the number of tokens summed over.

// queryBits is the size of one head's query: m p, or what its ranges take.
func (l *Layer) queryBits() int { return widthOf(l.QueryRange, l.Width, l.P) }

// embedBits is the size of an embedded token.
func (l *Layer) embedBits() int { return widthOf(l.EmbedRange, l.Embed, l.P) }

// scoreBits is B_s = ceil(log2(m (2^(2p-1) - 2^(p-1)) + 1)): sums of m products of
// two signed p-bit numbers lie between -m 2^(p-1) (2^(p-1)-1) and m 2^(2p-2).
func (l *Layer) scoreBits() int {
	r := new(big.Int).Lsh(big.NewInt(1), uint(2*l.P-1))
	r.Sub(r, new(big.Int).Lsh(big.NewInt(1), uint(l.P-1)))
	return r.Mul(r, big.NewInt(int64(l.Width))).BitLen()
}

// scoreLow is the least score of m products of p-bit numbers.
func (l *Layer) scoreLow() *big.Int {
	h := new(big.Int).Lsh(big.NewInt(1), uint(l.P-1))
	low := new(big.Int).Sub(big.NewInt(1), h)
	return low.Mul(low.Mul(low, h), big.NewInt(int64(l.Width)))
}

// NormaliserBits is B_Z = ceil(log2(a 2^f + 1)).
func NormaliserBits(a, f int) int {
	return new(big.Int).Lsh(big.NewInt(int64(a)), uint(f)).BitLen()
}

// NumeratorBits is B_N = ceil(log2(a 2^f (2^p - 1) + 1)).
func NumeratorBits(a, f, p int) int {
	most := new(big.Int).Lsh(big.NewInt(1), uint(p)) // p may be above 62
	most.Sub(most, big.NewInt(1))
	return most.Mul(most, new(big.Int).Lsh(big.NewInt(int64(a)), uint(f))).BitLen()
}

func (l *Layer) normaliserBits(a int) int { return NormaliserBits(a, l.F) }

// numeratorBits is B_N; the rounded arithmetic has 2^p in place of 2^f.
func (l *Layer) numeratorBits(a int) int { return NumeratorBits(a, l.weightBits(), l.P) }

// weightBits is the exponent of the largest weight.
func (l *Layer) weightBits() int {
	if l.Arithmetic == WithRounded {
		return l.P
	}
	return l.F
}

// numeratorLow is the least numerator over a tokens, -a 2^f 2^(p-1).
func (l *Layer) numeratorLow(a int) *big.Int {
	r := new(big.Int).Lsh(big.NewInt(int64(a)), uint(l.weightBits()+l.P-1))
	return r.Neg(r)
}

// query fills q for one head and position and checks it.
func (l *Layer) query(h, pos int, e, q Ints) error {
	q.Clear()
	if l.Queries[h] != OnToken {
		e = Ints{}
	}
	if l.Queries[h] == OnNothing {
		pos = 0
	}
	if err := l.Query(h, pos, e, q); err != nil {
		return fmt.Errorf("models: attention: query of head %d at position %d: %w", h+1, pos, err)
	}
	return check("query", h, pos, q, l.q)
}

// key fills k for one head and position and checks it.
func (l *Layer) key(h, pos int, e, k Ints) error {
	k.Clear()
	if err := l.Key(h, pos, e, k); err != nil {
		return fmt.Errorf("models: attention: key of head %d at position %d: %w", h+1, pos, err)
	}
	return check("key", h, pos, k, l.k)
}

// ones lists the coordinates of a key that are 1 and checks them.
func (l *Layer) ones(h, pos int, at []int32) ([]int32, error) {
	at = l.Ones(h, pos, at)
	for _, c := range at {
		if c < 0 || int(c) >= l.Width {
			return at, fmt.Errorf("models: attention: the key of head %d at position %d has a coordinate %d of %d", h+1, pos, c+1, l.Width)
		}
	}
	return at, nil
}

// value fills v for one head and position and checks it.
func (l *Layer) value(h, pos int, e, v Ints) (int, error) {
	v.Clear()
	first, err := l.Value(h, pos, e, v)
	if err != nil {
		return 0, fmt.Errorf("models: attention: value of head %d at position %d: %w", h+1, pos, err)
	}
	if first < 0 || first+v.Len() > l.Values {
		return 0, fmt.Errorf("models: attention: value of head %d at position %d: a block of %d at coordinate %d of %d", h+1, pos, v.Len(), first+1, l.Values)
	}
	if l.Slots != nil {
		if err := l.inSlot(h, pos, first, v); err != nil {
			return 0, err
		}
	}
	for c, x := range v.narrow {
		if x < l.v.lo64 || x > l.v.hi64 {
			return 0, rangeError("value", h, pos, c, v.Big(c))
		}
	}
	for c, x := range v.wide {
		if x.Cmp(l.v.lo) < 0 || x.Cmp(l.v.hi) > 0 {
			return 0, rangeError("value", h, pos, c, x)
		}
	}
	return first, nil
}

func rangeError(what string, h, pos, c int, x *big.Int) error {
	return fmt.Errorf("models: attention: coordinate %d of the %s of head %d at position %d is %v, outside its declared range", c+1, what, h+1, pos, x)
}

// sees says whether position i sees token j (or the blank, n+1).
func (l *Layer) sees(i, j int) bool { return l.Mask == nil || j > l.n || l.Mask(i, j) }

// sizeOf is H max(m, d_v) p.
func (l *Layer) sizeOf() protocol.Bits {
	return protocol.Bits(l.Heads * max(l.Width, l.Values) * l.P)
}

// params are the sizes of a layer that tables print.
func (l *Layer) params() tasks.Params {
	return tasks.Params{"m": float64(l.Width), "p": float64(l.P), "f": float64(l.F), "g": float64(l.G),
		"H": float64(l.Heads), "d_v": float64(l.Values)}
}
