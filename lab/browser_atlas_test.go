package lab

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"crosscut/lab/engine"
	"crosscut/reductions/papers"
)

// The atlas shows the bounds of a task as the engine has them, says where none is known, and leads
// to the papers.
func TestAtlasRoom(t *testing.T) {
	data, err := engine.Handle(context.Background(), "atlas", nil)
	var atlas struct{ Bounds []papers.Bound }
	if err == nil {
		err = json.Unmarshal(data, &atlas)
	}
	if err != nil {
		t.Fatal(err)
	}
	b := browse(t, start(t))
	for _, task := range []string{"match3", "qsa"} {
		rows, known, largest := 0, 0, 0
		for _, c := range atlas.Bounds {
			if c.Task != task {
				continue
			}
			if rows++; c.Needed != nil {
				known++
				largest = max(largest, *c.Needed)
			}
		}
		if known == 0 || known == rows {
			t.Fatalf("%s: %d cells, %d bounds", task, rows, known)
		}
		b.open("atlas?of="+task, ".verdict", fmt.Sprintf("%d bounds for %s", known, task))
		b.until("[data-table=atlas]", fmt.Sprint(largest))
		b.until("[data-table=atlas]", "nothing is known here")
		for _, c := range atlas.Bounds { // those of which the same is said share a row
			if c.Task == task && !strings.Contains(b.text("main"), c.Architecture) {
				t.Errorf("%s: nothing is said of %s", task, c.Architecture)
			}
		}
	}
	b.accessible("Atlas")
	b.do(chromedp.EmulateViewport(390, 844)) // a telephone has a card for each architecture
	b.await(`(s => s.scrollWidth <= s.clientWidth)(document.querySelector(".scroll"))`)
	b.await(`(([link, nav]) => link.left >= nav.left - 1 && link.right <= nav.right + 1)(["[aria-current]", ".rooms"].map(q => document.querySelector(q).getBoundingClientRect()))`)
	b.accessible("Atlas on a telephone")
	b.do(chromedp.EmulateViewport(1280, 900))
	b.open("atlas?of=match3", "[data-table=atlas]", "sanford2023")
	line := at(compute(t, "grow", fmt.Sprintf(`{"inequality":"one-layer-match3","n":%d}`, papers.AtlasN)), "at", "needed") // the row says why it is above the line of Grow
	b.until("[data-table=atlas]", fmt.Sprintf("those that disj-match3 writes need %v, the line in Grow", line))
	b.click(`[data-table=atlas] a[href="#proof?paper=sanford2023"]`)
	b.until("blockquote", "Match3")
}
