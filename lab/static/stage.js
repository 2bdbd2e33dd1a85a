// The story's stage: one picture that changes, never blanks. Tokens are kept from one
// scene to the next, so that they move instead of being drawn anew.
import { NAMES, drag, number, plural, put, short, spoken, svg } from "./dom.js";
import { grown } from "./plot.js";
import { arc, grip, legend, matched, witness } from "./strip.js";

let muted = false;
export const mute = on => { muted = on; };

// grab lets the stage follow a pointer; what a press means is the scene's affair.
const grips = new WeakMap();
function grab(stage, begin) {
  if (!grips.has(stage)) drag(stage, e => grips.get(stage)?.(e));
  grips.set(stage, begin);
}

// place lays n tokens out in as few rows as their width allows.
function place(n, width, y0, gap = 16) {
  const rows = Math.ceil(n / Math.max(4, Math.floor((width - 8) / (width < 480 ? 22 : 28)))), each = Math.ceil(n / rows);
  const size = Math.min(46, (width - 8) / each), left = (width - size * each) / 2, line = rows > 1 ? 28 + gap : 52;
  const x = i => left + (i % each) * size, y = i => y0 + Math.floor(i / each) * line;
  return { n, rows, each, size, left, line, width, y0, high: 28, bottom: y0 + rows * line, x, y, mid: i => x(i) + size / 2, at: i => ({ x: x(i), y: y(i), row: Math.floor(i / each) }) };
}

// scene draws tokens where they stand now, and the layers under and over them.
function scene(stage, { width, height, label, tokens, under = [], over = [] }) {
  let pic = stage.querySelector("svg.tokens-stay");
  if (!pic) {
    pic = svg("svg", { class: "picture tokens-stay", role: "group" }, svg("g", { class: "under-layer" }), svg("g", { class: "token-layer" }), svg("g", { class: "over-layer" }));
    put(stage, pic);
  }
  pic.setAttribute("viewBox", `0 0 ${width} ${height}`);
  pic.setAttribute("width", width); pic.setAttribute("height", height);
  pic.setAttribute("aria-label", label);
  const [low, layer, high] = pic.children;
  put(low, under); put(high, over);
  while (layer.children.length > tokens.length) layer.lastChild.remove();
  tokens.forEach((t, i) => {
    let g = layer.children[i];
    if (!g) {
      g = svg("g", {}, svg("rect", { rx: 3 }), svg("text", { "text-anchor": "middle", "dominant-baseline": "central", "font-weight": 600 }));
      layer.append(g);
    }
    const [rect, text] = g.children, words = short(t.is);
    g.setAttribute("class", `token ${t.owner || "public"}${t.on ? " read" : ""}${t.differs ? " differs" : ""}`);
    g.setAttribute("transform", `translate(${t.x.toFixed(1)} ${t.y.toFixed(1)})`);
    g.style.transform = `translate(${t.x.toFixed(1)}px, ${t.y.toFixed(1)}px)`;
    g.setAttribute("data-position", t.position ?? i + 1);
    g.setAttribute("aria-label", `${words}: token ${t.position ?? i + 1}, ${spoken(t.is)}${t.owner ? ", " + NAMES[t.owner] : ""}`);
    g.setAttribute("role", t.press ? "button" : "img");
    if (t.press) { g.setAttribute("tabindex", t.focusable ? 0 : -1); g.setAttribute("data-focus", `token${i}`); } else g.removeAttribute("tabindex");
    rect.setAttribute("width", t.size); rect.setAttribute("height", t.high);
    text.setAttribute("x", t.size / 2); text.setAttribute("y", t.high / 2 + .5);
    text.setAttribute("font-size", Math.max(8, Math.min(15, (t.size - 4) / Math.max(1.5, words.length) / .62)));
    text.textContent = words;
    g.onclick = t.press || null;
    g.onpointerenter = g.onfocus = t.hover || null;
    g.onkeydown = t.press || t.hover ? e => {
      const to = { ArrowLeft: i - 1, ArrowRight: i + 1, Home: 0, End: tokens.length - 1 }[e.key];
      if (layer.children[to]) { layer.children[to].setAttribute("tabindex", 0); layer.children[to].focus(); } else if (e.key === " " || e.key === "Enter") t.press(); else return;
      e.preventDefault();
      e.stopPropagation();
    } : null;
  });
  return pic;
}

const line = (x, y, words, more = {}) => svg("text", { x, y, "text-anchor": "middle", "font-size": 15, ...more }, words);

