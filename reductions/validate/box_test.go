package validate

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"crosscut/protocol"
)

// boxOf is a box of sets of answers, as bits.
func boxOf(counts []int, masks ...uint64) *box {
	b := &box{counts: counts, sets: &sets{by: map[string]int32{}}, loose: true}
	b.sets.number(answers{0})
	b.sets.of = append(b.sets.of, answers{1<<10 - 1})
	for _, m := range masks {
		b.right = append(b.right, b.sets.number(answers{m}))
	}
	return b
}

// masks are the sets of a box, as bits.
func (b *box) masks() (list []uint64) {
	for _, id := range b.right {
		list = append(list, b.sets.of[id][0])
	}
	return list
}

// TestMeet: what is right in two sets, of more sets than have a place in the table.
func TestMeet(t *testing.T) {
	all := make([]uint64, 1<<10)
	for k := range all {
		all[k] = uint64(k)
	}
	s := boxOf(nil, all...).sets
	for _, a := range []int32{0, 1, 2, 3, metMost - 1, metMost, metMost + 1, int32(len(s.of) - 1)} {
		for b := range int32(len(s.of)) {
			for _, id := range []int32{s.meet(a, b), s.meet(b, a)} {
				if s.of[id][0] != s.of[a][0]&s.of[b][0] || a == 1 && id != b {
					t.Fatalf("%b and %b are both right in %b", s.of[a], s.of[b], s.of[id])
				}
			}
		}
	}
}

// A column that asks for less than another goes, and two rows are then equal: a box is not called tidied before.
func TestTidied(t *testing.T) {
	b := boxOf([]int{2, 2}, 1, 1|2, 1, 1|4)
	for b = b.tidy(); !b.tidied; b = b.tidy() {
	}
	if !slices.Equal(b.counts, []int{1, 1}) {
		t.Errorf("%v lines are left", b.counts)
	}
}

// TestBoxes: the lines of a box once each, some of them, and in order without those that ask for no more than another.
func TestBoxes(t *testing.T) {
	is := func(what string, b *box, counts []int, masks ...uint64) {
		t.Helper()
		if !reflect.DeepEqual(b.counts, counts) || !reflect.DeepEqual(b.masks(), masks) {
			t.Errorf("%s: %v of %v, want %v of %v", what, b.masks(), b.counts, masks, counts)
		}
	}
	is("each line once", boxOf([]int{3, 2}, 1, 2, 2, 1, 1, 2).folded(0), []int{2, 2}, 1, 2, 2, 1)
	b := boxOf([]int{3, 2}, 1, 2, 4, 4, 2, 1)
	is("lines that differ", b.folded(0), []int{3, 2}, 1, 2, 4, 4, 2, 1)
	b.from, b.apart = [][]int32{{10, 11, 12}, {20, 21}}, [][]int32{{0, 0}, {2, 1}}
	part := []bool{true, false, true}
	in, out := b.pick(0, part, true), b.pick(0, part, false)
	is("in the part", in, []int{2, 2}, 1, 2, 2, 1)
	is("not in it", out, []int{1, 2}, 4, 4)
	if !reflect.DeepEqual(in.from, [][]int32{{10, 12}, {20, 21}}) || !reflect.DeepEqual(in.apart, [][]int32{{0, 0}, {1, 1}}) || out.apart != nil || out.from[0][0] != 11 {
		t.Errorf("%v %v, %v %v", in.from, in.apart, out.from, out.apart)
	}
	is("lines in order", boxOf([]int{3, 2}, 1, 2, 3, 1, 2, 2).tidy(), []int{3, 2}, 1, 2, 2, 2, 3, 1)
	is("lines in order, once each", boxOf([]int{2, 2}, 1, 2, 1, 2).tidy(), []int{1, 2}, 1, 2)
	plain := boxOf([]int{2, 2}, 1, 2, 1, 2)
	plain.loose = false
	is("each with one answer", plain.tidy(), []int{1, 2}, 1, 2)
	is("a line that asks for no more", boxOf([]int{3, 2}, 2, 1, 1, 2, 3, 3).tidy(), []int{2, 2}, 2, 1, 1, 2)
	few := boxOf([]int{4, 2}, 2, 1, 3, 3, 1, 2, 2, 1)
	c := &classing{sets: few.sets, rows: few.lines(0)}
	if c.prune(); len(c.rows) != 2 || !reflect.DeepEqual(few.with(0, c.rows).masks(), []uint64{1, 2, 2, 1}) {
		t.Errorf("%v are left", few.with(0, c.rows).masks())
	}
	// In a large box these are not looked for.
	for cols, want := range map[int]int{16: 63, 17: 64} {
		var masks []uint64
		for row := range 64 {
			for col := range cols {
				m := uint64(1)
				if row < 63 && row>>col&1 == 1 {
					m = 2
				}
				if row == 63 && col == 0 {
					m = 3 // which the first row answers
				}
				masks = append(masks, m)
			}
		}
		if got := boxOf([]int{64, cols}, masks...).tidy().counts[0]; got != want {
			t.Errorf("%d lines of 64 times %d, want %d", got, cols, want)
		}
	}
}

