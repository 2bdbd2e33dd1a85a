package plot

import (
	"bytes"
	"errors"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"crosscut/report"
)

func sample() report.Table {
	t := report.Table{Title: "match3, one layer of attention"}
	for k := 4; k <= 12; k++ {
		n := 1 << k
		for i, m := range []string{"attention", "rnn", "mlp"} {
			bits := float64(n*(i+1)) * math.Pow(1.2, float64(i))
			if i == 0 {
				bits = float64(60 + 10*k)
			}
			t.Rows = append(t.Rows, report.Row{Model: m, N: &n, Bits: &bits, Formula: &bits,
				Trivial: report.Num(n * k), Needed: report.Num((n - 3) / 2)})
		}
	}
	return t
}

func TestCostsInEveryFormat(t *testing.T) {
	for _, format := range Formats {
		var b bytes.Buffer
		if err := Costs(&b, format, sample(), "crosscut table --task match3"); err != nil {
			t.Fatalf("%s: %v", format, err)
		}
		head := map[string]string{"svg": "<?xml", "png": "\x89PNG", "pdf": "%PDF"}[format]
		if !strings.HasPrefix(b.String(), head) {
			t.Errorf("%s begins with %q", format, b.String()[:8])
		}
		if file := os.Getenv("PLOT_KEEP"); file != "" {
			os.WriteFile(file+"."+format, b.Bytes(), 0o644)
		}
	}
}

func TestCostsNameEveryLine(t *testing.T) {
	var a, b bytes.Buffer
	if err := Costs(&a, "svg", sample(), "crosscut table --task match3"); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"attention", "rnn", "mlp", "needed", "raw tokens", "vacuous", "shaded: open", "<title>match3, one layer of attention</title>", "<desc>crosscut table --task match3</desc>"} {
		if !strings.Contains(a.String(), name) {
			t.Errorf("the picture does not name %q", name)
		}
	}
	if err := Costs(&b, "svg", sample(), "crosscut table --task match3"); err != nil || a.String() != b.String() {
		t.Error("the same table gave two pictures")
	}
}

// TestPanelsSaySettings: a panel says at which q and M its models ran, also where they differ; and a
// size has a needed line where all of it crosses.
func TestPanelsSaySettings(t *testing.T) {
	var table report.Table
	for _, n := range []int{8, 16} {
		for i, m := range []string{"attention", "rnn"} {
			table.Rows = append(table.Rows, report.Row{Model: m, N: &n, Bits: report.Num(n), Size: report.Num(n + 5 - 5*i), Needed: report.Num(n / (1 + i)), NeededBy: "index of n",
				SizeNeeded: map[string]*float64{"attention": report.Num(n / 4)}[m], SizeNeededBy: "set / 2",
				Params: map[string]any{"q": float64(2 - i), "M": float64(n * n)}})
		}
	}
	var b bytes.Buffer
	if err := Costs(&b, "svg", table, ""); err != nil {
		t.Fatal(err)
	}
	for text, count := range map[string]int{"q = 2; M = 64 to 256, with N": 1, "q = 1; M = 64": 1, "q not the same for all: 1, 2; M = 64 to 256": 1, "needed: index<": 2, "needed: index (rnn)": 1, "needed: set / 2 (attention)": 1} {
		if got := strings.Count(b.String(), text); got != count {
			t.Errorf("%q stands %d times in the picture, not %d", text, got, count)
		}
	}
}

func TestNothingToDraw(t *testing.T) {
	n := 8
	for _, rows := range [][]report.Row{nil, {{Model: "rnn"}}, {{Model: "rnn", N: &n}}, {{Model: "rnn", N: &n, Bits: report.Num(0)}}} {
		if err := Costs(&bytes.Buffer{}, "svg", report.Table{Rows: rows}, ""); !errors.Is(err, ErrEmpty) {
			t.Errorf("%v: %v", rows, err)
		}
	}
}

func TestOnePoint(t *testing.T) {
	n := 8
	row := report.Row{Model: "rnn", N: &n, Bits: report.Num(5), Trivial: report.Num(9)}
	if err := Costs(&bytes.Buffer{}, "svg", report.Table{Rows: []report.Row{row}}, ""); err != nil {
		t.Error(err)
	}
}

func TestSpreadKeepsLabelsApart(t *testing.T) {
	for _, at := range []float64{0, 100, 300} {
		places := slices.Repeat([]float64{at}, 12)
		spread(places, 12, 6, 294)
		for i, y := range places {
			if y < 6 || y > 294 || i > 0 && y-places[i-1] < 11.99 {
				t.Errorf("from %v: %v", at, places)
				break
			}
		}
	}
}

func TestFormatOf(t *testing.T) {
	for file, want := range map[string]string{"a.svg": "svg", "b.PNG": "png", "c.pdf": "pdf", "d.jpg": "", "svg": ""} {
		got, err := Format(file)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%s: %q, %v", file, got, err)
		}
	}
}
