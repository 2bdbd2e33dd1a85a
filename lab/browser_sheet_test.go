package lab

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// sheet opens the rest of a room, where there is one.
func (b *browser) sheet() bool {
	b.t.Helper()
	return evaluate[bool](b, `(() => { const n = document.querySelector("[data-act=more]"); if (!n || n.hidden) return false; if (n.getAttribute("aria-expanded") === "false") n.click(); return true; })()`)
}

// The rest of a room stands in a sheet beside its picture: it opens and closes by keys, the
// focus comes back, what was written in it stays, and it covers nothing that it explains.
func TestSheet(t *testing.T) {
	b := browse(t, start(t))
	const press, sheet = "[data-act=more]", ".sheet[data-open]"
	for _, width := range []int64{320, 1280} {
		b.do(chromedp.EmulateViewport(width, 800))
		for _, room := range []string{"cut", "grow", "matrix", "break", "proof", "write"} {
			where := fmt.Sprintf("the sheet of %s, %d px", room, width)
			b.open(room, press, "")
			b.await(`!document.querySelector("[aria-busy]") && !!document.querySelector("main .picture")`)
			b.press(kb.Enter, press)
			b.await(`document.querySelector("` + sheet + `")?.contains(document.activeElement) && document.querySelector("` + press + `").getAttribute("aria-expanded") === "true"`)
			b.accessible(where)
			b.await(`(() => { const s = document.querySelector("` + sheet + `").getBoundingClientRect(), p = document.querySelector("main .picture").getBoundingClientRect(); return s.left >= 0 && s.right <= innerWidth && s.bottom <= innerHeight + 1 && (innerWidth < 1200 ? s.height <= .5 * innerHeight && p.top < .3 * innerHeight : p.right <= s.left); })()`)
			b.readable(where)
			b.key(kb.Escape)
			b.await(`!document.querySelector("` + sheet + `") && document.activeElement === document.querySelector("` + press + `")`)
			b.key("f") // presented, a room is its picture
			b.await(`!!document.querySelector("main .picture").getClientRects().length && !document.querySelector("` + press + `, .top").getClientRects().length`)
			b.key(kb.Escape)
			b.await(`!!document.querySelector(".top").getClientRects().length`)
			b.quiet(where)
			if width == 1280 { // and so it is in another page
				b.do(chromedp.Navigate("about:blank"), chromedp.Navigate(b.url+"/?embed#"+room))
				b.await(`!!document.querySelector("main .picture")?.getClientRects().length && ![...document.querySelectorAll(".top, h1, .controls, .claims > nav, ` + press + `")].some(n => n.getClientRects().length)`)
				b.quiet(where + ", embedded")
			}
		}
	}

	// It is open where it was left open, and what it holds is used there.
	b.open("cut?task=match2&model=attention&n=16&seed=3", ".verdict", "bits")
	b.click(press)
	b.types("[data-act=set]", "M=40")
	b.await(`location.hash.includes("set=M%3D40") && !document.querySelector("[aria-busy]") && !!document.querySelector("` + sheet + `")`)
	b.click(sheet + ` .words [data-word="0"]`)
	b.until(".place", "message 1")
	b.key("2")
	b.await(`location.hash.startsWith("#grow") && !!document.querySelector("main .picture") && !document.querySelector("` + sheet + `")`)
	b.key("1")
	b.await(`location.hash.startsWith("#cut") && !!document.querySelector("` + sheet + `") && document.querySelector("[data-act=set]").value === "M=40"`)
	b.focus("#room")
	b.key(kb.Escape) // from anywhere
	b.await(`!document.querySelector("` + sheet + `")`)
	b.quiet("a sheet that was left open")
}

// What is about to take the focus or a press is not written anew by what loses it.
func TestFocusArrives(t *testing.T) {
	b := browse(t, start(t))
	b.open("matrix?problem=gt&n=3&show=cover", ".say", "cover")
	evaluate[chromedp.Void](b, `(() => { document.querySelector(".pieces button").focus(); document.querySelector('[data-cell="0,0"]').focus(); })()`)
	b.await(`document.querySelectorAll(".marks rect").length > 8 && document.activeElement.matches('[data-cell="0,0"]')`) // all rectangles again
	b.open("cut", ".verdict", "bits")
	b.sheet()
	if !evaluate[bool](b, `(() => { const chips = document.querySelector(".verdict .chips"), word = document.querySelector(".words button"); word.focus(); word.blur(); return chips.isConnected; })()`) {
		t.Error("to leave a message writes the verdict anew")
	}
	for _, room := range []string{"write", "story", "matrix?problem=gt&n=3"} { // what has the focus is hidden there
		b.open("cut", ".verdict", "bits")
		evaluate[chromedp.Void](b, `document.querySelector("#object select").focus()`)
		evaluate[chromedp.Void](b, `location.hash = "`+room+`"`)
		b.await(`document.querySelector("#object").hidden && !document.querySelector("#room[aria-busy]")`)
		if at := evaluate[string](b, "document.activeElement.id"); at != "room" {
			t.Errorf("%s: the focus is at %q", room, at)
		}
	}
	b.quiet("focus")
}
