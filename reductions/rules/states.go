package rules

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"crosscut/models/tasks"
)

// states is how many numbers one layer says of itself: a product of sizes, whole numbers
// and sums in parentheses, "H features (m + 1)". A factor min(t, w - 1) grows with the
// position t until it is w - 1. What a rule costs and what that means are made of it.
type states string

var (
	factor  = regexp.MustCompile(`min\(t, [^)]*\)|\([^)]*\)|\S+`)
	oneWord = regexp.MustCompile(`\((\w+)\)`)
	word    = regexp.MustCompile(`\w+`)
)

// factors splits a product.
func factors(product string) []string { return factor.FindAllString(product, -1) }

// at is the number at each position, for sizes.
func (s states) at(v tasks.Params) func(t int) int {
	n, young := 1, 1<<62
	for _, f := range factors(string(s)) {
		terms, grows := strings.CutPrefix(f, "min(t, ")
		sum, sign := 0, 1
		for _, word := range strings.Fields(strings.Trim(terms, "()")) {
			switch x, err := strconv.Atoi(word); {
			case word == "+":
				sign = 1
			case word == "-":
				sign = -1
			case err == nil:
				sum += sign * x
			default:
				sum += sign * v.Int(word)
			}
		}
		if grows {
			young = sum
		} else {
			n *= sum
		}
	}
	if young == 1<<62 {
		return func(int) int { return n }
	}
	return func(t int) int { return n * min(t, young) }
}

// most is the number from some position on.
func (s states) most() string {
	return oneWord.ReplaceAllString(strings.ReplaceAll(string(s), "min(t, ", "("), "$1")
}

// says fills in what follows for a model that says its states so many times, in numbers of
// p bits: the inequality before what stands there, and that solved for the rule's width.
func (r *Rule) says(times string, s states) *Rule {
	r.Inequality = times + " " + s.most() + " p >= needed" + r.Inequality
	whole, rest, number, less := "", "", "", ""
	for _, f := range factors(times + " " + s.most() + " p") {
		terms, sum := strings.CutPrefix(f, "("+r.Width+" ")
		switch _, err := strconv.Atoi(f); {
		case err == nil: // in front
			number = f + " "
			continue
		case sum:
			less = " " + strings.NewReplacer("+", "-", "-", "+", ")", "").Replace(terms)
		case f != r.Width:
			rest += " " + f
		}
		whole += " " + f
	}
	whole, rest = number+whole[1:], number+rest[1:]
	r.Latex = letters(whole) + ` \ge n`
	r.WidthText = fmt.Sprintf("%s >= needed / (%s)%s", r.Width, rest, less)
	r.WidthLatex = fmt.Sprintf(`%s \ge \frac{n}{%s}%s`, letters(r.Width), letters(rest), less)
	return r
}

// letters puts one letter in the place of a size's name.
func letters(text string) string {
	return word.ReplaceAllStringFunc(text, func(name string) string {
		if letter, ok := map[string]string{"layers": "L", "features": "m'", "slots": "s", "state": "s", "conv": "c"}[name]; ok {
			return letter
		}
		return name
	})
}
