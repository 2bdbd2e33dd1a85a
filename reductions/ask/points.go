package ask

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"crosscut/internal/strict"
	"crosscut/protocol/bounds/curve"
	"crosscut/report/plot"
)

// Point is a measured accuracy at a size of the state.
type Point struct {
	Name      string   `json:"name"`
	Bits      float64  `json:"bits"` // that the state holds
	Accuracy  float64  `json:"accuracy"`
	Low       *float64 `json:"low"`            // end of a confidence interval; null: none was given
	Effective *float64 `json:"effective_bits"` // log2 of the different messages that were seen
	All       bool     `json:"all_inputs"`     // they were seen on all inputs, so no others occur
	Ceiling   float64  `json:"ceiling"`        // no model whose state has so many bits exceeds this
	// Above says that the point, or its whole interval, lies above the ceiling: then the bits do not
	// count all that the model carries, or the questions were not uniform.
	Above bool `json:"above"`
}

// Ceiling is what an accuracy needs at least.
type Ceiling struct {
	Error float64 `json:"error"`
	Bits  float64 `json:"needed_bits"`
}

// errors at which the ceiling is listed.
var ceilingErrors = []float64{0, 0.001, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9}

// Curve is the proved ceiling of a question that is asked one value at a time.
func (q *Question) Curve(s Sizes) []Ceiling {
	var out []Ceiling
	need := q.Need(s)
	for _, e := range ceilingErrors {
		out = append(out, Ceiling{e, float64(need.Power) * curve.PerAnswer(need.Base, e)})
	}
	return out
}

// Judge lays the points beside the ceiling of a question. Effective bits of all inputs count where they are fewer.
func (q *Question) Judge(points []Point, s Sizes) []Point {
	need := q.Need(s)
	out := slices.Clone(points)
	for k := range out {
		p := &out[k]
		bits := p.Bits
		if p.Effective != nil && p.All {
			bits = min(bits, *p.Effective)
		}
		p.Ceiling = curve.Fano(need.Base, need.Power, bits)
		at := p.Accuracy
		if p.Low != nil {
			at = *p.Low
		}
		p.Above = at > p.Ceiling+1e-9
	}
	return out
}

// maxPoints bounds a file of points.
const maxPoints = 100000

// ReadPoints reads a CSV with a header: bits and accuracy (0 to 1), and where they are there name,
// low (of a confidence interval), messages (different ones that were seen) and of ("all" and their number
// where they were seen on all inputs).
func ReadPoints(r io.Reader) ([]Point, error) {
	in := csv.NewReader(io.LimitReader(r, 64<<20))
	in.TrimLeadingSpace, in.Comment = true, '#'
	head, err := in.Read()
	if err != nil {
		return nil, errors.New("no CSV with a header such as bits,accuracy,name")
	}
	at := map[string]int{}
	for k, name := range head {
		name = strings.ToLower(strings.TrimSpace(strict.Text(name)))
		if _, twice := at[name]; twice {
			return nil, fmt.Errorf("the header names %q twice", name)
		}
		at[name] = k
	}
	for _, name := range []string{"bits", "accuracy"} {
		if _, ok := at[name]; !ok {
			return nil, fmt.Errorf("the header %s names no column %q", strings.Join(head, ","), name)
		}
	}
	var out []Point
	for {
		row, err := in.Read()
		if err == io.EOF {
			break
		}
		line, _ := in.FieldPos(0)
		if err != nil {
			return nil, fmt.Errorf("no CSV: %w", err)
		}
		p := Point{}
		fail := error(nil)
		number := func(name string, least, most float64) *float64 {
			k, there := at[name]
			if !there || strings.TrimSpace(row[k]) == "" {
				return nil
			}
			v, err := strconv.ParseFloat(strings.TrimSpace(row[k]), 64)
			if fail == nil && (err != nil || !(v >= least && v <= most)) {
				fail = fmt.Errorf("line %d: %s %q is no number in %v..%v", line, name, row[k], least, most)
			}
			return &v
		}
		bits, accuracy := number("bits", 0, 1e18), number("accuracy", 0, 1)
		p.Low = number("low", 0, 1)
		messages, exact := number("messages", 1, 1e300), new(big.Int)
		switch {
		case fail != nil:
			return nil, fail
		case bits == nil || accuracy == nil:
			return nil, fmt.Errorf("line %d: bits or accuracy is empty", line)
		case p.Low != nil && *p.Low > *accuracy:
			return nil, fmt.Errorf("line %d: low = %v lies above accuracy = %v", line, *p.Low, *accuracy)
		case messages != nil && !whole(exact, row[at["messages"]]):
			return nil, fmt.Errorf("line %d: messages %q is no whole number", line, row[at["messages"]])
		case messages != nil && tooMany(exact, *bits):
			return nil, fmt.Errorf("line %d: messages = %v are more than %v bits tell apart", line, exact, *bits)
		case len(out) == maxPoints:
			return nil, fmt.Errorf("more than %d points", maxPoints)
		}
		p.Bits, p.Accuracy = *bits, *accuracy
		if messages != nil {
			e := math.Log2(*messages)
			p.Effective = &e
		}
		if k, there := at["of"]; there {
			p.All = strings.HasPrefix(row[k], "all")
		}
		if k, there := at["name"]; there {
			p.Name = row[k]
		}
		out = append(out, p)
	}
	if len(out) == 0 {
		return nil, errors.New("the file holds no point")
	}
	return out, nil
}

// whole reads a count, also one written 1e6.
func whole(n *big.Int, text string) bool {
	r, ok := new(big.Rat).SetString(strings.TrimSpace(text)) // no number beyond 1e300 comes here
	if ok = ok && r.IsInt(); ok {
		n.Set(r.Num())
	}
	return ok
}

// tooMany says whether n messages are more than so many bits tell apart: exactly, where these are a whole number.
func tooMany(n *big.Int, bits float64) bool {
	if need := new(big.Int).Sub(n, big.NewInt(1)).BitLen(); float64(need) <= bits || bits == math.Floor(bits) {
		return float64(need) > bits
	}
	f, _ := new(big.Float).SetInt(n).Float64()
	return math.Log2(f) > bits+1e-9
}

// Picture draws the ceiling, the points, and what this model carries; command draws it.
func (r *Report) Picture(command string) plot.SuccessCurve {
	need := r.Ceiling[0].Bits
	p := plot.SuccessCurve{Title: "accuracy against state: " + r.asked, Command: command, X: "bits of the state", Y: "mean accuracy", Log: true}
	lo, hi := need/64, need*2
	measured := plot.Series{Name: "measured"}
	for _, m := range r.Points {
		if m.Bits > 0 {
			lo, hi = min(lo, m.Bits), max(hi, m.Bits)
			measured.Points = append(measured.Points, [2]float64{m.Bits, m.Accuracy})
		}
	}
	ceiling := plot.Series{Name: "no model is above", Line: true}
	for k := range 129 {
		bits := lo * math.Pow(hi/lo, float64(k)/128)
		ceiling.Points = append(ceiling.Points, [2]float64{bits, r.top(bits)})
	}
	p.Series = append(p.Series, ceiling)
	if len(measured.Points) > 0 {
		p.Series = append(p.Series, measured)
	}
	if available := float64(r.Questions[0].Available); available > 0 && available <= hi*1e6 {
		p.Marks = append(p.Marks, plot.Mark{X: available, Name: r.Type})
	}
	return p
}
