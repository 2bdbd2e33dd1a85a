package script

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"crosscut/protocol"
	"crosscut/reductions/rules"
	"crosscut/reductions/validate"
	"crosscut/report"
)

// playersFile is a problem of players whose tokens are their inputs.
func playersFile(inputs, problem, more string) string {
	return fmt.Sprintf(`
def inputs(n): return [%s]
def problem(n, xs): return %s
def task(tokens, params): return [0] * len(tokens)
def player(n, i, x): return {i: x}
def read(n): return [1]
def answer(n, outputs): return 0
`, inputs, problem) + more
}

// A declared need of k players stands up to what the best protocol of its setting costs, and
// no further: in turn, all at once, in any order, under promises and for relations. The
// numbers are those of a search by another program.
func TestDeclaredNeedsOfPlayers(t *testing.T) {
	parity, chase := "(xs[0] + xs[1] + xs[2]) % 2", "xs[0][xs[1][xs[2] - 1] - 1]"
	one := "(lambda s: None if 2 in s or s == [3, 3] else 3 in s)([xs[0][i] + xs[1][i] + xs[2][i] for i in range(2)])"
	even := "None if (xs[0] + xs[1] + xs[2]) % 2 else (xs[0] + xs[1] + xs[2]) % 4 == 2"
	for _, tc := range []struct {
		inputs, problem, setting string
		most                     int // bits that stand
	}{
		{"numbers(0, 3), numbers(0, 3), numbers(0, 1)", parity, "one-way", 2}, // what they hold has 4 bits
		{"numbers(0, 3), numbers(0, 3), numbers(0, 1)", parity, "1 rounds", 2},
		{"numbers(0, 3), numbers(0, 3), numbers(0, 1)", parity, "two-way", 2},
		{"permutations(3), permutations(2), numbers(1, 2)", chase, "1 rounds", 4},
		{"permutations(3), permutations(2), numbers(1, 2)", chase, "one-way", 4},
		{"permutations(3), permutations(2), numbers(1, 2)", chase, "two-way", 4},
		{"bits(2), bits(2), bits(2)", "None if xs[0] != xs[1] and xs[1] != xs[2] else xs[0] == xs[2]", "one-way", 2},
		// Three sets, disjoint by pairs or with one common element besides.
		{"bits(2), bits(2), bits(2)", one, "one-way", 2},
		{"bits(2), bits(2), bits(2)", one, "two-way", 2},
		// An even sum: is it 2 modulo 4?
		{"numbers(0, 3), numbers(0, 3), numbers(0, 3)", even, "one-way", 3},
		{"numbers(0, 3), numbers(0, 3), numbers(0, 3)", even, "1 rounds", 3},
		{"numbers(0, 3), numbers(0, 3), numbers(0, 3)", even, "two-way", 3},
		// Three sets meet: the first says itself in short words where it is large.
		{"bits(3), bits(3), bits(3)", "any([xs[0][i] and xs[1][i] and xs[2][i] for i in range(3)])", "two-way", 5},
		{"numbers(0, 2), numbers(0, 2), numbers(0, 1)", "one_of([e for e in range(3) if e != xs[0] and e != xs[1]])", "one-way", 3},
		{"numbers(0, 2), numbers(0, 2), numbers(0, 1)", "one_of([e for e in range(3) if e != xs[0] and e != xs[1]])", "two-way", 3},
	} {
		for bits := tc.most; bits <= tc.most+1; bits++ {
			r := check(t, parse(t, playersFile(tc.inputs, tc.problem, fmt.Sprintf("def needed(n): return {\"bits\": %d, \"setting\": \"%s deterministic, 3 players\", \"basis\": \"quoted\"}\n", bits, tc.setting))), 1)
			if refuted := r.Violation != nil && r.Violation.Obligation == validate.NeedTooLarge; refuted != (bits > tc.most) {
				t.Errorf("%s of %s, %s: %d bits: refuted %v: %+v", tc.problem, tc.inputs, tc.setting, bits, refuted, r.Violation)
			}
		}
	}
}

