package reductions

import (
	"sync"

	"crosscut/protocol"
	"crosscut/protocol/problems"
)

// Need is what every protocol for an instance's problem must cost in one setting.
type Need struct {
	Bits    protocol.Bits
	Formula string // "n"
	Setting protocol.Setting
	Basis   problems.Basis
	Why     string // the argument in a line
	Of      string // what costs this: a problem, or a closed form of the task's own matrix
	// Least is an order in N that Bits is proved to have at least; zero: none is written.
	Least protocol.Growth
}

// Direction names the setting in which a transcript is judged: one-way, and who
// speaks, when nobody but the other player than the answering one wrote; else
// two-way. A bound for one direction never judges runs of another.
func Direction(t protocol.Transcript, answering protocol.Player) (protocol.Setting, protocol.Player) {
	speaker := 1 - answering
	for _, m := range t.Messages {
		if m.From != speaker {
			return protocol.TwoWay, speaker
		}
	}
	return protocol.OneWay, speaker
}

// Needed is the strongest deterministic lower bound known for the instance's
// problem in a setting in which one player outputs and its output is free. A
// one-way bound needs the speaker; two-way bounds ignore it. ok is false when
// nothing is known. A bound on protocols after which both players know the
// answer is one bit higher, since one bit tells the other; it is lowered by that.
//
// Where Bob looks at y to read the outputs, only he answers by the reduction: nothing is
// known when Bob is the speaker, after whom Alice answers.
//
// The basis is Checked when the bound's evidence was enumerated here, at this n.
func (in *Instance) Needed(setting protocol.Setting, speaker protocol.Player) (need Need, ok bool) {
	if in.BobAnswer != nil && speaker != protocol.Alice {
		return Need{}, false
	}
	if in.Known != nil {
		if setting == protocol.OneWay && speaker != protocol.Alice {
			return Need{}, false
		}
		return in.Known(setting)
	}
	need, ok = NeededFor(in.From, in.Size, setting, speaker)
	if setting == protocol.OneWay && speaker == protocol.Alice && in.Size == in.Fits(in.Shape.N) {
		need.Least = in.Least
	}
	return need, ok
}

// NeededFor is Needed for a problem at size n.
func NeededFor(p *problems.Problem, n int, setting protocol.Setting, speaker protocol.Player) (need Need, ok bool) {
	var best problems.Cost
	for _, c := range p.Costs {
		if c.Setting != setting || (setting == protocol.OneWay && c.From != speaker) || c.Basis == problems.Quoted {
			continue
		}
		b, formula := c.Bits(n), c.Formula
		if c.BothKnow {
			b, formula = b-1, "("+formula+") - 1"
		}
		if !ok || b > need.Bits {
			need, ok, best = Need{Bits: b, Formula: formula, Setting: setting, Basis: c.Basis, Why: c.Why, Of: p.Name}, true, c
		}
	}
	if ok && checkedHere(p, best, n) {
		need.Basis = problems.Checked
	}
	return need, ok
}

// CheckLimit is the largest n at which evidence is enumerated: 2^n pairs, each
// against each.
const CheckLimit = 10

var checks sync.Map // problem, formula, setting, n -> a sync.OnceValue: each is enumerated once

type checkKey struct {
	problem string
	setting protocol.Setting
	from    protocol.Player
	formula string
	n       int
}

// checkedHere enumerates a cost's evidence at size n and says whether it proves
// all of the cost.
func checkedHere(p *problems.Problem, c problems.Cost, n int) bool {
	if c.Evidence == nil || n > CheckLimit || p.XBits(n) > CheckLimit {
		return false
	}
	check := func() bool { return c.Check(p, n) == nil }
	once, _ := checks.LoadOrStore(checkKey{p.Name, c.Setting, c.From, c.Formula, n}, sync.OnceValue(check))
	return once.(func() bool)()
}
