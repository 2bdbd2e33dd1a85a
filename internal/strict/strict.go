// Package strict reads JSON that somebody else wrote, one way for every file and
// request: keys match exactly, no key stands twice, unknown keys are named all at
// once, null stands only where nothing may stand, depth and size have limits,
// nothing follows the value, and a file of another kind is recognised by its first
// bytes. encoding/json alone takes "N" for "n", lets the last of two keys win and
// turns null into zero.
package strict

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// Limits on what is read. Zero means the default.
type Limits struct {
	Bytes int // of the text; default 2^28
	Depth int // of nested lists and objects; default 64
	// NoNull: null stands for no list and for nothing absent either, only within types that
	// decode themselves.
	NoNull bool
}

func (l Limits) or() Limits {
	if l.Bytes == 0 {
		l.Bytes = 1 << 28
	}
	if l.Depth == 0 {
		l.Depth = 64
	}
	return l
}

// Text is a text that people write, without the byte order mark that some programs put before it.
// Files of Crosscut's own formats have none.
func Text[T ~string | ~[]byte](raw T) T {
	const mark = "\ufeff"
	if len(raw) >= len(mark) && string(raw[:len(mark)]) == mark {
		return raw[len(mark):]
	}
	return raw
}

// Decode reads one JSON value into a pointer. Where the Go value is a struct its
// keys are the names of the fields; within maps, interfaces, raw messages and types
// that decode themselves every key is allowed, but none twice.
func Decode(raw []byte, into any, l Limits) error {
	if err := examine(raw, reflect.TypeOf(into), l.or()); err != nil {
		return err
	}
	return plain(json.Unmarshal(raw, into))
}

// Known is Decode for a struct beside whose keys others may stand: it returns their
// places, for the caller to judge. A key that differs from a known one only in case is
// an error, and null is read as a key that does not stand there.
func Known(raw []byte, into any, l Limits) (others []string, err error) {
	w := &walker{nulls: true}
	if err := w.examine(raw, reflect.TypeOf(into), l.or()); err != nil {
		return nil, err
	}
	if w.slip != nil {
		return nil, w.slip
	}
	return w.unknown.Keys, plain(json.Unmarshal(raw, into))
}

// Field is a key of an object and its value.
type Field struct {
	Key   string
	Value json.RawMessage
}

// Fields reads one object whose keys the caller judges, in the order of the text.
func Fields(raw []byte, l Limits) ([]Field, error) {
	l = l.or()
	if err := examine(raw, anything, l); err != nil {
		return nil, err
	}
	w := &walker{raw: raw, limits: l}
	if w.space(); w.raw[w.at] != '{' {
		return nil, errors.New("want a JSON object { ... }")
	}
	return w.fields()
}

// Map is Fields without the order.
func Map(raw []byte, l Limits) (map[string]json.RawMessage, error) {
	all, err := Fields(raw, l)
	if err != nil {
		return nil, err
	}
	m := make(map[string]json.RawMessage, len(all))
	for _, f := range all {
		m[f.Key] = f.Value
	}
	return m, nil
}

// Unknown is the error about keys that nobody knows: all of them.
type Unknown struct {
	Keys  []string // with their places: `claims[0].nmber`
	Known []string // the keys of the object that the first stands in
}

func (u *Unknown) Error() string {
	var shown []string
	for _, key := range u.Keys[:min(len(u.Keys), 10)] {
		shown = append(shown, fmt.Sprintf("%q", key))
	}
	word, more := "key", ""
	if len(u.Keys) > 10 {
		more = fmt.Sprintf(" and %d more", len(u.Keys)-10)
	}
	if len(u.Keys) > 1 {
		word = "keys"
	}
	return fmt.Sprintf("unknown %s %s%s (known here: %s)", word, strings.Join(shown, ", "), more, strings.Join(u.Known, ", "))
}

var anything = reflect.TypeFor[any]()

// examine refuses what Decode must not see.
func examine(raw []byte, t reflect.Type, l Limits) error {
	w := &walker{}
	if err := w.examine(raw, t, l); err != nil {
		return err
	}
	if len(w.unknown.Keys) > 0 {
		return &w.unknown
	}
	return nil
}

