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

// Hand counts from the published fields.
func TestPublished(t *testing.T) {
	for name, want := range map[string]struct{ state, cache int }{
		"gpt2":              {0, 12 * 2 * 768 * 32},
		"llama-2-7b":        {0, 32 * 2 * 32 * 128 * 16},
		"llama-3-8b":        {0, 32 * 2 * 8 * 128 * 16},
		"mistral-7b-v0.1":   {0, 32 * 2 * 8 * 128 * 16},
		"mixtral-8x7b-v0.1": {0, 32 * 2 * 8 * 128 * 16},
		"gemma-2b":          {0, 18 * 2 * 256 * 16},
		"qwen2-0.5b":        {0, 24 * 2 * 2 * 64 * 16},
		"phi-2":             {0, 32 * 2 * 32 * 80 * 16},
		"mamba-130m":        {24 * (1536*16 + 1536*3) * 32, 0},
		"mamba2-130m":       {24 * (1536*128 + (1536+2*128)*3) * 32, 0},
		"rwkv-4-169m":       {12 * 5 * 768 * 32, 0},
		"recurrentgemma-2b": {18 * (2560 + 2560*3) * 16, 8 * 2 * 256 * 16},
		"jamba-v0.1":        {28 * (8192*16 + 8192*3) * 16, 4 * 2 * 8 * 128 * 16},
	} {
		raw, err := os.ReadFile(filepath.Join(configs, name+".json"))
		if err != nil {
			t.Fatal(err)
		}
		r, err := Audit(raw, nil)
		if err != nil {
			t.Fatal(err)
		}
		if r.StateBits != want.state || r.CacheBits != want.cache {
			t.Errorf("%s: state %d and cache %d bits, want %d and %d", name, r.StateBits, r.CacheBits, want.state, want.cache)
		}
		for _, at := range []int{1, 100, 1 << 20} { // a window bounds what is cached
			r, err := Audit(raw, []int{at})
			if err != nil {
				t.Fatal(err)
			}
			kept := at
			switch name {
			case "mistral-7b-v0.1":
				kept = min(at, 4096)
			case "recurrentgemma-2b":
				kept = min(at, 2048)
			}
			if z := r.Sizes[0]; z.StateBits != want.state || z.CacheBits != want.cache*kept {
				t.Errorf("%s at %d tokens: %+v, want %d cached bits a token", name, at, z, want.cache)
			}
		}
		for _, row := range r.Rows {
			if row.Vacuous != (row.Bits >= row.Needed) {
				t.Errorf("%s: %+v", name, row)
			}
		}
	}
}

// The bite is where a search finds it: the first N at which bits < needed, and
// from there on.
func TestBitesFrom(t *testing.T) {
	config := `{"model_type":"mistral","hidden_size":2,"num_hidden_layers":1,"num_attention_heads":1,"sliding_window":3,"torch_dtype":"float16"}`
	mamba := `{"model_type":"mamba","hidden_size":1,"num_hidden_layers":1,"state_size":2,"conv_kernel":2,"expand":2,"torch_dtype":"float16"}`
	for _, raw := range []string{config, mamba} {
		first := map[string]int{}
		claimed := map[string]int{}
		for n := 1; n < 3000; n++ {
			r, err := Audit([]byte(raw), []int{n})
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
		{`{"model_type":"hyena"}`, "hyena"},
		{`{"hidden_size":2}`, "model_type"},
		{`{"model_type":"llama","hidden_size":64,"num_attention_heads":8}`, "num_hidden_layers"},
		{`{"model_type":"llama","hidden_size":64,"num_hidden_layers":1,"num_attention_heads":7}`, "head_dim"},
		{`{"model_type":"llama","hidden_size":-64,"num_hidden_layers":1,"num_attention_heads":8}`, "hidden_size"},
		{`{"model_type":"llama","hidden_size":1e30,"num_hidden_layers":1,"num_attention_heads":8}`, "hidden_size"},
		{`{"model_type":"llama","hidden_size":64,"num_hidden_layers":1,"num_attention_heads":8,"cross_layer_cache":2}`, "cross_layer_cache"},
		{`{"model_type":"llama","hidden_size":64,"num_hidden_layers":1,"num_attention_heads":8,"torch_dtype":"int3"}`, "torch_dtype"},
		{`{"model_type":"qwen2","hidden_size":64,"num_hidden_layers":1,"num_attention_heads":8,"use_sliding_window":true}`, "use_sliding_window"},
		{`{"model_type":"recurrent_gemma","hidden_size":64,"num_hidden_layers":1,"num_attention_heads":8,"attention_window_size":8,"conv1d_width":4,"block_types":["conv"]}`, "conv"},
		{`[1]`, "no JSON object"}, {`{`, "no JSON object"}, {``, "no JSON object"},
	} {
		_, err := Audit([]byte(tc.raw), nil)
		if err == nil || !strings.Contains(err.Error(), tc.want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s: error %v, want %q", tc.raw, err, tc.want)
		}
	}
	if _, err := Audit([]byte(`{"model_type":"gpt2","n_embd":8,"n_layer":1,"n_head":1}`), []int{0}); err == nil {
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
		if _, err := Audit(mutated, nil); err != nil && strings.Contains(err.Error(), "\n") {
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
	f.Fuzz(func(t *testing.T, raw []byte) { _, _ = Audit(raw, []int{4096}) })
}
