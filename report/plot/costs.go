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

// Costs draws a table against N, both axes logarithmic, one quantity in a panel:
// the bits that cross the cut, one panel for each need, then the size of the models.
// In the first, points are metered and lines are formulas; black dashes are needed
// bits, gray dots the raw tokens. Between what is needed and the cheapest protocol of
// the panel, the raw tokens among them, nothing is known: that is shaded. A cost above
// the raw tokens proves nothing: such points are hollow. Rows without N or bits are
// left out. A size gets its needed line where it bounds a message (report.Row, SizeNeeded) or the
// whole model is what crosses, as the state of a recurrent one. Each panel says at which q, eps and M.
func Costs(w io.Writer, format string, t report.Table, command string) error {
	f := figure{title: t.Title, command: command, width: 430, height: 300}
	bits := gather(t, func(r report.Row) (float64, float64) { return value(r.Bits), value(r.Formula) }, true)
	groups := bits.byNeed()
	for _, c := range groups {
		heading := "bits across the cut"
		if len(groups) > 1 {
			if names := strings.Join(c.models(), ", "); len(names) <= 40 {
				heading += ": " + names
			} else { // the legend names them
				heading += fmt.Sprintf(", %d of the models", len(c.models()))
			}
		}
		p, err := c.panel(heading)
		if err != nil {
			return err
		}
		p.legend = append(settings(t, c.models()), p.legend...)
		f.panels = append(f.panels, p)
	}
	sizes := gather(t, func(r report.Row) (float64, float64) { return value(r.Size), value(r.Size) }, false)
	if len(groups) > 0 && len(sizes.series) > 0 {
		sizes.sizes = true
		p, err := sizes.panel("size of the model, in bits")
		if err != nil {
			return err
		}
		p.legend = append(settings(t, sizes.models()), p.legend...)
		f.panels = append(f.panels, p)
	}
	if len(f.panels) == 0 {
		return fmt.Errorf("%w: no row has N and bits above 0", ErrEmpty)
	}
	return f.write(w, format)
}

// settings says at which q, eps and M the models of a panel were run: what a comparison
// holds fixed, what grows with N, and where models differ.
func settings(t report.Table, models []string) []string {
	var parts []string
	for _, name := range []string{"q", "eps", "M"} {
		at, differ := map[int]float64{}, false
		var values []float64
		for _, r := range t.Rows {
			v, ok := r.Params[name].(float64)
			if !ok || r.N == nil || !slices.Contains(models, r.Model) {
				continue
			}
			if other, seen := at[*r.N]; seen && other != v {
				differ = true
			}
			at[*r.N] = v
			if !slices.Contains(values, v) {
				values = append(values, v)
			}
		}
		slices.Sort(values)
		var shown []string
		for _, v := range values {
			shown = append(shown, report.Number(v))
		}
		switch {
		case len(shown) == 1:
			parts = append(parts, name+" = "+shown[0])
		case differ:
			parts = append(parts, name+" not the same for all: "+strings.Join(shown, ", "))
		case len(shown) > 1:
			parts = append(parts, fmt.Sprintf("%s = %s to %s, with N", name, shown[0], shown[len(shown)-1]))
		}
	}
	if len(parts) == 0 {
		return nil
	}
	return []string{strings.Join(parts, "; ")}
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
	sizes  bool // of models, not costs of protocols: nothing is shaded
}

// series is one model with what it is compared with.
type series struct {
	name            string
	color           color.Color
	shape           int         // of the marks
	points          plotter.XYs // metered, or given
	above           []bool      // which points are vacuous
	line            plotter.XYs // by formula
	needed, trivial plotter.XYs
	by              string // the name of the need
}

