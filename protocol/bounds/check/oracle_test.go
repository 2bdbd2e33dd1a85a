package check

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"math/bits"
	"math/rand/v2"
	"slices"
	"testing"
)

// small are tables of up to 3 x 4 entries of two or three values, half of them with blanks.
func small() []*Table {
	rng := rand.New(rand.NewPCG(7, 1))
	var all []*Table
	for k := range 160 {
		rows, cols := 1+rng.IntN(4), 1+rng.IntN(4)
		if rows*cols > 12 {
			rows = 3
		}
		blanks, values := []int{0, 3}[k%2], 2+k/2%2
		cells := make([]int, rows*cols)
		for i := range cells {
			cells[i] = rng.IntN(values)
			if rng.IntN(10) < blanks {
				cells[i] = -1
			}
		}
		all = append(all, NewTable(rows, cols, func(i, j int) (int, bool) { v := cells[i*cols+j]; return v, v >= 0 }))
	}
	return all
}

// truth is a measure of a small table by its definition, going through everything.
type truth struct {
	*Table
	v     int
	rects []int // the entries of v in each rectangle without another value, as bits
}

func (t *truth) find() {
	t.rects = nil
	for r := range 1 << t.Rows {
		for c := range 1 << t.Cols {
			set, fine := 0, true
			for i := range t.Rows {
				for j := range t.Cols {
					if r>>i&1 == 0 || c>>j&1 == 0 {
						continue
					}
					w, ok := t.At(i, j)
					fine = fine && (!ok || w == t.v)
					if ok && w == t.v {
						set |= 1 << (i*t.Cols + j)
					}
				}
			}
			if fine && set != 0 {
				t.rects = append(t.rects, set)
			}
		}
	}
}

func (t *truth) largest() (most int) {
	for _, set := range t.rects {
		most = max(most, bits.OnesCount(uint(set)))
	}
	return most
}

// fewest rectangles that cover v; once says that each entry is covered once.
func (t *truth) fewest(once bool) int {
	all := 0
	for _, set := range t.rects {
		all |= set
	}
	least := map[int]int{0: 0}
	for n, now := 0, []int{0}; ; n++ {
		var next []int
		for _, have := range now {
			if have == all {
				return n
			}
			for _, set := range t.rects {
				if once && have&set != 0 {
					continue
				}
				if _, seen := least[have|set]; !seen {
					least[have|set] = n + 1
					next = append(next, have|set)
				}
			}
		}
		now = next
	}
}

func (t *truth) fooling() (most int) {
	var at []Entry
	for i := range t.Rows {
		for j := range t.Cols {
			if t.Is(i, j, t.v) {
				at = append(at, Entry{i, j})
			}
		}
	}
	for set := range 1 << len(at) {
		fine := true
		for a := range at {
			for b := range a {
				if set>>a&1 == 1 && set>>b&1 == 1 && !t.Differs(at[a][0], at[b][1], t.v) && !t.Differs(at[b][0], at[a][1], t.v) {
					fine = false
				}
			}
		}
		if fine {
			most = max(most, bits.OnesCount(uint(set)))
		}
	}
	return most
}

// shattered is the most columns all of whose patterns of high show, on rows that are defined there.
func shattered(t *Table, high int) (most int) {
	for set := range 1 << t.Cols {
		seen := map[string]bool{}
		for i := range t.Rows {
			pattern, defined := "", true
			for j := range t.Cols {
				if set>>j&1 == 1 {
					v, ok := t.At(i, j)
					defined = defined && ok
					pattern += fmt.Sprint(v == high)
				}
			}
			if defined {
				seen[pattern] = true
			}
		}
		if k := bits.OnesCount(uint(set)); len(seen) == 1<<k {
			most = max(most, k)
		}
	}
	return most
}

// proves says what evidence proves; the error must be want where it is refused.
func proves(t *testing.T, table *Table, c Claim, evidence any, want error) (n int, ok bool) {
	t.Helper()
	raw, err := json.Marshal(evidence)
	if err != nil {
		t.Fatal(err)
	}
	c.Evidence = raw
	got, err := Prove(table, c)
	if err != nil {
		if want != nil && !errors.Is(err, want) {
			t.Errorf("%s of %v: %v", c.Measure, table.Lines(), err)
		}
		return 0, false
	}
	return int(got.Num().Int64()), true
}

