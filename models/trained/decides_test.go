package trained

import (
	"strings"
	"testing"
)

// What changes the computation is computed or refused, by the field's name; what asks for what is
// computed anyway, and notes, are taken.
func TestOtherComputationsAreRefused(t *testing.T) {
	base := func(arch string) string {
		return `{"architecture":"` + arch + `","hidden_size":4,"N":5,"task":"qsa","q":1,"d":1,"features":["z"]`
	}
	for _, tc := range []struct{ arch, field string }{
		{"rnn", `"nonlinearity":"sigmoid"`}, {"rnn", `"proj_size":2`}, {"lstm", `"proj_size":2`}, {"gru", `"causal":true`}, {"rnn", `"num_heads":4`}, {"rnn", `"scale":0.5`},
		{"gru", `"nonlinearity":"relu"`}, {"attention", `"sliding_window":8`}, {"linear-attention", `"num_key_value_heads":2`}, {"gru", `"rope":true`}, {"attention", `"rope_scaling":{"factor":2}`}, {"mamba", `"bias":true`},
		{"attention", `"num_layers":2`}, {"attention", `"bidirectional":true`}, {"ssm", `"feature_map":"relu"`}, {"linear-attention", `"num_heads":2`}, {"stack", `"norm":"batch"`},
		{"mlp", `"nonlinearity":"gelu"`}, {"gru", `"state_size":3`}, {"rnn", `"Hidden_Size":5`}, {"rnn", `"hidden_size":5`},
	} {
		name, _, _ := strings.Cut(strings.Trim(tc.field, `"`), `"`)
		if _, _, err := parseConfig([]byte(base(tc.arch) + "," + tc.field + "}")); err == nil || !strings.Contains(err.Error(), name) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s, %s: %v", tc.arch, tc.field, err)
		}
	}
	for _, tc := range []struct{ arch, field string }{
		{"rnn", `"nonlinearity":"tanh"`}, {"rnn", `"nonlinearity":"relu"`}, {"rnn", `"proj_size":0`}, {"rnn", `"bias":true`}, {"rnn", `"bias":false`}, {"rnn", `"note":"mine"`},
		{"attention", `"causal":true`}, {"attention", `"num_heads":2`}, {"attention", `"scale":"1/sqrt(d)"`}, {"attention", `"bias":true`}, {"mamba", `"bias":false`},
	} {
		if _, _, err := parseConfig([]byte(base(tc.arch) + "," + tc.field + "}")); err != nil {
			t.Errorf("%s, %s: %v", tc.arch, tc.field, err)
		}
	}
}
