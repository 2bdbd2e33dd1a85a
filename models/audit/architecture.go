// Package audit reads the hyper-parameters that model hubs publish and counts
// exactly what such a model carries past a cut: recurrent states, convolution
// states, normalisers, and key-value caches, in elements and bits. From that it
// says from which context length on each claim excludes anything.
//
// A family of architectures is one file. Fields and types that it does not know are
// errors that name them; nothing is guessed. An undercount would print an
// "impossible" that is false, so where implementations differ the larger width counts.
package audit

import (
	"errors"
	"strings"

	"crosscut/internal/catalog"
)

// Architecture is a kind of published model.
type Architecture struct {
	Type  string // config.json's model_type
	Doc   string
	Class string // the class of the reference implementation whose cache or state is counted
	Cite  []string
	// Layers lists what each layer carries, in order. It reads fields through c, which
	// records those that are missing, contradictory or of the wrong kind.
	Layers func(c *Config) []Layer
	// Outside says why no state crosses a cut in the sense of the claims; "" for the others.
	Outside string
	// Claims says that a config without a model_type is of this type.
	Claims func(fields map[string]any) bool
	_      struct{}
}

// ID is the model_type.
func (a *Architecture) ID() string { return a.Type }

// Validate refuses an incomplete architecture.
func (a *Architecture) Validate() error {
	if a.Type == "" || a.Doc == "" || a.Class == "" || len(a.Cite) == 0 || (a.Layers == nil) == (a.Outside == "") {
		return errors.New("type, doc, class, citation, and either layers or a reason why it is outside are needed")
	}
	return nil
}

var all = catalog.New[*Architecture]("model_type")

func register(a *Architecture) *Architecture { return all.Add(a) }

// An is a word with its indefinite article.
func An(word string) string {
	if strings.IndexAny(word, "aeiou") == 0 {
		return "an " + word
	}
	return "a " + word
}

// also registers a under further names of the same model.
func also(a *Architecture, names ...string) *Architecture {
	for _, name := range names {
		b := *a
		b.Type, b.Claims = name, nil
		register(&b)
	}
	return a
}

// Catalog returns all architectures.
func Catalog() *catalog.Catalog[*Architecture] { return all }
