package keys

import (
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"crosscut/internal/exact"
)

// TestVanish: the table is 0 from there on, and not before.
func TestVanish(t *testing.T) {
	for f := range 53 {
		at := func(x float64) float64 { return math.Ldexp(math.Exp(-x), f) }
		if v := float64(exact.Vanish(f)); at(v) >= 0.5 || at(v-1) < 0.5 {
			t.Errorf("exact.Vanish(%d) = %v: 2^f e^-t is %v there and %v one before", f, v, at(v), at(v-1))
		}
	}
}

// TestCodeEverySet: the written proof, by enumeration of all sets of small worlds.
func TestCodeEverySet(t *testing.T) {
	for n := 1; n <= 16; n++ {
		for q := 1; q <= min(n, 4); q++ {
			for _, c := range []Code{NewCode(n, q, 0, 1), SmallestCode(n, q), smallestDeVore(n, q), NewCode(n, q, 2, 2*(2*q-1)+1)} {
				if !c.Uniform() {
					t.Fatalf("N = %d q = %d: %+v is not uniform", n, q, c)
				}
				subsets(n, q, func(y []int) {
					if off, ok := c.separates(y); !ok || off > q*c.r {
						t.Fatalf("N = %d %+v y = %v: largest score outside %d, ok %v", n, c, y, off, ok)
					}
				})
			}
		}
	}
}

// TestCodeAgreement: two keys share at most r ones, the coherence of DeVore's keys.
func TestCodeAgreement(t *testing.T) {
	for _, c := range []Code{smallestDeVore(60, 2), smallestDeVore(200, 3), NewCode(125, 2, 2, 7)} {
		u, v := make([]int64, c.Width()), make([]int64, c.Width())
		for i := 1; i <= c.n; i++ {
			c.key(i, u)
			for j := 1; j <= i; j++ {
				c.key(j, v)
				dot := 0
				for x := range u {
					dot += int(u[x] * v[x])
				}
				if i == j && dot != c.t || i != j && dot > c.r {
					t.Fatalf("%+v: <u_%d, u_%d> = %d", c, i, j, dot)
				}
			}
		}
	}
}

// TestCodeNeedsItsPoints: with one point fewer than T = r (2q-1) + 1 some code fails on
// some set, so the bound of the proof is not slack everywhere.
func TestCodeNeedsItsPoints(t *testing.T) {
	failed := false
	for _, s := range [][3]int{{25, 2, 1}, {49, 2, 1}, {25, 3, 1}} {
		n, q, r := s[0], s[1], s[2]
		c := NewCode(n, q, r, r*(2*q-1))
		if c.Uniform() {
			t.Fatalf("%+v claims every set", c)
		}
		subsets(n, q, func(y []int) {
			if _, ok := c.separates(y); !ok {
				failed = true
			}
		})
	}
	if !failed {
		t.Error("one point fewer always suffices: the proof wastes one")
	}
}

// slowScore is <w_y, u_j> of dense vectors.
func (k Signs) slowScore(w []int64, j int) int64 {
	u := make([]int64, k.m)
	k.key(j, u)
	var s int64
	for c := range w {
		s += w[c] * u[c]
	}
	return s
}

// TestSignScores: popcounts of packed keys against dense products; keys depend on
// seed and position alone.
func TestSignScores(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, m := range []int{1, 63, 64, 65, 200} {
		k := newSignKeys(20, 3, m, 0, 0, m, 9, 7)
		wide := newSignKeys(5000, 4, m, 3, 2, m, 12, 7)
		a, b := make([]int64, m), make([]int64, m)
		k.key(13, a)
		wide.key(13, b)
		for c := range a {
			if a[c] != b[c] || a[c]*a[c] != 1 {
				t.Fatalf("m = %d: key 13 is %v and %v", m, a, b)
			}
		}
		s := signQuery{at: []int{2, 5, 19}, coef: []int64{rng.Int64N(100) - 50, 7, -3}}
		w := k.vector(s)
		k.scores(s, func(j int, v int64) {
			if want := k.slowScore(w, j); v != want {
				t.Fatalf("m = %d: score of %d is %d, want %d", m, j, v, want)
			}
		})
	}
}

