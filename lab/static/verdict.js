// The verdict that every room gives: one sentence, and three chips on one bar with one
// scale. What is sent is a filled bar, what is needed a line, the raw tokens dashes.
import { el, number, plural, svg } from "./dom.js";

const HIGH = 22, WIDE = 1000;

// near is the most that the bar shows by its scale, and far says whether the raw tokens are beyond.
const scaleOf = ({ sent, need, raw }) => { const near = Math.max(sent, need || 0, 1); return { near, far: raw > 6 * near }; };

// balance draws the bar. played is the part of Alice's and Bob's bits that has crossed
// so far; raw tokens far beyond the rest stand at the end, behind a break.
function balance({ sent, need, raw, played = [sent, 0] }) {
  const { near, far } = scaleOf({ sent, need, raw }), most = 1.04 * Math.max(near, far ? 6 * near : raw || 0), at = v => Math.min(WIDE - 4, v / most * WIDE);
  const said = [`sent ${plural(sent, "bit")}`, need ? `needed ${number(need)}` : "", raw ? `raw tokens ${number(raw)}` : ""].filter(Boolean).join(", ");
  return svg("svg", { class: "balance", viewBox: `0 0 ${WIDE} ${HIGH}`, preserveAspectRatio: "none", role: "img", "aria-label": `One bar: ${said}` },
    svg("rect", { class: "meter-ground", width: WIDE, height: HIGH }), svg("rect", { class: "meter-rest", x: 1, y: 4, width: Math.max(2, at(sent) - 1), height: HIGH - 8 }),
    svg("rect", { class: "meter-alice", y: 4, width: at(played[0]), height: HIGH - 8 }), svg("rect", { class: "meter-bob", x: at(played[0]), y: 4, width: at(played[0] + played[1]) - at(played[0]), height: HIGH - 8 }),
    raw ? svg("line", { class: "meter-trivial", x1: at(raw), x2: at(raw), y1: 0, y2: HIGH }) : null, need ? svg("line", { class: "meter-need", x1: at(need), x2: at(need), y1: 0, y2: HIGH }) : null,
    far ? svg("path", { class: "meter-far", d: `M${WIDE - 22} ${HIGH}L${WIDE - 16} 0M${WIDE - 16} ${HIGH}L${WIDE - 10} 0` }) : null);
}

// chips name the three amounts, and whose the need is. mark is the attribute that carries the
// first one's value; while a run is played the chip says how much of it has crossed.
function chips({ sent, need, raw, by, unknown, of, played, mark = "data-total", name = "sent" }) {
  const now = played ? played[0] + played[1] : sent, both = now < sent ? " so far" : of?.every(Boolean) ? [" = ", el("span", { class: "a" }, `${number(of[0])} Alice's`), " + ", el("span", { class: "b" }, `${number(of[1])} Bob's`)] : "";
  const chip = (kind, what, v, attrs, none, parts) => el("div", { class: `chip ${kind}` }, el("dt", {}, what), el("dd", attrs, v === null || v === undefined ? none : [kind === "cost" && now < sent ? `${number(now)} of ` : "", plural(v, "bit")].join("").replaceAll(" ", "\u00a0"), parts));
  return el("dl", { class: "chips" }, chip("cost", name, sent, { [mark]: sent }, "", both), chip("need", "needed", need, need ? { "data-needed": need } : {}, unknown || "no bound known", need && by ? el("small", { class: "muted" }, ` by ${by}`) : ""), raw === undefined ? null : chip("raw", "raw tokens", raw, { "data-raw": raw }, "–", scaleOf({ sent, need, raw }).far ? el("small", { class: "muted" }, " not to scale") : ""));
}

// verdict is the whole: a sentence, the bar, the chips.
export function verdict(amounts, ...sentence) {
  return [el("p", { class: "sentence" }, sentence), balance(amounts), chips(amounts)];
}
