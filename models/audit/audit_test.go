package audit

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const configs = "../../testdata/configs"

// The bite is where a search finds it: the first N at which bits < needed, and
// from there on.
func TestBitesFrom(t *testing.T) {
	config := `{"model_type":"mistral","hidden_size":2,"num_hidden_layers":1,"num_attention_heads":1,"num_key_value_heads":1,"sliding_window":3,"torch_dtype":"float16"}`
	mamba := `{"model_type":"mamba","hidden_size":1,"num_hidden_layers":1,"state_size":2,"conv_kernel":2,"expand":2,"torch_dtype":"float16"}`
	for _, raw := range []string{config, mamba} {
		first := map[string]int{}
		claimed := map[string]int{}
		for n := 1; n < 3000; n++ {
			r, err := Audit([]byte(raw), Options{Contexts: []int{n}})
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range r.Rows {
				if !row.Vacuous && first[row.Claim] == 0 {
					first[row.Claim] = n
				}
				if row.Vacuous && first[row.Claim] != 0 {
					t.Errorf("%s bites at %d and not at %d", row.Claim, first[row.Claim], n)
				}
				claimed[row.Claim] = *row.BitesFrom
			}
		}
		for claim, n := range claimed {
			if first[claim] != n {
				t.Errorf("%s: bites from %d, claimed %d", claim, first[claim], n)
			}
		}
	}
}

func TestErrorsNameWhatIsWrong(t *testing.T) {
	for _, tc := range []struct{ raw, want string }{
		{`{"model_type":"nothing"}`, "nothing"},
		{`{"hidden_size":2}`, "model_type"},
		{`{"model_type":"llama","hidden_size":64,"num_attention_heads":8}`, "num_hidden_layers"},
		{`{"model_type":"llama","hidden_size":64,"num_hidden_layers":1,"num_attention_heads":7}`, "hidden_size = 64 is no multiple of num_attention_heads = 7"},
		{`{"model_type":"llama","hidden_size":-64,"num_hidden_layers":1,"num_attention_heads":8}`, "hidden_size"},
		{`{"model_type":"llama","hidden_size":1e30,"num_hidden_layers":1,"num_attention_heads":8}`, "hidden_size"},
		{`{"model_type":"llama","hidden_size":64,"num_hidden_layers":1,"num_attention_heads":8,"cross_layer_cache":2}`, "cross_layer_cache"},
		{`{"model_type":"llama","hidden_size":64,"num_hidden_layers":1,"num_attention_heads":8,"torch_dtype":"int3"}`, "torch_dtype"},
		{`{"model_type":"llama","hidden_size":64,"num_hidden_layers":1,"num_attention_heads":8,"sliding_window":128,"new_cache":2}`, `"new_cache" = 2, "sliding_window" = 128`},
		{`{"model_type":"llama","Model_Type":"gpt2"}`, "differ only in case"}, {`{"model_type":"llama","model_type":"gpt2"}`, "stands twice"},
		{`{"model_type":"llama","hidden_size":NaN}`, `"hidden_size" is NaN`}, {`{"weight_map":{}}`, "index of shards"}, {"PK\x03\x04rest", "zip"},
		{`{"model_type":"mamba","hidden_size":5120,"expand":1,"intermediate_size":1536,"num_hidden_layers":1}`, "expand x hidden_size = 5120"},
		{`{"model_type":"mamba","hidden_size":768,"d_model":512,"num_hidden_layers":1}`, "contradict"},
		{`{"model_type":"llama","hidden_size":4096,"num_hidden_layers":1,"num_attention_heads":32,"num_key_value_heads":5}`, "num_key_value_heads = 5"},
		{`{"model_type":"jamba","hidden_size":64,"num_hidden_layers":8,"num_attention_heads":8,"attn_layer_offset":9,"attn_layer_period":8}`, "attn_layer_offset = 9"},
		{`{"model_type":"jamba","hidden_size":64,"num_hidden_layers":8,"num_attention_heads":8,"attn_layer_offset":null,"attn_layer_period":8}`, "attn_layer_offset"},
		{`{"model_type":"qwen2","hidden_size":64,"num_hidden_layers":2,"num_attention_heads":8,"layer_types":["full_attention"]}`, "names 1 layers"},
		{`{"model_type":"recurrent_gemma","hidden_size":64,"num_hidden_layers":1,"num_attention_heads":8,"attention_window_size":8,"conv1d_width":4,"block_types":["conv"]}`, "conv"},
		{`[1]`, "no JSON object"}, {`{`, "no JSON object"}, {``, "no JSON object"},
	} {
		_, err := Audit([]byte(tc.raw), Options{})
		if err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %v, want %q", tc.raw, err, tc.want)
		}
	}
	if _, err := Audit([]byte(`{"model_type":"gpt2","n_embd":8,"n_layer":1,"n_head":1}`), Options{Contexts: []int{0}}); err == nil {
		t.Error("a context of 0 tokens was accepted")
	}
}

// Mutated configs give an answer or a clean error.
func TestMutatedConfigs(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	paths, _ := filepath.Glob(configs + "/*.json")
	junk := []any{nil, -1, 0, 1.5, 1e300, "x", []any{}, map[string]any{}, true}
	for range 400 {
		raw, err := os.ReadFile(paths[rng.IntN(len(paths))])
		if err != nil {
			t.Fatal(err)
		}
		var fields map[string]any
		if err := json.Unmarshal(raw, &fields); err != nil {
			t.Fatal(err)
		}
		for name := range fields {
			if rng.IntN(len(fields)) == 0 {
				fields[name] = junk[rng.IntN(len(junk))]
			}
		}
		mutated, err := json.Marshal(fields)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Audit(mutated, Options{}); err != nil && strings.Contains(err.Error(), "\n") {
			t.Errorf("more than one line: %q", err)
		}
	}
}

func FuzzAudit(f *testing.F) {
	paths, _ := filepath.Glob(configs + "/*.json")
	for _, p := range paths {
		raw, err := os.ReadFile(p)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw []byte) { _, _ = Audit(raw, Options{Contexts: []int{4096}}) })
}

// Audit counts for one config.
func Audit(raw []byte, o Options) (*Report, error) {
	m, err := Count(raw, o)
	if err != nil {
		return nil, err
	}
	return m.Report(o.Contexts)
}
