package validate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/reductions"
)

// TestNextSize: the next size at which a map is defined is looked for as far as squares and powers of two lie apart, and no
// further than asked.
func TestNextSize(t *testing.T) {
	for _, c := range []struct{ n, most, defined, last int }{
		{10, 1000, 0, 18}, {10, 14, 0, 14}, {10, 18, 18, 18}, {10, 1000, 18, 18}, {10, 1000, 19, 18}, {10, 9, 0, 0},
	} {
		last := 0
		s, err := newSearch(t.Context(), func(n int) (*Subject, error) {
			if last = n; n == c.defined {
				return instance(t, reductions.DisjMatch3, n), nil
			}
			return nil, fmt.Errorf("size %d: %w", n, errPlanted)
		}).next(c.n, c.most)
		if last != c.last || (s != nil) != (c.defined == c.last) && c.last > 0 || s == nil && c.last > 0 && (err == nil || err.Error() != "size 10: planted") {
			t.Errorf("from %d to %d: up to %d, %v, %v", c.n, c.most, last, s, err)
		}
	}
}

// TestWhatTimeEnds: what fails because the time is over is no fault of the map, also where a file notices it first.
func TestWhatTimeEnds(t *testing.T) {
	over, stop := context.WithCancel(t.Context())
	stop()
	for _, c := range []struct {
		ctx  context.Context
		err  error
		want bool
	}{{t.Context(), errPlanted, false}, {t.Context(), fmt.Errorf("asking: %w", context.DeadlineExceeded), true}, {t.Context(), errLate, true}, {over, errPlanted, true}} {
		if got := newSearch(c.ctx, nil).over(c.err); got != c.want {
			t.Errorf("%v: %v", c.err, got)
		}
	}
	wrong := func(at int, err error) func(n int) (*Subject, error) {
		return func(n int) (*Subject, error) {
			s := instance(t, reductions.DisjMatch3, n)
			if n != at {
				return s, nil
			}
			s.Want = func(in ...protocol.Word) (protocol.Value, bool, error) { return protocol.BoolValue(false), true, err }
			return s, nil
		}
	}
	for name, c := range map[string]struct {
		ctx    context.Context
		n      int
		family func(n int) (*Subject, error)
		want   string
	}{
		"right":           {t.Context(), 3, wrong(0, nil), ""},
		"wrong":           {t.Context(), 3, wrong(15, nil), "checked at n = 3 only; at n = 15: the map is wrong at n = 15, on x = "},
		"wrong at 16":     {t.Context(), 3, wrong(16, nil), "checked at n = 3 only; at n = 16: "},
		"wrong beyond 16": {t.Context(), 16, wrong(17, nil), "checked at n = 16 only; at n = 17: "},
		"not below":       {t.Context(), 17, wrong(16, nil), ""},
		"fails":           {t.Context(), 3, wrong(4, errPlanted), "checked at n = 3 only; at n = 4: planted"},
		"late":            {t.Context(), 3, wrong(4, context.DeadlineExceeded), ""},
		"ended":           {over, 3, wrong(4, nil), ""},
		"not defined":     {t.Context(), 3, func(int) (*Subject, error) { return nil, errPlanted }, "checked at n = 3 only: the map is not defined at n = 4: planted"},
	} {
		got := strings.Join(Beyond(c.ctx, c.n, c.family), "\n")
		if !strings.HasPrefix(got, c.want) || c.want == "" && got != "" {
			t.Errorf("%s: %q", name, got)
		}
	}
	// Where a size between is not made for want of time, nothing is known of the larger one; where the map is not defined there, it is trusted.
	for between, want := range map[error]error{context.DeadlineExceeded: errLate, errPlanted: nil} {
		f := newSearch(t.Context(), func(int) (*Subject, error) { return nil, between })
		s := instance(t, reductions.DisjMatch3, 20)
		f.made[s.Size], f.samples[s.Size] = made{s: s}, nil
		if err := f.trustUpTo(s, 3); err != want {
			t.Errorf("%v at a size between: %v", between, err)
		}
	}
	if _, err := newSearch(t.Context(), func(int) (*Subject, error) { return nil, context.DeadlineExceeded }).at(1); !errors.Is(err, errLate) {
		t.Errorf("a file that notices the end of the time: %v", err)
	}
}

// TestOwnTasksAreTriedLess: at another size a file's own task is asked for a quarter of the pairs that others are.
func TestOwnTasksAreTriedLess(t *testing.T) {
	asked := 0
	s := drawn(spotTokens>>6, protocol.BitStrings(30), protocol.BitStrings(30))
	wants := s.Wants
	s.Wants = func(list *Inputs) (Values, error) {
		asked += list.Len()
		return wants(list)
	}
	if err := s.Trust(t.Context()); err != nil || asked != 1<<6/4 {
		t.Errorf("of a file's own task: %d pairs, %v", asked, err)
	}
	asked, s.Answers = 0, nil
	s.Answer = func(protocol.Word, func(int) (tasks.Value, error)) (protocol.Value, error) {
		return protocol.BoolValue(true), nil
	}
	if err := s.Trust(t.Context()); err != nil || asked != 1<<6 {
		t.Errorf("of another: %d pairs, %v", asked, err)
	}
}

// TestShownShort: inputs in a sentence, long ones in part.
func TestShownShort(t *testing.T) {
	for n, want := range map[int]string{40: strings.Repeat("0", 40), 41: strings.Repeat("0", 40) + "..."} {
		for players, names := range map[int][]string{2: {"x", "y"}, 3: {"input 1", "input 2", "input 3"}} {
			s, p := drawn(1, slices.Repeat([]protocol.Domain{protocol.BitStrings(n)}, players)...), &pair{}
			var all []string
			for _, name := range names {
				p.in, all = append(p.in, s.domainOf(0).Nth(0)), append(all, name+" = "+want)
			}
			if got := s.shownShort(p); got != strings.Join(all, ", ") {
				t.Errorf("%d bits of %d players: %s", n, players, got)
			}
		}
	}
}
