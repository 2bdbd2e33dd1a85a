// Package ask puts plain questions to a counted model: can what it carries past a cut
// hold this? The need is a count of what must be told apart, compared exactly; the
// answer names what is excluded, and says what it does not say.
//
// The argument is Theorem 11's, with another function: a model that reads in order has,
// after the part that is asked about, only its state and cache. If N different contents
// must all be answered rightly later, they leave N different states, so log2 N <= bits.
package ask

import (
	"errors"
	"fmt"
	"math"
	"math/big"

	"crosscut/internal/catalog"
	"crosscut/models/audit"
	"crosscut/protocol/bounds/curve"
	"crosscut/report"
)

// Sizes are what a question is asked at.
type Sizes struct {
	Count int     // pairs, symbols or hops
	Vocab int     // values
	Error float64 // of a uniformly chosen query; 0: every answer is right
}

// Need is what must be told apart: Base^Power contents, written down in Tokens tokens.
type Need struct {
	Base, Power, Tokens int
}

// Question is one kind of question.
type Question struct {
	Name     string
	Doc      string
	Counted  bool // takes a count
	Grows    bool // the need grows with the count, so there is a largest one
	Plain    bool // speaks of no vocabulary
	Errs     bool // an error rate has a meaning: Power values are asked one by one
	Proof    string
	Need     func(s Sizes) Need
	Phrase   func(s Sizes) string
	NotSaid  string
	LinearIn bool // a linear reading returns Power independent values
	_        struct{}
}

// ID is the question's name.
func (q *Question) ID() string { return q.Name }

// Validate refuses an incomplete question.
func (q *Question) Validate() error {
	if q.Name == "" || q.Doc == "" || q.Need == nil || q.Phrase == nil || q.NotSaid == "" || q.Proof == "" {
		return errors.New("name, doc, proof, need, phrase and what is not said are needed")
	}
	return nil
}

var all = catalog.New[*Question]("question")

func register(q *Question) *Question { return all.Add(q) }

// Catalog returns all questions.
func Catalog() *catalog.Catalog[*Question] { return all }

// Answer is what a model's count says to a question.
type Answer struct {
	Ask       string  `json:"ask"`
	Count     int     `json:"count,omitempty"`
	Vocab     int     `json:"vocab"`
	Error     float64 `json:"error"`
	Needed    float64 `json:"needed_bits"`    // shown; the verdict compares integers where the error is 0
	Available int     `json:"available_bits"` // after the tokens that hold the content
	Tokens    int     `json:"tokens"`
	Rank      *int    `json:"rank"`
	Binding   string  `json:"binding"` // "bits", or "rank" where a linear reading is the tighter bound
	Verdict   string  `json:"verdict"` // "impossible", "not excluded" or "outside"
	Largest   *int    `json:"largest_not_excluded"`
	Sentence  string  `json:"sentence"`
	NotSaid   string  `json:"not_said"`
	Basis     string  `json:"basis"`
}

// maxCount bounds what is asked.
const maxCount = 1 << 40

// Put asks a question of a counted model.
func (q *Question) Put(m *audit.Model, s Sizes) (Answer, error) {
	switch {
	case !q.Plain && (s.Vocab < 2 || s.Vocab > maxCount):
		return Answer{}, fmt.Errorf("ask: a vocabulary of %d is outside 2..2^40", s.Vocab)
	case q.Counted && (s.Count < 1 || s.Count > maxCount):
		return Answer{}, fmt.Errorf("ask: --%s %d is outside 1..2^40", q.Name, s.Count)
	case math.IsNaN(s.Error) || s.Error < 0 || s.Error >= 1:
		return Answer{}, fmt.Errorf("ask: an error of %v is not at least 0 and below 1", s.Error)
	case s.Error > 0 && !q.Errs:
		return Answer{}, fmt.Errorf("ask: --error has no meaning for --%s: nothing is proved there for an error", q.Name)
	}
	a := Answer{Ask: q.Name, Count: s.Count, Vocab: s.Vocab, Error: s.Error, Verdict: "not excluded", Binding: "bits", NotSaid: q.NotSaid, Basis: "proved"}
	if m.Arch.Outside != "" {
		a.Verdict, a.Binding = "outside", ""
		a.Sentence = fmt.Sprintf("No answer for %s model: %s.", audit.An(m.Config.Type), m.Arch.Outside)
		return a, nil
	}
	need := q.Need(s)
	a.Tokens = need.Tokens
	a.Needed = float64(need.Power) * curve.PerAnswer(need.Base, s.Error)
	var err error
	if a.Available, err = m.Holds(need.Tokens); err != nil {
		return a, err
	}
	if exceeds(need, s.Error, a.Available) {
		a.Verdict = "impossible"
	}
	if q.Grows {
		a.Largest, err = q.largest(m, s)
	}
	rank, attends := m.Rank()
	if q.LinearIn && rank > 0 && !attends {
		a.Rank = &rank
		if need.Power > rank && a.Verdict != "impossible" {
			a.Binding = "rank"
		}
	}
	if scan := m.Scan(); scan > 1 && a.Verdict == "impossible" {
		a.NotSaid += fmt.Sprintf("; computed %d tokens at a time: the state alone decides the rest bit for bit at a multiple of that, elsewhere in exact arithmetic", scan)
	}
	a.Sentence = q.sentence(m, a, s)
	return a, err
}

