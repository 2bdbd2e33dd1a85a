package engine

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"slices"
	"sort"
	"strings"

	"crosscut/internal/strict"
	"crosscut/models/tasks"
	"crosscut/models/zoo"
	"crosscut/reductions/papers"
	"crosscut/report"
)

// growRequest asks for an inequality over N, for a model of given sizes.
type growRequest struct {
	Inequality string         `json:"inequality"`
	Sizes      map[string]int `json:"sizes"`
	N          int            `json:"n"` // where the cursor stands
	// Cross, where it is given, names a size that is to be chosen: as near to N as it can, the
	// need then overtakes what is sent.
	Cross *struct {
		Size string `json:"size"`
		N    int    `json:"n"`
	} `json:"cross"`
}

type growAnswer struct {
	Sizes  map[string]int `json:"sizes"`
	Points []growPoint    `json:"points"`
	At     *growPoint     `json:"at"` // at the cursor; null where no instance fits
	// BitesN and BitesAt are the problem size and the sequence length from which the
	// inequality says something about models of these sizes; null: nowhere up to MaxN.
	BitesN  *int `json:"bites_n"`
	BitesAt *int `json:"bites_at"`
	MaxN    int  `json:"max_n"`
}

// growPoint is one sequence length. Needed equals the problem size n here.
type growPoint struct {
	N       int `json:"N"`
	Bits    int `json:"bits"`
	Needed  int `json:"needed"`
	Trivial int `json:"trivial"`
}

// mostGrow is the right end of the Grow room's axis.
const mostGrow = 1 << 16

var _ = operate("grow", func(ctx context.Context, q growRequest) (any, error) {
	in, err := get(papers.Inequalities(), q.Inequality)
	if err != nil {
		return nil, err
	}
	if len(q.Sizes) > mostSettings {
		return nil, bad("", "%d sizes", len(q.Sizes))
	}
	v, err := in.Complete(q.Sizes)
	if err != nil {
		return nil, err
	}
	if err := within("N", q.N, in.MaxN); err != nil {
		return nil, err
	}
	if c := q.Cross; c != nil {
		if err := within("N", c.N, in.MaxN); err != nil {
			return nil, err
		}
		if err := cross(in, v, c.Size, c.N); err != nil {
			return nil, err
		}
	}
	a := &growAnswer{Sizes: v, Points: []growPoint{}, MaxN: in.MaxN}
	point := func(N int) *growPoint {
		n, bits, trivial, ok := in.At(v, N)
		if !ok {
			return nil
		}
		return &growPoint{N, int(bits), n, int(trivial)}
	}
	for _, N := range growNs {
		if N > in.MaxN {
			break
		}
		if p := point(N); p != nil {
			a.Points = append(a.Points, *p)
		}
	}
	a.At = point(q.N)
	n, ok, err := in.Bites(v, in.MaxN)
	if err != nil {
		return nil, err
	}
	if ok {
		N := in.Shortest(n)
		a.BitesN, a.BitesAt = &n, &N
	}
	return a, nil
})

// cross sets one of the sizes v so that the need overtakes the cost as near to length N as it
// can. The cost falls with no size, so the larger the size, the later that is.
func cross(in *papers.Inequality, v map[string]int, name string, N int) error {
	k := slices.IndexFunc(in.Sizes(), func(s papers.Size) bool { return s.Name == name })
	if k < 0 {
		return bad("", "%s has no size %q", in.Name, name)
	}
	size, err := in.Sizes()[k], error(nil)
	from := func(x int) int {
		v[name] = x
		n, ok, failed := in.Bites(v, in.MaxN)
		if err = errors.Join(err, failed); !ok {
			return math.MaxInt
		}
		return in.Shortest(n)
	}
	x := size.Min + sort.Search(size.Max-size.Min, func(k int) bool { return from(size.Min+k) >= N })
	if x > size.Min && N-from(x-1) <= from(x)-N {
		x--
	}
	v[name] = x
	return err
}

// growNs are the lengths at which curves are computed: four to a doubling.
var growNs = func() []int {
	var ns []int
	for _, base := range []int{4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768} {
		for k := range 4 {
			if n := base + base*k/4; len(ns) == 0 || n > ns[len(ns)-1] {
				ns = append(ns, n)
			}
		}
	}
	return append(ns, mostGrow)
}()

// tableRequest asks for measured rows, as `crosscut table` gives them.
type tableRequest struct {
	Task  string   `json:"task"`
	Model string   `json:"model"` // one, or several separated by commas
	Ns    []int    `json:"ns"`
	Set   settings `json:"set"`
	Seed  uint64   `json:"seed"`
}

type tableAnswer struct {
	Table json.RawMessage `json:"table"` // what the command prints
	LaTeX string          `json:"latex"`
	CSV   string          `json:"csv"`
}

// What one table of the lab may hold.
const (
	mostRows   = 40
	mostLength = 4096
)

var _ = operate("table", func(ctx context.Context, q tableRequest) (any, error) {
	task, err := get(tasks.Catalog(), q.Task)
	if err != nil {
		return nil, err
	}
	spec := papers.TableSpec{Task: task.Name, Ns: q.Ns}
	for name := range strings.SplitSeq(strict.Clip(q.Model, 200), ",") {
		if _, err := get(zoo.Catalog(), name); err != nil {
			return nil, err
		}
		spec.Models = append(spec.Models, name)
	}
	if len(q.Ns) == 0 || len(q.Ns)*len(spec.Models) > mostRows {
		return nil, tooLarge("ask for fewer lengths or models at a time", "%d lengths of %d models; a table of the lab has 1 to %d rows", len(q.Ns), len(spec.Models), mostRows)
	}
	for _, n := range q.Ns {
		if err := within("N", n, mostLength); err != nil {
			return nil, err
		}
	}
	if spec.Set, err = q.Set.models(q.Seed); err != nil {
		return nil, err
	}
	t, err := papers.Table(ctx, spec)
	if err != nil {
		return nil, err
	}
	ns := make([]string, len(q.Ns))
	for k, n := range q.Ns {
		ns[k] = itoa(n)
	}
	t.Command = "crosscut table --task " + task.Name + " --model " + strings.Join(spec.Models, ",") + " --n " + strings.Join(ns, ",") + q.Set.flags() + " --seed " + utoa(q.Seed)
	sheet := t.Sheet(nil)
	sheet.Command = t.Command
	a := &tableAnswer{}
	if a.Table, err = encode(sheet.Value); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := report.Write(&b, "latex", sheet, report.Style{}); err != nil {
		return nil, err
	}
	a.LaTeX = b.String()
	b.Reset()
	if err := report.Write(&b, "csv", sheet, report.Style{}); err != nil {
		return nil, err
	}
	a.CSV = b.String()
	return a, nil
})
