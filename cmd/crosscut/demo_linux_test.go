package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// openTerminal opens a pseudo-terminal: the side that a user sits at, and the side
// that a program runs on.
func openTerminal(t *testing.T) (user, program *os.File) {
	user, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Skipf("no pseudo-terminal here: %v", err)
	}
	t.Cleanup(func() { user.Close() })
	if err := unix.IoctlSetPointerInt(int(user.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Skipf("no pseudo-terminal here: %v", err)
	}
	n, err := unix.IoctlGetInt(int(user.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Skipf("no pseudo-terminal here: %v", err)
	}
	program, err = os.OpenFile("/dev/pts/"+strconv.Itoa(n), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("no pseudo-terminal here: %v", err)
	}
	t.Cleanup(func() { program.Close() })
	return user, program
}

// screen collects what a program draws.
type screen struct{ locked }

// shows waits until the screen shows the foot of the k-th page.
func (s *screen) shows(t *testing.T, k int) {
	t.Helper()
	until(t, fmt.Sprintf("page %d of the screen", k), func() bool { return strings.Count(s.String(), "q quit") >= k })
}

// TestDemoOnATerminal turns pages by keys, and leaves the terminal as it was, also
// after Ctrl-C and after signals.
func TestDemoOnATerminal(t *testing.T) {
	for _, c := range []struct {
		name   string
		typed  []string // after each, the page that must show
		signal os.Signal
		pages  string
		status int
	}{
		{"quit", []string{"\x1b[C", " ", "b", "s", "q"}, nil, "1 2 3 2 3", 0},
		{"escape", []string{"\x1b"}, nil, "1", 0},
		{"ctrl-c", []string{" ", "\x03"}, nil, "1 2", 130},
		{"interrupt", []string{" "}, os.Interrupt, "1 2", 130},
		{"terminate", nil, syscall.SIGTERM, "1", 130},
	} {
		t.Run(c.name, func(t *testing.T) {
			user, program := openTerminal(t)
			before, err := unix.IoctlGetTermios(int(program.Fd()), unix.TCGETS)
			if err != nil {
				t.Fatal(err)
			}
			name, err := exec.LookPath("crosscut")
			if err != nil {
				t.Fatal(err) // TestMain puts it on the path
			}
			cmd := exec.Command(name, "demo", "match2")
			cmd.Stdin, cmd.Stdout, cmd.Stderr = program, program, program
			cmd.Env = append(os.Environ(), "NO_COLOR=1")
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			var seen screen
			copied := make(chan struct{})
			go func() { io.Copy(&seen, user); close(copied) }()
			seen.shows(t, 1)
			shown := 1
			pages := strings.Fields(c.pages)
			for _, keys := range c.typed {
				if _, err := io.WriteString(user, keys); err != nil {
					t.Fatal(err)
				}
				if shown < len(pages) {
					shown++
					seen.shows(t, shown)
				}
			}
			if c.signal != nil {
				if err := cmd.Process.Signal(c.signal); err != nil {
					t.Fatal(err)
				}
			}
			cmd.Wait()
			if got := cmd.ProcessState.ExitCode(); got != c.status {
				t.Errorf("status %d, want %d", got, c.status)
			}
			after, err := unix.IoctlGetTermios(int(program.Fd()), unix.TCGETS)
			if err != nil {
				t.Fatal(err)
			}
			if *before != *after {
				t.Errorf("the terminal was %+v and is %+v", *before, *after)
			}
			program.Close() // the last end at which something is written
			<-copied
			for _, back := range []string{"\x1b[?1049l", "\x1b[?25h"} { // the first screen, and its cursor
				if !strings.Contains(seen.String(), back) {
					t.Errorf("the screen never showed %q:\n%q", back, seen.String())
				}
			}
			var turned []string
			for _, m := range regexp.MustCompile(`match2  (\d+)/`).FindAllStringSubmatch(seen.String(), -1) {
				turned = append(turned, m[1])
			}
			if fmt.Sprint(turned) != fmt.Sprint(pages) {
				t.Errorf("pages %v, want %v", turned, pages)
			}
		})
	}
}