// gather reads one column of a table: points and line of each model. With compared,
// needed and trivial bits too.
func gather(t report.Table, column func(report.Row) (point, line float64), compared bool) *curves {
	c := &curves{}
	rows := slices.Clone(t.Rows)
	slices.SortStableFunc(rows, func(a, b report.Row) int { return at(a) - at(b) })
	names := byTable(t)
	for _, r := range rows {
		y, by := column(r)
		if r.N == nil || y <= 0 {
			continue
		}
		n := float64(*r.N)
		if !slices.Contains(c.ns, n) {
			c.ns = append(c.ns, n)
		}
		k := slices.IndexFunc(c.series, func(s series) bool { return s.name == r.Model })
		if k < 0 {
			k = len(c.series)
			i := slices.Index(names, r.Model)
			c.series = append(c.series, series{name: r.Model, color: Palette[i%len(Palette)], shape: i})
		}
		s, raw := &c.series[k], value(r.Trivial)
		s.points = append(s.points, plotter.XY{X: n, Y: y})
		s.above = append(s.above, compared && raw > 0 && y > raw)
		if by > 0 {
			s.line = append(s.line, plotter.XY{X: n, Y: by})
		}
		if compared && raw > 0 {
			s.trivial = append(s.trivial, plotter.XY{X: n, Y: raw})
		}
		needed, whose := value(r.Needed), strings.Split(r.NeededBy, " ")[0]
		if !compared && r.SizeNeeded != nil {
			needed, whose = *r.SizeNeeded, r.SizeNeededBy
		} else if !compared && y != value(r.Bits) { // else the whole model crosses, so that its size is needed
			needed = 0
		}
		if needed > 0 {
			s.needed, s.by = append(s.needed, plotter.XY{X: n, Y: needed}), whose
		}
	}
	slices.SortStableFunc(c.series, func(a, b series) int { return slices.Index(names, a.name) - slices.Index(names, b.name) })
	return c
}

func at(r report.Row) int {
	if r.N == nil {
		return 0
	}
	return *r.N
}

// byTable lists the models as the table does, so that all panels give each one colour
// and one shape.
func byTable(t report.Table) []string {
	var order []string
	for _, r := range t.Rows {
		if !slices.Contains(order, r.Model) {
			order = append(order, r.Model)
		}
	}
	return order
}

// byNeed divides models by what is needed of them: other splits have other needs, and
// two needs on one axis mislead. Models of which nothing is known to be needed stand
// with the others where there is one need at most.
func (c *curves) byNeed() []*curves {
	var groups []*curves
	for _, s := range c.series {
		k := slices.IndexFunc(groups, func(g *curves) bool { return slices.Equal(g.series[0].needed, s.needed) })
		if k < 0 {
			k = len(groups)
			groups = append(groups, &curves{ns: c.ns})
		}
		groups[k].series = append(groups[k].series, s)
	}
	if len(groups) == 2 {
		a, b := groups[0], groups[1]
		if len(b.series[0].needed) == 0 {
			a, b = b, a
		}
		if len(a.series[0].needed) == 0 && same(a.series[0].trivial, b.series[0].trivial) {
			return []*curves{c}
		}
	}
	return groups
}

func same(a, b plotter.XYs) bool { return slices.Equal(a, b) }

func (c *curves) models() []string {
	var names []string
	for _, s := range c.series {
		names = append(names, s.name)
	}
	return names
}

// panel draws what was gathered.
func (c *curves) panel(heading string) (panel, error) {
	p := New("", "sequence length N", "")
	p.X.Scale, p.Y.Scale = plot.LogScale{}, plot.LogScale{}
	lo, hi := c.span()
	left, right := c.ns[0], c.ns[len(c.ns)-1]
	if left == right {
		left, right = left/2, right*2
	}
	p.X.Tick.Marker, p.Y.Tick.Marker = powers{2, 7, right}, powers{10, 8, 0}
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = left, right, lo, hi
	out := panel{Plot: p, heading: heading}
	if open, err := c.between(); err != nil {
		return out, err
	} else if open != nil {
		p.Add(open)
		out.legend = append(out.legend, "shaded: open, between the need and the cheapest protocol here")
	}
	if slices.ContainsFunc(c.series, func(s series) bool { return slices.Contains(s.above, true) }) {
		out.legend = append(out.legend, "hollow: vacuous, above the raw tokens")
	}
	for _, kind := range []struct {
		what   string
		color  color.Color
		dashes []vg.Length
		line   func(series) plotter.XYs
	}{
		{"raw tokens", Gray, []vg.Length{1.5, 3}, func(s series) plotter.XYs { return s.trivial }},
		{"needed", color.Black, []vg.Length{5, 3}, func(s series) plotter.XYs { return s.needed }},
	} {
		for _, group := range c.alike(kind.line) {
			line, label := kind.line(group[0]), kind.what
			if by := group[0].by; kind.what == "needed" && by != "" {
				label += ": " + by
			}
			if len(line) == 0 {
				continue
			}
			if len(group) < len(c.series) {
				label += " (" + strings.Join((&curves{series: group}).models(), ", ") + ")"
			}
			if err := addLine(p, line, kind.color, kind.dashes); err != nil {
				return out, err
			}
			if kind.what == "needed" || !slices.ContainsFunc(c.series, func(s series) bool { return same(s.points, line) }) {
				out.names = append(out.names, name{line[len(line)-1].Y, label, kind.color})
			}
		}
	}
	for _, group := range c.alike(func(s series) plotter.XYs { return s.points }) {
		var label []string
		for _, s := range group {
			if err := s.draw(p); err != nil {
				return out, err
			}
			label = append(label, s.name)
		}
		if slices.ContainsFunc(c.series, func(s series) bool { return same(s.trivial, group[0].points) }) {
			label = append(label, "raw tokens")
		}
		last := group[0].points[len(group[0].points)-1]
		out.names = append(out.names, name{last.Y, strings.Join(label, ", "), group[0].color})
	}
	return out, nil
}

