package protocol

import (
	"encoding/binary"
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"sort"
	"strings"
	"sync"
)

// Domain is a finite set in a fixed order: what one player may hold. A member is
// passed about as a [Word]: its place in the order, from 0, in Bits bits. So the
// word of a member of bits(n) is that string itself.
//
// Two orders matter. Words are in the order of places, which is lexicographic. A
// "smallest" member has the fewest places that are not the default ([Domain.Weight]),
// and of these is the first.
type Domain struct {
	name   string
	count  *big.Int
	bits   int
	plain  bool // bits(n)
	at     func(place *big.Int) Value
	place  func(v Value) (*big.Int, bool)
	weight func(v Value) int
}

func domain(count *big.Int, at func(*big.Int) Value, place func(Value) (*big.Int, bool), weight func(Value) int, format string, args ...any) Domain {
	d := Domain{name: fmt.Sprintf(format, args...), count: count, at: at, place: place, weight: weight}
	if count.Sign() > 0 {
		d.bits = new(big.Int).Sub(count, big.NewInt(1)).BitLen()
	}
	return d
}

// Name is the domain as files write it, "words(3, 4)". Two domains of one name are equal.
func (d Domain) Name() string { return d.name }

// Count is the number of members.
func (d Domain) Count() *big.Int { return new(big.Int).Set(d.count) }

// Len is the number of members, or -1 from 2^62 on.
func (d Domain) Len() int {
	if d.count.BitLen() > 62 {
		return -1
	}
	return int(d.count.Int64())
}

// Bits is ceil(log2 Count): the length of a member's word.
func (d Domain) Bits() int { return d.bits }

// Plain says that the members are the bit strings of length Bits.
func (d Domain) Plain() bool { return d.plain }

// Nth is the word of the member at a place, counted from 0.
func (d Domain) Nth(place int) Word {
	var w Packer
	for pad := d.bits - 64; pad > 0; pad -= 64 {
		w.Uint(0, min(64, pad))
	}
	w.Uint(uint64(place), min(64, d.bits))
	return w.Word()
}

// Value is the member whose word is w.
func (d Domain) Value(w Word) Value {
	if d.plain {
		v := Value{kind: Tuple, list: make([]Value, d.bits)}
		for i := range v.list {
			v.list[i].kind = Int
			if w.Bit(i) {
				v.list[i].n = 1
			}
		}
		return v
	}
	return d.at(w.Unpack().Big(d.bits))
}

// Word is the word of a member; ok is false for what is no member.
func (d Domain) Word(v Value) (w Word, ok bool) {
	place, ok := d.place(v)
	if !ok {
		return Word{}, false
	}
	var p Packer
	p.Big(place, d.bits)
	return p.Word(), true
}

// Has says whether w is the word of a member.
func (d Domain) Has(w Word) bool {
	return w.n == d.bits && (d.plain || w.Unpack().Big(d.bits).Cmp(d.count) < 0)
}

// Weight is the number of places of a member that are not the default: not 0 in
// lists and signed lists, not 1 in tables, not i at place i of a permutation, in the
// set for subsets. A number or a choice has no places.
func (d Domain) Weight(w Word) int {
	if d.plain {
		return w.Ones()
	}
	return d.weight(d.Value(w))
}

// Show writes a member for people: a bit string as 0s and 1s, else the value.
func (d Domain) Show(w Word) string {
	if d.plain {
		return w.String()
	}
	return d.Value(w).String()
}

// JSON is Show for machines: a string of 0s and 1s, else the value.
func (d Domain) JSON(w Word) any {
	if d.plain {
		return w.String()
	}
	return d.Value(w)
}

// Random is a uniform member.
func (d Domain) Random(rng *rand.Rand) Word {
	if !d.plain {
		if n := d.Len(); n > 0 {
			return d.Nth(rng.IntN(n))
		}
	}
	for {
		buf := make([]byte, 0, 32) // of most words all
		for n := d.bits; n > 0; n -= 64 {
			spare := 64 - min(n, 64)
			buf = binary.BigEndian.AppendUint64(buf, rng.Uint64()>>spare<<spare)
		}
		if w := (Word{d.bits, string(buf[:(d.bits+7)/8])}); d.Has(w) {
			return w
		}
	}
}

// BitStrings are the lists of n bits: bits(n).
func BitStrings(n int) Domain {
	d := Words(n, 2)
	d.name, d.plain = fmt.Sprintf("bits(%d)", n), true
	return d
}

// Words are the lists of length n over 0..v-1: words(n, v).
func Words(n, v int) Domain { return lists(n, v, 0, others(0), "words(%d, %d)", n, v) }

// Tables are the functions [a] -> [b], lists of length a over 1..b: tables(a, b).
func Tables(a, b int) Domain { return lists(a, b, 1, others(1), "tables(%d, %d)", a, b) }

