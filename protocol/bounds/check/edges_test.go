package check

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// of is the table of rows as a certificate writes them.
func of(t *testing.T, rows ...string) *Table {
	t.Helper()
	table, err := (&Source{Entries: rows}).build(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return table
}

// TestAtTheLimit: evidence whose numbers are the largest or least that they may be, proves just what it should;
// one more, or one less, is refused in testdata/forged or in TestBeyondTheLimit.
func TestAtTheLimit(t *testing.T) {
	const most = 1 << 40
	deep := `{"value":0}`
	for range maxTreeDepth {
		deep = `{"speaker":"alice","ones":[],"zero":` + deep + `,"one":{"value":0}}`
	}
	ones := func(rows, cols int) string {
		raw, _ := json.Marshal(Distribution{"distribution", slices.Repeat([][]int64{slices.Repeat([]int64{1}, cols)}, rows)})
		return string(raw)
	}
	xor := []string{"1 0", "0 1"}
	for _, c := range []struct {
		rows           []string
		measure, error string
		value          int // of measures of a value
		end, evidence  string
		want           string
	}{
		{xor, Cover, "", 1, Lower, `{"kind":"covering","k":1,"rows":[0,1],"cols":[0,1],"fooling":[[0,0]],"lemmas":[]}`, "2"},
		{xor, Cover, "", 1, Lower, `{"kind":"antichain","axis":"rows","lines":[0,1]}`, "2"},
		{[]string{"0"}, Success, "", 20, Lower, `{"kind":"centres","words":[[0]]}`, "1"},
		{[]string{"0"}, Success, "", 0, Upper, `{"kind":"prices","unit":1048576,"rows":[1048576]}`, "1"},
		{[]string{"0"}, SuccessKept, "", 0, Upper, `{"kind":"kept-exhausted","floor":1}`, "1"},
		{slices.Repeat([]string{"1" + strings.Repeat(" 1", 29)}, 3), DiscBest, "", 0, Upper, ones(3, 30), "1"},
		{slices.Repeat([]string{"1 1 1"}, 30), DiscBest, "", 0, Upper, ones(30, 3), "1"},
		{[]string{"1"}, DiscBest, "", 0, Lower, fmt.Sprintf(`{"kind":"mixture","rectangles":[{"weight":%d,"sign":1,"rows":[0],"cols":[0]}]}`, most), "1"},
		{[]string{"1"}, Gamma2, "", 0, Upper, fmt.Sprintf(`{"kind":"factors","scale":62,"x":[[%d]],"y":[[%d]]}`, 1<<62, 1<<62), "1"},
		{[]string{"1"}, Gamma2, "", 0, Lower, fmt.Sprintf(`{"kind":"witness","scale":62,"o":[[%d]],"a":[%d],"b":[%d]}`, 1<<62, 1<<62, 1<<62), "1"},
		{[]string{"1"}, Gamma2, "", 0, Lower, `{"kind":"witness","scale":0,"o":[[1]],"a":[0],"b":[0]}`, "0"},
		{[]string{"0"}, InformationAlice, "0", 0, Lower, `{"kind":"tilt","rows":[1],"over":1,"under":1}`, "0"},
		{[]string{"0"}, InformationAlice, "0", 0, Lower, `{"kind":"tilt","rows":[1],"over":1,"under":1048576}`, "0"},
		{[]string{"0"}, InformationAlice, "0", 0, Lower, `{"kind":"tilt","rows":[1073741824],"over":0,"under":1}`, "0"},
		{[]string{"0", "1"}, InformationAlice, "0", 0, Lower, `{"kind":"tilt","rows":[1,1],"over":0,"under":1}`, "1"},
		{[]string{"0", "1"}, InformationAlice, "0", 0, Upper, fmt.Sprintf(`{"kind":"channel","words":[[0],[1]],"weights":[[%d,0],[0,1]]}`, most), "1"},
		{[]string{"0"}, Newman, "1/4", 0, Upper, `{"kind":"union","strings":1}`, "1"},
		{[]string{"0"}, Newman, "1/4", 0, Upper, fmt.Sprintf(`{"kind":"union","strings":%d}`, most), fmt.Sprint(most)},
		{[]string{"1 0"}, SmoothRectangle, "1/3", 1, Upper, `{"kind":"fractions","unit":3,"rectangles":[{"weight":2,"rows":[0],"cols":[0]},{"weight":1,"rows":[0],"cols":[0,1]}]}`, "1"},
		{[]string{"1"}, SmoothRectangle, "1/3", 1, Upper, `{"kind":"fractions","unit":1,"rectangles":[{"weight":1,"rows":[0],"cols":[0]}]}`, "1"},
		{[]string{"1"}, SmoothRectangle, "1/3", 1, Upper, fmt.Sprintf(`{"kind":"fractions","unit":%d,"rectangles":[{"weight":%d,"rows":[0],"cols":[0]}]}`, most, most), "1"},
		{[]string{"1 1 1"}, SmoothRectangle, "1/3", 1, Lower, fmt.Sprintf(`{"kind":"weighing","weights":[[%d,%d,%d]]}`, most, most, -most), "1/6"},
		{xor, Randomised, "1/8", 0, Lower, `{"kind":"follows","parts":[{"measure":"discrepancy.uniform","evidence":{"kind":"exhaustion","size":0}}]}`, "2"},
		{xor, Randomised, "1/8", 0, Lower, `{"kind":"follows","parts":[{"measure":"discrepancy.best","evidence":{"kind":"exhaustion","size":0}}]}`, "2"},
		{xor, Randomised, "3/8", 0, Lower, `{"kind":"follows","parts":[{"measure":"discrepancy.best","evidence":{"kind":"exhaustion","size":0}}]}`, "0"},
		{[]string{"1"}, RankRational, "", 0, Lower, `{"kind":"minor","prime":2147483647,"rows":[0],"cols":[0]}`, "1"},
		{[]string{"2147483647"}, RankRational, "", 0, Upper, `{"kind":"elimination"}`, "1"}, // 0 modulo the first prime
		{[]string{"5"}, RankRational, "", 0, Upper, `{"kind":"elimination"}`, "1"},
		{[]string{"0"}, LargestRect, "", 0, Upper, `{"kind":"exhaustion","size":1073741824}`, "1073741824"},
		{[]string{"0"}, LargestRect, "", 0, Upper, `{"kind":"span","rank":1,"other":0}`, "1"},
		{[]string{"0"}, Cover, "", 0, Lower, `{"kind":"area","size":1073741824}`, "1"},
		{[]string{"0"}, Deterministic, "", 0, Upper, `{"kind":"tree","tree":` + deep + `}`, "64"},
		{[]string{"4096"}, RankRational, "", 0, Lower, `{"kind":"unitriangular","rows":[0],"cols":[0],"diagonal":[4096],"lower":[[]],"upper":[[]]}`, "1"},
		{[]string{"-4096"}, RankRational, "", 0, Lower, `{"kind":"unitriangular","rows":[0],"cols":[0],"diagonal":[-4096],"lower":[[]],"upper":[[]]}`, "1"},
		{[]string{"1 0", "4096 1"}, RankRational, "", 0, Lower, `{"kind":"unitriangular","rows":[0,1],"cols":[0,1],"diagonal":[1,1],"lower":[[],[[0,4096]]],"upper":[[],[]]}`, "2"},
		{[]string{"1 -4096", "0 1"}, RankRational, "", 0, Lower, `{"kind":"unitriangular","rows":[0,1],"cols":[0,1],"diagonal":[1,1],"lower":[[],[]],"upper":[[],[[0,-4096]]]}`, "2"},
	} {
		claim := Claim{Measure: c.measure, Error: c.error, End: c.end, Number: "1", Evidence: json.RawMessage(c.evidence)}
		if measures[c.measure].PerValue {
			claim.Value = &c.value
		}
		if got, err := Prove(of(t, c.rows...), claim); err != nil || got.RatString() != c.want {
			t.Errorf("%q, %s %s by %.120s: %v, %v; want %s", c.rows, c.measure, c.end, c.evidence, got, err, c.want)
		}
	}
	if _, err := number(strings.Repeat("9", maxDigits)); err != nil {
		t.Error(err)
	}
	if err := newWork(t.Context(), of(t, "0"), math.MaxInt64).spend(2, math.MaxInt64/2); err != nil {
		t.Errorf("2^63 - 2 of 2^63 - 1 steps: %v", err)
	}
	w := newWork(t.Context(), NewTable(1, 1<<20, func(i, j int) (int, bool) { return 0, true }), math.MaxInt64)
	if _, total, err := w.weighed([][]int64{slices.Repeat([]int64{most}, 1<<20)}); err != nil || total != 1<<60 {
		t.Errorf("weights of 2^60: %d, %v", total, err)
	}
	if _, total, err := w.mixed([][]int64{{1}}, slices.Repeat([]Signed{{Weight: most, Sign: 1}}, 1<<20)); err != nil || total != 1<<60 {
		t.Errorf("rectangles of weight 2^60: %d, %v", total, err)
	}
	for _, c := range []struct {
		rows, cols int
		want       bool
	}{{1, maxEntries, true}, {1 << 12, 1 << 13, true}, {1, maxEntries + 1, false}, {1<<12 + 1, 1 << 13, false}, {0, 1, false}, {1, 0, false}, {-1, 1, false}, {1, -1, false}} {
		if fits(c.rows, c.cols) != c.want {
			t.Errorf("a matrix of %d x %d is read: %v", c.rows, c.cols, !c.want)
		}
	}
	for n, want := range map[int]string{0: "no matrix", 1: "", maxEntries: "out of range", maxEntries + 1: "no matrix"} {
		if _, err := (&Source{Problem: "disj", N: n}).build(t.Context()); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("n = %d: %v", n, err)
		}
	}
	if got := of(t, "10 9 -1 *").Lines()[0]; got != "10 9 -1 *" {
		t.Errorf("written %q", got)
	}
	if _, err := (&Source{Entries: []string{":"}}).build(t.Context()); err == nil {
		t.Error("the byte behind 9 is read as a digit")
	}
	// Columns without a choice are counted once, not for each word, and not in a recursion.
	looked, table := 0, of(t, "0 0 0 1", "1 0 0 0")
	if err := newWork(t.Context(), table, math.MaxInt64).tallied(table, 8, func(i, j, v int) bool { looked++; return table.Is(i, j, v) }, func([]int64) {}); err != nil || looked != 2*2+2*(2+4)*2 {
		t.Errorf("two rows of two columns with a choice and two without: %d entries looked at, %v", looked, err)
	}
	columns, words, err := of(t, "0 0 1", "1 0 0").answers(8)
	if err != nil || words != 4 || len(columns) != 3 {
		t.Errorf("%d words of answers of %d columns, %v", words, len(columns), err)
	}
}

