package script

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"

	"crosscut/models/fold"
	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/protocol/problems"
	"crosscut/reductions"
	"crosscut/reductions/validate"
)

// Instance is the file's reduction at size n, for models to face: the task that they are
// to compute, the split, the reads, and what the problem needs. Its functions cannot
// fail, so what goes wrong in the file then ends the work by [fold.Abort].
func (f *File) Instance(ctx context.Context, n int) (*reductions.Instance, error) {
	s, err := f.Subject(n)
	if err != nil {
		return nil, err
	}
	if f.Defines("read") && !s.Declared {
		return nil, hinted("take a smaller n, or write def read(n)", "%s: n = %d: %s", f.at("read"), n, s.Unread)
	}
	if s.Players() != 2 {
		return nil, errorf("%s: a run has two players, inputs(%d) has %d: %v", f.at("inputs"), n, s.Players(), errors.ErrUnsupported)
	}
	kept := map[protocol.Player]map[protocol.Word][]tasks.Token{protocol.Alice: {}, protocol.Bob: {}}
	write := func(who protocol.Player, w protocol.Word) []tasks.Token {
		if toks, ok := kept[who][w]; ok {
			return toks
		}
		return must(s.Write(who, []protocol.Word{w}))[0]
	}
	for who, words := range kept {
		d := s.Problem.Domain(n, who)
		list := make([]protocol.Word, max(0, min(alphabetInputs, d.Len())))
		for k := range list {
			list[k] = d.Nth(k)
		}
		toks, err := s.Write(who, list)
		if err != nil {
			return nil, err
		}
		for k, w := range list {
			words[w] = toks[k]
		}
	}
	of := s.Shape.Task
	if f.Defines("task") {
		if of, err = f.facedTask(s, kept); err != nil {
			return nil, err
		}
	}
	shape, err := of.Shape(s.Shape.N, s.Shape.Params)
	if err != nil {
		return nil, err
	}
	own := *s // evaluates outputs that are handed to it
	from := s.Problem
	if len(from.Costs) == 0 {
		d := from.Domains(n)
		from = &problems.Problem{Name: from.Name, Doc: from.Doc, Inputs: func(int) []protocol.Domain { return d }, On: func(_ int, in ...protocol.Word) (protocol.Value, bool) {
			v, inside, err := s.Want(in...)
			if err != nil {
				fold.Abort(err)
			}
			return v, inside
		}}
	}
	r := &reductions.Reduction{
		Name: f.Name, Doc: "a user's map", From: from, To: of,
		Public: func(int, tasks.Shape) []tasks.Token { return s.Public },
		Alice:  func(_ int, _ tasks.Shape, x protocol.Word) []tasks.Token { return write(protocol.Alice, x) },
		Bob:    func(_ int, _ tasks.Shape, y protocol.Word) []tasks.Token { return write(protocol.Bob, y) },
	}
	return &reductions.Instance{
		Reduction: r, Size: n, Shape: shape, At: s.Split, Reads: s.Reads,
		Known: func(setting protocol.Setting) (reductions.Need, bool) {
			need, ok, err := s.NeedIn(ctx, setting)
			if err != nil {
				fold.Abort(err)
			}
			return reductions.Need{Bits: protocol.Bits(need.Bits), Formula: strconv.Itoa(need.Bits), Setting: setting, Basis: need.Basis, Why: need.By, Of: from.Name}, ok
		},
		Right: func(x, y protocol.Word, out []tasks.Value) bool {
			want, inside, err := own.Want(x, y)
			if err != nil {
				fold.Abort(err)
			}
			got, err := own.Answer(y, func(pos int) (tasks.Value, error) {
				k, read := slices.BinarySearch(s.Reads, pos)
				if !read {
					return nil, errorf("%s: answer reads position %d, which no model is asked for", f.at("answer"), pos)
				}
				return out[k], nil
			})
			if err != nil {
				fold.Abort(err)
			}
			return !inside || want.Accepts(got)
		},
	}, nil
}

func must[T any](v T, err error) T {
	if err != nil {
		fold.Abort(err)
	}
	return v
}

// alphabetInputs is the most inputs of a player that are written to measure tokens.
const alphabetInputs = 1 << 12

