package docs_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"crosscut/reductions"
	"crosscut/reductions/falsify"
	"crosscut/reductions/quantise"
)

// fakeTorch is as much of torch as the exporter uses: tensors of float32 that lie in memory as bytes.
const fakeTorch = `
import struct

uint8 = "torch.uint8"
float32 = "torch.float32"

class Tensor:
    def __init__(self, data, dtype=float32):
        self.data, self.dtype = list(data), dtype
    def detach(self): return self
    cpu = contiguous = detach
    def reshape(self, n):
        assert n == -1
        return self
    def numel(self): return len(self.data)
    def view(self, dtype):
        assert dtype == uint8 and self.dtype == float32
        return Tensor(struct.pack("<%df" % len(self.data), *self.data), uint8)
    def tolist(self): return self.data

def cat(parts):
    return Tensor([v for p in parts for v in p.data], parts[0].dtype)

class no_grad:
    def __enter__(self): pass
    def __exit__(self, *args): pass
`

// countingModel keeps how many ones it was told of, and answers with the majority: index needs more.
const countingModel = `
import torch

def prefix(tokens):
    ones = sum(t["x"] == 3 if isinstance(t, dict) else t == 3 for t in tokens)
    return {"sum": torch.Tensor([ones]), "cache": [(torch.Tensor([1.5]), None)]}

def finish(state, tokens, read):
    return [3 if state["sum"].tolist()[0] >= 2 else 2 for _ in read]
`

// The exporter runs a model over the inputs that are written for it, and its table is read: the messages of
// equal sums are one, so that an index must fail.
func TestExportState(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3")
	}
	in, err := reductions.IndexMQAR.Instance(3, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	var inputs bytes.Buffer
	if _, err := falsify.WriteInputs(&inputs, in, 64, 1); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"inputs.jsonl": inputs.String(), "torch.py": fakeTorch, "counting.py": countingModel} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	script, err := filepath.Abs("examples/export_state.py")
	if err != nil {
		t.Fatal(err)
	}
	export := exec.Command(python, "-B", script, "inputs.jsonl", "counting.py", "messages.jsonl")
	export.Dir, export.Env = dir, append(os.Environ(), "PYTHONPATH="+dir)
	if out, err := export.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	table, err := os.ReadFile(filepath.Join(dir, "messages.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	g, err := falsify.ReadMessages(in, table)
	if err != nil {
		t.Fatal(err)
	}
	if f := falsify.Messages(g); f.Kind != falsify.Forced || f.MessageBits != 64 || f.Tried != 8 {
		t.Errorf("a sum of three bits: %+v", f)
	}
	q, err := quantise.MeasureGiven(g, nil)
	if err != nil {
		t.Fatal(err)
	}
	// Sums 0 to 3 are four messages. Knowing the sum, a decoder is right on 1, 2/3, 2/3, 1 of the questions about 1, 3, 3, 1 inputs.
	if p := q.Points[0]; p.Messages != 4 || p.Best != "3/4" || q.Numbers == nil || *q.Numbers != 2 || q.Answered != 8 || q.Accuracy == nil {
		t.Errorf("measured %+v with %+v", q, p)
	}
}
