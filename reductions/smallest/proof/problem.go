package proof

import (
	"fmt"
	"slices"

	"crosscut/internal/catalog"
	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/protocol/problems"
)

// Task is the task of that name, or a problem of two players as one: Alice's tokens
// stand before Bob's, and the last position is read. Where N is one more than they need
// the last token is an end marker. A player who holds n bits has n
// tokens, 1 and 2 for the bits 0 and 1; one who holds anything else has one token, the
// place of the input in its domain.
func Task(name string) (*tasks.Task, error) {
	if t, err := tasks.Catalog().Get(name); err == nil {
		return t, nil
	}
	p, err := problems.Catalog().Get(name)
	if err != nil || !spelled(p) {
		return nil, catalog.Unknown("task", name, Names())
	}
	size := func(sh tasks.Shape) int { return problemSize(p, sh.N) }
	return &tasks.Task{
		Name: p.Name, Doc: p.Doc, Cite: p.Cite, Binary: true, ReadLast: true,
		CheckShape: func(sh tasks.Shape) error {
			if size(sh) == 0 {
				return fmt.Errorf("too few tokens for %s", p.Name)
			}
			return nil
		},
		AlphabetSize: func(sh tasks.Shape) float64 {
			n := size(sh)
			return float64(max(symbols(p.Domain(n, protocol.Alice)), symbols(p.Domain(n, protocol.Bob))))
		},
		Alphabet: func(sh tasks.Shape, pos int) []tasks.Token {
			n, who := size(sh), protocol.Alice
			hers, his := length(p.Domain(n, protocol.Alice)), length(p.Domain(n, protocol.Bob))
			switch {
			case pos > hers+his:
				return []tasks.Token{{X: 1}}
			case pos > hers:
				who = protocol.Bob
			}
			all := make([]tasks.Token, symbols(p.Domain(n, who)))
			for k := range all {
				all[k].X = k + 1
			}
			return all
		},
		Eval: func(sh tasks.Shape, seq []tasks.Token, _ int) tasks.Value {
			n := size(sh)
			alice, bob := p.Domain(n, protocol.Alice), p.Domain(n, protocol.Bob)
			cut := length(alice)
			return tasks.Truth(p.Holds(n, word(alice, seq[:cut]), word(bob, seq[cut:cut+length(bob)])))
		},
	}, nil
}

// Names lists what Task knows.
func Names() []string {
	names := slices.Clone(tasks.Catalog().Names())
	for p := range problems.Catalog().All() {
		if spelled(p) && !slices.Contains(names, p.Name) {
			names = append(names, p.Name)
		}
	}
	return names
}

// spelled says that a problem can be read as a task: Alice holds bits, so that n
// follows from the number of tokens.
func spelled(p *problems.Problem) bool {
	return p.YesNo() && len(p.Domains(1)) == 2 && p.Domain(1, protocol.Alice).Plain()
}

// problemSize is the n whose inputs are written in so many tokens, or 0.
func problemSize(p *problems.Problem, tokens int) int {
	for n := tokens; n > 0; n-- {
		if spare := tokens - length(p.Domain(n, protocol.Alice)) - length(p.Domain(n, protocol.Bob)); spare == 0 || spare == 1 {
			return n
		}
	}
	return 0
}

// length is how many tokens a player has, symbols how many a token can be.
func length(d protocol.Domain) int {
	if d.Plain() {
		return d.Bits()
	}
	return 1
}

func symbols(d protocol.Domain) int {
	if d.Plain() {
		return 2
	}
	return d.Len()
}

func word(d protocol.Domain, seq []tasks.Token) protocol.Word {
	if !d.Plain() {
		return d.Nth(seq[0].X - 1)
	}
	var w protocol.Packer
	for _, t := range seq {
		w.Uint(uint64(t.X-1), 1)
	}
	return w.Word()
}
