import { el, icon } from "./dom.js";

let serial = 0;
const id = () => `c${++serial}`;

export function select(label, options, chosen, change) {
  const key = id();
  const node = el("select", { id: key, onchange: () => change(node.value) },
    options.map(o => el("option", { value: o.value ?? o, selected: (o.value ?? o) === chosen }, o.label ?? o)));
  node.value = chosen;
  return el("div", { class: "control" }, el("label", { for: key }, label), node);
}

// slider moves in whole steps, or through a list of values.
export function slider(label, { min, max, value, values, unit, doc, name }, change) {
  const key = id();
  const at = v => values ? Math.max(0, values.indexOf(v)) : v;
  const of = k => values ? values[k] : k;
  const out = el("output", { for: key });
  const node = el("input", { id: key, type: "range", min: values ? 0 : min, max: values ? values.length - 1 : max, step: 1, value: at(value), "data-size": name || label, title: doc });
  const show = () => { const v = of(+node.value); out.textContent = v + (unit ? " " + unit : ""); node.setAttribute("aria-valuetext", `${v} ${unit || ""}`.trim()); };
  node.addEventListener("input", () => { show(); change(of(+node.value)); });
  show();
  const box = el("div", { class: "control slider" }, el("label", { for: key, title: doc }, label), node, out);
  box.set = v => { node.value = at(v); show(); };
  return box;
}

export function segmented(label, options, chosen, change) {
  const key = id();
  return el("fieldset", { class: "control segmented" }, el("legend", {}, label), el("div", { class: "segments" },
    options.map(o => el("label", {}, el("input", { type: "radio", name: key, value: o.value ?? o, checked: (o.value ?? o) === chosen, onchange: () => change(o.value ?? o) }), el("span", {}, o.label ?? o)))));
}

// field is a line of text that counts when Enter is pressed or it is left.
export function field(label, value, change, attrs = {}) {
  const key = id();
  const node = el("input", { id: key, type: "text", value, spellcheck: "false", autocomplete: "off", ...attrs, onchange: () => change(node.value.trim()) });
  return el("div", { class: "control" }, el("label", { for: key }, label), node);
}

export function button(text, press, attrs = {}) { return el("button", { type: "button", onclick: press, ...attrs }, text); }

// off marks buttons that do nothing now. They keep the focus, so that it does not fall.
export function off(is, ...buttons) { for (const b of buttons) b.setAttribute("aria-disabled", String(is)); }

// instead makes one of two buttons ready and the other not; the focus goes along.
export function instead(ready, not) {
  ready.disabled = false;
  if (document.activeElement === not) ready.focus({ preventScroll: true });
  not.disabled = true;
}

// player steps through `of` things: back, play, next, speed.
export function player({ of, at, change, what }) {
  let step = at, timer = 0, speed = 1;
  const play = button("Play", () => toggle(), { class: "main", "data-act": "play" });
  const place = el("span", { class: "place", "aria-live": "polite" });
  const show = () => { place.textContent = `${what} ${step} of ${of}`; off(step === 0, back, first); off(step === of, next, last); };
  const go = k => { step = Math.max(0, Math.min(of, k)); show(); change(step); };
  const stop = () => { clearInterval(timer); timer = 0; play.textContent = "Play"; play.setAttribute("aria-pressed", "false"); };
  const toggle = () => {
    if (timer) return stop();
    if (step === of) go(0);
    play.textContent = "Pause";
    play.setAttribute("aria-pressed", "true");
    timer = setInterval(() => { if (!box.isConnected) return stop(); go(step + 1); if (step === of) stop(); }, 900 / speed);
  };
  const first = button(icon("first"), () => { stop(); go(0); }, { "aria-label": "To the beginning", "data-act": "first" });
  const back = button(icon("back"), () => { stop(); go(step - 1); }, { "aria-label": "Back", "data-act": "back" });
  const next = button(icon("next"), () => { stop(); go(step + 1); }, { "aria-label": "Next", "data-act": "next" });
  const last = button(icon("last"), () => { stop(); go(of); }, { "aria-label": "To the end", "data-act": "last" });
  const pace = el("select", { "aria-label": "Speed", onchange: () => { speed = +pace.value; if (timer) { stop(); toggle(); } } },
    [[0.5, "½×"], [1, "1×"], [2, "2×"], [6, "6×"]].map(([v, t]) => el("option", { value: v, selected: v === 1 }, t)));
  const box = el("div", { class: "player", role: "group", "aria-label": "Player" }, first, back, play, next, last, pace, place);
  box.keys = key => {
    if (key === ".") { stop(); go(step + 1); } else if (key === ",") { stop(); go(step - 1); } else if (key === "k") toggle(); else return false;
    return true;
  };
  box.reset = (n, k) => { stop(); of = n; step = Math.min(k, n); show(); };
  box.go = go;
  show();
  return box;
}

// sheet is the rest of a room, beside its picture while it is wanted: at the right of the
// window, where that is narrow at its foot. What is in it is kept while it is closed, and
// it stands open where it was left open. press belongs to the picture, box to the room.
const left = new Set();
export function sheet(title, ...children) {
  const key = id();
  const turn = on => { left[on ? "add" : "delete"](title); box.toggleAttribute("data-open", on); press.setAttribute("aria-expanded", String(on)); };
  const shut = () => { turn(false); press.focus({ preventScroll: true }); };
  const press = button(title, () => { if (left.has(title)) return shut(); turn(true); close.focus({ preventScroll: true }); if (innerWidth < 1200) document.querySelector("main .picture")?.scrollIntoView({ block: "start" }); }, { class: "quiet", "data-act": "more", "aria-controls": key });
  const close = button("Close", shut, { class: "quiet", "data-act": "close" });
  const box = el("aside", { id: key, class: "sheet", "aria-label": title, onkeydown: e => { if (e.key === "Escape") { e.stopPropagation(); shut(); } } }, el("div", { class: "under" }, el("h2", {}, title), close), children);
  turn(left.has(title));
  return { press, box };
}

// problem says what went wrong and what to do; retry, where given, asks again.
export function problem(error, retry) {
  return el("div", { class: "problem", role: "alert" }, el("p", {}, error.message), error.hint ? el("p", { class: "hint" }, error.hint) : null,
    retry ? el("p", {}, button("Try again", retry, { "data-act": "retry" })) : null);
}
