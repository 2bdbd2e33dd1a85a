package papers

import (
	"context"
	"fmt"
	"math"
	"math/big"
	"slices"
	"strings"

	"crosscut/models"
	"crosscut/models/keys"
	"crosscut/models/tasks"
	"crosscut/models/zoo"
	"crosscut/reductions"
	"crosscut/reductions/falsify"
	"crosscut/reductions/rules"
	"crosscut/report"
)

var theorem2 = &Claim{
	ID: "theorem 2", Kind: Upper,
	Short:      "one unit averages q tokens: log N",
	Hypothesis: setsOf("1 <= q <= N"),
	Seen:       "second hand",
	Statement: "For all N, q, d' and eps in (0, 1) there is one attention unit with an input map, of embedding dimension m = O(d' + q log N) and " +
		"precision p = O(log((q/eps) log N)), whose outputs are within eps of the q-sparse averages, on every input.",
	Source:      "Sanford, Hsu, Telgarsky 2023, Theorem 2",
	Conventions: []string{exactSoftmax, freeWeights, "eps is Euclidean, the largest error of any output", "m is the width of queries and keys; values have width d', embedded tokens at most m + d' numbers besides what the position alone decides"},
	Parts: []Part{
		{CheckedHere, "all sequences of a small world (every y, z in {0, +-e_c}), at every position; generated sequences at larger N"},
		{CheckedHere, "random-sign keys of a list: all C(N, q) sets separate, enumerated in whole numbers at the N of each row and at no larger N; their width fitted against log N at each q and p, margin traded for bits (docs/qsa.md)"},
		{ProvedHere, "the code keys certify every set y for every N, with m = O((q log N / log(q log N))^2) at worst (docs/qsa.md): weaker than the paper's q log N"},
		{QuotedThere, "m = O(d' + q log N) for all y at once, by random signs with the restricted isometry property; that property is not verified here"},
	},
	run: runTheorem2,
}

var theorem3 = &Claim{
	ID: "theorem 3", Kind: Upper,
	Short:      "unbounded p: keys of width 2q do",
	Hypothesis: setsOf("1 <= q <= N, unbounded precision"),
	Seen:       "second hand",
	Statement:  "With unbounded precision m = O(d' + q) suffices: keys on the moment curve in dimension 2q give every q-set its own supporting hyperplane.",
	Source:     "Sanford, Hsu, Telgarsky 2023, Theorem 3 (cyclic polytope)",
	Conventions: []string{exactSoftmax, freeWeights, "unbounded precision means about 2q log2 N bits a number here; m p is what compares with Theorem 2",
		"the converse is for keys that depend on the position alone, values z, one head and an output map that is the identity"},
	Parts: []Part{
		{CheckedHere, "the integer certificate of all C(N, q) sets; outputs on generated sequences; at width 2q - 1 a Radon point of the keys and an input on which that unit errs"},
		{ProvedHere, "the scores for every N and q, and the Radon argument for every such unit of width 2q - 1 (docs/qsa.md)"},
	},
	run: runTheorem3,
}

