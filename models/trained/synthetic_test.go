package trained

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

// fakeTensor is one tensor of a file written by the tests.
type fakeTensor struct {
	shape []int
	data  []float32
	dtype string // "" is F32
}

// encodeTensors writes a safetensors file.
func encodeTensors(ts map[string]fakeTensor, order []string) []byte {
	header := map[string]any{}
	var body []byte
	for _, name := range order {
		t := ts[name]
		from := len(body)
		dtype := t.dtype
		if dtype == "" {
			dtype = "F32"
		}
		for _, v := range t.data {
			switch dtype {
			case "F32":
				body = binary.LittleEndian.AppendUint32(body, math.Float32bits(v))
			case "BF16":
				body = binary.LittleEndian.AppendUint16(body, uint16(math.Float32bits(v)>>16))
			case "F16":
				body = binary.LittleEndian.AppendUint16(body, toHalf(v))
			}
		}
		header[name] = map[string]any{"dtype": dtype, "shape": t.shape, "data_offsets": []int{from, len(body)}}
	}
	raw, err := json.Marshal(header)
	if err != nil {
		panic(err)
	}
	return append(append(binary.LittleEndian.AppendUint64(nil, uint64(len(raw))), raw...), body...)
}

// toHalf is the half-precision number that is exactly a value; the tests give it no others.
func toHalf(v float32) uint16 {
	u, ok := halfOf()[math.Float32bits(v)]
	if !ok {
		panic(fmt.Sprintf("%v is no half-precision number", v))
	}
	return u
}

var halfOf = sync.OnceValue(func() map[uint32]uint16 {
	all := map[uint32]uint16{}
	for u := range 1 << 16 {
		all[math.Float32bits(float16(uint16(u)))] = uint16(u)
	}
	return all
})

// synthetic is a random model of the given config.
type synthetic struct {
	config  map[string]any
	tensors map[string]fakeTensor
	order   []string
}

func (s *synthetic) add(name string, rng *rand.Rand, scale float64, shape ...int) {
	n := 1
	for _, d := range shape {
		n *= d
	}
	data := make([]float32, n)
	for k := range data {
		data[k] = float32(rng.NormFloat64() * scale)
	}
	s.tensors[name] = fakeTensor{shape: shape, data: data}
	s.order = append(s.order, name)
}

// newSynthetic makes weights for any architecture.
func newSynthetic(arch string, hidden, layers int, both bool, n, states int, seed uint64) *synthetic {
	rng := rand.New(rand.NewPCG(seed, 7))
	s := &synthetic{
		config: map[string]any{
			"architecture": arch, "hidden_size": hidden, "num_layers": layers, "bidirectional": both, "task": "qsa", "N": n, "q": 1, "d": 1,
			"features": []string{"z", "onehot:y"}, "threshold": 0.5,
			"domain": map[string]any{"dummy": []int{1}, "stored": []int{2, (n-1)/2 + 1}, "queries": []int{(n-1)/2 + 2, n}, "values": []float64{-1, 1}},
		},
		tensors: map[string]fakeTensor{},
	}
	if states > 0 {
		s.config["state_size"] = states
	}
	scale := 1 / math.Sqrt(float64(hidden))
	inputs := 1 + n
	width := hidden
	switch arch {
	case "attention":
		for _, name := range []string{"query", "key", "value"} {
			s.add(name+".weight", rng, 1, hidden, inputs)
		}
	case "linear-attention":
		s.add("query.weight", rng, 1, states, inputs)
		s.add("key.weight", rng, 1, states, inputs)
		s.add("value.weight", rng, 1, hidden, inputs)
	case "ssm":
		s.add("in_proj.weight", rng, 1, hidden, inputs)
		s.add("dt_proj.weight", rng, scale, hidden, hidden)
		s.add("dt_proj.bias", rng, 1, hidden)
		s.add("b_proj.weight", rng, scale, states, hidden)
		s.add("c_proj.weight", rng, scale, states, hidden)
		s.add("A_log", rng, 1, hidden, states)
		s.add("D", rng, 1, hidden)
	default:
		gates := map[string]int{"rnn": 1, "gru": 3, "lstm": 4}[arch]
		for k := range layers {
			for _, suffix := range []string{"", "_reverse"}[:1+map[bool]int{true: 1}[both]] {
				l := fmt.Sprintf("l%d%s", k, suffix)
				s.add("cell.weight_ih_"+l, rng, scale, gates*hidden, inputs)
				s.add("cell.weight_hh_"+l, rng, scale, gates*hidden, hidden)
				s.add("cell.bias_ih_"+l, rng, scale, gates*hidden)
				s.add("cell.bias_hh_"+l, rng, scale, gates*hidden)
			}
			inputs = hidden
			if both {
				inputs = 2 * hidden
			}
		}
		width = inputs
	}
	s.add("head.weight", rng, scale, 1, width)
	s.add("head.bias", rng, scale, 1)
	return s
}

// write puts the folder on disk.
func (s *synthetic) write(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	raw, err := json.Marshal(s.config)
	if err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"config.json": raw, "model.safetensors": encodeTensors(s.tensors, s.order)} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func (s *synthetic) load(t testing.TB) *Model {
	t.Helper()
	m, err := Load(s.write(t))
	if err != nil {
		t.Fatal(err)
	}
	return m
}
