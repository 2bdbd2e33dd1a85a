package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"sync"

	"github.com/modelcontextprotocol/go-sdk/jsonrpc"
	"github.com/modelcontextprotocol/go-sdk/mcp"

	"crosscut/lab"
)

var _ = register(&command{
	name:  "mcp",
	usage: "a Model Context Protocol server on standard input and output",
	about: "Serves the tools audit, recall, bounds, validate, falsify and check to a client that speaks the Model Context Protocol, until its input ends. Every tool runs the command of its " +
		"name, within the limits of the lab, and answers with that command's JSON, its exit status and the command line that reproduces it. Files are given as their text; " +
		"nothing on this machine is read or written but a temporary folder.",
	plain: true,
	run: func(c *call) error {
		in := &lines{in: bufio.NewReaderSize(os.Stdin, 2*mostText), out: c.stdout}
		err := newTools().server().Run(c.Context, &mcp.IOTransport{Reader: in, Writer: in, MaxLineLength: 2 * mostText})
		if errors.Is(err, io.EOF) {
			return nil
		}
		return err
	},
})

// mostText bounds the text of a file, in bytes.
const mostText = 1 << 20

// lines is a client's end of both streams, which the server cannot close. The transport would end on a line that
// is no message, so such a line is answered here.
type lines struct {
	in   *bufio.Reader
	rest []byte // of a message
	mu   sync.Mutex
	out  io.Writer
}

func (*lines) Close() error { return nil }

func (w *lines) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.out.Write(p)
}

func (w *lines) Read(p []byte) (int, error) {
	for len(w.rest) == 0 {
		line, err := w.in.ReadSlice('\n')
		for errors.Is(err, bufio.ErrBufferFull) { // the beginning alone is no message
			line = []byte("...")
			_, err = w.in.ReadSlice('\n')
		}
		if len(line) == 0 && err != nil {
			return 0, err
		}
		if _, bad := jsonrpc.DecodeMessage(line); bad == nil || len(bytes.TrimSpace(line)) == 0 {
			w.rest = line
			continue
		}
		code := -32600
		if !json.Valid(line) {
			code = -32700
		}
		if _, err := fmt.Fprintf(w, "{\"jsonrpc\":\"2.0\",\"id\":null,\"error\":{\"code\":%d,\"message\":%q}}\n", code, "no message: want one JSON-RPC 2.0 object a line"); err != nil {
			return 0, err
		}
	}
	n := copy(p, w.rest)
	w.rest = w.rest[n:]
	return n, nil
}

// tools run commands, as many at a time as there are processors.
type tools struct{ turns chan struct{} }

func newTools() *tools { return &tools{make(chan struct{}, runtime.GOMAXPROCS(0))} }

// toolAnswer is what every tool gives back.
type toolAnswer struct {
	Command     string `json:"command" jsonschema:"the command line that reproduces this; a text that was given stands in the file that it names"`
	Exit        int    `json:"exit" jsonschema:"exit status: 0 done; 1 something under test was refuted, and the witness is in result"`
	Stopped     bool   `json:"stopped" jsonschema:"true where the time limit ended the work: result holds what was finished"`
	Result      any    `json:"result" jsonschema:"the JSON that the command prints"`
	Certificate any    `json:"certificate,omitempty" jsonschema:"evidence that the tool check verifies"`
}

// The inputs of the tools. A field is the flag of its JSON name, or the one that the tag flag names ("": the argument);
// one with the tag file is a text, which stands in a file of that name.

type auditInput struct {
	Config     string `json:"config,omitempty" file:"config.json" jsonschema:"the text of a published config.json"`
	Set        string `json:"set,omitempty" jsonschema:"fields in place of a file, or instead of the file's: model_type=llama,hidden_size=4096"`
	Context    string `json:"context,omitempty" jsonschema:"sequence lengths: 4096,128k"`
	Cut        string `json:"cut,omitempty" jsonschema:"pass (inside one forward pass, the default) or stored"`
	KVDtype    string `json:"kv_dtype,omitempty" jsonschema:"numeric type of caches: bfloat16, fp8, int8"`
	StateDtype string `json:"state_dtype,omitempty" jsonschema:"numeric type of running sums"`
	Ignore     string `json:"ignore,omitempty" jsonschema:"unknown fields that change nothing that is carried"`
}

