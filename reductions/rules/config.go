package rules

import (
	"errors"
	"fmt"
	"strings"

	"crosscut/models"
	"crosscut/models/audit"
	"crosscut/models/fold"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// Config is rule C1 for the model of a published config.json, as package audit counts
// it: all that its layers carry past a cut. A model that is outside the argument is an
// error that says why.
func Config(raw []byte) (Sized, error) {
	m, err := audit.Count(raw, audit.Options{})
	if err != nil {
		return Sized{}, err
	}
	if m.Arch.Outside != "" {
		return Sized{}, fmt.Errorf("%w: %s", errors.ErrUnsupported, m.Arch.Outside)
	}
	state := m.State()
	cache, _ := m.Cache()
	var text, latex []string
	term := func(bits int, words, letters string) {
		if bits > 0 {
			text, latex = append(text, fmt.Sprintf(words, bits)), append(latex, fmt.Sprintf(letters, bits))
		}
	}
	term(state, "%d", "%d")
	term(cache, "%d t", `%d\,t`)
	term(m.Windows(1<<30), "windows of at most %d", `W(t), W \le %d`)
	r := &Rule{
		Name: m.Arch.Type, Title: m.Arch.Type + " (config)",
		Doc: m.Arch.Doc, Crosses: "the states, windows and caches of all layers, once for each ownership change up to the read position",
		Cite: m.Arch.Cite,
		Params: []tasks.Param{
			counted("state", "bits of all states", state),
			counted("cache", "bits of all caches for each token", cache),
		},
		Inequality: "r (" + strings.Join(text, " + ") + ") >= needed bits, r ownership changes up to the read position, each after t tokens",
		Latex:      `r\,(` + strings.Join(latex, " + ") + `) \ge n`,
		Arithmetic: "the numeric types of the config, inside one forward pass, whatever rounds",
		Causal:     true,
		New: func(sh tasks.Shape, set models.Settings) (models.Machine, error) {
			if _, err := m.Holds(sh.N); err != nil {
				return nil, err
			}
			return anyState(sh, set, func(t int) protocol.Bits {
				bits, _ := m.Holds(t) // less than at N
				return protocol.Bits(bits)
			}), nil
		},
	}
	if err := r.Validate(); err != nil {
		return Sized{}, err
	}
	return r.With(models.Settings{})
}

// counted is a size that a config states: it can take no other value.
func counted(name, doc string, bits int) tasks.Param {
	v := float64(bits)
	return tasks.Param{Name: name, Doc: doc, Min: v, Max: max(v, 1), Small: []float64{v}}
}

// anyState is a recurrent model whose state is bits(t) bits after t tokens and whose
// transition is any function: what is carried is counted, not what computes it.
func anyState(sh tasks.Shape, set models.Settings, bits func(t int) protocol.Bits) models.Machine {
	type state struct{ seed, out uint64 } // the bits of a state follow from its seed; short states are its first bits
	step := fold.Fold[uint64, state]{
		Bits: bits,
		Init: func() state { return state{} },
		Step: func(s state, pos int, in uint64) state {
			out := draw(set.Seed, s.seed, uint64(pos), in)
			return state{out & narrow(bits(pos)), out}
		},
		Emit: func(s state, _ int, _ uint64) uint64 { return s.out },
		Put: func(w *protocol.Packer, t int, s state) {
			w.Uint(s.seed, int(min(64, bits(t))))
			for k := bits(t) - 64; k > 0; k -= 64 {
				w.Uint(0, int(min(64, k)))
			}
		},
		Get: func(r *protocol.Unpacker, t int) state {
			s := state{seed: r.Uint(int(min(64, bits(t))))}
			for k := bits(t) - 64; k > 0; k -= 64 {
				r.Uint(int(min(64, k)))
			}
			return s
		},
	}
	return &fold.Recurrent[uint64, state]{
		Of: sh, Sizes: set.Num, State: "what the layers carry",
		Embed:  func(pos int, t tasks.Token) uint64 { return digest(set.Seed, pos, t) },
		Layers: []fold.Layer[uint64, state]{{Forward: step}},
		Output: func(pos int, f uint64) tasks.Value { return output(sh, draw(set.Seed, uint64(pos)), []uint64{f}) },
	}
}

// narrow are the low bits that a state of that many bits has, at most 64.
func narrow(bits protocol.Bits) uint64 {
	if bits >= 64 {
		return ^uint64(0)
	}
	return 1<<bits - 1
}
