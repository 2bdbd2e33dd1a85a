package papers

import (
	"fmt"
	"sync"
	"sync/atomic"

	"crosscut/internal/catalog"
	"crosscut/models"
	"crosscut/protocol"
	"crosscut/reductions"
)

// Inequality is a lower bound as one formula: a model of given sizes moves Cost
// bits through the reduction at size n, and every right model moves n. Where Cost
// is less, no model of these sizes is right on all inputs.
type Inequality struct {
	Name      string // "one-layer"
	Paper     string // the paper, and the claim in it, that it belongs to
	Claim     string
	Title     string
	Formula   string // "H (B_Z + d_v B_N) >= n"
	Reduction string
	Model     string // the architecture that it speaks about
	Sizes     []Size
	MaxN      int // the longest sequence that curves are drawn to
	// Cost is what crosses the cut at problem size n, in bits.
	Cost func(v map[string]int, n int) protocol.Bits
	// Machine is a model of these sizes; its compiled protocol costs just that.
	Machine func(v map[string]int, in *reductions.Instance, seed uint64) (models.Machine, error)

	raw  sync.Map // {N, p} -> Alice's raw tokens in bits: a curve asks for the same ones again
	held atomic.Int64

	_ struct{}
}

// Size is one size of the model, as a slider shows it.
type Size struct {
	Name string `json:"name"`
	Doc  string `json:"doc"`
	Min  int    `json:"min"`
	Max  int    `json:"max"`
	Def  int    `json:"default"`
}

// ID is the inequality's name.
func (q *Inequality) ID() string { return q.Name }

// Validate refuses an incomplete inequality.
func (q *Inequality) Validate() error {
	if q.Name == "" || q.Paper == "" || q.Claim == "" || q.Title == "" || q.Formula == "" || q.Reduction == "" || q.Model == "" || len(q.Sizes) == 0 || q.MaxN < 1 || q.Cost == nil || q.Machine == nil {
		return fmt.Errorf("inequality %q is incomplete", q.Name)
	}
	return nil
}

// Complete fills in sizes that are not given, and refuses those out of range.
func (q *Inequality) Complete(given map[string]int) (map[string]int, error) {
	v := map[string]int{}
	var known []string
	for _, s := range q.Sizes {
		known = append(known, s.Name)
		v[s.Name] = s.Def
		if x, ok := given[s.Name]; ok {
			if x < s.Min || x > s.Max {
				return nil, fmt.Errorf("papers: %s: %s = %d is outside %d..%d", q.Name, s.Name, x, s.Min, s.Max)
			}
			v[s.Name] = x
		}
	}
	for name := range given {
		if _, ok := v[name]; !ok {
			return nil, catalog.Unknown("size of "+q.Name, name, known)
		}
	}
	return v, nil
}

// Bites is the least n, up to limit, at which the inequality says something. Cost
// never falls as n grows, so where it is c >= n, nothing up to c bites.
func (q *Inequality) Bites(v map[string]int, limit int) (n int, ok bool) {
	for n = 1; n <= limit; {
		c := int(q.Cost(v, n))
		if c < n {
			return n, true
		}
		n = c + 1
	}
	return 0, false
}

// Inequalities lists the lower bounds of all papers that are one formula.
func Inequalities() *catalog.Catalog[*Inequality] { return inequalities }

var inequalities = catalog.New[*Inequality]("inequality")

