package trained

import (
	"math/rand/v2"
	"strings"
	"testing"

	"crosscut/models/tasks"
)

// Inputs that are drawn lie in the domain; each way of leaving it is named with its token.
func TestOutside(t *testing.T) {
	m := load(t, "gru-n8-h16-s1")
	rng := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		seq, err := m.Draw(rng)
		if err != nil {
			t.Fatal(err)
		}
		if why, known := m.Outside(seq); !known || len(why) > 0 {
			t.Fatalf("a drawn input: %v, %v", why, known)
		}
	}
	for want, edit := range map[string]func(seq []tasks.Token){
		"token 2 stores 0.5":             func(s []tasks.Token) { s[1].Z = []float64{0.5} },
		"token 1 has z":                  func(s []tasks.Token) { s[0].Z = []float64{1} },
		"token 12 has z":                 func(s []tasks.Token) { s[11].Z = []float64{-1} },
		"token 17 asks for position 12,": func(s []tasks.Token) { s[16].Y = []int{12} },
	} {
		seq, err := m.Draw(rng)
		if err != nil {
			t.Fatal(err)
		}
		edit(seq)
		if why, _ := m.Outside(seq); len(why) != 1 || !strings.Contains(why[0], want) {
			t.Errorf("%v, want %q", why, want)
		}
	}
}

// A threshold that the definition takes as a value is warned of, and no other.
func TestThresholdOnAValue(t *testing.T) {
	for _, tc := range []struct {
		folder, old, new string
		warn             bool
	}{
		{"gru-n8-h16-s1", `"threshold": 0.5`, `"threshold": 0`, true}, {"gru-n8-h16-s1", `"threshold": 0.5`, `"threshold": -1`, true},
		{"gru-n8-h16-s1", `"threshold": 0.5`, `"threshold": 0.5`, false},
	} {
		raw, _ := original(t, tc.folder)
		c, _, err := parseConfig([]byte(strings.Replace(string(raw), tc.old, tc.new, 1)))
		if err != nil {
			t.Fatal(err)
		}
		sh, err := c.shape()
		if err != nil {
			t.Fatal(err)
		}
		if got := c.noise(sh); (len(got) > 0) != tc.warn {
			t.Errorf("%s: %v", tc.new, got)
		}
	}
	c := &Config{Q: 2, Threshold: new(float64), Domain: &Domain{Dummy: []int{1}, Stored: []int{2, 3}, Queries: []int{4, 5}, Values: []float64{-1, 1}}}
	qsa, err := tasks.Catalog().Get("qsa")
	if err != nil {
		t.Fatal(err)
	}
	if got := c.noise(tasks.Shape{Task: qsa}); len(got) == 0 {
		t.Error("the mean of -1 and 1 is 0")
	}
}
