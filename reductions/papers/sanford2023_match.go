package papers

import (
	"fmt"

	"crosscut/models"
	"crosscut/models/attention"
	"crosscut/models/tasks"
	"crosscut/models/zoo"
	"crosscut/protocol"
	"crosscut/reductions"
	"crosscut/reductions/falsify"
	"crosscut/reductions/rules"
	"crosscut/report"
)

var theorem6 = &Claim{
	ID: "theorem 6", Kind: Upper,
	Short:       "one unit, m = 3, finds pairs (Match2)",
	Seen:        "second hand",
	Statement:   "For all N and M = N^O(1) one attention unit with m = 3 and p = O(log M) computes Match2 exactly on every input.",
	Source:      "Sanford, Hsu, Telgarsky 2023, Theorem 6",
	Conventions: []string{exactSoftmax, freeWeights, "one public blank token is appended, as in the paper"},
	Parts: []Part{
		{CheckedHere, "all sequences of a small world at every position; generated sequences at larger N, with M = 2N"},
		{ProvedHere, "both weight settings, trigonometric and integer, for every N and M (docs/attention.md, docs/tensor.md)"},
	},
	// Tensor attention of order 2 is plain attention; there the paper's trigonometric
	// weights stand beside the integer ones.
	run: foundBy{models: []*models.Model{zoo.Attention, zoo.TensorAttention}, task: tasks.Match2, broken: world{n: 3, M: 12}, depth: 1, at: func(l Level) (small, large []world, draws int) {
		return []world{{n: 1, M: 3}, {n: 2, M: 12}, {n: 3, M: l.Pick(6, 12, 12)}, {n: 4, M: l.Pick(4, 7, 12)}},
			[]world{{n: 40}, {n: l.Pick(64, 256, 512)}}, l.Pick(20, 60, 200)
	}}.run,
}

const theorem7Bound = "H (B_Z + d_v B_N) >= n, n = floor((N-3)/2)"

var theorem7 = &Claim{
	ID: "theorem 7", Kind: Lower,
	Short:      "one layer on triples needs order N",
	Hypothesis: smallLayer("M >= N + 1 and ", reductions.DisjMatch3),
	Seen:       "read",
	Statement:  "There is c > 0 such that for large N and any M >= N + 1 no one-layer transformer with m p H <= c N / loglog N computes Match3 on all inputs.",
	Source:     "Sanford, Hsu, Telgarsky 2023, Theorem 7",
	Conventions: []string{ownConstants, exactSoftmax, bobAnswers, oneRead,
		"the query token is public; per head Alice sends one normaliser and d_v numerators over her n tokens: " + theorem7Bound,
		"the token map is this project's own; in exact integers log n is added once per number, where the paper has a factor loglog N"},
	Parts: []Part{
		{CheckedHere, "the reduction's truth tables for M = N+1 .. N+7; the protocol's bits against the formula; two inputs that an undersized layer cannot tell apart, and an input on which it errs"},
		{ProvedHere, "the reduction for every n and M >= N + 1, and the inequality (docs/sanford2023.md); one layer with m = N shows it tight up to logarithms"},
		{QuotedThere, "the constant c, which the paper does not name"},
	},
	Inequality: oneLayerInequality("one-layer-match3", "One attention layer on Match3", reductions.DisjMatch3),
	run:        runTheorem7,
}

var theorem8 = &Claim{
	ID: "theorem 8", Kind: Upper,
	Short:       "two layers find triples of neighbours",
	Seen:        "second hand",
	Statement:   "Match3 restricted to neighbouring pairs (j, j+1) is computed by a transformer of two layers with one head, constant m and p = O(log M + log N).",
	Source:      "Sanford, Hsu, Telgarsky 2023, Theorem 8",
	Conventions: []string{exactSoftmax, freeWeights, "pairs (j, j+1) for j = 1..N-1; the weights are this project's own", "inner layers need every token's sums: their protocol is honest and expensive"},
	Parts: []Part{
		{CheckedHere, "all sequences of a small world at every position, N = 1 and 2 among them; generated sequences at larger N"},
		{ProvedHere, "the weights for every N and M (docs/attention.md)"},
	},
	run: foundBy{models: []*models.Model{zoo.Transformer}, task: tasks.Match3Bigram, broken: world{n: 3, M: 5}, depth: 2, at: func(l Level) (small, large []world, draws int) {
		return []world{{n: 1, M: 5}, {n: 2, M: 7}, {n: 3, M: l.Pick(5, 9, 12)}, {n: 4, M: l.Pick(4, 6, 8)}},
			[]world{{n: 13}, {n: 40}}, l.Pick(20, 60, 200)
	}}.run,
}

