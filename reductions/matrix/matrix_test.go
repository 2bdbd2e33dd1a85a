package matrix

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/protocol/bounds"
)

// worlds are small shapes of every task that has some.
var worlds = []struct {
	task  string
	n     int
	set   tasks.Params
	split string
}{
	{"match2", 4, tasks.Params{"M": 5}, "half"},
	{"match2", 4, tasks.Params{"M": 3}, "alice:1,3,bob:2,4"},
	{"match3", 5, tasks.Params{"M": 7}, "half"},
	{"match3", 4, tasks.Params{"M": 6}, "prefix:2"},
	{"match3-bigram", 4, tasks.Params{"M": 5}, "prefix:1"},
	{"match3-local", 5, tasks.Params{"M": 4}, "half"},
	{"match-s", 5, tasks.Params{"M": 5, "s": 4}, "half"},
	{"qsa", 3, tasks.Params{"q": 2, "d": 1}, "half"},
	{"qsa", 4, tasks.Params{"q": 1, "d": 1}, "alice:1-2,bob:3,public:4"},
	{"cycle3", 3, tasks.Params{"nodes": 3}, "half"},
	{"cycle3", 4, tasks.Params{"nodes": 3}, "prefix:2"},
	{"cycle5", 5, tasks.Params{"nodes": 4}, "alice:1,bob:2,public:3-5"},
	{"induction-heads", 5, tasks.Params{"V": 3}, "alice:1,3,bob:2,4,public:5"},
	{"match2", 3, tasks.Params{"M": 3}, "prefix:0"},
	{"match2", 3, tasks.Params{"M": 3}, "prefix:3"},
}

