package falsify

import (
	"context"
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"crosscut/internal/exact"
	"crosscut/models"
	"crosscut/models/fold"
	"crosscut/models/linear"
	"crosscut/models/tasks"
	"crosscut/models/zoo"
	"crosscut/protocol"
	"crosscut/reductions"
	"crosscut/report"
)

// scrambler is a recurrent model whose state is b bits, every token scattering all
// of them: nothing is forgotten and nothing is linear, so its messages collide by
// chance alone. Its output is always that of the state's lowest bit.
func scrambler(sh tasks.Shape, bits int) models.Machine {
	mask := uint64(1)<<bits - 1
	cell := fold.Cell[uint64]{
		Bits: func(int) protocol.Bits { return protocol.Bits(bits) },
		Init: func() uint64 { return 1 },
		Step: func(s uint64, pos int, t tasks.Token) uint64 {
			return mix(s^mix(uint64(pos)<<8+uint64(int64(2+t.Z[0])))) & mask
		},
		Output: func(s uint64, _ int, _ tasks.Token) tasks.Value { return tasks.Value{float64(s & 1)} },
		Put:    func(w *protocol.Packer, _ int, s uint64) { w.Uint(s, bits) },
		Get:    func(r *protocol.Unpacker, _ int) uint64 { return r.Uint(bits) },
	}
	return cell.Recurrent(sh, tasks.Params{"b": float64(bits)}, "b")
}

