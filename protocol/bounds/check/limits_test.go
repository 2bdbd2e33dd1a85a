package check

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
)

// TestLimits: what is a little larger than a limit is left, what is not is looked at.
func TestLimits(t *testing.T) {
	plain := func(rows, cols int) *Table {
		return NewTable(rows, cols, func(i, j int) (int, bool) { return 0, true })
	}
	blank := func(rows, cols int) *Table { // but for a 1 in a corner
		return NewTable(rows, cols, func(i, j int) (int, bool) { return 1, i == rows-1 && j == cols-1 })
	}
	named := NewTable(1024, 257, func(i, j int) (int, bool) { return i, true })
	narrow := NewTable(1024, 255, func(i, j int) (int, bool) { return i, true })
	colouring := func(n, k int) any { return Colouring{"colouring", k, upTo(n), []int{}, [][]int{}} }
	covering := func(k, rows, cols int) any {
		return Covering{"covering", k, upTo(rows), upTo(cols), []Entry{}, [][]int{}}
	}
	zeros := func(n int) []int64 { return make([]int64, n) }
	both := func(rows, cols int) *Table {
		return NewTable(rows, cols, func(i, j int) (int, bool) { return i % 2, true })
	}
	zero, one := 0, 1
	for _, c := range []struct {
		name     string
		table    *Table
		claim    Claim
		evidence any
		left     bool
	}{
		{"lines of a colouring", plain(1025, 1), Claim{Measure: OneWayAlice, End: Lower}, colouring(1025, 1), true},
		{"lines of a colouring", plain(1025, 1), Claim{Measure: OneWayAlice, End: Lower}, colouring(1024, 1), false},
		{"classes", plain(2, 1), Claim{Measure: OneWayAlice, End: Lower}, colouring(1, 1025), true},
		{"classes", plain(2, 1), Claim{Measure: OneWayAlice, End: Lower}, colouring(1, 1024), false},
		{"variables of a colouring", plain(128, 1), Claim{Measure: OneWayAlice, End: Lower}, colouring(128, 129), true},
		{"variables of a colouring", plain(128, 1), Claim{Measure: OneWayAlice, End: Lower}, colouring(128, 128), false},
		{"work of a colouring", named, Claim{Measure: OneWayAlice, End: Lower}, colouring(1024, 1), true},
		{"work of a colouring", narrow, Claim{Measure: OneWayAlice, End: Lower}, colouring(1024, 1), false},
		{"variables of a covering", blank(2, 2), Claim{Measure: Cover, Value: &one, End: Lower}, covering(43691, 1, 2), true},
		{"variables of a covering", blank(2, 2), Claim{Measure: Cover, Value: &one, End: Lower}, covering(43690, 1, 2), false},
		{"clauses of a covering", blank(129, 129), Claim{Measure: Cover, Value: &one, End: Lower}, covering(129, 128, 128), true},
		{"clauses of a covering", blank(129, 129), Claim{Measure: Cover, Value: &one, End: Lower}, covering(128, 128, 128), false},
		{"pairs of a covering", plain(1, 1), Claim{Measure: Partition, Value: &zero, End: Lower}, covering(1449, 1, 1), true},
		{"pairs of a covering", plain(1, 1), Claim{Measure: Cover, Value: &zero, End: Lower}, covering(1449, 1, 1), false},
		{"lines of a norm", plain(257, 257), Claim{Measure: DiscUniform, End: Upper}, Spectral{"spectral"}, true},
		{"lines of a norm", plain(256, 257), Claim{Measure: DiscUniform, End: Upper}, Spectral{"spectral"}, false},
		{"lines of a norm", plain(257, 257), Claim{Measure: LargestRect, Value: &zero, End: Upper}, Lindsey{"lindsey", 1 << 20}, true},
		{"lines of a norm", plain(257, 256), Claim{Measure: LargestRect, Value: &zero, End: Upper}, Lindsey{"lindsey", 1 << 20}, false},
		{"work of a norm", plain(256, 1025), Claim{Measure: LargestRect, Value: &zero, End: Upper}, Lindsey{"lindsey", 1 << 20}, true},
		{"work of a norm", plain(256, 1024), Claim{Measure: LargestRect, Value: &zero, End: Upper}, Lindsey{"lindsey", 1 << 20}, false},
		{"rows of ranks", plain(1025, 1), Claim{Measure: LargestRect, Value: &zero, End: Upper}, Span{"span", 1, 0}, true},
		{"columns of ranks", plain(1, 1025), Claim{Measure: LargestRect, Value: &zero, End: Upper}, Span{"span", 1, 0}, true},
		{"lines of ranks", plain(1024, 1024), Claim{Measure: LargestRect, Value: &zero, End: Upper}, Span{"span", 1, 0}, false},
		{"rows of a message", plain(1025, 1), Claim{Measure: InformationAlice, Error: "0", End: Lower}, Tilt{"tilt", slices.Repeat([]int64{1}, 1025), 0, 1}, true},
		{"columns of a message", plain(1, 1025), Claim{Measure: InformationAlice, Error: "0", End: Lower}, Tilt{"tilt", []int64{1}, 0, 1}, true},
		{"lines of a message", plain(1024, 1024), Claim{Measure: InformationAlice, Error: "0", End: Lower}, Tilt{"tilt", slices.Repeat([]int64{1}, 1024), 0, 1}, false},
		{"columns of words", plain(1, 256), Claim{Measure: Success, Value: &zero, End: Upper, Number: "0"}, Exhausted{"exhausted", 1, zeros(1)}, true},
		{"columns of words", plain(1, 255), Claim{Measure: Success, Value: &zero, End: Upper, Number: "1"}, Exhausted{"exhausted", 1, zeros(1)}, false},
		{"tokens", plain(1, 21), Claim{Measure: SuccessKept, Value: &one, End: Upper}, KeptPrices{"kept-prices", 1, zeros(1)}, true},
		{"tokens", plain(1, 20), Claim{Measure: SuccessKept, Value: &one, End: Upper}, KeptPrices{"kept-prices", 1, zeros(1)}, false},
		{"tokens", plain(1, 21), Claim{Measure: SuccessKept, Value: &one, End: Upper, Number: "1"}, KeptExhausted{"kept-exhausted", 0}, true},
		{"tokens", plain(1, 20), Claim{Measure: SuccessKept, Value: &one, End: Upper, Number: "1"}, KeptExhausted{"kept-exhausted", 0}, false},
		{"words of kept tokens", both(8, 20), Claim{Measure: SuccessKept, Value: &one, End: Upper}, KeptPrices{"kept-prices", 1, zeros(8)}, true},
		{"words of a message", both(2, 28), Claim{Measure: InformationAlice, Error: "0", End: Lower}, Tilt{"tilt", []int64{1, 1}, 0, 1}, true},
		{"room for words of kept tokens", both(2, 18), Claim{Measure: SuccessKept, Value: &zero, End: Upper, Number: "1"}, KeptExhausted{"kept-exhausted", 0}, true},
		{"entries weighed", plain(1, 1<<20+1), Claim{Measure: Corruption, Value: &zero, Error: "1/3", End: Lower}, Weighing{"weighing", [][]int64{zeros(1<<20 + 1)}}, true},
		{"entries weighed", plain(1, 1<<20), Claim{Measure: Corruption, Value: &zero, Error: "1/3", End: Lower}, Weighing{"weighing", [][]int64{zeros(1 << 20)}}, false},
		{"a search", NewTable(64, 64, func(i, j int) (int, bool) { return i * j % 2, true }), Claim{Measure: DiscUniform, End: Upper}, Exhaustion{"exhaustion", 0}, false},
		{"a search", NewTable(64, 64, func(i, j int) (int, bool) { return map[bool]int{true: 1}[i == j], true }), Claim{Measure: DiscUniform, End: Upper}, Exhaustion{"exhaustion", 0}, true},
		{"rectangles of a cover", NewTable(12, 12, func(i, j int) (int, bool) { return map[bool]int{true: 1}[i == j], true }), Claim{Measure: Cover, Value: &one, End: Lower}, Exhaustion{"exhaustion", 12}, true},
		{"rectangles of a cover", plain(1, 1), Claim{Measure: Cover, Value: &zero, End: Lower}, Exhaustion{"exhaustion", 11}, false},
		{"empty blocks", plain(1, 1), Claim{Measure: DiscBest, End: Upper}, Blocks{"blocks", [][]int64{{1}}, slices.Repeat([][]int{{}}, 25), []Symmetry{}}, true},
	} {
		raw, err := json.Marshal(c.evidence)
		if err != nil {
			t.Fatal(err)
		}
		c.claim.Evidence = raw
		if _, err := Prove(c.table, c.claim); errors.Is(err, ErrLimit) != c.left {
			t.Errorf("%s, %d x %d: %v", c.name, c.table.Rows, c.table.Cols, err)
		}
	}
	w := newWork(context.Background(), plain(1, 1<<20+1), math.MaxInt64)
	if _, _, err := w.weighed([][]int64{slices.Repeat([]int64{1 << 40}, 1<<20+1)}); err == nil || !strings.Contains(err.Error(), "too large") {
		t.Errorf("weights of more than 2^60: %v", err)
	}
	if _, _, err := w.mixed([][]int64{{1}}, slices.Repeat([]Signed{{Weight: 1, Sign: 1}}, 1<<20+1)); err == nil {
		t.Error("more than 2^20 rectangles are weighed")
	}
	var singles [][]int
	for i := range 25 {
		singles = append(singles, []int{i})
	}
	if _, err := newWork(context.Background(), plain(25, 1), math.MaxInt64).heaviestByBlocks(slices.Repeat([][]int64{{1}}, 25), singles); !errors.Is(err, ErrLimit) {
		t.Errorf("2^25 sets of blocks: %v", err)
	}
	row := strings.TrimSuffix(strings.Repeat("0 ", 1<<13), " ")
	if _, err := (&Source{Entries: slices.Repeat([]string{row}, 1<<12+1)}).build(t.Context()); err == nil || !strings.Contains(err.Error(), "out of range") {
		t.Errorf("more than 2^25 entries: %v", err)
	}
	if _, err := Verify(&Certificate{Format: Format, Matrix: Source{Entries: []string{"*"}, SHA256: HashLines([]string{"*"})}, Claims: []Claim{{}}}); !errors.Is(err, ErrEmpty) {
		t.Errorf("a matrix without entries, as a whole: %v", err)
	}
	if _, err := (&Certificate{Matrix: Source{Entries: []string{"0"}}}).Formulas(t.Context()); err == nil || !strings.Contains(err.Error(), "matrix") {
		t.Errorf("clauses of a matrix of another hash: %v", err)
	}
}

