// Package trained imports models that were trained elsewhere: a folder with
// config.json and model.safetensors, in PyTorch's names and layouts. Imported
// models are left folds over float32 states, so a cut run equals the uncut one
// bit for bit, and the message is the state.
package trained

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"

	"crosscut/models"
	"crosscut/models/fold"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// Model is an imported folder.
type Model struct {
	Dir      string
	Config   *Config
	Shape    tasks.Shape
	Warnings []string

	features []feature
	layers   []layer    // recurrent architectures
	att      *attention // attention
	tables   *tables
	headW    *Matrix // d x out
	headB    []float64
	print    [sha256.Size]byte
}

// layer is one recurrent layer; back is nil unless it reads both ways.
type layer struct{ forward, back cell }

// Load imports a folder. Missing, extra and misshapen tensors are errors.
func Load(dir string) (*Model, error) {
	c, warnings, err := readConfig(dir)
	if err != nil {
		return nil, err
	}
	m := &Model{Dir: dir, Config: c, Warnings: warnings}
	if m.Shape, err = c.shape(); err != nil {
		return nil, fmt.Errorf("trained: %s: %w", filepath.Join(dir, "config.json"), err)
	}
	m.Warnings = append(m.Warnings, c.noise(m.Shape)...)
	m.tables = &tables{}
	if m.features, err = c.featuresFor(m.Shape, m.tables); err != nil {
		return nil, fmt.Errorf("trained: %s: %w", filepath.Join(dir, "config.json"), err)
	}
	path := filepath.Join(dir, c.Weights)
	t, err := OpenTensors(path)
	if err != nil {
		return nil, err
	}
	defer t.Close()
	notes, err := t.rename(c.Rename)
	if err != nil {
		return nil, fmt.Errorf("trained: %s: %w", path, err)
	}
	m.Warnings = append(m.Warnings, notes...)
	if err := m.read(t); err != nil {
		return nil, fmt.Errorf("trained: %s: %w", path, err)
	}
	if extra := t.Unused(); len(extra) > 0 {
		return nil, fmt.Errorf("trained: %s: tensors that a %s of this config does not have: %v", path, c.Architecture, extra)
	}
	m.print, err = t.digest()
	return m, err
}

func (m *Model) read(t *Tensors) error {
	c := m.Config
	inputs := 0
	for _, f := range m.features {
		inputs += f.size
	}
	if err := m.tables.read(t, c.EmbeddingSize); err != nil {
		return err
	}
	a, err := all.Get(c.Architecture)
	if err != nil {
		return err
	}
	width := c.HiddenSize
	if r := (reader{t: t, c: &c.LayerConfig, inputs: inputs}); a.Name == "attention" && !c.Causal {
		p, err := newProjections(r)
		if err != nil {
			return err
		}
		m.att = &attention{p}
	} else if m.layers, width, err = a.Build(r); err != nil {
		return err
	}
	out := 1
	if m.Shape.Task.Vector {
		out = m.Shape.Int("d")
	}
	if len(c.Classes) > 0 {
		out = len(c.Classes)
	}
	if m.headW, err = t.Matrix("head.weight", out, width); err != nil {
		return err
	}
	b, err := t.Matrix("head.bias", out, 0)
	if err == nil {
		m.headB = b.vector()
	}
	return err
}

// embed turns a token into features, sparse.
func (m *Model) embed(pos int, t tasks.Token) vec {
	x := vec{at: []int32{}}
	base := 0
	for _, f := range m.features {
		f.put(pos, t, func(at int, v float64) {
			if v != 0 {
				x.at, x.val = append(x.at, int32(base+at)), append(x.val, float32(v))
			}
		})
		base += f.size
	}
	return x
}

// head maps what the last layer gives out to the output, rounded to float32.
func (m *Model) head(x []float32) tasks.Value {
	out := tasks.Value(rounded(m.headW.times(vec{val: x}, m.headB)).wide())
	if classes := m.Config.Classes; len(classes) > 0 {
		return tasks.Value{classes[slices.Index(out, slices.Max(out))]}
	}
	return out
}

// outputs is how many numbers an output has.
func (m *Model) outputs() int {
	if len(m.Config.Classes) > 0 {
		return 1
	}
	return len(m.headB)
}

// Machine is the imported model as it computes in float32. With a quantiser, the
// state is rounded at the quantiser's cuts, and so is part of the model.
func (m *Model) Machine(q *Quantiser) (models.Machine, error) {
	if m.att != nil {
		return attentionMachine{m, q}, nil
	}
	r := &fold.Recurrent[vec, []float32]{
		Of: m.Shape, Sizes: m.params(q), State: "numbers of the state x bits each",
		Embed:  m.embed,
		Output: func(_ int, x vec) tasks.Value { return m.head(x.val) },
		Out:    floatOutputs(m.outputs()),
	}
	for k, l := range m.layers {
		made := fold.Layer[vec, []float32]{Forward: m.fold(l.forward, q, 2*k, false)}
		if l.back != nil {
			back := m.fold(l.back, q, 2*k+1, true)
			made.Backward = &back
			made.Join = func(_ int, f, b vec) vec { return vec{val: append(append([]float32(nil), f.val...), b.val...)} }
		}
		r.Layers = append(r.Layers, made)
	}
	return &machine{Recurrent: r, model: m, q: q}, nil
}

