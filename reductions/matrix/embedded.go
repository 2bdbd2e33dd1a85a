package matrix

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/protocol/bounds"
	"crosscut/reductions/rules"
	"crosscut/report"
)

// Embedding is a problem inside the matrix of a task, with the inputs as the task's files
// write them and what follows for models.
type Embedding struct {
	bounds.Embedding
	RowInputs []string `json:"row_inputs,omitempty"`
	ColInputs []string `json:"col_inputs,omitempty"`
	Binds     []Binds  `json:"binds,omitempty"`
	Longer    []Longer `json:"longer,omitempty"`
}

// Binds are kinds of architectures that need the bits of an embedding: cut where the
// matrix is, they are protocols in a setting that it bounds.
type Binds struct {
	Outputs []int    `json:"outputs"` // the positions that the model outputs at
	Rules   []string `json:"rules"`
}

// Longer is what of an embedded problem is found in a longer sequence.
type Longer struct {
	N     int           `json:"N"`
	Split string        `json:"split,omitempty"` // the best that was tried
	Size  *bounds.Range `json:"size"`            // null: not tried
	// Larger says whether the problem embeds larger than at N: yes, no, or open.
	Larger string   `json:"larger"`
	Why    []string `json:"why,omitempty"` // splits that were not tried
}

// compiled are the rules of the catalogue that are two-player protocols at a cut, of a
// model that outputs at some positions.
type compiled struct {
	outputs     []int
	all, oneWay []string // in any order; Alice alone speaks
}

// compiled looks at models that output where the task is read, and at those that do so
// only after the whole sequence. Each rule stands for itself at its first example sizes,
// or its defaults.
func (c *Cut) compiled() (list []compiled) {
	places := [][]int{c.Read}
	if len(c.Read) == 1 && c.Read[0] != c.Shape.N {
		places = append(places, []int{c.Shape.N})
	}
	for _, at := range places {
		k := compiled{outputs: at}
		for r := range rules.Catalog().All() {
			set := models.Settings{}
			if len(r.Examples) > 0 {
				set.Num = r.Examples[0]
			}
			s, err := r.With(set)
			if err != nil {
				panic(err) // a rule is complete at its defaults: its laws see to it
			}
			p, err := s.At(rules.Cut{Shape: c.Shape, Split: c.Split, Read: at}, 1)
			if err != nil {
				continue // no protocol at this cut
			}
			k.all = append(k.all, r.Name)
			if p.Setting == protocol.OneWay {
				k.oneWay = append(k.oneWay, r.Name)
			}
		}
		list = append(list, k)
	}
	return list
}

// binds says which architectures an embedding bounds. Bob answers, so what bounds a
// message of his alone bounds none.
func binds(at []compiled, e bounds.Embedding) (list []Binds) {
	for _, k := range at {
		names := k.all
		if e.OneWay {
			if names = k.oneWay; e.Holder != "alice" {
				names = nil
			}
		}
		if len(names) > 0 {
			list = append(list, Binds{k.outputs, names})
		}
	}
	return list
}

// mostTried is the most entries, forbidden sequences included, of a matrix that is
// searched beside the one that was asked for.
const mostTried = 1 << 20

// Trial makes the matrices that are searched beside the one that was asked for.
type Trial struct {
	// At is what the same flags mean at another length and split.
	At    func(n int, spec string) (tasks.Shape, tasks.Split, []int, error)
	Allow func(models.Effort) error // what else limits the size; nil: nothing
}

// matrix is the matrix at a length and split.
func (t Trial) matrix(ctx context.Context, n int, spec string) (*bounds.Matrix, error) {
	sh, split, read, err := t.At(n, spec)
	if err != nil {
		return nil, err
	}
	if rows, cols := product(sh, split.Count(protocol.Alice)), product(sh, split.Count(protocol.Bob)); rows*cols > mostTried {
		return nil, fmt.Errorf("%.0f x %.0f is more than %d entries", rows, cols, mostTried)
	}
	c, err := NewCut(sh, split, read)
	if err != nil {
		return nil, err
	}
	if t.Allow != nil {
		if err := t.Allow(c.Effort()); err != nil {
			return nil, err
		}
	}
	table, err := c.Tabulate(ctx, nil)
	if err != nil {
		return nil, err
	}
	return table.Matrix(table.Rows)
}

