package zoo

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"crosscut/internal/long"
	"crosscut/models"
	"crosscut/models/attention"
	"crosscut/models/tasks"
)

// Every sequence over three symbols to N = 8 (to 9 in reproduce), every position;
// samples to N = 512.
func TestInductionHeads(t *testing.T) {
	for n := 1; n <= long.Of(6, 8); n++ {
		sh, m := induction(t, n, 3)
		seq := make([]tasks.Token, n)
		for code := range pow(3, n) {
			for i, c := 0, code; i < n; i, c = i+1, c/3 {
				seq[i].X = 1 + c%3
			}
			compareInduction(t, sh, m, seq)
		}
	}
	rng := rand.New(rand.NewPCG(1, 1))
	for _, n := range []int{33, 128, 512} {
		for _, v := range []float64{1, 3, 26, 5000} {
			sh, m := induction(t, n, v)
			compareInduction(t, sh, m, sh.Task.Generate(sh, rng))
		}
	}
}

func pow(b, e int) int {
	r := 1
	for range e {
		r *= b
	}
	return r
}

func induction(t *testing.T, n int, v float64) (tasks.Shape, models.Machine) {
	t.Helper()
	sh, err := tasks.InductionHeads.Shape(n, tasks.Params{"V": v})
	if err != nil {
		t.Fatal(err)
	}
	m, err := Build("transformer", sh, models.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	return sh, m
}

func compareInduction(t *testing.T, sh tasks.Shape, m models.Machine, seq []tasks.Token) {
	t.Helper()
	out, err := m.Whole(t.Context(), seq, sh.All())
	if err != nil {
		t.Fatal(err)
	}
	if want := fmt.Sprint(sh.Eval(seq, sh.All())); fmt.Sprint(out) != want {
		t.Fatalf("V = %v, %v: %v, want %v", sh.Params["V"], seq, out, want)
	}
}

// Without the mask most outputs are wrong, and under a constant shift too.
func TestInductionNeedsMaskAndMaximum(t *testing.T) {
	for name, spoil := range map[string]func(l *attention.Layer){
		"no mask": func(l *attention.Layer) { l.Mask = nil },
		"shift": func(l *attention.Layer) {
			l.Arithmetic = attention.WithShift
			l.Top.SetInt64(int64(2 * 9))
		},
	} {
		sh, m := induction(t, 9, 3)
		s := m.(*attention.Machine).Stack
		for _, l := range s.Layers {
			if l.Top == nil {
				t.Fatal("a prepared layer has a top")
			}
			spoil(l)
		}
		broken, err := attention.New(&s)
		if err != nil {
			t.Fatal(err)
		}
		rng := rand.New(rand.NewPCG(1, 1))
		wrong := 0
		for range 50 {
			seq := sh.Task.Generate(sh, rng)
			out, err := broken.Whole(t.Context(), seq, sh.All())
			if err != nil {
				t.Fatal(err)
			}
			if fmt.Sprint(out) != fmt.Sprint(sh.Eval(seq, sh.All())) {
				wrong++
			}
		}
		if wrong < 25 {
			t.Errorf("%s: only %d of 50 sequences went wrong", name, wrong)
		}
	}
}
