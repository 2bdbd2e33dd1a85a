package check

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"slices"
	"strconv"
	"strings"
)

// coqValue is the largest value that is exported: Coq counts in units.
const coqValue = 1000

// Coq writes a certificate as data for Coq: the matrix, and a theorem for each claim that
// the proofs of coq/Evidence.v cover: D(f) where both ends are claimed and agree,
// and lower ends of distinct.rows, fooling, rectangle and partition, upper ends of cover and
// partition. Lines of refutations that count are counted again, in fooling sets and ranks. The
// theorems are Coq's to check: nothing is verified here. It returns how many there are, and what was left out.
func (c *Certificate) Coq(w io.Writer, name string) (theorems int, left []string, err error) {
	t, err := c.Matrix.build(context.Background())
	if err != nil {
		return 0, nil, fmt.Errorf("check: matrix: %w", err)
	}
	x := &coqWriter{t: t, name: name}
	some := map[bool]string{true: "Some "}[t.Defined() < len(t.cells)]
	for _, v := range t.Values() {
		if v < 0 || v > coqValue {
			return 0, nil, fmt.Errorf("check: Coq: value %d: the values must be 0 to %d", v, coqValue)
		}
	}
	rows := coqList(t.Rows, func(i int) string {
		return coqList(t.Cols, func(j int) string {
			if v, ok := t.At(i, j); ok {
				return some + strconv.Itoa(v)
			}
			return "None"
		})
	})
	x.promise = some != ""
	x.put("(* %d x %d, sha256 %s. *)\nDefinition %s := %s %s.\n", t.Rows, t.Cols, t.Hash(), name, x.or("entry", "open_entry"), rows)
	var lower, upper *Claim
	for k := range c.Claims {
		claim := &c.Claims[k]
		if claim.Measure == Deterministic {
			if claim.End == Lower {
				lower = claim
			} else {
				upper = claim
			}
			continue
		}
		if err := x.claim(claim); err != nil {
			left = append(left, fmt.Sprintf("%s, %s: %v", claim.Of(), claim.End, err))
		}
	}
	if lower != nil || upper != nil {
		if err := x.depth(lower, upper); err != nil {
			left = append(left, fmt.Sprintf("%s: %v", Deterministic, err))
		}
	}
	_, err = io.WriteString(w, x.String())
	return x.theorems, left, err
}

// CoqHead is what stands before exported certificates.
const CoqHead = "From Coq Require Import List ZArith.\nRequire Import Protocol Evidence Promise.\nImport ListNotations.\n\n"

var errCoq = errors.New("the Coq development has no theorem for this evidence")

type coqWriter struct {
	strings.Builder
	t        *Table
	name     string
	promise  bool // some entries are open
	theorems int
}

// or is a name of Evidence.v, or for a matrix with open entries one of Promise.v.
func (x *coqWriter) or(total, promise string) string {
	if x.promise {
		return promise
	}
	return total
}

func (x *coqWriter) put(format string, args ...any) { fmt.Fprintf(x, format, args...) }

// theorem writes a statement that one application and computations prove.
func (x *coqWriter) theorem(of, statement, by string) {
	x.theorems++
	for strings.Contains(x.String(), fmt.Sprintf("Theorem %s_%s :", x.name, of)) { // claims may stand twice
		of += "_again"
	}
	x.put("Theorem %s_%s : %s.\nProof. %s; try assumption; try discriminate; vm_compute; try reflexivity; repeat constructor. Qed.\n", x.name, of, statement, by)
}

func coqList(n int, item func(i int) string) string {
	all := make([]string, n)
	for i := range all {
		all[i] = item(i)
	}
	return "[" + strings.Join(all, "; ") + "]"
}

func coqInts(v []int) string {
	return coqList(len(v), func(i int) string { return fmt.Sprint(v[i]) })
}

func coqEntries(set []Entry) string {
	return coqList(len(set), func(i int) string { return fmt.Sprintf("(%d, %d)", set[i][0], set[i][1]) })
}

