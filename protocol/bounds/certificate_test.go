package bounds

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"math/big"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"crosscut/internal/long"
	"crosscut/protocol/bounds/check"
)

var update = flag.Bool("update", false, "rewrite the certificates in check/testdata")

// specimens are small matrices whose certificates show every kind of evidence.
func specimens() map[string]*Matrix {
	few, _ := New(3, 4, func(i, j int) (int, bool) { return b2i(i > j), (i+2*j)%5 != 1 })
	return map[string]*Matrix{
		"disj2":   intersecting(2),
		"neq2":    neq(2),
		"gt2":     gt(2),
		"partial": few,
		"three":   Of(4, 3, func(i, j int) int { return (i * j) % 3 }),
		"low":     Of(4, 5, func(i, j int) int { return b2i(i&1 == 0 || j < 2) }),
	}
}

func write(t *testing.T, c *check.Certificate) []byte {
	t.Helper()
	raw, err := json.MarshalIndent(c, "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func TestCertificatesOnFile(t *testing.T) {
	for name, m := range specimens() {
		r := analyze(t, m, Options{})
		c, out := certify(t, m, r)
		if len(out) > 0 {
			t.Errorf("%s: no evidence for %v", name, out)
		}
		file := filepath.Join("check", "testdata", "valid", name+".json")
		if *update {
			if err := os.WriteFile(file, write(t, c), 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// TestCorruptFiles, with -update, writes for each kind of evidence a claim that is
// one too strong and one whose evidence lost an element of each list; package
// check tests that every such file is rejected.
func TestCorruptFiles(t *testing.T) {
	if !*update {
		t.Skip("rewrites files only with -update")
	}
	done := map[string]bool{}
	save := func(c *check.Certificate, name string) {
		file := filepath.Join("check", "testdata", "corrupt", name+".json")
		if err := os.WriteFile(file, write(t, c), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	all := specimens()
	for _, name := range slices.Sorted(maps.Keys(all)) {
		c, _ := certify(t, all[name], analyze(t, all[name], Options{}))
		if len(all[name].Values()) == 2 {
			c.Claims = append(c.Claims, check.Claim{Measure: check.DiscUniform, End: check.Upper, Number: "2", Evidence: marshal(check.Spectral{Kind: "spectral"})})
			v := all[name].Values()[1]
			c.Claims = append(c.Claims, check.Claim{Measure: check.Cover, Value: &v, End: check.Lower, Number: "2", Evidence: marshal(check.Area{Kind: "area", Size: all[name].Count(1)})})
		}
		for _, claim := range c.Claims {
			var evidence map[string]any
			if err := json.Unmarshal(claim.Evidence, &evidence); err != nil {
				t.Fatal(err)
			}
			kind := evidence["kind"].(string)
			v, _ := new(big.Rat).SetString(claim.Number)
			if done[kind] || v.Cmp(ratio(2, 1)) < 0 && kind != "gap" && kind != "mixture" && kind != "distribution" && kind != "factors" && kind != "witness" {
				continue
			}
			done[kind] = true
			one := *c
			step := ratio(1, 1)
			if claim.End == check.Upper {
				step = ratio(-1, 1)
			}
			if kind == "spectral" {
				step = ratio(-2, 1)
			}
			strong := claim
			strong.Number = v.Add(v, step).RatString()
			one.Claims = []check.Claim{strong}
			save(&one, kind+"-too-strong")
			for field, list := range evidence {
				list, ok := list.([]any)
				if !ok || len(list) == 0 {
					continue
				}
				less := map[string]any{}
				for k, x := range evidence {
					less[k] = x
				}
				less[field] = list[:len(list)-1]
				trimmed := claim
				trimmed.Evidence = marshal(less)
				one.Claims = []check.Claim{trimmed}
				save(&one, kind+"-trimmed-"+field)
			}
		}
	}
}

// truth says whether a claim contradicts what is known of the matrix: every
// measure of the specimens is exact, or an interval of width 1e-6.
func truth(r *Report, c check.Claim) error {
	lower, upper := (*big.Rat)(nil), (*big.Rat)(nil)
	set := func(x Range) { lower, upper = ratio(x.Lower, 1), ratio(x.Upper, 1) }
	real := func(x *Real) {
		if x != nil {
			lower, upper = x.Lower, x.Upper
		}
	}
	p := PerValue{}
	if c.Value != nil {
		for _, q := range r.PerValue {
			if q.Value == *c.Value {
				p = q
			}
		}
	}
	switch c.Measure {
	case check.DistinctRows:
		set(point(r.Distinct.Rows))
	case check.DistinctCols:
		set(point(r.Distinct.Cols))
	case check.OneWayAlice:
		set(r.OneWay.Alice)
	case check.OneWayBob:
		set(r.OneWay.Bob)
	case check.RankRational:
		set(r.Rank.Rational)
	case check.RankGF2:
		if r.Rank.GF2 == nil {
			return nil
		}
		set(*r.Rank.GF2)
	case check.RankOfValue:
		set(p.rank())
	case check.Fooling:
		set(p.Fooling)
	case check.LargestRect:
		set(p.Rectangle)
	case check.Cover:
		set(p.Cover)
	case check.Partition:
		set(p.Partition)
	case check.ShatterAlice:
		set(r.Shattered.Alice)
	case check.ShatterBob:
		set(r.Shattered.Bob)
	case check.DiscUniform:
		real(&r.Discrepancy.Uniform)
	case check.DiscBest:
		real((*Real)(r.Discrepancy.Best))
	case check.Deterministic:
		set(Range{r.Deterministic.Lower, r.Deterministic.Upper})
	case check.Gamma2:
		real(r.Gamma2)
	case check.Randomised: // at most D, and 0 at least
		lower, upper = new(big.Rat), ratio(r.Deterministic.Upper, 1)
	case check.RandomisedAlice:
		lower, upper = new(big.Rat), ratio(r.OneWay.Alice.Upper, 1)
	case check.RandomisedBob:
		lower, upper = new(big.Rat), ratio(r.OneWay.Bob.Upper, 1)
	case check.Gamma2Near, check.Gamma2Infinity, check.Corruption, check.SmoothRectangle, check.InformationAlice, check.InformationBob:
		for _, x := range r.Approximate {
			of := check.Claim{Measure: x.Measure, Value: x.Value, Error: x.Error}
			if of.Of() == c.Of() {
				real((*Real)(&x.Span))
			}
		}
	case check.Newman: // of one error the report claims the least number t; of another exp(2 e^2 t) is still above the inputs
		grow := func(c check.Claim) float64 {
			right, _ := c.Right()
			edge, _ := right.Float64()
			return (1 - edge) / 2
		}
		for _, known := range r.claims {
			if known.Measure == c.Measure {
				t, err := strconv.ParseFloat(known.Number, 64)
				if err != nil {
					return err
				}
				ratio := grow(known.Claim) / grow(c)
				lower, upper = new(big.Rat).SetFloat64((t-1)*ratio*ratio+1e-9), new(big.Rat)
			}
		}
	default:
		return fmt.Errorf("a claim about %q was accepted", c.Measure)
	}
	v, ok := new(big.Rat).SetString(c.Number)
	if !ok {
		return fmt.Errorf("the number %q was accepted", c.Number)
	}
	if lower != nil && (c.End == check.Lower && v.Cmp(upper) > 0 || c.End == check.Upper && v.Cmp(lower) < 0) {
		return fmt.Errorf("%s %s %s was accepted", c.Measure, c.End, c.Number)
	}
	return nil
}

// mutants calls visit with v changed in one place, in many ways.
func mutants(v any, rng *rand.Rand, visit func(any)) {
	switch v := v.(type) {
	case float64:
		for _, w := range []float64{v + 1, v - 1, -v, 0, 2*v + 1} {
			if w != v {
				visit(w)
			}
		}
	case string:
		for _, w := range []string{v + "1", "", "lower", "upper", "1", "2", "7/2", "rows", "columns", "elimination", "exhaustion", "spectral", "partition", "cover", "fooling", "rank.rational", "rectangle"} {
			if w != v {
				visit(w)
			}
		}
	case []any:
		if len(v) > 0 {
			k := rng.IntN(len(v))
			visit([]any{})
			visit(append(append([]any{}, v[:k]...), v[k+1:]...))
			visit(append(append([]any{}, v...), v[k]))
			visit(append(append([]any{}, v[1:]...), v[0]))
		}
		for k := range v {
			mutants(v[k], rng, func(w any) {
				u := append([]any{}, v...)
				u[k] = w
				visit(u)
			})
		}
	case map[string]any:
		for k := range v {
			put := func(w any) {
				u := map[string]any{}
				for l, x := range v {
					u[l] = x
				}
				if w == nil {
					delete(u, k)
				} else {
					u[k] = w
				}
				visit(u)
			}
			put(nil)
			mutants(v[k], rng, put)
		}
	}
}

// TestMutants changes any one field of valid certificates: the checker must reject
// the result, or accept a claim that is still true.
func TestMutants(t *testing.T) {
	rng := rand.New(rand.NewPCG(41, 1))
	for name, m := range specimens() {
		r := analyze(t, m, Options{})
		c, _ := certify(t, m, r)
		tried, rejected := 0, 0
		try := func(v any) {
			if rng.IntN(long.Of(24, 1)) != 0 {
				return
			}
			raw, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}
			tried++
			d, err := check.Read(bytes.NewReader(raw))
			if err != nil {
				rejected++
				return
			}
			findings, err := check.Verify(d)
			if err != nil {
				rejected++
				return
			}
			for _, f := range findings {
				if f.Err != nil {
					rejected++
				} else if err := truth(r, f.Claim); err != nil {
					t.Fatalf("%s: %v: %s", name, err, raw)
				}
			}
		}
		for k := range c.Claims { // one claim at a time, to be quick
			one := *c
			one.Claims = c.Claims[k : k+1]
			var v any
			if err := json.Unmarshal(write(t, &one), &v); err != nil {
				t.Fatal(err)
			}
			claims := v.(map[string]any)["claims"].([]any)
			mutants(claims[0], rng, func(w any) {
				try(map[string]any{"format": c.Format, "matrix": v.(map[string]any)["matrix"], "claims": []any{w}})
			})
			if k == 0 {
				mutants(v.(map[string]any)["matrix"], rng, func(w any) {
					try(map[string]any{"format": c.Format, "matrix": w, "claims": claims})
				})
				mutants(v, rng, func(w any) {
					if _, ok := w.(map[string]any); ok && rng.IntN(20) == 0 {
						try(w)
					}
				})
			}
		}
		t.Logf("%s: %d of %d mutants rejected", name, rejected, tried)
		if rejected < tried/2 {
			t.Errorf("%s: only %d of %d mutants were rejected", name, rejected, tried)
		}
	}
}

// TestEveryKindIsShown: the specimens use every kind of evidence.
func TestEveryKindIsShown(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range specimens() {
		c, _ := certify(t, m, analyze(t, m, Options{}))
		for _, k := range c.Claims {
			var head struct{ Kind string }
			if err := json.Unmarshal(k.Evidence, &head); err != nil {
				t.Fatal(err)
			}
			seen[head.Kind] = true
		}
	}
	for _, kind := range check.Kinds() {
		large := []string{"spectral", "area", "refutation", "span", "lindsey", "matching", "share", "colouring", "covering", "centres", "prices", "exhausted", "keepers", "kept-prices", "fractions", "weighing", "follows", "tilt", "channel", "unitriangular", "union", "kept-exhausted"} // for larger matrices, see TestKnownValues, for curves, which have a package of their own, and for errors, see TestFollowsStaysBelowD
		if !seen[kind] && !slices.Contains(large, kind) {
			t.Errorf("no specimen has evidence of kind %q", kind)
		}
	}
}

// mutate changes one place of a JSON value, at random: a number, a word, a list or a key.
func mutate(v any, rng *rand.Rand) any {
	switch v := v.(type) {
	case float64:
		return []float64{v + 1, v - 1, -v, 0, 1, 2 * v, v + float64(rng.IntN(9)), float64(rng.IntN(5))}[rng.IntN(8)]
	case string:
		words := []string{"1", "2", "3", "4", "7/2", "1/3", "0", "", v + "0", "lower", "upper", "rows", "columns", "alice", "bob",
			"elimination", "exhaustion", "spectral", "partition", "cover", "fooling", "deterministic", "rank.rational", "rectangle",
			"discrepancy.best", "gamma2", "gamma2.infinity", "smooth_rectangle", "corruption", "randomised", "leaves", "minor"}
		return words[rng.IntN(len(words))]
	case []any:
		if len(v) == 0 {
			return []any{float64(rng.IntN(4))}
		}
		k := rng.IntN(len(v))
		u := slices.Clone(v)
		switch rng.IntN(12) {
		case 0:
			return slices.Delete(u, k, k+1)
		case 1:
			return append(u, v[k])
		case 2:
			return append(u[:0], append(slices.Clone(v[k:]), v[:k]...)...)
		case 3:
			u[k] = v[rng.IntN(len(v))]
			return u
		}
		u[k] = mutate(v[k], rng)
		return u
	case map[string]any:
		keys := slices.Sorted(maps.Keys(v))
		if len(keys) == 0 {
			return 0.0
		}
		k := keys[rng.IntN(len(keys))]
		u := maps.Clone(v)
		if rng.IntN(30) == 0 {
			delete(u, k)
		} else {
			u[k] = mutate(v[k], rng)
		}
		return u
	}
	return 0.0
}

// mutationCorpus is this many matrices whose certificates are mutated, made when asked for.
const mutationCorpus = 500

type mutated struct {
	report *Report
	cert   *check.Certificate
	claims []any
}

var corpus = map[int]*mutated{}

// mutateOnce changes a claim of certificate k in one to four places; what the checker accepts
// must be true. It says whether the claim was accepted.
func mutateOnce(t testing.TB, k int, rng *rand.Rand) bool {
	e := corpus[k]
	if e == nil {
		m := someMatrices(k+1, 5, 5)[k]
		if len(m.Values()) == 0 { // of which nothing is claimed
			return false
		}
		opts := Options{}
		if k%3 == 0 {
			opts.Errors = []string{"1/10"}
		}
		e = &mutated{report: analyze(t, m, opts)}
		e.cert, _ = certify(t, m, e.report)
		raw, err := json.Marshal(e.cert.Claims)
		if err != nil || json.Unmarshal(raw, &e.claims) != nil {
			t.Fatal(err)
		}
		corpus[k] = e
	}
	claim := e.claims[rng.IntN(len(e.claims))]
	for range 1 + rng.IntN(4) {
		claim = mutate(claim, rng)
	}
	raw, err := json.Marshal(map[string]any{"format": e.cert.Format, "matrix": e.cert.Matrix, "claims": []any{claim}})
	if err != nil {
		t.Fatal(err)
	}
	d, err := check.Read(bytes.NewReader(raw))
	if err != nil {
		return false
	}
	r, err := check.VerifyWithin(t.Context(), d, 1<<22)
	if err != nil || r.Findings[0].Err != nil {
		return false
	}
	if err := truth(e.report, r.Findings[0].Claim); err != nil {
		t.Fatalf("%v: %s", err, raw)
	}
	return true
}

// A lower end that takes the checker too long leaves a weaker one behind, however late it is; only the
// evidence that proves most is kept.
func TestWeakerEndsStay(t *testing.T) {
	m := neq(4)
	r := analyze(t, m, Options{noGame: true, NoFloats: true})
	one := 1
	set := func(n int) func() any {
		f := check.FoolingSet{Kind: "fooling", Entries: []check.Entry{}}
		for i := range n {
			f.Entries = append(f.Entries, check.Entry{i, 1 - i})
		}
		return given(f)
	}
	for weaker, want := range map[*[]func() any]string{{set(1), set(2), set(0)}: "2", {set(0)}: "", {}: ""} {
		r.claims = []pending{{check.Claim{Measure: check.Partition, Value: &one, End: check.Lower, Number: "16"}, given(check.Exhaustion{Kind: "exhaustion", Size: 16}), *weaker, 0}}
		late, cancel := context.WithDeadline(context.Background(), time.Now().Add(-time.Hour))
		for _, ctx := range []context.Context{context.Background(), late} {
			c, out, err := r.Certificate(ctx, "", 0)
			if err != nil || len(out) != 1 {
				t.Fatalf("left out: %v, %v", out, err)
			}
			got := ""
			if len(c.Claims) > 0 {
				got = c.Claims[0].Number
			}
			if got != want {
				t.Errorf("the certificate claims %q, want %q", got, want)
			}
		}
		cancel()
	}
}

// TestMutationSample is a few of what FuzzMutations does for as long as one wants.
func TestMutationSample(t *testing.T) {
	rng := rand.New(rand.NewPCG(12, 5))
	accepted := 0
	for range 4000 {
		if mutateOnce(t, rng.IntN(12), rng) {
			accepted++
		}
	}
	if accepted == 0 || accepted > 3000 {
		t.Errorf("%d of 4000 mutations are accepted", accepted)
	}
	t.Logf("%d of 4000 accepted, all of them true", accepted)
}

// FuzzMutations: no mutation of a certificate of the corpus makes the checker accept what is
// false. One execution makes 100.
func FuzzMutations(f *testing.F) {
	for k := range uint16(8) {
		f.Add(k, uint64(k))
	}
	f.Add(uint16(99), uint64(6)) // fewer coin strings than inputs
	f.Fuzz(func(t *testing.T, k uint16, seed uint64) {
		rng := rand.New(rand.NewPCG(seed, uint64(k)))
		for range 100 {
			mutateOnce(t, int(k)%mutationCorpus, rng)
		}
	})
}
