package validate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"crosscut/internal/par"
	"crosscut/models/tasks"
	"crosscut/protocol"
	"crosscut/report"
)

// Limits on exhaustive checking, in pairs, unless a budget is set.
const (
	FastLimit  = 1 << 33 // where problem and task have covers: 64 pairs at a time
	PlainLimit = 1 << 26
	// SampleSize is the number of uniform pairs drawn when the domain is larger.
	SampleSize = 1 << 18
)

// Options of a validation. The zero value is ready to use.
type Options struct {
	Budget   int64 // pairs to check exhaustively or, above it, to sample; 0: the limits above
	Seed     uint64
	Workers  int                  // 0: all cores
	Plain    bool                 // never use the bit-parallel path
	Progress func(done, of int64) // may be nil; called from several goroutines
	Counted  *Counts              // counts of units that stand in for the work; nil: do it
	// Told is called with a map that is right before it is looked for what is needed, which
	// may take longer than the verdict; nil: nobody waits. It is not called where the file
	// declares a need, which may yet be refuted.
	Told  func(*Result)
	table *table // to fill with the problem's values; may be nil
	spot  bool   // most of the budget is for the adversarial pairs
	_     struct{}
}

// Result is what validation found. Pairs is the true domain, nil where a violation was met before it was known; Checked is
// what was looked at.
type Result struct {
	Reduction      string          `json:"reduction"`
	Size           int             `json:"n"`
	Params         map[string]any  `json:"params"`
	Pairs          *big.Int        `json:"pairs"`
	Checked        int64           `json:"checked"`
	Exhaustive     bool            `json:"exhaustive"`
	Failures       int64           `json:"failures"`
	Verdict        report.Verdict  `json:"verdict"`
	Counterexample *Counterexample `json:"counterexample"`
	Violation      *Violation      `json:"violation"`
	// Needed is what the file declares, else the one-way need that the problem's entry
	// states or its table shows; nil where none is known.
	Needed *Need `json:"needed"`
	// Needs are all bounds that the table of a problem of one's own shows, each in its setting.
	Needs []Need `json:"needs"`
	// Path says how: "bit-parallel", "plain" or "sampled".
	Path string `json:"path"`
	// Interval bounds the failure rate under uniform inputs from the uniform part
	// of a sample; nil when exhaustive.
	Interval *Interval `json:"interval"`
	// Cause names one change that makes a failing reduction right, where that was found, or
	// a right one say more.
	Cause    string   `json:"cause,omitempty"`
	Warnings []string `json:"warnings"`
	// Consequences is what a right reduction means for each architecture.
	Consequences []Consequence `json:"consequences"`
	Named        bool          `json:"-"` // their architectures were asked for
	needTold     bool          // Verdicts has said what is needed
}

// Interval is an exact confidence interval for a failure rate.
type Interval struct {
	Low        float64 `json:"low"`
	High       float64 `json:"high"`
	Confidence float64 `json:"confidence"`
	Samples    int64   `json:"samples"`
	Failures   int64   `json:"failures"`
}

// Counterexample is the smallest failing input: fewest places that are not the
// default (of bit strings: fewest ones) in x and y together, then lexicographic. Of
// more than two players it has Inputs, in speaking order.
type Counterexample struct {
	X      any            `json:"x,omitempty"` // a string of 0s and 1s, else a protocol.Value
	Y      any            `json:"y,omitempty"`
	Inputs []any          `json:"inputs,omitempty"`
	Tokens []any          `json:"tokens"`
	Owners []string       `json:"owners"`
	Got    protocol.Value `json:"got"`
	Want   protocol.Value `json:"want"`

	in []protocol.Word
}

// pair is a failing input of all players by rank; of two, a pair.
type pair struct {
	ones int
	in   []protocol.Word
	at   [2]int // the numbers of the first player's input and of the others', where all are gone through

	got, want protocol.Value
	seq       []tasks.Token // nil: not kept
}

func (p *pair) better(than *pair) bool {
	switch {
	case than == nil:
		return p != nil
	case p == nil:
		return false
	}
	order := cmp.Compare(p.ones, than.ones)
	if order == 0 {
		order = slices.CompareFunc(p.in, than.in, func(a, b protocol.Word) int { return strings.Compare(a.String(), b.String()) })
	}
	return order == -1
}

// tally is what one worker found.
type tally struct {
	checked, failures int64
	inside            int64 // of the checked, those that keep the promise
	worst             *pair
	silent            *pair // inside the promise, with None as its answer
	wants, gots       kinds
}

