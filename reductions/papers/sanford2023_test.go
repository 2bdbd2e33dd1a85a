package papers

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"crosscut/report"
)

// Every claim runs, nothing contradicts, and every lower bound shows a model that
// fails together with the input on which it fails.
func TestEveryClaimRunsQuickly(t *testing.T) {
	errata, err := os.ReadFile(filepath.Join("..", "..", "docs", "errata.md"))
	if err != nil {
		t.Fatal(err)
	}
	every := report.Table{Title: "Every claim of every paper"}
	growth := regexp.MustCompile(`of order|power of|Omega|O\(|linear|\bc N\b`)
	var only []string
	for paper := range Catalog().All() {
		table := report.Table{Title: paper.Title, Command: "crosscut reproduce"}
		for _, c := range paper.Claims {
			t.Run(c.ID, func(t *testing.T) {
				out := quickly(t, c)
				checkOutcome(t, c, out)
				for _, r := range out.Rows {
					r.Claim = c.ID
					table.Rows = append(table.Rows, r)
				}
				table.Growth = append(table.Growth, out.Growth...)
				s := paper.sum(c, out)
				table.Claims = append(table.Claims, s)
				if s.Verdict == report.Holds && (s.Control == "" || s.Failures == 0) {
					t.Error("it holds, and nothing was seen to fail")
				}
				if s.Only != "" {
					only = append(only, paper.Name+": "+c.ID)
				}
				if growth.MatchString(c.Statement) && s.Verdict == report.Holds && s.Only == "" && !c.comesFrom(ProvedHere) {
					t.Errorf("it speaks of an order of growth, nothing is proved, and it does not say that it is %s: %s", report.MapOnly, c.Statement)
				}
				if s.Verdict == report.Fails && !strings.Contains(string(errata), "\n## "+paper.Name+": "+c.ID+"\n") {
					t.Errorf("it fails as printed, and docs/errata.md has no note headed %s: %s", paper.Name, c.ID)
				}
			})
		}
		checkScreen(t, paper, table)
		if paper == Sanford2023 {
			checkReadme(t, "reproduce --quick", table.Screen(paper.Citation, nil))
		}
		every.Claims = append(every.Claims, table.Claims...)
	}
	if want := []string{"kozachinskiy2025strassen: Match3", "peng2024composition: thoughts needed", "sanford2024depth: corollary 5.3", "sanford2024depth: corollary 5.4", "sanford2024depth: corollary 5.6"}; !slices.Equal(only, want) {
		t.Errorf("%s: %q, want %q", report.MapOnly, only, want)
	}
	checkReadme(t, "reproduce --all --quick", every.Lines(nil))
	for _, l := range text(t, every.Lines(nil)) {
		if w := utf8.RuneCountInString(l); w > report.TextWidth {
			t.Errorf("a line a claim: %d columns: %s", w, l)
		}
	}
}

