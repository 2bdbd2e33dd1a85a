package main

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"crosscut/reductions/papers"
	"crosscut/report"
)

// TestShowFitsAScreen: whoever knows a paper reads on one screen its main claim, the constant
// that was executed, what it assumes, where that can be had, how far the paper was seen, and what
// did not run; and each claim has a screen of its own.
func TestShowFitsAScreen(t *testing.T) {
	for p := range papers.Catalog().All() {
		main := p.Theorem()
		hypothesis, satisfiable, seen, _ := main.Limits()
		said := []string{"main claim " + main.ID, "it states " + main.Statement, "executed " + p.Executed, "hypothesis " + hypothesis, "satisfiable at " + satisfiable, "seen " + seen}
		for _, part := range main.Parts {
			name := string(part.Origin) + " "
			if part.Origin != papers.CheckedHere && part.Origin != papers.ProvedHere {
				name = "not executed " + string(part.Origin) + ": "
			}
			said = append(said, name+part.What)
		}
		for _, c := range p.Claims {
			said = append(said, c.ID+" "+string(c.Kind)+" "+c.Basis()+" "+c.Short)
		}
		onOneScreen(t, showPaper(p), said)
		for _, c := range p.Claims {
			hypothesis, satisfiable, seen, _ := c.Limits()
			said := []string{c.Statement, "hypothesis " + hypothesis, "satisfiable at " + satisfiable, "seen " + seen}
			if c == main {
				said = append(said, "executed "+p.Executed)
			}
			for _, part := range c.Parts {
				said = append(said, string(part.Origin)+" "+part.What)
			}
			onOneScreen(t, showClaim(p, c), said)
		}
	}
}

// TestWordsReadWell: a word that is also an entry's name comes first, each has a title of its own
// and no heads above its facts, and CSV keeps both.
func TestWordsReadWell(t *testing.T) {
	for _, word := range report.Words() {
		sheets := lookup(word)
		if sheets[0].Title != "word "+word {
			t.Errorf("%s: %q comes first", word, sheets[0].Title)
		}
		s := merge(sheets)
		var text, csv strings.Builder
		if err := errors.Join(report.Write(&text, "text", s, report.Style{}), report.Write(&csv, "csv", s, report.Style{})); err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(text.String(), "word "+word+"\n\nwhat ") {
			t.Errorf("%s:\n%s", word, text.String())
		}
		for _, s := range sheets {
			if !strings.Contains(csv.String(), strings.Fields(s.Fields[0].Value)[0]) {
				t.Errorf("%s: CSV leaves out %s:\n%s", word, s.Title, csv.String())
			}
		}
	}
}

// TestTheScreenEndsInFiveLines: with the forty of the claims (reductions/papers) that is a screen.
func TestTheScreenEndsInFiveLines(t *testing.T) {
	for p := range papers.Catalog().All() {
		s := report.Table{}.Screen("", lookFor(p.Name))
		if look := s.Grids[len(s.Grids)-1]; len(look.Rows) != 5 {
			t.Errorf("%d lines say where to look", len(look.Rows))
		}
		s.Title = "paper " + p.Name
		onOneScreen(t, s, nil)
	}
}

// onOneScreen holds a sheet to 45 lines of 100 columns in which all that is to be said stands.
func onOneScreen(t *testing.T, s *report.Sheet, said []string) {
	t.Helper()
	var b strings.Builder
	s.Command = "crosscut show '" + strings.SplitN(s.Title, " ", 2)[1] + "'"
	if err := report.Write(&b, "text", s, report.Style{}); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimRight(b.String(), "\n"), "\n")
	if len(lines) > 45 {
		t.Errorf("%s: %d lines", s.Title, len(lines))
	}
	for _, l := range lines {
		if w := utf8.RuneCountInString(l); w > report.TextWidth {
			t.Errorf("%s: %d columns: %s", s.Title, w, l)
		}
	}
	text := strings.Join(strings.Fields(b.String()), " ")
	for _, what := range said {
		if !strings.Contains(text, strings.Join(strings.Fields(what), " ")) {
			t.Errorf("%s: the screen does not say: %s", s.Title, what)
		}
	}
}

// The main claim stands in JSON too.
func TestShowMainClaim(t *testing.T) {
	var got struct {
		Cite []string
		Main map[string]any
	}
	data, err := json.Marshal(showPaper(papers.Peng2024Composition).Value)
	if err == nil {
		err = json.Unmarshal(data, &got)
	}
	if err != nil || got.Main["claim"] != "one layer" || got.Main["executed"] == "" || !reflect.DeepEqual(got.Main["executed_by"], []any{"one layer"}) || got.Main["satisfiable_at"] != "n = 85" || len(got.Cite) != 1 {
		t.Errorf("%v, %v", err, got)
	}
}
