package script

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"crosscut/protocol"
	"crosscut/protocol/problems"
	"crosscut/reductions/rules"
	"crosscut/reductions/validate"
	"crosscut/report"
)

// problemFile is a problem with a map that ships both inputs to one token each.
func problemFile(inputs, problem, more string) string {
	return fmt.Sprintf(`
def inputs(n): return %s
def problem(n, x, y):
  %s
def task(tokens, params): return [0 for _ in tokens]
def alice(n, x): return {1: x}
def bob(n, y): return {2: y}
def read(n): return 2
def answer(n, y, outputs): return 0
`, inputs, problem) + more
}

// The need of a problem is what its table shows: different rows where it is total,
// classes of rows that may share an answer under promises and relations.
func TestNeeds(t *testing.T) {
	for _, tc := range []struct {
		name, inputs, problem string
		n, bits               int
		by                    string
	}{
		{"copying", `{"x": words(n, 3), "y": numbers(0, 0)}`, "return x", 3, 5, "27 different rows of 27"},
		{"composition", `{"x": tables(n, n), "y": pairs(tables(n, n), numbers(1, n))}`, "return x[y[0][y[1] - 1] - 1]", 3, 5, "27 different rows of 27"},
		{"look-up of four values", `{"x": words(n, 4), "y": numbers(1, n)}`, "return x[y - 1]", 3, 6, "64 different rows of 64"},
		{"a sum", `{"x": bits(n), "y": bits(n)}`, "return len([e for e in x + y if e])", 6, 3, "7 different rows of 64"},
		{"strings and truth values", `{"x": bits(n), "y": bits(1)}`, `return "yes" if x[0] and y[0] else x[1] == 1`, 2, 2, "4 different rows of 4"},
		{"True is 1", `{"x": numbers(0, 3), "y": numbers(0, 0)}`, "return [True, 1, False, 0][x]", 1, 1, "2 different rows of 4"},
		// Equal, or different in more than half: the rows that must differ are those at
		// distance 2 and 3 of three; opposite neighbours share a message.
		{"a promise", `{"x": bits(n), "y": bits(n)}`, "d = len([i for i in range(n) if x[i] != y[i]])\n  return True if d == 0 else None if 2 * d < n else False", 3, 2, "under a promise, 4 messages"},
		{"outside everywhere", `{"x": bits(n), "y": bits(n)}`, "return None", 2, 0, "1 messages"},
		// Name an element of x that is not y: two elements are enough to know, one is not.
		{"a relation", `{"x": subsets(4, 2), "y": numbers(1, 4)}`, "return one_of([e for e in x if e != y])", 1, 3, "under a relation, 6 messages"},
		// Any element of x: pairwise all meet in a triangle, yet not all three at once.
		{"no pair is apart, but three are", `{"x": choices([(1, 2), (2, 3), (1, 3)]), "y": numbers(0, 0)}`, "return one_of(x)", 1, 1, "under a relation, 2 messages"},
		{"a free answer", `{"x": bits(n), "y": bits(n)}`, "return one_of([0, x[0]])", 2, 0, "1 messages"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			source := problemFile(tc.inputs, tc.problem, "")
			if tc.name == "copying" {
				source = strings.Replace(source, "return 0\n", "return []\n", 1)
			}
			r := check(t, parse(t, source), tc.n)
			n := r.Needed
			if n == nil || n.Bits != tc.bits || n.Setting.String() != "one-way deterministic" || n.Basis != "checked" || !strings.Contains(n.By, tc.by) {
				t.Errorf("needed %+v, want %d bits by %q", n, tc.bits, tc.by)
			}
		})
	}
}

// The need of k players is the strongest over the cuts between them.
func TestNeedsOfPlayers(t *testing.T) {
	r := check(t, parse(t, chase), 3)
	if n := r.Needed; n == nil || n.Bits != 5 || n.Setting.String() != "one-way deterministic, 3 players" || !strings.Contains(n.By, "27 different rows of 27") {
		t.Errorf("%+v", r.Needed)
	}
}

// ofParity has strings(n, odd), the bit strings of an even or odd number of ones.
const ofParity = `
def strings(n, odd):
    out = [[]]
    for _ in range(n):
        out = [w + [b] for w in out for b in [0, 1]]
    return [w for w in out if len([b for b in w if b]) % 2 == odd]
`