// TestBeyondTheLimit: evidence that would be accepted, and prove what is false or read what is not there, if one
// comparison were off by one or one condition were dropped.
func TestBeyondTheLimit(t *testing.T) {
	xor := []string{"0 1", "1 0"}
	for _, c := range []struct {
		rows           []string
		measure, error string
		value          int
		end, evidence  string
		want           string // is said
	}{
		{[]string{"0"}, RankRational, "", 0, Lower, `{"kind":"unitriangular","rows":[0],"cols":[0],"diagonal":[0],"lower":[[]],"upper":[[]]}`, "on the diagonal"},
		{[]string{"0"}, RankRational, "", 0, Lower, `{"kind":"unitriangular","rows":[0],"cols":[0],"diagonal":[1],"lower":[[]],"upper":[[[0,-1]]]}`, "line 0 of a factor"},
		{[]string{"1 2", "0 1"}, RankRational, "", 0, Lower, `{"kind":"unitriangular","rows":[0,1],"cols":[0,1],"diagonal":[1,1],"lower":[[],[]],"upper":[[],[[0,1],[0,1]]]}`, "line 1 of a factor"},
		{[]string{"0 1"}, SuccessKept, "", 1, Lower, `{"kind":"keepers","messages":[{"columns":[0],"tokens":[0,1],"word":[0,1]}]}`, "keeps"},
		{[]string{"0 1"}, SuccessKept, "", 1, Lower, `{"kind":"keepers","messages":[{"columns":[0,1],"tokens":[0],"word":[0,1]}]}`, "keeps"},
		{[]string{"0 1"}, SuccessKept, "", 2, Lower, `{"kind":"keepers","messages":[{"columns":[0,0],"tokens":[0,0],"word":[0,1]}]}`, "not increasing"},
		{[]string{"0 1"}, Randomised, "1/3", 0, Lower, `{"kind":"follows","parts":[{"measure":"success","value":0,"evidence":{"kind":"centres","words":[[0,0]]}}]}`, "proves nothing"},
		{[]string{"0"}, Newman, "0", 0, Upper, `{"kind":"union","strings":1}`, "too few"},
		{[]string{"0"}, Deterministic, "", 0, Lower, `{"kind":"refutation","lemmas":[{"rows":[0],"cols":[0],"bits":30}]}`, "30 bits allow"},
		{xor, Deterministic, "", 0, Lower, `{"kind":"refutation","lemmas":[{"rows":[0,1],"cols":[0,1],"bits":1,"by_cols":[0,[0,0],null]}]}`, "a branch is missing"},
		{xor, LargestRect, "", 0, Upper, `{"kind":"matching","entries":[[0,2]]}`, "not of another value"},
		{xor, Fooling, "", 1, Lower, `{"kind":"fooling","entries":[[0,2]]}`, "is no entry"},
	} {
		claim := Claim{Measure: c.measure, Error: c.error, End: c.end, Number: "1", Evidence: json.RawMessage(c.evidence)}
		if measures[c.measure].PerValue {
			claim.Value = &c.value
		}
		if got, err := Prove(of(t, c.rows...), claim); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q, %s %s by %s: %v, %v; want a refusal with %q", c.rows, c.measure, c.end, c.evidence, got, err, c.want)
		}
	}
}