// TestRefusedAlone: evidence that one refusal alone catches, and without it proves what is false or reads what is not there.
func TestRefusedAlone(t *testing.T) {
	three := NewTable(3, 2, func(i, j int) (int, bool) { return [][]int{{0, 1}, {2, 0}, {1, 2}}[i][j], true })
	two := NewTable(3, 1, func(i, j int) (int, bool) { return []int{1, 0, 1}[i], true })
	partial := NewTable(2, 2, func(i, j int) (int, bool) { return i ^ j, i*j == 0 })
	zero, one := 0, 1
	for name, c := range map[string]struct {
		table    *Table
		claim    Claim
		evidence string
	}{
		"a rank over GF(2) of three values":   {three, Claim{Measure: RankGF2, End: Upper}, `{"kind":"elimination"}`},
		"a norm of three values":              {three, Claim{Measure: LargestRect, Value: &one, End: Upper}, `{"kind":"lindsey","size":1}`},
		"ranks of a partial matrix":           {partial, Claim{Measure: LargestRect, Value: &one, End: Upper}, `{"kind":"span","rank":2,"other":1}`},
		"patterns of three values":            {three, Claim{Measure: ShatterAlice, End: Lower}, `{"kind":"patterns","columns":[0],"lines":[0,0]}`},
		"patterns of a column that is none":   {two, Claim{Measure: ShatterAlice, End: Lower}, `{"kind":"patterns","columns":[1],"lines":[0,1]}`},
		"patterns of a column below":          {two, Claim{Measure: ShatterAlice, End: Lower}, `{"kind":"patterns","columns":[-1],"lines":[2,1]}`},
		"a word longer than a row":            {two, Claim{Measure: Success, Value: &zero, End: Lower}, `{"kind":"centres","words":[[1,0]]}`},
		"prices of other rows":                {two, Claim{Measure: Success, Value: &zero, End: Upper, Number: "1"}, `{"kind":"exhausted","unit":1,"rows":[0]}`},
		"more than certain":                   {two, Claim{Measure: Success, Value: &zero, End: Upper, Number: "2"}, `{"kind":"exhausted","unit":1,"rows":[0,0,0]}`},
		"more than certain, of kept tokens":   {two, Claim{Measure: SuccessKept, Value: &zero, End: Upper, Number: "2"}, `{"kind":"kept-exhausted","floor":0}`},
		"fewer coin strings than none":        {two, Claim{Measure: Newman, Error: "1/3", End: Upper}, `{"kind":"union","strings":-500}`},
		"more coin strings than are counted":  {two, Claim{Measure: Newman, Error: "1/3", End: Upper}, `{"kind":"union","strings":1099511627777}`},
		"a price that is a text":              {two, Claim{Measure: Success, Value: &zero, End: Upper, Number: "1"}, `{"kind":"exhausted","unit":1,"rows":[0,"0",0]}`},
		"a price of many that is a text":      {two, Claim{Measure: Success, Value: &zero, End: Upper}, `{"kind":"prices","unit":1,"rows":[0,"0",0]}`},
		"a line of an antichain that is none": {two, Claim{Measure: Cover, Value: &one, End: Lower}, `{"kind":"antichain","axis":"rows","lines":[0,3]}`},
		"a row of a minor that is none":       {two, Claim{Measure: RankRational, End: Lower}, `{"kind":"unitriangular","rows":[3],"cols":[0],"diagonal":[1],"lower":[[]],"upper":[[]]}`},
		"colours of a line that is none":      {two, Claim{Measure: OneWayAlice, End: Lower}, `{"kind":"colouring","k":1,"lines":[0,1,3],"apart":[],"lemmas":[]}`},
		"an apart line that is none":          {two, Claim{Measure: OneWayAlice, End: Lower}, `{"kind":"colouring","k":1,"lines":[0,1],"apart":[2],"lemmas":[]}`},
	} {
		c.claim.Evidence = json.RawMessage(c.evidence)
		if v, err := Prove(c.table, c.claim); err == nil {
			t.Errorf("%s prove %v", name, v)
		}
	}
}

