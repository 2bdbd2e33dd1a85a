//go:build !amd64

package trained

func addPanel(acc *[lanes]float64, w, x []float64) { addPanelPlain(acc, w, x) }
