package lab

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"crosscut/lab/engine"
)

// moments are states of the rooms that are photographed, with what must be seen.
var moments = []struct{ name, hash, selector, want string }{
	{"story-1", "story", "[data-story='1'] .says", "partner"},
	{"story-2", "story?scene=2", "[data-story='2'] .says", "weights"},
	{"story-3", "story?scene=3", "[data-story='3'] .says", "bits"},
	{"story-4", "story?scene=4", "[data-story='4'] .says", "hands"},
	{"story-5", "story?scene=5", "[data-story='5'] .says", "needed"},
	{"story-6", "story?scene=6", "[data-story='6'] .says", "Two pasts"},
	{"cut", "cut?task=match3&model=attention&n=15&set=M%3D16&seed=2&split=alice%3A2-7%2Cbob%3A8-13%2Cpublic%3A1%2C14-15&step=3", ".verdict", "bits"},
	{"cut-qsa", "cut?task=qsa&model=attention&n=16&seed=1&split=alice%3A16%2Cbob%3A1-15", ".verdict", "bits"},
	{"cut-rnn", "cut?task=qsa&model=rnn&n=17&seed=14&set=q%3D1%2Ceps%3D0.25&split=alice%3A1-9%2Cbob%3A10-17", ".verdict", "needs"},
	{"cut-tensor", "cut?task=match3&model=tensor-attention&n=12&seed=2", ".verdict", "vacuous"},
	{"grow", "grow?inequality=one-layer-match3&n=1096", ".verdict", "needed"},
	{"matrix", "matrix?problem=disj&n=4", ".numbers", "fooling"},
	{"matrix-tree", "matrix?problem=disj&n=3&show=tree&row=2&col=5", ".numbers", "fooling"},
	{"matrix-cover", "matrix?problem=gt&n=3&show=cover", ".numbers", "fooling"},
	{"matrix-mine", "matrix?rows=0110,1010,1100,00*1&show=mine", ".numbers", "fooling"},
	{"matrix-task", "matrix?task=match3&n=5&show=partition", ".numbers", "fooling"},
	{"break", "break?reduction=disj-qsa-memory&model=rnn&n=8&shrink=m&value=3", ".verdict", "one message"},
	{"break-layer", "break?reduction=disj-match3&model=attention&n=12&shrink=d_v&value=3", ".verdict", "one message"},
	{"proof", "proof?claim=theorem+7&n=6&x=010010&y=001010", ".verdict", "= 1"},
	{"grow-right", "grow?task=qsa&model=rnn&inequality=memory-qsa&show=right", ".verdict", "nothing is known"},
	{"grow-none", "grow?task=match3-bigram", ".verdict", "No lower bound"},
	{"write", "write", "[data-verdict]", "Refuted"},
	{"atlas", "atlas?of=match3", ".verdict", "bounds for match3"},
	{"proof-upper", "proof?claim=theorem+2", "blockquote", "attention"},
}

// The rooms at five widths, in light and dark, are saved to be looked at, and
// audited at each.
func TestPictures(t *testing.T) {
	if !full() {
		t.Skip("make browser takes pictures of every room")
	}
	b := browse(t, start(t))
	for _, size := range []struct {
		name          string
		width, height int64
	}{{"narrow", 320, 640}, {"phone", 390, 844}, {"tablet", 768, 1024}, {"laptop", 1280, 800}, {"projector", 1920, 1080}} {
		b.do(chromedp.EmulateViewport(size.width, size.height))
		for _, m := range moments {
			b.open(m.hash, m.selector, m.want)
			b.await(`!document.querySelector("[aria-busy]")`)
			b.accessible(m.name + ", " + size.name)
			b.readable(m.name + ", " + size.name)
			for _, theme := range []string{"light", "dark"} {
				evaluate[chromedp.Void](b, `document.documentElement.dataset.theme = "`+theme+`"`)
				shot := chromedp.FullScreenshot(100)
				if strings.HasPrefix(m.name, "story") { // its stage stands beside the scene that is read: the window is what a reader sees
					shot = chromedp.CaptureScreenshot()
				}
				png, err := chromedp.Run(b.ctx, shot)
				if err != nil {
					t.Fatal(err)
				}
				save(t, fmt.Sprintf("%s-%s-%s.png", m.name, size.name, theme), png)
			}
			if (size.name == "narrow" || size.name == "laptop") && b.sheet() { // dark still, as it opens
				png, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
				if err != nil {
					t.Fatal(err)
				}
				save(t, fmt.Sprintf("%s-sheet-%s.png", m.name, size.name), png)
			}
			b.quiet(m.name)
		}
	}
}

