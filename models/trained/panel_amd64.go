package trained

// addPanel adds to acc the columns of a panel, each times its x. It does what
// addPanelPlain does, bit for bit; w has 16 numbers for each of x.
//
//go:noescape
func addPanel(acc *[lanes]float64, w, x []float64)
