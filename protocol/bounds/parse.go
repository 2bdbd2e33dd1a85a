package bounds

import (
	"bytes"
	"crosscut/internal/strict"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode"
)

// MaxFile is the largest matrix file read, in bytes.
const MaxFile = 1 << 25

// ParseError is a fault in a matrix file.
type ParseError struct {
	Line int // counting from 1; 0: the file as a whole
	What string
}

func (e *ParseError) Error() string {
	if e.Line == 0 {
		return "bounds: matrix file: " + e.What
	}
	return fmt.Sprintf("bounds: matrix file: line %d: %s", e.Line, e.What)
}

// Hint tells the user what a matrix file looks like.
func (e *ParseError) Hint() string {
	return "one row per line, such as 0110 or 0,2,*; # starts a comment, * is outside the promise"
}

// Parse reads a matrix file. # starts a comment. If every other character is 0,
// 1, * or white space, each non-blank character is an entry; otherwise entries
// are integers or * separated by commas or blanks. One row per line; blank lines
// are skipped. Errors are *ParseError, wrap ErrTooLarge, or come from r.
func Parse(r io.Reader) (*Matrix, error) {
	raw, err := io.ReadAll(io.LimitReader(r, MaxFile+1))
	if err != nil {
		return nil, fmt.Errorf("bounds: matrix file: %w", err)
	}
	return ParseBytes(raw)
}

// ParseBytes is [Parse] of a file that was read; it overwrites raw.
func ParseBytes(raw []byte) (*Matrix, error) {
	if len(raw) > MaxFile {
		return nil, fmt.Errorf("bounds: matrix file: more than %d bytes: %w", MaxFile, ErrTooLarge)
	}
	var kind [256]byte // 1: an entry, 2: white space
	for c := range kind {
		switch {
		case c <= unicode.MaxASCII && unicode.IsSpace(rune(c)):
			kind[c] = 2
		case c == '0' || c == '1' || c == '*':
			kind[c] = 1
		}
	}
	lines := bytes.Split(raw, []byte{'\n'})
	digits := true
	for k, line := range lines {
		lines[k], _, _ = bytes.Cut(line, []byte{'#'})
		for _, c := range lines[k] {
			digits = digits && kind[c] != 0
		}
	}
	wide := func(c rune) bool { return c > unicode.MaxASCII && unicode.IsSpace(c) }
	if !digits && bytes.ContainsFunc(raw, wide) {
		return ParseBytes(bytes.Map(func(c rune) rune {
			if wide(c) {
				return ' '
			}
			return c
		}, raw))
	}
	if !digits {
		return parseIntegers(lines)
	}
	var rows [][]byte
	for k, line := range lines {
		row := line[:0] // raw is ours
		for _, c := range line {
			if kind[c] == 1 {
				row = append(row, c)
			}
		}
		if len(row) == 0 {
			continue
		}
		if len(rows) > 0 && len(row) != len(rows[0]) {
			return nil, ragged(k, len(row), len(rows[0]))
		}
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		return nil, &ParseError{0, "no rows"}
	}
	if err := fits(len(rows), len(rows[0])); err != nil {
		return nil, err
	}
	return packDigits(rows), nil
}

// packDigits is the matrix whose entries are characters 0, 1 and *.
func packDigits(rows [][]byte) *Matrix {
	m := &Matrix{rows: len(rows), cols: len(rows[0])}
	m.words = (m.cols + 63) / 64
	var planes [2][]uint64
	var any [2]uint64
	for v := range planes {
		planes[v] = make([]uint64, m.rows*m.words)
	}
	for i, row := range rows {
		for w := range m.words {
			var word [2]uint64
			for j, c := range row[w*64 : min(w*64+64, m.cols)] {
				digit, one := uint64(c>>4&1), uint64(c&1) // of *, no digit
				word[0] |= digit &^ one << j
				word[1] |= digit & one << j
			}
			for v := range word {
				planes[v][i*m.words+w] = word[v]
				any[v] |= word[v]
			}
		}
	}
	for v := range planes {
		if any[v] != 0 {
			m.values, m.planes = append(m.values, v), append(m.planes, planes[v]...)
		}
	}
	return m.finish()
}

// parseIntegers reads rows of integers and *, separated by commas or blanks.
func parseIntegers(lines [][]byte) (*Matrix, error) {
	const outside = math.MinInt
	var rows [][]int
	for k, line := range lines {
		var row []int
		if len(rows) > 0 {
			row = make([]int, 0, len(rows[0]))
		}
		line := string(line)
		comma := strings.Contains(line, ",")
		for cell := range strings.SplitSeq(line, ",") {
			before := len(row)
			for s := range strings.FieldsSeq(cell) {
				if s == "*" {
					row = append(row, outside)
					continue
				}
				v, err := strconv.ParseInt(s, 10, 32)
				if err != nil {
					return nil, &ParseError{k + 1, fmt.Sprintf("entry %d, %q, is no integer between -2^31 and 2^31 - 1 and no *", len(row)+1, strict.Clip(s, 20))}
				}
				row = append(row, int(v))
			}
			if comma && len(row) == before {
				return nil, &ParseError{k + 1, "an entry is missing beside a comma"}
			}
		}
		if len(row) == 0 {
			continue
		}
		if len(rows) > 0 && len(row) != len(rows[0]) {
			return nil, ragged(k, len(row), len(rows[0]))
		}
		rows = append(rows, row)
	}
	if len(rows) == 0 {
		return nil, &ParseError{0, "no rows"}
	}
	return New(len(rows), len(rows[0]), func(i, j int) (int, bool) { return rows[i][j], rows[i][j] != outside })
}

func ragged(k, has, want int) error {
	return &ParseError{k + 1, fmt.Sprintf("%d entries, but the rows above have %d", has, want)}
}

// Lines writes the rows as a matrix file would: single characters when all
// entries are 0, 1 or *, else signed integers separated by commas (the sign keeps
// a lone 10 from being read as two entries).
func (m *Matrix) Lines() []string {
	lines := make([]string, m.rows)
	digits := m.Boolean()
	for i := range lines {
		var b strings.Builder
		for j := range m.cols {
			v, ok := m.At(i, j)
			if !digits && j > 0 {
				b.WriteByte(',')
			}
			switch {
			case !ok:
				b.WriteByte('*')
			case digits:
				b.WriteByte(byte('0' + v))
			default:
				fmt.Fprintf(&b, "%+d", v)
			}
		}
		lines[i] = b.String()
	}
	return lines
}