export function puzzle(stage, { width, height, tokens, two, pick, partners, pair, press }) {
  if (muted) return;
  grab(stage, () => null);
  const p = place(tokens.length, width, height * .34), arcs = [];
  height = Math.max(height, p.bottom + 62);
  arcs.push(matched(p, 0, pick, pair || []), partners.map(j => arc(p, 0, pick, j)));
  const found = pair ? [tokens[pick], ...pair.map(k => tokens[k])] : partners.length ? [tokens[pick], tokens[partners[0]]] : null;
  scene(stage, { width, height, label: "Tokens; an arc joins those that match", under: [], tokens: tokens.map((is, i) => ({ is, x: p.x(i), y: p.y(i), size: p.size - 2, high: p.high, on: i === pick, owner: i === pick || partners.includes(i) || pair?.includes(i) ? "bob" : "public", focusable: i === pick, press: () => press(i) })),
    over: [arcs, line(width / 2, p.bottom + 46, found ? `${found.join(" + ")} = ${found.reduce((a, b) => a + b)}` : `${tokens[pick]} + ?${two ? " + ?" : ""}`, { "font-size": 26, "font-weight": 600 })] });
}

// jar is a vessel filled to a share between 0 and 1, and above that with a blank token's share.
function jar(x, y, w, h, share, name, amount, blank = 0) {
  const fill = Math.max(0, Math.min(1, share)) * (h - 4);
  return svg("g", { role: "img", "aria-label": `${name}: ${amount}` }, svg("rect", { class: "fill alice", x: x + 2, y: y + h - 2 - fill, width: w - 4, height: fill }), svg("rect", { class: "fill blank", x: x + 2, y: y + h - 2 - fill - blank * (h - 4), width: w - 4, height: blank * (h - 4) }),
    svg("path", { class: "jar", d: `M${x} ${y}V${y + h}H${x + w}V${y}` }), line(x + w / 2, y + h + 17, name, { "font-size": 13, class: "dim" }), line(x + w / 2, y - 8, amount, { "font-weight": 600 }));
}

export function layer(stage, { width, height, blank, own, tokens, weights, numerators, total, over, output, hovered, hover }) {
  if (muted) return;
  grab(stage, () => null);
  const p = place(tokens.length, width, height * .22), most = Math.max(1, ...weights), h = Math.max(50, height - p.bottom - 90), w = Math.min(110, width / 5), y = p.bottom + 42;
  height = Math.max(height, y + h + 24);
  const arcs = tokens.flatMap((_, j) => j ? [arc(p, 0, 0, j, { class: `arc weight${weights[j] ? "" : " none"}`, behind: !weights[j], "stroke-opacity": (.25 + .75 * weights[j] / most).toFixed(2), "stroke-width": 1 + 2 * weights[j] / most })] : []);
  const all = [total + own + blank, over + own], one = hovered > 0, sums = one ? [weights[hovered], numerators[hovered]] : [total + own, over + own], full = Math.max(1, ...all); // both jars have one scale
  scene(stage, { width, height, label: "Token 1 asks; an arc is the stronger the larger its weight; two jars fill, by one scale", under: arcs,
    tokens: tokens.map((is, i) => ({ is, x: p.x(i), y: p.y(i), size: p.size - 2, high: p.high, on: i === 0, owner: i === hovered ? "alice" : "public", focusable: i === Math.max(1, hovered), press: () => hover(i), hover: () => hover(i) })),
    over: [line(p.mid(0), p.y0 - 8, "asks", { "font-size": 12, class: "dim", "text-anchor": "start", dx: -p.size / 2 }), jar(width / 2 - 1.9 * w, y, w, h, sums[0] / full, "weights", one ? number(sums[0]) : `${number(total + own)} + ${number(blank)}`, one ? 0 : blank / full), jar(width / 2 - .3 * w, y, w, h, sums[1] / full, "weight × value", number(sums[1])),
      line(width / 2 + 1.65 * w, y + h / 2 - 12, `${number(all[1])} / ${number(all[0])} ${all[1] > 0 ? "> 0" : "= 0"}`, { "font-size": 17 }), line(width / 2 + 1.65 * w, y + h / 2 + 14, `output ${output}`, { "font-size": 18, "font-weight": 600 })] });
}

