package falsify

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"crosscut/protocol"
	"crosscut/protocol/problems"
	"crosscut/reductions"
)

// TestTablesAreRefused: a table of messages that is none, or is not about this task.
func TestTablesAreRefused(t *testing.T) {
	in := instance(t, reductions.IndexQSAMemory, 3)
	read := func(table string) error {
		_, err := ReadMessages(in, []byte(table))
		return err
	}
	row := func(input, message, more string) string {
		return `{"input":"` + input + `","message":` + message + more + `}`
	}
	y := in.From.Y(3, 0).String()
	for table, says := range map[string]string{
		row("000", `"0f"`, "") + "\n" + row("001", `"0e"`, ""): "", "[" + row("000", "[1, 2]", "") + "]": "", "input,message\n000,0f\n": "", "input,numbers\n000,1 2\n": "",
		"[]": "no input", "input,message\n": "no input", "PK\x03\x04": "this is", "[{]": "no list of messages", "[1]": "entry 1", row("000", `"0f"`, `,"aside":1`): "aside", "{\n": "line 1",
		"\"": "no table", "input,message,input\n": "twice", "input,message,aside\n": "none of", "input\n000\n": "want input and one", "message\n0f\n": "want input and one", "input,message,numbers\n": "want input and one",
		"input,message\n000\n": "no table", row("00", `"0f"`, ""): "none of Alice's", row("00x", `"0f"`, ""): "none of Alice's",
		row("000", `""`, ""): "not hexadecimal", row("000", `"0g"`, ""): "not hexadecimal", row("000", "[]", ""): "neither", row("000", "{}", ""): "neither", row("000", `["1"]`, ""): "neither",
		row("000", "[1]", `,"dtype":"float32"`): "belongs to bytes", row("000", "[1e999]", ""): "no number of 64 bits", row("000", "[1e-999]", ""): "no number of 64 bits",
		row("000", `"00000000"`, `,"dtype":"int8"`): "want float32", row("000", `"000000"`, `,"dtype":"float32"`): "no whole number", row("000", `"000"`, `,"dtype":"float16"`): "no whole number",
		row("000", `"0000c07f"`, `,"dtype":"float32"`): "NaN among", row("000", `"007c"`, `,"dtype":"float16"`): "Inf among",
		row("000", `"0f"`, "") + "\n" + row("001", `"0ff"`, ""): "the first has", row("000", `"0f"`, "") + "\n" + row("000", `"0e"`, ""): "two messages",
		row("000", `"0f"`, `,"y":"`+y+`","output":"a"`): "neither a number nor a list", row("000", `"0f"`, `,"y":"`+y+`","output":["a"]`): "nor a list of them", row("000", `"0f"`, `,"y":"`+y+`","output":[1,1,1,1,1]`): "positions are read",
		row("000", `"0f"`, `,"y":"`+y+`","output":[[1,1,1,1,1,1,1]]`): "and the task has", row("000", `"0f"`, `,"y":"x","output":1`): "none of Bob's", row("000", `"0f"`, `,"y":"1111111","output":1`): "none of Bob's",
		row("000", "null", ""): "neither", `{"input":"000"}`: "neither", row("000", "[0."+strings.Repeat("1", 62)+"]", ""): "", row("000", "[0."+strings.Repeat("1", 63)+"]", ""): "no number of 64 bits",
		row("000", `"017c"`, `,"dtype":"float16"`): "NaN among",
	} {
		err := read(table)
		if (err == nil) != (says == "") || err != nil && !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v, want %q", table, err, says)
		}
	}
	// What the rows say when too many of them stand there.
	long := "input,message\n" + strings.Repeat("000,0f\n", MaxMessages)
	if err := read(long); err != nil {
		t.Error(err)
	}
	if err := read(long + "000,0f\n"); err == nil || !strings.Contains(err.Error(), "more than") {
		t.Errorf("a row too many: %v", err)
	}
	lines := strings.Repeat(row("000", `"0f"`, "")+"\n", MaxMessages)
	if err := read(lines + row("000", `"0f"`, "")); err == nil || !strings.Contains(err.Error(), "more than") {
		t.Errorf("a line too many: %v", err)
	}
	for name, r := range map[string]*reductions.Reduction{"the answer is read before Bob's tokens": reductions.DisjMatch3} {
		if _, err := ReadMessages(instance(t, r, 3), []byte(row("000", `"0f"`, ""))); err == nil {
			t.Errorf("%s: read", name)
		}
		if _, err := WriteInputs(&bytes.Buffer{}, instance(t, r, 3), 4, 1); err == nil {
			t.Errorf("%s: written", name)
		}
	}
	if _, err := ReadMessages(instance(t, reductions.DisjQSAMemory, 40), []byte(row(strings.Repeat("0", 40), `"0f"`, ""))); err == nil || !strings.Contains(err.Error(), "questions of Bob's") {
		t.Errorf("2^40 questions: %v", err)
	}
	if _, err := ReadMessages(instance(t, reductions.DisjQSAMemory, 16), []byte(row(strings.Repeat("0", 16), `"0f"`, ""))); err != nil {
		t.Errorf("2^16 questions: %v", err)
	}
	if _, _, ok := (&Given{In: in}).Best(nil); ok {
		t.Error("a share of no questions")
	}
	for _, c := range []struct {
		table, numbers string
		right, all     int64
	}{
		{row("000", `"0f"`, "") + "\n" + row("100", `"0f"`, ""), "[]", 5, 6}, // of three questions one tells them apart
		{row("000", "[1, 2]", "") + "\n" + row("111", "[1, 3]", ""), "[[1 2] [1 3]]", 6, 6},
		{row("000", `"00be"`, `,"dtype":"float16"`) + "\n" + row("111", `"00be"`, ""), "[]", 3, 6},
	} {
		g, err := ReadMessages(in, []byte(c.table))
		if err != nil {
			t.Fatal(err)
		}
		if right, all, ok := g.Best(g.Groups()); right != c.right || all != c.all || !ok || fmt.Sprint(g.Numbers) != c.numbers {
			t.Errorf("%s: %d of %d, %v, numbers %v", c.table, right, all, ok, g.Numbers)
		}
	}
	// A decoder is asked nothing outside the promise.
	promise := *in
	from := &problems.Problem{Inputs: in.From.Inputs, On: func(_ int, x ...protocol.Word) (protocol.Value, bool) { return protocol.IntValue(1), x[0].Bit(0) }}
	changed := *in.Reduction
	changed.From = from
	promise.Reduction = &changed
	if right, all, ok := (&Given{In: &promise, Inputs: []protocol.Word{reductions.Unit(3, 0), flat(3)}}).Best([][]int{{0, 1}}); right != 3 || all != 3 || !ok {
		t.Errorf("%d of %d, %v", right, all, ok)
	}
	for _, count := range []int{0, -1, MaxMessages + 1} {
		if _, err := WriteInputs(&bytes.Buffer{}, in, count, 1); err == nil {
			t.Errorf("%d inputs are written", count)
		}
	}
	if _, err := WriteInputs(&full{100}, in, 8, 1); !errors.Is(err, errPlanted) {
		t.Errorf("inputs for a full disk: %v", err)
	}
}

