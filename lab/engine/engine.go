// Package engine is the lab's one computer. The HTTP server and the WebAssembly
// worker both hand it requests, and it answers with the same bytes to both: it has
// neither socket nor file, and calls the same packages as the command line. Where a command exists for a result, the answer holds what the command
// prints with --format json, and the command itself.
package engine

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"crosscut/internal/catalog"
	"crosscut/internal/strict"
)

// Refusal is a request that is not served: what is wrong, and what to change.
type Refusal struct {
	Kind    Kind
	Message string
	Advice  string
}

// Kind is the class of a refusal; the server maps it to a status code.
type Kind string

// The kinds of refusals.
const (
	Bad      Kind = "bad request"
	Missing  Kind = "unknown operation"
	TooLarge Kind = "too large"
	TooLong  Kind = "too long"
	Bug      Kind = "internal error"
)

func (r *Refusal) Error() string { return r.Message }

// Hint is what to change.
func (r *Refusal) Hint() string { return r.Advice }

func bad(hint, format string, args ...any) error {
	return &Refusal{Bad, fmt.Sprintf(format, args...), hint}
}

func tooLarge(hint, format string, args ...any) error {
	return &Refusal{TooLarge, fmt.Sprintf(format, args...), hint}
}

// MaxRequest is the longest request body, in bytes.
const MaxRequest = 1 << 16

// operation answers one kind of request.
type operation func(ctx context.Context, body []byte) (any, error)

var operations = map[string]operation{}

// operate lists an operation whose request is a Q. Unknown fields, and keys in another case or twice, are refused.
func operate[Q any](name string, f func(ctx context.Context, q Q) (any, error)) operation {
	op := func(ctx context.Context, body []byte) (any, error) {
		var q Q
		if err := strict.Decode(body, &q, strict.Limits{}); err != nil {
			return nil, bad("see docs/lab.md for the fields", "%s: %v", name, err)
		}
		return f(ctx, q)
	}
	operations[name] = op
	return op
}

// Operations lists the names that Handle knows.
func Operations() []string { return slices.Sorted(maps.Keys(operations)) }

// Handle answers one request. The error is always a *Refusal or the context's. A
// request is a JSON object; no body is {}.
func Handle(ctx context.Context, name string, body []byte) (answer []byte, err error) {
	defer func() {
		if r := recover(); r != nil {
			answer, err = nil, &Refusal{Bug, fmt.Sprintf("internal error: %v", r), "this is a bug of Crosscut"}
		}
	}()
	op, ok := operations[name]
	if !ok {
		return nil, &Refusal{Missing, fmt.Sprintf("there is no operation %q", strict.Clip(name, 40)), "one of: " + strings.Join(Operations(), ", ")}
	}
	if len(body) > MaxRequest {
		return nil, tooLarge("send less", "a request of %d bytes; the most is %d", len(body), MaxRequest)
	}
	if len(bytes.TrimSpace(body)) == 0 {
		body = []byte("{}")
	}
	v, err := op(ctx, body)
	if err != nil {
		return nil, refusal(ctx, err)
	}
	return encode(v)
}

// Encode writes a value as every answer is written.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, &Refusal{Bug, "internal error: " + err.Error(), "this is a bug of Crosscut"}
	}
	return b.Bytes(), nil
}

// refusal turns any error into a Refusal; a deadline says what to change.
func refusal(ctx context.Context, err error) error {
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return &Refusal{TooLong, "this would take longer than the lab computes for one request", "make the sizes smaller, or run the command on the page in a terminal"}
	}
	if errors.Is(err, context.Canceled) {
		return err
	}
	var r *Refusal
	if errors.As(err, &r) {
		return r
	}
	out := &Refusal{Kind: Bad, Message: strings.ReplaceAll(err.Error(), errors.ErrUnsupported.Error()+": ", "")}
	var h interface{ Hint() string }
	if errors.As(err, &h) {
		out.Advice = h.Hint()
	}
	var b interface{ Internal() bool }
	if errors.As(err, &b) && b.Internal() {
		out.Kind, out.Advice = Bug, cmp.Or(out.Advice, "this is a bug of Crosscut")
	}
	return out
}

// ErrorJSON is the body that goes with an error of Handle.
func ErrorJSON(err error) []byte {
	var body struct {
		Error string `json:"error"`
		Hint  string `json:"hint"`
	}
	body.Error = err.Error()
	var r *Refusal
	if errors.As(err, &r) {
		body.Hint = r.Advice
	}
	b, _ := encode(body)
	return b
}

// get finds an entry by a name from a request.
func get[E catalog.Entry](c *catalog.Catalog[E], name string) (E, error) {
	return c.Get(strict.Clip(name, 60))
}
