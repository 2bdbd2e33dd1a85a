package script

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"slices"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// held is a value that many calls get, frozen. Where calls change what they are given, each
// gets its own.
type held struct {
	value   starlark.Value
	mutable bool
	parts   parts // of what a player holds
}

func hold(raw json.RawMessage) (held, error) {
	v, err := decode(raw)
	if err == nil {
		v.Freeze()
	}
	return held{value: v, mutable: err == nil && mutable(v)}, err
}

// given is the value for one call, which may change it where it is its own.
func (h held) given(own bool) starlark.Value {
	if own && h.mutable {
		return fresh(h.value)
	}
	return h.value
}

// mutable says whether a call could change a value.
func mutable(v starlark.Value) bool {
	switch v := v.(type) {
	case *starlark.List, *starlark.Dict:
		return true
	case *starlark.Set: // which a task may put out
		return true
	case starlark.Tuple:
		return slices.ContainsFunc(v, mutable)
	}
	return false
}

// fresh copies what could be changed.
func fresh(v starlark.Value) starlark.Value {
	switch v := v.(type) {
	case *starlark.List:
		items := make([]starlark.Value, v.Len())
		for k := range items {
			items[k] = fresh(v.Index(k))
		}
		return starlark.NewList(items)
	case starlark.Tuple:
		items := make(starlark.Tuple, len(v))
		for k := range items {
			items[k] = fresh(v[k])
		}
		return items
	case *starlark.Dict:
		d := starlark.NewDict(v.Len())
		for _, kv := range v.Items() {
			d.SetKey(kv[0], fresh(kv[1])) // keys are hashable already
		}
		return d
	case *starlark.Set:
		s := starlark.NewSet(v.Len())
		for e := range v.Elements() {
			s.Insert(e) // members are hashable already
		}
		return s
	}
	return v
}

// traced is a list that a function is given, of which is noted what it reads. It reads like a
// list, and fails at all else, where a list would be changed or joined; then the function is
// called with lists.
type traced struct {
	list *starlark.List // frozen
	note *trail
	of   spot     // its first element
	at   []spot   // all of them, where they are not of one player
	seen []uint32 // the last call that read each
}

// trail are the places that a call has read, in order, each once.
type trail struct {
	call   uint32 // its number
	places []spot
	long   bool      // it has read more than is noted
	lists  []*traced // of this call and of earlier ones
	used   int       // of this call
}

// trailMost is how many places are noted.
const trailMost = 1 << 10

// begin is called before a call.
func (t *trail) begin() {
	t.call++
	t.places, t.long, t.used = t.places[:0], false, 0
}

func (t *trail) add(p spot) {
	if len(t.places) < trailMost {
		t.places = append(t.places, p)
	} else {
		t.long = true
	}
}

// list is a traced list, of the argument of one call.
func (t *trail) list(list *starlark.List, of spot, at []spot) *traced {
	if t.used == len(t.lists) {
		t.lists = append(t.lists, &traced{note: t})
	}
	l := t.lists[t.used]
	t.used++
	l.list, l.of, l.at = list, of, at
	if n := list.Len(); n > len(l.seen) {
		l.seen = make([]uint32, n)
	}
	return l
}

func (t *traced) String() string {
	t.all()
	return t.list.String()
}
func (t *traced) Type() string          { return "list" }
func (t *traced) Freeze()               {}
func (t *traced) Truth() starlark.Bool  { return t.list.Truth() }
func (t *traced) Hash() (uint32, error) { return t.list.Hash() }
func (t *traced) Len() int              { return t.list.Len() }

func (t *traced) Index(i int) starlark.Value {
	if t.seen[i] != t.note.call {
		t.seen[i] = t.note.call
		p := t.of
		if p.at += int32(i); t.at != nil {
			p = t.at[i]
		}
		if p.player != nobody {
			t.note.add(p)
		}
	}
	return t.list.Index(i)
}

// all reads the whole list.
func (t *traced) all() *starlark.List {
	for i := range t.Len() {
		t.Index(i)
	}
	return t.list
}

func (t *traced) Slice(start, end, step int) starlark.Value {
	for i := start; i != end && (i < end) == (step > 0); i += step {
		t.Index(i)
	}
	return t.list.Slice(start, end, step)
}

func (t *traced) Has(v starlark.Value) (bool, error) {
	for i := range t.Len() {
		if is, err := starlark.Equal(t.Index(i), v); is || err != nil {
			return is, err
		}
	}
	return false, nil
}

// Attr is a method of the list, which may read all of it and, since it is frozen, change nothing.
func (t *traced) Attr(name string) (starlark.Value, error) { return t.all().Attr(name) }
func (t *traced) AttrNames() []string                      { return t.list.AttrNames() }

