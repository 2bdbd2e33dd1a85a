// Package house tests the plan of the house: imports point one way, and what is
// pure stays pure.
package house

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// wings lists the project from the ground up: a package may import those of its
// own wing and of the wings before it.
var wings = []struct {
	prefix string
	floor  int
}{
	{"internal", 0},
	{"docs", 0},
	{"protocol", 1},
	{"report", 2}, // bits and verdicts only; used by what stands above it
	{"models", 3},
	{"reductions", 4},
	{"lab", 5},
	{"cmd", 6},
}

// never lists imports that break a promise which the floors do not see.
var never = []struct{ from, to, why string }{
	{"protocol/bounds/check", "crosscut/protocol/bounds", "a checker shares nothing with a finder"},
	{"protocol", "crosscut/report", "communication knows no tables"},
	{"models/tasks", "crosscut/models", "tasks know no models"},
	{"internal", "crosscut/docs", "the ground floor stands alone"},
	{"protocol/problems", "time", "no clock in the pure core"},
	{"protocol/problems", "os", "no files in the pure core"},
	{"models/tasks", "time", "no clock in the pure core"},
	{"models/tasks", "os", "no files in the pure core"},
}

func floor(dir string) (int, bool) {
	best, found := -1, false
	for _, w := range wings {
		if dir == w.prefix || strings.HasPrefix(dir, w.prefix+"/") {
			best, found = w.floor, true
		}
	}
	return best, found
}

// complaint says what is wrong with an import, or nothing.
func complaint(dir, imported string) string {
	for _, n := range never {
		within := dir == n.from || strings.HasPrefix(dir, n.from+"/")
		if within && imported == n.to {
			return n.why
		}
	}
	target, ours := strings.CutPrefix(imported, "crosscut/")
	if !ours {
		return ""
	}
	from, ok := floor(dir)
	if !ok {
		return "the importing package is on no floor"
	}
	to, ok := floor(target)
	if !ok {
		return "the imported package is on no floor"
	}
	if to > from {
		return "imports point from upper floors to lower ones"
	}
	return ""
}

func TestImportsPointOneWay(t *testing.T) {
	const root = "../.."
	seen := 0
	err := filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		base := entry.Name()
		if entry.IsDir() {
			if name != root && (strings.HasPrefix(base, ".") || base == "testdata" || base == "examples") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(base, ".go") || strings.HasSuffix(base, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, filepath.Dir(name))
		if err != nil {
			return err
		}
		dir := path.Clean(filepath.ToSlash(rel))
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			seen++
			if why := complaint(dir, imported); why != "" {
				t.Errorf("%s imports %s: %s", path.Join(dir, base), imported, why)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 100 {
		t.Errorf("only %d imports were seen", seen)
	}
}

// TestComplaints: the check can fail.
func TestComplaints(t *testing.T) {
	for _, c := range []struct {
		dir, imported string
		wrong         bool
	}{
		{"protocol", "crosscut/models", true},
		{"protocol/problems", "crosscut/models/tasks", true},
		{"models", "crosscut/reductions", true},
		{"report", "crosscut/models", true},
		{"protocol/bounds/check", "crosscut/protocol/bounds", true},
		{"models/tasks", "crosscut/models", true},
		{"models/tasks", "os", true},
		{"attic", "crosscut/models", true},
		{"models", "crosscut/attic", true},
		{"protocol/bounds", "crosscut/protocol/bounds/check", false},
		{"cmd/crosscut", "crosscut/reductions/papers", false},
		{"models/trained", "crosscut/models", false},
		{"protocol/wire", "net", false},
	} {
		if got := complaint(c.dir, c.imported); (got != "") != c.wrong {
			t.Errorf("%s importing %s: %q", c.dir, c.imported, got)
		}
	}
}
