package falsify

import (
	"context"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/protocol/problems"
	"crosscut/reductions"
	"crosscut/report"
)

// meet is a toy task: does some i have token i and token N/2 + i both 2?
var meet = &tasks.Task{
	Name: "meet", Doc: "toy", Cite: []string{"none"},
	CheckToken: func(sh tasks.Shape, _ int, t tasks.Token) error {
		if t.X < 1 || t.X > 2 {
			return errors.New("want 1 or 2")
		}
		return nil
	},
	Eval: func(sh tasks.Shape, seq []tasks.Token, _ int) tasks.Value {
		for i := range sh.N / 2 {
			if seq[i].X == 2 && seq[sh.N/2+i].X == 2 {
				return tasks.Value{1}
			}
		}
		return tasks.Value{0}
	},
	TokenBits: func(tasks.Shape, int) int { return 1 },
	PutToken:  func(_ tasks.Shape, _ int, w *protocol.Packer, t tasks.Token) { w.Uint(uint64(t.X-1), 1) },
	GetToken: func(_ tasks.Shape, _ int, r *protocol.Unpacker) tasks.Token {
		return tasks.Token{X: 1 + int(r.Uint(1))}
	},
	ParseToken:  func(tasks.Shape, json.RawMessage) (tasks.Token, error) { return tasks.Token{X: 1}, nil },
	FormatToken: func(_ tasks.Shape, t tasks.Token) any { return t.X },
	Generate:    func(sh tasks.Shape, _ *rand.Rand) []tasks.Token { return make([]tasks.Token, sh.N) },
	Alphabet:    func(tasks.Shape, int) []tasks.Token { return []tasks.Token{{X: 1}, {X: 2}} },
}

func toTokens(w protocol.Word) []tasks.Token {
	var ts []tasks.Token
	for i := range int(w.Len()) {
		x := 1
		if w.Bit(i) {
			x = 2
		}
		ts = append(ts, tasks.Token{X: x})
	}
	return ts
}

var disjMeet = &reductions.Reduction{
	Name: "disj-meet", Doc: "toy", Cite: []string{"none"}, From: problems.Disj, To: meet,
	MinN:   func(n int) int { return 2 * n },
	Fits:   func(N int) int { return N / 2 },
	Params: func(n, N int, set tasks.Params) (tasks.Params, error) { return set, nil },
	Split: func(n int, sh tasks.Shape) tasks.Split {
		s := tasks.Split{Owner: make([]protocol.Player, sh.N)}
		for i := n; i < sh.N; i++ {
			s.Owner[i] = protocol.Bob
		}
		return s
	},
	Read:   func(int, tasks.Shape) []int { return []int{1} },
	Public: func(int, tasks.Shape) []tasks.Token { return nil },
	Alice:  func(_ int, _ tasks.Shape, x protocol.Word) []tasks.Token { return toTokens(x) },
	Bob:    func(_ int, _ tasks.Shape, y protocol.Word) []tasks.Token { return toTokens(y) },
	Answer: func(_ int, _ tasks.Shape, out []tasks.Value) bool { return out[0][0] == 1 },
}

// memory keeps the first `keeps` of Alice's tokens and takes the others for 1.
// With ack, Bob first writes that many bits of his own, so that it is two-way.
type memory struct {
	sh         tasks.Shape
	keeps, ack int
	stubborn   bool // always outputs 0
}

func (m memory) Shape() tasks.Shape            { return m.sh }
func (m memory) Params() tasks.Params          { return tasks.Params{} }
func (m memory) Size() (protocol.Bits, string) { return protocol.Bits(m.keeps), "keeps" }

func (m memory) Whole(ctx context.Context, seq []tasks.Token, read []int) ([]tasks.Value, error) {
	kept := append([]tasks.Token(nil), seq...)
	for i := m.keeps; i < m.sh.N/2; i++ {
		kept[i].X = 1
	}
	v := meet.Eval(m.sh, kept, 1)
	if m.stubborn {
		v = tasks.Value{0}
	}
	return []tasks.Value{v}, nil
}

func (m memory) Compile(job models.Job) (*models.Program, error) {
	return &models.Program{
		Bits: [2]protocol.Bits{protocol.Bits(m.keeps), protocol.Bits(m.ack)},
		Player: func(h tasks.Half) func(*protocol.Port) map[int]tasks.Value {
			return func(p *protocol.Port) map[int]tasks.Value {
				var w protocol.Packer
				if h.Self == protocol.Alice {
					if m.ack > 0 {
						p.Recv(protocol.Bob, protocol.Bits(m.ack))
					}
					for i := 1; i <= m.keeps; i++ {
						w.Uint(uint64(h.Token(i).X-1), 1)
					}
					p.Send("kept", w.Word())
					return nil
				}
				if m.ack > 0 {
					p.Send("ack", protocol.UintWord(0, m.ack))
				}
				seq := toTokens(p.Recv(protocol.Alice, protocol.Bits(m.keeps)))
				for len(seq) < m.sh.N/2 {
					seq = append(seq, tasks.Token{X: 1})
				}
				for i := m.sh.N/2 + 1; i <= m.sh.N; i++ {
					seq = append(seq, h.Token(i))
				}
				out, _ := m.Whole(context.Background(), seq, nil)
				return map[int]tasks.Value{1: out[0]}
			}
		},
	}, nil
}

