package validate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"crosscut/internal/exact"
	"crosscut/protocol"
	"crosscut/protocol/bounds"
	"crosscut/protocol/problems"
	"crosscut/report"
)

// gameEntries bounds the entries, of lines that differ, whose best distribution is looked for.
const gameEntries = 64

// Limits on ranks: the entries of a table, and the values that are looked at one by one.
const (
	rankEntries = 1 << 16
	rankValues  = 8
)

// measureSteps bounds the search for D(f), in nodes.
const measureSteps = 1 << 16

// Needs are the lower bounds that the table of a problem of one's own shows at this
// size, the last player answering: one way, of more than two players also all at once;
// two-way by a search, by D(f) and by rank, in few rounds, and with an error by discrepancy
// and by an embedded INDEX. D(f) is the cost until both know, so the bits of an answer are
// taken off it. More than two players are taken as two groups, in all ways. It ends with
// ctx; what is found by then is true.
func (s *Subject) Needs(ctx context.Context) ([]Need, error) {
	if s.shown != nil || len(s.Problem.Costs) > 0 {
		return s.shown, nil
	}
	t, err := s.small(ctx)
	if t == nil {
		return nil, err
	}
	k := len(t.counts)
	list := []Need{t.inTurn(ctx, s.oneWay())}
	if k > 2 {
		list = append(list, t.atOnce(ctx))
	}
	if b := t.box(); b != nil {
		if bits, _, by := b.least(ctx); bits > 0 {
			list = append(list, Need{bits, protocol.TwoWay.Among(k), problems.Checked, by})
		}
	}
	if k == 2 {
		two, err := t.pairwise(ctx)
		s.shown = append(list, two...)
		return s.shown, err
	}
	for group := 1; group != 1<<(k-1); group++ { // never with the last player
		var who []int
		for i := range k - 1 {
			if group>>i&1 == 1 {
				who = append(who, i)
			}
		}
		two, err := t.split(who).pairwise(ctx)
		if err != nil {
			return nil, err
		}
		for _, n := range two {
			if n.Setting.Order == protocol.Chain && group&(group+1) != 0 {
				continue // not the first players: they do not speak before all others
			}
			n.Setting, n.By = n.Setting.Among(k), groupText(who)+": "+n.By
			if at := slices.IndexFunc(list, func(o Need) bool { return o.Setting == n.Setting }); at == -1 {
				list = append(list, n)
			} else if list[at].Bits < n.Bits {
				list[at] = n
			}
		}
	}
	s.shown = list
	return list, nil
}

// groupText names some players, counted from 1, against all others.
func groupText(who []int) string {
	if len(who) == 1 {
		return fmt.Sprintf("player %d against the others", who[0]+1)
	}
	names := make([]string, len(who))
	for k, i := range who {
		names[k] = strconv.Itoa(i + 1)
	}
	return "players " + strings.Join(names, ", ") + " against the others"
}

