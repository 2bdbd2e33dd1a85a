package validate

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"crosscut/protocol"
	"crosscut/protocol/problems"
	"crosscut/reductions/rules"
	"crosscut/report"
)

// Consequence is what a right reduction means for one architecture: a model that
// solves the task moves at least as many bits as the problem needs, in the
// setting of its own protocol.
type Consequence struct {
	Architecture string           `json:"architecture"`
	Rule         string           `json:"rule"`       // with all its sizes, as --arch reads it
	Inequality   string           `json:"inequality"` // with explicit constants
	Latex        string           `json:"latex"`
	Arithmetic   string           `json:"arithmetic"` // for which the inequality holds
	Sizes        map[string]any   `json:"sizes"`      // for which Bits is counted
	Bits         *int             `json:"bits"`       // nil: no protocol is known here
	Needed       *int             `json:"needed"`     // nil: no bound is known in this setting
	Setting      protocol.Setting `json:"setting"`
	Basis        problems.Basis   `json:"basis"`
	Trivial      int              `json:"trivial"` // Alice's raw tokens, with 16 bits a real number
	Vacuous      bool             `json:"vacuous"` // the inequality excludes nothing here
	// BitesFrom is the smallest n (and its N) of those compared, by doubling, bisection and a few beside, at which a model of
	// these sizes is impossible; nil when there is none up to bitesLimit, or none is known.
	BitesFrom *int `json:"bites_from"`
	BitesAtN  *int `json:"bites_from_N"`
	// Solved are the inequality solved for N at these sizes, and for one size at this n.
	Solved []Solution `json:"solved"`
	Note   string     `json:"note,omitempty"`
}

// Solution is an inequality solved for one quantity.
type Solution struct {
	For   string `json:"for"` // "N", "n" where N does not grow with it, or a size
	Text  string `json:"text"`
	Latex string `json:"latex"`
	// Bound is the largest N, or the least size, that is not excluded; nil: none was found.
	Bound *int `json:"bound"`
}

// cut is where the subject cuts a model.
func (s *Subject) cut() rules.Cut {
	return rules.Cut{Shape: s.Shape, Split: s.Split, Read: s.Reads, Players: s.Players()}
}

// backAndForth says that some of Alice's tokens come after Bob's, before the last read
// position: a state then crosses both ways.
func (s *Subject) backAndForth() bool {
	bob, last := false, 0
	if k := len(s.Reads); k > 0 {
		last = s.Reads[k-1]
	}
	for i := 1; i <= last; i++ {
		switch s.Split.Of(i) {
		case protocol.Bob:
			bob = true
		case protocol.Alice:
			if bob {
				return true
			}
		}
	}
	return false
}

// early looks for two inputs, of a few, on which no causal model is right.
func (s *Subject) early() bool {
	if len(s.Reads) == 0 || s.ReadsVary || s.Split.Public(s.Shape.All()[slices.Max(s.Reads):]) {
		return false
	}
	rng := rand.New(rand.NewPCG(1, 0))
	list := s.adversarial(rng, 32)
	for range 32 {
		list = append(list, s.random(rng))
	}
	for k, in := range list[1:] {
		for who := range in {
			other := slices.Clone(in)
			other[who] = list[k][who]
			_, inside, err := s.Want(in...)
			_, both, err2 := s.Want(other...)
			if err != nil || err2 != nil || !inside || !both {
				continue
			}
			one, err := s.Encode(in...)
			two, err2 := s.Encode(other...)
			if errors.Join(err, err2) == nil && s.Shape.Early(s.Reads, one, two, s.Outputs) {
				return true
			}
		}
	}
	return false
}

// bitesLimit is the largest n at which a bite is looked for.
const bitesLimit = 1 << 14

// Consequences says what the reduction means for each architecture: those that are
// named, else the examples of the catalogue of rules. family gives the same reduction
// at other sizes. It ends with ctx: what was not looked at by then says so.
func Consequences(ctx context.Context, s *Subject, family func(n int) (*Subject, error), named ...rules.Sized) ([]Consequence, error) {
	if len(named) == 0 {
		named = rules.Examples(s.Players(), s.Rounds)
	}
	f := newSearch(ctx, family)
	f.made[s.Size] = made{s: s}
	row := func(a rules.Sized) (Consequence, error) {
		c, err := s.consequence(a, f)
		if err != nil && f.over(err) {
			c.Vacuous, c.Note, err = true, "what follows is not known: "+errLate.Error(), nil
		}
		return c, err
	}
	all := []Consequence{}
	for _, a := range named {
		c, err := row(a)
		if err != nil {
			return all, err
		}
		all = append(all, c)
	}
	for k, c := range all { // rows before the one that showed the map wrong
		if c.BitesFrom != nil && f.wrongUpTo(*c.BitesFrom) != nil {
			var err error
			if all[k], err = row(named[k]); err != nil {
				return all, err
			}
		}
	}
	return all, nil
}