// TestSearchesKeepTheirLimit: with just as many steps or sets as a search makes it ends, with one less it does not, and
// none is made beyond the last.
func TestSearchesKeepTheirLimit(t *testing.T) {
	defer func(steps, cells int) { maxSteps, maxKeptCells = steps, cells }(maxSteps, maxKeptCells)
	w := newWork(t.Context(), of(t, "0 1", "1 1"), math.MaxInt64)
	for maxSteps = range 16 {
		if _, _, err := w.heaviest([][]int64{{1, 1, 1, 1}, {1, 1, 0, 1}}); (err == nil) != (8*maxSteps >= 4<<2) || err != nil && !errors.Is(err, ErrLimit) {
			t.Errorf("4 sets of 4 columns, %d steps: %v", 8*maxSteps, err)
		}
		if _, err := w.heaviestByBlocks([][]int64{{1}, {1}, {1}}, [][]int{{0, 1}}); (err == nil) != (maxSteps >= 3*2) || err != nil && !errors.Is(err, ErrLimit) {
			t.Errorf("6 sets of blocks, %d steps: %v", maxSteps, err)
		}
	}
	for maxKeptCells = range 16 {
		if _, err := w.keptExceed(0, 4, 0); (err == nil) != (maxKeptCells >= 2*(2+1)) || err != nil && !errors.Is(err, ErrLimit) {
			t.Errorf("2 words of 2 levels in %d cells: %v", maxKeptCells, err)
		}
	}
	maxSteps = 1 << 24
	s := &searcher{ctx: t.Context(), left: 5}
	if !s.step(4) || s.step(1) {
		t.Error("a search goes on after its last step")
	}
	// A chain of implications: the ends hold, and meet in the middle.
	for left := range 12 {
		p := newPropagator(8)
		p.left = left
		p.add([]int{1})
		p.add([]int{-8})
		for l := 1; l < 8; l++ {
			p.add([]int{-l, l + 1})
		}
		err := w.refute(p, nil)
		if enough := left >= 7; (err == nil) != enough || err != nil && !errors.Is(err, ErrLimit) || p.left < 0 && left > 0 {
			t.Errorf("7 steps to a contradiction, %d may be made: %v, %d are left", left, err, p.left)
		}
	}
	for lemma, want := range map[int]bool{2: true, -2: true, 1: true, 3: false, -3: false, 0: false, math.MinInt: false} {
		p := newPropagator(2)
		for _, c := range [][]int{{1, 2}, {1, -2}, {-1, 2}, {-1, -2}} {
			p.add(c)
		}
		if err := w.refute(p, [][]int{{lemma}}); (err == nil) != want || err != nil && !strings.Contains(err.Error(), "literal") {
			t.Errorf("the lemma %d of 2 variables: %v", lemma, err)
		}
	}
	if !KeptAtMost(t.Context(), w.Table, 0, 3, 0, 1<<20) || KeptAtMost(t.Context(), w.Table, 0, 2, 0, 1<<20) || KeptAtMost(t.Context(), w.Table, 0, 3, 0, 1) {
		t.Error("3 of 4 answers are right without a message, and this is proved within steps")
	}
	// Six rows cost a rectangle nothing and are always taken: trying it without them takes too long.
	maxSteps = 1 << 17
	zero := 0
	table := NewTable(14, 14, func(i, j int) (int, bool) { return map[bool]int{true: 1}[i == j+6], true })
	if n, ok := proves(t, table, Claim{Measure: LargestRect, Value: &zero, End: Upper}, Exhaustion{"exhaustion", 100}, nil); !ok || n != 100 {
		t.Errorf("a rectangle of 100: %d, %v", n, ok)
	}
}

