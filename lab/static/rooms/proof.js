// Proof: a paper, claim by claim.
import { ask } from "../api.js";
import { button, instead, problem, select, sheet, slider } from "../controls.js";
import { NAMES, command, asking, el, exportButton, number, picture, plural, put, svg, value, watchWidth } from "../dom.js";
import { arc, layout, matched, token, widestOf } from "../strip.js";

const ORIGIN = { "checked here": "checked", "proved in docs": "proved", quoted: "quoted", "quoted, constant unknown": "quoted", open: "open" };

// Which reduction acts a claim out: that of its inequality, or one that its rows name.
const acted = (cat, paper, claim) => cat.inequalities.find(q => q.paper === paper && q.claim === claim)?.reduction || { "theorem 10": "disj-qsa-memory", cycle5: "disj-cycle5" }[claim] || null;

// Claims that a model can do something are seen in the Cut room.
const SEEN = {
  "theorem 2": "cut?task=qsa&model=attention&n=16&seed=3", "theorem 3": "cut?task=qsa&model=attention&n=10&seed=1&set=construction%3Dqsa-moment", "theorem 6": "cut?task=match2&model=attention&n=24&seed=3",
  "theorem 8": "cut?task=match3-bigram&model=transformer&n=8&seed=1", "theorem 9": "cut?task=match3-local&model=attention&n=16&seed=1", "third-order unit": "cut?task=match3&model=tensor-attention&n=12&seed=2",
  "theorem 7": "grow?inequality=one-layer-match3&n=1024", "theorem 4": "grow?inequality=one-unit-qsa&n=128", "theorem 11": "break?reduction=disj-qsa-memory&model=rnn&n=8&shrink=m&value=3", "theorem 10": "break?reduction=disj-qsa-memory&model=mlp&n=5&shrink=h1&value=8", cycle3: "grow?inequality=one-layer-cycle3&n=1024",
};

// The paper that is open first: that of the first inequality.
const usual = cat => cat.papers.find(p => p.name === cat.inequalities[0].paper) || cat.papers.find(() => true);

export const keys = () => ["paper", "claim", "n", "x", "y"];

