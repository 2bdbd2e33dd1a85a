package check

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func verifyFile(t *testing.T, file string) ([]Finding, error) {
	t.Helper()
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	c, err := Read(f)
	if err != nil {
		return nil, err
	}
	return Verify(c)
}

func readFile(t *testing.T, file string) *Certificate {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	c, err := Read(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func files(t *testing.T, dir string) []string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join("testdata", dir, "*.json"))
	if err != nil || len(all) == 0 {
		t.Fatalf("no files in testdata/%s: %v", dir, err)
	}
	return all
}

func TestValidFilesAreAccepted(t *testing.T) {
	for _, file := range files(t, "valid") {
		findings, err := verifyFile(t, file)
		if err != nil {
			t.Errorf("%s: %v", file, err)
		}
		for _, f := range findings {
			if f.Err != nil {
				t.Errorf("%s: %v", file, f.Err)
			}
		}
	}
}

// TestCorruptFilesAreRejected: every file in testdata/corrupt holds one claim that
// must not pass, and every kind of evidence has such a file.
func TestCorruptFilesAreRejected(t *testing.T) {
	shown := map[string]bool{}
	for _, file := range files(t, "corrupt") {
		findings, err := verifyFile(t, file)
		for _, kind := range Kinds() {
			if strings.HasPrefix(filepath.Base(file), kind+"-") {
				shown[kind] = true
			}
		}
		if err != nil {
			continue
		}
		for _, f := range findings {
			if f.Err == nil {
				t.Errorf("%s: %s %s %s was accepted", file, f.Measure, f.End, f.Number)
			}
		}
	}
	for _, kind := range Kinds() {
		if !shown[kind] {
			t.Errorf("no corrupt file for evidence of kind %q", kind)
		}
	}
}

// TestNothingProvesNothing: evidence that is empty proves no positive lower end
// and no finite upper one, unless it asks the checker to work.
func TestNothingProvesNothing(t *testing.T) {
	table := NewTable(3, 3, func(i, j int) (int, bool) { return (i + j) % 2, true })
	one := 1
	for _, kind := range Kinds() {
		for _, m := range Measures() {
			measure, claim := m.Name, Claim{Measure: m.Name}
			if m.PerValue {
				claim.Value = &one
			}
			if m.Error {
				claim.Error = "1/3"
			}
			raw, err := json.Marshal(map[string]string{"kind": kind})
			if err != nil {
				t.Fatal(err)
			}
			if kind == "elimination" || kind == "spectral" || kind == "exhaustion" {
				continue
			}
			claim.Evidence, claim.End = raw, Lower
			lower, err := Prove(table, claim)
			if err == nil && lower.Sign() > 0 {
				t.Errorf("empty %s proves %s of %s", kind, lower.RatString(), measure)
			}
			claim.End = Upper
			if upper, err := Prove(table, claim); err == nil {
				t.Errorf("empty %s proves at most %s of %s", kind, upper.RatString(), measure)
			}
		}
	}
	if _, err := Verify(&Certificate{Format: Format, Matrix: Source{Entries: table.Lines(), SHA256: table.Hash()}}); err == nil {
		t.Error("a certificate without claims was accepted")
	}
}

func FuzzRead(f *testing.F) {
	for _, dir := range []string{"valid", "corrupt", "forged"} {
		all, _ := filepath.Glob(filepath.Join("testdata", dir, "*.json"))
		for _, file := range all {
			if raw, err := os.ReadFile(file); err == nil {
				f.Add(raw)
			}
		}
	}
	maxSteps = 1 << 14
	f.Fuzz(func(t *testing.T, raw []byte) {
		c, err := Read(bytes.NewReader(raw))
		if err != nil || len(raw) > 1<<14 || c.Matrix.N > 5 {
			return
		}
		_, _ = Verify(c) // must not panic; what it accepts is the mutation test's concern
	})
}

// TestWrite: a certificate is written as encoding/json writes it.
func TestWrite(t *testing.T) {
	one := 1
	for _, c := range []Certificate{
		{Format: Format, Matrix: Source{Entries: []string{"1 0 *", "-3 1 1"}, SHA256: "ab"}, Claims: []Claim{
			{Measure: Cover, Value: &one, End: Lower, Number: "1", Evidence: json.RawMessage(`{"kind":"fooling","entries":[[0,0]]}`)},
			{Measure: Gamma2Infinity, Error: "1/3", End: Upper, Number: "7/2", Evidence: json.RawMessage(`{}`)}}},
		{Format: Format, Matrix: Source{Problem: "disj", N: 4, SHA256: "cd"}, Claims: []Claim{}},
	} {
		var got, want bytes.Buffer
		if err := c.Write(&got); err != nil {
			t.Fatal(err)
		}
		if err := json.NewEncoder(&want).Encode(c); err != nil {
			t.Fatal(err)
		}
		if got.String() != want.String() {
			t.Errorf("written\n%sinstead of\n%s", got.String(), want.String())
		}
	}
}

// TestManyValues: a matrix of more values than places for them is left, not misread.
func TestManyValues(t *testing.T) {
	row := func(n int) string {
		var b strings.Builder
		for k := range n {
			fmt.Fprintf(&b, " %d", k)
		}
		return b.String()[1:]
	}
	for n, want := range map[int]bool{maxValues: true, maxValues + 1: false} {
		s := Source{Entries: []string{row(n)}}
		table, err := s.build(t.Context())
		if want && (err != nil || len(table.Values()) != n || !table.Is(0, n-1, n-1)) || !want && !errors.Is(err, ErrLimit) {
			t.Errorf("%d values: %v", n, err)
		}
	}
}