// Nothing moves after the first answer is in: playing the transcript, hovering and
// dragging the cut leave what stands above in its place.
func TestNoShift(t *testing.T) {
	if !full() {
		t.Skip("make browser measures this")
	}
	b := browse(t, start(t))
	b.open("cut?task=match2&model=attention&n=16&seed=3", ".verdict", "bits")
	const tops = `[...document.querySelectorAll("main :is(div, p, dl, section, h1, h2, ol)")].filter(n => !n.closest("svg")).map(n => Math.round(n.getBoundingClientRect().y)).join(" ")`
	was := evaluate[string](b, tops)
	b.drag(".handle circle", -150)
	if is := evaluate[string](b, tops); is != was { // what is dragged moves within its picture, and nothing around it
		t.Errorf("tops of what stands around the picture: %s, before the drag: %s", is, was)
	}
	evaluate[chromedp.Void](b, `window.shift = 0; new PerformanceObserver(l => { for (const e of l.getEntries()) shift += e.value; }).observe({ type: "layout-shift" })`)
	b.click(".player button[data-act=first]")
	b.key(".")
	b.key(".")
	if shift := evaluate[float64](b, "shift"); shift > 0.02 {
		t.Errorf("layout shift %v", shift)
	}
	paint := evaluate[float64](b, `performance.getEntriesByType("paint").find(e => e.name === "first-contentful-paint").startTime`)
	slide := evaluate[float64](b, `(async () => { const s = document.querySelector("[data-size=n]"); const t = performance.now(); s.value = 32; s.dispatchEvent(new Event("input")); while (document.querySelectorAll(".token").length !== 32) await new Promise(requestAnimationFrame); return performance.now() - t; })()`, chromedp.EvalAwaitPromise)
	weight := evaluate[float64](b, `performance.getEntriesByType("resource").filter(r => !r.name.includes("/api/")).reduce((n, r) => n + r.decodedBodySize, 0)`)
	if weight >= mostPages {
		t.Errorf("%.0f bytes of pages, at most %d are meant", weight, mostPages)
	}
	t.Logf("first paint %.0f ms, a slider's answer %.0f ms, %.0f bytes of pages", paint, slide, weight)
}

// Every claim runs from its button, and the page shows the engine's verdicts.
func TestClaims(t *testing.T) {
	if !full() {
		t.Skip("make browser runs every claim")
	}
	b := browse(t, start(t))
	for _, p := range compute(t, "catalog", "{}")["papers"].([]any) {
		for _, c := range at(p, "claims").([]any) {
			id, paper := at(c, "id").(string), at(p, "name").(string)
			b.open(fmt.Sprintf("proof?paper=%s&claim=%s", paper, strings.ReplaceAll(id, " ", "+")), "blockquote", at(c, "statement").(string)[:20])
			b.click("[data-act=run]")
			b.await(`!!document.querySelector("[data-table=claim], .outcome .problem")`)
			want := len(at(compute(t, "claim", fmt.Sprintf(`{"paper":%q,"claim":%q,"seed":1}`, paper, id)), "table", "rows").([]any))
			if got := evaluate[int](b, `document.querySelectorAll("[data-table=claim] tbody .tag").length`); got != want {
				t.Errorf("%s: %d rows on the page, %d of the engine; %s", id, got, want, b.text(".outcome .problem"))
			}
			b.quiet(id)
		}
	}
}

