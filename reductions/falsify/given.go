package falsify

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"math/big"
	"strconv"
	"strings"

	"crosscut/internal/strict"
	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/reductions"
)

// Given is a table of messages of a model that runs elsewhere: for inputs of Alice's the state at the cut, and
// where they are given the outputs that follow.
type Given struct {
	In     *reductions.Instance
	Inputs []protocol.Word // different ones, in the order of the table
	Bits   protocol.Bits   // of a message as it is written
	// Numbers are what the messages hold, by input; nil where they are bytes of no stated type.
	Numbers [][]float64
	Answers []Answered

	keys []string // two messages are equal if and only if their keys are
}

// Answered is an output of the model.
type Answered struct {
	X, Y   protocol.Word
	Right  bool // as the task defines it, at all positions read
	Output []tasks.Value
}

// row is one line of a table of messages. Output may be missing.
type row struct {
	Input   string          `json:"input"`
	Message json.RawMessage `json:"message"` // hexadecimal digits, or numbers
	Dtype   string          `json:"dtype"`   // of the bytes: float32, float16, bfloat16, float64; "": none
	Y       string          `json:"y"`
	Output  json.RawMessage `json:"output"`
}

// placed is a row and where it stands.
type placed struct {
	row
	at string
}

// ReadMessages reads a table: JSON lines, a JSON list, or CSV with columns input, message (hexadecimal) or
// numbers (with blanks between), dtype, y and output. It is refused where it contradicts itself: an input with two
// messages, messages of different lengths, or one message and one question with two outputs, which says that more than
// the message crosses the cut.
func ReadMessages(in *reductions.Instance, table []byte) (*Given, error) {
	if _, err := cutOf(in); err != nil {
		return nil, err
	}
	p, n := in.From, in.Size
	if uint(p.Ys(n)) > MaxMessages { // -1 where there are very many
		return nil, fmt.Errorf("falsify: %s at n = %d has more than %d questions of Bob's, and all are asked", p.Name, n, MaxMessages)
	}
	rows, err := rowsOf(table)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, errors.New("the table holds no input")
	}
	g := &Given{In: in}
	of := map[protocol.Word]string{}  // the message of an input
	outputs := map[[2]string]string{} // by message and question
	numeric := true
	for k, r := range rows {
		bad := func(format string, args ...any) (*Given, error) {
			return nil, fmt.Errorf("%s of the table: %s", r.at, fmt.Sprintf(format, args...))
		}
		x, err := protocol.ParseWord(r.Input)
		if err != nil || !p.Domain(n, protocol.Alice).Has(x) {
			return bad("input %q is none of Alice's at n = %d", clip(r.Input), n)
		}
		m, bits, numbers, err := message(r.Message, r.Dtype)
		if err != nil {
			return bad("message: %v", err)
		}
		if k > 0 && bits != g.Bits {
			return bad("a message of %d bits, and the first has %d", bits, g.Bits)
		}
		g.Bits = bits
		if old, twice := of[x]; twice && old != m {
			return bad("input %s has two messages: it is no function of the input", r.Input)
		} else if !twice {
			of[x] = m
			g.Inputs, g.keys, g.Numbers = append(g.Inputs, x), append(g.keys, m), append(g.Numbers, numbers)
			numeric = numeric && numbers != nil
		}
		if string(r.Output) == "null" || r.Output == nil {
			continue
		}
		y, err := protocol.ParseWord(r.Y)
		if err != nil || !p.Domain(n, protocol.Bob).Has(y) {
			return bad("y %q is none of Bob's at n = %d", clip(r.Y), n)
		}
		at := [2]string{m, r.Y}
		if old, twice := outputs[at]; twice && old != string(r.Output) {
			return bad("one message and y = %s with outputs %s and %s: more than the message crosses the cut", r.Y, clip(old), clip(string(r.Output)))
		}
		outputs[at] = string(r.Output)
		out, right, err := rightOutput(in, x, y, r.Output)
		if err != nil {
			return bad("output: %v", err)
		}
		g.Answers = append(g.Answers, Answered{x, y, right, out})
	}
	if !numeric {
		g.Numbers = nil
	}
	return g, nil
}

// Groups are the inputs of each message, by number.
func (g *Given) Groups() [][]int { return GroupBy(g.keys) }

// GroupBy lists the places of each key, in the order of their first.
func GroupBy[K comparable](keys []K) [][]int {
	at := map[K]int{}
	var out [][]int
	for k, key := range keys {
		i, seen := at[key]
		if !seen {
			i, at[key] = len(out), len(out)
			out = append(out, nil)
		}
		out[i] = append(out[i], k)
	}
	return out
}

