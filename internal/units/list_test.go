package units

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
)

// words are answers that one can check: item k is answered by its own number in words.
type word struct {
	Text string `json:"text"`
	Any  any    `json:"any"`
}

var wordKind = RegisterList[word]("words", "a test")

func words(n int) *Work[Answers[word]] {
	w := List(wordKind, map[string]any{"n": n}, n,
		func(_ context.Context, k int) (word, error) { return word{fmt.Sprint("answer ", k), 2 * k}, nil },
		func(k int, v word) error {
			if v.Text != fmt.Sprint("answer ", k) {
				return errors.New("another answer")
			}
			return nil
		})
	w.Version, w.Command = "v", []string{"words"}
	return w
}

// TestListIsWhole: every answer is there once, however the list is cut; neighbours are in
// different units.
func TestListIsWhole(t *testing.T) {
	for _, n := range []int{1, 2, 3, 8, 95, 96} {
		whole := unit(t, words(n), 1, 1)
		for _, k := range []int{1, 2, 7, n + 2} {
			total, err := words(n).Merge(all(t, words(n), k))
			if err != nil || string(raw(total)) != string(whole.Counts) || len(total) != n {
				t.Errorf("%d answers in %d units: %v\n%s", n, k, err, raw(total))
			}
		}
		reached := map[int]bool{}
		for item := range n {
			reached[item*coprime(n)%n] = true
		}
		if len(reached) != n || n > 3 && coprime(n) == 1 {
			t.Errorf("%d items, stride %d: %d are reached", n, coprime(n), len(reached))
		}
	}
}

// TestListRefuses: answers that are missing, doubled, of other items or false.
func TestListRefuses(t *testing.T) {
	for name, edit := range map[string][2]string{
		"missing": {`"2":{"text":"answer 2","any":4}`, ``},
		"another": {`"2":{`, `"3":{`},
		"false":   {"answer 2", "answer 3"},
		"twice":   {`"2":{"text":"answer 2","any":4}`, `"2":{"text":"answer 2","any":4},"2":{"text":"answer 2","any":4}`},
	} {
		r := unit(t, words(4), 1, 1)
		counts := strings.Replace(string(r.Counts), edit[0], edit[1], 1)
		if counts == string(r.Counts) {
			t.Fatalf("%s: %s", name, counts)
		}
		r.Counts = []byte(strings.NewReplacer(",,", ",", "{,", "{").Replace(counts))
		if _, err := words(4).Merge([]*Record{r}); !errors.Is(err, ErrForeign) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestListKeepsAnswers: an answer that a record would change is refused where it is
// given: nothing else would see it.
func TestListKeepsAnswers(t *testing.T) {
	w := List(wordKind, nil, 1, func(context.Context, int) (word, error) { return word{"large", 1<<53 + 1}, nil }, nil)
	if _, err := w.Run(context.Background(), Whole, nil, nil); err == nil || !strings.Contains(err.Error(), "reads back otherwise") {
		t.Errorf("%v", err)
	}
}

// TestListRefusesForeignAnswers: one more than the unit has items, and one of another unit,
// where nothing else is known of an answer; and one that could not be given.
func TestListRefusesForeignAnswers(t *testing.T) {
	list := func(fails error) *Work[Answers[word]] {
		w := List(wordKind, nil, 4, func(_ context.Context, k int) (word, error) { return word{"a", k}, fails }, nil)
		w.Version, w.Command = "v", []string{"words"}
		return w
	}
	other := unit(t, list(nil), 2, 2)
	for name, edit := range map[string]func(a, b Answers[word]){
		"one more": func(a, b Answers[word]) {
			for k, v := range b {
				a[k] = v
				return
			}
		},
		"of another unit": func(a, b Answers[word]) {
			for k := range a {
				delete(a, k)
				break
			}
			for k, v := range b {
				a[k] = v
				return
			}
		},
	} {
		r := unit(t, list(nil), 1, 2)
		_, a, _, err := list(nil).Open(r)
		_, b, _, err2 := list(nil).Open(other)
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		edit(a, b)
		r.Counts = raw(a)
		if _, err := list(nil).Merge([]*Record{r, other}); !errors.Is(err, ErrForeign) {
			t.Errorf("%s: %v", name, err)
		}
	}
	boom := errors.New("boom")
	if _, err := list(boom).Run(context.Background(), Whole, nil, nil); !errors.Is(err, boom) {
		t.Errorf("%v", err)
	}
}