// Cutting by hand ends with a protocol and its cost; the measured table can be
// copied; a drawn cell changes the numbers.
func TestHandwork(t *testing.T) {
	if !full() {
		t.Skip("make browser plays by hand")
	}
	b := browse(t, start(t))
	b.open("matrix?rows=01,10&show=mine", ".numbers", "fooling")
	b.click(`[data-head="alice0"]`)
	b.click("[data-act=speak]")
	for _, col := range []string{"bob0", "bob0"} {
		b.press(" ", `[data-head="`+col+`"]`)
		b.click("[data-act=speak]")
	}
	b.until(".say", "Done: 2 bits at worst, 4 rectangles. The optimum is 2.")
	b.open("matrix?rows=00,00", ".numbers", "fooling")
	b.shows("[data-number=deterministic]", 0)
	b.press(" ", `[data-cell="0,0"]`)
	b.await(`document.querySelector("[data-number=deterministic]").textContent.startsWith("2")`)
	b.quiet("drawing")

	b.open("grow?inequality=memory-qsa", ".verdict", "needed")
	b.click("[data-act=more]")
	b.click("[data-act=measure]")
	b.await(`document.querySelectorAll("[data-table=measured] tbody tr").length > 8`)
	b.click("[data-act=cancel]")
	b.await(`!document.querySelector("[data-act=measure]").disabled`)
	b.accessible("the measured table")
	table := compute(t, "table", `{"task":"qsa","model":"attention","ns":[8,16,32,64,128,256,512,1024],"seed":1}`)
	row := at(table, "table", "rows").([]any)[3]
	want := fmt.Sprintf("%s%s%s", number(at(row, "N")), number(at(row, "size")), number(at(row, "bits")))
	if got := evaluate[string](b, `[...document.querySelectorAll("[data-table=measured] tbody tr")[3].cells].slice(1, 4).map(c => c.textContent).join("")`); got != want {
		t.Errorf("row 4 shows %q, the engine says %q", got, want)
	}
	evaluate[chromedp.Void](b, `void (navigator.clipboard.writeText = t => { window.copied = t; return Promise.resolve(); })`)
	b.click("[data-act=latex]")
	b.await(`window.copied?.includes("{tabular}")`)
	b.click("[data-act=csv]")
	b.await(`window.copied?.includes("attention")`)
	b.quiet("the table")
}

// A picture that is saved is an SVG file of its own.
func TestExport(t *testing.T) {
	if !full() {
		t.Skip("make browser saves pictures")
	}
	b := browse(t, start(t))
	for _, m := range moments {
		b.open(m.hash, m.selector, m.want)
		if m.name == "proof-upper" || m.name == "atlas" { // they have no picture
			continue
		}
		b.await(`!!document.querySelector(".stage svg.picture")`)
		file := evaluate[string](b, `import("./dom.js").then(d => d.standalone(document.querySelector(".stage svg.picture")))`, chromedp.EvalAwaitPromise)
		save(t, m.name+".svg", []byte(file))
		ok := evaluate[bool](b, `(() => { const d = new DOMParser().parseFromString(`+fmt.Sprintf("%q", file)+`, "image/svg+xml"); return !d.querySelector("parsererror") && !d.documentElement.outerHTML.includes("var("); })()`)
		if !ok {
			t.Errorf("%s: the saved picture does not stand alone", m.name)
		}
		if m.name == "cut" {
			if !strings.Contains(file, "<desc>crosscut run ") {
				t.Error("the saved picture does not say its command")
			}
			dark := evaluate[bool](b, `import("./dom.js").then(async d => { document.documentElement.dataset.theme = "dark"; const p = await d.raster(document.querySelector(".stage svg.picture")), i = await createImageBitmap(p), c = new OffscreenCanvas(i.width, i.height).getContext("2d"); c.drawImage(i, 0, 0); const [r, g, l] = c.getImageData(2, 2, 1, 1).data; return p.size < 2000 || document.documentElement.dataset.theme !== "dark" || r + g + l < 750; })`, chromedp.EvalAwaitPromise)
			if dark {
				t.Error("the PNG of a dark page has no light ground")
			}
		}
	}
}

// mostEngine and mostPages are the sizes that are meant, in bytes: of the compressed
// engine of the static copy, and of all that a served page loads.
const (
	mostEngine = 3_500_000
	mostPages  = 500_000
)

