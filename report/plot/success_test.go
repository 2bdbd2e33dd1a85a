package plot

import (
	"bytes"
	"errors"
	"strings"
	"testing"
)

func TestSuccess(t *testing.T) {
	c := SuccessCurve{Title: "success", Command: "crosscut curve", X: "bits", Y: "share", Series: []Series{{Name: "ceiling", Line: true, Points: [][2]float64{{0, 0.5}, {4, 1}}},
		{Name: "measured", Points: [][2]float64{{2, 0.6}}}}, Marks: []Mark{{3, "here"}}}
	var b bytes.Buffer
	if err := Success(&b, "svg", c); err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"success", "ceiling", "measured", "here", "bits", "<title>success</title>", "<desc>crosscut curve</desc>"} {
		if !strings.Contains(b.String(), word) {
			t.Errorf("%q is missing", word)
		}
	}
	if err := Success(&b, "svg", SuccessCurve{}); !errors.Is(err, ErrEmpty) {
		t.Errorf("an empty curve: %v", err)
	}
}
