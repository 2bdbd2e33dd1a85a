package falsify

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"maps"
	"math"
	"math/rand/v2"
	"slices"

	"crosscut/internal/par"
	"crosscut/internal/units"
)

// birthdayLimit is the largest message, in bits, that a birthday search is laid out for.
const birthdayLimit = 62

var birthday = register(&Strategy{
	Name:    "birthday",
	Rank:    60,
	Strings: true,
	Doc:     "walk trails of messages that decide the next input, and remember only those with distinguished ends, until two trails meet; b bits take about 2^(b/2) messages and little memory",
	Kind:    Forced,
	Applies: func(t *Target) bool {
		return t.OneWay() && t.short() && t.xbits() > exhaustiveLimit && t.Bits() <= birthdayLimit
	},
	Search: func(ctx context.Context, t *Target, o Options) (Lead, error) {
		lead, err := t.trails(o.Seed).search(ctx, o.Counted, o.Progress)
		if len(lead.Candidates) == 0 {
			lead.Note = fmt.Sprintf("%d messages, and no two trails met where they had to be told apart", lead.Tried)
		}
		return lead, err
	},
})

// A birthday search with distinguished points (van Oorschot and Wiener 1999): a
// message decides the next input, so messages form trails. A trail ends at a
// message whose scattered bits begin with enough zeros; only ends are remembered.
// Two trails with one end have met, and walking both again shows where: at two
// inputs with one message. It takes about sqrt(pi/2 2^b) messages for b bits, as a
// table of all would, and memory for one in 2^d of them.
//
// Trails know nothing of each other, so units of them can be walked anywhere. What
// they come to is read in the order of their numbers, so that it does not matter who
// walked which.

// voice gives keys of messages by the free bits of the input.
type voice func(v uint64) (uint64, error)

// Trail is one walk: how many messages it has, and the last of them.
type Trail struct {
	Length int    `json:"length"`
	End    uint64 `json:"end"`
}

// Trails are counted ones: runs of consecutive numbers, in order.
type Trails struct {
	Runs []Run `json:"runs,omitempty"`
}

// Run is trails From, From + 1, ...
type Run struct {
	From   int     `json:"from"`
	Trails []Trail `json:"trails"`
}

// all lists trails by number.
func (c Trails) all() iter.Seq2[int, Trail] {
	return func(yield func(int, Trail) bool) {
		for _, r := range c.Runs {
			for k, one := range r.Trails {
				if !yield(r.From+k, one) {
					return
				}
			}
		}
	}
}

// MarshalJSON joins runs that follow each other, so that equal trails are equal bytes.
func (c Trails) MarshalJSON() ([]byte, error) {
	var joined struct {
		Runs []Run `json:"runs,omitempty"`
	}
	for i, one := range c.all() {
		last := len(joined.Runs) - 1
		if last < 0 || joined.Runs[last].From+len(joined.Runs[last].Trails) != i {
			joined.Runs = append(joined.Runs, Run{From: i})
			last++
		}
		joined.Runs[last].Trails = append(joined.Runs[last].Trails, one)
	}
	return json.Marshal(joined)
}

// TrailsKind is a birthday search as work that can be cut into units.
var TrailsKind = units.Register(&units.Kind[Trails]{
	Name: "falsify",
	Doc:  "a birthday search: an item is one trail of messages, up to its distinguished end",
	Add: func(a, b Trails) Trails {
		sum := append(slices.Clone(a.Runs), b.Runs...)
		slices.SortStableFunc(sum, func(x, y Run) int { return cmp.Compare(x.From, y.From) })
		return Trails{sum}
	},
})

// trails searches a space whose messages have bits <= 62 bits.
type trails struct {
	s     *space
	bits  int // of a message
	skip  int // a message ends a trail with probability 2^-skip
	count int // of trails: with 4 sqrt(2^bits) messages two meet but in one case of e^8
	width int // free bits
	seed  uint64
	// voices makes a voice for one goroutine.
	voices func(context.Context) voice
}

