package report

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Screen lays a paper out for one reading: a line for each claim, then the growth
// of sizes as a small table, then where to look. JSON and the other formats keep
// every row.
func (t Table) Screen(about string, more []Field) *Sheet {
	full := t.Sheet(nil)
	s := &Sheet{Title: t.Title, Value: full.Value, Flat: full.Flat, Command: t.Command}
	s.Fields = append(s.Fields, Field{"paper", about})
	claims := Grid{Columns: []Column{{Name: "claim"}, {Name: "what it says"}, {Name: "bits: ours / needed", Right: true}, {Name: "basis"}, {Name: "mark"}}}
	for _, c := range t.Claims {
		claims.Add(c.ID, cut(c.Short, shortWidth), c.Measure, marks(c.Basis), c.mark())
	}
	s.Grids = append(s.Grids, claims)
	if g := t.sparks(); len(g.Rows) > 0 {
		s.Grids = append(s.Grids, g)
	}
	s.Grids = append(s.Grids, Grid{Title: "where to look", Columns: []Column{{Name: ""}, {Name: "", Long: true}}})
	look := &s.Grids[len(s.Grids)-1]
	for _, f := range more {
		look.Add(f.Name, f.Value)
	}
	return s
}

const shortWidth = 40

// marks writes a basis as letters: c checked here, p proved in docs, q quoted, o open.
func marks(basis string) string {
	var letters []string
	for _, word := range strings.Split(basis, ", ") {
		if word != "" {
			letters = append(letters, word[:1])
		}
	}
	return strings.Join(letters, "")
}

// mark is the standing, and how many smaller models were seen to fail.
func (c Claim) mark() string {
	if c.Failures > 0 {
		return fmt.Sprintf("%s (%d)", c.verdict(), c.Failures)
	}
	return c.verdict()
}

// verdict is the standing, and what alone holds.
func (c Claim) verdict() string {
	if c.Only != "" {
		return string(c.Verdict) + ", " + c.Only
	}
	return string(c.Verdict)
}

// sparks are the fitted sizes, one line a model, drawn against log N.
func (t Table) sparks() Grid {
	g := Grid{Title: "size in bits of the smallest model found right; its growth (? only fitted); ours/needed at the cut", Columns: []Column{{Name: "task"}, {Name: "model"}, {Name: "N"},
		{Name: "size", Right: true}, {Name: "drawn"}, {Name: "grows like"}, {Name: "ours/needed, N"}, {Name: "at"}}}
	type key struct{ task, model, note string }
	seen := map[key]bool{}
	var ends []Row
	for _, f := range t.Growth {
		if f.Of != "size" {
			continue
		}
		var rows []Row
		for _, r := range t.Rows {
			if r.Task == f.Task && r.Model == f.Model && r.Size != nil && r.Runs > 0 && r.N != nil && strings.HasPrefix(f.Note, noteHead(r.Note)) && r.Claim == t.lastClaim(f) {
				rows = append(rows, r)
			}
		}
		k := key{f.Task, f.Model, noteHead(f.Note)}
		if len(rows) < 2 || seen[k] {
			continue
		}
		seen[k] = true
		first, last := rows[0], rows[len(rows)-1]
		at := last // the last row to SandwichN that has a sandwich
		for _, r := range rows {
			if _, _, ok := r.Sandwich(); ok && *r.N <= SandwichN {
				at = r
			}
		}
		ends = append(ends, at)
		g.Add(f.Task, f.Model, fmt.Sprintf("%d..%d", *first.N, *last.N), Short(*first.Size)+".."+Short(*last.Size), Spark(rows), f.grows(), between(at), sameness(at))
	}
	for k, r := range ends {
		g.Rows[k].Cells[1] += unlike(r, ends)
	}
	return g
}

// grows is the shape, with a question mark where it is only fitted.
func (f Growth) grows() string {
	if f.Basis == "" {
		return f.Shape + "?"
	}
	return f.Shape
}

// unlike writes what a row chose otherwise than the others of its task and model.
func unlike(r Row, all []Row) (text string) {
	for _, name := range slices.Sorted(maps.Keys(r.Params)) {
		choice, ok := r.Params[name].(string)
		if ok && slices.ContainsFunc(all, func(o Row) bool { return o.Task == r.Task && o.Model == r.Model && o.Params[name] != choice }) {
			text += ", " + choice
		}
	}
	return text
}

// SandwichN is the length at which models are held against what is needed, where they
// were run at it.
const SandwichN = 4096

// between writes the sandwich of one row: the ratio, the quantity, the length.
func between(r Row) string {
	ratio, of, ok := r.Sandwich()
	if !ok {
		return ""
	}
	return fmt.Sprintf("%.2f %s, %d", ratio, of, *r.N)
}

func (t Table) lastClaim(f Growth) string {
	for _, r := range t.Rows {
		if r.Task == f.Task && r.Model == f.Model && r.Runs > 0 && strings.HasPrefix(f.Note, noteHead(r.Note)) && r.Note != "" {
			return r.Claim
		}
	}
	return ""
}

func noteHead(note string) string {
	head, _, _ := strings.Cut(note, ";")
	return head
}

// sameness lists what a comparison must hold fixed.
func sameness(r Row) string {
	var parts []string
	for _, name := range []string{"q", "eps", "M"} {
		v, ok := r.Params[name]
		if x, float := v.(float64); float && name == "eps" && x > 0 && 1/x == math.Trunc(1/x) {
			v = fmt.Sprintf("1/%.0f", 1/x)
		}
		if ok {
			parts = append(parts, name+"="+Value(short(v)))
		}
	}
	return strings.Join(parts, " ")
}

// Spark draws the logarithm of the sizes as eight heights.
func Spark(rows []Row) string {
	const heights = "▁▂▃▄▅▆▇█"
	low, high := math.Inf(1), math.Inf(-1)
	for _, r := range rows {
		low, high = min(low, math.Log(*r.Size)), max(high, math.Log(*r.Size))
	}
	low = min(low, high-math.Log(64)) // a factor of 64 is the whole height, so that a slow growth looks slow
	var b strings.Builder
	for _, r := range rows {
		k := 0
		if high > low {
			k = int((math.Log(*r.Size) - low) / (high - low) * 7.999)
		}
		b.WriteRune([]rune(heights)[k])
	}
	return b.String()
}

// Short writes a number for people, with commas between thousands.
func Short(f float64) string {
	if f != math.Trunc(f) || math.Abs(f) >= 1<<53 {
		return strconv.FormatFloat(f, 'g', 4, 64)
	}
	return Commas(strconv.FormatInt(int64(f), 10))
}

// Commas writes the digits of a whole number with commas: 65,536.
func Commas(s string) string {
	for k := len(s) - 3; k > 0 && s[k-1] != '-'; k -= 3 {
		s = s[:k] + "," + s[k:]
	}
	return s
}

func cut(s string, width int) string {
	r := []rune(s)
	if len(r) <= width {
		return s
	}
	return strings.TrimRight(string(r[:width-3]), " ") + "..."
}