// TestFullRank: the checker's elimination ends with the first prime that shows a full rank, however large the entries.
func TestFullRank(t *testing.T) {
	used := func(v int) int64 {
		p := NewProver(t.Context(), NewTable(5, 5, func(i, j int) (int, bool) { return map[bool]int{true: v}[i == j], true }))
		if got, err := p.Prove(Claim{Measure: RankRational, End: Upper, Evidence: json.RawMessage(`{"kind":"elimination"}`)}, 1<<40); err != nil || got.Cmp(big.NewRat(5, 1)) != 0 {
			t.Errorf("%d times the unit matrix of order 5 has rank %v, %v", v, got, err)
		}
		return 1<<40 - p.w.left
	}
	if one, large := used(1), used(1<<30); one != large {
		t.Errorf("%d steps for the unit matrix, %d for a multiple", one, large)
	}
}

// TestMissing: ends of measures that a matrix has not are not missed.
func TestMissing(t *testing.T) {
	for _, c := range []struct {
		rows, missed, not []string
	}{
		{rows: []string{"0 1", "1 1"}, missed: []string{"gamma2 lower", "rank.gf2 upper", "shattered.alice lower", "rank.rational upper"}},
		{rows: []string{"0 *", "1 1"}, missed: []string{"shattered.alice upper", "cover of 0 lower", "discrepancy.best lower"}, not: []string{Gamma2, RankGF2, RankRational, RankOfValue}},
		{rows: []string{"0 2", "1 1"}, missed: []string{"rank.rational lower", "rank.value of 2 upper"}, not: []string{Gamma2, RankGF2, ShatterAlice, DiscUniform}},
	} {
		all := missing(newWork(t.Context(), of(t, c.rows...), 1<<40), nil)
		for _, m := range c.missed {
			if !slices.Contains(all, m) {
				t.Errorf("%q: %s is not missed", c.rows, m)
			}
		}
		for _, m := range c.not {
			if slices.ContainsFunc(all, func(s string) bool { return strings.HasPrefix(s, m+" ") }) {
				t.Errorf("%q: %s is missed", c.rows, m)
			}
		}
	}
	for _, m := range Measures() {
		if m.Name == "" || m.Doc == "" || (m.Of == "") != (m.Entry == nil) {
			t.Errorf("the measure %q is incomplete", m.Name)
		}
	}
}

