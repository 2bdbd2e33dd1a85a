// A number in a sentence that can be dragged, or turned with the arrow keys.
import { dragging, el } from "./dom.js";

// scrub moves in whole steps between min and max, or through a list of values. The
// node is drawn anew by whoever listens; the drag goes on, since the sentence's host
// holds the pointer.
export function scrub(label, value, { min, max, values, name }, change) {
  const at = v => values ? values.reduce((b, x, i) => Math.abs(x - v) < Math.abs(values[b] - v) ? i : b, 0) : v;
  const of = k => values ? values[Math.max(0, Math.min(values.length - 1, k))] : Math.max(min, Math.min(max, k));
  return el("span", { class: "scrub", tabindex: 0, role: "slider", "aria-label": label, "aria-valuemin": values ? values[0] : min, "aria-valuemax": values ? values.at(-1) : max, "aria-valuenow": value, "data-focus": `scrub-${name}`, "data-scrub": name,
    onpointerdown: e => hold(e, at(value), of, change),
    onkeydown: e => {
      const to = { ArrowLeft: at(value) - 1, ArrowDown: at(value) - 1, ArrowRight: at(value) + 1, ArrowUp: at(value) + 1, Home: -Infinity, End: Infinity, PageUp: at(value) + 8, PageDown: at(value) - 8 }[e.key];
      if (to === undefined) return;
      e.preventDefault();
      e.stopPropagation();
      const next = of(to);
      if (next !== value) change(next);
    } }, String(value));
}

// One pointer at a time drags a number; the page itself follows it, so that a
// sentence may be written anew meanwhile.
const PER_STEP = 9; // pixels
let held = null;
function hold(e, from, of, change) {
  if (e.button || held) return;
  e.target.focus({ preventScroll: true });
  held = { id: e.pointerId, x: e.clientX, from, of, change, last: from };
  dragging();
  e.preventDefault();
  // A finger's pointer events end with the node that it touched, which is written anew;
  // its touch events go on arriving there.
  if (e.pointerType !== "touch") return;
  const mine = held, over = () => { if (held === mine) held = null; };
  mine.id = null;
  e.target.addEventListener("touchmove", t => { if (held === mine) follow(t.changedTouches[0].clientX); });
  e.target.addEventListener("touchend", over);
  e.target.addEventListener("touchcancel", over);
}
function follow(x) {
  const k = held.from + Math.round((x - held.x) / PER_STEP);
  if (k !== held.last) { held.last = k; held.change(held.of(k)); }
}
addEventListener("pointermove", e => { if (held?.id === e.pointerId) follow(e.clientX); });
for (const end of ["pointerup", "pointercancel"]) addEventListener(end, e => { if (held?.id === e.pointerId) held = null; });
