package protocol

import (
	"errors"
	"testing"
)

// TestMeasureEquality: k hash bits err with probability exactly 2^-k on unequal
// inputs and never on equal ones. The interval must hold the true error, refute a
// smaller claim, and not depend on anything but the seed.
func TestMeasureEquality(t *testing.T) {
	const k, runs = 3, 4000
	measure := func(x, y string, seed uint64) Measurement {
		m, err := Measure(seed, runs, 0.9999, func(c Coins) (bool, Bits, error) {
			outs, tr, err := Run(c, hashAlice(k)(wordOf(x)), hashBob(k)(wordOf(y)))
			return err == nil && outs[Bob] == (x == y), tr.Cost(), err
		})
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	for _, c := range [][2]string{{"10110011", "10110010"}, {"00000000", "11111111"}} {
		m := measure(c[0], c[1], 1)
		if m.Runs != runs || m.Cost != k || !(m.Low < 1.0/8 && 1.0/8 < m.High) {
			t.Errorf("%v: %+v does not hold 1/8", c, m)
		}
		if m.Refutes(1.0/8) || !m.Refutes(1.0/16) {
			t.Errorf("%v: %+v refutes 1/8, or not 1/16", c, m)
		}
		if again := measure(c[0], c[1], 1); again != m {
			t.Errorf("one seed, two measurements: %+v and %+v", m, again)
		}
		if measure(c[0], c[1], 2).Wrong == m.Wrong && measure(c[0], c[1], 3).Wrong == m.Wrong {
			t.Error("three seeds, one count")
		}
	}
	if m := measure("1010", "1010", 1); m.Wrong != 0 || m.Low != 0 || m.High > 0.01 {
		t.Errorf("equal inputs: %+v", m)
	}
}

func TestMeasureStops(t *testing.T) {
	own := errors.New("broken")
	m, err := Measure(1, 10, 0.99, func(Coins) (bool, Bits, error) { return false, 0, own })
	if !errors.Is(err, own) || m.Runs != 0 {
		t.Errorf("%+v, %v", m, err)
	}
}
