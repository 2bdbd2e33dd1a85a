package zoo

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"crosscut/models"
	"crosscut/models/laws"
	"crosscut/models/tasks"
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
				ran += lawsAt(t, c, task, 8, 3)
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

func lawsAt(t *testing.T, c *models.Construction, task *tasks.Task, n, trials int) (ran int) {
	rng := rand.New(rand.NewPCG(uint64(n), 3))
	for trial := range trials {
		sh, ok := lawShape(task, n, rng)
		if !ok {
			continue
		}
		set := models.Settings{Choice: map[string]string{"construction": c.Name}, Seed: 1}
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
		for _, answer := range []models.Answer{models.ByAlice, models.ByBob, models.ByOwner} {
			job := models.Job{Split: laws.Split(rng, n), Answer: answer}
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
			if err := laws.Check(m, job, rng, true); err != nil && !errors.Is(err, errors.ErrUnsupported) {
				t.Errorf("%s: %v", where, err)
			}
		}
	}
	return ran
}
