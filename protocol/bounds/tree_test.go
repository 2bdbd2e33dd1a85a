package bounds

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"crosscut/protocol/bounds/check"
)

func TestTreeDrawings(t *testing.T) {
	m := textMatrix("index", 3)
	tree := exactly(t, m).Tree
	var text, dot, svg strings.Builder
	for _, err := range []error{tree.Text(&text, InputNames{}), tree.DOT(&dot, InputNames{}), tree.SVG(&svg, InputNames{})} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if got := strings.Count(text.String(), "= "); got != tree.Leaves() {
		t.Errorf("the text shows %d leaves of %d\n%s", got, tree.Leaves(), text.String())
	}
	if got := strings.Count(dot.String(), "->"); got != 2*(tree.Leaves()-1) || !strings.HasPrefix(dot.String(), "digraph") {
		t.Errorf("the graph has %d edges, %d leaves", got, tree.Leaves())
	}
	d := xml.NewDecoder(strings.NewReader(svg.String()))
	boxes := 0
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if s, ok := token.(xml.StartElement); ok && s.Name.Local == "rect" {
			boxes++
		}
	}
	if boxes != tree.Leaves() {
		t.Errorf("the SVG has %d boxes, %d leaves", boxes, tree.Leaves())
	}
}

func TestTreeText(t *testing.T) {
	tree := &Tree{Speaker: 0, Ones: []int{1, 2, 3, 5}, Zero: &Tree{Value: 7}, One: &Tree{
		Speaker: 1, Ones: []int{0}, Zero: &Tree{Value: -1}, One: &Tree{}}}
	var b strings.Builder
	if err := tree.Text(&b, InputNames{Col: func(int) string { return "y \"0\"" }}); err != nil {
		t.Fatal(err)
	}
	want := "alice: rows 2-4, 6?\n├─0─ = 7\n└─1─ bob: column y \"0\"?\n     ├─0─ = -1\n     └─1─ = 0\n"
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
}

// verifyTree gives a tree to the checker and returns what it makes of it.
func verifyTree(t *testing.T, m *Matrix, tree any, measure string, value *int, claim string) error {
	t.Helper()
	evidence, err := json.Marshal(map[string]any{"kind": "tree", "tree": tree})
	if err != nil {
		t.Fatal(err)
	}
	table := check.NewTable(m.Rows(), m.Cols(), m.At)
	findings, err := check.Verify(&check.Certificate{
		Format: check.Format,
		Matrix: check.Source{Entries: table.Lines(), SHA256: table.Hash()},
		Claims: []check.Claim{{Measure: measure, Value: value, End: check.Upper, Number: claim, Evidence: evidence}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return findings[0].Err
}

func TestTreeCertificates(t *testing.T) {
	for _, m := range someMatrices(200, 6, 6) {
		r := exactly(t, m)
		if err := verifyTree(t, m, r.Tree, check.Deterministic, nil, digit(r.Upper)); err != nil {
			t.Fatal(err)
		}
		if r.Upper > 0 && verifyTree(t, m, r.Tree, check.Deterministic, nil, digit(r.Upper-1)) == nil {
			t.Fatal("a tree proved less than its depth")
		}
	}
}

func digit(n int) string { return string(rune('0' + n)) }

// Every way to corrupt a tree is refused.
func TestTreeCertificatesRefused(t *testing.T) {
	m := textMatrix("eq", 2)
	good := exactly(t, m).Tree
	one := 1
	if err := verifyTree(t, m, good, check.Partition, &one, digit(good.Leaves())); err != nil {
		t.Errorf("the leaves of value 1: %v", err)
	}
	raw, err := json.Marshal(good)
	if err != nil {
		t.Fatal(err)
	}
	if err := verifyTree(t, m, json.RawMessage(raw), check.Deterministic, nil, "3"); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(n map[string]any){
		"no speaker":         func(n map[string]any) { delete(n, "speaker") },
		"another speaker":    func(n map[string]any) { n["speaker"] = "eve" },
		"a missing subtree":  func(n map[string]any) { delete(n, "one") },
		"a leaf for a tree":  func(n map[string]any) { n["one"] = map[string]any{"value": 1} },
		"swapped subtrees":   func(n map[string]any) { n["zero"], n["one"] = n["one"], n["zero"] },
		"no inputs":          func(n map[string]any) { n["ones"] = []int{} },
		"an input too large": func(n map[string]any) { n["ones"] = []int{4} },
		"an input twice":     func(n map[string]any) { n["ones"] = []int{1, 1} },
		"both leaf and node": func(n map[string]any) { n["value"] = 1 },
		"an unknown field":   func(n map[string]any) { n["label"] = 1 },
	} {
		var n map[string]any
		if err := json.Unmarshal(raw, &n); err != nil {
			t.Fatal(err)
		}
		change(n)
		if verifyTree(t, m, n, check.Deterministic, nil, "3") == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if verifyTree(t, m, nil, check.Deterministic, nil, "3") == nil {
		t.Error("no tree: accepted")
	}
	if verifyTree(t, m, good, check.Fooling, &one, "4") == nil {
		t.Error("another measure: accepted")
	}
	deep := any(map[string]any{"value": 1})
	for range 70 {
		deep = map[string]any{"speaker": "alice", "ones": []int{}, "zero": deep, "one": map[string]any{"value": 1}}
	}
	if verifyTree(t, Of(1, 1, func(_, _ int) int { return 1 }), deep, check.Deterministic, nil, "70") == nil {
		t.Error("a tree too deep: accepted")
	}
}

// A list of inputs is cut off also where a pair steps over the limit.
func TestListInputsIsCutOff(t *testing.T) {
	var set []int
	for i := range 1000 {
		if i%4 < 2 && i > 3 || i == 0 { // one alone, then pairs: 1, 3, 5, 7, 9 pieces
			set = append(set, i)
		}
	}
	if got, want := listInputs(set, nil), "1, 5, 6, 9, 10, 13, 14, 17, 18 and 490 more"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
