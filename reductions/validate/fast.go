package validate

import (
	"context"
	"math/bits"
	"slices"
	"sync"

	"crosscut/internal/par"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// The bit-parallel path. Where both the problem and the task's output at the
// read position have covers by few rectangles,
//
//	f(x, y) = OR_k a_k(x) AND b_k(y),
//
// the b_k of 64 values of y fit one machine word, and for a fixed x the outputs
// of 64 pairs are the OR of the words whose a_k(x) holds. The encoders run
// 2^n + 2^n times, not 4^n, and what is compared are still the encoded tokens.
type fast struct {
	s         *Subject
	task      protocol.Cover[[]tasks.Token, []tasks.Token]
	problem   protocol.Cover[protocol.Word, protocol.Word]
	on0, on1  bool // the answer when the output is 0 and 1
	ys        int
	got, want [][]uint64 // columns b_k over y, packed; nil where no y has b_k
	alone     bool       // a unit writes every y: see share.go
}

const (
	blockWords = 128 // words of each column handled at a time: 1 kB, so that a block of all columns stays in the first-level cache
	batch      = 64  // x handled together: what their rows have in common is ORed once
)

// covers prepares the fast path, or returns nil when there is none. Its columns
// are filled by run.
func (s *Subject) covers(opt Options) (*fast, error) {
	if opt.Plain || s.Problem.Cover == nil || s.Shape.Task.Cover == nil || len(s.Reads) != 1 || s.Shape.Task.CheckSeq != nil ||
		!s.Problem.Strings(s.Size) || s.Problem.XBits(s.Size) > 30 || s.Problem.YBits(s.Size) > 30 {
		return nil, nil
	}
	c, ok := s.Shape.Task.Cover(s.Shape, s.Split, s.Public, s.Reads[0])
	if !ok {
		return nil, nil
	}
	f := &fast{s: s, task: c, problem: s.Problem.Cover(s.Size), ys: 1 << s.Problem.YBits(s.Size)}
	for on, out := range map[*bool]float64{&f.on0: 0, &f.on1: 1} {
		elsewhere := false
		v, err := s.Answer(s.Problem.Y(s.Size, 0), func(pos int) (tasks.Value, error) {
			elsewhere = elsewhere || pos != s.Reads[0]
			return tasks.Value{out}, nil
		})
		if err != nil || elsewhere || !s.yesNo(v) {
			return nil, err
		}
		*on = v.True()
	}
	return f, nil
}

// path names how a subject is checked exhaustively.
func (f *fast) path() string {
	if f == nil {
		return "plain"
	}
	return "bit-parallel"
}

// yesNo says that an answer, whatever y is, is one that a yes-or-no problem has.
func (s *Subject) yesNo(v protocol.Value) bool {
	return !s.AnswerUsesY && yesNo(v)
}

// written packs the columns of count y by writing each of them: bit k is y number at(k).
func (f *fast) written(ctx context.Context, count int, at func(k int) int) (got, want [][]uint64, err error) {
	got, want = make([][]uint64, f.task.Size), make([][]uint64, f.problem.Size)
	mark := func(cols [][]uint64, k int) func(int) {
		return func(c int) {
			if cols[c] == nil {
				cols[c] = make([]uint64, (count+63)/64)
			}
			cols[c][k/64] |= 1 << (k % 64)
		}
	}
	nth := func(k int) protocol.Word { return f.s.Problem.Y(f.s.Size, at(k)) }
	err = f.s.writeEach(protocol.Bob, count, nth, func(k int, w protocol.Word, tok []tasks.Token) {
		f.task.Bob(tok, mark(got, k))
		f.problem.Bob(w, mark(want, k))
	})
	if err == nil {
		err = ctx.Err()
	}
	return got, want, err
}

// blockYs is how many y are written at a time, by one core.
const blockYs = 1 << 13

// blocks writes y numbered from..to-1 on all cores and hands on their columns, block by
// block, one at a time; from is a multiple of 64.
func (f *fast) blocks(ctx context.Context, opt Options, from, to int, do func(first int, got, want [][]uint64) error) error {
	var one sync.Mutex
	_, err := par.With(ctx, opt.Workers, (to-from+blockYs-1)/blockYs, func() any { return nil }, func(_ any, k int) error {
		first := from + k*blockYs
		got, want, err := f.written(ctx, min(blockYs, to-first), func(k int) int { return first + k })
		if err != nil {
			return err
		}
		one.Lock()
		defer one.Unlock()
		return do(first, got, want)
	})
	return err
}

// columns fills the columns by writing every y.
func (f *fast) columns(ctx context.Context, opt Options) error {
	all := [2][][]uint64{make([][]uint64, f.task.Size), make([][]uint64, f.problem.Size)}
	err := f.blocks(ctx, opt, 0, f.ys, func(first int, got, want [][]uint64) error {
		for side, part := range [][][]uint64{got, want} {
			for k, col := range part {
				if col == nil {
					continue
				}
				if all[side][k] == nil {
					all[side][k] = make([]uint64, (f.ys+63)/64)
				}
				copy(all[side][k][first/64:], col)
			}
		}
		return nil
	})
	if err == nil {
		f.got, f.want = all[0], all[1]
	}
	return err
}

// run checks the pairs of all y and the x numbered from..to-1, batch by batch.
func (f *fast) run(ctx context.Context, opt Options, from, to int) (tally, error) {
	if f.got == nil {
		if err := f.columns(ctx, opt); err != nil {
			return tally{}, err
		}
	}
	words := (f.ys + 63) / 64
	return parallel(ctx, opt, (to-from+batch-1)/batch, int64(to-from)*int64(f.ys), func() func(int) (tally, error) {
		var got, want rows
		return func(job int) (t tally, err error) {
			first := from + job*batch
			xs := make([]protocol.Word, min(batch, to-first))
			gs, ws := make([][]int, len(xs)), make([][]int, len(xs))
			nth := func(k int) protocol.Word { return f.s.Problem.X(f.s.Size, first+k) }
			err = f.s.writeEach(protocol.Alice, len(xs), nth, func(k int, x protocol.Word, tok []tasks.Token) {
				xs[k] = x
				gs[k] = chosen(f.got, func(mark func(int)) { f.task.Alice(tok, mark) })
				ws[k] = chosen(f.want, func(mark func(int)) { f.problem.Alice(x, mark) })
			})
			if err != nil {
				return t, err
			}
			got.plan(gs)
			want.plan(ws)
			for at, n := 0, 0; at != words && ctx.Err() == nil; at += n {
				n = min(blockWords, words-at)
				got.fill(f.got, at, n)
				want.fill(f.want, at, n)
				for k, x := range xs {
					f.compare(&t, x, first+k, at, got.of(k), want.of(k))
				}
			}
			return t, nil
		}
	})
}

// chosen numbers the columns that a player marks, each once, the empty ones left
// out, in increasing order.
func chosen(cols [][]uint64, marks func(func(int))) []int {
	var list []int
	marks(func(k int) {
		if cols[k] != nil {
			list = append(list, k)
		}
	})
	slices.Sort(list)
	return slices.Compact(list)
}

// compare counts the pairs of one x and a stretch of y whose answers differ.
func (f *fast) compare(t *tally, x protocol.Word, number, at int, got, want []uint64) {
	var keep, flip uint64 // answer word = got & keep ^ flip
	if f.on0 != f.on1 {
		keep = ^uint64(0)
	}
	if f.on0 {
		flip = ^uint64(0)
	}
	n := int64(min(64*len(got), f.ys-at*64))
	t.checked, t.inside = t.checked+n, t.inside+n
	want = want[:len(got)]
	for i, g := range got {
		diff := g&keep ^ flip ^ want[i]
		if diff == 0 {
			continue
		}
		diff &= 1<<min(64, f.ys-(at+i)*64) - 1
		t.failures += int64(bits.OnesCount64(diff))
		if t.worst != nil && x.Ones()+bits.OnesCount(uint(at+i)) > t.worst.ones {
			continue
		}
		for ; diff != 0; diff &= diff - 1 {
			j := (at+i)*64 + bits.TrailingZeros64(diff)
			in := []protocol.Word{x, f.s.Problem.Y(f.s.Size, j)}
			wanted := protocol.BoolValue(want[i]>>(j%64)&1 == 1)
			if p := (&pair{ones: f.s.ones(in), in: in, at: [2]int{number, j}, got: protocol.BoolValue(!wanted.True()), want: wanted}); p.better(t.worst) {
				t.worst = p
			}
		}
	}
}