// newTrails lays out a search.
func newTrails(s *space, bits int, seed uint64, voices func(context.Context) voice) *trails {
	r := &trails{s: s, bits: bits, width: len(s.free), seed: mix(seed), voices: voices}
	for r.bits/2+1-r.skip > 16 { // 2^16 trails or so
		r.skip++
	}
	r.count = int(math.Ceil(4 * math.Exp2(float64(r.bits)/2-float64(r.skip))))
	return r
}

// trails are those of the messages themselves.
func (t *Target) trails(seed uint64) *trails {
	s := t.space(t.Instance.From.RandomX(t.Instance.Size, seeded(seed)), 64)
	return newTrails(s, int(t.Bits()), seed, func(ctx context.Context) voice {
		return s.speaker(ctx).say
	})
}

// start is the message that trail number i follows.
func (t *trails) start(i int) uint64 { return mix(t.seed+uint64(i)) & (1<<t.bits - 1) }

// limit is where a trail is given up: it runs in a loop without a distinguished message.
func (t *trails) limit() int { return 20 << t.skip }

// input is the next input after a message.
func (t *trails) input(message uint64) uint64 { return mix(message^t.seed) & (1<<t.width - 1) }

func (t *trails) ends(message uint64) bool {
	return mix(message^^t.seed)>>(64-t.skip) == 0
}

func (t *trails) walk(ctx context.Context, say voice, i int) (Trail, error) {
	var r Trail
	r.End = t.start(i)
	for {
		var err error
		if r.End, err = say(t.input(r.End)); err != nil {
			return r, err
		}
		r.Length++
		if t.ends(r.End) || r.Length >= t.limit() {
			return r, nil
		}
		if r.Length&0xfff == 0 && ctx.Err() != nil {
			return r, ctx.Err()
		}
	}
}

// walkers have a voice for each goroutine.
type walkers []voice

func (t *trails) walkers(ctx context.Context) (all walkers) {
	for range par.Workers() {
		all = append(all, t.voices(ctx))
	}
	return all
}

