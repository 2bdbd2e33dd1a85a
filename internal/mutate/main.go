// Command mutate tests the tests: it changes the code of packages in one place at
// a time and asks whether a test notices.
//
//	go run ./internal/mutate [-only REGEXP] PACKAGE[+PACKAGE[:TEST...]...]...
//
// A mutation drops a refusal (an if whose body returns an error), turns a condition
// around, moves a comparison by one, or exchanges "and" with "or". All mutants of a
// package are built into one test binary, each behind its number; a run names the one
// that is in force. Every test of the package, and of those behind + (or the tests named there), runs once alone to learn which mutants it
// reaches (makes a difference at its place, see inForce) and how long it takes; then a mutant is put before the tests that reach it, one after the other, first those
// that noticed most in the least time. A mutant that all these pass is a survivor, and is printed unless the list
// survivors.txt of its package's testdata explains it: lines
// "FILE: FUNCTION: MUTATION -- why". So are lines of the list whose mutant does not
// exist or is noticed. The exit status is 1 when anything was printed.
package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"crosscut/internal/par"
)

func main() {
	only := flag.String("only", "", "only mutations whose description matches")
	limit := flag.Duration("timeout", 5*time.Minute, "a test that a mutant makes run longer counts as noticing it")
	flag.Parse()
	bad := 0
	for _, dir := range flag.Args() {
		n, err := try(dir, regexp.MustCompile(*only), *limit)
		if err != nil {
			fmt.Fprintln(os.Stderr, "mutate:", err)
			os.Exit(2)
		}
		bad += n
	}
	if bad > 0 {
		os.Exit(1)
	}
}

// try mutates the first of some packages and returns the number of unexplained survivors
// and of wrong explanations.
func try(packages string, only *regexp.Regexp, limit time.Duration) (int, error) {
	tmp, err := os.MkdirTemp("", "mutate")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(tmp)
	asked := strings.Split(packages, "+")
	dir := asked[0]
	all, overlay, err := mutate(dir, tmp)
	if err != nil {
		return 0, err
	}
	explained, err := explanations(filepath.Join(dir, "testdata", "survivors.txt"))
	if err != nil {
		return 0, err
	}
	var tests []*test
	for k, pkg := range asked {
		names := strings.Split(pkg, ":")
		pkg, names = names[0], names[1:]
		binary := filepath.Join(tmp, fmt.Sprintf("%d.test", k))
		build := exec.Command("go", "test", "-c", "-vet=off", "-overlay", overlay, "-o", binary, "./"+filepath.ToSlash(filepath.Clean(pkg)))
		if out, err := build.CombinedOutput(); err != nil {
			return 0, fmt.Errorf("building the mutants of %s: %w\n%s", dir, err, out)
		}
		if len(names) == 0 {
			list := exec.Command(binary, "-test.list=^[^B]")
			list.Dir = pkg
			out, err := list.Output()
			if err != nil {
				return 0, fmt.Errorf("the tests of %s: %w", pkg, err)
			}
			names = strings.Fields(string(out))
		}
		for _, name := range names {
			tests = append(tests, &test{dir: pkg, binary: binary, name: name, limit: limit})
		}
	}
	err = par.Each(context.Background(), len(tests), func(k int) error {
		return tests[k].learn(filepath.Join(tmp, fmt.Sprintf("reached.%d", k)), len(all)+1)
	})
	if err != nil {
		return 0, err
	}
	noticed, known, bad := 0, 0, 0
	perFile := map[string][2]int{} // noticed, all
	var mu sync.Mutex
	var tried []*mutant
	for _, m := range all {
		if only.MatchString(m.name) {
			tried = append(tried, m)
		}
	}
	err = par.Each(context.Background(), len(tried), func(k int) error {
		m := tried[k]
		mu.Lock()
		var reach []*test
		for _, t := range tests {
			if t.reached[m.number] != 0 {
				reach = append(reach, t)
			}
		}
		slices.SortStableFunc(reach, func(a, b *test) int { return cmp.Compare(a.price(), b.price()) })
		mu.Unlock()
		lives := !slices.ContainsFunc(reach, func(t *test) bool {
			fails := !t.passes(m.number)
			mu.Lock()
			defer mu.Unlock()
			if t.asked++; fails {
				t.noticed++
			}
			return fails
		})
		mu.Lock()
		defer mu.Unlock()
		n := perFile[m.file]
		n[1]++
		_, listed := explained[m.name]
		switch {
		case lives && listed:
			known++
		case lives:
			bad++
			fmt.Printf("survivor %s:%d: %s%s\n", m.file, m.line, m.name, map[bool]string{true: " (no test reaches it)"}[len(reach) == 0])
		default:
			noticed++
			n[0]++
			if listed {
				bad++
				fmt.Printf("explained, but noticed: %s\n", m.name)
			}
		}
		perFile[m.file] = n
		return nil
	})
	if err != nil {
		return 0, err
	}
	for name := range explained {
		if !slices.ContainsFunc(all, func(m *mutant) bool { return m.name == name }) {
			bad++
			fmt.Printf("explained, but no mutant: %s\n", name)
		}
	}
	for _, file := range slices.Sorted(maps.Keys(perFile)) {
		fmt.Printf("%s: %d of %d noticed\n", file, perFile[file][0], perFile[file][1])
	}
	fmt.Printf("%s: %d mutants, %d noticed, %d explained, %d unexplained or wrongly explained\n", dir, len(tried), noticed, known, bad)
	return bad, nil
}

