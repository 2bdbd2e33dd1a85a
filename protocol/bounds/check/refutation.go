package check

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"sync"

	"crosscut/internal/strict"
)

// refutationEvidence proves that no protocol tree is shallow, as a list of
// lemmas "the sub-matrix rows x cols needs more than bits bits", each from
// earlier ones. The last lemma is what is proved: D(f) >= bits + 1.
//
// A lemma with no branches counts. A protocol of b bits has at most 2^b leaves,
// which are rectangles of one value. So it is refuted when the sum over the
// values of a bound on that value's leaves exceeds 2^b: at least 1, the size of a
// fooling set, and for a total sub-matrix the rank, modulo a prime, of the
// places of the value. Or when more rows and columns are apart, differing from one
// another where both are defined, than any protocol of b bits allows (see shapes).
//
// A lemma with branches divides. A protocol of b bits for a part that is not
// constant begins with a bit that divides the rows, or the columns, into two
// sides that both need at most b - 1. A branch runs through all divisions: it
// puts one line after the other on either side, until one side contains a part
// that an earlier lemma says needs more. Both branches together refute b.
type refutationEvidence struct {
	Kind   string  `json:"kind"`
	Lemmas []lemma `json:"lemmas"`
}

type lemma struct {
	Rows    []int   `json:"rows"`
	Cols    []int   `json:"cols"`
	Bits    int     `json:"bits"`
	Fooling sets    `json:"fooling,omitempty"`
	ByRows  *branch `json:"by_rows,omitempty"`
	ByCols  *branch `json:"by_cols,omitempty"`
}

// sets are fooling sets. Version 0.1.0 wrote null for an empty one.
type sets [][]Entry

func (s *sets) UnmarshalJSON(raw []byte) error {
	return strict.Decode(raw, (*[][]Entry)(s), strict.Limits{})
}

// branch is [side, lemma], the reason why this side cannot do, or
// [line, branch with the line on side 0, branch with it on side 1]. For the
// first line the last may be null: the mirror images of the first branch.
type branch struct {
	line, side, lemma int
	next              [2]*branch // nil: a reason
}

func (b *branch) UnmarshalJSON(raw []byte) error {
	p := &branchText{raw: raw}
	got := p.branch()
	if p.bad || p.peek() != 0 {
		return errBranch
	}
	*b = *got
	return nil
}

var errBranch = errors.New("a branch is [side, lemma] or [line, branch, branch]")

// branchText reads nested branches in one pass, of a text that is JSON.
type branchText struct {
	raw []byte
	at  int
	bad bool // something else stood there
}

// peek is the next byte that is no blank, 0 at the end.
func (p *branchText) peek() byte {
	for p.at < len(p.raw) && (p.raw[p.at] == ' ' || p.raw[p.at] == '\t' || p.raw[p.at] == '\n' || p.raw[p.at] == '\r') {
		p.at++
	}
	if p.at == len(p.raw) {
		return 0
	}
	return p.raw[p.at]
}

func (p *branchText) expect(c byte) {
	if p.peek() == c {
		p.at++
	} else {
		p.bad = true
	}
}

// number reads a line, a side or a lemma: at most nine digits.
func (p *branchText) number() int {
	p.peek()
	from := p.at
	for p.at < len(p.raw) && p.raw[p.at] >= '0' && p.raw[p.at] <= '9' {
		p.at++
	}
	n, err := strconv.Atoi(string(p.raw[from:p.at]))
	p.bad = p.bad || err != nil || p.at-from > 9
	return n
}

func (p *branchText) branch() *branch {
	b := &branch{}
	p.expect('[')
	first := p.number()
	p.expect(',')
	if p.peek() != '[' {
		b.side, b.lemma = first, p.number()
	} else {
		b.line, b.next[0] = first, p.branch()
		p.expect(',')
		if p.peek() == 'n' {
			p.at += len("null")
		} else {
			b.next[1] = p.branch()
		}
	}
	p.expect(']')
	return b
}

