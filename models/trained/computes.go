package trained

import (
	"encoding/json"
	"fmt"
	"slices"
)

// computes are fields that change what a model computes, with the values that are
// computed here. Any other value is refused: to run another model under this
// config's name would be a wrong answer.
var computes = map[string][]string{
	"nonlinearity": {`"tanh"`}, "activation": {`"tanh"`}, "proj_size": {"0"}, "bias": {"true"}, "causal": {"false"}, "is_causal": {"false"},
	"num_heads": {"1"}, "n_head": {"1"}, "num_attention_heads": {"1"}, "num_key_value_heads": {"1"}, "scale": {}, "softmax_scale": {},
	"residual": {"false"}, "layer_norm": {"false"}, "norm": {"null", "false"}, "norm_first": {"false"}, "window": {"0"}, "sliding_window": {"0"},
	"rope": {"false"}, "gate": {"false"}, "softcap": {}, "learn_initial_state": {"false"}, "feature_map": {},
}

// refuseOther names the first field, in order, that asks for another computation.
func refuseOther(names []string, fields map[string]json.RawMessage) error {
	for _, name := range names {
		same, decides := computes[name]
		v := string(fields[name])
		if !decides || v == "null" || slices.Contains(same, v) {
			continue
		}
		return fmt.Errorf("field %q: %s changes what the model computes, and is not computed here", clip(name), clip(v))
	}
	return nil
}
