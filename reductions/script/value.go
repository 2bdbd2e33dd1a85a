package script

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"go.starlark.net/starlark"
)

// Values cross between the two processes as JSON. Numbers with a point or an
// exponent are floats, all others integers of any size; a dictionary is
// {"dict": [[key, value], ...]}, so that keys need not be strings.

var one = big.NewInt(1)

// encode writes a Starlark value.
func encode(b *bytes.Buffer, v starlark.Value) error { return (&encoder{b, false}).encode(v, 0) }

// tupled is encode of a list, with its tuples told from lists. A tuple as a whole counts
// as a list.
func tupled(b *bytes.Buffer, v starlark.Value) error {
	if t, is := v.(starlark.Tuple); is {
		v = starlark.NewList(t)
	}
	return (&encoder{b, true}).encode(v, 0)
}

// whole is encode with tuples told from lists.
func whole(b *bytes.Buffer, v starlark.Value) error { return (&encoder{b, true}).encode(v, 0) }

// notation is an encoded value that is shown as a file writes it: a dictionary whose keys are numbers, say.
type notation json.RawMessage

// String is that text.
func (w notation) String() string {
	if v, err := decode(json.RawMessage(w)); err == nil {
		return v.String()
	}
	return string(w) // a domain, or several answers
}

// MarshalJSON writes the text as a string.
func (w notation) MarshalJSON() ([]byte, error) { return json.Marshal(w.String()) }

const tupleOpens = `{"tuple":[`

// untupled writes tuples of an encoded value as lists.
func untupled(raw json.RawMessage) json.RawMessage {
	if !bytes.Contains(raw, []byte(tupleOpens)) {
		return raw
	}
	var out, closes []byte // closes: what ends each open bracket; ) ends a tuple
	text := false
	for k := 0; k < len(raw); k++ {
		c := raw[k]
		switch {
		case text:
			if c == '\\' {
				out = append(out, c)
				k++
				c = raw[k]
			} else {
				text = c != '"'
			}
		case c == '"':
			text = true
		case bytes.HasPrefix(raw[k:], []byte(tupleOpens)):
			k += len(tupleOpens) - 1
			c, closes = '[', append(closes, ')')
		case c == '[':
			closes = append(closes, ']')
		case c == ']':
			if closes[len(closes)-1] == ')' {
				k++ // the object that holds the tuple
			}
			closes = closes[:len(closes)-1]
		}
		out = append(out, c)
	}
	return out
}

// encoder writes values; with tuples it tells tuples from lists, as {"tuple": [...]}.
type encoder struct {
	*bytes.Buffer
	tuples bool
}

func (b *encoder) encode(v starlark.Value, depth int) error {
	if depth > 64 {
		return fmt.Errorf("a value is nested more than 64 deep")
	}
	switch v := v.(type) {
	case starlark.NoneType:
		b.WriteString("null")
	case starlark.Bool:
		b.WriteString(strconv.FormatBool(bool(v)))
	case starlark.Int:
		if small, ok := v.Int64(); ok {
			b.Write(strconv.AppendInt(b.AvailableBuffer(), small, 10))
		} else {
			b.WriteString(v.String())
		}
	case starlark.Float:
		s := strconv.FormatFloat(float64(v), 'g', -1, 64)
		if strings.ContainsAny(s, "IN") {
			return fmt.Errorf("%s is no finite number", v)
		}
		if !strings.ContainsAny(s, ".e") {
			s += ".0"
		}
		b.WriteString(s)
	case starlark.String:
		raw, err := json.Marshal(string(v))
		if err != nil {
			return err
		}
		b.Write(raw)
	case *starlark.Dict:
		b.WriteString(`{"dict":[`)
		for k, item := range v.Items() {
			if k > 0 {
				b.WriteByte(',')
			}
			b.WriteByte('[')
			if err := b.encode(item[0], depth+2); err != nil {
				return err
			}
			b.WriteByte(',')
			if err := b.encode(item[1], depth+2); err != nil {
				return err
			}
			b.WriteByte(']')
		}
		b.WriteString("]}")
	case *domainValue:
		raw, err := json.Marshal(v.spec)
		if err != nil {
			return err
		}
		b.WriteString(`{"domain":`)
		b.Write(raw)
		b.WriteByte('}')
	case *oneOf:
		b.WriteString(`{"one_of":`)
		if err := b.encode(starlark.NewList(v.list), depth+1); err != nil {
			return err
		}
		b.WriteByte('}')
	case starlark.Sequence: // list, tuple, set, range
		if _, is := v.(starlark.Tuple); is && b.tuples {
			b.WriteString(`{"tuple":`)
			defer b.WriteByte('}')
		}
		b.WriteByte('[')
		it := v.Iterate()
		defer it.Done()
		var e starlark.Value
		for k := 0; it.Next(&e); k++ {
			if k > 0 {
				b.WriteByte(',')
			}
			if err := b.encode(e, depth+1); err != nil {
				return err
			}
		}
		b.WriteByte(']')
	default:
		return fmt.Errorf("%s of type %s cannot be returned", v, v.Type())
	}
	return nil
}

