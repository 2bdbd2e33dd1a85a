package main

import (
	"bytes"
	"encoding/json"
	"go/format"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"crosscut/internal/long"
)

// The skeleton of a paper builds with the package it is meant for.
func TestNewPaperBuilds(t *testing.T) {
	var code bytes.Buffer
	if err := newTemplates.Lookup("paper.tmpl").Execute(&code, map[string]string{"Name": "some-paper2026", "Ident": goName("some-paper2026")}); err != nil {
		t.Fatal(err)
	}
	if tidy, err := format.Source(code.Bytes()); err != nil || !bytes.Equal(tidy, code.Bytes()) {
		t.Errorf("gofmt is needed (%v)", err)
	}
	if !long.Tests() {
		t.Skip("the tool is built again where CROSSCUT_LONG is set")
	}
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	written, overlay := filepath.Join(dir, "paper.go"), filepath.Join(dir, "overlay.json")
	list, err := json.Marshal(map[string]map[string]string{"Replace": {filepath.Join(root, "reductions/papers/some-paper2026.go"): written}})
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{written: code.Bytes(), overlay: list} {
		if err := os.WriteFile(name, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	build := exec.Command("go", "build", "-overlay", overlay, "./reductions/papers")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
