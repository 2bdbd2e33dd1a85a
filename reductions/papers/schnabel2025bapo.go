package papers

import (
	"fmt"
	"math/bits"
	"slices"

	"crosscut/protocol"
	"crosscut/protocol/bapo"
	"crosscut/report"
)

// Schnabel2025BAPO is about bounded attention prefix oracles: a bits and b tokens cross
// each cut.
var Schnabel2025BAPO = register(&Paper{
	Name:     "schnabel2025bapo",
	Title:    "Bounded attention prefix oracles: a bits and b tokens across every cut",
	Citation: "arXiv 2505.08140",
	Cite:     []string{"BAPO2025"},
	Claims: []*Claim{
		bapoAtMost("INDEX", "index", "looking up: (0,1)", "INDEX has a (0,1)-BAPO.", func(int) (a, b int) { return 0, 1 }),
		bapoAtMost("EQ", "eq", "equality: (1,1)", "Equality has a (1,1)-BAPO.", func(int) (a, b int) { return 1, 1 }),
		bapoAtMost("DISJ", "disj", "disjointness: (1,1)", "Disjointness has a (1,1)-BAPO.", func(int) (a, b int) { return 1, 1 }),
		bapoAtMost("MATCH2", "match2", "Match2 at the last token: (0,1)", "Match2, read at the last token, has a (0,1)-BAPO.", func(int) (a, b int) { return 0, 1 }),
		bapoAtMost("regular", "parity", "regular languages: (ceil(log |Q|), 0)", "A regular language of |Q| states has a (ceil(log |Q|), 0)-BAPO; here parity, |Q| = 2.", func(int) (a, b int) { return 1, 0 }),
		bapoAtMost("MAJORITY log n", "majority", "majority: (ceil(log n), 0)", "Majority of n bits has a (ceil(log n), 0)-BAPO.", func(n int) (a, b int) { return bits.Len(uint(n - 1)), 0 }),
		bapoAtMost("UNIQUE", "unique", "a symbol occurs once: (2 |Sigma|, 0)", "UNIQUE has a (2 |Sigma|, 0)-BAPO; here |Sigma| = 2.", func(int) (a, b int) { return 4, 0 }),
		bapoAtMost("SETDIFF", "setdiff", "a symbol of one half: (|Sigma|, 0)", "SETDIFF has a (|Sigma|, 0)-BAPO; here |Sigma| = 2.", func(int) (a, b int) { return 2, 0 }),
		bapoMajorityExact, bapoMajority, bapoMajoritySecond, bapoUnique, bapoSetdiff, bapoTable, bapoMatch3, bapoReachability, bapoPaths, bapoThought, bapoDoubled, bapoCircuit,
	},
	Main: bapoMajority, By: []*Claim{bapoMajority, bapoDoubled},
	Executed: "a >= log2(m + 1) on n = 2 (b + 1) m bits with b tokens attended; with a chain of thought, a = b = 1 for every language",
})

const bapoRules = "f, g and h are arbitrary; the answer must be right at every cut, for every choice of min(b, marked) of the marked tokens"

// bapoAtMost is a claim that a task has an (a, b)-BAPO: at every length and cut that is run the
// least number of bits is at most a.
func bapoAtMost(id, task, short, statement string, limit func(n int) (a, b int)) *Claim {
	return &Claim{
		ID: id, Kind: Upper, Short: short, Seen: "read (main text)",
		Statement: statement, Source: "arXiv 2505.08140", Conventions: []string{bapoRules},
		Parts: []Part{{CheckedHere, "every cut of every small length: a scheme within these bounds, checked on every input and every choice of tokens shown; the least number of bits, with what shows that fewer do not do"},
			{QuotedThere, "all lengths"}},
		run: func(rows *collector) {
			k := bapoTask(task)
			for n := k.Least; n <= bapoMost(k, rows.at); n++ {
				a, b := limit(n)
				rows.bapo(k, n, b, fmt.Sprintf("at most %d", a), func(got int) bool { return got <= a })
			}
		},
	}
}

// bapoTask is the task of a name.
func bapoTask(name string) bapo.Task {
	return bapo.Tasks[slices.IndexFunc(bapo.Tasks, func(k bapo.Task) bool { return k.Name == name })]
}

// bapoMost is the longest word that is run: pairs of position and token are at most bapo.MaxMarks.
func bapoMost(k bapo.Task, at Effort) int {
	most := at.Level.Pick(5, 6, 6)
	for n := most; ; n-- {
		pairs := 0
		f := k.Of(n)
		for _, s := range f.Sizes[:len(f.Sizes)-1] {
			pairs += s
		}
		if pairs <= bapo.MaxMarks {
			return n
		}
	}
}

