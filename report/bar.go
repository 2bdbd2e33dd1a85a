package report

import "strings"

// Bar draws v as a bar of at most width characters, of being the full width. A
// value above zero shows at least one character.
func Bar(v, of float64, width int) string {
	if !(v > 0) || !(of > 0) || width < 1 {
		return ""
	}
	n := int(v/of*float64(width) + .5)
	return strings.Repeat("=", min(max(n, 1), width))
}
