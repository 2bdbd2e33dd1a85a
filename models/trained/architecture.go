package trained

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"

	"crosscut/internal/catalog"
)

// Architecture is a kind of layer that can be imported, alone or in a stack; one file each.
type Architecture struct {
	Name string
	Doc  string // what it computes, and the tensors it has
	// Fields are the config's fields that it takes besides hidden_size. Any other that decides
	// what is computed is refused, unless it asks for what is computed anyway.
	Fields []string
	// Check refuses values that it does not compute. May be nil.
	Check func(c *LayerConfig) error
	// Build reads its tensors. It returns its layers, in order, and how many numbers the last gives out.
	Build func(r reader) ([]layer, int, error)
	_     struct{}
}

// ID is the name in config.json.
func (a *Architecture) ID() string { return a.Name }

// Validate refuses an incomplete architecture.
func (a *Architecture) Validate() error {
	if a.Name == "" || a.Doc == "" || a.Build == nil {
		return errors.New("a name, a doc and Build are needed")
	}
	return nil
}

var all = catalog.New[*Architecture]("architecture")

func register(a *Architecture) *Architecture { return all.Add(a) }

// Catalog returns all architectures.
func Catalog() *catalog.Catalog[*Architecture] { return all }

// LayerConfig is what decides one layer, or a model of one kind.
type LayerConfig struct {
	Architecture     string            `json:"architecture"`
	HiddenSize       int               `json:"hidden_size"`
	NumLayers        int               `json:"num_layers"`
	Bidirectional    bool              `json:"bidirectional"`
	Nonlinearity     string            `json:"nonlinearity"` // of rnn and mlp; "": the default
	Bias             *bool             `json:"bias"`         // null: as in PyTorch
	StateSize        int               `json:"state_size"`
	Causal           bool              `json:"causal"`
	NumHeads         int               `json:"num_heads"`
	NumKVHeads       int               `json:"num_key_value_heads"` // of attention; 0: num_heads
	Rope             bool              `json:"rope"`                // rotate queries and keys by their position, the first being 0
	RopeTheta        float64           `json:"rope_theta"`          // 0: 10000
	Scale            json.RawMessage   `json:"scale"`               // of scores: a number or "1/sqrt(d)"; null: 1
	OutProj          bool              `json:"out_proj"`
	ConvKernel       int               `json:"conv_kernel"`
	Expand           int               `json:"expand"`
	DtRank           int               `json:"dt_rank"`
	HeadDim          int               `json:"head_dim"`
	ExpandV          int               `json:"expand_v"`
	Gate             *bool             `json:"gate"`
	IntermediateSize int               `json:"intermediate_size"`
	Layers           []json.RawMessage `json:"layers"`
	Residual         bool              `json:"residual"`
	Norm             string            `json:"norm"` // "rms" or "layer", before each layer of a stack; "": none
	FinalNorm        bool              `json:"final_norm"`
	NormEps          float64           `json:"norm_eps"`
}

// decides are the fields that change what is computed, with the values that ask for what every
// architecture computes without them. The names that other programs use stand here too: to run another
// model under this config's name would be a wrong answer.
var decides = map[string][]string{
	"num_layers": {"1"}, "bidirectional": {"false"}, "nonlinearity": {`"tanh"`}, "activation": {`"tanh"`}, "bias": {}, "state_size": {"0"}, "causal": {"false"},
	"num_heads": {"1"}, "scale": {"1"}, "out_proj": {"false"}, "conv_kernel": {"0"}, "expand": {}, "dt_rank": {}, "head_dim": {}, "expand_v": {}, "gate": {"false"},
	"intermediate_size": {}, "layers": {"[]"}, "residual": {"false"}, "norm": {`""`, "false"}, "final_norm": {"false"}, "norm_eps": {},
	"proj_size": {"0"}, "is_causal": {"false"}, "n_head": {"1"}, "num_attention_heads": {"1"}, "num_key_value_heads": {"1"}, "softmax_scale": {}, "layer_norm": {"false"},
	"norm_first": {"false"}, "window": {"0"}, "sliding_window": {"0"}, "rope": {"false"}, "rope_theta": {}, "rope_scaling": {}, "rope_parameters": {}, "partial_rotary_factor": {"1", "1.0"}, "softcap": {}, "learn_initial_state": {"false"}, "feature_map": {}, "batch_norm": {"false"},
}

// refuseOther names the first field, in order, that asks this architecture for another computation.
func (a *Architecture) refuseOther(names []string, fields map[string]json.RawMessage) error {
	for _, name := range names {
		same, decides := decides[name]
		v := string(fields[name])
		switch {
		case !decides || v == "null" || slices.Contains(a.Fields, name) || slices.Contains(same, v):
		case name == "bias" && (v == "true") == defaultBias(a):
		default:
			return fmt.Errorf("field %q: %s changes what the model computes, and %s does not compute it (its fields are %v)", clip(name), clip(v), a.Name, a.Fields)
		}
	}
	return nil
}

// defaultBias says whether an architecture that takes no field bias has biases.
func defaultBias(a *Architecture) bool { return slices.Contains(a.Fields, "bias") }

// reader reads the tensors of one architecture.
type reader struct {
	t      *Tensors
	c      *LayerConfig
	prefix string // of the tensors' names
	inputs int    // numbers that come in
}

// matrices reads tensors by name: a place for each.
func (r reader) matrices(list ...place) error {
	for _, w := range list {
		var err error
		if *w.to, err = r.t.Matrix(r.prefix+w.name, w.rows, w.cols); err != nil {
			return err
		}
	}
	return nil
}

// place is where a tensor goes, and its shape; cols 0: a vector.
type place struct {
	to         **Matrix
	name       string
	rows, cols int
}

// vector reads a vector; absent says that the model has none, and zeros stand for it.
func (r reader) vector(absent bool, name string, n int) ([]float64, error) {
	if absent {
		return make([]float64, n), nil
	}
	m, err := r.t.Matrix(r.prefix+name, n, 0)
	if err != nil {
		return nil, err
	}
	return m.vector(), nil
}

// single is an architecture of one causal layer.
func single(c cell, out int, err error) ([]layer, int, error) {
	if err != nil {
		return nil, 0, err
	}
	return []layer{{forward: c}}, out, nil
}

// heads is num_heads, 1 where it is absent, and the width of each.
func (c *LayerConfig) heads(width int) (heads, each int, err error) {
	heads = max(c.NumHeads, 1)
	if width%heads != 0 {
		return 0, 0, fmt.Errorf("num_heads = %d does not divide the width %d", heads, width)
	}
	return heads, width / heads, nil
}

// scale is the factor of scores over d numbers.
func (c *LayerConfig) scale(d int) (float64, error) {
	switch s := string(c.Scale); s {
	case "", "null":
		return 1, nil
	case `"1/sqrt(d)"`:
		return 1 / math.Sqrt(float64(d)), nil
	default:
		var v float64
		if err := json.Unmarshal(c.Scale, &v); err != nil || !(math.Abs(v) <= 1e6) || v == 0 {
			return 0, fmt.Errorf(`field "scale": %s: want a number or "1/sqrt(d)"`, clip(s))
		}
		return v, nil
	}
}
