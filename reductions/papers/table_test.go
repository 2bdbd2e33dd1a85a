package papers

import (
	"context"
	"errors"
	"strings"
	"testing"

	"crosscut/internal/catalog"
	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/reductions"
	"crosscut/report"
)

// Every task, with every model that solves it: nothing contradicts, meter and
// formula agree, something meets, q stands still, and needed bits have a basis.
func TestTableOverTheCatalogue(t *testing.T) {
	for task := range tasks.Catalog().All() {
		table, err := Table(t.Context(), TableSpec{Task: task.Name, Ns: []int{4, 9, 16, 33}, Set: models.Settings{Seed: 1}})
		if err != nil {
			t.Errorf("%s: %v", task.Name, err)
			continue
		}
		meets := 0
		q := map[string]any{}
		for _, r := range table.Rows {
			switch r.Verdict {
			case report.Contradiction, report.Errs:
				t.Errorf("%s by %s at N = %d: %s: %s", task.Name, r.Model, *r.N, r.Verdict, r.Witness)
			case report.Meets:
				meets++
			}
			if r.Bits == nil {
				if len(r.Warnings) == 0 {
					t.Errorf("%s by %s at N = %d: nothing ran, and no warning says why", task.Name, r.Model, *r.N)
				}
				continue
			}
			if *r.Bits != *r.Formula || r.Trivial == nil || r.Size == nil {
				t.Errorf("%s by %s at N = %d: %v bits, formula %v, trivial %v, size %v", task.Name, r.Model, *r.N, *r.Bits, *r.Formula, r.Trivial, r.Size)
			}
			if r.Needed != nil && (r.Basis == "" || *r.Bits < *r.Needed) {
				t.Errorf("%s by %s at N = %d: needed %v of basis %q, moved %v", task.Name, r.Model, *r.N, *r.Needed, r.Basis, *r.Bits)
			}
			if was, ok := q[r.Model]; ok && was != r.Params["q"] && r.Reduction != "" {
				t.Errorf("%s by %s: q moves with N: %v, then %v", task.Name, r.Model, was, r.Params["q"])
			}
			if r.Reduction != "" {
				q[r.Model] = r.Params["q"]
			}
		}
		if meets == 0 {
			t.Errorf("%s: no row meets", task.Name)
		}
	}
}

// The exponents of theory, over sizes and bits by themselves.
func TestExponentsOfTheory(t *testing.T) {
	ns := []int{64, 256, 1024, 4096}
	for _, tc := range []struct {
		task, model, of, shape string
		lo, hi                 float64
	}{
		{"match3", "attention", "size and bits", ShapeLinear, 1, 1.2},
		{"qsa", "attention", "size and bits", ShapeLog, 0.05, 0.35},
		{"qsa", "rnn", "size and bits", ShapeLinear, 0.95, 1.05},
		{"match3", "trivial", "bits", ShapeLinear, 1, 1.25},
	} {
		table, err := Table(t.Context(), TableSpec{Task: tc.task, Models: []string{tc.model}, Ns: ns, Set: models.Settings{Seed: 1}, Smallest: true})
		if err != nil {
			t.Errorf("%s by %s: %v", tc.task, tc.model, err)
			continue
		}
		for _, g := range table.Growth {
			if strings.Contains(tc.of, g.Of) && (g.Shape != tc.shape || g.Exponent < tc.lo || g.Exponent > tc.hi) {
				t.Errorf("%s of %s by %s: %s, exponent %v, want %s in %v..%v (%s)", g.Of, tc.task, tc.model, g.Shape, g.Exponent, tc.shape, tc.lo, tc.hi, g.Note)
			}
		}
		if len(table.Growth) != 2 {
			t.Errorf("%s by %s: %d fits", tc.task, tc.model, len(table.Growth))
		}
		// Bits move with what is needed: never below it, and for one attention layer on
		// match3 within a factor that only a logarithm explains.
		for _, r := range table.Rows {
			if r.Needed == nil || *r.Bits < *r.Needed {
				t.Errorf("%s by %s at N = %d: %v bits, needed %v", tc.task, tc.model, *r.N, *r.Bits, r.Needed)
			}
		}
	}
}