func coqTree(n *treeNode) (string, error) {
	if n == nil {
		return "", errors.New("a node is missing")
	}
	if n.Value != nil {
		return fmt.Sprintf("Leaf %d", *n.Value), nil
	}
	zero, err := coqTree(n.Zero)
	one, also := coqTree(n.One)
	if err = errors.Join(err, also); err != nil {
		return "", err
	}
	who := map[string]string{"alice": "Alice", "bob": "Bob"}[n.Speaker]
	return fmt.Sprintf("%s (fun z => member z %s) (%s) (%s)", who, coqInts(n.Ones), zero, one), nil
}

func kindOf(raw json.RawMessage) string {
	var head struct{ Kind string }
	_ = json.Unmarshal(raw, &head) // without a kind nothing is exported
	return head.Kind
}

// whole is the arguments of a theorem about the whole matrix.
func (x *coqWriter) whole() string {
	return fmt.Sprintf("%s (List.seq 0 %d) (List.seq 0 %d)", x.name, x.t.Rows, x.t.Cols)
}

// claim writes the theorem of a claim other than about D(f).
func (x *coqWriter) claim(c *Claim) error {
	of := strings.NewReplacer(".", "_").Replace(c.Measure) + "_" + c.End
	if c.Value != nil {
		of += fmt.Sprintf("_%d", *c.Value)
	}
	kind := kindOf(c.Evidence)
	switch {
	case x.promise && c.Measure == OneWayAlice && kind == "apart":
		var e Apart
		if err := decode(c.Evidence, &e); err != nil {
			return err
		}
		x.theorem(of, fmt.Sprintf("forall k, one_way_promise %s %d %d k -> %d <= k", x.name, x.t.Rows, x.t.Cols, len(e.Lines)),
			fmt.Sprintf("intros k; apply (clash_bound %s %d %d %s k)", x.name, x.t.Rows, x.t.Cols, coqInts(e.Lines)))
	case x.promise:
		return errCoq
	case c.Measure == DistinctRows && kind == "apart":
		var e Apart
		if err := decode(c.Evidence, &e); err != nil {
			return err
		}
		x.theorem(of, fmt.Sprintf("forall k, one_way %s k -> %d <= k", x.whole(), len(e.Lines)),
			fmt.Sprintf("intros k; apply (apart_bound %s %s k)", x.whole(), coqInts(e.Lines)))
	case c.Measure == LargestRect && kind == "rectangle":
		var e OneRectangle
		if err := decode(c.Evidence, &e); err != nil {
			return err
		}
		x.theorem(of, fmt.Sprintf("large %s %d %d", x.whole(), *c.Value, len(e.Rows)*len(e.Cols)),
			fmt.Sprintf("apply (rectangle_size %s %d (%s, %s))", x.whole(), *c.Value, coqInts(e.Rows), coqInts(e.Cols)))
	case (c.Measure == Cover || c.Measure == Partition) && kind == "rectangles":
		var e Rectangles
		if err := decode(c.Evidence, &e); err != nil {
			return err
		}
		list := coqList(len(e.Rectangles), func(i int) string {
			return fmt.Sprintf("(%s, %s)", coqInts(e.Rectangles[i].Rows), coqInts(e.Rectangles[i].Cols))
		})
		what, by := "covers", "cover_checked"
		if c.Measure == Partition {
			what, by = "partitions", "partition_checked"
		}
		x.theorem(of, fmt.Sprintf("exists rs, %s %s %d rs /\\ length rs = %d", what, x.whole(), *c.Value, len(e.Rectangles)),
			fmt.Sprintf("exists %s; split; [apply %s |]", list, by))
	case (c.Measure == Cover || c.Measure == Partition) && c.End == Lower && kind == "fooling":
		var e FoolingSet
		if err := decode(c.Evidence, &e); err != nil {
			return err
		}
		what, by := "covers", ""
		if c.Measure == Partition {
			what, by = "partitions", "apply partition_covers in P; "
		}
		x.theorem(of, fmt.Sprintf("forall rs, %s %s %d rs -> %d <= length rs", what, x.whole(), *c.Value, len(e.Entries)),
			fmt.Sprintf("intros rs P; %sapply (fooling_cover %s %d %s rs); [| | exact P]", by, x.whole(), *c.Value, coqEntries(e.Entries)))
	case c.Measure == Partition && c.End == Lower && kind == "minor":
		p, n, err := x.part(*c.Value, c.Evidence)
		if err != nil {
			return err
		}
		x.theorem(of, fmt.Sprintf("forall rs, partitions %s %d rs -> %d <= length rs", x.whole(), *c.Value, n),
			fmt.Sprintf("intros rs P; apply (shows_bound %s (%s) rs); [| exact P]", x.whole(), p))
	default:
		return errCoq
	}
	return nil
}