// facing is what stands against the bits that a protocol moves: all of them against the
// need in its setting, or, of a state that players pass on, what crosses one cut between
// them against the need there, where that falls further short.
func (s *Subject) facing(ctx context.Context, p *rules.Protocol) (moved func(*rules.Protocol) protocol.Bits, need Need, ok bool, err error) {
	moved = (*rules.Protocol).Total
	need, ok, err = s.NeedIn(ctx, p.Setting)
	if s.values != nil {
		for k := range p.Behind {
			if at := s.values.atCut(ctx, k+1); at.Bits-int(p.Behind[k]) > need.Bits-int(moved(p)) {
				moved, need = func(p *rules.Protocol) protocol.Bits { return p.Behind[k] }, at
			}
		}
	}
	return moved, need, ok, err
}

func (s *Subject) consequence(a rules.Sized, f *search) (Consequence, error) {
	c := Consequence{Architecture: a.Heading(), Rule: a.String(), Inequality: a.Inequality, Latex: a.AsLatex(a.Latex, `\text{needed}`), Arithmetic: a.Arithmetic,
		Sizes: map[string]any{}, Trivial: s.Shape.RawBits(s.Split, 16), Vacuous: true, Solved: []Solution{}}
	for name, v := range a.Set.Num {
		c.Sizes[name] = v
	}
	for name, v := range a.Set.Choice {
		c.Sizes[name] = v
	}
	p, err := a.At(s.cut(), 0)
	switch {
	case errors.Is(err, errors.ErrUnsupported): // this architecture, at this layout
		c.Note = "no protocol here: " + strings.ReplaceAll(err.Error(), errors.ErrUnsupported.Error()+": ", "")
		return c, nil
	case err != nil:
		return c, err
	}
	why, measured, err := s.tooLarge(a)
	if c.Note = why; why != "" || err != nil {
		return c, err
	}
	c.Setting = p.Setting
	if s.Unread != "" && !s.allRead {
		c.Note = "no bound: " + s.Unread
		return c, nil
	}
	moved, least, ok, err := s.facing(f.ctx, p)
	bits := int(moved(p))
	c.Bits = &bits
	switch {
	case err != nil:
		return c, err
	case !ok:
		c.Note = "no bound on the problem is known here in this setting"
		return c, nil
	}
	if !measured {
		c.note("%s", unmeasured)
	}
	needed := least.Bits
	c.Needed, c.Basis, c.Setting, c.Vacuous = &needed, least.Basis, least.Setting, bits >= needed
	c.Latex = a.AsLatex(a.Latex, strconv.Itoa(needed))
	if bits == 0 && needed > 0 {
		others := "Alice's"
		if s.Players() > 2 {
			others = "another player's"
		}
		end := s.cut()
		end.Read = []int{s.Shape.N}
		if p, err := a.At(end, 0); err == nil && p.Total() > 0 {
			c.Vacuous, c.Note = true, "an artefact of the read position, no bound: no token of "+others+" matters to the output there, and one does at the end; read there instead"
			return c, nil
		}
		c.note("nothing crosses: at these sizes no token of %s reaches a position that is read, nor the end", others)
	}
	if a.Causal && s.early() {
		c.Vacuous, c.Note = true, "no bound: two inputs agree up to the last position that is read, and an output there differs, so that no causal model is right"
		return c, nil
	}
	if err := c.lookAhead(s, a, f, least); err != nil {
		c.note("where it bites is not known: %v", err)
	}
	if !c.Vacuous {
		c.rests(f.ctx, s, least)
	}
	return c, s.solveWidth(&c, a, needed, moved)
}

