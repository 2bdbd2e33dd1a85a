package plot

import (
	"fmt"
	"image/color"
	"io"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"crosscut/report"
)

// Costs draws bit cost against N, both logarithmic: the metered bits of each model
// as points, its formula as a line, what is needed in black, and the trivial
// protocol in gray. Above the trivial protocol a cost proves nothing: that region
// is shaded. Rows without N or bits are left out.
func Costs(w io.Writer, format string, t report.Table) error {
	c, err := gather(t)
	if err != nil {
		return err
	}
	const width, height = 620, 380
	p := New(t.Title, "sequence length N", "bits across the cut")
	p.X.Scale, p.Y.Scale = plot.LogScale{}, plot.LogScale{}
	lo, hi := c.span()
	left, right := c.ns[0], c.ns[len(c.ns)-1]
	if left == right {
		left, right = left/2, right*2
	}
	p.X.Tick.Marker, p.Y.Tick.Marker = powers{2, 8, right}, powers{10, 9, 0}
	// The names stand inside the frame, to the right of the last N.
	const names = 0.42
	p.X.Min, p.X.Max = left, right*math.Pow(right/left, names)
	p.Y.Min, p.Y.Max = lo, hi
	if err := c.shade(p, left, hi); err != nil {
		return err
	}
	var labels []label
	for i, s := range c.series {
		if err := s.draw(p, i); err != nil {
			return err
		}
		end := s.points[len(s.points)-1]
		labels = append(labels, label{end.X, end.Y, s.name, s.color})
	}
	spread(labels, lo, hi, height-86)
	if err := addLabels(p, labels); err != nil {
		return err
	}
	return Write(w, format, p, width, height)
}

// curves is what a table has to draw.
type curves struct {
	ns      []float64
	trivial plotter.XYs
	series  []series
}

// series is one line with its name.
type series struct {
	name   string
	color  color.Color
	dashes []vg.Length
	points plotter.XYs // metered, or given
	line   plotter.XYs // by formula
	marks  bool
}

func gather(t report.Table) (*curves, error) {
	c := &curves{}
	models := map[string]*series{}
	var order []string
	trivial, needed := map[float64]float64{}, map[float64]float64{}
	for _, r := range t.Rows {
		if r.N == nil || r.Bits == nil || *r.Bits <= 0 {
			continue
		}
		n := float64(*r.N)
		if !slices.Contains(c.ns, n) {
			c.ns = append(c.ns, n)
		}
		s := models[r.Model]
		if s == nil {
			s = &series{name: r.Model, color: Palette[len(order)%len(Palette)], marks: true}
			models[r.Model] = s
			order = append(order, r.Model)
		}
		s.points = append(s.points, plotter.XY{X: n, Y: *r.Bits})
		if r.Formula != nil && *r.Formula > 0 {
			s.line = append(s.line, plotter.XY{X: n, Y: *r.Formula})
		}
		if r.Trivial != nil && *r.Trivial > 0 && (trivial[n] == 0 || *r.Trivial < trivial[n]) {
			trivial[n] = *r.Trivial
		}
		if r.Needed != nil && *r.Needed > 0 {
			needed[n] = max(needed[n], *r.Needed)
		}
	}
	if len(order) == 0 {
		return nil, ErrEmpty
	}
	slices.Sort(c.ns)
	for _, name := range order {
		byN(models[name].points)
		byN(models[name].line)
		c.series = append(c.series, *models[name])
	}
	c.trivial = c.along(trivial)
	if len(c.trivial) > 0 && models["trivial"] == nil {
		c.series = append(c.series, series{name: "trivial: raw tokens", color: Gray, dashes: []vg.Length{2, 3}, points: c.trivial, line: c.trivial})
	}
	if line := c.along(needed); len(line) > 0 {
		c.series = append(c.series, series{name: "needed", color: color.Black, dashes: []vg.Length{6, 3}, points: line, line: line})
	}
	return c, nil
}

func byN(xy plotter.XYs) {
	slices.SortStableFunc(xy, func(a, b plotter.XY) int { return int(a.X - b.X) })
}

// along lists the values at every N that has one.
func (c *curves) along(at map[float64]float64) plotter.XYs {
	var line plotter.XYs
	for _, n := range c.ns {
		if y, ok := at[n]; ok {
			line = append(line, plotter.XY{X: n, Y: y})
		}
	}
	return line
}

// span is the range of all values, with a little room.
func (c *curves) span() (lo, hi float64) {
	lo, hi = math.Inf(1), 0
	for _, s := range c.series {
		for _, pt := range append(slices.Clone(s.points), s.line...) {
			lo, hi = min(lo, pt.Y), max(hi, pt.Y)
		}
	}
	return lo / 1.6, hi * 2.5
}

// shade fills the region above the trivial protocol.
func (c *curves) shade(p *plot.Plot, left, hi float64) error {
	if len(c.trivial) < 2 {
		return nil
	}
	ring := slices.Clone(c.trivial)
	last := ring[len(ring)-1]
	ring = append(ring, plotter.XY{X: last.X, Y: hi}, plotter.XY{X: ring[0].X, Y: hi})
	area, err := plotter.NewPolygon(ring)
	if err != nil {
		return fmt.Errorf("plot: %w", err)
	}
	area.Color, area.LineStyle.Width = color.RGBA{238, 238, 238, 255}, 0
	p.Add(area)
	return addLabels(p, []label{{left, hi / 1.5, "vacuous: dearer than the raw tokens", Gray}})
}

// draw adds one series; the shape of its marks repeats its colour.
func (s series) draw(p *plot.Plot, index int) error {
	if len(s.line) > 1 {
		line, err := plotter.NewLine(s.line)
		if err != nil {
			return fmt.Errorf("plot: %w", err)
		}
		line.Color, line.Width, line.Dashes = s.color, 1.2, s.dashes
		p.Add(line)
	}
	if !s.marks {
		return nil
	}
	points, err := plotter.NewScatter(s.points)
	if err != nil {
		return fmt.Errorf("plot: %w", err)
	}
	shapes := []draw.GlyphDrawer{draw.CircleGlyph{}, draw.SquareGlyph{}, draw.TriangleGlyph{}, draw.PyramidGlyph{}, draw.RingGlyph{}, draw.BoxGlyph{}, draw.CrossGlyph{}}
	points.GlyphStyle = draw.GlyphStyle{Color: s.color, Radius: 2.6, Shape: shapes[index%len(shapes)]}
	p.Add(points)
	return nil
}
