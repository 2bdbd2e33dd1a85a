package validate

import (
	"context"
	"math/bits"

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
	s          *Subject
	task       protocol.Cover[[]tasks.Token, []tasks.Token]
	problem    protocol.Cover[protocol.Word, protocol.Word]
	on0, on1   bool // the answer when the output is 0 and 1
	ys         int
	got, want  [][]uint64 // columns b_k over y, packed; nil where no y has b_k
	onesByWord []int      // fewest ones among the 64 y of a word
}

const blockWords = 128 // words of each column handled at a time: 1 kB, so that a block of all columns stays in the first-level cache

// covers prepares the fast path, or returns nil when there is none. Its columns
// are filled by run.
func (s *Subject) covers() (*fast, error) {
	if s.Problem.Cover == nil || s.Shape.Task.Cover == nil || len(s.Reads) != 1 || s.Shape.Task.CheckSeq != nil ||
		s.Problem.YCount != nil || s.Problem.XBits(s.Size) > 30 || s.Problem.YBits(s.Size) > 30 {
		return nil, nil
	}
	c, ok := s.Shape.Task.Cover(s.Shape, s.Split, s.Public, s.Reads[0])
	if !ok {
		return nil, nil
	}
	f := &fast{s: s, task: c, problem: s.Problem.Cover(s.Size), ys: 1 << s.Problem.YBits(s.Size)}
	for on, out := range map[*bool]float64{&f.on0: 0, &f.on1: 1} {
		elsewhere := false
		var err error
		*on, err = s.Answer(func(pos int) (tasks.Value, error) {
			elsewhere = elsewhere || pos != s.Reads[0]
			return tasks.Value{out}, nil
		})
		if err != nil || elsewhere {
			return nil, err
		}
	}
	return f, nil
}

func (f *fast) columns(ctx context.Context) error {
	words := (f.ys + 63) / 64
	f.got = make([][]uint64, f.task.Size)
	f.want = make([][]uint64, f.problem.Size)
	f.onesByWord = make([]int, words)
	mark := func(cols [][]uint64, y int) func(int) {
		return func(k int) {
			if cols[k] == nil {
				cols[k] = make([]uint64, words)
			}
			cols[k][y/64] |= 1 << (y % 64)
		}
	}
	for y := range f.ys {
		if y&1023 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		w := f.s.Problem.Y(f.s.Size, y)
		tok, err := f.s.bob(w)
		if err != nil {
			return err
		}
		f.task.Bob(tok, mark(f.got, y))
		f.problem.Bob(w, mark(f.want, y))
		if y%64 == 0 {
			f.onesByWord[y/64] = bits.OnesCount(uint(y)) // the first of 64 has the fewest
		}
	}
	return nil
}

func (f *fast) run(ctx context.Context, opt Options) (tally, error) {
	if err := f.columns(ctx); err != nil {
		return tally{}, err
	}
	words := (f.ys + 63) / 64
	const batch = 64 // x per job
	xs := 1 << f.s.Problem.XBits(f.s.Size)
	return parallel(ctx, opt, (xs+batch-1)/batch, func() func(int) (tally, error) {
		got, want := make([]uint64, blockWords), make([]uint64, blockWords)
		return func(job int) (t tally, err error) {
			for k := job * batch; k < min(xs, (job+1)*batch); k++ {
				x := f.s.Problem.X(f.s.Size, k)
				tok, err := f.s.alice(x)
				if err != nil {
					return t, err
				}
				gs := chosen(f.got, func(mark func(int)) { f.task.Alice(tok, mark) })
				ws := chosen(f.want, func(mark func(int)) { f.problem.Alice(x, mark) })
				for at := 0; at < words; at += blockWords {
					n := min(blockWords, words-at)
					or(got[:n], gs, at)
					or(want[:n], ws, at)
					f.compare(&t, x, at, got[:n], want[:n])
				}
				if ctx.Err() != nil {
					return t, nil
				}
			}
			return t, nil
		}
	})
}

// chosen lists the columns that a player marks, each once, the empty ones left out.
func chosen(cols [][]uint64, marks func(func(int))) [][]uint64 {
	var list [][]uint64
	seen := make([]bool, len(cols))
	marks(func(k int) {
		if cols[k] != nil && !seen[k] {
			seen[k] = true
			list = append(list, cols[k])
		}
	})
	return list
}

// or sets dst to the OR of a stretch of all columns, four at a time.
func or(dst []uint64, cols [][]uint64, at int) {
	clear(dst)
	n := len(dst)
	for ; len(cols) >= 4; cols = cols[4:] {
		a, b, c, d := cols[0][at:][:n], cols[1][at:][:n], cols[2][at:][:n], cols[3][at:][:n]
		for i := range dst {
			dst[i] |= a[i] | b[i] | c[i] | d[i]
		}
	}
	for _, col := range cols {
		a := col[at:][:n]
		for i := range dst {
			dst[i] |= a[i]
		}
	}
}

// compare counts the pairs of one x and a stretch of y whose answers differ.
func (f *fast) compare(t *tally, x protocol.Word, at int, got, want []uint64) {
	var keep, flip uint64 // answer word = got & keep ^ flip
	if f.on0 != f.on1 {
		keep = ^uint64(0)
	}
	if f.on0 {
		flip = ^uint64(0)
	}
	for i := range got {
		valid := ^uint64(0)
		if left := f.ys - (at+i)*64; left < 64 {
			valid = 1<<left - 1
		}
		t.checked += int64(min(64, f.ys-(at+i)*64))
		diff := (got[i]&keep ^ flip ^ want[i]) & valid
		if diff == 0 {
			continue
		}
		t.failures += int64(bits.OnesCount64(diff))
		if t.worst != nil && x.Ones()+f.onesByWord[at+i] > t.worst.ones {
			continue
		}
		for ; diff != 0; diff &= diff - 1 {
			y := f.s.Problem.Y(f.s.Size, (at+i)*64+bits.TrailingZeros64(diff))
			if p := (&pair{f.s.ones(x, y), x, y}); p.better(t.worst) {
				t.worst = p
			}
		}
	}
}
