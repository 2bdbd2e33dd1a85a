package house

import (
	"go/format"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// longest is how many lines a Go file may have: one idea, seen whole.
const longest = 600

// unfinished are words of work that was put off. They are put together here so
// that this file does not hold them.
var unfinished = anyOf(`\b(`, `)\b`, "TO"+"DO", "FIX"+"ME", "XX"+"X", "not imple"+"mented", "unimple"+"mented", "place"+"holder")

// machinePath finds absolute paths of somebody's machine.
var machinePath = anyOf(`(^|[\s"'(=])(`, `)`, "/"+"home/", "/"+"root/", "/"+"Users/", "/"+"tmp/", "/"+"mnt/", "/"+"wo"+"rk/")

// anyOf finds one of some words between two expressions. Few texts have such a word anywhere.
func anyOf(before, after string, words ...string) func(text string) string {
	whole := regexp.MustCompile(before + strings.Join(words, "|") + after)
	return func(text string) string {
		if !slices.ContainsFunc(words, func(word string) bool { return strings.Contains(text, word) }) {
			return ""
		}
		return whole.FindString(text)
	}
}

// texts calls f for every text file of the project.
func texts(t *testing.T, f func(name, text string)) {
	t.Helper()
	root := filepath.Join("..", "..")
	err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			if name == ".git" || name == "build" || d.Name() == "fuzz" {
				return filepath.SkipDir
			}
			return nil
		}
		if name == "crosscut" { // what make build makes
			return nil
		}
		kinds := []string{".go", ".md", ".txtar", ".star", ".js", ".css", ".html", ".json", ".mod", ""}
		if !slices.Contains(kinds, filepath.Ext(name)) || d.Name() == "LICENSE" || !d.Type().IsRegular() {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		f(filepath.ToSlash(name), string(data))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestTidy(t *testing.T) {
	seen := 0
	texts(t, func(name, text string) {
		seen++
		for _, c := range untidy(name, text) {
			t.Errorf("%s: %s", name, c)
		}
	})
	if seen < 50 {
		t.Errorf("only %d files were read", seen)
	}
}

// untidy lists what is wrong with a file.
func untidy(name, text string) []string {
	var complaints []string
	if m := unfinished(text); m != "" {
		complaints = append(complaints, "unfinished: "+m)
	}
	if m := machinePath(text); m != "" {
		complaints = append(complaints, "a path of one machine: "+strings.TrimSpace(m))
	}
	if strings.HasSuffix(name, ".go") {
		if n := strings.Count(text, "\n"); n > longest {
			complaints = append(complaints, "too long for one idea")
		}
		if tidy, err := format.Source([]byte(text)); err != nil || string(tidy) != text {
			complaints = append(complaints, "gofmt is needed")
		}
	}
	return complaints
}

func TestUntidyIsNoticed(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"a.md", "TO" + "DO: more", "unfinished"},
		{"a.md", "see /ho" + "me/me/x", "a path"},
		{"a.go", "package  a\n", "gofmt"},
		{"a.go", "package a\n" + strings.Repeat("\n", longest), "too long"},
	} {
		if got := strings.Join(untidy(c.name, c.text), "; "); !strings.Contains(got, c.want) {
			t.Errorf("%q: %q, want %q", c.text[:9], got, c.want)
		}
	}
	if got := untidy("a.go", "package a\n"); got != nil {
		t.Errorf("a tidy file: %q", got)
	}
}

// Links between the texts must lead somewhere.
func TestLinks(t *testing.T) {
	link := regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)
	texts(t, func(name, text string) {
		if !strings.HasSuffix(name, ".md") {
			return
		}
		for _, m := range link.FindAllStringSubmatch(text, -1) {
			if _, err := os.Stat(filepath.Join("..", "..", filepath.Dir(name), m[1])); err != nil {
				t.Errorf("%s: the link %s leads nowhere", name, m[1])
			}
		}
	})
}
