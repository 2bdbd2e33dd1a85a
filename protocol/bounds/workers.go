package bounds

import "runtime"

// workers is the number of goroutines that share number crunching. Results never
// depend on it.
func workers() int { return runtime.GOMAXPROCS(0) }
