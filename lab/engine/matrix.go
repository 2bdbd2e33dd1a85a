package engine

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"crosscut/models/run"
	"crosscut/models/tasks"
	"crosscut/protocol/bounds"
	"crosscut/protocol/bounds/check"
	"crosscut/protocol/problems"
	"crosscut/reductions/matrix"
)

// matrixRequest names a matrix: of a problem at size n, of a task at length n, or
// drawn as rows of 0, 1 and *.
type matrixRequest struct {
	Problem string   `json:"problem"`
	Task    string   `json:"task"`
	N       int      `json:"n"`
	Set     settings `json:"set"`   // of a task
	Split   string   `json:"split"` // of a task
	Rows    []string `json:"rows"`
}

// matrixAnswer is what `crosscut bounds` prints (without gamma_2 and the best
// discrepancy, which floating point finds and which would differ between machines),
// the matrix, and the evidence behind
// the numbers, which the separate checker verified.
type matrixAnswer struct {
	Report  json.RawMessage `json:"report"`
	File    string          `json:"file"` // the matrix file that the command reads, when drawn
	Rows    []string        `json:"rows"`
	RowName []string        `json:"row_names"`
	ColName []string        `json:"col_names"`
	// Tree is an optimal protocol tree, as certificates write it; inputs count from 0.
	Tree json.RawMessage `json:"tree"`
	// Evidence lists what the checker accepted: by measure, value and end.
	Evidence []check.Claim `json:"evidence"`
	Checked  int           `json:"checked"` // claims that the separate checker verified
}

// What the Matrix room draws.
const (
	mostLines = 64
	cutTime   = 900 * time.Millisecond // for the analysis; what is open then is an interval
)

var _ = operate("matrix", func(ctx context.Context, q matrixRequest) (any, error) {
	a := &matrixAnswer{Evidence: []check.Claim{}, RowName: []string{}, ColName: []string{}}
	res := &matrix.Result{}
	opts := bounds.Options{Time: cutTime, MaxMemory: 64 << 20, NoFloats: true}
	var m *bounds.Matrix
	var err error
	named := 0
	for _, given := range []bool{q.Problem != "", q.Task != "", len(q.Rows) > 0} {
		if given {
			named++
		}
	}
	switch {
	case named != 1:
		return nil, bad("", "name a problem or a task, or give rows")
	case q.Problem != "":
		m, err = a.ofProblem(q, res, &opts)
	case q.Task != "":
		m, err = a.ofTask(ctx, q, res)
	default:
		m, err = a.drawn(q, res)
	}
	if err != nil {
		return nil, err
	}
	res.Command += " --time " + cutTime.String()
	r, err := bounds.Analyze(ctx, m, opts)
	if err != nil {
		return nil, err
	}
	res.Analysed(r)
	if a.Report, err = encode(res); err != nil {
		return nil, err
	}
	a.Rows = m.Lines()
	a.Tree = json.RawMessage("null")
	if r.Tree != nil {
		if a.Tree, err = encode(r.Tree); err != nil {
			return nil, err
		}
	}
	c, _, err := r.Certificate(ctx, opts.Problem, opts.N)
	if err != nil {
		return nil, err
	}
	a.Checked = len(c.Claims)
	for _, claim := range c.Claims {
		if claim.Measure != check.Deterministic { // its tree stands above, and its refutation is long
			a.Evidence = append(a.Evidence, claim)
		}
	}
	return a, nil
})

