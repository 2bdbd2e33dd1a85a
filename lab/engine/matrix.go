package engine

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"crosscut/protocol/bounds"
	"crosscut/protocol/bounds/check"
	"crosscut/protocol/problems"
)

// matrixRequest names a matrix: of a problem at size n, or drawn as rows of 0, 1
// and *.
type matrixRequest struct {
	Problem string   `json:"problem"`
	N       int      `json:"n"`
	Rows    []string `json:"rows"`
}

// matrixAnswer is the report that `crosscut bounds` prints, the matrix, and the
// evidence behind the report, which a checker verified.
type matrixAnswer struct {
	Report  json.RawMessage `json:"report"`
	Command string          `json:"command"`
	File    string          `json:"file"` // the matrix file that the command reads, when drawn
	Rows    []string        `json:"rows"`
	RowName []string        `json:"row_names"`
	ColName []string        `json:"col_names"`
	// Tree is an optimal protocol tree, as certificates write it; inputs count from 0.
	Tree json.RawMessage `json:"tree"`
	// Evidence lists what the checker accepted: by measure, value and end.
	Evidence []check.Claim `json:"evidence"`
	Checked  int           `json:"checked"` // claims that the separate checker verified
	LeftOut  []string      `json:"left_out"`
}

// What the Matrix room draws.
const (
	mostLines = 32
	cutTime   = 900 * time.Millisecond // for the analysis; what is open then is an interval
)

var _ = operate("matrix", func(ctx context.Context, q matrixRequest) (any, error) {
	a := &matrixAnswer{LeftOut: []string{}, Evidence: []check.Claim{}}
	var m *bounds.Matrix
	var err error
	opts := bounds.Options{Time: cutTime, MaxMemory: 64 << 20}
	switch {
	case q.Problem != "" && len(q.Rows) > 0:
		return nil, bad("", "a problem and rows contradict each other")
	case q.Problem != "":
		p, err := get(problems.Catalog(), q.Problem)
		if err != nil {
			return nil, err
		}
		if q.N < 1 {
			return nil, bad("", "n = %d: want at least 1", q.N)
		}
		if q.N > mostLines || p.XBits(q.N) > 5 || p.Ys(q.N) > mostLines || p.Ys(q.N) < 1 {
			return nil, tooLarge(fmt.Sprintf("choose a smaller n, or run crosscut bounds --problem %s --n %d", p.Name, q.N), "%s at n = %d has more than %d rows or columns", p.Name, q.N, mostLines)
		}
		if m, err = bounds.FromProblem(p, q.N); err != nil {
			return nil, err
		}
		opts.Problem, opts.N = p.Name, q.N
		a.Command = fmt.Sprintf("crosscut bounds --problem %s --n %d", p.Name, q.N)
		for i := range m.Rows() {
			a.RowName = append(a.RowName, p.X(q.N, i).String())
		}
		for j := range m.Cols() {
			a.ColName = append(a.ColName, p.ShowY(q.N, p.Y(q.N, j)))
		}
	case len(q.Rows) > 0:
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
		if m, err = bounds.Parse(strings.NewReader(a.File)); err != nil {
			return nil, err
		}
		a.Command = "crosscut bounds --matrix drawn.txt"
		for i := range m.Rows() {
			a.RowName = append(a.RowName, itoa(i+1))
		}
		for j := range m.Cols() {
			a.ColName = append(a.ColName, itoa(j+1))
		}
	default:
		return nil, bad("", "name a problem, or give rows")
	}
	r, err := bounds.Analyze(ctx, m, opts)
	if err != nil {
		return nil, contradicted(err)
	}
	if a.Report, err = encode(r); err != nil {
		return nil, err
	}
	a.Rows = m.Lines()
	a.Tree = json.RawMessage("null")
	if r.Tree != nil {
		if a.Tree, err = encode(r.Tree); err != nil {
			return nil, err
		}
	}
	c, left, err := r.Certificate(ctx, opts.Problem, opts.N)
	if err != nil {
		return nil, contradicted(err)
	}
	a.LeftOut = list(left)
	a.Checked = len(c.Claims)
	for _, claim := range c.Claims {
		if claim.Measure != check.Deterministic { // its tree stands above, and its refutation is long
			a.Evidence = append(a.Evidence, claim)
		}
	}
	return a, nil
})

func contradicted(err error) error {
	var c *bounds.Contradiction
	if errors.As(err, &c) {
		return &Refusal{Bug, err.Error(), "this is a bug of Crosscut"}
	}
	return err
}
