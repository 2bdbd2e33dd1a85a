package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"crosscut/internal/strict"
)

// object is a JSON object whose keys differ also without regard to case.
// Values are nil, bool, string, json.Number, []any or object.
type object map[string]any

// MaxConfig is the largest file that is taken for a config, in bytes.
const MaxConfig = 1 << 20

// infinite is how Python's json writes the ends of time_step_limit; JSON knows no such word.
const infinite = "1e999"

// readObject reads one JSON object: repeated keys, also those that differ only in case, are
// refused, NaN is refused with its field, Infinity is read as a number beyond all others.
func readObject(raw []byte) (object, error) {
	if len(raw) > MaxConfig {
		return nil, errors.New("a file larger than 1 MB is no config")
	}
	raw = strict.Text(raw)
	if kind := strict.Foreign(raw); kind != "" {
		return nil, fmt.Errorf("no JSON object: this is %s, not a config.json", kind)
	}
	if len(bytes.TrimSpace(raw)) == 0 {
		return nil, errors.New("no JSON object: the file is empty")
	}
	fields, err := strict.Fields(pythonWords(raw), strict.Limits{Depth: 32})
	if err != nil {
		return nil, fmt.Errorf("no JSON object: %s", strings.ReplaceAll(err.Error(), infinite, "Infinity"))
	}
	o, err := readFields(fields)
	if err != nil {
		return nil, fmt.Errorf("no JSON object: %w", err)
	}
	return o, nil
}

// pythonWords replaces Infinity and NaN outside strings by what a JSON reader takes.
func pythonWords(raw []byte) []byte {
	if !bytes.Contains(raw, []byte("Infinity")) && !bytes.Contains(raw, []byte("NaN")) {
		return raw
	}
	var out []byte
	for k := 0; k < len(raw); {
		rest := raw[k:]
		switch {
		case raw[k] == '"':
			end := k + 1
			for end < len(raw) && raw[end] != '"' {
				if raw[end] == '\\' {
					end++
				}
				end++
			}
			end = min(end+1, len(raw))
			out = append(out, raw[k:end]...)
			k = end
		case bytes.HasPrefix(rest, []byte("Infinity")):
			out, k = append(out, infinite...), k+len("Infinity")
		case bytes.HasPrefix(rest, []byte("NaN")):
			out, k = append(out, `"\u0000NaN"`...), k+len("NaN")
		default:
			out, k = append(out, raw[k]), k+1
		}
	}
	return out
}

// readValue reads a value that strict reading has seen; at is the field it belongs to.
func readValue(raw json.RawMessage, at string) (any, error) {
	switch raw[0] {
	case '{':
		fields, err := strict.Fields(raw, strict.Limits{})
		if err != nil {
			return nil, err
		}
		return readFields(fields)
	case '[':
		var items []json.RawMessage
		if err := json.Unmarshal(raw, &items); err != nil {
			return nil, err
		}
		list := make([]any, len(items))
		for k, item := range items {
			v, err := readValue(item, at)
			if err != nil {
				return nil, err
			}
			list[k] = v
		}
		return list, nil
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	err := d.Decode(&v)
	if v == "\x00NaN" {
		return nil, fmt.Errorf("field %q is NaN", clip(at))
	}
	return v, err
}

func readFields(fields []strict.Field) (object, error) {
	o, folded := object{}, map[string]string{}
	for _, f := range fields {
		v, err := readValue(f.Value, f.Key)
		if err != nil {
			return nil, err
		}
		if other, again := folded[strings.ToLower(f.Key)]; again {
			return nil, fmt.Errorf("fields %q and %q differ only in case: %s and %s", clip(other), clip(f.Key), show(o[other]), show(v))
		}
		folded[strings.ToLower(f.Key)], o[f.Key] = f.Key, v
	}
	return o, nil
}

// show prints a value in a message.
func show(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		return clip(fmt.Sprint(v))
	}
	return clip(strings.ReplaceAll(string(raw), infinite, "Infinity"))
}

func clip(s string) string { return strict.Clip(s, 60) }

// quoted lists names for a message.
func quoted(names []string) string {
	names = slices.Clone(names)
	for i, n := range names {
		names[i] = fmt.Sprintf("%q", clip(n))
	}
	return strings.Join(names, ", ")
}
