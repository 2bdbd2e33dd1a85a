package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/models/zoo"
	"crosscut/reductions/papers"
)

func ask(t *testing.T, op, body string) map[string]any {
	t.Helper()
	out, err := Handle(context.Background(), op, []byte(body))
	if err != nil {
		t.Fatalf("%s %s: %v", op, body, err)
	}
	var v map[string]any
	if err := json.Unmarshal(out, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// Every task with every model that solves it plays in the Cut room at its largest
// size, or says why not.
func TestCutEverything(t *testing.T) {
	cat := ask(t, "catalog", "")
	played := 0
	for _, task := range cat["tasks"].([]any) {
		task := task.(map[string]any)
		for _, m := range task["models"].([]any) {
			for _, n := range []int{8, mostCut} {
				start := time.Now()
				out, err := Handle(context.Background(), "cut", fmt.Appendf(nil, `{"task":%q,"model":%q,"n":%d,"seed":1}`, task["name"], m, n))
				t.Logf("%s %s %d: %v, %d bytes, %v", task["name"], m, n, time.Since(start), len(out), err)
				if err != nil {
					var r *Refusal
					if !errors.As(err, &r) || r.Kind == Bug {
						t.Errorf("%s by %s at N = %d: %v", task["name"], m, n, err)
					}
					continue
				}
				played++
				var a cutAnswer
				if err := json.Unmarshal(out, &a); err != nil {
					t.Fatal(err)
				}
				sum := 0
				for k, w := range a.Words {
					if len(w) != a.Record.Messages[k].Bits {
						t.Errorf("message %d has %d bits, its word %q", k, a.Record.Messages[k].Bits, w)
					}
					sum += len(w)
				}
				if sum != a.Record.Bits.Total || len(a.Tokens) != n || len(a.Owners) != n {
					t.Errorf("%s by %s: words of %d bits, %d metered", task["name"], m, sum, a.Record.Bits.Total)
				}
			}
		}
	}
	if played < 30 {
		t.Errorf("only %d runs", played)
	}
}

// What is too much is refused before it is computed, with what to change.
func TestTooMuch(t *testing.T) {
	for _, c := range []struct{ op, body string }{
		{"cut", `{"task":"match2","model":"attention","n":65,"seed":1}`},
		{"table", `{"task":"match2","model":"attention,rnn","ns":[1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21],"seed":1}`},
		{"matrix", `{"problem":"eq","n":7}`},
		{"break", `{"reduction":"disj-match3","model":"attention","n":25}`},
		{"reduce", `{"reduction":"disj-match3","n":17}`},
		{"grow", `{"inequality":"one-unit-qsa","n":65536}`},
	} {
		_, err := Handle(context.Background(), c.op, []byte(c.body))
		var r *Refusal
		if !errors.As(err, &r) || r.Kind != TooLarge || r.Advice == "" {
			t.Errorf("%s %s: %v", c.op, c.body, err)
		}
	}
}

// A size that is chosen by where the lines cross is, of all its values, one that brings them
// nearest to there; an unknown size is refused.
func TestCross(t *testing.T) {
	for in := range papers.Inequalities().All() {
		for _, size := range in.Sizes() {
			v, err := in.Complete(nil)
			if err != nil {
				t.Fatal(err)
			}
			from := map[int]int{} // of each value, where the lines cross
			for x := size.Min; x <= size.Max; x++ {
				v[size.Name] = x
				n, ok, err := in.Bites(v, in.MaxN)
				if err != nil {
					t.Fatal(err)
				}
				if from[x] = math.MaxInt; ok {
					from[x] = in.Shortest(n)
				}
			}
			for _, N := range []int{4, 173, 1096, in.MaxN} {
				off := func(x int) int { return max(from[x]-N, N-from[x]) }
				least := math.MaxInt
				for x := range from {
					least = min(least, off(x))
				}
				a := ask(t, "grow", fmt.Sprintf(`{"inequality":%q,"n":64,"cross":{"size":%q,"n":%d}}`, in.Name, size.Name, N))
				x := int(a["sizes"].(map[string]any)[size.Name].(float64))
				if off(x) != least {
					t.Errorf("%s, %s for a crossing at %d: %d is off by %d, the best by %d", in.Name, size.Name, N, x, off(x), least)
				}
			}
		}
	}
	if _, err := Handle(context.Background(), "grow", []byte(`{"inequality":"one-layer-match3","n":64,"cross":{"size":"w","n":9}}`)); err == nil {
		t.Error("a size that is none was accepted")
	}
}

func TestPriced(t *testing.T) {
	for _, c := range []struct {
		model string
		n     int
		ok    bool
	}{{"transformer", 32, true}, {"transformer", 1 << 14, false}, {"trivial", 64, true}, {"trivial", 1 << 18, false}} {
		sh, err := tasks.Match3Bigram.Shape(c.n, nil)
		if err != nil {
			t.Fatal(err)
		}
		m, err := zoo.Build(c.model, sh, models.Settings{})
		if err != nil {
			t.Fatal(err)
		}
		if err := priced(m, models.Job{Split: sh.Half(), Read: []int{1}, Answer: models.ByBob}); (err == nil) != c.ok {
			t.Errorf("%s at N = %d: %v", c.model, c.n, err)
		}
	}
}

// The same request gives the same bytes.
func TestSameBytes(t *testing.T) {
	for _, c := range []struct{ op, body string }{
		{"catalog", ""}, {"cut", `{"task":"qsa","model":"attention","n":24,"seed":9}`}, {"matrix", `{"problem":"disj","n":3}`},
		{"break", `{"reduction":"index-qsa-memory","model":"kv-cache","n":8,"set":{"slots":5},"seed":1}`},
		{"grow", `{"inequality":"memory-qsa","n":300}`}, {"reduce", `{"reduction":"index-induction","n":4,"x":"0110","y":"3"}`},
	} {
		first, err := Handle(context.Background(), c.op, []byte(c.body))
		if err != nil {
			t.Fatal(err)
		}
		again, err := Handle(context.Background(), c.op, []byte(c.body))
		if err != nil || string(first) != string(again) {
			t.Errorf("%s %s: two answers", c.op, c.body)
		}
	}
}

// Acting a reduction out, its answer is the problem's on every pair of bits.
func TestReduceEveryPair(t *testing.T) {
	for _, r := range ask(t, "catalog", "")["reductions"].([]any) {
		r := r.(map[string]any)
		for k := range 64 {
			y := fmt.Sprintf("%03b", k&7)
			if r["y"] == "position" {
				y = fmt.Sprint(k%3 + 1)
			}
			a := ask(t, "reduce", fmt.Sprintf(`{"reduction":%q,"n":3,"x":"%03b","y":%q}`, r["name"], k>>3, y))
			if a["answer"] != a["want"] || a["x"] != fmt.Sprintf("%03b", k>>3) || a["y"] != y {
				t.Errorf("%v at x = %03b, y = %s: %v, the problem says %v", r["name"], k>>3, y, a["answer"], a["want"])
			}
			for i, owner := range a["owners"].([]any) {
				if x := a["of_x"].([]any)[i].([]any); len(x) > 0 && owner != "alice" {
					t.Errorf("%v: position %d is %v's and moves with x", r["name"], i+1, owner)
				}
				if y := a["of_y"].([]any)[i].([]any); len(y) > 0 && owner != "bob" {
					t.Errorf("%v: position %d is %v's and moves with y", r["name"], i+1, owner)
				}
			}
		}
	}
}

// A panic inside is an answer too.
func TestPanicIsCaught(t *testing.T) {
	operations["panic"] = func(context.Context, []byte) (any, error) { panic("on purpose") }
	defer delete(operations, "panic")
	_, err := Handle(context.Background(), "panic", nil)
	var r *Refusal
	if !errors.As(err, &r) || r.Kind != Bug {
		t.Errorf("%v", err)
	}
}

// TestKeysAreExact: a key in another case, or twice, is nothing that was asked.
func TestKeysAreExact(t *testing.T) {
	for _, body := range []string{
		`{"task":"match3","model":"trivial","N":7,"seed":1}`,
		`{"task":"match3","model":"trivial","n":7,"n":3,"seed":1}`,
	} {
		var r *Refusal
		if _, err := Handle(t.Context(), "cut", []byte(body)); !errors.As(err, &r) || r.Kind != Bad {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// The smallest value of every size that the Break room offers is a model that sends
// something: a model without a message fails for a reason that teaches nothing.
func TestSmallestSizesSend(t *testing.T) {
	ctx := context.Background()
	seen := 0
	for _, q := range [][2]string{{"disj-qsa-memory", "rnn"}, {"disj-match3", "attention"}, {"disj-match3", "mlp"}, {"disj-match3", "tensor-attention"}, {"index-induction", "transformer"}} {
		raw, err := Handle(ctx, "sizes", fmt.Appendf(nil, `{"reduction":%q,"model":%q,"n":3}`, q[0], q[1]))
		if err != nil {
			t.Fatal(err)
		}
		var of struct{ Sizes []shrink }
		if err := json.Unmarshal(raw, &of); err != nil {
			t.Fatal(err)
		}
		for _, z := range of.Sizes {
			seen++
			raw, err := Handle(ctx, "break", fmt.Appendf(nil, `{"reduction":%q,"model":%q,"n":3,"set":{%q:%d},"seed":1}`, q[0], q[1], z.Name, z.Min))
			if err != nil {
				t.Errorf("%s, %s = %d: %v", q, z.Name, z.Min, err)
				continue
			}
			var found struct {
				Finding struct {
					Bits int `json:"message_bits"`
				}
			}
			if err := json.Unmarshal(raw, &found); err != nil {
				t.Fatal(err)
			}
			if found.Finding.Bits == 0 {
				t.Errorf("%s, %s = %d: nothing is sent", q, z.Name, z.Min)
			}
		}
	}
	if seen == 0 {
		t.Error("no size was tried")
	}
}
