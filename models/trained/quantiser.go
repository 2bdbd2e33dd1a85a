package trained

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// Quantiser rounds a state to P bits a number wherever it crosses a cut. The
// ranges are public: they were fixed on calibration inputs, and are part of the
// model like its weights. A number outside its range is moved to the nearer end.
type Quantiser struct {
	P    Precision // 32 keeps float32 as it is
	Cuts []int     // the state is rounded between positions Cuts[k] and Cuts[k]+1

	low, high [][]float64 // by fold and number
	watch     func(id, pos int, back bool, s []float32)
}

// cutsOf lists where ownership changes in a split, as a left fold meets it.
func cutsOf(s tasks.Split) []int {
	var cuts []int
	for _, run := range s.Runs()[1:] {
		cuts = append(cuts, run.Lo-1)
	}
	return cuts
}

// serves fails unless every ownership change of the split is a cut.
func (q *Quantiser) serves(s tasks.Split) error {
	if q == nil || q.P == 32 {
		return nil
	}
	for _, c := range cutsOf(s) {
		if !slices.Contains(q.Cuts, c) {
			return fmt.Errorf("trained: a model quantised at %v cannot be cut after position %d", q.Cuts, c)
		}
	}
	return nil
}

// at says whether the state is rounded after pos was read, in one direction.
func (q *Quantiser) at(pos int, back bool) bool {
	return q != nil && q.P != 32 && q.low != nil && q.cuts(pos, back)
}

// cuts says whether a cut comes after pos was read.
func (q *Quantiser) cuts(pos int, back bool) bool {
	if back {
		pos--
	}
	return slices.Contains(q.Cuts, pos)
}

// index rounds a number to one of 2^P levels, the ends of its range included.
func (q *Quantiser) index(id, k int, v float32) uint64 {
	if f, ok := floats[q.P]; ok {
		return f.code(v)
	}
	if q.P == INT8 {
		return uint64(128 + min(max(math.RoundToEven(float64(v)/q.unit(id)), -127), 127))
	}
	lo, hi := q.low[id][k], q.high[id][k]
	levels := math.Ldexp(1, int(q.P)) - 1
	if hi <= lo {
		return 0
	}
	x := math.Floor(float64((float64(v)-lo)/(hi-lo)*levels) + 0.5)
	return uint64(min(max(x, 0), levels))
}

// value is the number that a level stands for.
func (q *Quantiser) value(id, k int, level uint64) float32 {
	if f, ok := floats[q.P]; ok {
		return f.value(level)
	}
	if q.P == INT8 {
		return float32(float64(float64(level)-128) * q.unit(id))
	}
	lo, hi := q.low[id][k], q.high[id][k]
	levels := math.Ldexp(1, int(q.P)) - 1
	return float32(lo + float64(float64(float64(level)/levels)*(hi-lo)))
}

// unit is the step of int8 in a state: its largest number on calibration inputs / 127.
func (q *Quantiser) unit(id int) float64 {
	most := 0.0
	for k := range q.low[id] {
		most = max(most, -q.low[id][k], q.high[id][k])
	}
	if most == 0 {
		return 1
	}
	return most / 127
}

// round replaces a state by what its message stands for.
func (q *Quantiser) round(id int, s []float32) {
	for k, v := range s {
		s[k] = q.value(id, k, q.index(id, k, v))
	}
}

// put writes a state: as levels where it is rounded, else as it is. A nil
// quantiser rounds nothing.
func (q *Quantiser) put(w *protocol.Packer, id int, rounded bool, s []float32) {
	if !rounded {
		putFloats(w, s...)
		return
	}
	for k, v := range s {
		w.Uint(q.index(id, k, v), q.P.Bits())
	}
}

// get reads what put wrote.
func (q *Quantiser) get(r *protocol.Unpacker, id int, rounded bool, dst []float32) []float32 {
	if !rounded {
		return getFloats(r, dst)
	}
	for k := range dst {
		dst[k] = q.value(id, k, r.Uint(q.P.Bits()))
	}
	return dst
}

