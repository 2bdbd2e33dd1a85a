package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"crosscut/reductions/quantise"
	"crosscut/report/plot"
)

var _ = register(&command{
	name:  "quantise",
	usage: "accuracy of a trained model against the bits of its message",
	about: "Rounds the state at the cut to p bits a number, on ranges that were fixed on inputs drawn with --seed, and measures mean token accuracy and the " +
		"number of different messages: exhaustively for n up to 20. Beside it stands the largest mean accuracy of any one-way message of as many bits, " +
		"1 - H2^-1(1 - B/n). A point that lies wholly above it exits 3. A sample says nothing about all inputs.",
	flags: flags(
		weightsFlag(),
		&cli.StringFlag{Name: "bits", Value: "1:32", Usage: "precisions `FROM:TO` or a list 1,2,4, within 1..32"},
		&cli.IntFlag{Name: "runs", Value: 2048, Usage: "sampled inputs behind every accuracy"},
		&cli.StringFlag{Name: "svg", Usage: "draw accuracy against bits into `FILE`"},
		seedFlag(), memoryFlag(),
	),
	run: func(c *call) error {
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
		var picture string
		if c.IsSet("svg") {
			if picture, err = plot.Format(c.String("svg")); err != nil {
				return usagef("name a file.svg", "flag --svg: %v", err)
			}
		}
		curve, err := quantise.Measure(c.Context, m, precisions, quantise.Options{Runs: c.Int("runs"), Seed: c.Uint64("seed"), Progress: c.progress("quantise")})
		if err != nil && (c.Context.Err() == nil || curve == nil || len(curve.Points) == 0) {
			return err
		}
		if err == nil && picture != "" {
			write := func(w io.Writer) error { return plot.Accuracy(w, picture, curve.Picture(c.command())) }
			if err := writeFile(c.String("svg"), write); err != nil {
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
				return internal(fmt.Errorf("contradiction: p = %d: accuracy %.4f (at least %.4f) with %d bits about n = %d, where no message has more than %.4f",
					p.P, p.Accuracy, p.Low, p.Bits, curve.N, *p.Optimum))
			}
		}
		return nil
	},
})

// parseBits reads precisions: FROM:TO, or a list without repetition.
func parseBits(s string) ([]int, error) {
	one := func(w string) (int, error) {
		p, err := strconv.Atoi(strings.TrimSpace(w))
		if err != nil || p < 1 || p > 32 {
			return 0, fmt.Errorf("%q is no precision in 1..32", w)
		}
		return p, nil
	}
	if lo, hi, ok := strings.Cut(s, ":"); ok {
		from, err := one(lo)
		if err != nil {
			return nil, err
		}
		to, err := one(hi)
		if err != nil {
			return nil, err
		}
		if to < from {
			return nil, fmt.Errorf("%d is below %d", to, from)
		}
		var ps []int
		for p := from; p <= to; p++ {
			ps = append(ps, p)
		}
		return ps, nil
	}
	var ps []int
	for _, w := range strings.Split(s, ",") {
		p, err := one(w)
		if err != nil {
			return nil, err
		}
		if len(ps) > 0 && p <= ps[len(ps)-1] {
			return nil, fmt.Errorf("%d after %d: want an increasing list", p, ps[len(ps)-1])
		}
		ps = append(ps, p)
	}
	return ps, nil
}
