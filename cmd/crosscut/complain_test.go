package main

import (
	"errors"
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
