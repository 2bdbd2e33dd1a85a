package report

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// TextWidth is the width that text keeps to where it can.
const TextWidth = 100

// writeText prints for people: facts, aligned columns, footnotes.
func writeText(w io.Writer, s *Sheet, style Style) error {
	b := bufio.NewWriter(w)
	if s.Title != "" {
		fmt.Fprintf(b, "%s\n\n", s.Title)
	}
	fmt.Fprint(b, s.Text)
	notes := footnotes(s.Grids)
	textFields(b, s.Fields, style)
	for i, g := range s.Grids {
		if i > 0 || len(s.Fields) > 0 {
			fmt.Fprintln(b)
		}
		textGrid(b, g.compact().mark(notes), style)
	}
	if len(notes)+len(s.Warnings) > 0 {
		fmt.Fprintln(b)
	}
	for i, n := range notes {
		wrap(b, fmt.Sprintf("[%d] ", i+1), n)
	}
	for _, n := range s.Warnings {
		wrap(b, "warning: ", n)
	}
	if s.Command != "" && s.Command != NoCommand {
		fmt.Fprintf(b, "\nto reproduce: %s\n", s.Command)
	}
	return b.Flush()
}

func textFields(b *bufio.Writer, fields []Field, style Style) {
	width := 0
	for _, f := range fields {
		width = max(width, utf8.RuneCountInString(f.Name))
	}
	for _, f := range fields {
		if f.Value == "" {
			continue
		}
		name := pad(f.Name, width, false)
		if Verdict(f.Value).known() {
			fmt.Fprintf(b, "%s  %s\n", name, style.paint(f.Value, f.Value))
			continue
		}
		wrap(b, name+"  ", f.Value)
	}
}

// textGrid aligns a grid below its facts. Where it is too wide, the last long
// column wraps in its place, if that is enough, and else the long columns move to
// lines below their row.
func textGrid(b *bufio.Writer, g Grid, style Style) {
	if g.Title != "" {
		wrap(b, "", g.Title)
	}
	if len(g.Columns) == 0 {
		return
	}
	said, g := g.lift(TextWidth)
	if said != "" {
		wrap(b, "", said)
	}
	below := make([]bool, len(g.Columns))
	last := len(g.Columns) - 1
	if g.width() > TextWidth && !(g.Columns[last].Long && g.widthBefore(last) <= TextWidth-roomForText) {
		for c := last; c >= 0; c-- {
			below[c] = g.Columns[c].Long
			if g.only(func(k int) bool { return !below[k] }).width() <= TextWidth {
				break
			}
		}
	}
	top := g.only(func(c int) bool { return !below[c] })
	widths := top.widths()
	textHead(b, top, widths)
	for r, row := range top.Rows {
		textRow(b, top, widths, row, style)
		var more []string
		for c, text := range g.Rows[r].Cells {
			if below[c] && text != "" {
				more = append(more, g.Columns[c].Name+": "+text)
			}
		}
		if len(more) > 0 {
			wrap(b, "    ", strings.Join(more, "; "))
		}
	}
}

// roomForText is the narrowest column in which a long text may wrap in its place.
const roomForText = 45

func textHead(b *bufio.Writer, g Grid, widths []int) {
	var line strings.Builder
	for c, col := range g.Columns {
		cell(&line, c, pad(col.Name, widths[c], col.Right))
	}
	fmt.Fprintln(b, strings.TrimRight(line.String(), " "))
}

func textRow(b *bufio.Writer, g Grid, widths []int, row Line, style Style) {
	last := len(g.Columns) - 1
	var line strings.Builder
	for c, text := range row.Cells {
		if c == last && g.Columns[c].Long {
			break
		}
		cell(&line, c, style.paint(text, pad(text, widths[c], g.Columns[c].Right)))
	}
	if g.Columns[last].Long {
		if last > 0 {
			line.WriteString("  ")
		}
		wrap(b, line.String(), row.Cells[last])
		return
	}
	fmt.Fprintln(b, strings.TrimRight(line.String(), " "))
}

func cell(line *strings.Builder, c int, text string) {
	if c > 0 {
		line.WriteString("  ")
	}
	line.WriteString(text)
}

func (g Grid) widths() []int {
	widths := make([]int, len(g.Columns))
	for c, col := range g.Columns {
		widths[c] = utf8.RuneCountInString(col.Name)
	}
	for _, row := range g.Rows {
		for c, text := range row.Cells {
			widths[c] = max(widths[c], utf8.RuneCountInString(text))
		}
	}
	return widths
}

func (g Grid) width() int {
	total := -2
	for _, w := range g.widths() {
		total += w + 2
	}
	return total
}

// widthBefore is the width of the columns before column c.
func (g Grid) widthBefore(c int) int {
	return g.only(func(k int) bool { return k < c }).width() + 2
}

func pad(s string, width int, right bool) string {
	gap := strings.Repeat(" ", max(0, width-utf8.RuneCountInString(s)))
	if right {
		return gap + s
	}
	return s + gap
}

// wrap prints text after a prefix, further lines indented below the first. Words
// longer than a line stay whole.
func wrap(b *bufio.Writer, prefix, text string) {
	used := printed(prefix)
	indent, line := strings.Repeat(" ", used), prefix
	start := used
	for _, word := range strings.Fields(text) {
		n := utf8.RuneCountInString(word)
		if used > start && used+1+n > TextWidth {
			fmt.Fprintln(b, line)
			line, used = indent, start
		}
		if used > start {
			line += " "
			used++
		}
		line += word
		used += n
	}
	fmt.Fprintln(b, strings.TrimRight(line, " "))
}

// printed is the number of places that text takes on a terminal: colour takes none.
func printed(s string) int {
	n, escape := 0, false
	for _, r := range s {
		switch {
		case r == '\x1b':
			escape = true
		case escape:
			escape = r != 'm'
		default:
			n++
		}
	}
	return n
}

func (v Verdict) known() bool {
	return v == Unknown || v == Meets || v == Errs || v == Contradiction
}

// verdictIn is the verdict that a cell shows, marks of footnotes aside.
func verdictIn(cell string) Verdict {
	word, _, _ := strings.Cut(cell, " [")
	if v := Verdict(word); v.known() {
		return v
	}
	return ""
}

// paint colours text where cell shows a verdict.
func (s Style) paint(cell, text string) string {
	color := map[Verdict]string{Meets: "32", Errs: "33", Contradiction: "1;31", Unknown: "2"}[verdictIn(cell)]
	if !s.Color || color == "" {
		return text
	}
	word := strings.TrimSpace(text) // the padding stays plain, so that it can be trimmed
	return strings.Replace(text, word, "\x1b["+color+"m"+word+"\x1b[0m", 1)
}
