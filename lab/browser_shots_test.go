package lab

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
)

// The README's screenshots: make shots.
func TestShots(t *testing.T) {
	if os.Getenv("CROSSCUT_SHOTS") == "" {
		t.Skip("make shots takes the screenshots of the README")
	}
	b := browse(t, start(t))
	b.do(chromedp.EmulateViewport(1180, 760))
	for _, shot := range []struct{ name, hash, selector, want string }{
		{"lab-story.png", "story?scene=3", "[data-story='3'] .says", "bits"},
		{"lab-cut.png", "cut", ".verdict", "bits"},
		{"lab-grow.png", "grow?inequality=one-layer-match3&n=1096", ".verdict", "needed"},
	} {
		b.open(shot.hash, shot.selector, shot.want)
		b.await(`!document.querySelector("[aria-busy]")`)
		if shot.name == "lab-story.png" { // its column has scrolled to the scene
			b.await(`document.querySelector("[data-story='6'] .says").textContent && Math.abs(document.querySelector("[data-story='3']").getBoundingClientRect().top) < 60`)
		}
		evaluate[chromedp.Void](b, `document.documentElement.dataset.theme = "light"`)
		png, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join("..", "docs", "img", shot.name), png, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