export function cut(stage, { width, height, tokens, owners, at, words, messages, weights, bits, trivial, move }) {
  if (muted) return;
  const p = place(tokens.length, width, 40), end = { x: p.x(at - 1) + p.size, y: p.y(at - 1) }; // after a token, also where a row ends
  const full = Math.max(1, weights.reduce((a, b) => a + b, 0)), hers = weights.reduce((a, b, i) => owners[i] === "alice" ? a + b : a, 0), h = Math.max(40, Math.min(110, height - p.bottom - 120)), y = p.bottom + 46, w = Math.min(80, width / 7);
  const left = 12 + 2.6 * w, room = width - left - 12, most = Math.max(bits, trivial, 1), jars = messages.slice(0, 4).map((m, k) => ({ said: `${/normaliser/.test(m.label) ? "weights" : /numerator/.test(m.label) ? "weight × value" : m.label}: ${plural(m.bits, "bit")}`, word: words[k] }));
  // The envelope has a line of bits for each jar, and is as wide as they are.
  const longest = Math.max(1, ...jars.map(j => j.word.length)), size = Math.max(3, Math.min(9, (room - 16) / Math.min(longest, 40) - 1)), cols = Math.max(1, Math.floor((room - 16) / (size + 1)));
  let inside = y;
  for (const j of jars) { j.shown = j.word.slice(0, cols * 2); j.y = inside; inside += 20 + Math.ceil(j.shown.length / cols) * (size + 2) + 4; }
  const paper = Math.min(room, 16 + Math.max(Math.min(cols, longest) * (size + 1), ...jars.map(j => j.said.length * 6.4))), narrow = width < 480, bars = narrow ? Math.max(y + h + 24, inside + 6) : Math.max(y + h - 12, inside + 22);
  // Whose tokens are whose: over each part, or before them where there are two rows.
  const named = p.rows > 1 ? legend(4, 14)
    : ["alice", "bob"].map(who => { const own = owners.flatMap((o, i) => o === who ? [i] : []); return own.length * p.size > 70 ? line((p.x(own[0]) + p.x(own.at(-1)) + p.size) / 2, 14, NAMES[who], { class: `who ${who}` }) : null; });
  height = Math.max(height, bars + (narrow ? 32 : 48));
  // Two bars, each under its name, on a telephone beside it.
  const from = narrow ? 168 : left, step = narrow ? 18 : 34;
  const bar = (v, k, name, cls) => [svg("rect", { class: cls, x: from, y: bars + k * step, width: Math.max(1, v / most * (width - from - 14)), height: 12, rx: 2 }), line(narrow ? 12 : left, bars + k * step + (narrow ? 10 : -4), `${name}: ${plural(v, "bit")}`, { "text-anchor": "start", "font-size": 13 })];
  scene(stage, { width, height, label: `Tokens, cut after token ${at}; Alice's part of both jars in an envelope of ${bits} bits`, under: [],
    tokens: tokens.map((is, i) => ({ is, x: p.x(i), y: p.y(i), size: p.size - 2, high: p.high, on: i === 0, owner: owners[i] })),
    over: [named, jar(12, y, w, h, hers / full, "weights", `${number(hers)} of ${number(weights.reduce((a, b) => a + b, 0))}`), jar(12 + 1.3 * w, y, w, h, hers / full, "× value", ""),
      svg("g", { role: "img", "aria-label": `The envelope: ${messages.map(m => `${m.label}, ${m.bits} bits`).join("; ")}` }, svg("rect", { class: "envelope", x: left, y: y - 16, width: paper, height: inside - y + 16, rx: 4 }),
        jars.map(j => [line(left + 8, j.y, j.said, { "text-anchor": "start", "font-size": 12 }), [...j.shown].map((b, i) => svg("rect", { class: `bit alice${b === "0" ? " zero" : ""}`, x: left + 8 + (i % cols) * (size + 1), y: j.y + 7 + Math.floor(i / cols) * (size + 2), width: size, height: size, rx: 1 }))])),
      bar(bits, 0, "the envelope", "meter-alice"), bar(trivial, 1, "raw tokens", "raw-bar"),
      svg("g", { class: "handle", tabindex: 0, role: "slider", "data-focus": "story-cut", "aria-label": "The cut", "aria-valuemin": 1, "aria-valuemax": tokens.length, "aria-valuenow": at, "aria-valuetext": `after token ${at}`, "aria-orientation": "horizontal",
        onkeydown: e => { const to = { ArrowLeft: at - 1, ArrowDown: at - 1, ArrowRight: at + 1, ArrowUp: at + 1, Home: 1, End: tokens.length }[e.key]; if (to === undefined) return; e.preventDefault(); e.stopPropagation(); move(Math.max(1, Math.min(tokens.length, to))); } },
        svg("line", { class: "cutline", x1: Math.min(width - 2, end.x - 1), x2: Math.min(width - 2, end.x - 1), y1: end.y - (p.rows > 1 ? 6 : 14), y2: end.y + (p.rows > 1 ? 36 : 40) }), grip(p.rows > 1 ? Math.min(width - 10, end.x - 1) : end.x - 1, p.rows > 1 ? end.y + 36 : end.y - 18, p.rows > 1 ? 8 : 12))] });
  grab(stage, e => {
    if (!e.target.closest("svg.picture")) return null;
    const to = m => {
      const box = stage.querySelector("svg.picture").getBoundingClientRect(), k = width / box.width, px = (m.clientX - box.left) * k, row = Math.max(0, Math.min(p.rows - 1, Math.floor(((m.clientY - box.top) * k - p.y0 + 8) / p.line)));
      move(Math.max(1, Math.min(tokens.length, row * p.each + Math.max(0, Math.min(p.each, Math.round((px - p.left) / p.size))))));
    };
    if (!e.target.closest(".handle") && e.pointerType === "touch") return null;
    e.preventDefault();
    to(e);
    return { move: to };
  });
}

