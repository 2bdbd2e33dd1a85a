package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"crosscut/docs"
	"crosscut/internal/catalog"
	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/models/zoo"
	"crosscut/protocol/bounds/check"
	"crosscut/protocol/bounds/named"
	"crosscut/protocol/problems"
	"crosscut/reductions"
	"crosscut/reductions/papers"
	"crosscut/reductions/rules"
	"crosscut/report"
)

var _ = register(&command{
	name:  "show",
	usage: "explain an entry of any catalogue, or the conventions",
	about: "Explains a task, problem, matrix, measure, model, construction, reduction, paper or claim, or a word that tables print (meets, needed, basis, ...): the definition, its parameters, its source, and what is known of it. " +
		"With a paper's name and a claim's it is that paper's claim alone. crosscut show conventions prints what counts as a bit; the other texts of docs/ go by their names too.",
	args: "NAME [CLAIM]", minArgs: 1, maxArgs: 2,
	run: func(c *call) error {
		name := c.argument(0)
		if id := c.argument(1); id != "" {
			p, err := papers.Catalog().Get(name)
			if err != nil {
				return usagef("crosscut show PAPER CLAIM, or a name alone", "unexpected argument %q: %q is no paper", id, name)
			}
			cl, err := p.Claim(id)
			if err != nil {
				return err
			}
			return c.emit(showClaim(p, cl))
		}
		sheets := lookup(name)
		if len(sheets) == 0 {
			return catalog.Unknown("name", name, showable())
		}
		return c.emit(merge(sheets))
	},
})

// lookup explains every entry of that name: a model and a construction may share
// one. A text of docs/ that has an entry's name goes by NAME.md.
func lookup(name string) []*report.Sheet {
	var found []*report.Sheet
	if text, ok := report.Word(name); ok {
		s, e := about("word", name, text, nil)
		s.Value = e.and(nil)
		found = append(found, s)
	}
	for _, k := range catalogues() {
		found = append(found, k.Show(name)...)
	}
	title, forced := strings.CutSuffix(name, ".md")
	if text, ok := docs.Text(title); ok && (forced || len(found) == 0) {
		found = append(found, &report.Sheet{Text: text, Value: map[string]any{"kind": "text", "name": title, "text": text}})
	}
	return found
}

