package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// writeJSON prints the sheet's value and nothing else: one field per line, and
// one element per line where a field is a list of objects.
func writeJSON(w io.Writer, s *Sheet) error {
	var compact bytes.Buffer
	e := json.NewEncoder(&compact)
	e.SetEscapeHTML(false)
	if err := e.Encode(s.Value); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	b := bufio.NewWriter(w)
	if err := lines(b, bytes.TrimSpace(compact.Bytes())); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	fmt.Fprintln(b)
	return b.Flush()
}

func lines(b *bufio.Writer, value []byte) error {
	if len(value) == 0 || value[0] != '{' {
		_, err := b.Write(value)
		return err
	}
	dec := json.NewDecoder(bytes.NewReader(value))
	if _, err := dec.Token(); err != nil {
		return err
	}
	fmt.Fprint(b, "{")
	for first := true; dec.More(); first = false {
		key, err := dec.Token()
		if err != nil {
			return err
		}
		var field json.RawMessage
		if err := dec.Decode(&field); err != nil {
			return err
		}
		if !first {
			fmt.Fprint(b, ",")
		}
		fmt.Fprintf(b, "\n %q: ", key)
		if !bytes.HasPrefix(field, []byte("[{")) {
			b.Write(field)
			continue
		}
		var elements []json.RawMessage
		if err := json.Unmarshal(field, &elements); err != nil {
			return err
		}
		for i, el := range elements {
			if i == 0 {
				fmt.Fprint(b, "[\n  ")
			} else {
				fmt.Fprint(b, ",\n  ")
			}
			b.Write(el)
		}
		fmt.Fprint(b, "\n ]")
	}
	_, err := fmt.Fprint(b, "\n}")
	return err
}