// facedTask is the file's task, as models and input files need it. A token's size is
// measured: on all inputs of both players where they are few, as a number among the
// tokens that are written there; else as the text of the longest token on some of them.
func (f *File) facedTask(s *validate.Subject, kept map[protocol.Player]map[protocol.Word][]tasks.Token) (*tasks.Task, error) {
	all, seen := true, map[string]tasks.Token{}
	add := func(list []tasks.Token) {
		for _, t := range list {
			seen[f.kept.text(t.X)] = t
		}
	}
	add(s.Public)
	rng := rand.New(rand.NewPCG(1, 6))
	for who, words := range kept {
		d := s.Problem.Domain(s.Size, who)
		for _, list := range words {
			add(list)
		}
		if n := d.Len(); n < 0 || n > alphabetInputs {
			all = false
			some := make([]protocol.Word, 256)
			for k := range some {
				some[k] = d.Random(rng)
			}
			lists, err := s.Write(who, some)
			if err != nil {
				return nil, err
			}
			for _, list := range lists {
				add(list)
			}
		}
	}
	texts := slices.SortedFunc(maps.Keys(seen), func(a, b string) int { // shorter first, so that numbers are in order
		return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
	})
	tokens := make([]tasks.Token, len(texts))
	for k, text := range texts {
		tokens[k] = seen[text]
	}
	width, longest := protocol.Width(uint64(len(texts))), len(texts[len(texts)-1])
	if !all {
		width = 8 * longest
	}
	text := func(t tasks.Token) string { return f.kept.text(t.X) }
	read := func(raw json.RawMessage) tasks.Token {
		k, _ := f.kept.token(raw)
		return tasks.Token{X: k}
	}
	own := s.Shape.Task
	t := &tasks.Task{
		Name: own.Name, Doc: own.Doc, Partial: true,
		CheckToken: func(_ tasks.Shape, pos int, t tasks.Token) error {
			if !f.kept.holds(t.X) {
				return errorf("%s: position %d: no token has number %d", f.Name, pos, t.X)
			}
			return nil
		},
		FormatToken: func(_ tasks.Shape, t tasks.Token) any { return ownToken(f.kept.at(t.X)) },
		ParseToken: func(_ tasks.Shape, raw json.RawMessage) (tasks.Token, error) {
			var b bytes.Buffer
			err := json.Compact(&b, raw)
			if err == nil {
				raw, err = dictionaries(b.Bytes())
			}
			return read(raw), err
		},
		TokenBits: func(tasks.Shape, int) int { return width },
		PutToken: func(_ tasks.Shape, _ int, w *protocol.Packer, t tasks.Token) {
			if all {
				k, ok := slices.BinarySearchFunc(texts, text(t), func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) })
				if !ok {
					fold.Abort(errorf("%s: the token %s is none that the map writes at n = %d, on which the size of tokens is measured", f.Name, short(json.RawMessage(text(t))), s.Size))
				}
				w.Uint(uint64(k), width)
				return
			}
			raw := text(t)
			if len(raw) > longest {
				fold.Abort(errorf("%s: the token %s is longer than the %d bytes that were measured on some inputs at n = %d", f.Name, short(json.RawMessage(text(t))), longest, s.Size))
			}
			for k := range longest {
				c := byte(' ')
				if k < len(raw) {
					c = raw[k]
				}
				w.Uint(uint64(c), 8)
			}
		},
		GetToken: func(_ tasks.Shape, _ int, r *protocol.Unpacker) tasks.Token {
			if all {
				return tokens[min(int(r.Uint(width)), len(tokens)-1)]
			}
			raw := make([]byte, longest)
			for k := range raw {
				raw[k] = byte(r.Uint(8))
			}
			raw = bytes.TrimRight(raw, " ")
			if _, err := decode(raw); err != nil || !json.Valid(raw) { // what a model that is too small made of a token
				return tokens[0]
			}
			return read(raw)
		},
		Generate: func(sh tasks.Shape, rng *rand.Rand) []tasks.Token {
			return must(s.Encode(s.Problem.RandomX(s.Size, rng), s.Problem.RandomY(s.Size, rng)))
		},
		Alphabet: func(tasks.Shape, int) []tasks.Token { return tokens },
		Fast:     func(_ tasks.Shape, seq []tasks.Token, read []int) []tasks.Value { return must(s.Outputs(seq, read)) },
		ParseOutput: func(raw json.RawMessage) (tasks.Value, error) {
			if string(raw) == "null" {
				return nil, errorf("%s: a model's output is None: want a value", f.Name)
			}
			return f.ownOutput(raw), nil
		},
		FormatOutput: func(v tasks.Value) any {
			if len(v) == 1 {
				return v[0]
			}
			return ownToken(f.kept.at(int(v[0])))
		},
	}
	t.Eval = func(sh tasks.Shape, seq []tasks.Token, pos int) tasks.Value { return t.Fast(sh, seq, []int{pos})[0] }
	for _, name := range slices.Sorted(maps.Keys(s.Shape.Params)) {
		v := s.Shape.Params[name]
		t.Params = append(t.Params, tasks.Param{Name: name, Doc: "of the file", Real: true, Optional: true, Min: -math.MaxFloat64, Max: math.MaxFloat64,
			Default: func(int, tasks.Params) float64 { return v }})
	}
	return t, nil
}

// ownToken is a token of a file's own task, as its functions write it.
type ownToken json.RawMessage

// String is that text.
func (t ownToken) String() string {
	raw, _ := t.MarshalJSON() // which never fails
	return string(raw)
}

// MarshalJSON writes it as ordinary JSON, where that can hold it.
func (t ownToken) MarshalJSON() ([]byte, error) {
	if ordinary, err := plain(json.RawMessage(t)); err == nil {
		return ordinary, nil
	}
	return t, nil
}
