package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/urfave/cli/v2"

	"crosscut/models"
	"crosscut/models/tasks"
	"crosscut/models/zoo"
	"crosscut/reductions"
	"crosscut/reductions/falsify"
	"crosscut/report"
)

// crosscut runs one command line in this process.
func crosscut(args ...string) (code int, stdout, stderr string) {
	var out, errs bytes.Buffer
	code = perform(context.Background(), &out, &errs, args)
	return code, out.String(), errs.String()
}

// Every entry of every catalogue can be shown, in every format.
func TestShowEverything(t *testing.T) {
	for _, name := range showable() {
		for _, format := range report.Formats {
			code, out, errs := crosscut("show", "--format", format, name)
			if code != 0 || out == "" || errs != "" {
				t.Errorf("show %q in %s: status %d, %d bytes, %s", name, format, code, len(out), errs)
			}
			switch format {
			case "json":
				if !json.Valid([]byte(out)) {
					t.Errorf("show %q: bad JSON", name)
				}
			case "csv":
				if _, err := csv.NewReader(strings.NewReader(out)).ReadAll(); err != nil {
					t.Errorf("show %q: %v", name, err)
				}
			}
		}
	}
	if n := len(showable()); n < 30 {
		t.Errorf("only %d entries", n)
	}
}

// What the contract of names promises is there.
func TestPromisedNames(t *testing.T) {
	promised := map[string]string{
		"tasks":      "qsa match2 match3 match3-bigram match3-local match-s cycle3 cycle5",
		"problems":   "disj index eq gt ip",
		"models":     "attention transformer tensor-attention rnn mlp linear-attention ssm sliding-window kv-cache trivial",
		"reductions": "disj-qsa index-qsa disj-qsa-memory index-qsa-memory disj-match3 disj-cycle3 disj-cycle5",
		"papers":     "sanford2023",
		"claims":     "conjecture 1",
	}
	for _, k := range catalogues() {
		var have []string
		for _, i := range k.Items {
			have = append(have, i.Name)
		}
		want := strings.Fields(promised[k.Name])
		if k.Name == "claims" {
			want = []string{"theorem 2", "theorem 3", "theorem 4", "theorem 6", "theorem 7", "theorem 8", "theorem 9", "theorem 10", "theorem 11",
				"third-order unit", "cycle3", "cycle5", "separation", "conjecture 1"}
		}
		for _, name := range want {
			if !slices.Contains(have, name) {
				t.Errorf("%s: there is no %q", k.Name, name)
			}
		}
	}
}

// with registers a command for one test.
func with(t *testing.T, c *command) {
	t.Helper()
	register(c)
	t.Cleanup(func() { delete(commands, c.name) })
}

func TestStatuses(t *testing.T) {
	for _, c := range []struct {
		err  error
		want int
		says string
	}{
		{nil, 0, ""},
		{refuted("wrong at %d", 3), 1, "wrong at 3\n"},
		{usagef("do that", "bad"), 2, "bad\nhint: do that\n"},
		{fmt.Errorf("file: %w", usagef("do that", "bad")), 2, "file: bad\nhint: do that\n"},
		{errors.New("two\nlines"), 2, "two; lines\nhint: crosscut failing --help says what it takes\n"},
		{fmt.Errorf("model m: %w: no", errors.ErrUnsupported), 2, "model m: no\nhint: crosscut failing --help says what it takes\n"},
		{errors.New("failing: the package has this name too"), 2, "the package has this name too\nhint: crosscut failing --help says what it takes\n"},
		{errors.New("papers: protocol: models: m = 0"), 2, "m = 0\nhint: crosscut failing --help says what it takes\n"},
		{errors.New("x.json: tasks: reading input: no"), 2, "x.json: reading input: no\nhint: crosscut failing --help says what it takes\n"},
		{errors.New("flag --k: rules: model m: no"), 2, "flag --k: model m: no\nhint: --k COUNT: how many COUNT\n"},
		{internal(errors.New("script: internal: no")), 3, "script: internal: no\n"},
		{internal(errors.New("bug")), 3, "bug\n"},
		{context.Canceled, 130, "interrupted\n"},
		{fmt.Errorf("after 3 rows: %w", context.Canceled), 130, "interrupted\n"},
	} {
		with(t, &command{name: "failing", usage: "fail", flags: flags(&cli.IntFlag{Name: "k", Usage: "how many `COUNT`"}), run: func(*call) error { return c.err }})
		code, out, errs := crosscut("failing")
		if want := strings.TrimPrefix(errs, "crosscut failing: "); code != c.want || out != "" || want != c.says {
			t.Errorf("%v: status %d, %q, %q", c.err, code, out, errs)
		}
		delete(commands, "failing")
	}
}