// A declared need stands as long as no protocol undercuts it.
func TestDeclaredNeeds(t *testing.T) {
	t.Parallel()
	declare := func(bits int, setting string) string {
		return fmt.Sprintf("def needed(n): return {\"bits\": %d, \"setting\": \"%s\", \"basis\": \"quoted\", \"source\": \"Somebody 2020\"}\n", bits, setting)
	}
	words, sum := `{"x": words(n, 4), "y": numbers(1, n)}`, `{"x": bits(n), "y": bits(n)}`
	lookup, count := "return x[y - 1]", "return len([e for e in x + y if e])"
	promise := "d = len([i for i in range(n) if x[i] != y[i]])\n  return True if d == 0 else None if 2 * d < n else False"
	for _, tc := range []struct {
		inputs, problem string
		n, bits         int
		setting         string
		most            int // that stands
	}{
		{words, lookup, 3, 6, "one-way deterministic", 6},
		{words, lookup, 3, 4, "two-way deterministic", 4},                 // Bob sends y, Alice the value
		{words, lookup, 3, 4, "2 rounds deterministic", 4},                // the same
		{words, lookup, 3, 6, "1 rounds deterministic", 6},                // he is not heard in time
		{words, lookup, 3, 4, "one-way randomised, error 1/3", 4},         // two columns of three, and a guess
		{words, lookup, 3, 6, "one-way randomised, error 1/5", 6},         // a guess is too often wrong
		{sum, "return x == y", 4, 2, "one-way randomised, error 1/3", 2},  // three classes of 16 rows
		{sum, "return x == y", 4, 4, "one-way randomised, error 1/20", 4}, // classes of one
		{sum, "return x == y", 4, 0, "two-way randomised, error 1/2", 0},  // a guess
		{sum, promise, 3, 2, "one-way randomised, error 9/20", 1},         // two classes of 8 rows
		{sum, count, 6, 3, "one-way deterministic", 3},                    // far below what she holds
		// Where do an even and an odd string differ? By halving, not by telling one of them.
		{`{"x": choices(strings(n, 0)), "y": choices(strings(n, 1))}`, "return one_of([i for i in range(n) if x[i] != y[i]])", 7, 5, "two-way deterministic", 5},
		{`{"x": choices(strings(n, 0)), "y": choices(strings(n, 1))}`, "return one_of([i for i in range(n) if x[i] != y[i]])", 7, 6, "one-way deterministic", 6},
		{sum, promise, 3, 2, "one-way deterministic", 2},                                              // colours
		{`{"x": bits(30), "y": bits(30)}`, "return x[0] == y[0]", 1, 30, "one-way deterministic", 30}, // too large for a table
	} {
		for bits := tc.most; bits <= tc.most+1; bits++ {
			f := parse(t, problemFile(tc.inputs, tc.problem, declare(bits, tc.setting))+ofParity)
			s, err := f.Subject(tc.n)
			if err != nil {
				t.Fatal(err)
			}
			r, err := validate.Run(t.Context(), s, validate.Options{Budget: 1 << 9})
			if err != nil {
				t.Fatal(err)
			}
			refuted := r.Violation != nil && r.Violation.Obligation == validate.NeedTooLarge && r.Verdict == report.Errs
			if refuted != (bits > tc.most) {
				t.Errorf("%s, n = %d, %s: %d bits: refuted %v (%+v)", tc.problem, tc.n, tc.setting, bits, refuted, r.Violation)
			}
			if n := r.Needed; n == nil || n.Bits != bits || n.By != "Somebody 2020" || n.Basis != "quoted" {
				t.Errorf("the need that is printed: %+v", n)
			}
		}
	}
	for source, want := range map[string]string{`, "source": "s"`: "1 bits, two-way deterministic (proved: s)", "": "1 bits, two-way deterministic (declared: in user.star)"} {
		text := new(strings.Builder)
		r := check(t, parse(t, problemFile(words, lookup, "")+`def needed(n): return {"bits": 1, "setting": "two-way deterministic", "basis": "proved"`+source+"}\n"), 3)
		if err := report.Write(text, "text", r.Sheet(), report.Style{}); err != nil || !strings.Contains(text.String(), want) {
			t.Errorf("%v: %s; want %q", err, text, want)
		}
	}
	_, err := parse(t, chase+declare(5, "one-way deterministic")).Subject(2)
	if err == nil || !strings.HasPrefix(err.Error(), "user.star:") || !strings.Contains(err.Error(), "3 players") {
		t.Errorf("a need of two players among three: %v", err)
	}
}

