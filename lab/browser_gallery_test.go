package lab

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/chromedp/chromedp"

	"crosscut/protocol/bounds"
	"crosscut/protocol/problems"
	"crosscut/reductions"
	"crosscut/reductions/matrix"
	"crosscut/reductions/papers"
	"crosscut/reductions/quantise"
	"crosscut/reductions/validate"
	"crosscut/report/plot"
)

// laid measures the boxes of all texts in all pictures of the page: which lie on one
// another, and which are cut off at the picture's edge. A box is taken without the
// room that its font keeps above and below the letters. An arc that is drawn after the
// tokens lies on none.
const laid = `(() => {
  const wrong = [];
  for (const pic of document.querySelectorAll("svg")) {
    if (pic.closest("[aria-hidden]") || pic.closest("button")) continue;
    const edge = pic.getBoundingClientRect(), texts = [];
    for (const n of pic.querySelectorAll("text")) {
      const s = getComputedStyle(n), r = n.getBoundingClientRect();
      if (!n.textContent.trim() || s.visibility === "hidden" || s.display === "none" || n.closest(".coming") || !r.width) continue;
      const turned = r.height > 1.6 * parseFloat(s.fontSize) * (edge.width / (pic.viewBox.baseVal?.width || edge.width)), dx = turned ? .2 * r.width : .5, dy = turned ? .5 : .2 * r.height;
      texts.push({ words: n.textContent.trim(), l: r.left + dx, r: r.right - dx, t: r.top + dy, b: r.bottom - dy });
    }
    for (const [i, a] of texts.entries()) {
      if (a.l < Math.max(0, edge.left) - 2 || a.r > Math.max(edge.right, 0) + 2) wrong.push("cut off: '" + a.words + "'");
      for (const b of texts.slice(i + 1)) if (Math.min(a.r, b.r) - Math.max(a.l, b.l) > 1 && Math.min(a.b, b.b) - Math.max(a.t, b.t) > 1) wrong.push("'" + a.words + "' lies on '" + b.words + "'");
    }
  }
  for (const arc of document.querySelectorAll("path.arc")) {
    const m = arc.getScreenCTM(), tiles = [...arc.ownerSVGElement.querySelectorAll(".token")].filter(t => t.compareDocumentPosition(arc) & 4).map(t => [t.textContent.trim(), t.querySelector("rect").getBoundingClientRect()]);
    for (let k = 0, all = arc.getTotalLength(); k <= all; k += 2) {
      const { x, y } = arc.getPointAtLength(k).matrixTransform(m), on = tiles.find(([, r]) => x > r.left + 3 && x < r.right - 3 && y > r.top + 3 && y < r.bottom - 3);
      if (on) { wrong.push("an arc lies on the token '" + on[0] + "'"); break; }
    }
  }
  return [...new Set(wrong)].slice(0, 8);
})()`

func (b *browser) readable(where string) {
	b.t.Helper()
	for _, w := range evaluate[[]string](b, laid) {
		b.t.Errorf("%s: %s", where, w)
	}
}

