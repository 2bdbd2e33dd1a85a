package script

import (
	"container/heap"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// The functions of a file always do the same, so one call settles all inputs that agree where
// it reads. The inputs of a batch are cut into boxes, of some members of each player, or, of a
// list of inputs, of some of these. A function is called on the first input of a box; then the
// box is cut along what the call has read: one part agrees with that input at all places, and
// has its value, and each other part differs at some place, where it agrees in itself. These
// are the boxes of a protocol, in which the players tell what is read.

// box is a set of inputs.
type box struct {
	of    [][]uint32 // of each dimension some members, in increasing order
	first int        // its smallest input
	from  int        // so many places that a call reads are the same for all
}

// spot is what a call reads: of a player, an element of a list, or one of these.
type spot struct {
	player int32 // nobody: of none, the same for all inputs
	part   int32 // the number of the list, or
	at     int32
}

const (
	restOf    = -1 - iota // all that the player holds but what stands in lists
	allOf                 // all that the player holds
	allowedOf             // the positions that may be read then
	rowAt                 // a token of the player's row
	rowOf                 // that row
	outputAt              // an output
	itself                // all of the input
)

// stage asks one function.
type stage interface {
	// ask calls the function on an input; what is read is in the worker's trail then.
	ask(e *evaluator, k int) error
	// take files what was given last for all of a box.
	take(e *evaluator, b *box)
	// dim is the dimension that a place belongs to, number what a member of it has there: the
	// same number where it is the same.
	dim(p spot) int
	number(e *evaluator, m uint32, p spot) uint32
	// input is the smallest input of members, one of each dimension or more.
	input(of [][]uint32) int
}

// settle asks for all inputs of a box, with all workers. Smaller inputs are asked for first; what
// comes after one that fails is left out.
func (r *ready) settle(s stage, root *box, workers []*evaluator, beat func() error) {
	if root == nil {
		return
	}
	q := &queue{boxes: boxes{root}, failed: &r.failed, pulse: newPulse(len(workers))}
	q.come.L = &q.mu
	started := time.Now()
	var beating sync.Mutex
	var wait sync.WaitGroup
	for w, e := range workers {
		wait.Go(func() {
			defer q.pulse.rest(w, true)
			for b := q.next(w, nil, false); b != nil; b = q.next(w, e.parts, true) {
				e.parts = e.parts[:0]
				if err := s.ask(e, b.first); err != nil {
					r.fail(b.first, e.fault(err, b.first))
					continue
				}
				e.cut(s, b)
				s.take(e, b)
				if q.pulse.tick(w, time.Since(started)) {
					beating.Lock()
					beat() // where nobody listens, the reply says so
					beating.Unlock()
				}
			}
		})
	}
	wait.Wait()
}

// cut leaves in a box what agrees with its first input in all that was read, and puts the rest
// into e.parts.
func (e *evaluator) cut(s stage, b *box) {
	from := b.from
	if !e.steady {
		from = 0
	}
	for depth := from; depth < len(e.trail.places); depth++ {
		p := e.trail.places[depth]
		d := s.dim(p)
		members := b.of[d]
		if len(members) == 1 {
			continue
		}
		e.kinds, e.of = e.kinds[:0], e.of[:0]
		clear(e.kindOf)
		differ := false
		for _, m := range members {
			kind := e.kind(s.number(e, m, p))
			e.of = append(e.of, kind)
			differ = differ || kind > 0
		}
		if !differ {
			continue
		}
		room, lists := make([]uint32, len(members)), make([][]uint32, len(e.kinds))
		for k, kind := range e.kinds {
			lists[k], room = room[:0:kind.members], room[kind.members:]
		}
		for j, m := range members {
			lists[e.of[j]] = append(lists[e.of[j]], m)
		}
		b.of[d] = lists[0]
		for _, list := range lists[1:] {
			part := &box{of: slices.Clone(b.of)}
			part.of[d] = list
			part.first = s.input(part.of)
			if e.steady {
				part.from = depth + 1
			}
			e.parts = append(e.parts, part)
		}
	}
}

// kind is one of the numbers that members have at a place.
type kind struct {
	number  uint32
	members int
}

// fewKinds is how many numbers are searched one by one.
const fewKinds = 8

// kind counts a member with this number, and says which of the numbers it is, in the order in
// which they are met.
func (e *evaluator) kind(number uint32) int32 {
	for k := range e.kinds[:min(len(e.kinds), fewKinds)] {
		if e.kinds[k].number == number {
			e.kinds[k].members++
			return int32(k)
		}
	}
	if len(e.kinds) >= fewKinds {
		if k, known := e.kindOf[number]; known {
			e.kinds[k].members++
			return k
		}
		e.kindOf[number] = int32(len(e.kinds))
	}
	e.kinds = append(e.kinds, kind{number, 1})
	return int32(len(e.kinds) - 1)
}

// boxes is a heap of them, that with the smallest input first.
type boxes []*box

func (b boxes) Len() int           { return len(b) }
func (b boxes) Less(i, j int) bool { return b[i].first < b[j].first }
func (b boxes) Swap(i, j int)      { b[i], b[j] = b[j], b[i] }
func (b *boxes) Push(last any)     { *b = append(*b, last.(*box)) }

func (b *boxes) Pop() any {
	k := len(*b) - 1
	last := (*b)[k]
	*b = (*b)[:k]
	return last
}

// queue hands out boxes, that with the smallest input first.
type queue struct {
	mu     sync.Mutex
	come   sync.Cond
	boxes  boxes
	busy   int // workers that may still find more
	failed *atomic.Int64
	pulse  *pulse
}

// next takes the parts of the box that worker w has done, if it had one, and gives it another;
// nil: there will be none.
func (q *queue) next(w int, parts []*box, did bool) *box {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, b := range parts {
		heap.Push(&q.boxes, b)
	}
	if did {
		q.busy--
	}
	for {
		if len(q.boxes) > 0 && q.boxes[0].first >= int(q.failed.Load()) {
			q.boxes = nil
		}
		if len(q.boxes) > 0 {
			q.busy++
			b := heap.Pop(&q.boxes).(*box)
			if len(q.boxes) > 0 {
				q.come.Signal()
			}
			return b
		}
		if q.busy == 0 {
			q.come.Broadcast()
			return nil
		}
		q.pulse.rest(w, true)
		q.come.Wait()
		q.pulse.rest(w, false)
	}
}

// pulse says when a batch may beat: not before every worker that has something to do has
// finished a call since it beat last, so that no worker's calls hide one that does not end.
type pulse struct {
	last  atomic.Int64   // when it beat, after the start
	done  []atomic.Int64 // the calls of each worker
	rests []atomic.Bool  // it waits
	mu    sync.Mutex
	seen  []int64 // of these at the last beat
}

func newPulse(workers int) *pulse {
	return &pulse{done: make([]atomic.Int64, workers), rests: make([]atomic.Bool, workers), seen: make([]int64, workers)}
}

// rest says that worker w has nothing to do, or has again. What it did before counts for the
// next beat.
func (p *pulse) rest(w int, rests bool) { p.rests[w].Store(rests) }

// tick counts a call of worker w, which ended at this time, and says whether to beat.
func (p *pulse) tick(w int, now time.Duration) bool {
	p.done[w].Add(1)
	if now-time.Duration(p.last.Load()) < beatEvery {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for w := range p.done {
		if p.done[w].Load() == p.seen[w] && !p.rests[w].Load() {
			return false
		}
	}
	for w := range p.done {
		p.seen[w] = p.done[w].Load()
	}
	p.last.Store(int64(now))
	return true
}