// pairwise are the needs of two players beyond one way, where they have few different
// lines and the problem is no relation.
func (t *table) pairwise(ctx context.Context) (list []Need, err error) {
	m := t.matrix()
	if m == nil {
		return nil, nil
	}
	f := m.Fold()
	add := func(bits int, setting protocol.Setting, by string, args ...any) {
		if bits > 0 {
			list = append(list, Need{bits, setting, problems.Checked, fmt.Sprintf(by, args...)})
		}
	}
	alone := func(n int, by string) {
		add(protocol.Width(uint64(n)), protocol.TwoWay, "%s: at least %d transcripts, after which the last player answers alone", by, n)
	}
	alone(t.ranks(m))
	if max(f.Rows(), f.Cols()) > depthLines {
		return list, nil
	}
	// Ranks and the like in their first answers, which no clock decides; D(f) in steps.
	over, cancel := context.WithCancel(ctx)
	cancel()
	opts := bounds.Options{NoFloats: true}
	if f.Rows()*f.Cols() <= gameEntries {
		opts.Game = ctx
	}
	r, err := bounds.Analyze(over, m, opts)
	if err != nil {
		return nil, err
	}
	steps := bounds.DeterministicOptions{MaxSteps: measureSteps}
	whole := bounds.Deterministic(ctx, m, steps)
	answer := protocol.Width(uint64(len(t.answers())))
	free := func(lower int, setting protocol.Setting, by string, args ...any) {
		add(lower-answer, setting, by+", less %d for the answer, which both know then", append(args, answer)...)
	}
	d := whole.Lower
	alone(r.Fooling.Size, "no two entries of a fooling set share one")
	free(d, protocol.TwoWay, "D(f) >= %d by %s", d, whole.By)
	// k rounds in which both speak at once are k + 1 in turn, of which the last holds the answer.
	for _, k := range bounds.InRounds(ctx, m, 3, whole, steps)[1:] {
		if k.Lower > d {
			free(k.Lower, protocol.Setting{Order: protocol.InRounds, Rounds: k.Rounds - 1}, "D(f) >= %d in %d rounds in turn", k.Lower, k.Rounds)
		}
	}
	for _, e := range r.Randomised {
		switch e.Setting {
		case "two-way randomised, both know":
			add(e.Bits-1, protocol.TwoWay.Randomised(e.Error), "public coins, %s: %s, less 1 for the answer", e.By, e.Formula)
		case "one-way randomised, Alice speaks":
			add(e.Bits, protocol.OneWay.Randomised(e.Error), "public coins, %s: %s", e.By, e.Formula)
		}
	}
	return list, nil
}

// ranks is how many different transcripts a protocol of two players needs by rank, after
// which the last one answers: within one transcript a column has one answer, whatever the
// row. So the table, with any numbers of any field in place of its values, is a sum of as
// many matrices of rank one. Blanks have no number: of a partial table it is 0.
func (t *table) ranks(m *bounds.Matrix) (most int, by string) {
	values := m.Values()
	number := make([]uint64, len(t.values))
	try := func(text string) {
		rows := make([][]uint64, m.Rows())
		for i := range rows {
			rows[i] = make([]uint64, m.Cols())
			for j, id := range t.ids[i*m.Cols():][:m.Cols()] {
				rows[i][j] = number[id]
			}
		}
		if r := exact.RankModulo(rows, exact.Mersenne); r > most {
			most, by = r, fmt.Sprintf("rank %d %s", r, text)
		}
	}
	if m.Total() && m.Rows()*m.Cols() <= rankEntries {
		for _, v := range values[:min(len(values), rankValues)] {
			number[v] = 1
			try(fmt.Sprintf("of the entries that are %v", t.values[v]))
			number[v] = 0
		}
		for k, v := range values {
			number[v] = (uint64(k+1) * 0x9e3779b9) % exact.Mersenne
		}
		try("of the table, a number modulo 2^31 - 1 for each value")
	}
	return most, by
}

// small is the table of the problem where that is small, asked for once.
func (s *Subject) small(ctx context.Context) (*table, error) {
	if s.values == nil {
		var err error
		if s.values, err = s.tabulate(ctx, tabulateMost); err != nil {
			return nil, err
		}
	}
	return s.values, nil
}

// AddNeeds writes what the table shows to be needed into a result; it ends with ctx.
func (r *Result) AddNeeds(ctx context.Context, s *Subject) error {
	list, err := s.Needs(ctx)
	if err != nil && ctx.Err() == nil && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	r.Needs = append(r.Needs, list...)
	return nil
}

// needsTitle heads the table of needs.
const needsTitle = "needed, as the table of the problem shows"

func needsGrid(list []Need) report.Grid {
	g := report.Grid{Title: needsTitle, Columns: []report.Column{{Name: "bits", Right: true}, {Name: "setting"}, {Name: "basis"}, {Name: "by", Long: true}}}
	for _, n := range list {
		g.Add(strconv.Itoa(n.Bits), n.Setting.String(), string(n.Basis), n.By)
	}
	return g
}
