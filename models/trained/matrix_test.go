package trained

import (
	"math"
	"math/rand/v2"
	"testing"
)

// The quick product is the plain one, bit for bit, for all sizes and storages.
func TestPanels(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, rows := range []int{1, 2, 15, 16, 17, 40, 64} {
		for _, cols := range []int{0, 1, 2, 3, 33} {
			m := &Matrix{rows: rows, cols: cols, f32: make([]float32, rows*cols)}
			for k := range m.f32 {
				m.f32[k] = float32(rng.NormFloat64() * math.Pow(2, float64(rng.IntN(60)-30)))
			}
			x := vec{val: make([]float32, cols)}
			sparse := vec{at: []int32{}}
			for c := range x.val {
				if rng.IntN(3) > 0 {
					x.val[c] = float32(rng.NormFloat64())
					sparse.at, sparse.val = append(sparse.at, int32(c)), append(sparse.val, x.val[c])
				}
			}
			start := make([]float64, rows)
			for r := range start {
				start[r] = rng.NormFloat64()
			}
			want := append([]float64(nil), start...)
			for r := range want {
				for c, v := range x.val {
					want[r] += float64(float64(m.f32[r*cols+c]) * float64(v))
				}
			}
			check := func(name string, m *Matrix, x vec) {
				got := append([]float64(nil), start...)
				m.addTo(got, x)
				for r := range want {
					if math.Float64bits(got[r]) != math.Float64bits(want[r]) {
						t.Errorf("%s, %d x %d: row %d is %v, want %v", name, rows, cols, r, got[r], want[r])
					}
				}
			}
			check("stored", m, x)
			check("stored, sparse", m, sparse)
			wide := *m
			wide.widen()
			check("panels", &wide, x)
			check("panels, sparse", &wide, sparse)
		}
	}
	acc, plain := [lanes]float64{}, [lanes]float64{}
	w, x := make([]float64, 50*lanes), make([]float64, 50)
	for k := range w {
		w[k] = rng.NormFloat64()
	}
	for k := range x {
		x[k] = rng.NormFloat64()
	}
	addPanel(&acc, w, x)
	addPanelPlain(&plain, w, x)
	if acc != plain {
		t.Errorf("addPanel %v, plain %v", acc, plain)
	}
}
