package atlas

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"crosscut/protocol/bounds"
	"crosscut/protocol/bounds/check"
	"crosscut/protocol/bounds/named"
)

// TestCoq exports certificates of every class of the 4 x 4 census, of EQ_4 and DISJ_4, of a matrix that
// only a search settles, and of promise problems, and lets Coq accept them; it refuses a fooling set whose
// crossed entries are open. It takes a minute: make coq.
func TestCoq(t *testing.T) {
	if os.Getenv("CROSSCUT_COQ") == "" {
		t.Skip("make coq runs it")
	}
	coqc, err := exec.LookPath("coqc")
	if err != nil {
		t.Skip("coqc is not installed")
	}
	dir := t.TempDir()
	for _, name := range []string{"Protocol.v", "Evidence.v", "Promise.v"} {
		text, err := os.ReadFile(filepath.Join("..", "check", "coq", name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var file bytes.Buffer
	file.WriteString(check.CoqHead)
	exact, promises, divided, clashes := 0, 0, 0, 0
	add := func(name string, m *bounds.Matrix) {
		r, err := bounds.Analyze(context.Background(), m, bounds.Options{NoFloats: true})
		if err != nil {
			t.Fatal(err)
		}
		c, _, err := r.Certificate(context.Background(), "", 0)
		if err != nil {
			t.Fatal(err)
		}
		before := file.Len()
		_, left, err := c.Coq(&file, name)
		if err != nil {
			t.Fatal(name, err)
		}
		text := file.String()[before:]
		divides := strings.Contains(text, "Divide (First")
		if !m.Total() {
			if strings.Contains(text, "Theorem "+name+"_D : D_promise "+name) {
				if promises++; divides {
					divided++
				}
			}
			clashes += strings.Count(text, "clash_bound")
			return
		}
		if !strings.Contains(text, "Theorem "+name+"_D : D "+name) {
			t.Errorf("%s: no theorem about D: %v", name, left)
		}
		if divides != (name == "searched") {
			t.Errorf("%s: divides: %v", name, divides)
		}
		exact++
	}
	square := func(at func(i, j int) bool) *bounds.Matrix {
		m, err := bounds.New(16, 16, func(i, j int) (int, bool) {
			if at(i, j) {
				return 1, true
			}
			return 0, true
		})
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	add("eq_4", square(func(i, j int) bool { return i == j }))
	add("disj_4", square(func(i, j int) bool { return i&j != 0 }))
	q, err := Parse("D > ceil(log2(partition0 + partition1))")
	if err != nil {
		t.Fatal(err)
	}
	searched, err := q.Where(context.Background(), All())
	if err != nil || len(searched) == 0 {
		t.Fatalf("%d matrices that only a search settles: %v", len(searched), err)
	}
	for k, e := range append(searched[:1], All()...) {
		if k > 0 && (e.Rows > 4 || e.Cols > 4) {
			continue
		}
		m, err := bounds.Parse(strings.NewReader(strings.Join(e.Lines(), "\n")))
		if err != nil {
			t.Fatal(err)
		}
		name := fmt.Sprintf("class_%d", k)
		if k == 0 {
			name = "searched"
		}
		add(name, m)
	}
	if exact != 138 {
		t.Errorf("%d matrices, want the 135 classes and three more", exact)
	}
	for _, family := range []struct {
		name string
		n    int
	}{{"gap-hamming", 4}, {"unique-disj", 3}} {
		f, err := named.Catalog().Get(family.name)
		if err != nil {
			t.Fatal(err)
		}
		m, err := f.Matrix(family.n)
		if err != nil {
			t.Fatal(err)
		}
		add(strings.ReplaceAll(family.name, "-", "_"), m)
	}
	rng := rand.New(rand.NewPCG(12, 1))
	for k := range 60 {
		side, values := 3+k%4, 2+k%2
		m, err := bounds.New(side, side, func(i, j int) (int, bool) { return rng.IntN(values), rng.IntN(4) > 0 })
		if err != nil {
			t.Fatal(err)
		}
		if !m.Total() {
			add(fmt.Sprintf("promise_%d", k), m)
		}
	}
	if promises < 50 || divided == 0 || clashes < 50 {
		t.Errorf("D of %d promise problems, %d by dividing; %d one way", promises, divided, clashes)
	}
	if err := os.WriteFile(filepath.Join(dir, "Census.v"), file.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join("..", "check", "testdata", "export.v")) // of check.TestCoqText
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "Export.v"), text, 0o644); err != nil {
		t.Fatal(err)
	}
	compile := func(name string) ([]byte, error) {
		cmd := exec.Command(coqc, name)
		cmd.Dir = dir
		return cmd.CombinedOutput()
	}
	for _, name := range []string{"Protocol.v", "Evidence.v", "Promise.v", "Census.v", "Export.v"} {
		if out, err := compile(name); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
	}
	// The crossed entries of these ones are open: they fit one leaf.
	tree := `{"kind":"tree","tree":{"speaker":"alice","ones":[2],"zero":{"value":1},"one":{"value":0}}}`
	for name, ends := range map[string][2]string{
		"Fooled": {"2", `{"kind":"leaves","parts":[{"value":1,"evidence":{"kind":"fooling","entries":[[0,0],[1,1]]}},{"value":0,"evidence":{"kind":"fooling","entries":[[2,0]]}}]}`},
		"Sound":  {"1", `{"kind":"leaves","parts":[{"value":1,"evidence":{"kind":"fooling","entries":[[0,0]]}},{"value":0,"evidence":{"kind":"fooling","entries":[[2,0]]}}]}`},
	} {
		upper := tree
		if name == "Fooled" { // a deeper tree, so that only the fooling set is wrong
			upper = strings.Replace(tree, `{"value":0}`, `{"speaker":"bob","ones":[],"zero":{"value":0},"one":{"value":0}}`, 1)
		}
		c := &check.Certificate{Matrix: check.Source{Entries: []string{"1 *", "* 1", "0 0"}}, Claims: []check.Claim{
			{Measure: check.Deterministic, End: check.Lower, Number: ends[0], Evidence: json.RawMessage(ends[1])},
			{Measure: check.Deterministic, End: check.Upper, Number: ends[0], Evidence: json.RawMessage(upper)},
		}}
		var b bytes.Buffer
		if n, left, err := c.Coq(&b, "crossed"); err != nil || n != 1 {
			t.Fatalf("%s: %d theorems, %v, %v", name, n, left, err)
		}
		if err := os.WriteFile(filepath.Join(dir, name+".v"), []byte(check.CoqHead+b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		if out, err := compile(name + ".v"); (err == nil) != (name == "Sound") {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}
