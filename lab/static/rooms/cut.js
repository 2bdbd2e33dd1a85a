// Cut: a model, a sequence, and who holds what.
import { ask } from "../api.js";
import { button, field, player, problem, select, sheet, slider } from "../controls.js";
import { NAMES, command, asking, download, drag, el, exportButton, formula, number, picture, plural, put, ranges, splitSpec, svg, typeset, value, watchWidth } from "../dom.js";
import { arc, grip, layout, legend, matched, token, widestOf, witness } from "../strip.js";
import { verdict as judged } from "../verdict.js";

const scenes = [
  ["Attention averages", { task: "qsa", model: "attention", n: 16, seed: 3 }],
  ["Attention does Match2", { task: "match2", model: "attention", n: 16, seed: 20, set: "M=32" }],
  ["A recurrent state", { task: "qsa", model: "rnn", n: 17, seed: 14, set: "q=1,eps=0.25", split: "alice:1-9,bob:10-17" }],
  ["A cache", { task: "qsa", model: "kv-cache", n: 16, seed: 3 }],
  ["One layer, Match3", { task: "match3", model: "attention", n: 31, set: "M=32,d_v=3", seed: 4 }],
];

export const keys = () => ["task", "model", "n", "seed", "set", "split", "read", "answer", "step", "tokens", "beside"];

