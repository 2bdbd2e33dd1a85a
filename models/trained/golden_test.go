package trained

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"crosscut/models/run"
	"crosscut/models/tasks"
)

const golden = "../../testdata/imports"

// read decodes a JSON file.
func readJSON(t *testing.T, into any, path ...string) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(path...))
	if err == nil {
		err = json.Unmarshal(raw, into)
	}
	if err != nil {
		t.Fatal(err)
	}
}

type goldenToken struct {
	X int
	Z []float64
	Y []int
}

// worst is the largest difference between a folder's outputs and those of the reference.
func worst(t *testing.T, dir string, want [][][]float64) float64 {
	t.Helper()
	m, err := Load(dir)
	if err != nil {
		t.Fatalf("%s: %v", dir, err)
	}
	machine := plainMachine(t, m)
	var inputs [][]goldenToken
	readJSON(t, &inputs, dir, "inputs.json")
	if len(inputs) != len(want) || len(want) == 0 {
		t.Fatalf("%s: %d inputs, %d outputs", dir, len(inputs), len(want))
	}
	far := 0.0
	rng := rand.New(rand.NewPCG(1, 1))
	for k, in := range inputs {
		var seq []tasks.Token
		for _, tok := range in {
			seq = append(seq, tasks.Token{X: tok.X, Z: tok.Z, Y: tok.Y})
		}
		got, err := machine.Whole(t.Context(), seq, m.Shape.All())
		if err != nil {
			t.Fatalf("%s: %v", dir, err)
		}
		for i, v := range got {
			for c := range v {
				far = max(far, math.Abs(v[c]-want[k][i][c]))
			}
		}
		// The same model, cut: bit for bit what the uncut one gives.
		for _, split := range []string{"half", "prefix:3", "alice:1,5,bob:2-4,public:6-" + itoa(m.Shape.N)} {
			job, err := run.ParseJob(m.Shape, split, "all", "owner")
			if err != nil {
				t.Fatal(err)
			}
			checkRun(t, dir, machine, job, seq)
			if rng.IntN(4) == 0 {
				q, err := m.Quantised(t.Context(), 6, job.Split, 1)
				if err != nil {
					t.Fatalf("%s: %v", dir, err)
				}
				checkRun(t, dir, q, job, seq)
			}
		}
	}
	return far
}

// Every kind of layer, alone and in stacks with residuals and norms, gives what an independent
// implementation in Python gives, to 1e-6.
func TestGolden(t *testing.T) {
	var want map[string][][][]float64
	readJSON(t, &want, golden, "outputs.json")
	dirs, err := os.ReadDir(golden)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range dirs {
		if !d.IsDir() {
			continue
		}
		far := worst(t, filepath.Join(golden, d.Name()), want[d.Name()])
		t.Logf("%s: worst difference %.2g", d.Name(), far)
		if far > 1e-6 {
			t.Errorf("%s differs from the reference by %v", d.Name(), far)
		}
	}
	if len(want) < 10 {
		t.Errorf("%d folders were compared", len(want))
	}
}

// A weight that is off by a fiftieth is seen, in every folder whose outputs are numbers.
func TestGoldenSeesAWrongWeight(t *testing.T) {
	var want map[string][][][]float64
	readJSON(t, &want, golden, "outputs.json")
	for _, name := range []string{"mamba", "gated-deltanet", "hybrid", "attention-causal", "rnn-relu"} {
		dir := t.TempDir()
		for _, file := range []string{"config.json", "inputs.json", "model.safetensors"} {
			raw, err := os.ReadFile(filepath.Join(golden, name, file))
			if err != nil {
				t.Fatal(err)
			}
			if file == "model.safetensors" {
				n := len(raw) - 4*8 // a weight of the last tensors
				v := math.Float32frombits(uint32(raw[n]) | uint32(raw[n+1])<<8 | uint32(raw[n+2])<<16 | uint32(raw[n+3])<<24)
				bits := math.Float32bits(v + 0.02)
				for k := range 4 {
					raw[n+k] = byte(bits >> (8 * k))
				}
			}
			if err := os.WriteFile(filepath.Join(dir, file), raw, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if far := worst(t, dir, want[name]); far <= 1e-6 {
			t.Errorf("%s: a wrong weight changes outputs by %v", name, far)
		}
	}
}

// The golden numbers are what the reference computes today.
func TestGoldenIsTheReferences(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3")
	}
	raw, err := exec.Command(python, golden+"/reference.py", "run", golden).Output()
	if err != nil {
		t.Fatal(err)
	}
	var got, want map[string][][][]float64
	if err := json.Unmarshal(raw, &got); err != nil {
		t.Fatal(err)
	}
	readJSON(t, &want, golden, "outputs.json")
	if len(got) != len(want) {
		t.Fatalf("%d folders, want %d", len(got), len(want))
	}
	for name := range want {
		for k := range want[name] {
			for i := range want[name][k] {
				for c, v := range want[name][k][i] {
					if math.Abs(v-got[name][k][i][c]) > 1e-9 {
						t.Errorf("%s, input %d, output %d: %v, the file says %v", name, k+1, i+1, got[name][k][i][c], v)
					}
				}
			}
		}
	}
}

// The docs name every architecture and every field.
func TestDocsNameAllFields(t *testing.T) {
	raw, err := os.ReadFile("../../docs/trained.md")
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	empty, err := json.Marshal(Config{})
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(empty, &fields); err != nil {
		t.Fatal(err)
	}
	words := Catalog().Names()
	for name := range fields {
		words = append(words, name)
	}
	for _, a := range words {
		if !strings.Contains(string(raw), "`"+a+"`") {
			t.Errorf("docs/trained.md does not say what %q is", a)
		}
	}
}
