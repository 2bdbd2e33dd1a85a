package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// lineProcess is a process that executes command lines one after the other, each in a
// directory of its own: most of them refuse something, and a process for each would take
// longer to start than to refuse. It is not the process of the tests, whose directory
// belongs to all of them: scripts run side by side.
type lineProcess struct {
	mu sync.Mutex // one line at a time
	*json.Encoder
	*json.Decoder
}

// A lineAsked is a command line and where it runs; what came of it is a lineAnswer.
type (
	lineAsked struct {
		Dir  string
		Args []string
	}
	lineAnswer struct {
		Stdout, Stderr string
		Status         int
	}
)

// linesChild, as the one argument of the test binary, makes it a lineProcess.
const linesChild = "crosscut-lines"

// answerLines is main of a lineProcess.
func answerLines(r io.Reader, w io.Writer) {
	limit := debug.SetMemoryLimit(-1)
	dec, enc := json.NewDecoder(r), json.NewEncoder(w)
	var asked lineAsked
	for dec.Decode(&asked) == nil {
		var stdout, stderr locked
		if err := os.Chdir(asked.Dir); err != nil {
			panic(err)
		}
		status := perform(context.Background(), &stdout, &stderr, asked.Args)
		debug.SetMemoryLimit(limit)
		if err := enc.Encode(lineAnswer{stdout.String(), stderr.String(), status}); err != nil {
			panic(err)
		}
		asked = lineAsked{}
	}
}

// startLines starts a lineProcess, which ends with the test.
func startLines(t *testing.T) *lineProcess {
	binary, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(binary, linesChild)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		stdin.Close()
		if err := cmd.Wait(); err != nil {
			t.Errorf("the process for the lines of the scripts: %v", err)
		}
	})
	return &lineProcess{Encoder: json.NewEncoder(stdin), Decoder: json.NewDecoder(stdout)}
}

// perform runs crosscut where a script stands.
func (p *lineProcess) perform(ts *testscript.TestScript, args []string) (stdout, stderr string, status int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	ts.Check(p.Encode(lineAsked{ts.MkAbs("."), args}))
	var answer lineAnswer
	ts.Check(p.Decode(&answer))
	fmt.Fprint(ts.Stdout(), answer.Stdout)
	fmt.Fprint(ts.Stderr(), answer.Stderr)
	return answer.Stdout, answer.Stderr, answer.Status
}

// cmdStatus runs crosscut. It must end with a status, print
// nothing on stdout where it fails for usage, and two lines on stderr (one and a
// hint):
//
//	status 2 crosscut run --model rnn
func (p *lineProcess) cmdStatus(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status CODE command...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	if args[1] != "crosscut" {
		ts.Fatalf("status runs crosscut, not %s", args[1])
	}
	stdout, stderr, got := p.perform(ts, args[2:])
	if got != want {
		ts.Fatalf("status %d, want %d\n%s%s", got, want, stdout, stderr)
	}
	if want != 2 {
		return
	}
	if stdout != "" {
		ts.Fatalf("a usage error printed on stdout:\n%s", stdout)
	}
	lines := slices.DeleteFunc(strings.Split(strings.TrimSuffix(stderr, "\n"), "\n"), func(line string) bool {
		return strings.HasPrefix(line, "    ") // the line of a user's file, with a caret below
	})
	if len(lines) != 2 || !strings.HasPrefix(lines[1], "hint: ") || packages.MatchString(lines[0][strings.Index(lines[0], ": ")+2:]) {
		ts.Fatalf("want one line, without names of packages, and a hint on stderr, not:\n%s", stderr)
	}
	if strings.Contains(stderr, "goroutine") || strings.Contains(stderr, "No help topic") {
		ts.Fatalf("stderr:\n%s", stderr)
	}
}

// cmdTruncate writes each proper prefix of a file and runs a command on it, which
// must end with status 2: truncate FILE command... (PREFIX stands for the file).
func (p *lineProcess) cmdTruncate(ts *testscript.TestScript, _ bool, args []string) {
	data := strings.TrimRight(ts.ReadFile(args[0]), "\n")
	for k := range data {
		ts.Check(os.WriteFile(ts.MkAbs("PREFIX"), []byte(data[:k]), 0o644))
		p.cmdStatus(ts, false, append([]string{"2"}, args[1:]...))
	}
	fmt.Fprintf(ts.Stdout(), "%d prefixes\n", len(data))
}
