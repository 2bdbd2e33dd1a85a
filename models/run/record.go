package run

import (
	"fmt"
	"strconv"
	"strings"

	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/report"
)

// Record is a run as scripts and people read it. What one party alone cannot
// know is nil (null in JSON).
type Record struct {
	Task     string         `json:"task"`
	Model    string         `json:"model"`
	N        int            `json:"n"`
	Params   map[string]any `json:"params"`
	Split    RecordSplit    `json:"split"`
	Seed     uint64         `json:"seed"`
	Read     []int          `json:"read"`
	Answer   models.Answer  `json:"answer"`
	Output   []any          `json:"output"`   // the protocol's; a number or a vector per read position
	Expected []any          `json:"expected"` // the task's definition
	Whole    []any          `json:"whole"`    // the uncut model
	Agree    *bool          `json:"agree"`    // Output equals Whole
	Correct  *bool          `json:"correct"`  // Output is acceptable by Expected
	Bits     RecordBits     `json:"bits"`
	Needed   *int           `json:"needed,omitempty"`    // the largest need that is known at this split, of one read position
	NeededBy string         `json:"needed_by,omitempty"` // whose it is, with its formula and basis, or why none is known
	Messages []RecordWord   `json:"messages"`
	Setting  string         `json:"setting"`
	Warnings []string       `json:"warnings"`
	Wire     *Wire          `json:"wire,omitempty"` // only where two processes talked
	Formula  string         `json:"formula_text"`
	Command  string         `json:"command,omitempty"`
}

// RecordSplit lists each owner's positions.
type RecordSplit struct {
	Alice  []int `json:"alice"`
	Bob    []int `json:"bob"`
	Public []int `json:"public"`
}

// String writes the split as --split reads it.
func (s RecordSplit) String() string {
	var parts []string
	for _, part := range []struct {
		owner string
		at    []int
	}{{"alice", s.Alice}, {"bob", s.Bob}, {"public", s.Public}} {
		if len(part.at) > 0 {
			parts = append(parts, part.owner+":"+tasks.Ranges(part.at))
		}
	}
	return strings.Join(parts, ",")
}

// RecordBits holds the metered bits, the bits by formula, and Alice's raw tokens.
type RecordBits struct {
	Total    int            `json:"total"`
	ByPlayer map[string]int `json:"by_player"`
	Formula  int            `json:"formula"`
	Trivial  int            `json:"trivial"`
}

// RecordWord is one message.
type RecordWord struct {
	Round int    `json:"round"`
	From  string `json:"from"`
	Bits  int    `json:"bits"`
	Label string `json:"label"`
}

// Wire is what a connection carried.
type Wire struct {
	PayloadBits  int `json:"payload_bits"` // equal to the metered bits
	FramingBytes int `json:"framing_bytes"`
	Rounds       int `json:"rounds"`
}

// NewRecord writes down a run of m. model is the name that the user knows it by.
func NewRecord(model string, m models.Machine, r *Result, seed uint64) *Record {
	sh := m.Shape()
	rec := &Record{
		Task: sh.Task.Name, Model: model, N: sh.N, Params: models.AllParams(m), Seed: seed,
		Split: RecordSplit{
			Alice:  r.Job.Split.Positions(protocol.Alice),
			Bob:    r.Job.Split.Positions(protocol.Bob),
			Public: r.Job.Split.Positions(tasks.Public),
		},
		Read: r.Job.Read, Answer: r.Job.Answer,
		Output: Values(sh, r.Output), Expected: Values(sh, r.Expected), Whole: Values(sh, r.Whole),
		Agree: &r.Agree, Correct: &r.Correct,
		Bits: RecordBits{
			Total: int(r.Transcript.Cost()),
			ByPlayer: map[string]int{
				protocol.Alice.String(): int(r.Transcript.By(protocol.Alice)),
				protocol.Bob.String():   int(r.Transcript.By(protocol.Bob)),
			},
			Formula: int(r.Formula[protocol.Alice] + r.Formula[protocol.Bob]),
			Trivial: int(models.RawBits(m, r.Job.Split)),
		},
		Setting: r.Transcript.Setting().String(), Warnings: r.Warnings, Formula: r.FormulaIn,
	}
	for _, w := range r.Transcript.Messages {
		rec.Messages = append(rec.Messages, RecordWord{w.Round, w.From.String(), int(w.Word.Len()), w.Label})
	}
	rec.Split.Alice, rec.Split.Bob, rec.Split.Public = list(rec.Split.Alice), list(rec.Split.Bob), list(rec.Split.Public)
	rec.Messages, rec.Warnings = list(rec.Messages), list(rec.Warnings)
	return rec
}

// Need adds the largest bound that is known at the run's split, and whose it is.
func (r *Record) Need(bits protocol.Bits, of, formula, basis string) {
	n := int(bits)
	r.Needed, r.NeededBy = &n, fmt.Sprintf("%s: %s (%s)", of, formula, basis)
}

// list is never null in JSON.
func list[T any](s []T) []T { return append([]T{}, s...) }

