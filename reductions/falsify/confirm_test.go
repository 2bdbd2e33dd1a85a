package falsify

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/protocol/problems"
	"crosscut/reductions"
	"crosscut/report"
)

// The checks of a failure before it is reported: each of these machines or leads breaks one
// promise, and no other check sees it.

// misled is memory with another uncut model, or whose players share what they must not.
type misled struct {
	memory
	whole   func(seq []tasks.Token) tasks.Value // the uncut model; nil: memory's
	program func(p *models.Program)             // spoils what was compiled
}

func (m misled) Whole(ctx context.Context, seq []tasks.Token, read []int) ([]tasks.Value, error) {
	if m.whole == nil {
		return m.memory.Whole(ctx, seq, read)
	}
	return []tasks.Value{m.whole(seq)}, nil
}

func (m misled) Compile(job models.Job) (*models.Program, error) {
	prog, err := m.memory.Compile(job)
	if err == nil && m.program != nil {
		m.program(prog)
	}
	return prog, err
}

// peek lets Bob answer by the definition: he knows what Alice was dealt.
func peek(p *models.Program) {
	play := p.Player
	var alices []tasks.Token
	p.Player = func(h tasks.Half) func(*protocol.Port) map[int]tasks.Value {
		if h.Self == protocol.Alice {
			alices = h.Span(1, h.Shape.N/2)
			return play(h)
		}
		return func(p *protocol.Port) map[int]tasks.Value {
			play(h)(p)
			return map[int]tasks.Value{1: meet.Eval(h.Shape, append(slices.Clone(alices), h.Span(h.Shape.N/2+1, h.Shape.N)...), 1)}
		}
	}
}

func TestConfirmationsRefuse(t *testing.T) {
	const n = 6
	in, err := disjMeet.Instance(n, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	truth := func(seq []tasks.Token) tasks.Value { return meet.Eval(in.Shape, seq, 1) }
	short := memory{sh: in.Shape, keeps: n - 1}
	confirmed := func(m misled, lead func(*Target) Lead) error {
		target, err := NewTarget(m, in)
		if err != nil {
			t.Fatal(err)
		}
		return target.confirm(t.Context(), &Finding{in: in}, exhaustive, lead(target))
	}
	// x and x2 differ where short forgets; x3 is another message.
	x, x2, x3, y := flat(n), reductions.Unit(n, n-1), reductions.Unit(n, 0), reductions.Unit(n, n-1)
	twins := func(*Target) Lead { return Lead{Candidates: []Point{{x, y}, {x2, y}}} }
	for _, tc := range []struct {
		name, says string
		m          misled
		lead       func(*Target) Lead
	}{
		{"sound twins", "", misled{memory: short}, twins},
		{"another uncut model", "differs from the uncut model's", misled{memory: short, whole: truth}, twins},
		{"a formula of a bit more", "the formula", misled{memory: short, program: func(p *models.Program) { p.Bits[protocol.Alice]++ }}, twins},
		{"words that are not equal", "give different ones in a run", misled{memory: short}, func(*Target) Lead {
			return Lead{Candidates: []Point{{x3, y}, {x2, y}}}
		}},
		{"no input that is wrong", "reduction disj-meet does not hold", misled{memory: short}, func(*Target) Lead {
			return Lead{Candidates: []Point{{x, x3}, {x2, x3}}}
		}},
		{"a Bob who peeks", "reduction disj-meet does not hold", misled{short, truth, peek}, twins},
		{"a Bob who peeks at one of two", "cannot tell apart", misled{memory{sh: in.Shape, keeps: n - 1}, func(seq []tasks.Token) tasks.Value {
			v := truth(seq)
			return tasks.Value{1 - v[0]} // wrong on both, and in two ways
		}, func(p *models.Program) {
			peek(p)
			play := p.Player
			p.Player = func(h tasks.Half) func(*protocol.Port) map[int]tasks.Value {
				q := play(h)
				return func(p *protocol.Port) map[int]tasks.Value {
					out := q(p)
					if out != nil {
						out[1] = tasks.Value{1 - out[1][0]}
					}
					return out
				}
			}
		}}, twins},
	} {
		err := confirmed(tc.m, tc.lead)
		if (err == nil) != (tc.says == "") || err != nil && !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%s: %v, want %q", tc.name, err, tc.says)
		}
	}
}

