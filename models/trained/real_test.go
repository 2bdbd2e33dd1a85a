package trained

import (
	"math"
	"testing"

	"crosscut/models"
	"crosscut/models/run"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// TestRealSoftmax: on all contents of a trained attention layer and all questions, the
// protocol of a tau-robust softmax agrees with the layer over real numbers and is right,
// at the bits of its formula; what the answering player makes of the message is within
// tau of the average, and a message with one bit less a number is seen not to be.
func TestRealSoftmax(t *testing.T) {
	m := load(t, "attention-n8-h24-s1")
	const tau = 1.0 / 256
	r, err := m.Real(tau)
	if err != nil {
		t.Fatal(err)
	}
	coarse, err := m.Real(tau)
	if err != nil {
		t.Fatal(err)
	}
	coarse.stepL, coarse.stepMu = 2*coarse.stepL, 2*coarse.stepMu
	split, err := m.Shape.ParseSplit("half")
	if err != nil {
		t.Fatal(err)
	}
	worst, worstCoarse, right := 0.0, 0.0, 0
	for contents := range 1 << 8 {
		seq := make([]tasks.Token, m.Shape.N)
		for i := range seq {
			seq[i] = tasks.Token{Z: []float64{0}, Y: []int{1}}
			if i >= 1 && i <= 8 {
				seq[i].Z[0] = float64(contents>>(i-1)&1*2 - 1)
			}
			if i >= 9 {
				seq[i].Y[0] = i - 7
			}
		}
		read := []int{10 + contents%8}
		all, err := r.Whole(t.Context(), seq, read)
		if err != nil {
			t.Fatalf("contents %08b: %v", contents, err)
		}
		if m.Shape.Correct(all[0], m.Shape.Eval(seq, read)[0]) {
			right++
		}
		got, err := run.Do(t.Context(), r, models.Job{Split: split, Read: read, Answer: models.ByBob}, seq)
		if err != nil {
			t.Fatal(err)
		}
		if got.Output[0][0] != all[0][0] {
			t.Errorf("contents %08b: the protocol says %v, the layer %v", contents, got.Output[0], all[0])
		}
		if want := r.messageBits(); got.Transcript.By(protocol.Alice) != want {
			t.Errorf("Alice sent %d bits, the formula says %d", got.Transcript.By(protocol.Alice), want)
		}
		// What Bob makes of it.
		q := r.att.asks(r.embed(read[0], seq[read[0]-1]))
		token := func(i int) tasks.Token { return seq[i-1] }
		var hers, his []int
		for i := range m.Shape.N {
			if split.Of(i+1) == protocol.Alice {
				hers = append(hers, i+1)
			} else {
				his = append(his, i+1)
			}
		}
		a, b, mean := r.over(q, hers, token), r.over(q, his, token), r.over(q, m.Shape.All(), token).mean
		for h, l := range a.log {
			if math.Abs(l) > r.scores+math.Log(float64(m.Shape.N)) {
				t.Errorf("head %d: a log-partition of %v, scores to %v", h, l, r.scores)
			}
		}
		far := func(r *Real) (far float64) {
			for c, v := range r.join(r.heard(r.message(a)), b) {
				far = max(far, math.Abs(v-mean[c]))
			}
			return far
		}
		worst, worstCoarse = max(worst, far(r)), max(worstCoarse, far(coarse))
	}
	if worst > tau || worst < tau/64 || worstCoarse <= worst {
		t.Errorf("the average is off by at most %v, tau is %v; on a grid twice as coarse %v", worst, tau, worstCoarse)
	}
	if right != 1<<8 {
		t.Errorf("%d of 256 right", right)
	}
	// A tau so large that some change of the average moves the output is refused.
	wide, err := m.Real(1)
	if err != nil {
		t.Fatal(err)
	}
	seq := make([]tasks.Token, m.Shape.N)
	for i := range seq {
		seq[i] = tasks.Token{Z: []float64{0}, Y: []int{1 + i%2}}
	}
	if _, err := wide.Whole(t.Context(), seq, []int{10}); err == nil {
		t.Error("an input outside the assumption is taken")
	}
	for _, tau := range []float64{0, -1, 2, math.NaN()} {
		if _, err := m.Real(tau); err == nil {
			t.Errorf("tau = %v is taken", tau)
		}
	}
	if _, err := load(t, "rnn-n6-h16-s1").Real(tau); err == nil {
		t.Error("a recurrent folder is taken")
	}
}

// TestMoved: the side that an output moves to is reached by a change of tau in each number of the average, along the slope of
// the linear maps, also through a map after the heads; a tau too small moves nothing.
func TestMoved(t *testing.T) {
	m := load(t, "attention-n8-h24-s1")
	for _, out := range []bool{false, true} {
		r, err := m.Real(1)
		if err != nil {
			t.Fatal(err)
		}
		a, model := *r.att, *r.Model
		r.Model, model.att = &model, &a
		if out { // the numbers of the average in the other order, and turned
			a.out = &Matrix{rows: a.hidden, cols: a.hidden, f32: make([]float32, a.hidden*a.hidden)}
			for c := range a.hidden {
				a.out.f32[c*a.hidden+a.hidden-1-c] = -1
			}
		}
		slope := make([]float64, a.hidden)
		for c := range slope {
			if slope[c] = r.headW.at(0, c); out {
				slope[c] = -r.headW.at(0, a.hidden-1-c)
			}
		}
		sum := 0.0
		for _, s := range slope {
			sum += math.Abs(s)
		}
		mean := make([]float64, a.hidden)
		at := r.headB[0] - r.threshold // of the average 0
		side, _ := r.sides(mean, 0)
		for _, c := range []struct {
			tau   float64
			moves bool
		}{{math.Abs(at) / sum * 1.01, true}, {math.Abs(at) / sum * .99, false}} {
			r.tau = c.tau
			to := r.moved(mean, side)
			if (to != nil) != c.moves || c.moves && to[0] == side[0] {
				t.Errorf("with a map after the heads %v, tau = %v: %v moves to %v", out, c.tau, side, to)
			}
		}
	}
}
