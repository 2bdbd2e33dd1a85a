// Package wire runs one player of a two-party protocol in this process and the
// other behind a TCP connection. The player's code is the same as in
// [protocol.Run]; only the link differs. It is the one package of this wing with
// a clock and a socket.
//
// # Format
//
// Each side first sends a hello: the magic, its role and a digest of everything
// that must be public knowledge (model, parameters, split, read positions, who
// answers, public tokens). Nothing else is sent before both digests are seen to
// agree. Then come frames:
//
//	'W' round label length payload   one word; length in bits, payload packed
//	'E' digest                       this player has ended; SHA-256 of the transcript
//	'X' reason                       this side gives up
//
// Numbers are unsigned varints, strings carry their length. The payload bits are
// the metered bits; everything else, the padding of a word to whole bytes
// included, is framing and is reported apart. A player's code sees words only, so
// rounds and labels decide nothing.
//
// The connection is neither encrypted nor authenticated, and the protocol is not
// private: what crosses the cut is readable by anyone on the path.
package wire

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"time"

	"crosscut/protocol"
)

const (
	magic      = "crosscut wire 1\n"
	maxText    = 1 << 10 // bytes of a label or a reason
	frameWord  = 'W'
	frameEnd   = 'E'
	frameAbort = 'X'
	backlog    = 64 // frames read ahead of the player
)

// Digest identifies all public facts of a run; both sides must have the same.
type Digest [sha256.Size]byte

// Config is what one side knows before the first bit.
type Config struct {
	Role   protocol.Player
	Digest Digest
	// Budget is the cost of each player by formula, in bits. It is public, so a
	// peer that writes more is refused without reading on.
	Budget [2]protocol.Bits
	// Timeout bounds every wait: for the peer to come, and for its next byte.
	Timeout time.Duration
}

// Stats is the cost on the wire, of both directions together.
type Stats struct {
	PayloadBits  protocol.Bits // metered bits
	FramingBytes int64         // all other bytes, padding of words included
	Rounds       int
}

// ErrPeer is wrapped by every error that the other side caused.
var ErrPeer = errors.New("the other party")

func peerf(format string, args ...any) error {
	return fmt.Errorf("%w "+format, append([]any{ErrPeer}, args...)...)
}

// Listen opens a TCP address. Unless remote is set, only loopback addresses are
// accepted, because the connection is not encrypted.
func Listen(addr string, remote bool) (net.Listener, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, fmt.Errorf("wire: listening on %q: want HOST:PORT", addr)
	}
	if ip := net.ParseIP(host); !remote && host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, &remoteError{addr}
	}
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("wire: %w", err)
	}
	return ln, nil
}

type remoteError struct{ addr string }

func (e *remoteError) Error() string {
	return fmt.Sprintf("wire: %q is not a loopback address", e.addr)
}
func (e *remoteError) Hint() string {
	return "the connection is neither encrypted nor private; pass --remote if that is what you want"
}

// Accept waits for the peer on ln and closes it: there is exactly one peer, and
// whoever comes second is turned away by the system.
func Accept(ctx context.Context, ln net.Listener, cfg Config) (*Session, error) {
	stop := context.AfterFunc(ctx, func() { ln.Close() })
	defer stop()
	defer ln.Close()
	if t, ok := ln.(*net.TCPListener); ok {
		if err := t.SetDeadline(time.Now().Add(cfg.Timeout)); err != nil {
			return nil, fmt.Errorf("wire: %w", err)
		}
	}
	conn, err := ln.Accept()
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case isTimeout(err):
		return nil, fmt.Errorf("wire: %w", peerf("did not come within %v", cfg.Timeout))
	case err != nil:
		return nil, fmt.Errorf("wire: %w", err)
	}
	return open(ctx, conn, cfg)
}

