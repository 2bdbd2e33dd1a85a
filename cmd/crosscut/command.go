package main

// How to add a command: one new file in this directory, one declaration.
//
//	var _ = register(&command{
//		name:  "validate",
//		usage: "check a reduction, ours or yours",       // one line, for the list of commands
//		about: "What it does, in a few sentences.",      // for its own help
//		args:  "[NAME]", maxArgs: 1,                     // positional arguments, if any
//		flags: flags(nFlag("problem size n"), setFlag(), seedFlag(), memoryFlag(),
//			&cli.StringFlag{Name: "reduction", Usage: "a reduction by `NAME`"}),
//		run: func(c *call) error { ... },
//	})
//
// Give it a heading in docs/commands.md, with an example that the tests execute.
//
// Everything else is done once, for all commands, in this package:
//
//   - Flags may stand before and after the arguments. Unknown, repeated and
//     malformed flags are refused before run is called, the nearest name suggested.
//   - --format, --out and --quiet exist on every command, unless it is plain
//     (then only --quiet). Declare --seed, --max-memory, --n and --set where they mean
//     something, with the helpers of flags.go; a flag that the command
//     would ignore for these other flags is refused with c.refuse.
//   - c.emit(sheet) prints a *report.Sheet in the format asked for, or writes it
//     to --out atomically. Set sheet.Command = c.command(), which states the flags
//     as given and the seed. Use c.print for plain commands.
//   - c.Context is cancelled by Ctrl-C. Print what was finished (c.emit), then
//     return c.Context.Err(): the status becomes 130.
//   - c.progress(label) returns a func(done, total int) for packages to call; it
//     draws on a terminal, after a while, and elsewhere says lines, of long work.
//   - c.need(bytes, what) refuses work that would exceed --max-memory.
//
// The exit status follows from the error that run returns:
//
//	nil                                 0
//	refuted("...")                      1  the witness was emitted before
//	any other error, usagef(hint, ...)  2  bad input, unsupported combinations, unknown names
//	internal(err), run.Broken           3  a contradiction, or a bug: what can only be our fault
//	context.Canceled                    130
//
// An error prints as one line, then its hint if it has a method Hint() string
// (usagef, catalog.UnknownError, ...). Nothing is computed in this package.

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"crosscut/internal/units"
	"crosscut/reductions/script"
)

// command is one command of the tool.
type command struct {
	name, usage, about string
	args               string // how its arguments are written in help; "" for none
	minArgs, maxArgs   int
	flags              []cli.Flag
	plain              bool // prints no sheet: has neither --format nor --out
	hidden             bool
	wraps              bool // its arguments are another command line: flags of its own stand before
	run                func(*call) error
}

var commands = map[string]*command{}

// register lists a command. Incomplete or repeated ones are programming errors.
func register(c *command) *command {
	if c.name == "" || c.usage == "" || c.run == nil || commands[c.name] != nil {
		panic(fmt.Sprintf("command %q is incomplete or repeated", c.name))
	}
	if !c.plain {
		c.flags = append(c.flags, formatFlag(), outFlag())
	}
	c.flags = append(c.flags, quietFlag())
	commands[c.name] = c
	return c
}

// values are the parsed flags, under a name that leaves the field Context visible.
type values = cli.Context

// call is one invocation: the parsed flags (methods Int, String, IsSet, ...; the
// field Context is the context to obey) and the streams.
type call struct {
	seedless bool // nothing was drawn, though the command has --seed
	*values
	cmd            *command
	line           []string        // the command's flags and arguments as typed
	merged         []*units.Record // counts that stand in for the work; see units.go
	planned        bool            // the work is to be made ready, not done: see units.go
	stdout, stderr io.Writer
	closers        []func() // called when the command is done
}

// argument is the k-th positional argument, or "".
func (c *call) argument(k int) string { return c.Args().Get(k) }

// refuse fails when one of the flags was given, because it would be ignored.
func (c *call) refuse(why, hint string, names ...string) error {
	for _, name := range names {
		if c.IsSet(name) {
			return usagef(hint, "flag --%s: %s", name, why)
		}
	}
	return nil
}

// one fails unless exactly one of the flags was given, and returns its name.
func (c *call) one(names ...string) (string, error) {
	var given []string
	for _, name := range names {
		if c.IsSet(name) {
			given = append(given, "--"+name)
		}
	}
	all := "--" + strings.Join(names, ", --")
	switch len(given) {
	case 0:
		return "", usagef("give one of "+all, "a flag is missing")
	case 1:
		return strings.TrimPrefix(given[0], "--"), nil
	}
	return "", usagef("give one of "+all, "%s contradict each other", strings.Join(given, " and "))
}

