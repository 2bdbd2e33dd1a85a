package check

import (
	"fmt"
	"math/big"
)

// A message M of Alice, whose row X is uniform, tells Bob I(X; M) bits. The information cost is the
// least such that his answers to all defined entries are wrong, on average, for at most a share e
// of them. A protocol of c bits with public coins that errs on every input with probability at most e gives such a
// message for each outcome of the coins, of at most c bits; the cost is convex in e, so it is at most c.
var (
	InformationAlice = measure(&Measure{Name: "information.alice", Doc: "least bits that one message tells about Alice's uniform row when at most a share e of the answers is wrong", Error: true})
	InformationBob   = measure(&Measure{Name: "information.bob", Doc: "least bits that one message tells about Bob's uniform column when at most a share e of the answers is wrong", Error: true})
	RandomisedAlice  = measure(&Measure{Name: "randomised.alice", Doc: "bits of one message of Alice, public coins, after which Bob errs with probability at most e on every input", Error: true})
	RandomisedBob    = measure(&Measure{Name: "randomised.bob", Doc: "bits of one message of Bob, public coins, after which Alice errs with probability at most e on every input", Error: true})
)

// Tilt is a dual solution of the information cost (a rate-distortion function). Let k(i, w) be how many defined entries
// of row i differ from the word w of answers, l = Rows, b = Over/Under, T the largest sum over i of
// l_i b^k(i, w) over all words. By the inequality of Donsker and Varadhan the cost is at least the mean of
// log2(l_i rows / T), plus e log2(b) times the defined entries by the rows.
type Tilt struct {
	Kind  string  `json:"kind"` // "tilt"
	Rows  []int64 `json:"rows"` // for Bob: of columns
	Over  int64   `json:"over"`
	Under int64   `json:"under"`
}

// Channel is a message, an upper end: row i has the word w of answers with probability Weights[i][w] by their sum.
type Channel struct {
	Kind    string    `json:"kind"` // "channel"
	Words   [][]int   `json:"words"`
	Weights [][]int64 `json:"weights"`
}

// spoken is the table with the speaker's lines as rows, and the claim's error.
func (t *work) spoken(c Claim, end string) (*Table, *big.Rat, error) {
	e, err := number(c.Error)
	if err != nil || c.End != end {
		return nil, nil, errOther
	}
	if t.Rows > TiltLines || t.Cols > TiltLines {
		return nil, nil, ErrLimit
	}
	switch c.Measure {
	case InformationAlice, RandomisedAlice:
		return t.Table, e, nil
	case InformationBob, RandomisedBob:
		return t.transpose(), e, nil
	}
	return nil, nil, errOther
}

// TiltLines is the most lines of a side for which evidence about a message is looked at.
const TiltLines = 1024

// tiltScale is the number of binary places that powers of b are rounded up to.
const tiltScale = 32

var _ = register("tilt", func(t *work, c Claim, e *Tilt) (*big.Rat, error) {
	u, wrong, err := t.spoken(c, Lower)
	if err != nil {
		return nil, err
	}
	if len(e.Rows) != u.Rows || e.Over < 0 || e.Under < e.Over || e.Under < 1 || e.Under > 1<<20 {
		return nil, fmt.Errorf("%d rows of %d, and b = %d/%d", len(e.Rows), u.Rows, e.Over, e.Under)
	}
	sum := int64(0)
	for i, l := range e.Rows {
		if l < 1 || l > 1<<30-sum {
			return nil, fmt.Errorf("weight %d of row %d", l, i)
		}
		sum += l
	}
	wrong.Mul(wrong, new(big.Rat).SetInt64(u.inside()))
	if e.Over == 0 && wrong.Sign() > 0 {
		return new(big.Rat), nil // of log2(0) nothing is left
	}
	if err := t.spend(u.Rows, u.Cols, u.Cols); err != nil {
		return nil, err
	}
	power := make([]int64, u.Cols+1)
	over, under := new(big.Int).Lsh(big.NewInt(1), tiltScale), big.NewInt(1)
	for k := range power {
		p := new(big.Int).Add(over, under)
		power[k] = p.Quo(p.Sub(p, big.NewInt(1)), under).Int64()
		over.Mul(over, big.NewInt(e.Over))
		under.Mul(under, big.NewInt(e.Under))
	}
	most := int64(0)
	if err := t.tallied(u, maxCurveWork, u.Differs, func(missed []int64) {
		all := int64(0)
		for i, k := range missed {
			all += e.Rows[i] * power[k]
		}
		most = max(most, all)
	}); err != nil {
		return nil, err
	}
	v := new(big.Rat)
	for _, l := range e.Rows {
		x := new(big.Int).Mul(big.NewInt(l), big.NewInt(int64(u.Rows)))
		v.Add(v, log2Below(new(big.Rat).SetFrac(x.Lsh(x, tiltScale), big.NewInt(most))))
	}
	v.Add(v, wrong.Mul(wrong, log2Below(big.NewRat(e.Over, e.Under)))) // where b is 0, wrong is 0 too
	v.Quo(v, new(big.Rat).SetInt64(int64(u.Rows)))
	v = largest(v, new(big.Rat))
	if c.Measure == RandomisedAlice || c.Measure == RandomisedBob {
		whole := new(big.Int).Add(v.Num(), v.Denom())
		return new(big.Rat).SetInt(whole.Quo(whole.Sub(whole, big.NewInt(1)), v.Denom())), nil
	}
	return v, nil
})