// The static site gives the same bytes as the server, for every operation.
func TestSite(t *testing.T) {
	site := filepath.Join("..", "build", "site")
	if !full() {
		t.Skip("make browser builds the site and opens it")
	}
	info, err := os.Stat(filepath.Join(site, "engine.wasm.xz"))
	if err != nil {
		t.Skip("no static site: make site builds it")
	}
	if info.Size() >= mostEngine {
		t.Errorf("the engine has %d bytes compressed, at most %d are meant", info.Size(), mostEngine)
	}
	server := httptest.NewServer(http.FileServer(http.Dir(site)))
	defer server.Close()
	b := browse(t, server.URL)
	b.open("cut?task=match2&model=attention&n=16&seed=3", ".verdict", "bits")
	for _, q := range []struct{ op, body string }{
		{"catalog", "{}"},
		{"cut", `{"task":"match2","model":"attention","n":16,"seed":3}`},
		{"cut", `{"task":"qsa","model":"rnn","n":20,"seed":5,"split":"prefix:7"}`},
		{"cut", `{"task":"match3","model":"tensor-attention","n":12,"seed":2,"set":{"construction":"match-trigonometric"}}`},
		{"grow", `{"inequality":"one-layer-cycle3","n":777,"sizes":{"H":4}}`},
		{"table", `{"task":"qsa","model":"attention","ns":[8,16,32],"seed":1}`},
		{"matrix", `{"problem":"disj","n":3}`},
		{"matrix", `{"rows":["01","1*"]}`},
		{"break", `{"reduction":"disj-qsa-memory","model":"rnn","n":8,"set":{"m":3},"seed":1}`},
		{"sizes", `{"reduction":"disj-match3","model":"attention","n":6}`},
		{"reduce", `{"reduction":"disj-cycle5","n":4,"x":"0110","y":"0010"}`},
		{"claim", `{"paper":"sanford2023","claim":"theorem 10","seed":1}`},
		{"sources", `{}`},
		{"atlas", `{}`},
		{"write", `{"source":"problem = \"disj\"\ntask = \"match3\"\ndef params(n): return {\"M\": 2 * n + 3}\ndef public(n): return {1: 1}\ndef alice(n, x): return {2 + i: i + 2 if x[i] else 1 for i in range(n)}\ndef bob(n, y): return {2 + n + i: 2 * n - i if y[i] else 1 for i in range(n)}\ndef answer(n, outputs): return outputs[1] == 1\n","n":4,"seed":1}`},
	} {
		want, err := engine.Handle(context.Background(), q.op, []byte(q.body))
		if err != nil {
			t.Fatal(err)
		}
		got := evaluate[string](b, fmt.Sprintf(`import("./api.js").then(a => a.askText(%q, JSON.parse(%q)))`, q.op, q.body), chromedp.EvalAwaitPromise)
		// The page writes the request anew, so its bytes may differ; the answer's may not.
		if got != string(want) {
			t.Errorf("%s %s: %d bytes in WebAssembly, %d here", q.op, q.body, len(got), len(want))
			save(t, "differs-wasm.json", []byte(got))
			save(t, "differs-server.json", want)
		}
	}
	refused := evaluate[string](b, `import("./api.js").then(a => a.ask("cut", {task: "nobody"}).then(() => "", e => e.message))`, chromedp.EvalAwaitPromise)
	if refused == "" {
		t.Error("a bad request is answered")
	}
	b.quiet("the static site")
}

// The audit can fail: each seeded fault is found.
func TestAuditFinds(t *testing.T) {
	if !full() {
		t.Skip("make browser tries the audit")
	}
	b := browse(t, start(t))
	b.open("cut", ".verdict", "bits")
	for _, fault := range []struct{ change, want string }{
		{`const n = document.createElement("button"); main.append(n)`, "no name"},
		{`const n = document.createElement("p"); n.textContent = "faint"; n.style.color = "#ccc"; n.style.background = "#fff"; main.append(n)`, "contrast"},
		{`const n = document.createElement("div"); n.setAttribute("role", "img"); main.append(n)`, "no label"},
		{`const n = document.createElement("div"); n.id = "room"; main.append(n)`, "stands twice"},
		{`const n = document.createElement("h1"); n.textContent = "two"; main.append(n)`, "h1"},
		{`const n = document.createElement("div"); n.style.width = "5000px"; n.style.height = "1px"; main.append(n)`, "wider"},
		{`const n = document.querySelector("svg.picture text"); n.style.setProperty("fill", "#eee", "important"); document.documentElement.dataset.theme = "light"`, "contrast"},
	} {
		b.open("cut?seed="+fmt.Sprint(len(fault.change)), ".verdict", "bits")
		evaluate[chromedp.Void](b, `{ const main = document.querySelector("main"); `+fault.change+` }`)
		found := fmt.Sprint(evaluate[[]string](b, audit))
		if !strings.Contains(found, fault.want) {
			t.Errorf("%s: found only %s", fault.change, found)
		}
	}
}
