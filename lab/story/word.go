package story

import (
	"fmt"
	"strings"

	"crosscut/protocol"
)

// shownBits is how many bits of a word are written out.
const shownBits = 32

// bitsOf writes a word in groups of four.
func bitsOf(w protocol.Word) string {
	s := w.String()
	rest := ""
	if len(s) > shownBits {
		s, rest = s[:shownBits], fmt.Sprintf(" ... (%d)", len(s))
	}
	var b strings.Builder
	for i, r := range s {
		if i > 0 && i%4 == 0 {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	if s == "" {
		return "(empty)"
	}
	return b.String() + rest
}
