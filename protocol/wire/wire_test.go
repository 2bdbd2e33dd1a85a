package wire

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"reflect"
	"strings"
	"testing"
	"time"

	"crosscut/protocol"
)

const patience = 5 * time.Second

func config(role protocol.Player, a, b protocol.Bits) Config {
	return Config{Role: role, Digest: sha256.Sum256([]byte("same facts")), Budget: [2]protocol.Bits{a, b}, Timeout: patience}
}

type result[T any] struct {
	out   T
	t     protocol.Transcript
	stats Stats
	err   error
}

// overTCP runs both players of a protocol in this process, each over its own end
// of a loopback connection.
func overTCP[T any](t *testing.T, a, b Config, alice, bob func(*protocol.Port) T) (ra, rb result[T]) {
	t.Helper()
	ln, err := Listen("127.0.0.1:0", false)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan result[T])
	go func() {
		var r result[T]
		s, err := Dial(context.Background(), ln.Addr().String(), b)
		if r.err = err; err == nil {
			r.out, r.t, r.stats, r.err = Play(t.Context(), s, nil, bob)
		}
		done <- r
	}()
	s, err := Accept(context.Background(), ln, a)
	if ra.err = err; err == nil {
		ra.out, ra.t, ra.stats, ra.err = Play(t.Context(), s, nil, alice)
	}
	return ra, <-done
}

func word(n int) protocol.Word {
	var p protocol.Packer
	for i := range n {
		p.Uint(uint64(i*i>>1&1), 1)
	}
	return p.Word()
}

// Two players who both write first, and answer what they read, in three rounds.
func chatty(n int) (alice, bob func(*protocol.Port) string) {
	player := func(other protocol.Player) func(*protocol.Port) string {
		return func(p *protocol.Port) string {
			p.Send("first", word(n+int(p.Self())))
			w := p.Recv(other, protocol.Bits(n+int(other)))
			p.Send("second", protocol.UintWord(uint64(w.Ones())&1, 1))
			return p.Recv(other, 1).String() + w.String()
		}
	}
	return player(protocol.Bob), player(protocol.Alice)
}

func TestWireEqualsRun(t *testing.T) {
	for _, n := range []int{0, 1, 7, 8, 9, 1 << 12, 1 << 22} { // the last one exceeds all buffers on the way
		alice, bob := chatty(n)
		outs, want, err := protocol.Run(t.Context(), nil, alice, bob)
		if err != nil {
			t.Fatal(err)
		}
		budget := [2]protocol.Bits{want.By(protocol.Alice), want.By(protocol.Bob)}
		ca, cb := config(protocol.Alice, budget[0], budget[1]), config(protocol.Bob, budget[0], budget[1])
		ca.Timeout, cb.Timeout = time.Minute, time.Minute // nobody is silent here, only slow on a busy machine
		a, b := overTCP(t, ca, cb, alice, bob)
		if a.err != nil || b.err != nil {
			t.Fatalf("n = %d: %v, %v", n, a.err, b.err)
		}
		if a.out != outs[0] || b.out != outs[1] {
			t.Fatalf("n = %d: outputs differ from the in-process run", n)
		}
		if !reflect.DeepEqual(a.t, want) || !reflect.DeepEqual(b.t, want) {
			t.Fatalf("n = %d: transcripts differ from the in-process run", n)
		}
		if a.stats != b.stats || a.stats.PayloadBits != want.Cost() || a.stats.Rounds != want.Rounds() {
			t.Fatalf("n = %d: stats %+v and %+v, want %d bits", n, a.stats, b.stats, want.Cost())
		}
	}
}

// The framing bytes are what really crosses, less the payload.
func TestFramingIsWhatCrosses(t *testing.T) {
	alice := func(p *protocol.Port) int { p.Send("x", word(12)); return 0 }
	bob := func(p *protocol.Port) int { p.Recv(protocol.Alice, 12); return 0 }
	a, _ := overTCP(t, config(protocol.Alice, 12, 0), config(protocol.Bob, 12, 0), alice, bob)
	if a.err != nil {
		t.Fatal(a.err)
	}
	hello := int64(len(magic) + 1 + sha256.Size)
	frames := int64(1 + 1 + 2 + 1 + 2) // kind, round, label, length, two bytes of payload
	end := int64(1 + sha256.Size)
	if got, want := a.stats.FramingBytes, 2*hello+frames-1+2*end; got != want {
		t.Errorf("framing %d bytes, want %d", got, want)
	}
}

