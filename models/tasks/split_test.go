package tasks

import (
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"crosscut/protocol"
)

func TestHalf(t *testing.T) {
	for _, c := range []struct {
		task *Task
		n    int
		want string
	}{
		{Match2, 7, "alice:2-4,bob:5-7,public:1"}, {Match3, 8, "alice:2-4,bob:5-8,public:1"}, {Cycle3, 1, "public:1"}, {Cycle5, 2, "bob:2,public:1"},
		{QSA, 7, "alice:1-3,bob:4-7"}, {QSA, 1, "bob:1"},
	} {
		sh, err := c.task.Shape(c.n, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range []string{"half", ""} {
			if s, err := sh.ParseSplit(spec); err != nil || s.String() != c.want {
				t.Errorf("%s, N = %d: half is %v (%v), want %s", c.task.Name, c.n, s, err, c.want)
			}
		}
	}
}

func TestParseSplit(t *testing.T) {
	sh, _ := Match2.Shape(6, nil)
	for spec, want := range map[string]string{
		"prefix:0": "bob:1-6", "prefix:2": "alice:1-2,bob:3-6", "prefix:6": "alice:1-6",
		"alice:2-3,bob:4-6,public:1": "alice:2-3,bob:4-6,public:1",
		"bob:1,3,5,alice:2,4,6":      "alice:2,4,6,bob:1,3,5",
		"alice:,bob:1-6":             "bob:1-6", "alice:1, 2-6, public:": "alice:1-6", "public:1-6": "public:1-6",
	} {
		s, err := sh.ParseSplit(spec)
		if err != nil || s.String() != want {
			t.Errorf("%q is %v (%v), want %s", spec, s, err, want)
		}
		if again, err := sh.ParseSplit(s.String()); err != nil || !reflect.DeepEqual(again, s) {
			t.Errorf("%v does not come back: %v, %v", s, again, err)
		}
	}
	for spec, names := range map[string]string{
		"prefix:7": "0..6", "prefix:-1": "0..6", "prefix:": "0..6", "prefix:x": "0..6", "alice:1-6,bob:6": "position 6 stands twice", "alice:1-5": "position 6 is missing",
		"carol:1-6": "carol", "1-6": "want half", "alice:1-7": "1-7", "alice:3-2,bob:1-6": "3-2", "alice:0-6": "0-6", "alice:a-6": "a-6", "alice:1-6-7": "1-6-7",
		"third": "want half", "alice:1-99999999999999999999": "99999", "alice": "want half",
	} {
		if s, err := sh.ParseSplit(spec); err == nil || !strings.Contains(err.Error(), names) {
			t.Errorf("%q: %v, %v; want an error that names %q", spec, s, err, names)
		}
	}
}

func FuzzParseSplit(f *testing.F) {
	for _, spec := range []string{"half", "prefix:3", "alice:2-3,bob:4-6,public:1", "alice:,bob:1-6", "bob:1,3,5,alice:2,4,6"} {
		f.Add(spec, 6)
	}
	f.Fuzz(func(t *testing.T, spec string, n int) {
		sh, err := Match2.Shape(1+(n&0xff), nil)
		if err != nil {
			t.Fatal(err)
		}
		s, err := sh.ParseSplit(spec)
		if err != nil {
			return
		}
		if again, err := sh.ParseSplit(s.String()); err != nil || !reflect.DeepEqual(again, s) {
			t.Fatalf("%q gives %v, which gives %v, %v", spec, s, again, err)
		}
	})
}

func TestDeal(t *testing.T) {
	sh, _ := Match2.Shape(5, nil)
	seq := Match2.Generate(sh, rand.New(rand.NewPCG(1, 1)))
	s, _ := sh.ParseSplit("alice:2,4,bob:3,5,public:1")
	halves := s.Deal(sh, seq)
	for self, h := range halves {
		sees := 0
		h.Each(func(i int, tok Token) {
			sees++
			if !reflect.DeepEqual(tok, seq[i-1]) || !reflect.DeepEqual(h.Token(i), tok) {
				t.Errorf("%v sees %v at %d", h.Self, tok, i)
			}
		})
		if sees != 3 || !h.Sees(1) || h.Sees(2) != (self == 0) || h.Sees(3) == (self == 0) {
			t.Errorf("%v sees %v", h.Self, h.Visible())
		}
		if _, err := NewHalf(sh, s, h.Self, h.pos, h.tok); err != nil {
			t.Error(err)
		}
		if _, err := NewHalf(sh, s, protocol.Alice+protocol.Bob-h.Self, h.pos, h.tok); err == nil {
			t.Error("the other player's half is accepted")
		}
	}
	seq[1].X = 99 // a half is a copy
	if halves[protocol.Alice].Token(2).X == 99 {
		t.Error("a half reaches into the sequence it was dealt from")
	}
	defer func() {
		if recover() == nil {
			t.Error("Alice can read Bob's token")
		}
	}()
	halves[protocol.Alice].Token(3)
}
