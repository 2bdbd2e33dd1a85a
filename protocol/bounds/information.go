package bounds

import (
	"context"
	"math"

	"crosscut/protocol/bounds/check"
)

// informationWork is the most words of answers times lines of the speaker that are looked at.
const informationWork = 1 << 16

// information bounds what one message must tell (see check.Tilt), for a player and an error: a
// rate-distortion function, by the algorithm of Blahut and Arimoto at the slope at which so many answers are wrong.
func (a *analysis) information(ctx context.Context, side int, e string) {
	m, measure, bits := a.m, check.InformationAlice, check.RandomisedAlice
	if side == 1 {
		m, measure, bits = m.Transpose(), check.InformationBob, check.RandomisedBob
	}
	s := newMessages(ctx, m)
	if s == nil {
		return
	}
	edge, err := (&check.Claim{Error: e}).Right()
	if err != nil {
		return
	}
	right, _ := edge.Float64()
	a.say(measure + ", error " + e)
	tilt, channel := s.solve(ctx, (1-right)/2)
	lower, upper := check.Claim{Measure: measure, Error: e, End: check.Lower, Evidence: marshal(tilt)}, check.Claim{Measure: measure, Error: e, End: check.Upper, Evidence: marshal(channel)}
	a.keep(lower, upper)
	c := check.Claim{Measure: bits, Error: e, End: check.Lower, Evidence: lower.Evidence}
	v, err := check.Prove(a.checked(), c)
	if err != nil || v.Sign() == 0 {
		return
	}
	c.Number = v.RatString()
	a.claims = append(a.claims, pending{Claim: c, evidence: given(c.Evidence)})
	a.Randomised = append(a.Randomised, Randomised{
		Setting: "one-way randomised, " + [2]string{"Alice", "Bob"}[side] + " speaks", Error: e, Bits: int(v.Num().Int64()), By: "information of a message", Formula: "R_e >= I(line; message), the line uniform",
	})
}

// told is the words of answers that Bob may give, and how many answers each has wrong in every row.
type told struct {
	rows    int
	defined float64
	words   [][]int
	wrong   [][]int
}

// newMessages lists the words; nil: they are too many, or too long.
func newMessages(ctx context.Context, m *Matrix) *told {
	if max(m.Rows(), m.Cols()) > check.TiltLines {
		return nil
	}
	s := &told{rows: m.Rows(), words: m.AnswerWords(informationWork / m.Rows())}
	if s.words == nil || ctx.Err() != nil {
		return nil
	}
	for i := range m.Rows() {
		for j := range m.Cols() {
			if _, ok := m.At(i, j); ok {
				s.defined++
			}
		}
	}
	for _, w := range s.words {
		k := make([]int, s.rows)
		for i := range k {
			for j, v := range w {
				if x, ok := m.At(i, j); ok && x != v {
					k[i]++
				}
			}
		}
		s.wrong = append(s.wrong, k)
	}
	return s
}

// solve finds the slope b at which a share e of the answers is wrong, by bisection.
func (s *told) solve(ctx context.Context, e float64) (check.Tilt, check.Channel) {
	const under = 1 << 16
	low, high := 1, under // b = high / under has too many wrong answers, or is 1
	for high-low > 1 && ctx.Err() == nil {
		mid := int(math.Sqrt(float64(low) * float64(high)))
		if mid == low {
			mid++
		}
		if q, _ := s.at(ctx, float64(mid)/under); s.share(q, float64(mid)/under) <= e*(1-1e-5) {
			low = mid
		} else {
			high = mid
		}
	}
	b := float64(low) / under
	q, l := s.at(ctx, b)
	tilt := check.Tilt{Kind: "tilt", Over: int64(low), Under: under}
	sum := 0.0
	for _, v := range l {
		sum += v
	}
	for _, v := range l {
		tilt.Rows = append(tilt.Rows, max(1, int64(v/sum*(1<<29))))
	}
	// Words that are hardly ever sent are left out; the rest is mixed with what is always right, as far as
	// rounding asks for it.
	power := s.powers(b)
	channel := check.Channel{Kind: "channel", Words: [][]int{}, Weights: make([][]int64, s.rows)}
	for w, p := range q {
		if p < 1e-9 {
			continue
		}
		channel.Words = append(channel.Words, s.words[w])
		for i := range channel.Weights {
			channel.Weights[i] = append(channel.Weights[i], int64(math.Round(p*l[i]*power[s.wrong[w][i]]*(1<<30))))
		}
	}
	return tilt, channel
}

// share is the share of wrong answers of the channel that q and b make.
func (s *told) share(q []float64, b float64) float64 {
	wrong, power := 0.0, s.powers(b)
	for i := range s.rows {
		sum, missed := 0.0, 0.0
		for w, p := range q {
			x := p * power[s.wrong[w][i]]
			sum, missed = sum+x, missed+x*float64(s.wrong[w][i])
		}
		wrong += missed / sum
	}
	return wrong / s.defined
}

// powers lists those of b, up to all answers of a row.
func (s *told) powers(b float64) []float64 {
	power := []float64{1}
	for k := range s.words[0] {
		power = append(power, power[k]*b)
	}
	return power
}

// at finds the distribution of the words that is best at slope b, and the multipliers of the rows.
func (s *told) at(ctx context.Context, b float64) (q, l []float64) {
	power := s.powers(b)
	q, l = make([]float64, len(s.words)), make([]float64, s.rows)
	for w := range q {
		q[w] = 1 / float64(len(q))
	}
	for range 400 {
		clear(l)
		for w, k := range s.wrong {
			if q[w] > 1e-300 {
				for i, n := range k {
					l[i] += q[w] * power[n]
				}
			}
		}
		for i := range l {
			l[i] = 1 / l[i]
		}
		most := 0.0
		for w, k := range s.wrong {
			f := 0.0
			for i, n := range k {
				f += l[i] * power[n]
			}
			f /= float64(s.rows)
			q[w] *= f
			most = max(most, f)
		}
		if most < 1+1e-9 || ctx.Err() != nil {
			break
		}
	}
	return q, l
}
