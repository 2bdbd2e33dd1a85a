// Cut: a model, a sequence, and who holds what.
import { ask } from "../api.js";
import { button, field, player, problem, select, slider } from "../controls.js";
import { NAMES, command, asking, download, drag, el, exportButton, number, picture, plural, put, ranges, spoken, splitSpec, svg, value, watchWidth } from "../dom.js";
import { layout, token, widestOf } from "../strip.js";

const scenes = [
  ["Attention does Match2", { task: "match2", model: "attention", n: 24, seed: 3 }],
  ["One layer does Match3", { task: "match3", model: "attention", n: 15, set: "M=16", seed: 2, split: "alice:2-7,bob:8-13,public:1,14-15" }],
  ["Attention averages", { task: "qsa", model: "attention", n: 16, seed: 1, split: "alice:16,bob:1-15" }],
  ["A recurrent state", { task: "qsa", model: "rnn", n: 17, seed: 4, set: "q=1,eps=0.25", split: "alice:1-9,bob:10-17" }],
  ["Third order", { task: "match3", model: "tensor-attention", n: 12, seed: 2 }],
  ["Two layers", { task: "match3-bigram", model: "transformer", n: 8, seed: 1 }],
];

export const keys = () => ["task", "model", "n", "seed", "set", "split", "read", "answer", "step"];

