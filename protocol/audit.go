package protocol

import "fmt"

// Audit watches many runs of one protocol, at one size and under one string of
// public coins, and fails unless
//   - who writes next, whether a word begins or goes on, or that all is over, is
//     a function of the bits written so far;
//   - each bit is a function of its writer's input and the bits so far;
//   - each player's output is a function of its own input and the transcript.
//
// Silent on every input tuple, it proves that a protocol tree of the metered
// cost exists: no bit was carried by shared state, length, silence or order. It
// speaks only of the sizes and coins it was fed in full. The zero value is ready.
type Audit struct {
	seen map[string]string
}

// AuditError is a cheat: the same view, two behaviours.
type AuditError struct {
	What       string // "who writes next", "a bit", "an output"
	View       string // the view that both runs share
	Was, Is    string
	Transcript string // bits so far
}

func (e *AuditError) Error() string {
	return fmt.Sprintf("protocol: audit: %s is no function of what its owner knows: after %q, with %s: once %s, now %s",
		e.What, e.Transcript, e.View, e.Was, e.Is)
}

// Add feeds one run: every player's input and output, in any faithful text form.
func (a *Audit) Add(inputs []string, t Transcript, outputs []string) error {
	if a.seen == nil {
		a.seen = map[string]string{}
	}
	var sofar []byte
	for _, m := range t.Messages {
		for i := range int(m.Word.Len()) {
			event := fmt.Sprintf("%v begins a word", m.From)
			if i > 0 {
				event = fmt.Sprintf("%v goes on", m.From)
			}
			if err := a.check("who writes next", "", sofar, event); err != nil {
				return err
			}
			bit := "0"
			if m.Word.Bit(i) {
				bit = "1"
			}
			view := fmt.Sprintf("%v's input %q", m.From, inputs[m.From])
			if err := a.check("a bit", view, sofar, bit); err != nil {
				return err
			}
			sofar = append(sofar, bit...)
		}
	}
	if err := a.check("who writes next", "", sofar, "the end"); err != nil {
		return err
	}
	for i, out := range outputs {
		view := fmt.Sprintf("%v's input %q", Player(i), inputs[i])
		if err := a.check("an output", view, sofar, out); err != nil {
			return err
		}
	}
	return nil
}

func (a *Audit) check(what, view string, sofar []byte, is string) error {
	key := what + "\x00" + view + "\x00" + string(sofar)
	was, ok := a.seen[key]
	if !ok {
		a.seen[key] = is
		return nil
	}
	if was != is {
		return &AuditError{What: what, View: view, Was: was, Is: is, Transcript: string(sofar)}
	}
	return nil
}
