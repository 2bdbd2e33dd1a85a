package script

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"go.starlark.net/starlark"

	"crosscut/protocol"
)

// spec is a domain as it crosses between the processes.
type spec struct {
	Kind  string `json:"kind"`
	Args  []int  `json:"args,omitempty"`
	Parts []spec `json:"parts,omitempty"`
	// Members of choices, as the file wrote them, and as values.
	Members []json.RawMessage `json:"members,omitempty"`
	Values  []protocol.Value  `json:"values,omitempty"`
}

// constructor makes a domain from whole numbers. least and most bound each of them.
type constructor struct {
	name, params string
	least, most  []int
	make         func(a []int) protocol.Domain
}

// Limits on the sizes of domains: their members are written out as lists.
const (
	maxLength = 1 << 16
	maxLabel  = 1 << 40
)

var constructors = []constructor{
	{"bits", "n", []int{0}, []int{maxLength}, func(a []int) protocol.Domain { return protocol.BitStrings(a[0]) }},
	{"words", "n, V", []int{0, 1}, []int{maxLength, maxLabel}, func(a []int) protocol.Domain { return protocol.Words(a[0], a[1]) }},
	{"numbers", "a, b", []int{-maxLabel, -maxLabel}, []int{maxLabel, maxLabel}, func(a []int) protocol.Domain { return protocol.Numbers(a[0], a[1]) }},
	{"subsets", "N, k", []int{0, 0}, []int{1 << 12, 1 << 12}, func(a []int) protocol.Domain { return protocol.Subsets(a[0], a[1]) }},
	{"subsets_up_to", "N, k", []int{0, 0}, []int{1 << 12, 1 << 12}, func(a []int) protocol.Domain { return protocol.SubsetsUpTo(a[0], a[1]) }},
	{"signed", "P, a", []int{0, 0}, []int{1 << 10, 1 << 10}, func(a []int) protocol.Domain { return protocol.Signed(a[0], a[1]) }},
	{"permutations", "n", []int{0}, []int{1 << 12}, func(a []int) protocol.Domain { return protocol.Permutations(a[0]) }},
	{"tables", "a, b", []int{0, 1}, []int{maxLength, maxLabel}, func(a []int) protocol.Domain { return protocol.Tables(a[0], a[1]) }},
}

// domainNames is how all domains are written, for hints.
func domainNames() string {
	var all []string
	for _, c := range constructors {
		all = append(all, c.name+"("+c.params+")")
	}
	return strings.Join(append(all, "pairs(D, E)", "choices([...])"), ", ")
}

// domain is the set that a spec describes.
func (s *spec) domain() (protocol.Domain, error) {
	var none protocol.Domain
	switch s.Kind {
	case "pairs":
		parts := make([]protocol.Domain, len(s.Parts))
		for k := range s.Parts {
			var err error
			if parts[k], err = s.Parts[k].domain(); err != nil {
				return none, err
			}
		}
		return protocol.Product(parts...), nil
	case "choices":
		return protocol.Choices(s.Values...), nil
	}
	for _, c := range constructors {
		if c.name == s.Kind && len(s.Args) == len(c.least) {
			return c.make(s.Args), nil
		}
	}
	return none, fmt.Errorf("no domain %q", s.Kind)
}

// shape is the constructors of a spec, which sizes do not change.
func (s *spec) shape() string {
	if s.Kind != "pairs" {
		return s.Kind
	}
	var parts []string
	for k := range s.Parts {
		parts = append(parts, s.Parts[k].shape())
	}
	return "pairs(" + strings.Join(parts, ", ") + ")"
}

// raw writes a member as the file's functions get it: a list, a number, for pairs a
// tuple, for choices what the file wrote.
func (s *spec) raw(d protocol.Domain, w protocol.Word) json.RawMessage {
	if d.Plain() {
		return bits(w)
	}
	if s == nil {
		return valueRaw(d.Value(w))
	}
	return s.value(d.Value(w))
}

