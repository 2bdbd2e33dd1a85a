package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// markup is a language of documents: how each part of a sheet is written, as formats of one text.
type markup struct {
	first, last, title, part, text string // first and last: the command, at one of both ends
	fields, field, fieldsEnd       string
	note, notesEnd, warning        string // note: of a number besides
	said                           string
	escape                         *strings.Replacer
	head                           func(columns []Column, names string) string // of a table, up to its rows
	row                            func(cells []string) string
	tableEnd                       string
}

// write prints a sheet.
func (m *markup) write(w io.Writer, s *Sheet) error {
	b := bufio.NewWriter(w)
	put := func(format string, text string) {
		if format != "" && text != "" {
			fmt.Fprintf(b, format, text)
		}
	}
	put(m.first, strings.ReplaceAll(s.Command, "\n", " "))
	put(m.title, m.escape.Replace(s.Title))
	put(m.text, s.Text)
	notes := footnotes(s.Grids)
	if len(s.Fields) > 0 {
		fmt.Fprint(b, m.fields)
		for _, f := range s.Fields {
			if f.Value != "" {
				fmt.Fprintf(b, m.field, m.escape.Replace(f.Name), m.escape.Replace(f.Value))
			}
		}
		fmt.Fprint(b, m.fieldsEnd)
	}
	cells := func(texts []string) string {
		all := make([]string, len(texts))
		for k, text := range texts {
			all[k] = m.escape.Replace(text)
		}
		return m.row(all)
	}
	for _, g := range s.Grids {
		g = g.compact().mark(notes)
		put(m.part, m.escape.Replace(g.Title))
		if len(g.Columns) == 0 {
			continue
		}
		said, g := g.lift(0)
		put(m.said, m.escape.Replace(said))
		var names []string
		for _, c := range g.Columns {
			names = append(names, c.Name)
		}
		fmt.Fprint(b, m.head(g.Columns, cells(names)))
		for _, row := range g.Rows {
			fmt.Fprint(b, cells(row.Cells))
		}
		fmt.Fprint(b, m.tableEnd)
	}
	for i, n := range notes {
		fmt.Fprintf(b, m.note, i+1, m.escape.Replace(n))
	}
	if len(notes) > 0 {
		fmt.Fprint(b, m.notesEnd)
	}
	for _, n := range s.Warnings {
		put(m.warning, m.escape.Replace(n))
	}
	put(m.last, s.Command)
	return b.Flush()
}

// latex has tabular environments that need no package beyond LaTeX itself.
var latex = markup{
	first: "%% to reproduce: %s\n", title: "\\paragraph{%s}\n\n", part: "\\paragraph{%s}\n\n", text: "\\begin{verbatim}\n%s\\end{verbatim}\n\n",
	fields: "\\begin{tabular}{ll}\n\\hline\n", field: "%s & %s \\\\\n", fieldsEnd: "\\hline\n\\end{tabular}\n\n",
	note: "\\noindent [%d] %s\n\n", warning: "\\noindent Warning: %s\n\n", said: "\\noindent %s\n\n", tableEnd: "\\hline\n\\end{tabular}\n\n",
	head: func(columns []Column, names string) string {
		spec := ""
		for _, c := range columns {
			if c.Right {
				spec += "r"
			} else {
				spec += "l"
			}
		}
		return "\\begin{tabular}{" + spec + "}\n\\hline\n" + names + "\\hline\n"
	},
	row: func(cells []string) string { return strings.Join(cells, " & ") + " \\\\\n" },
	escape: strings.NewReplacer(
		`\`, `\textbackslash{}`, `{`, `\{`, `}`, `\}`, `&`, `\&`, `%`, `\%`, `$`, `\$`, `#`, `\#`, `_`, `\_`,
		`^`, `\textasciicircum{}`, `~`, `\textasciitilde{}`, `<`, `$<$`, `>`, `$>$`, "\n", " ",
		// Trees keep their shape, in characters that every engine sets.
		"    ", "~~~~", "├", "+", "└", "+", "─", "{-}", "│", `\textbar{}`,
	),
}

// markdown has GitHub's tables, with footnotes as a list.
var markdown = markup{
	last: "To reproduce: `%s`\n", title: "## %s\n\n", part: "### %s\n\n", text: "%s\n",
	field: "- **%s**: %s\n", fieldsEnd: "\n", note: "%d. %s\n", notesEnd: "\n", warning: "Warning: %s\n\n", said: "%s\n\n", tableEnd: "\n",
	head: func(columns []Column, names string) string {
		for _, c := range columns {
			if c.Right {
				names += "| ---: "
			} else {
				names += "| --- "
			}
		}
		return names + "|\n"
	},
	row:    func(cells []string) string { return "| " + strings.Join(cells, " | ") + " |\n" },
	escape: strings.NewReplacer("|", `\|`, "*", `\*`, "_", `\_`, "<", "&lt;", "\n", " "),
}
