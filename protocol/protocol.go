// Package protocol is communication: players who see only their own input and a
// blackboard, and a meter that counts every bit written on it.
//
// Conventions (the whole list is docs/conventions.md):
//   - Players are straight-line code, run as coroutines, so that a run is
//     deterministic, replays bit for bit, and a deadlock is found.
//   - Only words written through a [Port] pass between players. The reader says
//     how long the word is that it expects, so length carries nothing; it names
//     the writer, so silence carries nothing either. [Audit] proves it again, by
//     enumeration, at small sizes.
//   - A player's return value is its output. Output is free: it is not counted.
//   - Public coins are free and read by index.
//   - Labels are for people. They cost nothing and decide nothing.
package protocol

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
)

// Player numbers the players from 0. Two-party protocols use Alice and Bob.
type Player int

// The two players of two-party protocols.
const (
	Alice Player = iota
	Bob
)

func (p Player) String() string {
	switch p {
	case Alice:
		return "alice"
	case Bob:
		return "bob"
	}
	return fmt.Sprintf("player %d", int(p)+1)
}

// What can go wrong in a run; test with errors.Is.
var (
	ErrStuck  = errors.New("deadlock: every player waits for a word that nobody writes")
	ErrLength = errors.New("a word has another length than its reader expects")
	ErrUnread = errors.New("a word was written that nobody read")
	ErrCoins  = errors.New("a deterministic protocol tossed a coin")
	ErrReplay = errors.New("the replay differs from the transcript")
)

// Link is where a Port's words go: the blackboard of [Run], a recorded
// transcript, or a connection to another process (package wire). Read blocks
// until the next unread word of player from is there, and takes exactly n bits.
type Link interface {
	Write(label string, w Word) error
	Read(from Player, n Bits) (Word, error)
}

// Port is all that a player sees besides its own input.
type Port struct {
	ctx   context.Context
	self  Player
	link  Link
	coins Coins
}

// Coins gives public coin i, free to all. nil means a deterministic protocol.
type Coins func(i int) bool

// Seeded returns public coins that are a function of seed and index alone.
func Seeded(seed uint64) Coins {
	return func(i int) bool {
		var coins rand.PCG
		coins.Seed(seed, uint64(i))
		return coins.Uint64()&1 == 1
	}
}

// Self says which player this is.
func (p *Port) Self() Player { return p.self }

// Context ends when the run is to stop. Sending and receiving look at it; long sums
// between two words do so themselves, and [Port.Fail] with its error.
func (p *Port) Context() context.Context { return p.ctx }

// Send writes w on the blackboard. Every bit of it is metered here.
func (p *Port) Send(label string, w Word) {
	p.check(p.ctx.Err())
	p.check(p.link.Write(label, w))
}

// Recv takes the next word of player from that this player has not read, which
// must have exactly n bits. There is no way to ask whether a word is waiting.
func (p *Port) Recv(from Player, n Bits) Word {
	p.check(p.ctx.Err())
	w, err := p.link.Read(from, n)
	p.check(err)
	return w
}

// Coin returns public coin i.
func (p *Port) Coin(i int) bool {
	if p.coins == nil {
		p.Fail(ErrCoins)
	}
	return p.coins(i)
}

// Fail ends this player, and so the run, with err. It does not return.
func (p *Port) Fail(err error) { panic(halt{err}) }

func (p *Port) check(err error) {
	if err != nil {
		p.Fail(err)
	}
}

// halt unwinds a player; only Play recovers it.
type halt struct{ err error }

// Play runs one player against a link and returns its output. Run uses it for
// each player, wire for the one player that lives in this process.
func Play[T any](ctx context.Context, self Player, link Link, coins Coins, program func(*Port) T) (out T, err error) {
	defer func() {
		if r := recover(); r != nil {
			h, ok := r.(halt)
			if !ok {
				panic(r)
			}
			err = h.err
		}
	}()
	return program(&Port{ctx, self, link, coins}), nil
}

// Message is one word on the blackboard.
type Message struct {
	Round int // 1 + the latest round whose words the writer had read
	From  Player
	Label string
	Word  Word
}