func (t *tally) add(u tally) {
	t.checked += u.checked
	t.failures += u.failures
	t.inside += u.inside
	t.wants.join(&u.wants)
	t.gots.join(&u.gots)
	if u.worst.better(t.worst) {
		t.worst = u.worst
	}
	if u.silent.better(t.silent) {
		t.silent = u.silent
	}
}

// Run validates a subject. A refuted reduction is a result, not an error; an
// interrupted run returns what was counted so far beside ctx's error.
func Run(ctx context.Context, s *Subject, opt Options) (*Result, error) {
	r := &Result{Reduction: s.Name, Size: s.Size, Params: map[string]any{"N": s.Shape.N}, Pairs: s.Inputs(), Path: "none", Warnings: []string{}, Consequences: []Consequence{}, Needs: []Need{}}
	for name, v := range s.Shape.Params {
		r.Params[name] = v
	}
	r.Warnings = append(r.Warnings, s.settings()...)
	if err := s.publics(); err != nil {
		return r, r.refute(err)
	}
	fast, err := s.covers(opt)
	if err != nil {
		return r, r.refute(err)
	}
	limit := int64(PlainLimit)
	if r.Path = fast.path(); fast != nil {
		limit = FastLimit
	}
	if opt.Budget > 0 {
		limit = opt.Budget
	}
	var t tally
	switch {
	case opt.Counted != nil:
		t, err = s.tally(opt.Counted), opt.Counted.strange(s.Place)
	case r.Pairs.Cmp(big.NewInt(limit)) > 0:
		r.Path = "sampled"
		t, r.Interval, err = s.sample(ctx, opt)
	case fast != nil:
		t, err = fast.run(ctx, opt, 0, s.xs())
	default:
		if len(s.Problem.Costs) == 0 {
			opt.table = s.newTable(tableMost)
		}
		t, err = s.plain(ctx, opt, 0, s.xs())
	}
	r.Checked, r.Failures = t.checked, t.failures
	r.Exhaustive = err == nil && r.Pairs.Cmp(big.NewInt(t.checked)) == 0
	s.sampled = !r.Exhaustive
	if r.Exhaustive && !s.Declared && s.Found != nil {
		if s.Reads, s.allRead = s.Found(), true; opt.Counted != nil {
			s.Reads = opt.Counted.Reads
		}
	}
	if v := new(Violation); errors.As(err, &v) {
		return r, r.refute(v)
	}
	if err == nil {
		err = t.strange(s.Place)
	}
	if t.worst != nil {
		if e := s.explain(r, t.worst, err != nil); e != nil {
			return r, errors.Join(err, e)
		}
		if ctx.Err() != nil {
			r.Warnings = append(r.Warnings, fmt.Sprintf("interrupted after %d of %s pairs: the counterexample is the smallest of those found by then", t.checked, domainText(r.Pairs)))
		}
	}
	switch {
	case t.failures > 0:
		r.Verdict = report.Errs
	case err != nil || t.inside == 0 || r.Path != "sampled" && !r.Exhaustive:
		r.Verdict = report.Unknown
	default:
		r.Verdict = report.Meets
	}
	if err == nil && t.inside == 0 {
		r.Warnings = append(r.Warnings, "no input that was tried keeps the promise: nothing was checked")
	}
	if r.Path == "sampled" && r.Verdict == report.Meets {
		r.Warnings = append(r.Warnings, fmt.Sprintf("sampled: %d of %s pairs; a sample proves nothing about the others", t.checked, domainText(r.Pairs)))
	}
	if err == nil && t.failures > 0 {
		r.Cause = s.diagnose(ctx, t.worst)
	}
	if err == nil && r.Cause == "" {
		r.Cause = s.constant()
	}
	if s.Need == nil && r.Verdict == report.Meets && opt.Told != nil {
		opt.Told(r)
	}
	if err == nil {
		var v *Violation
		if r.Needed, v, err = s.settle(ctx, opt.table); v != nil {
			err = r.refute(v)
		}
	}
	return r, err
}

// Refuted is the result for a map that breaks an obligation before it could be
// run at all, or nil when err is no violation.
func Refuted(err error) *Result {
	r := &Result{Params: map[string]any{}, Path: "none", Warnings: []string{}, Consequences: []Consequence{}, Needs: []Need{}}
	if r.refute(err) != nil {
		return nil
	}
	return r
}

