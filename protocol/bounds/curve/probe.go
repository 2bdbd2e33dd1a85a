package curve

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"

	"crosscut/internal/strict"
	"crosscut/protocol"
	"crosscut/protocol/bounds"
	"crosscut/protocol/chance"
	"crosscut/protocol/problems"
)

// Source is what a probe draws from: a uniform input of both players and its answer.
type Source struct {
	Draw  func(rng *rand.Rand) (x, y any, want protocol.Value)
	Count *big.Int // of Alice's inputs
	// Questions independent answers, each uniform of Answers, make up an input of Alice's; 0: not so, and
	// nothing is said about bits.
	Questions, Answers int
}

// Entropy is log2 of the number of Alice's inputs: what there is to be kept.
func (s *Source) Entropy() float64 {
	e := s.Count.BitLen() - 1
	f, _ := new(big.Float).Quo(new(big.Float).SetInt(s.Count), new(big.Float).SetInt(new(big.Int).Lsh(big.NewInt(1), uint(e)))).Float64()
	return float64(e) + math.Log2(f)
}

// ProblemSource draws inputs of a base problem, within its promise. Its answers are independent and uniform where
// all rows differ and there are as many as words over the answers.
func ProblemSource(p *problems.Problem, n int) (*Source, error) {
	ds := p.Domains(n)
	if len(ds) != 2 {
		return nil, fmt.Errorf("curve: %s has %d players: a probe has two", p.Name, len(ds))
	}
	xs, ys := ds[0], ds[1]
	s := &Source{Count: xs.Count()}
	if values, asked := p.Values(n), ys.Len(); values > 1 && asked > 0 && asked <= 1<<20 && p.RowsDiffer(n) {
		if all := new(big.Int).Exp(big.NewInt(int64(values)), big.NewInt(int64(asked)), nil); all.Cmp(s.Count) == 0 {
			s.Questions, s.Answers = asked, values
		}
	}
	s.Draw = func(rng *rand.Rand) (any, any, protocol.Value) {
		for {
			x, y := xs.Random(rng), ys.Random(rng)
			if v, inside := p.Value(n, x, y); inside {
				return xs.JSON(x), ys.JSON(y), v
			}
		}
	}
	return s, nil
}

// MatrixSource draws entries of a matrix that is written out, by the names of rows and columns.
func MatrixSource(m *bounds.Matrix, row, col func(k int) any, value func(i, j int) protocol.Value) *Source {
	s := &Source{Count: big.NewInt(int64(m.Rows()))}
	if product(m) {
		s.Questions, s.Answers = m.Cols(), len(m.Values())
	}
	s.Draw = func(rng *rand.Rand) (any, any, protocol.Value) {
		for {
			i, j := rng.IntN(m.Rows()), rng.IntN(m.Cols())
			if _, inside := m.At(i, j); inside {
				return row(i), col(j), value(i, j)
			}
		}
	}
	return s
}

// Probe is a set of questions about inputs of known entropy, for any summariser: it sees x, keeps
// what it likes, is then shown y without x, and answers.
type Probe struct {
	Problem string         `json:"problem"`
	N       int            `json:"n"`
	Set     map[string]int `json:"set"`
	Seed    uint64         `json:"seed"`
	Entropy float64        `json:"entropy_bits"` // of every x
	How     string         `json:"how"`
	Items   []Item         `json:"items"`
}

// Item is one question. Answer is null until it is answered.
type Item struct {
	X      json.RawMessage `json:"x"`
	Y      json.RawMessage `json:"y"`
	Answer json.RawMessage `json:"answer"`
}

const how = "for every item: show x, keep a summary, then show y without x; write the answer in place of null, and give this file to --grade"

// MaxItems bounds a probe.
const MaxItems = 1 << 20

// items draws the questions of a seed, and their answers.
func (s *Source) items(seed uint64, runs int) ([]Item, []protocol.Value, error) {
	rng := rand.New(rand.NewPCG(seed, 0x9b0be))
	items, want := make([]Item, runs), make([]protocol.Value, runs)
	for k := range items {
		x, y, v := s.Draw(rng)
		rawX, err := json.Marshal(x)
		if err != nil {
			return nil, nil, err
		}
		rawY, err := json.Marshal(y)
		if err != nil {
			return nil, nil, err
		}
		items[k], want[k] = Item{rawX, rawY, json.RawMessage("null")}, v
	}
	return items, want, nil
}

