package check

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestCoqIsExported: a theorem for each claim that the proofs cover, a refusal of matrices
// that they do not speak of, and no word lost about the rest. `make coq` lets Coq read them.
func TestCoqIsExported(t *testing.T) {
	c := readFile(t, "testdata/valid/disj2.json")
	var b bytes.Buffer
	n, left, err := c.Coq(&b, "disj")
	if err != nil || n+len(left) != len(c.Claims)-1 { // two claims are one theorem about D
		t.Errorf("%d theorems, %d left out of %d claims: %v", n, len(left), len(c.Claims), err)
	}
	for _, want := range []string{"Theorem disj_D : D disj 4 4 3.", "one_way disj", "covers disj", "partitions disj", "large disj"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in the export", want)
		}
	}
	if text := strings.Join(left, "\n"); !strings.Contains(text, errCoq.Error()) {
		t.Errorf("left out: %s", text)
	}
	b.Reset()
	if n, _, err := readFile(t, "testdata/valid/partial.json").Coq(&b, "partial"); err != nil || n == 0 || !strings.Contains(b.String(), "one_way_promise partial") ||
		!strings.Contains(b.String(), "None") || strings.Contains(b.String(), ": D partial") {
		t.Errorf("a partial matrix: %d theorems, %v\n%s", n, err, &b)
	}
	twice := readFile(t, "testdata/valid/disj2.json")
	twice.Claims = append(twice.Claims, twice.Claims...)
	b.Reset()
	if _, _, err := twice.Coq(&b, "disj"); err != nil {
		t.Error(err)
	}
	names := map[string]bool{}
	for _, m := range regexp.MustCompile(`Theorem (\w+) :`).FindAllStringSubmatch(b.String(), -1) {
		if names[m[1]] {
			t.Errorf("two theorems are called %s", m[1])
		}
		names[m[1]] = true
	}
	low := &Certificate{Matrix: Source{Entries: []string{"-1 0"}}}
	if _, _, err := low.Coq(&b, "low"); err == nil || !strings.Contains(err.Error(), "values must be") {
		t.Errorf("a negative value: %v", err)
	}
}

