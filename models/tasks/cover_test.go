package tasks

import (
	"math/rand/v2"
	"testing"

	"crosscut/protocol"
)

// TestCovers: at every public position of random splits, a task's cover is the
// task, on all small inputs.
func TestCovers(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	covered := 0
	for _, sh := range small(t) {
		if sh.Task.Cover == nil {
			continue
		}
		for range 6 {
			s := Split{make([]protocol.Player, sh.N)}
			for i := range s.Owner {
				s.Owner[i] = protocol.Player(rng.IntN(3)) - 1
			}
			world(sh, 1<<12, func(seq []Token) {
				parts := map[protocol.Player][]Token{}
				for i, tok := range seq {
					parts[s.Owner[i]] = append(parts[s.Owner[i]], tok)
				}
				for _, pos := range sh.All() {
					c, ok := sh.Task.Cover(sh, s, parts[Public], pos)
					if ok != (s.Of(pos) == Public) {
						t.Fatalf("%s: position %d of %v: covered %v", sh.Task.Name, pos, s, ok)
					}
					if !ok {
						continue
					}
					covered++
					if got, want := c.Eval(parts[protocol.Alice], parts[protocol.Bob]), sh.Task.Eval(sh, seq, pos)[0] == 1; got != want {
						t.Fatalf("%s %v, %v, position %d of %v: cover %v, task %v", sh.Task.Name, sh.Params, s, pos, seq, got, want)
					}
				}
			})
		}
	}
	if covered == 0 {
		t.Error("no task has a cover")
	}
}
