package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"crosscut/internal/units"
	"crosscut/report"
)

// tool runs crosscut as another process in a folder.
func tool(t *testing.T, dir string, args ...string) *exec.Cmd {
	t.Helper()
	name, err := exec.LookPath("crosscut") // the test binary; see TestMain
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	return cmd
}

// TestKilledUnit kills a unit again and again, at later and later places of its work; no
// kill loses what the state held, and what it comes to in the end are the bytes of a unit
// that nobody disturbed.
func TestKilledUnit(t *testing.T) {
	dir := t.TempDir()
	unit := []string{"atlas", "heads", "--n", "4", "--shard", "1/1", "--quiet"} // one class after the other
	file := func(name string) string { return filepath.Join(dir, name) }
	read := func(name string) []byte {
		data, err := os.ReadFile(file(name))
		if err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		return data
	}
	if out, err := tool(t, dir, append(unit, "--out", "whole.json")...).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	moved, last := 0, 0 // kills after which the state had moved on, and how far
	for asked := 1; ; asked = 2*asked + 1 {
		cmd := tool(t, dir, append(unit, "--resume", "state.json", "--out", "out.json")...)
		cmd.Env = append(os.Environ(), killAt+"="+strconv.Itoa(asked))
		out, err := cmd.CombinedOutput()
		if err == nil {
			break
		}
		if len(out) > 0 || len(read("out.json")) > 0 {
			t.Fatalf("a killed unit printed %q, or wrote its record", out)
		}
		state := read("state.json")
		if len(state) == 0 && last == 0 {
			continue
		}
		r, err := units.Read(state)
		if err != nil || r.Complete || r.Partial.Done < last {
			t.Fatalf("after item %d a kill left %q: %v", last, state, err)
		}
		if r.Partial.Done > last {
			moved, last = moved+1, r.Partial.Done
			out, err := tool(t, dir, "merge", "state.json").CombinedOutput()
			if err == nil || !strings.Contains(string(out), "1 of 1 units ended early (run them again with --resume): 1") {
				t.Errorf("merging the state of a killed unit: %v\n%s", err, out)
			}
		}
	}
	if moved < 3 {
		t.Errorf("the state moved on before %d kills, want 3", moved)
	}
	if !bytes.Equal(read("out.json"), read("whole.json")) {
		t.Errorf("after the kills:\n%s\nundisturbed:\n%s", read("out.json"), read("whole.json"))
	}
}

