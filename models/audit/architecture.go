// Package audit reads the hyper-parameters that model hubs publish and counts
// exactly what such a model carries past a cut: recurrent states, convolution
// states, normalisers, and key-value caches, in elements and bits. From that it
// says from which context length on each claim excludes anything.
//
// An architecture is one file. Fields and types that it does not know are errors
// that name them; nothing is guessed.
package audit

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"crosscut/internal/catalog"
)

// Architecture is a kind of published model.
type Architecture struct {
	Type   string // config.json's model_type
	Doc    string
	Cite   []string
	Fields []Field // that decide what is carried
	// Layers counts what the layers carry. Groups of equal layers are one entry.
	Layers func(c Config) ([]Layer, error)
	_      struct{}
}

// Field is a number of config.json.
type Field struct {
	Name string
	// Default gives the value when the field is absent; nil: it is needed.
	Default func(c Config) (int, error)
	// Null says that null is allowed and reads as 0.
	Null bool
	// Least is the smallest allowed value.
	Least int
}

// Layer is a group of equal layers.
type Layer struct {
	Kind  string // "attention", "mamba", ...
	Count int
	// Fixed parts are carried whatever the context is, for each layer.
	Fixed []Part
	// Cached is carried for each token of the context, up to Window tokens (0: all).
	Cached []Part
	Window int
	// Heads and Width are those of a softmax attention layer; 0 elsewhere.
	Heads, Width int
}

// Part is a count of numbers in a state, with the formula in words.
type Part struct {
	Name     string
	Elements int
	Formula  string
}

// ID is the model_type.
func (a *Architecture) ID() string { return a.Type }

// Validate refuses an incomplete architecture.
func (a *Architecture) Validate() error {
	if a.Type == "" || a.Doc == "" || len(a.Cite) == 0 || a.Layers == nil || len(a.Fields) == 0 {
		return errors.New("type, doc, citation, fields and layers are needed")
	}
	return nil
}

var all = catalog.New[*Architecture]("model_type")

func register(a *Architecture) *Architecture { return all.Add(a) }

// Catalog returns all architectures.
func Catalog() *catalog.Catalog[*Architecture] { return all }

// Config is a checked config.json: the numbers that decide what is carried, and
// the few other fields that matter.
type Config struct {
	Type    string
	Numbers map[string]int
	Blocks  []string // recurrent_gemma: the pattern of block types
	Dtype   string
	Context int // the context that the config states; 0: none
	Notes   []string
}

// Int is one of the architecture's numbers.
func (c Config) Int(name string) int { return c.Numbers[name] }

// maxNumber bounds every number of a config, so that products do not overflow.
const maxNumber = 1 << 24

// dtypes are the widths of numbers, in bits.
var dtypes = map[string]int{"float32": 32, "float16": 16, "bfloat16": 16, "float64": 64}

// Bits is the width of a stored number.
func (c Config) Bits() int { return dtypes[c.Dtype] }

// contexts are the fields that state a context length.
var contexts = []string{"max_position_embeddings", "n_positions", "context_length", "n_ctx"}

