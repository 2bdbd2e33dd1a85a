package check

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// speaksOf lists, by kind of evidence, the measures and ends that it may speak of.
var speaksOf = map[string]string{
	"antichain":      "cover lower, partition lower",
	"apart":          "distinct.cols lower, distinct.rows lower, one_way.alice lower, one_way.bob lower",
	"area":           "cover lower, partition lower",
	"blocks":         "discrepancy.best upper",
	"centres":        "success lower",
	"channel":        "information.alice upper, information.bob upper",
	"classes":        "distinct.cols upper, distinct.rows upper, one_way.alice upper, one_way.bob upper",
	"colouring":      "one_way.alice lower, one_way.bob lower",
	"covering":       "cover lower, partition lower",
	"distribution":   "discrepancy.best upper",
	"elimination":    "rank.gf2 upper, rank.rational upper, rank.value upper",
	"exhausted":      "success upper",
	"exhaustion":     "cover lower, discrepancy.best upper, discrepancy.uniform upper, fooling upper, partition lower, rectangle upper, shattered.alice upper, shattered.bob upper",
	"factors":        "gamma2 upper, gamma2.approx upper, gamma2.infinity upper",
	"follows":        "randomised lower",
	"fooling":        "cover lower, fooling lower, partition lower",
	"fractions":      "corruption upper, smooth_rectangle upper",
	"gap":            "discrepancy.uniform lower",
	"keepers":        "success.kept lower",
	"kept-exhausted": "success.kept upper",
	"kept-prices":    "success.kept upper",
	"leaves":         "deterministic lower",
	"lindsey":        "rectangle upper",
	"matching":       "rectangle upper",
	"minor":          "partition lower, rank.gf2 lower, rank.rational lower, rank.value lower",
	"mixture":        "discrepancy.best lower",
	"orbits":         "discrepancy.best lower",
	"patterns":       "shattered.alice lower, shattered.bob lower",
	"prices":         "success upper",
	"rectangle":      "rectangle lower",
	"rectangles":     "cover upper, fooling upper, partition upper",
	"refutation":     "deterministic lower",
	"share":          "cover lower, partition lower",
	"span":           "rectangle upper",
	"spectral":       "discrepancy.best upper, discrepancy.uniform upper",
	"tilt":           "information.alice lower, information.bob lower, randomised.alice lower, randomised.bob lower",
	"tree":           "deterministic upper, partition upper",
	"union":          "newman upper",
	"unitriangular":  "partition lower, rank.gf2 lower, rank.rational lower, rank.value lower",
	"weighing":       "corruption lower, smooth_rectangle lower",
	"witness":        "gamma2 lower, gamma2.approx lower, gamma2.infinity lower",
}

// TestEvidenceSpeaksOfItsMeasures: evidence in the files that proves something proves nothing of another measure or
// end; and of each that it may speak of, some does.
func TestEvidenceSpeaksOfItsMeasures(t *testing.T) {
	shown := map[string]map[string]bool{}
	defer func(n int) { maxSteps = n }(maxSteps)
	maxSteps = 1 << 18
	accepted(t, func(file, kind string, table *Table, claim Claim) {
		for _, m := range Measures() {
			if m.Of != "" {
				continue
			}
			values := []*int{nil}
			if m.PerValue {
				values = nil
				for _, v := range append(table.Values(), 1) {
					values = append(values, &v)
				}
			}
			for _, v := range values {
				for _, end := range []string{Lower, Upper} {
					other := Claim{Measure: m.Name, Value: v, End: end, Number: "1", Evidence: claim.Evidence}
					if m.Error {
						other.Error = "1/3"
					}
					what := m.Name + " " + end
					if other.Of() == claim.Of() && end == claim.End {
						other = claim
					}
					if _, err := Prove(table, other); err != nil {
						continue
					}
					if !slices.Contains(strings.Split(speaksOf[kind], ", "), what) {
						t.Errorf("%s: %s proves something of %s", file, kind, what)
					}
					if shown[kind] == nil {
						shown[kind] = map[string]bool{}
					}
					shown[kind][what] = true
				}
			}
		}
	})
	for _, kind := range Kinds() {
		for _, what := range strings.Split(speaksOf[kind], ", ") {
			if !shown[kind][what] {
				t.Errorf("no evidence of kind %s in the files proves something of %s", kind, what)
			}
		}
	}
}