// TestSearchesFindTheTruth: what the checker looks for by itself it finds just where it is, on small
// tables of every kind: the true end is proved, one that is better by one is not.
func TestSearchesFindTheTruth(t *testing.T) {
	for _, table := range small() {
		ends := func(measure string, value *int, end string, true int) {
			better := 1
			if end == Upper {
				better = -1
			}
			c := Claim{Measure: measure, Value: value, End: end}
			if n, ok := proves(t, table, c, Exhaustion{"exhaustion", true}, nil); !ok || n != true {
				t.Errorf("%s of %v %s: the truth, %d, is refused", measure, table.Lines(), end, true)
			}
			if n := true + better; n >= 0 {
				if _, ok := proves(t, table, c, Exhaustion{"exhaustion", n}, errExists); ok {
					t.Errorf("%s of %v %s: %d is proved, the truth is %d", measure, table.Lines(), end, n, true)
				}
			}
		}
		for _, v := range table.Values() {
			of := &truth{Table: table, v: v}
			of.find()
			ends(Fooling, &v, Upper, of.fooling())
			ends(LargestRect, &v, Upper, of.largest())
			ends(Cover, &v, Lower, of.fewest(false))
			ends(Partition, &v, Lower, of.fewest(true))
			entries := 0
			for k := range table.cells {
				if table.Is(k/table.Cols, k%table.Cols, v) {
					entries++
				}
			}
			for _, size := range []int{of.largest() - 1, of.largest(), of.largest() + 1} {
				if n, ok := proves(t, table, Claim{Measure: Cover, Value: &v, End: Lower}, Area{"area", size}, nil); ok != (size >= of.largest()) || ok && n != (entries+size-1)/size {
					t.Errorf("%v: %d entries of %d, at most %d in a rectangle: area %d proves %d, %v", table.Lines(), entries, v, of.largest(), size, n, ok)
				}
			}
		}
		if _, high, _, err := table.pair(); err == nil && len(table.Values()) > 0 {
			ends(ShatterAlice, nil, Upper, shattered(table, high))
			ends(ShatterBob, nil, Upper, shattered(table.transpose(), high))
		}
	}
}

// TestLinesAreTold: classes and lines that are apart are accepted just where every two lines say so.
func TestLinesAreTold(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 2))
	accepted := 0
	for _, table := range small() {
		for _, measure := range []string{DistinctRows, DistinctCols, OneWayAlice, OneWayBob} {
			u := table
			if measure == DistinctCols || measure == OneWayBob {
				u = table.transpose()
			}
			differ := func(i, k int) bool {
				for j := range u.Cols {
					v, a := u.At(i, j)
					w, b := u.At(k, j)
					if a && b && v != w || a != b && (measure == DistinctRows || measure == DistinctCols) {
						return true
					}
				}
				return false
			}
			for range 6 {
				of, right := make([]int, u.Rows), true
				for i := range of {
					of[i] = rng.IntN(u.Rows)
					for k := range i {
						right = right && (of[i] != of[k] || !differ(i, k))
					}
				}
				if _, ok := proves(t, table, Claim{Measure: measure, End: Upper}, Classes{"classes", of}, nil); ok != right && len(table.Values()) > 0 {
					t.Errorf("%s of %v: classes %v: accepted %v", measure, table.Lines(), of, ok)
				} else if ok {
					accepted++
				}
				lines, right := rng.Perm(u.Rows)[:1+rng.IntN(u.Rows)], true
				for a, i := range lines {
					for _, k := range lines[:a] {
						right = right && differ(i, k)
					}
				}
				if _, ok := proves(t, table, Claim{Measure: measure, End: Lower}, Apart{"apart", lines}, nil); ok != right && len(table.Values()) > 0 {
					t.Errorf("%s of %v: apart %v: accepted %v", measure, table.Lines(), lines, ok)
				} else if ok {
					accepted++
				}
			}
		}
	}
	if accepted < 500 {
		t.Errorf("only %d were accepted", accepted)
	}
}

// depth is D(f) by its definition.
func depth(t *Table, rows, cols int) int {
	seen, many := -1, false
	for i := range t.Rows {
		for j := range t.Cols {
			if v, ok := t.At(i, j); ok && rows>>i&1 == 1 && cols>>j&1 == 1 {
				many = many || seen >= 0 && seen != v
				seen = v
			}
		}
	}
	if !many {
		return 0
	}
	best := 99
	for part := (rows - 1) & rows; part > 0; part = (part - 1) & rows {
		best = min(best, 1+max(depth(t, part, cols), depth(t, rows&^part, cols)))
	}
	for part := (cols - 1) & cols; part > 0; part = (part - 1) & cols {
		best = min(best, 1+max(depth(t, rows, part), depth(t, rows, cols&^part)))
	}
	return best
}

