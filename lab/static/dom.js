// Elements, pictures and small conveniences. No room knows about another.

const SVG = "http://www.w3.org/2000/svg";

const none = v => v === null || v === undefined || v === false;
const FLAGS = ["checked", "disabled", "hidden", "selected"];
const made = Symbol("the attributes that a node was made with");

function assign(node, name, value) {
  if (FLAGS.includes(name)) node[name] = !none(value);
  else if (none(value)) node.removeAttribute(name);
  else node.setAttribute(name, value === true ? "" : value);
}

function fill(node, attrs, children) {
  node[made] = attrs;
  for (const name in attrs) {
    const value = attrs[name];
    if (none(value)) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "text") node.textContent = value;
    else if (name === "value") node.value = value;
    else assign(node, name, value);
  }
  for (const child of children.flat(9)) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child);
  }
  return node;
}

export function el(tag, attrs, ...children) { return fill(document.createElement(tag), attrs, children); }
export function svg(tag, attrs, ...children) { return fill(document.createElementNS(SVG, tag), attrs, children); }

// While something is dragged, nodes stay: a slider is not replaced, and elsewhere only
// the attributes and texts that differ change. What was asked for is done in full when
// the drag is over, in the order in which it was asked for.
let held = null, moving = false;
const later = new Map();
export function dragging() { moving = true; }
function settle() {
  held = null;
  moving = false;
  const waiting = [...later.values()];
  later.clear();
  for (const f of waiting) f();
}
addEventListener("pointerdown", e => { settle(); held = e.target.matches?.("input[type=range]") ? e.target : null; }, true);
for (const end of ["pointerup", "pointercancel", "lostpointercapture"]) addEventListener(end, settle, true);

// still does something when nothing is dragged; for each key the last one counts.
export function still(key, f) { if (moving) later.set(key, f); else f(); }

// put replaces what a node holds; nothing stands for nothing.
export function put(node, ...children) {
  if (node.isConnected && (moving || held && node.contains(held))) {
    if (!held) focused(node, () => like(node, fill(document.createDocumentFragment(), null, children.flat(9).map(c => c?.isConnected ? twin(c) : c))));
    later.set(node, () => put(node, ...children));
    return;
  }
  focused(node, () => { node.replaceChildren(); fill(node, null, children); });
}

// focused changes what a node holds. What had the focus keeps it: it goes to the node
// that now stands for the same thing, else to the first that takes it.
function focused(node, change) {
  const had = node.contains(document.activeElement) && node !== document.activeElement ? standsFor(document.activeElement, node) : null;
  change();
  if (!had || !node.isConnected || node.contains(document.activeElement)) return;
  for (const n of [had(), ...node.querySelectorAll(FOCUSABLE), document.getElementById("room")]) {
    n?.focus({ preventScroll: true });
    if (n && document.activeElement === n) return;
  }
}

// like makes what a node holds look like what another one holds, which is only read.
// Attributes are compared as they were made, since to ask the nodes takes longer than to
// draw them.
function like(node, model) {
  while (node.childNodes.length > model.childNodes.length) node.lastChild.remove();
  let n = node.firstChild;
  for (let m = model.firstChild; m; m = m.nextSibling, n = n.nextSibling) {
    if (!n) { n = twin(m); node.append(n); }
    else if (n.nodeName !== m.nodeName) { const t = twin(m); n.replaceWith(t); n = t; }
    else if (m.nodeType !== Node.ELEMENT_NODE) { if (n.data !== m.data) n.data = m.data; }
    else {
      const was = n[made] || {}, is = m[made] || {};
      for (const name in is) if (was[name] !== is[name] && kept(name)) assign(n, name, is[name]);
      for (const name in was) if (!(name in is) && kept(name)) assign(n, name, null);
      n[made] = m[made];
      like(n, m);
    }
  }
}

// kept says whether a node keeps what it was given under a name as an attribute.
function kept(name) { return name !== "text" && name !== "value" && !name.startsWith("on"); }

// twin copies a node and what it holds, but what listens.
function twin(node) {
  const n = node.cloneNode(false);
  n[made] = node[made];
  for (const child of node.childNodes) n.append(twin(child));
  return n;
}

const FOCUSABLE = "button:not(:disabled), input:not(:disabled), select, a[href], [tabindex='0'], summary";
const MARKS = ["data-focus", "data-act", "data-size", "data-cell", "data-head", "data-flip", "data-word", "data-export", "href"];
const nameOf = n => n.labels?.[0]?.textContent || n.getAttribute("aria-label") || n.textContent;

