// The frame: the story and the rooms, one at a time. The address holds the state of
// a room and the object that all rooms share; a change that is done is a step back.
import { ask, loading, local } from "./api.js";
import { command, copy, el, number, put, still, svg } from "./dom.js";
import { problem, select } from "./controls.js";

const rooms = {
  story: () => import("./story.js"), cut: () => import("./rooms/cut.js"), grow: () => import("./rooms/grow.js"), matrix: () => import("./rooms/matrix.js"),
  break: () => import("./rooms/break.js"), proof: () => import("./rooms/proof.js"), write: () => import("./rooms/write.js"),
  atlas: () => import("./rooms/atlas.js"),
};
const titles = { story: "Story", cut: "Cut", grow: "Grow", matrix: "Matrix", break: "Break", proof: "Proof", write: "Write", atlas: "Atlas" };
const order = ["cut", "grow", "matrix", "break", "proof", "write", "atlas"];
const main = document.getElementById("room"), object = document.getElementById("object"), notice = document.getElementById("notice");
let here = null, written = "";

// An embedded page is one stage: no header, no lead, no controls around it.
if (new URLSearchParams(location.search).has("embed")) document.documentElement.dataset.embed = "";

// The object that all rooms speak about; N is the length of its sequence.
const SHARED = ["task", "model", "N", "split", "seed", "set"];
const shared = {};
const memory = {}; // the state in which each room was left, and the task it was about

function read() {
  const [name, rest] = location.hash.slice(1).split("?");
  return { name: rooms[name] ? name : "story", bare: rest === undefined, state: Object.fromEntries(new URLSearchParams(rest || "")) };
}

// A change belongs to the gesture that made it: the first writes a new entry of the
// history, what follows within the same gesture replaces it.
let gesture = 0, spent = 0, last = null;
addEventListener("pointerdown", () => { gesture++; last = null; }, true);
addEventListener("keydown", e => { if (e.repeat || last === e.target && /^(Arrow|Page|Home|End)/.test(e.key)) return; last = e.target; gesture++; }, true);
addEventListener("change", () => gesture++, true);

// write puts a room's state, and the object beside it, into the address.
function write(name, state) {
  if (state.task && state.task !== shared.task) for (const k of SHARED) if (k !== "N") delete shared[k];
  for (const k of SHARED) { const v = name === "cut" && k === "N" ? state.n : state[k]; if (name === "cut" || v) shared[k] = v; }
  memory[name] = { state: { ...state }, task: shared.task };
  describe();
  const params = new URLSearchParams();
  const all = name === "cut" || name === "story" || name === "write" ? state : { ...state, ...Object.fromEntries(SHARED.filter(k => !(k in state)).map(k => [k, shared[k]])) };
  for (const [k, v] of Object.entries(all)) if (v !== "" && v !== null && v !== undefined) params.set(k, v);
  const text = params.toString(), before = written;
  written = `#${name}${text ? "?" + text : ""}`;
  if (location.hash === written) return;
  const quiet = h => h.replace(/[?&](scene|step|row|col)=[^&]*/g, "");
  if (gesture !== spent && here?.settled && quiet(before) !== quiet(written)) history.pushState({ depth: depth() + 1 }, "", written); else history.replaceState({ depth: depth() }, "", written);
  spent = gesture;
}

// describe shows the object above the room: its task and model can be changed in every
// room, the rest is said.
let known = null;
function describe() {
  const task = known?.tasks.find(t => t.name === shared.task);
  const hidden = !task || !here || here.name === "story" || here.name === "write" || here.name === "matrix" && !memory.matrix?.state.task;
  if (hidden && object.contains(document.activeElement)) main.focus({ preventScroll: true });
  object.hidden = hidden;
  if (hidden) return;
  const turn = (what, v) => { if (what === "task") { for (const k of SHARED) if (k !== "N") delete shared[k]; } shared[what] = v; delete shared.set; for (const k of Object.keys(memory)) if (k !== "story") delete memory[k]; history.pushState({ depth: depth() + 1 }, "", `#${here.name}`); open(true); };
  put(object, select("Task", known.tasks.map(t => t.name), shared.task, v => turn("task", v)), select("Model", task.models, shared.model || task.models[0], v => turn("model", v)),
    el("p", { class: "muted small" }, [shared.N ? `N = ${number(+shared.N)}` : "", shared.seed !== undefined ? `input ${shared.seed}` : "", shared.split ? `split ${shared.split}` : "the task's split", shared.set || ""].filter(Boolean).join(" · ")));
}
const depth = () => history.state?.depth || 0;

