package trained

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// wrappers are beginnings that wrappers of modules put before every name.
var wrappers = []string{"module.", "_orig_mod.", "model.", "net.", "network.", "backbone."}

// habits are names by which modules are commonly called, with the tensor that shows them. They are
// tried where there is no tensor of our name.
var habits = []struct {
	ours, shows string
	theirs      []string
}{
	{"cell.", "weight_ih_l0", []string{"rnn.", "gru.", "lstm.", "encoder.", "recurrent.", ""}},
	{"head.", "weight", []string{"fc.", "linear.", "out.", "output.", "classifier.", "decoder.", "lm_head.", "readout."}},
	{"embedding.", "weight", []string{"embed.", "emb.", "embeddings.", "tok_embeddings.", "token_embedding.", "wte."}},
	{"position.", "weight", []string{"pos.", "wpe.", "pos_embed.", "pos_emb.", "position_embedding.", "positional."}},
	{"norm.", "weight", []string{"norm_f.", "ln_f.", "final_norm."}},
}

// rename reads tensors under other names: those that rules begin, else those of wrappers and habits.
// What was recognised is a note; rules were stated, and are none.
func (t *Tensors) rename(rules map[string]string) (notes []string, err error) {
	for _, from := range longestFirst(rules) {
		if moved, err := t.move(from, rules[from]); err != nil {
			return nil, err
		} else if moved == 0 {
			return nil, fmt.Errorf("field \"rename\": no tensor's name begins with %q; there are %v", clip(from), t.names())
		}
	}
	for again := true; again && len(t.infos) > 0; {
		again = false
		for _, w := range wrappers {
			if slices.IndexFunc(t.names(), func(name string) bool { return !strings.HasPrefix(name, w) }) < 0 {
				if _, err := t.move(w, ""); err != nil {
					return nil, err
				}
				again, notes = true, append(notes, fmt.Sprintf("the names of all tensors begin with %q, which was left out", w))
			}
		}
	}
	for _, h := range habits {
		if slices.ContainsFunc(t.names(), func(name string) bool { return strings.HasPrefix(name, h.ours) }) {
			continue
		}
		var found []string
		for _, from := range h.theirs {
			if _, ok := t.infos[from+h.shows]; ok && from != "" {
				found = append(found, from)
			}
		}
		if _, bare := t.infos[h.shows]; bare && len(found) == 0 && slices.Contains(h.theirs, "") {
			for _, name := range t.names() {
				if strings.HasPrefix(name, "weight_") || strings.HasPrefix(name, "bias_") {
					if err := t.one(name, h.ours+name); err != nil {
						return nil, err
					}
				}
			}
			notes = append(notes, fmt.Sprintf("tensors weight_* and bias_* are read as %s*", h.ours))
		}
		if len(found) != 1 {
			continue // none, or more than one: the reader will say which tensor is missing
		}
		if _, err := t.move(found[0], h.ours); err != nil {
			return nil, err
		}
		notes = append(notes, fmt.Sprintf("tensors %s* are read as %s*", found[0], h.ours))
	}
	return notes, nil
}

// move gives all tensors that begin with from names that begin with to.
func (t *Tensors) move(from, to string) (moved int, err error) {
	for _, name := range t.names() {
		rest, ok := strings.CutPrefix(name, from)
		if !ok {
			continue
		}
		if err := t.one(name, to+rest); err != nil {
			return moved, err
		}
		moved++
	}
	return moved, nil
}

func (t *Tensors) one(from, to string) error {
	if from == to {
		return nil
	}
	if _, taken := t.infos[to]; taken {
		return fmt.Errorf("tensor %q would be read as %q, which there is too", clip(from), clip(to))
	}
	t.infos[to] = t.infos[from]
	delete(t.infos, from)
	return nil
}

// longestFirst orders rules so that the most particular one comes first.
func longestFirst(rules map[string]string) []string {
	keys := slices.Sorted(maps.Keys(rules))
	slices.SortStableFunc(keys, func(a, b string) int { return len(b) - len(a) })
	return keys
}
