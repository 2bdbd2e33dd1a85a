package plot

import (
	"fmt"
	"image/color"
	"io"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// AccuracyPoint is one precision of a rounded model.
type AccuracyPoint struct {
	Bits                int
	Accuracy, Low, High float64
	Messages, Of        uint64
	All                 bool // Of are all inputs
}

// AccuracyCurve is accuracy against the bits of a message.
type AccuracyCurve struct {
	Title   string
	Command string // that draws it
	N       int    // stored bits
	Points  []AccuracyPoint
	// Optimum is the largest mean accuracy of that many bits; nil: no bound applies.
	Optimum func(bits int) float64
}

// Accuracy draws two panels against the bits of the message, on a logarithmic
// axis: on the left the mean accuracy with its intervals, and as black dashes what
// no message can beat; on the right the share of inputs with a message of their
// own. A gray line stands at n bits.
func Accuracy(w io.Writer, format string, c AccuracyCurve) error {
	if len(c.Points) == 0 {
		return fmt.Errorf("%w: no precision was measured", ErrEmpty)
	}
	left, err := c.accuracy()
	if err != nil {
		return err
	}
	right, err := c.messages()
	if err != nil {
		return err
	}
	return figure{title: c.Title, command: c.Command, width: 460, height: 320, panels: []panel{
		{Plot: left, heading: "mean token accuracy", legend: c.legend()}, {Plot: right, heading: "different messages, as a share of the inputs counted"}}}.write(w, format)
}

// legend says what the dashes are, where there are some.
func (c AccuracyCurve) legend() []string {
	if c.Optimum == nil {
		return nil
	}
	return []string{"dashes: no message beats this"}
}

// axis prepares a panel over all bits, from 1 on where the bound is drawn.
func (c AccuracyCurve) axis() *plot.Plot {
	p := New("", "bits of the message", "")
	lo, hi := float64(c.N), float64(c.N)
	for _, pt := range c.Points {
		lo, hi = min(lo, float64(pt.Bits)), max(hi, float64(pt.Bits))
	}
	if c.Optimum != nil {
		lo = 1
	}
	p.X.Scale = plot.LogScale{}
	p.X.Min, p.X.Max = lo/1.15, hi*1.3
	p.X.Tick.Marker = powers{2, 8, 0}
	return p
}

// atN draws the line at n bits, its name at a share of the height.
func (c AccuracyCurve) atN(p *plot.Plot, height float64) error {
	if err := addUpright(p, float64(c.N)); err != nil {
		return err
	}
	return addLabels(p, []label{{float64(c.N), p.Y.Min + height*(p.Y.Max-p.Y.Min), fmt.Sprintf("n = %d", c.N), Gray}})
}

func (c AccuracyCurve) accuracy() (*plot.Plot, error) {
	p := c.axis()
	p.Y.Min, p.Y.Max = 0.45, 1.02
	for _, pt := range c.Points {
		p.Y.Min = min(p.Y.Min, pt.Low-0.02)
	}
	if err := c.atN(p, 0.04); err != nil {
		return nil, err
	}
	if c.Optimum != nil {
		var best plotter.XYs
		for k := 0; k <= 64; k++ {
			b := math.Pow(float64(c.N), float64(k)/64)
			if whole := math.Round(b); len(best) == 0 || best[len(best)-1].X < whole {
				best = append(best, plotter.XY{X: whole, Y: c.Optimum(int(whole))})
			}
		}
		best = append(best, plotter.XY{X: p.X.Max, Y: 1})
		if err := addLine(p, best, color.Black, []vg.Length{5, 3}); err != nil {
			return nil, err
		}
	}
	points := intervals{make(plotter.XYs, len(c.Points)), make(plotter.YErrors, len(c.Points))}
	for k, pt := range c.Points {
		points.XYs[k] = plotter.XY{X: float64(pt.Bits), Y: pt.Accuracy}
		points.YErrors[k].Low, points.YErrors[k].High = pt.Low-pt.Accuracy, pt.High-pt.Accuracy
	}
	bars, err := plotter.NewYErrorBars(points)
	if err != nil {
		return nil, fmt.Errorf("plot: %w", err)
	}
	bars.Color, bars.Width, bars.CapWidth = Palette[0], 0.8, 3
	dots, err := marks(points.XYs)
	if err != nil {
		return nil, err
	}
	p.Add(bars, dots)
	return p, nil
}

type intervals struct {
	plotter.XYs
	plotter.YErrors
}

func (c AccuracyCurve) messages() (*plot.Plot, error) {
	p := c.axis()
	p.Y.Min, p.Y.Max = 0, 1.05
	if err := c.atN(p, 0.97); err != nil {
		return nil, err
	}
	points := make(plotter.XYs, len(c.Points))
	for k, pt := range c.Points {
		points[k] = plotter.XY{X: float64(pt.Bits), Y: float64(pt.Messages) / float64(max(pt.Of, 1))}
	}
	dots, err := marks(points)
	if err != nil {
		return nil, err
	}
	p.Add(dots)
	return p, nil
}

func marks(at plotter.XYs) (*plotter.Scatter, error) {
	dots, err := plotter.NewScatter(at)
	if err != nil {
		return nil, fmt.Errorf("plot: %w", err)
	}
	dots.GlyphStyle = draw.GlyphStyle{Color: Palette[0], Radius: 2.6, Shape: draw.CircleGlyph{}}
	return dots, nil
}