// need draws the hand that is looked at, or where two hands share a box the two rows that
// Bob cannot tell apart, and the boxes.
export function need(stage, { width, height, hand, clash, boxes, sorted, all, box, of }) {
  if (muted) return;
  grab(stage, () => null);
  const runs = clash || [hand], first = place(hand.tokens.length, width, clash ? 46 : 54), foot = p => p.bottom - (p.rows > 1 ? 16 : 24), ps = runs.map((_, k) => k ? place(hand.tokens.length, width, foot(first) + 98) : first), y0 = ps.at(-1).bottom + (clash ? 0 : 10), cols = Math.min(boxes, width < 480 ? 4 : 8), rows = Math.ceil(boxes / cols), w = width / cols, h = Math.max(24, Math.min(110, (height - y0 - 8) / rows));
  height = Math.max(height, y0 + rows * h + 4);
  const inside = Array.from({ length: boxes }, () => []);
  for (const [v, b] of sorted) if (b < boxes) inside[b].push(of(v));
  const shared = clash ? inside.findIndex(held => clash.every(r => held.includes(r.x))) : -1, note = `one envelope, box ${shared + 1}`, wide = note.length * 7 + 20;
  scene(stage, { width, height, label: clash ? `Two hands in box ${shared + 1}, ${clash.map(r => r.x).join(" and ")}: the right answers are ${clash.map(r => r.outputs[0]).join(" and ")}` : `${boxes} boxes for ${all} hands`, under: [],
    tokens: runs.flatMap(({ tokens, owners }, k) => tokens.map((is, i) => ({ is, position: i + 1, x: ps[k].x(i), y: ps[k].y(i), size: ps[k].size - 2, high: ps[k].high, on: i === 0, owner: owners[i], differs: clash && is !== clash[1 - k].tokens[i] }))),
    over: [runs.map(({ tokens, owners, params, outputs, x, y }, k) => [["alice", "Alice", x], ["bob", "you", y]].map(([who, name, bits]) => {
      const p = ps[k], own = owners.flatMap((o, i) => o === who ? [i] : []), title = line((p.mid(own[0]) + p.mid(own.at(-1))) / 2, clash ? p.y0 - 31 : 14, `${name}: ${bits}`, { "font-size": 14, class: `who ${who}` });
      if (clash) { // the sum, where there is one, and what is right
        const found = outputs[0] ? witness("match3", params.M, tokens, 0) : [], sum = [tokens[0], ...found.map(i => tokens[i])], said = `${found.length ? `${sum.join(" + ")} = ${sum.reduce((a, b) => a + b)}` : `no three add up to ${params.M}`}: right answer ${outputs[0]}`;
        return who === "bob" ? title : [title, matched(p, 0, 0, found), line(width / 2, foot(p) + 17, said, { "font-size": Math.min(14, (width - 4) / said.length / .6), "font-weight": 600, class: found.length ? "good" : null })];
      }
      return [title, own.map((i, k) => svg("g", { role: "img", "aria-label": `bit ${k + 1} writes token ${i + 1}` }, line(p.mid(i), p.y(i) - 17, bits[k], { "font-size": 13, class: `who ${who}`, "font-family": "var(--mono)" }), svg("path", { class: `arrow ${who}`, d: `M${p.mid(i)} ${p.y(i) - 13}v10m-3 -3l3 3l3-3` })))];
    })), clash ? [svg("rect", { class: "envelope", x: (width - wide) / 2, y: foot(first) + 26, width: wide, height: 22, rx: 4 }), line(width / 2, foot(first) + 37, note, { "font-size": 13, "dominant-baseline": "central" })] : null, inside.map((held, b) => {
      const x = (b % cols) * w, y = y0 + Math.floor(b / cols) * h, full = held.length > 1;
      return svg("g", { role: "img", "aria-label": `Box ${b + 1}: ${held.join(", ") || "empty"}` }, svg("rect", { class: `box${full ? " clash" : ""}${b === box && !clash ? " next" : ""}`, x: x + 3, y: y + 2, width: w - 6, height: h - 6, rx: 4 }),
        h < 34 ? held.length ? line(x + w / 2, y + h / 2 - 1, held.slice(0, 2).join(" "), { "font-size": Math.min(13, (w - 12) / 6.2 / Math.max(1, held.slice(0, 2).join(" ").length) * 10), "font-family": "var(--mono)", "dominant-baseline": "central" }) : null : held.slice(0, 3).map((t, k) => line(x + w / 2, y + h / 2 + (k - (Math.min(3, held.length) - 1) / 2) * 15, t, { "font-size": 13, "font-family": "var(--mono)", "dominant-baseline": "central" })));
    })] });
}