var _ = register("refutation", about(Lower, []string{Deterministic}, func(t *work, c Claim, e *refutationEvidence) (*big.Rat, error) {
	defer t.within(maxSteps)()
	for k := range e.Lemmas {
		if err := e.Lemmas[k].verify(t, e.Lemmas[:k]); err != nil {
			return nil, fmt.Errorf("lemma %d: %w", k, err)
		}
	}
	if len(e.Lemmas) == 0 {
		return new(big.Rat), nil
	}
	return big.NewRat(int64(e.Lemmas[len(e.Lemmas)-1].Bits+1), 1), nil
}))

// maxRefuted keeps 2^bits an int.
const maxRefuted = 30

func (l *lemma) verify(t *work, earlier []lemma) error {
	if l.Bits < 0 || l.Bits > maxRefuted {
		return fmt.Errorf("%d bits are out of range", l.Bits)
	}
	if err := t.spend(1 + len(l.Rows) + len(l.Cols)); err != nil {
		return err
	}
	if err := indices(l.Rows, t.Rows); err != nil {
		return err
	}
	if err := indices(l.Cols, t.Cols); err != nil {
		return err
	}
	if l.ByRows == nil && l.ByCols == nil {
		return l.count(t)
	}
	if len(l.Fooling) > 0 {
		return errors.New("a lemma counts or divides, not both")
	}
	if l.Bits == 0 {
		return errors.New("0 bits divide nothing")
	}
	for axis, b := range []*branch{l.ByRows, l.ByCols} {
		lines := [][]int{l.Rows, l.Cols}
		free := map[int]bool{}
		for _, i := range lines[axis] {
			free[i] = true
		}
		across := map[int]bool{}
		for _, j := range lines[1-axis] {
			across[j] = true
		}
		if err := b.verify(t, axis, free, [2]map[int]bool{{}, {}}, across, l.Bits-1, earlier); err != nil {
			return err
		}
	}
	return nil
}

// verify checks that every way to put the free lines on the two sides leaves a
// part that an earlier lemma shows to need more than bits.
func (b *branch) verify(t *work, axis int, free map[int]bool, side [2]map[int]bool, across map[int]bool, bits int, earlier []lemma) error {
	if b == nil {
		return errors.New("a branch is missing")
	}
	if err := t.spend(1); err != nil {
		return err
	}
	if b.next[0] == nil {
		if b.side < 0 || b.side > 1 || b.lemma < 0 || b.lemma >= len(earlier) {
			return fmt.Errorf("there is no side %d or no earlier lemma %d", b.side, b.lemma)
		}
		why := &earlier[b.lemma]
		if err := t.spend(len(why.Rows) + len(why.Cols)); err != nil {
			return err
		}
		lines := [][]int{why.Rows, why.Cols}
		if why.Bits < bits || !within(lines[axis], side[b.side]) || !within(lines[1-axis], across) {
			return fmt.Errorf("lemma %d does not speak of side %d", b.lemma, b.side)
		}
		return nil
	}
	if !free[b.line] {
		return fmt.Errorf("line %d is not free", b.line)
	}
	delete(free, b.line)
	first := len(side[0])+len(side[1]) == 0
	for i := range 2 {
		if i == 1 && first && b.next[1] == nil {
			continue
		}
		side[i][b.line] = true
		if err := b.next[i].verify(t, axis, free, side, across, bits, earlier); err != nil {
			return err
		}
		delete(side[i], b.line)
	}
	free[b.line] = true
	return nil
}

func within(set []int, of map[int]bool) bool {
	return !slices.ContainsFunc(set, func(i int) bool { return !of[i] })
}

// count verifies a lemma that counts leaves or lines.
func (l *lemma) count(t *work) error {
	if err := t.spend(len(l.Rows), len(l.Cols)); err != nil {
		return err
	}
	total := true
	leaves := map[int]int{} // a bound on the leaves of each value that occurs
	for _, i := range l.Rows {
		for _, j := range l.Cols {
			if v, ok := t.At(i, j); ok {
				leaves[v] = 1
			} else {
				total = false
			}
		}
	}
	if err := l.fooling(t, leaves); err != nil {
		return err
	}
	if sumOf(leaves) > 1<<l.Bits {
		return nil
	}
	if err := t.spend(len(l.Rows), len(l.Cols), len(l.Rows)+len(l.Cols)); err != nil {
		return err
	}
	if !room(apart(l.Rows, l.Cols, t.At), apart(l.Cols, l.Rows, func(j, i int) (int, bool) { return t.At(i, j) }), l.Bits) {
		return nil
	}
	if total {
		if err := t.spend(len(leaves), len(l.Rows), len(l.Cols), min(len(l.Rows), len(l.Cols))); err != nil {
			return err
		}
		for v := range leaves {
			leaves[v] = max(leaves[v], rankOf(t.Table, l.Rows, l.Cols, v))
		}
	}
	if sum := sumOf(leaves); sum <= 1<<l.Bits {
		return fmt.Errorf("%d leaves are needed, and %d bits allow %d", sum, l.Bits, 1<<l.Bits)
	}
	return nil
}

