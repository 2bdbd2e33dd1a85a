package units

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// squares counts items and adds up their squares; it is the work of these tests.
type squares struct {
	Items int   `json:"items"`
	Sum   int64 `json:"sum"`
}

var squaresKind = Register(&Kind[squares]{Name: "squares", Doc: "0, 1, 4, ...", Add: func(a, b squares) squares {
	return squares{a.Items + b.Items, a.Sum + b.Sum}
}})

// work is the sum of the squares below n, which a formula confirms.
func work(n int) *Work[squares] {
	return &Work[squares]{
		Kind: squaresKind, Params: map[string]any{"n": n}, Items: n, Step: 3, Version: "v1", Command: []string{"squares"},
		Do: func(ctx context.Context, from, to int) (c squares, err error) {
			for i := from; i < to; i++ {
				c.Items++
				c.Sum += int64(i) * int64(i)
			}
			return c, ctx.Err()
		},
		Sane: func(from, to int, c *squares) error {
			if c.Items != to-from {
				return fmt.Errorf("%d items, want %d", c.Items, to-from)
			}
			return nil
		},
		Total: func(c squares) error {
			m := int64(n)
			if want := (m - 1) * m * (2*m - 1) / 6; c.Sum != want {
				return fmt.Errorf("the sum is %d, not %d", c.Sum, want)
			}
			return nil
		},
	}
}

