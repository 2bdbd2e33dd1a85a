package smallest

import (
	"context"
	"strings"
	"testing"

	"crosscut/internal/units"
	"crosscut/models/tasks"
)

// TestNeedsAreNoMore: where the size is known exactly, no need is more; where rows cannot be listed, the end is a need,
// no file claims it, and records with another are refused.
func TestNeedsAreNoMore(t *testing.T) {
	served := map[string]bool{}
	worlds := append([]world{{"match3", 5, nil}, {"match3", 5, tasks.Params{"M": 8}}, {"cycle3", 5, nil}, {"string-eq", 7, nil}, {"dyck", 6, nil}, {"majority", 5, nil}}, small...)
	for _, w := range worlds {
		sh := shape(t, w.task, w.n, w.set)
		need, ok := known(sh)
		if !ok {
			continue
		}
		served[w.task] = true
		if r := find(t, sh, "rnn"); !r.Exact || int(need.Bits) > r.Lower {
			t.Errorf("%v: %s needs %d bits, the size is %d to %d", w, need.Reduction, need.Bits, r.Lower, r.Upper)
		}
	}
	for _, task := range []string{"qsa", "match3", "cycle3", "string-eq"} {
		if !served[task] {
			t.Errorf("no need of %s was compared", task)
		}
	}
	// So many sets that no token can be listed: the need stands, and keeping all tokens.
	if r, err := Find(t.Context(), shape(t, "qsa", 100, tasks.Params{"q": 3}), "rnn"); err != nil || r.Lower != 98 || r.Upper != 1870 || r.File.Lower != nil {
		t.Errorf("%+v, %v", r, err)
	}
	if _, err := Find(t.Context(), shape(t, "match2", 4, tasks.Params{"M": 1 << 20}), "rnn"); err == nil {
		t.Error("the first of 2^20 numbers was listed")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for q, want := range map[float64]int{1: 23, 2: 23, 3: 22} {
		sh := shape(t, "qsa", 24, tasks.Params{"q": q})
		r, _ := Find(ctx, sh, "rnn")
		if r.Lower != want || r.File.Lower != nil || r.Witness != nil || !strings.Contains(r.By, "qsa-memory") {
			t.Errorf("q = %v: %+v", q, r)
		}
		work := Work(ctx, "rnn", []tasks.Shape{sh})
		if err := work.Sane(0, 1, &units.Answers[Answer]{0: {r, r.File}}); err != nil {
			t.Error(err)
		}
		r.Lower++
		if err := work.Sane(0, 1, &units.Answers[Answer]{0: {r, r.File}}); err == nil {
			t.Errorf("q = %v: %d bits by nothing", q, r.Lower)
		}
	}
}
