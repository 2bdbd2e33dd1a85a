package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"crosscut/internal/catalog"
	"crosscut/models/tasks"
	"crosscut/models/zoo"
	"crosscut/protocol/problems"
	"crosscut/reductions"
	"crosscut/reductions/papers"
	"crosscut/report"
)

var shells = map[string]func(words) string{"bash": bashCompletion, "zsh": zshCompletion, "fish": fishCompletion}

var _ = register(&command{
	name:  "completion",
	usage: "print a completion script for bash, zsh or fish",
	about: "Load it with: source <(crosscut completion bash), or: source <(crosscut completion zsh), or: crosscut completion fish | source.",
	args:  "SHELL", minArgs: 1, maxArgs: 1, plain: true,
	run: func(c *call) error {
		script, ok := shells[c.argument(0)]
		if !ok {
			return catalog.Unknown("shell", c.argument(0), slices.Sorted(maps.Keys(shells)))
		}
		_, err := fmt.Fprint(c.stdout, script(completions()))
		return err
	},
})

// words is what can be completed, by what stands before the cursor.
type words struct {
	commands []string
	flags    map[string][]string // of each command, with dashes
	values   map[string][]string // of each flag
	args     map[string][]string // of each command
}

func completions() words {
	w := words{flags: map[string][]string{}, args: map[string][]string{}}
	for _, name := range slices.Sorted(maps.Keys(commands)) {
		c := commands[name]
		if c.hidden {
			continue
		}
		w.commands = append(w.commands, name)
		for _, f := range c.flags {
			w.flags[name] = append(w.flags[name], "--"+f.Names()[0])
		}
	}
	w.values = map[string][]string{
		"--task": tasks.Catalog().Names(), "--model": zoo.Catalog().Names(), "--reduction": reductions.Catalog().Names(),
		"--problem": problems.Catalog().Names(), "--format": report.Formats, "--answer": answers, "--role": {"alice", "bob"},
	}
	var kinds []string
	for _, k := range catalogues() {
		kinds = append(kinds, k.Name)
	}
	// Names with blanks, such as those of claims, would need quotes in every shell.
	plain := slices.DeleteFunc(showable(), func(s string) bool { return strings.Contains(s, " ") })
	w.args = map[string][]string{
		"show": plain, "list": kinds, "reproduce": papers.Catalog().Names(), "demo": tasks.Catalog().Names(),
		"completion": slices.Sorted(maps.Keys(shells)),
	}
	return w
}

func bashCompletion(w words) string {
	var b strings.Builder
	b.WriteString("_crosscut() {\n\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} words=\n")
	fmt.Fprintf(&b, "\tif [ \"$COMP_CWORD\" = 1 ]; then\n\t\tCOMPREPLY=($(compgen -W '%s' -- \"$cur\"))\n\t\treturn\n\tfi\n", strings.Join(w.commands, " "))
	b.WriteString("\tcase $prev in\n")
	for _, flag := range slices.Sorted(maps.Keys(w.values)) {
		fmt.Fprintf(&b, "\t%s) COMPREPLY=($(compgen -W '%s' -- \"$cur\")); return ;;\n", flag, strings.Join(w.values[flag], " "))
	}
	b.WriteString("\t--input|--out|--svg|--transcript|--file|--weights|--config|--certificate|--matrix) COMPREPLY=($(compgen -f -- \"$cur\")); return ;;\n\tesac\n")
	b.WriteString("\tcase ${COMP_WORDS[1]} in\n")
	for _, name := range w.commands {
		fmt.Fprintf(&b, "\t%s) words='%s' ;;\n", name, strings.Join(slices.Concat(w.flags[name], w.args[name]), " "))
	}
	b.WriteString("\tesac\n\tCOMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n}\ncomplete -o default -F _crosscut crosscut\n")
	return b.String()
}

func zshCompletion(w words) string {
	return "autoload -U +X bashcompinit && bashcompinit\n" + bashCompletion(w)
}

func fishCompletion(w words) string {
	var b strings.Builder
	b.WriteString("complete -c crosscut -f\n")
	for _, name := range w.commands {
		fmt.Fprintf(&b, "complete -c crosscut -n __fish_use_subcommand -a %s -d '%s'\n", name, strings.ReplaceAll(commands[name].usage, "'", `\'`))
		seen := fmt.Sprintf("'__fish_seen_subcommand_from %s'", name)
		for _, flag := range w.flags[name] {
			fmt.Fprintf(&b, "complete -c crosscut -n %s -l %s", seen, strings.TrimPrefix(flag, "--"))
			if values := w.values[flag]; values != nil {
				fmt.Fprintf(&b, " -x -a '%s'", strings.Join(values, " "))
			}
			b.WriteByte('\n')
		}
		if args := w.args[name]; args != nil {
			fmt.Fprintf(&b, "complete -c crosscut -n %s -a '%s'\n", seen, strings.Join(args, " "))
		}
	}
	return b.String()
}
