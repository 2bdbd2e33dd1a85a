package check

import (
	"fmt"
	"math/big"
	"math/bits"
	"strconv"
)

// Classes sends every row (column) to a class such that lines of one class have
// equal values wherever both are defined; for the "distinct" measures they must
// be equal throughout. The number of classes bounds the different lines, and the
// messages of a one-way protocol, from above.
type Classes struct {
	Kind string `json:"kind"` // "classes"
	Of   []int  `json:"of"`
}

// Apart lists rows (columns) no two of which have equal values wherever both are
// defined (for "distinct": no two of which are equal). Their number bounds the
// different lines, and the messages, from below.
type Apart struct {
	Kind  string `json:"kind"` // "apart"
	Lines []int  `json:"lines"`
}

// line says how a measure about lines reads the table: along rows or columns,
// whether undefined entries matter, and whether the number is in bits.
func line(t *Table, measure string) (u *Table, exact, inBits bool, err error) {
	switch measure {
	case DistinctRows:
		return t, true, false, nil
	case DistinctCols:
		return t.transpose(), true, false, nil
	case OneWayAlice:
		return t, false, true, nil
	case OneWayBob:
		return t.transpose(), false, true, nil
	}
	return nil, false, false, errOther
}

// clash reports that rows i and k differ (strictly, or where both are defined).
func (t *Table) clash(i, k int, strict bool) bool {
	for j := range t.Cols {
		v, a := t.At(i, j)
		w, b := t.At(k, j)
		if a && b && v != w || strict && a != b {
			return true
		}
	}
	return false
}

func count(n int, inBits bool) *big.Rat {
	if inBits {
		n = bits.Len(uint(max(n, 1) - 1)) // ceil(log2 n)
	}
	return big.NewRat(int64(n), 1)
}

var _ = register("classes", func(t *work, c Claim, e *Classes) (*big.Rat, error) {
	u, exact, inBits, err := line(t.Table, c.Measure)
	if err != nil || c.End != Upper {
		return nil, errOther
	}
	if len(e.Of) != u.Rows {
		return nil, fmt.Errorf("%d lines are classed, of %d", len(e.Of), u.Rows)
	}
	// Where a class is strict, comparing with one member is enough; else the
	// values seen in each column of the class are collected.
	if err := t.spend(u.Rows, u.Cols); err != nil {
		return nil, err
	}
	first := map[int]int{}
	type seen struct{ value, line int } // line + 1; 0: not seen yet
	columns := map[int][]seen{}         // of classes of several lines
	for i, k := range e.Of {
		if err := every(t.ctx, 64, i); err != nil {
			return nil, err
		}
		f, ok := first[k]
		if !ok {
			first[k] = i
			continue
		}
		if exact {
			if u.clash(f, i, true) {
				return nil, fmt.Errorf("lines %d and %d are in one class but differ", f, i)
			}
			continue
		}
		if columns[k] == nil {
			columns[k] = make([]seen, u.Cols)
			for j := range u.Cols {
				if v, ok := u.At(f, j); ok {
					columns[k][j] = seen{v, f + 1}
				}
			}
		}
		for j, was := range columns[k] {
			v, ok := u.At(i, j)
			if !ok {
				continue
			}
			if was.line > 0 && was.value != v {
				return nil, fmt.Errorf("line %d differs from its class at %d", i, j)
			}
			columns[k][j] = seen{v, i + 1}
		}
	}
	return count(len(first), inBits), nil
})

var _ = register("apart", func(t *work, c Claim, e *Apart) (*big.Rat, error) {
	u, exact, inBits, err := line(t.Table, c.Measure)
	if err != nil || c.End != Lower {
		return nil, errOther
	}
	if err := indices(e.Lines, u.Rows); err != nil {
		return nil, err
	}
	if err := t.spend(len(e.Lines), u.Cols); err != nil {
		return nil, err
	}
	seen := map[string]int{}
	var key []byte
	whole := true // every entry defined: different lines are different as text
	for n, i := range e.Lines {
		if err := every(t.ctx, 64, n); err != nil {
			return nil, err
		}
		key = key[:0]
		for j := range u.Cols {
			v, ok := u.At(i, j)
			whole = whole && ok
			if ok {
				key = strconv.AppendInt(key, int64(v), 10)
			}
			key = append(key, ',')
		}
		if k, ok := seen[string(key)]; ok {
			return nil, fmt.Errorf("lines %d and %d are equal", k, i)
		}
		seen[string(key)] = i
	}
	if !whole && !exact {
		if err := t.spend(len(e.Lines), len(e.Lines), u.Cols); err != nil {
			return nil, err
		}
		for n, i := range e.Lines {
			for _, k := range e.Lines[:n] {
				if !u.clash(i, k, false) {
					return nil, fmt.Errorf("lines %d and %d do not differ", k, i)
				}
			}
		}
	}
	return count(len(e.Lines), inBits), nil
})

// Patterns lists columns (for shattered.bob: rows) and, for each pattern p of as
// many bits, a line that shows it: bit k of p says whether the entry at Columns[k] is the larger
// of the two values. All
// patterns occur, so INDEX embeds with the holder of the lines having the string.
type Patterns struct {
	Kind    string `json:"kind"` // "patterns"
	Columns []int  `json:"columns"`
	Lines   []int  `json:"lines"`
}

var _ = register("patterns", func(t *work, c Claim, e *Patterns) (*big.Rat, error) {
	u, err := shatterTable(t.Table, c.Measure)
	if err != nil || c.End != Lower {
		return nil, errOther
	}
	if err := indices(e.Columns, u.Cols); err != nil {
		return nil, err
	}
	low, high, _, err := u.pair()
	if err != nil {
		return nil, err
	}
	if len(e.Lines) == 0 || len(e.Lines) != 1<<len(e.Columns) { // 1<<64 is 0
		return nil, fmt.Errorf("%d lines for the patterns of %d columns", len(e.Lines), len(e.Columns))
	}
	if err := t.spend(len(e.Lines), len(e.Columns)+1); err != nil {
		return nil, err
	}
	for p, i := range e.Lines {
		if i < 0 || i >= u.Rows {
			return nil, fmt.Errorf("line %d", i)
		}
		for k, j := range e.Columns {
			if !u.Is(i, j, [2]int{low, high}[p>>k&1]) {
				return nil, fmt.Errorf("line %d does not show pattern %d", i, p)
			}
		}
	}
	return big.NewRat(int64(len(e.Columns)), 1), nil
})

func shatterTable(t *Table, measure string) (*Table, error) {
	switch measure {
	case ShatterAlice:
		return t, nil
	case ShatterBob:
		return t.transpose(), nil
	}
	return nil, errOther
}
