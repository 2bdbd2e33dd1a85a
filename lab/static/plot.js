// Log-log charts of one quantity against N: few lines, labelled where they end, told
// apart by dash and mark as well as by colour.
import { number, picture, svg } from "./dom.js";

const PALETTE = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b58900", "#56b4e9", "#7f6ad6", "#a0522d"];
export const COLOURS = PALETTE.length;
export const colour = k => PALETTE[k % COLOURS];

// apart moves values that stand in order until each has its gap, and none is outside.
function apart(at, gap, low, high) {
  at.forEach((v, i) => { at[i] = Math.max(v, i ? at[i - 1] + gap : low); });
  for (let i = at.length - 1, most = high; i >= 0; i--) { at[i] = Math.min(at[i], most); most = at[i] - gap; }
  return at;
}

// broken breaks a name into lines of at most so many characters, at its blanks.
function broken(text, most) {
  const lines = [];
  for (const word of text.split(" ")) if (lines.length && (lines.at(-1) + " " + word).length <= most) lines[lines.length - 1] += " " + word; else lines.push(word);
  return lines;
}

// chart draws lines [{kind, name, points, fill, marks}], and shades bands [{low, high,
// short}] between two of them: what is not known, or what is short of what is needed. what
// names the quantity on the axis; handle moves where the lines cross.
export function chart({ width, height, lines, bands = [], bite, cursor, handle, xs, label, what = "bits" }) {
  const narrow = width < 480, left = narrow ? 44 : 52, right = Math.max(narrow ? 86 : 96, Math.min(170, width * .2)), top = 24, bottom = 44, line = 14.5;
  const all = lines.flatMap(l => l.points.map(p => p[1])).filter(v => v > 0);
  const yMin = 1, yMax = Math.max(10, ...all) * 1.5, [xMin, xMax] = xs;
  const X = v => left + (Math.log(v) - Math.log(xMin)) / (Math.log(xMax) - Math.log(xMin)) * (width - left - right);
  const Y = v => height - bottom - (Math.log(Math.max(v, yMin)) - Math.log(yMin)) / (Math.log(yMax) - Math.log(yMin)) * (height - top - bottom);
  const parts = [], path = pts => pts.map((p, i) => `${i ? "L" : "M"}${X(p[0]).toFixed(1)} ${Y(p[1]).toFixed(1)}`).join("");
  for (const { low, high, short } of bands) if (low.length > 1) parts.push(svg("path", { class: `between${short ? " short" : ""}`, d: path([...low, ...high.toReversed()]) + "Z" }));
  const tens = Math.floor(Math.log10(yMax)), each = tens > 5 ? 2 : 1;
  for (let p = 0; p <= tens; p++) {
    parts.push(svg("line", { class: p ? "gridline" : "axis", x1: left, x2: width - right, y1: Y(10 ** p), y2: Y(10 ** p) }));
    if (p % each === 0) parts.push(svg("text", { class: "tick", x: left - 6, y: Y(10 ** p), "text-anchor": "end", "dominant-baseline": "central" }, p < 4 ? number(10 ** p) : ["10", svg("tspan", { dy: -5, "font-size": 9 }, p)]));
  }
  const every = Math.max(1, Math.ceil(Math.log2(xMax / xMin) / ((width - left - right) / 58)));
  for (let v = 4, k = 0; v <= xMax; v *= 2, k++) {
    if (v < xMin || k % every) continue;
    parts.push(svg("line", { class: "axis", x1: X(v), x2: X(v), y1: height - bottom, y2: height - bottom + 4 }), svg("text", { class: "tick", x: X(v), y: height - bottom + 16, "text-anchor": "middle" }, number(v)));
  }
  parts.push(svg("text", { class: "tick", x: 0, y: 9 }, what), svg("text", { class: "tick", x: left + (width - left - right) / 2, y: height - 6, "text-anchor": "middle" }, "sequence length N"));
  const ends = [];
  for (const l of lines) {
    const pts = l.points.filter(p => p[1] > 0 && p[0] >= xMin);
    if (!pts.length) continue;
    parts.push(svg("path", { class: `curve ${l.kind}`, d: path(pts), stroke: l.fill || null }));
    if (l.marks) pts.forEach((p, i) => parts.push(mark(l.marks, X(p[0]), Y(p[1]), l, `${l.name}, N = ${number(p[0])}: ${number(p[1])} bits`, l.hollow?.[i])));
    ends.push({ y: Y(pts.at(-1)[1]), x: X(pts.at(-1)[0]), kind: l.kind, fill: l.fill, text: broken(l.name, Math.floor((right - 12) / 6.9)) });
  }
  ends.sort((a, b) => a.y - b.y);
  const rows = ends.flatMap(e => e.text.map((words, k) => ({ ...e, words, y: e.y + (k - (e.text.length - 1) / 2) * line })));
  apart(rows.map(r => r.y), line, top, height - bottom).forEach((y, i) => parts.push(svg("text", { class: `label ${rows[i].kind}`, x: width - right + 9, y, "font-size": 12.5, "dominant-baseline": "central" }, rows[i].words)));
  if (bite) {
    const x = X(bite), words = `bites from N = ${number(bite)}`, long = words.length * 6.6, flip = x + long > width - right, on = flip && x - long < left;
    parts.push(svg("line", { class: "bite-line", x1: x, x2: x, y1: top, y2: height - bottom }),
      svg("text", { class: "label need", x: on ? left + 34 : x + (flip ? -5 : 5), y: 12, "font-size": 12.5, "text-anchor": flip && !on ? "end" : "start" }, words));
  }
  if (cursor) {
    parts.push(svg("line", { class: "cursor", x1: X(cursor.N), x2: X(cursor.N), y1: top, y2: height - bottom }));
    for (const [v, kind] of [[cursor.bits, "cost"], [cursor.needed, "need"], [cursor.trivial, "raw"]]) if (v !== null) parts.push(svg("circle", { class: `dot ${kind}`, cx: X(cursor.N), cy: Y(v), r: 5 }));
  }
  if (handle) parts.push(svg("g", { class: "handle crossing", tabindex: 0, role: "slider", "data-focus": "crossing", "aria-label": "The crossing", "aria-valuemin": xMin, "aria-valuemax": xMax, "aria-valuenow": bite, "aria-valuetext": `N = ${number(bite)}, ${handle.says}`, "aria-orientation": "horizontal",
    onkeydown: e => { const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -8, PageUp: 8, Home: -Infinity, End: Infinity }[e.key]; if (!by) return; e.preventDefault(); e.stopPropagation(); handle.step(by); } },
    svg("circle", { class: "room", cx: X(bite), cy: Y(handle.bits), r: 16 }), svg("circle", { cx: X(bite), cy: Y(handle.bits), r: 8 })));
  const pic = picture(width, height, label, parts);
  pic.inverse = px => Math.exp(Math.log(xMin) + (px - left) / (width - left - right) * (Math.log(xMax) - Math.log(xMin)));
  return pic;
}

