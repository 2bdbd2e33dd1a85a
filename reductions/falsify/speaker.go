package falsify

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"

	"crosscut/internal/exact"
	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/reductions"
)

// A search varies at most 64 bits of x, the free ones, and keeps the others as
// they are: 2^64 inputs are more than any search can try. Free bits are numbered
// in the order in which their tokens are read, the last to be read the lowest.
type space struct {
	t    *Target
	base protocol.Word // of the bits that are not free
	free []int         // places in x, the highest free bit first
	code *code
}

// code says how tokens follow from x, where every bit of x decides one token alone.
type code struct {
	steps []codeStep // positions 1, 2, ..., up to Alice's last
	order []int      // the bits of x in reading order
}

// codeStep is one position: its token, or its two tokens for a bit of x.
type codeStep struct {
	bit int // -1: public, or Alice's own whatever x is
	tok [2]tasks.Token
}

// codeTests is how many random inputs a code is compared with.
const codeTests = 64

// newCode derives the code from the encoder, and compares it with the encoder on
// random inputs; nil when tokens do not follow from x in this way. Nothing rests
// on it but speed: what a search finds is confirmed by a run.
func newCode(t *Target) *code {
	in := t.Instance
	n := in.From.XBits(in.Size)
	zero := flat(n)
	at := func(x protocol.Word) (seq []tasks.Token) {
		in.AliceHalf(x).Each(func(_ int, tok tasks.Token) { seq = append(seq, tok) })
		return seq
	}
	base, visible := at(zero), in.AliceHalf(zero).Visible()
	last := 0 // the tokens before Bob's first
	for last < len(visible) && visible[last] == last+1 {
		last++
	}
	for _, i := range visible[last:] {
		if in.At.Of(i) == protocol.Alice {
			return nil // she has a token behind one of Bob's
		}
	}
	c := &code{}
	for k := range last {
		c.steps = append(c.steps, codeStep{bit: -1, tok: [2]tasks.Token{base[k], base[k]}})
	}
	for i := range n {
		seq, changed := at(flip(zero, i)), false
		for k := range c.steps {
			if seq[k].Equal(base[k]) {
				continue
			}
			if changed {
				return nil
			}
			changed, c.steps[k] = true, codeStep{i, [2]tasks.Token{base[k], seq[k]}}
		}
	}
	for _, s := range c.steps {
		if s.bit >= 0 {
			c.order = append(c.order, s.bit)
		}
	}
	rng := rand.New(rand.NewPCG(1, 2))
	for range codeTests {
		x := in.From.RandomX(in.Size, rng)
		seq := at(x)
		for k, s := range c.steps {
			if !seq[k].Equal(s.token(x)) {
				return nil
			}
		}
	}
	if len(c.order) != n {
		return nil
	}
	return c
}

func (s codeStep) token(x protocol.Word) tasks.Token {
	if s.bit >= 0 && x.Bit(s.bit) {
		return s.tok[1]
	}
	return s.tok[0]
}

// space of the last bits to be read, at most width of them, around base.
func (t *Target) space(base protocol.Word, width int) *space {
	n := t.Instance.From.XBits(t.Instance.Size)
	s := &space{t: t, base: base, code: t.code}
	order := exact.UpTo(n)
	if t.code != nil {
		order = t.code.order
	}
	s.free = order[n-min(n, width, 64):]
	return s
}

// word is the x whose free bits are v.
func (s *space) word(v uint64) protocol.Word {
	value := make([]bool, s.base.Len())
	for i := range value {
		value[i] = s.base.Bit(i)
	}
	for k, i := range s.free {
		value[i] = v>>(len(s.free)-1-k)&1 == 1
	}
	return reductions.Word(len(value), func(i int) bool { return value[i] })
}

// speaker computes messages of a space, for one goroutine.
type speaker struct {
	ctx  context.Context
	s    *space
	r    models.Reader // nil: every message is played
	ids  [][2]int      // of the steps, from the first free one on
	free []bool        // which of them are free
	salt uint64        // of digests
	buf  protocol.Packer
}

