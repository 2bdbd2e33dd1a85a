// Package story tells one protocol run step by step: the tokens by owner, each
// message as it is written, the answer, what was needed, and the same model made
// too small beside an input on which it fails. Every number is computed when the
// story is told; nothing here knows a result beforehand.
package story

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"crosscut/models/tasks"
	"crosscut/protocol"
)

// Width is the number of columns that a story is written to, and the most; Narrowest is
// the least.
const (
	Width     = 80
	Narrowest = 30
)

// Ink says what a piece of text stands for; a terminal may show it as a colour,
// and no meaning rests on the colour alone.
type Ink int

// The inks.
const (
	Plain Ink = iota
	Alice
	Bob
	Public
	Strong
	Good
	Bad
	Faint
)

var escapes = map[Ink]string{Alice: "1;34", Bob: "1;33", Public: "2", Strong: "1", Good: "32", Bad: "1;31", Faint: "2"}

// Span is text in one ink.
type Span struct {
	Text string
	Ink  Ink
}

// Line is one printed line.
type Line []Span

// String is the line without colour.
func (l Line) String() string {
	var b strings.Builder
	for _, s := range l {
		b.WriteString(s.Text)
	}
	return strings.TrimRight(b.String(), " ")
}

// Write prints the line.
func (l Line) Write(w io.Writer, color bool) error {
	if !color {
		_, err := fmt.Fprintln(w, l.String())
		return err
	}
	var b strings.Builder
	left := utf8.RuneCountInString(l.String())
	for _, s := range l {
		text := s.Text
		if n := utf8.RuneCountInString(text); n > left { // blanks at the end
			text = string([]rune(text)[:left])
		}
		left -= utf8.RuneCountInString(text)
		if e := escapes[s.Ink]; e != "" && strings.TrimSpace(text) != "" {
			fmt.Fprintf(&b, "\x1b[%sm%s\x1b[0m", e, text)
		} else {
			b.WriteString(text)
		}
	}
	_, err := fmt.Fprintln(w, b.String())
	return err
}

// fold breaks a line that is wider than a page, wherever that falls.
func (l Line) fold(width int) []Line {
	if l.Len() <= width {
		return []Line{l}
	}
	var first, rest Line
	room := width
	for _, s := range l {
		text := []rune(s.Text)
		n := min(room, len(text))
		if n > 0 {
			first = append(first, Span{string(text[:n]), s.Ink})
		}
		if n < len(text) {
			rest = append(rest, Span{string(text[n:]), s.Ink})
		}
		room -= n
	}
	return append([]Line{first}, rest.fold(width)...)
}

// Len is the number of columns.
func (l Line) Len() int { return utf8.RuneCountInString(l.String()) }

// page collects lines of a width.
type page struct {
	width int
	lines []Line
}

func (p *page) add(spans ...Span) { p.lines = append(p.lines, spans) }

func (p *page) blank() { p.add() }

// say adds a paragraph, wrapped.
func (p *page) say(ink Ink, format string, args ...any) { p.hang("", ink, format, args...) }

// hang adds a paragraph whose first line begins with a head, and whose others are
// indented as far.
func (p *page) hang(head string, ink Ink, format string, args ...any) {
	indent := strings.Repeat(" ", utf8.RuneCountInString(head))
	line, used := head, len(indent)
	empty := true
	for _, word := range strings.Fields(fmt.Sprintf(format, args...)) {
		for {
			room := p.width - used
			if !empty {
				room--
			}
			n := utf8.RuneCountInString(word)
			if n <= room {
				if !empty {
					line += " "
					used++
				}
				line += word
				used += n
				empty = false
				break
			}
			if empty { // longer than a line: cut it
				runes := []rune(word)
				p.add(Span{line + string(runes[:room]), ink})
				word = string(runes[room:])
			} else {
				p.add(Span{line, ink})
			}
			line, used, empty = indent, len(indent), true
		}
	}
	p.add(Span{line, ink})
}

