package trained

import (
	"strings"
	"testing"
)

func TestOtherComputationsAreRefused(t *testing.T) {
	base := `{"architecture":"rnn","hidden_size":4,"N":5,"task":"qsa","q":1,"d":1,"features":["z"]`
	for _, field := range []string{`"nonlinearity":"relu"`, `"proj_size":2`, `"bias":false`, `"causal":true`, `"num_heads":4`, `"scale":0.5`} {
		name, _, _ := strings.Cut(strings.Trim(field, `"`), `"`)
		if _, _, err := parseConfig([]byte(base + "," + field + "}")); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", field, err)
		}
	}
	for _, field := range []string{`"nonlinearity":"tanh"`, `"proj_size":0`, `"bias":true`, `"note":"mine"`} {
		if _, _, err := parseConfig([]byte(base + "," + field + "}")); err != nil {
			t.Errorf("%s: %v", field, err)
		}
	}
}
