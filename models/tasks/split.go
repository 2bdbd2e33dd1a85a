package tasks

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"crosscut/protocol"
)

// Public owns the positions whose tokens every player knows for free.
const Public protocol.Player = -1

// Split says who owns each position: Owner[i-1] for position i.
type Split struct {
	Owner []protocol.Player
}

// Of returns the owner of position i.
func (s Split) Of(i int) protocol.Player { return s.Owner[i-1] }

// Positions lists the positions of one owner, increasing.
func (s Split) Positions(p protocol.Player) []int {
	var at []int
	for i, o := range s.Owner {
		if o == p {
			at = append(at, i+1)
		}
	}
	return at
}

// Public says whether all these positions are public.
func (s Split) Public(at []int) bool {
	return !slices.ContainsFunc(at, func(i int) bool { return s.Of(i) != Public })
}

// Contiguous says whether Alice's tokens all stand before Bob's, so that a recurrent
// model's state crosses once.
func (s Split) Contiguous() bool {
	a, b := s.Positions(protocol.Alice), s.Positions(protocol.Bob)
	return len(a) == 0 || len(b) == 0 || a[len(a)-1] < b[0]
}

// Count is the number of positions of one owner.
func (s Split) Count(p protocol.Player) int {
	n := 0
	for _, o := range s.Owner {
		if o == p {
			n++
		}
	}
	return n
}

// Run is a stretch of positions whose tokens one player reads.
type Run struct {
	Owner  protocol.Player
	Lo, Hi int
}

// Runs cuts 1..N by who holds the state of a model that reads from position 1 on: a public
// position goes to the owner of the private one before it, so that whoever holds the state
// steps it without cost; leading ones go to the owner of the first private one, and to Bob
// where all are public.
func (s Split) Runs() []Run {
	holder := protocol.Bob
	if first := slices.IndexFunc(s.Owner, func(o protocol.Player) bool { return o != Public }); first >= 0 {
		holder = s.Owner[first]
	}
	var runs []Run
	for i, o := range s.Owner {
		if o != Public {
			holder = o
		}
		if last := len(runs) - 1; last >= 0 && runs[last].Owner == holder {
			runs[last].Hi = i + 1
			continue
		}
		runs = append(runs, Run{holder, i + 1, i + 1})
	}
	return runs
}

// Half is the default split. For match and cycle tasks token 1 is public, Alice
// owns the next floor((N-1)/2) and Bob the rest; else Alice owns 1..floor(N/2).
func (sh Shape) Half() Split {
	s := Split{make([]protocol.Player, sh.N)}
	first := 0
	if sh.Task.PublicFirst {
		s.Owner[0] = Public
		first = 1
	}
	alice := first + (sh.N-first)/2
	for i := first; i < sh.N; i++ {
		if i < alice {
			s.Owner[i] = protocol.Alice
		} else {
			s.Owner[i] = protocol.Bob
		}
	}
	return s
}

// ParseSplit reads "half", "prefix:K", or "alice:2-32,bob:33-64,public:1", in
// which every position stands exactly once.
func (sh Shape) ParseSplit(spec string) (Split, error) {
	bad := func(format string, args ...any) (Split, error) {
		return Split{}, fmt.Errorf("split %q: "+format, append([]any{shorten(spec)}, args...)...)
	}
	if spec == "half" || spec == "" {
		return sh.Half(), nil
	}
	s := Split{make([]protocol.Player, sh.N)}
	if k, ok := strings.CutPrefix(spec, "prefix:"); ok {
		n, err := strconv.Atoi(k)
		if err != nil || n < 0 || n > sh.N {
			return bad("want prefix:K with K in 0..%d", sh.N)
		}
		for i := n; i < sh.N; i++ {
			s.Owner[i] = protocol.Bob
		}
		return s, nil
	}
	const unset = protocol.Player(-2)
	for i := range s.Owner {
		s.Owner[i] = unset
	}
	owner := unset
	for _, part := range strings.Split(spec, ",") {
		if name, rest, ok := strings.Cut(part, ":"); ok {
			switch strings.TrimSpace(name) {
			case "alice":
				owner = protocol.Alice
			case "bob":
				owner = protocol.Bob
			case "public":
				owner = Public
			default:
				return bad("unknown owner %q: want alice, bob or public", shorten(name))
			}
			part = rest
		}
		if owner == unset {
			return bad("want half, prefix:K or alice:2-32,bob:33-64,public:1")
		}
		if strings.TrimSpace(part) == "" {
			continue
		}
		a, b, ok := sh.ParseRange(part)
		if !ok {
			return bad("%q is no range of positions in 1..%d", shorten(part), sh.N)
		}
		for i := a; i <= b; i++ {
			if s.Owner[i-1] != unset {
				return bad("position %d stands twice", i)
			}
			s.Owner[i-1] = owner
		}
	}
	if i := slices.Index(s.Owner, unset); i >= 0 {
		return bad("position %d is missing", i+1)
	}
	return s, nil
}

