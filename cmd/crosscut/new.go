package main

import (
	"bytes"
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"text/template"

	"github.com/urfave/cli/v2"

	"crosscut/internal/catalog"
)

//go:embed new/*.tmpl
var newTexts embed.FS

var newTemplates = template.Must(template.ParseFS(newTexts, "new/*.tmpl"))

// newKinds are the files that new writes, by what they hold, and the endings of their names.
var (
	newKinds  = []string{"reduction", "task", "model", "paper"}
	newEnding = map[string]string{"paper": ".go"}
	plainName = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_-]*$`)
)

var _ = register(&command{
	name:  "new",
	usage: "write a file to start from: a reduction, a task, a model or a paper",
	about: "Writes NAME.star, a commented file that works as it stands: a reduction, a task with a reduction, or a model with the " +
		"reduction that bounds it. For a paper it writes NAME.go, an entry of the project's matrix of claims that builds, and " +
		"that the program refuses until it is filled in. A file that exists is never overwritten.",
	args: strings.Join(newKinds, "|") + " NAME", minArgs: 2, maxArgs: 2, plain: true,
	flags: flags(&cli.StringFlag{Name: "out", Usage: "write to `FILE` (default: NAME.star, or NAME.go, in this folder)"}),
	run: func(c *call) error {
		kind, name := c.argument(0), c.argument(1)
		text := newTemplates.Lookup(kind + ".tmpl")
		if text == nil {
			return catalog.Unknown("kind of file", kind, newKinds)
		}
		if !plainName.MatchString(name) {
			return usagef("write a name such as my-task, and --out FILE for a place", "%q is no name: letters, digits, - and _, a letter first", name)
		}
		ending := cmp.Or(newEnding[kind], ".star")
		file := cmp.Or(c.String("out"), name+ending)
		if filepath.Ext(file) != ending || strings.ContainsAny(file, "\r\n") {
			return usagef("end the name with "+ending, "flag --out: %q would not be read as a %s", file, kind)
		}
		var b bytes.Buffer
		if err := text.Execute(&b, map[string]string{"Name": name, "File": quote(file), "Ident": goName(name)}); err != nil {
			return internal(err)
		}
		if err := createFile(file, b.Bytes()); err != nil {
			return err
		}
		_, err := fmt.Fprintf(c.stdout, "wrote %s\n", file)
		return err
	},
})

// createFile writes a file that does not exist yet; a half-written one is removed.
func createFile(name string, data []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if errors.Is(err, fs.ErrExist) {
		return usagef("take another name, or write elsewhere with --out FILE", "%s exists, and stays as it is", name)
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", name, err)
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(fmt.Errorf("writing %s: %w", name, err), os.Remove(name))
	}
	return nil
}

// goName is the name of an entry in Go: words joined, each with a capital.
func goName(name string) string {
	var b strings.Builder
	for _, word := range strings.FieldsFunc(name, func(r rune) bool { return r == '-' || r == '_' }) {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}
