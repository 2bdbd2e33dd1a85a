package matrix

import (
	"context"
	"fmt"
	"slices"

	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/protocol/bounds"
)

// Some tasks accept more than one output: sparse averages are right up to eps. Then
// two rows need different messages only where some column wants outputs of them
// that no answer serves both, which is to say targets more than 2 eps apart. The
// number of messages is the chromatic number of the graph of such pairs, as long
// as each class has one answer for each column: along a line it has (Helly), in
// more dimensions it is looked for.

// approximate says whether the task accepts more than one output.
func (c *Cut) approximate() bool { return c.Shape.Task.Correct != nil }

// distance says how far apart outputs must be to be told apart, in words.
func (c *Cut) distance() string {
	if eps, ok := c.Shape.Params["eps"]; ok && c.approximate() {
		return fmt.Sprintf("targets more than 2 eps = %.4g apart", 2*eps)
	}
	return ""
}

// nearness decides which outputs one answer serves.
type nearness struct {
	sh      tasks.Shape
	outputs func(k int32) []tasks.Value
	known   map[[2]int32]bool
}

// serves looks for one answer to all outputs: the middle of their box, at each
// read position. On a line there is no better one.
func (n *nearness) serves(of []int32) bool {
	first := n.outputs(of[0])
	for k := range first {
		low, high := slices.Clone(first[k]), slices.Clone(first[k])
		for _, o := range of[1:] {
			for i, x := range n.outputs(o)[k] {
				low[i], high[i] = min(low[i], x), max(high[i], x)
			}
		}
		for i := range low {
			low[i] = (low[i] + high[i]) / 2
		}
		for _, o := range of {
			if !n.sh.Correct(low, n.outputs(o)[k]) {
				return false
			}
		}
	}
	return true
}

// apart says whether no answer serves both outputs; for two, the middle is the best.
func (n *nearness) apart(a, b int32) bool {
	if a == b || a < 0 || b < 0 {
		return false
	}
	key := [2]int32{min(a, b), max(a, b)}
	v, ok := n.known[key]
	if !ok {
		v = !n.serves(key[:])
		n.known[key] = v
	}
	return v
}

// mostCompared bounds the entries that are compared to build a graph.
const mostCompared = 1 << 31

// messages is the number of messages that rows need, told apart at columns. Where
// there are too many to compare, all that is known is that one for each is enough.
func (n *nearness) messages(ctx context.Context, rows [][]int32) bounds.Range {
	all := bounds.Range{Lower: 1, Upper: len(rows)}
	if len(rows) == 0 || float64(len(rows))*float64(len(rows))*float64(len(rows[0])) > mostCompared {
		return all
	}
	apart := func(x, y int) bool {
		for j, a := range rows[x] {
			if n.apart(a, rows[y][j]) {
				return true
			}
		}
		return false
	}
	clique, of, upper := bounds.Colour(ctx, len(rows), apart)
	if n.sh.Int("d") > 1 && !n.answered(rows, of, upper) {
		upper = len(rows)
	}
	return bounds.Range{Lower: len(clique), Upper: upper}
}

// answered checks that each message has an answer in each column.
func (n *nearness) answered(rows [][]int32, of []int, messages int) bool {
	members := make([][]int, messages)
	for x, m := range of {
		members[m] = append(members[m], x)
	}
	for _, rs := range members {
		for j := range rows[0] {
			var want []int32
			for _, x := range rs {
				if v := rows[x][j]; v >= 0 && !slices.Contains(want, v) {
					want = append(want, v)
				}
			}
			if len(want) > 1 && !n.serves(want) {
				return false
			}
		}
	}
	return true
}

// OneWay is what Alice must send when she speaks once.
type OneWay struct {
	Different int          // rows
	Messages  bounds.Range // fewer than rows where the task accepts several outputs
	Bits      bounds.Range
	Distance  string // what rows were told apart by, where not by equality
}

func (c *Cut) oneWay(different int, messages bounds.Range) OneWay {
	return OneWay{different, messages,
		bounds.Range{Lower: protocol.Width(uint64(messages.Lower)), Upper: protocol.Width(uint64(messages.Upper))}, c.distance()}
}

// Messages is the one-way cost of a tabulated matrix in both directions, at the
// distance that the task allows.
func (t *Table) Messages(ctx context.Context, c *Cut) (alice, bob bounds.Range) {
	rows := make([][]int32, t.Rows)
	for i := range rows {
		rows[i] = t.Cells[i*t.Cols : (i+1)*t.Cols]
	}
	n := c.nearness(func(k int32) []tasks.Value { return t.Outputs[k] })
	return n.messages(ctx, thin(different(rows))), n.messages(ctx, thin(different(transposed(rows))))
}

// Near is the one-way cost of a task in both directions at the distance that it
// allows; nil for a task that accepts one output only.
func (c *Cut) Near(ctx context.Context, t *Table) *bounds.Both {
	if !c.approximate() {
		return nil
	}
	alice, bob := t.Messages(ctx, c)
	return &bounds.Both{Alice: c.oneWay(0, alice).Bits, Bob: c.oneWay(0, bob).Bits}
}

// Analysed puts the report beside the task, and one-way costs at the distance that
// the task allows into the place of those that exact outputs would have.
func (r *Result) Analysed(all *bounds.Report) {
	r.Report = all
	if r.Near != nil {
		here := *all
		here.OneWay = *r.Near
		r.Report = &here
	}
	r.Embedded = r.embeddings(all.Embedded)
	r.compare()
}

func (c *Cut) nearness(outputs func(k int32) []tasks.Value) *nearness {
	return &nearness{c.Shape, outputs, map[[2]int32]bool{}}
}

// different keeps one of each kind of row.
func different(rows [][]int32) [][]int32 {
	seen := map[string]bool{}
	var kept [][]int32
	for _, r := range rows {
		if key := keyOf(r); !seen[key] {
			seen[key] = true
			kept = append(kept, r)
		}
	}
	return kept
}

// thin keeps one of each kind of column.
func thin(rows [][]int32) [][]int32 { return transposed(different(transposed(rows))) }

// transposed has the columns of a matrix as its rows.
func transposed(rows [][]int32) [][]int32 {
	if len(rows) == 0 {
		return rows
	}
	cols := make([][]int32, len(rows[0]))
	for j := range cols {
		cols[j] = make([]int32, len(rows))
		for i := range rows {
			cols[j][i] = rows[i][j]
		}
	}
	return cols
}

func keyOf(r []int32) string {
	key := make([]byte, 0, 4*len(r))
	for _, v := range r {
		key = append(key, byte(v), byte(v>>8), byte(v>>16), byte(v>>24))
	}
	return string(key)
}
