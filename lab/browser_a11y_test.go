package lab

import (
	"os"

	"github.com/chromedp/chromedp"
)

// audit runs in the page: every control has a name and a role, every text enough
// contrast (WCAG AA: 4.5, or 3 for large text), ids are unique and nothing is wider
// than the window.
const audit = `(() => {
  const wrong = [];
  const say = (node, what) => wrong.push(what + ": " + node.tagName.toLowerCase() + "." + (node.getAttribute("class") || "") + " '" + (node.textContent || "").trim().slice(0, 40) + "'");
  const shown = n => { const s = getComputedStyle(n), r = n.getBoundingClientRect(); return s.visibility !== "hidden" && s.display !== "none" && r.width > 0 && r.height > 0 && r.right > 0; };
  const name = n => (n.getAttribute("aria-label") || (n.getAttribute("aria-labelledby") && document.getElementById(n.getAttribute("aria-labelledby"))?.textContent) || (n.labels && [...n.labels].map(l => l.textContent).join(" ")) || n.closest("label")?.textContent || n.textContent || "").trim();
  for (const n of document.querySelectorAll("button, a[href], input, select, textarea, [tabindex], [role=button], [role=slider]")) {
    if (n.id === "room") continue;
    if (!name(n)) say(n, "no name");
    if (n.namespaceURI.includes("svg") && !n.getAttribute("role")) say(n, "no role");
  }
  for (const n of document.querySelectorAll("svg.picture, [role=img], [role=group], [role=progressbar], nav, dialog, aside")) if (!n.getAttribute("aria-label") && !n.getAttribute("aria-labelledby")) say(n, "no label");
  for (const n of document.querySelectorAll("svg:not(.picture)")) if (!n.closest("[aria-hidden]") && !n.getAttribute("aria-label")) say(n, "an icon that is read out");
  const ids = [...document.querySelectorAll("[id]")].map(n => n.id);
  if (new Set(ids).size !== ids.length) wrong.push("an id stands twice");
  if (document.querySelectorAll("h1").length !== 1) wrong.push("not one h1");
  if (!document.documentElement.lang) wrong.push("no language");
  if (document.documentElement.scrollWidth > innerWidth + 1) wrong.push("wider than the window by " + (document.documentElement.scrollWidth - innerWidth));
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgb = (c, under) => { canvas.globalAlpha = 1; canvas.fillStyle = "rgb(" + under.join(",") + ")"; canvas.fillRect(0, 0, 1, 1); canvas.fillStyle = c; canvas.fillRect(0, 0, 1, 1); return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3); };
  const lum = c => { const [r, g, b] = c.map(v => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4); return .2126 * r + .7152 * g + .0722 * b; };
  const ratio = (a, b) => { const [x, y] = [lum(a), lum(b)].sort((p, q) => q - p); return (x + .05) / (y + .05); };
  const ground = n => { const up = []; for (let p = n; p; p = p.parentElement) up.unshift(p); let c = [255, 255, 255]; for (const p of up) { const s = getComputedStyle(p); c = rgb(s.backgroundColor, c); } return c; };
  const opaque = n => { let o = 1; for (let p = n; p; p = p.parentElement) o *= +getComputedStyle(p).opacity; return o; };
  for (const n of document.querySelectorAll("body *")) {
    const own = [...n.childNodes].some(c => c.nodeType === 3 && c.textContent.trim());
    if (!own || !shown(n) || n.closest("noscript, script, title, option") || n.disabled || n.closest(":disabled, [aria-disabled=true]") || n.closest(".toast:not(.shown)") || opaque(n) < .5) continue;
    const s = getComputedStyle(n), svgText = n.namespaceURI.includes("svg");
    let under = ground(svgText ? n.closest("svg").parentElement : n);
    if (svgText) { const g = n.closest("g"), box = g && [...g.querySelectorAll(":scope > rect, :scope > circle")].filter(r => !/bar|ring|lane|meter|bit/.test(r.getAttribute("class") || "")).find(r => { const a = r.getBoundingClientRect(), b = n.getBoundingClientRect(); return b.left + b.width / 2 > a.left && b.left + b.width / 2 < a.right && b.top + b.height / 2 > a.top && b.top + b.height / 2 < a.bottom; }); if (box) under = rgb(getComputedStyle(box).fill, under); }
    const ink = rgb(svgText ? s.fill : s.color, under), size = parseFloat(s.fontSize), large = size >= 24 || size >= 18.66 && +s.fontWeight >= 700;
    const r = ratio(ink, under);
    if (r < (large ? 3 : 4.5)) say(n, "contrast " + r.toFixed(2));
  }
  return [...new Set(wrong)].slice(0, 12);
})()`

// accessible checks the page as it stands, in light and in dark.
func (b *browser) accessible(where string) {
	b.t.Helper()
	for _, theme := range []string{"light", "dark"} {
		evaluate[chromedp.Void](b, `document.documentElement.dataset.theme = "`+theme+`"`)
		for _, w := range evaluate[[]string](b, audit) {
			b.t.Errorf("%s, %s: %s", where, theme, w)
		}
	}
	evaluate[chromedp.Void](b, `void delete document.documentElement.dataset.theme`)
}

// full says whether the long browser tests were asked for (make browser).
func full() bool { return chosen() != "" && chosen() != "short" }

// chosen says which browser tests were asked for: none, the short ones, or all.
func chosen() string { return os.Getenv("CROSSCUT_BROWSER") }