// TestBuildsDiffer: the records of a program whose bytes differ are those of another version.
func TestBuildsDiffer(t *testing.T) {
	dir := t.TempDir()
	name, err := exec.LookPath("crosscut")
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	other := filepath.Join(dir, "crosscut")
	if err := os.WriteFile(other, append(data, 0), 0o755); err != nil {
		t.Fatal(err)
	}
	for k, program := range []string{name, other} {
		cmd := exec.Command(program, "validate", "disj-match3", "--n", "3", "--shard", string('1'+rune(k))+"/2", "--out", string('1'+rune(k))+".json")
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	out, err := tool(t, dir, "merge", "1.json", "2.json").CombinedOutput()
	if code := exitCode(err); code != 2 || !strings.Contains(string(out), "unit 2/2 was counted by version") {
		t.Errorf("status %d: %s", code, out)
	}
	v := versionInfo{Version: "v1.2.3", Revision: "abc"}
	if got, err := v.forRecords(); err != nil || got != "v1.2.3 abc" {
		t.Errorf("a build of a commit: %q, %v", got, err)
	}
	v.Revision += " " + changed
	if got, err := v.forRecords(); err != nil || !strings.HasPrefix(got, "v1.2.3 build:") {
		t.Errorf("a build of a changed commit: %q, %v", got, err)
	}
}

func exitCode(err error) int {
	if exit, ok := err.(*exec.ExitError); ok {
		return exit.ExitCode()
	}
	return 0
}

// TestOtherCommand: a record that names another command is foreign wherever it stands.
func TestOtherCommand(t *testing.T) {
	dir := t.TempDir()
	for _, i := range []string{"1", "2"} {
		if out, err := tool(t, dir, "validate", "disj-match3", "--n", "3", "--shard", i+"/2", "--out", i+".json").CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	data, err := os.ReadFile(filepath.Join(dir, "1.json"))
	if err != nil {
		t.Fatal(err)
	}
	forged := strings.Replace(string(data), `"--n","3"`, `"--n","4"`, 1)
	if forged == string(data) {
		t.Fatalf("nothing forged in %s", data)
	}
	if err := os.WriteFile(filepath.Join(dir, "forged.json"), []byte(forged), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, files := range [][]string{{"forged.json", "2.json"}, {"2.json", "forged.json"}, {"1.json", "2.json", "forged.json"}} {
		out, err := tool(t, dir, append([]string{"merge"}, files...)...).CombinedOutput()
		if code := exitCode(err); code != 2 || !strings.Contains(string(out), "another command") {
			t.Errorf("%v: status %d: %s", files, code, out)
		}
	}
}

// TestOutputIsNoFile: a pipe stays one, and what is written arrives; nothing is put in its place.
func TestOutputIsNoFile(t *testing.T) {
	name := filepath.Join(t.TempDir(), "pipe")
	if out, err := exec.Command("mkfifo", name).CombinedOutput(); err != nil {
		t.Skipf("no mkfifo here: %v %s", err, out)
	}
	pipe, err := os.OpenFile(name, os.O_RDWR, 0) // both ends: no open waits for the other
	if err != nil {
		t.Fatal(err)
	}
	defer pipe.Close()
	if err := writeFile(name, func(w io.Writer) error { _, err := io.WriteString(w, "new"); return err }); err != nil {
		t.Fatal(err)
	}
	st, err := os.Stat(name)
	if err != nil || st.Mode()&os.ModeNamedPipe == 0 {
		t.Fatalf("the pipe is %v now, %v", st.Mode(), err)
	}
	got := make([]byte, 3)
	if _, err := io.ReadFull(pipe, got); err != nil || string(got) != "new" {
		t.Errorf("read %q, %v", got, err)
	}
}

// TestReproduceAllInUnits: the records of three units, merged in another order, print the
// bytes of the whole run; and in them every claim that holds names a planted fault, which ran and
// was caught.
func TestReproduceAllInUnits(t *testing.T) {
	if os.Getenv("CROSSCUT_LONG") == "" {
		t.Skip("every claim is executed twice where CROSSCUT_LONG is set")
	}
	dir := t.TempDir()
	run := func(args ...string) []byte {
		t.Helper()
		cmd := tool(t, dir, append(args, "--quiet")...)
		var said bytes.Buffer
		cmd.Stderr = &said
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v: %v\n%s", args, err, &said)
		}
		return out
	}
	whole := run("reproduce", "--all", "--quick", "--format", "json")
	for _, i := range []string{"1", "2", "3"} {
		run("reproduce", "--all", "--quick", "--shard", i+"/3", "--out", i+".json")
	}
	if merged := run("merge", "3.json", "1.json", "2.json", "--format", "json"); !bytes.Equal(merged, whole) {
		at := 0
		for at < min(len(merged), len(whole)) && merged[at] == whole[at] {
			at++
		}
		t.Errorf("merged: %d bytes, whole: %d; they part at byte %d, after %q", len(merged), len(whole), at, whole[max(0, at-200):at])
	}
	var table report.Table
	if err := json.Unmarshal(whole, &table); err != nil {
		t.Fatal(err)
	}
	controls := map[string]int{} // by paper, claim and witness: wrong outputs of planted faults
	for _, r := range table.Rows {
		if r.Verdict == report.Errs && !r.Printed && r.Runs > 0 {
			controls[r.Paper+"\n"+r.Claim+"\n"+r.Witness] += r.Wrong
		}
	}
	holds := 0
	for _, c := range table.Claims {
		if c.Verdict != report.Holds {
			continue
		}
		holds++
		if c.Control == "" || c.Failures == 0 || controls[c.Paper+"\n"+c.ID+"\n"+c.Control] == 0 {
			t.Errorf("%s, %s holds, and no row shows its negative control %q caught", c.Paper, c.ID, c.Control)
		}
	}
	if holds < 60 {
		t.Errorf("%d claims hold", holds)
	}
}
