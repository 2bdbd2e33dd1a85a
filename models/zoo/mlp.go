package zoo

import "crosscut/models"

// MLP is a feed-forward network. Only its first layer meets the tokens of both
// players; what follows may be anything.
var MLP = register(&models.Model{
	Name: "mlp",
	Doc: "f(X) = g(W vec(X)) with any continuation g; " +
		"each player's part of every first-layer pre-activation crosses, in its exact width",
	Cite: []string{"SanfordHsuTelgarsky2023"},
})