// lists are the lists of length n over low..low+v-1.
func lists(n, v, low int, weight func(Value) int, format string, args ...any) Domain {
	base := big.NewInt(int64(v))
	var digits func(list []int, rest *big.Int) // by halves: quadratic time hurts at long lists
	digits = func(list []int, rest *big.Int) {
		if len(list) > 64 {
			half := len(list) / 2
			high, below := new(big.Int), new(big.Int)
			high.DivMod(rest, new(big.Int).Exp(base, big.NewInt(int64(len(list)-half)), nil), below)
			digits(list[:half], high)
			digits(list[half:], below)
			return
		}
		digit := new(big.Int)
		for i := len(list) - 1; i >= 0; i-- {
			rest.DivMod(rest, base, digit)
			list[i] = int(digit.Int64()) + low
		}
	}
	at := func(place *big.Int) Value {
		list := make([]int, n)
		digits(list, new(big.Int).Set(place))
		return Ints(list...)
	}
	place := func(x Value) (*big.Int, bool) {
		p := new(big.Int)
		for _, e := range x.list {
			if e.kind != Int || e.text != "" || e.n < int64(low) || e.n >= int64(low+v) {
				return nil, false
			}
			p.Add(p.Mul(p, base), big.NewInt(e.n-int64(low)))
		}
		return p, x.kind == Tuple && len(x.list) == n
	}
	return domain(new(big.Int).Exp(base, big.NewInt(int64(n)), nil), at, place, weight, format, args...)
}

// others counts the places that do not hold the default.
func others(def int) func(Value) int {
	return func(v Value) (k int) {
		for _, e := range v.list {
			if e.n != int64(def) {
				k++
			}
		}
		return k
	}
}

func none(Value) int { return 0 }

// Numbers are the integers a..b: numbers(a, b).
func Numbers(a, b int) Domain {
	return domain(big.NewInt(int64(max(0, b-a+1))), func(p *big.Int) Value { return IntValue(a + int(p.Int64())) },
		func(v Value) (*big.Int, bool) {
			return big.NewInt(v.n - int64(a)), v.kind == Int && v.text == "" && v.n >= int64(a) && v.n <= int64(b)
		}, none, "numbers(%d, %d)", a, b)
}

// Subsets are the sets of k of 1..n, as increasing lists: subsets(n, k).
func Subsets(n, k int) Domain { return sets(n, k, k, "subsets(%d, %d)", n, k) }

// SubsetsUpTo are the sets of at most k of 1..n: subsets_up_to(n, k).
func SubsetsUpTo(n, k int) Domain { return sets(n, 0, k, "subsets_up_to(%d, %d)", n, k) }

// sets are the subsets of 1..n with least..most members, as increasing lists in
// lexicographic order, a list before those that it begins.
func sets(n, least, most int, format string, args ...any) Domain {
	upTo := chosen(n, most, 1)
	// tails counts the lists over r further labels that add at least lo and at most hi members.
	tails := func(r, lo, hi int) *big.Int {
		if lo == hi {
			return new(big.Int).Binomial(int64(r), int64(hi))
		}
		return new(big.Int).Sub(upTo(r, hi), upTo(r, lo-1))
	}
	// before counts the lists whose next member, after those that are listed, is from..to-1:
	// sums of binomials along a diagonal.
	before := func(listed, from, to int) *big.Int {
		lo, hi := max(least-listed-1, 0)+1, most-listed
		all := tails(n-from+1, lo, hi)
		return all.Sub(all, tails(n-to+1, lo, hi))
	}
	at := func(place *big.Int) Value {
		rest, list := new(big.Int).Set(place), []int{}
		for from := 1; ; {
			if len(list) >= least { // the list as it is comes first
				if rest.Sign() == 0 {
					break
				}
				rest.Sub(rest, big.NewInt(1))
			}
			if from > n || len(list) == most {
				break
			}
			label := from + sort.Search(n-from, func(k int) bool { return rest.Cmp(before(len(list), from, from+k+1)) < 0 })
			rest.Sub(rest, before(len(list), from, label))
			list, from = append(list, label), label+1
		}
		return Ints(list...)
	}
	place := func(v Value) (*big.Int, bool) {
		if v.kind != Tuple || len(v.list) < least || len(v.list) > most {
			return nil, false
		}
		p, last := new(big.Int), 0
		for k, e := range v.list {
			if e.kind != Int || e.text != "" || e.n <= int64(last) || e.n > int64(n) {
				return nil, false
			}
			if k >= least {
				p.Add(p, big.NewInt(1))
			}
			p.Add(p, before(k, last+1, int(e.n)))
			last = int(e.n)
		}
		return p, true
	}
	return domain(tails(n, least, most), at, place, Value.Len, format, args...)
}

// chosen counts the ways to choose at most k <= most of r <= n places and one of ways signs for each:
// sums of C(r, j) ways^j, made for an r when one is asked for, and kept where all are not more than 2^20.
func chosen(n, most, ways int) func(r, k int) *big.Int {
	rows := make([]func() []*big.Int, n+1)
	for r := range rows {
		rows[r] = func() []*big.Int {
			row, sum, term := make([]*big.Int, min(r, most)+1), new(big.Int), big.NewInt(1)
			for k := range row {
				row[k] = new(big.Int).Set(sum.Add(sum, term))
				term.Mul(term, big.NewInt(int64(ways*(r-k))))
				term.Quo(term, big.NewInt(int64(k+1)))
			}
			return row
		}
		if n*most <= 1<<20 {
			rows[r] = sync.OnceValue(rows[r])
		}
	}
	return func(r, k int) *big.Int {
		if k < 0 {
			return new(big.Int)
		}
		return rows[r]()[min(r, k, most)]
	}
}

