package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
)

// writeJSON prints the sheet's value and nothing else: one field per line, and
// one element per line where a field is a list of objects. The command that
// reproduces the sheet is its last field, unless the value states it.
func writeJSON(w io.Writer, s *Sheet) error {
	value, err := compact(s.Value)
	if err != nil {
		return fmt.Errorf("report: %w", err)
	}
	b := bufio.NewWriter(w)
	if err := lines(b, value, s.Command); err != nil {
		return fmt.Errorf("report: %w", err)
	}
	fmt.Fprintln(b)
	return b.Flush()
}

func compact(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(v)
	return bytes.TrimSpace(b.Bytes()), err
}

func lines(b *bufio.Writer, value []byte, command string) error {
	if len(value) == 0 || value[0] != '{' {
		_, err := b.Write(value)
		return err
	}
	dec := json.NewDecoder(bytes.NewReader(value))
	if _, err := dec.Token(); err != nil {
		return err
	}
	fmt.Fprint(b, "{")
	comma := ""
	for ; dec.More(); comma = "," {
		key, err := dec.Token()
		if err != nil {
			return err
		}
		var field json.RawMessage
		if err := dec.Decode(&field); err != nil {
			return err
		}
		if key == "command" {
			command = ""
		}
		fmt.Fprintf(b, "%s\n %q: ", comma, key)
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
	if command != "" {
		quoted, err := compact(command)
		if err != nil {
			return err
		}
		fmt.Fprintf(b, "%s\n \"command\": %s", comma, quoted)
	}
	_, err := fmt.Fprint(b, "\n}")
	return err
}
