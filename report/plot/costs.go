package plot

import (
	"fmt"
	"image/color"
	"io"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"crosscut/report"
)

// Costs draws a table against N, both axes logarithmic, in two panels that are
// never mixed: the bits that cross the cut, and the size of the model. On the
// left, points are metered and lines are formulas; black dashes are needed bits,
// gray dots the raw tokens. A cost above the raw tokens proves nothing: where all
// models share the raw tokens that region is shaded, and such points are hollow.
// Rows without N or bits are left out.
func Costs(w io.Writer, format string, t report.Table) error {
	bits, err := gather(t, func(r report.Row) (float64, float64) { return value(r.Bits), value(r.Formula) }, true)
	if err != nil {
		return err
	}
	left, err := bits.plot("bits across the cut")
	if err != nil {
		return err
	}
	const width, height = 470, 370
	sizes, err := gather(t, func(r report.Row) (float64, float64) { return value(r.Size), value(r.Size) }, false)
	if err == ErrEmpty {
		return Write(w, format, width*1.3, height, t.Title, left)
	}
	if err != nil {
		return err
	}
	right, err := sizes.plot("size of the model, in bits")
	if err != nil {
		return err
	}
	return Write(w, format, 2*width, height, t.Title, left, right)
}

func value(v *float64) float64 {
	if v == nil {
		return 0
	}
	return *v
}

// curves is what one panel has to draw.
type curves struct {
	ns     []float64
	series []series
	shaded plotter.XYs // the line above which everything is vacuous
	hollow bool        // some point is hollow
}

// series is one line with its name.
type series struct {
	name   string
	color  color.Color
	dashes []vg.Length
	shape  int         // of the marks; -1: none
	points plotter.XYs // metered, or given
	above  []bool      // which points are vacuous
	line   plotter.XYs // by formula
}

// gather reads one column of a table: points and line of each model. With compared,
// needed and trivial bits too.
func gather(t report.Table, column func(report.Row) (point, line float64), compared bool) (*curves, error) {
	c := &curves{}
	models := map[string]*series{}
	var order []string
	needed, trivial := map[string]plotter.XYs{}, map[string]plotter.XYs{}
	rows := slices.Clone(t.Rows)
	slices.SortStableFunc(rows, func(a, b report.Row) int { return at(a) - at(b) })
	for _, r := range rows {
		y, by := column(r)
		if r.N == nil || y <= 0 {
			continue
		}
		n := float64(*r.N)
		if !slices.Contains(c.ns, n) {
			c.ns = append(c.ns, n)
		}
		s := models[r.Model]
		if s == nil {
			s = &series{name: r.Model}
			models[r.Model] = s
			order = append(order, r.Model)
		}
		raw := value(r.Trivial)
		s.points = append(s.points, plotter.XY{X: n, Y: y})
		s.above = append(s.above, compared && raw > 0 && y > raw)
		if by > 0 {
			s.line = append(s.line, plotter.XY{X: n, Y: by})
		}
		if compared && raw > 0 {
			trivial[r.Model] = append(trivial[r.Model], plotter.XY{X: n, Y: raw})
		}
		if compared && value(r.Needed) > 0 {
			needed[r.Model] = append(needed[r.Model], plotter.XY{X: n, Y: value(r.Needed)})
		}
	}
	if len(order) == 0 {
		return nil, ErrEmpty
	}
	order = byTable(t, order)
	for i, name := range order {
		s := models[name]
		s.color, s.shape = Palette[i%len(Palette)], i
		c.hollow = c.hollow || slices.Contains(s.above, true)
		c.series = append(c.series, *s)
	}
	c.compare("raw tokens", Gray, []vg.Length{1.5, 3}, order, trivial)
	c.compare("needed", color.Black, []vg.Length{5, 3}, order, needed)
	if len(trivial) == len(order) && same(trivial, order) {
		c.shaded = trivial[order[0]]
	}
	return c, nil
}

func at(r report.Row) int {
	if r.N == nil {
		return 0
	}
	return *r.N
}

// byTable orders models as the table does, so that both panels use one colour each.
func byTable(t report.Table, names []string) []string {
	var order []string
	for _, r := range t.Rows {
		if slices.Contains(names, r.Model) && !slices.Contains(order, r.Model) {
			order = append(order, r.Model)
		}
	}
	return order
}

func same(lines map[string]plotter.XYs, names []string) bool {
	for _, name := range names {
		if !slices.Equal(lines[name], lines[names[0]]) {
			return false
		}
	}
	return true
}

