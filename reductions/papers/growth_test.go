package papers

import (
	"math"
	"strings"
	"testing"

	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/report"
)

func series(f func(n float64) float64) []Point {
	var ps []Point
	for n := 16; n <= 1<<16; n *= 4 {
		ps = append(ps, Point{n, math.Ceil(f(float64(n)))})
	}
	return ps
}

func TestFitNamesKnownShapes(t *testing.T) {
	for _, tc := range []struct {
		name     string
		f        func(n float64) float64
		shape    string
		lo, hi   float64 // exponent
		mustHave string
	}{
		{"n/2", func(n float64) float64 { return (n - 1) / 2 }, ShapeLinear, 0.95, 1.05, ""},
		{"17 n + 300", func(n float64) float64 { return 17*n + 300 }, ShapeLinear, 0.8, 1, ""},
		{"n log n", func(n float64) float64 { return n * (30 + math.Log2(n)) }, ShapeLinear, 1, 1.15, "further factor log N"},
		{"log n", func(n float64) float64 { return 12 + 40*math.Log2(n) }, ShapeLog, 0.05, 0.3, ""},
		{"log n loglog n", func(n float64) float64 { return 40 * math.Log2(n) * (8 + math.Log2(math.Log2(n))) }, ShapeLog, 0.05, 0.3, ""},
		{"(n-1)/2 log n", func(n float64) float64 { return (n - 1) / 2 * math.Log2(n) }, ShapeLinear, 1, 1.2, "further factor log N"},
		{"log^2 n", func(n float64) float64 { return 40 * math.Log2(n) * math.Log2(n) }, ShapeLog, 0.2, 0.5, "further factor log N"},
		{"n^0.25", func(n float64) float64 { return 1e6 * math.Pow(n, 0.25) }, ShapePower, 0.24, 0.26, ""},
		{"n^1.1", func(n float64) float64 { return 1e3 * math.Pow(n, 1.1) }, ShapePower, 1.09, 1.11, ""},
		{"sqrt n", func(n float64) float64 { return 1000 * math.Sqrt(n) }, ShapePower, 0.49, 0.51, ""},
		{"n^2", func(n float64) float64 { return n * n }, ShapePower, 1.95, 2.05, ""},
		{"constant", func(n float64) float64 { return 12 }, ShapeConstant, 0, 0, ""},
	} {
		fit, err := FitGrowth(series(tc.f))
		if err != nil {
			t.Fatalf("%s: %v", tc.name, err)
		}
		if !strings.Contains(fit.Note(), tc.mustHave) {
			t.Errorf("%s: note %q lacks %q", tc.name, fit.Note(), tc.mustHave)
		}
		if fit.Shape != tc.shape || fit.Exponent < tc.lo || fit.Exponent > tc.hi {
			t.Errorf("%s: shape %q, exponent %.3f, want %q in %v..%v (%s)", tc.name, fit.Shape, fit.Exponent, tc.shape, tc.lo, tc.hi, fit.Note())
		}
	}
}

// Steps hide the shape: a cost that grows like a logarithm in steps is not called
// linear because a line with a large constant runs through it.
func TestStepsAreNotLinear(t *testing.T) {
	fit, err := FitGrowth([]Point{{64, 176}, {256, 196}, {1024, 308}, {4096, 440}})
	if err != nil || fit.Shape == ShapeLinear || !strings.Contains(fit.Note(), "do not tell") {
		t.Errorf("%+v, %s, %v", fit, fit.Note(), err)
	}
}

func TestFitRefusesTooFewPoints(t *testing.T) {
	for _, ps := range [][]Point{nil, {{4, 1}}, {{4, 1}, {8, 2}}, {{4, 1}, {8, 2}, {8, 3}}, {{4, 1}, {8, math.NaN()}, {16, 2}}, {{4, 0}, {8, 1}, {16, 2}}} {
		if fit, err := FitGrowth(ps); err == nil {
			t.Errorf("%v gave %+v", ps, fit)
		}
	}
}

// The exponent of the closed formula is the exponent of the line through logs:
// the slow way, by the normal equations written out.
func TestExponentAgainstNormalEquations(t *testing.T) {
	ps := series(func(n float64) float64 { return 3*n + 7*math.Sqrt(n) })
	var n, sx, sy, sxx, sxy float64
	for _, p := range ps {
		x, y := math.Log(float64(p.N)), math.Log(p.Bits)
		n, sx, sy, sxx, sxy = n+1, sx+x, sy+y, sxx+x*x, sxy+x*y
	}
	want := (n*sxy - sx*sy) / (n*sxx - sx*sx)
	fit, err := FitGrowth(ps)
	if err != nil || math.Abs(fit.Exponent-want) > 1e-9 {
		t.Errorf("exponent %v, want %v (%v)", fit.Exponent, want, err)
	}
}