// NewProbe draws a probe.
func (s *Source) NewProbe(name string, n int, set map[string]int, seed uint64, runs int) (*Probe, error) {
	if runs < 1 || runs > MaxItems {
		return nil, fmt.Errorf("curve: %d items are outside 1..%d", runs, MaxItems)
	}
	items, _, err := s.items(seed, runs)
	return &Probe{Problem: name, N: n, Set: set, Seed: seed, Entropy: s.Entropy(), How: how, Items: items}, err
}

// ReadProbe reads a file that --write-probe wrote, and somebody answered.
func ReadProbe(raw []byte) (*Probe, error) {
	p := &Probe{}
	if err := strict.Decode(raw, p, strict.Limits{}); err != nil {
		return nil, err
	}
	if len(p.Items) < 1 || len(p.Items) > MaxItems {
		return nil, fmt.Errorf("%d items are outside 1..%d", len(p.Items), MaxItems)
	}
	return p, nil
}

// Grade is what the answers of a probe say.
type Grade struct {
	Problem    string  `json:"problem"`
	N          int     `json:"n"`
	Items      int     `json:"items"`
	Right      int     `json:"right"`
	Unanswered int     `json:"unanswered"` // counted as wrong
	Accuracy   float64 `json:"accuracy"`
	Low        float64 `json:"low"` // Clopper-Pearson, exact for independent items
	High       float64 `json:"high"`
	Confidence float64 `json:"confidence"`
	Entropy    float64 `json:"entropy_bits"`
	// AtLeast is what a summary must hold, by Fano's inequality, for the accuracy at the low end; Estimate,
	// for the accuracy itself. null: nothing is known for this problem.
	AtLeast  *float64 `json:"recovered_bits_at_least"`
	Estimate *float64 `json:"recovered_bits"`
	Warnings []string `json:"warnings"`
}

// confidence of a grade's interval.
const confidence = 0.99

// Grade marks a probe. The questions are drawn again from the seed: a file with others is refused.
func (s *Source) Grade(p *Probe) (*Grade, error) {
	items, want, err := s.items(p.Seed, len(p.Items))
	if err != nil {
		return nil, err
	}
	g := &Grade{Problem: p.Problem, N: p.N, Items: len(items), Confidence: confidence, Entropy: s.Entropy(), Warnings: []string{}}
	for k, it := range p.Items {
		if !same(it.X, items[k].X) || !same(it.Y, items[k].Y) {
			return nil, fmt.Errorf("item %d is none that seed %d draws: x and y must stay as they were written", k+1, p.Seed)
		}
		if bytes.Equal(bytes.TrimSpace(it.Answer), []byte("null")) || len(it.Answer) == 0 {
			g.Unanswered++
			continue
		}
		var got protocol.Value
		if err := json.Unmarshal(it.Answer, &got); err != nil {
			return nil, fmt.Errorf("item %d: answer %.40s: %w", k+1, it.Answer, err)
		}
		if !alike(got, want[k]) {
			return nil, fmt.Errorf("item %d: answer %.40s is %v, where %v is asked for: write one, or null", k+1, it.Answer, got.Kind(), want[k].Kind())
		}
		if want[k].Accepts(got) {
			g.Right++
		}
	}
	if g.Unanswered == g.Items {
		return nil, errors.New("no item is answered")
	}
	if g.Unanswered > 0 {
		g.Warnings = append(g.Warnings, fmt.Sprintf("%d of %d items are unanswered, and count as wrong", g.Unanswered, g.Items))
	}
	g.Accuracy = float64(g.Right) / float64(g.Items)
	g.Low, g.High = chance.ClopperPearson(int64(g.Right), int64(g.Items), confidence)
	if s.Questions == 0 {
		g.Warnings = append(g.Warnings, "the answers of this problem are not independent and uniform: no bits follow from an accuracy alone")
		return g, nil
	}
	bits := func(accuracy float64) *float64 {
		v := float64(s.Questions) * PerAnswer(s.Answers, 1-accuracy)
		return &v
	}
	g.AtLeast, g.Estimate = bits(g.Low), bits(g.Accuracy)
	return g, nil
}

// alike says that an answer is of the type of the right one, or of one of the right ones: booleans are integers.
func alike(got, want protocol.Value) bool {
	if want.Kind() == protocol.OneOf {
		return want.Len() == 0 || alike(got, want.At(0))
	}
	number := func(v protocol.Value) bool { return v.Kind() == protocol.Bool || v.Kind() == protocol.Int }
	return got.Kind() == want.Kind() || number(got) && number(want)
}

// same compares JSON without regard to blanks.
func same(a, b json.RawMessage) bool {
	var x, y bytes.Buffer
	return json.Compact(&x, a) == nil && json.Compact(&y, b) == nil && bytes.Equal(x.Bytes(), y.Bytes())
}
