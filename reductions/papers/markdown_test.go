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

// The docs print the matrix, and nothing else claims to be a claim.
func TestDocsPrintTheMatrix(t *testing.T) {
	for p := range Catalog().All() {
		file := filepath.Join("..", "..", "docs", p.Name+".md")
		text, err := os.ReadFile(file)
		if err != nil {
			t.Errorf("every paper has a page: %v", err)
			continue
		}
		head, rest, ok := strings.Cut(string(text), claimsBegin)
		old, tail, ok2 := strings.Cut(rest, claimsEnd)
		if !ok || !ok2 {
			t.Errorf("%s has no place for the claims", file)
			continue
		}
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
}
