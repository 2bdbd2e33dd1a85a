package audit

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"crosscut/internal/catalog"
)

// Cut says where the sequence is cut.
type Cut string

// The two cuts: inside one forward pass, where running sums are wider, and what is
// stored between prefill and decoding. The first is the larger, so it is sound for both.
const (
	Pass   Cut = "pass"
	Stored Cut = "stored"
)

// Options say how a config is counted. The zero value counts inside a pass, at the config's own context.
type Options struct {
	Contexts []int // sequence lengths
	Cut      Cut
	KV       string         // numeric type of keys, values and latents instead of the model's
	State    string         // numeric type of running sums
	Ignore   []string       // fields to take as harmless
	Set      map[string]any // fields that replace the file's
}

// Model is a counted config.
type Model struct {
	Config *Config
	Arch   *Architecture
	Layers []Layer
	Cut    Cut
	Idle   []string // flags of types that no part of any layer takes
}

// Count reads a config and counts its layers. Of an architecture outside the argument there are none.
func Count(raw []byte, o Options) (*Model, error) {
	m, err := count(raw, o)
	if err != nil {
		return nil, fmt.Errorf("audit: %w", err)
	}
	return m, nil
}

func count(raw []byte, o Options) (*Model, error) {
	if o.Cut == "" {
		o.Cut = Pass
	}
	if o.Cut != Pass && o.Cut != Stored {
		return nil, fmt.Errorf("flag --cut: %w", catalog.Unknown("cut", string(o.Cut), []string{string(Pass), string(Stored)}))
	}
	c, a, err := parse(raw, o.Set)
	if err != nil {
		return nil, err
	}
	m := &Model{Config: c, Arch: a, Cut: o.Cut}
	if a.Outside != "" {
		if c.Bool(false, "is_decoder") && !c.Bool(false, "is_encoder_decoder") {
			return nil, fmt.Errorf(`field "is_decoder": true: then %s reads in order, and its layers as a decoder are not counted here`, a.Type)
		}
		return m, nil
	}
	m.Layers = a.Layers(c)
	c.listed(len(m.Layers))
	scheme := c.cacheScheme()
	if err := c.verdict(a, o.Ignore); err != nil {
		return nil, err
	}
	if err := m.narrow(o, scheme); err != nil {
		return nil, err
	}
	if o.Cut == Stored && slices.ContainsFunc(m.Layers, rounds) {
		c.note("stored, a state has the model's type, as in transformers up to 5.10; later caches keep the scan's float32: for these take --cut pass")
	}
	return m, m.sane()
}

// rounds says that what is stored of a layer's state is narrower than the state inside a pass.
func rounds(l Layer) bool {
	return slices.ContainsFunc(l.Fixed, func(p Part) bool { return p.State && p.Stored.Bits() < p.Pass.Bits() })
}

// sane refuses sizes whose totals would not fit in a number. Numbers are at most
// maxNumber, so a product of three does not overflow.
func (m *Model) sane() error {
	total := 0.0
	for _, l := range m.Layers {
		for _, p := range l.Fixed {
			total += float64(p.Elements) * 64
		}
		for _, p := range l.Cached {
			total += float64(p.Elements) * 64 * float64(max(1, l.Window))
		}
	}
	if total > most/2 {
		return errors.New("impossible shapes: what the layers carry would exceed 2^60 bits")
	}
	return nil
}

// verdict is all that is wrong with the fields, in one line.
func (c *Config) verdict(a *Architecture, ignored []string) error {
	slices.Sort(c.missing)
	c.missing = slices.Compact(c.missing)
	unknown, err := c.leftOver(ignored)
	if err != nil {
		return err
	}
	var all []string
	if len(c.missing) > 0 {
		all = append(all, fmt.Sprintf("missing %s of %s config: it decides what the model carries", quoted(c.missing), An(a.Type)))
	} else if len(c.wrong) > 0 { // what follows from a missing field is no fault of its own
		all = append(all, c.wrong[0])
	}
	if len(unknown) == 0 {
		if len(all) == 0 {
			return nil
		}
		return errors.New(strings.Join(all, "; "))
	}
	what := "unknown field"
	if len(unknown) > 1 {
		what = "unknown fields"
	}
	var named []string
	for _, name := range unknown {
		named = append(named, fmt.Sprintf("%q = %s", clip(name), show(c.fields[name])))
	}
	all = append(all, fmt.Sprintf("%s of %s config: %s: what is not known might change what the model carries", what, An(a.Type), strings.Join(named, ", ")))
	return &fieldsError{strings.Join(all, "; "), unknown}
}

