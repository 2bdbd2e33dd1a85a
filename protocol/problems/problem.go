// Package problems holds the base problems: functions f(x, y) with known
// communication cost, one per file. Inputs are words, so every problem can be
// enumerated.
package problems

import (
	"errors"
	"math/rand/v2"

	"crosscut/internal/catalog"
	"crosscut/protocol"
)

// Problem is a two-party problem: Alice holds x, Bob holds y.
type Problem struct {
	Name string
	Doc  string   // the function in a line
	Cite []string // keys of docs/references.md

	// XBits and YBits are the lengths of the inputs at size n, in bits.
	XBits, YBits func(n int) int
	// YCount is the number of valid y; they are the words of the numbers
	// 0..YCount-1 in YBits bits. nil: all 2^YBits words are valid.
	YCount func(n int) int

	// F is the function. It may assume valid inputs of the right length.
	F func(n int, x, y protocol.Word) bool

	// Cover is a small cover of the ones of F by rectangles, where there is one. May
	// be nil.
	Cover func(n int) protocol.Cover[protocol.Word, protocol.Word]

	// FormatY writes y as users see it. nil: a string of 0s and 1s.
	FormatY func(n int, y protocol.Word) string

	// Costs are the known costs, valid for every n >= 1, each with its argument.
	Costs []Cost

	_ struct{}
}

// Cost is one known bound on a problem, as a function of n.
type Cost struct {
	Setting protocol.Setting // "one-way deterministic", "two-way deterministic", "one-way randomised, error 1/3", ...
	From    protocol.Player  // who speaks, in one-way settings
	// BothKnow: the answer must be known to both (every leaf labelled); else the
	// answering player's output is free.
	BothKnow bool
	Exact    bool // the cost itself; false: a lower bound
	Bits     func(n int) protocol.Bits
	Formula  string   // Bits in words, "n + 1"
	Basis    Basis    // Proved here (docs/problems.md) or Quoted
	Why      string   // the argument in a line
	Cite     []string // for Quoted
	// Evidence is the family of input pairs or strings behind a Proved cost,
	// checked by enumeration at small n. nil for Quoted costs.
	Evidence *Evidence
}

// Basis says why a number may be believed. The zero value is no reason at all.
type Basis string

// Every bound that is compared with a number has one of these.
const (
	Checked Basis = "checked" // a certificate was verified here, at this n
	Proved  Basis = "proved"  // a short proof in docs/, valid for every n
	Quoted  Basis = "quoted"  // a citation with its explicit constant
)

// ID is the name users type.
func (p *Problem) ID() string { return p.Name }

// Validate refuses an entry that a reader could not understand.
func (p *Problem) Validate() error {
	switch {
	case p.Name == "" || p.Doc == "" || len(p.Cite) == 0:
		return errors.New("name, doc and citation are needed")
	case p.XBits == nil || p.YBits == nil || p.F == nil:
		return errors.New("input lengths and the function are needed")
	case len(p.Costs) == 0:
		return errors.New("at least one known cost is needed")
	}
	for _, c := range p.Costs {
		if c.Bits == nil || c.Formula == "" || c.Setting == "" || c.Basis == "" || c.Why == "" {
			return errors.New("a cost needs setting, bits, formula, basis and argument")
		}
	}
	return nil
}

// Ys is the number of valid y at size n, or -1 when it exceeds an int.
func (p *Problem) Ys(n int) int {
	if p.YCount != nil {
		return p.YCount(n)
	}
	if p.YBits(n) >= 62 {
		return -1
	}
	return 1 << p.YBits(n)
}

// Y is the k-th valid y, counting from 0.
func (p *Problem) Y(n, k int) protocol.Word { return numbered(k, p.YBits(n)) }

// X is the k-th x, counting from 0.
func (p *Problem) X(n, k int) protocol.Word { return numbered(k, p.XBits(n)) }

// numbered is the k-th word of a length, which may exceed 64.
func numbered(k, width int) protocol.Word {
	var w protocol.Packer
	for pad := width - 64; pad > 0; pad -= 64 {
		w.Uint(0, min(64, pad))
	}
	w.Uint(uint64(k), min(64, width))
	return w.Word()
}

// RandomX and RandomY draw uniform valid inputs of any length.
func (p *Problem) RandomX(n int, rng *rand.Rand) protocol.Word { return randomWord(p.XBits(n), rng) }

// RandomY draws a uniform valid y.
func (p *Problem) RandomY(n int, rng *rand.Rand) protocol.Word {
	if p.YCount != nil {
		return p.Y(n, rng.IntN(p.YCount(n)))
	}
	return randomWord(p.YBits(n), rng)
}

// ShowY writes y as users see it.
func (p *Problem) ShowY(n int, y protocol.Word) string {
	if p.FormatY != nil {
		return p.FormatY(n, y)
	}
	return y.String()
}

func randomWord(n int, rng *rand.Rand) protocol.Word {
	var p protocol.Packer
	for ; n > 0; n -= 64 {
		w := min(n, 64)
		p.Uint(rng.Uint64()>>(64-w), w)
	}
	return p.Word()
}

var all = catalog.New[*Problem]("problem")

func register(p *Problem) *Problem { return all.Add(p) }

// Catalog returns all base problems.
func Catalog() *catalog.Catalog[*Problem] { return all }
