// Package linear is the first layer of a feed-forward network: a sum over tokens, of
// which each player sends its part; what comes after may be anything.
package linear

import (
	"context"
	"fmt"
	"math"

	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// Term is one non-zero entry of a first-layer row.
type Term struct {
	Column int // counts from 0: token i, number k stands in column (i - 1) Numbers + k
	Weight int64
}

// FeedForward is g(W vec(X)) on exact integers. Rational weights are integers at a
// common scale, which g knows.
type FeedForward struct {
	Of    tasks.Shape
	Sizes tasks.Params
	// A token becomes Numbers integers; number k lies in Low[k]..High[k].
	Numbers   int
	Vec       func(t tasks.Token) []int64
	Low, High []int64
	// Rows are the first layer, W, sparse.
	Rows [][]Term
	// Bits is the precision of a number that enters, the p of Size.
	Bits int
	// Continue is g: from all pre-activations to the outputs at the read positions.
	// Nothing bounds its size.
	Continue func(pre []int64, read []int) []tasks.Value
	// Grows is an order in N that the size is proved not to exceed, and that no row costs more
	// than Bits; zero: not written.
	Grows protocol.Growth
}

// Shape is the shape the network was built for.
func (m *FeedForward) Shape() tasks.Shape { return m.Of }

// Params are the network's sizes.
func (m *FeedForward) Params() tasks.Params { return m.Sizes }

// Size is the width of the first layer times the precision.
func (m *FeedForward) Size() (protocol.Bits, string) {
	return protocol.Bits(len(m.Rows) * m.Bits), fmt.Sprintf("h1 p, p = %d bits a number that enters", m.Bits)
}

// Orders are Grows where Alice alone writes: her rows.
func (m *FeedForward) Orders(job models.Job) models.Orders {
	if job.Answer != models.ByBob {
		return models.Orders{}
	}
	return models.Carried(m.Grows, 1, job)
}

// check refuses weights with which a pre-activation could overflow.
func (m *FeedForward) check() error {
	if len(m.Low) != m.Numbers || len(m.High) != m.Numbers || m.Vec == nil || m.Continue == nil {
		return fmt.Errorf("models: a network of %d numbers a token is incomplete", m.Numbers)
	}
	reach := make([]float64, m.Of.N*m.Numbers)
	for c := range reach {
		k := c % m.Numbers
		reach[c] = max(math.Abs(float64(m.Low[k])), math.Abs(float64(m.High[k])))
	}
	for r, row := range m.Rows {
		most := 0.0
		for _, t := range row {
			if t.Column < 0 || t.Column >= len(reach) {
				return fmt.Errorf("models: row %d of the first layer names column %d of %d", r+1, t.Column, len(reach))
			}
			most += math.Abs(float64(t.Weight)) * reach[t.Column]
		}
		if most > 1<<61 {
			return fmt.Errorf("models: row %d of the first layer reaches %.3g, beyond 2^61", r+1, most)
		}
	}
	return nil
}

// part is W times the numbers of the tokens that each lists.
func (m *FeedForward) part(each func(f func(pos int, t tasks.Token))) []int64 {
	x := make([]int64, m.Of.N*m.Numbers)
	each(func(pos int, t tasks.Token) { copy(x[(pos-1)*m.Numbers:pos*m.Numbers], m.Vec(t)) })
	pre := make([]int64, len(m.Rows))
	for r, row := range m.Rows {
		for _, t := range row {
			pre[r] += t.Weight * x[t.Column]
		}
	}
	return pre
}

// Whole evaluates the uncut network.
func (m *FeedForward) Whole(ctx context.Context, seq []tasks.Token, read []int) ([]tasks.Value, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	return m.Continue(m.Pre(seq), read), nil
}

// ranges are, for each row, the least value of one player's part and the bits
// that number its values: ceil(log2(1 + sum |w| (high - low))).
func (m *FeedForward) ranges(s tasks.Split, who protocol.Player) (least []int64, width []int) {
	least, width = make([]int64, len(m.Rows)), make([]int, len(m.Rows))
	low, high := make([]int64, len(s.Owner)*m.Numbers), make([]int64, len(s.Owner)*m.Numbers) // 0 where it is not the player's
	for i, o := range s.Owner {
		if o == who {
			copy(low[i*m.Numbers:], m.Low)
			copy(high[i*m.Numbers:], m.High)
		}
	}
	for r, row := range m.Rows {
		var span uint64
		for _, t := range row {
			at, to := t.Weight*low[t.Column], t.Weight*high[t.Column]
			least[r] += min(at, to)
			span += uint64(max(at, to) - min(at, to))
		}
		width[r] = protocol.Width(span + 1)
	}
	return least, width
}

// Compile sends each player's part of all pre-activations to a partner who
// answers a position.
func (m *FeedForward) Compile(job models.Job) (*models.Program, error) {
	if err := m.check(); err != nil {
		return nil, err
	}
	var least [2][]int64
	var width [2][]int
	for self := range least {
		least[self], width[self] = m.ranges(job.Split, protocol.Player(self))
	}
	swap := models.Swap{
		Bits: func(p protocol.Player) (sum protocol.Bits) {
			for _, w := range width[p] {
				sum += protocol.Bits(w)
			}
			return sum
		},
		Label: func(protocol.Player) string { return "first layer: part of each pre-activation" },
		Put: func(w *protocol.Packer, h tasks.Half) {
			own := m.part(func(f func(int, tasks.Token)) {
				for _, i := range job.Split.Positions(h.Self) {
					f(i, h.Token(i))
				}
			})
			for r, v := range own {
				w.Uint(uint64(v-least[h.Self][r]), width[h.Self][r])
			}
		},
		Eval: func(_ context.Context, h tasks.Half, other *protocol.Unpacker, read []int) ([]tasks.Value, error) {
			pre, who := m.part(h.Each), 1-h.Self
			for r := range pre {
				pre[r] += int64(other.Uint(width[who][r])) + least[who][r]
			}
			return m.Continue(pre, read), nil
		},
	}
	return swap.Program(job, "sum over the h1 rows of ceil(log2(1 + sum |w| (high - low))) over the sender's columns"), nil
}
