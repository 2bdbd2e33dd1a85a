package matrix

import (
	"fmt"
	"strings"

	"crosscut/protocol/bounds"
	"crosscut/report"
)

// Drawn is a protocol tree that was drawn to a file.
type Drawn struct {
	File   string `json:"file"`
	Depth  int    `json:"depth"`
	Leaves int    `json:"leaves"`
	Rounds int    `json:"rounds"`
	// Metered is the most bits written in a run, over all defined entries; null
	// when the matrix is too large to play them all.
	Metered *int `json:"metered"`
}

// String is the line of a text result.
func (d *Drawn) String() string {
	s := fmt.Sprintf("%s: depth %d, %d leaves, %d rounds", d.File, d.Depth, d.Leaves, d.Rounds)
	if d.Metered != nil {
		s += fmt.Sprintf("; played on every entry, at most %d bits metered, audit silent", *d.Metered)
	}
	return s
}

// fewRounds lists D(f) for protocols of few rounds.
func fewRounds(all []bounds.RoundsDepth) string {
	var words []string
	for _, d := range all {
		cost := "none"
		if d.Possible {
			cost = bounds.Range{Lower: d.Lower, Upper: d.Upper}.String()
		}
		words = append(words, fmt.Sprintf("%s: %s", report.Plural(d.Rounds, "round"), cost))
	}
	return strings.Join(words, ", ")
}