// A contradiction is printed with the rest of its table, and exits 3; a row that
// errs on purpose exits 0.
func TestContradictionsExit3(t *testing.T) {
	for verdict, want := range map[report.Verdict]int{report.Contradiction: 3, report.Errs: 0, report.Meets: 0, report.Unknown: 0} {
		with(t, &command{name: "concluding", usage: "conclude", run: func(c *call) error {
			return c.conclude(report.Table{Title: "a title", Rows: []report.Row{{Model: "m", Verdict: verdict}}}, nil, nil)
		}})
		code, out, errs := crosscut("concluding")
		if code != want || !strings.Contains(out, "a title") || (want == 3) != strings.Contains(errs, "contradiction") {
			t.Errorf("%s: status %d, %q, %q", verdict, code, out, errs)
		}
		delete(commands, "concluding")
	}
}

// So is a model that is found right everywhere with fewer bits than are needed.
func TestContradictoryFindingExits3(t *testing.T) {
	in, err := reductions.DisjMatch3.Instance(2, 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	m, err := zoo.Build("trivial", in.Shape, models.Settings{})
	if err != nil {
		t.Fatal(err)
	}
	for verdict, want := range map[report.Verdict]int{report.Contradiction: 3, report.Meets: 0, report.Unknown: 0} {
		with(t, &command{name: "finding", usage: "find", run: func(c *call) error {
			f, err := falsify.Find(c.Context, m, in, falsify.Options{})
			if err != nil || f.Verdict != report.Meets {
				t.Fatalf("%+v, %v", f, err)
			}
			f.Verdict, f.Needed = verdict, &reductions.Need{Bits: 999}
			return c.found("m", f, nil)
		}})
		code, out, errs := crosscut("finding")
		if code != want || out == "" || (want == 3) != strings.Contains(errs, "contradiction: right on every input") {
			t.Errorf("%s: status %d, %q, %q", verdict, code, out, errs)
		}
		delete(commands, "finding")
	}
}

func TestPanicsBecomeOneLine(t *testing.T) {
	with(t, &command{name: "panicking", usage: "panic", run: func(*call) error { var s []int; _ = s[3]; return nil }})
	code, out, errs := crosscut("panicking")
	if code != 3 || out != "" || strings.Count(errs, "\n") != 2 || strings.Contains(errs, "goroutine") {
		t.Errorf("status %d, %q, %q", code, out, errs)
	}
}

// A command that obeys the context prints what it has; one that does not is left
// behind. Both end with 130.
func TestInterrupt(t *testing.T) {
	for _, obeys := range []bool{true, false} {
		if !obeys {
			defer func(was time.Duration) { patience = was }(patience)
			patience = 0
		}
		ctx, cancel := context.WithCancel(context.Background())
		never := make(chan struct{})
		defer close(never)
		with(t, &command{name: "slow", usage: "wait", run: func(c *call) error {
			cancel()
			if !obeys {
				<-never
			}
			<-c.Context.Done()
			if err := c.emit(&report.Sheet{Title: "half of it"}); err != nil {
				return err
			}
			return c.Context.Err()
		}})
		var out, errs bytes.Buffer
		if code := perform(ctx, &out, &errs, []string{"slow"}); code != 130 {
			t.Errorf("obeys %v: status %d", obeys, code)
		}
		if obeys != strings.Contains(out.String(), "half of it") {
			t.Errorf("obeys %v: printed %q", obeys, out.String())
		}
		delete(commands, "slow")
	}
}

// A write that fails leaves the file that was there, and nothing else.
func TestFilesAreWrittenAllOrNothing(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "result")
	if err := os.WriteFile(name, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	bad := func(w io.Writer) error {
		w.Write([]byte("half"))
		return errors.New("no more")
	}
	if err := writeFile(name, func(w io.Writer) error { return bad(w) }); err == nil {
		t.Error("the error was lost")
	}
	if data, _ := os.ReadFile(name); string(data) != "old" {
		t.Errorf("the file became %q", data)
	}
	if err := writeFile(name, func(w io.Writer) error { _, err := w.Write([]byte("new")); return err }); err != nil {
		t.Error(err)
	}
	if data, _ := os.ReadFile(name); string(data) != "new" {
		t.Errorf("the file became %q", data)
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("%d files are left", len(left))
	}
}

func TestReproducingCommands(t *testing.T) {
	for _, c := range []struct{ typed, want string }{
		{"version --out NOWHERE/x --quiet", "crosscut version"},
		{"table --task match2 --out=NOWHERE/x --set a=1", "crosscut table --task match2 --set a=1 --seed 1"},
		{"table --seed 3 --claim=theorem", "crosscut table --seed 3 --claim=theorem"},
	} {
		words := strings.Fields(c.typed)
		cmd := commands[words[0]]
		set := newFlagSet(t, cmd)
		got := (&call{values: set, cmd: cmd, line: words[1:]}).command()
		if got != c.want {
			t.Errorf("%s: %s", c.typed, got)
		}
	}
	for word, want := range map[string]string{"plain-1.json": "plain-1.json", "": "''", "it's": `'it'\''s'`, "theorem 7": "'theorem 7'", "$x": "'$x'"} {
		if got := quote(word); got != want {
			t.Errorf("%q: %s", word, got)
		}
	}
}

func newFlagSet(t *testing.T, cmd *command) *values {
	t.Helper()
	var got *values
	app := &cli.App{Flags: cmd.flags, HideHelp: true, Action: func(c *cli.Context) error { got = c; return nil }}
	if err := app.Run([]string{"crosscut"}); err != nil {
		t.Fatal(err)
	}
	return got
}

func TestSizes(t *testing.T) {
	for s, want := range map[string]uint64{"1": 1, "10b": 10, "500MB": 5e8, "2GiB": 2 << 30, "1.5k": 1500, "1tb": 1e12} {
		if got, err := parseSize(s); err != nil || got != want {
			t.Errorf("%s: %d, %v", s, got, err)
		}
	}
	for _, s := range []string{"", "0", "-1", "x", "1e30", "NaN", "1XB", "MB", "inf"} {
		if got, err := parseSize(s); err == nil {
			t.Errorf("%s: %d", s, got)
		}
	}
	for b, want := range map[uint64]string{5: "5 bytes", 1500: "1.5 kB", 2e6: "2.0 MB", 3e9: "3.0 GB", 4e12: "4.0 TB"} {
		if got := showSize(b); got != want {
			t.Errorf("%d: %s", b, got)
		}
	}
}

func TestSweeps(t *testing.T) {
	for s, want := range map[string][]int{
		"8": {8}, "32,8, 16": {8, 16, 32}, "16:100:x2": {16, 32, 64}, "16:64:+16": {16, 32, 48, 64}, "5:5:x2": {5}, "5:6:+9": {5},
		"1:16777216:x16777216": {1, tasks.MaxN},
	} {
		if got, err := parseSweep(s); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v, %v", s, got, err)
		}
	}
	for _, s := range []string{"", "0", "x", "8,8", "16:8:x2", "16:32", "16:32:x1", "16:32:x0", "16:32:+0", "16:32:x-2", "16:32:2", "16:32:x2:x2",
		"1:16777216:+1", "16777217", "9999999999999999999999", "4:8:xx2", "4:8:+x2"} {
		if got, err := parseSweep(s); err == nil {
			t.Errorf("%s: %v", s, got)
		}
	}
}

