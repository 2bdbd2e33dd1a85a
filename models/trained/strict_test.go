package trained

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"crosscut/models/tasks"
)

var folderOf = map[*testing.T]string{} // each test has one, and writes over what is there

// folder writes a config and a weights file and imports them. Whatever they hold,
// the answer is a model or an error of one line, and nothing large is allocated.
func folder(t *testing.T, config, weights []byte) error {
	t.Helper()
	dir := folderOf[t]
	if dir == "" {
		dir = t.TempDir()
		folderOf[t] = dir
	}
	for name, data := range map[string][]byte{"config.json": config, "model.safetensors": weights} {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := Load(dir)
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 16<<20 {
		t.Errorf("importing allocated %d bytes", grown)
	}
	if err != nil && (strings.Contains(err.Error(), "\n") || len(err.Error()) > 2000) {
		t.Errorf("more than a line: %q", err)
	}
	return err
}

func original(t *testing.T, name string) (config, weights []byte) {
	t.Helper()
	for file, data := range map[string]*[]byte{"config.json": &config, "model.safetensors": &weights} {
		raw, err := os.ReadFile(filepath.Join(folders, name, file))
		if err != nil {
			t.Fatal(err)
		}
		*data = raw
	}
	return config, weights
}

// header takes a file apart.
func header(t *testing.T, file []byte) (fields map[string]map[string]any, body []byte) {
	t.Helper()
	n := binary.LittleEndian.Uint64(file)
	if err := json.Unmarshal(file[8:8+n], &fields); err != nil {
		t.Fatal(err)
	}
	return fields, file[8+n:]
}

func assemble(fields any, body []byte) []byte {
	raw, err := json.Marshal(fields)
	if err != nil {
		panic(err)
	}
	return append(append(binary.LittleEndian.AppendUint64(nil, uint64(len(raw))), raw...), body...)
}

// Every way in which a weights file can lie is an error that says what is wrong.
func TestBrokenWeights(t *testing.T) {
	config, good := original(t, "lstm-n8-h16-s1")
	change := func(edit func(fields map[string]map[string]any, body []byte) []byte) []byte {
		fields, body := header(t, good)
		body = edit(fields, slices.Clone(body))
		return assemble(fields, body)
	}
	const name = "cell.weight_hh_l0"
	number := func(v any) int { return int(v.(float64)) }
	offsets := func(f map[string]any) (int, int) {
		o := f["data_offsets"].([]any)
		return number(o[0]), number(o[1])
	}
	set := func(field string, v any) []byte {
		return change(func(f map[string]map[string]any, b []byte) []byte { f[name][field] = v; return b })
	}
	weight := func(v float32) []byte {
		return change(func(f map[string]map[string]any, b []byte) []byte {
			from, _ := offsets(f[name])
			binary.LittleEndian.PutUint32(b[from+40:], math.Float32bits(v))
			return b
		})
	}
	huge := slices.Clone(good)
	binary.LittleEndian.PutUint64(huge, 1<<60)
	most := slices.Clone(good)
	binary.LittleEndian.PutUint64(most, math.MaxUint64)
	twice := bytes.Replace(good, []byte(`"head.bias"`), []byte(`"head.weight"`), 1)
	binary.LittleEndian.PutUint64(twice, binary.LittleEndian.Uint64(good)+2)
	for _, tc := range []struct {
		what string
		file []byte
		want string
	}{
		{"empty", nil, "shorter"},
		{"seven bytes", good[:7], "shorter"},
		{"a header of 2^60 bytes", huge, "header of 1152921504606846976 bytes"},
		{"a header of 2^64 - 1 bytes", most, "header of"},
		{"no JSON", append(binary.LittleEndian.AppendUint64(nil, 4), "abcd"...), "no JSON"},
		{"a list", append(binary.LittleEndian.AppendUint64(nil, 2), "[]"...), "no JSON object"},
		{"cut short", good[:len(good)-1], "bytes"},
		{"bytes behind", append(slices.Clone(good), 0), "end at byte"},
		{"NaN", weight(float32(math.NaN())), "NaN"},
		{"infinity", weight(float32(math.Inf(-1))), "-Inf"},
		{"a missing tensor", change(func(f map[string]map[string]any, b []byte) []byte { delete(f, name); return b }), ""},
		{"an extra tensor", change(func(f map[string]map[string]any, b []byte) []byte {
			f["cell.weight_ih_l7"] = map[string]any{"dtype": "F32", "shape": []int{1}, "data_offsets": []int{len(b), len(b) + 4}}
			return append(b, 0, 0, 0, 0)
		}), "cell.weight_ih_l7"},
		{"a renamed tensor", change(func(f map[string]map[string]any, b []byte) []byte {
			f["cell.weight_hh"] = f[name]
			delete(f, name)
			return b
		}), "missing"},
		{"rows and columns exchanged", set("shape", []int{16, 64}), "has shape [16 64], want [64 16]"},
		{"another number of rows", set("shape", []int{63, 16}), "bytes for shape"},
		{"a shape that overflows", set("shape", []any{1 << 40, 1 << 40}), "overflows"},
		{"a negative dimension", set("shape", []int{-1, 16}), name},
		{"a fractional dimension", set("shape", []float64{0.5}), name},
		{"an unknown type", set("dtype", "F8_E4M3"), "unknown dtype"},
		{"whole numbers", set("dtype", "I32"), "want F32"},
		{"half the width", set("dtype", "F16"), "bytes for shape"},
		{"no offsets", set("data_offsets", []int{}), "data_offsets"},
		{"three offsets", set("data_offsets", []int{0, 1, 2}), "data_offsets"},
		{"an unknown field", set("compressed", true), "compressed"},
		{"offsets beyond the file", set("data_offsets", []any{1 << 50, 1<<50 + 4096}), "bytes"},
		{"offsets backwards", set("data_offsets", []any{4096, 0}), "bytes"},
		{"overlapping tensors", change(func(f map[string]map[string]any, b []byte) []byte {
			from, to := offsets(f[name])
			f[name]["data_offsets"] = []int{max(from-4, 4), max(from-4, 4) + to - from}
			return b
		}), ""},
		{"a gap", change(func(f map[string]map[string]any, b []byte) []byte {
			for _, info := range f {
				from, to := offsets(info)
				info["data_offsets"] = []int{from + 4, to + 4}
			}
			return append([]byte{0, 0, 0, 0}, b...)
		}), "nothing stands"},
		{"one name twice", twice, "twice"},
	} {
		err := folder(t, config, tc.file)
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: error %v, want %q", tc.what, err, tc.want)
		}
	}
	if err := folder(t, config, good); err != nil {
		t.Errorf("the file itself: %v", err)
	}
}