// slack covers the rounding of the floats of an approximate need: a verdict needs more than that.
const slack = 1e-9

// exceeds says whether the contents are more than bits can tell apart: exactly, in integers, where
// no error is allowed; with Fano's bound and its rounding allowed for, otherwise.
func exceeds(n Need, e float64, bits int) bool {
	if e > 0 {
		need := float64(n.Power) * curve.PerAnswer(n.Base, e)
		return need*(1-slack) > float64(bits)+1
	}
	return moreThan(n.Base, n.Power, bits)
}

// moreThan says whether base^power > 2^bits, in integers.
func moreThan(base, power, bits int) bool {
	x, factor := scaled{big.NewInt(1), 0}, scaled{big.NewInt(int64(base)), 0}
	for ; power > 0; power >>= 1 {
		if power&1 == 1 {
			x = x.times(factor)
		}
		factor = factor.times(factor)
	}
	above := x.mantissa.BitLen() - 1 + x.exponent - bits
	return above > 0 || above == 0 && x.mantissa.TrailingZeroBits() != uint(x.mantissa.BitLen()-1)
}

// scaled is mantissa 2^exponent.
type scaled struct {
	mantissa *big.Int
	exponent int
}

// times is a product, or less by a part of 2^-255: only its first 256 bits are kept. A power up to 2^40 loses a part of
// 2^-200 at most, so moreThan says yes only where that is so, and no only where it is not, or by less than that part;
// powers of two and numbers below 2^256 lose nothing.
func (x scaled) times(y scaled) scaled {
	m := new(big.Int).Mul(x.mantissa, y.mantissa)
	drop := max(0, m.BitLen()-256)
	return scaled{m.Rsh(m, uint(drop)), x.exponent + y.exponent + drop}
}

// largest is the largest count that is not excluded; nil: none is, or none below 2^40.
func (q *Question) largest(m *audit.Model, s Sizes) (*int, error) {
	excluded := func(k int) (bool, error) {
		t := s
		t.Count = k
		need := q.Need(t)
		bits, err := m.Holds(need.Tokens)
		return err == nil && exceeds(need, s.Error, bits), err
	}
	if _, bounded := m.Bounded(); !bounded {
		return nil, nil // a token of the cache holds more than it adds to the need, or the search below would be of 2^40
	}
	low, high := 0, 1
	for {
		out, err := excluded(high)
		if err != nil || high >= maxCount {
			return nil, err
		}
		if out {
			break
		}
		low, high = high, 2*high
	}
	for high-low > 1 {
		mid := (low + high) / 2
		out, err := excluded(mid)
		if err != nil {
			return nil, err
		}
		if out {
			high = mid
		} else {
			low = mid
		}
	}
	return &low, nil
}

func (q *Question) sentence(m *audit.Model, a Answer, s Sizes) string {
	what := fmt.Sprintf("%s model in %s", audit.An(m.Config.Type), m.Config.Dtype)
	if a.Verdict == "impossible" {
		return fmt.Sprintf("Impossible: to %s, %s would have to carry %.1f bits past a cut after %s, and it carries %d.", q.Phrase(s), what, a.Needed, report.Plural(a.Tokens, "token"), a.Available)
	}
	text := fmt.Sprintf("Not excluded by memory: to %s takes %.1f bits, and %s carries %d past a cut after %s", q.Phrase(s), a.Needed, what, a.Available, report.Plural(a.Tokens, "token"))
	switch {
	case a.Binding == "rank":
		text += fmt.Sprintf("; but one layer that reads its state linearly returns at most %s exactly, so %d such values need more than one such reading", report.Plural(*a.Rank, "linearly independent value"), q.Need(s).Power)
	case a.Largest == nil && q.Grows:
		text += ", a cache that grows with what it must hold"
	}
	return text + "; whether a trained model does it is not said."
}
