package script

import (
	"encoding/json"
	"math/big"

	"crosscut/models"
	"crosscut/models/fold"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// linear reads layers of linear attention: query, key and value as in attention, and
// linear = "causal" or "both". The weight of a token is the product of query and key, so the
// sums of key times value (features x values integers for each head) and of key are the state,
// which crosses. output and emit get one pair (numerator, denominator) per coordinate, exact:
// of the positions up to their own, or of all.
func (f *File) linear(sh tasks.Shape) (models.Machine, error) {
	for _, name := range []string{"f", "g", "top", "blank"} {
		if _, is := f.consts[name]; is || f.Defines(name) {
			return nil, hinted("leave it out, or leave linear out", "%s: %s stands beside linear: the weight of a token is the product of query and key", f.at(name), name)
		}
	}
	direction, _ := f.text("linear")
	if direction != "causal" && direction != "both" {
		return nil, hinted(`write linear = "causal", or linear = "both" for all positions`, "%s: linear = %s", f.at("linear"), short(f.consts["linear"]))
	}
	u, _, err := f.lists(sh)
	if err != nil {
		return nil, err
	}
	m := &fold.Recurrent[summed, sums]{
		Of: sh, Sizes: tasks.Params{"p": float64(u.p), "heads": float64(max(1, u.heads)), "layers": float64(max(1, u.layers))},
		State: "sum over layers, heads and features of ceil(log2(2 N (2^(p-1) - 1)^2 + 1)) a value and ceil(log2(2 N (2^(p-1) - 1) + 1))",
		At:    "sum over layers, heads and features of ceil(log2(2 t (2^(p-1) - 1)^2 + 1)) a value and ceil(log2(2 t (2^(p-1) - 1) + 1))",
		Embed: func(_ int, t tasks.Token) summed { return summed{value: tokenValue(sh, t)} },
		Output: func(pos int, in summed) tasks.Value {
			return must(f.value(sh, must(f.call("output", number(sh.N), u.pairs(in.of), number(pos), in.value))))
		},
	}
	probe := tokenValue(sh, sh.Task.Alphabet(sh, 1)[0])
	for u.layer = 1; ; u.layer++ {
		l := &linearLayer{userLayer: u}
		query, err := l.list("query", 0, 1, probe)
		if err != nil {
			return nil, err
		}
		values, err := l.list("value", 0, 1, probe)
		if err != nil {
			return nil, err
		}
		if len(query) == 0 || len(values) == 0 {
			return nil, errorf("%s: query and value must return lists of at least one integer", f.Name)
		}
		l.features, l.values = len(query), len(values)
		if err := models.Fits(float64(l.numbers()) * 64); err != nil {
			return nil, err
		}
		m.Layers = append(m.Layers, l.folds(direction == "both"))
		if u.layer >= u.layers {
			return m, nil
		}
		if probe, err = f.call("emit", number(sh.N), number(u.layer), u.pairs(l.none()), number(1), probe); err != nil {
			return nil, err
		}
	}
}

// summed is what a layer takes at a position, with what it sums up there: for each head the
// numerators, then the denominator.
type summed struct {
	value json.RawMessage
	of    [][]*big.Int
}

// sums is a state: for each head and feature the sum of key times value, then of key.
type sums [][][]*big.Int

// linearLayer is one layer.
type linearLayer struct {
	userLayer
	features int
}

func (l *linearLayer) all() int { return max(1, l.heads) }

// numbers is how many a state holds.
func (l *linearLayer) numbers() int { return l.all() * l.features * (l.values + 1) }

// none is nothing summed up.
func (l *linearLayer) none() [][]*big.Int {
	list := make([][]*big.Int, l.all())
	for h := range list {
		list[h] = zeros(l.values + 1)
	}
	return list
}

func zeros(n int) []*big.Int {
	list := make([]*big.Int, n)
	for c := range list {
		list[c] = new(big.Int)
	}
	return list
}

// most is the greatest magnitude of entry c of a feature's row after t tokens.
func (l *linearLayer) most(t, c int) *big.Int {
	one := new(big.Int).Sub(new(big.Int).Lsh(one, uint(l.p-1)), one)
	most := new(big.Int).Mul(big.NewInt(int64(t)), one)
	if c < l.values {
		most.Mul(most, one)
	}
	return most
}

// bits is the size of that entry.
func (l *linearLayer) bits(t, c int) int { return new(big.Int).Lsh(l.most(t, c), 1).BitLen() }

// three are the query, the key and the value of a token, at one head.
func (l *linearLayer) three(h, pos int, token json.RawMessage) (query, key, value []*big.Int) {
	get := func(fn string, length int) []*big.Int {
		list := must(l.list(fn, h, pos, token))
		if err := l.fits(fn, pos, list, length); err != nil {
			fold.Abort(err)
		}
		return list
	}
	return get("query", l.features), get("key", l.features), get("value", l.values)
}

// folds are the layer's: forward, and for all positions backward too.
func (l *linearLayer) folds(both bool) fold.Layer[summed, sums] {
	forward := fold.Fold[summed, sums]{
		Bits: func(t int) protocol.Bits {
			return protocol.Bits(l.all() * l.features * (l.values*l.bits(t, 0) + l.bits(t, l.values)))
		},
		Init: func() sums {
			s := make(sums, l.all())
			for h := range s {
				for range l.features {
					s[h] = append(s[h], zeros(l.values+1))
				}
			}
			return s
		},
		Step: func(s sums, pos int, in summed) sums {
			for h := range s {
				_, key, value := l.three(h, pos, in.value)
				for k, row := range s[h] {
					for c, v := range value {
						row[c].Add(row[c], new(big.Int).Mul(key[k], v))
					}
					row[l.values].Add(row[l.values], key[k])
				}
			}
			return s
		},
		Put: func(w *protocol.Packer, t int, s sums) {
			l.each(s, func(c int, v *big.Int) { w.Big(new(big.Int).Add(v, l.most(t, c)), l.bits(t, c)) })
		},
		Copy: func(_, s sums) sums {
			to := make(sums, len(s))
			for h, rows := range s {
				for _, row := range rows {
					own := zeros(len(row))
					for c, v := range row {
						own[c].Set(v)
					}
					to[h] = append(to[h], own)
				}
			}
			return to
		},
	}
	forward.Get = func(r *protocol.Unpacker, t int) sums {
		s := forward.Init()
		l.each(s, func(c int, v *big.Int) { v.Sub(r.Big(l.bits(t, c)), l.most(t, c)) })
		return s
	}
	// weighed is what the query of a position gets from a state; less its own token, where that is
	// to be counted once.
	weighed := func(s sums, pos int, in summed, own int64) [][]*big.Int {
		got := l.none()
		for h, rows := range s {
			query, key, value := l.three(h, pos, in.value)
			for k, row := range rows {
				for c, v := range row {
					of := big.NewInt(1)
					if c < l.values {
						of = value[c]
					}
					left := new(big.Int).Sub(v, new(big.Int).Mul(big.NewInt(own), new(big.Int).Mul(key[k], of)))
					got[h][c].Add(got[h][c], left.Mul(left, query[k]))
				}
			}
		}
		return got
	}
	if !both {
		forward.Emit = func(s sums, pos int, in summed) summed { return l.give(pos, summed{in.value, weighed(s, pos, in, 0)}) }
		return fold.Layer[summed, sums]{Forward: forward}
	}
	backward := forward
	forward.Emit = func(s sums, pos int, in summed) summed { return summed{in.value, weighed(s, pos, in, 0)} }
	backward.Emit = func(s sums, pos int, in summed) summed { return summed{in.value, weighed(s, pos, in, 1)} }
	return fold.Layer[summed, sums]{Forward: forward, Backward: &backward, Join: func(pos int, a, b summed) summed {
		for h, list := range a.of {
			for c, v := range list {
				v.Add(v, b.of[h][c])
			}
		}
		return l.give(pos, a)
	}}
}

// each goes through a state's numbers; c is the place in a feature's row.
func (l *linearLayer) each(s sums, do func(c int, v *big.Int)) {
	for _, rows := range s {
		for _, row := range rows {
			for c, v := range row {
				do(c, v)
			}
		}
	}
}

// give is what the layer gives to the next one, or to output.
func (l *linearLayer) give(pos int, at summed) summed {
	if l.layer >= l.layers {
		return at
	}
	return summed{value: must(l.file.call("emit", number(l.sh.N), number(l.layer), l.pairs(at.of), number(pos), at.value))}
}

// pairs writes sums as fractions, a list for each head.
func (u *userLayer) pairs(of [][]*big.Int) json.RawMessage {
	all := make([]json.RawMessage, len(of))
	for h, list := range of {
		last := len(list) - 1
		all[h] = fractions(list[:last], list[last])
	}
	if u.heads == 0 {
		return all[0]
	}
	return list(all...)
}

// fractions writes numerators over one denominator, a pair each.
func fractions(over []*big.Int, under *big.Int) json.RawMessage {
	pairs := make([]json.RawMessage, len(over))
	for c, v := range over {
		pairs[c] = list(integer(v), integer(under))
	}
	return list(pairs...)
}
