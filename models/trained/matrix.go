package trained

import (
	"context"
	"math"
	"sync"

	"crosscut/internal/par"
)

// Matrix is a matrix of weights. Small ones are widened when they are read, in
// panels, so that products are quick; large ones are kept as stored, row by row.
type Matrix struct {
	rows, cols int
	panels     []float64       // see widen
	f32        []float32       // where there are no panels
	u16        []uint16        // 16-bit weights, where there is neither
	wide       *[65536]float32 // what they stand for
}

// widenUpTo is the number of weights up to which a matrix is widened: 8 MB.
const widenUpTo = 1 << 20

// lanes is how many rows are summed side by side, so that their additions, each
// in the order of the columns, need not wait for each other.
const lanes = 16

// at is the weight in a row and a column.
func (m *Matrix) at(r, c int) float64 {
	switch {
	case m.panels != nil:
		return m.panels[(r/lanes*m.cols+c)*lanes+r%lanes]
	case m.f32 != nil:
		return float64(m.f32[r*m.cols+c])
	}
	return float64(m.wide[m.u16[r*m.cols+c]])
}

// widen gives up the stored form for panels: sixteen rows at a time, column by
// column, the last panel filled up with zeros.
func (m *Matrix) widen() {
	panels := make([]float64, (m.rows+lanes-1)/lanes*lanes*m.cols)
	for r := range m.rows {
		for c := range m.cols {
			panels[(r/lanes*m.cols+c)*lanes+r%lanes] = m.at(r, c)
		}
	}
	m.panels, m.f32, m.u16 = panels, nil, nil
}

// row widens one row into dst.
func (m *Matrix) row(r int, dst []float64) []float64 {
	if m.f32 != nil {
		for c, v := range m.f32[r*m.cols:][:m.cols] {
			dst[c] = float64(v)
		}
		return dst
	}
	for c, u := range m.u16[r*m.cols:][:m.cols] {
		dst[c] = float64(m.wide[u])
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

// parallelFrom is the number of products from which two cores are worth waking: a
// wake-up costs about as much as a hundred thousand of them.
const parallelFrom = 1 << 20

// addTo adds m x to dst, every row summed in float64 in the order of the columns,
// each product rounded before it is added. The result does not depend on the
// number of cores, nor on how rows are grouped.
func (m *Matrix) addTo(dst []float64, x vec) {
	switch {
	case x.at != nil && m.panels != nil:
		m.addSparse(dst, x)
		return
	case x.at != nil:
		for r := range dst {
			sum := dst[r]
			for k, c := range x.at {
				sum += float64(m.at(r, int(c)) * float64(x.val[k]))
			}
			dst[r] = sum
		}
		return
	}
	buf := columns.Get().(*[]float64)
	defer columns.Put(buf)
	wide := (*buf)[:0]
	for _, v := range x.val {
		wide = append(wide, float64(v))
	}
	*buf = wide
	add, blocks := m.addRows, m.rows
	if m.panels != nil {
		add, blocks = m.addPanels, (m.rows+lanes-1)/lanes
	}
	workers := par.Workers()
	if m.rows*m.cols < parallelFrom {
		workers = 1
	}
	par.Each(context.Background(), workers, func(w int) error { // a moment's work, which does not fail
		add(dst, wide, w*blocks/workers, (w+1)*blocks/workers)
		return nil
	})
}

var columns = sync.Pool{New: func() any { return new([]float64) }}

// addSparse takes only the columns at which x is not zero.
func (m *Matrix) addSparse(dst []float64, x vec) {
	for p := 0; p < m.rows; p += lanes {
		out := dst[p:min(p+lanes, m.rows)]
		for k, c := range x.at {
			w, v := m.panels[(p/lanes*m.cols+int(c))*lanes:][:lanes], float64(x.val[k])
			for i := range out {
				out[i] += float64(w[i] * v)
			}
		}
	}
}

// addPanels sums the panels lo..hi-1.
func (m *Matrix) addPanels(dst, x []float64, lo, hi int) {
	size := lanes * m.cols
	for p := lo; p < hi; p++ {
		var acc [lanes]float64
		out := dst[p*lanes : min((p+1)*lanes, m.rows)]
		copy(acc[:], out)
		addPanel(&acc, m.panels[p*size:][:size], x[:m.cols])
		copy(out, acc[:])
	}
}

// addPanelPlain adds to acc the columns of a panel, each times its x: what
// addPanel does, in plain Go.
func addPanelPlain(acc *[lanes]float64, w, x []float64) {
	for c, v := range x {
		col := w[c*lanes:][:lanes]
		for i := range acc {
			acc[i] += float64(col[i] * v)
		}
	}
}

// addRows sums the rows lo..hi-1 of a matrix that is kept as stored.
func (m *Matrix) addRows(dst, x []float64, lo, hi int) {
	scratch := make([]float64, m.cols)
	for r := lo; r < hi; r++ {
		sum := dst[r]
		for k, w := range m.row(r, scratch) {
			sum += float64(w * x[k])
		}
		dst[r] = sum
	}
}

// vector widens a bias.
func (m *Matrix) vector() []float64 {
	v := make([]float64, m.rows)
	for r := range v {
		v[r] = m.at(r, 0)
	}
	return v
}
