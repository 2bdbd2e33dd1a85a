package trained

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// copied is a golden folder that edit may change.
func copied(t *testing.T, name string, edit func(dir string)) error {
	t.Helper()
	dir := t.TempDir()
	files, err := filepath.Glob(filepath.Join(golden, name, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, filepath.Base(file)), raw, 0o644)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	edit(dir)
	_, err = Load(dir)
	if err != nil && strings.Contains(err.Error(), "\n") {
		t.Errorf("more than a line: %q", err)
	}
	return err
}

func replace(t *testing.T, old, new string, path ...string) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(raw), old) {
		t.Fatalf("%v holds no %q", path, old)
	}
	if err := os.WriteFile(filepath.Join(path...), []byte(strings.ReplaceAll(string(raw), old, new)), 0o644); err != nil {
		t.Fatal(err)
	}
}

// Files of other kinds are told by their first bytes, and an index must say what its shards hold.
func TestFilesOfOtherKinds(t *testing.T) {
	const file, index = "model.safetensors", "model.safetensors.index.json"
	for what, tc := range map[string]struct {
		folder string
		edit   func(dir string)
		want   string
	}{
		"a torch zip": {"mamba", func(d string) { os.WriteFile(filepath.Join(d, file), []byte("PK\x03\x04\x14\x00rest of it"), 0o644) }, "zip archive"},
		"an LFS pointer": {"mamba", func(d string) {
			os.WriteFile(filepath.Join(d, file), []byte("version https://git-lfs.github.com/spec/v1\noid"), 0o644)
		}, "Git-LFS pointer"},
		"a pickle": {"mamba", func(d string) { os.WriteFile(filepath.Join(d, file), []byte("\x80\x02}q\x00(X\x00"), 0o644) }, "pickle"},
		"JSON":     {"mamba", func(d string) { os.WriteFile(filepath.Join(d, file), []byte(`{"weight_map": {"a": "b"}}`), 0o644) }, "index of shards is named"},
		"an LFS index": {"lstm-shards", func(d string) {
			os.WriteFile(filepath.Join(d, index), []byte("version https://git-lfs.github.com/spec/v1\n"), 0o644)
		}, "Git-LFS pointer"},
		"no shard":                     {"lstm-shards", func(d string) { os.Remove(filepath.Join(d, "model-00002-of-00002.safetensors")) }, "model-00002"},
		"a shard elsewhere":            {"lstm-shards", func(d string) { replace(t, "model-00002-of", "../model-00002-of", d, index) }, "not the name of a file in the folder"},
		"a tensor that no shard holds": {"lstm-shards", func(d string) { replace(t, "memory.bias_hh_l0", "memory.bias_zz_l0", d, index) }, "bias_hh_l0"},
		"a tensor twice": {"lstm-shards", func(d string) {
			raw, _ := os.ReadFile(filepath.Join(d, "model-00001-of-00002.safetensors"))
			os.WriteFile(filepath.Join(d, "model-00002-of-00002.safetensors"), raw, 0o644)
		}, "another shard"},
		"no weight_map":                {"lstm-shards", func(d string) { os.WriteFile(filepath.Join(d, index), []byte(`{"metadata":{}}`), 0o644) }, "weight_map"},
		"a rename of nothing":          {"lstm-shards", func(d string) { replace(t, `"memory."`, `"nothing."`, d, "config.json") }, `begins with "nothing."`},
		"a rename onto another":        {"lstm-shards", func(d string) { replace(t, `"answer.": "head."`, `"answer.weight": "answer.bias"`, d, "config.json") }, "which there is too"},
		"groups that do not divide":    {"attention-groups", func(d string) { replace(t, `"num_key_value_heads": 2`, `"num_key_value_heads": 3`, d, "config.json") }, "num_key_value_heads = 3 does not divide num_heads = 4"},
		"groups that the file has not": {"attention-groups", func(d string) { replace(t, `"num_key_value_heads": 2`, `"num_key_value_heads": 1`, d, "config.json") }, "key.weight"},
		"rotation without order":       {"attention-groups", func(d string) { replace(t, `"num_heads"`, `"rope": true, "num_heads"`, d, "config.json") }, `"rope": attention over all tokens`},
		"rotation of odd heads":        {"rope", func(d string) { replace(t, `"num_heads": 2`, `"num_heads": 4`, d, "config.json") }, "heads of 1 numbers"},
		"an angle of nothing":          {"rope", func(d string) { replace(t, `"rope": true`, `"rope": false, "rope_theta": 100`, d, "config.json") }, "nothing is rotated"},
		"an angle below 1":             {"rope", func(d string) { replace(t, `"rope": true`, `"rope": true, "rope_theta": 0.5`, d, "config.json") }, "outside 1..1e9"},
		"classes and threshold":        {"hybrid-logits", func(d string) { replace(t, `"classes"`, `"threshold": 0.5, "classes"`, d, "config.json") }, "contradict"},
		"one class":                    {"hybrid-logits", func(d string) { replace(t, `"params"`, `"note"`, d, "config.json") }, ""},
		"a stack in a stack":           {"hybrid", func(d string) { replace(t, `"mamba"`, `"stack"`, d, "config.json") }, "layers"},
		"an unknown layer field":       {"hybrid", func(d string) { replace(t, `"dt_rank"`, `"dt_rang"`, d, "config.json") }, "dt_rang"},
		"attention both ways":          {"hybrid", func(d string) { replace(t, `"causal": true,`, ``, d, "config.json") }, "causal"},
		"heads that do not fit":        {"hybrid", func(d string) { replace(t, `"num_heads": 2`, `"num_heads": 3`, d, "config.json") }, "num_heads = 3"},
		"params twice":                 {"hybrid", func(d string) { replace(t, `"V": 5`, `"W": 5`, d, "config.json") }, `no parameter "W"`},
	} {
		err := copied(t, tc.folder, tc.edit)
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: error %v, want %q", what, err, tc.want)
		}
	}
	if err := copied(t, "lstm-shards", func(string) {}); err != nil {
		t.Errorf("the folder itself: %v", err)
	}
}

