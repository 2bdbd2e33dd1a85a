package validate

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"

	"crosscut/models/tasks"
	"crosscut/protocol"
)

// diagnoseMost bounds the pairs on which another answer rule is tried.
const diagnoseMost = 1 << 14

// diagnose looks for what makes a failing reduction right: the answer inverted,
// or read at another position; or a player whose input never matters. It returns
// "" when none of these explains all pairs that were tried.
func (s *Subject) diagnose(ctx context.Context, first *pair) (string, error) {
	var pairs [][2]protocol.Word
	rng := rand.New(rand.NewPCG(1, 2))
	if d := s.domain(); d.IsInt64() && d.Int64() <= diagnoseMost {
		for k := range s.Problem.Xs(s.Size) {
			for j := range s.Problem.Ys(s.Size) {
				pairs = append(pairs, [2]protocol.Word{s.Problem.X(s.Size, k), s.Problem.Y(s.Size, j)})
			}
		}
	} else {
		pairs = append([][2]protocol.Word{{first.x, first.y}}, s.adversarial(rng)...)
		pairs = pairs[:min(len(pairs), diagnoseMost)]
	}
	inverted := true
	var elsewhere []int // positions that would be right so far
	if len(s.Reads) == 1 {
		for _, i := range s.Shape.All()[:min(s.Shape.N, 64)] {
			if i != s.Reads[0] {
				elsewhere = append(elsewhere, i)
			}
		}
	}
	m := s.merger()
	for _, p := range pairs {
		if ctx.Err() != nil || !inverted && len(elsewhere) == 0 {
			break
		}
		if err := s.pairAt(m, p[0], p[1]); err != nil {
			return "", err
		}
		got, want, err := s.check(m, p[0], p[1])
		if err != nil {
			return "", err
		}
		inverted = inverted && s.Problem.YesNo() && s.yesNo(got) && !want.Accepts(got)
		var right []int
		for _, i := range elsewhere {
			got, err := s.Answer(p[1], func(int) (tasks.Value, error) { return m.at(i) })
			if err != nil {
				return "", err
			}
			if want.Accepts(got) {
				right = append(right, i)
			}
		}
		elsewhere = right
	}
	switch {
	case ctx.Err() != nil:
		return "", nil
	case inverted:
		return fmt.Sprintf("the answer rule: inverted, it is right on all %d pairs tried", len(pairs)), nil
	case len(elsewhere) > 0:
		return fmt.Sprintf("the answer rule reads position %d; at position %d it is right on all %d pairs tried", s.Reads[0], elsewhere[0], len(pairs)), nil
	}
	return s.deaf(ctx)
}

// deaf finds a player whose tokens never change: then no answer can depend on
// that player's input.
func (s *Subject) deaf(ctx context.Context) (string, error) {
	rng := rand.New(rand.NewPCG(1, 3))
	var alices, bobs [][]tasks.Token
	for range 64 {
		if ctx.Err() != nil {
			return "", nil
		}
		a, err := s.alice(s.Problem.RandomX(s.Size, rng))
		if err != nil {
			return "", err
		}
		b, err := s.bob(s.Problem.RandomY(s.Size, rng))
		if err != nil {
			return "", err
		}
		alices, bobs = append(alices, a), append(bobs, b)
	}
	same := func(all [][]tasks.Token) bool {
		return !slices.ContainsFunc(all, func(t []tasks.Token) bool {
			return !slices.EqualFunc(t, all[0], func(a, b tasks.Token) bool {
				return a.X == b.X && a.To == b.To && slices.Equal(a.Z, b.Z) && slices.Equal(a.Y, b.Y)
			})
		})
	}
	switch {
	case same(alices):
		return "the split: none of Alice's tokens depends on x, on 64 random x", nil
	case same(bobs):
		return "the split: none of Bob's tokens depends on y, on 64 random y", nil
	}
	return "", nil
}
