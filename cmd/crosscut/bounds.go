package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/big"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"crosscut/models/run"
	"crosscut/models/tasks"
	"crosscut/protocol/bounds"
	"crosscut/protocol/bounds/check"
	"crosscut/protocol/bounds/named"
	"crosscut/protocol/problems"
	"crosscut/reductions/matrix"
	"crosscut/reductions/script"
	"crosscut/report/plot"
)

var _ = register(&command{
	name:  "bounds",
	usage: "a communication matrix and every bound on it",
	about: "Tabulates f(x, y), Alice's inputs in rows and Bob's in columns, and computes every measure as an interval that is exact where its ends meet. " +
		"The matrix comes from a problem, a matrix of the literature by name, a file of rows, a user's Starlark file, or a task: there Alice's tokens are the rows, Bob's the columns, " +
		"and public tokens are fixed, each to the first that the task allows (one-way costs of a prefix bound recurrent models; a public read token makes an attention layer one-way). --split best tries half and every prefix, and takes the one at which Alice holds the largest INDEX. " +
		"--census counts all matrices of one shape by D(f). --time ends the search, --time 0s lets it run; what is printed is true either way.",
	args: "[COLUMNS]", maxArgs: 1,
	flags: append(unitFlags("with --census: "),
		&cli.StringFlag{Name: "problem", Usage: "a base problem by `NAME`"},
		nFlag("size n of --problem, --named and --file, sequence length N of --task"),
		&cli.StringFlag{Name: "named", Usage: "a matrix of the literature by `NAME` (crosscut list matrices)"},
		&cli.StringFlag{Name: "matrix", Usage: "read the rows from `FILE`"},
		fileFlag("a Starlark `FILE` with problem"),
		taskFlag(), setFlag(), splitFlag(), readFlag(),
		&cli.BoolFlag{Name: "one-way", Usage: "only count the rows: what Alice sends when she speaks once; of a task with memory linear in the rows"},
		&cli.StringFlag{Name: "census", Usage: "count all matrices of `R C` rows and columns (also 5x5)"},
		&cli.StringFlag{Name: "merge", Usage: "with --census: as crosscut merge, `FILES` separated by commas"},
		&cli.StringFlag{Name: "error", Usage: "also what public-coin protocols of error `E` need: 1/3, or 1/3,1/10 (approximate gamma_2, corruption, smooth rectangles)"},
		&cli.StringFlag{Name: "certificate", Usage: "write the evidence to `FILE`, for crosscut check"},
		&cli.StringFlag{Name: "tree", Usage: "draw the protocol tree to `FILE`: .svg, .dot, or .txt"},
		&cli.StringFlag{Name: "svg", Usage: "draw the matrix, or the census, to `FILE`: .svg, .png or .pdf"},
		&cli.DurationFlag{Name: "time", Value: 10 * time.Second, Usage: "search no longer than `D` (30s, 2m)"},
		memoryFlag(), stepsFlag(),
	),
	run: func(c *call) error {
		from, err := c.one("problem", "named", "matrix", "task", "file", "census")
		if err != nil {
			return err
		}
		if err := c.only(from); err != nil {
			return err
		}
		switch from {
		case "census":
			return c.census()
		case "task":
			return c.boundsOfTask()
		}
		ctx, cancel := c.within() // reading counts
		defer cancel()
		m, res, opts, err := c.namedMatrix(ctx, from)
		if err = c.inTime(ctx, err); err != nil {
			return err
		}
		if c.Bool("one-way") {
			return c.emit(matrix.CountRows(ctx, m, res.Source).Sheet())
		}
		return c.analyse(ctx, m, res, opts, nil)
	},
})

// within is a context that ends when --time is over; 0 is no limit. A command
// without the flag has none.
func (c *call) within() (context.Context, context.CancelFunc) {
	if d := c.Duration("time"); d > 0 {
		return context.WithTimeout(c.Context, d)
	}
	return c.Context, func() {}
}

// inTime is an error of reading or tabulating a matrix, before which nothing is known: an interrupt, or that --time is over.
func (c *call) inTime(ctx context.Context, err error) error {
	switch {
	case c.Context.Err() != nil:
		return c.Context.Err()
	case err != nil && ctx.Err() != nil:
		return usagef("take a smaller size, or raise --time", "to read or tabulate the matrix takes longer than %v", c.Duration("time"))
	}
	return err
}

