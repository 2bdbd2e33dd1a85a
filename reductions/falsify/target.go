package falsify

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"

	"crosscut/models"
	"crosscut/protocol"
	"crosscut/reductions"
)

// Target is a compiled model that faces a reduction at one size. Bob answers.
type Target struct {
	Machine  models.Machine
	Instance *reductions.Instance

	job     models.Job
	prog    *models.Program
	setting protocol.Setting
	need    *reductions.Need
	fooling func(x protocol.Word) protocol.Word // two-way: the y of x's fooling pair
	code    *code                               // how tokens follow from x; nil: in no simple way
}

// NewTarget compiles the model for the instance's split and read positions. The
// machine must have been built for the instance's shape.
func NewTarget(m models.Machine, in *reductions.Instance) (*Target, error) {
	if err := m.Shape().Differs(in.Shape); err != nil {
		return nil, fmt.Errorf("falsify: %s is of other inputs than those of the model: %w", in.Name, err)
	}
	t := &Target{Machine: m, Instance: in, job: models.Job{Split: in.At, Read: in.Reads, Answer: models.ByBob}}
	var err error
	if t.prog, err = m.Compile(t.job); err != nil {
		return nil, fmt.Errorf("falsify: %w", err)
	}
	t.setting = t.prog.Setting()
	if need, ok := in.Needed(t.setting, protocol.Alice); ok {
		t.need = &need
	}
	t.fooling = foolingPair(in)
	if t.OneWay() && t.strings() {
		t.code = newCode(t)
	}
	return t, nil
}

// Bits is what the protocol costs, by its formula.
func (t *Target) Bits() protocol.Bits { return t.prog.Total() }

// OneWay says whether Bob never writes, so that Alice's message is a function of
// x alone.
func (t *Target) OneWay() bool { return t.setting == protocol.OneWay }

// Message is everything Alice writes on input x, played alone. The target must
// be one-way.
func (t *Target) Message(ctx context.Context, x protocol.Word) (protocol.Word, error) {
	var link recorder
	if _, err := protocol.Play(ctx, protocol.Alice, &link, nil, t.prog.Player(t.Instance.AliceHalf(x))); err != nil {
		return protocol.Word{}, err
	}
	return link.p.Word(), nil
}

// Transcript is everything that both players write on (x, y), as one word.
func (t *Target) Transcript(ctx context.Context, x, y protocol.Word) (protocol.Word, error) {
	in := t.Instance
	seq := in.Encode(x, y)
	halves := in.At.Deal(in.Shape, seq)
	_, tr, err := protocol.Run(ctx, nil, t.prog.Player(halves[protocol.Alice]), t.prog.Player(halves[protocol.Bob]))
	return words(tr), err
}

// words joins the words of a transcript. Who writes and how long each word is are
// functions of the bits so far, so equal joins are equal transcripts.
func words(t protocol.Transcript) protocol.Word {
	var p protocol.Packer
	for _, m := range t.Messages {
		p.Append(m.Word)
	}
	return p.Word()
}

// recorder is the link of a player who only writes.
type recorder struct{ p protocol.Packer }

func (r *recorder) Write(_ string, w protocol.Word) error { r.p.Append(w); return nil }

func (r *recorder) Read(protocol.Player, protocol.Bits) (protocol.Word, error) {
	return protocol.Word{}, errors.New("falsify: Alice waits for a word in a protocol that is one-way by its formula")
}

// separate finds a y for which x and x2 have different right answers. ok is
// false when none was found.
func (t *Target) separate(x, x2 protocol.Word, rng *rand.Rand) (y protocol.Word, ok bool) {
	p, n := t.Instance.From, t.Instance.Size
	differ := func(y protocol.Word) bool { return p.Apart(n, x, y, x2, y) }
	if w := p.YBits(n); p.Strings(n) {
		for i := range w {
			if x.Bit(i) != x2.Bit(i) {
				if y := reductions.Unit(w, i); differ(y) {
					return y, true
				}
			}
		}
	}
	const tries = 1 << 16
	if ys := p.Ys(n); uint(ys) <= tries { // -1: very many
		for k := range ys {
			if y := p.Y(n, k); differ(y) {
				return y, true
			}
		}
		return y, false
	}
	d := p.Domain(n, protocol.Bob)
	for range tries {
		if y := d.Random(rng); differ(y) {
			return y, true
		}
	}
	return y, false
}

// foolingPair gives the partner of x in a fooling set of the shape (x, not x) or
// (x, x), whichever has one value on all x that are tried; nil when neither does.
func foolingPair(in *reductions.Instance) func(x protocol.Word) protocol.Word {
	p, n := in.From, in.Size
	if !p.Strings(n) || !p.YesNo() {
		return nil
	}
	same := func(x protocol.Word) protocol.Word { return x }
	complement := func(x protocol.Word) protocol.Word { return reductions.Flip(x, func(int) bool { return true }) }
	rng := rand.New(rand.NewPCG(1, 0))
	for _, partner := range []func(protocol.Word) protocol.Word{complement, same} {
		x0 := p.RandomX(n, rng)
		v := p.Holds(n, x0, partner(x0))
		fools := func() bool {
			x, x2 := p.RandomX(n, rng), p.RandomX(n, rng)
			crossed := x == x2 || p.Holds(n, x, partner(x2)) != v || p.Holds(n, x2, partner(x)) != v
			return crossed && p.Holds(n, x, partner(x)) == v
		}
		ok := true
		for range 64 {
			ok = ok && fools()
		}
		if ok {
			return partner
		}
	}
	return nil
}
