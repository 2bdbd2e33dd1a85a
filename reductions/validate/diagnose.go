package validate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"

	"crosscut/models/tasks"
	"crosscut/protocol"
)

// diagnoseMost bounds the pairs on which another answer rule is tried.
const diagnoseMost = 1 << 14

// diagnose looks for what makes a failing reduction right: the answer inverted, read at
// another position, or off by one; an input written in another way than it is meant; or a
// player whose input never matters. It returns
// "" when none of these explains all pairs that were tried, or a function of the map fails.
func (s *Subject) diagnose(ctx context.Context, first *pair) string {
	var pairs [][]protocol.Word
	rng := rand.New(rand.NewPCG(1, 2))
	if d := s.Inputs(); d.IsInt64() && d.Int64() <= diagnoseMost {
		for k := range s.xs() {
			for j := range s.ys() {
				in := make([]protocol.Word, s.Players())
				in[0] = s.domainOf(0).Nth(k)
				s.others(in, j)
				pairs = append(pairs, in)
			}
		}
	} else {
		pairs = append([][]protocol.Word{first.in}, s.adversarial(rng, diagnoseMost-1)...)
	}
	inverted := true
	var elsewhere []int // positions that would be right so far
	if len(s.Reads) == 1 {
		for _, i := range s.Shape.All()[:min(s.Shape.N, 64)] {
			if i != s.Reads[0] {
				elsewhere = append(elsewhere, i)
			}
		}
	}
	t := &tried{s: s, m: s.merger(), pairs: pairs}
	m := t.m
	for who := range m.written { // every explanation tries the same inputs
		m.written[who] = map[protocol.Word][]tasks.Token{}
	}
	for k, p := range pairs {
		if ctx.Err() != nil {
			return ""
		}
		if !inverted && len(elsewhere) == 0 {
			break
		}
		unwritten := s.inputAt(m, p)
		got, err := s.answered(m, p)
		want, wrong := t.want(k)
		if errors.Join(unwritten, err, wrong) != nil {
			return ""
		}
		inverted = inverted && (want.Kind() == protocol.None || yesNo(got) && yesNo(want) && !want.Accepts(got))
		outs := sync.OnceValues(func() ([]tasks.Value, error) { return s.Outputs(m.seq, elsewhere) })
		var right []int
		for at, i := range elsewhere {
			got, err := s.Answer(p[len(p)-1], func(int) (tasks.Value, error) {
				all, err := outs()
				if err != nil {
					return nil, err
				}
				return all[at], nil
			})
			if err == nil && want.Accepts(got) {
				right = append(right, i)
			}
		}
		elsewhere = right
	}
	switch {
	case inverted:
		return fmt.Sprintf("right if the answer is inverted, on all %d pairs tried", len(pairs))
	case len(elsewhere) > 0:
		return fmt.Sprintf("right if the answer is read at position %d instead of %d, on all %d pairs tried", elsewhere[0], s.Reads[0], len(pairs))
	}
	return cmp.Or(t.reread(ctx), t.offByOne(ctx), s.deaf())
}

// tried are the inputs on which an explanation is tried, and what was asked about them.
type tried struct {
	s     *Subject
	m     *merger
	pairs [][]protocol.Word
	wants []protocol.Value // of the first pairs
}

// want is wanted for pair k: it is asked for together with as many further ones as are known, or a few.
func (t *tried) want(k int) (protocol.Value, error) {
	for len(t.wants) <= k {
		from, list := len(t.wants), &Inputs{Words: make([][]protocol.Word, t.s.Players())}
		for at, in := range t.pairs[from:min(2*from+fewValues, len(t.pairs))] {
			for who, w := range in {
				list.Words[who], list.At = append(list.Words[who], w), append(list.At, int32(at))
			}
		}
		wants, err := t.s.wants(list)
		if err != nil {
			return protocol.Value{}, err
		}
		for at := range wants.At {
			t.wants = append(t.wants, wants.Of(at))
		}
	}
	return t.wants[k], nil
}

// yesNo says that a value is True or False, or as good as these.
func yesNo(v protocol.Value) bool {
	return v.Equal(protocol.BoolValue(true)) || v.Equal(protocol.BoolValue(false))
}

// rewriting is another way to write a member of a domain: what an encoder and a decoder may disagree by.
type rewriting struct {
	name string
	of   func(d protocol.Domain, v protocol.Value) (protocol.Value, bool)
}