func FuzzSweep(f *testing.F) {
	for _, s := range []string{"8,16", "16:64:x2", "16:64:+8", "1:16777216:x3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		ns, err := parseSweep(s)
		if err != nil {
			return
		}
		if len(ns) == 0 || len(ns) > max(mostPoints, len(s)) || ns[0] < 1 || ns[len(ns)-1] > tasks.MaxN {
			t.Errorf("%q: %v", s, ns)
		}
		for i := 1; i < len(ns); i++ {
			if ns[i] <= ns[i-1] {
				t.Errorf("%q: %v", s, ns)
			}
		}
	})
}

// No command line may bring the tool down. Commands that would compute are given
// an input that is small or bad.
func FuzzCommandLine(f *testing.F) {
	for _, s := range []string{"list tasks", "show disj --format=json", "run --task match2 --n 4 --model trivial", "run --n 3 --task qsa --model rnn --set q=1 --read all",
		"table --task", "run -- --n", "reproduce --claim x", "completion bash", "help run", "show -h", "list --format csv --format"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		words := strings.Fields(s)
		if len(words) == 0 || slices.Contains([]string{"table", "reproduce", "serve", "demo", "party", "falsify", "bounds", "validate", "quantise"}, words[0]) {
			return
		}
		for _, w := range words {
			name, value, _ := strings.Cut(strings.TrimLeft(w, "-"), "=")
			if strings.Contains(name, "out") || strings.Contains(name, "transcript") || strings.Contains(name, "svg") || len(value) > 8 || len(w) > 40 {
				return // no files, no large sizes
			}
			if digits := strings.Trim(w, "0123456789"); len(w)-len(digits) > 2 {
				return
			}
		}
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		var out, errs bytes.Buffer
		code := perform(ctx, &out, &errs, words)
		if code != 0 && code != 2 {
			t.Errorf("%q: status %d: %s", s, code, errs.String())
		}
		if code == 2 && (out.Len() > 0 || strings.Count(errs.String(), "\n") > 2) {
			t.Errorf("%q: stdout %q, stderr %q", s, out.String(), errs.String())
		}
	})
}
