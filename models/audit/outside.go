package audit

// Architectures to which the argument does not apply: an answer, not an error.
var (
	notInOrder = "its encoder does not read in order: every token sees every other, so no state stands between a prefix and the rest, and theorem 11 does not apply"
	noState    = "its long convolutions have no fixed state: each output may depend on every earlier input, so what crosses a cut grows with the context unless the filters are distilled to a recurrence"

	_ = also(&Architecture{Class: "T5Config", Doc: "encoder and decoder", Cite: []string{"RaffelEtAl2020"}, Outside: notInOrder + " (the decoder alone carries 2 num_heads d_kv a layer and token, and d_model once for each encoder token)"}, "t5", "mt5", "umt5", "bart", "mbart", "longt5", "pegasus", "marian", "whisper", "m2m_100", "led", "t5gemma")
	_ = also(&Architecture{Class: "BertConfig", Doc: "encoder", Cite: []string{"DevlinEtAl2019"}, Outside: notInOrder}, "bert", "roberta", "xlm-roberta", "distilbert", "albert", "camembert", "deberta", "deberta-v2", "electra", "modernbert", "mpnet", "nomic_bert")
	_ = also(&Architecture{Class: "HyenaConfig", Doc: "long convolutions", Cite: []string{"PoliEtAl2023"}, Outside: noState}, "hyena", "stripedhyena")
)

// uncounted are types that exist and that nobody here has counted, so that none is taken for a similar name.
var uncounted = map[string]string{
	"mllama":     "the keys of its cross-attention layers belong to an image",
	"paligemma":  "it reads image and prompt in both directions before it goes on in order",
	"ttt":        "its state is the weights of a layer, trained while it reads",
	"openelm":    "its heads differ from layer to layer",
	"minicpm3":   "the widths of its latent attention were not read",
	"zamba":      "the widths of its shared attention were not read",
	"phi4mm":     "its adapters for images and sounds were not read",
	"gemma4":     "its layers were not read",
	"diffllama":  "the widths of its differential attention were not read",
	"mistral4":   "its layers were not read",
	"longcat":    "its layers were not read",
	"plamo2":     "its layers were not read",
	"hymba":      "its meta tokens and shared caches were not read",
	"jetmoe":     "the heads of its mixtures were not read",
	"moshi":      "its streams of sound were not read",
	"transfo-xl": "its memory of earlier segments was not read",
	"xlnet":      "it reads in permuted orders",
	"reformer":   "its hashed attention was not read",
}
