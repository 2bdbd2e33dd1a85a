package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// An error is one short line and a hint, however much of a file it quotes.
func TestComplainIsShort(t *testing.T) {
	var b strings.Builder
	complain(&b, "crosscut check", errors.New("x.json: claims[0]"+strings.Repeat("[ü]", 9000)+": nested deeper than 5000"))
	got := b.String()
	if len(got) > 1200 || strings.Count(got, "\n") != 2 || !strings.HasPrefix(got, "crosscut check: x.json: claims[0][ü]") || !strings.HasSuffix(got, ": nested deeper than 5000\nhint: crosscut check --help says what it takes\n") {
		t.Errorf("%d bytes: %.80q", len(got), got)
	}
}

// TestPackagesOfErrors: the names that [complain] leaves out are those of the folders in which a message begins so. Panics and
// the lab's own messages are printed elsewhere.
func TestPackagesOfErrors(t *testing.T) {
	var found []string
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || strings.HasPrefix(path, "../../lab/") {
			return err
		}
		text, err := os.ReadFile(path)
		name := filepath.Base(filepath.Dir(path))
		for line := range strings.Lines(string(text)) {
			if strings.Contains(line, `"`+name+": ") && !strings.Contains(line, "panic(") {
				found = append(found, name)
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(found)
	if got, want := strings.Fields(packageNames), slices.Compact(found); !slices.Equal(got, want) {
		t.Errorf("messages begin with the names of these packages:\n%v\nand the list has\n%v", want, got)
	}
	for said, want := range map[string]string{"flag --f: m.json: bapo: named: no table": "flag --f: m.json: no table", "alice: bapo: no": "alice: bapo: no"} {
		if got := packages.ReplaceAllString(said, "$1"); got != want {
			t.Errorf("%q becomes %q", said, got)
		}
	}
}
