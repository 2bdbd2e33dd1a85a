package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"slices"
	"strconv"

	"github.com/urfave/cli/v2"

	"crosscut/protocol/bounds"
	"crosscut/protocol/bounds/curve"
	"crosscut/reductions/falsify"
	"crosscut/reductions/matrix"
	"crosscut/reductions/quantise"
	"crosscut/report"
	"crosscut/report/plot"
)

var _ = register(&command{
	name:  "curve",
	usage: "the best success probability with s bits, one-way, certified",
	about: "Alice speaks s bits once, Bob answers: for every s up to the one-way cost, the best probability of a right answer over uniform x and y, as an interval that is exact where its ends meet. " +
		"The lower end is a set of 2^s words of answers, the upper end a dual solution; --certificate writes both for crosscut check. Fano's ceiling and what keeping k tokens achieves (selection) stand beside it " +
		"where Alice's inputs are all words over the answers. With --messages FILE --reduction R --n N the states of a model that is run elsewhere stand beside it.",
	flags: append(messagesFlags(), flags(
		&cli.StringFlag{Name: "problem", Usage: "a base problem by `NAME`"},
		nFlag("size n of --problem, --file and --messages"),
		&cli.StringFlag{Name: "matrix", Usage: "read the rows from `FILE`"},
		fileFlag("a Starlark `FILE` with problem"),
		setFlag(),
		&cli.StringFlag{Name: "certificate", Usage: "write the evidence to `FILE`, for crosscut check"},
		&cli.StringFlag{Name: "svg", Usage: "draw success against bits into `FILE`"},
		&cli.StringFlag{Name: "write-probe", Usage: "write questions about inputs of known entropy to `FILE`, for any summariser to answer"},
		&cli.StringFlag{Name: "grade", Usage: "mark the answers in `FILE`, a probe that somebody answered: bits recovered, with an exact confidence interval"},
		&cli.IntFlag{Name: "runs", Value: 1000, Usage: "questions of --write-probe"},
		seedFlag(),
		memoryFlag(),
	)...),
	run: runCurve,
})

// curveReport is the JSON of a curve.
type curveReport struct {
	Problem   string         `json:"problem"`
	N         *int           `json:"n"`
	Rows      []curveRow     `json:"rows"`
	Selection []selectionRow `json:"selection"`
	// Messages are those of a model that is run elsewhere, beside the curve of the problem that they answer.
	Messages *quantise.Foreign `json:"messages,omitempty"`
	Warnings []string          `json:"warnings"`
}

type curveRow struct {
	Bits    int       `json:"bits"`
	Success curveEnds `json:"success"`
	Fano    *float64  `json:"fano"` // null where Fano's inequality says nothing
}

type selectionRow struct {
	Kept    int       `json:"kept"`
	Bits    float64   `json:"bits"` // log2 of the messages that keep so many tokens, places named
	Success curveEnds `json:"success"`
}

// curveEnds are an interval as decimals, and as the fractions that they are.
type curveEnds struct {
	Lower      float64 `json:"lower"`
	Upper      float64 `json:"upper"`
	Exact      bool    `json:"exact"`
	LowerExact string  `json:"lower_fraction"`
	UpperExact string  `json:"upper_fraction"`
}

func endsOf(lower, upper *big.Rat) curveEnds {
	l, _ := lower.Float64()
	u, _ := upper.Float64()
	return curveEnds{l, u, lower.Cmp(upper) == 0, lower.RatString(), upper.RatString()}
}

func runCurve(c *call) error {
	from, err := c.one("problem", "matrix", "file", "messages")
	if err != nil {
		return err
	}
	if from == "matrix" {
		if err := c.refuse("it means nothing with --matrix", "it goes with --problem and --file", "n", "set"); err != nil {
			return err
		}
	}
	c.seedless = !c.IsSet("write-probe")
	if from != "messages" {
		if err := c.refuse("it belongs to a table of messages", "add --messages FILE", "reduction"); err != nil {
			return err
		}
	}
	if c.IsSet("write-probe") || c.IsSet("grade") {
		return c.probe(from)
	}
	if err := c.refuse("it belongs to a probe", "add --write-probe FILE", "runs", "seed"); err != nil {
		return err
	}
	r := &curveReport{Rows: []curveRow{}, Selection: []selectionRow{}, Warnings: []string{}}
	var m *bounds.Matrix
	if from == "messages" {
		m, err = c.curveOfMessages(r)
	} else {
		var res *matrix.Result
		ctx, cancel := c.within() // reading counts
		defer cancel()
		if m, res, _, err = c.namedMatrix(ctx, from); err == nil {
			r.Problem = res.Source
		} else {
			err = c.inTime(ctx, err)
		}
	}
	if err != nil {
		return err
	}
	if from == "problem" {
		r.Problem = c.String("problem")
	}
	cv, stopped := curve.Of(c.Context, m)
	if cv == nil && r.Messages == nil {
		return usagef("take a smaller size", "%v", stopped)
	}
	if cv == nil {
		r.Warnings = append(r.Warnings, fmt.Sprintf("no curve of the problem beside the messages: %v", stopped))
		cv, stopped = &curve.Curve{}, nil
	}
	if c.IsSet("n") {
		n := c.Int("n")
		r.N = &n
	}
	for _, p := range cv.Points {
		row := curveRow{Bits: p.Bits, Success: endsOf(p.Lower, p.Upper)}
		if p.Fano > 0 {
			row.Fano = &p.Fano
		}
		r.Rows = append(r.Rows, row)
	}
	for _, s := range cv.Selection {
		r.Selection = append(r.Selection, selectionRow{s.Kept, s.Bits, endsOf(s.Lower, s.Upper)})
	}
	if len(r.Rows) > 0 && r.Rows[0].Fano == nil {
		r.Warnings = append(r.Warnings, "no ceiling by Fano's inequality: it speaks of independent answers, where Alice's inputs are all words over them")
	}
	if m != nil && !m.Total() {
		r.Warnings = append(r.Warnings, "the problem has a promise: success is over uniform inputs within it")
	}
	if c.IsSet("certificate") && stopped == nil {
		cert, err := cv.Certificate()
		if err != nil {
			return internal(err)
		}
		if err := writeFile(c.String("certificate"), func(w io.Writer) error { return json.NewEncoder(w).Encode(cert) }); err != nil {
			return err
		}
	}
	if stopped == nil {
		if err := c.draw(func(w io.Writer, format string) error { return plot.Success(w, format, r.picture(c.command())) }); err != nil {
			return err
		}
	}
	if err := c.emit(r.sheet()); err != nil {
		return err
	}
	return stopped
}

