package wire

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"
	"unicode"

	"crosscut/protocol"
)

// frame is one thing that the peer said after its hello.
type frame struct {
	kind   byte
	msg    protocol.Message // 'W'
	digest Digest           // 'E'
}

// hello exchanges role and digest and starts the reader.
func (s *Session) hello() error {
	mine := append(append([]byte(magic), byte(s.cfg.Role)), s.cfg.Digest[:]...)
	if _, err := s.out.Write(mine); err != nil {
		return s.explain(err)
	}
	if err := s.out.Flush(); err != nil {
		return s.explain(err)
	}
	s.framing += int64(len(mine))
	in := bufio.NewReaderSize(deadlined{s.conn, s.cfg.Timeout}, 1<<16)
	// Judge each byte of the magic as it comes: a stranger may say less than a hello.
	for i := range len(magic) {
		b, err := in.ReadByte()
		switch {
		case errors.Is(err, io.EOF) && i > 0:
			return peerf("does not speak crosscut")
		case err != nil:
			return s.explain(err)
		case b != magic[i]:
			return peerf("does not speak crosscut, or another version of it")
		}
	}
	theirs := make([]byte, len(mine)-len(magic))
	if _, err := io.ReadFull(in, theirs); err != nil {
		return s.explain(err)
	}
	if protocol.Player(theirs[0]) != s.peer() {
		return peerf("plays the same part: want one alice and one bob")
	}
	if !bytes.Equal(theirs[1:], s.cfg.Digest[:]) {
		return peerf("runs another model, other parameters, another split, or other public tokens")
	}
	go s.reader(&parser{in: in, peer: s.peer(), left: s.cfg.Budget[s.peer()], framing: int64(len(mine))})
	return nil
}

// reader takes frames off the connection, so that two players who both write
// first do not block each other. It ends at the peer's end or at an error.
func (s *Session) reader(p *parser) {
	defer close(s.frames)
	for {
		f, err := p.next()
		s.heard = p.framing
		if err != nil {
			s.fault = s.explain(err)
			return
		}
		select {
		case s.frames <- f:
		case <-s.quit:
			return
		}
		if f.kind == frameEnd {
			s.fault = peerf("ended before its word was due")
			return
		}
	}
}

// explain turns what the network says into what happened.
func (s *Session) explain(err error) error {
	var ne net.Error
	switch {
	case err == nil:
		return nil
	case s.ctx.Err() != nil:
		return s.ctx.Err()
	case isTimeout(err):
		return peerf("was silent for %v", s.cfg.Timeout)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &ne):
		return peerf("closed the connection midway")
	}
	return err
}

func isTimeout(err error) bool {
	var ne net.Error
	return errors.As(err, &ne) && ne.Timeout()
}

// parser reads frames. It never allocates more than has arrived, and refuses a
// peer that announces more bits than the public formula leaves it.
type parser struct {
	in      *bufio.Reader
	peer    protocol.Player
	left    protocol.Bits // payload the peer may still write
	framing int64         // bytes so far that are not payload
}

func (p *parser) next() (frame, error) {
	kind, err := p.ReadByte()
	if err != nil {
		return frame{}, err
	}
	f := frame{kind: kind}
	switch kind {
	case frameWord:
		f.msg, err = p.word()
	case frameEnd:
		var b []byte
		if b, err = p.take(len(f.digest)); err == nil {
			f.digest = Digest(b)
			p.framing += int64(len(b))
		}
	case frameAbort:
		var why string
		if why, err = p.text("reason"); err == nil {
			err = peerf("gave up: %s", why)
		}
	default:
		err = peerf("sent a frame of unknown kind %q", kind)
	}
	return f, err
}

func (p *parser) word() (protocol.Message, error) {
	m := protocol.Message{From: p.peer}
	var err error
	if m.Round, err = p.number("round", 1<<31); err != nil {
		return m, err
	}
	if m.Label, err = p.text("label"); err != nil {
		return m, err
	}
	n, err := p.number("word length", uint64(p.left))
	if err != nil {
		return m, err
	}
	p.left -= protocol.Bits(n)
	packed, err := p.take((n + 7) / 8)
	if err != nil {
		return m, err
	}
	p.framing += int64(padding(n))
	if m.Word, err = protocol.Unpacked(n, packed); err != nil {
		return m, peerf("sent a malformed word: %v", err)
	}
	return m, nil
}

// ReadByte reads one framing byte, for binary.ReadUvarint too.
func (p *parser) ReadByte() (byte, error) {
	b, err := p.in.ReadByte()
	if err == nil {
		p.framing++
	}
	return b, err
}

func (p *parser) number(what string, limit uint64) (int, error) {
	v, err := binary.ReadUvarint(p)
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), isTimeout(err):
		return 0, err
	case err != nil:
		return 0, peerf("sent no number where a %s belongs", what)
	case v > limit:
		return 0, peerf("sent a %s of %d, above the public limit %d", what, v, limit)
	}
	return int(v), nil
}

// take reads n bytes into memory that grows with what arrives.
func (p *parser) take(n int) ([]byte, error) {
	var b bytes.Buffer
	_, err := io.CopyN(&b, p.in, int64(n))
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return b.Bytes(), err
}

func (p *parser) text(what string) (string, error) {
	n, err := p.number(what+" length", maxText)
	if err != nil {
		return "", err
	}
	b, err := p.take(n)
	p.framing += int64(n)
	printable := func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return '?'
	}
	return strings.Map(printable, string(b)), err
}

func appendText(b []byte, s string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(s))), s...)
}

// padding is 1 when a word of n bits ends within a byte: that byte is counted as
// framing, its metered bits as payload.
func padding(n int) int {
	if n%8 != 0 {
		return 1
	}
	return 0
}