var _ = register("channel", func(t *work, c Claim, e *Channel) (*big.Rat, error) {
	u, allowed, err := t.spoken(c, Upper)
	if err == nil && (c.Measure == RandomisedAlice || c.Measure == RandomisedBob) {
		err = errOther
	}
	if err != nil {
		return nil, err
	}
	if err := shape(e.Weights, u.Rows, len(e.Words)); err != nil {
		return nil, err
	}
	for k, w := range e.Words {
		if len(w) != u.Cols {
			return nil, fmt.Errorf("word %d has %d answers for %d columns", k, len(w), u.Cols)
		}
	}
	if err := t.spend(u.Rows, len(e.Words)+1, u.Rows+u.Cols+64); err != nil { // denominators grow with the rows
		return nil, err
	}
	wrong, rows := new(big.Rat), new(big.Rat).SetInt64(int64(u.Rows))
	given, mean := make([][]*big.Rat, u.Rows), make([]*big.Rat, len(e.Words))
	for w := range mean {
		mean[w] = new(big.Rat)
	}
	for i, weights := range e.Weights {
		sum := new(big.Int)
		for _, n := range weights {
			if n < 0 || n > 1<<40 {
				return nil, fmt.Errorf("weight %d in row %d", n, i)
			}
			sum.Add(sum, big.NewInt(n))
		}
		if sum.Sign() == 0 {
			return nil, fmt.Errorf("row %d sends nothing", i)
		}
		given[i] = make([]*big.Rat, len(weights))
		for w, n := range weights {
			given[i][w] = new(big.Rat).SetFrac(big.NewInt(n), sum)
			mean[w].Add(mean[w], new(big.Rat).Quo(given[i][w], rows))
			missed := int64(0)
			for j, v := range e.Words[w] {
				if u.Differs(i, j, v) {
					missed++
				}
			}
			wrong.Add(wrong, new(big.Rat).Mul(given[i][w], new(big.Rat).SetInt64(missed)))
		}
	}
	if allowed.Mul(allowed, new(big.Rat).SetInt64(u.inside())); wrong.Cmp(allowed) > 0 {
		return nil, fmt.Errorf("%s answers are wrong, of at most %s", wrong.FloatString(3), allowed.FloatString(3))
	}
	v := new(big.Rat)
	for _, line := range given {
		for w, p := range line {
			if p.Sign() > 0 { // p log2(p / mean), rounded up
				v.Sub(v, new(big.Rat).Mul(p, log2Below(new(big.Rat).Quo(mean[w], p))))
			}
		}
	}
	// Rounded up to 32 binary places: a number of a claim is short.
	v.Quo(v, rows)
	whole := new(big.Int).Lsh(v.Num(), 32)
	whole.Add(whole, v.Denom()).Sub(whole, big.NewInt(1)).Quo(whole, v.Denom())
	return new(big.Rat).SetFrac(whole, new(big.Int).Lsh(big.NewInt(1), 32)), nil
})

// log2Below is log2 of a positive number, rounded down to 24 binary places or a little further.
func log2Below(x *big.Rat) *big.Rat {
	f := new(big.Float).SetPrec(256).SetMode(big.ToNegativeInf).SetRat(x)
	m := new(big.Float)
	whole := f.MantExp(m) - 1 // x = m 2^(whole + 1), m in [1/2, 1)
	m.SetMantExp(m, 1).SetMode(big.ToNegativeInf)
	digits := int64(whole)
	for range 24 {
		digits = 2*digits + int64(m.Mul(m, m).MantExp(m)-1) // one more where the square is 2 or more
		m.SetMantExp(m, 1)
	}
	return big.NewRat(digits, 1<<24)
}