// ending is a context that ends when it is asked for the n-th time, for good. It sees whether it is asked again after it
// has ended, or after the last step.
type ending struct {
	context.Context
	asked, n  int
	w         *work
	left      []int64 // steps, whenever asked
	goesOn    bool    // after the end of ctx
	overspent bool    // after the last step
}

func (c *ending) Err() error {
	c.asked++
	if c.w != nil {
		c.left = append(c.left, c.w.left)
		c.overspent = c.overspent || c.w.left == 0
	}
	c.goesOn = c.goesOn || c.n > 0 && c.asked > c.n
	if c.n > 0 && c.asked >= c.n {
		return context.Canceled
	}
	return nil
}

// some are numbers up to n: all, or of many the first and some of the others.
func some(n int) (all []int) {
	for k := 1; k <= n; k += 1 + k/200 + k/1000*100 {
		all = append(all, k)
	}
	return all
}

// stops checks a claim that is proved: at whichever place its time or its steps end, nothing more is done, and that is said.
func stops(t *testing.T, name, kind string, table *Table, claim Claim) {
	t.Helper()
	const enough = 1 << 40
	defer func(n int) { maxSteps = n }(maxSteps)
	if !slices.Contains(after, kind) {
		maxSteps = enough
	}
	prove := func(n int, steps int64) (*ending, error) {
		c := &ending{Context: context.Background(), n: n}
		w := newWork(c, table, steps)
		c.w = w
		_, _, err := w.prove(claim)
		c.left = append(c.left, w.left)
		return c, err
	}
	c, err := prove(0, enough)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	for _, k := range some(c.asked) {
		if c, err := prove(k, enough); !errors.Is(err, context.Canceled) || c.goesOn {
			t.Errorf("%s: %s by %s, time ends when asked for the %d-th time: it goes on %v, %v", name, claim.Of(), kind, k, c.goesOn, err)
		}
	}
	if kind == "leaves" {
		return // its parts are of other kinds
	}
	asked := c.asked
	if slices.Contains(after, kind) {
		asked-- // what was searched is charged after it
		all := maxSteps
		for maxSteps = range 100 { // no search is over: what is not proved stays open
			if _, err := prove(0, enough); err != nil && !errors.Is(err, ErrLimit) {
				t.Errorf("%s: %s by %s with a search of %d steps: %v", name, claim.Of(), kind, maxSteps, err)
			}
		}
		maxSteps = all
	}
	for _, k := range some(asked) {
		if steps := enough - c.left[k-1]; c.left[k] < c.left[k-1] { // steps are made here: the first is the last
			if c, err := prove(0, steps+1); !errors.Is(err, ErrLimit) || c.overspent {
				t.Errorf("%s: %s by %s with %d steps: it goes on %v, %v", name, claim.Of(), kind, steps+1, c.overspent, err)
			}
		}
	}
}

