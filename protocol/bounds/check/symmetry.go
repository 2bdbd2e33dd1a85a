package check

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
)

// Symmetry permutes rows and columns, row i to Rows[i], and leaves every sign (every
// weight, where there are weights) as it is.
//
// What it is good for. A mixture of rectangles may be replaced by its mean over the
// group that the symmetries generate: an entry then gets the mean over its orbit. And if
// any two neighbours in a block of rows can be exchanged, with some permutation of the
// columns and all other rows in place, then every order of the block can be had; so a
// heaviest rectangle has an image whose rows are the first few of every block.
type Symmetry struct {
	Rows []int `json:"rows"`
	Cols []int `json:"cols"`
}

// Orbits is a [Mixture] in which every rectangle stands for its images under the
// symmetries of the signs, in equal parts: if for every orbit of entries the mean of the
// sum is at least d, then the best distribution has discrepancy at least d divided by the
// total weight.
type Orbits struct {
	Kind       string     `json:"kind"` // "orbits"
	Rectangles []Signed   `json:"rectangles"`
	Symmetries []Symmetry `json:"symmetries"`
}

var _ = register("orbits", func(t *work, c Claim, e *Orbits) (*big.Rat, error) {
	return t.mean(c, e.Rectangles, e.Symmetries)
})

// Blocks is a [Distribution] with blocks of rows that can be exchanged: the checker tries
// one set for each number of rows from every block. A row in no block is one by itself.
type Blocks struct {
	Kind       string     `json:"kind"` // "blocks"
	Weights    [][]int64  `json:"weights"`
	Blocks     [][]int    `json:"blocks"`
	Symmetries []Symmetry `json:"symmetries"` // of the weights
}

var _ = register("blocks", about(Upper, []string{DiscBest}, func(t *work, c Claim, e *Blocks) (*big.Rat, error) {
	a, total, err := t.weighed(e.Weights)
	if err != nil {
		return nil, err
	}
	if err := t.exchangeable(a, e.Blocks, e.Symmetries); err != nil {
		return nil, err
	}
	most, err := t.heaviestByBlocks(a, e.Blocks)
	if err != nil {
		return nil, err
	}
	return big.NewRat(most, total), nil
}))

// verify says whether s leaves a as it is.
func (s *Symmetry) verify(t *work, a [][]int64) error {
	if len(s.Rows) != t.Rows || len(s.Cols) != t.Cols {
		return fmt.Errorf("a symmetry of %d rows and %d columns", len(s.Rows), len(s.Cols))
	}
	if err := errors.Join(indices(s.Rows, t.Rows), indices(s.Cols, t.Cols)); err != nil {
		return fmt.Errorf("a symmetry: %w", err)
	}
	for i, row := range a {
		if err := t.spend(t.Cols); err != nil {
			return err
		}
		for j, v := range row {
			if a[s.Rows[i]][s.Cols[j]] != v {
				return fmt.Errorf("a symmetry takes entry %v to %v, which is another", Entry{i, j}, Entry{s.Rows[i], s.Cols[j]})
			}
		}
	}
	return nil
}

// orbits numbers the orbits of entries by one of their members, and counts them.
func (t *work) orbits(a [][]int64, symmetries []Symmetry) (orbit []int, size map[int]int64, err error) {
	orbit = make([]int, t.Rows*t.Cols)
	for k := range orbit {
		orbit[k] = k
	}
	root := func(k int) int {
		for orbit[k] != k {
			orbit[k] = orbit[orbit[k]]
			k = orbit[k]
		}
		return k
	}
	for _, s := range symmetries {
		if err := s.verify(t, a); err != nil {
			return nil, nil, err
		}
		for k := range orbit {
			orbit[root(k)] = root(s.Rows[k/t.Cols]*t.Cols + s.Cols[k%t.Cols])
		}
	}
	size = map[int]int64{}
	for k := range orbit {
		orbit[k] = root(k)
		size[orbit[k]]++
	}
	return orbit, size, nil
}

// exchangeable says whether neighbours in each block are exchanged by a symmetry of a
// that leaves all other rows in place.
func (t *work) exchangeable(a [][]int64, blocks [][]int, symmetries []Symmetry) error {
	swaps := map[Entry]bool{}
	for _, s := range symmetries {
		if err := s.verify(t, a); err != nil {
			return err
		}
		var moved []int
		for i, to := range s.Rows {
			if i != to {
				moved = append(moved, i)
			}
		}
		if len(moved) == 2 { // a permutation that moves two exchanges them
			swaps[Entry{moved[0], moved[1]}] = true
		}
	}
	var all []int
	for _, block := range blocks {
		all = append(all, block...)
	}
	if err := indices(all, t.Rows); err != nil {
		return fmt.Errorf("blocks: %w", err)
	}
	for _, block := range blocks {
		for k := 1; k < len(block); k++ {
			if i, j := min(block[k-1], block[k]), max(block[k-1], block[k]); !swaps[Entry{i, j}] {
				return fmt.Errorf("no symmetry exchanges rows %d and %d alone", i, j)
			}
		}
	}
	return nil
}

// heaviestByBlocks is the largest |sum| over a rectangle whose rows are the first few of
// every block; a row in no block is one by itself.
func (t *work) heaviestByBlocks(a [][]int64, blocks [][]int) (int64, error) {
	single := map[int]bool{}
	for i := range a {
		single[i] = true
	}
	for _, block := range blocks {
		for _, i := range block {
			delete(single, i)
		}
	}
	parts := slices.Clone(blocks)
	for i := range a {
		if single[i] {
			parts = append(parts, []int{i})
		}
	}
	sets := 1
	for _, part := range parts {
		if sets *= max(2, len(part)+1); sets > maxSteps { // many empty blocks would be too deep
			return 0, ErrLimit
		}
	}
	most := int64(0)
	var extend func(part int, sum []int64) error
	extend = func(part int, sum []int64) error {
		if err := t.spend(t.Cols); err != nil {
			return err
		}
		if part == len(parts) {
			up, down := int64(0), int64(0)
			for _, v := range sum {
				up += max(v, 0)
				down -= min(v, 0)
			}
			most = max(most, up, down)
			return nil
		}
		sum = append([]int64{}, sum...)
		if err := extend(part+1, sum); err != nil {
			return err
		}
		for _, i := range parts[part] {
			for j, v := range a[i] {
				sum[j] += v
			}
			if err := extend(part+1, sum); err != nil {
				return err
			}
		}
		return nil
	}
	return most, extend(0, make([]int64, t.Cols))
}
