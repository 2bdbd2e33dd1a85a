package main

import "testing"

func TestFirstLine(t *testing.T) {
	for text, want := range map[string]string{
		"One. Two.":               "One",
		"x_1 + ... + x_n mod 2":   "x_1 + ... + x_n mod 2",
		"a + ... + b. Then more.": "a + ... + b",
		"line\nother. line":       "line",
		"ends.":                   "ends",
		". ":                      "",
		"":                        "",
	} {
		if got := firstLine(text); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