export function open(main, cat, start, write) {
  const taskOf = name => cat.tasks.find(t => t.name === name);
  let s = { ...(start.task || start.model ? { task: "match2", model: "attention", n: 16, seed: 3 } : scenes[0][1]), ...start };
  if (s.tokens) s.n = words(s.tokens).length;
  s.n = Math.max(2, Math.min(cat.limits.cut, +s.n || 16));
  s.seed = +s.seed || 0;
  let answer = null, owners = null, width = 0, step = start.step === undefined ? Infinity : +start.step, active = 0, hovered = -1, failed = null, inputFile = null;

  const controls = el("div", { class: "controls" }), seldom = el("div", { class: "controls" }), stage = el("div", { class: "stage" }), verdict = el("div", { class: "verdict", "aria-live": "polite" }), definition = el("p", { class: "definition muted" });
  const transcript = el("ol", { class: "words", tabindex: "0", "aria-label": "The transcript" }), meaning = el("div", { "aria-live": "polite" }), beside = el("div"), foot = el("div"), line = el("div");
  const owned = el("span"), keep = el("span");
  const play = player({ of: 0, at: 0, what: "message", change: k => { step = k; draw(); list(); tell(); save(); } });

  const more = sheet("Transcript and settings", seldom, el("h3", {}, "Transcript"), transcript, el("h3", {}, "What is known"), meaning, foot,
    el("div", { class: "player" }, keep, button("Save the input", () => download("input.json", "application/json", JSON.stringify(answer.input) + "\n"), { class: "quiet" }), openInput(), exportButton(() => stage.querySelector("svg"), "crosscut-cut")));
  main.append(
    el("div", { class: "lead" }, el("h1", {}, "Cut a model in two. Count what crosses.")),
    stage, definition, el("div", { class: "under" }, play, owned, more.press), verdict, beside, controls,
    el("ul", { class: "scenes", "aria-label": "Examples" }, scenes.map(([name, state]) => el("li", {}, button(name, () => { s = { ...state }; owners = null; inputFile = null; step = Infinity; setup(); run(); })))), line, more.box);

  function setup() {
    const task = taskOf(s.task) || cat.tasks[0];
    s.task = task.name;
    if (!task.models.includes(s.model)) s.model = task.models[0];
    const made = cat.constructions.filter(c => c.model === s.model && (c.tasks.includes(s.task) || c.tasks.includes("*")));
    const set = parse(s.set);
    put(definition, el("strong", {}, task.name), `: ${task.doc}. `, el("span", { class: "muted" }, "Drag the cut, or press a token to give it to the other player."));
    put(controls,
      made.length > 1 ? select("Weights", [{ value: "", label: "default" }, ...made.map(c => c.name)], set.construction || "", v => { const t = parse(s.set); delete t.construction; if (v) t.construction = v; change({ set: text(t) }, true); }) : null,
      slider("Tokens, N", { min: 2, max: cat.limits.cut, value: s.n, doc: "length of the sequence", name: "n" }, v => change({ n: v, split: "", read: s.read === "all" ? "all" : "" })),
      field("Tokens: type your own", s.tokens || "", type, { "data-act": "tokens", size: 34 }),
      button("Another input", () => { inputFile = null; change({ seed: s.seed + 1 }); }, { "data-act": "seed" }));
    put(seldom,
      field("Sizes and choices, such as M=32", s.set || "", v => change({ set: v }), { "data-act": "set", "aria-describedby": "set-hint", size: 28 }),
      select("Read", [{ value: "", label: "default" }, ...Array.from({ length: s.n }, (_, k) => String(k + 1)), "all"], s.read || "", v => change({ read: v })),
      select("Answers", [{ value: "", label: "default" }, { value: "bob", label: "Bob" }, { value: "alice", label: "Alice" }, { value: "owner", label: "each owner" }], s.answer || "", v => change({ answer: v })),
      el("p", { class: "muted small", id: "set-hint" }, hint()));
  }

  // sizesOf are the sizes that the task and the weights take, each with its meaning.
  const built = () => { const made = cat.constructions.filter(c => c.model === s.model && (c.tasks.includes(s.task) || c.tasks.includes("*"))); return made.find(c => c.name === parse(s.set).construction) || made[0]; };
  const sizesOf = () => [...taskOf(s.task).params, ...(built()?.params || [])];
  function hint() {
    const c = built();
    return ["Takes ", sizesOf().map(p => p.name).join(", "), ...(c?.choices || []).map(c => `, ${c.Name}=${c.Of.join("|")}`), "."].join("");
  }

  function change(what, rebuild) {
    if ("n" in what || "seed" in what) { if (!("tokens" in what)) s.tokens = ""; inputFile = null; }
    Object.assign(s, what);
    if (s.split === "" || s.split === undefined) owners = null;
    step = Infinity;
    if (rebuild) setup();
    run();
  }

  function save() {
    const all = answer ? answer.words.length : 0;
    write({ task: s.task, model: s.model, n: s.n, seed: s.seed, set: s.set, split: s.split, read: s.read, answer: s.answer, step: step >= all ? "" : step, tokens: s.tokens, beside: s.beside });
  }

  function run() { save(); consult(); }
  function question(s, inputFile) {
    const q = { task: s.task, model: s.model, set: parse(s.set), seed: +s.seed, split: s.split || "", read: s.read || "", answer: s.answer || "" };
    if (inputFile) q.input = inputFile;
    else if (s.tokens) {
      q.input = { task: s.task, tokens: words(s.tokens) };
      for (const p of taskOf(s.task).params) if (p.name in q.set) { q.input[p.name] = q.set[p.name]; delete q.set[p.name]; }
    } else q.n = +s.n;
    return q;
  }

  // Typed tokens are an input file: the task's sizes stand in the set, where they can be seen.
  function type(line) {
    inputFile = null;
    if (!line) { change({ tokens: "" }); return; }
    const sizes = Object.fromEntries(taskOf(s.task).params.map(p => [p.name, answer?.input?.[p.name]]).filter(([, v]) => typeof v === "number"));
    change({ tokens: line, n: Math.max(2, words(line).length), split: "", read: "", set: text({ ...sizes, ...parse(s.set) }) }, true);
  }

  // The other run of a comparison is asked for with this one.
  const consult = asking([stage, verdict, transcript, meaning, beside], () => Promise.all([ask("cut", question(s, inputFile)).then(biting), s.beside ? ask("cut", question(Object.fromEntries(new URLSearchParams(s.beside)))) : null]).then(([a, other]) => ({ ...a, other })), (a, e) => {
    failed = e;
    if (a) {
      answer = a;
      owners = a.owners;
      hovered = -1;
      const line = controls.querySelector("[data-act=tokens]"), now = a.tokens.map(bare);
      line.parentElement.hidden = now.includes(null);
      if (document.activeElement !== line) line.value = now.join(" ");
      play.reset(a.words.length, step = Math.min(step, a.words.length));
    } else play.reset(0, 0);
    draw(); list(); tell(); company();
  });

  // Where a cost proves nothing, the answer says where models of these sizes fail: the
  // inequality of the catalogue that speaks about this task and model.
  async function biting(a) {
    const r = a.record, entry = cat.inequalities.find(q => q.task === r.task && q.model === r.model);
    if (r.bits.total <= r.bits.trivial || !entry) return a;
    const sizes = {};
    for (const z of entry.sizes) {
      const v = z.name === "m" ? Math.max(r.params.m || 0, r.params.d_v || 0) : r.params[z.name];
      if (Number.isInteger(v)) sizes[z.name] = Math.max(z.min, Math.min(z.max, v));
    }
    const g = await ask("grow", { inequality: entry.name, sizes, n: 8 });
    if (g.bites_at) a.bites = { N: g.bites_at, href: `#grow?${new URLSearchParams({ inequality: entry.name, n: g.bites_at, ...g.sizes })}` };
    return a;
  }

  // The cut of a split that is one piece for each player, or -1.
  function cutAt() {
    let last = -1, first = owners.length;
    owners.forEach((o, i) => { if (o === "alice") last = i; if (o === "bob") first = Math.min(first, i); });
    return last < first ? Math.max(last + 1, taskOf(s.task)?.public_first ? 1 : 0) : -1;
  }

  function moveCut(k) {
    if (!owners) return; // another strip is on its way
    const fixed = owners.map((o, i) => o === "public" && (i === 0 || !(taskOf(s.task).public_first)));
    give(owners.map((o, i) => fixed[i] && o === "public" ? o : i < k ? "alice" : "bob"));
  }

  function give(next) {
    if (!owners || next.every((o, i) => o === owners[i])) return;
    owners = next;
    s.split = splitSpec(owners);
    step = Infinity;
    soon ||= requestAnimationFrame(draw); // or with the answer, where it comes before
    run();
  }

  let soon = 0;
  function draw() {
    cancelAnimationFrame(soon);
    soon = 0;
    if (!main.contains(stage)) return;
    if (!width || !owners) { if (failed) put(stage, problem(failed, run)); return; }
    const tokens = answer?.tokens ?? [];
    if (tokens.length !== owners.length) return;
    const a = answer, place = layout(tokens.length, width, widestOf(tokens)), w = a.weighed;
    const top = w ? 74 : /^match[23]$/.test(s.task) ? 64 : 42, stripEnd = top + place.height + 8;
    const parts = [];
    tokens.forEach((t, i) => {
      const set = t && typeof t === "object" && "y" in t;
      parts.push(token(place, i, t, owners[i], {
        read: a.record.read.includes(i + 1),
        attrs: { tabindex: i === active ? 0 : -1, role: "button", "data-focus": i, transform: `translate(0 ${top})`,
          onkeydown: e => tokenKey(e, i), onfocus: () => { active = i; if (set) arcs(i); }, onpointerenter: () => set && arcs(i) } }));
    });
    const names = brackets(place, w ? stripEnd + 20 : 14);
    const arcLayer = svg("g", { class: "arcs", "aria-hidden": "true" });
    function arcs(i) {
      put(arcLayer, tokens[i].y.map(p => arc(place, top, i, p - 1, { class: "arc", most: 22 })));
    }
    const reading = a.record.read[0] - 1;
    const found = w ? [] : witness(s.task, a.record.params.M, tokens, reading);
    if (found.length) put(arcLayer, matched(place, top, reading, found));
    if (!w && tokens[reading] && typeof tokens[reading] === "object" && "y" in tokens[reading]) arcs(reading);
    const machine = w ? jars(w, stripEnd + 34) : state(place, top, stripEnd), channel = wordsPicture(machine.bottom + 14);
    const pic = picture(width, channel.bottom + 8, w ? "The query's arcs over the tokens, the jars that they fill, and the messages" : "Tokens and messages", w ? query(w, place, top, reading) : null, svg("g", {}, names), svg("g", {}, parts), arcLayer, handle(place, top), machine.node, channel.node);
    placed = { place, top };
    put(stage, failed ? problem(failed, run) : "", pic);
  }

  // The machine. The token that is read sends a query; an arc to each token, as dark as
  // its weight.
  function query(w, place, top, from) {
    const most = Math.max(1, ...w.weights), h = place.size / 2, { x: x0, y: y0 } = place.at(from);
    return svg("g", { class: "arcs", role: "img", "aria-label": `Token ${from + 1} asks; weights: ${w.weights.join(" ")}` }, w.weights.map((v, j) => {
      if (j === from || owners[j] === "public") return null;
      return arc(place, top, from, j, { class: `arc weight${v ? "" : " none"}`, most: 60, behind: !v, "stroke-opacity": (.25 + .75 * v / most).toFixed(2), "stroke-width": (1 + 1.8 * v / most).toFixed(2) });
    }), w.weights.every((v, j) => v || j === from || owners[j] === "public") ? null : svg("text", { class: "dim", x: 0, y: 12, "font-size": 12.5 }, "dashes: weight 0"), y0 > 0 ? null : svg("text", { class: "dim", x: x0 + h, y: top + y0 - 24, "font-size": 12.5, "text-anchor": x0 > width / 2 ? "end" : "start" }, "asks"));
  }

  // Two jars, filled by both players: the sum of the weights, and of weight times value.
  function jars(w, y) {
    const h = 54, wide = Math.min(84, width * .2), part = list => who => (list || []).reduce((sum, v, i) => owners[i] === who ? sum + Math.abs(v) : sum, 0), total = list => list.reduce((a, b) => a + b, 0);
    // Both jars have one scale, where that of the values is known.
    const jar = (x, list, name, scale) => {
      const of = part(list), own = of("alice") + of("bob"), all = Math.max(1, own, scale === null ? 0 : scale * (part(w.weights)("alice") + part(w.weights)("bob"))), a = (h - 4) * of("alice") / all, b = (h - 4) * of("bob") / all;
      return svg("g", { role: "img", "aria-label": `${name}: ${total(list)}` }, svg("rect", { class: "fill alice", x: x + 2, y: y + h - 2 - a, width: wide - 4, height: a }), svg("rect", { class: "fill bob", x: x + 2, y: y + h - 2 - a - b, width: wide - 4, height: b }),
        svg("path", { class: "jar", d: `M${x} ${y}V${y + h}H${x + wide}V${y}` }), svg("text", { class: "dim", x: x + wide / 2, y: y + h + 16, "font-size": 12.5, "text-anchor": "middle" }, `${name}: ${number(total(list))}`));
    };
    // Values are whole numbers at a public scale: where the output is the quotient, it is said.
    const flat = answer.record.output.flat(), sums = [w.weights, w.numerators || []].map(total), scale = Math.round(sums[1] / sums[0] / flat[0]), exact = flat.length === 1 && scale > 1 && sums[1] / sums[0] / scale === flat[0], scaled = exact ? ` × ${scale}` : flat.some(v => v % 1) ? ", scaled" : "";
    const narrow = width < 480, step = wide + Math.max(narrow ? 50 : 30, width * .08), words = exact ? `${sums[1]} / (${sums[0]} × ${scale}) = ${flat[0]}` : `output ${some(answer.record.output)}`, many = w.numerators ? 2 : 1, x0 = narrow ? width / 2 - (many - 1) * step / 2 - wide / 2 : width / 2 - many * step / 2 - wide * .2, out = x0 + many * step;
    return { bottom: y + h + (narrow ? 46 : 22), node: svg("g", {}, jar(x0, w.weights, "weights", 1), w.numerators ? jar(x0 + step, w.numerators, (narrow ? "× value" : "weight × value") + scaled, exact ? scale : scaled ? null : 1) : null,
      svg("text", { x: narrow ? width / 2 : out, y: narrow ? y + h + 40 : y + h / 2 + 5, "font-size": 16, "font-weight": 600, "text-anchor": narrow ? "middle" : "start" }, words)) };
  }

  // A model that keeps a state: the box that travels along the strip, where the cut is.
  function state(place, top, y) {
    const k = cutAt(), only = answer.record.messages[0];
    if (k < 0 || answer.words.length !== 1 || only.from !== "alice") return { bottom: y, node: null };
    const word = answer.words[0], wide = Math.min(width * .4, 220), cols = Math.max(1, Math.min(word.length, 24)), size = Math.max(2, Math.min(9, (wide - 16) / cols - 1)), shown = word.slice(0, cols * 3), rows = Math.ceil(shown.length / cols);
    const at = place.at(Math.min(k, owners.length - 1)), box = Math.min(wide, cols * (size + 1) + 15), x = Math.max(0, Math.min(width - box, at.x - box / 2)), all = `the ${only.label}`, said = all.length * 7 > width ? all.split(":")[0] : all, long = said.length * 7, right = x + box + 8 + long < width, left = !right && x - 8 > long, low = y + 21 + rows * (size + 1);
    return { bottom: low + (right || left ? 13 : 30), node: svg("g", { role: "img", "aria-label": `The ${only.label}: ${only.bits} bits` }, svg("rect", { class: "envelope", x, y: y + 14, width: box, height: rows * (size + 1) + 13, rx: 4 }),
      [...shown].map((b, i) => svg("rect", { class: `bit alice${b === "0" ? " zero" : ""}`, x: x + 8 + (i % cols) * (size + 1), y: y + 21 + Math.floor(i / cols) * (size + 1), width: size, height: size, rx: 1 })),
      svg("text", { class: "dim", x: right ? x + box + 8 : left ? x - 8 : Math.min(x, width - long), y: right || left ? low - rows * (size + 1) / 2 : low + 20, "font-size": 13, "dominant-baseline": "central", "text-anchor": left ? "end" : "start" }, said)) };
  }

  function brackets(place, y) {
    if (place.rows > 1) return legend(0, y); // no room over each piece
    const runs = [];
    owners.forEach((o, i) => { const r = runs.at(-1); if (r && r.o === o) r.to = i; else runs.push({ o, from: i, to: i }); });
    return runs.filter(r => r.o !== "public" && (r.to - r.from + 1) * place.size > 34).map(r =>
      svg("text", { class: `who ${r.o}`, x: (place.at(r.from).x + place.at(r.to).x + place.size) / 2, y, "text-anchor": "middle" }, (r.to - r.from + 1) * place.size > 80 ? NAMES[r.o] : NAMES[r.o][0]));
  }

  function handle(place, top) {
    const k = cutAt();
    if (k < 0) return null;
    const n = owners.length, end = place.at(Math.max(0, k - 1)); // after a token, also where a row ends
    const x = k ? end.x + place.size : end.x, y = end.y + top;
    const [r, cx, cy] = place.rows > 1 ? [place.size < 36 ? 7 : 9, Math.max(5, Math.min(width - 5, x)), y + 49] : [12, Math.max(13, Math.min(width - 13, x)), y + 58]; // between two rows there is less room
    const least = taskOf(s.task)?.public_first ? 1 : 0;
    const g = svg("g", { class: "handle", tabindex: 0, role: "slider", "data-focus": "cut", "aria-label": "The cut", "aria-valuemin": least, "aria-valuemax": n, "aria-valuenow": k, "aria-valuetext": `after token ${k}`, "aria-orientation": "horizontal" },
      svg("line", { class: "cutline", x1: x, x2: x, y1: y - 14, y2: cy }), grip(cx, cy, r));
    g.addEventListener("keydown", e => {
      const to = { ArrowLeft: k - 1, ArrowDown: k - 1, ArrowRight: k + 1, ArrowUp: k + 1, Home: least, End: n, PageUp: k + 4, PageDown: k - 4 }[e.key];
      if (to === undefined) return;
      e.preventDefault();
      moveCut(Math.max(least, Math.min(n, to)));
    });
    return g;
  }

  const turn = { alice: "bob", bob: "alice", public: "alice" };

  // The stage takes the pointer, since the strip is drawn anew while it moves.
  let placed = null;
  drag(stage, e => {
    if (!owners) return null;
    if (e.target.closest(".handle")) {
      e.preventDefault();
      stage.querySelector(".handle").focus({ preventScroll: true });
      return { move: toPointer };
    }
    const tapped = positionAt(e);
    if (tapped < 0) return null;
    active = tapped;
    const colour = turn[owners[tapped]], seen = new Set();
    const dab = k => { if (k < 0 || seen.has(k)) return; seen.add(k); give(owners.map((o, j) => j === k ? colour : o)); };
    // A finger may be scrolling: it gives a token only where it is lifted without having moved.
    if (e.pointerType === "touch") return { end: up => { if (Math.hypot(up.clientX - e.clientX, up.clientY - e.clientY) < 10) dab(tapped); } };
    dab(tapped);
    return { move: m => dab(positionAt(m)) };
  });

  function positionAt(e) {
    const under = document.elementFromPoint(e.clientX, e.clientY)?.closest?.(".token");
    return under && stage.contains(under) ? +under.getAttribute("data-position") - 1 : -1;
  }

  function toPointer(e) {
    const { place, top } = placed, box = stage.querySelector("svg.picture").getBoundingClientRect(), scale = width / box.width;
    const px = (e.clientX - box.left) * scale, py = (e.clientY - box.top) * scale - top, least = taskOf(s.task)?.public_first ? 1 : 0;
    const row = Math.max(0, Math.min(place.rows - 1, Math.floor(py / place.line))), col = Math.round((px - place.left) / place.size);
    moveCut(Math.max(least, Math.min(owners.length, row * place.even + Math.max(0, Math.min(place.even, col)))));
  }

  function tokenKey(e, i) {
    if (!owners) return;
    const to = { ArrowLeft: i - 1, ArrowRight: i + 1, Home: 0, End: owners.length - 1 }[e.key];
    const who = { a: "alice", b: "bob", p: "public" }[e.key.toLowerCase()] || ((e.key === " " || e.key === "Enter") && turn[owners[i]]);
    if (to !== undefined && to >= 0 && to < owners.length) {
      active = to;
      stage.querySelectorAll(".token").forEach((t, k) => t.setAttribute("tabindex", k === to ? 0 : -1));
      stage.querySelector(`[data-focus="${to}"]`).focus();
    } else if (who) give(owners.map((o, j) => j === i ? who : o));
    else return;
    e.preventDefault();
    e.stopPropagation();
  }

  const mostLanes = 9;

  // named says in plain words what a message of attention is; the first that fits is shown.
  const named = label => { const plain = label.replace("normaliser", "sum of the weights").replace(/numerator (\d+)/, answer.record.params.d_v === 1 ? "sum of weight × value" : "sum of weight × value, number $1"); return [answer.record.params.H === 1 ? "" : plain, plain.replace(/^head 1: /, ""), plain.replace(/^head 1: /, "").replace("sum of the ", "").replace("sum of weight ", "").replace(", number", "")]; };

  // The messages between the two players' lines: what has crossed lies at the line of who reads it.
  function wordsPicture(top) {
    const y0 = top + 16, a = answer, lanes = [], side = Math.min(92, width * .2), x0 = side, x1 = width - side, room = x1 - x0 - 34;
    const n = a.words.length, from = n <= mostLanes ? 0 : Math.max(0, Math.min(n - mostLanes, step - Math.ceil(mostLanes / 2)));
    const shown = a.words.slice(from, from + mostLanes);
    const high = 24;
    shown.forEach((w, j) => {
      const k = from + j, m = a.record.messages[k], y = y0 + j * high, who = m.from, right = who === "alice";
      const size = Math.max(3, Math.min(11, Math.floor(room / Math.max(1, Math.min(w.length, 96))) - 1)), fit = Math.min(w.length, Math.floor((room - 44) / (size + 1)));
      const more = w.length - fit, crossed = k < step, far = right === crossed, long = fit * (size + 1) + (more > 0 ? 44 : 0), from0 = far ? x1 - 17 - long : x0 + 17, free = room - long - 8;
      const tip = who === "alice" ? far ? x1 - 12 : x0 : far ? x1 : x0 + 12, name = named(m.label).find(n => n && n.length * 6.6 < free);
      const bits = [...w.slice(0, fit)].map((b, i) => svg("rect", { class: `bit ${who}${b === "0" ? " zero" : ""}`, x: from0 + i * (size + 1), y: y + 12 - size / 2, width: size, height: size, rx: 1 }));
      lanes.push(svg("g", { class: `word${k >= step ? " coming" : ""}${k === step - 1 ? " now" : ""}`, "data-word": k, onpointerenter: () => { hovered = k; explain(); }, onpointerleave: () => { hovered = -1; explain(); } },
        svg("title", {}, `${m.label}, ${m.bits} bits`), svg("rect", { class: "lane", x: 0, y, width, height: high, rx: 3 }),
        svg("path", { class: `arrow ${who}`, d: right ? `M${tip} ${y + 12}h10m-4 -4l4 4l-4 4` : `M${tip} ${y + 12}h-10m4 -4l-4 4l4 4` }), bits,
        more > 0 ? svg("text", { class: "dim", x: from0 + fit * (size + 1) + 4, y: y + 12, "font-size": 11, "dominant-baseline": "central" }, `+${number(more)}`) : null,
        svg("text", { class: "dim", x: right ? 0 : width, y: y + 12, "font-size": 12, "dominant-baseline": "central", "text-anchor": right ? "start" : "end" }, plural(m.bits, "bit")),
        name ? svg("text", { class: "dim", x: far ? x0 + 17 : x1 - 17, y: y + 12, "font-size": 12, "dominant-baseline": "central", "text-anchor": far ? "start" : "end" }, name) : null));
    });
    const rest = n - shown.length;
    const end = y0 + Math.max(1, shown.length) * high;
    return { bottom: end + (rest > 0 ? 18 : 0), node: svg("g", {}, ["alice", "bob"].map((o, k) => svg("text", { class: `who ${o}`, x: k ? x1 : x0, y: y0 - 5, "text-anchor": "middle" }, NAMES[o])), svg("line", { class: "wire", x1: x0, x2: x0, y1: y0, y2: end }), svg("line", { class: "wire", x1, x2: x1, y1: y0, y2: end }), lanes,
      n === 0 ? svg("text", { class: "dim", x: width / 2, y: y0 + 14, "text-anchor": "middle", "font-size": 13 }, "nothing crosses") : null,
      rest > 0 ? svg("text", { class: "dim", x: width / 2, y: end + 12, "font-size": 12, "text-anchor": "middle" }, `and ${plural(rest, "message")} more, in the transcript`) : null) };
  }

  function list() {
    if (!answer) return;
    const most = 200;
    const sent = answer.record.messages.map(m => m.label), first = sent.map(l => +l.match(/^head 1: numerator (\d+)$/)?.[1]).filter(Boolean)[0];
    put(transcript, first > 1 ? el("li", { class: "muted small" }, `Numerator 1${first > 2 ? ` to ${first - 1}` : ""} of a head: 0 bits, it is the same whatever Alice holds.`) : null, ...answer.record.messages.slice(0, most).map((m, k) => el("li", { class: k >= step ? "coming" : "", "aria-current": k === step - 1 ? "step" : null },
      el("button", { type: "button", "data-word": k, onclick: () => play.go(k + 1), onpointerenter: () => { hovered = k; explain(); }, onpointerleave: () => { hovered = -1; explain(); }, onfocus: () => { hovered = k; explain(); }, onblur: () => { hovered = -1; explain(); } },
        el("span", { class: `from ${m.from}` }, m.from === "alice" ? "A →" : "← B"), el("span", {}, m.label), el("span", { class: "bits" }, plural(m.bits, "bit")),
        el("span", { class: "raw" }, answer.words[k].length > 96 ? answer.words[k].slice(0, 96) + " …" : answer.words[k])))),
      answer.record.messages.length > most ? el("li", { class: "muted small" }, `${answer.record.messages.length - most} more; the command prints all`) : null, answer.record.messages.length ? null : el("li", { class: "muted small" }, "Nothing is written."));
    const now = transcript.querySelector("[aria-current]");
    if (now) transcript.scrollTop = Math.max(0, now.offsetTop - transcript.offsetTop - transcript.clientHeight / 2);
  }

  function tell() {
    if (!answer || failed) { put(verdict); put(meaning); put(foot); put(line); return; }
    const r = answer.record, b = r.bits, need = answer.needed;
    let alice = 0, bob = 0;
    r.messages.slice(0, step).forEach(m => { if (m.from === "alice") alice += m.bits; else bob += m.bits; });
    const go = answer.bites ? button(answer.bites.N > r.n ? `Go to N = ${number(answer.bites.N)}` : "See the usual cut", () => { location.hash = answer.bites.href; }, { class: "main", "data-act": "bite" }) : answer.pays_from ? button(`Go to N = ${answer.pays_from}`, () => change({ n: answer.pays_from, split: "", read: "" }, true), { class: "main", "data-act": "bite" }) : null;
    const vacuous = b.total > b.trivial, shrink = need && cat.reductions.some(q => q.name === need.reduction), sentence = need && b.total < need.bits ? [el("strong", { class: "bad" }, "Fewer bits than every right protocol needs: some input is wrong. ")]
      : vacuous ? [answer.bites?.N <= r.n ? "" : "Too small to be interesting. ", "The raw tokens cost less, so this proves nothing about the model (vacuous). ", answer.bites ? answer.bites.N > r.n ? `For a layer of these sizes the need overtakes at N = ${number(answer.bites.N)}. ` : `At the task's usual cut, not this one, the need overtakes at N = ${number(answer.bites.N)}. ` : answer.pays_from ? `From N = ${answer.pays_from} it costs less than they do. ` : "", go, " "]
      : b.total === b.trivial ? ["As many bits as the raw tokens: everything is handed over, so this proves nothing yet. ", shrink ? el("a", { href: `#break?${new URLSearchParams({ reduction: need.reduction, model: s.model, n: Math.min(cat.limits.break, 12) })}`, "data-act": "shrink" }, "Make the model smaller, and see what it confuses") : "", shrink ? ". " : ""]
      : [need ? "Fewer bits than the raw tokens, and no fewer than every right protocol for this split needs. " : "Fewer bits than the raw tokens. No lower bound here speaks about this split. "];
    put(verdict, judged({ sent: b.total, need: need?.bits, by: need?.by, raw: b.trivial, played: [alice, bob], of: ["alice", "bob"].map(who => r.messages.reduce((n, m) => m.from === who ? n + m.bits : n, 0)) }, sentence, r.agree ? "The cut run gives " : el("span", { class: "bad" }, "The cut run differs: "), el("strong", {}, some(r.output)), r.agree ? ", as the whole model does" : "",
      r.correct ? el("span", { class: "good" }, "; right by the definition.") : el("span", { class: "bad" }, `; the definition says ${some(r.expected)}.`)), need ? el("p", { class: "muted small" }, "Needed: the largest bound that is known for this split. ", need.by !== need.reduction && need.written ? `The hands that ${need.reduction} writes, of which Story, Grow and Break speak, need ${number(need.written)} here.` : "Story, Grow and Break speak of the hands that one reduction writes, which may need less.") : "");
    explain();
    put(foot, el("h3", {}, "This model"), el("p", { class: "small" }, answer.about),
      el("dl", { class: "facts" }, el("dt", {}, "Formula"), el("dd", {}, `${number(b.formula)} = `, formula(r.formula_text, sizesOf())), el("dt", {}, "Size"), el("dd", {}, `${plural(answer.size.bits, "bit")} = `, typeset(answer.size.formula)),
        el("dt", {}, "Sizes"), el("dd", {}, Object.entries(r.params).map(([n, v]) => `${n}=${v}`).join(" ")), el("dt", {}, "Setting"), el("dd", {}, r.setting),
        need ? [el("dt", {}, "Needed"), el("dd", {}, `${need.why} (${need.by}, ${need.basis})`)] : null),
      r.warnings.length ? el("ul", { class: "warnings" }, r.warnings.map(w => el("li", {}, w))) : null);
    put(line, command(r.command));
  }

  // explain says what the message is that is pointed at, or was last. Nothing else is
  // written anew, so that what a press is about to hit stays.
  function explain() {
    if (!answer || failed) return;
    const r = answer.record;
    const k = hovered >= 0 ? hovered : step - 1, m = r.messages[k];
    const known = who => { const own = r.split[who]; return own.length ? `tokens ${ranges(own)}` : "no tokens of their own"; };
    put(meaning, 
      m ? el("div", { class: `note ${m.from}` }, el("p", {}, el("strong", {}, `${NAMES[m.from]}: ${m.label}`), `, ${plural(m.bits, "bit")}, round ${m.round}`), el("p", {}, answer.meanings[k])) : el("div", { class: "note" }, el("p", {}, "Nothing is written yet. Both know the weights, N, who owns what, and the public tokens.")),
      el("dl", { class: "facts" },
        el("dt", {}, "Alice knows"), el("dd", {}, known("alice"), heard("bob", k)),
        el("dt", {}, "Bob knows"), el("dd", {}, known("bob"), heard("alice", k)),
        el("dt", {}, "Public"), el("dd", {}, r.split.public.length ? ranges(r.split.public) : "none"),
        el("dt", {}, "Read"), el("dd", {}, `position ${ranges(r.read)}; ${NAMES[r.answer] || "the owner"} answers`)));
  }

  // What stands beside the run: a kept one, and whose tokens are whose. Pointing changes none of it.
  function company() {
    if (!answer || failed) { put(beside); return; }
    const amounts = { sent: a => a.record.bits.total, needed: a => a.needed?.bits, raw: a => a.record.bits.trivial }, runs = [answer.other, answer];
    const row = (name, cell) => el("tr", {}, el("th", { scope: "row" }, name), runs.map(cell)), amount = (name, k) => row(name, a => el("td", { [`data-${k}`]: amounts[k](a) ?? "" }, number(amounts[k](a))));
    put(beside, answer.other ? el("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": "Two runs side by side" }, el("table", { "data-table": "beside" }, el("thead", {}, el("tr", {}, ["", "kept", "now"].map(h => el("th", { scope: "col" }, h)))),
      el("tbody", {}, row("model", a => el("td", {}, a.record.model)), row("task", a => el("td", {}, a.record.task)), row("N", a => el("td", {}, number(a.record.n))), row("sizes", a => el("td", {}, taskOf(a.record.task).params.filter(p => p.name in a.record.params).map(p => `${p.name}=${a.record.params[p.name]}`).join(" "))), row("setting", a => el("td", {}, a.record.setting)), row("split", a => el("td", {}, splitSpec(a.owners).replaceAll(",", ", "))), amount("sent", "sent"), amount("needed", "needed"), amount("raw tokens", "raw"),
        row("output", a => el("td", {}, some(a.record.output), a.record.correct ? "" : el("span", { class: "bad" }, " wrong")))))) : "");
    put(owned, button("Default cut", () => { change({ split: "" }); }, { class: "quiet", disabled: !s.split }));
    put(keep, button(s.beside ? "Forget the kept run" : "Keep, to compare", () => change({ beside: s.beside ? "" : new URLSearchParams(Object.entries({ task: s.task, model: s.model, n: s.n, seed: s.seed, set: s.set, split: s.split, read: s.read, answer: s.answer, tokens: s.tokens }).filter(([, v]) => v || v === 0)).toString() }), { class: "quiet", "data-act": "beside", disabled: !!inputFile }));
  }

  function openInput() {
    const file = el("input", { type: "file", accept: ".json,application/json", class: "offstage", "aria-label": "Open an input file", tabindex: -1, onchange: async () => {
      try { inputFile = JSON.parse(await file.files[0].text()); s.task = inputFile.task; s.n = inputFile.tokens?.length ?? s.n; s.set = ""; s.split = ""; s.tokens = ""; owners = null; step = Infinity; setup(); run(); } catch { failed = new Error("that file is no JSON"); draw(); }
    } });
    return [button("Open an input", () => file.click(), { class: "quiet" }), file];
  }

  function heard(from, k) {
    const m = answer.record.messages.slice(0, k + 1).filter(m => m.from === from);
    const bits = m.reduce((n, m) => n + m.bits, 0);
    return m.length ? `, and ${plural(bits, "bit")} in ${plural(m.length, "message")}` : "";
  }

  setup();
  const stopWatch = watchWidth(stage, w => { width = w; draw(); });
  run();
  return { close: stopWatch, keys: k => play.keys(k) };
}

// words reads typed tokens: numbers, or edges such as 1→2 or 1-2; what is neither is
// handed on for the engine to name.
function words(line) {
  return line.split(/[\s,]+/).filter(Boolean).map(w => { const e = w.match(/^(\d+)(?:→|->|>|-)(\d+)$/); return e ? { from: +e[1], to: +e[2] } : Number.isFinite(+w) ? +w : w; });
}

// bare writes a token as it is typed; null: it is not typed.
function bare(t) { return typeof t === "number" ? String(t) : t && typeof t === "object" && "from" in t ? `${t.from}→${t.to}` : null; }

function some(vs) { return vs.slice(0, 10).map(value).join(" ") + (vs.length > 10 ? " …" : ""); }

function parse(text) {
  const set = {};
  for (const part of (text || "").split(",")) {
    const [name, v] = part.split("=");
    if (name && v) set[name] = Number.isFinite(+v) ? +v : v;
  }
  return set;
}

function text(set) { return Object.entries(set).map(([k, v]) => `${k}=${v}`).join(","); }
