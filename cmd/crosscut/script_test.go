package main

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"io"
	"os"
	"os/exec"
	notify "os/signal"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets the test binary stand in for crosscut, so that scripts run the
// tool as users do: another process, real streams, real exit statuses.
func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == starlarkChild { // of a test that reads a user's file in this process
		main()
		return
	}
	if len(os.Args) == 2 && os.Args[1] == linesChild {
		answerLines(os.Stdin, os.Stdout)
		return
	}
	testscript.Main(told{m}, map[string]func(){"crosscut": func() {
		for place, signal := range map[string]os.Signal{interruptAt: os.Interrupt, killAt: os.Kill} {
			if asked, err := strconv.ParseInt(os.Getenv(place), 10, 64); err == nil {
				os.Exit(endedAt(asked, signal))
			}
		}
		main()
	}})
}

// told runs tests whose collector does as GOGC says: much that was computed for one command
// serves the next, and is live as it is in no process of a user's.
type told struct{ *testing.M }

func (m told) Run() int {
	collecting.Do(func() {})
	return m.M.Run()
}

// until waits for something to be so. What ends the wait otherwise is the time limit of
// all tests, no duration of its own.
func until(t *testing.T, what string, so func() bool) {
	t.Helper()
	end, limited := t.Deadline()
	for ; !so(); time.Sleep(5 * time.Millisecond) {
		if limited && time.Until(end) < 5*time.Second {
			t.Fatalf("the time for all tests is over; waiting for %s", what)
		}
	}
}

// TestScripts runs testdata/script/*.txtar: shell-like scripts with their files
// inside. CROSSCUT_GOLDEN=1 (make golden) rewrites the expected outputs in them.
func TestScripts(t *testing.T) {
	lines := startLines(t)
	cmdStatus, cmdTruncate := lines.cmdStatus, lines.cmdTruncate
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		UpdateScripts:       os.Getenv("CROSSCUT_GOLDEN") != "",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(e *testscript.Env) error {
			trained, err := filepath.Abs("../../testdata/trained")
			e.Setenv("TRAINED", trained)
			for _, name := range []string{"CROSSCUT_MUTANT", "CROSSCUT_MUTANTS_REACHED"} { // of internal/mutate
				e.Setenv(name, os.Getenv(name))
			}
			return err
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"status": cmdStatus, "json": cmdJSON, "svg": cmdSVG, "lines": cmdLines, "truncate": cmdTruncate, "interrupt": cmdInterrupt,
			"parties": cmdParties, "peer": cmdPeer, "same": cmdSame, "edit": cmdEdit,
		},
	})
}

// cmdJSON compares a field of the JSON in a file (or stdout) with a value:
//
//	json stdout bits.total 60
//	json stdout messages.0.from '"alice"'
//
// With one argument it only checks that the file is one JSON value.
func cmdJSON(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 1 && len(args) != 3 {
		ts.Fatalf("usage: json FILE [PATH VALUE]")
	}
	dec := json.NewDecoder(strings.NewReader(ts.ReadFile(args[0])))
	var v any
	ts.Check(dec.Decode(&v))
	if _, err := dec.Token(); err != io.EOF {
		ts.Fatalf("%s holds more than one JSON value", args[0])
	}
	if len(args) == 1 {
		return
	}
	for _, step := range strings.Split(args[1], ".") {
		switch x := v.(type) {
		case map[string]any:
			field, ok := x[step]
			if !ok {
				ts.Fatalf("%s: there is no %q", args[1], step)
			}
			v = field
		case []any:
			k, err := strconv.Atoi(step)
			if step == "len" {
				v = float64(len(x))
				continue
			}
			ts.Check(err)
			if k >= len(x) {
				ts.Fatalf("%s: the list has %d elements", args[1], len(x))
			}
			v = x[k]
		default:
			ts.Fatalf("%s: %v has no %q", args[1], v, step)
		}
	}
	var want any
	ts.Check(json.Unmarshal([]byte(args[2]), &want))
	if reflect.DeepEqual(v, want) == neg {
		ts.Fatalf("%s is %v, want %v (negated: %v)", args[1], v, want, neg)
	}
}

