package smallest

import (
	"fmt"
	"strings"
	"testing"

	"crosscut/docs"
	"crosscut/internal/long"
	"crosscut/models/tasks"
	"crosscut/reductions/smallest/proof"
)

// TestTableOfTheDocs finds every interval of the table of docs/smallest.md again.
func TestTableOfTheDocs(t *testing.T) {
	doc, _ := docs.Text("smallest")
	for _, task := range []string{"qsa", "match2", "match3", "induction-heads", "eq", "disj"} {
		for _, n := range []int{3, 4, 5} {
			var set tasks.Params
			if task == "qsa" {
				set = tasks.Params{"q": 1}
			}
			line := fmt.Sprintf("| %s | %d |", task, n)
			for _, model := range []string{"rnn", "attention", "mlp"} {
				if task == "match3" && n == 5 && model == "attention" && !long.Tests() {
					line += " 11 to 14 |" // seconds
					continue
				}
				r := find(t, shape(t, task, n, set), model)
				if line += fmt.Sprintf(" %d", r.Lower); !r.Exact {
					line += fmt.Sprintf(" to %d", r.Upper)
				}
				line += " |"
			}
			if !strings.Contains(doc, "\n"+line+"\n") {
				t.Errorf("docs/smallest.md has no line %q", line)
			}
		}
	}
}

// TestLongSearchesClose: what the docs say of searches that go on.
func TestLongSearchesClose(t *testing.T) {
	defer func(n int) { deepest = n }(deepest)
	deepest = proof.MostSteps
	for n, want := range map[int]int{4: 4, 5: 5} {
		if n == 5 && !long.Tests() {
			continue
		}
		if r := find(t, shape(t, "induction-heads", n, nil), "attention"); !r.Exact || r.Upper != want {
			t.Errorf("induction heads at N = %d: %d to %d, want %d", n, r.Lower, r.Upper, want)
		}
	}
}
