package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/urfave/cli/v2"
	"golang.org/x/term"

	"crosscut/lab/story"
)

var _ = register(&command{
	name:  "demo",
	usage: "a guided run in the terminal, step by step",
	about: "Shows one task's sequence by owner, every message as it is written with its bits and its meaning, the answer, what was needed and why, " +
		"and then the same model made too small beside an input on which it fails. All of it is computed on the spot. " +
		"Keys: right or space forward, left or b back, s skips to the next chapter, g and G to the ends, q quits. " +
		"Where there is no terminal, and with --script, all steps are printed.",
	args: "[TASK]", maxArgs: 1, plain: true,
	flags: flags(seedFlag(), &cli.BoolFlag{Name: "script", Usage: "print all steps"}),
	run: func(c *call) error {
		task := cmp.Or(c.argument(0), story.Default)
		s, err := story.Tell(c.Context, task, c.Uint64("seed"))
		if err != nil {
			return err
		}
		color := isTerminal(c.stdout) && os.Getenv("NO_COLOR") == ""
		if c.Bool("script") || !isTerminal(c.stdout) || !isTerminal(os.Stdin) {
			return s.Write(c.stdout, color)
		}
		return play(c.Context, c.stdout, s, color)
	},
})

// play shows a story on the terminal's other screen and obeys keys. The terminal
// is put back in every case.
func play(ctx context.Context, w io.Writer, s *story.Story, color bool) error {
	in := int(os.Stdin.Fd())
	before, err := term.MakeRaw(in)
	if err != nil {
		return fmt.Errorf("demo: the terminal: %w", err)
	}
	const enter, leave = "\x1b[?1049h\x1b[?25l", "\x1b[?25h\x1b[?1049l"
	fmt.Fprint(w, enter)
	defer func() {
		fmt.Fprint(w, leave)
		term.Restore(in, before)
	}()
	typed := make(chan []byte)
	go func() {
		defer close(typed)
		for {
			b := make([]byte, 64)
			n, err := os.Stdin.Read(b)
			if err != nil {
				return
			}
			select {
			case typed <- b[:n]:
			case <-ctx.Done():
				return
			}
		}
	}()
	p := story.Player{Steps: s.Steps}
	resized := time.NewTicker(200 * time.Millisecond) // the one way that every system has
	defer resized.Stop()
	for shown, columns := -1, 0; !p.Done; {
		now, _, err := term.GetSize(in)
		if err != nil {
			now = story.Width
		}
		if shown != p.At || columns != now {
			if shown, columns = p.At, now; show(w, s, p.At, columns, color) != nil {
				return nil // the terminal is gone
			}
		}
		select {
		case <-resized.C:
		case <-ctx.Done():
			return ctx.Err()
		case b, ok := <-typed:
			if !ok {
				return nil
			}
			for _, k := range story.ReadKeys(b) {
				if k == story.Interrupt {
					return context.Canceled
				}
				if p = p.Press(k); p.Done {
					break
				}
			}
		}
	}
	return nil
}

// show draws one step. A raw terminal needs a carriage return at each line's end.
func show(w io.Writer, s *story.Story, at, columns int, color bool) error {
	var b bytes.Buffer
	if err := s.WriteStep(&b, at, columns, color); err != nil {
		return err
	}
	fmt.Fprint(&b, "\n-> forward  <- back  s skip  g G ends  q quit\n")
	_, err := fmt.Fprintf(w, "\x1b[H\x1b[2J%s", bytes.ReplaceAll(b.Bytes(), []byte("\n"), []byte("\r\n")))
	return err
}
