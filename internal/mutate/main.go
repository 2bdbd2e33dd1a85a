// Command mutate tests the tests: it changes the code of packages in one place at
// a time and asks whether a test notices.
//
//	go run ./internal/mutate [-only REGEXP] [-jobs 2] PACKAGE...
//
// A mutation drops a refusal (an if whose body returns an error), turns a condition
// around, moves a comparison by one, or exchanges "and" with "or". The tests of the
// package run with the changed file laid over the true one; a mutant that all of
// them pass is a survivor, and is printed unless the list survivors.txt of its
// package's testdata explains it: lines "FILE: FUNCTION: MUTATION: why". The exit
// status is 1 when a survivor is not explained.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"go/ast"
	"go/format"
	"go/parser"
	"go/printer"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// mutant is a changed file.
type mutant struct {
	file, function, what string
	line                 int
	text                 []byte
}

func (m *mutant) String() string {
	return fmt.Sprintf("%s: %s: %s", filepath.Base(m.file), m.function, m.what)
}

func main() {
	only := flag.String("only", "", "only mutations whose description matches")
	jobs := flag.Int("jobs", 2, "mutants at a time")
	limit := flag.Duration("timeout", 2*time.Minute, "a mutant that runs longer counts as noticed")
	run := flag.String("run", "", "only these tests, as in go test -run")
	flag.Parse()
	unexplained := 0
	for _, dir := range flag.Args() {
		n, err := try(dir, regexp.MustCompile(*only), *jobs, *limit, *run)
		if err != nil {
			fmt.Fprintln(os.Stderr, "mutate:", err)
			os.Exit(2)
		}
		unexplained += n
	}
	if unexplained > 0 {
		os.Exit(1)
	}
}

// try mutates one package and returns the number of unexplained survivors.
func try(dir string, only *regexp.Regexp, jobs int, limit time.Duration, run string) (int, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return 0, err
	}
	var all []*mutant
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		ms, err := mutants(f)
		if err != nil {
			return 0, err
		}
		for _, m := range ms {
			if only.MatchString(m.String()) {
				all = append(all, m)
			}
		}
	}
	explained, err := explanations(filepath.Join(dir, "testdata", "survivors.txt"))
	if err != nil {
		return 0, err
	}
	var mu sync.Mutex
	var wg sync.WaitGroup
	work := make(chan *mutant)
	noticed, known, bad := 0, 0, 0
	for range jobs {
		wg.Go(func() {
			for m := range work {
				lives := survives(dir, m, limit, run)
				mu.Lock()
				switch {
				case !lives:
					noticed++
				case explained[m.String()]:
					known++
				default:
					bad++
					fmt.Printf("survivor %s:%d: %s\n", m.file, m.line, m)
				}
				mu.Unlock()
			}
		})
	}
	for _, m := range all {
		work <- m
	}
	close(work)
	wg.Wait()
	fmt.Printf("%s: %d mutants, %d noticed, %d explained, %d unexplained\n", dir, len(all), noticed, known, bad)
	return bad, nil
}

