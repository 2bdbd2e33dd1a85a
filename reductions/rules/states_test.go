package rules

import (
	"strings"
	"testing"

	"crosscut/models/tasks"
)

// TestStates: a product of sizes gives its value and all that is said of it.
func TestStates(t *testing.T) {
	v := tasks.Params{"H": 3, "features": 5, "m": 7, "slots": 4, "w": 9, "d": 2, "state": 6, "conv": 4}
	for _, tc := range []struct {
		s                                states
		width                            string
		early, late                      int
		inequality, latex, solved, inTex string
	}{
		{"2 m", "m", 14, 14, "r layers 2 m p >= needed", `2 r L m p \ge n`, "m >= needed / (2 r layers p)", `m \ge \frac{n}{2 r L p}`},
		{"H min(t, slots) 2 m", "slots", 84, 168, "r layers H slots 2 m p >= needed", `2 r L H s m p \ge n`, "slots >= needed / (2 r layers H m p)", `s \ge \frac{n}{2 r L H m p}`},
		{"min(t, w - 1) d", "w", 4, 16, "r layers (w - 1) d p >= needed", `r L (w - 1) d p \ge n`, "w >= needed / (r layers d p) + 1", `w \ge \frac{n}{r L d p} + 1`},
		{"H features (m + 1)", "m", 120, 120, "r layers H features (m + 1) p >= needed", `r L H m' (m + 1) p \ge n`, "m >= needed / (r layers H features p) - 1", `m \ge \frac{n}{r L H m' p} - 1`},
		{"H features (m + 1)", "features", 120, 120, "r layers H features (m + 1) p >= needed", `r L H m' (m + 1) p \ge n`, "features >= needed / (r layers H (m + 1) p)", `m' \ge \frac{n}{r L H (m + 1) p}`},
		{"d (state + conv - 1)", "d", 18, 18, "r layers d (state + conv - 1) p >= needed", `r L d (s + c - 1) p \ge n`, "d >= needed / (r layers (state + conv - 1) p)", `d \ge \frac{n}{r L (s + c - 1) p}`},
	} {
		r := (&Rule{Width: tc.width}).says("r layers", tc.s)
		if at := tc.s.at(v); at(2) != tc.early || at(100) != tc.late {
			t.Errorf("%s: %d numbers, then %d; want %d, %d", tc.s, at(2), at(100), tc.early, tc.late)
		}
		if r.Inequality != tc.inequality || r.Latex != tc.latex || r.WidthText != tc.solved || r.WidthLatex != tc.inTex {
			t.Errorf("%s: %s; %s; %s; %s", tc.s, r.Inequality, r.Latex, r.WidthText, r.WidthLatex)
		}
	}
}

// TestOutputOfAlices: where Alice's first position is read, no state crosses, and her output does.
func TestOutputOfAlices(t *testing.T) {
	sh, err := tasks.QSA.Shape(4, tasks.Params{"q": 1})
	if err != nil {
		t.Fatal(err)
	}
	split, err := sh.ParseSplit("alice:1,bob:2-4")
	if err != nil {
		t.Fatal(err)
	}
	r, err := Parse("recurrent")
	if err != nil {
		t.Fatal(err)
	}
	p, err := r.At(Cut{Shape: sh, Split: split, Read: []int{1}}, 0)
	if err != nil || p.Total() != 64 || !strings.Contains(r.Inequality, "her output crosses too") {
		t.Errorf("%v, %v: %s", p, err, r.Inequality)
	}
}