// full takes some bytes.
type full struct{ left int }

func (f *full) Write(b []byte) (int, error) {
	if f.left -= len(b); f.left < 0 {
		return 0, errPlanted
	}
	return len(b), nil
}

// TestNumbersOfBytes: the four kinds of numbers, as their formats say.
func TestNumbersOfBytes(t *testing.T) {
	for dtype, digits := range map[string]string{"float64": "000000000000f8bf", "float32": "0000c0bf", "float16": "00be", "bfloat16": "c0bf"} {
		v, err := unpacked(digits, dtype)
		if raw, bad := hex.DecodeString(digits); err != nil || bad != nil || len(v) != 1 || v[0] != -1.5 {
			t.Errorf("%s %x: %v, %v", dtype, raw, v, err)
		}
	}
	for digits, want := range map[string]float64{"0000": 0, "003c": 1, "0100": 1.0 / (1 << 24), "ff7b": 65504} {
		if v, err := unpacked(digits, "float16"); err != nil || v[0] != want {
			t.Errorf("%s: %v, %v, want %v", digits, v, err, want)
		}
	}
	if key, bits, values, err := message(json.RawMessage("[-0.0, 0, 1e2]"), ""); err != nil || bits != 192 || key != "-0,0,100," || values[2] != 100 {
		t.Errorf("%q, %d bits, %v, %v", key, bits, values, err)
	}
}
