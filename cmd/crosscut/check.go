package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"strings"

	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/protocol/bounds/check"
	"crosscut/reductions/matrix"
)

var _ = register(&command{
	name:  "check",
	usage: "verify a certificate or a transcript",
	about: "A certificate of crosscut bounds is verified by a package that shares no code with the search: what its evidence proves is computed anew, claim by claim. " +
		"A transcript of crosscut run or crosscut party is replayed: the model is built again and every word, the number of bits and the outputs are compared. " +
		"Exit status 1 when something is refuted, with what failed; 2 when the file cannot be read as either.",
	args: "FILE", minArgs: 1, maxArgs: 1,
	flags: flags(memoryFlag(), stepsFlag()),
	run: func(c *call) error {
		name := c.argument(0)
		data, err := c.readNamed(name)
		if err != nil {
			return err
		}
		var head struct {
			Format string `json:"format"`
		}
		if err := json.Unmarshal(data, &head); err != nil {
			return usagef(checkHint, "%s: %v", name, err)
		}
		var r *matrix.Checked
		switch head.Format {
		case check.Format:
			cert, err := check.Read(bytes.NewReader(data))
			if err != nil {
				return usagef(checkHint, "%s: %v", name, err)
			}
			r = matrix.CheckCertificate(name, cert)
		case models.TranscriptFormat:
			f, err := models.ParseTranscript(data)
			if err != nil {
				return usagef(checkHint, "%s: %v", name, err)
			}
			done, err := f.Verify(c.rebuild)
			if err != nil && !errors.Is(err, models.ErrForged) {
				return usagef("", "%s: %v", name, err)
			}
			r = matrix.CheckTranscript(name, done, err)
		default:
			return usagef(checkHint, "%s: format %q is neither %q nor %q", name, head.Format, check.Format, models.TranscriptFormat)
		}
		r.Command = c.command()
		if err := c.emit(r.Sheet()); err != nil {
			return err
		}
		if !r.Accepted {
			return refuted("%s is refuted: %s", name, r.Failed[0])
		}
		return nil
	},
})

const checkHint = "crosscut bounds --certificate FILE writes a certificate, crosscut run --transcript FILE a transcript"

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
	return models.Build(model, sh, set)
}

// readNamed reads a file given as an argument.
func (c *call) readNamed(name string) ([]byte, error) {
	st, err := os.Stat(name)
	if err != nil {
		return nil, usagef("", "%v", err)
	}
	if st.IsDir() {
		return nil, usagef("name a file", "%s is a directory", name)
	}
	if err := c.need(20*uint64(st.Size()), "reading "+name); err != nil {
		return nil, err
	}
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, usagef("", "%v", err)
	}
	return data, nil
}
