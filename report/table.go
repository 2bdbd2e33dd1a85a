package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Sheet lays a table out for all formats. Rows are grouped by claim, model and
// reduction; headings gives each claim's statement, and may be nil.
func (t Table) Sheet(headings map[string]string) *Sheet {
	s := &Sheet{Title: t.Title, Value: t.Plain(), Command: t.Command, Flat: t.flat()}
	same := func(a, b Row) bool { return a.Claim == b.Claim && a.Model == b.Model && a.Reduction == b.Reduction }
	for i := 0; i < len(t.Rows); {
		j := i + 1
		for j < len(t.Rows) && same(t.Rows[i], t.Rows[j]) {
			j++
		}
		g := group(t.Rows[i:j])
		switch {
		case t.Rows[i].Claim == "":
			g.Title = t.Rows[i].Model
		case i == 0 || t.Rows[i].Claim != t.Rows[i-1].Claim:
			g.Title = heading(t.Rows[i].Claim, headings)
		}
		s.Grids = append(s.Grids, g)
		i = j
	}
	if len(t.Growth) > 0 {
		growth := Grid{Title: "growth", Columns: []Column{{Name: "model"}, {Name: "of"}, {Name: "shape"}, {Name: "basis"}, {Name: "exponent", Right: true}, {Name: "how close", Long: true}}}
		for _, f := range t.Growth {
			if f.Task != "" {
				f.Model = f.Task + ", " + f.Model
			}
			growth.Add(f.Model, f.Of, f.Shape, cmp.Or(f.Basis, "fitted"), strconv.FormatFloat(f.Exponent, 'f', 3, 64), f.Note)
		}
		s.Grids = append(s.Grids, growth)
	}
	if len(t.Rows) > 0 {
		s.Fields = append(s.Fields, Field{"rows", t.Tally()})
	}
	return s
}

func heading(claim string, headings map[string]string) string {
	if text := headings[claim]; text != "" {
		return claim + ": " + text
	}
	return claim
}

// Tally counts the rows by verdict.
func (t Table) Tally() string {
	count := map[Verdict]int{}
	for _, r := range t.Rows {
		count[r.verdict()]++
	}
	var parts []string
	for _, v := range []Verdict{Meets, Errs, Unknown, Contradiction} {
		parts = append(parts, fmt.Sprintf("%d %s", count[v], v))
	}
	return fmt.Sprintf("%d: %s", len(t.Rows), strings.Join(parts, ", "))
}

// Plain is the table as JSON has it: lists are never null.
func (t Table) Plain() Table {
	rows := make([]Row, len(t.Rows))
	for i, r := range t.Rows {
		if r.Params == nil {
			r.Params = map[string]any{}
		}
		if r.Warnings == nil {
			r.Warnings = []string{}
		}
		r.Verdict = r.verdict()
		rows[i] = r
	}
	t.Rows = rows
	if t.Growth == nil {
		t.Growth = []Growth{}
	}
	return t
}

// group is the grid of rows that share a claim, a model and a reduction. What
// does not change within it is a fact. Parameters that change are columns where
// they fit a terminal, and else one text.
func group(rows []Row) Grid {
	varying := varyingParams(rows)
	g := layout(rows, varying, true)
	_, rest := g.compact().lift(0)
	if rest.only(func(c int) bool { return !rest.Columns[c].Long }).width() > TextWidth {
		return layout(rows, varying, false)
	}
	return g
}

