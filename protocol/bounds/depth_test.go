package bounds

import (
	"context"
	"fmt"
	"math/bits"
	"math/rand/v2"
	"testing"

	"crosscut/internal/long"
)

// checkDeterministic asserts that the result is what it says: the tree runs, is
// right everywhere, costs Upper, and the evidence for the lower end is sound.
func checkDeterministic(t *testing.T, m *Matrix, r DeterministicResult) {
	t.Helper()
	if r.Tree == nil {
		t.Fatal("no tree")
	}
	cost, rounds, err := r.Tree.Run(t.Context(), m)
	if err != nil {
		t.Fatal(err)
	}
	if r.Tree.Depth() != r.Upper || int(cost) > r.Upper || rounds > r.Tree.Rounds() {
		t.Fatalf("tree of depth %d costs %d bits in %d rounds, upper end %d", r.Tree.Depth(), cost, rounds, r.Upper)
	}
	if r.Lower > r.Upper || r.Exact != (r.Lower == r.Upper) || r.By == "" {
		t.Fatalf("interval %d..%d, exact %v, by %q", r.Lower, r.Upper, r.Exact, r.By)
	}
	leaves := 0
	for v, set := range r.Fooling {
		leaves += len(set)
		for a, p := range set {
			if m.Index(p[0], p[1]) != v {
				t.Fatalf("fooling entry %v has not value %d", p, v)
			}
			for _, q := range set[:a] {
				x, y := m.Index(p[0], q[1]), m.Index(q[0], p[1])
				if (x < 0 || x == v) && (y < 0 || y == v) {
					t.Fatalf("fooling entries %v and %v share a rectangle", p, q)
				}
			}
		}
	}
	if r.By == "fooling" && width(leaves) != r.Lower {
		t.Fatalf("%d fooling entries do not prove %d", leaves, r.Lower)
	}
	if leaves > r.Tree.Leaves() {
		t.Fatalf("%d fooling entries, %d leaves", leaves, r.Tree.Leaves())
	}
}

// someHard are matrices on which the cheap bounds differ, so that the search has
// to decide.
func someHard() map[string]*Matrix {
	hard := map[string]*Matrix{}
	for seed := range uint64(3) {
		hard[fmt.Sprintf("12x12 sum of 4 rectangles, seed %d", seed)] = rectangles(12, 12, 4, seed)
	}
	for seed := uint64(1); seed <= 2; seed++ {
		hard[fmt.Sprintf("22x9 rank-deficient, seed %d", seed)] = deficient(22, 9, int(seed)+1, seed)
	}
	return hard
}

// rectangles is the sum of n random rectangles.
func rectangles(rows, cols, n int, seed uint64) *Matrix {
	rng := rand.New(rand.NewPCG(seed, 9))
	sum := make([]int, rows*cols)
	for range n {
		r, c := rng.Uint64(), rng.Uint64()
		for i := range rows {
			for j := range cols {
				sum[i*cols+j] += int(r >> i & c >> j & 1)
			}
		}
	}
	return Of(rows, cols, func(i, j int) int { return sum[i*cols+j] })
}

// deficient is a random 0/1 matrix, less columns of which are sums of two others.
func deficient(rows, cols, less int, seed uint64) *Matrix {
	rng := rand.New(rand.NewPCG(seed, 77))
	at := make([][]int, rows)
	for i := range at {
		at[i] = make([]int, cols)
		for j := range cols {
			at[i][j] = rng.IntN(2)
		}
		for k := range less {
			a := rng.IntN(3)
			at[i][2*k], at[i][2*k+1] = a&1, a>>1
			at[i][cols-1-k] = a&1 + a>>1
		}
	}
	return Of(rows, cols, func(i, j int) int { return at[i][j] })
}

func exactly(t *testing.T, m *Matrix) DeterministicResult {
	t.Helper()
	r := Deterministic(context.Background(), m, DeterministicOptions{})
	checkDeterministic(t, m, r)
	if !r.Exact {
		t.Fatalf("interval %d..%d", r.Lower, r.Upper)
	}
	return r
}

// textbook matrices on n bits, written out so that no catalogue is needed.
var textbook = map[string]func(n, x, y int) bool{
	"disj":  func(n, x, y int) bool { return x&y != 0 },
	"eq":    func(n, x, y int) bool { return x == y },
	"gt":    func(n, x, y int) bool { return x > y },
	"ip":    func(n, x, y int) bool { return bits.OnesCount(uint(x&y))&1 == 1 },
	"index": func(n, x, y int) bool { return x>>y&1 == 1 },
}

func textMatrix(name string, n int) *Matrix {
	cols := 1 << n
	if name == "index" {
		cols = n
	}
	return Of(1<<n, cols, func(x, y int) int { return int(b2u(textbook[name](n, x, y))) })
}

