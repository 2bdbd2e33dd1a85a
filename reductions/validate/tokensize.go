package validate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"

	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/reductions/rules"
)

// sizeInputs is how many of Alice's inputs are written to measure her tokens.
const sizeInputs = 64

// tooLarge says why tokens of a user's own task do not fit the d numbers of p bits that
// a rule takes them for; "": those that were measured fit, or the rule embeds them itself.
// all says that no inputs of Alice's are left. A list counts with all it holds, a dictionary
// with its keys too.
func (s *Subject) tooLarge(a rules.Sized) (why string, all bool, err error) {
	if !a.Raw || s.Shape.Task.TokenBits != nil {
		return "", true, nil
	}
	if s.measured == nil {
		if s.measured, s.allMeasured, err = s.tokenSizes(); err != nil {
			s.measured = nil
			return "", s.allMeasured, err
		}
	}
	d, p := a.Set.Num.Int("d"), a.Set.Num.Int("p")
	most, sign := 0, 0 // 1: some number is negative
	for _, t := range s.measured {
		if most = max(most, t.bits); t.negative {
			sign = 1
		}
		switch {
		case t.numbers > d:
			return fmt.Sprintf("no bound: a token of Alice's holds %d numbers, and d = %d", t.numbers, d), s.allMeasured, nil
		case most+sign > p:
			return fmt.Sprintf("no bound: a number in a token of Alice's has %d bits, and p = %d", most+sign, p), s.allMeasured, nil
		}
	}
	return "", s.allMeasured, nil
}

// tokenSize is how many numbers a token holds, and the bits of the largest.
type tokenSize struct {
	numbers, bits int
	negative      bool
}

// tokenSizes are the different sizes of the tokens of some of Alice's inputs, as they come; all says that these are all.
func (s *Subject) tokenSizes() (list []tokenSize, all bool, err error) {
	var ins []protocol.Word
	x := s.domainOf(protocol.Alice)
	if n := x.Len(); n != -1 && n <= sizeInputs {
		for k := range n {
			ins = append(ins, x.Nth(k))
		}
		all = true
	} else {
		rng := rand.New(rand.NewPCG(1, 0))
		for _, in := range s.adversarial(rng, 16*sizeInputs) {
			if len(ins) < sizeInputs && !slices.Contains(ins, in[0]) {
				ins = append(ins, in[0])
			}
		}
		for len(ins) < sizeInputs { // each of those stood beside many of Bob's
			if in := x.Random(rng); !slices.Contains(ins, in) {
				ins = append(ins, in)
			}
		}
	}
	seen, sizes := map[int]bool{}, map[tokenSize]bool{}
	err = s.writeEach(protocol.Alice, len(ins), func(k int) protocol.Word { return ins[k] }, func(_ int, _ protocol.Word, toks []tasks.Token) {
		for _, t := range toks {
			if seen[t.X] { // tokens of a user's own task are numbered
				continue
			}
			seen[t.X] = true
			raw, _ := json.Marshal(s.Shape.Task.FormatToken(s.Shape, t)) // a user's value, which was JSON
			if size := measure(raw); !sizes[size] {
				sizes[size] = true
				list = append(list, size)
			}
		}
	})
	return list, all, err
}

// measure counts the numbers of a token, and the bits of the largest: of an integer its own, of
// another number 64, of a string those of its number among all strings, the shorter ones first.
func measure(raw []byte) (size tokenSize) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var token any
	_ = dec.Decode(&token)
	number := func(i *big.Int) {
		size = tokenSize{size.numbers + 1, max(size.bits, i.BitLen()), size.negative || i.Sign() < 0}
	}
	var count func(v any)
	count = func(v any) {
		switch v := v.(type) {
		case []any:
			for _, e := range v {
				count(e)
			}
		case map[string]any:
			for key, e := range v {
				count(key)
				count(e)
			}
		case string:
			i := new(big.Int)
			for _, b := range []byte(v) { // the number before, among the strings one byte longer
				i.Add(i.Lsh(i, 8), big.NewInt(int64(b)+1))
			}
			number(i)
		case json.Number:
			i, ok := new(big.Int).SetString(v.String(), 10)
			if !ok {
				i = new(big.Int).Lsh(big.NewInt(1), 63)
			}
			number(i)
		default: // True, False or None
			number(big.NewInt(1))
		}
	}
	count(token)
	return size
}

// unmeasured is what a row rests on where Alice has more inputs than were written.
const unmeasured = "if no token of Alice's is larger than those of the inputs that were measured"
