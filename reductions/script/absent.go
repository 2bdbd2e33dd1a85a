package script

import (
	"maps"
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
