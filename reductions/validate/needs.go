package validate

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"sync"
	"time"

	"crosscut/internal/exact"
	"crosscut/protocol"
	"crosscut/protocol/bounds"
	"crosscut/protocol/problems"
	"crosscut/reductions"
)

// Need is a bound on a problem in one setting, the last player answering: every
// protocol costs at least Bits.
type Need struct {
	Bits    int              `json:"bits"`
	Setting protocol.Setting `json:"setting"`
	Basis   problems.Basis   `json:"basis"`
	By      string           `json:"by"` // the argument, or the source of a quoted one
}

// Limits on what is computed from the whole table of a problem.
const (
	// tableMost is the most inputs whose values are kept while a map is validated.
	tableMost = 1 << 24
	// tabulateMost is the most inputs that are asked for only to find a need.
	tabulateMost = 1 << 16
	// talkMost is the most inputs on which protocols of several turns are looked for.
	talkMost = 1 << 20
	// overdrawnMost is the largest size at which a declared need is held against protocols
	// when another size is validated.
	overdrawnMost = 16
	// overdrawnFar is the largest one at which it is held against the sizes of the domains.
	overdrawnFar = 121
	// depthLines is the most different rows and columns at which D(f) is looked for.
	depthLines = 16
)

// table holds the problem's values on all inputs: ids[i] is the value of input i, the
// first player's input slowest, -1 outside the promise and before it is known.
type table struct {
	counts []int // members of each player's domain
	ids    []int32
	mu     sync.Mutex
	values []protocol.Value
	byKey  map[string]int32
	told   map[int]told // by the cut
}

func (s *Subject) newTable(most int) *table {
	t := &table{byKey: map[string]int32{}}
	size := 1
	for _, d := range s.Problem.Domains(s.Size) {
		n := d.Len()
		if uint(n) > uint(most/size) { // -1: very many
			return nil
		}
		size *= n
		t.counts = append(t.counts, n)
	}
	t.ids = make([]int32, size)
	return t
}

// id numbers a value.
func (t *table) id(v protocol.Value) int32 {
	if v.Kind() == protocol.None {
		return -1
	}
	key := v.Key()
	t.mu.Lock()
	defer t.mu.Unlock()
	id, known := t.byKey[key]
	if !known {
		id = int32(len(t.values))
		t.byKey[key], t.values = id, append(t.values, v)
	}
	return id
}

// noted keeps the numbers of small integers, of which most values are.
type noted struct {
	*table
	small [64]int32 // 1 more than the number
}

func (n *noted) id(v protocol.Value) int32 {
	k := v.Int()
	if k <= 0 || k >= len(n.small) { // 0 too of what is no number
		return n.table.id(v)
	}
	if n.small[k] == 0 {
		n.small[k] = n.table.id(v) + 1
	}
	return n.small[k] - 1
}

// colourTime is how long a need under a promise is searched beyond a fixed number of
// steps. The interval is true whenever it ends.
const colourTime = time.Second

// tabulate asks for all values, where they are at most so many.
func (s *Subject) tabulate(ctx context.Context, most int) (*table, error) {
	t := s.newTable(most)
	if t == nil {
		return nil, nil
	}
	players := s.Players()
	list := &Inputs{Words: make([][]protocol.Word, players)}
	for who, d := range s.Problem.Domains(s.Size) {
		for k := range d.Len() {
			list.Words[who] = append(list.Words[who], d.Nth(k))
		}
	}
	for from, all := 0, list.Words[0]; from < len(t.ids); {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		ys := len(t.ids) / len(all)
		first := from / ys
		list.Words[0] = all[first:min(len(all), first+max(1, boxTogether/ys))]
		values, err := s.wants(list)
		if err != nil {
			return nil, err
		}
		for k := range values.At {
			t.ids[from+k] = t.id(values.Of(k))
		}
		from += len(values.At)
	}
	return t, nil
}

// split is the table with two players: those of a group, in their order, and the others.
func (t *table) split(group []int) *table {
	order, rows := slices.Clone(group), 1
	for who, n := range t.counts {
		if slices.Contains(group, who) {
			rows *= n
		} else {
			order = append(order, who)
		}
	}
	u := &table{counts: []int{rows, len(t.ids) / rows}, ids: t.ids, values: t.values}
	if slices.IsSorted(order) {
		return u
	}
	u.ids = make([]int32, len(t.ids))
	in := make([]int, len(t.counts))
	for _, id := range t.ids {
		to := 0
		for _, who := range order {
			to = to*t.counts[who] + in[who]
		}
		u.ids[to] = id
		succeed(in, t.counts)
	}
	return u
}