// ParseRange reads a position, or a range of them such as 2-32.
func (sh Shape) ParseRange(text string) (from, to int, ok bool) {
	lo, hi, ranged := strings.Cut(strings.TrimSpace(text), "-")
	from, err := strconv.Atoi(lo)
	if to = from; err == nil && ranged {
		to, err = strconv.Atoi(hi)
	}
	return from, to, err == nil && 1 <= from && from <= to && to <= sh.N
}

// String writes the split in the form that ParseSplit reads.
func (s Split) String() string {
	var parts []string
	for _, o := range []protocol.Player{protocol.Alice, protocol.Bob, Public} {
		at := s.Positions(o)
		if len(at) == 0 {
			continue
		}
		name := "public"
		if o != Public {
			name = o.String()
		}
		parts = append(parts, name+":"+Ranges(at))
	}
	return strings.Join(parts, ",")
}

// Ranges writes increasing positions as 1,3-7.
func Ranges(at []int) string {
	var ranges []string
	for i := 0; i < len(at); {
		j := i
		for j+1 < len(at) && at[j+1] == at[j]+1 {
			j++
		}
		r := strconv.Itoa(at[i])
		if j > i {
			r += "-" + strconv.Itoa(at[j])
		}
		ranges = append(ranges, r)
		i = j + 1
	}
	return strings.Join(ranges, ",")
}

// Half is all that one player holds: the public facts, its own tokens and the
// public ones. It is a copy and reaches nothing else.
type Half struct {
	Shape Shape
	Split Split
	Self  protocol.Player
	pos   []int // visible positions, increasing
	tok   []Token
}

// NewHalf builds a half from the visible positions (increasing) and their tokens.
// Positions must be exactly the player's own and the public ones.
func NewHalf(sh Shape, s Split, self protocol.Player, pos []int, tok []Token) (Half, error) {
	var want []int
	for i, o := range s.Owner {
		if o == self || o == Public {
			want = append(want, i+1)
		}
	}
	if !slices.Equal(want, pos) || len(pos) != len(tok) {
		return Half{}, fmt.Errorf("tasks: the half of %v must hold exactly its own positions and the public ones", self)
	}
	if err := sh.check(pos, tok); err != nil {
		return Half{}, fmt.Errorf("tasks: %s: %w", sh.Task.Name, err)
	}
	return Half{sh, s, self, slices.Clone(pos), slices.Clone(tok)}, nil
}

// Deal gives each of the two players its half of a whole sequence.
func (s Split) Deal(sh Shape, seq []Token) [2]Half {
	return [2]Half{s.Hand(sh, seq, protocol.Alice), s.Hand(sh, seq, protocol.Bob)}
}

// Hand is one player's half of a whole sequence.
func (s Split) Hand(sh Shape, seq []Token, self protocol.Player) Half {
	half := Half{Shape: sh, Split: s, Self: self}
	n := s.Count(self) + s.Count(Public)
	half.pos, half.tok = make([]int, 0, n), make([]Token, 0, n)
	for i, o := range s.Owner {
		if o == self || o == Public {
			half.pos = append(half.pos, i+1)
			half.tok = append(half.tok, seq[i])
		}
	}
	return half
}

// Visible lists the positions whose tokens this player knows, increasing. The
// slice must not be changed.
func (h Half) Visible() []int { return h.pos }

// At returns the k-th visible position, counting from 0, and its token.
func (h Half) At(k int) (pos int, t Token) { return h.pos[k], h.tok[k] }

// Each calls f for every visible position, increasing.
func (h Half) Each(f func(pos int, t Token)) {
	for k, i := range h.pos {
		f(i, h.tok[k])
	}
}

// Sees says whether this player knows the token at position i.
func (h Half) Sees(i int) bool {
	_, ok := slices.BinarySearch(h.pos, i)
	return ok
}

// Token returns the token at a visible position. Asking for another player's
// token is a programming error and panics.
func (h Half) Token(i int) Token {
	k, ok := slices.BinarySearch(h.pos, i)
	if !ok {
		panic(fmt.Sprintf("tasks: %v cannot see token %d", h.Self, i))
	}
	return h.tok[k]
}

// Span returns the tokens at positions lo..hi, all of which must be visible. The
// slice must not be changed.
func (h Half) Span(lo, hi int) []Token {
	if hi < lo {
		return nil
	}
	k, ok := slices.BinarySearch(h.pos, lo)
	if n := hi - lo + 1; ok && k+n <= len(h.pos) && h.pos[k+n-1] == hi {
		return h.tok[k : k+n]
	}
	panic(fmt.Sprintf("tasks: %v cannot see tokens %d to %d", h.Self, lo, hi))
}
