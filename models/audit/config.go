package audit

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"crosscut/internal/catalog"
)

// Config is a config.json that is being read: an architecture asks it for fields, it
// remembers which were read, and collects what is wrong with them.
type Config struct {
	Type    string
	Dtype   Dtype // torch_dtype: of weights and of what follows them
	Context int   // the context that the config states; 0: none
	Notes   []string

	fields  object
	read    map[string]bool
	nested  bool // a wrapper's text model
	missing []string
	wrong   []string
}

// maxNumber bounds every number of a config, so that products do not overflow.
const maxNumber = 1 << 20

// fail records what is wrong; the first is reported.
func (c *Config) fail(format string, args ...any) {
	c.wrong = append(c.wrong, fmt.Sprintf(format, args...))
}

// note says something that the reader of the counts must know, once.
func (c *Config) note(format string, args ...any) {
	if s := fmt.Sprintf(format, args...); !slices.Contains(c.Notes, s) {
		c.Notes = append(c.Notes, s)
	}
}

// get finds a field by any of its names; two names with different values contradict each other.
func (c *Config) get(names ...string) (string, any, bool) {
	found, value, ok := names[0], any(nil), false
	for _, name := range names {
		v, there := c.fields[name]
		if !there {
			continue
		}
		c.read[name] = true
		if ok && v != nil && value != nil && show(v) != show(value) {
			c.fail("fields %q and %q contradict each other: %s and %s", found, name, show(value), show(v))
		}
		if !ok || value == nil && v != nil {
			found, value, ok = name, v, true
		}
	}
	return found, value, ok
}

// has says whether a field is there and not null.
func (c *Config) has(name string) bool { return c.fields[name] != nil }

// Need is a positive number that the file must state.
func (c *Config) Need(names ...string) int {
	if _, v, _ := c.get(names...); v == nil {
		c.missing = append(c.missing, names[0])
		return 1
	}
	return c.Int(1, names...)
}

// Int is a positive number; def where it is absent or null, as in the reference class.
func (c *Config) Int(def int, names ...string) int { return c.Least(1, def, names...) }

// Least is a number of at least least; def where it is absent or null.
func (c *Config) Least(least, def int, names ...string) int {
	name, v, _ := c.get(names...)
	if v == nil {
		return def
	}
	n, err := whole(v)
	switch {
	case err != nil:
		c.fail("field %q: %s %v", name, show(v), err)
	case n < least || n > maxNumber:
		c.fail("field %q: %d is outside %d..%d", name, n, least, maxNumber)
	default:
		return n
	}
	return max(least, 1)
}

// whole reads a whole number, also where it is written 2.0.
func whole(v any) (int, error) {
	s, ok := v.(json.Number)
	if !ok || len(s) > 40 {
		return 0, fmt.Errorf("is no whole number")
	}
	if n, err := strconv.Atoi(string(s)); err == nil {
		return n, nil
	}
	if strings.Contains(string(s), "e") || strings.Contains(string(s), "E") {
		return 0, fmt.Errorf("is no whole number")
	}
	r, ok := new(big.Rat).SetString(string(s))
	if !ok || !r.IsInt() || !r.Num().IsInt64() {
		return 0, fmt.Errorf("is no whole number")
	}
	return int(r.Num().Int64()), nil
}

// Times is n times a ratio that the config may state (expand_k: 0.5), rounded down as int() does.
func (c *Config) Times(n int, def string, names ...string) int {
	name, v, _ := c.get(names...)
	s := json.Number(def)
	if v != nil {
		number, ok := v.(json.Number)
		if !ok || len(number) > 20 || strings.ContainsAny(string(number), "eE") {
			c.fail("field %q: %s is no ratio", name, show(v))
			return 1
		}
		s = number
	}
	r, ok := new(big.Rat).SetString(string(s))
	if !ok || r.Sign() <= 0 || r.Cmp(big.NewRat(1024, 1)) > 0 {
		c.fail("field %q: %s is outside 0..1024", name, s)
		return 1
	}
	r.Mul(r, big.NewRat(int64(n), 1))
	q := new(big.Int).Quo(r.Num(), r.Denom())
	return max(1, int(q.Int64()))
}

// Bool is a truth value; def where it is absent or null.
func (c *Config) Bool(def bool, names ...string) bool {
	name, v, _ := c.get(names...)
	switch v := v.(type) {
	case nil:
		return def
	case bool:
		return v
	case json.Number:
		if v == "0" || v == "1" {
			return v == "1"
		}
	}
	c.fail("field %q: %s is no truth value", name, show(v))
	return def
}

