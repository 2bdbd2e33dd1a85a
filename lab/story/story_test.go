package story

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"crosscut/models/tasks"
)

// update rewrites the golden files: CROSSCUT_GOLDEN=1, as make golden sets it.
var update = os.Getenv("CROSSCUT_GOLDEN") != ""

// Heights: a terminal has 24 lines, of which the title and the keys take four.
const tallest = 20

// TestEveryTask tells every task's story: golden text, lines of at most 80
// columns with and without colour, pages that fit a terminal, and the same story
// each time.
func TestEveryTask(t *testing.T) {
	for task := range tasks.Catalog().All() {
		t.Run(task.Name, func(t *testing.T) {
			s, err := Tell(context.Background(), task.Name, 1)
			if err != nil {
				t.Fatal(err)
			}
			var got bytes.Buffer
			if err := s.Write(&got, false); err != nil {
				t.Fatal(err)
			}
			compare(t, task.Name, got.Bytes())
			narrow(t, s)
			for k, step := range s.Steps {
				if len(step.Lines(Width)) > tallest {
					t.Errorf("step %d, %s: %d lines, want at most %d", k+1, step.Title, len(step.Lines(Width)), tallest)
				}
			}
			for _, chapter := range []string{theCut, theRun, theNeed, theDefeat} {
				if !slices.ContainsFunc(s.Steps, func(s Step) bool { return s.Chapter == chapter }) {
					t.Errorf("the chapter %q is missing", chapter)
				}
			}
			if !strings.Contains(got.String(), "WRONG") {
				t.Error("no small model is seen to fail")
			}
			if !strings.Contains(got.String(), "needed ") && !strings.Contains(got.String(), "Needed: nothing") {
				t.Error("the story does not say what was needed, nor why nothing is")
			}
			if strings.Contains(got.String(), "\x1b") {
				t.Error("escapes without colour")
			}
			var colored bytes.Buffer
			if err := s.Write(&colored, true); err != nil {
				t.Fatal(err)
			}
			if plain := strip(colored.String()); plain != got.String() {
				t.Error("colour changes the text")
			}
		})
	}
}

// compare holds a story to its golden text. Tasks whose story nobody chose have
// none: a new task needs no new file.
func compare(t *testing.T, task string, got []byte) {
	if !slices.ContainsFunc(scenarios, func(s scenario) bool { return s.task == task }) {
		return
	}
	golden := filepath.Join("testdata", task+".txt")
	if update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("the story is not the one in %s; run make golden and look at the difference", golden)
	}
}

// narrow fails on lines that are too long.
func narrow(t *testing.T, s *Story) {
	for k, step := range s.Steps {
		for _, width := range []int{Width, 52, Narrowest} {
			text := ""
			for _, l := range step.Lines(width) {
				text += l.String()
				if l.Len() > width {
					t.Errorf("step %d, %s: %d columns of %d: %s", k+1, step.Title, l.Len(), width, l)
				}
			}
			// Whatever is broken, no amount is lost.
			for _, l := range step.Lines(Width) {
				if n := l.String(); strings.HasPrefix(n, "  needed ") && !strings.Contains(text, strings.Fields(n)[1]) {
					t.Errorf("step %d at %d columns has lost %q", k+1, width, n)
				}
			}
		}
	}
}

// TestAnyTask tells the story that a task gets for which nobody chose one, of the others too.
func TestAnyTask(t *testing.T) {
	for _, chosen := range scenarios { // TestEveryTask has the others
		task, err := tasks.Catalog().Get(chosen.task)
		if err != nil {
			t.Fatal(err)
		}
		s, err := tell(context.Background(), anyScenario(task), 1)
		if err != nil {
			t.Fatal(err)
		}
		narrow(t, s)
	}
}

// strip removes escapes.
func strip(s string) string {
	var b strings.Builder
	for {
		before, after, ok := strings.Cut(s, "\x1b[")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		_, s, _ = strings.Cut(after, "m")
	}
}

// TestSeeds: other seeds tell other stories, without errors.
func TestSeeds(t *testing.T) {
	for _, task := range []string{"match3", "qsa", "match2"} {
		first := ""
		for _, seed := range []uint64{2, 5} {
			s, err := Tell(context.Background(), task, seed)
			if err != nil {
				t.Fatal(err)
			}
			var b bytes.Buffer
			if err := s.WriteStep(&b, 0, Width, false); err != nil {
				t.Fatal(err)
			}
			if seed == 2 {
				first = b.String()
			}
			if seed == 5 && b.String() == first {
				t.Errorf("%s: the seed changes nothing", task)
			}
		}
	}
}

