package report

import (
	"encoding/json"
	"io"
)

// writeJSON prints the sheet's value, indented, and nothing else.
func writeJSON(w io.Writer, s *Sheet) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", " ")
	return e.Encode(s.Value)
}
