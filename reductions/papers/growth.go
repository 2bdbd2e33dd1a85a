package papers

import (
	"fmt"
	"math"
	"slices"

	"crosscut/protocol"
	"crosscut/protocol/problems"
	"crosscut/report"
)

// Point is one measurement: a cost in bits at a sequence length.
type Point struct {
	N    int
	Bits float64
}

// Shapes that a cost is compared with. "constant" is named only when every
// measurement is the same number.
const (
	ShapeConstant = "constant"
	ShapeLog      = "log N"
	ShapeLinear   = "N"
	ShapePower    = "N^a"
)

// Fit is a comparison of measurements with three shapes. Each error is the root
// mean square of (fitted - measured) / measured over the points, for the best
// curve of the shape; every curve has two free numbers, so errors may be compared.
type Fit struct {
	Exponent float64 // slope of log Bits against log N by least squares
	Shape    string
	LogErr   float64 // of a + b log2 N, or a log2 N + b (log2 N)^2
	LinErr   float64 // of a + b N, or a N + b N log2 N
	PowErr   float64 // of c N^a
	Factor   bool    // the shape's best curve is the one with a further factor log N
	Points   int
}

const (
	// minPoints distinct N are needed: two points fit every shape.
	minPoints = 3
	// alike is the factor within which two errors do not tell two shapes apart.
	alike = 1.5
	// rounding is an error that measurements in whole numbers do not rise above.
	rounding = 1e-9
)

// FitGrowth fits measurements at three or more sizes. The method and what it
// cannot tell are in docs/growth.md.
func FitGrowth(points []Point) (Fit, error) {
	distinct := map[int]bool{}
	for _, p := range points {
		if p.N < 1 || !(p.Bits >= 0) || math.IsInf(p.Bits, 0) {
			return Fit{}, fmt.Errorf("papers: growth: no fit through N = %d, %v bits", p.N, p.Bits)
		}
		distinct[p.N] = true
	}
	if len(distinct) < minPoints {
		return Fit{}, fmt.Errorf("papers: growth: %d sizes, and a fit needs at least %d", len(distinct), minPoints)
	}
	fit := Fit{Points: len(points)}
	if !slices.ContainsFunc(points, func(p Point) bool { return p.Bits != points[0].Bits }) {
		fit.Shape = ShapeConstant
		return fit, nil
	}
	if slices.ContainsFunc(points, func(p Point) bool { return p.Bits == 0 }) {
		return Fit{}, fmt.Errorf("papers: growth: a cost of 0 bits beside others has no exponent")
	}
	c, slope := line(points, func(p Point) (x, y, weight float64) {
		return math.Log(float64(p.N)), math.Log(p.Bits), 1
	})
	fit.Exponent = slope
	fit.PowErr = relative(points, func(n float64) float64 { return math.Exp(c + slope*math.Log(n)) })

	affine := func(x func(n float64) float64) float64 {
		a, b := line(points, func(p Point) (float64, float64, float64) {
			return x(float64(p.N)), p.Bits, 1 / (p.Bits * p.Bits)
		})
		return relative(points, func(n float64) float64 { return a + b*x(n) })
	}
	// a f + b f log2 N, the line a + b log2 N through Bits / f, with b >= 0.
	factored := func(f func(n float64) float64) float64 {
		a, b := line(points, func(p Point) (float64, float64, float64) {
			x := f(float64(p.N))
			return math.Log2(float64(p.N)), p.Bits / x, x * x / (p.Bits * p.Bits)
		})
		if !(b >= 0) {
			return math.Inf(1)
		}
		return relative(points, func(n float64) float64 { return f(n) * (a + b*math.Log2(n)) })
	}
	self := func(n float64) float64 { return n }
	lin, linLog := affine(self), factored(self)
	log, logLog := affine(math.Log2), math.Inf(1)
	if !slices.ContainsFunc(points, func(p Point) bool { return p.N == 1 }) {
		logLog = factored(math.Log2)
	}
	fit.LinErr, fit.LogErr = min(lin, linLog), min(log, logLog)
	// A shape by name stands for less than a free exponent, so it is preferred where
	// the points do not tell the two apart and the exponent is on its side of 1/2. A
	// curve with a further factor log N has room to bend through few points, so a name
	// is never given against the exponent: log^2 N stays below 0.8 from N = 8 on.
	best := min(fit.LogErr, fit.LinErr, fit.PowErr)
	named := func(err float64, possible, side bool) bool {
		return possible && (err <= best+rounding || (side && err <= alike*best))
	}
	switch {
	case named(fit.LinErr, fit.Exponent > 0.5, fit.Exponent >= 0.5):
		fit.Shape, fit.Factor = ShapeLinear, linLog+rounding < lin
	case named(fit.LogErr, fit.Exponent < 0.8, fit.Exponent < 0.5):
		fit.Shape, fit.Factor = ShapeLog, logLog+rounding < log
	default:
		fit.Shape = ShapePower
	}
	return fit, nil
}

