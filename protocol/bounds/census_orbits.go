package bounds

import "math/bits"

// orbits lists the sets of p different 0/1 vectors of length q <= 6 up to
// permutations of the q coordinates, one set for each orbit: the smallest, where
// sets of one size are compared by the least element in which they differ (the
// set that has it is the smaller).
//
// If a set is the smallest of its orbit, it is so without its largest element
// too: a permutation that makes the rest smaller makes the whole smaller. So all
// sets are reached by adding larger and larger vectors to smallest sets.
type orbits struct {
	q    int
	perm [][]int   // the permutations of the coordinates
	move [][]uint8 // move[g][v]: vector v under permutation g
}

func newOrbits(q int) *orbits {
	o := &orbits{q: q}
	var grow func(p []int, used int)
	grow = func(p []int, used int) {
		if len(p) == q {
			move := make([]uint8, 1<<q)
			for v := range move {
				for from, to := range p {
					move[v] |= uint8(v >> from & 1 << to)
				}
			}
			o.perm = append(o.perm, append([]int{}, p...))
			o.move = append(o.move, move)
			return
		}
		for to := range q {
			if used>>to&1 == 0 {
				grow(append(p, to), used|1<<to)
			}
		}
	}
	grow(nil, 0)
	return o
}

// orbit is one smallest set, as a bit set of vectors and as an ascending list,
// with its image under every permutation.
type orbit struct {
	o     *orbits
	set   uint64
	list  []uint64
	image []uint64
}

func (o *orbits) empty() orbit { return orbit{o: o, image: make([]uint64, len(o.perm))} }

// with adds the vector v, larger than all in the set; false if the result is not
// the smallest of its orbit. The images are written to image.
func (b *orbit) with(v int, image []uint64) bool {
	set := b.set | 1<<v
	for g, move := range b.o.move {
		im := b.image[g] | 1<<(move[v]&63)
		if d := im ^ set; d&-d&im != 0 {
			return false
		}
		image[g] = im
	}
	return true
}

// each calls visit for every smallest set of size vectors that begins with b.
// The set is only valid during the call. visit returns false to stop.
func (b orbit) each(size int, visit func(orbit) bool) bool {
	if len(b.list) == size {
		return visit(b)
	}
	first := 0
	if len(b.list) > 0 {
		first = int(b.list[len(b.list)-1]) + 1
	}
	next := orbit{o: b.o, image: make([]uint64, len(b.image))}
	for v := first; v+size-len(b.list) <= 1<<b.o.q; v++ {
		if b.with(v, next.image) {
			next.set = b.set | 1<<v
			next.list = append(append(next.list[:0], b.list...), uint64(v))
			if !next.each(size, visit) {
				return false
			}
		}
	}
	return true
}

// at is the orbit of a list that each found.
func (o *orbits) at(list []uint64) orbit {
	b := o.empty()
	for _, v := range list {
		b.with(int(v), b.image)
		b.set |= 1 << v
	}
	b.list = list
	return b
}

// stabilizer calls visit for every permutation of the coordinates that keeps the
// set, with the permutation of the list that it causes, and counts them.
func (b *orbit) stabilizer(visit func(coordinates, list []int)) int {
	n := 0
	list := make([]int, len(b.list))
	for g, im := range b.image {
		if im != b.set {
			continue
		}
		n++
		for k, v := range b.list {
			list[k] = bits.OnesCount64(b.set & below(int(b.o.move[g][v])))
		}
		visit(b.o.perm[g], list)
	}
	return n
}
