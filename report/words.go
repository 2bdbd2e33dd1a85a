package report

import (
	"fmt"
	"maps"
	"slices"
)

// words explains what tables and screens print.
var words = map[string]string{
	string(Meets):         "The model was right on everything that was tried, and where bits are needed it moved at least as many. Right on all inputs only where the row says \"all\"; a sample proves nothing about the rest.",
	string(Errs):          "An input on which the model is wrong; it is printed. In a lower bound this is a success of the bound: a model of too few bits was planted, and it fails as the bound says it must.",
	string(Unknown):       "No conclusion. Nothing was run (a formula alone, such as \"no model of this size is right from N = 77 on\"), or a sample met no error although fewer bits were moved than are needed: then some input that was not tried is wrong, and falsify looks for it.",
	string(Contradiction): "Right on every input with fewer bits than are proved to be needed. That is a bug in Crosscut, never news: exit status 3.",
	string(Vacuous):       "The protocol costs more than sending Alice's raw tokens, so its cost proves nothing about the model. Of a claim: its hypothesis asks for sizes that nobody has.",
	"needed":              "The largest lower bound that is known for the row's setting: the exact cost of the task's own matrix where it has a closed form or is small enough to be counted (own-matrix), else what the embedded problem costs. needed_by names it, with its split or its n. A bound of another setting is never used, nor one that does not apply.",
	"trivial":             "What Alice's raw tokens cost: ceil(log2 M) bits for a number, d p + ceil(log2 C(N, q)) for a token of qsa, two labels for an edge; of a task in a file, see docs/starlark.md. Whoever sends more proves nothing.",
	"basis":               "Why a number may be believed. checked: evidence was enumerated here, at this n. proved: a short proof in docs/, for every n. quoted: a citation with its explicit constant. open: nobody knows.",
	"sandwich":            "A proved lower line and the smallest construction that was found right, in one quantity, for one task with one q, eps, M and read rule. What lies between the two is what nobody knows.",
	"size":                "Bits of the model as the claim measures it: H max(m, d_v) p of attention (H heads, keys of width m, values of width d_v, p bits a number), bits of a state, rows of the first layer times p. From the least to the largest N, drawn on a scale of logarithms.",
	"bits":                "What crossed the cut between Alice's tokens and Bob's, metered at the given N; beside it what is needed there (see needed, sandwich).",
	"grows like":          "The shape of the size against N, up to one factor log N, while what stands under at stays. Proved, between two proved lines of that shape, unless a ? says that it is fitted to these points, which proves nothing beyond them (docs/growth.md).",
	"mark":                "What a run says of a claim: holds, open, fails as printed, or what else show explains. (k): k models that had to fail, too small or random, did fail on an input that is printed with --details; they err, and so the bound is seen to bite.",
	string(Holds):         "The claim's statement, with the constants that are shown, was proved or run here without a wrong output, and the same check was seen to fail where it should (fails below).",
	MapOnly:               "What leads to the bound was run and seen to fail where it should: the map, the compiled protocol, the shattered set. The bound itself is quoted without its constant, so no number is excluded.",
	string(Fails):         "Executed as it is printed the claim is wrong; the witness is shown.",
	string(Dominated):     "True, and the trivial protocol says more.",
	string(Open):          "Neither proved nor refuted, here or elsewhere.",
	string(Outside):       "Nothing here speaks of it; the reason is given.",
}

// Words lists the words that are explained.
func Words() []string { return slices.Sorted(maps.Keys(words)) }

// Word explains one.
func Word(name string) (string, bool) {
	text, ok := words[name]
	return text, ok
}

// Yes is yes or no.
func Yes(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// Known is a value as show writes it, nothing where there is none.
func Known[T any](v *T, show func(T) string) string {
	if v == nil {
		return ""
	}
	return show(*v)
}

// Plural counts things: 1 bit, 2 bits. A word that does not take an s brings its plural.
func Plural(n int, one string, many ...string) string {
	switch {
	case n == 1:
		return "1 " + one
	case len(many) > 0:
		return fmt.Sprintf("%d %s", n, many[0])
	}
	return fmt.Sprintf("%d %ss", n, one)
}
