// Grow: cost against need as N grows, for models of given sizes.
import { ask } from "../api.js";
import { button, problem, select, slider } from "../controls.js";
import { command, asking, copy, drag, el, exportButton, number, plural, put, watchWidth } from "../dom.js";
import { chart, colour } from "../plot.js";

const NS = [8, 16, 32, 64, 128, 256, 512, 1024];

export const keys = cat => ["inequality", "n", ...cat.inequalities.flatMap(q => q.sizes.map(z => z.name))];

export function open(main, cat, start, write) {
  let s = { inequality: "one-layer-match3", n: 1024, ...start };
  let entry, sizes = {}, answer = null, failed = null, width = 0, tables = new Map(), stopper = null;
  let lengths = [];

  const controls = el("div", { class: "controls" }), stage = el("div", { class: "stage" }), verdict = el("p", { class: "verdict", "aria-live": "polite" });
  const measured = el("section", {}), facts = el("div");
  main.append(
    el("div", { class: "lead" }, el("h1", {}, "Where the bound bites"),
      el("p", {}, "What a model of these sizes can send, against what every right model must. Right of the crossing no weights help: each such model is wrong on some input.")),
    controls, stage, el("div", { class: "under" }, facts, exportButton(() => stage.querySelector("svg"), "crosscut-grow")), verdict, measured);

  function setup() {
    entry = cat.inequalities.find(q => q.name === s.inequality) || cat.inequalities[0];
    s.inequality = entry.name;
    sizes = {};
    for (const z of entry.sizes) sizes[z.name] = Math.max(z.min, Math.min(z.max, Number.isInteger(+s[z.name]) && s[z.name] !== undefined ? +s[z.name] : z.default));
    lengths = [];
    for (let n = 8; n <= entry.max_n; n = Math.max(n + 1, Math.round(n * 2 ** .25))) lengths.push(n);
    s.n = lengths.reduce((a, b) => Math.abs(b - s.n) < Math.abs(a - s.n) ? b : a);
    put(controls, select("Bound", cat.inequalities.map(q => ({ value: q.name, label: `${q.title} (${q.claim})` })), s.inequality, v => { s = { inequality: v, n: s.n }; setup(); run(); tabulate(); }),
      entry.sizes.map(z => slider(`${z.name}, ${z.doc.split(";")[0]}`, { min: z.min, max: z.max, value: sizes[z.name], name: z.name, doc: z.doc }, v => { sizes[z.name] = v; run(); })),
      cursorSlider = slider("N, the cursor", { values: lengths, value: s.n, name: "n", doc: "sequence length" }, v => { s.n = v; run(); }));
  }
  let cursorSlider;

  function run() { write({ inequality: s.inequality, n: s.n, ...sizes }); consult(); }
  const consult = asking([stage, verdict], () => ask("grow", { inequality: s.inequality, sizes, n: s.n }), (a, e) => { answer = a || answer; failed = e; draw(); });

  // The stage takes the pointer, since the chart is drawn anew while it moves.
  drag(stage, e => {
    if (!e.target.closest("svg.picture")) return null;
    move(e);
    return { move };
  });
  function move(e) {
    const pic = stage.querySelector("svg.picture"), box = pic?.getBoundingClientRect();
    if (!box) return;
    const v = pic.inverse((e.clientX - box.left) * width / box.width);
    s.n = lengths.reduce((a, b) => Math.abs(Math.log(b / v)) < Math.abs(Math.log(a / v)) ? b : a);
    cursorSlider.set(s.n);
    run();
  }

  function draw() {
    if (failed) { put(stage, problem(failed, run)); return; }
    if (!width || !answer) return;
    const pts = key => answer.points.map(p => [p.N, p[key]]);
    const models = [...tables.values()];
    const pic = chart({
      width, height: Math.max(300, Math.min(460, width * .5)), xs: [8, answer.max_n], label: "Bits against sequence length",
      lines: [{ kind: "cost", name: "this model", points: pts("bits") }, { kind: "need", name: "needed", points: pts("needed") }, { kind: "raw", name: "raw tokens", points: pts("trivial") }],
      dots: models.map((m, k) => ({ name: m.model, fill: colour(k), points: m.table.rows.filter(r => r.size !== null && r.verdict === "meets").map(r => [r.N, r.size]) })),
      bite: answer.bites_at && answer.bites_at <= answer.max_n ? answer.bites_at : null, cursor: answer.at,
    });
    put(stage, pic);
    const at = answer.at;
    put(facts, el("span", { class: "muted small mono" }, entry.formula));
    if (!at) { put(verdict, "No instance fits at this N."); return; }
    const short = at.bits < at.needed;
    put(verdict, "At N = ", el("strong", {}, number(at.N)), " this model sends ", el("strong", { class: "a", "data-bits": at.bits }, plural(at.bits, "bit")), " and ", el("strong", { class: "n", "data-needed": at.needed }, number(at.needed)), short ? " are needed: " : " are needed. ",
      short ? el("strong", { class: "bad" }, "whatever its weights, it errs on some input. ") : "The bound says nothing here. ",
      answer.bites_at ? ["It bites from n = ", el("strong", { "data-bites": answer.bites_n }, number(answer.bites_n)), ", which takes N = ", el("strong", {}, number(answer.bites_at)), "."] : `It bites nowhere up to N = ${number(answer.max_n)}.`);
  }

  // The table: models that are right, measured, one request for each; stop at any time.
  function tabulate() {
    stopper?.abort();
    tables = new Map();
    const task = cat.tasks.find(t => t.name === entry.task);
    const bar = el("i"), state = el("span", { class: "muted small", "aria-live": "polite" }), body = el("div");
    const go = button("Measure", begin, { class: "main", "data-act": "measure" }), halt = button("Cancel", () => stopper?.abort(), { disabled: true, "data-act": "cancel" });
    put(measured, el("h2", {}, `Models that are right on ${task.name}`), el("p", { class: "muted" }, "Their sizes as dots above, measured run by run: bits by the meter, growth fitted, nothing extrapolated."),
      el("div", { class: "player" }, go, halt, el("div", { class: "progress", role: "progressbar", "aria-label": "Models measured", "aria-valuemin": 0, "aria-valuemax": task.models.length, "aria-valuenow": 0 }, bar), state), body);
    // Where all lengths take too long, the longest are left out.
    async function measure(task, model, signal) {
      for (let ns = NS; ; ns = ns.slice(0, -2)) {
        try { return await ask("table", { task, model, ns, seed: 1 }, signal); } catch (e) { if (e.status !== 422 || ns.length < 5) throw e; }
      }
    }
    async function begin() {
      stopper = new AbortController();
      const { signal } = stopper;
      tables = new Map();
      go.disabled = true; halt.disabled = false;
      let done = 0;
      try {
        for (const model of task.models) {
          state.textContent = `measuring ${model}`;
          try { tables.set(model, { model, ...await measure(task.name, model, signal) }); } catch (e) {
            if (e.name === "AbortError") throw e;
            tables.set(model, { model, error: e, table: { rows: [], growth: [] } });
          }
          bar.style.width = `${100 * ++done / task.models.length}%`;
          measured.querySelector("[role=progressbar]").setAttribute("aria-valuenow", done);
          show(); draw();
        }
        state.textContent = "";
      } catch { state.textContent = "cancelled"; }
      go.disabled = false; halt.disabled = true;
    }
    function show() {
      const rows = [...tables.values()].flatMap(t => t.table.rows);
      const fits = [...tables.values()].flatMap(t => t.table.growth);
      put(body, el("div", { class: "scroll" }, el("table", { "data-table": "measured" }, el("thead", {}, el("tr", {}, ["model", "N", "size", "bits", "formula", "needed", "raw tokens", "verdict"].map((h, i) => el("th", { scope: "col", class: i && i < 7 ? "r" : "" }, h)))),
        el("tbody", {}, rows.map(r => el("tr", {}, el("td", {}, r.model), [r.N, r.size, r.bits, r.formula, r.needed, r.trivial].map(v => el("td", { class: "r" }, number(v))), el("td", { class: `tag ${r.verdict}`, title: r.warnings.join("; ") }, r.verdict + (r.warnings.some(w => w.startsWith("vacuous")) ? ", vacuous" : ""))))))),
        el("h3", {}, "Growth"), el("p", { class: "small" }, fits.map((g, i) => [i ? "; " : "", el("strong", {}, g.model), ` ${g.of}: ${g.shape}`, g.shape === "N^a" ? ` with a = ${g.exponent}` : ""])),
        [...tables.values()].filter(t => t.error).map(t => el("p", { class: "small warn" }, `${t.model}: ${t.error.message}`)),
        el("p", {}, button("Copy as LaTeX", () => copy([...tables.values()].map(t => t.latex || "").join("\n"), "LaTeX"), { "data-act": "latex" }), " ", button("Copy as CSV", () => copy(csv(), "CSV"), { "data-act": "csv" })),
        command(`crosscut table --task ${task.name} --n ${NS.join(",")} --seed 1`));
    }
    const csv = () => [...tables.values()].filter(t => t.csv).map((t, k) => k ? t.csv.split("\n").slice(1).join("\n") : t.csv).join("");
  }

  setup();
  tabulate();
  const stopWatch = watchWidth(stage, w => { width = w; draw(); });
  run();
  return { close() { stopWatch(); stopper?.abort(); } };
}
