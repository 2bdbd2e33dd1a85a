package script

import (
	"math/rand/v2"
	"strings"
	"testing"

	"crosscut/models/laws"
	"crosscut/models/run"
	"crosscut/models/tasks"
)

// linears are two layers of linear attention with two heads.
const linears = `
linear = "causal"
layers = 2
heads = 2
p = 12
def query(n, layer, position, token, head): return [token % 5 - 2 if layer == 1 else token[0], head]
def key(n, layer, position, token, head): return [position % 3, token % 4 - 1 if layer == 1 else token[1]]
def value(n, layer, position, token, head): return [token - 3 if layer == 1 else token[1] - head]
def emit(n, layer, fraction, position, token): return (fraction[0][0][0] % 7, (fraction[1][0][0] + fraction[1][0][1]) % 5)
def output(n, fraction, position, token): return fraction[0][0][0] - 2 * fraction[1][0][0] + 3 * fraction[0][0][1] + token[0]
`

// linearly is what linears say, term by term.
func linearly(seq []tasks.Token, both bool) []int {
	mod := func(a, b int) int { return (a%b + b) % b }
	layer := func(query, key func(pos, head int) []int, value func(pos, head int) int, pos, head int) (num, den int) {
		for j := range seq {
			if j > pos && !both {
				break
			}
			q, k := query(pos, head), key(j, head)
			w := q[0]*k[0] + q[1]*k[1]
			num, den = num+w*value(j, head), den+w
		}
		return num, den
	}
	second := make([][2]int, len(seq))
	for i := range seq {
		at := func(head int) (int, int) {
			return layer(func(p, h int) []int { return []int{mod(seq[p].X, 5) - 2, h} }, func(p, _ int) []int { return []int{(p + 1) % 3, mod(seq[p].X, 4) - 1} },
				func(p, _ int) int { return seq[p].X - 3 }, i, head)
		}
		a, _ := at(1)
		b, c := at(2)
		second[i] = [2]int{mod(a, 7), mod(b+c, 5)}
	}
	out := make([]int, len(seq))
	for i := range seq {
		at := func(head int) (int, int) {
			return layer(func(p, h int) []int { return []int{second[p][0], h} }, func(p, _ int) []int { return []int{(p + 1) % 3, second[p][1]} },
				func(p, h int) int { return second[p][1] - h }, i, head)
		}
		a, c := at(1)
		b, _ := at(2)
		out[i] = a - 2*b + 3*c + second[i][0]
	}
	return out
}

// Linear attention in a file is its sums, and is cut and metered like any fold.
func TestLinearAttention(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 1))
	for _, both := range []bool{false, true} {
		source := linears
		if both {
			source = strings.Replace(source, "causal", "both", 1)
		}
		f := parse(t, source)
		for _, n := range []int{1, 2, 5} {
			sh := laws.Shape(t, "match2", n, tasks.Params{"M": 16})
			m, err := f.Machine(sh)
			if err != nil {
				t.Fatal(err)
			}
			for _, split := range []string{"half", "prefix:1"} {
				job, err := run.ParseJob(sh, split, "all", "owner")
				if err != nil {
					t.Fatal(err)
				}
				seq := sh.Task.Generate(sh, rng)
				r, err := run.Do(t.Context(), m, job, seq)
				if err != nil || !r.Agree { // Do itself compares the meter with the formula
					t.Fatalf("N = %d, %s: %+v, %v", n, split, r, err)
				}
				for i, want := range linearly(seq, both) {
					if got := r.Whole[i]; got[0] != float64(want) {
						t.Errorf("both %v, N = %d, position %d: %v, want %d", both, n, i+1, got, want)
					}
				}
			}
		}
	}
}

// What does not fit linear attention is refused.
func TestBadLinearAttention(t *testing.T) {
	for _, c := range []struct{ old, new, want string }{
		{`"causal"`, `"backward"`, `linear = "backward"`},
		{`"causal"`, `True`, `linear = True`},
		{"p = 12", "p = 12\ntop = 3", "top stands beside linear"},
		{"p = 12", "p = 12\ndef g(n): return 4", "g stands beside linear"},
		{"return [position % 3, token", "return [token", "key returned 1 integers"},
		{"return [token - 3", "return [1 << 12", "does not fit p = 12"},
		{"def emit", "def emits", "lacks def emit"},
	} {
		f := parse(t, strings.Replace(linears, c.old, c.new, 1))
		sh := laws.Shape(t, "match2", 3, tasks.Params{"M": 16})
		m, err := f.Machine(sh)
		if err == nil {
			job, e := run.ParseJob(sh, "half", "all", "owner")
			if e != nil {
				t.Fatal(e)
			}
			_, err = run.Do(t.Context(), m, job, sh.Task.Generate(sh, rand.New(rand.NewPCG(1, 1))))
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", c.new, err, c.want)
		}
	}
}