export function open(main, cat, start, write) {
  const taskOf = name => cat.tasks.find(t => t.name === name);
  let s = { task: "match2", model: "attention", n: 16, seed: 3, ...start };
  s.n = Math.max(2, Math.min(cat.limits.cut, +s.n || 16));
  s.seed = +s.seed || 0;
  let answer = null, owners = null, width = 0, step = start.step === undefined ? Infinity : +start.step, active = 0, hovered = -1, failed = null, inputFile = null;

  const controls = el("div", { class: "controls" }), stage = el("div", { class: "stage" }), verdict = el("p", { class: "verdict", "aria-live": "polite" });
  const words = el("ol", { class: "words", tabindex: "0", "aria-label": "The transcript" }), meaning = el("div", { "aria-live": "polite" }), foot = el("div");
  const owned = el("div", { class: "player", role: "group", "aria-label": "Who holds what" });
  const play = player({ of: 0, at: 0, what: "message", change: k => { step = k; draw(); list(); save(); } });

  main.append(
    el("div", { class: "lead" }, el("h1", {}, "Cut a model in two. Count what crosses."),
      el("p", {}, "Drag the cut, or give tokens to Alice and Bob one by one. Each sees only their own; every bit between them is metered, and the cut run equals the whole one bit for bit."),
      el("ul", { class: "scenes" }, scenes.map(([name, state]) => el("li", {}, button(name, () => { s = { ...state }; owners = null; inputFile = null; step = Infinity; setup(); run(); }))))),
    controls, stage, el("div", { class: "under" }, play, owned, exportButton(() => stage.querySelector("svg"), "crosscut-cut")), verdict,
    el("div", { class: "columns" }, el("section", {}, el("h2", {}, "Transcript"), words), el("section", {}, el("h2", {}, "What is known"), meaning, foot)));

  function setup() {
    const task = taskOf(s.task) || cat.tasks[0];
    s.task = task.name;
    if (!task.models.includes(s.model)) s.model = task.models[0];
    const made = cat.constructions.filter(c => c.model === s.model && (c.tasks.includes(s.task) || c.tasks.includes("*")));
    const set = parse(s.set);
    put(controls, 
      select("Task", cat.tasks.map(t => t.name), s.task, v => change({ task: v, set: "", split: "" }, true)),
      select("Model", task.models, s.model, v => change({ model: v, set: "" }, true)),
      made.length > 1 ? select("Weights", [{ value: "", label: "default" }, ...made.map(c => c.name)], set.construction || "", v => { const t = parse(s.set); delete t.construction; if (v) t.construction = v; change({ set: text(t) }, true); }) : null,
      slider("Tokens, N", { min: 2, max: cat.limits.cut, value: s.n, doc: "length of the sequence", name: "n" }, v => change({ n: v, split: "", read: s.read === "all" ? "all" : "" })),
      button("Another input", () => { inputFile = null; change({ seed: s.seed + 1 }); }, { "data-act": "seed" }),
      el("details", { class: "more", open: innerWidth > 700 && (s.set || s.read || s.answer) ? true : null }, el("summary", { class: "small" }, "Sizes, reading position, who answers"), el("div", {},
        field("Sizes and choices, as --set has them", s.set || "", v => change({ set: v }), { "data-act": "set", "aria-describedby": "set-hint", size: 28 }),
        select("Read", [{ value: "", label: "default" }, ...Array.from({ length: s.n }, (_, k) => String(k + 1)), "all"], s.read || "", v => change({ read: v })),
        select("Answers", [{ value: "", label: "default" }, { value: "bob", label: "Bob" }, { value: "alice", label: "Alice" }, { value: "owner", label: "each owner" }], s.answer || "", v => change({ answer: v })),
        el("p", { class: "muted small", id: "set-hint" }, hint(task, made, set)))));
  }

  // hint names the sizes that the task and the weights take.
  function hint(task, made, set) {
    const c = made.find(c => c.name === set.construction) || made[0];
    return ["Takes ", [...task.params, ...(c?.params || [])].map(p => p.name).join(", "), ...(c?.choices || []).map(c => `, ${c.Name}=${c.Of.join("|")}`), "."].join("");
  }

  function change(what, rebuild) {
    if (inputFile && ("n" in what || "task" in what)) inputFile = null;
    Object.assign(s, what);
    if (s.split === "" || s.split === undefined) owners = null;
    step = Infinity;
    if (rebuild) setup();
    run();
  }

  function save() {
    const all = answer ? answer.words.length : 0;
    write({ task: s.task, model: s.model, n: s.n, seed: s.seed, set: s.set, split: s.split, read: s.read, answer: s.answer, step: step >= all ? "" : step });
  }

  function run() { save(); consult(); }
  const consult = asking([stage, verdict, words, meaning], () => {
    const query = { task: s.task, model: s.model, set: parse(s.set), seed: s.seed, split: s.split || "", read: s.read || "", answer: s.answer || "" };
    if (inputFile) query.input = inputFile; else query.n = s.n;
    return ask("cut", query);
  }, (a, e) => {
    failed = e;
    if (a) {
      answer = a;
      owners = a.owners;
      hovered = -1;
      play.reset(a.words.length, step = Math.min(step, a.words.length));
    } else play.reset(0, 0);
    draw(); list(); tell();
  });

  // The cut of a split that is one piece for each player, or -1.
  function cutAt() {
    let last = -1, first = owners.length;
    owners.forEach((o, i) => { if (o === "alice") last = i; if (o === "bob") first = Math.min(first, i); });
    return last < first ? Math.max(last + 1, taskOf(s.task)?.public_first ? 1 : 0) : -1;
  }

  function moveCut(k) {
    const fixed = owners.map((o, i) => o === "public" && (i === 0 || !(taskOf(s.task).public_first)));
    give(owners.map((o, i) => fixed[i] && o === "public" ? o : i < k ? "alice" : "bob"));
  }

  function give(next) {
    if (!owners || next.every((o, i) => o === owners[i])) return;
    owners = next;
    s.split = splitSpec(owners);
    step = Infinity;
    draw(); run();
  }

  function draw() {
    if (!width || !owners) { if (failed) put(stage, problem(failed, run)); return; }
    const tokens = answer?.tokens ?? [];
    if (tokens.length !== owners.length) return;
    const a = answer, place = layout(tokens.length, width, widestOf(tokens));
    const top = 26, stripEnd = top + place.height + 8;
    const parts = [];
    tokens.forEach((t, i) => {
      const set = t && typeof t === "object" && "y" in t;
      parts.push(token(place, i, t, owners[i], {
        read: a.record.read.includes(i + 1), title: spoken(t),
        attrs: { tabindex: i === active ? 0 : -1, role: "button", "data-focus": i, transform: `translate(0 ${top})`,
          onkeydown: e => tokenKey(e, i), onfocus: () => { active = i; if (set) arcs(i); }, onpointerenter: () => set && arcs(i) } }));
    });
    const names = brackets(place, top);
    const arcLayer = svg("g", { class: "arcs", "aria-hidden": "true" });
    function arcs(i) {
      const { x: x0, y: y0 } = place.at(i);
      put(arcLayer, ...tokens[i].y.map(p => {
        const { x, y } = place.at(p - 1), h = place.size / 2, up = Math.min(22, 8 + Math.abs(x - x0) / 8);
        return svg("path", { class: "arc", d: `M${x0 + h} ${top + y0} Q${(x0 + x) / 2 + h} ${top + Math.min(y0, y) - up} ${x + h} ${top + y}` });
      }));
    }
    const reading = a.record.read[0] - 1;
    if (tokens[reading] && typeof tokens[reading] === "object" && "y" in tokens[reading]) arcs(reading);
    const channel = wordsPicture(stripEnd + 14), meter = meterPicture(channel.bottom + 30);
    const pic = picture(width, meter.bottom + 8, "Tokens, messages and the meter", names, parts, arcLayer, handle(place, top), channel.node, meter.node);
    placed = { place, top };
    put(stage, failed ? problem(failed, run) : "", pic);
  }

  function brackets(place, top) {
    if (place.rows > 1) return [];
    const runs = [];
    owners.forEach((o, i) => { const r = runs.at(-1); if (r && r.o === o) r.to = i; else runs.push({ o, from: i, to: i }); });
    return runs.filter(r => r.o !== "public" && (r.to - r.from + 1) * place.size > 34).map(r =>
      svg("text", { class: `who ${r.o}`, x: (place.at(r.from).x + place.at(r.to).x + place.size) / 2, y: top - 9, "text-anchor": "middle" }, (r.to - r.from + 1) * place.size > 80 ? NAMES[r.o] : NAMES[r.o][0]));
  }

  function handle(place, top) {
    const k = cutAt();
    if (k < 0) return null;
    const n = owners.length, end = k === n ? place.at(n - 1) : place.at(k);
    const x = k === n ? end.x + place.size : end.x, y = end.y + top;
    const least = taskOf(s.task)?.public_first ? 1 : 0;
    const g = svg("g", { class: "handle", tabindex: 0, role: "slider", "data-focus": "cut", "aria-label": "The cut", "aria-valuemin": least, "aria-valuemax": n, "aria-valuenow": k, "aria-valuetext": `after token ${k}`, "aria-orientation": "horizontal" },
      svg("line", { class: "cutline", x1: x, x2: x, y1: y - 14, y2: y + 58 }),
      svg("circle", { cx: x, cy: y + 58, r: 12 }),
      svg("text", { x, y: y + 58, "text-anchor": "middle", "dominant-baseline": "central", "aria-hidden": "true" }, "✂"));
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

  function wordsPicture(y0) {
    const a = answer, lanes = [], side = Math.min(92, width * .2), x0 = side, x1 = width - side, room = x1 - x0 - 34;
    const n = a.words.length, from = n <= mostLanes ? 0 : Math.max(0, Math.min(n - mostLanes, step - Math.ceil(mostLanes / 2)));
    const shown = a.words.slice(from, from + mostLanes);
    const high = 24;
    shown.forEach((w, j) => {
      const k = from + j, m = a.record.messages[k], y = y0 + j * high, who = m.from, right = who === "alice";
      const size = Math.max(3, Math.min(11, Math.floor(room / Math.max(1, Math.min(w.length, 96))) - 1)), fit = Math.min(w.length, Math.floor((room - 44) / (size + 1)));
      const bits = [...w.slice(0, fit)].map((b, i) => svg("rect", { class: `bit ${who}${b === "0" ? " zero" : ""}`, x: x0 + 17 + i * (size + 1), y: y + 12 - size / 2, width: size, height: size, rx: 1 }));
      const more = w.length - fit;
      lanes.push(svg("g", { class: `word${k >= step ? " coming" : ""}${k === step - 1 ? " now" : ""}`, "data-word": k, onpointerenter: () => { hovered = k; tell(); }, onpointerleave: () => { hovered = -1; tell(); } },
        svg("title", {}, `${m.label}, ${m.bits} bits`), svg("rect", { class: "lane", x: 0, y, width, height: high, rx: 3 }),
        svg("path", { class: `arrow ${who}`, d: right ? `M${x0} ${y + 12}h10m-4 -4l4 4l-4 4` : `M${x1} ${y + 12}h-10m4 -4l-4 4l4 4` }), bits,
        more > 0 ? svg("text", { class: "dim", x: x0 + 17 + fit * (size + 1) + 4, y: y + 12, "font-size": 11, "dominant-baseline": "central" }, `+${number(more)}`) : null,
        svg("text", { class: "dim", x: right ? 0 : width, y: y + 12, "font-size": 12, "dominant-baseline": "central", "text-anchor": right ? "start" : "end" }, plural(m.bits, "bit")),
        width > 760 && 17 + fit * (size + 1) < room - 210 ? svg("text", { class: "dim", x: x1 - 12, y: y + 12, "font-size": 12, "dominant-baseline": "central", "text-anchor": "end" }, m.label) : null));
    });
    const rest = n - shown.length;
    const end = y0 + Math.max(1, shown.length) * high;
    return { bottom: end + (rest > 0 ? 18 : 0), node: svg("g", {}, svg("line", { class: "wire", x1: x0, x2: x0, y1: y0, y2: end }), svg("line", { class: "wire", x1, x2: x1, y1: y0, y2: end }), lanes,
      n === 0 ? svg("text", { class: "dim", x: width / 2, y: y0 + 14, "text-anchor": "middle", "font-size": 13 }, "nothing crosses") : null,
      rest > 0 ? svg("text", { class: "dim", x: width / 2, y: end + 12, "font-size": 12, "text-anchor": "middle" }, `and ${plural(rest, "message")} more, in the transcript`) : null) };
  }

  function meterPicture(y) {
    const a = answer, b = a.record.bits, need = a.needed?.bits ?? 0;
    const most = Math.max(b.total, b.trivial, need, 1) * 1.05, at = v => Math.min(width - 1, v / most * width);
    let alice = 0, bob = 0;
    a.record.messages.slice(0, step).forEach(m => { if (m.from === "alice") alice += m.bits; else bob += m.bits; });
    const marks = [], mark = (v, name, cls, above) => {
      const x = at(v), end = x > width * .6;
      marks.push(svg("line", { class: cls, x1: x, x2: x, y1: above ? y - 8 : y, y2: above ? y + 18 : y + 26 }),
        svg("text", { class: cls === "meter-need" ? "meter-need-text" : "dim", x: x + (end ? -5 : 5), y: above ? y - 9 : y + 32, "font-size": 12.5, "text-anchor": end ? "end" : "start" }, `${name} ${number(v)}`));
    };
    if (need) mark(need, "needed", "meter-need", true);
    mark(b.trivial, "raw tokens", "meter-trivial", false);
    const label = `${number(alice + bob)} of ${plural(b.total, "bit")}`;
    return { bottom: y + 36, node: svg("g", { class: "meter", role: "img", "aria-label": `Meter: ${label}${need ? `, ${need} needed` : ""}, ${b.trivial} for the raw tokens` },
      svg("rect", { class: "meter-ground", x: 0, y, width, height: 18, rx: 3 }), svg("rect", { class: "meter-rest", x: .6, y: y + .6, width: Math.max(0, at(b.total) - 1), height: 16.8, rx: 3 }),
      svg("rect", { class: "meter-alice", x: 0, y, width: at(alice), height: 18, rx: 3 }), svg("rect", { class: "meter-bob", x: at(alice), y, width: at(alice + bob) - at(alice), height: 18, rx: 3 }), marks,
      svg("text", { x: need && at(need) < width / 2 ? width : 0, y: y - 9, "font-size": 12.5, "font-weight": 600, "text-anchor": need && at(need) < width / 2 ? "end" : "start" }, label)) };
  }

  function list() {
    if (!answer) return;
    const most = 200;
    put(words, ...answer.record.messages.slice(0, most).map((m, k) => el("li", { class: k >= step ? "coming" : "", "aria-current": k === step - 1 ? "step" : null },
      el("button", { type: "button", "data-word": k, onclick: () => play.go(k + 1), onpointerenter: () => { hovered = k; tell(); }, onpointerleave: () => { hovered = -1; tell(); }, onfocus: () => { hovered = k; tell(); }, onblur: () => { hovered = -1; tell(); } },
        el("span", { class: `from ${m.from}` }, m.from === "alice" ? "A →" : "← B"), el("span", {}, m.label), el("span", { class: "bits" }, plural(m.bits, "bit")),
        el("span", { class: "raw" }, answer.words[k].length > 96 ? answer.words[k].slice(0, 96) + " …" : answer.words[k])))));
    if (answer.record.messages.length > most) words.append(el("li", { class: "muted small" }, `${answer.record.messages.length - most} more; the command prints all`));
    if (!answer.record.messages.length) words.append(el("li", { class: "muted small" }, "Nothing is written."));
    const now = words.querySelector("[aria-current]");
    if (now) words.scrollTop = Math.max(0, now.offsetTop - words.offsetTop - words.clientHeight / 2);
  }

  function tell() {
    if (!answer || failed) { put(verdict); put(meaning); put(foot); return; }
    const r = answer.record, b = r.bits, need = answer.needed;
    const compare = !need ? ["No lower bound here speaks about this split. "] : b.total >= need.bits ? ["Every right protocol for this split, of any model, needs ", el("strong", { class: "n", "data-needed": need.bits }, number(need.bits)), ` (${need.basis}). `] : [el("strong", { class: "bad" }, `That is fewer than the ${need.bits} needed: some input is wrong. `)];
    const raw = b.total > b.trivial ? ["Alice's raw tokens would cost only ", el("strong", {}, number(b.trivial)), ", so this cost proves nothing about the model (vacuous). "] : ["Alice's raw tokens would cost ", el("strong", {}, number(b.trivial)), ". "];
    put(verdict, el("strong", { "data-total": b.total }, plural(b.total, "bit")), b.total === 1 ? " crosses. " : " cross. ", ...compare, ...raw,
      r.agree ? "The cut run gives " : el("span", { class: "bad" }, "The cut run differs: "), el("strong", {}, some(r.output)), r.agree ? ", as the whole model does" : "",
      r.correct ? el("span", { class: "good" }, "; right by the definition.") : el("span", { class: "bad" }, `; the definition says ${some(r.expected)}.`));
    const k = hovered >= 0 ? hovered : step - 1, m = r.messages[k];
    const known = who => { const own = r.split[who]; return own.length ? `tokens ${ranges(own)}` : "no tokens of their own"; };
    put(meaning, 
      m ? el("div", { class: `note ${m.from}` }, el("p", {}, el("strong", {}, `${NAMES[m.from]}: ${m.label}`), `, ${plural(m.bits, "bit")}, round ${m.round}`), el("p", {}, answer.meanings[k])) : el("div", { class: "note" }, el("p", {}, "Nothing is written yet. Both know the weights, N, who owns what, and the public tokens.")),
      el("dl", { class: "facts" },
        el("dt", {}, "Alice knows"), el("dd", {}, known("alice"), heard("bob", k)),
        el("dt", {}, "Bob knows"), el("dd", {}, known("bob"), heard("alice", k)),
        el("dt", {}, "Public"), el("dd", {}, r.split.public.length ? ranges(r.split.public) : "none"),
        el("dt", {}, "Read"), el("dd", {}, `position ${ranges(r.read)}; ${NAMES[r.answer] || "the owner"} answers`)));
    put(foot, el("h3", {}, "This model"), el("p", { class: "small" }, answer.about),
      el("dl", { class: "facts" }, el("dt", {}, "Formula"), el("dd", {}, `${number(b.formula)} = ${r.formula_text}`), el("dt", {}, "Size"), el("dd", {}, `${plural(answer.size.bits, "bit")} = ${answer.size.formula}`),
        el("dt", {}, "Sizes"), el("dd", {}, Object.entries(r.params).map(([n, v]) => `${n}=${v}`).join(" ")), el("dt", {}, "Setting"), el("dd", {}, r.setting),
        need ? [el("dt", {}, "Needed"), el("dd", {}, `${need.why} (${need.reduction}, ${need.basis})`)] : null),
      r.warnings.length ? el("ul", { class: "warnings" }, r.warnings.map(w => el("li", {}, w))) : null,
      command(r.command), el("p", {}, button("Save the input", () => download("input.json", "application/json", JSON.stringify(answer.input) + "\n"), { class: "quiet" }), openInput()));
    put(owned, button("Default cut", () => { change({ split: "" }); }, { class: "quiet", disabled: !s.split }));
  }

  function openInput() {
    const file = el("input", { type: "file", accept: ".json,application/json", class: "offstage", "aria-label": "Open an input file", tabindex: -1, onchange: async () => {
      try { inputFile = JSON.parse(await file.files[0].text()); s.task = inputFile.task; s.n = inputFile.tokens?.length ?? s.n; s.set = ""; s.split = ""; owners = null; step = Infinity; setup(); run(); } catch { failed = new Error("that file is no JSON"); draw(); }
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
