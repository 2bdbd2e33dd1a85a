// Package catalog is the one registry of Crosscut: a set of named entries that
// are complete or refused at start-up. A package declares its entries with
// package-level variables, so a new entry is one new file and no list.
package catalog

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/xrash/smetrics"
)

// Entry is what a catalogue holds.
type Entry interface {
	ID() string      // the name users type
	Validate() error // nil when nothing that a reader needs is missing
}

// named are entries that answer to other names too, which no entry may have as its own.
type named interface{ Also() []string }

// Catalog holds the entries of one kind. The zero value is ready to use.
type Catalog[E Entry] struct {
	kind    string
	entries map[string]E // by their own names
	named   map[string]E // by all
}

// New names the kind of entry ("task", "model"), for error messages.
func New[E Entry](kind string) *Catalog[E] {
	return &Catalog[E]{kind: kind, entries: map[string]E{}, named: map[string]E{}}
}

// Add registers e and returns it, so that a declaration also lists. An
// incomplete or repeated entry is a programming error and panics.
func (c *Catalog[E]) Add(e E) E {
	if err := e.Validate(); err != nil {
		panic(fmt.Sprintf("catalog: %s %q: %v", c.kind, e.ID(), err))
	}
	if _, dup := c.entries[e.ID()]; dup {
		panic(fmt.Sprintf("catalog: %s %q is registered twice", c.kind, e.ID()))
	}
	names := []string{e.ID()}
	if n, more := any(e).(named); more {
		names = append(names, n.Also()...)
	}
	for _, name := range names {
		if other, taken := c.named[name]; taken {
			panic(fmt.Sprintf("catalog: %s %q is a name of %q already", c.kind, name, other.ID()))
		}
	}
	for _, name := range names {
		c.named[name] = e
	}
	c.entries[e.ID()] = e
	return e
}

// All yields the entries sorted by ID, so that every listing is stable.
func (c *Catalog[E]) All() iter.Seq[E] {
	return func(yield func(E) bool) {
		for _, id := range c.Names() {
			if !yield(c.entries[id]) {
				return
			}
		}
	}
}

// Names returns the IDs, sorted.
func (c *Catalog[E]) Names() []string {
	return slices.Sorted(maps.Keys(c.entries))
}

// Get finds an entry by ID. The error for an unknown ID suggests the nearest.
func (c *Catalog[E]) Get(id string) (E, error) {
	if e, ok := c.named[id]; ok {
		return e, nil
	}
	var zero E
	return zero, Unknown(c.kind, id, c.Names())
}

// UnknownError reports a name that is in no catalogue.
type UnknownError struct {
	Kind, Name string
	Nearest    string   // empty when nothing is near
	Known      []string // all that exist
	Listed     string   // by what, where they are many; empty: crosscut list
}

func (e *UnknownError) Error() string { return fmt.Sprintf("unknown %s %q", e.Kind, e.Name) }

// Hint says what to type instead, with all names while one reads so many.
func (e *UnknownError) Hint() string {
	known := "known: " + strings.Join(e.Known, " ")
	if len(e.Known) > readable {
		known = cmp.Or(e.Listed, "crosscut list") + " shows what there is"
	}
	if e.Nearest != "" {
		return fmt.Sprintf("did you mean %q? %s", e.Nearest, known)
	}
	return known
}

// readable is the most names that a hint has.
const readable = 60

// Unknown builds the error for a name that is none of known.
func Unknown(kind, name string, known []string) *UnknownError {
	// Below this similarity a suggestion puzzles more than it helps.
	return &UnknownError{Kind: kind, Name: name, Nearest: Nearest(name, known, 0.75), Known: known}
}

// Nearest is the name of known that is most like another one, "" where none has a Jaro-Winkler similarity above least.
func Nearest(name string, known []string, least float64) (near string) {
	for _, k := range known {
		if s := smetrics.JaroWinkler(strings.ToLower(name), k, 0.7, 4); s > least {
			least, near = s, k
		}
	}
	return near
}