// Every field of config.json that could mislead is an error that names it.
func TestBrokenConfigs(t *testing.T) {
	config, weights := original(t, "lstm-n8-h16-s1")
	set := func(name string, v any) []byte {
		var fields map[string]any
		if err := json.Unmarshal(config, &fields); err != nil {
			t.Fatal(err)
		}
		if fields[name] = v; v == nil {
			delete(fields, name)
		}
		raw, err := json.Marshal(fields)
		if err != nil {
			t.Fatal(err)
		}
		return raw
	}
	for _, tc := range []struct {
		name   string
		config []byte
	}{
		{"architecture", set("architecture", "transformer")}, {"architecture", set("architecture", nil)}, {"", set("architecture", "gru")},
		{"hidden_size", set("hidden_size", 0)}, {"hidden_size", set("hidden_size", -4)}, {"hidden_size", set("hidden_size", 1<<40)}, {"hidden_size", set("hidden_size", 1.5)},
		{"num_layers", set("num_layers", 0)}, {"", set("num_layers", 2)}, {"num_layers", set("num_layers", 1e9)},
		{"", set("bidirectional", true)}, {"bidirectional", set("bidirectional", "no")},
		{"task", set("task", "sparse")}, {"", set("task", "match2")}, {"N", set("N", 0)}, {"", set("N", 18)}, {"N", set("N", 1<<30)},
		{"q", set("q", 0)}, {"q", set("q", 99)}, {"d", set("d", 0)}, {"", set("d", 2)},
		{"features", set("features", []string{})}, {"onehot:z", set("features", []string{"z", "onehot:z"})}, {"", set("features", []string{"z"})}, {"features", set("features", "z")},
		{"threshold", set("threshold", 1e300)}, {"threshold", set("threshold", "half")},
		{"weights", set("weights", "../model.safetensors")}, {"weights", set("weights", "")}, {"nothing.safetensors", set("weights", "nothing.safetensors")},
		{"index_base", set("index_base", 7)},
		{"state_size", []byte(`{"architecture":"linear-attention","hidden_size":65536,"state_size":65536,"task":"qsa","N":17,"q":1,"d":1,"features":["z"]}`)},
		{"stored", set("domain", map[string]any{"stored": []int{2}, "queries": []int{10, 17}, "values": []int{1}})},
		{"queries", set("domain", map[string]any{"stored": []int{2, 9}, "queries": []int{10, 18}, "values": []int{1}})},
		{"values", set("domain", map[string]any{"stored": []int{2, 9}, "queries": []int{10, 17}})},
		{"dummy", set("domain", map[string]any{"dummy": []int{0}, "stored": []int{2, 9}, "queries": []int{10, 17}, "values": []int{1}})},
		{`"n" differs from "N"`, set("n", 3)}, {`"measured.Loss" differs from "loss"`, set("measured", map[string]any{"Loss": 1})}, {"domain.values", set("domain", map[string]any{"values": []string{"1"}})},
		{"after top-level value", append(slices.Clone(config), config...)}, {"", []byte("")}, {"", []byte("[]")}, {"", []byte("null")}, {"", config[:len(config)/2]},
	} {
		err := folder(t, tc.config, weights)
		if err == nil || !strings.Contains(err.Error(), tc.name) {
			t.Errorf("%s: error %v, want %q", clip(string(tc.config)), err, tc.name)
		}
	}
	if m := load(t, "lstm-n8-h16-s1"); len(m.Warnings) != 0 {
		t.Errorf("warnings on a good config: %v", m.Warnings)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "config.json"), bytes.Replace(set("dropout", 0.1), []byte(`"measured":{`), []byte(`"measured":{"epochs":3,`), 1), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "model.safetensors"), weights, 0o644); err != nil {
		t.Fatal(err)
	}
	m, err := Load(dir)
	if err != nil || len(m.Warnings) != 1 || !strings.HasSuffix(m.Warnings[0], `: "dropout", "measured.epochs"`) {
		t.Errorf("unknown fields: %v, %v", m, err)
	}
}