var rewritings = []rewriting{
	{"reversed", func(_ protocol.Domain, v protocol.Value) (protocol.Value, bool) {
		return listed(v, func(k int) protocol.Value { return v.At(v.Len() - 1 - k) })
	}},
	{"complemented", func(d protocol.Domain, v protocol.Value) (protocol.Value, bool) {
		ends := 1 // the sum of what change places
		if !d.Plain() {
			least, most := d.Value(d.Nth(0)), d.Value(d.Nth(max(1, d.Len())-1)) // of very many, the first
			if least.Len() == 0 || most.Len() == 0 {
				return v, false
			}
			ends = least.At(0).Int() + most.At(0).Int()
		}
		return listed(v, func(k int) protocol.Value { return protocol.IntValue(ends - v.At(k).Int()) })
	}},
	{"transposed, as a square", func(_ protocol.Domain, v protocol.Value) (protocol.Value, bool) {
		side := int(math.Round(math.Sqrt(float64(v.Len()))))
		if side*side != v.Len() {
			return v, false
		}
		return listed(v, func(k int) protocol.Value { return v.At(k%side*side + k/side) })
	}},
	{"inverted as a permutation", func(_ protocol.Domain, v protocol.Value) (protocol.Value, bool) {
		return listed(v, func(k int) protocol.Value {
			for at := range v.Len() {
				if v.At(at).Int() == k+1 {
					return protocol.IntValue(at + 1)
				}
			}
			return protocol.Value{}
		})
	}},
}

// listed makes a list of as many items.
func listed(v protocol.Value, item func(k int) protocol.Value) (protocol.Value, bool) {
	if v.Kind() != protocol.Tuple || v.Len() < 2 {
		return v, false
	}
	items := make([]protocol.Value, v.Len())
	for k := range items {
		items[k] = item(k)
	}
	return protocol.TupleValue(items...), true
}

// exchange is a change of all inputs at once on their way into the tokens; false: there is none of these inputs.
type exchange struct {
	text string // "x is reversed on its way"
	of   func(in []protocol.Word) ([]protocol.Word, bool)
}

// exchanges are one player's input rewritten, or everybody's, and the inputs in the opposite order.
func (s *Subject) exchanges() (list []exchange) {
	domains := s.Problem.Domains(s.Size)
	rewrite := func(text string, w rewriting, whose func(who int) bool) {
		list = append(list, exchange{text + w.name + " on its way", func(in []protocol.Word) ([]protocol.Word, bool) {
			there := slices.Clone(in)
			for who, d := range domains {
				if !whose(who) {
					continue
				}
				v, ok := w.of(d, d.Value(in[who]))
				if !ok {
					return nil, false
				}
				if there[who], ok = d.Word(v); !ok {
					return nil, false
				}
			}
			return there, true
		}})
	}
	for one := range domains {
		for _, w := range rewritings {
			rewrite(s.nameOf(one)+" is ", w, func(who int) bool { return who == one })
		}
	}
	for _, w := range rewritings {
		rewrite("every input is ", w, func(int) bool { return true })
	}
	if !slices.ContainsFunc(domains, func(d protocol.Domain) bool { return d.Name() != domains[0].Name() }) {
		text := "x and y are exchanged on their way"
		if len(domains) > 2 {
			text = "the players' inputs are taken in the opposite order on their way"
		}
		list = append(list, exchange{text, func(in []protocol.Word) ([]protocol.Word, bool) {
			there := slices.Clone(in)
			slices.Reverse(there)
			return there, true
		}})
	}
	return list
}

// right says whether on all pairs the answer is right that is given to the tokens of other inputs, or to other outputs.
func (t *tried) right(ctx context.Context, tokensOf func(in []protocol.Word) ([]protocol.Word, bool), output func(pos int) (tasks.Value, error)) bool {
	for k, in := range t.pairs {
		there, ok := tokensOf(in)
		if !ok || ctx.Err() != nil || t.s.inputAt(t.m, there) != nil {
			return false // it is no map of the other input
		}
		got, err := t.s.Answer(in[len(in)-1], output) // who answers holds what it holds
		want, wrong := t.want(k)
		if errors.Join(err, wrong) != nil || !want.Accepts(got) {
			return false
		}
	}
	return true
}

