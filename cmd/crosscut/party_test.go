package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// listener is a crosscut party that waits at a free port of the loopback.
type listener struct {
	cmd    *exec.Cmd
	addr   string
	stdout strings.Builder
	rest   chan string // what it wrote on stderr after the address
}

func listenParty(ts *testscript.TestScript, args []string) *listener {
	name, err := exec.LookPath("crosscut")
	if err != nil {
		name = "crosscut"
		for _, dir := range strings.Split(ts.Getenv("PATH"), string(os.PathListSeparator)) {
			if st, err := os.Stat(dir + "/crosscut"); err == nil && !st.IsDir() {
				name = dir + "/crosscut"
				break
			}
		}
	}
	l := &listener{cmd: exec.Command(name, append([]string{"party", "--listen", "127.0.0.1:0"}, args...)...), rest: make(chan string, 1)}
	l.cmd.Dir, l.cmd.Env = ts.MkAbs("."), append(os.Environ(), "PATH="+ts.Getenv("PATH"))
	l.cmd.Stdout = &l.stdout
	pipe, err := l.cmd.StderrPipe()
	ts.Check(err)
	ts.Check(l.cmd.Start())
	lines := bufio.NewReader(pipe)
	first, err := lines.ReadString('\n')
	if err != nil {
		ts.Fatalf("the listener said %q: %v", first, err)
	}
	_, addr, ok := strings.Cut(strings.TrimSpace(first), " listens at ")
	if !ok {
		ts.Fatalf("the listener said %q", first)
	}
	l.addr = addr
	go func() {
		rest, _ := io.ReadAll(lines)
		l.rest <- string(rest)
	}()
	return l
}

// end waits for the listener, and keeps what it printed as NAME.out, NAME.err and
// NAME.status.
func (l *listener) end(ts *testscript.TestScript, name string) {
	rest := <-l.rest
	l.cmd.Wait()
	keep(ts, name, l.stdout.String(), rest, l.cmd.ProcessState.ExitCode())
}

func keep(ts *testscript.TestScript, name, stdout, stderr string, status int) {
	for file, text := range map[string]string{".out": stdout, ".err": stderr, ".status": fmt.Sprint(status) + "\n"} {
		ts.Check(os.WriteFile(ts.MkAbs(name+file), []byte(text), 0o644))
	}
}

// cmdParties runs two parties against each other, each a process of its own, and
// keeps what they print as listen.out, connect.out, and so on:
//
//	parties --role alice ... -- --role bob ...
func cmdParties(ts *testscript.TestScript, _ bool, args []string) {
	k := slices.Index(args, "--")
	if k < 0 {
		ts.Fatalf("usage: parties LISTENER -- CALLER")
	}
	l := listenParty(ts, args[:k])
	err := ts.Exec("crosscut", append([]string{"party", "--connect", l.addr}, args[k+1:]...)...)
	status := 0
	var exit interface{ ExitCode() int }
	if errors.As(err, &exit) {
		status = exit.ExitCode()
	}
	keep(ts, "connect", ts.ReadFile("stdout"), ts.ReadFile("stderr"), status)
	l.end(ts, "listen")
}

// cmdPeer lets a party meet a peer that is no crosscut: it sends the given text,
// or hangs up at once when there is none: peer TEXT LISTENER...
func cmdPeer(ts *testscript.TestScript, _ bool, args []string) {
	l := listenParty(ts, args[1:])
	conn, err := net.Dial("tcp", l.addr)
	ts.Check(err)
	conn.SetDeadline(time.Now().Add(10 * time.Second))
	if args[0] != "" {
		io.WriteString(conn, strings.Repeat(args[0], 100)) // the other side may hang up first
	}
	conn.Close()
	l.end(ts, "listen")
}
