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
func (c *collector) play(p *rules.Protocol, cut rules.Cut, prompt []tasks.Token, broken bool) (right bool, run protocol.Transcript) {
	want := must(p.Whole(c.ctx, prompt))
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
		programs = append(programs, p.Player(must(tasks.NewHalf(cut.Shape, cut.Split, protocol.Player(who), pos, tok))))
	}
	out, run, err := protocol.Run(c.ctx, nil, programs...)
	require(err)
	right = slices.EqualFunc(out[cut.Players-1], want, func(a, b tasks.Value) bool { return slices.Equal(a, b) })
	for who := range cut.Players {
		right = right && run.By(protocol.Player(who)) == p.Bits[who]
	}
	return right, run
}

// board checks a rule of many players on prompts of symbols.
func (c *collector) board(a rules.Sized, cut rules.Cut, row report.Row, prompts [][]tasks.Token) {
	p := must(a.At(cut, c.at.Seed))
	row.Model, row.N, row.Bits, row.Formula, row.FormulaText, row.Setting = a.Name, ptr(cut.Shape.N), report.Num(p.Total()), report.Num(p.Total()), p.Formula, p.Setting
	c.check(check{
		row:   row,
		what:  fmt.Sprintf("%v, one player a block, in %v, at most %d bits of a player: the answer of the board is the forward pass's, the meter the formula", a, p.Setting, slices.Max(p.Bits)),
		fault: "player 1 speaks of other tokens than its own",
		try: func(t *tally, broken bool) {
			t.sampled = true
			for _, prompt := range prompts {
				right, _ := c.play(p, cut, prompt, broken)
				t.see(right, "prompt %v: the board and the forward pass differ", symbolList(prompt))
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