// Dial connects to the peer, trying again while nobody listens, for at most the
// timeout: the two processes may be started in any order.
func Dial(ctx context.Context, addr string, cfg Config) (*Session, error) {
	if _, _, err := net.SplitHostPort(addr); err != nil {
		return nil, fmt.Errorf("wire: connecting to %q: want HOST:PORT", addr)
	}
	deadline := time.Now().Add(cfg.Timeout)
	d := net.Dialer{Deadline: deadline}
	for wait := time.Millisecond; ; wait = min(2*wait, 100*time.Millisecond) {
		conn, err := d.DialContext(ctx, "tcp", addr)
		if err == nil {
			return open(ctx, conn, cfg)
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if time.Now().Add(wait).After(deadline) {
			return nil, fmt.Errorf("wire: %w: %v", peerf("could not be reached within %v", cfg.Timeout), err)
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(wait):
		}
	}
}

// Session is a connection to the peer after both hellos agreed. It is the
// protocol.Link of the one player that lives in this process.
type Session struct {
	ctx  context.Context
	stop func() bool
	conn net.Conn
	cfg  Config
	out  *bufio.Writer

	// The reader goroutine owns fault and heard until it closes frames.
	frames chan frame
	fault  error
	heard  int64 // framing bytes that came in
	quit   chan struct{}

	sent, got []protocol.Message // own words, and the peer's as far as read
	round     int                // latest round read
	written   protocol.Bits
	framing   int64 // framing bytes that went out
}

func open(ctx context.Context, conn net.Conn, cfg Config) (*Session, error) {
	s := &Session{ctx: ctx, conn: conn, cfg: cfg, quit: make(chan struct{}), frames: make(chan frame, backlog)}
	s.out = bufio.NewWriterSize(deadlined{conn, cfg.Timeout}, 1<<16)
	s.stop = context.AfterFunc(ctx, func() { conn.Close() })
	if err := s.hello(); err != nil {
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		s.Close()
		return nil, fmt.Errorf("wire: %w", err)
	}
	return s, nil
}

// deadlined renews the deadline at every read and write.
type deadlined struct {
	net.Conn
	timeout time.Duration
}

func (d deadlined) Read(p []byte) (int, error) {
	if err := d.SetReadDeadline(time.Now().Add(d.timeout)); err != nil {
		return 0, err
	}
	return d.Conn.Read(p)
}

func (d deadlined) Write(p []byte) (int, error) {
	if err := d.SetWriteDeadline(time.Now().Add(d.timeout)); err != nil {
		return 0, err
	}
	return d.Conn.Write(p)
}

func (s *Session) peer() protocol.Player { return 1 - s.cfg.Role }

// Write implements protocol.Link.
func (s *Session) Write(label string, w protocol.Word) error {
	s.written += w.Len()
	if s.written > s.cfg.Budget[s.cfg.Role] {
		return fmt.Errorf("%v wrote %d bits, the formula allows %d", s.cfg.Role, s.written, s.cfg.Budget[s.cfg.Role])
	}
	label = label[:min(len(label), maxText)]
	m := protocol.Message{Round: s.round + 1, From: s.cfg.Role, Label: label, Word: w}
	s.sent = append(s.sent, m)
	head := []byte{frameWord}
	head = binary.AppendUvarint(head, uint64(m.Round))
	head = appendText(head, label)
	head = binary.AppendUvarint(head, uint64(w.Len()))
	s.framing += int64(len(head) + padding(int(w.Len())))
	if _, err := s.out.Write(head); err != nil {
		return s.explain(err)
	}
	_, err := s.out.Write(w.Packed())
	return s.explain(err)
}

// Read implements protocol.Link.
func (s *Session) Read(from protocol.Player, n protocol.Bits) (protocol.Word, error) {
	if from != s.peer() {
		return protocol.Word{}, fmt.Errorf("there is no word of %v for %v to read", from, s.cfg.Role)
	}
	f, err := s.next()
	switch {
	case err != nil:
		return protocol.Word{}, err
	case f.kind == frameEnd:
		return protocol.Word{}, peerf("ended while a word of %d bits was due", n)
	case f.msg.Word.Len() != n:
		return protocol.Word{}, fmt.Errorf("%w: %w", protocol.ErrLength, peerf("sent %d bits where %d are due", f.msg.Word.Len(), n))
	}
	s.got = append(s.got, f.msg)
	s.round = max(s.round, f.msg.Round)
	return f.msg.Word, nil
}

// next flushes what was written, so that the peer is never kept waiting for it,
// and takes the next frame.
func (s *Session) next() (frame, error) {
	if err := s.out.Flush(); err != nil {
		return frame{}, s.explain(err)
	}
	f, ok := <-s.frames
	if !ok {
		return frame{}, s.fault
	}
	return f, nil
}

// Close ends the session; it may be called more than once.
func (s *Session) Close() {
	select {
	case <-s.quit:
		return
	default:
	}
	close(s.quit)
	s.stop()
	s.conn.Close()
}

// Play runs this side's player over the session and closes it. The output is
// returned only after both players ended and their transcripts were seen to
// agree, so there is no partial answer.
func Play[T any](ctx context.Context, s *Session, coins protocol.Coins, program func(*protocol.Port) T) (T, protocol.Transcript, Stats, error) {
	defer s.Close()
	var none T
	out, err := protocol.Play(ctx, s.cfg.Role, s, coins, program)
	var t protocol.Transcript
	if err == nil {
		t, err = s.finish()
	}
	if err != nil {
		switch {
		case s.ctx.Err() != nil:
			err = s.ctx.Err()
		case !errors.Is(err, ErrPeer):
			s.abort(err)
		}
		return none, protocol.Transcript{}, Stats{}, fmt.Errorf("wire: %w", err)
	}
	return out, t, Stats{t.Cost(), s.framing + s.heard, t.Rounds()}, nil
}

// abort tells the peer why this side gives up, as far as that still works.
func (s *Session) abort(err error) {
	why := err.Error()
	if _, err := s.out.Write(appendText([]byte{frameAbort}, why[:min(len(why), maxText)])); err == nil {
		_ = s.out.Flush() // the peer may be gone already; its own error says more
	}
}

// finish exchanges the digests of the transcript.
func (s *Session) finish() (protocol.Transcript, error) {
	t := protocol.Transcript{Players: 2, Messages: append(s.sent, s.got...)}
	t.Sort()
	mine := TranscriptDigest(t)
	s.framing += int64(1 + len(mine))
	if _, err := s.out.Write(append([]byte{frameEnd}, mine[:]...)); err != nil {
		return t, s.explain(err)
	}
	f, err := s.next()
	if err != nil {
		return t, err
	}
	if f.kind != frameEnd {
		return t, fmt.Errorf("%w: %w", protocol.ErrUnread, peerf("wrote %q, %d bits, which nobody was to read", f.msg.Label, f.msg.Word.Len()))
	}
	if f.digest != mine {
		return t, peerf("saw another transcript")
	}
	return t, nil
}

// TranscriptDigest is the SHA-256 of who wrote which words in which round.
func TranscriptDigest(t protocol.Transcript) Digest {
	h := sha256.New()
	for _, m := range t.Messages {
		fmt.Fprintf(h, "%d %d %d ", m.Round, m.From, m.Word.Len())
		h.Write(m.Word.Packed())
	}
	return Digest(h.Sum(nil))
}