var theorem9 = &Claim{
	ID: "theorem 9", Kind: Upper,
	Short:       "one layer finds triples in a window",
	Hypothesis:  Hypothesis{Text: "1 <= K < N", Over: []Range{{Name: "N", From: 1, To: 64}, {Name: "K", From: 1, To: 64}}, Holds: func(at Sizes) bool { return at["K"] < at["N"] }},
	Seen:        "from memory",
	Statement:   "Match3 restricted to |i - j| <= K is computed by one layer with m = O(K log N) and p = O(log(K log N)), plus log M.",
	Source:      "Sanford, Hsu, Telgarsky 2023, Theorem 9",
	Conventions: []string{exactSoftmax, freeWeights, "windows are cut off at both ends of the sequence; the weights are this project's own"},
	Parts: []Part{
		{CheckedHere, "all sequences of a small world at every position; generated sequences at larger N, window ends among them"},
		{ProvedHere, "for every N, K and M: m = 4K + 3 with p = O(log N + log M), and m = O(K log N) with p = O(log M) (docs/attention.md)"},
	},
	run: foundBy{models: []*models.Model{zoo.Attention}, task: tasks.Match3Local, broken: world{n: 3, M: 5, K: 1}, depth: 1, at: func(l Level) (small, large []world, draws int) {
		return []world{{1, 5, 1}, {2, 7, 1}, {3, l.Pick(5, 7, 9), 1}, {4, l.Pick(4, 5, 6), 1}, {4, 4, 2}},
			[]world{{n: 40, K: 1}, {n: 40, K: 2}, {n: 40, K: l.Pick(3, 4, 6)}}, l.Pick(10, 30, 100)
	}}.run,
}

var thirdOrder = &Claim{
	ID: "third-order unit", Kind: Upper,
	Short:       "one third-order unit finds triples",
	Seen:        "from memory",
	Statement:   "One unit of third-order tensor attention, whose softmax runs over all pairs of tokens, computes Match3 with m = 5 and p = O(log M).",
	Source:      "Sanford, Hsu, Telgarsky 2023 (stated in the introduction, proved in the appendix)",
	Conventions: []string{freeWeights, "mixed pairs do not separate: keys and values cross the cut, so the protocol costs more than the raw tokens", "time N^2 per position"},
	Parts: []Part{
		{CheckedHere, "all sequences of a small world at every position; generated sequences at larger N; the trigonometric unit of width 5 and the integer one of two heads of width 8"},
		{ProvedHere, "both for every N and M (docs/tensor.md)"},
	},
	run: foundBy{models: []*models.Model{zoo.TensorAttention}, task: tasks.Match3, broken: world{n: 3, M: 5}, depth: 1, at: func(l Level) (small, large []world, draws int) {
		return []world{{n: 1, M: 4}, {n: 2, M: l.Pick(7, 12, 16)}, {n: 3, M: l.Pick(5, 8, 10)}},
			[]world{{n: 12}, {n: l.Pick(16, 24, 40)}}, l.Pick(5, 20, 60)
	}}.run,
}

// foundBy runs every construction that its models have for a task: on all sequences of the small
// worlds, on draws generated ones of the large; then a broken model of so many layers.
type foundBy struct {
	models []*models.Model
	task   *tasks.Task
	broken world
	depth  int
	at     func(l Level) (small, large []world, draws int)
}

// world is the sizes of a task that finds tuples: N, M and K; 0: the task's own choice.
type world struct{ n, M, K int }

func (w world) params() tasks.Params {
	p := tasks.Params{}
	for name, size := range map[string]int{"M": w.M, "K": w.K} {
		if size > 0 {
			p[name] = float64(size)
		}
	}
	return p
}

func (f foundBy) run(rows *collector) {
	small, large, draws := f.at(rows.at.Level)
	for _, model := range f.models {
		for c := range constructionsOf(model, f.task) {
			for _, w := range small {
				rows.solves(model, f.task, w.n, w.params(), named(c), 1<<20, 0)
			}
			for _, w := range large {
				rows.solves(model, f.task, w.n, w.params(), named(c), 0, draws)
			}
		}
	}
	rows.planted(f.task, f.broken.n, f.broken.params(), f.depth, 1<<20)
}

// runTheorem7 shows the reduction, the layer that copies everything (right, and
// of linear size), and layers that are too small.
func runTheorem7(rows *collector) {
	r := reductions.DisjMatch3
	var tables []*reductions.Instance
	most := rows.pick(4, 5, 6)
	for n := 1; n <= most; n++ {
		for extra := 1; extra <= 7; extra++ {
			tables = append(tables, must(r.Instance(n, 0, tasks.Params{"M": float64(r.MinN(n) + extra)})))
		}
	}
	rows.truthTableOf(tables, fmt.Sprintf("n = 1..%d, N = 2n + 3, M = N + 1 .. N + 7", most))
	for _, n := range []int{rows.pick(4, 5, 6), rows.pick(30, 126, 510)} {
		rows.through(r, n, made(zoo.Attention, models.Settings{Seed: rows.at.Seed}))
	}
	// The same layer under the other arithmetics: other messages, the same answers.
	for _, a := range []attention.Arithmetic{attention.WithMax, attention.WithFold, attention.WithRounded} {
		rows.through(r, 4, made(zoo.Attention, models.Settings{Choice: map[string]string{"arithmetic": string(a)}, Seed: rows.at.Seed}))
	}
	rows.oneLayer(r)
	rows.hands()
}

