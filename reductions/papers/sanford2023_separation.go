package papers

import (
	"fmt"
	"math"

	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/models/zoo"
	"crosscut/reductions"
	"crosscut/report"
)

var separation = &Claim{
	ID: "separation", Kind: Comparison,
	Short: "attention averages in log N, RNN in N",
	Seen:  "read",
	Statement: "For sparse averaging, attention has size that grows like log N while recurrent and feed-forward models have size of order N; for Match3, one attention layer has size of order N " +
		"while a third-order unit has size of order log N.",
	Source: "Sanford, Hsu, Telgarsky 2023, abstract",
	Conventions: []string{"size and bits are never mixed: size is the model's bits (H m p; state bits; first-layer width times p) for the smallest construction found right at each N; " +
		"bits are what moved at the split of that claim's own reduction",
		"any model that is right on Match3 moves at least n bits, so the third-order unit is small in size only and its protocol is vacuous", "q and d' stay fixed while N grows (docs/growth.md)", "nothing is said about training"},
	Parts: []Part{
		{CheckedHere, "the sizes and bits of these constructions over the range of N shown, and a fit of them where no growth is proved"},
		{ProvedHere, "that each construction is right for every N, that attention on sparse averaging grows at least like log N and with these keys at most like log^2 N, the recurrent state like N, the first layer and the copying layer like N up to one log N, the third-order unit like log N, and that recurrent, feed-forward and one-layer attention models need order N (Theorems 7, 10, 11)"},
	},
	run: runSeparation,
}

var conjecture1 = &Claim{
	ID: "conjecture 1", Kind: Conjecture,
	Short:       "triples stay hard at constant depth",
	Hypothesis:  Hypothesis{Text: "constant depth, width and precision"},
	Seen:        "read",
	Statement:   "Every transformer that computes Match3, of any depth, has width, depth, embedding dimension or bit complexity N^Omega(1).",
	Source:      "Sanford, Hsu, Telgarsky 2023, Conjecture 1",
	Conventions: []string{"the protocol of D layers ships every token's partial sums at each inner layer; where it costs more than the raw tokens it proves nothing"},
	Parts: []Part{
		{OpenStill, "the conjecture"},
		{ProvedHere, "the cost of the D-layer protocol, shown beside the trivial one (docs/sanford2023.md)"},
	},
	run: runConjecture1,
}

// expected is what the abstract says of one model's size.
type expected struct {
	task         *tasks.Task
	model        *models.Model
	construction *models.Construction // nil: the smallest that is right at each N
	shape        string               // ShapeLog or ShapeLinear
	lo, hi       int                  // N, doubled from lo to hi
}

// runSeparation measures size and bits of the smallest right construction at
// each N, fits both, and holds the fit of the size against the abstract.
func runSeparation(rows *collector) {
	most := rows.pick(1<<12, 1<<14, 1<<16)
	for _, e := range []expected{
		{tasks.QSA, zoo.Attention, nil, ShapeLog, 64, most},
		{tasks.QSA, zoo.Attention, zoo.AttentionQSACode, ShapeLog, 64, most},
		{tasks.QSA, zoo.RNN, nil, ShapeLinear, 64, most},
		{tasks.QSA, zoo.MLP, nil, ShapeLinear, 64, rows.pick(1<<10, 1<<12, 1<<13)},
		{tasks.Match3, zoo.Attention, nil, ShapeLinear, 64, most},
		{tasks.Match3, zoo.TensorAttention, nil, ShapeLog, 16, rows.pick(256, 1024, 2048)},
	} {
		if rows.at.sound && e.model != zoo.RNN {
			continue
		}
		spec := TableSpec{Task: e.task.Name, Models: []string{e.model.Name}, Set: models.Settings{Seed: rows.at.Seed}, Smallest: e.construction == nil}
		note := "smallest construction found right"
		if e.shape == ShapeLinear && e.task == tasks.QSA {
			spec.Set.Num = tasks.Params{"q": 1} // the least that is hard, where the bound is met
		}
		if e.construction != nil {
			spec.Set.Choice = named(e.construction).Choice
			note = "construction " + e.construction.Name
		}
		for n := e.lo; n <= e.hi; n *= 2 {
			spec.Ns = append(spec.Ns, n)
		}
		t, err := Table(rows.ctx, spec)
		for _, row := range t.Rows {
			row.Note = note + wordsOf(row)
			rows.out.Rows = append(rows.out.Rows, row)
		}
		require(err)
		for _, g := range t.Growth {
			g.Task, g.Note = e.task.Name, note+"; "+g.Note
			rows.out.Growth = append(rows.out.Growth, g)
			if g.Of == "size" {
				row := e.judge(g, spec.Ns)
				row.Printed = true
				rows.out.Rows = append(rows.out.Rows, row)
				if wrong := e; e.model == zoo.RNN {
					if !rows.at.sound {
						wrong.shape = ShapeLog
					}
					if row = wrong.judge(g, spec.Ns); row.Verdict != report.Errs {
						rows.blind(fmt.Errorf("papers: %s of %s passes for %s", g.Shape, e.model.Name, wrong.shape))
						continue
					}
					row.Note = planted + "held against the other shape; " + row.Note
					rows.out.Rows = append(rows.out.Rows, row)
				}
			}
		}
	}
}

// wordsOf gives the constant c of a message of c (d' + q log2 N) p bits, for sparse
// averaging by attention.
func wordsOf(row report.Row) string {
	if row.Task != tasks.QSA.Name || row.Model != zoo.Attention.Name || row.Bits == nil {
		return ""
	}
	size := func(name string) float64 { v, _ := row.Params[name].(float64); return v }
	return fmt.Sprintf("; bits = %.2f (d' + q log2 N) p", *row.Bits/((size("d")+size("q")*math.Log2(float64(*row.N)))*size("p")))
}

// judge holds a fitted growth of size against what the abstract says.
func (e expected) judge(g report.Growth, ns []int) report.Row {
	row := report.Row{Task: e.task.Name, Model: e.model.Name, Params: map[string]any{}, Warnings: []string{}, Runs: len(ns), N: ptr(ns[len(ns)-1]), Verdict: report.Meets, Basis: "fit",
		Note: fmt.Sprintf("size grows like %s (exponent %.2f), the abstract says %s up to logarithms (%s)", g.Shape, g.Exponent, e.shape, g.Note)}
	if g.Basis != "" {
		row.Basis = g.Basis
	}
	switch {
	case g.Undecided:
		row.Verdict = report.Unknown
	case g.Shape != e.shape:
		row.Verdict, row.Wrong = report.Errs, 1
		row.Witness = row.Note
	}
	return row
}

// runConjecture1 shows what the protocol of D layers costs beside the trivial
// one. Nothing is proved or refuted.
func runConjecture1(rows *collector) {
	for _, n := range []int{30, rows.pick(126, 510, 2046)} {
		for depth := 1; depth <= 4; depth++ {
			m, in := rows.machine(reductions.DisjMatch3, n, of(sized("attention H=1 m=3 p=16 layers=%d", depth), rows.at.Seed))
			require(rows.ctx.Err())
			row := must(through(m, in, rows.at.Seed).unrun(""))
			row.Note = fmt.Sprintf("open; the protocol of D = %d layers by its formula, no input was run", depth)
			rows.add("transformer", row)
		}
	}
}
