package papers

import (
	"math/bits"
	"slices"

	"crosscut/models/tasks"
	"crosscut/report"
)

// inside is a Boolean function of positions, the largest INDEX inside it over all sets of positions
// (its split-VC dimension), and the bits of one message at the costliest set.
type inside struct {
	name        string
	sizes       []int
	f           func(word []int) bool
	index, bits int
}

// insides are small functions; triangles and connectivity are of graphs of 4 vertices, a bit an edge.
var insides = []inside{
	{"induction heads over 3 symbols, \"the last output is 2\", N = 3", slices.Repeat([]int{3}, 3), outputIs(tasks.InductionHeads, nil, 3, 3, 2), 2, 2},
	{"induction heads over 3 symbols, \"the last output is 2\", N = 5", slices.Repeat([]int{3}, 5), outputIs(tasks.InductionHeads, nil, 5, 5, 2), 3, 4},
	{"induction heads over 2 symbols, \"the last output is 2\", N = 7", bitPositions(7), outputIs(tasks.InductionHeads, tasks.Params{"V": 2}, 7, 7, 2), 1, 2},
	{"Match3 mod 5 of the values 1 to 4 at token 1, N = 4", slices.Repeat([]int{4}, 4), outputIs(tasks.Match3, tasks.Params{"M": 5}, 4, 1, 1), 1, 2},
	{"Match3 mod 5 of the values 1 to 4 at token 1, N = 5", slices.Repeat([]int{4}, 5), outputIs(tasks.Match3, tasks.Params{"M": 5}, 5, 1, 1), 1, 2},
	{"Match3 mod 7 of the values 1 to 6 at token 1, N = 4", slices.Repeat([]int{6}, 4), outputIs(tasks.Match3, tasks.Params{"M": 7}, 4, 1, 1), 3, 5},
	{"balanced brackets of 2 types, N = 4", slices.Repeat([]int{4}, 4), outputIs(tasks.Dyck, nil, 4, 4, 1), 2, 4},
	{"a triangle in a graph of 4 vertices", bitPositions(6), triangle, 3, 3},
	{"connectivity of a graph of 4 vertices", bitPositions(6), connected, 2, 3},
	{"parity of 6 bits", bitPositions(6), func(x []int) bool { return ones(x)%2 == 1 }, 1, 1},
	{"majority of 6 bits", bitPositions(6), majority, 1, 2},
	{"palindromes of 6 bits", bitPositions(6), palindrome, 1, 3},
}

var splitSmall = &Claim{
	ID: "small tasks", Kind: Comparison, Short: "INDEX inside small tasks, any positions",
	Seen: "ours",
	Statement: "Over all sets of positions, induction heads over 3 symbols have split-VC dimension 2 at N = 3 and 3 at N = 5, one more than (N-1)/2: the players' tokens alternate and the query is Bob's, so that neither a state nor a layer with a fixed query is bounded by it. " +
		"Beside it one message needs more bits than the dimension says, as a rule.",
	Source: "this project, with the measure of arXiv 2501.19215", Conventions: []string{realNumbers},
	Parts: []Part{{CheckedHere, "twelve small functions: the dimension with a set that shows it, pattern by pattern, and the different rows of every set of positions, counted"}},
	run: func(rows *collector) {
		for _, k := range insides {
			rows.splitVC(k.name, k.sizes, k.f, k.index)
			rows.note("bits of one message at the costliest set: %d", k.bits)
		}
		rows.check(check{
			row: report.Row{Task: "split-VC"}, what: "bits of one message at the costliest set of positions of each of the twelve, as said above: different rows, counted", fault: "rows are compared on the first half of the other player's words",
			try: func(t *tally, broken bool) {
				for _, k := range insides {
					most := messageBits(k.sizes, k.f, broken)
					t.runs += 1<<len(k.sizes) - 3
					t.see(most == k.bits, "%s: %d", k.name, most)
				}
			},
		})
	},
}

// messageBits are the bits of one message of the player who holds some positions, the other
// answering: the most over all sets of positions but none and all. half compares rows on the first
// half of the other's words.
func messageBits(sizes []int, f func(word []int) bool, half bool) int {
	n, most := len(sizes), 0
	for own := 1; own < 1<<n-1; own++ {
		rows := map[int][]byte{}
		word := make([]int, n)
		var fill func(i, row, col int)
		fill = func(i, row, col int) {
			if i == n {
				for len(rows[row]) <= col {
					rows[row] = append(rows[row], '0')
				}
				if f(word) {
					rows[row][col] = '1'
				}
				return
			}
			for v := range sizes[i] {
				if word[i] = v; own>>i&1 == 1 {
					fill(i+1, row*sizes[i]+v, col)
				} else {
					fill(i+1, row, col*sizes[i]+v)
				}
			}
		}
		fill(0, 0, 0)
		different := map[string]bool{}
		for _, r := range rows {
			if half {
				r = r[:(len(r)+1)/2]
			}
			different[string(r)] = true
		}
		most = max(most, bits.Len(uint(len(different)-1)))
	}
	return most
}

// outputIs says whether a task's output at position pos is some number; letter v stands for the token v + 1.
func outputIs(task *tasks.Task, set tasks.Params, n, pos int, value float64) func(word []int) bool {
	sh, err := task.Shape(n, set)
	if err != nil {
		panic(err) // every use is a constant of this package
	}
	return func(word []int) bool {
		seq := make([]tasks.Token, n)
		for i, v := range word {
			seq[i].X = v + 1
		}
		return task.Eval(sh, seq, pos)[0] == value
	}
}

// edge is the place of the edge between two of 4 vertices.
func edge(u, v int) int {
	return [4][4]int{{0, 0, 1, 2}, {0, 0, 3, 4}, {1, 3, 0, 5}, {2, 4, 5, 0}}[u][v]
}

func triangle(x []int) bool {
	for u := range 4 {
		for v := range u {
			for w := range v {
				if x[edge(u, v)]*x[edge(u, w)]*x[edge(v, w)] == 1 {
					return true
				}
			}
		}
	}
	return false
}

func connected(x []int) bool {
	reached := 1
	for range 3 {
		for u := range 4 {
			for v := range 4 {
				if u != v && reached>>u&1 == 1 && x[edge(u, v)] == 1 {
					reached |= 1 << v
				}
			}
		}
	}
	return reached == 15
}