// Values writes outputs as JSON has them: numbers, or vectors where the task says so.
func Values(sh tasks.Shape, vs []tasks.Value) []any {
	out := make([]any, len(vs))
	for k, v := range vs {
		switch {
		case sh.Task.FormatOutput != nil:
			out[k] = sh.Task.FormatOutput(v)
		case sh.Task.Vector || len(v) != 1:
			out[k] = []float64(v)
		default:
			out[k] = v[0]
		}
	}
	return out
}

// Sheet lays the record out for all formats.
func (r *Record) Sheet() *report.Sheet {
	s := &report.Sheet{Title: fmt.Sprintf("%s by %s, N = %d", r.Task, r.Model, r.N), Warnings: r.Warnings, Value: r, Command: r.Command}
	add := func(name, value string) { s.Fields = append(s.Fields, report.Field{Name: name, Value: value}) }
	add("params", report.Params(r.Params))
	add("alice owns", tasks.Ranges(r.Split.Alice))
	add("bob owns", tasks.Ranges(r.Split.Bob))
	add("public", tasks.Ranges(r.Split.Public))
	add("seed", strconv.FormatUint(r.Seed, 10))
	add("read", tasks.Ranges(r.Read))
	add("answer", string(r.Answer))
	add("output", some(r.Output))
	add("whole model", some(r.Whole))
	add("definition", some(r.Expected))
	add("agree", report.Known(r.Agree, report.Yes))
	add("correct", report.Known(r.Correct, report.Yes))
	add("bits", strconv.Itoa(r.Bits.Total))
	add("by alice", strconv.Itoa(r.Bits.ByPlayer[protocol.Alice.String()]))
	add("by bob", strconv.Itoa(r.Bits.ByPlayer[protocol.Bob.String()]))
	add("formula", fmt.Sprintf("%d = %s", r.Bits.Formula, r.Formula))
	if r.Needed != nil {
		add("needed", fmt.Sprintf("%d by %s", *r.Needed, r.NeededBy))
	} else if r.NeededBy != "" {
		add("needed", r.NeededBy)
	}
	add("trivial", strconv.Itoa(r.Bits.Trivial))
	add("setting", r.Setting)
	if r.Wire != nil {
		add("wire", fmt.Sprintf("%d payload bits, %d framing bytes, %d rounds", r.Wire.PayloadBits, r.Wire.FramingBytes, r.Wire.Rounds))
	}
	g := report.Grid{Title: "messages", Columns: []report.Column{{Name: "round", Right: true}, {Name: "from"}, {Name: "bits", Right: true}, {Name: "label"}}}
	for k, w := range r.Messages {
		if k == shown && len(r.Messages) > shown+1 {
			g.Title += fmt.Sprintf(" (the first %d of %d; JSON lists all)", shown, len(r.Messages))
			break
		}
		g.Add(strconv.Itoa(w.Round), w.From, strconv.Itoa(w.Bits), w.Label)
	}
	s.Grids = append(s.Grids, g)
	s.Flat = flat(r)
	return s
}

// shown is how many messages and outputs are written out for people.
const shown = 24

// flat is the record as one row of CSV.
func flat(r *Record) *report.Grid {
	g := &report.Grid{}
	add := g.Put
	add("task", r.Task)
	add("model", r.Model)
	add("n", strconv.Itoa(r.N))
	add("params", report.Params(r.Params))
	add("split", r.Split.String())
	add("seed", strconv.FormatUint(r.Seed, 10))
	add("read", tasks.Ranges(r.Read))
	add("answer", string(r.Answer))
	add("output", values(r.Output, len(r.Output)))
	add("whole", values(r.Whole, len(r.Whole)))
	add("expected", values(r.Expected, len(r.Expected)))
	add("agree", report.Known(r.Agree, strconv.FormatBool))
	add("correct", report.Known(r.Correct, strconv.FormatBool))
	add("bits", strconv.Itoa(r.Bits.Total))
	add("alice_bits", strconv.Itoa(r.Bits.ByPlayer[protocol.Alice.String()]))
	add("bob_bits", strconv.Itoa(r.Bits.ByPlayer[protocol.Bob.String()]))
	add("formula", strconv.Itoa(r.Bits.Formula))
	add("formula_text", r.Formula)
	add("needed", report.Known(r.Needed, strconv.Itoa))
	add("needed_by", r.NeededBy)
	add("trivial", strconv.Itoa(r.Bits.Trivial))
	add("messages", strconv.Itoa(len(r.Messages)))
	add("setting", r.Setting)
	return g
}

func some(vs []any) string {
	if len(vs) <= shown {
		return values(vs, len(vs))
	}
	return values(vs, shown) + fmt.Sprintf(" ... (%d in all; JSON lists them)", len(vs))
}

func values(vs []any, n int) string {
	words := make([]string, n)
	for k := range words {
		if vec, ok := vs[k].([]float64); ok {
			var coords []string
			for _, x := range vec {
				coords = append(coords, report.Number(x))
			}
			words[k] = "(" + strings.Join(coords, " ") + ")"
			continue
		}
		words[k] = report.Value(vs[k])
	}
	return strings.Join(words, " ")
}
