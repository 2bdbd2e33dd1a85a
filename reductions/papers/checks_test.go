package papers

import (
	"context"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"math/big"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"crosscut/internal/catalog"
	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/models/zoo"
	"crosscut/protocol"
	"crosscut/reductions"
	"crosscut/reductions/falsify"
	"crosscut/report"
)

// Each check of the matrix, made to fail.

func instance(t *testing.T, r *reductions.Reduction, n int) *reductions.Instance {
	t.Helper()
	in, err := r.Instance(n, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// gather is what a part of a claim finds.
func gather(t *testing.T, run func(rows *collector)) (Outcome, error) {
	return (&Claim{run: run}).Run(t.Context(), Effort{Level: Quick, Seed: 1})
}

var found = map[*Claim]Outcome{} // no test of this package runs beside another

// quickly is what a claim finds with the least effort: tests that only look at it share one run.
func quickly(t *testing.T, c *Claim) Outcome {
	t.Helper()
	out, ok := found[c]
	if !ok {
		var err error
		if out, err = c.Run(t.Context(), Effort{Level: Quick, Seed: 1}); err != nil {
			t.Fatal(err)
		}
		found[c] = out
	}
	return out
}

func TestWrongReductionIsAContradiction(t *testing.T) {
	wrong := *reductions.DisjMatch3
	wrong.Bob = func(n int, sh tasks.Shape, y protocol.Word) []tasks.Token {
		ts := make([]tasks.Token, n)
		for i := range ts {
			ts[i].X = 1
			if y.Bit(i) {
				ts[i].X = sh.Int("M") - i - 2 // off by one: i counts from 0 here
			}
		}
		return ts
	}
	row, err := truthTable(t.Context(), []*reductions.Instance{instance(t, &wrong, 3)}, "n = 3", 1<<10, 1)
	if err != nil || row.Verdict != report.Contradiction || row.Wrong == 0 || row.Witness == "" {
		t.Errorf("%+v, %v", row, err)
	}
	row, err = truthTable(t.Context(), []*reductions.Instance{instance(t, reductions.DisjMatch3, 3)}, "n = 3", 1<<10, 1)
	if err != nil || row.Verdict != report.Meets || row.Runs != 64 || !row.Exhaustive {
		t.Errorf("the right map: %+v, %v", row, err)
	}
}

// The model that is right must not pass for an undersized one, nor the other way.
func TestUndersizedMustFailAndRightMustNot(t *testing.T) {
	r := reductions.DisjQSAMemory
	if out, err := gather(t, func(rows *collector) { rows.undersized(r, 5, keeping(5), falsify.Options{}) }); err == nil {
		t.Errorf("a model that is right was taken for an undersized one: %+v", out.Rows)
	}
	if _, err := gather(t, func(rows *collector) { rows.injective(r, 5, keeping(4)) }); err == nil {
		t.Error("a state of 4 bits was said to tell 2^5 inputs apart")
	}
	out, err := gather(t, func(rows *collector) { rows.through(r, 5, keeping(4)) })
	if err != nil || out.Rows[0].Verdict != report.Errs || out.Rows[0].Witness == "" {
		t.Errorf("an undersized model that is claimed right: %+v, %v", out.Rows, err)
	}
	out, err = gather(t, func(rows *collector) {
		rows.solves(zoo.RNN, tasks.Match3, 4, tasks.Params{"M": 5}, models.Settings{Num: tasks.Params{"m": 1}}, 1<<12, 0)
	})
	if err != nil || out.Rows[0].Verdict != report.Errs || !out.Rows[0].Exhaustive || !strings.Contains(out.Rows[0].Witness, "tokens") {
		t.Errorf("an undersized model on its own task: %+v, %v", out.Rows, err)
	}
}

func TestBites(t *testing.T) {
	r := reductions.DisjMatch3
	if _, err := biteRow(r, sized("attention H=1 m=1 p=8"), 1<<10); err != nil {
		t.Error(err)
	}
	if row, err := biteRow(r, sized("attention H=1 m=1 p=8"), 20); err == nil {
		t.Errorf("an inequality that says nothing up to 20 was reported: %+v", row)
	}
}

// misquoted costs another number of bits than its compiler says.
type misquoted struct{ models.Machine }

func (m misquoted) Compile(job models.Job) (*models.Program, error) {
	p, err := m.Machine.Compile(job)
	if err == nil {
		p.Bits[protocol.Alice]--
	}
	return p, err
}

// lopsided differs between cut and whole.
type lopsided struct{ models.Machine }

func (m lopsided) Whole(ctx context.Context, seq []tasks.Token, read []int) ([]tasks.Value, error) {
	vs, err := m.Machine.Whole(ctx, seq, read)
	for k := range vs {
		vs[k] = tasks.Value{1 - vs[k][0]}
	}
	return vs, err
}

func TestBugsOfAMachineAreErrorsNotVerdicts(t *testing.T) {
	in := instance(t, reductions.DisjMatch3, 3)
	m, err := zoo.Build(zoo.Trivial.Name, in.Shape, models.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	for name, m := range map[string]models.Machine{"formula": misquoted{m}, "cut and whole": lopsided{m}} {
		if row, err := throughReduction(t.Context(), m, in, 1<<10, 4, 1); err == nil {
			t.Errorf("%s: passed: %+v", name, row)
		}
	}
}

// The reference numbers: where H (B_Z + d_v B_N) >= n begins to say something.
func TestWhereTheInequalityBites(t *testing.T) {
	r := reductions.DisjMatch3
	for spec, want := range map[string]int{"H=1 m=1 p=2 f=1": 13, "H=1 m=1 p=8": 37, "H=1 m=3 p=16": 145, "H=4 m=16 p=16": 2929} {
		a := sized("attention %s", spec)
		n, ok, err := bites(a, r, 1<<13)
		if !ok || n != want || err != nil {
			t.Errorf("%s: n = %d, want %d, %v", spec, n, want, err)
		}
		// ... and from there on for good, since n grows faster than the formula.
		for k := n; k < n+200; k++ {
			if c, err := costOf(a, r, k); err != nil || int(c) >= k {
				t.Errorf("%s: silent again at n = %d, %v", spec, k, err)
			}
		}
	}
}

// The formula H (B_Z + d_v B_N), computed here, against the engine's cost of layers of
// many sizes.
func TestOneLayerBits(t *testing.T) {
	r := reductions.DisjMatch3
	for _, s := range []struct{ H, DV, P, F int }{{1, 1, 2, 1}, {2, 5, 7, 4}, {3, 1, 12, 9}, {4, 16, 16, 16}} {
		for _, n := range []int{1, 2, 3, 7, 8, 9, 31, 64} {
			weights := new(big.Int).Lsh(big.NewInt(int64(n)), uint(s.F))
			span := new(big.Int).Lsh(big.NewInt(1), uint(s.P))
			span.Mul(span.Sub(span, big.NewInt(1)), weights)
			want := s.H * (weights.BitLen() + s.DV*span.BitLen()) // ceil(log2(x + 1)) is the length of x
			if got, err := costOf(sized("attention H=%d m=3 d_v=%d p=%d f=%d", s.H, s.DV, s.P, s.F), r, n); err != nil || int(got) != want {
				t.Errorf("%v, n = %d: %d bits, the formula gives %d, %v", s, n, got, want, err)
			}
		}
	}
}

// With independent columns there is no null vector, and no row.
func TestNullRowNeedsDependentColumns(t *testing.T) {
	if row, err := nullRow(t.Context(), 8, 4, tasks.Params{"q": 2}, 0, 1); err == nil {
		t.Errorf("full rank gave %+v", row)
	}
}

func TestSeparationIsHeldAgainstTheAbstract(t *testing.T) {
	g := report.Growth{Of: "size", Shape: ShapeLinear, Exponent: 1}
	right, wrong := expected{task: tasks.QSA, model: zoo.RNN, shape: ShapeLinear}, expected{task: tasks.QSA, model: zoo.Attention, shape: ShapeLog}
	if row := right.judge(g, []int{64}); row.Verdict != report.Meets {
		t.Errorf("%+v", row)
	}
	if row := wrong.judge(g, []int{64}); row.Verdict != report.Errs || row.Witness == "" {
		t.Errorf("%+v", row)
	}
	g.Undecided = true
	if row := right.judge(g, []int{64}); row.Verdict != report.Unknown || row.Basis != "fit" {
		t.Errorf("%+v", row)
	}
	enclose(&g, []report.Band{{Least: protocol.Growth{Power: 1}, Most: protocol.Growth{Power: 1}}})
	if row := right.judge(g, []int{64}); row.Verdict != report.Meets || row.Basis != "proved" {
		t.Errorf("%+v", row)
	}
}

func TestMomentPolynomialTheSlowWay(t *testing.T) {
	row, err := momentRow(t.Context(), 9, 2)
	if err != nil || row.Wrong != 0 || row.Runs != 36 {
		t.Errorf("%+v, %v", row, err)
	}
}

func TestReproduceRefusesUnknownClaimsAndKeepsWhatWasDone(t *testing.T) {
	var unknown *catalog.UnknownError
	if _, err := Sanford2023.Reproduce(t.Context(), Effort{}, []string{"theorem 5"}, nil); !errors.As(err, &unknown) || unknown.Hint() == "" {
		t.Errorf("theorem 5: %v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := 0
	table, err := Sanford2023.Reproduce(ctx, Effort{Level: Quick, Seed: 1}, nil, func(*Claim, int, int) {
		if done++; done == 2 {
			stop()
		}
	})
	if !errors.Is(err, context.Canceled) || len(table.Rows) == 0 || table.Rows[0].Claim != Sanford2023.Claims[0].ID {
		t.Errorf("interrupted: %d rows, %v", len(table.Rows), err)
	}
}

func TestIncompleteClaimsAreRefused(t *testing.T) {
	run := func(*collector) {}
	whole := Claim{ID: "a", Kind: Upper, Statement: "s", Source: "s", Seen: "s", Parts: []Part{{CheckedHere, "x"}}, run: run}
	paper := func(cs ...*Claim) *Paper {
		return &Paper{Name: "p", Title: "t", Citation: "c", Cite: []string{"k"}, Claims: cs, Executed: "e"}
	}
	if err := paper(&whole).Validate(); err != nil {
		t.Error(err)
	}
	noParts, noRun, noID := whole, whole, whole
	noParts.Parts, noRun.run, noID.ID = nil, nil, ""
	for _, p := range []*Paper{paper(), paper(&noParts), paper(&noRun), paper(&noID), paper(&whole, &whole)} {
		if p.Validate() == nil {
			t.Errorf("an incomplete paper was accepted: %+v", p)
		}
	}
}

// What a paper says was executed of its main claim ran: each claim that shows it was decided.
func TestExecutedRan(t *testing.T) {
	for p := range Catalog().All() {
		for _, c := range p.Shown() {
			if s := p.sum(c, quickly(t, c)); s.Ran == "nothing" || s.Verdict == report.Open {
				t.Errorf("%s: claim %q shows what was executed, and is %s: ran %s", p.Name, c.ID, s.Verdict, s.Ran)
			}
		}
		for _, c := range p.Claims { // what holds, or fails, does so at sizes that can be named
			if s := p.sum(c, quickly(t, c)); s.SatisfiableAt == "not stated" && (s.Verdict == report.Holds || s.Verdict == report.Fails) {
				t.Errorf("%s: claim %q %s, and its hypothesis names no sizes", p.Name, c.ID, s.Verdict)
			}
		}
	}
	stranger := *Peng2024Composition
	stranger.By = []*Claim{hopPrinted}
	if stranger.Validate() == nil {
		t.Error("a claim of another paper was taken to show what was executed")
	}
}

// A finding is printed with input files that read back as the inputs it names.
func TestFindingsAreInputFiles(t *testing.T) {
	for r, n := range map[*reductions.Reduction]int{reductions.DisjMatch3: 13, reductions.DisjCycle5: 13, reductions.DisjQSA: 9} {
		in := instance(t, r, n)
		m, err := smallest().Machine(in.Shape, 1)
		if err != nil {
			t.Fatal(err)
		}
		f, err := falsify.Find(t.Context(), m, in, falsify.Options{Seed: 1})
		if err != nil || f.Kind != falsify.Forced {
			t.Fatalf("%s: %+v, %v", r.Name, f, err)
		}
		raw, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		var got struct {
			Kind, Strategy, Verdict string
			MessageBits             int `json:"message_bits"`
			Needed, Tried           int
			Input, Twin             json.RawMessage
			Read                    []int
			Output, Expected        []any
		}
		if err := json.Unmarshal(raw, &got); err != nil {
			t.Fatal(err)
		}
		if got.Kind != "forced" || got.Verdict != "errs" || got.MessageBits >= got.Needed || got.Tried == 0 || len(got.Output) != len(got.Read) || len(got.Expected) != len(got.Read) {
			t.Errorf("%s: %s", r.Name, raw)
		}
		for which, file := range map[string]json.RawMessage{"input": got.Input, "twin": got.Twin} {
			back, err := tasks.ReadInput(file, nil)
			if err != nil {
				t.Errorf("%s: %s: %v", r.Name, which, err)
				continue
			}
			want := f.Input
			if which == "twin" {
				want = f.Twin
			}
			if !reflect.DeepEqual(back.Seq, want) {
				t.Errorf("%s: the %s reads back as another one", r.Name, which)
			}
		}
		// And the model is wrong there, by the definition and from the file alone.
		back, _ := tasks.ReadInput(got.Input, nil)
		out, err := m.Whole(t.Context(), back.Seq, f.Read)
		if err != nil {
			t.Fatal(err)
		}
		if want := back.Shape.Task.Eval(in.Shape, back.Seq, f.Read[0]); in.Shape.Correct(out[0], want) {
			t.Errorf("%s: the model is right on its failing input", r.Name)
		}
	}
}

// Every control is a fault that is planted, and nothing else: where it is not
// planted, the check passes, and the control is reported as blind.
func TestControlsFailWithoutTheirFault(t *testing.T) {
	for paper := range Catalog().All() {
		for _, c := range paper.Claims {
			t.Run(paper.Name+"/"+c.ID, func(t *testing.T) {
				with := quickly(t, c)
				planted := 0
				for _, r := range with.Rows {
					if r.Verdict == report.Errs && !r.Printed {
						planted++
					}
				}
				if planted == with.both && len(with.blind) == 0 { // each row before a failure is the same check without it
					return
				}
				without, err := c.Run(t.Context(), Effort{Level: Quick, Seed: 1, sound: true})
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range without.Rows {
					if r.Verdict == report.Errs && strings.HasPrefix(r.Note, "planted failure") {
						t.Errorf("nothing was planted, and yet: %s: %s", r.Note, r.Witness)
					}
				}
				if len(without.blind) == 0 || len(with.blind) != 0 {
					t.Errorf("%d failures were planted; without them %d controls were reported", planted, len(without.blind))
				}
			})
		}
	}
}

// A control fails by the property, not by its flag: what a check asks of a member does not
// mention that a fault was planted, unless it hands that to what is under test, nor is it asked only then.
func TestControlsDoNotFailByTheirFlag(t *testing.T) {
	cheat := `package p
func f() { _ = func(t *tally, broken bool) error { t.see(right && !broken, ""); return nil } }`
	branch := `package p
func f() { _ = func(t *tally, broken bool) error { if broken { t.see(false, "") }; return nil } }`
	fair := `package p
func f() { _ = func(t *tally, broken bool) error { t.see(got(broken) == want, ""); return nil } }`
	if flagged(t, "cheat", cheat) == "" || flagged(t, "branch", branch) == "" || flagged(t, "fair", fair) != "" {
		t.Error("a control that fails by its flag passed, or a fair one did not")
	}
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	seen := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		seen++
		if at := flagged(t, name, nil); at != "" {
			t.Errorf("%s: the property names the flag", at)
		}
	}
	if seen < 20 {
		t.Errorf("%d files", seen)
	}
}

// flagged is where the first argument of a see mentions broken outside of a call.
func flagged(t *testing.T, name string, src any) (at string) {
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, src, 0)
	if err != nil {
		t.Fatal(err)
	}
	mentions := func(e ast.Expr, name string) (found bool) {
		ast.Inspect(e, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && id.Name == name {
				found = true
			}
			_, handed := n.(*ast.CallExpr)
			return !handed
		})
		return found
	}
	asked := func(n ast.Node, of func(first ast.Expr)) {
		ast.Inspect(n, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && len(call.Args) > 0 {
				if f, ok := call.Fun.(*ast.SelectorExpr); ok && f.Sel.Name == "see" {
					of(call.Args[0])
				}
			}
			return true
		})
	}
	note := func(e ast.Expr, bad bool) {
		if bad {
			at = files.Position(e.Pos()).String()
		}
	}
	asked(file, func(e ast.Expr) { note(e, mentions(e, "broken")) })
	ast.Inspect(file, func(n ast.Node) bool {
		if branch, ok := n.(*ast.IfStmt); ok && mentions(branch.Cond, "broken") {
			asked(branch.Body, func(e ast.Expr) { note(e, mentions(e, "false")) })
		}
		return true
	})
	return at
}

func TestHypotheses(t *testing.T) {
	holds := func(at Sizes) bool { return at["a"]*at["b"] >= 6 }
	h := Hypothesis{Text: "a b >= 6", Over: []Range{{Name: "a", From: 1, To: 5}, {Name: "b", From: 1, To: 3}}, Holds: holds}
	if words, vacuous := h.Satisfiable(); words != "a = 2, b = 3" || vacuous {
		t.Errorf("%q, %v", words, vacuous)
	}
	h.Over[1].Most = 2
	if words, vacuous := h.Satisfiable(); !vacuous || !strings.Contains(words, "a = 2, b = 3") {
		t.Errorf("%q, %v", words, vacuous)
	}
	h.Over[0].To = 1
	h.Never = "no a is that large"
	if words, vacuous := h.Satisfiable(); !vacuous || !strings.HasPrefix(words, "never: no a is that large") {
		t.Errorf("%q, %v", words, vacuous)
	}
	if (Hypothesis{Text: "x", Holds: holds}).Validate() == nil || (Hypothesis{Over: h.Over, Holds: holds}).Validate() == nil {
		t.Error("an incomplete hypothesis was accepted")
	}
}

// A check that fails refutes what it is about: the paper's words, or this project.
func TestFailedChecks(t *testing.T) {
	wrong := check{what: "1 = 2", fault: "nothing", try: func(t *tally, _ bool) { t.see(false, "1 is not 2") }}
	out, err := gather(t, func(rows *collector) { rows.check(wrong) })
	if err != nil || len(out.Rows) != 1 || out.Rows[0].Verdict != report.Contradiction {
		t.Errorf("%+v, %v", out.Rows, err)
	}
	wrong.printed = true
	out, err = gather(t, func(rows *collector) { rows.check(wrong) })
	s := (&Paper{Name: "p"}).sum(&Claim{ID: "a", Kind: Upper}, out)
	if err != nil || s.Verdict != report.Fails || s.Witness != "1 is not 2" {
		t.Errorf("%+v, %v", s, err)
	}
	for what, k := range map[string]check{
		"a blind control": {what: "all", fault: "none is", try: func(t *tally, _ bool) { t.see(true, "") }},
		"an empty domain": {what: "all of none", try: func(*tally, bool) {}},
	} {
		if _, err := gather(t, func(rows *collector) { rows.check(k) }); err == nil {
			t.Errorf("%s passed", what)
		}
	}
	// A control that is not caught ends the run of its paper, as a mistake of this program.
	blind := &Claim{ID: "a", run: func(rows *collector) {
		rows.check(check{what: "all", fault: "none is", try: func(t *tally, _ bool) { t.see(true, "") }})
	}}
	var bug interface{ Internal() bool }
	table, err := (&Paper{Name: "p", Claims: []*Claim{blind}}).Reproduce(t.Context(), Effort{}, nil, nil)
	if !errors.As(err, &bug) || !bug.Internal() || len(table.Claims) != 0 {
		t.Errorf("a control that was not caught: %v, %v", err, table.Claims)
	}
	out, _ = gather(t, func(rows *collector) {
		rows.check(check{what: "1 = 1", try: func(t *tally, _ bool) { t.see(true, "") }})
	})
	if s := (&Paper{Name: "p"}).sum(&Claim{ID: "a", Kind: Upper}, out); s.Verdict == report.Holds {
		t.Error("a claim holds without a control")
	}
}

// What a note says stands at the row that was found, not at its control.
func TestNotesStandAtWhatRan(t *testing.T) {
	out, err := gather(t, func(rows *collector) {
		rows.check(check{what: "1 = 1", fault: "1 = 2", try: func(t *tally, broken bool) { t.see(!broken, "1 is not 2") }})
		rows.note("and %d", 2)
	})
	if len(out.Rows) != 2 || out.Rows[0].Note != "1 = 1; and 2" || out.Rows[1].Note != planted+"1 = 2" {
		t.Errorf("%+v, %v", out.Rows, err)
	}
}
