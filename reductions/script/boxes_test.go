package script

import (
	"container/heap"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/reductions/validate"
)

// randomly draws expressions of a file's functions, which read some of what they are given.
type randomly struct{ *rand.Rand }

func (r randomly) of(choices ...string) string { return choices[r.IntN(len(choices))] }

// number is an expression whose value is a small number, of lists and numbers.
func (r randomly) number(depth int, lists, numbers []string) string {
	list, n := r.of(lists...), r.of(numbers...)
	if depth == 0 {
		return r.of(n, list+"[0]", list+"[-1]", fmt.Sprintf("%s[%s %% 2]", list, n))
	}
	a, b, c := r.number(depth-1, lists, numbers), r.number(depth-1, lists, numbers), r.number(depth-1, lists, numbers)
	return r.of(
		fmt.Sprintf("(%s + %s)", a, b), fmt.Sprintf("(%s if %s %% 2 else %s)", a, b, c), fmt.Sprintf("(%s or %s)", a, b),
		fmt.Sprintf("%s[%s %% 2]", list, a), fmt.Sprintf("len([v for v in %s if v == %s])", list, a),
		fmt.Sprintf("max(%s)", list), fmt.Sprintf("%s[1:][0]", list), fmt.Sprintf("(1 if %s in %s else %s)", a, list, b),
		fmt.Sprintf("(%s if %s == %s[:2] else %s)", a, list, r.of(lists...), b))
}

// file draws a file, whose functions do with their lists what before says.
func (r randomly) file(before func(list string) string) string {
	takes := [][2]string{{"", ""}, {"y, ", ", y[2][0], y[0][1]"}}[r.IntN(2)]
	held := []string{"x", "y[0]", "y[2]"}
	given := r.number(2, held, []string{"y[1]", "2", "n"})
	return fmt.Sprintf(`
def inputs(n): return {"x": words(n, 3), "y": pairs(bits(2), numbers(0, 2), %s)}
def problem(n, x, y):
    %s
    v = %s
    return %s
def task(tokens, params):
    %s
    v = %s
    return [%s] * len(tokens)
def alice(n, x): return {i + 1: %s for i in range(n)}
def bob(n, y): return {n + 1: y[0][0], n + 2: %s}
def public(n): return {n + 3: 5}
def answer(n, %soutputs):
    o = [outputs[%s], %s]
    return [%s, str(o[0])%s]
`, r.of("words(2, 2)", "subsets(3, 2)"),
		before("x"), given, r.of("[v]", "[v, x[0] == y[1]]", "str(v)", "None if v > 4 else [1, x]"),
		before("tokens"), r.number(2, []string{"tokens", "tokens[1:]"}, []string{"1", "tokens[2]"}), r.of("v", "v % 2 == 1", "(v, tokens[0])", "[v, tokens]", "str(v)", "{\"v\": v}", "[v]"),
		r.of("x[i]", "x[-1]", "x[i] % 2"), r.of("y[1]", "sorted(y[2])[0]", "0"),
		takes[0], r.of("1", "n", "n + 1"), r.of("outputs[1]", "3", "outputs[n]"),
		r.of("o[0] == o[1]", "str(o)", "2"), takes[1])
}

// All inputs at once, a list of them, and one after the other, the answer by a way of its own,
// give the same; also of functions that change their lists, join them, or give
// them back.
func TestBoxesAreInputs(t *testing.T) {
	ways := []func(list string) string{
		func(string) string { return "pass" },
		func(list string) string { return "a = " + list + " + []" },
		func(list string) string { return "a = " + list + " + [] if " + list + "[0] else 0" }, // not at once
		func(list string) string { return list + ".append(7)\n    " + list + ".pop()" },
	}
	for seed := range uint64(20) {
		r := randomly{rand.New(rand.NewPCG(seed, 1))}
		source := r.file(ways[seed%4])
		s, err := parse(t, source).Subject(3)
		if err != nil {
			t.Fatalf("%v\n%s", err, source)
		}
		box := &validate.Inputs{}
		for who, d := range s.Problem.Domains(3) {
			var words []protocol.Word
			for k := range d.Len() {
				words = append(words, d.Nth(k))
			}
			toks, err := s.Write(protocol.Player(who), words)
			if err != nil {
				t.Fatalf("%v\n%s", err, source)
			}
			box.Words, box.Toks = append(box.Words, words), append(box.Toks, toks)
		}
		some := *box
		for k := range box.Len() {
			if r.IntN(4) == 0 {
				ys := len(box.Words[1])
				some.At = append(some.At, int32(k/ys), int32(k%ys))
			}
		}
		for _, in := range []*validate.Inputs{box, &some} {
			wants, err := s.Wants(in)
			if err != nil {
				t.Fatalf("%v\n%s", err, source)
			}
			gots, err := s.Answers(in)
			if err != nil {
				t.Fatalf("%v\n%s", err, source)
			}
			for range 12 {
				k := r.IntN(in.Len())
				one := in.Get(k)
				if want, inside, err := s.Want(one...); err != nil || inside != (wants.Of(k).Kind() != protocol.None) || inside && !want.Equal(wants.Of(k)) {
					t.Fatalf("seed %d, %v: problem gives %v at once, and %v (%v)\n%s", seed, one, wants.Of(k), want, err, source)
				}
				seq, err := s.Encode(one...)
				if err != nil {
					t.Fatal(err)
				}
				got, err := s.Answer(one[1], func(pos int) (tasks.Value, error) {
					v, err := s.Outputs(seq, []int{pos})
					if err != nil {
						return nil, err
					}
					return v[0], nil
				})
				if err != nil || !got.Equal(gots.Of(k)) {
					t.Fatalf("seed %d, %v: answer gives %v at once, and %v (%v)\n%s", seed, one, gots.Of(k), got, err, source)
				}
			}
		}
	}
}

// Of a batch in which some inputs fail, the smallest one is told, whichever worker meets it.
func TestSmallestFails(t *testing.T) {
	for _, way := range []string{"pass", "x + []"} {
		s, err := parse(t, `
def problem(n, x, y):
    `+way+`
    return 1 // (1 - x[4] * y[3]) if x[0] or y[1] else 1
def task(tokens, params): return tokens
def alice(n, x): return {1: x[0]}
def bob(n, y): return {2: y[0]}
def answer(n, outputs): return 1`).Subject(5)
		if err != nil {
			t.Fatal(err)
		}
		_, err = validate.Run(t.Context(), s, validate.Options{Seed: 1})
		if err == nil || !strings.Contains(err.Error(), "division by zero, on [0, 0, 0, 0, 1], [0, 1, 0, 1, 0]") {
			t.Errorf("%s: %v", way, err)
		}
	}
}

// Boxes are handed out by their smallest input.
func TestQueue(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	q := &queue{}
	var firsts []int
	for range 200 {
		k := r.IntN(100)
		firsts = append(firsts, k)
		heap.Push(&q.boxes, &box{first: k})
	}
	slices.Sort(firsts)
	for _, want := range firsts {
		if got := heap.Pop(&q.boxes).(*box).first; got != want {
			t.Fatalf("%d, want %d", got, want)
		}
	}
}