var theorem4 = &Claim{
	ID: "theorem 4", Kind: Lower,
	Short: "averaging q tokens: m p of order q",
	Hypothesis: Hypothesis{Text: "N >= 2q + 1 and m p < q, for units that are refuted", Over: []Range{{Name: "q", From: 1, To: 64}, {Name: "N", From: 1, To: 129}, {Name: "m p", From: 1, To: 64}},
		Holds: func(at Sizes) bool { return at["N"] >= 2*at["q"]+1 && at["m p"] < at["q"] }},
	Seen:      "read",
	Statement: "For q large enough, N >= 2q + 1 and d' >= 1: a one-layer, one-head transformer with m p <= c q does not approximate q-sparse averaging to within 1/(2q).",
	Source:    "Sanford, Hsu, Telgarsky 2023, Theorem 4",
	Conventions: []string{ownConstants, exactSoftmax, bobAnswers, oneRead,
		"Alice holds the query; she sends her embedded token, m p bits whatever the number of heads, and Bob applies the public weights: so m p >= q, with constant 1"},
	Parts: []Part{
		{CheckedHere, "the reduction's truth tables (DISJ and INDEX); the protocol's bits against m p; two sets that an undersized unit cannot tell apart, and an input on which it errs"},
		{ProvedHere, "m p >= q for every q: 2^q sets need 2^q different messages (docs/sanford2023.md)"},
		{QuotedThere, "the constant c, which the paper does not name"},
	},
	Inequality: &Inequality{
		Name: "one-unit-qsa", Title: "One attention layer on sparse averaging, q positions",
		Formula: "d p >= q: the embedded token crosses, whatever the heads are", Reduction: reductions.DisjQSA, Rule: rules.Attention,
		Sliders: []string{"d", "p", "H"},
		MaxN:    1 << 12, // Alice's raw set is ceil(log2 C(N, q)) bits, slow to count where q is large
	},
	run: runTheorem4,
}

// setsOf is the hypothesis that sets of q positions fit.
func setsOf(text string) Hypothesis {
	return Hypothesis{Text: text, Over: []Range{{Name: "N", From: 1, To: 64}, {Name: "q", From: 1, To: 64}}, Holds: func(at Sizes) bool { return at["q"] <= at["N"] }}
}

func runTheorem2(rows *collector) {
	for c := range constructionsOf(zoo.Attention, tasks.QSA) {
		if c == zoo.AttentionQSAMoment { // of Theorem 3
			continue
		}
		rows.sparse(c, rows.pick(1<<11, 1<<15, 1<<18))
		for _, s := range [][2]int{{40, 2}, {rows.pick(64, 256, 256), rows.pick(3, 3, 4)}} {
			rows.solves(zoo.Attention, tasks.QSA, s[0], tasks.Params{"q": float64(s[1]), "d": 3}, named(c), 0, rows.pick(2, 6, 20))
		}
	}
	rows.planted(tasks.QSA, 3, tasks.Params{"q": 1, "d": 1}, 1, 1<<11)
	for _, s := range [][3]int{{16, 2, 120}, {rows.pick(64, 80, 80), rows.pick(3, 4, 4), 100}, {256, rows.pick(2, 8, 8), rows.pick(30, 60, 400)}} {
		require(rows.ctx.Err())
		rows.out.Rows = append(rows.out.Rows, keyRows(s[0], s[1], s[2], rows.at)...)
	}
	rows.enumerated(rows.pick(1<<20, 1<<23, 1<<30))
}

// enumerated verifies the listed keys again, every set of those that take at most
// limit scores; the rest belongs to higher levels. A row is what q and N have: keys ever
// wider, whose queries take ever fewer bits. The growth is that of the whole list.
func (c *collector) enumerated(limit int) {
	all := keys.Enumerations()
	list := slices.DeleteFunc(slices.Clone(all), func(e keys.Enumerated) bool { return e.Work() > limit })
	for first := 0; first < len(list); {
		e := list[first]
		same := slices.IndexFunc(list[first:], func(o keys.Enumerated) bool { return o.Q != e.Q || o.N != e.N })
		if same < 0 {
			same = len(list) - first
		}
		row := report.Row{
			Task: "qsa", Model: "attention", N: ptr(e.N), Size: report.Num(e.M * e.Bits()), Runs: same * (e.Work() / e.N), Exhaustive: true, Warnings: []string{},
			Params: map[string]any{"q": e.Q, "keys": "random-sign", "guarantee": "every set", "m": e.M, "p": e.Bits(), "seed": e.Seed},
		}
		var trade []string
		for _, o := range list[first : first+same] {
			require(c.ctx.Err())
			trade = append(trade, fmt.Sprintf("m = %d p = %d margin %v", o.M, o.Bits(), o.Margin()))
			if err := o.Verify(1); err != nil {
				row.Wrong, row.Witness = row.Wrong+1, err.Error()
			}
		}
		row.Note = fmt.Sprintf("all C(%d, %d) sets enumerated, for each width: %s; m = %.1f log2 N; a list, nothing is claimed above its largest N",
			e.N, e.Q, strings.Join(trade, ", "), float64(e.M)/math.Log2(float64(e.N)))
		row.Judge()
		if row.Wrong > 0 {
			row.Verdict = report.Contradiction
		}
		c.add("", row)
		first += same
	}
	c.out.Growth = append(c.out.Growth, keyGrowth(all, limit)...)
}

