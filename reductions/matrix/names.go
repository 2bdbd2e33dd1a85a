package matrix

import (
	"encoding/json"
	"strings"

	"crosscut/models/tasks"
	"crosscut/protocol/bounds"
	"crosscut/protocol/problems"
)

// ProblemNames writes the inputs of a problem as its files and commands do.
func ProblemNames(p *problems.Problem, n int) bounds.InputNames {
	return bounds.InputNames{
		Row: func(i int) string { return p.ShowX(n, p.X(n, i)) },
		Col: func(j int) string { return p.ShowY(n, p.Y(n, j)) },
	}
}

// Names writes the players' tokens as an input file does.
func (c *Cut) Names() bounds.InputNames {
	name := func(ts []tasks.Token) string {
		var words []string
		for _, t := range ts {
			b, _ := json.Marshal(c.Shape.Task.FormatToken(c.Shape, t))
			words = append(words, string(b))
		}
		return strings.Join(words, " ")
	}
	return bounds.InputNames{
		Row: func(i int) string { return name(c.Row(i)) },
		Col: func(j int) string { return name(c.Col(j)) },
	}
}
