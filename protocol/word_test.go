package protocol

import (
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"
)

// TestPackerAgainstStrings packs random numbers and compares every word with the
// obvious one, a string of binary digits.
func TestPackerAgainstStrings(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 0))
	for range 300 {
		var p Packer
		var want strings.Builder
		type piece struct {
			v     uint64
			width int
			big   bool
			word  Word
		}
		var pieces []piece
		for range rng.IntN(12) {
			width := rng.IntN(65)
			v := rng.Uint64()
			if width < 64 {
				v &= 1<<width - 1
			}
			digits := ""
			for i := width - 1; i >= 0; i-- {
				digits += string(rune('0' + v>>i&1))
			}
			w, err := ParseWord(digits)
			if err != nil || w.String() != digits || int(w.Len()) != width || w != UintWord(v, width) {
				t.Fatalf("%q: parsed %v, %v; from the number %v", digits, w, err, UintWord(v, width))
			}
			switch pc := (piece{v: v, width: width}); rng.IntN(3) {
			case 0:
				p.Uint(v, width)
				pieces = append(pieces, pc)
			case 1:
				p.Big(new(big.Int).SetUint64(v), width)
				pc.big = true
				pieces = append(pieces, pc)
			default:
				p.Append(w)
				pc.word = w
				pieces = append(pieces, pc)
			}
			want.WriteString(digits)
			if p.Len() != Bits(want.Len()) || p.Word().String() != want.String() {
				t.Fatalf("packed %v, want %s", p.Word(), want.String())
			}
		}
		w := p.Word()
		if w.Ones() != strings.Count(want.String(), "1") {
			t.Fatalf("%v has %d ones", w, w.Ones())
		}
		back, err := Unpacked(int(w.Len()), w.Packed())
		if err != nil || back != w {
			t.Fatalf("%v comes back from bytes as %v, %v", w, back, err)
		}
		u := w.Unpack()
		for _, pc := range pieces {
			switch {
			case pc.word != (Word{}):
				if got := u.Word(Bits(pc.width)); got != pc.word {
					t.Fatalf("read %v, want %v", got, pc.word)
				}
			case pc.big:
				if got := u.Big(pc.width); got.Cmp(new(big.Int).SetUint64(pc.v)) != 0 {
					t.Fatalf("read %v, want %d", got, pc.v)
				}
			default:
				if got := u.Uint(pc.width); got != pc.v {
					t.Fatalf("read %d, want %d", got, pc.v)
				}
			}
		}
	}
}

func TestBigNumbers(t *testing.T) {
	v := new(big.Int).Lsh(big.NewInt(5), 700)
	var p Packer
	p.Uint(1, 3)
	p.Big(v, 703)
	u := p.Word().Unpack()
	if u.Uint(3) != 1 || u.Big(703).Cmp(v) != 0 {
		t.Error("a number of 703 bits does not come back")
	}
}

func TestWordsDoNotChange(t *testing.T) {
	var p Packer
	p.Uint(5, 3)
	w := p.Word()
	p.Uint(1, 1)
	packed := w.Packed()
	packed[0] = 0xff
	if w.String() != "101" || p.Word().String() != "1011" {
		t.Errorf("the word became %v, the packer holds %v", w, p.Word())
	}
	if UintWord(0, 3) == UintWord(0, 4) {
		t.Error("words of different lengths are equal")
	}
}

func TestBadWords(t *testing.T) {
	for _, s := range []string{"2", "01 ", "0x1"} {
		if w, err := ParseWord(s); err == nil {
			t.Errorf("%q is read as %v", s, w)
		}
	}
	for _, c := range []struct {
		n      int
		packed []byte
	}{{-1, nil}, {3, nil}, {3, []byte{0, 0}}, {3, []byte{0x10}}, {8, []byte{}}, {0, []byte{0}}} {
		if w, err := Unpacked(c.n, c.packed); err == nil {
			t.Errorf("%d bits of % x are read as %v", c.n, c.packed, w)
		}
	}
}

// TestProgrammersErrors: what cannot fit panics, nothing overflows in silence.
func TestProgrammersErrors(t *testing.T) {
	for name, f := range map[string]func(){
		"too wide a number":      func() { UintWord(8, 3) },
		"negative width":         func() { UintWord(0, -1) },
		"more than 64 bits":      func() { UintWord(0, 65) },
		"too wide a big number":  func() { new(Packer).Big(big.NewInt(8), 3) },
		"a negative number":      func() { new(Packer).Big(big.NewInt(-1), 3) },
		"reading past the end":   func() { UintWord(1, 3).Unpack().Uint(4) },
		"a bit outside the word": func() { UintWord(1, 3).Bit(3) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s passes", name)
				}
			}()
			f()
		}()
	}
}

func TestWidth(t *testing.T) {
	for count, want := range map[uint64]int{0: 0, 1: 0, 2: 1, 3: 2, 4: 2, 5: 3, 1 << 20: 20, 1<<20 + 1: 21, 1 << 63: 63, 1<<63 + 1: 64} {
		if got := Width(count); got != want {
			t.Errorf("Width(%d) = %d, want %d", count, got, want)
		}
	}
}

func FuzzParseWord(f *testing.F) {
	f.Add("01101")
	f.Add("")
	f.Add("0102")
	f.Fuzz(func(t *testing.T, s string) {
		w, err := ParseWord(s)
		if (err == nil) != (strings.Trim(s, "01") == "") {
			t.Fatalf("%q: %v", s, err)
		}
		if err == nil && (w.String() != s || int(w.Len()) != len(s)) {
			t.Fatalf("%q is read as %v", s, w)
		}
	})
}
