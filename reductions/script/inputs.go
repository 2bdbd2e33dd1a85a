package script

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"crosscut/protocol"
	"crosscut/protocol/problems"
)

// side is what one player holds.
type side struct {
	spec   *spec // nil for a problem of ours
	domain protocol.Domain
}

// raw writes a member as the file's functions get it.
func (s side) raw(w protocol.Word) json.RawMessage { return s.spec.raw(s.domain, w) }

// inputs are the players' domains at size n, in speaking order.
func (f *File) inputs(p *problems.Problem, n int) ([]side, error) {
	if sides, ok := f.sizes[n]; ok {
		return sides, nil
	}
	var sides []side
	if builtin(p) {
		for _, d := range p.Domains(n) {
			sides = append(sides, side{domain: d})
		}
	} else if f.Defines("inputs") {
		raw, err := f.call("inputs", number(n))
		if err != nil {
			return nil, err
		}
		specs, err := f.domains(n, raw)
		if err != nil {
			return nil, err
		}
		for k := range specs {
			d, err := specs[k].domain()
			if err != nil {
				return nil, errorf("%s: inputs(%d): %v", f.at("inputs"), n, err)
			}
			sides = append(sides, side{&specs[k], d})
		}
	} else if f.arity("problem") == 2 {
		return nil, hinted("write def inputs(n): return [D1, ..., Dk]", "%s: problem(n, xs) needs the domains of its players", f.at("problem"))
	} else {
		d := protocol.BitStrings(n)
		sides = []side{{domain: d}, {domain: d}}
	}
	if f.arity("problem") == 3 && len(sides) != 2 {
		return nil, hinted("write def problem(n, xs)", "%s: problem(n, x, y) has two players, inputs(%d) has %d", f.at("problem"), n, len(sides))
	}
	for _, m := range slices.Sorted(maps.Keys(f.sizes)) {
		if err := f.clashes(min(n, m), max(n, m), sides, f.sizes[m], n < m); err != nil {
			f.clash = err
			return nil, err
		}
	}
	f.sizes[n] = sides
	return sides, nil
}

// inputsBeside looks at the domains at other sizes, since what is said of those rests on
// domains that grow: at the next ones, and where no members are listed, which may be very
// many, also further away. Where there are none, the map is not defined.
func (f *File) inputsBeside(p *problems.Problem, n int, sides []side) {
	near := []int{n - 1, n + 1}
	if !strings.Contains(shapes(sides), "choices") {
		near = append(near, n+2, 2*n+1, 4*n+3, 16, 64)
	}
	for _, m := range near {
		if m > 0 && m <= maxSize && f.clash == nil {
			f.inputs(p, m)
		}
	}
}

// Clash says that the domains of two sizes that were asked for contradict each other; nil:
// none do.
func (f *File) Clash() error { return f.clash }

// clashes says where the domains at two sizes, the smaller first, are of other constructors,
// or shrink as n grows: then one map is not the other at another size.
func (f *File) clashes(n, larger int, a, b []side, inOrder bool) error {
	if !inOrder {
		a, b = b, a
	}
	if one, other := shapes(a), shapes(b); one != other {
		return hinted("the sizes may change with n, the constructors may not", "%s: inputs(%d) is %s, and inputs(%d) is %s", f.at("inputs"), n, one, larger, other)
	}
	for k := range a {
		if a[k].spec != nil && a[k].domain.Count().Cmp(b[k].domain.Count()) > 0 {
			return hinted("a domain grows with n, or stays as it is", "%s: inputs(%d) has %s, and inputs(%d) has %s, which is smaller", f.at("inputs"), n, a[k].domain.Name(), larger, b[k].domain.Name())
		}
	}
	return nil
}

// shapes are the constructors of all players' domains.
func shapes(sides []side) string {
	var list []string
	for _, s := range sides {
		if s.spec != nil {
			list = append(list, s.spec.shape())
		}
	}
	return "[" + strings.Join(list, ", ") + "]"
}

// domains reads what inputs returned.
func (f *File) domains(n int, raw json.RawMessage) ([]spec, error) {
	want := func(what string) error {
		return hinted("write {\"x\": bits(n), \"y\": numbers(1, n)}, or for k players [D1, ..., Dk]; the domains are "+domainNames(),
			"%s: inputs(%d) returned %s", f.at("inputs"), n, what)
	}
	var items []json.RawMessage
	if dict, ok := pairs(raw); ok {
		items = make([]json.RawMessage, 2)
		for _, kv := range dict {
			switch string(kv[0]) {
			case `"x"`:
				items[0] = kv[1]
			case `"y"`:
				items[1] = kv[1]
			default:
				return nil, want("the key " + short(kv[0]))
			}
		}
		if items[0] == nil || items[1] == nil {
			return nil, want("a dictionary without x or without y")
		}
	} else if len(raw) == 0 || raw[0] != '[' || json.Unmarshal(raw, &items) != nil {
		return nil, want(short(raw))
	}
	if len(items) < 2 || len(items) > maxPlayers {
		return nil, want(fmt.Sprintf("%d domains; there are 2 to %d players", len(items), maxPlayers))
	}
	specs := make([]spec, len(items))
	for k, item := range items {
		var d struct{ Domain *spec }
		if len(item) == 0 || item[0] != '{' || json.Unmarshal(item, &d) != nil || d.Domain == nil {
			return nil, want(short(item) + ", which is no domain")
		}
		specs[k] = *d.Domain
	}
	return specs, nil
}

// maxPlayers bounds the players of a file.
const maxPlayers = 64
