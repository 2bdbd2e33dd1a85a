package main

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
)

// countdown is a context that is cancelled when it has been asked so many times
// whether it is: an interrupt at a place in the work, not at a time.
type countdown struct {
	context.Context
	cancel context.CancelFunc
	left   atomic.Int64
}

func interruptAfter(asked int64) *countdown {
	ctx, cancel := context.WithCancel(context.Background())
	c := &countdown{Context: ctx, cancel: cancel}
	c.left.Store(asked)
	return c
}

func (c *countdown) Err() error {
	if c.left.Add(-1) < 0 {
		c.cancel()
	}
	return c.Context.Err()
}

// TestInterruptAnywhere: wherever a table is interrupted, what it prints are the first rows
// of the whole table, and the status is 130.
func TestInterruptAnywhere(t *testing.T) {
	args := []string{"table", "--task", "match3", "--model", "trivial", "--n", "64:65536:x2", "--format", "json"}
	type table struct{ Rows []struct{ N int } }
	read := func(ctx context.Context) (int, table) {
		var out, errs strings.Builder
		code := perform(ctx, &out, &errs, args)
		var rows table
		if err := json.Unmarshal([]byte(out.String()), &rows); err != nil && (code == 0 || out.Len() > 0) {
			t.Fatalf("status %d, not JSON: %v\n%s", code, err, out.String())
		}
		if code == 130 && !strings.Contains(errs.String(), "interrupted") {
			t.Errorf("stderr: %s", errs.String())
		}
		return code, rows
	}
	code, whole := read(context.Background())
	if code != 0 || len(whole.Rows) == 0 {
		t.Fatalf("status %d, %d rows", code, len(whole.Rows))
	}
	between := false
	for asked := int64(1); ; asked = asked*3/2 + 1 {
		code, part := read(interruptAfter(asked))
		if code == 0 {
			break
		}
		if code != 130 || len(part.Rows) > len(whole.Rows) {
			t.Fatalf("after %d questions: status %d, %d rows", asked, code, len(part.Rows))
		}
		for i, row := range part.Rows {
			if row != whole.Rows[i] {
				t.Errorf("after %d questions row %d is N = %d, not %d", asked, i, row.N, whole.Rows[i].N)
			}
		}
		between = between || len(part.Rows) > 0 && len(part.Rows) < len(whole.Rows)
	}
	if !between {
		t.Error("no interrupt fell between the first row and the last")
	}
}

// TestInterruptBounds: wherever bounds is interrupted once it has a matrix, also while the evidence is
// checked, it prints what was found, and no certificate.
func TestInterruptBounds(t *testing.T) {
	name := filepath.Join(t.TempDir(), "certificate.json")
	args := []string{"bounds", "--problem", "eq", "--n", "2", "--time", "0s", "--certificate", name, "--format", "json", "--quiet"}
	type found struct {
		Interrupted   bool
		Deterministic struct{ Lower, Upper int }
	}
	inCheck := false
	for asked := int64(1); ; asked = asked*4/3 + 1 {
		var out, errs strings.Builder
		code := perform(interruptAfter(asked), &out, &errs, args)
		if code == 0 {
			break
		}
		var r found
		if err := json.Unmarshal([]byte(out.String()), &r); code != 130 || err != nil || r.Deterministic.Lower > 3 || r.Deterministic.Upper < 3 {
			t.Fatalf("after %d questions: status %d, %v\n%s%s", asked, code, err, out.String(), errs.String())
		}
		if _, err := os.Stat(name); err == nil {
			t.Fatalf("after %d questions: a certificate was written", asked)
		}
		inCheck = inCheck || !r.Interrupted
	}
	if !inCheck {
		t.Error("no interrupt fell between the analysis and the certificate")
	}
}

// TestNothingStaysBehind: wherever a command is interrupted, none of its goroutines
// goes on.
func TestNothingStaysBehind(t *testing.T) {
	before := runtime.NumGoroutine()
	for _, line := range []string{
		"table --task match3 --model attention,rnn,mlp --n 64:256:x4",
		"run --task match3 --model tensor-attention --n 30 --read all",
		"run --task qsa --model attention --n 3000 --set q=2",
		"validate --reduction disj-match3 --n 7",
		"bounds --problem disj --n 3",
	} {
		stopped := 0
		for asked := int64(1); asked < 1000; asked *= 25 {
			var out, errs strings.Builder
			if perform(interruptAfter(asked), &out, &errs, append(strings.Fields(line), "--quiet")) == 130 {
				stopped++
			}
			for runtime.NumGoroutine() > before { // what has returned may not have ended yet; what runs on hangs the test
				runtime.Gosched()
			}
		}
		if stopped == 0 {
			t.Errorf("%s: was never interrupted", line)
		}
	}
}
