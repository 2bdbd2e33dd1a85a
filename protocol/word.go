package protocol

import (
	"fmt"
	"math/big"
	"math/bits"
	"strings"
)

// Bits is an amount of communication, in bits (never bytes).
type Bits int

// Word is an immutable string of bits, the only thing that passes between
// players. Words are comparable: equal words are == and can be map keys.
type Word struct {
	n int
	b string // packed, first bit in the highest place of b[0]; spare bits are 0
}

// Len is the word's length.
func (w Word) Len() Bits { return Bits(w.n) }

// Bit returns bit i, counting from 0.
func (w Word) Bit(i int) bool {
	if i < 0 || i >= w.n {
		panic(fmt.Sprintf("protocol: bit %d of a word of %d bits", i, w.n))
	}
	return w.b[i>>3]>>(7-i&7)&1 == 1
}

// Ones counts the bits that are 1.
func (w Word) Ones() int {
	n := 0
	for i := 0; i < len(w.b); i++ {
		n += bits.OnesCount8(w.b[i])
	}
	return n
}

// String writes the word as 0s and 1s.
func (w Word) String() string {
	var s strings.Builder
	s.Grow(w.n)
	for i := range w.n {
		if w.Bit(i) {
			s.WriteByte('1')
		} else {
			s.WriteByte('0')
		}
	}
	return s.String()
}

// Packed returns the bits packed eight a byte, the spare bits of the last byte 0.
func (w Word) Packed() []byte { return []byte(w.b) }

// Unpacked is the inverse of Packed: n bits from ceil(n/8) bytes. Set spare bits
// are an error, so that a word has one packed form only.
func Unpacked(n int, packed []byte) (Word, error) {
	if n < 0 || len(packed) != (n+7)/8 {
		return Word{}, fmt.Errorf("protocol: %d bytes cannot hold a word of %d bits", len(packed), n)
	}
	if r := n & 7; r != 0 && packed[len(packed)-1]<<r != 0 {
		return Word{}, fmt.Errorf("protocol: spare bits set after a word of %d bits", n)
	}
	return Word{n, string(packed)}, nil
}

// ParseWord reads a string of 0s and 1s.
func ParseWord(s string) (Word, error) {
	var p Packer
	for i := range len(s) {
		switch s[i] {
		case '0', '1':
			p.Uint(uint64(s[i]-'0'), 1)
		default:
			return Word{}, fmt.Errorf("protocol: %q at place %d of a word: want 0 or 1", s[i], i+1)
		}
	}
	return p.Word(), nil
}

// UintWord writes v in width bits, most significant first.
func UintWord(v uint64, width int) Word {
	var p Packer
	p.Uint(v, width)
	return p.Word()
}

// Width is ceil(log2(count)): the bits that number count things. Width(0) and
// Width(1) are 0.
func Width(count uint64) int {
	if count <= 1 {
		return 0
	}
	return bits.Len64(count - 1)
}

// Packer builds a word number by number. The zero value is ready to use.
type Packer struct {
	buf []byte
	n   int
}

// Uint appends v in width bits, most significant first. A value that does not
// fit is a programming error and panics: nothing overflows in silence.
func (p *Packer) Uint(v uint64, width int) {
	if width < 0 || width > 64 || (width < 64 && v>>width != 0) {
		panic(fmt.Sprintf("protocol: %d does not fit %d bits", v, width))
	}
	for ; p.n&7 == 0 && width >= 8; p.n += 8 {
		width -= 8
		p.buf = append(p.buf, byte(v>>width))
	}
	for width > 0 {
		if p.n&7 == 0 {
			p.buf = append(p.buf, 0)
		}
		free := 8 - p.n&7
		take := min(free, width)
		chunk := byte(v>>(width-take)) & byte(1<<take-1)
		p.buf[len(p.buf)-1] |= chunk << (free - take)
		p.n += take
		width -= take
	}
}

// Big appends a non-negative v in width bits, most significant first.
func (p *Packer) Big(v *big.Int, width int) {
	if v.Sign() < 0 || v.BitLen() > width {
		panic(fmt.Sprintf("protocol: %v does not fit %d bits", v, width))
	}
	raw := v.FillBytes(make([]byte, (width+7)/8))
	if r := width & 7; r != 0 {
		p.Uint(uint64(raw[0]), r)
		raw = raw[1:]
	}
	for _, b := range raw {
		p.Uint(uint64(b), 8)
	}
}

// Append appends a whole word.
func (p *Packer) Append(w Word) {
	if p.n&7 == 0 {
		p.buf = append(p.buf, w.b...)
		p.n += w.n
		return
	}
	for i := 0; i < w.n; i += 8 {
		take := min(8, w.n-i)
		p.Uint(uint64(w.b[i>>3]>>(8-take)), take)
	}
}

// Len is the number of bits so far.
func (p *Packer) Len() Bits { return Bits(p.n) }

// Word returns what was packed. The packer may go on; the word does not change.
func (p *Packer) Word() Word { return Word{p.n, string(p.buf)} }

// Reset empties the packer and keeps its room.
func (p *Packer) Reset() { p.buf, p.n = p.buf[:0], 0 }

// Peek is what Word().Packed() would give; it is valid until the packer changes.
func (p *Packer) Peek() []byte { return p.buf }

// Unpacker reads a word number by number.
type Unpacker struct {
	w   Word
	pos int
}

// Unpack starts reading w at its first bit.
func (w Word) Unpack() *Unpacker { return &Unpacker{w: w} }

// Uint reads width bits. Reading past the end panics: the reader knows the
// length, which is public.
func (u *Unpacker) Uint(width int) uint64 {
	if width < 0 || width > 64 || u.pos+width > u.w.n {
		panic(fmt.Sprintf("protocol: reading %d bits at %d of %d", width, u.pos, u.w.n))
	}
	var v uint64
	for width > 0 {
		have := 8 - u.pos&7
		take := min(have, width)
		chunk := u.w.b[u.pos>>3] >> (have - take) & byte(1<<take-1)
		v = v<<take | uint64(chunk)
		u.pos += take
		width -= take
	}
	return v
}

// Big reads width bits as a non-negative integer.
func (u *Unpacker) Big(width int) *big.Int {
	raw := make([]byte, 0, (width+7)/8)
	if r := width & 7; r != 0 {
		raw = append(raw, byte(u.Uint(r)))
	}
	for len(raw) < cap(raw) {
		raw = append(raw, byte(u.Uint(8)))
	}
	return new(big.Int).SetBytes(raw)
}

// Word reads n bits as a word.
func (u *Unpacker) Word(n Bits) Word {
	var p Packer
	for left := int(n); left > 0; {
		take := min(left, 64)
		p.Uint(u.Uint(take), take)
		left -= take
	}
	return p.Word()
}
