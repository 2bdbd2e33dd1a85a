package tasks

import (
	"errors"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"crosscut/protocol"
)

// examples are input files as they stand in the documentation.
var examples = []string{
	`{"task":"match3","M":37,"tokens":[3,14,15,9]}`,
	`{"task":"match2","M":14,"tokens":[1]}`,
	` { "tokens" : [3, 14,
15, 9] , "M":37, "task":"match3-bigram" } `,
	`{"task":"match3-local","M":37,"K":2,"tokens":[3,14,15,9]}`,
	`{"task":"match-s","s":4,"M":37,"tokens":[3,14,15,9]}`,
	`{"task":"qsa","q":2,"d":1,"tokens":[{"z":[0.5],"y":[1,3]},{"y":[1,2],"z":[-1]},{"z":[1e-3],"y":[2,3]}]}`,
	`{"task":"qsa","q":1,"d":2,"eps":0.1,"tokens":[{"z":[0.6,0.8],"y":[1]}]}`,
	`{"task":"cycle3","tokens":[{"from":1,"to":2},{"from":2,"to":1}],"nodes":9}`,
	`{"task":"cycle5","tokens":[{"from":1,"to":2},{"from":4,"to":1}]}`,
}

func TestReadInput(t *testing.T) {
	for _, text := range examples {
		in, err := ReadInput([]byte(text), nil)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		back, err := ReadInput(WriteInput(in), nil)
		if err != nil || !reflect.DeepEqual(back, in) {
			t.Errorf("%s\nwritten as %s\nread as %v, %v", text, WriteInput(in), back, err)
		}
	}
	in, err := ReadInput([]byte(examples[0]), Params{"M": 37})
	if err != nil || in.Shape.Task != Match3 || in.Shape.N != 4 || in.Shape.Int("M") != 37 || in.Seq[3].X != 9 {
		t.Errorf("read %v, %v", in, err)
	}
	in, err = ReadInput([]byte(examples[5]), Params{"eps": 0.01})
	if err != nil || in.Shape.Params["eps"] != 0.01 || in.Shape.Int("q") != 2 {
		t.Errorf("eps set: read %v, %v", in, err)
	}
	in, err = ReadInput([]byte(examples[8]), nil)
	if err != nil || in.Shape.Int("nodes") != 4 {
		t.Errorf("nodes by default: %v, %v", in, err)
	}
}

