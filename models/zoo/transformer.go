package zoo

import (
	"math/big"

	"crosscut/models"
	"crosscut/models/attention"
)

// Transformer is D layers of integer attention with token-wise maps between them:
// a Stack of more than one layer. A later layer asks what the layers before it
// made of every token, so at a cut each inner layer costs the partial sums of all
// N positions, both ways: honest, expensive, and often more than the raw tokens
// (docs/attention.md, "deeper"). That is why the two-party proof stops at one layer.
var Transformer = register(&models.Model{
	Name: "transformer",
	Doc: "D layers of integer attention with token-wise maps between. At a cut every inner layer costs the sums of " +
		"every position, both ways.",
	Cite: []string{"SanfordHsuTelgarsky2023"},
})

// lookUp completes a layer whose score is -b (j - c)^2: a query asks for the place c, a key
// stands at the place j, and neither is above far.
func lookUp(l *attention.Layer, b, far int64, asks func(pos int, e attention.Ints) int64, stands func(pos int) int64) *attention.Layer {
	l.Heads, l.Width, l.Blank = 1, 3, true
	l.QueryMax = []*big.Int{big.NewInt(b), big.NewInt(2 * b * far), big.NewInt(b * far * far)}
	l.KeyMax = []*big.Int{big.NewInt(far * far), big.NewInt(far), big.NewInt(1)}
	l.Query = func(_, pos int, e, q attention.Ints) error {
		c := asks(pos, e)
		q.Set(0, -b)
		q.Set(1, 2*b*c)
		q.Set(2, -b*c*c)
		return nil
	}
	l.Key = func(_, pos int, _, k attention.Ints) error {
		j := stands(pos)
		k.Set(0, j*j)
		k.Set(1, j)
		k.Set(2, 1)
		return nil
	}
	return l
}

// ownPlace is a token's position; the blank, which follows the last token, is at 0.
func ownPlace(n int) func(pos int) int64 {
	return func(pos int) int64 { return int64(pos % (n + 1)) }
}