// Note says how clear the choice is.
func (f Fit) Note() string {
	if f.Shape == ShapeConstant {
		return fmt.Sprintf("the same at all %d points", f.Points)
	}
	s := fmt.Sprintf("relative error over %d points: log N %.1f%%, N %.1f%%, N^a %.1f%%", f.Points, 100*f.LogErr, 100*f.LinErr, 100*f.PowErr)
	if f.Factor {
		s += fmt.Sprintf("; closest with a further factor log N, which the shape %s leaves out", f.Shape)
	}
	if f.Undecided() {
		s += "; these points do not tell the best two apart"
	}
	return s
}

// Undecided says that the points do not tell the best two shapes apart.
func (f Fit) Undecided() bool {
	errs := []float64{f.LogErr, f.LinErr, f.PowErr}
	slices.Sort(errs)
	return f.Shape != ShapeConstant && errs[1] <= alike*errs[0]+rounding
}

// Row is the fit as tables print it.
func (f Fit) Row(model, of string) report.Growth {
	return report.Growth{Model: model, Of: of, Exponent: math.Round(f.Exponent*1000) / 1000, Shape: f.Shape, Note: f.Note(), Undecided: f.Undecided()}
}

// shapeOf names the shape of a proved order, as for fits one further factor log N left
// out; "": none of the names.
func shapeOf(g protocol.Growth) string {
	switch {
	case g.Power == 0 && (g.Logs == 1 || g.Logs == 2):
		return ShapeLog
	case g.Power == 1 && (g.Logs == 0 || g.Logs == 1):
		return ShapeLinear
	}
	return ""
}

// enclose puts the shape of two proved lines, which are the same of all rows, in the
// place of a fitted one.
func enclose(g *report.Growth, rows []report.Band) {
	b := rows[0]
	shape := shapeOf(b.Least)
	if shape == "" || shape != shapeOf(b.Most) || slices.ContainsFunc(rows, func(r report.Band) bool { return r != b }) {
		return
	}
	g.Shape, g.Basis, g.Undecided = shape, string(problems.Proved), false
	g.Note = fmt.Sprintf("between two proved lines of shape %s, at least of order %v (%s) and at most of order %v: no fit needed; %s", shape, b.Least, b.By, b.Most, g.Note)
}

// line is the weighted least-squares line y = a + b x. The points have at least
// two distinct x.
func line(points []Point, at func(Point) (x, y, weight float64)) (a, b float64) {
	var w, mx, my float64
	for _, p := range points {
		x, y, k := at(p)
		w, mx, my = w+k, mx+k*x, my+k*y
	}
	mx, my = mx/w, my/w
	var sxx, sxy float64
	for _, p := range points {
		x, y, k := at(p)
		sxx += k * (x - mx) * (x - mx)
		sxy += k * (x - mx) * (y - my)
	}
	b = sxy / sxx
	return my - b*mx, b
}

func relative(points []Point, f func(n float64) float64) float64 {
	var sum float64
	for _, p := range points {
		e := (f(float64(p.N)) - p.Bits) / p.Bits
		sum += e * e
	}
	return math.Sqrt(sum / float64(len(points)))
}
