// Package papers is the matrix of claims: what each paper states, and what
// Crosscut executes for it. The README, `reproduce`, the browser lab and the docs
// are printed from this matrix; what is not in it, Crosscut does not claim.
//
// The package is flat. A paper is one catalogue entry in a file that bears its
// name; its claims stand in files with the same prefix.
package papers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"crosscut/internal/catalog"
	"crosscut/internal/units"
	"crosscut/report"
)

// Level says how much work a run may do.
type Level int

// The three levels: a whole paper within seconds, within two minutes, or longer.
const (
	Quick Level = iota
	Default
	Full
)

func (l Level) String() string { return [...]string{"quick", "default", "full"}[l] }

// Pick chooses a size by level.
func (l Level) Pick(quick, standard, full int) int { return [...]int{quick, standard, full}[l] }

// Origin says where a part of a claim comes from.
type Origin string

// The five origins. Nothing quoted or open is ever shown as checked.
const (
	CheckedHere Origin = "checked here"   // executed by Run, on the inputs that its rows state
	ProvedHere  Origin = "proved in docs" // a short proof, valid for every size
	QuotedThere Origin = "quoted"         // the paper's word
	// QuotedOrder is the paper's word up to a constant that we have not seen: it is never
	// held against a number.
	QuotedOrder Origin = "quoted, constant unknown"
	OpenStill   Origin = "open"
)

// Part is one part of a claim with its origin.
type Part struct {
	Origin Origin `json:"origin"`
	What   string `json:"what"`
}

// Kind separates claims that say what models can do from those that say what
// they cannot.
type Kind string

// The kinds of claims. A Lower claim must show a failing input of an undersized
// model; an Upper claim the worst error of a construction.
const (
	Upper      Kind = "upper bound"
	Lower      Kind = "lower bound"
	Comparison Kind = "comparison"
	Conjecture Kind = "conjecture"
)

// Claim is one cell of the matrix.
type Claim struct {
	ID          string // "theorem 7"
	Kind        Kind
	Short       string // the statement in about ten words; "": cut from the statement
	Statement   string // in plain words
	Hypothesis  Hypothesis
	Seen        string                // how far the paper's own words were at hand: read, second hand, from memory
	Source      string                // where the paper states it
	Outside     string                // why the method does not reach it, shown by the rows; "": it does
	Conventions []string              // what the numbers in its rows rest on
	Parts       []Part                // each part of the statement, with its origin
	Inequality  *Inequality           // a lower bound as one formula; nil: it is none
	run         func(rows *collector) // executes the claim, row by row

	_ struct{}
}

// Effort is how a claim is run. Equal efforts give equal outcomes.
type Effort struct {
	Level Level
	Seed  uint64

	sound bool // tests: nothing is planted, so that every control must be reported blind; what has none, or ran both ways, is left out
}

// Outcome is what a run of a claim found.
type Outcome struct {
	Rows   []report.Row
	Growth []report.Growth
	By     string // the claim that dominates this one, as the rows show

	both  int     // failures that were planted in checks seen to pass without
	blind []error // controls that were not caught, where nothing was planted
}

// Paper is a catalogue entry: a paper and its claims, in the paper's order.
type Paper struct {
	Name     string // what users type
	Title    string
	Citation string
	Cite     []string // keys of docs/references.md
	Claims   []*Claim
	// Main is the claim that the paper is known by (nil: the first), and Executed what was
	// executed of it: the inequality with its constant, or that there is none. By are the claims
	// whose runs show that (nil: the main one).
	Main     *Claim
	Executed string
	By       []*Claim

	_ struct{}
}

// ID is the name users type.
func (p *Paper) ID() string { return p.Name }

// Run executes the claim. Rows that were finished are returned beside an error.
func (c *Claim) Run(ctx context.Context, at Effort) (out Outcome, err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case halt:
			err = r.error
		default:
			panic(r)
		}
	}()
	c.run(&collector{ctx: ctx, at: at, out: &out})
	return out, nil
}

// halt is the panic that ends the run of a claim with an error, or with an interrupt. Run turns
// it into that error, so that a claim reads as the list of its checks.
type halt struct{ error }

// require ends the run of a claim where err is an error.
func require(err error) {
	if err != nil {
		panic(halt{err})
	}
}

// must is v, where err is no error.
func must[T any](v T, err error) T {
	require(err)
	return v
}

