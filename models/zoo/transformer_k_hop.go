package zoo

import (
	"math/bits"

	"crosscut/models"
	"crosscut/models/attention"
	"crosscut/models/tasks"
)

// Statement. sanford2024depth: a causal transformer with one head, constant m and
// p = O(log N) computes k-hop in logarithmic depth; here in ceil(log2 k) + 2 layers.
//
// Construction (repaired here; see docs/literature.md for the printed one). Layers 1 and 2 are
// those of induction heads, and give find^1(i) and its token. A position then keeps
// find^a(i) and find^b(i), with their tokens, where a and b are k / 2^r rounded down and up:
// r = ceil(log2 k) at first, when the pair is (0, 1), or (1, 1) for a power of 2. A layer
// looks up one position, c = find^a or find^b, and reads the pair that stands there: that
// gives find^(c + a)(i) and find^(c + b)(i). With b - a <= 1 the next pair (a', b'), k / 2^(r-1)
// rounded, lies among them for c = a, where a' <= a + b, or else for c = b. After r
// look-ups the pair is (k, k).
//
// The look-up is an exact argmax: score -2 (j - c)^2, 0 at j = c and at most -2 elsewhere; the
// blank stands at place 0 and gives 0s.
var TransformerKHop = construct(&models.Construction{
	Name: "k-hop-doubling", Model: "transformer", Tasks: []string{"k-hop"},
	Doc:    "k hops in ceil(log2 k) + 2 layers under a causal mask, one look-up a layer: a position keeps its hops by k / 2^r rounded down and up",
	Cite:   []string{"SanfordHsuTelgarsky2024b", "derived here: docs/literature.md"},
	Params: argmaxParams,
	New:    newTransformerKHop,
})

func newTransformerKHop(sh tasks.Shape, set models.Settings) (models.Machine, error) {
	k := sh.Int("k")
	layers, err := inductionLayers(sh, set, 2, func(_, pos int, e, v attention.Ints) (int, error) {
		if pos <= sh.N {
			v.Set(0, int64(pos))
			v.Set(1, e.At(0))
		}
		return 0, nil
	})
	if err != nil {
		return nil, err
	}
	pairs := HopPairs(k)
	next := []func(int, attention.Ints, []attention.Average, attention.Ints) error{tokenBefore}
	factor, far := argmaxFactor(set), int64(sh.N+1)
	for r := 1; r < len(pairs); r++ {
		up := HopFrom(pairs[r-1], pairs[r])
		layers = append(layers, lookUp(&attention.Layer{
			Values: 4, Embed: 4, Mask: layers[0].Mask, Arithmetic: attention.WithMax,
			P: layers[0].P, F: layers[0].F, G: layers[0].G,
			ValueMax: layers[1].ValueMax,
			Value:    sameForReal(sh.N, 4),
		}, 2*factor, far, func(_ int, e attention.Ints) int64 { return e.At(2 * up) }, ownPlace(sh.N)))
		if r == 1 { // from the induction heads: the pair (find^a, x), (find^b, x)
			next = append(next, func(pos int, e attention.Ints, heads []attention.Average, next attention.Ints) error {
				for c, hops := range pairs[0] {
					if hops == 0 {
						next.Set(2*c, int64(pos))
						next.Set(2*c+1, e.At(0))
						continue
					}
					next.Set(2*c, heads[0].Nearest(0, 1))
					next.Set(2*c+1, heads[0].Nearest(1, 1))
				}
				return nil
			})
			continue
		}
		before, after := pairs[r-2], pairs[r-1]
		from := before[HopFrom(before, after)]
		next = append(next, func(_ int, _ attention.Ints, heads []attention.Average, next attention.Ints) error {
			for c, hops := range after {
				at := hopAt(before, from, hops)
				next.Set(2*c, heads[0].Nearest(2*at, 1))
				next.Set(2*c+1, heads[0].Nearest(2*at+1, 1))
			}
			return nil
		})
	}
	read := 1 // the token that the last layer gives out
	if last := len(pairs) - 1; last > 0 {
		read = 2*hopAt(pairs[last-1], pairs[last-1][HopFrom(pairs[last-1], pairs[last])], k) + 1
	}
	return attention.New(&attention.Stack{
		Shape:  sh,
		In:     number,
		Layers: layers, Next: next,
		Out:    found(read),
		Extra:  tasks.Params{"D": float64(len(layers))},
		Chosen: map[string]string{"construction": "k-hop-doubling"},
	})
}

// HopPairs are the hops that a position keeps after each look-up: k / 2^r rounded down and
// up, for r = ceil(log2 k) down to 0.
func HopPairs(k int) [][2]int {
	var pairs [][2]int
	for r := bits.Len(uint(k - 1)); r >= 0; r-- {
		pairs = append(pairs, [2]int{k >> r, (k + 1<<r - 1) >> r})
	}
	return pairs
}

// HopFrom says which of a pair's two positions is looked up to get the next pair.
func HopFrom(pair, next [2]int) int {
	if next[1] <= pair[0]+pair[1] {
		return 0
	}
	return 1
}

// hopAt says where, in the pair that stands at a position from hops away, hops in all are.
func hopAt(pair [2]int, from, hops int) int {
	if from+pair[0] == hops {
		return 0
	}
	return 1
}
