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

export function widestOf(tokens) { return Math.max(...tokens.map(t => short(t).length)); }

// token draws one token; what it may do is up to the room.
export function token(place, i, content, owner, { read, differs, title, attrs = {} } = {}) {
  const { x, y } = place.at(i), w = place.size, text = short(content);
  const font = Math.max(8, Math.min(15, (w - 5) / Math.max(1.5, text.length) / .66));
  return svg("g", { class: `token ${owner}${read ? " read" : ""}${differs ? " differs" : ""}`, "data-position": i + 1, "aria-label": `${text} ${i + 1}: token ${i + 1}, ${spoken(content)}, ${NAMES[owner]}${owner === "public" ? "" : "'s"}${read ? ", read here" : ""}${differs ? ", differs" : ""}`, ...attrs },
    svg("rect", { x, y, width: w, height: 36, rx: 3 }),
    svg("rect", { class: "bar", x: x + 1, y: y + 33, width: w - 2, height: 3 }),
    read ? svg("rect", { class: "ring", x: x + 2, y: y + 2, width: w - 4, height: 32, rx: 3 }) : null,
    svg("text", { x: x + w / 2, y: y + 17.5, "font-size": font, "text-anchor": "middle", "dominant-baseline": "central", "font-weight": 600 }, text),
    w >= 22 || i % 4 === 0 ? svg("text", { class: "position", x: x + w / 2, y: y + 49, "font-size": 10.5, "text-anchor": "middle", "aria-hidden": "true" }, i + 1) : null,
    title ? svg("title", {}, title) : null);
}
