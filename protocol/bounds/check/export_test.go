package check

import (
	"bytes"
	"context"
	"encoding/json"
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
	if _, _, err := readFile(t, "testdata/valid/partial.json").Coq(&b, "partial"); err == nil || !strings.Contains(err.Error(), "must be total") {
		t.Errorf("a partial matrix: %v", err)
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
