// Break: make a model smaller until it fails, and see what it confuses.
import { ask, local, provide } from "../api.js";
import { button, problem, select, sheet, slider } from "../controls.js";
import { command, asking, el, exportButton, formula, number, picture, plural, put, svg, value, watchWidth } from "../dom.js";
import { verdict as judged } from "../verdict.js";
import { arc, layout, matched, token, widestOf, witness } from "../strip.js";

const scenes = [
  ["A state too small", { reduction: "disj-qsa-memory", model: "rnn", n: 8, shrink: "m", value: 3 }],
  ["One layer, slots missing", { reduction: "disj-match3", model: "attention", n: 12, shrink: "d_v", value: 3 }],
  ["A cache too short", { reduction: "index-qsa-memory", model: "kv-cache", n: 16, shrink: "slots", value: 2 }],
  ["A window too short", { reduction: "index-qsa-memory", model: "sliding-window", n: 20, shrink: "w", value: 2 }],
  ["A first layer too narrow", { reduction: "disj-qsa-memory", model: "mlp", n: 8, shrink: "h1", value: 1 }],
];

export const keys = () => ["reduction", "model", "n", "shrink", "value"];

export function open(main, cat, start, write) {
  let s = { ...scenes[0][1], ...start };
  s.n = Math.max(1, Math.min(cat.limits.break, +s.n || 8));
  let facts = null, answer = null, failed = null, width = 0, full = 0, busy = null;

  const controls = el("div", { class: "controls" }), verdict = el("div", { class: "verdict", "aria-live": "polite" }), stage = el("div", { class: "stage" }), result = el("div"), foot = el("div"), line = el("div"), why = el("p", { class: "muted small" });

  // The reader's own weights: in the static copy they go to the engine in the page and
  // nowhere else. Their answer stands until another question is asked.
  const own = el("input", { type: "file", multiple: true, accept: ".json,.safetensors", class: "offstage", "aria-label": "Open config.json and model.safetensors", tabindex: -1, "data-own": "", onchange: async () => {
    provide(await Promise.all([...own.files].map(async f => [f.name, new Uint8Array(await f.arrayBuffer())])));
    busy?.abort();
    try { answer = await ask("weights", { reduction: s.reduction, seed: 1, quantise: rounding.value }); failed = null; } catch (e) { failed = e; }
    own.value = "";
    draw();
  } });
  const rounding = el("select", { "aria-label": "Numbers of the state at the cut" }, [["", "as stored"], ...[8, 4, 2, 1].map(p => [String(p), `rounded to ${p} bits`])].map(([v, t]) => el("option", { value: v }, t)));
  const yours = () => local ? el("div", { class: "control" }, el("span", { class: "small muted" }, "Your own weights"), el("div", { class: "player" }, button("Open config.json and model.safetensors", () => own.click(), { "data-act": "own" }), rounding, own))
    : el("p", { class: "small muted wide" }, "Weights of your own are not sent to a server: ", el("code", {}, "crosscut falsify --weights DIR"), " reads them.");

  const more = sheet("The inputs in full", result, foot, exportButton(() => stage.querySelector("svg"), "crosscut-break"), yours());
  main.append(
    el("div", { class: "lead" }, el("h1", {}, "Make it smaller until it breaks")),
    stage, el("div", { class: "under" }, why, more.press), verdict, controls,
    el("ul", { class: "scenes", "aria-label": "Examples" }, scenes.map(([name, state]) => el("li", {}, button(name, () => { s = { task: s.task, ...state }; setup(); })))), line, more.box);

  const models = () => { const r = cat.reductions.find(r => r.name === s.reduction) || cat.reductions[0]; return cat.tasks.find(t => t.name === r.to).models; };

  function setup() {
    busy?.abort();
    if (s.reduction === "none" && s.task) {
      put(stage, el("p", { class: "muted" }, `No hard problem is known inside ${s.task}: nothing here says that a smaller model must fail. Choose another one below.`));
      for (const host of [verdict, result, foot, line]) put(host);
      put(controls, choice());
      write({ task: s.task, model: s.model, reduction: "none" });
      return;
    }
    if (!cat.reductions.some(r => r.name === s.reduction)) s.reduction = cat.reductions[0].name;
    if (!models().includes(s.model)) { s.model = models()[0]; s.shrink = ""; }
    facts = null;
    refit();
  }
  const choice = () => select("Hard problem inside", [...(s.reduction === "none" ? [{ value: "none", label: `none for ${s.task}` }] : []), ...cat.reductions.map(r => ({ value: r.name, label: `${r.from} in ${r.to} (${r.name})` }))], s.reduction, v => { s.reduction = v; s.shrink = s.value = ""; setup(); });
  const refit = asking([controls, stage, verdict, result], () => ask("sizes", { reduction: s.reduction, model: s.model, n: s.n }), (f, e) => { facts = f || { sizes: [] }; failed = e; fit(); });

  function fit() {
    const chosen = facts.sizes.find(z => z.name === s.shrink) || facts.sizes[0];
    s.shrink = chosen?.name ?? "";
    full = chosen?.full ?? 0;
    s.value = chosen ? Math.max(chosen.min, Math.min(full, s.value === undefined || s.value === "" ? full : +s.value)) : "";
    put(controls,
      choice(),
      select("Model", models(), s.model, v => { s.model = v; s.shrink = s.value = ""; setup(); }),
      slider("n, size of the problem", { min: 1, max: cat.limits.break, value: s.n, name: "n" }, v => { s.n = v; s.value = ""; setup(); }),
      facts.sizes.length > 1 ? select("Shrink", facts.sizes.map(z => ({ value: z.name, label: `${z.name}: ${z.doc.split(";")[0].slice(0, 48)}` })), s.shrink, v => { s.shrink = v; s.value = ""; setup(); }) : null,
      chosen ? slider(`${chosen.name}, of ${full}`, { min: chosen.min, max: full, value: s.value, doc: chosen.doc, name: "value" }, v => { busy?.abort(); s.value = v; run(); }) : null,
      chosen ? button("Shrink until it fails", hunt, { class: "main", "data-act": "hunt" }) : null);
    if (failed) { draw(); return; }
    run();
  }

  function request() {
    const set = {};
    if (s.shrink && +s.value !== full) set[s.shrink] = +s.value;
    return { reduction: s.reduction, model: s.model, n: s.n, set, seed: 1 };
  }

  function run() { write({ task: cat.reductions.find(r => r.name === s.reduction).to, reduction: s.reduction, model: s.model, n: s.n, shrink: s.shrink, value: s.value }); consult(); }
  const consult = asking([stage, verdict, result], () => ask("break", request()), (a, e) => { answer = a || answer; failed = e; draw(); });

  // hunt lowers the size step by step; it can be stopped. While the sizes of another
  // model or problem are awaited there is nothing to lower.
  async function hunt(e) {
    const press = e.currentTarget;
    if (busy) { busy.abort(); return; }
    if (!facts) return;
    const hunting = busy = new AbortController(), { signal } = hunting;
    press.textContent = "Stop";
    const chosen = facts.sizes.find(z => z.name === s.shrink);
    try {
      for (let v = full; v >= chosen.min && !signal.aborted; v -= Math.max(1, Math.floor((full - chosen.min) / 60))) {
        const found = await ask("break", { ...request(), set: v === full ? {} : { [s.shrink]: v } }, signal);
        if (signal.aborted || !main.contains(stage)) break;
        s.value = v;
        controls.querySelector('[data-size="value"]').parentElement.set(v);
        answer = found;
        draw();
        if (answer.finding.kind !== "none") break;
      }
      if (!signal.aborted) write({ task: cat.reductions.find(r => r.name === s.reduction).to, reduction: s.reduction, model: s.model, n: s.n, shrink: s.shrink, value: s.value });
    } catch (error) { if (error.name !== "AbortError" && !signal.aborted) { failed = error; draw(); } }
    if (busy === hunting) busy = null;
    press.textContent = "Shrink until it fails";
  }

  function draw() {
    if (failed) { put(stage, problem(failed, setup)); for (const host of [verdict, result, foot, line]) put(host); return; }
    if (!answer) return;
    const f = answer.finding, forced = f.kind === "forced", wrong = `on at least one of them the reader is wrong${answer.runs.length === 2 && answer.runs.every(r => !r.correct) ? ", here on both" : ""}`;
    put(verdict, judged({ sent: f.message_bits, need: f.needed, by: s.reduction, mark: "data-message", name: "the message", unknown: "no bound in this setting" },
      forced ? [el("strong", { class: "bad" }, "Two inputs, one message. "), "Bob sees the same words and holds the same tokens, but the right answers differ."]
        : f.kind === "found" ? [el("strong", { class: "bad" }, "It errs. "), "This is a plain mistake of this model on one input; another of its size might not make it."]
        : [el("strong", { class: "good" }, "No failure found. "), f.verdict === "meets" ? `All ${number(f.tried)} inputs were tried.` : "That proves nothing about the inputs that were not tried."]));
    put(why, el("span", { class: "who alice" }, "Alice"), " holds the blue tokens, ", el("span", { class: "who bob" }, "Bob"), " the orange ones. ", forced ? f.needed && f.message_bits < f.needed ? `The message has fewer values than Alice has hands that matter, so two hands share one: ${wrong}.` : `The message is long enough to tell all hands apart, yet this model gives two of them the same: ${wrong}.`
      : f.kind === "found" ? "No two hands that matter were found to share a message; this model errs all the same." : "No two hands that matter were found to share a message.");
    put(foot, el("p", { class: "small muted" }, f.note.startsWith(f.strategy) ? f.note : `${f.note}; ${f.strategy}, ${number(f.tried)} tried`, `; ${f.setting}. Message: `, formula(answer.formula, facts?.sizes)));
    put(line, command(answer.command));
    drawPair();
  }

  function drawPair() {
    if (!answer || failed || !width) return;
    const runs = answer.runs;
    if (!runs.length) { put(stage); put(result); return; }
    const place = layout(runs[0].tokens.length, width, Math.max(...runs.map(r => widestOf(r.tokens))));
    const twin = runs.length === 2, lift = runs[0].tokens.every(t => typeof t === "number") ? 30 : 0, high = place.height + 34 + lift, parts = [];
    runs.forEach((r, k) => {
      const y = k * (high + (twin ? 62 : 10)) + 22 + lift;
      parts.push(svg("text", { x: place.left, y: y - 8 - lift, "font-size": 13, "font-weight": 600, fill: r.correct ? "currentColor" : "var(--bad)" }, `${twin ? ["One input", "Its twin"][k] : "The input"}${r.correct ? "" : ": wrong here"}`));
      // What differs comes last, so that no neighbour covers its frame.
      const order = r.tokens.map((_, i) => i).sort((a, b) => answer.differ.includes(a + 1) - answer.differ.includes(b + 1) || a - b);
      order.forEach(i => parts.push(token(place, i, r.tokens[i], answer.owners[i], { differs: answer.differ.includes(i + 1), read: answer.finding.read.length < 4 && answer.finding.read.includes(i + 1), attrs: { transform: `translate(0 ${y})`, role: "img" } })));
    });
    // The position whose right answer tells the two apart, and what it asks for.
    const reads = answer.finding.read, telling = twin ? reads.findIndex((_, k) => JSON.stringify(runs[0].expected[k]) !== JSON.stringify(runs[1].expected[k])) : runs[0].expected.findIndex((v, k) => JSON.stringify(v) !== JSON.stringify(runs[0].output[k]));
    if (telling >= 0) runs.forEach((r, k) => {
      const y = k * (high + (twin ? 62 : 10)) + 22 + lift, i = reads[telling] - 1, from = place.at(i);
      if (reads.length >= 4) parts.push(svg("rect", { class: "asked", x: from.x + 2, y: y + from.y + 2, width: place.size - 4, height: 32, rx: 3 }));
      parts.push(...matched(place, y, i, witness(cat.reductions.find(q => q.name === s.reduction).to, answer.params.M, r.tokens, i)));
      for (const p of r.tokens[i]?.y || []) parts.push(arc(place, y, i, p - 1, { class: "arc", most: 34 }));
    });
    if (twin) {
      const y = high + 22, text = `the same ${plural(answer.finding.message_bits, "bit")}`;
      const words = runs[0].words.join(""), size = Math.min(9, Math.floor((width - 190) / Math.max(1, Math.min(words.length, 80))) - 1), fit = Math.max(0, Math.min(words.length, Math.floor((width - 180) / (size + 1))));
      parts.push(svg("path", { class: "arrow alice", d: `M${place.left + 20} ${y - 18}v20m-4 -4l4 4l4-4` }), svg("path", { class: "arrow alice", d: `M${place.left + 20} ${y + 40}v-20m-4 4l4-4l4 4` }),
        size > 1 ? [...words.slice(0, fit)].map((b, i) => svg("rect", { class: `bit alice${b === "0" ? " zero" : ""}`, x: place.left + 40 + i * (size + 1), y: y + 6, width: size, height: size, rx: 1 })) : null,
        svg("text", { x: place.left + 48 + (size > 1 ? fit * (size + 1) : 0), y: y + 11, "font-size": 13, "dominant-baseline": "central", class: "meter-need-text" }, text));
    }
    put(stage, picture(width, runs.length * high + (twin ? 70 : 20), "The inputs that it confuses", parts));
    const differ = answer.differ;
    put(result, el("div", { class: "pair" }, runs.map((r, k) => el("section", { class: r.correct ? "" : "wrong", "data-run": k },
      el("h3", {}, twin ? ["One input", "Its twin"][k] : "The input"),
      el("div", { class: "says" }, el("span", {}, "x = ", el("code", { "data-x": r.x }, r.x)), el("span", {}, "y = ", el("code", {}, r.y)), twin ? el("span", { class: "muted" }, `differs at ${plural(differ.length, "position")}: ${differ.join(", ")}`) : null),
      el("div", { class: "says" }, el("span", {}, "Alice writes ", el("code", {}, r.words.join(" ").slice(0, 120) + (r.words.join(" ").length > 120 ? " …" : "")))),
      el("div", { class: "says" }, el("span", {}, "Output ", el("strong", {}, list(r.output))), el("span", {}, "Definition ", el("strong", {}, list(r.expected))), el("span", { class: r.correct ? "good" : "warn" }, r.correct ? "right" : "wrong"))))));
  }

  function list(vs) { return vs.slice(0, 16).map(value).join(" ") + (vs.length > 16 ? " …" : ""); }

  setup();
  const stopWatch = watchWidth(stage, w => { width = w; drawPair(); });
  return { close() { stopWatch(); busy?.abort(); } };
}