// Columns that lie between two proved lines: memories, first layers, the copying layer, and the
// unit of order 3, whose message is no multiple of its size, by one token's. Sizes that were
// set void the proof; one M for all N leaves what is needed constant.
func TestOtherProvedLines(t *testing.T) {
	for _, tc := range []struct {
		task, model string
		num         tasks.Params
		size, bits  string
	}{
		{"qsa", "rnn", nil, "at most of order N:", ""},
		{"qsa", "mlp", nil, "at most of order N log N:", ""},
		{"qsa", "mlp mlp-tokens", nil, "at most of order N log N:", ""},
		{"match3", "attention", nil, "at least of order N log N (match3-hands) and at most of order N log N:", ""},
		{"match3", "tensor-attention", nil, "at least of order log N (match3-hands, one token of Alice's) and at most of order log N:", "at least of order N log N (match3-hands) and at most of order N log N:"},
		{"match3", "tensor-attention match-trigonometric", nil, "at most of order log N:", "at most of order N log N:"},
		{"qsa", "rnn", tasks.Params{"p": 6}, "", ""},
		{"qsa", "rnn", tasks.Params{"from": 2}, "", ""},
		{"qsa", "mlp", tasks.Params{"p": 6}, "", ""},
		{"qsa", "mlp mlp-tokens", tasks.Params{"p": 6}, "", ""},
		{"match3", "attention", tasks.Params{"p": 20}, "", ""},
		{"match3", "attention", tasks.Params{"M": 1024}, "", ""},
		{"match3", "tensor-attention", tasks.Params{"M": 1024}, "", ""},
		{"match3", "tensor-attention", tasks.Params{"p": 40}, "", ""},
	} {
		model, construction, chosen := strings.Cut(tc.model, " ")
		set := models.Settings{Seed: 1, Num: tc.num}
		if chosen {
			set.Choice = map[string]string{"construction": construction}
		}
		table, err := Table(t.Context(), TableSpec{Task: tc.task, Models: []string{model}, Ns: []int{8, 16, 32}, Runs: 1, Set: set})
		if err != nil || len(table.Growth) != 2 {
			t.Fatalf("%v: %+v, %v", tc, table.Growth, err)
		}
		for _, g := range table.Growth {
			want := tc.size
			if g.Of == "bits" && tc.bits != "" {
				want = tc.bits
			}
			if (g.Basis != "") != (want != "") || !strings.Contains(g.Note, want) || want != "" && (g.Shape == ShapeLinear) == strings.HasSuffix(want, "order log N:") {
				t.Errorf("%v: %+v", tc, g)
			}
		}
	}
}

// Two proved lines of one shape take the place of the fit; other keys, whose upper line
// has another shape, and sizes set by hand, which void the proof, leave it.
func TestProvedLinesNeedNoFit(t *testing.T) {
	for _, tc := range []struct {
		keys          string
		num           tasks.Params
		basis, shapes string
	}{
		{"smallest", nil, "proved", "at least of order log N (set-qsa) and at most of order log^2 N: no fit needed"},
		{"orthonormal", nil, "", ""},
		{"smallest", tasks.Params{"p": 6}, "", ""},
	} {
		spec := TableSpec{Task: "qsa", Models: []string{"attention"}, Ns: []int{64, 128, 256}, Runs: 1,
			Set: models.Settings{Seed: 1, Num: tasks.Params{"q": 2}.With(tc.num), Choice: map[string]string{"construction": "qsa-code", "keys": tc.keys}}}
		table, err := Table(t.Context(), spec)
		if err != nil || len(table.Growth) != 2 {
			t.Fatalf("%v: %+v, %v", tc, table.Growth, err)
		}
		for _, g := range table.Growth {
			if g.Basis != tc.basis || !strings.Contains(g.Note, tc.shapes) || tc.basis != "" && (g.Shape != ShapeLog || g.Undecided) {
				t.Errorf("%v: %+v", tc, g)
			}
		}
	}
}

func TestEncloseWantsOneShapeOfAllRows(t *testing.T) {
	log, log2, n, none := protocol.Growth{Logs: 1}, protocol.Growth{Logs: 2}, protocol.Growth{Power: 1}, protocol.Growth{}
	for _, tc := range []struct {
		rows []report.Band
		want string
	}{
		{[]report.Band{{Least: log, Most: log2}, {Least: log, Most: log2}}, "log N, proved"},
		{[]report.Band{{Least: n, Most: protocol.Growth{Power: 1, Logs: 1}}}, "N, proved"},
		{[]report.Band{{Least: log, Most: n}}, "N^a"},
		{[]report.Band{{Least: log, Most: none}}, "N^a"},
		{[]report.Band{{Least: none, Most: none}}, "N^a"},
		{[]report.Band{{Least: log, Most: protocol.Growth{Logs: 3}}}, "N^a"},
		{[]report.Band{{Least: log, Most: log2}, {Least: log, Most: log}}, "N^a"},
	} {
		g := report.Growth{Shape: ShapePower, Undecided: true}
		enclose(&g, tc.rows)
		got := g.Shape
		if g.Basis != "" {
			got += ", " + g.Basis
		}
		if got != tc.want || g.Undecided != (g.Basis == "") {
			t.Errorf("%v: %+v, want %s", tc.rows, g, tc.want)
		}
	}
}
