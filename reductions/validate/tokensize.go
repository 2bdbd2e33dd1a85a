package validate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"
	"math/rand/v2"

	"crosscut/protocol"
	"crosscut/reductions/rules"
)

// sizeInputs is how many of Alice's inputs are written to measure her tokens.
const sizeInputs = 64

// tooLarge says why tokens of a user's own task do not fit the d numbers of p bits that
// a rule takes them for; "": those that were measured fit, or the rule embeds them itself.
// A list counts with all it holds; a string is a symbol, one number.
func (s *Subject) tooLarge(a rules.Sized) (string, error) {
	if !a.Raw || s.Shape.Task.TokenBits != nil {
		return "", nil
	}
	d, p := a.Set.Num.Int("d"), a.Set.Num.Int("p")
	for _, in := range firstOf(s.adversarial(rand.New(rand.NewPCG(1, 0))), sizeInputs) {
		toks, err := s.write(protocol.Alice, in[0])
		if err != nil {
			return "", err
		}
		for _, t := range toks {
			raw, _ := json.Marshal(s.Shape.Task.FormatToken(s.Shape, t)) // a user's value, which was JSON
			switch numbers, bits := measure(raw); {
			case numbers > d:
				return fmt.Sprintf("no bound: a token of Alice's holds %d numbers, and d = %d", numbers, d), nil
			case bits > p:
				return fmt.Sprintf("no bound: a number in a token of Alice's has %d bits, and p = %d", bits, p), nil
			}
		}
	}
	return "", nil
}

// measure counts the numbers of a token, and the bits of the largest integer.
func measure(raw []byte) (numbers, bits int) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var token any
	_ = dec.Decode(&token)
	var count func(v any)
	count = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				count(e)
			}
		case map[string]any:
			for _, e := range v {
				count(e)
			}
		case json.Number:
			numbers++
			if i, ok := new(big.Int).SetString(v.String(), 10); ok {
				bits = max(bits, i.BitLen())
			}
		default:
			numbers++
		}
	}
	count(token)
	return numbers, bits
}
