package models

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"crosscut/models/tasks"
	"crosscut/protocol"
)

// Laws that every construction obeys, in or out of this file's sight: they range
// over the catalogues, so a new entry is tested before its author writes a test.
//
//  1. With default settings it is right: the uncut model gives what the task's
//     definition gives, on generated and on uniform inputs.
//  2. The cut run equals the whole run, bit for bit, for every split, read set and
//     answerer; a combination without a protocol says errors.ErrUnsupported.
//  3. The meter agrees with the formula, for each player.
//  4. What a player writes before it hears from the other does not depend on the
//     other's tokens.
//  5. Weights do not depend on tokens; runs repeat.
func TestLaws(t *testing.T) {
	for c := range constructions.All() {
		for task := range tasks.Catalog().All() {
			if !slices.Contains(c.Tasks, task.Name) && !slices.Contains(c.Tasks, "*") {
				continue
			}
			t.Run(c.Model+"/"+c.Name+"/"+task.Name, func(t *testing.T) {
				t.Parallel()
				ran := 0
				for n := 1; n <= 6; n++ {
					ran += lawsAt(t, c, task, n, 6)
				}
				ran += lawsAt(t, c, task, 9, 3)
				if ran == 0 {
					t.Error("no size was supported")
				}
			})
		}
	}
}

// lawShape is a small world of a task at length n, or false when it has none.
func lawShape(task *tasks.Task, n int, rng *rand.Rand) (tasks.Shape, bool) {
	set := tasks.Params{}
	for _, p := range task.Params {
		if k := len(p.Small); k > 0 {
			set[p.Name] = p.Small[rng.IntN(k)]
		}
	}
	sh, err := task.Shape(n, set)
	if err != nil { // too small for this n, or too large
		sh, err = task.Shape(n, nil)
	}
	return sh, err == nil
}

func lawsAt(t *testing.T, c *Construction, task *tasks.Task, n, trials int) (ran int) {
	rng := rand.New(rand.NewPCG(uint64(n), 3))
	for trial := range trials {
		sh, ok := lawShape(task, n, rng)
		if !ok {
			continue
		}
		set := Settings{Choice: map[string]string{"construction": c.Name}, Seed: 1}
		for _, ch := range c.Choices {
			if trial%2 == 1 { // the defaults, and other choices
				set.Choice[ch.Name] = ch.Of[rng.IntN(len(ch.Of))]
			}
		}
		m, err := Build(c.Model, sh, set)
		if errors.Is(err, errors.ErrUnsupported) {
			continue
		}
		where := fmt.Sprintf("N = %d, %v, %v", n, sh.Params, set.Choice)
		if err != nil {
			t.Errorf("%s: %v", where, err)
			continue
		}
		ran++
		for _, answer := range []Answer{ByAlice, ByBob, ByOwner} {
			job := Job{Split: splitOf(rng, n), Answer: answer}
			switch rng.IntN(3) {
			case 0:
				job.Read = []int{1 + rng.IntN(n)}
			case 1:
				job.Read = sh.All()
			default:
				for i := 1; i <= n; i++ {
					if rng.IntN(2) == 0 {
						job.Read = append(job.Read, i)
					}
				}
			}
			where := fmt.Sprintf("%s, split %v, read %v by %s", where, job.Split, job.Read, answer)
			if err := laws(m, sh, job, rng); err != nil && !errors.Is(err, errors.ErrUnsupported) {
				t.Errorf("%s: %v", where, err)
			}
		}
	}
	return ran
}

func laws(m Machine, sh tasks.Shape, job Job, rng *rand.Rand) error {
	return machineLaws(m, sh, job, rng, true)
}

// machineLaws checks one machine on one random input; correct also asks for the
// task's values.
func machineLaws(m Machine, sh tasks.Shape, job Job, rng *rand.Rand, correct bool) error {
	seq := sh.Task.Generate(sh, rng)
	r, err := Run(m, job, seq) // fails when the meter disagrees with the formula
	if err != nil {
		return err
	}
	if !r.Agree {
		return fmt.Errorf("cut run %v, whole run %v on %v", r.Output, r.Whole, seq)
	}
	if correct && !r.Correct && len(r.Warnings) == 0 {
		return fmt.Errorf("output %v, the definition gives %v on %v", r.Output, r.Expected, seq)
	}
	again, err := Run(m, job, seq)
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
		s, err := Run(m, job, mixed)
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
