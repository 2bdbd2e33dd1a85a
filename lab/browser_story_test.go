package lab

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// What every scene of the story says is what the engine says, at the address that is
// shipped; and the scenes' sentences claim what their numbers show.
func TestStory(t *testing.T) {
	b := browse(t, start(t))
	const match = `{"task":"match2","model":"attention","n":16,"set":{"M":32},"seed":20`
	total := func(answer map[string]any) any { return at(answer, "record", "bits", "total") }

	b.open("", "[data-story='1'] .says", "partner")
	run := compute(t, "cut", match+`}`)
	b.is("[data-answer]", "data-answer", at(run, "record", "expected").([]any)[0])
	b.click("[data-act=two]")
	b.until(".stage", "+ ? + ?")
	b.is("[data-modulus]", "data-modulus", 32)
	b.click("[data-act=reveal]")
	tokens := at(run, "tokens").([]any)
	three := compute(t, "cut", `{"task":"match3","model":"attention","read":"1","input":{"task":"match3","M":32,"tokens":`+strings.ReplaceAll(fmt.Sprint(tokens), " ", ",")+`}}`)
	b.is("[data-triple]", "data-triple", at(three, "record", "expected").([]any)[0])
	b.accessible("scene 1")

	b.scene(2)
	sum := 0.0
	weigh := at(compute(t, "cut", match+`,"read":"1"}`), "weighed")
	for k, w := range at(weigh, "weights").([]any) {
		if w.(float64) > 0 != (k > 0 && int(tokens[0].(float64)+tokens[k].(float64))%32 == 0) {
			t.Errorf("token %d has weight %v", k+1, w)
		}
		sum += w.(float64)
	}
	if sum == 0 {
		t.Error("no token has a weight: scene 2 shows nothing")
	}
	b.is("[data-weights]", "data-weights", sum)
	// Both jars have one scale: the weights stand as high in either, the blank token above them in the first.
	b.await(fmt.Sprintf(`(() => { const [a, c] = [".fill.alice", ".fill.blank"].map(q => [...document.querySelectorAll(".stage " + q)].map(n => +n.getAttribute("height"))); return Math.abs(a[0] - a[1]) < .1 && Math.abs(c[0] * %v - a[0] * 2) < 1 && !c[1]; })()`, sum))
	b.accessible("scene 2")

	b.scene(3)
	cut := compute(t, "cut", match+`,"split":"alice:2-8,bob:9-16,public:1"}`)
	b.is("[data-story='3'] [data-total]", "data-total", total(cut))
	if total(cut).(float64) >= at(cut, "record", "bits", "trivial").(float64) {
		t.Error("scene 3 compares a cost that is vacuous")
	}
	var grown []string
	for _, n := range []int{16, 32, 64} {
		grown = append(grown, number(total(compute(t, "cut", fmt.Sprintf(`{"task":"match2","model":"attention","n":%d,"set":{"M":32},"seed":20}`, n)))))
	}
	b.is("[data-grown]", "data-grown", strings.Join(grown, " "))
	b.until("[data-story='3'] .says", "Each doubling adds 2 bits")
	b.until("[data-story='3'] .terms", "B_Z bits of a sum of weights")
	b.await(`document.querySelector("[data-story='3'] .formula sub").textContent === "Z"`)
	if got := evaluate[string](b, `(() => { getSelection().selectAllChildren(document.querySelector("[data-story='3'] .formula")); const text = String(getSelection()); getSelection().empty(); return text; })()`); got != "H (B_Z + d_v B_N)" {
		t.Errorf("the formula is copied as %q", got)
	}
	b.press(kb.ArrowRight, ".handle")
	b.await(`document.querySelector(".handle").getAttribute("aria-valuenow") === "9" && document.activeElement.matches(".handle")`)
	b.accessible("scene 3")

	b.scene(4)
	b.is("[data-story='4'] [data-needed]", "data-needed", at(compute(t, "sizes", `{"reduction":"disj-match3","model":"attention","n":4}`), "needed"))
	ones := compute(t, "reduce", `{"reduction":"disj-match3","n":4,"x":"1111","y":"1111"}`)
	wrote := map[string][]string{}
	for k, who := range at(ones, "owners").([]any) {
		wrote[who.(string)] = append(wrote[who.(string)], number(at(ones, "tokens").([]any)[k]))
	}
	b.is("[data-easy]", "data-easy", at(compute(t, "matrix", `{"task":"match2","n":5,"set":{"M":4},"split":"alice:2-3,bob:4-5,public:1"}`), "report", "distinct", "rows"))
	b.is("[data-hers]", "data-hers", strings.Join(wrote["alice"], " "))
	b.is("[data-yours]", "data-yours", strings.Join(wrote["bob"], " "))
	const convicts = `/^(0 1|1 0)$/.test(document.querySelector("[data-convicts]")?.dataset.convicts)`
	b.await(convicts) // it opens with the hands dealt
	b.click("[data-act=again]")
	b.until("[data-story='4'] .says", "0 of 16 hands")
	b.click("[data-act=deal]")
	b.await(convicts)
	// Both rows stand one above the other: the same answers, Bob's bits those that ask, an arc to
	// both partners on the row whose answer is 1, no box offered while two hands share one.
	b.await(`(() => { const c = document.querySelector("[data-convicts]").dataset.convicts.split(" "), said = document.querySelector("svg.tokens-stay").getAttribute("aria-label"), y = document.querySelector("[data-story='4'] .says").textContent.match(/Bob holds ([01]+)/)[1];
		return said.endsWith("the right answers are " + c.join(" and ")) && document.querySelector(".stage").textContent.split("you: " + y).length === 3 && document.querySelectorAll(".stage .arc.meet").length === 2 && !document.querySelector(".box.next"); })()`)
	if n := evaluate[int](b, `document.querySelectorAll(".tokens-stay .token").length`); n != 2*len(at(ones, "tokens").([]any)) {
		t.Errorf("%d tokens where two rows should be", n)
	}
	b.is("[data-story='4'] [data-needed]", "data-needed", at(compute(t, "sizes", `{"reduction":"disj-match3","model":"attention","n":4}`), "needed"))
	b.readable("scene 4, two hands in a box")
	b.press(kb.ArrowRight, "[data-scrub=boxes]") // a box for each
	b.until("[data-story='4'] .good", "none shared")
	b.press(kb.ArrowLeft, "[data-scrub=boxes]")
	b.await(convicts)
	b.accessible("scene 4")

	b.scene(5)
	grow := compute(t, "grow", `{"inequality":"one-layer-match3","n":1096,"sizes":{"H":1,"m":3,"p":8}}`)
	b.is("[data-story='5'] [data-bits]", "data-bits", at(grow, "at", "bits"))
	b.is("[data-story='5'] [data-needed]", "data-needed", at(grow, "at", "needed"))
	b.is("[data-story='5'] [data-bites]", "data-bites", at(grow, "bites_at"))
	b.until("[data-story='5'] .terms", "m width of keys, queries and values")
	b.press(kb.ArrowRight, "[data-scrub=H]")
	b.is("[data-story='5'] [data-bits]", "data-bits", at(compute(t, "grow", `{"inequality":"one-layer-match3","n":1096,"sizes":{"H":2,"m":3,"p":8}}`), "at", "bits"))
	b.await(`document.activeElement.matches("[data-scrub=H]")`)
	b.press(kb.ArrowRight, ".crossing") // a wider layer moves the crossing
	b.crosses(2, 4)
	b.await(`document.activeElement.matches(".crossing")`)
	b.accessible("scene 5")

	b.scene(6)
	broken := compute(t, "break", `{"reduction":"disj-qsa-memory","model":"rnn","n":8,"set":{"m":3},"seed":1}`)
	if at(broken, "finding", "kind") != "forced" {
		t.Error("scene 6 shows no two pasts that share a state")
	}
	b.is("[data-story='6'] [data-message]", "data-message", at(broken, "finding", "message_bits"))
	b.is("[data-story='6'] [data-needed]", "data-needed", at(broken, "finding", "needed"))
	b.is("[data-attention]", "data-attention", "-1 1")
	b.accessible("scene 6")
	for _, width := range []int64{768, 820, 1024, 1180, 1280} { // the header is one row
		b.do(chromedp.EmulateViewport(width, 900))
		if off := evaluate[float64](b, `Math.abs(document.querySelector(".tools").getBoundingClientRect().top - document.querySelector(".rooms").getBoundingClientRect().top)`); off > 12 {
			t.Errorf("at %d pixels the header has a second row", width)
		}
	}
	for _, phone := range []struct{ width, height, most int64 }{{390, 844, 45}, {320, 640, 66}} { // what is pinned is all there, and leaves room for the words
		b.do(chromedp.EmulateViewport(phone.width, phone.height))
		for k := 1; k <= 6; k++ {
			b.scene(k)
			if over := evaluate[int](b, `(() => { const show = document.querySelector(".show"); return show.scrollHeight - show.clientHeight; })()`); over > 1 {
				t.Errorf("scene %d at %d pixels: %d pixels below its edge", k, phone.width, over)
			}
			if share := evaluate[float64](b, `100 * document.querySelector(".show").offsetHeight / innerHeight`); share > float64(phone.most) {
				t.Errorf("scene %d at %d pixels: its stage takes %.0f %% of the height", k, phone.width, share)
			}
			b.await(fmt.Sprintf(`(%d === 1 || Math.abs(document.querySelector("[data-story='%[1]d']").getBoundingClientRect().top - document.querySelector(".show").getBoundingClientRect().bottom) < 3) && !!document.querySelector("[data-act=next]").getClientRects().length`, k)) // its heading stands under the picture
			b.readable(fmt.Sprintf("scene %d at %d pixels", k, phone.width))
			if k == 4 {
				b.click("[data-act=deal]")
				b.await(convicts)
				b.readable(fmt.Sprintf("two hands in a box at %d pixels", phone.width))
			}
		}
	}
	b.quiet("the story")
}

