package zoo

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"crosscut/internal/beside"
	"crosscut/models"
	"crosscut/models/fold"
	"crosscut/models/laws"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// denseRNN is an integer RNN of 256 numbers of p bits: s = sat((A s + b x) >> shift),
// a full matrix product and a saturation at every step.
func denseRNN(sh tasks.Shape, m, p int) *fold.Recurrent[fold.Seen, []int32] {
	rng := rand.New(rand.NewPCG(1, 1))
	a := make([]int32, m*m)
	for k := range a {
		a[k] = int32(rng.IntN(15)) - 7
	}
	limit := int32(1)<<(p-1) - 1
	next := make([]int32, m) // a step's scratch: overwritten before it is read
	return fold.Cell[[]int32]{
		Bits: func(int) protocol.Bits { return protocol.Bits(m * p) },
		Init: func() []int32 { return make([]int32, m) },
		Step: func(s []int32, pos int, t tasks.Token) []int32 {
			for r := range m {
				sum := int32(t.X) * int32(r&7)
				for c, x := range a[r*m : (r+1)*m] {
					sum += x * s[c]
				}
				next[r] = min(max(sum>>4, -limit), limit)
			}
			copy(s, next)
			return s
		},
		Output: func(s []int32, _ int, _ tasks.Token) tasks.Value { return tasks.Value{float64(s[0])} },
		Put: func(w *protocol.Packer, _ int, s []int32) {
			for _, x := range s {
				w.Uint(uint64(x+limit), p)
			}
		},
		Get: func(u *protocol.Unpacker, _ int) []int32 {
			s := make([]int32, m)
			for k := range s {
				s[k] = int32(u.Uint(p)) - limit
			}
			return s
		},
	}.Recurrent(sh, tasks.Params{"m": float64(m), "p": float64(p)}, "m p")
}

// BenchmarkCutRNN runs an RNN of 256 p-bit states whole and cut, turn by turn, and
// reports the ratio: cutting is free when it is near 1.
func BenchmarkCutRNN(b *testing.B) {
	for _, n := range []int{4096, 65536} {
		b.Run(fmt.Sprintf("N=%d", n), func(b *testing.B) {
			sh := laws.Shape(b, "match2", n, nil)
			m := denseRNN(sh, 256, 16)
			seq := sh.Task.Generate(sh, rand.New(rand.NewPCG(1, 1)))
			job := models.Job{Split: sh.Half(), Read: []int{n}, Answer: models.ByBob}
			prog, err := m.Compile(job)
			if err != nil {
				b.Fatal(err)
			}
			h := job.Split.Deal(sh, seq)
			beside.Run(b, "cut/whole", func() error {
				_, _, err := protocol.Run(b.Context(), nil, prog.Player(h[0]), prog.Player(h[1]))
				return err
			}, func() error {
				_, err := m.Whole(b.Context(), seq, job.Read)
				return err
			})
		})
	}
}

// BenchmarkCutMemory does the same for the lightest step there is: one stored value.
func BenchmarkCutMemory(b *testing.B) {
	sh := laws.Shape(b, "qsa", 65536, tasks.Params{"q": 1})
	m := mustBuild(b, "rnn", sh, nil, nil)
	rng := rand.New(rand.NewPCG(1, 1))
	seq := sh.Task.Generate(sh, rng)
	read := pointBack(sh, seq, []int{sh.N}, rng)
	job := models.Job{Split: sh.Half(), Read: read, Answer: models.ByBob}
	prog, err := m.Compile(job)
	if err != nil {
		b.Fatal(err)
	}
	h := job.Split.Deal(sh, seq)
	beside.Run(b, "cut/whole", func() error {
		_, _, err := protocol.Run(b.Context(), nil, prog.Player(h[0]), prog.Player(h[1]))
		return err
	}, func() error {
		_, err := m.Whole(b.Context(), seq, job.Read)
		return err
	})
}