// Tried is the largest INDEX at one split.
type Tried struct {
	Split string       `json:"split"`
	Index *bounds.Both `json:"index"` // null: not searched, or more than two values
	Why   string       `json:"why,omitempty"`
}

// ErrManyValued says that no INDEX can be sought, at any split and within any time.
var ErrManyValued = errors.New("matrix: an INDEX is sought among two values")

// Best tries half and every prefix, and names the split at which Alice holds the largest
// INDEX, the first of several.
func (t Trial) Best(ctx context.Context, n int) (best string, tried []Tried, err error) {
	specs := []string{"half"}
	for k := 1; k < n; k++ {
		specs = append(specs, "prefix:"+strconv.Itoa(k))
	}
	most, many := -1, true
	for _, spec := range specs {
		m, err := t.matrix(ctx, n, spec)
		many = many && err == nil
		if err != nil {
			tried = append(tried, Tried{Split: spec, Why: err.Error()})
			continue
		}
		x := Tried{Split: spec, Index: bounds.LargestIndex(ctx, m)}
		if x.Index == nil {
			x.Why = fmt.Sprintf("the matrix has %d values", len(m.Values()))
		} else if x.Index.Alice.Lower > most {
			best, most = spec, x.Index.Alice.Lower
		}
		tried = append(tried, x)
	}
	if best == "" && many {
		return "", tried, fmt.Errorf("%w: %s: %s", ErrManyValued, tried[0].Split, tried[0].Why)
	}
	if best == "" {
		return "", tried, fmt.Errorf("matrix: at no split could an INDEX be searched; %s: %s", tried[0].Split, tried[0].Why)
	}
	return best, tried, nil
}

// longerSpecs are the splits of a sequence that is d longer and otherwise cut alike: the
// new tokens are either player's. Splits by name have none.
func longerSpecs(spec string, d int) (specs []string) {
	if spec == "half" || spec == "" {
		return []string{"half"}
	}
	if k, ok := strings.CutPrefix(spec, "prefix:"); ok {
		if at, err := strconv.Atoi(k); err == nil {
			for x := range d + 1 {
				specs = append(specs, fmt.Sprintf("prefix:%d", at+x))
			}
		}
	}
	return specs
}

// Longer tries each problem inside the matrix in sequences that are one and two longer.
func (r *Result) Longer(ctx context.Context, t Trial, spec string) {
	specs := longerSpecs(spec, 0)
	if len(r.Embedded) == 0 || len(specs) == 0 {
		return
	}
	for d := 1; d <= 2; d++ {
		n := r.Task.N + d
		specs = longerSpecs(spec, d)
		found := make([][]bounds.Embedding, len(specs))
		var why []string
		for k, s := range specs {
			m, err := t.matrix(ctx, n, s)
			if err != nil {
				why = append(why, s+": "+err.Error())
				continue
			}
			found[k] = bounds.Embedded(ctx, m)
		}
		for k := range r.Embedded {
			e := &r.Embedded[k]
			e.Longer = append(e.Longer, longest(e, n, specs, found, why))
		}
	}
}

// longest compares an embedding with those found at the splits of a longer sequence.
// "no" needs a proved upper end at each of them.
func longest(e *Embedding, n int, specs []string, found [][]bounds.Embedding, why []string) Longer {
	l := Longer{N: n, Why: why, Larger: "open"}
	proved := 0
	for k, s := range specs {
		at := slices.IndexFunc(found[k], func(f bounds.Embedding) bool { return f.Problem == e.Problem && f.Holder == e.Holder })
		if at < 0 {
			continue
		}
		size := found[k][at].Size
		if size.Upper <= e.Size.Lower {
			proved++
		}
		if l.Size == nil || size.Lower > l.Size.Lower {
			l.Split, l.Size = s, &size
		}
	}
	switch {
	case l.Size != nil && l.Size.Lower > e.Size.Lower:
		l.Larger = "yes"
	case proved == len(specs):
		l.Larger = "no"
	}
	return l
}

// embeddings lays the problems of a report out as the task writes its inputs.
func (r *Result) embeddings(all []bounds.Embedding) (list []Embedding) {
	name := func(of func(int) string, lines []int) (names []string) {
		for _, i := range lines {
			if of != nil {
				names = append(names, of(i-1))
			}
		}
		return names
	}
	for _, e := range all {
		if e.OneWay && r.Near != nil { // its one-way cost is another
			e.Exact = nil
		}
		list = append(list, Embedding{e, name(r.Names.Row, e.Rows), name(r.Names.Col, e.Cols), binds(r.compiled, e), nil})
	}
	return list
}

