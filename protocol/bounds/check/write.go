package check

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
)

// Write writes a certificate as one line of JSON, never whole in memory: its matrix may be large.
func (c *Certificate) Write(w io.Writer) error {
	b := bufio.NewWriter(w)
	part := func(v any) []byte {
		raw, err := json.Marshal(v)
		if err != nil {
			panic(err) // plain data
		}
		return raw
	}
	source := c.Matrix
	source.Entries = nil
	fmt.Fprintf(b, `{"format":%s,"matrix":{`, part(c.Format))
	for i, line := range c.Matrix.Entries {
		b.WriteString(map[bool]string{true: `"entries":[`, false: ","}[i == 0])
		b.WriteByte('"')
		b.WriteString(line) // of [Table.Lines]: nothing to escape
		b.WriteByte('"')
	}
	if len(c.Matrix.Entries) > 0 {
		b.WriteString("],")
	}
	b.Write(part(source)[1:])
	b.WriteString(`,"claims":[`)
	for k, claim := range c.Claims {
		if k > 0 {
			b.WriteByte(',')
		}
		evidence := claim.Evidence
		claim.Evidence = json.RawMessage("0") // stands last
		b.Write(bytes.TrimSuffix(part(claim), []byte("0}")))
		b.Write(evidence)
		b.WriteByte('}')
	}
	b.WriteString("]}\n")
	return b.Flush()
}

// Lines writes the rows as a Source holds them.
func (t *Table) Lines() []string {
	lines := make([]string, t.Rows)
	var b []byte
	for i := range lines {
		b = b[:0]
		for j := range t.Cols {
			if j > 0 {
				b = append(b, ' ')
			}
			switch v, ok := t.At(i, j); {
			case !ok:
				b = append(b, '*')
			case uint(v) < 10: // most are
				b = append(b, byte('0'+v))
			default:
				b = strconv.AppendInt(b, int64(v), 10)
			}
		}
		lines[i] = string(b)
	}
	return lines
}

// Hash is the SHA-256 of the rows as text, in hexadecimal.
func (t *Table) Hash() string { return HashLines(t.Lines()) }

// HashLines is the hash of a table whose [Table.Lines] these are.
func HashLines(lines []string) string {
	h := sha256.New()
	var b []byte
	for _, line := range lines {
		b = append(append(b[:0], line...), '\n')
		h.Write(b)
	}
	return hex.EncodeToString(h.Sum(nil))
}
