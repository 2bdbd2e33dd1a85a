// The strip of tokens, as every room draws it.
import { NAMES, short, spoken, svg } from "./dom.js";

// layout places n tokens in rows that fit the width.
export function layout(n, width, widest) {
  const least = widest > 4 ? 46 : widest > 2 ? 34 : 26;
  const perRow = Math.max(4, Math.min(n, Math.floor(width / least)));
  const rows = Math.ceil(n / perRow);
  const even = Math.ceil(n / rows);
  const size = Math.min(56, width / even);
  const left = rows === 1 ? (width - size * even) / 2 : 0;
  const line = 62;
  return { n, even, rows, size, left, line, height: rows * line, at: i => ({ x: left + (i % even) * size, y: Math.floor(i / even) * line, row: Math.floor(i / even) }) };
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

// matched draws the arcs from token i through what it matches.
export function matched(place, top, i, others) {
  const h = place.size / 2;
  return others.map((to, k) => {
    const a = place.at(k ? others[k - 1] : i), z = place.at(to), lift = 14 + Math.min(40, Math.abs(z.x - a.x) / 8);
    return svg("path", { class: "arc meet", d: i === to ? `M${a.x + h - 6} ${top + a.y}c-14 -24 26 -24 12 0` : `M${a.x + h} ${top + a.y}Q${(a.x + z.x) / 2 + h} ${top + Math.min(a.y, z.y) - lift} ${z.x + h} ${top + z.y}` });
  });
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
