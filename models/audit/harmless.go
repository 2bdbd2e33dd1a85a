package audit

import (
	"encoding/json"
	"strings"
)

// harmless are fields of published configs that do not change what is carried past a
// cut: vocabularies, feed-forward widths, experts, initialisation, tokens, training.
var harmless = map[string]bool{}

func init() {
	for _, name := range strings.Fields(`
		architectures auto_map transformers_version _name_or_path _commit_hash _attn_implementation _attn_implementation_autoset attn_implementation
		vocab_size padded_vocab_size pad_vocab_size_multiple vocab_size_per_layer_input hidden_size_per_layer_input intermediate_size n_inner ffn_dim ffn_hidden_size ffn_config hidden_ratio
		hidden_act hidden_activation hidden_activations activation_function activation swish_limit swiglu_limit mlp_hidden_act dim_ff word_embed_proj_dim
		initializer_range initializer_factor initializer_cfg init_device init_std layer_norm_eps layer_norm_epsilon rms_norm_eps norm_epsilon norm_eps layernorm_epsilon rms_norm norm_type use_layernorm elementwise_affine
		rope_theta rope_scaling rope_parameters rope_pct rope_local_base_freq rope_interleaved rope_interleave rope_type partial_rotary_factor rotary_dim rotary_pct rotary_emb_base rotary use_rotary alibi use_rope use_parallel_residual
		parallel_attn bias attention_bias use_attention_bias qkv_bias use_qkv_bias add_qkv_bias mlp_bias add_bias_linear qk_layernorm qk_norm use_qk_norm query_pre_attn_scalar use_bias use_conv_bias use_mem_rope mamba_conv_bias mamba_proj_bias conv_bias
		no_bias layer_norm_type low_precision_layernorm resid_pdrop attn_pdrop embd_pdrop emb_pdrop attention_dropout hidden_dropout hidden_dropout_prob dropout residual_dropout embedding_dropout classifier_dropout layerdrop activation_dropout attention_probs_dropout_prob
		summary_activation summary_first_dropout summary_proj_to_labels summary_type summary_use_proj task_specific_params tie_word_embeddings tie_encoder_decoder use_cache pretraining_tp slow_but_exact
		bos_token_id eos_token_id pad_token_id unk_token_id sep_token_id cls_token_id mask_token_id decoder_start_token_id forced_bos_token_id forced_eos_token_id prefix image_token_index image_token_id boi_token_index eoi_token_index video_token_id vision_start_token_id vision_end_token_id
		num_local_experts num_experts_per_tok num_experts expert_layer_offset expert_layer_period output_router_logits router_aux_loss_coef router_jitter_noise num_logits_to_keep experts_per_token router_bias
		n_routed_experts n_shared_experts moe_intermediate_size shared_expert_intermediate_size moe_shared_expert_intermediate_size decoder_sparse_step mlp_only_layers norm_topk_prob topk_group topk_method n_group routed_scaling_factor scoring_func aux_loss_alpha seq_aux
		first_k_dense_replace moe_layer_freq num_nextn_predict_layers ep_size moe_layers interleave_moe_layer_step moe_num_experts moe_top_k shared_intermediate_size intermediate_size_mlp for_llm_compressor mlp_layer_types moe_router_activation_func num_expert_group
		num_shared_experts moe_renormalize use_grouped_topk scale_attn_weights scale_attn_by_inverse_layer_idx reorder_and_upcast_attn residual_in_fp32 rescale_every rescale_prenorm_residual attention_softmax_in_fp32 scale_attention_softmax_in_fp32
		time_step_rank time_step_init_scheme time_step_floor time_step_max time_step_min time_step_scale time_step_limit mamba_dt_rank mamba_dt_min mamba_dt_max mamba_dt_limit use_mamba_kernels use_mambapy mixer_rms_eps fused_add_norm use_associative_scan norm_before_gate add_bias_conv
		logits_soft_cap w_init_variance_scale final_w_init_variance_scale embeddings_scale_by_sqrt_dim attention_logit_softcapping attn_logit_softcapping final_logit_softcapping logit_scale logits_scaling attention_multiplier embedding_multiplier residual_multiplier lm_head_multiplier
		attention_in_multiplier attention_out_multiplier key_multiplier mlp_multipliers ssm_in_multiplier ssm_out_multiplier ssm_multipliers projectors_bias mamba_norm_before_gate mamba_rms_norm mamba_use_mlp mlp_expansion_factor is_llama_config cache_implementation
		layer_norm_bias attention_layer_norm ln_eps do_layer_norm_before lora_rank lora_alpha decay_low_rank_dim gate_low_rank_dim a_low_rank_dim v_low_rank_dim proj_low_rank_dim fuse_norm fuse_cross_entropy fuse_swiglu fuse_linear_cross_entropy attn_mode hidden_ratio gate_logit_normalizer
		clamp_min gate_fn use_gk use_gv use_output_gate use_gate use_beta feature_map qk_activation allow_neg_eigval use_norm output_norm use_forget_gate return_dict output_hidden_states output_attentions torchscript use_bfloat16 tf_legacy_loss chunk_size_feed_forward
		id2label label2id num_labels problem_type finetuning_task tokenizer_class is_decoder temperature top_k top_p typical_p repetition_penalty length_penalty no_repeat_ngram_size encoder_no_repeat_ngram_size bad_words_ids num_return_sequences num_beams num_beam_groups diversity_penalty
		early_stopping max_length min_length do_sample remove_invalid_values exponential_decay_length_penalty suppress_tokens begin_suppress_tokens output_scores return_dict_in_generate original_max_position_embeddings max_sequence_length model_max_length embd_pdrop
		gate_soft_cap input_soft_cap output_logit_soft_cap add_out_norm add_forward_backward add_embedding_dropout norm_reduction_force_float32 step_kernel chunkwise_kernel sequence_kernel return_last_states weight_mode eps autocast_kernel_dtype mode igate_bias_init_range ffn_proj_factor ffn_round_up_to_multiple_of mlstm_round_up_to_multiple_of max_inference_chunksize
		embed_dim conv_use_xavier_init block_use_xavier_init block_use_swiglu block_multiple_of block_ffn_dim_multiplier block_auto_adjust_ff_dim block_mlp_init_scale block_norm_eps block_out_dim conv_dim conv_dim_out block_dim block_ff_dim use_pos_enc theta
		num_kv_shared_layers_doc altup_active_idx altup_coef_clip altup_correct_scale altup_num_inputs laurel_rank activation_sparsity_pattern vision_config audio_config mm_tokens_per_image vision_soft_tokens_per_image attn_res_block_size attn_temperature_tuning attn_scale floor_scale
		use_qk_l2norm sharedmlp postnorm layernorm_full_attention_alpha layernorm_full_attention_beta layernorm_linear_attention_alpha layernorm_linear_attention_beta layernorm_mlp_alpha layernorm_mlp_beta shared_moe_mode full_attn_alpha_factor full_attn_beta_factor linear_attn_alpha_factor linear_attn_beta_factor mlp_alpha_factor mlp_beta_factor
		mtp_num_hidden_layers mamba_ssm_dtype attn_output_gate use_shared_mlp_adapter use_shared_attention_adapter use_long_context num_mem_blocks q_lora_rank tie_embeddings scale_depth scale_emb dim_model_base logit_cap learned_pos_emb embedding_fraction logit_scale_type verbose resid_dropout moe_latent_size
		embedding_layer_norm apply_residual_connection_post_layernorm hidden_dropout`) {
		harmless[name] = true
	}
}

// checked are fields of every type that are harmless only with some values. The
// condition is false where the value might change what is carried.
var checked = map[string]func(v any) bool{
	"layer_types":                 func(v any) bool { return everyIs(v, "full_attention", "attention") },
	"is_encoder_decoder":          isFalse,
	"add_cross_attention":         isFalse,
	"use_bidirectional_attention": isFalse,
	"use_mrope":                   isFalse,
	"use_sliding_window":          isFalse,
	"cross_attention_hidden_size": isFalse,
	"cross_attention_layers":      isFalse,
	"sliding_window":              isFalse,
	"dual_chunk_attention_config": anything, // attends over chunks of one cache: every key and value is kept
	"max_window_layers":           anything, // which layers slide, if any does
	"pruned_heads":                isEmpty,
}

func anything(any) bool  { return true }
func isFalse(v any) bool { return v == nil || v == false || v == json.Number("0") || isEmpty(v) }

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
