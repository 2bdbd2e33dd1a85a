package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// helpWidth is the width of help texts, which are read beside a prompt.
const helpWidth = 88

// help prints the help of the tool, or of the command that words name.
func help(stdout, stderr io.Writer, words []string) int {
	if len(words) == 0 || asksHelp(words[0]) {
		overview(stdout)
		return 0
	}
	c, err := find(words[0])
	if err == nil && len(words) > 1 {
		err = usagef("crosscut help COMMAND", "unexpected argument %q", words[1])
	}
	if err != nil {
		complain(stderr, "crosscut help", err)
		return status(err)
	}
	c.help(stdout)
	return 0
}

// asksHelp says whether a word stands for help.
func asksHelp(word string) bool {
	return slices.Contains([]string{"-h", "-help", "--help", "help"}, word)
}

func overview(w io.Writer) {
	fmt.Fprint(w, "crosscut executes communication lower bounds for sequence models.\n\n")
	fmt.Fprint(w, "Usage: crosscut COMMAND [flags] [NAME]\n\nCommands:\n")
	for _, name := range slices.Sorted(maps.Keys(commands)) {
		if c := commands[name]; !c.hidden {
			fmt.Fprintf(w, "  %-12s %s\n", name, c.usage)
		}
	}
	fmt.Fprint(w, "  help         explain a command\n\nStart with: crosscut reproduce --quick, crosscut list, crosscut show conventions.\n")
}

func (c *command) help(w io.Writer) {
	fmt.Fprintf(w, "crosscut %s: %s\n\nUsage: %s\n", c.name, c.usage, strings.TrimSpace("crosscut "+c.name+" [flags] "+c.args))
	if c.about != "" {
		fmt.Fprintln(w)
		paragraph(w, "", "", c.about)
	}
	fmt.Fprintln(w, "\nFlags:")
	heads := make([]string, len(c.flags))
	width := 0
	for i, f := range c.flags {
		heads[i], _ = flagHelp(f)
		width = max(width, len(heads[i]))
	}
	for i, f := range c.flags {
		_, what := flagHelp(f)
		paragraph(w, fmt.Sprintf("  %-*s  ", width, heads[i]), strings.Repeat(" ", width+4), what)
	}
}

// flagHelp is how a flag is written, and what it does. Words in backquotes name
// the value.
func flagHelp(f cli.Flag) (head, what string) {
	d, ok := f.(cli.DocGenerationFlag)
	if !ok {
		return "--" + f.Names()[0], ""
	}
	head, what = "--"+f.Names()[0], d.GetUsage()
	if d.TakesValue() {
		value := "N"
		if before, rest, ok := strings.Cut(what, "`"); ok {
			if name, after, ok := strings.Cut(rest, "`"); ok {
				value, what = name, before+name+after
			}
		} else if _, ok := f.(*cli.StringFlag); ok {
			value = "VALUE"
		} else if _, ok := f.(*cli.DurationFlag); ok {
			value = "TIME"
		}
		head += " " + value
		if text := d.GetDefaultText(); text != "" && text != "0" && text != `""` {
			what += " (default " + strings.Trim(text, `"`) + ")"
		}
	}
	return head, what
}

// paragraph wraps text after a first prefix, further lines after another.
func paragraph(w io.Writer, first, rest, text string) {
	line := first
	empty := true
	for _, word := range strings.Fields(text) {
		if !empty && len([]rune(line))+1+len([]rune(word)) > helpWidth {
			fmt.Fprintln(w, line)
			line, empty = rest, true
		}
		if !empty {
			line += " "
		}
		line += word
		empty = false
	}
	fmt.Fprintln(w, strings.TrimRight(line, " "))
}