// curveOfMessages reads the table of --messages, and the matrix of the problem that the model faces; nil where it
// is too large.
func (c *call) curveOfMessages(r *curveReport) (*bounds.Matrix, error) {
	in, err := c.elsewhere()
	if err != nil {
		return nil, err
	}
	g, err := c.given(in)
	if err != nil {
		return nil, err
	}
	if r.Messages, err = quantise.MeasureGiven(g, nil); err != nil {
		return nil, err
	}
	r.Problem, r.Warnings = in.From.Name, r.Messages.Warnings
	if xs := in.From.Xs(in.Size); xs < 0 || xs > falsify.MaxMessages {
		return nil, nil
	}
	return bounds.FromProblem(in.From, in.Size)
}

// fano prints a ceiling; nothing where there is none.
func fano(ceiling *float64) string {
	return report.Known(ceiling, func(c float64) string { return fmt.Sprintf("%.4f", c) })
}

func (r *curveReport) sheet() *report.Sheet {
	g := report.Grid{Title: "generation: any message of s bits", Columns: []report.Column{{Name: "bits", Right: true}, {Name: "success at least"}, {Name: "at most"}, {Name: "exact"}, {Name: "Fano"}}}
	for _, p := range r.Rows {
		g.Add(strconv.Itoa(p.Bits), p.Success.LowerExact, p.Success.UpperExact, report.Yes(p.Success.Exact), fano(p.Fano))
	}
	s := &report.Sheet{Title: "success against bits: " + r.Problem, Grids: []report.Grid{g}, Flat: &g, Warnings: r.Warnings, Value: r}
	if len(r.Selection) > 0 {
		k := report.Grid{Title: "selection: k of Alice's tokens are kept", Columns: []report.Column{{Name: "kept", Right: true}, {Name: "success at least"}, {Name: "at most"}, {Name: "exact"}}}
		for _, p := range r.Selection {
			k.Add(strconv.Itoa(p.Kept), p.Success.LowerExact, p.Success.UpperExact, report.Yes(p.Success.Exact))
		}
		s.Grids = append(s.Grids, k)
	}
	if r.Messages != nil {
		table := r.Messages.Sheet()
		s.Fields, s.Grids = table.Fields, append(s.Grids, table.Grids...)
		s.Grids[len(s.Grids)-1].Title = "the messages of the table"
	}
	return s
}

// picture draws both ends and Fano's ceiling, and the selection against the bits that name its messages.
func (r *curveReport) picture(command string) plot.SuccessCurve {
	p := plot.SuccessCurve{Title: "success against bits: " + r.Problem, X: "bits", Y: "probability of a right answer", Command: command}
	fano, upper, lower := plot.Series{Name: "Fano", Line: true}, plot.Series{Name: "at most", Line: true}, plot.Series{Name: "achieved"}
	for _, row := range r.Rows {
		b := float64(row.Bits)
		if row.Fano != nil {
			fano.Points = append(fano.Points, [2]float64{b, *row.Fano})
		}
		upper.Points = append(upper.Points, [2]float64{b, row.Success.Upper})
		lower.Points = append(lower.Points, [2]float64{b, row.Success.Lower})
	}
	p.Series = []plot.Series{upper, lower}
	if len(fano.Points) > 0 {
		p.Series = slices.Insert(p.Series, 0, fano)
	}
	if len(r.Selection) > 0 {
		kept := plot.Series{Name: "tokens kept"}
		for _, s := range r.Selection {
			kept.Points = append(kept.Points, [2]float64{s.Bits, s.Success.Lower})
		}
		p.Series = append(p.Series, kept)
	}
	if r.Messages != nil {
		for _, pt := range r.Messages.Points {
			if pt.BestValue != nil {
				p.Series = append(p.Series, plot.Series{Name: "best decoder of the messages", Points: [][2]float64{{pt.Effective, *pt.BestValue}}})
			}
		}
	}
	return p
}