// Text is a word; def where it is absent or null.
func (c *Config) Text(def string, names ...string) string {
	name, v, _ := c.get(names...)
	if v == nil {
		return def
	}
	s, ok := v.(string)
	if !ok {
		c.fail("field %q: %s is no text", name, show(v))
	}
	return s
}

// List is a list of words or numbers as text; nil where it is absent, null or empty.
func (c *Config) List(names ...string) []string {
	name, v, _ := c.get(names...)
	if v == nil {
		return nil
	}
	list, ok := v.([]any)
	if !ok || len(list) > maxLayers {
		c.fail("field %q: %s is no list", name, show(v))
		return nil
	}
	var words []string
	for _, w := range list {
		switch w := w.(type) {
		case string:
			words = append(words, w)
		case json.Number:
			words = append(words, w.String())
		case bool:
			words = append(words, map[bool]string{false: "0", true: "1"}[w])
		default:
			c.fail("field %q: %s is neither a word nor a number", name, show(w))
		}
	}
	return words
}

// Object is a nested object as a config of its own, whose faults are this one's.
func (c *Config) Object(name string) (*Config, func()) {
	_, v, _ := c.get(name)
	o, ok := v.(object)
	if v != nil && !ok {
		c.fail("field %q: %s is no object", name, show(v))
	}
	inner := &Config{Type: c.Type, Dtype: c.Dtype, fields: o, read: map[string]bool{}}
	return inner, func() {
		for _, w := range inner.wrong {
			c.fail("in %q: %s", name, w)
		}
		for _, m := range inner.missing {
			c.missing = append(c.missing, name+"."+m)
		}
		for _, key := range slices.Sorted(maps.Keys(o)) {
			if !inner.read[key] && !carriesNothing(key) {
				c.fail("unknown field %q: it might change what the model carries", name+"."+key)
			}
		}
	}
}

// Same refuses a field that says otherwise than the number that the others give.
func (c *Config) Same(n int, why string, names ...string) {
	if name, v, _ := c.get(names...); v != nil {
		if got, err := whole(v); err != nil || got != n {
			c.fail("field %q is %s, but %s = %d", name, show(v), why, n)
		}
	}
}

// Divides is a / b, which must be whole.
func (c *Config) Divides(a int, nameA string, b int, nameB string) int {
	if a%b != 0 {
		c.fail("%s = %d is no multiple of %s = %d", nameA, a, nameB, b)
		return 1
	}
	return a / b
}

// maxLayers bounds the number of layers and the length of lists.
const maxLayers = 4096

// Depth is the number of layers.
func (c *Config) Depth(names ...string) int { return c.depth(c.Need(names...), names[0]) }

// DepthOr is the number of layers, with the class's default.
func (c *Config) DepthOr(def int, names ...string) int {
	return c.depth(c.Int(def, names...), names[0])
}

func (c *Config) depth(n int, name string) int {
	if n > maxLayers {
		c.fail("field %q: %d layers are more than %d", name, n, maxLayers)
		return 1
	}
	return n
}

// Pattern is a word for each of depth layers: the list of that name, else by(i) for the i-th layer from 0.
func (c *Config) Pattern(depth int, by func(i int) string, names ...string) []string {
	words := c.List(names...)
	if words == nil && by == nil {
		c.missing = append(c.missing, names[0])
		return nil
	}
	if words == nil {
		for i := range depth {
			words = append(words, by(i))
		}
	}
	if len(words) != depth {
		c.fail("field %q names %d layers, but there are %d", names[0], len(words), depth)
	}
	return words
}

// agree refuses a list of layers that the stated fields of a rule contradict: by(i) for the i-th layer from 0.
func (c *Config) agree(list string, words []string, by func(i int) string, rule ...string) {
	for _, name := range rule {
		for i, word := range words {
			if _, v, _ := c.get(name); v != nil && c.has(list) && word != by(i) && word != renamed[by(i)] {
				c.fail("fields %q and %q contradict each other: layer %d is %s and %s", list, name, i+1, clip(word), by(i))
				return
			}
		}
	}
}

// listed refuses a layer_types that no family read and that lists another number of layers than there are.
func (c *Config) listed(depth int) {
	if list, ok := c.fields["layer_types"].([]any); ok && !c.read["layer_types"] && len(list) != depth {
		c.fail("field %q names %d layers, but there are %d", "layer_types", len(list), depth)
	}
}

