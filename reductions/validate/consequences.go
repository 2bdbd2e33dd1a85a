package validate

import (
	"fmt"
	"strconv"

	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/protocol/problems"
	"crosscut/reductions"
	"crosscut/report"
)

// Consequence is what a right reduction means for one architecture: a model that
// solves the task moves at least as many bits as the problem needs, in the
// setting of its own protocol.
type Consequence struct {
	Architecture string           `json:"architecture"`
	Inequality   string           `json:"inequality"` // with explicit constants
	Latex        string           `json:"latex"`
	Sizes        map[string]any   `json:"sizes"` // for which Bits is counted
	Bits         int              `json:"bits"`
	Needed       *int             `json:"needed"` // nil: no bound is known in this setting
	Setting      protocol.Setting `json:"setting"`
	Basis        problems.Basis   `json:"basis"`
	Trivial      int              `json:"trivial"` // Alice's raw tokens
	Vacuous      bool             `json:"vacuous"` // the inequality excludes nothing here
	// BitesFrom is the smallest n (and its N) at which a model of these sizes is
	// impossible; nil when there is none below 2^20, or none is known.
	BitesFrom *int   `json:"bites_from"`
	BitesAtN  *int   `json:"bites_from_N"`
	Note      string `json:"note,omitempty"`
}

// architecture knows how many bits its protocol moves at a split. docs/starlark.md
// restates the widths; docs/attention.md and docs/recurrent.md derive them.
type architecture struct {
	name, inequality, latex string
	sizes                   map[string]any
	// bits is the cost, and the setting in which it is one.
	bits func(s *Subject) (int, protocol.Setting)
	// never says that the cost is at least the raw tokens', at every size.
	never string
}

// attentionBits is what a one-layer attention model with constant shift moves when
// only Bob outputs: per head a normaliser and d_v numerators over Alice's tokens,
// and the query first where it is not public.
func attentionBits(s *Subject, H, m, dv, p, f int) (int, protocol.Setting) {
	a := s.Split.Count(protocol.Alice)
	bz := protocol.Width(uint64(a)<<f + 1)
	bn := protocol.Width(uint64(a)<<f*(1<<p-1) + 1)
	total, setting := 0, protocol.OneWay
	for _, i := range s.Reads {
		switch s.Split.Of(i) {
		case protocol.Bob: // he sends his query, then hears the sums
			total += H*m*p + H*(bz+dv*bn)
			setting = protocol.TwoWay
		case protocol.Alice: // her queries; her token's own term is among the sums
			total += H*m*p + H*(bz+dv*bn)
		default:
			total += H * (bz + dv*bn)
		}
	}
	return total, setting
}

func attention(H, m, dv, p, f int) architecture {
	return architecture{
		name:       "attention, one layer",
		inequality: "H (B_Z + d_v B_N) >= needed, B_Z = ceil(log2(a 2^f + 1)), B_N = ceil(log2(a 2^f (2^p - 1) + 1)), a tokens of Alice; plus H m p where the query is not public",
		latex:      `H\,(B_Z + d_v B_N) \ge n,\quad B_Z = \lceil\log_2(a 2^f + 1)\rceil,\ B_N = \lceil\log_2(a 2^f (2^p - 1) + 1)\rceil`,
		sizes:      map[string]any{"H": H, "m": m, "d_v": dv, "p": p, "f": f},
		bits:       func(s *Subject) (int, protocol.Setting) { return attentionBits(s, H, m, dv, p, f) },
	}
}

// crossings counts the ownership changes that a left fold meets up to its last
// read position: one state each. An answer that reads nothing needs none.
func crossings(s *Subject) (n int, back bool) {
	if len(s.Reads) == 0 {
		return 0, false
	}
	last := s.Reads[len(s.Reads)-1]
	holder := tasks.Public
	for i := 1; i <= last; i++ {
		o := s.Split.Of(i)
		if o == tasks.Public || o == holder {
			continue
		}
		if holder != tasks.Public {
			n++
			back = back || o == protocol.Alice
		}
		holder = o
	}
	return n, back
}

func architectures() []architecture {
	return []architecture{
		attention(1, 1, 1, 8, 8), attention(1, 3, 3, 16, 16), attention(4, 16, 16, 16, 16),
		{
			name: "recurrent, one direction", inequality: "r L m p >= needed, r ownership changes up to the read position",
			latex: `r L m p \ge n`, sizes: map[string]any{"L": 1, "m": 16, "p": 16},
			bits: func(s *Subject) (int, protocol.Setting) {
				r, back := crossings(s)
				if back {
					return r * 256, protocol.TwoWay
				}
				return r * 256, protocol.OneWay
			},
		},
		{
			name: "feed-forward", inequality: "h1 (2p - 1 + ceil(log2 k)) >= needed, k numbers of Alice's tokens",
			latex: `h_1\,(2p - 1 + \lceil\log_2 k\rceil) \ge n`, sizes: map[string]any{"h1": 64, "p": 8},
			bits: func(s *Subject) (int, protocol.Setting) {
				k := s.Split.Count(protocol.Alice) * max(1, s.Shape.Int("d"))
				return 64 * (15 + protocol.Width(uint64(k))), protocol.OneWay
			},
		},
		{
			name: "tensor attention", inequality: "keys and values of Alice's tokens must cross: at least her raw tokens",
			latex: `\text{vacuous: mixed tuples do not separate}`, sizes: map[string]any{},
			bits:  func(s *Subject) (int, protocol.Setting) { return s.trivial(), protocol.OneWay },
			never: "its protocol costs at least the raw tokens",
		},
	}
}

