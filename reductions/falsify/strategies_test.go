package falsify

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
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
		if !f.Input[k].Equal(f.Twin[k]) {
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
				sp := s.speaker(t.Context())
				if !sp.fast() {
					continue
				}
				machines++
				swept := make([]uint64, 1<<n)
				if err := sp.sweep(0, swept); err != nil {
					t.Fatal(err)
				}
				for v := range uint64(1) << n {
					alone := make([]uint64, 1)
					if err := sp.sweep(v, alone); err != nil || alone[0] != swept[v] {
						t.Fatalf("%s, %s: alone input %d says %d, among others %d: %v", r.Name, model.Name, v, alone[0], swept[v], err)
					}
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
		if said := map[string]string{"birthday": "two trails met after", "hash": "share all words", "exhaustive": "share all words"}[tc.strategy]; !strings.Contains(f.Note, said) {
			t.Errorf("%+v: %s", tc, f.Note)
		}
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
		Init: func() uint64 { return 1 << (bits - 1) }, // some weights are negative
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
	// What reduction ends with is reduced, and reads as a relation where it is one.
	l := &lattice{}
	for i := range 9 {
		row := make([]*big.Int, 10)
		for j := range row {
			row[j] = new(big.Int)
		}
		row[i].SetInt64(1)
		row[9].SetUint64(rng.Uint64() >> 20)
		l.rows = append(l.rows, row)
	}
	if err := l.reduce(t.Context()); err != nil {
		t.Fatal(err)
	}
	for k := range l.rows {
		for j := range k {
			if twice := new(big.Int).Lsh(l.lambda[k][j], 1); twice.CmpAbs(l.d[j+1]) > 0 {
				t.Errorf("row %d has more than half of row %d", k, j)
			}
		}
	}
	huge := new(big.Int).Lsh(big.NewInt(1), 64)
	for _, c := range []struct {
		row  []*big.Int
		want string
	}{
		{[]*big.Int{big.NewInt(1), big.NewInt(-1), big.NewInt(0)}, "[1 -1 0]"}, {[]*big.Int{big.NewInt(2), big.NewInt(0), big.NewInt(0)}, "[]"}, {[]*big.Int{big.NewInt(0), big.NewInt(-2), big.NewInt(0)}, "[]"},
		{[]*big.Int{huge, big.NewInt(1), big.NewInt(0)}, "[]"}, {[]*big.Int{big.NewInt(1), big.NewInt(0), big.NewInt(1)}, "[]"}, {[]*big.Int{big.NewInt(0), big.NewInt(0), big.NewInt(0)}, "[]"},
	} {
		if got := fmt.Sprint(small(c.row, 2, 3)); got != c.want {
			t.Errorf("%v reads as %s, want %s", c.row, got, c.want)
		}
	}
	if z, err := relation(t.Context(), []*big.Int{big.NewInt(52), big.NewInt(27), big.NewInt(117), big.NewInt(11), big.NewInt(111), big.NewInt(8), big.NewInt(34)}); err != nil || z == nil {
		t.Errorf("no sum of two reduced vectors is tried: %v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := relation(ctx, []*big.Int{big.NewInt(3), big.NewInt(5)}); err == nil {
		t.Error("a cancelled reduction went on")
	}
}

// TestLinearMessages: where it is known how the bits contribute, the failure says why.
func TestLinearMessages(t *testing.T) {
	powers := func(n int) []uint64 { // none of the first 48 a sum of others of them
		w := make([]uint64, n)
		for k := range w {
			if w[k] = 1 << k; k >= 48 {
				w[k] = 3 << (k - 47)
			}
		}
		return w
	}
	at := func(w []uint64, k int, v int64) []uint64 { w[k] = uint64(v); return w }
	for _, c := range []struct {
		weights []uint64
		bits    int
		want    string
	}{
		{at(powers(24), 5, 0), 26, "bit 6 of x contributes nothing to the message"},
		{at(powers(24), 5, 1<<9), 26, "bits 6 and 10 of x contribute the same to the message"},
		{at(powers(24), 5, -1<<3), 26, "bits 4 and 6 of x contribute the same to the message"},
		{at(powers(24), 5, 1<<3+1<<9), 26, "an integer relation between the parts of the message that the bits contribute, by lattice reduction"},
		{powers(24), 26, "the message is a linear function of x, and lattice reduction gave no relation with coefficients -1, 0, 1"},
	} {
		in := instance(t, reductions.DisjQSAMemory, len(c.weights))
		m := adder(in.Shape, c.weights, c.bits)
		f, err := Find(t.Context(), m, in, Options{Only: []string{"kernel"}})
		if err != nil || !strings.HasPrefix(f.Note, "kernel: "+c.want) {
			t.Errorf("%+v, %v, want %s", f, err, c.want)
		}
		if f.Kind == Forced {
			witness(t, m, in, f)
		}
	}
	independent := instance(t, reductions.DisjQSAMemory, 24)
	find := func(ctx context.Context) error {
		_, err := Find(ctx, adder(independent.Shape, powers(24), 26), independent, Options{Only: []string{"kernel"}})
		return err
	}
	whole := &ending{Context: t.Context()}
	if err := find(whole); err != nil {
		t.Error(err)
	}
	if err := find(&ending{Context: t.Context(), n: whole.asked.Load()}); !errors.Is(err, context.Canceled) {
		t.Errorf("a reduction that was ended says that there is no relation: %v", err)
	}
	// Beyond the 48 bits that are reduced, the sums of a message of at most 62 bits are searched.
	n := 64
	in := instance(t, reductions.DisjQSAMemory, n)
	for bits, searched := range map[int]bool{62: true, 63: false, 64: false} {
		ctx, cancel := context.WithCancel(t.Context())
		f, err := Find(ctx, adder(in.Shape, powers(n), bits), in, Options{Only: []string{"kernel"}, Progress: func(_, _ uint64) { cancel() }})
		cancel()
		if errors.Is(err, context.Canceled) != searched || !searched && (err != nil || !strings.Contains(f.Note, "lattice reduction gave no relation")) {
			t.Errorf("%d bits: %+v, %v", bits, f, err)
		}
	}
	rng := rand.New(rand.NewPCG(5, 5))
	for _, n := range []int{24, 70} {
		in := instance(t, reductions.DisjQSAMemory, n)
		target := facing(t, scrambler(in.Shape, 8), in)
		s := target.space(flat(n), 64)
		var delta []*big.Int
		for range n {
			delta = append(delta, big.NewInt(rng.Int64N(1<<40)-1<<39))
		}
		for range 50 {
			v := rng.Uint64() & (1<<len(s.free) - 1)
			sum := big.NewInt(1 << 50)
			for i, x := 0, s.word(v); i < n; i++ {
				if x.Bit(i) {
					sum.Add(sum, delta[i])
				}
			}
			if got, err := newSums(s, big.NewInt(1<<50), delta, 60).say(v); err != nil || got != sum.Uint64()&(1<<60-1) {
				t.Fatalf("n = %d: %d, want %v", n, got, sum)
			}
		}
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

// TestNullVectors: a null vector is told where it separates targets by more than 2 eps, of the first half or of all tokens.
func TestNullVectors(t *testing.T) {
	qsa, err := tasks.Catalog().Get("qsa")
	if err != nil {
		t.Fatal(err)
	}
	const none, small = "no null vector of the first layer separates", "whose numbers the network's p bits do not hold"
	for _, c := range []struct {
		N, q   int
		eps    float64
		h1     int
		weight int64 // of the numbers of the second token; 0: as built
		want   string
	}{
		{3, 2, 0.05, 8, 0, "every continuation errs by at least 0.5"}, {3, 2, 0.05, 9, 0, none},
		{8, 4, 0.05, 35, 0, "every continuation errs by at least 0.25"}, {8, 4, 0.49, 35, 0, none}, {8, 2, 0.499, 19, 0, "at least 0.5"},
		{5, 4, 0.05, 22, 0, "every continuation errs by at least 0.25"}, {5, 4, 0.3, 22, 0, none}, // of all tokens
		{2, 2, 0.05, 5, 0, none}, {4, 4, 0.05, 18, 0, none}, {4, 4, 0.05, 20, 0, none}, // one set alone: it sums to nothing
		{4, 1, 0.05, 5, 7, small},
	} {
		sh, err := qsa.Shape(c.N, tasks.Params{"q": float64(c.q), "eps": c.eps})
		if err != nil {
			t.Fatal(err)
		}
		set := models.Settings{Num: tasks.Params{"h1": float64(c.h1), "p": 2}, Choice: map[string]string{"construction": "mlp-qsa"}, Seed: 1}
		m, err := zoo.Build("mlp", sh, set)
		if err != nil {
			t.Fatal(err)
		}
		if first := m.(*linear.FeedForward); c.weight > 0 {
			for _, row := range first.Rows {
				for k := range row {
					if row[k].Column/first.Numbers == 1 {
						row[k].Weight = c.weight
					}
				}
			}
		}
		target := &Target{Machine: m, Instance: &reductions.Instance{Shape: sh}}
		lead, err := nullVector.Search(t.Context(), target, Options{})
		if err != nil || !strings.Contains(lead.Note, c.want) || (len(lead.Inputs) == 2) != strings.Contains(lead.Note, "errs by") {
			t.Errorf("%+v: %+v, %v", c, lead, err)
		}
		target.Instance.Shape.N += 2
		if _, err := target.null(); err == nil {
			t.Errorf("%+v: a layer of another length is looked at", c)
		}
	}
	in := instance(t, reductions.DisjMatch3, 3)
	if m, err := zoo.Build("mlp", in.Shape, models.Settings{}); err != nil || nullVector.Applies(facing(t, m, in)) {
		t.Errorf("a null vector of match3: %v", err)
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
