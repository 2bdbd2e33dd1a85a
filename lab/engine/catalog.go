package engine

import (
	"context"

	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/models/zoo"
	"crosscut/protocol"
	"crosscut/protocol/problems"
	"crosscut/reductions"
	"crosscut/reductions/papers"
)

// The catalogue is everything that the pages choose from. Nothing in the pages is
// listed by hand: a new task, model, reduction or claim appears by itself.

type taskEntry struct {
	Name        string       `json:"name"`
	Doc         string       `json:"doc"`
	Params      []paramEntry `json:"params"`
	PublicFirst bool         `json:"public_first"`
	Binary      bool         `json:"binary"`
	Models      []string     `json:"models"`
}

type paramEntry struct {
	Name string  `json:"name"`
	Doc  string  `json:"doc"`
	Min  float64 `json:"min"`
	Max  float64 `json:"max"` // the lab's limit
	Real bool    `json:"real"`
}

type constructionEntry struct {
	Name    string          `json:"name"`
	Model   string          `json:"model"`
	Tasks   []string        `json:"tasks"`
	Doc     string          `json:"doc"`
	Params  []paramEntry    `json:"params"`
	Choices []models.Choice `json:"choices"`
}

type namedEntry struct {
	Name string `json:"name"`
	Doc  string `json:"doc"`
}

type reductionEntry struct {
	Name string `json:"name"`
	Doc  string `json:"doc"`
	From string `json:"from"`
	To   string `json:"to"`
	Y    string `json:"y"` // "bits", or "position" where y is one of 1..n
}

type inequalityEntry struct {
	Name      string        `json:"name"`
	Paper     string        `json:"paper"`
	Claim     string        `json:"claim"`
	Title     string        `json:"title"`
	Formula   string        `json:"formula"`
	Reduction string        `json:"reduction"`
	Task      string        `json:"task"`
	Model     string        `json:"model"`
	Sizes     []papers.Size `json:"sizes"`
	MaxN      int           `json:"max_n"`
}

type claimEntry struct {
	ID          string        `json:"id"`
	Kind        papers.Kind   `json:"kind"`
	Statement   string        `json:"statement"`
	Source      string        `json:"source"`
	Conventions []string      `json:"conventions"`
	Parts       []papers.Part `json:"parts"`
}

type paperEntry struct {
	Name     string       `json:"name"`
	Title    string       `json:"title"`
	Citation string       `json:"citation"`
	Claims   []claimEntry `json:"claims"`
}

type catalogAnswer struct {
	Tasks         []taskEntry         `json:"tasks"`
	Models        []namedEntry        `json:"models"`
	Constructions []constructionEntry `json:"constructions"`
	Problems      []namedEntry        `json:"problems"`
	Reductions    []reductionEntry    `json:"reductions"`
	Inequalities  []inequalityEntry   `json:"inequalities"`
	Papers        []paperEntry        `json:"papers"`
	Limits        map[string]int      `json:"limits"`
}

var _ = operate("catalog", func(context.Context, struct{}) (any, error) {
	a := &catalogAnswer{Limits: map[string]int{"cut": mostCut, "grow": mostGrow, "matrix": mostLines, "break": mostBreak, "reduce": mostReduce, "table": mostLength}}
	for t := range tasks.Catalog().All() {
		e := taskEntry{Name: t.Name, Doc: t.Doc, Params: paramEntries(t.Params), PublicFirst: t.PublicFirst, Binary: t.Binary, Models: []string{}}
		for m := range zoo.Catalog().All() {
			if len(zoo.For(m.Name, t.Name)) > 0 {
				e.Models = append(e.Models, m.Name)
			}
		}
		a.Tasks = append(a.Tasks, e)
	}
	for m := range zoo.Catalog().All() {
		a.Models = append(a.Models, namedEntry{m.Name, m.Doc})
	}
	for c := range zoo.Constructions().All() {
		a.Constructions = append(a.Constructions, constructionEntry{c.Name, c.Model, c.Tasks, c.Doc, paramEntries(c.Params), list(c.Choices)})
	}
	for p := range problems.Catalog().All() {
		a.Problems = append(a.Problems, namedEntry{p.Name, p.Doc})
	}
	for r := range reductions.Catalog().All() {
		if !r.From.Domain(1, protocol.Alice).Plain() {
			continue // the rooms show Alice's bits
		}
		e := reductionEntry{r.Name, r.Doc, r.From.Name, r.To.Name, "bits"}
		if !r.From.Strings(1) {
			e.Y = "position"
		}
		a.Reductions = append(a.Reductions, e)
	}
	for q := range papers.Inequalities().All() {
		a.Inequalities = append(a.Inequalities, inequalityEntry{q.Name, q.Paper.Name, q.Claim.ID, q.Title, q.Formula, q.Reduction.Name, q.Reduction.To.Name, q.Rule.Of(), q.Sizes(), q.MaxN})
	}
	for p := range papers.Catalog().All() {
		e := paperEntry{Name: p.Name, Title: p.Title, Citation: p.Citation}
		for _, c := range p.Claims {
			e.Claims = append(e.Claims, claimEntry{c.ID, c.Kind, c.Statement, c.Source, list(c.Conventions), c.Parts})
		}
		a.Papers = append(a.Papers, e)
	}
	return a, nil
})

func paramEntries(ps []tasks.Param) []paramEntry {
	out := []paramEntry{}
	for _, p := range ps {
		out = append(out, paramEntry{p.Name, p.Doc, p.Min, p.MostInLab(), p.Real})
	}
	return out
}
