package engine

import (
	"context"
	"io/fs"
	"strings"
	"time"

	"crosscut/docs/examples"
	"crosscut/reductions"
	"crosscut/reductions/script"
	"crosscut/reductions/validate"
	"crosscut/report"
)

// What a file that is written in the lab may take.
const (
	mostWritten  = 16 << 10 // bytes of the file
	mostTried    = 1 << 16  // pairs of inputs that are tried one by one
	writtenBytes = 256 << 20
	writtenCall  = 2 * time.Second
)

// writeRequest runs a Starlark file of the reader's: a reduction, a problem or a model.
type writeRequest struct {
	Source    string `json:"source"`
	N         int    `json:"n"`         // of the problem
	Reduction string `json:"reduction"` // for a model: the hard problem that it faces
	Seed      uint64 `json:"seed"`
}

// writeAnswer is what the command for this kind of file prints.
type writeAnswer struct {
	Kind    string           `json:"kind"` // reduction, problem or model
	Result  *validate.Result `json:"result,omitempty"`
	Rows    []string         `json:"rows,omitempty"` // of a problem's matrix: 0, 1 and *
	Broken  any              `json:"broken,omitempty"`
	Read    []int            `json:"read,omitempty"`
	Command string           `json:"command"` // for the file saved as mine.star
}

var _ = operate("write", func(ctx context.Context, q writeRequest) (any, error) {
	if len(q.Source) > mostWritten {
		return nil, tooLarge("use the command line: crosscut validate --file", "a file of %d bytes; the lab takes %d", len(q.Source), mostWritten)
	}
	if err := within("n", q.N, mostReduce); err != nil {
		return nil, err
	}
	f, err := script.Parse(ctx, "mine.star", q.Source, script.Limits{Memory: writtenBytes, Call: writtenCall})
	if err != nil {
		return nil, excerpt(err)
	}
	defer f.Close()
	a := &writeAnswer{}
	switch {
	case f.Defines("step") || f.Defines("query"):
		err = a.model(ctx, f, q)
	case f.Defines("alice") || f.Defines("player"):
		err = a.reduction(ctx, f, q)
	default:
		err = a.problem(f, q)
	}
	if err != nil {
		return nil, excerpt(err)
	}
	return a, nil
})

// excerpt puts the line at fault into the advice, where the file is to blame.
func excerpt(err error) error {
	e, ok := err.(*script.Error)
	if !ok {
		return err
	}
	return &Refusal{Bad, e.Error(), strings.Trim(e.Hint()+"\n"+e.Excerpt(), "\n")}
}

// mostFollows is how long the room looks for what follows.
const mostFollows = 2 * time.Second

func (a *writeAnswer) reduction(ctx context.Context, f *script.File, q writeRequest) error {
	a.Kind, a.Command = "reduction", "crosscut validate --file mine.star --n "+itoa(q.N)+" --seed "+utoa(q.Seed)
	s, err := f.Subject(q.N)
	if err != nil {
		if a.Result = validate.Refuted(err); a.Result == nil { // else tokens move, or are out of range
			return err
		}
		a.Result.Reduction, a.Result.Size = f.Name, q.N
		return nil
	}
	r, err := validate.Run(ctx, s, validate.Options{Budget: mostTried, Seed: q.Seed})
	if err != nil {
		return err
	}
	r.Warnings = append(r.Warnings, f.Doubts()...)
	a.Result, a.Read = r, s.Reads
	if r.Verdict == report.Meets {
		within, cancel := context.WithTimeout(ctx, mostFollows)
		defer cancel()
		f.Until(time.Now().Add(mostFollows))
		said, family := validate.Hold(within, s, f.Family())
		if said != "" {
			r.Warnings = append(r.Warnings, said)
		}
		if r.Consequences, err = validate.Consequences(within, s, family); err == nil {
			r.Warnings = append(r.Warnings, validate.Beyond(within, q.N, family)...)
		}
	}
	return err
}

func (a *writeAnswer) problem(f *script.File, q writeRequest) error {
	a.Kind, a.Command = "problem", "crosscut bounds --file mine.star --n "+itoa(q.N)
	rows, err := f.Matrix(q.N)
	if err != nil {
		return err
	}
	if len(rows) > mostLines || len(rows[0]) > mostLines {
		return tooLarge("choose a smaller n, or run "+a.Command, "%d rows and %d columns; the lab draws %d of each", len(rows), len(rows[0]), mostLines)
	}
	for _, row := range rows {
		var b strings.Builder
		for _, e := range row {
			switch {
			case !e.Defined:
				b.WriteByte('*')
			case e.Value == 0 || e.Value == 1:
				b.WriteByte('0' + byte(e.Value))
			default:
				return bad("run "+a.Command, "the value %d: the lab draws problems of the values 0 and 1", e.Value)
			}
		}
		a.Rows = append(a.Rows, b.String())
	}
	return nil
}

func (a *writeAnswer) model(ctx context.Context, f *script.File, q writeRequest) error {
	if q.Reduction == "" {
		q.Reduction = "index-qsa-memory"
	}
	r, err := get(reductions.Catalog(), q.Reduction)
	if err != nil {
		return err
	}
	a.Kind, a.Command = "model", "crosscut falsify --reduction "+r.Name+" --n "+itoa(q.N)+" --model mine.star --seed "+utoa(q.Seed)
	in, err := r.Instance(q.N, 0, nil)
	if err != nil {
		return err
	}
	m, err := f.Machine(in.Shape)
	if err != nil {
		return err
	}
	a.Broken, err = broken(ctx, in, m, q.Seed, a.Command)
	return err
}

// sourceEntry is one file of the texts.
type sourceEntry struct {
	Name   string `json:"name"`
	Source string `json:"source"`
}

// sources lists the files that the editor offers; answers to exercises are left out.
var _ = operate("sources", func(context.Context, struct{}) (any, error) {
	all, files := []sourceEntry{}, examples.Files()
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.Contains(name, "answer") {
			return err
		}
		text, err := files.ReadFile(name)
		all = append(all, sourceEntry{strings.TrimSuffix(name, ".star"), string(text)})
		return err
	})
	return struct {
		Files []sourceEntry `json:"files"`
	}{all}, err
})
