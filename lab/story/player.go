package story

// Key is what a reader asks for.
type Key int

// The keys.
const (
	None Key = iota
	Forward
	Back
	Skip  // to the next chapter
	First // step
	Last
	Quit
	Interrupt
)

// Player is where a reader stands in a story. It is a pure state machine: the same
// keys lead to the same place.
type Player struct {
	Steps []Step
	At    int // the step that is shown, counting from 0
	Done  bool
}

// Press moves. Forward on the last step ends the story, Back on the first stays.
func (p Player) Press(k Key) Player {
	last := len(p.Steps) - 1
	switch k {
	case Forward:
		if p.At == last {
			p.Done = true
		} else {
			p.At++
		}
	case Back:
		p.At = max(0, p.At-1)
	case Skip:
		chapter := p.Steps[p.At].Chapter
		for p.At < last && p.Steps[p.At].Chapter == chapter {
			p.At++
		}
	case First:
		p.At = 0
	case Last:
		p.At = last
	case Quit, Interrupt:
		p.Done = true
	}
	return p
}

// ReadKeys turns what a terminal sent into keys. Unknown bytes and sequences are
// ignored; a lone escape quits.
func ReadKeys(b []byte) []Key {
	var keys []Key
	for len(b) > 0 {
		k, n := readKey(b)
		if k != None {
			keys = append(keys, k)
		}
		b = b[n:]
	}
	return keys
}

func readKey(b []byte) (Key, int) {
	if b[0] == 0x1b {
		if len(b) == 1 {
			return Quit, 1
		}
		if b[1] != '[' && b[1] != 'O' {
			return None, 2
		}
		// Parameters, then one letter or tilde that ends the sequence.
		n := 2
		for n < len(b) && (b[n] < 0x40 || b[n] > 0x7e) {
			n++
		}
		if n == len(b) {
			return None, n
		}
		switch last := b[n]; last {
		case 'C', 'B': // right, down
			return Forward, n + 1
		case 'D', 'A': // left, up
			return Back, n + 1
		case 'H':
			return First, n + 1
		case 'F':
			return Last, n + 1
		case '~':
			switch b[2] {
			case '5':
				return Back, n + 1
			case '6':
				return Forward, n + 1
			}
		}
		return None, n + 1
	}
	switch b[0] {
	case ' ', '\r', '\n', 'n', 'j', 'l':
		return Forward, 1
	case 'b', 'p', 'k', 'h', 0x7f, 0x08:
		return Back, 1
	case 's', '\t':
		return Skip, 1
	case 'g', '0':
		return First, 1
	case 'G', '$':
		return Last, 1
	case 'q', 'Q':
		return Quit, 1
	case 3, 4: // Ctrl-C and Ctrl-D: a raw terminal sends bytes, not signals
		return Interrupt, 1
	}
	return None, 1
}
