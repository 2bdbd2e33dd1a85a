package script

import (
	"encoding/json"
	"math/big"
	"slices"
	"strings"

	"crosscut/models"
	"crosscut/models/attention"
	"crosscut/models/tasks"
	"crosscut/models/zoo"
	"crosscut/protocol"
)

// attention reads layers of integer attention: query, key and value(n, position, token),
// with heads = H one argument more, the head, return lists of integers, n being the
// sequence length N; f, g, p and top are numbers, or functions of n (p bits a number, default 16;
// top, the constant that scores are subtracted from, default 0); with blank = True
// key and value are also asked for position N + 1 with token None.
// output(n, fraction, position, token) gets one pair (numerator, denominator) per
// coordinate of the average, exact; with heads, a list of such for each head.
//
// With layers = L, query, key and value take the layer after n, and what emit(n, layer,
// fraction, position, token) gives, a list of integers of p bits, is the token of the next layer
// there. output gets the averages and the token of the last layer.
func (f *File) attention(sh tasks.Shape) (models.Machine, error) {
	u, sizes, err := f.lists(sh)
	if err != nil {
		return nil, err
	}
	heads, layers := u.heads, u.layers
	trivial, err := zoo.Build("trivial", sh, models.Settings{})
	if err != nil {
		return nil, err
	}
	u.raw = int(trivial.Params()["p"])
	u.bits = sh.Task.TokenBits(sh, u.raw)
	u.embed = max(1, (u.bits+u.p-2)/(u.p-1))
	stack := &attention.Stack{Shape: sh, In: u.in, Chosen: map[string]string{"construction": f.Name}}
	// A probe gives the widths; every token must keep to them.
	probe := tokenValue(sh, sh.Task.Alphabet(sh, 1)[0])
	for {
		at := u
		width, err := at.list("query", 0, 1, probe)
		if err != nil {
			return nil, err
		}
		values, err := at.list("value", 0, 1, probe)
		if err != nil {
			return nil, err
		}
		if len(width) == 0 || len(values) == 0 {
			return nil, errorf("%s: query and value must return lists of at least one integer", f.Name)
		}
		at.values = len(values)
		stack.Layers = append(stack.Layers, &attention.Layer{
			Heads: max(1, heads), Width: len(width), Values: len(values), Embed: at.embed, Blank: string(f.consts["blank"]) == "true",
			P: at.p, F: int(sizes["f"].Int64()), G: int(sizes["g"].Int64()), Top: sizes["top"],
			Query: func(h, pos int, e, q attention.Ints) error { return at.fill("query", h, pos, e, q) },
			Key:   func(h, pos int, e, k attention.Ints) error { return at.fill("key", h, pos, e, k) },
			Value: func(h, pos int, e, v attention.Ints) (int, error) { return 0, at.fill("value", h, pos, e, v) },
		})
		if at.layer >= layers {
			stack.Residual = at.embed
			stack.Out = func(pos int, e attention.Ints, averages []attention.Average) (tasks.Value, error) {
				raw, err := f.call("output", number(sh.N), at.fraction(averages), number(pos), at.token(e))
				if err != nil {
					return nil, err
				}
				return f.value(sh, raw)
			}
			return attention.New(stack)
		}
		// The next layer's tokens are lists; nothing averaged gives their length.
		none := make([]json.RawMessage, len(values))
		for c := range none {
			none[c] = list(number(0), number(1))
		}
		fraction := list(none...)
		if heads > 0 {
			fraction = list(slices.Repeat([]json.RawMessage{fraction}, heads)...)
		}
		next, err := at.emit(1, fraction, probe)
		if err != nil {
			return nil, err
		}
		if len(next) == 0 {
			return nil, errorf("%s: emit must return a list of at least one integer", f.at("emit"))
		}
		u.layer, u.embed = at.layer+1, len(next)
		probe = integers(next)
		stack.Next = append(stack.Next, func(pos int, e attention.Ints, averages []attention.Average, to attention.Ints) error {
			values, err := at.emit(pos, at.fraction(averages), at.token(e))
			if err != nil {
				return err
			}
			return at.put("emit", pos, values, to)
		})
	}
}