// unnoticed is how many entries are read or tabulated even when time is over: it takes no time that anybody would notice.
const unnoticed = 1 << 16

// tabulate makes a matrix of so many entries, one that is not small before ctx ends.
func tabulate(ctx context.Context, entries int, work func() (*bounds.Matrix, error)) (*bounds.Matrix, error) {
	if entries <= unnoticed {
		return work()
	}
	return await(ctx, work)
}

// await does work that does not ask whether ctx has ended; when it has, it does not wait for what is made.
func await[T any](ctx context.Context, work func() (T, error)) (made T, err error) {
	type result struct {
		made  T
		err   error
		panic any
	}
	done := make(chan result, 1)
	go func() {
		var r result
		defer func() {
			r.panic = recover()
			done <- r
		}()
		r.made, r.err = work()
	}()
	select {
	case r := <-done:
		if r.panic != nil {
			panic(r.panic)
		}
		return r.made, r.err
	case <-ctx.Done():
		return made, ctx.Err()
	}
}

// only refuses flags that the kind of matrix would ignore.
func (c *call) only(from string) error {
	takes := map[string][]string{
		"n": {"problem", "named", "task", "file"}, "set": {"problem", "task", "file"}, "split": {"task"}, "read": {"task"}, "one-way": {"problem", "named", "matrix", "task", "file"},
		"shard": {"census"}, "resume": {"census"}, "merge": {"census"},
		"certificate": {"problem", "named", "matrix", "task", "file"}, "tree": {"problem", "named", "matrix", "task", "file"}, "max-steps": {"task"},
		"error": {"problem", "named", "matrix", "task", "file"},
	}
	for name, of := range takes {
		if !slices.Contains(of, from) {
			if err := c.refuse("it means nothing with --"+from, "it goes with --"+strings.Join(of, ", --"), name); err != nil {
				return err
			}
		}
	}
	if c.Bool("one-way") {
		if err := c.refuse("--one-way only counts rows", "leave one of the two out", "certificate", "error", "svg", "tree"); err != nil {
			return err
		}
	}
	if from != "census" && c.argument(0) != "" {
		return usagef("crosscut bounds takes flags", "unexpected argument %q", c.argument(0))
	}
	return nil
}

// namedMatrix is the matrix of a problem, a file of rows, or a Starlark file.
func (c *call) namedMatrix(ctx context.Context, from string) (*bounds.Matrix, *matrix.Result, bounds.Options, error) {
	res := &matrix.Result{}
	var opts bounds.Options
	if from == "matrix" {
		data, err := c.readFile("matrix")
		if err != nil {
			return nil, nil, opts, err
		}
		words := 0 // of the first row, before it is overwritten
		for line := range bytes.Lines(data) {
			text, _, _ := bytes.Cut(line, []byte("#"))
			if words = len(bytes.Fields(text)); words > 0 {
				break
			}
		}
		m, err := tabulate(ctx, len(data), func() (*bounds.Matrix, error) { return bounds.ParseBytes(data) })
		if err != nil {
			return nil, nil, opts, fmt.Errorf("%s: %w", c.String("matrix"), err)
		}
		if words > 1 && m.Cols() > words {
			fmt.Fprintf(c.stderr, "warning: %s: every digit is an entry, %d in a row; write commas between integers such as 10\n", c.String("matrix"), m.Cols())
		}
		res.Source = "matrix of " + c.String("matrix")
		return m, res, opts, nil
	}
	if !c.IsSet("n") {
		return nil, nil, opts, usagef("give the size, such as --n 4", "flag --n is missing")
	}
	n := c.Int("n")
	if from == "named" {
		return c.familyMatrix(ctx, n)
	}
	if from == "file" {
		f, err := c.scriptUntil(ctx)
		var rows [][]script.Entry
		if err == nil {
			defer f.Close()
			rows, err = f.Matrix(n, func(bytes uint64) error {
				return c.need(bytes, fmt.Sprintf("the matrix of %s at n = %d", c.String("file"), n))
			})
		}
		if err != nil {
			return nil, nil, opts, err
		}
		m, err := bounds.New(len(rows), len(rows[0]), func(i, j int) (int, bool) { return rows[i][j].Value, rows[i][j].Defined })
		res.Source = fmt.Sprintf("problem of %s, n = %d", c.String("file"), n)
		return m, res, opts, err
	}
	p, err := problems.Catalog().Get(c.String("problem"))
	if err != nil {
		return nil, nil, opts, fmt.Errorf("flag --problem: %w", err)
	}
	if p, err = c.problemSizes(p); err != nil {
		return nil, nil, opts, err
	}
	entries := 0
	if n >= 1 && p.XBits(n) <= 40 && p.YBits(n) <= 40 { // beyond, FromProblem refuses
		entries = min(p.Ys(n), 1<<22) << min(p.XBits(n), 22)
		if err := c.need(uint64(p.Ys(n))<<p.XBits(n)/8*3, fmt.Sprintf("the matrix of %s at n = %d", p.Name, n)); err != nil {
			return nil, nil, opts, err
		}
		if max(p.XBits(n), p.YBits(n)) < 22 {
			if err := c.certifiable(entries); err != nil {
				return nil, nil, opts, err
			}
		}
	}
	m, err := tabulate(ctx, entries, func() (*bounds.Matrix, error) { return bounds.FromProblem(p, n) })
	res.Source, res.Names = fmt.Sprintf("%s, n = %d", p.Name, n), matrix.ProblemNames(p, n)
	opts.Factors = bounds.Factors(p, n)
	if p.YesNo() && len(p.Sizes) == 0 { // else the entries stand in the certificate
		opts.Problem, opts.N = p.Name, n
	}
	return m, res, opts, err
}

