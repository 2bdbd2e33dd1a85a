package falsify

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

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

// TestErrorsAreTold: where a run of the model fails, at whatever call, the search says so.
func TestErrorsAreTold(t *testing.T) {
	qsa, long, index, sets := instance(t, reductions.DisjQSAMemory, 8), instance(t, reductions.DisjQSAMemory, 24), instance(t, reductions.IndexQSAMemory, 24), instance(t, reductions.SetQSA, 8)
	meeting := instance(t, disjMeet, 4)
	forgets, err := zoo.Build("rnn", long.Shape, models.Settings{Num: tasks.Params{"m": 12}})
	if err != nil {
		t.Fatal(err)
	}
	tried := map[string]bool{}
	for _, c := range []struct {
		m  models.Machine
		in *reductions.Instance
	}{
		{scrambler(qsa.Shape, 6), qsa}, {scrambler(long.Shape, 8), long}, {scrambler(index.Shape, 8), index}, {forgets, long}, {scrambler(sets.Shape, 2), sets},
		{memory{sh: meeting.Shape, keeps: 3, ack: 2}, meeting},
	} {
		for _, s := range Strategies() {
			find := func(made *atomic.Int64, at int64) (*Finding, error) {
				return Find(t.Context(), faulty{c.m, made, at}, c.in, Options{Only: []string{s.Name}, Pairs: 64, Messages: 1 << 10, Seed: 1})
			}
			var made atomic.Int64
			f, err := find(&made, 0)
			if err != nil || f.Strategy == "" {
				continue // it does not apply
			}
			tried[s.Name] = true
			for at, all := int64(1), made.Load(); at <= all; at += 1 + at/30 + (all-at)/60 {
				if _, err := find(new(atomic.Int64), at); !errors.Is(err, errPlanted) {
					t.Errorf("%s: call %d of %d fails: %v", s.Name, at, all, err)
				}
			}
		}
	}
	for _, name := range []string{"all-pairs", "exhaustive", "hash", "birthday", "forgetting", "kernel", "sample", "same-query", "members"} {
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
