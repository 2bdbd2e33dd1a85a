// The engine as WebAssembly, off the page's thread.
importScripts("wasm_exec.js");

const ready = (async () => {
  const go = new Go();
  let made;
  try {
    made = await WebAssembly.instantiateStreaming(fetch("engine.wasm"), go.importObject);
  } catch { // a host that does not know the type
    made = await WebAssembly.instantiate(await (await fetch("engine.wasm")).arrayBuffer(), go.importObject);
  }
  go.run(made.instance);
})();

onmessage = async ({ data: { id, op, body } }) => {
  await ready;
  const answer = crosscut(op, body);
  postMessage({ id, ok: answer.ok, status: answer.ok ? 200 : 400, body: answer.body });
};