// lookAhead says from which n on a model of these sizes is impossible, where the map
// says what it reads, and was right there on a sample.
func (c *Consequence) lookAhead(s *Subject, a rules.Sized, f *search, least Need) error {
	if !s.Declared {
		return errors.New(s.Unread)
	}
	at, need, seen, why := bites(a, f, s, least, !c.Vacuous)
	if at == nil {
		if errors.Is(why, errLate) || why != nil && len(seen) == 1 {
			return why
		}
		c.note("no bite at n = %v", seen)
		if why != nil {
			c.note("%v", why)
		}
		return nil
	}
	n := at.Size
	if err := f.trustUpTo(at, s.Size); err != nil {
		return err
	}
	large, measured, err := at.tooLarge(a)
	if err != nil {
		return err
	}
	if large != "" {
		return fmt.Errorf("at n = %d %s", n, large)
	}
	if at.Need != nil && n != s.Size { // which was held against more
		if said := at.overdrawn(f.ctx, nil); said != "" {
			return fmt.Errorf("at n = %d, %s", n, said)
		}
	}
	c.BitesFrom, c.BitesAtN = &n, &at.Shape.N
	if !measured && n != s.Size { // of this size the row says it itself
		c.note("%s at n = %d", unmeasured, n)
	}
	how, there := "checked", ""
	if s.sampled {
		how = "sampled"
	}
	if n != s.Size {
		there = fmt.Sprintf(" at that n, as a sample of %d was", f.tried[n])
	}
	if n != s.Size || s.sampled {
		c.note("if the map is right%s; %s: n = %d", there, how, s.Size)
	}
	if need.Setting != c.Setting || need.Basis != c.Basis { // the row names another need
		c.note("the need there is %d bits, %s (%s: %s)", need.Bits, need.Setting, need.Basis, need.By)
	}
	if n != s.Size { // of this size the row says it itself
		c.rests(f.ctx, at, need)
	}
	if gap := seen.gap(n); gap > 0 {
		c.note("what bites at n = %d does not at n = %d", n, gap)
		return nil
	}
	c.solveLength(f)
	return nil
}

// note adds to what is said of a row.
func (c *Consequence) note(format string, args ...any) {
	c.Note = strings.TrimPrefix(c.Note+"; "+fmt.Sprintf(format, args...), "; ")
}

// rests says where a need that a row rests on is what the file declares, and neither a bound that was computed nor a
// search through all protocols says that it is right.
func (c *Consequence) rests(ctx context.Context, s *Subject, need Need) {
	switch {
	case s.Need == nil || need != *s.Need || s.met:
	case !s.judged:
		c.note("its need is declared, not judged at n = %d", s.Size)
	default:
		plain := *s
		plain.Need = nil
		if shown, _, _ := plain.NeedIn(ctx, need.Setting); shown.Bits < need.Bits {
			c.note("its need is declared, not proved here: no protocol that was tried at n = %d costs less than %d bits, and %d are what was computed to be needed", s.Size, need.Bits, shown.Bits)
		}
	}
}

// solveLength is the inequality solved for N, or for n where N does not grow with it: the last size before it bites.
func (c *Consequence) solveLength(f *search) {
	last := Solution{For: "N", Text: fmt.Sprintf("excluded from N = %d (n = %d) on", *c.BitesAtN, *c.BitesFrom), Latex: fmt.Sprintf(`N < %d`, *c.BitesAtN)}
	n := *c.BitesFrom - 1
	if before, err := f.at(n); err == nil {
		N := before.Shape.N
		last.Text, last.Latex, last.Bound = fmt.Sprintf("N <= %d (n <= %d) for a model of these sizes", N, n), fmt.Sprintf(`N \le %d`, N), &N
		if N >= *c.BitesAtN {
			last = Solution{For: "n", Text: fmt.Sprintf("n <= %d for a model of these sizes", n), Latex: fmt.Sprintf(`n \le %d`, n), Bound: &n}
		}
	}
	last.Text += ", if larger n bite too"
	c.Solved = append(c.Solved, last)
}

// solveWidth is the inequality solved for the rule's width, the other sizes fixed.
func (s *Subject) solveWidth(c *Consequence, a rules.Sized, needed int, moved func(*rules.Protocol) protocol.Bits) error {
	if a.Width == "" {
		return nil
	}
	least, err := a.Least(needed, s.cut(), moved)
	if err != nil {
		return err
	}
	sol := Solution{For: a.Width, Text: a.WidthText, Latex: a.AsLatex(a.WidthLatex, strconv.Itoa(needed))}
	if least == 0 {
		sol.Text += fmt.Sprintf("; here no %s in range", a.Width)
	} else {
		sol.Bound = &least
		sol.Text += fmt.Sprintf("; here %s >= %d", a.Width, least)
	}
	c.Solved = append(c.Solved, sol)
	return nil
}

// compared are the sizes at which a cost was held against a need, and whether it is below.
type compared map[int]bool

// String names the sizes: all, or of many the first three and the last.
func (c compared) String() string {
	sizes := slices.Sorted(maps.Keys(c))
	text := make([]string, len(sizes))
	for k, n := range sizes {
		text[k] = strconv.Itoa(n)
	}
	if len(text) > 5 {
		text = append(text[:3], "..", text[len(text)-1])
	}
	return strings.Join(text, ", ")
}

// around is at how many sizes beside a bite more is looked for: the cost grows by steps where a number grows by a bit.
const around = 3