// TestCoherence: with all inner products at most m/(3q-1), every set's least-norm query is
// certified as it stands, rounding included.
func TestCoherence(t *testing.T) {
	for _, s := range [][2]int{{12, 1}, {14, 2}, {12, 3}} {
		n, q := s[0], s[1]
		m, cross := smallestCoherent(n, q, 1)
		if cross*(3*q-1) > m {
			t.Fatalf("N = %d q = %d: m = %d, largest inner product %d", n, q, m, cross)
		}
		k := newSignKeys(n, q, m, 0, 0, cross, q, 1)
		bits := k.bits()
		subsets(n, q, func(y []int) {
			s := k.query(y)
			if !s.certified {
				t.Fatalf("N = %d: %v is not certified", n, y)
			}
			if ok, _ := k.check(s, y); !ok {
				t.Fatalf("N = %d m = %d: the proof says that %v is certified, its scores that it is not", n, m, y)
			}
			for _, v := range k.vector(s) {
				if exact.SignedBits(v) > bits {
					t.Fatalf("N = %d m = %d: an entry %d of the query of %v needs more than %d bits", n, m, v, y, bits)
				}
			}
		})
		// A pair of equal keys must be noticed.
		if _, close := (Signs{n: 40, q: q, m: 4, seed: 1}).coherent(1); close == nil {
			t.Error("40 keys of 4 signs pass for coherent")
		}
	}
}

// TestCorrections tries 60 sets at N = 80, q = 4, m = 60. Least
// norm certifies some, corrections more, and every claim is checked on dense vectors.
func TestCorrections(t *testing.T) {
	sets, _ := someSets(80, 4, 1, 60)
	k := newSignKeys(80, 4, 60, 0, 0, 60, 12, 1)
	r := k.report(sets)
	t.Logf("%d of 60 by least norm, %d after corrections", r.LeastNorm, r.Certified)
	if r.LeastNorm == 0 || r.Certified <= r.LeastNorm || r.Certified == 60 {
		t.Errorf("%d of 60 by least norm, %d after corrections: the test shows nothing", r.LeastNorm, r.Certified)
	}
	for _, y := range sets {
		s := k.query(y)
		w := k.vector(s)
		want := certifies(80, y, k.a-k.e, k.a+k.e, int64(exact.Vanish(0))<<k.frac, func(j int) int64 { return k.slowScore(w, j) })
		if s.certified != want {
			t.Fatalf("%v: certified %v, its dense scores say %v", y, s.certified, want)
		}
	}
	// A corrupted certificate is caught.
	for _, y := range sets {
		if s := k.query(y); s.certified {
			s.coef = append([]int64{}, s.coef...)
			s.coef[0] += k.a / int64(k.m) / 2
			if ok, _ := k.check(s, y); ok {
				t.Fatalf("a query with a wrong coefficient passes for %v", y)
			}
		}
	}
}

// TestMomentEverySet: scores are -P_y(j), and p holds every number of every set, and
// one bit fewer does not.
func TestMomentEverySet(t *testing.T) {
	for n := 1; n <= 10; n++ {
		for q := 1; q <= min(n, 4); q++ {
			k := Moment{n, q, 2*q + 1}
			p, most := k.bits(1), 0
			subsets(n, q, func(y []int) {
				w := k.query(y)
				for _, v := range w {
					most = max(most, exact.BigSignedBits(v))
				}
				for j := 1; j <= n; j++ {
					score, want := new(big.Int), big.NewInt(-1)
					for c, u := range k.key(j) {
						score.Add(score, new(big.Int).Mul(u, w[c]))
						most = max(most, exact.BigSignedBits(u))
					}
					for _, l := range y {
						want.Mul(want, big.NewInt(int64((j-l)*(j-l))))
					}
					if score.Cmp(want) != 0 {
						t.Fatalf("N = %d y = %v: score of %d is %v, want %v", n, y, j, score, want)
					}
				}
			})
			if most != p {
				t.Errorf("N = %d q = %d: p = %d, the longest number has %d", n, q, p, most)
			}
		}
	}
}

