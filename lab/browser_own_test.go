package lab

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"rsc.io/qr/coding"

	"crosscut/models/trained"
	"crosscut/reductions"
	"crosscut/reductions/falsify"
)

// types writes into a control and leaves it.
func (b *browser) types(selector, text string) {
	b.t.Helper()
	evaluate[chromedp.Void](b, fmt.Sprintf(`(() => { const n = document.querySelector(%q); n.value = %s; n.dispatchEvent(new Event("input", { bubbles: true })); n.dispatchEvent(new Event("change", { bubbles: true })); })()`, selector, quoted(text)))
}

// What a reader brings: tokens that are typed, a run that is kept to compare, a matrix
// that is pasted, a guess before the answer, and the link as a code.
func TestOwn(t *testing.T) {
	b := browse(t, start(t))
	b.open("cut?task=match3&model=attention&n=8&set=M%3D20", ".verdict", "bits")
	b.types("[data-act=tokens]", "3 5 12 1 1 1")
	typed := compute(t, "cut", `{"task":"match3","model":"attention","input":{"task":"match3","M":20,"tokens":[3,5,12,1,1,1]}}`)
	if out := fmt.Sprint(at(typed, "record", "expected")); out != "[1]" {
		t.Fatalf("3 + 5 + 12 = 20 is no match: %s", out)
	}
	b.await(`document.querySelectorAll(".stage .token").length === 6 && document.querySelectorAll(".stage .arc.meet").length === 2`)
	b.is(".verdict [data-total]", "data-total", at(typed, "record", "bits", "total"))
	b.await(`location.hash.includes("tokens=3+5+12+1+1+1")`)
	b.until(".verdict", "As many bits as the raw tokens")
	hash := evaluate[string](b, `location.hash.slice(1)`)
	b.open(hash, ".verdict", "bits") // the address alone gives the same
	b.await(`document.querySelectorAll(".stage .token").length === 6`)
	b.types("[data-act=tokens]", "3 5 nobody")
	b.until(".stage .problem", "nobody")
	b.mu.Lock()
	b.complaints = nil // the browser's, of the refusal
	b.mu.Unlock()
	b.types("[data-act=tokens]", "3 5 12 1")

	b.sheet()
	b.click("[data-act=beside]")
	b.await(`!!document.querySelector("[data-table=beside]")`)
	b.types("[data-act=tokens]", "")
	b.types("[data-size=n]", "16")
	kept := compute(t, "cut", `{"task":"match3","model":"attention","input":{"task":"match3","M":20,"tokens":[3,5,12,1]}}`)
	now := compute(t, "cut", `{"task":"match3","model":"attention","n":16,"set":{"M":20}}`)
	for k, run := range []map[string]any{kept, now} {
		row := fmt.Sprintf("[data-table=beside] td:nth-child(%d)", k+2)
		b.is(row+"[data-sent]", "data-sent", at(run, "record", "bits", "total"))
		need := any("") // nothing presses on so few tokens
		if run["needed"] != nil {
			need = at(run, "needed", "bits")
		}
		b.is(row+"[data-needed]", "data-needed", need)
		b.is(row+"[data-raw]", "data-raw", at(run, "record", "bits", "trivial"))
	}
	b.accessible("two runs side by side")
	b.click("[data-act=beside]")
	b.await(`!document.querySelector("[data-table=beside]")`)
	b.quiet("typed tokens")

	b.open("matrix?rows=01,10", ".numbers", "fooling")
	b.types("#pasted", "# disj at n = 2\n0 0 0 0\n0101\n0011\n0,1,1,1\n")
	b.await(`location.hash.includes("0000%2C0101%2C0011%2C0111")`)
	b.shows("[data-number=deterministic]", at(compute(t, "matrix", `{"rows":["0000","0101","0011","0111"]}`), "report", "deterministic", "upper"))
	b.types("#pasted", "01\n012\n")
	b.until(".stage .problem", "row 2 of what was pasted")
	b.quiet("a pasted matrix")

	b.open("grow?inequality=one-layer-match3&n=1096", ".verdict", "needed")
	b.click("[data-act=guess]")
	b.until(".verdict", "From which N on")
	if n := evaluate[int](b, `document.querySelectorAll(".stage .need, .stage .bite-line").length`); n != 0 {
		t.Error("the answer is seen before the guess")
	}
	b.accessible("a guess")
	b.click("[data-act=reveal]")
	grow := compute(t, "grow", `{"inequality":"one-layer-match3","n":1096}`)
	b.until(".verdict", "It is N = "+number(at(grow, "bites_at")))
	b.is("[data-guessed]", "data-guessed", at(grow, "at", "N"))
	b.await(`!!document.querySelector(".stage .need") && location.hash.includes("guess=1")`)

	b.click("#code") // of an address that a telephone cannot open: it says what to do
	b.until("#qr-picture", "crosscut serve --host 0.0.0.0")
	if n := evaluate[int](b, `document.querySelectorAll("svg.code").length`); n != 0 {
		t.Error("a code leads a telephone to itself")
	}
	b.accessible("no code")
	b.click("#qr form button")
	named := httptest.NewServer(New(func(string) bool { return true }))
	defer named.Close()
	b.url = strings.Replace(named.URL, "127.0.0.1", "lab.test", 1)
	b.open("grow?inequality=one-layer-match3&n=1096", ".verdict", "needed")
	b.click("#code")
	b.await(`!!document.querySelector("svg.code path")`)
	link := evaluate[string](b, "location.href")
	size := evaluate[int](b, `document.querySelector("svg.code").viewBox.baseVal.width`)
	black := evaluate[string](b, `document.querySelector("svg.code path").getAttribute("d")`)
	if read, err := decoded(size, black); read != link {
		t.Errorf("the code says %q (%v), the link is %q", read, err, link)
	}
	if read, err := decoded(size, strings.Replace(black, "M4 4h1v1h-1z", "", 1)); err == nil {
		t.Errorf("a code without the corner of a position square is read as %q", read)
	}
	b.click("#qr form button")
	b.mu.Lock()
	b.complaints = nil // the browser's, that this address is not https
	b.mu.Unlock()
}