// command states what to type to get the same result.
func (c *call) command() string {
	words := []string{"crosscut", c.cmd.name}
	seed := false
	for _, word := range c.words([]string{"out", "quiet"}) {
		name, _, _ := strings.Cut(strings.TrimLeft(word, "-"), "=")
		seed = seed || strings.HasPrefix(word, "-") && name == "seed"
		words = append(words, quote(word))
	}
	if !seed && !c.seedless && c.cmd.flag("seed") != nil {
		words = append(words, "--seed", fmt.Sprint(c.Uint64("seed")))
	}
	return strings.Join(words, " ")
}

// quote makes a word safe to paste into a shell.
func quote(word string) string {
	plain := func(r rune) bool {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune("-_=:,./+@%", r)
	}
	if word != "" && strings.IndexFunc(word, func(r rune) bool { return !plain(r) }) < 0 {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

func (c *command) flag(name string) cli.Flag {
	for _, f := range c.flags {
		if slices.Contains(f.Names(), name) {
			return f
		}
	}
	return nil
}

// failure is an error with an exit status and a hint.
type failure struct {
	status int
	err    error
	hint   string
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }
func (f *failure) Hint() string  { return f.hint }

// usagef is a bad flag, a bad input, or a combination that makes no sense.
func usagef(hint, format string, args ...any) error {
	return &failure{2, fmt.Errorf(format, args...), hint}
}

// refuted says that what was under test is wrong; the witness is already printed.
func refuted(format string, args ...any) error {
	return &failure{1, fmt.Errorf(format, args...), ""}
}

// internal marks what can only be a mistake of Crosscut itself.
func internal(err error) error {
	return &failure{3, err, ""}
}

// status is the exit status of an error.
func status(err error) int {
	var f *failure
	var bug interface{ Internal() bool }
	var users *script.Error
	switch {
	case err == nil:
		return 0
	case errors.Is(err, context.Canceled):
		return 130
	case errors.As(err, &users): // wherever it surfaced: the file is to blame
		return 2
	case errors.As(err, &bug) && bug.Internal():
		return 3
	case errors.As(err, &f):
		return f.status
	}
	return 2
}

// complain prints an error: one line, then the hint.
func complain(w io.Writer, where string, err error) {
	if errors.Is(err, context.Canceled) {
		fmt.Fprintf(w, "%s: interrupted\n", where)
		return
	}
	what := strings.ReplaceAll(err.Error(), errors.ErrUnsupported.Error()+": ", "")
	if of := new(os.PathError); errors.As(err, &of) { // what the system was asked is of no use
		what = strings.Replace(what, of.Error(), of.Path+": "+of.Err.Error(), 1)
	}
	usage := status(err) == 2
	if usage {
		what = packages.ReplaceAllString(what, "$1")
	}
	words := strings.Fields(where)
	for _, name := range words { // "falsify: falsify: ": the package has the command's name
		what = strings.TrimPrefix(what, name+": ")
	}
	fmt.Fprintf(w, "%s: %s\n", where, short(oneLine(what)))
	var source interface{ Excerpt() string }
	if errors.As(err, &source) && source.Excerpt() != "" {
		fmt.Fprintln(w, source.Excerpt())
	}
	var h interface{ Hint() string }
	hint := ""
	if errors.As(err, &h) {
		hint = h.Hint()
	}
	if c := commands[words[len(words)-1]]; hint == "" && usage && c != nil {
		hint = c.hint(what)
	}
	if hint != "" {
		fmt.Fprintf(w, "hint: %s\n", oneLine(hint))
	}
}

// packageNames are those of our packages whose errors begin with them; a test holds the list against the folders.
const packageNames = "ask atlas audit bapo bounds chance check curve exact falsify heads keys matrix models named papers plot problems protocol quantise reductions report rules script smallest tasks trained units validate wire"

// packages are such names before what an error says, which mean nothing to who reads it; what stands before
// them is the flag or the file at fault.
var packages = regexp.MustCompile(`^((?:flag --\S+: )?(?:\S+\.\S+: )?)(?:(?:` + strings.ReplaceAll(packageNames, " ", "|") + `): )+`)

// hint is what to try where an error has no hint of its own: what its flag takes, else where that is said.
func (c *command) hint(what string) string {
	name, _, is := strings.Cut(strings.TrimPrefix(what, "flag --"), ":")
	if f := c.flag(name); is && f != nil && strings.HasPrefix(what, "flag --") {
		head, takes := flagHelp(f)
		return head + ": " + takes
	}
	hint := "crosscut " + c.name + " --help says what it takes"
	if c.flag("set") != nil {
		hint += "; crosscut show NAME explains a model, a task or a reduction, with its sizes"
	}
	return hint
}

// short leaves out the middle of a line that quotes too much of a file.
func short(s string) string {
	const most = 1000
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most*4/5]+" ... "+s[len(s)-most/5:], "")
	}
	return s
}

func oneLine(s string) string {
	return strings.Join(strings.FieldsFunc(s, func(r rune) bool { return r == '\n' || r == '\r' }), "; ")
}