// Subtle faults of players are caught, and where one change makes the map right that is the cause: in the function that
// writes for all of them, in one player's part, in the answer.
func TestCausesOfPlayers(t *testing.T) {
	t.Parallel()
	raw, err := os.ReadFile("../../docs/examples/hop-players.star")
	if err != nil {
		t.Fatal(err)
	}
	const layer, answer = "    layer = k + 1 - i\n", "== 2 * n + 1"
	for _, tc := range []struct{ old, new, cause string }{
		{layer, layer + "    x = [x[n - 1 - u] for u in range(n)]\n", "right if every input is reversed"},
		{layer, layer + "    x = [n + 1 - e for e in x]\n", "right if every input is complemented"},
		{layer, layer + "    x = [[v for v in range(n) if x[v] == u + 1][0] + 1 for u in range(n)]\n", "right if every input is inverted as a permutation"},
		{layer, layer + "    if i == 1: x = [x[n - 1 - u] for u in range(n)]\n", "right if x is reversed"},
		{answer, "!= 2 * n + 1", "right if the answer is inverted"},
		{answer, "<= 2 * n + 2", "off by one: right if +1 is added"},
		{"image = x[u] + n - here", "image = (x[u] if i != 2 else u + 1) + n - here", "none of Bob's tokens depends on y"},
		{layer, "    layer = i\n", ""},
	} {
		r := check(t, parse(t, strings.Replace(string(raw), tc.old, tc.new, 1)), 4)
		if r.Verdict != report.Errs || r.Counterexample == nil || !strings.HasPrefix(strings.TrimPrefix(r.Cause, "the split: "), tc.cause) || tc.cause == "" && r.Cause != "" {
			t.Errorf("%s: %v, cause %q, want %q", tc.new, r.Verdict, r.Cause, tc.cause)
		}
	}
	// Three players, the first of whom is taken for the last.
	const weigh = `
def inputs(n): return [numbers(0, 2), numbers(0, 2), numbers(0, 2)]
def problem(n, xs): return xs[0] + 3 * xs[1] + 9 * xs[2]
def task(tokens, params): return [tokens[0] + 3 * tokens[1] + 9 * tokens[2]] * 3
def player(n, i, x): return {4 - i: x}
def read(n): return [3]
def answer(n, outputs): return outputs[3]
`
	if r := check(t, parse(t, weigh), 1); r.Cause != "right if the players' inputs are taken in the opposite order on their way into the tokens, on all 27 pairs tried" {
		t.Errorf("players in the opposite order: %q", r.Cause)
	}
}

// A state that is passed on crosses the last cut once: 5 bits, where 6 are needed. Both
// players together say 10.
func TestStateAtOneCut(t *testing.T) {
	const file = `
def inputs(n): return [bits(n), bits(n), numbers(1, 2 * n)]
def problem(n, xs): return (xs[0] + xs[1])[xs[2] - 1]
def task(tokens, params): return [(tokens[0] + tokens[1])[tokens[2] - 1]] * 3
def player(n, i, x): return {i: x}
def read(n): return [3]
def answer(n, outputs): return outputs[3]
`
	f := parse(t, file)
	s, err := f.Subject(3)
	if err != nil {
		t.Fatal(err)
	}
	for p, impossible := range map[int]bool{5: true, 6: false} {
		a, err := rules.Parse(fmt.Sprintf("recurrent layers=1 m=1 p=%d", p))
		if err != nil {
			t.Fatal(err)
		}
		list, err := validate.Consequences(t.Context(), s, f.Family(), a)
		if err != nil {
			t.Fatal(err)
		}
		c := list[0]
		if c.Bits == nil || *c.Bits != p || c.Needed == nil || *c.Needed != 6 || c.Vacuous == impossible || c.Setting != protocol.OneWay {
			t.Errorf("p = %d: %+v", p, c)
		}
		if impossible && (c.BitesFrom == nil || *c.BitesFrom != 3 || len(c.Solved) != 2 || c.Solved[1].Bound == nil || *c.Solved[1].Bound != 2) {
			t.Errorf("p = %d: bites %v, solved %+v", p, c.BitesFrom, c.Solved)
		}
	}
}

// What is counted is counted in the setting of the file's players, and what follows says
// from where on models of their rounds are impossible, solved for N and for a width.
func TestConsequencesOfPlayers(t *testing.T) {
	const need = `
def needed(n): return {"bits": 2048 * n, "setting": "2 rounds deterministic, 3 players", "basis": "proved", "source": "here"}
def rounds(n): return 2
`
	const file = `
def inputs(n): return [words(64 * n, 1 << 40) for _ in range(3)]
def problem(n, xs): return xs[0] == xs[1] and xs[1] == xs[2]
def task(tokens, params): return [tokens[0] == tokens[1] and tokens[1] == tokens[2]] * 4
def player(n, i, x): return {i: x}
def public(n): return {4: "end"}
def read(n): return [4]
def answer(n, outputs): return outputs[4]
`
	f := parse(t, file+need)
	s, err := f.Subject(2)
	if err != nil {
		t.Fatal(err)
	}
	list, err := validate.Consequences(t.Context(), s, f.Family())
	if err != nil {
		t.Fatal(err)
	}
	bit, solved := map[string]bool{}, map[string]bool{}
	for _, c := range list {
		rule, _, _ := strings.Cut(c.Rule, " ")
		if c.BitesFrom != nil && c.Setting.Players == 3 {
			bit[rule] = true
			for _, sol := range c.Solved {
				solved[rule+" "+sol.For] = true
			}
			if !strings.Contains(c.Latex, "4096") || !strings.Contains(c.Note, "checked: n = 2") || !strings.Contains(c.Note, fmt.Sprintf("its need is declared, not judged at n = %d", *c.BitesFrom)) {
				t.Errorf("%s: %s; %s", c.Rule, c.Latex, c.Note)
			}
		}
	}
	for _, rule := range []string{"kernel-attention", "chain-of-thought", "affine-blocks", "decoder", "recurrent", "mamba"} {
		if !bit[rule] || !solved[rule+" N"] && !solved[rule+" n"] || len(solved) < 12 {
			t.Errorf("%s: bites %v, solved %v in %d rows", rule, bit[rule], solved, len(list))
		}
	}
}
