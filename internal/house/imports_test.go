// Package house tests the plan of the house: imports point one way, and what is
// pure stays pure.
package house

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
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
	{"reductions/smallest/proof", "crosscut/reductions/smallest", "a checker shares nothing with a finder"},
	{"reductions/smallest/proof", "crosscut/protocol/bounds", "a checker shares nothing with a finder"},
	{"protocol", "crosscut/report", "communication knows no tables"},
	{"models/tasks", "crosscut/models", "tasks know no models"},
	{"internal", "crosscut/docs", "the ground floor stands alone"},
	{"protocol/problems", "time", "no clock in the pure core"},
	{"protocol/problems", "os", "no files in the pure core"},
	{"models/tasks", "time", "no clock in the pure core"},
	{"models/tasks", "os", "no files in the pure core"},
	{"lab", "os", "what a browser asks for names no file"},
}

// rooms lists, for each room of models, the others that it may look into; one that is
// not listed may look into the seam and the tasks.
var rooms = map[string][]string{
	"models":           {"tasks"},
	"models/tasks":     {},
	"models/attention": {"", "tasks"},
	"models/fold":      {"", "tasks"},
	"models/linear":    {"", "tasks"},
	"models/tensor":    {"", "tasks"},
	"models/keys":      {"", "tasks", "attention"},
	"models/run":       {"", "tasks"},
	"models/laws":      {"", "tasks", "run"},
	"models/zoo":       {"", "tasks", "attention", "fold", "linear", "tensor", "keys"},
	"models/trained":   {"", "tasks", "fold"},
	"models/audit":     {},
}

// seam lists what a program that only uses the seam must not link.
var seam = []string{"net", "gonum.org/v1/gonum/blas", "gonum.org/v1/gonum/mat", "gonum.org/v1/gonum/stat"}

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
	allowed, listed := rooms[dir]
	if !listed && strings.HasPrefix(dir, "models/") {
		allowed, listed = []string{"", "tasks"}, true
	}
	if listed && (imported == "crosscut/models" || strings.HasPrefix(imported, "crosscut/models/")) {
		if !slices.Contains(allowed, strings.TrimPrefix(strings.TrimPrefix(imported, "crosscut/models"), "/")) {
			return "the seam knows no engine, an engine no entry, a run no catalogue"
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

// imports maps each package to what it imports, with a file that does.
func imports(t *testing.T) map[string]map[string]string {
	const root = "../.."
	all := map[string]map[string]string{}
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
		if all[dir] == nil {
			all[dir] = map[string]string{}
		}
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			all[dir][imported] = base
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestImportsPointOneWay(t *testing.T) {
	seen := 0
	for dir, of := range imports(t) {
		for imported, base := range of {
			seen++
			if why := complaint(dir, imported); why != "" {
				t.Errorf("%s imports %s: %s", path.Join(dir, base), imported, why)
			}
		}
	}
	if seen < 100 {
		t.Errorf("only %d imports were seen", seen)
	}
}

// TestSeamLinksLittle follows the imports of models to their end.
func TestSeamLinksLittle(t *testing.T) {
	all := imports(t)
	linked := map[string]string{} // and by whom
	var follow func(dir string)
	follow = func(dir string) {
		for imported := range all[dir] {
			if _, seen := linked[imported]; !seen {
				linked[imported] = dir
				follow(strings.TrimPrefix(imported, "crosscut/"))
			}
		}
	}
	follow("models")
	for imported, by := range linked {
		for _, no := range seam {
			if imported == no || strings.HasPrefix(imported, no+"/") {
				t.Errorf("models links %s, through %s", imported, by)
			}
		}
	}
	if _, ok := linked["crosscut/protocol"]; !ok || len(linked) < 10 {
		t.Errorf("only %v was followed", linked)
	}
	clear(linked)
	follow("models/run")
	if linked["net"] == "" {
		t.Error("models/run links net: the walk does not see it")
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
		{"lab/engine", "os", true},
		{"models", "crosscut/models/fold", true},
		{"models/fold", "crosscut/models/zoo", true},
		{"models/run", "crosscut/models/zoo", true},
		{"models/zoo", "crosscut/models/fold", false},
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
