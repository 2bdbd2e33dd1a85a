// Atlas: of every task and architecture the best bound that is known, and where none is.
import { ask } from "../api.js";
import { problem, select } from "../controls.js";
import { asking, command, el, number, plural, put } from "../dom.js";

export const keys = () => ["of"];

const HEADS = ["needed", "N", "setting", "because of", "paper", "dominated by"]; // beside each cell where the window is narrow

export function open(main, cat, start, write) {
  const s = { of: "match3", ...start };
  const pick = el("div", { class: "controls" }), body = el("div", { "aria-live": "polite" });
  let answer = null, lines = {};
  main.append(el("div", { class: "lead" }, el("h1", {}, "What is known, task by architecture"),
    el("p", {}, "Bits that every right model of a kind moves. Each number follows from a map, from what crosses a cut of the architecture, and from what the problem costs.")), pick, body);

  // A bound's paper is a room of its own where its claims are executed.
  const paper = name => cat.papers.some(p => p.name === name) ? el("a", { href: `#proof?${new URLSearchParams({ paper: name })}` }, name) : name;
  // Grow draws what the hands need that a map writes; where the task's own hands at the same
  // split and sizes need more, the atlas says so: both numbers stand at the row.
  const other = b => lines[b.reduction] && b.N === lines[b.reduction].N && b.needed > lines[b.reduction].needed ? `(all hands at this split; those that ${b.reduction} writes need ${lines[b.reduction].needed}, the line in Grow)` : "";
  const said = b => b.needed === null ? [el("td", { colspan: 6, class: "muted" }, b.outside ? `outside the method: ${b.note}` : b.note)]
    : [number(b.needed), number(b.N), b.setting, [b.problem, b.reduction && `by ${b.reduction}`, other(b)].filter(Boolean).join(" "), paper(b.paper), b.dominated_by].map((v, k) => el("td", { class: k < 2 ? "num" : null, "data-head": v ? HEADS[k] : null }, v));

  function show() {
    const tasks = [...new Set(answer.bounds.map(b => b.task))];
    if (!tasks.includes(s.of)) s.of = tasks[0];
    write({ of: s.of });
    const rows = answer.bounds.filter(b => b.task === s.of), known = rows.filter(b => b.needed !== null), above = known.filter(b => !b.dominated_by), under = known.filter(b => b.dominated_by);
    // Architectures of which the same is said share a row.
    const shared = rows => { const all = new Map(); for (const b of rows) { const key = said(b).map(n => n.textContent).join("|"), one = all.get(key); all.set(key, { ...b, architecture: one ? `${one.architecture}; ${b.architecture}` : b.architecture }); } return [...all.values()]; };
    const table = (rows, label) => el("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": label }, el("table", { "data-table": "atlas" },
      el("thead", {}, el("tr", {}, ["architecture", ...HEADS].map((h, i) => el("th", { scope: "col", class: i === 1 || i === 2 ? "num" : null }, h)))),
      el("tbody", {}, rows.map(b => el("tr", {}, el("th", { scope: "row" }, b.architecture), said(b))))));
    put(pick, select("Task", tasks, s.of, v => { s.of = v; show(); }));
    put(body, el("p", { class: "verdict" }, `${plural(known.length, "bound")} for ${s.of} at N of about ${answer.N}; ${plural(rows.length - known.length, "architecture")} without one.`),
      table(shared([...above, ...rows.filter(b => b.needed === null)]), "Bounds by architecture"), under.length ? el("details", {}, el("summary", {}, `${plural(under.length, "bound")} that another dominates`), table(shared(under), "Dominated bounds")) : "",
      command(answer.command));
  }
  const consult = asking([body], async () => {
    const a = await ask("atlas", {}), grown = await Promise.all(cat.inequalities.filter(q => q.reduction).map(q => ask("grow", { inequality: q.name, n: a.N }).then(g => [q.reduction, g.at]).catch(() => [q.reduction, null])));
    lines = Object.fromEntries(grown);
    return a;
  }, (a, error) => { if (error) put(body, problem(error, consult)); else { answer = a; show(); } });
  consult();
}