// bapo computes a(n, b) with its certificates, and checks both and the claim.
func (c *collector) bapo(k bapo.Task, n, b int, claim string, within func(a int) bool) {
	f := k.Of(n)
	e := must(bapo.Solve(c.ctx, f, b))
	c.check(check{
		row:  report.Row{Task: k.Name, Model: "BAPO", N: ptr(n), Params: map[string]any{"b": b}, Bits: report.Num(e.Bits), Setting: protocol.OneWay},
		what: fmt.Sprintf("%s: a(%d, %d) = %d (claimed: %s), all %d cuts, every input and every choice of tokens shown", k.Doc, n, b, e.Bits, claim, len(e.Cuts)), fault: "the prefix oracle says nothing, and nothing is marked",
		try: func(t *tally, broken bool) {
			forged := *e
			if broken {
				forged.Schemes = nil
				for _, s := range e.Schemes {
					forged.Schemes = append(forged.Schemes, &bapo.Scheme{Colours: 1, Colour: make([]int, len(s.Colour)), Marks: make([]uint32, len(s.Marks))})
				}
			}
			err := forged.Check(f)
			t.see(err == nil && within(e.Bits), "n = %d, b = %d, %d bits: %v", n, b, e.Bits, err)
			t.runs += inputsOf(f.Sizes) - 1
		},
	})
}

func inputsOf(sizes []int) int {
	all := 1
	for _, s := range sizes {
		all *= s
	}
	return all
}

// majorityBits are the bounds on a(n, b) of majority: a message tells steps + 1 counts apart at least, and most + 1
// are enough. No message is needed below 2b + 2 bits.
func majorityBits(n, b int) (steps, most int) {
	if n < 2*b+2 {
		return 0, 0
	}
	return (n + 1) / (2*b + 2), (n+1)/2 - b
}

var bapoMajority = &Claim{
	ID: "MAJORITY log m", Kind: Lower, Short: "majority: a >= log(m+1), n = 2 (b+1) m",
	Hypothesis: Hypothesis{Text: "n >= 2b + 2 (below that nothing is needed)", Over: []Range{{Name: "n", From: 1, To: 64}, {Name: "b", To: 8}}, Holds: func(at Sizes) bool { return at["n"] >= 2*at["b"]+2 }},
	Seen:       "read (main text, part of the proofs); the constants are ours",
	Statement:  "Majority has no (o(log n), o(n^(1-e)))-BAPO. Our constants, for n >= 2b + 2: log2(T + 1) <= a <= ceil(log2(ceil(n/2) - b + 1)), T = floor((n + 1) / (2b + 2)); T = m on n = 2 (b + 1) m bits. For n < 2b + 2 a = 0.",
	Source:     "arXiv 2505.08140; the constants are this project's", Conventions: []string{bapoRules},
	Parts: []Part{{CheckedHere, "(n, b) = (4, 0), (6, 0), (7, 1): the cut of the proof needs log2(T + 1) bits, shown by a core; a(n, b) to n = 5 (6 above the quick level), b <= 2, between the two"},
		{ProvedHere, "every n and b (docs/literature.md)"}},
	run: func(rows *collector) {
		rows.majority(4, 0)
		rows.majority(6, 0)
		rows.majority(7, 1)
		k := bapoTask("majority")
		for n := k.Least; n <= bapoMost(k, rows.at); n++ {
			for b := range 3 {
				steps, most := majorityBits(n, b)
				low, high := bits.Len(uint(steps)), bits.Len(uint(most))
				rows.bapo(k, n, b, fmt.Sprintf("%d to %d", low, high), func(got int) bool { return low <= got && got <= high })
			}
		}
	},
}

// majorityRows is the number of different rows of majority of n bits at its costliest cut.
func majorityRows(n int) int { return (n+1)/2 + 1 }

