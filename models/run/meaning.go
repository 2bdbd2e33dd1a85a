package run

import (
	"fmt"
	"strings"

	"crosscut/protocol"
)

// Meaning says in a sentence what a message is. Labels are for people; where one
// is not known here, it stands for itself.
func Meaning(m protocol.Message) string {
	from := "Alice"
	other := "Bob"
	if m.From == protocol.Bob {
		from, other = other, from
	}
	own := fmt.Sprintf("the tokens %s holds", from)
	label := m.Label
	if _, rest, ok := strings.Cut(label, "head "); ok {
		if _, after, ok := strings.Cut(rest, ": "); ok {
			label = after
		}
	}
	switch {
	case strings.HasPrefix(label, "normaliser"):
		return fmt.Sprintf("The sum of the softmax weights over %s. Added to %s's own sum it is the denominator of the softmax, exactly: the weights are integers.", own, other)
	case strings.HasPrefix(label, "numerator"):
		return fmt.Sprintf("The weighted sum of one coordinate of the values over %s. %s adds the other part and divides by the whole normaliser.", own, other)
	case strings.HasPrefix(label, "maximum"):
		return fmt.Sprintf("The highest score among %s, so that both players shift by the same maximum.", own)
	case strings.HasPrefix(label, "query"):
		return fmt.Sprintf("The query of the token that is read: %s owns it, and %s cannot score a key without it.", from, other)
	case strings.Contains(label, "embedded tokens"):
		return fmt.Sprintf("Every token of %s's, embedded. A score belongs to a tuple of tokens, and tuples that mix both players' tokens do not separate into sums, so the tokens themselves must cross.", from)
	case strings.Contains(label, "embedded"):
		return fmt.Sprintf("The token itself, embedded in its p-bit numbers. %s knows the weights and does the rest, whatever the number of heads.", other)
	case strings.Contains(label, "pre-activation"):
		return fmt.Sprintf("The part of each first-layer sum that comes from %s, in its exact width. %s adds the other part.", own, other)
	case strings.Contains(label, "state"):
		return fmt.Sprintf("Everything the model remembers at this point of the sequence. %s goes on reading from here, and can know nothing else about what came before.", other)
	case strings.HasPrefix(label, "output"):
		return fmt.Sprintf("An output that %s computed and %s must give.", from, other)
	case strings.Contains(label, "raw tokens"):
		return fmt.Sprintf("All of %s, as they are. No model is needed for this; a model whose protocol costs more shows nothing.", own)
	}
	return fmt.Sprintf("%s writes: %s.", from, m.Label)
}
