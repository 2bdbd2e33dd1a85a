package papers

import (
	"fmt"
	"strings"
)

// Markdown writes the paper's claims as a text: the docs and the README print it.
func (p *Paper) Markdown() string {
	var b strings.Builder
	for _, c := range p.Claims {
		fmt.Fprintf(&b, "### %s\n\n*%s.* %s\n\n", c.ID, c.Kind, c.Statement)
		fmt.Fprintf(&b, "Stated in: %s.\n\n", c.Source)
		for _, part := range c.Parts {
			fmt.Fprintf(&b, "- **%s**: %s\n", part.Origin, part.What)
		}
		for _, convention := range c.Conventions {
			fmt.Fprintf(&b, "- convention: %s\n", convention)
		}
		b.WriteString("\n")
	}
	return b.String()
}
