package audit

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"crosscut/internal/catalog"
)

// What a class makes of a field that a file omits, or lists under a newer name: bits in bfloat16,
// counted by hand from the class.
func TestClassDefaults(t *testing.T) {
	words := func(list ...string) string { return `["` + strings.Join(list, `","`) + `"]` }
	qwen := `,"hidden_size":1024,"num_hidden_layers":2,"num_attention_heads":16,"num_key_value_heads":8`
	nemotron := words("linear_attention", "mlp", "full_attention", "moe")
	for _, tc := range []struct {
		raw  string
		want counts
	}{
		{`{"model_type":"glm4_moe","hidden_size":8192,"num_hidden_layers":1,"num_attention_heads":32}`, counts{cache: 2 * 8 * 256 * 16}}, // no head_dim in the class
		{`{"model_type":"qwen3_5_text"}`, counts{pass: 24 * (32*128*128*32 + 8192*3*16), stored: 24 * (32*128*128*32 + 8192*3*16), cache: 8 * 2 * 4 * 256 * 16}},
		{`{"model_type":"qwen3_5_moe_text"}`, counts{pass: 30 * (32*128*128*32 + 8192*3*16), stored: 30 * (32*128*128*32 + 8192*3*16), cache: 10 * 2 * 2 * 256 * 16}},
		{`{"model_type":"minimax","hidden_size":8192,"num_attention_heads":32,"num_hidden_layers":2}`, counts{pass: 32 * 256 * 256 * 16, stored: 32 * 256 * 256 * 16, cache: 2 * 8 * 256 * 16}},
		{`{"model_type":"qwen3"` + qwen + `}`, counts{cache: 2 * 2 * 8 * 128 * 16}},
		{`{"model_type":"qwen3"` + qwen + `,"head_dim":null}`, counts{cache: 2 * 2 * 8 * 128 * 16}},
		{`{"model_type":"qwen3","hidden_size":4096,"num_hidden_layers":1,"num_attention_heads":16,"head_dim":null}`, counts{cache: 2 * 16 * 256 * 16}}, // vLLM divides: the larger
		{`{"model_type":"gpt_oss","num_hidden_layers":2,"head_dim":null}`, counts{cache: 2 * 8 * 45 * 16, windows: 2 * 8 * 45 * 16, kept: 127}},
		{`{"model_type":"llama4_text","num_hidden_layers":4,"attention_chunk_size":null}`, counts{cache: 4 * 2 * 8 * 128 * 16}},
		{`{"model_type":"qwen2_vl","hidden_size":8192,"num_hidden_layers":80,"num_attention_heads":64,"use_sliding_window":true}`, counts{cache: 80 * 2 * 8 * 128 * 16}}, // max_window_layers 80
		{`{"model_type":"qwen2_moe"` + qwen + `,"use_sliding_window":true,"max_window_layers":1}`, counts{cache: 2 * 2 * 8 * 64 * 16}},
		{`{"model_type":"exaone4","hidden_size":4096,"num_hidden_layers":6,"num_attention_heads":32,"num_key_value_heads":8,"sliding_window_pattern":"LLLG"}`,
			counts{cache: 2 * 2 * 8 * 128 * 16, windows: 4 * 2 * 8 * 128 * 16, kept: 4095}}, // the last layer is full
		{`{"model_type":"exaone4","hidden_size":4096,"num_hidden_layers":4,"num_attention_heads":32,"num_key_value_heads":8,"sliding_window_pattern":null}`, counts{cache: 4 * 2 * 8 * 128 * 16}},
		{`{"model_type":"retnet","hidden_size":2048,"num_hidden_layers":24}`, counts{pass: 805306368, stored: 805306368}},
		{`{"model_type":"recurrent_gemma","hidden_size":64,"num_hidden_layers":3,"num_attention_heads":8}`, counts{pass: 2 * (64*32 + 64*3*16), stored: 2 * (64*32 + 64*3*16), windows: 2 * 64 * 16, kept: 2048}},
		{`{"model_type":"nemotron_h","layers_block_type":` + nemotron + `}`, counts{pass: 128*64*128*32 + (8192+2*8*128)*3*16, stored: 128*64*128*32 + (8192+2*8*128)*3*16, cache: 2 * 8 * 128 * 16}},
		{`{"model_type":"nemotron_h","hybrid_override_pattern":"M-*E","layers_block_type":` + nemotron + `}`, counts{pass: 128*64*128*32 + (8192+2*8*128)*3*16, stored: 128*64*128*32 + (8192+2*8*128)*3*16, cache: 2 * 8 * 128 * 16}},
		{`{"model_type":"granitemoehybrid","hidden_size":64,"num_hidden_layers":2,"num_attention_heads":8,"mamba_n_heads":8,"layer_types":` + words("linear_attention", "full_attention") + `}`,
			counts{pass: 128*256*32 + (128+2*256)*3*16, stored: 128*256*16 + (128+2*256)*3*16, cache: 2 * 64 * 16}},
		{`{"model_type":"mamba","hidden_size":64,"num_hidden_layers":1,"layer_types":` + words("linear_attention") + `}`, counts{pass: 128*16*32 + 128*3*16, stored: 128*16*16 + 128*3*16}},
		{`{"model_type":"kimi_linear","hidden_size":64,"num_hidden_layers":2,"num_attention_heads":4,"linear_num_heads":4,"linear_head_dim":8,"layer_types":` + words("linear_attention", "full_attention") + `}`,
			counts{pass: 4*8*8*32 + 3*4*8*3*16, stored: 4*8*8*32 + 3*4*8*3*16, cache: (512 + 64) * 16, beyond: (4*320 - 576) * 16}},
		{`{"model_type":"gpt_bigcode","n_embd":6144,"n_layer":40,"n_head":48,"num_key_value_heads":1}`, counts{cache: 40 * 2 * 128 * 16}}, // derived and saved by the class
		{`{"model_type":"falcon","hidden_size":4096,"num_hidden_layers":60,"num_attention_heads":32,"num_kv_heads":8,"new_decoder_architecture":true,"num_ln_in_parallel_attn":1,"ff_factor":4}`,
			counts{cache: 60 * 2 * 8 * 128 * 16, beyond: 60 * 2 * 24 * 128 * 16}},
		{`{"model_type":"falcon_mamba","hidden_size":64,"num_hidden_layers":1,"expand":16,"intermediate_size":128,"use_falcon_mambapy":false}`, counts{pass: 128*16*32 + 128*3*16, stored: 128*16*16 + 128*3*16}},
		// A wrapper's file omits what equals the class's default.
		{`{"model_type":"llava","text_config":{"model_type":"llama","vocab_size":32064}}`, counts{cache: 32 * 2 * 4096 * 16}},
		{`{"model_type":"mistral3","text_config":{"model_type":"mistral","head_dim":128,"hidden_size":5120,"num_hidden_layers":40,"sliding_window":null}}`, counts{cache: 40 * 2 * 8 * 128 * 16}},
		{`{"model_type":"qwen2_5_vl","text_config":{"model_type":"qwen2_5_vl_text"}}`, counts{cache: 80 * 2 * 8 * 128 * 16}},
		{`{"model_type":"internvl","text_config":{"model_type":"internlm2"}}`, counts{cache: 32 * 2 * 4096 * 16}},
		{`{"model_type":"internvl","text_config":{"model_type":"qwen3"}}`, counts{cache: 32 * 2 * 32 * 128 * 16}},
	} {
		if got := counted(t, strings.TrimSuffix(tc.raw, "}")+`,"dtype":"bfloat16"}`); got != tc.want {
			t.Errorf("%s:\n got %+v\nwant %+v", tc.raw, got, tc.want)
		}
	}
	for _, tc := range []struct{ raw, want string }{
		{`{"model_type":"xlstm","embedding_dim":2048}`, "hidden_size, 4096 in the class, = 4096"},
		{`{"model_type":"qwen","hidden_size":4096,"num_hidden_layers":1,"num_attention_heads":64}`, "num_attention_heads x kv_channels = 8192"},
		{`{"model_type":"kimi_linear","hidden_size":64,"num_hidden_layers":4,"num_attention_heads":4}`, "linear_attn_config.full_attn_layers"},
		{`{"model_type":"kimi_linear","hidden_size":64,"num_hidden_layers":2,"num_attention_heads":4,"layer_types":["linear_attention","linear_attention"],"linear_attn_config":{"kda_layers":[1],"full_attn_layers":[2]}}`, "contradict each other: layer 2"},
		{`{"model_type":"gemma3n","num_kv_shared_layers":34}`, "no earlier layer of its kind"},
		{`{"model_type":"nemotron_h","hybrid_override_pattern":"M-*E","layers_block_type":["mamba","mlp","moe","attention"]}`, "contradict each other: layer 3"},
		{`{"model_type":"nemotron_h","hybrid_override_pattern":"M-*","layers_block_type":["mamba"]}`, "contradict each other: 1 and 3 layers"},
		{`{"model_type":"nemotron_h","hybrid_override_pattern":"MX"}`, `unknown kind "X"`},
		{`{"model_type":"qwen3_vl_text","hidden_size":64,"num_hidden_layers":1,"num_attention_heads":8,"use_sliding_window":true}`, "use_sliding_window"},
		{`{"model_type":"exaone4","hidden_size":64,"num_hidden_layers":1,"num_attention_heads":8,"sliding_window_pattern":"LXG"}`, "want letters L and G"},
		{`{"model_type":"opt","hidden_size":8,"num_hidden_layers":1,"num_attention_heads":1,"output_projection":true,"n_kv":1}`, `unknown field of an opt config: "n_kv" = 1`},
		{`{"model_type":"paligemma","text_config":{"model_type":"gemma"}}`, "both directions"},
		{`{"model_type":"bert","is_decoder":true}`, "bert reads in order"},
		{`{"model_type":"gpt_bigcode","n_embd":6144,"n_layer":40,"n_head":48,"num_key_value_heads":48}`, `"num_key_value_heads" is 48, but what multi_query says = 1`},
		{`{"model_type":"falcon","hidden_size":64,"num_hidden_layers":1,"num_attention_heads":8,"num_kv_heads":2,"multi_query":false}`, `"num_kv_heads" is 2, but neither`},
		{`{"model_type":"gpt2","n_embd":8,"n_layer":1,"n_head":1,"n_positions":-1}`, `"n_positions": -1 is no number of tokens`},
	} {
		if _, err := Audit([]byte(tc.raw), Options{}); err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: error %v, want %q", tc.raw, err, tc.want)
		}
	}
	mamba := []byte(`{"model_type":"mamba","hidden_size":64,"num_hidden_layers":1,"dtype":"bfloat16"}`)
	for cut, said := range map[Cut]bool{Pass: false, Stored: true} {
		if r, err := Audit(mamba, Options{Cut: cut}); err != nil || strings.Contains(fmt.Sprint(r.Warnings), "later caches") != said {
			t.Errorf("cut %s: %v, %v", cut, r.Warnings, err)
		}
	}
}

