package plot

import (
	"fmt"
	"image/color"
	"io"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// SuccessCurve is success against bits: lines that are proved, points that were measured.
type SuccessCurve struct {
	Title, X, Y string
	Command     string // that draws it
	Log         bool   // bits on a logarithmic axis; then all of them are positive
	Series      []Series
	Marks       []Mark
}

// Series is one line or one set of points.
type Series struct {
	Name   string
	Points [][2]float64
	Line   bool
}

// Mark is a vertical line.
type Mark struct {
	X    float64
	Name string
}

// Success draws a curve; the first series in black, dashed.
func Success(w io.Writer, format string, c SuccessCurve) error {
	p := New("", c.X, "")
	out := panel{Plot: p, heading: c.Y}
	lo, hi, low := 0.0, 0.0, 1.0
	first := true
	for _, s := range c.Series {
		for _, pt := range s.Points {
			if first {
				lo, hi, first = pt[0], pt[0], false
			}
			lo, hi, low = min(lo, pt[0]), max(hi, pt[0]), min(low, pt[1])
		}
	}
	if first {
		return fmt.Errorf("%w: no curve has a point", ErrEmpty)
	}
	for _, m := range c.Marks {
		lo, hi = min(lo, m.X), max(hi, m.X)
	}
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = lo, hi+0.02*(hi-lo), max(0, low-0.05), 1.02
	if c.Log {
		p.X.Scale, p.X.Max, p.X.Tick.Marker = plot.LogScale{}, hi*1.1, powers{2, 10, 0}
	}
	for k, s := range c.Series {
		var ink color.Color = color.Black
		if k > 0 {
			ink = Palette[(k-1)%len(Palette)]
		}
		if len(s.Points) == 0 {
			continue
		}
		out.names = append(out.names, name{s.Points[len(s.Points)-1][1], s.Name, ink})
		at := make(plotter.XYs, len(s.Points))
		for i, pt := range s.Points {
			at[i] = plotter.XY{X: pt[0], Y: pt[1]}
		}
		if s.Line {
			var dashes []vg.Length
			if k == 0 {
				dashes = []vg.Length{5, 3}
			}
			if err := addLine(p, at, ink, dashes); err != nil {
				return err
			}
			continue
		}
		dots, err := marks(at)
		if err != nil {
			return err
		}
		dots.Color = ink
		p.Add(dots)
	}
	for _, m := range c.Marks {
		if err := addUpright(p, m.X); err != nil {
			return err
		}
		out.legend = append(out.legend, fmt.Sprintf("dotted at %s: %s", Thousands(m.X), m.Name))
	}
	return figure{title: c.Title, command: c.Command, width: 520, height: 360, panels: []panel{out}}.write(w, format)
}
