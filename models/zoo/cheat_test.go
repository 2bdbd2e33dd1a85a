package zoo

import (
	"math/rand/v2"
	"strings"
	"testing"

	"crosscut/models"
	"crosscut/models/laws"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// misstated says that Alice writes so many bits more than she does.
type misstated struct {
	models.Machine
	by protocol.Bits
}

func (m misstated) Compile(job models.Job) (*models.Program, error) {
	prog, err := m.Machine.Compile(job)
	if err == nil {
		prog.Bits[protocol.Alice] += m.by
	}
	return prog, err
}

// TestMeterIsFormula: the law "meter = formula" passes honest machines and fails those
// that state a bit too much or too little.
func TestMeterIsFormula(t *testing.T) {
	sh := laws.Shape(t, "match3", 7, nil)
	for _, model := range []string{"attention", "rnn", "mlp", "tensor-attention", "trivial"} {
		m, err := Build(model, sh, models.Settings{Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		job := models.Job{Split: tasks.Split{Owner: sh.Half().Owner}, Read: []int{1}, Answer: models.ByBob}
		for _, by := range []protocol.Bits{-1, 0, 1} {
			err := laws.Check(misstated{m, by}, job, rand.New(rand.NewPCG(1, 1)), false)
			if (err == nil) != (by == 0) || err != nil && !strings.Contains(err.Error(), "the formula") {
				t.Errorf("%s, %+d bits: %v", model, by, err)
			}
		}
	}
}