// Best is the share of right answers of the best decoder that sees these messages alone, over the inputs of the
// table and all questions of Bob's within the promise, as right answers of all. ok is false where they are too many.
func (g *Given) Best(groups [][]int) (right, all int64, ok bool) {
	p, n := g.In.From, g.In.Size
	ys := p.Ys(n)
	if int64(ys)*int64(len(g.Inputs)) > maxAsked {
		return 0, 0, false
	}
	for j := range ys {
		y := p.Y(n, j)
		for _, group := range groups {
			count, most := map[string]int64{}, int64(0)
			for _, k := range group {
				if v, inside := p.Value(n, g.Inputs[k], y); inside {
					key := fmt.Sprint(v)
					count[key]++
					most, all = max(most, count[key]), all+1
				}
			}
			right += most
		}
	}
	return right, all, all > 0
}

// rightOutput compares an output with the task's definition at all positions read.
func rightOutput(in *reductions.Instance, x, y protocol.Word, raw json.RawMessage) (out []tasks.Value, right bool, err error) {
	var one float64
	if json.Unmarshal(raw, &one) == nil {
		out = append(out, tasks.Value{one})
	} else {
		var list []json.RawMessage
		if err := json.Unmarshal(raw, &list); err != nil {
			return nil, false, fmt.Errorf("%s is neither a number nor a list", clip(string(raw)))
		}
		for _, item := range list {
			var v tasks.Value
			if json.Unmarshal(item, &one) == nil {
				v = tasks.Value{one}
			} else if err := json.Unmarshal(item, &v); err != nil {
				return nil, false, fmt.Errorf("%s is neither a number nor a list of them", clip(string(item)))
			}
			out = append(out, v)
		}
	}
	want := in.Shape.Eval(in.Encode(x, y), in.Reads)
	if len(out) != len(want) {
		return nil, false, fmt.Errorf("%d outputs, and %d positions are read", len(out), len(want))
	}
	right = true
	for k, v := range out {
		if len(v) != len(want[k]) {
			return nil, false, fmt.Errorf("an output of %d numbers, and the task has %d", len(v), len(want[k]))
		}
		right = right && in.Shape.Correct(v, want[k])
	}
	return out, right, nil
}

// rowsOf reads the rows of a table in any of its forms.
func rowsOf(table []byte) ([]placed, error) {
	table = bytes.TrimSpace(strict.Text(table))
	if kind := strict.Foreign(table); kind != "" {
		return nil, fmt.Errorf("no table of messages: this is %s", kind)
	}
	var out []placed
	add := func(at string, raw []byte) error {
		if len(out) == MaxMessages {
			return fmt.Errorf("%s of the table: there are more than %d", at, MaxMessages)
		}
		r := placed{at: at}
		if err := strict.Decode(raw, &r.row, strict.Limits{}); err != nil {
			return fmt.Errorf("%s of the table: %w", at, err)
		}
		out = append(out, r)
		return nil
	}
	switch table[0] {
	case '{':
		for k, raw := range bytes.Split(table, []byte("\n")) {
			if err := add(fmt.Sprintf("line %d", k+1), raw); err != nil {
				return nil, err
			}
		}
		return out, nil
	case '[':
		var list []json.RawMessage
		if err := json.Unmarshal(table, &list); err != nil {
			return nil, fmt.Errorf("no list of messages: %w", err)
		}
		for k, raw := range list {
			if err := add(fmt.Sprintf("entry %d", k+1), raw); err != nil {
				return nil, err
			}
		}
		return out, nil
	}
	return csvRows(table)
}

