package falsify

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"crosscut/internal/strict"
	"crosscut/protocol"
	"crosscut/reductions"
	"crosscut/report"
)

// MaxMessages bounds a table of messages, and the questions that one pair is asked.
const MaxMessages = 1 << 16

// line is one input as WriteInputs writes it.
type line struct {
	Input string          `json:"input"` // Alice's word, bit for bit
	Y     string          `json:"y"`     // Bob's, in the same way
	Cut   int             `json:"cut"`   // the message is the state after this position; the first is 1
	Read  []int           `json:"read"`
	Seq   json.RawMessage `json:"sequence"` // an input file of crosscut run
}

// WriteInputs writes inputs for a model that Crosscut cannot run, one JSON object a line: all of Alice's
// up to count, else as many that are drawn with the seed, each with a question of Bob's.
func WriteInputs(w io.Writer, in *reductions.Instance, count int, seed uint64) (int, error) {
	if count < 1 || count > MaxMessages {
		return 0, fmt.Errorf("falsify: %d inputs are outside 1..%d", count, MaxMessages)
	}
	cut, err := cutOf(in)
	if err != nil {
		return 0, err
	}
	p, n, rng := in.From, in.Size, seeded(seed)
	all := p.Xs(n)
	every := all >= 0 && all <= count
	if every {
		count = all
	}
	out := json.NewEncoder(w)
	for k := range count {
		x := p.RandomX(n, rng)
		if every {
			x = p.X(n, k)
		}
		y := p.RandomY(n, rng)
		l := line{x.String(), y.String(), cut, in.Reads, file(in.Shape, in.Encode(x, y))}
		if err := out.Encode(l); err != nil {
			return k, err
		}
	}
	return count, nil
}

// cutOf is Alice's last position, where all of hers come before Bob's.
func cutOf(in *reductions.Instance) (int, error) {
	a, b := in.At.Positions(protocol.Alice), in.At.Positions(protocol.Bob)
	if len(a) == 0 || len(b) == 0 || a[len(a)-1] > b[0] || slices.Min(in.Reads) < b[0] {
		return 0, fmt.Errorf("falsify: %s does not put Alice's tokens before Bob's, so that no state at one cut is her message: %w", in.Name, errors.ErrUnsupported)
	}
	return a[len(a)-1], nil
}

// row is one line of a table of messages. Output may be missing.
type row struct {
	Input   string          `json:"input"`
	Message json.RawMessage `json:"message"` // hexadecimal digits, or numbers
	Y       string          `json:"y"`
	Output  json.RawMessage `json:"output"`
}

