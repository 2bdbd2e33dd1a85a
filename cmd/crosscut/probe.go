package main

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"

	"crosscut/protocol"
	"crosscut/protocol/bounds"
	"crosscut/protocol/bounds/curve"
	"crosscut/protocol/problems"
	"crosscut/report"
)

// probe writes a probe, or grades one.
func (c *call) probe(from string) error {
	if c.IsSet("write-probe") && c.IsSet("grade") {
		return usagef("write it, have it answered, then grade it", "flags --write-probe and --grade exclude each other")
	}
	if err := c.refuse("a probe is no curve", "ask for one of them", "certificate", "svg"); err != nil {
		return err
	}
	name, set, source, err := c.probeSource(from)
	if err != nil {
		return err
	}
	n := c.Int("n")
	if c.IsSet("write-probe") {
		p, err := source.NewProbe(name, n, set, c.Uint64("seed"), c.Int("runs"))
		if err != nil {
			return usagef("", "flag --runs: %v", err)
		}
		if err := writeFile(c.String("write-probe"), func(w io.Writer) error {
			e := json.NewEncoder(w)
			e.SetIndent("", " ")
			return e.Encode(p)
		}); err != nil {
			return err
		}
		value := map[string]any{"problem": name, "n": n, "items": len(p.Items), "entropy_bits": p.Entropy, "seed": p.Seed, "file": c.String("write-probe")}
		return c.emit(&report.Sheet{Title: "a probe of " + name, Value: value, Fields: []report.Field{
			{Name: "items", Value: strconv.Itoa(len(p.Items))}, {Name: "entropy", Value: fmt.Sprintf("%.4f bits in every x", p.Entropy)}, {Name: "how", Value: p.How}}})
	}
	if err := c.refuse("the probe has its own", "leave it out", "runs", "seed"); err != nil {
		return err
	}
	raw, err := c.readFile("grade")
	if err != nil {
		return err
	}
	p, err := curve.ReadProbe(raw)
	if err != nil {
		return fmt.Errorf("%s: %w", c.String("grade"), err)
	}
	if p.Problem != name || p.N != n || fmt.Sprint(p.Set) != fmt.Sprint(set) {
		return usagef("give --problem, --n and --set as they were", "%s: a probe of %s, and the flags say %s", c.String("grade"), asked(p.Problem, p.N, p.Set), asked(name, n, set))
	}
	g, err := source.Grade(p)
	if err != nil {
		return usagef("what answers an item goes into its field \"answer\", in the file that --write-probe wrote", "%s: %v", c.String("grade"), err)
	}
	return c.emit(gradeSheet(g))
}

// asked names a problem with its size and, where there are any, its parameters.
func asked(name string, n int, set map[string]int) string {
	s := fmt.Sprintf("%s at n = %d", name, n)
	for _, k := range slices.Sorted(maps.Keys(set)) {
		s += fmt.Sprintf(", %s = %d", k, set[k])
	}
	return s
}

// probeSource is what --problem or --file, --n and --set draw questions from.
func (c *call) probeSource(from string) (name string, set map[string]int, s *curve.Source, err error) {
	switch {
	case from == "matrix":
		return "", nil, nil, usagef("take --problem or --file", "flag --matrix: its rows have no names that a summariser could be shown")
	case !c.IsSet("n") || c.Int("n") < 1 || c.Int("n") > 1<<16:
		return "", nil, nil, usagef("give the size, such as --n 16", "flag --n: a probe needs a size in 1..65536")
	case from == "file":
		return c.fileSource()
	}
	p, err := problems.Catalog().Get(c.String("problem"))
	if err != nil {
		return "", nil, nil, fmt.Errorf("flag --problem: %w", err)
	}
	if p, err = c.problemSizes(p); err != nil {
		return "", nil, nil, err
	}
	set = map[string]int{}
	for _, size := range p.Sizes {
		set[size.Name] = size.Value
	}
	s, err = curve.ProblemSource(p, c.Int("n"))
	return p.Name, set, s, err
}

// fileSource draws from a Starlark file, whose problem is written out as a matrix.
func (c *call) fileSource() (string, map[string]int, *curve.Source, error) {
	f, err := c.script()
	if err != nil {
		return "", nil, nil, err
	}
	defer f.Close()
	n := c.Int("n")
	rows, err := f.Matrix(n)
	if err != nil {
		return "", nil, nil, err
	}
	m, err := bounds.New(len(rows), len(rows[0]), func(i, j int) (int, bool) { return rows[i][j].Value, rows[i][j].Defined })
	if err != nil {
		return "", nil, nil, err
	}
	p, err := f.Problem()
	if err != nil {
		return "", nil, nil, err
	}
	xs, ys := p.Domain(n, protocol.Alice), p.Domain(n, protocol.Bob)
	s := curve.MatrixSource(m, func(k int) any { return xs.JSON(xs.Nth(k)) }, func(k int) any { return ys.JSON(ys.Nth(k)) },
		func(i, j int) protocol.Value { return rows[i][j].Is })
	return p.Name, map[string]int{}, s, nil
}

func gradeSheet(g *curve.Grade) *report.Sheet {
	show := func(v *float64) string {
		if v == nil {
			return "not known"
		}
		return fmt.Sprintf("%.2f of %.2f", *v, g.Entropy)
	}
	return &report.Sheet{Title: fmt.Sprintf("a graded probe of %s at n = %d", g.Problem, g.N), Warnings: g.Warnings, Value: g, Fields: []report.Field{
		{Name: "right", Value: fmt.Sprintf("%d of %d", g.Right, g.Items)},
		{Name: "accuracy", Value: fmt.Sprintf("%.4f, in %.4f..%.4f at confidence %v (exact)", g.Accuracy, g.Low, g.High, g.Confidence)},
		{Name: "bits recovered", Value: show(g.Estimate)},
		{Name: "at least", Value: show(g.AtLeast) + ", from the low end of the interval: a summary that holds fewer is not that often right (Fano)"},
	}}
}
