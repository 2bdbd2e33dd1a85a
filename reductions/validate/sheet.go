package validate

import (
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"crosscut/protocol"
	"crosscut/report"
)

// Sheet lays the result out for all formats.
func (r *Result) Sheet() *report.Sheet {
	s := &report.Sheet{Title: fmt.Sprintf("%s, n = %d", r.Reduction, r.Size), Warnings: r.Warnings, Value: r}
	add := func(name, value string) { s.Fields = append(s.Fields, report.Field{Name: name, Value: value}) }
	add("params", report.Params(r.Params))
	if r.Pairs != nil {
		add("pairs", domainText(r.Pairs))
	}
	how := r.Path
	switch {
	case how == "none":
		how = "a violation came first"
	case r.Exhaustive:
		how = "every pair, " + how
	case how != "sampled":
		how = "not all, " + how
	}
	add("checked", fmt.Sprintf("%d (%s)", r.Checked, how))
	add("failures", strconv.FormatInt(r.Failures, 10))
	if i := r.Interval; i != nil {
		add("failure rate", fmt.Sprintf("between %.3g and %.3g under uniform inputs, with %g%% confidence (%d of %d uniform samples failed)",
			i.Low, i.High, 100*i.Confidence, i.Failures, i.Samples))
	}
	verdict := string(r.Verdict)
	if r.Verdict == report.Meets && !r.Exhaustive {
		verdict += " (sampled: right on what was tried)"
	}
	add("verdict", verdict)
	if v := r.Violation; v != nil {
		add("violation", v.Error())
		if v.Token != nil {
			add("token", text(v.Token))
		}
	}
	if r.Cause != "" {
		add("cause", r.Cause)
	}
	if c := r.Counterexample; c != nil {
		if c.Inputs == nil {
			add("x", fmt.Sprint(c.X))
			add("y", fmt.Sprint(c.Y))
		}
		for k, in := range c.Inputs {
			add(fmt.Sprintf("input %d", k+1), fmt.Sprint(in))
		}
		add("got", plainValue(c.Got))
		add("want", plainValue(c.Want))
		g := report.Grid{Title: "tokens of the counterexample", Columns: []report.Column{{Name: "position", Right: true}, {Name: "owner"}, {Name: "token"}}}
		for i, t := range c.Tokens {
			g.Add(strconv.Itoa(i+1), c.Owners[i], text(t))
		}
		s.Grids = append(s.Grids, g)
	}
	if n := r.Needed; n != nil {
		add(neededField, fmt.Sprintf("%d bits, %s (%s: %s)", n.Bits, n.Setting, n.Basis, n.By))
	}
	if len(r.Needs) > 1 { // one is what stands above
		s.Grids = append(s.Grids, needsGrid(r.Needs))
	}
	s.Append(consequencesGrid(r.Consequences, r.Named))
	flat := report.Grid{}
	for _, f := range s.Fields {
		flat.Put(strings.ReplaceAll(f.Name, " ", "_"), f.Value)
	}
	s.Flat = &flat
	return s
}

// Verdicts is the first half of Sheet as text: the verdict and what it rests on. Rest
// is the other half.
func (r *Result) Verdicts() *report.Sheet {
	s := r.Sheet()
	s.Warnings, s.Command = nil, report.NoCommand
	r.needTold = r.Needed != nil
	s.Grids = slices.DeleteFunc(s.Grids, func(g report.Grid) bool { return g.Title == followsTitle || g.Title == needsTitle })
	return s
}

// Rest is what is needed, where that was found after the verdict was said, what follows, and
// the warnings.
func (r *Result) Rest() *report.Sheet {
	s := r.Sheet()
	s.Title = ""
	for k := range s.Fields { // a field without a value only keeps its width
		if r.needTold || s.Fields[k].Name != neededField {
			s.Fields[k].Value = ""
		}
	}
	if s.Grids = slices.DeleteFunc(s.Grids, func(g report.Grid) bool { return g.Title != followsTitle && g.Title != needsTitle }); len(s.Grids) == 0 {
		return s
	}
	if r.needTold || r.Needed == nil {
		s.Fields, s.Text = nil, "\n"
	}
	return s
}

const neededField = "needed"

// followsTitle heads the table of consequences.
const followsTitle = "what follows"

// plainValue writes booleans as ever, and other values as a file would.
func plainValue(v protocol.Value) string {
	if v.Kind() == protocol.Bool {
		return strconv.FormatBool(v.True())
	}
	return v.String()
}

// domainText writes a domain's size, in full while people can read it.
func domainText(d *big.Int) string {
	if d.BitLen() <= 64 {
		return d.String()
	}
	return fmt.Sprintf("about 2^%d", d.BitLen()-1)
}

// text writes a token as input files have it.
func text(token any) string {
	if own, is := token.(fmt.Stringer); is {
		return own.String()
	}
	raw, _ := json.Marshal(token)
	return string(raw)
}
