package rules

// LongConvolution is entry C1f: it has no finite state, so no rule.
var _ = register(&Rule{
	Name: "long-convolution", Title: "long convolution",
	Doc:     "convolutions as long as the sequence, gated by their input (Hyena, H3 without a state)",
	Crosses: "nothing less than the whole prefix",
	Cite:    []string{"PoliEtAl2023"},
	Outside: "a long convolution has no finite state: the suffix needs the whole prefix, so nothing below the raw tokens crosses; what bounds it are circuit arguments, which are not communication",
})
