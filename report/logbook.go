package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Entry is one claim as a logbook keeps it: what was claimed, what ran, what came
// of it, and how to do it again.
type Entry struct {
	Claim
	Rows    []Row  `json:"rows"`
	Command string `json:"command"`
	Version string `json:"version"`
}

// Name is the entry's file name without an ending: paper and claim, in letters,
// digits and hyphens.
func (e Entry) Name() string {
	return e.Paper + "-" + strings.Trim(strings.Join(strings.FieldsFunc(strings.ToLower(e.ID), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	}), "-"), "-")
}

// Entries are the claims of a table, each with its rows.
func (t Table) Entries(version string) []Entry {
	var all []Entry
	for _, c := range t.Claims {
		e := Entry{Claim: c, Rows: []Row{}, Version: version, Command: fmt.Sprintf("crosscut reproduce %s --claim '%s'%s", c.Paper, c.ID, t.Flags)}
		for _, r := range t.Plain().Rows {
			if r.Paper == c.Paper && r.Claim == c.ID {
				e.Rows = append(e.Rows, r)
			}
		}
		all = append(all, e)
	}
	return all
}

// Sheet lays an entry out as one page.
func (e Entry) Sheet() *Sheet {
	s := &Sheet{Title: e.Paper + ": " + e.ID, Value: e, Command: e.Command}
	said := func(name, value string) {
		if value != "" {
			s.Fields = append(s.Fields, Field{name, value})
		}
	}
	said("statement", e.Statement)
	said("hypothesis", e.Hypothesis)
	said("satisfiable at", e.SatisfiableAt)
	said("verdict", e.Claim.verdict())
	said("counterexample", e.Witness)
	said("dominated by", e.By)
	said("why", e.Why)
	said("ran", e.Ran)
	said("basis", e.Basis)
	said("negative control", e.Control)
	said("source", e.Source)
	said("how the source was seen", e.Seen)
	said("version", e.Version)
	s.Grids = Table{Rows: e.Rows}.Sheet(nil).Grids
	for k := range s.Grids {
		s.Grids[k].Title = "" // the page has it
	}
	return s
}

// Lines lays many papers out, one line a claim: what ran, and how many planted faults were caught.
func (t Table) Lines(more []Field) *Sheet {
	full := t.Sheet(nil)
	s := &Sheet{Title: t.Title, Value: full.Value, Flat: full.Flat, Command: t.Command}
	g := Grid{Columns: []Column{{Name: "paper"}, {Name: "claim"}, {Name: "verdict"}, {Name: "ran", Right: true}, {Name: "caught", Right: true}}}
	count, only := map[Standing]int{}, 0
	for _, c := range t.Claims {
		control := ""
		if c.Failures > 0 {
			control = strconv.Itoa(c.Failures)
		}
		g.Add(c.Paper, c.ID, c.verdict(), c.Ran, control)
		count[c.Verdict]++
		if c.Only != "" {
			only++
		}
	}
	s.Grids = append(s.Grids, g)
	var parts []string
	for _, v := range []Standing{Holds, Fails, Vacuous, Dominated, Outside, Open} {
		parts = append(parts, fmt.Sprintf("%d %s", count[v], v))
	}
	said := strings.Join(parts, ", ")
	if only > 0 {
		said += fmt.Sprintf("; of those that hold %d %s", only, MapOnly)
	}
	s.Fields = append(s.Fields, Field{"claims", fmt.Sprintf("%d: %s", len(t.Claims), said)})
	s.Fields = append(s.Fields, slices.Clone(more)...)
	return s
}