export function crossing(stage, { width, height, answer, says, step, cross, move }) {
  if (muted) return;
  put(stage, grown({ width, height, answer, label: "Bits that cross, against sequence length: what the layer sends and what is needed", handle: { says, step } }));
  grab(stage, e => {
    if (!e.target.closest("svg.picture")) return null;
    const held = e.target.closest(".crossing");
    const to = m => { const pic = stage.querySelector("svg.picture"), box = pic?.getBoundingClientRect(); if (box) (held ? cross : move)(Math.max(8, Math.min(answer.max_n, Math.round(pic.inverse((m.clientX - box.left) * width / box.width))))); };
    if (!held) to(e);
    return { move: to };
  });
}

export function mirror(stage, { width, height, rnn, tell }) {
  if (muted) return;
  grab(stage, () => null);
  const runs = rnn.runs.length ? rnn.runs : [], n = runs[0]?.tokens.length || 0;
  if (!n) { scene(stage, { width, height, label: "No two pasts share a box", tokens: [], over: [line(width / 2, height / 2, "Every past that was tried keeps a box of its own.", { "font-size": 16 })] }); return; }
  const narrow = width < 480, half = runs.length > 1 ? height / 2 : height, high = narrow ? 24 : 52, first = place(n, width, high, 22), ps = runs.map((_, k) => k ? place(n, width, Math.max(half + 14 + high, first.bottom + high + 28), 22) : first);
  height = Math.max(height, ps.at(-1).bottom + (narrow ? 4 : 14));
  const alices = rnn.owners.lastIndexOf("alice"), over = [], tokens = [];
  runs.forEach((r, k) => {
    const p = ps[k];
    over.push(line(4, p.y0 - (narrow ? 10 : 34), k ? "another past" : "one past", { "text-anchor": "start", "font-size": 13, "font-weight": 600 }));
    r.tokens.forEach((is, i) => tokens.push({ is, position: i + 1, x: p.x(i), y: p.y(i), size: p.size - 2, high: p.high, owner: rnn.owners[i], on: i + 1 === tell, differs: rnn.differ.includes(i + 1) }));
    if (tell) for (const q of r.tokens[tell - 1].y || []) over.push(arc(p, 0, tell - 1, q - 1));
  });
  const every = ps[0].size < 22 ? 4 : 1;
  ps.forEach((p, k) => runs[k].tokens.forEach((_, i) => { if (i % every === 0) over.push(line(p.mid(i), p.y(i) + p.high + 12, i + 1, { "font-size": 10, class: "dim halo" })); }));
  const p = ps[0], word = runs[0].words[0] || "", y = p.bottom + 8, size = Math.max(3, Math.min(10, 120 / Math.max(8, word.length))), wide = Math.max(40, word.length * (size + 1) + 14);
  const said = runs.length < 2 ? "the box" : narrow ? "the same box" : "the same box after both", x = Math.max(said.length * 7 + 12, Math.min(width - wide - 4, p.mid(alices) - 10));
  over.push(svg("g", { role: "img", "aria-label": `The state after token ${alices + 1}: ${word}, the same for both` }, svg("rect", { class: "envelope", x, y, width: wide, height: 24, rx: 4 }), [...word].map((b, i) => svg("rect", { class: `bit alice${b === "0" ? " zero" : ""}`, x: x + 7 + i * (size + 1), y: y + 12 - size / 2, width: size, height: size, rx: 1 }))),
    line(x - 8, y + 12, said, { "text-anchor": "end", "font-size": 13, "dominant-baseline": "central" }));
  scene(stage, { width, height, label: "Two pasts that leave the same state, and the token that points back", tokens, over });
}
