// Package long says in which form tests run: each law at small sizes, in a minute, or at
// all sizes (CROSSCUT_LONG=1, make long).
package long

import "os"

// Tests says whether tests run in their long form.
func Tests() bool { return os.Getenv("CROSSCUT_LONG") != "" }

// Of is a size of a test: its short form's, or its long form's.
func Of(short, long int) int {
	if Tests() {
		return long
	}
	return short
}
