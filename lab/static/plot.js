// A log-log chart of bits against N: few lines, labelled where they end.
import { number, picture, svg } from "./dom.js";

const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b58900", "#56b4e9", "#7f6ad6", "#a0522d"];
export const colour = k => COLOURS[k % COLOURS.length];

export function chart({ width, height, lines, dots, bite, cursor, xs, label }) {
  const left = 52, right = Math.max(88, Math.min(150, width * .14)), top = 18, bottom = 44;
  const all = [...lines.flatMap(l => l.points.map(p => p[1])), ...dots.flatMap(d => d.points.map(p => p[1]))].filter(v => v > 0);
  const yMin = 1, yMax = Math.max(10, ...all) * 1.5, [xMin, xMax] = xs;
  const X = v => left + (Math.log(v) - Math.log(xMin)) / (Math.log(xMax) - Math.log(xMin)) * (width - left - right);
  const Y = v => height - bottom - (Math.log(Math.max(v, yMin)) - Math.log(yMin)) / (Math.log(yMax) - Math.log(yMin)) * (height - top - bottom);
  const parts = [];
  if (bite) parts.push(svg("rect", { class: "bite", x: X(bite), y: top, width: Math.max(0, width - right - X(bite)), height: height - top - bottom }));
  for (let p = 0; 10 ** p <= yMax; p++) {
    parts.push(svg("line", { class: p ? "gridline" : "axis", x1: left, x2: width - right, y1: Y(10 ** p), y2: Y(10 ** p) }),
      svg("text", { class: "tick", x: left - 8, y: Y(10 ** p), "text-anchor": "end", "dominant-baseline": "central" }, p < 4 ? number(10 ** p) : ["10", svg("tspan", { dy: -4, "font-size": 9 }, p)]));
  }
  const every = width < 560 ? 4 : 2;
  for (let v = 4, k = 0; v <= xMax; v *= 2, k++) {
    if (v < xMin || k % every) continue;
    parts.push(svg("line", { class: "axis", x1: X(v), x2: X(v), y1: height - bottom, y2: height - bottom + 4 }), svg("text", { class: "tick", x: X(v), y: height - bottom + 17, "text-anchor": "middle" }, number(v)));
  }
  parts.push(svg("text", { class: "tick", x: left, y: 10 }, "bits"), svg("text", { class: "tick", x: width - right, y: height - 8, "text-anchor": "end" }, "sequence length N"));
  const ends = [];
  for (const l of lines) {
    const pts = l.points.filter(p => p[1] > 0 && p[0] >= xMin);
    if (!pts.length) continue;
    parts.push(svg("path", { class: `curve ${l.kind}`, d: pts.map((p, i) => `${i ? "L" : "M"}${X(p[0]).toFixed(1)} ${Y(p[1]).toFixed(1)}`).join("") }));
    ends.push({ y: Y(pts.at(-1)[1]), kind: l.kind, text: l.name });
  }
  dots.forEach(d => d.points.filter(p => p[1] > 0).forEach(p => parts.push(svg("circle", { class: "measured", cx: X(p[0]), cy: Y(p[1]), r: 4.2, fill: d.fill }, svg("title", {}, `${d.name}, N = ${p[0]}: ${number(p[1])} bits`)))));
  dots.forEach(d => { const p = d.points.filter(p => p[1] > 0).at(-1); if (p) parts.push(svg("text", { x: X(p[0]) + 8, y: Y(p[1]), "font-size": 11.5, "dominant-baseline": "central", class: "dim" }, d.name)); });
  ends.sort((a, b) => a.y - b.y);
  ends.forEach((e, i) => { if (i) e.y = Math.max(e.y, ends[i - 1].y + 16); });
  ends.forEach(e => parts.push(svg("text", { class: `label ${e.kind}`, x: width - right + 7, y: e.y, "font-size": 13, "dominant-baseline": "central" }, e.text)));
  if (bite) {
    const x = X(bite), near = cursor && X(cursor.N) - x, flip = x > width - right - 170 || near > -4 && near < 140 && x > left + 140;
    parts.push(svg("line", { class: "bite-line", x1: x, x2: x, y1: top, y2: height - bottom }),
      svg("text", { class: "label need", x: x + (flip ? -6 : 6), y: top + 12, "font-size": 12.5, "text-anchor": flip ? "end" : "start" }, `bites from N = ${number(bite)}`));
  }
  if (cursor) {
    parts.push(svg("line", { class: "cursor", x1: X(cursor.N), x2: X(cursor.N), y1: top, y2: height - bottom }));
    for (const [v, kind] of [[cursor.bits, "cost"], [cursor.needed, "need"], [cursor.trivial, "raw"]]) parts.push(svg("circle", { class: `dot ${kind}`, cx: X(cursor.N), cy: Y(v), r: 5 }));
  }
  const pic = picture(width, height, label, parts);
  pic.inverse = px => Math.exp(Math.log(xMin) + (px - left) / (width - left - right) * (Math.log(xMax) - Math.log(xMin)));
  return pic;
}
