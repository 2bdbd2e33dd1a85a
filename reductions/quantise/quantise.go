// Package quantise measures how an imported model fares when its state at the cut
// is rounded to few bits: accuracy and number of distinct messages against the
// bits that cross, beside the curve that no one-way message can beat.
//
// The curve. Let n stored bits be uniform and independent, M a message of B bits
// that depends on them, and let the query be uniform and independent of both. If
// bit i is answered wrong with probability e_i, then H2(e_i) >= H(x_i | M) (Fano),
// the sum of H(x_i | M) is at least H(x | M) >= n - B, and H2 is concave, so the mean
// error e has H2(e) >= 1 - B/n: the mean accuracy is at most 1 - H2^-1(1 - B/n). B
// counts all messages that could be sent, whether they are or not. The bound
// speaks of the mean over uniform inputs; a model that is right on all inputs needs
// B >= n, and no sample shows that it is.
package quantise

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync/atomic"

	"crosscut/internal/par"
	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/models/trained"
	"crosscut/protocol"
	"crosscut/protocol/bounds/curve"
	"crosscut/reductions"
	"crosscut/reductions/falsify"
	"crosscut/report"
	"crosscut/report/plot"
)

// Curve is the experiment on one model.
type Curve struct {
	N       int     `json:"n"`       // stored bits
	Numbers int     `json:"numbers"` // that Alice's message holds
	Points  []Point `json:"curve"`

	Model       string           `json:"model"`
	SequenceLen int              `json:"N"`
	Setting     protocol.Setting `json:"setting"`
	Runs        int              `json:"runs"`       // sampled inputs behind every accuracy, the same for all p
	Confidence  float64          `json:"confidence"` // of the intervals, each by itself
	Seed        uint64           `json:"seed"`
	// AsTrained is the mean token accuracy of the model as it was trained, on inputs
	// of its domain, whose queries may ask for the dummy too; Reported is what training
	// reported, if anything.
	AsTrained float64  `json:"as_trained"`
	Reported  *float64 `json:"reported"`
	Warnings  []string `json:"warnings"`
}

// Point is one precision.
type Point struct {
	P        int     `json:"p"`        // bits a number
	Format   string  `json:"format"`   // bf16, fp16, e4m3, e5m2, int8; "": uniform levels
	Bits     int     `json:"bits"`     // that Alice sends
	Messages uint64  `json:"messages"` // different ones ...
	Of       uint64  `json:"of"`       // ... on that many inputs of hers
	Exact    bool    `json:"exact"`    // of messages: Of are all 2^n inputs
	Accuracy float64 `json:"accuracy"` // mean over sampled inputs of the share of right query tokens
	Sampled  int     `json:"sampled"`  // those inputs: no accuracy is exact
	Low      float64 `json:"low"`      // confidence interval of the mean accuracy
	High     float64 `json:"high"`
	// Optimum bounds the mean accuracy of every one-way message of Bits bits; nil:
	// nothing is excluded.
	Optimum *float64 `json:"optimum"`
}

// Name is the precision as --quantise takes it.
func (p Point) Name() string {
	return cmp.Or(p.Format, strconv.Itoa(p.P))
}

// Beats says whether the whole interval lies above what is possible: a bug here.
func (p Point) Beats() bool { return p.Optimum != nil && p.Low > *p.Optimum }

// Options bound the work. The zero value takes the defaults.
type Options struct {
	Runs     int // sampled inputs; default 2048
	Seed     uint64
	Progress func(done, of int) // may be nil
}

// confidence of an interval: rare enough that 32 points are not expected to miss.
const confidence = 1 - 1e-6

