package lab

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// troop lists what can be pressed, turned, typed or followed, and does the k-th of it;
// after every act it looks for what must never be. The labels of a room say what its
// numbers are: a control and the address that reproduces it must agree, and while an
// answer is awaited the host is marked. Acts are seeded, so a failure comes again.
const troop = `window.act = (k, r) => {
  const shown = n => n.getClientRects().length && !n.disabled && !n.closest("[hidden], dialog, [data-export]") && !/Save|Open|Copy|Link|Present/.test(n.textContent + (n.getAttribute("aria-label") || ""));
  const all = [...document.querySelectorAll("main button, main input, main select, main [tabindex='0'], #object select, .rooms a, #theme")].filter(shown);
  if (!all.length) return "";
  const n = all[k % all.length], keys = ["ArrowLeft", "ArrowRight", "Home", "End", " ", "Enter", "Tab", "."];
  n.focus({ preventScroll: true });
  const name = n.getAttribute("aria-label") || n.labels?.[0]?.textContent || n.textContent.slice(0, 30) || n.tagName;
  if (n.tagName === "SELECT") { n.selectedIndex = r % n.options.length; n.dispatchEvent(new Event("change", { bubbles: true })); }
  else if (n.type === "range") { n.value = +n.min + r % (+n.max - n.min + 1); n.dispatchEvent(new Event("input", { bubbles: true })); }
  else if (n.tagName === "INPUT" && n.type === "text") { n.value = ["", "m=4", "H=2", "p=x", "q=1"][r % 5]; n.dispatchEvent(new Event("change", { bubbles: true })); }
  else if (r % 5 < 2) { const key = keys[r % keys.length]; n.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true })); }
  else if (r % 11 === 7) { history.back(); }
  else n.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
  return name;
};
window.wrong = () => {
  const out = [], at = document.activeElement, state = new URLSearchParams(location.hash.split("?")[1] || "");
  if (!at || at === document.body) out.push("the focus fell to the body");
  for (const v of document.querySelectorAll(".verdict, .stage, .caption, .numbers, .balance")) if (/undefined|NaN|\[object/.test(v.outerHTML)) out.push("a label without a value: " + v.textContent.slice(0, 80));
  const bit = document.querySelector(".verdict [data-total]"), stage = document.querySelector(".stage");
  if (stage && bit && !document.querySelector("[aria-busy]") && document.documentElement.dataset.room === "cut") {
    const n = document.querySelectorAll(".stage .token").length;
    if (n && state.get("n") && +state.get("n") !== n) out.push("the address says n=" + state.get("n") + ", the strip has " + n);
    const tasks = document.querySelector("#object select")?.value;
    if (tasks && state.get("task") && tasks !== state.get("task")) out.push("the address says " + state.get("task") + ", the label " + tasks);
    if (tasks && !document.querySelector(".definition").textContent.startsWith(tasks)) out.push("the definition is of another task than " + tasks);
    const command = document.querySelector(".command code")?.textContent;
    if (command && tasks && !command.includes("--task " + tasks + " ")) out.push("the command is of another task: " + command);
  }
  return out;
};`

// slow hands requests on after a seeded random while of 0 to most.
func slow(t *testing.T, to string, seed uint64, most time.Duration) string {
	target, err := url.Parse(to)
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(target)
	direct := proxy.Director
	proxy.Director = func(r *http.Request) {
		direct(r)
		r.Host = target.Host
		if r.Header.Get("Origin") != "" {
			r.Header.Set("Origin", to)
		}
	}
	proxy.ErrorHandler = func(http.ResponseWriter, *http.Request, error) {} // the page withdrew its question
	var mu sync.Mutex
	draw := rand.New(rand.NewPCG(seed, 1))
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/api/") {
			mu.Lock()
			wait := time.Duration(draw.Int64N(int64(most)))
			mu.Unlock()
			select {
			case <-time.After(wait):
			case <-r.Context().Done():
			}
		}
		proxy.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// A monkey presses, turns and types at random while answers take from nothing to two
// seconds: nothing is thrown, no label stands over another's numbers, the focus is
// never lost.
func TestMonkey(t *testing.T) {
	acts, most := 150, 50*time.Millisecond
	if full() {
		acts, most = 5000, 2*time.Second
	}
	b := browse(t, slow(t, start(t), 1, most))
	draw := rand.New(rand.NewPCG(20, 26))
	b.open("cut", ".verdict", "bits")
	evaluate[chromedp.Void](b, troop)
	var last []string
	for k := range acts {
		name := evaluate[string](b, fmt.Sprintf("act(%d, %d)", draw.IntN(1<<20), draw.IntN(1<<20)))
		last = append(last[max(0, len(last)-5):], name)
		if draw.IntN(4) == 0 { // what was asked comes in, or not yet
			time.Sleep(time.Duration(draw.IntN(120)) * time.Millisecond)
		}
		for _, w := range evaluate[[]string](b, "wrong()") {
			t.Errorf("act %d, at %s after %q: %s", k+1, evaluate[string](b, "location.hash"), last, w)
		}
		b.mu.Lock()
		for _, c := range b.complaints {
			if !strings.Contains(c, "Failed to load resource") && !strings.Contains(c, "the server responded") { // a refusal, shown in the page
				t.Errorf("act %d, after %q: %s", k+1, last, c)
			}
		}
		b.complaints = nil
		b.mu.Unlock()
		if t.Failed() && k > 40 {
			break
		}
	}
}