// settings says which one-way arguments the split does not carry.
func (s *Subject) settings() []string {
	var notes []string
	for _, i := range s.Reads {
		if s.Split.Of(i) == protocol.Bob {
			notes = append(notes, fmt.Sprintf("the query at position %d is Bob's: an attention layer is no one-way protocol from Alice here, so one-way bounds do not judge it", i))
			break
		}
	}
	if s.backAndForth() {
		notes = append(notes, "some of Alice's tokens come after Bob's: a recurrent model's state also crosses from Bob to Alice, so one-way bounds do not judge it")
	}
	return notes
}

// refute turns a violation into a result; other errors pass.
func (r *Result) refute(err error) error {
	v := new(Violation)
	if !errors.As(err, &v) {
		return err
	}
	r.Violation, r.Verdict = v, report.Errs
	return nil
}

// Inputs is the number of inputs of all players together.
func (s *Subject) Inputs() *big.Int {
	d := big.NewInt(1)
	for _, in := range s.Problem.Domains(s.Size) {
		d.Mul(d, in.Count())
	}
	return d
}

// ones ranks an input: the places that are not the default, of bit strings the ones.
func (s *Subject) ones(in []protocol.Word) (sum int) {
	for who, d := range s.Problem.Domains(s.Size) {
		sum += d.Weight(in[who])
	}
	return sum
}

// count counts one input with what was answered and what is wanted.
func (s *Subject) count(t *tally, in []protocol.Word, got, want protocol.Value) {
	t.checked++
	if want.Kind() == protocol.None {
		return
	}
	t.inside++
	t.gots.see(got)
	t.wants.see(want)
	if !want.Accepts(got) {
		t.failures++
		worst := &t.worst
		if got.Kind() == protocol.None {
			worst = &t.silent
		}
		if p := (&pair{ones: s.ones(in), in: in, got: got, want: want}); p.better(*worst) {
			p.in = slices.Clone(in)
			*worst = p
		}
	}
}

// check evaluates one input whose tokens lie in m.
func (s *Subject) check(m *merger, in []protocol.Word) (got, want protocol.Value, err error) {
	if got, err = s.answered(m, in); err != nil {
		return got, want, err
	}
	want, err = s.wanted(in)
	return got, want, err
}

// answered is the answer to one input whose tokens lie in m.
func (s *Subject) answered(m *merger, in []protocol.Word) (got protocol.Value, err error) {
	if s.Shape.Task.CheckSeq != nil {
		if err := s.Shape.Task.CheckSeq(s.Shape, m.all, m.seq); err != nil {
			v := &Violation{Obligation: InRange, Detail: err.Error()}
			if shown := s.show(in); len(in) == 2 {
				v.X, v.Y = shown[0], shown[1]
			} else {
				v.Own = shown
			}
			return got, v
		}
	}
	if s.got == nil {
		return s.Answer(in[len(in)-1], m.output)
	}
	out, err := s.Outputs(m.seq, s.Reads)
	if err != nil {
		return got, err
	}
	return s.got(in[len(in)-1], out), nil
}

// inputAt writes the tokens of all players into m.
func (s *Subject) inputAt(m *merger, in []protocol.Word) error {
	for who, w := range in {
		tok, ok := m.written[who][w]
		if !ok {
			var err error
			if tok, err = s.write(protocol.Player(who), w); err != nil {
				return err
			}
			if kept := m.written[who]; kept != nil && len(kept)*s.Shape.N < togetherTokens {
				kept[w] = tok
			}
		}
		m.put(protocol.Player(who), tok)
	}
	return nil
}

// explain writes out a failing input, evaluated once more by the plain path, so
// that a fault of the fast path could not pass for one of the reduction; where the run
// has ended early, as it was kept: a file is not asked any more.
func (s *Subject) explain(r *Result, p *pair, ended bool) error {
	shown, seq, got, want := s.show(p.in), p.seq, p.got, p.want
	if !ended {
		m := s.merger()
		err := s.inputAt(m, p.in)
		if err == nil {
			got, want, err = s.check(m, p.in)
		}
		if err != nil {
			return err
		}
		if seq = m.seq; want.Accepts(got) {
			return fmt.Errorf("validate: internal: %v fails on the %s path only", shown, r.Path)
		}
	}
	c := &Counterexample{Got: got, Want: want, in: p.in}
	if len(shown) == 2 {
		c.X, c.Y = shown[0], shown[1]
	} else {
		c.Inputs = shown
	}
	for i, t := range seq {
		c.Tokens = append(c.Tokens, s.Shape.Task.FormatToken(s.Shape, t))
		owner := "public"
		if o := s.Split.Owner[i]; o != tasks.Public {
			owner = o.String()
			if len(p.in) > 2 {
				owner = fmt.Sprintf("player %d", int(o)+1)
			}
		}
		c.Owners = append(c.Owners, owner)
	}
	r.Counterexample = c
	return nil
}