// signsOf are the signs of a table of 0 and 1, with its shorter side as rows.
func signsOf(t *Table) [][]int64 {
	a := make([][]int64, t.Rows)
	for i := range a {
		a[i] = make([]int64, t.Cols)
		for j := range a[i] {
			if v, ok := t.At(i, j); ok {
				a[i][j] = int64(2*v - 1)
			}
		}
	}
	if t.Rows > t.Cols {
		return turn(a)
	}
	return a
}

// TestNormsAreTheirFormula: spectral and lindsey prove what docs/certificates.md says.
func TestNormsAreTheirFormula(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 21))
	square := func(a [][]int64) [][]int64 { // a times its transpose
		k := make([][]int64, len(a))
		for i := range k {
			k[i] = make([]int64, len(a))
			for l := range k {
				for j := range a[i] {
					k[i][l] += a[i][j] * a[l][j]
				}
			}
		}
		return k
	}
	row := func(a [][]int64) (most int64) {
		for _, r := range a {
			sum := int64(0)
			for _, v := range r {
				sum += max(v, -v)
			}
			most = max(most, sum)
		}
		return most
	}
	for _, side := range [][2]int{{1, 1}, {3, 3}, {2, 5}, {5, 2}, {4, 4}, {6, 6}, {64, 64}, {65, 65}, {70, 64}} {
		for _, blanks := range []int{0, 3} {
			table := NewTable(side[0], side[1], func(i, j int) (int, bool) { return rng.IntN(5) / 4, rng.IntN(10) >= blanks || i+j == 0 })
			k := square(square(signsOf(table)))
			r, e := row(k), 2
			if len(k) <= 64 {
				r, e = row(square(k)), 4
			}
			v := new(big.Int).Exp(big.NewInt(int64(table.Rows*table.Cols)), big.NewInt(int64(e)), nil)
			v.Mul(v, big.NewInt(r))
			for range map[int]int{2: 2, 4: 3}[e] {
				v.Sqrt(v)
			}
			all := int64(table.Defined())
			want := big.NewRat(min(v.Int64(), all), all)
			if got, err := Prove(table, Claim{Measure: DiscUniform, End: Upper, Evidence: json.RawMessage(`{"kind":"spectral"}`)}); err != nil || got.Cmp(want) != 0 {
				t.Errorf("%d x %d, %d defined: the norm proves %v, want %v; %v", table.Rows, table.Cols, all, got, want, err)
			}
			if blanks == 0 {
				if got, err := table.LindseyBound(context.Background()); err != nil || got != new(big.Int).Sqrt(big.NewInt(row(k))).Int64() {
					t.Errorf("%d x %d: Lindsey's bound is %d, %v", table.Rows, table.Cols, got, err)
				}
			}
		}
	}
}

