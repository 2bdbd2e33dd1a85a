package tensor

import (
	"math/big"
	"math/rand/v2"
	"testing"

	"crosscut/internal/exact"
	"crosscut/models/attention"
	"crosscut/models/laws"
	"crosscut/models/tasks"
)

// slowSums evaluates one head from the definition: every tuple, big integers.
func slowSums(s *tupleSums, query []*big.Int) (z, num int64) {
	tuple := make([]int, len(s.keys))
	for {
		w := s.exactWeight(query, tuple)
		v := int64(1)
		for a, j := range tuple {
			v *= s.values[a][j]
		}
		z, num = z+w, num+w*v
		a := 0
		for ; a < len(tuple); a++ {
			if tuple[a]++; tuple[a] < s.tokens {
				break
			}
			tuple[a] = 0
		}
		if a == len(tuple) {
			return z, num
		}
	}
}

// randomTuples makes a random layer of one head: entries of about the given bits,
// a table of many entries, scores across all of it.
func randomTuples(t testing.TB, rng *rand.Rand, bits uint) (*tupleSums, []*big.Int) {
	order, n, m := 2+rng.IntN(3), 1+rng.IntN(5), 1+rng.IntN(4)
	number := func() *big.Int {
		v := new(big.Int).Lsh(big.NewInt(rng.Int64N(1<<40)-1<<39), bits)
		return v.Rsh(v, 40)
	}
	l := &Layer{Of: tasks.Shape{N: n}, Order: order, F: 12, G: 4}
	head := Head{Values: []Linear{{{big.NewInt(1)}}}}
	query := make([]*big.Int, m)
	l.Top = new(big.Int)
	for c := range query {
		head.Query = append(head.Query, []*big.Int{new(big.Int)})
		query[c] = number()
		l.Top.Add(l.Top, new(big.Int).Lsh(big.NewInt(1), bits*uint(order)-uint(order)))
	}
	l.Heads = []Head{head}
	var keys [][][]*big.Int
	var values [][][]int64
	for range order - 1 {
		var ks [][]*big.Int
		var vs [][]int64
		for range n {
			var k []*big.Int
			for range m {
				k = append(k, number())
			}
			ks, vs = append(ks, k), append(vs, []int64{rng.Int64N(7) - 3})
		}
		keys, values = append(keys, ks), append(values, vs)
	}
	l.Scale = max(0, order*int(bits)-order-2)
	if _, err := l.tabled(); err != nil {
		t.Fatal(err)
	}
	return newTupleSums(l, keys, values), query
}

// TestTupleSums compares both fast forms with the definition.
func TestTupleSums(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 1))
	shown := 0
	for trial := range 300 {
		s, query := randomTuples(t, rng, []uint{5, 12, 40, 70, 200}[trial%5])
		z, num := slowSums(s, query)
		want := new(big.Rat)
		if z != 0 {
			want.SetFrac64(num, z)
		}
		if want.Sign() != 0 {
			shown++
		}
		if got := average(t, s, query); got.Cmp(want) != 0 {
			t.Fatalf("trial %d: %v, want %v", trial, got, want)
		}
	}
	if shown < 100 {
		t.Fatalf("only %d averages differ from 0", shown)
	}
}

// TestTensorIsAttention: order 2 is plain attention. Random layers of both
// engines, with the same numbers, give the same averages.
func TestTensorIsAttention(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 1))
	different := map[float64]bool{}
	for range 40 {
		n, m, f, g, scale := 1+rng.IntN(8), 1+rng.IntN(4), rng.IntN(16), rng.IntN(5), rng.IntN(10)
		sh := laws.Shape(t, "match2", n, tasks.Params{"M": 99})
		top := rng.Int64N(400) - 100
		number := func() int64 { return rng.Int64N(41) - 20 }
		queries, keys, values := make([][]int64, n+1), make([][]int64, n+2), make([]int64, n+2)
		for j := 1; j <= n+1; j++ {
			for range m {
				keys[j] = append(keys[j], number())
				if j <= n {
					queries[j] = append(queries[j], number())
				}
			}
			values[j] = number()
		}
		fill := func(v attention.Ints, from []int64) error {
			for c, x := range from {
				v.Set(c, x)
			}
			return nil
		}
		plain, err := attention.New(&attention.Stack{Shape: sh, Layers: []*attention.Layer{{
			Heads: 1, Width: m, Values: 1, Embed: 1, P: 12, F: f, G: g, Scale: scale, Top: big.NewInt(top), Blank: true,
			Query: func(_, pos int, _, q attention.Ints) error { return fill(q, queries[pos]) },
			Key:   func(_, pos int, _, k attention.Ints) error { return fill(k, keys[pos]) },
			Value: func(_, pos int, _, v attention.Ints) (int, error) { return 0, fill(v, values[pos:pos+1]) },
		}},
			In: func(int, tasks.Token, attention.Ints) error { return nil },
			Out: func(_ int, _ attention.Ints, heads []attention.Average) (tasks.Value, error) {
				return tasks.Value{heads[0].Float(0, 0)}, nil
			},
		})
		if err != nil {
			t.Fatal(err)
		}
		want, err := plain.Whole(t.Context(), make([]tasks.Token, n), sh.All())
		if err != nil {
			t.Fatal(err)
		}
		l := &Layer{Of: sh, Order: 2, F: f, G: g, Scale: scale, Top: big.NewInt(top)}
		l.Heads = []Head{{Query: make(Linear, m), Values: []Linear{{nil}}}}
		if _, err := l.tabled(); err != nil {
			t.Fatal(err)
		}
		var ks [][]*big.Int
		var vs [][]int64
		for j := 1; j <= n+1; j++ {
			ks, vs = append(ks, exact.Ints([][]int64{keys[j]})[0]), append(vs, []int64{values[j]})
		}
		s := newTupleSums(l, [][][]*big.Int{ks}, [][][]int64{vs})
		for i := 1; i <= n; i++ {
			got, _ := average(t, s, exact.Ints([][]int64{queries[i]})[0]).Float64()
			different[got] = true
			if got != want[i-1][0] {
				t.Fatalf("position %d: tensor attention of order 2 gives %v, attention %v", i, got, want[i-1])
			}
		}
	}
	if len(different) < 30 {
		t.Errorf("only %d different averages", len(different))
	}
}

// TestFilterAtBoundaries moves the top by one unit in its last place, far below
// float precision, across the edge of a table cell: the filter must see it.
func TestFilterAtBoundaries(t *testing.T) {
	one := big.NewInt(1)
	l := &Layer{Of: tasks.Shape{N: 1}, Order: 2, F: 12, G: 4, Scale: 150}
	l.Heads = []Head{{Query: Linear{{one}}, Values: []Linear{{{one}}}}}
	cell := new(big.Int).Lsh(one, uint(l.Scale-l.G)) // one table entry, in score units
	for _, delta := range []int64{-1, 0} {
		l.Top = new(big.Int).Add(cell, big.NewInt(delta))
		if _, err := l.tabled(); err != nil {
			t.Fatal(err)
		}
		s := newTupleSums(l, [][][]*big.Int{{{new(big.Int)}}}, [][][]int64{{{1}}})
		z, _, _ := sumTuples(t.Context(), s, s.float, []float64{0}, s.filteredWeight([]*big.Int{one}, l.Top))
		if want := l.table[1+delta]; z != want {
			t.Errorf("top = edge %+d: weight %d, want %d", delta, z, want)
		}
	}
}

func average(t *testing.T, s *tupleSums, query []*big.Int) *big.Rat {
	t.Helper()
	all, err := s.average(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	return all[0]
}
