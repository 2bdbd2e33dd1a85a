package script

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"crosscut/models"
	"crosscut/models/fold"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// Machine is the file's model for a task: a recurrent transition on an integer
// state, or layers of integer attention, or of linear attention. It is compiled and metered by the
// same engines as the built-in models.
func (f *File) Machine(sh tasks.Shape) (models.Machine, error) {
	if err := f.inOrder(); err != nil {
		return nil, err
	}
	switch {
	case f.Defines("step"):
		return f.recurrent(sh)
	case f.Defines("query") && f.consts["linear"] != nil:
		return f.linear(sh)
	case f.Defines("query"):
		return f.attention(sh)
	}
	return nil, errorf("%s: no model: write def step(n, state, position, token), or def query, key and value(n, position, token)", f.Name)
}

// inOrder fails where a function of a model names the page's arguments in another order: they go by their place.
func (f *File) inOrder() error {
	order := []string{"n", "layer", "state", "back", "fraction", "position", "token", "value", "head"}
	for _, fn := range []string{"init", "step", "back", "emit", "output", "query", "key", "value"} {
		last := 0
		for _, p := range f.funcs[fn].Params {
			at := slices.Index(order, p)
			if 0 <= at && at < last {
				return hinted("arguments go by their place; names of your own may stand there", "%s: def %s(%s): a model's functions take, of %s, some in this order",
					f.at(fn), fn, strings.Join(f.funcs[fn].Params, ", "), strings.Join(order, ", "))
			}
			last = max(last, at)
		}
	}
	return nil
}

// needs fails unless all functions are there.
func (f *File) needs(fns ...string) error {
	for _, fn := range fns {
		if !f.Defines(fn) {
			return errorf("%s: the model lacks def %s", f.Name, fn)
		}
	}
	return nil
}

// maxState bounds a user's state, in bits; maxLayers the layers of a model.
const (
	maxState  = 1 << 20
	maxLayers = 64
)

// layers is the number of layers that the file names, or 0: its functions take no layer.
func (f *File) layers(n int) (int, error) {
	v, err := f.size("layers", n, 0)
	if err == nil && (v.Sign() < 0 || v.Cmp(big.NewInt(maxLayers)) > 0) {
		err = errorf("%s: layers = %v is outside 1..%d", f.Name, v, maxLayers)
	}
	if err != nil {
		return 0, err
	}
	return int(v.Int64()), nil
}

// layered is the arguments of a function before those of a position: n, and the layer from
// 1 where the file names layers.
func layered(n, layers, l int) []json.RawMessage {
	if layers == 0 {
		return []json.RawMessage{number(n)}
	}
	return []json.RawMessage{number(n), number(l)}
}

