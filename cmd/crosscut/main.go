// Crosscut executes lower-bound proofs: it cuts sequence models into two-party
// protocols and meters what crosses the cut. This package reads flags and prints
// results; everything is computed in the packages it imports.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/signal"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/urfave/cli/v2"

	"crosscut/internal/catalog"
	"crosscut/internal/units"
	"crosscut/reductions/script"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the process at once
	code := perform(ctx, os.Stdout, os.Stderr, os.Args[1:])
	stop()
	os.Exit(code)
}

// patience ends a command that does not notice that ctx was cancelled. Every command
// notices within a step and prints what it finished; on a busy machine a step may
// take seconds, and what was finished must not be lost to impatience.
var patience = 30 * time.Second

// perform executes one command line and returns its exit status.
func perform(ctx context.Context, stdout, stderr io.Writer, args []string) int {
	done := make(chan int, 1)
	go func() { done <- execute(ctx, stdout, stderr, args) }()
	select {
	case code := <-done:
		return code
	case <-ctx.Done():
	}
	select {
	case code := <-done:
		return code
	case <-time.After(patience):
		complain(stderr, "crosscut", context.Canceled)
		return 130
	}
}

func execute(ctx context.Context, stdout, stderr io.Writer, args []string) (code int) {
	where := "crosscut"
	defer func() {
		r := recover()
		if err, is := r.(error); is && status(err) == 2 && errors.As(err, new(*script.Error)) { // a user's file failed where nothing else can be returned
			complain(stderr, where, err)
			code = 2
			return
		}
		if r != nil {
			if os.Getenv("CROSSCUT_TRACE") != "" {
				debug.PrintStack()
			}
			complain(stderr, where, internal(fmt.Errorf("internal error: %v", r)))
			fmt.Fprintln(stderr, "hint: this is a bug; CROSSCUT_TRACE=1 shows where")
			code = 3
		}
	}()
	if len(args) == 0 {
		return help(stdout, stderr, nil)
	}
	if asksHelp(args[0]) {
		return help(stdout, stderr, args[1:])
	}
	if args[0] == "-v" || args[0] == "--version" {
		args = []string{"version"}
	}
	c, err := find(args[0])
	if err != nil {
		complain(stderr, where, err)
		return status(err)
	}
	where = "crosscut " + c.name
	line, err := arrange(c, args[1:])
	if errors.Is(err, errHelp) {
		c.help(stdout)
		return 0
	}
	if err == nil {
		app := newApp(stdout, stderr)
		app.Metadata = map[string]any{"line": args[1:]}
		err = app.RunContext(ctx, append([]string{"crosscut", c.name}, line...))
	}
	if err != nil {
		complain(stderr, where, err)
	}
	return status(err)
}

// start checks what can be checked before any work, then runs the command.
func start(c *call) error {
	if err := c.checkOutput(); err != nil {
		return err
	}
	limit, err := c.memoryLimit()
	if err != nil {
		return err
	}
	debug.SetMemoryLimit(int64(limit)) // the collector works harder near the limit
	collecting.Do(collect)
	defer func() {
		for _, end := range c.closers {
			end()
		}
	}()
	return c.cmd.run(c)
}

// find looks a command up; the error for an unknown one suggests the nearest.
func find(name string) (*command, error) {
	if strings.HasPrefix(name, "-") {
		return nil, usagef("flags follow the command: crosscut COMMAND [flags] [NAME]", "unexpected flag %s", name)
	}
	if c, ok := commands[name]; ok {
		return c, nil
	}
	var known []string
	for _, name := range slices.Sorted(maps.Keys(commands)) {
		if !commands[name].hidden {
			known = append(known, name)
		}
	}
	return nil, catalog.Unknown("command", name, known)
}

// newApp wraps urfave/cli: its output goes to our streams, its errors come back
// to us, and it never exits.
func newApp(stdout, stderr io.Writer) *cli.App {
	bad := func(_ *cli.Context, err error, _ bool) error { return usagef("", "%v", err) }
	app := &cli.App{
		Name: "crosscut", HideHelp: true, HideVersion: true, Writer: stdout, ErrWriter: stderr,
		OnUsageError: bad, ExitErrHandler: func(*cli.Context, error) {},
		DisableSliceFlagSeparator: true, // a repeatable flag's value may hold commas
	}
	for _, c := range commands {
		app.Commands = append(app.Commands, &cli.Command{
			Name: c.name, Flags: c.flags, HideHelp: true, OnUsageError: bad,
			Action: func(x *cli.Context) error {
				line, _ := x.App.Metadata["line"].([]string)
				merged, _ := x.App.Metadata["merged"].([]*units.Record)
				planned, _ := x.App.Metadata["planned"].(bool)
				err := start(&call{values: x, cmd: c, line: line, merged: merged, planned: planned, stdout: stdout, stderr: stderr})
				if x.Context.Err() != nil && (err == nil || errors.Is(err, x.Context.Err())) {
					return context.Canceled
				}
				return err
			},
		})
	}
	return app
}