// checkReadme holds what README.md shows of a command, "..." for any lines or any part of one, to a sheet.
func checkReadme(t *testing.T, command string, s *report.Sheet) {
	t.Helper()
	readme, err := os.ReadFile(filepath.Join("..", "..", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, shown, ok := strings.Cut(string(readme), "crosscut "+command+"\n")
	shown, _, _ = strings.Cut(shown, "\n```")
	pattern := strings.ReplaceAll(regexp.QuoteMeta(shown), "\n\\.\\.\\.\n", "\n(?:.*\n)*")
	s.Command = "crosscut " + command + " --seed 1"
	if got := strings.Join(text(t, s), "\n"); !ok || !regexp.MustCompile("^"+strings.ReplaceAll(pattern, `\.\.\.`, ".*")+"$").MatchString(got) {
		t.Errorf("%s prints\n%s\nREADME.md shows\n%s", command, got, shown)
	}
}

// text is what a terminal shows of a sheet.
func text(t *testing.T, s *report.Sheet) []string {
	t.Helper()
	var b strings.Builder
	if err := report.Write(&b, "text", s, report.Style{}); err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimRight(b.String(), "\n"), "\n")
}

// checkScreen holds the first screen to a terminal's size.
func checkScreen(t *testing.T, paper *Paper, table report.Table) {
	t.Helper()
	lines := text(t, table.Screen(paper.Citation, nil))
	if len(lines) > 40 { // five more say where to look
		t.Errorf("%s: the first screen has %d lines", paper.Name, len(lines))
	}
	for _, l := range lines {
		if w := utf8.RuneCountInString(l); w > report.TextWidth && !strings.Contains(l, paper.Citation) {
			t.Errorf("%s: %d columns: %s", paper.Name, w, l)
		}
	}
	seen := map[string]bool{} // what a drawn line is of
	for _, l := range lines {
		if k := strings.Index(l, ".."); k > 0 && strings.ContainsAny(l, "▁▂▃▄▅▆▇█") {
			f := strings.Fields(l[:k])
			of := strings.Join(f[:len(f)-1], " ")
			if seen[of] {
				t.Errorf("%s: two lines of %s", paper.Name, of)
			}
			seen[of] = true
		}
	}
	for _, c := range table.Claims {
		if !strings.Contains(strings.Join(lines, "\n"), c.ID) {
			t.Errorf("%s: the first screen does not name %s", paper.Name, c.ID)
		}
	}
}

func checkOutcome(t *testing.T, c *Claim, out Outcome) {
	t.Helper()
	if len(out.Rows) == 0 {
		t.Fatal("no rows")
	}
	errs, planted := 0, 0
	for _, r := range out.Rows {
		if r.Needed != nil && r.NeededBy == "" {
			t.Errorf("nothing says whose need it is: %+v", r)
		}
		switch r.Verdict {
		case report.Contradiction:
			t.Errorf("contradiction: %+v", r)
		case report.Errs:
			if errs++; strings.HasPrefix(r.Note, "planted failure") || r.Printed {
				planted++
			}
			if r.Witness == "" || r.Wrong == 0 {
				t.Errorf("errs without a witness: %+v", r)
			}
		}
	}
	if c.Kind == Lower && errs == 0 {
		t.Error("a lower bound must show a failing input")
	}
	// Theorem 3 shows its converse too: the Radon point one dimension below.
	if c.Kind != Lower && c.ID != theorem3.ID && errs > planted {
		t.Errorf("%d rows err in a claim that is no lower bound", errs-planted)
	}
}

// Equal efforts give equal outcomes; another seed gives the same verdicts.
func TestClaimsAreFunctionsOfTheirEffort(t *testing.T) {
	for _, c := range []*Claim{theorem4, theorem7, theorem11} {
		outs := []Outcome{quickly(t, c)}
		for _, seed := range []uint64{1, 2} {
			out, err := c.Run(t.Context(), Effort{Level: Quick, Seed: seed})
			if err != nil {
				t.Fatal(err)
			}
			outs = append(outs, out)
		}
		if !reflect.DeepEqual(outs[0], outs[1]) {
			t.Errorf("%s: two runs with one seed differ", c.ID)
		}
		for k, r := range outs[2].Rows {
			if r.Verdict != outs[0].Rows[k].Verdict {
				t.Errorf("%s: row %d is %s with seed 1 and %s with seed 2", c.ID, k+1, outs[0].Rows[k].Verdict, r.Verdict)
			}
		}
	}
}

// What a claim calls proved must stand on a page that exists.
func TestProofsExist(t *testing.T) {
	page := regexp.MustCompile(`docs/[a-z0-9-]+\.md`)
	for paper := range Catalog().All() {
		for _, c := range paper.Claims {
			for _, part := range c.Parts {
				pages := page.FindAllString(part.What, -1)
				if part.Origin == ProvedHere && c.Kind != Comparison && len(pages) == 0 {
					t.Errorf("%s: proved where? %q", c.ID, part.What)
				}
				for _, p := range pages {
					if _, err := os.Stat(filepath.Join("..", "..", p)); err != nil {
						t.Errorf("%s: %v", c.ID, err)
					}
				}
			}
		}
	}
}

// TestSandwichesOfTheScreen: what the first screen prints as ours / needed at N = 4,096 (at
// 1,024 for feed-forward networks, where a quick run ends) stays within what was reached.
func TestSandwichesOfTheScreen(t *testing.T) {
	out := quickly(t, separation)
	for _, c := range []struct {
		task, model, of string
		n               int
		most            float64
	}{{"qsa", "rnn", "bits", 4096, 1}, {"qsa", "mlp", "rank", 1024, 1}, {"match3", "attention", "bits", 4096, 3}, {"qsa", "attention", "bits", 4096, 12}} {
		seen := 0
		for _, r := range out.Rows {
			if r.Task != c.task || r.Model != c.model || r.N == nil || *r.N != c.n || r.Size == nil {
				continue
			}
			seen++
			ratio, of, ok := r.Sandwich()
			if !ok || of != c.of || ratio < 1 || ratio > c.most+0.005 {
				t.Errorf("%s of %s: %.3f in %s, at most %.2f in %s wanted; %v", c.model, c.task, ratio, of, c.most, c.of, r.Params)
			}
		}
		if seen == 0 {
			t.Errorf("no row for %s of %s at N = %d", c.model, c.task, c.n)
		}
	}
}

// TestHandsExcludeLayers: theorem 7 prints from where on the exact cost of the half split
// excludes each layer, as docs/sanford2023.md has it.
func TestHandsExcludeLayers(t *testing.T) {
	out, err := gather(t, func(rows *collector) { rows.hands() })
	if err != nil {
		t.Fatal(err)
	}
	var got []int
	for _, r := range out.Rows {
		if got = append(got, *r.N); *r.Bits >= *r.Needed || r.Verdict == report.Meets || r.Runs > 0 {
			t.Errorf("%+v excludes nothing, or says that something ran", r)
		}
	}
	if want := []int{15, 5, 45, 13, 179, 37, 3611, 473}; !slices.Equal(got, want) {
		t.Errorf("layers are excluded from N = %v, want %v", got, want)
	}
}
