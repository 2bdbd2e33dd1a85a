package zoo

import (
	"math/rand/v2"
	"slices"
	"testing"

	"crosscut/internal/exact"
	"crosscut/models"
	"crosscut/models/laws"
	"crosscut/models/linear"
	"crosscut/models/run"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// The construction with fewer than N d / 2 rows for z has such a pair; run on it,
// the network itself gives both inputs the same output and one is wrong.
func TestTheorem10OnTheConstruction(t *testing.T) {
	for _, d := range []int{1, 2} {
		const n, q = 10, 2
		sh := laws.Shape(t, "qsa", n, tasks.Params{"q": q, "d": float64(d)})
		full := mustBuild(t, "mlp", sh, nil, nil).(*linear.FeedForward)
		if null, err := linear.NullPair(sh, full.ZColumns()); null != nil || err != nil {
			t.Errorf("identity: %v, %v", null, err)
		}
		if r := exact.Rank(full.ZColumns()); r != n/2*d {
			t.Errorf("identity: rank %d, want %d", r, n/2*d)
		}
		for rows := 1; rows < n/2*d; rows++ {
			m := mustBuild(t, "mlp", sh, tasks.Params{"h1": float64(n*q + rows)}, nil).(*linear.FeedForward)
			null, err := linear.NullPair(sh, m.ZColumns())
			if err != nil || null == nil {
				t.Fatalf("d %d, %d rows: %v, %v", d, rows, null, err)
			}
			plus, minus, ok := null.Inputs()
			if !ok {
				t.Fatal("a vector of 0 and 1 does not fit a float64")
			}
			var out []tasks.Value
			wrong := 0
			for _, seq := range [][]tasks.Token{plus, minus} {
				r, err := run.Do(t.Context(), m, models.Job{Split: sh.Half(), Read: []int{1}, Answer: models.ByBob}, seq)
				if err != nil {
					t.Fatal(err)
				}
				out = append(out, r.Output[0])
				if !r.Correct {
					wrong++
				}
			}
			if !slices.Equal(out[0], out[1]) || wrong == 0 {
				t.Errorf("d %d, %d rows: outputs %v, %d wrong", d, rows, out, wrong)
			}
		}
	}
}

// The trivial protocol sends the private tokens of one player, once, and only to
// a player who answers.
func TestTrivialCost(t *testing.T) {
	sh := laws.Shape(t, "match2", 7, tasks.Params{"M": 14})
	m := mustBuild(t, "trivial", sh, nil, nil)
	seq := sh.Task.Generate(sh, rand.New(rand.NewPCG(1, 1)))
	for _, c := range []struct {
		read   []int
		answer models.Answer
		want   [2]protocol.Bits
	}{
		{[]int{1}, models.ByBob, [2]protocol.Bits{12, 0}}, {[]int{1}, models.ByAlice, [2]protocol.Bits{0, 12}},
		{sh.All(), models.ByOwner, [2]protocol.Bits{12, 12}}, {[]int{2}, models.ByOwner, [2]protocol.Bits{0, 12}},
	} {
		r, err := run.Do(t.Context(), m, models.Job{Split: sh.Half(), Read: c.read, Answer: c.answer}, seq)
		if err != nil {
			t.Fatal(err)
		}
		if r.Formula != c.want || !r.Agree || !r.Correct {
			t.Errorf("read %v, answer %v: %v bits, want %v", c.read, c.answer, r.Formula, c.want)
		}
	}
}
