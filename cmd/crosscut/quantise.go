package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"crosscut/models/trained"
	"crosscut/reductions/quantise"
	"crosscut/report/plot"
)

var _ = register(&command{
	name:  "quantise",
	usage: "accuracy of a trained model against the bits of its message",
	about: "Rounds the state at the cut to p bits a number, on ranges that were fixed on inputs drawn with --seed, and measures mean token accuracy on sampled inputs, and the " +
		"number of different messages, for n up to 20 on all 2^n inputs (exact). Beside it stands the largest mean accuracy of any one-way message of as many bits, " +
		"1 - H2^-1(1 - B/n). A point that lies wholly above it exits 3. A sample says nothing about all inputs. With --messages FILE --reduction R --n N it rounds the states of a model that is run elsewhere.",
	flags: append(messagesFlags(), flags(
		weightsFlag(),
		&cli.StringFlag{Name: "bits", Value: "1:32", Usage: "precisions `FROM:TO` or a list 1,2,4,bf16,fp16,e4m3,e5m2,int8; bits within 1..32"},
		&cli.BoolFlag{Name: "collide", Usage: "only find the finest of the precisions at which two inputs share a message, and show two"},
		&cli.IntFlag{Name: "runs", Value: 2048, Usage: "sampled inputs behind every accuracy"},
		&cli.StringFlag{Name: "svg", Usage: "draw accuracy against bits into `FILE`"},
		nFlag("with --messages: problem size n"), setFlag(),
		seedFlag(), memoryFlag(),
	)...),
	run: func(c *call) error {
		if c.IsSet("messages") {
			return c.quantiseGiven()
		}
		if err := c.refuse("it belongs to a table of messages", "add --messages FILE", "reduction", "n", "set"); err != nil {
			return err
		}
		m, err := c.weights()
		if err != nil {
			return err
		}
		if m == nil {
			return usagef("name a folder with config.json and model.safetensors", "flag --weights is missing")
		}
		precisions, err := parseBits(c.String("bits"))
		if err != nil {
			return usagef("write 1:32 or 1,2,4,8", "flag --bits: %v", err)
		}
		if r := c.Int("runs"); r < 1 || r > 1<<24 {
			return usagef("", "flag --runs: %d is outside 1..%d", r, 1<<24)
		}
		if err := c.need(uint64(c.Int("runs"))*uint64(m.Shape.N)*128, "keeping the sampled inputs"); err != nil {
			return err
		}
		if c.Bool("collide") {
			return c.collide(m, precisions)
		}
		curve, err := quantise.Measure(c.Context, m, precisions, quantise.Options{Runs: c.Int("runs"), Seed: c.Uint64("seed"), Progress: c.progress("quantise")})
		if err != nil && (c.Context.Err() == nil || curve == nil || len(curve.Points) == 0) {
			return err
		}
		if err == nil {
			draw := func(w io.Writer, format string) error { return plot.Accuracy(w, format, curve.Picture(c.command())) }
			if err := c.draw(draw); err != nil {
				return err
			}
		}
		if e := c.emit(curve.Sheet()); e != nil {
			return e
		}
		if err != nil {
			return err
		}
		for _, p := range curve.Points {
			if p.Beats() {
				return internal(fmt.Errorf("contradiction: p = %s: accuracy %.4f (at least %.4f) with %d bits about n = %d, where no message has more than %.4f",
					p.Name(), p.Accuracy, p.Low, p.Bits, curve.N, *p.Optimum))
			}
		}
		return nil
	},
})

// quantiseGiven rounds the messages of a model that is run elsewhere.
func (c *call) quantiseGiven() error {
	if err := c.refuse("the model is run elsewhere", "leave it out", "weights", "collide", "runs", "seed"); err != nil {
		return err
	}
	c.seedless = true
	in, err := c.elsewhere()
	if err != nil {
		return err
	}
	precisions, err := parseBits(c.String("bits"))
	if err != nil {
		return usagef("write 1:32 or 1,2,4,8", "flag --bits: %v", err)
	}
	g, err := c.given(in)
	if err != nil {
		return err
	}
	if g.Numbers == nil && !c.IsSet("bits") {
		precisions = nil
	}
	f, err := quantise.MeasureGiven(g, precisions)
	if err != nil {
		return usagef("leave --bits out, to see the messages as they are", "%s: %v", c.String("messages"), err)
	}
	if g.Numbers == nil {
		f.Warnings = append(f.Warnings, "the messages are bytes of no stated type, which are not rounded: state dtype, or write numbers")
	}
	if err := c.draw(func(w io.Writer, format string) error { return plot.Success(w, format, f.Picture(c.command())) }); err != nil {
		return err
	}
	return c.emit(f.Sheet())
}

// collide prints the finest precision at which two inputs share a message.
func (c *call) collide(m *trained.Model, precisions []trained.Precision) error {
	if err := c.refuse("no accuracy is measured", "leave one of them out", "runs", "svg"); err != nil {
		return err
	}
	r, err := quantise.Collide(c.Context, m, precisions, c.Uint64("seed"))
	if r != nil {
		if e := c.emit(r.Sheet()); e != nil {
			return e
		}
	}
	return err
}

// parseBits reads precisions: FROM:TO, or a list without repetition, bits in increasing order.
func parseBits(s string) ([]trained.Precision, error) {
	if lo, hi, ok := strings.Cut(s, ":"); ok {
		from, err := trained.ParsePrecision(lo)
		if err != nil {
			return nil, err
		}
		to, err := trained.ParsePrecision(hi)
		if err != nil {
			return nil, err
		}
		if from.Format()+to.Format() != "" || to < from {
			return nil, fmt.Errorf("%s:%s is no range of bits", from, to)
		}
		var ps []trained.Precision
		for p := from; p <= to; p++ {
			ps = append(ps, p)
		}
		return ps, nil
	}
	var ps []trained.Precision
	last := trained.Precision(0)
	for _, w := range strings.Split(s, ",") {
		p, err := trained.ParsePrecision(w)
		if err != nil {
			return nil, err
		}
		if p.Format() == "" && p <= last || slices.Contains(ps, p) {
			return nil, fmt.Errorf("%s after %s: want an increasing list", p, ps[len(ps)-1])
		}
		if p.Format() == "" {
			last = p
		}
		ps = append(ps, p)
	}
	return ps, nil
}