func find(t *testing.T, n int, m memory, o Options) *Finding {
	t.Helper()
	in, err := disjMeet.Instance(n, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	m.sh = in.Shape
	f, err := Find(t.Context(), m, in, o)
	if err != nil {
		t.Fatal(err)
	}
	if f.Kind == None {
		return f
	}
	// The witness, once more and from scratch.
	if want := meet.Eval(in.Shape, f.Input, 1); want[0] == f.Output[0][0] || want[0] != f.Expected[0][0] {
		t.Errorf("output %v, expected %v, but the definition says %v", f.Output, f.Expected, want)
	}
	if f.Verdict != report.Errs {
		t.Errorf("a failure with verdict %s", f.Verdict)
	}
	return f
}

func TestTooFewBitsAreForcedToFail(t *testing.T) {
	for _, tc := range []struct {
		n, keeps, ack int
		strategy      string
		setting       protocol.Setting
	}{
		{8, 7, 0, "exhaustive", protocol.OneWay},
		{8, 0, 0, "exhaustive", protocol.OneWay},
		{24, 20, 0, "forgetting", protocol.OneWay},
		{8, 7, 3, "exhaustive", protocol.TwoWay},
		{24, 20, 1, "hash", protocol.TwoWay},
	} {
		f := find(t, tc.n, memory{keeps: tc.keeps, ack: tc.ack}, Options{})
		if f.Kind != Forced || f.Strategy != tc.strategy || f.Setting != tc.setting {
			t.Errorf("%+v: %s by %s, %s", tc, f.Kind, f.Strategy, f.Setting)
			continue
		}
		if f.TwinAt == nil || len(f.Twin) != len(f.Input) {
			t.Errorf("%+v: no twin", tc)
		}
		if f.Needed == nil || f.Needed.Bits != protocol.Bits(tc.n) {
			t.Errorf("%+v: needed %+v, want %d", tc, f.Needed, tc.n)
		}
	}
}

func TestEnoughBitsAreNotForced(t *testing.T) {
	f := find(t, 5, memory{keeps: 5}, Options{})
	if f.Kind != None || !f.Exhaustive || f.Verdict != report.Meets {
		t.Errorf("a right model: %+v", f)
	}
	f = find(t, 12, memory{keeps: 12}, Options{Pairs: 500})
	if f.Kind != None || f.Exhaustive || f.Verdict != report.Unknown {
		t.Errorf("a right model, sampled: %+v", f)
	}
	// All messages differ, and yet the model is wrong: found, not forced.
	for n, strategy := range map[int]string{5: "all-pairs", 12: "sample"} {
		f = find(t, n, memory{keeps: n, stubborn: true}, Options{})
		if f.Kind != Found || f.Strategy != strategy || f.Twin != nil {
			t.Errorf("n = %d, a model that always says 0: %s by %s", n, f.Kind, f.Strategy)
		}
	}
}

func TestOutcomeIsAFunctionOfTheSeed(t *testing.T) {
	a := find(t, 24, memory{keeps: 20}, Options{Seed: 7})
	b := find(t, 24, memory{keeps: 20}, Options{Seed: 7})
	if a.At != b.At || a.Tried != b.Tried {
		t.Errorf("%v after %d, then %v after %d", a.At, a.Tried, b.At, b.Tried)
	}
}

func TestDeadlineEndsAndCancelFails(t *testing.T) {
	in, err := disjMeet.Instance(40, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithDeadline(t.Context(), time.Unix(0, 0))
	defer cancel()
	f, err := Find(ctx, memory{sh: in.Shape, keeps: 40}, in, Options{})
	if err != nil || f.Kind != None || f.Verdict != report.Unknown {
		t.Errorf("past its deadline: %+v, %v", f, err)
	}
	f, err = Find(ctx, memory{sh: in.Shape, keeps: 40, stubborn: true}, in, Options{}) // a few pairs are tried for nothing
	if err != nil || f.Kind != Found || f.Strategy != "sample" || f.Verdict != report.Errs || f.Tried == 0 {
		t.Errorf("past its deadline, always 0: %+v, %v", f, err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := Find(ctx, memory{sh: in.Shape, keeps: 40}, in, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// A reduction that is wrong must be named, not turned into a failure of the model.
func TestWrongReductionIsNoFailureOfTheModel(t *testing.T) {
	wrong := *disjMeet
	wrong.Name = "disj-meet-wrong"
	wrong.Alice = func(n int, _ tasks.Shape, x protocol.Word) []tasks.Token {
		return toTokens(protocol.UintWord(0, n)) // forgets x
	}
	in, err := wrong.Instance(6, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	f, err := Find(t.Context(), memory{sh: in.Shape, keeps: 6}, in, Options{})
	if err == nil {
		t.Errorf("a wrong reduction gave %+v", f)
	}
}

func TestMachineOfAnotherShapeIsRefused(t *testing.T) {
	in, _ := disjMeet.Instance(6, 0, nil)
	sh := in.Shape
	sh.N += 2
	if _, err := Find(t.Context(), memory{sh: sh, keeps: 6}, in, Options{}); err == nil {
		t.Error("a model of another length was accepted")
	}
}
