package audit

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"crosscut/internal/catalog"
)

// harmless are fields of published configs that do not change what is carried
// past a cut: vocabularies, feed-forward widths, initialisation, tokens, training.
var harmless = map[string]bool{}

func init() {
	for _, name := range []string{
		"model_type", "architectures", "auto_map", "transformers_version", "_name_or_path", "torch_dtype", "dtype", "block_types",
		"max_position_embeddings", "n_positions", "n_ctx", "context_length", "max_seq_len", "seq_length",
		"vocab_size", "intermediate_size", "n_inner", "hidden_act", "hidden_activation", "activation_function", "activation",
		"initializer_range", "initializer_cfg", "layer_norm_eps", "layer_norm_epsilon", "rms_norm_eps", "norm_epsilon", "rms_norm",
		"rope_theta", "rope_scaling", "partial_rotary_factor", "attention_bias", "attention_dropout", "mlp_bias", "qk_layernorm", "use_bias", "use_conv_bias",
		"attn_pdrop", "embd_pdrop", "resid_pdrop", "embedding_dropout", "summary_activation", "summary_first_dropout", "summary_proj_to_labels",
		"summary_type", "summary_use_proj", "task_specific_params", "tie_word_embeddings", "use_cache", "pretraining_tp",
		"bos_token_id", "eos_token_id", "pad_token_id", "unk_token_id", "num_local_experts", "num_experts_per_tok", "num_experts",
		"expert_layer_offset", "expert_layer_period", "output_router_logits", "router_aux_loss_coef", "router_jitter_noise", "num_logits_to_keep",
		"scale_attn_weights", "scale_attn_by_inverse_layer_idx", "reorder_and_upcast_attn", "residual_in_fp32", "rescale_every", "rescale_prenorm_residual",
		"time_step_rank", "time_step_init_scheme", "time_step_floor", "time_step_max", "time_step_min", "time_step_scale", "time_step_limit",
		"mamba_dt_rank", "mamba_conv_bias", "mamba_proj_bias", "use_mamba_kernels", "chunk_size", "fused_add_norm", "use_associative_scan",
		"logits_soft_cap", "w_init_variance_scale", "final_w_init_variance_scale", "embeddings_scale_by_sqrt_dim", "attention_logit_softcapping",
		"max_window_layers", "use_sliding_window", "sliding_window", "hidden_size", "n_embd", "head_dim", "num_attention_heads", "n_head",
	} {
		harmless[name] = true
	}
}

// unknownFields refuses fields that are neither the architecture's own nor known
// to be harmless: one of them might change what is carried.
func unknownFields(fields map[string]json.RawMessage, a *Architecture) error {
	var own []string
	for _, f := range a.Fields {
		own = append(own, f.Name)
	}
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if !harmless[name] && !slices.Contains(own, name) {
			u := catalog.Unknown("field of a "+a.Type+" config", clip(name), own)
			return fmt.Errorf("%w: it might change what the model carries", u)
		}
	}
	return nil
}