// scene opens a scene of the story, and waits until the stage shows it.
func (b *browser) scene(k int) {
	b.t.Helper()
	b.open(fmt.Sprintf("story?scene=%d", k), fmt.Sprintf("[data-story='%d'] .says", k), ".")
	b.await(fmt.Sprintf(`document.querySelector(".stage").dataset.scene === "%d" && !document.querySelector(".stage").hasAttribute("aria-busy") && document.querySelector("[data-story='6'] .says").textContent`, k))
}

// crosses waits until scene 5 speaks of that many heads of a width, and holds what it says
// of the crossing against the engine.
func (b *browser) crosses(heads, width int) {
	b.t.Helper()
	grow := compute(b.t, "grow", fmt.Sprintf(`{"inequality":"one-layer-match3","n":1096,"sizes":{"H":%d,"m":%d,"p":8}}`, heads, width))
	b.is("[data-scrub=width]", "aria-valuenow", width)
	b.is("[data-story='5'] [data-bites]", "data-bites", at(grow, "bites_at"))
	b.is("[data-story='5'] [data-bits]", "data-bits", at(grow, "at", "bits"))
	b.is(".crossing", "aria-valuenow", at(grow, "bites_at"))
}

// crossed waits until the crossing stands at a place, and gives the width that took it there.
func (b *browser) crossed(x float64) int {
	b.t.Helper()
	b.await(fmt.Sprintf(`(() => { const r = document.querySelector(".crossing circle").getBoundingClientRect(); return Math.abs(r.x + r.width / 2 - %v) < 8; })() && !document.querySelector("[aria-busy]")`, x))
	return evaluate[int](b, `+document.querySelector("[data-scrub=width]").getAttribute("aria-valuenow")`)
}