// Indices says of depth layers which are in a list of numbers counted from first; nil where there is none.
func (c *Config) Indices(depth, first int, names ...string) []bool {
	words := c.List(names...)
	if words == nil {
		return nil
	}
	in := make([]bool, depth)
	for _, word := range words {
		i, err := whole(json.Number(word))
		if err != nil || i < first || i >= depth+first {
			c.fail("field %q: there is no layer %s among %d counted from %d", names[0], clip(word), depth, first)
			return in
		}
		in[i-first] = true
	}
	return in
}

// contexts are the fields that state a context length.
var contexts = []string{"max_position_embeddings", "n_positions", "context_length", "n_ctx", "max_seq_len", "seq_length", "model_max_length", "max_sequence_length"}

// parse reads what all configs have, and finds the architecture.
func parse(raw []byte, set object) (*Config, *Architecture, error) {
	fields, err := readObject(raw)
	if err != nil {
		return nil, nil, err
	}
	c := &Config{read: map[string]bool{}}
	if fields, err = flatten(fields, c); err != nil {
		return nil, nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(set)) {
		c.note("assumed: %s = %s, given with --set", name, show(set[name]))
		if other, twin := map[string]string{"dtype": "torch_dtype", "torch_dtype": "dtype"}[name]; twin {
			if _, both := set[other]; !both {
				delete(fields, other)
			}
		}
		fields[name] = set[name]
	}
	c.fields = fields
	a, err := c.architecture()
	if err != nil {
		return nil, nil, err
	}
	c.Type = a.Type
	c.readDtype()
	for _, name := range contexts {
		c.read[name] = true
		if n, err := whole(fields[name]); err == nil && n > 0 && c.Context == 0 {
			c.Context = min(n, 1<<40)
		} else if err == nil && n > 0 && n != c.Context {
			c.note("the config states two contexts, %d and %s = %d: shown at the first", c.Context, name, n)
		} else if fields[name] != nil && err != nil {
			c.fail("field %q: %s %v", name, show(fields[name]), err)
		} else if n < 0 {
			c.fail("field %q: %d is no number of tokens", name, n)
		}
	}
	return c, a, nil
}

// Vocab is vocab_size; 0 where the config does not state it.
func (c *Config) Vocab() int {
	n, _ := whole(c.fields["vocab_size"])
	return n
}

// flatten lifts the text model out of a config that holds several. The reference builds it from the
// inner object alone: outside that, dtype and quantisation count, what is harmless stays so, and any
// other field must agree with the inner one.
func flatten(fields object, c *Config) (object, error) {
	var nested string
	for _, name := range []string{"text_config", "llm_config", "language_config"} {
		if _, ok := fields[name].(object); ok && nested != "" {
			return nil, fmt.Errorf("fields %q and %q both hold a text model", nested, name)
		} else if ok {
			nested = name
		}
	}
	if nested == "" {
		return fields, nil
	}
	if outer, _ := fields["model_type"].(string); notCounted(outer) != nil {
		return nil, notCounted(outer)
	}
	inner := fields[nested].(object)
	c.nested = true
	c.note("counted: the text model in %q; images and sounds reach it as tokens", nested)
	out := maps.Clone(inner)
	if name, _ := inner["model_type"].(string); !known(name) && fields["model_type"] != nil {
		if outer, _ := fields["model_type"].(string); known(outer) || name == "" {
			out["model_type"] = fields["model_type"]
		}
	}
	for _, key := range slices.Sorted(maps.Keys(fields)) {
		v, w := fields[key], inner[key]
		switch {
		case key == nested || key == "model_type" || carriesNothing(key) || strings.HasSuffix(key, "_config") && key != "quantization_config":
		case key == "dtype" || key == "torch_dtype":
			c.outerDtype(out, key, v, nested)
		case w == nil && (key == "quantization_config" || harmlessHere(key, v) || checked[key].why != ""):
			out[key] = v
		case w == nil:
			c.fail("field %q = %s stands outside %q, which alone makes the text model: move it there, or leave it out", key, show(v), nested)
		case show(v) != show(w):
			return nil, fmt.Errorf("fields %q and %q contradict each other: %s and %s", key, nested+"."+key, show(v), show(w))
		}
	}
	return out, nil
}

// outerDtype settles the type of a text model whose wrapper states one too: the wider counts.
func (c *Config) outerDtype(out object, key string, v any, nested string) {
	stated := out["dtype"]
	if stated == nil {
		stated = out["torch_dtype"]
	}
	if stated == nil {
		out[key] = v
		return
	}
	outer, _ := v.(string)
	inner, _ := stated.(string)
	a, okA := ParseDtype(outer)
	b, okB := ParseDtype(inner)
	if okA && okB && a != b {
		wider := b
		if a.Bits() > b.Bits() {
			wider = a
		}
		c.note("%q says %s outside %s and %s inside it: the wider counts", key, outer, nested, inner)
		delete(out, "torch_dtype")
		out["dtype"] = string(wider)
	}
}