// walkAll walks the trails from..to-1.
func (t *trails) walkAll(ctx context.Context, says walkers, from, to int) ([]Trail, error) {
	out := make([]Trail, to-from)
	err := par.Each(ctx, len(says), func(w int) error {
		for i := w; i < len(out); i += len(says) {
			var err error
			if out[i], err = t.walk(ctx, says[w], from+i); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// meet walks two trails with one end, by number, to the two inputs whose messages are
// equal, or to one input when one trail begins inside the other.
func (t *trails) meet(say voice, a, b int, lengthA, lengthB int) (v, w uint64, err error) {
	if lengthA < lengthB {
		a, b, lengthA, lengthB = b, a, lengthB, lengthA
	}
	x, y := t.start(a), t.start(b)
	for range lengthA - lengthB {
		if x, err = say(t.input(x)); err != nil {
			return 0, 0, err
		}
	}
	for range lengthB {
		if x == y {
			return 0, 0, nil
		}
		v, w = t.input(x), t.input(y)
		if x, err = say(v); err != nil {
			return 0, 0, err
		}
		if y, err = say(w); err != nil {
			return 0, 0, err
		}
		if x == y {
			return v, w, nil
		}
	}
	return 0, 0, nil
}

// reading takes trails in the order of their numbers until two have met at inputs that
// must be told apart.
type reading struct {
	t    *trails
	say  voice
	rng  *rand.Rand
	seen map[uint64]int // the first trail with this end
	all  []Trail
	lead Lead
}

func (t *trails) reading(say voice) *reading {
	return &reading{t: t, say: say, rng: seeded(t.seed), seen: map[uint64]int{}}
}

// add takes the next trail, and says whether the search is over.
func (r *reading) add(ctx context.Context, one Trail) (bool, error) {
	i := len(r.all)
	r.all = append(r.all, one)
	r.lead.Tried += uint64(one.Length)
	if !r.t.ends(one.End) {
		return false, nil // given up
	}
	other, hit := r.seen[one.End]
	if !hit {
		r.seen[one.End] = i
		return false, nil
	}
	v, w, err := r.t.meet(r.say, other, i, r.all[other].Length, one.Length)
	if err != nil {
		return false, err
	}
	candidates, err := r.t.s.t.twins(ctx, r.t.s.word(v), r.t.s.word(w), r.rng)
	if err != nil || candidates == nil {
		return false, err
	}
	r.lead.Candidates = candidates
	r.lead.Note = fmt.Sprintf("two trails met after %d messages; the ends of %d trails were remembered", r.lead.Tried, len(r.seen))
	return true, nil
}

// search walks trails until two inputs that must be told apart have one message. The
// outcome does not depend on the number of processors, nor on who walked the trails
// that are given: the first ones, or nil.
func (t *trails) search(ctx context.Context, given *Trails, progress func(done, of uint64)) (Lead, error) {
	says := t.walkers(ctx)
	r := t.reading(says[0])
	if given != nil {
		_, err := r.addAll(ctx, *given)
		return r.lead, err
	}
	round := 16 * len(says)
	expected := uint64(1.26 * math.Exp2(float64(t.bits)/2))
	for from := 0; from < t.count; from += round {
		some, err := t.walkAll(ctx, says, from, min(from+round, t.count))
		if err != nil {
			return r.lead, err
		}
		if progress != nil {
			progress(min(r.lead.Tried, expected*4), expected*4)
		}
		for _, one := range some {
			if over, err := r.add(ctx, one); over || err != nil {
				return r.lead, err
			}
		}
	}
	return r.lead, nil
}

// addAll takes trails 0, 1, ... as far as there are any.
func (r *reading) addAll(ctx context.Context, c Trails) (over bool, err error) {
	for i, one := range c.all() {
		if i != len(r.all) {
			return false, nil
		}
		if over, err := r.add(ctx, one); over || err != nil {
			return over, err
		}
	}
	return false, nil
}

// ErrUnits says that a search cannot be cut into units.
var ErrUnits = errors.New("only a birthday search has units")

// Birthday is the birthday search as work in units. Params and input say what the
// messages depend on besides the seed.
func (t *Target) Birthday(o Options, params map[string]any, input []byte) (*units.Work[Trails], error) {
	if !t.strings() || !birthday.Applies(t) {
		return nil, fmt.Errorf("falsify: %w: it needs a one-way message of at most %d bits, fewer than needed, and more than %d bits of x", ErrUnits, birthdayLimit, exhaustiveLimit)
	}
	r := t.trails(o.Seed)
	params = maps.Clone(params)
	params["seed"], params["message_bits"] = o.Seed, r.bits
	return &units.Work[Trails]{
		Kind: TrailsKind, Params: params, Input: input, Items: r.count, Step: max(64, 1<<20>>r.skip),
		Do: func(ctx context.Context, from, to int) (Trails, error) {
			all, err := r.walkAll(ctx, r.walkers(ctx), from, to)
			return Trails{[]Run{{from, all}}}, err
		},
		Sane: func(from, to int, c *Trails) error {
			at := from
			for i, one := range c.all() {
				if i != at || one.Length < 1 || one.Length > r.limit() || one.End>>((r.bits+7)/8*8) != 0 || one.Length < r.limit() && !r.ends(one.End) {
					return fmt.Errorf("trail %d cannot have length %d and end at %d, or is not of this unit", i, one.Length, one.End)
				}
				at++
			}
			if at != to {
				return fmt.Errorf("%d trails, want %d", at-from, to-from)
			}
			return nil
		},
		// Enough trails are those up to the first meeting.
		Enough: func(c Trails) (bool, error) {
			return r.reading(r.voices(context.Background())).addAll(context.Background(), c)
		},
		// Some trails are walked again: what they are does not come from records.
		Total: func(c Trails) error {
			const again = 16
			say := r.voices(context.Background())
			count := 0
			for range c.all() {
				count++
			}
			apart := max(1, count/again)
			for i, one := range c.all() {
				if i%apart > 0 {
					continue
				}
				here, err := r.walk(context.Background(), say, i)
				if err != nil {
					return err
				}
				if here != one {
					return fmt.Errorf("trail %d has length %d and ends at %d, not %d and %d as in its record", i, here.Length, here.End, one.Length, one.End)
				}
			}
			return nil
		},
	}, nil
}