// TestCountsRefuteOnlyWhatIsFalse: a lemma that counts leaves or lines never says more than D(f).
func TestCountsRefuteOnlyWhatIsFalse(t *testing.T) {
	refuted := 0
	for _, table := range small() {
		if table.Rows > 3 && table.Cols > 3 {
			continue
		}
		var rows, cols []int
		for i := range table.Rows {
			rows = append(rows, i)
		}
		for j := range table.Cols {
			cols = append(cols, j)
		}
		d := depth(table, 1<<table.Rows-1, 1<<table.Cols-1)
		for b := range 4 {
			l := lemma{Rows: rows, Cols: cols, Bits: b}
			if err := l.verify(newWork(t.Context(), table, 1<<40), nil); err == nil {
				if refuted++; b >= d {
					t.Errorf("%v: %d bits are refuted, and D is %d", table.Lines(), b, d)
				}
			}
		}
	}
	if refuted < 40 {
		t.Errorf("only %d lemmas hold", refuted)
	}
}

// TestRoom: with 1 bit one player splits; with 2, at most 4 colours and 2.
func TestRoom(t *testing.T) {
	for _, c := range []struct {
		r, c, bits int
		want       bool
	}{
		{1, 1, 0, true}, {2, 1, 0, false}, {1, 2, 0, false}, {2, 1, 1, true}, {1, 2, 1, true}, {2, 2, 1, false},
		{4, 2, 2, true}, {2, 4, 2, true}, {3, 3, 2, false}, {4, 3, 2, false}, {5, 1, 2, false}, {1 << 16, 16, 5, true}, {1<<16 + 1, 1, 5, false}, {1 << 20, 1 << 20, 6, true},
	} {
		if got := room(c.r, c.c, c.bits); got != c.want {
			t.Errorf("%d rows and %d columns apart, %d bits: %v", c.r, c.c, c.bits, got)
		}
	}
	// Rows that differ only in what one of them leaves open are not apart.
	at := func(i, j int) (int, bool) { return [][]int{{0, 1}, {1, 1}, {0, 0}}[i][j], i != 2 || j != 1 }
	if n := apart([]int{0, 1, 2}, []int{0, 1}, at); n != 2 {
		t.Errorf("%d rows are apart", n)
	}
}

// best is the most right answers with so many messages: every set of words of answers.
func best(t *Table, messages int) int {
	words := [][]int{{}}
	for range t.Cols {
		var longer [][]int
		for _, w := range words {
			for v := range 3 {
				longer = append(longer, append(slices.Clone(w), v))
			}
		}
		words = longer
	}
	most := 0
	var try func(from, left int, have []int)
	try = func(from, left int, have []int) {
		sum := 0
		for _, h := range have {
			sum += h
		}
		most = max(most, sum)
		if left == 0 {
			return
		}
		for k := from; k < len(words); k++ {
			next := slices.Clone(have)
			for i := range next {
				next[i] = max(next[i], hits(t, i, words[k]))
			}
			try(k+1, left-1, next)
		}
	}
	try(0, messages, make([]int, t.Rows))
	return most
}

// hits are the right answers of a word in a row.
func hits(t *Table, i int, word []int) (n int) {
	for j, v := range word {
		if t.Is(i, j, v) {
			n++
		}
	}
	return n
}

