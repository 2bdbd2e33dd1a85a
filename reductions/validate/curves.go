package validate

import (
	"context"
	"errors"
	"fmt"

	"crosscut/protocol"
	"crosscut/reductions/rules"
	"crosscut/report"
)

// curvesLimit is the largest n of a curve.
const curvesLimit = 1 << 12

// Curves is what a right reduction means at growing sizes, as a table against N:
// for each architecture at the sizes of Consequences, the bits of its protocol
// beside what is needed in that setting. It ends where the family does.
func Curves(ctx context.Context, name string, family func(n int) (*Subject, error)) (report.Table, error) {
	t := report.Table{Title: fmt.Sprintf("%s: bits against N, for models of fixed size", name)}
	for n := 2; n <= curvesLimit; n *= 2 {
		if err := ctx.Err(); err != nil {
			return t, err
		}
		s, err := family(n)
		if err == nil && !s.Declared {
			err = errors.New(s.Unread)
		}
		if err != nil {
			if n > 2 {
				break // the map is defined, or says what it reads, for small n only
			}
			return t, err
		}
		for _, a := range rules.Examples(s.Players(), s.Rounds) {
			p, err := a.At(s.cut(), 0)
			if err != nil {
				continue // no protocol of this architecture at this layout: Consequences says why
			}
			bits, setting := p.Total(), p.Setting
			if bits == 0 {
				continue
			}
			row := report.Row{Model: a.Heading() + " " + a.String(), N: &s.Shape.N, N0: &s.Size, Bits: report.Num(bits), Formula: report.Num(bits), Setting: setting}
			need, ok, err := s.NeedIn(ctx, setting)
			if err != nil {
				return t, err
			}
			if ok {
				row.Needed, row.Basis = report.Num(protocol.Bits(need.Bits)), string(need.Basis)
				row.NeededBy = fmt.Sprintf("%s at n = %d: %s", s.Problem.Name, s.Size, need.By)
			}
			t.Rows = append(t.Rows, row)
		}
	}
	return t, nil
}