// carried is what a room starts with when nothing is said about it: as it was left,
// or the shared object as the room can show it.
function carried(name, cat) {
  const left = memory[name];
  if (left && (left.task === shared.task || name === "story" || name === "write")) return left.state;
  const { task } = shared;
  if (!task) return {};
  const claims = cat.inequalities.filter(q => q.task === task), claim = claims.find(q => q.model === shared.model) || claims[0], reductions = cat.reductions.filter(r => r.to === task);
  return {
    cut: () => ({ task, model: shared.model, n: shared.N, split: shared.split, seed: shared.seed, set: shared.set }),
    grow: () => ({ task, model: shared.model, inequality: claim?.name || "none" }),
    matrix: () => ({ task }),
    break: () => ({ reduction: (reductions.find(r => r.name.includes("memory") === (shared.model !== "attention")) || reductions[0])?.name || "none", task, model: shared.model, n: 6 }),
    proof: () => claim ? { paper: claim.paper, claim: claim.claim } : {},
  }[name]?.() || {};
}

// The catalogue is asked for again after a failure.
let catalogue = null;
const getCatalogue = () => catalogue ||= ask("catalog").catch(e => { catalogue = null; throw e; });
getCatalogue().catch(() => {}); // shown when a room asks for it

async function open(again) {
  if (location.hash === written && here && again !== true) return;
  const { name, bare, state } = read();
  written = location.hash;
  spent = gesture;
  const link = document.querySelector(`.rooms a[data-room="${name}"]`);
  document.querySelectorAll(".rooms a").forEach(a => a === link ? a.setAttribute("aria-current", "page") : a.removeAttribute("aria-current"));
  document.title = `${titles[name]} · Crosscut`;
  here?.close?.();
  const same = here?.name === name, scrolled = scrollY, opening = here = { name };
  main.setAttribute("aria-busy", "true");
  const slow = setTimeout(() => { if (!main.childElementCount) put(main, loading()); }, 250);
  try {
    const [room, cat] = await Promise.all([rooms[name](), getCatalogue()]);
    if (here !== opening) return;
    known = cat;
    const taken = new Set([...room.keys(cat), ...SHARED]), strange = Object.entries(state).filter(([k]) => !taken.has(k));
    notice.hidden = !strange.length;
    notice.textContent = strange.length ? `The address says ${strange.map(([k, v]) => `${k}=${v}`).join(" and ")}, which ${titles[name]} does not know; it is left out.${name === "cut" ? " Sizes are written as set=M=16." : ""}` : "";
    for (const k of SHARED) if (state[k] !== undefined) shared[k] = state[k];
    if (name === "cut" && state.N && !state.n) state.n = state.N;
    main.style.minHeight = `${main.offsetHeight}px`;
    keep();
    main.replaceChildren();
    here = { name, ...room.open(main, cat, bare ? carried(name, cat) : state, s => still(main, () => { if (here.name === name) write(name, s); })) };
    here.settled = true;
    describe();
    if (same) scrollTo(0, scrolled); else scrollTo(0, 0);
    requestAnimationFrame(() => { main.style.minHeight = ""; });
  } catch (e) {
    if (here !== opening) return;
    const missing = e instanceof TypeError ? Object.assign(new Error(`the room ${titles[name]} could not be loaded`), { hint: "is the lab's server still running?" }) : e;
    keep();
    main.replaceChildren(problem(missing, () => { here = null; open(); }));
  } finally {
    clearTimeout(slow);
    if (here === opening || here?.name === name) main.removeAttribute("aria-busy");
  }
  document.documentElement.dataset.room = name;
}