// A declared need is a formula: at other sizes, whose tables are small, it must stand as well.
func TestDeclaredNeedElsewhere(t *testing.T) {
	const words, lookup = `{"x": words(n, 4), "y": numbers(1, n)}`, "return x[y - 1]"
	for need, want := range map[string]string{
		"n":                 "at n = 6 the declared need is refuted: 6 bits are declared (two-way deterministic), and 5 are enough",
		"ceil_log2(n) + 2":  "",
		"ceil_log2(n) + 3":  "at n = 6 the declared need is refuted: 6 bits are declared (two-way deterministic), and 5 are enough",
		"1 if n > 1 else 3": "at n = 1 the declared need is refuted: 3 bits are declared (two-way deterministic), and 2 are enough",
	} {
		f := parse(t, problemFile(words, lookup, `def needed(n): return {"bits": `+need+`, "setting": "two-way deterministic", "basis": "quoted"}`+"\n"))
		s, err := f.Subject(3)
		if err != nil {
			t.Fatal(err)
		}
		got, family := validate.Hold(t.Context(), s, f.Family())
		if !strings.HasPrefix(got, want) || want == "" && got != "" {
			t.Errorf("%s: %q, want %q", need, got, want)
		}
		// Nothing rests on it then, at any size.
		if other, err := family(8); err != nil || (s.Need == nil) != (want != "") || (other.Need == nil) != (want != "") {
			t.Errorf("%s: held to %+v and %+v: %v", need, s.Need, other, err)
		}
	}
}

// The verdict is told before it is looked for what is needed, except where a need is declared:
// that may yet be refuted.
func TestVerdictBeforeNeeds(t *testing.T) {
	own := problemFile(`{"x": bits(n), "y": numbers(1, n)}`, "return x[y - 1]", "")
	own = strings.Replace(own, "return 0\n", "return outputs[2]\n", 1)
	own = strings.Replace(own, "return [0 for _ in tokens]", "return [tokens[0][tokens[1] - 1]] * 2", 1)
	declared := own + `def needed(n): return {"bits": n, "setting": "one-way deterministic", "basis": "quoted"}` + "\n"
	for source, want := range map[string]int{own: 1, declared: 0, strings.Replace(own, "- 1]] * 2", "- 2]] * 2", 1): 0} {
		s, err := parse(t, source).Subject(3)
		if err != nil {
			t.Fatal(err)
		}
		told := 0
		r, err := validate.Run(t.Context(), s, validate.Options{Told: func(r *validate.Result) {
			if told++; r.Verdict != report.Meets || r.Needed != nil {
				t.Errorf("told: %v, needed %+v", r.Verdict, r.Needed)
			}
		}})
		if err != nil || told != want || r.Needed == nil || r.Needed.Bits != 3 {
			t.Errorf("told %d times, want %d: %v, needed %+v", told, want, err, r.Needed)
		}
	}
}

// Beyond small tables a declared need must still be no more than what Alice holds.
func TestDeclaredNeedFarAway(t *testing.T) {
	const index, lookup = `{"x": bits(n), "y": numbers(1, n)}`, "return x[y - 1]"
	for need, want := range map[string]string{
		"n":                       "",
		"n if n <= 16 else n + 1": "at n = 121 the declared need is refuted: 122 bits are declared (one-way deterministic), and 121 are enough: Alice has about 2^121 inputs",
		"n if n != 36 else n * n": "at n = 36 the declared need is refuted: 1296 bits are declared (one-way deterministic), and 36 are enough",
		"max(n, n * n // 60 + 1)": "at n = 121 the declared need is refuted: 245 bits are declared",
		"max(n, n * n // 200)":    "", // beyond all sizes that are tried
	} {
		f := parse(t, problemFile(index, lookup, `def needed(n): return {"bits": `+need+`, "setting": "one-way deterministic", "basis": "quoted"}`+"\n"))
		s, err := f.Subject(3)
		if err != nil {
			t.Fatal(err)
		}
		if got := validate.Overdrawn(t.Context(), s, f.Family()); !strings.HasPrefix(got, want) || want == "" && got != "" {
			t.Errorf("%s: %q, want %q", need, got, want)
		}
	}
}

