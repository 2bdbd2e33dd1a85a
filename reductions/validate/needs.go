package validate

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

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
}

func (s *Subject) newTable(most int) *table {
	t := &table{byKey: map[string]int32{}}
	size := 1
	for _, d := range s.Problem.Domains(s.Size) {
		n := d.Len()
		if n < 0 || n > most/size {
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
	if v.Kind() > protocol.Int || v.Kind() == protocol.None || k <= 0 || k >= len(n.small) {
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
	rest := len(t.ids) / t.counts[0]
	ins := make([][]protocol.Word, together)
	for from := 0; from < len(t.ids); from += together {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		some := ins[:min(together, len(t.ids)-from)]
		for k := range some {
			some[k] = make([]protocol.Word, s.Players())
			some[k][0] = s.domainOf(0).Nth((from + k) / rest)
			s.others(some[k], (from+k)%rest)
		}
		values, err := s.wants(some)
		if err != nil {
			return nil, err
		}
		for k, v := range values {
			t.ids[from+k] = t.id(v)
		}
	}
	return t, nil
}

// messages is how many messages the players before a cut need to tell those behind it
// what they hold, as an interval, and the argument for the lower end. players is how
// many stand before the cut.
func (t *table) messages(ctx context.Context, players int) (lower, upper int, by string) {
	rows := 1
	for _, n := range t.counts[:players] {
		rows *= n
	}
	cols := len(t.ids) / rows
	total, relation := !slices.Contains(t.ids, -1), false
	for _, v := range t.values {
		relation = relation || v.Kind() == protocol.OneOf
	}
	first, err := bounds.DistinctRows(ctx, rows, cols, func(i, j int) int { return int(t.ids[i*cols+j]) })
	if err != nil {
		return 1, rows, ""
	}
	if total && !relation {
		return len(first), len(first), fmt.Sprintf("%d different rows of %d", len(first), rows)
	}
	n, ids := len(first), make([]int32, 0, len(first)*cols)
	for _, i := range first {
		ids = append(ids, t.ids[i*cols:(i+1)*cols]...)
	}
	what := "a promise"
	if relation {
		what = "a relation"
	}
	if lower, upper = t.classes(ctx, n, cols, ids); !relation && protocol.Width(uint64(lower)) < protocol.Width(uint64(upper)) {
		// Under a promise alone rows may share a message iff they do pairwise.
		m, err := bounds.New(n, cols, func(i, j int) (int, bool) { id := ids[i*cols+j]; return int(id), id >= 0 })
		if err == nil {
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

// classes is the least number of classes of rows such that in every column some answer
// is right for all rows of a class, as an interval.
func (t *table) classes(ctx context.Context, rows, cols int, ids []int32) (lower, upper int) {
	// right[id] is the set of answers that are right where the value is id.
	numbers := map[string]int{}
	var plain []protocol.Value
	number := func(v protocol.Value) {
		if _, known := numbers[v.Key()]; !known {
			numbers[v.Key()] = len(plain)
			plain = append(plain, v)
		}
	}
	for _, v := range t.values {
		if v.Kind() != protocol.OneOf {
			number(v)
			continue
		}
		for k := range v.Len() {
			number(v.At(k))
		}
	}
	words := (len(plain) + 63) / 64
	right := make([]answers, len(t.values))
	for id, v := range t.values {
		right[id] = make(answers, words)
		for k, p := range plain {
			if v.Accepts(p) {
				right[id][k/64] |= 1 << (k % 64)
			}
		}
	}
	all := make(answers, words)
	for k := range all {
		all[k] = ^uint64(0)
	}
	c := &classing{cols: cols, rows: make([][]answers, rows)}
	for i := range c.rows {
		c.rows[i] = make([]answers, cols)
		for j := range cols {
			if c.rows[i][j] = all; ids[i*cols+j] >= 0 {
				c.rows[i][j] = right[ids[i*cols+j]]
			}
		}
	}
	c.prune()
	return c.least(ctx)
}

// answers is a set of answers.
type answers []uint64

func (a answers) meets(b answers) bool {
	for k := range a {
		if a[k]&b[k] != 0 {
			return true
		}
	}
	return false
}

func (a answers) within(b answers) bool {
	for k := range a {
		if a[k]&^b[k] != 0 {
			return false
		}
	}
	return true
}

// classing looks for few classes of rows that may share a message.
type classing struct {
	cols  int
	rows  [][]answers
	steps int
}

// prune leaves out rows that ask for no more than another does: they may share its
// message whatever else does.
func (c *classing) prune() {
	if len(c.rows) > 1<<11 {
		return
	}
	gone := make([]bool, len(c.rows))
	for i, a := range c.rows {
		for k, b := range c.rows {
			if i == k || gone[k] || gone[i] {
				continue
			}
			weaker := true
			for j := range a {
				weaker = weaker && b[j].within(a[j])
			}
			gone[i] = weaker
		}
	}
	var kept [][]answers
	for i, a := range c.rows {
		if !gone[i] {
			kept = append(kept, a)
		}
	}
	c.rows = kept
}

// classSteps bounds the search for fewer classes, in entries compared.
const classSteps = 1 << 25

// least is the least number of classes, as an interval. Rows that are apart pairwise
// bound it from below, a search tries with one class fewer than what is known.
func (c *classing) least(ctx context.Context) (lower, upper int) {
	clique := c.clique()
	lower = max(1, len(clique))
	// The rows of the clique come first: they are in different classes.
	order := slices.Clone(clique)
	for i := range c.rows {
		if !slices.Contains(order, i) {
			order = append(order, i)
		}
	}
	rows := make([][]answers, len(order))
	for k, i := range order {
		rows[k] = c.rows[i]
	}
	c.rows = rows
	upper = len(c.rows)
	var classes [][]answers
	for _, row := range c.rows { // greedy
		k := slices.IndexFunc(classes, func(class []answers) bool { return fits(class, row) })
		if k < 0 {
			classes = append(classes, row)
			continue
		}
		classes[k] = join(classes[k], row)
	}
	upper = len(classes)
	for lower < upper {
		c.steps = 0
		found, decided := c.place(ctx, 0, nil, upper-1)
		if !decided {
			break
		}
		if !found {
			lower = upper
			break
		}
		upper--
	}
	return lower, upper
}

// clique lists rows that are apart pairwise: the largest list found greedily, from every
// row on while there are few.
func (c *classing) clique() (best []int) {
	n := len(c.rows)
	apart := make([][]bool, n)
	for x := range apart {
		apart[x] = make([]bool, n)
		for y := range x {
			apart[x][y] = !fits(c.rows[x], c.rows[y])
			apart[y][x] = apart[x][y]
		}
	}
	for first := range min(n, 512) {
		list := []int{first}
		for k := range n {
			x := (first + k) % n
			if !slices.ContainsFunc(list, func(y int) bool { return !apart[x][y] }) {
				list = append(list, x)
			}
		}
		if len(list) > len(best) {
			best = list
		}
	}
	return best
}

func fits(class, row []answers) bool {
	for j := range class {
		if !class[j].meets(row[j]) {
			return false
		}
	}
	return true
}

func join(class, row []answers) []answers {
	both := make([]answers, len(class))
	for j := range class {
		both[j] = make(answers, len(class[j]))
		for k := range both[j] {
			both[j][k] = class[j][k] & row[j][k]
		}
	}
	return both
}

// place puts rows from number k on into at most so many classes.
func (c *classing) place(ctx context.Context, k int, classes [][]answers, most int) (found, decided bool) {
	if k == len(c.rows) {
		return true, true
	}
	if c.steps > classSteps || ctx.Err() != nil {
		return false, false
	}
	for i, class := range classes {
		c.steps += c.cols
		if !fits(class, c.rows[k]) {
			continue
		}
		next := slices.Clone(classes)
		next[i] = join(class, c.rows[k])
		if found, decided = c.place(ctx, k+1, next, most); found || !decided {
			return found, decided
		}
	}
	if len(classes) < most {
		return c.place(ctx, k+1, append(slices.Clone(classes), c.rows[k]), most)
	}
	return false, true
}

// oneWay is the setting in which each player speaks once, in turn.
func (s *Subject) oneWay() protocol.Setting { return protocol.OneWay.Among(s.Players()) }

// computed is the one-way need as the table has it, and what the table shows to be
// enough in that setting, in bits: of more than two players the strongest over the cuts
// between them, which all that is said before must cross.
func (t *table) computed(ctx context.Context, setting protocol.Setting) (need Need, enough int, exact bool) {
	need = Need{Setting: setting, Basis: problems.Checked}
	exact = true
	for cut := 1; cut < len(t.counts); cut++ {
		lower, upper, by := t.messages(ctx, cut)
		if len(t.counts) > 2 {
			by = fmt.Sprintf("at the cut behind player %d: %s", cut, by)
			exact = exact && lower == upper && !slices.Contains(t.ids, -1) // else classes of one cut do not refine into those of the next
		}
		if b := protocol.Width(uint64(lower)); b > need.Bits || need.By == "" {
			need.Bits, need.By = b, by
		}
		enough += protocol.Width(uint64(upper))
	}
	for _, v := range t.values {
		exact = exact && (len(t.counts) == 2 || v.Kind() != protocol.OneOf)
	}
	return need, enough, exact
}

// settle finds the need that a result states, and refutes a declared one that some
// protocol undercuts.
func (s *Subject) settle(ctx context.Context, t *table) (*Need, *Violation, error) {
	if s.Need == nil {
		if need, ok := s.known(s.oneWay()); ok {
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
		if t == nil {
			return nil, nil, nil
		}
		need, _, _ := t.computed(ctx, s.oneWay())
		return &need, nil, nil
	}
	if enough, why := s.enough(ctx, t, s.Need.Setting); s.Need.Bits > enough {
		return s.Need, &Violation{Obligation: NeedTooLarge, Detail: fmt.Sprintf("%d bits are declared (%s), and %d are enough: %s", s.Need.Bits, s.Need.Setting, enough, why)}, nil
	}
	return s.Need, nil, nil
}

// enough is what some protocol costs in a setting, in bits, and which.
func (s *Subject) enough(ctx context.Context, t *table, setting protocol.Setting) (bits int, why string) {
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
	if t == nil {
		return bits, why
	}
	need, all, exact := t.computed(ctx, setting)
	if exact || len(domains) == 2 {
		lower(all, "one-way, "+need.By)
	}
	if len(domains) > 2 || setting.Order == protocol.Chain {
		return bits, why
	}
	if setting.Order == protocol.Free || setting.Rounds >= 2 {
		// Bob sends what tells his columns apart, and Alice the answer.
		_, columns, by := t.turned().messages(ctx, 1)
		lower(protocol.Width(uint64(columns))+protocol.Width(uint64(t.answers())), "Bob speaks first ("+by+", turned), and Alice answers")
	}
	if m := t.matrix(); m != nil && setting.Order == protocol.Free {
		if f := m.Fold(); f.Rows() <= depthLines && f.Cols() <= depthLines {
			d := bounds.Deterministic(ctx, m, bounds.DeterministicOptions{})
			lower(d.Upper, fmt.Sprintf("D(f) <= %d", d.Upper))
		}
	}
	return bits, why
}

// turned exchanges the two players.
func (t *table) turned() *table {
	u := &table{counts: []int{t.counts[1], t.counts[0]}, ids: make([]int32, len(t.ids)), values: t.values}
	for i := range t.counts[0] {
		for j := range t.counts[1] {
			u.ids[j*t.counts[0]+i] = t.ids[i*t.counts[1]+j]
		}
	}
	return u
}

// answers is how many different answers there are.
func (t *table) answers() int {
	seen := map[string]bool{}
	for _, v := range t.values {
		if v.Kind() != protocol.OneOf {
			seen[v.Key()] = true
		}
		for k := range v.Len() {
			if v.Kind() == protocol.OneOf {
				seen[v.At(k).Key()] = true
			}
		}
	}
	return max(1, len(seen))
}

// matrix is the table of two players as a matrix, or nil: a relation is none.
func (t *table) matrix() *bounds.Matrix {
	for _, v := range t.values {
		if v.Kind() == protocol.OneOf {
			return nil
		}
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

// NeedIn is the strongest bound that is known in one setting: what the file declares,
// what the problem's entry says, or what its table shows, where that is small.
func (s *Subject) NeedIn(ctx context.Context, setting protocol.Setting) (need Need, ok bool, err error) {
	take := func(n Need) {
		if n.Setting == setting && (!ok || n.Bits > need.Bits) {
			need, ok = n, true
		}
	}
	if s.Need != nil {
		take(*s.Need)
	}
	if n, is := s.known(setting); is {
		take(n)
	}
	if ok || len(s.Problem.Costs) > 0 {
		return need, ok, nil
	}
	if setting != s.oneWay() {
		if len(s.shown) == 0 && s.measured() {
			if _, err := s.Needs(ctx); err != nil {
				return need, false, err
			}
		}
		for _, n := range s.shown {
			take(n)
		}
		return need, ok, nil
	}
	if t, err := s.small(ctx); t == nil || err != nil {
		return need, false, err
	}
	n, _, _ := s.values.computed(ctx, setting)
	take(n)
	return need, ok, nil
}
