package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// writeMarkdown prints GitHub-flavoured tables, with footnotes as a list.
func writeMarkdown(w io.Writer, s *Sheet) error {
	b := bufio.NewWriter(w)
	if s.Title != "" {
		fmt.Fprintf(b, "## %s\n\n", mdText(s.Title))
	}
	if s.Text != "" {
		fmt.Fprintf(b, "%s\n", s.Text)
	}
	notes := footnotes(s.Grids)
	if len(s.Fields) > 0 {
		for _, f := range s.Fields {
			if f.Value != "" {
				fmt.Fprintf(b, "- **%s**: %s\n", mdText(f.Name), mdText(f.Value))
			}
		}
		fmt.Fprintln(b)
	}
	for _, g := range s.Grids {
		mdGrid(b, g.compact().mark(notes))
	}
	for i, n := range notes {
		fmt.Fprintf(b, "%d. %s\n", i+1, mdText(n))
	}
	if len(notes) > 0 {
		fmt.Fprintln(b)
	}
	for _, n := range s.Warnings {
		fmt.Fprintf(b, "Warning: %s\n\n", mdText(n))
	}
	if s.Command != "" {
		fmt.Fprintf(b, "To reproduce: `%s`\n", s.Command)
	}
	return b.Flush()
}

func mdGrid(b *bufio.Writer, g Grid) {
	if g.Title != "" {
		fmt.Fprintf(b, "### %s\n\n", mdText(g.Title))
	}
	if len(g.Columns) == 0 {
		return
	}
	said, g := g.lift(0)
	if said != "" {
		fmt.Fprintf(b, "%s\n\n", mdText(said))
	}
	for _, c := range g.Columns {
		fmt.Fprintf(b, "| %s ", mdText(c.Name))
	}
	fmt.Fprint(b, "|\n")
	for _, c := range g.Columns {
		if c.Right {
			fmt.Fprint(b, "| ---: ")
		} else {
			fmt.Fprint(b, "| --- ")
		}
	}
	fmt.Fprint(b, "|\n")
	for _, row := range g.Rows {
		for _, text := range row.Cells {
			fmt.Fprintf(b, "| %s ", mdText(text))
		}
		fmt.Fprint(b, "|\n")
	}
	fmt.Fprintln(b)
}

var mdEscape = strings.NewReplacer("|", `\|`, "*", `\*`, "_", `\_`, "<", "&lt;", "\n", " ")

func mdText(s string) string { return mdEscape.Replace(s) }
