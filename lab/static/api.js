// ask(op, request) is the engine: over HTTP, or a WebAssembly worker in a static
// site. Both give the same bytes.

const kind = document.querySelector('meta[name="crosscut-engine"]').content;

export class Refused extends Error {
  constructor(body, status) { super(body.error || "the request failed"); this.hint = body.hint || ""; this.status = status; }
}

async function overHTTP(op, body, signal) {
  let response;
  try {
    response = await fetch(`api/${op}`, { method: "POST", headers: { "Content-Type": "application/json" }, body, signal });
  } catch (e) {
    if (e.name === "AbortError") throw e;
    throw new Refused({ error: "the lab's server does not answer", hint: "is crosscut serve still running?" }, 0);
  }
  return { ok: response.ok, status: response.status, body: await response.text() };
}

let worker = null, number = 0;
const open = new Map();

function startWorker() {
  worker = new Worker("worker.js");
  worker.onmessage = ({ data }) => { const r = open.get(data.id); open.delete(data.id); if (r) r.resolve(data); };
  worker.onerror = () => { for (const r of open.values()) r.reject(new Refused({ error: "the engine could not be loaded", hint: "serve the folder over HTTP" }, 0)); open.clear(); };
}

function overWorker(op, body, signal) {
  if (!worker) startWorker();
  const id = ++number;
  return new Promise((resolve, reject) => {
    open.set(id, { resolve, reject });
    signal?.addEventListener("abort", () => {
      if (!open.has(id)) return;
      // One thread computes: to stop it is to end it. What else was waiting is asked again.
      open.delete(id);
      reject(new DOMException("cancelled", "AbortError"));
      const rest = [...open.values()];
      open.clear();
      worker.terminate();
      worker = null;
      for (const r of rest) r.reject(new DOMException("cancelled", "AbortError"));
    });
    worker.postMessage({ id, op, body });
  });
}

export async function askText(op, request, signal) {
  const body = JSON.stringify(request || {});
  const answer = await (kind === "wasm" ? overWorker : overHTTP)(op, body, signal);
  if (!answer.ok) {
    let why = {};
    try { why = JSON.parse(answer.body); } catch { /* not ours */ }
    throw new Refused(why, answer.status);
  }
  return answer.body;
}

export async function ask(op, request, signal) { return JSON.parse(await askText(op, request, signal)); }
