package problems

import (
	"fmt"
	"testing"

	"crosscut/protocol"
)

// TestCustomers: the problems over other sets than bit strings are what their lines say,
// by a second definition.
func TestCustomers(t *testing.T) {
	ints := func(v protocol.Value) (l []int) {
		for k := range v.Len() {
			l = append(l, v.At(k).Int())
		}
		return l
	}
	each := func(p *Problem, n int, want func(in []protocol.Value) protocol.Value) {
		t.Helper()
		in := make([]protocol.Word, len(p.Domains(n)))
		values := make([]protocol.Value, len(in))
		var fill func(k int)
		fill = func(k int) {
			if k == len(in) {
				got, inside := p.Value(n, in...)
				if !inside {
					got = protocol.Value{}
				}
				if w := want(values); !got.Equal(w) || inside == (w.Kind() == protocol.None) {
					t.Fatalf("%s, n = %d: %v give %v, want %v", p.Name, n, values, got, w)
				}
				return
			}
			d := p.Domains(n)[k]
			for at := range d.Len() {
				in[k] = d.Nth(at)
				values[k] = d.Value(in[k])
				fill(k + 1)
			}
		}
		fill(0)
	}
	for n := 1; n <= 3; n++ {
		each(Composition, n, func(in []protocol.Value) protocol.Value {
			f, g := ints(in[0]), ints(in[1].At(0))
			return protocol.IntValue(f[g[in[1].At(1).Int()-1]-1])
		})
		each(Pointer3, n, func(in []protocol.Value) protocol.Value {
			h, g := ints(in[0]), ints(in[1])
			return protocol.IntValue(h[g[in[2].Int()-1]-1])
		})
		each(UDisj, n, func(in []protocol.Value) protocol.Value {
			x, y, common := fmt.Sprint(ints(in[0])), fmt.Sprint(ints(in[1])), 0
			for k := range x {
				if x[k] == '1' && y[k] == '1' {
					common++
				}
			}
			return [...]protocol.Value{protocol.BoolValue(false), protocol.BoolValue(true), {}, {}}[common]
		})
		for a := 1; a <= n; a++ {
			s, err := SDisj.With(map[string]int{"a": a})
			if err != nil || s.Sizes[0].Value != a || s.Sizes[1].Value != 1 {
				t.Fatal(s.Sizes, err)
			}
			each(s, n, func(in []protocol.Value) protocol.Value {
				sum := 0
				for k, s := range ints(in[0]) {
					if t := ints(in[1])[k]; s*t == 1 {
						sum++
					}
				}
				return protocol.BoolValue(sum > 0)
			})
			s, err = Set.With(map[string]int{"q": a})
			if err != nil {
				t.Fatal(err)
			}
			each(s, n, func(in []protocol.Value) protocol.Value {
				is := false
				for _, label := range ints(in[0]) {
					is = is || label == in[1].Int()
				}
				return protocol.BoolValue(is)
			})
			for _, c := range s.Costs {
				if err := c.Check(s, n); err != nil && a < n {
					t.Error(err)
				}
			}
		}
	}
	for _, set := range []map[string]int{{"a": 0}, {"b": -1}, {"q": 1}} {
		if p, err := SDisj.With(set); err == nil {
			t.Errorf("%v makes a problem: %v", set, p.Sizes)
		}
	}
}

// TestThreePlayers plays pointer3 in its speaking order, audited: the first word is the
// whole of h, and the run is of the setting for which the bound is stated.
func TestThreePlayers(t *testing.T) {
	const n = 2
	p, d := Pointer3, Pointer3.Domains(n)
	var audit protocol.Audit
	program := func(self protocol.Player, own protocol.Word) func(*protocol.Port) string {
		return func(port *protocol.Port) string {
			switch self {
			case 0:
				port.Send("h", own)
			case 1:
				h := port.Recv(0, protocol.Bits(d[0].Bits()))
				var after protocol.Packer // h(g(.)), a table again
				g, of := d[1].Value(own), d[0].Value(h)
				for i := range n {
					after.Uint(uint64(of.At(g.At(i).Int()-1).Int()-1), protocol.Width(n))
				}
				port.Send("h after g", after.Word())
			default:
				port.Recv(0, protocol.Bits(d[0].Bits()))
				table := port.Recv(1, protocol.Bits(n*protocol.Width(n))).Unpack()
				for i := 1; ; i++ {
					if v := table.Uint(protocol.Width(n)) + 1; i == d[2].Value(own).Int() {
						return fmt.Sprint(v)
					}
				}
			}
			return ""
		}
	}
	for h := range d[0].Len() {
		for g := range d[1].Len() {
			for i := range d[2].Len() {
				in := []protocol.Word{d[0].Nth(h), d[1].Nth(g), d[2].Nth(i)}
				outs, tr, err := protocol.Run(t.Context(), nil, program(0, in[0]), program(1, in[1]), program(2, in[2]))
				if err != nil {
					t.Fatal(err)
				}
				if want, _ := p.Value(n, in...); outs[2] != want.String() {
					t.Fatalf("%v give %s, want %v", in, outs[2], want)
				}
				if err := audit.Add([]string{in[0].String(), in[1].String(), in[2].String()}, tr, outs); err != nil {
					t.Fatal(err)
				}
				if c := p.Costs[0]; tr.Setting() != c.Setting || tr.By(0) < c.Bits(n) {
					t.Fatalf("%v: %d bits of player 1, at least %d are needed (%v)", tr.Setting(), tr.By(0), c.Bits(n), c.Setting)
				}
			}
		}
	}
}