// TestBadInput checks that each error is one line that names what is wrong.
func TestBadInput(t *testing.T) {
	for _, c := range []struct{ text, names string }{
		{``, "ends too early"}, {`{"task":"match2","M":14,"tokens":[1,2`, "ends too early"}, {`[1,2]`, "want an object"}, {`null`, "want an object"},
		{`{"task":"match2","M":14,"tokens":[1,2]} x`, "after the end"}, {`{"task":"match2","M":14,"tokens":[1,2]}{}`, "after the end"},
		{"{\"task\":\"match2\",\n\"M\":14,\n\"tokens\":[1;2]}", "line 3"},
		{`{"M":14,"tokens":[1,2]}`, `"task" is missing`}, {`{"task":"match","M":14,"tokens":[1,2]}`, `unknown task "match"`}, {`{"task":3,"tokens":[]}`, `"task"`},
		{`{"task":null,"tokens":[]}`, `"task"`}, {`{"task":"match2","M":14}`, `"tokens" is missing`}, {`{"task":"match2","M":14,"tokens":{}}`, `"tokens"`},
		{`{"task":"match2","M":14,"tokens":null}`, `"tokens"`}, {`{"task":"match2","M":14,"tokens":[]}`, "N = 0"}, {`{"task":"match2","tokens":[1]}`, `"M" is missing`},
		{`{"task":"match2","m":14,"tokens":[1]}`, `"m"`}, {`{"task":"match2","M":14,"M":14,"tokens":[1]}`, `"M" stands twice`},
		{`{"task":"match2","M":14,"K":2,"tokens":[1]}`, `"K"`}, {`{"task":"match2","M":"14","tokens":[1]}`, `"M"`}, {`{"task":"match2","M":14.5,"tokens":[1]}`, `"M"`},
		{`{"task":"match2","M":0,"tokens":[1]}`, "M = 0"}, {`{"task":"match2","M":null,"tokens":[1]}`, `"M"`}, {`{"task":"match2","M":1e999,"tokens":[1]}`, `"M"`},
		{`{"task":"match2","M":99999999999999999999,"tokens":[1]}`, `"M": 99999999999999999999 is`}, {`{"task":"match2","M":9007199254740993,"tokens":[1]}`, `"M"`},
		{`{"task":"match2","M":14,"tokens":[1,15]}`, "token 2: 15 is outside 1..14"}, {`{"task":"match2","M":14,"tokens":[0]}`, "token 1: 0"},
		{`{"task":"match2","M":14,"tokens":[1,2.0]}`, "token 2: 2.0"}, {`{"task":"match2","M":14,"tokens":[1,1e1]}`, "token 2"}, {`{"task":"match2","M":14,"tokens":[1,"2"]}`, "token 2"},
		{`{"task":"match2","M":14,"tokens":[1,null]}`, "token 2"}, {`{"task":"match2","M":14,"tokens":[1,[2]]}`, "token 2"}, {`{"task":"match2","M":14,"tokens":[1,-3]}`, "token 2: -3"},
		{`{"task":"match-s","M":14,"s":1,"tokens":[1]}`, "s = 1"}, {`{"task":"match3-local","M":14,"tokens":[1]}`, `"K" is missing`},
		{`{"task":"cycle3","tokens":[{"from":1,"to":3}]}`, `"to" is 3, outside 1..2`}, {`{"task":"cycle3","tokens":[{"from":1}]}`, `token 1: field "to" is missing`},
		{`{"task":"cycle3","tokens":[{"from":1,"to":1}]}`, "token 1: a loop"}, {`{"task":"cycle3","tokens":[{"from":1,"to":2},{"from":1,"to":2}]}`, "token 2: the edge of token 1"},
		{`{"task":"cycle5","tokens":[{"from":1,"to":2},{"from":2,"to":1}]}`, "token 2: the edge of token 1"}, {`{"task":"cycle3","nodes":2,"tokens":[{"From":1,"to":2}]}`, `"From"`},
		{`{"task":"cycle3","tokens":[[1,2]]}`, "token 1"}, {`{"task":"cycle3","tokens":[{"from":1,"to":2,"to":2}]}`, `"to" stands twice`},
		{`{"task":"qsa","q":2,"d":1,"tokens":[{"z":[0.5],"y":[1,2]}]}`, "q = 2 exceeds N = 1"}, {`{"task":"qsa","q":1,"d":1,"tokens":[{"z":[1.5],"y":[1]}]}`, "norm 1.5"},
		{`{"task":"qsa","q":1,"d":2,"tokens":[{"z":[0.9,0.9],"y":[1]}]}`, "token 1: \"z\" has norm"}, {`{"task":"qsa","q":1,"d":2,"tokens":[{"z":[0.9],"y":[1]}]}`, "want d = 2"},
		{`{"task":"qsa","q":2,"d":1,"tokens":[{"z":[0],"y":[1,2]},{"z":[0],"y":[2,2]}]}`, "token 2: \"y\" holds 2 after 2"}, {`{"task":"qsa","q":2,"d":1,"tokens":[{"z":[0],"y":[1,3]},{"z":[0],"y":[1,2]}]}`, "token 1: \"y\" holds 3, outside 1..2"},
		{`{"task":"qsa","q":2,"d":1,"tokens":[{"z":[0],"y":[1]},{"z":[0],"y":[1,2]}]}`, "token 1: \"y\" has 1 positions"}, {`{"task":"qsa","q":1,"d":1,"tokens":[{"z":["a"],"y":[1]}]}`, `field "z"`},
		{`{"task":"qsa","q":1,"d":1,"tokens":[{"z":[1e999],"y":[1]}]}`, `field "z"`}, {`{"task":"qsa","q":1,"d":1,"tokens":[{"z":[NaN],"y":[1]}]}`, "bad JSON"},
		{`{"task":"qsa","q":1,"d":1,"tokens":[{"z":[0],"y":[1.0]}]}`, `field "y": 1.0`}, {`{"task":"qsa","q":1,"d":1,"tokens":[{"z":null,"y":[1]}]}`, `field "z"`},
		{`{"task":"qsa","q":1,"d":1,"eps":"x","tokens":[{"z":[0],"y":[1]}]}`, `"eps"`}, {`{"task":"qsa","q":1,"tokens":[{"z":[0],"y":[1]}]}`, `"d" is missing`},
		{`{"task":"match2","M":14,"tokens":` + strings.Repeat("[", 20000) + `]}`, "bad JSON"},
	} {
		_, err := ReadInput([]byte(c.text), nil)
		switch {
		case err == nil:
			t.Errorf("%.80s is accepted", c.text)
		case !strings.Contains(err.Error(), c.names):
			t.Errorf("%.80s: %q does not name %q", c.text, err, c.names)
		case strings.Contains(err.Error(), "\n") || len(err.Error()) > 250:
			t.Errorf("%.80s: not one clear line: %q", c.text, err)
		}
	}
	if _, err := ReadInput([]byte(examples[0]), Params{"M": 38}); err == nil || !strings.Contains(err.Error(), "37 in the file") {
		t.Errorf("a contradicting M: %v", err)
	}
	if _, err := ReadInput([]byte(examples[0]), Params{"K": 38}); err == nil {
		t.Error("a parameter of another task is accepted")
	}
	var hinted interface{ Hint() string }
	if _, err := ReadInput([]byte(`{"task":"mach3","M":3,"tokens":[1]}`), nil); !errors.As(err, &hinted) || !strings.Contains(hinted.Hint(), `"match3"`) {
		t.Errorf("no hint in %v", err)
	}
}

