package validate

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/protocol/problems"
	"crosscut/reductions"
)

var errPlanted = errors.New("planted")

// counter fails one call, by its number: 0 none.
type counter struct {
	made atomic.Int64
	at   int64
}

func (c *counter) err() error {
	if c.made.Add(1) == c.at {
		return errPlanted
	}
	return nil
}

// failing is a subject of whose functions one call fails.
func failing(s *Subject, c *counter) *Subject {
	f := *s
	f.got = nil // else Answer is never called
	f.Write = func(who protocol.Player, ins []protocol.Word) ([][]tasks.Token, error) {
		all, err := s.Write(who, ins)
		return all, errors.Join(err, c.err())
	}
	f.Want = func(in ...protocol.Word) (protocol.Value, bool, error) {
		v, inside, err := s.Want(in...)
		return v, inside, errors.Join(err, c.err())
	}
	f.Outputs = func(seq []tasks.Token, read []int) ([]tasks.Value, error) {
		out, err := s.Outputs(seq, read)
		return out, errors.Join(err, c.err())
	}
	f.Answer = func(y protocol.Word, output func(int) (tasks.Value, error)) (protocol.Value, error) {
		v, err := s.Answer(y, output)
		return v, errors.Join(err, c.err())
	}
	if s.Answers != nil {
		f.Answers = func(list *Inputs) (Values, error) {
			v, err := s.Answers(list)
			return v, errors.Join(err, c.err())
		}
	}
	if s.Wants != nil {
		f.Wants = func(list *Inputs) (Values, error) {
			v, err := s.Wants(list)
			return v, errors.Join(err, c.err())
		}
	}
	return &f
}

// manyAtOnce answers as users' files do, many inputs at a time.
func manyAtOnce(s *Subject) *Subject {
	f := *s
	f.Answers = func(list *Inputs) (all Values, err error) {
		m := s.merger()
		for k := range list.Len() {
			if err := s.inputAt(m, list.Get(k)); err != nil {
				return all, err
			}
			got, err := s.answered(m, list.Get(k))
			if err != nil {
				return all, err
			}
			all.add(got)
		}
		return all, nil
	}
	f.Wants = func(list *Inputs) (Values, error) { return s.wants(list) }
	return &f
}

// someOf are numbers up to n, all of them at first.
func someOf(n int64) (all []int64) {
	for k := int64(1); k <= n; k += 1 + k/40 {
		all = append(all, k)
	}
	return append(all, n)
}

// own is a subject whose problem's entry says nothing, as that of a user's file.
func own(s *Subject) *Subject {
	s.Problem = &problems.Problem{Name: "own", Inputs: s.Problem.Inputs}
	return s
}

// ending is a context that ends when it is asked for the n-th time.
type ending struct {
	context.Context
	n     int64
	asked atomic.Int64
}

func (c *ending) Err() error {
	if n := c.asked.Add(1); c.n > 0 && n >= c.n {
		return context.Canceled
	}
	return nil
}