// examine walks over a text; it keeps the unknown keys.
func (w *walker) examine(raw []byte, t reflect.Type, l Limits) error {
	if len(raw) > l.Bytes {
		return fmt.Errorf("%d bytes are more than the %d that are read", len(raw), l.Bytes)
	}
	if kind := Foreign(raw); kind != "" {
		return fmt.Errorf("this is %s, not JSON", kind)
	}
	if !utf8.Valid(raw) {
		return errors.New("the text is not UTF-8")
	}
	if !json.Valid(raw) {
		var v json.RawMessage
		if err := json.Unmarshal(raw, &v); err != nil {
			return plain(err)
		}
	}
	w.raw, w.limits = raw, l
	return w.value(t, 0)
}

// plain puts an error of encoding/json in the words of the file.
func plain(err error) error {
	var s *json.SyntaxError
	var t *json.UnmarshalTypeError
	switch {
	case errors.As(err, &s):
		return fmt.Errorf("byte %d: %s", s.Offset, strings.Replace(s.Error(), "unexpected end of JSON input", "the text ends too early", 1))
	case errors.As(err, &t):
		where := ""
		if t.Field != "" {
			where = t.Field + ": "
		}
		return fmt.Errorf("%sa JSON %s does not fit (want %s)", where, t.Value, word(t.Type))
	}
	return err
}

// word names a Go type as a reader of JSON would.
func word(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Pointer:
		return word(t.Elem())
	case reflect.Struct, reflect.Map:
		return "an object"
	case reflect.Slice, reflect.Array:
		return "a list"
	case reflect.String:
		return "a string"
	case reflect.Bool:
		return "true or false"
	case reflect.Float32, reflect.Float64:
		return "a number"
	}
	return "an integer in range"
}

// walker goes through text that is known to be valid JSON.
type walker struct {
	raw     []byte
	at      int
	limits  Limits
	path    []step
	unknown Unknown
	slip    error // the first key that differs from a known one only in case
	nulls   bool  // null may stand anywhere
}

// step leads into a value: by a key, or by a place in a list.
type step struct {
	key   string
	index int
	list  bool
}

func (w *walker) space() {
	for w.at < len(w.raw) {
		switch w.raw[w.at] {
		case ' ', '\t', '\r', '\n':
			w.at++
		default:
			return
		}
	}
}

// pass goes past a string, and says whether something in it is escaped.
func (w *walker) pass() (escaped bool) {
	for w.at++; w.raw[w.at] != '"'; w.at++ {
		if w.raw[w.at] == '\\' {
			escaped = true
			w.at++
		}
	}
	w.at++
	return escaped
}

// text reads a string, without its quotes and escapes.
func (w *walker) text() string {
	from := w.at
	if !w.pass() {
		return string(w.raw[from+1 : w.at-1])
	}
	var s string
	_ = json.Unmarshal(w.raw[from:w.at], &s) // it is valid
	return s
}

// word passes a number, true, false or null.
func (w *walker) word() {
	for w.at < len(w.raw) && strings.IndexByte(",]} \t\r\n", w.raw[w.at]) < 0 {
		w.at++
	}
}

// place is where the walker is: claims[0].number.
func (w *walker) place() string {
	var b strings.Builder
	for _, s := range w.path {
		if s.list {
			fmt.Fprintf(&b, "[%d]", s.index)
		} else {
			b.WriteString("." + s.key)
		}
	}
	return strings.TrimPrefix(b.String(), ".")
}

// value walks over one value of type t.
func (w *walker) value(t reflect.Type, depth int) error {
	if depth > w.limits.Depth {
		return fmt.Errorf("%snested deeper than %d", in(w.place()), w.limits.Depth)
	}
	w.space()
	if c := w.raw[w.at]; c == '-' || c >= '0' && c <= '9' {
		w.word()
		return nil
	}
	optional := false
	for t.Kind() == reflect.Pointer && !decodesItself(t) {
		t, optional = t.Elem(), true
	}
	named := t
	if decodesItself(t) {
		t = anything
	}
	switch c := w.raw[w.at]; c {
	case '{':
		return w.object(t, depth)
	case '[':
		elem := anything
		if t.Kind() == reflect.Slice || t.Kind() == reflect.Array {
			elem = t.Elem()
		}
		w.at++
		count := 0
		for w.space(); w.raw[w.at] != ']'; w.space() {
			if w.raw[w.at] == ',' {
				w.at++
			}
			w.path = append(w.path, step{index: count, list: true})
			if err := w.value(elem, depth+1); err != nil {
				return err
			}
			w.path = w.path[:len(w.path)-1]
			count++
		}
		w.at++
		if t.Kind() == reflect.Array && count != t.Len() {
			return fmt.Errorf("%s%d numbers where %d belong", in(w.place()), count, t.Len())
		}
		return nil
	case '"':
		w.pass()
		return nil
	default:
		from := w.at
		w.word()
		if c == 'n' && !w.nulls && w.at-from == 4 {
			switch kind := t.Kind(); {
			case w.limits.NoNull && named != anything:
			case optional || kind == reflect.Interface || kind == reflect.Slice || kind == reflect.Map: // nil is written so
				return nil
			}
			return fmt.Errorf("%snull where %s belongs", in(w.place()), word(named))
		}
		return nil
	}
}

