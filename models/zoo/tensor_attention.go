package zoo

import "crosscut/models"

// TensorAttention is attention of order s (Sanford, Hsu, Telgarsky 2023, the
// definition of higher-order tensor attention): a query scores tuples of s - 1
// tokens, sum_c q_c K1_c(j_1) ... K(s-1)_c(j_(s-1)), the weights run over all tuples,
// and the value of a tuple is the coordinate-wise product of its tokens' values.
// Order 2 is plain attention. Time N^s per layer.
//
// A tuple that mixes Alice's tokens with Bob's does not separate into a sum, so
// the keys and values themselves must cross: the whole embedded tokens. The
// protocol costs more than the trivial one that sends the raw tokens.
var TensorAttention = register(&models.Model{
	Name: "tensor-attention",
	Doc:  "attention over tuples of s-1 tokens; mixed tuples do not separate, so all embedded tokens of the other player must cross",
	Cite: []string{"SanfordHsuTelgarsky2023"},
})
