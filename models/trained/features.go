package trained

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"crosscut/internal/catalog"
	"crosscut/models/tasks"
)

// tables are learnt embeddings: a row for each symbol, a row for each position.
type tables struct {
	symbols, places  int
	x, position      bool // which are there
	embedding, place *Matrix
}

func (t *tables) read(from *Tensors, size int) (err error) {
	if t.x {
		if t.embedding, err = from.Matrix("embedding.weight", t.symbols, size); err != nil {
			return err
		}
	}
	if t.position {
		t.place, err = from.Matrix("position.weight", t.places, size)
	}
	return err
}

// emit gives out the rows of a symbol and a position, added in float32; 0: neither.
func (t *tables) emit(emit func(int, float64), x, pos int) {
	cols := 0
	for _, m := range []*Matrix{t.embedding, t.place} {
		if m != nil {
			cols = m.cols
		}
	}
	for k := range cols {
		sum := 0.0
		if x > 0 {
			sum += t.embedding.at(x-1, k)
		}
		if pos > 0 {
			sum += t.place.at(pos-1, k)
		}
		emit(k, float64(float32(sum)))
	}
}

// feature is one part of what a token feeds in.
type feature struct {
	size int
	put  func(pos int, t tasks.Token, emit func(at int, v float64))
}

// featuresFor gives the features in the order listed, which is the order in which
// they are concatenated.
func (c *Config) featuresFor(sh tasks.Shape, tables *tables) ([]feature, error) {
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
	} else if m := max(sh.Int("M"), sh.Int("V")); m > 0 {
		known["x"] = feature{1, func(_ int, t tasks.Token, emit func(int, float64)) { emit(0, float64(t.X)) }}
		if m <= maxHidden {
			known["onehot:x"] = feature{m, func(_ int, t tasks.Token, emit func(int, float64)) { emit(t.X-1, 1) }}
			if e := c.EmbeddingSize; e > 0 {
				known["embed:x"] = feature{e, func(_ int, t tasks.Token, emit func(int, float64)) { tables.emit(emit, t.X, 0) }}
				known["embed:x+position"] = feature{e, func(pos int, t tasks.Token, emit func(int, float64)) { tables.emit(emit, t.X, pos) }}
				tables.symbols = m
			}
		}
	}
	if e := c.EmbeddingSize; e > 0 {
		known["embed:position"] = feature{e, func(pos int, _ tasks.Token, emit func(int, float64)) { tables.emit(emit, 0, pos) }}
		tables.places = c.N
	}
	var fs []feature
	for _, name := range c.Features {
		f, ok := known[name]
		if !ok {
			return nil, fmt.Errorf(`field "features": %w`, catalog.Unknown("feature", clip(name), slices.Sorted(maps.Keys(known))))
		}
		fs = append(fs, f)
		tables.x = tables.x || strings.HasPrefix(name, "embed:x")
		tables.position = tables.position || strings.HasPrefix(name, "embed:") && strings.HasSuffix(name, "position")
	}
	if len(fs) == 0 {
		return nil, fmt.Errorf(`field "features": want at least one of %v`, slices.Sorted(maps.Keys(known)))
	}
	return fs, nil
}
