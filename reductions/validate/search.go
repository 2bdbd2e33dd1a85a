package validate

import (
	"cmp"
	"context"
	"crosscut/internal/strict"
	"errors"
	"fmt"
	"math"
)

// search goes through a family of sizes. Subjects are made once, and samples are taken
// once; it ends with its context.
type search struct {
	ctx     context.Context
	family  func(n int) (*Subject, error)
	made    map[int]made
	samples map[int]error
	tried   map[int]int64 // how many inputs a sample has
	wrong   int           // the smallest size at which the map was seen wrong; math.MaxInt: none
}

type made struct {
	s   *Subject
	err error
}

func newSearch(ctx context.Context, family func(n int) (*Subject, error)) *search {
	return &search{ctx: ctx, family: family, made: map[int]made{}, samples: map[int]error{}, tried: map[int]int64{}, wrong: math.MaxInt}
}

// errLate says that the search for consequences was ended first.
var errLate = errors.New("the search for consequences was ended first, by --consequences or by Ctrl-C")

// late says that time is up.
func (f *search) late() bool { return f.ctx.Err() != nil }

// over says that an error only means that: a user's file may notice a little earlier.
func (f *search) over(err error) bool {
	return f.late() || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, errLate)
}

// at is the subject at size n.
func (f *search) at(n int) (*Subject, error) {
	m, ok := f.made[n]
	if !ok {
		if f.late() {
			return nil, errLate
		}
		m.s, m.err = f.family(n)
		if m.err != nil && f.over(m.err) {
			m.err = errLate
		}
		f.made[n] = m
	}
	return m.s, m.err
}

// next is the subject at the smallest size from n on, up to most, at which the map is
// defined: squares and powers of two are found from everywhere below the next one.
func (f *search) next(n, most int) (*Subject, error) {
	var first error
	for reach := 2*int(math.Sqrt(float64(n))) + 2; n <= most && reach >= 0; n, reach = n+1, reach-1 {
		s, err := f.at(n)
		if err == nil || errors.Is(err, errLate) {
			return s, err
		}
		first = cmp.Or(first, err)
	}
	return nil, first
}

// trust samples the map at a size. The error says that it is wrong there, or breaks an
// obligation, or could not be tried.
func (f *search) trust(s *Subject) error {
	err, ok := f.samples[s.Size]
	if !ok {
		err = f.sample(s)
		if f.samples[s.Size] = err; err != nil && !errors.Is(err, errLate) {
			f.wrong = min(f.wrong, s.Size)
		}
	}
	return err
}

// trustUpTo samples the map at a size, and at those between it and a smaller one that [Beyond]
// looks at: what bites from a size on speaks of larger ones too. Nor is a map trusted at or above
// a size at which it was seen wrong.
func (f *search) trustUpTo(s *Subject, from int) error {
	err := f.trust(s)
	for _, n := range beyond(from) {
		if err != nil {
			break // no other size is made
		}
		if other, missing := f.at(min(n, s.Size)); missing == nil {
			err = f.trust(other)
		} else if errors.Is(missing, errLate) {
			err = missing
		}
	}
	return cmp.Or(err, f.wrongUpTo(s.Size))
}

// wrongUpTo says that the map was seen wrong at a size up to n, at which it was sampled.
func (f *search) wrongUpTo(n int) error { return f.samples[min(f.wrong, n)] }

// beyond are a few larger sizes.
func beyond(n int) []int {
	return []int{n + 1, n + 2, 2*n + 1, 4*n + 3, max(16, n+1)}
}

// spotTokens is about how many tokens are written for a sample at one size, or sixteen bits
// of inputs where those are longer, and spotPairs the most pairs; where a user's own task is
// evaluated for each, a quarter.
const (
	spotTokens = 1 << 20
	spotPairs  = 1 << 10
)

func (f *search) sample(s *Subject) error {
	bits := 0
	for _, d := range s.Problem.Domains(s.Size) {
		bits += d.Bits()
	}
	pairs := min(spotPairs, spotTokens/max(s.Shape.N, bits/16))
	if s.Answers != nil {
		pairs /= 4
	}
	t, _, err := s.sample(f.ctx, Options{Budget: int64(max(8, pairs)), Seed: 1, Workers: 2, spot: true})
	f.tried[s.Size] = t.checked
	if err == nil {
		err = t.strange(s.Place)
	}
	switch {
	case f.over(err):
		return errLate
	case err != nil:
		return fmt.Errorf("at n = %d: %w", s.Size, err)
	case t.worst != nil:
		return fmt.Errorf("the map is wrong at n = %d, on %s", s.Size, s.shownShort(t.worst))
	}
	return nil
}

// shownShort writes an input for a sentence.
func (s *Subject) shownShort(p *pair) string {
	text := ""
	for who, v := range s.show(p.in) {
		name := [...]string{"x", "y"}[min(who, 1)]
		if len(p.in) > 2 {
			name = fmt.Sprintf("input %d", who+1)
		}
		if who > 0 {
			text += ", "
		}
		text += name + " = " + strict.Clip(fmt.Sprint(v), 40)
	}
	return text
}

// Beyond samples the map at a few larger sizes, where nobody has validated it, and says
// where it is wrong or not defined. It ends with ctx.
func Beyond(ctx context.Context, n int, family func(n int) (*Subject, error)) []string {
	f := newSearch(ctx, family)
	for _, larger := range beyond(n) {
		s, err := f.at(larger)
		what := ": the map is not defined"
		if err == nil {
			what = ";"
			if err = s.Extremes(); err == nil {
				err = f.trust(s)
			}
		}
		if err != nil && !f.over(err) {
			return []string{fmt.Sprintf("checked at n = %d only%s at n = %d: %v", n, what, larger, err)}
		}
	}
	return nil
}

// Longest is the subject at the largest size whose sequences have at most N tokens, up to
// [bitesLimit], for maps whose sequences grow with n.
func Longest(ctx context.Context, N int, family func(n int) (*Subject, error)) (*Subject, error) {
	f := newSearch(ctx, family)
	var best *Subject
	lo, hi := 0, 1 // hi: the least size known to be too long, or the next to try
	for {
		s, err := f.next(hi, bitesLimit)
		if best == nil && err != nil {
			return nil, err
		}
		if s == nil || s.Shape.N > N {
			break
		}
		best, lo, hi = s, s.Size, max(2*hi, s.Size+1)
	}
	if best == nil {
		return nil, fmt.Errorf("validate: no sequence is as short as N = %d", N)
	}
	for lo+1 < hi {
		mid := (lo + hi) / 2
		if s, _ := f.next(mid, hi-1); s != nil && s.Shape.N <= N {
			best, lo = s, max(s.Size, mid)
		} else {
			hi = mid
		}
	}
	return best, f.ctx.Err()
}

// Trust samples the map, and says where it is wrong.
func (s *Subject) Trust(ctx context.Context) error {
	return newSearch(ctx, nil).trust(s)
}
