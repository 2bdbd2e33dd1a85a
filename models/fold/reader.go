package fold

import (
	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// Reader serves causal stacks at splits in which Alice's tokens come first and
// nothing of hers is read.
func (r *Recurrent[F, S]) Reader(job models.Job) models.Reader {
	pl := r.plan(job.Split, job.Read)
	blocks := r.blocks()
	if len(pl.spans) != 2 || pl.spans[0].Owner != protocol.Alice || len(pl.read) == 0 || pl.read[0] <= pl.spans[0].Hi ||
		len(blocks) != 1 || blocks[0][0].Backward != nil {
		return nil
	}
	if len(blocks[0]) == 1 {
		return &reader[F, S]{fold: blocks[0][0].Forward, embed: r.Embed, cut: pl.spans[0].Hi}
	}
	return &reader[F, []S]{fold: product(blocks[0]), embed: r.Embed, cut: pl.spans[0].Hi}
}

type reader[F, S any] struct {
	fold  Fold[F, S]
	embed func(int, tasks.Token) F
	cut   int
	in    []F
	pos   []int
	state S
	read  int
	saved []mark[S]
}

// mark is a state after so many tokens.
type mark[S any] struct {
	state S
	read  int
}

func (r *reader[F, S]) Load(pos int, t tasks.Token) int {
	r.in, r.pos = append(r.in, r.embed(pos, t)), append(r.pos, pos)
	return len(r.in) - 1
}

func (r *reader[F, S]) Start() { r.state, r.read = r.fold.Init(), 0 }

func (r *reader[F, S]) Step(k int) {
	r.state = r.fold.Step(r.state, r.pos[k], r.in[k])
	r.read++
}

func (r *reader[F, S]) Save(slot int) {
	for len(r.saved) <= slot {
		r.saved = append(r.saved, mark[S]{})
	}
	m := &r.saved[slot]
	m.state, m.read = r.copy(m.state, r.state, r.read), r.read
}

func (r *reader[F, S]) Restore(slot int) {
	m := &r.saved[slot]
	r.state, r.read = r.copy(r.state, m.state, m.read), m.read
}

// copy makes a state that shares nothing with s, in dst where that has room.
func (r *reader[F, S]) copy(dst, s S, t int) S {
	if r.fold.Copy != nil {
		return r.fold.Copy(dst, s)
	}
	var w protocol.Packer
	r.fold.Put(&w, t, s)
	return r.fold.Get(w.Word().Unpack(), t)
}

func (r *reader[F, S]) Message(w *protocol.Packer) { r.fold.Put(w, r.cut, r.state) }

// CopySlice is the Copy of states that are one slice.
func CopySlice[T any](dst, s []T) []T { return append(dst[:0], s...) }
