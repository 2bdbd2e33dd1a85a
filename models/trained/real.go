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

// Real is an imported attention layer over real numbers, for the explicit protocol
// of a tau-robust softmax (docs/trained.md). Queries, keys, values and scores are the
// numbers that the folder gives; the softmax, its averages and the linear maps after it
// are those of real numbers, and an output is the side of the threshold on which it lies.
//
// The speaker sends, of each head, L = ln sum e^s over its tokens within eta = tau/V,
// and the average of its values within eta' = tau/2 a number. With
// sig = 1/(1 + e^(L' - L)), which is 1/4-Lipschitz, the average over all tokens is
// sig mu + (1 - sig) mu', so the answering player has it within eta V/2 + eta' = tau.
//
// Assumption: no change of at most tau in any number of the average moves an output to
// the other side. It is checked on every input that is run, by intervals that hold the
// rounding of this program too; an input on which it fails is refused. Nothing is shown of
// inputs that were not run.
type Real struct {
	attentionMachine
	tau, threshold float64
	scores, values float64 // S and V, from the weights alone
	stepL, stepMu  float64 // of the two grids: 2 eta and 2 eta', a little finer
	bitsL, bitsMu  int
}

// slack makes the grids finer than the proof needs, for the rounding of this program.
const slack = 1 - 0x1p-12

// Real gives the layer over real numbers. tau is in 2^-20..1.
func (m *Model) Real(tau float64) (*Real, error) {
	c := m.Config
	switch {
	case !(tau >= 0x1p-20 && tau <= 1):
		return nil, fmt.Errorf("trained: tau = %v is outside 2^-20..1", tau)
	case m.att == nil || c.Threshold == nil:
		return nil, models.Unsupportedf("real numbers up to tau are for one attention layer over all tokens with a threshold")
	case slices.ContainsFunc(c.Features, func(f string) bool { return f != "z" && f != "onehot:y" && f != "onehot:position" && f != "onehot:x" }):
		return nil, models.Unsupportedf("real numbers up to tau need features of size at most 1, not %v", c.Features)
	}
	r := &Real{attentionMachine: attentionMachine{m, nil}, tau: tau, threshold: *c.Threshold}
	q, k, v := mosts(m.att.query, m.att.bq), mosts(m.att.key, m.att.bk), mosts(m.att.val, m.att.bv)
	for h := range m.att.heads {
		sum := 0.0
		for c := h * m.att.each; c < (h+1)*m.att.each; c++ {
			sum += q[c] * k[c]
			r.values = max(r.values, v[c])
		}
		r.scores = max(r.scores, math.Abs(m.att.scale)*sum*(1+0x1p-20))
	}
	r.values = max(r.values, 0x1p-20)
	r.stepL, r.stepMu = 2*tau/r.values*slack, tau*slack
	r.bitsL = protocol.Width(uint64(math.Ceil((2*r.scores+math.Log(float64(m.Shape.N)))/r.stepL)) + 1)
	r.bitsMu = protocol.Width(uint64(math.Ceil(2*r.values/r.stepMu)) + 1)
	if r.bitsL > 52 || r.bitsMu > 52 {
		return nil, models.Unsupportedf("scores to %.3g and values to %.3g are too large for tau = %v", r.scores, r.values, tau)
	}
	return r, nil
}

// mosts bounds each number that a linear map makes of features of size at most 1.
func mosts(w *Matrix, bias []float64) []float64 {
	most := make([]float64, w.rows)
	for r := range most {
		for c := range w.cols {
			most[r] += math.Abs(w.at(r, c))
		}
		if bias != nil {
			most[r] += math.Abs(bias[r])
		}
		most[r] *= 1 + 0x1p-20 // rounded to float32
	}
	return most
}

// sums are ln sum e^s and the average of the values, of each head, over some tokens.
type sums struct{ log, mean []float64 }