// TestCoqText: the export, whole, of matrices where values are absent from a lemma's part, a fooling set is empty or no
// larger than the rank, an inverse has a factor, and entries are open. `make coq` lets Coq accept the same file.
func TestCoqText(t *testing.T) {
	one := 1
	claims := func(depth, lower, upper string, more ...Claim) []Claim {
		return append(more, Claim{Measure: Deterministic, End: Lower, Number: depth, Evidence: json.RawMessage(lower)}, Claim{Measure: Deterministic, End: Upper, Number: depth, Evidence: json.RawMessage(upper)})
	}
	const fooling = `{"kind":"fooling","entries":[[0,0],[1,2]]}`
	var b bytes.Buffer
	b.WriteString(CoqHead)
	for name, c := range []Certificate{
		{Matrix: Source{Entries: []string{"1 1 0", "1 0 1", "2 1 1"}}, Claims: claims("3",
			`{"kind":"refutation","lemmas":[{"rows":[0,1],"cols":[0,1,2],"bits":1,"fooling":[[],[[0,0],[1,2]]]},{"rows":[0,1,2],"cols":[0,1,2],"bits":2,"fooling":[[[0,2],[1,1]]]}]}`,
			`{"kind":"tree","tree":{"speaker":"alice","ones":[2],"zero":{"speaker":"alice","ones":[1],"zero":{"speaker":"bob","ones":[2],"zero":{"value":1},"one":{"value":0}},`+
				`"one":{"speaker":"bob","ones":[1],"zero":{"value":1},"one":{"value":0}}},"one":{"speaker":"bob","ones":[0],"zero":{"value":1},"one":{"value":2}}}}`,
			Claim{Measure: Partition, Value: &one, End: Lower, Number: "3", Evidence: json.RawMessage(`{"kind":"minor","prime":3,"rows":[0,1,2],"cols":[0,1,2]}`)},
			Claim{Measure: Partition, Value: &one, End: Lower, Number: "2", Evidence: json.RawMessage(fooling)},
			Claim{Measure: Cover, Value: &one, End: Lower, Number: "2", Evidence: json.RawMessage(fooling)})},
		{Matrix: Source{Entries: []string{"* 1", "1 0"}}, Claims: claims("2",
			`{"kind":"refutation","lemmas":[{"rows":[0,1],"cols":[0,1],"bits":1,"fooling":[[[0,1],[1,0]]]}]}`,
			`{"kind":"tree","tree":{"speaker":"alice","ones":[1],"zero":{"value":1},"one":{"speaker":"bob","ones":[1],"zero":{"value":1},"one":{"value":0}}}}`,
			Claim{Measure: OneWayAlice, End: Lower, Number: "1", Evidence: json.RawMessage(`{"kind":"apart","lines":[0,1]}`)})},
	} {
		c.Format, c.Matrix.SHA256 = Format, HashLines(c.Matrix.Entries)
		if findings, err := Verify(&c); err != nil || slices.ContainsFunc(findings, func(f Finding) bool { return f.Err != nil }) {
			t.Errorf("%q: %v, %v", c.Matrix.Entries, findings, err)
		}
		if _, left, err := c.Coq(&b, []string{"total", "promise"}[name]); err != nil || len(left) > 0 {
			t.Errorf("%q: left out %q, %v", c.Matrix.Entries, left, err)
		}
	}
	const file = "testdata/export.v"
	if os.Getenv("CROSSCUT_GOLDEN") != "" {
		if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if want, err := os.ReadFile(file); err != nil || !bytes.Equal(want, b.Bytes()) {
		t.Errorf("%v; the export is not %s:\n%s", err, file, &b)
	}
	for largest, want := range map[int]bool{coqValue: true, coqValue + 1: false} {
		if _, _, err := (&Certificate{Matrix: Source{Entries: []string{fmt.Sprint(largest)}}}).Coq(&b, "large"); (err == nil) != want {
			t.Errorf("the value %d: %v", largest, err)
		}
	}
}

// satisfiable decides clauses by branching on the first that is not yet true.
func satisfiable(clauses [][]int, value map[int]bool) bool {
	set := []int{}
	defer func() {
		for _, v := range set {
			delete(value, v)
		}
	}()
	var open []int
	for changed := true; changed; {
		changed, open = false, nil
		for _, c := range clauses {
			var free []int
			holds := false
			for _, l := range c {
				if v, known := value[max(l, -l)]; !known {
					free = append(free, l)
				} else {
					holds = holds || v == (l > 0)
				}
			}
			switch {
			case holds:
			case len(free) == 0:
				return false
			case len(free) == 1:
				v := max(free[0], -free[0])
				value[v], changed = free[0] > 0, true
				set = append(set, v)
			case open == nil || len(free) < len(open):
				open = free
			}
		}
	}
	if open == nil {
		return true
	}
	v := max(open[0], -open[0])
	for _, side := range []bool{open[0] > 0, open[0] < 0} {
		value[v] = side
		good := satisfiable(clauses, value)
		delete(value, v)
		if good {
			return true
		}
	}
	return false
}

// TestDepthClauses: the clauses about D(f) <= k can be satisfied exactly when it is.
func TestDepthClauses(t *testing.T) {
	looked := map[bool]int{}
	for n, table := range small() {
		if n%4 != 0 || table.Rows*table.Cols > 9 {
			continue
		}
		d := depth(table, 1<<table.Rows-1, 1<<table.Cols-1)
		for k := range min(d+1, 3) {
			p := table.depthClauses(k)
			want := d <= k
			if got := satisfiable(p.all(), map[int]bool{}); got != want {
				t.Fatalf("%v: D = %d, at most %d by the clauses: %v", table.Lines(), d, k, got)
			}
			looked[want]++
		}
	}
	if looked[true] < 20 || looked[false] < 30 {
		t.Errorf("only %v formulas were looked at", looked)
	}
}

// TestDepthClausesKeepTheirLimit: as many variables and clauses as are written, and one more; and who speaks.
func TestDepthClausesKeepTheirLimit(t *testing.T) {
	for _, c := range []struct {
		rows, cols int
		want       bool
	}{
		{coveringVariables - 2, 1, true}, {coveringVariables - 1, 1, false}, // as many lines, and a label
		{2359, 889, true}, {2048, 1024, false}, // 2^21 - 1 entries and a label; one more
	} {
		blank := NewTable(c.rows, c.cols, func(i, j int) (int, bool) { return 0, i+j == 0 })
		if p := blank.depthClauses(0); (p != nil) != c.want {
			t.Errorf("%d x %d: clauses are written: %v", c.rows, c.cols, !c.want)
		}
	}
	// Of one row Alice has nothing to say: at depth 1 the root is not hers.
	p := NewTable(1, 2, func(i, j int) (int, bool) { return j, true }).depthClauses(1)
	const alice = 3*3 + 1 // behind three nodes' lines
	if !satisfiable(append(p.all(), []int{-alice}), map[int]bool{}) || satisfiable(append(p.all(), []int{alice}), map[int]bool{}) {
		t.Error("Alice speaks of one row")
	}
}

// TestSearchedEndsLeave: accepted lower ends by search leave as clauses that cannot be satisfied, without a
// proof; of the identity of order 3 a cover of 2 and a tree of depth 2. An end that is refuted does not leave.
func TestSearchedEndsLeave(t *testing.T) {
	table := NewTable(3, 3, func(i, j int) (int, bool) { return map[bool]int{true: 1}[i == j], true })
	one := 1
	claims := []Claim{
		{Measure: Cover, Value: &one, End: Lower, Number: "3", Evidence: json.RawMessage(`{"kind":"exhaustion","size":3}`)},
		{Measure: Partition, Value: &one, End: Lower, Number: "3", Evidence: json.RawMessage(`{"kind":"exhaustion","size":3}`)},
		{Measure: Deterministic, End: Lower, Number: "3", Evidence: json.RawMessage(`{"kind":"refutation","lemmas":[{"rows":[0,1,2],"cols":[0,1,2],"bits":2,"fooling":[[[0,0],[1,1],[2,2]],[[0,1],[1,2]]]}]}`)},
		{Measure: Fooling, Value: &one, End: Lower, Number: "1", Evidence: json.RawMessage(`{"kind":"fooling","entries":[[0,0]]}`)},
	}
	c := &Certificate{Format: Format, Matrix: Source{Entries: table.Lines(), SHA256: table.Hash()}, Claims: claims}
	all, err := c.Formulas(context.Background())
	if err != nil || len(all) != 3 {
		t.Fatalf("%d formulas, %v", len(all), err)
	}
	for k, f := range all {
		if !f.Searched || f.Of.Measure != claims[k].Measure || len(f.Of.Evidence) > 0 || satisfiable(f.Clauses, map[int]bool{}) {
			t.Errorf("%s, %d clauses: searched %v, or they can be satisfied", f.Of.Of(), len(f.Clauses), f.Searched)
		}
	}
	c.Claims = claims[:1]
	c.Claims[0].Evidence = json.RawMessage(`{"kind":"exhaustion","size":4}`)
	if all, err := c.Formulas(context.Background()); err != nil || len(all) > 0 {
		t.Errorf("a refuted end leaves: %d formulas, %v", len(all), err)
	}
}

// TestFormulasAreRefuted: the clauses that leave the house cannot be satisfied, and come with
// their proof; clauses that the evidence does not refute do not leave.
func TestFormulasAreRefuted(t *testing.T) {
	table := NewTable(2, 2, func(i, j int) (int, bool) { return 1 - (i+j)&1, true })
	one := 1
	claim := func(k int) *Certificate {
		raw, err := json.Marshal(Covering{Kind: "covering", K: k, Rows: []int{0, 1}, Cols: []int{0, 1}, Fooling: []Entry{}, Lemmas: [][]int{}})
		if err != nil {
			t.Fatal(err)
		}
		return &Certificate{Format: Format, Matrix: Source{Entries: table.Lines(), SHA256: table.Hash()},
			Claims: []Claim{{Measure: Cover, Value: &one, End: Lower, Number: "2", Evidence: raw}}}
	}
	all, err := claim(1).Formulas(context.Background())
	if err != nil || len(all) != 1 {
		t.Fatalf("%d formulas, %v", len(all), err)
	}
	f := all[0]
	for code := range 1 << f.Variables {
		good := true
		for _, c := range f.Clauses {
			some := false
			for _, l := range c {
				some = some || l > 0 == (code>>(max(l, -l)-1)&1 == 1)
			}
			good = good && some
		}
		if good {
			t.Errorf("assignment %b satisfies all clauses", code)
		}
	}
	var cnf, proof bytes.Buffer
	if err := f.CNF(&cnf); err != nil || f.Proof(&proof) != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(cnf.String()), "\n")
	if len(lines) != 2+len(f.Clauses) || lines[0] != "c cover of 1, lower 2" || lines[1] != "p cnf 6 8" || proof.String() != "0\n" {
		t.Errorf("%q, %q", lines, proof.String())
	}
	if all, err := claim(2).Formulas(context.Background()); err == nil {
		t.Errorf("clauses that can be satisfied are exported: %d", len(all))
	}
}
