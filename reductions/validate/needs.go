package validate

import (
	"crosscut/protocol"
	"crosscut/protocol/problems"
)

// Need is a bound on a problem in one setting, the last player answering.
type Need struct {
	Bits    int              `json:"bits"`
	Setting protocol.Setting `json:"setting"`
	Basis   problems.Basis   `json:"basis"`
	By      string           `json:"by"` // the argument, or the source of a quoted one
}
