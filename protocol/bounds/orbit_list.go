package bounds

// Classes calls visit with one 0/1 matrix of each class of rows x cols matrices without
// equal rows and without equal columns, up to permutations of rows and of columns, and
// with the number of matrices in the class; visit returns false to stop. Columns: 1 to 6,
// no more of them than rows are fewer: rows <= 2^cols.
func Classes(rows, cols int, visit func(m *Matrix, size int) bool) {
	ways := 1 // rows! cols!
	for k := 2; k <= rows; k++ {
		ways *= k
	}
	for k := 2; k <= cols; k++ {
		ways *= k
	}
	newOrbits(cols).empty().each(rows, func(b orbit) bool {
		for i := range cols {
			for j := range i {
				same := true
				for _, v := range b.list {
					same = same && (v>>i^v>>j)&1 == 0
				}
				if same {
					return true
				}
			}
		}
		fixed := b.stabilizer(func(_, _ []int) {})
		return visit(Of(rows, cols, func(i, j int) int { return int(b.list[i] >> j & 1) }), ways/fixed)
	})
}
