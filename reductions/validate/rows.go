package validate

import (
	"slices"

	"crosscut/protocol"
)

// rows are the ORs of some columns for each x of a batch. The numbers of
// neighbouring x share most of their bits and hence their columns, so the batch is
// a tree of halves: each node ORs onto its parent's row those columns that all x
// below it have and the parent has not. A row of n columns then costs about one OR
// a word instead of n, and nothing where a node adds no column: it is its parent's
// row itself. Nothing is assumed of the columns; x that share none cost what they
// cost one by one.
type rows struct {
	leaves int // a power of two, at least the number of x
	// add[v] are the columns that node v adds; node 1 is the root, 2v and 2v+1 are
	// the halves of v, leaves+k is x number k.
	add [][]int
	own [][]uint64 // storage of one block for each node that adds something
	row [][]uint64 // the block of each node: its own or an ancestor's
}

// plan prepares the tree for the columns of each x, in increasing order.
func (r *rows) plan(lists [][]int) {
	r.leaves = 1 << protocol.Width(uint64(len(lists)))
	if len(r.row) != 2*r.leaves {
		r.own, r.row = make([][]uint64, 2*r.leaves), make([][]uint64, 2*r.leaves)
	}
	common := make([][]int, 2*r.leaves)
	for k := range r.leaves {
		common[r.leaves+k] = lists[min(k, len(lists)-1)]
	}
	for v := range slices.Backward(common[:r.leaves]) { // node 0 has no columns
		common[v] = both(common[2*v], common[2*v+1])
	}
	r.add = common
	for v := range slices.Backward(r.add) {
		r.add[v] = without(common[v], common[v/2])
	}
}

// fill computes words at..at+n-1 of every row.
func (r *rows) fill(cols [][]uint64, at, n int) {
	for v := 1; v < len(r.row); v++ {
		if v > 1 && len(r.add[v]) == 0 {
			r.row[v] = r.row[v/2]
			continue
		}
		if r.own[v] == nil {
			r.own[v] = make([]uint64, blockWords)
		}
		r.row[v] = r.own[v][:n]
		list := r.add[v]
		if v == 1 {
			clear(r.row[v])
		} else {
			or2(r.row[v], r.row[v/2], cols[list[0]][at:])
			list = list[1:]
		}
		for ; len(list) > 1; list = list[2:] {
			or3(r.row[v], cols[list[0]][at:], cols[list[1]][at:])
		}
		if len(list) > 0 {
			or2(r.row[v], r.row[v], cols[list[0]][at:])
		}
	}
}

// of is the block of x number k.
func (r *rows) of(k int) []uint64 { return r.row[r.leaves+k] }

// or2 sets dst to a OR b.
func or2(dst, a, b []uint64) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] = a[i] | b[i]
	}
}

// or3 adds a OR b to dst.
func or3(dst, a, b []uint64) {
	a, b = a[:len(dst)], b[:len(dst)]
	for i := range dst {
		dst[i] |= a[i] | b[i]
	}
}

// both is what two increasing lists share.
func both(a, b []int) []int {
	var list []int
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0] < b[0]:
			a = a[1:]
		case a[0] > b[0]:
			b = b[1:]
		default:
			list = append(list, a[0])
			a, b = a[1:], b[1:]
		}
	}
	return list
}

// without is what the increasing list a has beyond b.
func without(a, b []int) []int {
	var list []int
	for _, k := range a {
		for len(b) > 0 && b[0] < k {
			b = b[1:]
		}
		if len(b) == 0 || b[0] != k {
			list = append(list, k)
		}
	}
	return list
}
