package main

import (
	"bytes"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A watched file is validated again when it changes, faulty ones included, and the
// watch ends with 130. Every step waits for what it expects; no duration decides.
func TestWatch(t *testing.T) {
	file := filepath.Join(t.TempDir(), "f.star")
	write := func(answer string) {
		source := `
problem = "eq"
def task(tokens, params): return [1 if tokens[0] == tokens[1] else 0] * 2
def alice(n, x): return {1: x}
def bob(n, y): return {2: y}
def read(n): return [2]
def answer(n, outputs): ` + answer + "\n"
		if err := os.WriteFile(file, []byte(source), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("return outputs[2] == 1")
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	r, w := io.Pipe()
	done := make(chan int, 1)
	go func() {
		done <- perform(ctx, w, w, []string{"validate", "--file", file, "--n", "3", "--consequences", "0", "--watch"})
		w.Close()
	}()
	var seen bytes.Buffer
	until := func(what string) {
		buf := make([]byte, 1<<12)
		for !strings.Contains(seen.String(), what) {
			n, err := r.Read(buf)
			seen.Write(buf[:n])
			if err != nil {
				t.Fatalf("%v before %q in %s", err, what, seen.String())
			}
		}
		seen.Reset()
	}
	until("meets")
	until("to reproduce")
	write("return outputs[2] == 0")
	until("is refuted at n = 3")
	write("return outputs[2] = 1")
	until("^")
	write("return outputs[2] == 1")
	until("to reproduce")
	cancel()
	go io.Copy(io.Discard, r)
	if code := <-done; code != 130 {
		t.Errorf("status %d", code)
	}
}
