package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/format"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"crosscut/internal/long"
)

// TestDocs executes README.md and docs/*.md. In a block that opens with
// ```console, each line "$ crosscut ..." (or "$ go run ./cmd/crosscut ...") is run
// and what follows must be its output: all of it, with "..." for any lines or any part of one, then
// "[exit status N]" where that is not 0. A block that opens with ```json NAME, or
// any language and a file name, is written to a file first. All commands of one
// text share a directory, which also holds docs/ and testdata/. CROSSCUT_GOLDEN=1
// rewrites outputs that hold no "...". The files of docs/adding.md are built into a tool of its
// own, which takes CROSSCUT_LONG=1; so does the command that runs all claims of all papers: the
// tests of papers hold README.md against the claims that they run.
func TestDocs(t *testing.T) {
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	ran := 0
	for _, file := range append(files, filepath.Join(root, "README.md")) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			for _, name := range []string{"docs", "testdata"} {
				if err := os.Symlink(filepath.Join(root, name), filepath.Join(dir, name)); err != nil {
					t.Fatal(err)
				}
			}
			t.Chdir(dir)
			crosscut := inProcess // what is computed once serves all texts
			if filepath.Base(file) == "adding.md" {
				crosscut = runWith(t, root, goFiles(string(text)))
			}
			fresh, n := executeText(t, string(text), crosscut)
			ran += n
			if os.Getenv("CROSSCUT_GOLDEN") != "" && fresh != string(text) {
				if err := os.WriteFile(file, []byte(fresh), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
	if ran < 3 {
		t.Errorf("only %d commands stand in the docs; is the test looking at them?", ran)
	}
}

// executor runs crosscut and returns all that it printed.
type executor func(args []string) string

// executeText runs the blocks of a text and returns it with fresh outputs.
func executeText(t *testing.T, text string, execute executor) (fresh string, ran int) {
	var out strings.Builder
	lines := strings.SplitAfter(text, "\n")
	for i := 0; i < len(lines); i++ {
		out.WriteString(lines[i])
		info, opens := strings.CutPrefix(strings.TrimSpace(lines[i]), "```")
		if !opens {
			continue
		}
		end := i + 1
		for end < len(lines) && strings.TrimSpace(lines[end]) != "```" {
			end++
		}
		if end == len(lines) {
			t.Fatalf("line %d: the block never ends", i+1)
		}
		body := lines[i+1 : end]
		i = end
		words := strings.Fields(info)
		switch {
		case len(words) == 1 && words[0] == "console":
			fixed, n := executeBlock(t, body, execute)
			out.WriteString(fixed)
			ran += n
		case len(words) == 2:
			if err := os.MkdirAll(filepath.Dir(words[1]), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(words[1], []byte(strings.Join(body, "")), 0o644); err != nil {
				t.Fatal(err)
			}
			out.WriteString(strings.Join(body, ""))
		default:
			for _, line := range body {
				if strings.HasPrefix(line, "$ crosscut") {
					t.Errorf("a command stands outside of a console block: %s", line)
				}
			}
			out.WriteString(strings.Join(body, ""))
		}
		out.WriteString(lines[end])
	}
	return out.String(), ran
}

func executeBlock(t *testing.T, body []string, execute executor) (fresh string, ran int) {
	var out strings.Builder
	for i := 0; i < len(body); {
		command, ok := strings.CutPrefix(body[i], "$ ")
		if !ok {
			t.Fatalf("a console block begins with output: %s", body[i])
		}
		out.WriteString(body[i])
		var want []string
		for i++; i < len(body) && !strings.HasPrefix(body[i], "$ "); i++ {
			want = append(want, body[i])
		}
		args, ok := crosscutArgs(command)
		if !ok {
			t.Fatalf("only crosscut commands can be executed, not %q", command)
		}
		ran++
		if args[0] == "reproduce" && slices.Contains(args, "--all") && !long.Tests() {
			out.WriteString(strings.Join(want, ""))
			continue
		}
		got := execute(args)
		switch {
		case matchLines(want, strings.SplitAfter(got, "\n")):
			out.WriteString(strings.Join(want, ""))
		case os.Getenv("CROSSCUT_GOLDEN") != "" && !containsDots(want):
			out.WriteString(got)
		default:
			out.WriteString(strings.Join(want, ""))
			t.Errorf("$ %s\ngot:\n%s\nwant:\n%s", command, got, strings.Join(want, ""))
		}
	}
	return out.String(), ran
}

func crosscutArgs(command string) ([]string, bool) {
	words := shellWords(strings.TrimSpace(command))
	for _, prefix := range []string{"go run ./cmd/crosscut", "crosscut"} {
		p := strings.Fields(prefix)
		if len(words) >= len(p) && strings.Join(words[:len(p)], " ") == prefix {
			return words[len(p):], true
		}
	}
	return nil, false
}

// shellWords splits at blanks outside of quotes.
func shellWords(s string) []string {
	var words []string
	var word strings.Builder
	var quote rune
	inWord := false
	for _, r := range s {
		switch {
		case quote != 0 && r == quote:
			quote = 0
		case quote == 0 && (r == '\'' || r == '"'):
			quote, inWord = r, true
		case quote == 0 && r == ' ':
			if inWord {
				words = append(words, word.String())
				word.Reset()
				inWord = false
			}
		default:
			word.WriteRune(r)
			inWord = true
		}
	}
	if inWord {
		words = append(words, word.String())
	}
	return words
}

// inProcess runs crosscut in this process; scripts run it in one of its own.
func inProcess(args []string) string {
	var out locked
	if code := perform(context.Background(), &out, &out, args); code != 0 {
		return fmt.Sprintf("%s[exit status %d]\n", out.String(), code)
	}
	return out.String()
}

// locked is one stream for what two would carry.
type locked struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (l *locked) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.Write(b)
}

func (l *locked) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.String()
}

// programme returns an executor of a program.
func programme(t *testing.T, binary string) executor {
	return func(args []string) string {
		out, err := exec.Command(binary, args...).CombinedOutput()
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			return fmt.Sprintf("%s[exit status %d]\n", out, exit.ExitCode())
		}
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
}

// goFiles are the blocks of a text that open with ```go FILE, by file.
func goFiles(text string) map[string]string {
	files := map[string]string{}
	for _, block := range strings.Split(text, "\n```go ")[1:] {
		name, body, _ := strings.Cut(block, "\n")
		code, _, _ := strings.Cut(body, "\n```")
		files[name] = code + "\n"
	}
	return files
}

// overlayOf writes a list of files that are laid over the project, which stays as it is, for go's
// flag -overlay.
func overlayOf(t *testing.T, root string, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	overlay := map[string]map[string]string{"Replace": {}}
	for name, code := range files {
		if _, err := os.Stat(filepath.Join(root, name)); err == nil {
			t.Fatalf("%s exists already", name)
		}
		if tidy, err := format.Source([]byte(code)); err != nil || string(tidy) != code {
			t.Errorf("%s: gofmt is needed (%v)", name, err)
		}
		written := filepath.Join(dir, strings.ReplaceAll(name, "/", "_"))
		if err := os.WriteFile(written, []byte(code), 0o644); err != nil {
			t.Fatal(err)
		}
		overlay["Replace"][filepath.Join(root, name)] = written
	}
	list, err := json.Marshal(overlay)
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(name, list, 0o644); err != nil {
		t.Fatal(err)
	}
	return name
}

// runWith builds crosscut with files laid over the project.
func runWith(t *testing.T, root string, files map[string]string) executor {
	t.Helper()
	overlay := overlayOf(t, root, files)
	if !long.Tests() {
		t.Skip("the tool is built again where CROSSCUT_LONG is set")
	}
	binary := filepath.Join(t.TempDir(), "crosscut")
	build := exec.Command("go", "build", "-overlay", overlay, "-o", binary, "./cmd/crosscut")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building with the files of the text: %v\n%s", err, out)
	}
	return programme(t, binary)
}

