package papers

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the claims into the docs")

const (
	claimsBegin = "<!-- claims: printed from the matrix by `go test ./reductions/papers -update` -->\n"
	claimsEnd   = "<!-- end of claims -->\n"
)

// Pages that have a place for the claims print the matrix as it is. A paper
// needs no page, so that it can be one file.
func TestDocsPrintTheMatrix(t *testing.T) {
	printed := 0
	for p := range Catalog().All() {
		file := filepath.Join("..", "..", "docs", p.Name+".md")
		text, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		head, rest, ok := strings.Cut(string(text), claimsBegin)
		old, tail, ok2 := strings.Cut(rest, claimsEnd)
		if !ok || !ok2 {
			continue
		}
		printed++
		want := "\n" + p.Markdown()
		if old == want {
			continue
		}
		if !*update {
			t.Errorf("%s does not show the matrix as it is; run go test ./reductions/papers -update", file)
			continue
		}
		if err := os.WriteFile(file, []byte(head+claimsBegin+want+claimsEnd+tail), 0o644); err != nil {
			t.Error(err)
		}
	}
	if printed == 0 {
		t.Error("no page has a place for the claims")
	}
}
