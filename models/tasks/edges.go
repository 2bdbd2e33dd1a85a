package tasks

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"

	"crosscut/protocol"
)

// What the cycle tasks share: a token is an edge between vertices 1..nodes. There
// are no loops and no edge stands twice, so the vertices of a cycle are distinct
// as soon as the definition says so.

// edges completes a cycle task: everything but its name, its function and its
// generator. In an undirected task an edge and its reverse are the same edge.
func edges(t *Task, directed bool) *Task {
	t.PublicFirst, t.Binary = true, true
	t.Params = []Param{{Name: "nodes", Doc: "vertices are 1..nodes", Min: 2, Max: 1 << 31, Lab: 1 << 20, Small: []float64{3, 4, 5}, Optional: true,
		Default: func(n int, _ Params) float64 { return 2 * float64(n) }}}
	t.CheckShape = func(sh Shape) error {
		if n := sh.Int("nodes"); sh.N > edgeCount(n, directed) {
			return fmt.Errorf("N = %d, but %d nodes have only %d edges", sh.N, n, edgeCount(n, directed))
		}
		return nil
	}
	t.CheckToken = func(sh Shape, _ int, t Token) error {
		n := sh.Int("nodes")
		switch {
		case t.X < 1 || t.X > n:
			return fmt.Errorf(`"from" is %d, outside 1..%d`, t.X, n)
		case t.To < 1 || t.To > n:
			return fmt.Errorf(`"to" is %d, outside 1..%d`, t.To, n)
		case t.X == t.To:
			return fmt.Errorf("a loop at vertex %d", t.X)
		case t.Z != nil || t.Y != nil:
			return fmt.Errorf("a token of %s is an edge", sh.Task.Name)
		}
		return nil
	}
	t.CheckSeq = func(_ Shape, pos []int, seq []Token) error {
		if k, was := repeated(seq, directed); k >= 0 {
			return &twice{pos[k], pos[was]}
		}
		return nil
	}
	t.TokenBits = func(sh Shape, _ int) int { return 2 * protocol.Width(uint64(sh.Int("nodes"))) }
	t.PutToken = func(sh Shape, _ int, w *protocol.Packer, t Token) {
		width := protocol.Width(uint64(sh.Int("nodes")))
		w.Uint(uint64(t.X-1), width)
		w.Uint(uint64(t.To-1), width)
	}
	t.GetToken = func(sh Shape, _ int, r *protocol.Unpacker) Token {
		width := protocol.Width(uint64(sh.Int("nodes")))
		from := int(r.Uint(width)) + 1
		return Token{X: from, To: int(r.Uint(width)) + 1}
	}
	t.ParseToken = func(_ Shape, raw json.RawMessage) (Token, error) {
		var t Token
		fields, err := parseObject(raw, "from", "to")
		if err == nil {
			t.X, err = fields.int("from")
		}
		if err == nil {
			t.To, err = fields.int("to")
		}
		return t, err
	}
	t.FormatToken = func(_ Shape, t Token) any {
		return struct {
			From int `json:"from"`
			To   int `json:"to"`
		}{t.X, t.To}
	}
	t.Logarithmic = true
	t.AlphabetSize = func(sh Shape) float64 { return sh.Params["nodes"] * (sh.Params["nodes"] - 1) }
	t.Alphabet = func(sh Shape, _ int) []Token {
		var ts []Token
		for a := range sh.Int("nodes") {
			for b := range sh.Int("nodes") {
				if a != b {
					ts = append(ts, Token{X: a + 1, To: b + 1})
				}
			}
		}
		return ts
	}
	return t
}

func edgeCount(nodes int, directed bool) int {
	if directed {
		return nodes * (nodes - 1)
	}
	return nodes * (nodes - 1) / 2
}

// twice says that an edge stands again; searches that only ask whether write no text.
type twice struct{ at, was int }

func (e *twice) Error() string {
	return fmt.Sprintf("token %d: the edge of token %d again", e.at, e.was)
}

// repeated is the first place whose edge stood before, and where; -1: no edge stands twice.
func repeated(seq []Token, directed bool) (at, was int) {
	if len(seq) <= 8 {
		var seen [8]uint64
		for k := range seq {
			e := edgeKey(&seq[k], directed)
			for l, u := range seen[:k] {
				if u == e {
					return k, l
				}
			}
			seen[k] = e
		}
		return -1, -1
	}
	// Hashing into a table that needs no memory of its own, while the edges are few enough.
	var table [256]uint64 // arcs; none is 0
	differ := len(seq) <= len(table)/2
	for k := 0; differ && k < len(seq); k++ {
		a := edgeKey(&seq[k], directed)
		at := a * 0x9e3779b97f4a7c15 >> 56
		for table[at] != 0 && table[at] != a {
			at = (at + 1) % uint64(len(table))
		}
		differ = table[at] == 0
		table[at] = a
	}
	if differ {
		return -1, -1
	}
	first := make(map[uint64]int, len(seq))
	for k := range seq {
		e := edgeKey(&seq[k], directed)
		if l, ok := first[e]; ok {
			return k, l
		}
		first[e] = k
	}
	return -1, -1
}

