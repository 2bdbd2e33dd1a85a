package falsify

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"crosscut/internal/strict"
	"crosscut/protocol"
	"crosscut/reductions"
	"crosscut/report"
)

// MaxMessages bounds a table of messages, and the questions that one pair is asked.
const MaxMessages = 1 << 16

// maxAsked bounds the questions that a table is asked.
const maxAsked = 1 << 24

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
	every := uint(p.Xs(n)) <= uint(count) // -1 where there are very many
	if every {
		count = p.Xs(n)
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
		return 0, fmt.Errorf("falsify: %w: %s does not put Alice's tokens before Bob's, so that no state at one cut is her message", errors.ErrUnsupported, in.Name)
	}
	return a[len(a)-1], nil
}

// Messages looks for a forced failure in a table of messages: two inputs with one message, and a question
// of Bob's with two right answers; else for a wrong output in the table. Nobody runs the model, so that the table is
// taken at its word.
func Messages(t *Given) *Finding {
	in := t.In
	f := &Finding{in: in, Kind: None, Strategy: "messages", Shape: in.Shape, Read: in.Reads, Setting: protocol.OneWay, Verdict: report.Unknown}
	if need, ok := in.Needed(protocol.OneWay, protocol.Alice); ok {
		f.Needed = &need
	}
	f.MessageBits, f.Formula = t.Bits, "as the table writes them: 4 bits a hexadecimal digit, 64 a number"
	f.Tried = uint64(len(t.Inputs))
	groups := t.Groups()
	f.Note = fmt.Sprintf("%d inputs with %d different messages in the table; the model was not run", len(t.Inputs), len(groups))
	p, n, asked := in.From, in.Size, 0
	for _, g := range groups {
		for _, k := range g[1:] {
			for j := range p.Ys(n) {
				if asked++; asked > maxAsked {
					f.Note += "; too many questions to ask of all pairs with one message: nothing is said of the rest"
					return f
				}
				x, twin, y := t.Inputs[k], t.Inputs[g[0]], p.Y(n, j)
				if !p.Apart(n, x, y, twin, y) {
					continue
				}
				a, _ := p.Value(n, x, y)
				b, _ := p.Value(n, twin, y)
				f.Kind, f.Verdict = Forced, report.Errs
				f.At, f.TwinAt = Point{x, y}, &Point{twin, y}
				f.Input, f.Twin = in.Encode(x, y), in.Encode(twin, y)
				f.Expected = in.Shape.Eval(f.Input, f.Read)
				f.Note += fmt.Sprintf("; one message for both, and the right answers are %v for the input and %v for its twin", a, b)
				return f
			}
		}
	}
	f.Note += "; no two of them with one message must be told apart"
	wrong := 0
	for _, a := range t.Answers {
		if a.Right {
			continue
		}
		if wrong++; wrong == 1 {
			f.Kind, f.Verdict, f.At, f.Output = Found, report.Errs, Point{a.X, a.Y}, a.Output
			f.Input = in.Encode(a.X, a.Y)
			f.Expected = in.Shape.Eval(f.Input, f.Read)
		}
	}
	if wrong > 0 {
		f.Note += fmt.Sprintf("; %d of the table's %s are wrong, this is the first", wrong, report.Plural(len(t.Answers), "output"))
	} else {
		f.Note += "; inputs that are not in the table were not looked at"
	}
	return f
}

func clip(s string) string { return strict.Clip(s, 40) }