// TestSuccessIsTheDefinition: the best success of 1 and of 2 messages is proved by a search that
// tries everything, one answer less is not; words prove what they achieve, prices never too little.
func TestSuccessIsTheDefinition(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 3))
	tight := 0
	for _, table := range small() {
		all := table.Defined()
		if table.Cols > 3 || all == 0 {
			continue
		}
		for bits := range 2 {
			truth := best(table, 1<<bits)
			price := make([]int64, table.Rows)
			for i := range price {
				price[i] = int64(rng.IntN(2*table.Cols + 1))
			}
			prove := func(end, number string, evidence any) (*big.Rat, error) {
				raw, _ := json.Marshal(evidence)
				got, err := Prove(table, Claim{Measure: Success, Value: &bits, End: end, Number: number, Evidence: raw})
				if err == nil {
					got = new(big.Rat).Mul(got, big.NewRat(int64(all), 1)) // right answers
				}
				return got, err
			}
			where := fmt.Sprintf("%v with %d bits, prices %v", table.Lines(), bits, price)
			if got, err := prove(Upper, big.NewRat(int64(truth), int64(all)).RatString(), Exhausted{"exhausted", 2, price}); err != nil || got.Cmp(big.NewRat(int64(truth), 1)) != 0 {
				t.Errorf("%s: %d right answers are the most, and refused: %v, %v", where, truth, got, err)
			}
			if truth > 0 {
				if _, err := prove(Upper, big.NewRat(int64(truth)-1, int64(all)).RatString(), Exhausted{"exhausted", 2, price}); err == nil {
					t.Errorf("%s: fewer than %d right answers are proved", where, truth)
				}
			}
			// The dual bound by its formula, over words of all values.
			sum, most := int64(0), int64(0)
			for _, u := range price {
				sum += u
			}
			for k := range 27 {
				word := []int{k % 3, k / 3 % 3, k / 9}[:table.Cols]
				over := int64(0)
				for i, u := range price {
					over += max(0, 2*int64(hits(table, i, word))-u)
				}
				most = max(most, over)
			}
			bound := min(int64(all), (sum+most<<bits)/2)
			if got, err := prove(Upper, "1", Prices{"prices", 2, price}); err != nil || got.Cmp(big.NewRat(bound, 1)) != 0 || bound < int64(truth) {
				t.Errorf("%s: prices prove %v, want %d; the truth is %d; %v", where, got, bound, truth, err)
			} else if bound == int64(truth) {
				tight++
			}
			words := make([][]int, 1+rng.IntN(1<<bits))
			for k := range words {
				for range table.Cols {
					words[k] = append(words[k], rng.IntN(3))
				}
			}
			achieved := 0
			for i := range table.Rows {
				right := 0
				for _, w := range words {
					right = max(right, hits(table, i, w))
				}
				achieved += right
			}
			if got, err := prove(Lower, "0", Centres{"centres", words}); err != nil || got.Cmp(big.NewRat(int64(achieved), 1)) != 0 {
				t.Errorf("%s: words %v prove %v, want %d; %v", where, words, got, achieved, err)
			}
		}
	}
	if tight == 0 {
		t.Error("no prices were tight")
	}
}

// TestClausesSayTheTruth: without lemmas, coverings and colourings refute only what does not exist; what
// unit propagation alone refutes is refuted often enough to see it.
func TestClausesSayTheTruth(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 4))
	covers, colours := 0, 0
	for _, table := range small() {
		rows, cols := rng.Perm(table.Rows), rng.Perm(table.Cols)
		for _, v := range table.Values() {
			of := &truth{Table: table, v: v}
			of.find()
			for k := range 4 {
				var set []Entry // greedily, in the part's places
				for i, r := range rows {
					for j, c := range cols {
						fools := table.Is(r, c, v) && len(set) < k
						for _, e := range set {
							fools = fools && (table.Differs(rows[e[0]], c, v) || table.Differs(r, cols[e[1]], v))
						}
						if fools {
							set = append(set, Entry{i, j})
						}
					}
				}
				for measure, least := range map[string]int{Cover: of.fewest(false), Partition: of.fewest(true)} {
					if n, ok := proves(t, table, Claim{Measure: measure, Value: &v, End: Lower}, Covering{"covering", k, rows, cols, set, [][]int{}}, nil); ok {
						if covers++; n != k+1 || n > least {
							t.Errorf("%s of %d in %v: %d are refuted, %d are enough", measure, v, table.Lines(), k, least)
						}
					}
				}
			}
		}
		for k := 1; k <= 4; k++ {
			var apart []int
			for i, r := range rows {
				free := len(apart) < k
				for _, a := range apart {
					free = free && table.clash(rows[a], r, false)
				}
				if free {
					apart = append(apart, i)
				}
			}
			if n, ok := proves(t, table, Claim{Measure: OneWayAlice, End: Lower}, Colouring{"colouring", k, rows, apart, [][]int{}}, nil); ok {
				if colours++; n > bits.Len(uint(classes(table)-1)) || n != bits.Len(uint(k)) {
					t.Errorf("%v: %d bits are proved by %d classes, and %d classes are enough", table.Lines(), n, k, classes(table))
				}
			}
		}
	}
	if covers < 100 || colours < 50 {
		t.Errorf("only %d coverings and %d colourings were refuted", covers, colours)
	}
}

// classes is the least number of classes of rows that no column tells apart.
func classes(t *Table) int {
	least := t.Rows
	var try func(i int, of []int, n int)
	try = func(i int, of []int, n int) {
		if i == t.Rows {
			least = min(least, n)
			return
		}
	next:
		for c := range n + 1 {
			for k, d := range of {
				if d == c && t.clash(i, k, false) {
					continue next
				}
			}
			try(i+1, append(slices.Clone(of), c), max(n, c+1))
		}
	}
	try(0, nil, 0)
	return least
}
