// Command mutate tests the tests: it changes the code of packages in one place at
// a time and asks whether a test notices.
//
//	go run ./internal/mutate [-only REGEXP] [-jobs 2] PACKAGE[+PACKAGE...]...
//
// A mutation drops a refusal (an if whose body returns an error), turns a condition
// around, moves a comparison by one, or exchanges "and" with "or". All mutants of a
// package are built into one test binary, each behind its number; a run names the one
// that is in force. Tests that noticed a mutant before are asked first, and those of the
// packages behind + last. A mutant that all these pass is a survivor, and is printed unless the list
// survivors.txt of its package's testdata explains it: lines
// "FILE: FUNCTION: MUTATION -- why". So are lines of the list whose mutant does not
// exist or is noticed. The exit status is 1 when anything was printed.
package main

import (
	"bufio"
	"bytes"
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
)

func main() {
	only := flag.String("only", "", "only mutations whose description matches")
	jobs := flag.Int("jobs", 2, "mutants at a time")
	limit := flag.Duration("timeout", 5*time.Minute, "a mutant that runs longer counts as noticed")
	flag.Parse()
	bad := 0
	for _, dir := range flag.Args() {
		n, err := try(dir, regexp.MustCompile(*only), *jobs, *limit)
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
func try(packages string, only *regexp.Regexp, jobs int, limit time.Duration) (int, error) {
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
	var suites []*suite
	for k, pkg := range asked {
		s := &suite{dir: pkg, binary: filepath.Join(tmp, fmt.Sprintf("%d.test", k)), limit: limit, seconds: 1000}
		build := exec.Command("go", "test", "-c", "-vet=off", "-overlay", overlay, "-o", s.binary, "./"+filepath.ToSlash(filepath.Clean(pkg)))
		if out, err := build.CombinedOutput(); err != nil {
			return 0, fmt.Errorf("building the mutants of %s: %w\n%s", dir, err, out)
		}
		if !s.passes(0, "") {
			return 0, fmt.Errorf("the tests of %s fail without any mutant", pkg)
		}
		suites = append(suites, s)
	}
	noticed, known, bad := 0, 0, 0
	perFile := map[string][2]int{} // noticed, all
	var mu sync.Mutex
	var wg sync.WaitGroup
	work := make(chan *mutant)
	for range jobs {
		wg.Go(func() {
			for m := range work {
				lives := !slices.ContainsFunc(suites, func(s *suite) bool { return s.notices(m.number) })
				_, listed := explained[m.name]
				mu.Lock()
				if lives && listed {
					known++
				} else if lives {
					bad++
					fmt.Printf("survivor %s:%d: %s\n", m.file, m.line, m.name)
				} else {
					noticed++
				}
				if !lives && listed {
					bad++
					fmt.Printf("explained, but noticed: %s\n", m.name)
				}
				n := perFile[m.file]
				n[1]++
				if !lives {
					n[0]++
				}
				perFile[m.file] = n
				mu.Unlock()
			}
		})
	}
	tried := 0
	for _, m := range all {
		if only.MatchString(m.name) {
			work <- m
			tried++
		}
	}
	close(work)
	wg.Wait()
	for name := range explained {
		if !slices.ContainsFunc(all, func(m *mutant) bool { return m.name == name }) {
			bad++
			fmt.Printf("explained, but no mutant: %s\n", name)
		}
	}
	for _, file := range slices.Sorted(maps.Keys(perFile)) {
		fmt.Printf("%s: %d of %d noticed\n", file, perFile[file][0], perFile[file][1])
	}
	fmt.Printf("%s: %d mutants, %d noticed, %d explained, %d unexplained or wrongly explained\n", dir, tried, noticed, known, bad)
	return bad, nil
}

// suite is a test binary that holds all mutants of a package.
type suite struct {
	dir, binary string // of the package whose tests they are
	limit       time.Duration
	seconds     int // processor time that a mutant may take: some times what the tests take without one

	mu      sync.Mutex
	killers []string // tests that noticed a mutant, the latest first
}

// notices says whether a test notices a mutant: the tests that noticed others are asked
// first, then the rest.
func (s *suite) notices(number int) bool {
	s.mu.Lock()
	first := strings.Join(s.killers, "|")
	s.mu.Unlock()
	if first == "" {
		return !s.passes(number, "")
	}
	first = "^(" + first + ")$"
	return !s.passes(number, "-test.run="+first) || !s.passes(number, "-test.skip="+first)
}

var failing = regexp.MustCompile(`(?m)^--- FAIL: (\w+)`)

// passes runs the tests that an argument chooses with one mutant in force, none for 0.
func (s *suite) passes(number int, choice string) bool {
	ctx, cancel := context.WithTimeout(context.Background(), s.limit)
	defer cancel()
	// What grows without end is stopped too.
	args := []string{"-c", fmt.Sprintf(`ulimit -v 8000000; ulimit -t %d; exec "$@"`, s.seconds), "sh", s.binary, "-test.failfast", "-test.paniconexit0"}
	if choice != "" {
		args = append(args, choice)
	}
	cmd := exec.CommandContext(ctx, "sh", args...)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), fmt.Sprintf("CROSSCUT_MUTANT=%d", number))
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	if number == 0 {
		s.seconds = 5 + 4*int((cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime())/time.Second)
	}
	if by := failing.FindSubmatch(out); by != nil {
		name := string(by[1])
		s.mu.Lock()
		s.killers = append([]string{name}, slices.DeleteFunc(s.killers, func(k string) bool { return k == name })...)
		s.mu.Unlock()
	}
	return err == nil
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
	seen := "package " + pkg + "\n\nimport (\n\t\"os\"\n\t\"strconv\"\n)\n\nvar mutantInForce, _ = strconv.Atoi(os.Getenv(\"CROSSCUT_MUTANT\"))\n"
	if err := put(filepath.Join(dir, "mutant_in_force.go"), seen); err != nil {
		return nil, "", err
	}
	raw, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return nil, "", err
	}
	overlay = filepath.Join(tmp, "overlay.json")
	return all, overlay, os.WriteFile(overlay, raw, 0o600)
}