// Measure rounds the model to each of the given precisions and measures it. An
// interrupted measurement returns the points so far beside the error.
func Measure(ctx context.Context, m *trained.Model, precisions []trained.Precision, o Options) (*Curve, error) {
	if o.Runs == 0 {
		o.Runs = 2048
	}
	in, err := falsify.Weights(m, reductions.IndexQSAMemory, 0)
	if err != nil {
		return nil, err
	}
	if m.Config.Domain == nil {
		return nil, fmt.Errorf("quantise: the config has no domain, so it is not known which tokens store and which query: %w", errors.ErrUnsupported)
	}
	c := &Curve{N: in.Size, Model: m.Name(), SequenceLen: in.Shape.N, Runs: o.Runs, Confidence: confidence, Seed: o.Seed, Points: []Point{}, Warnings: []string{}}
	calibration, err := m.Calibration(o.Seed)
	if err != nil {
		return nil, err
	}
	inputs := draw(m, in, o)
	if err := c.trained(ctx, m, in); err != nil {
		return nil, err
	}
	for k, p := range precisions {
		if err := ctx.Err(); err != nil {
			return c, err
		}
		if o.Progress != nil {
			o.Progress(k, len(precisions))
		}
		machine, err := m.Calibrated(ctx, p, in.At, calibration)
		if err != nil {
			return nil, err
		}
		point, err := c.measure(ctx, machine, in, inputs, p)
		if err != nil {
			return c, err
		}
		c.Points = append(c.Points, point)
	}
	if o.Progress != nil {
		o.Progress(1, 1)
	}
	c.warn()
	return c, nil
}

func (c *Curve) measure(ctx context.Context, machine models.Machine, in *reductions.Instance, inputs [][]tasks.Token, p trained.Precision) (Point, error) {
	t, err := falsify.NewTarget(machine, in)
	if err != nil {
		return Point{}, err
	}
	c.Setting = protocol.TwoWay
	if t.OneWay() {
		c.Setting = protocol.OneWay
	}
	pt := Point{P: p.Bits(), Format: p.Format(), Bits: int(t.BitsBy(protocol.Alice))}
	c.Numbers = pt.Bits / pt.P
	if pt.Messages, pt.Of, pt.Exact, err = t.Distinct(ctx, c.Seed); err != nil {
		return pt, err
	}
	pt.Sampled = len(inputs)
	if pt.Accuracy, err = accuracy(ctx, machine, in, inputs); err != nil {
		return pt, err
	}
	// Hoeffding: the inputs are independent, the share of each lies in 0..1.
	half := math.Sqrt(math.Log(2/(1-confidence)) / (2 * float64(len(inputs))))
	pt.Low, pt.High = max(0, pt.Accuracy-half), min(1, pt.Accuracy+half)
	if t.OneWay() && pt.Bits < c.N {
		best := Optimum(c.N, pt.Bits)
		pt.Optimum = &best
	}
	return pt, nil
}

// trained measures the model before any rounding.
func (c *Curve) trained(ctx context.Context, m *trained.Model, in *reductions.Instance) error {
	machine, err := m.Machine(nil)
	if err != nil {
		return err
	}
	rng := rand.New(rand.NewPCG(c.Seed, 0xd0a1))
	inputs := make([][]tasks.Token, c.Runs)
	for k := range inputs {
		if inputs[k], err = m.Draw(rng); err != nil {
			return err
		}
	}
	if r := m.Config.Measured.TokenAccuracy; r > 0 {
		c.Reported = &r
	}
	c.AsTrained, err = accuracy(ctx, machine, in, inputs)
	return err
}

// draw makes inputs with uniform stored values, every query asking for a uniform
// stored token, all independent.
func draw(m *trained.Model, in *reductions.Instance, o Options) [][]tasks.Token {
	rng := rand.New(rand.NewPCG(o.Seed, 0xacc))
	stored := m.Config.Domain.Stored
	inputs := make([][]tasks.Token, o.Runs)
	for k := range inputs {
		x := in.From.RandomX(in.Size, rng)
		inputs[k] = in.Encode(x, in.From.Y(in.Size, 0))
		for _, i := range in.At.Positions(protocol.Bob) {
			inputs[k][i-1].Y = []int{stored[0] + rng.IntN(in.Size)}
		}
	}
	return inputs
}

// accuracy is the mean share of right query tokens. The sum is one of integers, so
// it does not depend on the number of cores.
func accuracy(ctx context.Context, machine models.Machine, in *reductions.Instance, inputs [][]tasks.Token) (float64, error) {
	read := in.At.Positions(protocol.Bob)
	var right atomic.Int64
	err := par.Each(ctx, len(inputs), func(k int) error {
		out, err := machine.Whole(ctx, inputs[k], read)
		if err != nil {
			return err
		}
		for j, want := range in.Shape.Eval(inputs[k], read) {
			if in.Shape.Correct(out[j], want) {
				right.Add(1)
			}
		}
		return nil
	})
	return float64(right.Load()) / float64(len(inputs)*len(read)), err
}

