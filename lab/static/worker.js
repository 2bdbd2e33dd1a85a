// The engine as WebAssembly, off the page's thread. It says how far it is loaded, and
// why it is not: it needs nothing of its host but the three files.
importScripts("wasm_exec.js", "xz.js");

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

// plain undoes the packing, which a host may have undone already.
const plain = data => data[0] === 0xfd && data[1] === 0x37 ? new Response(new self["xz-decompress"].XzReadableStream(new Blob([data]).stream())).arrayBuffer() : data;

// The reader's own weights stand in memory, where Go's file system looks for them: opened
// files are numbers from 1000, and nothing is written anywhere.
const kept = new Map(), opened = new Map();
const missing = () => Object.assign(new Error("not here"), { code: "ENOENT" });
const stat = data => ({ dev: 0, ino: 0, mode: 0o100444, nlink: 1, uid: 0, gid: 0, rdev: 0, size: data.length, blksize: 4096, blocks: 1, atimeMs: 0, mtimeMs: 0, ctimeMs: 0, isDirectory: () => false });
Object.assign(globalThis.fs, {
  open(path, flags, mode, done) { const data = kept.get(path); if (!data) return done(missing()); const fd = 1000 + opened.size; opened.set(fd, { data, at: 0 }); done(null, fd); },
  stat(path, done) { const data = kept.get(path); if (data) done(null, stat(data)); else done(missing()); },
  fstat(fd, done) { done(null, stat(opened.get(fd).data)); },
  close(fd, done) { opened.set(fd, null); done(null); },
  read(fd, buffer, offset, length, position, done) {
    const f = opened.get(fd), from = position ?? f.at, part = f.data.subarray(from, from + length);
    buffer.set(part, offset);
    if (position === null || position === undefined) f.at += part.length;
    done(null, part.length);
  },
});

const ready = (async () => {
  const go = new Go();
  const { instance } = await WebAssembly.instantiate(await plain(await fetched("engine.wasm.xz")), go.importObject);
  go.run(instance);
})();
ready.catch(e => postMessage({ failed: e.message }));

onmessage = async ({ data: { id, op, body, files } }) => {
  if (files) { for (const [name, bytes] of files) kept.set("/weights/" + name, bytes); return; }
  try { await ready; } catch (e) { postMessage({ failed: e.message }); return; }
  const answer = crosscut(op, body);
  postMessage({ id, ok: answer.ok, status: answer.ok ? 200 : 400, body: answer.body });
};
