package bapo

import (
	"crosscut/internal/exact"
	"fmt"
	"math/bits"
	"slices"
)

// Token is a token of a prefix as attention shows it: with its position, from 0.
type Token struct{ At, Value int }

// Oracles are f, g and h as functions, for words of any length. With a chain of thought each token
// that h gives is appended, and the word cut anew.
type Oracles struct {
	Bits, Tokens int // a and b
	Prefix       func(prefix []int) int
	Attend       func(suffix []int, k int, t Token) bool
	Suffix       func(said int, shown []Token, suffix []int, k int) int
}

// Step is the token that follows a word, asked for at every cut that leaves a suffix and with every
// choice of the marked tokens shown; asked is how often. An error names a cut at which less than
// the whole word gives another token, or more crosses than a bits.
func (o Oracles) Step(word []int) (token, asked int, err error) {
	for k := 1; k < len(word); k++ {
		said := o.Prefix(word[:k])
		if said>>o.Bits != 0 {
			return 0, asked, fmt.Errorf("bapo: cut %d of %v: the prefix says %d, more than %d bits", k, word, said, o.Bits)
		}
		var marked []Token
		for i, v := range word[:k] {
			if t := (Token{i, v}); o.Attend(word[k:], k, t) {
				marked = append(marked, t)
			}
		}
		if len(marked) >= bits.UintSize-1 {
			return 0, asked, fmt.Errorf("bapo: cut %d of %v: %d tokens are marked", k, word, len(marked))
		}
		for view := range views(1<<len(marked)-1, o.Tokens) {
			var shown []Token
			for rest := view; rest != 0; rest &= rest - 1 {
				shown = append(shown, marked[bits.TrailingZeros(uint(rest))])
			}
			next := o.Suffix(said, shown, word[k:], k)
			if asked++; asked > 1 && next != token {
				return 0, asked, fmt.Errorf("bapo: cut %d of %v: %d follows, and %d at another cut or choice", k, word, next, token)
			}
			token = next
		}
	}
	return token, asked, nil
}

// Think writes tokens until last says that one ends the chain, at most so many.
func (o Oracles) Think(input []int, most int, last func(word []int) bool) (word []int, asked int, err error) {
	word = slices.Clone(input)
	for len(word) == len(input) || !last(word) {
		if len(word) == len(input)+most {
			return word, asked, fmt.Errorf("bapo: no end after %d tokens: %v", most, word)
		}
		token, n, err := o.Step(word)
		if asked += n; err != nil {
			return word, asked, err
		}
		word = append(word, token)
	}
	return word, asked, nil
}

// fetched is the token at a position, of the prefix the one that is shown.
func fetched(at int, shown []Token, suffix []int, k int) int {
	if at >= k {
		return suffix[at-k]
	}
	return shown[0].Value
}

// Doubled decides any language over the tokens 0..v-1 with one bit and one token, whatever the
// length of the word: it pads the word to a power of two, copies it, and answers. A cut behind the
// word leaves f the word, one before the copy leaves it to h. Tokens from v on are the padding, copies,
// and the answers no and yes.
func Doubled(v int, in func(word []int) bool) (o Oracles, yes int) {
	pad, copied, no := v, v+1, 2*v+2
	answer := func(word []int) int {
		if end := slices.IndexFunc(word, func(t int) bool { return t >= pad }); end >= 0 {
			word = word[:end]
		}
		return b(in(word))
	}
	// source is the position that a word of so many tokens is to be copied from.
	source := func(length int) int { return length - 1<<(bits.Len(uint(length))-1) }
	return Oracles{
		Bits: 1, Tokens: 1,
		Prefix: answer,
		Attend: func(suffix []int, k int, t Token) bool { return t.At == source(k+len(suffix)) },
		Suffix: func(said int, shown []Token, suffix []int, k int) int {
			length := k + len(suffix)
			half := 1 << (bits.Len(uint(length)) - 1)
			copying, power := suffix[len(suffix)-1] >= copied, length == half
			switch {
			case !copying && !power:
				return pad
			case copying && power && 2*k > length:
				return no + said
			case copying && power:
				word := make([]int, 0, half/2)
				for _, t := range suffix[length/2-k:] {
					word = append(word, t-copied)
				}
				return no + answer(word)
			}
			return copied + fetched(source(length), shown, suffix, k)
		},
	}, no + 1
}

// Gate is a function of two bits, each an input by its number, or gate g as n + g.
type Gate struct {
	A, B int
	Of   func(a, b int) int
}

// Circuit evaluates gates on n bits without a prefix oracle, one token attended: for each gate the
// chain fetches A, and then writes the gate of what it wrote last and B. All tokens are bits, and the last is the
// answer. The functions are those of this n.
func Circuit(n int, gates []Gate) (o Oracles, length int) {
	wire := func(w int) int {
		if w >= n {
			return n + 2*(w-n) + 1
		}
		return w
	}
	source := func(length int) int {
		g := gates[(length-n)/2]
		if (length-n)%2 == 0 {
			return wire(g.A)
		}
		return wire(g.B)
	}
	return Oracles{
		Tokens: 1,
		Prefix: func([]int) int { return 0 },
		Attend: func(suffix []int, k int, t Token) bool { return t.At == source(k+len(suffix)) },
		Suffix: func(_ int, shown []Token, suffix []int, k int) int {
			length := k + len(suffix)
			at := fetched(source(length), shown, suffix, k)
			if (length-n)%2 == 0 {
				return at
			}
			return gates[(length-n)/2].Of(suffix[len(suffix)-1], at)
		},
	}, n + 2*len(gates)
}

// wiring is a circuit in the making.
type wiring struct {
	n     int
	gates []Gate
}

func (w *wiring) gate(a, b int, of func(a, b int) int) int {
	w.gates = append(w.gates, Gate{a, b, of})
	return w.n + len(w.gates) - 1
}

func and(a, b int) int { return a & b }

func or(a, b int) int { return a | b }

// Majority are gates that sort n bits, neighbours in turn, and end with whether more than half are 1.
func Majority(n int) []Gate {
	w, at := wiring{n: n}, exact.UpTo(n)
	for round := range n {
		for i := round % 2; i+1 < n; i += 2 {
			at[i], at[i+1] = w.gate(at[i], at[i+1], and), w.gate(at[i], at[i+1], or)
		}
	}
	middle := at[n-n/2-1]
	w.gate(middle, middle, and)
	return w.gates
}

// Reachability are gates for all edges of the task of that name: those at vertex 1 begin, and twice each of the others goes on, both ways.
func Reachability() []Gate {
	w, reached := wiring{n: len(fourEdges)}, map[int]int{}
	for i, e := range fourEdges {
		if e[0] == 0 {
			reached[e[1]] = i
		}
	}
	for range 2 {
		for i, e := range fourEdges {
			if e[0] == 0 {
				continue
			}
			for _, to := range [][2]int{{e[0], e[1]}, {e[1], e[0]}} {
				reached[to[1]] = w.gate(w.gate(reached[to[0]], i, and), reached[to[1]], or)
			}
		}
	}
	w.gate(reached[3], reached[3], and)
	return w.gates
}
