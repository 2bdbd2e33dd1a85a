package validate

import (
	"math/rand/v2"
	"slices"
	"testing"

	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/protocol/problems"
)

// drawn is a right subject of N tokens whose players hold members of some domains, and nobody reads a token.
func drawn(N int, domains ...protocol.Domain) *Subject {
	s := &Subject{Size: 1, Shape: tasks.Shape{N: N, Task: &tasks.Task{}}, Problem: &problems.Problem{Name: "mine", Inputs: func(int) []protocol.Domain { return domains }}}
	s.Write = func(_ protocol.Player, ins []protocol.Word) ([][]tasks.Token, error) {
		return make([][]tasks.Token, len(ins)), nil
	}
	s.Wants = func(list *Inputs) (all Values, err error) {
		for range list.Len() {
			all.add(protocol.BoolValue(true))
		}
		return all, nil
	}
	s.Answers = s.Wants
	return s
}

// TestAdversarialPairs: which inputs are tried before any are drawn: just these, and no further one is made than is asked for.
func TestAdversarialPairs(t *testing.T) {
	strings := protocol.BitStrings
	for name, c := range map[string]struct {
		s    *Subject
		want int
	}{
		"3 bits, long":                   {drawn(1<<22, strings(3), strings(3)), 3*2 + 3*3 + 3*2 + 4 + 3*8},
		"3 bits":                         {drawn(1<<12, strings(3), strings(3)), 3*2 + 3*3 + 3*2 + 4 + 3*1024},
		"64 bits, all pairs":             {drawn(1<<19, strings(64), strings(64)), 16*4 + 16*16 + 4 + 3*8},
		"64 bits":                        {drawn(1<<17, strings(64), strings(64)), 64*4 + 64*64 + 4 + 3*32},
		"65 bits":                        {drawn(1<<16, strings(65), strings(65)), 65*4 + 8*65 + 57*8 + 57*5 - 2*3 + 4 + 3*64},
		"a bit of 100":                   {drawn(1<<20, strings(100), protocol.Numbers(1, 100)), 8*4 + 8*8},
		"two numbers":                    {drawn(1, protocol.Numbers(1, 48), protocol.Numbers(1, 49)), 48*48 + 96},
		"2 bits and one of 4":            {drawn(1, strings(2), protocol.Numbers(1, 4)), 2*5 + 2},
		"one number twice":               {drawn(1, protocol.Numbers(1, 3), protocol.Numbers(1, 3)), 3*3 + 6},
		"bits that are not as many":      {drawn(1, strings(3), strings(4)), 8*16 + 24},
		"bits and a number of very many": {drawn(1, strings(3), protocol.Tables(20, 20)), 8*48 + 8 + 48},
		"numbers and bits":               {drawn(1, protocol.Numbers(1, 3), strings(3)), 3*8 + 11},
		"three, few":                     {drawn(1, strings(2), strings(2), strings(2)), 4*4*4 + 12},
		"three":                          {drawn(1, strings(5), protocol.Numbers(1, 20), strings(5)), 20*20*20 + 60},
		"fourteen":                       {drawn(1, slices.Repeat([]protocol.Domain{strings(5)}, 14)...), 8000 + 28},
	} {
		all := c.s.adversarial(rand.New(rand.NewPCG(1, 1)), 1<<20)
		if len(all) != c.want {
			t.Errorf("%s: %d inputs, want %d", name, len(all), c.want)
		}
		domains := c.s.Problem.Domains(1)
		for _, in := range all {
			for who, w := range in {
				if len(in) != len(domains) || !domains[who].Has(w) {
					t.Fatalf("%s: input %v", name, in)
				}
			}
		}
		for most := range min(len(all), 100) {
			if got := c.s.adversarial(rand.New(rand.NewPCG(1, 1)), int64(most)); len(got) != most {
				t.Errorf("%s: %d of the inputs", name, len(got))
			}
		}
		switch name {
		case "3 bits, long": // in the end a complement, one with an element in common, and a word beside itself
			common := 0
			for k := len(all) - 24; k < len(all); k += 3 {
				x, apartY, y := all[k][0], all[k][1], all[k+1][1]
				if !apart(x, y) {
					common++
				}
				if !apart(x, apartY) || x.Ones()+apartY.Ones() != 3 || all[k+1][0] != x || x.Ones()+y.Ones() > 4 || y.Ones() < apartY.Ones() || all[k+2][0] != x || all[k+2][1] != x {
					t.Errorf("%s: %v", name, all[k:k+3])
				}
			}
			if common == 0 {
				t.Errorf("%s: all are apart", name)
			}
		case "one number twice":
			for _, in := range all[9:] {
				if in[0] != in[1] {
					t.Errorf("%s: %v in the end", name, in)
				}
			}
		case "two numbers": // all of the one, of the other the first and the last
			met := [2]map[int]bool{{}, {}}
			for _, in := range all[:48*48] {
				for who, w := range in {
					met[who][domains[who].Value(w).Int()] = true
				}
			}
			for k := range 8 {
				if !met[1][1+k] || !met[1][49-k] {
					t.Errorf("%s: number %d is not tried, or %d", name, 1+k, 49-k)
				}
			}
			if len(met[0]) != 48 {
				t.Errorf("%s: of 48 only %d", name, len(met[0]))
			}
		}
	}
}