// standsFor returns a function that finds, in a host that was rebuilt, what stands
// for a node: the same mark, else the same kind and name.
function standsFor(node, host) {
  const mark = MARKS.find(m => node.hasAttribute(m));
  if (mark) { const at = `[${mark}="${CSS.escape(node.getAttribute(mark))}"]`; return () => usable(host.querySelector(at)); }
  const name = nameOf(node), tag = node.tagName, rank = [...host.querySelectorAll(tag)].indexOf(node);
  return () => { const all = [...host.querySelectorAll(tag)]; return usable(all.find(n => nameOf(n) === name) || all[rank]); };
}
const usable = n => n && !n.disabled ? n : null;

// icon draws the few signs of the player, alike with every font.
const ICONS = { first: "M4 3v10M13 3L6 8l7 5z", back: "M12 3L5 8l7 5z", next: "M4 3l7 5-7 5z", last: "M12 3v10M3 3l7 5-7 5z" };
export function icon(name) { return svg("svg", { viewBox: "0 0 16 16", width: 16, height: 16, class: "icon", "aria-hidden": "true" }, svg("path", { d: ICONS[name] })); }

// picture is an SVG that fills its width and can be exported.
export function picture(width, height, label, ...children) {
  return svg("svg", { viewBox: `0 0 ${width} ${height}`, width, height, class: "picture", role: "group", "aria-label": label }, ...children);
}

export function number(v) {
  if (v === null || v === undefined) return "–";
  if (!Number.isInteger(v)) return String(+v.toPrecision(6));
  return Math.abs(v) >= 10000 ? String(v).replace(/\B(?=(\d{3})+$)/g, "\u2009") : String(v);
}

export function plural(n, one, many) { return `${number(n)} ${n === 1 ? one : many || one + "s"}`; }

// ranges writes increasing positions as 1,3-7.
export function ranges(at) {
  const out = [];
  for (let i = 0; i < at.length;) {
    let j = i;
    while (j + 1 < at.length && at[j + 1] === at[j] + 1) j++;
    out.push(j > i ? `${at[i]}-${at[j]}` : `${at[i]}`);
    i = j + 1;
  }
  return out.join(",");
}

export function splitSpec(owners) {
  return ["alice", "bob", "public"].map(o => [o, owners.flatMap((p, i) => p === o ? [i + 1] : [])])
    .filter(([, at]) => at.length).map(([o, at]) => `${o}:${ranges(at)}`).join(",");
}

