package bounds

import (
	"crosscut/internal/exact"
	"fmt"
	"math/big"
	"math/bits"
	"os"
	"strings"
	"testing"
)

// extremes are the records of one list of orbits.
type extremes struct {
	fewest, rank [5]string // by depth: fewest ones, lowest rank over the rationals
	ones, ranks  [5]int
	gap          int    // classes with D = 4 where fooling sets and ranks prove only 3
	gapExample   string // the one with the fewest ones
	gapOnes      int
	classes      [5]int
}

// findExtremes lists all orbits of p lines of length q that are separated.
func findExtremes(p, q int) extremes {
	var x extremes
	for k := range x.ones {
		x.ones[k], x.ranks[k] = 99, 99
	}
	x.gapOnes = 99
	newOrbits(q).empty().each(p, func(o orbit) bool {
		place, ok := separatedLines(o.list, q)
		if !ok {
			return true
		}
		k := shapeDepth(p, q)
		if k < 0 {
			k = 4
			if halves(o.list, below(q)) || halves(place[:q], below(p)) {
				k = 3
			}
		}
		x.classes[k]++
		ones := 0
		for _, w := range o.list {
			ones += bits.OnesCount64(w)
		}
		text := writeLines(o.list, q)
		if ones < x.ones[k] {
			x.ones[k], x.fewest[k] = ones, text
		}
		m := Of(p, q, func(i, j int) int { return int(o.list[i] >> j & 1) })
		b := newBoard(gridOf(m), exact.UpTo(p), exact.UpTo(q))
		rank := b.rank(1, b.all())
		if rank < x.ranks[k] {
			x.ranks[k], x.rank[k] = rank, text
		}
		if k == 4 {
			leaves := 0
			for v := range 2 {
				leaves += max(b.rank(v, b.all()), len(b.fooling(v)))
			}
			if leaves <= 8 {
				x.gap++
				if ones < x.gapOnes {
					x.gapOnes, x.gapExample = ones, text
				}
			}
		}
		return true
	})
	return x
}

func gridOf(m *Matrix) *grid {
	g := &grid{rows: m.Rows(), cols: m.Cols(), values: len(m.Values())}
	for i := range m.Rows() {
		for j := range m.Cols() {
			g.at = append(g.at, int32(m.Index(i, j)))
		}
	}
	return g
}

func writeLines(list []uint64, q int) string {
	var s []string
	for _, w := range list {
		line := ""
		for j := range q {
			line += fmt.Sprint(w >> j & 1)
		}
		s = append(s, line)
	}
	return strings.Join(s, " ")
}

// TestPrintExtremes prints the records of docs/census.md. It takes a minute, so it
// runs only when CROSSCUT_CENSUS is set.
func TestPrintExtremes(t *testing.T) {
	if os.Getenv("CROSSCUT_CENSUS") == "" {
		t.Skip("CROSSCUT_CENSUS is not set")
	}
	for _, s := range [][2]int{{3, 3}, {4, 4}, {5, 5}, {6, 5}, {7, 5}, {8, 5}, {6, 6}, {7, 6}} {
		x := findExtremes(s[0], s[1])
		t.Logf("%d x %d: classes %v", s[0], s[1], x.classes)
		for k := range x.ones {
			if x.classes[k] > 0 {
				t.Logf("  D = %d: fewest ones %d: %s", k, x.ones[k], x.fewest[k])
				t.Logf("  D = %d: lowest rank %d: %s", k, x.ranks[k], x.rank[k])
			}
		}
		t.Logf("  D = 4 unseen by fooling sets and ranks: %d classes, %s", x.gap, x.gapExample)
	}
}

// cellsOf splits a row of a Markdown table.
func cellsOf(line string) []string {
	if !strings.HasPrefix(line, "| ") {
		return nil
	}
	cells := strings.Split(strings.Trim(line, "|"), "|")
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	return cells
}

// The tables of docs/census.md are true: the counts up to 6 x 6, and the examples
// by the search and by the plain recursion.
func TestCensusDocument(t *testing.T) {
	text, err := os.ReadFile("../../docs/census.md")
	if err != nil {
		t.Fatal(err)
	}
	sizes, examples := 0, 0
	known := map[string]CensusResult{}
	for line := range strings.Lines(string(text)) {
		cells := cellsOf(strings.TrimSpace(line))
		var rows, cols int
		if len(cells) == 8 {
			if n, _ := fmt.Sscanf(cells[0], "%d x %d", &rows, &cols); n != 2 || rows+cols > 12 {
				continue
			}
			r, ok := known[cells[0]]
			if !ok {
				r = census1(t, rows, cols)
				known[cells[0]] = r
			}
			numbers, sum := r.Counts, new(big.Int).Lsh(big.NewInt(1), uint(rows*cols))
			if cells[1] == "classes" {
				numbers, sum = r.ClassesByDepth, r.Classes
			}
			for k := range 5 {
				want := ""
				if k < len(numbers) {
					want = numbers[k].String()
				}
				if cells[2+k] != want {
					t.Errorf("%s of %s, D = %d: the document says %q, the census %q", cells[1], cells[0], k, cells[2+k], want)
				}
			}
			if cells[7] != sum.String() {
				t.Errorf("%s of %s: the document says %s, the census %v", cells[1], cells[0], cells[7], sum)
			}
			sizes++
		}
		if len(cells) == 3 && strings.Trim(cells[2], "01 ") == "" && len(cells[2]) > 8 {
			lines := strings.Fields(cells[2])
			m := Of(len(lines), len(lines[0]), func(i, j int) int { return int(lines[i][j] - '0') })
			r := exactly(t, m)
			if plain := plainDepth(m, 0); fmt.Sprint(r.Upper) != cells[1] || plain != r.Upper {
				t.Errorf("%s: the document says %s, the search %d, the plain recursion %d", cells[2], cells[1], r.Upper, plain)
			}
			examples++
		}
	}
	if sizes < 16 || examples < 8 {
		t.Errorf("%d rows of sizes and %d examples were found", sizes, examples)
	}
}
