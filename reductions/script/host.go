//go:build !js

package script

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
)

// mostSteps bounds one call in Starlark's own steps; 0: the clock of the parent does.
const mostSteps = 0

// Child starts the process that runs ServeChild. The command line sets it to the
// hidden command of its own binary.
var Child = func() (*exec.Cmd, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return exec.Command(self, "starlark-child"), nil
}

// host is where a user's code runs: a process of its own.
type host struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    io.Reader
	stderr tail
}

func spawn() (*host, error) {
	cmd, err := Child()
	if err != nil {
		return nil, err
	}
	h := &host{cmd: cmd}
	cmd.Env = append(os.Environ(), "GOMAXPROCS=1", "GOTRACEBACK=none")
	cmd.Stderr = &h.stderr
	if h.in, err = cmd.StdinPipe(); err != nil {
		return nil, err
	}
	if h.out, err = cmd.StdoutPipe(); err != nil {
		return nil, err
	}
	return h, cmd.Start()
}

// kill ends it at once; wait reaps it.
func (h *host) kill()       { h.cmd.Process.Kill() }
func (h *host) wait() error { return h.cmd.Wait() }

// starved says whether it ended for lack of memory.
func (h *host) starved(err error) bool {
	var exit *exec.ExitError
	said := h.stderr.String()
	return errors.As(err, &exit) && (exit.ExitCode() == exitMemory || strings.Contains(said, "out of memory") || strings.Contains(said, "cannot allocate"))
}

// killed reports what the host is killed with: the context's end.
func (h *host) killed(ctx context.Context) func() bool {
	return context.AfterFunc(ctx, h.kill)
}

// resident is its size in memory, in bytes; 0 where the system does not say (then
// the child watches its own heap).
func (h *host) resident() uint64 {
	if runtime.GOOS != "linux" {
		return 0
	}
	b, err := os.ReadFile("/proc/" + strconv.Itoa(h.cmd.Process.Pid) + "/statm")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(b))
	if len(fields) < 2 {
		return 0
	}
	pages, err := strconv.ParseUint(fields[1], 10, 64)
	if err != nil {
		return 0
	}
	return pages * uint64(os.Getpagesize())
}

// tail keeps the beginning of what a process says on standard error.
type tail struct {
	mu sync.Mutex
	b  []byte
}

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.b = append(t.b, p[:min(len(p), max(0, 1<<12-len(t.b)))]...)
	return len(p), nil
}

func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return string(t.b)
}