// terms says what the letters mean that stand in a formula: those of sizes in the sizes'
// own words.
const TERMS = { H: "heads", d_v: "width of a value, in numbers", B_Z: "bits of a sum of weights", B_N: "bits of a sum of weight × number", B_s: "bits of a score", B_q: "bits of a set of positions", m: "width", p: "bits of a number", n: "size of the hidden problem", N: "length of the sequence", "S(t)": "bits of the state after t tokens", b: "bits of a token" };
function terms(formula, sizes = []) {
  const said = { ...TERMS, ...Object.fromEntries(sizes.map(z => [z.name, z.doc.split(/[;(]/)[0].trim()])) };
  const found = Object.keys(said).filter(name => formula.match(/S\(t\)|[A-Za-z]\w*/g)?.includes(name));
  return found.length ? el("span", { class: "terms muted" }, found.map((name, k) => [k ? "; " : "", el("b", {}, typeset(name)), ` ${said[name]}`]), ".") : "";
}

// typeset writes a formula as it stands in print: letters, indices and powers; words stay as
// they are, and a long one may be broken into lines. Copied, it is plain text again: the
// signs that print leaves out are there, and take no room.
export function typeset(text) {
  const closing = [], part = /(ceil\()|(log2)|\b([A-Za-z])_(\w+)|\^(\w+|\([^()]*\))|(>=)|([()])|(?<!['’])\b([B-Zb-z])\b|([^>()^]+?(?=ceil|log2|\b[A-Za-z](?:_|\b)|[>()^]|$)|.)/g;
  const sign = text => el("span", { class: "sign", "aria-hidden": "true" }, text);
  return el("span", { class: "formula" }, Array.from(text.matchAll(part), ([all, ceil, log, letter, index, power, least, bracket, single]) => {
    if (ceil) { closing.push("⌉"); return "⌈"; }
    if (bracket === "(") closing.push(")");
    return log ? ["log", el("sub", {}, "2")] : letter ? [el("var", {}, letter), sign("_"), el("sub", {}, index)] : power ? [sign(power[0] === "(" ? "^(" : "^"), el("sup", {}, power.replace(/[()]/g, "")), power[0] === "(" ? sign(")") : null] : least ? "≥" : bracket === ")" ? closing.pop() || ")" : single ? single === "x" ? "×" : el("var", {}, single) : all;
  }));
}

// formula is a formula and what its letters mean.
export function formula(text, sizes) { return [typeset(text), ". ", terms(text, sizes)]; }

export const NAMES = { alice: "Alice", bob: "Bob", public: "public" };

// short writes a token in a few characters.
export function short(token) {
  if (token === null || token === undefined) return "";
  if (typeof token !== "object") return String(token);
  if ("from" in token) return `${token.from}→${token.to}`;
  if ("z" in token) return token.z.length === 1 ? signed(token.z[0]) : `(${token.z.map(signed).join(" ")})`;
  return JSON.stringify(token);
}

function signed(v) {
  const s = String(+v.toFixed(2)).replace("-", "−").replace(/^(−?)0\./, "$1.");
  return v > 0 ? "+" + s : s;
}

export function spoken(token) {
  if (token && typeof token === "object" && "z" in token) return `z = ${token.z.join(" ")}, averages positions ${token.y.join(", ")}`;
  if (token && typeof token === "object" && "from" in token) return `edge from ${token.from} to ${token.to}`;
  return `value ${token}`;
}

export function value(v) {
  if (Array.isArray(v)) return v.length === 1 ? number(v[0]) : `(${v.map(number).join(", ")})`;
  return number(v);
}

let toastTimer = 0;
function toast(text) {
  const node = document.getElementById("toast");
  node.textContent = text;
  node.classList.add("shown");
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => node.classList.remove("shown"), 2200);
}

export async function copy(text, what) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = el("textarea", { value: text, class: "offstage", "aria-hidden": "true" });
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  toast(`${what} copied`);
}

export function download(name, kind, text) {
  const url = URL.createObjectURL(new Blob([text], { type: kind }));
  const a = el("a", { href: url, download: name });
  document.body.append(a);
  a.click();
  a.remove();
  setTimeout(() => URL.revokeObjectURL(url), 1000);
}

// Properties that an exported picture carries itself, since the style sheet stays here.
const CARRIED = ["fill", "fill-opacity", "stroke", "stroke-width", "stroke-dasharray", "stroke-opacity", "stroke-linejoin", "stroke-linecap", "opacity", "font-family", "font-size", "font-weight", "font-style", "text-anchor", "dominant-baseline", "letter-spacing", "paint-order"];

// standalone writes a picture as an SVG file that looks the same anywhere.
export function standalone(picture) {
  const copy = picture.cloneNode(true);
  const from = [picture, ...picture.querySelectorAll("*")], to = [copy, ...copy.querySelectorAll("*")];
  from.forEach((node, k) => {
    const style = getComputedStyle(node);
    if (style.display === "none" || style.visibility === "hidden") { to[k].setAttribute("display", "none"); }
    for (const name of CARRIED) to[k].setAttribute(name, style.getPropertyValue(name));
    for (const name of ["class", "tabindex", "role"]) to[k].removeAttribute(name);
  });
  // The caption and the command stand below, and in the title and description.
  const box = picture.viewBox.baseVal, caption = picture.getAttribute("aria-label") || "", line = document.querySelector("main .command code")?.textContent || "", edge = 10;
  const below = [...lines(caption, box.width / 6.6), ...lines(line, box.width / 6.6)], high = box.height + 2 * edge + below.length * 16;
  copy.setAttribute("xmlns", SVG);
  copy.setAttribute("viewBox", `${box.x - edge} ${box.y - edge} ${box.width + 2 * edge} ${high}`);
  copy.setAttribute("width", box.width + 2 * edge);
  copy.setAttribute("height", high);
  copy.prepend(svg("title", {}, caption), svg("desc", {}, line), svg("rect", { x: box.x - edge, y: box.y - edge, width: box.width + 2 * edge, height: high, fill: "#ffffff" }));
  below.forEach((words, k) => copy.append(svg("text", { x: box.x, y: box.y + box.height + 14 + 16 * k, "font-size": 12, "font-family": "sans-serif", fill: "#444444" }, words)));
  return '<?xml version="1.0" encoding="UTF-8"?>\n' + new XMLSerializer().serializeToString(copy) + "\n";
}

// lines breaks a text at blanks.
function lines(text, most) {
  const out = [];
  for (const word of text.split(" ").filter(Boolean)) if (out.length && (out.at(-1) + " " + word).length <= most) out[out.length - 1] += " " + word; else out.push(word);
  return out;
}

// light draws with the light colours, whatever the theme is.
function light(draw) {
  const root = document.documentElement, was = root.dataset.theme;
  root.dataset.theme = "light";
  try { return draw(); } finally { if (was) root.dataset.theme = was; else delete root.dataset.theme; }
}

// raster makes a PNG of a picture, twice as fine as it is shown.
export async function raster(picture) {
  const file = light(() => standalone(picture)), image = new Image();
  image.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(file);
  await image.decode();
  const canvas = el("canvas", { width: 2 * image.naturalWidth, height: 2 * image.naturalHeight });
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise(done => canvas.toBlob(done, "image/png"));
}

export function exportButton(find, name) {
  return el("span", { class: "player" }, el("button", { type: "button", class: "quiet", "data-export": name, onclick: () => download(name + ".svg", "image/svg+xml", light(() => standalone(find()))) }, "Save SVG"),
    el("button", { type: "button", class: "quiet", "data-export": name + "-png", onclick: async () => download(name + ".png", "image/png", await raster(find())) }, "PNG"));
}

// command shows the line that prints the same numbers, with a button to copy it.
export function command(text) {
  return el("p", { class: "command" }, el("span", { class: "prompt", "aria-hidden": "true" }, "$"), el("code", { tabindex: 0 }, text),
    el("button", { type: "button", class: "quiet", "aria-label": "Copy the command", onclick: () => copy(text, "Command") }, "Copy"));
}

// asking puts one question at a time and shows the answer to the newest only. What
// comes back after its question was withdrawn, by a newer one or because the page
// went elsewhere, is dropped: this is the one place that decides it. While an answer
// is awaited the hosts are marked busy, and dimmed if it takes a while, so that no old
// result passes for a new one.
export function asking(hosts, question, show) {
  let newest = 0, running = false;
  let late = 0;
  const dim = on => hosts.forEach(h => h.toggleAttribute("data-late", on));
  const busy = on => {
    clearTimeout(late);
    hosts.forEach(h => on ? h.setAttribute("aria-busy", "true") : h.removeAttribute("aria-busy"));
    if (on) late = setTimeout(dim, 250, true); else if (hosts[0].hasAttribute("data-late")) dim(false);
  };
  async function go() {
    newest++;
    if (running) return;
    running = true;
    busy(true);
    try {
      for (let asked = 0; asked !== newest;) {
        asked = newest;
        let answer = null, error = null;
        try { answer = await question(); } catch (e) { error = e; }
        if (!hosts[0].isConnected) break;
        if (asked === newest && error?.name !== "AbortError") show(answer, error);
      }
    } finally {
      running = false;
      busy(false);
    }
  }
  return go;
}

// drag follows one pointer from a press to its end on a host that stays, whatever is
// redrawn inside it. begin(event) returns { move, end, cancel }, or nothing; a press
// that the browser takes for scrolling is cancelled.
export function drag(host, begin) {
  let on = null;
  host.addEventListener("pointerdown", e => {
    if (on || e.button) return;
    const gesture = begin(e);
    if (!gesture) return;
    on = { id: e.pointerId, ...gesture };
    if (on.move) dragging();
    host.setPointerCapture(e.pointerId);
  });
  host.addEventListener("pointermove", e => { if (on?.id === e.pointerId) on.move?.(e); });
  for (const [name, what] of [["pointerup", "end"], ["pointercancel", "cancel"], ["lostpointercapture", "cancel"]]) {
    host.addEventListener(name, e => { if (on?.id !== e.pointerId) return; const was = on; on = null; was[what]?.(e); });
  }
}

// watchWidth calls f with the width of a node, now and when it changes, in units
// that grow with the page's text: on a projector pictures grow as well.
export function watchWidth(node, f) {
  let last = 0;
  const seen = new ResizeObserver(() => {
    const w = Math.round(node.clientWidth * 16 / parseFloat(getComputedStyle(document.documentElement).fontSize));
    if (w && w !== last) { last = w; f(w); }
  });
  seen.observe(node);
  return () => seen.disconnect();
}