// machine is a recurrent machine that knows where its weights come from.
type machine struct {
	*fold.Recurrent[vec, []float32]
	model *Model
	q     *Quantiser
}

// Fingerprint tells weights apart for parties.
func (m *machine) Fingerprint() []byte { return m.model.print[:] }

// Compile refuses splits at which a quantised model would have to be another one.
func (m *machine) Compile(job models.Job) (*models.Program, error) {
	if err := m.q.serves(job.Split); err != nil {
		return nil, err
	}
	return m.Recurrent.Compile(job)
}

// Margin is how far an output is from being wrong.
func (m *machine) Margin(got, want tasks.Value) float64 { return m.model.margin(got, want) }

// Margin is how far an output is from being wrong.
func (m attentionMachine) Margin(got, want tasks.Value) float64 { return m.margin(got, want) }

// margin is positive for right outputs: the distance from the threshold, or what
// is left of eps.
func (m *Model) margin(got, want tasks.Value) float64 {
	least := math.Inf(1)
	if t := m.Config.Threshold; t != nil {
		for k := range want {
			far := got[k] - *t
			if want[k] <= *t {
				far = -far
			}
			least = min(least, far)
		}
		return least
	}
	sum := 0.0
	for k := range want {
		sum += (got[k] - want[k]) * (got[k] - want[k])
	}
	return m.Shape.Params["eps"] - math.Sqrt(sum)
}

// Warnings says what the config held that was not used, and where the input is none of its domain.
func (m *machine) Warnings(seq []tasks.Token, _ []int) []string { return m.model.warnings(seq) }

// Outside says where an input is none of those that the model was trained on.
func (m *machine) Outside(seq []tasks.Token) ([]string, bool) { return m.model.Outside(seq) }

func (m *Model) warnings(seq []tasks.Token) []string {
	why, _ := m.Outside(seq)
	if len(why) == 0 {
		return m.Warnings
	}
	return append(slices.Clone(m.Warnings), fmt.Sprintf("the input lies outside what the model was trained on: %s (%d such tokens)", why[0], len(why)))
}

// params are the sizes that are printed.
func (m *Model) params(q *Quantiser) tasks.Params {
	c := m.Config
	p := tasks.Params{"hidden_size": float64(c.HiddenSize), "layers": float64(c.NumLayers), "p": 32}
	if c.Bidirectional {
		p["directions"] = 2
	}
	if c.StateSize > 0 {
		p["state_size"] = float64(c.StateSize)
	}
	if q != nil {
		p["p"] = float64(q.P.Bits())
	}
	return p
}

// fold makes one direction of a layer a left fold. id numbers the folds of the
// model, for the quantiser.
func (m *Model) fold(c cell, q *Quantiser, id int, back bool) fold.Fold[vec, []float32] {
	position := func(t int) int { // the last position read after t of them
		if back {
			return m.Shape.N - t + 1
		}
		return t
	}
	rounded := func(t int) bool { return q.at(position(t), back) }
	return fold.Fold[vec, []float32]{
		Bits: func(t int) protocol.Bits {
			if rounded(t) {
				return protocol.Bits(c.numbers(t) * q.P.Bits())
			}
			return protocol.Bits(32 * c.numbers(t))
		},
		Init: func() []float32 { return make([]float32, c.numbers(0)) },
		Copy: func(dst, s []float32) []float32 { return append(dst[:0], s...) },
		Step: func(s []float32, pos int, x vec) []float32 {
			s = c.step(s, x)
			if q.at(pos, back) {
				q.round(id, s)
			} else if q != nil && q.watch != nil {
				q.watch(id, pos, back, s)
			}
			return s
		},
		Emit: func(s []float32, _ int, x vec) vec {
			return vec{val: append([]float32(nil), c.emit(s, x)...)}
		},
		Put: func(w *protocol.Packer, t int, s []float32) {
			q.put(w, id, rounded(t), s)
		},
		Get: func(r *protocol.Unpacker, t int) []float32 {
			return q.get(r, id, rounded(t), make([]float32, c.numbers(t)))
		},
	}
}

// floatOutputs writes outputs of d numbers as float32.
func floatOutputs(d int) fold.Codec {
	return fold.Codec{
		Bits: protocol.Bits(32 * d),
		Put: func(w *protocol.Packer, v tasks.Value) {
			for _, x := range v {
				w.Uint(uint64(math.Float32bits(float32(x))), 32)
			}
		},
		Get: func(r *protocol.Unpacker) tasks.Value {
			v := make(tasks.Value, d)
			for k := range v {
				v[k] = float64(math.Float32frombits(uint32(r.Uint(32))))
			}
			return v
		},
	}
}

var errWidth = errors.New("trained: a quantiser keeps 1 to 32 bits a number")