// bites finds the smallest size at which the cost is below the need, and that need, by doubling and
// bisection over the sizes at which the map is defined, since the cost mostly grows like log n and
// the need like n; then at [around] sizes below, and above, where a need that comes and goes shows itself.
// here says whether the cost is below the need at the size of the search's first subject, own. Where there is no bite, why
// says what ended the search before [bitesLimit].
func bites(a rules.Sized, f *search, own *Subject, needed Need, here bool) (at *Subject, need Need, seen compared, why error) {
	seen = compared{own.Size: here}
	// short says whether the cost is below the need at the first size from n to most.
	short := func(n, most int) (yes bool, s *Subject, need Need, err error) {
		if s, err = f.next(n, most); s == nil {
			if err != nil && !errors.Is(err, errLate) {
				err = fmt.Errorf("the map is not defined at n = %d: %w", n, err)
			}
			return false, nil, need, err
		}
		if s == own {
			return here, s, needed, nil
		}
		if !s.Declared {
			return false, nil, need, fmt.Errorf("at n = %d %s", s.Size, s.Unread)
		}
		p, err := a.At(s.cut(), 0)
		if err != nil {
			return false, nil, need, fmt.Errorf("at n = %d: %w", s.Size, err)
		}
		moved, need, ok, err := s.facing(f.ctx, p)
		switch {
		case f.over(err):
			return false, nil, need, errLate
		case err != nil:
			return false, s, need, err
		case !ok && s.values == nil: // a table that shows nothing needs 0 bits
			return false, s, need, fmt.Errorf("no bound on the problem is known at n = %d", s.Size)
		}
		yes = ok && int(moved(p)) < need.Bits
		seen[s.Size] = yes
		return yes, s, need, nil
	}
	lo, top := 0, 0 // not short at lo, or 0; short at top, where that is known
	if here {
		at, need, top = own, needed, own.Size
	}
	for at == nil || lo+1 < top {
		n, most := max(1, 2*lo), bitesLimit
		if at != nil {
			n, most = (lo+top)/2, top-1
		}
		yes, s, least, err := short(n, most)
		switch {
		case errors.Is(err, errLate) || at == nil && (s == nil || err != nil):
			return nil, need, seen, err
		case s == nil: // the map is not defined from n to most
			top = n
		case yes:
			at, need, top = s, least, n
		default:
			lo = s.Size
		}
	}
	for n, last := max(1, at.Size-1-around), at.Size+around; n <= last && at.values == nil; n++ {
		if yes, s, least, _ := short(n, n); yes && n < at.Size {
			at, need = s, least
		}
	}
	return at, need, seen, nil
}

// gap is the first size above a bite that was compared and does not bite, or 0.
func (c compared) gap(n int) int {
	sizes := slices.Sorted(maps.Keys(c))
	from, _ := slices.BinarySearch(sizes, n)
	for _, above := range sizes[from:] {
		if !c[above] {
			return above
		}
	}
	return 0
}

// consequencesGrid lays the consequences out as a table; solved, with every inequality
// solved and as LaTeX, where architectures were named.
func consequencesGrid(all []Consequence, solved bool) report.Grid {
	g := report.Grid{Title: followsTitle, Columns: []report.Column{
		{Name: "architecture"}, {Name: "sizes"}, {Name: "bits", Right: true}, {Name: "needed", Right: true}, {Name: "setting"}, {Name: "basis"},
		{Name: "here"}, {Name: "bites from n", Right: true}, {Name: "N", Right: true}, {Name: "inequality", Long: true}}}
	if solved {
		g.Columns = append(g.Columns, report.Column{Name: "solved", Long: true}, report.Column{Name: "LaTeX", Long: true}, report.Column{Name: "arithmetic", Long: true})
	}
	number := func(v *int) string { return report.Known(v, strconv.Itoa) }
	for _, c := range all {
		here := "impossible"
		if c.Vacuous {
			here = "vacuous"
		}
		line := report.Line{Cells: []string{c.Architecture, report.Params(c.Sizes), number(c.Bits), number(c.Needed), c.Setting.String(), string(c.Basis),
			here, number(c.BitesFrom), number(c.BitesAtN), c.Inequality}}
		if solved {
			texts, latex := []string{}, []string{c.Latex}
			for _, sol := range c.Solved {
				texts, latex = append(texts, "for "+sol.For+": "+sol.Text), append(latex, sol.Latex)
			}
			line.Cells = append(line.Cells, strings.Join(texts, "; "), "$"+strings.Join(latex, "$; $")+"$", c.Arithmetic)
		}
		if c.Note != "" {
			line.Notes = []string{c.Note}
		}
		g.Rows = append(g.Rows, line)
	}
	return g
}