// CompareSameType implements starlark.Comparable.
func (t *traced) CompareSameType(op syntax.Token, v starlark.Value, depth int) (bool, error) {
	if other, is := v.(*traced); is {
		v = other.all()
	}
	return t.all().CompareSameType(op, v, depth)
}

func (t *traced) Iterate() starlark.Iterator { return &tracedIterator{of: t} }

type tracedIterator struct {
	of *traced
	at int
}

func (it *tracedIterator) Next(p *starlark.Value) bool {
	if it.at == it.of.Len() {
		return false
	}
	*p = it.of.Index(it.at)
	it.at++
	return true
}

func (*tracedIterator) Done() {}

// parts are the lists of a value in order, the number of what stands at each place of them,
// and the number of all else of it: values with equal numbers are equal.
type parts struct {
	lists [][]uint32
	rest  uint32
}

// numbering gives equal values the same number, as far as they can be compared quickly.
type numbering struct {
	numbers map[string]uint32
	next    uint32
	key     []byte
}

func (n *numbering) number(v starlark.Value) uint32 {
	var ok bool
	n.key, ok = appendValue(n.key[:0], v)
	return n.keyed(ok)
}

// keyed is the number of n.key; not ok: of a value that is equal to no other.
func (n *numbering) keyed(ok bool) uint32 {
	id, known := n.numbers[string(n.key)]
	if !ok || !known {
		if n.next++; n.numbers == nil {
			n.numbers = map[string]uint32{}
		}
		if id = n.next; ok {
			n.numbers[string(n.key)] = id
		}
	}
	return id
}

// parts takes a value apart.
func (n *numbering) parts(v starlark.Value) (p parts) {
	var key []byte
	whole := true
	var walk func(v starlark.Value)
	walk = func(v starlark.Value) {
		switch v := v.(type) {
		case *starlark.List:
			list := make([]uint32, v.Len())
			for k := range list {
				list[k] = n.number(v.Index(k))
			}
			p.lists, key = append(p.lists, list), binary.LittleEndian.AppendUint32(append(key, 'L'), uint32(len(list)))
		case starlark.Tuple:
			key = binary.LittleEndian.AppendUint32(append(key, '('), uint32(len(v)))
			for _, e := range v {
				walk(e)
			}
		default:
			var ok bool
			key, ok = appendValue(key, v)
			whole = whole && ok
		}
	}
	walk(v)
	n.key = append(append(n.key[:0], "parts"...), key...)
	p.rest = n.keyed(whole)
	return p
}

// traced is what a player holds, with traced lists; so many come before it.
func (t *trail) traced(v starlark.Value, player, lists int32) (starlark.Value, int32) {
	switch v := v.(type) {
	case *starlark.List:
		return t.list(v, spot{player, lists, 0}, nil), lists + 1
	case starlark.Tuple:
		items := make(starlark.Tuple, len(v))
		for k, e := range v {
			items[k], lists = t.traced(e, player, lists)
		}
		return items, lists
	}
	return v, lists
}

// untraced is what a function gave, if all that can be read of it later was read by now.
func untraced(v starlark.Value) (starlark.Value, error) {
	if t, is := v.(*traced); is {
		v = t.all()
	}
	if !plainlyHeld(v, 0) {
		return nil, errTraced
	}
	return v, nil
}

// plainlyHeld says that a value consists of plain ones and holds no traced list.
func plainlyHeld(v starlark.Value, depth int) bool {
	switch v := v.(type) {
	case starlark.NoneType, starlark.Bool, starlark.Int, starlark.Float, starlark.String:
		return true
	case *starlark.List:
		var last starlark.Value
		for k := range v.Len() {
			e := v.Index(k)
			if list, is := e.(*starlark.List); is && last == starlark.Value(list) {
				continue // one list at many places
			}
			if last = nil; !plainlyHeld(e, depth+1) {
				return false
			}
			if list, is := e.(*starlark.List); is {
				last = list
			}
		}
		return depth < 64
	case starlark.Tuple:
		return depth < 64 && !slices.ContainsFunc(v, func(e starlark.Value) bool { return !plainlyHeld(e, depth+1) })
	case *starlark.Dict:
		for _, kv := range v.Items() {
			if !plainlyHeld(kv[1], depth+1) {
				return false
			}
		}
		return depth < 64
	case *starlark.Set:
		return true // of members that can be no list
	}
	return false
}

var errTraced = errors.New("a list was used in another way than read")

// attempt calls a function on traced lists. What those cannot do that lists can is an error,
// or a panic where a list is compared with one; then the thread is of no more use.
func attempt(t *starlark.Thread, fn *starlark.Function, args starlark.Tuple, named []starlark.Tuple) (v starlark.Value, err error) {
	defer func() {
		if recover() != nil {
			err = errTraced
		}
	}()
	return starlark.Call(t, fn, args, named)
}