// trivial is the size of Alice's raw tokens in bits, with 16 bits a real number;
// tokens of a user's own task have no known size and count 0.
func (s *Subject) trivial() int {
	if s.Shape.Task.TokenBits == nil {
		return 0
	}
	return s.Split.Count(protocol.Alice) * s.Shape.Task.TokenBits(s.Shape, 16)
}

// need is the strongest known bound on the subject's problem in one setting, Bob
// answering. Of a user's problem, whose costs nobody has stated, the rows are
// counted while there are few: one-way, Alice must tell apart all that differ.
func need(s *Subject, setting protocol.Setting) (int, problems.Basis, bool, error) {
	if len(s.Problem.Costs) > 0 {
		n, ok := reductions.NeededFor(s.Problem, s.Size, setting, protocol.Alice)
		return int(n.Bits), n.Basis, ok, nil
	}
	if setting != protocol.OneWay || s.Problem.XBits(s.Size) > rowsLimit || s.Problem.YBits(s.Size) > rowsLimit {
		return 0, "", false, nil
	}
	rows := map[string]bool{}
	for k := range s.Problem.Xs(s.Size) {
		var row []byte
		for j := range s.Problem.Ys(s.Size) {
			want, inside, err := s.Want(s.Problem.X(s.Size, k), s.Problem.Y(s.Size, j))
			switch {
			case err != nil:
				return 0, "", false, err
			case !inside: // rows that differ outside the promise only need not be told apart
				return 0, "", false, nil
			case want.Kind() == protocol.OneOf:
				return 0, "", false, nil
			}
			row = append(row, want.Key()...)
		}
		rows[string(row)] = true
	}
	return protocol.Width(uint64(len(rows))), problems.Checked, true, nil
}

// rowsLimit is the largest n at which the rows of a user's problem are counted.
const rowsLimit = 8

// bitesLimit is the largest n at which a bite is looked for.
const bitesLimit = 1 << 14

// Consequences says what the reduction means for each architecture. family gives
// the same reduction at other sizes.
func Consequences(s *Subject, family func(n int) (*Subject, error)) ([]Consequence, error) {
	var all []Consequence
	for _, a := range architectures() {
		bits, setting := a.bits(s)
		c := Consequence{Architecture: a.name, Inequality: a.inequality, Latex: a.latex, Sizes: a.sizes, Bits: bits, Setting: setting, Trivial: s.trivial()}
		needed, basis, ok, err := need(s, setting)
		switch {
		case err != nil:
			return all, err
		case !ok:
			c.Note = "no bound on the problem is known here in this setting"
			c.Vacuous = true
		default:
			c.Needed, c.Basis = &needed, basis
			c.Vacuous = bits >= needed
		}
		if bits == 0 && ok {
			c.Note = "the output is due before a token of Alice's could matter"
		}
		if a.never != "" {
			c.Note, c.Vacuous = a.never, true
		} else if ok && len(s.Problem.Costs) > 0 {
			n, N, err := bites(a, family)
			if err != nil {
				c.Note = "where it bites is not known: " + err.Error()
			} else if n > 0 {
				c.BitesFrom, c.BitesAtN = &n, &N
			} else {
				c.Note = fmt.Sprintf("no bite up to n = %d", bitesLimit)
			}
		}
		all = append(all, c)
	}
	return all, nil
}

// bites finds the smallest n at which the cost is below the need, by doubling and
// bisection: the cost grows like log n and the need like n, so there is one place.
func bites(a architecture, family func(n int) (*Subject, error)) (n, N int, err error) {
	short := func(n int) (yes bool, N int, err error) {
		s, err := family(n)
		if err != nil {
			return false, 0, err
		}
		bits, setting := a.bits(s)
		needed, _, ok, err := need(s, setting)
		return ok && bits < needed, s.Shape.N, err
	}
	hi := 1
	for ; ; hi *= 2 {
		if hi > bitesLimit {
			return 0, 0, nil
		}
		yes, at, err := short(hi)
		if err != nil {
			return 0, 0, err
		}
		if yes {
			N = at
			break
		}
	}
	lo := hi / 2 // not short there, or 0
	for lo+1 < hi {
		mid := (lo + hi) / 2
		yes, at, err := short(mid)
		if err != nil {
			return 0, 0, err
		}
		if yes {
			hi, N = mid, at
		} else {
			lo = mid
		}
	}
	return hi, N, nil
}

// consequencesGrid lays the consequences out as a table.
func consequencesGrid(all []Consequence) report.Grid {
	g := report.Grid{Title: "what follows", Columns: []report.Column{
		{Name: "architecture"}, {Name: "sizes"}, {Name: "bits", Right: true}, {Name: "needed", Right: true}, {Name: "setting"}, {Name: "basis"},
		{Name: "here"}, {Name: "bites from n", Right: true}, {Name: "N", Right: true}, {Name: "inequality", Long: true}}}
	number := func(v *int) string {
		if v == nil {
			return ""
		}
		return strconv.Itoa(*v)
	}
	for _, c := range all {
		here := "impossible"
		if c.Vacuous {
			here = "vacuous"
		}
		line := report.Line{Cells: []string{c.Architecture, report.Params(c.Sizes), strconv.Itoa(c.Bits), number(c.Needed), c.Setting.String(), string(c.Basis),
			here, number(c.BitesFrom), number(c.BitesAtN), c.Inequality}}
		if c.Note != "" {
			line.Notes = []string{c.Note}
		}
		g.Rows = append(g.Rows, line)
	}
	return g
}