// lists reads the sizes of a model in query, key and value, and checks what these take.
func (f *File) lists(sh tasks.Shape) (u userLayer, sizes map[string]*big.Int, err error) {
	layers, err := f.layers(sh.N)
	if err != nil {
		return u, nil, err
	}
	want := []string{"query", "key", "value", "output"}
	if layers > 1 {
		want = append(want, "emit")
	}
	if err := f.needs(want...); err != nil {
		return u, nil, err
	}
	sizes = map[string]*big.Int{}
	for name, def := range map[string]int64{"f": 8, "g": 4, "p": 16, "top": 0, "heads": 0} {
		if sizes[name], err = f.size(name, sh.N, def); err != nil {
			return u, nil, err
		}
	}
	for name, most := range map[string]int64{"f": 30, "g": 16, "p": 1 << 12, "heads": 64} {
		if v := sizes[name]; v.Sign() < 0 || v.Cmp(big.NewInt(most)) > 0 {
			return u, nil, errorf("%s: %s = %v is outside 0..%d", f.Name, name, v, most)
		}
	}
	heads := int(sizes["heads"].Int64())
	takes := "n, position, token"
	if layers > 0 {
		takes = "n, layer, position, token"
	}
	if heads > 0 {
		takes += ", head"
	}
	for _, fn := range []string{"query", "key", "value"} {
		if got := f.arity(fn); got != strings.Count(takes, ",")+1 {
			return u, nil, hinted("with heads = 2 the last argument is the head, with layers = 2 the second is the layer", "%s: %s takes %d arguments, with heads = %d and layers = %d: want %s(%s)", f.at(fn), fn, got, heads, layers, fn, takes)
		}
	}
	return userLayer{file: f, sh: sh, heads: heads, layers: layers, layer: 1, p: max(2, int(sizes["p"].Int64())), lists: map[string][]*big.Int{}}, sizes, nil
}

// size is a constant of the file, or a function of n.
func (f *File) size(name string, n int, def int64) (*big.Int, error) {
	raw, ok := f.consts[name]
	if f.Defines(name) {
		var err error
		if raw, err = f.call(name, number(n)); err != nil {
			return nil, err
		}
	} else if !ok {
		return big.NewInt(def), nil
	}
	v, ok := new(big.Int).SetString(string(raw), 10)
	if !ok || v.BitLen() > 1<<12 {
		return nil, errorf("%s: %s = %s: want an integer", f.Name, name, short(raw))
	}
	return v, nil
}

// userLayer turns the file's functions into token-local maps of one layer. A token of the
// first is embedded as its raw code, in pieces of p - 1 bits; those of later ones are lists.
type userLayer struct {
	file          *File
	sh            tasks.Shape
	p, raw, bits  int
	heads, layers int // 0: the functions take none
	layer         int // from 1
	embed, values int // numbers of a token, of a value

	lists map[string][]*big.Int // what the file gave; of all layers
}

func (u *userLayer) in(_ int, t tasks.Token, e attention.Ints) error {
	var w protocol.Packer
	u.sh.Task.PutToken(u.sh, u.raw, &w, t)
	r := w.Word().Unpack()
	for c, left := 0, u.bits; left > 0; c++ {
		n := min(left, u.p-1)
		e.SetBig(c, r.Big(n))
		left -= n
	}
	return nil
}

// token is the token that was embedded, as the file's functions see it.
func (u *userLayer) token(e attention.Ints) json.RawMessage {
	if u.layer > 1 {
		values := make([]*big.Int, u.embed)
		for c := range values {
			values[c] = e.Big(c)
		}
		return integers(values)
	}
	var w protocol.Packer
	for c, left := 0, u.bits; left > 0; c++ {
		n := min(left, u.p-1)
		w.Big(e.Big(c), n)
		left -= n
	}
	return tokenValue(u.sh, u.sh.Task.GetToken(u.sh, u.raw, w.Word().Unpack()))
}

