package audit

import (
	"encoding/json"
	"strings"
	"sync"
)

// harmless are fields of published configs that cannot change what is carried past a cut, each
// with the reason: what they describe acts on one token, on weights, on training or on names.
// A type that gives one of them another meaning reads it, and then it decides.
var harmless = sync.OnceValue(func() map[string]string {
	all := map[string]string{}
	for _, g := range reasons {
		for _, name := range strings.Fields(g.names) {
			all[name] = g.why
		}
	}
	return all
})

// reasons are the fields by why they carry nothing.
var reasons = []struct{ why, names string }{
	{"names of files, classes and versions", `
		architectures auto_map transformers_version _name_or_path _commit_hash _attn_implementation _attn_implementation_autoset attn_implementation
		tokenizer_class tokenizer_name task_specific_params finetuning_task problem_type id2label label2id num_labels prefix verbose is_llama_config is_composition _from_model_config transformers.js_config`},
	{"the vocabulary and its embeddings: a token's own", `
		vocab_size org_vocab_size output_projection make_vocab_size_divisible_by vocab_parallel_embedding padded_vocab_size pad_vocab_size_multiple vocab_size_per_layer_input hidden_size_per_layer_input word_embed_proj_dim tie_word_embeddings tie_embeddings
		learned_pos_emb use_embedding_sharing use_parallel_embedding embedding_layer_norm embedding_fraction embedding_multiplier embeddings_scale_by_sqrt_dim scale_emb type_vocab_size
		lm_head_multiplier lm_head_bias logits_soft_cap output_logit_soft_cap final_logit_softcapping logit_scale logits_scaling logit_scale_type logit_cap num_logits_to_keep input_soft_cap add_embedding_dropout`},
	{"feed-forward layers and experts act on one token", `
		intermediate_size n_inner ffn_dim ffn_hidden_size ffn_config hidden_ratio hidden_act hidden_activation hidden_activations activation_function activation swish_limit swiglu_limit swiglu_alpha num_dense_layers use_expert_bias moe_shared_expert_overlap dense_ffn_hidden activation_situ_beta activation_situ_linear_beta latent_moe_use_norm
		mlp_hidden_act gated_linear_unit dim_ff ff_factor mlp_type mlp_bias use_gated_activation expansion_ratio ffn_proj_factor ffn_round_up_to_multiple_of mlp_expansion_factor mlp_multipliers mamba_use_mlp use_shared_mlp_adapter
		block_multiple_of block_ffn_dim_multiplier block_auto_adjust_ff_dim block_ff_dim block_use_swiglu fuse_swiglu activation_sparsity_pattern
		altup_active_idx altup_coef_clip altup_correct_scale altup_num_inputs altup_lr_multiplier laurel_rank
		num_local_experts num_experts_per_tok num_experts_per_token num_experts expert_layer_offset expert_layer_period output_router_logits router_jitter_noise experts_per_token router_bias
		n_routed_experts n_shared_experts moe_intermediate_size shared_expert_intermediate_size moe_shared_expert_intermediate_size decoder_sparse_step mlp_only_layers norm_topk_prob topk_group topk_method
		n_group routed_scaling_factor scoring_func seq_aux first_k_dense_replace moe_layer_freq ep_size moe_layers interleave_moe_layer_step moe_num_experts moe_top_k shared_intermediate_size intermediate_size_mlp
		moe_k moe_topk moe_capacity moe_gate moe_use_aux_free moe_num_shared_experts moe_layer_start_index moe_layer_end_index moe_layer_interval moe_norm_min moe_drop_tokens moe_random_routing_dropped_token use_mixed_mlp_moe
		moe_layer_num_skipped num_shared_expert for_llm_compressor mlp_layer_types moe_router_activation_func num_expert_group num_shared_experts moe_renormalize use_grouped_topk moe_latent_size shared_moe_mode sharedmlp input_jitter_noise`},
	{"norms, biases, gates and constants between layers", `
		layer_norm_eps layer_norm_epsilon rms_norm_eps norm_epsilon norm_eps layernorm_epsilon rms_norm norm_type use_layernorm elementwise_affine layer_norm_type low_precision_layernorm layer_norm_bias ln_eps
		cell_norm_eps attention_layer_norm layer_norm_elementwise_affine do_layer_norm_before _remove_final_layer_norm norm_bias norm_first num_ln_in_parallel_attn normalization_function norm_before_gate postnorm add_out_norm add_post_norm
		add_post_blocks_norm add_qk_norm use_norm use_output_norm output_norm mixer_rms_eps block_norm_eps mamba_norm_before_gate mamba_rms_norm mamba_inner_layernorms rescale_prenorm_residual rescale_every
		no_bias bias attention_bias use_attention_bias qkv_bias use_qkv_bias add_qkv_bias add_bias_linear use_bias enable_bias use_conv_bias mamba_conv_bias mamba_proj_bias conv_bias add_bias_conv projectors_bias
		attention_out_bias rmsnorm post_layer_norm post_norm qk_layernorm qk_norm use_qk_norm use_qk_l2norm parallel_attn use_parallel_residual use_parallel_block apply_residual_connection_post_layernorm residual_in_fp32 residual_multiplier scale_depth
		layernorm_full_attention_alpha layernorm_full_attention_beta layernorm_linear_attention_alpha layernorm_linear_attention_beta layernorm_mlp_alpha layernorm_mlp_beta
		full_attn_alpha_factor full_attn_beta_factor linear_attn_alpha_factor linear_attn_beta_factor mlp_alpha_factor mlp_beta_factor attn_res_block_size dim_model_base
		attention_in_multiplier attention_out_multiplier key_multiplier ssm_in_multiplier ssm_out_multiplier ssm_multipliers adapter_rank num_mem_blocks use_shared_attention_adapter`},
	{"positions and scores: they change keys, not how many are kept", `
		rope_ratio rope_percent original_rope rotary_percent apply_query_key_layer_scaling interleaved_qkv use_logn_attn use_dynamic_ntk rope_theta rope_scaling rope_parameters rope_pct rope_local_base_freq rope_interleaved rope_interleave rope_type partial_rotary_factor rotary_dim rotary_pct rotary_emb_base rotary use_rotary alibi use_rope
		use_mem_rope use_long_context rotary_scaling_factor attn_rotary_emb position_embedding_type offset_alibi use_pos_enc use_rotary_pos_emb theta original_max_position_embeddings initial_context_length interpolate_factor
		query_pre_attn_scalar attention_logit_softcapping attn_logit_softcapping attention_multiplier scale_attn_weights scale_attn_by_inverse_layer_idx reorder_and_upcast_attn attention_softmax_in_fp32
		scale_attention_softmax_in_fp32 softmax_in_fp32 attn_temperature_tuning attn_scale floor_scale attn_output_gate mla_use_output_gate clip_qkv skip_bias_add skip_bias_add_qkv bias_dropout_fusion masked_softmax_fusion relative_attention_num_buckets`},
	{"decays, gates and step sizes of a scan: they change the state's contents", `
		time_step_rank time_step_init_scheme time_step_floor time_step_max time_step_min time_step_scale time_step_limit mamba_dt_rank mamba_dt_min mamba_dt_max mamba_dt_limit mamba_dt_init_floor mamba_hidden_act
		lora_rank lora_alpha decay_low_rank_dim gate_low_rank_dim a_low_rank_dim v_low_rank_dim proj_low_rank_dim q_lora_rank gate_logit_normalizer clamp_min gate_fn use_gk use_gv use_output_gate use_gate use_beta
		qk_activation allow_neg_eigval use_forget_gate gate_soft_cap igate_bias_init_range norm_reduction_force_float32`},
	{"initialisation and training", `
		initializer_range initializer_factor initializer_cfg init_device init_std init_method init_config w_init_variance_scale final_w_init_variance_scale conv_use_xavier_init block_use_xavier_init block_mlp_init_scale
		block_out_init_scale dropout layerdrop gradient_checkpointing aux_loss_alpha z_loss_coefficient use_l2warp pretraining_tp num_nextn_predict_layers num_mtp_layers mtp_layers_block_type mtp_hybrid_override_pattern mtp_num_hidden_layers mtp_use_dedicated_embeddings
		z_loss_weight summary_activation summary_proj_to_labels summary_type summary_use_proj tf_legacy_loss`},
	{"which kernel computes", `
		use_flash_attn use_cache_kernel use_cache slow_but_exact use_mamba_kernels use_mambapy use_falcon_mambapy use_associative_scan fused_add_norm fuse_norm fuse_cross_entropy fuse_linear_cross_entropy attn_mode chunk_size_feed_forward cache_implementation torchscript
		use_bfloat16 bf16 fp16 onnx_safe inference_runner pre_allocate_kv_cache pad_key_length step_kernel chunkwise_kernel sequence_kernel return_last_states weight_mode autocast_kernel_dtype max_inference_chunksize add_forward_backward force_bos_token_insert
		return_dict output_hidden_states output_attentions output_scores return_dict_in_generate output_past`},
	{"decoding", `
		is_decoder tie_encoder_decoder temperature top_k top_p typical_p repetition_penalty length_penalty no_repeat_ngram_size encoder_no_repeat_ngram_size bad_words_ids num_return_sequences num_beams num_beam_groups
		diversity_penalty early_stopping max_length min_length do_sample remove_invalid_values exponential_decay_length_penalty suppress_tokens begin_suppress_tokens max_sequence_length model_max_length max_batch_size validate_runner_input calc_logits_for_entire_prompt`},
	{"images and sounds reach the text model as tokens", `
		vision_config audio_config ignore_index projector_hidden_act vision_feature_layer vision_feature_select_strategy multimodal_projector_bias spatial_merge_size image_seq_length
		mm_tokens_per_image vision_soft_tokens_per_image audio_soft_tokens_per_image`},
}