// test is a test, in a binary that holds all mutants of a package.
type test struct {
	dir, binary, name string // dir is of the package whose test it is
	limit             time.Duration
	reached           []byte        // by number of a mutant: 1 where the test reaches it
	takes             time.Duration // of processor time, without a mutant
	asked, noticed    int           // mutants
}

// learn runs the test without a mutant, and notes in a file which of some numbers it reaches.
func (t *test) learn(file string, numbers int) (err error) {
	if err := os.WriteFile(file, make([]byte, numbers), 0o600); err != nil {
		return err
	}
	t.takes = t.limit
	cmd, out, err := t.run("CROSSCUT_MUTANTS_REACHED=" + file)
	if err != nil {
		return fmt.Errorf("%s of %s fails alone without any mutant: %w\n%s", t.name, t.dir, err, out)
	}
	t.takes = cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()
	t.reached, err = os.ReadFile(file)
	return err
}

// price is the time that the test takes for a mutant that it notices.
func (t *test) price() float64 {
	return t.takes.Seconds() * float64(t.asked+1) / float64(t.noticed+1)
}

// passes says whether the test passes with a mutant in force.
func (t *test) passes(number int) bool {
	_, _, err := t.run(fmt.Sprintf("CROSSCUT_MUTANT=%d", number))
	return err == nil
}

func (t *test) run(setting string) (*exec.Cmd, []byte, error) {
	ctx, cancel := context.WithTimeout(context.Background(), t.limit)
	defer cancel()
	// What grows without end is stopped too, and what takes some times the time without a mutant.
	cmd := exec.CommandContext(ctx, "sh", "-c", fmt.Sprintf(`ulimit -v 8000000; ulimit -t %d; exec "$@"`, 2+int(4*t.takes.Seconds())),
		"sh", t.binary, "-test.failfast", "-test.paniconexit0", "-test.run=^"+strings.ReplaceAll(t.name, "/", "$/^")+"$")
	cmd.Dir = t.dir
	cmd.Env = append(os.Environ(), setting)
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	return cmd, out, err
}

// explanations reads the survivors that are known, with their reasons.
func explanations(file string) (map[string]string, error) {
	raw, err := os.ReadFile(file)
	if os.IsNotExist(err) {
		return nil, nil
	}
	known := map[string]string{}
	for s := bufio.NewScanner(bytes.NewReader(raw)); s.Scan(); {
		line := strings.TrimSpace(s.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		at := strings.LastIndex(line, " -- ")
		if at < 0 || strings.TrimSpace(line[at+4:]) == "" {
			return nil, fmt.Errorf("%s: %q: want FILE: FUNCTION: MUTATION -- why", file, line)
		}
		known[strings.TrimSpace(line[:at])] = strings.TrimSpace(line[at+4:])
	}
	return known, err
}

// mutate writes the mutated files of a package into a folder, and an overlay for go.
func mutate(dir, tmp string) (all []*mutant, overlay string, err error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, "", err
	}
	replace := map[string]string{}
	put := func(name, text string) error {
		abs, err := filepath.Abs(name)
		if err != nil {
			return err
		}
		replace[abs] = filepath.Join(tmp, filepath.Base(name))
		return os.WriteFile(replace[abs], []byte(text), 0o600)
	}
	pkg := ""
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		src, err := os.ReadFile(f)
		if err != nil {
			return nil, "", err
		}
		w := &writer{src: src, first: len(all)}
		if err := w.read(f); err != nil {
			return nil, "", err
		}
		pkg = w.pkg
		all = append(all, w.all...)
		if err := put(f, w.text(0, len(src))); err != nil {
			return nil, "", err
		}
	}
	names := map[string]int{}
	for _, m := range all {
		if names[m.name]++; names[m.name] > 1 {
			m.name = fmt.Sprintf("%s (%d)", m.name, names[m.name])
		}
	}
	if err := put(filepath.Join(dir, "mutant_in_force.go"), fmt.Sprintf(inForce, pkg, len(all)+1)); err != nil {
		return nil, "", err
	}
	raw, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return nil, "", err
	}
	overlay = filepath.Join(tmp, "overlay.json")
	return all, overlay, os.WriteFile(overlay, raw, 0o600)
}
