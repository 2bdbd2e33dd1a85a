package trained

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"crosscut/models"
	"crosscut/models/run"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// plain is the slow second implementation, written from the documentation of
// PyTorch (nn.RNN, nn.GRU, nn.LSTM) and docs/trained.md, in float64 throughout, with
// one matrix entry at a time and the standard library's functions.
type plain struct{ s *synthetic }

func (p plain) get(name string, r, c int) float64 {
	t := p.s.tensors[name]
	if len(t.shape) == 1 {
		return float64(t.data[r])
	}
	return float64(t.data[r*t.shape[1]+c])
}

func (p plain) times(name string, x []float64) []float64 {
	y := make([]float64, p.s.tensors[name].shape[0])
	for r := range y {
		for c := range x {
			y[r] += p.get(name, r, c) * x[c]
		}
	}
	return y
}

func (p plain) plus(y []float64, bias string) []float64 {
	for r := range y {
		y[r] += p.get(bias, r, 0)
	}
	return y
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

// layer runs one direction of one recurrent layer.
func (p plain) layer(arch, suffix string, m int, xs [][]float64, back bool) [][]float64 {
	h, c := make([]float64, m), make([]float64, m)
	out := make([][]float64, len(xs))
	for k := range xs {
		t := k
		if back {
			t = len(xs) - 1 - k
		}
		in := p.plus(p.times("cell.weight_ih_"+suffix, xs[t]), "cell.bias_ih_"+suffix)
		rec := p.plus(p.times("cell.weight_hh_"+suffix, h), "cell.bias_hh_"+suffix)
		next := make([]float64, m)
		for j := range m {
			switch arch {
			case "rnn":
				next[j] = math.Tanh(in[j] + rec[j])
			case "gru":
				r, z := sigmoid(in[j]+rec[j]), sigmoid(in[m+j]+rec[m+j])
				n := math.Tanh(in[2*m+j] + r*rec[2*m+j])
				next[j] = (1-z)*n + z*h[j]
			case "lstm":
				i, f := sigmoid(in[j]+rec[j]), sigmoid(in[m+j]+rec[m+j])
				g, o := math.Tanh(in[2*m+j]+rec[2*m+j]), sigmoid(in[3*m+j]+rec[3*m+j])
				c[j] = f*c[j] + i*g
				next[j] = o * math.Tanh(c[j])
			}
		}
		h = next
		out[t] = h
	}
	return out
}

func (p plain) outputs(seq []tasks.Token) []float64 {
	cfg := p.s.config
	arch, m, n := cfg["architecture"].(string), cfg["hidden_size"].(int), cfg["N"].(int)
	xs := make([][]float64, n)
	for i, t := range seq {
		xs[i] = make([]float64, 1+n)
		xs[i][0] = t.Z[0]
		for _, y := range t.Y {
			xs[i][y] = 1
		}
	}
	var hs [][]float64
	switch arch {
	case "attention":
		hs = p.attention(xs)
	case "linear-attention":
		hs = p.linearAttention(xs)
	case "ssm":
		hs = p.ssm(xs)
	default:
		hs = xs
		for k := range cfg["num_layers"].(int) {
			f := p.layer(arch, fmt.Sprintf("l%d", k), m, hs, false)
			if cfg["bidirectional"].(bool) {
				b := p.layer(arch, fmt.Sprintf("l%d_reverse", k), m, hs, true)
				for i := range f {
					f[i] = append(append([]float64(nil), f[i]...), b[i]...)
				}
			}
			hs = f
		}
	}
	out := make([]float64, n)
	for i := range out {
		out[i] = p.plus(p.times("head.weight", hs[i]), "head.bias")[0]
	}
	return out
}

func (p plain) attention(xs [][]float64) [][]float64 {
	out := make([][]float64, len(xs))
	for i, x := range xs {
		q := p.times("query.weight", x)
		sum := 0.0
		for _, other := range xs {
			k, v := p.times("key.weight", other), p.times("value.weight", other)
			score := 0.0
			for c := range q {
				score += q[c] * k[c]
			}
			w := math.Exp(score)
			sum += w
			if out[i] == nil {
				out[i] = make([]float64, len(v))
			}
			for c := range v {
				out[i][c] += w * v[c]
			}
		}
		for c := range out[i] {
			out[i][c] /= sum
		}
	}
	return out
}

// linearAttention is the quadratic form: every position looks at all before it.
func (p plain) linearAttention(xs [][]float64) [][]float64 {
	phi := func(v []float64) []float64 {
		for k, x := range v {
			if x > 0 {
				v[k] = x + 1
			} else {
				v[k] = math.Exp(x)
			}
		}
		return v
	}
	out := make([][]float64, len(xs))
	for i := range xs {
		q := phi(p.times("query.weight", xs[i]))
		den := 0.0
		for j := range i + 1 {
			k, v := phi(p.times("key.weight", xs[j])), p.times("value.weight", xs[j])
			w := 0.0
			for f := range q {
				w += q[f] * k[f]
			}
			den += w
			if out[i] == nil {
				out[i] = make([]float64, len(v))
			}
			for c := range v {
				out[i][c] += w * v[c]
			}
		}
		for c := range out[i] {
			out[i][c] /= den
		}
	}
	return out
}

// ssm unrolls the recurrence into its sum over all earlier positions.
func (p plain) ssm(xs [][]float64) [][]float64 {
	m, s := p.s.config["hidden_size"].(int), p.s.config["state_size"].(int)
	type step struct{ u, dt, b, c []float64 }
	var steps []step
	for _, x := range xs {
		t := step{u: p.times("in_proj.weight", x)}
		t.dt = p.plus(p.times("dt_proj.weight", t.u), "dt_proj.bias")
		for c := range t.dt {
			t.dt[c] = math.Log1p(math.Exp(t.dt[c]))
		}
		t.b, t.c = p.times("b_proj.weight", t.u), p.times("c_proj.weight", t.u)
		steps = append(steps, t)
	}
	out := make([][]float64, len(xs))
	for i := range xs {
		out[i] = make([]float64, m)
		for c := range m {
			out[i][c] = p.get("D", c, 0) * steps[i].u[c]
			for k := range s {
				a := math.Exp(p.get("A_log", c, k))
				for j := range i + 1 {
					decay := 0.0
					for l := j + 1; l <= i; l++ {
						decay += steps[l].dt[c]
					}
					out[i][c] += steps[i].c[k] * math.Exp(-a*decay) * steps[j].dt[c] * steps[j].b[k] * steps[j].u[c]
				}
			}
		}
	}
	return out
}

// kinds are small random models of every architecture and arrangement.
func kinds() map[string]*synthetic {
	all := map[string]*synthetic{
		"attention":        newSynthetic("attention", 5, 1, false, 9, 0, 3),
		"linear-attention": newSynthetic("linear-attention", 3, 1, false, 9, 4, 4),
		"ssm":              newSynthetic("ssm", 3, 1, false, 9, 2, 5),
	}
	for k, arch := range []string{"rnn", "gru", "lstm"} {
		for layers := 1; layers <= 3; layers++ {
			for _, both := range []bool{false, true} {
				all[fmt.Sprintf("%s, %d layers, both ways %v", arch, layers, both)] = newSynthetic(arch, 4+k, layers, both, 9, 0, uint64(10*k+layers))
			}
		}
	}
	return all
}

// The forward pass is the second implementation's up to the rounding of float32
// states, which both sides of every cut share bit for bit.
func TestAgainstPlain(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	for name, s := range kinds() {
		m := s.load(t)
		machine, err := m.Machine(nil)
		if err != nil {
			t.Fatal(err)
		}
		for range 5 {
			seq := randomInput(m, rng)
			got, err := machine.Whole(t.Context(), seq, m.Shape.All())
			if err != nil {
				t.Fatal(err)
			}
			for i, want := range (plain{s}).outputs(seq) {
				if math.Abs(got[i][0]-want) > 1e-5*(1+math.Abs(want)) {
					t.Errorf("%s: output %d is %v, the second implementation says %v", name, i+1, got[i][0], want)
				}
			}
		}
		for _, split := range []string{"half", "prefix:3", "alice:1,5-6,bob:2-4,9,public:7-8"} {
			job, err := run.ParseJob(m.Shape, split, "all", "owner")
			if err != nil {
				t.Fatal(err)
			}
			checkRun(t, name, machine, job, randomInput(m, rng))
		}
	}
}

// Quantised stacks and both-way layers agree with their cuts too, at every split
// whose cuts they were rounded at.
func TestQuantisedKinds(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	for name, s := range kinds() {
		m := s.load(t)
		for _, split := range []string{"half", "alice:1-2,5-6,bob:3-4,7-9"} {
			job, err := run.ParseJob(m.Shape, split, "9", "bob")
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range []Precision{1, 5, 32} {
				machine, err := m.Quantised(t.Context(), p, job.Split, 1)
				if err != nil {
					t.Fatal(err)
				}
				r := checkRun(t, name, machine, job, randomInput(m, rng))
				if full := checkRun(t, name, plainMachine(t, m), job, randomInput(m, rng)); p < 32 && r.Transcript.Cost() >= full.Transcript.Cost() {
					t.Errorf("%s at p = %d: %d bits, unrounded %d", name, p, r.Transcript.Cost(), full.Transcript.Cost())
				}
			}
		}
	}
}

func plainMachine(t *testing.T, m *Model) models.Machine {
	machine, err := m.Machine(nil)
	if err != nil {
		t.Fatal(err)
	}
	return machine
}

// The same seed gives the same ranges, another seed other ones; and a rounded state
// is a fixed point of rounding.
func TestQuantiserIsAFunctionOfTheSeed(t *testing.T) {
	m := load(t, "gru-n8-h16-s1")
	split, err := m.Shape.ParseSplit("prefix:9")
	if err != nil {
		t.Fatal(err)
	}
	ranges := func(seed uint64) *Quantiser {
		inputs, err := m.Calibration(seed)
		if err != nil {
			t.Fatal(err)
		}
		q, err := m.Quantiser(t.Context(), 3, split, inputs)
		if err != nil {
			t.Fatal(err)
		}
		return q
	}
	a, b := ranges(1), ranges(1)
	if fmt.Sprint(a.low, a.high) != fmt.Sprint(b.low, b.high) {
		t.Error("one seed, two ranges")
	}
	state := make([]float32, 16)
	for k := range state {
		state[k] = float32(k)/8 - 1
	}
	a.round(0, state)
	again := append([]float32(nil), state...)
	a.round(0, again)
	var w protocol.Packer
	a.put(&w, 0, true, state)
	back := a.get(w.Word().Unpack(), 0, true, make([]float32, 16))
	for k := range state {
		if state[k] != again[k] || state[k] != back[k] {
			t.Errorf("number %d: %v, rounded again %v, read back %v", k, state[k], again[k], back[k])
		}
	}
}
