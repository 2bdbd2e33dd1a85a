package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/urfave/cli/v2"

	"crosscut/internal/strict"
	"crosscut/models"
	"crosscut/models/run"
	"crosscut/models/tasks"
	"crosscut/models/zoo"
	"crosscut/protocol/bounds"
	"crosscut/protocol/bounds/check"
	"crosscut/reductions/matrix"
	"crosscut/reductions/smallest/proof"
)

var _ = register(&command{
	name:  "check",
	usage: "verify a certificate or a transcript",
	about: "A certificate of crosscut bounds is verified by a package that shares no code with the search: what its evidence proves is computed anew, claim by claim. --matrix binds it to your own matrix. docs/certificates.md specifies the format. " +
		"A transcript of crosscut run or crosscut party is replayed: the model is built again and every word, the number of bits and the outputs are compared. " +
		"Exit status 1 when something is refuted, with what failed; 2 when the file cannot be read as either.",
	args: "FILE", minArgs: 1, maxArgs: 1,
	flags: flags(&cli.StringFlag{Name: "matrix", Usage: "refuse a certificate of another matrix than the one in `FILE`"},
		&cli.StringFlag{Name: "coq", Usage: "also write the certificate to `FILE.v`, as theorems for Coq (make coq)"},
		&cli.StringFlag{Name: "dimacs", Usage: "also write the clauses that it refutes to `PREFIX`-1.cnf, ..., with proofs in PREFIX-1.rup, ... (ends by search: without)"},
		memoryFlag(), stepsFlag()),
	run: func(c *call) error {
		name := c.argument(0)
		data, err := c.readNamed(name)
		if err != nil {
			return err
		}
		head, err := await(c.Context, func() (map[string]json.RawMessage, error) {
			return strict.Map(data, strict.Limits{Bytes: math.MaxInt, Depth: 5000})
		})
		if c.Context.Err() != nil {
			return c.Context.Err()
		}
		if err != nil {
			return usagef(checkHint, "%s: %v", name, err)
		}
		var format string
		_ = json.Unmarshal(head["format"], &format) // anything but a string is no format
		var r *matrix.Checked
		var left error // why claims were left over
		switch format {
		case check.Format:
			cert, err := await(c.Context, func() (*check.Certificate, error) { return check.Read(bytes.NewReader(data)) })
			if c.Context.Err() != nil {
				return c.Context.Err()
			}
			if err != nil {
				return usagef(checkHint, "%s: %v", name, err)
			}
			own, err := c.ownMatrix()
			if err != nil {
				return err
			}
			steps := int64(min(c.Uint64("max-steps"), math.MaxInt64))
			if r, left = matrix.CheckCertificate(c.Context, name, cert, steps, own, c.String("matrix")); left != nil && c.Context.Err() == nil {
				left = usagef("raise --max-steps", "%s is not checked to the end: %v", name, left)
			}
			if r.Accepted {
				if err := c.export(cert, r); err != nil {
					return err
				}
			}
		case proof.Format:
			if err := c.refuse(name+" speaks of a task, and has no matrix", "leave it out", "matrix", "coq", "dimacs"); err != nil {
				return err
			}
			f, err := proof.Read(bytes.NewReader(data))
			if err != nil {
				return usagef(checkHint, "%s: %v", name, err)
			}
			if r, left = matrix.CheckSmallest(c.Context, name, f); left != nil && c.Context.Err() == nil {
				left = usagef("take a smaller N", "%s is not checked to the end: %v", name, left)
			}
		case run.TranscriptFormat:
			if err := c.refuse(name+" is a transcript, which has no matrix", "leave it out", "matrix", "coq", "dimacs"); err != nil {
				return err
			}
			f, err := run.ParseTranscript(data)
			if err != nil {
				return usagef(checkHint, "%s: %v", name, err)
			}
			done, err := f.Verify(c.Context, c.rebuild)
			if err != nil && !errors.Is(err, run.ErrForged) {
				return usagef("", "%s: %v", name, err)
			}
			r = matrix.CheckTranscript(name, done, err)
		default:
			return usagef(checkHint, "%s: format %q is none of %q, %q and %q", name, format, check.Format, proof.Format, run.TranscriptFormat)
		}
		if err := c.emit(r.Sheet()); err != nil {
			return err
		}
		if left != nil {
			return left
		}
		if !r.Accepted {
			return refuted("%s is refuted: %s", name, r.Failed[0])
		}
		return nil
	},
})

const checkHint = "crosscut bounds and crosscut smallest --certificate FILE write a certificate, crosscut run --transcript FILE a transcript"

// export writes what --coq and --dimacs ask for of an accepted certificate.
func (c *call) export(cert *check.Certificate, r *matrix.Checked) error {
	if c.IsSet("coq") {
		var b bytes.Buffer
		n, left, err := cert.Coq(&b, "certificate")
		if err != nil {
			return usagef("", "flag --coq: %v", err)
		}
		if n == 0 {
			return usagef("write a certificate with a claim about D(f), a cover or a partition", "flag --coq: no claim has a theorem: %s", left[0])
		}
		if err := writeFile(c.String("coq"), func(w io.Writer) error {
			_, err := io.WriteString(w, check.CoqHead+b.String())
			return err
		}); err != nil {
			return err
		}
		r.Exported = append(r.Exported, fmt.Sprintf("%s: %d theorems; %d claims have none", c.String("coq"), n, len(left)))
	}
	if !c.IsSet("dimacs") {
		return nil
	}
	all, err := cert.Formulas(c.Context)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return usagef("only lower ends by clauses or by search have some", "flag --dimacs: the certificate refutes no clauses")
	}
	for k, f := range all {
		prefix := fmt.Sprintf("%s-%d", c.String("dimacs"), k+1)
		if err := writeFile(prefix+".cnf", f.CNF); err != nil {
			return err
		}
		files := ".cnf, for a solver to refute"
		if !f.Searched {
			files = ".cnf and .rup"
			if err := writeFile(prefix+".rup", f.Proof); err != nil {
				return err
			}
		}
		r.Exported = append(r.Exported, fmt.Sprintf("%s%s: %s, %s %s", prefix, files, f.Of.Of(), f.Of.End, f.Of.Number))
	}
	return nil
}

// rebuild makes the model that a transcript names, within the limits.
func (c *call) rebuild(model string, sh tasks.Shape, set models.Settings) (models.Machine, error) {
	allow := c.allow("this transcript")
	if err := allow(models.Effort{Bytes: models.TokenBytes(sh)}); err != nil {
		return nil, err
	}
	if strings.HasSuffix(model, ".star") {
		b, err := c.builder(model)
		if err != nil {
			return nil, err
		}
		return b(sh, set)
	}
	return zoo.Build(model, sh, set)
}

// ownMatrix is the matrix of --matrix, or nil.
func (c *call) ownMatrix() (*check.Table, error) {
	if !c.IsSet("matrix") {
		return nil, nil
	}
	data, err := c.readFile("matrix")
	if err != nil {
		return nil, err
	}
	m, err := bounds.ParseBytes(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.String("matrix"), err)
	}
	return m.Table(), nil
}