func TestDepthOfProblems(t *testing.T) {
	for _, name := range []string{"disj", "eq", "gt", "ip"} {
		for n := 1; n <= 6; n++ {
			if r := exactly(t, textMatrix(name, n)); r.Upper != n+1 {
				t.Errorf("D(%s_%d) = %d, want %d", name, n, r.Upper, n+1)
			}
		}
	}
	for n, want := range []int{2: 2, 3: 3, 4: 3} {
		if want == 0 {
			continue
		}
		if r := exactly(t, textMatrix("index", n)); r.Upper != want {
			t.Errorf("D(index_%d) = %d, want %d", n, r.Upper, want)
		}
	}
}

// circulant has half ones a row, each row shifted by one.
func circulant(half int) *Matrix {
	n := 2 * half
	return Of(n, n, func(i, j int) int {
		if (j-i+n)%n < half {
			return 1
		}
		return 0
	})
}

func TestDepthOfCirculants(t *testing.T) {
	for k, want := range []int{3: 4, 4: 4, 5: 5, 6: 5, 7: 5, 8: 5, 9: 6} {
		if want == 0 {
			continue
		}
		if r := exactly(t, circulant(k)); r.Upper != want {
			t.Errorf("D(C(%d,%d)) = %d, want %d", 2*k, k, r.Upper, want)
		}
	}
}

// someMatrices are small matrices of many kinds: random, shuffled copies,
// duplicated lines, several values, low rank, sparse, partial.
func someMatrices(n int, seed uint64, side int) []*Matrix {
	rng := rand.New(rand.NewPCG(seed, 0))
	var all []*Matrix
	for len(all) < n {
		rows, cols := 1+rng.IntN(side), 1+rng.IntN(side)
		values := 2
		if rng.IntN(3) == 0 {
			values = 2 + rng.IntN(4)
		}
		star := 0
		if rng.IntN(3) == 0 {
			star = 1 + rng.IntN(60)
		}
		at := make([][]int, rows)
		kind := rng.IntN(4)
		for i := range at {
			at[i] = make([]int, cols)
			for j := range at[i] {
				switch kind {
				case 0, 1:
					at[i][j] = rng.IntN(values)
				case 2: // sparse
					if rng.IntN(4) == 0 {
						at[i][j] = 1 + rng.IntN(values-1)
					}
				}
			}
		}
		if kind == 3 { // a sum of few rectangles
			for range 1 + rng.IntN(4) {
				r, c := rng.Uint64(), rng.Uint64()
				for i := range at {
					for j := range at[i] {
						at[i][j] = (at[i][j] + int(r>>i&c>>j&1)) % values
					}
				}
			}
		}
		if rng.IntN(3) == 0 && rows > 1 { // a duplicate
			copy(at[rng.IntN(rows)], at[rng.IntN(rows)])
		}
		hole := make([]bool, rows*cols)
		for k := range hole {
			hole[k] = rng.IntN(100) < star
		}
		m, err := New(rows, cols, func(i, j int) (int, bool) { return at[i][j]*3 - 2, !hole[i*cols+j] })
		if err != nil {
			panic(err)
		}
		all = append(all, m)
	}
	return all
}

func TestDepthAgainstPlain(t *testing.T) {
	for k, m := range someMatrices(long.Of(500, 1500), 1, 5) {
		r := exactly(t, m)
		if want := plainDepth(m, 0); r.Upper != want {
			t.Fatalf("matrix %d: D = %d by %s, plain %d\n%s", k, r.Upper, r.By, want, show(m))
		}
	}
	for k, m := range someMatrices(long.Of(20, 60), 2, 7) {
		r := exactly(t, m)
		if want := plainDepth(m, 0); r.Upper != want {
			t.Fatalf("matrix %d: D = %d by %s, plain %d\n%s", k, r.Upper, r.By, want, show(m))
		}
	}
}

// Sharing answers between parts that are alike changes none, whatever the size from
// which parts are compared, and however little is remembered.
func TestDepthWithLikeness(t *testing.T) {
	shared := 0
	for k, m := range append(someMatrices(400, 11, 6), circulant(3), textMatrix("eq", 3)) {
		if len(m.Values()) < 2 {
			continue
		}
		d := &depth{ctx: context.Background(), m: m}
		d.pack(m.Fold())
		want := plainDepth(m, 0)
		s := newSearch(d.ctx, d.b, int64(k%3)<<16)
		s.like.from = 2
		for bits := 5; bits >= 0; bits-- {
			if s.fits(d.b.all(), bits, turn{}) != (bits >= want) {
				t.Fatalf("matrix %d: D <= %d is answered wrongly, D = %d\n%s", k, bits, want, show(m))
			}
		}
		shared += len(s.like.known)
	}
	if shared == 0 {
		t.Error("no part was remembered")
	}
}

