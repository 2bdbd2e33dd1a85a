package zoo

import (
	"fmt"

	"crosscut/models"
	"crosscut/models/fold"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// Raw tokens as p-bit words: what the generic constructions keep and send.

// rawBits is p as set, else the smallest that meets eps. Tasks without real numbers
// have no p, and setting it is an error.
func rawBits(sh tasks.Shape, set models.Settings) (int, error) {
	v, ok := set.Num["p"]
	switch {
	case !ok:
		return sh.RawPrecision()
	case !sh.Real():
		return 0, models.Unsupportedf("tokens of %s hold no real numbers: p has no meaning", sh.Task.Name)
	}
	return int(v), nil
}

var rawParam = tasks.Param{Name: "p", Doc: "bits of a real number (qsa only); default: the least that meets eps", Min: 2, Max: tasks.MaxPrecision}

// rawCodec is the form of the outputs of a model that computes the task itself.
func rawCodec(sh tasks.Shape) fold.Codec {
	if n := sh.Outputs(); n > 0 {
		return fold.SymbolCodec(n)
	}
	return fold.RealCodec(sh)
}

// view is what a position knows in a model that remembers raw tokens: its own,
// and those kept from before and after (both ending with its own, if kept).
type view struct {
	own          tasks.Token
	past, future []tasks.Token
}

// keeping says which tokens a memory of limited size holds.
type keeping struct {
	most int
	last bool // the latest ones, else the first ones
}

func (k keeping) held(t int) int { return min(t, k.most) }

// fold is a memory of raw tokens in one direction.
func (k keeping) fold(sh tasks.Shape, p int, backward bool) fold.Fold[view, []tasks.Token] {
	b := sh.Task.TokenBits(sh, p)
	return fold.Fold[view, []tasks.Token]{
		Bits: func(t int) protocol.Bits { return protocol.Bits(k.held(t) * b) },
		Init: func() []tasks.Token { return nil },
		Copy: fold.CopySlice[tasks.Token],
		// Appending never changes what an earlier view holds.
		Step: func(s []tasks.Token, _ int, in view) []tasks.Token {
			switch {
			case k.last:
				s = append(s, in.own)
				return s[len(s)-k.held(len(s)):]
			case len(s) < k.most:
				return append(s, in.own)
			}
			return s
		},
		Emit: func(s []tasks.Token, _ int, in view) view {
			if backward {
				return view{own: in.own, future: s}
			}
			return view{own: in.own, past: s}
		},
		Put: func(w *protocol.Packer, _ int, s []tasks.Token) {
			for _, t := range s {
				sh.Task.PutToken(sh, p, w, t)
			}
		},
		Get: func(u *protocol.Unpacker, t int) []tasks.Token {
			s := make([]tasks.Token, k.held(t))
			for j := range s {
				s[j] = sh.Task.GetToken(sh, p, u)
			}
			return s
		},
	}
}

// token is what the view at pos has of token l: its own token where it has none.
func (k keeping) token(v view, n, pos, l int) tasks.Token {
	past, future := l-1, n-l // places in the two memories
	if k.last {
		past, future = l-1-(pos-len(v.past)), pos-1+len(v.future)-l
	}
	switch {
	case l <= pos && past >= 0 && past < len(v.past):
		return v.past[past]
	case l >= pos && future >= 0 && future < len(v.future):
		return v.future[future]
	}
	return v.own
}

// memory is a recurrent model that keeps raw tokens and applies the task's
// definition to them; a token it does not have is read as the position's own.
// Reading one way it sees tokens 1..i at i; both ways, all of them.
func memory(sh tasks.Shape, p int, k keeping, directions int, sizes tasks.Params, state, at string) (models.Machine, error) {
	b := sh.Task.TokenBits(sh, p)
	if err := models.Fits(float64(min(k.most, sh.N)) * max(64, float64(b)/8)); err != nil {
		return nil, err
	}
	if sh.Real() {
		sizes["p"] = float64(p)
	}
	layer := fold.Layer[view, []tasks.Token]{Forward: k.fold(sh, p, false)}
	r := &fold.Recurrent[view, []tasks.Token]{
		Of: sh, Sizes: sizes, Out: rawCodec(sh),
		State: fmt.Sprintf(state, b), At: at + fmt.Sprintf(" b, b = %d", b),
		Embed: func(_ int, t tasks.Token) view { return view{own: sh.Rounded(p, t)} },
		Output: func(pos int, v view) tasks.Value {
			if sh.Task.Asks != nil { // a few tokens of N: do not write out the rest
				asked, mean := sh.Task.Asks(v.own), make(tasks.Value, sh.Int("d"))
				for _, l := range asked {
					for c, z := range k.token(v, sh.N, pos, l).Z {
						mean[c] += z
					}
				}
				for c := range mean {
					mean[c] /= float64(len(asked))
				}
				return mean
			}
			seq := make([]tasks.Token, sh.N)
			for l := range seq {
				seq[l] = k.token(v, sh.N, pos, l+1)
			}
			return sh.Eval(seq, []int{pos})[0]
		},
	}
	if directions == 2 {
		back := k.fold(sh, p, true)
		layer.Backward = &back
		layer.Join = func(_ int, f, b view) view { return view{f.own, f.past, b.future} }
	} else {
		r.Reach = reachBack(sh, hintDirections)
	}
	r.Layers = []fold.Layer[view, []tasks.Token]{layer}
	return r, nil
}

// directionsParam declares how many ways a memory reads.
var directionsParam = tasks.Param{Name: "directions", Doc: "1: outputs position i after tokens 1..i; 2: reads from both ends; default 1 where an output names the tokens it needs or needs no later one, else 2", Min: 1, Max: 2}

func directions(sh tasks.Shape, set models.Settings) int {
	if sh.Task.Asks != nil || sh.Causal() {
		return set.Int("directions", 1)
	}
	return set.Int("directions", 2)
}