// SHADED says what grown shades.
export const SHADED = "Shaded, left of the crossing: for all that the bound says, such a model may be right. Right of it: the bits that it lacks.";

// grown draws an answer about all models of given sizes: what they send and what is needed,
// shaded between: before the lines cross, where such a model may be right for all that the
// bound says, and after, what it lacks. hidden leaves out what is needed.
export function grown({ width, height, answer: a, label, hidden, handle }) {
  const pts = key => a.points.map(p => [p.N, p[key]]), bite = !hidden && a.bites_at && a.bites_at <= a.max_n ? a.bites_at : null;
  const part = (key, on) => a.points.filter(p => p.N >= 8 && on(p)).map(p => [p.N, p[key]]), meet = bite ? [[bite, a.bites_n]] : [], before = p => !bite || p.N < bite, after = p => bite && p.N > bite;
  return chart({ width, height, xs: [8, a.max_n], label, bite, handle: bite && handle && { ...handle, bits: a.bites_n }, cursor: hidden && a.at ? { ...a.at, needed: null } : a.at,
    bands: hidden ? [] : [{ low: [...part("needed", before), ...meet], high: [...part("bits", before), ...meet] }, { low: [...meet, ...part("bits", after)], high: [...meet, ...part("needed", after)], short: true }],
    lines: [{ kind: "cost", name: "sent", points: pts("bits") }, ...(hidden ? [] : [{ kind: "need", name: "needed", points: pts("needed") }]), { kind: "raw", name: "raw tokens", points: pts("trivial") }] });
}

// Marks differ in shape; a hollow one is vacuous.
const SHAPES = ["M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0Z", "M-3.6-3.6h7.2v7.2h-7.2Z", "M0-4.6L4.4 3.4H-4.4Z", "M0-4.8L4.8 0L0 4.8L-4.8 0Z"];
function mark(k, x, y, l, words, hollow) {
  return svg("path", { class: `measured ${l.kind}${hollow ? " hollow" : ""}`, d: SHAPES[(k - 1) % SHAPES.length], transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})`, fill: l.fill || null, stroke: l.fill || null }, svg("title", {}, words));
}

// sandwich draws what is proved from below and what a construction sends, and shades
// what lies between: nobody here knows. rows are those of a measured table, of one model.
export function sandwich({ width, height, rows, model, task }) {
  const good = rows.filter(r => r.bits > 0 && r.verdict === "meets"), pts = key => good.filter(r => r[key] > 0).map(r => [r.N, r[key]]);
  const low = good.filter(r => r.needed > 0), by = low.at(-1)?.needed_by?.split(/[ :]/)[0] || low.at(-1)?.reduction;
  const bare = r => r.bits > r.trivial;
  return chart({ width, height, xs: [Math.min(8, ...good.map(r => r.N)), Math.max(16, ...good.map(r => r.N))], what: "bits across the cut", label: `What ${model} sends for ${task}, what is needed at least, and the raw tokens, in bits across the cut, against N`,
    bands: [{ low: low.map(r => [r.N, r.needed]), high: low.map(r => [r.N, Math.min(r.bits, r.trivial || r.bits)]) }],
    lines: [{ kind: "cost", name: `${model} sends`, points: pts("bits"), marks: 1, hollow: good.map(bare) }, { kind: "need", name: `needed (${by})`, points: pts("needed"), marks: 2 }, { kind: "raw", name: "raw tokens", points: pts("trivial") }] });
}