// Hundreds of random mutations of whole files, of headers and of configs: a model or
// a clean error. One flipped byte of the data may still be a model.
func TestMutations(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	refused := 0
	for k := range 600 {
		config, weights := original(t, names(t)[k%len(names(t))])
		mutate := func(b []byte, upto int) []byte {
			b = slices.Clone(b)
			for range 1 + rng.IntN(3) {
				at := rng.IntN(min(upto, len(b)))
				switch rng.IntN(4) {
				case 0:
					b[at] ^= 1 << rng.IntN(8)
				case 1:
					b = slices.Delete(b, at, at+1)
				case 2:
					b = slices.Insert(b, at, byte(rng.IntN(256)))
				case 3:
					b[at] = "0123456789-.[]{}\",:"[rng.IntN(19)]
				}
			}
			return b
		}
		var err error
		switch k % 3 {
		case 0:
			err = folder(t, mutate(config, len(config)), weights)
		case 1:
			err = folder(t, config, mutate(weights, 8+int(binary.LittleEndian.Uint64(weights))))
		case 2:
			err = folder(t, config, mutate(weights, len(weights)))
		}
		if err != nil {
			refused++
		}
	}
	if refused < 200 {
		t.Errorf("only %d of 600 mutants were refused: is the reader strict?", refused)
	}
}