// TestUnknown: an unknown task is refused, a cancelled context obeyed.
func TestUnknown(t *testing.T) {
	if _, err := Tell(context.Background(), "match4", 1); err == nil {
		t.Error("an unknown task was told")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Tell(ctx, "match3", 1); err == nil {
		t.Error("a cancelled story was told")
	}
	if err := (&Story{}).WriteStep(&bytes.Buffer{}, 0, Width, false); err == nil {
		t.Error("a step that is not there was written")
	}
}

// steps is a story of three chapters.
var steps = []Step{{Chapter: "a"}, {Chapter: "a"}, {Chapter: "b"}, {Chapter: "b"}, {Chapter: "c"}}

// TestPlayer walks the state machine.
func TestPlayer(t *testing.T) {
	for _, c := range []struct {
		name string
		keys []Key
		at   int
		done bool
	}{
		{"stay", nil, 0, false},
		{"forward and back", []Key{Forward, Forward, Back}, 1, false},
		{"back at the start", []Key{Back, Back}, 0, false},
		{"skip", []Key{Skip}, 2, false},
		{"skip twice", []Key{Skip, Skip}, 4, false},
		{"skip in the last chapter", []Key{Skip, Skip, Skip}, 4, false},
		{"last and first", []Key{Last, First}, 0, false},
		{"over the end", []Key{Last, Forward}, 4, true},
		{"quit", []Key{Forward, Quit}, 1, true},
		{"interrupt", []Key{Interrupt}, 0, true},
		{"nothing", []Key{None}, 0, false},
	} {
		p := Player{Steps: steps}
		for _, k := range c.keys {
			p = p.Press(k)
		}
		if p.At != c.at || p.Done != c.done {
			t.Errorf("%s: at %d, done %v", c.name, p.At, p.Done)
		}
	}
	// Whatever is pressed, the reader stays inside the story.
	for word := range 7 * 7 * 7 * 7 {
		p := Player{Steps: steps}
		for range 4 {
			p = p.Press(Key(1 + word%7))
			word /= 7
			if p.At < 0 || p.At >= len(steps) {
				t.Fatalf("outside the story: %d", p.At)
			}
		}
	}
}

// TestReadKeys reads what terminals send.
func TestReadKeys(t *testing.T) {
	for _, c := range []struct {
		typed string
		want  []Key
	}{
		{" ", []Key{Forward}}, {"\r", []Key{Forward}}, {"n", []Key{Forward}}, {"\x1b[C", []Key{Forward}}, {"\x1bOC", []Key{Forward}}, {"\x1b[6~", []Key{Forward}},
		{"b", []Key{Back}}, {"\x1b[D", []Key{Back}}, {"\x7f", []Key{Back}}, {"\x1b[5~", []Key{Back}},
		{"s", []Key{Skip}}, {"g", []Key{First}}, {"G", []Key{Last}}, {"\x1b[H", []Key{First}}, {"\x1b[F", []Key{Last}},
		{"q", []Key{Quit}}, {"\x1b", []Key{Quit}}, {"\x03", []Key{Interrupt}},
		{"  b", []Key{Forward, Forward, Back}}, {"\x1b[C\x1b[D", []Key{Forward, Back}}, {"\x1b[1;5C", []Key{Forward}},
		{"x", nil}, {"\x1b[", nil}, {"\x1b[12", nil}, {"\x1bx", nil}, {"\x1b[99~", nil}, {"\xff\xfe", nil}, {"", nil},
	} {
		if got := ReadKeys([]byte(c.typed)); !slices.Equal(got, c.want) {
			t.Errorf("%q: %v, want %v", c.typed, got, c.want)
		}
	}
}

// FuzzReadKeys: no input breaks the reader of keys.
func FuzzReadKeys(f *testing.F) {
	for _, s := range []string{" ", "\x1b[C", "\x1b", "\x1b[1;5", "\x1b[~"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		p := Player{Steps: steps}
		for _, k := range ReadKeys(b) {
			p = p.Press(k)
		}
		if p.At < 0 || p.At >= len(steps) {
			t.Fatalf("outside the story: %d", p.At)
		}
	})
}

// TestHang cuts words that are longer than a line, and keeps to the width.
func TestHang(t *testing.T) {
	p := page{width: Width}
	p.hang("head: ", Plain, "%s", strings.Repeat("x", 3*Width)+" "+strings.Repeat("word ", 40))
	for _, l := range p.lines {
		if l.Len() > Width {
			t.Errorf("%d columns: %s", l.Len(), l)
		}
	}
	if text := p.lines[0].String(); !strings.HasPrefix(text, "head: x") {
		t.Errorf("first line %q", text)
	}
}
