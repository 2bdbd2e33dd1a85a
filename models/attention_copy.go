package models

import (
	"fmt"
	"math/big"
	"math/bits"

	"crosscut/models/tasks"
	"crosscut/protocol"
)

// Statement. sanford2023, Theorem 7 says that one layer with m p H = o(N / loglog N)
// does not compute Match3. It is tight up to logarithms: one head with d_v = N
// and p = O(log M) computes Match3, and every other function of N tokens.
//
// Construction (derived here). Attention is uniform: queries and keys are 0, so
// every score is the top and f = 0 makes every weight 1. Token j puts its raw
// code c_j in 0..2^b-1 into slot j of its value, so slot j of the average is
// c_j / N, the same in every row. The output map multiplies by N, reads the tokens
// off and computes the task at its own position, which it knows: positions are
// public (without that, X = (5, 1), M = 5 is impossible: both rows are equal and
// the outputs differ).
//
// Rounded arithmetic. Each probability is A = round(2^p / N), the same for all
// and at least 1 when 2^p >= N: slot j holds A c_j / 2^p.
//
// Cost. H (B_Z + d_v B_N) with H = 1, d_v = N: more than the raw tokens, so the
// protocol proves nothing. No query is sent: it is a constant.
//
// Assumptions. p >= b + 1 holds every code. With fewer slots (d_v < N) or fewer
// bits the model forgets tokens and must fail somewhere: those sizes are for
// showing that.
var AttentionCopy = construct(&Construction{
	Name:  "copy",
	Model: "attention",
	Tasks: []string{"*"},
	Rank:  100,
	Doc: "Uniform attention copies the whole input into every row: token j's raw code stands in slot j of a value of " +
		"d_v = N numbers; the output map computes the task. Shows Theorem 7 tight up to logarithms.",
	Cite: []string{"SanfordHsuTelgarsky2023", "derived here: docs/attention.md"},
	Params: []tasks.Param{
		{Name: "d_v", Doc: "slots; with fewer than N the later tokens are forgotten (default N)", Min: 1, Max: tasks.MaxN},
		{Name: "p", Doc: "bits of a number; fewer than the default forget high bits of every token", Min: 2, Max: 1 << 12},
	},
	Choices: []Choice{arithmeticChoice},
	New:     newCopy,
})

func newCopy(sh tasks.Shape, set Settings) (Machine, error) {
	raw, err := rawBits(sh, Settings{})
	if err != nil {
		return nil, err
	}
	b := sh.Task.TokenBits(sh, raw)
	arithmetic := arithmeticOf(set)
	need := max(b+1, 2)
	if arithmetic == WithRounded {
		need = max(need, bits.Len(uint(sh.N-1)))
	}
	slots := min(set.Int("d_v", sh.N), sh.N)
	p := set.Int("p", need)
	if arithmetic == WithRounded && p < need && p < bits.Len(uint(sh.N-1)) {
		return nil, fmt.Errorf("p = %d: rounded probabilities of 1/N vanish below %d bits", p, bits.Len(uint(sh.N-1)))
	}
	kept := min(b, p-1) // bits of a code that fit a signed number
	l := &AttentionLayer{
		Heads: 1, Width: 1, Values: slots, Block: 1, Embed: 1,
		P: p, F: 0, G: 0, Arithmetic: arithmetic,
		Queries:  []Dependence{OnNothing},
		QueryMax: []*big.Int{new(big.Int)}, KeyMax: []*big.Int{new(big.Int)},
		Query: func(int, int, Ints, Ints) error { return nil },
		Key:   func(int, int, Ints, Ints) error { return nil },
		Value: func(_, pos int, e, v Ints) (int, error) {
			if pos > slots {
				return 0, nil
			}
			if e.Narrow() != nil && v.Narrow() != nil {
				v.Set(0, e.At(0))
			} else {
				v.SetBig(0, e.Big(0))
			}
			return pos - 1, nil
		},
	}
	weight := l.equalWeight(sh.N)
	missing := anyToken(sh)
	s := &Stack{
		Shape: sh,
		In: func(_ int, t tasks.Token, e Ints) error {
			var w protocol.Packer
			sh.Task.PutToken(sh, raw, &w, t)
			u := w.Word().Unpack()
			for drop := b - kept; drop > 0; drop -= 64 {
				u.Uint(min(drop, 64))
			}
			if kept <= 62 {
				e.Set(0, int64(u.Uint(kept)))
			} else {
				e.SetBig(0, u.Big(kept))
			}
			return nil
		},
		Layers: []*AttentionLayer{l},
		Out: func(pos int, _ Ints, heads []Average) (tasks.Value, error) {
			seq := make([]tasks.Token, sh.N)
			var w protocol.Packer
			for j := range slots {
				putCode(&w, heads[0], j, weight, b)
			}
			u := w.Word().Unpack()
			for j := range seq {
				if j < slots {
					seq[j] = sh.Task.GetToken(sh, raw, u)
				}
				if j >= slots || kept < b && sh.Task.CheckToken(sh, j+1, seq[j]) != nil {
					seq[j] = missing
				}
			}
			return sh.Eval(seq, []int{pos})[0], nil
		},
		Chosen: map[string]string{"construction": "copy"},
	}
	if slots < sh.N || kept < b {
		s.Warn = belowProof("d_v = N = %d, p = %d", sh.N, need)
	}
	return NewStack(s)
}

// putCode writes the b-bit code in slot j, the numerator over the common weight.
func putCode(w *protocol.Packer, a Average, j int, weight *big.Int, b int) {
	if _, n, ok := a.Narrow(); ok && weight.IsInt64() && b <= 62 {
		w.Uint(uint64(n[j]/weight.Int64()), b)
		return
	}
	w.Big(new(big.Int).Quo(a.Numerator(j), weight), b)
}

// anyToken is some token of the task: a value, an edge, or a zero vector with the
// first set.
func anyToken(sh tasks.Shape) tasks.Token {
	y := make([]int, sh.Int("q"))
	for k := range y {
		y[k] = k + 1
	}
	for _, t := range []tasks.Token{{X: 1}, {X: 1, To: 2}, {Z: make([]float64, sh.Int("d")), Y: y}} {
		if sh.Task.CheckToken(sh, 1, t) == nil {
			return t
		}
	}
	panic("models: task " + sh.Task.Name + " has a kind of token that the copy construction does not know")
}