// fraction writes averages as pairs, a list for each head.
func (u *userLayer) fraction(averages []attention.Average) json.RawMessage {
	all := make([]json.RawMessage, len(averages))
	for h, a := range averages {
		over := make([]*big.Int, u.values)
		for c := range over {
			over[c] = a.Numerator(c)
		}
		all[h] = fractions(over, a.Normaliser())
	}
	if u.heads == 0 {
		return all[0]
	}
	return list(all...)
}

// integers writes a list of them.
func integers(values []*big.Int) json.RawMessage {
	items := make([]json.RawMessage, len(values))
	for c, v := range values {
		items[c] = integer(v)
	}
	return list(items...)
}

// emit asks what the layer gives to the next.
func (u *userLayer) emit(pos int, fraction, token json.RawMessage) ([]*big.Int, error) {
	return u.ask("emit", number(u.sh.N), number(u.layer), fraction, number(pos), token)
}

// fill asks the file for a list and copies it.
func (u *userLayer) fill(fn string, head, pos int, e, dst attention.Ints) error {
	token := json.RawMessage("null")
	if pos <= u.sh.N {
		token = u.token(e)
	}
	values, err := u.list(fn, head, pos, token)
	if err != nil {
		return err
	}
	return u.put(fn, pos, values, dst)
}

// put copies a list.
func (u *userLayer) put(fn string, pos int, values []*big.Int, dst attention.Ints) error {
	if err := u.fits(fn, pos, values, dst.Len()); err != nil {
		return err
	}
	for c, v := range values {
		dst.SetBig(c, v)
	}
	return nil
}

// fits says whether a list has the length and the width that all have.
func (u *userLayer) fits(fn string, pos int, values []*big.Int, length int) error {
	if len(values) != length {
		return errorf("%s: %s returned %d integers at position %d, and %d at position 1", u.file.Name, fn, len(values), pos, length)
	}
	for _, v := range values {
		if v.BitLen() >= u.p {
			return errorf("%s: %s returned %v at position %d, which does not fit p = %d bits with a sign", u.file.Name, fn, v, pos, u.p)
		}
	}
	return nil
}

// kept bounds the lists that are remembered.
const kept = 1 << 16

func (u *userLayer) list(fn string, head, pos int, token json.RawMessage) ([]*big.Int, error) {
	args := append(layered(u.sh.N, u.layers, u.layer), number(pos), token)
	if u.heads > 0 {
		args = append(args, number(head+1))
	}
	key := fn + string(list(args...))
	u.file.remembered.Lock()
	known, ok := u.lists[key]
	u.file.remembered.Unlock()
	if ok {
		return known, nil
	}
	values, err := u.ask(fn, args...)
	if err != nil {
		return nil, err
	}
	u.file.remembered.Lock()
	defer u.file.remembered.Unlock()
	if len(u.lists) < kept {
		u.lists[key] = values
	}
	return values, nil
}

// ask calls a function that returns a list of integers.
func (u *userLayer) ask(fn string, args ...json.RawMessage) ([]*big.Int, error) {
	raw, err := u.file.call(fn, args...)
	if err != nil {
		return nil, err
	}
	raw = untupled(raw)
	var items []json.RawMessage
	if json.Unmarshal(raw, &items) != nil {
		return nil, errorf("%s: %s returned %s: want a list of integers", u.file.Name, fn, short(raw))
	}
	values := make([]*big.Int, len(items))
	for k, e := range items {
		var ok bool
		if values[k], ok = new(big.Int).SetString(string(e), 10); !ok {
			return nil, errorf("%s: %s returned %s: want a list of integers", u.file.Name, fn, short(raw))
		}
	}
	return values, nil
}
