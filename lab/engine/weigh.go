package engine

import (
	"context"
	"strings"

	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// weighRequest asks what each token adds to the first head's softmax at one position.
type weighRequest struct {
	Task  string   `json:"task"`
	Model string   `json:"model"`
	N     int      `json:"n"`
	Set   settings `json:"set"`
	Seed  uint64   `json:"seed"`
}

// weighAnswer lists the integer softmax weight of each position (0 for public ones),
// and the weight's part of the numerator, as a signed integer.
type weighAnswer struct {
	Weights    []uint64 `json:"weights"`
	Numerators []int64  `json:"numerators"`
	Read       int      `json:"read"`
}

// weigh runs the protocol once for each token, with Alice holding that token alone:
// the normaliser that she then sends is the token's weight. A token of weight 0 adds
// nothing, so its numerator is the code of 0.
var _ = operate("weigh", func(ctx context.Context, q weighRequest) (any, error) {
	set, err := q.Set.models(q.Seed)
	if err != nil {
		return nil, err
	}
	task, err := get(tasks.Catalog(), q.Task)
	if err != nil {
		return nil, err
	}
	if err := within("N", q.N, mostCut); err != nil {
		return nil, err
	}
	p, err := (&models.Request{Task: task, Model: q.Model, N: q.N, Set: set}).Prepare()
	if err != nil {
		return nil, err
	}
	if err := priced(p.Machine, p.Job); err != nil {
		return nil, err
	}
	a := &weighAnswer{Weights: make([]uint64, q.N), Numerators: make([]int64, q.N), Read: p.Job.Read[0]}
	given := p.Job.Split.Owner
	codes, zero := make([]uint64, q.N), uint64(0)
	for i, owner := range given {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if owner == tasks.Public {
			continue
		}
		p.Job.Split.Owner = alone(given, i)
		r, err := p.Run()
		if err != nil {
			return nil, err
		}
		for _, m := range r.Transcript.Messages {
			if m.Word.Len() > 63 {
				return nil, tooLarge("make M or N smaller", "numbers of more than 63 bits")
			}
			v := m.Word.Unpack().Uint(int(m.Word.Len()))
			switch {
			case strings.HasPrefix(m.Label, "head 1: normaliser"):
				a.Weights[i] = v
			case m.Label == "head 1: numerator 1":
				codes[i] = v
			}
		}
		if a.Weights[i] == 0 {
			zero = codes[i]
		}
	}
	for i := range codes {
		if a.Weights[i] > 0 {
			a.Numerators[i] = int64(codes[i]) - int64(zero)
		}
	}
	return a, nil
})

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
