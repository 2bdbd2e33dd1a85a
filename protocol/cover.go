package protocol

// Cover is a nondeterministic protocol for a Boolean function of Alice's A and
// Bob's B: f(a, b) is true iff some k has both a_k and b_k, where a_k depends on
// Alice's input alone and b_k on Bob's. Each k is a rectangle of ones, so Size
// rectangles cover the ones of f. A function that has a small cover can be
// evaluated for 64 of Bob's inputs at a time.
type Cover[A, B any] struct {
	Size  int
	Alice func(a A, mark func(k int)) // marks every k with a_k, repeats allowed
	Bob   func(b B, mark func(k int)) // marks every k with b_k
}

// Eval is the slow, obvious evaluation.
func (c *Cover[A, B]) Eval(a A, b B) bool {
	marked := make([]bool, c.Size)
	c.Alice(a, func(k int) { marked[k] = true })
	found := false
	c.Bob(b, func(k int) { found = found || marked[k] })
	return found
}