// A type that exists is not taken for another one whose name is near; a slip in writing is.
func TestNearTypes(t *testing.T) {
	for name, near := range map[string]string{"internlm3": "", "deepseek_v32": "", "minimax_m2": "", "phi3_v": "", "xglm": "", "LLaMA": "llama", "gpt-2": "gpt2", "Qwen3MoE": "qwen3_moe"} {
		_, err := Audit([]byte(`{"model_type":"`+name+`","hidden_size":64}`), Options{})
		unknown := new(catalog.UnknownError)
		if !errors.As(err, &unknown) || unknown.Nearest != near {
			t.Errorf("%s: %v near %q, want %q", name, err, unknown.Nearest, near)
		}
	}
}

// What is stored beyond the information has a column of its own and enters no count.
func TestStoredBeyond(t *testing.T) {
	for _, tc := range []struct {
		raw         string
		fixed, each int
	}{
		{`{"model_type":"mamba","hidden_size":64,"num_hidden_layers":3,"dtype":"bfloat16"}`, 3 * 128 * 16, 0},
		{`{"model_type":"recurrent_gemma","hidden_size":64,"num_hidden_layers":3,"num_attention_heads":8,"dtype":"bfloat16"}`, 0, 0},
		{`{"model_type":"lfm2","hidden_size":64,"num_hidden_layers":2,"num_attention_heads":2,"num_key_value_heads":1,"full_attn_idxs":[1],"dtype":"bfloat16"}`, 64 * 16, 0},
		{`{"model_type":"kimi_linear","hidden_size":64,"num_hidden_layers":2,"num_attention_heads":4,"linear_num_heads":4,"linear_head_dim":8,"layer_types":["linear_attention","full_attention"],"dtype":"bfloat16"}`, 3 * 4 * 8 * 16, (4*320 - 576) * 16},
	} {
		m, err := Count([]byte(tc.raw), Options{})
		if err != nil {
			t.Fatal(err)
		}
		r, err := m.Report([]int{100})
		if err != nil {
			t.Fatal(err)
		}
		if r.Besides != tc.fixed || r.Beyond != tc.each || r.Sizes[0].Beyond != tc.fixed+100*tc.each {
			t.Errorf("%s: %d and %d a token beyond, %d at 100, want %d and %d", tc.raw, r.Besides, r.Beyond, r.Sizes[0].Beyond, tc.fixed, tc.each)
		}
		if z := r.Sizes[0]; z.StateBits+z.CacheBits > 8*z.Bytes || 8*z.Bytes >= z.StateBits+z.CacheBits+8 {
			t.Errorf("%s: %+v: the bytes are those of state and cache", tc.raw, z)
		}
		for _, row := range r.partGrid().Rows {
			if beyond := strings.Contains(row.Cells[2], "beyond"); beyond != (row.Cells[5] == "") || beyond == (row.Cells[6] == "") {
				t.Errorf("%s: %q", tc.raw, row.Cells)
			}
		}
	}
}

// Sixty-one configs with all fields that hubs publish, against counts that were made in another language
// from the classes: bits fixed at each cut, of the growing cache for each token, and of full windows.
func TestPublishedConfigs(t *testing.T) {
	raw, err := os.ReadFile(configs + "/published.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(raw)), "\n")
	for _, line := range lines {
		var entry struct {
			Name   string
			Want   struct{ Pass, Stored, Cache, Windows int }
			Config json.RawMessage
		}
		if err := json.Unmarshal(pythonWords([]byte(line)), &entry); err != nil {
			t.Fatal(err)
		}
		got := entry.Want
		for _, cut := range []Cut{Pass, Stored} {
			m, err := Count(entry.Config, Options{Cut: cut})
			if err != nil {
				t.Fatalf("%s: %v", entry.Name, err)
			}
			*map[Cut]*int{Pass: &got.Pass, Stored: &got.Stored}[cut] = m.State()
			got.Cache, _ = m.Cache()
			got.Windows = m.Windows(1 << 40)
		}
		if got != entry.Want {
			t.Errorf("%s: %+v, want %+v", entry.Name, got, entry.Want)
		}
	}
	if len(lines) < 60 {
		t.Errorf("%d configs were counted", len(lines))
	}
}
