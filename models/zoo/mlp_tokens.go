package zoo

import (
	"crosscut/models"
	"crosscut/models/linear"
	"crosscut/models/tasks"
	"crosscut/protocol"
)

// tokenChunk is how many bits of a raw token are one number of the first layer.
const tokenChunk = 32

// MLPTokens passes the raw code of every token through its first layer, in numbers
// of at most 32 bits; the continuation applies the task's definition.
//
// Statement. With h1 = N ceil(b / 32) rows, b the raw size of a token, it is right
// on every input of every task. With fewer rows the numbers beyond are lost and
// read as 0.
//
// Cost. The raw size of the sender's tokens.
var MLPTokens = construct(&models.Construction{
	Name: "mlp-tokens", Model: "mlp", Tasks: []string{"*"}, Rank: 10,
	Doc:  "first layer: the identity on the raw codes of all tokens; the continuation applies the task's definition",
	Cite: []string{"SanfordHsuTelgarsky2023"},
	Params: []tasks.Param{
		{Name: "h1", Doc: "width of the first layer; default N ceil(b / 32), b bits a raw token", Min: 1, Max: 1 << 31},
		rawParam,
	},
	New: with(rawBits, func(sh tasks.Shape, set models.Settings, p int) (models.Machine, error) {
		b := sh.Task.TokenBits(sh, p)
		numbers := max(1, (b+tokenChunk-1)/tokenChunk)
		width := func(k int) int { return min(tokenChunk, b-k*tokenChunk) }
		h1 := set.Int("h1", sh.N*numbers)
		if h1 > sh.N*numbers {
			return nil, models.Unsupportedf("h1 = %d exceeds the %d numbers that enter", h1, sh.N*numbers)
		}
		if err := models.Fits(float64(sh.N) * float64(numbers) * 64); err != nil {
			return nil, err
		}
		sizes := tasks.Params{"h1": float64(h1)}
		if sh.Real() {
			sizes["p"] = float64(p)
		}
		rows := make([][]linear.Term, h1)
		for r := range rows {
			rows[r] = []linear.Term{{Column: r, Weight: 1}}
		}
		high := make([]int64, numbers)
		for k := range high {
			high[k] = 1<<width(k) - 1
		}
		var most protocol.Growth
		if sh.Task.Logarithmic && !set.Sets("h1", "p") { // N ceil(b / 32) rows of at most min(b, 32) bits
			most = protocol.Growth{Power: 1, Logs: 1}
		}
		return &linear.FeedForward{
			Grows: most,
			Of:    sh, Sizes: sizes, Numbers: numbers, Low: make([]int64, numbers), High: high, Rows: rows, Bits: width(0),
			Vec: func(t tasks.Token) []int64 {
				var w protocol.Packer
				sh.Task.PutToken(sh, p, &w, t)
				u := w.Word().Unpack()
				x := make([]int64, numbers)
				for k := range x {
					x[k] = int64(u.Uint(width(k)))
				}
				return x
			},
			Continue: func(pre []int64, read []int) []tasks.Value {
				seq := make([]tasks.Token, sh.N)
				for i := range seq {
					var w protocol.Packer
					for k := range numbers {
						if r := i*numbers + k; r < h1 {
							w.Uint(uint64(pre[r]), width(k))
						} else {
							w.Uint(0, width(k))
						}
					}
					seq[i] = sh.Task.GetToken(sh, p, w.Word().Unpack())
				}
				return sh.Eval(seq, read)
			},
		}, nil
	}),
})
