package main

import (
	"bytes"
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/printer"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
)

// mutant is a change in one place.
type mutant struct {
	number     int    // from 1
	name, file string // name is "FILE: FUNCTION: MUTATION", and which of several
	line       int
}

// site is a condition or comparison and the mutants in it.
type site struct {
	from, to  int // bytes of the file
	condition int // mutant of the condition as a whole, 0 for none
	refusal   bool
	operator  int  // mutant of the operator, 0 for none
	plain     bool // both operands may be evaluated once more
	op        token.Token
	left      int // end of the left operand
	right     int // begin of the right one
}

// writer writes a file anew, with mutants in it that are switched on by their number.
type writer struct {
	src   []byte
	first int // mutants of earlier files
	pkg   string
	all   []*mutant
	sites map[[2]int]*site
}

// read finds the mutants of a file.
func (w *writer) read(file string) error {
	fset := token.NewFileSet()
	tree, err := parser.ParseFile(fset, file, w.src, parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	w.pkg, w.sites = tree.Name.Name, map[[2]int]*site{}
	show := func(n ast.Node) string {
		var b bytes.Buffer
		_ = printer.Fprint(&b, fset, n)
		return strings.Join(strings.Fields(b.String()), " ")
	}
	offset := func(p token.Pos) int { return fset.Position(p).Offset }
	name := ""
	// at is the site of an expression, with one more mutant in it.
	at := func(e ast.Expr, what string) (*site, int) {
		k := [2]int{offset(e.Pos()), offset(e.End())}
		if w.sites[k] == nil {
			w.sites[k] = &site{from: k[0], to: k[1]}
		}
		m := &mutant{w.first + len(w.all) + 1, fmt.Sprintf("%s: %s: %s", filepath.Base(file), name, what), file, fset.Position(e.Pos()).Line}
		w.all = append(w.all, m)
		return w.sites[k], m.number
	}
	for _, decl := range tree.Decls {
		name = "variables"
		if f, ok := decl.(*ast.FuncDecl); ok {
			name = f.Name.Name
		}
		if g, ok := decl.(*ast.GenDecl); ok && g.Tok != token.VAR {
			continue
		}
		ast.Inspect(decl, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GenDecl:
				return n.Tok == token.VAR
			case *ast.CallExpr: // verifiers are registered under their kind
				if f, ok := n.Fun.(*ast.Ident); ok && f.Name == "register" && len(n.Args) == 2 {
					name = show(n.Args[0])
				}
			case *ast.IfStmt:
				if s, k := at(n.Cond, "turn around if "+show(n.Cond)); refuses(n.Body) {
					w.all[len(w.all)-1].name = fmt.Sprintf("%s: %s: drop the refusal if %s", filepath.Base(file), name, show(n.Cond))
					s.condition, s.refusal = k, true
				} else {
					s.condition = k
				}
			case *ast.CaseClause:
				if len(n.List) == 1 && refuses(&ast.BlockStmt{List: n.Body}) && condition(n.List[0]) {
					s, k := at(n.List[0], "drop the refusal case "+show(n.List[0]))
					s.condition, s.refusal = k, true
				}
			case *ast.BinaryExpr:
				if to, ok := near[n.Op]; ok {
					s, k := at(n, fmt.Sprintf("%s for %s in %s", to, n.Op, show(n)))
					s.operator, s.op, s.left, s.right = k, n.Op, offset(n.X.End()), offset(n.Y.Pos())
					s.plain = plain(n)
				}
			}
			return true
		})
	}
	return nil
}

// text is the file between two places, with the mutants in it.
func (w *writer) text(from, to int) string {
	var in []*site
	for _, s := range w.sites {
		if from <= s.from && s.to <= to {
			in = append(in, s)
		}
	}
	slices.SortFunc(in, func(a, b *site) int { return cmp.Or(a.from-b.from, b.to-a.to) })
	var b strings.Builder
	for _, s := range in {
		if s.from < from { // inside the one before
			continue
		}
		b.Write(w.src[from:s.from])
		b.WriteString(w.site(s))
		from = s.to
	}
	b.Write(w.src[from:to])
	return b.String()
}

func (w *writer) site(s *site) string {
	var is string
	if s.operator > 0 {
		x, y := w.text(s.from, s.left), w.text(s.right, s.to)
		if s.plain {
			is = fmt.Sprintf("mutantOf(%d, (%s %s %s), (%s %s %s))", s.operator, x, s.op, y, x, near[s.op], y)
		} else {
			is = fmt.Sprintf("(!mutantIs(%d) && (%s %s %s) || mutantInForce == %d && (%s %s %s))", s.operator, x, s.op, y, s.operator, x, near[s.op], y)
		}
	} else {
		delete(w.sites, [2]int{s.from, s.to})
		is = w.text(s.from, s.to)
	}
	switch {
	case s.condition == 0:
		return is
	case s.refusal:
		return fmt.Sprintf("(%s) && !mutantIs(%d)", is, s.condition)
	}
	return fmt.Sprintf("(%s) != mutantIs(%d)", is, s.condition)
}

// inForce is the file that a mutated package gets: the number in force, and a record, in a file that all
// processes of a test share, of the mutants that a test reaches. A dropped refusal is reached where it would refuse, an
// operator with plain operands where the other one gives another value.
const inForce = `package %s

import (
	"os"
	"strconv"
	"syscall"
)

var mutantInForce, _ = strconv.Atoi(os.Getenv("CROSSCUT_MUTANT"))

var mutantsReached = func() []byte {
	f, err := os.OpenFile(os.Getenv("CROSSCUT_MUTANTS_REACHED"), os.O_RDWR, 0)
	if err != nil {
		return nil
	}
	defer f.Close()
	reached, _ := syscall.Mmap(int(f.Fd()), 0, %d, syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_SHARED)
	return reached
}()

func mutantIs(number int) bool {
	if mutantsReached != nil {
		mutantsReached[number] = 1
	}
	return mutantInForce == number
}

func mutantOf(number int, is, other bool) bool {
	if is != other && mutantIs(number) {
		return other
	}
	return is
}
`

// plain says whether the operands may be evaluated once more, and the right one of "and" and "or" always: they call
// nothing, and where the left one guards the right one they are numbers and truth values alone.
func plain(e *ast.BinaryExpr) bool {
	guards := e.Op == token.LAND || e.Op == token.LOR
	is := true
	ast.Inspect(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			f, ok := n.Fun.(*ast.Ident)
			is = is && ok && (f.Name == "len" || f.Name == "cap")
		case *ast.FuncLit:
			is = false
		case *ast.UnaryExpr:
			is = is && n.Op != token.ARROW
		case *ast.SelectorExpr, *ast.StarExpr, *ast.IndexExpr, *ast.SliceExpr, *ast.TypeAssertExpr:
			is = is && !guards
		case *ast.BinaryExpr:
			is = is && !(guards && slices.Contains([]token.Token{token.QUO, token.REM, token.SHL, token.SHR}, n.Op))
		}
		return is
	})
	return is
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