// survives runs the package's tests with the mutant laid over its file.
func survives(dir string, m *mutant, limit time.Duration, run string) bool {
	tmp, err := os.MkdirTemp("", "mutate")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(tmp)
	changed := filepath.Join(tmp, "mutant.go")
	abs, err := filepath.Abs(m.file)
	if err != nil {
		panic(err)
	}
	overlay, _ := json.Marshal(map[string]any{"Replace": map[string]string{abs: changed}})
	for name, text := range map[string][]byte{changed: m.text, filepath.Join(tmp, "overlay.json"): overlay} {
		if err := os.WriteFile(name, text, 0o600); err != nil {
			panic(err)
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	args := []string{"test", "-vet=off", "-failfast", "-count=1", "-overlay", filepath.Join(tmp, "overlay.json")}
	if run != "" {
		args = append(args, "-run", run)
	}
	cmd := exec.CommandContext(ctx, "go", append(args, "./"+filepath.ToSlash(filepath.Clean(dir)))...)
	cmd.Env = append(os.Environ(), "CROSSCUT_MUTANT=1")
	cmd.WaitDelay = time.Second
	return cmd.Run() == nil
}

// explanations reads the survivors that are known, with their reasons.
func explanations(file string) (map[string]bool, error) {
	raw, err := os.ReadFile(file)
	if os.IsNotExist(err) {
		return nil, nil
	}
	known := map[string]bool{}
	for s := bufio.NewScanner(bytes.NewReader(raw)); s.Scan(); {
		line := strings.TrimSpace(s.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		at := strings.LastIndex(line, " -- ")
		if at < 0 || strings.TrimSpace(line[at+4:]) == "" {
			return nil, fmt.Errorf("%s: %q: want FILE: FUNCTION: MUTATION -- why", file, line)
		}
		known[strings.TrimSpace(line[:at])] = true
	}
	return known, err
}

// mutants makes all mutations of a file.
func mutants(file string) ([]*mutant, error) {
	fset := token.NewFileSet()
	tree, err := parser.ParseFile(fset, file, nil, 0) // comments are dropped: the text is compiled, not read
	if err != nil {
		return nil, err
	}
	var all []*mutant
	add := func(n ast.Node, function, what string) {
		var b bytes.Buffer
		if err := format.Node(&b, fset, tree); err != nil {
			panic(err)
		}
		all = append(all, &mutant{file, function, what, fset.Position(n.Pos()).Line, b.Bytes()})
	}
	show := func(n ast.Node) string {
		var b bytes.Buffer
		_ = printer.Fprint(&b, fset, n)
		return strings.Join(strings.Fields(b.String()), " ")
	}
	for _, decl := range tree.Decls {
		name := "variables"
		if f, ok := decl.(*ast.FuncDecl); ok {
			name = f.Name.Name
		}
		ast.Inspect(decl, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr: // verifiers are registered under their kind
				if f, ok := n.Fun.(*ast.Ident); ok && f.Name == "register" && len(n.Args) == 2 {
					name = show(n.Args[0])
				}
			case *ast.IfStmt:
				was := n.Cond
				// The condition stays in the text, so that nothing becomes unused.
				if refuses(n.Body) {
					n.Cond = &ast.BinaryExpr{X: &ast.ParenExpr{X: was}, Op: token.LAND, Y: ast.NewIdent("false")}
					add(n, name, "drop the refusal if "+show(was))
				} else {
					n.Cond = &ast.UnaryExpr{Op: token.NOT, X: &ast.ParenExpr{X: was}}
					add(n, name, "turn around if "+show(was))
				}
				n.Cond = was
			case *ast.CaseClause:
				if len(n.List) == 1 && refuses(&ast.BlockStmt{List: n.Body}) && condition(n.List[0]) {
					was := n.List[0]
					n.List[0] = &ast.BinaryExpr{X: &ast.ParenExpr{X: was}, Op: token.LAND, Y: ast.NewIdent("false")}
					add(n, name, "drop the refusal case "+show(was))
					n.List[0] = was
				}
			case *ast.BinaryExpr:
				was := n.Op
				if to, ok := near[was]; ok {
					text := show(n)
					n.Op = to
					add(n, name, fmt.Sprintf("%s for %s in %s", to, was, text))
					n.Op = was
				}
			}
			return true
		})
	}
	return all, nil
}

// near are the operators that are written by mistake for one another.
var near = map[token.Token]token.Token{
	token.LSS: token.LEQ, token.LEQ: token.LSS, token.GTR: token.GEQ, token.GEQ: token.GTR,
	token.LAND: token.LOR, token.LOR: token.LAND,
}

// condition says whether e is surely a truth value: a comparison or its like.
func condition(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.BinaryExpr:
		return slices.Contains([]token.Token{token.EQL, token.NEQ, token.LSS, token.LEQ, token.GTR, token.GEQ, token.LAND, token.LOR}, e.Op)
	case *ast.UnaryExpr:
		return e.Op == token.NOT
	}
	return false
}

// refuses says whether a body does nothing but return an error: the last value
// returned is one by its name, or is made on the spot.
func refuses(b *ast.BlockStmt) bool {
	if len(b.List) != 1 {
		return false
	}
	ret, ok := b.List[0].(*ast.ReturnStmt)
	if !ok || len(ret.Results) == 0 {
		return false
	}
	switch e := ret.Results[len(ret.Results)-1].(type) {
	case *ast.Ident:
		return e.Name == "err" || strings.HasPrefix(strings.ToLower(e.Name), "err")
	case *ast.CallExpr:
		if s, ok := e.Fun.(*ast.SelectorExpr); ok {
			return s.Sel.Name == "Errorf" || s.Sel.Name == "New" || s.Sel.Name == "Join"
		}
	}
	return false
}
