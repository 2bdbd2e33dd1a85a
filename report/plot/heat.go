package plot

import (
	"fmt"
	"image/color"
	"io"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// MaxHeat is the most rows or columns of a matrix that is drawn.
const MaxHeat = 512

// Heat is a communication matrix to be drawn: row 1 on top, every entry a square,
// darker for larger values. Rows and columns count from 0.
type Heat struct {
	Title      string
	Command    string // that draws it
	Rows, Cols int
	// Names of rows and columns, as the players' inputs are written; nil: numbers.
	RowNames, ColNames []string
	Values             []int // ascending
	At                 func(i, j int) (value int, defined bool)

	// Panels stand side by side, each the same matrix with other things marked.
	Panels []Panel
}

// Panel is one picture of the matrix.
type Panel struct {
	Caption string
	Dots    [][2]int   // entries under a dot, a fooling set
	Rects   [][2][]int // rectangles, each in a colour of its own
	Value   int        // the value that Rects cover
	Lines   [2][]int   // rows and columns that are pointed at, an embedded problem
}

// Draw writes the picture. A matrix of more than MaxHeat lines is ErrTooLarge.
func (h Heat) Draw(w io.Writer, format string) error {
	if h.Rows < 1 || h.Cols < 1 || len(h.Panels) == 0 {
		return ErrEmpty
	}
	if h.Rows > MaxHeat || h.Cols > MaxHeat {
		return fmt.Errorf("plot: a matrix of %d x %d: at most %d lines a side are drawn", h.Rows, h.Cols, MaxHeat)
	}
	f := figure{title: h.Title, command: h.Command, width: 330, height: 340, beside: true}
	for _, marked := range h.Panels {
		p := New("", "columns: Bob's input", "rows: Alice's input")
		p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, float64(h.Cols), 0, float64(h.Rows)
		p.X.Padding, p.Y.Padding = 0, 0
		p.X.Tick.Marker = plot.TickerFunc(func(_, _ float64) []plot.Tick { return lineTicks(h.Cols, h.ColNames, false) })
		p.Y.Tick.Marker = plot.TickerFunc(func(_, _ float64) []plot.Tick { return lineTicks(h.Rows, h.RowNames, true) })
		p.X.Tick.Length, p.Y.Tick.Length = 0, 0
		p.X.Tick.Label.Font.Size, p.Y.Tick.Label.Font.Size = 8, 8
		p.Add(squares{h, marked})
		f.panels = append(f.panels, panel{Plot: p, heading: marked.Caption, legend: []string{""}})
		if len(marked.Lines[0]) > 0 { // its pointers stand over the plot
			p.Title.Text, p.Title.TextStyle.Font.Size = " ", 6
		}
	}
	return f.write(w, format)
}

// What lines are named by: so many points of width for all columns, and for a letter.
const (
	acrossColumns = 285
	acrossLetter  = 4.5
	mostNamed     = 16 // lines, and letters of a row's name
)

func longest(names []string) (most int) {
	for _, n := range names {
		most = max(most, len([]rune(n)))
	}
	return most
}

// lineTicks names the lines, or numbers some of them from 1; rows go downwards.
func lineTicks(n int, names []string, down bool) []plot.Tick {
	step := 1
	for _, s := range []int{1, 2, 4, 8, 16, 32, 64, 128} {
		step = s
		if n/s <= 16 {
			break
		}
	}
	var ticks []plot.Tick
	for i := 0; i < n; i += step {
		at := float64(i) + .5
		if down {
			at = float64(n) - at
		}
		label := fmt.Sprint(i + 1)
		if len(names) == n && n <= mostNamed && longest(names) <= mostNamed && (down || acrossLetter*float64(n*longest(names)) <= acrossColumns) {
			label = names[i]
		}
		ticks = append(ticks, plot.Tick{Value: at, Label: label})
	}
	return ticks
}

// squares draws one panel.
type squares struct {
	h Heat
	p Panel
}

// shade is the gray of a value: light for the smallest, dark for the largest.
func (h Heat) shade(value int) color.Color {
	const light, dark = 240, 165
	k, most := slices.Index(h.Values, value), len(h.Values)-1
	if most < 1 {
		return color.Gray{light}
	}
	return color.Gray{uint8(light - (light-dark)*k/most)}
}

// Plot implements plot.Plotter.
func (s squares) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	h := s.h
	box := func(i, j, width int, col color.Color, inset vg.Length) {
		x0, x1 := tx(float64(j))+inset, tx(float64(j+width))-inset
		y0, y1 := ty(float64(h.Rows-i-1))+inset, ty(float64(h.Rows-i))-inset
		c.FillPolygon(col, []vg.Point{{X: x0, Y: y0}, {X: x1, Y: y0}, {X: x1, Y: y1}, {X: x0, Y: y1}})
	}
	cell := min(tx(1)-tx(0), ty(1)-ty(0))
	gap := vg.Length(0)
	if cell > 8 {
		gap = .4
	}
	of := s.colours()
	for i := range h.Rows {
		for j := 0; j < h.Cols; {
			col := s.colour(of, i, j)
			width := 1
			for gap == 0 && j+width < h.Cols && s.colour(of, i, j+width) == col {
				width++
			}
			if col != nil {
				box(i, j, width, col, gap)
			} else if cell > 4 { // outside the promise
				line := draw.LineStyle{Color: Gray, Width: .5}
				c.StrokeLine2(line, tx(float64(j)), ty(float64(h.Rows-i-1)), tx(float64(j+1)), ty(float64(h.Rows-i)))
			}
			j += width
		}
	}
	radius := max(1.6, min(cell*.3, 6))
	dot := draw.GlyphStyle{Color: Palette[1], Radius: radius, Shape: draw.CircleGlyph{}}
	halo := draw.GlyphStyle{Color: color.White, Radius: radius + .8, Shape: draw.CircleGlyph{}}
	for _, style := range []draw.GlyphStyle{halo, dot} { // a halo sets it off from gray
		for _, e := range s.p.Dots {
			c.DrawGlyph(style, vg.Point{X: tx(float64(e[1]) + .5), Y: ty(float64(h.Rows-e[0]) - .5)})
		}
	}
	s.pointers(c, tx, ty, cell)
}

