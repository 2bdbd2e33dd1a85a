// The frame: five rooms, one at a time; the state of a room is the address.
import { ask } from "./api.js";
import { copy, el } from "./dom.js";
import { problem } from "./controls.js";
import { stops } from "./tour.js";

const rooms = {
  cut: () => import("./rooms/cut.js"), grow: () => import("./rooms/grow.js"), matrix: () => import("./rooms/matrix.js"),
  break: () => import("./rooms/break.js"), proof: () => import("./rooms/proof.js"),
};
const titles = { cut: "Cut", grow: "Grow", matrix: "Matrix", break: "Break", proof: "Proof" };
const main = document.getElementById("room");
let here = null, written = "";

function read() {
  const [name, rest] = location.hash.slice(1).split("?");
  return { name: rooms[name] ? name : "cut", state: Object.fromEntries(new URLSearchParams(rest || "")) };
}

// write puts a room's state into the address, without a new entry in the history.
function write(name, state) {
  const params = new URLSearchParams();
  for (const [k, v] of Object.entries(state)) if (v !== "" && v !== null && v !== undefined) params.set(k, v);
  const text = params.toString();
  written = `#${name}${text ? "?" + text : ""}`;
  if (location.hash !== written) history.replaceState(null, "", written);
}

const catalogue = ask("catalog");
catalogue.catch(() => {}); // shown when a room asks for it

async function open() {
  if (location.hash === written && here) return;
  const { name, state } = read();
  written = location.hash;
  const link = document.querySelector(`.rooms a[data-room="${name}"]`);
  document.querySelectorAll(".rooms a").forEach(a => a === link ? a.setAttribute("aria-current", "page") : a.removeAttribute("aria-current"));
  document.title = `${titles[name]} · Crosscut`;
  here?.close?.();
  const opening = here = { name };
  try {
    const [room, cat] = await Promise.all([rooms[name](), catalogue]);
    if (here !== opening) return;
    main.replaceChildren();
    here = { name, ...room.open(main, cat, state, s => { if (here.name === name) write(name, s); }) };
  } catch (e) {
    main.replaceChildren(problem(e));
  }
  document.documentElement.dataset.room = name;
}

addEventListener("hashchange", open);

// Colours.
const theme = document.getElementById("theme");
const themes = ["auto", "light", "dark"];
function paint(t) {
  if (t === "auto") delete document.documentElement.dataset.theme; else document.documentElement.dataset.theme = t;
  theme.textContent = { auto: "Auto", light: "Light", dark: "Dark" }[t];
  theme.setAttribute("aria-label", { auto: "Colours: as the system has them", light: "Colours: light", dark: "Colours: dark" }[t]);
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

addEventListener("keydown", e => {
  if (e.ctrlKey || e.metaKey || e.altKey || keys.open) return;
  const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(e.target.tagName) && e.target.type !== "range" && e.target.type !== "radio" && e.target.type !== "checkbox";
  if (typing) return;
  const k = e.key.toLowerCase(), name = Object.keys(rooms)[+k - 1];
  if (name) { location.hash = name; main.focus({ preventScroll: true }); } else if (k === "t") turn(); else if (k === "?") keys.showModal(); else if (!here?.keys?.(k)) return;
  e.preventDefault();
});

// The tour: five minutes from one attention layer to Match3.
const tour = document.getElementById("tour");
let stop = -1;
function visit(k) {
  stop = k;
  tour.hidden = k < 0;
  if (k < 0) return;
  document.getElementById("tour-text").replaceChildren(...stops[k].text.map(t => typeof t === "string" ? t : el("strong", {}, t.b)));
  document.getElementById("tour-place").textContent = `${k + 1} of ${stops.length}`;
  document.getElementById("tour-back").disabled = k === 0;
  document.getElementById("tour-next").textContent = k === stops.length - 1 ? "Done" : "Next";
  location.hash = stops[k].at;
}
document.getElementById("tour-start").addEventListener("click", () => visit(0));
document.getElementById("tour-back").addEventListener("click", () => visit(stop - 1));
document.getElementById("tour-next").addEventListener("click", () => visit(stop === stops.length - 1 ? -1 : stop + 1));
document.getElementById("tour-end").addEventListener("click", () => visit(-1));

open();
