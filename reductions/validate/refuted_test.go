package validate

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/reductions/rules"
	"crosscut/report"
)

// forgets is a fault: a player's token of one coordinate never changes.
func forgets(who protocol.Player, coordinate int) func(s *Subject) {
	return func(s *Subject) {
		rewritten(s, func(writes protocol.Player, _ protocol.Word, ts []tasks.Token) {
			if writes == who && coordinate < len(ts) {
				ts[coordinate].X = 1
			}
		})
	}
}

// TestOneCoordinateIsTried: at larger sizes too a map is tried where a single coordinate matters.
func TestOneCoordinateIsTried(t *testing.T) {
	for _, n := range []int{41, 145, 600} {
		for _, who := range []protocol.Player{protocol.Alice, protocol.Bob} {
			for _, at := range []int{0, 40, n - 1} {
				if err := broken(t, n, forgets(who, at)).Trust(t.Context()); err == nil || !strings.Contains(err.Error(), "the map is wrong at n = ") {
					t.Errorf("n = %d: %v forgets coordinate %d: %v", n, who, at, err)
				}
			}
		}
	}
}

// TestNothingBitesAboveAWrongSize: a row is taken back where a later one shows the map wrong at a smaller size.
func TestNothingBitesAboveAWrongSize(t *testing.T) {
	for wrong, want := range map[int][]int{0: {21, 11, 7}, 11: {0, 0, 7}} {
		family := func(n int) (*Subject, error) {
			return broken(t, n, faults[map[bool]string{false: "right", true: "always yes"}[n == wrong]]), nil
		}
		s, _ := family(4)
		always := func(bits int) func(int) int { return func(int) int { return bits } }
		list, err := Consequences(t.Context(), s, family, oneWay(t, always(20)), oneWay(t, always(10)), oneWay(t, always(6)))
		if err != nil {
			t.Fatal(err)
		}
		var got []int
		for _, c := range list {
			n := 0
			if c.BitesFrom != nil {
				n = *c.BitesFrom
			} else if !strings.Contains(c.Note, "the map is wrong at n = 11") {
				t.Errorf("wrong at n = %d: %q", wrong, c.Note)
			}
			got = append(got, n)
		}
		if !slices.Equal(got, want) {
			t.Errorf("wrong at n = %d: bites from %d, want %d", wrong, got, want)
		}
	}
}

// TestRowsTakenBackMayFail: where a row is made again, what fails then is told, and what the end of the time leaves open.
func TestRowsTakenBackMayFail(t *testing.T) {
	for name, fails := range map[string]error{"fails": errPlanted, "is late": context.DeadlineExceeded} {
		family := func(n int) (*Subject, error) {
			return broken(t, n, faults[map[bool]string{false: "right", true: "always yes"}[n == 11]]), nil
		}
		s, _ := family(4)
		made := 0
		rule := priced(t, func(N int) (*rules.Protocol, error) {
			if N == s.Shape.N {
				if made++; made == 2 {
					return nil, fails
				}
			}
			return &rules.Protocol{Bits: []protocol.Bits{20, 0}, Setting: protocol.OneWay}, nil
		})
		list, err := Consequences(t.Context(), s, family, rule, oneWay(t, func(int) int { return 10 }))
		if made != 2 || !errors.Is(err, map[string]error{"fails": errPlanted}[name]) || len(list) != 2 || list[0].BitesFrom != nil {
			t.Fatalf("a row that %s: made %d times, %+v, %v", name, made, list, err)
		}
		if row := list[0]; err == nil && (!row.Vacuous || row.Note != "what follows is not known: "+errLate.Error()) {
			t.Errorf("a row that %s: %+v", name, row)
		}
	}
}

// TestInterruptedRefutation: what was refuted before an interrupt is refuted, although the map is not asked any more.
func TestInterruptedRefutation(t *testing.T) {
	for name, c := range map[string]struct {
		n      int
		opt    Options
		after  int // inputs of Alice's that are written before the interrupt
		tokens int
	}{
		"sampled": {40, Options{Budget: 300}, 200, 83}, "bit-parallel": {8, Options{}, 130, 0}, "plain": {8, Options{Plain: true}, 200, 19},
	} {
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		s := broken(t, c.n, faults["always yes"])
		left, write := c.after, s.Write
		s.Write = func(who protocol.Player, ins []protocol.Word) ([][]tasks.Token, error) {
			if who == protocol.Alice {
				left -= len(ins)
			}
			if left <= 0 {
				stop()
			}
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			return write(who, ins)
		}
		c.opt.Workers = 1
		r, err := Run(ctx, s, c.opt)
		if !errors.Is(err, context.Canceled) || r == nil || r.Path != name || r.Exhaustive || r.Failures == 0 || r.Verdict != report.Errs || r.Counterexample == nil {
			t.Fatalf("%s: %+v, %v", name, r, err)
		}
		e := r.Counterexample
		if !e.Got.True() || e.Want.True() || e.X == nil || e.Y == nil || len(e.Tokens) != c.tokens || len(e.Owners) != c.tokens {
			t.Errorf("%s: %+v", name, e)
		}
		if len(r.Warnings) == 0 || !strings.Contains(r.Warnings[len(r.Warnings)-1], "interrupted after ") {
			t.Errorf("%s: %q", name, r.Warnings)
		}
	}
}

// TestWrongMapsAreDrawnLess: where an adversarial input fails, fewer are drawn to tell how often the map does.
func TestWrongMapsAreDrawnLess(t *testing.T) {
	r := run(t, broken(t, 17, faults["always yes"]), Options{Seed: 1})
	if r.Path != "sampled" || r.Verdict != report.Errs || r.Interval.Samples != wrongSize || r.Checked <= wrongSize {
		t.Errorf("%+v, %+v", r, r.Interval)
	}
}