// edgeKey is the same for the same edge: its arc, of an undirected one from the smaller vertex.
func edgeKey(t *Token, directed bool) uint64 {
	if !directed && t.To < t.X {
		return arc(t.To, t.X)
	}
	return arc(t.X, t.To)
}

// graph lists arcs tail -> head as tail 2^32 + head, sorted, so that the arcs of
// one tail stand together and by increasing head.
type graph []uint64

func arc(tail, head int) uint64 { return uint64(tail)<<32 | uint64(head) }

func tail(a uint64) int { return int(a >> 32) }

func head(a uint64) int { return int(a & (1<<32 - 1)) }

// from lists the arcs with tail v.
func (g graph) from(v int) graph {
	lo, _ := slices.BinarySearch(g, arc(v, 0))
	hi, _ := slices.BinarySearch(g, arc(v+1, 0))
	return g[lo:hi]
}

// generateEdges draws cycles and decoys (cycles with the last edge bent away) of
// the given length on fresh vertices, about as many of each, then random edges
// once the vertices run out, and shuffles everything.
func generateEdges(sh Shape, length int, directed bool, rng *rand.Rand) []Token {
	nodes := sh.Int("nodes")
	seq := make([]Token, 0, sh.N)
	for v := 1; len(seq)+length <= sh.N && v+length <= nodes; {
		last := v // a cycle comes back to its first vertex,
		if rng.IntN(2) == 0 {
			last = v + length // a decoy goes on to a new one
		}
		for i := range length - 1 {
			seq = append(seq, Token{X: v + i, To: v + i + 1})
		}
		seq = append(seq, Token{X: v + length - 1, To: last})
		v = max(v+length-1, last) + 1
	}
	name := newNames(nodes, rng)
	for k, t := range seq {
		seq[k] = Token{X: name.of(t.X), To: name.of(t.To)}
		if !directed && rng.IntN(2) == 0 {
			seq[k].X, seq[k].To = seq[k].To, seq[k].X
		}
	}
	seq = append(seq, otherEdges(seq, sh.N-len(seq), nodes, directed, rng)...)
	rng.Shuffle(len(seq), func(i, j int) { seq[i], seq[j] = seq[j], seq[i] })
	return seq
}

// otherEdges draws k distinct edges that are not in seq.
func otherEdges(seq []Token, k, nodes int, directed bool, rng *rand.Rand) []Token {
	used := make(map[uint64]bool, len(seq)+k)
	for _, t := range seq {
		used[edgeKey(&t, directed)] = true
	}
	var more []Token
	if 2*(len(seq)+k) <= edgeCount(nodes, directed) { // at least every other draw is new
		for len(more) < k {
			t := Token{X: 1 + rng.IntN(nodes), To: 1 + rng.IntN(nodes)}
			if e := edgeKey(&t, directed); t.X != t.To && !used[e] {
				used[e] = true
				more = append(more, t)
			}
		}
		return more
	}
	for a := 1; a <= nodes; a++ {
		for b := 1; b <= nodes; b++ {
			t := Token{X: a, To: b}
			if a != b && (directed || a < b) && !used[edgeKey(&t, directed)] {
				more = append(more, t)
			}
		}
	}
	rng.Shuffle(len(more), func(i, j int) { more[i], more[j] = more[j], more[i] })
	return more[:k]
}

// names renames the vertices 1, 2, ... at random: a shuffle of 1..nodes, of which
// only the part in use is kept.
type names struct {
	nodes int
	moved map[int]int
	known map[int]int
	rng   *rand.Rand
}

func newNames(nodes int, rng *rand.Rand) *names {
	return &names{nodes, map[int]int{}, map[int]int{}, rng}
}

func (s *names) of(v int) int {
	if n, ok := s.known[v]; ok {
		return n
	}
	// Fisher-Yates, step len(known): swap that place with a later one.
	i := len(s.known) + 1
	j := i + s.rng.IntN(s.nodes-i+1)
	at := func(k int) int {
		if n, ok := s.moved[k]; ok {
			return n
		}
		return k
	}
	name := at(j)
	s.moved[j] = at(i)
	s.known[v] = name
	return name
}
