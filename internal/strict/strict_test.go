package strict

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

type inner struct {
	Rows []int  `json:"rows"`
	At   [2]int `json:"at"`
}

type outer struct {
	N     int             `json:"n"`
	Value *int            `json:"value,omitempty"`
	List  []inner         `json:"list"`
	Any   json.RawMessage `json:"any"`
	inner
}

func TestDecode(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{`{"n":3,"value":null,"list":[{"rows":null,"at":[1,2]}],"any":{"N":1},"rows":[1]}`, ""},
		{` {"n":3} `, ""},
		{`{"N":7,"n":3}`, `unknown key "N" (known here: any, at, list, n, rows, value)`},
		{`{"n":3,"n":{"a": 5}}`, `the key "n" stands twice: 3 and {"a": 5}`},
		{`{"any":{"a":"` + strings.Repeat("x", 50) + `","a":2}}`, "stands twice: \"" + strings.Repeat("x", 39) + "... and 2"},
		{`{"n":3,"\u006e":4}`, `the key "n" stands twice`},
		{`{"any":{"a":1,"a":2}}`, `the key "any.a" stands twice`},
		{`{"any":[{"b":1},{"a":{"x":1},"a":2}]}`, `the key "any[1].a" stands twice`},
		{`{"x":1,"list":[{"y":2}],"z":[]}`, `unknown keys "x", "list[0].y", "z"`},
		{`{"n":null}`, `n: null where an integer in range belongs`},
		{`{"list":[null]}`, `list[0]: null where an object belongs`},
		{`{"list":[{"at":[1,2,3]}]}`, `list[0].at: 3 numbers where 2 belong`},
		{`{"list":[{"at":[1]}]}`, `list[0].at: 1 numbers where 2 belong`},
		{`{"n":"3"}`, `n: a JSON string does not fit (want an integer in range)`},
		{`{"n":1e2}`, `n: a JSON number 1e2 does not fit`},
		{`{"n":3} x`, `byte 9: invalid character 'x' after top-level value`},
		{`{"n":`, `the text ends too early`},
		{``, `this is an empty file, not JSON`},
		{"\xef\xbb\xbf{}", `byte order mark`},
		{"{\"n\":3,\"any\":\"\xff\"}", `the text is not UTF-8`},
		{"PK\x03\x04rest", `a zip archive`},
		{"version https://git-lfs.github.com/spec/v1\n", `a Git-LFS pointer`},
		{"\x40\x00\x00\x00\x00\x00\x00\x00{\"a\":1}", `a safetensors file`},
		{"\n <!DOCTYPE html>", `a web page`},
		{`{"any":` + strings.Repeat("[", 70) + strings.Repeat("]", 70) + `}`, `nested deeper than 64`},
	} {
		var o outer
		err := Decode([]byte(c.text), &o, Limits{})
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%.60q: %v, want %s", c.text, err, c.want)
		}
	}
	for text, want := range map[string]string{
		`{"value":null}`:             "value: null where an integer in range belongs",
		`{"list":null}`:              "list: null where a list belongs",
		`{"list":[{"rows":null}]}`:   "list[0].rows: null where a list belongs",
		`{"n":3,"any":{"a":[null]}}`: "", // not ours
	} {
		err := Decode([]byte(text), new(outer), Limits{NoNull: true})
		if want == "" && err != nil || want != "" && (err == nil || err.Error() != want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
	if err := Decode([]byte(`{"n":3}`), new(outer), Limits{Bytes: 3}); err == nil || !strings.Contains(err.Error(), "7 bytes are more than the 3") {
		t.Error(err)
	}
}

// Known takes what it knows as Decode does, hands over the other keys with their places,
// and does not let encoding/json match a key without regard to case.
func TestKnown(t *testing.T) {
	for _, c := range []struct{ text, others, want string }{
		{`{"n":3,"x":1,"list":[{"rows":[7],"y":null}],"Z":[]}`, "[x list[0].y Z]", ""},
		{`{"value":5,"n":3,"value":null}`, "", `"value" stands twice: 5 and null`},
		{`{"n":3,"list":[{"rows":[7]}],"x":{"N":1}}`, "[x]", ""},
		{`{"n":3,"N":7}`, "", `"N" differs from "n" only in case`},
		{`{"list":[{"Rows":[7]}]}`, "", `"list[0].Rows" differs from "rows" only in case`},
		{`{"n":"3"}`, "", "n: a JSON string does not fit"},
	} {
		o := outer{N: 3}
		others, err := Known([]byte(c.text), &o, Limits{})
		if c.want != "" {
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v, want %s", c.text, err, c.want)
			}
		} else if err != nil || fmt.Sprint(others) != c.others || o.N != 3 || len(o.List) != 1 || o.List[0].Rows[0] != 7 {
			t.Errorf("%s: %v, %+v, %v", c.text, others, o, err)
		}
	}
	o := outer{N: 3}
	if _, err := Known([]byte(`{"n":null}`), &o, Limits{}); err != nil || o.N != 3 {
		t.Error("null is no zero:", o, err)
	}
}

func TestFields(t *testing.T) {
	all, err := Fields([]byte(` {"b": [1, {"c": 2}] , "a":"x\"y"}`), Limits{})
	if err != nil || len(all) != 2 || all[0].Key != "b" || string(all[0].Value) != `[1, {"c": 2}]` || string(all[1].Value) != `"x\"y"` {
		t.Error(all, err)
	}
	if _, err := Fields([]byte(`[1]`), Limits{}); err == nil {
		t.Error("a list is no object")
	}
	if _, err := Map([]byte(`{"a":1,"a":2}`), Limits{}); err == nil {
		t.Error("a key stands twice")
	}
}

// FuzzDecode: what is accepted is valid JSON that means the same when its keys are
// matched by encoding/json.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"n":3,"list":[{"rows":[1]}],"any":{"N":1}}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var o outer
		if Decode(raw, &o, Limits{}) == nil && !json.Valid(raw) {
			t.Fatal("not JSON")
		}
		_, _ = Fields(raw, Limits{})
	})
}

// TestClip: a message holds the beginning of a text, whole letters of it.
func TestClip(t *testing.T) {
	for text, want := range map[string]string{"abc": "abc", "abcd": "abc...", "abé": "ab...", "ab\xff": "ab\xff"} {
		if got := Clip(text, 3); got != want || Clip([]byte(text), 3) != want {
			t.Errorf("%q becomes %q", text, got)
		}
	}
}