// keyGrowth fits the least m of the list at which queries fit in p bits, for each q and p
// that several N have. Every set of the list was looked at when it was made; the note
// says to which N this run did so again.
func keyGrowth(list []keys.Enumerated, limit int) (growth []report.Growth) {
	for q := 1; q <= 4; q++ {
		var last []Point
		for p := 1; p <= 16; p++ {
			var points []Point
			ratio, again := "", 0
			for _, e := range keys.Narrowest(list, q, p) {
				points = append(points, Point{e.N, float64(e.M)})
				ratio += fmt.Sprintf(", %d at N = %d (%.1f)", e.M, e.N, float64(e.M)/math.Log2(float64(e.N)))
				if e.Work() <= limit {
					again = e.N
				}
			}
			fit, err := FitGrowth(points)
			if err != nil || slices.Equal(points, last) {
				continue // fewer than three N, or no narrower than with one bit less
			}
			last = points
			g := fit.Row("attention", fmt.Sprintf("m at q = %d, p = %d", q, p))
			g.Task, g.Note = "qsa", fmt.Sprintf("m (m / log2 N): %s; every set looked at again here to N = %d; %s", ratio[2:], again, g.Note)
			growth = append(growth, g)
		}
	}
	return growth
}

// keyRows shows how wide and how precise the key families are at N and q, and for
// how many of the sets tried (all of them where there are at most limit) the
// query separates the set from the rest.
func keyRows(n, q, limit int, at Effort) []report.Row {
	var rows []report.Row
	for _, k := range keys.Reports(n, q, 0, at.Seed, limit, true) {
		row := report.Row{
			Task: "qsa", Model: "attention", N: ptr(n), Size: report.Num(k.M * k.P), Runs: k.Sets, Exhaustive: k.Exhaustive, Wrong: k.Sets - k.Certified, Warnings: []string{},
			Params: map[string]any{"q": q, "keys": k.Family, "guarantee": k.Guarantee, "m": k.M, "p": k.P, "F": k.F, "alpha": k.Alpha},
		}
		row.Note = fmt.Sprintf("certificates of %d sets: %d separate, largest score outside %.3g; smallest m at which all of them do: ", k.Sets, k.Certified, k.OffMax)
		if k.Smallest > 0 {
			row.Note += fmt.Sprintf("%d", k.Smallest)
		} else {
			row.Note += "not searched"
		}
		row.Note += fmt.Sprintf("; beside 4 (3q-1)^2 ln N = %.0f, 2q = %d, N = %d", 4*math.Pow(float64(3*q-1), 2)*math.Log(float64(n)), 2*q, n)
		switch {
		case k.Guarantee == "every set":
			row.Judge()
			if row.Wrong > 0 {
				row.Verdict, row.Witness = report.Contradiction, row.Note
			}
		default:
			row.Warnings = append(row.Warnings, "checked set by set: this says nothing about the other sets, so it is not Theorem 2")
			row.Wrong, row.Verdict = 0, report.Unknown
		}
		if k.Family != "orthonormal" && k.M >= n {
			row.Warnings = append(row.Warnings, "orthonormal keys, m = N, are narrower at this N")
		}
		rows = append(rows, row)
	}
	return rows
}