// owner gives a position's letter and ink.
func owner(who protocol.Player) (string, Ink) {
	switch who {
	case protocol.Alice:
		return "A", Alice
	case protocol.Bob:
		return "B", Bob
	}
	return ".", Public
}

// cells writes a token as the rows of its column.
func cells(sh tasks.Shape, t tasks.Token) []string {
	switch {
	case sh.Task.Vector:
		var z, y []string
		for _, v := range t.Z {
			z = append(z, fmt.Sprintf("%.3g", v))
		}
		for _, i := range t.Y {
			y = append(y, fmt.Sprint(i))
		}
		return []string{strings.Join(z, " "), strings.Join(y, " ")}
	case t.To != 0:
		return []string{fmt.Sprintf("%d-%d", t.X, t.To)}
	}
	return []string{fmt.Sprint(t.X)}
}

// heads name the rows of cells.
func heads(sh tasks.Shape, t tasks.Token) []string {
	switch {
	case sh.Task.Vector:
		return []string{"z", "reads"}
	case t.To != 0:
		return []string{"edge"}
	}
	return []string{"token"}
}

// row is one more row of a strip: a text under each position.
type row struct {
	name string
	at   func(pos int) string
}

// marks is a row of marks.
func marks(at map[int]string) row {
	return row{"", func(pos int) string { return at[pos] }}
}

// strip shows a sequence: positions, owners, tokens, and more rows. It wraps at
// the width.
func (p *page) strip(sh tasks.Shape, split tasks.Split, seq []tasks.Token, more ...row) {
	p.some(sh, split, seq, func(int) bool { return true }, more...)
}

// some is strip for the positions that pass.
func (p *page) some(sh tasks.Shape, split tasks.Split, seq []tasks.Token, only func(pos int) bool, more ...row) {
	const left = 10
	rows := []row{
		{"position", func(i int) string { return fmt.Sprint(i) }},
		{"owner", func(i int) string { letter, _ := owner(split.Of(i)); return letter }},
	}
	for k, name := range heads(sh, seq[0]) {
		rows = append(rows, row{name, func(i int) string { return cells(sh, seq[i-1])[k] }})
	}
	rows = append(rows, more...)
	var at, width []int
	for i := range seq {
		if !only(i + 1) {
			continue
		}
		w := 0
		for _, r := range rows {
			w = max(w, utf8.RuneCountInString(r.at(i+1)))
		}
		at, width = append(at, i+1), append(width, w)
	}
	for start := 0; start < len(at); {
		end, used := start, left
		for end < len(at) && used+1+width[end] <= p.width {
			used += 1 + width[end]
			end++
		}
		end = max(end, start+1) // a token wider than the page stands alone
		if start > 0 {
			p.blank()
		}
		for k, r := range rows {
			line := Line{{pad(r.name, left), Faint}}
			seen := false
			for c := start; c < end; c++ {
				text := r.at(at[c])
				_, ink := owner(split.Of(at[c]))
				if k == 0 {
					ink = Faint
				}
				line = append(line, Span{strings.Repeat(" ", 1+width[c]-utf8.RuneCountInString(text)) + text, ink})
				seen = seen || text != ""
			}
			if seen {
				p.lines = append(p.lines, line)
			}
		}
		start = end
	}
}

func pad(s string, width int) string {
	return s + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(s)))
}

// meter draws amounts of bits as bars of one scale.
func (p *page) meter(bars ...bar) {
	most, wide := 1, 0
	for _, b := range bars {
		most, wide = max(most, b.bits), max(wide, len(b.name))
	}
	length := min(44, p.width-wide-10)
	for _, b := range bars {
		n := b.bits * length / most
		if b.bits > 0 {
			n = max(n, 1)
		}
		p.add(Span{fmt.Sprintf("  %s %6d ", pad(b.name, wide), b.bits), Plain}, Span{strings.Repeat(b.glyph, n), b.ink})
	}
}

// bar is one amount.
type bar struct {
	name  string
	bits  int
	glyph string
	ink   Ink
}
