package main

import (
	"bytes"
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
	root, err := filepath.Abs("../..")
	if err != nil {
		t.Fatal(err)
	}
	overlay := overlayOf(t, root, map[string]string{"reductions/papers/some-paper2026.go": code.String()})
	if !long.Tests() {
		t.Skip("the tool is built again where CROSSCUT_LONG is set")
	}
	build := exec.Command("go", "build", "-overlay", overlay, "./reductions/papers")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
