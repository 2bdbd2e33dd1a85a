package docs

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"crosscut/protocol/bounds/check"
)

// TestSecondChecker: docs/examples/check.py, which knows only docs/certificates.md,
// agrees with the checker on every file of its corpus.
func TestSecondChecker(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3 here")
	}
	source, err := os.ReadFile("examples/check.py")
	if err != nil || strings.Count(string(source), "\n") >= 500 {
		t.Errorf("check.py must stay below 500 lines: %v", err)
	}
	for dir, accept := range map[string]bool{"valid": true, "forged": false, "corrupt": false} {
		all, _ := filepath.Glob("../protocol/bounds/check/testdata/" + dir + "/*.json")
		if len(all) == 0 {
			t.Fatalf("no files in %s", dir)
		}
		out, _ := exec.Command(python, append([]string{"examples/check.py"}, all...)...).CombinedOutput() // its status says that some are refused
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		if len(lines) != len(all) {
			t.Fatalf("%d lines for %d files:\n%s", len(lines), len(all), out)
		}
		for i, file := range all {
			want := accept || strings.HasPrefix(filepath.Base(file), "unforged-")
			if want && !known(t, file, string(source)) {
				continue // it says so, and refuses
			}
			if got := strings.HasPrefix(lines[i], "accepted "); got != want {
				t.Errorf("accepted: %v, want %v: %s", got, want, lines[i])
			}
		}
	}
}

// known says whether check.py has a function for every kind of evidence in the file.
func known(t *testing.T, file, source string) bool {
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`"kind": ?"(\w+)"`).FindAllSubmatch(data, -1) {
		if !strings.Contains(source, "\ndef "+string(m[1])+"(") {
			return false
		}
	}
	return true
}

// TestEveryKindIsSpecified: docs/certificates.md has a line for each kind of evidence.
func TestEveryKindIsSpecified(t *testing.T) {
	text, err := os.ReadFile("certificates.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range check.Kinds() {
		if !strings.Contains(string(text), "\n- `"+kind+"`") {
			t.Errorf("docs/certificates.md has no line for evidence of kind %s", kind)
		}
	}
}