// Quantiser fixes the ranges of the state at the cuts of a split, on calibration
// inputs, for P bits a number.
func (m *Model) Quantiser(ctx context.Context, p Precision, s tasks.Split, inputs [][]tasks.Token) (*Quantiser, error) {
	if !p.Known() {
		return nil, errWidth
	}
	q := &Quantiser{P: p, Cuts: cutsOf(s)}
	if p == 32 {
		return q, nil
	}
	folds := max(2*len(m.layers), 1)
	low, high := make([][]float64, folds), make([][]float64, folds)
	watch := &Quantiser{P: p, Cuts: q.Cuts}
	watch.watch = func(id, pos int, back bool, s []float32) {
		if !q.cuts(pos, back) {
			return
		}
		for len(low[id]) < len(s) { // a cache is longer at a later cut
			low[id], high[id] = append(low[id], math.Inf(1)), append(high[id], math.Inf(-1))
		}
		for k, v := range s {
			low[id][k], high[id][k] = min(low[id][k], float64(v)), max(high[id][k], float64(v))
		}
	}
	machine, err := m.Machine(watch)
	if err != nil {
		return nil, err
	}
	read := m.Shape.All()
	if m.att == nil && !m.Config.Bidirectional && len(q.Cuts) > 0 {
		read = q.Cuts[len(q.Cuts)-1:] // a causal model need not go on
	}
	for _, seq := range inputs {
		if _, err := machine.Whole(ctx, seq, read); err != nil {
			return nil, err
		}
	}
	for id := range low {
		if low[id] == nil { // a fold that no cut meets
			n := 0
			if m.att == nil {
				n = m.layers[id/2].forward.numbers(m.Shape.N)
			}
			low[id], high[id] = make([]float64, n), make([]float64, n)
		}
	}
	q.low, q.high = low, high
	return q, nil
}

// Codes rounds vectors of one length to a precision, on the ranges that they take themselves, and gives
// for each what would cross. 32 is float32.
func Codes(p Precision, vectors [][]float64) ([]protocol.Word, error) {
	if !p.Known() {
		return nil, errWidth
	}
	q := &Quantiser{P: p, low: [][]float64{nil}, high: [][]float64{nil}}
	for k, v := range vectors {
		for i, x := range v {
			if x = float64(float32(x)); math.IsInf(x, 0) {
				return nil, fmt.Errorf("trained: %v is beyond float32", v[i])
			}
			if k == 0 {
				q.low[0], q.high[0] = append(q.low[0], x), append(q.high[0], x)
			}
			q.low[0][i], q.high[0][i] = min(q.low[0][i], x), max(q.high[0][i], x)
		}
	}
	out := make([]protocol.Word, len(vectors))
	for k, v := range vectors {
		var w protocol.Packer
		for i, x := range v {
			if p == 32 {
				putFloats(&w, float32(x))
			} else {
				w.Uint(q.index(0, i, float32(x)), p.Bits())
			}
		}
		out[k] = w.Word()
	}
	return out, nil
}

// Quantised is the model with its state rounded to p bits a number where the split
// cuts it. The ranges are those that the state takes on inputs drawn with the seed.
// p = 0 is the model as it was trained.
func (m *Model) Quantised(ctx context.Context, p Precision, s tasks.Split, seed uint64) (models.Machine, error) {
	if p == 0 {
		return m.Machine(nil)
	}
	inputs, err := m.Calibration(seed)
	if err != nil {
		return nil, err
	}
	return m.Calibrated(ctx, p, s, inputs)
}

// Calibrated is the machine that rounds at a split, with ranges from some inputs.
func (m *Model) Calibrated(ctx context.Context, p Precision, s tasks.Split, inputs [][]tasks.Token) (models.Machine, error) {
	q, err := m.Quantiser(ctx, p, s, inputs)
	if err != nil {
		return nil, err
	}
	return m.Machine(q)
}

// Calibration draws the inputs on which ranges are fixed: of the domain where the
// config has one, else of the task; 256, or fewer where they are long.
func (m *Model) Calibration(seed uint64) ([][]tasks.Token, error) {
	rng := rand.New(rand.NewPCG(seed, 0xca11b))
	inputs := make([][]tasks.Token, min(max(1<<14/m.Shape.N, 16), 256))
	for k := range inputs {
		var err error
		if inputs[k], err = m.sample(rng); err != nil {
			return nil, err
		}
	}
	return inputs, nil
}

var _ models.Machine = (*machine)(nil)