// Signed are the lists of length n over -1, 0, 1 with at most a that are not 0, in
// lexicographic order: signed(n, a).
func Signed(n, a int) Domain {
	if a >= n { // no list has too many
		return lists(n, 3, -1, others(0), "signed(%d, %d)", n, a)
	}
	tails := chosen(n, a, 2)
	at := func(place *big.Int) Value {
		rest, list, left := new(big.Int).Set(place), make([]int, n), a
		for i := range list {
			for s := -1; s <= 1; s++ {
				most := left - s*s
				with := tails(n-i-1, most)
				if rest.Cmp(with) < 0 {
					list[i], left = s, most
					break
				}
				rest.Sub(rest, with)
			}
		}
		return Ints(list...)
	}
	place := func(v Value) (*big.Int, bool) {
		if v.kind != Tuple || len(v.list) != n {
			return nil, false
		}
		p, left := new(big.Int), a
		for i, e := range v.list {
			if e.kind != Int || e.text != "" || e.n < -1 || e.n > 1 {
				return nil, false
			}
			for s := -1; s < int(e.n); s++ {
				p.Add(p, tails(n-i-1, left-s*s))
			}
			if left -= int(e.n * e.n); left < 0 {
				return nil, false
			}
		}
		return p, true
	}
	return domain(new(big.Int).Set(tails(n, a)), at, place, others(0), "signed(%d, %d)", n, a)
}

// Permutations are the permutations of 1..n, as lists: permutations(n).
func Permutations(n int) Domain {
	at := func(place *big.Int) Value {
		digits, rest, digit := make([]int, n), new(big.Int).Set(place), new(big.Int)
		for i := n - 1; i >= 0; i-- {
			rest.DivMod(rest, big.NewInt(int64(n-i)), digit)
			digits[i] = int(digit.Int64())
		}
		left := make([]int, n)
		for i := range left {
			left[i] = i + 1
		}
		for i, d := range digits {
			digits[i] = left[d]
			left = slices.Delete(left, d, d+1)
		}
		return Ints(digits...)
	}
	place := func(v Value) (*big.Int, bool) {
		if v.kind != Tuple || len(v.list) != n {
			return nil, false
		}
		p, left := new(big.Int), make([]int, n)
		for i := range left {
			left[i] = i + 1
		}
		for i, e := range v.list {
			d := slices.Index(left, int(e.n))
			if e.kind != Int || e.text != "" || d < 0 {
				return nil, false
			}
			p.Add(p.Mul(p, big.NewInt(int64(n-i))), big.NewInt(int64(d)))
			left = slices.Delete(left, d, d+1)
		}
		return p, true
	}
	moved := func(v Value) (k int) {
		for i, e := range v.list {
			if e.n != int64(i+1) {
				k++
			}
		}
		return k
	}
	return domain(new(big.Int).MulRange(1, int64(n)), at, place, moved, "permutations(%d)", n)
}

// Product is the pairs, triples, ... of members: pairs(D, E).
func Product(parts ...Domain) Domain {
	count, names := big.NewInt(1), make([]string, len(parts))
	for k, d := range parts {
		count.Mul(count, d.count)
		names[k] = d.name
	}
	at := func(place *big.Int) Value {
		list, rest, own := make([]Value, len(parts)), new(big.Int).Set(place), new(big.Int)
		for k := len(parts) - 1; k >= 0; k-- {
			rest.DivMod(rest, parts[k].count, own)
			var p Packer
			p.Big(own, parts[k].bits)
			list[k] = parts[k].Value(p.Word())
		}
		return TupleValue(list...)
	}
	place := func(v Value) (*big.Int, bool) {
		if v.kind != Tuple || len(v.list) != len(parts) {
			return nil, false
		}
		p := new(big.Int)
		for k, d := range parts {
			own, ok := d.place(v.list[k])
			if !ok {
				return nil, false
			}
			p.Add(p.Mul(p, d.count), own)
		}
		return p, true
	}
	weight := func(v Value) (sum int) {
		for k, d := range parts {
			sum += d.weight(v.list[k])
		}
		return sum
	}
	return domain(count, at, place, weight, "pairs(%s)", strings.Join(names, ", "))
}

// Choices is an explicit list of different values, in that order: choices([...]).
func Choices(list ...Value) Domain {
	return domain(big.NewInt(int64(len(list))), func(p *big.Int) Value { return list[p.Int64()] },
		func(v Value) (*big.Int, bool) {
			k := slices.IndexFunc(list, v.Equal)
			return big.NewInt(int64(k)), k >= 0
		}, none, "choices(%v)", TupleValue(list...))
}
