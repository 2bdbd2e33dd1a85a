package papers

import (
	"maps"
	"testing"

	"crosscut/models/tasks"
	"crosscut/reductions"
	"crosscut/reductions/rules"
)

// The atlas has every cell, each bound is the map's own, and what is dominated is no more.
func TestAtlas(t *testing.T) {
	all, err := Atlas(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	cells, dominated, outside, silent, asking := map[[2]string]bool{}, 0, 0, map[[2]string]string{}, false
	for _, b := range all {
		cells[[2]string{b.Task, b.Architecture}] = true
		switch {
		case b.Outside:
			outside++
			if b.Needed != nil || b.Note == "" {
				t.Errorf("outside, and yet: %+v", b)
			}
		case b.Needed == nil:
			silent[[2]string{b.Task, b.Rule}] = b.Note
		case b.Needed != nil:
			r, err := reductions.Catalog().Get(b.Reduction)
			if err != nil || r.To.Name != b.Task || *b.Needed < 1 || b.Paper == "" || b.Basis == "" {
				t.Errorf("%v: %+v", err, b)
			}
			if rule, err := rules.Catalog().Get(b.Rule); err != nil || rule.Causal && b.Reduction == "set-qsa" {
				t.Errorf("%v: token 1 asks for others, and a causal model has read no other: %+v", err, b)
			}
			asking = asking || b.Reduction == "set-qsa"
		}
		if b.DominatedBy == "" {
			continue
		}
		dominated++
		by := 0
		for _, o := range all {
			if o.Task == b.Task && o.Architecture == b.Architecture && o.Reduction == b.DominatedBy && o.Setting == b.Setting {
				if by++; *o.Needed < *b.Needed || o.N != b.N || !maps.Equal(o.Params, b.Params) {
					t.Errorf("%+v is said to dominate %+v", o, b)
				}
			}
		}
		if by != 1 {
			t.Errorf("%d bounds dominate %+v", by, b)
		}
	}
	for cell, note := range silent {
		if note != NothingKnown && note != NothingCrosses {
			t.Errorf("%v: no bound, and why: %q", cell, note)
		}
	}
	// A causal model whose output at the first token is read has seen no other, and no map is to match2.
	// No token that longformer's last position sees is Alice's in three maps.
	for _, task := range []string{"k-hop", "mqar", "string-eq"} {
		if silent[[2]string{task, "longformer"}] != NothingCrosses {
			t.Errorf("%s: %v", task, silent)
		}
	}
	if !asking {
		t.Error("set-qsa bounds nothing")
	}
	if silent[[2]string{"match3", "lstm"}] != NothingCrosses || silent[[2]string{"match2", "lstm"}] != NothingKnown || silent[[2]string{"match3", "decoder"}] != NothingKnown {
		t.Errorf("%v", silent)
	}
	want := 0
	for task := range tasks.Catalog().All() {
		for rule := range rules.Catalog().All() {
			if want++; !cells[[2]string{task.Name, rule.Title}] {
				t.Errorf("%s, %s is missing", task.Name, rule.Title)
			}
		}
	}
	if len(cells) != want || dominated == 0 || outside == 0 {
		t.Errorf("%d cells of %d, %d dominated, %d outside", len(cells), want, dominated, outside)
	}
}
