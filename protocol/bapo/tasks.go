package bapo

import "slices"

// Task is a family of functions, one for each length; Least is the shortest.
type Task struct {
	Name, Doc string
	Least     int
	Of        func(n int) Function
}

// Tasks are the tasks whose a(n, b) is tabulated.
var Tasks = []Task{
	{"index", "n - 1 bits, then a position: the bit there", 2, func(n int) Function {
		return Function{append(binary(n-1), n-1), func(w []int) int { return w[w[n-1]] }}
	}},
	{"eq", "the two halves are equal (of an odd n without the middle)", 2, func(n int) Function {
		return Function{binary(n), func(w []int) int { return b(slices.Equal(w[:n/2], w[n-n/2:])) }}
	}},
	{"disj", "the two halves, as sets, meet (of an odd n without the middle)", 2, func(n int) Function {
		return Function{binary(n), func(w []int) int {
			for i := range n / 2 {
				if w[i]*w[n-n/2+i] == 1 {
					return 1
				}
			}
			return 0
		}}
	}},
	{"match2", "some x_i + x_n = 0 mod 3", 2, func(n int) Function {
		return Function{slices.Repeat([]int{3}, n), func(w []int) int {
			for _, v := range w {
				if (v+w[n-1])%3 == 0 {
					return 1
				}
			}
			return 0
		}}
	}},
	{"parity", "a regular language of two states", 2, func(n int) Function {
		return Function{binary(n), func(w []int) int { return sum(w) % 2 }}
	}},
	{"majority", "more than half of the bits are 1", 2, func(n int) Function {
		return Function{binary(n), func(w []int) int { return b(2*sum(w) > n) }}
	}},
	{"match3", "some x_i + x_j + x_n = 0 mod 5, values 1 to 3", 3, func(n int) Function {
		return Function{slices.Repeat([]int{3}, n), func(w []int) int {
			for _, u := range w {
				for _, v := range w {
					if (u+v+w[n-1]+3)%5 == 0 {
						return 1
					}
				}
			}
			return 0
		}}
	}},
	{"reachability", "bit i says whether edge i of 12, 23, 34, 13, 24, 14, the complete graph on 4 vertices, is there, absent bits being 0: 1 reaches 4", 3, func(n int) Function {
		return Function{binary(min(n, 6)), func(w []int) int {
			reached := []bool{true, false, false, false}
			for range 3 {
				for i, v := range w {
					e := fourEdges[i]
					if v == 1 && (reached[e[0]] || reached[e[1]]) {
						reached[e[0]], reached[e[1]] = true, true
					}
				}
			}
			return b(reached[3])
		}}
	}},
	{"unique", "one of two symbols occurs exactly once", 2, func(n int) Function {
		return Function{binary(n), func(w []int) int {
			for _, s := range w {
				count := 0
				for _, v := range w {
					count += b(v == s)
				}
				if count == 1 {
					return 1
				}
			}
			return 0
		}}
	}},
	{"setdiff", "one of two symbols is in the first half and not in the second", 2, func(n int) Function {
		return Function{binary(n), func(w []int) int {
			for _, v := range w[:n/2] {
				if !slices.Contains(w[n/2:], v) {
					return 1
				}
			}
			return 0
		}}
	}},
}

// fourEdges are the edges of the complete graph on 4 vertices.
var fourEdges = [][2]int{{0, 1}, {1, 2}, {2, 3}, {0, 2}, {1, 3}, {0, 3}}

// Holds says whether a word, of any length, is one of the task's at which the function is 1.
func (k Task) Holds(word []int) bool {
	if len(word) < k.Least {
		return false
	}
	f := k.Of(len(word))
	for i, s := range f.Sizes {
		if i >= len(word) || word[i] >= s {
			return false
		}
	}
	return len(f.Sizes) == len(word) && f.At(word) == 1
}

func binary(n int) []int { return slices.Repeat([]int{2}, n) }

func b(v bool) int {
	if v {
		return 1
	}
	return 0
}

func sum(w []int) (s int) {
	for _, v := range w {
		s += v
	}
	return s
}
