package docs_test

import (
	"regexp"
	"strings"
	"testing"

	"crosscut/docs"
	"crosscut/models/audit"
	"crosscut/models/tasks"
	"crosscut/models/zoo"
	"crosscut/protocol/problems"
	"crosscut/reductions"
	"crosscut/reductions/rules"
)

var key = regexp.MustCompile("(?m)^- `([A-Za-z0-9]+)`: ")

// TestCitationsResolve: what an entry of any catalogue cites is a key of
// references.md, or "derived here: docs/NAME.md" for a text that exists.
func TestCitationsResolve(t *testing.T) {
	text, ok := docs.Text("references")
	if !ok {
		t.Fatal("there is no docs/references.md")
	}
	known := map[string]bool{}
	last := ""
	for _, m := range key.FindAllStringSubmatch(text, -1) {
		if m[1] <= last {
			t.Errorf("references.md: %s stands after %s", m[1], last)
		}
		last, known[m[1]] = m[1], true
	}
	cited := 0
	check := func(who string, cites []string) {
		for _, c := range cites {
			cited++
			if !resolves(known, c) {
				t.Errorf("%s cites %q, which is neither in docs/references.md nor a text of docs", who, c)
			}
		}
	}
	for e := range tasks.Catalog().All() {
		check("task "+e.Name, e.Cite)
	}
	for e := range problems.Catalog().All() {
		check("problem "+e.Name, e.Cite)
		for _, c := range e.Costs {
			check("problem "+e.Name, c.Cite)
		}
	}
	for e := range zoo.Catalog().All() {
		check("model "+e.Name, e.Cite)
	}
	for e := range zoo.Constructions().All() {
		check("construction "+e.Name, e.Cite)
	}
	for e := range reductions.Catalog().All() {
		check("reduction "+e.Name, e.Cite)
	}
	for e := range rules.Catalog().All() {
		check("rule "+e.Name, e.Cite)
	}
	for e := range audit.Catalog().All() {
		check("architecture "+e.Type, e.Cite)
	}
	if cited == 0 {
		t.Error("nothing cites anything")
	}
	for _, wrong := range []string{"Nobody2099", "derived here: docs/nowhere.md", "derived here", ""} {
		if resolves(known, wrong) {
			t.Errorf("%q passes for a citation", wrong)
		}
	}
}

func resolves(known map[string]bool, cite string) bool {
	if name, ok := strings.CutPrefix(cite, "derived here: docs/"); ok {
		_, exists := docs.Text(strings.TrimSuffix(name, ".md"))
		return exists
	}
	return known[cite]
}
