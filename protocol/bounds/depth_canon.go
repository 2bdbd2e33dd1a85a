package bounds

import (
	"encoding/binary"
	"math/bits"
	"slices"
)

// likeness remembers decided parts by their contents, lines sorted in a way that
// does not depend on where they stand: parts that are equal up to permutations of
// rows and columns often get the same text, and then share their answer. Equal
// texts are equal matrices, so no answer is ever borrowed wrongly.
type likeness struct {
	known map[string]int16 // lo<<8 | hi
	limit int              // bytes
	used  int
	from  int // the least number of bits for which parts are compared
}

// likenessBits is where the comparison begins to pay: for fewer bits the search is
// quicker than the sorting.
const likenessBits = 5

func (l *likeness) get(key []byte) (lo, hi int) {
	if v, ok := l.known[string(key)]; ok {
		return int(v >> 8), int(v & 255)
	}
	return 0, 127
}

func (l *likeness) put(key []byte, lo, hi int) {
	if l.known == nil || l.used > l.limit {
		l.known, l.used = map[string]int16{}, 0
	}
	oldLo, oldHi := l.get(key)
	l.known[string(key)] = int16(max(lo, oldLo)<<8 | min(hi, oldHi))
	l.used += len(key) + 64
}

// alike writes the folded part p with its lines sorted: by colours that are
// refined from the values and the colours across, then by contents.
func (s *search) alike(p part, buf []byte) []byte {
	b := s.b
	var lines [2][boardLines]int
	var n [2]int
	for axis := range 2 {
		for left := p[axis]; left != 0; left &= left - 1 {
			lines[axis][n[axis]] = bits.TrailingZeros64(left)
			n[axis]++
		}
	}
	var colour [2][boardLines]uint64 // by line of the board
	for range 3 {
		var next [2][boardLines]uint64
		for axis := range 2 {
			for _, i := range lines[axis][:n[axis]] {
				h := colour[axis][i] * 0x9E3779B97F4A7C15
				for v, is := range b.is[axis] {
					sum := uint64(v+1) * 0xD1B54A32D192ED03
					for places := is[i] & p[1-axis]; places != 0; places &= places - 1 {
						sum += mix(colour[1-axis][bits.TrailingZeros64(places)] + uint64(v))
					}
					h += mix(sum)
				}
				next[axis][i] = mix(h)
			}
		}
		colour = next
	}
	for axis := range 2 {
		slices.SortFunc(lines[axis][:n[axis]], func(i, j int) int {
			switch {
			case colour[axis][i] < colour[axis][j]:
				return -1
			case colour[axis][i] > colour[axis][j]:
				return 1
			}
			return 0
		})
	}
	return b.text(lines, n, buf)
}

// text writes the lines in the given order, the larger side first.
func (b *board) text(lines [2][boardLines]int, n [2]int, buf []byte) []byte {
	axis := 0
	if n[1] > n[0] {
		axis = 1
	}
	buf = append(buf, byte(n[axis]), byte(n[1-axis]))
	for _, i := range lines[axis][:n[axis]] {
		for _, plane := range b.bit[axis] {
			var w uint64
			for k, j := range lines[1-axis][:n[1-axis]] {
				w |= plane[i] >> j & 1 << k
			}
			buf = binary.LittleEndian.AppendUint64(buf, w)
		}
		if !b.total {
			var w uint64
			for k, j := range lines[1-axis][:n[1-axis]] {
				w |= b.def[axis][i] >> j & 1 << k
			}
			buf = binary.LittleEndian.AppendUint64(buf, w)
		}
	}
	return buf
}

func mix(h uint64) uint64 {
	h ^= h >> 31
	h *= 0xBF58476D1CE4E5B9
	return h ^ h>>29
}