// A problem of ours says how many values its answer can have, so what Bob may send and be
// answered stands against a two-way need at any n.
func TestDeclaredNeedAnsweredBack(t *testing.T) {
	t.Parallel()
	const file = `
problem = "index"
def task(tokens, params): return [0] * len(tokens)
def alice(n, x): return {1: x}
def bob(n, y): return {2: y}
def read(n): return 2
def answer(n, y, outputs): return 0
`
	for _, tc := range []struct {
		need, setting, want string
	}{
		{"ceil_log2(n) + 1", "two-way", ""},
		{"ceil_log2(n) + (1 if n <= 16 else 2)", "two-way", "at n = 121 the declared need is refuted: 9 bits are declared (two-way deterministic), and 8 are enough: Bob sends all that he holds, and Alice the answer"},
		{"ceil_log2(n) + (1 if n <= 16 else 2)", "2 rounds", "at n = 121 the declared need is refuted: 9 bits are declared"},
		{"n", "one-way", ""}, // he is not heard
		{"n", "1 rounds", ""},
	} {
		f := parse(t, file+fmt.Sprintf(`def needed(n): return {"bits": %s, "setting": "%s deterministic", "basis": "quoted"} if n < 4 or n > 16 else None`+"\n", tc.need, tc.setting))
		s, err := f.Subject(3)
		if err != nil {
			t.Fatal(err)
		}
		if got := validate.Overdrawn(t.Context(), s, f.Family()); !strings.HasPrefix(got, tc.want) || tc.want == "" && got != "" {
			t.Errorf("%s, %s: %q, want %q", tc.need, tc.setting, got, tc.want)
		}
	}
}

// A row and its bite rest on needs of one setting: at the n at which a row says that a model is
// impossible, a need is known in the row's setting that is above the bits which the model
// moves, and at the n before there is none.
func TestBitesInTheSettingOfTheRow(t *testing.T) {
	t.Parallel()
	const layout = `
def task(tokens, params): return [%s] * len(tokens)
def alice(n, x): return {i + 1: x[i] for i in range(n)}
def bob(n, y): return %s
def read(n): return [n + 1]
def answer(n, outputs): return outputs[n + 1]
def needed(n): return {"bits": %s, "setting": "%s deterministic", "basis": "proved", "source": "here"}
`
	index := `
def inputs(n): return {"x": words(n, 8), "y": numbers(1, n)}
def problem(n, x, y): return x[y - 1]
`
	larger := `
def inputs(n): return {"x": words(n, 8), "y": words(n, 8)}
def problem(n, x, y): return max(x, y)
`
	for _, tc := range []struct {
		source string
		bites  string // rules that do, of those below
	}{
		{index + fmt.Sprintf(layout, "tokens[tokens[-1] - 1]", "{n + 1: y}", "3 * n", "one-way"), "recurrent kernel-attention"},
		{index + fmt.Sprintf(layout, "tokens[tokens[-1] - 1]", "{n + 1: y}", "ceil_log2(n)", "two-way"), ""},
		{larger + fmt.Sprintf(layout, "max(tokens[:-1], tokens[-1])", "{n + 1: y}", "3 * n", "one-way"), "recurrent kernel-attention"},
		{larger + fmt.Sprintf(layout, "max(tokens[:-1], tokens[-1])", "{n + 1: y}", "3 * n", "two-way"), "recurrent kernel-attention kernel-attention"},
		{larger + fmt.Sprintf(layout, "max(tokens[:-1], tokens[-1])", "{n + 1: y}", "3 * n", "1 rounds"), "recurrent kernel-attention"}, // two layers are two rounds
		{larger + fmt.Sprintf(layout, "max(tokens[:-1], tokens[-1])", "{n + 1: y}", "3 * n", "2 rounds"), "recurrent kernel-attention kernel-attention"},
	} {
		f := parse(t, tc.source)
		s, err := f.Subject(4)
		if err != nil {
			t.Fatal(err)
		}
		var named []rules.Sized
		for _, rule := range []string{"recurrent layers=1 m=1 p=24", "kernel-attention layers=1 H=1 features=1 m=1 p=8", "kernel-attention layers=2 H=1 features=1 m=1 p=8"} {
			a, err := rules.Parse(rule)
			if err != nil {
				t.Fatal(err)
			}
			named = append(named, a)
		}
		list, err := validate.Consequences(t.Context(), s, f.Family(), named...)
		if err != nil {
			t.Fatal(err)
		}
		var bites []string
		for k, c := range list {
			if c.BitesFrom == nil {
				continue
			}
			rule, _, _ := strings.Cut(c.Rule, " ")
			bites = append(bites, rule)
			for n := *c.BitesFrom - 1; n <= *c.BitesFrom; n++ {
				at, err := f.Subject(n)
				if err != nil {
					t.Fatal(err)
				}
				p, err := named[k].At(rules.Cut{Shape: at.Shape, Split: at.Split, Read: at.Reads, Players: 2}, 0)
				if err != nil {
					t.Fatal(err)
				}
				need, known, err := at.NeedIn(t.Context(), c.Setting)
				if above := known && need.Bits > int(p.Total()); err != nil || above != (n == *c.BitesFrom) {
					t.Errorf("%s (%s) bites from n = %d: at n = %d it moves %d bits, needed %+v (%v): %v", c.Rule, c.Setting, *c.BitesFrom, n, p.Total(), need, known, err)
				}
			}
		}
		if got := strings.Join(bites, " "); got != tc.bites {
			t.Errorf("%s: bites %q, want %q: %+v", tc.source, got, tc.bites, list)
		}
	}
}