// Optimum is 1 - H2^-1(1 - B/n), the largest mean accuracy of B bits about n.
func Optimum(n, bits int) float64 { return curve.Fano(2, n, float64(bits)) }

func (c *Curve) warn() {
	below := false
	var shared []string
	for _, p := range c.Points {
		below = below || p.Bits < c.N
		if p.Exact && p.Messages < p.Of && c.Setting == protocol.OneWay {
			shared = append(shared, p.Name())
		}
	}
	if len(shared) > 0 {
		c.Warnings = append(c.Warnings, fmt.Sprintf("p = %s: some of the 2^%d inputs share a message, so some input must fail: crosscut falsify --quantise %s shows one",
			strings.Join(shared, ", "), c.N, shared[0]))
	}
	if c.Setting != protocol.OneWay {
		c.Warnings = append(c.Warnings, "Bob's words reach Alice before her message ends, so it is no one-way message: the bound on one-way messages does not judge it, and bits counts hers alone, for one query")
	}
	if below {
		c.Warnings = append(c.Warnings, fmt.Sprintf("accuracies are of %d sampled inputs: a perfect sample below n = %d bits refutes nothing; success on all inputs needs n bits, and only an exhaustive check or a witness (falsify) speaks of all inputs", c.Runs, c.N))
	} else {
		c.Warnings = append(c.Warnings, fmt.Sprintf("accuracies are of %d sampled inputs, and say nothing about all inputs", c.Runs))
	}
}

// Sheet lays the curve out for all formats.
func (c *Curve) Sheet() *report.Sheet {
	s := &report.Sheet{Title: fmt.Sprintf("%s, state rounded at the cut, n = %d", c.Model, c.N), Value: c, Warnings: c.Warnings}
	add := func(name, value string) { s.Fields = append(s.Fields, report.Field{Name: name, Value: value}) }
	add("n", strconv.Itoa(c.N))
	add("numbers", strconv.Itoa(c.Numbers))
	add("setting", c.Setting.String())
	trained := fmt.Sprintf("token accuracy %.4f on the inputs of its domain, the dummy's included, unrounded", c.AsTrained)
	if c.Reported != nil {
		trained += fmt.Sprintf("; training reported %.4f", *c.Reported)
	}
	add("as trained", trained)
	add("intervals", fmt.Sprintf("%d inputs, each interval at confidence 1 - %.0e (Hoeffding)", c.Runs, 1-c.Confidence))
	g := report.Grid{Columns: []report.Column{{Name: "p", Right: true}, {Name: "bits", Right: true}, {Name: "messages", Right: true}, {Name: "of", Right: true},
		{Name: "accuracy", Right: true}, {Name: "low", Right: true}, {Name: "high", Right: true}, {Name: "at most", Right: true}}}
	for _, p := range c.Points {
		best, of := "", strconv.FormatUint(p.Of, 10)
		if p.Optimum != nil {
			best = fmt.Sprintf("%.4f", *p.Optimum)
		}
		if p.Exact {
			of = "all " + of
		}
		g.Add(p.Name(), strconv.Itoa(p.Bits), strconv.FormatUint(p.Messages, 10), of,
			fmt.Sprintf("%.4f", p.Accuracy), fmt.Sprintf("%.4f", p.Low), fmt.Sprintf("%.4f", p.High), best)
	}
	s.Grids = append(s.Grids, g)
	return s
}

// Picture is what the plot shows; command is the line that draws it.
func (c *Curve) Picture(command string) plot.AccuracyCurve {
	p := plot.AccuracyCurve{Title: fmt.Sprintf("%s at n = %d: state rounded at the cut", c.Model, c.N), Command: command, N: c.N}
	if c.Setting == protocol.OneWay {
		p.Optimum = func(bits int) float64 { return Optimum(c.N, bits) }
	}
	for _, pt := range c.Points {
		p.Points = append(p.Points, plot.AccuracyPoint{
			Bits: pt.Bits, Accuracy: pt.Accuracy, Low: pt.Low, High: pt.High, Messages: pt.Messages, Of: pt.Of, All: pt.Exact,
		})
	}
	return p
}
