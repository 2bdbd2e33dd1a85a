package plot

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

// world is a matrix of three values with an entry outside the promise.
func world(n int) Heat {
	return Heat{
		Title: "a matrix", Rows: n, Cols: n + 1, Values: []int{0, 1, 5},
		At: func(i, j int) (int, bool) { return []int{0, 1, 5}[(i*j)%3], i != 1 || j != 1 },
		Panels: []Panel{
			{Caption: "fooling set", Dots: [][2]int{{0, 0}, {1, 2}}},
			{Caption: "cover", Rects: [][2][]int{{{0}, {0, 1, 2}}, {{0, 1}, {0}}}, Value: 0},
			{Caption: "INDEX inside", Lines: [2][]int{{0, 1}, {2}}},
		},
	}
}

func TestHeatInEveryFormat(t *testing.T) {
	for _, format := range Formats {
		for _, n := range []int{1, 7, 90} {
			var a, b bytes.Buffer
			if err := world(n).Draw(&a, format); err != nil {
				t.Fatalf("%s: %v", format, err)
			}
			head := map[string]string{"svg": "<?xml", "png": "\x89PNG", "pdf": "%PDF"}[format]
			if !strings.HasPrefix(a.String(), head) {
				t.Errorf("%s begins with %q", format, a.String()[:8])
			}
			if format == "pdf" {
				continue // holds the time
			}
			if err := world(n).Draw(&b, format); err != nil || a.String() != b.String() {
				t.Errorf("%s: the same matrix gave two pictures", format)
			}
		}
	}
}

func TestHeatShowsWhatIsMarked(t *testing.T) {
	var b bytes.Buffer
	h := world(6)
	h.Command = "crosscut bounds"
	if err := h.Draw(&b, "svg"); err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"fooling set", "cover", "INDEX inside", "a matrix", "Alice", "Bob", "<title>a matrix</title>", "<desc>crosscut bounds</desc>"} {
		if !strings.Contains(b.String(), text) {
			t.Errorf("the picture lacks %q", text)
		}
	}
	var bare bytes.Buffer
	for k := range h.Panels {
		h.Panels[k] = Panel{Caption: h.Panels[k].Caption}
	}
	if err := h.Draw(&bare, "svg"); err != nil {
		t.Fatal(err)
	}
	for _, colour := range []string{"#D55E00", "#0072B2", "#56B4E9"} { // a dot, a rectangle, an entry of INDEX
		if !strings.Contains(b.String(), colour) || strings.Contains(bare.String(), colour) {
			t.Errorf("the colour %s does not follow the marks", colour)
		}
	}
}

func TestHeatRefuses(t *testing.T) {
	if err := (Heat{}).Draw(&bytes.Buffer{}, "svg"); !errors.Is(err, ErrEmpty) {
		t.Errorf("%v", err)
	}
	if err := world(MaxHeat).Draw(&bytes.Buffer{}, "svg"); err == nil {
		t.Error("a matrix that is too large was drawn")
	}
	if err := Census(&bytes.Buffer{}, "svg", "", "", nil); !errors.Is(err, ErrEmpty) {
		t.Errorf("%v", err)
	}
}

func TestCensus(t *testing.T) {
	counts := []Count{{0, 2, "2"}, {1, 60, "60"}, {2, 27450, "27,450"}, {3, 0, "0"}, {4, 18083520, "18,083,520"}}
	for _, format := range Formats {
		var b bytes.Buffer
		if err := Census(&b, format, "census", "crosscut bounds --census 4 4", counts); err != nil {
			t.Fatal(err)
		}
		if format == "svg" {
			if !strings.Contains(b.String(), "<title>census</title>\n<desc>crosscut bounds --census 4 4</desc>") {
				t.Error("the picture lacks its title, or the command that draws it")
			}
			for _, k := range counts {
				if k.Matrices > 0 && !strings.Contains(b.String(), k.Text) {
					t.Errorf("the picture lacks %s", k.Text)
				}
			}
		}
	}
}