// over folds the tokens at some positions.
func (r *Real) over(q []float32, pos []int, token func(i int) tasks.Token) sums {
	a := r.att
	s := sums{make([]float64, a.heads), make([]float64, a.hidden)}
	scores, values := make([][]float64, a.heads), [][]float32{}
	for _, i := range pos {
		x := r.embed(i, token(i))
		k := rounded(a.key.times(x, a.bk)).val
		values = append(values, rounded(a.val.times(x, a.bv)).val)
		for h := range a.heads {
			at := h * a.each
			scores[h] = append(scores[h], a.score(q[at:][:a.each], k[at:][:a.each]))
		}
	}
	for h := range a.heads {
		top, z := slices.Max(scores[h]), 0.0
		for j, score := range scores[h] {
			w := exact.Exp(score - top)
			z += w
			for c := h * a.each; c < (h+1)*a.each; c++ {
				s.mean[c] += float64(w * float64(values[j][c]))
			}
		}
		s.log[h] = top + math.Log(z)
		for c := h * a.each; c < (h+1)*a.each; c++ {
			s.mean[c] /= z
		}
	}
	return s
}

// join is the average over the tokens of both.
func (r *Real) join(a, b sums) []float64 {
	mean := make([]float64, len(a.mean))
	for c := range mean {
		sig := exact.Sigmoid(a.log[c/r.att.each] - b.log[c/r.att.each])
		mean[c] = float64(sig*a.mean[c]) + float64((1-sig)*b.mean[c])
	}
	return mean
}

// sides is on which side of the threshold each number of the output lies, as a number
// one from it, when the average is known to within tau and rounding. sure is false where
// that leaves it open.
func (r *Real) sides(mean []float64, tau float64) (out tasks.Value, sure bool) {
	radius := make([]float64, len(mean))
	for c := range radius {
		radius[c] = tau + float64(r.Model.Shape.N+64)*0x1p-44*r.values
	}
	linear := func(w *Matrix, bias []float64) {
		to, wide := make([]float64, w.rows), make([]float64, w.rows)
		for k := range to {
			size := 0.0
			for c := range w.cols {
				x := w.at(k, c)
				to[k] += float64(x * mean[c])
				wide[k] += math.Abs(x) * radius[c]
				size += math.Abs(x * mean[c])
			}
			if bias != nil {
				to[k] += bias[k]
				size += math.Abs(bias[k])
			}
			wide[k] = wide[k]*(1+0x1p-40) + float64(w.cols+2)*0x1p-52*size
		}
		mean, radius = to, wide
	}
	if r.att.out != nil {
		linear(r.att.out, r.att.bo)
	}
	linear(r.headW, r.headB)
	out, sure = make(tasks.Value, len(mean)), true
	for k, v := range mean {
		if out[k] = r.threshold - 1; v > r.threshold {
			out[k] += 2
		}
		sure = sure && math.Abs(v-r.threshold) > radius[k]
	}
	return out, sure
}

// Params adds tau.
func (r *Real) Params() tasks.Params {
	return r.attentionMachine.Params().With(tasks.Params{"tau": r.tau})
}

// Assumes says what it is for an output to be right.
func (r *Real) Assumes() string {
	return fmt.Sprintf("right means under every change of at most tau = %v in each number of an average, by intervals on each input that is run", r.tau)
}

// Whole gives the sides, and refuses an input on which a change of tau moves one.
func (r *Real) Whole(ctx context.Context, seq []tasks.Token, read []int) ([]tasks.Value, error) {
	out := make([]tasks.Value, len(read))
	for k, i := range read {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		mean := r.over(r.att.asks(r.embed(i, seq[i-1])), r.Model.Shape.All(), func(i int) tasks.Token { return seq[i-1] })
		var sure bool
		if out[k], sure = r.sides(mean.mean, r.tau); !sure {
			return nil, &Fragile{models.Unsupportedf("output %d is not right under every change of at most tau = %v: this input is outside the assumption", i, r.tau),
				k, out[k], r.moved(mean.mean, out[k])}
		}
	}
	return out, nil
}

// Fragile says that a change of at most tau may move an output to the other side of the threshold: a layer over real numbers
// claims nothing of such an input.
type Fragile struct {
	error
	Read         int         // the place of the output among those read
	Sides, Moved tasks.Value // where the output lies, and where after such a change; nil: rounding leaves open whether there is one
}

// Unwrap is the refusal.
func (f *Fragile) Unwrap() error { return f.error }