func TestBadPeers(t *testing.T) {
	waits := func(p *protocol.Port) int { p.Recv(protocol.Bob, 8); return 0 }
	hello := append(append([]byte(magic), byte(protocol.Bob)), func() []byte { d := sha256.Sum256([]byte("same facts")); return d[:] }()...)
	frame := func(parts ...any) []byte {
		b := bytes.Clone(hello)
		for _, p := range parts {
			switch p := p.(type) {
			case byte:
				b = append(b, p)
			case int:
				b = binary.AppendUvarint(b, uint64(p))
			case string:
				b = append(b, p...)
			}
		}
		return b
	}
	other := bytes.Clone(hello)
	other[len(other)-1] ^= 1
	same := bytes.Clone(hello)
	same[len(magic)] = byte(protocol.Alice)
	for _, tc := range []struct {
		name string
		send []byte
		want string
	}{
		{"garbage", []byte("GET / HTTP/1.1\r\n\r\n"), "does not speak crosscut"},
		{"nothing", nil, "closed the connection"},
		{"half a magic", []byte(magic[:5]), "does not speak"},
		{"half a hello", hello[:len(hello)-3], "closed the connection"},
		{"same part", same, "same part"},
		{"another model", other, "another model"},
		{"stops after hello", hello, "closed the connection"},
		{"unknown frame", frame(byte('?')), "unknown kind"},
		{"a word too long for the formula", frame(byte('W'), 1, 0, 9), "above the public limit 8"},
		{"2^60 bits", frame(byte('W'), 1, 0, 1<<60), "above the public limit"},
		{"a long label", frame(byte('W'), 1, 1<<20), "above the public limit"},
		{"a short word", frame(byte('W'), 1, 0, 7, "\x00"), "sent 7 bits where 8 are due"},
		{"spare bits", frame(byte('W'), 1, 0, 7, "\xff"), "malformed"},
		{"half a word", frame(byte('W'), 1, 0, 8), "closed the connection"},
		{"an endless number", frame(byte('W'), "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), "no number"},
		{"ends early", frame(byte('E'), strings.Repeat("x", sha256.Size)), "ended while a word"},
		{"gives up", frame(byte('X'), 4, "bo\x1b\n"), "gave up: bo??"},
		{"other transcript", frame(byte('W'), 1, 0, 8, "y", byte('E'), strings.Repeat("x", sha256.Size)), "another transcript"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			ln, err := Listen("localhost:0", false)
			if err != nil {
				t.Fatal(err)
			}
			go func() {
				c, err := net.Dial("tcp", ln.Addr().String())
				if err != nil {
					return
				}
				c.Write(tc.send)
				c.(*net.TCPConn).CloseWrite()
				io.Copy(io.Discard, c) // until the other side has read it and ends
				c.Close()
			}()
			s, err := Accept(context.Background(), ln, config(protocol.Alice, 0, 8))
			if err == nil {
				_, _, _, err = Play(t.Context(), s, nil, waits)
			}
			if err == nil || !errors.Is(err, ErrPeer) || !strings.Contains(err.Error(), tc.want) {
				t.Errorf("error %q, want the peer blamed for %q", err, tc.want)
			}
		})
	}
}

func TestUnreadWordAndLongWriter(t *testing.T) {
	idle := func(p *protocol.Port) int { return 0 }
	writes := func(p *protocol.Port) int { p.Send("x", word(8)); return 0 }
	a, b := overTCP(t, config(protocol.Alice, 8, 0), config(protocol.Bob, 8, 0), writes, idle)
	if !errors.Is(b.err, protocol.ErrUnread) {
		t.Errorf("an unread word: %v", b.err)
	}
	if a.err == nil {
		t.Error("the writer of an unread word must not get an answer")
	}
	a, b = overTCP(t, config(protocol.Alice, 7, 0), config(protocol.Bob, 7, 0), writes, func(p *protocol.Port) int { p.Recv(protocol.Alice, 8); return 0 })
	if a.err == nil || !strings.Contains(a.err.Error(), "formula allows 7") || b.err == nil || !strings.Contains(b.err.Error(), "gave up") {
		t.Errorf("a writer above its formula: %v, %v", a.err, b.err)
	}
}

func TestNobodyComes(t *testing.T) {
	cfg := config(protocol.Alice, 0, 0)
	cfg.Timeout = 50 * time.Millisecond
	ln, err := Listen("127.0.0.1:0", false)
	if err != nil {
		t.Fatal(err)
	}
	addr := ln.Addr().String()
	if _, err := Accept(context.Background(), ln, cfg); !errors.Is(err, ErrPeer) || !strings.Contains(err.Error(), "did not come") {
		t.Errorf("nobody dials: %v", err)
	}
	if _, err := Dial(context.Background(), addr, cfg); !errors.Is(err, ErrPeer) || !strings.Contains(err.Error(), "could not be reached") {
		t.Errorf("nobody listens: %v", err)
	}
}

func TestSilentPeerAndSecondPeer(t *testing.T) {
	ln, err := Listen("127.0.0.1:0", false)
	if err != nil {
		t.Fatal(err)
	}
	c, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	cfg := config(protocol.Alice, 0, 0)
	cfg.Timeout = 50 * time.Millisecond
	if _, err := Accept(context.Background(), ln, cfg); err == nil || !strings.Contains(err.Error(), "was silent") {
		t.Errorf("a silent peer: %v", err)
	}
	if second, err := net.DialTimeout("tcp", ln.Addr().String(), time.Second); err == nil {
		second.Close()
		t.Error("a second peer was let in")
	}
}

func TestCancel(t *testing.T) {
	ln, err := Listen("127.0.0.1:0", false)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	go cancel()
	if _, err := Accept(ctx, ln, config(protocol.Alice, 0, 0)); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestListenRefusesTheWorld(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", ":0", "example.org:1", "[::]:0", "10.0.0.1:5"} {
		if ln, err := Listen(addr, false); err == nil {
			ln.Close()
			t.Errorf("%s was opened without being asked for", addr)
		}
	}
}

func FuzzFrames(f *testing.F) {
	f.Add([]byte("W\x01\x00\x08yE"))
	f.Add([]byte("X\x02no"))
	f.Fuzz(func(t *testing.T, data []byte) {
		p := &parser{in: bufio.NewReader(bytes.NewReader(data)), peer: protocol.Bob, left: 1 << 40}
		for {
			fr, err := p.next()
			if err != nil {
				return
			}
			if p.framing > int64(len(data)) || fr.msg.Word.Len() > protocol.Bits(8*len(data)) {
				t.Fatal("more was read than is there")
			}
		}
	})
}

// converse runs a protocol in which Alice sends n bits once, over loopback; from
// the listening on to both ends.
func converse(w protocol.Word) error {
	n := w.Len()
	ln, err := Listen("127.0.0.1:0", false)
	if err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() {
		s, err := Dial(context.Background(), ln.Addr().String(), config(protocol.Bob, n, 0))
		if err == nil {
			_, _, _, err = Play(context.Background(), s, nil, func(p *protocol.Port) int { return p.Recv(protocol.Alice, n).Ones() })
		}
		done <- err
	}()
	s, err := Accept(context.Background(), ln, config(protocol.Alice, n, 0))
	if err == nil {
		_, _, _, err = Play(context.Background(), s, nil, func(p *protocol.Port) int { p.Send("all", w); return 0 })
	}
	return errors.Join(err, <-done)
}

// BenchmarkLoopback: payload of one large message, in Mbit/s.
func BenchmarkLoopback(b *testing.B) {
	const n = 1 << 26
	w := word(n)
	for b.Loop() {
		if err := converse(w); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)*n/1e6/b.Elapsed().Seconds(), "Mbit/s")
}

// BenchmarkOneRound: all that the wire adds to a short one-round protocol, the
// connection, both hellos and both ends included, in ms.
func BenchmarkOneRound(b *testing.B) {
	w := word(64)
	for b.Loop() {
		if err := converse(w); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(b.Elapsed().Seconds()*1e3/float64(b.N), "ms")
}