type recallInput struct {
	auditInput
	Pairs int     `json:"pairs" flag:"recall" jsonschema:"how many pairs of a known key and an arbitrary value"`
	Vocab int     `json:"vocab,omitempty" jsonschema:"how many values there are; absent: the config's vocab_size"`
	Error float64 `json:"error,omitempty" jsonschema:"allowed chance that an answer is wrong"`
}

type boundsInput struct {
	Problem string `json:"problem,omitempty" jsonschema:"a base problem: disj, index, eq, gt, ip, ..."`
	N       int    `json:"n,omitempty" jsonschema:"its size"`
	Set     string `json:"set,omitempty" jsonschema:"its parameters: q=2"`
	Matrix  string `json:"matrix,omitempty" file:"matrix.txt" jsonschema:"a matrix as text instead: one row a line of 0, 1 and *, or of integers"`
}

type validateInput struct {
	Reduction string `json:"reduction,omitempty" jsonschema:"a built-in reduction: disj-match3, index-qsa-memory, ..."`
	Star      string `json:"star,omitempty" flag:"file" file:"reduction.star" jsonschema:"the text of a Starlark file with one's own reduction instead"`
	N         int    `json:"n" jsonschema:"the problem size"`
	Set       string `json:"set,omitempty" jsonschema:"parameters: M=16"`
}

type falsifyInput struct {
	Reduction string `json:"reduction" jsonschema:"what the model faces: disj-qsa-memory, disj-match3, ..."`
	Model     string `json:"model" jsonschema:"a model: rnn, mlp, attention, ssm, ..."`
	N         int    `json:"n" jsonschema:"the problem size"`
	Set       string `json:"set,omitempty" jsonschema:"the model's sizes: m=3,p=2"`
}

type checkInput struct {
	Certificate string `json:"certificate" flag:"" file:"certificate.json" jsonschema:"the text of a certificate or transcript"`
}

// server lists the tools.
func (t *tools) server() *mcp.Server {
	s := mcp.NewServer(&mcp.Implementation{Name: "crosscut", Version: buildVersion().Version}, nil)
	addTool[auditInput](t, s, "audit", "Counts exactly what a published architecture carries past a cut (states, caches, bits and bytes), and what that excludes.", job{command: "audit"})
	addTool[recallInput](t, s, "recall", "Asks whether what a published architecture carries can hold K arbitrary pairs: needed and available bits, the verdict in one sentence, and what is not said.", job{command: "audit"})
	addTool[boundsInput](t, s, "bounds", "Every bound on a communication matrix, as intervals, with a certificate.", job{command: "bounds", certificate: "certificate.json", time: "5s"})
	addTool[validateInput](t, s, "validate", "Checks a reduction, built in or one's own, on all inputs of a size, and says what follows for architectures. A counterexample has exit status 1.", job{command: "validate"})
	addTool[falsifyInput](t, s, "falsify", "Looks for an input on which a model must fail, or does. Exit status 1 when one is found.", job{command: "falsify", time: "5s"})
	addTool[checkInput](t, s, "check", "Verifies a certificate or a transcript with code that shares nothing with its maker. Exit status 1 when it is refused.", job{command: "check"})
	return s
}

// addTool adds a tool that runs the job with the flags that its input gives.
func addTool[In any](t *tools, s *mcp.Server, name, doc string, of job) {
	mcp.AddTool(s, &mcp.Tool{Name: name, Description: doc}, func(ctx context.Context, _ *mcp.CallToolRequest, in In) (*mcp.CallToolResult, toolAnswer, error) {
		j := of
		j.files = map[string]string{}
		j.fields(reflect.ValueOf(in))
		out, err := t.run(ctx, j)
		return nil, out, err
	})
}

