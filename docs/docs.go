// Package docs holds the texts that `crosscut show` prints.
package docs

import (
	"embed"
	"io/fs"
	"strings"
)

//go:embed *.md
var files embed.FS

// Names lists the texts, sorted, without their ending.
func Names() []string {
	found, err := fs.Glob(files, "*.md")
	if err != nil {
		panic(err) // the pattern is constant
	}
	for i, name := range found {
		found[i] = strings.TrimSuffix(name, ".md")
	}
	return found
}

// Text returns one text, by its name without ending.
func Text(name string) (string, bool) {
	b, err := files.ReadFile(name + ".md")
	return string(b), err == nil
}

// Home is the page on which an entry's derivations stand: the one that it cites as "derived
// here: docs/NAME.md", else the page of its kind.
func Home(cites []string, kind string) string {
	for _, c := range cites {
		if page, ok := strings.CutPrefix(c, "derived here: docs/"); ok {
			return strings.TrimSuffix(page, ".md")
		}
	}
	return kind
}

// Reference is the entry of references.md with this key, on one line.
func Reference(key string) (string, bool) {
	text, _ := Text("references")
	_, rest, ok := strings.Cut(text, "\n- `"+key+"`: ")
	if !ok {
		return "", false
	}
	entry, _, _ := strings.Cut(rest, "\n- ")
	entry, _, _ = strings.Cut(entry, "\n\n")
	return strings.Join(strings.Fields(entry), " "), true
}