export function open(main, cat, start, write) {
  let s = { paper: usual(cat).name, claim: "", ...start };
  let paper = cat.papers.find(p => p.name === s.paper) || usual(cat);
  let claim = paper.claims.find(c => c.id === s.claim) || paper.claims.find(c => c.id === "theorem 7") || paper.claims[0];
  let n = Math.max(1, Math.min(cat.limits.reduce, +s.n || 5)), x = s.x ?? "01101", y = s.y ?? "00110", reduction = s.reduction || "", answer = null, failed = null, width = 0, stopper = null, focus = null;

  const side = el("nav", { "aria-label": "Claims" }), head = el("div"), act = el("section"), stage = el("div", { class: "stage" }), rests = el("div"), outcome = el("div"), pick = el("div", { class: "pick" }), conventions = el("ul", { class: "small" }), saving = exportButton(() => stage.querySelector("svg"), "crosscut-reduction");
  const more = sheet("What the numbers rest on", conventions, saving);
  main.append(el("div", { class: "lead" }, el("h1", {}, "The paper, claim by claim"), el("p", {}, "What is claimed, what acts it out, and what it rests on. Nothing quoted or open is shown as checked. ", el("a", { href: "#atlas" }, "The atlas"), " shows every task and architecture.")),
    cat.papers.length > 1 ? pick : "", el("div", { class: "claims" }, side, el("article", {}, head, act, rests, outcome)), more.box);

  function show() {
    if (cat.papers.length > 1) put(pick, select("Paper", cat.papers.map(p => ({ value: p.name, label: `${p.title} (${p.name})` })), paper.name, v => { paper = cat.papers.find(p => p.name === v); claim = paper.claims[0]; reset(); show(); }));
    put(side, paper.claims.map(c => el("a", { href: `#proof?${new URLSearchParams({ paper: paper.name, claim: c.id })}`, "aria-current": c === claim ? "true" : null, onclick: e => { e.preventDefault(); claim = c; reset(); show(); } }, el("span", {}, c.id), el("small", {}, c.kind))));
    reduction ||= acted(cat, paper.name, claim.id) || "";
    put(head, el("p", { class: "muted small" }, `${claim.kind} · ${claim.source}`), el("blockquote", {}, claim.statement));
    put(rests, el("h2", {}, "What it rests on"), el("ul", { class: "parts" }, claim.parts.map(p => el("li", {}, el("span", { class: `origin ${ORIGIN[p.origin]}` }, p.origin), el("span", {}, p.what)))));
    put(conventions, claim.conventions.map(c => el("li", {}, c)));
    more.press.hidden = !reduction && !claim.conventions.length;
    saving.hidden = !reduction;
    const seen = paper === usual(cat) && SEEN[claim.id];
    rests.append(el("p", { class: "under" }, seen ? el("a", { href: `#${seen}` }, `See it in the room ${seen[0].toUpperCase()}${seen.slice(1).split("?")[0]}`) : "", more.press));
    put(outcome, el("h2", {}, "Run it now"), el("p", {}, button("Run this claim", execute, { class: "main", "data-act": "run" }), " ", button("Cancel", () => stopper?.abort(), { "data-act": "cancel", disabled: true })), el("div", { "aria-live": "polite", class: "outcome" }));
    frame();
  }

  function frame() {
    if (!reduction) { put(act); save(); return; }
    put(act, el("h2", {}, "The reduction, acted out"), el("div", { class: "acts" }), stage, el("p", { class: "witness muted" }), el("p", { class: "verdict", "aria-live": "polite" }), el("div", { class: "facts-of" }));
    run();
  }

  function reset() { stopper?.abort(); x = "01101"; y = "00110"; reduction = ""; answer = null; put(stage); }
  function save() { write({ paper: paper.name === usual(cat).name ? "" : paper.name, claim: claim.id, n: reduction ? n : "", x: reduction ? x : "", y: reduction ? y : "" }); }

  function run() {
    const pad = v => (v + "0".repeat(n)).slice(0, n), position = cat.reductions.find(r => r.name === reduction)?.y === "position";
    x = pad(x); y = position ? String(+y >= 1 && +y <= n ? +y : Math.min(2, n)) : pad(y);
    save();
    consult();
  }
  const consult = asking([act], () => ask("reduce", { reduction, n, x, y }), (a, e) => { if (!reduction) return; answer = a || answer; failed = e; draw(); });

  function draw() {
    if (failed) { put(stage, problem(failed, run)); return; }
    if (!answer) return;
    const box = act.querySelector(".acts");
    if (!box) return;
    const position = cat.reductions.find(r => r.name === reduction).y === "position";
    const bits = (who, word, flip) => el("div", { class: "bitrow", role: "group", "aria-label": `${NAMES[who]}'s bits` }, el("span", { class: who }, `${NAMES[who]}, ${who === "alice" ? "x" : "y"}`),
      [...word].map((b, i) => el("button", { type: "button", class: `flip ${who}`, "aria-pressed": String(b === "1"), "aria-label": `${who === "alice" ? "x" : "y"} ${i + 1} is ${b}`, "data-flip": `${who}${i}`, onclick: () => { focus = `${who}${i}`; flip(i); } }, b)));
    const change = (w, i) => w.slice(0, i) + (w[i] === "1" ? "0" : "1") + w.slice(i + 1);
    const inFocus = focus ?? document.activeElement?.getAttribute?.("data-size");
    put(box, el("p", { class: "small muted" }, `${answer.problem}: ${answer.problem_doc}. ${answer.doc}.`), el("div", { class: "columns" }, el("div", {}, bits("alice", x, i => { x = change(x, i); run(); }),
      position ? el("div", { class: "bitrow" }, el("span", { class: "bob" }, "Bob, y"), Array.from({ length: n }, (_, k) => el("button", { type: "button", class: "flip bob", "aria-pressed": String(+y === k + 1), "aria-label": `y is position ${k + 1}`, "data-flip": `bob${k}`, onclick: () => { focus = `bob${k}`; y = String(k + 1); run(); } }, k + 1)))
        : bits("bob", y, i => { y = change(y, i); run(); })),
      slider("n", { min: 1, max: cat.limits.reduce, value: n, name: "n" }, v => { n = v; run(); })));
    if (focus) { box.querySelector(`[data-flip="${focus}"]`)?.focus(); focus = null; } else if (inFocus) box.querySelector(`[data-size="${inFocus}"]`)?.focus();
    if (width) {
      const place = layout(answer.tokens.length, width, widestOf(answer.tokens), 74), top = 30;
      const who = i => [...answer.of_x[i].map(k => `x${k}`), ...answer.of_y[i].map(k => position ? "y" : `y${k}`)];
      // Where the two players' bits meet: the pairs that make the answer 1, or the position asked for.
      const meets = [...x].flatMap((b, k) => (position ? +y === k + 1 : b === "1" && y[k] === "1") ? [k + 1] : []);
      const pairs = meets.flatMap(k => answer.of_x.flatMap((from, i) => from.includes(k) ? position ? (answer.read.includes(i + 1) ? [] : [[i, answer.read[0] - 1]]) : answer.of_y.flatMap((to, j) => to.includes(k) ? [[i, j]] : []) : []));
      const sum = answer.task === "match3" && pairs.length ? [answer.tokens[0], ...pairs[0].map(i => answer.tokens[i])] : null;
      act.querySelector(".witness").textContent = sum ? `${sum.join(" + ")} = ${sum.reduce((a, b) => a + b)}, which is 0 mod M` : "";
      const arcs = pairs.flatMap(([i, j]) => answer.task === "match3" ? matched(place, top, 0, [i, j]) : arc(place, top, i, j, { most: 46 }));
      put(stage, picture(width, top + place.height + 16, "The sequence that the reduction writes", arcs, answer.tokens.map((t, i) => {
        const names = who(i), { x: px, y: py } = place.at(i);
        return [token(place, i, t, answer.owners[i], { read: answer.read.includes(i + 1), attrs: { transform: `translate(0 ${top})`, role: "img" }, title: names.length ? `depends on ${names.join(", ")}` : "the same for every x and y" }),
          names.length && place.size >= 26 ? svg("text", { class: "halo", x: px + place.size / 2, y: top + py + 61, "font-size": 10, "text-anchor": "middle", fill: answer.of_x[i].length ? "var(--alice)" : "var(--bob)" }, names.length > 1 ? `${names[0]}…` : place.size < 40 || names[0] === "y" ? names[0] : `${names[0]} = ${(names[0][0] === "x" ? x : y)[names[0].slice(1) - 1]}`) : null];
      })));
    }
    put(act.querySelector(".verdict"), `${answer.problem}(x, y) = `, el("strong", { "data-want": answer.want }, answer.want ? "1" : "0"), `; the task reads `, el("strong", {}, answer.outputs.slice(0, 8).map(value).join(" ") + (answer.outputs.length > 8 ? " …" : "")), ` at ${plural(answer.read.length, "position")}, so it answers `, el("strong", { class: answer.answer === answer.want ? "good" : "bad", "data-answer": answer.answer }, answer.answer ? "1" : "0"), ".");
    put(act.querySelector(".facts-of"), el("p", { class: "small muted" }, `${answer.task}, N = ${answer.N}, ${Object.entries(answer.params).map(([k, v]) => `${k} = ${number(v)}`).join(", ")}. For all x and y at once:`), command(answer.command));
  }

  async function execute() {
    stopper?.abort();
    const mine = stopper = new AbortController(), where = outcome.querySelector(".outcome"), [go, halt] = outcome.querySelectorAll("button");
    instead(halt, go);
    put(where, el("p", { class: "muted" }, "running, at sizes that take a second or so …"));
    try {
      const { table } = await ask("claim", { paper: paper.name, claim: claim.id, seed: 1 }, mine.signal);
      if (stopper !== mine) return;
      const named = table.rows.find(r => cat.reductions.some(q => q.name === r.reduction))?.reduction;
      if (!reduction && named) { reduction = named; frame(); }
      put(where, el("div", { class: "scroll" }, el("table", { "data-table": "claim" }, el("thead", {}, el("tr", {}, ["model", "reduction", "n", "N", "bits", "formula", "needed", "runs", "wrong", "verdict"].map((h, i) => el("th", { scope: "col", class: i > 1 && i < 9 ? "r" : "" }, h)))),
        el("tbody", {}, table.rows.map(r => [el("tr", {}, el("td", {}, r.model), el("td", {}, r.reduction), [r.n, r.N, r.bits, r.formula, r.needed].map(v => el("td", { class: "r" }, number(v))), el("td", { class: "r" }, (r.exhaustive ? "all " : "") + number(r.runs)), el("td", { class: "r" }, number(r.wrong)), el("td", { class: `tag ${r.verdict}` }, r.verdict)),
          r.note || r.witness ? el("tr", {}, el("td", { colspan: 10, class: "small muted" }, [r.note, r.witness && `witness: ${r.witness}`].filter(Boolean).join(". "))) : null])))), command(table.command));
    } catch (e) { put(where, e.name === "AbortError" ? el("p", { class: "muted" }, "cancelled") : problem(e)); }
    instead(go, halt);
  }

  const stopWatch = watchWidth(stage, w => { width = w; draw(); });
  show();
  return { close() { stopWatch(); stopper?.abort(); } };
}