// carriesNothing says that a field is harmless: by name, or by what its last word means.
func carriesNothing(name string) bool {
	for _, end := range []string{"_token_id", "_token_index", "_dropout", "_pdrop", "_dropout_prob", "_dropout_rate", "_loss_coef"} {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	return harmless()[name] != ""
}

// checked are fields of every type that are harmless only with some values. ok is false where
// the value might change what is carried; why says what another value means, where that is known, and then no
// --ignore helps.
var checked = map[string]struct {
	ok  func(v any) bool
	why string
}{
	"layer_types":                 {ok: func(v any) bool { return everyIs(v, "full_attention", "attention") }},
	"is_encoder_decoder":          {isFalse, notInOrder},
	"add_cross_attention":         {isFalse, "its keys of another sequence are not counted here"},
	"cross_attention_hidden_size": {isFalse, "its keys of another sequence are not counted here"},
	"cross_attention_layers":      {isFalse, "its keys of another sequence are not counted here"},
	"use_bidirectional_attention": {isFalse, "a token sees later ones too: no state stands between a prefix and the rest, and theorem 11 does not apply"},
	"is_causal":                   {isTrue, "a token sees later ones too: no state stands between a prefix and the rest, and theorem 11 does not apply"},
	"use_mrope":                   {ok: isFalse},
	"use_sliding_window":          {ok: isFalse},
	"sliding_window":              {ok: isFalse},
	"dual_chunk_attention_config": {ok: anything}, // attends over chunks of one cache: every key and value is kept
	"max_window_layers":           {ok: anything}, // which layers slide, if any does
	"pruned_heads":                {ok: isEmpty},
	"attn_layer_indices":          {ok: isEmpty},
	"full_attn_mod":               {ok: func(v any) bool { return v == nil || v == json.Number("1") }},
	"mamba_ssm_dtype":             {ok: atMostFloat32},
	"fp32":                        {isFalse, "it runs the model in float32, whatever torch_dtype says: give --set fp32=false,dtype=float32"},
}

// harmlessHere says that a checked field has a harmless value.
func harmlessHere(name string, v any) bool {
	test, there := checked[name]
	return there && test.ok(v)
}

func anything(any) bool  { return true }
func isTrue(v any) bool  { return v == nil || v == true }
func isFalse(v any) bool { return v == nil || v == false || v == json.Number("0") || isEmpty(v) }

// atMostFloat32 accepts the type of a scan that is counted in float32.
func atMostFloat32(v any) bool {
	s, _ := v.(string)
	d, ok := ParseDtype(s)
	return v == nil || ok && d.Bits() <= float32s.Bits()
}

func isEmpty(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case []any:
		return len(v) == 0
	case object:
		return len(v) == 0
	}
	return false
}

func everyIs(v any, words ...string) bool {
	list, ok := v.([]any)
	if !ok {
		return v == nil
	}
	for _, w := range list {
		found := false
		for _, word := range words {
			found = found || w == word
		}
		if !found {
			return false
		}
	}
	return true
}