func cutOf(t *testing.T, task string, n int, set tasks.Params, split string, read ...int) *Cut {
	t.Helper()
	of, err := tasks.Catalog().Get(task)
	if err != nil {
		t.Fatal(err)
	}
	sh, err := of.Shape(n, set)
	if err != nil {
		t.Fatal(err)
	}
	s, err := sh.ParseSplit(split)
	if err != nil {
		t.Fatal(err)
	}
	if len(read) == 0 {
		read = []int{sh.DefaultRead()}
	}
	c, err := NewCut(sh, s, read)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// plainInputs lists what one player can hold by recursion, position by position.
func plainInputs(sh tasks.Shape, pos []int) [][]tasks.Token {
	if len(pos) == 0 {
		return [][]tasks.Token{nil}
	}
	var all [][]tasks.Token
	for _, first := range sh.Task.Alphabet(sh, pos[0]) {
		for _, rest := range plainInputs(sh, pos[1:]) {
			all = append(all, append([]tasks.Token{first}, rest...))
		}
	}
	return all
}

// TestAgainstPlain tabulates every world a second, obvious way.
func TestAgainstPlain(t *testing.T) {
	for _, w := range worlds {
		t.Run(fmt.Sprintf("%s-%d-%s", w.task, w.n, w.split), func(t *testing.T) {
			c := cutOf(t, w.task, w.n, w.set, w.split)
			table, err := c.Tabulate(context.Background(), nil)
			if err != nil {
				t.Fatal(err)
			}
			sh := c.Shape
			part := func(who protocol.Player) (ok [][]tasks.Token) {
				pos := c.Split.Positions(who)
				for _, in := range plainInputs(sh, pos) {
					h := c.Split.Deal(sh, place(c, who, in))[who]
					var tok []tasks.Token
					for k := range h.Visible() {
						_, x := h.At(k)
						tok = append(tok, x)
					}
					if _, err := tasks.NewHalf(sh, c.Split, who, h.Visible(), tok); err == nil {
						ok = append(ok, in)
					}
				}
				return ok
			}
			alice, bob := part(protocol.Alice), part(protocol.Bob)
			if len(alice) != c.Rows() || len(bob) != c.Cols() {
				t.Fatalf("%d x %d, want %d x %d", c.Rows(), c.Cols(), len(alice), len(bob))
			}
			undefined := 0
			for i, a := range alice {
				if !slices.EqualFunc(a, c.Row(i), tasks.Token.Equal) {
					t.Fatalf("row %d is %v, want %v", i, c.Row(i), a)
				}
				for j, b := range bob {
					seq := place(c, protocol.Alice, a)
					for k, at := range c.Split.Positions(protocol.Bob) {
						seq[at-1] = b[k]
					}
					cell := table.Cells[i*table.Cols+j]
					if sh.Check(seq) != nil {
						undefined++
						if cell >= 0 {
							t.Fatalf("entry %d %d is no input, but %d", i, j, cell)
						}
						continue
					}
					want := sh.Task.Eval(sh, seq, c.Read[0])
					if cell < 0 || !slices.Equal(table.Outputs[cell][0], want) {
						t.Fatalf("entry %d %d is %d, want %v", i, j, cell, want)
					}
				}
			}
			if promise := sh.Task.CheckSeq != nil; promise != (undefined > 0) {
				t.Errorf("%d entries outside the promise", undefined)
			}
		})
	}
}

// place puts one player's tokens beside the public ones.
func place(c *Cut, who protocol.Player, in []tasks.Token) []tasks.Token {
	seq := c.whole()
	for k, at := range c.Split.Positions(who) {
		seq[at-1] = in[k]
	}
	return seq
}

// TestProfile compares the profile with different rows at every cut, counted from
// the definition.
func TestProfile(t *testing.T) {
	for _, w := range worlds {
		c := cutOf(t, w.task, w.n, w.set, w.split)
		if c.Shape.Task.CheckSeq != nil {
			continue
		}
		profile, err := c.Profile(context.Background(), nil)
		if err != nil || len(profile) != w.n-1 {
			t.Fatalf("%s: %d cuts, %v", w.task, len(profile), err)
		}
		if _, err := c.Tabulate(context.Background(), nil); err != nil {
			t.Fatal(err)
		}
		if again, err := c.Profile(context.Background(), nil); err != nil || !slices.Equal(again, profile) {
			t.Errorf("%s %s: from the matrix %v, %v; without it %v", w.task, w.split, again, err, profile)
		}
		sh := c.Shape
		for k := 1; k < w.n; k++ {
			var early, late []int
			for i, o := range c.Split.Owner {
				switch {
				case o == tasks.Public:
				case i < k:
					early = append(early, i+1)
				default:
					late = append(late, i+1)
				}
			}
			rows := map[string]bool{}
			for _, a := range plainInputs(sh, early) {
				row := ""
				for _, b := range plainInputs(sh, late) {
					seq := c.whole()
					for p, at := range early {
						seq[at-1] = a[p]
					}
					for p, at := range late {
						seq[at-1] = b[p]
					}
					row += fmt.Sprint(sh.Task.Eval(sh, seq, c.Read[0]))
				}
				rows[row] = true
			}
			got := profile[k-1]
			if c.approximate() { // fewer: TestDistance
				if got.States.Lower < 2 || got.States.Upper > len(rows) {
					t.Errorf("%s %s: after %d tokens %v states, of %d different prefixes", w.task, w.split, k, got.States, len(rows))
				}
				continue
			}
			if got.After != k || got.States != (bounds.Range{Lower: len(rows), Upper: len(rows)}) || got.Bits.Lower != protocol.Width(uint64(len(rows))) {
				t.Errorf("%s %s: after %d tokens %v states, want %d", w.task, w.split, k, got.States, len(rows))
			}
		}
	}
}

// TestWideProfile: a profile needs no matrix, whose sides would be too long at the
// first cuts. What match2 asks of token 1, which is fixed, takes one bit.
func TestWideProfile(t *testing.T) {
	c := cutOf(t, "match2", 6, tasks.Params{"M": 20}, "half")
	profile, err := c.Profile(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range profile {
		want := 2 // match2 at token 1: it was found, or not yet
		if s.After == 1 {
			want = 1
		}
		if s.States != (bounds.Range{Lower: want, Upper: want}) {
			t.Errorf("after %d: %v states, want %d", s.After, s.States, want)
		}
	}
}

// TestProfileOfCycles: with a promise, the profile is an interval of messages, and
// the protocol's own cost lies in it.
func TestProfileOfCycles(t *testing.T) {
	c := cutOf(t, "cycle3", 3, tasks.Params{"nodes": 3}, "half")
	profile, err := c.Profile(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range profile {
		if s.States.Lower < 1 || s.States.Lower > s.States.Upper {
			t.Errorf("after %d: %v", s.After, s.States)
		}
	}
}

// TestOneWay: counting without the matrix gives the same number.
func TestOneWay(t *testing.T) {
	for _, w := range worlds {
		c := cutOf(t, w.task, w.n, w.set, w.split)
		got, err := c.OneWay(context.Background())
		if c.Shape.Task.CheckSeq != nil {
			if !errors.Is(err, errors.ErrUnsupported) {
				t.Errorf("%s: %v", w.task, err)
			}
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		table, err := c.Tabulate(context.Background(), nil)
		if err != nil {
			t.Fatal(err)
		}
		m, err := table.Matrix(table.Rows)
		if err != nil {
			t.Fatal(err)
		}
		if want := m.Fold().Rows(); got.Different != want || (!c.approximate() && got.Messages.Upper != want) {
			t.Errorf("%s: %+v, want %d different rows", w.task, got, want)
		}
		if near, _ := table.Messages(context.Background(), c); c.approximate() && near != got.Messages {
			t.Errorf("%s: %v messages with the matrix, %v without", w.task, near, got.Messages)
		}
	}
}

// TestDistance: a qsa row counts as different only where targets are more than
// 2 eps apart. At q = 1 and eps = 1/2 that is a sign for each token, at eps = 0.4
// every value of -1, 0, 1.
func TestDistance(t *testing.T) {
	for _, w := range []struct {
		n, q  int
		eps   float64
		split string
		want  int
	}{{5, 1, 0.5, "prefix:4", 4}, {5, 1, 0.4, "prefix:4", 7}, {4, 1, 0.5, "prefix:3", 3}, {4, 2, 0.25, "prefix:3", 4}} {
		c := cutOf(t, "qsa", w.n, tasks.Params{"q": float64(w.q), "d": 1, "eps": w.eps}, w.split)
		c.Read = []int{w.n}
		got, err := c.OneWay(context.Background())
		if err != nil || got.Bits != (bounds.Range{Lower: w.want, Upper: w.want}) {
			t.Errorf("%+v: %v bits, %v", w, got.Bits, err)
		}
	}
}

// TestSwitches: query fixed and contiguous follow from the split.
func TestSwitches(t *testing.T) {
	for _, c := range []struct {
		split             string
		fixed, contiguous bool
	}{
		{"half", true, true}, {"prefix:2", false, true}, {"alice:2,4,bob:3,public:1", true, false}, {"alice:3-4,bob:2,public:1", true, false},
	} {
		cut := cutOf(t, "match2", 4, tasks.Params{"M": 3}, c.split)
		if cut.QueryFixed() != c.fixed || cut.Split.Contiguous() != c.contiguous {
			t.Errorf("%s: query fixed %v, contiguous %v", c.split, cut.QueryFixed(), cut.Split.Contiguous())
		}
	}
}

// TestPublicTokens: no edge stands twice among the public ones.
func TestPublicTokens(t *testing.T) {
	c := cutOf(t, "cycle5", 5, tasks.Params{"nodes": 4}, "alice:1,bob:2,public:3-5")
	if len(c.Public) != 3 || c.Public[0].Equal(c.Public[1]) {
		t.Errorf("public tokens %v", c.Public)
	}
}

// TestTooLarge: sizes are refused before memory is taken, with a hint.
func TestTooLarge(t *testing.T) {
	sh, err := tasks.Match3.Shape(64, nil)
	if err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	_, err = NewCut(sh, sh.Half(), []int{1})
	var hint interface{ Hint() string }
	if !errors.Is(err, bounds.ErrTooLarge) || !errors.As(err, &hint) || hint.Hint() == "" {
		t.Fatalf("%v", err)
	}
	if time.Since(start) > 10*time.Second {
		t.Error("the refusal came late")
	}
	c := cutOf(t, "match2", 9, tasks.Params{"M": 20}, "half")
	if _, err := c.Tabulate(context.Background(), nil); !errors.Is(err, bounds.ErrTooLarge) {
		t.Fatalf("%v", err)
	}
}

// TestCancel: a cancelled context ends the work.
func TestCancel(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	c := cutOf(t, "match3", 5, tasks.Params{"M": 7}, "half")
	if _, err := c.Tabulate(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// TestTolerance: at the default eps one answer serves two entries of qsa; a smaller
// eps tells them apart.
func TestTolerance(t *testing.T) {
	for _, c := range []struct {
		eps  float64
		warn bool
	}{{.25, true}, {.2, false}} {
		cut := cutOf(t, "qsa", 3, tasks.Params{"q": 2, "d": 1, "eps": c.eps}, "half")
		table, err := cut.Tabulate(context.Background(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := cut.Describe(table, nil).Tolerance; (got != "") != c.warn {
			t.Errorf("eps = %v: %q", c.eps, got)
		}
	}
}

// TestResult: the record keeps the names of protocol/bounds at its top level.
func TestResult(t *testing.T) {
	c := cutOf(t, "match3", 5, tasks.Params{"M": 7}, "half")
	table, err := c.Tabulate(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	profile, err := c.Profile(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	m, err := table.Matrix(table.Rows)
	if err != nil {
		t.Fatal(err)
	}
	rep, err := bounds.Analyze(context.Background(), m, bounds.Options{})
	if err != nil {
		t.Fatal(err)
	}
	r := c.Result(context.Background(), table, profile)
	r.Analysed(rep)
	raw, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	var back map[string]json.RawMessage
	if err := json.Unmarshal(raw, &back); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"rows", "cols", "values", "ones", "distinct", "one_way", "rank", "fooling", "shattered", "rectangle", "cover", "partition", "discrepancy", "deterministic", "embedded", "task"} {
		if _, ok := back[name]; !ok {
			t.Errorf("the record lacks %q", name)
		}
	}
	s := r.Sheet()
	if *r.Task.StateBits != rep.OneWay.Alice.Lower { // the cut of the split is among the cuts, here the largest
		t.Errorf("%d bits of state, one-way %v", *r.Task.StateBits, rep.OneWay.Alice)
	}
	text := fmt.Sprint(s.Fields)
	if !strings.Contains(text, "at least 4 bits of state") {
		t.Errorf("fields: %s", text)
	}
	for claims, want := range map[int]string{0: "none is written: no evidence could be checked", 2: "mine.json: 2 claims"} {
		r.Checked = &Certified{File: "mine.json", Claims: claims}
		if text := fmt.Sprint(r.Sheet().Fields); !strings.Contains(text, want) {
			t.Errorf("%d claims: %s", claims, text)
		}
	}
}
