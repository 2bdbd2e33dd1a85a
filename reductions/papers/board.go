package papers

import (
	"fmt"
	"slices"

	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/reductions/rules"
	"crosscut/report"
)

// play runs a compiled protocol on a prompt: whether the board's answer is the forward pass's and
// the meter of each player what the rule says, and the transcript. broken deals player 1 other
// tokens than its own.
func (c *collector) play(p *rules.Protocol, cut rules.Cut, prompt []tasks.Token, broken bool) (right bool, run protocol.Transcript, err error) {
	want, err := p.Whole(c.ctx, prompt)
	if err != nil {
		return false, run, err
	}
	dealt := slices.Clone(prompt)
	for i, o := range cut.Split.Owner {
		if broken && o == 0 {
			dealt[i].X = 1 + (dealt[i].X+i)%cut.Shape.Int("V")
		}
	}
	var programs []func(*protocol.Port) []tasks.Value
	for who := range cut.Players {
		var pos []int
		var tok []tasks.Token
		for i, o := range cut.Split.Owner {
			if o == protocol.Player(who) || o == tasks.Public {
				pos, tok = append(pos, i+1), append(tok, dealt[i])
			}
		}
		h, err := tasks.NewHalf(cut.Shape, cut.Split, protocol.Player(who), pos, tok)
		if err != nil {
			return false, run, err
		}
		programs = append(programs, p.Player(h))
	}
	out, run, err := protocol.Run(c.ctx, nil, programs...)
	if err != nil {
		return false, run, err
	}
	right = slices.EqualFunc(out[cut.Players-1], want, func(a, b tasks.Value) bool { return slices.Equal(a, b) })
	for who := range cut.Players {
		right = right && run.By(protocol.Player(who)) == p.Bits[who]
	}
	return right, run, nil
}

// board checks a rule of many players on prompts of symbols.
func (c *collector) board(a rules.Sized, cut rules.Cut, row report.Row, prompts [][]tasks.Token) {
	p, err := a.At(cut, c.at.Seed)
	if c.fail(err) {
		return
	}
	row.Model, row.N, row.Bits, row.Formula, row.FormulaText, row.Setting = a.Name, ptr(cut.Shape.N), report.Num(p.Total()), report.Num(p.Total()), p.Formula, p.Setting
	c.check(check{
		row:   row,
		what:  fmt.Sprintf("%v, one player a block, in %v, at most %d bits of a player: the answer of the board is the forward pass's, the meter the formula", a, p.Setting, slices.Max(p.Bits)),
		fault: "player 1 speaks of other tokens than its own",
		try: func(t *tally, broken bool) {
			t.sampled = true
			for _, prompt := range prompts {
				right, _, err := c.play(p, cut, prompt, broken)
				if t.fail(err) {
					return
				}
				if !t.see(right, "prompt %v: the board and the forward pass differ", symbolList(prompt)) {
					return
				}
			}
		},
	})
}

// symbolList are the symbols of a prompt.
func symbolList(prompt []tasks.Token) (list []int) {
	for _, t := range prompt {
		list = append(list, t.X)
	}
	return list
}