// A drag ends where the pointer is, step by step; a finger that scrolls gives nothing
// away; Back walks through what was done; unknown keys of an address are told.
func TestGestures(t *testing.T) {
	b := browse(t, start(t))
	b.open("cut?task=match2&model=attention&n=16&seed=3", ".verdict", "bits")
	size := evaluate[float64](b, `document.querySelector('.token[data-position="2"]').getBoundingClientRect().x - document.querySelector('.token[data-position="1"]').getBoundingClientRect().x`)
	for _, k := range []int{-3, 5, -1} {
		from := evaluate[int](b, `+document.querySelector(".handle").getAttribute("aria-valuenow")`)
		b.drag(".handle circle", float64(k)*size)
		b.await(fmt.Sprintf(`document.querySelector(".handle")?.getAttribute("aria-valuenow") === "%d"`, from+k))
	}
	b.await(`location.hash.includes("split=")`)

	// While it lasts, a drag replaces nothing and leaves the address; numbers follow it.
	at0 := b.middle(".handle circle")
	evaluate[chromedp.Void](b, `void (window.kept = { handle: document.querySelector(".handle"), chips: document.querySelector(".verdict .chips"), hash: location.hash, depth: history.length })`)
	by := func(kind input.DispatchMouseEventType, x float64) {
		b.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error { return mouse(ctx, t, kind, spot{x, at0.Y}) }))
	}
	by("mousePressed", at0.X)
	by("mouseMoved", at0.X-3*size)
	raw := at(compute(t, "cut", `{"task":"match2","model":"attention","n":16,"seed":3,"split":"alice:2-6,bob:7-16,public:1"}`), "record", "bits", "trivial")
	b.is(".verdict [data-raw]", "data-raw", raw)
	b.await(`document.querySelector(".handle").getAttribute("aria-valuenow") === "6"`)
	if !evaluate[bool](b, `kept.handle === document.querySelector(".handle") && kept.chips === document.querySelector(".verdict .chips") && kept.hash === location.hash`) {
		t.Error("a node was replaced or the address written while the cut was dragged")
	}
	by("mouseMoved", at0.X)
	by("mouseMoved", at0.X-size)
	by("mouseReleased", at0.X-size)
	b.await(`location.hash !== kept.hash && history.length === kept.depth + 1 && kept.handle !== document.querySelector(".handle") && document.querySelector(".handle").getAttribute("aria-valuenow") === "8"`)
	b.press(kb.ArrowRight, ".handle") // the new handle goes on from where it is
	b.await(`document.querySelector(".handle").getAttribute("aria-valuenow") === "9" && location.hash === kept.hash`)
	split := evaluate[string](b, `location.hash`)
	evaluate[chromedp.Void](b, `void history.back()`)
	b.await(`location.hash !== ` + fmt.Sprintf("%q", split) + ` && location.hash.startsWith("#cut") && document.querySelector(".handle")?.getAttribute("aria-valuenow") === "8"`)
	evaluate[chromedp.Void](b, `void history.forward()`)
	b.await(`document.querySelector(".handle")?.getAttribute("aria-valuenow") === "9"`)
	b.key("2")
	b.await(`location.hash.startsWith("#grow")`)
	b.key("1")
	b.await(`document.querySelector(".handle")?.getAttribute("aria-valuenow") === "9"`)

	b.open("cut?task=match2&M=16", ".verdict", "bits")
	b.until("#notice", "M=16")

	b.open("grow?inequality=one-layer-match3&n=1096", ".verdict", "needed")
	for _, dx := range []float64{90, -60} {
		want := evaluate[float64](b, fmt.Sprintf(`(() => { const r = document.querySelector(".cursor").getBoundingClientRect(); return r.x + r.width / 2 + %v; })()`, dx))
		b.drag(".cursor", dx)
		b.await(fmt.Sprintf(`(() => { const r = document.querySelector(".cursor").getBoundingClientRect(); return Math.abs(r.x + r.width / 2 - %v) < 14; })()`, want))
	}

	// The crossing of the story, too: the layer becomes as wide as that takes, one step of the
	// history. With the heads at hand it cannot go everywhere: it goes as far as it can.
	b.scene(5)
	pull := func(dx float64) (to float64) {
		p := b.seen(".crossing circle")
		b.do(chromedp.DragAndDropXY(p.X, p.Y, p.X+dx, p.Y))
		return p.X + dx
	}
	for _, dx := range []float64{50, -25} {
		was := b.crossed(b.seen(".crossing circle").X)
		width := b.crossed(pull(dx))
		if (width > was) != (dx > 0) {
			t.Errorf("dragged by %v, the width went from %d to %d", dx, was, width)
		}
		b.crosses(1, width)
		b.await(fmt.Sprintf(`location.hash.includes("width=%d")`, width))
	}
	pull(-400)
	b.crosses(1, 1)
	evaluate[chromedp.Void](b, `void history.back()`)
	b.await(`/width=[^1]/.test(location.hash) && +document.querySelector("[data-scrub=width]")?.getAttribute("aria-valuenow") > 1`)

	b.quiet("gestures")
}

