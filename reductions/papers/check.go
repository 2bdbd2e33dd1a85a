package papers

import (
	"context"
	"fmt"

	"crosscut/report"
)

// check is one thing that a claim's run executes: a property that is tried on
// every member of a finite domain (or a sample), and a fault that is then planted
// in the map, model or certificate under test and must be caught by the same code.
type check struct {
	row  report.Row // what is known of the row beforehand: task, sizes, bits, formula, needed
	what string     // what is tried, on which domain, in words
	// fault is the planted fault, in words; "": none is planted.
	fault string
	// printed says that it tries the paper's own words: a failure refutes the
	// statement as printed, and not this project.
	printed bool
	// try sees every member of the domain through t; broken plants the fault.
	try func(t *tally, broken bool)
}

// tally counts what a check saw.
type tally struct {
	ctx     context.Context
	runs    int
	wrong   int
	sampled bool
	witness string
}

// see counts one member of the domain, and keeps the first on which the property
// fails, in words. An interrupt ends the run.
func (t *tally) see(right bool, format string, args ...any) {
	t.runs++
	if !right {
		if t.wrong == 0 {
			t.witness = fmt.Sprintf(format, args...)
		}
		t.wrong++
	}
	if t.runs%256 == 0 {
		require(t.ctx.Err())
	}
}

// planted begins the notes of controls.
const planted = "planted failure: "

// check runs a check and, where it has a fault, its control.
func (c *collector) check(k check) {
	if c.at.sound { // it is tried without its fault first, whatever is planted
		return
	}
	row := k.run(c.ctx, false)
	if row.Wrong > 0 && !k.printed {
		row.Verdict = report.Contradiction
	}
	c.add("", row)
	if k.fault == "" || row.Wrong > 0 {
		return
	}
	row = k.run(c.ctx, true)
	if row.Wrong == 0 {
		c.blind(fmt.Errorf("papers: the check (%s) passed a planted fault: %s", k.what, k.fault))
	}
	row.Printed, row.Note, row.Witness = false, planted+k.fault, k.fault+": "+row.Witness
	c.add("", row)
	c.out.both++
}

// excludes checks where an inequality in the paper's counting, one normaliser and d numerators of p
// bits for each of H heads, begins to exclude such a layer: from a size on, named so, and not below.
func (c *collector) excludes(row report.Row, size string, from, H, d, p int, holds func(H, d, p, n int) bool) {
	const around = 100
	row.Model, row.Params, row.Bits = "attention", map[string]any{"H": H, "d": d, "p": p}, report.Num(H*(d+1)*p)
	first := max(1, from-around)
	c.check(check{
		row: row, fault: "the normaliser is not counted",
		what: fmt.Sprintf("H = %d, d = %d, p = %d: excluded from %s = %d on, and not below; tried from %d to %d", H, d, p, size, from, first, from+around),
		try: func(t *tally, broken bool) {
			d := d
			if broken {
				d--
			}
			for n := first; n <= from+around; n++ {
				said := "excluded"
				got := holds(H, d, p, n)
				if got {
					said = "not excluded"
				}
				t.see(got == (n < from), "%s = %d is %s", size, n, said)
			}
		},
	})
}

func (k check) run(ctx context.Context, broken bool) report.Row {
	t := &tally{ctx: ctx}
	k.try(t, broken)
	require(ctx.Err())
	if t.runs == 0 {
		require(fmt.Errorf("papers: the check (%s) saw nothing", k.what))
	}
	row := k.row
	row.Runs, row.Wrong, row.Witness, row.Exhaustive, row.Note, row.Printed = t.runs, t.wrong, clip(t.witness), !t.sampled, k.what, k.printed
	if row.Warnings == nil {
		row.Warnings = []string{}
	}
	row.Verdict = report.Meets
	if t.wrong > 0 {
		row.Verdict = report.Errs
	}
	return row
}

// uncaught is a planted fault that a check passed: the user is not to blame.
type uncaught struct{ error }

func (uncaught) Internal() bool { return true }

// blind takes note of a control that was not caught: the check shows nothing.
func (c *collector) blind(err error) {
	if c.at.sound {
		c.out.blind = append(c.out.blind, err)
		return
	}
	require(uncaught{err})
}

// dominated says that another claim is at least as strong wherever this one says
// something; the comparison is a check of its own.
func (c *collector) dominated(by string, k check) {
	c.check(k)
	if !c.at.sound && c.out.Rows[len(c.out.Rows)-1].Verdict != report.Contradiction {
		c.out.By = by
	}
}
