package main

import (
	"fmt"
	"io"
	"path/filepath"

	"crosscut/protocol/bounds"
	"crosscut/reductions/matrix"
)

// playedEntries is the most entries on which the protocol tree is played.
const playedEntries = 1 << 16

// treeFormat chooses how --tree draws, by the ending of the file's name.
func (c *call) treeFormat(names bounds.InputNames) (func(*bounds.Tree, io.Writer) error, error) {
	file := c.String("tree")
	if !c.IsSet("tree") {
		return nil, nil
	}
	switch filepath.Ext(file) {
	case ".svg":
		return func(t *bounds.Tree, w io.Writer) error { return t.SVG(w, names) }, nil
	case ".dot", ".gv":
		return func(t *bounds.Tree, w io.Writer) error { return t.DOT(w, names) }, nil
	case ".txt", "":
		return func(t *bounds.Tree, w io.Writer) error { return t.Text(w, names) }, nil
	}
	return nil, usagef("end the name in .svg, .dot or .txt", "flag --tree: %s: no drawing ends like this", file)
}

// drawTree plays the tree on every input where that is quick, every run metered
// and audited, and draws it.
func (c *call) drawTree(m *bounds.Matrix, t *bounds.Tree, names bounds.InputNames) (*matrix.Drawn, error) {
	if t == nil {
		fmt.Fprintf(c.stderr, "crosscut bounds: flag --tree: the matrix has too many different rows and columns for a tree; %s is not written\n", c.String("tree"))
		return nil, nil
	}
	d := &matrix.Drawn{File: c.String("tree"), Depth: t.Depth(), Leaves: t.Leaves(), Rounds: t.Rounds()}
	if m.Rows()*m.Cols() <= playedEntries {
		cost, rounds, err := t.Run(c.Context, m)
		if err != nil {
			return nil, internal(err)
		}
		metered := int(cost)
		d.Metered, d.Rounds = &metered, rounds
	}
	draw, err := c.treeFormat(names)
	if err != nil {
		return nil, err
	}
	return d, writeFile(d.File, func(w io.Writer) error { return draw(t, w) })
}