// problemSizes is a problem at the parameters of --set.
func (c *call) problemSizes(p *problems.Problem) (*problems.Problem, error) {
	num, choice, err := c.settings()
	if err != nil {
		return nil, err
	}
	set := map[string]int{}
	for name, v := range num {
		if v != math.Trunc(v) || math.Abs(v) > 1<<31 {
			return nil, usagef("", "flag --set: %s = %v must be a whole number", name, v)
		}
		set[name] = int(v)
	}
	for name, v := range choice {
		return nil, usagef("the parameters of a problem are numbers", "flag --set: %s = %q", name, v)
	}
	q, err := p.With(set)
	if err != nil {
		return nil, fmt.Errorf("flag --set: %w", err)
	}
	return q, nil
}

// familyMatrix is a matrix of the literature at size n.
func (c *call) familyMatrix(ctx context.Context, n int) (*bounds.Matrix, *matrix.Result, bounds.Options, error) {
	f, err := named.Catalog().Get(c.String("named"))
	if err != nil {
		return nil, nil, bounds.Options{}, fmt.Errorf("flag --named: %w", err)
	}
	entries := 0
	if n >= f.Least && n <= f.Most { // beyond, Matrix refuses
		rows, cols := f.Lines(n)
		entries = rows * cols
		if err := c.need(uint64(rows)*uint64(cols)/8*3, fmt.Sprintf("the matrix of %s at n = %d", f.Name, n)); err != nil {
			return nil, nil, bounds.Options{}, err
		}
	}
	m, err := tabulate(ctx, entries, func() (*bounds.Matrix, error) { return f.Matrix(n) })
	return m, matrix.Named(f, n), bounds.Options{}, err
}