// keep holds the focus in the room while what had it is replaced.
function keep() { if (main.contains(document.activeElement)) main.focus({ preventScroll: true }); }

addEventListener("hashchange", () => open());
addEventListener("popstate", () => open());

// Colours.
const theme = document.getElementById("theme");
const themes = ["auto", "light", "dark"];
function paint(t) {
  if (t === "auto") delete document.documentElement.dataset.theme; else document.documentElement.dataset.theme = t;
  theme.textContent = { auto: "Auto", light: "Light", dark: "Dark" }[t];
  theme.setAttribute("aria-label", { auto: "Auto: colours as the system has them", light: "Light colours", dark: "Dark colours" }[t]);
  try { localStorage.setItem("theme", t); } catch { /* a private window */ }
}
let now = "auto";
try { now = themes.includes(localStorage.getItem("theme")) ? localStorage.getItem("theme") : "auto"; } catch { /* a private window */ }
paint(now);
const turn = () => { now = themes[(themes.indexOf(now) + 1) % 3]; paint(now); };
theme.addEventListener("click", turn);

document.getElementById("share").addEventListener("click", () => copy(location.href, "Link"));
const keys = document.getElementById("keys");
document.getElementById("help").addEventListener("click", () => keys.showModal());

// The link as a QR code, black on white in every theme, with its quiet zone. The address of
// a loopback interface leads a telephone to itself: then it is said what to do.
const qr = document.getElementById("qr");
document.getElementById("code").addEventListener("click", async () => {
  const host = document.getElementById("qr-picture"), link = location.href;
  put(host, loading());
  qr.showModal();
  if (/^(localhost$|127\.|\[::1\])/.test(location.hostname)) {
    put(host, el("p", {}, `A telephone cannot open ${location.host}: that address is this computer's own. `, local ? "Put this folder on a web server that telephones reach; the code is there." : "Start the lab for the network, and open the address that it prints: there the code leads to this moment."), local ? "" : command("crosscut serve --host 0.0.0.0"));
    return;
  }
  try {
    const { rows } = await ask("qr", { text: link }), size = rows.length + 8;
    put(host, svg("svg", { viewBox: `0 0 ${size} ${size}`, class: "code", role: "img", "aria-label": `QR code of ${link}`, "shape-rendering": "crispEdges" }, svg("rect", { width: size, height: size, fill: "#fff" }),
      svg("path", { fill: "#000", d: rows.map((row, y) => [...row].map((v, x) => v === "1" ? `M${x + 4} ${y + 4}h1v1h-1z` : "").join("")).join("") })), el("p", { class: "small muted mono" }, link));
  } catch (e) { put(host, problem(e)); }
});

// Presenter: one picture and large type; arrows and a clicker walk on.
const present = () => { document.documentElement.toggleAttribute("data-present"); scrollTo(0, 0); dispatchEvent(new Event("resize")); };
document.getElementById("present").addEventListener("click", present);

addEventListener("keydown", e => {
  if (keys.open || qr.open) return;
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName) && e.target.type !== "range" && e.target.type !== "radio" && e.target.type !== "checkbox";
  if (typing) return;
  const k = e.key.toLowerCase(), name = order[+k - 1];
  const undo = k === "z" && !e.altKey && !e.shiftKey;
  if ((e.ctrlKey || e.metaKey || e.altKey) && !undo) return;
  if (undo) { if (depth() > 0) history.back(); }
  else if (name) { location.hash = name; main.focus({ preventScroll: true }); } else if (k === "0") { location.hash = "story"; main.focus({ preventScroll: true }); } else if (k === "t") turn(); else if (k === "f") present(); else if (k === "escape") { if ("present" in document.documentElement.dataset) present(); else document.querySelector(".sheet[data-open] [data-act=close]")?.click(); } else if (k === "?") keys.showModal(); else if (!here?.keys?.(k)) return;
  e.preventDefault();
});

open();