// Messages looks for a forced failure in a table of messages: two inputs with one message, and a question
// of Bob's with two right answers. Nobody runs the model, so that the table is taken at its word; it is refused where it
// contradicts itself: an input with two messages, messages of different lengths, or one message and one
// question with two outputs, which says that more than the message crosses the cut.
func Messages(in *reductions.Instance, table []byte) (*Finding, error) {
	f := &Finding{in: in, Kind: None, Strategy: "messages", Shape: in.Shape, Read: in.Reads, Setting: protocol.OneWay, Verdict: report.Unknown}
	if _, err := cutOf(in); err != nil {
		return nil, err
	}
	if need, ok := in.Needed(protocol.OneWay, protocol.Alice); ok {
		f.Needed = &need
	}
	p, n := in.From, in.Size
	if ys := p.Ys(n); ys < 0 || ys > MaxMessages {
		return nil, fmt.Errorf("falsify: %s at n = %d has more than %d questions of Bob's, and all are asked", p.Name, n, MaxMessages)
	}
	of := map[protocol.Word]string{}     // the message of an input
	with := map[string][]protocol.Word{} // the inputs of a message
	outputs := map[[2]string]string{}    // by message and question
	var order []string
	for k, raw := range bytes.Split(bytes.TrimSpace(table), []byte("\n")) {
		bad := func(format string, args ...any) (*Finding, error) {
			return nil, fmt.Errorf("line %d of the table: %s", k+1, fmt.Sprintf(format, args...))
		}
		if k >= MaxMessages {
			return bad("there are more than %d", MaxMessages)
		}
		var r row
		if err := strict.Decode(raw, &r, strict.Limits{}); err != nil {
			return bad("%v", err)
		}
		x, err := protocol.ParseWord(r.Input)
		if err != nil || !p.Domain(n, protocol.Alice).Has(x) {
			return bad("input %q is none of Alice's at n = %d", clip(r.Input), n)
		}
		m, bits, err := message(r.Message)
		if err != nil {
			return bad("message: %v", err)
		}
		if k > 0 && bits != f.MessageBits {
			return bad("a message of %d bits, and the first has %d", bits, f.MessageBits)
		}
		f.MessageBits = bits
		if old, twice := of[x]; twice && old != m {
			return bad("input %s has two messages: it is no function of the input", r.Input)
		} else if !twice {
			if of[x] = m; with[m] == nil {
				order = append(order, m)
			}
			with[m] = append(with[m], x)
		}
		if string(r.Output) == "null" {
			r.Output = nil
		}
		if r.Output == nil {
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
	}
	f.Formula = "as the table writes them: 4 bits a hexadecimal digit, 64 a number"
	f.Tried = uint64(len(of))
	f.Note = fmt.Sprintf("%d inputs with %d different messages in the table; the model was not run", len(of), len(with))
	asked := 0
	for _, m := range order {
		for _, x := range with[m][1:] {
			for k := range p.Ys(n) {
				if asked++; asked > 1<<24 {
					f.Note += "; too many questions to ask of all pairs with one message: nothing is said of the rest"
					return f, nil
				}
				y, twin := p.Y(n, k), with[m][0]
				a, inA := p.Value(n, x, y)
				b, inB := p.Value(n, twin, y)
				if !inA || !inB || fmt.Sprint(a) == fmt.Sprint(b) {
					continue
				}
				f.Kind, f.Verdict = Forced, report.Errs
				f.At, f.TwinAt = Point{x, y}, &Point{twin, y}
				f.Input, f.Twin = in.Encode(x, y), in.Encode(twin, y)
				f.Expected = in.Shape.Eval(f.Input, f.Read)
				f.Note += fmt.Sprintf("; one message for both, and the right answers are %v for the input and %v for its twin", a, b)
				return f, nil
			}
		}
	}
	f.Note += "; no two of them with one message must be told apart; inputs that are not in the table were not looked at"
	return f, nil
}

// message is a key that two messages share only if they are equal as written: numbers are compared
// exactly, and 0 is not -0.
func message(raw json.RawMessage) (key string, bits protocol.Bits, err error) {
	var hex string
	if json.Unmarshal(raw, &hex) == nil && raw[0] == '"' {
		if hex == "" || strings.Trim(hex, "0123456789abcdefABCDEF") != "" {
			return "", 0, fmt.Errorf("%q is not hexadecimal", clip(hex))
		}
		return strings.ToLower(hex), protocol.Bits(4 * len(hex)), nil
	}
	var numbers []json.Number
	if err := json.Unmarshal(raw, &numbers); err != nil || len(numbers) == 0 || bytes.Contains(raw, []byte(`"`)) {
		return "", 0, fmt.Errorf("%s is neither hexadecimal digits nor a list of numbers", clip(string(raw)))
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
			return "", 0, fmt.Errorf("%s is no number of 64 bits", clip(s))
		}
		if r.Sign() == 0 && s[0] == '-' {
			b.WriteByte('-')
		}
		b.WriteString(r.RatString() + ",")
	}
	return b.String(), protocol.Bits(64 * len(numbers)), nil
}

func clip(s string) string {
	if len(s) > 40 {
		return s[:40] + "..."
	}
	return s
}