// relation says that some value is one of several, partial that some input is outside the promise.
func (t *table) relation() bool {
	return slices.ContainsFunc(t.values, func(v protocol.Value) bool { return v.Kind() == protocol.OneOf })
}

func (t *table) partial() bool { return slices.Contains(t.ids, -1) }

// messages is how many messages the first of two players needs to tell the other what it
// holds, as an interval, and the argument for the lower end.
func (t *table) messages(ctx context.Context) (lower, upper int, by string) {
	rows, cols := t.counts[0], t.counts[1]
	first, err := bounds.DistinctRows(ctx, rows, cols, func(i, j int) int { return int(t.ids[i*cols+j]) })
	if err != nil {
		return 1, rows, ""
	}
	relation := t.relation()
	if !relation && !t.partial() {
		return len(first), len(first), fmt.Sprintf("%d different rows of %d", len(first), rows)
	}
	n, few := len(first), &table{counts: []int{len(first), cols}, values: t.values}
	for _, i := range first {
		few.ids = append(few.ids, t.ids[i*cols:(i+1)*cols]...)
	}
	what := "a promise"
	if relation {
		what = "a relation"
	}
	b := few.box()
	if b == nil {
		return 1, n, fmt.Sprintf("%d different rows of %d, under %s", n, rows, what)
	}
	b, lower = b.compress(ctx, 0, classSteps)
	if upper = b.counts[0]; !relation && protocol.Width(uint64(lower)) < protocol.Width(uint64(upper)) {
		// Under a promise alone rows may share a message iff they do pairwise.
		if m := few.matrix(); m != nil {
			short, cancel := context.WithTimeout(ctx, colourTime)
			r := bounds.Messages(short, m)
			cancel()
			lower, upper = max(lower, r.Lower), min(upper, r.Upper)
		}
	}
	by = fmt.Sprintf("under %s, at least %d messages tell %d different rows apart as needed", what, lower, n)
	if lower == upper {
		by = fmt.Sprintf("under %s, %d messages tell %d different rows apart as needed, and no fewer", what, lower, n)
	}
	return lower, upper, by
}

// told is what the players before a cut need to tell those behind it, in messages.
type told struct {
	lower, upper int
	by           string
}

// behind is what is told at the cut behind so many players, computed once.
func (t *table) behind(ctx context.Context, players int) told {
	if c, known := t.told[players]; known {
		return c
	}
	var c told
	c.lower, c.upper, c.by = t.split(exact.UpTo(players)).messages(ctx)
	if ctx.Err() == nil {
		if t.told == nil {
			t.told = map[int]told{}
		}
		t.told[players] = c
	}
	return c
}

// atCut is the need of two groups, those before a cut and those behind it.
func (t *table) atCut(ctx context.Context, players int) Need {
	c := t.behind(ctx, players)
	need := Need{protocol.Width(uint64(c.lower)), protocol.OneWay, problems.Checked, c.by}
	if len(t.counts) > 2 {
		need.By = fmt.Sprintf("at the cut behind player %d: %s", players, c.by)
	}
	return need
}

// oneWay is the setting in which each player speaks once, in turn.
func (s *Subject) oneWay() protocol.Setting { return protocol.OneWay.Among(s.Players()) }

// own is the setting in which the file's players speak.
func (s *Subject) own() protocol.Setting {
	if s.Rounds > 0 {
		return protocol.Setting{Order: protocol.InRounds, Rounds: s.Rounds}.Among(s.Players())
	}
	return s.oneWay()
}

// inTurn is the need of players who speak once each, in turn: the strongest over the cuts
// between them, which all that is said before must cross.
func (t *table) inTurn(ctx context.Context, setting protocol.Setting) Need {
	need := Need{Setting: setting, Basis: problems.Checked}
	for cut := 1; cut < len(t.counts); cut++ {
		if n := t.atCut(ctx, cut); n.Bits > need.Bits || need.By == "" {
			need.Bits, need.By = n.Bits, n.By
		}
	}
	return need
}

// atOnce is the need of players who all speak at once, in one round: each tells its own
// inputs apart, whatever the others say.
func (t *table) atOnce(ctx context.Context) Need {
	need := Need{Setting: protocol.Setting{Order: protocol.InRounds, Rounds: 1}.Among(len(t.counts)), Basis: problems.Checked, By: "each player's own: "}
	for who := range len(t.counts) - 1 {
		lower, _, by := t.split([]int{who}).messages(ctx)
		need.Bits += protocol.Width(uint64(lower))
		if who > 0 {
			need.By += "; "
		}
		need.By += by
	}
	return need
}