// fieldsError names unknown fields.
type fieldsError struct {
	text   string
	fields []string
}

func (e *fieldsError) Error() string { return e.text }

// Hint says how to go on.
func (e *fieldsError) Hint() string {
	return "if they change no state and no cache: --ignore " + strings.Join(e.fields, ",")
}

// narrow applies the types that options and quantisation configs give to caches and states.
func (m *Model) narrow(o Options, scheme Dtype) error {
	var kv, state Dtype
	for _, n := range []struct {
		flag, value string
		to          *Dtype
	}{{"kv-dtype", o.KV, &kv}, {"state-dtype", o.State, &state}} {
		d, ok := ParseDtype(n.value)
		if n.value != "" && !ok {
			return fmt.Errorf("flag --%s: %q: want one of %v", n.flag, clip(n.value), Dtypes())
		}
		takes := func(l Layer) bool {
			return n.to == &kv && len(l.Cached) > 0 || n.to == &state && slices.ContainsFunc(l.Fixed, func(p Part) bool { return p.State })
		}
		if n.value == "" {
			continue
		}
		if !slices.ContainsFunc(m.Layers, takes) {
			m.Idle = append(m.Idle, n.flag)
			continue
		}
		*n.to = d
		m.Config.note("assumed: --%s %s", n.flag, d)
	}
	for i := range m.Layers {
		l := &m.Layers[i]
		l.Fixed, l.Cached = slices.Clone(l.Fixed), slices.Clone(l.Cached)
		for k := range l.Cached {
			p := &l.Cached[k]
			if scheme != "" {
				p.Stored = scheme
			}
			if kv != "" {
				p.Pass, p.Stored = kv, kv
			}
		}
		for k := range l.Fixed {
			if p := &l.Fixed[k]; p.State && state != "" {
				p.Pass, p.Stored = state, state
			}
		}
		l.Fixed, l.Cached = withScales(l.Fixed, m.Cut), withScales(l.Cached, m.Cut)
	}
	return nil
}

// withScales adds the scales that integers need, and that depend on the data.
func withScales(parts []Part, cut Cut) []Part {
	out := parts
	for _, p := range parts {
		if p.dtype(cut).scaled() {
			groups := (p.Elements + scaleGroup - 1) / scaleGroup
			out = append(out, Part{Name: "scales of " + p.Name, Elements: 2 * groups, Pass: "float16", Stored: "float16", Beyond: p.Beyond,
				Formula: fmt.Sprintf("a scale and an offset for every %d integers", scaleGroup)})
		}
	}
	return out
}

// cacheScheme reads the quantisation config: weights alone change nothing, a cache scheme narrows what is stored.
func (c *Config) cacheScheme() Dtype {
	for _, name := range []string{"quantization_config", "compression_config"} {
		_, v, _ := c.get(name)
		q, ok := v.(object)
		if v == nil {
			continue
		}
		if !ok {
			c.fail("field %q: %s is no object: whether it narrows the cache is not known", name, show(v))
			continue
		}
		algo, text := q["kv_cache_quant_algo"].(string)
		scheme, nested := q["kv_cache_scheme"].(object)
		if q["kv_cache_quant_algo"] != nil && !text || q["kv_cache_scheme"] != nil && !nested {
			c.fail("field %q: kv_cache_quant_algo %s is no text or kv_cache_scheme %s no object", name, show(q["kv_cache_quant_algo"]), show(q["kv_cache_scheme"]))
			continue
		}
		if algo == "" && !nested {
			c.note("%s narrows weights only; states and caches keep their types", name)
			continue
		}
		d, known := ParseDtype(strings.ToLower(algo))
		if bits, _ := whole(scheme["num_bits"]); nested && bits == 8 && scheme["type"] == "float" {
			d, known = "float8_e4m3fn", true
		} else if nested && scheme["type"] == "int" && (bits == 8 || bits == 4) {
			d, known = map[int]Dtype{8: "int8", 4: "int4"}[bits], true
		} else if nested {
			known = false
		}
		if !known {
			c.note("%s narrows the cache in a way that is not known here: counted in the model's own type, the larger", name)
			continue
		}
		c.note("%s stores the cache in %s", name, d)
		return d
	}
	return ""
}