// moved is an output on other sides than out, after a change of tau in each number of the average.
func (r *Real) moved(mean []float64, out tasks.Value) tasks.Value {
	for k, side := range out {
		changed := slices.Clone(mean)
		for c := range changed {
			slope := 0.0 // of number k of the output
			for j := range r.headW.cols {
				switch {
				case r.att.out != nil:
					slope += r.headW.at(k, j) * r.att.out.at(j, c)
				case j == c:
					slope = r.headW.at(k, c)
				}
			}
			if (slope > 0) == (side > r.threshold) {
				slope = -1
			} else {
				slope = 1
			}
			changed[c] += slope * r.tau
		}
		if to, sure := r.sides(changed, 0); sure && to[k] != side {
			return to
		}
	}
	return nil
}

// message is what the speaker sends of one read position.
func (r *Real) message(s sums) protocol.Word {
	var w protocol.Packer
	put := func(v, low, step float64, bits int) {
		w.Uint(uint64(min(max(math.Round((v-low)/step), 0), float64(uint64(1)<<bits-1))), bits)
	}
	for _, l := range s.log {
		put(l, -r.scores, r.stepL, r.bitsL)
	}
	for _, v := range s.mean {
		put(v, -r.values, r.stepMu, r.bitsMu)
	}
	return w.Word()
}

// heard reads it.
func (r *Real) heard(w protocol.Word) sums {
	s, u := sums{make([]float64, r.att.heads), make([]float64, r.att.hidden)}, w.Unpack()
	for h := range s.log {
		s.log[h] = float64(float64(u.Uint(r.bitsL))*r.stepL) - r.scores
	}
	for c := range s.mean {
		s.mean[c] = float64(float64(u.Uint(r.bitsMu))*r.stepMu) - r.values
	}
	return s
}

// messageBits is H (b_L + m b_mu).
func (r *Real) messageBits() protocol.Bits {
	return protocol.Bits(r.att.heads*r.bitsL + r.att.hidden*r.bitsMu)
}

// Compile serves jobs that one player answers: queries that are not public cross, then
// the other player's sums.
func (r *Real) Compile(job models.Job) (*models.Program, error) {
	bob := job.Answerer(job.Read[0])
	if slices.ContainsFunc(job.Read, func(i int) bool { return job.Answerer(i) != bob }) {
		return nil, models.Unsupportedf("real numbers up to tau: one player must answer")
	}
	alice := 1 - bob
	prog := &models.Program{Formula: "H (ceil(log2((2S + ln N)/(2 eta) + 1)) + d_v ceil(log2(V/eta' + 1))) per read position, eta = tau/V, eta' = tau/2, and 32 H m for a query that is not public"}
	mute := job.Split.Count(alice) == 0
	for _, i := range job.Read {
		if mute {
			continue
		}
		prog.Bits[alice] += r.messageBits()
		if o := job.Split.Of(i); o != tasks.Public {
			prog.Bits[o] += r.att.queryBits()
		}
	}
	prog.Player = func(h tasks.Half) func(*protocol.Port) map[int]tasks.Value {
		return func(p *protocol.Port) map[int]tasks.Value {
			var own []int
			for _, i := range r.Model.Shape.All() {
				if o := job.Split.Of(i); o == h.Self || o == tasks.Public && h.Self == bob {
					own = append(own, i)
				}
			}
			out := map[int]tasks.Value{}
			for _, i := range job.Read {
				var q []float32
				if h.Sees(i) {
					q = r.att.asks(r.embed(i, h.Token(i)))
				}
				switch o := job.Split.Of(i); {
				case mute || o == tasks.Public:
				case o == h.Self:
					var w protocol.Packer
					putFloats(&w, q...)
					p.Send(fmt.Sprintf("query of position %d", i), w.Word())
				default:
					q = getFloats(p.Recv(1-h.Self, r.att.queryBits()).Unpack(), make([]float32, r.att.hidden))
				}
				if h.Self == alice {
					if !mute {
						p.Send(fmt.Sprintf("log-partitions and averages of position %d", i), r.message(r.over(q, own, h.Token)))
					}
					continue
				}
				var mean []float64
				switch {
				case mute:
					mean = r.over(q, own, h.Token).mean
				case len(own) == 0:
					mean = r.heard(p.Recv(alice, r.messageBits())).mean
				default:
					mean = r.join(r.heard(p.Recv(alice, r.messageBits())), r.over(q, own, h.Token))
				}
				out[i], _ = r.sides(mean, 0)
			}
			return out
		}
	}
	return prog, nil
}