// A scene of Break is called after what is too small: the engine finds two inputs with one
// message, shorter than what is needed, the page shows them, and at its full size the model
// does not fail.
func TestBreakScenes(t *testing.T) {
	if !full() {
		t.Skip("make browser plays every scene of Break")
	}
	b := browse(t, start(t))
	b.open("break", ".scenes button", "A state too small")
	for k := range evaluate[int](b, `document.querySelectorAll(".scenes button").length`) {
		b.click(fmt.Sprintf(".scenes li:nth-child(%d) button", k+1))
		name := b.text(fmt.Sprintf(".scenes li:nth-child(%d)", k+1))
		b.await(`!document.querySelector("[aria-busy]")`)
		s := evaluate[map[string]string](b, `Object.fromEntries(new URLSearchParams(location.hash.split("?")[1]))`)
		asked := func(set string) map[string]any {
			return compute(t, "break", fmt.Sprintf(`{"reduction":%q,"model":%q,"n":%s,"set":{%s},"seed":1}`, s["reduction"], s["model"], s["n"], set))
		}
		small, whole := asked(fmt.Sprintf("%q:%s", s["shrink"], s["value"])), asked("")
		f := at(small, "finding").(map[string]any)
		if f["kind"] != "forced" || f["message_bits"].(float64) >= f["needed"].(float64) || at(whole, "finding", "kind") != "none" {
			t.Errorf("%s: the engine finds %v with %v bits of %v, at full size %v", name, f["kind"], f["message_bits"], f["needed"], at(whole, "finding", "kind"))
			continue
		}
		b.is(".verdict [data-message]", "data-message", f["message_bits"])
		b.is(".verdict [data-needed]", "data-needed", f["needed"])
		b.until(".verdict", "Two inputs, one message")
		b.until(".under", "fewer values than Alice has hands")
		b.shows(`[data-run="0"] [data-x]`, f["x"])
		b.shows(`[data-run="1"] [data-x]`, f["twin_x"])
		if n := evaluate[int](b, `document.querySelectorAll(".wrong[data-run]").length`); n == 0 {
			t.Errorf("%s: both runs are right", name)
		}
		b.quiet(name)
	}
	// Where no problem is embedded, the task is named; an address without one gets a problem.
	b.open("break?task=dyck&reduction=none", ".stage", "No hard problem is known inside dyck")
	b.open("break?model=attention&reduction=none&N=16", ".verdict [data-message]", "")
}