// boundsOfTask analyses the matrix of a task.
func (c *call) boundsOfTask() error {
	task, err := tasks.Catalog().Get(c.String("task"))
	if err != nil {
		return fmt.Errorf("flag --task: %w", err)
	}
	if !c.IsSet("n") {
		return usagef("give the sequence length, such as --n 5", "flag --n is missing")
	}
	num, choice, err := c.settings()
	if err != nil {
		return err
	}
	for name := range choice {
		return usagef("the task's sizes are numbers", "flag --set: %s is no number", name)
	}
	at := func(n int, spec string) (sh tasks.Shape, split tasks.Split, read []int, err error) {
		if sh, err = task.Shape(n, num); err != nil {
			return sh, split, nil, err
		}
		if split, err = sh.ParseSplit(spec); err != nil {
			return sh, split, nil, fmt.Errorf("flag --split: %w", err)
		}
		if read, err = run.ParseRead(sh, c.String("read")); err != nil {
			return sh, split, nil, fmt.Errorf("flag --read: %w", err)
		}
		return sh, split, read, nil
	}
	trial := matrix.Trial{At: at, Allow: c.allow("the matrix")}
	ctx, cancel := c.within()
	defer cancel()
	spec, tried := c.String("split"), []matrix.Tried(nil)
	if spec == "best" {
		if err := c.refuse("--split best searches matrices", "name one split", "one-way"); err != nil {
			return err
		}
		if spec, tried, err = c.bestSplit(ctx, trial); err != nil {
			return err
		}
	}
	sh, split, read, err := at(c.Int("n"), spec)
	if err != nil {
		return err
	}
	cut, err := matrix.NewCut(sh, split, read)
	if err != nil {
		return err
	}
	effort := cut.Effort()
	if c.Bool("one-way") {
		effort.Bytes = 12 * float64(cut.Rows())
	}
	if err := c.allow("the matrix")(effort); err != nil {
		return err
	}
	if c.Bool("one-way") {
		if !c.IsSet("time") { // there is no search that it would end
			ctx = c.Context
		}
		found, err := cut.OneWay(ctx)
		if err = c.inTime(ctx, err); err != nil {
			return err
		}
		return c.emit(cut.NewOneWay(found).Sheet())
	}
	until := ctx
	if rows := cut.Rows(); rows <= unnoticed && rows*cut.Cols() <= unnoticed {
		until = c.Context
	}
	table, err := cut.Tabulate(until, c.progress("entries"))
	if err = c.inTime(until, err); err != nil {
		return err
	}
	profile, err := cut.Profile(until, c.progress("profile"))
	if err = c.inTime(until, err); err != nil {
		return err
	}
	m, err := table.Matrix(table.Rows)
	if err != nil {
		return err
	}
	res := cut.Result(ctx, table, profile)
	if tried != nil {
		res.Best, res.Tried = spec, tried
	}
	return c.analyse(ctx, m, res, bounds.Options{}, func(ctx context.Context) { res.Longer(ctx, trial, spec) })
}

// bestSplit searches the splits for half of the time.
func (c *call) bestSplit(ctx context.Context, trial matrix.Trial) (string, []matrix.Tried, error) {
	if d := c.Duration("time"); d > 0 {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, d/2)
		defer cancel()
	}
	spec, tried, err := trial.Best(ctx, c.Int("n"))
	if c.Context.Err() != nil {
		return "", nil, c.Context.Err()
	}
	if errors.Is(err, matrix.ErrManyValued) {
		return "", nil, usagef("name a split; any works for a task of many values", "flag --split: %v", err)
	}
	if err != nil {
		return "", nil, usagef("take a smaller N, raise --time, or name a split", "flag --split: %v", err)
	}
	return spec, tried, nil
}

// analyse computes every bound within ctx, prints it, and writes the certificate. then, if
// not nil, uses the time that is left, a quarter at least.
func (c *call) analyse(ctx context.Context, m *bounds.Matrix, res *matrix.Result, opts bounds.Options, then func(context.Context)) error {
	limit, err := c.memoryLimit()
	if err != nil {
		return err
	}
	if _, err := c.treeFormat(bounds.InputNames{}); err != nil {
		return err
	}
	if k := max(m.Rows(), m.Cols()); c.IsSet("svg") && k > plot.MaxHeat {
		return usagef("take a smaller size", "flag --svg: a side of %d lines, at most %d are drawn", k, plot.MaxHeat)
	}
	if err := c.certifiable(m.Rows() * m.Cols()); err != nil {
		return err
	}
	held := m.Memory()
	if err := c.need(held, "the analysis"); err != nil {
		return err
	}
	if opts.Errors, err = c.errors(); err != nil {
		return err
	}
	if end, ok := ctx.Deadline(); ok {
		opts.Time = max(1, time.Until(end))
	}
	if then != nil {
		opts.Time -= opts.Time / 4
	}
	if c.IsSet("certificate") { // the evidence is checked within the same time
		opts.Time /= 2
	}
	if c.IsSet("max-memory") {
		opts.MaxMemory = int64(limit-held)/2 + 1 // the rest is for other searches, and what the collector has not freed
	}
	stop := c.clock("bounds, % of --time", opts.Time)
	r, err := bounds.Analyze(ctx, m, opts)
	stop()
	if err != nil {
		return err
	}
	res.Analysed(r)
	var lacking error // what was found is printed all the same
	if c.IsSet("certificate") && c.Context.Err() == nil {
		if lacking = c.certify(ctx, r, opts, res); status(lacking) == 3 && c.Context.Err() == nil {
			return lacking
		}
	}
	if c.IsSet("tree") && c.Context.Err() == nil {
		if res.Drawn, err = c.drawTree(m, r.Tree, res.Names); err != nil {
			return err
		}
	}
	if then != nil {
		then(ctx)
	}
	res.Command = c.command()
	if err := c.draw(func(w io.Writer, format string) error { return res.Picture(w, format, m) }); err != nil {
		return err
	}
	if err := c.emit(res.Sheet()); err != nil {
		return err
	}
	return cmp.Or(c.Context.Err(), lacking)
}