// colours gives every covered entry the number of the first rectangle that holds it.
func (s squares) colours() map[[2]int]int {
	of := map[[2]int]int{}
	for k, r := range s.p.Rects {
		for _, i := range r[0] {
			for _, j := range r[1] {
				if _, taken := of[[2]int{i, j}]; !taken {
					of[[2]int{i, j}] = k
				}
			}
		}
	}
	return of
}

// colour is what an entry is filled with; nil outside the promise.
func (s squares) colour(of map[[2]int]int, i, j int) color.Color {
	v, ok := s.h.At(i, j)
	if !ok {
		return nil
	}
	if k, ok := of[[2]int{i, j}]; ok && v == s.p.Value {
		return Palette[k%len(Palette)]
	}
	if len(s.p.Lines[0]) > 0 && slices.Contains(s.p.Lines[0], i) && slices.Contains(s.p.Lines[1], j) {
		if v == s.h.Values[len(s.h.Values)-1] {
			return Palette[0]
		}
		return Palette[5]
	}
	return s.h.shade(v)
}

// pointers marks lines at the edges with triangles.
func (s squares) pointers(c draw.Canvas, tx, ty func(float64) vg.Length, cell vg.Length) {
	if len(s.p.Lines[0]) == 0 {
		return
	}
	size := max(2, min(cell*.6, 7))
	for _, j := range s.p.Lines[1] {
		x, y := tx(float64(j)+.5), ty(float64(s.h.Rows))
		c.FillPolygon(color.Black, []vg.Point{{X: x, Y: y}, {X: x - size/2, Y: y + size}, {X: x + size/2, Y: y + size}})
	}
	for _, i := range s.p.Lines[0] {
		x, y := tx(float64(s.h.Cols)), ty(float64(s.h.Rows-i)-.5)
		c.FillPolygon(color.Black, []vg.Point{{X: x, Y: y}, {X: x + size, Y: y - size/2}, {X: x + size, Y: y + size/2}})
	}
}

// Count is one bar of a census: so many matrices have cost D.
type Count struct {
	D        int
	Matrices float64 // as a number for the height
	Text     string  // exact, as the label
}

// Census draws how many matrices have which D(f), on a logarithmic scale, each bar
// under its exact number.
func Census(w io.Writer, format, title, command string, counts []Count) error {
	most := 0.0
	for _, k := range counts {
		most = max(most, k.Matrices)
	}
	if most < 1 {
		return fmt.Errorf("%w: no matrix is counted yet", ErrEmpty)
	}
	p := New("", "D(f), bits", "matrices (logarithmic)")
	p.Y.Scale = plot.LogScale{}
	p.Y.Min, p.Y.Max = .5, most*8
	p.X.Min, p.X.Max = float64(counts[0].D)-.6, float64(counts[len(counts)-1].D)+.6
	p.Y.Tick.Marker = powers{10, 7, 0}
	p.X.Tick.Marker = plot.TickerFunc(func(_, _ float64) (ticks []plot.Tick) {
		for _, k := range counts {
			ticks = append(ticks, plot.Tick{Value: float64(k.D), Label: fmt.Sprint(k.D)})
		}
		return ticks
	})
	p.Add(bars(counts))
	return figure{title: title, command: command, width: 480, height: 320, panels: []panel{{Plot: p}}}.write(w, format)
}

// bars draws the counts.
type bars []Count

// Plot implements plot.Plotter.
func (b bars) Plot(c draw.Canvas, p *plot.Plot) {
	tx, ty := p.Transforms(&c)
	style := p.X.Tick.Label
	style.Font = font.Font{Typeface: "Liberation", Variant: "Sans", Size: 9}
	style.XAlign, style.YAlign = draw.XCenter, draw.YBottom
	for _, k := range b {
		if k.Matrices < 1 {
			continue
		}
		x0, x1 := tx(float64(k.D)-.35), tx(float64(k.D)+.35)
		y0, y1 := ty(p.Y.Min), ty(k.Matrices)
		c.FillPolygon(Palette[0], []vg.Point{{X: x0, Y: y0}, {X: x1, Y: y0}, {X: x1, Y: y1}, {X: x0, Y: y1}})
		c.FillText(style, vg.Point{X: (x0 + x1) / 2, Y: y1 + 2}, k.Text)
	}
}
