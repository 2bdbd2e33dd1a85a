package docs

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"crosscut/protocol/bounds/check"
)

// TestSecondChecker: docs/examples/check.py, which knows only docs/certificates.md, and check_all.py, which
// adds kinds to it, agree with the checker on every file of its corpus.
func TestSecondChecker(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3 here")
	}
	source := ""
	for _, script := range []string{"check.py", "check_all.py"} {
		own, err := os.ReadFile("examples/" + script)
		if err != nil || strings.Count(string(own), "\n") >= 500 {
			t.Errorf("%s must stay below 500 lines: %v", script, err)
		}
		source += string(own)
		t.Run(script, func(t *testing.T) { secondChecker(t, python, "examples/"+script, source) })
	}
}

func secondChecker(t *testing.T, python, script, source string) {
	for dir, accept := range map[string]bool{"valid": true, "forged": false, "corrupt": false} {
		all, _ := filepath.Glob("../protocol/bounds/check/testdata/" + dir + "/*.json")
		if len(all) == 0 {
			t.Fatalf("no files in %s", dir)
		}
		out, _ := exec.Command(python, append([]string{script}, all...)...).CombinedOutput() // its status says that some are refused
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		if len(lines) != len(all) {
			t.Fatalf("%d lines for %d files:\n%s", len(lines), len(all), out)
		}
		for i, file := range all {
			want := accept || strings.HasPrefix(filepath.Base(file), "unforged-")
			word := map[bool]string{true: "accepted ", false: "refused "}[want]
			if !known(t, file, source) {
				word = "not looked at "
			}
			got := strings.HasPrefix(lines[i], word)
			if word == "not looked at " && !want { // another claim, or the file, may be refused before
				got = !strings.HasPrefix(lines[i], "accepted ")
			}
			if !got {
				t.Errorf("want %s: %s", word, lines[i])
			}
		}
	}
}

// TestSecondCheckerSaysWhatItLacks: check.py has a function for each kind of evidence, or names it
// among those that it does not look at, and check_all.py has it then, kept-exhausted but; a file of the two sorts is not accepted, and its status is 2.
func TestSecondCheckerSaysWhatItLacks(t *testing.T) {
	source, err := os.ReadFile("examples/check.py")
	if err != nil {
		t.Fatal(err)
	}
	more, err := os.ReadFile("examples/check_all.py")
	if err != nil {
		t.Fatal(err)
	}
	unseen := regexp.MustCompile(`UNSEEN = set\("([a-z -]+)"`).FindSubmatch(source)
	if unseen == nil {
		t.Fatal("check.py has no list of kinds that it does not look at")
	}
	for _, kind := range check.Kinds() {
		has := strings.Contains(string(source), "\ndef "+strings.ReplaceAll(kind, "-", "_")+"(")
		if lacks := slices.Contains(strings.Fields(string(unseen[1])), kind); has == lacks {
			t.Errorf("%s: has a function %v, is named as not looked at %v", kind, has, lacks)
		}
		if later := strings.Contains(string(more), "\ndef "+kind+"("); later == has && kind != "kept-exhausted" {
			t.Errorf("%s: check.py has it %v, check_all.py has it %v", kind, has, later)
		}
	}
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3 here")
	}
	run := exec.Command(python, "examples/check.py", "../protocol/bounds/check/testdata/forged/unforged-union.json")
	out, _ := run.Output()
	if code := run.ProcessState.ExitCode(); code != 2 || !strings.HasPrefix(string(out), "not looked at ") || !strings.Contains(string(out), ": 1 of 1 claims, union") {
		t.Errorf("status %d: %s", code, out)
	}
}

// known says whether check.py has a function for every kind of evidence in the file.
func known(t *testing.T, file, source string) bool {
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`"kind": ?"([\w-]+)"`).FindAllSubmatch(data, -1) {
		if !strings.Contains(source, "\ndef "+strings.ReplaceAll(string(m[1]), "-", "_")+"(") {
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
