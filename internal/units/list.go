package units

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"

	"crosscut/internal/strict"
)

// Answers are what the items of a list gave, by number: claims that were executed,
// sizes that were looked at.
type Answers[T any] map[int]T

// RegisterList lists a kind whose counts are one answer an item.
func RegisterList[T any](name, doc string) *Kind[Answers[T]] {
	return Register(&Kind[Answers[T]]{Name: name, Doc: doc, Add: func(a, b Answers[T]) Answers[T] {
		both := make(Answers[T], len(a)+len(b))
		maps.Copy(both, a)
		maps.Copy(both, b)
		return both
	}})
}

// List is the work of asking for n answers. As neighbours in a list are often alike
// and units are stretches of items, item k asks for answer k*s mod n for a fixed s.
// wrong says what is wrong with an answer, and may be nil.
func List[T any](kind *Kind[Answers[T]], params map[string]any, n int, ask func(ctx context.Context, k int) (T, error), wrong func(k int, v T) error) *Work[Answers[T]] {
	stride := coprime(n)
	return &Work[Answers[T]]{
		Kind: kind, Params: params, Items: n, Step: 1,
		Do: func(ctx context.Context, from, to int) (Answers[T], error) {
			all := Answers[T]{}
			for item := from; item < to; item++ {
				k := item * stride % n
				v, err := ask(ctx, k)
				if err != nil {
					return nil, err
				}
				all[k] = v
			}
			var back Answers[T]
			err := strict.Decode(raw(all), &back, strict.Limits{})
			if err == nil && !bytes.Equal(raw(all), raw(back)) {
				err = errors.New("it reads back otherwise")
			}
			if err != nil {
				return nil, fmt.Errorf("units: %s: a record cannot hold the answers of items %d..%d: %w", kind.Name, from, to-1, err)
			}
			return all, nil
		},
		Sane: func(from, to int, c *Answers[T]) error {
			if len(*c) != to-from {
				return fmt.Errorf("%d answers, where these items have %d", len(*c), to-from)
			}
			for item := from; item < to; item++ {
				k := item * stride % n
				v, ok := (*c)[k]
				if !ok {
					return fmt.Errorf("answer %d is missing", k)
				}
				if wrong == nil {
					continue
				}
				if err := wrong(k, v); err != nil {
					return fmt.Errorf("answer %d: %w", k, err)
				}
			}
			return nil
		},
		Total: func(c Answers[T]) error {
			if len(c) != n {
				return fmt.Errorf("%d answers, there are %d", len(c), n)
			}
			return nil
		},
	}
}

// coprime is a stride that reaches every one of n items, and puts neighbours far apart.
func coprime(n int) int {
	common := func(a, b int) int {
		for b != 0 {
			a, b = b, a%b
		}
		return a
	}
	s := max(1, n*5/8)
	for common(s, n) > 1 {
		s++
	}
	return s
}