func TestHalves(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 0))
	for task := range Catalog().All() {
		for n := 2; n < 12; n++ {
			sh, err := task.Shape(n, nil)
			if err != nil {
				t.Fatal(err)
			}
			s := Split{make([]protocol.Player, n)}
			for i := range s.Owner {
				s.Owner[i] = protocol.Player(rng.IntN(3)) - 1
			}
			for _, h := range s.Deal(sh, task.Generate(sh, rng)) {
				raw := WriteHalf(h)
				back, err := ReadHalf(raw, h.Self, nil)
				if err != nil || !reflect.DeepEqual(normal(back), normal(h)) {
					t.Fatalf("%v's half %s: read as %v, %v", h.Self, raw, back, err)
				}
			}
		}
	}
}

// normal makes empty and nil slices equal.
func normal(h Half) Half {
	h.pos, h.tok = append([]int{}, h.pos...), append([]Token{}, h.tok...)
	return h
}

const half = `{"task":"match2","M":14,"N":5,"positions":[2,3],"tokens":[5,6],"public":{"positions":[1],"tokens":[4]}}`

func TestReadHalf(t *testing.T) {
	h, err := ReadHalf([]byte(half), protocol.Bob, nil)
	if err != nil || h.Split.String() != "alice:4-5,bob:2-3,public:1" || h.Token(1).X != 4 || h.Sees(4) {
		t.Errorf("read %v, %v", h, err)
	}
	if h, err = ReadHalf([]byte(`{"task":"match2","M":14,"N":5,"positions":[],"tokens":[]}`), protocol.Alice, nil); err != nil || h.Split.String() != "bob:1-5" {
		t.Errorf("an empty half: %v, %v", h, err)
	}
	for _, c := range [][3]string{
		{`"N":5,`, ``, `"N" is missing`}, {`"N":5`, `"N":2`, "3 is outside"}, {`"N":5`, `"N":16777217`, "N = 16777217"}, {`"N":5`, `"N":-1`, "N = -1"},
		{`[2,3]`, `[3,2]`, "2 after 3"}, {`[2,3]`, `[2,2]`, "2 after 2"}, {`[2,3]`, `[1,2]`, "position 1 is the player's own"}, {`[2,3]`, `[0,2]`, "0 is outside"},
		{`[2,3]`, `[2]`, "1 positions but 2 tokens"}, {`[2,3]`, `["2",3]`, "whole number"}, {`[5,6]`, `[5,15]`, "token 3: 15"}, {`[5,6]`, `[5,6.5]`, "token 3: 6.5"},
		{`"tokens":[4]`, `"tokens":[0]`, "token 1: 0"}, {`{"positions":[1],"tokens":[4]}`, `[1]`, `"public"`}, {`"tokens":[4]`, `"token":[4]`, `"token"`},
	} {
		_, err := ReadHalf([]byte(strings.Replace(half, c[0], c[1], 1)), protocol.Bob, nil)
		if err == nil || !strings.Contains(err.Error(), c[2]) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s for %s: %v", c[1], c[0], err)
		}
	}
	twice := `{"task":"cycle3","N":3,"positions":[2],"tokens":[{"from":1,"to":2}],"public":{"positions":[1],"tokens":[{"from":1,"to":2}]}}`
	if _, err := ReadHalf([]byte(twice), protocol.Alice, nil); err == nil || !strings.Contains(err.Error(), "token 2: the edge of token 1") {
		t.Errorf("a repeated edge in a half: %v", err)
	}
}

func FuzzReadInput(f *testing.F) {
	for _, text := range examples {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		in, err := ReadInput(data, nil)
		if err != nil {
			if strings.ContainsAny(err.Error(), "\n\r") {
				t.Fatalf("an error of several lines: %q", err)
			}
			return
		}
		back, err := ReadInput(WriteInput(in), nil)
		if err != nil || !reflect.DeepEqual(back, in) {
			t.Fatalf("%s\nwritten as %s\nread as %v, %v", data, WriteInput(in), back, err)
		}
	})
}

func FuzzReadHalf(f *testing.F) {
	f.Add([]byte(half))
	f.Add([]byte(`{"task":"qsa","q":1,"d":1,"N":3,"positions":[2],"tokens":[{"z":[1],"y":[3]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if strings.Contains(string(data), "0000") {
			return // a large N is legal and only slow
		}
		h, err := ReadHalf(data, protocol.Alice, nil)
		if err != nil {
			return
		}
		back, err := ReadHalf(WriteHalf(h), protocol.Alice, nil)
		if err != nil || !reflect.DeepEqual(normal(back), normal(h)) {
			t.Fatalf("%s\nwritten as %s\nread as %v, %v", data, WriteHalf(h), back, err)
		}
	})
}
