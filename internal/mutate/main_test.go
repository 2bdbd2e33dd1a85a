package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestMutants(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "a.go")
	text := "package a\n\nimport \"errors\"\n\nfunc F(n int) error {\n\tif n < 3 && n != 1 {\n\t\treturn errors.New(\"small\")\n\t}\n\treturn nil\n}\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	ms, err := mutants(file)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range ms {
		got = append(got, m.String())
		if !strings.Contains(string(m.text), "package a") || string(m.text) == text {
			t.Errorf("%s changes nothing:\n%s", m, m.text)
		}
	}
	want := "a.go: F: drop the refusal if n < 3 && n != 1|a.go: F: || for && in n < 3 && n != 1|a.go: F: <= for < in n < 3"
	if strings.Join(got, "|") != want {
		t.Errorf("got %s", strings.Join(got, "|"))
	}
	list := filepath.Join(dir, "survivors.txt")
	if err := os.WriteFile(list, []byte("# why\n"+got[0]+" -- there is a reason\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if known, err := explanations(list); err != nil || !known[got[0]] || len(known) != 1 {
		t.Error(known, err)
	}
	if err := os.WriteFile(list, []byte(got[0]), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := explanations(list); err == nil {
		t.Error("a survivor needs a reason")
	}
}