func containsDots(lines []string) bool {
	for _, line := range lines {
		if strings.Contains(line, "...") {
			return true
		}
	}
	return false
}

// matchLines says whether got is want, in which "..." stands for any lines. Blank
// lines at either end do not count.
func matchLines(want, got []string) bool {
	return matchTrimmed(trimBlank(want), trimBlank(got))
}

func matchTrimmed(want, got []string) bool {
	for len(want) > 0 {
		if strings.TrimSpace(want[0]) == "..." {
			for k := 0; k <= len(got); k++ {
				if matchTrimmed(want[1:], got[k:]) {
					return true
				}
			}
			return false
		}
		if len(got) == 0 || !matchLine(strings.TrimRight(want[0], "\n"), strings.TrimRight(got[0], "\n")) {
			return false
		}
		want, got = want[1:], got[1:]
	}
	return len(got) == 0
}

// matchLine says whether got is want, in which "..." stands for any characters.
func matchLine(want, got string) bool {
	parts := strings.Split(want, "...")
	rest, ok := strings.CutPrefix(got, parts[0])
	if !ok || len(parts) == 1 {
		return ok && rest == ""
	}
	for _, part := range parts[1 : len(parts)-1] {
		at := strings.Index(rest, part)
		if at < 0 {
			return false
		}
		rest = rest[at+len(part):]
	}
	return strings.HasSuffix(rest, parts[len(parts)-1])
}

func trimBlank(lines []string) []string {
	for len(lines) > 0 && strings.TrimSpace(lines[0]) == "" {
		lines = lines[1:]
	}
	for len(lines) > 0 && strings.TrimSpace(lines[len(lines)-1]) == "" {
		lines = lines[:len(lines)-1]
	}
	return lines
}

func TestMatchLines(t *testing.T) {
	for _, c := range []struct {
		want, got string
		ok        bool
	}{
		{"a\nb\n", "a\nb\n", true},
		{"a\n...\nd\n", "a\nb\nc\nd\n", true},
		{"...\nd\n", "d\n", true},
		{"a\n...\n", "a\n", true},
		{"a\n...\nd\n", "a\nb\n", false},
		{"a\n", "a\nb\n", false},
		{"a\nb\n", "a\n", false},
		{"a ... d\n", "a b c d\n", true},
		{"a ... d\n", "a b c\n", false},
		{"...b...\n", "abc\n", true},
		{"x...\n", "abc\n", false},
	} {
		if got := matchLines(strings.SplitAfter(c.want, "\n"), strings.SplitAfter(c.got, "\n")); got != c.ok {
			t.Errorf("%q, %q: %v", c.want, c.got, got)
		}
	}
}

// docs/commands.md must explain every command that help lists.
func TestEveryCommandIsDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/commands.md")
	if err != nil {
		t.Fatal(err)
	}
	var headings strings.Builder
	for _, line := range strings.Split(string(text), "\n") {
		if heading, ok := strings.CutPrefix(line, "## "); ok {
			headings.WriteString(" " + strings.ReplaceAll(heading, ",", "") + " ")
		}
	}
	for name, c := range commands {
		if !c.hidden && !strings.Contains(headings.String(), " "+name+" ") {
			t.Errorf("docs/commands.md has no heading for %s", name)
		}
	}
}