func TestDepthInRounds(t *testing.T) {
	for k, m := range someMatrices(400, 3, 5) {
		for rounds := 1; rounds <= 4; rounds++ {
			r := Deterministic(context.Background(), m, DeterministicOptions{Rounds: rounds})
			want := plainDepth(m, rounds)
			if r.Impossible != (want == impossible) {
				t.Fatalf("matrix %d, %d rounds: impossible %v, plain %d\n%s", k, rounds, r.Impossible, want, show(m))
			}
			if r.Impossible {
				continue
			}
			checkDeterministic(t, m, r)
			if !r.Exact || r.Upper != want || r.Tree.Rounds() > rounds {
				t.Fatalf("matrix %d, %d rounds: %d..%d by %s in %d rounds, plain %d\n%s",
					k, rounds, r.Lower, r.Upper, r.By, r.Tree.Rounds(), want, show(m))
			}
		}
	}
}

func show(m *Matrix) string {
	s := ""
	for i := range m.Rows() {
		for j := range m.Cols() {
			if v, ok := m.At(i, j); ok {
				s += fmt.Sprintf("%3d", v)
			} else {
				s += "  *"
			}
		}
		s += "\n"
	}
	return s
}

// A budget that runs out still gives a true interval and a tree.
func TestDepthInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for _, m := range someMatrices(100, 4, 6) {
		r := Deterministic(ctx, m, DeterministicOptions{})
		checkDeterministic(t, m, r)
		if want := plainDepth(m, 0); r.Lower > want || r.Upper < want {
			t.Fatalf("interval %d..%d, D = %d\n%s", r.Lower, r.Upper, want, show(m))
		}
	}
}

// A tree with a wrong label, and one whose node asks the wrong player, are caught.
func TestTreeRunCatchesFaults(t *testing.T) {
	m := textMatrix("eq", 2)
	good := exactly(t, m).Tree
	bad := *good
	for leaf := &bad; ; {
		if leaf.Leaf() {
			leaf.Value = 1 - leaf.Value
			break
		}
		copied := *leaf.Zero
		leaf.Zero = &copied
		leaf = &copied
	}
	if _, _, err := bad.Run(t.Context(), m); err == nil {
		t.Error("a wrong label went unseen")
	}
	swapped := *good
	swapped.Speaker = 1 - swapped.Speaker
	swapped.Ones = []int{0}
	if _, _, err := swapped.Run(t.Context(), m); err == nil {
		t.Error("a node of the wrong player went unseen")
	}
}

func TestInRounds(t *testing.T) {
	ctx := context.Background()
	for k, m := range someMatrices(150, 10, 5) {
		free := exactly(t, m)
		all := InRounds(ctx, m, 4, free, DeterministicOptions{})
		for i, d := range all {
			want := plainDepth(m, i+1)
			if d.Rounds != i+1 || d.Possible != (want < impossible) || d.Possible && (!d.Exact || d.Upper != want) {
				t.Fatalf("matrix %d, %d rounds: %+v, plain %d\n%s", k, i+1, d, want, show(m))
			}
		}
		if last := all[len(all)-1]; len(all) < 4 && last.Upper != free.Upper {
			t.Fatalf("matrix %d: stopped after %d rounds at %d, D = %d", k, len(all), last.Upper, free.Upper)
		}
	}
	// Alice holds a place i and three bits, Bob a table of two numbers: the bit at
	// table[i]. One bit, two bits, one bit in three rounds; two rounds need five.
	m := Of(16, 9, func(x, y int) int {
		table := [2]int{y % 3, y / 3}
		return x >> 1 >> table[x&1] & 1
	})
	free := Deterministic(ctx, m, DeterministicOptions{})
	two := Deterministic(ctx, m, DeterministicOptions{Rounds: 2})
	checkDeterministic(t, m, two)
	if !free.Exact || !two.Exact || free.Upper >= two.Upper || free.Tree.Rounds() < 3 {
		t.Errorf("table: %d..%d, in two rounds %d..%d", free.Lower, free.Upper, two.Lower, two.Upper)
	}
}

// TestRoundsToTheEnd: the list of costs by rounds goes on until more rounds do not help.
func TestRoundsToTheEnd(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range 200 {
		m := Of(5, 6, func(i, j int) int { return rng.IntN(2) })
		r := analyze(t, m, Options{NoFloats: true})
		if last := r.InRounds[len(r.InRounds)-1]; !last.Possible || last.Upper != r.Deterministic.Upper {
			t.Fatalf("%v: D = %d, the list ends with %+v", m.Lines(), r.Deterministic.Upper, last)
		}
	}
}
