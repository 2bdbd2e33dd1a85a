package papers

import (
	"fmt"
	"math"
	"math/big"
	"math/bits"
	"math/rand/v2"
	"strings"

	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/reductions/rules"
	"crosscut/report"
)

// Chen2024Decoders is about decoders of L layers, unconditionally.
var Chen2024Decoders = register(&Paper{
	Name:     "chen2024decoders",
	Title:    "Theoretical limitations of multi-layer Transformer",
	Citation: "Lijie Chen, Binghui Peng, Hongxun Wu. arXiv 2412.02975",
	Cite:     []string{"ChenPengWu2024"},
	Claims:   []*Claim{decoderCompiles, decoderBound, decoderTables, decoderFits},
	Main:     decoderBound, Executed: "H d p <= n^(2^-4L) with constant 1, so n >= (H d p)^(2^(4L)), in whole numbers",
})

const sourceDecoders = "arXiv 2412.02975"

// sequential is L-fold sequential composition: z_0 in 1..M[0], z_(l+1) a table on 1..M[l+1] for
// each word w_l, with values in 1..M[l+1]; here all of them are as wide as the first.
type sequential struct {
	L, m, n int     // layers, width of i_0, choices of each w_l
	z       [][]int // z[0] has one entry, the others m entries for z_1 and n m above
	w       []int   // w_1 .. w_(L-1), from 0
}

// sample draws an instance.
func sampleSequential(L, m, n int, rng *rand.Rand) sequential {
	s := sequential{L: L, m: m, n: n}
	for l := range L + 1 {
		entries := m * n
		if l < 2 {
			entries = 1 + l*(m-1)
		}
		table := make([]int, entries)
		for i := range table {
			table[i] = rng.IntN(m)
		}
		s.z = append(s.z, table)
	}
	for range L - 1 {
		s.w = append(s.w, rng.IntN(n))
	}
	return s
}

// prompt lays out the blocks of players L, ..., 0 and -1: earlier blocks have larger numbers.
func (s sequential) prompt() (seq []tasks.Token, owner []protocol.Player) {
	for b := range s.L + 1 {
		for _, v := range s.z[s.L-b] {
			seq, owner = append(seq, tasks.Token{X: v + 1}), append(owner, protocol.Player(b))
		}
	}
	for _, v := range append([]int{0}[:max(0, 2-s.L)], s.w...) { // one layer: no words, a blank query
		seq, owner = append(seq, tasks.Token{X: v + 1}), append(owner, protocol.Player(s.L+1))
	}
	return seq, owner
}

var decoderCompiles = &Claim{
	ID: "compilation", Kind: Comparison, Short: "L layers: L + 2 players, L epochs",
	Seen:      "second hand, two independent notes",
	Statement: "A decoder of L layers on the blocks of sequential composition is a protocol of L + 2 players in L epochs: in an epoch each player shows what it has to those before it in the prompt, and each of these answers with at most 2 B m_i bits, B = H d p, m_i the asker's tokens.",
	Source:    sourceDecoders,
	Conventions: []string{"what is shown is free in the paper's model; on the board it is metered, under its own label", "sums modulo 2^p: H (m + 1) p bits for each token of the asker",
		"toy tables: all of one width, smaller than the paper's"},
	Parts: []Part{{CheckedHere, "L = 1 to 3, drawn tables: the board's answer is the forward pass's, the meter the formula; every answer's length and the number of answers of each pair of players"}},
	run: func(rows *collector) {
		for L := 1; L <= 3; L++ {
			rng := rand.New(rand.NewPCG(rows.at.Seed, uint64(L)))
			var prompts [][]tasks.Token
			var owner []protocol.Player
			for range rows.pick(8, 24, 96) {
				seq, of := sampleSequential(L, 2, 2, rng).prompt()
				prompts, owner = append(prompts, seq), of
			}
			N := len(owner)
			// k hops lend their alphabet; the decoder's weights are drawn, so its answers mean nothing.
			sh := must(tasks.KHop.Shape(N, tasks.Params{"V": 2, "k": 1}))
			cut := rules.Cut{Shape: sh, Split: tasks.Split{Owner: owner}, Read: []int{N}, Players: L + 2}
			row := report.Row{Task: "sequential composition", N: ptr(N), Params: map[string]any{"L": L}}
			for _, s := range [][3]int{{1, 2, 6}, {2, 1, 4}} {
				a := sized("decoder layers=%d H=%d m=%d p=%d", L, s[0], s[1], s[2])
				rows.board(a, cut, row, prompts)
				rows.answers(a, cut, row, prompts)
			}
		}
	},
}

