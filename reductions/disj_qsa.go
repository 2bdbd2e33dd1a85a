package reductions

import (
	"fmt"

	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/protocol/problems"
)

// DisjQSA is the map of Theorem 4. Positions 2i - 1 and 2i are the two slots of i.
// Bob owns all 2n slots: z = +1 in slot 2i if y_i = 1, and -1 in every other. Alice
// owns token 2n + 1 alone: it averages, over q = n positions, the slot 2i - 1 + x_i of
// each i. So its mean is -1 + (2/q) #{i: x_i = y_i = 1}, and the threshold -1 + 1/q is
// right for every error eps < 1/q. Later tokens are public padding with z = 0.
var DisjQSA = register(&Reduction{
	Name:  "disj-qsa",
	Doc:   "Alice's one token averages the slots that x picks; Bob fills the slots by y",
	Cite:  []string{"SanfordHsuTelgarsky2023"},
	From:  problems.Disj,
	To:    tasks.QSA,
	MinN:  slotsMinN,
	Fits:  slotsFit,
	Split: slotsSplit, Params: slotsParams, Read: slotsRead, Public: slotsPublic,
	Alice: slotsAlice,
	Bob: func(n int, sh tasks.Shape, y protocol.Word) []tasks.Token {
		return slotsBob(n, sh, func(i int) bool { return y.Bit(i - 1) })
	},
	Answer: slotsAnswer,
})

func slotsMinN(n int) int { return 2*n + 1 }
func slotsFit(N int) int  { return (N - 1) / 2 }

func slotsParams(n, _ int, set tasks.Params) (tasks.Params, error) {
	if err := must(set, "q", n, "Alice reads one slot for each of the n bits"); err != nil {
		return nil, err
	}
	if eps := unless(set, "eps", 0); !(eps < 1/float64(n)) {
		return nil, fmt.Errorf("eps = %v is too large: the answers are 2/q apart, so the map needs eps < 1/q = %.4g", eps, 1/float64(n))
	}
	return set.With(tasks.Params{"q": float64(n)}), nil
}

func slotsSplit(n int, sh tasks.Shape) tasks.Split {
	return owners(sh.N, [2]int{2*n + 1, 2*n + 1}, [2]int{1, 2 * n})
}

func slotsRead(n int, _ tasks.Shape) []int { return []int{2*n + 1} }

func slotsPublic(n int, sh tasks.Shape) []tasks.Token {
	return repeat(sh.N-(2*n+1), tasks.Token{Z: axis(sh, 0), Y: upTo(n)})
}

func slotsAlice(n int, sh tasks.Shape, x protocol.Word) []tasks.Token {
	y := make([]int, n)
	for i := range y {
		y[i] = 2*i + 1 // the slot of a 0
		if x.Bit(i) {
			y[i]++
		}
	}
	return []tasks.Token{{Z: axis(sh, 0), Y: y}}
}

// slotsBob fills slot 2i with +1 where up(i) says so, and all other slots with -1.
// Bob's own queries are never read; all share one list.
func slotsBob(n int, sh tasks.Shape, up func(i int) bool) []tasks.Token {
	low, high, query := axis(sh, -1), axis(sh, 1), upTo(n)
	ts := repeat(2*n, tasks.Token{Z: low, Y: query})
	for i := 1; i <= n; i++ {
		if up(i) {
			ts[2*i-1].Z = high
		}
	}
	return ts
}

func slotsAnswer(n int, _ tasks.Shape, out []tasks.Value) bool {
	return out[0][0] > -1+1/float64(n)
}

// axis is the vector (v, 0, ..., 0).
func axis(sh tasks.Shape, v float64) []float64 {
	z := make([]float64, sh.Int("d"))
	z[0] = v
	return z
}

// upTo lists 1..k.
func upTo(k int) []int {
	y := make([]int, k)
	for i := range y {
		y[i] = i + 1
	}
	return y
}