func instance(t *testing.T, r *reductions.Reduction, n int) *reductions.Instance {
	t.Helper()
	in, err := r.Instance(n, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// witness checks a failure from scratch: Alice's tokens differ and Bob's do not, one
// definition, the model's outputs recomputed.
func witness(t *testing.T, m models.Machine, in *reductions.Instance, f *Finding) {
	t.Helper()
	out, err := m.Whole(t.Context(), f.Input, f.Read)
	if err != nil {
		t.Fatal(err)
	}
	wrong := false
	for k, i := range f.Read {
		want := in.Shape.Task.Eval(in.Shape, f.Input, i)
		wrong = wrong || !in.Shape.Correct(out[k], want)
	}
	if !wrong || f.Verdict != report.Errs {
		t.Errorf("%s: the witness is no failure: %v", f.Strategy, out)
	}
	if f.Kind != Forced {
		return
	}
	twin, err := m.Whole(t.Context(), f.Twin, f.Read)
	if err != nil || fmt.Sprint(twin) != fmt.Sprint(out) {
		t.Errorf("%s: outputs %v and %v of twins, %v", f.Strategy, out, twin, err)
	}
	differ := false
	for k := range f.Input {
		if !sameToken(f.Input[k], f.Twin[k]) {
			differ = true
			if f.Strategy != "null-vector" && in.At.Of(k+1) != protocol.Alice {
				t.Errorf("%s: twins differ at token %d, which is not Alice's", f.Strategy, k+1)
			}
		}
	}
	if !differ {
		t.Errorf("%s: the twin is the input itself", f.Strategy)
	}
}

// A reader gives the same messages as a run, for every machine that has one.
func TestReadersSpeakAsRunsDo(t *testing.T) {
	machines := 0
	for r := range reductions.Catalog().All() {
		for model := range zoo.Catalog().All() {
			for _, n := range []int{1, 3, 5} {
				in := instance(t, r, n)
				m, err := zoo.Build(model.Name, in.Shape, models.Settings{})
				if err != nil {
					continue
				}
				target, err := NewTarget(m, in)
				if err != nil || !target.OneWay() || target.code == nil {
					continue
				}
				s := target.space(flat(n), 64)
				sp, err := s.speaker(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if !sp.fast() {
					continue
				}
				machines++
				swept := make([]uint64, 1<<n)
				if err := sp.sweep(0, swept); err != nil {
					t.Fatal(err)
				}
				for v := range uint64(1) << n {
					w, err := target.key(t.Context(), s.word(v))
					if err != nil {
						t.Fatal(err)
					}
					said, err := sp.say(v)
					if err != nil {
						t.Fatal(err)
					}
					if want := keyOf(int(w.Len()), w.Packed(), 0); said != want || swept[v] != want {
						t.Errorf("%s, %s, n = %d, input %d: said %x, swept %x, a run says %x", r.Name, model.Name, n, v, said, swept[v], want)
					}
				}
			}
		}
	}
	if machines < 10 {
		t.Errorf("only %d machines were read", machines)
	}
}

// Short messages collide in every strategy that fits.
func TestStrategiesFindCollisions(t *testing.T) {
	for _, tc := range []struct {
		strategy string
		n, bits  int
	}{
		{"exhaustive", 16, 15}, {"exhaustive", 16, 8}, {"exhaustive", 20, 19}, {"hash", 40, 24}, {"hash", 21, 20}, {"birthday", 40, 24}, {"birthday", 64, 30}, {"birthday", 70, 28}, {"hash", 70, 28},
	} {
		in := instance(t, reductions.DisjQSAMemory, tc.n)
		m := scrambler(in.Shape, tc.bits)
		f, err := Find(t.Context(), m, in, Options{Only: []string{tc.strategy}})
		if err != nil {
			t.Fatal(err)
		}
		if f.Kind != Forced {
			t.Errorf("%+v: %s (%s)", tc, f.Kind, f.Note)
			continue
		}
		witness(t, m, in, f)
	}
	// Without a choice, the first strategies fail on this model, and a later one ends.
	in := instance(t, reductions.IndexQSAMemory, 40)
	f, err := Find(t.Context(), scrambler(in.Shape, 22), in, Options{})
	if err != nil || f.Kind != Forced || f.Strategy != "hash" {
		t.Errorf("%+v, %v", f, err)
	}
}

// A message as long as x that is injective is not forced, and exhaustive says so.
func TestExhaustiveSettles(t *testing.T) {
	in := instance(t, reductions.DisjQSAMemory, 12)
	m, err := zoo.Build("rnn", in.Shape, models.Settings{Num: tasks.Params{"from": 2, "m": 12}})
	if err != nil {
		t.Fatal(err)
	}
	f, err := Find(t.Context(), m, in, Options{Pairs: 200})
	if err != nil || f.Kind != None || f.Verdict != report.Unknown {
		t.Errorf("%+v, %v", f, err)
	}
	target, err := NewTarget(m, in)
	if err != nil {
		t.Fatal(err)
	}
	if messages, of, exact, err := target.Distinct(t.Context(), 1); messages != 1<<12 || of != 1<<12 || !exact || err != nil {
		t.Errorf("%d of %d messages, exact %v, %v", messages, of, exact, err)
	}
	short, err := zoo.Build("rnn", in.Shape, models.Settings{Num: tasks.Params{"from": 2, "m": 7}})
	if err != nil {
		t.Fatal(err)
	}
	if target, err = NewTarget(short, in); err != nil {
		t.Fatal(err)
	}
	if messages, _, _, err := target.Distinct(t.Context(), 1); messages != 1<<7 || err != nil {
		t.Errorf("%d messages of 7 values, %v", messages, err)
	}
}

// What is forgotten, and what is linear, is found without any birthday.
func TestStructureIsFound(t *testing.T) {
	for _, tc := range []struct {
		model, strategy string
		n               int
		set             tasks.Params
	}{
		{"rnn", "forgetting", 40, tasks.Params{"m": 24}}, {"rnn", "kernel", 64, tasks.Params{"m": 48}},
	} {
		in := instance(t, reductions.DisjQSAMemory, tc.n)
		m, err := zoo.Build(tc.model, in.Shape, models.Settings{Num: tc.set})
		if err != nil {
			t.Fatal(err)
		}
		f, err := Find(t.Context(), m, in, Options{Only: []string{tc.strategy}})
		if err != nil || f.Kind != Forced {
			t.Errorf("%+v: %+v, %v", tc, f, err)
			continue
		}
		witness(t, m, in, f)
	}
}

// adder sums weights of Alice's bits: its message is linear, and no two bits
// contribute the same.
func adder(sh tasks.Shape, weights []uint64, bits int) models.Machine {
	cell := fold.Cell[uint64]{
		Bits: func(int) protocol.Bits { return protocol.Bits(bits) },
		Init: func() uint64 { return 0 },
		Step: func(s uint64, pos int, t tasks.Token) uint64 {
			if pos-2 >= 0 && pos-2 < len(weights) && t.Z[0] > 0 {
				s += weights[pos-2]
			}
			return s
		},
		Output: func(s uint64, _ int, _ tasks.Token) tasks.Value { return tasks.Value{float64(s & 1)} },
		Put:    func(w *protocol.Packer, _ int, s uint64) { w.Uint(s, bits) },
		Get:    func(r *protocol.Unpacker, _ int) uint64 { return r.Uint(bits) },
	}
	return cell.Recurrent(sh, tasks.Params{}, "b")
}

func TestIntegerRelations(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	for _, n := range []int{24, 36, 48} {
		in := instance(t, reductions.DisjQSAMemory, n)
		weights := make([]uint64, n)
		for k := range weights {
			weights[k] = 1 + rng.Uint64N(1<<(n-8))
		}
		m := adder(in.Shape, weights, n-1)
		f, err := Find(t.Context(), m, in, Options{Only: []string{"kernel"}})
		if err != nil || f.Kind != Forced {
			t.Errorf("n = %d: %+v, %v", n, f, err)
			continue
		}
		witness(t, m, in, f)
		t.Log(f.Note)
	}
}

// Lattice reduction keeps the lattice: every reduced row is a relation or carries
// its own sum, and short relations that were planted come out.
func TestRelation(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 6))
	for range 20 {
		n := 6 + rng.IntN(8)
		delta := make([]*big.Int, n)
		for k := range delta {
			delta[k] = new(big.Int).SetUint64(rng.Uint64() >> 4)
		}
		a, b, c := 0, 1+rng.IntN(n-2), n-1 // delta_a + delta_b = delta_c
		delta[c].Add(delta[a], delta[b])
		z, err := relation(t.Context(), delta)
		if err != nil || z == nil {
			t.Fatalf("no relation in %v: %v", delta, err)
		}
		sum := new(big.Int)
		for k, v := range z {
			sum.Add(sum, new(big.Int).Mul(delta[k], big.NewInt(int64(v))))
		}
		if sum.Sign() != 0 || !slices.ContainsFunc(z, func(v int) bool { return v != 0 }) {
			t.Errorf("%v is no relation of %v", z, delta)
		}
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := relation(ctx, []*big.Int{big.NewInt(3), big.NewInt(5)}); err == nil {
		t.Error("a cancelled reduction went on")
	}
}

// A first layer without full rank gives two inputs of the task itself.
func TestNullVector(t *testing.T) {
	in := instance(t, reductions.DisjQSAMemory, 21)
	need := in.Shape.N / 2
	m, err := zoo.Build("mlp", in.Shape, models.Settings{
		Num: tasks.Params{"h1": float64(in.Shape.N + need - 1)}, Choice: map[string]string{"construction": "mlp-qsa"}, Seed: 1,
	})
	if err != nil {
		t.Fatal(err)
	}
	f, err := Find(t.Context(), m, in, Options{Only: []string{"null-vector"}})
	if err != nil {
		t.Fatal(err)
	}
	pair, err := linear.NullPair(in.Shape, m.(*linear.FeedForward).ZColumns())
	if err != nil || pair == nil {
		t.Fatal(pair, err)
	}
	if f.Kind == Forced {
		witness(t, m, in, f)
	} else {
		t.Logf("not run: %s", f.Note)
	}
	if rank := exact.NullVector(pair.W, need); rank == nil {
		t.Error("the columns are independent after all")
	}
}

// The table remembers every key, and says so.
func TestTable(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 8))
	const count = 5000
	tab := newTable(count)
	keys := make([]uint64, count)
	for k := range keys {
		keys[k] = rng.Uint64N(3000)
		hits := tab.put(keys[k], uint64(k))
		for j := range k {
			if keys[j] == keys[k] && !slices.Contains(hits, uint64(j)) {
				// A chain of equal keys is found from its members one by one.
				if !slices.ContainsFunc(hits, func(h uint64) bool { return keys[h] == keys[k] }) {
					t.Fatalf("entry %d has the key of entry %d and no hit", k, j)
				}
			}
		}
	}
}

// Strategies come by rank, no two with the same, and an incomplete one is refused.
func TestStrategiesAreRanked(t *testing.T) {
	last := 0
	for _, s := range Strategies() {
		if s.Rank <= last {
			t.Errorf("%s has rank %d, the one before it %d", s.Name, s.Rank, last)
		}
		last = s.Rank
	}
	whole := *sample
	for name, spoil := range map[string]func(s *Strategy){
		"name": func(s *Strategy) { s.Name = "" }, "doc": func(s *Strategy) { s.Doc = "" }, "rank": func(s *Strategy) { s.Rank = 0 },
		"kind": func(s *Strategy) { s.Kind = "" }, "applies": func(s *Strategy) { s.Applies = nil }, "search": func(s *Strategy) { s.Search = nil },
	} {
		s := whole
		if spoil(&s); s.Validate() == nil {
			t.Errorf("a strategy without %s is taken", name)
		}
	}
}