// embedded is what people read of the problems inside.
func (r *Result) embedded() report.Grid {
	title := "problems inside the matrix (found by machine; rows and columns count from 1)"
	if r.Names.Row != nil {
		title = "problems inside the matrix (found by machine; inputs in the order of the problem's)"
	}
	g := report.Grid{Title: title, Columns: []report.Column{{Name: "problem"}, {Name: "holder"}, {Name: "size", Right: true}, {Name: "needs", Long: true},
		{Name: "of the exact cost", Long: true}, {Name: "bounds"}, {Name: "longer", Long: true}, {Name: "rows", Long: true}, {Name: "columns", Long: true}}}
	for _, e := range r.Embedded {
		exact := ""
		if x := e.Exact; x != nil {
			exact = fmt.Sprintf("%d of %v bits of %s: %v short", x.Needs, x.Cost, x.Of, x.Short)
		}
		bounds := ""
		switch {
		case r.Task == nil:
		case len(e.Binds) == 0:
			bounds = "none"
		case e.OneWay:
			bounds = "one-way ones"
		default:
			bounds = "all below"
		}
		var longer []string
		for _, l := range e.Longer {
			longer = append(longer, l.String())
		}
		g.Add(e.Problem, e.Holder, e.Size.String(), e.Says, exact, bounds, strings.Join(longer, "; "), inputsText(e.RowInputs, e.Rows), inputsText(e.ColInputs, e.Cols))
	}
	return g
}

// String writes a trial in a few words.
func (l Longer) String() string {
	size := "not tried"
	if len(l.Why) == 0 {
		size = "none found"
	}
	if l.Size != nil {
		size = fmt.Sprintf("%v at %s", *l.Size, l.Split)
	}
	word := map[string]string{"yes": ", larger", "no": ", no larger", "open": ", open whether larger"}[l.Larger]
	if len(l.Why) > 0 {
		word += fmt.Sprintf(" (%d not tried, such as %s)", len(l.Why), l.Why[0])
	}
	return fmt.Sprintf("N = %d: %s%s", l.N, size, word)
}

// inputsText writes inputs, or the numbers of their lines where they have no names, cut
// short.
func inputsText(names []string, lines []int) string {
	const most = 16
	var words []string
	for k, i := range lines {
		if k == most {
			words = append(words, fmt.Sprintf("... (%d)", len(lines)))
			break
		}
		word := strconv.Itoa(i)
		if len(names) > 0 {
			if word = names[k]; strings.Contains(word, " ") || word == "" {
				word = "(" + word + ")"
			}
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

// architectures are the rules that are protocols at this cut, and in which setting, each at its first example's sizes.
func (r *Result) architectures() report.Grid {
	g := report.Grid{Title: "architectures that are two-player protocols at this cut, of one layer", Columns: []report.Column{{Name: "setting"}, {Name: "output at", Right: true}, {Name: "architectures", Long: true}}}
	for _, k := range r.compiled {
		both := slices.DeleteFunc(slices.Clone(k.all), func(name string) bool { return slices.Contains(k.oneWay, name) })
		for _, x := range []struct {
			setting string
			names   []string
		}{{"one-way", k.oneWay}, {"both speak", both}} {
			if len(x.names) > 0 {
				g.Add(x.setting, tasks.Ranges(k.outputs), strings.Join(x.names, " "))
			}
		}
	}
	return g
}

// tried is what people read of the splits that were tried.
func (r *Result) tried() report.Grid {
	g := report.Grid{Title: "the largest INDEX at every split that was tried", Columns: []report.Column{{Name: "split"}, {Name: "Alice holds", Right: true}, {Name: "Bob holds", Right: true}, {Name: "", Long: true}}}
	for _, t := range r.Tried {
		alice, bob, word := "", "", t.Why
		if t.Index != nil {
			alice, bob = t.Index.Alice.String(), t.Index.Bob.String()
		}
		if t.Split == r.Best {
			word = "the best, analysed here"
		}
		g.Add(t.Split, alice, bob, word)
	}
	return g
}

// Result is a result of this cut, before its matrix is analysed.
func (c *Cut) Result(ctx context.Context, t *Table, profile []State) *Result {
	return &Result{Source: c.Source(), Task: c.Describe(t, profile), Near: c.Near(ctx, t), Names: c.Names(), compiled: c.compiled()}
}