// part writes evidence for the lower end of the partition number of v.
func (x *coqWriter) part(v int, raw json.RawMessage) (string, int, error) {
	switch kindOf(raw) {
	case "fooling":
		var e FoolingSet
		err := decode(raw, &e)
		return fmt.Sprintf("(%d, Fooling %s)", v, coqEntries(e.Entries)), len(e.Entries), err
	case "minor":
		if x.promise {
			return "", 0, errCoq
		}
		var e Minor
		if err := decode(raw, &e); err != nil {
			return "", 0, err
		}
		p, n := x.minor(v, e.Rows, e.Cols)
		return p, n, nil
	}
	return "", 0, errCoq
}

// minor writes a largest minor of the places of v among these lines, with its inverse.
func (x *coqWriter) minor(v int, among, across []int) (string, int) {
	var rows, cols []int
	var basis [][]*big.Rat // each has 1 at its column of cols
	for _, i := range among {
		w := make([]*big.Rat, len(across))
		for c, j := range across {
			w[c] = new(big.Rat)
			if x.t.Is(i, j, v) {
				w[c].SetInt64(1)
			}
		}
		for k, b := range basis {
			reduce(w, b, cols[k])
		}
		if c := slices.IndexFunc(w, func(r *big.Rat) bool { return r.Sign() != 0 }); c >= 0 {
			scale := new(big.Rat).Inv(w[c])
			for _, r := range w {
				r.Mul(r, scale)
			}
			basis, rows, cols = append(basis, w), append(rows, i), append(cols, c)
		}
	}
	n := len(rows)
	// Gauss and Jordan on the minor beside the unit matrix.
	a := make([][]*big.Rat, n)
	for k, i := range rows {
		a[k] = make([]*big.Rat, 2*n)
		for l := range a[k] {
			a[k][l] = new(big.Rat)
			if l < n && x.t.Is(i, across[cols[l]], v) || l == n+k {
				a[k][l].SetInt64(1)
			}
		}
	}
	for l := range n {
		k := l
		for a[k][l].Sign() == 0 {
			k++
		}
		a[l], a[k] = a[k], a[l]
		scale := new(big.Rat).Inv(a[l][l])
		for _, r := range a[l] {
			r.Mul(r, scale)
		}
		for k := range n {
			if k != l {
				reduce(a[k], a[l], l)
			}
		}
	}
	factor := big.NewInt(1)
	for _, row := range a {
		for _, r := range row[n:] {
			gcd := new(big.Int).GCD(nil, nil, factor, r.Denom())
			factor.Mul(factor, new(big.Int).Quo(r.Denom(), gcd))
		}
	}
	inverse := coqList(n, func(l int) string {
		return coqList(n, func(k int) string {
			r := new(big.Rat).Mul(a[l][n+k], new(big.Rat).SetInt(factor))
			return fmt.Sprintf("(%s)%%Z", r.Num())
		})
	})
	for l := range cols {
		cols[l] = across[cols[l]]
	}
	return fmt.Sprintf("(%d, Minor %s %s (%s)%%Z %s)", v, coqInts(rows), coqInts(cols), factor, inverse), n
}

// reduce takes that multiple of b, which has 1 at place c, from w that leaves 0 there.
func reduce(w, b []*big.Rat, c int) {
	f := new(big.Rat).Set(w[c])
	for k := range w {
		w[k].Sub(w[k], new(big.Rat).Mul(f, b[k]))
	}
}

