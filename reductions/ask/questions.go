package ask

import (
	"fmt"

	"crosscut/report"
)

const linearOnly = "that a model which is not excluded can do it, or can learn to; the rank speaks of one layer's linear reading, before gates and norms, and of values that are linearly independent: it excludes nothing of a deep model"

var (
	_ = register(&Question{
		Name: "recall", Doc: "K pairs of a known key and an arbitrary value are read; then one key is asked", Counted: true, Grows: true, Errs: true, LinearIn: true,
		Proof: "the V^K assignments of values to keys differ in some answer, so no two may leave one state; with error e, Fano's inequality for each key, averaged",
		Need:  func(s Sizes) Need { return Need{s.Vocab, s.Count, 2 * s.Count} },
		Phrase: func(s Sizes) string {
			return fmt.Sprintf("recall %s over %d values", report.Plural(s.Count, "pair"), s.Vocab) + allowed(s)
		},
		NotSaid: linearOnly,
	})
	_ = register(&Question{
		Name: "copy", Doc: "L symbols are read, then they are written out again", Counted: true, Grows: true, Errs: true,
		Proof: "the V^L strings have different copies, so no two may leave one state; with error e a symbol, Fano's inequality for each place, averaged",
		Need:  func(s Sizes) Need { return Need{s.Vocab, s.Count, s.Count} },
		Phrase: func(s Sizes) string {
			return fmt.Sprintf("copy %s over %d", report.Plural(s.Count, "symbol"), s.Vocab) + allowed(s)
		},
		NotSaid: "that a model which is not excluded can do it, or can learn to",
	})
	_ = register(&Question{
		Name: "hops", Doc: "a function of V symbols to V symbols is read; then a symbol, from which k steps are asked", Counted: true,
		Proof: "split floor(V/k) k symbols into k rows, let each symbol of a row lead to its neighbour in the next and each of the last row anywhere: " +
			"V^floor(V/k) functions differ in the k-th step from the first row; where k exceeds V, the V constant functions",
		Need: func(s Sizes) Need { return Need{s.Vocab, max(1, s.Vocab/s.Count), 2 * s.Vocab} },
		Phrase: func(s Sizes) string {
			return fmt.Sprintf("follow %s through any function of %d symbols", report.Plural(s.Count, "hop"), s.Vocab)
		},
		NotSaid: "anything about the number of layers that k hops need: that is another argument (conditional for deep transformers), and one-layer bounds do not extend to deep models",
	})
	_ = register(&Question{
		Name: "compose", Doc: "f is read, then g, then a symbol x; g(f(x)) is asked",
		Proof:   "with g one to one, the V^V functions f differ in some answer",
		Need:    func(s Sizes) Need { return Need{s.Vocab, s.Vocab, 2 * s.Vocab} },
		Phrase:  func(s Sizes) string { return fmt.Sprintf("compose two functions of %d symbols", s.Vocab) },
		NotSaid: "anything about one attention layer's width: that bound (Peng, Narayanan, Papadimitriou 2024) is of a single layer and does not extend to deep models",
	})
	_ = register(&Question{
		Name: "set-membership", Doc: "any set of the V symbols is read; then one symbol: was it there?",
		Proof:   "the 2^V sets differ in some answer",
		Need:    func(s Sizes) Need { return Need{2, s.Vocab, s.Vocab} },
		Phrase:  func(s Sizes) string { return fmt.Sprintf("tell any set of %d symbols", s.Vocab) },
		NotSaid: "that a model which is not excluded can do it; an error of a constant rate would need fewer bits (a Bloom filter's)",
	})
	_ = register(&Question{
		Name: "state-tracking", Doc: "a word of permutations of five things is read; where is everything now?", Plain: true,
		Proof:   "the 120 permutations must leave different states",
		Need:    func(Sizes) Need { return Need{120, 1, 1} },
		Phrase:  func(Sizes) string { return "track permutations of five things" },
		NotSaid: "that the model can compute it: memory is not the obstacle, and that diagonal linear recurrences and fixed-depth attention cannot do it at all lengths is known only if TC0 differs from NC1",
	})
)

func allowed(s Sizes) string {
	if s.Error == 0 {
		return ""
	}
	return fmt.Sprintf(" with error %g each", s.Error)
}