// TestSinglesFromEndToEnd: of few pairs, too, no long stretch of coordinates is left without one that is tried alone.
func TestSinglesFromEndToEnd(t *testing.T) {
	const n = 3000
	s, last, gap := drawn(2*n, protocol.BitStrings(n), protocol.BitStrings(n)), -1, 0
	var alone []int
	front, back := false, false // among the very first
	for k, in := range s.adversarial(rand.New(rand.NewPCG(1, 1)), 156) {
		if x, y := in[0], in[1]; x.Ones() == 1 && x == y {
			for i := range n {
				if x.Bit(i) {
					alone = append(alone, i)
					front, back = front || i == 0 && k < 24, back || i > n/2 && k < 24
				}
			}
		}
	}
	slices.Sort(alone)
	for _, i := range append(alone, n) {
		gap, last = max(gap, i-last), i
	}
	if len(alone) < 16 || gap > n/8 || !front || !back {
		t.Errorf("%d coordinates alone, up to %d apart, the first %v, one far behind %v", len(alone), gap, front, back)
	}
}

// TestSamplesAreAsLargeAsAsked: of a budget a quarter goes to those inputs that are no sample; without one so many are drawn as
// the tokens, and the work of the file, allow.
func TestSamplesAreAsLargeAsAsked(t *testing.T) {
	strings := protocol.BitStrings(3) // of which 25 pairs and some random ones are tried first
	for name, c := range map[string]struct {
		N             int
		budget, each  int64
		drawn, before int64
	}{
		"a budget of one": {1 << 12, 1, 0, 1, 0}, "a small budget": {1 << 12, 9, 1 << 20, 6, 3}, "a budget": {1 << 18, 400, 0, 327, 73},
		"long": {1 << 18, 0, 0, 512, 73}, "short": {1 << 12, 0, 0, 1 << 15, 25 + 3*1024}, "no work": {1 << 15, 0, 0, 1 << 12, 49 + 3*120},
		"work": {1 << 15, 0, 1 << 20, 1 << 11, 49 + 3*120}, "some work": {1 << 15, 0, 1398, 3000, 49 + 3*120},
	} {
		s := drawn(c.N, strings, strings)
		done := int64(0)
		s.Effort = func() int64 { return done }
		answers := s.Answers
		s.Answers = func(list *Inputs) (Values, error) {
			done += c.each * int64(list.Len())
			return answers(list)
		}
		got, interval, err := s.sample(t.Context(), Options{Budget: c.budget, Seed: 1, Workers: 1})
		if err != nil || interval.Samples != c.drawn || got.checked != c.drawn+c.before || interval.Failures != 0 {
			t.Errorf("%s: %d, of these %d drawn, %v", name, got.checked, interval.Samples, err)
		}
	}
}