// Names by which modules are commonly called are recognised, and said; two that could be meant are not.
func TestNamesAreRecognised(t *testing.T) {
	for name, want := range map[string]string{"gru-wrapped": `"module."`, "rnn-relu": "fc.*", "hybrid": "wte.*"} {
		m, err := Load(filepath.Join(golden, name))
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(strings.Join(m.Warnings, " "), want) {
			t.Errorf("%s: notes %v, want %s", name, m.Warnings, want)
		}
	}
	t.Run("ambiguous", func(t *testing.T) {
		s := newSynthetic("gru", 4, 1, false, 9, 0, 1)
		both := *s
		both.tensors = map[string]fakeTensor{}
		both.order = nil
		for _, name := range s.order {
			for _, as := range []string{"fc.", "out."} {
				n := strings.Replace(name, "head.", as, 1)
				if _, twice := both.tensors[n]; !twice {
					both.tensors[n] = s.tensors[name]
					both.order = append(both.order, n)
				}
			}
		}
		if _, err := Load(both.write(t)); err == nil || !strings.Contains(err.Error(), "head.weight") {
			t.Errorf("two heads: %v", err)
		}
	})
	t.Run("bare", func(t *testing.T) {
		s := newSynthetic("gru", 4, 1, false, 9, 0, 1)
		raw, err := json.Marshal(s.config)
		if err != nil {
			t.Fatal(err)
		}
		weights := strings.ReplaceAll(string(encodeTensors(s.tensors, s.order)), `"cell.`, `"`)
		n := len(encodeTensors(s.tensors, s.order)) - len(weights)
		head := []byte(weights[:8])
		length := int(head[0]) | int(head[1])<<8
		length -= n
		head[0], head[1] = byte(length), byte(length>>8)
		if err := folder(t, raw, append(head, weights[8:]...)); err != nil {
			t.Error(fmt.Errorf("nn.GRU's own state dict: %w", err))
		}
	})
}