var bapoMajorityExact = &Claim{
	ID: "MAJORITY exact", Kind: Comparison, Short: "majority: a(n, 0) exactly, every n",
	Hypothesis: Hypothesis{Text: "n >= 2", Over: []Range{{Name: "n", From: 2, To: 64}}, Holds: func(at Sizes) bool { return at["n"] >= 2 }},
	Seen:       "ours",
	Statement:  "Without attention majority of n bits needs exactly ceil(log2(ceil(n/2) + 1)) bits, one less than the printed ceil(log2 n) at n = 5, 6 and from 9 to 14, for example.",
	Source:     "derived here, in the model of arXiv 2505.08140", Conventions: []string{bapoRules},
	Parts: []Part{{CheckedHere, "all rows of all cuts, by counts, n = 2 to 64; the least number of bits by the schemes and cores of the table, to n = 5 (6 above the quick level)"},
		{ProvedHere, "every n: counts beyond what the suffix can change are one row (docs/literature.md)"}},
	run: func(rows *collector) {
		rows.check(check{
			row:  report.Row{Task: "majority", Model: "BAPO", N: ptr(64), Params: map[string]any{"b": 0}, Bits: report.Num(bits.Len(uint(majorityRows(64) - 1))), Setting: protocol.OneWay},
			what: "n = 2 to 64: the most different rows of a cut are ceil(n/2) + 1", fault: "ties count for 1 after odd prefixes",
			try: func(t *tally, broken bool) {
				for n := 2; n <= 64; n++ {
					most := 0
					for cut := 1; cut < n; cut++ {
						rows := map[string]bool{}
						for left := range cut + 1 {
							row := make([]byte, n-cut+1)
							for right := range row {
								if sum := 2 * (left + right); sum > n || broken && sum == n && left%2 == 1 {
									row[right] = 1
								}
							}
							rows[string(row)] = true
						}
						most = max(most, len(rows))
					}
					t.see(most == majorityRows(n), "n = %d: %d rows", n, most)
				}
			},
		})
		k := bapoTask("majority")
		for n := k.Least; n <= bapoMost(k, rows.at); n++ {
			want := bits.Len(uint(majorityRows(n) - 1))
			rows.bapo(k, n, 0, fmt.Sprintf("exactly %d", want), func(got int) bool { return got == want })
		}
	},
}

var bapoTable = &Claim{
	ID: "table", Kind: Comparison, Short: "exact a(n, b) of ten tasks to n = 6",
	Seen:      "ours",
	Statement: "The least a(n, b) of ten small tasks, n <= 6 (5 at the quick level) and b = 0, 1, 2, exactly: attention helps INDEX and Match2 to 0 bits at b = 1, EQ and DISJ to 1 bit, and majority and UNIQUE of 5 and 6 bits not at all at b = 1.",
	Source:    "this project, in the model of arXiv 2505.08140", Conventions: []string{bapoRules},
	Parts: []Part{{CheckedHere, "n to 6 (5 at the quick level): for each entry a scheme at every cut, and a core of prefixes and suffixes that no smaller number of bits serves, both gone through by code that shares nothing with the search"}},
	run: func(rows *collector) {
		for _, k := range bapo.Tasks {
			for n := k.Least; n <= bapoMost(k, rows.at); n++ {
				for b := range 3 {
					rows.bapo(k, n, b, "exactly", func(a int) bool {
						switch {
						case b == 1 && (k.Name == "index" || k.Name == "match2"):
							return a == 0
						case b == 1 && (k.Name == "eq" || k.Name == "disj"):
							return a <= 1
						case b == 1 && n >= 5 && (k.Name == "majority" || k.Name == "unique"):
							return a == 2
						}
						return true
					})
				}
			}
		}
	},
}

var bapoReachability = &Claim{
	ID: "REACHABILITY", Kind: Conjecture, Short: "reachability: a or b is a power of m", Hypothesis: Hypothesis{Text: "m edges, c >= 3, m large"}, Seen: "read (main text, part of the proofs)",
	Statement: "Reachability in graphs of m edges has no (o(m^(1/c) log m), o(m^(1-2/c)))-BAPO, c >= 3.", Source: "arXiv 2505.08140", Conventions: []string{bapoRules},
	Parts: []Part{{QuotedThere, "the bound"}, {OpenStill, "the truth between this and sending everything is open; a bound of this order is proved in claim \"REACHABILITY d!\""}, {CheckedHere, "the exact a(n, b) at small n, below the sizes of the bound"}},
	run: func(rows *collector) {
		k := bapoTask("reachability")
		for n := k.Least; n <= bapoMost(k, rows.at); n++ {
			rows.bapo(k, n, 1, "nothing", func(int) bool { return true })
		}
	},
}

// bapoChain is a claim that oracles, which write tokens until the chain ends, answer tasks.
func bapoChain(c Claim, run func(rows *collector)) *Claim {
	c.Conventions = []string{bapoRules, "each generated token is one more call on the longer word, at every cut of it that leaves a suffix; the chain's last token is the answer"}
	c.run = run
	return &c
}

// thinks runs a chain on all words of a task, of the lengths given.
func thinks(name string, lengths []int, o bapo.Oracles, most func(n int) int, last func(word []int) bool, yes int) check {
	k := bapoTask(name)
	longest := lengths[len(lengths)-1]
	of := fmt.Sprint(longest)
	if lengths[0] < longest {
		of = fmt.Sprintf("%d to %d", lengths[0], longest)
	}
	return check{
		row:  report.Row{Task: name, Model: "BAPO with a chain of thought", N: ptr(longest), Params: map[string]any{"b": o.Tokens, "tokens": most(longest)}, Bits: report.Num(o.Bits), Setting: protocol.OneWay},
		what: fmt.Sprintf("%s: a = %d, b = %d, all words of %s tokens, every cut of every longer word, every choice of tokens shown", k.Doc, o.Bits, o.Tokens, of), fault: "each step attends to the first token",
		try: func(t *tally, broken bool) {
			o := o
			if broken {
				o.Attend = func(_ []int, _ int, at bapo.Token) bool { return at.At == 0 }
			}
			for _, n := range lengths {
				f := k.Of(n)
				for w := range product(f.Sizes) {
					got, _, err := o.Think(w, most(n), last)
					t.see(err == nil && (got[len(got)-1] == yes) == k.Holds(w), "%v: the chain is %v, the answer %d: %v", w, got, f.At(w), err)
				}
			}
		},
	}
}

