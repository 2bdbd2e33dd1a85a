package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"

	"crosscut/internal/units"
)

// saysWrites are usages of flags that name what a command writes.
var saysWrites = regexp.MustCompile("\\b(write|draw|keep)\\b.* (to|into|in) `(FILE|DIR|PREFIX)")

// TestFlagsThatWrite: a flag that names what is written, by its usage or by the code, is on one of the lists of such
// flags, and the lists hold no other; no record of a unit may have one, and no job, which would write in every unit.
func TestFlagsThatWrite(t *testing.T) {
	works := map[string]string{"atlas": "heads --n 2", "bounds": "--census 2x2", "falsify": "disj-qsa-memory --model rnn --set m=12,p=2 --n 40 --strategy birthday",
		"reproduce": "--all", "smallest": "--task eq --n 2,4 --model rnn", "validate": "disj-match3 --n 3"}
	run := func(args ...string) (int, string) {
		var errs strings.Builder
		code := perform(context.Background(), io.Discard, &errs, args)
		return code, errs.String()
	}
	known, seen, dir := append(slices.Clone(fileFlags), "resume", "logbook"), map[string]bool{}, t.TempDir()
	for name, c := range commands {
		job := append([]string{"jobs", "--for", "make", name}, strings.Fields(works[name])...)
		if c.flag("shard") != nil {
			if code, said := run(job...); works[name] == "" || code != 0 {
				t.Errorf("%s: a command of units whose job is not tried: %s", name, said)
			}
		}
		for _, f := range c.flags {
			flag := f.Names()[0]
			if d, ok := f.(cli.DocGenerationFlag); ok && saysWrites.MatchString(d.GetUsage()) {
				if seen[flag] = true; !slices.Contains(known, flag) {
					t.Errorf("%s --%s writes, and is on no list: %s", name, flag, d.GetUsage())
				}
			}
			if c.flag("shard") == nil || !slices.Contains(known, flag) {
				continue
			}
			file := filepath.Join(dir, "written.svg")
			if code, said := run(append(job, "--"+flag, file)...); code != 2 {
				t.Errorf("%s --%s: a job in which every unit writes the same file: status %d %s", name, flag, code, said)
			}
			record := &units.Record{Command: append([]string{name}, append(strings.Fields(works[name]), "--"+flag+"="+file)...)}
			if err := (&call{}).again([]*units.Record{record}); err == nil || !strings.Contains(err.Error(), "has a flag --"+flag) {
				t.Errorf("%s --%s: a record that says where to write: %v", name, flag, err)
			}
			if _, err := os.Stat(file); err == nil {
				t.Fatalf("%s --%s wrote", name, flag)
			}
		}
	}
	for _, flag := range known {
		if !seen[flag] {
			t.Errorf("no usage says that --%s writes", flag)
		}
	}
	named := regexp.MustCompile(`(?:writeFile|createFile|os\.\w+)\(c\.String\("([a-z-]+)"\)`)
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	calls := 0
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range named.FindAllStringSubmatch(string(text), -1) {
			if calls++; !slices.Contains(known, m[1]) {
				t.Errorf("%s writes what --%s names, which is on no list", file, m[1])
			}
		}
	}
	if calls < 5 {
		t.Errorf("%d calls that write were found", calls)
	}
}
