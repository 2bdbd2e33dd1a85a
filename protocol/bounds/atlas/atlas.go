// Package atlas lists all small 0/1 matrices without repeated lines, up to permutations
// of rows and of columns, with every measure that package bounds finds exactly. A row or
// a column more that repeats one changes no cost, so these are all functions of so few
// inputs.
package atlas

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"encoding/csv"
	"fmt"
	"io"
	"math/big"
	"strconv"
	"strings"
	"sync"

	"crosscut/protocol/bounds"
)

// Side is the longest side of the matrices that are listed; rows are at most columns.
const Side = 6

// Column is one number that is kept of every matrix.
type Column struct {
	Name    string
	Meaning string
	of      func(r *bounds.Report) int
}

func bits(r bounds.Range) int { return r.Lower }

// Columns are the measures, in the order of the file. All are exact.
var Columns = []Column{
	{"ones", "entries 1", func(r *bounds.Report) int { return *r.Ones }},
	{"D", "deterministic cost, both players know the answer", func(r *bounds.Report) int { return r.Deterministic.Lower }},
	{"one_way_alice", "one-way cost when Alice speaks", func(r *bounds.Report) int { return bits(r.OneWay.Alice) }},
	{"one_way_bob", "one-way cost when Bob speaks", func(r *bounds.Report) int { return bits(r.OneWay.Bob) }},
	{"rank", "rank over the rationals", func(r *bounds.Report) int { return bits(r.Rank.Rational) }},
	{"gf2", "rank over GF(2)", func(r *bounds.Report) int { return bits(*r.Rank.GF2) }},
	{"fooling", "largest fooling set of either value", func(r *bounds.Report) int { return r.Fooling.Size }},
	{"cover0", "least rectangles that cover the zeros", func(r *bounds.Report) int { return r.Cover.Zeros.Lower }},
	{"cover1", "least rectangles that cover the ones", func(r *bounds.Report) int { return r.Cover.Ones.Lower }},
	{"partition0", "least disjoint rectangles that cover the zeros", func(r *bounds.Report) int { return r.Partition.Zeros.Lower }},
	{"partition1", "least disjoint rectangles that cover the ones", func(r *bounds.Report) int { return r.Partition.Ones.Lower }},
	{"rect0", "entries of the largest rectangle of zeros", func(r *bounds.Report) int { return r.Rectangle.Zeros.Area }},
	{"rect1", "entries of the largest rectangle of ones", func(r *bounds.Report) int { return r.Rectangle.Ones.Area }},
	{"index_alice", "largest INDEX inside, Alice with the string", func(r *bounds.Report) int { return bits(r.Shattered.Alice) }},
	{"index_bob", "largest INDEX inside, Bob with the string", func(r *bounds.Report) int { return bits(r.Shattered.Bob) }},
	{"disc", "largest |ones - zeros| in a rectangle, in entries", disc},
	{"rounds", "least rounds of a protocol of D bits", rounds},
}

// disc is the uniform discrepancy times the entries.
func disc(r *bounds.Report) int {
	v := new(big.Rat).Mul(r.Discrepancy.Uniform.Lower, big.NewRat(int64(r.Rows*r.Cols), 1))
	return int(v.Num().Int64())
}

func rounds(r *bounds.Report) int {
	for _, d := range r.InRounds {
		if d.Possible && d.Upper == r.Deterministic.Upper {
			return d.Rounds
		}
	}
	return 0
}

// Entry is one class of matrices.
type Entry struct {
	Rows, Cols int
	Bits       []uint8 // bit j of Bits[i] is the entry in row i and column j
	Size       int     // matrices in the class
	Values     []int   // by column
}

// Lines writes the matrix as a file for crosscut bounds --matrix.
func (e *Entry) Lines() []string {
	lines := make([]string, e.Rows)
	for i, row := range e.Bits {
		var b strings.Builder
		for j := range e.Cols {
			b.WriteByte('0' + row>>j&1)
		}
		lines[i] = b.String()
	}
	return lines
}

//go:embed atlas.csv.gz
var packed []byte

// All reads the packed file, once. It panics when the file is damaged: it is part of
// the program.
var All = sync.OnceValue(func() []*Entry {
	all, err := read(bytes.NewReader(packed))
	if err != nil {
		panic(err)
	}
	return all
})

func read(r io.Reader) ([]*Entry, error) {
	z, err := gzip.NewReader(r)
	if err != nil {
		return nil, fmt.Errorf("atlas: %w", err)
	}
	c := csv.NewReader(z)
	c.ReuseRecord = true
	if _, err := c.Read(); err != nil {
		return nil, fmt.Errorf("atlas: %w", err)
	}
	var all []*Entry
	for {
		row, err := c.Read()
		if err == io.EOF {
			return all, nil
		}
		if err != nil || len(row) != 4+len(Columns) {
			return nil, fmt.Errorf("atlas: %d columns: %w", len(row), err)
		}
		number := func(k int) int {
			v, e := strconv.Atoi(row[k])
			if e != nil {
				err = e
			}
			return v
		}
		e := &Entry{Rows: number(0), Cols: number(1), Size: number(3)}
		if _, err := fmt.Sscanf(row[2], "%x", &e.Bits); err != nil {
			return nil, fmt.Errorf("atlas: bits %q: %w", row[2], err)
		}
		for k := range Columns {
			e.Values = append(e.Values, number(4+k))
		}
		if err != nil {
			return nil, fmt.Errorf("atlas: %w", err)
		}
		all = append(all, e)
	}
}