// showable lists all names that lookup knows.
func showable() []string {
	names := append(docs.Names(), report.Words()...)
	for _, k := range catalogues() {
		for _, i := range k.Items {
			names = append(names, i.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// merge makes one sheet of several.
func merge(sheets []*report.Sheet) *report.Sheet {
	if len(sheets) == 1 {
		return sheets[0]
	}
	all := &report.Sheet{Flat: &report.Grid{Columns: []report.Column{{Name: "entry"}, {Name: "fact"}, {Name: "value"}}}}
	var values []any
	for _, s := range sheets {
		g := report.Grid{Title: s.Title, Columns: []report.Column{{}, {Long: true}}} // without heads, as alone
		for _, f := range s.Fields {
			g.Add(f.Name, f.Value)
			all.Flat.Add(s.Title, f.Name, f.Value)
		}
		all.Grids = append(append(all.Grids, g), s.Grids...)
		all.Text += s.Text
		values = append(values, s.Value)
	}
	all.Value = values
	return all
}

// entry is the JSON of what all kinds have in common.
type entry struct {
	Kind string   `json:"kind"`
	Name string   `json:"name"`
	Doc  string   `json:"doc"`
	Cite []string `json:"cite"`
}

func about(kind, name, doc string, cite []string) (*report.Sheet, entry) {
	if cite == nil {
		cite = []string{}
	}
	s := &report.Sheet{Title: kind + " " + name}
	fact(s, "what", doc)
	for _, key := range cite {
		if full, ok := docs.Reference(key); ok {
			key = full
		}
		fact(s, "source", key)
	}
	if _, ok := docs.Text(name); ok {
		fact(s, "more", "crosscut show "+name+".md")
	}
	return s, entry{kind, name, doc, cite}
}

func (e entry) and(more map[string]any) map[string]any {
	v := map[string]any{"kind": e.Kind, "name": e.Name, "doc": e.Doc, "cite": e.Cite}
	maps.Copy(v, more)
	return v
}

func fact(s *report.Sheet, name, value string) {
	s.Fields = append(s.Fields, report.Field{Name: name, Value: value})
}

// showMeasures explains the measure of that name, or all whose name begins with it: discrepancy is discrepancy.uniform
// and discrepancy.best.
func showMeasures(name string) (found []*report.Sheet) {
	for _, m := range check.Measures() {
		if group, _, _ := strings.Cut(m.Name, "."); name != m.Name && name != group {
			continue
		}
		s, e := about("measure", m.Name, m.Doc, nil)
		of := "every matrix"
		switch {
		case m.Two && m.Total:
			of = "two values, defined everywhere"
		case m.Two:
			of = "two values"
		case m.Total:
			of = "defined everywhere"
		}
		fact(s, "matrices", of)
		if m.PerValue && !m.Bits {
			fact(s, "v", "a value of the matrix: each has its own")
		}
		if m.Error {
			fact(s, "e", "an error below 1/2, named with --error")
		}
		s.Value = e.and(map[string]any{"per_value": m.PerValue && !m.Bits, "two_values": m.Two, "total": m.Total, "error": m.Error})
		found = append(found, s)
	}
	return found
}

// showMatrix explains a named matrix; the problem of that name says more, if there is one.
func showMatrix(f *named.Family) *report.Sheet {
	if _, err := problems.Catalog().Get(f.Name); err == nil {
		return nil
	}
	s, e := about("matrix", f.Name, f.Doc, f.Cite)
	s.Value = e.and(nil)
	fact(s, "bounds", "crosscut bounds --named "+f.Name+" --n N")
	return s
}

type paramInfo struct {
	Name string  `json:"name"`
	Doc  string  `json:"doc"`
	Min  float64 `json:"min"`
	Max  float64 `json:"max"`
	Real bool    `json:"real"`
}

func paramGrid(s *report.Sheet, title string, ps []tasks.Param) []paramInfo {
	infos := []paramInfo{}
	g := report.Grid{Title: title, Columns: []report.Column{{Name: "name"}, {Name: "range"}, {Name: "what it is", Long: true}}}
	for _, p := range ps {
		limits := "at least " + report.Number(p.Min)
		if p.Max != 0 {
			limits = report.Number(p.Min) + ".." + report.Number(p.Max)
		}
		kind := "whole, "
		if p.Real {
			kind = "real, "
		}
		g.Add(p.Name, kind+limits, p.Doc)
		infos = append(infos, paramInfo{p.Name, p.Doc, p.Min, p.Max, p.Real})
	}
	s.Append(g)
	return infos
}

func showTask(t *tasks.Task) *report.Sheet {
	s, e := about("task", t.Name, t.Doc, t.Cite)
	read := "1"
	if t.ReadLast {
		read = "N"
	}
	half := "Alice owns 1..floor(N/2), Bob the rest"
	if t.PublicFirst {
		half = "token 1 is public, Alice owns the next floor((N-1)/2), Bob the rest"
	}
	fact(s, "read by default", "position "+read)
	fact(s, "split half", half)
	var solving []string
	g := report.Grid{Title: "models that solve it", Columns: []report.Column{{Name: "model"}, {Name: "construction"}, {Name: "what it is", Long: true}}}
	for m := range zoo.Catalog().All() {
		for _, k := range zoo.For(m.Name, t.Name) {
			g.Add(m.Name, k.Name, firstLine(k.Doc))
			if !slices.Contains(solving, m.Name) {
				solving = append(solving, m.Name)
			}
		}
	}
	var from []string
	for r := range reductions.Catalog().All() {
		if r.To == t {
			from = append(from, r.Name)
		}
	}
	fact(s, "reductions to it", strings.Join(from, ", "))
	params := paramGrid(s, "sizes, set with --set", t.Params)
	s.Grids = append(s.Grids, g)
	s.Value = e.and(map[string]any{"params": params, "models": list(solving), "reductions": list(from), "read": read})
	return s
}

// list is never null in JSON.
func list(s []string) []string { return append([]string{}, s...) }

func showProblem(p *problems.Problem) *report.Sheet {
	s, e := about("problem", p.Name, p.Doc, p.Cite)
	g := report.Grid{Title: "what it costs", Columns: []report.Column{
		{Name: "setting"}, {Name: "both know"}, {Name: "bits"}, {Name: "n = 8", Right: true}, {Name: "exact"}, {Name: "basis"}, {Name: "why", Long: true}}}
	costs := []map[string]any{}
	for _, c := range p.Costs {
		setting := c.Setting.String()
		if strings.HasPrefix(setting, "one-way") {
			setting += ", " + c.From.String() + " speaks"
		}
		g.Add(setting, report.Yes(c.BothKnow), c.Formula, strconv.Itoa(int(c.Bits(8))), report.Yes(c.Exact), string(c.Basis), c.Why)
		costs = append(costs, map[string]any{"setting": setting, "both_know": c.BothKnow, "formula": c.Formula, "exact": c.Exact,
			"basis": c.Basis, "why": c.Why, "cite": list(c.Cite)})
	}
	s.Grids = append(s.Grids, g)
	s.Value = e.and(map[string]any{"costs": costs})
	return s
}

func showRule(r *rules.Rule) *report.Sheet {
	s, e := about("rule", r.Name, r.Doc, r.Cite)
	fact(s, "architecture", r.Title)
	fact(s, "what crosses", r.Crosses)
	if r.Outside != "" {
		fact(s, "outside", r.Outside)
		s.Value = e.and(map[string]any{"architecture": r.Title, "crosses": r.Crosses, "outside": r.Outside})
		return s
	}
	fact(s, "inequality", r.Inequality)
	if r.Width != "" {
		fact(s, "solved for "+r.Width, r.WidthText)
	}
	fact(s, "LaTeX", r.Latex)
	fact(s, "arithmetic", r.Arithmetic)
	params := paramGrid(s, "sizes, set with --arch \""+r.Name+" NAME=VALUE ...\"", r.Params)
	s.Value = e.and(map[string]any{"architecture": r.Title, "crosses": r.Crosses, "inequality": r.Inequality, "latex": r.Latex,
		"solved": r.WidthText, "arithmetic": r.Arithmetic, "params": params})
	return s
}

func showModel(m *models.Model) *report.Sheet {
	s, e := about("model", m.Name, m.Doc, m.Cite)
	g := report.Grid{Title: "constructions", Columns: []report.Column{{Name: "name"}, {Name: "tasks"}, {Name: "what it is", Long: true}}}
	names := []string{}
	for c := range zoo.Constructions().All() {
		if c.Model == m.Name {
			g.Add(c.Name, taskNames(c), firstLine(c.Doc))
			names = append(names, c.Name)
		}
	}
	s.Grids = append(s.Grids, g)
	s.Value = e.and(map[string]any{"constructions": names})
	return s
}

func taskNames(c *models.Construction) string {
	if slices.Contains(c.Tasks, "*") {
		return "every task"
	}
	return strings.Join(c.Tasks, " ")
}

func showConstruction(c *models.Construction) *report.Sheet {
	s, e := about("construction", c.Name, c.Doc, c.Cite)
	fact(s, "model", c.Model)
	fact(s, "tasks", taskNames(c))
	fact(s, "to use it", fmt.Sprintf("--model %s --set construction=%s", c.Model, c.Name))
	params := paramGrid(s, "numbers, set with --set", c.Params)
	choices := map[string][]string{}
	g := report.Grid{Title: "choices, set with --set", Columns: []report.Column{{Name: "name"}, {Name: "one of"}, {Name: "what it is", Long: true}}}
	for _, ch := range c.Choices {
		g.Add(ch.Name, strings.Join(ch.Of, " "), ch.Doc)
		choices[ch.Name] = ch.Of
	}
	s.Append(g)
	s.Value = e.and(map[string]any{"model": c.Model, "tasks": c.Tasks, "params": params, "choices": choices})
	return s
}

func showReduction(r *reductions.Reduction) *report.Sheet {
	s, e := about("reduction", r.Name, r.Doc, r.Cite)
	fact(s, "from problem", r.From.Name)
	fact(s, "to task", r.To.Name)
	g := report.Grid{Title: "the shortest sequences", Columns: []report.Column{
		{Name: "n", Right: true}, {Name: "N", Right: true}, {Name: "task sizes"}, {Name: "split"}, {Name: "read"}, {Name: "query fixed"}}}
	sizes := []map[string]any{}
	for n := 1; n <= 4; n++ {
		in, err := r.Instance(n, 0, tasks.Params{})
		if err != nil {
			continue
		}
		g.Add(strconv.Itoa(n), strconv.Itoa(in.Shape.N), report.Params(in.Shape.Params), in.At.String(), tasks.Ranges(in.Reads), report.Yes(in.QueryFixed()))
		sizes = append(sizes, map[string]any{"n": n, "N": in.Shape.N, "params": in.Shape.Params, "split": in.At.String(), "read": in.Reads, "query_fixed": in.QueryFixed()})
	}
	s.Grids = append(s.Grids, g)
	if in, err := r.Instance(2, 0, tasks.Params{}); err == nil {
		s.Grids = append(s.Grids, exampleGrid(in))
	}
	s.Value = e.and(map[string]any{"from": r.From.Name, "to": r.To.Name, "sizes": sizes})
	return s
}

// exampleGrid writes the map out for every pair at one small size.
func exampleGrid(in *reductions.Instance) report.Grid {
	g := report.Grid{Title: fmt.Sprintf("the map at n = %d", in.Size), Columns: []report.Column{{Name: "x"}, {Name: "y"}, {Name: "tokens", Long: true}, {Name: in.From.Name, Right: true}}}
	for i := range in.From.Xs(in.Size) {
		for j := range in.From.Ys(in.Size) {
			x, y := in.From.X(in.Size, i), in.From.Y(in.Size, j)
			var words []string
			for _, t := range in.Encode(x, y) {
				words = append(words, showToken(in.Shape, t))
			}
			want := "0"
			if in.Want(x, y) {
				want = "1"
			}
			g.Add(x.String(), in.From.ShowY(in.Size, y), strings.Join(words, " "), want)
		}
	}
	return g
}

// showToken writes a token as it stands in input files.
func showToken(sh tasks.Shape, t tasks.Token) string {
	b, err := json.Marshal(sh.Task.FormatToken(sh, t))
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// showPaper puts a paper on one screen: its main claim with the constant that was executed and
// its limits, and a line for each claim.
func showPaper(p *papers.Paper) *report.Sheet {
	s, e := about("paper", p.Name, p.Title, nil)
	e.Cite = p.Cite
	main := p.Theorem()
	fact(s, "citation", p.Citation)
	fact(s, "to execute it", "crosscut reproduce "+p.Name)
	fact(s, "main claim", fmt.Sprintf("%s (%s)", main.ID, main.Kind))
	fact(s, "it states", main.Statement)
	shown := showExecuted(s, p)
	limits := showLimits(s, main)
	for _, part := range main.Parts {
		switch part.Origin {
		case papers.CheckedHere, papers.ProvedHere:
			fact(s, string(part.Origin), part.What)
		default:
			fact(s, "not executed", string(part.Origin)+": "+part.What)
		}
	}
	g := report.Grid{Title: "claims, each in full with crosscut show " + p.Name + " CLAIM", Columns: []report.Column{{Name: "claim"}, {Name: "kind"}, {Name: "parts are"}, {Name: "in short", Long: true}}}
	ids := []string{}
	for _, c := range p.Claims {
		g.Add(c.ID, string(c.Kind), c.Basis(), cmp.Or(c.Short, c.Statement))
		ids = append(ids, c.ID)
	}
	s.Grids = append(s.Grids, g)
	limits["claim"], limits["statement"], limits["executed"], limits["executed_by"] = main.ID, main.Statement, p.Executed, shown
	s.Value = e.and(map[string]any{"citation": p.Citation, "claims": ids, "main": limits})
	return s
}

// showExecuted adds what was executed of a paper's main claim, and names the claims that show it.
func showExecuted(s *report.Sheet, p *papers.Paper) (by []string) {
	fact(s, "executed", p.Executed)
	for _, c := range p.Shown() {
		by = append(by, c.ID)
	}
	fact(s, "shown by", strings.Join(by, "; "))
	return by
}

// showLimits adds what a claim assumes and how far it was seen, and returns the same for JSON.
func showLimits(s *report.Sheet, c *papers.Claim) map[string]any {
	hypothesis, satisfiable, seen, _ := c.Limits()
	fact(s, "hypothesis", hypothesis)
	fact(s, "satisfiable at", satisfiable)
	fact(s, "stated in", c.Source)
	fact(s, "seen", seen)
	fact(s, "outside", c.Outside)
	return map[string]any{"hypothesis": hypothesis, "satisfiable_at": satisfiable, "source": c.Source, "seen": seen}
}

// showClaims explains the claims of that name, one in each paper that has it.
func showClaims(name string) (found []*report.Sheet) {
	for p := range papers.Catalog().All() {
		if cl, err := p.Claim(name); err == nil {
			found = append(found, showClaim(p, cl))
		}
	}
	return found
}

func showClaim(p *papers.Paper, c *papers.Claim) *report.Sheet {
	s, e := about("claim", c.ID, c.Statement, nil)
	e.Cite = p.Cite
	fact(s, "paper", fmt.Sprintf("%s (crosscut show %s)", p.Title, p.Name))
	fact(s, "kind", string(c.Kind))
	if c == p.Theorem() {
		showExecuted(s, p)
	}
	limits := showLimits(s, c)
	for _, v := range c.Conventions {
		fact(s, "convention", v)
	}
	fact(s, "to execute it", fmt.Sprintf("crosscut reproduce %s --claim %s", p.Name, quote(c.ID)))
	g := report.Grid{Title: "where each part comes from", Columns: []report.Column{{Name: "origin"}, {Name: "part", Long: true}}}
	for _, part := range c.Parts {
		g.Add(string(part.Origin), part.What)
	}
	s.Grids = append(s.Grids, g)
	maps.Copy(limits, map[string]any{"paper": p.Name, "claim_kind": c.Kind, "conventions": list(c.Conventions), "parts": c.Parts})
	s.Value = e.and(limits)
	return s
}