// settle finds the need that a result states, and refutes a declared one that some
// protocol undercuts.
func (s *Subject) settle(ctx context.Context, t *table) (*Need, *Violation, error) {
	if s.Need == nil {
		if need, ok := s.known(s.own()); ok {
			return &need, nil, nil
		}
	}
	if t == nil {
		var err error
		if t, err = s.tabulate(ctx, tabulateMost); err != nil {
			return nil, nil, err
		}
	}
	s.values = t
	if s.Need == nil {
		need, ok, err := s.NeedIn(ctx, s.own())
		if !ok || err != nil {
			return nil, nil, err
		}
		return &need, nil, nil
	}
	if said := s.overdrawn(ctx, t); said != "" {
		return s.Need, &Violation{Obligation: NeedTooLarge, Detail: said}, nil
	}
	return s.Need, nil, nil
}

// overdrawn says that some protocol costs less than the declared need, or "".
func (s *Subject) overdrawn(ctx context.Context, t *table) string {
	enough, why := s.enough(ctx, t)
	if s.Need.Bits <= enough {
		return ""
	}
	return fmt.Sprintf("%d bits are declared (%s), and %d are enough: %s", s.Need.Bits, s.Need.Setting, enough, why)
}

// Overdrawn holds a declared need, which is a formula in n, against the protocols that are
// found at other sizes: up to [overdrawnMost] against all of them while the table is small,
// and always against the players who send all that they hold. It says where it is more than
// one of them costs: the largest such size, or "". Of a size at which the file fails, or for
// which no time was left, nothing is said.
func Overdrawn(ctx context.Context, s *Subject, family func(n int) (*Subject, error)) (said string) {
	next := func(n int) int {
		if n < overdrawnMost {
			return n + 1
		}
		return n + n/2
	}
	for n := 1; s.Need != nil && n <= overdrawnFar && ctx.Err() == nil; n = next(n) {
		other, err := family(n)
		if err != nil || other.Need == nil || n == s.Size {
			continue
		}
		var t *table
		if n <= overdrawnMost {
			if t, err = other.tabulate(ctx, tabulateMost); err != nil {
				break
			}
		}
		if here := other.overdrawn(ctx, t); here != "" {
			said = fmt.Sprintf("at n = %d the declared need is refuted: %s; nothing below rests on it", n, here)
		}
	}
	return said
}

// Hold takes back a need that is [Overdrawn], here and at all sizes: nothing that follows rests on it. It says why, or "".
func Hold(ctx context.Context, s *Subject, family func(n int) (*Subject, error)) (said string, held func(n int) (*Subject, error)) {
	if said = Overdrawn(ctx, s, family); said == "" {
		return "", family
	}
	s.Need = nil
	return said, func(n int) (*Subject, error) {
		other, err := family(n)
		if err == nil {
			other.Need = nil
		}
		return other, err
	}
}

// enough is what some protocol costs in the setting of a need, in bits, and which. Cheap ones are always looked
// at; a search goes on while there may be one that costs less than the need.
func (s *Subject) enough(ctx context.Context, t *table) (bits int, why string) {
	need, setting := s.Need.Bits, s.Need.Setting
	domains := s.Problem.Domains(s.Size)
	for _, d := range domains[:len(domains)-1] {
		bits += d.Bits()
	}
	why = "the players but the last send all that they hold"
	if len(domains) == 2 {
		why = fmt.Sprintf("Alice has %s inputs and sends hers", domainText(domains[0].Count()))
	}
	lower := func(b int, by string) {
		if b < bits {
			bits, why = b, by
		}
	}
	values := s.Problem.Values(s.Size)
	if t != nil {
		values = len(t.answers())
	}
	if back := setting.Order == protocol.Free || setting.Rounds > 1; back && values > 0 && len(domains) == 2 {
		lower(domains[1].Bits()+protocol.Width(uint64(values)), "Bob sends all that he holds, and Alice the answer")
	}
	s.judged = t != nil && len(t.ids) <= talkMost
	if t == nil {
		return bits, why
	}
	if len(domains) == 2 {
		c := t.behind(ctx, 1)
		lower(protocol.Width(uint64(c.upper)), "one-way, "+c.by)
		if wrong, ok := new(big.Rat).SetString(setting.Error); ok {
			t.withCoins(wrong, lower)
		}
	}
	if !s.judged {
		return bits, why
	}
	b, chain := t.box(), setting.Order == protocol.Chain
	if s.judged = b != nil; !s.judged {
		return bits, why
	}
	rounds := setting.Rounds
	if setting.Order != protocol.InRounds {
		rounds = -1
	}
	least := 0 // of two players in their order, the first of whom speaks once
	if chain && len(domains) == 2 {
		least = protocol.Width(uint64(t.behind(ctx, 1).lower))
	}
	sure := need <= least
	if most := min(bits, need) - 1; most >= least {
		var found int
		if found, sure = b.cheapest(ctx, chain, rounds, most, partsOf(domains)); found <= most {
			lower(found, "a search found a protocol of that cost")
		}
	}
	// In a round all may speak at once, which the search leaves out, and it knows of no coins.
	s.met = sure && setting.Order != protocol.InRounds && setting.Error == ""
	if chain {
		lower(b.passed(ctx), "each player passes on what matters of all before it")
	}
	s.judged = ctx.Err() == nil
	return bits, why
}

