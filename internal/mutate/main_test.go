package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// A package whose tests notice all mutants but three, one of which is equivalent; the others no test reaches. Max is
// reached in another process alone.
var sample = map[string]string{
	"go.mod": "module a\n",
	"a.go":   "package a\n\nimport \"errors\"\n\nfunc F(n int) error {\n\tif n < 3 && n != 1 {\n\t\treturn errors.New(\"small\")\n\t}\n\treturn nil\n}\n\nfunc Max(a, b int) int {\n\tif a > b {\n\t\treturn a\n\t}\n\treturn b\n}\n\nfunc Idle(n int) bool { return n > 7 }\n",
	"a_test.go": "package a\n\nimport (\n\t\"os\"\n\t\"os/exec\"\n\t\"testing\"\n)\n\nfunc TestF(t *testing.T) {\n\tif F(2) == nil || F(1) != nil || F(5) != nil {\n\t\tt.Error()\n\t}\n}\n\n" +
		"func TestChild(t *testing.T) {\n\tif os.Getenv(\"CHILD\") != \"\" {\n\t\tif Max(1, 2) != 2 {\n\t\t\tt.Error()\n\t\t}\n\t\treturn\n\t}\n\tc := exec.Command(os.Args[0], \"-test.run=TestChild\")\n\tc.Env = append(os.Environ(), \"CHILD=1\")\n\tif c.Run() != nil {\n\t\tt.Error()\n\t}\n}\n",
}

func TestMutants(t *testing.T) {
	dir := t.TempDir()
	t.Chdir(dir)
	for name, text := range sample {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	ms, _, err := mutate(".", t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range ms {
		got = append(got, m.name)
	}
	want := []string{
		"a.go: F: drop the refusal if n < 3 && n != 1", "a.go: F: || for && in n < 3 && n != 1", "a.go: F: <= for < in n < 3",
		"a.go: Max: turn around if a > b", "a.go: Max: >= for > in a > b", "a.go: Idle: >= for > in n > 7",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
	for _, c := range []struct {
		list string
		bad  int
	}{
		// One survivor is explained and one is not; one line is of a mutant that is noticed, one of none.
		{"# why\n" + want[4] + " -- of equal numbers either is the larger\n" + want[0] + " -- noticed\n" + "a.go: G: gone -- no more\n", 4},
		{want[0], -1}, // no reason
	} {
		if err := os.MkdirAll("testdata", 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join("testdata", "survivors.txt"), []byte(c.list), 0o600); err != nil {
			t.Fatal(err)
		}
		bad, err := try(".", regexp.MustCompile(""), time.Minute)
		if (err != nil) != (c.bad < 0) || err == nil && bad != c.bad || err != nil && !strings.Contains(err.Error(), "want FILE") {
			t.Errorf("with the list %q %d are bad, want %d: %v", c.list, bad, c.bad, err)
		}
	}
}
