package script

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"

	"crosscut/models"
	"crosscut/models/fold"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// Machine is the file's model for a task: a recurrent transition on an integer
// state, or one layer of integer attention. It is compiled and metered by the
// same engines as the built-in models.
func (f *File) Machine(sh tasks.Shape) (models.Machine, error) {
	switch {
	case f.Defines("step"):
		return f.recurrent(sh)
	case f.Defines("query"):
		return f.attention(sh)
	}
	return nil, errorf("%s: no model: write def step(n, state, position, token), or def query, key and value(n, position, token)", f.Name)
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

// maxState bounds a user's state, in bits.
const maxState = 1 << 20

// recurrent reads state_bits(n), init(n), step(n, state, position, token) and
// output(n, state, position, token), n being the sequence length N. A state is an
// integer in 0..2^state_bits - 1, and is the message at a cut. With back(n, state,
// position, token), read from position N down to 1 with the same init, output is
// output(n, state, back, position, token), and both states cross.
func (f *File) recurrent(sh tasks.Shape) (models.Machine, error) {
	if err := f.needs("state_bits", "init", "step", "output"); err != nil {
		return nil, err
	}
	raw, err := f.call("state_bits", number(sh.N))
	if err != nil {
		return nil, err
	}
	var bits int
	if json.Unmarshal(raw, &bits) != nil || bits < 0 || bits > maxState {
		return nil, errorf("%s: state_bits(%d) returned %s: want an integer in 0..%d", f.Name, sh.N, short(raw), maxState)
	}
	first, err := f.state(bits, "init", number(sh.N))
	if err != nil {
		return nil, err
	}
	// Folds carry a token in, and the states after it out.
	pass := func(fn string, keep func(in *seen, s *big.Int)) fold.Fold[seen, *big.Int] {
		return fold.Fold[seen, *big.Int]{
			Bits: func(int) protocol.Bits { return protocol.Bits(bits) },
			Init: func() *big.Int { return first },
			Step: func(s *big.Int, pos int, in seen) *big.Int {
				return must(f.state(bits, fn, number(sh.N), integer(s), number(pos), tokenValue(sh, in.token)))
			},
			Emit: func(s *big.Int, _ int, in seen) seen { keep(&in, s); return in },
			Put:  func(w *protocol.Packer, _ int, s *big.Int) { w.Big(s, bits) },
			Get:  func(r *protocol.Unpacker, _ int) *big.Int { return r.Big(bits) },
			Copy: func(_, s *big.Int) *big.Int { return s },
		}
	}
	layer := fold.Layer[seen, *big.Int]{Forward: pass("step", func(in *seen, s *big.Int) { in.state = s })}
	if f.Defines("back") {
		back := pass("back", func(in *seen, s *big.Int) { in.back = s })
		layer.Backward = &back
		layer.Join = func(_ int, forward, backward seen) seen { forward.back = backward.back; return forward }
	}
	return &fold.Recurrent[seen, *big.Int]{
		Of: sh, Sizes: tasks.Params{"state_bits": float64(bits)}, State: "state_bits",
		Embed: func(_ int, t tasks.Token) seen { return seen{token: t} }, Layers: []fold.Layer[seen, *big.Int]{layer},
		Output: func(pos int, at seen) tasks.Value {
			args := []json.RawMessage{number(sh.N), integer(at.state)}
			if layer.Backward != nil {
				args = append(args, integer(at.back))
			}
			raw := must(f.call("output", append(args, number(pos), tokenValue(sh, at.token))...))
			return must(f.value(sh, raw))
		},
	}, nil
}

// seen is a token with the states after it, read from the front and from the back.
type seen struct {
	token       tasks.Token
	state, back *big.Int
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
