// Package chance measures randomised protocols: wrong answers in many runs, and what
// they say of an error.
package chance

import (
	"fmt"
	"math/rand/v2"

	"crosscut/protocol"
)

// Measurement is what many runs of a randomised protocol on one input showed.
type Measurement struct {
	Runs, Wrong int64
	Cost        protocol.Bits // the largest cost of a run
	// Low and High bound the probability of a wrong answer on this input: the exact
	// interval of [ClopperPearson].
	Low, High  float64
	Confidence float64
}

// Measure runs a randomised protocol with fresh public coins each time, a function
// of seed alone, and counts its wrong answers. One run reports whether its answer
// was right, and its cost. The interval is about one input and about these coins: it
// supports a stated error or refutes it, and never proves it.
func Measure(seed uint64, runs int, confidence float64, run func(protocol.Coins) (right bool, cost protocol.Bits, err error)) (Measurement, error) {
	m := Measurement{Confidence: confidence}
	fresh := rand.New(rand.NewPCG(seed, 0))
	for range runs {
		right, cost, err := run(protocol.Seeded(fresh.Uint64()))
		if err != nil {
			return m, fmt.Errorf("chance: run %d: %w", m.Runs+1, err)
		}
		m.Runs++
		m.Cost = max(m.Cost, cost)
		if !right {
			m.Wrong++
		}
	}
	m.Low, m.High = ClopperPearson(m.Wrong, m.Runs, confidence)
	return m, nil
}

// Refutes says whether the measurement speaks against an error of at most bound.
func (m Measurement) Refutes(bound float64) bool { return m.Low > bound }
