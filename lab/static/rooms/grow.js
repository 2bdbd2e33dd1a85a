// Grow: cost against need as N grows: for every model of given sizes, and for a model
// that is right, whose cost and need leave between them what nobody here knows.
import { ask } from "../api.js";
import { button, instead, problem, segmented, select, sheet, slider } from "../controls.js";
import { command, asking, copy, drag, el, exportButton, formula, number, plural, put, watchWidth } from "../dom.js";
import { SHADED, chart, colour, grown, sandwich } from "../plot.js";
import { verdict as judged } from "../verdict.js";

const NS = [8, 16, 32, 64, 128, 256, 512, 1024];

export const keys = cat => ["inequality", "n", "show", "guess", ...cat.inequalities.flatMap(q => q.sizes.map(z => z.name))];

export function open(main, cat, start, write) {
  let s = { inequality: "one-layer-match3", n: 1024, ...start };
  if (!start.inequality && start.task) s.inequality = cat.inequalities.find(q => q.task === start.task)?.name || "none";
  let task, model, entry, sizes = {}, answer = null, measures = null, failed = null, width = 0, stopper = null;
  let lengths = [], guessed = 0; // the N that the reader said, once it is revealed

  const controls = el("div", { class: "controls" }), stage = el("div", { class: "stage" }), verdict = el("div", { class: "verdict", "aria-live": "polite" }), definition = el("p", { class: "definition muted" }), shows = el("div", { class: "player" }), guess = el("div", { class: "player" });
  const measured = el("section", {}), facts = el("div"), letters = el("p", { class: "small" });
  const more = sheet("Formula and measurements", letters, exportButton(() => stage.querySelector("svg"), "crosscut-grow"), measured);
  main.append(
    el("div", { class: "lead" }, el("h1", {}, "Where the bound bites")),
    stage, definition, el("div", { class: "under" }, shows, guess, more.press), verdict, controls, facts, more.box);

  function setup() {
    entry = cat.inequalities.find(q => q.name === s.inequality);
    if (!entry && s.inequality !== "none") entry = cat.inequalities[0];
    s.inequality = entry?.name || "none";
    task = cat.tasks.find(t => t.name === (entry ? entry.task : s.task)) || cat.tasks[0];
    model = task.models.includes(s.model) ? s.model : entry && task.models.includes(entry.model) ? entry.model : task.models[0];
    if (!entry) s.show = "right";
    sizes = {};
    for (const z of entry?.sizes || []) sizes[z.name] = Math.max(z.min, Math.min(z.max, Number.isInteger(+s[z.name]) && s[z.name] !== undefined ? +s[z.name] : z.default));
    lengths = [];
    for (let n = 8; n <= (entry?.max_n || 1024); n = Math.max(n + 1, Math.round(n * 2 ** .25))) lengths.push(n);
    s.n = lengths.reduce((a, b) => Math.abs(b - s.n) < Math.abs(a - s.n) ? b : a);
    put(definition, el("strong", {}, task.name), `: ${task.doc}.`);
    put(letters, entry && s.show !== "right" ? ["Right models have ", formula(entry.formula, entry.sizes)] : "");
    put(shows, entry ? segmented("Picture of", [{ value: "", label: "every model of these sizes" }, { value: "right", label: "one large enough to be right" }], s.show || "", v => { s.show = v; setup(); run(); }) :  el("p", { class: "muted small" }, `No inequality in the catalogue speaks about every model of given sizes on ${task.name}.`));
    put(controls, select("Bound", [...cat.inequalities.map(q => ({ value: q.name, label: `${q.title} (${q.claim})` })), ...(entry ? [] : [{ value: "none", label: `none for ${task.name}` }])], s.inequality, v => { s = { inequality: v, n: s.n }; setup(); run(); tabulate(); }),
      s.show === "right" ? null : [entry.sizes.map(z => slider(`${z.name}, ${z.doc.split(";")[0]}`, { min: z.min, max: z.max, value: sizes[z.name], name: z.name, doc: z.doc }, v => { sizes[z.name] = v; run(); })),
      cursorSlider = slider("N, the cursor", { values: lengths, value: s.n, name: "n", doc: "sequence length" }, v => { s.n = v; run(); })]);
  }
  let cursorSlider;

  function run() { write({ task: task.name, model, inequality: s.inequality, n: s.n, show: s.show, guess: s.guess, ...sizes }); consult(); }
  // Where all lengths take too long, the longest are left out.
  async function measure(task, model, signal) {
    for (let ns = NS; ; ns = ns.slice(0, -2)) {
      try { return await ask("table", { task, model, ns, seed: 1 }, signal); } catch (e) { if (e.status !== 422 || ns.length < 5) throw e; }
    }
  }
  const consult = asking([stage, verdict], async () => s.show === "right" ? { right: { task: task.name, model, ...await measure(task.name, model) } } : { grown: await ask("grow", { inequality: s.inequality, sizes, n: s.n }) },
    (a, e) => { if (a?.grown) answer = a.grown; if (a?.right) measures = a.right; failed = e; draw(); });

  // The stage takes the pointer, since the chart is drawn anew while it moves.
  drag(stage, e => {
    if (!e.target.closest("svg.picture") || s.show === "right") return null;
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
    if (failed) { put(stage, problem(failed, run)); put(verdict); put(facts); return; }
    if (!width) return;
    const height = Math.max(300, Math.min(460, width * .5));
    if (s.show === "right") put(guess);
    if (s.show === "right") { if (measures?.task === task.name && measures.model === model) right(height); return; }
    if (!answer) return;
    const hidden = s.guess === "1" && !guessed;
    put(stage, grown({ width, height, answer, hidden, label: "Bits against sequence length: what models of these sizes send, what is needed, and the raw tokens" }));
    put(guess, hidden ? [button("From here on none is right", () => { guessed = s.n; draw(); }, { class: "main", "data-act": "reveal" })] : button("Guess first", () => { s.guess = "1"; guessed = 0; s.show = ""; setup(); run(); }, { class: "quiet", "data-act": "guess" }));
    if (hidden) { put(facts); put(verdict, el("p", { class: "sentence" }, "What is needed is hidden. From which N on can no model of these sizes be right? Drag the line there, and say so.")); return; }
    const at = answer.at;
    put(facts, el("p", { class: "muted small" }, SHADED));
    if (!at) { put(verdict, el("p", { class: "sentence" }, "No instance fits at this N.")); return; }
    const short = at.bits < at.needed, there = answer.bites_at && lengths.find(n => n >= answer.bites_at);
    put(verdict, judged({ sent: at.bits, need: at.needed, by: entry.reduction, raw: at.trivial, mark: "data-bits", name: `sent at N = ${number(at.N)}` },
      guessed && s.guess === "1" ? [el("strong", { "data-guessed": guessed }, `You said N = ${number(guessed)}. `), answer.bites_at ? guessed === lengths.find(n => n >= answer.bites_at) ? "That is it. " : `It is N = ${number(answer.bites_at)}. ` : `They do not cross up to N = ${number(answer.max_n)}. `] : "",
      short ? el("strong", { class: "bad" }, "Whatever its weights, such a model errs on some input. ") : answer.bites_at ? ["Too small to be interesting: the need overtakes ", "at N = ", el("strong", {}, number(answer.bites_at)), ". ", there ? button("Go there", () => { s.n = there; cursorSlider.set(there); run(); }, { class: "main", "data-act": "bite" }) : "", " "] : `The bound says nothing here, and bites nowhere up to N = ${number(answer.max_n)}. `,
      answer.bites_at ? [short ? "It bites from N = " : "That is ", short ? [el("strong", {}, number(answer.bites_at)), ", that is "] : "", "n = ", el("strong", { "data-bites": answer.bites_n }, number(answer.bites_n)), " of the problem."] : ""));
  }

  // right draws the sandwich of a model that is right: the need, what it sends, and
  // between them what is open.
  function right(height) {
    const rows = measures.table.rows.filter(r => r.bits > 0), last = rows.findLast(r => r.verdict === "meets");
    put(stage, sandwich({ width, height, rows, model, task: task.name }));
    put(facts, command(`crosscut table --task ${task.name} --model ${model} --n ${measures.table.rows.map(r => r.N).join(",")} --seed 1`));
    if (!last) { put(verdict, el("p", { class: "sentence" }, "No length was measured at which this model is right.")); return; }
    const least = Math.min(last.bits, last.trivial), by = last.needed ? last.needed_by : last.reduction, [, at, cost] = by?.match(/^(.*): (.*)$/) || ["", by];
    put(letters, last.needed ? `Needed at N = ${number(last.N)}: ${plural(last.needed, "bit")}${cost ? ` = ${cost}` : ""}, of ${at}. ` : "", `Sent there: ${plural(last.bits, "bit")} = `, formula(last.formula_text));
    put(verdict, judged({ sent: last.bits, need: last.needed, by: by?.split(/[ :]/)[0], raw: last.trivial, mark: "data-bits", name: `${model} sends at N = ${number(last.N)}`, unknown: "no bound known" },
      last.needed ? least === last.needed ? "Need and cost meet: nothing is open at this length. " : ["Between ", number(last.needed), " and ", number(least), " bits nothing is known here: a factor of ", el("strong", {}, String(+(least / last.needed).toPrecision(2))), ". "] : "No lower bound here speaks about this split. ",
      last.bits > last.trivial ? "The raw tokens are the better protocol of the two: this cost is vacuous. " : "", last.needed ? el("span", { class: "muted" }, `${last.setting}, ${last.basis}: ${by}.`) : ""));
  }

  // The table: models that are right, measured, one request for each; stop at any time.
  function tabulate() {
    stopper?.abort();
    const tables = new Map();
    const bar = el("i"), state = el("span", { class: "muted small", "aria-live": "polite" }), body = el("div");
    const go = button("Measure", begin, { class: "main", "data-act": "measure" }), halt = button("Cancel", () => stopper?.abort(), { disabled: true, "data-act": "cancel" });
    put(measured, el("h3", {}, `Models that are right on ${task.name}`), el("p", { class: "muted" }, "Measured run by run: sizes by formula, bits by the meter, growth proved between two lines or fitted, each as it says, nothing extrapolated."),
      el("div", { class: "player" }, go, halt, el("div", { class: "progress", role: "progressbar", "aria-label": "Models measured", "aria-valuemin": 0, "aria-valuemax": task.models.length, "aria-valuenow": 0 }, bar), state), body);
    async function begin() {
      stopper = new AbortController();
      const { signal } = stopper;
      tables.clear();
      instead(halt, go);
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
          show();
        }
        state.textContent = "";
      } catch { state.textContent = "cancelled"; }
      instead(go, halt);
    }
    function show() {
      const rows = [...tables.values()].flatMap(t => t.table.rows);
      const fits = [...tables.values()].flatMap(t => t.table.growth);
      const lines = [...tables.values()].map((t, k) => ({ kind: "model", name: t.model, fill: colour(k), marks: k + 1, points: t.table.rows.filter(r => r.size !== null && r.verdict === "meets").map(r => [r.N, r.size]) })).filter(l => l.points.length);
      put(body, lines.length ? el("div", { class: "stage" }, chart({ width: measured.clientWidth || width, height: 300, xs: [8, 1024], what: "size of the model, bits", label: "Sizes of models that are right, in bits, against N", lines })) : "", el("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": "Measured rows" }, el("table", { "data-table": "measured" }, el("thead", {}, el("tr", {}, ["model", "N", "size", "bits", "formula", "needed", "raw tokens", "verdict"].map((h, i) => el("th", { scope: "col", class: i && i < 7 ? "r" : "" }, h)))),
        el("tbody", {}, rows.map(r => el("tr", {}, el("td", {}, r.model), [r.N, r.size, r.bits, r.formula, r.needed, r.trivial].map(v => el("td", { class: "r" }, number(v))), el("td", { class: `tag ${r.verdict}`, title: r.warnings.join("; ") }, r.verdict + (r.warnings.some(w => w.startsWith("vacuous")) ? ", vacuous" : ""))))))),
        el("h4", {}, "Growth"), el("p", { class: "small" }, fits.map((g, i) => [i ? "; " : "", el("strong", {}, g.model), ` ${g.of}: ${g.shape}`, g.shape === "N^a" ? ` with a = ${g.exponent}` : "", ` (${g.basis || "fitted"})`])),
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
