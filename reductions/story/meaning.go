package story

import (
	"fmt"
	"strings"

	"crosscut/protocol"
)

// meaning says in a sentence what a message is for. Labels decide nothing in a
// protocol, so a label that is not known here stands for itself.
func meaning(m protocol.Message) string {
	from, other, own := "Alice", "Bob", "his own"
	if m.From == protocol.Bob {
		from, other, own = other, from, "her own"
	}
	label := m.Label
	if _, rest, ok := strings.Cut(label, "head "); ok {
		if _, after, ok := strings.Cut(rest, ": "); ok {
			label = after
		}
	}
	switch {
	case strings.HasPrefix(label, "normaliser"):
		return fmt.Sprintf("the sum of the softmax weights over %s's tokens; %s adds %s and has the denominator, exactly", from, other, own)
	case strings.HasPrefix(label, "numerator"):
		return fmt.Sprintf("one coordinate of the values, weighted and summed over %s's tokens; %s adds %s and divides", from, other, own)
	case strings.HasPrefix(label, "maximum"):
		return fmt.Sprintf("the highest score among %s's tokens, so that both shift by the same maximum", from)
	case strings.HasPrefix(label, "query"):
		return fmt.Sprintf("the query of a token of %s's: without it %s cannot score a key", from, other)
	case strings.Contains(label, "embedded"):
		return fmt.Sprintf("a token of %s's, embedded in p-bit numbers; the weights are public, so %s does the rest", from, other)
	case strings.Contains(label, "pre-activation"):
		return fmt.Sprintf("%s's part of a first-layer sum; %s adds the other part", from, other)
	case strings.Contains(label, "state"):
		return fmt.Sprintf("all that the model remembers at the cut; whatever %s reads next, nothing else is known of the past", other)
	case strings.HasPrefix(label, "output"):
		return fmt.Sprintf("an output that %s worked out and %s must give", from, other)
	case strings.Contains(label, "raw tokens"):
		return fmt.Sprintf("%s's tokens as they are; no model is needed for that", from)
	}
	return fmt.Sprintf("%s writes: %s", from, m.Label)
}

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