// Validate refuses an incomplete paper.
func (p *Paper) Validate() error {
	if p.Name == "" || p.Title == "" || p.Citation == "" || len(p.Cite) == 0 || len(p.Claims) == 0 || p.Executed == "" {
		return errors.New("name, title, citation, citation keys, claims and what was executed of the main one are needed")
	}
	for _, c := range append(p.Shown(), p.Theorem()) {
		if !slices.Contains(p.Claims, c) {
			return errors.New("the main claim, or one that shows it, is none of the paper's")
		}
	}
	seen := map[string]bool{}
	for _, c := range p.Claims {
		if c.ID == "" || c.Kind == "" || c.Statement == "" || c.Source == "" || c.Seen == "" || len(c.Parts) == 0 || c.run == nil {
			return fmt.Errorf("claim %q: id, kind, statement, source, seen, parts and Run are needed", c.ID)
		}
		if err := c.Hypothesis.Validate(); err != nil {
			return fmt.Errorf("claim %q: hypothesis: %w", c.ID, err)
		}
		if seen[c.ID] {
			return fmt.Errorf("claim %q stands twice", c.ID)
		}
		seen[c.ID] = true
	}
	return nil
}

// Theorem is the claim that the paper is known by.
func (p *Paper) Theorem() *Claim {
	return cmp.Or(p.Main, p.Claims[0])
}

// Shown are the claims whose runs show what was executed of the main one.
func (p *Paper) Shown() []*Claim {
	if p.By != nil {
		return slices.Clone(p.By)
	}
	return []*Claim{p.Theorem()}
}

// Claim finds a claim by its ID.
func (p *Paper) Claim(id string) (*Claim, error) {
	var known []string
	for _, c := range p.Claims {
		if c.ID == id {
			return c, nil
		}
		known = append(known, c.ID)
	}
	return nil, catalog.Unknown("claim of "+p.Name, id, known)
}

// Reproduce runs the claims with the given IDs (none: all), in the paper's
// order. done, when not nil, is told of each finished claim. An interrupted run
// returns the rows so far beside the error.
func (p *Paper) Reproduce(ctx context.Context, at Effort, ids []string, done func(c *Claim, k, of int)) (report.Table, error) {
	t := report.Table{Title: p.Title}
	chosen := p.Claims
	if len(ids) > 0 {
		chosen = nil
		for _, id := range ids {
			c, err := p.Claim(id)
			if err != nil {
				return t, err
			}
			if !slices.Contains(chosen, c) {
				chosen = append(chosen, c)
			}
		}
	}
	for k, c := range chosen {
		out, err := c.Run(ctx, at)
		for _, r := range out.Rows {
			r.Paper, r.Claim = p.Name, c.ID
			t.Rows = append(t.Rows, r)
		}
		t.Growth = append(t.Growth, out.Growth...)
		if err != nil {
			return t, fmt.Errorf("papers: %s, %s: %w", p.Name, c.ID, err)
		}
		t.Claims = append(t.Claims, p.sum(c, out))
		if done != nil {
			done(c, k+1, len(chosen))
		}
	}
	return t, nil
}

// UnitKind is the claims of all papers as work that can be cut into units.
var UnitKind = units.RegisterList[report.Table]("reproduce", "every claim of every paper: an item is one claim")

// Work is every claim of every paper: answer k is the table of claim k.
func Work(at Effort) *units.Work[units.Answers[report.Table]] {
	type claim struct {
		of *Paper
		id string
	}
	var claims []claim
	for p := range all.All() {
		for _, c := range p.Claims {
			claims = append(claims, claim{p, c.ID})
		}
	}
	return units.List(UnitKind, map[string]any{"level": at.Level.String(), "seed": at.Seed}, len(claims),
		func(ctx context.Context, k int) (report.Table, error) {
			t, err := claims[k].of.Reproduce(ctx, at, []string{claims[k].id}, nil)
			return t.Plain(), err
		},
		func(k int, t report.Table) error {
			if len(t.Claims) != 1 || t.Claims[0].Paper != claims[k].of.Name || t.Claims[0].ID != claims[k].id {
				return fmt.Errorf("not the claim %q of %s", claims[k].id, claims[k].of.Name)
			}
			return nil
		})
}

// Together is one table of the claims that were executed.
func Together(parts units.Answers[report.Table]) report.Table {
	t := report.Table{Title: "Every claim of every paper"}
	for _, k := range slices.Sorted(maps.Keys(parts)) {
		one := parts[k]
		t.Rows, t.Growth, t.Claims = append(t.Rows, one.Rows...), append(t.Growth, one.Growth...), append(t.Claims, one.Claims...)
	}
	return t
}

var all = catalog.New[*Paper]("paper")

func register(p *Paper) *Paper {
	for _, c := range p.Claims {
		if q := c.Inequality; q != nil {
			q.Paper, q.Claim = p, c
			inequalities.Add(q)
		}
	}
	return all.Add(p)
}

// Catalog returns all papers.
func Catalog() *catalog.Catalog[*Paper] { return all }