func (s *spec) value(v protocol.Value) json.RawMessage {
	switch s.Kind {
	case "pairs":
		items := make([]json.RawMessage, v.Len())
		for k := range items {
			items[k] = s.Parts[k].value(v.At(k))
		}
		return bytes.Join([][]byte{[]byte(`{"tuple":`), list(items...), []byte("}")}, nil)
	case "choices":
		for k, m := range s.Values {
			if m.Equal(v) {
				return s.Members[k]
			}
		}
	}
	return valueRaw(v)
}

// valueRaw writes a value as the file sees it.
func valueRaw(v protocol.Value) json.RawMessage {
	raw, _ := v.MarshalJSON() // values are text, numbers and lists
	return raw
}

// domainValue is a domain in a running file.
type domainValue struct {
	spec spec
	name string
}

func (d *domainValue) String() string        { return d.name }
func (d *domainValue) Type() string          { return "domain" }
func (d *domainValue) Freeze()               {}
func (d *domainValue) Truth() starlark.Bool  { return true }
func (d *domainValue) Hash() (uint32, error) { return 0, errors.New("unhashable: domain") }

// oneOf is what a relation gives: each member is right.
type oneOf struct{ list []starlark.Value }

func (o *oneOf) String() string        { return "one_of(" + starlark.NewList(o.list).String() + ")" }
func (o *oneOf) Type() string          { return "one_of" }
func (o *oneOf) Freeze()               {}
func (o *oneOf) Truth() starlark.Bool  { return true }
func (o *oneOf) Hash() (uint32, error) { return 0, errors.New("unhashable: one_of") }

// guarded is a built-in of Starlark's whose panic, as in list(range(1 << 62)), is an
// error at the place that called it.
func guarded(b *starlark.Builtin) *starlark.Builtin {
	return starlark.NewBuiltin(b.Name(), func(t *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, named []starlark.Tuple) (v starlark.Value, err error) {
		defer func() {
			if p := recover(); p != nil {
				err = fmt.Errorf("%s: this is too large: %v", b.Name(), p)
			}
		}()
		return b.CallInternal(t, args, named)
	})
}

// predeclared are the names that every file has besides Starlark's own.
func predeclared() starlark.StringDict {
	d := starlark.StringDict{}
	for name, v := range starlark.Universe {
		if b, ok := v.(*starlark.Builtin); ok && name != "set" { // set is an option of the dialect
			d[name] = guarded(b)
		}
	}
	builtin := func(name string, f func(args []starlark.Value) (starlark.Value, error)) {
		d[name] = starlark.NewBuiltin(name, func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, named []starlark.Tuple) (starlark.Value, error) {
			if len(named) > 0 {
				return nil, fmt.Errorf("%s: its arguments have no names", b.Name())
			}
			v, err := f(args)
			if err != nil {
				return nil, fmt.Errorf("%s%s: %w", b.Name(), shown(args), err)
			}
			return v, nil
		})
	}
	for _, c := range constructors {
		builtin(c.name, func(args []starlark.Value) (starlark.Value, error) { return c.value(args) })
	}
	builtin("pairs", func(args []starlark.Value) (starlark.Value, error) {
		if len(args) < 2 {
			return nil, errors.New("want two domains or more")
		}
		v := &domainValue{spec: spec{Kind: "pairs"}}
		for _, a := range args {
			part, ok := a.(*domainValue)
			if !ok {
				return nil, fmt.Errorf("%s is no domain: want %s", a, domainNames())
			}
			v.spec.Parts = append(v.spec.Parts, part.spec)
		}
		return v.named()
	})
	builtin("choices", func(args []starlark.Value) (starlark.Value, error) {
		items, err := sequence(args)
		if err != nil {
			return nil, err
		}
		v := &domainValue{spec: spec{Kind: "choices"}}
		for _, item := range items {
			value, err := exactValue(item)
			if err != nil {
				return nil, err
			}
			for _, other := range v.spec.Values {
				if other.Equal(value) {
					return nil, fmt.Errorf("%s stands there twice", item)
				}
			}
			var kept bytes.Buffer
			if err := (&encoder{&kept, true}).encode(item, 0); err != nil {
				return nil, err
			}
			v.spec.Values, v.spec.Members = append(v.spec.Values, value), append(v.spec.Members, kept.Bytes())
		}
		return v.named()
	})
	builtin("one_of", func(args []starlark.Value) (starlark.Value, error) {
		items, err := sequence(args)
		if err != nil {
			return nil, err
		}
		for _, item := range items {
			if _, err := exactValue(item); err != nil {
				return nil, err
			}
		}
		if len(items) == 0 {
			return nil, errors.New("no answer is right: outside the promise, return None")
		}
		return &oneOf{items}, nil
	})
	builtin("ceil_log2", func(args []starlark.Value) (starlark.Value, error) {
		if len(args) == 1 {
			if k, ok := args[0].(starlark.Int); ok && k.Sign() > 0 {
				b := k.BigInt()
				return starlark.MakeInt(b.Sub(b, one).BitLen()), nil
			}
		}
		return nil, errors.New("want one integer, at least 1")
	})
	return d
}

