package atlas

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"crosscut/protocol/bounds"
	"crosscut/protocol/bounds/check"
)

// TestCoq exports certificates of every class of the 4 x 4 census, of EQ_4 and DISJ_4 and
// of a matrix that only a search settles, and lets Coq accept them. It takes a minute: make coq.
func TestCoq(t *testing.T) {
	if os.Getenv("CROSSCUT_COQ") == "" {
		t.Skip("make coq runs it")
	}
	coqc, err := exec.LookPath("coqc")
	if err != nil {
		t.Skip("coqc is not installed")
	}
	dir := t.TempDir()
	for _, name := range []string{"Protocol.v", "Evidence.v"} {
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
	exact := 0
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
		if !strings.Contains(text, "Theorem "+name+"_D : D "+name) {
			t.Errorf("%s: no theorem about D: %v", name, left)
		}
		if divides := strings.Contains(text, "Divide (First"); divides != (name == "searched") {
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
	if err := os.WriteFile(filepath.Join(dir, "Census.v"), file.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"Protocol.v", "Evidence.v", "Census.v"} {
		cmd := exec.Command(coqc, name)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
	}
}
