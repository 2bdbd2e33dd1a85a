package trained

import (
	"context"
	"fmt"
	"math"
	"slices"

	"crosscut/internal/exact"
	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// attention is one layer of softmax attention over all tokens, computed as kernels compute it: an online
// softmax, token by token in order, over a state (for each head the largest score and the normaliser,
// then all numerators) in float32. At a cut the owner of a query sends it to whoever also owns tokens,
// and the state goes round.
type attention struct{ projections }

// online is the state of an online softmax.
type online struct{ max, z, num []float32 }

func (a *attention) start() *online {
	o := &online{max: make([]float32, a.heads), z: make([]float32, a.heads), num: make([]float32, a.hidden)}
	for h := range o.max {
		o.max[h] = float32(math.Inf(-1))
	}
	return o
}

// add folds one token in.
func (a *attention) add(o *online, q, k, v []float32) {
	for h := range a.heads {
		at, shared := h*a.each, a.shared(h*a.each)
		s := float32(a.score(q[at:][:a.each], k[shared:][:a.each]))
		top := max(o.max[h], s)
		keep, w := 0.0, exact.Exp(float64(s)-float64(top))
		if o.z[h] > 0 {
			keep = exact.Exp(float64(o.max[h]) - float64(top))
		}
		o.max[h] = top
		o.z[h] = float32(float64(float64(o.z[h])*keep) + w)
		for c := range a.each {
			o.num[at+c] = float32(float64(float64(o.num[at+c])*keep) + float64(w*float64(v[shared+c])))
		}
	}
}

// read is the layer's output.
func (a *attention) read(o *online) []float32 {
	out := make([]float32, len(o.num))
	for c, n := range o.num {
		out[c] = float32(float64(n) / float64(o.z[c/a.each]))
	}
	return a.finish(out)
}

// numbers is the length of the state.
func (a *attention) numbers() int { return a.hidden + 2*a.heads }

func (a *attention) asks(x vec) []float32 { return rounded(a.query.times(x, a.bq)).val }

func (a *attention) stateBits() protocol.Bits { return protocol.Bits(32 * a.numbers()) }
func (a *attention) queryBits() protocol.Bits { return protocol.Bits(32 * a.hidden) }

func putFloats(w *protocol.Packer, xs ...float32) {
	for _, x := range xs {
		w.Uint(uint64(math.Float32bits(x)), 32)
	}
}

func getFloats(r *protocol.Unpacker, dst []float32) []float32 {
	for k := range dst {
		dst[k] = math.Float32frombits(uint32(r.Uint(32)))
	}
	return dst
}

// numbers lists the state, for the quantiser.
func (o *online) numbers() []float32 { return slices.Concat(o.max, o.z, o.num) }

func (o *online) set(s []float32) {
	n := copy(o.max, s)
	n += copy(o.z, s[n:])
	copy(o.num, s[n:])
}

// attentionMachine is an imported attention layer. With a quantiser, the state of
// every query is rounded at the cuts; the queries cross as they are.
type attentionMachine struct {
	*Model
	q *Quantiser
}

func (m attentionMachine) Shape() tasks.Shape   { return m.Model.Shape }
func (m attentionMachine) Params() tasks.Params { return m.params(m.q) }
func (m attentionMachine) Fingerprint() []byte  { return m.print[:] }

// stateBits is the size of one query's state where it crosses.
func (m attentionMachine) stateBits() protocol.Bits {
	if m.q != nil {
		return protocol.Bits(m.q.P.Bits() * m.att.numbers())
	}
	return m.att.stateBits()
}

// Size is H m p, with one head.
func (m attentionMachine) Size() (protocol.Bits, string) {
	return protocol.Bits(32 * m.att.hidden), "H m p, H = num_heads, H m = hidden_size, p = 32"
}

// Warnings says what the config held that was not used, and where the input is none of its domain.
func (m attentionMachine) Warnings(seq []tasks.Token, _ []int) []string { return m.warnings(seq) }

func (m attentionMachine) Whole(ctx context.Context, seq []tasks.Token, read []int) ([]tasks.Value, error) {
	states := make([]*online, len(read))
	queries := make([][]float32, len(read))
	for k, i := range read {
		states[k] = m.att.start()
		queries[k] = m.att.asks(m.embed(i, seq[i-1]))
	}
	for j, t := range seq {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		m.fold(states, queries, j+1, t)
	}
	out := make([]tasks.Value, len(read))
	for k, s := range states {
		out[k] = m.head(m.att.read(s))
	}
	return out, nil
}

// fold adds one token to the states of all queries.
func (m attentionMachine) fold(states []*online, queries [][]float32, pos int, t tasks.Token) {
	x := m.embed(pos, t)
	key, val := rounded(m.att.key.times(x, m.att.bk)).val, rounded(m.att.val.times(x, m.att.bv)).val
	for k, s := range states {
		m.att.add(s, queries[k], key, val)
		switch {
		case m.q.at(pos, false):
			rounded := s.numbers()
			m.q.round(0, rounded)
			s.set(rounded)
		case m.q != nil && m.q.watch != nil:
			m.q.watch(0, pos, false, s.numbers())
		}
	}
}

// Compile serves every split and job. The queries that must cross go first, then
// the states of all reads at each ownership change, then the outputs that somebody
// else answers.
func (m attentionMachine) Compile(job models.Job) (*models.Program, error) {
	if err := m.q.serves(job.Split); err != nil {
		return nil, err
	}
	runs := job.Split.Runs()
	works := map[protocol.Player]bool{}
	for _, r := range runs {
		works[r.Owner] = true
	}
	prog := &models.Program{Formula: fmt.Sprintf("32 m per query that must cross, %d (m + 2 H) per read position and ownership change, 32 d per output that must cross", m.stateBits()/protocol.Bits(m.att.numbers()))}
	last := runs[len(runs)-1].Owner
	for _, i := range job.Read {
		if o := job.Split.Of(i); o != tasks.Public && works[1-o] {
			prog.Bits[o] += m.att.queryBits()
		}
		if a := job.Answerer(i); a != last {
			prog.Bits[last] += protocol.Bits(32 * m.outputs())
		}
	}
	for _, r := range runs[:len(runs)-1] {
		prog.Bits[r.Owner] += protocol.Bits(len(job.Read)) * m.stateBits()
	}
	prog.Player = func(h tasks.Half) func(*protocol.Port) map[int]tasks.Value {
		return func(p *protocol.Port) map[int]tasks.Value { return m.play(p, h, job, runs, works) }
	}
	return prog, nil
}

func (m attentionMachine) play(p *protocol.Port, h tasks.Half, job models.Job, runs []tasks.Run, works map[protocol.Player]bool) map[int]tasks.Value {
	self, other := h.Self, 1-h.Self
	queries := make([][]float32, len(job.Read))
	for k, i := range job.Read {
		if h.Sees(i) {
			queries[k] = m.att.asks(m.embed(i, h.Token(i)))
		}
		if job.Split.Of(i) == self && works[other] {
			var w protocol.Packer
			putFloats(&w, queries[k]...)
			p.Send(fmt.Sprintf("query of position %d", i), w.Word())
		}
	}
	for k, i := range job.Read {
		if job.Split.Of(i) == other && works[self] {
			queries[k] = getFloats(p.Recv(other, m.att.queryBits()).Unpack(), make([]float32, m.att.hidden))
		}
	}
	states := make([]*online, len(job.Read))
	for k := range states {
		states[k] = m.att.start()
	}
	for n, r := range runs {
		if r.Owner == self {
			for pos := r.Lo; pos <= r.Hi; pos++ {
				m.fold(states, queries, pos, h.Token(pos))
			}
		}
		if n == len(runs)-1 {
			break
		}
		for k, i := range job.Read {
			if r.Owner == self {
				var w protocol.Packer
				m.q.put(&w, 0, m.q.at(r.Hi, false), states[k].numbers())
				p.Send(fmt.Sprintf("state of position %d after token %d", i, r.Hi), w.Word())
			} else {
				u := p.Recv(other, m.stateBits()).Unpack()
				states[k].set(m.q.get(u, 0, m.q.at(r.Hi, false), make([]float32, m.att.numbers())))
			}
		}
	}
	out := map[int]tasks.Value{}
	codec := floatOutputs(m.outputs())
	last := runs[len(runs)-1].Owner
	for k, i := range job.Read {
		switch a := job.Answerer(i); {
		case last == self:
			v := m.head(m.att.read(states[k]))
			if a == self {
				out[i] = v
				break
			}
			var w protocol.Packer
			codec.Put(&w, v)
			p.Send(fmt.Sprintf("output at position %d", i), w.Word())
		case a == self:
			out[i] = codec.Get(p.Recv(other, codec.Bits).Unpack())
		}
	}
	return out
}