// sparse tries a construction on small worlds in full.
func (c *collector) sparse(k *models.Construction, limit int) {
	for _, s := range [][3]int{{3, 1, 1}, {3, 2, 1}, {4, 1, 1}, {4, 2, 1}, {3, 2, 2}} {
		sizes := tasks.Params{"q": float64(s[1]), "d": float64(s[2])}
		sh := must(tasks.QSA.Shape(s[0], sizes))
		if sequences(sh, limit) > 0 {
			c.solves(zoo.Attention, tasks.QSA, s[0], sizes, named(k), limit, 0)
		}
	}
}

func runTheorem3(rows *collector) {
	k := zoo.AttentionQSAMoment
	for _, s := range [][2]int{{8, 1}, {10, 2}, {rows.pick(10, 12, 14), rows.pick(3, 3, 4)}} {
		rows.add("attention", must(momentRow(rows.ctx, s[0], s[1])))
	}
	rows.sparse(k, rows.pick(1<<11, 1<<15, 1<<18))
	for _, s := range [][2]int{{16, 2}, {rows.pick(24, 48, 64), 3}} {
		rows.solves(zoo.Attention, tasks.QSA, s[0], tasks.Params{"q": float64(s[1])}, named(k), 0, rows.pick(2, 6, 20))
	}
	for _, s := range [][2]int{{7, 2}, {10, 3}, {rows.pick(13, 16, 20), 4}} {
		dim := 2*s[1] - 1
		if rows.at.sound {
			dim++
		}
		row, ok := radonRow(rows.ctx, s[0], s[1], dim, rows.at.Seed)
		if !ok {
			rows.blind(fmt.Errorf("papers: theorem 3: no verified Radon point of %d keys in dimension %d", s[0], dim))
			continue
		}
		rows.add("attention", row)
	}
}

// momentRow checks Theorem 3's certificate for every q-set y of 1..N: with
// u_j = (1, j, .., j^2q) and w_y the negated coefficients of P_y(t) = prod (t - l)^2,
// <w_y, u_j> is 0 on y and at most -1 elsewhere. P_y is computed twice: from its
// coefficients, and as a product.
func momentRow(ctx context.Context, n, q int) (report.Row, error) {
	row := report.Row{Task: "qsa", N: ptr(n), Params: map[string]any{"q": q, "m": 2*q + 1}, Warnings: []string{}, Exhaustive: true}
	longest := 0
	for y := range tasks.Sets(n, q) {
		if row.Runs%64 == 0 && ctx.Err() != nil {
			return row, ctx.Err()
		}
		row.Runs++
		poly := []*big.Int{big.NewInt(1)}
		for _, l := range y {
			poly = timesRoot(timesRoot(poly, l), l)
		}
		for _, c := range poly {
			longest = max(longest, c.BitLen())
		}
		for j := 1; j <= n; j++ {
			score, power, product := new(big.Int), big.NewInt(1), big.NewInt(1)
			for _, c := range poly {
				score.Sub(score, new(big.Int).Mul(c, power))
				power.Mul(power, big.NewInt(int64(j)))
			}
			member := false
			for _, l := range y {
				product.Mul(product, big.NewInt(int64((j-l)*(j-l))))
				member = member || j == l
			}
			if score.Cmp(product.Neg(product)) != 0 || member != (score.Sign() == 0) || (!member && score.Cmp(big.NewInt(-1)) > 0) {
				row.Wrong++
				row.Witness = fmt.Sprintf("y = %v, j = %d: score %v", y, j, score)
			}
		}
	}
	row.Note = fmt.Sprintf("integer certificate of all C(%d, %d) = %d sets; the longest coefficient has %d bits, 2q log2 N = %.0f", n, q, row.Runs, longest, 2*float64(q)*math.Log2(float64(n)))
	row.Judge()
	return row, nil
}

// timesRoot is the polynomial times (t - l), coefficients lowest first.
func timesRoot(c []*big.Int, l int) []*big.Int {
	out := make([]*big.Int, len(c)+1)
	for i := range out {
		out[i] = new(big.Int)
		if i > 0 {
			out[i].Set(c[i-1])
		}
		if i < len(c) {
			out[i].Sub(out[i], new(big.Int).Mul(c[i], big.NewInt(int64(l))))
		}
	}
	return out
}