// Transcript is everything that was written, in order.
type Transcript struct {
	Players  int
	Messages []Message
}

// Cost is the number of bits written by all players.
func (t Transcript) Cost() Bits {
	var n Bits
	for _, m := range t.Messages {
		n += m.Word.Len()
	}
	return n
}

// By is the number of bits that one player wrote.
func (t Transcript) By(p Player) Bits {
	var n Bits
	for _, m := range t.Messages {
		if m.From == p {
			n += m.Word.Len()
		}
	}
	return n
}

// Rounds is the number of rounds; words of one round could be written at once.
func (t Transcript) Rounds() int {
	r := 0
	for _, m := range t.Messages {
		r = max(r, m.Round)
	}
	return r
}

// Sort puts the words into the canonical order: by round, then by player. It is
// causal, since a word depends only on words of earlier rounds and its writer's
// own, so in-process runs and runs over a wire have one transcript.
func (t Transcript) Sort() {
	slices.SortStableFunc(t.Messages, func(a, b Message) int {
		return cmp.Or(cmp.Compare(a.Round, b.Round), cmp.Compare(a.From, b.From))
	})
}

// Setting is the deterministic setting of the run: OneWay when at most one of two
// players wrote, TwoWay otherwise; of more players, one-way when each wrote once, in
// the order of their numbers.
func (t Transcript) Setting() Setting {
	for k, m := range t.Messages {
		before := t.Messages[max(0, k-1)].From
		if t.Players > 2 && m.From < before || t.Players <= 2 && m.From != before {
			return TwoWay.Among(t.Players)
		}
	}
	return OneWay.Among(t.Players)
}

// Run plays the programs, one per player, on a common blackboard. It returns
// each player's output and the transcript, in the order of [Transcript.Sort].
// Players take turns by number, each going on until it waits for a word or ends. When
// ctx ends the run fails with its error, at the next word.
func Run[T any](ctx context.Context, coins Coins, programs ...func(*Port) T) ([]T, Transcript, error) {
	b := &board{read: make([][]int, len(programs)), round: make([]int, len(programs)), wait: make([]string, len(programs))}
	out := make([]T, len(programs))
	errs := make([]error, len(programs))
	resume := make([]func() (struct{}, bool), len(programs))
	for i, program := range programs {
		b.read[i] = make([]int, len(programs))
		next, stop := iter.Pull(func(yield func(struct{}) bool) {
			out[i], errs[i] = Play(ctx, Player(i), &seat{b, Player(i), yield}, coins, program)
		})
		defer stop()
		resume[i] = next
	}
	for running := len(programs); running > 0; {
		before := b.events
		for i, next := range resume {
			if next == nil {
				continue
			}
			if _, alive := next(); alive {
				continue
			}
			resume[i] = nil
			running--
			b.events++
			if errs[i] != nil {
				return nil, b.transcript(), fmt.Errorf("protocol: %v: %w", Player(i), errs[i])
			}
		}
		if b.events == before { // nobody read or ended
			return nil, b.transcript(), fmt.Errorf("protocol: %w (%s)", ErrStuck, b.waiting(resume))
		}
	}
	t := b.transcript()
	for _, m := range b.messages {
		if !m.read {
			return nil, t, fmt.Errorf("protocol: %w: %q by %v, %d bits", ErrUnread, m.Label, m.From, m.Word.Len())
		}
	}
	return out, t, nil
}

// board is the shared blackboard of one run.
type board struct {
	messages []posted
	read     [][]int // read[i][j]: where player i stands among the messages, looking for player j's next
	round    []int   // round[i]: the round in which player i's next word will be
	wait     []string
	events   int // words written and read, players ended: no change in a full turn is a deadlock
}

type posted struct {
	Message
	read bool
}

func (b *board) transcript() Transcript {
	t := Transcript{Players: len(b.read)}
	for _, m := range b.messages {
		t.Messages = append(t.Messages, m.Message)
	}
	t.Sort()
	return t
}

func (b *board) waiting(alive []func() (struct{}, bool)) string {
	var who []string
	for i, next := range alive {
		if next != nil {
			who = append(who, fmt.Sprintf("%v waits for %s", Player(i), b.wait[i]))
		}
	}
	return strings.Join(who, "; ")
}

