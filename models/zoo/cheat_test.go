package zoo

import (
	"context"
	"fmt"
	"hash/fnv"
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

// cheat is a machine of which Alice writes word, 16 bits of it, and Bob puts out 0; word
// is told what each player holds. Its uncut model puts out whole.
type cheat struct {
	sh    tasks.Shape
	word  func(held [2]string) uint64
	whole float64
}

func (m cheat) Shape() tasks.Shape            { return m.sh }
func (m cheat) Params() tasks.Params          { return tasks.Params{} }
func (m cheat) Size() (protocol.Bits, string) { return 16, "16" }

func (m cheat) Whole(context.Context, []tasks.Token, []int) ([]tasks.Value, error) {
	return []tasks.Value{{m.whole}}, nil
}

func (m cheat) Compile(models.Job) (*models.Program, error) {
	held := new([2]string) // what the players share, and must not
	return &models.Program{Bits: [2]protocol.Bits{16, 0}, Formula: "16", Player: func(h tasks.Half) func(*protocol.Port) map[int]tasks.Value {
		held[h.Self] = fmt.Sprint(h.Span(1+int(h.Self)*4, 4+int(h.Self)*4))
		return func(p *protocol.Port) map[int]tasks.Value {
			if h.Self == protocol.Alice {
				p.Send("word", protocol.UintWord(m.word(*held), 16))
				return nil
			}
			p.Recv(protocol.Alice, 16)
			return map[int]tasks.Value{1: {0}}
		}
	}}, nil
}

// TestEveryLawSeesItsCheat: each law fails for the machine that breaks it, and no other does.
func TestEveryLawSeesItsCheat(t *testing.T) {
	sh := laws.Shape(t, "match3", 8, nil)
	hash := func(s string) uint64 {
		h := fnv.New32a()
		h.Write([]byte(s))
		return uint64(h.Sum32() & 0xffff)
	}
	honest := func(held [2]string) uint64 { return hash(held[protocol.Alice]) }
	runs := uint64(0)
	for _, tc := range []struct {
		name, says string
		m          cheat
		correct    bool
	}{
		{"honest, whatever it puts out", "", cheat{sh, honest, 0}, false},
		{"another uncut model", "whole run", cheat{sh, honest, 1}, false},
		{"wrong", "the definition gives", cheat{sh, honest, 0}, true},
		{"no function of its input", "a second run wrote other words", cheat{sh, func([2]string) uint64 { runs++; return runs }, 0}, false},
		{"who sees Bob's tokens", "first words", cheat{sh, func(held [2]string) uint64 { return hash(held[protocol.Bob]) }, 0}, false},
	} {
		job := models.Job{Split: sh.Half(), Read: []int{1}, Answer: models.ByBob}
		var err error
		rng := rand.New(rand.NewPCG(1, 1))
		for range 20 { // some input of which the answer is not 0
			if err = laws.Check(tc.m, job, rng, tc.correct); err != nil {
				break
			}
		}
		if (err == nil) != (tc.says == "") || err != nil && !strings.Contains(err.Error(), tc.says) {
			t.Errorf("%s: %v, want %q", tc.name, err, tc.says)
		}
	}
}