// Clip is the beginning of a text that may be of any length, for a message: at most so many bytes of it, and dots.
func Clip[T ~string | ~[]byte](text T, most int) string {
	if len(text) <= most {
		return string(text)
	}
	return strings.ToValidUTF8(string(text[:most]), "") + "..."
}

func clip(v json.RawMessage) string { return strings.Join(strings.Fields(Clip(v, 40)), " ") }

func in(place string) string {
	if place == "" {
		return ""
	}
	return place + ": "
}

func (w *walker) object(t reflect.Type, depth int) error {
	var known map[string]reflect.Type
	elem := anything
	switch t.Kind() {
	case reflect.Struct:
		known = keysOf(t)
	case reflect.Map:
		elem = t.Elem()
	}
	w.at++
	seen := map[string]json.RawMessage{}
	for w.space(); w.raw[w.at] != '}'; w.space() {
		key := w.key()
		w.path = append(w.path, step{key: key})
		of := elem
		if known != nil {
			var ok bool
			if of, ok = known[key]; !ok {
				of = anything
				w.unknown.Keys = append(w.unknown.Keys, w.place())
				if w.unknown.Known == nil {
					for k := range known {
						w.unknown.Known = append(w.unknown.Known, k)
					}
					slices.Sort(w.unknown.Known)
				}
				for k := range known {
					if w.slip == nil && strings.EqualFold(k, key) {
						w.slip = fmt.Errorf("the key %q differs from %q only in case", w.place(), k)
					}
				}
			}
		}
		w.space()
		from := w.at
		if err := w.value(of, depth+1); err != nil {
			return err
		}
		v := json.RawMessage(w.raw[from:w.at])
		if first, again := seen[key]; again {
			return fmt.Errorf("the key %q stands twice: %s and %s", w.place(), clip(first), clip(v))
		}
		seen[key] = v
		w.path = w.path[:len(w.path)-1]
	}
	w.at++
	return nil
}

// key reads the next key of an object, with the comma before it and the colon after.
func (w *walker) key() string {
	if w.raw[w.at] == ',' {
		w.at++
		w.space()
	}
	key := w.text()
	w.space()
	w.at++ // the colon
	return key
}

// fields reads the object at the walker's place.
func (w *walker) fields() ([]Field, error) {
	var all []Field
	w.at++
	for w.space(); w.raw[w.at] != '}'; w.space() {
		key := w.key()
		w.space()
		from := w.at
		if err := w.value(anything, 1); err != nil {
			return nil, err
		}
		all = append(all, Field{key, json.RawMessage(w.raw[from:w.at])})
	}
	return all, nil
}

var unmarshaler = reflect.TypeFor[json.Unmarshaler]()

func decodesItself(t reflect.Type) bool {
	return t.Implements(unmarshaler) || reflect.PointerTo(t).Implements(unmarshaler)
}

var keys sync.Map // reflect.Type of a struct -> map[string]reflect.Type

// keysOf lists the keys of a struct as encoding/json names them, those of embedded
// structs included.
func keysOf(t reflect.Type) map[string]reflect.Type {
	if k, ok := keys.Load(t); ok {
		return k.(map[string]reflect.Type)
	}
	k := map[string]reflect.Type{}
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "-":
		case f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct:
			maps.Copy(k, keysOf(f.Type))
		case !f.IsExported():
		case name == "":
			k[f.Name] = f.Type
		default:
			k[name] = f.Type
		}
	}
	keys.Store(t, k)
	return k
}