// TestPlace: rows are put into so many classes where there is a way, and with enough steps it is known where there is none.
func TestPlace(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 8))
	for trial := range 150 {
		rows, cols := 1+rng.IntN(5), 1+rng.IntN(3)
		masks := make([]uint64, rows*cols)
		for k := range masks {
			masks[k] = 1 + rng.Uint64N(7)
		}
		least := rows
		var assign func(k int, classes [][]uint64)
		assign = func(k int, classes [][]uint64) {
			if k == rows {
				least = min(least, len(classes))
				return
			}
			row := masks[k*cols:][:cols]
			for i, class := range classes {
				next, fits := append([][]uint64{}, classes...), true
				next[i] = append([]uint64{}, class...)
				for j, m := range row {
					next[i][j] &= m
					fits = fits && next[i][j] != 0
				}
				if fits {
					assign(k+1, next)
				}
			}
			assign(k+1, append(append([][]uint64{}, classes...), row))
		}
		assign(0, nil)
		b := boxOf([]int{rows, cols}, masks...)
		for most := 1; most <= rows; most++ {
			c := &classing{sets: b.sets, rows: b.lines(0), steps: classSteps}
			if found, decided := c.place(t.Context(), 0, nil, most); !decided || (found != nil) != (most >= least) || len(found) > most {
				t.Fatalf("trial %d: %v in %d classes: %v, %v; %d are fewest", trial, masks, most, found, decided, least)
			}
		}
	}
	// A pentagon, of which two neighbours share a class, is none of two classes: just so many entries are compared to know.
	pentagon := boxOf([]int{5, 5}, 1, 7, 2, 2, 7, 7, 1, 7, 2, 2, 2, 7, 1, 7, 2, 2, 2, 7, 1, 7, 7, 2, 2, 7, 1)
	first := 0
	for ; first < 1000; first++ {
		c := &classing{sets: pentagon.sets, rows: pentagon.lines(0), steps: first}
		if found, decided := c.place(t.Context(), 0, nil, 2); decided {
			if found != nil {
				t.Errorf("a pentagon in two classes: %v", found)
			}
			break
		}
	}
	if first != 40 {
		t.Errorf("a pentagon is decided in %d steps", first)
	}
}

// A table with very many answers has no box of them, and is not searched.
func TestVeryManyAnswers(t *testing.T) {
	for n, boxed := range map[int]bool{1 << 13: true, 1<<13 + 1: false} {
		s := tabled([]int{n, 1}, func(at []int) protocol.Value { return protocol.IntValue(at[0]) })
		table := shown(t, s)
		if (table.box() != nil) != boxed {
			t.Errorf("%d answers: %v", n, table.box())
		}
		if boxed {
			continue
		}
		if list, err := s.Needs(t.Context()); err != nil || len(list) != 1 || list[0].Setting != protocol.OneWay {
			t.Errorf("%d answers: %+v, %v", n, list, err)
		}
		s.Need = &Need{Bits: 20, Setting: protocol.OneWay.Randomised("1/3")}
		if enough, why := s.enough(t.Context(), table); enough != 14 || s.judged {
			t.Errorf("%d answers: %d are enough: %s", n, enough, why)
		}
	}
}