func TestTableRefusals(t *testing.T) {
	var unknown *catalog.UnknownError
	for name, spec := range map[string]TableSpec{
		"unknown task":         {Task: "match4", Ns: []int{8}},
		"unknown model":        {Task: "match3", Models: []string{"atention"}, Ns: []int{8}},
		"unknown setting":      {Task: "match3", Ns: []int{8}, Set: models.Settings{Num: tasks.Params{"zeta": 3}}},
		"unknown choice":       {Task: "match3", Models: []string{"attention"}, Ns: []int{8}, Set: models.Settings{Choice: map[string]string{"mood": "blue"}}},
		"unknown construction": {Task: "match3", Models: []string{"attention"}, Ns: []int{8}, Set: models.Settings{Choice: map[string]string{"construction": "cpoy"}}},
	} {
		if _, err := Table(t.Context(), spec); !errors.As(err, &unknown) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, spec := range map[string]TableSpec{
		"no lengths":    {Task: "match3"},
		"M too small":   {Task: "match3", Models: []string{"mlp"}, Ns: []int{64}, Set: models.Settings{Num: tasks.Params{"M": 0}}},
		"no such pair":  {Task: "cycle3", Models: []string{"linear-attention"}, Ns: []int{8, 16}},
		"q exceeds all": {Task: "qsa", Models: []string{"attention"}, Ns: []int{4}, Set: models.Settings{Num: tasks.Params{"q": 9}}},
	} {
		if table, err := Table(t.Context(), spec); err == nil {
			t.Errorf("%s: %+v", name, table.Rows)
		}
	}
}

func TestTableKeepsRowsThatCannotBeBuilt(t *testing.T) {
	table, err := Table(t.Context(), TableSpec{Task: "qsa", Models: []string{"attention"}, Ns: []int{4, 64}, Set: models.Settings{Num: tasks.Params{"q": 9}, Seed: 1}})
	if err != nil || len(table.Rows) != 2 {
		t.Fatalf("%+v, %v", table, err)
	}
	if r := table.Rows[0]; r.Verdict != report.Unknown || len(r.Warnings) == 0 || r.Bits != nil {
		t.Errorf("q = 9 at N = 4: %+v", r)
	}
	if r := table.Rows[1]; r.Verdict != report.Meets || r.Params["q"] != 9.0 {
		t.Errorf("q = 9 at N = 64: %+v", r)
	}
}

// The shortest N must not choose a source that longer ones cannot follow.
func TestOneSourceServesAllN(t *testing.T) {
	for _, set := range []tasks.Params{nil, {"q": 1}, {"q": 3}} {
		table, err := Table(t.Context(), TableSpec{Task: "qsa", Ns: []int{3, 5, 17}, Set: models.Settings{Num: set, Seed: 1}})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range table.Rows {
			if r.Verdict != report.Meets {
				t.Errorf("%v: %s at N = %d: %s %v", set, r.Model, *r.N, r.Verdict, r.Warnings)
			}
		}
	}
}

// A model that is too small errs in its table, with the input.
func TestTableShowsAnUndersizedModelErr(t *testing.T) {
	table, err := Table(t.Context(), TableSpec{Task: "qsa", Models: []string{"rnn"}, Ns: []int{33}, Set: models.Settings{
		Num: tasks.Params{"m": 4}, Choice: map[string]string{"construction": "rnn-qsa"}, Seed: 1}})
	if err != nil {
		t.Fatal(err)
	}
	if r := table.Rows[0]; r.Verdict != report.Errs || r.Witness == "" || r.Wrong == 0 {
		t.Errorf("%+v", r)
	}
}

func TestInterruptedTableReturnsItsRows(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	table, err := Table(ctx, TableSpec{Task: "match3", Models: []string{"trivial", "mlp"}, Ns: []int{8, 16}, Done: func(_ report.Row, k, _ int) {
		if k == 3 {
			stop()
		}
	}})
	if !errors.Is(err, context.Canceled) || len(table.Rows) != 3 {
		t.Errorf("%d rows, %v", len(table.Rows), err)
	}
}

// A one-way bound judges one-way runs only, and nothing is needed where nothing
// is known.
func TestNeededKeepsSettingsApart(t *testing.T) {
	in := instance(t, reductions.IndexQSAMemory, 6)
	one, ok := in.Needed(protocol.OneWay, protocol.Alice)
	if !ok || one.Bits != 6 || one.Basis != "checked" {
		t.Errorf("one-way: %+v, %v", one, ok)
	}
	two, ok := in.Needed(protocol.TwoWay, protocol.Alice)
	if ok && two.Bits >= one.Bits {
		t.Errorf("two-way index needs %d bits, as many as one-way", two.Bits)
	}
	large := instance(t, reductions.DisjMatch3, 200)
	if need, ok := large.Needed(protocol.OneWay, protocol.Alice); !ok || need.Basis != "proved" || need.Bits != 200 {
		t.Errorf("n = 200: %+v, %v", need, ok)
	}
}
