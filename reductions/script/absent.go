package script

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"crosscut/internal/catalog"
)

// absent are names of Python and of mathematics that the language lacks, with what to write.
var absent = map[string]string{
	"log log2 log_2 lg ld ceil floor math numpy np bit_length": "ceil_log2(k) is the number of bits for k values, exact; there are no logarithms of other kinds, a // b rounds down and -(-a // b) up",
	"sum":                     "Starlark has no sum: add in a loop, total += e; of conditions, len([e for e in list if e])",
	"pow prod factorial comb": "multiply in a loop, r *= k; 1 << k is 2 to the k",
	"map filter reduce":       "write a comprehension, [f(e) for e in list if ok(e)]",
	"round divmod":            "a // b rounds down, a % b is what is left",
	"bin format":              "\"%d\" % k and \"{}\".format(k) write numbers; (k >> i) & 1 is bit i",
	"isinstance":              "type(v) == \"list\" asks for a type",
	"frozenset Counter defaultdict collections": "a dictionary or set([...]) holds what was seen: d[k] = d.get(k, 0) + 1",
	"next iter":                      "list[0], or a loop that ends with break",
	"itertools product combinations": "write a comprehension with several for; the domains are " + domainNames(),
	"random":                         "a file always means the same: there is nothing random; --seed draws the sample",
	"xor XOR":                        "a ^ b is xor, a & b and, a | b or",
	"true false null none nil":       "write True, False and None",
}

// undefinedHint says what to write for a name that nothing defines.
func undefinedHint(name string) string {
	for names, hint := range absent {
		if slices.Contains(strings.Fields(names), name) {
			return hint
		}
	}
	hint := "the domains are " + domainNames() + "; one_of([...]) is a relation's value"
	if near := catalog.Unknown("name", name, slices.Sorted(maps.Keys(predeclared()))).Nearest; near != "" {
		hint = "did you mean " + near + "? " + hint
	}
	return hint
}

// foreign are words of Python that the language lacks as they stand in a line that is not understood, with what to
// write; the first that fits.
var foreign = []struct{ line, hint string }{
	{`^\s*(import|from)\b`, "there is nothing to import: a file is whole, and what it needs is built in; ceil_log2(k) is the number of bits for k values"},
	{`^\s*load\(`, "a file is whole: copy what it needs into it"},
	{`^\s*class\b`, "Starlark has no classes: a tuple or a dictionary holds several values"},
	{`^\s*while\b`, "Starlark has no while: for _ in range(most), and break"},
	{`^\s*(try|except|finally|raise|assert|with)\b`, "Starlark has no exceptions and no files: ask before, d.get(k, 0) or if i < len(list); fail(\"why\") ends with an error"},
	{`^\s*(global|nonlocal|del)\b`, "what is global is fixed once the file is read: return the new value, and leave out by a comprehension, [e for e in list if ok(e)]"},
	{`^\s*(async|await|yield|match|@)|\byield\b`, "a file has functions, def f(a, b), with if, for and return"},
	{`^\s*else\b`, "else belongs to an if; a loop has none"},
	{`\*\*`, "Starlark has no powers: multiply in a loop, or write 1 << k for 2 to the k"},
	{`(?i)\bf["']`, "Starlark has no f-strings: \"%d of %s\" % (a, b), or \"{} of {}\".format(a, b)"},
	{`\bis\b`, "write == and != for is and is not"},
	{`\blambda\b`, "a lambda is one expression, lambda a, b: a + b; for more write def"},
	{`:=`, "give the name its value in a line of its own"},
	{`\(.*\bfor\b`, "a comprehension stands in brackets: [f(e) for e in list]"},
	{`def .*(->|\w\s*:\s*\w)`, "parameters and results have no types here: def f(a, b):"},
	{`(<|>|==|!=).*(<|>|==|!=)`, "one comparison at a time: a <= b and b < c"},
	{`\*\w`, "there is no unpacking by *: list + [e], list[0], list[1:]"},
	{`{[^:{}]*}`, "set([a, b]) is a set, {a: 1} a dictionary"},
}

// outputsHint says what task returns.
const outputsHint = "one output for each token, in order: [f(t) for t in tokens], or [v] * len(tokens)"

// failing are parts of messages of the interpreter, with what to do.
var failing = []struct{ part, hint string }{
	{"one per position", outputsHint},
	{"has no position", "positions count from 1: outputs[1] is the output at the first"},
	{"cannot be returned", "return numbers, truth values, strings, and lists of such; a token may be a dictionary too"},
	{"by this application", "a file is whole: copy what it needs into it"},
	{"called recursively", "Starlark has no recursion: write a loop over something finite"},
	{"cannot reassign", "a name outside functions is given one value: take another name, or compute it in a function"},
	{"frozen", "what is global or given to a function is fixed: change a copy, list(x) or dict(d)"},
	{"referenced before assignment", "a name that a function gives a value is the function's own: give it one first, or take another name"},
	{"is not among the positions", "read lists the positions that answer looks at: name this one there, or leave read out"},
	{" index ", "lists count from 0 and positions from 1: x[i - 1] is the value at position i"},
	{"out of range", "numbers that count, as in 1 << k or range(k), are small: validate at a smaller --n, or compute less"},
	{"repeat count", "a call has 512 MB of memory: hold less at once"},
	{" format ", "\"%d\" % k writes a number, \"%s\" % v any value, \"%d of %s\" % (k, v) two"},
	{"nested more than", "tokens and answers are numbers, strings, and lists or dictionaries of such, of few levels"},
	{"one_of(", "one_of([a, b]) lists the right answers, at least one; where there is none, problem returns None"},
	{"fail: ", "the file ends here by its own fail(...)"},
	{"not in dict", "d.get(k, 0) is 0 where k is absent"},
	{"division by zero", "ask before: a // b if b else 0"},
	{"modulo by zero", "ask before: a % b if b else 0"},
	{"string value is not iterable", "s.elems() lists the characters of a string"},
	{"not iterable", "range(k) counts from 0 to k - 1; a loop goes over a list"},
	{"unknown binary op", "str(v) makes text of a value, int(s) a number; a list is joined to a list, list + [e]"},
	{"accepts", "a lambda or function gets as many values as it names; further ones need defaults, lambda a, b = 0: a + b"},
	{"missing", "a lambda or function gets as many values as it names; further ones need defaults, lambda a, b = 0: a + b"},
	{"attribute", "dir(v) lists what a value has"},
	{" has no .", "dir(v) lists what a value has"},
	{"indent", "indent the lines of a block alike, all with blanks or all with tabs"},
	{"unhashable", "keys are numbers, strings or tuples: tuple(list)"},
	{"took more than", "a call has 10 seconds: loop over less, or validate at a smaller --n"},
}

// hintFor says what to do where a call fails with a message, or a line is not understood.
func hintFor(msg, line string) string {
	for _, f := range failing {
		if strings.Contains(msg, f.part) {
			return f.hint
		}
	}
	if strings.Contains(msg, ": in ") { // a function, where the line was understood
		return ""
	}
	for _, f := range foreign {
		if regexp.MustCompile(f.line).MatchString(line) {
			return f.hint
		}
	}
	return "Starlark is a part of Python: docs/starlark.md says what a file may hold"
}