// answers checks the lengths of a decoder's answers against the paper's model.
func (c *collector) answers(a rules.Sized, cut rules.Cut, row report.Row, prompts [][]tasks.Token) {
	p := must(a.At(cut, c.at.Seed))
	B, L := a.Int("H")*a.Int("m")*a.Int("p"), a.Int("layers")
	row.Model = a.Name
	c.check(check{
		row:   row,
		what:  fmt.Sprintf("%v: each player answers each later one at most once in each of %d epochs, by at most 2 B m_i bits, B = %d", a, L, B),
		fault: "B m_i bits: the normaliser is forgotten",
		try: func(t *tally, broken bool) {
			t.sampled = true
			for _, prompt := range prompts {
				_, run := c.play(p, cut, prompt, false)
				answers := map[[3]int]int{}
				for _, m := range run.Messages {
					if strings.HasPrefix(m.Label, rules.Shown) {
						continue
					}
					var layer, asker int
					if _, err := fmt.Sscanf(m.Label, "layer %d: sums for player %d", &layer, &asker); err != nil {
						require(fmt.Errorf("papers: the word %q: %w", m.Label, err))
					}
					from := int(m.From)
					answers[[3]int{layer, asker, from}]++
					most := 2 * B * cut.Split.Count(protocol.Player(asker-1))
					if broken {
						most /= 2
					}
					fits := layer <= L && from < asker-1 && answers[[3]int{layer, asker, from}] == 1 && int(m.Word.Len()) <= most
					t.see(fits, "epoch %d, block %d to block %d: %d bits, and %d are allowed", layer, from+1, asker, m.Word.Len(), most)
				}
			}
		},
	})
}

// starts is the least log2 n for which B <= n^(2^-4L), that is B^(2^4L) <= n.
func starts(B, L, exponent int) int {
	power := new(big.Int).Exp(big.NewInt(int64(B)), new(big.Int).Lsh(big.NewInt(1), uint(exponent*L)), nil)
	return power.Sub(power, big.NewInt(1)).BitLen() // ceil(log2)
}

var decoderBound = &Claim{
	ID: "L layers", Kind: Lower, Short: "L layers fail if H d p <= n^(2^-4L)",
	Hypothesis: Hypothesis{Text: "H d p <= n^(2^-4L), here for H d p = 64",
		Over:  []Range{{Name: "L", From: 1, To: 2}, {Name: "log2 n", From: 1, To: 1 << 11, Most: 62}},
		Holds: func(at Sizes) bool { return starts(64, at["L"], 4) <= at["log2 n"] }},
	Seen:      "second hand, two independent notes",
	Statement: "For L of order log log n at most, p >= log n and H d p <= n^(2^-4L), no decoder of L layers solves sequential composition of n tokens.",
	Source:    sourceDecoders,
	Conventions: []string{"the condition on L and the constants inside it are not in our notes; the condition on H d p alone is evaluated",
		"2^62 tokens are more than anybody has"},
	Parts: []Part{
		{CheckedHere, "with H d p = 64 it starts at n = 2^96 for L = 1, 2^1,536 for L = 2, 2^24,576 for L = 3, in whole numbers; from H d p = 15 on nothing is excluded up to n = 2^62, for any L"},
		{QuotedThere, "the bound"},
	},
	run: func(rows *collector) {
		row := report.Row{Task: "sequential composition", Model: "decoder"}
		rows.check(check{row: row, what: "H d p = 64: the least n is 2^96, 2^1,536, 2^24,576 for L = 1, 2, 3", fault: "n^(2^-3L)", try: func(t *tally, broken bool) {
			for L, want := range []int{96, 1536, 24576} {
				exponent := 4
				if broken {
					exponent = 3
				}
				got := starts(64, L+1, exponent)
				t.see(got == want, "L = %d: from n = 2^%d on, not 2^%d", L+1, got, want)
			}
		}})
		rows.check(check{row: row, what: "L = 1 to 3, H d p from 15 to 256: nothing is excluded at n <= 2^62", fault: "n^(1/8) for one layer", try: func(t *tally, broken bool) {
			for L := 1; L <= 3; L++ {
				for B := 15; B <= 256; B++ {
					exponent := 4
					if broken {
						exponent = 3
					}
					from := starts(B, L, exponent)
					t.see(from > 62, "L = %d, H d p = %d: from n = 2^%d on", L, B, from)
				}
			}
		}})
	},
}

// longestTable is N_(L-1), the number of places of the last table of the hard instance with B =
// H d p: K = (B L)^8 8^(2 L^2), m = K^(1 + sum_(l < L) 8^l), n_l = K^(4 8^(L-l-1)), N_l = m n_1 .. n_l.
func longestTable(L, B int) *big.Int {
	eight := func(k int) int64 { return int64(1) << (3 * k) }
	K := new(big.Int).Exp(big.NewInt(int64(B*L)), big.NewInt(8), nil)
	K.Lsh(K, uint(6*L*L))
	power := int64(1)
	for l := range L {
		power += eight(l)
	}
	for l := 1; l < L; l++ {
		power += 4 * eight(L-l-1)
	}
	return K.Exp(K, big.NewInt(power), nil)
}

