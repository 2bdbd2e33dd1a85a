package engine

import (
	"cmp"
	"context"
	"encoding/json"
	"strings"

	"crosscut/internal/strict"
	"crosscut/models/run"
	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/protocol/problems"
	"crosscut/reductions"
	"crosscut/reductions/papers"
)

// reduceRequest acts a reduction out on one pair of inputs.
type reduceRequest struct {
	Reduction string   `json:"reduction"`
	N         int      `json:"n"`
	X         string   `json:"x"` // 0s and 1s; empty: all 0
	Y         string   `json:"y"` // likewise; for index a position 1..n
	Set       settings `json:"set"`
}

type reduceAnswer struct {
	Problem string         `json:"problem"`
	Task    string         `json:"task"`
	N       int            `json:"N"`
	Params  map[string]any `json:"params"`
	X       string         `json:"x"`
	Y       string         `json:"y"`
	Tokens  []any          `json:"tokens"`
	Owners  []string       `json:"owners"`
	// OfX and OfY list, for every position, the bits (from 1) whose flip changes the
	// token there; for a problem whose y is a position, OfY is 1 where y matters.
	OfX     [][]int `json:"of_x"`
	OfY     [][]int `json:"of_y"`
	Read    []int   `json:"read"`
	Outputs []any   `json:"outputs"` // of the task's definition
	Answer  bool    `json:"answer"`  // read off the outputs
	Want    bool    `json:"want"`    // the problem's own
	Doc     string  `json:"doc"`
	ProbDoc string  `json:"problem_doc"`
	Command string  `json:"command"` // that checks the reduction at this size
}

const mostReduce = 16

var _ = operate("reduce", func(_ context.Context, q reduceRequest) (any, error) {
	r, err := get(reductions.Catalog(), q.Reduction)
	if err != nil {
		return nil, err
	}
	if err := within("n", q.N, mostReduce); err != nil {
		return nil, err
	}
	set, err := q.Set.models(1)
	if err != nil {
		return nil, err
	}
	in, err := r.Instance(q.N, 0, set.Num)
	if err != nil {
		return nil, err
	}
	p, n := in.From, q.N
	if !p.Domain(n, protocol.Alice).Plain() {
		return nil, bad("", "%s: Alice's input is no bit string, which is all that this room shows", r.Name)
	}
	x, err := word("x", q.X, p.XBits(n))
	if err != nil {
		return nil, err
	}
	y, err := wordY(p, n, q.Y)
	if err != nil {
		return nil, err
	}
	seq := in.Encode(x, y)
	out := in.Shape.Eval(seq, in.Reads)
	a := &reduceAnswer{
		Problem: p.Name, Task: r.To.Name, N: in.Shape.N, Params: map[string]any{}, X: x.String(), Y: p.ShowY(n, y), Owners: owners(in.At), Read: in.Reads,
		Outputs: run.Values(in.Shape, out), Answer: in.Got(y, out), Want: in.Want(x, y), Doc: r.Doc, ProbDoc: p.Doc,
		Command: "crosscut validate --reduction " + r.Name + " --n " + itoa(n) + q.Set.flags(),
	}
	for name, v := range in.Shape.Params {
		a.Params[name] = v
	}
	for _, t := range seq {
		a.Tokens = append(a.Tokens, in.Shape.Task.FormatToken(in.Shape, t))
	}
	a.OfX = depends(in, seq, p.XBits(n), func(i int) []tasks.Token {
		return in.Encode(reductions.Flip(x, func(k int) bool { return k == i }), y)
	})
	if p.Strings(n) {
		a.OfY = depends(in, seq, p.YBits(n), func(i int) []tasks.Token {
			return in.Encode(x, reductions.Flip(y, func(k int) bool { return k == i }))
		})
	} else {
		a.OfY = depends(in, seq, p.Ys(n), func(k int) []tasks.Token { return in.Encode(x, p.Y(n, k)) })
		for i, moved := range a.OfY {
			if len(moved) > 0 {
				a.OfY[i] = []int{1}
			}
		}
	}
	return a, nil
})

// depends lists for every position the changes, from 1, that move its token.
func depends(in *reductions.Instance, base []tasks.Token, changes int, changed func(i int) []tasks.Token) [][]int {
	of := make([][]int, len(base))
	for i := range of {
		of[i] = []int{}
	}
	for i := range changes {
		for pos, t := range changed(i) {
			if !t.Equal(base[pos]) {
				of[pos] = append(of[pos], i+1)
			}
		}
	}
	return of
}

// word reads a string of 0s and 1s of a given length; empty is all 0.
func word(name, s string, width int) (protocol.Word, error) {
	s = cmp.Or(s, strings.Repeat("0", width))
	if len(s) != width || strings.Trim(s, "01") != "" {
		return protocol.Word{}, bad("", "%s = %q: want %d characters 0 and 1", name, strict.Clip(s, 40), width)
	}
	return protocol.ParseWord(s)
}

// wordY reads y as it is shown.
func wordY(p *problems.Problem, n int, s string) (protocol.Word, error) {
	if p.Strings(n) {
		return word("y", s, p.YBits(n))
	}
	for k := range p.Ys(n) {
		if y := p.Y(n, k); s == "" || p.ShowY(n, y) == s {
			return y, nil
		}
	}
	return protocol.Word{}, bad("", "y = %q: want a position 1..%d", strict.Clip(s, 40), n)
}

// claimRequest runs one claim of a paper, as `crosscut reproduce --quick` does.
type claimRequest struct {
	Paper string `json:"paper"`
	Claim string `json:"claim"`
	Seed  uint64 `json:"seed"`
}

var _ = operate("claim", func(ctx context.Context, q claimRequest) (any, error) {
	p, err := get(papers.Catalog(), q.Paper)
	if err != nil {
		return nil, err
	}
	if _, err := p.Claim(strict.Clip(q.Claim, 60)); err != nil {
		return nil, err
	}
	t, err := p.Reproduce(ctx, papers.Effort{Level: papers.Quick, Seed: q.Seed}, []string{q.Claim}, nil)
	if err != nil {
		return nil, err
	}
	t.Command = "crosscut reproduce " + p.Name + " --quick --claim '" + q.Claim + "' --seed " + utoa(q.Seed)
	table, err := encode(t.Sheet(nil).Value)
	return struct {
		Table json.RawMessage `json:"table"`
	}{table}, err
})
