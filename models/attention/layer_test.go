package attention

import (
	"fmt"
	"maps"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"crosscut/internal/exact"
	"crosscut/models"
	"crosscut/models/laws"
	"crosscut/models/run"
	"crosscut/models/tasks"
)

var arithmetics = []Arithmetic{WithShift, WithMax, WithFold, WithRounded}

// slowLayer evaluates a layer as its definition reads, in big integers, one
// position and one token at a time.
func slowLayer(l *Layer, n, pos int, at func(pos int) Ints) []Average {
	table, err := exact.ExpTable(l.F, l.G)
	if err != nil {
		panic(err)
	}
	weight := func(d *big.Int) *big.Int { // d in units of 2^-scale
		d = new(big.Int).Lsh(d, uint(l.G))
		d.Div(d, new(big.Int).Lsh(big.NewInt(1), uint(l.Scale)))
		switch {
		case d.Sign() < 0:
			return big.NewInt(table[0])
		case d.Cmp(big.NewInt(int64(len(table)))) >= 0:
			return new(big.Int)
		}
		return big.NewInt(table[d.Int64()])
	}
	var heads []Average
	for h := range l.Heads {
		q := NewInts(l.Width, true)
		switch l.Queries[h] {
		case OnToken:
			l.Query(h, pos, at(pos), q)
		case OnPosition:
			l.Query(h, pos, Ints{}, q)
		default:
			l.Query(h, 0, Ints{}, q)
		}
		var scores []*big.Int
		var values []Ints
		for j := 1; j <= n+1; j++ {
			e := Ints{}
			if j == n+1 && !l.Blank || j <= n && l.Mask != nil && !l.Mask(pos, j) {
				continue
			}
			if j <= n {
				e = at(j)
			}
			k, v := NewInts(l.Width, true), NewInts(l.Block, true)
			l.Key(h, j, e, k)
			first, _ := l.Value(h, j, e, v)
			s := new(big.Int)
			for c := range l.Width {
				s.Add(s, new(big.Int).Mul(q.Big(c), k.Big(c)))
			}
			full := NewInts(l.Values, true)
			for c := range l.Block {
				full.SetBig(first+c, v.Big(c))
			}
			scores, values = append(scores, s), append(values, full)
		}
		z, num := new(big.Int), NewInts(l.Values, true)
		add := func(w *big.Int, v Ints) {
			z.Add(z, w)
			for c := range l.Values {
				num.SetBig(c, new(big.Int).Add(num.Big(c), new(big.Int).Mul(w, v.Big(c))))
			}
		}
		top := l.Top
		if l.Arithmetic == WithMax {
			for i, s := range scores {
				if i == 0 || top.Cmp(s) < 0 {
					top = s
				}
			}
		}
		switch l.Arithmetic {
		case WithShift, WithMax:
			for i, s := range scores {
				add(weight(new(big.Int).Sub(top, s)), values[i])
			}
		case WithRounded:
			sum := new(big.Int)
			for _, s := range scores {
				sum.Add(sum, weight(new(big.Int).Sub(top, s)))
			}
			for i, s := range scores {
				if sum.Sign() == 0 {
					break
				}
				a := new(big.Int).Lsh(weight(new(big.Int).Sub(top, s)), uint(l.P+1))
				a.Add(a, sum)
				add(a.Div(a, new(big.Int).Lsh(sum, 1)), values[i])
			}
			z = new(big.Int).Lsh(big.NewInt(1), uint(l.P))
		case WithFold:
			var m *big.Int
			shrink := func(x *big.Int, r *big.Int) {
				x.Mul(x, r)
				x.Div(x, new(big.Int).Lsh(big.NewInt(1), uint(l.F)))
			}
			for i, s := range scores {
				if m == nil || m.Cmp(s) < 0 {
					if m != nil {
						r := weight(new(big.Int).Sub(s, m))
						shrink(z, r)
						for c := range l.Values {
							x := new(big.Int).Set(num.Big(c))
							shrink(x, r)
							num.SetBig(c, x)
						}
					}
					m = s
				}
				add(weight(new(big.Int).Sub(m, s)), values[i])
			}
		}
		heads = append(heads, Average{zBig: z, nBig: num.wide})
	}
	return heads
}

// tiny is the task of the random tests: values 1..M, no meaning.
func tinyShape(n, m int) tasks.Shape {
	sh, err := tasks.Match3.Shape(n, tasks.Params{"M": float64(m)})
	if err != nil {
		panic(err)
	}
	return sh
}

