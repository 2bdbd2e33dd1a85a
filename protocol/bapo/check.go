package bapo

import (
	"math"
	"math/bits"
	"slices"
)

// Check says whether a scheme serves: for every suffix, every two prefixes of one colour with
// different answers, and every choice of tokens shown, the two views differ. It goes
// through the choices one by one and shares nothing with the search.
func (s Scheme) Check(f Function, c *Cut) bool {
	if len(s.Colour) != len(c.prefixes) || len(s.Marks) != len(c.suffixes) {
		return false
	}
	for y, suffix := range c.suffixes {
		seen := map[[2]int]int{} // colour and view -> answer
		for i, prefix := range c.prefixes {
			if s.Colour[i] < 0 || s.Colour[i] >= s.Colours {
				return false
			}
			answer := f.At(append(append([]int{}, prefix...), suffix...))
			marked := marked(f, prefix, s.Marks[y])
			for view := range views(marked, c.B) {
				key := [2]int{s.Colour[i], view}
				if was, ok := seen[key]; ok && was != answer {
					return false
				}
				seen[key] = answer
			}
		}
	}
	return true
}

// marked are the pairs (position, token) of a prefix that are marked, as bits.
func marked(f Function, prefix []int, marks uint32) int {
	out, at := 0, 0
	for i, v := range prefix {
		if marks>>(at+v)&1 == 1 {
			out |= 1 << (at + v)
		}
		at += f.Sizes[i]
	}
	return out
}

// views yields every choice of min(b, all) of the marked pairs.
func views(all, b int) func(yield func(int) bool) {
	return func(yield func(int) bool) {
		var pick func(rest, view, more int) bool
		pick = func(rest, view, more int) bool {
			if more == 0 {
				return yield(view)
			}
			for ; bits.OnesCount(uint(rest)) >= more; rest &= rest - 1 {
				if !pick(rest&(rest-1), view|rest&-rest, more-1) {
					return false
				}
			}
			return true
		}
		pick(all, 0, min(b, bits.OnesCount(uint(all))))
	}
}

// maxCore bounds the prefixes whose colourings are gone through.
const maxCore = 12

// Check says whether a core refutes so few colours: every way to colour its prefixes leaves
// some suffix of its own for which all sets of marks fail. Where there are more prefixes than
// colours it is enough that no two may be equal; else it goes through all ways.
func (k Core) Check(f Function, c *Cut) bool {
	if len(k.Prefixes) > k.Colours && k.apart(f, c) {
		return true
	}
	if len(k.Prefixes) > maxCore {
		return false
	}
	colour := make([]int, len(k.Prefixes))
	var refuted func(at, used int) bool
	refuted = func(at, used int) bool {
		if at == len(colour) {
			return slices.ContainsFunc(k.Suffixes, func(y int) bool { return !k.served(f, c, c.suffixes[y], colour) })
		}
		for v := range min(used+1, k.Colours) {
			if colour[at] = v; !refuted(at+1, max(used, v+1)) {
				return false
			}
		}
		return true
	}
	return len(k.Prefixes) > 0 && refuted(0, 0)
}

// apart says whether every two prefixes are kept from sharing a colour by some suffix.
func (k Core) apart(f Function, c *Cut) bool {
	for i, p := range k.Prefixes {
	pairs:
		for _, q := range k.Prefixes[:i] {
			pair := Core{1, []int{p, q}, nil}
			for _, y := range k.Suffixes {
				if !pair.served(f, c, c.suffixes[y], []int{0, 0}) {
					continue pairs
				}
			}
			return false
		}
	}
	return true
}

// served says whether some set of marks works for a suffix under a colouring.
func (k Core) served(f Function, c *Cut, suffix, colour []int) bool {
	answers, held := make([]int, len(k.Prefixes)), make([]int, len(k.Prefixes))
	for t, i := range k.Prefixes {
		answers[t] = f.At(append(append([]int{}, c.prefixes[i]...), suffix...))
		held[t] = marked(f, c.prefixes[i], math.MaxUint32)
	}
	seen := map[int]int{} // colour and view, in one number -> answer
marks:
	for m := range 1 << c.marks {
		clear(seen)
		for t := range k.Prefixes {
			for view := range views(held[t]&m, c.B) {
				key := colour[t]<<MaxMarks | view
				if was, ok := seen[key]; ok && was != answers[t] {
					continue marks
				}
				seen[key] = answers[t]
			}
		}
		return true
	}
	return false
}
