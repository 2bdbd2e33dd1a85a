package problems

import "crosscut/protocol"

// EqPublic is equality with public coins: Alice sends k inner products modulo 2 of x
// and public random strings, and Bob says yes when those of y are the same. It costs k
// bits, is right on equal inputs, and errs with probability 2^-k on others (Yao 1979;
// Kushilevitz and Nisan 1997, section 3). So bounds through EQ are deterministic only.
// n is the length of the inputs.
func EqPublic(n, k int) (alice, bob func(in protocol.Word) func(*protocol.Port) bool) {
	products := func(p *protocol.Port, in protocol.Word) protocol.Word {
		var w protocol.Packer
		for j := range k {
			odd := uint64(0)
			for i := range n {
				if p.Coin(j*n+i) && in.Bit(i) {
					odd ^= 1
				}
			}
			w.Uint(odd, 1)
		}
		return w.Word()
	}
	alice = func(x protocol.Word) func(*protocol.Port) bool {
		return func(p *protocol.Port) bool {
			p.Send("products of x with public strings", products(p, x))
			return false
		}
	}
	bob = func(y protocol.Word) func(*protocol.Port) bool {
		return func(p *protocol.Port) bool { return p.Recv(protocol.Alice, protocol.Bits(k)) == products(p, y) }
	}
	return alice, bob
}