// stackOf draws weights: every map is a table of random numbers of p bits,
// shifted up by grow bits to force wider score arithmetic.
func stackOf(rng *rand.Rand, sh tasks.Shape, a Arithmetic, grow int) *Stack {
	p := 2 + rng.IntN(3)
	l := &Layer{
		Heads: 1 + rng.IntN(2), Width: 1 + rng.IntN(3), Values: 1 + rng.IntN(4), Embed: 1 + rng.IntN(2),
		P: p + grow, F: rng.IntN(6), G: rng.IntN(3), Scale: rng.IntN(4) + 2*grow,
		Arithmetic: a, Blank: rng.IntN(2) == 0,
	}
	l.Block = 1 + rng.IntN(l.Values)
	l.Top = new(big.Int).Lsh(big.NewInt(rng.Int64N(9)-2), uint(2*grow))
	for range l.Heads {
		l.Queries = append(l.Queries, Dependence(rng.IntN(3)))
	}
	if rng.IntN(3) == 0 {
		l.Mask = func(i, j int) bool { return j <= i }
	}
	seed := rng.Uint64()
	draw := func(h, pos int, e Ints, kind, c int) int64 {
		key := uint64(h)<<40 ^ uint64(pos)<<20 ^ uint64(kind)<<8 ^ uint64(c)
		for i := range e.Len() {
			key = key*1000003 + uint64(e.At(i))
		}
		r := rand.New(rand.NewPCG(seed, key))
		return r.Int64N(1<<p) - 1<<(p-1)
	}
	fill := func(h, pos int, e, v Ints, kind, up int) {
		for c := range v.Len() {
			v.SetBig(c, new(big.Int).Lsh(big.NewInt(draw(h, pos, e, kind, c)), uint(up)))
		}
	}
	l.Query = func(h, pos int, e, q Ints) error { fill(h, pos, e, q, 1, grow); return nil }
	l.Key = func(h, pos int, e, k Ints) error { fill(h, pos, e, k, 2, grow); return nil }
	l.Value = func(h, pos int, e, v Ints) (int, error) {
		fill(h, pos, e, v, 3, 0)
		return pos % (l.Values - l.Block + 1), nil
	}
	return &Stack{
		Shape: sh,
		In: func(pos int, t tasks.Token, e Ints) error {
			for c := range e.Len() {
				e.Set(c, int64(t.X*(c+1)%(1<<(p-1))))
			}
			return nil
		},
		Layers:   []*Layer{l},
		Residual: rng.IntN(l.Embed + 1),
		Out: func(pos int, r Ints, heads []Average) (tasks.Value, error) {
			v := tasks.Value{float64(pos)}
			for c := range r.Len() {
				v = append(v, float64(r.At(c)))
			}
			for _, a := range heads {
				for c := range l.Values {
					v = append(v, a.Float(c, 0), a.Float(c, 0)*0.7)
				}
			}
			return v, nil
		},
	}
}

func tokensOf(rng *rand.Rand, n, m int) []tasks.Token {
	seq := make([]tasks.Token, n)
	for i := range seq {
		seq[i].X = 1 + rng.IntN(m)
	}
	return seq
}

// growths force float64, 64-bit, 128-bit and unlimited scores.
var growths = []int{0, 26, 50, 70}

func TestLayerEqualsDefinition(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 1))
	units := map[string]bool{}
	for trial := range 600 {
		n := 1 + rng.IntN(7)
		sh := tinyShape(n, 4)
		grow := growths[trial/4%4]
		a := arithmetics[trial%4]
		if a == WithRounded && grow > 50 {
			continue
		}
		s := stackOf(rng, sh, a, grow)
		m, err := New(s)
		if err != nil {
			t.Fatal(err)
		}
		l := s.Layers[0]
		units[fmt.Sprintf("%T", l.unit)] = true
		seq := tokensOf(rng, n, 4)
		at := func(i int) Ints {
			e := NewInts(l.Embed, l.wideEmbed)
			s.In(i, seq[i-1], e)
			return e
		}
		got, err := m.Whole(t.Context(), seq, sh.All())
		if err != nil {
			t.Fatal(err)
		}
		for i := 1; i <= n; i++ {
			want, _ := s.Out(i, at(i).Slice(0, s.Residual), slowLayer(l, n, i, at))
			if !slices.Equal(got[i-1], want) {
				t.Fatalf("trial %d (%s, %T): position %d: %v, want %v", trial, a, l.unit, i, got[i-1], want)
			}
		}
	}
	if len(units) != 4 {
		t.Errorf("score arithmetics tried: %v, want all four", slices.Sorted(maps.Keys(units)))
	}
}

func TestCutEqualsWhole(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 1))
	for trial := range 3000 {
		n := 1 + rng.IntN(6)
		sh := tinyShape(n, 4)
		a := arithmetics[trial%4]
		grow := growths[rng.IntN(3)]
		m, err := New(stackOf(rng, sh, a, grow))
		if err != nil {
			t.Fatal(err)
		}
		job := models.Job{Split: laws.Split(rng, n), Answer: []models.Answer{models.ByAlice, models.ByBob, models.ByOwner}[rng.IntN(3)]}
		for i := 1; i <= n; i++ {
			if rng.IntN(2) == 0 {
				job.Read = append(job.Read, i)
			}
		}
		r, err := run.Do(t.Context(), m, job, tokensOf(rng, n, 4))
		if err != nil {
			t.Fatalf("trial %d (%s, %v, read %v by %s): %v", trial, a, job.Split, job.Read, job.Answer, err)
		}
		if !r.Agree {
			t.Fatalf("trial %d (%s, %v, read %v by %s): cut %v, whole %v", trial, a, job.Split, job.Read, job.Answer, r.Output, r.Whole)
		}
	}
}
