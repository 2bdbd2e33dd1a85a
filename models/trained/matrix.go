package trained

import (
	"math"
	"runtime"
	"sync"
)

// Matrix is a matrix of weights in row-major order, as stored.
type Matrix struct {
	rows, cols int
	f32        []float32
	u16        []uint16        // 16-bit weights, where f32 is nil
	wide       *[65536]float32 // what they stand for
}

// at is weight k, counted along the rows.
func (m *Matrix) at(k int) float64 {
	if m.f32 != nil {
		return float64(m.f32[k])
	}
	return float64(m.wide[m.u16[k]])
}

// row widens one row.
func (m *Matrix) row(r int, dst []float32) []float32 {
	if m.f32 != nil {
		return m.f32[r*m.cols:][:m.cols]
	}
	for c, u := range m.u16[r*m.cols:][:m.cols] {
		dst[c] = m.wide[u]
	}
	return dst
}

var halves = struct {
	sync.Mutex
	tables map[string]*[65536]float32
}{tables: map[string]*[65536]float32{}}

// halfTables lists what all 16-bit numbers of a kind stand for.
func halfTables(dtype string) *[65536]float32 {
	halves.Lock()
	defer halves.Unlock()
	if t, ok := halves.tables[dtype]; ok {
		return t
	}
	t := new([65536]float32)
	for u := range t {
		if dtype == "BF16" {
			t[u] = math.Float32frombits(uint32(u) << 16)
		} else {
			t[u] = float16(uint16(u))
		}
	}
	halves.tables[dtype] = t
	return t
}

// float16 widens an IEEE half-precision number, exactly.
func float16(u uint16) float32 {
	sign := 1 - 2*float64(u>>15)
	exp, frac := int(u>>10&31), float64(u&1023)
	switch exp {
	case 0:
		return float32(sign * math.Ldexp(frac, -24))
	case 31:
		if frac != 0 {
			return float32(math.NaN())
		}
		return float32(math.Inf(int(sign)))
	}
	return float32(sign * math.Ldexp(1024+frac, exp-25))
}

// vec is a vector of features: dense, or with the places of its non-zero numbers.
type vec struct {
	at  []int32 // increasing; nil: dense
	val []float32
}

// lanes is how many rows are summed side by side, so that their additions, each
// in the order of the columns, need not wait for each other.
const lanes = 8

// parallelFrom is the number of products from which two cores are worth waking.
const parallelFrom = 1 << 17

// addTo adds m x to dst, every row summed in float64 in the order of the columns.
// The result does not depend on the number of cores.
func (m *Matrix) addTo(dst []float64, x vec) {
	if x.at != nil {
		for r := range dst {
			sum := dst[r]
			for k, c := range x.at {
				sum += float64(m.at(r*m.cols+int(c)) * float64(x.val[k]))
			}
			dst[r] = sum
		}
		return
	}
	wide := make([]float64, len(x.val))
	for c, v := range x.val {
		wide[c] = float64(v)
	}
	workers := runtime.GOMAXPROCS(0)
	if m.rows*m.cols < parallelFrom || workers == 1 {
		m.addRows(dst, wide, 0, m.rows)
		return
	}
	var wg sync.WaitGroup
	for w := range workers {
		lo, hi := w*m.rows/workers, (w+1)*m.rows/workers
		wg.Go(func() { m.addRows(dst, wide, lo, hi) })
	}
	wg.Wait()
}

func (m *Matrix) addRows(dst, x []float64, lo, hi int) {
	var scratch [lanes][]float32
	if m.f32 == nil {
		for k := range scratch {
			scratch[k] = make([]float32, m.cols)
		}
	}
	r := lo
	for ; r+lanes <= hi; r += lanes {
		a, b, c, d := m.row(r, scratch[0]), m.row(r+1, scratch[1]), m.row(r+2, scratch[2]), m.row(r+3, scratch[3])
		e, f, g, h := m.row(r+4, scratch[4]), m.row(r+5, scratch[5]), m.row(r+6, scratch[6]), m.row(r+7, scratch[7])
		n := len(x)
		a, b, c, d, e, f, g, h = a[:n], b[:n], c[:n], d[:n], e[:n], f[:n], g[:n], h[:n]
		out := dst[r:][:lanes]
		s0, s1, s2, s3, s4, s5, s6, s7 := out[0], out[1], out[2], out[3], out[4], out[5], out[6], out[7]
		for k, v := range x {
			s0 += float64(float64(a[k]) * v)
			s1 += float64(float64(b[k]) * v)
			s2 += float64(float64(c[k]) * v)
			s3 += float64(float64(d[k]) * v)
			s4 += float64(float64(e[k]) * v)
			s5 += float64(float64(f[k]) * v)
			s6 += float64(float64(g[k]) * v)
			s7 += float64(float64(h[k]) * v)
		}
		out[0], out[1], out[2], out[3], out[4], out[5], out[6], out[7] = s0, s1, s2, s3, s4, s5, s6, s7
	}
	for ; r < hi; r++ {
		for k, w := range m.row(r, scratch[0]) {
			dst[r] += float64(float64(w) * x[k])
		}
	}
}

// vector widens a bias.
func (m *Matrix) vector() []float64 {
	v := make([]float64, m.rows)
	for r := range v {
		v[r] = m.at(r)
	}
	return v
}