// csvRows reads a header and rows.
func csvRows(table []byte) (out []placed, err error) {
	in := csv.NewReader(bytes.NewReader(table))
	in.TrimLeadingSpace, in.Comment = true, '#'
	head, err := in.Read()
	if err != nil {
		return nil, fmt.Errorf("no table of messages: %w", err)
	}
	at := map[string]int{}
	for k, name := range head {
		name = strings.TrimSpace(name)
		if _, twice := at[name]; twice || !strings.Contains(" input message numbers dtype y output ", " "+name+" ") {
			return nil, fmt.Errorf("the header of the table: column %q is twice there or is none of input, message, numbers, dtype, y, output", clip(name))
		}
		at[name] = k
	}
	_, hex := at["message"]
	_, numbers := at["numbers"]
	if _, there := at["input"]; !there || hex == numbers {
		return nil, fmt.Errorf("the header of the table: want input and one of message (hexadecimal) and numbers (with blanks between)")
	}
	for {
		cells, err := in.Read()
		if err == io.EOF {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("no table of messages: %w", err)
		}
		line, _ := in.FieldPos(0)
		r := placed{at: fmt.Sprintf("line %d", line)}
		if len(out) == MaxMessages {
			return nil, fmt.Errorf("%s of the table: there are more than %d", r.at, MaxMessages)
		}
		cell := func(name string) string {
			if k, there := at[name]; there {
				return strings.TrimSpace(cells[k])
			}
			return ""
		}
		r.Input, r.Y, r.Dtype = cell("input"), cell("y"), cell("dtype")
		r.Message = json.RawMessage("[" + strings.Join(strings.Fields(cell("numbers")), ",") + "]")
		if hex {
			r.Message = json.RawMessage(strconv.Quote(cell("message")))
		}
		if v := cell("output"); v != "" {
			r.Output = json.RawMessage(v)
		}
		out = append(out, r)
	}
}

// message is a key that two messages share only if they are equal as written: numbers are compared
// exactly, and 0 is not -0. values are the numbers, where it is known which they are.
func message(raw json.RawMessage, dtype string) (key string, bits protocol.Bits, values []float64, err error) {
	var digits string
	if json.Unmarshal(raw, &digits) == nil && raw[0] == '"' {
		if digits == "" || strings.Trim(digits, "0123456789abcdefABCDEF") != "" {
			return "", 0, nil, fmt.Errorf("%q is not hexadecimal", clip(digits))
		}
		if dtype != "" {
			values, err = unpacked(digits, dtype)
		}
		return strings.ToLower(digits), protocol.Bits(4 * len(digits)), values, err
	}
	if dtype != "" {
		return "", 0, nil, fmt.Errorf("dtype %q belongs to bytes, and the message is a list of numbers", clip(dtype))
	}
	var numbers []json.Number
	if err := json.Unmarshal(raw, &numbers); err != nil || len(numbers) == 0 || bytes.Contains(raw, []byte(`"`)) {
		return "", 0, nil, fmt.Errorf("%s is neither hexadecimal digits nor a list of numbers", clip(string(raw)))
	}
	var b strings.Builder
	for _, v := range numbers {
		s := v.String()
		size, err := strconv.ParseFloat(s, 64)
		r, ok := new(big.Rat), len(s) <= 64 && err == nil && (size != 0 || !strings.ContainsAny(s, "eE"))
		if ok {
			_, ok = r.SetString(s)
		}
		if !ok {
			return "", 0, nil, fmt.Errorf("%s is no number of 64 bits", clip(s))
		}
		if r.Sign() == 0 && s[0] == '-' {
			b.WriteByte('-')
		}
		b.WriteString(r.RatString() + ",")
		values = append(values, size)
	}
	return b.String(), protocol.Bits(64 * len(numbers)), values, nil
}

// unpacked reads bytes as numbers in the order in which x86 and ARM keep them.
func unpacked(digits, dtype string) ([]float64, error) {
	raw, err := hex.DecodeString(digits)
	size := map[string]int{"float64": 8, "float32": 4, "float16": 2, "bfloat16": 2}[dtype]
	if size == 0 {
		return nil, fmt.Errorf("dtype %q: want float32, float16, bfloat16 or float64", clip(dtype))
	}
	if err != nil || len(raw)%size != 0 {
		return nil, fmt.Errorf("%d hexadecimal digits are no whole number of %s", len(digits), dtype)
	}
	var out []float64
	for ; len(raw) > 0; raw = raw[size:] {
		var v float64
		switch dtype {
		case "float64":
			v = math.Float64frombits(binary.LittleEndian.Uint64(raw))
		case "float32":
			v = float64(math.Float32frombits(binary.LittleEndian.Uint32(raw)))
		case "bfloat16":
			v = float64(math.Float32frombits(uint32(binary.LittleEndian.Uint16(raw)) << 16))
		case "float16":
			v = half(binary.LittleEndian.Uint16(raw))
		}
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("%v among the numbers", v)
		}
		out = append(out, v)
	}
	return out, nil
}

// half reads a number of sixteen bits: sign, five of exponent, ten of mantissa.
func half(b uint16) float64 {
	m, e := float64(b&1023), int(b>>10&31)
	v := math.Ldexp(m, -24)
	switch {
	case e == 31 && m == 0:
		v = math.Inf(1)
	case e == 31:
		v = math.NaN()
	case e > 0:
		v = math.Ldexp(m+1024, e-25)
	}
	if b>>15 == 1 {
		v = -v
	}
	return v
}