// depth writes the theorem about D(f), which needs both ends.
func (x *coqWriter) depth(lower, upper *Claim) error {
	if lower == nil || upper == nil || lower.Number != upper.Number {
		return errCoq
	}
	var tree treeEvidence
	if err := decode(upper.Evidence, &tree); err != nil {
		return err
	}
	text, err := coqTree(tree.Tree)
	if err != nil {
		return err
	}
	statement := fmt.Sprintf("%s %s %d %d %s", x.or("D", "D_promise"), x.name, x.t.Rows, x.t.Cols, lower.Number)
	if lower.Number == "0" {
		x.theorem("D", statement, fmt.Sprintf("apply (%s %s %d %d %d)", x.or("constant", "promise_constant"), x.name, x.t.Rows, x.t.Cols, x.t.Values()[0]))
		return nil
	}
	shape := fmt.Sprintf("%s %d %d (%s)", x.name, x.t.Rows, x.t.Cols, text)
	switch kindOf(lower.Evidence) {
	case "leaves":
		var e Leaves
		if err := decode(lower.Evidence, &e); err != nil {
			return err
		}
		var parts []string
		for _, p := range e.Parts {
			part, _, err := x.part(p.Value, p.Evidence)
			if err != nil {
				return err
			}
			parts = append(parts, part)
		}
		x.theorem("D", statement, fmt.Sprintf("apply (%s %s [%s] (pred %s))", x.or("by_leaves", "promise_by_leaves"), shape, strings.Join(parts, "; "), lower.Number))
	case "refutation":
		var e refutationEvidence
		if err := decode(lower.Evidence, &e); err != nil {
			return err
		}
		var lemmas []string
		for k := range e.Lemmas {
			l, err := x.lemma(&e.Lemmas[k])
			if err != nil {
				return fmt.Errorf("lemma %d: %w", k, err)
			}
			lemmas = append(lemmas, l)
		}
		if len(lemmas) == 0 {
			return errCoq
		}
		last := len(lemmas) - 1
		x.theorem("D", statement, fmt.Sprintf("apply (%s %s (pred %s) [%s] (%s))", x.or("refuted", "promise_refuted"), shape, lower.Number, strings.Join(lemmas[:last], "; "), lemmas[last]))
	default:
		return errCoq
	}
	return nil
}

func (x *coqWriter) lemma(l *lemma) (string, error) {
	because := ""
	if l.ByRows != nil || l.ByCols != nil {
		rows, err := coqBranch(l.ByRows)
		cols, also := coqBranch(l.ByCols)
		if err = errors.Join(err, also); err != nil {
			return "", err
		}
		because = fmt.Sprintf("Divide (%s) (%s)", rows, cols)
	} else {
		leaves, parts := map[int]string{}, map[int]int{}
		better := func(v, n int, part string) {
			if n > parts[v] {
				leaves[v], parts[v] = part, n
			}
		}
		for _, i := range l.Rows {
			for _, j := range l.Cols {
				v, in := x.t.At(i, j)
				switch {
				case !in || parts[v] > 0:
				case x.promise: // no rank, but an entry
					better(v, 1, fmt.Sprintf("(%d, Fooling [(%d, %d)])", v, i, j))
				default:
					p, n := x.minor(v, l.Rows, l.Cols)
					better(v, n, p)
				}
			}
		}
		for _, set := range l.Fooling {
			if len(set) > 0 {
				v, _ := x.t.At(set[0][0], set[0][1])
				better(v, len(set), fmt.Sprintf("(%d, Fooling %s)", v, coqEntries(set)))
			}
		}
		sum, all := 0, []string{}
		for _, v := range x.t.Values() {
			if sum += parts[v]; parts[v] > 0 {
				all = append(all, leaves[v])
			}
		}
		if sum <= 1<<l.Bits {
			return "", errCoq
		}
		because = fmt.Sprintf("Count [%s]", strings.Join(all, "; "))
	}
	return fmt.Sprintf("Said %s %s %d (%s)", coqInts(l.Rows), coqInts(l.Cols), l.Bits, because), nil
}

func coqBranch(b *branch) (string, error) {
	switch {
	case b == nil:
		return "", errors.New("a branch is missing")
	case b.next[0] == nil:
		return fmt.Sprintf("Why %v %d", b.side == 1, b.lemma), nil
	}
	zero, err := coqBranch(b.next[0])
	if err != nil || b.next[1] == nil {
		return fmt.Sprintf("First %d (%s)", b.line, zero), err
	}
	one, err := coqBranch(b.next[1])
	return fmt.Sprintf("Split %d (%s) (%s)", b.line, zero, one), err
}
