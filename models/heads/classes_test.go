package heads

import (
	"reflect"
	"slices"
	"testing"

	"crosscut/internal/long"
)

// The numbers of classes and of functions are those of the literature (OEIS A000370).
func TestClasses(t *testing.T) {
	counts := []int{2, 4, 14, 222, 616126}
	for k, want := range counts[:long.Of(4, 5)] {
		n := k + 1
		c := NewClasses(n)
		classes, functions := 0, 0
		for k := range c.First {
			for class := range c.Of(k, 0, 1<<c.half) {
				classes++
				functions += class.Size
			}
		}
		if classes != want || functions != 1<<(1<<n) {
			t.Errorf("n = %d: %d classes of %d functions", n, classes, functions)
		}
	}
}

// Each class once, with its certificates, gives what going through all functions gives.
func TestSettledFunctions(t *testing.T) {
	for n, want := range map[int][]int{1: {2, 2}, 2: {2, 12, 2}, 3: {2, 102, 150, 2}, 4: {2, 1880, 55692, 7960, 2}} {
		w, err := Work(n, 400, 1)
		if err != nil {
			t.Fatal(err)
		}
		parts, err := w.Do(t.Context(), 0, w.Items)
		if err != nil {
			t.Fatal(err)
		}
		if s := Together(parts); !slices.Equal(s.Functions, want) || len(s.Open) > 0 {
			t.Errorf("n = %d: %+v, want %v", n, s, want)
		}
	}
	if _, err := Work(6, 1, 1); err == nil {
		t.Error("n = 6 was taken")
	}
}

// What is settled of a class does not hang on which came before it: with few draws, so
// that classes stay open, stretches alone and in reverse give what the whole list gives.
func TestSettlingHangsOnTheFunctionAlone(t *testing.T) {
	for tries := range 4 {
		w, err := Work(4, tries+1, 1)
		if err != nil {
			t.Fatal(err)
		}
		whole, err := w.Do(t.Context(), 0, w.Items)
		if err != nil {
			t.Fatal(err)
		}
		w, _ = Work(4, tries+1, 1)
		for item := w.Items - 1; item >= 0; item-- {
			part, err := w.Do(t.Context(), item, item+1)
			if err != nil {
				t.Fatal(err)
			}
			for k, s := range part {
				if !reflect.DeepEqual(s, whole[k]) {
					t.Errorf("tries = %d, stretch %d: %+v alone, %+v in the list", tries+1, k, s, whole[k])
				}
			}
		}
	}
}