// unit is the record of unit i of k, read back from its bytes.
func unit[C any](t testing.TB, w *Work[C], i, k int) *Record {
	t.Helper()
	r, err := w.Run(context.Background(), Shard{i, k}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	back, err := Read(r.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	return back
}

func all[C any](t testing.TB, w *Work[C], k int) (records []*Record) {
	for i := range k {
		records = append(records, unit(t, w, i+1, k))
	}
	return records
}

// ended is the record of a unit that ctx ended after so many steps.
func ended[C any](t testing.TB, w *Work[C], s Shard, resume *Record, steps int) *Record {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	r, err := w.Run(ctx, s, resume, func(*Record) error {
		if steps--; steps == 0 {
			cancel()
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("the unit was not ended: %v", err)
	}
	return r
}

// TestMergeIsWhole: however the work is cut, in whatever order its records come, and
// how often each, the merged counts are those of one run.
func TestMergeIsWhole(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{0, 1, 5, 64, 97} {
		w := work(n)
		whole, err := w.Merge([]*Record{unit(t, w, 1, 1)})
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range []int{1, 2, 3, 7, 64, 200} {
			records := all(t, w, k)
			for range k {
				records = append(records, records[rng.IntN(k)])
			}
			rng.Shuffle(len(records), func(i, j int) { records[i], records[j] = records[j], records[i] })
			got, err := w.Merge(records)
			if err != nil || got != whole {
				t.Errorf("n = %d in %d units: %v, %v; want %v", n, k, got, err, whole)
			}
		}
	}
}

// TestMergeRefuses: every fault is named, and is neither guessed away nor counted.
func TestMergeRefuses(t *testing.T) {
	w := work(60)
	changed := func(i int, change func(*Record)) *Record {
		r := unit(t, w, i, 6)
		change(r)
		return r
	}
	set := func(r *Record, counts string) { r.Counts = []byte(counts) }
	other := work(60)
	other.Input = []byte("another file")
	lost := func(lost ...int) (kept []*Record) {
		for i, r := range all(t, w, 6) {
			if !slices.Contains(lost, i+1) {
				kept = append(kept, r)
			}
		}
		return kept
	}
	early := ended(t, w, Shard{4, 6}, nil, 2)
	for _, c := range []struct {
		name    string
		records []*Record
		want    string
		foreign bool
	}{
		{"a gap", lost(3), "1 of 6 units missing: 3", false},
		{"gaps", lost(1, 2, 3, 5), "4 of 6 units missing: 1-3,5", false},
		{"one of many", lost(1, 3, 4, 5, 6), "5 of 6 units missing: 1,3-6", false},
		{"an early end", append(lost(4), early), "1 of 6 units ended early (run them again with --resume): 4", false},
		{"all at once", append(lost(1, 4), early, changed(2, func(r *Record) { set(r, `{"items":10,"sum":7}`) })),
			"1 of 6 units missing: 1; 1 of 6 units ended early (run them again with --resume): 4; 1 of 6 units in conflict (counted twice, differently): 2", false},
		{"a conflict", append(lost(), changed(5, func(r *Record) { set(r, `{"items":10,"sum":7}`) })), "1 of 6 units in conflict (counted twice, differently): 5", false},
		{"a wrong sum", append(lost(5), changed(5, func(r *Record) { set(r, `{"items":10,"sum":7}`) })), "do not add up", false},
		{"another input", append(lost(5), unit(t, other, 5, 6)), "unit 5/6 was counted from another input", true},
		{"other parameters", append(lost(5), unit(t, work(61), 5, 6)), "unit 5/6 is one of other parameters", true},
		{"another version", append(lost(5), changed(5, func(r *Record) { r.Version = "v2" })), `unit 5/6 was counted by version "v2", this is "v1"`, true},
		{"another kind", append(lost(5), changed(5, func(r *Record) { r.Kind = "cubes" })), "unit 5/6 counts for cubes, not for squares", true},
		{"another cut", append(lost(5), unit(t, w, 5, 7)), "unit 5/7 among units of 6", true},
		{"counts of other items", append(lost(5), changed(5, func(r *Record) { set(r, `{"items":9,"sum":7}`) })), "9 items, want 10", true},
		{"counts with an unknown field", append(lost(5), changed(5, func(r *Record) { set(r, `{"items":10,"sum":7,"more":1}`) })), "unit 5/6: counts", true},
		{"a range of another unit", append(lost(4), changed(4, func(r *Record) {
			r.Complete, r.Partial = false, &Partial{10, 15, 20}
		})), "the partial range 10..15..20 is none of 30..40", true},
		{"nothing", nil, "no records", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := w.Merge(c.records)
			if err == nil || got != (squares{}) {
				t.Fatalf("merged to %v, %v", got, err)
			}
			if !strings.Contains(err.Error(), c.want) || errors.Is(err, ErrForeign) != c.foreign {
				t.Errorf("%v (foreign %v), want %s", err, errors.Is(err, ErrForeign), c.want)
			}
		})
	}
}

// TestMergeReadsCounts: records of one unit whose counts are written in two ways agree, and
// what is named as missing is all that is named; a shard is checked wherever a record is from.
func TestMergeReadsCounts(t *testing.T) {
	w := work(60)
	again := unit(t, w, 2, 3)
	again.Counts = []byte(" " + string(again.Counts))
	if _, err := w.Merge(append(all(t, w, 3), again)); err != nil {
		t.Error(err)
	}
	said := *w.Kind
	said.Say = func(c squares) string { return fmt.Sprintf("%d squares", c.Items) }
	for kind, found := range map[*Kind[squares]]string{w.Kind: "", &said: ": 40 squares"} { // what there is, is said
		w.Kind = kind
		if _, err := w.Merge(all(t, w, 3)[:2]); err == nil || err.Error() != "1 of 3 units missing: 3; 40 of 60 items are counted"+found {
			t.Errorf("%v", err)
		}
	}
	again.Shard = "4/3"
	if _, err := Read(again.Bytes()); err == nil {
		t.Error("a record of unit 4/3 was read")
	}
	if _, err := w.Merge([]*Record{again}); !errors.Is(err, ErrForeign) {
		t.Errorf("a record of unit 4/3: %v", err)
	}
}

// TestMergeWholeBeatsPart: the unit that ended early and went on is counted once, from
// its complete record, whichever comes first.
func TestMergeWholeBeatsPart(t *testing.T) {
	w := work(60)
	records := all(t, w, 6)
	early := ended(t, w, Shard{4, 6}, nil, 2)
	want, err := w.Merge(records)
	if err != nil {
		t.Fatal(err)
	}
	for _, order := range [][]*Record{append([]*Record{early, early}, records...), append(records, early)} {
		if got, err := w.Merge(order); err != nil || got != want {
			t.Errorf("%v, %v; want %v", got, err, want)
		}
	}
}

// TestEnough: where the first items decide, nothing behind them is asked for; a gap in
// front of them, and a conflict anywhere, is.
func TestEnough(t *testing.T) {
	w := work(60)
	w.Enough = func(c squares) (bool, error) { return c.Items >= 25, nil } // of units 1, 2 and half of 3
	w.Total = func(c squares) error { return nil }
	records := all(t, w, 6)
	short, long := ended(t, w, Shard{3, 6}, nil, 1), ended(t, w, Shard{3, 6}, nil, 2)
	other := unit(t, w, 5, 6)
	other.Counts = []byte(`{"items":10,"sum":7}`)
	for _, c := range []struct {
		name    string
		records []*Record
		items   int
		want    string
	}{
		{"the first three", records[:3], 30, ""},
		{"the first three and a later one", append(records[:3:3], records[4]), 30, ""},
		{"two and a long part", []*Record{short, records[0], long, records[1]}, 26, ""},
		{"two and a short part", append(records[:2:2], short), 0, "missing: 4-6; 1 of 6 units ended early (run them again with --resume): 3"},
		{"a gap in front", records[1:], 0, "1 of 6 units missing: 1"},
		{"a conflict behind", append(slices.Clone(records), other), 0, "in conflict (counted twice, differently): 5"},
	} {
		got, err := w.Merge(c.records)
		if got.Items != c.items || (c.want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, %v; want %d items, %q", c.name, got, err, c.items, c.want)
		}
	}
	boom := errors.New("boom")
	w.Enough = func(squares) (bool, error) { return false, boom }
	if _, err := w.Merge(records[:2]); !errors.Is(err, boom) {
		t.Errorf("an error of Enough: %v", err)
	}
}

// TestResumeAnywhere: a unit that is ended after every possible step, and after every
// possible further one, comes to the same bytes.
func TestResumeAnywhere(t *testing.T) {
	w := work(60)
	s := Shard{2, 3}
	want := unit(t, w, 2, 3).Bytes()
	steps := (20 + w.Step - 1) / w.Step
	for first := 1; first < steps; first++ {
		state := ended(t, w, s, nil, first)
		if p := state.Partial; state.Complete || *p != (Partial{20, 20 + first*w.Step, 40}) {
			t.Fatalf("after %d steps: complete %v, %+v", first, state.Complete, p)
		}
		for second := 1; second <= steps-first; second++ {
			then, err := Read(state.Bytes())
			if err != nil {
				t.Fatal(err)
			}
			if second < steps-first {
				then = ended(t, w, s, then, second)
			}
			r, err := w.Run(context.Background(), s, then, nil)
			if err != nil || !bytes.Equal(r.Bytes(), want) {
				t.Errorf("ended after %d and %d steps: %s, %v", first, second, r.Bytes(), err)
			}
		}
	}
	// Done work is not done again.
	w.Do = func(context.Context, int, int) (squares, error) { return squares{}, errors.New("done again") }
	full, _ := Read(want)
	if r, err := w.Run(context.Background(), s, full, nil); err != nil || !bytes.Equal(r.Bytes(), want) {
		t.Errorf("a complete state: %v", err)
	}
}

// TestResumeRefuses: a unit goes on only from its own state.
func TestResumeRefuses(t *testing.T) {
	w := work(60)
	newer := work(60)
	newer.Version = "v2"
	for name, state := range map[string]*Record{
		"another unit":    unit(t, w, 1, 3),
		"another cut":     unit(t, w, 2, 4),
		"other work":      unit(t, work(61), 2, 3),
		"another version": unit(t, newer, 2, 3),
	} {
		if r, err := w.Run(context.Background(), Shard{2, 3}, state, nil); !errors.Is(err, ErrForeign) || r != nil {
			t.Errorf("%s: %v, %v", name, r, err)
		}
	}
	for p, ok := range map[Partial]bool{ // of items 20..39
		{20, 20, 40}: true, {20, 39, 40}: true, {19, 23, 40}: false, {21, 23, 40}: false, {20, 23, 39}: false, {20, 23, 41}: false, {20, 19, 40}: false, {20, 40, 40}: false, {20, 41, 40}: false,
	} {
		part := *unit(t, w, 2, 3)
		c := squares{}
		for i := 20; i < p.Done; i++ {
			c.Items, c.Sum = c.Items+1, c.Sum+int64(i*i)
		}
		c.Items = p.Done - 20
		part.Complete, part.Partial, part.Counts = false, &p, raw(c)
		if _, err := w.Run(context.Background(), Shard{2, 3}, &part, nil); (err == nil) != ok {
			t.Errorf("a state of the range %+v: %v", p, err)
		}
	}
}

// TestRunStops: wrong counts, a failing counter and a state that cannot be saved end a
// unit without a record.
func TestRunStops(t *testing.T) {
	boom := errors.New("boom")
	broken, failing := work(9), work(9)
	broken.Do = func(context.Context, int, int) (squares, error) { return squares{Items: 1}, nil }
	failing.Do = func(context.Context, int, int) (squares, error) { return squares{}, boom }
	if r, err := broken.Run(context.Background(), Whole, nil, nil); r != nil || err == nil {
		t.Errorf("counts that cannot be: %v, %v", r, err)
	}
	if r, err := failing.Run(context.Background(), Whole, nil, nil); r != nil || !errors.Is(err, boom) {
		t.Errorf("a counter that fails: %v, %v", r, err)
	}
	if r, err := work(9).Run(context.Background(), Whole, nil, func(*Record) error { return boom }); r != nil || !errors.Is(err, boom) {
		t.Errorf("a state that cannot be saved: %v, %v", r, err)
	}
}

// TestReadRefuses: a record that is cut short anywhere, padded or changed in shape is no record.
func TestReadRefuses(t *testing.T) {
	for _, r := range []*Record{unit(t, work(60), 2, 3), ended(t, work(60), Shard{2, 3}, nil, 1)} {
		text := strings.TrimSpace(string(r.Bytes()))
		for k := range text {
			if _, err := Read([]byte(text[:k])); err == nil {
				t.Fatalf("the first %d bytes were read: %s", k, text[:k])
			}
		}
		for old, new := range map[string]string{
			`"kind":"squares"`:   `"kind":""`,
			`"shard":"2/3"`:      `"shard":"4/3"`,
			`"params":{"n":60},`: ``,
			`"command":["squ`:    `"command":[],"x":["squ`,
			`"complete":`:        `"complete":false,"complete":`,
			`"counts":`:          `"count":`,
			`{"kind"`:            `{"mind":1,"kind"`,
			`"version":"v1"`:     `"version":1`,
		} {
			bad := strings.Replace(text, old, new, 1)
			if _, err := Read([]byte(bad)); bad == text || err == nil {
				t.Errorf("%s was read", bad)
			}
		}
		if _, err := Read([]byte(text + text)); err == nil {
			t.Error("two records in one file were read")
		}
	}
	whole := string(unit(t, work(60), 2, 3).Bytes())
	if _, err := Read([]byte(strings.Replace(whole, `"complete":true`, `"complete":false`, 1))); err == nil {
		t.Error("an incomplete record without a range was read")
	}
}

// TestShares: the shares of k units cover n items, each once, in order, and differ by
// at most one item.
func TestShares(t *testing.T) {
	for _, n := range []int{0, 1, 2, 13, 100, 1<<62 + 5} {
		for _, k := range []int{1, 2, 3, 7, 99, 101} {
			at := 0
			for i := 1; i <= k; i++ {
				from, to := Shard{i, k}.Range(n)
				if from != at || to-from < n/k || to-from > n/k+1 {
					t.Fatalf("unit %d/%d of %d: %d..%d after %d", i, k, n, from, to, at)
				}
				at = to
			}
			if at != n {
				t.Errorf("%d units of %d end at %d", k, n, at)
			}
		}
	}
}

func TestParseShard(t *testing.T) {
	if s, err := ParseShard("3/10"); err != nil || s != (Shard{3, 10}) || s.String() != "3/10" {
		t.Errorf("3/10: %v, %v", s, err)
	}
	if _, err := ParseShard("1048576/1048576"); err != nil {
		t.Error(err)
	}
	for _, bad := range []string{"", "1", "1/", "/1", "0/1", "2/1", "-1/2", "01/2", "1/2 ", "1/2/3", "+1/2", "1/1048577", "a/b"} {
		if s, err := ParseShard(bad); err == nil {
			t.Errorf("%q: %v", bad, s)
		}
	}
}

func TestRegisterRefuses(t *testing.T) {
	add := squaresKind.Add
	for name, k := range map[string]*Kind[squares]{
		"no name": {Doc: "x", Add: add}, "no doc": {Name: "x", Add: add}, "no addition": {Name: "x", Doc: "x"}, "repeated": {Name: "squares", Doc: "x", Add: add},
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: registered", name)
				}
			}()
			Register(k)
		}()
	}
}

// FuzzRead: what is read is written back to bytes that are read as the same, and no
// input stops the program.
func FuzzRead(f *testing.F) {
	f.Add(unit(f, work(60), 2, 3).Bytes())
	f.Add([]byte(`{"kind":"squares","params":{},"shard":"1/2","version":"","input":"x","command":["a"],"counts":{},"complete":false,"partial":{"from":0,"done":1,"to":2}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := Read(data)
		if err != nil {
			return
		}
		again, err := Read(r.Bytes())
		if err != nil || !bytes.Equal(again.Bytes(), r.Bytes()) {
			t.Fatalf("%s\n%v", r.Bytes(), err)
		}
		_, _ = work(60).Merge([]*Record{r, again})
	})
}

// BenchmarkMerge puts 10,000 units together, read from their bytes.
func BenchmarkMerge(b *testing.B) {
	w := work(100_000)
	var files [][]byte
	for _, r := range all(b, w, 10_000) {
		files = append(files, r.Bytes())
	}
	for b.Loop() {
		var records []*Record
		for _, data := range files {
			r, err := Read(data)
			if err != nil {
				b.Fatal(err)
			}
			records = append(records, r)
		}
		if _, err := w.Merge(records); err != nil {
			b.Fatal(err)
		}
	}
}
