package bounds

// table remembers what was proved about parts of a board: lo <= D(part) <= hi.
// It has a fixed size and forgets old entries when full, so the search is
// limited in memory but never wrong: keys are compared whole.
type table struct {
	slots []slot // groups of four
	mask  uint64
	limit int // most slots
	used  int
}

type slot struct {
	key  part
	turn uint8
	lo   int8 // 0 and hi < 0: an empty slot
	hi   int8
}

const slotBytes = 24

// newTable may grow to about limit bytes.
func newTable(limit int64) *table {
	n := 1 << 12
	most := n
	for int64(most)*2*slotBytes <= limit {
		most *= 2
	}
	t := &table{limit: most}
	t.make(n)
	return t
}

func (t *table) make(n int) {
	t.slots = make([]slot, n)
	for i := range t.slots {
		t.slots[i].hi = -1
	}
	t.mask = uint64(n/4 - 1)
	t.used = 0
}

func hash(p part, turn uint8) uint64 {
	h := p[0]*0x9E3779B97F4A7C15 ^ (p[1]+uint64(turn))*0xC2B2AE3D27D4EB4F
	h ^= h >> 29
	h *= 0xBF58476D1CE4E5B9
	return h ^ h>>32
}

// get returns what is known, lo = 0 and hi = 127 if nothing is.
func (t *table) get(p part, turn uint8) (lo, hi int) {
	g := (hash(p, turn) & t.mask) * 4
	for i := g; i < g+4; i++ {
		if s := &t.slots[i]; s.key == p && s.turn == turn && s.hi >= 0 {
			return int(s.lo), int(s.hi)
		}
	}
	return 0, 127
}

// put stores lo <= D <= hi, keeping the better of old and new.
func (t *table) put(p part, turn uint8, lo, hi int) {
	if t.used*2 > len(t.slots) && len(t.slots) < t.limit {
		old := t.slots
		t.make(2 * len(old))
		for _, s := range old {
			if s.hi >= 0 {
				t.put(s.key, s.turn, int(s.lo), int(s.hi))
			}
		}
	}
	h := hash(p, turn)
	g := (h & t.mask) * 4
	victim := g + h>>60&3
	for i := g; i < g+4; i++ {
		s := &t.slots[i]
		if s.hi < 0 {
			victim = i
			t.used++
			break
		}
		if s.key == p && s.turn == turn {
			s.lo, s.hi = max(s.lo, int8(lo)), min(s.hi, int8(hi))
			return
		}
	}
	t.slots[victim] = slot{key: p, turn: turn, lo: int8(lo), hi: int8(hi)}
}
