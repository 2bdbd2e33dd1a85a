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
	if f, err := basket().Get("pear"); err != nil || f.name != "pear" {
		t.Errorf("pear: %v, %v", f, err)
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