// cmdSVG checks that a file is well-formed XML whose root is svg.
func cmdSVG(ts *testscript.TestScript, neg bool, args []string) {
	dec := xml.NewDecoder(strings.NewReader(ts.ReadFile(args[0])))
	root := ""
	for {
		tok, err := dec.Token()
		if err == io.EOF {
			break
		}
		ts.Check(err)
		if el, ok := tok.(xml.StartElement); ok && root == "" {
			root = el.Name.Local
		}
	}
	if (root == "svg") == neg {
		ts.Fatalf("the root element is %q", root)
	}
}

// cmdLines checks that no line of a file is longer than so many characters.
func cmdLines(ts *testscript.TestScript, _ bool, args []string) {
	limit, err := strconv.Atoi(args[1])
	ts.Check(err)
	for i, line := range strings.Split(ts.ReadFile(args[0]), "\n") {
		if n := len([]rune(line)); n > limit && !strings.HasPrefix(line, "to reproduce:") {
			ts.Fatalf("line %d has %d characters: %s", i+1, n, line)
		}
	}
}

// cmdSame compares fields of the JSON in two files: same A B FIELD...
func cmdSame(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: same FILE FILE FIELD...")
	}
	var a, b map[string]any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &a))
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[1])), &b))
	for _, field := range args[2:] {
		if x, ok := a[field]; !ok || !reflect.DeepEqual(x, b[field]) {
			ts.Fatalf("%s: %v in %s, %v in %s", field, x, args[0], b[field], args[1])
		}
	}
}

// cmdEdit replaces the one place of a file where a text stands: edit FILE OLD NEW.
func cmdEdit(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 {
		ts.Fatalf("usage: edit FILE OLD NEW")
	}
	data := ts.ReadFile(args[0])
	if strings.Count(data, args[1]) != 1 {
		ts.Fatalf("%s: %q stands there %d times", args[0], args[1], strings.Count(data, args[1]))
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Replace(data, args[1], args[2], 1)), 0o644))
}

// interruptAt and killAt name, in the environment, a place of the work: after so many
// questions whether it was interrupted, a process is, or is killed.
const (
	interruptAt = "CROSSCUT_INTERRUPT_AT"
	killAt      = "CROSSCUT_KILL_AT"
)

// endedAt is main, with a signal arriving at a place of the work.
func endedAt(asked int64, signal os.Signal) int {
	ctx, stop := notify.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	c := interruptAfter(asked)
	c.Context, c.cancel = ctx, sync.OnceFunc(func() {
		self, err := os.FindProcess(os.Getpid())
		if err == nil {
			err = self.Signal(signal)
		}
		if err != nil {
			panic(err)
		}
		<-ctx.Done()
	})
	return perform(c, os.Stdout, os.Stderr, os.Args[1:])
}

// cmdInterrupt starts a command, sends it what Ctrl-C sends once a file stands or it has
// asked so many times whether it is interrupted, and checks that it ends with status 130:
// interrupt FILE|QUESTIONS command...
func cmdInterrupt(ts *testscript.TestScript, _ bool, args []string) {
	_, notCount := strconv.Atoi(args[0])
	name, err := exec.LookPath(args[1])
	ts.Check(err)
	cmd := exec.Command(name, args[2:]...)
	cmd.Dir, cmd.Env = ts.MkAbs("."), append(os.Environ(), "PATH="+ts.Getenv("PATH"))
	if notCount == nil {
		cmd.Env = append(cmd.Env, interruptAt+"="+args[0])
	}
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	ts.Check(cmd.Start())
	ended := make(chan struct{})
	go func() { cmd.Wait(); close(ended) }()
	for running := true; running; {
		select {
		case <-ended: // itself, or too early: its status tells
			running = false
		case <-time.After(5 * time.Millisecond):
			if _, err := os.Stat(ts.MkAbs(args[0])); notCount != nil && err == nil {
				cmd.Process.Signal(os.Interrupt)
				running = false
			}
		}
	}
	<-ended
	ts.Check(os.WriteFile(ts.MkAbs("printed"), []byte(stdout.String()), 0o644))
	if got := cmd.ProcessState.ExitCode(); got != 130 {
		ts.Fatalf("status %d, want 130\n%s%s", got, stdout.String(), stderr.String())
	}
	if !strings.Contains(stderr.String(), "interrupted") {
		ts.Fatalf("stderr: %s", stderr.String())
	}
}