// certifiable refuses a certificate of more entries than can be read again or held.
func (c *call) certifiable(entries int) error {
	switch {
	case !c.IsSet("certificate"):
		return nil
	case entries > matrix.MaxCertified:
		return usagef("take a smaller size", "flag --certificate: %d entries, the checker reads at most %d", entries, matrix.MaxCertified)
	}
	return c.need(uint64(entries)*32, "the certificate")
}

// certify writes the evidence to the file of --certificate.
func (c *call) certify(ctx context.Context, r *bounds.Report, opts bounds.Options, res *matrix.Result) error {
	cert, out, err := r.Certificate(ctx, opts.Problem, opts.N)
	if err != nil {
		return err
	}
	res.Checked = &matrix.Certified{Claims: len(cert.Claims), LeftOut: append([]string{}, out...)}
	if len(cert.Claims) == 0 {
		return nil
	}
	res.Checked.File = c.String("certificate")
	return writeFile(res.Checked.File, cert.Write)
}

// errors reads --error.
func (c *call) errors() (all []string, err error) {
	if !c.IsSet("error") {
		return nil, nil
	}
	for e := range strings.SplitSeq(c.String("error"), ",") {
		claim := check.Claim{Error: strings.TrimSpace(e)}
		edge, err := claim.Right()
		if err == nil && edge.Cmp(big.NewRat(1, 1)) == 0 {
			err = errors.New("without an error the cost is D(f)")
		}
		if err == nil && slices.Contains(all, claim.Error) {
			err = fmt.Errorf("%s stands twice", claim.Error)
		}
		if err != nil {
			return nil, usagef("write fractions above 0 and below 1/2, such as --error 1/3,1/10", "flag --error: %v", err)
		}
		all = append(all, claim.Error)
	}
	return all, nil
}

// census counts matrices.
func (c *call) census() error {
	rows, cols, err := c.shape()
	if err != nil {
		return err
	}
	if c.IsSet("merge") {
		if err := c.refuse("--merge computes nothing", "leave it out", "shard", "resume", "time"); err != nil {
			return err
		}
		for name := range strings.SplitSeq(c.String("merge"), ",") {
			r, err := readRecord(name)
			if err != nil {
				return err
			}
			c.merged = append(c.merged, r)
		}
	}
	ctx, cancel := c.Context, func() {}
	if c.IsSet("time") {
		ctx, cancel = c.within()
	}
	defer cancel()
	w, err := bounds.Census(rows, cols, 0)
	if err != nil {
		return err
	}
	got, err := count(c, ctx, w, "census")
	if got == nil {
		return err
	}
	if got.filed {
		return c.Context.Err()
	}
	return c.finishCensus(bounds.CensusOf(rows, cols, got.counts, got.shard, got.done, got.all))
}

// finishCensus draws and prints a census.
func (c *call) finishCensus(r bounds.CensusResult) error {
	if err := c.draw(func(w io.Writer, format string) error { return matrix.CensusPicture(w, format, c.command(), r) }); err != nil {
		return err
	}
	if err := c.emit(matrix.CensusSheet(r)); err != nil {
		return err
	}
	return c.Context.Err()
}

// shape reads R C: --census 5 7, --census 5x7.
func (c *call) shape() (rows, cols int, err error) {
	text := c.String("census")
	if c.argument(0) != "" {
		text += " " + c.argument(0)
	}
	text = strings.Join(strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" ,x", r) }), " ")
	rows, cols, ok := pair(text, " ")
	if !ok {
		return 0, 0, usagef("write --census 5 5 or --census 5x5", "flag --census: %q is not a number of rows and one of columns", text)
	}
	return rows, cols, nil
}

// pair reads two whole numbers.
func pair(s, sep string) (a, b int, ok bool) {
	left, right, ok := strings.Cut(s, sep)
	if !ok {
		return 0, 0, false
	}
	a, err := strconv.Atoi(left)
	b, err2 := strconv.Atoi(right)
	return a, b, err == nil && err2 == nil
}