// speaker reads what stands before the first free bit once and for all.
func (s *space) speaker(ctx context.Context) *speaker {
	sp := &speaker{ctx: ctx, s: s}
	legible, ok := s.t.Machine.(models.Legible)
	if s.code == nil || !ok {
		return sp
	}
	if sp.r = legible.Reader(s.t.job); sp.r == nil {
		return sp
	}
	sp.r.Start()
	varied := map[int]bool{}
	for _, i := range s.free {
		varied[i] = true
	}
	for k, step := range s.code.steps {
		free := step.bit >= 0 && varied[step.bit]
		if !free && len(sp.ids) == 0 {
			sp.r.Step(sp.r.Load(k+1, step.token(s.base)))
			continue
		}
		id := [2]int{sp.r.Load(k+1, step.token(s.base)), -1}
		if free {
			id = [2]int{sp.r.Load(k+1, step.tok[0]), sp.r.Load(k+1, step.tok[1])}
		}
		sp.ids, sp.free = append(sp.ids, id), append(sp.free, free)
	}
	sp.r.Save(0)
	return sp
}

// fast says whether messages come from a reader.
func (sp *speaker) fast() bool { return sp.r != nil }

// say gives the key of the message on the input with free bits v: the message
// itself where it fits 64 bits, else a digest.
func (sp *speaker) say(v uint64) (uint64, error) {
	if sp.r == nil {
		w, err := sp.s.t.key(sp.ctx, sp.s.word(v))
		return keyOf(int(w.Len()), w.Packed(), sp.salt), err
	}
	sp.r.Restore(0)
	left := len(sp.s.free)
	for k, id := range sp.ids {
		if sp.free[k] {
			left--
			sp.r.Step(id[v>>left&1])
		} else {
			sp.r.Step(id[0])
		}
	}
	return sp.message(), nil
}

func (sp *speaker) message() uint64 {
	sp.buf.Reset()
	sp.r.Message(&sp.buf)
	return keyOf(int(sp.buf.Len()), sp.buf.Peek(), sp.salt)
}

// sweep fills keys with those of the inputs v = from, from + 1, ..., a power of two
// of them, aligned. Inputs that begin alike are read once as far as they do.
func (sp *speaker) sweep(from uint64, keys []uint64) error {
	if sp.r == nil {
		for k := range keys {
			key, err := sp.say(from + uint64(k))
			if err != nil {
				return err
			}
			keys[k] = key
		}
		return nil
	}
	low := 0 // bits that vary here
	for 1<<low < len(keys) {
		low++
	}
	sp.r.Restore(0)
	left, k := len(sp.s.free), 0
	for ; k < len(sp.ids) && !(sp.free[k] && left == low); k++ {
		if sp.free[k] {
			left--
			sp.r.Step(sp.ids[k][from>>left&1])
		} else {
			sp.r.Step(sp.ids[k][0])
		}
	}
	sp.branch(k, 1, keys)
	return nil
}

// branch fills keys for both values of every free bit from step k on.
func (sp *speaker) branch(k, slot int, keys []uint64) {
	for ; k < len(sp.ids) && !sp.free[k]; k++ {
		sp.r.Step(sp.ids[k][0])
	}
	if k == len(sp.ids) {
		keys[0] = sp.message()
		return
	}
	half := len(keys) / 2
	sp.r.Save(slot)
	sp.r.Step(sp.ids[k][0])
	sp.branch(k+1, slot+1, keys[:half])
	sp.r.Restore(slot)
	sp.r.Step(sp.ids[k][1])
	sp.branch(k+1, slot+1, keys[half:])
}

// keyOf is a message of up to 64 bits as a number, or a digest of a longer one.
func keyOf(bits int, packed []byte, salt uint64) uint64 {
	if bits <= 64 {
		var v uint64
		for _, b := range packed {
			v = v<<8 | uint64(b)
		}
		return v
	}
	h := mix(uint64(bits) ^ salt<<32)
	for len(packed) >= 8 {
		h = mix(h ^ binary.LittleEndian.Uint64(packed))
		packed = packed[8:]
	}
	for _, b := range packed {
		h = mix(h ^ uint64(b))
	}
	return h
}

// mix is a bijection of 64-bit numbers that scatters (the finaliser of SplitMix64).
func mix(v uint64) uint64 {
	v += 0x9e3779b97f4a7c15
	v = (v ^ v>>30) * 0xbf58476d1ce4e5b9
	v = (v ^ v>>27) * 0x94d049bb133111eb
	return v ^ v>>31
}

// flat is the word of n zeros.
func flat(n int) protocol.Word {
	return reductions.Word(n, func(int) bool { return false })
}

func flip(w protocol.Word, i int) protocol.Word {
	return reductions.Flip(w, func(k int) bool { return k == i })
}

// showX names an input, shortened where it is long.
func showX(x protocol.Word) string {
	s := x.String()
	if len(s) > 80 {
		s = fmt.Sprintf("%s... (%d bits)", s[:80], len(s))
	}
	return s
}