// dtype is the part's type at a cut.
func (p Part) dtype(cut Cut) Dtype {
	if cut == Stored {
		return p.Stored
	}
	return p.Pass
}

// Bits is what the part holds at a cut, of one layer (and token).
func (p Part) Bits(cut Cut) int { return p.Elements * p.dtype(cut).Bits() }

// most is the largest count that is printed; beyond it nothing is.
const most = math.MaxInt64 / 4

// kept is how many past tokens a layer keeps after t of them, at most.
func (l Layer) kept(t int) int {
	if l.Window > 0 {
		return min(t, l.Window)
	}
	return t
}

// total adds up, over all parts of the layers, the bits of a part times how often it is counted.
func (m *Model) total(times func(l Layer, p Part, cached bool) int) int {
	sum := 0
	for _, l := range m.Layers {
		for _, p := range l.Fixed {
			sum += p.Bits(m.Cut) * times(l, p, false)
		}
		for _, p := range l.Cached {
			sum += p.Bits(m.Cut) * times(l, p, true)
		}
	}
	return sum
}

// once is 1 for what is counted.
func once(counts bool) int {
	if counts {
		return 1
	}
	return 0
}

// State is what all layers carry whatever the context is, in bits.
func (m *Model) State() int {
	return m.total(func(_ Layer, p Part, cached bool) int { return once(!cached && !p.Beyond) })
}

// Beyond is what the reference stores beyond the information, after t tokens, in bits.
func (m *Model) Beyond(t int) int {
	return m.total(func(l Layer, p Part, cached bool) int {
		if cached {
			return once(p.Beyond) * l.kept(t)
		}
		return once(p.Beyond)
	})
}

// Cache is what grows without bound with every token, in bits; beyond, what an implementation stores besides.
func (m *Model) Cache() (bits, beyond int) {
	grows := func(of bool) int {
		return m.total(func(l Layer, p Part, cached bool) int { return once(cached && l.Window == 0 && p.Beyond == of) })
	}
	return grows(false), grows(true)
}

// Windows is what layers with a window or chunk keep after t tokens, at most, in bits.
func (m *Model) Windows(t int) int {
	return m.total(func(l Layer, p Part, cached bool) int { return once(cached && l.Window > 0 && !p.Beyond) * l.kept(t) })
}

// Holds is all that the model carries past a cut after t tokens, in bits, at most.
func (m *Model) Holds(t int) (int, error) {
	cache, _ := m.Cache()
	if float64(cache)*float64(t) > most {
		return 0, fmt.Errorf("audit: more than 2^61 bits after %d tokens: no such context can be meant", t)
	}
	return m.State() + m.Windows(t) + cache*t, nil
}

// Bounded says that what the model carries does not grow without bound, and what it is at most.
func (m *Model) Bounded() (int, bool) {
	cache, _ := m.Cache()
	return m.State() + m.Windows(1<<40), cache == 0
}

// Rank bounds how many linearly independent values one layer of the model can return by a
// linear reading of its state: the largest over its layers, 0 where none is read so.
// attends says that some layer has a softmax cache beside.
func (m *Model) Rank() (rank int, attends bool) {
	for _, l := range m.Layers {
		rank = max(rank, l.Rank)
		attends = attends || l.Heads > 0
	}
	return rank, attends
}
