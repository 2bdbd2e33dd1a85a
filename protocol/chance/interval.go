package chance

import "gonum.org/v1/gonum/mathext"

// ClopperPearson is the exact confidence interval for a probability of which
// failures were seen in that many independent samples: whatever the probability
// is, the interval misses it with probability at most 1 - confidence (Clopper and
// Pearson 1934). No samples give 0..1.
func ClopperPearson(failures, samples int64, confidence float64) (low, high float64) {
	tail := (1 - confidence) / 2
	k, n := float64(failures), float64(samples)
	low, high = 0, 1
	if failures > 0 {
		low = mathext.InvRegIncBeta(k, n-k+1, tail)
	}
	if failures < samples {
		high = mathext.InvRegIncBeta(k+1, n-k, 1-tail)
	}
	return low, high
}
