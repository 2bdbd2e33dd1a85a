package ask

import (
	"math"
	"strings"
	"testing"
)

// A point above the ceiling is named, one below is not; messages count only where all inputs were seen.
func TestJudge(t *testing.T) {
	q, err := Catalog().Get("recall")
	if err != nil {
		t.Fatal(err)
	}
	points, err := ReadPoints(strings.NewReader("\ufeffBits, accuracy, low, messages, of, name\n4,0.9,,,,a\n4,0.9,0.6,,,b\n8,0.9,,4,all 256,c\n8,0.9,,4,256,d\n8,1,,,,e\n"))
	if err != nil {
		t.Fatal(err)
	}
	if some, err := ReadPoints(strings.NewReader("bits,accuracy,messages\n60,0.5,1152921504606846976\n2.5,0.5,5\n20,0.5,1e6\n")); err != nil || len(some) != 3 {
		t.Errorf("as many messages as the bits tell apart: %v, %v", some, err)
	}
	var above string
	for _, p := range q.Judge(points, Sizes{Count: 8, Vocab: 2}) {
		if p.Above {
			above += p.Name
		}
		if p.Name == "c" && math.Abs(*p.Effective-2) > 1e-9 {
			t.Errorf("effective bits of 4 messages: %v", *p.Effective)
		}
	}
	if above != "ac" { // half the bits allow 0.89 at most
		t.Errorf("above the ceiling: %q, want a and c", above)
	}
	c := q.Curve(Sizes{Count: 8, Vocab: 2})
	if c[0].Bits != 8 || c[len(c)-1].Bits != 0 {
		t.Errorf("the ceiling goes from 8 bits to none: %v", c)
	}
	for i := 1; i < len(c); i++ {
		if c[i].Bits > c[i-1].Bits {
			t.Errorf("more error needs more bits: %v", c)
		}
	}
}

func TestReadPointsRefuses(t *testing.T) {
	for _, tc := range []struct{ text, want string }{
		{"", "header"}, {"bits\n1\n", `no column "accuracy"`}, {"bits,accuracy\n", "no point"}, {"bits,accuracy,bits\n", "twice"},
		{"bits,accuracy\n1,1.5\n", "line 2: accuracy"}, {"bits,accuracy\n-1,0.5\n", "line 2: bits"}, {"bits,accuracy\nNaN,0.5\n", "line 2: bits"},
		{"bits,accuracy\n,0.5\n", "empty"}, {"bits,accuracy,low\n1,0.5,0.6\n", "lies above"}, {"bits,accuracy\n1,0.5,7\n", "no CSV"}, {"bits,accuracy,messages\n2,0.5,4\n2,0.5,5\n", "line 3: messages = 5 are more than 2 bits tell apart"},
		{"bits,accuracy,messages\n60,0.5,1152921504606846977\n", "more than 60 bits tell apart"}, {"bits,accuracy,messages\n2.5,0.5,6\n", "more than 2.5 bits"},
		{"bits,accuracy,messages\n4,0.5,2.5\n", `messages "2.5" is no whole number`},
	} {
		if _, err := ReadPoints(strings.NewReader(tc.text)); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%q: %v, want %q", tc.text, err, tc.want)
		}
	}
}
