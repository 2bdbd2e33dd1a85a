// Package laws checks what every machine must obey. Tests range over catalogues
// with it, and over random machines.
package laws

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"crosscut/models"
	"crosscut/models/run"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// Check checks one machine on one random input: the cut run is the whole run, bit for
// bit, at the cost of the formula; it repeats; and what a player writes before it
// heard from the other does not depend on the other's tokens. correct also asks for
// the task's values, where the machine gives no warning.
func Check(m models.Machine, job models.Job, rng *rand.Rand, correct bool) error {
	sh := m.Shape()
	seq := sh.Task.Generate(sh, rng)
	r, err := run.Do(context.Background(), m, job, seq) // fails when the meter disagrees with the formula
	if err != nil {
		return err
	}
	if !r.Agree {
		return fmt.Errorf("cut run %v, whole run %v on %v", r.Output, r.Whole, seq)
	}
	if correct && !r.Correct && len(r.Warnings) == 0 {
		return fmt.Errorf("output %v, the definition gives %v on %v", r.Output, r.Expected, seq)
	}
	again, err := run.Do(context.Background(), m, job, seq)
	if err != nil {
		return err
	}
	if !slices.Equal(again.Transcript.Messages, r.Transcript.Messages) {
		return errors.New("a second run wrote other words")
	}
	// Change the other player's tokens: the first words stay.
	other := sh.Task.Generate(sh, rng)
	for self := range protocol.Player(2) {
		mixed := slices.Clone(seq)
		for i, o := range job.Split.Owner {
			if o == 1-self {
				mixed[i] = other[i]
			}
		}
		if sh.Check(mixed) != nil {
			continue
		}
		s, err := run.Do(context.Background(), m, job, mixed)
		if err != nil {
			return err
		}
		if a, b := unprompted(r.Transcript, self), unprompted(s.Transcript, self); a != b {
			return fmt.Errorf("%v's first words %s became %s with other tokens of the other player", self, a, b)
		}
	}
	return nil
}

// unprompted is what a player wrote before it read any word of the other.
func unprompted(t protocol.Transcript, self protocol.Player) string {
	var w strings.Builder
	for _, m := range t.Messages {
		if m.From == self && m.Round == 1 {
			w.WriteString(m.Word.String() + " ")
		}
	}
	return w.String()
}

// Split draws who owns what: prefixes, alternating positions, anything.
func Split(rng *rand.Rand, n int) tasks.Split {
	s := tasks.Split{Owner: make([]protocol.Player, n)}
	kind := rng.IntN(5)
	cut := rng.IntN(n + 1)
	for i := range s.Owner {
		switch {
		case kind == 0: // a prefix, or nothing for one player
			s.Owner[i] = protocol.Bob
			if i < cut {
				s.Owner[i] = protocol.Alice
			}
		case kind == 1:
			s.Owner[i] = protocol.Player(i % 2)
		default:
			s.Owner[i] = protocol.Player(rng.IntN(3) - 1)
		}
	}
	return s
}

// Shape is a task's shape by name.
func Shape(t testing.TB, task string, n int, set tasks.Params) tasks.Shape {
	t.Helper()
	tk, err := tasks.Catalog().Get(task)
	if err != nil {
		t.Fatal(err)
	}
	sh, err := tk.Shape(n, set)
	if err != nil {
		t.Fatal(err)
	}
	return sh
}
