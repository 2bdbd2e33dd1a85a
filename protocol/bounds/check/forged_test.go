package check

import (
	"context"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"math"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// refusals verifies a file and returns what was said against it: nothing when all
// of it was accepted.
func refusals(t *testing.T, file string) []error {
	t.Helper()
	defer func() {
		if r := recover(); r != nil {
			t.Errorf("%s: panic: %v", file, r)
		}
	}()
	findings, err := verifyFile(t, file)
	if err != nil {
		return []error{err}
	}
	var all []error
	for _, f := range findings {
		if f.Err != nil {
			all = append(all, f.Err)
		}
	}
	return all
}

// TestForgedFilesAreRefused: each file of testdata/forged is caught by one refusal
// of the checker alone, as `make mutants` shows by deleting them one by one; those
// named unforged differ from one in nothing but the fault, and are accepted. And
// every refusal that the source knows has a file that it speaks to.
func TestForgedFilesAreRefused(t *testing.T) {
	defer func(n int) { maxSteps = n }(maxSteps)
	maxSteps = 1 << 18
	var said []string
	for _, dir := range []string{"forged", "corrupt"} {
		for _, file := range files(t, dir) {
			errs := refusals(t, file)
			if strings.HasPrefix(filepath.Base(file), "unforged-") {
				if len(errs) > 0 {
					t.Errorf("%s: %v", file, errs)
				}
				continue
			}
			if len(errs) == 0 {
				t.Errorf("%s is accepted", file)
			}
			for _, err := range errs {
				said = append(said, err.Error())
			}
		}
	}
	text := strings.Join(said, "\n")
	sites := messages(t)
	if len(sites) < 50 {
		t.Fatalf("only %d refusals were found in the source", len(sites))
	}
	for format, place := range sites {
		if why, ok := unspoken[format]; ok {
			t.Logf("%s: %q: %s", place, format, why)
			continue
		}
		parts := regexp.MustCompile(`%[-+.0-9]*[a-z]`).Split(format, -1)
		for i := range parts {
			parts[i] = regexp.QuoteMeta(parts[i])
		}
		if !regexp.MustCompile(strings.Join(parts, ".*")).MatchString(text) {
			t.Errorf("%s: no forged file is refused with %q", place, format)
		}
	}
	for format := range unspoken {
		if sites[format] == "" {
			t.Errorf("unspoken: the source has no refusal %q", format)
		}
	}
}

// unspoken explains refusals that no file can show.
var unspoken = map[string]string{
	"check: Coq: value %d: the values must be 0 to %d":      "of an export: TestCoqIsExported",
	"%w: more than %d values":                               "needs so many: TestManyValues",
	"the Coq development has no theorem for this evidence":  "of an export: TestCoqIsExported",
	"check: reading: %w":                                    "wraps what strict reading says; a reader that fails is no file",
	"%d x %d is out of range":                               "needs more than 2^25 entries",
	"%w: too many words for this matrix":                    "see TestLimits",
	"the weights are too large":                             "needs more than 2^20 entries",
	"this would take the checker more steps than it allows": "see TestSteps, and the files named limit",
}

// messages lists the texts of all errors that the package makes, with their places.
func messages(t *testing.T) map[string]string {
	t.Helper()
	fset := token.NewFileSet()
	pkgs, err := parser.ParseDir(fset, ".", func(f fs.FileInfo) bool { return !strings.HasSuffix(f.Name(), "_test.go") }, 0)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]string{}
	for _, pkg := range pkgs {
		ast.Inspect(pkg, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) == 0 {
				return true
			}
			fun, ok := call.Fun.(*ast.SelectorExpr)
			lit, also := call.Args[0].(*ast.BasicLit)
			if !ok || !also || lit.Kind != token.STRING || fun.Sel.Name != "New" && fun.Sel.Name != "Errorf" {
				return true
			}
			if s, err := strconv.Unquote(lit.Value); err == nil {
				found[s] = fset.Position(call.Pos()).String()
			}
			return true
		})
	}
	return found
}

// TestSteps: the work of all kinds of evidence is counted, and what is left over
// for want of steps or time is neither accepted nor called false.
func TestSteps(t *testing.T) {
	for _, file := range files(t, "valid") {
		c := readFile(t, file)
		r, err := VerifyWithin(context.Background(), c, math.MaxInt64)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range r.Missing {
			if !strings.HasPrefix(m, RankOfValue) {
				t.Errorf("%s: no claim about %s", file, m)
			}
		}
		for _, claim := range c.Claims {
			one := *c
			one.Claims = []Claim{claim}
			r, err := VerifyWithin(context.Background(), &one, 2)
			if err != nil {
				t.Fatal(err)
			}
			if f := r.Findings[0]; !errors.Is(f.Err, ErrLimit) && f.Kind != "leaves" && f.Kind != "refutation" {
				t.Errorf("%s: %s %s by %s within 2 steps: %v", file, f.Measure, f.End, f.Kind, f.Err)
			}
		}
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		r, err = VerifyWithin(ctx, c, math.MaxInt64)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range r.Findings {
			if !errors.Is(f.Err, context.Canceled) {
				t.Errorf("%s: after the end of ctx: %v", file, f.Err)
			}
		}
	}
}
