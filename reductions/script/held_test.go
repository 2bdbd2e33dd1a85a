package script

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"crosscut/reductions/validate"
)

// A problem gets lists that note what is read, and answer gets lists as they are: both give
// the same in whatever way they use them, and the single pairs that are wrong are found.
func TestTraced(t *testing.T) {
	t.Parallel()
	const file = `
USES
def inputs(n): return {"x": words(n, 3), "y": pairs(words(2, 3), numbers(0, 2), numbers(0, len(uses) - 1))}
def f(n, x, z): return [uses[z[2]](x, z[0], z[1], z)]
def problem(n, x, y): return [-7] if BROKEN and y[1] == 2 and x == [2] * n and y[0] == [1, 2] else f(n, x, y)
def task(tokens, params): return tokens
def alice(n, x): return {i + 1: x[i] for i in range(n)}
def bob(n, y): return {n + i + 1: y[i] for i in range(3)}
def answer(n, outputs): return f(n, [outputs[i + 1] for i in range(n)], (outputs[n + 1], outputs[n + 2], outputs[n + 3]))
`
	check := func(uses []string, broken string, failures int) {
		t.Helper()
		source := ""
		for k, use := range uses {
			source += fmt.Sprintf("def use%d(x, y, k, z):\n    %s\n", k, use)
		}
		source += "uses = ["
		for k := range uses {
			source += fmt.Sprintf("use%d, ", k)
		}
		s, err := parse(t, strings.NewReplacer("USES", source+"]", "BROKEN", broken).Replace(file)).Subject(3)
		if err != nil {
			t.Fatalf("%s: %v", uses, err)
		}
		r, err := validate.Run(t.Context(), s, validate.Options{Seed: 1})
		if err != nil || r.Failures != int64(failures) || r.Checked != 729*int64(len(uses)) {
			t.Errorf("%s, broken %s: %v, %+v", uses, broken, err, r)
		}
	}
	reads := strings.Split(`return x[k]
return x[-1] == y[-k - 1] if k < 2 else y[0]
return [v for v in x if v == k]
return any([x[i] and y[i] for i in range(2)])
return any([s and s == t for s, t in zip(x, y)])
return [x == y, y == x[:2], x != [0, 1, 2], y < x, x <= [1, 1], y in [z[0], 1], k in x, k not in y]
return x[1:]
return x[::-2] + [k]
return [k] + y[1:]
return x
return [x, k]
return (y, x)[k % 2]
return sorted(x)
return [max(x), min(y), len(x) + k, bool(x) and bool(y[k:])]
return [type(x), type(z), hasattr(x, "append"), getattr(x, "index", None) == None, len(dir(y))]
return [list(reversed(x)), [list(e) for e in enumerate(y)], sorted(set(x) & set(y))]
return {tuple(x): 1}.get((0, 1, k), 0)
return str(x) + repr(y)
return ["%s and %d" % (x, k), "{} {}".format(y, x), ",".join([str(v) for v in x])]
return getattr(x, "index")(x[k])
return y < x
for v in x:\n        if v == k: return "met"\n    return "not met"
a, b = y\n    return a * 3 + b
return (lambda a, *b: [a, list(b)])(*x)
a = list(x)\n    a += y\n    a.extend(x)\n    return a
return not x[k] or y[x[k] % 2] if k else True`, "\n")
	for k := range reads {
		reads[k] = strings.ReplaceAll(reads[k], `\n`, "\n")
	}
	check(reads, "False", 0)
	check(reads, "True", len(reads))
	for _, use := range []string{ // after which lists are given
		"return [0, 1, 2] == x", "return [y] == [x[:2]]", "return [x == w for w in [[0, 1, 2], y]]", "return [1, 1] in [x, y]", "return sorted([x, [1, 1]])",
		"return x + y", "return [0] + x", "return x * 2", "a = x\n    a += [k]\n    return [len(x), len(a)]", "x.append(k)\n    return x", "y[0] = k\n    return y",
		"d = {}\n    d[k] = y\n    d[k][0] = 9\n    return [y[0], d[k][1]]",
	} {
		check([]string{"return x[0] == y[0]", use}, "True", 2)
	}
}

// A call that reads more than is noted is on all that it was given.
func TestLongTrail(t *testing.T) {
	for _, c := range [][2]string{{"len([v for v in x if v])", "outputs[1100]"}, {"x[-1]", "len([v for v in outputs.values() if v])"}} {
		s, err := parse(t, `
def inputs(n): return {"x": choices([[0] * 1100, [0] * 1099 + [1]]), "y": bits(n)}
def problem(n, x, y): return `+c[0]+`
def task(tokens, params): return tokens
def alice(n, x): return {i + 1: x[i] for i in range(1100)}
def bob(n, y): return {1101: 0}
def read(n): return list(range(1, 1101))
def answer(n, outputs): return `+c[1]).Subject(5)
		if err != nil {
			t.Fatal(err)
		}
		if r, err := validate.Run(t.Context(), s, validate.Options{Seed: 1}); err != nil || r.Failures > 0 || r.Checked != 64 {
			t.Error(c, err, r)
		}
	}
}

// What is met again is not asked again: one call settles all inputs that agree where it reads,
// of the players or, of task, of the tokens.
func TestKept(t *testing.T) {
	for body, calls := range map[string][2]int{"x[0] == y[0]": {4, 4 + 2}, "x[0] and x[y[0] + 1] == 1": {1 + 4, 2*(1+2) + 2}} { // of problem; of task, which reads y first, and of answer for each output
		f := parse(t, strings.ReplaceAll(`
def problem(n, x, y): return BODY
def task(tokens, params):
    x, y = tokens, [tokens[5]]
    return [BODY] * len(tokens)
def alice(n, x): return {i + 1: x[i] for i in range(n)}
def bob(n, y): return {n + i + 1: y[i] for i in range(n)}
def answer(n, outputs): return outputs[1] == 1`, "BODY", body))
		s, err := f.Subject(5)
		if err != nil {
			t.Fatal(err)
		}
		before := maps.Clone(f.proc.calls)
		r, err := validate.Run(t.Context(), s, validate.Options{Seed: 1})
		if err != nil || !r.Exhaustive || r.Failures > 0 {
			t.Fatal(err, r)
		}
		for k, fn := range []string{"problem", "task"} {
			if got := f.proc.calls[fn] - before[fn]; got != calls[k] {
				t.Errorf("%s: %s was called %d times, want %d", body, fn, got, calls[k])
			}
		}
	}
}
