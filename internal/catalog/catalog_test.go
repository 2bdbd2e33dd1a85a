package catalog

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

type fruit struct {
	name string
	bad  bool
}

func (f fruit) ID() string { return f.name }

func (f fruit) Validate() error {
	if f.bad {
		return errors.New("is rotten")
	}
	return nil
}

func basket() *Catalog[fruit] {
	c := New[fruit]("fruit")
	for _, name := range []string{"pear", "apple", "grape"} {
		c.Add(fruit{name: name})
	}
	return c
}

func TestCatalogIsSorted(t *testing.T) {
	c := basket()
	want := []string{"apple", "grape", "pear"}
	if !slices.Equal(c.Names(), want) {
		t.Errorf("names %v", c.Names())
	}
	var got []string
	for f := range c.All() {
		got = append(got, f.name)
		if len(got) == 2 {
			break
		}
	}
	if !slices.Equal(got, want[:2]) {
		t.Errorf("the first two are %v", got)
	}
}

func TestUnknownNames(t *testing.T) {
	for name, nearest := range map[string]string{"aple": "apple", "Grape": "grape", "zzz": "", "": ""} {
		_, err := basket().Get(name)
		var unknown *UnknownError
		if !errors.As(err, &unknown) || unknown.Nearest != nearest {
			t.Errorf("%q: %v, nearest %q, want %q", name, err, unknown.Nearest, nearest)
			continue
		}
		if hint := unknown.Hint(); !strings.Contains(hint, "apple grape pear") || strings.Contains(hint, "did you mean") != (nearest != "") {
			t.Errorf("%q: hint %q", name, hint)
		}
	}
	many := make([]string, 61)
	if hint := Unknown("fruit", "zzz", many).Hint(); hint != "crosscut list shows what there is" {
		t.Errorf("of %d names: hint %q", len(many), hint)
	}
	if f, err := basket().Get("pear"); err != nil || f.name != "pear" {
		t.Errorf("pear: %v, %v", f, err)
	}
}

// alike is a fruit of several names.
type alike struct {
	fruit
	also []string
}

func (a alike) Also() []string { return a.also }

// Other names find an entry, are not listed, and belong to one entry only.
func TestOtherNames(t *testing.T) {
	c := New[alike]("fruit")
	c.Add(alike{fruit{name: "pear"}, []string{"nashi"}})
	if f, err := c.Get("nashi"); err != nil || f.name != "pear" || strings.Join(c.Names(), " ") != "pear" {
		t.Errorf("nashi: %v, %v among %v", f, err, c.Names())
	}
	for _, clash := range []alike{{fruit{name: "nashi"}, nil}, {fruit{name: "plum"}, []string{"pear"}}, {fruit{name: "plum"}, []string{"nashi"}}} {
		func() {
			defer func() {
				if r, _ := recover().(string); !strings.Contains(r, "is a name of") {
					t.Errorf("%v: panic %q", clash, r)
				}
			}()
			c.Add(clash)
		}()
	}
}

// TestProgrammersErrors: an incomplete or repeated entry never starts.
func TestProgrammersErrors(t *testing.T) {
	for what, f := range map[string]fruit{"twice": {name: "pear"}, "rotten": {name: "plum", bad: true}} {
		func() {
			defer func() {
				if r, _ := recover().(string); !strings.Contains(r, what) {
					t.Errorf("%v: panic %q, want %q", f, r, what)
				}
			}()
			basket().Add(f)
		}()
	}
}
