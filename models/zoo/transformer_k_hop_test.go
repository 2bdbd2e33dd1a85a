package zoo

import (
	"context"
	"math/bits"
	"testing"

	"crosscut/internal/long"
	"crosscut/models"
	"crosscut/models/tasks"
)

// The construction is right at every position of every binary sequence of at most 6 tokens
// (8 in the long form), for k = 1 to 9, in ceil(log2 k) + 2 layers.
func TestKHopInLogarithmicDepth(t *testing.T) {
	most := long.Of(6, 8)
	for k := 1; k <= 9; k++ {
		for n := 1; n <= most; n++ {
			sh, err := tasks.KHop.Shape(n, tasks.Params{"V": 2, "k": float64(k)})
			if err != nil {
				t.Fatal(err)
			}
			m, err := Build("transformer", sh, models.Settings{})
			if err != nil {
				t.Fatal(err)
			}
			if d := m.Params().Int("D"); d != bits.Len(uint(k-1))+2 {
				t.Fatalf("k = %d: %d layers", k, d)
			}
			for w := range 1 << n {
				seq := make([]tasks.Token, n)
				for i := range seq {
					seq[i].X = 1 + w>>i&1
				}
				got, err := m.Whole(context.Background(), seq, sh.All())
				if err != nil {
					t.Fatal(err)
				}
				for i, want := range sh.Eval(seq, sh.All()) {
					if got[i][0] != want[0] {
						t.Fatalf("k = %d, %v: position %d gives %v, want %v", k, seq, i+1, got[i], want)
					}
				}
			}
		}
	}
}
