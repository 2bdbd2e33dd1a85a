package falsify

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"

	"crosscut/internal/long"
	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/models/zoo"
	"crosscut/protocol"
	"crosscut/reductions"
)

var errPlanted = errors.New("planted")

// faulty is a machine of which one call fails, by its number: 0 none.
type faulty struct {
	models.Machine
	made *atomic.Int64
	at   int64
}

func (m faulty) err() error {
	if m.made.Add(1) == m.at {
		return errPlanted
	}
	return nil
}

func (m faulty) Whole(ctx context.Context, seq []tasks.Token, read []int) ([]tasks.Value, error) {
	v, err := m.Machine.Whole(ctx, seq, read)
	return v, errors.Join(err, m.err())
}

func (m faulty) Compile(job models.Job) (*models.Program, error) {
	p, err := m.Machine.Compile(job)
	if err = errors.Join(err, m.err()); err != nil {
		return nil, err
	}
	other := *p
	other.Player = func(h tasks.Half) func(*protocol.Port) map[int]tasks.Value {
		play := p.Player(h)
		return func(port *protocol.Port) map[int]tasks.Value {
			if err := m.err(); err != nil {
				port.Fail(err)
			}
			return play(port)
		}
	}
	return &other, nil
}

// Margin lets a search follow margins that lead nowhere.
func (m faulty) Margin(got, want tasks.Value) float64 { return 1 }

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

// TestErrorsAreTold: where a run of the model fails, at whatever call, the search says so, and where its context ends.
func TestErrorsAreTold(t *testing.T) {
	some := int64(long.Of(48, 128)) // how dense the calls stand that fail
	qsa, long, sets := instance(t, reductions.DisjQSAMemory, 8), instance(t, reductions.DisjQSAMemory, 24), instance(t, reductions.SetQSA, 8)
	meeting := instance(t, disjMeet, 4)
	build := func(model string, set tasks.Params) models.Machine {
		m, err := zoo.Build(model, long.Shape, models.Settings{Num: set})
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	relations := make([]uint64, 24) // no two of them equal
	for k := range relations {
		relations[k] = uint64(k*k*k + 5) // < 2^14
	}
	tried := map[string]bool{}
	for _, c := range []struct {
		m    models.Machine
		in   *reductions.Instance
		only []string // strategies; nil: all
	}{
		{scrambler(qsa.Shape, 6), qsa, nil}, {scrambler(long.Shape, 8), long, nil}, {scrambler(sets.Shape, 2), sets, nil},
		{build("rnn", tasks.Params{"m": 12}), long, []string{"kernel"}}, {adder(long.Shape, relations, 18), long, []string{"kernel"}},
		{build("trivial", nil), long, []string{"forgetting", "hash", "local-search"}},
		{memory{sh: meeting.Shape, keeps: 3, ack: 2}, meeting, nil},
	} {
		for _, s := range Strategies() {
			if c.only != nil && !slices.Contains(c.only, s.Name) {
				continue
			}
			find := func(ctx context.Context, made *atomic.Int64, at int64) (*Finding, error) {
				return Find(ctx, faulty{c.m, made, at}, c.in, Options{Only: []string{s.Name}, Pairs: 64, Messages: 1 << 7, Seed: 1})
			}
			var made atomic.Int64
			ctx := &ending{Context: t.Context()}
			f, err := find(ctx, &made, 0)
			if err != nil || f.Strategy == "" {
				continue // it does not apply
			}
			tried[s.Name] = true
			for at, all := int64(1), made.Load(); at <= all; at += 1 + all/some*min(at, all-at)/16 {
				if _, err := find(t.Context(), new(atomic.Int64), at); !errors.Is(err, errPlanted) {
					t.Errorf("%s: call %d of %d fails: %v", s.Name, at, all, err)
				}
			}
			for at, all := int64(1), ctx.asked.Load(); at <= all; at += 1 + min(at, all-at)/2 {
				g, err := find(&ending{Context: t.Context(), n: at}, new(atomic.Int64), 0)
				if !errors.Is(err, context.Canceled) && (err != nil || g.Note != f.Note || g.Tried != f.Tried) { // unless it is over
					t.Errorf("%s ends when asked for the %d-th time of %d: %v", s.Name, at, all, err)
				}
			}
		}
	}
	for _, name := range []string{"all-pairs", "exhaustive", "hash", "birthday", "forgetting", "kernel", "sample", "same-query", "members", "local-search"} {
		if !tried[name] {
			t.Errorf("%s was not tried", name)
		}
	}
}

// TestCountsTellErrors: so does what counts messages, and what walks the trails of a unit.
func TestCountsTellErrors(t *testing.T) {
	short, long, sets, meeting := instance(t, reductions.DisjQSAMemory, 6), instance(t, reductions.DisjQSAMemory, 24), instance(t, reductions.SetQSA, 8), instance(t, disjMeet, 4)
	distinct := func(ctx context.Context, target *Target) error { _, _, _, err := target.Distinct(ctx, 1); return err }
	birthday := func(ctx context.Context, target *Target) error {
		w, err := target.Birthday(Options{Seed: 1}, map[string]any{}, nil)
		if err != nil {
			return err
		}
		trails, err := w.Do(ctx, 0, 4)
		if err != nil {
			return err
		}
		_, err = w.Enough(trails)
		return errors.Join(err, w.Total(trails))
	}
	for name, c := range map[string]struct {
		m  models.Machine
		in *reductions.Instance
		do func(context.Context, *Target) error
	}{
		"all messages": {scrambler(short.Shape, 4), short, distinct}, "some messages": {scrambler(long.Shape, 20), long, distinct},
		"transcripts": {memory{sh: meeting.Shape, keeps: 3, ack: 2}, meeting, distinct}, "trails": {scrambler(long.Shape, 8), long, birthday},
	} {
		run := func(made *atomic.Int64, at int64) error {
			target, err := NewTarget(faulty{c.m, made, at}, c.in)
			if err != nil {
				return err
			}
			return c.do(t.Context(), target)
		}
		var made atomic.Int64
		if err := run(&made, 0); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		for at, all := int64(1), made.Load(); at <= all; at += 1 + at/20 + (all-at)/4 {
			if err := run(new(atomic.Int64), at); !errors.Is(err, errPlanted) {
				t.Errorf("%s: call %d of %d fails: %v", name, at, all, err)
			}
		}
	}
	none := faulty{Machine: scrambler(sets.Shape, 2), made: new(atomic.Int64)}
	if target, err := NewTarget(none, sets); err != nil || distinct(t.Context(), target) == nil || !errors.Is(birthday(t.Context(), target), ErrUnits) {
		t.Errorf("Alice's inputs are no strings, and counted: %v", err)
	}
	if target, err := NewTarget(scrambler(short.Shape, 4), short); err != nil || !errors.Is(birthday(t.Context(), target), ErrUnits) {
		t.Errorf("all inputs can be tried, and are units of trails: %v", err)
	}
}
