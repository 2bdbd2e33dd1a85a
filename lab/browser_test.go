package lab

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"crosscut/lab/engine"
)

// chromium finds the browser, or skips with a word.
func chromium(t *testing.T) string {
	t.Helper()
	if chosen() == "" {
		t.Skip("the tests in a browser are make pages, and at length make browser")
	}
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("chromium is not installed: the browser tests are skipped")
	return ""
}

// browser is a profile of its own in the one headless Chromium of the tests; pages are
// opened in it one after the other.
type browser struct {
	t   *testing.T
	ctx context.Context
	url string

	mu         sync.Mutex
	complaints []string
}

// chrome is the Chromium of all tests, started by the first that asks: its start costs
// more than most of what they look at. TestMain stops it.
var chrome struct {
	once sync.Once
	ctx  context.Context
	err  error
	stop func()
}

// browse opens a page for the lab at url.
func browse(t *testing.T, url string) *browser {
	t.Helper()
	path := chromium(t)
	chrome.once.Do(func() {
		opts := append(chromedp.DefaultExecAllocatorOptions[:],
			chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.WindowSize(1280, 900),
			chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
			chromedp.Flag("host-resolver-rules", "MAP lab.test 127.0.0.1"), // a name that is not this machine's own
			chromedp.Flag("disable-smooth-scrolling", true))                // else a press goes to where a node was
		ctx, end := chromedp.NewExecAllocator(context.Background(), opts...)
		ctx, cancel := chromedp.NewContext(ctx)
		chrome.ctx, chrome.stop = ctx, func() { cancel(); end() }
		chrome.err = chromedp.Do(ctx) // starts it
	})
	if chrome.err != nil {
		t.Fatal(chrome.err)
	}
	ctx, cancel := chromedp.NewContext(chrome.ctx, chromedp.WithNewBrowserContext())
	t.Cleanup(cancel)
	b := &browser{t: t, ctx: ctx, url: url}
	if err := chromedp.Do(ctx); err != nil { // opens it
		t.Fatal(err)
	}
	messages := chromedp.Console(ctx)
	go func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			if m.IsException() || m.Type == "error" || m.Type == "warning" || m.Type == "assert" {
				b.complain(m.String() + " " + m.URL)
			}
		}
	}()
	return b
}

func (b *browser) complain(s string) {
	b.mu.Lock()
	b.complaints = append(b.complaints, s)
	b.mu.Unlock()
}

// quiet fails if the page complained since the last call.
func (b *browser) quiet(where string) {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, c := range b.complaints {
		b.t.Errorf("%s: %s", where, c)
	}
	b.complaints = nil
}

type step = chromedp.Action[chromedp.Void]

func (b *browser) do(actions ...step) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		b.t.Fatal(err)
	}
}

// patience is how long a condition may take to come true: only a test that fails
// waits so long, so it is far more than a busy machine needs.
const patience = 5 * time.Minute

// click clicks a node. The page may replace the node between the search for it and
// the press; then it is searched for again.
func (b *browser) click(selector string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	for {
		err := chromedp.Do(ctx, chromedp.Click(selector))
		if err == nil {
			return
		}
		if ctx.Err() != nil || !strings.Contains(err.Error(), "with given id") {
			b.t.Fatalf("click on %s: %v", selector, err)
		}
	}
}

// evaluate evaluates an expression of the page.
func evaluate[T any](b *browser, expr string, opts ...chromedp.EvaluateOption) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](expr, opts...))
	if err != nil {
		b.t.Fatalf("%s: %v", expr, err)
	}
	return v
}

// open goes to a state of a room and waits until its text holds what it must.
func (b *browser) open(hash, selector, want string) {
	b.t.Helper()
	b.do(chromedp.Navigate("about:blank"), chromedp.Navigate(b.url+"/#"+hash))
	b.until(selector, want)
}

