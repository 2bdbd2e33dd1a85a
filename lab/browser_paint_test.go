package lab

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// onPicture notes in a page when its room has drawn what it is about.
const onPicture = `new MutationObserver((_, o) => { if (document.querySelector("main :is(svg.picture, table, blockquote)")) { o.disconnect(); requestAnimationFrame(() => setTimeout(() => { window.pictured = performance.now(); })); } }).observe(document, { childList: true, subtree: true })`

// paint is when a page was drawn, in milliseconds from its navigation: the first content,
// and the room's own picture.
type paint struct{ First, Picture float64 }

// paints opens a room several times with nothing kept, and gives the medians.
func (b *browser) paints(hash string, times int) paint {
	b.t.Helper()
	var first, picture []float64
	for range times {
		b.do(chromedp.Navigate("about:blank"), chromedp.Navigate(b.url+"/#"+hash))
		b.await(`window.pictured && performance.getEntriesByName("first-contentful-paint").length > 0`) // the entry comes a little after the picture
		p := evaluate[paint](b, `({ First: performance.getEntriesByName("first-contentful-paint")[0].startTime, Picture: pictured })`)
		first, picture = append(first, p.First), append(picture, p.Picture)
	}
	slices.Sort(first)
	slices.Sort(picture)
	return paint{first[times/2], picture[times/2]}
}

// When a page that the browser does not know is drawn first: recorded, not judged.
func TestPaint(t *testing.T) {
	if !full() {
		t.Skip("make browser measures the first paint")
	}
	copies := map[string]string{"served": start(t)}
	site := filepath.Join("..", "build", "site")
	if _, err := os.Stat(filepath.Join(site, "engine.wasm.xz")); err == nil { // make site was run
		s := httptest.NewServer(http.FileServer(http.Dir(site)))
		defer s.Close()
		copies["the static copy"] = s.URL
	}
	for name, url := range copies {
		b := browse(t, url)
		b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
			if _, err := cdp.Call(ctx, t, network.SetCacheDisabled, network.SetCacheDisabledParams{CacheDisabled: true}); err != nil {
				return err
			}
			_, err := cdp.Call(ctx, t, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: onPicture})
			return err
		}))
		for _, room := range []string{"story", "cut", "grow", "matrix", "break", "proof", "write", "atlas"} {
			p := b.paints(room, 5)
			t.Logf("%s, %s: first paint %.0f ms, picture %.0f ms", name, room, p.First, p.Picture)
		}
		b.quiet(name)
	}
}
