// The strip of tokens, as every room draws it.
import { NAMES, short, spoken, svg } from "./dom.js";

// layout places n tokens in rows that fit the width.
export function layout(n, width, widest, line = 62) {
  const least = widest > 4 ? 46 : widest > 2 ? 34 : 26;
  const perRow = Math.max(4, Math.min(n, Math.floor(width / least)));
  const rows = Math.ceil(n / perRow);
  const even = Math.ceil(n / rows);
  const size = Math.min(56, width / even);
  const left = rows === 1 ? (width - size * even) / 2 : 0;
  return { n, even, rows, size, left, line, width, high: 36, height: rows * line, at: i => ({ x: left + (i % even) * size, y: Math.floor(i / even) * line, row: Math.floor(i / even) }) };
}

// witness is what makes the output of token i 1 where tokens are numbers that match: a
// partner, or two other tokens where there are such; empty: nothing does.
export function witness(task, M, tokens, i) {
  const t = tokens, all = t.map((_, j) => j);
  if (task === "match2") return all.filter(j => (t[i] + t[j]) % M === 0).slice(0, 1);
  if (task !== "match3") return [];
  const pairs = all.flatMap(j => all.slice(j).flatMap(k => (t[i] + t[j] + t[k]) % M === 0 ? [[j, k]] : []));
  return pairs.find(([j, k]) => j !== k && j !== i && k !== i) || pairs[0] || [];
}

// arc joins tokens i and j and lies on none: over its row, or through the gap between two
// rows, and past the rows between along the edge. most bounds how far it is lifted; what
// is drawn behind the tokens needs no way around them.
export function arc(place, top, i, j, { most = 54, behind, ...attrs } = {}) {
  const h = place.size / 2, gap = place.line - place.high, [up, low] = [place.at(i), place.at(j)].sort((a, b) => a.row - b.row), x = up.x + h, z = low.x + h, y = top + up.y, v = top + low.y;
  const lift = Math.min(most, 14 + Math.abs(x - z) / 6, up.row === low.row && up.row && !behind ? 2 * gap - 4 : most), floor = y + place.high, foot = x + (z < x ? -1 : 1) * h * .56, run = v - gap * .2, edge = x + z < place.width ? Math.max(2, place.left) - 6 : place.width - Math.max(2, place.left) + 6;
  const d = i === j ? `M${x - 6} ${y}c-14 -24 26 -24 12 0` : behind || up.row === low.row ? `M${x} ${y}Q${(x + z) / 2} ${y - lift} ${z} ${v}`
    : low.row > up.row + 1 ? `M${z} ${v}V${run}H${edge}V${floor + gap * .8}H${foot}V${floor}` : gap > 20 ? `M${z} ${v}V${run}H${foot}V${floor}` : `M${z} ${v}C${z} ${floor} ${foot} ${v} ${foot} ${floor}`;
  return svg("path", { class: "arc meet", d, ...attrs });
}

// matched draws the arcs from token i to what it matches.
export function matched(place, top, i, others) { return others.map(to => arc(place, top, i, to)); }

// legend says whose tokens have which colour, where they stand in several rows.
export function legend(x, y) {
  return ["alice", "bob"].map((who, k) => [svg("rect", { class: `key ${who}`, x: x + 74 * k, y: y - 10, width: 10, height: 10, rx: 2 }), svg("text", { class: `who ${who}`, x: x + 74 * k + 15, y }, NAMES[who])]);
}

// grip is what moves the cut: scissors, and room for a finger around them.
export function grip(x, y, r) {
  return [svg("circle", { class: "room", cx: x, cy: y, r: 16 }), svg("circle", { cx: x, cy: y, r }), svg("text", { x, y, "text-anchor": "middle", "dominant-baseline": "central", "font-size": r * 1.25, "aria-hidden": "true" }, "✂")];
}

export function widestOf(tokens) { return Math.max(...tokens.map(t => short(t).length)); }

// token draws one token; what it may do is up to the room.
export function token(place, i, content, owner, { read, differs, title, attrs = {} } = {}) {
  const { x, y } = place.at(i), w = place.size, text = short(content);
  const font = Math.max(8, Math.min(15, (w - 5) / Math.max(1.5, text.length) / .66));
  return svg("g", { class: `token ${owner}${read ? " read" : ""}${differs ? " differs" : ""}`, "data-position": i + 1, "aria-label": `${text} ${i + 1}: token ${i + 1}, ${spoken(content)}, ${NAMES[owner]}${owner === "public" ? "" : "'s"}${read ? ", read here" : ""}${differs ? ", differs" : ""}`, ...attrs },
    svg("rect", { x, y, width: w, height: 36, rx: 3 }),
    svg("rect", { class: "bar", x: x + 1, y: y + 33, width: w - 2, height: 3 }),
    read ? svg("rect", { class: "ring", x: x + 2, y: y + 2, width: w - 4, height: 32, rx: 3 }) : null,
    svg("text", { x: x + w / 2, y: y + 17.5, "font-size": font, "text-anchor": "middle", "dominant-baseline": "central", "font-weight": 600 }, text), " ",
    w >= 22 || i % 4 === 0 ? svg("text", { class: "position", x: x + w / 2, y: y + 49, "font-size": 10.5, "text-anchor": "middle", "aria-hidden": "true" }, i + 1) : null,
    title ? svg("title", {}, title) : null);
}
