package main

import (
	"slices"
	"strings"

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
	name:  "list",
	usage: "list everything there is, by kind",
	about: "Lists the entries of every catalogue with a line on each, or of one KIND: tasks, problems, matrices, measures, models, constructions, reductions, rules, papers, claims. crosscut show NAME says more about any of them.",
	args:  "[KIND]", maxArgs: 1,
	run: func(c *call) error {
		kinds := catalogues()
		if only := c.argument(0); only != "" {
			at := slices.IndexFunc(kinds, func(k kind) bool { return k.Name == only })
			if at < 0 {
				var known []string
				for _, k := range kinds {
					known = append(known, k.Name)
				}
				return catalog.Unknown("kind", only, known)
			}
			kinds = kinds[at : at+1]
		}
		s := &report.Sheet{}
		value := map[string][]item{}
		flat := report.Grid{Columns: []report.Column{{Name: "kind"}, {Name: "name"}, {Name: "doc"}}}
		for _, k := range kinds {
			g := report.Grid{Title: k.Name, Columns: []report.Column{{Name: "name"}, {Name: "what it is", Long: true}}}
			for _, e := range k.Items {
				g.Add(e.Name, e.Doc)
				flat.Add(k.Name, e.Name, e.Doc)
			}
			s.Grids = append(s.Grids, g)
			value[k.Name] = k.Items
		}
		s.Value, s.Flat = value, &flat
		return c.emit(s)
	},
})

// kind is one catalogue, as lists print it.
type kind struct {
	Name  string
	Items []item
	Show  func(name string) []*report.Sheet // nothing where it has no such entry
}

type item struct {
	Name string `json:"name"`
	Doc  string `json:"doc"` // one line
}

// catalogues reads all catalogues.
func catalogues() []kind {
	measured := kind{"measures", []item{}, showMeasures}
	for _, m := range check.Measures() {
		measured.Items = append(measured.Items, item{m.Name, m.Doc})
	}
	claims := kind{"claims", []item{}, showClaims}
	for p := range papers.Catalog().All() {
		for _, c := range p.Claims {
			claims.Items = append(claims.Items, item{c.ID, "(" + p.Name + ") " + firstLine(c.Statement)})
		}
	}
	return []kind{
		items("tasks", tasks.Catalog(), showTask, func(t *tasks.Task) string { return t.Doc }),
		items("problems", problems.Catalog(), showProblem, func(p *problems.Problem) string { return p.Doc }),
		items("matrices", named.Catalog(), showMatrix, func(f *named.Family) string { return f.Doc }),
		measured,
		items("models", zoo.Catalog(), showModel, func(m *models.Model) string { return m.Doc }),
		items("constructions", zoo.Constructions(), showConstruction, func(m *models.Construction) string { return m.Doc }),
		items("reductions", reductions.Catalog(), showReduction, func(r *reductions.Reduction) string { return r.Doc }),
		items("rules", rules.Catalog(), showRule, func(r *rules.Rule) string { return r.Doc }),
		items("papers", papers.Catalog(), showPaper, func(p *papers.Paper) string { return p.Title }),
		claims,
	}
}

func items[E catalog.Entry](name string, from *catalog.Catalog[E], show func(E) *report.Sheet, doc func(E) string) kind {
	k := kind{name, []item{}, func(name string) []*report.Sheet {
		e, err := from.Get(name)
		if err != nil {
			return nil
		}
		if s := show(e); s != nil {
			return []*report.Sheet{s}
		}
		return nil
	}}
	for e := range from.All() {
		k.Items = append(k.Items, item{e.ID(), firstLine(doc(e))})
	}
	return k
}

// firstLine is the first sentence or line of a text, for lists. An ellipsis, as in
// x_1 + ... + x_n, ends no sentence.
func firstLine(s string) string {
	s, _, _ = strings.Cut(s, "\n")
	for at := 0; ; {
		i := strings.Index(s[at:], ". ")
		if i < 0 {
			break
		}
		if at += i + 2; at > 2 && s[at-3] != '.' {
			s = s[:at-2]
			break
		}
	}
	return strings.TrimSuffix(strings.TrimSpace(s), ".")
}