func layout(rows []Row, varying []string, columns bool) Grid {
	g := Grid{Columns: []Column{
		{Name: "task", Fact: true}, {Name: "model", Fact: true}, {Name: "reduction", Fact: true}, {Name: "params", Fact: true, Long: true},
		{Name: "n", Right: true}, {Name: "N", Right: true},
	}}
	if columns {
		for _, name := range varying {
			g.Columns = append(g.Columns, Column{Name: name, Right: true})
		}
	}
	g.Columns = append(g.Columns,
		Column{Name: "size", Right: true}, Column{Name: "bits", Right: true}, Column{Name: "formula", Right: true},
		Column{Name: "needed", Right: true}, Column{Name: "trivial", Right: true}, Column{Name: "runs", Right: true},
		Column{Name: "wrong", Right: true}, Column{Name: "verdict"}, Column{Name: "what ran", Fact: true, Long: true})
	if !columns {
		g.Columns = append(g.Columns, Column{Name: "with", Long: true})
	}
	g.Columns = append(g.Columns, Column{Name: "need", Fact: true, Long: true}, Column{Name: "formula in words", Fact: true, Long: true},
		Column{Name: "setting", Fact: true, Long: true}, Column{Name: "basis", Fact: true, Long: true})
	for _, r := range rows {
		fixed, changing := map[string]any{}, map[string]any{}
		for name, v := range r.Params {
			if slices.Contains(varying, name) {
				changing[name] = short(v)
			} else {
				fixed[name] = short(v)
			}
		}
		cells := []string{r.Task, r.Model, r.Reduction, Params(fixed), count(r.N0), count(r.N)}
		if columns {
			for _, name := range varying {
				cell := ""
				if v, ok := changing[name]; ok {
					cell = Value(v)
				}
				cells = append(cells, cell)
			}
		}
		runs := strconv.Itoa(r.Runs)
		if r.Exhaustive {
			runs = "all " + runs
		}
		cells = append(cells, amount(r.Size), amount(r.Bits), amount(r.Formula), amount(r.Needed), amount(r.Trivial), runs,
			strconv.Itoa(r.Wrong), string(r.verdict()), r.Note)
		if !columns {
			cells = append(cells, Params(changing))
		}
		notes := slices.Clone(r.Warnings)
		if r.Witness != "" {
			notes = append(notes, "it fails: "+r.Witness)
		}
		g.Rows = append(g.Rows, Line{Cells: append(cells, r.NeededBy, r.FormulaText, r.Setting.String(), r.Basis), Notes: notes})
	}
	return g
}

// short writes a parameter for people: six digits of a number that is not whole.
func short(v any) any {
	if f, ok := v.(float64); ok && f != math.Trunc(f) {
		return strconv.FormatFloat(f, 'g', 6, 64)
	}
	return v
}

// varyingParams names the parameters that differ between rows, sorted.
func varyingParams(rows []Row) []string {
	var names []string
	for _, r := range rows {
		for name, v := range r.Params {
			w, ok := rows[0].Params[name]
			if (!ok || w != v) && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	for name := range rows[0].Params {
		for _, r := range rows {
			if _, ok := r.Params[name]; !ok && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return names
}

func (r Row) verdict() Verdict {
	return cmp.Or(r.Verdict, Unknown)
}

// flat is the table as CSV has it: the names of the JSON, one line per row, the
// fitted growth of the row's model beside it.
func (t Table) flat() *Grid {
	g := &Grid{}
	for _, name := range []string{"claim", "task", "model", "reduction", "n", "N", "params", "size", "bits", "formula", "formula_text", "needed",
		"needed_by", "trivial", "setting", "basis", "runs", "exhaustive", "wrong", "verdict", "witness", "note", "size_growth", "bits_growth"} {
		g.Columns = append(g.Columns, Column{Name: name})
	}
	for _, r := range t.Rows {
		g.Rows = append(g.Rows, Line{Notes: r.Warnings, Cells: []string{
			r.Claim, r.Task, r.Model, r.Reduction, count(r.N0), count(r.N), Params(r.Params), amount(r.Size), amount(r.Bits), amount(r.Formula),
			r.FormulaText, amount(r.Needed), r.NeededBy, amount(r.Trivial), r.Setting.String(), r.Basis, strconv.Itoa(r.Runs),
			strconv.FormatBool(r.Exhaustive), strconv.Itoa(r.Wrong), string(r.verdict()), r.Witness, r.Note,
			t.shape(r.Model, "size"), t.shape(r.Model, "bits"),
		}})
	}
	return g
}

func (t Table) shape(model, of string) string {
	for _, f := range t.Growth {
		if f.Model == model && f.Of == of {
			return f.Shape
		}
	}
	return ""
}

func count(v *int) string { return Known(v, strconv.Itoa) }

func amount(v *float64) string { return Known(v, Number) }