// TestCoqRefuses: evidence that is not whole leaves no theorem.
func TestCoqRefuses(t *testing.T) {
	xor, open := []string{"0 1", "1 0"}, []string{"0 1", "1 *"}
	const (
		tree  = `{"kind":"tree","tree":{"speaker":"alice","ones":[1],"zero":{"speaker":"bob","ones":[1],"zero":{"value":0},"one":{"value":1}},"one":{"speaker":"bob","ones":[1],"zero":{"value":1},"one":{"value":0}}}}`
		count = `{"kind":"refutation","lemmas":[{"rows":[0,1],"cols":[0,1],"bits":1}]}`
		part  = `{"kind":"fooling","entries":[[0,0],[1,1]]}`
		minor = `{"kind":"minor","prime":3,"rows":[0,1],"cols":[0,1]}`
	)
	one := 1
	more := func(s string) string { return strings.TrimSuffix(s, "}") + `,"aside":1}` }
	leaves := func(s string) string { return `{"kind":"leaves","parts":[{"value":0,"evidence":` + s + `}]}` }
	divided := func(branches string) string {
		return `{"kind":"refutation","lemmas":[{"rows":[0,1],"cols":[0,1],"bits":1,` + branches + `}]}`
	}
	depth := func(lower, upper string) []Claim {
		return []Claim{{Measure: Deterministic, End: Lower, Number: "2", Evidence: json.RawMessage(lower)}, {Measure: Deterministic, End: Upper, Number: "2", Evidence: json.RawMessage(upper)}}
	}
	claim := func(measure, end, evidence string) []Claim {
		return []Claim{{Measure: measure, Value: &one, End: end, Number: "1", Evidence: json.RawMessage(evidence)}}
	}
	for _, c := range []struct {
		entries []string
		claims  []Claim
		want    string // in the export, or what is said of the claim that is left out
		n       int
	}{
		{xor, depth(count, tree), "Count", 1},
		{xor, depth(more(count), tree), "aside", 0},
		{xor, depth(count, more(tree)), "aside", 0},
		{xor, depth(count, `{"kind":"tree"}`), "a node is missing", 0},
		{xor, depth(count, strings.Replace(tree, `"one":{"value":1}`, `"value":null`, 1)), "null", 0},
		{xor, depth(count, strings.Replace(tree, `,"one":{"value":1}`, ``, 1)), "a node is missing", 0},
		{xor, depth(strings.Replace(count, `"bits":1`, `"bits":2`, 1), tree), errCoq.Error(), 0},
		{xor, depth(`{"kind":"refutation","lemmas":[]}`, tree), errCoq.Error(), 0},
		{xor, depth(`{"kind":"area","size":1}`, tree), errCoq.Error(), 0},
		{xor, depth(divided(`"by_rows":[0,[0,0],null],"by_cols":[0,[0,0],[1,0]]`), tree), "Divide (First 0 (Why false 0)) (Split 0 (Why false 0) (Why true 0))", 1},
		{xor, depth(divided(`"by_rows":[0,[0,0],null]`), tree), "a branch is missing", 0},
		{xor, depth(divided(`"by_cols":[0,[0,0],null]`), tree), "a branch is missing", 0},
		{xor, depth(leaves(part), tree), "by_leaves", 1},
		{xor, depth(more(leaves(part)), tree), "aside", 0},
		{xor, depth(leaves(more(part)), tree), "aside", 0},
		{xor, depth(leaves(minor), tree), "Minor", 1},
		{xor, depth(leaves(more(minor)), tree), "aside", 0},
		{xor, depth(leaves(`{"kind":"area","size":1}`), tree), errCoq.Error(), 0},
		{open, depth(leaves(part), tree), "promise_by_leaves", 1},
		{open, depth(leaves(minor), tree), errCoq.Error(), 0},
		{xor, claim(DistinctRows, Lower, `{"kind":"apart","lines":[0,1]}`), "apart_bound", 1},
		{xor, claim(DistinctRows, Lower, `{"kind":"apart","lines":[0,1],"aside":1}`), "aside", 0},
		{open, claim(OneWayAlice, Lower, `{"kind":"apart","lines":[0,1]}`), "clash_bound", 1},
		{open, claim(OneWayAlice, Lower, `{"kind":"apart","lines":[0,1],"aside":1}`), "aside", 0},
		{xor, claim(LargestRect, Lower, `{"kind":"rectangle","rows":[0],"cols":[1]}`), "rectangle_size", 1},
		{xor, claim(LargestRect, Lower, `{"kind":"rectangle","rows":[0],"cols":[1],"aside":1}`), "aside", 0},
		{xor, claim(Cover, Upper, `{"kind":"rectangles","rectangles":[{"rows":[0],"cols":[1]}]}`), "cover_checked", 1},
		{xor, claim(Cover, Upper, `{"kind":"rectangles","rectangles":[{"rows":[0],"cols":[1]}],"aside":1}`), "aside", 0},
		{xor, claim(Cover, Lower, part), "fooling_cover", 1},
		{xor, claim(Cover, Lower, more(part)), "aside", 0},
		{xor, claim(Cover, Upper, part), errCoq.Error(), 0},
		{xor, claim(Partition, Lower, minor), "shows_bound", 1},
		{xor, claim(Partition, Lower, more(minor)), "aside", 0},
		{xor, claim(Partition, Upper, minor), errCoq.Error(), 0},
		{open, claim(Partition, Lower, minor), errCoq.Error(), 0},
		{open, claim(DistinctRows, Lower, `{"kind":"apart","lines":[0,1]}`), errCoq.Error(), 0},
		{xor, claim(OneWayAlice, Lower, `{"kind":"apart","lines":[0,1]}`), errCoq.Error(), 0},
		{xor, claim(DistinctRows, Lower, `{"kind":"classes","of":[0,1]}`), errCoq.Error(), 0},
		{xor, claim(Cover, Lower, `{"kind":"rectangle","rows":[0],"cols":[1]}`), errCoq.Error(), 0},
		{xor, claim(LargestRect, Lower, `{"kind":"area","size":1}`), errCoq.Error(), 0},
		{open, claim(OneWayAlice, Lower, `{"kind":"colouring"}`), errCoq.Error(), 0},
		{xor, depth(count, tree)[:1], errCoq.Error(), 0},
		{xor, depth(count, tree)[1:], errCoq.Error(), 0},
	} {
		var b strings.Builder
		n, left, err := (&Certificate{Matrix: Source{Entries: c.entries}, Claims: c.claims}).Coq(&b, "f")
		text := b.String()
		if c.n == 0 {
			text = strings.Join(left, "\n")
		}
		if err != nil || n != c.n || n+len(left) != 1 || !strings.Contains(text, c.want) {
			t.Errorf("%s of %q: %d theorems, left out %q, %v\n%s", c.claims[0].Evidence, c.entries, n, left, err, &b)
		}
	}
	if _, _, err := (&Certificate{Matrix: Source{Entries: []string{"0 1", "1"}}}).Coq(&strings.Builder{}, "f"); err == nil {
		t.Error("a matrix that is none leaves")
	}
}
