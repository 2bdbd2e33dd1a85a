package zoo

import "crosscut/models"

// RNN is any transition function on a state of a stated number of bits; the
// engine is Fold, the constructions store what they must.
var RNN = register(&models.Model{
	Name: "rnn",
	Doc: "state s_t = g_t(s_{t-1}, x_t), output from s_t; stacked or bidirectional; " +
		"the state crosses at each ownership change",
	Cite: []string{"SanfordHsuTelgarsky2023"},
})