// TestRadon: for random keys in 2q - 1 dimensions the obstruction is found, proves
// itself, and defeats every query that is tried; in 2q dimensions there is none.
func TestRadon(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for trial := range 80 {
		q := 1 + trial%4
		n, dim := 3*q+1+rng.IntN(4), 1+rng.IntN(2*q-1)
		keys := make([][]*big.Int, n)
		for j := range keys {
			for range dim {
				keys[j] = append(keys[j], big.NewInt(rng.Int64N(2001)-1000))
			}
		}
		r, ok := RadonPoint(keys, q)
		if !ok || !r.Verify(keys, q) || len(r.A) > q {
			t.Fatalf("q = %d N = %d: no verified obstruction: %+v", q, n, r)
		}
		member := map[int]bool{}
		for _, j := range r.Y {
			member[j] = true
		}
		for range 50 {
			w := make([]float64, dim)
			for c := range w {
				w[c] = rng.NormFloat64() / 100
			}
			score, z := make([]float64, n+1), 0.0
			for j, u := range keys {
				for c := range w {
					score[j+1] += w[c] * float64(u[c].Int64())
				}
				z += math.Exp(score[j+1])
			}
			err := 0.0
			for _, j := range r.Positions() {
				want := 0.0
				if member[j] {
					want = 1 / float64(q)
				}
				err = max(err, math.Abs(math.Exp(score[j])/z-want))
			}
			if err < 1/float64(2*q)-1e-9 {
				t.Fatalf("q = %d: a query errs by %v only", q, err)
			}
		}
		bad := r
		bad.Coef = append([]*big.Int{}, r.Coef...)
		bad.Coef[0] = new(big.Int).Add(bad.Coef[0], big.NewInt(1))
		if bad.Verify(keys, q) {
			t.Fatal("a wrong coefficient passes")
		}
		bad = r
		bad.Y = slices.Clone(r.Y)
		bad.Y[slices.Index(bad.Y, r.A[0])] = r.B[0]
		slices.Sort(bad.Y)
		if bad.Verify(keys, q) {
			t.Fatal("a set that holds a position of B and lacks one of A passes")
		}
	}
	wide := Moment{9, 2, 5}
	var keys [][]*big.Int
	for j := 1; j <= 9; j++ {
		keys = append(keys, wide.key(j)[1:])
	}
	if _, ok := RadonPoint(keys, 2); ok {
		t.Error("an obstruction in 2q dimensions, where the moment curve has none")
	}
}

// TestKeyReports: what the proofs promise is what is measured.
func TestKeyReports(t *testing.T) {
	for _, s := range [][2]int{{16, 2}, {40, 3}} {
		for _, r := range Reports(s[0], s[1], 0, 1, 40, s[0] == 16) {
			t.Logf("N = %d q = %d: %+v", s[0], s[1], r)
			if r.Guarantee == "every set" && r.Certified != r.Sets {
				t.Errorf("N = %d q = %d: %s certifies %d of %d", s[0], s[1], r.Family, r.Certified, r.Sets)
			}
			if r.Family == "random-sign" && r.Certified == r.Sets && r.OffMax > 0.52 {
				t.Errorf("%s: largest score outside %v of that inside", r.Family, r.OffMax)
			}
		}
	}
}

// The coherence is a size where it was measured, and no number stands for it elsewhere.
func TestCoherenceIsMeasured(t *testing.T) {
	for _, tc := range []struct {
		of   func() (Signs, error)
		says bool
	}{
		{func() (Signs, error) { return RandomSigns(16, 2, 0, 0, 1, false, 1) }, true},
		{func() (Signs, error) { return RandomSigns(16, 2, 0, 0, 1, true, 1) }, false},
		{func() (Signs, error) { return EnumeratedSigns(16, 2, 0, 0, 1) }, false},
	} {
		k, err := tc.of()
		if err != nil {
			t.Fatal(err)
		}
		if c, says := k.Layer(60, NewMemo()).Sizes()["coherence"]; says != tc.says || says && c*5 > 1 {
			t.Errorf("%+v: coherence %v, printed: %v", k, c, says)
		}
	}
}

func subsets(n, q int, f func(y []int)) {
	sets, _ := someSets(n, q, 1, 1<<30)
	for _, y := range sets {
		f(y)
	}
}

// key writes u_j, width() zeros and ones.
func (c Code) key(j int, dst []int64) {
	word := make([]int, c.t)
	c.word(j, word)
	clear(dst)
	for t, v := range word {
		dst[t*c.p+v] = 1
	}
}
