package trained

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"crosscut/internal/strict"
	"crosscut/models/tasks"
)

// Config is config.json of a trained folder; docs/trained.md describes it.
type Config struct {
	LayerConfig
	Task          string             `json:"task"`
	N             int                `json:"N"`
	Q             int                `json:"q"`
	D             int                `json:"d"`
	M             int                `json:"M"`
	Params        map[string]float64 `json:"params"` // of the task, by name
	Features      []string           `json:"features"`
	EmbeddingSize int                `json:"embedding_size"`
	Threshold     *float64           `json:"threshold"` // an output is right when it lies on the same side of this as the definition; null: within the task's eps
	Classes       []float64          `json:"classes"`   // what the logits stand for; none: outputs are numbers
	Weights       string             `json:"weights"`
	Rename        map[string]string  `json:"rename"`     // beginnings of tensors' names, and what they are read as
	IndexBase     int                `json:"index_base"` // of the probe file's y
	Layout        string             `json:"layout"`
	Measured      Measured           `json:"measured"`
	Domain        *Domain            `json:"domain"`
}

// Measured is what training reported.
type Measured struct {
	Loss             float64 `json:"loss"`
	TokenAccuracy    float64 `json:"token_accuracy"`
	SequenceAccuracy float64 `json:"sequence_accuracy"`
}

// Domain is the set of inputs that the model was trained on: dummies with z = 0,
// stored tokens with values among Values, and queries, which point back at stored
// or dummy positions. Ranges are first and last position.
type Domain struct {
	Dummy   []int     `json:"dummy"`
	Stored  []int     `json:"stored"`
	Queries []int     `json:"queries"`
	Values  []float64 `json:"values"`
}

const (
	maxConfig = 1 << 20 // bytes of config.json
	maxHidden = 1 << 16
	maxLayers = 256
	maxState  = 1 << 24 // numbers
)

// readConfig reads and checks config.json. Fields that are not known are named in
// warnings: they may be notes, or they may change what the model computes.
func readConfig(dir string) (*Config, []string, error) {
	path := filepath.Join(dir, "config.json")
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, fmt.Errorf("trained: %w", err)
	}
	defer f.Close()
	raw, err := io.ReadAll(io.LimitReader(f, maxConfig+1))
	if err != nil {
		return nil, nil, fmt.Errorf("trained: %w", err)
	}
	c, warnings, err := parseConfig(strict.Text(raw))
	if err != nil {
		return nil, nil, fmt.Errorf("trained: %s: %w", path, err)
	}
	return c, warnings, nil
}

func parseConfig(raw []byte) (*Config, []string, error) {
	fields, err := strict.Map(raw, strict.Limits{Bytes: maxConfig})
	if err != nil {
		return nil, nil, oneLine(err)
	}
	c := &Config{LayerConfig: LayerConfig{NumLayers: 1}, Weights: "model.safetensors"}
	unknown, err := strict.Known(raw, c, strict.Limits{Bytes: maxConfig})
	if err != nil {
		return nil, nil, oneLine(err)
	}
	if d, ok := fields["domain"]; ok && string(d) != "null" {
		if err := strict.Decode(d, new(Domain), strict.Limits{}); err != nil {
			return nil, nil, fmt.Errorf(`field "domain": %w`, err)
		}
	}
	if _, err := c.LayerConfig.resolve(fields); err != nil {
		return nil, nil, err
	}
	var warnings []string
	if names := unused(unknown); names != "" {
		warnings = append(warnings, "config.json: not known, and not used: "+names)
	}
	return c, warnings, c.check()
}

// unused names the fields that are not known and that decide nothing, as far as we know.
func unused(fields []string) string {
	var names []string
	for _, name := range fields {
		if decides[name] == nil {
			names = append(names, fmt.Sprintf("%q", clip(name)))
		}
	}
	return strings.Join(names, ", ")
}

// parseLayer reads a layer of a stack; hidden is its hidden_size where it states none.
func parseLayer(raw []byte, hidden int) (*LayerConfig, *Architecture, error) {
	fields, err := strict.Map(raw, strict.Limits{})
	if err != nil {
		return nil, nil, oneLine(err)
	}
	c := &LayerConfig{HiddenSize: hidden, NumLayers: 1}
	unknown, err := strict.Known(raw, c, strict.Limits{})
	if err != nil {
		return nil, nil, oneLine(err)
	}
	if names := unused(unknown); names != "" {
		return nil, nil, fmt.Errorf("not known: %s", names)
	}
	a, err := c.resolve(fields)
	return c, a, err
}

