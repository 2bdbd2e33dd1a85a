// Write: a reduction, a problem or a model of one's own, checked where it is written.
// The counterexample stands in the strip.
import { ask } from "../api.js";
import { button, select, sheet, slider } from "../controls.js";
import { command, asking, download, el, exportButton, number, picture, plural, put, svg, value, watchWidth } from "../dom.js";
import { layout, token, widestOf } from "../strip.js";
import { verdict as judged } from "../verdict.js";

export const keys = () => ["file", "n", "source", "reduction"];

const LONGEST = 4000; // characters of a source that an address holds

export function open(main, cat, start, write) {
  let s = { file: "lecture/exercise1", n: 4, reduction: "index-qsa-memory", ...start };
  s.n = Math.max(1, Math.min(cat.limits.reduce, +s.n || 4));
  let files = [], answer = null, failed = null, width = 0, asked = null;
  const kept = name => files.find(f => f.name === name)?.source || "";

  const stage = el("div", { class: "stage" }), verdict = el("div", { class: "verdict low", "aria-live": "polite" }), controls = el("div", { class: "controls" }), foot = el("div");
  const editor = el("textarea", { id: "source", class: "source", rows: 22, spellcheck: "false", autocomplete: "off", autocapitalize: "off", oninput: () => { s.source = editor.value === kept(s.file) ? "" : editor.value; save(); },
    onkeydown: e => {
      if ((e.ctrlKey || e.metaKey) && e.key === "Enter") { e.preventDefault(); run(); }
      if (e.key === "Escape") controls.querySelector("button")?.focus(); // Tab is for moving on
    } });
  const file = el("input", { type: "file", accept: ".star,.txt,.py", class: "offstage", "aria-label": "Open a file", tabindex: -1, onchange: async () => { s.source = editor.value = await file.files[0].text(); setup(); run(); } });
  const more = sheet("Files", el("p", { class: "small muted" }, "Nothing leaves this page but to its own engine. The command below the file reads it as mine.star."),
    el("div", { class: "player" }, button("Open a file", () => file.click(), { class: "quiet" }), file, button("Save the file", () => download("mine.star", "text/plain", editor.value), { class: "quiet" })), el("h3", {}, "The picture"), exportButton(() => stage.querySelector("svg"), "crosscut-counterexample"));
  main.append(
    el("div", { class: "lead" }, el("h1", {}, "Write a proof, and have it checked")),
    stage, verdict, el("div", { class: "under" }, controls, more.press),
    el("label", { for: "source", class: "small muted" }, "The file, in Starlark (Python's grammar). Ctrl+Enter checks it. Alice's function sees x, Bob's sees y: a reduction that peeks cannot be written."), editor, foot, more.box);

  function save() { write({ file: s.file, n: s.n, source: (s.source || "").length <= LONGEST ? s.source : "", reduction: s.reduction === "index-qsa-memory" ? "" : s.reduction }); }

  function setup() {
    editor.rows = Math.max(12, Math.min(40, editor.value.split("\n").length + 1)); // all of it, where it is short
    put(controls, select("Begin with", files.map(f => f.name), s.file, v => { s.file = v; s.source = ""; editor.value = kept(v); setup(); run(); }),
      slider("n, size of the problem", { min: 1, max: Math.min(10, cat.limits.reduce), value: s.n, name: "n" }, v => { s.n = v; run(); }),
      /def (step|query)\(/.test(editor.value) ? select("The model faces", cat.reductions.map(r => r.name), s.reduction, v => { s.reduction = v; run(); }) : null,
      button("Check it", run, { class: "main", "data-act": "check" }));
  }

  function run() { save(); consult(); }
  const consult = asking([stage, verdict, foot], async () => {
    if (!files.length) { files = (await ask("sources")).files; if (!kept(s.file)) s.file = files[0].name; editor.value = s.source || kept(s.file); setup(); }
    asked = { source: editor.value, n: s.n, reduction: s.reduction, seed: 1 };
    const late = new AbortController(), clock = setTimeout(() => late.abort(), 12000); // the static copy has no other end to an endless loop
    try {
      const a = await ask("write", asked, late.signal);
      if (a.kind === "problem") a.matrix = await ask("matrix", { rows: a.rows }, late.signal);
      return a;
    } catch (e) { throw late.signal.aborted ? Object.assign(new Error("mine.star took more than 10 s"), { hint: "is there a loop that does not end, or is n too large?" }) : e; } finally { clearTimeout(clock); }
  }, (a, e) => { answer = a; failed = e; draw(); });

  function draw() {
    if (failed) { put(stage, el("div", { class: "problem", role: "alert" }, el("p", { "data-fault": "" }, failed.message), failed.hint ? el("pre", { class: "hint" }, failed.hint) : null)); put(verdict); put(foot); return; }
    if (!answer || !width) return;
    ({ reduction, problem: matrix, model })[answer.kind](answer);
  }

  const strip = (tokens, owners, more, words = "") => {
    const place = layout(tokens.length, width, widestOf(tokens)), top = 26;
    put(stage, picture(width, top + place.height + 8, words || "Tokens", words ? svg("text", { x: place.left, y: 14, "font-size": Math.min(13, 1.6 * width / words.length), "font-weight": 600 }, words) : null, tokens.map((t, i) => token(place, i, t, owners[i], { ...more(i), attrs: { transform: `translate(0 ${top})`, role: "img" } }))));
  };
  const written = v => typeof v === "string" ? v : JSON.stringify(v);

  function reduction({ result: r, read }) {
    const c = r.counterexample, v = r.violation;
    if (c) {
      strip(c.tokens, c.owners, i => ({ read: read?.length < 5 && read.includes(i + 1) }), `${c.inputs ? `inputs ${c.inputs.map(written).join(", ")}` : `x = ${written(c.x)}, y = ${written(c.y)}`}: want ${written(c.want)}, got ${written(c.got)}`);
    } else put(stage, el("p", { class: v ? "muted" : "good big" }, v ? "No sequence was written." : `Right on ${r.exhaustive ? "every pair" : "every pair that was tried"}.`));
    put(verdict, el("p", { class: "sentence" }, c ? [el("strong", { class: "bad", "data-verdict": "errs" }, "Refuted. "), `${r.failures === 1 ? "One pair" : number(r.failures) + " pairs"} of ${number(r.checked)} fail; this is the smallest. `, r.cause ? `${r.cause}.` : ""]
      : v ? [el("strong", { class: "bad", "data-verdict": "errs" }, "Refuted. "), `${[v.obligation, v.player, v.position && `position ${v.position}`].filter(Boolean).join(", ")}: ${v.detail || ""}`]
      : [el("strong", { class: "good", "data-verdict": r.verdict }, r.exhaustive ? "It holds. " : "No failure found. "), `${plural(r.checked, "pair")} tried${r.exhaustive ? ", every one" : `, of ${number(+r.pairs)}`}. `, r.consequences.length ? "What follows for each architecture:" : ""]));
    put(foot, r.consequences.length ? el("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": "What follows" }, el("table", { "data-table": "follows" }, el("thead", {}, el("tr", {}, ["architecture", "sizes", "bits", "needed", "bites from n", "N"].map((h, i) => el("th", { scope: "col", class: i > 1 ? "r" : "" }, h)))), el("tbody", {}, r.consequences.map(k => el("tr", {}, el("td", {}, k.architecture, k.bites_from && k.note ? el("p", { class: "muted" }, k.note) : null), el("td", {}, typeof k.sizes === "string" ? k.sizes : Object.entries(k.sizes || {}).map(([a, b]) => `${a}=${b}`).join(" ")), [k.bits, k.needed, k.bites_from, k.bites_from_N].map(x => el("td", { class: "r" }, number(x)))))))) : null,
      r.warnings.length ? el("ul", { class: "warnings" }, r.warnings.map(w => el("li", {}, w))) : null, command(answer.command));
  }

  function matrix(a) {
    const rows = a.rows, cell = Math.max(6, Math.min(26, (width - 8) / rows[0].length)), r = a.matrix.report, d = v => v.lower === v.upper ? number(v.lower) : `${v.lower}–${v.upper}`;
    put(stage, picture(width, rows.length * cell + 8, `Matrix, ${rows.length} rows and ${rows[0].length} columns`, rows.flatMap((row, i) => [...row].map((v, j) => svg("g", { class: `cell ${v === "1" ? "one" : v === "*" ? "star" : "zero"}` }, svg("rect", { x: j * cell, y: 4 + i * cell, width: cell, height: cell }))))));
    put(verdict, el("p", { class: "sentence" }, "D(f) is ", el("strong", { "data-verdict": d(r.deterministic) }, d(r.deterministic)), ` bits; ${r.distinct.rows} different rows, so ${plural(r.one_way.alice, "bit")} one way. `, el("a", { href: `#matrix?${new URLSearchParams({ rows: rows.join(",") })}` }, "Take it apart in Matrix"), "."));
    put(foot, command(answer.command));
  }

  function model({ broken: b }) {
    const f = b.finding, forced = f.kind === "forced";
    if (b.runs.length) strip(b.runs[0].tokens, b.owners, i => ({ differs: b.differ.includes(i + 1), read: f.read.length < 5 && f.read.includes(i + 1) }), forced ? "One input; its twin differs where the frame is red" : "An input on which it errs"); else put(stage, el("p", { class: "good big" }, "No failure found."));
    put(verdict, judged({ sent: f.message_bits, need: f.needed, by: asked.reduction, name: "the message", mark: "data-message", unknown: "no bound in this setting" }, forced ? [el("strong", { class: "bad", "data-verdict": "errs" }, "Two inputs, one message. "), `The right answers differ: ${b.runs.map(r => r.expected.map(value).join(" ")).join(" and ")}.`] : f.kind === "found" ? el("strong", { class: "bad", "data-verdict": "errs" }, "It errs.") : el("strong", { class: "good", "data-verdict": f.verdict }, f.verdict === "meets" ? `Right on all ${number(f.tried)} inputs.` : "No failure found.")));
    put(foot, el("p", { class: "small muted" }, f.note), command(answer.command));
  }

  const stopWatch = watchWidth(stage, w => { width = w; draw(); });
  run();
  return { close: stopWatch };
}
