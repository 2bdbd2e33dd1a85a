package bounds

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"crosscut/internal/long"
	"crosscut/internal/units"
)

// census1 is a whole census, its sums checked.
func census1(t testing.TB, rows, cols int) CensusResult {
	t.Helper()
	w, err := Census(rows, cols, 0)
	if err != nil {
		t.Fatal(err)
	}
	r, err := w.Run(context.Background(), units.Whole, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	counts, err := w.Merge([]*units.Record{r})
	if err != nil {
		t.Fatal(err)
	}
	return CensusOf(rows, cols, counts, units.Whole, w.Items, w.Items)
}

func TestCensusOracles(t *testing.T) {
	for _, c := range []struct {
		rows, cols int
		counts     string
		classes    string
	}{
		{1, 1, "[2]", "2"},
		{1, 3, "[2 6]", "4"},
		{2, 2, "[2 4 10]", "7"},
		{3, 3, "[2 12 234 264]", "36"},
		{3, 4, "[2 20 882 3192]", "87"},
		{4, 3, "[2 20 882 3192]", "87"},
		{4, 4, "[2 28 2842 62664]", "317"},
		{5, 5, "[2 60 27450 15443400 18083520]", "5624"},
	} {
		r := census1(t, c.rows, c.cols)
		if got := fmt.Sprint(r.Counts); got != c.counts {
			t.Errorf("%d x %d: %s, want %s", c.rows, c.cols, got, c.counts)
		}
		if got := r.Classes.String(); got != c.classes || !r.Complete {
			t.Errorf("%d x %d: %s classes, want %s, complete %v", c.rows, c.cols, got, c.classes, r.Complete)
		}
	}
}

// TestCensusByHand counts all matrices of small sizes one by one, with the plain
// second implementation of D and with the least member of each class.
func TestCensusByHand(t *testing.T) {
	for _, size := range [][2]int{{1, 1}, {1, 4}, {2, 3}, {2, 5}, {3, 3}, {4, 3}, {2, 6}} {
		if size[0]*size[1] > long.Of(10, 12) {
			continue
		}
		rows, cols := size[0], size[1]
		r := census1(t, rows, cols)
		counts, classes := make([]int, 8), make([]int, 8)
		for x := range 1 << (rows * cols) {
			k := plainDepth(matrixOf(x, rows, cols), 0)
			counts[k]++
			if least(x, rows, cols) {
				classes[k]++
			}
		}
		for k := range counts {
			n, c := "0", "0"
			if k < len(r.Counts) {
				n, c = r.Counts[k].String(), r.ClassesByDepth[k].String()
			}
			if n != fmt.Sprint(counts[k]) || c != fmt.Sprint(classes[k]) {
				t.Errorf("%d x %d, D = %d: %s matrices in %s classes, by hand %d in %d", rows, cols, k, n, c, counts[k], classes[k])
			}
		}
	}
}

func matrixOf(x, rows, cols int) *Matrix {
	return Of(rows, cols, func(i, j int) int { return x >> (i*cols + j) & 1 })
}

// least says whether no permutation of rows and columns makes x smaller.
func least(x, rows, cols int) bool {
	for _, p := range permutations(rows) {
		for _, q := range permutations(cols) {
			y := 0
			for i := range rows {
				for j := range cols {
					y |= x >> (p[i]*cols + q[j]) & 1 << (i*cols + j)
				}
			}
			if y < x {
				return false
			}
		}
	}
	return true
}

func permutations(n int) [][]int {
	if n == 0 {
		return [][]int{{}}
	}
	var all [][]int
	for _, p := range permutations(n - 1) {
		for at := range n {
			all = append(all, slices.Insert(slices.Clone(p), at, n-1))
		}
	}
	return all
}

// TestCensusSample compares the depths that the census uses (by shape, or by
// halves) with the plain implementation, on random matrices up to 8 x 8.
func TestCensusSample(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	seen := map[int]int{}
	for k := range 300 {
		p, q := 4+rng.IntN(4), 4+rng.IntN(4)
		lines := make([]uint64, p)
		w, planted := rng.Uint64()&below(q), rng.IntN(2) == 0
		for i := range lines {
			lines[i] = rng.Uint64() & below(q)
			if planted && i >= 2 { // so that D = 3 occurs
				lines[i] = []uint64{0, below(q), w, w ^ below(q)}[(i+k)%4]
			}
		}
		rng.Shuffle(p, func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
		m := Of(p, q, func(i, j int) int { return int(lines[i] >> j & 1) })
		f := m.Fold()
		d := shapeDepth(f.Rows(), f.Cols())
		if d < 0 {
			a, b := packed(f.Matrix), packed(f.Transpose())
			d = 4
			if halves(a, below(len(b))) || halves(b, below(len(a))) {
				d = 3
			}
			seen[d]++
		}
		if want := plainDepth(f.Matrix, 0); d != want {
			t.Fatalf("D = %d, plain %d\n%s", d, want, show(m))
		}
	}
	if seen[3] < 10 || seen[4] < 10 {
		t.Errorf("the sample has %v of the listed shapes by depth: too few", seen)
	}
}

func packed(m *Matrix) []uint64 {
	lines := make([]uint64, m.Rows())
	for i := range lines {
		for j := range m.Cols() {
			if v, _ := m.At(i, j); v == 1 {
				lines[i] |= 1 << j
			}
		}
	}
	return lines
}

// The listed orbits of every shape number as many as the formulas say, as
// matrices and as classes; formulas and lists share no code.
func TestCensusListsAllOrbits(t *testing.T) {
	for _, s := range [][2]int{{3, 2}, {4, 3}, {5, 3}, {4, 4}, {5, 5}, {6, 5}} {
		p, q := s[0], s[1]
		var sets, classes int64
		o := newOrbits(q)
		o.empty().each(p, func(b orbit) bool {
			if _, ok := separatedLines(b.list, q); ok {
				sets += int64(len(o.perm) / b.stabilizer(func(_, _ []int) {}))
				classes++
			}
			return true
		})
		if got, want := new(big.Int).Mul(factorial(p), big.NewInt(sets)), separated(p, q); got.Cmp(want) != 0 {
			t.Errorf("%d x %d: %v matrices listed, formula %v", p, q, got, want)
		}
		if want := shapeClasses(p, q, p, q); want.Cmp(big.NewInt(classes)) != 0 {
			t.Errorf("%d x %d: %v classes listed, formula %v", p, q, classes, want)
		}
	}
}

// Shards of a census, in any number and order, add up to the whole; a wrong count
// does not.
func TestCensusShardsMerge(t *testing.T) {
	w, err := Census(5, 6, 2)
	if err != nil {
		t.Fatal(err)
	}
	w.Version, w.Command = "a", []string{"bounds"}
	whole := fmt.Sprint(census1(t, 5, 6))
	for _, k := range []int{1, 3, w.Items, w.Items + 5} {
		var parts []*units.Record
		for i := k; i >= 1; i-- {
			r, err := w.Run(context.Background(), units.Shard{I: i, K: k}, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			if r, err = units.Read(r.Bytes()); err != nil {
				t.Fatal(err)
			}
			parts = append(parts, r)
		}
		counts, err := w.Merge(parts)
		if err != nil {
			t.Fatalf("%d shards: %v", k, err)
		}
		if got := fmt.Sprint(CensusOf(5, 6, counts, units.Whole, w.Items, w.Items)); got != whole {
			t.Errorf("%d shards: merged %v\nwhole %v", k, got, whole)
		}
		for _, name := range []string{"matrices", "classes"} {
			_, c, _, err := w.Open(parts[0])
			if err != nil || c.Matrices == nil {
				continue
			}
			if list := map[string][]*big.Int{"matrices": c.Matrices, "classes": c.Classes}[name]; name == "matrices" {
				list[4].Add(list[4], big.NewInt(1))
			} else {
				list[4].Sub(list[4], big.NewInt(1))
			}
			wrong := *parts[0]
			if wrong.Counts, err = json.Marshal(c); err != nil {
				t.Fatal(err)
			}
			if _, err := w.Merge(append([]*units.Record{&wrong}, parts[1:]...)); err == nil {
				t.Errorf("%d shards: a wrong number of %s went unseen", k, name)
			}
		}
	}
	for _, size := range [][2]int{{0, 3}, {9, 9}, {2, 33}, {-1, -1}} {
		if _, err := Census(size[0], size[1], 0); !errors.Is(err, ErrCensus) {
			t.Errorf("%v: %v", size, err)
		}
	}
}

// TestCensusBalance: units of a large census weigh the same within 20 %, by the number of
// ways to go on.
func TestCensusBalance(t *testing.T) {
	c := &census{CensusResult: CensusResult{Rows: 8, Cols: 9}}
	items := mixed(c.allUnits())
	for k := 2; k <= 20; k++ {
		var sums []int
		all := 0
		for i := 1; i <= k; i++ {
			from, to := units.Shard{I: i, K: k}.Range(len(items))
			sum := 0
			for _, u := range items[from:to] {
				sum += u.weight
			}
			sums, all = append(sums, sum), all+sum
		}
		for i, sum := range sums {
			if 10*sum*k < 8*all || 10*sum*k > 12*all {
				t.Errorf("unit %d of %d weighs %.2f of the mean", i+1, k, float64(sum*k)/float64(all))
			}
		}
	}
}