// TestErrorsAreTold: where a function of a map fails, and wherever its context ends, the work that asks it says so.
func TestErrorsAreTold(t *testing.T) {
	right := func(n int) *Subject { return instance(t, reductions.DisjMatch3, n) }
	do := map[string]func(ctx context.Context, c *counter) error{
		"defined": func(_ context.Context, c *counter) error {
			return failing(right(3), c).Defined(right(3).domainOf(0).Nth(1), right(3).domainOf(1).Nth(2))
		},
		"extremes": func(_ context.Context, c *counter) error { return failing(right(3), c).Extremes() },
		"trust":    func(ctx context.Context, c *counter) error { return failing(right(3), c).Trust(ctx) },
		"needs": func(ctx context.Context, c *counter) error {
			_, err := own(failing(right(3), c)).Needs(ctx)
			return err
		},
		"need in a setting": func(ctx context.Context, c *counter) error {
			_, _, err := own(failing(right(3), c)).NeedIn(ctx, protocol.Setting{})
			return err
		},
	}
	family := func(c *counter, spoil func(s *Subject)) func(n int) (*Subject, error) {
		return func(n int) (*Subject, error) {
			s := own(right(n))
			s.Declared = true
			spoil(s)
			return failing(s, c), nil
		}
	}
	none := func(*Subject) {}
	do["curves"] = func(ctx context.Context, c *counter) error {
		_, err := Curves(ctx, "", func(n int) (*Subject, error) {
			if n > 4 {
				return nil, errPlanted
			}
			return family(c, none)(n)
		})
		return err
	}
	do["explanation"] = func(_ context.Context, c *counter) error {
		s := broken(t, 3, faults["always yes"])
		in := []protocol.Word{s.domainOf(0).Nth(0), s.domainOf(1).Nth(0)}
		return failing(s, c).explain(&Result{}, &pair{in: in}, false)
	}
	do["reads that vary"] = func(ctx context.Context, c *counter) error {
		s := failing(right(3), c)
		s.ReadsVary = true
		_, err := Run(ctx, s, Options{Workers: 1, Plain: true})
		return err
	}
	do["consequences"] = func(ctx context.Context, c *counter) error {
		s := own(right(3))
		s.Declared = true
		_, err := Consequences(ctx, failing(s, c), func(int) (*Subject, error) { return nil, errPlanted })
		return err
	}
	for name, opt := range map[string]Options{"many at once": {Plain: true}, "many drawn at once": {Budget: 40}, "drawn at once": {Budget: 40}, "drawn and wanted at once": {Budget: 40}, "wanted at once": {Plain: true}} {
		opt.Workers = 1
		do[name] = func(ctx context.Context, c *counter) error {
			s := right(3)
			if name != "drawn at once" {
				s = manyAtOnce(s)
			}
			if strings.Contains(name, "wanted") {
				s.Answers = nil
			}
			_, err := Run(ctx, failing(s, c), opt)
			return err
		}
	}
	do["outputs"] = func(ctx context.Context, c *counter) error {
		s := right(3)
		got := s.got
		s = failing(s, c)
		s.got = got
		_, err := Run(ctx, s, Options{Workers: 1, Plain: true})
		return err
	}
	do["a fast unit"] = func(ctx context.Context, c *counter) error {
		s := right(12)
		write := s.Write
		s.Write = func(who protocol.Player, ins []protocol.Word) ([][]tasks.Token, error) {
			all, err := write(who, ins)
			return all, errors.Join(err, c.err())
		}
		w, err := s.Work(Options{Workers: 1}, nil)
		if err != nil {
			return err
		}
		_, err = w.Do(ctx, 0, 1)
		return err
	}
	do["settled"] = func(ctx context.Context, c *counter) error {
		_, _, err := own(failing(right(3), c)).settle(ctx, nil)
		return err
	}
	do["added needs"] = func(ctx context.Context, c *counter) error {
		return new(Result).AddNeeds(ctx, own(failing(right(3), c)))
	}
	do["a unit"] = func(ctx context.Context, c *counter) error {
		s := failing(right(3), c)
		w, err := s.Work(Options{Workers: 1, Plain: true}, nil)
		if err != nil {
			return err
		}
		_, err = w.Do(ctx, 0, 8)
		return err
	}
	for name, opt := range map[string]Options{"fast": {}, "plain": {Plain: true}, "sampled": {Budget: 40}} {
		opt.Workers = 1
		do[name] = func(ctx context.Context, c *counter) error {
			_, err := Run(ctx, failing(right(3), c), opt)
			return err
		}
	}
	for name, run := range do {
		c := &counter{}
		if err := run(t.Context(), c); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		made := c.made.Load()
		if made == 0 {
			t.Errorf("%s asks nothing of the map", name)
		}
		for _, k := range someOf(made) {
			if err := run(t.Context(), &counter{at: k}); !errors.Is(err, errPlanted) {
				t.Errorf("%s: call %d of %d fails: %v", name, k, made, err)
			}
		}
		if name != "fast" && name != "plain" && name != "sampled" {
			continue // what was found by the end of the time is told
		}
		ctx := &ending{Context: t.Context()}
		if err := run(ctx, &counter{}); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if n := ctx.asked.Load(); n > 0 {
			for _, k := range someOf(n) {
				if err := run(&ending{Context: t.Context(), n: k}, &counter{}); !errors.Is(err, context.Canceled) {
					t.Errorf("%s ends when asked for the %d-th time of %d: %v", name, k, n, err)
				}
			}
		}
	}
}

// TestNothingFollowsFromErrors: a model is impossible from some n on only where the map could be tried there.
func TestNothingFollowsFromErrors(t *testing.T) {
	none := func(int) (*Subject, error) { return nil, errPlanted }
	for says, declared := range map[string]bool{errPlanted.Error(): true, "not declared": false} {
		s := own(instance(t, reductions.DisjMatch3, 3))
		if s.Declared = declared; !declared {
			s.Unread = says
		}
		list, err := Consequences(t.Context(), s, none)
		if err != nil {
			t.Fatal(err)
		}
		said := 0
		for _, c := range list {
			if c.BitesFrom != nil && *c.BitesFrom != s.Size {
				t.Errorf("%s: %+v", c.Rule, c)
			}
			if strings.Contains(c.Note, says) {
				said++
			}
		}
		if said < len(list)/2 {
			t.Errorf("%d of %d rows say %q", said, len(list), says)
		}
	}
}

// TestFaultsInTheMiddle: what fails before the last inputs are asked for is told, pair by pair and where a cause is looked for.
func TestFaultsInTheMiddle(t *testing.T) {
	s, many := *instance(t, reductions.DisjMatch3, 1), tabled([]int{1, boxTogether + 1}, equal)
	s.Problem, s.Want, s.Wants = many.Problem, many.Want, nil
	base := instance(t, reductions.DisjMatch3, 1)
	s.Write = func(who protocol.Player, ins []protocol.Word) ([][]tasks.Token, error) {
		one, err := base.Write(who, []protocol.Word{base.domainOf(who).Nth(0)})
		return slices.Repeat(one, len(ins)), err
	}
	calls := 0
	s.Answers = func(list *Inputs) (all Values, err error) {
		if calls++; calls == 1 {
			return all, errPlanted
		}
		for range list.Len() {
			all.add(protocol.BoolValue(true))
		}
		return all, nil
	}
	if _, err := s.plain(t.Context(), Options{Workers: 1}, 0, 1); !errors.Is(err, errPlanted) {
		t.Errorf("the first of %d calls fails: %v", calls, err)
	}
	s.Want = func(...protocol.Word) (protocol.Value, bool, error) { return protocol.Value{}, false, errPlanted }
	if _, err := (&tried{s: &s, pairs: [][]protocol.Word{{s.domainOf(0).Nth(0), s.domainOf(1).Nth(1)}}}).want(0); !errors.Is(err, errPlanted) {
		t.Errorf("an explanation is tried on what could not be asked: %v", err)
	}
}