var (
	_ = inequalities.Add(oneLayerInequality("one-layer-match3", "sanford2023", "theorem 7", "One attention layer on Match3", "disj-match3"))
	_ = inequalities.Add(oneLayerInequality("one-layer-cycle3", "sanford2023", "cycle3", "One attention layer on directed triangles", "disj-cycle3"))
	_ = inequalities.Add(oneLayerInequality("one-layer-induction", "sanford2024induction", "one layer", "One attention layer on induction heads", "index-induction"))
	_ = inequalities.Add(&Inequality{
		Name: "one-unit-qsa", Paper: "sanford2023", Claim: "theorem 4", Title: "One attention layer on sparse averaging, q positions",
		Formula: "m p >= q", Reduction: "disj-qsa", Model: "attention",
		Sizes: []Size{{"m", "numbers of the embedded token", 1, 64, 4}, {"p", "bits of a number", 2, 32, 8}, {"H", "heads; the message does not depend on them", 1, 16, 1}},
		MaxN:  1 << 12, // Alice's raw set is ceil(log2 C(N, q)) bits, slow to count where q is large
		Cost:  func(v map[string]int, _ int) protocol.Bits { return protocol.Bits(v["m"] * v["p"]) },
		Machine: func(v map[string]int, in *reductions.Instance, seed uint64) (models.Machine, error) {
			return seeded(in.Shape, 1, layerSizes{H: v["H"], M: v["m"], DV: 1, P: v["p"], F: min(v["p"], 8)}, seed)
		},
	})
	_ = inequalities.Add(&Inequality{
		Name: "memory-qsa", Paper: "sanford2023", Claim: "theorem 11", Title: "A recurrent model on sparse averaging, q = 1",
		Formula: "m p >= (N - 1) / 2", Reduction: "disj-qsa-memory", Model: "rnn",
		Sizes: []Size{{"m", "numbers of the state, all layers together", 1, 256, 16}, {"p", "bits of a number", 1, 32, 8}},
		MaxN:  1 << 16,
		Cost:  func(v map[string]int, _ int) protocol.Bits { return protocol.Bits(v["m"] * v["p"]) },
		Machine: func(v map[string]int, in *reductions.Instance, _ uint64) (models.Machine, error) {
			return keeping(v["m"] * v["p"])(in)
		},
	})
)

// oneLayerInequality is H (B_Z + d_v B_N) >= n for a reduction whose query is public.
func oneLayerInequality(name, paper, claim, title, reduction string) *Inequality {
	sizes := func(v map[string]int) layerSizes {
		return layerSizes{H: v["H"], M: v["m"], DV: v["m"], P: v["p"], F: v["f"]}
	}
	return &Inequality{
		Name: name, Paper: paper, Claim: claim, Title: title, Reduction: reduction, Model: "attention",
		Formula: "H (B_Z + m B_N) >= n, B_Z = ceil(log2(n 2^f + 1)), B_N = ceil(log2(n 2^f (2^p - 1) + 1))",
		Sizes: []Size{{"H", "heads", 1, 16, 1}, {"m", "width of keys, queries and values", 1, 64, 3},
			{"p", "bits of a number", 2, 32, 8}, {"f", "fractional bits of a softmax weight", 1, 16, 8}},
		MaxN: 1 << 16,
		Cost: func(v map[string]int, n int) protocol.Bits { return protocol.Bits(oneLayerBits(sizes(v), n)) },
		Machine: func(v map[string]int, in *reductions.Instance, seed uint64) (models.Machine, error) {
			return seeded(in.Shape, 1, sizes(v), seed)
		},
	}
}

// At is the inequality at sequence length N: the largest instance that fits, its
// cost, and Alice's raw tokens in bits. ok is false where no instance fits.
func (q *Inequality) At(v map[string]int, N int) (n int, cost, trivial protocol.Bits, ok bool) {
	r, err := reductions.Catalog().Get(q.Reduction)
	if err != nil {
		return 0, 0, 0, false
	}
	if n = r.Fits(N); n < 1 {
		return 0, 0, 0, false
	}
	key := [2]int{N, v["p"]}
	if t, known := q.raw.Load(key); known {
		return n, q.Cost(v, n), t.(protocol.Bits), true
	}
	params, err := r.Params(n, N, nil)
	if err != nil {
		return 0, 0, 0, false
	}
	sh, err := r.To.Shape(N, params)
	if err != nil {
		return 0, 0, 0, false
	}
	trivial = protocol.Bits(r.Split(n, sh).Count(protocol.Alice)) * protocol.Bits(sh.Task.TokenBits(sh, v["p"]))
	if q.held.Add(1) <= rawMost {
		q.raw.Store(key, trivial)
	}
	return n, q.Cost(v, n), trivial, true
}

// rawMost bounds how many sizes of raw tokens an inequality remembers.
const rawMost = 1 << 12

// Shortest is the shortest sequence that holds a problem of size n.
func (q *Inequality) Shortest(n int) int {
	r, err := reductions.Catalog().Get(q.Reduction)
	if err != nil {
		panic(err) // a test looks every reduction up
	}
	return r.MinN(n)
}
