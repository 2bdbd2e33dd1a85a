package zoo

import (
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

// seek and stand are the query and the key of the score -b (j - c)^2: seek asks for
// place c, stand is at place j.
func seek(q attention.Ints, b, c int64) {
	q.Set(0, -b)
	q.Set(1, 2*b*c)
	q.Set(2, -b*c*c)
}

func stand(k attention.Ints, j int64) {
	k.Set(0, j*j)
	k.Set(1, j)
	k.Set(2, 1)
}