func sumOf(leaves map[int]int) int {
	sum := 0
	for _, n := range leaves {
		sum += n
	}
	return sum
}

// fooling raises the bounds by the lemma's fooling sets, one for each value.
func (l *lemma) fooling(t *work, leaves map[int]int) error {
	rows, cols := map[int]bool{}, map[int]bool{}
	for _, i := range l.Rows {
		rows[i] = true
	}
	for _, j := range l.Cols {
		cols[j] = true
	}
	for _, set := range l.Fooling {
		if err := t.spend(len(set), len(set)); err != nil {
			return err
		}
		if len(set) == 0 {
			continue
		}
		for _, e := range set {
			if !rows[e[0]] || !cols[e[1]] {
				return fmt.Errorf("entry %v is outside", e)
			}
		}
		v, _ := t.At(set[0][0], set[0][1])
		n, err := foolingSet(t.Table, v, set)
		if err != nil {
			return err
		}
		leaves[v] = max(leaves[v], n)
	}
	return nil
}

// apart counts lines any two of which differ at a place where both are defined,
// taken greedily.
func apart(lines, across []int, at func(i, j int) (int, bool)) int {
	var taken []int
next:
	for _, i := range lines {
		for _, k := range taken {
			differ := false
			for _, j := range across {
				v, ok := at(i, j)
				w, also := at(k, j)
				differ = differ || ok && also && v != w
			}
			if !differ {
				continue next
			}
		}
		taken = append(taken, i)
	}
	return len(taken)
}

// room says whether a protocol of so many bits can exist where r rows are all
// apart and c columns are all apart.
func room(r, c, bits int) bool {
	if bits >= len(shapes()) {
		return true
	}
	for p, q := range shapes()[bits] {
		if r <= p && c <= q {
			return true
		}
	}
	return false
}

// shapes lists by bits how many colours the rows and the columns need when a protocol of
// so many bits exists and lines that are apart get different colours. With 0 bits
// all entries agree: one colour each. After a first bit on the rows, the rows of
// the two parts may get different colours, r1 + r2, and a column the pair of its
// colours in the parts, c1 c2. Of as many row colours the most column colours count.
var shapes = sync.OnceValue(func() (all [6]map[int]int) {
	all[0] = map[int]int{1: 1}
	for b := range all[1:] {
		next := map[int]int{}
		for p, q := range all[b] {
			for r, s := range all[b] {
				next[p+r] = max(next[p+r], q*s)
				next[p*r] = max(next[p*r], q+s)
			}
		}
		all[b+1] = next
	}
	return all
})

// rankOf is the rank modulo a prime of the 0/1 matrix of the places of v: at most
// the number of leaves of v, whose matrices have rank 1 and add up to it.
func rankOf(t *Table, rows, cols []int, v int) int {
	const p = 1<<31 - 1
	var basis [][]uint64 // basis[k] has its first non-zero entry, 1, at lead[k]
	var lead []int
	for _, i := range rows {
		w := make([]uint64, len(cols))
		for c, j := range cols {
			if t.Is(i, j, v) {
				w[c] = 1
			}
		}
		for k, b := range basis {
			if f := w[lead[k]]; f != 0 {
				for c := range w {
					w[c] = (w[c] + (p-f)*b[c]) % p
				}
			}
		}
		for c, x := range w {
			if x == 0 {
				continue
			}
			inverse := new(big.Int).ModInverse(new(big.Int).SetUint64(x), big.NewInt(p)).Uint64()
			for e := range w {
				w[e] = w[e] * inverse % p
			}
			basis, lead = append(basis, w), append(lead, c)
			break
		}
	}
	return len(basis)
}
