package attention

import (
	"context"
	"fmt"
	"maps"
	"math/big"

	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// Stack is a transformer with explicit weights: a token-wise map In, layers with
// token-wise maps Next between them, and a token-wise map Out. With one layer it
// is the architecture "attention". Fill the fields and call NewStack.
type Stack struct {
	Shape tasks.Shape
	// In embeds the token at a position into Layers[0].Embed numbers of P bits, or
	// into the first Layers[0].Front of them when e is no longer.
	In func(pos int, t tasks.Token, e Ints) error
	// Layers come with positions 1..N as queries, keys and values.
	Layers []*Layer
	// Next[l] makes the embedding for layer l+1 from the one before (the residual
	// stream is local to the token's owner) and what the heads of layer l give.
	Next []func(pos int, e Ints, heads []Average, next Ints) error
	// Out makes the output from the first Residual numbers of the last embedding
	// and the heads of the last layer. It must round at most once.
	Residual int
	Out      func(pos int, residual Ints, heads []Average) (tasks.Value, error)
	// OutAlike, when set, stands for Out in a stack whose heads give every position
	// the same averages: it makes the outputs at many positions in one go.
	OutAlike func(pos []int, heads []Average) ([]tasks.Value, error)

	Extra  tasks.Params      // further sizes to print
	Chosen map[string]string // choices by name to print
	// Warn says what is not guaranteed on this input. May be nil.
	Warn func(seq []tasks.Token, read []int) []string
	// Grows are the machine's orders. May be nil.
	Grows func(job models.Job) models.Orders
}

// New checks a stack and makes it a Machine.
func New(s *Stack) (models.Machine, error) {
	if len(s.Layers) == 0 || len(s.Next) != len(s.Layers)-1 || s.In == nil || (s.Out == nil) == (s.OutAlike == nil) {
		return nil, fmt.Errorf("models: a stack of %d layers with %d maps between them", len(s.Layers), len(s.Next))
	}
	for _, l := range s.Layers {
		if err := l.prepare(s.Shape.N); err != nil {
			return nil, err
		}
	}
	if last := s.Layers[len(s.Layers)-1]; s.Residual < 0 || s.Residual > last.Embed {
		return nil, fmt.Errorf("models: a residual of %d of %d numbers", s.Residual, last.Embed)
	}
	for h := range s.Layers[len(s.Layers)-1].Heads {
		if last := s.Layers[len(s.Layers)-1]; s.OutAlike != nil && (!last.shared(h) || s.Residual > 0) {
			return nil, fmt.Errorf("models: head %d gives positions different averages, the output map wants the same", h+1)
		}
	}
	return &Machine{*s}, nil
}

// Machine is the Machine of a checked Stack.
type Machine struct{ Stack Stack }

func (m *Machine) Shape() tasks.Shape { return m.Stack.Shape }

// Params are the sizes of the widest layer and what the construction adds.
func (m *Machine) Params() tasks.Params {
	p := tasks.Params{}
	for _, l := range m.Stack.Layers {
		for name, v := range l.params() {
			p[name] = max(p[name], v)
		}
	}
	if d := len(m.Stack.Layers); d > 1 {
		p["D"] = float64(d)
	}
	return p.With(m.Stack.Extra)
}

func (m *Machine) Size() (protocol.Bits, string) {
	var n protocol.Bits
	for _, l := range m.Stack.Layers {
		n += l.sizeOf()
	}
	switch {
	case len(m.Stack.Layers) > 1:
		return n, "sum over layers of H max(m, d_v) p"
	case m.Stack.Layers[0].Values > m.Stack.Layers[0].Width:
		return n, "H d_v p"
	}
	return n, "H m p"
}

// Orders are zero where the construction proves none.
func (m *Machine) Orders(job models.Job) models.Orders {
	if m.Stack.Grows == nil {
		return models.Orders{}
	}
	return m.Stack.Grows(job)
}

// Choices are the arithmetic and what the construction chose.
func (m *Machine) Choices() map[string]string {
	c := map[string]string{"arithmetic": string(m.Stack.Layers[0].Arithmetic)}
	maps.Copy(c, m.Stack.Chosen)
	return c
}

func (m *Machine) Warnings(seq []tasks.Token, read []int) []string {
	if m.Stack.Warn == nil {
		return nil
	}
	return m.Stack.Warn(seq, read)
}

// needs says, for each layer, who must get its output and where. An inner layer
// is needed by a position's owner (by both players if it is public) wherever a
// later layer looks.
func (m *Machine) needs(job models.Job) [][]need {
	all := make([][]need, len(m.Stack.Layers))
	for _, i := range job.Read {
		d := need{pos: i}
		d.by[job.Answerer(i)] = true
		all[len(all)-1] = append(all[len(all)-1], d)
	}
	for k := len(all) - 1; k > 0; k-- {
		wanted := make([]bool, m.Stack.Shape.N+1)
		for _, d := range all[k] {
			wanted[d.pos] = true
			for j := 1; j <= m.Stack.Shape.N; j++ {
				wanted[j] = wanted[j] || m.Stack.Layers[k].sees(d.pos, j)
			}
			if m.Stack.Layers[k].Mask == nil {
				break // one position already sees all
			}
		}
		for j := 1; j <= m.Stack.Shape.N; j++ {
			if wanted[j] {
				all[k-1] = append(all[k-1], need{j, bothOr(job.Split.Of(j))})
			}
		}
	}
	return all
}

func bothOr(owner protocol.Player) (by [2]bool) {
	if owner == tasks.Public {
		return [2]bool{true, true}
	}
	by[owner] = true
	return by
}

// stream is a layer's input as one player (or the uncut model) sees it.
type stream struct {
	src source
	at  func(pos int, e Ints) error
}

// computed is a stream of embeddings that an earlier layer made.
func computed(pos []int, e map[int]Ints) stream {
	return stream{
		source{n: len(pos), pos: func(k int) int { return pos[k] }, embed: func(k int, into Ints) error { into.Copy(e[pos[k]].Slice(0, into.Len())); return nil }},
		func(i int, into Ints) error { into.Copy(e[i]); return nil },
	}
}

// Whole evaluates the uncut model: one player who sees everything.
func (m *Machine) Whole(ctx context.Context, seq []tasks.Token, read []int) ([]tasks.Value, error) {
	n := m.Stack.Shape.N
	if len(seq) != n {
		return nil, fmt.Errorf("models: %d tokens, want %d", len(seq), n)
	}
	everyone := tasks.Split{Owner: make([]protocol.Player, n)} // all Alice's
	job := models.Job{Split: everyone, Read: read, Answer: models.ByAlice}
	if err := job.Check(m.Stack.Shape); err != nil {
		return nil, err
	}
	in := stream{
		source{n: n, pos: func(k int) int { return k + 1 }, embed: func(k int, e Ints) error { return m.embed(k+1, seq[k], e) }},
		func(pos int, e Ints) error { return m.embed(pos, seq[pos-1], e) },
	}
	out := make([]tasks.Value, len(read))
	err := m.forward(job, in, func(_ int, l *Layer, reads []need, in stream) ([][]Average, []Ints, error) {
		if err := l.fits(len(reads)); err != nil {
			return nil, nil, err
		}
		return uncut(l, everyone, reads).play(ctx, protocol.Alice, nil, in)
	}, func(k int, v tasks.Value) { out[k] = v })
	return out, err
}

func (m *Machine) embed(pos int, t tasks.Token, e Ints) error {
	e.Clear()
	if err := m.Stack.In(pos, t, e); err != nil {
		return fmt.Errorf("models: attention: embedding of position %d: %w", pos, err)
	}
	if c := e.outside(m.Stack.Layers[0].P); c >= 0 {
		return rangeError("embedding", 0, pos, c, e.Big(c))
	}
	return nil
}

// forward runs the layers. exchange gets one layer's averages (and the residual,
// all or the first few numbers of the embedding) at the needed positions, nil
// where someone else needs them; put takes the outputs by index into job.Read.
func (m *Machine) forward(job models.Job, in stream,
	exchange func(k int, l *Layer, reads []need, in stream) ([][]Average, []Ints, error), put func(k int, v tasks.Value)) error {
	needs := m.needs(job)
	for k, l := range m.Stack.Layers {
		averages, residual, err := exchange(k, l, needs[k], in)
		if err != nil {
			return err
		}
		if k == len(m.Stack.Layers)-1 && m.Stack.OutAlike != nil {
			return m.alike(needs[k], averages, put)
		}
		if k == len(m.Stack.Layers)-1 {
			for r, d := range needs[k] {
				if averages[r] == nil {
					continue
				}
				v, err := m.Stack.Out(d.pos, residual[r].Slice(0, m.Stack.Residual), averages[r])
				if err != nil {
					return fmt.Errorf("models: attention: output at position %d: %w", d.pos, err)
				}
				put(r, v)
			}
			return nil
		}
		next := m.Stack.Layers[k+1]
		var pos []int
		made := map[int]Ints{}
		for r, d := range needs[k] {
			if averages[r] == nil {
				continue
			}
			e := NewInts(next.Embed, next.wideEmbed)
			if err := m.Stack.Next[k](d.pos, residual[r], averages[r], e); err != nil {
				return fmt.Errorf("models: attention: between layers at position %d: %w", d.pos, err)
			}
			if c := e.outside(next.P); c >= 0 {
				return rangeError("embedding", 0, d.pos, c, e.Big(c))
			}
			pos = append(pos, d.pos)
			made[d.pos] = e
		}
		in = computed(pos, made)
	}
	return nil
}

// alike puts all outputs of a stack whose rows are the same.
func (m *Machine) alike(reads []need, averages [][]Average, put func(k int, v tasks.Value)) error {
	var at, pos []int
	for r, d := range reads {
		if averages[r] != nil {
			at, pos = append(at, r), append(pos, d.pos)
		}
	}
	if len(at) == 0 {
		return nil
	}
	values, err := m.Stack.OutAlike(pos, averages[at[0]])
	if err != nil {
		return fmt.Errorf("models: attention: output: %w", err)
	}
	for k, v := range values {
		put(at[k], v)
	}
	return nil
}

// rowsOf lays out the queries of a layer at some positions: one row for a head
// whose sums are the same everywhere, else one for each position.
func (l *Layer) rowsOf(reads []int) (*queries, func(h, k int) int) {
	rows := &queries{}
	base := make([]int, l.Heads)
	for h := range l.Heads {
		base[h] = len(rows.head)
		if l.shared(h) {
			rows.head, rows.pos = append(rows.head, h), append(rows.pos, 0)
			continue
		}
		for _, i := range reads {
			rows.head, rows.pos = append(rows.head, h), append(rows.pos, i)
		}
	}
	rows.q = make([]Ints, len(rows.head))
	return rows, func(h, k int) int {
		if l.shared(h) {
			return base[h]
		}
		return base[h] + k
	}
}

// shared says whether head h gives every position the same sums.
func (l *Layer) shared(h int) bool { return l.Queries[h] == OnNothing && l.Mask == nil }

// ask computes the query of one row from the token's embedding (unused when the
// query does not depend on the token).
func (l *Layer) ask(rows *queries, r int, e Ints) error {
	rows.q[r] = NewInts(l.Width, l.unit.wideLists())
	return l.query(rows.head[r], rows.pos[r], e, rows.q[r])
}

// constants are the tops of an arithmetic whose top does not depend on tokens.
func (l *Layer) constants(n int) []*big.Int {
	tops := make([]*big.Int, n)
	for r := range tops {
		tops[r] = l.Top
	}
	return tops
}

// maxSums bounds the sums that one evaluation holds: 2^27 numbers are a gigabyte.
const maxSums = 1 << 27

// fits refuses read sets whose sums would not fit in memory.
func (l *Layer) fits(reads int) error {
	rows := 0
	for h := range l.Heads {
		if rows++; !l.shared(h) {
			rows += reads - 1
		}
	}
	if rows > maxSums/(l.Values+1) {
		return models.Unsupportedf("%d read positions with H = %d heads of d_v = %d numbers make more than 2^27 sums: read fewer positions at once", reads, l.Heads, l.Values)
	}
	return nil
}

// averageOf is a row's result; rounded probabilities are counted in 2^-p.
func (l *Layer) averageOf(t *tally, r int) Average {
	a := t.average(r)
	if l.Arithmetic == WithRounded {
		if a.zBig != nil {
			a.zBig = new(big.Int).Lsh(big.NewInt(1), uint(l.P))
		}
		a.z = 1 << l.P
	}
	return a
}