// TestEvidenceStops: evidence of every kind, and of tables so large that time is asked for in between.
func TestEvidenceStops(t *testing.T) {
	accepted(t, func(file, kind string, table *Table, claim Claim) { stops(t, file, kind, table, claim) })
	bitsOf := NewTable(130, 8, func(i, j int) (int, bool) { return i >> j & 1, j < 7 || i%2 == 0 })
	lines := make([]int, 130)
	for i := range lines {
		lines[i] = i
	}
	text := func(v any) json.RawMessage {
		raw, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	product := product(4)
	one := 1
	for _, c := range []struct {
		table *Table
		claim Claim
	}{
		{bitsOf, Claim{Measure: OneWayAlice, End: Upper, Evidence: text(Classes{"classes", lines})}},
		{bitsOf, Claim{Measure: OneWayAlice, End: Lower, Evidence: text(Apart{"apart", lines[:128]})}},
		{bitsOf, Claim{Measure: OneWayAlice, End: Lower, Evidence: text(Colouring{"colouring", 2, []int{0, 1, 2}, []int{}, [][]int{{-1}}})}},
		{product, Claim{Measure: DiscUniform, End: Upper, Evidence: text(Exhaustion{Kind: "exhaustion"})}},
		{product, Claim{Measure: DiscUniform, End: Upper, Evidence: text(Spectral{"spectral"})}},
		{product, Claim{Measure: LargestRect, Value: &one, End: Upper, Evidence: text(Lindsey{"lindsey", 16})}},
		{product, Claim{Measure: LargestRect, Value: &one, End: Upper, Evidence: text(Exhaustion{"exhaustion", 64})}},
		{product, Claim{Measure: Cover, Value: &one, End: Lower, Evidence: text(Area{"area", 64})}},
	} {
		stops(t, "large", kindOf(c.claim.Evidence), c.table, c.claim)
	}
}

// TestMatrixStops: reading a matrix ends with the time for it.
func TestMatrixStops(t *testing.T) {
	for _, s := range []Source{{Problem: "eq", N: 9}, {Entries: NewTable(300, 1, func(i, j int) (int, bool) { return i, true }).Lines()}} {
		c := &ending{Context: context.Background()}
		if _, err := s.build(c); err != nil || c.asked < 4 {
			t.Fatalf("asked %d times, %v", c.asked, err)
		}
		for k := range c.asked {
			c := &ending{Context: context.Background(), n: k + 1}
			if _, err := s.build(c); !errors.Is(err, context.Canceled) || c.goesOn {
				t.Errorf("%s: goes on %v, %v", s.Problem, c.goesOn, err)
			}
		}
	}
}

// asBranch reads a branch from what encoding/json made of it: the definition in refutation.go, once more.
func asBranch(v any) string {
	list, ok := v.([]any)
	if !ok {
		return ""
	}
	whole := func(v any) bool {
		n, ok := v.(json.Number)
		return ok && len(n) <= 9 && strings.Trim(n.String(), "0123456789") == ""
	}
	switch {
	case len(list) == 2 && whole(list[0]) && whole(list[1]):
		return fmt.Sprintf("(%v %v)", list[0], list[1])
	case len(list) == 3 && whole(list[0]):
		zero := asBranch(list[1])
		one := "null"
		if list[2] != nil {
			one = asBranch(list[2])
		}
		if zero != "" && one != "" {
			return fmt.Sprintf("(%v %s %s)", list[0], zero, one)
		}
	}
	return ""
}

func (b *branch) String() string {
	if b.next[0] == nil {
		return fmt.Sprintf("(%d %d)", b.side, b.lemma)
	}
	one := "null"
	if b.next[1] != nil {
		one = b.next[1].String()
	}
	return fmt.Sprintf("(%d %s %s)", b.line, b.next[0], one)
}

// TestBranchText: texts of branches, cut off at every byte and with one byte left out, changed or put in, are read as
// encoding/json reads them, or refused.
func TestBranchText(t *testing.T) {
	read, refused := 0, 0
	try := func(text string) {
		raw := []byte(text)
		if !json.Valid(raw) {
			return
		}
		d := json.NewDecoder(bytes.NewReader(raw))
		d.UseNumber()
		var v any
		if err := d.Decode(&v); err != nil {
			t.Fatal(err)
		}
		want := asBranch(v)
		var b branch
		err := b.UnmarshalJSON(raw)
		switch {
		case want == "" && err == nil:
			t.Errorf("%s is read", text)
		case want != "" && err != nil:
			t.Errorf("%s: %v", text, err)
		case want != "" && b.String() != want:
			t.Errorf("%s is read as %s", text, &b)
		}
		if want == "" {
			refused++
		} else {
			read++
		}
	}
	const bytes = "[]{}0123456789,:.-+e\"n \t\r\n"
	for _, text := range []string{
		"[0,1]", "[12,[0,3],[1,4]]", "[0,[1,[0,2],[1,3]],null]", " [ 7 , [ 1 , 0 ] , [ 2 , [ 0 , 1 ] , [ 1 , 1 ] ] ] ",
		"[123456789,[0,1],[1,1]]", "[1234567890,[0,1],[1,1]]", "[0,1234567890]", "[0,999999999]",
		"[1,[0,1],[1,1],[1,1]]", "[[0,1],[1,1]]", "[1,[0,1]]", "[]", "[1]", "[0,1,2]", "null", "[null,1]", "[1,null]", "[1,null,[0,1]]", "[1,[0,1],2]", "[1,[0,1],no]",
		"[0,\"1\"]", "{}", "0", "[1.5,2]", "[1,[0,1],{}]", "[true,1]", "[1,[0,1],true]",
	} {
		try(text)
		for k := range text {
			try(text[:k])
			try(text[k:])
			try(text[:k] + text[k+1:])
			for _, c := range bytes {
				try(text[:k] + string(c) + text[k:])
				try(text[:k] + string(c) + text[k+1:])
			}
		}
	}
	if read < 300 || refused < 100 {
		t.Errorf("%d texts were read and %d refused", read, refused)
	}
}