// ParseConfig reads config.json, or the same fields given as flags.
func ParseConfig(raw []byte) (Config, *Architecture, error) {
	if len(raw) > 1<<20 {
		return Config{}, nil, errors.New("audit: a config larger than 1 MB")
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil {
		return Config{}, nil, fmt.Errorf("audit: no JSON object: %v", err)
	}
	c, a, err := parse(fields)
	if err != nil {
		return Config{}, nil, fmt.Errorf("audit: %w", err)
	}
	return c, a, nil
}

func parse(fields map[string]json.RawMessage) (Config, *Architecture, error) {
	c := Config{Numbers: map[string]int{}}
	if raw, ok := fields["model_type"]; !ok || json.Unmarshal(raw, &c.Type) != nil {
		return c, nil, errors.New(`field "model_type" is missing or no string`)
	}
	a, err := all.Get(clip(c.Type))
	if err != nil {
		return c, nil, fmt.Errorf(`field "model_type": %w`, err)
	}
	if err := unknownFields(fields, a); err != nil {
		return c, nil, err
	}
	for _, f := range a.Fields {
		v, err := number(fields[f.Name], f, c)
		if err != nil {
			return c, nil, fmt.Errorf("field %q: %w", f.Name, err)
		}
		c.Numbers[f.Name] = v
	}
	if raw, ok := fields["block_types"]; ok {
		if json.Unmarshal(raw, &c.Blocks) != nil || len(c.Blocks) == 0 {
			return c, nil, errors.New(`field "block_types": want a list of names`)
		}
	}
	c.Dtype = "float32"
	if raw, ok := firstOf(fields, "torch_dtype", "dtype"); !ok {
		c.Notes = append(c.Notes, "the config states no torch_dtype: counted as float32")
	} else if json.Unmarshal(raw, &c.Dtype) != nil || dtypes[c.Dtype] == 0 {
		return c, nil, fmt.Errorf(`field "torch_dtype": %s: want one of %v`, clip(string(raw)), slices.Sorted(maps.Keys(dtypes)))
	}
	for _, name := range contexts {
		if raw, ok := fields[name]; ok && c.Context == 0 {
			if c.Context, err = number(raw, Field{Name: name, Least: 1}, c); err != nil {
				return c, nil, fmt.Errorf("field %q: %w", name, err)
			}
		}
	}
	return c, a, nil
}

func firstOf(fields map[string]json.RawMessage, names ...string) (json.RawMessage, bool) {
	for _, name := range names {
		if raw, ok := fields[name]; ok {
			return raw, true
		}
	}
	return nil, false
}

func number(raw json.RawMessage, f Field, c Config) (int, error) {
	if raw == nil || string(raw) == "null" && f.Default != nil {
		if f.Default == nil {
			return 0, errors.New("it is missing, and decides what the model carries")
		}
		return f.Default(c)
	}
	if string(raw) == "null" && f.Null {
		return 0, nil
	}
	if string(raw) == "false" || string(raw) == "true" {
		return map[string]int{"false": 0, "true": 1}[string(raw)], boolField(f)
	}
	var v int
	if json.Unmarshal(raw, &v) != nil {
		return 0, fmt.Errorf("%s is no whole number", clip(string(raw)))
	}
	if v < f.Least || v > maxNumber {
		return 0, fmt.Errorf("%d is outside %d..%d", v, f.Least, maxNumber)
	}
	return v, nil
}

func boolField(f Field) error {
	if f.Name != "use_sliding_window" {
		return errors.New("want a whole number, not a truth value")
	}
	return nil
}

func clip(s string) string {
	if len(s) > 60 {
		return s[:60] + "..."
	}
	return s
}

// need is a field that must be there; or uses a default.
func need(name string) Field { return Field{Name: name, Least: 1} }

func or(name string, def func(c Config) (int, error)) Field {
	return Field{Name: name, Least: 1, Default: def}
}

// same defaults to another field.
func same(name string) func(Config) (int, error) {
	return func(c Config) (int, error) { return c.Int(name), nil }
}

// constant defaults to a number, which the architecture's own code fixes.
func constant(v int) func(Config) (int, error) {
	return func(Config) (int, error) { return v, nil }
}

// quotient defaults to a / b, which must be whole.
func quotient(a, b string) func(Config) (int, error) {
	return func(c Config) (int, error) {
		if c.Int(b) == 0 || c.Int(a)%c.Int(b) != 0 {
			return 0, fmt.Errorf("it is missing, and %s = %d is no multiple of %s = %d", a, c.Int(a), b, c.Int(b))
		}
		return c.Int(a) / c.Int(b), nil
	}
}

// softmax is a group of attention layers with a key-value cache.
func softmax(count, heads, kv, width, window int) Layer {
	return Layer{Kind: "attention", Count: count, Heads: heads, Width: width, Window: window, Cached: []Part{
		{Name: "keys", Elements: kv * width, Formula: "key-value heads x head width"},
		{Name: "values", Elements: kv * width, Formula: "key-value heads x head width"},
	}}
}

// mamba1 is a group of Mamba layers (Gu and Dao 2023).
func mamba1(count, inner, state, conv int) Layer {
	return Layer{Kind: "mamba", Count: count, Fixed: []Part{
		{Name: "state", Elements: inner * state, Formula: "d_inner x d_state"},
		{Name: "convolution", Elements: inner * (conv - 1), Formula: "d_inner x (d_conv - 1)"},
	}}
}