// shortest is the shortest prompt that is allowed, n = c B^(16^L) tokens, c >= 1, and whether it is: p,
// and so B = H d p, is at least log2 n.
func shortest(L, B int, c int64) (n *big.Int, allowed bool) {
	if B <= (bits.Len(uint(B))-1)<<(4*L) { // n has more bits than that
		return nil, false
	}
	n = new(big.Int).Exp(big.NewInt(int64(B)), big.NewInt(int64(1)<<(4*L)), nil)
	n.Mul(n, big.NewInt(c))
	return n, B >= n.BitLen()
}

// prompts is a hypothesis on L and H d p, with the factor c of the shortest prompt.
func prompts(text string, c func(L int) int64) Hypothesis {
	return Hypothesis{Text: text, Over: []Range{{Name: "L", From: 1, To: 3}, {Name: "H d p", From: 2, To: 1 << 13}}, Holds: func(at Sizes) bool {
		_, allowed := shortest(at["L"], at["H d p"], c(at["L"]))
		return allowed
	}}
}

// asPrinted and mended are the factors of the condition as it is printed, and of the repair.
func asPrinted(int) int64 { return 1 }

func mended(L int) int64 {
	if L > 1 {
		return 1
	}
	return 1 << 12
}

// fits tries whether the tables fit into the shortest prompt of n >= c B^(16^L) tokens that is
// allowed, for one to three layers and every B up to most that is at least log2 n, as p is.
func fits(t *tally, most int, c func(L int) int64) {
	for L := 1; L <= 3; L++ {
		for B := 2; B <= most; B++ {
			n, allowed := shortest(L, B, c(L))
			if !allowed {
				continue
			}
			table := longestTable(L, B)
			t.see(table.Cmp(n) <= 0, "L = %d, H d p = %d: n = 2^%.1f is allowed, one table has 2^%.1f places", L, B, log2(n), log2(table))
		}
	}
}

// log2 is the logarithm, for printing.
func log2(v *big.Int) float64 {
	shift := max(v.BitLen()-60, 0)
	return math.Log2(float64(new(big.Int).Rsh(v, uint(shift)).Int64())) + float64(shift)
}

var decoderTables = &Claim{
	ID: "parameters", Kind: Lower, Short: "the hard instance fits into n tokens",
	Hypothesis: prompts("H d p >= 2, p >= log2 n and H d p <= n^(2^-4L)", asPrinted),
	Seen:       "second hand, two independent notes",
	Statement:  "Where claim \"L layers\" speaks, its hard instance has at most n tokens: K = (H d p L)^8 8^(2 L^2), m = K^(1 + sum_(l < L) 8^l), n_l = K^(4 8^(L-l-1)), and the last table has m n_1 .. n_(L-1) places.",
	Source:     sourceDecoders, Conventions: []string{"parameters and condition as our notes print them; a place of a table is at least one token"},
	Parts: []Part{{CheckedHere, "L = 1, 2, 3, in whole numbers, at the least n that the condition allows"}, {QuotedThere, "the parameters"}},
	run: func(rows *collector) {
		rows.check(check{row: report.Row{Task: "sequential composition"}, printed: true, what: "L = 1 to 3, H d p from log2 n to 8,192: the last table fits into the shortest prompt that is allowed",
			try: func(t *tally, _ bool) {
				fits(t, 8192, asPrinted)
			}})
	},
}

var decoderFits = &Claim{
	ID: "parameters, repaired", Kind: Lower, Short: "for one layer n >= 4,096 (H d p)^16",
	Hypothesis: prompts("H d p >= 2, p >= log2 n, and n >= 2^12 (H d p)^16 for L = 1, n >= (H d p)^(2^4L) for L = 2, 3", mended),
	Seen:       "ours",
	Statement:  "With H d p = 1 the last table has 2^12, 2^448 and about 2^7,335 places for L = 1, 2, 3. For one layer it has 2^12 (H d p)^16, so n must be 4,096 times what the condition asks; for two and three layers p >= log2 n leaves room.",
	Source:     "this project, on the parameters of " + sourceDecoders,
	Parts:      []Part{{CheckedHere, "the same sizes"}, {ProvedHere, "L = 1: K^2 = ((H d p)^8 2^6)^2 (docs/errata.md)"}},
	run: func(rows *collector) {
		row := report.Row{Task: "sequential composition"}
		rows.check(check{row: row, what: "H d p = 1: 2^12, 2^448, 2^7,335 places", fault: "8^(L^2)", try: func(t *tally, broken bool) {
			for k, want := range []float64{12, 448, 7335} {
				got := log2(longestTable(k+1, 1))
				if broken {
					got /= 2
				}
				t.see(math.Round(got) == want, "L = %d: 2^%.1f places", k+1, got)
			}
		}})
		rows.check(check{row: row, what: "L = 1 to 3: the last table fits into the shortest prompt, with the factor for one layer", fault: "half of the factor", try: func(t *tally, broken bool) {
			fits(t, 8192, func(L int) int64 {
				if broken && L == 1 {
					return mended(L) / 2
				}
				return mended(L)
			})
		}})
	},
}
