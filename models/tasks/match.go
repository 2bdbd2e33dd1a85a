package tasks

import (
	"math/bits"
	"math/rand/v2"
)

// What the match tasks share: a token is one number x in 1..M, and M plays the
// part of 0 mod M. A match may use a position twice, so x = M always matches.

// match completes a match task: everything but its name, its function and its
// generator.
func match(t Task) *Task {
	t.PublicFirst, t.Binary, t.Logarithmic = true, true, true
	return symbols(t, func(sh Shape) int { return sh.Int("M") })
}

// modulus declares the parameter M.
func modulus(def func(n int) float64) Param {
	return Param{Name: "M", Doc: "tokens are 1..M; sums are taken mod M", Min: 1, Lab: 1 << 20, Small: []float64{1, 2, 3, 4, 5, 8},
		Default: func(n int, _ Params) float64 { return def(n) }}
}

func twiceN(n int) float64  { return 2 * float64(n) }
func squareN(n int) float64 { return float64(n) * float64(n) }

// Truth is the value of a predicate: 1 or 0.
func Truth(b bool) Value {
	if b {
		return Value{1}
	}
	return Value{0}
}

// matchFast answers "do s - 1 tokens of seq complete a token of from to 0 mod M?" at the read
// positions of from, through the set of residues that occur.
func matchFast(m, s int, seq, from []Token, read []int) []Value {
	if len(read) == 1 && m <= fewResidues && s <= 3 {
		return []Value{Truth(completes(m, s, seq, m-from[read[0]-1].X))}
	}
	r := newReach(m, seq, s-1, len(read))
	out := make([]Value, len(read))
	known := map[int]bool{}
	for k, i := range read {
		x := from[i-1].X
		hit, ok := known[x]
		if !ok {
			hit = r.hits(s-1, m-x)
			known[x] = hit
		}
		out[k] = Truth(hit)
	}
	return out
}

// fewResidues bounds M where the residues that occur are kept on the stack.
const fewResidues = 1 << 12

// completes says whether s - 1 tokens, one or two, sum to rest mod m; tokens are 0..m, 0 <= rest < m.
func completes(m, s int, seq []Token, rest int) bool {
	var seen [fewResidues / 64]uint64
	for k := range seq {
		r := seq[k].X
		if r == m {
			r = 0
		}
		other := rest - r // what the other of two is
		if other < 0 {
			other += m
		}
		if seen[r/64] |= 1 << (r % 64); s == 2 && other == 0 || s == 3 && seen[other/64]>>(other%64)&1 == 1 {
			return true
		}
	}
	return false
}

// generateMatch draws a sequence with matches and non-matches. All tokens first
// come from u {1..(M-1)/s} for a random unit u, where no s of them sum to 0 mod
// M; then a random number of positions is overwritten so that the position and
// s - 1 sources sum to 0. tuples is about how many sums of the task hold one given
// token: each overwritten token is in tuples/M further matches by chance, so with a
// small M a few suffice.
func generateMatch(sh Shape, s int, tuples float64, rng *rand.Rand, sources func(i int) []int) []Token {
	m := sh.Int("M")
	seq := make([]Token, sh.N)
	span := (m - 1) / s
	u := unit(m, rng)
	for i := range seq {
		if span == 0 {
			seq[i].X = 1 + rng.IntN(m)
		} else {
			seq[i].X = mulMod(u, 1+rng.IntN(span), m)
		}
	}
	most := max(1, int(float64(sh.N)/(1+tuples/float64(m))))
	fixed := make([]bool, sh.N) // a source or an overwritten position: not to be touched again
	planted := make([]bool, sh.N)
plant:
	for range rng.IntN(most + 1) {
		i := 1 + rng.IntN(sh.N)
		if fixed[i-1] {
			continue
		}
		sum := 0
		from := sources(i)
		for _, j := range from {
			if j == i || planted[j-1] {
				continue plant
			}
			sum = (sum + seq[j-1].X) % m
		}
		for _, j := range from {
			fixed[j-1] = true
		}
		fixed[i-1], planted[i-1] = true, true
		seq[i-1].X = m - sum
	}
	return seq
}

// anywhere draws k source positions.
func anywhere(n, k int, rng *rand.Rand) func(int) []int {
	from := make([]int, k)
	return func(int) []int {
		for j := range from {
			from[j] = 1 + rng.IntN(n)
		}
		return from
	}
}

// unit draws a number coprime to m.
func unit(m int, rng *rand.Rand) int {
	for {
		u := 1 + rng.IntN(m)
		a, b := u, m
		for b != 0 {
			a, b = b, a%b
		}
		if a == 1 {
			return u
		}
	}
}

// mulMod is a b mod m without overflow.
func mulMod(a, b, m int) int {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	return int(bits.Rem64(hi, lo, uint64(m)))
}
