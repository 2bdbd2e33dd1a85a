package story

import (
	"crosscut/models/tasks"
	"crosscut/models/zoo"
	"crosscut/reductions"
)

// scenario says what a task's story is about: which model at which size, and what
// is taken away from it. It holds no result.
type scenario struct {
	task      string
	reduction string // "": none ends in this task
	n         int    // the problem's size with a reduction, else N
	model     string
	choice    map[string]string
	small     layout
	// world is a small N, with sizes, at which the task's matrix is counted, for
	// tasks without a reduction.
	world     int
	worldSet  tasks.Params
	otherwise string // why no reduction is here
}

// layout is the model made too small.
type layout struct {
	model  string // "": the scenario's own
	choice map[string]string
	set    tasks.Params
	n      int    // the problem's size where the failure is shown; 0: the scenario's
	why    string // why it is another model
}

var (
	copying = map[string]string{"construction": "copy"}
	// forgetful is one layer of attention whose message is shorter than n = 10 bits.
	forgetful = layout{n: 10, set: tasks.Params{"d_v": 1, "p": 2}}
)

// oneLayer is forgetful where the story's own model has another shape.
func oneLayer(why string) layout {
	return layout{model: "attention", choice: copying, n: forgetful.n, set: forgetful.set, why: why}
}

const refuses = "The construction refuses sizes below its proof, so the small model is one layer of attention that copies what fits into its slot."

// The stories. Tasks with a reduction run on its inputs, so that the answer is the
// problem's; the others on drawn ones.
var scenarios = []scenario{
	{task: "qsa", reduction: "index-qsa-memory", n: 6, model: "rnn", choice: map[string]string{"construction": "rnn-qsa"}, small: layout{set: tasks.Params{"m": 3}}},
	{
		task: "match2", n: 8, model: "attention", choice: map[string]string{"construction": "match2-trigonometric"}, small: layout{set: tasks.Params{"p": 9}},
		world: 5, worldSet: tasks.Params{"M": 5},
		otherwise: "Sums of two tokens are within reach of one attention layer: its bits grow like log N and log M. A lower bound that grew faster would contradict this very construction.",
	},
	{task: "match3", reduction: "disj-match3", n: 4, model: "attention", choice: copying, small: forgetful},
	{
		task: "match3-bigram", n: 8, model: "transformer", small: oneLayer(refuses),
		world: 5, worldSet: tasks.Params{"M": 5},
		otherwise: "Two layers do neighbouring pairs with a constant number of numbers. But an inner layer must serve every token, so the compiled protocol is long, and where it costs more than the raw tokens it proves nothing either way.",
	},
	{
		task: "match3-local", n: 8, model: "attention", choice: map[string]string{"construction": "match3-local"}, small: oneLayer(refuses),
		world: 5, worldSet: tasks.Params{"M": 4},
		otherwise: "Only tokens within K places count, so a cut has to carry a window, whatever N is: no bound that grows with N can hold.",
	},
	{
		task: "match-s", n: 8, model: "tensor-attention", small: layout{set: tasks.Params{"p": 12}},
		world: 5, worldSet: tasks.Params{"M": 5},
		otherwise: "Attention of order s looks at tuples of tokens. Mixed tuples do not separate at a cut, so the tokens themselves cross, and such a protocol proves nothing about the model.",
	},
	{task: "cycle3", reduction: "disj-cycle3", n: 4, model: "attention", choice: copying, small: forgetful},
	{task: "cycle5", reduction: "disj-cycle5", n: 3, model: "attention", choice: copying, small: forgetful},
	{task: "induction-heads", reduction: "index-induction", n: 6, model: "transformer", small: oneLayer("Two layers suffice; the small model has one, and copies what fits into its slot.")},
}

// Default is the task whose story is told when none is named.
const Default = "match3"

// scenarioOf is the story of a task: one of those above, or for a task that they
// do not know the first reduction to it and the first model made for it.
func scenarioOf(task string) (scenario, error) {
	for _, s := range scenarios {
		if s.task == task {
			return s, nil
		}
	}
	t, err := tasks.Catalog().Get(task)
	if err != nil {
		return scenario{}, err
	}
	return anyScenario(t), nil
}

// anyScenario is a story for a task that nobody has chosen one for.
func anyScenario(t *tasks.Task) scenario {
	s := scenario{task: t.Name, n: 8, model: "attention", choice: copying, small: oneLayer(""), world: 4}
	for r := range reductions.Catalog().All() {
		if r.To == t {
			s.reduction, s.n = r.Name, 4
			break
		}
	}
	for m := range zoo.Catalog().All() {
		if c := zoo.For(m.Name, t.Name); len(c) > 0 && c[0].Tasks[0] != "*" {
			s.model, s.choice, s.small.why = m.Name, nil, refuses
			break
		}
	}
	s.otherwise = "Nobody has written one down."
	return s
}