// recurrent reads state_bits(n), init(n), step(n, state, position, token) and
// output(n, state, position, token), n being the sequence length N. A state is an
// integer in 0..2^state_bits - 1, and is the message at a cut. With back(n, state,
// position, token), read from position N down to 1 with the same init, output is
// output(n, state, back, position, token), and both states cross; back_bits(n) is the size of
// the second where it differs, and 0 says that there is none.
//
// With layers = L all but output take the layer, from 1, after n. What
// emit(n, layer, state, position, value) gives, or emit(n, layer, state, back, position, value)
// where back is there, is the value of the next layer at that position; that of the first is
// the token. output gets the states and the value of the last layer.
func (f *File) recurrent(sh tasks.Shape) (models.Machine, error) {
	layers, err := f.layers(sh.N)
	if err != nil {
		return nil, err
	}
	want := []string{"state_bits", "init", "step", "output"}
	if layers > 1 {
		want = append(want, "emit")
	}
	if err := f.needs(want...); err != nil {
		return nil, err
	}
	both := f.Defines("back")
	m := &fold.Recurrent[seen, *big.Int]{
		Of: sh, State: "state_bits", Embed: func(_ int, t tasks.Token) seen { return seen{value: tokenValue(sh, t)} },
		Output: func(pos int, at seen) tasks.Value {
			raw := must(f.call("output", at.args([]json.RawMessage{number(sh.N)}, both, pos)...))
			return must(f.value(sh, raw))
		},
	}
	sum := 0
	for l := range max(1, layers) {
		lead := layered(sh.N, layers, l+1)
		bits, err := f.stateBits("state_bits", lead)
		if err != nil {
			return nil, err
		}
		backBits := bits
		if f.Defines("back_bits") {
			if backBits, err = f.stateBits("back_bits", lead); err != nil {
				return nil, err
			}
		}
		first, err := f.state(bits, "init", lead...)
		if err != nil {
			return nil, err
		}
		// What a layer gives out: its states and its value, or what emit makes of them.
		give := func(pos int, at seen) seen {
			if l+1 < layers {
				at = seen{value: must(f.call("emit", at.args(lead, both, pos)...))}
			}
			return at
		}
		pass := func(fn string, bits int, keep func(pos int, in seen, s *big.Int) seen) fold.Fold[seen, *big.Int] {
			return fold.Fold[seen, *big.Int]{
				Bits: func(int) protocol.Bits { return protocol.Bits(bits) },
				Init: func() *big.Int { return first },
				Step: func(s *big.Int, pos int, in seen) *big.Int {
					return must(f.state(bits, fn, slices.Concat(lead, []json.RawMessage{integer(s), number(pos), in.value})...))
				},
				Emit: func(s *big.Int, pos int, in seen) seen { return keep(pos, in, s) },
				Put:  func(w *protocol.Packer, _ int, s *big.Int) { w.Big(s, bits) },
				Get:  func(r *protocol.Unpacker, _ int) *big.Int { return r.Big(bits) },
				Copy: func(_, s *big.Int) *big.Int { return s },
			}
		}
		sum += bits
		layer := fold.Layer[seen, *big.Int]{}
		if both && backBits > 0 {
			sum += backBits
			if first.BitLen() > backBits {
				return nil, errorf("%s: init returned %v: want at most %d bits, as back_bits says", f.at("init"), first, backBits)
			}
			back := pass("back", backBits, func(_ int, in seen, s *big.Int) seen { in.back = s; return in })
			layer.Forward = pass("step", bits, func(_ int, in seen, s *big.Int) seen { in.state = s; return in })
			layer.Backward = &back
			layer.Join = func(pos int, forward, backward seen) seen { forward.back = backward.back; return give(pos, forward) }
		} else {
			layer.Forward = pass("step", bits, func(pos int, in seen, s *big.Int) seen { in.state = s; return give(pos, in) })
		}
		m.Layers = append(m.Layers, layer)
	}
	if layers > 1 || both && len(m.Layers) > 0 && m.Layers[0].Backward != nil && f.Defines("back_bits") {
		m.State = "sum of state_bits over layers and directions"
	}
	m.Sizes = tasks.Params{"state_bits": float64(sum)}
	if layers > 0 {
		m.Sizes["layers"] = float64(layers)
	}
	return m, nil
}

// stateBits is the size of a state.
func (f *File) stateBits(fn string, lead []json.RawMessage) (bits int, err error) {
	raw, err := f.call(fn, lead...)
	if err != nil {
		return 0, err
	}
	if json.Unmarshal(raw, &bits) != nil || bits < 0 || bits > maxState {
		return 0, errorf("%s: %s%s returned %s: want an integer in 0..%d", f.Name, fn, bracketed(list(lead...)), short(raw), maxState)
	}
	return bits, nil
}

// seen is what a layer takes at a position, with the states after it, read from the front
// and from the back; nil: this layer has none.
type seen struct {
	value       json.RawMessage
	state, back *big.Int
}

