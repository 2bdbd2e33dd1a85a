package smallest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"crosscut/internal/long"
	"crosscut/models/tasks"
	"crosscut/reductions"
	"crosscut/reductions/matrix"
	"crosscut/reductions/smallest/proof"
)

func init() { deepest = 1 << 14 } // one pass of the search for values

func shape(t testing.TB, task string, n int, set tasks.Params) tasks.Shape {
	t.Helper()
	k, err := proof.Task(task)
	if err != nil {
		t.Fatal(err)
	}
	sh, err := k.Shape(n, set)
	if err != nil {
		t.Fatal(err)
	}
	return sh
}

type world struct {
	task string
	n    int
	set  tasks.Params
}

// small are worlds in which every kind is tried.
var small = []world{
	{"qsa", 2, nil}, {"qsa", 3, tasks.Params{"q": 1}}, {"qsa", 3, tasks.Params{"q": 2}}, {"qsa", 4, tasks.Params{"q": 1}}, {"qsa", 4, tasks.Params{"q": 2}}, {"qsa", 4, tasks.Params{"q": 3}}, {"qsa", 5, tasks.Params{"q": 2}},
	{"qsa", 3, tasks.Params{"q": 1, "d": 2}}, {"qsa", 3, tasks.Params{"q": 3}},
	{"match2", 3, nil}, {"match2", 5, nil}, {"match3", 3, nil}, {"match3", 4, nil}, {"match3", 5, tasks.Params{"M": 7}}, {"match3", 1, nil},
	{"match-s", 4, tasks.Params{"M": 7}}, {"match3-bigram", 4, tasks.Params{"M": 6}}, {"match3-local", 4, tasks.Params{"M": 6}},
	{"induction-heads", 4, nil}, {"induction-heads", 5, nil}, {"cycle3", 4, tasks.Params{"nodes": 4}}, {"cycle5", 5, tasks.Params{"nodes": 5}},
	{"eq", 4, nil}, {"eq", 5, nil}, {"disj", 4, nil}, {"disj", 5, nil}, {"index", 4, nil}, {"connectivity", 4, tasks.Params{"nodes": 5}},
}

// TestEveryEndIsCertified: in every small world both ends have evidence that the checker
// accepts, and rnn and mlp close.
func TestEveryEndIsCertified(t *testing.T) {
	for _, w := range small {
		for k := range Kinds().All() {
			sh := shape(t, w.task, w.n, w.set)
			r := find(t, sh, k.Name)
			if r.Exact != (r.Lower == r.Upper) || r.Lower > r.Upper {
				t.Errorf("%v, %s: %d to %d, exact %v", w, k.Name, r.Lower, r.Upper, r.Exact)
			}
			promise := sh.Task.CheckSeq != nil
			if k.Name == "rnn" && !r.Exact && !promise || k.Name == "mlp" && !r.Exact && sh.Params["q"] != float64(w.n) && w.n > 1 {
				t.Errorf("%v, %s: %d to %d does not close", w, k.Name, r.Lower, r.Upper)
			}
			checked(t, r)
		}
	}
}

