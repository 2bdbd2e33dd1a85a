package protocol

import "fmt"

// Growth is an order of growth in N while all other sizes stay: N^Power (log2 N)^Logs
// times a constant. The zero value says nothing.
type Growth struct{ Power, Logs int }

// String is "N log N", "log^2 N" or the like.
func (g Growth) String() string {
	power := func(base string, e int, text string) string {
		switch e {
		case 0:
			return ""
		case 1:
			return text
		}
		return fmt.Sprintf(base, e)
	}
	n, log := power("N^%d", g.Power, "N"), power("log^%d N", g.Logs, "log N")
	if n != "" && log != "" {
		return n + " " + log
	}
	return n + log
}
