package atlas

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// names are what an expression may use: the shape, the size of the class, the columns.
func names() []string {
	all := []string{"rows", "cols", "size"}
	for _, c := range Columns {
		all = append(all, c.Name)
	}
	return all
}

// Query is a Starlark expression over the columns of an entry, such as
// D > ceil(log2(rank)) + 1.
type Query struct {
	f      starlark.Callable
	thread *starlark.Thread
}

// maxSteps bounds one evaluation: an expression has no loops to speak of.
const maxSteps = 10_000

// Parse reads an expression. Beside Starlark's own functions there are ceil, floor and
// log2; log2(0) is 0, so that a matrix of rank 0 needs no bits.
func Parse(expression string) (*Query, error) {
	if strings.TrimSpace(expression) == "" {
		return nil, errors.New("no expression")
	}
	q := &Query{thread: &starlark.Thread{Name: "where"}}
	q.thread.SetMaxExecutionSteps(maxSteps)
	lambda := "lambda " + strings.Join(names(), ", ") + ": (" + expression + "\n)"
	v, err := starlark.EvalOptions(&syntax.FileOptions{}, q.thread, "expression", lambda, starlark.StringDict{
		"ceil": number("ceil", math.Ceil), "floor": number("floor", math.Floor), "log2": number("log2", func(x float64) float64 {
			if x == 0 {
				return 0
			}
			return math.Log2(x)
		}),
	})
	if err != nil {
		var at syntax.Error
		if errors.As(err, &at) {
			return nil, fmt.Errorf("%q: %s", expression, at.Msg)
		}
		return nil, fmt.Errorf("%q: %w", expression, err)
	}
	f, ok := v.(starlark.Callable)
	if !ok { // ") or (" and the like
		return nil, fmt.Errorf("%q is not one expression", expression)
	}
	q.f = f
	return q, nil
}

// number makes a function of one number; whole results are integers.
func number(name string, f func(float64) float64) *starlark.Builtin {
	return starlark.NewBuiltin(name, func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		var v starlark.Value
		if err := starlark.UnpackPositionalArgs(b.Name(), args, kwargs, 1, &v); err != nil {
			return nil, err
		}
		x, ok := starlark.AsFloat(v)
		if !ok {
			return nil, fmt.Errorf("%s: %s is no number", name, v.Type())
		}
		y := f(x)
		if math.IsNaN(y) {
			return nil, fmt.Errorf("%s(%v) is no number", name, x)
		}
		if name != "log2" && math.Abs(y) < 1<<53 {
			return starlark.MakeInt64(int64(y)), nil
		}
		return starlark.Float(y), nil
	})
}

// value evaluates the expression on an entry.
func (q *Query) value(e *Entry) (starlark.Value, error) {
	args := starlark.Tuple{starlark.MakeInt(e.Rows), starlark.MakeInt(e.Cols), starlark.MakeInt(e.Size)}
	for _, v := range e.Values {
		args = append(args, starlark.MakeInt(v))
	}
	q.thread.Steps = 0
	v, err := starlark.Call(q.thread, q.f, args, nil)
	if err != nil {
		return nil, fmt.Errorf("on %v: %w", e.Lines(), err)
	}
	return v, nil
}

// Where keeps the entries on which the expression is true, in the order of the file.
func (q *Query) Where(ctx context.Context, all []*Entry) ([]*Entry, error) {
	var kept []*Entry
	for k, e := range all {
		if k&1023 == 0 && ctx.Err() != nil {
			return kept, ctx.Err()
		}
		v, err := q.value(e)
		if err != nil {
			return nil, err
		}
		if v.Truth() {
			kept = append(kept, e)
		}
	}
	return kept, nil
}

// Sort puts entries with a large value of the expression first.
func (q *Query) Sort(all []*Entry) ([]*Entry, error) {
	type keyed struct {
		e *Entry
		v float64
	}
	keys := make([]keyed, len(all))
	for k, e := range all {
		v, err := q.value(e)
		if err != nil {
			return nil, err
		}
		x, ok := starlark.AsFloat(v)
		if !ok {
			return nil, fmt.Errorf("sorting by a %s", v.Type())
		}
		keys[k] = keyed{e, x}
	}
	slices.SortStableFunc(keys, func(a, b keyed) int {
		switch {
		case a.v > b.v:
			return -1
		case a.v < b.v:
			return 1
		}
		return 0
	})
	sorted := make([]*Entry, len(all))
	for k := range keys {
		sorted[k] = keys[k].e
	}
	return sorted, nil
}