// until waits until the first node that matches has a text with want in it.
func (b *browser) until(selector, want string) {
	b.t.Helper()
	last := ""
	for end := time.Now().Add(patience); time.Now().Before(end); {
		last = b.text(selector)
		if strings.Contains(last, want) {
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	b.t.Fatalf("%s shows %q and never %q", selector, last, want)
}

func (b *browser) text(selector string) string {
	return evaluate[string](b, fmt.Sprintf("document.querySelector(%q)?.textContent ?? ''", selector))
}

func (b *browser) key(keys string) { b.do(chromedp.KeyEvent(keys)) }

func (b *browser) focus(selector string) {
	evaluate[chromedp.Void](b, fmt.Sprintf("document.querySelector(%q).focus()", selector))
}

// compute asks the engine what the page should show.
func compute(t *testing.T, op, body string) map[string]any {
	t.Helper()
	raw, err := engine.Handle(context.Background(), op, []byte(body))
	if err != nil {
		t.Fatal(err)
	}
	var v map[string]any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func at(v any, path ...string) any {
	for _, name := range path {
		v = v.(map[string]any)[name]
	}
	return v
}

// Every room opens, shows the engine's numbers, has names for what can be used,
// and enough contrast; one gesture by mouse and one by keyboard each.
func TestBrowser(t *testing.T) {
	b := browse(t, start(t))

	b.open("cut?task=match2&model=attention&n=16&seed=3", ".verdict", "bits")
	want := at(compute(t, "cut", `{"task":"match2","model":"attention","n":16,"seed":3}`), "record", "bits", "total")
	b.is(".verdict [data-total]", "data-total", want)
	b.accessible("Cut")
	b.press(kb.ArrowLeft, ".handle")
	b.await(`location.hash.includes("split=")`)
	want = at(compute(t, "cut", `{"task":"match2","model":"attention","n":16,"seed":3,"split":"alice:2-7,bob:8-16,public:1"}`), "record", "bits", "total")
	b.is(".verdict [data-total]", "data-total", want)
	b.drag(".handle circle", -120)
	b.await(`!location.hash.includes("alice%3A2-7")`)
	b.click(`.token[data-position="12"]`)
	b.await(`document.querySelector('.token[data-position="12"]').classList.contains("alice")`)
	b.click(".player button[data-act=first]")
	b.until(".place", "message 0")
	b.key(".")
	b.until(".place", "message 1")
	b.until(".chip.cost", "so far")
	b.await(`(([sent, coming]) => sent > 500 && coming < 500)([0, 1].map(k => document.querySelector(".stage [data-word='" + k + "'] .bit").getBoundingClientRect().x))`) // what has crossed lies at Bob's line
	b.key(".")
	b.await(`/^sent\d+.bits$/.test(document.querySelector(".chip.cost").textContent)`)
	b.quiet("Cut")

	b.open("grow?inequality=one-layer-match3&n=1096", ".verdict", "needed")
	grow := compute(t, "grow", `{"inequality":"one-layer-match3","n":1096}`)
	b.is(".verdict [data-bits]", "data-bits", at(grow, "at", "bits"))
	b.is(".verdict [data-bites]", "data-bites", at(grow, "bites_n"))
	b.accessible("Grow")
	b.focus("[data-size=H]")
	b.press(kb.ArrowRight, "[data-size=H]")
	b.is(".verdict [data-bits]", "data-bits", at(compute(t, "grow", `{"inequality":"one-layer-match3","n":1096,"sizes":{"H":2}}`), "at", "bits"))
	b.drag(".cursor", 60)
	b.await(`!location.hash.includes("n=1096")`)
	b.quiet("Grow")

	b.open("matrix?problem=disj&n=3", "[data-number=deterministic]", "4")
	report := compute(t, "matrix", `{"problem":"disj","n":3}`)
	b.shows("[data-number=fooling]", at(report, "report", "fooling", "size"))
	b.shows("[data-number=rank]", at(report, "report", "rank", "rational"))
	b.await(`document.querySelectorAll(".numbers dt").length === 9 && [...document.querySelectorAll(".numbers .means")].filter(n => n.textContent).length === 9`)
	b.accessible("Matrix")
	b.click(`input[value=tree]`)
	b.click(`[data-cell="2,5"]`)
	b.until(".say", "010")
	b.focus(`[data-cell="2,5"]`)
	b.press(kb.ArrowRight, `[data-cell="2,5"]`)
	b.until(".say", "110")
	b.await(fmt.Sprintf(`/^\d %s$/.test(document.querySelector("[data-depths]").dataset.depths)`, number(at(report, "report", "deterministic", "upper"))))
	b.quiet("Matrix")

	b.open("break?reduction=disj-qsa-memory&model=rnn&n=8&shrink=m&value=3", ".verdict", "Two inputs, one message")
	broken := compute(t, "break", `{"reduction":"disj-qsa-memory","model":"rnn","n":8,"set":{"m":3},"seed":1}`)
	b.is(".verdict [data-message]", "data-message", at(broken, "finding", "message_bits"))
	b.shows(`[data-run="1"] [data-x]`, at(broken, "finding", "twin_x"))
	b.accessible("Break")
	b.click("[data-act=hunt]")
	b.await(`document.querySelector("[data-size=value]").value > 3 && document.querySelector("[data-act=hunt]").textContent === "Shrink until it fails" && !!document.querySelector("[data-run]")`)
	b.focus("[data-size=value]")
	b.press(kb.End, "[data-size=value]")
	b.until(".verdict", "No failure found")
	// The sizes of another model are awaited: there is nothing to lower yet.
	evaluate[chromedp.Void](b, `(() => { const s = [...document.querySelectorAll(".controls select")].find(s => s.labels[0].textContent === "Model"); s.value = "mlp"; s.dispatchEvent(new Event("change", { bubbles: true })); document.querySelector("[data-act=hunt]").click(); })()`)
	b.await(`location.hash.includes("model=mlp") && !document.querySelector("[aria-busy]") && !document.querySelector("[data-act=retry]")`)
	b.quiet("Break")

	b.open("proof?claim=theorem+7&n=6&x=010010&y=001010", ".verdict", "disj(x, y) = 1")
	b.accessible("Proof")
	b.click("[data-flip=bob4]")
	b.until(".verdict", "disj(x, y) = 0")
	b.press(" ", "[data-flip=bob4]")
	b.until(".verdict", "disj(x, y) = 1")
	b.open("proof?claim=theorem+10", ".verdict", "disj")
	b.click("[data-act=run]")
	b.until("[data-table=claim]", "errs")
	rows := at(compute(t, "claim", `{"paper":"sanford2023","claim":"theorem 10","seed":1}`), "table", "rows").([]any)
	for _, row := range rows {
		b.until("[data-table=claim]", fmt.Sprint(at(row, "verdict")))
	}
	b.key("1")
	b.await(`location.hash.startsWith("#cut")`)
	b.quiet("Proof")
}

// is waits until an attribute equals a number of the engine.
func (b *browser) is(selector, name string, want any) {
	b.t.Helper()
	b.await(fmt.Sprintf("document.querySelector(%q)?.getAttribute(%q) === %q", selector, name, number(want)))
}

func number(v any) string {
	if f, ok := v.(float64); ok {
		return fmt.Sprintf("%.0f", f)
	}
	return fmt.Sprint(v)
}

func (b *browser) shows(selector string, want any) {
	b.t.Helper()
	b.await(fmt.Sprintf("document.querySelector(%q)?.textContent.startsWith(%q)", selector, number(want)))
}

// await waits until an expression is true.
func (b *browser) await(expr string) {
	b.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); {
		if evaluate[bool](b, "!!("+expr+")") {
			return
		}
		time.Sleep(25 * time.Millisecond)
	}
	b.t.Fatalf("never true: %s; the page is at %s", expr, b.where())
}

func (b *browser) where() string {
	return evaluate[string](b, "location.hash + ' | ' + (document.querySelector('.verdict')?.textContent ?? '')")
}

// press focuses a node and presses a key.
func (b *browser) press(key, selector string) {
	b.t.Helper()
	b.focus(selector)
	b.key(key)
}

// drag presses on the middle of a node, moves by dx pixels and lets go.
func (b *browser) drag(selector string, dx float64) {
	b.t.Helper()
	type point struct{ X, Y float64 }
	p := evaluate[point](b, fmt.Sprintf("(() => { const n = document.querySelector(%q); n.scrollIntoView({ block: 'center' }); const r = n.getBoundingClientRect(); return { X: r.x + r.width / 2, Y: r.y + r.height / 2 }; })()", selector))
	b.do(chromedp.DragAndDropXY(p.X, p.Y, p.X+dx, p.Y))
}

// save writes an artefact under build/.
func save(t *testing.T, name string, data []byte) {
	t.Helper()
	path := filepath.Join("..", "build", "browser", name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}
