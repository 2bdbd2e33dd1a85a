package validate

import (
	"encoding/binary"
	"fmt"
	"math/big"

	"crosscut/protocol"
)

// coinSteps bounds the entries that are looked at for protocols with coins.
const coinSteps = 1 << 26

// withCoins is what some protocol with public coins costs that goes one way, from the first
// of two players to the second, and is wrong with at most this probability on every input.
// Two are tried:
//
//   - Coins name some of Bob's inputs, in turn from a place on; Alice tells her row there, and Bob
//     guesses any of the answers where his input is none of them. With s of m inputs named and v
//     answers he is wrong with probability at most (1 - s/m) (1 - 1/v).
//   - Coins deal Alice's k rows into classes of at most c, and she tells hers. Bob answers what
//     most rows have in his column, unless his class has a row that differs from that: then what
//     that row has. Where a rows differ, he is wrong only if another one is in the class, with
//     probability at most a (c - 1) / (k - 1).
func (t *table) withCoins(wrong *big.Rat) (bits int, why string) {
	b := t.box().folded(0).folded(1)
	k, m, v := b.counts[0], b.counts[1], int64(len(t.answers()))
	bits, why = protocol.Width(uint64(k)), fmt.Sprintf("%d different rows", k)
	if k < 2 || v < 2 {
		return bits, why
	}
	scaled := func(n, of int64) *big.Rat { return new(big.Rat).Mul(wrong, big.NewRat(n, of)) }
	named := m - floor(scaled(int64(m)*v, v-1))
	if named <= 0 {
		return 0, fmt.Sprintf("Bob guesses one of %d answers", v)
	}
	if cost := m * k * named; cost <= coinSteps {
		most := 0
		for from := range m {
			most = max(most, b.rowsAt(from, named))
		}
		if told := protocol.Width(uint64(most)); told < bits {
			bits, why = told, fmt.Sprintf("public coins name %d of Bob's %d columns, Alice tells which of at most %d rows she has there, and Bob guesses elsewhere", named, m, most)
		}
	}
	differ := 0
	for j := range m {
		count, with := map[int32]int{}, 0
		for i := range k {
			if id := b.right[i*m+j]; id != 1 { // where all is right, nothing differs
				count[id]++
				with++
			}
		}
		most := 0
		for _, n := range count {
			most = max(most, n)
		}
		differ = max(differ, with-most)
	}
	each := min(k, 1+floor(scaled(int64(k-1), int64(max(1, differ)))))
	if classes := (k + each - 1) / each; protocol.Width(uint64(classes)) < bits {
		bits, why = protocol.Width(uint64(classes)), fmt.Sprintf("public coins deal %d rows into %d classes, of which Alice tells hers: in a column at most %d rows differ from the others", k, classes, differ)
	}
	return bits, why
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

// floor rounds down what is not negative, up to 2^31.
func floor(r *big.Rat) int {
	q := new(big.Int).Quo(r.Num(), r.Denom())
	if !q.IsInt64() || q.Int64() > 1<<31 {
		return 1 << 31
	}
	return int(q.Int64())
}