// All that a small table shows, each in its setting: equality of three bits, whose needs
// are known. Pointers of three values need two rounds, or more bits.
func TestAllNeeds(t *testing.T) {
	of := func(source string, n int) map[string]int {
		s, err := parse(t, source).Subject(n)
		if err != nil {
			t.Fatal(err)
		}
		list, err := s.Needs(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		most := map[string]int{}
		for _, need := range list {
			if need.Basis != "checked" || need.By == "" {
				t.Errorf("%+v", need)
			}
			by := need.Setting.String()
			most[by] = max(most[by], need.Bits)
			if strings.HasPrefix(need.By, "rank") {
				most["rank"] = need.Bits
			}
		}
		return most
	}
	equal := of(problemFile(`{"x": bits(n), "y": bits(n)}`, "return x == y", ""), 3)
	for by, want := range map[string]int{"one-way deterministic": 3, "two-way deterministic": 3, "rank": 3} {
		if equal[by] != want {
			t.Errorf("equality: %s: %d, want %d in %v", by, equal[by], want, equal)
		}
	}
	product := of(problemFile(`{"x": bits(n), "y": bits(n)}`, "return len([i for i in range(n) if x[i] and y[i]]) % 2", ""), 4)
	if product["two-way deterministic"] != 4 || product["two-way randomised, error 1/10"] < 1 || product["one-way randomised, error 1/10"] != 3 {
		t.Errorf("inner product: %v", product)
	}
	// Bob's number says which bit is wanted: with Bob first it is short.
	index := of(problemFile(`{"x": bits(n), "y": numbers(1, n)}`, "return x[y - 1]", ""), 4)
	if index["one-way deterministic"] != 4 || index["two-way deterministic"] != 3 {
		t.Errorf("index: %v", index)
	}
}

// A declared need is a formula, and where the table shows more at this n, rows say that.
func TestTheTableShowsMoreThanIsDeclared(t *testing.T) {
	file := lookup("words(n, 5)", "numbers(1, n)", "y - 1")
	for declared, want := range map[string]struct {
		bits  int
		basis problems.Basis
	}{"2 * n": {7, problems.Checked}, "2 * n + 1": {7, problems.Quoted}} {
		s, err := parse(t, file+`def needed(n): return {"bits": `+declared+`, "setting": "one-way deterministic", "basis": "quoted", "source": "here"}`).Subject(3)
		if err != nil {
			t.Fatal(err)
		}
		need, ok, err := s.NeedIn(t.Context(), protocol.OneWay)
		if err != nil || !ok || need.Bits != want.bits || need.Basis != want.basis {
			t.Errorf("%s is declared, and rows say %+v (%v, %v)", declared, need, ok, err)
		}
	}
}

// What a file declares for rounds, or for k players, is held against protocols too.
func TestDeclaredAboveComputedInOtherSettings(t *testing.T) {
	declare := func(bits int, setting string) string {
		return fmt.Sprintf("def needed(n): return {\"bits\": %d, \"setting\": %q, \"basis\": \"quoted\"}\n", bits, setting)
	}
	index := func(bits int, setting string) string {
		return problemFile(`{"x": bits(n), "y": numbers(1, n)}`, "return x[y - 1]", declare(bits, setting))
	}
	for source, refuted := range map[string]bool{
		index(2, "two-way deterministic"): false, index(4, "two-way deterministic"): true,
		index(3, "2 rounds deterministic"): false, index(4, "2 rounds deterministic"): true,
		chase + declare(5, "one-way deterministic, 3 players"): false, chase + declare(40, "one-way deterministic, 3 players"): true,
	} {
		n := 4
		if strings.HasPrefix(source, chase) {
			n = 3
		}
		r := check(t, parse(t, source), n)
		if got := r.Violation != nil && r.Violation.Obligation == validate.NeedTooLarge; got != refuted {
			t.Errorf("%s: refuted %v, want %v: %+v", source[strings.LastIndex(source, "def needed"):], got, refuted, r.Violation)
		}
	}
}

// One change makes these maps right, and the cause names it.
func TestCauses(t *testing.T) {
	for name, tc := range map[string]struct{ source, cause string }{
		"reversed": {`
def inputs(n): return {"x": words(n, 3), "y": numbers(1, n)}
def problem(n, x, y): return x[y - 1]
def task(tokens, params): return [tokens[tokens[-1] - 1]] * len(tokens)
def alice(n, x): return {i + 1: x[n - 1 - i] for i in range(n)}
def bob(n, y): return {n + 1: y}
def read(n): return [n + 1]
def answer(n, outputs): return outputs[n + 1]
`, "right if x is reversed"},
		"complemented": {`
problem = "eq"
def task(tokens, params): return [tokens[0] == tokens[1]] * 2
def alice(n, x): return {1: x}
def bob(n, y): return {2: [1 - b for b in y]}
def read(n): return [2]
def answer(n, outputs): return outputs[2] == 1
`, "is complemented"},
		"transposed": {`
def inputs(n): return {"x": bits(n * n), "y": pairs(numbers(0, n - 1), numbers(0, n - 1))}
def problem(n, x, y): return x[y[0] * n + y[1]]
def task(tokens, params):
    n, at = len(tokens[0]), tokens[1]
    return [tokens[0][at[0]][at[1]]] * 2
def alice(n, x): return {1: [[x[j * n + i] for j in range(n)] for i in range(n)]}
def bob(n, y): return {2: y}
def read(n): return [2]
def answer(n, outputs): return outputs[2]
`, "right if x is transposed"},
		"off by one": {`
def problem(n, x, y): return len([b for b in x + y if b]) > n
def task(tokens, params): return [len([t for t in tokens if t == 1])] * len(tokens)
def alice(n, x): return {i + 1: x[i] for i in range(n)}
def bob(n, y): return {n + i + 1: y[i] for i in range(n)}
def read(n): return [1]
def answer(n, outputs): return outputs[1] >= n
`, "off by one: right if -1 is added to the output of position 1"},
		"nothing of these": {`
problem = "eq"
def task(tokens, params): return [tokens[0] == tokens[1]] * 2
def alice(n, x): return {1: x[:-1]}
def bob(n, y): return {2: y[:-1]}
def read(n): return [2]
def answer(n, outputs): return outputs[2] == 1
`, ""},
	} {
		n := 3
		if name == "transposed" {
			n = 2
		}
		r := check(t, parse(t, tc.source), n)
		if r.Verdict != report.Errs || !strings.Contains(r.Cause, tc.cause) || tc.cause == "" && r.Cause != "" {
			t.Errorf("%s: %v, cause %q", name, r.Verdict, r.Cause)
		}
	}
}

// A domain that shrinks as n grows, or is another one, is the file's fault.
func TestDomainsBetweenSizes(t *testing.T) {
	for _, inputs := range []string{
		`{"x": bits(10 - n), "y": bits(n)}`, `{"x": numbers(1, n % 4 + 1), "y": bits(n)}`, `{"x": bits(n) if n < 4 else words(n, 2), "y": bits(n)}`,
	} {
		f := parse(t, problemFile(inputs, "return 0", ""))
		_, err := f.Subject(3)
		if bad, ok := err.(*Error); !ok || !strings.HasPrefix(err.Error(), "user.star:2: inputs(") || bad.Hint() == "" {
			t.Errorf("%s: %v", inputs, err)
		}
	}
	f := parse(t, problemFile(`{"x": bits(n) if n < 99 else bits(2), "y": bits(n)}`, "return 0", ""))
	if _, err := f.Subject(3); err != nil || f.Clash() != nil {
		t.Fatal(err)
	}
	if _, err := f.Subject(128); err == nil || f.Clash() == nil {
		t.Errorf("a domain that shrinks far from n: %v", err)
	}
}

// TestBitesThatComeAndGo: a need that does not grow, or a cost that grows by steps, has the first bite of those that are near, what
// bites at one size and not at a larger one is told and not solved for N, and a need that the players' inputs refute where it
// would bite bites nowhere.
func TestBitesThatComeAndGo(t *testing.T) {
	const file = `
def inputs(n): return {"x": words(n, 4), "y": numbers(1, n)}
def live(n): return LIVE
def problem(n, x, y): return x[y - 1] if live(n) else x[0]
def task(tokens, params): return [tokens[tokens[-1] - 1] if live(len(tokens) - 1) else tokens[0]] * len(tokens)
def alice(n, x): return {i + 1: x[i] for i in range(n)}
def bob(n, y): return {n + 1: y}
def read(n): return [n + 1]
def answer(n, outputs): return outputs[n + 1]
def needed(n): return {"bits": NEED, "setting": "one-way deterministic", "basis": "proved", "source": "here"}
`
	const comes = "2 * n if live(n) else 2"
	for _, c := range []struct {
		live, need string
		n, from    int
		note       string
		solvedForN bool
	}{
		{live: "n == 40 or n == 3", need: comes, n: 3, note: "no bite at n = 1, 2, 3, .., 16384"},
		{live: "n == 40 or n == 3", need: comes, n: 40, from: 40, note: "what bites at n = 40 does not at n = 41"},
		{live: "n % 2 == 0", need: comes, n: 4, from: 38, note: "what bites at n = 38 does not at n = 39"},
		{live: "True", need: "2 * n", n: 3, from: 38, solvedForN: true},
		{live: "True", need: "2 * n + (10 if n == 37 else 0)", n: 3, note: "at n = 37, 84 bits are declared (one-way deterministic), and 74 are enough"},
	} {
		f := parse(t, strings.NewReplacer("LIVE", c.live, "NEED", c.need).Replace(file))
		s, err := f.Subject(c.n)
		if err != nil {
			t.Fatal(err)
		}
		a, err := rules.Parse("recurrent m=5 p=15")
		if err != nil {
			t.Fatal(err)
		}
		list, err := validate.Consequences(t.Context(), s, f.Family(), a)
		if err != nil {
			t.Fatal(err)
		}
		row := list[0]
		solved := slices.ContainsFunc(row.Solved, func(sol validate.Solution) bool { return sol.For == "N" })
		if (row.BitesFrom == nil) != (c.from == 0) || c.from > 0 && *row.BitesFrom != c.from || !strings.Contains(row.Note, c.note) || solved != c.solvedForN {
			t.Errorf("%s, %s, n = %d: bites from %v, solved %v: %s", c.live, c.need, c.n, row.BitesFrom, row.Solved, row.Note)
		}
	}
}
