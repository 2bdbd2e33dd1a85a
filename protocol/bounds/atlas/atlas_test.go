package atlas

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"math/big"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"

	"crosscut/internal/par"
	"crosscut/protocol/bounds"
)

// TestMake rewrites the packed file: make atlas.
func TestMake(t *testing.T) {
	if os.Getenv("CROSSCUT_ATLAS") == "" {
		t.Skip("make atlas rewrites the file")
	}
	type job struct {
		m    *bounds.Matrix
		size int
	}
	var jobs []job
	for cols := 1; cols <= Side; cols++ {
		for rows := 1; rows <= cols; rows++ {
			bounds.Classes(rows, cols, func(m *bounds.Matrix, size int) bool {
				jobs = append(jobs, job{m, size})
				return true
			})
		}
	}
	t.Logf("%d classes", len(jobs))
	all := make([]*Entry, len(jobs))
	err := par.Each(t.Context(), len(jobs), func(k int) (err error) {
		all[k], err = Compute(jobs[k].m, jobs[k].size)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := Write(&b, all); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("atlas.csv.gz", b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

// folded counts the rows x cols 0/1 matrices without equal rows and columns: with s the
// Stirling numbers of the first kind with sign, the sum over k of s(cols, k) 2^k (2^k - 1)
// ... (2^k - rows + 1). Choosing different rows of k free columns counts every matrix by
// the partition of its columns into equal ones; s inverts that.
func folded(rows, cols int) *big.Int {
	s := []*big.Int{big.NewInt(1)} // coefficients of x (x - 1) ... (x - cols + 1)
	for k := range cols {
		next := make([]*big.Int, len(s)+1)
		for i := range next {
			next[i] = new(big.Int)
		}
		for i, c := range s {
			next[i+1].Add(next[i+1], c)
			next[i].Sub(next[i], new(big.Int).Mul(c, big.NewInt(int64(k))))
		}
		s = next
	}
	sum := new(big.Int)
	for k, c := range s {
		p := new(big.Int).Set(c)
		for r := range rows {
			p.Mul(p, big.NewInt(1<<k-int64(r)))
		}
		sum.Add(sum, p)
	}
	return sum
}

// TestAtlasIsComplete: the classes of every shape add up to the number of matrices, which
// a formula gives.
func TestAtlasIsComplete(t *testing.T) {
	sum := map[[2]int]*big.Int{}
	for _, e := range All() {
		shape := [2]int{e.Rows, e.Cols}
		if sum[shape] == nil {
			sum[shape] = new(big.Int)
		}
		sum[shape].Add(sum[shape], big.NewInt(int64(e.Size)))
	}
	for cols := 1; cols <= Side; cols++ {
		for rows := 1; rows <= cols; rows++ {
			want := folded(rows, cols)
			got := sum[[2]int{rows, cols}]
			if got == nil {
				got = new(big.Int)
			}
			if got.Cmp(want) != 0 {
				t.Errorf("%d x %d: the classes hold %v matrices, want %v", rows, cols, got, want)
			}
		}
	}
}

// TestAtlasAgreesWithTheCensus: the classes of 6 x 6 by D are those that docs/census.md
// counts by other means.
func TestAtlasAgreesWithTheCensus(t *testing.T) {
	byD := map[int]int{}
	for _, e := range All() {
		if e.Rows == 6 && e.Cols == 6 {
			byD[e.Values[1]]++
		}
	}
	if byD[3] != 22 || byD[4] != 100472 || len(byD) != 2 {
		t.Errorf("6 x 6 by D: %v, want 22 with 3 and 100472 with 4", byD)
	}
}

// TestAtlasIsRight computes a sample of the entries, and all small ones, again.
func TestAtlasIsRight(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	all := All()
	for k, e := range all {
		if e.Cols > 3 && rng.IntN(len(all)) >= 60 {
			continue
		}
		m := bounds.Of(e.Rows, e.Cols, func(i, j int) int { return int(e.Bits[i] >> j & 1) })
		again, err := Compute(m, e.Size)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(again.Values, e.Values) {
			t.Errorf("entry %d, %v: %v, computed now %v", k, e.Lines(), e.Values, again.Values)
		}
	}
}

// TestQuery: expressions pick what they say, and faults in them are the user's.
func TestQuery(t *testing.T) {
	all := All()
	where := func(expression string) int {
		q, err := Parse(expression)
		if err != nil {
			t.Fatal(err)
		}
		kept, err := q.Where(context.Background(), all)
		if err != nil {
			t.Fatal(err)
		}
		return len(kept)
	}
	if n := where("True"); n != len(all) {
		t.Errorf("all of %d: %d", len(all), n)
	}
	if n := where("D < ceil(log2(rank)) or partition0 + partition1 > 1 << D or rank > partition1 or cover1 > partition1 or gf2 > rank"); n != 0 {
		t.Errorf("%d entries contradict a theorem", n)
	}
	if a, b := where("rows == 4 and D == 3"), where("D == 3 and not rows != 4"); a != b || a == 0 {
		t.Errorf("one question in two forms: %d and %d", a, b)
	}
	if n := where("rank == 0 and (D > ceil(log2(rank)) or log2(rank) != 0)"); n != 0 {
		t.Errorf("log2 of rank 0 is not 0 on %d entries", n)
	}
	q, err := Parse("-ones")
	if err != nil {
		t.Fatal(err)
	}
	if sorted, err := q.Sort(all); err != nil || sorted[0].Values[0] != 0 {
		t.Errorf("fewest ones first: %v", err)
	}
	for _, bad := range []string{"D >", "depth > 3", "D; 1", "", "log2(-D) > 0"} {
		q, err := Parse(bad)
		if err == nil {
			_, err = q.Where(context.Background(), all)
		}
		if err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
	q, err = Parse("len([x for x in range(10000000)]) > 0")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := q.Where(context.Background(), all); err == nil {
		t.Error("an endless expression is evaluated")
	}
}

// Compute analyses a matrix. The error says which measure was not exact.
func Compute(m *bounds.Matrix, size int) (*Entry, error) {
	r, err := bounds.Analyze(context.Background(), m, bounds.Options{NoFloats: true})
	if err != nil {
		return nil, err
	}
	e := &Entry{Rows: m.Rows(), Cols: m.Cols(), Size: size}
	for i := range m.Rows() {
		row := uint8(0)
		for j := range m.Cols() {
			if v, _ := m.At(i, j); v == 1 {
				row |= 1 << j
			}
		}
		e.Bits = append(e.Bits, row)
	}
	exact := r.Deterministic.Exact && r.Discrepancy.Exact && r.Fooling.Optimal && r.Rectangle.Zeros.Upper == nil && r.Rectangle.Ones.Upper == nil
	for _, v := range []bounds.Range{r.OneWay.Alice, r.OneWay.Bob, r.Rank.Rational, *r.Rank.GF2, r.Shattered.Alice, r.Shattered.Bob,
		bounds.Range(r.Cover.Zeros), bounds.Range(r.Cover.Ones), bounds.Range(r.Partition.Zeros), bounds.Range(r.Partition.Ones)} {
		exact = exact && v.Exact()
	}
	if !exact {
		return nil, fmt.Errorf("atlas: a measure of %v is open", e.Lines())
	}
	for _, c := range Columns {
		e.Values = append(e.Values, c.of(r))
	}
	return e, nil
}

// Write writes entries as the packed file holds them.
func Write(w io.Writer, all []*Entry) error {
	z, _ := gzip.NewWriterLevel(w, gzip.BestCompression)
	c := csv.NewWriter(z)
	header := []string{"rows", "cols", "bits", "size"}
	for _, col := range Columns {
		header = append(header, col.Name)
	}
	if err := c.Write(header); err != nil {
		return err
	}
	for _, e := range all {
		row := []string{strconv.Itoa(e.Rows), strconv.Itoa(e.Cols), fmt.Sprintf("%x", e.Bits), strconv.Itoa(e.Size)}
		for _, v := range e.Values {
			row = append(row, strconv.Itoa(v))
		}
		if err := c.Write(row); err != nil {
			return err
		}
	}
	c.Flush()
	if err := c.Error(); err != nil {
		return err
	}
	return z.Close()
}