// radonRow takes the moment curve in dimension dim. In 2q - 1, one too few, its keys
// have a Radon point, ok, hence a set y that no query separates; the unit with these keys
// is run on the inputs that the proof names until it errs.
func radonRow(ctx context.Context, n, q, dim int, seed uint64) (row report.Row, ok bool) {
	sh := must(tasks.QSA.Shape(n, tasks.Params{"q": float64(q)}))
	moments := make([][]*big.Int, n)
	for j := range moments {
		power := big.NewInt(1)
		for range dim {
			power = new(big.Int).Mul(power, big.NewInt(int64(j+1)))
			moments[j] = append(moments[j], power)
		}
	}
	r, ok := keys.RadonPoint(moments, q)
	if !ok || !r.Verify(moments, q) {
		return row, false
	}
	// One coordinate of the unit's keys is the constant 1, which moves all scores alike.
	m := must(zoo.Build(zoo.Attention.Name, sh, models.Settings{
		Num: tasks.Params{"m": float64(2 * q)}, Choice: named(zoo.AttentionQSAMoment).Choice, Seed: seed,
	}))
	row = trial{machine: m}.row()
	row.Note = fmt.Sprintf("keys in dimension %d: exact Radon point, conv%v meets conv%v, so no query separates y = %v; every such unit errs by 1/(2q) on some z = e_j", dim, r.A, r.B, r.Y)
	for _, j := range r.Positions() {
		seq := make([]tasks.Token, n)
		for i := range seq {
			seq[i] = tasks.Token{Z: []float64{0}, Y: r.Y}
		}
		seq[j-1].Z = []float64{1}
		got := must(m.Whole(ctx, seq, []int{r.Query}))
		want := sh.Eval(seq, []int{r.Query})
		row.Runs++
		// The proof promises an error of 1/(2q) or more, at the edge of what eps allows.
		if distance(got[0], want[0]) >= 1/float64(2*q) {
			row.Wrong++
			if row.Witness == "" {
				row.Witness = fmt.Sprintf("z = e_%d, y_%d = %v: output %v, and the definition says %v", j, r.Query, r.Y, got[0], want[0])
			}
		}
	}
	row.Judge()
	if row.Verdict != report.Errs {
		require(fmt.Errorf("papers: theorem 3: a unit of dimension %d came out right where it cannot be", dim))
	}
	return row, true
}

// runTheorem4 shows the reduction, a right unit's protocol, and units whose
// embedded token is shorter than q bits.
func runTheorem4(rows *collector) {
	disj, index := reductions.DisjQSA, reductions.IndexQSA
	rows.truthTable(disj, sizes(1, rows.pick(5, 6, 8)))
	rows.truthTable(index, sizes(1, rows.pick(7, 9, 12)))
	for _, q := range []int{rows.pick(3, 4, 5), rows.pick(7, 16, 32)} {
		rows.through(disj, q, made(zoo.Attention, models.Settings{Seed: rows.at.Seed}))
	}
	for _, s := range []string{"H=1 m=1 d=1 p=8 f=8", "H=1 m=4 d=4 p=16", "H=8 m=16 d=16 p=16"} {
		rows.bites(disj, sized("attention d_v=1 %s", s), 1<<10)
	}
	small := []string{"H=1 m=1 d=1 p=8 f=4", "H=1 m=2 d=2 p=5 f=4", "H=4 m=1 d=1 p=8 f=4"}
	if rows.at.Level > Quick {
		small = append(small, "H=1 m=2 d=2 p=8 f=8")
	}
	for _, s := range small {
		a := sized("attention d_v=1 %s", s)
		rows.undersized(disj, a.Int("d")*a.Int("p")+1, of(a, rows.at.Seed), falsify.Options{})
	}
	rows.undersized(index, 9, of(sized("attention d_v=1 %s", small[0]), rows.at.Seed), falsify.Options{})
}
