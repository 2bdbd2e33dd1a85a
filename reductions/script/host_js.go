//go:build js

package script

import (
	"context"
	"io"
)

// mostSteps bounds one call in Starlark's own steps: a page has one thread, on which
// no clock can end a call. What allocates without end ends the page's worker.
const mostSteps = 20_000_000

// host is where a user's code runs: here a routine of the worker, which the page
// itself may end.
type host struct {
	in     *io.PipeWriter
	out    *io.PipeReader
	ended  chan error
	stderr tail
}

// tail is what a process says on standard error: nothing, here.
type tail struct{}

func (*tail) String() string { return "" }

func spawn() (*host, error) {
	in, write := io.Pipe()
	read, out := io.Pipe()
	h := &host{in: write, out: read, ended: make(chan error, 1)}
	go func() {
		err := ServeChild(in, out)
		out.CloseWithError(io.EOF)
		h.ended <- err
	}()
	return h, nil
}

func (h *host) kill() {
	h.in.Close()
	h.out.CloseWithError(io.ErrClosedPipe)
}
func (h *host) wait() error {
	err := <-h.ended
	h.ended <- err // for whoever waits again
	return err
}
func (h *host) starved(error) bool                     { return false }
func (h *host) killed(ctx context.Context) func() bool { return context.AfterFunc(ctx, h.kill) }
func (h *host) resident() uint64                       { return 0 }
