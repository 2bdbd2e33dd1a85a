package reductions

import (
	"fmt"

	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/protocol/problems"
)

// SetQSA is what an asking token costs, as a map (derived here; docs/qsa.md). Alice
// owns token 1, which asks for her set x and holds z = -1; Bob owns the others.
// For y > 1 he plays z_y = +1 and -1 elsewhere: the mean is -1 if y is not in x, and
// -1 + 2/q if it is. For y = 1, which is not his, he plays +1 everywhere: the mean is
// 1 if 1 is not in x, and 1 - 2/q if it is. He knows y, so every error
// eps < 1/q is harmless.
var SetQSA = family(func(_, _ int, set tasks.Params) (*Reduction, tasks.Params, error) {
	q, ok := whole(set, "q", 1)
	if !ok {
		return nil, nil, fmt.Errorf("q = %v: want a whole number from 1 on", set["q"])
	}
	from, err := problems.Set.With(map[string]int{"q": q})
	if err != nil {
		return nil, nil, err
	}
	return &Reduction{
		Name: "set-qsa",
		Doc:  "Alice's one token asks for her set; Bob marks his label among the others",
		Cite: []string{"SanfordHsuTelgarsky2023"},
		From: from,
		To:   tasks.QSA,
		MinN: func(n int) int { return n },
		Fits: func(N int) int { return N },
		Params: func(n, N int, set tasks.Params) (tasks.Params, error) {
			if N != n || q > n {
				return nil, fmt.Errorf("the labels are the positions: n = %d needs N = n and q <= n, not N = %d and q = %d", n, N, q)
			}
			return qsaParams(set, q, 0)
		},
		Split: func(_ int, sh tasks.Shape) tasks.Split {
			return owners(sh.N, [2]int{1, 1}, [2]int{2, sh.N})
		},
		Read:   first,
		Least:  protocol.Growth{Logs: 1}, // C(N, q) >= (N/q)^q
		Public: func(int, tasks.Shape) []tasks.Token { return nil },
		Alice: func(n int, sh tasks.Shape, x protocol.Word) []tasks.Token {
			labels := from.Domain(n, protocol.Alice).Value(x)
			y := make([]int, labels.Len())
			for k := range y {
				y[k] = labels.At(k).Int()
			}
			return []tasks.Token{{Z: axis(sh, -1), Y: y}}
		},
		Bob: func(n int, sh tasks.Shape, y protocol.Word) []tasks.Token {
			at, set := problems.Position(n, y), upTo(q)
			ts := repeat(sh.N-1, tasks.Token{Z: axis(sh, -1), Y: set})
			for k := range ts {
				if at == 1 || at == k+2 {
					ts[k].Z = axis(sh, 1)
				}
			}
			return ts
		},
		BobAnswer: func(n int, _ tasks.Shape, y protocol.Word, out []tasks.Value) bool {
			if problems.Position(n, y) == 1 {
				return out[0][0] < 1-1/float64(q)
			}
			return out[0][0] > -1+1/float64(q)
		},
	}, set, nil
})

// qsaParams are the sizes of a map in which right answers are 2/q apart, or 1/q where
// half is 1; def is the default of eps, 0 being the task's own.
func qsaParams(set tasks.Params, q int, def float64) (tasks.Params, error) {
	limit := 1 / float64(q)
	if def > 0 {
		limit /= 2 // an idle query answers 0, half way
	}
	if eps := unless(set, "eps", def); !(eps < limit) {
		return nil, fmt.Errorf("eps = %v is too large: the map needs eps < %.4g, for its answers are %.4g apart", eps, limit, 2*limit)
	}
	own := tasks.Params{"q": float64(q)}
	if def > 0 {
		own["eps"] = def
	}
	return own.With(set), nil
}