// parallel runs job for 0..n-1 on several workers and adds up their tallies. It
// stops at the first error or when ctx ends, and fails unless inputs were checked: a
// job that stopped halfway, or did nothing, is no verdict.
func parallel(ctx context.Context, opt Options, n int, inputs int64, worker func() func(k int) (tally, error)) (tally, error) {
	type counter struct {
		job   func(k int) (tally, error)
		total tally
	}
	counters, err := par.With(ctx, opt.Workers, n, func() *counter { return &counter{job: worker()} }, func(c *counter, k int) error {
		t, err := c.job(k)
		c.total.add(t)
		if opt.Progress != nil {
			opt.Progress(int64(k+1), int64(n))
		}
		return err
	})
	var total tally
	for _, c := range counters {
		total.add(c.total)
	}
	switch {
	case err == nil && ctx.Err() != nil: // all jobs began; some may have stopped halfway
		err = context.Cause(ctx)
	case err == nil && total.checked != inputs:
		err = fmt.Errorf("validate: internal: %d inputs were checked, of %d", total.checked, inputs)
	}
	return total, err
}

// xs is the number of inputs of the first player, ys that of the others' together.
func (s *Subject) xs() int { return s.domainOf(0).Len() }

func (s *Subject) ys() int {
	n := 1
	for _, d := range s.Problem.Domains(s.Size)[1:] {
		n *= d.Len()
	}
	return n
}

// others writes input number j of the players after the first into in: the last
// player's changes fastest.
func (s *Subject) others(in []protocol.Word, j int) {
	for who := len(in) - 1; who > 0; who-- {
		d := s.domainOf(protocol.Player(who))
		in[who] = d.Nth(j % d.Len())
		j /= d.Len()
	}
}

// plain checks the first player's inputs numbered from..to-1 with all of the others', in boxes: a stretch of
// one player's inputs, with single ones of those before it and all of those behind it.
func (s *Subject) plain(ctx context.Context, opt Options, from, to int) (tally, error) {
	domains, ys := s.Problem.Domains(s.Size), s.ys()
	others := &Inputs{Words: make([][]protocol.Word, len(domains)), Toks: make([][][]tasks.Token, len(domains))}
	for who := 1; who < len(domains); who++ {
		if err := s.writeAll(others, who, domains[who].Len(), domains[who].Nth); err != nil {
			return tally{}, err
		}
	}
	room, block := boxTogether, s.atOnce()  // inputs that are settled together, x to a job
	if s.Answers == nil && s.Wants == nil { // jobs are short, and there are some for each worker
		room, block = aloneTogether, max(1, min(block, (to-from)/(4*cmp.Or(opt.Workers, par.Workers()))))
	}
	size, boxes := make([]int, len(domains)), make([]int, len(domains)) // members of each player in a box, and how many boxes
	for who := len(domains) - 1; who > 0; who-- {
		n := len(others.Words[who])
		size[who] = min(n, room)
		boxes[who] = (n + size[who] - 1) / size[who]
		room /= size[who]
	}
	block = min(block, room)
	return s.spoken(parallel(ctx, opt, (to-from+block-1)/block, int64(to-from)*int64(ys), func() func(int) (tally, error) {
		note, m := &noted{table: opt.table}, s.merger()
		return func(job int) (t tally, err error) {
			begin := from + job*block
			box := &Inputs{Words: make([][]protocol.Word, len(domains)), Toks: make([][][]tasks.Token, len(domains))}
			if err := s.writeAll(box, 0, min(block, to-begin), func(k int) protocol.Word { return domains[0].Nth(begin + k) }); err != nil {
				return t, err
			}
			next, at := begin*ys, make([]int, len(domains))
			for more := true; more; more = succeed(at, boxes) > 0 {
				for who := 1; who < len(domains); who++ {
					a, b := at[who]*size[who], min((at[who]+1)*size[who], len(others.Words[who]))
					box.Words[who], box.Toks[who] = others.Words[who][a:b], others.Toks[who][a:b]
				}
				if err := s.all(ctx, &t, m, box, next, ys, note); err != nil {
					return t, err
				}
				next += box.Len()
			}
			return t, nil
		}
	}))
}

// writeAll writes n words of a player into list.
func (s *Subject) writeAll(list *Inputs, who, n int, nth func(k int) protocol.Word) error {
	return s.writeEach(protocol.Player(who), n, nth, func(_ int, w protocol.Word, tok []tasks.Token) {
		list.Words[who], list.Toks[who] = append(list.Words[who], w), append(list.Toks[who], tok)
	})
}
