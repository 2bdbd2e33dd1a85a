package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// session connects a client in memory.
func session(t *testing.T) *mcp.ClientSession {
	t.Helper()
	here, there := mcp.NewInMemoryTransports()
	if _, err := newTools().server().Connect(t.Context(), there, nil); err != nil {
		t.Fatal(err)
	}
	s, err := mcp.NewClient(&mcp.Implementation{Name: "test", Version: "1"}, nil).Connect(t.Context(), here, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// use calls a tool; failed is what it says instead of an answer.
func use(t *testing.T, s *mcp.ClientSession, name string, args map[string]any) (a toolAnswer, failed string) {
	t.Helper()
	r, err := s.CallTool(t.Context(), &mcp.CallToolParams{Name: name, Arguments: args})
	if err != nil {
		return a, err.Error()
	}
	if r.IsError {
		return a, r.Content[0].(*mcp.TextContent).Text
	}
	raw, err := json.Marshal(r.StructuredContent)
	if err == nil {
		err = json.Unmarshal(raw, &a)
	}
	if err != nil {
		t.Fatal(err)
	}
	return a, ""
}

// A line that is no message is answered, and the next is read.
func TestLinesThatAreNoMessage(t *testing.T) {
	const ping = `{"jsonrpc":"2.0","id":1,"method":"ping"}` + "\n"
	var said bytes.Buffer
	in := &lines{in: bufio.NewReaderSize(strings.NewReader("foo\n"+ping+"[1]\n"+strings.Repeat("1", 200)+"\n\n"+ping), 64), out: &said}
	passed, err := io.ReadAll(in)
	if err != nil || string(passed) != ping+"\n"+ping {
		t.Errorf("%v: %q", err, passed)
	}
	if text := said.String(); strings.Count(text, "\n") != 3 || strings.Count(text, `"code":-32700`) != 2 || strings.Count(text, `"code":-32600`) != 1 {
		t.Error(text)
	}
}

func field(t *testing.T, v any, path ...any) any {
	t.Helper()
	for _, p := range path {
		switch p := p.(type) {
		case string:
			v = v.(map[string]any)[p]
		case int:
			v = v.([]any)[p]
		}
	}
	return v
}

// Every tool answers as its command does, with the command line, and with exit status 1 where something is refuted.
func TestTools(t *testing.T) {
	s := session(t)
	list, err := s.ListTools(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, tool := range list.Tools {
		names = append(names, tool.Name)
	}
	slices.Sort(names)
	if want := "audit bounds check falsify recall validate"; strings.Join(names, " ") != want {
		t.Errorf("tools %v, want %s", names, want)
	}
	config, err := os.ReadFile("../../testdata/configs/mamba-130m.json")
	if err != nil {
		t.Fatal(err)
	}
	a, failed := use(t, s, "audit", map[string]any{"config": string(config), "set": "dtype=bfloat16", "cut": "stored"})
	if failed != "" || field(t, a.Result, "state_bits") != 24.0*(1536*16+1536*3)*16 || a.Command != "crosscut audit --config=config.json --set=dtype=bfloat16 --cut=stored" {
		t.Errorf("audit: %+v, %s", a, failed)
	}
	a, failed = use(t, s, "recall", map[string]any{"config": string(config), "set": "dtype=bfloat16", "pairs": 512, "vocab": 50280})
	if failed != "" || field(t, a.Result, "questions", 0, "verdict") != "not excluded" || field(t, a.Result, "questions", 0, "available_bits") != 20643840.0 {
		t.Errorf("recall: %+v, %s", a, failed)
	}
	a, failed = use(t, s, "bounds", map[string]any{"problem": "index", "n": 3})
	if failed != "" || a.Exit != 0 || field(t, a.Result, "one_way", "alice") != 3.0 || a.Certificate == nil {
		t.Fatalf("bounds: %+v, %s", a, failed)
	}
	certificate, err := json.Marshal(a.Certificate)
	if err != nil {
		t.Fatal(err)
	}
	a, failed = use(t, s, "check", map[string]any{"certificate": string(certificate)})
	if failed != "" || a.Exit != 0 {
		t.Errorf("check: %+v, %s", a, failed)
	}
	forged := strings.Replace(string(certificate), `"value":`, `"vlaue":`, 1)
	if forged == string(certificate) {
		forged = strings.Replace(string(certificate), `"sha256":"`, `"sha256":"0`, 1)
	}
	if a, failed = use(t, s, "check", map[string]any{"certificate": forged}); failed == "" && a.Exit == 0 {
		t.Errorf("a forged certificate is accepted: %+v", a)
	}
	a, failed = use(t, s, "validate", map[string]any{"reduction": "disj-match3", "n": 3})
	if failed != "" || field(t, a.Result, "verdict") != "meets" {
		t.Errorf("validate: %+v, %s", a, failed)
	}
	star, err := os.ReadFile("../../docs/examples/disj-match3.star")
	if err != nil {
		t.Fatal(err)
	}
	a, failed = use(t, s, "validate", map[string]any{"star": strings.Replace(string(star), "== 1", "== 0", 1), "n": 2})
	if failed != "" || a.Exit != 1 || field(t, a.Result, "counterexample") == nil {
		t.Errorf("a wrong reduction: %+v, %s", a, failed)
	}
	a, failed = use(t, s, "falsify", map[string]any{"reduction": "disj-qsa-memory", "model": "rnn", "n": 4, "set": "p=1"})
	if failed == "" && (a.Exit != 0 && a.Exit != 1 || field(t, a.Result, "kind") == nil) {
		t.Errorf("falsify: %+v", a)
	}
	for name, args := range map[string]map[string]any{
		"audit": {"config": `{"model_type":"nothing"}`}, "bounds": {"problem": "--help"}, "check": {"certificate": "PK\x03\x04"}, "validate": {"reduction": "disj-match3", "n": -1},
		"falsify": {"reduction": "disj-match3", "model": "nothing", "n": 3}, "recall": {"config": string(config), "pairs": 0, "path": "/etc/passwd"},
	} {
		if a, failed := use(t, s, name, args); failed == "" || strings.Contains(failed, "crosscut-mcp-") {
			t.Errorf("%s %v: %+v, %q", name, args, a, failed)
		}
	}
	if _, failed := use(t, s, "audit", map[string]any{"config": strings.Repeat(" ", mostText+1)}); !strings.Contains(failed, "more than") {
		t.Errorf("a long text: %s", failed)
	}
}
