package trained

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"crosscut/internal/catalog"
	"crosscut/models/tasks"
)

// Config is config.json of a trained folder; docs/trained.md describes it.
type Config struct {
	Architecture  string   `json:"architecture"` // rnn, gru, lstm, attention, linear-attention, ssm
	HiddenSize    int      `json:"hidden_size"`
	NumLayers     int      `json:"num_layers"`
	Bidirectional bool     `json:"bidirectional"`
	StateSize     int      `json:"state_size"` // ssm: states per channel; linear-attention: features
	Task          string   `json:"task"`
	N             int      `json:"N"`
	Q             int      `json:"q"`
	D             int      `json:"d"`
	M             int      `json:"M"`
	Features      []string `json:"features"`
	Threshold     *float64 `json:"threshold"` // an output is right when it lies on the same side of this as the definition; null: within the task's eps
	Weights       string   `json:"weights"`
	IndexBase     int      `json:"index_base"` // of the probe file's y
	Layout        string   `json:"layout"`
	Measured      Measured `json:"measured"`
	Domain        *Domain  `json:"domain"`
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

// architectures that can be imported.
var architectures = []string{"attention", "gru", "linear-attention", "lstm", "rnn", "ssm"}

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
	c, warnings, err := parseConfig(raw)
	if err != nil {
		return nil, nil, fmt.Errorf("trained: %s: %w", path, err)
	}
	return c, warnings, nil
}

func parseConfig(raw []byte) (*Config, []string, error) {
	if len(raw) > maxConfig {
		return nil, nil, fmt.Errorf("larger than %d bytes", maxConfig)
	}
	c := &Config{NumLayers: 1, Weights: "model.safetensors"}
	dec := json.NewDecoder(bytes.NewReader(raw))
	if err := dec.Decode(c); err != nil {
		return nil, nil, oneLine(err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, nil, fmt.Errorf("something stands after the JSON object")
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil {
		return nil, nil, oneLine(err)
	}
	known, err := knownFields()
	if err != nil {
		return nil, nil, err
	}
	var warnings []string
	names := slices.Sorted(maps.Keys(fields))
	if err := refuseOther(names, fields); err != nil {
		return nil, nil, err
	}
	for _, name := range names {
		if !slices.Contains(known, name) && computes[name] == nil {
			warnings = append(warnings, fmt.Sprintf("config.json: field %q is not known and was not used", clip(name)))
		}
	}
	return c, warnings, c.check()
}

func oneLine(err error) error { return fmt.Errorf("%s", strings.ReplaceAll(err.Error(), "\n", " ")) }

// knownFields lists the JSON names of Config.
func knownFields() ([]string, error) {
	raw, err := json.Marshal(Config{})
	if err != nil {
		return nil, err
	}
	var fields map[string]json.RawMessage
	err = json.Unmarshal(raw, &fields)
	return slices.Collect(maps.Keys(fields)), err
}

func (c *Config) check() error {
	if !slices.Contains(architectures, c.Architecture) {
		return catalog.Unknown("architecture", clip(c.Architecture), architectures)
	}
	for _, limit := range []struct {
		name     string
		v, least int
		most     int
	}{
		{"hidden_size", c.HiddenSize, 1, maxHidden}, {"num_layers", c.NumLayers, 1, maxLayers}, {"N", c.N, 1, tasks.MaxN},
		{"state_size", c.StateSize, 0, maxHidden}, {"index_base", c.IndexBase, 0, 1},
	} {
		if limit.v < limit.least || limit.v > limit.most {
			return fmt.Errorf("field %q: %d is outside %d..%d", limit.name, limit.v, limit.least, limit.most)
		}
	}
	if t := c.Threshold; t != nil && !(*t >= -1e6 && *t <= 1e6) {
		return fmt.Errorf(`field "threshold": %v is outside -1e6..1e6`, *t)
	}
	if c.Weights == "" || c.Weights != filepath.Base(c.Weights) {
		return fmt.Errorf(`field "weights": %q is not the name of a file in the folder`, clip(c.Weights))
	}
	recurrent := slices.Contains([]string{"rnn", "gru", "lstm"}, c.Architecture)
	if c.Bidirectional && !recurrent {
		return fmt.Errorf(`field "bidirectional": only for rnn, gru and lstm`)
	}
	if c.NumLayers > 1 && !recurrent {
		return fmt.Errorf(`field "num_layers": %s has one layer`, c.Architecture)
	}
	if !recurrent && c.StateSize*(c.HiddenSize+1) > maxState {
		return fmt.Errorf(`field "state_size": a state of %d x %d numbers is too large (limit %d)`, c.StateSize, c.HiddenSize, maxState)
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
		switch p.Name {
		case "q":
			set["q"] = float64(c.Q)
		case "d":
			set["d"] = float64(c.D)
		case "M":
			set["M"] = float64(c.M)
		}
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
		for k := range want {
			if (got[k] > threshold) != (want[k] > threshold) {
				return false
			}
		}
		return true
	}
	return &own
}

// feature is one part of what a token feeds in.
type feature struct {
	size int
	put  func(pos int, t tasks.Token, emit func(at int, v float64))
}

// featuresFor gives the features in the order listed, which is the order in which
// they are concatenated.
func (c *Config) featuresFor(sh tasks.Shape) ([]feature, error) {
	known := map[string]feature{
		"onehot:position": {c.N, func(pos int, _ tasks.Token, emit func(int, float64)) { emit(pos-1, 1) }},
	}
	if sh.Task.Vector {
		known["z"] = feature{c.D, func(_ int, t tasks.Token, emit func(int, float64)) {
			for k, z := range t.Z {
				emit(k, z)
			}
		}}
		known["onehot:y"] = feature{c.N, func(_ int, t tasks.Token, emit func(int, float64)) {
			for _, y := range t.Y {
				emit(y-1, 1)
			}
		}}
	} else if m := sh.Int("M"); m > 0 {
		known["x"] = feature{1, func(_ int, t tasks.Token, emit func(int, float64)) { emit(0, float64(t.X)) }}
		if m <= maxHidden {
			known["onehot:x"] = feature{m, func(_ int, t tasks.Token, emit func(int, float64)) { emit(t.X-1, 1) }}
		}
	}
	var fs []feature
	for _, name := range c.Features {
		f, ok := known[name]
		if !ok {
			return nil, fmt.Errorf(`field "features": %w`, catalog.Unknown("feature", clip(name), slices.Sorted(maps.Keys(known))))
		}
		fs = append(fs, f)
	}
	if len(fs) == 0 {
		return nil, fmt.Errorf(`field "features": want at least one of %v`, slices.Sorted(maps.Keys(known)))
	}
	return fs, nil
}
