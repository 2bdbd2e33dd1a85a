package check

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"regexp"
	"slices"
	"testing"
	"testing/iotest"
)

// accepted yields every claim of the files whose evidence proves something, whatever they say
// that it proves: of every kind there is one at least.
func accepted(t *testing.T, see func(file, kind string, table *Table, claim Claim)) {
	t.Helper()
	kinds := map[string]bool{}
	for _, file := range slices.Concat(files(t, "valid"), files(t, "forged"), files(t, "corrupt")) {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		c, err := Read(bytes.NewReader(raw))
		if err != nil {
			continue
		}
		table, err := c.Matrix.table(t.Context())
		if err != nil {
			continue
		}
		for _, claim := range c.Claims {
			if _, err := Prove(table, claim); err != nil {
				continue
			}
			var kind struct{ Kind string }
			if err := json.Unmarshal(claim.Evidence, &kind); err != nil {
				t.Fatal(err)
			}
			kinds[kind.Kind] = true
			see(file, kind.Kind, table, claim)
		}
	}
	for _, kind := range Kinds() {
		if !kinds[kind] {
			t.Errorf("no file has evidence of kind %q that proves something", kind)
		}
	}
}

// TestEvidenceIsReadStrictly: a key too many in evidence of any kind, or a step too few for it, is refused.
func TestEvidenceIsReadStrictly(t *testing.T) {
	accepted(t, func(file, kind string, table *Table, claim Claim) {
		p := NewProver(t.Context(), table)
		if _, err := p.Prove(claim, 1<<40); err != nil {
			t.Fatal(err)
		}
		used := 1<<40 - p.w.left
		if _, err := NewProver(t.Context(), table).Prove(claim, used); !errors.Is(err, ErrLimit) && !slices.Contains(after, kind) {
			t.Errorf("%s: %s %s: it takes %d steps and goes on when none is left: %v", file, claim.Measure, claim.End, used, err)
		}
		var fields map[string]json.RawMessage
		if err := json.Unmarshal(claim.Evidence, &fields); err != nil {
			t.Fatal(err)
		}
		for _, at := range zeros.FindAllIndex(claim.Evidence, 20) { // what cannot be read is not taken for 0
			other := claim
			other.Evidence = slices.Concat(claim.Evidence[:at[0]+1], []byte(`"0"`), claim.Evidence[at[1]-1:])
			if _, err := Prove(table, other); err == nil {
				t.Errorf("%s: %s %s: evidence with a text for a number is accepted", file, claim.Measure, claim.End)
			}
		}
		fields["aside"] = json.RawMessage("1")
		claim.Evidence, _ = json.Marshal(fields)
		if _, err := Prove(table, claim); err == nil {
			t.Errorf("%s: %s %s: evidence with a key too many is accepted", file, claim.Measure, claim.End)
		}
	})
}

// after are kinds that charge their work when it is done: the limit of a search is its own.
var after = []string{"exhaustion", "area", "leaves", "covering", "colouring"}

var zeros = regexp.MustCompile(`[\[,:]\s*0\s*[\],}]`)

// TestReadFails: a reader that breaks off behind a whole certificate, and a key too many in one.
func TestReadFails(t *testing.T) {
	raw, err := os.ReadFile(files(t, "valid")[0])
	if err != nil {
		t.Fatal(err)
	}
	for name, r := range map[string]io.Reader{
		"broken off":     io.MultiReader(bytes.NewReader(raw), iotest.ErrReader(errors.New("broken off"))),
		"a key too many": bytes.NewReader(append([]byte(`{"aside":1,`), bytes.TrimSpace(raw)[1:]...)),
	} {
		if _, err := Read(r); err == nil {
			t.Errorf("%s: read", name)
		}
	}
}
