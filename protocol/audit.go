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
	seen map[moment]string
	// after numbers the transcripts so far: 0 is the empty one, and each is another and a bit.
	after map[written]int
}

// moment is what a behaviour must be a function of.
type moment struct {
	what, view string
	sofar      int
}

type written struct {
	sofar int
	bit   bool
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
		a.seen, a.after = map[moment]string{}, map[written]int{}
	}
	sofar, text := 0, []byte{}
	check := func(what, view, is string) error {
		key := moment{what, view, sofar}
		was, ok := a.seen[key]
		if !ok {
			a.seen[key] = is
			return nil
		}
		if was != is {
			return &AuditError{What: what, View: view, Was: was, Is: is, Transcript: string(text)}
		}
		return nil
	}
	for _, m := range t.Messages {
		event, view := fmt.Sprintf("%v begins a word", m.From), fmt.Sprintf("%v's input %q", m.From, inputs[m.From])
		for i := range int(m.Word.Len()) {
			if i == 1 {
				event = fmt.Sprintf("%v goes on", m.From)
			}
			if err := check("who writes next", "", event); err != nil {
				return err
			}
			next, bit := written{sofar, m.Word.Bit(i)}, "0"
			if next.bit {
				bit = "1"
			}
			if err := check("a bit", view, bit); err != nil {
				return err
			}
			after, ok := a.after[next]
			if !ok {
				after = len(a.after) + 1
				a.after[next] = after
			}
			sofar, text = after, append(text, bit...)
		}
	}
	if err := check("who writes next", "", "the end"); err != nil {
		return err
	}
	for i, out := range outputs {
		if err := check("an output", fmt.Sprintf("%v's input %q", Player(i), inputs[i]), out); err != nil {
			return err
		}
	}
	return nil
}
