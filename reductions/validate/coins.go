package validate

import (
	"encoding/binary"
	"fmt"
	"math/big"

	"crosscut/protocol"
)

// coinSteps bounds the entries that are looked at for protocols with coins.
const coinSteps = 1 << 26

// withCoins looks at protocols with public coins that go one way, from the first of two
// players to the second, and are wrong with at most this probability on every input. It says
// what each of two costs:
//
//   - Coins name some of Bob's inputs, in turn from a place on; Alice tells her row there, and Bob
//     guesses any of the answers where his input is none of them. With s of m inputs named and v
//     answers he is wrong with probability at most (1 - s/m) (1 - 1/v).
//   - Coins deal Alice's k rows into classes of at most c, and she tells hers. Bob answers what
//     most rows have in his column, unless his class has a row that differs from that: then what
//     that row has. Where a rows differ, he is wrong only if another one is in the class, with
//     probability at most a (c - 1) / (k - 1).
func (t *table) withCoins(wrong *big.Rat, cost func(bits int, why string)) {
	b := t.box()
	if b == nil {
		return
	}
	b = b.folded(0).folded(1)
	k, m, v := b.counts[0], b.counts[1], max(2, len(t.answers())) // of one answer no guess is wrong
	// times is how much n/of is, so often as the protocol may be wrong, rounded down.
	times := func(n, of int) int {
		r := new(big.Rat).Mul(wrong, big.NewRat(int64(n), int64(of)))
		return int(new(big.Int).Quo(r.Num(), r.Denom()).Int64())
	}
	if named := max(0, m-times(m*v, v-1)); m*k*named <= coinSteps {
		most := 0
		for from := range m {
			most = max(most, b.rowsAt(from, named))
		}
		cost(protocol.Width(uint64(most)), fmt.Sprintf("public coins name %d of Bob's %d columns, Alice tells which of at most %d rows she has there, and Bob guesses elsewhere", named, m, most))
	}
	differ := 1 // where no rows do, they are one class
	for j := range m {
		count, most, with := map[int32]int{}, 0, 0
		for i := range k {
			if id := b.right[i*m+j]; id != 1 { // where all is right, nothing differs
				count[id]++
				most = max(most, count[id])
				with++
			}
		}
		differ = max(differ, with-most)
	}
	each := 1 + times(k-1, differ)
	classes := (k + each - 1) / each
	cost(protocol.Width(uint64(classes)), fmt.Sprintf("public coins deal %d rows into %d classes, of which Alice tells hers: in a column at most %d rows differ from the others", k, classes, differ))
}

// rowsAt is how many different rows there are in so many columns from one on, in turn.
func (b *box) rowsAt(from, columns int) int {
	seen, m := map[string]bool{}, b.counts[1]
	var key []byte
	for i := range b.counts[0] {
		key = key[:0]
		for j := range columns {
			key = binary.LittleEndian.AppendUint32(key, uint32(b.right[i*m+(from+j)%m]))
		}
		seen[string(key)] = true
	}
	return len(seen)
}
