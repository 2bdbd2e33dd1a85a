package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"crosscut/protocol"
)

func table() Table {
	t := Table{Title: "a_b & c", Command: "crosscut table --task t --seed 1"}
	for k := 1; k <= 3; k++ {
		n := 8 * k
		t.Rows = append(t.Rows, Row{
			Claim: "theorem 7", Task: "t", Model: "m_1", Reduction: "r", N: &n, Params: map[string]any{"p": 8.0, "h": float64(k), "arithmetic": "shift"},
			Bits: Num(k), Formula: Num(k), FormulaText: "H (B_Z + d_v B_N)", Setting: protocol.OneWay, Basis: "proved",
			Runs: 4, Exhaustive: k == 1, Verdict: Meets,
		})
	}
	t.Rows[1].Warnings = []string{"vacuous: dearer than trivial", "second"}
	t.Rows[2].Warnings = []string{"second"}
	t.Rows[2].Verdict, t.Rows[2].Wrong, t.Rows[2].Witness = Errs, 1, "x = 3, 1, 4"
	t.Growth = []Growth{{Model: "m_1", Of: "size", Exponent: 1, Shape: "N"}}
	return t
}

func render(t *testing.T, format string, s *Sheet, style Style) string {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, format, s, style); err != nil {
		t.Fatalf("%s: %v", format, err)
	}
	return b.String()
}

func TestText(t *testing.T) {
	const want = `a_b & c

rows  3: 2 meets, 1 errs, 0 unknown, 0 contradiction

theorem 7: it holds
task: t; model: m_1; reduction: r; params: arithmetic=shift p=8; formula in words: H (B_Z + d_v
B_N); setting: one-way deterministic; basis: proved
 N  h  bits  formula   runs  wrong  verdict
 8  1     1        1  all 4      0  meets
16  2     2        2      4      0  meets [1] [2]
24  3     3        3      4      1  errs [2] [3]

growth
model  of    shape  basis   exponent
m_1    size  N      fitted     1.000

[1] vacuous: dearer than trivial
[2] second
[3] it fails: x = 3, 1, 4

to reproduce: crosscut table --task t --seed 1
`
	if got := render(t, "text", table().Sheet(map[string]string{"theorem 7": "it holds"}), Style{}); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestColourOnlyWhereAsked(t *testing.T) {
	plain := render(t, "text", table().Sheet(nil), Style{})
	painted := render(t, "text", table().Sheet(nil), Style{Color: true})
	if strings.Contains(plain, "\x1b") {
		t.Error("colour where none was asked for")
	}
	if !strings.Contains(painted, "\x1b[33merrs") {
		t.Error("no colour where it was asked for")
	}
	for _, code := range []string{"\x1b[32m", "\x1b[33m", "\x1b[0m"} {
		painted = strings.ReplaceAll(painted, code, "")
	}
	if painted != plain {
		t.Errorf("colour moved the columns:\n%s", painted)
	}
}

func TestTextKeepsToItsWidth(t *testing.T) {
	for columns := 1; columns < 30; columns++ {
		g := Grid{Title: strings.Repeat("title ", 30)}
		for c := range columns {
			g.Columns = append(g.Columns, Column{Name: fmt.Sprintf("column%d", c), Right: c%2 == 0, Long: c%3 == 2, Fact: c%5 == 1})
		}
		for r := range 4 {
			var cells []string
			for c := range columns {
				word := strings.Repeat(fmt.Sprintf("%d.%d ", r, c), 1+c%4*r)
				if c%5 == 1 {
					word = "same in all rows"
				}
				cells = append(cells, strings.TrimSpace(word))
			}
			g.Add(cells...)
		}
		wide := 0 // short columns cannot leave their row
		for c, col := range g.Columns {
			if !col.Long && !col.Fact {
				wide += max(len(col.Name), len(g.Rows[3].Cells[c])) + 2
			}
		}
		for _, line := range strings.Split(render(t, "text", &Sheet{Grids: []Grid{g}}, Style{}), "\n") {
			if n := utf8.RuneCountInString(line); n > max(TextWidth, wide) {
				t.Errorf("%d columns: %d characters: %s", columns, n, line)
			}
		}
	}
}

func TestCSVIsOneRectangle(t *testing.T) {
	r := csv.NewReader(strings.NewReader(render(t, "csv", table().Sheet(nil), Style{})))
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := map[string]int{}
	for c, name := range rows[0] {
		at[name] = c
	}
	if len(rows) != 4 || rows[2][at["warnings"]] != "vacuous: dearer than trivial; second" || rows[3][at["verdict"]] != "errs" ||
		rows[1][at["exhaustive"]] != "true" || rows[1][at["needed"]] != "" || rows[1][at["size_growth"]] != "N" ||
		rows[1][at["command"]] != "crosscut table --task t --seed 1" {
		t.Errorf("%q", rows)
	}
}

func TestJSONHasTheNamesOfTheContract(t *testing.T) {
	var got struct {
		Title  string
		Rows   []map[string]any
		Growth []map[string]any
	}
	if err := json.Unmarshal([]byte(render(t, "json", table().Sheet(nil), Style{})), &got); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"claim", "task", "model", "reduction", "n", "N", "params", "size", "bits", "formula", "formula_text", "needed",
		"trivial", "setting", "basis", "runs", "exhaustive", "wrong", "verdict", "warnings"} {
		if _, ok := got.Rows[0][name]; !ok {
			t.Errorf("a row has no %q", name)
		}
	}
	if got.Rows[0]["size"] != nil || got.Rows[0]["n"] != nil || got.Rows[0]["bits"] != 1.0 {
		t.Errorf("%v", got.Rows[0])
	}
	if w, ok := got.Rows[0]["warnings"].([]any); !ok || len(w) != 0 {
		t.Errorf("warnings are %v", got.Rows[0]["warnings"])
	}
	empty := render(t, "json", Table{}.Sheet(nil), Style{})
	if !strings.Contains(empty, `"rows": []`) || !strings.Contains(empty, `"growth": []`) {
		t.Errorf("empty lists: %s", empty)
	}
	blank := render(t, "json", Table{Rows: []Row{{}}}.Sheet(nil), Style{})
	if !strings.Contains(blank, `"params":{}`) || !strings.Contains(blank, `"verdict":"unknown"`) || !strings.Contains(blank, `"warnings":[]`) {
		t.Errorf("a row of nothing: %s", blank)
	}
}

