package engine

import (
	"context"
	"strings"

	"crosscut/models"
	"crosscut/models/run"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// weighed is what each token adds to the first head's softmax at the position that is
// read: its integer weight (0 for public tokens), and the weight's part of the first
// numerator, as a signed integer. What the token that is read gives to itself is left
// out, as 0. Numerators are null where no token has weight 0.
type weighed struct {
	Weights    []uint64 `json:"weights"`
	Numerators []int64  `json:"numerators"`
}

// weigh runs the protocol once for each token, with Alice holding that token alone:
// the normaliser that she then sends is the token's weight. A token of weight 0 adds
// nothing, so its numerator is the code of 0. The result is null for what sends no
// normaliser, and where so many runs are too much.
func weigh(ctx context.Context, p *run.Prepared) (*weighed, error) {
	given, n := p.Job.Split.Owner, len(p.Tokens)
	if e := models.EffortOf(p.Machine, p.Job); len(p.Job.Read) != 1 || e.Steps*float64(n) > mostSteps/4 {
		return nil, nil
	}
	a := &weighed{Weights: make([]uint64, n)}
	codes, zero, told := make([]uint64, n), uint64(0), false
	for i, owner := range given {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if owner == tasks.Public || i == p.Job.Read[0]-1 {
			continue
		}
		job := p.Job
		job.Split.Owner = alone(given, i)
		r, err := run.Do(ctx, p.Machine, job, p.Tokens)
		if err != nil {
			return nil, err
		}
		sums := false
		for _, m := range r.Transcript.Messages {
			wanted := m.From == protocol.Alice && (strings.HasPrefix(m.Label, "head 1: normaliser") || m.Label == "head 1: numerator 1")
			if !wanted {
				continue
			}
			if m.Word.Len() > 53 { // a number of the page
				return nil, nil
			}
			v := m.Word.Unpack().Uint(int(m.Word.Len()))
			if m.Label == "head 1: numerator 1" {
				codes[i] = v
			} else {
				a.Weights[i], sums = v, true
			}
		}
		if !sums {
			return nil, nil
		}
		if a.Weights[i] == 0 {
			zero, told = codes[i], true
		}
	}
	if told {
		a.Numerators = make([]int64, n)
		for i := range codes {
			if a.Weights[i] > 0 {
				a.Numerators[i] = int64(codes[i]) - int64(zero)
			}
		}
	}
	return a, nil
}

// alone gives Alice the token at index i and Bob the others that are not public.
func alone(given []protocol.Player, i int) []protocol.Player {
	owners := make([]protocol.Player, len(given))
	for j, o := range given {
		switch {
		case o == tasks.Public:
			owners[j] = o
		case j == i:
			owners[j] = protocol.Alice
		default:
			owners[j] = protocol.Bob
		}
	}
	return owners
}
