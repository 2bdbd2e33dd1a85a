package zoo

import (
	"fmt"
	"math/big"
	"math/bits"
	"slices"

	"crosscut/models"
	"crosscut/models/attention"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// Statement. sanford2023, Theorem 7 says that one layer with m p H = o(N / loglog N)
// does not compute Match3. It is tight up to logarithms: one head with d_v = N
// and p = O(log M) computes Match3, and every other function of N tokens.
//
// Construction (derived here). Attention is uniform: queries and keys are 0, so
// every score is the top and all weights are 2^f (f = 0: 1). Token j's raw code c_j
// in 0..2^b-1 stands in a slot of its own: with H heads of d_v numbers, number
// (j-1) mod d_v of head (j-1) div d_v. So that number of the average is c_j / N, the
// same in every row. The output map multiplies by N, reads the tokens off and
// computes the task at its own position, which it knows: positions are public
// (without that, X = (5, 1), M = 5 is impossible: both rows are equal and the
// outputs differ). The default is H = 1, m = 1, d_v = N.
//
// Rounded arithmetic. Each probability is A = round(2^p / N), the same for all
// and at least 1 when 2^p >= N: a slot holds A c_j / 2^p.
//
// Cost. No query is sent: it is a constant. All weights are equal and public, so the
// normaliser is known; a slot holds one token's code, so it costs b bits, and one that
// none of the sender's tokens can touch costs nothing: in all, the sender's raw tokens.
// The other arithmetics send H (B_Z + d_v B_N) and a maximum.
//
// Assumptions. p >= b + 1 holds every code, H d_v >= N every token. With fewer slots
// or fewer bits the model forgets, and must fail somewhere: those sizes are for
// showing that. m is free, as queries and keys are 0; a given m alone also sets d_v,
// as the paper has one m for both.
var AttentionCopy = construct(&models.Construction{
	Name:  "copy",
	Model: "attention",
	Tasks: []string{"*"},
	Rank:  100,
	Doc: "Uniform attention copies the whole input into every row: each token's raw code stands in a slot of its own, " +
		"H d_v = N of them; the output map computes the task. Shows Theorem 7 tight up to logarithms.",
	Cite: []string{"SanfordHsuTelgarsky2023", "derived here: docs/attention.md"},
	Params: []tasks.Param{
		{Name: "H", Doc: "heads (default 1)", Min: 1, Max: 1 << 12, Lab: 64},
		{Name: "d_v", Doc: "slots of a head (default N/H); where H d_v < N the later tokens are forgotten", Min: 1, Max: tasks.MaxN, Lab: 512},
		{Name: "m", Doc: "width of queries and keys, all 0 (default 1); without d_v it sets the slots too", Min: 1, Max: 1 << 12},
		{Name: "p", Doc: "bits of a number; fewer than the default forget high bits of every token", Min: 2, Max: 1 << 12, Lab: 64},
		{Name: "f", Doc: "fractional bits of a weight (default 0)", Min: 0, Max: 30},
		{Name: "g", Doc: "fractional bits of a score difference (default 0)", Min: 0, Max: 16},
	},
	Choices: []models.Choice{arithmeticChoice},
	New:     newCopy,
})

func newCopy(sh tasks.Shape, set models.Settings) (models.Machine, error) {
	raw, err := sh.RawPrecision()
	if err != nil {
		return nil, err
	}
	b := sh.Task.TokenBits(sh, raw)
	arithmetic := arithmeticOf(set)
	need := max(b+1, 2)
	if arithmetic == attention.WithRounded {
		need = max(need, bits.Len(uint(sh.N-1)))
	}
	heads := set.Int("H", 1)
	width := set.Int("m", 1)
	slots := (sh.N + heads - 1) / heads
	if _, ok := set.Num["m"]; ok {
		slots = min(slots, width)
	}
	slots = set.Int("d_v", slots)
	held := min(heads*slots, sh.N) // tokens that find a slot
	p := set.Int("p", need)
	if arithmetic == attention.WithRounded && p < need && p < bits.Len(uint(sh.N-1)) {
		return nil, fmt.Errorf("p = %d: rounded probabilities of 1/N vanish below %d bits", p, bits.Len(uint(sh.N-1)))
	}
	kept := min(b, p-1) // bits of a code that fit a signed number
	zeros := make([]*big.Int, width)
	for c := range zeros {
		zeros[c] = new(big.Int)
	}
	l := &attention.Layer{
		Heads: heads, Width: width, Values: slots, Block: 1, Embed: 1,
		P: p, F: set.Int("f", 0), G: set.Int("g", 0), Arithmetic: arithmetic,
		QueryMax: zeros, KeyMax: zeros,
		Query: func(int, int, attention.Ints, attention.Ints) error { return nil },
		Key:   func(int, int, attention.Ints, attention.Ints) error { return nil },
		Value: func(h, pos int, e, v attention.Ints) (int, error) {
			slot := pos - 1 - h*slots
			if slot < 0 || slot >= slots {
				return 0, nil
			}
			v.Copy(e)
			return slot, nil
		},
	}
	code := attention.Range{Low: new(big.Int), High: new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), uint(kept)), big.NewInt(1))}
	l.Equal = true
	l.Slots = func(h, pos int) (int, int, attention.Range) {
		if slot := pos - 1 - h*slots; slot >= 0 && slot < slots {
			return slot, 1, code
		}
		return 0, 0, code
	}
	for range heads {
		l.Queries = append(l.Queries, attention.OnNothing)
	}
	weight := equalWeight(l, sh.N)
	missing := anyToken(sh)
	s := &attention.Stack{
		Shape: sh,
		In: func(_ int, t tasks.Token, e attention.Ints) error {
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
		Layers: []*attention.Layer{l},
		OutAlike: func(pos []int, averages []attention.Average) ([]tasks.Value, error) {
			seq := make([]tasks.Token, sh.N)
			var w protocol.Packer
			for j := range held {
				putCode(&w, averages[j/slots], j%slots, weight, b)
			}
			u := w.Word().Unpack()
			for j := range seq {
				if j < held {
					seq[j] = sh.Task.GetToken(sh, raw, u)
				}
				if j >= held || kept < b && sh.Task.CheckToken(sh, j+1, seq[j]) != nil {
					seq[j] = missing
				}
			}
			return sh.Eval(seq, pos), nil
		},
		Chosen: map[string]string{"construction": "copy"},
		// N slots of b + 1 bits; the sender's slots of b bits cross, and no query or normaliser.
		Grows: func(job models.Job) models.Orders {
			hers := slices.ContainsFunc(job.Read, func(i int) bool { return job.Split.Of(i) == protocol.Alice })
			if !sh.Task.Logarithmic || len(set.Num) > 0 || arithmetic != attention.WithShift || hers || job.Answer != models.ByBob {
				return models.Orders{}
			}
			return models.Carried(protocol.Growth{Power: 1, Logs: 1}, 1, job)
		},
	}
	if held < sh.N || kept < b {
		s.Warn = belowProof("H d_v = %d, p = %d", sh.N, need)
	}
	return attention.New(s)
}

// putCode writes the b-bit code in slot j, the numerator over the common weight.
func putCode(w *protocol.Packer, a attention.Average, j int, weight *big.Int, b int) {
	if _, n, ok := a.Narrow(); ok && weight.IsInt64() && b <= 62 {
		w.Uint(uint64(n[j]/weight.Int64()), b)
		return
	}
	w.Big(new(big.Int).Quo(a.Numerator(j), weight), b)
}

// anyToken is some token of the task: a value, an edge, a zero vector with the
// first set, or the first token of a user's task.
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