func known(name string) bool { _, err := all.Get(name); return err == nil }

// notCounted refuses a type that exists and is not counted, with the reason.
func notCounted(name string) error {
	if why, there := uncounted[name]; there {
		return fmt.Errorf(`field "model_type": %q is not counted here: %s`, name, why)
	}
	return nil
}

func (c *Config) architecture() (*Architecture, error) {
	c.read["model_type"] = true
	v, there := c.fields["model_type"]
	name, ok := v.(string)
	if !ok {
		for a := range all.All() {
			if a.Claims != nil && !there && a.Claims(c.fields) {
				c.note("the file states no model_type; its fields are those of %s", a.Class)
				return a, nil
			}
		}
		return nil, fmt.Errorf(`field "model_type" is missing or no string%s`, otherFile(c.fields))
	}
	if err := notCounted(name); err != nil {
		return nil, err
	}
	a, err := all.Get(clip(name))
	if unknown := new(catalog.UnknownError); errors.As(err, &unknown) {
		unknown.Listed = "crosscut audit --help"
		if !sameLetters(unknown.Name, unknown.Nearest) {
			unknown.Nearest = "" // internlm3 is another model than internlm2, not a slip
		}
	}
	if err != nil {
		return nil, fmt.Errorf(`field "model_type": %w`, err)
	}
	return a, nil
}

// sameLetters says that two names differ in case and punctuation at most.
func sameLetters(a, b string) bool {
	plain := strings.NewReplacer("-", "", "_", "", ".", "", " ", "")
	return strings.EqualFold(plain.Replace(a), plain.Replace(b))
}

// otherFile guesses which file of a model's folder this is instead.
func otherFile(fields object) string {
	for _, k := range [][2]string{{"weight_map", "an index of shards (model.safetensors.index.json)"}, {"added_tokens_decoder", "tokenizer_config.json"},
		{"added_tokens", "tokenizer.json"}, {"_from_model_config", "generation_config.json"}, {"peft_type", "an adapter's adapter_config.json: audit its base model"},
		{"image_processor_type", "preprocessor_config.json"}, {"n_heads", "Meta's params.json"}, {"features", "a trained folder's config.json, which --weights reads"}} {
		if _, ok := fields[k[0]]; ok {
			return ": this looks like " + k[1]
		}
	}
	return ""
}

// readDtype reads the numeric type: dtype wins over torch_dtype, as in the reference.
func (c *Config) readDtype() {
	c.read["dtype"], c.read["torch_dtype"] = true, true
	name := "dtype"
	v, old := c.fields["dtype"], c.fields["torch_dtype"]
	if v == nil {
		name, v = "torch_dtype", old
	} else if old != nil && show(old) != show(v) {
		c.note(`"dtype" is %s and "torch_dtype" is %s: dtype wins, as in the reference`, show(v), show(old))
	}
	c.Dtype = float32s
	if v == nil || v == "auto" {
		c.note("the config states no dtype: counted as float32, torch's default and the larger")
		return
	}
	s, _ := v.(string)
	d, ok := ParseDtype(s)
	if !ok {
		c.fail("field %q: %s: want one of %v", name, show(v), Dtypes())
		return
	}
	if d.Bits() < 16 {
		c.note("%q says %s, which is how weights are stored: what the model computes is counted as float32, the larger; --kv-dtype and --state-dtype say otherwise", name, d)
		d = float32s
	}
	c.Dtype = d
}

// leftOver names every field that nobody read and that is not known to be harmless.
func (c *Config) leftOver(ignored []string) (unknown []string, err error) {
	for _, name := range ignored {
		if _, there := c.fields[name]; !there {
			return nil, fmt.Errorf("--ignore %s: the config has no such field", clip(name))
		}
		if c.read[name] || checked[name].why != "" {
			return nil, fmt.Errorf("--ignore %s: this field decides what is counted", clip(name))
		}
		c.note("assumed: %s = %s changes nothing that is carried (--ignore)", name, show(c.fields[name]))
	}
	for _, name := range slices.Sorted(maps.Keys(c.fields)) {
		v := c.fields[name]
		if c.read[name] || carriesNothing(name) || slices.Contains(ignored, name) {
			continue
		}
		if test, there := checked[name]; there && !test.ok(v) && test.why != "" {
			c.fail("field %q: %s: %s", name, show(v), test.why)
		} else if !there || !test.ok(v) {
			unknown = append(unknown, name)
		}
	}
	return unknown, nil
}
