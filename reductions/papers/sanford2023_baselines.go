package papers

import (
	"context"
	"fmt"

	"crosscut/models"
	"crosscut/models/fold"
	"crosscut/models/linear"
	"crosscut/models/tasks"
	"crosscut/models/zoo"
	"crosscut/protocol"
	"crosscut/reductions"
	"crosscut/reductions/falsify"
	"crosscut/reductions/rules"
	"crosscut/report"
)

var theorem10 = &Claim{
	ID: "theorem 10", Kind: Lower,
	Short: "feed-forward average: rank order N",
	Hypothesis: Hypothesis{Text: "q <= N/2 and rank(W) < N d'/2, for networks that are refuted", Over: []Range{{Name: "N", From: 1, To: 64}, {Name: "q", From: 1, To: 64}, {Name: "d'", From: 1, To: 4}, {Name: "rank", To: 64}},
		Holds: func(at Sizes) bool { return 2*at["q"] <= at["N"] && 2*at["rank"] < at["N"]*at["d'"] }},
	Seen:      "second hand",
	Statement: "A feed-forward network f(X) = g(W vec(X)) with arbitrary g that approximates q-sparse averaging, q <= N/2, has first-layer width, indeed rank(W), at least N d'/2.",
	Source:    "Sanford, Hsu, Telgarsky 2023, Theorem 10",
	Conventions: []string{"every error below |u_j| / q is excluded, of all N tokens below |u_j| / (2q - 1), u the null vector scaled so that its largest block has norm at most 1",
		"the rank counted is that of the columns of z for the first floor(N/2) tokens, or for all N; the y part may be anything",
		"in bits: Alice sends her part of each pre-activation in its exact width, and needs n bits on DISJ", bobAnswers},
	Parts: []Part{
		{CheckedHere, "for networks of too small a width, to N d' - 1 beside the rows for y: an exact rational null vector of the z-columns, and the two inputs +u and -u on which one output cannot be right; the network whose columns have full rank, on generated inputs; the protocol in bits, and a network of too few bits"},
		{ProvedHere, "the argument for every N, q and d' (docs/sanford2023.md); all N d' columns of z, which is tight, in docs/feedforward.md"},
	},
	run: runTheorem10,
}

var theorem11 = &Claim{
	ID: "theorem 11", Kind: Lower,
	Short: "recurrent average: state order N",
	Hypothesis: Hypothesis{Text: "fewer than (N-1)/2 bits, for models that are refuted", Over: []Range{{Name: "N", From: 1, To: 64}, {Name: "bits", To: 64}},
		Holds: func(at Sizes) bool { return 2*at["bits"] < at["N"]-1 }},
	Seen:      "second hand",
	Statement: "A recurrent model, or any algorithm that reads the tokens in order with bounded memory, needs at least (N-1)/2 bits of memory to approximate q-sparse averaging, even for q = 1 and d' = 1.",
	Source:    "Sanford, Hsu, Telgarsky 2023, Theorem 11",
	Conventions: []string{bobAnswers, "token 1 is a dummy and all sets point backwards, so every output read is one that a causal model can give",
		"Alice holds the first half and sends the state: one message; stacked layers send the sum of their states"},
	Parts: []Part{
		{CheckedHere, "the reduction's truth tables (DISJ and INDEX); the state of the model that stores what it must, counted: 2^n different ones; two inputs with one state for a smaller model, and an input on which it errs"},
		{ProvedHere, "state bits >= n = (N-1)/2 for odd N (docs/sanford2023.md), and N - 1 at q = 1, for every N (docs/recurrent.md)"},
	},
	Inequality: &Inequality{
		Name: "memory-qsa", Title: "A recurrent model on sparse averaging, q = 1",
		Formula: "layers m p >= (N - 1) / 2", Reduction: reductions.DisjQSAMemory, Rule: rules.Recurrent,
		Sliders: []string{"m", "p"},
		MaxN:    1 << 16,
	},
	run: runTheorem11,
}

// runTheorem11 runs a model that keeps n values of one bit each, which is what
// the theorem asks for, and one that keeps a value less.
func runTheorem11(rows *collector) {
	disj, index := reductions.DisjQSAMemory, reductions.IndexQSAMemory
	rows.truthTable(disj, sizes(1, rows.pick(4, 6, 8)))
	rows.truthTable(index, sizes(1, rows.pick(6, 10, 12)))
	for _, r := range []*reductions.Reduction{disj, index} {
		few := rows.pick(4, 5, 6)
		rows.through(r, few, keeping(few))
		all := rows.pick(10, 14, 16)
		rows.injective(r, all, keeping(all))
		many := rows.pick(32, 512, 4096)
		rows.through(r, many, keeping(many))
		rows.through(r, rows.pick(8, 32, 128), made(zoo.RNN, models.Settings{Seed: rows.at.Seed}))
	}
	// Two stacked layers send the sum of their states.
	rows.through(disj, 8, made(zoo.RNN, models.Settings{Num: tasks.Params{"D": 2}, Seed: rows.at.Seed}))
	for _, n := range []int{8, rows.pick(12, 16, 20)} {
		rows.undersized(disj, n, keeping(n-1), falsify.Options{})
	}
	rows.undersized(index, 12, keeping(11), falsify.Options{})
	for _, state := range []int{64, rows.pick(256, 4096, 65536)} {
		rows.bites(disj, sized("recurrent m=%d p=1", state), 1<<20)
	}
}