// reread looks for inputs that are written in another way than they are meant: with it the map is right on all pairs
// that were tried.
func (t *tried) reread(ctx context.Context) string {
	for _, e := range t.s.exchanges() {
		if t.right(ctx, e.of, t.m.output) {
			return fmt.Sprintf("right if %s into the tokens, on all %d pairs tried", e.text, len(t.pairs))
		}
	}
	return ""
}

// nameOf is what an input is called.
func (s *Subject) nameOf(who int) string {
	if s.Players() > 2 {
		return fmt.Sprintf("the input of player %d", who+1)
	}
	return [...]string{"x", "y"}[who]
}

// offByOne looks for an answer that is right when the output at the only read position is
// one more, or one less: a threshold that is off by one.
func (t *tried) offByOne(ctx context.Context) string {
	if len(t.s.Reads) != 1 || !t.s.Declared {
		return ""
	}
	same := func(in []protocol.Word) ([]protocol.Word, bool) { return in, true }
	for _, by := range []float64{1, -1} {
		moved := func(pos int) (tasks.Value, error) {
			v, err := t.m.at(pos)
			if len(v) != 1 {
				return nil, cmp.Or(err, errors.New("an output that is no number"))
			}
			return tasks.Value{v[0] + by}, nil
		}
		if t.right(ctx, same, moved) {
			return fmt.Sprintf("off by one: right if %+g is added to the output of position %d, on all %d pairs tried", by, t.s.Reads[0], len(t.pairs))
		}
	}
	return ""
}

// unchanging are those positions of a player, of some, whose tokens are the same on all of some inputs drawn at random.
func (s *Subject) unchanging(who protocol.Player, of func(pos int) bool, draws int, rng *rand.Rand) ([]int, error) {
	positions := s.Split.Positions(who)
	left := slices.DeleteFunc(slices.Clone(positions), func(i int) bool { return !of(i) })
	var first []tasks.Token
	for drawn, more := 0, 2; drawn < draws && len(left) > 0; drawn, more = drawn+more, min(drawn+more, draws-drawn-more) {
		err := s.writeEach(who, more, func(int) protocol.Word { return s.domainOf(who).Random(rng) }, func(_ int, _ protocol.Word, tok []tasks.Token) {
			if first == nil {
				first = tok
			}
			left = slices.DeleteFunc(left, func(i int) bool {
				k, _ := slices.BinarySearch(positions, i)
				return !first[k].Equal(tok[k])
			})
		})
		if err != nil {
			return nil, err
		}
	}
	return left, nil
}

// constant names a read position that holds a token that never changes, on 32 inputs drawn
// at random, and is a player's all the same: to everybody else its query is then not known;
// "": there is none. Of a player with a single input it says nothing, since all he writes is constant.
func (s *Subject) constant() string {
	rng := rand.New(rand.NewPCG(1, 5))
	var found []int
	for who := range protocol.Player(s.Players()) {
		if s.domainOf(who).Count().BitLen() == 1 {
			continue
		}
		left, err := s.unchanging(who, func(i int) bool { return slices.Contains(s.Reads, i) }, 32, rng)
		if err != nil {
			return "" // validation will say
		}
		found = append(found, left...)
	}
	if len(found) == 0 {
		return ""
	}
	return fmt.Sprintf("one way for attention, right if the token at position %d is public: it is read, a player's, and the same on all of 32 inputs drawn at random; write it in public, so that everybody knows the query", slices.Min(found))
}

// deaf finds a player whose tokens never change: then no answer can depend on
// that player's input.
func (s *Subject) deaf() string {
	rng := rand.New(rand.NewPCG(1, 3))
	for who := range protocol.Player(s.Players()) {
		left, err := s.unchanging(who, func(int) bool { return true }, 64, rng)
		switch {
		case err != nil:
			return ""
		case len(left) != s.Split.Count(who) || int(who) == s.Players()-1 && s.AnswerUsesY: // who answers may use its input there
		case s.Players() > 2:
			return fmt.Sprintf("the split: none of player %d's tokens depends on its input, on 64 random ones", who+1)
		default:
			return fmt.Sprintf("the split: none of %s's tokens depends on %s, on 64 random %[2]s", [...]string{"Alice", "Bob"}[who], s.nameOf(int(who)))
		}
	}
	return ""
}
