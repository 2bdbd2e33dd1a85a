// The engine as WebAssembly, off the page's thread. It says how far it is loaded, and
// why it is not: it needs nothing of its host but the two files.
importScripts("wasm_exec.js");

// fetched reads a file and tells how much has come. A host need not know the type.
async function fetched(name) {
  const answer = await fetch(name);
  if (!answer.ok) throw new Error(`${name}: ${answer.status} ${answer.statusText}`);
  const of = answer.headers.get("Content-Encoding") ? 0 : +answer.headers.get("Content-Length") || 0, parts = [];
  let loaded = 0, told = 0;
  for (const reader = answer.body.getReader(); ;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    loaded += value.length;
    if (loaded - told > 250000) { told = loaded; postMessage({ loaded, of }); }
  }
  const all = new Uint8Array(loaded);
  let at = 0;
  for (const p of parts) { all.set(p, at); at += p.length; }
  return all;
}

// plain undoes gzip, which a host may have undone already.
async function plain(data) {
  if (data[0] !== 0x1f || data[1] !== 0x8b) return data;
  return new Response(new Blob([data]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}

const ready = (async () => {
  const go = new Go();
  const { instance } = await WebAssembly.instantiate(await plain(await fetched("engine.wasm.gz")), go.importObject);
  go.run(instance);
})();
ready.catch(e => postMessage({ failed: e.message }));

onmessage = async ({ data: { id, op, body } }) => {
  try { await ready; } catch (e) { postMessage({ failed: e.message }); return; }
  const answer = crosscut(op, body);
  postMessage({ id, ok: answer.ok, status: answer.ok ? 200 : 400, body: answer.body });
};
