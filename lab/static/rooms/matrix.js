// Matrix: the table of a function, its bounds, and the protocols that divide it.
import { ask } from "../api.js";
import { button, player, problem, segmented, select, sheet, slider } from "../controls.js";
import { command, asking, el, exportButton, number, picture, put, svg, watchWidth } from "../dom.js";
import { COLOURS, colour } from "../plot.js";

const SHOWS = [{ value: "fooling", label: "Fooling set" }, { value: "shattered", label: "Shattered set" }, { value: "cover", label: "Cover" }, { value: "partition", label: "Partition" }, { value: "tree", label: "Protocol" }, { value: "mine", label: "Cut it yourself" }];

export const keys = () => ["rows", "task", "problem", "n", "show", "value", "row", "col"];

export function open(main, cat, start, write) {
  let s = { source: start.rows ? "drawn" : start.problem ? "problem" : start.task ? "task" : "problem", problem: "disj", task: "match2", n: 3, show: "fooling", value: "", row: "", col: "", ...start };
  const usual = task => task === "qsa" ? 2 : task.startsWith("cycle") ? 3 : 4;
  s.n = +start.n || (s.source === "task" ? usual(s.task) : 3);
  const split = start.N && +start.N === s.n ? start.split : ""; // the frame's, where it is of this length
  let answer = null, failed = null, width = 0, treeWidth = 0, step = 0, at = [0, 0], drawn = (start.rows || "0110 1010 1100 0001").split(/[ ,]/), mine = null, picks = new Set(), side = "alice", focusing = false, only = -1;

  const controls = el("div", { class: "controls" }), shows = el("div", { class: "controls" }), stage = el("div", { class: "stage" }), treeBox = el("div", { class: "stage" }), numbers = el("div"), say = el("div", { class: "say", "aria-live": "polite" }), foot = el("div");
  const play = player({ of: 0, at: 0, what: "bit", change: k => { step = k; draw(); drawTree(); tell(); } });
  const definition = el("p", { class: "definition muted" });
  const drawing = el("p", { class: "small muted" }), more = sheet("Paste and save", el("div", { class: "control" }, el("label", { for: "pasted" }, "A matrix of your own: a row a line, of 0, 1 and *"), el("textarea", { id: "pasted", rows: 8, cols: 24, spellcheck: "false", onchange: e => paste(e.target.value) })), drawing,
    el("h3", {}, "The matrix"), exportButton(() => stage.querySelector("svg"), "crosscut-matrix"), el("h3", {}, "The protocol"), exportButton(() => treeBox.querySelector("svg"), "crosscut-tree"));
  main.append(
    el("div", { class: "lead" }, el("h1", {}, "One table holds the whole problem")),
    el("div", { class: "columns first" }, el("section", {}, stage, el("div", { class: "under" }, shows, more.press), say, definition, controls),
      el("section", {}, numbers, el("div", { class: "under" }, play), treeBox)), foot, more.box);

  function setup() {
    const bigger = s.source === "drawn" ? [] : [slider(s.source === "task" ? "N" : "n", { min: 1, max: s.source === "task" ? 6 : 6, value: s.n, name: "n" }, v => { s.n = v; fresh(); run(); })];
    put(controls, segmented("Matrix of", [{ value: "problem", label: "a problem" }, { value: "task", label: "a task" }, { value: "drawn", label: "your own" }], s.source, v => { s.source = v; if (v === "task") s.n = 4; fresh(); setup(); run(); }),
      s.source === "problem" ? select("Problem", cat.problems.map(p => p.name), s.problem, v => { s.problem = v; fresh(); setup(); run(); }) : null,
      s.source === "task" ? select("Of the task", cat.tasks.map(t => t.name), s.task, v => { s.task = v; s.n = usual(v); fresh(); setup(); run(); }) : null,
      bigger,
      s.source === "drawn" ? [button("Row +", () => resize(1, 0)), button("Row −", () => resize(-1, 0)), button("Column +", () => resize(0, 1)), button("Column −", () => resize(0, -1)), el("p", { class: "muted small" }, "Click a cell, or press Space: 0, 1, * (outside the promise).")] : null);
    const entry = s.source === "task" ? cat.tasks.find(t => t.name === s.task) : s.source === "problem" ? cat.problems.find(p => p.name === s.problem) : null;
    put(definition, entry ? [el("strong", {}, entry.name), `: ${entry.doc}. `] : "", "Rows are what Alice may hold, columns what Bob may hold; a protocol divides the table into rectangles of one value.");
    put(shows, segmented("Show", SHOWS, s.show, v => { s.show = v; only = alone(); picks.clear(); if (v === "mine" && !mine) begin(); save(); draw(); drawTree(); tell(); }));
  }

  function fresh() { only = -1; s.row = s.col = ""; at = [0, 0]; step = 0; mine = null; picks.clear(); }

  function resize(r, c) {
    if (r > 0 && drawn.length < 12) drawn.push("0".repeat(drawn[0].length));
    if (r < 0 && drawn.length > 1) drawn.pop();
    if (c > 0 && drawn[0].length < 12) drawn = drawn.map(x => x + "0");
    if (c < 0 && drawn[0].length > 1) drawn = drawn.map(x => x.slice(0, -1));
    fresh(); run();
  }

  // paste takes a matrix as a file holds it: # starts a comment, blanks do not matter.
  function paste(text) {
    const rows = text.split("\n").map(line => line.replace(/#.*/, "").replace(/[\s,]+/g, "")).filter(Boolean), most = cat.limits.matrix, odd = rows.findIndex(r => r.length !== rows[0].length || /[^01*]/.test(r));
    if (!rows.length) return;
    if (odd >= 0 || rows.length > most || rows[0].length > most) { failed = Object.assign(new Error(odd >= 0 ? `row ${odd + 1} of what was pasted, ${rows[odd].slice(0, 40)}, is ${/[^01*]/.test(rows[odd]) ? "not of 0, 1 and * only" : "not as long as the first"}` : `${rows.length} rows and ${rows[0].length} columns were pasted`), { hint: odd >= 0 ? "write each row on a line of its own, such as 01*1" : `the lab draws ${most} of each; use crosscut bounds --matrix FILE` }); draw(); return; }
    drawn = rows; s.source = "drawn";
    fresh(); setup(); run();
  }

  function save() {
    write({ ...(s.source === "drawn" ? { rows: drawn.join(",") } : s.source === "task" ? { task: s.task, n: s.n } : { problem: s.problem, n: s.n }), show: s.show === "fooling" ? "" : s.show, row: s.row, col: s.col });
  }

  const sizesFor = { match2: { M: 5 }, match3: { M: 6 }, "match3-bigram": { M: 5 }, "match3-local": { M: 5 }, "match-s": { M: 4 }, cycle3: { nodes: 3 }, cycle5: { nodes: 3 } };
  function run() { save(); consult(); }
  const consult = asking([stage, numbers, say, treeBox], () => ask("matrix", s.source === "drawn" ? { rows: drawn } : s.source === "task" ? { task: s.task, n: s.n, set: sizesFor[s.task] || {}, split: split || "" } : { problem: s.problem, n: s.n }), (a, e) => {
    failed = e;
    if (a) {
      answer = a;
      answer.cells = cellsOf(a.rows);
      at = [Math.min(+s.row || 0, a.rows.length - 1), Math.min(+s.col || 0, a.col_names.length - 1)];
      only = alone();
      if (s.show === "mine") begin();
      follow(true);
    }
    draw(); drawTree(); tell();
  });

  // Evidence of one kind.
  const evidence = (measure, end) => (answer?.evidence || []).filter(c => c.measure === measure && c.end === end);
  const entry = (i, j) => answer.cells[i][j];

  // The path of the optimal protocol for the chosen cell.
  function path() {
    const out = [];
    for (let t = answer?.tree; t && t.zero; ) {
      const own = t.speaker === "alice" ? at[0] : at[1], bit = t.ones.includes(own) ? 1 : 0;
      out.push({ t, bit });
      t = bit ? t.one : t.zero;
    }
    return out;
  }
  function follow(all) { const p = path(); play.reset(p.length, step = all ? p.length : Math.min(step, p.length)); }

  // The rectangle that is left after `step` bits.
  function left() {
    let rows = answer.rows.map((_, i) => i), cols = answer.col_names.map((_, j) => j);
    path().slice(0, step).forEach(({ t, bit }) => {
      const keep = k => t.ones.includes(k) === (bit === 1);
      if (t.speaker === "alice") rows = rows.filter(keep); else cols = cols.filter(keep);
    });
    return { rows, cols };
  }

  function cellsOf(rows) { return rows.map(r => r.includes(",") ? r.split(",").map(v => v === "*" ? "*" : String(+v)) : [...r]); }

  function draw() {
    if (failed) { put(stage, problem(failed, run)); return; }
    if (!answer || !width) return;
    const R = answer.rows.length, C = answer.col_names.length;
    const longest = Math.max(...answer.row_names.map(x => x.length)), named = R <= 36 && C <= 36 && longest <= 12;
    const char = 6.4, lead = named ? Math.max(24, longest * char + 10) : 18, cell = Math.max(6, Math.min(44, Math.floor((width - lead - 4) / C), R > 20 ? 560 / R : 44));
    const topNames = named ? (Math.max(...answer.col_names.map(x => x.length)) * char > cell ? Math.max(...answer.col_names.map(x => x.length)) * char + 8 : 20) : 18;
    const X = j => lead + j * cell, Y = i => topNames + i * cell;
    const rest = s.show === "tree" ? left() : s.show === "mine" && mine ? mine.now : null;
    const parts = [];
    const most = answer.cells.flat().some(v => v !== "0" && v !== "1" && v !== "*");
    const values = most ? [...new Set(answer.cells.flat())].filter(v => v !== "*").sort((a, b) => a - b) : [];
    for (let i = 0; i < R; i++) for (let j = 0; j < C; j++) {
      const v = entry(i, j), off = rest && !(rest.rows.includes(i) && rest.cols.includes(j));
      const here = i === at[0] && j === at[1];
      const g = svg("g", { class: `cell ${v === "1" ? "one" : v === "*" ? "star" : "zero"}${off ? " off" : ""}`, "data-cell": `${i},${j}`, role: "button", tabindex: here ? 0 : -1, "aria-label": `row ${answer.row_names[i]}, column ${answer.col_names[j]}: ${v === "*" ? "outside the promise" : v}` },
        svg("rect", { x: X(j), y: Y(i), width: cell, height: cell, rx: cell > 16 ? 3 : 1 }));
      if (most && v !== "*") g.firstChild.style.fill = `color-mix(in oklab, var(--ink) ${Math.round(90 * values.indexOf(v) / Math.max(1, values.length - 1))}%, var(--public-soft))`;
      if (cell >= 16) g.append(svg("text", { x: X(j) + cell / 2, y: Y(i) + cell / 2, "text-anchor": "middle", "dominant-baseline": "central", "font-size": Math.min(14, cell * .5) }, v));
      parts.push(g);
    }
    const heads = [];
    const head = (who, k, x, y, name, turn) => {
      const g = svg("g", { class: "head", "data-head": `${who}${k}`, ...(s.show === "mine" ? { role: "button", tabindex: 0, "aria-pressed": String(side === who && picks.has(k)), "aria-label": `${who === "alice" ? "row" : "column"} ${name}: ${side === who && picks.has(k) ? "writes 1" : "writes 0"}` } : {}) },
        svg("text", { x, y, "font-size": named ? 10.5 : 9, "text-anchor": turn ? "start" : "end", "dominant-baseline": "central", transform: turn ? `rotate(-90 ${x} ${y})` : null, "font-family": "var(--mono)" }, !named ? "·" : k % Math.ceil(9 / cell) ? "" : name));
      if (s.show === "mine") { g.addEventListener("click", () => pick(who, k)); g.addEventListener("keydown", e => { if (e.key === " " || e.key === "Enter") { e.preventDefault(); e.stopPropagation(); pick(who, k); stage.querySelector(`[data-head="${who}${k}"]`)?.focus(); } }); }
      heads.push(g);
    };
    const turned = topNames > 20 && named;
    for (let i = 0; i < R; i++) head("alice", i, lead - 5, Y(i) + cell / 2, answer.row_names[i], false);
    for (let j = 0; j < C; j++) if (turned || !named) head("bob", j, X(j) + cell / 2, topNames - 4, answer.col_names[j], true); else { head("bob", j, X(j) + cell / 2 + answer.col_names[j].length * char / 2, topNames - 9, answer.col_names[j], false); }
    const marks = svg("g", { class: "marks", "aria-hidden": "true" }, overlay(X, Y, cell));
    const box = svg("rect", { x: X(at[1]), y: Y(at[0]), width: cell, height: cell, rx: cell > 16 ? 3 : 1, class: "mark", stroke: "var(--focus)", visibility: s.show === "mine" ? "hidden" : "visible" });
    const pic = picture(width, Y(R) + 4, `Matrix, ${R} rows and ${C} columns`, parts, heads, marks, box);
    pic.addEventListener("click", e => { const g = e.target.closest?.(".cell"); if (g) choose(...g.dataset.cell.split(",").map(Number), true); });
    pic.addEventListener("keydown", e => {
      const g = e.target.closest?.(".cell");
      if (!g) return;
      const d = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[e.key];
      if (d) { e.preventDefault(); focusing = true; choose((at[0] + d[0] + R) % R, (at[1] + d[1] + C) % C, false); } else if (e.key === " " || e.key === "Enter") { e.preventDefault(); e.stopPropagation(); focusing = true; choose(...at, true); }
    });
    put(stage, pic);
    if (focusing) { pic.querySelector(`[data-cell="${at[0]},${at[1]}"]`)?.focus({ preventScroll: true }); focusing = false; }
  }

  function choose(i, j, press) {
    at = [i, j];
    if (s.source === "drawn" && press && s.show !== "tree" && s.show !== "mine") {
      const next = { 0: "1", 1: "*", "*": "0" }[drawn[i][j]];
      drawn[i] = drawn[i].slice(0, j) + next + drawn[i].slice(j + 1);
      s.row = i; s.col = j;
      run();
      return;
    }
    s.row = i; s.col = j;
    follow(press || step === play.of);
    save(); draw(); drawTree(); tell();
  }

  function overlay(X, Y, cell) {
    const out = [];
    const value = s.value === "" ? null : +s.value;
    if (s.show === "fooling") for (const c of evidence("fooling", "lower")) {
      if (c.value !== (value ?? answer.report.fooling.value)) continue;
      for (const [i, j] of c.evidence.entries || []) out.push(svg("circle", { class: "fool", cx: X(j) + cell / 2, cy: Y(i) + cell / 2, r: Math.max(2, cell * .24) }));
    }
    if (s.show === "shattered") { const c = evidence("shattered.alice", "lower")[0]; if (c) {
      for (const j of c.evidence.columns) for (const i of c.evidence.lines) out.push(svg("rect", { class: "shatter", x: X(j), y: Y(i), width: cell, height: cell }));
      for (const j of c.evidence.columns) out.push(svg("rect", { class: "mark", stroke: "var(--alice)", x: X(j) + 1.5, y: Y(0), width: cell - 3, height: Y(answer.rows.length) - Y(0), rx: 3 }));
    } }
    if (s.show === "cover" || s.show === "partition") {
      let k = 0;
      for (const c of evidence(s.show, "upper")) for (const r of c.evidence.rectangles || []) {
        if (only >= 0 && only !== k++) continue;
        if (only >= 0) k--;
        const fill = colour(k), inset = s.show === "cover" ? 1 + (k % 5) * Math.max(.5, cell * .05) : 2;
        k++;
        for (const i of r.rows) for (const j of r.cols) out.push(svg("rect", { x: X(j) + inset, y: Y(i) + inset, width: cell - 2 * inset, height: cell - 2 * inset, rx: 2, fill, "fill-opacity": only >= 0 ? .75 : s.show === "cover" ? .16 : .55, stroke: fill, "stroke-width": s.show === "cover" ? 1.4 : 0, "pointer-events": "none" }));
      }
    }
    if (s.show === "mine" && mine) {
      mine.leaves.forEach((l, k) => { for (const i of l.rows) for (const j of l.cols) out.push(svg("rect", { x: X(j) + 2, y: Y(i) + 2, width: cell - 4, height: cell - 4, rx: 2, fill: colour(k), "fill-opacity": .5, "pointer-events": "none" })); });
      for (const k of picks) if (mine.now) for (const o of side === "alice" ? mine.now.cols : mine.now.rows) out.push(svg("rect", { class: `picked ${side === "bob" ? "b" : ""}`, x: side === "alice" ? X(o) : X(k), y: side === "alice" ? Y(k) : Y(o), width: cell, height: cell }));
    }
    return out;
  }

  // The rectangles of a cover or a partition, as a list; the one that is pointed at is
  // seen alone. A cell that takes the focus from it stands until it has it.
  function pieces() {
    if (s.show !== "cover" && s.show !== "partition") return null;
    const all = evidence(s.show, "upper").flatMap(c => c.evidence.rectangles || []), show = k => { if (only !== k) { only = k; draw(); } }, rest = () => show(alone());
    return el("ol", { class: "pieces", "aria-label": "Rectangles" }, all.map((r, k) => el("li", {}, button(`${r.rows.length} × ${r.cols.length}`, () => show(k), { class: "quiet", "aria-label": `${r.rows.length} × ${r.cols.length}: rows ${r.rows.map(i => answer.row_names[i]).join(", ")}; columns ${r.cols.map(j => answer.col_names[j]).join(", ")}`, onpointerenter: () => show(k), onpointerleave: rest, onfocus: () => show(k), onblur: () => setTimeout(() => { if (only === k) rest(); }) }))));
  }

  // alone is the rectangle that is shown by itself where a large matrix has more than colours: the first; -1: all are shown.
  function alone() { return answer?.rows.length > 16 && evidence(s.show, "upper").flatMap(c => c.evidence.rectangles || []).length > COLOURS ? 0 : -1; }

  // Cutting by hand: the player's own protocol tree, a rectangle at a time.
  function begin() {
    if (!answer) return;
    mine = { open: [], leaves: [], depth: 0, bits: 0, now: null, moves: [] };
    push({ rows: answer.rows.map((_, i) => i), cols: answer.col_names.map((_, j) => j), depth: 0 });
    next();
    picks.clear();
  }
  function push(r) {
    const vs = new Set(r.rows.flatMap(i => r.cols.map(j => entry(i, j))).filter(v => v !== "*"));
    mine.depth = Math.max(mine.depth, r.depth);
    if (vs.size <= 1) mine.leaves.push({ ...r, value: [...vs][0] ?? "*" }); else mine.open.push(r);
  }
  function next() { mine.now = mine.open[0] || null; }
  function pick(who, k) {
    if (!mine?.now || !(who === "alice" ? mine.now.rows : mine.now.cols).includes(k)) return;
    if (side !== who) { side = who; picks.clear(); }
    if (picks.has(k)) picks.delete(k); else picks.add(k);
    draw(); tell();
  }
  function speak() {
    const now = mine.now, lines = side === "alice" ? now.rows : now.cols, one = lines.filter(k => picks.has(k)), zero = lines.filter(k => !picks.has(k));
    if (!one.length || !zero.length) return;
    mine.open.shift();
    mine.bits++;
    for (const part of [zero, one]) push(side === "alice" ? { rows: part, cols: now.cols, depth: now.depth + 1 } : { rows: now.rows, cols: part, depth: now.depth + 1 });
    next();
    picks.clear();
    draw(); tell();
  }

  function drawTree() {
    if (s.show === "mine" && play.contains(document.activeElement)) main.focus({ preventScroll: true });
    play.hidden = s.show === "mine";
    const t = answer?.tree;
    if (!t || failed || !treeWidth || s.show === "mine") { put(treeBox, !t && answer && !failed ? el("p", { class: "muted" }, "No tree was found in time.") : ""); return; }
    const p = path(), onPath = new Set(p.slice(0, step).map(x => x.t)), next = p[step]?.t;
    let leaves = 0, depth = 0;
    const place = (t, level) => {
      depth = Math.max(depth, level);
      if (!t.zero) return { t, level, x: leaves++ };
      const zero = place(t.zero, level + 1), one = place(t.one, level + 1);
      return { t, level, zero, one, x: (zero.x + one.x) / 2 };
    };
    const root = place(t, 0), gap = Math.max(4, Math.min(34, (treeWidth - 20) / Math.max(1, leaves))), level = Math.min(58, 300 / Math.max(1, depth)) + 8;
    const X = n => 14 + n.x * gap + Math.max(0, (treeWidth - 28 - (leaves - 1) * gap) / 2), Y = n => 16 + n.level * level;
    const edges = [], nodes = [];
    const walk = n => {
      if (n.zero) for (const [kid, bit] of [[n.zero, 0], [n.one, 1]]) {
        const on = onPath.has(n.t) && p.find(x => x.t === n.t).bit === bit;
        edges.push(svg("line", { class: `edge${on ? " on" : ""}`, x1: X(n), y1: Y(n), x2: X(kid), y2: Y(kid) }));
        if (Math.abs(X(n) - X(kid)) > 11) edges.push(svg("text", { class: "edge-label", x: (X(n) + X(kid)) / 2 + (bit ? 6 : -6), y: (Y(n) + Y(kid)) / 2, "text-anchor": bit ? "start" : "end" }, bit));
        walk(kid);
      }
      if (n.t.zero) {
        const lines = n.t.speaker === "alice" ? answer.row_names : answer.col_names;
        nodes.push(svg("g", { class: `node ${n.t.speaker}${onPath.has(n.t) || n.t === next ? " on" : ""}` }, svg("title", {}, `${n.t.speaker === "alice" ? "Alice" : "Bob"} writes 1 on ${n.t.ones.slice(0, 12).map(k => lines[k]).join(", ")}${n.t.ones.length > 12 ? " …" : ""}`), svg("circle", { cx: X(n), cy: Y(n), r: Math.min(11, Math.max(3, gap * .88)) }), gap > 8 ? svg("text", { x: X(n), y: Y(n), "text-anchor": "middle", "dominant-baseline": "central" }, n.t.speaker === "alice" ? "A" : "B") : null));
      } else {
        const on = step === p.length && n.t === (p.length ? p.at(-1).bit ? p.at(-1).t.one : p.at(-1).t.zero : t);
        nodes.push(svg("g", { class: `leaf${on ? " on" : ""}` }, svg("rect", { x: X(n) - Math.min(10, gap * .45), y: Y(n) - 9, width: Math.min(20, gap * .9), height: 18, rx: 3 }), gap > 8 ? svg("text", { x: X(n), y: Y(n), "text-anchor": "middle", "dominant-baseline": "central" }, n.t.value) : null));
      }
    };
    walk(root);
    put(treeBox, el("p", { class: "small muted", "data-depths": `${p.length} ${depth}` }, `The marked cell: ${p.length} ${p.length === 1 ? "bit" : "bits"}; the worst cell: ${depth}.`), picture(treeWidth, 16 + depth * level + 20, `Protocol tree of ${depth} bits and ${leaves} leaves`, edges, nodes));
  }

  const range = v => v === null || v === undefined ? "–" : typeof v === "object" ? v.lower === v.upper ? number(v.lower) : `${number(v.lower)}–${number(v.upper)}` : number(v);

  const decimal = v => typeof v === "object" ? `${v.lower.toFixed(3)}–${v.upper.toFixed(3)}` : String(+v.toFixed(4));

  function tell() {
    if (failed || !answer) { put(numbers); put(foot); put(say); return; }
    const r = answer.report, two = r.cover !== null;
    const lights = s.show === "tree" || s.show === "mine" ? "deterministic" : s.show;
    const item = (name, key, v, small, means, big) => el("div", { "data-big": big ? "" : null, "data-lit": key === lights ? "" : null }, el("dt", {}, name), el("dd", { "data-number": key }, v), el("dd", { class: "means" }, means, small ? [". ", el("small", {}, small[0].toUpperCase() + small.slice(1), ".")] : "."));
    put(numbers, el("h2", {}, s.source === "drawn" ? "Your matrix" : r.source), el("dl", { class: "numbers" },
      item("D(f), bits", "deterministic", range(r.deterministic), r.deterministic.exact ? `by ${r.deterministic.by}` : "an interval", "what the best protocol sends on its worst cell, until both know the value", true),
      item("fooling set", "fooling", number(r.fooling.size), `value ${r.fooling.value}${r.fooling.optimal ? "" : ", at least"}`, "cells of one value, no two in one rectangle of it: each needs a leaf of its own"),
      item("rank over Q", "rank", r.rank ? range(r.rank.rational) : "–", r.rank?.gf2 !== undefined && r.rank ? `over GF(2) ${range(r.rank.gf2)}` : "", "independent rows, none a combination of others; a protocol has at least so many leaves whose value is not 0"),
      item("one-way, Alice", "one_way", range(r.one_way.alice), `Bob ${range(r.one_way.bob)}`, "bits if Alice alone may write: enough to tell her different rows apart"),
      item("shattered", "shattered", two ? range(r.shattered.alice) : "–", two ? `Bob ${range(r.shattered.bob)}` : "", "columns that take every pattern of 0 and 1 over some rows"),
      item("cover", "cover", two ? `${range(r.cover.zeros)} + ${range(r.cover.ones)}` : "–", "zeros + ones", "fewest rectangles of one value over all cells, overlaps allowed"),
      item("partition", "partition", two ? `${range(r.partition.zeros)} + ${range(r.partition.ones)}` : "–", "zeros + ones", "the same without overlaps, as the leaves of a protocol are"),
      item("largest rectangle", "rectangle", two ? number(Math.max(r.rectangle.zeros.area, r.rectangle.ones.area)) : "–", "cells", "the most cells of one value in one rectangle"),
      item("discrepancy", "discrepancy", two && r.discrepancy ? decimal(r.discrepancy.uniform) : "–", "all cells alike", "how far ones and zeros of a rectangle are apart at most, as a share of all cells")));
    put(drawing, answer.file ? ["drawn.txt holds: ", el("code", {}, answer.file.trim().split("\n").join(" / "))] : "");
    put(foot, command(r.command),
      el("p", { class: "small muted" }, `${number(answer.checked)} claims behind these numbers were verified by a checker that shares nothing with the search.`, r.interrupted ? " Time ran out: intervals are true, and the command with a longer --time narrows them." : ""));
    const p = path();
    if (s.show === "mine" && mine) {
      const need = r.deterministic, won = !mine.open.length;
      put(say, el("p", {}, won ? el("strong", { class: mine.depth <= need.upper ? "good" : "" }, `Done: ${mine.depth} bits at worst, ${mine.leaves.length} rectangles. The optimum is ${range(need)}.`) : [`${mine.open.length} open, ${mine.leaves.length} done, ${mine.depth} bits so far. `, picks.size ? `${side === "alice" ? "Alice" : "Bob"} writes 1 on ${picks.size} of ${(side === "alice" ? mine.now.rows : mine.now.cols).length}.` : "Click the names of rows or columns on which a player writes 1."]),
        el("p", {}, button("Write the bit", speak, { class: "main", disabled: !picks.size || !mine.now, "data-act": "speak" }), " ", button("Start again", () => { begin(); draw(); tell(); }), " ", button("Skip to the next piece", () => { mine.open.push(mine.open.shift()); next(); picks.clear(); draw(); tell(); }, { disabled: !mine.now || mine.open.length < 2 })));
    } else if (s.show === "tree") {
      const rest = left(), now = p[step - 1];
      put(say, el("p", {}, "Cell (", el("code", {}, answer.row_names[at[0]]), ", ", el("code", {}, answer.col_names[at[1]]), "). ", now ? [el("strong", {}, now.t.speaker === "alice" ? "Alice" : "Bob"), ` writes ${now.bit}: `] : "Nothing is written yet: ", `${rest.rows.length} × ${rest.cols.length} cells are left`, step === p.length ? `, all ${answer.cells[at[0]][at[1]]}.` : "."));
    } else {
      const log = k => Math.ceil(Math.log2(Math.max(1, k))), others = answer.cells?.flat().some(v => v !== "*" && +v !== r.fooling.value), leaves = r.fooling.size + (others ? 1 : 0), low = v => typeof v === "object" ? v.lower : v;
      const text = { fooling: [`${r.fooling.size} dots of value ${r.fooling.value}, no two in one rectangle: they need ${r.fooling.size} leaves of value ${r.fooling.value}${others ? ", the other values at least one more" : ""}: ${leaves} leaves, so `, el("strong", { "data-implied": log(leaves) }, `${log(leaves)} bits`), "."],
        shattered: [two ? ["Bob's ", range(r.shattered.alice), " marked columns take every pattern over the marked rows: INDEX hides here, and one message from Alice costs at least ", el("strong", { "data-implied": low(r.shattered.alice) }, `${low(r.shattered.alice)} bits`), "."] : "For two values only."],
        cover: [two ? `At least ${low(r.cover.zeros)} rectangles cover the zeros and ${low(r.cover.ones)} the ones, overlaps allowed. Point at one in the list to see it alone.` : "For two values only."],
        partition: [two ? ["At least ", low(r.partition.zeros), " + ", low(r.partition.ones), " rectangles without overlaps, and a protocol has at least as many leaves: so ", el("strong", { "data-implied": log(low(r.partition.zeros) + low(r.partition.ones)) }, `${log(low(r.partition.zeros) + low(r.partition.ones))} bits`), "."] : "For two values only."] }[s.show];
      put(say, el("p", {}, text), pieces());
    }
  }

  setup();
  const stops = [watchWidth(stage, w => { width = w; draw(); }), watchWidth(treeBox, w => { treeWidth = w; drawTree(); })];
  run();
  return { close: () => stops.forEach(f => f()), keys: k => play.keys(k) };
}
