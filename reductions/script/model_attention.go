package script

import (
	"encoding/json"
	"math/big"
	"sync"

	"crosscut/models"
	"crosscut/models/attention"
	"crosscut/models/tasks"
	"crosscut/models/zoo"
	"crosscut/protocol"
)

// attention reads a layer of integer attention: query, key and value(n, position, token),
// or (n, position, token, head) with heads = H, return lists of integers, n being the
// sequence length N; f, g, p and top are numbers, or functions of n (p bits a number, default 16;
// top, the constant that scores are subtracted from, default 0); with blank = True
// key and value are also asked for position N + 1 with token None.
// output(n, fraction, position, token) gets one pair (numerator, denominator) per
// coordinate of the average, exact; with heads, a list of such for each head.
func (f *File) attention(sh tasks.Shape) (models.Machine, error) {
	if err := f.needs("query", "key", "value", "output"); err != nil {
		return nil, err
	}
	sizes := map[string]*big.Int{}
	for name, def := range map[string]int64{"f": 8, "g": 4, "p": 16, "top": 0, "heads": 0} {
		var err error
		if sizes[name], err = f.size(name, sh.N, def); err != nil {
			return nil, err
		}
	}
	for name, most := range map[string]int64{"f": 30, "g": 16, "p": 1 << 12, "heads": 64} {
		if v := sizes[name]; v.Sign() < 0 || v.Cmp(big.NewInt(most)) > 0 {
			return nil, errorf("%s: %s = %v is outside 0..%d", f.Name, name, v, most)
		}
	}
	heads := int(sizes["heads"].Int64())
	for _, fn := range []string{"query", "key", "value"} {
		if heads > 0 && f.arity(fn) != 4 || heads == 0 && f.arity(fn) != 3 {
			return nil, hinted("write query(n, position, token), or heads = 2 and query(n, position, token, head), and key and value likewise", "%s: %s takes %d arguments, and heads = %d", f.at(fn), fn, f.arity(fn), heads)
		}
	}
	u := &userLayer{file: f, sh: sh, several: heads > 0, p: max(2, int(sizes["p"].Int64())), lists: map[string][]*big.Int{}}
	trivial, err := zoo.Build("trivial", sh, models.Settings{})
	if err != nil {
		return nil, err
	}
	u.raw = int(trivial.Params()["p"])
	u.bits = sh.Task.TokenBits(sh, u.raw)
	// A probe gives the widths; every token must keep to them.
	probe := sh.Task.Alphabet(sh, 1)[0]
	width, err := u.list("query", 0, 1, probe)
	if err != nil {
		return nil, err
	}
	values, err := u.list("value", 0, 1, probe)
	if err != nil {
		return nil, err
	}
	if len(width) == 0 || len(values) == 0 {
		return nil, errorf("%s: query and value must return lists of at least one integer", f.Name)
	}
	blank := string(f.consts["blank"]) == "true"
	l := &attention.Layer{
		Heads: max(1, heads), Width: len(width), Values: len(values), Embed: u.pieces(), Blank: blank,
		P: u.p, F: int(sizes["f"].Int64()), G: int(sizes["g"].Int64()), Top: sizes["top"],
		Query: func(h, pos int, e, q attention.Ints) error { return u.fill("query", h, pos, e, q) },
		Key:   func(h, pos int, e, k attention.Ints) error { return u.fill("key", h, pos, e, k) },
		Value: func(h, pos int, e, v attention.Ints) (int, error) { return 0, u.fill("value", h, pos, e, v) },
	}
	return attention.New(&attention.Stack{
		Shape: sh, In: u.embed, Layers: []*attention.Layer{l}, Residual: l.Embed,
		Out: func(pos int, e attention.Ints, averages []attention.Average) (tasks.Value, error) {
			all := make([]json.RawMessage, len(averages))
			for h, a := range averages {
				var pairs []json.RawMessage
				for c := range values {
					pairs = append(pairs, list(integer(a.Numerator(c)), integer(a.Normaliser())))
				}
				all[h] = list(pairs...)
			}
			fraction := all[0]
			if u.several {
				fraction = list(all...)
			}
			raw, err := f.call("output", number(sh.N), fraction, number(pos), tokenValue(sh, u.token(e)))
			if err != nil {
				return nil, err
			}
			return f.value(sh, raw)
		},
		Chosen: map[string]string{"construction": f.Name},
	})
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

// userLayer turns the file's functions into token-local maps. A token is embedded
// as its raw code, in pieces of p - 1 bits.
type userLayer struct {
	file         *File
	sh           tasks.Shape
	p, raw, bits int
	several      bool // the functions take the head

	mu    sync.Mutex
	lists map[string][]*big.Int
}

func (u *userLayer) pieces() int { return max(1, (u.bits+u.p-2)/(u.p-1)) }

func (u *userLayer) embed(_ int, t tasks.Token, e attention.Ints) error {
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

func (u *userLayer) token(e attention.Ints) tasks.Token {
	var w protocol.Packer
	for c, left := 0, u.bits; left > 0; c++ {
		n := min(left, u.p-1)
		w.Big(e.Big(c), n)
		left -= n
	}
	return u.sh.Task.GetToken(u.sh, u.raw, w.Word().Unpack())
}

// fill asks the file for a list and copies it.
func (u *userLayer) fill(fn string, head, pos int, e, dst attention.Ints) error {
	var t tasks.Token
	if pos <= u.sh.N {
		t = u.token(e)
	}
	values, err := u.list(fn, head, pos, t)
	if err != nil {
		return err
	}
	if len(values) != dst.Len() {
		return errorf("%s: %s returned %d integers at position %d, and %d at position 1", u.file.Name, fn, len(values), pos, dst.Len())
	}
	for c, v := range values {
		if v.BitLen() >= u.p {
			return errorf("%s: %s returned %v at position %d, which does not fit p = %d bits with a sign", u.file.Name, fn, v, pos, u.p)
		}
		dst.SetBig(c, v)
	}
	return nil
}

// kept bounds the lists that are remembered.
const kept = 1 << 16

func (u *userLayer) list(fn string, head, pos int, t tasks.Token) ([]*big.Int, error) {
	token := json.RawMessage("null")
	if pos <= u.sh.N {
		token = tokenValue(u.sh, t)
	}
	args := []json.RawMessage{number(u.sh.N), number(pos), token}
	if u.several {
		args = append(args, number(head+1))
	}
	key := fn + string(list(args...))
	u.mu.Lock()
	known, ok := u.lists[key]
	u.mu.Unlock()
	if ok {
		return known, nil
	}
	raw, err := u.file.call(fn, args...)
	if err != nil {
		return nil, err
	}
	var items []json.RawMessage
	if json.Unmarshal(raw, &items) != nil {
		return nil, errorf("%s: %s returned %s: want a list of integers", u.file.Name, fn, short(raw))
	}
	values := make([]*big.Int, len(items))
	for k, e := range items {
		if values[k], ok = new(big.Int).SetString(string(e), 10); !ok {
			return nil, errorf("%s: %s returned %s: want a list of integers", u.file.Name, fn, short(raw))
		}
	}
	u.mu.Lock()
	if len(u.lists) < kept {
		u.lists[key] = values
	}
	u.mu.Unlock()
	return values, nil
}
