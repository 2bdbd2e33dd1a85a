package bounds

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"crosscut/internal/long"
)

// assorted draws a matrix of one of several kinds, at most side x side, with
// shuffled and repeated rows and columns.
func assorted(rng *rand.Rand, side int) *Matrix {
	rows, cols := 1+rng.IntN(side), 1+rng.IntN(side)
	cell := make([][]int, rows)
	for i := range cell {
		cell[i] = make([]int, cols)
	}
	switch kind := rng.IntN(6); kind {
	case 0: // sparse
		for range 1 + rows*cols/4 {
			cell[rng.IntN(rows)][rng.IntN(cols)] = 1
		}
	case 1, 2: // the union, or the sum, of few rectangles
		for range 1 + rng.IntN(4) {
			r, c := rng.Uint64(), rng.Uint64()
			for i := range rows {
				for j := range cols {
					if r>>i&1 == 1 && c>>j&1 == 1 {
						cell[i][j]++
						if kind == 1 {
							cell[i][j] = 1
						}
					}
				}
			}
		}
	case 3: // dense
		for i := range rows {
			for j := range cols {
				cell[i][j] = rng.IntN(2)
			}
		}
	case 4: // several values
		for i := range rows {
			for j := range cols {
				cell[i][j] = rng.IntN(4) - 1
			}
		}
	case 5: // partial
		for i := range rows {
			for j := range cols {
				if cell[i][j] = rng.IntN(2); rng.IntN(4) == 0 {
					cell[i][j] = -7
				}
			}
		}
	}
	m, err := New(rows, cols, func(i, j int) (int, bool) { return cell[i][j], cell[i][j] != -7 })
	if err != nil {
		panic(err)
	}
	pick := func(n int) []int {
		p := rng.Perm(n)
		for k := range p {
			if rng.IntN(4) == 0 {
				p[k] = p[rng.IntN(n)]
			}
		}
		return p
	}
	return m.Sub(pick(rows), pick(cols))
}

// plainFooling tries every set of entries of v.
func plainFooling(m *Matrix, v int) int {
	var all []place
	for i := range m.Rows() {
		for j := range m.Cols() {
			if w, ok := m.At(i, j); ok && w == v {
				all = append(all, place{i, j})
			}
		}
	}
	differs := func(i, j int) bool {
		w, ok := m.At(i, j)
		return ok && w != v
	}
	best := 0
	var walk func(from int, set []place)
	walk = func(from int, set []place) {
		best = max(best, len(set))
	next:
		for k := from; k < len(all); k++ {
			for _, p := range set {
				if !differs(p[0], all[k][1]) && !differs(all[k][0], p[1]) {
					continue next
				}
			}
			walk(k+1, append(set[:len(set):len(set)], all[k]))
		}
	}
	walk(0, nil)
	return best
}

// plainRectangle tries every set of rows.
func plainRectangle(m *Matrix, v int) int {
	best := 0
	for set := 1; set < 1<<m.Rows(); set++ {
		area := 0
		for j := range m.Cols() {
			inside, pure := 0, true
			for i := range m.Rows() {
				if set>>i&1 == 1 {
					w, ok := m.At(i, j)
					pure = pure && (!ok || w == v)
					inside += b2i(ok && w == v)
				}
			}
			if pure {
				area += inside
			}
		}
		best = max(best, area)
	}
	return best
}

// plainShattered tries every set of columns.
func plainShattered(m *Matrix) int {
	best := 0
	for set := range 1 << m.Cols() {
		seen := map[int]bool{}
		k := 0
		for j := range m.Cols() {
			k += set >> j & 1
		}
		for i := range m.Rows() {
			p, whole := 0, true
			for j := range m.Cols() {
				if set>>j&1 == 1 {
					v, ok := m.At(i, j)
					whole = whole && ok
					p = 2*p + v
				}
			}
			if whole {
				seen[p] = true
			}
		}
		if len(seen) == 1<<k {
			best = max(best, k)
		}
	}
	return best
}

// plainDiscrepancy tries every set of rows and every set of columns.
func plainDiscrepancy(m *Matrix) *big.Rat {
	best, total := 0, 0
	for rows := range 1 << m.Rows() {
		for cols := range 1 << m.Cols() {
			sum := 0
			total = 0
			for i := range m.Rows() {
				for j := range m.Cols() {
					v, ok := m.At(i, j)
					total += b2i(ok)
					if ok && rows>>i&1 == 1 && cols>>j&1 == 1 {
						sum += 2*v - 1
					}
				}
			}
			best = max(best, sum, -sum)
		}
	}
	return ratio(best, max(total, 1))
}

// TestAgainstSlowPrograms compares every exact measure with a program that follows
// its definition.
func TestAgainstSlowPrograms(t *testing.T) {
	rng := rand.New(rand.NewPCG(51, 1))
	for try := range long.Of(16, 160) {
		m := assorted(rng, 5)
		r := analyze(t, m, Options{})
		for _, p := range r.PerValue {
			if want := plainFooling(m, p.Value); p.Fooling != point(want) {
				t.Errorf("%v: fooling of %d is %v, want %d", m.Lines(), p.Value, p.Fooling, want)
			}
			if want := plainRectangle(m, p.Value); p.Rectangle != point(want) {
				t.Errorf("%v: rectangle of %d is %v, want %d", m.Lines(), p.Value, p.Rectangle, want)
			}
			if a := p.found.aspect; a.n[0]*a.n[1] <= 16 {
				if c, q := plainCover(a, false), plainCover(a, true); p.Cover != point(c) || p.Partition != point(q) {
					t.Errorf("%v: cover and partition of %d are %v, %v, want %d, %d", m.Lines(), p.Value, p.Cover, p.Partition, c, q)
				}
			}
		}
		if m.Total() {
			if want := plainRank(m.Rows(), m.Cols(), func(i, j int) int64 { v, _ := m.At(i, j); return int64(v) }); r.Rank.Rational != point(want) {
				t.Errorf("%v: rank %v, want %d", m.Lines(), r.Rank.Rational, want)
			}
		}
		if a, b := width(plainMessages(m)), width(plainMessages(m.Transpose())); r.OneWay.Alice != point(a) || r.OneWay.Bob != point(b) {
			t.Errorf("%v: one-way %v, want %d, %d", m.Lines(), r.OneWay, a, b)
		}
		if m.Boolean() {
			if a, b := plainShattered(m), plainShattered(m.Transpose()); len(m.Values()) == 2 && (r.Shattered.Alice != point(a) || r.Shattered.Bob != point(b)) {
				t.Errorf("%v: shattered %v, want %d, %d", m.Lines(), *r.Shattered, a, b)
			}
			if want := plainDiscrepancy(m); r.Discrepancy.Uniform.Lower.Cmp(want) != 0 || !r.Discrepancy.Uniform.Exact() {
				t.Errorf("%v: discrepancy %v, want %v", m.Lines(), r.Discrepancy.Uniform, want)
			}
		}
		if m.Rows()*m.Cols() <= 16 {
			if want := plainDepth(m, 0); !r.Deterministic.Exact || r.Deterministic.Upper != want {
				t.Errorf("%v: D = %v, want %d", m.Lines(), r.Deterministic, want)
			}
		}
		if try%4 == 0 {
			certify(t, m, r)
		}
	}
}
