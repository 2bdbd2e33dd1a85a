// Package plot draws tables with gonum/plot as SVG, PNG or PDF. Colours are told
// apart by people who are colour-blind, and lines carry their own names.
package plot

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"html"
	"image/color"
	"io"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"crosscut/report"
)

// Formats lists the file endings that can be drawn.
var Formats = []string{"svg", "png", "pdf"}

// ErrEmpty is returned where there is nothing to draw.
var ErrEmpty = errors.New("there is nothing to draw")

// Format is the format that a file's name asks for.
func Format(file string) (string, error) {
	ending := strings.ToLower(strings.TrimPrefix(filepath.Ext(file), "."))
	if !slices.Contains(Formats, ending) {
		return "", fmt.Errorf("plot: %q ends in none of .%s", file, strings.Join(Formats, " ."))
	}
	return ending, nil
}

// Palette holds the colours of Okabe and Ito, which stay apart under every common
// form of colour blindness. Black is kept for what is needed.
var Palette = []color.Color{
	color.RGBA{0, 114, 178, 255},   // blue
	color.RGBA{213, 94, 0, 255},    // vermilion
	color.RGBA{0, 158, 115, 255},   // bluish green
	color.RGBA{204, 121, 167, 255}, // reddish purple
	color.RGBA{230, 159, 0, 255},   // orange
	color.RGBA{86, 180, 233, 255},  // sky blue
	color.RGBA{140, 120, 0, 255},   // dark yellow
}

// Gray is for what is there for comparison.
var Gray = color.RGBA{110, 110, 110, 255}

// New is an empty plot in the house style.
func New(title, x, y string) *plot.Plot {
	p := plot.New()
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = title, x, y
	p.BackgroundColor = color.White
	for _, s := range []*text.Style{&p.Title.TextStyle, &p.X.Label.TextStyle, &p.Y.Label.TextStyle, &p.X.Tick.Label, &p.Y.Tick.Label} {
		s.Font.Typeface, s.Font.Variant, s.Font.Size = "Liberation", "Sans", 9
	}
	p.Title.TextStyle.Font.Size, p.Title.Padding = 11, 6
	return p
}

// figure is a picture: panels under a title, one below another or side by side, and
// below them the command that draws it. An SVG file has the title and the command as
// its title and description.
type figure struct {
	title, command string
	width, height  vg.Length // of one panel
	beside         bool
	panels         []panel
}

// panel is one plot, with a heading and a legend over it, and the names of its lines on
// the right, where nothing else is drawn, in black, so that a gray print has them too.
type panel struct {
	*plot.Plot
	heading string
	legend  []string
	names   []name
}

// name is written beside the end of a line.
type name struct {
	y     float64
	text  string
	color color.Color
}

// What every picture keeps free, in points, and the heights of its lines of text.
const (
	margin   = 8
	lineHigh = 12
)

func style(size vg.Length, col color.Color) text.Style {
	s := plot.New().Title.TextStyle
	s.Font = font.Font{Typeface: "Liberation", Variant: "Sans", Size: size}
	s.Color, s.XAlign, s.YAlign = col, draw.XLeft, draw.YTop
	return s
}

// write draws the figure.
func (f figure) write(w io.Writer, format string) error {
	if len(f.panels) == 0 {
		return ErrEmpty
	}
	across, down := 1, len(f.panels)
	if f.beside {
		across, down = down, 1
	}
	width := f.width * vg.Length(across)
	title, caption := style(11, color.Black), style(7.5, Gray)
	titles, captions := wrap(title, f.title, width-2*margin), wrap(caption, f.command, width-2*margin)
	head, foot := vg.Length(len(titles)*14+4), vg.Length(len(captions)*10+2)
	height := f.height*vg.Length(down) + head + foot + 2*margin
	canvas, err := draw.NewFormattedCanvas(width, height, format)
	if err != nil {
		return fmt.Errorf("plot: %w", err)
	}
	c := draw.New(canvas)
	c.FillPolygon(color.White, []vg.Point{c.Min, {X: c.Min.X, Y: c.Max.Y}, c.Max, {X: c.Max.X, Y: c.Min.Y}})
	for i, line := range titles {
		c.FillText(title, vg.Point{X: c.Min.X + margin, Y: c.Max.Y - margin - vg.Length(14*i)}, line)
	}
	for i, line := range captions {
		c.FillText(caption, vg.Point{X: c.Min.X + margin, Y: c.Min.Y + margin + vg.Length(10*(len(captions)-i))}, line)
	}
	for i, p := range f.panels {
		x, y := vg.Length(i%across)*f.width, vg.Length(i/across)*f.height
		p.draw(draw.Crop(c, x+margin, x+f.width-margin-width, height-margin-head-y-f.height, -margin-head-y))
	}
	if format != "svg" {
		_, err = canvas.WriteTo(w)
		return err
	}
	var b bytes.Buffer
	if _, err := canvas.WriteTo(&b); err != nil {
		return err
	}
	// Viewers without the font that was measured take the nearest one they have.
	svg := strings.ReplaceAll(b.String(), "font-family:Liberation Sans", "font-family:Liberation Sans,Arial,Helvetica,sans-serif")
	at := strings.Index(svg, "<svg")
	at += strings.IndexByte(svg[at:], '>') + 1
	said := "\n<title>" + html.EscapeString(f.title) + "</title>"
	if f.command != "" {
		said += "\n<desc>" + html.EscapeString(f.command) + "</desc>"
	}
	_, err = io.WriteString(w, svg[:at]+said+svg[at:])
	return err
}