// JSON of any value means the same after it was laid out in lines.
func TestJSONLayoutChangesNothing(t *testing.T) {
	for _, v := range []any{nil, 3, "a \"b\" <c>", []int{1, 2}, []any{}, map[string]any{}, map[string]any{"a": []any{map[string]any{"x": 1}, 2}, "b": map[string]any{"c": []int{}}, "d<": nil}} {
		want, _ := json.Marshal(v)
		var compact bytes.Buffer
		if err := json.Compact(&compact, []byte(render(t, "json", &Sheet{Value: v}, Style{}))); err != nil {
			t.Fatal(err)
		}
		var x, y any
		json.Unmarshal(want, &x)
		json.Unmarshal(compact.Bytes(), &y)
		if fmt.Sprint(x) != fmt.Sprint(y) {
			t.Errorf("%s became %s", want, compact.String())
		}
	}
}

func TestMarkdownAndLatexEscape(t *testing.T) {
	s := &Sheet{Title: "a|b_c*d", Grids: []Grid{{Columns: []Column{{Name: "50%"}, {Name: "x^2", Right: true}}}}}
	s.Grids[0].Add("p|q", "{a}\\~#$&")
	s.Grids[0].Add("r", "")
	md := render(t, "markdown", s, Style{})
	for _, want := range []string{`a\|b\_c\*d`, `| p\|q | {a}`, "| --- | ---: |"} {
		if !strings.Contains(md, want) {
			t.Errorf("markdown lacks %q:\n%s", want, md)
		}
	}
	tex := render(t, "latex", s, Style{})
	for _, want := range []string{`a|b\_c*d`, `50\% & x\textasciicircum{}2 \\`, `p|q & \{a\}\textbackslash{}\textasciitilde{}\#\$\& \\`, `\begin{tabular}{lr}`} {
		if !strings.Contains(tex, want) {
			t.Errorf("latex lacks %q:\n%s", want, tex)
		}
	}
	if got, want := latex.escape.Replace("│    └─1─ x"), `\textbar{}~~~~+{-}1{-} x`; got != want {
		t.Errorf("a tree in latex: %s, want %s", got, want)
	}
	if strings.Count(tex, `\begin{`) != strings.Count(tex, `\end{`) {
		t.Errorf("unbalanced:\n%s", tex)
	}
}

func TestNumbersReadBack(t *testing.T) {
	for v, want := range map[float64]string{60: "60", 0: "0", 0.25: "0.25", 1e15: "1000000000000000", 0.1: "0.1", 1e300: "1e+300", -3: "-3"} {
		if got := Number(v); got != want {
			t.Errorf("%v: %s", v, got)
		}
	}
}

func TestJudge(t *testing.T) {
	for _, c := range []struct {
		row  Row
		want Verdict
	}{
		{Row{}, Unknown},
		{Row{Runs: 4}, Meets},
		{Row{Runs: 4, Wrong: 1, Exhaustive: true, Bits: Num(1), Needed: Num(2)}, Errs},
		{Row{Runs: 4, Exhaustive: true, Bits: Num(1), Needed: Num(2)}, Contradiction},
		{Row{Runs: 4, Bits: Num(1), Needed: Num(2)}, Unknown}, // a sample proves nothing
		{Row{Runs: 4, Exhaustive: true, Bits: Num(2), Needed: Num(2)}, Meets},
		{Row{Exhaustive: true, Bits: Num(1), Needed: Num(2)}, Unknown},
	} {
		c.row.Judge()
		if c.row.Verdict != c.want {
			t.Errorf("%+v: want %s", c.row, c.want)
		}
	}
}

func TestUnknownFormat(t *testing.T) {
	if err := Write(&bytes.Buffer{}, "html", &Sheet{}, Style{}); err == nil {
		t.Error("html was printed")
	}
}
