package papers

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"crosscut/report"
)

// sum says in a line what a run found of a claim. It only counts and picks among
// the rows.
func (p *Paper) sum(c *Claim, out Outcome) report.Claim {
	s := report.Claim{
		Paper: p.Name, ID: c.ID, Short: c.Short, Statement: c.Statement, Source: c.Source, Seen: c.Seen,
		Verdict: report.Open, Basis: c.Basis(), By: out.By, Why: c.Outside,
	}
	if s.Short == "" {
		s.Short = c.Statement
	}
	var vacuous bool
	s.Hypothesis, s.SatisfiableAt, s.Seen, vacuous = c.Limits()
	all, sampled, right, broken := 0, 0, 0, 0
	for _, r := range out.Rows {
		switch {
		case r.Verdict == report.Errs && r.Printed:
			s.Witness = r.Witness
		case r.Verdict == report.Errs:
			s.Failures++
			if s.Control == "" || len(r.Witness) < len(s.Control) {
				s.Control = r.Witness
			}
			continue
		case r.Verdict == report.Contradiction:
			broken++
		case r.Verdict == report.Meets:
			right++
		}
		if r.Exhaustive {
			all += r.Runs
		} else {
			sampled += r.Runs
		}
	}
	s.Exhaustive = all > 0 && sampled == 0
	s.Ran = ran(all, sampled)
	s.Measure = measureOf(out.Rows)
	switch {
	case broken > 0 || c.Kind == Conjecture:
	case s.Witness != "":
		s.Verdict = report.Fails
	case vacuous:
		s.Verdict = report.Vacuous
	case c.Outside != "":
		s.Verdict = report.Outside
	case s.By != "":
		s.Verdict = report.Dominated
	case right > 0 && s.Control != "": // a check that nothing was seen to fail shows nothing
		s.Verdict = report.Holds
		if c.comesFrom(QuotedOrder) && !c.comesFrom(ProvedHere) {
			s.Only = report.MapOnly
		}
	}
	return s
}

// Limits are what the claim assumes, where that can be had, and how far the paper's own words
// were at hand; vacuous says that nobody has such sizes.
func (c *Claim) Limits() (hypothesis, satisfiable, seen string, vacuous bool) {
	hypothesis, seen = c.Hypothesis.Text, c.Seen
	hypothesis = cmp.Or(hypothesis, "none")
	satisfiable, vacuous = c.Hypothesis.Satisfiable()
	return
}

func (c *Claim) comesFrom(o Origin) bool {
	return slices.ContainsFunc(c.Parts, func(p Part) bool { return p.Origin == o })
}

// Basis lists where the parts of the claim come from.
func (c *Claim) Basis() string {
	var of []string
	for _, part := range c.Parts {
		word := map[Origin]string{CheckedHere: "checked", ProvedHere: "proved", QuotedThere: "quoted", QuotedOrder: "quoted", OpenStill: "open"}[part.Origin]
		if !slices.Contains(of, word) {
			of = append(of, word)
		}
	}
	return strings.Join(of, ", ")
}

func ran(all, sampled int) string {
	var parts []string
	if all > 0 {
		parts = append(parts, "all "+report.Short(float64(all)))
	}
	if sampled > 0 {
		parts = append(parts, report.Short(float64(sampled))+" drawn")
	}
	if len(parts) == 0 {
		return "nothing"
	}
	return strings.Join(parts, ", ")
}

// measureOf is the tightest sandwich among the rows: what a right model moved over
// what is needed, at the longest sequence. Without any it is the worst error.
func measureOf(rows []report.Row) string {
	var best *report.Row
	worst := -1.0
	for k, r := range rows {
		if r.Verdict != report.Meets {
			continue
		}
		if r.Worst != nil {
			worst = max(worst, *r.Worst)
		}
		if r.Needed == nil || r.Bits == nil || r.N == nil || *r.Needed == 0 {
			continue
		}
		if best == nil || *r.N > *best.N || *r.N == *best.N && *r.Bits / *r.Needed < *best.Bits / *best.Needed {
			best = &rows[k]
		}
	}
	switch {
	case best != nil:
		return fmt.Sprintf("%s / %s, N = %d", report.Short(*best.Bits), report.Short(*best.Needed), *best.N)
	case worst == 0:
		return "no error"
	case worst > 0:
		return fmt.Sprintf("worst error %.2g", worst)
	}
	return ""
}
