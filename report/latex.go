package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// writeLatex prints tabular environments that need no package beyond LaTeX itself.
func writeLatex(w io.Writer, s *Sheet) error {
	b := bufio.NewWriter(w)
	if s.Command != "" {
		fmt.Fprintf(b, "%% to reproduce: %s\n", strings.ReplaceAll(s.Command, "\n", " "))
	}
	if s.Title != "" {
		fmt.Fprintf(b, "\\paragraph{%s}\n\n", texText(s.Title))
	}
	if s.Text != "" {
		fmt.Fprintf(b, "\\begin{verbatim}\n%s\\end{verbatim}\n\n", s.Text)
	}
	notes := footnotes(s.Grids)
	if len(s.Fields) > 0 {
		fmt.Fprint(b, "\\begin{tabular}{ll}\n\\hline\n")
		for _, f := range s.Fields {
			if f.Value != "" {
				fmt.Fprintf(b, "%s & %s \\\\\n", texText(f.Name), texText(f.Value))
			}
		}
		fmt.Fprint(b, "\\hline\n\\end{tabular}\n\n")
	}
	for _, g := range s.Grids {
		texGrid(b, g.compact().mark(notes))
	}
	for i, n := range notes {
		fmt.Fprintf(b, "\\noindent [%d] %s\n\n", i+1, texText(n))
	}
	for _, n := range s.Warnings {
		fmt.Fprintf(b, "\\noindent Warning: %s\n\n", texText(n))
	}
	return b.Flush()
}

func texGrid(b *bufio.Writer, g Grid) {
	if g.Title != "" {
		fmt.Fprintf(b, "\\paragraph{%s}\n\n", texText(g.Title))
	}
	if len(g.Columns) == 0 {
		return
	}
	said, g := g.lift(0)
	if said != "" {
		fmt.Fprintf(b, "\\noindent %s\n\n", texText(said))
	}
	var spec, head strings.Builder
	for c, col := range g.Columns {
		if col.Right {
			spec.WriteByte('r')
		} else {
			spec.WriteByte('l')
		}
		if c > 0 {
			head.WriteString(" & ")
		}
		head.WriteString(texText(col.Name))
	}
	fmt.Fprintf(b, "\\begin{tabular}{%s}\n\\hline\n%s \\\\\n\\hline\n", spec.String(), head.String())
	for _, row := range g.Rows {
		for c, text := range row.Cells {
			if c > 0 {
				fmt.Fprint(b, " & ")
			}
			fmt.Fprint(b, texText(text))
		}
		fmt.Fprint(b, " \\\\\n")
	}
	fmt.Fprint(b, "\\hline\n\\end{tabular}\n\n")
}

var texEscape = strings.NewReplacer(
	`\`, `\textbackslash{}`, `{`, `\{`, `}`, `\}`, `&`, `\&`, `%`, `\%`, `$`, `\$`, `#`, `\#`, `_`, `\_`,
	`^`, `\textasciicircum{}`, `~`, `\textasciitilde{}`, `<`, `$<$`, `>`, `$>$`, "\n", " ",
	// Trees keep their shape, in characters that every engine sets.
	"    ", "~~~~", "├", "+", "└", "+", "─", "{-}", "│", `\textbar{}`,
)

func texText(s string) string { return texEscape.Replace(s) }