// compare adds one line for each different curve, named after its models where
// there is more than one.
func (c *curves) compare(what string, col color.Color, dashes []vg.Length, order []string, lines map[string]plotter.XYs) {
	done := map[string]bool{}
	for _, name := range order {
		line := lines[name]
		if len(line) == 0 || done[name] {
			continue
		}
		var sharing []string
		for _, other := range order {
			if slices.Equal(lines[other], line) {
				done[other] = true
				sharing = append(sharing, other)
			}
		}
		label := what
		if len(sharing) < len(order) {
			label += ": " + strings.Join(sharing, ", ")
		}
		c.series = append(c.series, series{name: label, color: col, dashes: dashes, shape: -1, points: line, line: line})
	}
}

// plot draws one panel.
func (c *curves) plot(what string) (*plot.Plot, error) {
	p := New("", "sequence length N", what)
	p.X.Scale, p.Y.Scale = plot.LogScale{}, plot.LogScale{}
	lo, hi := c.span()
	left, right := c.ns[0], c.ns[len(c.ns)-1]
	if left == right {
		left, right = left/2, right*2
	}
	p.X.Tick.Marker, p.Y.Tick.Marker = powers{2, 6, right}, powers{10, 9, 0}
	// The names stand inside the frame, to the right of the last N.
	const names = 0.55
	p.X.Min, p.X.Max = left, right*math.Pow(right/left, names)
	p.Y.Min, p.Y.Max = lo, hi
	if err := c.shade(p, left, hi); err != nil {
		return nil, err
	}
	var labels []label
	for _, s := range c.series {
		if err := s.draw(p); err != nil {
			return nil, err
		}
		end := s.points[len(s.points)-1]
		labels = append(labels, label{end.X, end.Y, s.name, s.color})
	}
	const frame = 280 // points of height that are left for the axis
	spread(labels, lo, hi, frame)
	return p, addLabels(p, labels)
}

// span is the range of all values, with a little room.
func (c *curves) span() (lo, hi float64) {
	lo, hi = math.Inf(1), 0
	for _, s := range c.series {
		for _, pt := range append(slices.Clone(s.points), s.line...) {
			lo, hi = min(lo, pt.Y), max(hi, pt.Y)
		}
	}
	return lo / 1.6, hi * 3
}

// shade fills the vacuous region, or says what hollow points are.
func (c *curves) shade(p *plot.Plot, left, hi float64) error {
	if len(c.shaded) >= 2 {
		last := c.shaded[len(c.shaded)-1]
		ring := append(slices.Clone(c.shaded), plotter.XY{X: last.X, Y: hi}, plotter.XY{X: c.shaded[0].X, Y: hi})
		area, err := plotter.NewPolygon(ring)
		if err != nil {
			return fmt.Errorf("plot: %w", err)
		}
		area.Color, area.LineStyle.Width = color.RGBA{238, 238, 238, 255}, 0
		p.Add(area)
	}
	if len(c.shaded) < 2 && !c.hollow {
		return nil
	}
	text := "vacuous: above the raw tokens"
	if c.hollow {
		text = "hollow: vacuous, above the raw tokens"
	}
	return addLabels(p, []label{{left, hi / 1.6, text, Gray}})
}

// draw adds one series; the shape of its marks repeats its colour.
func (s series) draw(p *plot.Plot) error {
	if len(s.line) > 1 {
		line, err := plotter.NewLine(s.line)
		if err != nil {
			return fmt.Errorf("plot: %w", err)
		}
		line.Color, line.Width, line.Dashes = s.color, 1.2, s.dashes
		p.Add(line)
	}
	if s.shape < 0 {
		return nil
	}
	points, err := plotter.NewScatter(s.points)
	if err != nil {
		return fmt.Errorf("plot: %w", err)
	}
	full := []draw.GlyphDrawer{draw.CircleGlyph{}, draw.BoxGlyph{}, draw.PyramidGlyph{}}
	hollow := []draw.GlyphDrawer{draw.RingGlyph{}, draw.SquareGlyph{}, draw.TriangleGlyph{}}
	points.GlyphStyleFunc = func(i int) draw.GlyphStyle {
		style := draw.GlyphStyle{Color: s.color, Radius: 2.8, Shape: full[s.shape%len(full)]}
		if s.above[i] {
			style.Shape = hollow[s.shape%len(hollow)]
		}
		return style
	}
	p.Add(points)
	return nil
}
