package smallest

import (
	"encoding/json"
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
	for _, c := range []struct {
		task    string
		n, want int
	}{{"induction-heads", 4, 4}, {"induction-heads", 5, 5}, {"k-hop", 5, 5}} {
		if c.n == 5 && !long.Tests() {
			continue
		}
		if r := fresh(t, shape(t, c.task, c.n, nil), "attention"); !r.Exact || r.Upper != c.want {
			t.Errorf("%s at N = %d: %d to %d, want %d", c.task, c.n, r.Lower, r.Upper, c.want)
		}
	}
}

// TestOrderOfPositions: a search that is said to end in some order of the positions names each once, and may be done in
// any.
func TestOrderOfPositions(t *testing.T) {
	file := fresh(t, shape(t, "eq", 4, nil), "attention").File
	for _, c := range []struct {
		order string
		ok    bool
	}{{`[1,2,3,4]`, true}, {`[4,2,1,3]`, true}, {`[]`, false}, {`[1,2,3]`, false}, {`[1,2,3,3]`, false}, {`[0,1,2,3]`, false}, {`[2,3,4,5]`, false}, {`[1,2,3,4,4]`, false}} {
		file.Lower.Evidence = json.RawMessage(`{"kind":"exhausted","bits":1,"order":` + c.order + `}`)
		if certified(t, file) != c.ok {
			t.Errorf("order %s: accepted is not %v", c.order, c.ok)
		}
	}
}

// certified says whether the checker accepts a file.
func certified(t *testing.T, file *proof.File) bool {
	t.Helper()
	raw, err := json.Marshal(file)
	if err != nil {
		t.Fatal(err)
	}
	return accepted(raw)
}

// TestLargeIdentitiesAreNotWritten: an identity of very many columns is named, and no evidence.
func TestLargeIdentitiesAreNotWritten(t *testing.T) {
	for n, written := range map[int]bool{mostColumns: true, mostColumns + 1: false} {
		r := fresh(t, shape(t, "qsa", n, nil), "mlp")
		if !r.Exact || r.Upper != n || (r.File.Upper != nil) != written || (len(r.Notes) == 0) != written {
			t.Errorf("N = %d: %d to %d, written %v, %q", n, r.Lower, r.Upper, r.File.Upper != nil, r.Notes)
		}
	}
}
