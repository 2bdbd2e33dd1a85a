package chance_test

import (
	"errors"
	"testing"

	"crosscut/protocol"
	"crosscut/protocol/chance"
	"crosscut/protocol/problems"
)

// TestMeasureEquality: k hash bits err with probability exactly 2^-k on unequal
// inputs and never on equal ones. The interval must hold the true error, refute a
// smaller claim, and not depend on anything but the seed.
func TestMeasureEquality(t *testing.T) {
	const k, runs = 3, 4000
	alice, bob := problems.EqPublic(8, k)
	word := func(s string) protocol.Word {
		w, err := protocol.ParseWord(s)
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	measure := func(x, y string, seed uint64) chance.Measurement {
		m, err := chance.Measure(seed, runs, 0.9999, func(c protocol.Coins) (bool, protocol.Bits, error) {
			outs, tr, err := protocol.Run(t.Context(), c, alice(word(x)), bob(word(y)))
			return err == nil && outs[protocol.Bob] == (x == y), tr.Cost(), err
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
	if m := measure("10100000", "10100000", 1); m.Wrong != 0 || m.Low != 0 || m.High > 0.01 {
		t.Errorf("equal inputs: %+v", m)
	}
}

func TestMeasureStops(t *testing.T) {
	own := errors.New("broken")
	m, err := chance.Measure(1, 10, 0.99, func(protocol.Coins) (bool, protocol.Bits, error) { return false, 0, own })
	if !errors.Is(err, own) || m.Runs != 0 {
		t.Errorf("%+v, %v", m, err)
	}
}
