package reductions

import (
	"fmt"
	"slices"

	"crosscut/models/tasks"
	"crosscut/protocol"
)

// owners is the split in which Alice has the positions alice[0]..alice[1], Bob
// likewise, and all others are public.
func owners(N int, alice, bob [2]int) tasks.Split {
	s := tasks.Split{Owner: make([]protocol.Player, N)}
	for i := range s.Owner {
		switch pos := i + 1; {
		case alice[0] <= pos && pos <= alice[1]:
			s.Owner[i] = protocol.Alice
		case bob[0] <= pos && pos <= bob[1]:
			s.Owner[i] = protocol.Bob
		default:
			s.Owner[i] = tasks.Public
		}
	}
	return s
}

// must refuses a parameter that is set to another value than the map needs.
func must(set tasks.Params, name string, want int, why string) error {
	if v, ok := set[name]; ok && v != float64(want) {
		return fmt.Errorf("%s = %v, but the map needs %s = %d (%s)", name, v, name, want, why)
	}
	return nil
}

// unless gives the value that is set, or def.
func unless(set tasks.Params, name string, def float64) float64 {
	if v, ok := set[name]; ok {
		return v
	}
	return def
}

// repeat lists k copies of a token.
func repeat(k int, t tasks.Token) []tasks.Token { return slices.Repeat([]tasks.Token{t}, k) }

// perBit lists a token for each of n bits: on(i) where bit i, from 0, is 1, else off(i).
func perBit(n int, bits protocol.Word, off, on func(i int) tasks.Token) []tasks.Token {
	ts := make([]tasks.Token, n)
	for i := range ts {
		if bits.Bit(i) {
			ts[i] = on(i)
		} else {
			ts[i] = off(i)
		}
	}
	return ts
}

// bitTokens is perBit where all ones are written alike, and all zeros.
func bitTokens(n int, bits protocol.Word, off, on tasks.Token) []tasks.Token {
	return perBit(n, bits, func(int) tasks.Token { return off }, func(int) tasks.Token { return on })
}

// bitSymbols writes n bits as the symbols zero and zero + 1.
func bitSymbols(n int, x protocol.Word, zero int) []tasks.Token {
	return bitTokens(n, x, tasks.Token{X: zero}, tasks.Token{X: zero + 1})
}

// first is the list {1}: reads position 1, in all reductions whose query is public.
func first(int, tasks.Shape) []int { return []int{1} }

// one says whether the task's answer at the only read position is 1.
func one(_ int, _ tasks.Shape, out []tasks.Value) bool { return out[0][0] == 1 }
