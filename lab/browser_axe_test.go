package lab

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
)

// axe-core looks at every moment of the lab, in both themes and at widths from a phone
// to a projector, and finds no violation. make browser fetches it from npm.
func TestAxe(t *testing.T) {
	if !full() {
		t.Skip("make browser runs axe-core")
	}
	source, err := os.ReadFile(filepath.Join("..", "build", "npm", "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		t.Skip("axe-core is not there: make browser fetches it")
	}
	b := browse(t, start(t))
	look := func(where string) {
		evaluate[chromedp.Void](b, string(source)+";void 0")
		for _, found := range evaluate[[]string](b, `axe.run(document, { resultTypes: ["violations"] }).then(r => r.violations.map(v => v.id + ": " + v.nodes.slice(0, 3).map(n => n.target.join(" ") + " (" + (n.any[0] || n.all[0] || n.none[0] || {}).message + ")").join("; ")))`, chromedp.EvalAwaitPromise) {
			t.Errorf("%s: %s", where, found)
		}
	}
	for k, width := range []int64{320, 390, 768, 1280, 1920} {
		b.do(chromedp.EmulateViewport(width, 900))
		for _, m := range moments {
			b.open(m.hash, m.selector, m.want)
			b.await(`!document.querySelector("[aria-busy]")`)
			evaluate[chromedp.Void](b, `document.documentElement.dataset.theme = "`+[]string{"light", "dark"}[k%2]+`"`)
			look(fmt.Sprintf("%s, %d px", m.name, width))
			if width == 390 {
				evaluate[chromedp.Void](b, `document.documentElement.dataset.theme = "light"`)
				look(fmt.Sprintf("%s, %d px, light", m.name, width))
			}
			if (width == 320 || width == 1280) && b.sheet() {
				look(fmt.Sprintf("%s with its sheet, %d px", m.name, width))
			}
			if wide := evaluate[int](b, `document.documentElement.scrollWidth - innerWidth`); wide > 1 {
				t.Errorf("%s: wider than %d px by %d", m.name, width, wide)
			}
		}
	}
	// It is axe that looked: a fault is found.
	evaluate[chromedp.Void](b, `void document.getElementById("room").append(Object.assign(document.createElement("button"), { type: "button" }))`)
	if n := evaluate[int](b, `axe.run(document).then(r => r.violations.filter(v => v.id === "button-name").length)`, chromedp.EvalAwaitPromise); n != 1 {
		t.Error("a button without a name was not found")
	}
}