// job is a command line, and the texts that stand for its files.
type job struct {
	command     string
	words       []string
	files       map[string]string
	time        string // how long it may take; "": the command has no such flag
	certificate string // the file that the command writes it to; "": none
}

// flag adds a flag, or the argument where it has no name, unless its value is empty. The value stands in the flag's own
// word, so it is never taken for another.
func (j *job) flag(name, value string) {
	switch {
	case value == "":
	case name == "":
		j.words = append(j.words, value)
	default:
		j.words = append(j.words, "--"+name+"="+value)
	}
}

// fields adds the flags of an input. A number that is 0 is absent, unless the tool needs it.
func (j *job) fields(in reflect.Value) {
	for i := range in.NumField() {
		f, v := in.Type().Field(i), in.Field(i)
		if f.Anonymous {
			j.fields(v)
			continue
		}
		name, optional := strings.CutSuffix(f.Tag.Get("json"), ",omitempty")
		flag, named := f.Tag.Lookup("flag")
		if !named {
			flag = strings.ReplaceAll(name, "_", "-")
		}
		if optional && v.IsZero() {
			continue
		}
		value := fmt.Sprint(v)
		if file := f.Tag.Get("file"); file != "" && value != "" {
			j.files[file], value = value, file
		}
		j.flag(flag, value)
	}
}

// run executes a job in a temporary folder of its own, within the lab's time. A usage or internal error is the
// tool's error; what was refuted is an answer.
func (t *tools) run(ctx context.Context, j job) (toolAnswer, error) {
	select {
	case t.turns <- struct{}{}:
		defer func() { <-t.turns }()
	case <-ctx.Done():
		return toolAnswer{}, ctx.Err()
	}
	dir, err := os.MkdirTemp("", "crosscut-mcp-")
	if err != nil {
		return toolAnswer{}, err
	}
	defer os.RemoveAll(dir)
	for name, text := range j.files {
		if len(text) > mostText {
			return toolAnswer{}, fmt.Errorf("the text of %s has %d bytes, more than %d", name, len(text), mostText)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			return toolAnswer{}, err
		}
	}
	j.flag("time", j.time)
	j.flag("certificate", j.certificate)
	args, shown := []string{j.command}, []string{"crosscut", j.command}
	for _, word := range j.words {
		shown = append(shown, quote(word))
		flag, value, _ := strings.Cut(word, "=")
		if _, given := j.files[word]; given {
			word = filepath.Join(dir, word)
		} else if _, given := j.files[value]; given || value != "" && value == j.certificate {
			word = flag + "=" + filepath.Join(dir, value)
		}
		args = append(args, word)
	}
	limited, cancel := context.WithTimeout(ctx, lab.ClaimTime)
	defer cancel()
	var stdout, stderr bytes.Buffer
	code := execute(limited, &stdout, &stderr, append(args, "--format=json", "--quiet"))
	out := toolAnswer{Command: strings.Join(shown, " "), Exit: code, Stopped: limited.Err() != nil && ctx.Err() == nil}
	if stdout.Len() > 0 {
		if err := json.Unmarshal(bytes.ReplaceAll(stdout.Bytes(), []byte(dir+string(filepath.Separator)), nil), &out.Result); err != nil {
			return out, fmt.Errorf("%s printed no JSON: %w", j.command, err)
		}
	}
	if out.Result == nil || code != 0 && code != 1 && !out.Stopped {
		said := strings.TrimSpace(strings.ReplaceAll(stderr.String(), dir+string(filepath.Separator), ""))
		if out.Stopped {
			said = fmt.Sprintf("stopped after %v, the limit of a tool, with nothing finished: take a smaller size, or run %s", lab.ClaimTime, out.Command)
		}
		return out, errors.New(said)
	}
	if raw, err := os.ReadFile(filepath.Join(dir, j.certificate)); j.certificate != "" && err == nil {
		if err := json.Unmarshal(raw, &out.Certificate); err != nil {
			return out, err
		}
	}
	return out, nil
}
