package validate

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"crosscut/report"
)

// Sheet lays the result out for all formats.
func (r *Result) Sheet() *report.Sheet {
	s := &report.Sheet{Title: fmt.Sprintf("%s, n = %d", r.Reduction, r.Size), Warnings: r.Warnings, Value: r}
	add := func(name, value string) { s.Fields = append(s.Fields, report.Field{Name: name, Value: value}) }
	add("params", report.Params(r.Params))
	add("pairs", r.Pairs.String())
	how := "sampled"
	if r.Exhaustive {
		how = "every pair"
	}
	add("checked", fmt.Sprintf("%d (%s, %s)", r.Checked, how, r.Path))
	add("failures", strconv.FormatInt(r.Failures, 10))
	if i := r.Interval; i != nil {
		add("failure rate", fmt.Sprintf("between %.3g and %.3g under uniform inputs, with %g%% confidence (%d of %d uniform samples failed)",
			i.Low, i.High, 100*i.Confidence, i.Failures, i.Samples))
	}
	add("verdict", string(r.Verdict))
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
		add("x", c.X)
		add("y", fmt.Sprint(c.Y))
		add("got", strconv.FormatBool(c.Got))
		add("want", strconv.FormatBool(c.Want))
		g := report.Grid{Title: "tokens of the counterexample", Columns: []report.Column{{Name: "position", Right: true}, {Name: "owner"}, {Name: "token"}}}
		for i, t := range c.Tokens {
			g.Add(strconv.Itoa(i+1), c.Owners[i], text(t))
		}
		s.Grids = append(s.Grids, g)
	}
	if len(r.Consequences) > 0 {
		s.Grids = append(s.Grids, consequencesGrid(r.Consequences))
	}
	flat := report.Grid{}
	var row []string
	for _, f := range s.Fields {
		flat.Columns = append(flat.Columns, report.Column{Name: strings.ReplaceAll(f.Name, " ", "_")})
		row = append(row, f.Value)
	}
	flat.Add(row...)
	s.Flat = &flat
	return s
}

// text writes a token as input files have it.
func text(token any) string {
	raw, err := json.Marshal(token)
	if err != nil {
		return fmt.Sprint(token)
	}
	return string(raw)
}
