package bounds

import (
	"bufio"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"strings"

	"crosscut/protocol"
)

// InputNames says how a drawing names the inputs of a tree. A nil function: rows
// and columns are numbered from 1.
type InputNames struct {
	Row, Col func(i int) string
}

// question is the bit of an inner node in words: "alice: rows 2-4, 7?".
func (n InputNames) question(t *Tree) string {
	kind, name := "row", n.Row
	if t.Speaker == protocol.Bob {
		kind, name = "column", n.Col
	}
	if len(t.Ones) != 1 {
		kind += "s"
	}
	return fmt.Sprintf("%v: %s %s?", t.Speaker, kind, listInputs(t.Ones, name))
}

// listMost is how many pieces of a list of inputs a drawing shows.
const listMost = 8

func listInputs(set []int, name func(int) string) string {
	var pieces []string
	for i := 0; i < len(set); {
		j := i
		for j+1 < len(set) && set[j+1] == set[j]+1 && name == nil {
			j++
		}
		switch {
		case len(pieces) >= listMost:
			return strings.Join(pieces, ", ") + fmt.Sprintf(" and %d more", len(set)-i)
		case name != nil:
			pieces = append(pieces, name(set[i]))
		case j == i:
			pieces = append(pieces, fmt.Sprint(set[i]+1))
		case j == i+1:
			pieces = append(pieces, fmt.Sprint(set[i]+1), fmt.Sprint(set[j]+1))
		default:
			pieces = append(pieces, fmt.Sprintf("%d-%d", set[i]+1, set[j]+1))
		}
		i = j + 1
	}
	return strings.Join(pieces, ", ")
}

// Text draws the tree with lines, the answer "no" (bit 0) above "yes" (bit 1).
func (t *Tree) Text(w io.Writer, names InputNames) error {
	b := bufio.NewWriter(w)
	t.text(b, names, "", "")
	return b.Flush()
}

func (t *Tree) text(w io.Writer, names InputNames, first, rest string) {
	if t.Leaf() {
		fmt.Fprintf(w, "%s= %d\n", first, t.Value)
		return
	}
	fmt.Fprintf(w, "%s%s\n", first, names.question(t))
	t.Zero.text(w, names, rest+"├─0─ ", rest+"│    ")
	t.One.text(w, names, rest+"└─1─ ", rest+"     ")
}

// DOT writes the tree for Graphviz: Alice's nodes are boxes, Bob's ellipses.
func (t *Tree) DOT(w io.Writer, names InputNames) error {
	b := bufio.NewWriter(w)
	fmt.Fprintln(b, "digraph protocol {")
	next := 0
	var draw func(t *Tree) int
	draw = func(t *Tree) int {
		id := next
		next++
		if t.Leaf() {
			fmt.Fprintf(b, "  n%d [shape=plaintext, label=\"%d\"];\n", id, t.Value)
			return id
		}
		shape := "box"
		if t.Speaker == protocol.Bob {
			shape = "ellipse"
		}
		fmt.Fprintf(b, "  n%d [shape=%s, label=%s];\n", id, shape, quoteDOT(names.question(t)))
		for bit, child := range []*Tree{t.Zero, t.One} {
			fmt.Fprintf(b, "  n%d -> n%d [label=\"%d\"];\n", id, draw(child), bit)
		}
		return id
	}
	draw(t)
	fmt.Fprintln(b, "}")
	return b.Flush()
}

func quoteDOT(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s) + `"`
}

// Sizes of the SVG drawing, in pixels.
const (
	svgLeaf  = 34 // between two leaves
	svgLevel = 64 // between two levels
	svgEdge  = 24 // margin
)

// SVG draws the tree: a node shows its player, and its whole question when the
// pointer rests on it; leaves show the value.
func (t *Tree) SVG(w io.Writer, names InputNames) error {
	b := bufio.NewWriter(w)
	width := 2*svgEdge + (t.Leaves()-1)*svgLeaf
	height := 2*svgEdge + t.Depth()*svgLevel
	fmt.Fprintf(b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" font-family="sans-serif" font-size="12" text-anchor="middle">`+"\n",
		width, height, width, height)
	fmt.Fprintf(b, "<title>protocol tree: %d bits, %d leaves, %d rounds</title>\n", t.Depth(), t.Leaves(), t.Rounds())
	leaf := 0
	var draw func(t *Tree, level int) float64
	draw = func(t *Tree, level int) float64 {
		y := svgEdge + level*svgLevel
		if t.Leaf() {
			x := float64(svgEdge + leaf*svgLeaf)
			leaf++
			fmt.Fprintf(b, `<rect x="%g" y="%d" width="28" height="20" rx="3" fill="#f4f4f4" stroke="#888"/><text x="%g" y="%d">%d</text>`+"\n",
				x-14, y-10, x, y+4, t.Value)
			return x
		}
		var at [2]float64
		for bit, child := range []*Tree{t.Zero, t.One} {
			at[bit] = draw(child, level+1)
		}
		x := (at[0] + at[1]) / 2
		for bit := range 2 {
			fmt.Fprintf(b, `<line x1="%g" y1="%d" x2="%g" y2="%d" stroke="#888"/><text x="%g" y="%d" fill="#666">%d</text>`+"\n",
				x, y+12, at[bit], y+svgLevel-10, (x+at[bit])/2-7+float64(14*bit), y+svgLevel/2, bit)
		}
		letter, colour := "A", "#2b6cb0"
		if t.Speaker == protocol.Bob {
			letter, colour = "B", "#c05621"
		}
		fmt.Fprintf(b, `<g><title>%s</title><circle cx="%g" cy="%d" r="12" fill="%s"/><text x="%g" y="%d" fill="#fff">%s</text></g>`+"\n",
			html.EscapeString(names.question(t)), x, y, colour, x, y+4, letter)
		return x
	}
	draw(t, 0)
	fmt.Fprintln(b, "</svg>")
	return b.Flush()
}

// treeJSON is a node in a certificate; inputs count from 0.
type treeJSON struct {
	Speaker string `json:"speaker,omitempty"`
	Ones    []int  `json:"ones,omitempty"`
	Zero    *Tree  `json:"zero,omitempty"`
	One     *Tree  `json:"one,omitempty"`
	Value   *int   `json:"value,omitempty"`
}

// MarshalJSON writes a leaf as {"value":v}, an inner node as
// {"speaker":"alice","ones":[...],"zero":...,"one":...}.
func (t *Tree) MarshalJSON() ([]byte, error) {
	if t.Leaf() {
		return json.Marshal(treeJSON{Value: &t.Value})
	}
	return json.Marshal(treeJSON{Speaker: t.Speaker.String(), Ones: t.Ones, Zero: t.Zero, One: t.One})
}