// drawings are files as --svg writes them, many lines and long names among them.
func drawings(t *testing.T) map[string][]byte {
	t.Helper()
	ctx, all := context.Background(), map[string][]byte{}
	add := func(name string, draw func(b *bytes.Buffer) error) {
		var b bytes.Buffer
		if err := draw(&b); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if !bytes.Contains(b.Bytes(), []byte("<title>")) || !bytes.Contains(b.Bytes(), []byte("<desc>crosscut ")) {
			t.Errorf("%s has no title, or not the command that draws it", name)
		}
		all[name] = b.Bytes()
	}
	for name, spec := range map[string]papers.TableSpec{
		"all models of qsa": {Task: "qsa", Models: []string{"attention", "kv-cache", "linear-attention", "mlp", "rnn", "sliding-window", "ssm", "trivial"}, Ns: []int{16, 64, 256, 1024}},
		"match3":            {Task: "match3", Models: []string{"attention", "tensor-attention", "rnn"}, Ns: []int{64, 256, 1024}},
		"match2":            {Task: "match2", Models: []string{"attention", "rnn", "trivial"}, Ns: []int{16, 256}},
		"one length":        {Task: "match3", Models: []string{"attention", "rnn"}, Ns: []int{64}},
	} {
		spec.Set.Seed = 1
		table, err := papers.Table(ctx, spec)
		if err != nil {
			t.Fatal(err)
		}
		add(name, func(b *bytes.Buffer) error { return plot.Costs(b, "svg", table, "crosscut table") })
	}
	for _, name := range []string{"disj-match3", "index-induction", "disj-qsa-memory"} {
		r, err := reductions.Catalog().Get(name)
		if err != nil {
			t.Fatal(err)
		}
		table, err := validate.Curves(ctx, name, func(n int) (*validate.Subject, error) {
			in, err := r.Instance(n, 0, nil)
			if err != nil {
				return nil, err
			}
			return validate.FromInstance(in), nil
		})
		if err != nil {
			t.Fatal(err)
		}
		add(name, func(b *bytes.Buffer) error { return plot.Costs(b, "svg", table, "crosscut validate") })
	}
	for name, n := range map[string]int{"disj": 3, "gt": 4, "index": 6} {
		p, err := problems.Catalog().Get(name)
		if err != nil {
			t.Fatal(err)
		}
		m, err := bounds.FromProblem(p, n)
		if err != nil {
			t.Fatal(err)
		}
		r, err := bounds.Analyze(ctx, m, bounds.Options{Time: 1e9})
		if err != nil {
			t.Fatal(err)
		}
		res := &matrix.Result{Source: name, Command: "crosscut bounds", Names: matrix.ProblemNames(p, n)}
		res.Analysed(r)
		add("matrix of "+name, func(b *bytes.Buffer) error { return res.Picture(b, "svg", m) })
	}
	add("rounded", func(b *bytes.Buffer) error {
		return plot.Accuracy(b, "svg", plot.AccuracyCurve{Title: "gru at n = 8", Command: "crosscut quantise", N: 8, Points: []plot.AccuracyPoint{{Bits: 8, Accuracy: .7, Low: .5, High: .9, Messages: 10, Of: 256, All: true}, {Bits: 64, Accuracy: .95, Low: .9, High: 1, Messages: 256, Of: 256, All: true}},
			Optimum: func(bits int) float64 { return quantise.Optimum(8, bits) }})
	})
	add("census", func(b *bytes.Buffer) error {
		return plot.Census(b, "svg", "all matrices", "crosscut bounds --census 4 4", []plot.Count{{D: 0, Matrices: 2, Text: "2"}, {D: 3, Matrices: 62664, Text: "62,664"}})
	})
	return all
}

// No label lies on another in any picture, at the width of a phone and of a page:
// those of --svg, and with the long tests those of every moment of the lab.
func TestGallery(t *testing.T) {
	var files map[string][]byte
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		data := files[r.URL.Query().Get("name")]
		if at := bytes.Index(data, []byte("<svg")); at >= 0 {
			fmt.Fprintf(w, "<!doctype html><style>body{margin:0}svg{width:100%%;height:auto;display:block}</style>%s", data[at:])
		}
	}))
	defer site.Close()
	b := browse(t, site.URL)
	files = drawings(t)
	for name, data := range files {
		for _, width := range []int64{390, 1280} {
			b.do(chromedp.EmulateViewport(width, 844), chromedp.Navigate(site.URL+"/?name="+name))
			b.readable(fmt.Sprintf("%s, %d px", name, width))
		}
		save(t, "svg-"+name+".svg", data)
	}
	b.url = start(t)
	for _, m := range moments {
		for _, width := range []int64{390, 1280} {
			b.do(chromedp.EmulateViewport(width, 844))
			if !full() && (m.name[len(m.name)-1] != 'w' || width == 1280) { // grow, at a phone's width
				continue
			}
			b.open(m.hash, m.selector, m.want)
			b.await(`!document.querySelector("[aria-busy]")`)
			b.readable(fmt.Sprintf("%s, %d px", m.name, width))
		}
	}
}

// What measures pictures finds faults in faulty ones.
func TestGalleryFinds(t *testing.T) {
	b := browse(t, start(t))
	b.do(chromedp.Navigate("data:text/html,<svg width=200 height=50><text x=10 y=20>one name</text><text x=30 y=22>another</text><text x=180 y=40>too long for it</text><g class=token><rect x=60 y=26 width=20 height=20 /><text x=62 y=42>7</text></g><path class=arc d='M20 30L120 44' /></svg>"))
	got, _ := json.Marshal(evaluate[[]string](b, laid))
	if want := `["'one name' lies on 'another'","cut off: 'too long for it'","an arc lies on the token '7'"]`; string(got) != want {
		t.Errorf("found %s, want %s", got, want)
	}
}