// seat is one player's place at the board.
type seat struct {
	board *board
	self  Player
	yield func(struct{}) bool
}

func (s *seat) Write(label string, w Word) error {
	b := s.board
	b.messages = append(b.messages, posted{Message: Message{b.round[s.self] + 1, s.self, label, w}})
	b.events++
	return nil
}

func (s *seat) Read(from Player, n Bits) (Word, error) {
	b := s.board
	if from < 0 || int(from) >= len(b.read) || from == s.self {
		return Word{}, fmt.Errorf("there is no word of %v for %v to read", from, s.self)
	}
	at := &b.read[s.self][from]
	for {
		for ; *at < len(b.messages); *at++ {
			m := &b.messages[*at]
			if m.From != from {
				continue
			}
			if m.Word.Len() != n {
				return Word{}, fmt.Errorf("%w: %q by %v has %d bits, %v expects %d", ErrLength, m.Label, from, m.Word.Len(), s.self, n)
			}
			*at++
			m.read = true
			b.round[s.self] = max(b.round[s.self], m.Round)
			b.events++
			return m.Word, nil
		}
		b.wait[s.self] = fmt.Sprintf("%d bits of %v", n, from)
		if !s.yield(struct{}{}) {
			return Word{}, ErrStuck // the run ended without this player
		}
	}
}

// Replay runs one player again, with the words of the others taken from the
// transcript, and fails unless the player writes exactly what stands there, in the
// round that stands there, after the words that it read. It needs only that
// player's own input, so each half can be verified alone.
func Replay[T any](ctx context.Context, t Transcript, self Player, coins Coins, program func(*Port) T) (T, error) {
	r := &record{t: t, self: self, at: make([]int, t.Players)}
	out, err := Play(ctx, self, r, coins, program)
	if err != nil {
		return out, fmt.Errorf("protocol: replaying %v: %w", self, err)
	}
	for k := r.at[self]; k < len(t.Messages); k++ {
		if t.Messages[k].From == self {
			return out, fmt.Errorf("protocol: replaying %v: %w: word %d was not written", self, ErrReplay, k+1)
		}
	}
	return out, nil
}

// record plays the others' part of a transcript.
type record struct {
	t     Transcript
	self  Player
	at    []int
	seen  int // one past the latest word that self read
	round int // the latest round among the words that self read
}

func (r *record) next(from Player) (int, bool) {
	for k := r.at[from]; k < len(r.t.Messages); k++ {
		if r.t.Messages[k].From == from {
			r.at[from] = k + 1
			return k, true
		}
	}
	return 0, false
}

func (r *record) Write(label string, w Word) error {
	k, ok := r.next(r.self)
	if !ok {
		return fmt.Errorf("%w: an extra word %q", ErrReplay, label)
	}
	switch m := r.t.Messages[k]; {
	case m.Word != w:
		return fmt.Errorf("%w: word %d (%q)", ErrReplay, k+1, m.Label)
	case k < r.seen:
		return fmt.Errorf("%w: word %d (%q) stands before what its writer had read", ErrReplay, k+1, m.Label)
	case m.Round != r.round+1:
		return fmt.Errorf("%w: word %d (%q) is of round %d, not %d", ErrReplay, k+1, m.Label, r.round+1, m.Round)
	}
	return nil
}

func (r *record) Read(from Player, n Bits) (Word, error) {
	if from < 0 || int(from) >= len(r.at) || from == r.self {
		return Word{}, fmt.Errorf("there is no word of %v for %v to read", from, r.self)
	}
	k, ok := r.next(from)
	if !ok {
		return Word{}, fmt.Errorf("%w: %v wrote no further word", ErrReplay, from)
	}
	if m := r.t.Messages[k]; m.Word.Len() != n {
		return Word{}, fmt.Errorf("%w: word %d has %d bits, %v expects %d", ErrLength, k+1, m.Word.Len(), r.self, n)
	}
	r.seen, r.round = max(r.seen, k+1), max(r.round, r.t.Messages[k].Round)
	return r.t.Messages[k].Word, nil
}
