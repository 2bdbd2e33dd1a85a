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

// loading says what is awaited; the static copy says how far its engine has come.
const progress = document.createElement("p");
export function loading() {
  progress.className = "muted loading";
  progress.textContent ||= kind === "wasm" ? "Loading the engine …" : "Asking the engine …";
  return progress;
}

// local says that the engine is in the page, so that a reader's files need not leave it.
export const local = kind === "wasm";
let files = null;
export function provide(own) { files = own; kept.clear(); worker?.postMessage({ files }); }

let worker = null, number = 0;
const open = new Map();

function startWorker() {
  worker = new Worker("worker.js");
  worker.onmessage = ({ data }) => {
    if (data.loaded !== undefined) { progress.textContent = `Loading the engine: ${(data.loaded / 1e6).toFixed(1)} MB${data.of ? ` of ${(data.of / 1e6).toFixed(1)} MB` : ""} …`; return; }
    if (data.failed) { fails(data.failed); return; }
    const r = open.get(data.id); open.delete(data.id); if (r) r.resolve(data);
  };
  if (files) worker.postMessage({ files });
  worker.onerror = e => fails(e.message || "its worker did not start");
}

// fails tells everyone who waits why there is no engine; the next question starts anew.
function fails(why) {
  for (const r of open.values()) r.reject(new Refused({ error: `the engine could not be loaded: ${why}`, hint: location.protocol === "file:" ? "a browser starts no worker from a file: serve this folder, for instance with python3 -m http.server" : "is engine.wasm.xz beside this page?" }, 0));
  open.clear();
  worker?.terminate();
  worker = null;
}

function overWorker(op, body, signal) {
  try { if (!worker) startWorker(); } catch (e) { return Promise.reject(new Refused({ error: "the engine could not be started: " + e.message, hint: "a browser starts no worker from a file: serve this folder, for instance with python3 -m http.server" }, 0)); }
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

// An answer is a function of its question. The latest are kept as they came, so that what
// is turned to and fro is asked for once.
const kept = new Map(), MOST = 128, LONGEST = 1 << 16;

export async function askText(op, request, signal) {
  const body = JSON.stringify(request || {}), key = `${op} ${body}`;
  let text = kept.get(key);
  if (text !== undefined) kept.delete(key); else text = await fetched(op, body, signal);
  if (text.length < LONGEST) kept.set(key, text);
  if (kept.size > MOST) kept.delete(kept.keys().next().value);
  return text;
}

export async function ask(op, request, signal) { return JSON.parse(await askText(op, request, signal)); }

async function fetched(op, body, signal) {
  const answer = await (kind === "wasm" ? overWorker : overHTTP)(op, body, signal);
  if (!answer.ok) {
    let why = {};
    try { why = JSON.parse(answer.body); } catch { /* not ours */ }
    throw new Refused(why, answer.status);
  }
  return answer.body;
}
