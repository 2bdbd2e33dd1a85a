package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"crosscut/internal/long"
)

// TestLawsOfNewEntries puts the files of docs/adding.md into the project, one of each kind of entry,
// and runs every test that ranges over a catalogue: an entry is one file, and none escapes the laws.
// A minute or more: CROSSCUT_LONG=1 (make laws). TestDocs builds and runs the same files.
func TestLawsOfNewEntries(t *testing.T) {
	if !long.Tests() {
		t.Skip("make laws")
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(root, "docs", "adding.md"))
	if err != nil {
		t.Fatal(err)
	}
	overlay := overlayOf(t, root, goFiles(string(text)))
	for pkg, tests := range rangingTests(t, root) {
		tests = slices.DeleteFunc(tests, func(name string) bool { return recorded[pkg] == name })
		t.Run(pkg, func(t *testing.T) {
			run := exec.Command("go", "test", "-overlay", overlay, "./"+pkg, "-run", "^("+strings.Join(tests, "|")+")$")
			run.Dir = root
			if out, err := run.CombinedOutput(); err != nil {
				t.Errorf("%v: %v\n%s", tests, err, out)
			}
		})
	}
}

// recorded are tests that compare with expected outputs, which the author of an entry renews: the
// stories say which entries speak of their task.
var recorded = map[string]string{"lab/story": "TestEveryTask"}

// TestEveryCatalogueHasLaws: each package that keeps a catalogue of entries has a test that
// TestLawsOfNewEntries finds.
func TestEveryCatalogueHasLaws(t *testing.T) {
	found := rangingTests(t, "../..")
	for _, pkg := range []string{"models/tasks", "models/zoo", "protocol/problems", "protocol/bounds/check", "reductions", "reductions/rules", "reductions/papers", "reductions/falsify", "reductions/validate", "reductions/smallest", "docs"} {
		if len(found[pkg]) == 0 {
			t.Errorf("%s has no test that ranges over its catalogue", pkg)
		}
	}
}

// rangingTests lists, by package, the tests that range over a catalogue, themselves or in a
// function of their package that they call.
func rangingTests(t *testing.T, root string) map[string][]string {
	t.Helper()
	calls := map[string]map[string][]string{} // package -> function -> functions it calls
	ranges := map[string]map[string]bool{}
	err := filepath.WalkDir(root, func(name string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() && (d.Name() == "build" || strings.HasPrefix(d.Name(), ".") && name != root) {
			if err == nil {
				err = filepath.SkipDir
			}
			return err
		}
		if !strings.HasSuffix(name, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			return err
		}
		dir, err := filepath.Rel(root, filepath.Dir(name))
		if err != nil {
			return err
		}
		pkg := filepath.ToSlash(dir)
		if calls[pkg] == nil {
			calls[pkg], ranges[pkg] = map[string][]string{}, map[string]bool{}
		}
		for _, decl := range file.Decls {
			f, ok := decl.(*ast.FuncDecl)
			if !ok || f.Body == nil {
				continue
			}
			ast.Inspect(f.Body, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.RangeStmt:
					if overCatalogue(n.X) {
						ranges[pkg][f.Name.Name] = true
					}
				case *ast.CallExpr:
					if id, ok := n.Fun.(*ast.Ident); ok {
						calls[pkg][f.Name.Name] = append(calls[pkg][f.Name.Name], id.Name)
					}
				}
				return true
			})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][]string{}
	for pkg, of := range calls {
		for changed := true; changed; {
			changed = false
			for f, called := range of {
				if !ranges[pkg][f] && slices.ContainsFunc(called, func(g string) bool { return ranges[pkg][g] }) {
					ranges[pkg][f], changed = true, true
				}
			}
		}
		for f := range ranges[pkg] {
			if strings.HasPrefix(f, "Test") && f != "TestMain" {
				found[pkg] = append(found[pkg], f)
			}
		}
		slices.Sort(found[pkg])
	}
	return found
}

// overCatalogue says whether x is a catalogue's entries: zoo.Catalog().All(), constructions.All(),
// Strategies(); but not sh.All(), the positions of a shape.
func overCatalogue(x ast.Expr) bool {
	call, ok := x.(*ast.CallExpr)
	if !ok {
		return false
	}
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return slices.Contains([]string{"Strategies", "Kinds", "All"}, f.Name)
	case *ast.SelectorExpr:
		if f.Sel.Name == "Strategies" || f.Sel.Name == "Kinds" {
			return true
		}
		if f.Sel.Name != "All" {
			return false
		}
		switch of := f.X.(type) {
		case *ast.CallExpr: // Catalog(), zoo.Constructions(), Owns()
			return true
		case *ast.Ident:
			return of.Name == "constructions" || of.Name == "architectures" || of.Name == "all"
		}
	}
	return false
}
