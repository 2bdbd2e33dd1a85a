// Package plot draws tables with gonum/plot as SVG, PNG or PDF. Colours are told
// apart by people who are colour-blind, and lines carry their own names.
package plot

import (
	"bytes"
	"errors"
	"fmt"
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
)

// Formats lists the file endings that can be drawn.
var Formats = []string{"svg", "png", "pdf"}

// ErrEmpty is returned where there is nothing to draw.
var ErrEmpty = errors.New("plot: there is nothing to draw")

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

// Write draws panels side by side under a title, in points.
func Write(w io.Writer, format string, width, height vg.Length, title string, panels ...*plot.Plot) error {
	canvas, err := draw.NewFormattedCanvas(width, height, format)
	if err != nil {
		return fmt.Errorf("plot: %w", err)
	}
	const margin, head = 8, 24
	c := draw.New(canvas)
	c.FillPolygon(color.White, []vg.Point{c.Min, {X: c.Min.X, Y: c.Max.Y}, c.Max, {X: c.Max.X, Y: c.Min.Y}})
	style := plot.New().Title.TextStyle
	style.Font = font.Font{Typeface: "Liberation", Variant: "Sans", Size: 11}
	style.XAlign, style.YAlign = draw.XLeft, draw.YTop
	c.FillText(style, vg.Point{X: c.Min.X + margin, Y: c.Max.Y - margin}, title)
	each := (c.Max.X - c.Min.X) / vg.Length(len(panels))
	for i, p := range panels {
		p.Draw(draw.Crop(c, margin+vg.Length(i)*each, -vg.Length(len(panels)-1-i)*each-margin, margin, -margin-head))
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
	_, err = w.Write(bytes.ReplaceAll(b.Bytes(), []byte("font-family:Liberation Sans"), []byte("font-family:Liberation Sans,Arial,Helvetica,sans-serif")))
	return err
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
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// label is a name at the end of a line.
type label struct {
	x, y  float64
	text  string
	color color.Color
}

// spread moves labels apart until each has its own line of text. The axis is
// logarithmic from lo to hi over height points.
func spread(labels []label, lo, hi float64, height vg.Length) {
	const gap = 11 // points
	at := func(y float64) float64 { return math.Log(y/lo) / math.Log(hi/lo) * float64(height) }
	slices.SortStableFunc(labels, func(a, b label) int {
		switch {
		case a.y < b.y:
			return -1
		case a.y > b.y:
			return 1
		}
		return strings.Compare(a.text, b.text)
	})
	place := make([]float64, len(labels))
	for i, l := range labels {
		place[i] = at(l.y)
		if i > 0 {
			place[i] = max(place[i], place[i-1]+gap)
		}
	}
	ceiling := float64(height) - gap/2
	for i := len(place) - 1; i >= 0; i-- {
		place[i] = min(place[i], ceiling)
		ceiling = place[i] - gap
	}
	for i := range labels {
		labels[i].y = lo * math.Pow(hi/lo, place[i]/float64(height))
	}
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