// checked runs the file through its written form and the checker.
func checked(t *testing.T, r *Result) {
	t.Helper()
	if r.File.Lower == nil && r.File.Upper == nil {
		if r.Upper > 0 || r.Lower > 0 {
			t.Errorf("%s, %s, N = %d: no evidence", r.Model, r.Task, r.N)
		}
		return
	}
	raw, err := json.Marshal(r.File)
	if err != nil {
		t.Fatal(err)
	}
	f, err := proof.Read(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	got, err := f.Check(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range got {
		claimed := r.Lower
		if g.End == "upper" {
			claimed = r.Upper
		} else if need, _ := known(shape(t, r.Task, r.N, r.Params)); r.Model == "rnn" && r.Lower == int(need.Bits) {
			claimed = min(claimed, g.Claimed) // a need stands in no file
		}
		if g.Err != nil || g.Claimed != claimed && (g.End == "upper" || r.Lower > 0) {
			t.Errorf("%s, %s, N = %d, %v: %+v, the result says %d to %d", r.Model, r.Task, r.N, r.Params, g, r.Lower, r.Upper)
		}
	}
}

// TestStatesAgreeWithTheMatrix compares the state bits with the profile that bounds
// computes on the whole table, and Match3's states with the closed form.
func TestStatesAgreeWithTheMatrix(t *testing.T) {
	for _, w := range small {
		sh := shape(t, w.task, w.n, w.set)
		if _, err := tasks.Catalog().Get(w.task); err != nil { // a problem
			continue
		}
		if sh.Task == tasks.QSA && sh.N > 4 || sh.N == 1 || sh.Task.CheckSeq != nil || sh.Int("d") > 1 {
			continue
		}
		split, err := sh.ParseSplit("half")
		if err != nil {
			t.Fatal(err)
		}
		cut, err := matrix.NewCut(sh, split, []int{sh.DefaultRead()})
		if err != nil {
			t.Fatal(err)
		}
		states, err := cut.Profile(context.Background(), nil)
		if err != nil {
			t.Fatal(err)
		}
		most := 0
		for _, s := range states {
			most = max(most, s.Bits.Lower)
		}
		if r := find(t, sh, "rnn"); r.Lower != most {
			t.Errorf("%v: %d bits of state, the matrix has %d", w, r.Lower, most)
		}
	}
	sh := shape(t, "match3", 5, nil)
	r := find(t, sh, "rnn")
	var want []int
	for a := range 4 {
		rows := 1
		if a > 0 {
			rows = int(reductions.Match3Rows(a, sh.Int("M")).Int64())
		}
		want = append(want, rows)
	}
	want[1] = 24 // one value of 25: 1 and M - 2 alike with those that never match, or always
	if got := r.Witness.(map[string]any)["states"].([]int); !slices.Equal(got, want) {
		t.Errorf("match3 at N = 5: %v states, the closed form says %v", got, want)
	}
}

// TestKnownSizes pins what docs/smallest.md derives.
func TestKnownSizes(t *testing.T) {
	for _, c := range []struct {
		world
		model        string
		lower, upper int
	}{
		{world{"qsa", 3, tasks.Params{"q": 1}}, "rnn", 2, 2}, {world{"qsa", 5, tasks.Params{"q": 1}}, "rnn", 4, 4}, {world{"qsa", 5, tasks.Params{"q": 2}}, "rnn", 5, 5},
		{world{"qsa", 5, tasks.Params{"q": 2}}, "mlp", 5, 5}, {world{"qsa", 3, tasks.Params{"q": 1, "d": 2}}, "mlp", 6, 6},
		{world{"qsa", 5, tasks.Params{"q": 1}}, "attention", 2, 2}, {world{"qsa", 6, tasks.Params{"q": 2}}, "attention", 4, 4}, {world{"qsa", 4, tasks.Params{"q": 2}}, "attention", 3, 3}, {world{"qsa", 4, tasks.Params{"q": 3, "eps": .5}}, "attention", 0, 3},
		{world{"match2", 6, nil}, "rnn", 1, 1}, {world{"match2", 5, nil}, "attention", 1, 1}, {world{"match2", 5, nil}, "mlp", 1, 1},
		{world{"eq", 6, nil}, "rnn", 3, 3}, {world{"disj", 6, nil}, "rnn", 3, 3}, {world{"index", 6, nil}, "rnn", 5, 5}, {world{"gt", 6, nil}, "rnn", 3, 3},
		{world{"eq", 5, nil}, "attention", 2, 2}, {world{"disj", 5, nil}, "attention", 2, 2}, {world{"majority", 5, nil}, "attention", 1, 1}, {world{"eq", 6, nil}, "mlp", 1, 1},
		{world{"match3-bigram", 6, nil}, "rnn", 6, 6}, {world{"match3-local", 6, nil}, "rnn", 6, 6}, {world{"cycle3", 6, nil}, "rnn", 9, 9}, {world{"cycle5", 5, tasks.Params{"nodes": 6}}, "rnn", 5, 5}, {world{"cycle5", 5, nil}, "rnn", 8, 8}, {world{"cycle5", 4, nil}, "rnn", 0, 0},
		{world{"connectivity", 6, nil}, "rnn", 0, 0}, {world{"induction-heads", 6, nil}, "rnn", 5, 5}, {world{"string-eq", 6, nil}, "rnn", 3, 3}, {world{"dyck", 6, nil}, "rnn", 3, 3},
		{world{"match3", 4, nil}, "rnn", 7, 7}, {world{"match3", 5, nil}, "rnn", 11, 11}, {world{"match3", 1, nil}, "rnn", 0, 0},
	} {
		if r := find(t, shape(t, c.task, c.n, c.set), c.model); r.Lower != c.lower || r.Upper != c.upper {
			t.Errorf("%v, %s: %d to %d, want %d to %d", c.world, c.model, r.Lower, r.Upper, c.lower, c.upper)
		}
	}
}

// TestBeyondThePromise: rows that count what is no input make an automaton at N = 6, whose
// states inputs tell apart; the certificate speaks of more prefixes than were ever compared.
func TestBeyondThePromise(t *testing.T) {
	if !long.Tests() {
		t.Skip("ten seconds; CROSSCUT_LONG is not set")
	}
	r := find(t, shape(t, "cycle5", 6, nil), "rnn")
	if r.Lower != 15 || r.Upper != 15 {
		t.Errorf("cycle5 at N = 6: %d to %d bits", r.Lower, r.Upper)
	}
	checked(t, r)
}

// TestAlikePairs holds the lines of Pairs against a comparison of every two prefixes.
func TestAlikePairs(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{1, 2, 63, 64, 65, 130} {
		clash := func(u, v int) bool { return u+v == 3 || u*v == 2 } // 0 with 3, 1 with 2
		pairs, alike := proof.NewPairs(n), map[[2]int]bool{}
		for k := range n {
			for l := range k {
				alike[[2]int{k, l}] = true
			}
		}
		for range 6 {
			of := make([]int, n)
			for k := range of {
				of[k] = rng.IntN(5) - 1
			}
			pairs.Saw(of, clash)
			for p := range alike {
				if u, v := of[p[0]], of[p[1]]; u >= 0 && v >= 0 && clash(u, v) {
					delete(alike, p)
				}
			}
		}
		pairs.Alike(func(k, l int) bool {
			if !alike[[2]int{k, l}] {
				t.Errorf("%d prefixes: %d and %d are apart, or came twice", n, k, l)
			}
			delete(alike, [2]int{k, l})
			return true
		})
		if len(alike) > 0 {
			t.Errorf("%d prefixes: pairs %v were not named", n, alike)
		}
	}
}

// TestStoppedSearchesAreTrue: an interval that was cut short still holds the size.
func TestStoppedSearchesAreTrue(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, w := range small {
		for k := range Kinds().All() {
			sh := shape(t, w.task, w.n, w.set)
			r, err := Find(ctx, sh, k.Name)
			if r == nil {
				t.Fatal(err)
			}
			whole := find(t, sh, k.Name)
			if r.Lower > whole.Lower || r.Upper < whole.Upper {
				t.Errorf("%v, %s: %d to %d when stopped, %d to %d", w, k.Name, r.Lower, r.Upper, whole.Lower, whole.Upper)
			}
		}
	}
	// A world too large for an automaton: the ends are those of a part, and of raw tokens.
	r := find(t, shape(t, "cycle3", 7, nil), "rnn")
	if r.Exact || r.Lower < 1 || r.Upper < 15 || len(r.Notes) == 0 {
		t.Errorf("cycle3 at N = 7: %+v", r)
	}
	checked(t, r)
}

// TestForgedFiles: whatever is altered in a certificate, the checker refuses.
func TestForgedFiles(t *testing.T) {
	evidence := func(end *proof.End, change func(e map[string]any)) {
		var e map[string]any
		if err := json.Unmarshal(end.Evidence, &e); err != nil {
			t.Fatal(err)
		}
		change(e)
		end.Evidence, _ = json.Marshal(e)
	}
	at := func(e map[string]any, name string, path ...int) []any {
		list := e[name].([]any)
		for _, k := range path {
			list = list[k].([]any)
		}
		return list
	}
	rnn := func() *proof.File { return fresh(t, shape(t, "match3", 4, nil), "rnn").File }
	near := func() *proof.File { return fresh(t, shape(t, "qsa", 4, nil), "rnn").File }
	head := func() *proof.File { return fresh(t, shape(t, "match3", 3, nil), "attention").File }
	keys := func() *proof.File { return fresh(t, shape(t, "qsa", 5, nil), "attention").File }
	dense := func() *proof.File { return fresh(t, shape(t, "qsa", 3, nil), "mlp").File }
	bigrams := func() *proof.File { return countedFile(t) }
	digits := func() *proof.File { return fresh(t, shape(t, "match2", 3, nil), "mlp").File }
	for name, c := range map[string]struct {
		make   func() *proof.File
		forge  func(f *proof.File)
		reason string
	}{
		"a higher lower end": {rnn, func(f *proof.File) { f.Lower.Number++ }, "proves 7, not 8"},
		"a lower upper end":  {rnn, func(f *proof.File) { f.Upper.Number-- }, "proves 7, not 6"},
		"fewer prefixes": {rnn, func(f *proof.File) {
			evidence(f.Lower, func(e map[string]any) { e["prefixes"] = at(e, "prefixes")[:64] })
		}, "proves 6"},
		"a prefix twice": {rnn, func(f *proof.File) {
			evidence(f.Lower, func(e map[string]any) { at(e, "prefixes")[1] = at(e, "prefixes")[0] })
		}, "apart"},
		"no suffix":               {rnn, func(f *proof.File) { evidence(f.Lower, func(e map[string]any) { e["suffixes"] = []any{} }) }, "apart"},
		"a token of no alphabet":  {rnn, func(f *proof.File) { evidence(f.Lower, func(e map[string]any) { at(e, "prefixes", 0)[1] = 99 }) }, "none of the world"},
		"another public token":    {rnn, func(f *proof.File) { evidence(f.Lower, func(e map[string]any) { e["fixed"] = 2 }) }, "is public, not 2"},
		"no public token":         {rnn, func(f *proof.File) { evidence(f.Lower, func(e map[string]any) { e["fixed"] = 0 }) }, "is public, not 0"},
		"a cut beyond the end":    {rnn, func(f *proof.File) { evidence(f.Lower, func(e map[string]any) { e["after"] = 4 }) }, "cut after 4"},
		"an unknown kind":         {rnn, func(f *proof.File) { evidence(f.Lower, func(e map[string]any) { e["kind"] = "trust" }) }, "unknown kind"},
		"evidence of another end": {rnn, func(f *proof.File) { f.Lower.Evidence = f.Upper.Evidence }, "other end"},
		"another model":           {rnn, func(f *proof.File) { f.Model = "mlp" }, "says nothing"},
		"another unit":            {rnn, func(f *proof.File) { f.Unit = proof.FirstRank }, "say nothing about"},
		"another task":            {rnn, func(f *proof.File) { f.Task, f.N = "match2", 4 }, ""},
		"an unknown field":        {rnn, func(f *proof.File) { evidence(f.Upper, func(e map[string]any) { e["more"] = 1 }) }, "more"},
		"a wrong transition": {rnn, func(f *proof.File) {
			evidence(f.Upper, func(e map[string]any) { at(e, "next", 2, 0)[2] = 1 - at(e, "next", 2, 0)[2].(float64)/100 })
		}, ""},
		"states joined": {rnn, func(f *proof.File) {
			evidence(f.Upper, func(e map[string]any) { at(e, "next", 1, 0)[3] = at(e, "next", 1, 0)[4] })
		}, "the definition says"},
		"no first state":      {rnn, func(f *proof.File) { evidence(f.Upper, func(e map[string]any) { e["next"] = []any{} }) }, "one first state"},
		"answers swapped":     {rnn, func(f *proof.File) { evidence(f.Upper, func(e map[string]any) { slices.Reverse(at(e, "out")) }) }, "the definition says"},
		"near: answers moved": {near, func(f *proof.File) { evidence(f.Upper, func(e map[string]any) { at(e, "out", 0)[0] = 0.9 }) }, "the definition says"},
		"near: a prefix twice": {near, func(f *proof.File) {
			evidence(f.Lower, func(e map[string]any) { at(e, "prefixes")[1] = at(e, "prefixes")[0] })
		}, "apart"},
		"values: one moved": {head, func(f *proof.File) {
			evidence(f.Upper, func(e map[string]any) { v := at(e, "values", 1); v[3] = v[4] })
		}, "stands for"},
		"values: one missing": {head, func(f *proof.File) {
			evidence(f.Upper, func(e map[string]any) { e["values"].([]any)[1] = at(e, "values", 1)[1:] })
		}, "values for"},
		"values: the query moves":    {head, func(f *proof.File) { evidence(f.Lower, func(e map[string]any) { e["fixed"] = 0 }) }, "public"},
		"counted: a bit more":        {bigrams, func(f *proof.File) { f.Lower.Number++ }, "proves"},
		"counted: the read position": {bigrams, func(f *proof.File) { evidence(f.Lower, func(e map[string]any) { e["at"] = []any{1, 3} }) }, "not read"},
		"counted: one position":      {bigrams, func(f *proof.File) { evidence(f.Lower, func(e map[string]any) { e["at"] = []any{2, 2} }) }, "ascending"},
		"counted: positions behind":  {bigrams, func(f *proof.File) { evidence(f.Lower, func(e map[string]any) { e["at"] = []any{2, 5} }) }, "ascending"},
		"counted: fewer positions":   {bigrams, func(f *proof.File) { evidence(f.Lower, func(e map[string]any) { e["at"] = []any{3} }) }, "proves"},
		"counted: no position":       {bigrams, func(f *proof.File) { evidence(f.Lower, func(e map[string]any) { e["at"] = []any{} }) }, "no positions"},
		"counted: with a promise":    {bigrams, func(f *proof.File) { f.Task, f.Params = "cycle3", tasks.Params{"nodes": 4} }, "every sequence"},
		"counted: state bits":        {bigrams, func(f *proof.File) { f.Model, f.Unit = "rnn", proof.StateBits }, "says nothing"},
		"keys: two alike":            {keys, func(f *proof.File) { evidence(f.Upper, func(e map[string]any) { at(e, "keys")[1] = at(e, "keys")[0] }) }, "single it out"},
		"keys: a query short":        {keys, func(f *proof.File) { evidence(f.Upper, func(e map[string]any) { e["queries"] = at(e, "queries")[1:] }) }, ""},
		"keys: too wide a bound":     {keys, func(f *proof.File) { f.Lower.Number = 5 }, "proves 4"},
		"radon at a large eps":       {keys, func(f *proof.File) { f.Params = f.Params.With(tasks.Params{"eps": 2 / float64(f.Params.Int("q")+1)}) }, "2/(q + 1)"},
		"radon at q = N":             {keys, func(f *proof.File) { f.Params = f.Params.With(tasks.Params{"q": 5}) }, "q < N"},
		"dense: rank lost":           {dense, func(f *proof.File) { evidence(f.Upper, func(e map[string]any) { at(e, "w", 0)[0] = 0 }) }, "give z back"},
		"dense: no gap":              {dense, func(f *proof.File) { evidence(f.Upper, func(e map[string]any) { e["gap"] = 1 }) }, "gap"},
		"dense: eps too large":       {dense, func(f *proof.File) { f.Params = f.Params.With(tasks.Params{"eps": 0.5}) }, "eps <"},
		"digits: no room":            {digits, func(f *proof.File) { evidence(f.Upper, func(e map[string]any) { at(e, "weights")[0] = 2 }) }, "above the later"},
		"inputs: one twice": {digits, func(f *proof.File) {
			evidence(f.Lower, func(e map[string]any) { at(e, "inputs")[1] = at(e, "inputs")[0] })
		}, "one answer"},
		"a negative size": {digits, func(f *proof.File) { f.Lower.Number = -1 }, "negative"},
		"no end at all":   {digits, func(f *proof.File) { f.Lower, f.Upper = nil, nil }, "neither end"},
		"another format":  {digits, func(f *proof.File) { f.Format = "crosscut smallest 2" }, "format"},
	} {
		f := c.make()
		c.forge(f)
		var raised []string
		raw, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		if f, err = proof.Read(bytes.NewReader(raw)); err == nil {
			var got []proof.Finding
			if got, err = f.Check(context.Background()); err == nil {
				for _, g := range got {
					if g.Err != nil {
						raised = append(raised, g.Err.Error())
					}
				}
			}
		}
		if err != nil {
			raised = append(raised, err.Error())
		}
		if len(raised) == 0 || !strings.Contains(strings.Join(raised, "; "), c.reason) {
			t.Errorf("%s: %v, want a refusal that says %q", name, raised, c.reason)
		}
	}
}

// TestEveryFieldIsLookedAt: a certificate is refused where a field is left out that is
// not its zero, is of another type, or is one too many; and of every field some change of
// value is refused as well.
func TestEveryFieldIsLookedAt(t *testing.T) {
	kinds := map[string]bool{}
	for _, c := range []struct {
		world
		model string
	}{
		{world{"match3", 3, tasks.Params{"M": 6}}, "rnn"}, {world{"cycle3", 4, tasks.Params{"nodes": 3}}, "rnn"}, {world{"qsa", 3, tasks.Params{"q": 1}}, "rnn"}, {world{"match3", 3, tasks.Params{"M": 5}}, "attention"},
		{world{"eq", 4, nil}, "attention"}, {world{"qsa", 4, nil}, "attention"}, {world{"qsa", 3, nil}, "mlp"}, {world{"match2", 3, nil}, "mlp"}, {world{"disj", 4, nil}, "rnn"}, {world{"match3-bigram", 4, nil}, "attention"},
	} {
		var file *proof.File
		if c.task == "match3-bigram" {
			file = countedFile(t)
		} else {
			file = fresh(t, shape(t, c.task, c.n, c.set), c.model).File
		}
		raw, err := json.Marshal(file)
		if err != nil {
			t.Fatal(err)
		}
		var whole map[string]any
		if err := json.Unmarshal(raw, &whole); err != nil {
			t.Fatal(err)
		}
		refused := func() bool {
			raw, err := json.Marshal(whole)
			if err != nil {
				t.Fatal(err)
			}
			return !accepted(raw)
		}
		if refused() {
			t.Fatalf("%v, %s: the certificate itself is refused", c.world, c.model)
		}
		caught := map[string]bool{} // a field, places in lists left out: some change of value was refused
		var visit func(path string, v any, set func(any))
		visit = func(path string, v any, set func(any)) {
			try := func(with any) bool {
				set(with)
				defer set(v)
				return refused()
			}
			if _, seen := caught[path]; !seen {
				caught[path] = false
			}
			for _, other := range []any{"x", true, 0.5, map[string]any{"x": 1.0}} {
				if same := fmt.Sprintf("%T", other) == fmt.Sprintf("%T", v); path != "" && !same && !try(other) {
					t.Errorf("%v, %s: %v as %q is accepted", c.world, c.model, other, path)
				}
			}
			switch v := v.(type) {
			case string:
				caught[path] = try(v + "x")
				kinds[v] = kinds[v] || strings.HasSuffix(path, ".kind")
			case float64:
				for _, d := range []float64{1, -1, 100, -v} {
					caught[path] = caught[path] || try(v+d)
				}
			case []any:
				if len(v) > 0 {
					caught[path] = caught[path] || try(v[1:]) || try(v[:len(v)-1]) || try(append([]any{v[0]}, v...))
				}
				for k := range v {
					if k < 2 || k == len(v)-1 {
						visit(path+"[]", v[k], func(x any) { v[k] = x })
					}
				}
			case map[string]any:
				v["more"] = 1.0
				if !refused() {
					t.Errorf("%v, %s: a field more in %q is accepted", c.world, c.model, path)
				}
				delete(v, "more")
				for name := range v {
					was := v[name]
					weaker := name == "lower" || name == "upper" || path == ".lower" && name == "number" // no end, or one of 0
					if was != 0.0 && !weaker && name != "params" && path != ".params" {                  // sizes have defaults
						delete(v, name)
						if !refused() {
							t.Errorf("%v, %s: %q without %q is accepted", c.world, c.model, path, name)
						}
						v[name] = was
					}
					visit(path+"."+name, v[name], func(x any) { v[name] = x })
				}
				caught[path] = true // by its fields
			}
		}
		visit("", whole, func(any) {})
		for path, ok := range caught {
			if !ok {
				t.Errorf("%v, %s: no change of %q is refused", c.world, c.model, path)
			}
		}
	}
	for _, k := range []string{"apart", "counted", "automaton", "values", "exhausted", "keys", "radon", "rows", "null vector", "digits", "inputs"} {
		if !kinds[k] {
			t.Errorf("no certificate with evidence %q", k)
		}
	}
}

func accepted(raw []byte) bool {
	f, err := proof.Read(bytes.NewReader(raw))
	if err != nil {
		return false
	}
	got, err := f.Check(context.Background())
	return err == nil && !slices.ContainsFunc(got, func(g proof.Finding) bool { return g.Err != nil })
}

// TestSearchIsExhaustive holds the search for values against a count of all tables.
func TestSearchIsExhaustive(t *testing.T) {
	some, none := 0, 0
	for _, w := range []world{{"eq", 5, nil}, {"disj", 5, nil}, {"eq", 4, nil}, {"gt", 5, nil}, {"majority", 4, nil}, {"induction-heads", 3, nil}, {"k-hop", 3, nil}, {"match2", 3, tasks.Params{"M": 3}}, {"match3", 3, tasks.Params{"M": 4}}, {"string-eq", 5, nil},
		{"cycle3", 3, tasks.Params{"nodes": 3}}} {
		sh := shape(t, w.task, w.n, w.set)
		world, err := proof.NewWorld(sh, sh.DefaultRead(), sh.DefaultRead(), 0)
		if err != nil {
			t.Fatal(err)
		}
		file := fresh(t, sh, "attention").File
		backwards := make([]int, w.n)
		for t := range backwards {
			backwards[t] = w.n - t
		}
		var sums []*proof.Sums
		for _, order := range [][]int{nil, backwards} {
			s, err := proof.NewSums(context.Background(), world, order)
			if err != nil {
				t.Fatal(err)
			}
			sums = append(sums, s)
		}
		cells := 0
		for pos, tokens := range world.Alphabet {
			if pos+1 != world.Fixed {
				cells += len(tokens)
			}
		}
		for p := 0; p*cells <= 16; p++ {
			found := anyTable(world, p, cells)
			for _, s := range sums {
				values, err := s.Search(context.Background(), p, proof.MostSteps, nil)
				if err != nil {
					t.Fatal(err)
				}
				if found != (values != nil) {
					t.Errorf("%v, %d bits: there is a table: %v, the search finds %v", w, p, found, values)
				}
				if values == nil {
					none++
					continue
				}
				some++
				end, err := proof.NewEnd(p, proof.Values{Kind: "values", Values: values})
				if err != nil {
					t.Fatal(err)
				}
				if file.Upper = end; !certified(t, file) {
					t.Errorf("%v: the table %v of %d bits is refused", w, values, p)
				}
			}
		}
	}
	if some < 5 || none < 5 {
		t.Errorf("%d tables and %d exclusions mean little", some, none)
	}
}

// anyTable goes through all tables of p-bit values.
func anyTable(w *proof.World, p, cells int) bool {
	type input struct {
		at  []int // cells
		out tasks.Value
	}
	var inputs []input
	var list func(word []int)
	list = func(word []int) {
		if len(word) < w.Shape.N {
			for a := range w.Alphabet[len(word)] {
				list(append(word[:len(word):len(word)], a))
			}
			return
		}
		seq, _ := w.Tokens(0, word)
		out, inside := w.Output(seq)
		if !inside {
			return
		}
		in, from := input{out: out}, 0
		for pos, a := range word {
			if pos+1 != w.Fixed {
				in.at = append(in.at, from+a)
				from += len(w.Alphabet[pos])
			}
		}
		inputs = append(inputs, in)
	}
	list(nil)
	for table := range 1 << (p * cells) {
		said, right := map[int]tasks.Value{}, true
		for _, in := range inputs {
			sum := 0
			for _, cell := range in.at {
				sum += table >> (p * cell) & (1<<p - 1)
			}
			if was, ok := said[sum]; ok && !slices.Equal(was, in.out) {
				right = false
				break
			}
			said[sum] = in.out
		}
		if right {
			return true
		}
	}
	return false
}

func TestUnsupported(t *testing.T) {
	if _, err := Find(context.Background(), shape(t, "match2", 3, nil), "transformer"); err == nil {
		t.Error("a kind that does not exist")
	}
	none := &Kind{Name: "x"}
	if none.Validate() == nil {
		t.Error("an incomplete kind")
	}
}