// layers are the sizes at which one attention layer is held against a need.
func layers() []rules.Sized {
	return []rules.Sized{smallest(), sized("attention H=1 m=1 p=8"), sized("attention H=1 m=3 p=16"), sized("attention H=4 m=16 p=16")}
}

// hands adds where the exact cost of Match3 at the half split begins to exclude layers: the
// smallest odd N, for M = N + 1 and for M = N^2 (docs/sanford2023.md).
func (c *collector) hands() {
	for _, a := range layers() {
		for _, m := range []struct {
			text string
			of   func(n int) int
		}{{"N + 1", func(n int) int { return n + 1 }}, {"N^2", func(n int) int { return n * n }}} {
			for n, found := 3, false; !found; n += 2 {
				sh := must(tasks.Match3.Shape(n, tasks.Params{"M": float64(m.of(n))}))
				in := &reductions.Instance{Shape: sh, At: sh.Half(), Reads: []int{sh.DefaultRead()}}
				p := must(a.At(rules.Cut{Shape: sh, Split: in.At, Read: in.Reads}, 0))
				need, ok := reductions.OwnNeed(sh, in.At, in.Reads, protocol.OneWay, protocol.Alice)
				if found = ok && p.Total() < need.Bits; found {
					c.add(a.Of(), report.Row{
						Task: sh.Task.Name, N: ptr(n), Params: map[string]any{"M": m.of(n), "layer": a.String()}, Setting: protocol.OneWay, Warnings: []string{},
						Bits: report.Num(p.Total()), Formula: report.Num(p.Total()), Needed: report.Num(need.Bits), NeededBy: trial{in: in, job: models.Job{Split: in.At}}.named(need, true), Basis: string(need.Basis),
						Note: fmt.Sprintf("no layer of these sizes is right on all inputs at N = %d, the smallest odd N for M = %s: fewer bits than the half split needs; no input was run", n, m.text),
					})
				}
			}
		}
	}
}

// smallLayer is the hypothesis of the bounds on one layer with the constants shown
// here: its message is shorter than n bits, n what a sequence of length N holds.
func smallLayer(besides string, r *reductions.Reduction) Hypothesis {
	return Hypothesis{Text: besides + "H (B_Z + d_v B_N) < n, B_Z and B_N the bits of a normaliser and of a numerator; here for the smallest layer, H = d_v = 1, p = 2, f = 1", Over: []Range{{Name: "N", From: 3, To: 1 << 10}},
		Holds: func(at Sizes) bool {
			n := r.Fits(at["N"])
			if n < 1 {
				return false
			}
			cost, err := costOf(smallest(), r, n)
			return err == nil && int(cost) < n
		}}
}

// smallest is the smallest layer that the bounds on one layer are shown for.
func smallest() rules.Sized { return sized("attention H=1 m=1 p=2 f=1") }

// oneLayer is what the lower bounds on one attention layer have in common: from
// where on H (B_Z + d_v B_N) >= n says something, and layers just below it that
// fail on an input, one of them two-way.
func (c *collector) oneLayer(r *reductions.Reduction) {
	for _, a := range layers() {
		c.bites(r, a, 1<<13)
	}
	c.undersized(r, 20, of(sized("attention H=1 m=1 p=2 f=1 arithmetic=max"), c.at.Seed), falsify.Options{})
	small := []rules.Sized{smallest(), sized("attention H=1 m=1 p=4")}
	if c.at.Level > Quick {
		small = append(small, sized("attention H=1 m=1 p=8"))
	}
	for _, a := range small {
		n, _, err := bites(a, r, 1<<13)
		require(err)
		c.undersized(r, n, of(a, c.at.Seed), falsify.Options{})
	}
}

// constructionsOf yields the constructions that were made for a task, the
// default first; those that serve every task prove nothing about this one.
func constructionsOf(model *models.Model, task *tasks.Task) func(yield func(*models.Construction) bool) {
	return func(yield func(*models.Construction) bool) {
		for _, c := range zoo.For(model.Name, task.Name) {
			if len(c.Tasks) == 1 && c.Tasks[0] == "*" {
				continue
			}
			if !yield(c) {
				return
			}
		}
	}
}

func named(c *models.Construction) models.Settings {
	return models.Settings{Choice: map[string]string{"construction": c.Name}}
}