// TestWhoKnows compares what is stated with the cheapest protocols there are, found by
// trying every split of every rectangle: where both players know the answer every leaf
// has one value; where Bob alone does, one value a column.
func TestWhoKnows(t *testing.T) {
	for p := range Catalog().All() {
		for n := 1; n <= 4; n++ {
			if len(p.Domains(n)) != 2 || p.Xs(n)*p.Ys(n) > 64 || p.Xs(n) > 8 || p.Ys(n) > 8 {
				break
			}
			m := make([][]string, p.Xs(n))
			for i := range m {
				for j := range p.Ys(n) {
					v, inside := p.Value(n, p.X(n, i), p.Y(n, j))
					if !inside {
						v = protocol.Value{}
					}
					m[i] = append(m[i], v.Key())
				}
			}
			both, bob := cheapest(m, true), cheapest(m, false)
			if bob > both || both > bob+n+1 {
				t.Errorf("%s, n = %d: both know %d, Bob knows %d", p.Name, n, both, bob)
			}
			for _, c := range p.Costs {
				if c.Setting != protocol.TwoWay {
					continue
				}
				got := bob
				if c.BothKnow {
					got = both
				} else if c.Exact && cheapest(flip(m), false) != bob {
					continue // it is the cost of the better answering player
				}
				if b := int(c.Bits(n)); b > got || c.Exact && b != got {
					t.Errorf("%s, n = %d, both know %v: stated %d (exact %v), the cheapest protocol has %d", p.Name, n, c.BothKnow, b, c.Exact, got)
				}
			}
		}
	}
}

func flip(m [][]string) [][]string {
	t := make([][]string, len(m[0]))
	for j := range t {
		for i := range m {
			t[j] = append(t[j], m[i][j])
		}
	}
	return t
}

// cheapest is the depth of the best protocol tree, over all trees.
func cheapest(m [][]string, bothKnow bool) int {
	const open = "n" // outside the promise
	number := map[string]int{}
	cell := make([][]int, len(m)) // -1 outside the promise
	for i, row := range m {
		for _, v := range row {
			k, known := number[v]
			if !known {
				k = len(number)
				number[v] = k
			}
			if v == open {
				k = -1
			}
			cell[i] = append(cell[i], k)
		}
	}
	memo := make([]int, 1<<(len(m)+len(m[0]))) // depth + 1
	leaf := func(rows, cols uint) bool {
		value := -1
		for j := range m[0] {
			if !bothKnow {
				value = -1
			}
			for i := range m {
				if rows>>i&1 == 0 || cols>>j&1 == 0 || cell[i][j] < 0 {
					continue
				}
				if value >= 0 && value != cell[i][j] {
					return false
				}
				value = cell[i][j]
			}
		}
		return true
	}
	var depth func(rows, cols uint) int
	depth = func(rows, cols uint) int {
		at := rows<<len(m[0]) | cols
		if memo[at] > 0 {
			return memo[at] - 1
		}
		best := 0
		if !leaf(rows, cols) {
			best = 64
			for part := (rows - 1) & rows; part > 0; part = (part - 1) & rows {
				if part > rows&^part {
					best = min(best, 1+max(depth(part, cols), depth(rows&^part, cols)))
				}
			}
			for part := (cols - 1) & cols; part > 0; part = (part - 1) & cols {
				if part > cols&^part {
					best = min(best, 1+max(depth(rows, part), depth(rows, cols&^part)))
				}
			}
		}
		memo[at] = best + 1
		return best
	}
	return depth(1<<len(m)-1, 1<<len(m[0])-1)
}
