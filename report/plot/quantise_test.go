package plot

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

// The figure is well-formed, says what its curve is, and draws no bound where none
// applies.
func TestAccuracy(t *testing.T) {
	c := AccuracyCurve{
		Title: "lstm at n = 12", Command: "crosscut quantise", N: 12,
		Points:  []AccuracyPoint{{8, 0.6, 0.55, 0.65, 23, 4096, true}, {256, 1, 0.9, 1, 4096, 4096, true}},
		Optimum: func(bits int) float64 { return 0.5 + float64(bits)/24 },
	}
	for _, bound := range []bool{true, false} {
		if !bound {
			c.Optimum = nil
		}
		var b bytes.Buffer
		if err := Accuracy(&b, "svg", c); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(b.String(), "no message beats this") != bound {
			t.Errorf("the bound is drawn: %v, want %v", !bound, bound)
		}
		for _, word := range []string{"lstm at n = 12", "n = 12", "mean token accuracy", "different messages", "<title>lstm at n = 12</title>", "<desc>crosscut quantise</desc>"} {
			if !strings.Contains(b.String(), word) {
				t.Errorf("%q is missing", word)
			}
		}
		dec := xml.NewDecoder(&b)
		for {
			if _, err := dec.Token(); err == io.EOF {
				break
			} else if err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := Accuracy(io.Discard, "svg", AccuracyCurve{}); !errors.Is(err, ErrEmpty) {
		t.Errorf("nothing to draw: %v", err)
	}
	c.Points = c.Points[:1]
	c.N = 1
	if err := Accuracy(io.Discard, "png", c); err != nil {
		t.Errorf("one point: %v", err)
	}
}
