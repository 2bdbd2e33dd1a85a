package protocol

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// Order says who speaks when.
type Order uint8

// The orders. Chain: each player speaks once, in turn, and the last one answers;
// with two players, one way. Free: anybody, any number of times. Rounds: in every
// round all players speak at once.
const (
	_ Order = iota
	Chain
	Free
	InRounds
)

// Setting is the setting in which a cost was measured or a bound holds. Numbers of
// different settings are never compared; settings are, with ==. The zero value is no
// setting, and prints as nothing.
type Setting struct {
	Order   Order
	Rounds  int    // of InRounds; else 0
	Error   string // the error of a randomised setting, a rational as people write it: "1/3"; "": deterministic
	Players int    // 0: two
}

// The deterministic settings of two-party runs.
var (
	OneWay = Setting{Order: Chain}
	TwoWay = Setting{Order: Free}
)

// Randomised is the setting s with public coins and that error.
func (s Setting) Randomised(err string) Setting { s.Error = err; return s }

// Among is the setting s for k players.
func (s Setting) Among(k int) Setting {
	if s.Players = k; k <= 2 {
		s.Players = 0
	}
	return s
}

// Deterministic says that no coin is tossed and no error is allowed.
func (s Setting) Deterministic() bool { return s.Order != 0 && s.Error == "" }

// String is the one way in which settings are written; [ParseSetting] reads it.
func (s Setting) String() string {
	var text string
	switch s.Order {
	case 0:
		return ""
	case Chain:
		text = "one-way"
	case Free:
		text = "two-way"
	default:
		text = strconv.Itoa(s.Rounds) + " rounds"
	}
	if s.Error == "" {
		text += " deterministic"
	} else {
		text += " randomised, error " + s.Error
	}
	if s.Players > 2 {
		text += fmt.Sprintf(", %d players", s.Players)
	}
	return text
}

// ParseSetting reads what String writes, and nothing else.
func ParseSetting(text string) (Setting, error) {
	var s Setting
	bad := fmt.Errorf("protocol: %q is no setting: want \"one-way deterministic\", \"two-way deterministic\", \"one-way randomised, error 1/3\", "+
		"\"two-way randomised, error 1/3\" or \"2 rounds deterministic\", with \", 3 players\" behind it where there are more than two; an error is below 1", text)
	rest := text
	if at := strings.LastIndex(rest, ", "); at >= 0 && strings.HasSuffix(rest, " players") {
		k, err := strconv.Atoi(strings.TrimSuffix(rest[at+2:], " players"))
		if err != nil || k <= 2 || k > 1<<20 {
			return s, bad
		}
		s.Players, rest = k, rest[:at]
	}
	order, kind, _ := strings.Cut(rest, " ")
	switch order {
	case "one-way":
		s.Order = Chain
	case "two-way":
		s.Order = Free
	default:
		r, err := strconv.Atoi(order)
		if err != nil || r < 1 || kind != "rounds deterministic" {
			return Setting{}, bad
		}
		s.Order, s.Rounds, kind = InRounds, r, "deterministic"
	}
	if e, randomised := strings.CutPrefix(kind, "randomised, error "); randomised {
		p, ok := new(big.Rat).SetString(e)
		if !ok || strings.ContainsAny(e, "eE_+") || p.Sign() < 0 || p.Cmp(big.NewRat(1, 1)) >= 0 {
			return Setting{}, bad
		}
		s.Error = e
	} else if kind != "deterministic" {
		return Setting{}, bad
	}
	if s.String() != text {
		return Setting{}, bad
	}
	return s, nil
}

// MarshalText writes the setting as String does.
func (s Setting) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (s *Setting) UnmarshalText(text []byte) (err error) {
	if len(text) == 0 {
		*s = Setting{}
		return nil
	}
	*s, err = ParseSetting(string(text))
	return err
}