// draw draws a panel: heading and legend on top, the plot on the left, names beside it.
func (p panel) draw(c draw.Canvas) {
	top := vg.Length(0)
	for i, words := range append([]string{p.heading}, p.legend...) {
		s := style(9.5, color.Black)
		if i > 0 {
			s = style(8.5, Gray)
		}
		for _, line := range wrap(s, words, c.Max.X-c.Min.X) {
			c.FillText(s, vg.Point{X: c.Min.X, Y: c.Max.Y - top}, line)
			top += lineHigh
		}
	}
	if top > 0 {
		top += lineHigh / 2
	}
	s := style(9.5, color.Black)
	s.YAlign = draw.YCenter
	var rows []name // one for each line of text
	side := vg.Length(0)
	slices.SortStableFunc(p.names, func(a, b name) int { return cmp.Or(cmp.Compare(a.y, b.y), strings.Compare(b.text, a.text)) })
	const leader = 14
	for _, n := range p.names {
		lines := wrap(s, n.text, (c.Max.X-c.Min.X)/3)
		slices.Reverse(lines) // upwards
		for _, line := range lines {
			rows = append(rows, name{n.y, line, n.color})
			side = max(side, s.Width(line)+leader+4)
		}
	}
	area := draw.Crop(c, 0, -side, 0, -top)
	p.Draw(area)
	data := p.DataCanvas(area)
	_, ty := p.Transforms(&data)
	places := make([]float64, len(rows))
	for i, r := range rows {
		places[i] = float64(ty(r.y))
	}
	spread(places, lineHigh, float64(c.Min.Y)+lineHigh/2, float64(area.Max.Y)-lineHigh/2)
	for i, r := range rows {
		c.StrokeLine2(draw.LineStyle{Color: r.color, Width: .5}, data.Max.X+2, ty(r.y), data.Max.X+leader-2, vg.Length(places[i]))
		c.FillText(s, vg.Point{X: data.Max.X + leader, Y: vg.Length(places[i])}, r.text)
	}
}

// wrap breaks a text at blanks into lines that fit the width.
func wrap(s text.Style, words string, width vg.Length) []string {
	var lines []string
	for word := range strings.FieldsSeq(words) {
		if k := len(lines) - 1; k >= 0 && s.Width(lines[k]+" "+word) <= width {
			lines[k] += " " + word
		} else {
			lines = append(lines, word)
		}
	}
	return lines
}

// powers marks an axis at the powers of a base.
type powers struct {
	base float64
	most int     // ticks that carry a number
	end  float64 // no ticks beyond; 0: no end
}

func (t powers) Ticks(lo, hi float64) []plot.Tick {
	if t.end > 0 {
		hi = min(hi, t.end)
	}
	from := int(math.Ceil(math.Log(lo)/math.Log(t.base) - 1e-9))
	to := int(math.Floor(math.Log(hi)/math.Log(t.base) + 1e-9))
	step := 1
	for (to-from)/step >= t.most {
		step++
	}
	var ticks []plot.Tick
	for k := from; k <= to; k++ {
		label := ""
		if (k-from)%step == 0 {
			label = Thousands(math.Pow(t.base, float64(k)))
		}
		ticks = append(ticks, plot.Tick{Value: math.Pow(t.base, float64(k)), Label: label})
	}
	return ticks
}

// Thousands writes a number with commas: 65,536.
func Thousands(v float64) string {
	s := strconv.FormatFloat(v, 'f', -1, 64)
	if v < 1000 || v != math.Trunc(v) {
		return s
	}
	return report.Commas(s)
}

// spread moves ascending places apart until each has its gap, inside lo..hi where they
// all fit.
func spread(places []float64, gap, lo, hi float64) {
	for i := range places {
		places[i] = max(places[i], lo)
		if i > 0 {
			places[i] = max(places[i], places[i-1]+gap)
		}
	}
	for i := len(places) - 1; i >= 0; i-- {
		places[i] = min(places[i], hi)
		hi = places[i] - gap
	}
}

// label is a text inside a plot.
type label struct {
	x, y  float64
	text  string
	color color.Color
}

// addLabels writes labels to the right of their points.
func addLabels(p *plot.Plot, labels []label) error {
	for _, l := range labels {
		t, err := plotter.NewLabels(plotter.XYLabels{XYs: plotter.XYs{{X: l.x, Y: l.y}}, Labels: []string{l.text}})
		if err != nil {
			return fmt.Errorf("plot: %w", err)
		}
		t.TextStyle[0].Font = font.Font{Typeface: "Liberation", Variant: "Sans", Size: 9}
		t.TextStyle[0].Color = l.color
		t.TextStyle[0].YAlign = draw.YCenter
		t.Offset = vg.Point{X: 6}
		p.Add(t)
	}
	return nil
}