// resolve finds the architecture and checks its fields.
func (c *LayerConfig) resolve(fields map[string]json.RawMessage) (*Architecture, error) {
	a, err := all.Get(clip(c.Architecture))
	if err != nil {
		return nil, err
	}
	if err := a.refuseOther(slices.Sorted(maps.Keys(fields)), fields); err != nil {
		return nil, err
	}
	for _, limit := range []struct {
		name           string
		v, least, most int
	}{
		{"hidden_size", c.HiddenSize, 1, maxHidden}, {"num_layers", c.NumLayers, 1, maxLayers}, {"state_size", c.StateSize, 0, maxHidden}, {"num_heads", c.NumHeads, 0, maxHidden},
		{"conv_kernel", c.ConvKernel, 0, 64}, {"expand", c.Expand, 0, 64}, {"dt_rank", c.DtRank, 0, maxHidden}, {"head_dim", c.HeadDim, 0, maxHidden}, {"expand_v", c.ExpandV, 0, 64},
		{"intermediate_size", c.IntermediateSize, 0, 1 << 20},
	} {
		if limit.v < limit.least || limit.v > limit.most {
			return nil, fmt.Errorf("field %q: %d is outside %d..%d", limit.name, limit.v, limit.least, limit.most)
		}
	}
	if !(c.NormEps >= 0 && c.NormEps <= 1) {
		return nil, fmt.Errorf(`field "norm_eps": %v is outside 0..1`, c.NormEps)
	}
	if c.StateSize*(c.HiddenSize+1)*max(c.Expand, 1) > maxState || c.NumHeads*c.HeadDim*c.HeadDim*max(c.ExpandV, 1) > maxState {
		return nil, fmt.Errorf(`field "state_size": a state of %d x %d numbers, or %d heads of %d, is too large (limit %d)`, c.StateSize, c.HiddenSize, c.NumHeads, c.HeadDim, maxState)
	}
	if a.Check != nil {
		return a, a.Check(c)
	}
	return a, nil
}

func oneLine(err error) error { return fmt.Errorf("%s", strings.ReplaceAll(err.Error(), "\n", " ")) }

func (c *Config) check() error {
	for _, limit := range []struct {
		name           string
		v, least, most int
	}{{"N", c.N, 1, tasks.MaxN}, {"index_base", c.IndexBase, 0, 1}, {"embedding_size", c.EmbeddingSize, 0, maxHidden}} {
		if limit.v < limit.least || limit.v > limit.most {
			return fmt.Errorf("field %q: %d is outside %d..%d", limit.name, limit.v, limit.least, limit.most)
		}
	}
	if t := c.Threshold; t != nil && !(*t >= -1e6 && *t <= 1e6) {
		return fmt.Errorf(`field "threshold": %v is outside -1e6..1e6`, *t)
	}
	if c.Threshold != nil && len(c.Classes) > 0 {
		return fmt.Errorf(`fields "threshold" and "classes" contradict each other: a class is no number beside a threshold`)
	}
	if len(c.Classes) == 1 || len(c.Classes) > maxHidden {
		return fmt.Errorf(`field "classes": %d classes are outside 2..%d`, len(c.Classes), maxHidden)
	}
	if c.Weights == "" || c.Weights != filepath.Base(c.Weights) {
		return fmt.Errorf(`field "weights": %q is not the name of a file in the folder`, clip(c.Weights))
	}
	if d := c.Domain; d != nil {
		if err := d.check(c.N); err != nil {
			return fmt.Errorf(`field "domain": %w`, err)
		}
	}
	return nil
}

func (d *Domain) check(n int) error {
	for name, r := range map[string][]int{"stored": d.Stored, "queries": d.Queries} {
		if len(r) != 2 || r[0] < 1 || r[1] < r[0] || r[1] > n {
			return fmt.Errorf("%s: %v is no range of positions in 1..%d", name, r, n)
		}
	}
	for _, i := range d.Dummy {
		if i < 1 || i > n {
			return fmt.Errorf("dummy: there is no position %d in 1..%d", i, n)
		}
	}
	if len(d.Values) == 0 {
		return fmt.Errorf("values: want at least one")
	}
	return nil
}

// shape is the task at the sizes of the config.
func (c *Config) shape() (tasks.Shape, error) {
	t, err := tasks.Catalog().Get(c.Task)
	if err != nil {
		return tasks.Shape{}, fmt.Errorf(`field "task": %w`, err)
	}
	set := tasks.Params{}
	for _, p := range t.Params {
		if v, ok := map[string]int{"q": c.Q, "d": c.D, "M": c.M}[p.Name]; ok {
			set[p.Name] = float64(v)
		}
		if v, ok := c.Params[p.Name]; ok {
			if old, twice := set[p.Name]; twice && old != 0 && old != v {
				return tasks.Shape{}, fmt.Errorf("fields %q and %q contradict each other: %v and %v", p.Name, "params."+p.Name, old, v)
			}
			set[p.Name] = v
		}
	}
	for name := range c.Params {
		if !slices.ContainsFunc(t.Params, func(p tasks.Param) bool { return p.Name == name }) {
			return tasks.Shape{}, fmt.Errorf(`field "params": %s has no parameter %q`, t.Name, clip(name))
		}
	}
	if len(c.Classes) > 0 && t.Vector {
		return tasks.Shape{}, fmt.Errorf(`field "classes": an output of %s is a vector`, t.Name)
	}
	if c.Threshold != nil {
		t = thresholded(t, *c.Threshold)
	}
	return t.Shape(c.N, set)
}

// thresholded is the task with the config's rule for a right output: every number
// lies on the same side of the threshold as the definition's.
func thresholded(t *tasks.Task, threshold float64) *tasks.Task {
	own := *t
	own.Correct = func(_ tasks.Shape, got, want tasks.Value) bool {
		return slices.EqualFunc(got, want, func(g, w float64) bool { return (g > threshold) == (w > threshold) })
	}
	return &own
}