// A pair whose right answers are equal is no pair of twins, nor is one whose words differ.
func TestTwins(t *testing.T) {
	const n = 6
	in, err := disjMeet.Instance(n, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, ack := range []int{0, 2} {
		target, err := NewTarget(memory{sh: in.Shape, keeps: n - 1, ack: ack}, in)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 1 << n {
			for j := range 1 << n {
				x, x2 := protocol.UintWord(uint64(i), n), protocol.UintWord(uint64(j), n)
				pts, err := target.twins(t.Context(), x, x2, seeded(1))
				if err != nil {
					t.Fatal(err)
				}
				// The inputs that differ in the bit that is forgotten, and there alone.
				want := x == flip(x2, n-1)
				if want != (len(pts) == 2) || len(pts)%2 != 0 {
					t.Fatalf("ack %d, %v and %v: %v", ack, x, x2, pts)
				}
				if !want {
					continue
				}
				if p, q := pts[0], pts[1]; p.Y != q.Y || p.X == q.X || problems.Disj.Holds(n, p.X, p.Y) == problems.Disj.Holds(n, q.X, q.Y) {
					t.Fatalf("ack %d: %v", ack, pts)
				}
			}
		}
	}
}

// A model that is right everywhere with fewer bits than are needed is a contradiction: here
// Bob peeks, and the search for forced failures, which would see that, is left out.
func TestRightWithTooFewBitsIsAContradiction(t *testing.T) {
	const n = 5
	in, err := disjMeet.Instance(n, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	for keeps, want := range map[int]report.Verdict{n - 1: report.Contradiction, n: report.Meets} {
		m := misled{memory{sh: in.Shape, keeps: keeps}, func(seq []tasks.Token) tasks.Value { return meet.Eval(in.Shape, seq, 1) }, peek}
		f, err := Find(t.Context(), m, in, Options{Only: []string{"all-pairs"}})
		if err != nil || f.Verdict != want || f.Kind != None || !f.Exhaustive {
			t.Errorf("%d bits: %+v, %v", keeps, f, err)
		}
	}
}

// picky is memory trained on nothing that has a 2 in front.
type picky struct{ memory }

func (picky) Outside(seq []tasks.Token) (why []string, known bool) {
	if seq[0].X == 2 {
		why = []string{"it begins with a 2"}
	}
	return why, true
}

// A failure outside of what a model was trained on says so, of the input and of its twin.
func TestOutsideIsMarked(t *testing.T) {
	in, err := disjMeet.Instance(6, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	target, err := NewTarget(picky{memory{sh: in.Shape, keeps: 5}}, in)
	if err != nil {
		t.Fatal(err)
	}
	x, one := in.Encode(flat(6), flat(6)), in.Encode(reductions.Unit(6, 0), flat(6))
	for _, tc := range []struct {
		input, twin []tasks.Token
		want        string
	}{{x, nil, "[]"}, {one, nil, "[it begins with a 2]"}, {x, one, "[twin: it begins with a 2]"}, {one, x, "[it begins with a 2]"}} {
		f := &Finding{Input: tc.input, Twin: tc.twin}
		if target.mark(f); !f.Domain || fmt.Sprint(f.Outside) != tc.want {
			t.Errorf("%v, twin %v: %v", tc.input, tc.twin, f.Outside)
		}
	}
	f, err := Find(t.Context(), target.Machine, in, Options{})
	if err != nil || f.Kind != Forced || !f.Domain {
		t.Errorf("%+v, %v", f, err)
	}
}
