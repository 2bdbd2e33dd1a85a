package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"crosscut/protocol/bounds"
	"crosscut/reductions/script"
)

// TestStatusOfFaults: a contradiction between two bounds is a bug of ours, whatever is
// wrong in a user's file is the user's, wherever it surfaced.
func TestStatusOfFaults(t *testing.T) {
	contradiction := &bounds.Contradiction{What: "D is at least 3, but at most 2"}
	for _, c := range []struct {
		err  error
		want int
	}{
		{fmt.Errorf("bounds: %w", contradiction), 3},
		{errors.New("too large"), 2},
		{internal(fmt.Errorf("alice: %w", &script.Error{Msg: "f.star:1: no"})), 2},
		{refuted("no"), 1},
	} {
		if got := status(c.err); got != c.want {
			t.Errorf("%v: status %d, want %d", c.err, got, c.want)
		}
	}
}

// TestPair reads shapes and shards.
func TestPair(t *testing.T) {
	if a, b, ok := pair("3/4", "/"); a != 3 || b != 4 || !ok {
		t.Error("3/4 was not read")
	}
	for _, bad := range []string{"", "3", "3/", "/4", "a/b", "3/4/5", "3.5/2"} {
		if _, _, ok := pair(bad, "/"); ok {
			t.Errorf("%q was read", bad)
		}
	}
}

// TestTableWithinTheTime: a matrix that takes longer than --time is refused, with what to do; a small one of
// a problem, a name or a task is made however late it is.
func TestTableWithinTheTime(t *testing.T) {
	name := filepath.Join(t.TempDir(), "slow.star")
	if err := os.WriteFile(name, []byte("def problem(n, x, y):\n    return len([i for i in range(100000)]) == len([v for v in x + y if v])\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"--n", "8", "--time", "100ms"}, {"--n", "2", "--time", "1ns"}} {
		var out, errs strings.Builder
		code := perform(context.Background(), &out, &errs, append([]string{"bounds", "--file", name}, args...))
		if code != 2 || !strings.Contains(errs.String(), "takes longer than") || !strings.Contains(errs.String(), "hint") {
			t.Errorf("%v: status %d, %s", args, code, errs.String())
		}
	}
	for args, want := range map[string]int{
		"--problem disj --n 10": 2, "--named ip --n 10": 2, "--task match2 --n 5 --set M=20": 2,
		"--problem disj --n 2": 0, "--named ip --n 2": 0, "--task match2 --n 2 --set M=2": 0,
	} {
		var out, errs strings.Builder
		code := perform(context.Background(), &out, &errs, append([]string{"bounds", "--time", "1ns", "--quiet"}, strings.Fields(args)...))
		if code != want || (code == 2) != strings.Contains(errs.String(), "takes longer than") {
			t.Errorf("%s: status %d, %s", args, code, errs.String())
		}
	}
}