// answers are the different answers: the values, and of a relation those that it accepts.
func (t *table) answers() (list []protocol.Value) {
	seen := map[string]bool{}
	add := func(v protocol.Value) {
		if !seen[v.Key()] {
			seen[v.Key()], list = true, append(list, v)
		}
	}
	for _, v := range t.values {
		if v.Kind() != protocol.OneOf {
			add(v)
			continue
		}
		for k := range v.Len() {
			add(v.At(k))
		}
	}
	return list
}

// matrix is the table of two players as a matrix, or nil: a relation is none.
func (t *table) matrix() *bounds.Matrix {
	if t.relation() {
		return nil
	}
	m, err := bounds.New(t.counts[0], t.counts[1], func(i, j int) (int, bool) {
		id := t.ids[i*t.counts[1]+j]
		return int(id), id >= 0
	})
	if err != nil {
		return nil
	}
	return m
}

// known is what the problem's entry says of its cost in a setting.
func (s *Subject) known(setting protocol.Setting) (Need, bool) {
	if len(s.Problem.Costs) == 0 {
		return Need{}, false
	}
	n, ok := reductions.NeededFor(s.Problem, s.Size, setting, protocol.Alice)
	return Need{int(n.Bits), setting, n.Basis, n.Formula + ": " + n.Why}, ok
}

// holdsIn says that a bound of one setting holds in another: what protocols with more
// rounds or with coins need, those with fewer or without need too.
func holdsIn(need, setting protocol.Setting) bool {
	if need.Players != setting.Players || need.Error != setting.Error && setting.Error != "" {
		return false
	}
	switch {
	case need.Order == protocol.Free:
		return true
	case need.Order == protocol.Chain: // all at once, in one round, is one turn each
		return setting.Order == protocol.Chain || setting.Rounds == 1
	}
	return setting.Order == protocol.InRounds && setting.Rounds <= need.Rounds || setting.Order == protocol.Chain && max(2, setting.Players) <= need.Rounds+1
}

// NeedIn is the strongest bound that is known to hold in one setting: what the file
// declares, what the problem's entry says, or what its table shows, where that is small.
func (s *Subject) NeedIn(ctx context.Context, setting protocol.Setting) (need Need, ok bool, err error) {
	take := func(n Need) {
		if holdsIn(n.Setting, setting) && (!ok || n.Bits > need.Bits || n.Bits == need.Bits && n.Setting == setting && need.Setting != setting) {
			need, ok = n, true
		}
	}
	if s.Need != nil {
		take(*s.Need)
	}
	known := setting
	if setting.Order == protocol.InRounds { // of which entries say nothing
		known = protocol.TwoWay.Among(setting.Players)
	}
	if n, is := s.known(known); is {
		take(n)
	}
	if len(s.Problem.Costs) > 0 {
		return need, ok, nil
	}
	t, err := s.small(ctx)
	if t == nil {
		return need, ok, err
	}
	if setting == s.oneWay() {
		if take(t.inTurn(ctx, setting)); len(t.counts) == 2 {
			return need, ok, nil
		}
	}
	if setting.Rounds == 1 {
		take(t.atOnce(ctx))
	}
	list, err := s.Needs(ctx)
	for _, n := range list {
		take(n)
	}
	return need, ok, err
}
