package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"golang.org/x/term"

	"crosscut/internal/strict"
	"crosscut/report"
	"crosscut/report/plot"
)

// fileFlags name files that commands write: all of them, since no record of a unit may name one.
var fileFlags = []string{"out", "transcript", "svg", "certificate", "save", "save-twin", "write-inputs", "write-probe", "tree", "coq", "dimacs"}

// emit prints a sheet in the format asked for, to stdout or to --out.
func (c *call) emit(s *report.Sheet) error {
	format, err := c.oneOf("format", report.Formats)
	if err != nil {
		return err
	}
	if s.Command == "" {
		s.Command = c.command()
	}
	if !c.IsSet("out") {
		style := report.Style{Color: isTerminal(c.stdout) && os.Getenv("NO_COLOR") == ""}
		return report.Write(c.stdout, format, s, style)
	}
	return writeFile(c.String("out"), func(w io.Writer) error {
		return report.Write(w, format, s, report.Style{})
	})
}

// checkOutput refuses bad --format and --out values before any work is done.
func (c *call) checkOutput() error {
	if c.cmd.plain {
		return nil
	}
	if _, err := c.oneOf("format", report.Formats); err != nil {
		return err
	}
	for k, flag := range fileFlags {
		if c.cmd.flag(flag) == nil || !c.IsSet(flag) {
			continue
		}
		name := c.String(flag)
		if st, err := os.Stat(name); err == nil && st.IsDir() {
			return usagef("name a file", "flag --%s: %s is a directory", flag, name)
		}
		if st, err := os.Stat(filepath.Dir(name)); err != nil || !st.IsDir() {
			return usagef("make the directory first", "flag --%s: there is no directory %s", flag, filepath.Dir(name))
		}
		if flag == "svg" {
			if _, err := plot.Format(name); err != nil {
				return usagef("name a file.svg", "flag --svg: %v", err)
			}
		}
		for _, other := range fileFlags[:k] {
			if c.cmd.flag(other) != nil && c.IsSet(other) && filepath.Clean(c.String(other)) == filepath.Clean(name) {
				return usagef("name two files", "flags --%s and --%s name the same file", other, flag)
			}
		}
	}
	return nil
}

// draw writes the picture that --svg asks for; checkOutput knows its format. Where there is
// nothing to draw, it says so: the result is printed all the same.
func (c *call) draw(picture func(w io.Writer, format string) error) error {
	if !c.IsSet("svg") {
		return nil
	}
	format, err := plot.Format(c.String("svg"))
	if err != nil {
		return err
	}
	err = writeFile(c.String("svg"), func(w io.Writer) error { return picture(w, format) })
	if errors.Is(err, plot.ErrEmpty) {
		fmt.Fprintf(c.stderr, "crosscut %s: flag --svg: %v; %s is not written\n", c.cmd.name, err, c.String("svg"))
		return nil
	}
	return err
}

// readFile reads the text that a flag names.
func (c *call) readFile(flag string) ([]byte, error) {
	data, err := c.read(c.String(flag), "flag --"+flag+": ", 40)
	return strict.Text(data), err
}

// readNamed reads a file given as an argument.
func (c *call) readNamed(name string) ([]byte, error) { return c.read(name, "", 20) }

// read reads a whole file, of which so many bytes are held for each of its own; where stands
// before what is wrong with its name.
func (c *call) read(name, where string, held uint64) ([]byte, error) {
	st, err := os.Stat(name)
	if err != nil {
		return nil, usagef("", "%s%w", where, err)
	}
	if st.IsDir() {
		return nil, usagef("name a file", "%s%s is a directory", where, name)
	}
	if err := c.need(held*uint64(st.Size()), "reading "+name); err != nil {
		return nil, err
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, usagef("", "%s%w", where, err)
	}
	return data, nil
}

// writeFile writes a file all or nothing: a temporary file, then a rename. A device or
// a pipe is written to, never replaced.
func writeFile(name string, write func(io.Writer) error) error {
	wrapped := func(err error) error {
		if err != nil {
			err = fmt.Errorf("writing %s: %w", name, err)
		}
		return err
	}
	if st, err := os.Stat(name); err == nil && !st.Mode().IsRegular() {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			return err
		}
		f, err := os.OpenFile(name, os.O_WRONLY, 0)
		if err == nil {
			_, err = f.Write(b.Bytes())
			err = errors.Join(err, f.Close())
		}
		return wrapped(err)
	}
	f, err := os.CreateTemp(filepath.Dir(name), "."+filepath.Base(name)+".*")
	if err != nil {
		return wrapped(err)
	}
	defer os.Remove(f.Name()) // fails, as it should, once the rename is done
	b := bufio.NewWriterSize(f, 1<<16)
	if err := write(b); err != nil {
		f.Close()
		return err
	}
	if err = b.Flush(); err == nil {
		err = errors.Join(f.Chmod(0o644), f.Sync()) // no half file after a power cut
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), name)
	}
	return wrapped(err)
}

func isTerminal(w any) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
