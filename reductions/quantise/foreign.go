package quantise

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strconv"

	"crosscut/models/trained"
	"crosscut/protocol/bounds/curve"
	"crosscut/reductions/falsify"
	"crosscut/report"
	"crosscut/report/plot"
)

// Foreign is what the messages of a model that runs elsewhere can tell, as they are and rounded. Nobody runs the
// model: accuracy is that of the outputs in the table, and of rounded messages only the best decoder's is known.
type Foreign struct {
	N         int            `json:"n"`
	Reduction string         `json:"reduction"`
	Inputs    int            `json:"inputs"`
	All       bool           `json:"all_inputs"` // the table holds all of Alice's
	Numbers   *int           `json:"numbers"`    // of a message; null: bytes of no stated type
	Answered  int            `json:"answered"`   // outputs in the table
	Accuracy  *float64       `json:"accuracy"`   // the share of them that is right
	Points    []ForeignPoint `json:"curve"`      // the first is the messages as they are
	// First is the finest of the precisions at which two inputs of the table share a message; "": none, or the
	// messages as they are already collide.
	First    string   `json:"first"`
	Warnings []string `json:"warnings"`
}

// ForeignPoint is one precision.
type ForeignPoint struct {
	P         string  `json:"p"` // as --bits takes it; "as given"
	Bits      int     `json:"bits"`
	Messages  int     `json:"messages"`
	Of        int     `json:"of"`
	Effective float64 `json:"effective_bits"` // log2 of the different messages
	// Best is the share of right answers of the best decoder that sees these messages alone, over the inputs of the
	// table and every question of Bob's; "": too many to ask.
	Best      string   `json:"best_fraction"`
	BestValue *float64 `json:"best"`
	// Fano is what no message with so many different values exceeds, whichever they are; null: nothing is known, or
	// the table does not hold all inputs.
	Fano *float64 `json:"fano"`
}

// Measure of a table counts its messages as they are, then rounded to each precision from the finest on.
func MeasureGiven(g *falsify.Given, precisions []trained.Precision) (*Foreign, error) {
	in := g.In
	f := &Foreign{N: in.Size, Reduction: in.Name, Inputs: len(g.Inputs), All: in.From.Xs(in.Size) == len(g.Inputs), Answered: len(g.Answers), Points: []ForeignPoint{}, Warnings: []string{}}
	if f.Answered > 0 {
		right := 0
		for _, a := range g.Answers {
			if a.Right {
				right++
			}
		}
		share := float64(right) / float64(f.Answered)
		f.Accuracy = &share
	}
	f.add("as given", int(g.Bits), g, g.Groups())
	if !f.All {
		f.Warnings = append(f.Warnings, fmt.Sprintf("the table holds %d of Alice's inputs: others may share a message, and shares are over these", f.Inputs))
	}
	if g.Numbers == nil {
		if len(precisions) > 0 {
			return nil, errors.New("the messages are bytes of no stated type, which cannot be rounded: state dtype, or write numbers")
		}
		return f, nil
	}
	numbers := len(g.Numbers[0])
	f.Numbers = &numbers
	order := slices.Clone(precisions)
	slices.SortStableFunc(order, func(a, b trained.Precision) int { return b.Bits() - a.Bits() })
	for _, p := range order {
		codes, err := trained.Codes(p, g.Numbers)
		if err != nil {
			return nil, err
		}
		groups := falsify.GroupBy(codes)
		f.add(p.String(), numbers*p.Bits(), g, groups)
		if f.First == "" && len(groups) < f.Inputs && f.Points[0].Messages == f.Inputs {
			f.First = p.String()
		}
	}
	return f, nil
}

func (f *Foreign) add(p string, bits int, g *falsify.Given, groups [][]int) {
	pt := ForeignPoint{P: p, Bits: bits, Messages: len(groups), Of: f.Inputs, Effective: math.Log2(float64(len(groups)))}
	if right, all, ok := g.Best(groups); ok {
		best := big.NewRat(right, all)
		v, _ := best.Float64()
		pt.Best, pt.BestValue = best.RatString(), &v
	}
	// Alice's inputs are all words over Bob's answers, each once, where the problem is index or symbols.
	if name := g.In.From.Name; f.All && (name == "index" || name == "symbols") {
		v := curve.Fano(g.In.From.Values(f.N), f.N, pt.Effective)
		pt.Fano = &v
	}
	f.Points = append(f.Points, pt)
}

// Sheet lays it out for all formats.
func (f *Foreign) Sheet() *report.Sheet {
	s := &report.Sheet{Title: fmt.Sprintf("messages of a model that runs elsewhere, %s at n = %d", f.Reduction, f.N), Value: f, Warnings: f.Warnings}
	add := func(name, value string) { s.Fields = append(s.Fields, report.Field{Name: name, Value: value}) }
	inputs := strconv.Itoa(f.Inputs)
	if f.All {
		inputs = "all " + inputs
	}
	add("inputs", inputs)
	if f.Accuracy != nil {
		add("accuracy", fmt.Sprintf("%.4f of the %d outputs in the table", *f.Accuracy, f.Answered))
	}
	if len(f.Points) > 1 {
		first := "none of these: all messages of the table differ"
		if f.First != "" {
			first = f.First + " (finer ones of these keep the inputs of the table apart)"
		} else if f.Points[0].Messages < f.Inputs {
			first = "as given: two inputs share a message before any rounding"
		}
		add("first collision", first)
	}
	g := report.Grid{Columns: []report.Column{{Name: "p"}, {Name: "bits", Right: true}, {Name: "messages", Right: true}, {Name: "of", Right: true}, {Name: "effective bits", Right: true},
		{Name: "best decoder", Right: true}, {Name: "Fano", Right: true}}}
	show := func(v *float64) string {
		return report.Known(v, func(v float64) string { return fmt.Sprintf("%.4f", v) })
	}
	for _, p := range f.Points {
		g.Add(p.P, strconv.Itoa(p.Bits), strconv.Itoa(p.Messages), strconv.Itoa(p.Of), fmt.Sprintf("%.3f", p.Effective), show(p.BestValue), show(p.Fano))
	}
	s.Grids, s.Flat = append(s.Grids, g), &g
	return s
}

// Picture draws the best decoder of each precision against the bits that are in use, and what is possible with so many.
func (f *Foreign) Picture(command string) plot.SuccessCurve {
	p := plot.SuccessCurve{Title: fmt.Sprintf("messages of a model that runs elsewhere, %s at n = %d", f.Reduction, f.N), X: "effective bits", Y: "probability of a right answer", Command: command}
	best, fano := plot.Series{Name: "best decoder of these messages"}, plot.Series{Name: "Fano", Line: true}
	for _, pt := range slices.Backward(f.Points) {
		if pt.BestValue != nil {
			best.Points = append(best.Points, [2]float64{pt.Effective, *pt.BestValue})
		}
		if pt.Fano != nil {
			fano.Points = append(fano.Points, [2]float64{pt.Effective, *pt.Fano})
		}
	}
	for _, s := range []plot.Series{fano, best} {
		if len(s.Points) > 0 {
			p.Series = append(p.Series, s)
		}
	}
	return p
}
