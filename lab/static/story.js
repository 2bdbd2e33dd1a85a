// The story: six scenes on one stage, from a puzzle to the bound and its mirror image.
// Every number is the engine's; a number in a sentence can be dragged.
import { ask } from "./api.js";
import { button, off, problem } from "./controls.js";
import { asking, command, el, exportButton, formula, number, plural, put, value, watchWidth } from "./dom.js";
import { SHADED } from "./plot.js";
import { scrub } from "./scrub.js";
import { witness } from "./strip.js";
import * as draw from "./stage.js";

export const keys = () => ["scene", "M", "n", "seed", "pick", "two", "cut", "hand", "boxes", "H", "width", "bits", "at", "numbers"];

const FIRST_ROOM = "cut?task=match2&model=attention&n=16&seed=3"; // behind the story
const DEFAULTS = { scene: 1, M: 32, n: 16, seed: 20, pick: 1, cut: 8, hand: 4, boxes: 3, H: 1, width: 3, bits: 8, at: 1096, numbers: 3 };

export function open(main, cat, start, write) {
  const s = { ...DEFAULTS, ...Object.fromEntries(Object.entries(start).map(([k, v]) => [k, +v])) };
  for (const [k, [low, high]] of Object.entries({ scene: [1, 6], M: [4, 256], n: [8, 64], seed: [0, 2 ** 31], pick: [1, 64], cut: [1, 64], hand: [2, 5], boxes: [0, 5], H: [1, 16], width: [1, 64], bits: [2, 32], at: [8, 2 ** 17], numbers: [1, 16] })) s[k] = Math.max(low, Math.min(high, Number.isInteger(s[k]) ? s[k] : DEFAULTS[k]));
  s.two = start.two === "1";
  s.cut = Math.min(s.cut, s.n); s.pick = Math.min(s.pick, s.n);
  const doc = name => cat.tasks.find(t => t.name === name).doc;
  let width = 0, height = 400, data = {}, failed = null, hovered = -1, revealed = false, dealt = true, sorted = new Map(), holding = first(), box = 0, caught = null;
  let crossAt = 0; // the N to which the crossing is dragged: the engine says the width that takes it there

  const stage = el("div", { class: "stage", "data-scene": s.scene }), caption = el("p", { class: "caption", "aria-live": "polite" });
  const titles = ["A puzzle", "What one layer does", "Cut it", "What is needed", "Where they cross", "The mirror image"];
  const scenes = titles.map((title, k) => el("section", { "data-story": k + 1, "aria-label": `Scene ${k + 1}, ${title}` }, el("h2", {}, `${k + 1}. ${title}`), el("div", { class: "says" })));
  const tale = el("div", { class: "tale" }, el("div", { class: "lead" }, el("h1", {}, "Why some questions are hard for a layer"), el("p", {}, "Six scenes, five minutes. Drag the underlined numbers, or use the arrow keys on them.")), scenes);
  const back = button("Back", () => go(s.scene - 1), { "data-act": "back" }), next = button("Next", () => { if (s.scene === 6) location.hash = FIRST_ROOM; else go(s.scene + 1); }, { class: "main", "data-act": "next" });
  const show = el("div", { class: "show" }, stage, caption, el("div", { class: "under" }, el("div", { class: "player" }, back, next), exportButton(() => stage.querySelector("svg"), "crosscut-story")));
  main.append(el("div", { class: "story" }, tale, show));

  function save() {
    const out = { scene: s.scene };
    for (const k of Object.keys(DEFAULTS)) if (k !== "scene" && s[k] !== DEFAULTS[k]) out[k] = s[k];
    if (s.two) out.two = 1;
    write(out);
  }
  const say = (k, ...words) => put(scenes[k - 1].querySelector(".says"), words);
  const turn = (name, low, high, label, more = {}) => scrub(label, s[name], { min: low, max: high, name, ...more }, v => { s[name] = v; changed(name); });
  function changed(name) { if (["n", "M", "seed"].includes(name)) { s.cut = Math.min(s.cut, s.n); s.pick = Math.min(s.pick, s.n); hovered = -1; revealed = false; } if (["hand", "boxes"].includes(name)) { sorted.clear(); caught = null; box = 0; holding = first(); } crossAt = 0; save(); consult(); }

  // What a scene asks of the engine.
  const match = (more = {}) => ask("cut", { task: "match2", model: "attention", n: s.n, set: { M: s.M }, seed: s.seed, ...more });
  const EASY = { task: "match2", n: 5, set: { M: 4 }, split: "alice:2-3,bob:4-5,public:1" }; // a Match2 that is small enough to count
  const splitAt = (n, k) => { const a = k > 1 ? `alice:2-${k},` : "", b = k < n ? `bob:${k + 1}-${n},` : ""; return `${a}${b}public:1`; };
  const questions = {
    1: async () => {
      const two = await match({ read: String(s.pick) });
      const three = await ask("cut", { task: "match3", model: "attention", input: { task: "match3", M: s.M, tokens: two.tokens }, seed: s.seed, read: String(s.pick), n: 0 });
      return { two, three };
    },
    2: async () => { const run = await match({ read: "1" }); return { run, weigh: run.weighed }; },
    3: async () => {
      const [run, ...grown] = await Promise.all([match({ split: splitAt(s.n, s.cut), read: "1" }), ...[16, 32, 64].map(n => ask("cut", { task: "match2", model: "attention", n, set: { M: s.M }, seed: s.seed, read: "1" }))]);
      return { run, weigh: run.weighed, grown };
    },
    4: async () => {
      if (dealt && !sorted.size) await deal();
      const act = (x, y) => ask("reduce", { reduction: "disj-match3", n: s.hand, x, y }), zero = "0".repeat(s.hand), one = "1".repeat(s.hand);
      const [hand, none, all, two] = await Promise.all([act(handOf(holding), zero), act(zero, zero), act(one, one), ask("matrix", EASY)]);
      return { hand, none, all, two, need: (await ask("sizes", { reduction: "disj-match3", model: "attention", n: s.hand })).needed };
    },
    5: () => ask("grow", { inequality: "one-layer-match3", n: s.at, sizes: { H: s.H, m: s.width, p: s.bits }, ...(crossAt ? { cross: { size: "m", n: crossAt } } : {}) }),
    6: async () => {
      const rnn = await ask("break", { reduction: "disj-qsa-memory", model: "rnn", n: 8, set: { m: s.numbers }, seed: 1 });
      const { finding } = rnn, tell = finding.read.find((_, k) => finding.kind === "forced" && JSON.stringify(rnn.runs[0].expected[k]) !== JSON.stringify(rnn.runs[1].expected[k]));
      const attend = input => ask("cut", { task: "qsa", model: "attention", input, seed: 1, read: String(tell), n: 0 });
      return { rnn, tell, attention: tell ? await Promise.all([attend(finding.input), attend(finding.twin)]) : [] };
    },
  };
  const consult = asking([stage, caption], () => { const k = s.scene; return questions[k]().then(d => ({ k, d })); }, (a, e) => { failed = e; if (a) data[a.k] = a.d; if (a?.k === 5 && crossAt) { crossAt = 0; s.width = a.d.sizes.m; save(); } paint(); there(); });

  // The hand that is shown before one is put into a box: 0101, so that her tokens show.
  function first() { return parseInt("01".repeat(s.hand).slice(0, s.hand), 2); }
  const handOf = v => v.toString(2).padStart(s.hand, "0");
  const sum = list => list.reduce((a, b) => a + b, 0);

  // What a scene says and shows, from its answer.
  const M = () => turn("M", 4, 64, "M, the modulus"), N = () => turn("n", 8, 64, "N, the number of tokens", { values: [8, 16, 32, 64] });
  const about = (name, M) => el("p", { class: "definition" }, el("strong", {}, name), `: ${doc(name)}`, M ? [". Here ", el("strong", { "data-modulus": M }, `M = ${M}`), "."] : "");
  const tells = {
    1({ two, three }) {
      const t = two.tokens, i = s.pick - 1, partners = t.flatMap((v, j) => (t[i] + v) % s.M === 0 ? [j] : []), pair = witness("match3", s.M, t, i);
      const yes2 = two.record.expected[0] === 1, yes3 = three.record.expected[0] === 1;
      say(1, el("p", {}, "Here are ", N(), " numbers, the tokens, added modulo M = ", M(), `: a sum counts as 0 when it is a multiple of ${s.M}. Token ${s.pick} is ${t[i]}: it needs `, s.two ? `two partners, ${t[i]} + ? + ? a multiple of ${s.M}. ` : `a partner, ${t[i]} + ? = ${s.M}${t[i] ? "" : " or 0"}. `, s.two ? "" : yes2 ? el("strong", { "data-answer": 1 }, `Token ${partners[0] + 1} is ${t[partners[0]]}.`) : el("strong", { "data-answer": 0 }, "Nobody is."), " Press any token to ask for it."),
        el("p", {}, "Now with two partners: three numbers whose sum is a multiple of M. Try to find them by eye. ", button(s.two ? "One partner" : "Two partners", () => { s.two = !s.two; revealed = false; save(); paint(); }, { "data-act": "two" }), " ",
          s.two ? revealed ? el("strong", { "data-triple": yes3 ? 1 : 0 }, yes3 ? `${t[i]} + ${t[pair[0]]} + ${t[pair[1]]} = ${t[i] + t[pair[0]] + t[pair[1]]}.` : "There are none.") : button("Show me", () => { revealed = true; paint(); }, { class: "main", "data-act": "reveal" }) : ""),
        el("p", { class: "muted" }, "To look for one partner is to look for one number. To look for two is to look for one of ", number(s.n * (s.n + 1) / 2), " pairs (a token may be taken twice)."),
        el("p", {}, button("Other numbers", () => { s.seed++; changed("seed"); }, { "data-act": "seed" })));
      put(caption, about(s.two ? "match3" : "match2", s.M));
      draw.puzzle(stage, { width, height, tokens: t, two: s.two, pick: i, partners: s.two ? [] : partners, pair: s.two && revealed && yes3 ? pair : null, press: k => { s.pick = k + 1; revealed = false; save(); consult(); } });
    },
    2({ run, weigh }) {
      const total = sum(weigh.weights), over = sum(weigh.numerators), h = hovered >= 0 ? hovered : -1;
      // The blank token's score is that of a partner, so its weight is 2^f; a token that is its own partner has as much.
      const blank = 2 ** run.record.params.f, own = 2 * run.tokens[0] % s.M === 0 ? blank : 0;
      say(2, el("p", {}, "An attention layer answers it. Token 1 sends a ", el("em", {}, "query"), " to every token; each answers with a weight: the stronger the line, the larger; dashes are a weight of 0. Two jars fill: the weights, and the weights times what each token has to say, its value: here 1 for every token. ", el("strong", {}, "Their quotient decides the output: 1 where it is more than 0."), ` A blank token of weight ${blank} and value 0, grey, is in the first jar as well, so that it is never empty: it alone makes the quotient 0.`),
        el("p", {}, `Here the weights of the other tokens add up to `, el("strong", { "data-weights": total }, number(total)), total ? ", all from the partners of token 1." : ": token 1 has no partner among them, and a blank token alone fills the jar.", ` The layer says ${run.record.output[0]}, the definition ${run.record.expected[0]}.`),
        el("p", {}, "Point at a token to see what it adds. ", el("strong", {}, h > 0 ? `Token ${h + 1}, ${run.tokens[h]}: weight ${weigh.weights[h]}.` : "")),
        el("p", { class: "muted" }, "Sums only: who put in what can no longer be told."));
      put(caption, about("match2", s.M));
      draw.layer(stage, { width, height, blank, own, tokens: run.tokens, weights: weigh.weights, numerators: weigh.numerators, total, over, output: run.record.output[0], hovered: h, hover: k => { if (hovered !== k) { hovered = k; paint(); } } });
    },
    3({ run, weigh, grown }) {
      const b = run.record.bits, bits = grown.map(g => g.record.bits.total), step = bits[1] - bits[0];
      say(3, el("p", {}, "Now a line through the strip, after token ", turn("cut", 1, s.n, "the cut"), ". Token 1, grey, is public: both see it. Of the others Alice has what is left of the line, Bob the rest. She fills her part of both jars and hands them over: ", el("strong", { class: "a", "data-total": b.total }, plural(b.total, "bit")), `, however her tokens lie. Sent as they are, they would take ${plural(b.trivial, "bit")}.`),
        el("p", {}, "Drag the line: the envelope hardly changes. Take ", N(), ` tokens, M still ${s.M}: with the line in the middle, at 16, 32 and 64 tokens it is `, el("strong", { "data-grown": bits.join(" ") }, `${bits.join(", ")} bits`), bits[2] - bits[1] === step ? `. Each doubling adds ${plural(step, "bit")}.` : ".", " A sum grows like a logarithm."),
        el("p", { class: "muted small" }, `${run.record.bits.total} bits = `, formula(run.record.formula_text), ` The second row of the envelope has room for every value of p = ${run.record.params.p} bits, negative ones too, and counts from the least: a small sum does not look small there.`));
      put(caption, about("match2", s.M), command(run.record.command));
      draw.cut(stage, { width, height, tokens: run.tokens, owners: run.owners, at: s.cut, words: run.words, messages: run.record.messages, weights: weigh.weights, bits: b.total, trivial: b.trivial, move: k => { if (k !== s.cut) { s.cut = k; changed("cut"); } } });
    },
    4({ hand, none, all: ones, two, need }) {
      const of = (a, who) => a.tokens.filter((_, i) => a.owners[i] === who), hers = of(ones, "alice"), yours = of(ones, "bob");
      const all = 2 ** s.hand, boxes = 2 ** s.boxes, full = sorted.size === all, spare = ones.owners.filter(o => o === "public").length - 1;
      say(4, el("p", {}, "You are Bob. You see an envelope and your own tokens. For Match3, Alice holds one of ", el("strong", {}, `2^${s.hand} = ${all}`), " hands (n = ", turn("hand", 2, 5, "n, the tokens that Alice may set"), "). An envelope of ", turn("boxes", 0, s.hand, "bits of the envelope"), ` ${s.boxes === 1 ? "bit" : "bits"} has ${plural(boxes, "box", "boxes")}, one for each thing that it can say: ${dealt ? "her hands are dealt into them in turn" : "sort her hands into them"}.`),
        el("p", { "aria-live": "polite" }, caught ? [el("strong", { class: "bad" }, `Two hands in one box: ${caught.a} and ${caught.b}. `), `Bob holds ${caught.y} and asks: the right answers are `, el("strong", { "data-convicts": `${caught.one} ${caught.two}` }, `${caught.one} and ${caught.two}`), ". He saw the same envelope, so he is wrong once."]
          : full ? el("strong", { class: "good" }, `${all} hands, ${boxes} boxes, none shared: ${s.boxes} bits suffice for this, and fewer cannot.`) : `${sorted.size} of ${all} hands are in a box.`),
        el("p", {}, `For every two of her hands there is a hand of yours on which the right answers differ, and she does not know yours. So ${all} envelopes are needed: `, el("strong", { class: "n", "data-needed": need }, plural(need, "bit")), "."),
        hands(all, boxes),
        el("p", {}, el("strong", {}, "In Match2 what her token adds, its weight, depends on token 1 alone, which she sees; in Match3 it depends on your number as well, which she does not."), ` Of the ${two.rows.length} hands of two numbers mod ${EASY.set.M}, Match2 has to tell `, el("strong", { "data-easy": two.report.distinct.rows }, number(two.report.distinct.rows)), ` kinds apart: ${plural(two.report.distinct.rows, "box", "boxes")} do.`),
        el("p", {}, "Each bit writes one token: a 0 the number ", of(none, "alice")[0], "; a 1 of hers, by its place, ", el("span", { "data-hers": hers.join(" ") }, hers.join(", ")), ", and a 1 of yours ", el("span", { "data-yours": yours.join(" ") }, yours.join(", ")), `. With token 1 they add up to M only where both of you have a 1 at the same place: ${ones.tokens[0]} + ${hers[0]} + ${yours[0]} = ${ones.params.M}. So by what you hold you can ask for each of her places, and the answer of Match3 is hers. M is ${ones.params.M} here and grows with n. The last ${plural(spare, "token")}, grey, ${spare === 1 ? "is 1" : "are 1"} whatever anybody holds; with them there are N = ${ones.N}.`));
      put(caption, about("match3", ones.params.M), command(hand.command));
      draw.need(stage, { width, height, hand, clash: caught?.runs, boxes, sorted, all, box, of: handOf });
    },
    5(a) {
      const at = a.at;
      const claim = cat.inequalities.find(q => q.name === "one-layer-match3");
      put(caption, about("match3"));
      if (!at) { put(stage, el("p", { class: "muted" }, "No instance fits at this N.")); return; }
      const short = at.bits < at.needed;
      say(5, el("p", {}, "A layer with ", turn("H", 1, 16, "heads"), s.H === 1 ? " head" : " heads", " of width ", turn("width", 1, 64, "width"), " and ", turn("bits", 2, 32, "bits of a number"), " bits sends at most ", el("strong", { class: "a", "data-bits": at.bits }, plural(at.bits, "bit")), " at N = ", turn("at", 8, a.max_n, "N, the length", { values: lengths(a.max_n) }), "; ", el("strong", { class: "n", "data-needed": at.needed }, number(at.needed)), " are needed for such hands as in scene 4. ",
        short ? el("strong", { class: "bad" }, "Whatever its weights, it errs on some input.") : "Here the bound says nothing yet."),
        el("p", {}, "What it can send grows like a logarithm, what is needed like N: the lines cross",
          a.bites_at ? [" at N = ", el("strong", { "data-bites": a.bites_at }, number(a.bites_at)), ". ", short ? "" : button(`Go to N = ${number(a.bites_at)}`, () => { s.at = lengths(a.max_n).find(n => n >= a.bites_at) || a.max_n; changed("at"); }, { "data-act": "bite" })] : " beyond this chart.", " Drag the crossing along the needed line: the width becomes what takes it there. More heads move it, too; nothing removes it. ", el("a", { href: `#grow?inequality=one-layer-match3&n=${s.at}&H=${s.H}&m=${s.width}&p=${s.bits}` }, "See it in Grow.")),
        el("p", { class: "muted" }, SHADED),
        el("p", { class: "muted small" }, "A right layer has ", formula(claim.formula, claim.sizes)));
      draw.crossing(stage, { width, height, answer: a, says: `${plural(s.H, "head")} of width ${s.width}`, step: by => { const w = Math.max(1, Math.min(64, s.width + by)); if (w !== s.width) { s.width = w; changed("width"); } }, cross: n => { if (n !== crossAt) { crossAt = n; consult(); } }, move: n => { const best = lengths(a.max_n).reduce((x, y) => Math.abs(Math.log(y / n)) < Math.abs(Math.log(x / n)) ? y : x); if (best !== s.at) { s.at = best; changed("at"); } } });
    },
    6({ rnn, tell, attention }) {
      const f = rnn.finding, forced = f.kind === "forced", q = Math.max(...rnn.runs.flatMap(r => r.tokens.map(t => t.y.length)), 1), hers = rnn.owners.filter(o => o === "alice").length, idle = rnn.runs.length && rnn.runs.every(r => f.read.every(k => r.tokens[k - 1].y.every(p => rnn.owners[p - 1] !== "bob")));
      say(6, el("p", {}, `Now an easy question for attention: a later token points at an earlier one and asks for its value. This is sparse averaging: the answer is the average over the q positions that the token names, here q = ${q}. A recurrent network reads from left to right and keeps a state, a box of `, turn("numbers", 1, 8, "numbers in the state"), ` ${s.numbers === 1 ? "number" : "numbers"}: `, el("strong", { class: "a", "data-message": f.message_bits }, plural(f.message_bits, "bit")), f.needed ? [". Needed: ", el("strong", { class: "n", "data-needed": f.needed }, number(f.needed)), f.needed === hers ? ", one for each of the blue values, which are \u00b11. " : ". "] : ". ",
        forced ? [el("strong", { class: "bad" }, "Two pasts, one box. "), `They differ at position ${rnn.differ.join(", ")}, and position ${tell} points back at it: the answers should be ${rnn.runs.map(r => value(r.expected[f.read.indexOf(tell)])).join(" and ")}, the network, whose state is the same after both, says ${[...new Set(rnn.runs.map(r => value(r.output[f.read.indexOf(tell)])))].join(" and ")}. ${idle ? "Nobody asks for the orange values." : ""}`] : el("strong", { class: "good" }, f.kind === "none" ? "No failure found: the box is large enough for every past that was tried." : "It errs on one input.")),
        el("p", {}, "When the question comes, the past is gone: the state had to keep every value that might be asked for, not knowing which."),
        attention.length ? el("p", {}, "Attention asks first and then looks back. On the same two pasts it finds ", el("strong", { "data-attention": attention.map(a => a.record.output.map(value)).join(" ") }, attention.map(a => value(a.record.output[0])).join(" and ")), ".") : null,
        el("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": "The two stories side by side" }, el("table", {}, el("thead", {}, el("tr", {}, el("td"), ["one attention layer, Match3", "a recurrent network, sparse averaging"].map(h => el("th", { scope: "col" }, h)))), el("tbody", {},
          [["who speaks", "Alice: her part of the sums", "the past: the state"], ["who answers", "Bob, who holds the rest", "the future, which asks"], ["what it is compared with", "all her hands", "all pasts that a question can tell apart"]].map(r => el("tr", {}, el("th", { scope: "row" }, r[0]), el("td", {}, r[1]), el("td", {}, r[2])))))),
        el("p", {}, el("a", { href: `#break?reduction=disj-qsa-memory&model=rnn&n=8&shrink=m&value=${s.numbers}` }, "Take it apart in Break"), ", or go on to ", el("a", { href: `#${FIRST_ROOM}` }, "Cut"), "."));
      put(caption, about("qsa"), command(rnn.command));
      draw.mirror(stage, { width, height, rnn, tell });
    },
  };

  const lengths = max => { const out = []; for (let n = 8; n <= max; n = Math.max(n + 1, Math.round(n * 2 ** .125))) out.push(n); if (!out.includes(s.at)) { out.push(s.at); out.sort((a, b) => a - b); } return out; };

  // Scene 4: Alice's hands as buttons, and the boxes.
  function hands(all, boxes) {
    return el("div", {}, el("div", { class: "hands", role: "group", "aria-label": "Alice's hands" }, Array.from({ length: all }, (_, v) => el("button", { type: "button", class: "hand", "data-focus": `hand${v}`, disabled: sorted.has(v) || !!caught, "aria-label": `Hand ${handOf(v)}${sorted.has(v) ? `, in box ${sorted.get(v) + 1}` : ", put it into a box"}`, onclick: () => file(v, box) }, handOf(v)))),
      el("p", { class: "player" }, button("Deal them out", async () => { dealt = true; await deal(); consult(); }, { "data-act": "deal" }), button("Start again", () => { dealt = false; sorted.clear(); caught = null; box = 0; paint(); }, { "data-act": "again" })));
  }
  // into puts a hand into a box, and says which one it shares it with.
  function into(b, v) {
    const other = [...sorted].find(([, held]) => held === b)?.[0];
    sorted.set(v, b);
    holding = v;
    box = (b + 1) % 2 ** s.boxes;
    return other;
  }
  function file(v, b) { const other = into(b, v); if (other !== undefined && !caught) convict(other, v); else consult(); }
  async function deal() { for (let v = 0; v < 2 ** s.hand && !caught; v++) if (!sorted.has(v)) { const other = into(box, v); if (other !== undefined) await convict(other, v); } }
  // The question that tells two hands apart: the engine gives both answers.
  async function convict(a, b) {
    const x = handOf(a), z = handOf(b), k = [...x].findIndex((bit, i) => bit !== z[i]), y = [...x].map((_, i) => i === k ? "1" : "0").join("");
    caught = { a: x, b: z, y, one: "…", two: "…" };
    const mine = caught;
    try {
      const [one, two] = await Promise.all([x, z].map(h => ask("reduce", { reduction: "disj-match3", n: s.hand, x: h, y })));
      if (caught !== mine || !stage.isConnected) return;
      Object.assign(mine, { one: one.outputs[0], two: two.outputs[0], runs: [one, two] });
      paint();
    } catch (e) { failed = e; paint(); }
  }

  function paint() {
    off(s.scene === 1, back); next.textContent = s.scene === 6 ? "The rooms" : "Next";
    scenes.forEach((n, k) => n.toggleAttribute("data-on", k + 1 === s.scene));
    if (failed) { put(caption, problem(failed, () => consult())); return; }
    if (width && data[s.scene]) tells[s.scene](data[s.scene]);
  }

  function choose(k) {
    if (k === s.scene) return;
    s.scene = k;
    stage.setAttribute("data-scene", k);
    hovered = -1; crossAt = 0;
    save(); paint(); consult();
  }
  function go(k) {
    k = Math.max(1, Math.min(6, k));
    choose(k);
    toScene(k, matchMedia("(prefers-reduced-motion: reduce)").matches ? "instant" : "smooth");
  }
  // A scene's heading comes to stand right under the picture, where that is pinned above it.
  function toScene(k, behavior) { tale.style.setProperty("--pinned", `${innerWidth < 900 ? show.offsetHeight : 0}px`); scenes[k - 1].scrollIntoView({ block: "start", behavior }); }

  // The scene that is read is the one that stands where the eye is.
  let waiting = false;
  const scrolled = () => {
    if (waiting || "present" in document.documentElement.dataset || "embed" in document.documentElement.dataset) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      if (!main.contains(stage)) return;
      const line = innerWidth < 900 ? innerHeight * .62 : innerHeight * .4;
      let k = 1;
      scenes.forEach((n, i) => { if (n.getBoundingClientRect().top < line) k = i + 1; });
      if (scrollY + innerHeight > document.documentElement.scrollHeight - 4) k = 6;
      choose(k);
    });
  };
  // Each scene's words are there from the beginning, in their order. The one that the
  // address names stays in view while those above it fill, unless the reader scrolls.
  // The browser's own anchoring would move the page a second time.
  let still = s.scene > 1;
  const anchor = to => { document.documentElement.style.overflowAnchor = to; };
  anchor(still ? "none" : "");
  const touched = () => { still = false; anchor(""); }, there = () => { if (still && main.contains(stage)) toScene(s.scene, "instant"); };
  for (const e of ["wheel", "touchstart", "keydown", "pointerdown"]) main.addEventListener(e, touched, { once: true, passive: true });
  (async () => { for (const k of [1, 2, 3, 4, 5, 6]) if (k !== s.scene) try { const d = await questions[k](); if (!main.contains(stage)) return; if (!data[k]) { data[k] = d; const was = caption.cloneNode(true); quietly(k, d); put(caption, ...was.childNodes); there(); } } catch { /* said when it is opened */ } if (main.contains(stage)) { paint(); there(); touched(); addEventListener("scroll", scrolled, { passive: true }); } })();
  function quietly(k, d) { const w = width; draw.mute(true); try { width = w || 600; tells[k](d); } finally { width = w; draw.mute(false); } }

  const stopWatch = watchWidth(stage, w => { width = w; height = innerWidth < 900 ? Math.max(200, innerHeight * .3) : Math.max(330, Math.min(460, innerHeight * .5)); paint(); });
  consult();
  return {
    close() { stopWatch(); removeEventListener("scroll", scrolled); anchor(""); },
    keys: k => { const to = { pagedown: 1, pageup: -1, ".": 1, ",": -1 }[k]; if (!to) return false; if (k.startsWith("page") && !("present" in document.documentElement.dataset)) return false; go(s.scene + to); return true; },
  };
}