func (a *matrixAnswer) ofProblem(q matrixRequest, res *matrix.Result, opts *bounds.Options) (*bounds.Matrix, error) {
	p, err := get(problems.Catalog(), q.Problem)
	if err != nil {
		return nil, err
	}
	if q.N < 1 {
		return nil, bad("", "n = %d: want at least 1", q.N)
	}
	if q.N > mostLines || len(p.Domains(q.N)) != 2 || p.XBits(q.N) > 6 || p.Ys(q.N) > mostLines || p.Ys(q.N) < 1 {
		return nil, tooLarge(fmt.Sprintf("choose a smaller n, or run crosscut bounds --problem %s --n %d", p.Name, q.N), "%s at n = %d has more than %d rows or columns", p.Name, q.N, mostLines)
	}
	m, err := bounds.FromProblem(p, q.N)
	if err != nil {
		return nil, err
	}
	if p.YesNo() && len(p.Sizes) == 0 { // else the entries stand in the certificate
		opts.Problem, opts.N = p.Name, q.N
	}
	res.Source = fmt.Sprintf("%s, n = %d", p.Name, q.N)
	res.Command = fmt.Sprintf("crosscut bounds --problem %s --n %d", p.Name, q.N)
	res.Names = matrix.ProblemNames(p, q.N)
	a.name(m, res.Names)
	return m, nil
}

func (a *matrixAnswer) ofTask(ctx context.Context, q matrixRequest, res *matrix.Result) (*bounds.Matrix, error) {
	task, err := get(tasks.Catalog(), q.Task)
	if err != nil {
		return nil, err
	}
	if err := within("N", q.N, 12); err != nil {
		return nil, err
	}
	set, err := q.Set.models(1)
	if err != nil {
		return nil, err
	}
	sh, err := task.Shape(q.N, set.Num)
	if err != nil {
		return nil, err
	}
	job, err := run.ParseJob(sh, q.Split, "", "")
	if err != nil {
		return nil, err
	}
	cut, err := matrix.NewCut(sh, job.Split, job.Read)
	if err != nil {
		return nil, err
	}
	if cut.Rows() > mostLines || cut.Cols() > mostLines {
		return nil, tooLarge("make N or M smaller, or give a player fewer tokens", "%d rows and %d columns; the lab draws %d of each", cut.Rows(), cut.Cols(), mostLines)
	}
	table, err := cut.Tabulate(ctx, nil)
	if err != nil {
		return nil, err
	}
	profile, err := cut.Profile(ctx, nil)
	if err != nil {
		return nil, err
	}
	m, err := table.Matrix(table.Rows)
	if err != nil {
		return nil, err
	}
	*res = *cut.Result(ctx, table, profile)
	res.Command = "crosscut bounds --task " + task.Name + " --n " + itoa(q.N) + q.Set.flags()
	if q.Split != "" {
		res.Command += " --split " + q.Split
	}
	a.name(m, res.Names)
	return m, nil
}

func (a *matrixAnswer) name(m *bounds.Matrix, names bounds.InputNames) {
	for i := range m.Rows() {
		a.RowName = append(a.RowName, names.Row(i))
	}
	for j := range m.Cols() {
		a.ColName = append(a.ColName, names.Col(j))
	}
}

func (a *matrixAnswer) drawn(q matrixRequest, res *matrix.Result) (*bounds.Matrix, error) {
	if len(q.Rows) > mostLines {
		return nil, tooLarge("draw fewer rows", "%d rows; the most is %d", len(q.Rows), mostLines)
	}
	for i, row := range q.Rows {
		if len(row) > mostLines {
			return nil, tooLarge("draw fewer columns", "row %d has %d entries; the most is %d", i+1, len(row), mostLines)
		}
		if strings.Trim(row, "01*") != "" || row == "" {
			return nil, bad("entries are 0, 1 and *", "row %d is %q", i+1, row)
		}
	}
	a.File = strings.Join(q.Rows, "\n") + "\n"
	m, err := bounds.Parse(strings.NewReader(a.File))
	if err != nil {
		return nil, err
	}
	res.Source, res.Command = "matrix of drawn.txt", "crosscut bounds --matrix drawn.txt"
	number := func(i int) string { return itoa(i + 1) }
	a.name(m, bounds.InputNames{Row: number, Col: number})
	return m, nil
}
