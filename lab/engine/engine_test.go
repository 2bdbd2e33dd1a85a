package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
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
	_ = strings.Repeat
}
