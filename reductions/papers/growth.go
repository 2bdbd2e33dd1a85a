package papers

import (
	"fmt"
	"math"
	"slices"

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
// mean square of (fitted - measured) / measured over the points; a shape has two
// free numbers in each case, so the errors may be compared.
type Fit struct {
	Exponent float64 // slope of log Bits against log N by least squares
	Shape    string
	LogErr   float64 // of a + b log2 N
	LinErr   float64 // of a + b N
	PowErr   float64 // of c N^a
	Points   int
}

const (
	// minPoints distinct N are needed: two points fit every shape.
	minPoints = 3
	// nearOne is how far the exponent of "N" may be from 1: a factor log N over
	// the ranges that tables span moves it by less.
	nearOne = 0.15
	// exactFit is an error that is rounding only.
	exactFit = 1e-9
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

	relativeLine := func(x func(n float64) float64) float64 {
		a, b := line(points, func(p Point) (float64, float64, float64) {
			return x(float64(p.N)), p.Bits, 1 / (p.Bits * p.Bits)
		})
		return relative(points, func(n float64) float64 { return a + b*x(n) })
	}
	fit.LogErr = relativeLine(math.Log2)
	fit.LinErr = relativeLine(func(n float64) float64 { return n })

	best := min(fit.LogErr, fit.LinErr, fit.PowErr)
	switch {
	case fit.LinErr <= best+exactFit:
		fit.Shape = ShapeLinear
	case fit.LogErr <= best+exactFit:
		fit.Shape = ShapeLog
	case math.Abs(fit.Exponent-1) <= nearOne:
		fit.Shape = ShapeLinear
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
	errs := []float64{f.LogErr, f.LinErr, f.PowErr}
	slices.Sort(errs)
	switch {
	case f.Shape == ShapeLinear && f.LinErr > errs[0]+exactFit:
		s += "; N^a is closest and its exponent is 1 up to a factor log N"
	case errs[1] < 1.5*errs[0]:
		s += "; these points do not tell the best two apart"
	}
	return s
}

// Row is the fit as tables print it.
func (f Fit) Row(model, of string) report.Growth {
	return report.Growth{Model: model, Of: of, Exponent: math.Round(f.Exponent*1000) / 1000, Shape: f.Shape, Note: f.Note()}
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