// product yields all words with a letter below of[i] at place i; the slice is reused.
func product(of []int) func(yield func([]int) bool) {
	return func(yield func([]int) bool) {
		for w := range words(len(of), slices.Max(of)) {
			if !slices.ContainsFunc(sizes(0, len(w)-1), func(i int) bool { return w[i] >= of[i] }) && !yield(w) {
				return
			}
		}
	}
}

// doubles is the chain that copies its input, on a task: one pair of oracles for all lengths.
func (c *collector) doubles(name string) check {
	k := bapoTask(name)
	v, most := 0, bapoMost(k, c.at)
	for n := k.Least; n <= most; n++ {
		v = max(v, slices.Max(k.Of(n).Sizes))
	}
	o, yes := bapo.Doubled(v, k.Holds)
	return thinks(name, sizes(k.Least, most), o, func(n int) int { return 3*n - 1 }, func(w []int) bool { return w[len(w)-1] >= yes-1 }, yes)
}

var bapoThought = bapoChain(Claim{
	ID: "chain of thought", Kind: Upper, Short: "a (2,3)-BAPO-CoT decides everything",
	Hypothesis: Hypothesis{Text: "a decidable language"}, Seen: "read (main text)",
	Statement: "A (2,3)-BAPO with a chain of thought decides every decidable language.",
	Source:    "arXiv 2505.08140",
	Parts: []Part{{QuotedThere, "the statement; the paper's construction was not rebuilt"}, {CheckedHere, "the chain of claim \"chain, (1,1)\" on majority, within 2 bits and 3 tokens"},
		{ProvedHere, "one bit and one token are enough, for every language (docs/literature.md)"}},
}, func(rows *collector) {
	k := rows.doubles("majority")
	k.what = "one bit and one token, where two and three are claimed: " + k.what
	rows.dominated("chain, (1,1)", k)
})

var bapoDoubled = bapoChain(Claim{
	ID: "chain, (1,1)", Kind: Upper, Short: "with a chain: one bit and one token",
	Seen:      "ours",
	Statement: "One (1,1)-BAPO with a chain of thought decides a language, whichever it is, at all lengths n, with at most 3n - 1 generated tokens: it copies the input, and at the answer every cut leaves one of the two copies whole. As f and h are arbitrary, decidable or not makes no difference.",
	Source:    "derived here, in the model of arXiv 2505.08140",
	Parts: []Part{{CheckedHere, "all ten tasks, majority, Match3 and reachability among them, to n = 5 (6 above the quick level): f, g and h run on every word, at every cut of every step"},
		{ProvedHere, "every language and every n (docs/literature.md)"}},
}, func(rows *collector) {
	for _, k := range bapo.Tasks {
		rows.check(rows.doubles(k.Name))
	}
})

var bapoCircuit = bapoChain(Claim{
	ID: "chain, (0,1)", Kind: Upper, Short: "gates as a chain: no bit, one token",
	Seen:      "ours",
	Statement: "A function of n bits that s gates of two inputs compute has a (0,1)-BAPO with a chain of 2 s tokens, all of them bits: no prefix oracle at all. Without attention, on the other hand, no chain helps: (a, 0) with a chain decides what (a, 0) decides without.",
	Source:    "derived here, in the model of arXiv 2505.08140",
	Parts: []Part{{CheckedHere, "majority of 2 to 5 bits (6 above the quick level) by sorting, and reachability in graphs on 4 vertices, all 64 of them: g and h run at every cut of every step; they know n"},
		{ProvedHere, "for all circuits; and that nothing is gained at b = 0 (docs/literature.md)"}},
}, func(rows *collector) {
	for _, n := range sizes(2, rows.pick(5, 6, 6)) {
		rows.circuit("majority", n, bapo.Majority(n))
	}
	rows.circuit("reachability", 6, bapo.Reachability())
})

// circuit runs gates as a chain on all words of a task.
func (c *collector) circuit(name string, n int, gates []bapo.Gate) {
	o, length := bapo.Circuit(n, gates)
	c.check(thinks(name, []int{n}, o, func(int) int { return length - n }, func(w []int) bool { return len(w) == length }, 1))
}