func shown(args []starlark.Value) string {
	s := starlark.Tuple(args).String()
	if len(args) == 1 {
		s = "(" + args[0].String() + ")"
	}
	if len(s) > 60 {
		s = s[:60] + " ...)"
	}
	return s
}

func sequence(args []starlark.Value) ([]starlark.Value, error) {
	if len(args) == 1 {
		if it, ok := args[0].(starlark.Sequence); ok && it.Len() <= 1<<20 {
			items := make([]starlark.Value, 0, it.Len())
			for v := range starlark.Elements(it) {
				items = append(items, v)
			}
			return items, nil
		}
	}
	return nil, errors.New("want one list")
}

// exactValue reads a Starlark value as one that can be compared.
func exactValue(v starlark.Value) (protocol.Value, error) {
	switch v := v.(type) { // most are
	case starlark.Bool:
		return protocol.BoolValue(bool(v)), nil
	case starlark.Int:
		return protocol.BigValue(v.BigInt()), nil
	}
	var b bytes.Buffer
	if err := (&encoder{&b, false}).encode(v, 0); err != nil {
		return protocol.Value{}, err
	}
	var is protocol.Value
	if err := json.Unmarshal(b.Bytes(), &is); err != nil || !plainValue(is) || is.Kind() == protocol.OneOf {
		return is, fmt.Errorf("%s is no value: want booleans, integers, strings, or lists of such", v)
	}
	return is, nil
}

// plainValue says that a value has no None and no one_of inside.
func plainValue(v protocol.Value) bool {
	if v.Kind() == protocol.None {
		return false
	}
	for k := range v.Len() {
		if !plainValue(v.At(k)) || v.At(k).Kind() == protocol.OneOf {
			return false
		}
	}
	return true
}

// value checks the arguments of a constructor.
func (c constructor) value(args []starlark.Value) (starlark.Value, error) {
	if len(args) != len(c.least) {
		return nil, fmt.Errorf("want %s(%s)", c.name, c.params)
	}
	v := &domainValue{spec: spec{Kind: c.name}}
	for k, a := range args {
		n, ok := a.(starlark.Int)
		if !ok {
			return nil, fmt.Errorf("want %s(%s), whole numbers", c.name, c.params)
		}
		x, small := n.Int64()
		if !small || int(x) < c.least[k] || int(x) > c.most[k] {
			return nil, fmt.Errorf("%s is outside %d..%d", n, c.least[k], c.most[k])
		}
		v.spec.Args = append(v.spec.Args, int(x))
	}
	return v.named()
}

// named fills in the name, and refuses a domain without members.
func (d *domainValue) named() (*domainValue, error) {
	set, err := d.spec.domain()
	if err != nil {
		return nil, err
	}
	if set.Count().Sign() == 0 {
		return nil, errors.New("it has no member")
	}
	d.name = set.Name()
	return d, nil
}
