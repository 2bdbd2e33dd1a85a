package zoo

import (
	"math/big"
	"math/bits"

	"crosscut/internal/exact"
	"crosscut/models"
	"crosscut/models/attention"
	"crosscut/models/tasks"
)

// Statement. sanford2023, Theorem 9: one layer computes Match3Local with window K,
// with m = O(K log N) and p = O(log(K log N)) besides the log M of a token.
//
// Construction (derived here). Let L = 2K + 1 and write a position as j = b L + s
// with 0 <= s < L. The window of i holds each s at most once, in a block b_s(i)
// that i alone determines. Score the square of the distance to that block,
//
//	-B (b - b_s(i))^2 = -B b^2 + 2 B b_s b - B b_s^2,
//
// with a key of b^2, then b and 1 in the two coordinates of s. Tokens in the
// window score 0, which is top; all others score at most -B, and B >= (f+1) ln 2
// makes their weight 0. At the ends b_s(i) names a position outside 1..N, which no
// token has. So the |W_i| tokens of the window weigh 2^f each, exactly. Values put
// x_j into slot s, where window entries never collide: slot s of the average is
// x_j / |W_i|. The output map, which knows i and so |W_i|, reads the window off and
// tries all pairs; x_i itself stands in its own slot.
//
// Sizes. m = 4K + 3, d_v = 2K + 1, numbers at most max(M, B (N/L + 2)^2). Where
// N < 4K + 3, orthonormal keys are narrower and serve instead: m = N.
//
// Cost. H (B_Z + d_v B_N) with H = 1; no query crosses, it depends on the position.
//
// Deviation. The paper's keys are random signs, with certificates for windows; here
// m does not grow with N and nothing is left to chance, while p is O(log N + log M).
// match3-local-code has m = O(K log N) as the paper, and p = O(log M).
var AttentionMatch3Local = construct(&models.Construction{
	Name:  "match3-local",
	Model: "attention",
	Tasks: []string{"match3-local"},
	Doc: "Match3Local by an exact window: the key holds a position's block and place, the score is the squared distance " +
		"of blocks; m = min(4K + 3, N), d_v = 2K + 1.",
	Cite:    []string{"SanfordHsuTelgarsky2023", "derived here: docs/attention.md"},
	Params:  windowParams,
	Choices: []models.Choice{arithmeticChoice},
	New:     newMatch3Local,
})

var windowParams = precision("bits of a number", 1, 128, 0, 30)

func newMatch3Local(sh tasks.Shape, set models.Settings) (models.Machine, error) {
	k, f := windowReach(sh), set.Int("f", 0)
	length := 2*k + 1
	if 2*length+1 > sh.N {
		return orthonormalWindows(sh, set, "match3-local")
	}
	factor := int64(exact.Vanish(f))
	far := int64(sh.N/length + 2)
	w := windowKeys{
		name: "match3-local", width: 2*length + 1, top: new(big.Int),
		bits: exact.SignedBits(max(2*factor*far, factor*far*far)),
		query: func(pos int, q attention.Ints) {
			q.Set(0, -factor)
			for j := pos - k; j <= pos+k; j++ {
				b, s := block(j, length)
				q.Set(1+2*s, 2*factor*b)
				q.Set(2+2*s, -factor*b*b)
			}
		},
		key: func(pos int, key attention.Ints) {
			b, s := block(pos, length)
			key.Set(0, b*b)
			key.Set(1+2*s, b)
			key.Set(2+2*s, 1)
		},
	}
	for c := range w.width {
		q, key := factor*far*far, int64(1)
		switch {
		case c == 0:
			q, key = factor, far*far
		case c%2 == 1:
			q, key = 2*factor*far, far
		}
		w.queryMax, w.keyMax = append(w.queryMax, big.NewInt(q)), append(w.keyMax, big.NewInt(key))
	}
	return w.machine(sh, set, f)
}

// windowReach is K; a window wider than the sequence sees the same.
func windowReach(sh tasks.Shape) int { return min(sh.Int("K"), sh.N-1) }

// windowKeys are keys and queries of positions such that the tokens of the query's
// window score top and all others lose all weight.
type windowKeys struct {
	name             string
	width, bits      int // m, and a p that holds every entry
	top              *big.Int
	queryMax, keyMax []*big.Int
	query, key       func(pos int, to attention.Ints)
	ones             func(pos int, at []int32) []int32 // a key of zeros and ones; may be nil
	extra            tasks.Params
}

// machine is the layer that copies windows, and the map that tries all pairs.
func (w windowKeys) machine(sh tasks.Shape, set models.Settings, f int) (models.Machine, error) {
	k := windowReach(sh)
	length, m := 2*k+1, int64(sh.Int("M"))
	l := &attention.Layer{
		Heads: 1, Width: w.width, Values: length, Block: 1, Embed: 1,
		P: max(w.bits, exact.SignedBits(m)), F: f, G: set.Int("g", 0), Top: w.top,
		Arithmetic: arithmeticOf(set),
		Queries:    []attention.Dependence{attention.OnPosition},
		QueryMax:   w.queryMax, KeyMax: w.keyMax, ValueMax: big.NewInt(m),
		Query: func(_, pos int, _, q attention.Ints) error { w.query(pos, q); return nil },
		Key:   func(_, pos int, _, key attention.Ints) error { w.key(pos, key); return nil },
		Value: func(_, pos int, e, v attention.Ints) (int, error) {
			v.Set(0, e.At(0))
			_, s := block(pos, length)
			return s, nil
		},
	}
	if w.ones != nil {
		l.Ones = func(_, pos int, at []int32) []int32 { return w.ones(pos, at) }
	}
	if l.Arithmetic == attention.WithRounded {
		l.P = max(l.P, bits.Len(uint(length))+1)
	}
	if err := growTo(l, set); err != nil {
		return nil, err
	}
	return attention.New(&attention.Stack{
		Shape:  sh,
		In:     number,
		Layers: []*attention.Layer{l},
		Out: func(pos int, _ attention.Ints, heads []attention.Average) (tasks.Value, error) {
			lo, hi := max(1, pos-k), min(sh.N, pos+k)
			weight := equalWeight(l, hi-lo+1)
			window := make([]tasks.Token, 0, length)
			for j := lo; j <= hi; j++ {
				_, s := block(j, length)
				window = append(window, tasks.Token{X: int(new(big.Int).Quo(heads[0].Numerator(s), weight).Int64())})
			}
			near, err := tasks.Match3.Shape(len(window), tasks.Params{"M": float64(m)})
			if err != nil {
				return nil, err
			}
			return near.Eval(window, []int{pos - lo + 1})[0], nil
		},
		Extra:  w.extra,
		Chosen: map[string]string{"construction": w.name},
	})
}

// block writes j = b length + s with 0 <= s < length; j may be negative.
func block(j, length int) (b int64, s int) {
	s = ((j % length) + length) % length
	return int64((j - s) / length), s
}

// equalWeight is what each of n tokens of equal score at the top counts in a
// numerator: 2^f, or the rounded probability of 1/n.
func equalWeight(l *attention.Layer, n int) *big.Int {
	if l.Arithmetic != attention.WithRounded {
		return new(big.Int).Lsh(big.NewInt(1), uint(l.F))
	}
	w := new(big.Int).Lsh(big.NewInt(1), uint(l.P+1))
	w.Add(w, big.NewInt(int64(n)))
	return w.Quo(w, big.NewInt(int64(2*n)))
}
