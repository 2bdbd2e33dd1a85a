package protocol

import (
	"encoding/json"
	"errors"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// Kind is the type of a [Value].
type Kind uint8

// The kinds. None is outside the promise; OneOf is a set of right values.
const (
	None Kind = iota
	Bool
	Int
	Text
	Tuple
	OneOf
)

func (k Kind) String() string {
	return [...]string{"None", "a boolean", "an integer", "a string", "a tuple", "one of several values"}[k]
}

// Value is an exact value: what a player holds, or what a function gives. The zero
// value is None. Values are compared with [Value.Equal], never with ==.
type Value struct {
	kind Kind
	n    int64
	text string // of Text; of an Int beyond 64 bits, its decimal form
	list []Value
}

// BoolValue, IntValue, BigValue, TextValue, TupleValue and OneOfValue make values.
func BoolValue(b bool) Value {
	v := Value{kind: Bool}
	if b {
		v.n = 1
	}
	return v
}

// IntValue is an integer.
func IntValue(n int) Value { return Value{kind: Int, n: int64(n)} }

// BigValue is an integer of any size.
func BigValue(n *big.Int) Value {
	if n.IsInt64() {
		return Value{kind: Int, n: n.Int64()}
	}
	return Value{kind: Int, text: n.String()}
}

// TextValue is a string.
func TextValue(s string) Value { return Value{kind: Text, text: s} }

// TupleValue is a tuple, or a list: the two are not told apart.
func TupleValue(list ...Value) Value { return Value{kind: Tuple, list: list} }

// Ints is a tuple of integers.
func Ints(list ...int) Value {
	v := Value{kind: Tuple, list: make([]Value, len(list))}
	for k, n := range list {
		v.list[k] = IntValue(n)
	}
	return v
}

// OneOfValue is what a relation gives: each of these is right.
func OneOfValue(list ...Value) Value { return Value{kind: OneOf, list: list} }

// Kind is the value's type.
func (v Value) Kind() Kind { return v.kind }

// True says whether a boolean is true, or an integer is not zero.
func (v Value) True() bool { return v.n != 0 || v.kind == Int && v.text != "" }

// Int is the integer of an Int or Bool of at most 64 bits; else 0.
func (v Value) Int() int { return int(v.n) }

// Len and At give the members of a tuple or of a OneOf, counted from 0.
func (v Value) Len() int { return len(v.list) }

// At is member k, counted from 0.
func (v Value) At(k int) Value { return v.list[k] }

// Equal compares exactly: True is 1 and False is 0, else kind and content agree.
func (v Value) Equal(w Value) bool {
	switch {
	case v.kind <= Int && v.kind != None && w.kind <= Int && w.kind != None:
		return v.n == w.n && v.text == w.text
	case v.kind != w.kind:
		return false
	}
	return v.text == w.text && slices.EqualFunc(v.list, w.list, Value.Equal)
}

// Accepts says whether an answer is right where v is wanted: equal to it, or to one
// of its members. Outside the promise every answer is right.
func (v Value) Accepts(answer Value) bool {
	switch v.kind {
	case None:
		return true
	case OneOf:
		return slices.ContainsFunc(v.list, answer.Equal)
	}
	return v.Equal(answer)
}

// Key is a string that two values share iff they are Equal.
func (v Value) Key() string { return string(v.appendKey(nil)) }

func (v Value) appendKey(b []byte) []byte {
	switch v.kind {
	case None:
		return append(b, 'n')
	case Bool, Int:
		if v.text != "" {
			return append(append(b, v.text...), ';')
		}
		return append(strconv.AppendInt(b, v.n, 10), ';')
	case Text:
		return strconv.AppendQuote(b, v.text)
	case OneOf:
		b = append(b, '|')
	}
	b = append(b, '(')
	for _, w := range v.list {
		b = w.appendKey(b)
	}
	return append(b, ')')
}

// String writes the value as a file would.
func (v Value) String() string {
	switch v.kind {
	case None:
		return "None"
	case Bool:
		if v.n != 0 {
			return "True"
		}
		return "False"
	case Int:
		if v.text != "" {
			return v.text
		}
		return strconv.FormatInt(v.n, 10)
	case Text:
		return strconv.Quote(v.text)
	}
	parts := make([]string, len(v.list))
	for k, w := range v.list {
		parts[k] = w.String()
	}
	list := "[" + strings.Join(parts, ", ") + "]"
	if v.kind == OneOf {
		return "one_of(" + list + ")"
	}
	return list
}

// MarshalJSON writes booleans, numbers, strings, arrays, null, and {"one_of": [...]}.
func (v Value) MarshalJSON() ([]byte, error) { return v.appendJSON(nil), nil }

func (v Value) appendJSON(b []byte) []byte {
	switch v.kind {
	case None:
		return append(b, "null"...)
	case Bool:
		return strconv.AppendBool(b, v.n != 0)
	case Int:
		return append(b, v.String()...)
	case Text:
		text, _ := json.Marshal(v.text) // a text is always written
		return append(b, text...)
	case OneOf:
		return append(Value{kind: Tuple, list: v.list}.appendJSON(append(b, `{"one_of":`...)), '}')
	}
	b = append(b, '[')
	for k, e := range v.list {
		if k > 0 {
			b = append(b, ',')
		}
		b = e.appendJSON(b)
	}
	return append(b, ']')
}

// UnmarshalJSON reads what MarshalJSON writes. A number with a point or an exponent
// is no value.
func (v *Value) UnmarshalJSON(raw []byte) error {
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.UseNumber()
	var any any
	if err := d.Decode(&any); err != nil {
		return err
	}
	got, err := valueOf(any)
	*v = got
	return err
}

func valueOf(x any) (Value, error) {
	switch x := x.(type) {
	case nil:
		return Value{}, nil
	case bool:
		return BoolValue(x), nil
	case string:
		return TextValue(x), nil
	case json.Number:
		n, ok := new(big.Int).SetString(x.String(), 10)
		if !ok {
			return Value{}, errors.New("protocol: " + x.String() + " is no integer: values are compared exactly")
		}
		return BigValue(n), nil
	case []any:
		v := Value{kind: Tuple, list: make([]Value, len(x))}
		for k, e := range x {
			var err error
			if v.list[k], err = valueOf(e); err != nil {
				return Value{}, err
			}
		}
		return v, nil
	case map[string]any:
		if list, ok := x["one_of"].([]any); ok && len(x) == 1 {
			v, err := valueOf(list)
			v.kind = OneOf
			return v, err
		}
	}
	return Value{}, errors.New("protocol: a dictionary is no value: want a boolean, an integer, a string, a list or one_of")
}