// args are those of output and emit. A layer that does not read backwards has 0 there.
func (at seen) args(lead []json.RawMessage, both bool, pos int) []json.RawMessage {
	args := append(slices.Clone(lead), integer(at.state))
	if both {
		back := number(0)
		if at.back != nil {
			back = integer(at.back)
		}
		args = append(args, back)
	}
	return append(args, number(pos), at.value)
}

// state calls a function that returns a state.
func (f *File) state(bits int, fn string, args ...json.RawMessage) (*big.Int, error) {
	raw, err := f.call(fn, args...)
	if err != nil {
		return nil, err
	}
	s, ok := new(big.Int).SetString(string(raw), 10)
	if !ok || s.Sign() < 0 || s.BitLen() > bits {
		return nil, errorf("%s: %s returned %s: want an integer of at most %d bits, as state_bits says", f.Name, fn, short(raw), bits)
	}
	return s, nil
}

// value reads an output: a number or truth value, or a list where the task's
// outputs are vectors.
func (f *File) value(sh tasks.Shape, raw json.RawMessage) (tasks.Value, error) {
	if sh.Task.ParseOutput != nil {
		return sh.Task.ParseOutput(raw)
	}
	raw = untupled(raw)
	items := []json.RawMessage{raw}
	if sh.Task.Vector {
		if err := json.Unmarshal(raw, &items); err != nil || len(items) != sh.Int("d") {
			return nil, errorf("%s: output returned %s: want a list of %d numbers", f.Name, short(raw), sh.Int("d"))
		}
	}
	v := make(tasks.Value, len(items))
	for k, e := range items {
		if bytes.Equal(e, []byte("true")) {
			v[k] = 1
		} else if !bytes.Equal(e, []byte("false")) && (len(e) == 0 || e[0] == 'n' || json.Unmarshal(e, &v[k]) != nil) {
			return nil, errorf("%s: output returned %s: want a number", f.Name, short(raw))
		}
	}
	return v, nil
}

func integer(x *big.Int) json.RawMessage { return x.Append(nil, 10) }

// tokenValue writes a token as the file's functions see it.
func tokenValue(sh tasks.Shape, t tasks.Token) json.RawMessage {
	shown := sh.Task.FormatToken(sh, t)
	if own, is := shown.(ownToken); is {
		return json.RawMessage(own)
	}
	raw, err := json.Marshal(shown)
	if err == nil {
		raw, err = dictionaries(raw)
	}
	if err != nil {
		panic(fmt.Sprintf("script: a token of %s has no text: %v", sh.Task.Name, err)) // tokens are checked
	}
	return raw
}

// dictionaries rewrites ordinary JSON as an encoded value: the inverse of plain. What is
// encoded already stays.
func dictionaries(raw json.RawMessage) (json.RawMessage, error) {
	raw = bytes.TrimSpace(raw)
	if _, encoded := pairs(raw); encoded || len(raw) == 0 || raw[0] != '{' && raw[0] != '[' {
		return raw, nil
	}
	if raw[0] == '[' {
		var items []json.RawMessage
		if err := json.Unmarshal(raw, &items); err != nil {
			return nil, err
		}
		for k := range items {
			var err error
			if items[k], err = dictionaries(items[k]); err != nil {
				return nil, err
			}
		}
		return list(items...), nil
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	if _, err := dec.Token(); err != nil {
		return nil, err
	}
	var items []json.RawMessage
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return nil, err
		}
		name, ok := key.(string)
		if !ok {
			return nil, errors.New("a key that is no string")
		}
		quoted, err := json.Marshal(name)
		if err != nil {
			return nil, err
		}
		var v json.RawMessage
		if err := dec.Decode(&v); err != nil {
			return nil, err
		}
		if v, err = dictionaries(v); err != nil {
			return nil, err
		}
		items = append(items, list(quoted, v))
	}
	return bytes.Join([][]byte{[]byte(`{"dict":`), list(items...), []byte("}")}, nil), nil
}