// alike puts series together whose curves coincide: they get one name.
func (c *curves) alike(of func(series) plotter.XYs) [][]series {
	var groups [][]series
	for _, s := range c.series {
		k := slices.IndexFunc(groups, func(g []series) bool { return same(of(g[0]), of(s)) })
		if k < 0 {
			k = len(groups)
			groups = append(groups, nil)
		}
		groups[k] = append(groups[k], s)
	}
	return groups
}

// between is the region that is open: from what is needed up to the cheapest protocol,
// at the lengths at which something is needed. Nil where nothing is.
func (c *curves) between() (*plotter.Polygon, error) {
	var needed plotter.XYs
	if c.sizes {
		return nil, nil
	}
	for _, s := range c.series {
		if len(s.needed) > len(needed) {
			needed = s.needed
		}
	}
	if len(needed) < 2 {
		return nil, nil
	}
	ring := slices.Clone(needed)
	for _, pt := range slices.Backward(needed) {
		best := math.Inf(1)
		for _, s := range c.series {
			for _, line := range []plotter.XYs{s.points, s.trivial} {
				for _, q := range line {
					if q.X == pt.X {
						best = min(best, q.Y)
					}
				}
			}
		}
		ring = append(ring, plotter.XY{X: pt.X, Y: max(best, pt.Y)})
	}
	area, err := plotter.NewPolygon(ring)
	if err != nil {
		return nil, fmt.Errorf("plot: %w", err)
	}
	area.Color, area.LineStyle.Width = color.RGBA{226, 226, 226, 255}, 0
	return area, nil
}

// span is the range of all values, with a little room.
func (c *curves) span() (lo, hi float64) {
	lo, hi = math.Inf(1), 0
	for _, s := range c.series {
		for _, pt := range slices.Concat(s.points, s.line, s.needed, s.trivial) {
			lo, hi = min(lo, pt.Y), max(hi, pt.Y)
		}
	}
	return lo / 1.3, hi * 1.3
}

func addLine(p *plot.Plot, pts plotter.XYs, col color.Color, dashes []vg.Length) error {
	if len(pts) < 2 {
		return nil
	}
	line, err := plotter.NewLine(pts)
	if err != nil {
		return fmt.Errorf("plot: %w", err)
	}
	line.Color, line.Width, line.Dashes = col, 1.2, dashes
	p.Add(line)
	return nil
}

// addUpright adds a dotted line from the bottom of a plot to its top.
func addUpright(p *plot.Plot, x float64) error {
	line, err := plotter.NewLine(plotter.XYs{{X: x, Y: p.Y.Min}, {X: x, Y: p.Y.Max}})
	if err != nil {
		return fmt.Errorf("plot: %w", err)
	}
	line.Color, line.Width, line.Dashes = Gray, 1, []vg.Length{1.5, 3}
	p.Add(line)
	return nil
}

// draw adds one series; the shape of its marks repeats its colour.
func (s series) draw(p *plot.Plot) error {
	if err := addLine(p, s.line, s.color, nil); err != nil {
		return err
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