// decode reads a value, as Starlark.
func decode(raw json.RawMessage) (starlark.Value, error) {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 {
		return nil, fmt.Errorf("no value")
	}
	switch raw[0] {
	case 'n':
		return starlark.None, nil
	case 't', 'f':
		return starlark.Bool(raw[0] == 't'), nil
	case '"':
		var s string
		err := json.Unmarshal(raw, &s)
		return starlark.String(s), err
	case '[':
		items, err := decodeAll(raw)
		return starlark.NewList(items), err
	case '{':
		if bytes.HasPrefix(raw, []byte(tupleOpens)) {
			items, err := decodeAll(raw[len(tupleOpens)-1 : len(raw)-1])
			return starlark.Tuple(items), err
		}
		items, ok := pairs(raw)
		if !ok {
			return nil, fmt.Errorf("%.80s is no value", raw)
		}
		dict := starlark.NewDict(len(items))
		for _, kv := range items {
			k, err := decode(kv[0])
			if err != nil {
				return nil, err
			}
			v, err := decode(kv[1])
			if err != nil {
				return nil, err
			}
			if err := dict.SetKey(k, v); err != nil {
				return nil, err
			}
		}
		return dict, nil
	}
	if bytes.ContainsAny(raw, ".eE") {
		f, err := strconv.ParseFloat(string(raw), 64)
		return starlark.Float(f), err
	}
	if i, err := strconv.ParseInt(string(raw), 10, 64); err == nil {
		return starlark.MakeInt64(i), nil
	}
	i, ok := new(big.Int).SetString(string(raw), 10)
	if !ok {
		return nil, fmt.Errorf("%q is no number", raw)
	}
	return starlark.MakeBigInt(i), nil
}

func decodeAll(raw json.RawMessage) ([]starlark.Value, error) {
	list, ok := elements(raw)
	if !ok {
		return nil, fmt.Errorf("%.80s is no list", raw)
	}
	items := make([]starlark.Value, len(list))
	for k, e := range list {
		var err error
		if items[k], err = decode(e); err != nil {
			return nil, err
		}
	}
	return items, nil
}

// elements splits a list of valid JSON, without white space between values.
func elements(raw json.RawMessage) (list []json.RawMessage, ok bool) {
	if len(raw) < 2 || raw[0] != '[' {
		return nil, false
	}
	depth, from, last := 0, 1, len(raw)-1
	for k := 1; k < last; k++ {
		switch raw[k] {
		case '"':
			for k++; raw[k] != '"'; k++ {
				if raw[k] == '\\' {
					k++
				}
			}
		case '[', '{':
			depth++
		case ']', '}':
			depth--
		case ',':
			if depth == 0 {
				list, from = append(list, raw[from:k:k]), k+1
			}
		}
	}
	if from < last {
		list = append(list, raw[from:last:last])
	}
	return list, true
}

const dictOpens = `{"dict":[`

// pairs splits an encoded dictionary into its items, in order.
func pairs(raw json.RawMessage) ([][2]json.RawMessage, bool) {
	if !bytes.HasPrefix(raw, []byte(dictOpens)) {
		return nil, false
	}
	items, ok := elements(raw[len(dictOpens)-1 : len(raw)-1])
	list := make([][2]json.RawMessage, len(items))
	for k, item := range items {
		kv, is := elements(item)
		if ok = ok && is && len(kv) == 2; !ok {
			return nil, false
		}
		list[k] = [2]json.RawMessage(kv)
	}
	return list, ok
}

// plain rewrites an encoded value as ordinary JSON with string keys, the form
// that tasks parse tokens from.
func plain(raw json.RawMessage) (json.RawMessage, error) {
	raw = untupled(raw)
	if len(raw) > 0 && raw[0] == '[' {
		items, _ := elements(raw)
		for k := range items {
			var err error
			if items[k], err = plain(items[k]); err != nil {
				return nil, err
			}
		}
		return list(items...), nil
	}
	items, ok := pairs(raw)
	if !ok {
		return raw, nil
	}
	var b bytes.Buffer
	b.WriteByte('{')
	for k, kv := range items {
		if len(kv[0]) == 0 || kv[0][0] != '"' {
			return nil, fmt.Errorf("a token's keys must be strings, not %s", kv[0])
		}
		v, err := plain(kv[1])
		if err != nil {
			return nil, err
		}
		if k > 0 {
			b.WriteByte(',')
		}
		b.Write(kv[0])
		b.WriteByte(':')
		b.Write(v)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}
