package smallest

import (
	"context"
	"encoding/binary"
	"math"
	"slices"

	"crosscut/reductions/smallest/proof"
)

// mostScattered bounds the inputs that are tabulated.
const mostScattered = 1 << 20

// scattered raises the lower end by the positions whose tokens need most sums: any of them, where
// order matters, since a sum of values does not know it. On tasks in which every sequence
// is an input and one answer is right.
func scattered(ctx context.Context, w *proof.World, r *Result) error {
	n, task := w.Shape.N, w.Shape.Task
	if task.Unordered || task.CheckSeq != nil || task.Correct != nil || !w.Whole || n > 16 {
		return nil
	}
	inputs := 1
	for _, c := range w.Choices {
		if inputs *= len(c); inputs > mostScattered {
			return nil
		}
	}
	out, number, word := make([]uint32, inputs), map[string]uint32{}, make([]int, n)
	for i := range out {
		if i%1024 == 0 && ctx.Err() != nil {
			return nil
		}
		for pos, left := n-1, i; pos >= 0; pos-- {
			word[pos], left = w.Choices[pos][left%len(w.Choices[pos])], left/len(w.Choices[pos])
		}
		seq, _ := w.Tokens(0, word)
		value, _ := w.Output(seq)
		var key []byte
		for _, x := range value {
			key = binary.LittleEndian.AppendUint64(key, math.Float64bits(x+0))
		}
		v, ok := number[string(key)]
		if !ok {
			v = uint32(len(number))
			number[string(key)] = v
		}
		out[i] = v
	}
	for of := 1; of < 1<<n; of++ { // positions of the heads, as bits
		if of>>(w.Read-1)&1 == 1 || ctx.Err() != nil {
			continue
		}
		var at []int
		heads, rests := []int{0}, []int{0} // what they add to the number of an input
		weight := inputs
		for pos, c := range w.Choices {
			weight /= len(c)
			side := &rests
			if of>>pos&1 == 1 {
				side, at = &heads, append(at, pos+1)
			}
			var longer []int
			for _, h := range *side {
				for k := range c {
					longer = append(longer, h+k*weight)
				}
			}
			*side = longer
		}
		seen := map[string]bool{}
		var kept []int
		key := make([]byte, 0, 4*len(rests))
		for _, h := range heads {
			key = key[:0]
			for _, s := range rests {
				key = binary.LittleEndian.AppendUint32(key, out[h+s])
			}
			if !seen[string(key)] {
				seen[string(key)] = true
				kept = append(kept, h)
			}
		}
		p := proof.SumBits(len(at), len(kept))
		if p <= r.Lower {
			continue
		}
		for proof.SumBits(len(at), len(kept)-1) == p { // no more than prove it
			kept = kept[:len(kept)-1]
		}
		e := proof.Scattered{Kind: "scattered", At: at, Heads: [][]int{}, Rests: [][]int{}}
		spell := func(i int, of bool) (tokens []int) { // those at the positions of one side
			left := inputs
			for pos, c := range w.Choices {
				left /= len(c)
				if k := i / left % len(c); slices.Contains(at, pos+1) == of && pos+1 != w.Read {
					tokens = append(tokens, c[k])
				}
			}
			return tokens
		}
		for _, h := range kept {
			e.Heads = append(e.Heads, spell(h, true))
		}
		// Rests that split what looks alike so far, until every head is alone.
		for groups := [][]int{kept}; len(groups) > 0; {
			var tell int
			for _, s := range rests {
				if out[groups[0][0]+s] != out[groups[0][1]+s] {
					tell = s
					break
				}
			}
			e.Rests = append(e.Rests, spell(tell, false))
			groups = finer(groups, func(h int) uint32 { return out[h+tell] })
		}
		if err := r.raise(p, e); err != nil {
			return err
		}
	}
	return nil
}
