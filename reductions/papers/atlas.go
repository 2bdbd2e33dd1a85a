package papers

import (
	"context"
	"maps"
	"slices"

	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/reductions"
	"crosscut/reductions/rules"
)

// Bound is one cell of the atlas: what a map from a problem to a task says of an
// architecture, at one length.
type Bound struct {
	Task         string           `json:"task"`
	Params       tasks.Params     `json:"params"`  // of the task
	Problem      string           `json:"problem"` // that needs so much: a base problem, or the task's own matrix at this split
	Reduction    string           `json:"reduction"`
	Architecture string           `json:"architecture"`
	Rule         string           `json:"rule"` // its name in the catalogue of rules
	Setting      protocol.Setting `json:"setting"`
	Inequality   string           `json:"inequality"`
	N            int              `json:"N"`
	Needed       *int             `json:"needed"` // bits that every right model of this kind moves; nil: nothing is known
	Bits         *int             `json:"bits"`   // bits that the example's sizes move
	Sizes        string           `json:"sizes"`
	Basis        string           `json:"basis"`
	Paper        string           `json:"paper"` // of the catalogue, else a citation key
	// DominatedBy is another map to the task that asks for at least as much of this
	// architecture, at the same sizes of the task and in the same setting.
	DominatedBy string `json:"dominated_by"`
	// Outside says that the method does not reach the architecture; Note why.
	Outside bool   `json:"outside,omitempty"`
	Note    string `json:"note,omitempty"`
}

// AtlasN is the length at which bounds are compared.
const AtlasN = 65

// Atlas is the matrix of tasks, architectures and settings: for each the bounds that the
// catalogues give, the best of them first, what it dominates behind it, and a line
// without a bound where nothing is known. Every number is computed from the map, the rule
// and the problem's own costs.
func Atlas(ctx context.Context) ([]Bound, error) {
	var all []Bound
	for task := range tasks.Catalog().All() {
		for rule := range rules.Catalog().All() {
			if err := ctx.Err(); err != nil {
				return all, err
			}
			if rule.Outside != "" {
				all = append(all, Bound{Task: task.Name, Architecture: rule.Title, Rule: rule.Name, Outside: true, Note: rule.Outside})
				continue
			}
			cells, silent, err := boundsOf(task, rule)
			if err != nil {
				return all, err
			}
			if len(cells) == 0 {
				cells = []Bound{{Task: task.Name, Architecture: rule.Title, Rule: rule.Name, Note: silent}}
			}
			all = append(all, cells...)
		}
	}
	return all, nil
}

// NothingKnown and NothingCrosses are why a cell has no bound.
const (
	NothingKnown   = "nothing is known here"
	NothingCrosses = "what decides the answer does not cross, at these sizes, to where the maps read: no such model is right there, and no bound is compared"
)

// boundsOf lists what the maps to a task say of one architecture, best first in each setting; silent is why, where none does.
// Maps to whose reads 0 bits cross are left out, and those that read a causal model too early.
func boundsOf(task *tasks.Task, rule *rules.Rule) (cells []Bound, silent string, err error) {
	silent = NothingKnown
	set := models.Settings{}
	if len(rule.Examples) > 0 {
		set.Num = rule.Examples[0]
	}
	arch, err := rule.With(set)
	if err != nil {
		return nil, silent, err
	}
	for r := range reductions.Catalog().All() {
		if r.To != task {
			continue
		}
		in, err := r.Instance(max(r.Fits(AtlasN), 1), AtlasN, nil)
		if err != nil {
			in, err = r.Instance(r.Fits(AtlasN), 0, nil)
		}
		if err != nil {
			continue // the map has no instance of about this length
		}
		p, err := arch.At(rules.Cut{Shape: in.Shape, Split: in.At, Read: in.Reads}, 0)
		if err != nil {
			continue // a rule for more players, or one that cannot be cut here: see Atlas's lines without a bound
		}
		b := Bound{Task: task.Name, Params: in.Shape.Params, Reduction: r.Name, Architecture: rule.Title, Rule: rule.Name, Setting: p.Setting, Inequality: rule.Inequality, N: in.Shape.N, Sizes: arch.String(), Paper: paperOf(r.Cite)}
		need, _, ok := in.Best(p.Setting, protocol.Alice)
		if ok && need.Bits > 0 && (p.Total() == 0 || rule.Causal && early(in)) {
			silent = NothingCrosses
			continue
		} else if !ok {
			continue
		}
		b.Bits, b.Needed, b.Basis, b.Problem = ptr(int(p.Total())), ptr(int(need.Bits)), string(need.Basis), need.Of
		cells = append(cells, b)
	}
	slices.SortStableFunc(cells, func(a, b Bound) int {
		if a.Setting != b.Setting {
			if a.Setting == protocol.OneWay {
				return -1
			}
			return 1
		}
		return *b.Needed - *a.Needed
	})
	for k := 1; k < len(cells); k++ {
		best := slices.IndexFunc(cells, func(b Bound) bool {
			return b.Setting == cells[k].Setting && b.N == cells[k].N && maps.Equal(b.Params, cells[k].Params)
		})
		if best < k {
			cells[k].DominatedBy = cells[best].Reduction
		}
	}
	return cells, silent, nil
}

// early finds two inputs of the map on which no causal model is right, if there are such among a few.
func early(in *reductions.Instance) bool {
	exact := func(seq []tasks.Token, read []int) ([]tasks.Value, error) { return in.Shape.Eval(seq, read), nil }
	for k := range uint64(64) {
		x, y := in.Sample(1, k)
		_, other := in.Sample(1, k+1)
		if in.Shape.Early(in.Reads, in.Encode(x, y), in.Encode(x, other), exact) {
			return true
		}
	}
	return false
}

// paperOf is the first paper of the catalogue that a map cites, else its first citation key.
func paperOf(cite []string) string {
	for p := range all.All() {
		for _, key := range p.Cite {
			if slices.Contains(cite, key) {
				return p.Name
			}
		}
	}
	return cite[0]
}
