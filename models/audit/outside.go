package audit

// Architectures to which the argument does not apply: an answer, not an error.
var (
	notInOrder = "its encoder does not read in order: every token sees every other, so no state stands between a prefix and the rest, and theorem 11 does not apply"
	noState    = "its long convolutions have no fixed state: each output may depend on every earlier input, so what crosses a cut grows with the context unless the filters are distilled to a recurrence"

	_ = also(&Architecture{Class: "T5Config", Doc: "encoder and decoder", Cite: []string{"RaffelEtAl2020"}, Outside: notInOrder + " (the decoder alone carries 2 num_heads d_kv a layer and token, and d_model once for each encoder token)"}, "t5", "mt5", "umt5", "bart", "mbart", "longt5", "pegasus", "marian", "whisper", "m2m_100", "led", "t5gemma")
	_ = also(&Architecture{Class: "BertConfig", Doc: "encoder", Cite: []string{"DevlinEtAl2019"}, Outside: notInOrder}, "bert", "roberta", "xlm-roberta", "distilbert", "albert", "camembert", "deberta", "deberta-v2", "electra", "modernbert", "mpnet", "nomic_bert")
	_ = also(&Architecture{Class: "HyenaConfig", Doc: "long convolutions", Cite: []string{"PoliEtAl2023"}, Outside: noState}, "hyena", "stripedhyena")
)
