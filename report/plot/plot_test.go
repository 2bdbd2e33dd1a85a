package plot

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
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
		if err := Costs(&b, format, sample()); err != nil {
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
	if err := Costs(&a, "svg", sample()); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"attention", "rnn", "mlp", "needed", "raw tokens", "vacuous"} {
		if !strings.Contains(a.String(), name) {
			t.Errorf("the picture does not name %q", name)
		}
	}
	if err := Costs(&b, "svg", sample()); err != nil || a.String() != b.String() {
		t.Error("the same table gave two pictures")
	}
}

func TestNothingToDraw(t *testing.T) {
	n := 8
	for _, rows := range [][]report.Row{nil, {{Model: "rnn"}}, {{Model: "rnn", N: &n}}, {{Model: "rnn", N: &n, Bits: report.Num(0)}}} {
		if err := Costs(&bytes.Buffer{}, "svg", report.Table{Rows: rows}); !errors.Is(err, ErrEmpty) {
			t.Errorf("%v: %v", rows, err)
		}
	}
}

func TestOnePoint(t *testing.T) {
	n := 8
	row := report.Row{Model: "rnn", N: &n, Bits: report.Num(5), Trivial: report.Num(9)}
	if err := Costs(&bytes.Buffer{}, "svg", report.Table{Rows: []report.Row{row}}); err != nil {
		t.Error(err)
	}
}

func TestSpreadKeepsLabelsApart(t *testing.T) {
	var labels []label
	for i := range 12 {
		labels = append(labels, label{y: 100, text: fmt.Sprint(i)})
	}
	spread(labels, 1, 1000, 300)
	for i := 1; i < len(labels); i++ {
		gap := math.Log(labels[i].y/labels[i-1].y) / math.Log(1000) * 300
		if gap < 10.9 {
			t.Errorf("labels %d and %d are %.1f points apart", i-1, i, gap)
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