// keeping is a recurrent model that stores one bit, the sign, for each of the
// first tokens after the dummy, and takes the others for 0: as many bits of state
// as it is given, and right on Theorem 11's inputs once these are n.
func keeping(bits int) builder {
	return builder{zoo.RNN.Name, func(in *reductions.Instance) (models.Machine, error) {
		held := func(t int) int { return min(bits, max(0, t-1)) }
		return fold.Cell[[]bool]{
			Bits: func(t int) protocol.Bits { return protocol.Bits(held(t)) },
			Init: func() []bool { return nil },
			Step: func(s []bool, pos int, t tasks.Token) []bool {
				if len(s) < held(pos) {
					s = append(s, t.Z[0] > 0)
				}
				return s
			},
			Output: func(s []bool, pos int, t tasks.Token) tasks.Value {
				mean := make(tasks.Value, in.Shape.Int("d"))
				for _, l := range t.Y {
					switch k := l - 2; {
					case k < 0 || k >= len(s):
					case s[k]:
						mean[0] += 1 / float64(len(t.Y))
					default:
						mean[0] -= 1 / float64(len(t.Y))
					}
				}
				return mean
			},
			Put: func(w *protocol.Packer, _ int, s []bool) {
				w.Append(reductions.Word(len(s), func(k int) bool { return s[k] }))
			},
			Get: func(r *protocol.Unpacker, t int) []bool {
				s := make([]bool, held(t))
				for k := range s {
					s[k] = r.Uint(1) == 1
				}
				return s
			},
		}.Recurrent(in.Shape, tasks.Params{"m": float64(bits), "p": 1}, "m p"), nil
	}}
}

// runTheorem10 takes networks whose first layer is too narrow for the z of half
// the tokens, and finds the two inputs on which they must fail.
func runTheorem10(rows *collector) {
	for _, s := range []struct{ n, q, d int }{{8, 2, 1}, {8, 4, 2}, {rows.pick(16, 32, 64), 3, 1}, {rows.pick(12, 24, 32), 2, 2}} {
		sizes := tasks.Params{"q": float64(s.q), "d": float64(s.d)}
		for _, lacks := range []int{1, s.n * s.d / 4} {
			rows.add("mlp", must(nullRow(rows.ctx, s.n, s.n/2, sizes, lacks, rows.at.Seed)))
		}
		rows.add("mlp", must(nullRow(rows.ctx, s.n, s.n, sizes, 1, rows.at.Seed)))
	}
	disj := reductions.DisjQSAMemory
	network := func(num tasks.Params) builder {
		return made(zoo.MLP, models.Settings{Num: num, Seed: rows.at.Seed})
	}
	rows.through(disj, 4, network(nil))
	rows.undersized(disj, 16, network(tasks.Params{"h1": 1}), falsify.Options{})
	for _, s := range []string{"h1=8 p=8", "h1=64 p=16"} {
		rows.bites(disj, sized("feed-forward %s", s), 1<<13)
	}
	rows.undersized(disj, 14, of(sized("feed-forward h1=1 p=4"), rows.at.Seed), falsify.Options{})
	for _, n := range []int{8, rows.pick(16, 64, 256)} {
		rows.solves(zoo.MLP, tasks.QSA, n, tasks.Params{"q": 2}, models.Settings{}, 0, rows.pick(10, 40, 100))
	}
}

// nullRow builds a network whose z-columns for the first tokens, half of them or all, lack rank,
// finds its null vector, and runs the two inputs through the network.
func nullRow(ctx context.Context, n, first int, sizes tasks.Params, lacks int, seed uint64) (report.Row, error) {
	sh, err := tasks.QSA.Shape(n, sizes)
	if err != nil {
		return report.Row{}, err
	}
	d, q := sh.Int("d"), sh.Int("q")
	need, pair := first*d, linear.NullPair
	if first == n {
		pair = linear.NullOverAll
	}
	built, err := zoo.Build(zoo.MLP.Name, sh, models.Settings{
		Num:    tasks.Params{"h1": float64(n*q + need - lacks)},
		Choice: map[string]string{"construction": "mlp-qsa"}, Seed: seed,
	})
	if err != nil {
		return report.Row{}, err
	}
	m := built.(*linear.FeedForward)
	row := trial{machine: m}.row()
	row.Params["rank"], row.Params["rank needed"] = need-lacks, need
	null, err := pair(sh, m.ZColumnsOf(first))
	if err != nil {
		return row, err
	}
	if null == nil {
		return row, fmt.Errorf("papers: theorem 10: %d rows for the z of %d tokens, and their columns are independent", need-lacks, first)
	}
	if err := null.Verify(); err != nil {
		return row, err
	}
	row.Note = fmt.Sprintf("rank at most %d of the %d needed for the z of %d tokens: an exact null vector, largest at token %d; every continuation errs by at least %.3f on z = +u or z = -u, and 1/(2q) = %.3f",
		need-lacks, need, first, null.J, null.Gap(), 1/float64(2*q))
	plus, minus, ok := null.Inputs()
	if !ok {
		row.Warnings = append(row.Warnings, "the null vector's numbers are too long for float64: the pair was verified in rationals, and not run")
		row.Verdict = report.Unknown
		return row, nil
	}
	for k, seq := range [][]tasks.Token{plus, minus} {
		got, err := m.Whole(ctx, seq, []int{1})
		if err != nil {
			return row, err
		}
		want := sh.Eval(seq, []int{1})
		row.Runs++
		if !sh.Correct(got[0], want[0]) {
			row.Wrong++
			row.Witness = fmt.Sprintf("z = %su, u = %s, y_1 = %v: output %v, and the definition says %v", [2]string{"+", "-"}[k], clip(fmt.Sprint(null.U)), null.Y, got[0], want[0])
		}
	}
	row.Judge()
	if row.Verdict != report.Errs {
		return row, fmt.Errorf("papers: theorem 10: both inputs of the null pair came out right: %s", row.Note)
	}
	return row, nil
}