// TestWitnessIsItsFormula: a witness proves what docs/certificates.md says.
func TestWitnessIsItsFormula(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 22))
	vector := func(n int) []int64 {
		v := make([]int64, n)
		for i := range v {
			v[i] = int64(rng.IntN(7) - 2)
		}
		return v
	}
	square := func(v []int64) (sum int64) {
		for _, x := range v {
			sum += x * x
		}
		return sum
	}
	positive := 0
	for n := range 300 {
		rows, cols, scale := 1+rng.IntN(3), 1+rng.IntN(3), rng.IntN(3)
		table := NewTable(rows, cols, func(i, j int) (int, bool) { return rng.IntN(2), n%3 == 0 || rng.IntN(5) > 0 || i+j == 0 })
		measure, weight := []string{Gamma2, Gamma2Near, Gamma2Infinity}[n%3], big.NewRat(1, 1)
		claim := Claim{Measure: measure, End: Lower}
		if measure == Gamma2Near {
			claim.Error, weight = "1/8", big.NewRat(4, 3)
		}
		w := Witness{Kind: "witness", Scale: uint(scale), A: vector(rows), B: vector(cols)}
		sum, against := new(big.Rat), false
		for i := range rows {
			w.O = append(w.O, vector(cols))
			for j := range cols {
				x := w.A[i] * w.O[i][j] * w.B[j]
				v, ok := table.At(i, j)
				if ok && x*int64(2*v-1) > 0 {
					sum.Add(sum, big.NewRat(max(x, -x), 1))
				} else {
					against = against || x != 0
					sum.Sub(sum, new(big.Rat).Mul(weight, big.NewRat(max(x, -x), 1)))
				}
			}
		}
		lines := slices.Clone(w.O)
		if rows > cols {
			lines = turn(lines)
		}
		if wide := rng.IntN(3); wide > 0 {
			for k := range lines {
				w.Pad = append(w.Pad, vector(wide))
				lines[k] = slices.Concat(lines[k], w.Pad[k])
			}
		}
		s := int64(0)
		for _, x := range lines {
			row := int64(0)
			for _, y := range lines {
				p := int64(0)
				for k := range x {
					p += x[k] * y[k]
				}
				row += max(p, -p)
			}
			s = max(s, row)
		}
		// 4 S / ((1 + s) (|a|^2 + |b|^2)), the numbers by 2^scale.
		unit := int64(1) << scale
		want := new(big.Rat)
		if sum.Sign() > 0 {
			want.Mul(sum, big.NewRat(4, unit*unit*unit))
			want.Quo(want, new(big.Rat).Mul(big.NewRat(unit*unit+s, unit*unit), big.NewRat(square(w.A)+square(w.B), unit*unit)))
			positive++
		}
		claim.Evidence, _ = json.Marshal(w)
		got, err := Prove(table, claim)
		if measure == Gamma2Infinity && against {
			if err == nil {
				t.Errorf("%q: %s proves %v of %s against the signs", table.Lines(), claim.Evidence, got, measure)
			}
		} else if err != nil || got.Cmp(want) != 0 {
			t.Errorf("%q: %s proves %v of %s, want %v; %v", table.Lines(), claim.Evidence, got, measure, want, err)
		}
	}
	if positive < 50 {
		t.Errorf("only %d witnesses prove something", positive)
	}
}