// Sixteen-bit weights stand for exactly the numbers that they encode.
func TestHalves(t *testing.T) {
	for _, tc := range []struct {
		bits uint16
		want float64
	}{
		{0x0000, 0}, {0x0001, math.Ldexp(1, -24)}, {0x03ff, math.Ldexp(1023, -24)}, {0x0400, math.Ldexp(1, -14)}, {0x3c00, 1}, {0x3c01, 1 + 1./1024},
		{0x7bff, 65504}, {0xc000, -2}, {0x3555, 1365. / 4096}, {0x7c00, math.Inf(1)}, {0xfc00, math.Inf(-1)},
	} {
		if got := float16(tc.bits); float64(got) != tc.want {
			t.Errorf("float16 %#x is %v, want %v", tc.bits, got, tc.want)
		}
	}
	for u := range 1 << 16 { // bfloat16 is the upper half of a float32
		want := math.Float32frombits(uint32(u) << 16)
		if got := halfTables("BF16")[u]; got != want && !(math.IsNaN(float64(got)) && math.IsNaN(float64(want))) {
			t.Fatalf("bfloat16 %#x is %v, want %v", u, got, want)
		}
	}
	// A model whose weights are short numbers is the same in all three types.
	for name, s := range kinds() {
		for key, tensor := range s.tensors {
			for k, v := range tensor.data {
				tensor.data[k] = float32(math.Round(float64(v)*16) / 16)
				if math.Abs(float64(tensor.data[k])) >= 8 || tensor.data[k] == 0 {
					tensor.data[k] = 0.5
				}
			}
			s.tensors[key] = tensor
		}
		var want []tasks.Value
		for _, dtype := range []string{"F32", "F16", "BF16"} {
			for key, tensor := range s.tensors {
				tensor.dtype = dtype
				s.tensors[key] = tensor
			}
			m := s.load(t)
			got, err := plainMachine(t, m).Whole(t.Context(), randomInput(m, rand.New(rand.NewPCG(9, 9))), m.Shape.All())
			if err != nil {
				t.Fatal(err)
			}
			if want == nil {
				want = got
			} else if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("%s in %s: %v, in F32 %v", name, dtype, got, want)
			}
		}
	}
}

// A large tensor is held once, as stored; and never more than a piece of the file
// besides.
func TestLargeTensorsAreNotCopied(t *testing.T) {
	const rows, cols = 1 << 11, 1 << 10 // 8 MB, above the size that is widened
	s := &synthetic{tensors: map[string]fakeTensor{}}
	s.add("big", rand.New(rand.NewPCG(1, 1)), 1, rows, cols)
	path := filepath.Join(t.TempDir(), "big.safetensors")
	if err := os.WriteFile(path, encodeTensors(s.tensors, s.order), 0o644); err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f, err := OpenTensors(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	m, err := f.Matrix("big", rows, cols)
	if err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > rows*cols*4*3/2 {
		t.Errorf("reading a tensor of %d bytes allocated %d", rows*cols*4, grown)
	}
	for _, k := range []int{0, 1, cols, rows*cols - 1} {
		if got := m.at(k/cols, k%cols); got != float64(s.tensors["big"].data[k]) {
			t.Errorf("weight %d is %v, want %v", k, got, s.tensors["big"].data[k])
		}
	}
}

func FuzzHeader(f *testing.F) {
	for _, name := range []string{"lstm-n8-h16-s1", "attention-n8-h24-s1"} {
		raw, err := os.ReadFile(filepath.Join(folders, name, "model.safetensors"))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Add([]byte("\x02\x00\x00\x00\x00\x00\x00\x00{}"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		_, infos, err := readHeader(bytes.NewReader(raw), int64(len(raw)))
		if err != nil {
			return
		}
		for _, name := range slices.Sorted(maps.Keys(infos)) {
			if o := infos[name].Offsets; o[1] > uint64(len(raw)) {
				t.Errorf("tensor %q reaches to byte %d of %d", name, o[1], len(raw))
			}
		}
	})
}

func FuzzConfig(f *testing.F) {
	dirs, _ := filepath.Glob(folders + "/*/config.json")
	for _, path := range dirs {
		raw, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		c, _, err := parseConfig(raw)
		if err != nil {
			return
		}
		if sh, err := c.shape(); err == nil {
			_, _ = c.featuresFor(sh, &tables{})
		}
	})
}