// The reader's own weights are imported in the static copy: the finding is that of the
// command, and no request but those for the page itself is made.
func TestSiteWeights(t *testing.T) {
	site := filepath.Join("..", "build", "site")
	if !full() {
		t.Skip("make browser builds the site and opens it")
	}
	if _, err := os.Stat(filepath.Join(site, "engine.wasm.xz")); err != nil {
		t.Skip("no static site: make site builds it")
	}
	posts := 0
	files := http.FileServer(http.Dir(site))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			posts++
		}
		files.ServeHTTP(w, r)
	}))
	defer server.Close()
	dir := filepath.Join("..", "testdata", "trained", "rnn-n6-h16-s1")
	model, err := trained.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	r, err := reductions.Catalog().Get("disj-qsa-memory")
	if err != nil {
		t.Fatal(err)
	}
	in, err := falsify.Weights(model, r, 0)
	if err != nil {
		t.Fatal(err)
	}
	m, err := model.Quantised(t.Context(), 0, in.At, 1)
	if err != nil {
		t.Fatal(err)
	}
	want, err := falsify.Find(t.Context(), m, in, falsify.Options{Seed: 1, Messages: 1 << 15, Pairs: 1 << 11})
	if err != nil {
		t.Fatal(err)
	}
	var wanted map[string]any
	raw, _ := json.Marshal(want)
	json.Unmarshal(raw, &wanted)

	b := browse(t, server.URL)
	b.open("break?reduction=disj-qsa-memory&model=rnn&n=8&shrink=m&value=3", ".verdict", "Two inputs, one message")
	give := ""
	for _, name := range []string{"config.json", "model.safetensors"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		give += fmt.Sprintf(`all.items.add(new File([Uint8Array.from(atob(%q), c => c.charCodeAt(0))], %q));`, base64.StdEncoding.EncodeToString(data), name)
	}
	evaluate[chromedp.Void](b, `(() => { const all = new DataTransfer(), n = document.querySelector("[data-own]"); `+give+` n.files = all.files; n.dispatchEvent(new Event("change")); })()`)
	b.is(".verdict [data-message]", "data-message", wanted["message_bits"])
	b.shows(`[data-run="0"] [data-x]`, wanted["x"])
	b.until(".command", "--weights DIR")
	if posts != 0 {
		t.Errorf("%d requests carried something away", posts)
	}
	b.quiet("the reader's own weights")
}

// decoded reads a QR code of medium correction as it is drawn: a picture of size units
// with a quiet zone of four, and a square at each M of a path. It finds the mask under
// which all squares that are the same in every code are as they must be, and reads the
// data behind it; what is damaged is refused, not corrected.
func decoded(size int, path string) (string, error) {
	black := map[[2]int]bool{}
	for _, square := range strings.Split(path, "M")[1:] {
		var x, y int
		if _, err := fmt.Sscanf(square, "%d %dh1v1h-1z", &x, &y); err != nil {
			return "", err
		}
		black[[2]int{x - 4, y - 4}] = true
	}
	version := coding.Version((size - 8 - 17) / 4)
masks:
	for mask := range coding.Mask(8) {
		plan, err := coding.NewPlan(version, coding.M, mask)
		if err != nil {
			return "", err
		}
		data := make([]byte, plan.DataBytes)
		for y, row := range plan.Pixel {
			for x, p := range row {
				differs := black[[2]int{x, y}] != (p&coding.Black != 0)
				switch role, o := p.Role(), p.Offset(); {
				case role == coding.Data && differs:
					data[o/8] |= 1 << (7 - o%8)
				case role != coding.Data && role != coding.Check && differs:
					continue masks
				}
			}
		}
		if data[0]>>4 != 4 {
			return "", fmt.Errorf("mode %d: the text is not in bytes", data[0]>>4)
		}
		var text []byte
		for k := range data[1:] {
			text = append(text, data[k]<<4|data[k+1]>>4)
		}
		long := int(text[0])
		if text = text[1:]; version > 9 {
			long, text = long<<8|int(text[0]), text[1:]
		}
		return string(text[:long]), nil
	}
	return "", errors.New("no mask fits")
}
